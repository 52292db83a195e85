"""Dates at the edge of the calendar, in the API and in the control API."""

from __future__ import annotations

import pytest

from tests.conftest import Api

EDGES = ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "0001-01-01", "9999-12-31"]


@pytest.mark.parametrize("moment", EDGES)
def test_a_moment_that_cannot_be_shown_is_not_taken(api: Api, moment: str) -> None:
    """It is refused in the validator's form, and the campaign stays readable."""
    campaign = api.campaign()
    body = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "09:00", "end_hour": "17:00"}
    answer = api.post(f"/campaigns/{campaign}/schedule", {**body, "schedule_start_time": moment})
    assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, ["schedule_start_time"])
    assert api.get("/campaigns").json()[0]["schedule_start_time"] is None
    assert api.control("PUT", "/clock", {"mode": "frozen", "now": moment}).status_code == 422


def test_stray_parameters_of_the_control_api_are_refused(api: Api) -> None:
    """A typo must not delete more than was meant."""
    api.campaign()
    assert api.control("DELETE", "/requests?operation=list_campaigns").status_code == 422
    assert api.control("DELETE", "/faults?rule=1").status_code == 422
    assert api.control("GET", "/requests?operation=create_campain").status_code == 422
    assert api.control("PUT", "/settings", {"edition": None}).status_code == 422
    assert api.control("GET", "/requests").json()["total"] == 1

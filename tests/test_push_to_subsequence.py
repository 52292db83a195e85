"""Pushing a lead to a sub-sequence by hand (R, R1, S4)."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.sending import equip, freeze, launch, matters_later, ok, react, status, steps, timeline, until

PUSH = "/master-inbox/push-to-subsequence"
FIRST = 3_000_000_001


def family(api: Api) -> None:
    """A campaign (1001) with two leads who are mailed on Monday at nine, and two sub-sequences of it (1002, 1003)."""
    freeze(api)
    launch(api, "a", "b", sequence=steps(0, 9))
    for _ in range(2):
        child_id = ok(api.post("/campaigns/create-subsequence", {"parent_campaign_id": 1001}))["id"]
        equip(api, child_id, sequence=steps(0, 5))
    until(api, "02 12:00")


def test_the_first_mail_follows_after_the_delay(api: Api) -> None:
    """The parent's row keeps its status; the delay is in days and echoed."""
    family(api)
    answer = ok(api.post(PUSH, {"email_lead_map_id": FIRST, "sub_sequence_id": 1002, "sub_sequence_delay_time": 3}))
    data = {"success": True, "sub_sequence_id": 1002, "delay_days": 3}
    assert answer == {"ok": True, "message": "Lead pushed to subsequence successfully", "data": data}
    assert [status(api, one, "a") for one in (1001, 1002)] == ["INPROGRESS", "STARTED"]
    until(api, "09 00:00")
    assert timeline(api, 1002) == ["05 12:00 a"]


@pytest.mark.parametrize(("asked", "state"), [(True, "STOPPED"), (False, "INPROGRESS")])
def test_a_reply_in_the_parent_stops_the_lead_if_the_push_says_so(api: Api, asked: bool, state: str) -> None:
    """The push asks for it, row by row."""
    family(api)
    body = {"email_lead_map_id": FIRST, "sub_sequence_id": 1002, "stop_lead_on_parent_campaign_reply": asked}
    ok(api.post(PUSH, body))
    until(api, "02 13:00")
    react(api, 1001, "a", "reply")
    assert status(api, 1002, "a") == state


@pytest.mark.parametrize(("status_code", "change", "error"), [
    (404, {"email_lead_map_id": 1}, "Lead not found - Invalid lead_id."),
    (404, {"sub_sequence_id": 999}, "Campaign not found - Invalid campaign_id."),
    (400, {"sub_sequence_id": 1001}, "Subsequence does not belong to the campaign of the lead."),
    (400, {"sub_sequence_id": 1004}, "Subsequence does not belong to the campaign of the lead."),
    (400, {"email_lead_map_id": FIRST + 1}, "Lead is already in the subsequence."),
    (400, {"sub_sequence_delay_time": -1}, "Bad Request"),
    (400, {"sub_sequence_delay_time": "soon"}, "Bad Request"),
])  # fmt: skip
def test_what_is_no_push_is_refused(api: Api, status_code: int, change: dict[str, Any], error: str) -> None:
    """Unknown rows, other campaigns, a second push: nothing has changed."""
    family(api)
    stranger = api.campaign()
    assert ok(api.post("/campaigns/create-subsequence", {"parent_campaign_id": stranger}))["id"] == 1005
    ok(api.post(PUSH, {"email_lead_map_id": FIRST + 1, "sub_sequence_id": 1002}))
    before = api.control("GET", "/state").json()
    body = {"email_lead_map_id": FIRST, "sub_sequence_id": 1002, **change}
    answer = api.post(PUSH, body)
    assert (answer.status_code, answer.json()["error"]) == (status_code, error)
    assert api.control("GET", "/state").json() == before


@pytest.mark.parametrize(("field", "a", "b"), [
    ("email_lead_map_id", FIRST, FIRST + 1), ("sub_sequence_id", 1002, 1003), ("sub_sequence_delay_time", 0, 2),
    ("stop_lead_on_parent_campaign_reply", True, False),
])  # fmt: skip
def test_each_field_matters(client: TestClient, field: str, a: Any, b: Any) -> None:
    """What is sent shows in the mails that follow."""

    def then(api: Api) -> None:
        until(api, "02 14:00")
        react(api, 1001, "a", "reply")
        react(api, 1001, "b", "reply")
        until(api, "12 00:00")

    body = {"email_lead_map_id": FIRST, "sub_sequence_id": 1002}
    matters_later(client, "push_lead_to_subsequence", field, a, b, given=family, then=then, body=body)

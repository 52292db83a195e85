"""What no figures can be asked for is refused in the documented form; what is at the edge of it is not."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.sending import launch, ok, steps
from tests.webhooks import celebrate
from tests.worlds import fresh

UNKNOWN = 9_999_999
DAYS = {"start_date": "2026-03-01", "end_date": "2026-03-02"}
BY_DATE, TOP_LEVEL, BOXES = "analytics-by-date", "top-level-analytics-by-date", "mailbox-statistics"
STEPS, LEADS = "sequence-analytics", "leads-statistics"
DATED = (BY_DATE, TOP_LEVEL, STEPS)
TOO_LONG = {"error": "Invalid start_date & end_date range. Date difference should be max of 30days."}
#: the last one is the part of a path that tells of leads
PLACES = ("statistics", "analytics", *DATED, BOXES, "variant-statistics", LEADS, "leads-export")
#: operation, what is asked for, the key that the validator names
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    *(("statistics", {"limit": bad}, "limit") for bad in (0, -1, 1001, "x", "1.5")),
    *(("statistics", {"offset": bad}, "offset") for bad in (-1, "x")),
    *(("statistics", {"email_sequence_number": bad}, "email_sequence_number")
      for bad in ("0", "21", "-1", "1,,2", "1,", ",1", "1, 2", "x", "")),
    *(("statistics", {"email_status": bad}, "email_status") for bad in ("open", "OPENED", "sent", "")),
    *(("statistics", {name: bad}, name) for name in ("sent_time_start_date", "sent_time_end_date")
      for bad in ("yesterday", "2026-02-30", "2026-03-01T25:00:00Z", "")),
    ("statistics", {"sent_time_start_date": "2026-03-02", "sent_time_end_date": "2026-03-01"}, "sent_time_end_date"),
    ("statistics", {"sent_time_start_date": "2026-03-02T10:00:00.001Z",
                    "sent_time_end_date": "2026-03-02 10:00:00.000Z"}, "sent_time_end_date"),
    ("analytics", {"client_id": 0}, "client_id"),
    ("analytics", {"client_id": "x"}, "client_id"),
    *((place, {name: value}, other) for place in (*DATED, BOXES)
      for (name, value), other in zip(DAYS.items(), reversed(DAYS), strict=True)),
    *((place, {**DAYS, name: bad}, name) for place in (*DATED, BOXES) for name in DAYS
      for bad in ("soon", "2026-02-30", "2026-3-1", "")),
    *((place, {**DAYS, "end_date": "2026-02-28"}, "end_date") for place in (TOP_LEVEL, BOXES, STEPS)),
    ("sequence-analytics", {**DAYS, "end_date": "2026-02-28 23:59:59"}, "end_date"),
    (STEPS, {"start_date": "2026-03-01 12:00:00", "end_date": "2026-03-01 11:59:59"}, "end_date"),
    (STEPS, {**DAYS, "end_date": "2026-03-02 24:00:01"}, "end_date"),
    *((place, {**DAYS, "time_zone": bad}, "time_zone") for place in (BY_DATE, BOXES, STEPS)
      for bad in ("Mars/Olympus", "utc+1", "+01:00", "", "../UTC")),
    (TOP_LEVEL, {**DAYS, "time_zone": "UTC"}, "time_zone"),
    *((BOXES, {"limit": bad}, "limit") for bad in (0, 21, "x")),
    (BOXES, {"offset": -1}, "offset"),
    (BOXES, {"client_id": 0}, "client_id"),
    *((LEADS, {"limit": bad}, "limit") for bad in (0, 101, "x")),
    (LEADS, {"offset": -1}, "offset"),
    *((LEADS, {"event_time_gt": bad}, "event_time_gt") for bad in ("soon", "2026-02-30", "")),
    *((place, {**(DAYS if place in DATED else {}), "colour": "red"}, "colour") for place in PLACES),
]  # fmt: skip


@pytest.mark.parametrize(("place", "query", "key"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_does_not_fit_is_refused(api: Api, place: str, query: dict[str, Any], key: str) -> None:
    """In the validator's form, with the key."""
    celebrate(api.get(f"/campaigns/{api.campaign()}/{place}", params=query), "query", key)


@pytest.mark.parametrize("place", PLACES)
def test_a_campaign_that_is_not_there_has_no_figures(api: Api, other: Api, place: str) -> None:
    """Unknown, of another account, or deleted; the answer differs by operation."""
    deleted = api.campaign()
    assert api.delete(f"/campaigns/{deleted}").status_code == 200
    for _ in range(2):
        other.campaign()
    expected: tuple[int, dict[str, str]] = (404, {"error": "Resource not found"})
    if place in ("statistics", "leads-export"):
        expected = 404, {"error": "Campaign not found - Invalid campaign_id."}
    elif place == BY_DATE:
        expected = 400, {"error": "Invalid campaign id"}
    for campaign_id in (UNKNOWN, deleted, deleted + 1):
        answer = api.get(f"/campaigns/{campaign_id}/{place}", params=DAYS if place in DATED else {})
        assert (answer.status_code, answer.json()) == expected


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("campaign_id", ["0", "-1", "x", "1.5"])
def test_what_is_no_id_is_refused(api: Api, place: str, campaign_id: str) -> None:
    """By the validator."""
    answer = api.get(f"/campaigns/{campaign_id}/{place}", params=DAYS if place in DATED else {})
    celebrate(answer, "params", "campaign_id")


@pytest.mark.parametrize(("first", "last", "taken"), [
    ("2026-03-01", "2026-03-01", True), ("2026-03-01", "2026-03-31", True), ("2026-03-01", "2026-04-01", False),
    ("2026-03-02", "2026-03-01", False), ("2024-02-01", "2024-03-02", True), ("2024-02-01", "2024-03-03", False),
    ("2025-12-31", "2026-01-30", True), ("2025-12-31", "2026-01-31", False), ("2025-03-01", "2026-03-01", False),
    ("2026-03-01T23:00:00Z", "2026-03-31 01:00:00", True), ("2026-03-01T00:00:00Z", "2026-04-01 00:00:00", False),
    ("2026-03-01 10:00:00", "2026-03-01 09:00:00", True),
])  # fmt: skip
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Apia"])
def test_at_most_thirty_days_may_lie_between_two_dates(api: Api, first: str, last: str, zone: str, taken: bool) -> None:
    """Of the calendar, whatever clocks do; of a timestamp the date counts. Dates come back as asked for."""
    query = {"start_date": first, "end_date": last, "time_zone": zone}
    answer = api.get(f"/campaigns/{api.campaign()}/{BY_DATE}", params=query)
    if taken:
        assert answer.status_code == 200, answer.text
        assert (answer.json()["start_date"], answer.json()["end_date"]) == (first, last)
    else:
        assert (answer.status_code, answer.json()) == (400, TOO_LONG)


@pytest.mark.parametrize(("place", "query"), [
    ("statistics", {"limit": 1000, "offset": 2**31}), ("statistics", {"email_sequence_number": "1,20,1"}),
    ("statistics", {"sent_time_start_date": "2026-03-02", "sent_time_end_date": "2026-03-02"}),
    ("statistics", {"sent_time_start_date": "2023-10-16 10:33:02.000Z"}),
    (TOP_LEVEL, {"start_date": "1000-01-02", "end_date": "9998-12-30"}),
    (STEPS, {"start_date": "2026-03-01 12:00:00", "end_date": "2026-03-01 12:00:00"}),
    (STEPS, {"start_date": "2026-03-01 12:00:00", "end_date": "2026-03-01"}),
    (STEPS, {"start_date": "2026-03-08 02:30:00", "end_date": "2026-03-08 03:00:00", "time_zone": "America/New_York"}),
    (BOXES, {"limit": 20, "private_api_key": "whatever"}), (LEADS, {"limit": 100}),
    *((place, {"start_date": day, "end_date": day, "time_zone": zone}) for place in (BY_DATE, BOXES, STEPS)
      for day, zone in (
          ("2026-03-29", "Europe/Berlin"), ("2026-03-08", "America/Havana"), ("1000-01-02", "Asia/Tokyo"),
          ("9998-12-30", "America/New_York"), ("2011-12-30", "Pacific/Apia"),
      )),
])  # fmt: skip
def test_what_is_at_the_edge_is_taken(api: Api, place: str, query: dict[str, Any]) -> None:
    """A moment as a range, the longest pages, days on which clocks change; and one that a zone left out."""
    answer = api.get(f"/campaigns/{api.campaign()}/{place}", params=query)
    assert answer.status_code == 200, answer.text


def test_the_figures_of_another_clients_campaign(api: Api) -> None:
    """A campaign that belongs to another client, or to none, is unknown there; its mailboxes are none."""
    own, nobodys = api.campaign(client_id=22), api.campaign()
    for campaign_id, client_id, known in ((own, 22, True), (own, 23, False), (nobodys, 22, False)):
        answer = api.get(f"/campaigns/{campaign_id}/analytics", params={"client_id": client_id})
        assert answer.status_code == (200 if known else 404)
        answer = api.get(f"/campaigns/{campaign_id}/{BOXES}", params={"client_id": client_id})
        assert (answer.status_code, answer.json()) == (200, {"ok": True, "data": []})


def test_one_bound_alone_is_never_reversed(client: TestClient) -> None:
    """However early the last moment lies: no mail was sent by then."""
    api = fresh(client, "2026-03-02T09:00:00Z")
    campaign_id = launch(api, "ann", sequence=steps(0, 9))
    ok(api.control("POST", "/clock/advance", {"hours": 1}))
    found = [
        ok(api.get(f"/campaigns/{campaign_id}/statistics", params={"sent_time_end_date": last}))["total_stats"]
        for last in ("1960-01-01", "2026-03-03")
    ]
    assert found == ["0", "1"]

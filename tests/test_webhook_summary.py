"""What became of the deliveries of a campaign's events: counted by state, and the failed ones sent again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.clock import iso
from tests.conftest import Api
from tests.office import INBOX
from tests.store import deliver, rows
from tests.webhooks import celebrate, created, saved
from tests.worlds import EVER, fresh

MARCH = 1_772_323_200_000
STATES = ["queued", "successful", "failed", "scheduled_for_retry", "retroactively_failed"]
EVENTS = ["EMAIL_OPEN", "EMAIL_REPLY", "EMAIL_SENT"]
NOTHING = {"total_calls": 0, "successful_calls": 0, "failed_calls": 0, "success_rate": 0}


def summary(api: Api, campaign_id: int, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    """The summary from and to moments, or of all time."""
    times = EVER if start is None or end is None else {"fromTime": iso(start), "toTime": iso(end)}
    answer = api.get(f"/campaigns/{campaign_id}/webhooks/summary", params=times)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def retrigger(api: Api, campaign_id: int, start: int, end: int) -> dict[str, Any]:
    """The answer to a retrigger from and to moments."""
    times = {"fromTime": iso(start), "toTime": iso(end)}
    answer = api.post(f"/campaigns/{campaign_id}/webhooks/retrigger-failed-events", times)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


_DELIVERIES = st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(STATES), st.integers(0, 9)), max_size=30)


@settings(max_examples=30)
@given(_DELIVERIES, st.integers(0, 9), st.integers(0, 9))
def test_the_summary_counts_the_states_in_the_time_range(
    client: TestClient, deliveries: list[tuple[str, str, int]], one: int, two: int
) -> None:
    """Per event type, both ends included; what is queued counts in sent_count alone, and the totals add up."""
    api, (start, end) = fresh(client), sorted((one, two))
    campaign_id, other_id = api.campaign(), api.campaign()
    for event, state, at in deliveries:
        deliver(api, campaign_id, 1, event, state, MARCH + at)
        deliver(api, other_id, 1, "EMAIL_BOUNCE", state, MARCH + at)
    counted = Counter((event, state) for event, state, at in deliveries if start <= at <= end)
    expected: list[dict[str, Any]] = [
        {
            "event_type": event, "sent_count": sum(counted[event, state] for state in STATES),
            **{f"{state}_count": counted[event, state] for state in STATES[1:]},
        }
        for event in EVENTS
        if any(counted[event, state] for state in STATES)
    ]  # fmt: skip
    shown = summary(api, campaign_id, MARCH + start, MARCH + end)
    assert shown["data"] == {"summary": expected, "timeRange": {"from": iso(MARCH + start), "to": iso(MARCH + end)}}
    total = sum(row["sent_count"] for row in expected)
    successful = sum(row["successful_count"] for row in expected)
    assert (shown["total_calls"], shown["successful_calls"]) == (total, successful)
    assert shown["failed_calls"] == sum(row["failed_count"] + row["retroactively_failed_count"] for row in expected)
    assert shown["success_rate"] == (round(100 * successful / total, 1) if total else 0)


@pytest.mark.parametrize("state", STATES[1:])
def test_each_state_has_its_count(api: Api, state: str) -> None:
    """One delivery of one event type, two of another."""
    campaign_id = api.campaign()
    for event in ("EMAIL_OPEN", "EMAIL_SENT", "EMAIL_SENT"):
        deliver(api, campaign_id, 1, event, state, MARCH)
    shown = summary(api, campaign_id)["data"]["summary"]
    assert [(row["event_type"], row[f"{state}_count"]) for row in shown] == [("EMAIL_OPEN", 1), ("EMAIL_SENT", 2)]


def test_no_delivery_makes_an_empty_summary(api: Api) -> None:
    """No rows, and zeros; the live service was seen to answer the envelope alone."""
    campaign_id = api.campaign()
    times = {"from": "2000-01-01T00:00:00.000Z", "to": "2999-01-01T00:00:00.000Z"}
    assert summary(api, campaign_id) == {"data": {"summary": [], "timeRange": times}, **NOTHING}
    live = api.get(f"/campaigns/{campaign_id}/webhooks/summary", params=EVER, edition="live")
    assert live.json() == {"data": {"summary": [], "timeRange": times}}


def test_the_older_paths_lead_to_the_same(api: Api) -> None:
    """Older pages name the summary and the retrigger differently."""
    campaign_id = api.campaign()
    deliver(api, campaign_id, saved(api, campaign_id), "EMAIL_SENT", "failed", MARCH)
    shown = api.get(f"/campaigns/{campaign_id}/webhook-summary", params=EVER)
    assert (shown.status_code, shown.json()["failed_calls"]) == (200, 1)
    assert api.post(f"/campaigns/{campaign_id}/retrigger-webhooks", EVER).json()["retriggered_count"] == 1


def test_a_retrigger_takes_what_failed_for_good(api: Api, other: Api) -> None:
    """Failed ones of the campaign and the time range, whatever webhook they are for, as long as it is there."""
    campaign_id, other_id = api.campaign(), api.campaign()
    assert other.campaign() == campaign_id
    mine, users = saved(api, campaign_id, webhook_url=INBOX), created(api, webhook_url=INBOX)
    gone = created(api)
    assert api.delete(f"/webhook/delete/{gone}").status_code == 200
    for key in (api, other):
        for state in STATES:
            deliver(key, campaign_id, mine, "EMAIL_SENT", state, MARCH)
    taken = [*(row["id"] for row in rows(api, "delivery") if row["state"] in ("failed", "retroactively_failed")),
             deliver(api, campaign_id, users, "EMAIL_REPLY", "failed", MARCH + 9)]  # fmt: skip
    deliver(api, campaign_id, gone, "EMAIL_SENT", "failed", MARCH)
    deliver(api, campaign_id, mine, "EMAIL_SENT", "failed", MARCH - 1)
    deliver(api, campaign_id, mine, "EMAIL_SENT", "failed", MARCH + 10)
    deliver(api, other_id, mine, "EMAIL_SENT", "failed", MARCH)
    before = {row["id"]: row["state"] for row in rows(api, "delivery")}
    queued = next(one for one in before if before[one] == "queued")
    theirs = [dict(row) for row in rows(other, "delivery")]
    done = retrigger(api, campaign_id, MARCH, MARCH + 9)
    assert done == {
        "success": True, "retriggered_count": 3, "ok": True, "message": "Failed events retrigger initiated",
        "retrigger_id": done["retrigger_id"],
    }  # fmt: skip
    assert api.control("POST", "/webhooks/flush").status_code == 200
    after = {row["id"]: dict(row) for row in rows(api, "delivery")}
    assert [one for one in after if after[one]["retrigger_count"]] == taken
    assert {after[one]["state"] for one in taken} == {"successful"}
    assert [one for one in after if after[one]["state"] != before[one]] == sorted([*taken, queued])
    assert [dict(row) for row in rows(other, "delivery")] == theirs
    again = retrigger(api, campaign_id, MARCH, MARCH + 9)
    assert again["retriggered_count"] == 0
    assert again["retrigger_id"] != done["retrigger_id"]


BAD_TIMES = [
    ({"toTime": "2026-03-01"}, "fromTime"), ({"fromTime": "2026-03-01"}, "toTime"), ({}, "fromTime"),
    ({"fromTime": "soon", "toTime": "2026-03-01"}, "fromTime"), ({"fromTime": "2026-03-01", "toTime": ""}, "toTime"),
    ({"fromTime": "2026-02-30T00:00:00Z", "toTime": "2026-03-01"}, "fromTime"),
    ({"fromTime": "2026-03-01T00:00:00.001Z", "toTime": "2026-03-01T00:00:00Z"}, "toTime"),
    ({"fromTime": "2026-03-01T00:00:00Z", "toTime": "2026-03-01T00:00:00+01:00"}, "toTime"),
    ({"fromTime": "2026-03-01", "toTime": "2026-03-02", "event_type": "EMAIL_SENT"}, "event_type"),
]  # fmt: skip


@pytest.mark.parametrize(("times", "key"), BAD_TIMES, ids=str)
def test_times_that_are_no_range_are_refused(api: Api, times: dict[str, str], key: str) -> None:
    """Missing, unreadable and reversed times are 400 in the validator's form, and nothing is sent again."""
    campaign_id = api.campaign()
    deliver(api, campaign_id, saved(api, campaign_id), "EMAIL_SENT", "failed", MARCH)
    celebrate(api.get(f"/campaigns/{campaign_id}/webhooks/summary", params=times), "query", key)
    celebrate(api.post(f"/campaigns/{campaign_id}/webhooks/retrigger-failed-events", times), "body", key)
    assert rows(api, "delivery")[0]["state"] == "failed"


def test_one_moment_is_a_range(api: Api) -> None:
    """From and to may be the same."""
    campaign_id = api.campaign()
    deliver(api, campaign_id, saved(api, campaign_id), "EMAIL_SENT", "failed", MARCH)
    assert summary(api, campaign_id, MARCH, MARCH)["failed_calls"] == 1
    assert retrigger(api, campaign_id, MARCH, MARCH)["retriggered_count"] == 1


def test_an_unknown_campaign_has_no_deliveries(api: Api, other: Api) -> None:
    """404 with the vendor's text, also for another key's campaign and one that was deleted."""
    other.campaign(), other.campaign()
    deleted = api.campaign()
    assert api.delete(f"/campaigns/{deleted}").status_code == 200
    for campaign_id in (999, deleted, deleted + 1):
        place = f"/campaigns/{campaign_id}/webhooks"
        for answer in (
            api.get(f"{place}/summary", params=EVER), api.post(f"{place}/retrigger-failed-events", EVER),
        ):  # fmt: skip
            text = "Campaign not found - Invalid campaign_id."
            assert (answer.status_code, answer.json()) == (404, {"error": text})

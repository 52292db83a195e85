"""The machine of the master inbox: it holds on the mock, and does not hold on one with a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.machines.inbox import Inbox
from tests.contract.tampering import Fault, Json, stories, without
from tests.servers import Server


@pytest.mark.parametrize("edition", ["default", "live", "reference"])
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In every edition that has an inbox."""
    assert [found.message for found in stories(Inbox, running.url, edition=edition, examples=2, steps=10)] == []


def rows(change: Callable[[list[Json]], list[Json]]) -> Callable[[Json], Json]:
    """Something wrong with the rows of an answer."""
    return lambda answer: {**answer, "data": change(answer["data"])}


def data(key: str, change: Callable[[Any], Any]) -> Callable[[Json], Json]:
    """Something wrong with one member of the data of an answer."""
    return lambda answer: {**answer, "data": {**answer["data"], key: change(answer["data"][key])}}


def no_filter(name: str) -> Callable[[Json], Json]:
    """A body whose filter is lost."""
    return lambda body: {
        **body, "filters": {key: value for key, value in (body.get("filters") or {}).items() if key != name}
    }  # fmt: skip


DONE = {"ok": True, "message": "Lead marked as read successfully", "data": {"success": True, "updated": 1}}
INBOX, LIST = "/master-inbox/inbox-replies$", "/master-inbox/[a-z-]+$"
FAULTS = {
    "category is lost": Fault(
        "PATCH", "/update-category$", instead={**DONE, "message": "Lead category updated successfully"}
    ),
    "revenue is rounded": Fault("PATCH", "/update-revenue$", body=lambda b: {**b, "revenue": int(b["revenue"])}),
    "pages overlap": Fault("POST", LIST, body=lambda b: b | (
        {"offset": max(0, b["offset"] - 1)} if "offset" in b else {}
    )),
    "order is turned": Fault("POST", INBOX, answer=rows(lambda found: found[::-1])),
    "filter of campaigns is lost": Fault("POST", LIST, body=no_filter("campaignId")),
    "filter of mailboxes is lost": Fault("POST", LIST, body=no_filter("emailAccountId")),
    "filter of categories is lost": Fault("POST", LIST, body=no_filter("leadCategories")),
    "search is lost": Fault("POST", LIST, body=no_filter("search")),
    "last one is lost": Fault("POST", LIST, answer=rows(lambda found: found[:-1])),
    "last mail shows a day": Fault("GET", r"/master-inbox/\d+$", answer=rows(lambda found: [
        {**one, "last_sent_time": one["last_sent_time"][:11] + "00:00:00.000Z"} for one in found
    ])),
    "answer by hand is late": Fault("POST", "/reply-email-thread$", body=lambda b: {
        name: value for name, value in b.items() if name != "scheduled_time"
    }),
    "resume ignores the days": Fault("PATCH", "/resume-lead$", body=lambda b: {
        name: value for name, value in b.items() if name != "resume_delay_days"
    }),
    "deleted lead stays": Fault("DELETE", r"/leads/\d+$", instead={"ok": True, "message": "success"}),
    "sent is one too many": Fault("GET", "/overall-stats-v2$", answer=data(
        "overall_stats", lambda stats: {**stats, "sent": stats["sent"] + 1}
    )),
    "zone is ignored": Fault("GET", "/analytics/day-wise-overall-stats$", query=without("timezone")),
    "days by the other axis": Fault("GET", "/day-wise-overall-stats$", answer=data(
        "day_wise_stats", lambda days: [{**one, "email_engagement_metrics": {
            **one["email_engagement_metrics"], "replied": min(1, one["email_engagement_metrics"]["sent"])
        }} for one in days]
    )),
    "negative is neutral": Fault("GET", "/response-stats$", answer=data(
        "campaign_wise_response_stats", lambda found: [
            {
                **one, "total_negative_response": 0,
                "total_neutral_response": one["total_neutral_response"] + one["total_negative_response"],
            }
            for one in found
        ]
    )),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, name: str) -> None:
    """Each in a few stories."""
    assert next(stories(Inbox, running.url, fault=FAULTS[name], examples=30), None) is not None

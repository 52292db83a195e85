"""The machine of sending campaigns: it holds on the mock, and does not hold on one with a fault."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.machines.sending import Sending
from tests.contract.tampering import Fault, stories
from tests.servers import Server

OK = {"ok": True, "data": "success"}


@pytest.mark.parametrize("edition", ["default", "live", "connector", "help-center", "reference"])
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In every edition that shows mails."""
    assert [found.message for found in stories(Sending, running.url, edition=edition, examples=2, steps=10)] == []


def rows(change: Any) -> Any:
    """Something wrong with the list of an answer."""
    return lambda answer: {**answer, "data": change(answer["data"])}


def every(**more: Any) -> Any:
    """Something wrong with each row of an answer."""
    return rows(lambda found: [{**row, **{name: change(row) for name, change in more.items()}} for row in found])


def text(name: str, by: int) -> Any:
    """A count, as a text, that is off."""
    return lambda answer: {**answer, name: str(int(answer[name]) + by)}


FAULTS = {
    "gap is ignored": Fault("POST", "/schedule$", body=lambda b: {**b, "min_time_btw_emails": 3}),
    "cap is ignored": Fault("POST", "/email-accounts/save$", body=lambda b: {**b, "max_email_per_day": 50}),
    "stop rule is lost": Fault("POST", "/settings$", body=lambda b: {**b, "stop_lead_settings": "OPEN_AN_EMAIL"}),
    "pause of a lead is lost": Fault("POST", r"/leads/\d+/pause$", instead=OK),
    "unsubscribe is lost": Fault("POST", r"/leads/\d+/unsubscribe$", instead={**OK, "data": "success"}),
    "block entry is lost": Fault("POST", "/add-domain-block-list$", instead={"ok": True}),
    "fields are filled blank": Fault("GET", "/statistics$", answer=every(
        email_subject=lambda row: row["email_subject"].replace("Ada", "")
    )),
    "thread is lost": Fault("GET", "/statistics$", answer=every(
        email_subject=lambda row: row["email_subject"].removeprefix("RE: ")
    )),
    "opens count once": Fault("GET", "/statistics$", answer=every(open_count=lambda row: min(1, row["open_count"]))),
    "first mail is hidden": Fault("GET", "/statistics$", answer=rows(lambda found: found[1:])),
    "filter of steps is dropped": Fault("GET", "/statistics$", query=lambda q: {
        name: value for name, value in q.items() if name != "email_sequence_number"
    }),
    "bounces are uncounted": Fault("GET", "/mailbox-statistics$", answer=every(bounce_count=lambda _: 0)),
    "sent is one too many": Fault("GET", "/analytics$", answer=lambda a: text("sent_count", 1)(a)),
    "unique is not unique": Fault("GET", "/analytics$", answer=lambda a: {**a, "unique_sent_count": a["sent_count"]}),
    "zone of figures is ignored": Fault("GET", "/sequence-analytics$", query=lambda q: q | {"time_zone": "UTC"}),
    "completed is shown as active": Fault("GET", "/campaigns/$", answer=lambda a: [
        {**one, "status": "ACTIVE" if one["status"] == "COMPLETED" else one["status"]} for one in a
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, name: str) -> None:
    """Each in a few stories."""
    assert next(stories(Sending, running.url, fault=FAULTS[name], examples=40), None) is not None

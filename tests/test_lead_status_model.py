"""The life of a lead in a campaign, held against a model written from the fact sheet (`lead_state_machine`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.conftest import Api
from tests.machines import Machine, run, sequence
from tests.store import mail_lead

STATUSES = ("STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED")
EMAILS = ("ana@example.com", "ben@mail.example.com")
IGNORE_LISTS = {"ignore_global_block_list": True, "ignore_unsubscribe_list": True}
#: the guide's words -> the status they set, or the category
PATCH_STATUS = {
    "NOT_CONTACTED": "STARTED", "IN_PROGRESS": "INPROGRESS", "INPROGRESS": "INPROGRESS", "COMPLETED": "COMPLETED",
    "PAUSED": "PAUSED", "STOPPED": "STOPPED", "BOUNCED": "BLOCKED",
}  # fmt: skip
PATCH_CATEGORY = {"INTERESTED": 1, "NOT_INTERESTED": 3, "DO_NOT_CONTACT": 4}
SUCCESS = {"ok": True, "data": "success"}
UNKNOWN_LEAD = {"error": "Lead not found - Invalid lead_id."}
campaign, email = st.integers(0, 1), st.sampled_from(EMAILS)


@dataclass
class Row:
    """A lead in a campaign; `unsubscribed` is the mark of the row."""

    status: str = "STARTED"
    category: int | None = None
    unsubscribed: bool = False
    sent: int = 0

    def pause(self) -> None:
        """A lead that is still mailed stops being mailed."""
        if self.status in ("STARTED", "INPROGRESS"):
            self.status = "PAUSED"

    def set_by_hand(self, status: str) -> None:
        """What is blocked stays so until the lead is added again; who unsubscribed is not set running again."""
        runs_again = self.unsubscribed and status in ("STARTED", "INPROGRESS")
        self.status = self.status if self.status == "BLOCKED" or runs_again else status


@dataclass
class Lead:
    """A lead of the account, with its rows by campaign."""

    id: int
    unsubscribed: bool = False
    rows: dict[int, Row] = field(default_factory=dict)


class Leads(Machine):
    """Two draft campaigns with two steps each, and two leads that come and go."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.campaigns = [api.campaign(name=name) for name in ("one", "two")]
        self.steps = [0, 0]
        self.leads: dict[str, Lead] = {}
        self.entries: set[str] = set()
        for number in (0, 1):
            self.save_steps(number, 2)

    @initialize(statuses=st.lists(st.sampled_from((*STATUSES, None)), min_size=4, max_size=4))
    def begin(self, statuses: list[str | None]) -> None:
        pairs = [(number, email) for number in (0, 1) for email in EMAILS]
        for (number, email), status in zip(pairs, statuses, strict=True):
            if status:
                self.add(number, email)
                self.bring_to(number, email, status)

    def bring_to(self, number: int, email: str, status: str) -> None:
        """Bring a new row to a status, by mails or a pause."""
        row = self.leads[email].rows[number]
        if status == "PAUSED":
            self.pause(number, email)
        elif status != "STARTED":
            row.sent, row.status = 2 if status == "COMPLETED" else 1, status
            mail_lead(self.api, self.campaigns[number], self.leads[email].id, row.sent, status)
            self.seen = None

    def path(self, number: int, email: str, action: str = "") -> str:
        """The path of a lead in a campaign, also of one that is not there."""
        known = self.leads.get(email)
        return f"/campaigns/{self.campaigns[number]}/leads/{known.id if known else 1}{action}"

    def row(self, number: int, email: str) -> Row | None:
        """The row of a lead in a campaign."""
        return self.leads[email].rows.get(number) if email in self.leads else None

    def reads(self) -> Any:
        """The rows of both campaigns, and all leads with theirs."""
        pages = [self.api.rows(campaign_id) for campaign_id in self.campaigns]
        return pages, self.api.get("/leads/global-leads").json(), self.api.control("GET", "/state").json()

    @rule(number=campaign, count=st.integers(1, 2))
    def save_steps(self, number: int, count: int) -> None:
        self.call("POST", f"/campaigns/{self.campaigns[number]}/sequences", sequence(count))
        self.steps[number] = count

    @rule(number=campaign, email=email)
    def add(self, number: int, email: str) -> None:
        body = {"lead_list": [{"email": email}], "settings": IGNORE_LISTS}
        answer = self.call("POST", f"/campaigns/{self.campaigns[number]}/leads", body)
        assert answer["total_leads"] == (self.row(number, email) is None)
        if email not in self.leads:
            self.leads[email] = Lead(self.api.lead_id(email))
        self.leads[email].rows.setdefault(number, Row())

    @rule(number=campaign, email=email)
    def mail(self, number: int, email: str) -> None:
        """The next mail of the sequence goes out."""
        row = self.row(number, email)
        if row and row.status in ("STARTED", "INPROGRESS") and row.sent < self.steps[number]:
            done = row.sent + 1 == self.steps[number]
            row.sent, row.status = row.sent + 1, "COMPLETED" if done else "INPROGRESS"
            mail_lead(self.api, self.campaigns[number], self.leads[email].id, row.sent, row.status)
            self.seen = None

    @rule(number=campaign, email=email)
    def pause(self, number: int, email: str) -> None:
        row, path = self.row(number, email), self.path(number, email, "/pause")
        if row is None:
            assert self.call("POST", path, None, 404) == UNKNOWN_LEAD
        elif row.status in ("STARTED", "INPROGRESS", "PAUSED"):
            assert self.call("POST", path) == SUCCESS
            row.pause()
        else:
            text = f"Lead cannot be paused - status is {row.status}."
            assert self.call("POST", path, None, 400) == {"error": text}

    @rule(
        number=campaign,
        email=email,
        body=st.sampled_from((None, {}, *({"resume_lead_with_delay_days": n} for n in (None, 0, 3)))),
    )
    def resume(self, number: int, email: str, body: dict[str, Any] | None) -> None:
        row, path = self.row(number, email), self.path(number, email, "/resume")
        if row is None:
            assert self.call("POST", path, body, 500 if self.edition == "live" else 404) == UNKNOWN_LEAD
        elif row.sent >= self.steps[number] and not row.unsubscribed:
            self.call("POST", path, body, 500 if self.edition == "live" else 400)
        else:
            assert self.call("POST", path, body) == SUCCESS
            if row.status == "PAUSED" and not row.unsubscribed:
                row.status = "INPROGRESS" if row.sent or self.edition == "live" else "STARTED"

    @rule(number=campaign, email=email)
    def unsubscribe_here(self, number: int, email: str) -> None:
        row, path, events = self.row(number, email), self.path(number, email, "/unsubscribe"), self.events()
        if row is None:
            assert self.call("POST", path, None, 404) == UNKNOWN_LEAD
        else:
            assert self.call("POST", path) == {"ok": True}
            assert self.events() - events == (not row.unsubscribed)
            row.unsubscribed = True
            row.set_by_hand("PAUSED")

    @rule(email=email)
    def unsubscribe_everywhere(self, email: str) -> None:
        lead, events = self.leads.get(email), self.events()
        if lead is None:
            assert self.call("POST", "/leads/1/unsubscribe", None, 404) == UNKNOWN_LEAD
        else:
            assert self.call("POST", f"/leads/{lead.id}/unsubscribe") == {"ok": True}
            unmarked = [] if lead.unsubscribed else [row for row in lead.rows.values() if not row.unsubscribed]
            assert self.events() - events == len(unmarked)
            lead.unsubscribed = True
            for row in unmarked:
                row.unsubscribed = True

    @rule(
        number=campaign,
        email=email,
        category=st.sampled_from((None, 1, 3, 999)),
        pause=st.sampled_from((None, False, True)),
    )
    def categorise(self, number: int, email: str, category: int | None, pause: bool | None) -> None:
        row, path, events = self.row(number, email), self.path(number, email, "/category"), self.events()
        body = {"category_id": category, **({} if pause is None else {"pause_lead": pause})}
        if row is None:
            assert self.call("POST", path, body, 404) == UNKNOWN_LEAD
        elif category == 999:
            assert self.call("POST", path, body, 400) == {"error": "Invalid category_id - 999"}
        else:
            assert self.call("POST", path, body) == {"ok": True}
            assert self.events() - events == (category != row.category)
            row.category = category
            if pause:
                row.pause()

    @precondition(lambda self: self.edition == "default")
    @rule(
        number=campaign, email=email, word=st.sampled_from((*PATCH_STATUS, *PATCH_CATEGORY, "UNSUBSCRIBED", "BLOCKED"))
    )
    def patch(self, number: int, email: str, word: str) -> None:
        row, path, body = self.row(number, email), self.path(number, email, "/status"), {"status": word}
        if row is None or word == "BLOCKED":
            self.call("PATCH", path, body, 400 if word == "BLOCKED" else 404)
            return
        assert self.call("PATCH", path, body) == {"ok": True}
        row.category = PATCH_CATEGORY.get(word, row.category)
        if word == "UNSUBSCRIBED":
            row.unsubscribed = True
            row.set_by_hand("PAUSED")
        elif word in PATCH_STATUS:
            row.set_by_hand(PATCH_STATUS[word])

    @rule(number=campaign, email=email)
    def complete(self, number: int, email: str) -> None:
        row, path = self.row(number, email), "/campaigns/{}/leads/{}/manual-complete"
        if row is None:
            assert self.call("POST", path.format(self.campaigns[number], 1), None, 404) == UNKNOWN_LEAD
            return
        map_id = self.api.row(self.campaigns[number], email)["campaign_lead_map_id"]
        status = self.call("POST", path.format(self.campaigns[number], map_id))["status"]
        following = status["nextSequence"]
        assert status["isLastSequence"] == (following is None) == (row.sent >= self.steps[number])
        assert following is None or following["delayInDays"] == 2 * row.sent
        row.set_by_hand("COMPLETED")

    @rule(entry=st.sampled_from((*EMAILS, "example.com", "mail.example.com", "ample.com")))
    def block(self, entry: str) -> None:
        self.call("POST", "/leads/add-domain-block-list", {"domain_block_list": [entry]})
        for email, lead in self.leads.items():
            if entry not in self.entries and (email == entry or email.endswith(("@" + entry, "." + entry))):
                for row in lead.rows.values():
                    row.status = "BLOCKED"
        self.entries.add(entry)

    @rule(number=campaign, email=email)
    def delete(self, number: int, email: str) -> None:
        if self.row(number, email) is None:
            assert self.call("DELETE", self.path(number, email), None, 404) == UNKNOWN_LEAD
            return
        success = "success" if self.edition == "live" else {"ok": True, "message": "success"}
        assert self.call("DELETE", self.path(number, email)) == success
        del self.leads[email].rows[number]
        if not self.leads[email].rows:
            del self.leads[email]
            assert self.api.get("/leads/", params={"email": email}).json() == {}

    @invariant()
    def the_reads_are_the_models(self) -> None:
        pages, listed, _ = self.view()
        for number, rows in enumerate(pages):
            assert {
                row["lead"]["email"]: (row["status"], row["lead_category_id"], row["lead"]["is_unsubscribed"])
                for row in rows
            } == {
                email: (row.status, row.category, lead.unsubscribed)
                for email, lead in self.leads.items()
                if (row := lead.rows.get(number))
            }
        assert {
            one["email"]: {
                part["campaign_id"]: (part["lead_status"], part["lead_last_seq_number"]) for part in one["campaigns"]
            }
            for one in listed["data"]
        } == {
            email: {self.campaigns[number]: (row.status, row.sent or None) for number, row in lead.rows.items()}
            for email, lead in self.leads.items()
        }

    @rule(number=campaign, status=st.sampled_from(STATUSES))
    def filter(self, number: int, status: str) -> None:
        """The list's filters find the rows by status, and those that are unsubscribed."""
        rows = {email: lead.rows[number] for email, lead in self.leads.items() if number in lead.rows}
        found = [one["lead"]["email"] for one in self.api.rows(self.campaigns[number], status=status)]
        assert sorted(found) == sorted(email for email, row in rows.items() if row.status == status)
        found = [one["lead"]["email"] for one in self.api.rows(self.campaigns[number], emailStatus="is_unsubscribed")]
        assert sorted(found) == sorted(email for email, row in rows.items() if row.unsubscribed)


@pytest.mark.parametrize("edition", ["default", "live"])
def test_leads_live_as_the_fact_sheet_says(api: Api, edition: str) -> None:
    """Every call moves a lead as the state machine of the sheet does, whatever came before."""
    run(Leads, api, edition, examples=20, steps=20)


CALLS: dict[str, Callable[[Leads], object]] = {
    "nothing": lambda leads: None,
    "add": lambda leads: leads.add(0, EMAILS[0]),
    "pause": lambda leads: leads.pause(0, EMAILS[0]),
    "resume": lambda leads: leads.resume(0, EMAILS[0], {}),
    "unsubscribe here": lambda leads: leads.unsubscribe_here(0, EMAILS[0]),
    "unsubscribe everywhere": lambda leads: leads.unsubscribe_everywhere(EMAILS[0]),
    "categorise": lambda leads: leads.categorise(0, EMAILS[0], 3, False),
    "categorise and pause": lambda leads: leads.categorise(0, EMAILS[0], 3, True),
    "complete": lambda leads: leads.complete(0, EMAILS[0]),
    "block": lambda leads: leads.block("example.com"),
    "delete": lambda leads: leads.delete(0, EMAILS[0]),
    "shorten": lambda leads: leads.save_steps(0, 1),
}


@pytest.mark.parametrize("edition", ["default", "live"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("first", ["nothing", "unsubscribe here", "unsubscribe everywhere", "block", "shorten"])
def test_every_call_in_every_status(api: Api, status: str, edition: str, first: str) -> None:
    """A call has the effect that the model gives it, also after the calls that forbid others."""
    for second in CALLS if first == "nothing" else ("pause", "resume", "unsubscribe here", "complete"):
        leads = Leads(api, edition)
        leads.begin([status, None, "STARTED", None])
        CALLS[first](leads)
        CALLS[second](leads)
        leads.the_reads_are_the_models()


@pytest.mark.parametrize("word", PATCH_STATUS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_word_in_every_status(api: Api, status: str, word: str) -> None:
    """The guide's words set the status by hand, whatever it was; a blocked lead stays blocked."""
    leads = Leads(api, "default")
    leads.begin([status, None, None, None])
    leads.patch(0, EMAILS[0], word)
    leads.the_reads_are_the_models()


def test_live_has_no_status_words(api: Api) -> None:
    """Nobody has seen the guide's call on the running service: `live` does not know it."""
    campaign_id = api.campaign(name="one")
    api.add(campaign_id, EMAILS[0])
    path = f"/campaigns/{campaign_id}/leads/{api.lead_id(EMAILS[0])}/status"
    assert api.patch(path, {"status": "COMPLETED"}, edition="live").status_code == 404
    assert api.rows(campaign_id)[0]["status"] == "STARTED"

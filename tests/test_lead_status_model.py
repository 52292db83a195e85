"""The life of a lead in a campaign, held against a model written from the fact sheet (`lead_state_machine`).

Time goes by days: campaigns send from noon on, and all calls are made in the first hours of a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.conftest import Api
from tests.machines import Machine, run, sequence
from tests.sending import ALWAYS, launch, ok

STATUSES = ("STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED")
EMAILS = ("ana@example.com", "ben@mail.example.com")
#: a lead that is paused in both campaigns, so that neither is ever completed
PAUSED = "zoe@paused.example.net"
AFTERNOONS = {**ALWAYS, "start_hour": "12:00", "min_time_btw_emails": 3}
FIRST_DAY = date(2026, 1, 1)
#: days between the two steps
DELAY = 2
IGNORE_LISTS = {"ignore_global_block_list": True, "ignore_unsubscribe_list": True}
#: the guide's words -> the status they set, or the category
PATCH_STATUS = {
    "NOT_CONTACTED": "STARTED", "IN_PROGRESS": "INPROGRESS", "INPROGRESS": "INPROGRESS", "COMPLETED": "COMPLETED",
    "PAUSED": "PAUSED", "STOPPED": "STOPPED", "BOUNCED": "BLOCKED",
}  # fmt: skip
#: those that take a category away which would hide them
PROGRESS = ("NOT_CONTACTED", "IN_PROGRESS", "INPROGRESS", "COMPLETED")
PATCH_CATEGORY = {"INTERESTED": 1, "NOT_INTERESTED": 3, "DO_NOT_CONTACT": 4}
#: status -> how many mails a lead has had that comes to it
MAILS = {"COMPLETED": 2, "INPROGRESS": 1, "STOPPED": 1, "BLOCKED": 1, "STARTED": 0, "PAUSED": 0}
SUCCESS = {"ok": True, "data": "success"}
UNKNOWN_LEAD = {"error": "Lead not found - Invalid lead_id."}
campaign, email = st.integers(0, 1), st.sampled_from(EMAILS)


@dataclass
class Row:
    """A lead in a campaign; `unsubscribed` is the mark of the row, `due` the day of the next mail if it runs."""

    due: int
    status: str = "STARTED"
    category: int | None = None
    unsubscribed: bool = False
    bounced: bool = False
    sent: int = 0
    mailed_on: int = 0

    @property
    def runs(self) -> bool:
        """Whether it is mailed when a mail is due."""
        return self.status in ("STARTED", "INPROGRESS") and not self.unsubscribed

    def mail(self, steps: int, today: int) -> Iterator[str]:
        """The next step comes, if there is one, and the last one completes the lead; what happens, in words."""
        if self.sent < steps:
            self.sent, self.mailed_on, self.due = self.sent + 1, today, today + DELAY
            self.status = "INPROGRESS"
            yield "sent"
        if self.sent >= steps:
            self.status = "COMPLETED"
            yield "completed"

    def pause(self) -> None:
        """A lead that is still mailed stops being mailed."""
        if self.status in ("STARTED", "INPROGRESS"):
            self.status = "PAUSED"

    def set_by_hand(self, status: str, today: int) -> None:
        """What is blocked stays so until the lead is added again; who unsubscribed is not set running again.

        A lead that did not run is mailed at once.
        """
        runs_again = self.unsubscribed and status in ("STARTED", "INPROGRESS")
        self.due = self.due if self.runs else today
        self.status = self.status if self.status == "BLOCKED" or runs_again else status


@dataclass
class Lead:
    """A lead of the account, with its rows by campaign."""

    id: int
    unsubscribed: bool = False
    rows: dict[int, Row] = field(default_factory=dict)


class Leads(Machine):
    """Two running campaigns with two steps each, and two leads that come and go."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.campaigns = [launch(api, sequence=sequence(2)["sequences"], **AFTERNOONS) for _ in range(2)]
        self.steps = [2, 2]
        self.today = 0
        self.leads: dict[str, Lead] = {}
        self.entries: set[str] = set()
        for number in (0, 1):
            self.add(number, PAUSED)
            self.pause(number, PAUSED)

    @initialize(statuses=st.lists(st.sampled_from((*STATUSES, None)), min_size=4, max_size=4))
    def begin(self, statuses: list[str | None]) -> None:
        pairs = [(number, email) for number in (0, 1) for email in EMAILS]
        wanted = [(*pair, status) for pair, status in zip(pairs, statuses, strict=True) if status]
        for mails, days in ((2, DELAY), (1, 1), (0, 0)):
            for number, email, _ in [one for one in wanted if MAILS[one[2]] == mails]:
                self.add(number, email)
            if days:
                self.days(days)
        for number, email, status in wanted:
            if status == "PAUSED":
                self.pause(number, email)
            elif status in ("STOPPED", "BLOCKED"):
                self.react(number, email, "reply" if status == "STOPPED" else "bounce")
        assert all(self.leads[email].rows[number].status == status for number, email, status in wanted)

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
        """Steps are saved in a pause of the campaign."""
        path = f"/campaigns/{self.campaigns[number]}"
        self.call("POST", f"{path}/status", {"status": "PAUSED"})
        self.call("POST", f"{path}/sequences", sequence(count))
        self.call("POST", f"{path}/status", {"status": "START"})
        self.steps[number] = count

    @rule(number=campaign, email=email)
    def add(self, number: int, email: str) -> None:
        body = {"lead_list": [{"email": email}], "settings": IGNORE_LISTS}
        answer = self.call("POST", f"/campaigns/{self.campaigns[number]}/leads", body)
        assert answer["total_leads"] == (self.row(number, email) is None)
        if email not in self.leads:
            self.leads[email] = Lead(self.api.lead_id(email))
        self.leads[email].rows.setdefault(number, Row(self.today))

    @rule(days=st.integers(1, 3))
    def days(self, days: int) -> None:
        """Days pass, on each of which all rows that are due get their next mail."""
        expected = Counter(word for _ in range(days) for word in self.afternoon())
        to = f"{FIRST_DAY + timedelta(self.today)}T00:00:00Z"
        happened = ok(self.api.control("POST", "/clock/advance", {"to": to}))["events"]
        self.seen = None
        assert happened == expected

    def afternoon(self) -> Iterator[str]:
        """A day of the model; what happens, in words."""
        for lead in self.leads.values():
            for number, row in lead.rows.items():
                if row.runs and row.due <= self.today:
                    yield from row.mail(self.steps[number], self.today)
        self.today += 1

    @rule(number=campaign, email=email, word=st.sampled_from(("reply", "bounce")))
    def react(self, number: int, email: str, word: str) -> None:
        """A lead answers its last mail, or that mail comes back."""
        row, body = self.row(number, email), {"campaign_id": self.campaigns[number], "email": email, "type": word}
        answer = self.api.control("POST", "/events", body)
        self.seen = None
        if row is None or not row.sent or row.bounced:
            assert answer.status_code in (404, 409)
            return
        assert answer.status_code == 200
        if word == "bounce":
            row.bounced, row.status = True, "BLOCKED"
        elif row.status in ("STARTED", "INPROGRESS") or (row.status == "PAUSED" and not row.unsubscribed):
            row.status = "STOPPED"

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
                days = (body or {}).get("resume_lead_with_delay_days")
                row.due = row.mailed_on + (DELAY if days is None else days) if row.sent else self.today + (days or 0)
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
            row.set_by_hand("PAUSED", self.today)

    @rule(email=email)
    def unsubscribe_everywhere(self, email: str) -> None:
        lead, events = self.leads.get(email), self.events()
        if lead is None:
            assert self.call("POST", "/leads/1/unsubscribe", None, 404) == UNKNOWN_LEAD
        else:
            assert self.call("POST", f"/leads/{lead.id}/unsubscribe") == {"ok": True}
            unmarked = [row for row in lead.rows.values() if not row.unsubscribed]
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
        hides = row.category in PATCH_CATEGORY.values() and word in PROGRESS
        row.category = None if hides else PATCH_CATEGORY.get(word, row.category)
        if word == "UNSUBSCRIBED":
            row.unsubscribed = True
            row.set_by_hand("PAUSED", self.today)
        elif word in PATCH_STATUS:
            row.set_by_hand(PATCH_STATUS[word], self.today)

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
        assert following is None or following["delayInDays"] == DELAY * row.sent
        row.set_by_hand("COMPLETED", self.today)

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
    run(Leads, api, edition, examples=5, steps=20)


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
FIRST = ("nothing", "pause", "unsubscribe here", "unsubscribe everywhere", "block", "shorten")


@pytest.mark.parametrize("edition", ["default", "live"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("first", FIRST)
def test_every_call_in_every_status(api: Api, status: str, edition: str, first: str) -> None:
    """A call has the effect that the model gives it, also after others, and on the mails of the days that follow."""
    for second in CALLS if first == "nothing" else ("pause", "resume", "unsubscribe here", "complete"):
        leads = Leads(api, edition)
        leads.begin([status, None, "STARTED", None])
        CALLS[first](leads)
        CALLS[second](leads)
        leads.the_reads_are_the_models()
        leads.days(DELAY)
        leads.the_reads_are_the_models()


@pytest.mark.parametrize("word", PATCH_STATUS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_word_in_every_status(api: Api, status: str, word: str) -> None:
    """The guide's words set the status by hand, whatever it was; a blocked lead stays blocked."""
    leads = Leads(api, "default")
    leads.begin([status, None, None, None])
    leads.patch(0, EMAILS[0], word)
    leads.the_reads_are_the_models()

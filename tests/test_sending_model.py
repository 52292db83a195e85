"""The sending engine, held against a model that shares no code with it, and against rules on the ledger it serves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.conftest import Api
from tests.machines import Machine, run
from tests.sending_invariants import LedgerCheck
from tests.sending_model import World
from tests.sending_parts import DAY, Campaign, Enrolment, Entry, Mailbox, Settings, Step

#: clocks change soon after most of them
STARTS = ("2026-03-02T09:00", "2026-03-07T13:30", "2026-03-27T20:10", "2026-10-24T06:30", "2026-10-30T23:50")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
DAYS = ((0, 1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5), (6, 7), (0, 3), (7, 1, 2))
HOURS = (("00:00", "23:59"), ("09:00", "17:00"), ("01:30", "03:10"), ("13:00", "13:04"), ("17:45", "23:30"))
DOMAINS = ("a.simulator.test", "b.simulator.test")
WORDS = (
    "silent", "silent+1", "silent+2", "silent+3", "silent+4", "silent+5", "silent+6", "silent+7", "open",
    "open+after-1d", "click+after-90m", "reply", "reply+after-2d", "reply-interested+after-0m",
    "reply-not-interested+after-26h", "colleague-reply+after-3h", "ooo", "ooo+after-3h", "bounce+after-1d",
    "soft-bounce", "unsubscribe+after-36h",
)  # fmt: skip
ADDRESSES = [f"{word}@{DOMAINS[number % 3 == 0]}" for number, word in enumerate(WORDS)]
STOPS = ("REPLY_TO_AN_EMAIL", "CLICK_ON_A_LINK", "OPEN_AN_EMAIL")
TRACKS = {"open": "DONT_TRACK_EMAIL_OPEN", "click": "DONT_TRACK_LINK_CLICK"}
STATUSES = ("STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED")
REACTIONS = ("open", "click", "reply", "reply-interested", "ooo", "bounce", "soft-bounce", "unsubscribe", "silent")
ACTIONS = ("pause", "resume", "resume", "unsubscribe", "unsubscribe everywhere", "categorise", "complete", "delete")
STATUS_WORDS = ("START", "START", "START", "PAUSED", "PAUSED", "PAUSED", "STOPPED")
#: what an advance calls the events of the ledger
NAMES = {
    "EMAIL_SENT": "sent", "EMAIL_OPEN": "opened", "EMAIL_LINK_CLICK": "clicked", "EMAIL_REPLY": "replied",
    "EMAIL_BOUNCE": "bounced", "LEAD_UNSUBSCRIBED": "unsubscribed", "LEAD_CATEGORY_UPDATED": "categorised",
    "OUT_OF_OFFICE": "out_of_office", "LEAD_COMPLETED": "completed", "LEAD_STOPPED": "stopped",
    "LEAD_PAUSED": "paused", "CAMPAIGN_STATUS_CHANGED": "campaign_status_changed",
    "MANUAL_STEP_REACHED": "manual_step_reached",
}  # fmt: skip

pick = st.integers(0, 29)
#: minutes that pass after something was done
passing = st.sampled_from((DAY, 0, 1, 7, 50, 180, 660, DAY + 30, 2 * DAY, 3 * DAY))
addresses = st.sampled_from(ADDRESSES)
shares = st.sampled_from(((), (), (50, 50), (40, 40, 20), (70, 30)))
first = st.builds(Step, delay=st.just(0), shares=shares, manual=st.just(False))
later = st.builds(Step, delay=st.integers(0, 3), shares=shares, manual=st.sampled_from((False,) * 9 + (True,)))
settings = st.builds(
    Settings,
    zone=st.sampled_from(ZONES),
    days=st.sampled_from(DAYS),
    hours=st.sampled_from(HOURS),
    gap=st.sampled_from((3, 10, 45)),
    new_leads=st.sampled_from((1, 2, 3, 100)),
    start_at=st.sampled_from((0, 0, 0, 100, 1500)),
    follow_ups=st.sampled_from((100, 100, 50, 0)),
    stop_on=st.sampled_from(STOPS),
    untracked=st.sampled_from((frozenset(), frozenset(), frozenset({"open"}), frozenset({"click"}))),
    bounces=st.sampled_from((None, None, None, 40)),
    pauses_domain=st.booleans(),
    ooo_is_reply=st.booleans(),
    steps=st.one_of(st.tuples(first, later, later), st.tuples(first, later), st.tuples(first)),
)


def minute(text: str) -> int:
    """A moment, which must be a whole minute."""
    seconds = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC).timestamp()
    assert seconds % 60 == 0
    return int(seconds) // 60


def iso(moment: int) -> str:
    """As the API reads it."""
    return datetime.fromtimestamp(moment * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Sending(Machine):
    """Some campaigns that share mailboxes, in the API and in the model; every rule ends with some time passing."""

    world: World

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.check = LedgerCheck()
        self.numbers: dict[int, int] = {}  # map id -> number of the enrolment
        self.map_ids: dict[int, int] = {}  # and back
        self.lead_ids: dict[str, int] = {}
        self.variants: dict[int, int] = {}  # variant id -> its place
        self.mails: dict[int, dict[str, Any]] = {}
        self.last_event = self.told = 0
        self.next_due: int | None = 0

    def call(self, method: str, path: str, body: Any = None, expected: int = 200) -> Any:
        """The body of an answer; no time passes before it."""
        answer = self.api.request(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code == expected, answer.text
        self.next_due = 0
        return answer.json()

    # ------------------------------------------------------------------------------------------ the beginning

    @initialize(
        start=st.sampled_from(STARTS),
        mailboxes=st.lists(
            st.tuples(st.sampled_from((1, 2, 3, 5, 50)), st.sampled_from((0, 0, 5, 61))), min_size=1, max_size=4
        ),
        campaigns=st.lists(
            st.tuples(
                settings,
                st.lists(pick, min_size=1, max_size=3),
                st.lists(addresses, min_size=4, max_size=10, unique=True),
            ),
            min_size=1,
            max_size=3,
        ),
        minutes=passing,
    )
    def begin(
        self,
        start: str,
        mailboxes: list[tuple[int, int]],
        campaigns: list[tuple[Settings, list[int], list[str]]],
        minutes: int,
    ) -> None:
        assert self.api.control("PUT", "/clock", {"mode": "frozen", "now": f"{start}:00Z"}).status_code == 200
        self.world = World(minute(start), [self.make_mailbox(n, *one) for n, one in enumerate(mailboxes)], [])
        for number, (plan, chosen, leads) in enumerate(campaigns):
            boxes = list(dict.fromkeys(self.world.mailboxes[n % len(mailboxes)] for n in chosen))
            self.make_campaign(plan, boxes)
            self.add(number, leads, False, 0)
            self.set_campaign_status(number, "START", 0)
        self.move(minutes)

    def make_mailbox(self, number: int, cap: int, wait: int) -> Mailbox:
        """A mailbox in the API."""
        address = f"box{number}@sender.example"
        return Mailbox(self.api.account(address, max_email_per_day=cap, time_to_wait_in_mins=wait), cap, wait)

    def make_campaign(self, plan: Settings, mailboxes: list[Mailbox]) -> None:
        """A draft in the API and in the model."""
        plan = replace(plan, start_at=self.world.now + plan.start_at if plan.start_at else 0)
        path = f"/campaigns/{self.api.campaign()}"
        self.call("POST", f"{path}/schedule", {
            "timezone": plan.zone, "days_of_the_week": plan.days, "start_hour": plan.hours[0],
            "end_hour": plan.hours[1], "min_time_btw_emails": plan.gap, "max_new_leads_per_day": plan.new_leads,
            "schedule_start_time": iso(plan.start_at) if plan.start_at else None,
        })  # fmt: skip
        self.call("POST", f"{path}/settings", {
            "track_settings": [TRACKS[word] for word in plan.untracked], "stop_lead_settings": plan.stop_on,
            "follow_up_percentage": plan.follow_ups, "auto_pause_domain_leads_on_reply": plan.pauses_domain,
            "out_of_office_detection_settings": {"ignoreOOOasReply": not plan.ooo_is_reply},
            **({} if plan.bounces is None else {"bounce_autopause_threshold": str(plan.bounces)}),
        })  # fmt: skip
        self.call("POST", f"{path}/sequences", {"sequences": [saved(n, one) for n, one in enumerate(plan.steps, 1)]})
        for step in self.call("GET", f"{path}/sequences"):
            self.variants |= {one["id"]: n for n, one in enumerate(step["sequence_variants"] or ())}
        self.call("POST", f"{path}/email-accounts", {"email_account_ids": [one.id for one in mailboxes]})
        self.world.campaigns.append(Campaign(int(path.rpartition("/")[2]), plan, mailboxes))

    # ------------------------------------------------------------------------------------------ time

    def move(self, minutes: int) -> None:
        """Advance both worlds, and compare them. Nothing happens before it was said to be due."""
        if not minutes:
            return
        known = len(self.world.ledger)
        answer = self.api.control("POST", "/clock/advance", {"minutes": minutes}).json()
        self.world.advance(self.world.now + minutes)
        happened = self.world.ledger[known:]
        self.compare_ledger()
        self.compare_leads()
        assert minute(answer["now"]) == self.world.now
        assert answer["events"] == Counter(NAMES[entry.kind] for entry in happened)
        assert not happened or (self.next_due is not None and happened[0].at >= self.next_due)
        self.next_due = None if answer["next_due"] is None else minute(answer["next_due"])

    @rule(minutes=passing)
    def wait(self, minutes: int) -> None:
        self.move(minutes)

    # ------------------------------------------------------------------------------------------ what users do

    def campaign(self, number: int) -> tuple[Campaign, str]:
        """A campaign and its path."""
        campaign = self.world.campaigns[number % len(self.world.campaigns)]
        return campaign, f"/campaigns/{campaign.id}"

    def enrolment(self, number: int) -> Enrolment:
        """A lead in a campaign."""
        return self.world.enrolments[number % len(self.world.enrolments)]

    @rule(number=pick, word=st.sampled_from(STATUS_WORDS), minutes=passing)
    def set_campaign_status(self, number: int, word: str, minutes: int) -> None:
        campaign, path = self.campaign(number)
        self.call("POST", f"{path}/status", {"status": word}, self.world.set_status(campaign, word))
        self.move(minutes)

    @rule(
        number=pick,
        addresses=st.lists(addresses, min_size=1, max_size=3, unique=True),
        ignores_lists=st.booleans(),
        minutes=passing,
    )
    def add(self, number: int, addresses: list[str], ignores_lists: bool, minutes: int) -> None:
        campaign, path = self.campaign(number)
        flags = {"ignore_global_block_list": ignores_lists, "ignore_unsubscribe_list": ignores_lists}
        body = {"lead_list": [{"email": address} for address in addresses], "settings": flags}
        added = self.call("POST", f"{path}/leads", body)["total_leads"]
        assert added == self.world.add(campaign, addresses, ignores_lists=ignores_lists)
        self.compare_leads()
        self.move(minutes)

    @precondition(lambda self: self.world.enrolments)
    @rule(number=pick, action=st.sampled_from(ACTIONS), days=st.sampled_from((None, 0, 2)), minutes=passing)
    def change_lead(self, number: int, action: str, days: int | None, minutes: int) -> None:
        one, world = self.enrolment(number), self.world
        map_id, lead_id = self.map_ids[one.number], self.lead_ids[one.address]
        path = f"/campaigns/{one.campaign.id}/leads/{lead_id}"
        if action == "pause":
            self.call("POST", f"{path}/pause", None, world.pause(one))
            self.check.silence(map_id, "paused")
        elif action == "resume":
            self.call("POST", f"{path}/resume", {"resume_lead_with_delay_days": days}, world.resume(one, days))
            self.check.resume(map_id)
        elif action == "unsubscribe":
            self.call("POST", f"{path}/unsubscribe")
            world.unsubscribe_here(one)
        elif action == "unsubscribe everywhere":
            self.call("POST", f"/leads/{lead_id}/unsubscribe")
            world.unsubscribe_everywhere(one.address)
        elif action == "categorise":
            self.call("POST", f"{path}/category", {"category_id": days or 3, "pause_lead": days is None})
            world.categorise(one, days or 3, pause=days is None)
        elif action == "complete":
            self.call("POST", f"/campaigns/{one.campaign.id}/leads/{map_id}/manual-complete")
            world.complete(one)
            self.check.silence(map_id, action)
        else:
            self.call("DELETE", path)
            world.delete(one)
        self.move(minutes)

    @rule(entry=st.sampled_from((DOMAINS[1], *ADDRESSES)), minutes=passing)
    def block(self, entry: str, minutes: int) -> None:
        self.call("POST", "/leads/add-domain-block-list", {"domain_block_list": [entry]})
        for one in self.world.block(entry):
            self.check.silence(self.map_ids[one.number], "blocked")
        self.move(minutes)

    @rule(number=pick, box=pick, minutes=passing)
    def attach_or_detach(self, number: int, box: int, minutes: int) -> None:
        campaign, path = self.campaign(number)
        mailbox = self.world.mailboxes[box % len(self.world.mailboxes)]
        method, act = ("DELETE", self.world.detach) if mailbox in campaign.mailboxes else ("POST", self.world.attach)
        self.call(method, f"{path}/email-accounts", {"email_account_ids": [mailbox.id]}, act(campaign, mailbox))
        self.move(minutes)

    @rule(
        number=pick,
        cap=st.sampled_from((0, 1, 2, 4, 50)),
        wait=st.sampled_from((0, 7, 100)),
        suspended=st.sampled_from((False, False, True)),
        minutes=passing,
    )
    def change_mailbox(self, number: int, cap: int, wait: int, suspended: bool, minutes: int) -> None:
        one = self.world.mailboxes[number % len(self.world.mailboxes)]
        body = {"max_email_per_day": cap, "time_to_wait_in_mins": wait, "is_suspended": suspended}
        self.call("POST", f"/email-accounts/{one.id}", body)
        one.cap, one.wait, one.suspended = cap, wait, suspended
        self.move(minutes)

    # ------------------------------------------------------------------------------------------ what recipients do

    @precondition(lambda self: self.world.enrolments)
    @rule(number=pick, word=st.sampled_from(REACTIONS), step=st.sampled_from((None, None, 1, 2)), minutes=passing)
    def react(self, number: int, word: str, step: int | None, minutes: int) -> None:
        one, known = self.enrolment(number), len(self.world.ledger)
        body = {"campaign_id": one.campaign.id, "email": one.address, "type": word} | ({"step": step} if step else {})
        answer = self.api.control("POST", "/events", body)
        assert answer.status_code == self.world.react(one, word, step), answer.text
        happened = Counter(NAMES[entry.kind] for entry in self.world.ledger[known:])
        assert answer.status_code != 200 or answer.json()["events"] == happened
        self.next_due = 0
        self.compare_ledger()
        self.move(minutes)

    # ------------------------------------------------------------------------------------------ comparing

    def compare_ledger(self) -> None:
        """The new events and mails are the model's, and keep the rules."""
        mails = self.pages("/messages", max(self.mails, default=0))
        events = self.pages("/events", self.last_event)
        self.mails |= {one["id"]: one for one in mails}
        assert [self.mail_entry(one) for one in mails] == self.world.messages[len(self.mails) - len(mails) :]
        assert [self.event_entry(one) for one in events] == self.world.ledger[self.told :]
        self.told += len(events)
        self.last_event = max((one["id"] for one in events), default=self.last_event)
        self.check.read(mails, events, self.world.campaigns, self.world.mailboxes)

    def compare_leads(self) -> None:
        """Every campaign and every lead has the model's status, and keeps its map id."""
        campaigns = {one["id"]: one["status"] for one in self.api.get("/campaigns").json()}
        assert campaigns == {one.id: one.status for one in self.world.campaigns}
        for campaign in self.world.campaigns:
            rows = {row["lead"]["email"]: row for row in self.api.rows(campaign.id)}
            leads = {one.address: one for one in self.world.leads_of(campaign)}
            assert {email: (row["status"], row["lead_category_id"]) for email, row in rows.items()} == {
                address: (one.status, one.category) for address, one in leads.items()
            }
            for address, row in rows.items():
                number, map_id = leads[address].number, row["campaign_lead_map_id"]
                self.lead_ids[address] = row["lead"]["id"]
                assert self.map_ids.setdefault(number, map_id) == map_id
                assert self.numbers.setdefault(map_id, number) == number

    def pages(self, path: str, after: int) -> list[dict[str, Any]]:
        """All entries above an id."""
        found: list[dict[str, Any]] = self.api.control("GET", f"{path}?after={after}&limit=1000").json()
        assert len(found) < 1000
        return found

    def mail_entry(self, one: dict[str, Any]) -> Entry:
        """A mail as the model has it."""
        place = one["campaign_id"], self.numbers[one["campaign_lead_map_id"]], one["step"], one["email_account_id"]
        return Entry(minute(one["at"]), one["type"], *place, self.variants.get(one["variant_id"]))

    def event_entry(self, one: dict[str, Any]) -> Entry:
        """A line of the ledger as the model has it."""
        lead = None if one["campaign_lead_map_id"] is None else self.numbers[one["campaign_lead_map_id"]]
        mail = () if one["message"] is None else self.mail_entry(self.mails[one["message"]])[4:]
        return Entry(minute(one["at"]), one["type"], one["campaign_id"], lead, *mail)

    @rule()
    def count(self) -> None:
        """The figures of mails are the model's, and the counts of leads add up."""
        sent = [one for one in self.pages("/messages", 0) if one["type"] == "SENT"]
        assert [(one["open_count"], one["click_count"], one["reply_count"], one["bounce_type"]) for one in sent] == [
            (mail.opens, mail.clicks, mail.replies, mail.bounce) for mail in self.world.mails
        ]
        for campaign in self.world.campaigns:
            leads = self.world.leads_of(campaign)
            counts = {status: self.total(campaign, status=status) for status in STATUSES}
            assert counts == {status: sum(one.status == status for one in leads) for status in STATUSES}
            assert sum(counts.values()) == self.total(campaign) == len(leads)

    def total(self, campaign: Campaign, **params: Any) -> int:
        """`total_leads` of a list."""
        return int(self.api.get(f"/campaigns/{campaign.id}/leads", params={**params, "limit": 1}).json()["total_leads"])


def saved(number: int, step: Step) -> dict[str, Any]:
    """A step as it is written."""
    variants = [
        {"subject": "s", "email_body": "b", "variant_label": label, "variant_distribution_percentage": share}
        for label, share in zip("ABC", step.shares, strict=False)
    ]
    body: dict[str, Any] = {"variant_distribution_type": "MANUAL_PERCENTAGE", "seq_variants": variants}
    return {
        "seq_number": number, "seq_delay_details": {"delay_in_days": step.delay},
        "seq_type": "MANUAL" if step.manual else "EMAIL", "subject": "s", **(body if variants else {"email_body": "b"}),
    }  # fmt: skip


def test_the_engine_sends_what_the_model_sends(api: Api) -> None:
    """Mails, reactions, lead and campaign statuses are the model's, whatever users and recipients do in between."""
    run(Sending, api, "default", examples=12, steps=16)

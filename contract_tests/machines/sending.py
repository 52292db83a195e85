"""Campaigns that send: who gets which mail when, what stops it, and what every figure says about it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from contract_tests.machines import figures
from contract_tests.machines.base import REFUSALS, action
from contract_tests.machines.expected import number
from contract_tests.machines.mailing import Mailing, schedule
from contract_tests.machines.sending_figures import Figures
from contract_tests.machines.sending_parts import DAY, OPEN, RUNNING, Campaign, Lead, Plan, Step, Variant

#: clocks change soon after most of them
STARTS = (
    "2026-03-02T08:00:00Z", "2026-03-06T16:30:00Z", "2026-03-07T13:30:00Z", "2026-03-27T20:10:00Z",
    "2026-10-24T06:30:00Z", "2026-10-30T23:50:00Z",
)  # fmt: skip
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
DAYS = ((0, 1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5), (6, 7), (0, 1, 3), (7, 1, 2))
#: mails whose gap is 10 or 20 minutes meet the end of the short ones
HOURS = (
    ("00:00", "23:59"), ("09:00", "17:00"), ("01:30", "03:10"), ("13:00", "13:20"), ("17:45", "23:30"),
    ("09:00", "09:20"),
)  # fmt: skip
DOMAINS = ("a.simulator.test", "b.simulator.test")
WORDS = (
    "silent", "silent+1", "silent+2", "silent+3", "silent+4", "silent+5", "silent+6", "silent+7", "open",
    "open+after-1d", "click+after-90m", "reply", "reply+after-2d", "reply-interested+after-0m",
    "reply-not-interested+after-26h", "colleague-reply+after-3h", "ooo", "bounce+after-1d", "soft-bounce",
    "unsubscribe+after-36h",
)  # fmt: skip
ADDRESSES = tuple(f"{word}@{DOMAINS[count % 3 == 0]}" for count, word in enumerate(WORDS))
STOPS = ("REPLY_TO_AN_EMAIL", "CLICK_ON_A_LINK", "OPEN_AN_EMAIL")
REACTIONS = (
    "open",
    "open",
    "click",
    "reply",
    "reply-interested",
    "ooo",
    "bounce",
    "soft-bounce",
    "unsubscribe",
    "silent",
)
#: one is a template itself: what a field holds is not filled again
NAMES = ("Ada", "Zoë", "{{email}}", "O'Neil & Söhne")

pick = st.integers(0, 29)
passing = st.sampled_from((DAY, 0, 7, 50, 180, 660, DAY + 30, 2 * DAY))
_shares = st.sampled_from(
    ((), (), (("A", 50), ("B", 50)), (("A", 40), ("B", 40), ("C", 20)), (("A", 0), ("B", 100)))
).map(lambda found: tuple(Variant(*one) for one in found))
_subjects = st.sampled_from(("Hi {{first_name}}.", "For {{company_name}} in {{City}}: {{nothing}}.", "Hello."))
_bodies = st.sampled_from((
    '<p>Dear {{first_name}} {{last_name}},</p><a href="https://shop.example/a">{{email}}</a>.',
    "{{First_Name}} {{City}}.", "Zwölf {{company_name}}.",
))  # fmt: skip
_first = st.builds(Step, delay=st.just(0), subject=_subjects, body=_bodies, variants=_shares)
_later = st.builds(Step, delay=st.integers(0, 3), subject=st.just(""), body=_bodies, variants=_shares)
plans = st.builds(
    Plan,
    steps=st.one_of(st.tuples(_first, _later, _later), st.tuples(_first, _later), st.tuples(_first)),
    zone=st.sampled_from(ZONES), days=st.sampled_from(DAYS), hours=st.sampled_from(HOURS),
    gap=st.sampled_from((3, 10, 20, 45)), new_leads=st.sampled_from((1, 2, 3, 100)),
    start_in=st.sampled_from((0, 0, 0, 100, 1500)), follow_ups=st.sampled_from((100, 100, 50, 0)),
    stop_on=st.sampled_from(STOPS),
    untracked=st.sampled_from((frozenset[str](), frozenset[str](), frozenset({"open"}), frozenset({"click"}))),
    pauses_domain=st.booleans(), ooo_is_reply=st.booleans(),
)  # fmt: skip


class Sending(Figures, Mailing):
    """Two campaigns that share mailboxes and addresses; most steps of a story end with time passing."""

    family = "sending"
    needs = ("get_campaign_statistics",)
    shares = 2

    @initialize(
        start=st.sampled_from(STARTS),
        boxes=st.lists(
            st.tuples(st.sampled_from((1, 2, 4, 50)), st.sampled_from((0, 0, 5, 61))), min_size=1, max_size=3
        ),
        made=st.lists(
            st.tuples(
                plans, st.lists(pick, min_size=1, max_size=3),
                st.lists(st.sampled_from(ADDRESSES), min_size=3, max_size=8, unique=True),
            ),
            min_size=2, max_size=2,
        ),
        minutes=passing,
    )  # fmt: skip
    def start_story(
        self, start: str, boxes: Sequence[tuple[int, int]], made: Sequence[tuple[Plan, Sequence[int], Sequence[str]]],
        minutes: int,
    ) -> None:  # fmt: skip
        """Mailboxes, campaigns, leads."""
        with self._ending():
            self.set_clock(start)
            found = [self.make_box(*one) for one in boxes]
            for plan, chosen, addresses in made:
                own = list(dict.fromkeys(found[one % len(found)] for one in chosen))
                campaign = self.make_campaign(plan, own, start=False)
                self.add_leads(campaign, addresses, NAMES)
                self.set_campaign_status(campaign, "START")
            self.go_on(minutes)

    def go_on(self, minutes: int) -> None:
        """Let time pass, perhaps, and compare."""
        if minutes:
            self.pass_time(minutes)
        else:
            for campaign in self.office.campaigns:
                is_open = any(mail.or_unsubscribed_at is not None for mail in campaign.mails)
                if is_open or campaign is self.campaign(self.turn):
                    self.compare_mails(campaign, *self.mail_rows(campaign))
        self.turn += 1
        self.compare_states(self.campaign(self.turn))
        self.compare_figures(self.campaign(self.turn), self.turn)

    def teardown(self) -> None:
        """The end of a story: two weeks pass, and everything is counted."""
        if self.is_over or not self.office.campaigns or sys.exc_info()[0] is not None:
            return
        with self._ending():
            self.pass_time(3 * DAY)
            self.pass_time(11 * DAY + 77)
            self.compare_states()
            for campaign in self.office.campaigns:
                for turn in range(len(self.views())):
                    self.compare_figures(campaign, turn)
                mails = campaign.mails
                for mail in mails[:: max(1, len(mails) // 2)]:
                    day = campaign.day(mail.at)
                    self.compare_days(campaign, day, day, campaign.plan.zone)
            for lead in self.office.leads[:2]:
                self.compare_lead(lead)

    def campaign(self, count: int) -> Campaign:
        """One of them."""
        return self.office.campaigns[count % len(self.office.campaigns)]

    def lead(self, count: int) -> Lead:
        """One of all rows."""
        return self.office.leads[count % len(self.office.leads)]

    # -------------------------------------------------------------------------------------------- recipients

    @action(
        when=lambda self: any(lead.mails for lead in self.office.leads), minutes=passing,
        done=st.lists(
            st.tuples(pick, st.sampled_from(REACTIONS), st.sampled_from((None, None, 1))), min_size=2, max_size=5
        ),
    )  # fmt: skip
    def react(self, done: Sequence[tuple[int, str, int | None]], minutes: int) -> None:
        """Some who got a mail do something with it, perhaps twice."""
        for count, word, step in done:
            mailed = [lead for lead in self.office.leads if lead.mails]
            lead = mailed[count % len(mailed)]
            mail = lead.mails[0] if step else lead.mails[-1]
            body: dict[str, Any] = {"campaign_id": lead.campaign.id, "email": lead.address, "type": word}
            for _ in range(2 if word in ("open", "click") else 1):
                answer = self.control("POST", "/events", body | ({"step": step} if step else {}))
                is_dead = word != "silent" and mail.is_hard_bounce
                if word in lead.campaign.plan.untracked or is_dead:
                    self.hold(answer.status in REFUSALS, f"a {word} that cannot be is taken: {answer.status}", answer)
                else:
                    self.hold(answer.status == 200, f"a {word} is refused: {answer.status}", answer)
                    self.office.act(mail, word)
        self.go_on(minutes)

    # -------------------------------------------------------------------------------------------- time, campaigns

    @action(
        when=lambda self: any(one.status != "STOPPED" for one in self.office.campaigns), count=pick,
        word=st.sampled_from(("START", "START", "PAUSED", "PAUSED", "PAUSED", "STOPPED")), minutes=passing,
    )  # fmt: skip
    def change_campaign(self, count: int, word: str, minutes: int) -> None:
        """Start, pause or stop one; a paused one that is paused is started, and the other way round."""
        able = [one for one in self.office.campaigns if one.status != "STOPPED"]
        campaign = able[count % len(able)]
        if campaign.status != "ACTIVE" and (word == "PAUSED" or campaign.status == "COMPLETED"):
            word = "START"
        self.set_campaign_status(campaign, word)
        self.go_on(minutes)

    @action(
        count=pick, gap=st.sampled_from((3, 20, 60)), new_leads=st.sampled_from((1, 2, 100)),
        hours=st.sampled_from(HOURS), minutes=passing,
    )  # fmt: skip
    def reschedule(self, count: int, gap: int, new_leads: int, hours: tuple[str, str], minutes: int) -> None:
        """A new window takes effect at once."""
        campaign = self.campaign(count)
        old = campaign.plan
        campaign.plan = Plan(
            old.steps, old.zone, old.days, hours, gap, new_leads, old.start_in, old.follow_ups, old.stop_on,
            old.untracked, old.pauses_domain, old.ooo_is_reply,
        )  # fmt: skip
        body = schedule(campaign.plan, campaign.start_at)
        self.make("update_campaign_schedule", path={"campaign_id": campaign.id}, body=body)
        self.go_on(minutes)

    @action(
        count=pick, addresses=st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=3, unique=True), minutes=passing
    )
    def add(self, count: int, addresses: Sequence[str], minutes: int) -> None:
        """More leads; who is blocked, has unsubscribed from everything or is there already is not taken."""
        self.add_leads(self.campaign(count), addresses, NAMES)
        self.go_on(minutes)

    @action(
        count=pick, which=pick, cap=st.sampled_from((None, None, 1, 2, 50)), minutes=passing,
    )  # fmt: skip
    def change_mailbox(self, count: int, which: int, cap: int | None, minutes: int) -> None:
        """A mailbox gets another cap; or it is attached or detached, and its follow-ups wait until it is back."""
        campaign, box = self.campaign(count), self.office.boxes[which % len(self.office.boxes)]
        path, body = {"campaign_id": campaign.id}, {"email_account_ids": [box.id]}
        if cap is not None:
            self.make("update_email_account", path={"email_account_id": box.id}, body={"max_email_per_day": cap})
            box.cap = cap
        elif box not in campaign.boxes:
            self.make("add_campaign_email_accounts", path=path, body=body)
            campaign.boxes.append(box)
        elif len(campaign.boxes) > 1:
            self.make("remove_campaign_email_accounts", path=path, body=body)
            campaign.boxes.remove(box)
        elif campaign.status == "ACTIVE":
            self.make("remove_campaign_email_accounts", path=path, body=body, ok=REFUSALS)
        self.go_on(minutes)

    # -------------------------------------------------------------------------------------------- leads

    @action(when=lambda self: self.office.leads, count=pick, minutes=passing)
    def pause(self, count: int, minutes: int) -> None:
        """A lead gets nothing more until it is resumed."""
        lead = self.lead(count)
        can = self.office.can_pause(lead)
        paused = self.ask("pause_lead_in_campaign", path=_of(lead), ok=(200,) if can else (200, *REFUSALS))
        if can:
            lead.status = "PAUSED"
        elif paused.status == 200 and lead.status != "BLOCKED":
            lead.or_status = ("PAUSED",)
        self.go_on(minutes)

    @action(when=lambda self: self.office.leads, count=pick, days=st.sampled_from((None, 0, 2, 4)), minutes=passing)
    def resume(self, count: int, days: int | None, minutes: int) -> None:
        """A pause ends, one that has just begun where there is no other; for who is not paused nothing changes."""
        able = [lead for lead in self.office.leads if lead.status in OPEN and not lead.is_silent]
        lead = able[count % len(able)] if able else self.lead(count)
        if lead.status in RUNNING and not lead.is_silent:
            self.ask("pause_lead_in_campaign", path=_of(lead))
            lead.status = "PAUSED"
        is_due = lead.status == "PAUSED" and not lead.is_silent
        body = {} if days is None else {"resume_lead_with_delay_days": days}
        ok = (200,) if is_due else (200, 500, *REFUSALS)
        self.ask("resume_lead_in_campaign", path=_of(lead), body=body, ok=ok)
        spoken = self.edition.resumed_before_first_mail if "resume_lead_in_campaign" in self.world.api else "STARTED"
        self.office.resume(lead, days, spoken)
        self.go_on(minutes)

    @action(when=lambda self: self.office.leads, count=pick, everywhere=st.booleans(), minutes=passing)
    def unsubscribe(self, count: int, everywhere: bool, minutes: int) -> None:
        """A lead gets nothing more, of one campaign or of anybody; the other campaigns go on in the first case."""
        lead, office = self.lead(count), self.office
        for one in office.leads:
            is_meant = one.address == lead.address if everywhere else one is lead
            if is_meant and not one.is_silent and one.mails:
                one.mails[-1].or_unsubscribed_at = office.now
        if everywhere:
            self.ask("unsubscribe_lead_globally", path={"lead_id": lead.id})
            office.silence_everywhere(lead.address)
        else:
            self.ask("unsubscribe_lead_from_campaign", path=_of(lead))
            office.silence(lead)
        self.go_on(minutes)

    @action(when=lambda self: len(self.office.leads) > 3, count=pick, deletes=st.booleans(), minutes=passing)
    def finish(self, count: int, deletes: bool, minutes: int) -> None:
        """A lead is marked as done; or it leaves its campaign, and its mails leave all figures."""
        lead = self.lead(count)
        if deletes:
            self.make("delete_lead_from_campaign", path=_of(lead))
            self.office.delete(lead)
        else:
            path = {"campaign_id": lead.campaign.id, "lead_map_id": lead.map_id}
            self.ask("mark_lead_complete", path=path)
            self.office.complete(lead)
        self.go_on(minutes)

    @action(
        when=lambda self: self.office.leads, count=pick, category=st.integers(1, 7), pauses=st.booleans(),
        minutes=passing,
    )  # fmt: skip
    def categorise(self, count: int, category: int, pauses: bool, minutes: int) -> None:
        """A lead gets a category, and may be paused with it."""
        lead = self.lead(count)
        body = {"category_id": category, "pause_lead": pauses}
        can = self.office.can_pause(lead) or not pauses
        answer = self.ask(
            "update_lead_category_in_campaign", path=_of(lead), body=body, ok=(200,) if can else (200, *REFUSALS)
        )
        if answer.status == 200:
            lead.category = category
            if pauses and self.office.can_pause(lead):
                lead.status = "PAUSED"
            elif pauses and lead.status != "BLOCKED":
                lead.or_status = ("PAUSED",)
        self.go_on(minutes)

    @action(entry=st.sampled_from((DOMAINS[1], *ADDRESSES)), minutes=passing)
    def block(self, entry: str, minutes: int) -> None:
        """An address or a domain is blocked; what was imported before gets nothing more."""
        self.make("add_to_global_block_list", body={"domain_block_list": [entry]})
        self.office.block(entry)
        self.go_on(minutes)

    # -------------------------------------------------------------------------------------------- reading

    @action(
        count=pick, words=st.lists(st.sampled_from(sorted(figures.STATUS_FILTERS)), max_size=1),
        step=st.sampled_from((None, 1, 2)), limit=st.sampled_from((1, 2, 3, 100)),
    )  # fmt: skip
    def filter_mails(self, count: int, words: Sequence[str], step: int | None, limit: int) -> None:
        """The mails of a campaign by status and step, page by page: each once, and no others."""
        campaign = self.campaign(count)
        query: dict[str, Any] = {"limit": limit}
        expected = [mail for mail in campaign.mails if step in (None, mail.step)]
        words = [word for word in words if word in self.words("get_campaign_statistics", "email_status")]
        for word in words:
            query["email_status"] = word
            expected = [mail for mail in expected if figures.STATUS_FILTERS[word](mail)]
        if step:
            query["email_sequence_number"] = str(step)
        found: list[tuple[str, int]] = []
        for offset in range(0, len(expected) + limit, limit):
            page = self.call(
                "get_campaign_statistics", path={"campaign_id": campaign.id}, query={**query, "offset": offset}
            )
            self.same(number(page.json["total_stats"]), len(expected), "total_stats", page)
            self.hold(len(page.json["data"]) <= limit, f"a page has more than {limit} rows", page)
            found += [(row["lead_email"], row["sequence_number"]) for row in page.json["data"]]
            wanted = sorted((mail.lead.address, mail.step) for mail in expected)
        self.same(sorted(found), wanted, "mails of all pages", page)

    @action(
        "get_campaign_analytics_by_date", count=pick, zone=st.sampled_from(ZONES), first=st.integers(-1, 6),
        length=st.integers(0, 4),
    )  # fmt: skip
    def figures_of_days(self, count: int, zone: str, first: int, length: int) -> None:
        """The figures of some days, by all operations that take days."""
        campaign = self.campaign(count)
        day = campaign.day(campaign.created_at) + timedelta(days=first)
        self.compare_days(campaign, day, day + timedelta(days=length), zone)

    @action(when=lambda self: any(lead.mails for lead in self.office.leads), count=pick)
    def read_lead(self, count: int) -> None:
        """What was written to a lead, and what it wrote back."""
        mailed = [lead for lead in self.office.leads if lead.mails]
        self.compare_lead(mailed[count % len(mailed)])

    @action(minutes=passing)
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.go_on(minutes or 3 * DAY)


def _of(lead: Lead) -> dict[str, int]:
    return {"campaign_id": lead.campaign.id, "lead_id": lead.id}

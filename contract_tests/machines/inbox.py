"""The master inbox: replies, what a team does with them, and the figures of the account."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from contract_tests.machines.analytics import Asked
from contract_tests.machines.base import REFUSALS, action
from contract_tests.machines.expected import number
from contract_tests.machines.inbox_model import FOR_EVER, LISTS, Talk
from contract_tests.machines.inbox_views import InboxViews, of_lead
from contract_tests.machines.sending_parts import DAY, RUNNING, Lead, Plan, Step, text_of, wall

ADDRESSES = (
    "silent+ann@one.simulator.test", "silent+ben@two.simulator.test", "silent+cy@one.simulator.test",
    "reply-interested+after-5h@two.simulator.test", "reply-not-interested@one.simulator.test",
    "open+after-2h@two.simulator.test",
)  # fmt: skip
NAMES = ("Ada", "Zoë", "Ng", "Ada Li")
WORDS = (
    "reply", "reply", "reply-interested", "reply-not-interested", "colleague-reply", "open", "click", "bounce",
    "soft-bounce", "unsubscribe",
)  # fmt: skip
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
#: in most of them it is another day somewhere else; months and clocks change
STARTS = (
    "2026-03-02T08:00:00Z", "2026-03-02T21:30:00Z", "2026-02-27T02:10:00Z", "2026-03-06T19:00:00Z",
    "2026-12-30T03:45:00Z",
)  # fmt: skip
UNKNOWN = 3_999_999_999
pick = st.integers(0, 29)
passing = st.sampled_from((0, 1, 30, 60, 300, DAY, DAY + 90))
_steps = (
    Step(0, "Hello {{first_name}}", "<p>One {{company_name}}</p>"), Step(2, "", "<p>Two</p>"),
    Step(3, "", "<p>Three</p>"),
)  # fmt: skip
#: always open but for the last minute of a day; the first one goes on after replies, the second stops
PLANS = tuple(
    Plan(_steps, days=(0, 1, 2, 3, 4, 5, 6), hours=("00:00", "23:59"), gap=3, stop_on=stop_on)
    for stop_on in ("CLICK_ON_A_LINK", "REPLY_TO_AN_EMAIL")
)
filters = st.one_of(
    st.tuples(st.just("campaignId"), pick), st.tuples(st.just("emailAccountId"), pick),
    st.tuples(st.just("campaignClientId"), pick),
    st.tuples(st.just("emailStatus"), st.sampled_from(("Opened", "Clicked", "Replied", "Bounced", "Not Replied"))),
    st.tuples(st.just("search"), st.sampled_from(("ADA", "zoë", "one.sim", "bell", "ann@", "nobody"))),
    st.tuples(st.just("leadCategories"), st.sampled_from((
        {"categoryIdsIn": [1]}, {"categoryIdsIn": [1, 3]}, {"categoryIdsNotIn": [3]}, {"unassigned": True},
        {"isAssigned": True},
    ))),
)  # fmt: skip


class Inbox(InboxViews):
    """Two campaigns, one of a client, that share addresses and a mailbox."""

    family = "inbox"
    needs = ("list_inbox_replies", "get_inbox_lead_by_id")
    shares = 2

    @initialize(
        start=st.sampled_from(STARTS),
        chosen=st.tuples(
            st.lists(st.sampled_from(ADDRESSES), min_size=3, max_size=5, unique=True),
            st.lists(st.sampled_from(ADDRESSES), min_size=2, max_size=4, unique=True),
        ),
    )
    def start_story(self, start: str, chosen: Sequence[Sequence[str]]) -> None:
        """Two campaigns whose leads have got their first mail."""
        with self._ending():
            self.set_clock(start)
            self.talks: dict[int, Talk] = {}
            self.gone: list[int] = []
            self.strangers: dict[str, tuple[str, int]] = {}
            name = self.new_name("client")
            made = self.make("save_client", body={"name": name, "email": self.address("client")})
            client = made.json["clientId"]
            self.clients = {client: name}
            self.user = self.make("get_user_by_api_key").json["id"]
            shared = self.make_box(50)
            other = self.make_box(50, domain="second.example")
            boxes = ((shared, other), (shared,))
            for plan, own, addresses, owner in zip(PLANS, boxes, chosen, (client, None), strict=True):
                campaign = self.make_campaign(plan, own, client=owner, start=False)
                self.add_leads(campaign, addresses, NAMES)
                self.set_campaign_status(campaign, "START")
            if self.has("push_lead_to_subsequence"):
                self.make_campaign(PLANS[0], [shared], parent=self.office.campaigns[0])
            self.check(Talk(self.office.leads[0]), 60)

    # -------------------------------------------------------------------------------------------- what happens

    @action("push_lead_to_subsequence", count=pick, days=st.sampled_from((0, 0, 2)), minutes=passing)
    def push(self, count: int, days: int, minutes: int) -> None:
        """A lead goes on in a sub-sequence: its first mail comes after so many days, and its old row stays. Who is
        there already, or in another campaign, is refused.
        """
        talk = self.talk(count)
        parent, child = self.office.campaigns[0], self.office.campaigns[2]
        unit = 1 if self.edition.push_delay_unit == "days" else 24 * 60 * 60
        body = {"email_lead_map_id": talk.id, "sub_sequence_id": child.id, "sub_sequence_delay_time": days * unit}
        is_there = any(lead.address == talk.lead.address for lead in child.leads)
        if talk.lead.campaign is not parent or is_there:
            self.refused("push_lead_to_subsequence", body=body)
        elif talk.lead.status in RUNNING and not talk.lead.is_silent:
            self.call("push_lead_to_subsequence", body=body)
            rows, exchange = self.rows(child)
            new = [row for row in rows if row["lead"]["email"] == talk.lead.address]
            self.same(len(new), 1, "rows of the lead in the sub-sequence", exchange)
            now, lead = self.office.now, talk.lead
            map_id = new[0]["campaign_lead_map_id"]
            child.leads.append(Lead(map_id, lead.id, child, lead.address, lead.fields, now, now + days * DAY))
            talk.is_pushed = True
        self.check(talk, minutes)

    @action(done=st.lists(st.tuples(pick, st.sampled_from(WORDS)), min_size=1, max_size=3), minutes=passing)
    def react(self, done: Sequence[tuple[int, str]], minutes: int) -> None:
        """Leads do something with their last mail."""
        for count, word in done:
            talk = self.talk(count)
            mail = talk.lead.mails[-1]
            if mail.is_hard_bounce:
                word = "silent"
            body = {"campaign_id": talk.lead.campaign.id, "email": talk.lead.address, "type": word}
            answer = self.control("POST", "/events", body)
            self.hold(answer.status == 200, f"a {word} is refused: {answer.status}", answer)
            self.office.act(mail, word)
        self.check(talk, minutes)

    @action("list_untracked_replies", count=pick, name=st.sampled_from(("pat", "sam")))
    def stranger(self, count: int, name: str) -> None:
        """A mail comes that answers none: it is among the untracked ones, and in nobody's conversation."""
        box = self.office.boxes[count % len(self.office.boxes)]
        subject = self.new_name("subject")
        mail = {"from": f"{name}@other.example", "subject": subject, "body": "<p>Hi</p>"}
        answer = self.control("POST", f"/email-accounts/{box.id}/messages", mail)
        self.hold(answer.status in (200, 201), f"a received mail is refused: {answer.status}", answer)
        self.strangers[subject] = (mail["from"], box.id)
        exchange = self.call("list_untracked_replies")
        found = exchange.json.get("data", exchange.json)
        rows = found.get("replies", found.get("untracked_replies"))
        total = found.get("totalCount", found.get("total_count"))
        self.same(total, len(self.strangers), "how many untracked replies there are", exchange)
        self.same(len(rows), min(20, len(self.strangers)), "untracked replies on the first page", exchange)
        self.hold(subject in exchange.text and mail["from"] in exchange.text, "the new one is not shown", exchange)
        page = self.call("list_untracked_replies", query={"limit": 1, "offset": len(self.strangers)})
        found = page.json.get("data", page.json)
        self.same(found.get("replies", found.get("untracked_replies")), [], "behind the last page", page)
        self.check(self.talk(count))

    # -------------------------------------------------------------------------------------------- what a team does

    def change(self, operation: str, talk: Talk, unknown: bool, **body: Any) -> None:
        """Change a conversation; perhaps after a try on one that is not there, which must be refused."""
        if unknown:
            self.refused(operation, body={"email_lead_map_id": self.gone[-1] if self.gone else UNKNOWN, **body})
        self.call(operation, body={"email_lead_map_id": talk.id, **body})

    @action("change_read_status", count=pick, is_read=st.booleans(), unknown=st.booleans())
    def read(self, count: int, is_read: bool, unknown: bool) -> None:
        """Note that a conversation was read, or was not."""
        talk = self.talk(count)
        self.change("change_read_status", talk, unknown, read_status=is_read)
        talk.lead.is_unread = not is_read
        self.check(talk)
        self.compare_list("list_unread_replies", {})

    @action(
        "update_inbox_lead_category", count=pick, category=st.sampled_from((None, 1, 2, 3, 5, 7)),
        unknown=st.booleans(),
    )  # fmt: skip
    def categorise(self, count: int, category: int | None, unknown: bool) -> None:
        """A category, or none; the same lead in another campaign keeps its own."""
        talk = self.talk(count)
        self.change("update_inbox_lead_category", talk, unknown, category_id=category)
        talk.lead.category = category
        self.check(talk)

    @action(
        "update_inbox_lead_revenue", count=pick, revenue=st.sampled_from((12.5, 999.99, 0, 0.01)),
        unknown=st.booleans(),
    )  # fmt: skip
    def value(self, count: int, revenue: float, unknown: bool) -> None:
        """What a lead is worth; a new value replaces the old one."""
        talk = self.talk(count)
        self.change("update_inbox_lead_revenue", talk, unknown, revenue=revenue)
        talk.revenue = revenue
        self.check(talk)

    @action("assign_inbox_team_member", count=pick, unknown=st.booleans())
    def assign(self, count: int, unknown: bool) -> None:
        """A conversation becomes the user's own."""
        talk = self.talk(count)
        self.change("assign_inbox_team_member", talk, unknown, team_member_id=self.user)
        talk.member = self.user
        self.check(talk)
        if self.has("list_assigned_to_me"):
            rows, exchange = self.listed("list_assigned_to_me", {})
            shown = sorted(number(row["email_lead_map_id"]) for row in rows)
            mine = sorted(talk.id for talk in self.talks.values() if talk.member == self.user)
            self.same(shown, mine, "what is assigned to me", exchange)

    @action(
        count=pick, state=st.sampled_from(("is_archived", "is_important", "is_snoozed")), value=st.booleans(),
        minutes=st.sampled_from((0, 30, DAY)),
    )  # fmt: skip
    def put_aside(self, count: int, state: str, value: bool, minutes: int) -> None:
        """Archive, mark or snooze a conversation, as a user does in the web page; a snooze may end by itself."""
        talk = self.talk(count)
        body: dict[str, Any] = {state: value}
        until = self.office.now + minutes
        if state == "is_snoozed":
            if value and minutes:
                body = {"snoozed_until": text_of(until)}
            talk.snoozed_until = (until if minutes else FOR_EVER) if value else 0
        elif state == "is_archived":
            talk.is_archived = value
        else:
            talk.is_important = value
        answer = self.control("PUT", f"/inbox/{talk.id}", body)
        self.hold(answer.status == 200, f"a conversation cannot be put aside: {answer.text[:200]}", answer)
        self.check(talk)
        for name in ("list_archived_messages", "list_important_messages", "list_snoozed_messages"):
            self.compare_list(name, {})

    @action("set_lead_reminder", count=pick, minutes=st.sampled_from((60, DAY)))
    def remind(self, count: int, minutes: int) -> None:
        """A reminder of a mail."""
        talk = self.talk(count)
        at = self.office.now + minutes
        body = {
            "message": "Call",
            "reminder_time": text_of(at),
            "email_stats_id": self.mail_of(talk)["stats_id"],
        }
        self.change("set_lead_reminder", talk, False, **body)
        talk.reminders.append(at)
        self.compare_list("list_reminder_messages", {})
        self.check(talk)

    @action("create_lead_note", "create_lead_task", count=pick, is_task=st.booleans())
    def note(self, count: int, is_task: bool) -> None:
        """Notes and tasks stay with their conversation, all of them."""
        talk = self.talk(count)
        for text in (self.new_name("note"), self.new_name("note")):
            if is_task:
                self.change("create_lead_task", talk, False, name=text)
                talk.tasks.append(text)
            else:
                self.change("create_lead_note", talk, False, note_message=text)
                talk.notes.append(text)
        operation, name, own = ("list_lead_tasks", "name", "tasks") if is_task else ("list_lead_notes", "note", "notes")
        if self.has(operation):
            exchange = self.call(operation, path={"lead_id": talk.lead.id})
            shown = sorted((number(row["email_lead_map_id"]), row[name]) for row in exchange.json["data"])
            same_lead = [one for one in self.talks.values() if one.lead.id == talk.lead.id]
            right = sorted((one.id, text) for one in same_lead for text in getattr(one, own))
            self.same(shown, right, f"{own} of a lead", exchange)
        self.check(talk)

    # -------------------------------------------------------------------------------------------- mails by hand

    @action("reply_email_thread", count=pick, waits=st.sampled_from((0, 0, 90, DAY)), minutes=passing)
    def answer(self, count: int, waits: int, minutes: int) -> None:
        """A mail by hand, now or later: it is in the history, and in no figure."""
        talk = self.talk(count)
        body: dict[str, Any] = {"email_stats_id": self.mail_of(talk)["stats_id"], "email_body": "<p>Thanks</p>"}
        if waits:
            body["scheduled_time"] = text_of(self.office.now + waits)
        self.call("reply_email_thread", path={"campaign_id": talk.lead.campaign.id}, body=body)
        talk.by_hand.append(self.office.now + waits)
        self.compare_list("list_scheduled_messages", {})
        self.compare_list("list_sent_messages" if self.has("list_sent_messages") else "list_inbox_replies", {})
        self.check(talk, minutes)
        self.compare_history(talk)

    @action("resume_inbox_lead", "pause_lead_in_campaign", count=pick, days=st.sampled_from((None, 0, 2)))
    def pause_and_resume(self, count: int, days: int | None) -> None:
        """A lead is paused, and resumed from the inbox: its next mail comes so many days after its last one."""
        running = [talk for talk in self.talks.values() if self.office.can_pause(talk.lead) and not talk.by_hand]
        running = [talk for talk in running if not talk.lead.is_silent]
        if not running:
            self.reject()
        talk = running[count % len(running)]
        self.call("pause_lead_in_campaign", path=of_lead(talk.lead))
        talk.lead.status = "PAUSED"
        self.compare_talk(talk)
        body: dict[str, Any] = {"email_lead_map_id": talk.id, "campaign_id": talk.lead.campaign.id}
        self.call("resume_inbox_lead", body=body | ({} if days is None else {"resume_delay_days": days}))
        meant = self.edition.inbox_resume_days if days is None else days
        self.office.resume(talk.lead, meant, self.edition.resumed_before_first_mail)
        self.check(talk, 60)

    @action(when=lambda self: len(self.talks) > 4, count=pick)
    def leave(self, count: int) -> None:
        """A lead is taken out of its campaign: its conversation is gone everywhere, that of the other campaign not."""
        talk = self.talk(count)
        self.make("delete_lead_from_campaign", path=of_lead(talk.lead))
        self.office.delete(talk.lead)
        del self.talks[talk.id]
        self.gone.append(talk.id)
        gone = self.call("get_inbox_lead_by_id", path={"lead_map_id": talk.id}, ok=(200, *REFUSALS))
        self.hold(talk.lead.address not in gone.text, "a conversation that is gone is shown", gone)
        for name in ("list_sent_messages", "list_inbox_replies", "list_archived_messages"):
            if self.has(name):
                self.compare_list(name, {})
        self.check(self.talk(count))

    # -------------------------------------------------------------------------------------------- lists, figures

    @action(
        name=st.sampled_from(sorted(LISTS)), chosen=st.lists(filters, min_size=1, max_size=2),
        limit=st.integers(1, 3),
    )  # fmt: skip
    def filter(self, name: str, chosen: Sequence[tuple[str, Any]], limit: int) -> None:
        """A list by filters, and page by page: each conversation once, and in the order of the whole."""
        name = name if self.has(name) else "list_inbox_replies"
        wanted = dict(chosen)
        ids = {
            "campaignId": [one.id for one in self.office.campaigns],
            "emailAccountId": [one.id for one in self.office.boxes],
            "campaignClientId": list(self.clients),
        }  # fmt: skip
        for filter_name, known in ids.items():
            if filter_name in wanted:
                wanted[filter_name] = known[wanted[filter_name] % len(known)]
        self.compare_list(name, wanted)
        whole = self.compare_list(name, {})
        pages: list[int] = []
        for offset in range(0, len(whole) + 1, limit):
            rows, exchange = self.listed(name, {"limit": limit, "offset": offset})
            self.hold(len(rows) <= limit, f"a page of {limit} has {len(rows)} rows", exchange)
            pages += [number(row["email_lead_map_id"]) for row in rows]
            self.same(pages, whole[: len(pages)], f"{name}: pages of {limit}", exchange)
        self.same(pages, whole, f"{name}: all pages of {limit}", exchange)

    @action(
        "analytics_overall_stats_v2", turn=st.integers(0, 99), first=st.integers(-1, 4), length=st.integers(0, 6),
        zone=st.sampled_from(ZONES), narrow=st.sampled_from(("", "", "campaign", "client", "nobody")), count=pick,
        full=st.booleans(),
    )  # fmt: skip
    def count(self, turn: int, first: int, length: int, zone: str, narrow: str, count: int, full: bool) -> None:
        """Some figures of the account, of some days, campaigns and clients."""
        begin = wall(zone, self.office.campaigns[0].created_at).day + timedelta(days=first)
        campaign = self.office.campaigns[count % 2]
        clients = {"client": frozenset(self.clients), "nobody": frozenset({999_999})}
        asked = Asked(
            begin, begin + timedelta(days=length), zone, frozenset({campaign.id}) if narrow == "campaign" else None,
            clients.get(narrow),
        )  # fmt: skip
        for number_of in range(turn, turn + 4):
            self.compare_account(number_of, asked, full)

    @action(minutes=passing, count=pick)
    def wait(self, count: int, minutes: int) -> None:
        """Time passes: mails go out, those that waited by hand too."""
        self.check(self.talk(count), minutes or 2 * DAY)

    def teardown(self) -> None:
        """The end of a story: ten days pass, and everything is counted and listed."""
        if self.is_over or not self.office.campaigns or sys.exc_info()[0] is not None:
            return
        with self._ending():
            self.pass_time(10 * DAY)
            self.meet()
            self.compare_states()
            for name in LISTS:
                if self.has(name):
                    self.compare_list(name, {})
            for talk in list(self.talks.values())[:3]:
                self.compare_history(talk)
            begin = wall("UTC", self.office.campaigns[0].created_at).day - timedelta(days=1)
            asked = Asked(begin, begin + timedelta(days=29))
            mails = self.office.campaigns[0].mails or self.office.campaigns[1].mails
            for turn in range(len(self.readings())):
                self.compare_account(turn, asked, turn % 2 == 0)
                if mails:
                    zone = ZONES[1 + turn % 2]
                    day = wall(zone, mails[turn % len(mails)].at).day
                    self.compare_account(turn, Asked(day, day + timedelta(days=turn % 3), zone), turn % 2 == 1)

"""The inbox as the world moves, held against a model of a few lines: what every list has, and in which order.

Time is counted in minutes from the start. All leads got the first of two mails by then, the second follows three days
after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.conftest import Api
from tests.hand_mails import reply as answer
from tests.hand_mails import stats_id
from tests.inboxes import GOES_ON, NOT_FOUND, PATHS, UNKNOWN, ask, listed, mark, patch, post
from tests.machines import Machine, run
from tests.sending import Json, address, launch, ok, steps
from tests.store import defects

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = 60, 24 * 60
#: lead -> campaigns that it is in
LEADS = {"ann": (0, 1), "ben": (0,), "cy": (0, 1)}
PAIRS = [(number, lead) for number in (0, 1) for lead, numbers in LEADS.items() if number in numbers]
OOO_IS_NONE = {"stop_lead_settings": "CLICK_ON_A_LINK", "out_of_office_detection_settings": {"ignoreOOOasReply": True}}
FOR_EVER = 10**9
pair = st.sampled_from(PAIRS)


def iso(minute: int) -> str:
    """A minute in ISO 8601."""
    return (BEGIN + timedelta(minutes=minute)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Talk:
    """A conversation. `later`: when the second mail and the answers that wait go out; `reminders`: their moments."""

    id: int
    sent_at: int
    later: list[int]
    scheduled: list[int] = field(default_factory=list)
    reminders: list[int] = field(default_factory=list)
    replied_at: int | None = None
    unread: bool = False
    archived: bool = False
    important: bool = False
    snoozed_until: int = 0
    category: int | None = None
    member: int | None = None

    def pass_time(self, now: int) -> None:
        """What is due goes out."""
        self.sent_at = max(self.sent_at, *(at for at in (*self.later, *self.scheduled, 0) if at <= now))
        self.scheduled = [at for at in self.scheduled if at > now]

    def reminder(self, now: int) -> int:
        """The moment that counts."""
        return min((at for at in self.reminders if at >= now), default=max(self.reminders))

    def replied(self, now: int) -> None:
        """An answer came."""
        self.replied_at, self.unread = now, True

    def shown(self, now: int) -> Json:
        """What its row shows of all this."""
        return {
            "last_sent_time": iso(self.sent_at),
            "last_reply_time": None if self.replied_at is None else iso(self.replied_at),
            "has_new_unread_email": self.unread, "is_archived": self.archived, "is_important": self.important,
            "is_snoozed": self.snoozed_until > now, "lead_category_id": self.category, "team_member_id": self.member,
        }  # fmt: skip


class Inbox(Machine):
    """Two campaigns with a mailbox each; in the second an automatic answer is none."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.campaigns: list[int] = []
        for number in (0, 1):
            leads = [lead for one, lead in PAIRS if one == number]
            how = {**GOES_ON, "settings": OOO_IS_NONE} if number else GOES_ON
            self.campaigns.append(launch(api, *leads, sequence=steps(0, 3), **how))
        self.now = 0
        self.gone: list[int] = []
        self.user = ok(api.get("/users/get-by-api-key"))["id"]
        self.other = ok(api.control("POST", "/team-members", {"name": "Pat"}))["id"]
        self.talks: dict[tuple[int, str], Talk] = {}
        for number in (0, 1):
            for turn, lead in enumerate(lead for one, lead in PAIRS if one == number):
                row = api.row(self.campaigns[number], address(lead))
                self.talks[number, lead] = Talk(row["campaign_lead_map_id"], 10 * turn, [10 * turn + 3 * DAY])
        self.stats: dict[tuple[int, str], str] = {}
        self.pass_time(HOUR)
        for number, lead in PAIRS:
            self.stats[number, lead] = stats_id(api, self.campaigns[number], lead)

    @rule(minutes=st.sampled_from([1, 30, HOUR, 5 * HOUR, DAY]))
    def pass_time(self, minutes: int) -> None:
        self.now += minutes
        ok(self.api.control("POST", "/clock/advance", {"minutes": minutes}))
        for talk in self.talks.values():
            talk.pass_time(self.now)

    def change(self, where: tuple[int, str], call: Callable[..., Any], action: str, **body: Any) -> Talk | None:
        """Change a conversation; one that has gone is not found."""
        talk = self.talks.get(where)
        if talk is None:
            refused = call(self.api, action, self.gone[0] if self.gone else UNKNOWN, **body)
            assert (refused.status_code, refused.json()) == (404, NOT_FOUND)
            return None
        ok(call(self.api, action, talk.id if talk.id % 2 else str(talk.id), **body))
        return talk

    @rule(where=pair, word=st.sampled_from(["reply", "reply-interested", "ooo", "open"]))
    def react(self, where: tuple[int, str], word: str) -> None:
        number, lead = where
        body = {"campaign_id": self.campaigns[number], "email": address(lead), "type": word}
        told = self.api.control("POST", "/events", body)
        talk = self.talks.get(where)
        assert told.status_code == (404 if talk is None else 200)
        if talk is not None and word != "open" and (word, number) != ("ooo", 1):
            talk.replied(self.now)
            talk.category = 1 if word == "reply-interested" else talk.category

    @rule(where=pair, state=st.booleans())
    def read(self, where: tuple[int, str], state: bool) -> None:
        if talk := self.change(where, patch, "change-read-status", read_status=state):
            talk.unread = not state

    @rule(where=pair, category=st.sampled_from([None, 1, 3]))
    def categorise(self, where: tuple[int, str], category: int | None) -> None:
        if talk := self.change(where, patch, "update-category", category_id=category):
            talk.category = category

    @rule(where=pair, mine=st.booleans())
    def assign(self, where: tuple[int, str], mine: bool) -> None:
        member = self.user if mine else self.other
        if talk := self.change(where, post, "update-team-member", team_member_id=member):
            talk.member = member

    @rule(where=pair, offset=st.sampled_from([-HOUR, 0, HOUR, 6 * HOUR, DAY]))
    def remind(self, where: tuple[int, str], offset: int) -> None:
        body = {"message": "Call", "reminder_time": iso(self.now + offset), "email_stats_id": self.stats[where]}
        if talk := self.change(where, post, "set-reminder", **body):
            talk.reminders.append(self.now + offset)

    @rule(where=pair, archived=st.sampled_from([None, True, False]), important=st.sampled_from([None, True, False]))
    def put(self, where: tuple[int, str], archived: bool | None, important: bool | None) -> None:
        talk = self.talks.get(where)
        if talk is None:
            return
        if (archived, important) != (None, None):  # nothing at all is tested elsewhere
            mark(self.api, talk.id, is_archived=archived, is_important=important)
        talk.archived = talk.archived if archived is None else archived
        talk.important = talk.important if important is None else important

    @rule(where=pair, offset=st.sampled_from([None, -1, 0, 1, 5 * HOUR, FOR_EVER]))
    def snooze(self, where: tuple[int, str], offset: int | None) -> None:
        talk = self.talks.get(where)
        if talk is None:
            return
        if offset is None or offset == FOR_EVER:
            mark(self.api, talk.id, is_snoozed=offset is not None)
            talk.snoozed_until = offset or 0
        else:
            mark(self.api, talk.id, snoozed_until=iso(self.now + offset))
            talk.snoozed_until = self.now + offset

    @rule(where=pair, offset=st.sampled_from([None, 0, 1, 5 * HOUR, DAY]))
    def answer(self, where: tuple[int, str], offset: int | None) -> None:
        talk = self.talks.get(where)
        more = {} if offset is None else {"scheduled_time": iso(self.now + offset)}
        told = answer(self.api, self.campaigns[where[0]], email_stats_id=self.stats[where], **more)
        assert (told.status_code == 200) == (talk is not None), told.text
        if talk is not None and offset:
            talk.scheduled.append(self.now + offset)
        elif talk is not None:
            talk.sent_at = self.now

    @precondition(lambda self: len(self.talks) > 2)
    @rule(where=pair)
    def take_out(self, where: tuple[int, str]) -> None:
        number, lead = where
        if where in self.talks:
            ok(self.api.delete(f"/campaigns/{self.campaigns[number]}/leads/{self.api.lead_id(address(lead))}"))
            self.gone.append(self.talks.pop(where).id)

    @precondition(lambda self: self.now > DAY and {number for number, _ in self.talks} == {0, 1})
    @rule(number=st.integers(0, 1))
    def delete_campaign(self, number: int) -> None:
        path = f"/campaigns/{self.campaigns[number]}"
        if ok(self.api.get(path))["status"] == "ACTIVE":
            ok(self.api.post(f"{path}/status", {"status": "STOPPED"}))
        ok(self.api.delete(path))
        for where in [one for one in self.talks if one[0] == number]:
            self.gone.append(self.talks.pop(where).id)

    def of(self, name: str) -> list[Talk]:
        """The conversations of a list, in no order."""

        def at_hand(one: Talk) -> bool:
            return not one.archived and one.snoozed_until <= self.now

        belongs: dict[str, Callable[[Talk], bool]] = {
            "inbox": lambda one: one.replied_at is not None and at_hand(one),
            "unread": lambda one: one.unread and at_hand(one),
            "snoozed": lambda one: one.snoozed_until > self.now,
            "important": lambda one: one.important,
            "archived": lambda one: one.archived,
            "sent": lambda one: True,
            "mine": lambda one: one.member == self.user,
            "scheduled": lambda one: bool(one.scheduled),
            "reminders": lambda one: bool(one.reminders),
        }  # fmt: skip
        return [one for one in self.talks.values() if belongs["inbox" if name == "views" else name](one)]

    def expected(self, name: str, word: str) -> list[str]:
        """The ids of a list in an order."""
        when: dict[str, Callable[[Talk], int]] = {
            "REPLY_TIME_DESC": lambda one: -(-1 if one.replied_at is None else one.replied_at),
            "SENT_TIME_DESC": lambda one: -one.sent_at,
            "SCHEDULED_TIME_ASC": lambda one: min(one.scheduled),
            "SCHEDULED_TIME_DESC": lambda one: -min(one.scheduled),
            "REMINDER_TIME_ASC": lambda one: one.reminder(self.now),
            "REMINDER_TIME_DESC": lambda one: -one.reminder(self.now),
        }  # fmt: skip
        ordered = sorted(self.of(name), key=lambda one: (when[word](one), -one.id))
        return [str(one.id) for one in ordered]

    @invariant()
    def every_list_is_as_the_model_says(self) -> None:
        for name in PATHS:
            words = ["REPLY_TIME_DESC", *(["SENT_TIME_DESC"] if name in ("inbox", "sent") else [])]
            if name in ("scheduled", "reminders"):
                words = [f"{name.removesuffix('s').upper()}_TIME_{way}" for way in ("ASC", "DESC")]
            for word in words:
                rows = [row["email_lead_map_id"] for row in listed(self.api, name, sortBy=word)]
                assert rows == self.expected(name, word), (name, word)
            first = ok(ask(self.api, name, limit=1, offset=1))["data"]
            assert [row["email_lead_map_id"] for row in first] == self.expected(name, words[0])[1:2], name

    @invariant()
    def every_row_is_as_the_model_says(self) -> None:
        rows = {row["email_lead_map_id"]: row for row in listed(self.api, "sent")}
        for talk in self.talks.values():
            row = rows[str(talk.id)]
            assert {key: row[key] for key in talk.shown(self.now)} == talk.shown(self.now)

    @rule(category=st.sampled_from([1, 3]), where=pair)
    def filter(self, category: int, where: tuple[int, str]) -> None:
        """Filters leave the order as it is."""
        number, _ = where
        for name in ("inbox", "sent"):
            filters = {"leadCategories": {"categoryIdsNotIn": [category]}, "campaignId": [self.campaigns[number]]}
            wanted = {str(one.id) for place, one in self.talks.items() if place[0] == number}
            wanted -= {str(one.id) for one in self.talks.values() if one.category == category}
            rows = [row["email_lead_map_id"] for row in listed(self.api, name, filters=filters)]
            assert rows == [one for one in self.expected(name, "REPLY_TIME_DESC") if one in wanted]


def test_the_inbox_follows_the_world(api: Api) -> None:
    """Whatever happens to a few conversations, every list has those that belong to it, in its order."""
    run(Inbox, api, "default", examples=5, steps=18)
    assert defects(api) == []

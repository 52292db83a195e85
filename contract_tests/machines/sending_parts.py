"""What a world that sends is made of. Moments are whole minutes since the epoch, in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 1440
NEVER = 1 << 60
#: statuses of leads that get their next mail when it is due
RUNNING = ("STARTED", "INPROGRESS")
#: what leads can still get mails in, now or later
OPEN = (*RUNNING, "PAUSED")
POSITIVE_CATEGORIES = (1, 2, 5)


def minute_of(text: str) -> int:
    """The minute of a moment of the API; -1 for one that is no whole minute, or no moment."""
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        return -1
    return int(seconds) // 60 if seconds % 60 == 0 else -1


def text_of(minute: int | None) -> str | None:
    """A moment as the API writes it."""
    if minute is None:
        return None
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Wall(NamedTuple):
    """What clock and calendar on a wall show; Sunday is 0."""

    weekday: int
    time: str
    day: date


@lru_cache(200_000)
def wall(zone: str, minute: int) -> Wall:
    """What they show in a zone."""
    shown = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
    return Wall(shown.isoweekday() % 7, f"{shown:%H:%M}", shown.date())


@dataclass(frozen=True, slots=True)
class Variant:
    """One text of a step, and its share in percent."""

    label: str
    share: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step: days after the one before. A follow-up without a subject goes on in the thread."""

    delay: int
    subject: str
    body: str
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is told to do."""

    steps: tuple[Step, ...]
    zone: str = "UTC"
    #: 1 to 6 are Monday to Saturday, 0 and 7 are both Sunday (the sources split)
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    hours: tuple[str, str] = ("09:00", "17:00")
    gap: int = 10
    new_leads: int = 100
    #: minutes after the making of the campaign; 0 = at once
    start_in: int = 0
    follow_ups: int = 100
    stop_on: str = "REPLY_TO_AN_EMAIL"
    untracked: frozenset[str] = frozenset()
    pauses_domain: bool = False
    ooo_is_reply: bool = True


@dataclass(eq=False, slots=True)
class Box:
    """A mailbox; `wait` are the minutes between any two of its mails."""

    id: int
    address: str
    cap: int
    wait: int = 0
    kind: str = "SMTP"
    client: int | None = None
    sent: list[Mail] = field(default_factory=list)

    def ready(self, campaign: Campaign, now: int) -> int:
        """The first moment, from now on, at which it may send for a campaign, its windows aside."""
        if self not in campaign.boxes:
            return NEVER
        own = [mail.at for mail in self.sent if mail.lead.campaign is campaign]
        at = max([now, *(one + campaign.plan.gap for one in own[-1:]), *(m.at + self.wait for m in self.sent[-1:])])
        while sum(mail.at // DAY == at // DAY for mail in self.sent) >= self.cap:
            if self.cap == 0:
                return NEVER
            at = (at // DAY + 1) * DAY
        return at

    def follow_ups(self, now: int) -> int:
        """How many follow-ups it sent today."""
        return sum(mail.step > 1 and mail.at // DAY == now // DAY for mail in self.sent)


@dataclass(eq=False, slots=True)
class Campaign:
    """A campaign, with its mailboxes in the order in which they were attached."""

    id: int
    name: str
    plan: Plan
    boxes: list[Box]
    created_at: int
    start_at: int
    status: str = "DRAFTED"
    client: int | None = None
    #: the campaign whose sub-sequence it is
    parent: Campaign | None = None
    leads: list[Lead] = field(default_factory=list)
    #: ids of its steps, the first one first, and of their variants
    step_ids: list[int] = field(default_factory=list)
    variant_ids: Mapping[tuple[int, str], int] = field(default_factory=dict)
    #: a lead came to its end by itself since the last START: it completes when no other goes on
    is_ending: bool = False
    #: when first mails went out, those of leads that were deleted since included
    firsts: list[int] = field(default_factory=list)

    @property
    def mails(self) -> list[Mail]:
        """Its mails in the order in which they went out."""
        return sorted((mail for lead in self.leads for mail in lead.mails), key=lambda mail: mail.number)

    @property
    def has_unfinished(self) -> bool:
        """Whether a lead may still get a mail, now or after a pause."""
        return any(lead.is_unfinished for lead in self.leads)

    def is_open(self, minute: int) -> bool:
        """Whether its window is open then; the end of the window is outside."""
        shown, (first, last) = wall(self.plan.zone, minute), self.plan.hours
        is_listed = shown.weekday in self.plan.days or (shown.weekday == 0 and 7 in self.plan.days)
        return is_listed and first <= shown.time < last and minute >= self.start_at

    def next_open(self, minute: int) -> int:
        """The first moment, from one on, at which its window is open."""
        minute = max(minute, self.start_at)
        last = minute + 15 * DAY
        while minute < last and not self.is_open(minute):
            # The windows of the stories begin, and all clocks change, on quarters of an hour.
            minute = (minute // 15 + 1) * 15
        return minute

    def day(self, minute: int) -> date:
        """The day on its wall."""
        return wall(self.plan.zone, minute).day

    def takes_new_leads(self, now: int) -> bool:
        """Whether the day has not had its new leads yet."""
        today = self.day(now)
        return sum(self.day(at) == today for at in self.firsts if now - at <= 2 * DAY) < self.plan.new_leads


@dataclass(eq=False, slots=True)
class Lead:
    """A lead in a campaign."""

    map_id: int
    id: int
    campaign: Campaign
    address: str
    fields: Mapping[str, str]
    added_at: int
    due: int
    status: str = "STARTED"
    #: what else its status may be, where the documents do not say
    or_status: tuple[str, ...] = ()
    is_unsubscribed: bool = False
    is_unsubscribed_everywhere: bool = False
    category: int | None = None
    #: the last step that it got
    step: int = 0
    box: Box | None = None
    mails: list[Mail] = field(default_factory=list)
    #: a reply came since it was last read
    is_unread: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether it has unsubscribed, here or from everything."""
        return self.is_unsubscribed or self.is_unsubscribed_everywhere

    @property
    def is_unfinished(self) -> bool:
        """Whether it may still get a mail, now or after a pause."""
        return self.status in OPEN and not self.is_silent

    @property
    def is_mailed(self) -> bool:
        """Whether it gets its next mail when that is due."""
        return self.campaign.status == "ACTIVE" and self.status in RUNNING and not self.is_silent

    @property
    def domain(self) -> str:
        """Where its address is."""
        return self.address.partition("@")[2]


class Answer(NamedTuple):
    """What a lead wrote back."""

    at: int
    kind: str


@dataclass(eq=False, slots=True)
class Mail:
    """A mail of a step, with what became of it."""

    number: int
    at: int
    lead: Lead
    step: int
    box: Box
    variant: str | None
    subject: str
    body: str
    opens: list[int] = field(default_factory=list)
    clicks: list[int] = field(default_factory=list)
    #: everything that came back
    received: list[Answer] = field(default_factory=list)
    #: when what counts as a reply came
    replies: list[int] = field(default_factory=list)
    bounced_at: int | None = None
    is_hard_bounce: bool = False
    unsubscribed_at: int | None = None
    #: who unsubscribed by a call, not by the mail's link: the documents do not say whether the mail shows it
    or_unsubscribed_at: int | None = None


_FIELD = re.compile(r"\{\{(.*?)\}\}")


def filled(template: str, lead: Lead) -> str:
    """A text for a lead: fields by their exact names, unknown ones blank, and no field in what a field holds."""
    values = {**lead.fields, "email": lead.address}
    return _FIELD.sub(lambda found: values.get(found[1], ""), template)


def days_between(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]

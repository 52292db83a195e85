"""What `sending_model` is made of: settings, things that send and are mailed, lines of the ledger.

All moments are minutes since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 1440
#: statuses in which a lead gets its next mail when that is due
RUNNING = ("STARTED", "INPROGRESS")


@dataclass(eq=False)
class Mailbox:
    """A mailbox; `wait` are the minutes between any two of its mails."""

    id: int
    cap: int
    wait: int
    suspended: bool = False


@dataclass(frozen=True)
class Step:
    """A step: days after the one before, and the share in percent of each variant, if it has any."""

    delay: int
    shares: tuple[int, ...]
    manual: bool


@dataclass(frozen=True)
class Settings:
    """What a campaign is told to do. `stop_on`: the event that ends a lead's steps; `untracked`: open, click."""

    zone: str
    days: tuple[int, ...]
    hours: tuple[str, str]
    gap: int
    new_leads: int
    start_at: int
    follow_ups: int
    stop_on: str
    untracked: frozenset[str]
    bounces: int | None
    pauses_domain: bool
    ooo_is_reply: bool
    steps: tuple[Step, ...]


class Wall(NamedTuple):
    """What a clock and a calendar on the wall show; Sunday is 0."""

    weekday: int
    time: str
    day: date


@lru_cache(100_000)
def clock_on_the_wall(zone: str, moment: int) -> Wall:
    """What they show in a zone."""
    shown = datetime.fromtimestamp(moment * 60, ZoneInfo(zone))
    return Wall(shown.isoweekday() % 7, f"{shown:%H:%M}", shown.date())


@dataclass(eq=False)
class Campaign:
    """A campaign with its mailboxes in the order they were attached in; `look`: a lead finished since the start."""

    id: int
    settings: Settings
    mailboxes: list[Mailbox]
    status: str = "DRAFTED"
    look: bool = False

    def is_open(self, moment: int) -> bool:
        """Whether it sends at this moment, the end of the window being outside; 0 and 7 are Sunday."""
        wall, (start, end) = clock_on_the_wall(self.settings.zone, moment), self.settings.hours
        listed = wall.weekday in self.settings.days or (wall.weekday == 0 and 7 in self.settings.days)
        return listed and start <= wall.time < end and moment >= self.settings.start_at

    def day(self, moment: int) -> date:
        """The campaign's calendar day."""
        return clock_on_the_wall(self.settings.zone, moment).day


@dataclass(eq=False)
class Enrolment:
    """A lead in a campaign. `number` counts all that ever were, like map ids; `step`: the last one it reached."""

    number: int
    campaign: Campaign
    address: str
    due: int
    status: str = "STARTED"
    unsubscribed: bool = False
    category: int | None = None
    step: int = 0
    mailbox: Mailbox | None = None

    @property
    def is_unfinished(self) -> bool:
        """Whether it may still get mails, now or after a pause."""
        return self.status in (*RUNNING, "PAUSED") and not self.unsubscribed

    @property
    def is_mailed(self) -> bool:
        """Whether it gets its next mail when that is due."""
        return self.campaign.status == "ACTIVE" and self.status in RUNNING and not self.unsubscribed

    @property
    def turn(self) -> tuple[int, int, int]:
        """Its place among others for which a mail is due."""
        return self.due, self.campaign.id, self.number


@dataclass(eq=False)
class Mail:
    """A mail that went out, with what recipients did to it."""

    at: int
    enrolment: Enrolment
    step: int
    mailbox: Mailbox
    variant: int | None
    opens: int = 0
    clicks: int = 0
    replies: int = 0
    bounce: str | None = None


class Entry(NamedTuple):
    """A line of the ledger, or a mail; what does not apply is None."""

    at: int
    kind: str
    campaign: int | None = None
    lead: int | None = None
    step: int | None = None
    mailbox: int | None = None
    variant: int | None = None

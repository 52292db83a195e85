"""The running campaigns of a workspace as the engine sees them: who may send what, and when next.

A plan is only a faster view of the rows: whatever the engine does next follows from the rows and the moment alone, so
that a plan may be thrown away and loaded anew at any time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import orjson

from mock_server.families.messages.compose import Style
from mock_server.simulation.calendar import Window, next_utc_day, utc_day, window
from mock_server.simulation.providers import provider_of_mailbox
from mock_server.simulation.variants import Variant
from mock_server.state.database import Row

_MINUTE = 60_000


@dataclass(slots=True, eq=False)
class Mailbox:
    """A mailbox, with what it sent on the UTC day `day`."""

    id: int
    from_email: str
    provider: str | None
    cap: int
    wait: int
    last_sent_at: int | None
    day: int | None
    sent: int
    follow_ups: int

    @classmethod
    def of(cls, row: Row) -> Mailbox:
        """A mailbox's row."""
        provider = provider_of_mailbox(row["type"], row["smtp_host"], row["address"])
        return cls(
            row["id"], row["from_email"], provider, row["max_email_per_day"], row["time_to_wait_in_mins"] * _MINUTE,
            row["last_sent_at"], row["sent_day"], row["daily_sent_count"], row["daily_follow_up_count"],
        )  # fmt: skip

    def has_room(self, moment: int) -> bool:
        """Whether the cap of the UTC day lets another mail out."""
        return self.sent < self.cap if utc_day(moment) == self.day else self.cap > 0

    def count(self, moment: int, *, follow_up: bool) -> None:
        """A mail went out."""
        if utc_day(moment) != self.day:
            self.day, self.sent, self.follow_ups = utc_day(moment), 0, 0
        self.sent += 1
        self.follow_ups += follow_up
        self.last_sent_at = moment

    def follow_ups_on(self, moment: int) -> int:
        """Follow-ups sent on the moment's UTC day."""
        return self.follow_ups if utc_day(moment) == self.day else 0


@dataclass(slots=True, eq=False)
class Step:
    """A step of a sequence; `sent` counts its mails."""

    id: int
    number: int
    delay: int
    subject: str
    body: str
    is_manual: bool
    distribution: str | None
    sample: int | None
    metric: str | None
    sent: int
    winner_id: int | None
    variants: list[Variant]


@dataclass(slots=True, eq=False)
class Campaign:
    """An ACTIVE campaign."""

    id: int
    parent_id: int | None
    window: Window
    start_at: int
    gap: int
    new_leads_per_day: int
    follow_up_percentage: int
    matches_providers: bool
    style: Style
    steps: list[Step]
    new_leads_day: int | None
    new_leads_sent: int
    sent_count: int
    is_active: bool = True
    lanes: list[Lane] = field(default_factory=list)
    waiting: deque[Row] = field(default_factory=deque)
    #: no lead waits beyond those in `waiting`
    waiting_ends: bool = False
    #: how many of them to look for next time
    chunk: int = 1
    #: leads that have not finished; None = to be counted
    unfinished: int | None = None

    @classmethod
    def of(cls, row: Row, steps: list[Step]) -> Campaign:
        """A campaign's row; it has a schedule, because it was started."""
        days = tuple(orjson.loads(row["days"]))
        return cls(
            id=row["id"], parent_id=row["parent_campaign_id"],
            window=window(row["timezone"], days, row["start_hour"], row["end_hour"]),
            start_at=row["schedule_start_time"] or 0, gap=row["min_gap_minutes"] * _MINUTE,
            new_leads_per_day=row["max_new_leads_per_day"], follow_up_percentage=row["follow_up_percentage"],
            matches_providers=bool(row["enable_ai_esp_matching"]), style=Style.of(row), steps=steps,
            new_leads_day=row["new_leads_day"], new_leads_sent=row["new_leads_sent"], sent_count=row["sent_count"],
        )  # fmt: skip

    def step_after(self, number: int | None) -> Step | None:
        """The step that comes after a step's number; the first one after none."""
        return next((step for step in self.steps if step.number > (number or 0)), None)

    def quota_is_used(self, moment: int) -> bool:
        """Whether the moment's local day has had all its new leads."""
        return self.new_leads_day == self.window.local_day(moment) and self.new_leads_sent >= self.new_leads_per_day

    def count_new(self, moment: int) -> None:
        """A first mail went out."""
        day = self.window.local_day(moment)
        if day != self.new_leads_day:
            self.new_leads_day, self.new_leads_sent = day, 0
        self.new_leads_sent += 1


@dataclass(slots=True, eq=False)
class Lane:
    """A mailbox in a campaign. `due`: when it can send next; None = it has nothing to send."""

    number: int
    campaign: Campaign
    mailbox: Mailbox
    membership_id: int
    last_sent_at: int | None
    due: int | None = None
    #: when the first of its follow-ups is due; meaningless while `is_stale`
    follow_up_at: int | None = None
    is_stale: bool = True

    def earliest(self, moment: int) -> int | None:
        """The first moment from `moment` on at which window, gap, wait and cap let it send; None = never."""
        campaign, mailbox = self.campaign, self.mailbox
        if not campaign.is_active or mailbox.cap <= 0:
            return None
        found = max(moment, campaign.start_at)
        if self.last_sent_at is not None:
            found = max(found, self.last_sent_at + campaign.gap)
        if mailbox.last_sent_at is not None:
            found = max(found, mailbox.last_sent_at + mailbox.wait)
        while True:
            opens = campaign.window.next_open(found)
            if opens is None or mailbox.has_room(opens):
                return opens
            found = next_utc_day(opens)

    def may_send(self, moment: int) -> bool:
        """Whether it can send at this moment."""
        return self.earliest(moment) == moment

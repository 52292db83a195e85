"""Rules of warm-up. Pure: no rows, no HTTP.

No document says how many mails the service sends: here a ramp-up begins at the lowest number that mailboxes show and
grows by its figure to the most of a day, and one of every hundred mails lands in spam. The rest is drawn per day,
around the reply rate and around shares that are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_server import rng

MIN_PER_DAY = 3
_ONE_IN_SPAM = 100
_RECEIVED_SHARE = 0.75
_SAVED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Phase:
    """Days, from `day` on, in which a mailbox warms up in one way, or not at all."""

    day: int
    is_on: bool
    per_day: int
    rampup: int
    reply_rate: int
    days_before: int
    mails_before: int

    def days_until(self, day: int) -> int:
        """On how many days before `day` the mailbox warmed up."""
        return self.days_before + (day - self.day if self.is_on else 0)

    def mails_until(self, day: int) -> int:
        """How many mails the mailbox sent before `day`."""
        if not self.is_on:
            return self.mails_before
        return self.mails_before + self._ramp(self.days_until(day)) - self._ramp(self.days_before)

    def mails_on(self, day: int) -> int:
        """How many mails the mailbox sends on a day of the phase."""
        return self.mails_until(day + 1) - self.mails_until(day)

    def _ramp(self, days: int) -> int:
        """The mails of the first so many days of a ramp-up."""
        if not self.rampup or self.per_day <= MIN_PER_DAY:
            return days * self.per_day
        growing = min(days, -(-(self.per_day - MIN_PER_DAY) // self.rampup))
        grown = growing * MIN_PER_DAY + self.rampup * (growing * (growing - 1) // 2)
        return grown + (days - growing) * self.per_day


@dataclass(frozen=True, slots=True)
class Day:
    """What warming up did on one day. `saved`: mails of others that were moved out of spam."""

    sent: int = 0
    spam: int = 0
    received: int = 0
    replied: int = 0
    saved: int = 0


def spam_until(seed: int, account_id: int, mails: int) -> int:
    """How many of a mailbox's first so many warm-up mails landed in spam: one, drawn, of each hundred."""
    full, rest = divmod(mails, _ONE_IN_SPAM)
    return full + (rest > rng.number(seed, "warmup spam", account_id, full) % _ONE_IN_SPAM)


def day_of(seed: int, account_id: int, phase: Phase, day: int) -> Day:
    """The figures of a day of a phase; the draws depend on the seed, the mailbox and the day alone."""

    def drawn(mean: float, name: str) -> int:
        """A whole number around a mean, up to a quarter off."""
        draw = rng.share(seed, "warmup", account_id, day, name)
        return int(mean * (0.75 + draw / 2) + rng.share(seed, "warmup", account_id, day, name, "rest"))

    before, sent = phase.mails_until(day), phase.mails_on(day)
    received = drawn(sent * _RECEIVED_SHARE, "received")
    return Day(
        sent=sent,
        spam=spam_until(seed, account_id, before + sent) - spam_until(seed, account_id, before),
        received=received,
        replied=min(sent, drawn(sent * phase.reply_rate / 100, "replied")),
        saved=min(received, drawn(received * _SAVED_SHARE, "saved")),
    )

"""Which variant of a step a lead gets. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

_MOST_VARIANTS = 10


@dataclass(slots=True, eq=False)
class Variant:
    """A variant as the engine sees it; `sent` counts its mails."""

    id: int
    subject: str
    body: str
    percentage: int | None
    sent: int


def shares(percentages: Sequence[int | None]) -> list[int]:
    """The shares of MANUAL_PERCENTAGE in percent, which add up to 100 (S4, DESIGN §7).

    The first ten variants count, in order, until 100 % is reached; a last one that would pass it is cut to fit; below
    100 % the rest goes to the first.
    """
    found, left = [], 100
    for given in percentages[:_MOST_VARIANTS]:
        share = min(given or 0, left)
        found.append(share)
        left -= share
    if found:
        found[0] += left
    return found + [0] * (len(percentages) - len(found))


def by_percentage(variants: Sequence[Variant]) -> Variant:
    """The variant that lags furthest behind its share."""
    wanted = shares([one.percentage for one in variants])
    mails = sum(one.sent for one in variants) + 1
    lag = [share * mails - 100 * one.sent if share else -(10**18) for share, one in zip(wanted, variants, strict=True)]
    return variants[lag.index(max(lag))]


def evenly(variants: Sequence[Variant]) -> Variant:
    """The variant that was sent least; the first of several."""
    return min(variants, key=lambda one: one.sent)


def sample_size(leads: int, percentage: int | None) -> int:
    """How many leads of a campaign make up the sample of AI_EQUAL, rounded up."""
    return -(-leads * (100 if percentage is None else percentage) // 100)


def winner(variants: Sequence[Variant], hits: Mapping[int, int]) -> Variant:
    """The variant with the highest rate of hits (by variant id) per mail; the first of several."""
    return max(variants, key=lambda one: Fraction(hits.get(one.id, 0), max(one.sent, 1)))

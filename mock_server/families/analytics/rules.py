"""Rules of analytics: what a filter names, rates and other texts, sums of figures. Pure: no rows, no HTTP."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from mock_server.families.leads.rules import ids_of
from mock_server.families.statistics.rules import number

#: the day-wise figures have a row for each day
MOST_DAYS = 3660
#: English whatever the machine speaks
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Totals:
    """Mails that were sent, and of these opened, answered, …; leads who got one, opened one, gave a positive answer."""

    sent: int = 0
    opened: int = 0
    replied: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    leads: int = 0
    openers: int = 0
    positive: int = 0


def total(parts: Iterable[Totals]) -> Totals:
    """All together; leads add up over campaigns and over mailboxes, not over days."""
    return Totals(*map(sum, zip(*map(astuple, [Totals(), *parts]), strict=True)))


def wanted_ids(text: str) -> list[int] | None:
    """The ids of a filter; None when it is empty, which stands for all."""
    return ids_of(text) if text else None


def of_hundred(part: int, whole: int, places: int = 0) -> int:
    """Percent in units of its last decimal place, halves rounded up; 0 when there is nothing to divide by."""
    return divided(part * 100 * 10**places, whole)


def divided(part: int, whole: int) -> int:
    """The quotient as a whole number, halves rounded up; 0 when there is nothing to divide by."""
    return (2 * part + whole) // (2 * whole) if whole else 0


def rate(part: int, whole: int) -> str:
    """`12.34%`."""
    found = of_hundred(part, whole, 2)
    return f"{found // 100}.{found % 100:02}%"


def trimmed_rate(part: int, whole: int) -> str:
    """`9%`, `0.2%` or `87.71%`."""
    return rate(part, whole)[:-1].rstrip("0").rstrip(".") + "%"


def whole_rate(part: int, whole: int) -> str:
    """`41%`."""
    return f"{of_hundred(part, whole)}%"


def percent(part: int, whole: int) -> float:
    """`12.34` as a number."""
    return number(part * 100, whole)


def duration(seconds: int) -> str:
    """`1d 4h 12m 30s`."""
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours // 24}d {hours % 24}h {minutes % 60}m {seconds % 60}s"


def short_duration(seconds: int) -> str:
    """`2h 15m`, in whole minutes."""
    return f"{seconds // 3600}h {seconds // 60 % 60}m"


def mean(milliseconds: Sequence[int]) -> int:
    """The mean in seconds, halves rounded up; 0 of nothing."""
    return divided(sum(milliseconds), 1000 * len(milliseconds))


def median(milliseconds: Sequence[int]) -> int:
    """The one in the middle, or the mean of the two, in seconds, halves rounded up; 0 of nothing."""
    ordered, half = sorted(milliseconds), (len(milliseconds) - 1) // 2
    return mean(ordered[half : len(ordered) - half]) if ordered else 0


def rounded_up(part: int, whole: int) -> int:
    """The quotient as a whole number, rounded up; 0 when there is nothing to divide by."""
    return -(-part // whole) if whole else 0


def month_name(day: date) -> str:
    """`March`."""
    return _MONTHS[day.month - 1]


def short_day(day: date) -> str:
    """`1 Jan`."""
    return f"{day.day} {month_name(day)[:3]}"


def weekday(day: date) -> str:
    """`Monday`."""
    return _WEEKDAYS[day.weekday()]


def place(starts: Sequence[int], moment: int) -> int:
    """Which of the spans that begin at `starts`, each where the one before ends, has a moment."""
    return bisect_right(starts, moment) - 1

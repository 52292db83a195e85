"""Rules of figures: which time a request means, and how it is cut into what is summed up. Pure: no rows, no HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

DAY = 86_400_000
QUARTER = 900_000
#: beyond every moment
EVER = 2**62
_OFFSET = re.compile("([+-]?)([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to before another one, in milliseconds; empty when the clocks of a zone leave nothing of it."""

    start: int
    end: int

    def rounded(self, length: int) -> Span:
        """The whole days, or quarters of an hour, of UTC inside; an empty span at its start if there is none."""
        start, end = -(-self.start // length) * length, self.end // length * length
        return Span(start, end) if start < end else Span(self.start, self.start)


ALL_TIME = Span(0, EVER)


@dataclass(frozen=True, slots=True)
class Parts:
    """A span as whole days of UTC, whole quarters of an hour around them, and the moments that are left around these.

    Every zone of today begins its days at such a quarter, so that nothing is left of a span of its days.
    """

    days: Span
    quarters: tuple[Span, Span]
    moments: tuple[Span, Span]

    @classmethod
    def of(cls, span: Span) -> Parts:
        """Cut a span; all parts together are the span, none twice."""
        quarters = span.rounded(QUARTER)
        days = quarters.rounded(DAY)
        return cls(days, _around(quarters, days), _around(span, quarters))


def _around(outer: Span, inner: Span) -> tuple[Span, Span]:
    return Span(outer.start, inner.start), Span(inner.end, outer.end)


def days(first: str, last: str, zone: str) -> Span:
    """From the beginning of one day to the end of another one, YYYY-MM-DD; of timestamps the date part counts."""
    return Span(_begin(_date(first), zone), _begin(_date(last) + timedelta(days=1), zone))


def each_day(first: str, last: str, zone: str) -> list[tuple[date, Span]]:
    """The days from one to another one; each begins where the one before ends."""
    day, count = _date(first), days_between(first, last) + 1
    dates = [day + timedelta(days=n) for n in range(count + 1)]
    starts = [_begin(one, zone) for one in dates]
    return [(dates[n], Span(starts[n], starts[n + 1])) for n in range(count)]


def moments(first: str, last: str, zone: str) -> Span:
    """As `days`, but either may also be a moment, YYYY-MM-DD HH:MM:SS on the zone's clocks: the second is included."""
    start = _moment(first, zone) if _is_moment(first) else _begin(_date(first), zone)
    end = _moment(last, zone) + 1000 if _is_moment(last) else _begin(_date(last) + timedelta(days=1), zone)
    return Span(start, max(start, end))


def is_reversed(first: str, last: str) -> bool:
    """Whether the second of two days or moments is over before the first one, as they are written."""
    start, end = _read(first), _read(last)
    if not (_is_moment(first) and _is_moment(last)):
        return end.date() < start.date()
    if start.tzinfo is None or end.tzinfo is None:
        start, end = start.replace(tzinfo=None), end.replace(tzinfo=None)
    return end < start


def number(part: int, whole: int) -> float:
    """The quotient to two digits, halves rounded up, an integer when it is one; 0 without anything to divide by."""
    found = (200 * part + whole) // (2 * whole) if whole else 0
    return found // 100 if found % 100 == 0 else found / 100


def days_between(first: str, last: str) -> int:
    """How many days one date is after another one."""
    return (_date(last) - _date(first)).days


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text.strip().replace(" ", "T", 1))


def _date(text: str) -> date:
    return _read(text).date()


def _is_moment(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return True
    return False


def _moment(text: str, zone: str) -> int:
    """A date-time to the second; one without an offset is on the clocks of the zone."""
    moment = _read(text).replace(microsecond=0)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone))).timestamp()) * 1000


def _begin(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), _zone(zone)).timestamp()) * 1000


def _zone(name: str) -> tzinfo:
    """The zone of a name of the IANA database, or of a distance from UTC such as 5:30, east without a sign."""
    offset = _OFFSET.fullmatch(name)
    if offset is None:
        return ZoneInfo(name)
    sign, hours, minutes = offset.groups()
    east = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-east if sign == "-" else east)

"""When a campaign may send, and the days by which caps count.

A zone's time is cut into stretches of constant offset. Within one, wall-clock time is plain arithmetic, so nothing here
knows of daylight saving: a skipped hour lies between two stretches, a repeated one in two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400_000
_SPAN = 32 * DAY
_SEARCH = 400 * DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDINALS = _EPOCH.toordinal() * DAY
#: one day inside what `datetime` can show, because the offset of a zone is less than a day
_FIRST = -_ORDINALS + 2 * DAY
_LAST = (datetime.max.toordinal() - 1) * DAY - _ORDINALS


class _Stretch(NamedTuple):
    """Moments in [start, end), whose local time, in ms since the proleptic day 0, is the moment plus `shift`."""

    start: int
    end: int
    shift: int


def _shift(zone: ZoneInfo, moment: int) -> int:
    at = _EPOCH + timedelta(milliseconds=min(max(moment, _FIRST), _LAST))
    return _ORDINALS + (at.astimezone(zone).replace(tzinfo=UTC) - at) // timedelta(milliseconds=1)


def _changes(zone: ZoneInfo, start: int, end: int) -> Iterator[int]:
    """The moments in (start, end] at which the offset changes; changes fall on whole seconds."""
    if _shift(zone, start) == _shift(zone, end):
        return
    if end - start == 1000:
        yield end
        return
    middle = (start + end) // 2000 * 1000
    yield from _changes(zone, start, middle)
    yield from _changes(zone, middle, end)


@lru_cache(maxsize=4096)
def _stretches(zone: ZoneInfo, number: int) -> tuple[_Stretch, ...]:
    """The stretches of a span of time.

    It is probed day by day: a change and its reversal are never so near to each other (in the zone database of 2026
    four days at least).
    """
    cuts = {number * _SPAN, (number + 1) * _SPAN}
    for start in range(number * _SPAN, (number + 1) * _SPAN, DAY):
        cuts.update(_changes(zone, start, start + DAY))
    return tuple(_Stretch(start, end, _shift(zone, start)) for start, end in pairwise(sorted(cuts)))


def _time_of_day(text: str) -> int:
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000


class Window:
    """The sending window of a campaign: [start, end) wall-clock hours of a zone on some days of the week.

    Days are 0 to 7, 0 and 7 both Sunday. An hour that a clock change repeats is open both times, one that it skips
    does not exist.
    """

    __slots__ = ("_days_ahead", "_end", "_latest", "_start", "_zone")

    def __init__(self, timezone: str, days: Sequence[int], start: str, end: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._start = _time_of_day(start)
        self._end = _time_of_day(end)
        #: from each day of the week to the next listed one, itself included; empty when the window never opens
        self._days_ahead: tuple[int, ...] = ()
        if days and self._start < self._end:
            self._days_ahead = tuple(min((day - today) % 7 for day in days) for today in range(7))
        self._latest = _Stretch(0, 0, 0)

    def next_open(self, moment: int) -> int | None:
        """The earliest moment from `moment` on that is inside the window; None if it never opens."""
        if not self._days_ahead:
            return None
        limit = min(moment + _SEARCH, _LAST)
        while _FIRST <= moment < limit:
            _, end, shift = self._stretch(moment)
            local = moment + shift
            day, time = divmod(local, DAY)
            if time >= self._end:
                day += 1
            day += self._days_ahead[day % 7]  # day 0 of the proleptic calendar is a Sunday
            opening = max(local, day * DAY + self._start) - shift
            if opening < min(end, limit):
                return opening
            moment = end
        return None

    def local_day(self, moment: int) -> int:
        """The proleptic ordinal of the zone's calendar day at `moment`."""
        return (moment + self._stretch(moment).shift) // DAY

    def next_day(self, moment: int) -> int:
        """The first moment after `moment` whose local day is a later one."""
        midnight = (self.local_day(moment) + 1) * DAY
        while True:
            _, end, shift = self._stretch(moment)
            moment = max(moment, midnight - shift)
            if moment < end:
                return moment
            moment = end

    def _stretch(self, moment: int) -> _Stretch:
        latest = self._latest
        if not latest.start <= moment < latest.end:
            found = _stretches(self._zone, moment // _SPAN)
            self._latest = latest = next(stretch for stretch in found if moment < stretch.end)
        return latest


@lru_cache(maxsize=4096)
def window(timezone: str, days: tuple[int, ...], start: str, end: str) -> Window:
    """The `Window` of these settings, the same one for all who ask."""
    return Window(timezone, days, start, end)


def utc_day(moment: int) -> int:
    """The number of the UTC day, since the epoch."""
    return moment // DAY


def next_utc_day(moment: int) -> int:
    """The first moment of the UTC day after that of `moment`."""
    return (moment // DAY + 1) * DAY

"""The sending window and the local day, held against oracles that only ask zoneinfo what the wall clock shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_server.clock import FIRST_MOMENT, LAST_MOMENT
from mock_server.simulation.calendar import DAY, Window, next_utc_day, utc_day, window

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVERY_DAY = tuple(range(7))
ZONES = sorted(available_timezones() - {"localtime"})

#: zones with years in which their clocks change
CHANGING = {
    "Europe/Berlin": (2024, 2027),
    "America/New_York": (2024, 2027),
    "America/Havana": (2024, 2027),  # at midnight
    "Asia/Beirut": (2024, 2027),  # at midnight
    "America/Santiago": (2024, 2027),  # at midnight
    "America/Asuncion": (2023, 2024),  # at midnight
    "America/Sao_Paulo": (2016, 2019),  # at midnight
    "Africa/Cairo": (2024, 2027),  # at midnight
    "Africa/Casablanca": (2024, 2027),  # two changes within five weeks
    "Australia/Lord_Howe": (2024, 2027),  # by half an hour
    "America/St_Johns": (2006, 2011),  # one minute after midnight: the day begins twice
    "Pacific/Apia": (2010, 2012),  # 2011-12-30 is skipped
    "Pacific/Kwajalein": (1969, 1969),  # 23 hours are repeated
    "Europe/Lisbon": (1977, 1979),  # at midnight of UTC
    "Antarctica/Troll": (2024, 2027),  # by two hours
}
STEADY = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Kiritimati"]


def ms(text: str) -> int:
    """`2026-03-29T03:00+02:00` as a moment."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def wall(moment: int, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return (EPOCH + timedelta(milliseconds=moment)).astimezone(ZoneInfo(zone))


@cache
def changes(zone: str) -> list[int]:
    """The moments, to the minute, at which the clocks of a changing zone change."""
    first, last = CHANGING[zone]
    found = []
    hours = range(ms(f"{first}-01-01T00:00Z"), ms(f"{last + 1}-01-01T00:00Z"), HOUR)
    for hour in hours:
        if wall(hour, zone).utcoffset() != wall(hour + HOUR, zone).utcoffset():
            minutes = range(hour + MINUTE, hour + HOUR + MINUTE, MINUTE)
            found += [m for m in minutes if wall(m, zone).utcoffset() != wall(m - MINUTE, zone).utcoffset()]
    return found


Schedule = tuple[tuple[int, ...], str, str]


def is_inside(moment: int, zone: str, schedule: Schedule) -> bool:
    """The definition: a listed weekday, and start <= wall-clock time < end."""
    days, start, end = schedule
    local = wall(moment, zone)
    return local.isoweekday() % 7 in {day % 7 for day in days} and start <= f"{local:%H:%M}" < end


def first(moment: int, step: int, holds: Callable[[int], bool]) -> int:
    """`moment`, or else the first whole `step` after it at which something holds, by trying each."""
    while not holds(moment):
        moment = (moment // step + 1) * step
    return moment


def text(minute: int) -> str:
    """`HH:MM`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


day_lists = st.lists(st.integers(0, 7), min_size=1, max_size=8).map(tuple)
minutes = st.integers(0, 4 * 60) | st.integers(0, 24 * 60 - 1)
open_schedules: st.SearchStrategy[Schedule] = st.tuples(
    day_lists | st.just(EVERY_DAY), st.lists(minutes, min_size=2, max_size=2, unique=True).map(sorted)
).map(lambda drawn: (drawn[0], text(drawn[1][0]), text(drawn[1][1])))
near = st.integers(-3 * HOUR, 3 * HOUR) | st.integers(-3 * DAY, 2 * DAY) | st.integers(-180, 180).map(MINUTE.__mul__)
around_changes = st.sampled_from(sorted(CHANGING)).flatmap(
    lambda zone: st.tuples(st.just(zone), st.builds(int.__add__, st.sampled_from(changes(zone)), near))
)
now_and_soon = st.integers(ms("2024-01-01T00:00Z"), ms("2028-01-01T00:00Z"))
places = around_changes | st.tuples(st.sampled_from(ZONES) | st.sampled_from(STEADY), now_and_soon)
any_moment = st.integers(FIRST_MOMENT, LAST_MOMENT)
any_year = st.tuples(st.sampled_from(ZONES), any_moment | st.integers(ms("1850-01-01T00:00Z"), ms("2100-01-01T00:00Z")))


@pytest.mark.parametrize(
    ("zone", "hours", "moment", "opens"),
    [
        # no change: before, inside, at the end, over the weekend
        ("Europe/Berlin", "09:00-17:00", "2026-05-29T08:59:59.999+02:00", "2026-05-29T09:00+02:00"),
        ("Europe/Berlin", "09:00-17:00", "2026-05-29T09:00+02:00", "2026-05-29T09:00+02:00"),
        ("Europe/Berlin", "09:00-17:00", "2026-05-29T16:59:59.999+02:00", "2026-05-29T16:59:59.999+02:00"),
        ("Europe/Berlin", "09:00-17:00", "2026-05-29T17:00+02:00", "2026-05-30T09:00+02:00"),
        # spring: 02:00 becomes 03:00
        ("Europe/Berlin", "02:15-04:00", "2026-03-29T00:00+01:00", "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "02:15-02:45", "2026-03-29T00:00+01:00", "2026-03-30T02:15+02:00"),
        ("Europe/Berlin", "01:30-03:30", "2026-03-29T01:59:59.999+01:00", "2026-03-29T01:59:59.999+01:00"),
        ("Europe/Berlin", "09:00-17:00", "2026-03-28T17:00+01:00", "2026-03-29T09:00+02:00"),
        ("America/New_York", "02:15-04:00", "2026-03-08T00:00-05:00", "2026-03-08T03:00-04:00"),
        ("America/New_York", "02:15-02:45", "2026-03-08T00:00-05:00", "2026-03-09T02:15-04:00"),
        # autumn: Berlin's 03:00 becomes 02:00, New York's 02:00 becomes 01:00
        ("Europe/Berlin", "01:00-02:30", "2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00"),
        ("Europe/Berlin", "01:00-02:30", "2026-10-25T02:29:59.999+01:00", "2026-10-25T02:29:59.999+01:00"),
        ("Europe/Berlin", "01:00-02:30", "2026-10-25T02:30+01:00", "2026-10-26T01:00+01:00"),
        ("Europe/Berlin", "02:15-02:45", "2026-10-25T02:45+02:00", "2026-10-25T02:15+01:00"),
        ("America/New_York", "00:30-01:30", "2026-11-01T01:30-04:00", "2026-11-01T01:00-05:00"),
        ("America/New_York", "09:00-17:00", "2026-10-31T17:00-04:00", "2026-11-01T09:00-05:00"),
        # elsewhere
        ("America/Havana", "00:00-00:30", "2026-03-08T04:59Z", "2026-03-09T00:00-04:00"),
        ("America/Havana", "00:15-00:45", "2026-11-01T00:45-04:00", "2026-11-01T00:15-05:00"),
        ("Australia/Lord_Howe", "02:15-03:00", "2026-10-04T00:00+10:30", "2026-10-04T02:30+11:00"),
        ("Pacific/Apia", "09:00-17:00", "2011-12-29T17:00-10:00", "2011-12-31T09:00+14:00"),
        ("Asia/Kathmandu", "09:00-17:00", "2026-05-29T00:00Z", "2026-05-29T09:00+05:45"),
    ],
)
def test_when_a_window_opens(zone: str, hours: str, moment: str, opens: str) -> None:
    """Worked examples, open on every day."""
    assert Window(zone, EVERY_DAY, *hours.split("-")).next_open(ms(moment)) == ms(opens)


def test_only_listed_days_count() -> None:
    """Friday evening waits for Monday; a day that the zone skips waits for the next of its name."""
    working_week = Window("Europe/Berlin", [1, 2, 3, 4, 5], "09:00", "17:00")
    assert working_week.next_open(ms("2026-05-29T17:00+02:00")) == ms("2026-06-01T09:00+02:00")
    fridays = Window("Pacific/Apia", [5], "09:00", "17:00")
    assert fridays.next_open(ms("2011-12-23T17:00-10:00")) == ms("2012-01-06T09:00+14:00")


@pytest.mark.parametrize("sunday", [0, 7])
def test_sunday_is_day_0_and_day_7(sunday: int) -> None:
    """Both words name one day."""
    opens = Window("UTC", [sunday], "09:00", "17:00").next_open(ms("2026-05-29T00:00Z"))
    assert opens == ms("2026-05-31T09:00Z")


@given(places, open_schedules)
@example(("Europe/Berlin", ms("2026-10-25T02:30+02:00")), (EVERY_DAY, "01:00", "02:30"))
@example(("America/St_Johns", ms("2010-11-07T00:00-02:30")), ((0,), "00:00", "00:01"))
def test_next_open_is_the_first_moment_inside(place: tuple[str, int], schedule: Schedule) -> None:
    """Now, or the first minute that the definition allows."""
    zone, moment = place
    expected = first(moment, MINUTE, lambda m: is_inside(m, zone, schedule))
    assert Window(zone, *schedule).next_open(moment) == expected


@given(places)
def test_next_day_is_the_first_moment_of_a_later_day(place: tuple[str, int]) -> None:
    """Also where a day is skipped, or begins twice."""
    zone, moment = place
    today = wall(moment, zone).toordinal()
    calendar = Window(zone, EVERY_DAY, "09:00", "17:00")
    assert calendar.local_day(moment) == today
    assert calendar.next_day(moment) == first(moment, MINUTE, lambda m: wall(m, zone).toordinal() > today)


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Africa/Monrovia", "1972-01-07T00:44:30Z"),  # from -0:44:30
        ("Asia/Kathmandu", "1919-12-31T18:18:44Z"),  # from +5:41:16
        ("America/New_York", "1883-11-18T17:00:00Z"),  # from -4:56:02
        ("Asia/Manila", "1844-12-31T15:56:08Z"),  # from -15:56:08 over the date line
    ],
)
@settings(max_examples=30)
@given(near=st.integers(-20 * MINUTE, 20 * MINUTE), ahead=st.integers(0, 40), length=st.integers(1, 2))
def test_offsets_with_seconds(zone: str, change: str, near: int, ahead: int, length: int) -> None:
    """Local mean time: what opens or begins does so at a second, not at a whole minute of UTC."""
    moment = ms(change) + near
    local = wall(moment, zone)
    start = min((local.hour * 60 + local.minute + ahead) % (24 * 60), 23 * 60 + 57)
    schedule = (EVERY_DAY, text(start), text(start + length))
    calendar = Window(zone, *schedule)
    assert calendar.next_open(moment) == first(moment, SECOND, lambda m: is_inside(m, zone, schedule))
    assert calendar.local_day(moment) == local.toordinal()


@settings(max_examples=300)
@given(any_year, open_schedules)
def test_any_zone_in_any_year(place: tuple[str, int], schedule: Schedule) -> None:
    """It opens where it is inside and was not just before; no start of a local day's window lies in between."""
    zone, moment = place
    opens = Window(zone, *schedule).next_open(moment)
    assert opens is not None
    assert opens >= moment
    assert is_inside(opens, zone, schedule)
    if opens == moment:
        return
    assert not is_inside(opens - 1, zone, schedule)
    hour, minute = map(int, schedule[1].split(":"))
    for ordinal in range(wall(moment, zone).toordinal() - 1, wall(opens, zone).toordinal() + 2):
        for fold in (0, 1):
            naive = datetime.combine(date.fromordinal(ordinal), datetime.min.time()).replace(hour=hour, minute=minute)
            start = (naive.replace(fold=fold, tzinfo=ZoneInfo(zone)) - EPOCH) // timedelta(milliseconds=1)
            assert not (moment <= start < opens and is_inside(start, zone, schedule))
    for between in range(moment, opens, max((opens - moment) // 200, 1)):
        assert not is_inside(between, zone, schedule)


@given(any_year)
def test_any_day_of_any_zone(place: tuple[str, int]) -> None:
    """The next day begins at its midnight, or where the clock jumps past that."""
    zone, moment = place
    calendar = Window(zone, EVERY_DAY, "09:00", "17:00")
    today, following = wall(moment, zone).toordinal(), calendar.next_day(moment)
    assert calendar.local_day(moment) == today
    assert wall(following, zone).toordinal() > today >= wall(following - 1, zone).toordinal()
    assert moment < following <= moment + 2 * DAY


@given(places, open_schedules, st.integers(0, 9 * DAY))
def test_waiting_longer_never_opens_earlier(place: tuple[str, int], schedule: Schedule, later: int) -> None:
    """next_open is monotone, and where it points it stays."""
    zone, moment = place
    calendar = Window(zone, *schedule)
    opens, opens_later = calendar.next_open(moment), calendar.next_open(moment + later)
    assert opens is not None
    assert opens_later is not None
    assert opens <= opens_later
    assert calendar.next_open(opens) == opens


@given(st.sampled_from(sorted(CHANGING)), open_schedules, st.data())
def test_the_order_of_questions_does_not_matter(zone: str, schedule: Schedule, data: st.DataObject) -> None:
    """A window that has answered many answers as a new one."""
    used = Window(zone, *schedule)
    moments = st.builds(int.__add__, st.sampled_from(changes(zone)), near) | any_moment
    for moment in data.draw(st.lists(moments, max_size=30)):
        assert used.next_open(moment) == Window(zone, *schedule).next_open(moment)
        assert used.next_day(moment) == Window(zone, *schedule).next_day(moment)
        assert used.local_day(moment) == Window(zone, *schedule).local_day(moment)


@given(places, open_schedules)
def test_weeks_from_0_to_6_and_from_1_to_7_are_the_same(place: tuple[str, int], schedule: Schedule) -> None:
    """Repeated and unordered days change nothing either."""
    zone, moment = place
    days, start, end = schedule
    from_0 = Window(zone, [day % 7 for day in days], start, end)
    from_1 = Window(zone, [day or 7 for day in days], start, end)
    assert (
        from_0.next_open(moment)
        == from_1.next_open(moment)
        == Window(zone, days[::-1] * 2, start, end).next_open(moment)
    )


@pytest.mark.parametrize(
    ("days", "start", "end"), [(EVERY_DAY, "09:00", "09:00"), (EVERY_DAY, "17:00", "09:00"), ((), "09:00", "17:00")]
)
@given(place=any_year)
def test_an_empty_window_never_opens(place: tuple[str, int], days: tuple[int, ...], start: str, end: str) -> None:
    """Its days are still counted."""
    zone, moment = place
    calendar = Window(zone, days, start, end)
    assert calendar.next_open(moment) is None
    assert calendar.local_day(moment) == wall(moment, zone).toordinal()


def test_the_first_and_the_last_moment_of_a_clock() -> None:
    """Every zone answers at both ends of what a workspace's clock may show."""
    for zone, weekday, moment in product(ZONES, EVERY_DAY, (FIRST_MOMENT, LAST_MOMENT)):
        opens = Window(zone, [weekday], "00:00", "00:01").next_open(moment)
        assert opens is not None, zone
        assert is_inside(opens, zone, ((weekday,), "00:00", "00:01")), zone
        assert opens - moment <= 8 * DAY, zone


@pytest.mark.parametrize(
    "zone", ["UTC", "Pacific/Kiritimati", "America/New_York", "Australia/Lord_Howe", "Asia/Manila"]
)
@pytest.mark.parametrize("moment", [-(10**18), ms("0001-01-01T00:00Z"), ms("9999-12-31T23:59Z"), 10**18])
def test_no_window_opens_where_no_date_can_be_written(zone: str, moment: int) -> None:
    """Beyond the years 1 to 9999 nothing opens, days go on, and nothing fails."""
    calendar = Window(zone, EVERY_DAY, "09:00", "17:00")
    assert calendar.next_open(moment) is None
    assert calendar.local_day(calendar.next_day(moment)) == calendar.local_day(moment) + 1


def test_a_search_stops_at_the_end_of_time() -> None:
    """The last window that every zone can write opens, the one after it does not."""
    calendar = Window("UTC", EVERY_DAY, "09:00", "17:00")
    assert calendar.next_open(ms("9999-12-29T00:00Z")) == ms("9999-12-29T09:00Z")
    assert calendar.next_open(ms("9999-12-29T17:00Z")) is None


def test_equal_schedules_share_a_window() -> None:
    """What was computed once serves all campaigns."""
    one = window("Europe/Berlin", (1, 2), "09:00", "17:00")
    assert one is window("Europe/Berlin", (1, 2), "09:00", "17:00")
    assert one is not window("Europe/Berlin", (1, 2), "09:00", "18:00")
    assert one.next_open(ms("2026-06-01T00:00Z")) == ms("2026-06-01T09:00+02:00")


@given(any_moment)
def test_utc_days(moment: int) -> None:
    """The day of a mailbox's cap."""
    assert utc_day(moment) == (EPOCH + timedelta(milliseconds=moment)).toordinal() - EPOCH.toordinal()
    assert next_utc_day(moment) == first(moment, HOUR, lambda m: utc_day(m) > utc_day(moment))

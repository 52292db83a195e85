"""Every served figure is what a slow recount of mails and ledger finds, in worlds in which anything may happen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.doctor import problems
from tests import running_worlds
from tests.conftest import Api
from tests.figure_worlds import ZONES, Act, Plan, live, worlds
from tests.figures import ASKED, Json, Recount, Within, days, exported, moments
from tests.running_worlds import advance, done, freeze
from tests.worlds import fresh

RAW = ("sent", "open", "click", "reply", "bounce", "unsubscribed", "stopped")
UNIQUE = {"unique_sent": "sent", "unique_open": "open", "unique_click": "click", "positive_reply": "reply"}


def rows(api: Api, path: str, limit: int, **query: Any) -> list[Json]:
    """All rows of a paged operation, page by page; the pages follow on each other."""
    found: list[Json] = []
    while True:
        answer = done(api.get(path, params={**query, "offset": len(found), "limit": limit}))
        assert len(answer["data"]) <= limit
        found += answer["data"]
        if not answer["data"] or not answer.get("hasMore", True):
            return found


def differences(found: Any, expected: Any, place: str = "") -> Iterator[str]:
    """Where two values part, leaf by leaf; what is missing is None."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in {**expected, **found}:
            yield from differences(found.get(name), expected.get(name), f"{place}.{name}")
    elif isinstance(found, list) and isinstance(expected, list):
        for n, (one, other) in enumerate(itertools.zip_longest(found, expected)):
            yield from differences(one, other, f"{place}[{n}]")
    elif found != expected:
        yield f"{place}: {found!r} is served, not {expected!r}"


def same(found: Any, expected: Any) -> None:
    """AssertionError with all differences."""
    assert list(differences(found, expected)) == []


def between(first: str | None, last: str | None) -> Within:
    """From one moment to another, both included; a day is its first moment in UTC."""

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)

    return lambda at: (first is None or instant(first) <= at) and (last is None or at <= instant(last))


def compare_mails(api: Api, recount: Recount, first: str, last: str) -> None:
    """The mails one by one, by every filter and several at once."""
    path = f"{recount.path}/statistics"
    mails, times = recount.mails(), {}
    if mails:
        times = {"sent_time_start_date": mails[len(mails) // 3].mail["at"], "sent_time_end_date": mails[-1].mail["at"]}
    queries: list[Json] = [{}, *({"email_status": word} for word in ASKED)]
    queries += [{"email_sequence_number": "2"}, {"email_sequence_number": "1,3", "email_status": "opened"}, times]
    queries += [{"sent_time_start_date": first, "sent_time_end_date": last, "email_status": "replied"}]
    queries += [{"sent_time_end_date": times["sent_time_start_date"]}] if times else []
    for query in queries:
        expected = recount.statistics(
            between(query.get("sent_time_start_date"), query.get("sent_time_end_date")),
            {int(number) for number in query.get("email_sequence_number", "").split(",") if number},
            query.get("email_status", ""),
        )
        answer = done(api.get(path, params=query))
        same(answer, {"total_stats": str(len(expected)), "data": expected, "offset": 0, "limit": 100})
        same(rows(api, path, 7, **query), expected)


def compare_leads(api: Api, recount: Recount, day: str) -> None:
    """The leads one by one, and the export."""
    path, expected = f"{recount.path}/leads-statistics", recount.leads()
    whole = {"hasMore": False, "data": expected, "skip": 0, "limit": 100}
    same(done(api.get(path)), whole)
    same(rows(api, path, 2), expected)
    later = recount.leads(f"{day}T00:00:00.000Z")
    same(done(api.get(path, params={"event_time_gt": day}))["data"], later)
    same(rows(api, path, 3, event_time_gt=day), later)
    export = api.get(f"{recount.path}/leads-export")
    same(exported(export.text), recount.export())


def compare_figures(api: Api, recount: Recount, first: str, last: str, zone: str) -> None:
    """Everything that is counted, of some days in a zone."""
    path = recount.path
    dates = {"start_date": first, "end_date": last}
    within = days(first, last, zone)
    same(done(api.get(f"{path}/analytics")), recount.analytics())
    same(done(api.get(f"{path}/variant-statistics")), {"ok": True, "data": recount.variants()})
    same(done(api.get(f"{path}/top-level-analytics-by-date", params=dates)), recount.top_level(first, last))
    in_zone = {**dates, "time_zone": zone}
    if date.fromisoformat(last) - date.fromisoformat(first) <= timedelta(days=30):
        same(done(api.get(f"{path}/analytics-by-date", params=in_zone)), recount.by_date(first, last, zone))
    same(done(api.get(f"{path}/sequence-analytics", params=in_zone))["data"], recount.of_steps(within))
    same(done(api.get(f"{path}/mailbox-statistics"))["data"], recount.mailboxes())
    same(done(api.get(f"{path}/mailbox-statistics", params=in_zone))["data"], recount.mailboxes(within))
    same(rows(api, f"{path}/mailbox-statistics", 1, **in_zone), recount.mailboxes(within))
    in_utc = recount.mailboxes(days(first, last, "UTC"))
    same(done(api.get(f"{path}/mailbox-statistics", params=dates))["data"], in_utc)


def days_of(recount: Recount, zone: str) -> list[tuple[str, str]]:
    """From the day of a mail to that of another one: of the first, of one in the middle, of the last."""
    shown = [one.at.astimezone(ZoneInfo(zone)).date().isoformat() for one in recount.mails()]
    places = ((0, 0), (0, len(shown) // 2), (len(shown) // 2, -1), (-1, -1))
    return [(shown[first], shown[last]) for first, last in places] if shown else []


def compare_seconds(api: Api, recount: Recount, zone: str) -> None:
    """The figures between the seconds in which mails were sent, both included."""
    shown = [f"{one.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}" for one in recount.mails()]
    for first, last in ((0, 0), (len(shown) // 3, -1), (1, len(shown) // 2)):
        if first < len(shown) and shown[first] <= shown[last]:
            compare_moments(api, recount, shown[first], shown[last], zone)


def compare_moments(api: Api, recount: Recount, first: str, last: str, zone: str) -> None:
    """The figures of the steps, between seconds on the clocks of a zone."""
    query = {"start_date": first, "end_date": last, "time_zone": zone}
    answer = done(api.get(f"{recount.path}/sequence-analytics", params=query))
    same(answer, {"ok": True, "data": recount.of_steps(moments(first, last, zone))})


def compare_partition(api: Api, path: str, cuts: Sequence[date]) -> None:
    """Raw counts of parts add up to the whole; unique and positive ones do not exceed the sum, or the raw ones."""

    def served(first: date, behind: date) -> dict[str, int]:
        query = {"start_date": first.isoformat(), "end_date": (behind - timedelta(days=1)).isoformat()}
        answer = done(api.get(f"{path}/top-level-analytics-by-date", params=query))
        return {name.removesuffix("_count"): int(n) for name, n in answer.items() if name.endswith("_count")}

    whole = served(cuts[0], cuts[-1])
    parts = [served(one, other) for one, other in itertools.pairwise(cuts)]
    for name in RAW:
        assert whole[name] == sum(part[name] for part in parts), name
    for name, raw in UNIQUE.items():
        assert max(part[name] for part in parts) <= whole[name] <= sum(part[name] for part in parts), name
        assert all(part[name] <= part[raw] for part in (whole, *parts)), name


def compare_sums(api: Api, path: str, first: str, last: str) -> None:
    """The steps, and the mailboxes, have together what the campaign has."""
    query = {"start_date": first, "end_date": last}
    whole = done(api.get(f"{path}/top-level-analytics-by-date", params=query))
    for parts, names in (("sequence-analytics", RAW), ("mailbox-statistics", RAW[:5])):
        found = done(api.get(f"{path}/{parts}", params=query))["data"]
        for name in names:
            assert int(whole[f"{name}_count"]) == sum(one[f"{name}_count"] for one in found), (parts, name)


# ------------------------------------------------------------------------------------------------ random worlds


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An app with a store in a file, which is sound when all tests of this module are done."""
    path: Path = tmp_path_factory.mktemp("figures") / "store.db"
    with TestClient(create_app(Settings(rate_limit="off", db=str(path)))) as client:
        yield client


def defects(client: TestClient) -> list[str]:
    """What the doctor finds."""
    database = client.app.state.world.database  # type: ignore[attr-defined]
    assert client.portal is not None
    return client.portal.call(lambda: list(problems(database)))


#: days, and seconds of a day, from the beginning of a world on
day_numbers = st.integers(-1, 12)
seconds = st.sampled_from(("00:00:00", "09:00:00", "12:15:00", "20:13:00", "23:59:59"))


def test_all_figures_of_random_worlds(stored: TestClient) -> None:
    """To the last count, in random ranges of random zones; and the doctor finds nothing afterwards."""

    @settings(max_examples=10)
    @given(
        made=worlds(), zone=st.sampled_from(ZONES), one=day_numbers, other=day_numbers, cut=day_numbers,
        times=st.tuples(seconds, seconds),
    )  # fmt: skip
    def check(
        made: tuple[str, datetime, list[Plan], int, list[Act]], zone: str, one: int, other: int,
        cut: int, times: tuple[str, str],
    ) -> None:  # fmt: skip
        own_zone, start, found, boxes, acts = made
        api = fresh(stored)
        world = live(api, start, found, boxes, acts)
        first, middle, last = (start.date() + timedelta(days=n) for n in sorted((one, other, cut)))
        since, until = first.isoformat(), last.isoformat()
        for campaign_id in world.campaigns:
            recount = world.recount(campaign_id)
            compare_mails(api, recount, since, until)
            compare_leads(api, recount, since)
            for chosen in (zone, own_zone):
                compare_seconds(api, recount, chosen)
                for one_day, other_day in {(since, until), *days_of(recount, chosen)}:
                    compare_figures(api, recount, one_day, other_day, chosen)
                    compare_sums(api, recount.path, one_day, other_day)
                    if one_day < other_day:
                        compare_moments(api, recount, f"{one_day} {times[0]}", f"{other_day} {times[1]}", chosen)
            behind = last + timedelta(days=1)
            compare_partition(api, recount.path, sorted({first, middle, last, behind}))

    check()
    assert defects(stored) == []


def test_all_figures_of_the_rich_world(stored: TestClient) -> None:
    """Five campaigns with a sub-sequence, rates and every kind of recipient, after ten days."""
    api = fresh(stored)
    freeze(api, running_worlds.START)
    world = running_worlds.rich_world(api)
    advance(api, running_worlds.END)
    for campaign_id in world.campaigns:
        recount = Recount(api, campaign_id, {3} if campaign_id == world.berlin else set(), {})
        compare_mails(api, recount, "2026-10-23", "2026-10-26")
        compare_leads(api, recount, "2026-10-24")
        for first, last, zone in (
            ("2026-10-22", "2026-11-01", "UTC"), ("2026-10-25", "2026-10-25", "Europe/Berlin"),
            ("2026-10-24", "2026-10-31", "America/New_York"), ("2026-10-26", "2026-10-27", "Asia/Kathmandu"),
        ):  # fmt: skip
            compare_figures(api, recount, first, last, zone)
            compare_sums(api, recount.path, first, last)
            compare_moments(api, recount, f"{first} 02:00:00", f"{last} 23:17:00", zone)
        compare_partition(api, recount.path, [date(2026, 10, day) for day in range(22, 32)])
    assert defects(stored) == []

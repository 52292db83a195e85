"""Moving the clock of a workspace that sends, by the control API (DESIGN §4); `test_live_clock` lets time pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.running_worlds import (
    DAY,
    END,
    HOUR,
    MINUTE,
    START,
    add,
    advance,
    campaign,
    done,
    events,
    every,
    first_difference,
    freeze,
    iso,
    live_through,
    messages,
    now,
    put,
    rich_world,
    sending,
    sent_at,
    set_status,
    step,
)
from tests.servers import server
from tests.worlds import fresh

MS = timedelta(milliseconds=1)


# ---------------------------------------------------------------------------------------------- setting and advancing


@pytest.mark.parametrize("mode", ["frozen", "live"])
@pytest.mark.parametrize("stored", [False, True], ids=["new", "with settings"])
def test_a_workspace_without_rows_may_be_set_to_any_moment(api: Api, mode: str, stored: bool) -> None:
    """Forward and backward, also where settings are stored, and again after a reset."""
    if stored:
        done(api.control("PUT", "/settings", {"recipients": {"open": 1}}))
    for _ in range(2):
        for year in (2026, 1970, 9998, 2000):
            moment = datetime(year, 5, 6, 7, 8, 9, tzinfo=UTC)
            answer = done(put(api, mode, moment))
            assert answer["mode"] == mode
            assert moment <= now(api) < moment + HOUR
        api.campaign()
        done(api.control("POST", "/reset"))


def snapshot(api: Api) -> tuple[Any, ...]:
    """All that a refused move might change."""
    frozen = done(api.control("GET", "/clock"))
    return frozen, events(api), messages(api), done(api.control("GET", "/state"))


REFUSED: list[tuple[str, Any, int, str]] = [
    ("PUT /clock", {"mode": "frozen", "now": iso(START)}, 409, "only moves forward"),
    ("PUT /clock", {"mode": "live", "now": "1970-01-01"}, 409, "only moves forward"),
    ("PUT /clock", {"mode": "frozen", "now": "9999-06-01T00:00:00Z"}, 422, "9999-06-01"),
    ("PUT /clock", {"mode": "live", "now": "1969-12-31T23:59:59.999Z"}, 422, "1970"),
    ("PUT /clock", {"mode": "frozen", "now": "next week"}, 422, "'next week'"),
    ("PUT /clock", {"mode": "frozen", "now": iso(END), "to": iso(END)}, 422, "to"),
    ("PUT /clock", {"now": iso(END)}, 422, "mode"),
    ("PUT /clock", {"mode": "running", "now": iso(END)}, 422, "frozen"),
    ("POST /clock/advance", {"to": iso(START)}, 409, "only moves forward"),
    ("POST /clock/advance", {"to": "2026-13-01"}, 422, "'2026-13-01'"),
    ("POST /clock/advance", {"to": "9999-06-01T00:00:00Z"}, 422, "9999-06-01"),
    ("POST /clock/advance", {"days": 36_501}, 422, "days"),
    ("POST /clock/advance", {"days": 0}, 422, "duration"),
    ("POST /clock/advance", {"minutes": 0, "seconds": 0.0}, 422, "duration"),
    ("POST /clock/advance", {}, 422, "duration"),
    ("POST /clock/advance", {"days": -1}, 422, "days"),
    ("POST /clock/advance", {"days": 1, "to": iso(END)}, 422, "duration"),
    ("POST /clock/advance", {"weeks": 1}, 422, "weeks"),
    ("POST /clock/advance", {"days": "1"}, 422, "days"),
    ("POST /clock/advance", {"days": True}, 422, "days"),
    ("POST /clock/advance", {"to": 1_800_000_000}, 422, "to"),
    ("POST /clock/advance", None, 422, "body"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "body", "status", "reason"), REFUSED, ids=lambda one: str(one)[:50])
def test_a_refused_move_says_why_and_moves_nothing(api: Api, call: str, body: Any, status: int, reason: str) -> None:
    """While mails are due, so that it would show."""
    freeze(api, START)
    sending(api)
    due = advance(api, START + HOUR / 10)["next_due"]
    before = snapshot(api)
    method, path = call.split()
    answer = api.control(method, path, body)
    assert answer.status_code == status
    assert reason in str(answer.json()["detail"])
    assert snapshot(api) == before
    assert advance(api, now(api)) == {"now": before[0]["now"], "events": {}, "next_due": due}


def test_the_calendar_ends_with_9998(api: Api) -> None:
    """A duration does not lead beyond it, and until there mails go out."""
    evening = datetime(9998, 12, 31, 21, tzinfo=UTC)
    freeze(api, evening)
    sending(api, 90)
    before = snapshot(api)
    answer = api.control("POST", "/clock/advance", {"hours": 3})
    assert (answer.status_code, answer.json()) == (422, {"detail": "The clock shows moments from 1970 to 9998."})
    assert snapshot(api) == before
    advance(api, evening + 3 * HOUR - MS)
    assert sent_at(api) == every(3 * MINUTE, 60, evening)


def test_setting_the_clock_forward_runs_the_world(client: TestClient) -> None:
    """As an advance does, whichever way the clock is set."""
    by_advance, by_put = fresh(client), fresh(client)

    def move(_: datetime, until: datetime) -> None:
        advance(by_advance, until)
        assert done(put(by_put, "frozen", until)) == {"mode": "frozen", "now": iso(until)}

    assert first_difference(*live_through(move, by_advance, by_put)) is None


@pytest.mark.parametrize(
    "move", [{"hours": 25, "minutes": 30}, {"days": 1, "hours": 1.5}, {"seconds": 91_800}], ids=str
)
def test_a_duration_is_as_good_as_a_moment(api: Api, move: dict[str, float]) -> None:
    """The parts add up."""
    freeze(api, START)
    campaign_id = sending(api, 20, step(1), step(2, 1))
    answer = done(api.control("POST", "/clock/advance", move))
    assert (answer["now"], answer["events"]["sent"]) == (iso(START + 25.5 * HOUR), 40)
    assert sent_at(api, campaign_id) == every(3 * MINUTE, 20) + every(3 * MINUTE, 20, START + DAY)


# ---------------------------------------------------------------------------------------------- what an advance answers


def test_an_advance_tells_what_happened(api: Api) -> None:
    """Its counts are those of the ledger, name by name."""
    freeze(api, START)
    rich_world(api)
    last = max(one["id"] for one in events(api))
    for days in range(1, 11):
        told = advance(api, START + days * DAY)["events"]
        new = {name: events(api, f"&type={name}", after=last) for name in told}
        assert told == {name: len(rows) for name, rows in new.items()}
        everything = events(api, after=last)
        assert len(everything) == sum(told.values()) > 0
        last = everything[-1]["id"]


def test_next_due_is_exact(api: Api) -> None:
    """Until just before it nothing happens, at it something does; so step by step to the end of the world."""
    freeze(api, START)
    rich_world(api)
    due, seen = advance(api, START)["next_due"], 0
    while due is not None and seen < 100:
        moment, seen = datetime.fromisoformat(due), seen + 1
        assert advance(api, moment - MS) == {"now": iso(moment - MS), "events": {}, "next_due": due}
        answer = advance(api, moment)
        assert answer["events"], due
        due = answer["next_due"]
    assert seen == 100


def test_next_due_looks_over_closed_windows_and_full_days(api: Api) -> None:
    """A weekend, a daily number of new leads, the cap of a mailbox: the moment is the one at which it goes on."""
    freeze(api, START)
    box = api.account(max_email_per_day=3)
    campaign_id = campaign(api, [step(1)], [box], days=(1, 4), hours=("07:00", "08:00"), new_leads=2)
    add(api, campaign_id, [f"lead{n}@x.example" for n in range(5)])
    set_status(api, campaign_id, "START")
    monday = START.replace(hour=7, minute=0) + 4 * DAY
    assert advance(api, START + DAY)["next_due"] == iso(monday)
    assert advance(api, monday + DAY)["next_due"] == iso(monday + 3 * DAY)
    other = campaign(api, [step(1)], [box])
    add(api, other, [f"lead{n}@y.example" for n in range(4)])
    set_status(api, other, "START")
    assert advance(api, monday + DAY + HOUR)["next_due"] == iso((monday + 2 * DAY).replace(hour=0))


@pytest.mark.parametrize("end", ["nothing was made", "all is sent", "paused", "nobody notices replies"])
def test_nothing_is_due(api: Api, end: str) -> None:
    """Then `next_due` is null, and nothing happens however long one waits."""
    freeze(api, START)
    if end != "nothing was made":
        campaign_id = sending(api, 2)
        if end == "nobody notices replies":
            done(api.post(f"/campaigns/{campaign_id}/settings", {"track_settings": ["DONT_TRACK_REPLY_TO_AN_EMAIL"]}))
            add(api, campaign_id, ["reply@simulator.test"])
        if end == "paused":
            set_status(api, campaign_id, "PAUSED")
    assert advance(api, START + 10 * MINUTE)["next_due"] is None
    assert advance(api, END) == {"now": iso(END), "events": {}, "next_due": None}


def test_a_server_may_start_frozen_and_send() -> None:
    """`--clock` is where a new key stands, and where its world begins."""
    with server("--clock", "2026-03-28T08:00:00+01:00") as running, running.api("any") as api:
        assert done(api.control("GET", "/clock")) == {"mode": "frozen", "now": "2026-03-28T07:00:00.000Z"}
        sending(api, 3)
        assert messages(api) == []
        advance(api, now(api) + HOUR)
        assert sent_at(api) == every(3 * MINUTE, 3, datetime(2026, 3, 28, 7, tzinfo=UTC))


# ---------------------------------------------------------------------------------------------- windows


def expected(zone: str, hours: tuple[str, str], days: tuple[int, ...], since: datetime) -> list[datetime]:
    """What a mailbox with a gap of half an hour sends in three days, found minute by minute."""
    found: list[datetime] = []
    for moment in (since + number * MINUTE for number in range(3 * DAY // MINUTE + 1)):
        local = moment.astimezone(ZoneInfo(zone))
        is_open = local.isoweekday() % 7 in {day % 7 for day in days} and hours[0] <= f"{local:%H:%M}" < hours[1]
        if is_open and (not found or moment - found[-1] >= 30 * MINUTE):
            found.append(moment)
    return found


@pytest.mark.parametrize(
    ("zone", "first_day"),
    [
        ("Europe/Berlin", "2026-03-28"), ("Europe/Berlin", "2026-10-24"), ("America/New_York", "2026-03-07"),
        ("America/New_York", "2026-10-31"), ("Australia/Lord_Howe", "2026-10-03"), ("Asia/Kathmandu", "2026-10-24"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("hours", [("01:30", "03:30"), ("02:00", "03:00"), ("00:00", "23:59")], ids="-".join)
def test_windows_hold_when_clocks_change(api: Api, zone: str, first_day: str, hours: tuple[str, str]) -> None:
    """An hour that is skipped sends nothing, one that comes twice sends twice; Sunday is 0 or 7."""
    since = datetime.fromisoformat(f"{first_day}T00:00:00+00:00") - 12 * HOUR
    freeze(api, since)
    campaigns: dict[int, tuple[int, ...]] = {}
    styles: list[tuple[int, ...]] = [(0, 6, 1), (7, 6, 1), (0,), (7,), (1, 2, 3, 4, 5, 6)]
    for listed in styles:
        box = api.account(f"box{len(campaigns)}@sender.example", max_email_per_day=1000)
        campaign_id = campaign(api, [step(1)], [box], zone=zone, hours=hours, days=listed, gap=30)
        add(api, campaign_id, [f"lead{n}@x.example" for n in range(150)])
        set_status(api, campaign_id, "START")
        campaigns[campaign_id] = listed
    advance(api, since + 3 * DAY)
    for campaign_id, listed in campaigns.items():
        assert sent_at(api, campaign_id) == expected(zone, hours, listed, since), listed

"""An advance that takes its time: it works in batches, between which requests are answered (DESIGN §2, §6)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import httpx2
import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.simulation.engine import Engine
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
    in_batches_of,
    iso,
    messages,
    now,
    rich_world,
    sending,
    sent_at,
    set_status,
    step,
    told,
)  # fmt: skip
from tests.worlds import fresh

T = TypeVar("T")
_MOST_TRIES = 2000


class Inside:
    """A client of one workspace inside the app's event loop, where its requests and batches take turns."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def ask(self, method: str, path: str, json: Any = None, key: str | None = None) -> Any:
        """One call; `key`: of another workspace."""
        return await self._client.request(method, path, json=json, params=None if key is None else {"api_key": key})

    async def do(self, method: str, path: str, json: Any = None) -> Any:
        """The JSON of a call that succeeds."""
        return done(await self.ask(method, path, json))

    async def advance(self, until: datetime) -> Any:
        """Move the clock; the answer."""
        return await self.ask("POST", "/_mock/clock/advance", {"to": iso(until)})

    async def now(self) -> datetime:
        """What the clock shows."""
        return datetime.fromisoformat((await self.do("GET", "/_mock/clock"))["now"])

    async def until_past(self, moment: datetime) -> datetime:
        """Ask for the time until it is later than a moment; that time."""
        for _ in range(_MOST_TRIES):
            found = await self.now()
            if found > moment:
                return found
            await asyncio.sleep(0)  # a request inside the loop need not give anybody else a turn
        raise AssertionError(f"it never got later than {moment}")


def inside(client: TestClient, key: str, act: Callable[[Inside], Awaitable[T]]) -> T:
    """Let `act` happen in the app's event loop."""

    async def story() -> T:
        transport = httpx2.ASGITransport(app=client.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://in", params={"api_key": key}) as asks:
            return await act(Inside(asks))

    assert client.portal is not None
    return client.portal.call(story)


def meanwhile(client: TestClient, api: Api, act: Callable[[Inside], Awaitable[T]]) -> tuple[Any, T]:
    """Advance to END, and act while that goes on; the advance's answer, and what `act` found."""

    async def story(asks: Inside) -> tuple[Any, T]:
        async with asyncio.TaskGroup() as tasks:
            moving = tasks.create_task(asks.advance(END))
            found = await act(asks)
        return moving.result(), found

    return inside(client, api.key, story)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come between any two things that happen."""
    in_batches_of(monkeypatch, 1)


# ---------------------------------------------------------------------------------------------- one after the other


@pytest.mark.usefixtures("small_batches")
def test_a_second_advance_waits_and_they_add_up(client: TestClient) -> None:
    """Two advances of five days at once are ten days, each with its own part of what happened."""
    alone, api = fresh(client, iso(START)), fresh(client, iso(START))
    expected = rich_world(alone)
    advance(alone, END)
    world, before = rich_world(api), len(events(api))

    async def twice(asks: Inside) -> list[Any]:
        move = {"days": 5}
        return await asyncio.gather(*(asks.do("POST", "/_mock/clock/advance", move) for _ in range(2)))

    answers = sorted(inside(client, api.key, twice), key=lambda answer: str(answer["now"]))
    assert [one["now"] for one in answers] == [iso(START + 5 * DAY), iso(END)]
    counted = Counter(answers[0]["events"]) + Counter(answers[1]["events"])
    assert counted.total() == len(events(api)) - before
    assert first_difference(told(api, world), told(alone, expected)) is None


@pytest.mark.usefixtures("small_batches")
def test_setting_the_clock_waits_too(client: TestClient, api: Api) -> None:
    """What lies behind the moment that the advance reaches is then refused."""
    freeze(api, START)
    sending(api, 30)

    async def act(asks: Inside) -> Any:
        await asks.until_past(START)
        return await asks.ask("PUT", "/_mock/clock", {"mode": "live", "now": iso(START + DAY)})

    answer, refused = meanwhile(client, api, act)
    assert (answer.status_code, refused.status_code) == (200, 409)
    assert done(api.control("GET", "/clock")) == {"mode": "frozen", "now": iso(END)}


# ---------------------------------------------------------------------------------------------- writes in between


@pytest.mark.usefixtures("small_batches")
def test_a_pause_in_between_stops_a_campaign_from_then_on(client: TestClient, api: Api) -> None:
    """Nothing of it goes out between the pause and the next START; the others go on; no lead is forgotten."""
    freeze(api, START)
    one = sending(api, 60)
    other = campaign(api, [step(1)], [api.account("other@sender.example", max_email_per_day=1000)])
    add(api, other, [f"lead{n}@y.example" for n in range(60)])
    set_status(api, other, "START")

    async def act(asks: Inside) -> None:
        for moment, word in ((START + HOUR, "PAUSED"), (START + 2 * HOUR, "START")):
            await asks.until_past(moment)
            await asks.do("POST", f"/api/v1/campaigns/{one}/status", {"status": word})
        assert await asks.now() < END

    answer, _ = meanwhile(client, api, act)
    assert answer.status_code == 200
    ledger = events(api)
    changes = [row for row in ledger if (row["type"], row["campaign_id"]) == ("CAMPAIGN_STATUS_CHANGED", one)]
    paused, started = (row for row in changes if row["data"]["cause"] == "api" and row["at"] > iso(START))
    between = [row for row in ledger if paused["id"] < row["id"] < started["id"]]
    assert {row["campaign_id"] for row in between} == {other}
    assert len(between) >= 5
    times = sent_at(api, one)
    assert len(times) == 60
    pause, start = (datetime.fromisoformat(row["at"]) for row in (paused, started))
    assert START + HOUR < pause < start
    assert [moment for moment in times if pause < moment < start] == []
    assert start in times
    assert sent_at(api, other) == every(3 * MINUTE, 60)


Write = Callable[[Inside, int, int], Awaitable[Any]]
STOPPING: dict[str, Write] = {
    "unsubscribed": lambda asks, campaign_id, lead_id: asks.do(
        "POST", f"/api/v1/campaigns/{campaign_id}/leads/{lead_id}/unsubscribe"
    ),
    "unsubscribed from all": lambda asks, _, lead_id: asks.do("POST", f"/api/v1/leads/{lead_id}/unsubscribe"),
    "paused": lambda asks, campaign_id, lead_id: asks.do(
        "POST", f"/api/v1/campaigns/{campaign_id}/leads/{lead_id}/pause"
    ),
    "deleted": lambda asks, campaign_id, lead_id: asks.do("DELETE", f"/api/v1/campaigns/{campaign_id}/leads/{lead_id}"),
    "blocked": lambda asks, *_: asks.do(
        "POST", "/api/v1/leads/add-domain-block-list", {"domain_block_list": ["lead35@x.example"]}
    ),
}


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("way", STOPPING)
def test_a_lead_that_leaves_in_between_gets_nothing_after(client: TestClient, api: Api, way: str) -> None:
    """Its turn goes to the next one; everybody else gets both mails."""
    freeze(api, START)
    campaign_id = sending(api, 40, step(1), step(2, 1))
    lead_id = api.lead_id("lead35@x.example")

    async def act(asks: Inside) -> datetime:
        await asks.until_past(START + 30 * MINUTE)
        await STOPPING[way](asks, campaign_id, lead_id)
        return await asks.now()

    answer, left_at = meanwhile(client, api, act)
    assert (answer.status_code, left_at < START + 105 * MINUTE) == (200, True)
    mails = Counter(mail["to"] for mail in messages(api, "&type=SENT"))
    assert mails == {f"lead{n}@x.example": 2 for n in range(40) if n != 35}
    assert sent_at(api) == every(3 * MINUTE, 39) + every(3 * MINUTE, 39, START + DAY)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("left", [4, 40])
def test_a_lead_that_leaves_after_its_first_mail_gets_no_second(client: TestClient, api: Api, left: int) -> None:
    """Unsubscribed during the day, when its follow-up is already planned."""
    freeze(api, START)
    campaign_id = sending(api, 80, step(1), step(2, 1))
    lead_id = api.lead_id(f"lead{left}@x.example")

    async def act(asks: Inside) -> None:
        await asks.until_past(START + 3 * (left - 1) * MINUTE)
        await STOPPING["unsubscribed"](asks, campaign_id, lead_id)

    meanwhile(client, api, act)
    mails = Counter(mail["to"] for mail in messages(api, "&type=SENT"))
    assert mails[f"lead{left}@x.example"] == 1
    assert mails.total() == 159


@pytest.mark.usefixtures("small_batches")
def test_what_is_added_in_between_takes_part(client: TestClient, api: Api) -> None:
    """A lead that is imported during an advance gets its mail in its turn, not before it came."""
    freeze(api, START)
    campaign_id = sending(api, 30)

    async def act(asks: Inside) -> datetime:
        came = await asks.until_past(START + HOUR)
        body = {"lead_list": [{"email": "late@x.example"}]}
        await asks.do("POST", f"/api/v1/campaigns/{campaign_id}/leads", body)
        return came

    _, came = meanwhile(client, api, act)
    assert came < START + 80 * MINUTE
    assert [datetime.fromisoformat(mail["at"]) for mail in messages(api, "&email=late@x.example")] == [
        START + 90 * MINUTE
    ]


# ---------------------------------------------------------------------------------------------- what may go wrong


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("advances", [1, 2])
def test_a_reset_in_between_ends_the_advance(client: TestClient, api: Api, advances: int) -> None:
    """The advance, and one that waits for it, answer 409; the workspace is as new."""
    freeze(api, START)
    sending(api, 60)

    async def act(asks: Inside) -> list[Any]:
        async with asyncio.TaskGroup() as tasks:
            moving = [tasks.create_task(asks.advance(END + number * DAY)) for number in range(advances)]
            await asks.until_past(START)
            await asks.do("POST", "/_mock/reset")
        return [one.result() for one in moving]

    answers = inside(client, api.key, act)
    assert [answer.status_code for answer in answers] == [409] * advances
    assert all("reset" in answer.json()["detail"] for answer in answers)
    assert set(done(api.control("GET", "/state"))["tables"].values()) == {0}
    assert done(api.control("GET", "/clock"))["mode"] == "live"
    freeze(api, START)
    assert sending(api, 3) == 1001
    assert advance(api, END)["events"]["sent"] == 3


def test_strangers_do_not_turn_the_clock_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys only read meanwhile, the workspace that moves is the one that its key sees."""
    in_batches_of(monkeypatch, 1)
    with TestClient(create_app(Settings(rate_limit="off", max_workspaces=1))) as client:
        api = Api(client, "mine")
        freeze(api, START)
        sending(api, 30)

        async def act(asks: Inside) -> None:
            await asks.until_past(START)
            for number in range(3):
                assert (await asks.ask("GET", "/_mock/clock", key=f"stranger{number}")).status_code == 200
            seen = await asks.now()
            await asks.until_past(seen)

        answer, _ = meanwhile(client, api, act)
        assert answer.status_code == 200
        assert now(api) == END


def test_a_batch_that_breaks_leaves_the_moment_before(
    client: TestClient, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It applies whole or not at all: a later advance goes on from there as if nothing had been."""
    expected = fresh(client, iso(START))
    undisturbed = rich_world(expected)
    advance(expected, END)
    freeze(api, START)
    world = rich_world(api)
    act, steps = Engine.step, 0

    def breaking(engine: Engine, context: Any) -> None:
        nonlocal steps
        steps += 1
        act(engine, context)
        if steps % 90 == 0:
            raise RuntimeError("a defect")

    monkeypatch.setattr(Engine, "step", breaking)
    in_batches_of(monkeypatch, 25)
    statuses: list[int] = []
    clocks = [START]
    while not statuses or statuses[-1] != 200:
        statuses.append(api.control("POST", "/clock/advance", {"to": iso(END)}).status_code)
        clocks.append(now(api))
        assert all(one["at"] <= iso(clocks[-1]) for one in events(api))
    assert set(statuses[:-1]) == {500}
    assert clocks == sorted(clocks)
    assert len(set(clocks)) > 5
    assert first_difference(told(api, world), told(expected, undisturbed)) is None

"""A clock that is live: time passes by itself, and the world with it (DESIGN §4)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from mock_server import clock
from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.state.workspaces import Workspace
from tests.conftest import Api
from tests.running_worlds import (
    DAY,
    HOUR,
    MINUTE,
    START,
    add,
    advance,
    campaign,
    done,
    every,
    freeze,
    iso,
    now,
    put,
    sending,
    sent_at,
    set_status,
    simulation,
    step,
)

MS = timedelta(milliseconds=1)


class Wall:
    """The machine's clock, as a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def ms(self) -> int:
        """As the product reads it."""
        return round(self.now.timestamp() * 1000)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """A machine whose time passes only when the test says so."""
    found = Wall()
    monkeypatch.setattr(clock, "wall_ms", found.ms)
    return found


def tick(client: TestClient, api: Api) -> None:
    """Let the background task look at the workspace."""
    workspace = client.app.state.world.workspaces.get(api.key)  # type: ignore[attr-defined]
    assert client.portal is not None
    client.portal.call(simulation(client)._tick, workspace)


def test_a_live_world_goes_on_from_the_frozen_moment(client: TestClient, api: Api, wall: Wall) -> None:
    """As time passes mails go out, each at its own moment however late somebody looks; frozen again, it stands."""
    freeze(api, START)
    sending(api)
    assert done(put(api, "live")) == {"mode": "live", "now": iso(START)}
    for minutes, mails in ((7, 3), (1, 3), (1, 4)):
        wall.now += minutes * MINUTE
        tick(client, api)
        assert sent_at(api) == every(3 * MINUTE, mails)
    assert done(put(api, "frozen")) == {"mode": "frozen", "now": iso(START + 9 * MINUTE)}
    wall.now += DAY
    tick(client, api)
    assert (now(api), len(sent_at(api))) == (START + 9 * MINUTE, 4)
    assert advance(api, START + DAY)["events"]["sent"] == 6
    assert sent_at(api) == every(3 * MINUTE, 10)


def test_a_live_clock_advances(client: TestClient, api: Api, wall: Wall) -> None:
    """The world runs to the moment; then time goes on from there."""
    freeze(api, START)
    sending(api)
    done(put(api, "live"))
    answer = done(api.control("POST", "/clock/advance", {"minutes": 10}))
    assert (answer["now"], answer["next_due"]) == (iso(START + 10 * MINUTE), iso(START + 12 * MINUTE))
    assert sent_at(api) == every(3 * MINUTE, 4)
    wall.now += 2 * MINUTE
    assert done(api.control("GET", "/clock")) == {"mode": "live", "now": iso(START + 12 * MINUTE)}
    tick(client, api)
    assert sent_at(api) == every(3 * MINUTE, 5)
    refused = put(api, "live", START)
    assert (refused.status_code, now(api)) == (409, START + 12 * MINUTE)
    done(put(api, "live", START + 20 * MINUTE))
    assert sent_at(api) == every(3 * MINUTE, 7)
    wall.now += MINUTE
    tick(client, api)
    assert sent_at(api) == every(3 * MINUTE, 8)


def test_freezing_leaves_nothing_undone(api: Api, wall: Wall) -> None:
    """What was due while the clock ran has its own moment, also if nobody had looked by then."""
    freeze(api, START)
    sending(api)
    done(put(api, "live"))
    wall.now += 7 * MINUTE
    assert done(put(api, "frozen"))["now"] == iso(START + 7 * MINUTE)
    assert advance(api, START + 8 * MINUTE)["next_due"] == iso(START + 9 * MINUTE)
    assert sent_at(api) == every(3 * MINUTE, 3)


def test_a_live_world_does_not_write_into_the_past(client: TestClient, api: Api, wall: Wall) -> None:
    """What a request makes possible happens after the request, however long nothing had happened before it."""
    freeze(api, START)
    campaign_id = campaign(api, [step(1)], [api.account()])
    add(api, campaign_id, ["one@x.example", "two@x.example"])
    done(put(api, "live"))
    wall.now += HOUR
    set_status(api, campaign_id, "START")
    wall.now += 4 * MINUTE
    tick(client, api)
    assert sent_at(api) == every(3 * MINUTE, 2, START + HOUR)


@contextmanager
def watched(client: TestClient, key: str, monkeypatch: pytest.MonkeyPatch, due: datetime) -> Iterator[threading.Event]:
    """An event that is set when the background task has brought the world of a key to a moment."""
    engines, reached = simulation(client), threading.Event()
    act = engines._tick

    async def spy(workspace: Workspace) -> None:
        await act(workspace)
        if workspace.key == key and workspace.simulated_to >= due.timestamp() * 1000:
            reached.set()

    with monkeypatch.context() as patched:
        patched.setattr(engines, "_tick", spy)
        yield reached


def opening_at_eight(api: Api) -> datetime:
    """A campaign that sends its first mail at 08:00; that moment."""
    freeze(api, START)
    campaign_id = campaign(api, [step(1)], [api.account()], hours=("08:00", "09:00"))
    add(api, campaign_id, ["lead@x.example"])
    set_status(api, campaign_id, "START")
    return START.replace(hour=8, minute=0)


def test_a_live_world_needs_nobody_to_ask(client: TestClient, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set live just before a mail is due, the server sends it by itself, and dates it as due."""
    due = opening_at_eight(api)
    with watched(client, api.key, monkeypatch, due) as reached:
        done(put(api, "live", due - MS))
        assert reached.wait(30)
    assert sent_at(api) == [due]
    assert due < now(api) < due + HOUR


def test_a_live_world_survives_strangers(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys only read, a stored world lives on."""
    with TestClient(create_app(Settings(rate_limit="off", max_workspaces=1))) as client:
        api = Api(client, "mine")
        due = opening_at_eight(api)
        done(put(api, "live", due - MS))
        for number in range(3):
            done(Api(client, f"stranger{number}").control("GET", "/clock"))
        with watched(client, api.key, monkeypatch, due) as reached:
            wall.now += MINUTE
            assert reached.wait(10)
        assert sent_at(api) == [due]


def test_a_live_world_goes_on_after_a_restart(tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the same file sends what became due meanwhile, before anybody asks."""
    stored = Settings(rate_limit="off", db=str(tmp_path / "mock.db"))
    with TestClient(create_app(stored)) as client:
        due = opening_at_eight(Api(client, "mine"))
        done(put(Api(client, "mine"), "live", due - MS))
    wall.now += HOUR
    app = create_app(stored)
    with watched(TestClient(app), "mine", monkeypatch, due) as reached, TestClient(app) as client:
        assert reached.wait(30)
        assert sent_at(Api(client, "mine")) == [due]


def test_a_recipient_reacts_after_a_restart(tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the last mail was sent and no campaign runs any more."""
    stored = Settings(rate_limit="off", db=str(tmp_path / "mock.db"))
    with TestClient(create_app(stored)) as client:
        api = Api(client, "mine")
        freeze(api, START)
        campaign_id = campaign(api, [step(1)], [api.account()])
        add(api, campaign_id, ["reply@simulator.test"])
        set_status(api, campaign_id, "START")
        assert advance(api, START + MINUTE)["events"] == {"sent": 1, "completed": 1, "campaign_status_changed": 1}
        done(put(api, "live"))
    wall.now += 2 * HOUR
    app = create_app(stored)
    with watched(TestClient(app), "mine", monkeypatch, START + HOUR) as reached, TestClient(app) as client:
        assert reached.wait(30)
        replies = done(Api(client, "mine").control("GET", "/messages?type=REPLY"))
        assert [one["at"] for one in replies] == [iso(START + HOUR)]

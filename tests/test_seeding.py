"""Seeding: what is refused, what stops a story and leaves nothing of it, named ids, the command and the plugin."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.control import stories
from mock_server.control.stories import Story
from mock_server.state.schema import metadata
from mock_server.testing.workspace import Smartlead
from tests.conftest import Api
from tests.servers import run, server
from tests.telling import NAMES, NOW, campaigns, everything_stored, in_server, rows, seed, world_of
from tests.worlds import fresh


def tell(api: Api, scenes: list[dict[str, Any]]) -> dict[str, int]:
    """Tell a story that is in no file."""
    story, world, key = Story.model_validate({"summary": "Told once", "scenes": scenes}), world_of(api), api.key
    return in_server(api, lambda: stories.tell(world, world.workspaces.get(key), story))


# ------------------------------------------------------------------------------------------ refusals


def refused(api: Api, body: Any) -> tuple[int, str]:
    """Status and text of a refused seeding."""
    answer = api.control("POST", "/seed", body)
    return answer.status_code, json.dumps(answer.json()["detail"])


def test_a_workspace_with_rows_is_refused(api: Api) -> None:
    """And stays as it is."""
    api.campaign(name="Mine")
    before = everything_stored(api)
    assert refused(api, {"scenario": "team"}) == (409, '"The workspace has rows; reset it first."')
    assert everything_stored(api) == before


def test_an_unknown_name_is_refused(api: Api) -> None:
    """With the names that there are."""
    status, text = refused(api, {"scenario": "teem"})
    assert status == 422
    assert all(name in text for name in NAMES)
    assert refused(api, {"scenario": "team", "speed": 2})[0] == 422
    assert refused(api, {})[0] == 422


def test_a_key_must_be_named(client: TestClient) -> None:
    """As everywhere in the control API."""
    assert client.post("/_mock/seed", json={"scenario": "team"}).status_code == 401


def test_a_story_needs_its_lead_credit(api: Api) -> None:
    """It is not told in part; with enough credit it is, and uses it up like any import."""
    api.control("PUT", "/settings", {"lead_credit": 59})
    status, text = refused(api, {"scenario": "team"})
    assert (status, "lead_credit is 59" in text) == (409, True)
    assert not any(api.control("GET", "/state").json()["tables"].values())
    api.control("PUT", "/settings", {"lead_credit": 61})
    seed(api, "team")
    assert api.control("GET", "/settings").json()["lead_credit"] == 1


def test_a_story_does_not_begin_before_1970(api: Api) -> None:
    """A clock that stands too early is told so."""
    api.control("PUT", "/clock", {"mode": "frozen", "now": "1970-01-05T00:00:00Z"})
    assert refused(api, {"scenario": "midflight"})[0] == 409
    assert api.control("GET", "/clock").json()["now"] == "1970-01-05T00:00:00.000Z"


def test_no_more_workspaces_than_allowed() -> None:
    """A story counts like any other first write."""
    with TestClient(create_app(Settings(rate_limit="off", max_workspaces=1))) as client:
        seed(Api(client, "first"), "team")
        before = everything_stored(Api(client, "first"))
        assert refused(Api(client, "second"), {"scenario": "team"})[0] == 403
        assert everything_stored(Api(client, "first")) == before


def meanwhile(api: Api, name: str, kind: str, path: str, body: Any = None) -> tuple[Any, Any]:
    """Tell a story, and make a control call as soon as it has made rows of a kind; both answers."""
    app, world = api.client.app, world_of(api)
    sql = "SELECT 1 FROM id_counter WHERE workspace_id = ? AND kind = ?"

    async def both() -> tuple[Any, Any]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://mock/_mock") as client:
            headers = {"X-Mock-Key": api.key}
            seeding = asyncio.create_task(client.post("/seed", json={"scenario": name}, headers=headers, timeout=None))
            while not world.database.writer.execute(sql, (world.workspaces.get(api.key).id, kind)).fetchone():
                assert not seeding.done()
                await asyncio.sleep(0)
            answer = await client.post(path, json=body, headers=headers, timeout=None)
            return await seeding, answer

    return in_server(api, both)


def test_two_stories_at_once_do_not_mix(client: TestClient) -> None:
    """The first is told, the second waits for it and finds rows."""
    api, alone = fresh(client, NOW), fresh(client, NOW)
    first, second = meanwhile(api, "team", "email_account", "/seed", {"scenario": "agency"})
    assert (first.status_code, second.status_code) == (200, 409)
    seed(alone, "team")
    assert everything_stored(api) == everything_stored(alone)


def test_the_clock_waits_for_the_end_of_a_story(client: TestClient) -> None:
    """An advance during a seeding moves the clock after it: the same as one after the other."""
    api, alone = fresh(client, NOW), fresh(client, NOW)
    told, moved = meanwhile(api, "midflight", "message", "/clock/advance", {"days": 1})
    assert (told.status_code, moved.status_code) == (200, 200)
    seed(alone, "midflight")
    assert alone.control("POST", "/clock/advance", {"days": 1}).json() == moved.json()
    assert everything_stored(api) == everything_stored(alone)


@pytest.mark.parametrize(("name", "kind"), [("team", "lead"), ("midflight", "campaign"), ("midflight", "message")])
def test_a_reset_ends_a_story(api: Api, name: str, kind: str) -> None:
    """The workspace is empty, nothing is left in the store, and it can be told a story again."""
    told, reset = meanwhile(api, name, kind, "/reset")
    assert (told.status_code, reset.status_code) == (409, 200)
    assert told.json()["detail"] == "The workspace was reset while it was told a scenario."
    assert not any(api.control("GET", "/state").json()["tables"].values())
    owned = [table.name for table in metadata.sorted_tables if "workspace_id" in table.c]

    async def orphans() -> list[str]:
        connection = world_of(api).database.writer
        while connection.execute("SELECT 1 FROM purge_task").fetchone():
            await asyncio.sleep(0)
        sql = "SELECT 1 FROM {} WHERE workspace_id NOT IN (SELECT id FROM workspace)"
        return [name for name in owned if connection.execute(sql.format(name)).fetchone()]

    assert in_server(api, orphans) == []
    assert seed(api, "team")["leads"] == 60


BROKEN_BEFORE: list[dict[str, Any]] = [
    {"mailboxes": "box", "number": 2, "domain": "box.example.com"},
    {"campaign": "whole", "create": {"name": "Whole"}, "mailboxes": ["box"], "leads": [{"people": 3}]},
]
BROKEN: list[list[dict[str, Any]]] = [
    [{"campaign": "a", "create": {"name": "A", "colour": "red"}}],
    [{"campaign": "a", "create": {"name": "A"}, "leads": [{"people": 5}], "status": ["START"]}],
    [
        {"campaign": "a", "create": {"name": "A"}},
        {"call": "pause_lead_in_campaign", "campaign": "a", "lead": "a@b.test"},
    ],
    [{"campaign": "a", "create": {"name": "A"}, "mailboxes": ["nobody's"]}],
    [{"campaign": "a", "create": {"name": "A"}}, {"call": "no_such_operation"}],
]


@pytest.mark.parametrize("scenes", BROKEN)
def test_a_broken_story_leaves_nothing(api: Api, scenes: list[dict[str, Any]]) -> None:
    """Every call passes the document and the rules; one that is refused ends the story and resets the workspace."""
    with pytest.raises((stories.StoryBrokenError, KeyError)):
        tell(api, [*BROKEN_BEFORE, *scenes])
    assert not any(api.control("GET", "/state").json()["tables"].values())
    assert seed(api, "team")["leads"] == 60


def test_a_defect_is_told_without_the_key(api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """500 with what went wrong; the key is in neither answer nor log."""
    (tmp_path / "odd.yaml").write_text("summary: Odd\nscenes:\n  - {campaign: a, create: {colour: red}}\n")
    monkeypatch.setattr("mock_server.control.story_api.fixtures_directory", lambda: tmp_path)
    answer = api.control("POST", "/seed", {"scenario": "odd"})
    assert answer.status_code == 500
    assert "create_campaign" in answer.json()["detail"]
    assert api.key not in answer.text


# ------------------------------------------------------------------------------------------ ids


def test_named_ids_are_given_and_counted_on(api: Api) -> None:
    """Mailboxes, campaigns and leads may be named; what follows is above."""
    scenes: list[dict[str, Any]] = [
        {"mailboxes": "box", "number": 90, "domain": "box.example.com", "id": 5000},
        {"campaign": "a", "id": 2000, "create": {"name": "A"}, "leads": [{"people": 400, "id": 100}, {"people": 1}]},
        {"campaign": "b", "create": {"name": "B"}},
        {"campaign": "c", "id": 7, "create": {"name": "C"}},
        {"campaign": "d", "create": {"name": "D"}},
    ]
    tell(api, scenes)
    assert {name: one["id"] for name, one in campaigns(api).items()} == {"A": 2000, "B": 2001, "C": 7, "D": 2002}
    boxes = [row["id"] for row in rows(api, "SELECT id FROM email_account WHERE workspace_id = :ws ORDER BY id")]
    assert boxes == list(range(5000, 5090))
    leads = [row["id"] for row in rows(api, "SELECT id FROM lead WHERE workspace_id = :ws ORDER BY id")]
    assert leads == [*range(100, 500), 3_000_000_001]


# ------------------------------------------------------------------------------------------ by hand


def test_seed_by_the_plugin(smartlead: Smartlead) -> None:
    """`smartlead.seed("team")` fills the test's workspace."""
    assert smartlead.seed("team")["leads"] == smartlead.state()["lead"] == 60


def test_seed_by_the_command() -> None:
    """It prints what was made; a refusal is exit code 2; the key is never printed."""
    key = "very-secret-key"
    with server() as running:
        done = run("seed", "team", "--key", key, "--url", running.url)
        assert done.returncode == 0, done.stderr
        assert [line.split() for line in done.stdout.splitlines()][:3] == [
            ["4", "campaigns"], ["60", "leads"], ["3", "email_accounts"],
        ]  # fmt: skip
        with running.api(key) as api:
            assert len(campaigns(api)) == 4
        again = run("seed", "team", "--key", key, "--url", running.url)
        assert (again.returncode, "reset it first" in again.stderr) == (2, True)
        unknown = run("seed", "teem", "--key", key, "--url", running.url)
        assert (unknown.returncode, "midflight" in unknown.stderr) == (2, True)
        printed = "".join(one.stdout + one.stderr for one in (done, again, unknown)) + running.log()
        assert key not in printed


def test_an_unknown_scenario_is_refused_at_the_start() -> None:
    """With the names that there are."""
    done = run("serve", "--scenario", "teem")
    assert done.returncode == 2
    assert "--scenario" in done.stderr
    assert all(name in done.stderr for name in NAMES)


def test_the_edition_changes_no_story(api: Api) -> None:
    """Stories are told in the words and by the rules of `default`, whatever the workspace is served in."""
    whose = {"campaign": "a", "lead": "ana@acme.example.com"}
    scenes: list[dict[str, Any]] = [
        {"campaign": "a", "create": {}, "leads": [{"given": [{"email": whose["lead"]}]}]},
        {"call": "pause_lead_in_campaign", **whose},
        {"call": "resume_lead_in_campaign", **whose},
    ]
    assert api.control("PUT", "/settings", {"edition": "live"}).status_code == 200
    tell(api, scenes)
    assert api.row(1001, whose["lead"])["status"] == "STARTED"  # INPROGRESS by the rules of `live`


def test_what_a_story_keeps_counted_is_right(tmp_path: Path) -> None:
    """`doctor` recounts a store in which midflight was told and the server was killed."""
    store = str(tmp_path / "store.db")
    with server("--db", store) as running:
        assert run("seed", "midflight", "--key", "a", "--url", running.url).returncode == 0
        running.kill()
    done = run("doctor", "--db", store)
    assert (done.returncode, done.stdout) == (0, "sound\n")

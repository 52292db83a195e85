"""Telling stories to the workspaces of tests, and looking at what came of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mock_server.state.schema import metadata
from tests.conftest import Api

T = TypeVar("T")
NOW = "2026-03-04T10:00:00.000Z"
NAMES = ["agency", "empty", "hundred-thousand", "lead-guide", "midflight", "team"]


def seed(api: Api, name: str, now: str | None = NOW) -> dict[str, int]:
    """Tell a story to a workspace that is frozen at a moment; what it made."""
    if now is not None:
        assert api.control("PUT", "/clock", {"mode": "frozen", "now": now}).status_code == 200
    answer = api.control("POST", "/seed", {"scenario": name})
    assert answer.status_code == 200, answer.text
    assert answer.json()["scenario"] == name
    made: dict[str, int] = answer.json()["made"]
    return made


def world_of(api: Api) -> Any:
    """The parts of the server."""
    return api.client.app.state.world  # type: ignore[attr-defined]


def in_server(api: Api, function: Callable[[], Awaitable[T]]) -> T:
    """Await something in the event loop of the server."""
    assert api.client.portal is not None
    return api.client.portal.call(function)


def rows(api: Api, sql: str = "", **values: Any) -> list[dict[str, Any]]:
    """Rows of the workspace, read behind the API's back."""

    async def read() -> list[dict[str, Any]]:
        world = world_of(api)
        values["ws"] = world.workspaces.get(api.key).id
        return [dict(row) for row in world.database.writer.execute(sql, values).fetchall()]

    return in_server(api, read)


def everything_stored(api: Api) -> dict[str, list[dict[str, Any]]]:
    """All rows of the workspace, without what tells it from others."""

    async def read() -> dict[str, list[dict[str, Any]]]:
        world = world_of(api)
        ws = world.workspaces.get(api.key).id
        found = {}
        for table in metadata.sorted_tables:
            own = {"workspace_id", "api_key"} if "workspace_id" in table.c else {"id", "key"}
            if table.name == "workspace" or "workspace_id" in table.c:
                column = "id" if table.name == "workspace" else "workspace_id"
                sql = f"SELECT * FROM {table.name} WHERE {column} = ?"
                stored = map(dict, world.database.writer.execute(sql, (ws,)).fetchall())
                found[table.name] = [{name: row[name] for name in row if name not in own} for row in stored]
        return found

    return in_server(api, read)


def campaigns(api: Api) -> dict[str, dict[str, Any]]:
    """The campaigns of the workspace by name."""
    return {one["name"]: one for one in api.get("/campaigns").json()}


def total(api: Api, campaign_id: int, **filters: Any) -> int:
    """How many rows of a campaign fit."""
    return int(api.get(f"/campaigns/{campaign_id}/leads", params={"limit": 1, **filters}).json()["total_leads"])

"""An outbox under test, without a server around it: deliveries are queued by hand, on a workspace of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import pytest

from mock_server.config import Settings
from mock_server.families.webhooks.tables import delivery, webhook
from mock_server.outbox import queue
from mock_server.outbox.queue import Delivery
from mock_server.outbox.targets import Targets
from mock_server.outbox.worker import Outbox
from mock_server.state.database import Database, Session
from mock_server.state.workspaces import Workspace, Workspaces

P = ParamSpec("P")
MINUTE = 60_000
RETRY_DELAYS = (1 * MINUTE, 5 * MINUTE, 30 * MINUTE)
INBOX = "https://inbox.simulator.test/any/path"


def in_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """A test that is a coroutine; it must end by itself."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(60):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


@dataclass
class Office:
    """An outbox at work on a workspace of its own."""

    database: Database
    workspaces: Workspaces
    outbox: Outbox
    workspace: Workspace
    running: asyncio.Task[None]

    def queue(self, url: str, count: int = 1, *, workspace: Workspace | None = None, **columns: Any) -> list[str]:
        """Queue deliveries, point their webhook at the URL, and wake the worker; their X-Request-Ids."""
        owner = workspace or self.workspace
        session = self.session(owner)
        with self.database.transaction():
            first = session.next_ids("delivery", count)
            rows = [
                {
                    "id": n, "webhook_id": 1, "campaign_id": 1, "event_id": n, "event_type": "EMAIL_REPLY", "at": 0,
                    "url": url, "level": "campaign", "request_id": f"request-{owner.key}-{n}", "body": f'{{"n":{n}}}',
                    **columns,
                }
                for n in range(first, first + count)
            ]  # fmt: skip
            session.insert_many(delivery, rows)
            hook_id = rows[0]["webhook_id"]
            if not session.update(webhook, {"id": hook_id}, url=url):
                owned = {"level": "user", "name": "", "url": url, "secret_key": ""}
                session.insert(webhook, id=hook_id, created_at=0, updated_at=0, **owned)
        self.outbox.wake(owner)
        return [row["request_id"] for row in rows]

    def session(self, workspace: Workspace | None = None) -> Session:
        """The rows of a workspace."""
        return Session(self.database.writer, (workspace or self.workspace).id)

    def rows(self, table: str = "delivery", ws: int | None = None) -> list[dict[str, Any]]:
        """The rows of a table, by id."""
        sql = f"SELECT * FROM {table} WHERE workspace_id = ? ORDER BY id"
        return [dict(row) for row in self.database.writer.execute(sql, (ws or self.workspace.id,))]

    def states(self) -> list[str]:
        """The states of all deliveries."""
        return [row["state"] for row in self.rows()]

    async def flush(self) -> dict[str, int]:
        """Flush; the outcomes that were not zero."""
        return {state: count for state, count in (await self.outbox.flush(self.workspace)).items() if count}

    async def stored(self, request_id: str) -> None:
        """Wait until the result of an attempt is in the store."""
        while any(row["request_id"] == request_id and row["state"] == "queued" for row in self.rows()):
            await asyncio.sleep(0)

    def advance(self, milliseconds: int) -> None:
        """Move the clock of the workspace."""
        clock = self.workspace.clock
        self.workspace.clock = clock.advanced_to(clock.now() + milliseconds)

    def another(self, key: str = "other") -> Workspace:
        """A second workspace."""
        workspace = self.workspaces.get(key)
        assert workspace
        with self.database.transaction():
            self.workspaces.save(workspace)
        return workspace

    def start_again(self) -> None:
        """Reset the workspace; its rows are left to a purger, which comes later."""
        with self.database.transaction():
            self.workspaces.reset(self.workspace)
        self.outbox.forget(self.workspace)
        self.workspace = self.another("key")


@asynccontextmanager
async def office(
    store: Path | None = None, settings: Settings | None = None, targets: Targets = "local", **options: Any
) -> AsyncIterator[Office]:
    """An outbox that runs; on the file of a store, one that finds what an earlier one left."""
    database = Database(str(store or ":memory:"))
    workspaces = Workspaces(database, settings or Settings())
    workspace = workspaces.get("key")
    assert workspace
    with database.transaction():
        workspaces.save(workspace)
    outbox = Outbox(database, workspaces, targets, **{"delays_of": lambda _: RETRY_DELAYS, **options})
    running = asyncio.create_task(outbox.run())
    await asyncio.sleep(0)
    try:
        yield Office(database, workspaces, outbox, workspace, running)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await outbox.close()
        database.close()


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many deliveries are read with their bodies, read by read."""
    read: list[int] = []
    rows = queue.deliveries

    def counted(db: Session, ids: list[int]) -> list[Delivery]:
        found = rows(db, ids)
        read.append(len(found))
        return found

    monkeypatch.setattr(queue, "deliveries", counted)
    return read

"""Long deletions: a request hides an object at once; its rows are removed here, in batches, behind its back."""

from __future__ import annotations

import asyncio

from sqlalchemy import Table

from mock_server.state.database import Database, Session
from mock_server.state.schema import metadata

_BATCH = 500


def purge_later(session: Session, table: Table, column: str, value: int) -> None:
    """Have the rows of the workspace whose `column` is `value` removed; they must be out of every view already."""
    session.connection.execute(
        "INSERT INTO purge_task (table_name, workspace_id, column_name, value) VALUES (?, ?, ?, ?)",
        (table.name, session.ws, column, value),
    )


def purge_workspace(session: Session) -> None:
    """Have all rows of the workspace removed; its own row goes at once."""
    for table in metadata.sorted_tables:
        if "workspace_id" in table.c and table.name != "purge_task":
            purge_later(session, table, "", 0)
    session.connection.execute("DELETE FROM workspace WHERE id = ?", (session.ws,))


def purge_batch(database: Database) -> bool:
    """Remove one batch of the oldest task; False when there is nothing to do."""
    task = database.writer.execute("SELECT * FROM purge_task ORDER BY id LIMIT 1").fetchone()
    if task is None:
        return False
    table = metadata.tables[task["table_name"]]
    keys = ", ".join(column.name for column in table.primary_key.columns)
    where = "workspace_id = :ws" + (f" AND {task['column_name']} = :value" if task["column_name"] else "")
    with database.transaction():
        some = f"SELECT {keys} FROM {table.name} WHERE {where} LIMIT {_BATCH}"
        gone = database.writer.execute(
            f"DELETE FROM {table.name} WHERE ({keys}) IN ({some})",
            {"ws": task["workspace_id"], "value": task["value"]},
        ).rowcount
        if gone < _BATCH:
            database.writer.execute("DELETE FROM purge_task WHERE id = ?", (task["id"],))
    return True


class Purger:
    """The task that works off `purge_task` while the server runs; what is left at a stop goes on at the next start."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled, giving way to requests after every batch."""
        while True:
            while purge_batch(self._database):
                await asyncio.sleep(0)
            self._wake.clear()
            await self._wake.wait()

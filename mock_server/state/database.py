"""The database of one server: a SQLite file in WAL mode, one connection that writes, one per thread that reads."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from mock_server.ids import FIRST
from mock_server.state import paging, plans, rollups
from mock_server.state.schema import metadata
from mock_server.state.statements import Statement, delete_statement, insert_statement, update_statement

SCHEMA_VERSION = 6
APPLICATION_ID = 0x534D4C44
Row = sqlite3.Row
_insert = cache(insert_statement)
_update = cache(update_statement)
_delete = cache(delete_statement)


def _folded(text: str | None) -> str | None:
    """A text without case, for `statements.contains`."""
    return None if text is None else text.casefold()


class StoreError(Exception):
    """A store that cannot be opened; the message is for the user."""


class Database:
    """`path` is a file, or `:memory:` for a temporary file that `close` removes."""

    def __init__(self, path: str, *, create: bool = True) -> None:
        """Raises StoreError for a file that is not a store, and for a missing one unless it may be created."""
        if "://" in path:
            raise StoreError(f"--db {path}: only a file or :memory: works so far; a PostgreSQL store is planned.")
        self._after_commit: list[Callable[[], None]] = []
        self._temporary = tempfile.TemporaryDirectory(prefix="smartlead-mock-") if path == ":memory:" else None
        self.path = Path(self._temporary.name) / "mock.db" if self._temporary else Path(path)
        try:
            is_store = self._look()
            if not is_store and not create:
                raise StoreError(f"--db {path}: there is no store in it.")
            self.writer = self._connect()
            if not is_store:
                self._prepare()
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"--db {path}: {error}. Give a file of this program, or a path that does not exist."
            ) from error
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []

    def _look(self) -> bool:
        """Whether the file is a store of ours, without touching it; a foreign file is refused."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return False
        with closing(sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True)) as connection:
            found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [APPLICATION_ID, SCHEMA_VERSION]:
            raise StoreError(
                f"--db {self.path}: made by another version of this program (or another program); move it away."
            )
        return True

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=512)
        connection.row_factory = sqlite3.Row
        connection.create_function("folded", 1, _folded, deterministic=True)
        durable = "OFF" if self._temporary else "NORMAL"  # a temporary store does not outlive its process
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={durable}",
            "wal_autocheckpoint=4000",
            "busy_timeout=10000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _prepare(self) -> None:
        """Create the tables of a new store."""
        dialect = sqlite.dialect()
        with self.transaction():
            for table in metadata.sorted_tables:
                self.writer.execute(str(CreateTable(table).compile(dialect=dialect)))
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    self.writer.execute(str(CreateIndex(index).compile(dialect=dialect)))
            for script in (*paging.scripts(), *rollups.scripts()):
                self.writer.execute(script)
            plans.write(self.writer)
            self.writer.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self.writer.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        self.writer.execute("ANALYZE sqlite_schema")  # reads what `plans` wrote

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.writer.execute("BEGIN IMMEDIATE")
        self._after_commit.clear()
        try:
            yield
        except BaseException:
            self.writer.execute("ROLLBACK")
            raise
        self.writer.execute("COMMIT")
        for action in self._after_commit:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once the transaction that is under way has been committed."""
        self._after_commit.append(action)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection for reads that take long; all of them see one moment."""
        connection = self._reader()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def _reader(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect()
            self._readers.append(self._local.connection)
        connection: sqlite3.Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Close the store; a temporary one is removed."""
        for connection in (*self._readers, self.writer):
            connection.close()
        if self._temporary:
            self._temporary.cleanup()


class Session:
    """The rows of one workspace, seen through a connection; perhaps with the eyes of one of its clients."""

    __slots__ = ("_bound", "connection", "ws")

    def __init__(self, connection: sqlite3.Connection, ws: int, client_id: int | None = None) -> None:
        self.connection = connection
        self.ws = ws
        self._bound = {"ws": ws, "client": client_id}

    def all(self, statement: Statement, **parameters: Any) -> list[Row]:
        """All rows of a query."""
        sql = statement.sql
        return self.connection.execute(sql, statement.values({**self._bound, **parameters})).fetchall()

    def one(self, statement: Statement, **parameters: Any) -> Row | None:
        """The first row of a query, or None."""
        sql = statement.sql
        row: Row | None = self.connection.execute(sql, statement.values({**self._bound, **parameters})).fetchone()
        return row

    def run(self, statement: Statement, **parameters: Any) -> int:
        """Run a statement; the number of rows it touched."""
        sql = statement.sql
        return self.connection.execute(sql, statement.values({**self._bound, **parameters})).rowcount

    def run_many(self, statement: Statement, rows: Iterable[dict[str, Any]]) -> None:
        """Run a statement once per row of parameters."""
        sql, bound = statement.sql, self._bound
        self.connection.executemany(sql, [statement.values({**bound, **row}) for row in rows])

    def insert(self, table: Table, **values: Any) -> None:
        """Insert one row; columns that are not given take their defaults."""
        self.run(_insert(table, tuple(values)), **values)
        if counted := paging.counted_table(table):
            counted.count_inserted(self.connection, self.ws, [values])

    def insert_many(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows that all have the same columns."""
        if rows:
            statement, ws = _insert(table, tuple(rows[0])), self.ws
            self.connection.executemany(statement.sql, [{"ws": ws, **row} for row in rows])
            if counted := paging.counted_table(table):
                counted.count_inserted(self.connection, ws, rows)

    def update(self, table: Table, where: dict[str, Any], **values: Any) -> int:
        """Set columns of the rows whose columns equal `where`; the number of rows."""
        conditions = {f"where_{name}": value for name, value in where.items()}
        return self.run(_update(table, tuple(values), tuple(where)), **values, **conditions)

    def delete(self, table: Table, **where: Any) -> int:
        """Delete the rows whose columns equal `where`; the number of rows."""
        return self.run(_delete(table, tuple(where)), **{f"where_{name}": value for name, value in where.items()})

    def next_ids(self, kind: str, count: int = 1) -> int:
        """Take `count` consecutive new ids of a kind; the first of them. Ids are never given twice."""
        start = FIRST.get(kind, FIRST["other"]) - 1
        sql = (
            "INSERT INTO id_counter (workspace_id, kind, last) VALUES (:ws, :kind, :start + :count)"
            " ON CONFLICT (workspace_id, kind) DO UPDATE SET last = last + :count RETURNING last"
        )
        values = {"ws": self.ws, "kind": kind, "start": start, "count": count}
        last: int = self.connection.execute(sql, values).fetchone()[0]
        return last - count + 1

    @contextmanager
    def naming(self, kind: str, wanted: int) -> Iterator[None]:
        """Inside, the next id of a kind is `wanted`; afterwards the counter goes on above the highest."""
        first = FIRST.get(kind, FIRST["other"])
        before = self.next_ids(kind, 0) - 1
        self._set_counter(kind, wanted - 1)
        yield
        self._set_counter(kind, max(before, first - 1, self.next_ids(kind, 0) - 1))

    def _set_counter(self, kind: str, last: int) -> None:
        sql = "UPDATE id_counter SET last = ? WHERE workspace_id = ? AND kind = ?"
        self.connection.execute(sql, (last, self.ws, kind))

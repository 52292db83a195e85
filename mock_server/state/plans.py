"""Tell SQLite's planner how our tables look when they are big, so that it never prefers a scan to an index.

Without statistics it guesses from nothing, and reads a whole workspace to find 100 addresses. The figures are fixed, so
that plans do not depend on what a store holds.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Table

from mock_server.state.schema import metadata

_ROWS = 10_000_000
_PER_WORKSPACE = 1_000_000


def _figures(columns: int, *, unique: bool) -> str:
    """Rows of the index, then rows per value of its first 1, 2, … columns."""
    last = 1 if unique else 100
    ratio = (last / _PER_WORKSPACE) ** (1 / max(1, columns - 1))
    per_prefix = [max(last, round(_PER_WORKSPACE * ratio**n)) for n in range(columns)]
    return " ".join(map(str, [_ROWS, *per_prefix]))


def _rows(table: Table) -> list[tuple[str, str, str]]:
    key = len(table.primary_key.columns)
    rows = [(table.name, table.name, _figures(key, unique=True))]
    indexes = ((str(index.name), len(index.columns), bool(index.unique)) for index in table.indexes)
    return [*rows, *((table.name, name, _figures(columns, unique=unique)) for name, columns, unique in indexes)]


def write(connection: sqlite3.Connection) -> None:
    """Store the figures; connections opened later find them, this one reads them now."""
    connection.execute("ANALYZE")
    connection.execute("DELETE FROM sqlite_stat1")
    rows = [row for table in metadata.sorted_tables if "workspace_id" in table.c for row in _rows(table)]
    connection.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)
    connection.execute("ANALYZE sqlite_schema")

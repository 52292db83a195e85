"""Tell SQLite's planner how our tables look when they are big, so that it never prefers a scan to an index.

Without statistics it guesses from nothing, and reads a whole workspace to find 100 addresses. The figures are fixed, so
that plans do not depend on what a store holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sqlalchemy import Table

from mock_server.state.schema import metadata

_ROWS = 10_000_000
_PER_WORKSPACE = 1_000_000
#: into how many parts a column divides what the columns before it have left; an id or an address leaves one row
_PARTS = {
    "campaign_id": 10, "status": 5, "category_id": 10, "parent_campaign_id": 1000, "step_id": 1000,
    "email_account_id": 1000, "lead_list_id": 10, "holder": 4, "tag_id": 1000, "type": 5, "state": 5, "marks": 10,
    "variant_id": 10,
}  # fmt: skip


def _figures(columns: Iterable[str]) -> str:
    """Rows of the index, then rows per value of its first 1, 2, … columns."""
    left, figures = _PER_WORKSPACE, [_ROWS]
    for column in columns:
        left = left if column == "workspace_id" else max(1, left // _PARTS.get(column, 1_000_000))
        figures.append(left)
    return " ".join(map(str, figures))


def _rows(table: Table) -> list[tuple[str, str, str]]:
    key = (table.name, table.name, _figures(table.primary_key.columns.keys()))
    return [key, *((table.name, str(index.name), _figures(index.columns.keys())) for index in table.indexes)]


def write(connection: sqlite3.Connection) -> None:
    """Store the figures; connections that are opened later find them."""
    connection.execute("ANALYZE")
    connection.execute("DELETE FROM sqlite_stat1")
    rows = [row for table in metadata.sorted_tables if "workspace_id" in table.c for row in _rows(table)]
    connection.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)

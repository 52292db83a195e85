"""Page positions: how a deep page is found without walking to it.

A counted table keeps, per scope (for example a campaign), block of ids and facet values (for example a status), how
many rows there are. The counts change in the transaction of the rows: inserts are counted by the session, batch by
batch (a trigger per row would cost a third of an import), updates and deletes by triggers. A page at a deep offset sums
block counts to find the block it starts in, then skips inside that one block; the sum of all is the total.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Table

from mock_server.state.statements import json_lists

BLOCK_BITS = 11


@dataclass(frozen=True, slots=True)
class CountedTable:
    """`scope`: columns that select a list. `facets`: columns that the list can be filtered by (NULL counts as -1).

    `at_insert`: what columns are that an insert does not name.
    """

    table: Table
    scope: tuple[str, ...]
    facets: tuple[str, ...] = ()
    at_insert: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """The name of the table of counts."""
        return f"{self.table.name}_page"

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that a count is kept for."""
        return ("workspace_id", *self.scope, "block", *self.facets)

    def key_values(self, row: str) -> str:
        """SQL for a row's values of `keys`."""
        prefix = f"{row}." if row else ""
        facets = [f"coalesce({prefix}{facet}, -1)" for facet in self.facets]
        scope = [f"{prefix}{column}" for column in ("workspace_id", *self.scope)]
        return ", ".join([*scope, f"{prefix}id >> {BLOCK_BITS}", *facets])

    def scripts(self) -> list[str]:
        """SQL that creates the counts and the triggers that keep them."""
        keys = ", ".join(self.keys)
        add, remove = f"{self._add(self.key_values('NEW'), '1')};", self._remove("OLD")
        changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in (*self.scope, *self.facets))
        columns = ", ".join((*self.scope, *self.facets))
        scripts = [
            f"CREATE TABLE {self.name} ({keys}, n INTEGER NOT NULL, PRIMARY KEY ({keys})) WITHOUT ROWID",
            f"CREATE TRIGGER {self.name}_delete AFTER DELETE ON {self.table.name} BEGIN {remove} END",
        ]
        if columns:
            scripts.append(
                f"CREATE TRIGGER {self.name}_update AFTER UPDATE OF {columns} ON {self.table.name}"
                f" WHEN {changed} BEGIN {remove} {add} END"
            )
        return scripts

    def _add(self, values: str, n: str) -> str:
        keys = ", ".join(self.keys)
        return (
            f"INSERT INTO {self.name} ({keys}, n) VALUES ({values}, {n})"
            f" ON CONFLICT ({keys}) DO UPDATE SET n = n + excluded.n"
        )

    def count_inserted(self, connection: sqlite3.Connection, ws: int, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count rows that were inserted; each names all columns of the scope and the facets."""
        columns = (*self.scope, *self.facets)
        values = itemgetter(*columns, "id") if columns else None
        if self.at_insert:
            rows = ({**self.at_insert, **row} for row in rows)
        new: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            *kept, row_id = values(row) if values else (row["id"],)
            new[(row_id >> BLOCK_BITS, *kept)] += 1
        split = 1 + len(self.scope)
        counts = [
            (ws, *key[1:split], key[0], *(-1 if facet is None else facet for facet in key[split:]), n)
            for key, n in new.items()
        ]
        connection.executemany(self._add(", ".join("?" * len(self.keys)), "?"), counts)

    def _remove(self, row: str) -> str:
        where = f"({', '.join(self.keys)}) = ({self.key_values(row)})"
        return f"UPDATE {self.name} SET n = n - 1 WHERE {where}; DELETE FROM {self.name} WHERE {where} AND n = 0;"

    def miscounts(self, connection: sqlite3.Connection) -> int:
        """How many counts differ from the rows."""
        keys = ", ".join(self.keys)
        counted = f"SELECT {self.key_values('')}, count(*) FROM {self.table.name} GROUP BY {self.key_values('')}"
        kept = f"SELECT {keys}, n FROM {self.name}"
        either = f"SELECT * FROM ({counted} EXCEPT {kept}) UNION ALL SELECT * FROM ({kept} EXCEPT {counted})"
        found: int = connection.execute(f"SELECT count(*) FROM ({either})").fetchone()[0]
        return found


_COUNTED: dict[str, CountedTable] = {}


def counted(
    table: Table, *, scope: Sequence[str] = (), facets: Sequence[str] = (), at_insert: Mapping[str, Any] | None = None
) -> CountedTable:
    """Keep page positions for a table."""
    described = CountedTable(table, tuple(scope), tuple(facets), at_insert or {})
    _COUNTED[table.name] = described
    return described


def counted_table(table: Table) -> CountedTable | None:
    """The page positions of a table, if it has any."""
    return _COUNTED.get(table.name)


def counted_tables() -> list[CountedTable]:
    """All tables that have page positions."""
    return list(_COUNTED.values())


def scripts() -> list[str]:
    """SQL that creates all page positions."""
    return [script for table in counted_tables() for script in table.scripts()]


@dataclass(frozen=True, slots=True)
class Window:
    """Where a page lies: ids from `low` to below `high`, after skipping `skip` rows; `total` rows in the whole list."""

    low: int
    high: int
    skip: int
    total: int


def window(
    connection: sqlite3.Connection, table: CountedTable, scope: Mapping[str, int], conditions: Sequence[str],
    values: Mapping[str, Any], offset: int, limit: int, between: tuple[int, int] | None = None,
) -> Window:  # fmt: skip
    """Find the page of `limit` rows at `offset` among rows of `scope` whose facets meet `conditions` (SQL).

    `between`: only ids from the first to before the second one.
    """
    sql = _blocks_sql(table, tuple(scope), tuple(conditions))
    values = json_lists(values)
    blocks: Iterable[tuple[int, int]] = connection.execute(sql, {**scope, **values}).fetchall()
    if between is not None:
        blocks = _cut(connection, table, scope, conditions, values, blocks, *between)
    total = low = high = skip = 0
    for block, n in blocks:
        if total + n <= offset:
            total += n
            continue
        if total <= offset:
            low, skip = block << BLOCK_BITS, offset - total
        if total < offset + limit:
            high = (block + 1) << BLOCK_BITS
        total += n
    if between is not None:
        low, high = max(low, between[0]), min(high, between[1])
    return Window(low, high, skip, total)


def _cut(
    connection: sqlite3.Connection, table: CountedTable, scope: Mapping[str, int], conditions: Sequence[str],
    values: Mapping[str, Any], blocks: Iterable[tuple[int, int]], first: int, end: int,
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Of the blocks those with ids in between; the rows of the two that lie only partly in it are counted."""
    own = " AND ".join([*(f"{column} = :{column}" for column in scope), "id >= :first", "id < :end"])
    facets = ", ".join(["id", *(f"coalesce({facet}, -1) AS {facet}" for facet in table.facets)])
    meeting = " AND ".join(["TRUE", *conditions])
    rows = f"SELECT count(*) FROM (SELECT {facets} FROM {table.table.name} WHERE {own}) WHERE {meeting}"
    for block, n in blocks:
        low, high = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
        if first <= low and high <= end:
            yield block, n
        elif first < high and low < end:
            bounds = {"first": max(first, low), "end": min(end, high)}
            if left := connection.execute(rows, {**scope, **values, **bounds}).fetchone()[0]:
                yield block, left


def count(
    connection: sqlite3.Connection, table: CountedTable, scope: Mapping[str, int], conditions: Sequence[str] = (),
) -> int:  # fmt: skip
    """How many rows of `scope` have facets that meet `conditions` (SQL)."""
    where = " AND ".join([*(f"{column} = :{column}" for column in scope), *conditions])
    found: int = connection.execute(f"SELECT coalesce(sum(n), 0) FROM {table.name} WHERE {where}", scope).fetchone()[0]
    return found


def counts(
    connection: sqlite3.Connection, table: CountedTable, scope: Mapping[str, int], by: Sequence[str],
    conditions: Sequence[str] = (),
) -> list[sqlite3.Row]:  # fmt: skip
    """How many rows of `scope` have each combination of these columns of the counts: in each row these and `n`."""
    where = " AND ".join([*(f"{column} = :{column}" for column in scope), *conditions])
    facets = ", ".join(by)
    sql = f"SELECT {facets}, sum(n) AS n FROM {table.name} WHERE {where} GROUP BY {facets}"
    return connection.execute(sql, scope).fetchall()


@cache
def _blocks_sql(table: CountedTable, scope: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    where = " AND ".join([*(f"{column} = :{column}" for column in scope), *conditions])
    return f"SELECT block, sum(n) FROM {table.name} WHERE {where} GROUP BY block ORDER BY block"

"""Roll-ups: sums over a table's rows that are kept in the transaction of the rows, so that figures need not count them.

Triggers do it: whoever changes a row need not know of the sums.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table

from mock_server.state.schema import metadata


@dataclass(frozen=True, slots=True)
class Rollup:
    """`table` keeps, per value of `keys`, the `sums` over the rows of `source` that are as `only` wants them.

    Keys and sums are SQL expressions over a row, written as `row.column`; a key of a row never changes. `watched`:
    the columns whose change changes a sum.
    """

    table: Table
    source: Table
    keys: Mapping[str, str]
    sums: Mapping[str, str]
    watched: tuple[str, ...]
    only: str

    def scripts(self) -> list[str]:
        """SQL that creates the triggers that keep the sums."""
        name, source = self.table.name, self.source.name
        names = ", ".join((*self.keys, *self.sums))
        values = ", ".join((*self.keys.values(), *self.sums.values()))
        added = ", ".join(f"{column} = {column} + excluded.{column}" for column in self.sums)
        changed = ", ".join(
            f"{column} = {column} + ({_of('NEW', sql)}) - ({_of('OLD', sql)})" for column, sql in self.sums.items()
        )
        removed = ", ".join(f"{column} = {column} - ({_of('OLD', sql)})" for column, sql in self.sums.items())
        return [
            f"CREATE TRIGGER {name}_insert AFTER INSERT ON {source} WHEN {_of('NEW', self.only)} BEGIN"
            f" INSERT INTO {name} ({names}) VALUES ({_of('NEW', values)})"
            f" ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {added}; END",
            f"CREATE TRIGGER {name}_update AFTER UPDATE OF {', '.join(self.watched)} ON {source}"
            f" WHEN {_of('NEW', self.only)} BEGIN UPDATE {name} SET {changed} WHERE {self._same('NEW')}; END",
            f"CREATE TRIGGER {name}_delete AFTER DELETE ON {source}"
            f" WHEN {_of('OLD', self.only)} BEGIN UPDATE {name} SET {removed} WHERE {self._same('OLD')}; END",
        ]

    def _same(self, row: str) -> str:
        return " AND ".join(f"{column} = {_of(row, sql)}" for column, sql in self.keys.items())

    def miscounts(self, connection: sqlite3.Connection) -> int:
        """How many sums differ from the rows."""
        keys, sums = ", ".join(self.keys), ", ".join(self.sums)
        named = ", ".join(f"{sql} AS {column}" for column, sql in {**self.keys, **self.sums}.items())
        rows = f"SELECT {_of('r', named)} FROM {self.source.name} AS r WHERE {_of('r', self.only)}"
        totals = ", ".join(f"sum({column}) AS {column}" for column in self.sums)
        any_left = " OR ".join(f"{column} != 0" for column in self.sums)
        counted = f"SELECT * FROM (SELECT {keys}, {totals} FROM ({rows}) GROUP BY {keys}) WHERE {any_left}"
        kept = f"SELECT {keys}, {sums} FROM {self.table.name} WHERE {any_left}"
        either = f"SELECT * FROM ({counted} EXCEPT {kept}) UNION ALL SELECT * FROM ({kept} EXCEPT {counted})"
        found: int = connection.execute(f"SELECT count(*) FROM ({either})").fetchone()[0]
        return found


def _of(row: str, sql: str) -> str:
    """An expression over a row under its name in a statement."""
    return sql.replace("row.", f"{row}.")


_ROLLUPS: list[Rollup] = []


def rollup(
    name: str, source: Table, *, keys: Mapping[str, str], sums: Mapping[str, str], watched: tuple[str, ...], only: str
) -> Table:
    """Keep sums over a table in a table of that name; the workspace is the first of its keys."""
    every_key = {"workspace_id": "row.workspace_id", **keys}
    columns = [Column(key, BigInteger, nullable=False) for key in every_key]
    totals = [Column(total, Integer, nullable=False, server_default="0") for total in sums]
    table = Table(name, metadata, *columns, *totals, PrimaryKeyConstraint(*every_key), sqlite_with_rowid=False)
    table.add_is_dependent_on(source)  # purges empty the source first, as its triggers keep the sums right
    _ROLLUPS.append(Rollup(table, source, every_key, sums, watched, only))
    return table


def rollups() -> list[Rollup]:
    """All roll-ups."""
    return list(_ROLLUPS)


def scripts() -> list[str]:
    """SQL that creates the triggers of all roll-ups."""
    return [script for one in _ROLLUPS for script in one.scripts()]

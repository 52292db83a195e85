"""Statements of SQLAlchemy Core, compiled once and run on the driver's own cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Subquery,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.base import Executable

_DIALECT = sqlite.dialect(paramstyle="named")

Value = int | float | str | bytes | None


class Statement:
    """A statement with named parameters; a session fills in `:ws`, its workspace, and `:client`, its client or NULL."""

    __slots__ = ("_clause", "_constants", "_sql")

    def __init__(self, clause: Executable) -> None:
        self._clause: Executable | None = clause
        self._sql = ""
        self._constants: dict[str, Any] = {}

    @property
    def sql(self) -> str:
        """The text for the driver."""
        if self._clause is not None:
            compiled = self._clause.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
            self._sql = str(compiled)
            self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
            self._clause = None
        return self._sql

    def values(self, parameters: dict[str, Any]) -> dict[str, Value]:
        """The driver's parameters: lists become JSON texts, which `one_of` reads."""
        given = json_lists(parameters)
        return {**self._constants, **given} if self._constants else given


def json_lists(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as the driver takes them: lists become JSON texts."""
    return {
        name: orjson.dumps(value).decode() if isinstance(value, list | tuple) else value
        for name, value in parameters.items()
    }


def in_list(column: str, parameter: str) -> str:
    """As `one_of`, written into SQL."""
    return f"{column} IN (SELECT value FROM json_each(:{parameter}))"


def one_of(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """`column` is one of the values of the list that is passed as `parameter`."""
    value: ColumnElement[Any] = literal_column("value")
    return column.in_(select(value).select_from(text(f"json_each(:{parameter})")))


def spans(parameter: str) -> Subquery:
    """The spans of the list that is passed as `parameter`, each a `start` and an `end`, with its place in the list."""
    place: ColumnElement[int] = literal_column("key")
    start, end = (func.json_extract(literal_column("value"), f"$[{n}]") for n in (0, 1))
    columns = place.label("place"), start.label("start"), end.label("end")
    return select(*columns).select_from(text(f"json_each(:{parameter})")).subquery()


def packed(*values: ColumnElement[Any]) -> ColumnElement[str]:
    """Several values as one JSON text, for a query that may answer only one."""
    return func.json_array(*values)


def this_workspace(table: Table) -> ColumnElement[bool]:
    """Rows of the session's workspace."""
    return table.c.workspace_id == bindparam("ws")


def of_client(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Rows whose client, in `column`, is the session's; all rows when the session is nobody's."""
    return or_(bindparam("client").is_(None), column == bindparam("client"))


def insert_statement(table: Table, names: Sequence[str]) -> Statement:
    """Insert one row of the workspace with these columns."""
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return Statement(insert(table).values(workspace_id=bindparam("ws"), **values))


def update_statement(table: Table, names: Sequence[str], where: Sequence[str]) -> Statement:
    """Set columns of the workspace's rows in which the columns of `where` equal the parameters `where_<name>`."""
    clause = update(table).where(this_workspace(table), *(table.c[n] == bindparam(f"where_{n}") for n in where))
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return Statement(clause.values(values))


def delete_statement(table: Table, where: Sequence[str]) -> Statement:
    """Delete the workspace's rows in which the columns of `where` equal the parameters."""
    return Statement(
        delete(table).where(this_workspace(table), *(table.c[n] == bindparam(f"where_{n}") for n in where))
    )


def contains(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """`column` contains the text that `containing` made of the parameter, in any case.

    LIKE knows the case of A to Z only; for a text with other letters both sides are folded.
    """
    wanted: ColumnElement[Any] = bindparam(parameter)
    has_others = wanted.op("GLOB")(literal_column("'*[^ -~]*'"))
    folded = func.folded(column).like(func.folded(wanted), escape="\\")
    return or_(column.like(wanted, escape="\\"), and_(has_others, folded))


def containing(part: str) -> str:
    """The parameter of `contains` for a text that is looked for as it is."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

"""The base of all tables: every row belongs to a workspace, and has an id that is unique within it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text

metadata = MetaData()


def table(name: str, *parts: Column[Any] | Index, key: tuple[str, ...] = ("id",)) -> Table:
    """A table of a workspace's rows, stored in the order of (workspace, *key)."""
    return Table(
        name, metadata, Column("workspace_id", Integer, nullable=False), Column("id", BigInteger, nullable=False),
        *parts, PrimaryKeyConstraint("workspace_id", *key), sqlite_with_rowid=False,
    )  # fmt: skip


def relation(name: str, *parts: Column[Any] | Index, key: tuple[str, ...]) -> Table:
    """A table of a workspace's pairs, which need no id of their own, stored in the order of (workspace, *key)."""
    return Table(
        name, metadata, Column("workspace_id", Integer, nullable=False), *parts,
        PrimaryKeyConstraint("workspace_id", *key), sqlite_with_rowid=False,
    )  # fmt: skip


workspace = Table(
    "workspace",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("seed", BigInteger, nullable=False),
    Column("edition", Text, nullable=False, comment="empty = as the server says"),
    Column(
        "rate_limit", Text, nullable=False, server_default="", comment="empty = as the server, or the edition, says"
    ),
    Column("suspend_after", Integer, comment="refused requests in a row that suspend the key; NULL = never"),
    Column("lead_credit", BigInteger, comment="leads that may still be added to campaigns; NULL = no limit"),
    Column("lead_credit_used", BigInteger, nullable=False, server_default="0"),
    Column("plan", Text, nullable=False, server_default="api", comment="api, or how calls are refused without it"),
    Column("clock_mode", Text, nullable=False),
    Column("clock_offset", BigInteger, nullable=False),
    Column("clock_frozen_at", BigInteger, nullable=False),
    Column("clock_moved", BigInteger, nullable=False),
    Column("simulated_to", BigInteger, nullable=False, comment="the world has run to this moment"),
    Column("signing_secret", Text, nullable=False, server_default="", comment="of webhooks; empty = unsigned"),
    Column("recipients", Text, nullable=False, server_default="{}", comment="JSON: reaction -> rate"),
    sqlite_autoincrement=True,
)

id_counter = Table(
    "id_counter",
    metadata,
    Column("workspace_id", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

purge_task = Table(
    "purge_task",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("table_name", Text, nullable=False),
    Column("workspace_id", Integer, nullable=False),
    Column("column_name", Text, nullable=False, comment="empty = all rows of the workspace"),
    Column("value", BigInteger, nullable=False),
)

"""Rows of saved views."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Text

from mock_server.state.schema import table

saved_view = table(
    "saved_view",
    Column("created_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("filters", Text, nullable=False, comment="JSON, as sent"),
    Column("limited_access", Integer, nullable=False),
    Column("client_id", BigInteger, comment="whose key made it; NULL = the account's own"),
)

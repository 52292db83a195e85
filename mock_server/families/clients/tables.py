"""Rows of clients and of their keys."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from mock_server.state.schema import table

client = table(
    "client",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, comment="as sent"),
    Column("address", Text, nullable=False, comment="email, lower case"),
    Column("uuid", Text, nullable=False),
    Column("logo", Text),
    Column("logo_url", Text),
    Column("permission", Text, nullable=False, server_default="[]", comment="JSON list of words"),
    Column("is_credit_assigned", Integer, nullable=False, server_default="0"),
    Column("email_credits", BigInteger),
    Column("lead_credits", BigInteger),
    Index("client_by_address", "workspace_id", "address", unique=True),
)

client_api_key = table(
    "client_api_key",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger, comment="it opens nothing any more, but stays in the list"),
    Column("client_id", BigInteger, nullable=False),
    Column("key_name", Text, nullable=False),
    Column("api_key", Text, nullable=False),
    Column("resets", Integer, nullable=False, server_default="0", comment="how often it was given a new value"),
    Index("client_api_key_by_value", "api_key"),
)

"""Rows of the block list."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

from mock_server.state.paging import counted
from mock_server.state.schema import table

block_list_entry = table(
    "block_list_entry",
    Column("created_at", BigInteger, nullable=False),
    Column("value", Text, nullable=False, comment="an address or a domain, lower case"),
    Column("client_id", BigInteger, nullable=False, comment="0 = the whole account"),
    Column("source", Text, nullable=False),
    Index("block_list_by_value", "workspace_id", "value", "client_id", unique=True),
)
block_list_pages = counted(block_list_entry, facets=("client_id",))

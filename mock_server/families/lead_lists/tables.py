"""Rows of lead lists and of the leads in them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from mock_server.state.paging import counted
from mock_server.state.schema import relation, table

lead_list = table(
    "lead_list",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("lead_count", Integer, nullable=False, server_default="0", comment="kept: members"),
)
lead_list_pages = counted(lead_list)

#: a deleted list goes at once; its members are removed in the background
lead_list_member = relation(
    "lead_list_member",
    Column("lead_list_id", BigInteger, nullable=False),
    Column("lead_id", BigInteger, nullable=False),
    Index("lead_list_of_lead", "workspace_id", "lead_id"),
    key=("lead_list_id", "lead_id"),
)

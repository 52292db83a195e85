"""Rows of tags and of what they are put on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

from mock_server.state.schema import table

tag = table("tag", Column("name", Text, nullable=False), Column("color", Text, nullable=False))

tag_mapping = table(
    "tag_mapping",
    Column("holder", Text, nullable=False, comment="email_account, campaign, lead or lead_list"),
    Column("holder_id", BigInteger, nullable=False),
    Column("tag_id", BigInteger, nullable=False),
    Index("tag_mapping_of_holder", "workspace_id", "holder", "holder_id", "tag_id", unique=True),
    Index("tag_mapping_of_tag", "workspace_id", "tag_id", "holder", "holder_id"),
)

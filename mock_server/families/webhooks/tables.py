"""Rows of webhooks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

from mock_server.state.schema import table

webhook = table(
    "webhook",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("level", Text, nullable=False, comment="user, client or campaign"),
    Column("campaign_id", BigInteger, comment="of a webhook at the level of a campaign"),
    Column("client_id", BigInteger, comment="of a webhook at the level of a client"),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("event_types", Text, nullable=False, server_default="[]", comment="JSON list of canonical names"),
    Column("category_ids", Text, nullable=False, server_default="[]", comment="JSON list; empty = all categories"),
    Column("secret_key", Text, nullable=False, comment="UUID, in every payload"),
    Index("webhook_of_campaign", "workspace_id", "campaign_id"),
)

"""The ledger: an append-only table of what happened. Figures, histories and webhooks are views of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

from mock_server.state.schema import table

event = table(
    "event",
    Column("at", BigInteger, nullable=False, comment="milliseconds since the epoch, on the workspace's clock"),
    Column("type", Text, nullable=False),
    Column("campaign_id", BigInteger),
    Column("enrolment_id", BigInteger),
    Column("lead_id", BigInteger),
    Column("message_id", BigInteger, comment="the mail that was sent, or that was reacted to"),
    Column("data", Text, nullable=False, server_default="{}", comment="JSON"),
    Index("event_of_campaign", "workspace_id", "campaign_id", "at"),
    Index("event_of_enrolment", "workspace_id", "enrolment_id", "at"),
)

"""Rows of steps and variants."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from mock_server.state.schema import table

step = table(
    "step",
    Column("campaign_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("seq_number", Integer, nullable=False),
    Column("delay_in_days", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email_body", Text, nullable=False),
    Column("seq_type", Text, nullable=False),
    Column("variant_distribution_type", Text),
    Column("lead_distribution_percentage", Integer),
    Column("winning_metric_property", Text),
    Column("sent_count", Integer, nullable=False, server_default="0", comment="kept: mails of this step"),
    Column("winner_variant_id", BigInteger, comment="AI_EQUAL: the variant that the rest of the leads get"),
    Index("step_of_campaign", "workspace_id", "campaign_id", "seq_number"),
)

variant = table(
    "variant",
    Column("campaign_id", BigInteger, nullable=False),
    Column("step_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("variant_label", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email_body", Text, nullable=False),
    Column("optional_email_body_1", Text),
    Column("variant_distribution_percentage", Integer),
    # kept: mails of this variant that were sent, opened, clicked, answered
    Column("sent_count", Integer, nullable=False, server_default="0"),
    Column("open_count", Integer, nullable=False, server_default="0"),
    Column("click_count", Integer, nullable=False, server_default="0"),
    Column("reply_count", Integer, nullable=False, server_default="0"),
    Index("variant_of_campaign", "workspace_id", "campaign_id", "step_id", "position"),
)

"""Rows of mailboxes and of their membership in campaigns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from mock_server.state.schema import relation, table

email_account = table(
    "email_account",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Column("type", Text, nullable=False),
    Column("from_name", Text, nullable=False),
    Column("from_email", Text, nullable=False, comment="as sent"),
    Column("address", Text, nullable=False, comment="from_email, lower case"),
    Column("username", Text, nullable=False),
    Column("password", Text),
    Column("oauth_token", Text, comment="JSON"),
    Column("use_whitelabel_credentials", Integer, nullable=False, server_default="0"),
    Column("smtp_host", Text),
    Column("smtp_port", Integer),
    Column("imap_host", Text),
    Column("imap_port", Integer),
    Column("imap_username", Text),
    Column("imap_password", Text),
    Column("smtp_failure", Text, comment="NULL while the login works"),
    Column("imap_failure", Text, comment="NULL while the login works"),
    Column("client_id", BigInteger),
    Column("is_suspended", Integer, nullable=False, server_default="0"),
    Column("max_email_per_day", Integer, nullable=False, server_default="50"),
    Column("time_to_wait_in_mins", Integer, nullable=False, server_default="0"),
    Column("sent_day", Integer, comment="UTC day (since the epoch) that the next two count"),
    Column("daily_sent_count", Integer, nullable=False, server_default="0"),
    Column("daily_follow_up_count", Integer, nullable=False, server_default="0"),
    Column("last_sent_at", BigInteger),
    Column("different_reply_to_address", Text),
    Column("signature", Text),
    Column("custom_tracking_url", Text),
    Column("bcc", Text),
    Column("campaign_count", Integer, nullable=False, server_default="0", comment="kept: memberships"),
    # warm-up
    Column("warmup_id", BigInteger, nullable=False),
    Column("warmup_key", Text, nullable=False),
    Column("warmup_status", Text, nullable=False),
    Column("warmup_blocked_reason", Text),
    Column("warmup_reply_rate", Integer, nullable=False, server_default="20"),
    Column("warmup_per_day", Integer, nullable=False, server_default="40"),
    Column("warmup_rampup", Integer),
    Column("is_rampup_enabled", Integer, nullable=False, server_default="1"),
    Column("auto_adjust_warmup", Integer, nullable=False, server_default="0"),
    Index("email_account_by_address", "workspace_id", "address"),
)

campaign_email_account = table(
    "campaign_email_account",
    Column("campaign_id", BigInteger, nullable=False),
    Column("email_account_id", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_sent_at", BigInteger),
    Index("campaign_email_account_pair", "workspace_id", "campaign_id", "email_account_id", unique=True),
    Index("campaign_of_email_account", "workspace_id", "email_account_id"),
)

#: how a mailbox warms up from a UTC day on, until its next phase; the figures of every day follow from it
warmup_phase = relation(
    "warmup_phase",
    Column("email_account_id", BigInteger, nullable=False),
    Column("day", Integer, nullable=False, comment="since the epoch"),
    Column("is_on", Integer, nullable=False),
    Column("per_day", Integer, nullable=False),
    Column("rampup", Integer, nullable=False, comment="mails more on each day; 0 = none"),
    Column("reply_rate", Integer, nullable=False, comment="percent"),
    Column("days_before", Integer, nullable=False, comment="on which it warmed up before"),
    Column("mails_before", BigInteger, nullable=False, comment="sent on those days"),
    key=("email_account_id", "day"),
)

#: calls that reconnected failed mailboxes
reconnection = table("reconnection", Column("at", BigInteger, nullable=False))

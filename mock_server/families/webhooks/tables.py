"""Rows of webhooks, of deliveries to them, and of the attempts to make these."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text

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

delivery = table(
    "delivery",
    Column("webhook_id", BigInteger, nullable=False),
    Column("campaign_id", BigInteger, comment="NULL = of no campaign: an untracked reply"),
    Column("event_id", BigInteger, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("at", BigInteger, nullable=False, comment="when it happened, on the workspace's clock"),
    Column("url", Text, nullable=False, comment="of the webhook when it happened; attempts go where it points then"),
    Column("level", Text, nullable=False, comment="user, client or campaign"),
    Column("request_id", Text, nullable=False, comment="X-Request-Id, the same in every attempt"),
    Column("body", Text, nullable=False, comment="JSON, as it is sent"),
    Column(
        "state", Text, nullable=False, server_default="queued",
        comment="queued, successful, scheduled_for_retry, failed or retroactively_failed",
    ),
    Column("attempt_count", Integer, nullable=False, server_default="0"),
    Column("last_attempt", BigInteger, nullable=False, server_default="0", comment="id; 0 = none yet"),
    Column("delayed_attempt", Integer, nullable=False, server_default="0", comment="number of the last one put off"),
    Column("retry_at", BigInteger, comment="not before; wall time plus the workspace's forward moves"),
    Column("retrigger_count", Integer, nullable=False, server_default="0", comment="times it was sent again by hand"),
    Column("earlier_attempts", Integer, nullable=False, server_default="0", comment="before it was last retriggered"),
    Index("delivery_of_campaign", "workspace_id", "campaign_id", "at"),
    Index(
        "delivery_queued", "workspace_id", "webhook_id", "id",
        sqlite_where=text("state = 'queued' AND retry_at IS NULL"),
    ),
    Index("delivery_to_retry", "workspace_id", "retry_at", sqlite_where=text("retry_at IS NOT NULL")),
    Index(
        "delivery_failed", "workspace_id", "campaign_id", "at", "id", "state", "webhook_id", "last_attempt",
        sqlite_where=text("state = 'failed' OR state = 'retroactively_failed'"),
    ),
)  # fmt: skip

#: what failed in a campaign is to be sent again; its row goes when that is done
retrigger = table(
    "retrigger",
    Column("campaign_id", BigInteger, nullable=False),
    Column("from_at", BigInteger, nullable=False, comment="the next event, by moment and id of its delivery"),
    Column("from_id", BigInteger, nullable=False, server_default="0"),
    Column("to_at", BigInteger, nullable=False),
    Column("last_attempt", BigInteger, nullable=False, comment="what failed by a later attempt is not part of it"),
)

attempt = table(
    "attempt",
    Column("delivery_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False, comment="from 1"),
    Column("at", BigInteger, nullable=False, comment="wall time"),
    Column("url", Text, nullable=False, comment="where it went, or would have gone"),
    Column("latency", Integer, nullable=False, comment="milliseconds"),
    Column("status", Integer, comment="of the answer; NULL when there was none"),
    Column("error", Text, comment="why there was no answer, or why it was not taken as a success"),
    Column("response", Text, comment="the first part of the answer's body"),
    Index("attempt_of_delivery", "workspace_id", "delivery_id", "number"),
)

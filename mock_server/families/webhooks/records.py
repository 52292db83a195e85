"""Reading and writing webhooks and what became of deliveries to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, or_, select, union_all, update

from mock_server import rng
from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.webhooks import rules
from mock_server.families.webhooks.tables import delivery, webhook
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, this_workspace

_w, _d = webhook.c, delivery.c
_ONE = Statement(select(webhook).where(this_workspace(webhook), _w.id == bindparam("id")))
_ANY = Statement(select(_w.id).where(this_workspace(webhook)).limit(1))
_OF_CAMPAIGN = Statement(
    select(webhook).where(this_workspace(webhook), _w.campaign_id == bindparam("campaign_id")).order_by(_w.id)
)
_SIMILAR = Statement(
    select(_w.id).where(
        this_workspace(webhook), _w.level == bindparam("level"), _w.url == bindparam("url"),
        _w.campaign_id.is_not_distinct_from(bindparam("campaign_id")),
        _w.client_id.is_not_distinct_from(bindparam("client_id")),
    )
)  # fmt: skip
_REACHED = Statement(
    union_all(  # two searches of one index, however many campaigns have webhooks
        select(webhook).where(this_workspace(webhook), _w.campaign_id == bindparam("campaign_id")),
        select(webhook).where(
            this_workspace(webhook), _w.campaign_id.is_(None),
            or_(_w.level == "user", _w.client_id == bindparam("client_id")),
        ),
    ).order_by("id")
)  # fmt: skip

_IN_SPAN = (
    this_workspace(delivery), _d.campaign_id == bindparam("campaign_id"),
    _d.at >= bindparam("start"), _d.at <= bindparam("end"),
)  # fmt: skip
_COUNTED_STATES = ("successful", "failed", "scheduled_for_retry", "retroactively_failed")
_SUMMARY = Statement(
    select(
        _d.event_type, func.count().label("sent_count"),
        *(func.count().filter(_d.state == state).label(f"{state}_count") for state in _COUNTED_STATES),
    )
    .where(*_IN_SPAN)
    .group_by(_d.event_type)
    .order_by(_d.event_type)
)  # fmt: skip
_RETRIGGER = Statement(
    update(delivery)
    .where(
        *_IN_SPAN, or_(_d.state == "failed", _d.state == "retroactively_failed"),
        _d.webhook_id.in_(select(_w.id).where(this_workspace(webhook))),
    )
    .values(state="queued", retry_at=None, retrigger_count=_d.retrigger_count + 1)
)  # fmt: skip


def find(ctx: Context, webhook_id: int) -> Row:
    """The webhook; ApiError `webhook_not_found` when the workspace has none of that id."""
    row = ctx.db.one(_ONE, id=webhook_id)
    if row is None or _campaign_is_gone(ctx, row):
        raise ApiError("webhook_not_found", hint=f"This workspace has no webhook {webhook_id}.")
    return row


def _campaign_is_gone(ctx: Context, row: Row) -> bool:
    """Webhooks of a deleted campaign are gone with it, before their rows are removed."""
    return row["campaign_id"] is not None and campaigns.find_or_none(ctx, row["campaign_id"]) is None


def find_in_campaign(ctx: Context, campaign_id: int, webhook_id: int) -> Row:
    """As `find`, at the level of one campaign."""
    row = find(ctx, webhook_id)
    if row["campaign_id"] != campaign_id:
        raise ApiError("webhook_not_found", hint=f"Webhook {webhook_id} is not one of campaign {campaign_id}.")
    return row


def of_campaign(ctx: Context, campaign_id: int) -> list[Row]:
    """The webhooks at the level of a campaign, by id."""
    return ctx.db.all(_OF_CAMPAIGN, campaign_id=campaign_id)


def similar(ctx: Context, level: rules.Level, campaign_id: int | None, client_id: int | None, url: str) -> int | None:
    """The id of a webhook of the same owner with the same URL (what R means by similar is inferred)."""
    row = ctx.db.one(_SIMILAR, level=level, campaign_id=campaign_id, client_id=client_id, url=url)
    return None if row is None else row["id"]


def insert(
    ctx: Context, level: rules.Level, *, campaign_id: int | None = None, client_id: int | None = None, **columns: Any
) -> Row:
    """A new webhook, with a secret that it keeps for good."""
    webhook_id = ctx.db.next_ids("webhook")
    ctx.db.insert(
        webhook, id=webhook_id, created_at=ctx.now, updated_at=ctx.now, level=level, campaign_id=campaign_id,
        client_id=client_id, secret_key=rng.uuid(ctx.workspace.seed, "webhook", webhook_id), **columns,
    )  # fmt: skip
    return find(ctx, webhook_id)


def change(ctx: Context, webhook_id: int, **columns: Any) -> Row:
    """Set columns of a webhook; as it is then."""
    if columns:
        ctx.db.update(webhook, {"id": webhook_id}, updated_at=ctx.now, **columns)
    return find(ctx, webhook_id)


def delete(ctx: Context, webhook_id: int) -> None:
    """Delete a webhook."""
    ctx.db.delete(webhook, id=webhook_id)


def any_webhook(db: Session) -> bool:
    """Whether the workspace has a webhook at all."""
    return db.one(_ANY) is not None


def interested(db: Session, campaign_id: int | None, client_id: int | None, event_type: str) -> list[Row]:
    """The webhooks that an event goes to, by id: all of the highest level that has one for its type (R, R-guide)."""
    reached = db.all(_REACHED, campaign_id=campaign_id, client_id=client_id)
    rows = [row for row in reached if f'"{event_type}"' in row["event_types"]]  # LIKE would be prepared anew each time
    level = rules.prevailing({row["level"] for row in rows})
    return [row for row in rows if row["level"] == level]


def summary(ctx: Context, campaign_id: int, start: int, end: int) -> list[Row]:
    """Counts of a campaign's deliveries by state, per event type; those that are queued are only in `sent_count`."""
    return ctx.db.all(_SUMMARY, campaign_id=campaign_id, start=start, end=end)


def retrigger(ctx: Context, campaign_id: int, start: int, end: int) -> int:
    """Queue the failed deliveries of a campaign again; how many."""
    return ctx.db.run(_RETRIGGER, campaign_id=campaign_id, start=start, end=end)

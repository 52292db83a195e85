"""Reading and writing webhooks and what became of deliveries to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, literal_column, or_, select, tuple_, union_all, update

from mock_server import rng
from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.webhooks import rules
from mock_server.families.webhooks.tables import delivery, webhook
from mock_server.families.webhooks.tables import retrigger as retrigger_request
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, one_of, this_workspace

_w, _d, _r = webhook.c, delivery.c, retrigger_request.c
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
#: written as in the index of what failed
_HAS_FAILED = or_(*(_d.state == literal_column(f"'{state}'") for state in ("failed", "retroactively_failed")))
_HAS_WEBHOOK = _d.webhook_id.in_(select(_w.id).where(this_workspace(webhook)))
_IS_TO_COME = (  # of a retrigger that is under way
    select(_r.id)
    .where(
        this_workspace(retrigger_request), _r.campaign_id == _d.campaign_id, _r.to_at >= _d.at,
        tuple_(_r.from_at, _r.from_id) <= tuple_(_d.at, _d.id), _r.last_attempt >= _d.last_attempt,
    )
    .exists()
)  # fmt: skip
_COUNT_FAILED = Statement(select(func.count()).where(*_IN_SPAN, _HAS_FAILED, _HAS_WEBHOOK, ~_IS_TO_COME))
_OLDEST_RETRIGGER = Statement(
    select(retrigger_request).where(this_workspace(retrigger_request)).order_by(_r.id).limit(1)
)
_NEXT_FAILED = Statement(
    select(_d.at, _d.id)
    .where(
        this_workspace(delivery), _d.campaign_id == bindparam("campaign_id"), _HAS_FAILED,
        tuple_(_d.at, _d.id) >= tuple_(bindparam("from_at"), bindparam("from_id")), _d.at <= bindparam("to_at"),
    )
    .order_by(_d.at, _d.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_SEND_AGAIN = Statement(
    update(delivery)
    .where(
        this_workspace(delivery), one_of(_d.id, "ids"), _HAS_FAILED, _HAS_WEBHOOK,
        _d.last_attempt <= bindparam("last_attempt"),
    )
    .values(state="queued", retrigger_count=_d.retrigger_count + 1, earlier_attempts=_d.attempt_count)
)  # fmt: skip
#: failed deliveries that are looked at at once; with their bodies, rows are long
_BATCH = 50


def find(ctx: Context, webhook_id: int) -> Row:
    """The webhook; ApiError `webhook_not_found` when the workspace has none of that id."""
    row = ctx.db.one(_ONE, id=webhook_id)
    if row is None or not _is_shown(ctx, row):
        raise ApiError("webhook_not_found", hint=f"This workspace has no webhook {webhook_id}.")
    return row


def _is_shown(ctx: Context, row: Row) -> bool:
    """Webhooks of a deleted campaign are gone with it, before their rows are removed; a client sees its own only."""
    if row["campaign_id"] is not None:
        return campaigns.find_or_none(ctx, row["campaign_id"]) is not None
    return ctx.may_see(row["client_id"])


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


def retrigger(db: Session, campaign_id: int, start: int, end: int) -> tuple[int, int]:
    """Have the deliveries of a campaign that have failed so far sent again, by `retrigger_some`; id and how many."""
    (row,) = db.all(_COUNT_FAILED, campaign_id=campaign_id, start=start, end=end)
    request_id, last_attempt = db.next_ids("retrigger"), db.next_ids("attempt", 0) - 1
    if row[0]:
        span = {"from_at": start, "from_id": 0, "to_at": end}
        db.insert(retrigger_request, id=request_id, campaign_id=campaign_id, last_attempt=last_attempt, **span)
    return request_id, row[0]


def retrigger_some(db: Session) -> bool:
    """Queue a batch of what the oldest retrigger asks for; False when there is none.

    What it was interrupted in it does again: a delivery that is queued is none that failed.
    """
    asked = db.one(_OLDEST_RETRIGGER)
    if asked is None:
        return False
    names = ("campaign_id", "from_at", "from_id", "to_at")
    failed = db.all(_NEXT_FAILED, limit=_BATCH, **{name: asked[name] for name in names})
    if failed:
        db.run(_SEND_AGAIN, ids=[row["id"] for row in failed], last_attempt=asked["last_attempt"])
    if len(failed) == _BATCH:
        last = failed[-1]
        db.update(retrigger_request, {"id": asked["id"]}, from_at=last["at"], from_id=last["id"] + 1)
    else:
        db.delete(retrigger_request, id=asked["id"])
    return True

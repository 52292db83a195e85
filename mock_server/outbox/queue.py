"""The queue of deliveries in the store: what waits, what is due, and what came of attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, true, union, update

from mock_server.families.campaigns.tables import campaign
from mock_server.families.webhooks.tables import attempt, delivery, retrigger, webhook
from mock_server.outbox.sender import Tried, Verdict
from mock_server.state.database import Database, Session
from mock_server.state.schema import workspace
from mock_server.state.statements import Statement, one_of, this_workspace

#: above every id
NO_LIMIT = 2**63 - 1
#: due retries that are put back at once; with their bodies, rows are long
_BATCH = 20

_d = delivery.c
#: the state is written into the statement: an index of one state does not serve a parameter
_IS_QUEUED = (_d.state == literal_column("'queued'")) & _d.retry_at.is_(None)
_QUEUED = (this_workspace(delivery), _IS_QUEUED)
_TO_RETRY = (this_workspace(delivery), _d.retry_at.is_not(None))
_first = (
    select(func.min(_d.webhook_id).label("id"))
    .where(*_QUEUED, _d.webhook_id > bindparam("after"))
    .cte("lane", recursive=True)
)
_following = select(func.min(_d.webhook_id)).where(*_QUEUED, _d.webhook_id > _first.c.id).scalar_subquery()
_lane = _first.union_all(select(_following).where(_first.c.id.is_not(None)))
#: hops from webhook to webhook through the index, however many deliveries each has
_WEBHOOKS = Statement(
    select(_lane.c.id)
    .where(select(_d.id).where(*_QUEUED, _d.webhook_id == _lane.c.id, _d.id <= bindparam("up_to")).exists())
    .limit(bindparam("limit"))
)
_NEXT_IDS = Statement(
    select(_d.id)
    .where(*_QUEUED, _d.webhook_id == bindparam("webhook_id"), _d.id <= bindparam("up_to"))
    .order_by(_d.id)
    .limit(bindparam("limit"))
)
_ROWS = Statement(
    select(
        *(
            _d[name]
            for name in ("id", "event_type", "level", "request_id", "body", "attempt_count", "earlier_attempts")
        ),
        _d.delayed_attempt,
        _d.retrigger_count,
        func.coalesce(webhook.c.url, _d.url).label("url"),
        (webhook.c.id.is_not(None) & campaign.c.deleted_at.is_(None)).label("is_wanted"),
    )
    .outerjoin(webhook, (webhook.c.workspace_id == _d.workspace_id) & (webhook.c.id == _d.webhook_id))
    .outerjoin(campaign, (campaign.c.workspace_id == _d.workspace_id) & (campaign.c.id == webhook.c.campaign_id))
    .where(this_workspace(delivery), one_of(_d.id, "ids"), _IS_QUEUED)
    .order_by(_d.id)
)
_LAST_ID = Statement(select(func.max(_d.id)).where(this_workspace(delivery)))
_DUE = Statement(
    select(_d.id).where(*_TO_RETRY, _d.retry_at <= bindparam("now")).order_by(_d.retry_at).limit(bindparam("limit"))
)
_NEXT_RETRY = Statement(select(func.min(_d.retry_at)).where(*_TO_RETRY))
_QUEUE_AGAIN = Statement(
    update(delivery).where(this_workspace(delivery), one_of(_d.id, "ids")).values(state="queued", retry_at=None)
)
_STORE = Statement(
    update(delivery)
    .where(this_workspace(delivery), _d.id == bindparam("delivery_id"))
    .values({name: bindparam(name) for name in ("state", "attempt_count", "last_attempt", "retry_at")})
)
_WAITING = Statement(
    union(*(
        select(workspace.c.key).where(select(table.c.id).where(table.c.workspace_id == workspace.c.id, which).exists())
        for table, which in ((delivery, _IS_QUEUED), (delivery, _d.retry_at.is_not(None)), (retrigger, true()))
    ))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an attempt needs to know; `url`: where its webhook points now; `is_wanted`: this still exists.

    `earlier_attempts`: those before the last retrigger; `delayed_attempt`: number of the last attempt that was put off.
    """

    id: int
    event_type: str
    url: str
    level: str
    request_id: str
    body: str
    attempt_count: int
    earlier_attempts: int
    delayed_attempt: int
    retrigger_count: int
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to: its requests, the delivery's new state, and when to try again."""

    delivery: Delivery
    tries: Sequence[Tried]
    state: str
    retry_at: int | None


def state_after(verdict: Verdict, one: Delivery, delays: Sequence[int]) -> tuple[str, int | None]:
    """The state of a delivery after one more attempt, and the milliseconds until the next one."""
    if verdict == "success":
        return "successful", None
    made = one.attempt_count - one.earlier_attempts
    if verdict == "retry" and made < len(delays):
        return "scheduled_for_retry", delays[made]
    return "retroactively_failed" if one.retrigger_count else "failed", None


def waiting_keys(database: Database) -> list[str]:
    """Keys of workspaces with deliveries that wait for an attempt, or for a retrigger."""
    return [row["key"] for row in Session(database.writer, 0).all(_WAITING)]


def webhooks(db: Session, up_to: int, after: int, limit: int) -> list[int]:
    """The first webhooks above `after` with queued deliveries whose ids are not above `up_to`."""
    return [row["id"] for row in db.all(_WEBHOOKS, up_to=up_to, after=after, limit=limit)]


def is_waiting(db: Session, up_to: int) -> bool:
    """Whether deliveries up to an id are queued."""
    return bool(webhooks(db, up_to, 0, 1))


def next_ids(db: Session, webhook_id: int, up_to: int, limit: int) -> list[int]:
    """The first queued deliveries of a webhook."""
    return [row["id"] for row in db.all(_NEXT_IDS, webhook_id=webhook_id, up_to=up_to, limit=limit)]


def deliveries(db: Session, ids: list[int]) -> list[Delivery]:
    """Those of the deliveries that are queued, by id."""
    return [Delivery(**{**row, "is_wanted": bool(row["is_wanted"])}) for row in db.all(_ROWS, ids=ids)]


def last_id(db: Session) -> int:
    """The newest delivery."""
    (row,) = db.all(_LAST_ID)
    return row[0] or 0


def queue_due(db: Session, now: int) -> bool:
    """Put a batch of deliveries whose time has come back into the queue; whether there may be more."""
    ids = [row["id"] for row in db.all(_DUE, now=now, limit=_BATCH)]
    if ids:
        db.run(_QUEUE_AGAIN, ids=ids)
    return len(ids) == _BATCH


def next_retry(db: Session) -> int | None:
    """When the next retry, or delivery that was put off, is due."""
    (row,) = db.all(_NEXT_RETRY)
    at: int | None = row[0]
    return at


def put_off(db: Session, one: Delivery, until: int) -> None:
    """Make the next attempt of a delivery at a later moment."""
    db.update(delivery, {"id": one.id}, retry_at=until, delayed_attempt=one.attempt_count + 1)


def store(db: Session, results: Sequence[Result]) -> None:
    """Write what attempts came to; those of deliveries that were deleted meanwhile are let go."""
    rows: list[dict[str, Any]] = []
    following = db.next_ids("attempt", sum(len(result.tries) for result in results))
    for result in results:
        one, number, first = result.delivery, result.delivery.attempt_count + 1, following
        following += len(result.tries)
        if db.run(
            _STORE, delivery_id=one.id, state=result.state, attempt_count=number, last_attempt=following - 1,
            retry_at=result.retry_at,
        ):  # fmt: skip
            rows += [
                {
                    "id": attempt_id, "delivery_id": one.id, "number": number, "at": tried.at, "url": one.url,
                    "latency": tried.latency, "status": tried.status, "error": tried.error, "response": tried.response,
                }
                for attempt_id, tried in enumerate(result.tries, first)
            ]  # fmt: skip
    db.insert_many(attempt, rows)

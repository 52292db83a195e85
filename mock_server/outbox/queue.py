"""The queue of deliveries in the store: what waits, what is due, and what came of attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select, union, update

from mock_server.families.campaigns.tables import campaign
from mock_server.families.webhooks.tables import attempt, delivery, webhook
from mock_server.outbox.sender import Tried, Verdict
from mock_server.state.database import Database, Session
from mock_server.state.schema import workspace
from mock_server.state.statements import Statement, one_of, this_workspace

#: above every id
NO_LIMIT = 2**63 - 1
#: due retries that are put back at once; with their bodies, rows are long
_BATCH = 20

_d = delivery.c


def _is(state: str) -> ColumnElement[bool]:
    """Written into the statement: indexes of one state do not serve a parameter."""
    return _d.state == literal_column(f"'{state}'")


_QUEUED = (this_workspace(delivery), _is("queued"))
_TO_RETRY = (this_workspace(delivery), _is("scheduled_for_retry"))
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
_IS_WANTED = (
    select(webhook.c.id)
    .outerjoin(campaign, (campaign.c.workspace_id == webhook.c.workspace_id) & (campaign.c.id == webhook.c.campaign_id))
    .where(this_workspace(webhook), webhook.c.id == _d.webhook_id, campaign.c.deleted_at.is_(None))
    .exists()
    .label("is_wanted")
)
_ROWS = Statement(
    select(
        _d.id, _d.event_type, _d.url, _d.level, _d.request_id, _d.body, _d.attempt_count, _d.retrigger_count, _IS_WANTED
    )
    .where(this_workspace(delivery), one_of(_d.id, "ids"), _d.state == "queued")
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
    .values({name: bindparam(name) for name in ("state", "attempt_count", "retry_at")})
)
_WAITING = Statement(
    union(*(
        select(workspace.c.key).where(select(_d.id).where(_d.workspace_id == workspace.c.id, _is(state)).exists())
        for state in ("queued", "scheduled_for_retry")
    ))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an attempt needs to know; `is_wanted`: its webhook still exists."""

    id: int
    event_type: str
    url: str
    level: str
    request_id: str
    body: str
    attempt_count: int
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
    if verdict == "retry" and one.attempt_count < len(delays):
        return "scheduled_for_retry", delays[one.attempt_count]
    return "retroactively_failed" if one.retrigger_count else "failed", None


def waiting_keys(database: Database) -> list[str]:
    """Keys of workspaces with deliveries that wait for an attempt."""
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
    """Put a batch of deliveries whose retry is due back into the queue; whether there may be more."""
    ids = [row["id"] for row in db.all(_DUE, now=now, limit=_BATCH)]
    if ids:
        db.run(_QUEUE_AGAIN, ids=ids)
    return len(ids) == _BATCH


def next_retry(db: Session) -> int | None:
    """When the next retry is due."""
    (row,) = db.all(_NEXT_RETRY)
    at: int | None = row[0]
    return at


def store(db: Session, results: Sequence[Result]) -> None:
    """Write what attempts came to; those of deliveries that were deleted meanwhile are let go."""
    rows = []
    for result in results:
        one, number = result.delivery, result.delivery.attempt_count + 1
        if db.run(_STORE, delivery_id=one.id, state=result.state, attempt_count=number, retry_at=result.retry_at):
            rows += [
                {
                    "delivery_id": one.id, "number": number, "at": tried.at, "latency": tried.latency,
                    "status": tried.status, "error": tried.error, "response": tried.response,
                }
                for tried in result.tries
            ]  # fmt: skip
    if rows:
        first = db.next_ids("attempt", len(rows))
        db.insert_many(attempt, [{"id": first + n, **row} for n, row in enumerate(rows)])

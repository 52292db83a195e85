"""The control API's routes about webhook deliveries."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query
from sqlalchemy import bindparam, select

from mock_server.clock import iso
from mock_server.control import webhook_models as models
from mock_server.control.world import World
from mock_server.families.webhooks.tables import attempt, delivery
from mock_server.outbox.disturbance import Disturbance
from mock_server.outbox.inbox import Captured
from mock_server.outbox.payloads import EVENTS
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, one_of, this_workspace
from mock_server.state.workspaces import Workspace

_d = delivery.c
_ATTEMPTS = Statement(
    select(attempt)
    .where(this_workspace(attempt), one_of(attempt.c.delivery_id, "ids"))
    .order_by(attempt.c.delivery_id, attempt.c.number, attempt.c.id)
)


def webhook_routes(world: World, workspace_of: Callable[..., Awaitable[Workspace]]) -> APIRouter:
    """Routes for the deliveries of a workspace; `workspace_of` finds it."""
    router, outbox = APIRouter(prefix="/webhooks"), world.outbox
    Chosen = Annotated[Workspace, Depends(workspace_of)]  # noqa: N806
    After = Annotated[int, Query(ge=0, le=2**53)]  # noqa: N806

    @router.get("/deliveries")
    async def deliveries(
        workspace: Chosen, webhook_id: int | None = None, campaign_id: int | None = None,
        event_type: str | None = None, state: models.State | None = None, after: After = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[models.DeliveryShown]:  # fmt: skip
        """Deliveries above the id `after`, by id, with all their attempts."""
        wanted = {"webhook_id": webhook_id, "campaign_id": campaign_id, "event_type": event_type, "state": state}
        given = {name: value for name, value in wanted.items() if value is not None}

        def read() -> list[models.DeliveryShown]:
            with world.database.snapshot() as connection:
                db = Session(connection, workspace.id)
                rows = db.all(_page(frozenset(given)), **given, after=after, limit=limit)
                attempts, now = _attempts(db, [row["id"] for row in rows]), workspace.clock.wall_elapsed()
                return [_shown(row, attempts.get(row["id"], []), now) for row in rows]

        return await asyncio.to_thread(read)  # rows that no filter takes may be many

    @router.post("/flush")
    async def flush(workspace: Chosen) -> models.Flushed:
        """Try everything that is due, and answer when that is done."""
        return models.Flushed(outcomes=await outbox.flush(workspace))

    @router.post("/pause")
    async def pause(workspace: Chosen) -> models.Paused:
        """Let deliveries wait; a flush makes them all the same."""
        outbox.pause(workspace)
        return models.Paused(paused=True)

    @router.post("/resume")
    async def resume(workspace: Chosen) -> models.Paused:
        """Make the deliveries that wait, and those to come."""
        outbox.resume(workspace)
        return models.Paused(paused=False)

    @router.put("/disturbance")
    async def disturb(workspace: Chosen, change: models.DisturbanceChange) -> models.DisturbanceChange:
        """Disturb the deliveries to come, to test a receiver."""
        if change.kind == "delay" and not change.delay:
            raise HTTPException(422, 'Say how long: {"kind": "delay", "delay": 500} is half a second.')
        if change.event_type not in (None, *EVENTS):
            raise HTTPException(422, f"There is no event {change.event_type!r}; known: {', '.join(EVENTS)}.")
        disturbance = None
        if change.kind is not None:
            disturbance = Disturbance(change.kind, change.delay, change.times, change.event_type)
        outbox.set_disturbance(workspace, disturbance)
        return change

    @router.get("/inbox")
    async def inbox(
        workspace: Chosen, event_type: str | None = None, after: After = 0,
        within: Annotated[float, Query(ge=0, le=300)] = 0,
    ) -> list[models.CapturedShown]:  # fmt: skip
        """What was delivered to `http://inbox.simulator.test/…` above the id `after`; `within` seconds are waited."""

        def fits(captured: Captured) -> bool:
            return captured.id > after and event_type in (None, captured.event_type)

        if within:
            await outbox.wait_for(workspace, fits, round(within * 1000))
        return [_captured(one) for one in outbox.inbox(workspace) if fits(one)]

    return router


@cache
def _page(names: frozenset[str]) -> Statement:
    conditions = [_d[name] == bindparam(name) for name in sorted(names)]
    query = select(delivery).where(this_workspace(delivery), _d.id > bindparam("after"), *conditions)
    return Statement(query.order_by(_d.id).limit(bindparam("limit")))


def _attempts(db: Session, ids: list[int]) -> dict[int, list[models.AttemptShown]]:
    found: dict[int, list[models.AttemptShown]] = {}
    for row in db.all(_ATTEMPTS, ids=ids):
        one = models.AttemptShown(
            number=row["number"], at=iso(row["at"]), url=row["url"], status=row["status"], latency=row["latency"],
            error=row["error"], response=row["response"],
        )  # fmt: skip
        found.setdefault(row["delivery_id"], []).append(one)
    return found


def _shown(row: Row, attempts: list[models.AttemptShown], now: int) -> models.DeliveryShown:
    retry_in = None if row["retry_at"] is None else max(0, row["retry_at"] - now) / 1000
    return models.DeliveryShown(
        id=row["id"], event_type=row["event_type"], event_id=row["event_id"], webhook_id=row["webhook_id"],
        campaign_id=row["campaign_id"], at=iso(row["at"]), url=row["url"], level=row["level"], state=row["state"],
        request_id=row["request_id"], retry_in=retry_in,
        payload=orjson.loads(row["body"]), attempts=attempts,
    )  # fmt: skip


def _captured(one: Captured) -> models.CapturedShown:
    return models.CapturedShown(
        id=one.id, received_at=iso(one.received_at), delivery_id=one.delivery_id, event_type=one.event_type,
        url=one.url, headers=one.headers, body=orjson.loads(one.body),
    )  # fmt: skip

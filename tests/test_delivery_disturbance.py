"""Disturbances of deliveries: twice, out of order, late, never, or under a wrong signature."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from pathlib import Path

import pytest

from mock_server.outbox.disturbance import Disturbance
from tests.office import MINUTE, RETRY_DELAYS, in_loop, office
from tests.receivers import in_turn, receiver

HOUR = 60 * MINUTE


@in_loop
async def test_duplicate() -> None:
    """The request comes twice under one id; it is one attempt, kept twice."""
    async with office(per_webhook=1) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("duplicate", times=1))
        first, second = one.queue(hook.url(), 2)
        assert await one.flush() == {"successful": 2}
        assert hook.ids == [first, first, second]
        assert hook.requests[0].body == hook.requests[1].body
        assert [row["attempt_count"] for row in one.rows()] == [1, 1]
        assert [kept["number"] for kept in one.rows("attempt")] == [1, 1, 1]
    async with office() as one, receiver(*in_turn(500, 200)) as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("duplicate"))
        one.queue(hook.url())
        assert await one.flush() == {"scheduled_for_retry": 1}  # the first answer counts
        assert [kept["status"] for kept in one.rows("attempt")] == [500, 200]


@in_loop
async def test_reorder() -> None:
    """A delivery lets the next one of its webhook go first; alone, it waits for a flush or the end of it."""
    async with office(per_webhook=1) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("reorder", times=2))
        first = one.queue(hook.url(), 4)
        await hook.got(4)
        assert hook.ids == [first[1], first[0], first[3], first[2]]
        last = one.queue(hook.url())
        await hook.got(5)
        assert hook.ids[4:] == last
        await one.flush()
        one.outbox.set_disturbance(one.workspace, Disturbance("reorder"))
        alone = one.queue(hook.url())
        assert await one.flush() == {"successful": 1}
        assert hook.ids[5:] == alone
        held = one.queue(hook.url())
        one.queue(hook.url(), event_type="EMAIL_OPEN", webhook_id=2)
        one.outbox.set_disturbance(one.workspace, None)
        await hook.got(8)
        assert held[0] in hook.ids


@in_loop
async def test_delay() -> None:
    """Deliveries of the event come later on the workspace's clock; others overtake them, and no flush waits."""
    async with office(per_webhook=1) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=HOUR, event_type="EMAIL_OPEN"))
        late = one.queue(hook.url(), 3, event_type="EMAIL_OPEN")
        quick = one.queue(hook.url(), 3)
        assert await one.flush() == {"successful": 3}
        assert hook.ids == quick
        assert one.states() == ["queued"] * 3 + ["successful"] * 3
        assert len(one.rows("attempt")) == 3
        one.outbox.set_disturbance(one.workspace, None)
        one.advance(HOUR - MINUTE)
        assert await one.flush() == {}
        one.advance(MINUTE)
        assert await one.flush() == {"successful": 3}
        assert hook.ids[3:] == late


@in_loop
async def test_a_delay_runs_on_real_time_too() -> None:
    """Nobody has to move the clock; an attempt is delayed once, though the disturbance goes on; its retry is again."""
    async with office() as one, receiver(*in_turn(500, 200)) as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=5))
        one.queue(hook.url())
        await hook.got(1)
        await one.flush()
        assert one.states() == ["scheduled_for_retry"]
        one.advance(RETRY_DELAYS[0])
        assert await one.flush() == {}
        await hook.got(2)


@in_loop
async def test_a_delay_survives_a_restart(tmp_path: Path) -> None:
    """It is in the store, with the moment before which nothing is sent."""
    store = tmp_path / "mock.db"
    async with receiver() as hook:
        async with office(store) as one:
            one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=HOUR))
            one.queue(hook.url(), 300)
            await one.flush()
            while one.outbox._worlds["key"].lanes:  # nothing waits in memory
                await asyncio.sleep(0)
        async with office(store) as one:
            assert await one.flush() == {}
            one.advance(HOUR)
            assert await one.flush() == {"successful": 300}


@in_loop
async def test_what_is_done_away_with_while_it_is_held_is_not_sent() -> None:
    """Deleted, or no longer queued: the end of the disturbance does not bring it back; nothing is remembered."""
    async with office() as one, receiver() as hook:
        for webhook_id, done in ((1, "DELETE FROM delivery"), (2, "UPDATE delivery SET state = 'failed'")):
            one.outbox.set_disturbance(one.workspace, Disturbance("reorder"))
            (held,) = one.queue(hook.url(), webhook_id=webhook_id)
            lanes = one.outbox._worlds["key"].lanes
            while webhook_id not in lanes or not lanes[webhook_id].held:
                await asyncio.sleep(0)
            one.database.writer.execute(f"{done} WHERE request_id = ?", (held,))
            one.outbox.set_disturbance(one.workspace, None)
            (last,) = one.queue(hook.url(), webhook_id=webhook_id)
            assert await one.flush() == {"successful": 1}
            assert hook.ids[-1] == last
        assert len(hook.requests) == 2
        assert one.outbox._worlds == {}


@in_loop
async def test_drop() -> None:
    """Nothing is sent, and the delivery counts as a success; its attempt tells the truth."""
    async with office() as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("drop", times=2))
        ids = one.queue(hook.url(), 3)
        assert await one.flush() == {"successful": 3}
        assert hook.ids == ids[2:]
        dropped = one.rows("attempt")[:2]
        assert [kept["status"] for kept in one.rows("attempt")] == [None, None, 200]
        assert all("nothing was sent" in kept["error"] for kept in dropped)


@pytest.mark.parametrize("secret", ["", "secret"])
@in_loop
async def test_bad_signature(secret: str) -> None:
    """The signature has the right form and is wrong."""
    async with office(secret_of=lambda _: secret) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("bad_signature", times=1))
        one.queue(hook.url())
        await one.flush()
        (request,) = hook.requests
        kind, _, digest = request.headers["x-smartlead-signature"].partition("=")
        assert (kind, len(digest)) == ("sha256", 64)
        assert digest != hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()

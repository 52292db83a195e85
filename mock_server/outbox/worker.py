"""Making deliveries: a queue in the store, worked off by a bounded number of attempts at once.

A queued row stays queued until the result of its attempt is stored, so that what a crash interrupts is made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from mock_server.clock import monotonic_ms, wall_ms
from mock_server.families.webhooks import records
from mock_server.outbox import queue
from mock_server.outbox.disturbance import Disturbance, Kind
from mock_server.outbox.inbox import Captured, Inbox, Memory, Predicate
from mock_server.outbox.lanes import Flush, Lane, World
from mock_server.outbox.queue import NO_LIMIT, Delivery, Result
from mock_server.outbox.requests import Requests
from mock_server.outbox.sender import Tried
from mock_server.outbox.targets import Targets
from mock_server.state.database import Database, Session
from mock_server.state.workspaces import Workspace, Workspaces

log = logging.getLogger("smartlead_mock")

OUTCOMES = ("successful", "scheduled_for_retry", "failed", "retroactively_failed")
#: the worker gives way to requests after so many milliseconds
_TURN_MS = 2
#: webhooks with something to do that are looked for at once
_LOOK = 50
#: results that are stored in one transaction, and for how many seconds they wait to become so many
_SAVE_AT_ONCE = 50
_SAVE_AFTER = 0.005
#: seconds until something that failed in the store is tried again
_AGAIN = 1.0
Finished = tuple[Lane, Delivery, list[Tried]]


class Outbox:
    """All deliveries of a server. First attempts of one webhook start in the order of their ids."""

    def __init__(
        self, database: Database, workspaces: Workspaces, targets: Targets, *,
        delays_of: Callable[[Workspace], Sequence[int]],
        secret_of: Callable[[Workspace], str] = lambda _: "",
        seconds: float = 30.0, per_webhook: int = 4, per_workspace: int = 50, overall: int = 200,
    ) -> None:  # fmt: skip
        """`delays_of` gives the milliseconds before each further attempt.

        `seconds` are an attempt's longest time; `per_webhook`, `per_workspace` and `overall`
        attempts are made at once.
        """
        self._database = database
        self._workspaces = workspaces
        self._requests = Requests(targets, seconds, secret_of)
        self._delays_of = delays_of
        self._per_webhook = per_webhook
        self._per_workspace = per_workspace
        self._overall = overall
        self._memory = Memory()
        self._worlds: dict[str, World] = {}
        self._to_look_at: dict[World, None] = {}
        self._to_fill: dict[World, None] = {}
        self._finished: list[Finished] = []
        self._in_flight = 0
        self._saving: asyncio.TimerHandle | None = None
        self._turn_is_near = False
        self._is_running = False
        self._is_closed = False

    # ------------------------------------------------------------------------------------------ for others

    async def run(self) -> None:
        """Make deliveries until cancelled, first those that an earlier process left."""
        self._is_running = True
        try:
            for key in queue.waiting_keys(self._database):
                if self._workspaces.get(key):
                    self._look_at(self._world(key))
            await asyncio.Event().wait()
        finally:
            self._is_running = False

    def wake(self, workspace: Workspace) -> None:
        """There may be something to do: something was queued, or the clock was moved, which makes retries due."""
        if self._is_running:
            self._look_at(self._world(workspace.key))

    async def flush(self, workspace: Workspace) -> dict[str, int]:
        """Try all that is due now, also while paused; the number of attempts by the state they led to."""
        world = self._world(workspace.key)
        db = self._session(world)
        flush = Flush(queue.last_id(db))
        world.flushes.append(flush)
        try:
            while not world.is_forgotten and self._queue_some(world, db):
                await asyncio.sleep(0)
            self._look_at(world)
            while not world.is_forgotten and queue.is_waiting(db, flush.up_to):
                world.progress.clear()
                await world.progress.wait()
        finally:
            world.flushes.remove(flush)
            self._drop_if_idle(world)
        return {state: flush.outcomes[state] for state in OUTCOMES}

    def pause(self, workspace: Workspace) -> None:
        """Start no attempt until resumed; those under way go on."""
        self._world(workspace.key).is_paused = True

    def resume(self, workspace: Workspace) -> None:
        """Go on."""
        self._world(workspace.key).is_paused = False
        self.wake(workspace)

    def set_disturbance(self, workspace: Workspace, disturbance: Disturbance | None) -> None:
        """Disturb the attempts that start from now on; what waits to be overtaken is sent."""
        world = self._world(workspace.key)
        world.disturbance = disturbance
        for lane in world.lanes.values():
            self._release(lane)
        self._drop_if_idle(world)

    def inbox(self, workspace: Workspace) -> list[Captured]:
        """What was delivered to the inbox, oldest first."""
        world = self._worlds.get(workspace.key)
        return list(world.inbox.captured) if world else []

    async def wait_for(self, workspace: Workspace, predicate: Predicate, within_ms: int) -> Captured | None:
        """What is in the inbox, or comes within the time, and is as the predicate wants it; None after a reset."""
        world = self._world(workspace.key)
        try:
            return await world.inbox.wait_for(predicate, within_ms)
        finally:
            self._drop_if_idle(world)

    def forget(self, workspace: Workspace) -> None:
        """The workspace was emptied: its attempts under way are cut off, nothing of them is stored."""
        world = self._worlds.pop(workspace.key, None)
        if world:
            world.forget()
            self._to_look_at.pop(world, None)
            self._to_fill.pop(world, None)
            self._finished = [one for one in self._finished if one[0].world is not world]
            self._kick()

    async def close(self) -> None:
        """Cut off all attempts; they stay queued, and are made again at the next start."""
        self._is_closed = True
        for world in self._worlds.values():
            world.cancel()
        await asyncio.gather(*(task for world in self._worlds.values() for task in world.tasks), return_exceptions=True)
        if self._finished:
            self._save(len(self._finished))
        if self._saving:
            self._saving.cancel()
        await self._requests.close()

    # ------------------------------------------------------------------------------------------ what is due

    def _world(self, key: str) -> World:
        world = self._worlds.get(key)
        if world is None:
            world = self._worlds[key] = World(key, Inbox(self._memory))
        return world

    def _drop_if_idle(self, world: World) -> None:
        if world.is_idle and world not in self._to_look_at and self._worlds.get(world.key) is world:
            del self._worlds[world.key]

    def _workspace(self, world: World) -> Workspace:
        """Looked up every time: a workspace that was idle for long is loaded anew, as another object."""
        workspace = self._workspaces.get(world.key)
        assert workspace is not None
        return workspace

    def _session(self, world: World) -> Session:
        return Session(self._database.writer, self._workspace(world).id)

    def _now(self, world: World) -> int:
        """The moment on the axis of `retry_at`."""
        return self._workspace(world).clock.wall_elapsed()

    def _up_to(self, world: World) -> int:
        """The highest id that may be tried; 0 = none."""
        if self._is_running and not world.is_paused:
            return NO_LIMIT
        return max((flush.up_to for flush in world.flushes), default=0)

    def _room(self) -> int:
        """Attempts that may be started. Results count until they are stored, so that they cannot pile up."""
        return self._overall - self._in_flight - len(self._finished)

    def _look_at(self, world: World) -> None:
        if not world.is_forgotten:
            world.is_woken = True
            self._to_look_at[world] = None
            self._kick()

    def _kick(self) -> None:
        if not (self._turn_is_near or self._is_closed):
            self._turn_is_near = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Look for what is due and start attempts, for a moment; then requests have theirs."""
        self._turn_is_near = False
        ends = monotonic_ms() + _TURN_MS
        while not self._is_closed and (self._to_look_at or (self._to_fill and self._room() > 0)):
            if monotonic_ms() >= ends:
                self._kick()
                return
            for worlds, do in ((self._to_look_at, self._look), (self._to_fill, self._fill)):
                if worlds:
                    world = next(iter(worlds))
                    del worlds[world]
                    self._try_to(do, world)

    def _try_to(self, do: Callable[[World], None], world: World) -> None:
        try:
            do(world)
        except Exception:  # one broken world must not stop the others
            log.exception("the deliveries of a workspace could not be looked at")
            self._set_timer(world, _AGAIN)

    def _look(self, world: World) -> None:
        """Find some of the webhooks of a world that have something to do now; the others the next time."""
        up_to = self._up_to(world)
        if not up_to:
            return
        if not world.looked_to:
            world.is_woken = False
        db = self._session(world)
        is_more_due = self._queue_some(world, db)
        self._wait_for_retry(world, db)
        found = queue.webhooks(db, up_to, world.looked_to, _LOOK)
        for webhook_id in found:
            self._want(world.lanes.setdefault(webhook_id, Lane(world, webhook_id)))
        world.looked_to = found[-1] if len(found) == _LOOK else 0
        if is_more_due or world.looked_to or world.is_woken:
            self._to_look_at[world] = None
        self._drop_if_idle(world)

    def _queue_some(self, world: World, db: Session) -> bool:
        """Put some of what is due, or was retriggered, into the queue; whether there may be more."""
        is_more_retriggered = records.retrigger_some(db)
        return queue.queue_due(db, self._now(world)) or is_more_retriggered

    def _wait_for_retry(self, world: World, db: Session) -> None:
        """Have the world looked at when something is due next."""
        retry_at = queue.next_retry(db)
        self._set_timer(world, None if retry_at is None else max(1, retry_at - self._now(world)) / 1000)

    def _set_timer(self, world: World, seconds: float | None) -> None:
        if world.timer:
            world.timer.cancel()
        call_later = asyncio.get_running_loop().call_later
        world.timer = None if seconds is None else call_later(seconds, self._look_at, world)

    # ------------------------------------------------------------------------------------------ attempts

    def _want(self, lane: Lane) -> None:
        """The lane may start attempts; its world has its turn."""
        lane.world.to_fill[lane] = None
        self._to_fill[lane.world] = None
        self._kick()

    def _fill(self, world: World) -> None:
        """Start attempts of one webhook of a world, as many as may run at once."""
        room = min(self._per_workspace - len(world.tasks), self._room())
        if not world.to_fill or room <= 0:
            return  # when an attempt ends, the world has its turn again
        lane = next(iter(world.to_fill))
        del world.to_fill[lane]
        up_to, room = self._up_to(world), min(self._per_webhook - lane.in_flight, room)
        if up_to and room > 0 and self._start_some(lane, up_to, room):
            self._want(lane)
        elif world.flushes and not lane.in_flight:
            self._release(lane)
        self._drop_lane_if_idle(lane)
        if world.to_fill:
            self._to_fill[world] = None

    def _start_some(self, lane: Lane, up_to: int, room: int) -> bool:
        """Start, hold or put off at most `room` deliveries; False when there are none."""
        db, released = self._session(lane.world), lane.released
        queued = queue.next_ids(db, lane.webhook_id, up_to, len(lane.busy) + room)
        ids = [one for one in queued if one not in lane.busy]
        if released is not None:
            ids.insert(0, released)
            lane.busy.remove(released)  # and not taken again if it was deleted meanwhile
            lane.released = None
        for one in queue.deliveries(db, ids[:room]):
            disturbance = None if one.id == released else lane.disturbance_of(one)
            kind = disturbance.kind if disturbance else None
            if disturbance and kind == "delay":
                queue.put_off(db, one, self._now(lane.world) + disturbance.delay)
                self._wait_for_retry(lane.world, db)
                lane.world.progress.set()
                continue
            lane.busy.add(one.id)
            if kind == "reorder":
                lane.held = one.id
            else:
                self._start(lane, one, kind)
        return bool(ids)

    def _release(self, lane: Lane) -> None:
        """What is held goes next."""
        if lane.held is not None:
            lane.held, lane.released = None, lane.held
            self._want(lane)

    def _start(self, lane: Lane, one: Delivery, kind: Kind | None) -> None:
        self._in_flight += 1
        lane.in_flight += 1
        attempt = self._requests.make(one, kind, self._workspace(lane.world), lane.world.inbox)
        task = asyncio.get_running_loop().create_task(attempt)
        lane.world.tasks.add(task)
        task.add_done_callback(partial(self._ended, lane, one))

    def _ended(self, lane: Lane, one: Delivery, task: asyncio.Task[list[Tried]]) -> None:
        self._in_flight -= 1
        lane.in_flight -= 1
        lane.world.tasks.discard(task)
        if lane.world.is_forgotten or task.cancelled():
            self._kick()
            return
        if failure := task.exception():  # a delivery must never be stuck
            log.error("an attempt to deliver failed in an unknown way", exc_info=failure)
            tries = [Tried(wall_ms(), 0, None, type(failure).__name__, None, "retry")]
        else:
            tries = task.result()
        self._finished.append((lane, one, tries))
        self._save_soon()
        self._release(lane)
        self._want(lane)

    # ------------------------------------------------------------------------------------------ results

    def _save_soon(self) -> None:
        if len(self._finished) >= _SAVE_AT_ONCE:
            self._save(_SAVE_AT_ONCE)
        elif self._saving is None:
            self._save_later(_SAVE_AFTER)

    def _save_later(self, seconds: float) -> None:
        if not self._is_closed:
            self._saving = asyncio.get_running_loop().call_later(seconds, self._save, _SAVE_AT_ONCE)

    def _save(self, most: int) -> None:
        """Store the results of at most so many attempts."""
        if self._saving:
            self._saving.cancel()
            self._saving = None
        batch = self._finished[:most]
        worlds: dict[World, list[Finished]] = {}
        for one in batch:
            worlds.setdefault(one[0].world, []).append(one)
        try:
            with self._database.transaction():
                stored = {world: self._store(world, some) for world, some in worlds.items()}
        except Exception:
            log.exception("results of deliveries could not be stored")
            self._save_later(_AGAIN)
            return
        del self._finished[:most]
        for lane, delivery, _ in batch:
            lane.busy.discard(delivery.id)
            self._drop_lane_if_idle(lane)
        for world, results in stored.items():
            for flush in world.flushes:
                flush.outcomes.update(one.state for one in results if one.delivery.id <= flush.up_to)
            if any(one.retry_at is not None for one in results):
                self._wait_for_retry(world, self._session(world))
            world.progress.set()
            self._drop_if_idle(world)
        if self._finished:
            self._save_later(_SAVE_AFTER)
        if self._to_fill:
            self._kick()

    def _store(self, world: World, some: list[Finished]) -> list[Result]:
        now, delays = self._now(world), self._delays_of(self._workspace(world))
        results = []
        for _, one, tries in some:
            state, delay = queue.state_after(tries[0].verdict, one, delays)
            results.append(Result(one, tries, state, None if delay is None else now + delay))
        queue.store(self._session(world), results)
        return results

    def _drop_lane_if_idle(self, lane: Lane) -> None:
        if lane.is_idle:
            lane.world.lanes.pop(lane.webhook_id, None)
            self._drop_if_idle(lane.world)

"""What the worker remembers: a world per workspace, in it a lane per webhook that has something to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from mock_server.outbox.disturbance import Disturbance
from mock_server.outbox.inbox import Inbox
from mock_server.outbox.queue import Delivery
from mock_server.outbox.sender import Tried


@dataclass(slots=True, eq=False)
class Lane:
    """The deliveries of one webhook. `busy`: taken from the queue, and in the store still queued.

    Of these, `held` waits for another one to be sent first; `released` has waited and is the next one to be sent.
    """

    world: World
    webhook_id: int
    in_flight: int = 0
    busy: set[int] = field(default_factory=set)
    held: int | None = None
    released: int | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, so far as the lane knows."""
        return not (self.in_flight or self.busy or self in self.world.to_fill)

    def disturbance_of(self, one: Delivery) -> Disturbance | None:
        """What happens to an attempt that starts now; one is held back at a time, and none is put off twice."""
        disturbance = self.world.disturbance
        has_waited = {"reorder": self.held is not None, "delay": one.delayed_attempt > one.attempt_count}
        if disturbance is None or has_waited.get(disturbance.kind) or not disturbance.strikes(one.event_type):
            return None
        return disturbance


@dataclass(slots=True)
class Flush:
    """Somebody waits for all deliveries up to an id; `outcomes` are counted by state."""

    up_to: int
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class World:
    """The deliveries of one workspace; `progress` is set whenever results were stored.

    Its webhooks are looked for a few at a time: so far up to the id `looked_to`; `is_woken`: from the first one again.
    `to_fill`: the lanes that may start attempts.
    """

    key: str
    inbox: Inbox
    lanes: dict[int, Lane] = field(default_factory=dict)
    to_fill: dict[Lane, None] = field(default_factory=dict)
    tasks: set[asyncio.Task[list[Tried]]] = field(default_factory=set)
    flushes: list[Flush] = field(default_factory=list)
    progress: asyncio.Event = field(default_factory=asyncio.Event)
    disturbance: Disturbance | None = None
    timer: asyncio.TimerHandle | None = None
    looked_to: int = 0
    is_woken: bool = False
    is_paused: bool = False
    is_forgotten: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether a new world would be the same."""
        return not (
            self.is_paused or self.disturbance or self.timer or self.lanes or self.flushes or self.inbox.is_used
        )

    def cancel(self) -> None:
        """Stop all that is under way."""
        for task in self.tasks:
            task.cancel()
        if self.timer:
            self.timer.cancel()

    def forget(self) -> None:
        """As `cancel`; who waits for something need not wait any more."""
        self.cancel()
        self.is_forgotten = True
        self.inbox.close()
        self.progress.set()

"""What the worker remembers: a world per workspace, in it a lane per webhook that has something to do."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field

from mock_server.outbox.disturbance import Disturbance
from mock_server.outbox.inbox import Inbox
from mock_server.outbox.sender import Tried


@dataclass(slots=True, eq=False)
class Lane:
    """The deliveries of one webhook. `busy`: taken from the queue, and in the store still queued.

    Of these, `held` ones wait because of a disturbance, with a timer or (None) for another one to be sent;
    `released` ones need not wait any more.
    """

    world: World
    webhook_id: int
    in_flight: int = 0
    busy: set[int] = field(default_factory=set)
    held: dict[int, asyncio.TimerHandle | None] = field(default_factory=dict)
    released: deque[int] = field(default_factory=deque)

    def release(self, *ids: int) -> None:
        """Let held deliveries go."""
        for one in ids:
            timer = self.held.pop(one)
            if timer:
                timer.cancel()
            self.released.append(one)

    def to_overtake(self) -> list[int]:
        """The one that waits for another one to be sent, if any."""
        return [one for one, timer in self.held.items() if timer is None]


@dataclass(slots=True)
class Flush:
    """Somebody waits for all deliveries up to an id; `outcomes` are counted by state."""

    up_to: int
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class World:
    """The deliveries of one workspace; `progress` is set whenever results were stored.

    Its webhooks are looked for a few at a time: so far up to the id `looked_to`; `is_woken`: from the first one again.
    """

    key: str
    lanes: dict[int, Lane] = field(default_factory=dict)
    tasks: set[asyncio.Task[list[Tried]]] = field(default_factory=set)
    flushes: list[Flush] = field(default_factory=list)
    inbox: Inbox = field(default_factory=Inbox)
    progress: asyncio.Event = field(default_factory=asyncio.Event)
    disturbance: Disturbance | None = None
    timer: asyncio.TimerHandle | None = None
    looked_to: int = 0
    is_woken: bool = False
    is_paused: bool = False
    is_forgotten: bool = False

    def cancel(self) -> None:
        """Stop all that is under way."""
        for task in self.tasks:
            task.cancel()
        for timer in [self.timer, *(timer for lane in self.lanes.values() for timer in lane.held.values())]:
            if timer:
                timer.cancel()

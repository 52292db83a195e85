"""What was delivered to `inbox.simulator.test`: kept in memory instead of sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = "inbox.simulator.test"
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Captured:
    """One request as a receiver would have got it; `received_at` is on the workspace's clock."""

    id: int
    received_at: int
    delivery_id: int
    event_type: str
    url: str
    headers: dict[str, str]
    body: str


Predicate = Callable[[Captured], bool]


def is_captured(url: str) -> bool:
    """Whether a target is the inbox."""
    with suppress(ValueError):
        return HOST in url.lower() and urlsplit(url).hostname == HOST
    return False


class Inbox:
    """The last 1 000 captured requests of a workspace."""

    __slots__ = ("_waiting", "captured", "count")

    def __init__(self) -> None:
        self.captured: deque[Captured] = deque(maxlen=_KEPT)
        self.count = 0
        self._waiting: list[tuple[Predicate, asyncio.Future[Captured]]] = []

    def add(self, received_at: int, delivery_id: int, event_type: str, url: str, headers: dict[str, str],
            body: str) -> None:  # fmt: skip
        """Keep a request, and tell who waits for one like it."""
        self.count += 1
        captured = Captured(self.count, received_at, delivery_id, event_type, url, headers, body)
        self.captured.append(captured)
        for predicate, found in self._waiting:
            if not found.done():
                try:
                    if predicate(captured):
                        found.set_result(captured)
                except Exception as failure:  # who waits is to know, not who delivers
                    found.set_exception(failure)

    async def wait_for(self, predicate: Predicate, within_ms: int) -> Captured | None:
        """The oldest kept request that the predicate takes, or the next one that comes within the time."""
        for captured in self.captured:
            if predicate(captured):
                return captured
        found: asyncio.Future[Captured] = asyncio.get_running_loop().create_future()
        waiting = (predicate, found)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(within_ms / 1000):
                return await found
        except TimeoutError:
            return None
        finally:
            self._waiting.remove(waiting)

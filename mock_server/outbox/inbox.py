"""What was delivered to `inbox.simulator.test`: kept in memory instead of sent."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = "inbox.simulator.test"
#: bytes that the requests of all workspaces may take; the oldest ones make room
BUDGET = 24 * 1024 * 1024
#: what a request takes beside its URL and its body
_OVERHEAD = 1500
_KEPT = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """One request as a receiver would have got it; `received_at` is on the workspace's clock."""

    id: int
    received_at: int
    delivery_id: int
    event_type: str
    url: str
    headers: dict[str, str]
    body: str

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return len(self.body) + len(self.url) + _OVERHEAD


Predicate = Callable[[Captured], bool]


def is_captured(url: str) -> bool:
    """Whether a target is the inbox."""
    with suppress(ValueError):
        return HOST in url.lower() and urlsplit(url).hostname == HOST
    return False


class Memory:
    """The captured requests of all workspaces, oldest first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Captured, Inbox] = OrderedDict()
        self._size = 0

    def add(self, captured: Captured, inbox: Inbox) -> None:
        """Keep a request as long as there is room."""
        self._kept[captured] = inbox
        self._size += captured.size
        while self._size > BUDGET:
            oldest, its_inbox = next(iter(self._kept.items()))
            its_inbox.captured.popleft()
            self.remove(oldest)

    def remove(self, captured: Captured) -> None:
        """Its inbox does not keep it any more."""
        del self._kept[captured]
        self._size -= captured.size


class Inbox:
    """The last 1 000 captured requests of a workspace, as far as there is room for them."""

    __slots__ = ("_count", "_memory", "_waiting", "captured")

    def __init__(self, memory: Memory) -> None:
        self.captured: deque[Captured] = deque()
        self._memory = memory
        self._count = 0
        self._waiting: list[tuple[Predicate, asyncio.Future[Captured | None]]] = []

    @property
    def is_used(self) -> bool:
        """Whether something ever came, so that ids must go on, or somebody waits."""
        return bool(self._count or self._waiting)

    def add(self, received_at: int, delivery_id: int, event_type: str, url: str, headers: dict[str, str],
            body: str) -> None:  # fmt: skip
        """Keep a request, and tell who waits for one like it."""
        self._count += 1
        captured = Captured(self._count, received_at, delivery_id, event_type, url, headers, body)
        self.captured.append(captured)
        self._memory.add(captured, self)
        if len(self.captured) > _KEPT:
            self._memory.remove(self.captured.popleft())
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
        found: asyncio.Future[Captured | None] = asyncio.get_running_loop().create_future()
        waiting = (predicate, found)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(within_ms / 1000):
                return await found
        except TimeoutError:
            return None
        finally:
            self._waiting.remove(waiting)

    def close(self) -> None:
        """Forget all; nothing will come any more."""
        for captured in self.captured:
            self._memory.remove(captured)
        self.captured.clear()
        for _, found in self._waiting:
            if not found.done():
                found.set_result(None)

"""The rate-limit stage: fixed windows per key, on the workspace's elapsed time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.clock import wall_ms
from mock_server.contract.rate_limits import Window

_SUSPENSION_MS = 15 * 60 * 1000


@dataclass(slots=True)
class _Count:
    """One window: it starts with the first request that comes after the one before has ended."""

    ends: int
    used: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request was charged, as the headers tell it; `retry_after` seconds when it was refused."""

    limit: int
    remaining: int
    reset: int
    retry_after: int | None
    suspended: bool = False

    @property
    def headers(self) -> list[tuple[str, str]]:
        """`x-ratelimit-*`, and `Retry-After` on a refusal; `reset` is in real epoch seconds."""
        shown = [
            ("x-ratelimit-limit", str(self.limit)),
            ("x-ratelimit-remaining", str(self.remaining)),
            ("x-ratelimit-reset", str(self.reset)),
        ]
        return shown if self.retry_after is None else [*shown, ("retry-after", str(self.retry_after))]


class Meter:
    """The windows of one key."""

    __slots__ = ("_counts", "_refused", "_suspended_until")

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}
        self._refused = 0
        self._suspended_until = 0

    def charge(self, windows: Sequence[Window], elapsed: int, suspend_after: int | None) -> Charge:
        """Count one request in all windows, or in none when one of them is full.

        With `suspend_after`, that many refusals without a success between them suspend the key for 15 minutes (S2).
        """
        counts = [self._count(window, elapsed) for window in windows]
        if self._suspended_until > elapsed:
            return self._refusal(windows[0], self._suspended_until, elapsed, suspended=True)
        full = [
            (count.ends, window) for count, window in zip(counts, windows, strict=True) if count.used >= window.limit
        ]
        if full:
            ends, window = max(full, key=lambda one: one[0])
            self._refused += 1
            suspended = suspend_after is not None and self._refused >= suspend_after
            if suspended:
                ends = self._suspended_until = elapsed + _SUSPENSION_MS
                self._refused = 0
            return self._refusal(window, ends, elapsed, suspended=suspended)
        self._refused = 0
        for count in counts:
            count.used += 1
        pairs = zip(counts, windows, strict=True)
        count, window = min(pairs, key=lambda pair: pair[1].limit - pair[0].used)
        return Charge(window.limit, window.limit - count.used, _epoch_seconds(count.ends - elapsed), None)

    def _count(self, window: Window, elapsed: int) -> _Count:
        count = self._counts.get(window.name)
        if count is None or count.ends <= elapsed:
            count = self._counts[window.name] = _Count(elapsed + window.seconds * 1000, 0)
        return count

    @staticmethod
    def _refusal(window: Window, ends: int, elapsed: int, *, suspended: bool) -> Charge:
        wait = ends - elapsed
        return Charge(window.limit, 0, _epoch_seconds(wait), max(1, -(-wait // 1000)), suspended)


def _epoch_seconds(wait: int) -> int:
    """Real time in `wait` milliseconds, rounded up to a second."""
    return -(-(wall_ms() + wait) // 1000)

"""How fast a real service is called, and when it is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from contract_tests.clock import Clock
from contract_tests.errors import CannotJudgeError, OutageError

WINDOW_SECONDS = 60.0
#: what the reference documents; a service that tells its limit in a header is believed instead
PUBLISHED_LIMIT = 60
MOST_FAILURES_IN_A_ROW = 5
MOST_WAITS_FOR_ONE_CALL = 6
LONGEST_WAIT_SECONDS = 300.0


class Pace(Protocol):
    """What the transport asks around each call."""

    def before(self) -> None:
        """Wait until the next call may go out."""
        ...

    def after(self, status: int, headers: Mapping[str, str], attempt: int) -> bool:
        """Take an answer in; True = the call is to be made again, the wait for it is over."""
        ...


class Unpaced:
    """A server that is ours: nothing is waited for, and a 429 or a 5xx is an answer like others."""

    def before(self) -> None:
        """Nothing."""

    def after(self, status: int, headers: Mapping[str, str], attempt: int) -> bool:
        """Nothing."""
        return False


@dataclass(slots=True)
class Paced:
    """Evenly spaced calls at half the published limit.

    The bucket holds one token: a fuller one would let bursts through that, with what is refilled behind them, are more
    than half of a window.
    """

    clock: Clock
    limit: int = PUBLISHED_LIMIT
    _last: float | None = None
    _failures: int = field(default=0)

    def before(self) -> None:
        """Wait until the next call may go out."""
        if self._last is not None:
            wait = self._last + WINDOW_SECONDS / (self.limit / 2) - self.clock.now()
            if wait > 0:
                self.clock.sleep(wait)
        self._last = self.clock.now()

    def after(self, status: int, headers: Mapping[str, str], attempt: int) -> bool:
        """Take an answer in; True = the call is to be made again, the wait for it is over."""
        told = headers.get("x-ratelimit-limit", "").strip()
        if told.isascii() and told.isdigit() and int(told) > 0:
            self.limit = int(told)
        self._failures = self._failures + 1 if status >= 500 else 0
        if self._failures >= MOST_FAILURES_IN_A_ROW:
            raise OutageError(f"{self._failures} answers in a row were 5xx, the last one {status}: the run stops")
        if status != 429:
            return False
        if attempt >= MOST_WAITS_FOR_ONE_CALL:
            raise CannotJudgeError(f"still 429 after {attempt} waits: the run stops")
        wait = max(_seconds(headers.get("retry-after", "")), float(2**attempt))
        if wait > LONGEST_WAIT_SECONDS:
            raise CannotJudgeError(f"429 asks to wait {wait:.0f} s: the run stops")
        self.clock.sleep(wait)
        return True


def _seconds(text: str) -> float:
    """Retry-After in seconds; a date or nonsense leaves the wait to the back-off."""
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() else 0.0


@dataclass(slots=True)
class Budget:
    """The most calls that a run may make; None = no bound."""

    most: int | None = None
    spent: int = 0

    def spend(self) -> None:
        """One call, or the end of the run."""
        if self.most is not None and self.spent >= self.most:
            raise CannotJudgeError(f"the budget of {self.most} calls is spent")
        self.spent += 1

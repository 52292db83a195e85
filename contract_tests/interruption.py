"""Ctrl-C, which lets a call that makes something come to its end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Interruption:
    """SIGINT and SIGTERM as KeyboardInterrupt. Under the shield the first one waits: a request that is on its way would
    do its work after the clean-up has looked. The second one does not wait.
    """

    _shielded: bool = False
    _pending: bool = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle the signals."""
        before = {number: signal.signal(number, self._strike) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Hold the first signal back until the end of the block."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False
            if self._pending:
                self._pending = False
                raise KeyboardInterrupt

    def _strike(self, number: int, frame: FrameType | None) -> None:
        if self._shielded and not self._pending:
            self._pending = True
            return
        self._pending = False
        raise KeyboardInterrupt

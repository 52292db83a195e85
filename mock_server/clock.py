"""Time: the only module that reads the machine's clocks.

All moments inside are integers, milliseconds since the epoch in UTC.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Literal

FIRST_MOMENT = -30_610_224_000_000
LAST_MOMENT = 253_370_764_799_999
Mode = Literal["live", "frozen"]


def wall_ms() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """A clock of the machine that only moves forward."""
    return time.monotonic_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one workspace.

    `live`: wall time plus `offset`; `frozen`: stands at `frozen_at`. `moved` is the sum of all forward moves, which
    `elapsed()` and `wall_elapsed()` add to real time, so that both a client that sleeps and a test that advances get
    past a window.
    """

    mode: Mode = "live"
    offset: int = 0
    frozen_at: int = 0
    moved: int = 0

    def now(self) -> int:
        """What users see: the base of all timestamps, caps and sends."""
        return self.frozen_at if self.mode == "frozen" else wall_ms() + self.offset

    def elapsed(self) -> int:
        """Real time plus all forward moves, for this process: the base of rate-limit windows."""
        return monotonic_ms() + self.moved

    def wall_elapsed(self) -> int:
        """As `elapsed`, on an axis that a later process shares: the base of webhook retries."""
        return wall_ms() + self.moved

    def advanced_to(self, moment: int) -> Clock:
        """This clock, moved forward to `moment`."""
        step = max(0, moment - self.now())
        if self.mode == "frozen":
            return replace(self, frozen_at=max(moment, self.frozen_at), moved=self.moved + step)
        return replace(self, offset=self.offset + step, moved=self.moved + step)

    def set_to(self, mode: Mode, moment: int) -> Clock:
        """This clock in `mode`, showing `moment`; a backward set moves no window."""
        step = max(0, moment - self.now())
        if mode == "frozen":
            return Clock("frozen", 0, moment, self.moved + step)
        return Clock("live", moment - wall_ms(), 0, self.moved + step)


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso(moment: int) -> str:
    """`2026-05-26T03:47:31.448Z`."""
    return f"{_second_text(moment // 1000)}.{moment % 1000:03d}Z"


def iso_or_none(moment: int | None) -> str | None:
    """`iso` for a moment that may be missing."""
    return None if moment is None else iso(moment)


def iso_offset(moment: int) -> str:
    """`2026-02-03T12:54:54+00:00`, the form of a few fields (R1)."""
    return _second_text(moment // 1000) + "+00:00"


def iso_millis_offset(moment: int) -> str:
    """`2026-03-02T09:00:00.000+00:00`, the form of most moments in webhooks (HC, S4)."""
    return f"{_second_text(moment // 1000)}.{moment % 1000:03d}+00:00"


def mail_date(moment: int) -> str:
    """`Mon, 02 Mar 2026 09:00:00 +0000`, as in the Date header of a mail."""
    return format_datetime(datetime.fromtimestamp(moment // 1000, UTC))


def parse_moment(text: str) -> int:
    """Read a date or a date-time (ISO 8601, also with a space) as UTC milliseconds.

    ValueError if it is neither, or not in the years 1000 to 9998 in UTC, which `iso` can always write.
    """
    moment = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    found = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    if not FIRST_MOMENT <= found <= LAST_MOMENT:
        raise ValueError(f"{text!r} is out of range")
    return found

"""Disturbances of webhooks on demand: what networks and senders do to deliveries on a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["duplicate", "reorder", "delay", "drop", "bad_signature"]


@dataclass(slots=True)
class Disturbance:
    """What happens to the attempts of a workspace, the next `times` of them or all; `delay` in milliseconds.

    What each kind means is told by the control API. At most one delivery per webhook is held back by `reorder`, and an
    attempt is put off once by `delay`.
    """

    kind: Kind
    delay: int = 0
    times: int | None = None
    event_type: str | None = None

    def strikes(self, event_type: str) -> bool:
        """Whether it happens to an attempt that starts now, which is counted."""
        if self.times == 0 or self.event_type not in (None, event_type):
            return False
        if self.times is not None:
            self.times -= 1
        return True

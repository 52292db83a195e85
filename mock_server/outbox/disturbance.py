"""Disturbances of webhooks on demand: what networks and senders do to deliveries on a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["duplicate", "reorder", "delay", "drop", "bad_signature"]


@dataclass(slots=True)
class Disturbance:
    """What happens to the attempts of a workspace, the next `times` of them or all.

    `duplicate`: the request is sent twice in a row; the first answer counts, both are kept as attempts of one number.
    `reorder`: a delivery waits until another one of its webhook was sent, at most one per webhook at a time; a flush
    does not wait for another one. `delay`: it is sent `delay` milliseconds later. `drop`: it is not sent but taken as
    a success; its attempt has no status and says so in `error`. `bad_signature`: it is signed with a wrong secret,
    also where there is none.
    """

    kind: Kind
    delay: int = 0
    times: int | None = None
    event_type: str | None = None

    def take(self, event_type: str) -> Kind | None:
        """What happens to an attempt that starts now; it is counted."""
        if self.times == 0 or self.event_type not in (None, event_type):
            return None
        if self.times is not None:
            self.times -= 1
        return self.kind

"""How much a run does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tier = Literal["smoke", "pull-request", "nightly"]

#: what a rule of a machine must reach in the tiers that are held to it
FEWEST_RUNS = 20
LARGEST_SHARE_REJECTED = 0.3


@dataclass(frozen=True, slots=True)
class Effort:
    """The amounts of one tier."""

    name: Tier
    #: stories that each machine tells, and calls in the longest of them
    machine_examples: int
    machine_steps: int
    #: requests that are generated for each operation
    shape_examples: int
    #: whether each operation must have succeeded once and each rule must have run often enough
    is_held_to_coverage: bool
    #: how long the story of a violation may be made shorter; 0 = it is told as it was found
    shrink_seconds: float = 20.0


TIERS: Mapping[Tier, Effort] = {
    effort.name: effort
    for effort in (
        Effort("smoke", 2, 12, 0, False),
        Effort("pull-request", 30, 30, 10, True),
        Effort("nightly", 250, 50, 100, True),
    )
}

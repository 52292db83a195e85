"""What a run was about."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.document import Api


@dataclass(frozen=True, slots=True)
class About:
    """Told by every report."""

    base_url: str
    api: Api
    seed: int
    tier: str
    #: the moment, for people
    at: str

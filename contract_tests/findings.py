"""What a run finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract_tests.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold."""

    phase: str
    operation: str
    check: str
    message: str
    exchange: Exchange | None = None
    #: the calls that lead there, in order, where one call is not enough
    story: Sequence[Exchange] = ()

    def as_data(self) -> Mapping[str, Any]:
        """For reports."""
        shown: dict[str, Any] = {
            "phase": self.phase, "operation": self.operation, "check": self.check, "message": self.message,
        }  # fmt: skip
        if self.exchange is not None:
            shown |= {
                "status": self.exchange.status, "answer": self.exchange.text[:2000], "curl": self.exchange.curl(),
                "python": self.exchange.python(),
            }  # fmt: skip
        if self.story:
            shown["story"] = [
                {"method": one.method, "url": one.url, "status": one.status, "curl": one.curl(), "python": one.python()}
                for one in self.story
            ]
        return shown

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.operation or self.phase

    @property
    def calls(self) -> Sequence[Exchange]:
        """What shows it again, in order: of the reads on the way only the one where it was seen."""
        if self.exchange is None:
            return ()
        return [*(one for one in self.story if one.method != "GET" and one is not self.exchange), self.exchange]

    @property
    def script(self) -> str:
        """The calls as a program."""
        lines = [line for one in self.calls for line in one.python().splitlines()]
        imports = [line for line in ("import os", "import httpx") if line in lines]
        return "\n".join([*imports, "", *(line for line in lines if line and not line.startswith("import "))]) + "\n"

"""What a run consists of. A phase plans, runs and yields what it finds; runner and reports know no phase by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contract_tests.answers import UNJUDGED, Judge
from contract_tests.capabilities import Capabilities
from contract_tests.document import Api
from contract_tests.effort import FEWEST_RUNS, LARGEST_SHARE_REJECTED, Effort
from contract_tests.errors import CannotJudgeError
from contract_tests.exchange import NO_BODY, Exchange
from contract_tests.findings import Finding
from contract_tests.safety import Safety
from contract_tests.target import Target

#: where a mock's clock stands when a phase begins: a Monday
MOMENT = "2026-03-02T08:00:00Z"


@dataclass(slots=True)
class RuleCount:
    """How often a rule of a machine was drawn."""

    ran: int = 0
    rejected: int = 0

    @property
    def weakness(self) -> str:
        """Why it says too little; empty = it does not."""
        if self.ran < FEWEST_RUNS:
            return f"ran {self.ran} times, fewer than {FEWEST_RUNS}"
        share = self.rejected / (self.ran + self.rejected)
        return f"rejected {share:.0%} of its draws" if share > LARGEST_SHARE_REJECTED else ""


@dataclass(slots=True)
class Tally:
    """What was done so far."""

    #: operation -> calls of it whose answer was judged
    judged: dict[str, int] = field(default_factory=dict)
    #: operation -> why it was not called
    refused: dict[str, str] = field(default_factory=dict)
    #: operation -> answers that say nothing about the API
    unjudged: dict[str, int] = field(default_factory=dict)
    #: operations that succeeded at least once
    answered: set[str] = field(default_factory=set)
    #: `machine.rule` -> how often
    rules: dict[str, RuleCount] = field(default_factory=dict)
    #: check -> operation -> how often it was made
    checks: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def not_sent(self) -> dict[str, str]:
        """Operations of which no call was sent, and why."""
        return {operation: why for operation, why in self.refused.items() if operation not in self.judged}

    def add(self, other: Tally) -> None:
        """Take in what another worker did."""
        for mine, theirs in ((self.judged, other.judged), (self.unjudged, other.unjudged)):
            for operation, count in theirs.items():
                mine[operation] = mine.get(operation, 0) + count
        self.refused |= other.refused
        self.answered |= other.answered
        for rule, counted in other.rules.items():
            count_here = self.rules.setdefault(rule, RuleCount())
            count_here.ran += counted.ran
            count_here.rejected += counted.rejected
        for check, operations in other.checks.items():
            for operation, count in operations.items():
                self.note_check(check, operation, count)

    def note_check(self, check: str, operation: str, count: int = 1) -> None:
        """A check was made of an answer of an operation."""
        made = self.checks.setdefault(check, {})
        made[operation] = made.get(operation, 0) + count


@dataclass(frozen=True, slots=True)
class World:
    """What a phase works with."""

    api: Api
    target: Target
    capabilities: Capabilities
    judge: Judge
    seed: int
    tally: Tally
    effort: Effort
    #: the same server with another key, where there is one
    foreign: Target | None = None

    def judged(self, phase: str, exchange: Exchange) -> Iterator[Finding]:
        """What an answer to an operation has against the document."""
        operation = exchange.operation
        if exchange.status in UNJUDGED:
            self.tally.unjudged[operation] = self.tally.unjudged.get(operation, 0) + 1
            return
        self.tally.judged[operation] = self.tally.judged.get(operation, 0) + 1
        self.tally.note_check(phase, operation)
        if 200 <= exchange.status < 300:
            self.tally.answered.add(operation)
        for check, message in self.judge.problems(exchange):
            yield Finding(phase, operation, check, message, exchange)

    @property
    def can_be_emptied(self) -> bool:
        """Whether the world is the run's own, with a clock that it may move."""
        return self.capabilities.is_own_world and self.target.safety.mode == "write"

    def fresh(self) -> None:
        """On a mock: an empty workspace whose clock stands still. Elsewhere the account stays as it is."""
        if not self.can_be_emptied:
            return
        for target in (self.target, self.foreign):
            if target is not None:
                self._control(target, "POST", "/reset")
                if self.capabilities.settings:
                    self._control(target, "PUT", "/settings", {"edition": self.api.edition, "rate_limit": "off"})
                self._control(target, "PUT", "/clock", {"mode": "frozen", "now": MOMENT})
                target.ledger.forget()

    @staticmethod
    def _control(target: Target, method: str, path: str, body: object = NO_BODY) -> None:
        answer = target.control(method, path, body)
        if answer.status != 200:
            raise CannotJudgeError(f"the control API answers {answer.status} to {method} {path}: {answer.text[:200]}")


@dataclass(frozen=True, slots=True)
class Planned:
    """One call that would be made, or would not."""

    operation: str
    call: str
    #: why not; None = it would be sent
    refusal: str | None


class Phase(Protocol):
    """One part of a run."""

    @property
    def name(self) -> str:
        """As the command line and reports call it."""
        ...

    def parts(self, api: Api) -> Sequence[str]:
        """Pieces that can run alone and in any order, each in a worker of its own."""
        ...

    def plan(self, api: Api, safety: Safety, seed: int) -> Iterator[Planned]:
        """What it would do; sends nothing."""
        ...

    def run(self, world: World, part: str) -> Iterator[Finding]:
        """Do a part. RefusedBySafetyError, BrokenAnswerError and CannotJudgeError may come out of every call."""
        ...

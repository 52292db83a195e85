"""A machine as a phase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import hypothesis
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from contract_tests.document import Api
from contract_tests.effort import FEWEST_RUNS
from contract_tests.findings import Finding
from contract_tests.machines.base import Machine, StoryEndError, Telling, ViolationError, can_call
from contract_tests.phases import Planned, RuleCount, World
from contract_tests.safety import Safety

#: how often stories are told for rules that ran too seldom, and which share of a tier's stories then
_MOST_TURNS, _SHARE_OF_TURNS = 5, 3
#: between the seeds of two turns
_TURN = 100


@dataclass(frozen=True, slots=True)
class MachinePhase:
    """Tells the stories of one machine until one ends in a violation."""

    machine: type[Machine]

    @property
    def name(self) -> str:
        """The family."""
        return self.machine.family

    def parts(self, api: Api) -> Sequence[str]:
        """Shares of its stories, each drawn from a seed of its own."""
        return tuple(str(number) for number in range(1, self.machine.shares + 1))

    def plan(self, api: Api, safety: Safety, seed: int) -> Iterator[Planned]:
        """One line for each operation that its rules may call: which calls, is drawn."""
        operations = {one for rule in self.machine.actions.values() for one in (*rule.needs, *rule.one_of)} | {
            *self.machine.needs
        }
        for one in sorted(operations & {operation.id for operation in api}):
            refusal = safety.class_refusal(one)
            if self.machine.needs_mock and not safety.is_mock:
                refusal = "its stories need a world of their own, with a clock that they move"
            elif safety.mode == "read":
                refusal = refusal or "its stories change things"
            yield Planned(one, f"as the {self.name} stories draw it", refusal)

    def run(self, world: World, part: str) -> Iterator[Finding]:
        """Tell stories, and some more when a rule was drawn too seldom to say anything."""
        if not self._can_tell(world):
            return
        names = [f"{self.name}.{rule}" for rule in self.machine.rules_of(world)]
        counts = [world.tally.rules.setdefault(name, RuleCount()) for name in names]
        begun = [count.ran for count in counts]
        telling = Telling(world)
        for turn in range(_MOST_TURNS if world.effort.is_held_to_coverage else 1):
            self._tell(telling, int(part), turn)
            if telling.violation is not None:
                found = telling.violation
                yield Finding(
                    self.name, found.exchange.operation, found.check, found.message, found.exchange, telling.shortest
                )
                return
            if all(
                (count.ran - at) * self.machine.shares >= FEWEST_RUNS for count, at in zip(counts, begun, strict=True)
            ):
                return

    def _tell(self, telling: Telling, part: int, turn: int) -> None:
        examples = telling.world.effort.machine_examples // self.machine.shares // (1 if turn == 0 else _SHARE_OF_TURNS)
        try:
            run_state_machine_as_test(
                self._factory(telling, part, turn), settings=self._settings(telling.world, max(1, examples))
            )
        except StoryEndError as end:
            if end.cause is not None:
                raise end.cause from None
        except (ViolationError, HypothesisException):
            # A server that answers differently the second time is told with the story that was found first.
            if telling.violation is None:
                raise

    def _can_tell(self, world: World) -> bool:
        is_possible = can_call(world, self.machine.needs) and world.target.safety.mode == "write"
        return is_possible and (world.can_be_emptied or not self.machine.needs_mock)

    def _factory(self, telling: Telling, part: int, turn: int) -> Any:
        def tell() -> Machine:
            return self.machine(telling)

        return hypothesis.seed(telling.world.seed * 1000 + part + _TURN * turn)(tell)

    def _settings(self, world: World, examples: int) -> hypothesis.settings:
        return hypothesis.settings(
            max_examples=examples, stateful_step_count=world.effort.machine_steps, database=None, deadline=None,
            report_multiple_bugs=False, print_blob=False, suppress_health_check=list(hypothesis.HealthCheck),
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink), verbosity=hypothesis.Verbosity.quiet,
        )  # fmt: skip

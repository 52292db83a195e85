"""Breadth: good, odd and wrong requests to every operation, and what must come back whatever it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.document import Api, Operation
from contract_tests.errors import CannotJudgeError
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import Planned, World
from contract_tests.safety import Safety
from contract_tests.safety_table import RULES
from contract_tests.shape import gates, oddities
from contract_tests.shape.cases import judged_case
from contract_tests.shape.director import Director, noted
from contract_tests.shape.generation import Generator
from contract_tests.shape.gone import gone
from contract_tests.shape.learning import TELLS, Learned
from contract_tests.shape.requests import Writer
from contract_tests.shape.sending import asked
from contract_tests.shape.stage import Stage
from contract_tests.shape.strangers import strangers
from contract_tests.shape.validity import Validity
from contract_tests.shape.witness import Witness

#: the part that deletes things and looks for them
_GONE = "gone"
_GATES = "gates"
#: the part that another key plays
_STRANGERS = "strangers"
_OF_A_STAGE: Mapping[str, Callable[[str, World, Stage], Iterator[Finding]]] = {_GONE: gone, _STRANGERS: strangers}
#: generated requests for an operation of a service that others use as well
_MOST_ELSEWHERE = 1


class Shape:
    """Schemathesis makes the requests; the target sends them; the document judges."""

    name = "shape"

    def parts(self, api: Api) -> Sequence[str]:
        """The families of the document, then what is deleted, then other keys, then paths and wrong keys."""
        return (*sorted({_family(one) for one in api if one.id in RULES}), _GONE, _STRANGERS, _GATES)

    def plan(self, api: Api, safety: Safety, seed: int) -> Iterator[Planned]:
        """One line for each operation: what is generated is not known before."""
        for operation in api:
            if operation.id in RULES:
                call = f"{operation.route.method} {operation.route.path} with generated arguments"
                yield Planned(operation.id, call, self._refusal(operation, safety))

    def run(self, world: World, part: str) -> Iterator[Finding]:
        """Do a part."""
        world.fresh()
        refused: list[Finding] = []
        with noted(refused):
            yield from self._run(world, part)
        yield from refused

    def _run(self, world: World, part: str) -> Iterator[Finding]:
        stage = Stage.build(Director.of(self.name, world)) if world.can_be_emptied else None
        if part == _GATES:
            yield from gates.gates(self.name, world, _ids(world, stage))
        elif part not in _OF_A_STAGE:
            yield from self._family(world, stage, part)
        elif stage is not None:
            yield from _OF_A_STAGE[part](self.name, world, stage)

    def _refusal(self, operation: Operation, safety: Safety) -> str | None:
        refusal = safety.class_refusal(operation.id)
        if refusal is None and not safety.is_mock and RULES[operation.id].kind != "read":
            return "a malformed request that changes something cannot be looked through"
        return refusal

    def _family(self, world: World, stage: Stage | None, part: str) -> Iterator[Finding]:
        amount = world.effort.shape_examples if stage is not None else min(_MOST_ELSEWHERE, world.effort.shape_examples)
        family = [one for one in world.api if one.id in RULES and _family(one) == part]
        generator = Generator(world.api.edition, family, world.seed) if amount else None
        ids = {} if stage is not None else _ids(world, None)
        for operation in family:
            refusal = self._refusal(operation, world.target.safety)
            if refusal is not None:
                world.tally.refused[operation.id] = refusal
                continue
            refused: list[Finding] = []
            with noted(refused):
                yield from self._operation(world, stage, operation, generator, amount, ids)
            yield from refused

    def _operation(
        self, world: World, stage: Stage | None, operation: Operation, generator: Generator | None, amount: int,
        ids: Mapping[str, Any],
    ) -> Iterator[Finding]:  # fmt: skip
        given = stage.given(operation) if stage is not None else ids
        witness = Witness(stage.director, stage.ids) if stage is not None and generator is not None else None
        before = witness.seen() if witness is not None else None
        validity, accepted = Validity(world.api), False
        for exchange, findings in oddities.odd(self.name, world, operation, given, validity):
            accepted |= 200 <= exchange.status < 300
            yield from self._noted(world, exchange, findings)
        cases = list(generator.cases(operation, amount)) if generator is not None else []
        wrong = [case for case in cases if validity.of(operation, case.query, case.body).wrong]
        for case in wrong:
            for exchange, findings in judged_case(self.name, world, case, given, validity):
                accepted |= 200 <= exchange.status < 300
                yield from self._noted(world, exchange, findings)
        if witness is not None and not accepted and before is not None:
            yield from witness.changes(self.name, operation, before)
        yield from self._example(world, stage, operation, given)
        for case in cases:
            if case not in wrong:
                for exchange, findings in judged_case(self.name, world, case, given, validity):
                    yield from self._noted(world, exchange, findings)

    def _example(
        self, world: World, stage: Stage | None, operation: Operation, given: Mapping[str, Any]
    ) -> Iterator[Finding]:
        """The documented example. Where nothing is missing it must succeed: refusals alone would prove nothing."""
        writer = Writer(world.target.ledger.run, world.target.safety.domain, dict(given))
        exchange = asked(world, world.target, operation, writer.request(operation))
        if exchange is None:
            return
        findings: list[Finding] = []
        if stage is not None and 400 <= exchange.status < 500 and exchange.status != 429:
            message = f"refuses its own example with {exchange.status}: {exchange.text[:200]}"
            findings.append(Finding(self.name, operation.id, "example", message, exchange))
        yield from self._noted(world, exchange, findings)

    def _noted(self, world: World, exchange: Exchange, findings: Sequence[Finding]) -> Iterator[Finding]:
        if exchange.status == 401 and exchange.with_key:
            # A key that has ended says nothing about the API; one that works elsewhere is refused here.
            if gates.key_works(world):
                message = "refuses a key that works elsewhere"
                yield Finding(self.name, exchange.operation, "authentication", message, exchange)
                return
            raise CannotJudgeError("the key does not work any more")
        yield from world.judged(self.name, exchange)
        yield from findings


def _family(operation: Operation) -> str:
    return operation.tags[0] if operation.tags else "other"


def _ids(world: World, stage: Stage | None) -> dict[str, Any]:
    """Ids that are there: the stage's, or the first ones that lists tell."""
    if stage is not None:
        return dict(stage.ids)
    learned = Learned(Writer(world.target.ledger.run, world.target.safety.domain))
    for name in TELLS:
        if name in world.api and RULES[name].kind == "read":
            request = learned.writer.request(world.api[name])
            learned.learn(world.target.call(name, path=request.path, query=request.query))
    return learned.writer.ids

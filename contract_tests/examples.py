"""The first phase: every operation gets its documented example, and what it answers is held against the document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from contract_tests.answers import UNJUDGED
from contract_tests.document import Api, Operation
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import Exchange, NoBody
from contract_tests.findings import Finding
from contract_tests.phases import Planned, World
from contract_tests.safety import Safety
from contract_tests.safety_table import ID_NAMES, RULES
from contract_tests.shape.director import Director, noted
from contract_tests.shape.learning import TELLS, Learned
from contract_tests.shape.requests import Request, Writer
from contract_tests.shape.stage import Stage


class Examples:
    """Documented examples, makers first and removers last, else in an order that the seed draws."""

    name = "examples"

    def plan(self, api: Api, safety: Safety, seed: int) -> Iterator[Planned]:
        """Each operation with its example; ids that calls before it would have told are placeholders, which the safety
        of a plan takes for the run's own.
        """
        learned = Learned(Writer(safety.ledger.run, safety.domain))
        for operation in _ordered(api, seed):
            request = learned.writer.request(operation)
            body = "" if isinstance(request.body, NoBody) else " " + json.dumps(request.body, ensure_ascii=False)
            query = "&".join(f"{name}={value}" for name, value in request.query.items())
            call = f"{operation.route.method} {operation.route.path}{'?' if query else ''}{query}{body}"
            yield Planned(operation.id, call, _refusal(safety, operation, request))
            made = RULES[operation.id].creates
            if made is not None and made not in learned.own:
                for kind in (made, "lead_map") if made == "lead" else (made,):
                    learned.take(kind, f"<{kind}>", is_own=True)
                    safety.ledger.adopt(kind, f"<{kind}>")

    def parts(self, api: Api) -> Sequence[str]:
        """They build on each other."""
        return ("",)

    def run(self, world: World, part: str) -> Iterator[Finding]:
        """Send them. On a mock each operation finds what it needs to succeed; elsewhere it finds what is there."""
        world.fresh()
        refused: list[Finding] = []
        if world.can_be_emptied:
            with noted(refused):
                stage = Stage.build(Director.of(self.name, world))
            if not refused:
                yield from self._succeeding(world, stage)
            yield from refused
            return
        learned = Learned(Writer(world.target.ledger.run, world.target.safety.domain))
        for operation in _ordered(world.api, world.seed):
            exchange = _sent(world, operation, learned.writer)
            if exchange is not None:
                learned.learn(exchange)
                yield from world.judged(self.name, exchange)

    def _succeeding(self, world: World, stage: Stage) -> Iterator[Finding]:
        """Every operation once, with all that it needs: there is nothing to refuse."""
        for operation in _ordered(world.api, world.seed):
            refused: list[Finding] = []
            with noted(refused):
                writer = Writer(world.target.ledger.run, world.target.safety.domain, stage.given(operation))
                exchange = _sent(world, operation, writer)
                if exchange is not None:
                    yield from world.judged(self.name, exchange)
                    if 400 <= exchange.status < 500 and exchange.status not in UNJUDGED:
                        message = f"refuses its own example with {exchange.status}: {exchange.text[:200]}"
                        yield Finding(self.name, operation.id, "example", message, exchange)
            yield from refused


def _sent(world: World, operation: Operation, writer: Writer) -> Exchange | None:
    """The answer to the example of an operation; None = safety does not let it through."""
    request = writer.request(operation)
    try:
        return world.target.call(operation.id, path=request.path, query=request.query, body=request.body)
    except RefusedBySafetyError as refusal:
        world.tally.refused[operation.id] = refusal.reason
        return None


def _refusal(safety: Safety, operation: Operation, request: Request) -> str | None:
    try:
        safety.check(operation, request.path, request.query, request.body)
    except RefusedBySafetyError as refusal:
        return refusal.reason
    return None


def _ordered(api: Api, seed: int) -> list[Operation]:
    def rank(operation: Operation) -> tuple[int, str]:
        drawn = hashlib.sha256(f"{seed} {operation.id}".encode()).hexdigest()
        return _turn(operation), drawn

    return sorted((one for one in api if one.id in RULES), key=rank)


def _turn(operation: Operation) -> int:
    rule = RULES[operation.id]
    if rule.kind == "read":
        has_path = any(True for _ in operation.parameters_in("path"))
        return (3 if has_path else 2) if operation.id in TELLS else 4
    if operation.route.method == "DELETE":
        # A campaign takes with it what the others remove.
        return 7 if operation.id == "delete_campaign" else 6
    if rule.creates is None and operation.id not in TELLS:
        return 5
    names_others = any(_names_of(example) & set(ID_NAMES) for example in operation.body_examples)
    return 1 if rule.needs or names_others else 0


def _names_of(example: Any) -> set[str]:
    return {name for name, value in example.items() if value is not None} if isinstance(example, dict) else set()

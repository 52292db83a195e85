"""Another key is a stranger: its lists show nothing of ours, our ids say nothing to it, and it changes nothing here."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.document import Operation
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.safety_table import RULES
from contract_tests.shape.absent import Absence
from contract_tests.shape.requests import Writer
from contract_tests.shape.sending import asked
from contract_tests.shape.stage import Stage
from contract_tests.shape.witness import Witness
from contract_tests.target import Target

#: what only the leads and mailboxes of a stage have in their addresses
_OURS = "@simulator.test"


def strangers(phase: str, world: World, stage: Stage) -> Iterator[Finding]:
    """Every operation with another key; last those that name nothing of ours: what they make there may get our ids."""
    foreign = world.foreign
    if foreign is None:
        return
    absence = Absence("isolation", "a thing of another key", stage.ids, {})
    witness = Witness(stage.director, stage.ids)
    before = witness.seen()
    operations = [operation for operation in world.api if operation.id in RULES]
    naming = [operation for operation in operations if absence.is_named(foreign, operation)]
    for operation in operations:
        if RULES[operation.id].kind == "read":
            yield from _shown(phase, world, foreign, operation)
    for operation in naming:
        yield from absence.problems(phase, world, foreign, operation)
        if RULES[operation.id].kind != "read":
            yield from witness.changes(phase, operation, before)
    for operation in operations:
        if operation not in naming and RULES[operation.id].kind != "read":
            _ask(world, foreign, operation)
            yield from witness.changes(phase, operation, before)


def _shown(phase: str, world: World, foreign: Target, operation: Operation) -> Iterator[Finding]:
    """What a reading operation tells somebody who has nothing."""
    exchange = _ask(world, foreign, operation)
    if exchange is None or exchange.status >= 400:
        return
    # Some answers repeat the key, and a mock's stranger has one that is named after the run.
    told = foreign.key.redact(exchange.text)
    if _OURS in told or world.target.ledger.run in told:
        message = f"shows another key what is ours: {exchange.text[:200]}"
        yield Finding(phase, operation.id, "isolation", message, exchange)


def _ask(world: World, foreign: Target, operation: Operation) -> Exchange | None:
    return asked(world, foreign, operation, Writer(foreign.ledger.run, foreign.safety.domain).request(operation))

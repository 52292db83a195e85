"""What holds after any step of any story, whatever the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.document import Operation
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import Exchange
from contract_tests.machines.base import REFUSALS, Machine
from contract_tests.safety_table import ID_NAMES, RULES


def gone(machine: Machine, kind: str, one: int | str, others: Mapping[str, int | str]) -> None:
    """What was deleted is gone everywhere: no reading operation that takes its id shows it any more. `others` are ids
    of other kinds, for paths that have two.
    """
    for operation in _reads_of(machine, kind):
        ids = {**others, kind: one}
        names = {parameter.name: ID_NAMES.get(parameter.name, "") for parameter in operation.parameters_in("path")}
        if all(named in ids for named in names.values()):
            path = {name: ids[named] for name, named in names.items()}
            exchange = machine.call(operation.id, path=path, ok=(200, *REFUSALS))
            machine.hold(shows_nothing(exchange), f"{kind} {one} was deleted and is still shown", exchange)


def not_under(machine: Machine, operation_id: str, path: Mapping[str, Any], **arguments: Any) -> Exchange:
    """A child is not reachable through a parent that is not its own, and the try leaves no trace."""
    return machine.refused(operation_id, path=path, **arguments)


def unseen(machine: Machine, operation_id: str, *, path: Mapping[str, Any] | None = None) -> None:
    """Another key sees nothing of the run: neither a name nor an address. Ids may be the same in both worlds."""
    foreign = machine.world.foreign
    if foreign is None:
        return
    try:
        exchange = machine.call(operation_id, path=path, ok=(200, *REFUSALS), by=foreign)
    except RefusedBySafetyError:
        return
    machine.hold(machine.run not in exchange.text, "another key sees what this one made", exchange)


def shows_nothing(exchange: Exchange) -> bool:
    """A refusal, or an answer without content: `{}`, no rows, figures of zero."""
    return exchange.status >= 400 or not _has_content(exchange.json)


def _has_content(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_content(inner) for name, inner in value.items() if name not in _FRAME)
    if isinstance(value, list):
        return any(_has_content(inner) for inner in value)
    return isinstance(value, str) and value not in ("", "0", "0%", "0.00", "0.00%") and not _is_number_of_zero(value)


#: members that say how an answer is framed, and nothing of what it shows
_FRAME = frozenset({"ok", "success", "offset", "limit", "skip", "message", "hasMore"})


def _is_number_of_zero(text: str) -> bool:
    try:
        return float(text.rstrip("%")) == 0
    except ValueError:
        return False


def _reads_of(machine: Machine, kind: str) -> Iterator[Operation]:
    """GET operations whose path names a thing of that kind, and needs nothing in its query."""
    for operation in machine.world.api:
        rule = RULES.get(operation.id)
        kinds = {ID_NAMES.get(parameter.name) for parameter in operation.parameters_in("path")}
        needed = any(parameter.required for parameter in operation.parameters_in("query"))
        if (
            rule is not None
            and rule.kind == "read"
            and operation.route.method == "GET"
            and kind in kinds
            and not needed
        ):
            yield operation

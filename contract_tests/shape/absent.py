"""What is not there for somebody: every operation answers to its id as to one that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.document import Operation
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.shape.requests import Request, Writer
from contract_tests.shape.sending import asked
from contract_tests.target import Target

#: far above every id that a small world gives out
_FAR = 7_000_000


@dataclass(frozen=True, slots=True)
class Absence:
    """Ids that must look unknown to a caller."""

    #: the check, and what is said of the ids when it fails
    check: str
    what: str
    #: kind of thing -> its id; `others` are there
    ids: Mapping[str, Any]
    others: Mapping[str, Any]

    def is_named(self, target: Target, operation: Operation) -> bool:
        """Whether the operation takes any of the ids."""
        ours, theirs = self._requests(target, operation)
        return ours != theirs

    def _requests(self, target: Target, operation: Operation) -> tuple[Request, Request]:
        """The operation's example with the ids, and with ids that nobody has."""
        never = {kind: _far(one) for kind, one in self.ids.items()}
        ours, theirs = (
            Writer(target.ledger.run, target.safety.domain, {**self.others, **ids}).request(operation)
            for ids in (self.ids, never)
        )
        return ours, theirs

    def problems(self, phase: str, world: World, target: Target, operation: Operation) -> Iterator[Finding]:
        """What an operation tells of the ids; nothing when it takes none of them."""
        ours, theirs = self._requests(target, operation)
        if ours == theirs:
            return
        answer, unknown = asked(world, target, operation, ours), asked(world, target, operation, theirs)
        if answer is None or unknown is None or 429 in (answer.status, unknown.status):
            return
        yield from world.judged(phase, answer)
        if answer.status != unknown.status:
            message = (
                f"answers {answer.status} for {self.what}, {unknown.status} for one that never was: {answer.text[:160]}"
            )
            yield Finding(phase, operation.id, self.check, message, answer)
        elif answer.status < 400 and _blank(answer, self.ids.values()) != _blank(unknown, map(_far, self.ids.values())):
            yield Finding(
                phase, operation.id, self.check, f"shows something of {self.what}: {answer.text[:200]}", answer
            )


def _far(one: Any) -> Any:
    return one + _FAR if isinstance(one, int) else f"nobody-{one}"


def _blank(exchange: Exchange, ids: Iterable[Any]) -> str:
    """The answer without the ids, which some refusals and successes repeat."""
    text = exchange.text
    for one in sorted({str(one) for one in ids}, key=len, reverse=True):
        text = text.replace(one, "#")
    return text

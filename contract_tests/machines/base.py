"""What all machines have in common: how they call, what they hold every answer to, and how a story ends."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from hypothesis.strategies import SearchStrategy

from contract_tests.answers import UNJUDGED
from contract_tests.capabilities import harmless
from contract_tests.editions import Edition, written
from contract_tests.errors import UNREADABLE, ContractError
from contract_tests.exchange import NO_BODY, Exchange
from contract_tests.phases import RuleCount, World
from contract_tests.target import Target

SUCCESS: Collection[int] = range(200, 300)
#: how a wrong or impossible request may be refused
REFUSALS: Collection[int] = (400, 403, 404, 409, 422)


class ViolationError(AssertionError):
    """The API does not do what the model says."""

    def __init__(self, check: str, message: str, exchange: Exchange) -> None:
        super().__init__(message)
        self.check = check
        self.message = message
        self.exchange = exchange


class StoryEndError(BaseException):
    """Ends a whole phase, past Hypothesis, which would try again."""

    def __init__(self, cause: ContractError | None = None) -> None:
        super().__init__()
        self.cause = cause


class _RejectedError(Exception):
    """What was drawn makes no sense now."""


class _SilentError(Exception):
    """An answer that says nothing about the API: the story cannot go on."""


@dataclass(slots=True)
class Telling:
    """What outlives a story: the world, and the shortest way to a violation so far."""

    world: World
    story: list[Exchange] = field(default_factory=list)
    violation: ViolationError | None = None
    shortest: Sequence[Exchange] = ()
    #: when the first violation was found
    found_at: float = 0.0

    def note(self, violation: ViolationError) -> None:
        """A story that ends in a violation; StoryEndError when there is no time to look for a shorter one."""
        if self.violation is None:
            self.found_at = self.world.target.wire.clock.now()
        if self.violation is None or len(self.story) <= len(self.shortest):
            self.violation, self.shortest = violation, list(self.story)
        self.check_time()

    def check_time(self) -> None:
        """StoryEndError when a violation is known and has been made short for long enough."""
        spent = self.world.target.wire.clock.now() - self.found_at
        if self.violation is not None and spent >= self.world.effort.shrink_seconds:
            raise StoryEndError


@dataclass(frozen=True, slots=True)
class Action:
    """A rule: what it needs, when it makes sense, what is drawn for it."""

    tell: Callable[..., None]
    needs: Sequence[str]
    #: operations of which one is enough
    one_of: Sequence[str]
    when: Callable[[Any], bool] | None
    drawn: Mapping[str, SearchStrategy[Any]]

    def __get__(self, machine: Machine | None, owner: type[Machine]) -> Any:
        """One rule may tell another."""
        return self if machine is None else functools.partial(self.tell, machine)


def action(
    *needs: str, one_of: Sequence[str] = (), when: Callable[[Any], bool] | None = None, **drawn: SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Any]:
    """A rule of a machine. `needs` are the operations that it calls beside those of the machine, `one_of` some of which
    it calls those that are there, `when` a condition on the machine's model; other arguments are drawn.
    """
    return lambda tell: Action(tell, needs, one_of, when, drawn)


class Machine(RuleBasedStateMachine):
    """A story about one family. Subclasses have rules made with `action`, and a model in plain Python.

    Every call is held against the document; answers that say nothing about the API end the story quietly.
    """

    #: the name of its phase
    family: ClassVar[str]
    #: operations without which it says nothing about an edition
    needs: ClassVar[Sequence[str]]
    #: whether it needs a world of its own: a clock that it moves, events that it makes happen
    needs_mock: ClassVar[bool] = False
    #: into how many parts its stories are dealt
    shares: ClassVar[int] = 1
    #: its rules, those of its bases included
    actions: ClassVar[Mapping[str, Action]]

    def __init__(self, telling: Telling) -> None:
        super().__init__()
        telling.check_time()
        telling.story = []
        self.telling = telling
        self.world = telling.world
        self.edition = Edition.of(telling.world.api.edition)
        self.is_over = False
        self._actions = {name: self.actions[name] for name in self.rules_of(telling.world)}
        self._counter = 0
        with self._ending():
            self.world.fresh()
            self.begin()

    def begin(self) -> None:
        """Make what every story starts with."""

    @property
    def run(self) -> str:
        """The prefix of every name."""
        return self.world.target.ledger.run

    def has(self, *operations: str) -> bool:
        """Whether the edition has them all, and they may be called."""
        return can_call(self.world, operations)

    def new_name(self, what: str = "") -> str:
        """A name that only this run can have given."""
        self._counter += 1
        return f"{self.run} {what or self.family} {self._counter}"

    def address(self, user: str, subdomain: str = "") -> str:
        """A mail address that nobody has."""
        domain = self.world.target.safety.domain
        return f"{user}@{subdomain}.{domain}" if subdomain else f"{user}@{domain}"

    def call(
        self, operation_id: str, *, path: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None,
        body: Any = NO_BODY, ok: Collection[int] = SUCCESS, edition: str | None = None, by: Target | None = None,
        route: int = 0,
    ) -> Exchange:  # fmt: skip
        """One call in the edition's own writing, told in its canonical form; `ok` are the statuses that the model
        allows. `by` sends it with another key. With `edition` it is written as that document writes it; `route` picks
        one of its aliases.
        """
        target = by or self.world.target
        spoken = Edition.of(edition) if edition else self.edition
        query, body = written(spoken, operation_id, query or {}, body)
        exchange = target.call(operation_id, path=path, query=query, body=body, edition=edition, route=route)
        self._hear(exchange, is_own=by is None and edition in (None, self.world.api.edition))
        if exchange.status not in ok:
            wanted = _range(ok)
            self.fail("outcome", f"answers {exchange.status} {exchange.text[:200]}, where {wanted} is right", exchange)
        return exchange

    def control(self, method: str, path: str, body: Any = NO_BODY) -> Exchange:
        """The answer of the mock's control API."""
        exchange = self.world.target.control(method, path, body)
        self.telling.story.append(exchange)
        if exchange.status in UNJUDGED:
            raise _SilentError
        if exchange.status >= 500:
            self.fail("outcome", f"the control API answers {exchange.status}", exchange)
        return exchange

    def refused(self, operation_id: str, *, ok: Collection[int] = REFUSALS, **arguments: Any) -> Exchange:
        """A call that must be refused, and must leave no trace in what `view` shows."""
        before = self.view()
        exchange = self.call(operation_id, ok=ok, **arguments)
        self.same(self.view(), before, "after a refused call", exchange)
        return exchange

    def view(self) -> Any:
        """What the API shows of the machine's subject; read before and after calls that must change nothing."""
        return None

    def same(self, actual: Any, expected: Any, what: str, exchange: Exchange) -> None:
        """Both are equal."""
        difference = first_difference(actual, expected)
        if difference:
            self.fail("model", f"{what}: {difference}", exchange)

    def hold(self, condition: Any, message: str, exchange: Exchange) -> None:
        """It is as it should be."""
        if not condition:
            self.fail("model", message, exchange)

    def fail(self, check: str, message: str, exchange: Exchange) -> None:
        """It is not."""
        raise ViolationError(check, message, exchange)

    def reject(self) -> None:
        """What was drawn makes no sense now; counted, and the story goes on."""
        raise _RejectedError

    def _hear(self, exchange: Exchange, *, is_own: bool) -> None:
        self.telling.story.append(exchange)
        if exchange.status == 401 and is_own:
            operation, arguments = harmless(self.world.api)
            if self.world.target.call(operation.id, **arguments).status in SUCCESS:
                self.fail("authentication", "refuses a key that others take", exchange)
        if exchange.status in UNJUDGED or (exchange.status == 401 and is_own):
            raise _SilentError
        if not is_own:
            return
        for finding in self.world.judged(self.family, exchange):
            self.fail(finding.check, finding.message, exchange)

    def _ending(self) -> _Ending:
        return _Ending(self)

    @rule(data=st.data())
    def tell_next(self, data: st.DataObject) -> None:
        """One of the rules that make sense now, each as likely as the others."""
        if self.is_over:
            return
        with self._ending():
            possible = [name for name, one in self._actions.items() if one.when is None or one.when(self)]
        if not possible:
            return
        name = data.draw(st.sampled_from(possible))
        values = {word: data.draw(drawn) for word, drawn in self._actions[name].drawn.items()}
        count = self.world.tally.rules.setdefault(f"{self.family}.{name}", RuleCount())
        try:
            with self._ending():
                self._actions[name].tell(self, **values)
        except _RejectedError:
            count.rejected += 1
        else:
            count.ran += 1

    @classmethod
    def rules_of(cls, world: World) -> Iterable[str]:
        """The rules that can run in an edition."""
        for name, one in cls.actions.items():
            if can_call(world, one.needs) and (not one.one_of or any(can_call(world, [it]) for it in one.one_of)):
                yield name

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}
        cls.actions = {name: value for name, value in found.items() if isinstance(value, Action)}


def can_call(world: World, operations: Iterable[str]) -> bool:
    """Whether the edition has them all, and the transport sends them."""
    return all(one in world.api and world.target.safety.class_refusal(one) is None for one in operations)


class _Ending:
    """Around every rule: a broken server ends the phase, silence ends the story, a violation is told."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if isinstance(error, ContractError):
            raise StoryEndError(error) from None
        if isinstance(error, _SilentError):
            self.machine.is_over = True
            return True
        if isinstance(error, UNREADABLE) and self.machine.telling.story:
            last = self.machine.telling.story[-1]
            error = ViolationError("form", f"the answer cannot be read as the document shows it ({error!r})", last)
            self.machine.telling.note(error)
            raise error from None
        if isinstance(error, ViolationError):
            self.machine.telling.note(error)
        return False


def first_difference(actual: Any, expected: Any, where: str = "") -> str:
    """The first place where two values differ, in words; empty = none. Numbers are equal by value, not by type:
    types are what the document is for.
    """
    place = where or "it"
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if sorted(actual, key=str) != sorted(expected, key=str):
            extra, missing = sorted(set(actual) - set(expected), key=str), sorted(set(expected) - set(actual), key=str)
            return f"{place} has {extra} too much" if extra else f"{place} lacks {missing}"
        for key in expected:
            found = first_difference(actual[key], expected[key], f"{where}/{key}")
            if found:
                return found
        return ""
    if isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            wanted = f"{len(expected)} are right, {_short(expected)}"
            return f"{place} has {len(actual)} entries, {_short(actual)}, where {wanted}"
        for number, (one, other) in enumerate(zip(actual, expected, strict=True)):
            found = first_difference(one, other, f"{where}/{number}")
            if found:
                return found
        return ""
    is_same = actual == expected and isinstance(actual, bool) == isinstance(expected, bool)
    return "" if is_same else f"{place} is {_short(actual)}, where {_short(expected)} is right"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _range(statuses: Collection[int]) -> str:
    return "2xx" if isinstance(statuses, range) else " or ".join(map(str, statuses))

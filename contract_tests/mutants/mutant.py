"""What a mutant is, and the shelves that keep them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from contract_tests.mutants.tools import Answer, Call, Matcher, Request

Behaviour = Callable[[Call], Awaitable[Answer]]
Shown = Callable[[Call], None]
Asked = Callable[[Request], None]
AREAS = (
    "shape", "validation", "state", "dedupe", "paging", "auth", "limits", "webhooks", "time", "statistics", "protocol",
    "inbox",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one module's text; `old` occurs exactly once in it."""

    module: str
    old: str
    new: str

    def of(self, text: str) -> str:
        """The changed text; LookupError when `old` is not there exactly once."""
        if (found := text.count(self.old)) != 1:
            raise LookupError(f"{self.module} has {self.old!r} {found} times, not once")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: what is wrong, and which documented rule that breaks. Either behaviour around the app or an edit."""

    id: str
    area: str
    wrong: str
    why: str
    matchers: tuple[Matcher, ...] = ()
    behaviour: Behaviour | None = None
    edit: Edit | None = None


class Shelf:
    """The mutants of one area. A decorated function's name is the mutant's id, its docstring what is wrong."""

    def __init__(self, area: str) -> None:
        self.area = area
        self._mutants: list[Mutant] = []

    def __iter__(self) -> Iterator[Mutant]:
        return iter(self._mutants)

    def calls(self, *patterns: str, why: str) -> Callable[[Behaviour], Behaviour]:
        """The function answers requests of these patterns, with or without the app."""

        def keep(behaviour: Behaviour) -> Behaviour:
            self._add(behaviour, behaviour, patterns, why)
            return behaviour

        return keep

    def answers(self, *patterns: str, why: str) -> Callable[[Shown], Shown]:
        """The function changes `call.json`, or what else is in `call.answer`, of answers that are 2xx."""

        def keep(shown: Shown) -> Shown:
            async def behaviour(call: Call) -> Answer:
                call.answer = await call.go()
                if call.answer.status // 100 == 2:
                    with suppress(LookupError, TypeError, AttributeError, ValueError):  # another edition's form
                        shown(call)
                return call.answer.sealed()

            self._add(shown, behaviour, patterns, why)
            return shown

        return keep

    def asks(self, *patterns: str, why: str) -> Callable[[Asked], Asked]:
        """The function changes the request before the app sees it."""

        def keep(asked: Asked) -> Asked:
            async def behaviour(call: Call) -> Answer:
                asked(call.request)
                return await call.go()

            self._add(asked, behaviour, patterns, why)
            return asked

        return keep

    def code(self, name: str, edit: Edit, *, wrong: str, why: str) -> None:
        """A changed line of a module."""
        self._mutants.append(Mutant(name, self.area, wrong, why, edit=edit))

    def _add(self, named: Callable[..., object], behaviour: Behaviour, patterns: tuple[str, ...], why: str) -> None:
        name = named.__name__.replace("_", "-")
        matchers = tuple(Matcher.of(pattern) for pattern in patterns)
        self._mutants.append(Mutant(name, self.area, (named.__doc__ or "").strip(), why, matchers, behaviour))

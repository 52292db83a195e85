"""A mutant at work: around the app, or inside a module while it is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any
from urllib.parse import parse_qsl

from contract_tests.mutants.mutant import Edit, Mutant
from contract_tests.mutants.tools import MOUNT, Answer, App, Call, Message, Receive, Request, Send, deliver, request_of


class Mutated:
    """An ASGI app that answers as a mutant does.

    What the mutant has no part in passes untouched, so does the control API.
    """

    def __init__(self, app: App, mutant: Mutant) -> None:
        assert mutant.behaviour is not None
        self._app = app
        self._matchers = mutant.matchers
        self._behaviour = mutant.behaviour
        self._memories: dict[str, dict[str, Any]] = {}
        self._shared: dict[str, Any] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{MOUNT}/"):
            if scope.get("path") == "/_mock/reset":
                self._memories.pop(_key(scope), None)
            await self._app(scope, receive, send)
            return
        request = await request_of(scope, receive)
        memory = self._memories.setdefault(request.get("api_key"), {})
        call = Call(request, memory, self._shared, self._app, scope, receive)
        if self._concerns(request):
            await deliver(await self._answer(call), send)
        else:
            await self._app(scope, _again(request.body, receive), send)

    async def _answer(self, call: Call) -> Answer:
        """The mutant's answer. A request that it was not made for is answered as the app answers it.

        A mutant that broke down on odd bytes would be found for that.
        """
        before = replace(call.request, query=list(call.request.query))
        try:
            return await self._behaviour(call)
        except Exception:
            return call.heard or await call.go(before)

    def _concerns(self, request: Request) -> bool:
        if request.method in ("HEAD", "OPTIONS"):
            return False
        for matcher in self._matchers:
            if (ids := matcher.ids(request)) is not None:
                request.ids = ids
                return True
        return False


def _key(scope: Message) -> str:
    """The workspace of a call of the control API."""
    named = next((value.decode() for name, value in scope["headers"] if name == b"x-mock-key"), "")
    return named or dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("api_key", "")


def _again(body: bytes, receive: Receive) -> Receive:
    """The body, which was read, and then what comes."""
    rest: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def following() -> Message:
        return rest.pop() if rest else await receive()

    return following


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, edit: Edit) -> None:
        super().__init__(fullname, path)
        self._edit = edit

    def get_code(self, fullname: str) -> CodeType:
        """The changed text, compiled anew: what is cached is compiled from the text as it was."""
        return compile(self._edit.of(self.get_source(fullname) or ""), self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, edit: Edit) -> None:
        self._edit = edit

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of the edit only."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname == self._edit.module else None
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin, self._edit)
        return spec


@contextmanager
def imported_with(edit: Edit) -> Iterator[None]:
    """Modules that are imported meanwhile have the edit; LookupError from the import whose text does not fit."""
    finder = _Finder(edit)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)

"""What comes before an operation: paths that nothing answers, methods that a path does not have, wrong keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from contract_tests.capabilities import harmless, takes_any_key
from contract_tests.document import Operation
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.redaction import Key
from contract_tests.safety_table import RULES
from contract_tests.shape.gone import OPEN
from contract_tests.shape.requests import Writer
from contract_tests.shape.sending import asked, filled
from contract_tests.target import Target

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NOT_FOUND = 404
_DENIED = 401


def key_works(world: World) -> bool:
    """Whether the key is taken at all."""
    operation, arguments = harmless(world.api)
    return world.target.call(operation.id, **arguments).status != _DENIED


def gates(phase: str, world: World, ids: Mapping[str, Any]) -> Iterator[Finding]:
    """All of it; nothing here may do anything."""
    yield from _methods(phase, world, ids)
    yield from _paths(phase, world)
    yield from _without_key(phase, world, ids)
    if world.effort.shape_examples and not takes_any_key(world.target, world.api):
        yield from _wrong_key(phase, world, ids)


def _methods(phase: str, world: World, ids: Mapping[str, Any]) -> Iterator[Finding]:
    """A path answers the methods that the document gives it; the trie of its paths says which."""
    done = set()
    for operation in world.api:
        for route in operation.routes:
            path = filled(route, ids, {})
            if path is None or path.rstrip("/") in done:
                continue
            done.add(path.rstrip("/"))
            for method in _METHODS:
                if world.api.at(method, unquote(path)) is None:
                    exchange = _raw(world, method, path)
                    if exchange is not None:
                        yield from _not_found(phase, operation.id, exchange)


def _paths(phase: str, world: World) -> Iterator[Finding]:
    word = world.target.ledger.run
    for path in (f"/{word}", f"/campaigns/1/{word}", f"/campaigns/1/leads/1/{word}/2", f"/{word}/1", "/campaigns//1"):
        for method in _METHODS:
            if world.api.at(method, path) is None:
                exchange = _raw(world, method, path)
                if exchange is not None:
                    yield from _not_found(phase, "", exchange)


def _raw(world: World, method: str, path: str) -> Exchange | None:
    try:
        return world.target.raw(method, path, content=None if method == "GET" else b"{}")
    except RefusedBySafetyError:
        return None


def _not_found(phase: str, operation: str, exchange: Exchange) -> Iterator[Finding]:
    if exchange.status not in (_NOT_FOUND, 429, 502, 503, 504):
        message = f"answers {exchange.status} to {exchange.method}, where nothing is documented"
        yield Finding(phase, operation, "unknown path", message, exchange)


def _without_key(phase: str, world: World, ids: Mapping[str, Any]) -> Iterator[Finding]:
    writer = Writer(world.target.ledger.run, world.target.safety.domain, dict(ids))
    for operation in world.api:
        if operation.id in RULES and operation.id not in OPEN:
            yield from _denied(phase, world, world.target, operation, writer, with_key=False)


def _wrong_key(phase: str, world: World, ids: Mapping[str, Any]) -> Iterator[Finding]:
    stranger = replace(world.target, key=Key(f"{world.target.ledger.run}-nobody"))
    writer = Writer(world.target.ledger.run, world.target.safety.domain, dict(ids))
    for operation in world.api:
        if operation.id in RULES:
            yield from _denied(phase, world, stranger, operation, writer, with_key=True)


def _denied(
    phase: str, world: World, target: Target, operation: Operation, writer: Writer, *, with_key: bool
) -> Iterator[Finding]:
    exchange = asked(world, target, operation, writer.request(operation), with_key=with_key)
    if exchange is None:
        return
    yield from world.judged(phase, exchange)
    if exchange.status < 500 and exchange.status not in (_DENIED, 429):
        whose = "a key that nobody has" if with_key else "nobody, without a key"
        yield Finding(phase, operation.id, "authentication", f"answers {exchange.status} to {whose}, not 401", exchange)

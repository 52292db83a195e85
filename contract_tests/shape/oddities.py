"""Bodies that are no JSON, or too much of it, ids that no id can be, and requests without a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.document import Operation
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.safety_table import RULES
from contract_tests.shape.cases import REFUSALS
from contract_tests.shape.requests import Request, Writer
from contract_tests.shape.sending import filled, sent
from contract_tests.shape.validity import Validity

_DEEP = 4000
#: a picture in a mail, which whoever reads it asks for; the document lets it be called without a key
_WITHOUT_KEY = frozenset({"track_single_email_open"})
#: never what an operation takes
_NO_JSON: Mapping[str, bytes] = {
    "a cut body": b'{"name": "a',
    "text that is no UTF-8": b'{"name": "\xff\xfe"}',
    "a body that is nested too deeply": b"[" * _DEEP + b"]" * _DEEP,
    "a body that is nested and cut": b'{"a":' * _DEEP,
    "a NUL byte": b'{"name": "a\x00b"}',
    "a number that is none": b'{"name": NaN}',
    "two bodies": b"{}{}",
}
#: what integers in a path cannot be
_NO_IDS = ("99999999999999999999999999", "0x10", "abc", "1.5", "%00", "1%00", "1'--", "\u0661", "-1", "1e3", "null")
Judged = Iterator[tuple[Exchange, list[Finding]]]


def odd(phase: str, world: World, operation: Operation, ids: Mapping[str, Any], validity: Validity) -> Judged:
    """Odd requests of an operation; all of them are refused, or do no harm."""
    path = filled(operation.route, ids, {})
    if path is None:
        return
    writer = Writer(world.target.ledger.run, world.target.safety.domain, dict(ids))
    request = writer.request(operation)
    query = [(name, str(value)) for name, value in request.query.items()]
    yield from _without_key(phase, world, operation, path, request)
    if world.effort.shape_examples == 0:
        return
    yield from _bodies(phase, world, operation, path, query)
    yield from _ids(phase, world, operation, ids, query, request)


def _without_key(phase: str, world: World, operation: Operation, path: str, request: Request) -> Judged:
    query = [(name, str(value)) for name, value in request.query.items()]
    exchange = sent(world, operation, path, query, request.body, with_key=False)
    if exchange is None:
        return
    findings = []
    if exchange.status < 500 and exchange.status not in (401, 429) and operation.id not in _WITHOUT_KEY:
        message = f"answers {exchange.status} without a key, not 401"
        findings.append(Finding(phase, operation.id, "authentication", message, exchange))
    elif exchange.status == 401 and exchange.json not in operation.answers[401].examples.values():
        message = f"refuses with a body that the document does not have: {exchange.text[:200]}"
        findings.append(Finding(phase, operation.id, "authentication", message, exchange))
    world.tally.note_check("no key", operation.id)
    yield exchange, findings


def _bodies(phase: str, world: World, operation: Operation, path: str, query: list[tuple[str, str]]) -> Judged:
    if operation.body is None:
        return
    if RULES[operation.id].kind != "read" and not world.can_be_emptied:
        return
    for about, content in _NO_JSON.items():
        exchange = sent(world, operation, path, query, content)
        if exchange is not None:
            yield exchange, _not_refused(phase, operation, exchange, about)
    if operation.body_required:
        for about, content in (("an empty body", b""), ("null", b"null"), ("a number", b"7"), ("a text", b'"x"')):
            exchange = sent(world, operation, path, query, content)
            if exchange is not None:
                yield exchange, _not_refused(phase, operation, exchange, about)
    exchange = sent(world, operation, path, query, b"no json", {"Content-Type": "text/plain"})
    if exchange is not None:
        yield exchange, []


def _ids(
    phase: str, world: World, operation: Operation, ids: Mapping[str, Any], query: list[tuple[str, str]],
    request: Request,
) -> Judged:  # fmt: skip
    for parameter in operation.parameters_in("path"):
        schema = parameter.schema if isinstance(parameter.schema, dict) else {}
        if schema.get("type") != "integer":
            continue
        for text in _NO_IDS:
            path = filled(operation.route, ids, {parameter.name: text})
            exchange = None if path is None else sent(world, operation, path, query, request.body)
            if exchange is None:
                continue
            findings = []
            if exchange.status < 400:
                message = f"takes {text!r} for {parameter.name}"
                findings.append(Finding(phase, operation.id, "id", message, exchange))
            yield exchange, findings


def _not_refused(phase: str, operation: Operation, exchange: Exchange, about: str) -> list[Finding]:
    if exchange.status in REFUSALS or exchange.status >= 500 or exchange.status == 429:
        return []
    message = f"answers {exchange.status} to {about}"
    return [Finding(phase, operation.id, "malformed", message, exchange)]

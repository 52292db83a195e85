"""What HTTP promises: aliases are the same door, lengths fit, text is UTF-8, packing changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.document import Operation
from contract_tests.exchange import Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import DAYS, Reading
from contract_tests.safety_table import RULES
from contract_tests.shape.director import Director
from contract_tests.shape.learning import TELLS, Learned
from contract_tests.shape.requests import Writer
from contract_tests.shape.sending import filled, sent

_WORDS = 'Zoë Żółć 日本 🚀 "quoted" <b>&amp;</b>'
_ARGUMENTS = {**DAYS, "timezone": "UTC", "time_zone": "UTC"}


def protocol(reading: Reading) -> Iterator[Finding]:
    """All reading operations, by all their routes."""
    ids = _ids(reading)
    for operation in reading.world.api:
        if operation.id in RULES and RULES[operation.id].kind == "read":
            _routes(reading, operation, ids)
            yield from reading.taken()
    _words(reading)
    yield from reading.taken()


def _ids(reading: Reading) -> Mapping[str, Any]:
    target = reading.world.target
    learned = Learned(Writer(target.ledger.run, target.safety.domain))
    for name in TELLS:
        if reading.has(name) and RULES[name].kind == "read":
            request = learned.writer.request(reading.operation(name))
            exchange = reading.ask(name, request.path, request.query)
            if exchange is not None:
                learned.learn(exchange)
    return learned.writer.ids


def _routes(reading: Reading, operation: Operation, ids: Mapping[str, Any]) -> None:
    target = reading.world.target
    request = Writer(target.ledger.run, target.safety.domain, dict(ids)).request(operation)
    query = [(name, str(_ARGUMENTS.get(name, value))) for name, value in request.query.items()]
    path = filled(operation.route, ids, {})
    plain = None if path is None else sent(reading.world, operation, path, query, request.body)
    if plain is None or path is None or plain.status in (429, 502, 503, 504):
        return
    reading.held("protocol", operation.id)
    _lengths(reading, operation, plain)
    again = sent(reading.world, operation, path, query, request.body, {"Accept-Encoding": "gzip"})
    bare = sent(reading.world, operation, path, query, request.body, {"Accept-Encoding": "identity"})
    for about, other in (("the same call again", again), ("without packing", bare)):
        if other is not None and reading.world.can_be_emptied:
            _alike(reading, operation, about, plain, other)
    if path.endswith("/") and len(path) > 1:
        other = sent(reading.world, operation, path.rstrip("/"), query, request.body)
        if other is not None:
            _alike(reading, operation, "without the slash at the end", plain, other)
    for route in operation.aliases:
        names = {part[1:-1] for part in route.parts if part.startswith("{")}
        values = {**dict(query), **request.path}
        if route.method == operation.route.method and names <= set(values):
            alias = filled(route, {**ids, **values}, {})
            rest = [(name, value) for name, value in query if name not in names]
            other = None if alias is None else sent(reading.world, operation, alias, rest, request.body)
            if other is not None:
                _alike(reading, operation, f"by {route.path}", plain, other)


def _lengths(reading: Reading, operation: Operation, exchange: Exchange) -> None:
    length = exchange.headers.get("content-length")
    is_packed = "content-encoding" in exchange.headers
    is_whole = length in (None, str(len(exchange.text.encode())))
    if not is_whole and not is_packed and "\ufffd" not in exchange.text:
        reading.wrong("protocol", operation.id, f"Content-Length {length} is not that of its body", exchange)
    kind = exchange.headers.get("content-type", "").lower().replace(" ", "")
    if "charset=" in kind and "charset=utf-8" not in kind:
        reading.wrong("protocol", operation.id, f"answers as {kind}", exchange)


def _alike(reading: Reading, operation: Operation, about: str, one: Exchange, other: Exchange) -> None:
    if other.status in (429, 502, 503, 504):
        return
    if (one.status, one.json, one.text) != (other.status, other.json, other.text):
        message = f"{about} answers {other.status}, else {one.status}, or another body: {other.text[:160]}"
        reading.wrong("protocol", operation.id, message, one, other)


def _words(reading: Reading) -> None:
    """Letters of all kinds come back as they went."""
    if not (reading.world.can_be_emptied and reading.has("list_campaigns")):
        return
    director = Director.of(reading.phase, reading.world)
    made = director.tell("create_campaign", director.call("create_campaign", {"name": _WORDS}), "id")
    answer = reading.again("list_campaigns")
    rows = (rows_of(answer.json) or []) if answer is not None else []
    names = [row.get("name") for row in rows if row.get("id", row.get("campaign_id")) == made]
    if answer is not None and names != [_WORDS]:
        reading.wrong("protocol", "list_campaigns", f"a campaign is called {names}, it was made as {_WORDS!r}", answer)

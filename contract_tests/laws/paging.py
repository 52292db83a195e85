"""Pages: whatever their size, they make the same list, without a gap, a repetition or an end that is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.document import Operation
from contract_tests.exchange import NO_BODY, Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import DAYS, MOST_PAGES, Reading, number
from contract_tests.safety_table import RULES

_SIZES = (1, 2, 3, 7)
_MOST_ROWS = 60
_TOTALS = frozenset({"total", "total_leads", "total_stats", "totalCount", "total_count", "totalLeads"})
_ARGUMENTS: Mapping[str, Any] = {**DAYS, "timezone": "UTC", "time_zone": "UTC"}


@dataclass(frozen=True, slots=True)
class _List:
    """A list with offset and limit, in its query or in its body."""

    operation: Operation
    path: Mapping[str, Any]
    in_body: bool

    @property
    def limit(self) -> Mapping[str, Any]:
        """The schema of the limit."""
        if self.in_body:
            schema = self.operation.body["properties"]["limit"] if self.operation.body else {}
        else:
            schema = next(one.schema for one in self.operation.parameters_in("query") if one.name == "limit")
        return schema if isinstance(schema, dict) else {}

    def ask(self, reading: Reading, **place: int) -> Exchange | None:
        """One page, by a call of its own."""
        needed = {one.name for one in self.operation.parameters_in("query") if one.required}
        query = {name: value for name, value in _ARGUMENTS.items() if name in needed}
        if self.in_body:
            return reading.again(self.operation.id, self.path, query, dict(place))
        return reading.again(self.operation.id, self.path, {**query, **place}, NO_BODY)


def paging(reading: Reading) -> Iterator[Finding]:
    """The laws of all lists, each over the biggest thing that it can be asked of."""
    for one in _lists(reading):
        _one_list(reading, one)
        yield from reading.taken()
    _cursor(reading)
    yield from reading.taken()


def _lists(reading: Reading) -> Iterator[_List]:
    for operation in reading.world.api:
        if operation.id not in RULES or RULES[operation.id].kind != "read":
            continue
        asked = {one.name for one in operation.parameters_in("query")}
        held = set(operation.body.get("properties", {})) if isinstance(operation.body, dict) else set()
        places = [one.name for one in operation.parameters_in("path")]
        in_body = {"offset", "limit"} <= held
        if not (in_body or {"offset", "limit"} <= asked):
            continue
        if not places:
            yield _List(operation, {}, in_body)
        elif places == ["campaign_id"]:
            for campaign in reading.campaigns()[:6]:
                yield _List(operation, {"campaign_id": campaign.get("id")}, in_body)


def _one_list(reading: Reading, one: _List) -> None:
    name, most = one.operation.id, one.limit.get("maximum")
    biggest = int(most if most is not None else one.limit.get("default", 20))
    whole: list[Any] = []
    first: Exchange | None = None
    for page in range(MOST_PAGES):
        exchange = one.ask(reading, offset=page * biggest, limit=biggest)
        rows = None if exchange is None or exchange.status >= 300 else rows_of(exchange.json)
        if exchange is None or rows is None or len(rows) > biggest:
            if exchange is not None and exchange.status >= 400:
                reading.wrong("limit", name, f"refuses a limit of {biggest} with {exchange.status}", exchange)
            elif rows is not None:
                reading.wrong("limit", name, f"shows {len(rows)} rows for a limit of {biggest}", exchange)
            return
        first = first or exchange
        whole += rows
        if len(rows) < biggest:
            break
    reading.held("paging", name)
    if first is None:
        return
    if len({repr(row) for row in whole}) < len(whole):
        reading.wrong("paging", name, "shows a row twice", first)
    _echoes(reading, one, first, 0, biggest, len(whole))
    for size in _SIZES:
        if len(whole) / size <= _MOST_ROWS and (size < len(whole) or size == _SIZES[0]):
            _walk(reading, one, whole, size, first)
    over = one.ask(reading, offset=0, limit=biggest + 1) if most is not None else None
    if over is not None and over.status < 300:
        reading.wrong("limit", name, f"takes a limit of {biggest + 1}, the largest is {biggest}", over)
    beyond = one.ask(reading, offset=len(whole) + 5, limit=1)
    rows = None if beyond is None or beyond.status >= 300 else rows_of(beyond.json)
    if beyond is not None and rows is not None:
        if rows:
            reading.wrong("paging", name, f"shows rows beyond its end, which is at {len(whole)}", first, beyond)
        _echoes(reading, one, beyond, len(whole) + 5, 1, len(whole))
    plain = one.ask(reading)
    rows = None if plain is None or plain.status >= 300 else rows_of(plain.json)
    usual = one.limit.get("default")
    if plain is not None and rows is not None and isinstance(usual, int) and rows != whole[:usual]:
        reading.wrong("paging", name, f"without a limit it does not show the first {usual} rows", first, plain)


def _walk(reading: Reading, one: _List, whole: list[Any], size: int, first: Exchange) -> None:
    name, seen = one.operation.id, 0
    while seen < len(whole):
        exchange = one.ask(reading, offset=seen, limit=size)
        rows = None if exchange is None or exchange.status >= 300 else rows_of(exchange.json)
        if exchange is None or rows is None:
            return
        if rows != whole[seen : seen + size]:
            message = f"offset {seen}, limit {size} is not what one page shows there: {len(rows)} rows"
            reading.wrong("paging", name, message, first, exchange)
            return
        _echoes(reading, one, exchange, seen, size, len(whole))
        seen += size


def _echoes(reading: Reading, one: _List, exchange: Exchange, offset: int, limit: int, count: int) -> None:
    """What an answer says of itself beside its rows."""
    rows = rows_of(exchange.json) or []
    for place, value in _beside(exchange.json):
        if place in _TOTALS and number(value) is not None and number(value) != count:
            reading.wrong("total", one.operation.id, f"{place} is {value!r}, all pages have {count} rows", exchange)
        elif place in ("offset", "limit") and number(value) not in (None, offset if place == "offset" else limit):
            reading.wrong("echo", one.operation.id, f"{place} is {value!r} in the answer", exchange)
        elif place in ("hasMore", "has_more") and isinstance(value, bool) and value != (offset + len(rows) < count):
            reading.wrong("hasMore", one.operation.id, f"{place} is {value} at {offset} of {count} rows", exchange)


def _beside(answer: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(answer, dict) and depth < 3:
        for name, value in answer.items():
            yield name, value
            yield from _beside(value, depth + 1)


def _cursor(reading: Reading) -> None:
    """The list that goes on behind the last id that was seen."""
    name = "list_all_leads_v2"
    if not reading.has(name) or "lastSeenLeadId" not in {one.name for one in reading.operation(name).parameters}:
        return
    whole = rows_of(reading.json(name, query={"limit": 1000}))
    if not whole or len(whole) >= 1000:
        return
    for size in (3, 10):
        seen: list[Any] = []
        last: dict[str, Any] = {}
        for _ in range(MOST_PAGES):
            exchange = reading.again(name, query={"limit": size, **last})
            rows = None if exchange is None or exchange.status >= 300 else rows_of(exchange.json)
            if not rows:
                break
            seen += rows
            last = {"lastSeenLeadId": rows[-1].get("id")}
            if len(seen) > len(whole):
                break
        reading.held("paging", name)
        if seen != whole:
            message = f"walking in steps of {size} shows {len(seen)} leads, one page {len(whole)}, or other ones"
            reading.wrong("paging", name, message, exchange)

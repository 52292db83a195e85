"""The rate limit: told on the answers, counted down call by call, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from contract_tests.capabilities import harmless
from contract_tests.exchange import Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading
from contract_tests.safety_table import RULES

_FEW, _WINDOW = 5, 60
_NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_TOO_MANY = 429
#: the clocks of a server and of its headers are read one after the other, and cut to seconds
_SLACK_SECONDS = 2
#: answers to other methods than GET may lack the headers here: the document speaks of GETs only
_ON_GETS = frozenset({"reference"})


def limits(reading: Reading) -> Iterator[Finding]:
    """All of it on a mock whose limit may be set; elsewhere what the headers say of themselves."""
    if not (reading.world.can_be_emptied and reading.world.capabilities.settings):
        _on_its_own(reading)
        yield from reading.taken()
        return
    try:
        for law in (_told_everywhere, _counted_down, _refused, _not_charged):
            law(reading)
            yield from reading.taken()
    finally:
        _set(reading, "off")


def _set(reading: Reading, limit: str) -> None:
    """A limit whose window has not begun."""
    reading.world.target.control("PUT", "/settings", {"rate_limit": limit})
    reading.world.target.control("POST", "/clock/advance", {"seconds": 2 * _WINDOW})


def _call(reading: Reading) -> Exchange:
    operation, arguments = harmless(reading.world.api)
    return reading.world.target.call(operation.id, **arguments)


def _numbers(reading: Reading, exchange: Exchange) -> tuple[int, int, int] | None:
    """Limit, remaining, reset; a finding when they are not what they must be."""
    words = [exchange.headers.get(name) for name in _NAMES]
    if not all(word is not None and word.isascii() and word.isdigit() for word in words):
        reading.wrong("rate headers", exchange.operation, f"its rate headers are {words}", exchange)
        return None
    limit, remaining, reset = (int(word or 0) for word in words)
    if remaining > limit:
        reading.wrong("rate headers", exchange.operation, f"{remaining} remain of {limit}", exchange)
    if "date" in exchange.headers:
        now = parsedate_to_datetime(exchange.headers["date"]).timestamp()
        if not now - _SLACK_SECONDS <= reset <= now + 24 * 3600:
            reading.wrong(
                "rate headers", exchange.operation, f"the reset at {reset} is not ahead of {now:.0f}", exchange
            )
    reading.held("rate headers", exchange.operation)
    return limit, remaining, reset


def _told_everywhere(reading: Reading) -> None:
    """Every answer says what remains, whatever it answers."""
    _set(reading, f"1000/{_WINDOW}")
    world = reading.world
    for operation in world.api:
        if operation.id not in RULES or RULES[operation.id].kind != "read":
            continue
        if operation.route.method != "GET" and world.api.edition in _ON_GETS:
            continue
        path = {one.name: "1" for one in operation.parameters_in("path")}
        exchange = world.target.call(operation.id, path=path)
        if exchange.status not in (401, _TOO_MANY) and exchange.status < 500:
            told = _numbers(reading, exchange)
            if told is not None and told[0] != 1000:
                reading.wrong("rate headers", operation.id, f"the limit is {told[0]}, not 1000", exchange)


def _counted_down(reading: Reading) -> None:
    """Reading and writing calls cost one each, and the last one that remains is served like the others."""
    _set(reading, f"{_FEW}/{_WINDOW}")
    seen = []
    for left in reversed(range(_FEW)):
        is_writing = left % 2 == 0 and reading.has("create_campaign")
        exchange = _create(reading) if is_writing else _call(reading)
        seen.append(exchange)
        if exchange.status == _TOO_MANY:
            reading.wrong("rate limit", exchange.operation, f"refuses call {_FEW - left} of {_FEW}", *seen)
            return
        if is_writing and reading.world.api.edition in _ON_GETS:
            continue
        told = _numbers(reading, exchange)
        if told is not None and told[:2] != (_FEW, left):
            message = f"{told[1]} of {told[0]} remain after call {_FEW - left} of {_FEW}"
            reading.wrong("rate headers", exchange.operation, message, *seen)


def _create(reading: Reading) -> Exchange:
    """A campaign is made, or is not."""
    world = reading.world
    body = {"name": f"{world.target.ledger.run} limited"}
    if world.api["create_campaign"].body is None:
        return world.target.call("create_campaign", query=body)
    return world.target.call("create_campaign", body=body)


def _refused(reading: Reading) -> None:
    """The call after the last: refused as documented, without effect, until the window is over."""
    world = reading.world
    _set(reading, "off")
    before = _story_of_names(reading)
    _set(reading, f"{_FEW}/{_WINDOW}")
    seen = [_call(reading) for _ in range(_FEW)]
    refused = _call(reading)
    seen.append(refused)
    if refused.status != _TOO_MANY:
        reading.wrong("rate limit", refused.operation, f"answers {refused.status} to call {_FEW + 1} of {_FEW}", *seen)
        return
    wait = refused.headers.get("retry-after", "")
    if not (wait.isdigit() and 1 <= int(wait) <= _WINDOW):
        reading.wrong("rate limit", refused.operation, f"Retry-After is {wait!r}", refused)
    documented = world.api[refused.operation].answers[_TOO_MANY].examples.values()
    if documented and refused.json not in documented:
        reading.wrong("rate limit", refused.operation, f"refuses with {refused.text[:120]}", refused)
    told = _numbers(reading, refused)
    if told is not None and told[1] != 0:
        reading.wrong("rate headers", refused.operation, f"{told[1]} remain after the last call", refused)
    made = None
    if reading.has("create_campaign"):
        made = _create(reading)
        if made.status != _TOO_MANY:
            reading.wrong("rate limit", "create_campaign", f"answers {made.status} when nothing remains", made)
    world.target.control("POST", "/clock/advance", {"seconds": _WINDOW + 1})
    after = _call(reading)
    if after.status == _TOO_MANY:
        reading.wrong("rate limit", after.operation, "refuses calls after the window's end", *seen, after)
    _set(reading, "off")
    names = _story_of_names(reading)
    if made is not None and made.status == _TOO_MANY and before != names:
        reading.wrong("rate limit", "create_campaign", "a refused call made a campaign", made)


def _story_of_names(reading: Reading) -> list[str]:
    if not reading.has("list_campaigns"):
        return []
    rows = rows_of(reading.world.target.call("list_campaigns").json)
    return sorted(repr(row) for row in rows or [])


def _not_charged(reading: Reading) -> None:
    """What the service does not take for a call costs nothing: no such path, no key, the control API."""
    _set(reading, f"{_FEW}/{_WINDOW}")
    world, (operation, arguments) = reading.world, harmless(reading.world.api)
    first = _numbers(reading, _call(reading))
    others = [
        world.target.raw("GET", f"/{world.target.ledger.run}/nothing"),
        world.target.call(operation.id, **arguments, with_key=False),
        world.target.control("GET", "/clock"),
    ]
    exchange = _call(reading)
    then = _numbers(reading, exchange)
    if first is not None and then is not None and then[1] != first[1] - 1:
        message = f"{then[1]} remain, {first[1] - 1} should: a 404, a 401 or a control call was charged"
        reading.wrong("rate headers", exchange.operation, message, *others, exchange)


def _on_its_own(reading: Reading) -> None:
    """A few calls in a row: numbers, none above the limit, none growing within a window."""
    before: tuple[int, int, int] | None = None
    for _ in range(3):
        exchange = _call(reading)
        if exchange.status == _TOO_MANY or not any(name in exchange.headers for name in _NAMES):
            return
        told = _numbers(reading, exchange)
        if told is not None and before is not None and told[2] == before[2] and told[1] > before[1]:
            message = f"{told[1]} remain, after {before[1]} in the same window"
            reading.wrong("rate headers", exchange.operation, message, exchange)
        before = told

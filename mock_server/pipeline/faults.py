"""Injected faults: what goes wrong on the way, once per request (`X-Mock-Fault`) or by rules that a test has set."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from mock_server import rng
from mock_server.contract.document import resolve
from mock_server.pipeline.exchange import Answer, Exchange
from mock_server.pipeline.journal import contains

Kind = Literal["reset", "truncate", "malformed", "hang", "slow"]
KINDS: tuple[Kind, ...] = ("reset", "truncate", "malformed", "hang", "slow")
_HEADER = re.compile(r"(after=)?(?:([45][0-9]{2})|([a-z]+)|delay=([0-9]{1,6}))")
_GENERIC = {500: {"error": "Internal server error occurred"}, 422: {"error": "Invalid parameters provided"}}


class FaultError(Exception):
    """A fault that cannot be understood; the message says what is possible."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Milliseconds before the answer: `low`; up to `high`, evenly; or around `low`, normally, by `spread`."""

    low: float
    high: float | None = None
    spread: float | None = None

    def draw(self, seed: int, *parts: object) -> float:
        """One delay, the same for the same seed and parts."""
        first = (rng.number(seed, *parts, 1) + 1) / 2**64
        if self.high is not None:
            return self.low + (self.high - self.low) * first
        if self.spread is not None:
            angle = math.tau * rng.number(seed, *parts, 2) / 2**64
            return max(0.0, self.low + self.spread * math.sqrt(-2 * math.log(first)) * math.cos(angle))
        return self.low


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens: a status or a kind, or neither, which is a mere delay.

    `after` lets the request do its work first, so that the client cannot know that it was done.
    """

    status: int | None = None
    kind: Kind | None = None
    retry_after: int | None = None
    delay: Delay | None = None
    after: bool = False


@dataclass(slots=True)
class Rule:
    """A fault for requests that fit: an operation (empty = all), and parts of the request.

    It strikes `times`, or with `probability`, or until `until` (elapsed milliseconds of the workspace), or always.
    `source` is what the rule was made from, to be shown again.
    """

    id: int
    operation: str
    match: Mapping[str, Any]
    fault: Fault
    times: int | None = None
    probability: float | None = None
    until: int | None = None
    seen: int = 0
    struck: int = 0
    source: Mapping[str, Any] = field(default_factory=dict)

    def strikes(self, exchange: Exchange, body: Any, seed: int, elapsed: int) -> bool:
        """Whether this request is hit; counts it."""
        if not self._fits(exchange, body) or (self.until is not None and elapsed >= self.until):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.seen += 1
        if self.probability is not None and rng.number(seed, "fault", self.id, self.seen) / 2**64 >= self.probability:
            return False
        self.struck += 1
        return True

    def _fits(self, exchange: Exchange, body: Any) -> bool:
        operation = exchange.operation
        if self.operation and (operation is None or operation.id != self.operation):
            return False
        request = {"method": exchange.method, "path": exchange.path, "query": exchange.query, "body": body}
        return contains(request, self.match)


@dataclass(slots=True)
class Rules:
    """The rules of one workspace; the first that strikes decides."""

    rules: list[Rule] = field(default_factory=list)
    made: int = 0

    def add(self, rule: Rule) -> Rule:
        """Add a rule behind the others, under a new id."""
        self.made += 1
        rule.id = self.made
        self.rules.append(rule)
        return rule

    def remove(self, rule_id: int | None) -> int:
        """Remove one rule, or all; how many."""
        kept = [] if rule_id is None else [rule for rule in self.rules if rule.id != rule_id]
        removed, self.rules = len(self.rules) - len(kept), kept
        return removed


def read_header(text: str) -> Fault:
    """The fault of an `X-Mock-Fault` header; raises FaultError."""
    match = _HEADER.fullmatch(text.strip())
    word = match[3] if match else None
    kind = "hang" if word == "timeout" else word
    if match is None or (kind is not None and kind not in KINDS):
        known = f"a status, delay=MS, timeout, {', '.join(KINDS)}, or after= and one of these"
        raise FaultError(f"X-Mock-Fault must be {known}.")
    found: Any = kind
    return Fault(
        status=int(match[2]) if match[2] else None,
        kind=found,
        delay=Delay(float(match[4])) if match[4] else None,
        after=match[1] is not None,
    )


def faulty(exchange: Exchange, status: int, retry_after: int | None) -> Answer:
    """An answer of this status in the vendor's envelope: the operation's own record, else the general one."""
    answer = Answer.of_json(status, _body(exchange, status), "Injected fault.")
    wait = retry_after if retry_after is not None else 30 if status in (429, 503) else None
    if wait is not None:
        answer.headers.append(("retry-after", str(wait)))
    return answer


def _body(exchange: Exchange, status: int) -> Any:
    operation, edition = exchange.operation, exchange.edition
    if operation is not None and edition is not None:
        described = edition.document["paths"][operation.path][operation.method.lower()]
        response = resolve(edition.document, described["responses"].get(str(status))) or {}
        for media in response.get("content", {}).values():
            for example in media.get("examples", {}).values():
                return resolve(edition.document, example)["value"]
    if status in _GENERIC:
        return _GENERIC[status]
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    return {"message": phrase}

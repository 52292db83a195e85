"""The one way to the API. Nothing in the suite sends anything but through a `Target`."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from contract_tests.address import Address
from contract_tests.clock import Clock
from contract_tests.document import Operation, api_of
from contract_tests.errors import BrokenAnswerError, CannotJudgeError, RefusedBySafetyError
from contract_tests.exchange import NO_BODY, Exchange, body_bytes, parsed
from contract_tests.ledger import Ledger
from contract_tests.pacing import Budget, Pace
from contract_tests.redaction import Key
from contract_tests.safety import Safety
from contract_tests.safety_table import RULES

DEFAULT_TIMEOUT_SECONDS = 30.0
_LARGEST_ANSWER = 64 * 1024 * 1024
_CONTROL = "/_mock"

# httpx logs every URL, and ours hold the key.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(slots=True)
class Wire:
    """Sends bytes and takes whole answers in; knows no rule. `transport` is what tests put in place of the network."""

    address: Address
    clock: Clock
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    transport: httpx.BaseTransport | None = field(default=None, repr=False)
    _client: httpx.Client = field(init=False, repr=False)
    #: whether the server has ever answered
    met: bool = False

    def __post_init__(self) -> None:
        """Open the client. Redirects are not followed: they would carry the key elsewhere."""
        self._client = httpx.Client(
            timeout=self.timeout, transport=self.transport, follow_redirects=False,
            trust_env=not self.address.is_loopback, headers={"User-Agent": "smartlead-contract"},
        )  # fmt: skip

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self, method: str, url: str, query: Sequence[tuple[str, str]], content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes, float]:
        """Status, headers, body and seconds of one answer."""
        called = f"{method} {url}"
        whole = f"{url}?{urlencode(query)}" if query else url
        started = self.clock.now()
        try:
            with self._client.stream(method, whole, content=content, headers=dict(headers)) as answer:
                self.met = True
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if self.clock.now() - started > self.timeout:
                        raise BrokenAnswerError(called, f"the answer did not end within {self.timeout:g} s")
                    if len(body) > _LARGEST_ANSWER:
                        raise BrokenAnswerError(called, f"the answer is longer than {_LARGEST_ANSWER >> 20} MB")
                return answer.status_code, dict(answer.headers), bytes(body), self.clock.now() - started
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            # What httpx says holds no address, and so no key.
            raise self._unreachable(called, str(error)) from None
        except httpx.TimeoutException:
            self.met = True
            raise BrokenAnswerError(called, f"no answer within {self.timeout:g} s") from None
        except httpx.DecodingError:
            raise BrokenAnswerError(called, "the answer's encoding is broken") from None
        except httpx.TransportError as error:
            self.met = True
            raise BrokenAnswerError(called, f"the answer was cut off or is no HTTP ({error})") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ssl.SSLError, UnicodeError, ValueError) as error:
            raise CannotJudgeError(f"{called} cannot be sent ({type(error).__name__})") from None

    def _unreachable(self, called: str, why: str) -> CannotJudgeError | BrokenAnswerError:
        if self.met:
            return BrokenAnswerError(called, f"the server cannot be reached any more ({why})")
        return CannotJudgeError(f"{self.address} cannot be reached ({why})")


@dataclass(slots=True)
class Target:
    """An API, with one key, under the rules of one run."""

    wire: Wire
    key: Key
    edition: str
    safety: Safety
    pace: Pace
    ledger: Ledger
    budget: Budget
    #: whether a control API answers
    has_control: bool = False
    #: around a call that makes something: what could end the run waits for its answer
    shield: Callable[[], AbstractContextManager[None]] = field(default=nullcontext, repr=False)

    def call(
        self, operation_id: str, *, path: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None,
        body: Any = NO_BODY, edition: str | None = None, with_key: bool = True, route: int = 0,
    ) -> Exchange:  # fmt: skip
        """A regular call of an operation; `route` picks one of its aliases. With `edition` it is written as another
        document writes it, which only a mock understands.
        """
        safety = self.safety
        if edition is not None and edition != self.edition:
            if not self.has_control:
                raise RefusedBySafetyError(operation_id, "this server has one edition")
            safety = replace(safety, api=api_of(edition))
        operation = safety.api[operation_id]
        path, query = path or {}, query or {}
        safety.check(operation, path, query, body)
        chosen = operation.routes[route]
        url = self.wire.address.origin + self.wire.address.path + _filled(operation, chosen.path, path)
        with self._recorded(operation, path, query, body) as made:
            exchange = self._exchange(
                operation.id, chosen.method, url, _pairs(query), body_bytes(body), self._headers(edition), with_key
            )
            made.append(exchange)
        self._adopt(operation, path, exchange)
        return exchange

    def raw(
        self, method: str, path: str, *, query: Sequence[tuple[str, str]] = (), content: bytes | None = None,
        headers: Mapping[str, str] | None = None, with_key: bool = True,
    ) -> Exchange:  # fmt: skip
        """A request that no regular call makes; `path` is below the base and is sent as it is."""
        if not path.startswith("/") or any(mark in path for mark in "?#"):
            raise RefusedBySafetyError(f"{method} {path}", "a path starts with a slash and holds no query")
        self.safety.check_raw(method, path)
        operation = self.safety.api.at(method, path)
        url = self.wire.address.origin + self.wire.address.path + path
        name = operation.id if operation else ""
        return self._exchange(name, method, url, query, content, {**self._headers(None), **(headers or {})}, with_key)

    def ask(self, path: str) -> Exchange:
        """Read below the control API, without the key and before anybody knows whether there is one."""
        return self._once("", "GET", self.wire.address.origin + _CONTROL + path, (), None, {}, False)

    def control(self, method: str, path: str, body: Any = NO_BODY) -> Exchange:
        """A call of the mock's control API, for this key's workspace. It is neither paced nor counted."""
        if not self.has_control:
            raise RefusedBySafetyError(f"{method} {_CONTROL}{path}", "this server has no control API")
        url = self.wire.address.origin + _CONTROL + path
        headers = {} if body is NO_BODY else {"Content-Type": "application/json"}
        return self._once("", method, url, (), body_bytes(body), headers, True)

    def _headers(self, edition: str | None) -> dict[str, str]:
        return {"X-Mock-Edition": edition or self.edition} if self.has_control else {}

    def _exchange(
        self, operation: str, method: str, url: str, query: Sequence[tuple[str, str]], content: bytes | None,
        headers: Mapping[str, str], with_key: bool,
    ) -> Exchange:  # fmt: skip
        attempt = 0
        while True:
            self.budget.spend()
            self.pace.before()
            exchange = self._once(operation, method, url, query, content, headers, with_key)
            if not self.pace.after(exchange.status, exchange.headers, attempt):
                return exchange
            attempt += 1

    def _once(
        self, operation: str, method: str, url: str, query: Sequence[tuple[str, str]], content: bytes | None,
        headers: Mapping[str, str], with_key: bool,
    ) -> Exchange:  # fmt: skip
        sent = {**({"Content-Type": "application/json"} if content is not None else {}), **headers}
        pairs = [*query, *([("api_key", self.key.reveal())] if with_key else [])]
        status, answered, body, seconds = self.wire.send(method, url, pairs, content, sent)
        return Exchange(
            operation=operation, method=method, url=url, query=tuple(query), sent=content,
            request_headers=dict(headers), with_key=with_key, status=status,
            headers={name.lower(): value for name, value in answered.items()},
            text=body.decode("utf-8", "replace"), json=parsed(body), seconds=seconds,
        )  # fmt: skip

    @contextmanager
    def _recorded(
        self, operation: Operation, path: Mapping[str, Any], query: Mapping[str, Any], body: Any
    ) -> Iterator[list[Exchange]]:
        """Around a call that makes something: the ledger knows before, and knows the id after. When no answer came, or
        a 5xx did, the entry stays open: nobody knows what was made.
        """
        rule = RULES[operation.id]
        answers: list[Exchange] = []
        if rule.creates is None:
            yield answers
            return
        inside = body if isinstance(body, dict) else {}
        parent = path.get("campaign_id", inside.get("email_campaign_id", ""))
        with self.shield():
            entry = self.ledger.begin(rule.creates, _names(rule.name_in, query, body), str(parent))
            yield answers
            status, answer = answers[0].status, answers[0].json
            if 200 <= status < 300:
                self.ledger.made(entry, [found] if (found := _first(answer, rule.made)) else [])
            elif status < 500:
                self.ledger.finish(entry, "not made")

    def _adopt(self, operation: Operation, path: Mapping[str, Any], exchange: Exchange) -> None:
        """Take over the ids of leads that are found under addresses of this run: an import does not tell them."""
        rows: list[Any] = []
        if operation.id == "get_lead_by_email":
            rows = [{"lead": exchange.json}]
        elif operation.id == "list_leads_by_campaign" and self.ledger.owns("campaign", str(path.get("campaign_id"))):
            rows = exchange.json.get("data", []) if isinstance(exchange.json, dict) else []
        for row in rows if isinstance(rows, list) else []:
            lead = row.get("lead") if isinstance(row, dict) else None
            if not isinstance(lead, dict) or not self.safety.is_own(str(lead.get("email", ""))):
                continue
            self.ledger.adopt("lead", str(lead.get("id")))
            self.ledger.adopt("lead_map", str(row.get("campaign_lead_map_id")))


def _filled(operation: Operation, template: str, values: Mapping[str, Any]) -> str:
    """The path with its parameters; one value stays one segment."""
    path = template
    for name in [part[1:-1] for part in template.split("/") if part.startswith("{")]:
        value = str(values[name])
        if value in ("", ".", ".."):
            raise RefusedBySafetyError(operation.id, f"{name} {value!r} would change the path")
        path = path.replace(f"{{{name}}}", quote(value, safe="@"))
    return path


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Query arguments as text: lists repeat the name, booleans are JSON's words."""
    return [
        (name, json.dumps(one) if isinstance(one, bool) else str(one))
        for name, value in query.items()
        for one in (value if isinstance(value, (list, tuple)) else [value])
    ]


def _names(name_in: Sequence[str], query: Mapping[str, Any], body: Any) -> list[str]:
    """What a thing can be found by: its name, or the addresses in the request."""
    given = {**query, **(body if isinstance(body, dict) else {})}
    named = [str(given[name]) for name in name_in if name in given]
    return named or sorted(set(_addresses(given)))


def _addresses(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for inner_key, inner in value.items():
            yield from _addresses(inner, inner_key)
    elif isinstance(value, list):
        for inner in value:
            yield from _addresses(inner, key)
    elif isinstance(value, str) and key in ("email", "emails", "domains", "domain_block_list", "domainBlockList"):
        yield value


def _first(answer: Any, places: Sequence[str]) -> str | None:
    """The first id that an answer holds in one of these places."""
    for place in places:
        found = answer
        for step in place.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, (int, str)) and not isinstance(found, bool):
            return str(found)
    return None

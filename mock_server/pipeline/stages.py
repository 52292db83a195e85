"""The stages before the handler: each may answer, else it adds what it found out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import orjson

from mock_server.config import Settings
from mock_server.context import Client
from mock_server.contract.operations import Contract, Edition
from mock_server.contract.rate_limits import RateLimit, rate_limit
from mock_server.contract.trie import Route
from mock_server.contract.validation import SAFE_INTEGER, InvalidRequestError
from mock_server.errors import ApiError
from mock_server.pipeline.exchange import MAX_DEPTH, Answer, Exchange, decoded, is_deep, read_query
from mock_server.pipeline.faults import Fault, faulty, read_header
from mock_server.pipeline.gates import Gates
from mock_server.pipeline.journal import Violation
from mock_server.state.workspaces import CLIENT_KEY, MAX_KEY, Workspace, Workspaces, is_key

#: the refusal that an operation documents when it needs more than reading and replying
NOT_PERMITTED = "not_permitted"
MAX_BODY = 8 * 1024 * 1024
_NOT_FOUND = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
    "<body>\n<pre>Cannot {method} {path}</pre>\n</body>\n</html>\n"
)
#: the client of a key that is one's, with the key of the workspace
ClientOf = Callable[[str], tuple[str, Client] | None]
_STATUS_WITHOUT_API = {"no-api-401": 401, "no-api-403": 403}
_FRACTION = re.compile(rb"[:,\[\s]-?[0-9]+[.eE]")


class Stages:
    """The stages of the pipeline, with what they look things up in."""

    def __init__(
        self, contract: Contract, workspaces: Workspaces, client_of: ClientOf, gates: Gates, settings: Settings
    ) -> None:
        self.contract = contract
        self.workspaces = workspaces
        self.client_of = client_of
        self.gates = gates
        self.settings = settings
        self._limits: dict[str, RateLimit] = {}

    def receive(self, exchange: Exchange) -> Answer | None:
        """Undo the encodings of the request line; what is not text is refused."""
        if len(exchange.body) > MAX_BODY:
            return Answer.of_json(413, {"message": "request entity too large"}, f"A body may have {MAX_BODY} bytes.")
        try:
            exchange.query = read_query(exchange.query_string)
            exchange.segments = [decoded(segment) for segment in exchange.raw_segments]
        except UnicodeDecodeError:
            return bad_request("The path and the query must be UTF-8", "query")
        if "%00" in exchange.path or b"%00" in exchange.query_string:
            return bad_request("NUL characters are not allowed", "query")
        return None

    def identify(self, exchange: Exchange) -> Answer | None:
        """The workspace of the key, and the edition: of the request, else of the workspace.

        The edition must be known to match a route, and a miss answers before a bad key does.
        """
        key = exchange.query.get("api_key", "")
        owner, exchange.client = (isinstance(key, str) and self.client_of(key)) or (key, None)
        workspace = self.workspaces.get(owner) if isinstance(owner, str) else None
        name = exchange.headers.get("x-mock-edition") or (workspace.edition if workspace else self.settings.edition)
        if name not in self.contract.specs:
            hint = f"X-Mock-Edition must be one of: {', '.join(self.contract.specs)}."
            return Answer.of_json(400, {"message": f"Unknown edition {name!r}"}, hint)
        exchange.workspace = workspace
        exchange.edition = self.contract.edition(name)
        return None

    def match(self, exchange: Exchange) -> Answer | None:
        """The operation of the path, or the real service's 404."""
        edition = _edition(exchange)
        found = edition.trie.find(exchange.host, exchange.method, exchange.segments) or self._public(exchange)
        if found is None:
            return self._miss(exchange, edition)
        route, values = found
        exchange.operation = route.operation
        exchange.path_values = dict(zip(route.names, values, strict=True))
        return None

    def _public(self, exchange: Exchange) -> tuple[Route, list[str]] | None:
        """A route for strangers, such as a pixel: they have no key, and know no edition."""
        if "api_key" in exchange.query:
            return None
        everything = self.contract.edition("default")
        found = everything.trie.find(exchange.host, exchange.method, exchange.segments)
        if found is None or found[0].operation.handler.workspace_of is None:
            return None
        exchange.edition = everything
        return found

    def _miss(self, exchange: Exchange, edition: Edition) -> Answer:
        exchange.violations.append(Violation("unknown_route", f"{exchange.method} {exchange.path}"))
        text = _NOT_FOUND.format(method=exchange.method, path=html.escape(exchange.path))
        answer = Answer(404, text.encode(), "text/html; charset=utf-8")
        answer.headers.append(("x-mock-hint", self._way_out(exchange, edition)))
        return answer

    def _way_out(self, exchange: Exchange, edition: Edition) -> str:
        """What whoever missed a route may have meant."""
        every = self.contract.edition("default").trie
        elsewhere = every.find(exchange.host, exchange.method, exchange.segments)
        if elsewhere is not None:
            name = elsewhere[0].operation.id
            own = edition.operations.get(name)
            if own is not None:
                return f"Edition {edition.name} has {name} as {own.method} {own.path}."
            return f"Edition {edition.name} has no {name}; smartlead-mock explain {name} tells which editions have it."
        if methods := edition.trie.methods(exchange.host, exchange.segments):
            return f"This path answers {', '.join(methods)}."
        methods = every.methods(exchange.host, exchange.segments)
        return f"In edition default this path answers {', '.join(methods)}." if methods else "No such path; see /docs."

    def authorise(self, exchange: Exchange) -> Answer | None:
        """401 without a known key or a plan with the API, but for an operation that needs none: its path may do."""
        operation = exchange.operation
        assert operation is not None
        if exchange.workspace is None:
            key = exchange.query.get("api_key")
            if not key and operation.handler.workspace_of is not None:
                exchange.is_public = True
                exchange.workspace = self.workspaces.by_id(operation.handler.workspace_of(exchange.path_values))
                return None
            if not key:
                raise ApiError("missing_api_key", hint="Send the key as ?api_key=KEY; any non-empty one works.")
            if isinstance(key, str) and key.startswith(CLIENT_KEY):
                hint = "No client has this key (any more); POST /client/api-key makes one."
                raise ApiError("invalid_api_key", hint=hint)
            if isinstance(key, str) and is_key(key):
                raise ApiError("invalid_api_key", hint="The server was started with --keys, and this is none of them.")
            raise ApiError("invalid_api_key", hint=f"Send one key, not blank, of at most {MAX_KEY} characters.")
        if exchange.workspace.plan != "api":
            refused = operation.errors["plan_without_api"]
            status = _STATUS_WITHOUT_API[exchange.workspace.plan]
            return Answer.of_json(status, refused.body({}), "PUT /_mock/settings with plan api gives the API back.")
        if exchange.client is not None and not exchange.client.full_access and NOT_PERMITTED in operation.errors:
            raise ApiError(
                NOT_PERMITTED, hint="This client may read and reply only; give it the permission full_access."
            )
        return None

    def faults(self, exchange: Exchange) -> Answer | None:
        """What a test has asked to go wrong; an injected answer is not charged."""
        fault = None if exchange.is_public else self._fault(exchange)
        if fault is None:
            return None
        exchange.fault, exchange.injected = fault, fault.status is not None or fault.kind is not None
        if fault.after or (fault.status is None and fault.kind not in ("reset", "hang")):
            return None
        return faulty(exchange, fault.status or 500, fault.retry_after)

    def _fault(self, exchange: Exchange) -> Fault | None:
        workspace = _workspace(exchange)
        fault = None
        if "x-mock-fault" in exchange.headers:
            fault = read_header(exchange.headers["x-mock-fault"])
        else:
            rules = self.gates.of(workspace.key).rules.rules
            if rules:
                elapsed = workspace.clock.elapsed()
                body = peek(exchange)
                fault = next((r.fault for r in rules if r.strikes(exchange, body, workspace.seed, elapsed)), None)
        if fault is not None and fault.delay is not None:
            exchange.delay = fault.delay.draw(workspace.seed, "delay", self.gates.of(workspace.key).journal.total)
        return fault

    def limits(self, exchange: Exchange) -> Answer | None:
        """Charge the windows of the key; a refusal changes nothing."""
        workspace, operation = _workspace(exchange), exchange.operation
        assert operation is not None
        if exchange.is_public:  # strangers must not use up what the key may do
            return None
        windows = self._rate_limit(workspace).windows_of(operation.rate_class)
        if not windows:
            return None
        key = workspace.key if exchange.client is None else exchange.client.key
        meter = self.gates.of(workspace.key).meters[key]
        exchange.charge = meter.charge(windows, workspace.clock.elapsed(), workspace.suspend_after)
        if exchange.charge.retry_after is not None:
            suspended = "The key is suspended: it went on after too many refusals." if exchange.charge.suspended else ""
            raise ApiError("rate_limited", hint=suspended or "Wait Retry-After seconds, or advance the clock.")
        return None

    def _rate_limit(self, workspace: Workspace) -> RateLimit:
        text = workspace.rate_limit or self.settings.rate_limit or self.contract.specs[workspace.edition].rate_limit
        if text not in self._limits:
            self._limits[text] = rate_limit(text, self.contract.rate_limits)
        return self._limits[text]

    def validate(self, exchange: Exchange) -> Answer | None:
        """Path, query and body in canonical words.

        What is spelled otherwise is noted, but for an edition of one document: what that accepts is what it says.
        """
        operation = exchange.operation
        assert operation is not None
        notes: list[str] = []
        try:
            query, moved = operation.split({name: value for name, value in exchange.query.items() if name != "api_key"})
            exchange.params = operation.read_parameters(exchange.path_values, query, notes)
            exchange.input = operation.read_body(_json(exchange), moved, notes)
        finally:
            if _edition(exchange).spec.sources is None:
                exchange.violations += [Violation("spelling", note) for note in notes]
        return None


def _workspace(exchange: Exchange) -> Workspace:
    assert exchange.workspace is not None
    return exchange.workspace


def _edition(exchange: Exchange) -> Edition:
    assert exchange.edition is not None
    return exchange.edition


def bad_request(message: str, source: str, hint: str = "") -> Answer:
    """A request that cannot be read at all."""
    body = {"statusCode": 400, "error": "Bad Request", "message": message, "validation": {"source": source, "keys": []}}
    return Answer.of_json(400, body, hint)


def refusal(exchange: Exchange, error: InvalidRequestError) -> Answer:
    """The answer to a request that its document refuses, in the edition's form."""
    edition, operation = _edition(exchange), exchange.operation
    exchange.violations.append(Violation(error.kind, error.message))
    if error.code and operation is not None and error.code in operation.errors:
        answer = operation.errors[error.code]
        values = {"field": error.key, "name": error.key.rpartition(".")[2], "limit": error.limit}
        count = len(error.value) if isinstance(error.value, list) else 1
        body = answer.body({**values, "value": _shown(error.value), "count": count})
        return Answer.of_json(answer.status, body, error.message)
    if edition.behaviour.validation == "error-422":  # the newer reference quotes no label (R)
        return Answer.of_json(422, {"error": error.message.replace('"', "", 2)})
    validation = {"source": error.source, "keys": [error.key] if error.key else []}
    body = {"statusCode": 400, "error": "Bad Request", "message": error.message, "validation": validation}
    return Answer.of_json(400, body)


def _shown(value: object) -> object:
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _json(exchange: Exchange) -> Any:
    """The JSON body, as JavaScript reads it: 1.0 is 1. No body is an empty object. Raises `InvalidRequestError`."""
    raw = exchange.body
    if not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequestError(f"Unexpected token in JSON: {error}", "body", "") from error
    if not exchange.headers.get("content-type", "application/json").startswith("application/json"):
        hint = "Send Content-Type: application/json; the real service may ignore this body."
        exchange.hints.append(hint)
        exchange.violations.append(Violation("content_type", hint))
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and is_deep(body):
        raise InvalidRequestError(f"A body may have {MAX_DEPTH} levels", "body", "")
    if b"\\u0000" in raw and _has_nul(body):
        raise InvalidRequestError("NUL characters are not allowed", "body", "")
    return _with_integers(body) if _FRACTION.search(raw) else body


def peek(exchange: Exchange) -> Any:
    """The JSON body for those who only look; None when it is none."""
    try:
        return orjson.loads(exchange.body)
    except orjson.JSONDecodeError:
        return None


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(map(_has_nul, value))


def _with_integers(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= SAFE_INTEGER else value
    if isinstance(value, dict):
        return {key: _with_integers(item) for key, item in value.items()}
    return [_with_integers(item) for item in value] if isinstance(value, list) else value

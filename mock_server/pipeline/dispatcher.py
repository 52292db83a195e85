"""The outermost ASGI layer: requests to the vendor's hosts pass the stages, all others go to the FastAPI app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from time import perf_counter_ns
from typing import Any
from urllib.parse import quote, urlsplit

from mock_server.clock import wall_ms
from mock_server.contract.validation import InvalidRequestError
from mock_server.errors import ApiError
from mock_server.pipeline.delivery import Receive, Send, deliver
from mock_server.pipeline.exchange import Answer, Exchange
from mock_server.pipeline.faults import FaultError
from mock_server.pipeline.gates import Gates
from mock_server.pipeline.handling import Handling, broken, refused
from mock_server.pipeline.journal import Record, Redacted, Violation
from mock_server.pipeline.request_log import RequestLog
from mock_server.pipeline.stages import MAX_BODY, refusal

App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Stage = Callable[[Exchange], Answer | None]

#: path prefix -> host of the document
MOUNTS = {"/api/v1": "core"}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
#: the headers that anything here looks at
_READ = frozenset({
    b"content-type", b"origin", b"x-mock-edition", b"x-mock-fault", b"access-control-request-method",
    b"access-control-request-headers",
})  # fmt: skip
_METHODS = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"


class Dispatcher:
    """`stages` in order; the first answer ends the request, else the handler gives it. The journal sees every one."""

    def __init__(
        self, app: App, stages: Sequence[Stage], handling: Handling, gates: Gates, log: RequestLog | None
    ) -> None:
        self._app = app
        self._stages = tuple(stages)
        self._handling = handling
        self._gates = gates
        self._log = log

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        mount = _mount(scope) if scope["type"] == "http" else None
        if mount is None:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in _READ}
        cors = _cors(headers.get("origin"))
        method = scope["method"]
        if method == "OPTIONS":
            preflight = [*cors, ("allow", _METHODS), *_preflight(headers)]
            await deliver(send, receive, Answer(204, b"", ""), preflight, None, 0, head=False)
            return
        started = perf_counter_ns()
        exchange = _exchange(scope, mount, "GET" if method == "HEAD" else method, headers, await _read_body(receive))
        answer = await self.answer(exchange)
        self._note(exchange, answer)
        if self._log is not None:
            self._log(method, exchange.path, answer.status, perf_counter_ns() - started)
        more = [*cors, *_own_headers(exchange)]
        await deliver(send, receive, answer, more, exchange.fault, exchange.delay, head=method == "HEAD")

    async def answer(self, exchange: Exchange) -> Answer:
        """Take a request through the stages."""
        try:
            for stage in self._stages:
                answer = stage(exchange)
                if answer is not None:
                    return answer
            return await self._handling.handle(exchange)
        except ApiError as error:
            exchange.injected = exchange.injected and not _genuine(exchange)
            return refused(exchange, error)
        except InvalidRequestError as error:
            exchange.injected = exchange.injected and not _genuine(exchange)
            return refusal(exchange, error)
        except FaultError as error:
            return Answer.of_json(400, {"message": "Unknown X-Mock-Fault"}, str(error))
        except Exception as error:  # a defect must become an answer, not a dropped connection
            return broken(error)

    def _note(self, exchange: Exchange, answer: Answer) -> None:
        """Close the journal's record."""
        workspace, operation, edition = exchange.workspace, exchange.operation, exchange.edition
        key = workspace.key if workspace else ""
        given = exchange.query.get("api_key", "")
        secret = given if isinstance(given, str) and given else key
        record = Record(
            id=self._gates.of(key).journal.total + 1,
            at=workspace.clock.now() if workspace else wall_ms(),
            method=exchange.method,
            path=Redacted(exchange.path.encode(), secret),
            query=Redacted(exchange.query_string, secret),
            operation=operation.id if operation else "",
            edition=edition.name if edition else "",
            status=answer.status,
            injected=exchange.injected,
            request=Redacted(exchange.body, secret) if exchange.body else None,
            response=Redacted(answer.body, secret) if answer.body else None,
            violations=[
                Violation(one.kind, Redacted(one.message.encode(), secret).text) for one in exchange.violations
            ],
        )
        self._gates.record(key, record)


def _genuine(exchange: Exchange) -> bool:
    """Whether a refusal goes out as it is, in spite of a fault that was to come after the work."""
    return exchange.fault is not None and exchange.fault.after and exchange.fault.kind is None


def _mount(scope: MutableMapping[str, Any]) -> str | None:
    path: str = scope["path"]
    return next((mount for mount in MOUNTS if path.startswith(mount) and path[len(mount) :][:1] in ("", "/")), None)


def _exchange(
    scope: MutableMapping[str, Any], mount: str, method: str, headers: dict[str, str], body: bytes
) -> Exchange:
    raw = scope.get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else quote(scope["path"])
    segments = path[len(mount) :].strip("/").split("/")
    return Exchange(MOUNTS[mount], method, path, tuple(segments), scope["query_string"], headers, body)


async def _read_body(receive: Receive) -> bytes:
    """The whole body; what is a little above the limit is kept, so that a stage refuses it, the rest is not."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk: bytes = message.get("body", b"")
        if size <= MAX_BODY:
            chunks.append(chunk)
            size += len(chunk)
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


def _own_headers(exchange: Exchange) -> list[tuple[str, str]]:
    headers = [("x-mock-hint", hint) for hint in exchange.hints]
    if exchange.operation is not None and exchange.operation.evidence == "low":
        headers.append(("x-mock-evidence", "low"))
    if exchange.charge is not None and exchange.edition is not None:
        shown = exchange.edition.behaviour.rate_headers == "always" or exchange.method == "GET"
        headers += exchange.charge.headers if shown or exchange.charge.retry_after is not None else []
    return headers


def _cors(origin: str | None) -> list[tuple[str, str]]:
    """Pages of this machine may call the mock; others may not."""
    if origin is None:
        return []
    try:
        local = urlsplit(origin).hostname in _LOCAL
    except ValueError:
        local = False
    exposed = "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, x-mock-hint, x-mock-evidence"
    allowed = [("access-control-allow-origin", origin), ("access-control-expose-headers", exposed)] if local else []
    return [("vary", "Origin"), *allowed]


def _preflight(headers: dict[str, str]) -> list[tuple[str, str]]:
    if "access-control-request-method" not in headers:
        return []
    allowed = headers.get("access-control-request-headers", "content-type")
    return [
        ("access-control-allow-methods", _METHODS),
        ("access-control-allow-headers", allowed),
        ("access-control-max-age", "600"),
    ]

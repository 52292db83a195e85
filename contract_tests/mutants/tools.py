"""The kit of wrapper mutants: requests and answers as plain data, and a matcher of paths."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MOUNT = "/api/v1"


@dataclass(slots=True)
class Request:
    """A request below `/api/v1`; mutants change it or make up others with `but`."""

    method: str
    path: str
    query: list[tuple[str, str]]
    body: bytes
    #: what the braces of the pattern stood for
    ids: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The first argument of this name."""
        return next((value for key, value in self.query if key == name), default)

    def number(self, name: str, default: int) -> int:
        """An argument as a number; the default when it is none."""
        text = self.get(name)
        return int(text) if text.isdecimal() else default

    def put(self, name: str, value: object) -> None:
        """Set an argument."""
        self.drop(name)
        self.query.append((name, str(value)))

    def drop(self, name: str) -> None:
        """Leave an argument out."""
        self.query = [pair for pair in self.query if pair[0] != name]

    @property
    def json(self) -> Any:
        """The body; an empty object when it is no object of JSON."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()

    def but(self, method: str | None = None, path: str | None = None, body: Any = None, **query: object) -> Request:
        """Another request with the same key, and nothing else of this one's query."""
        pairs = [("api_key", self.get("api_key")), *((name, str(value)) for name, value in query.items())]
        content = b"" if body is None else json.dumps(body).encode()
        return Request(method or "GET", path or self.path, pairs, content, self.ids)

    def again(self) -> Request:
        """A copy."""
        return replace(self, query=list(self.query))


@dataclass(slots=True)
class Answer:
    """An answer; `json` is the body as data when it is JSON, and is written back by `sealed`."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    _json: Any = None
    _is_read: bool = False

    @classmethod
    def of(cls, status: int, value: Any) -> Answer:
        """One that a mutant makes up."""
        return cls(status, [("content-type", "application/json; charset=utf-8")], json.dumps(value).encode())

    @property
    def json(self) -> Any:
        """The body as data; None when it is no JSON."""
        if not self._is_read:
            self._is_read = True
            try:
                self._json = json.loads(self.body)
            except ValueError:
                self._is_read = False
        return self._json

    @json.setter
    def json(self, value: Any) -> None:
        self._json, self._is_read = value, True

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @text.setter
    def text(self, value: str) -> None:
        self.body, self._is_read = value.encode(), False

    def header(self, name: str) -> str | None:
        """A header's value."""
        return next((value for key, value in self.headers if key == name), None)

    def put(self, name: str, value: str | None) -> None:
        """Set a header that is there; None takes it out."""
        if self.header(name) is not None:
            self.headers = [pair for pair in self.headers if pair[0] != name]
            self.headers += [] if value is None else [(name, value)]

    def sealed(self) -> Answer:
        """The answer with what was done to `json`."""
        if self._is_read:
            self.body = json.dumps(self._json, ensure_ascii=False, separators=(",", ":")).encode()
        return self


@dataclass(slots=True)
class Call:
    """A request on its way to the app, and the answer once there is one.

    The mutant remembers things for the key in `memory`, until the key's reset, and for all keys in `shared`.
    """

    request: Request
    memory: dict[str, Any]
    shared: dict[str, Any]
    _app: App
    _scope: Message
    _receive: Receive
    answer: Answer = field(default_factory=lambda: Answer(500, [], b""))
    #: what the app said to the request itself
    heard: Answer | None = None

    @property
    def json(self) -> Any:
        """The answer's data."""
        return self.answer.json

    @json.setter
    def json(self, value: Any) -> None:
        self.answer.json = value

    @property
    def rows(self) -> list[Any]:
        """The rows of a list, bare or under `data`; a new empty list for anything else."""
        found = self.json.get("data") if isinstance(self.json, dict) else self.json
        return found if isinstance(found, list) else []

    async def go(self, request: Request | None = None) -> Answer:
        """Ask the app: this request, or one that the mutant made up."""
        asked = request or self.request
        sent = Answer(500, [], b"")
        started = False

        async def receive() -> Message:
            nonlocal started
            if started:
                return await self._receive()
            started = True
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                sent.headers = [(one.decode().lower(), two.decode()) for one, two in message.get("headers", ())]
            else:
                sent.body += message.get("body", b"")

        await self._app(_scope_of(self._scope, asked), receive, send)
        if request is None:
            self.heard = sent
        return sent

    async def read(self, path: str, **query: object) -> Any:
        """The data of a GET that the mutant makes up."""
        return (await self.go(self.request.but("GET", path, **query))).json


def _scope_of(scope: Message, request: Request) -> Message:
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    if request.body and not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"application/json"))
    raw = MOUNT + request.path
    return {
        **scope, "method": request.method, "path": unquote(raw), "raw_path": raw.encode("latin-1"),
        "query_string": urlencode(request.query).encode(),
        "headers": [*headers, (b"content-length", str(len(request.body)).encode())],
    }  # fmt: skip


async def request_of(scope: Message, receive: Receive) -> Request:
    """The request of an ASGI connection, with its whole body."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    raw = scope.get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else quote(scope["path"])
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Request(scope["method"], path[len(MOUNT) :], query, body)


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer."""
    length = ("content-length", str(len(answer.body)))
    headers = [*(pair for pair in answer.headers if pair[0] != "content-length"), length]
    encoded = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


@dataclass(frozen=True, slots=True)
class Matcher:
    """`GET|POST /campaigns/{campaign}/leads`: methods, or `*`, and a path whose braces stand for numbers."""

    methods: frozenset[str]
    path: re.Pattern[str]

    @classmethod
    def of(cls, pattern: str) -> Matcher:
        """Read a pattern; a path that is `*` is every one."""
        methods, _, path = pattern.partition(" ")
        form = ".*" if path == "*" else re.sub(r"\\{(\w+)\\}", r"(?P<\1>[0-9]+)", re.escape(path.rstrip("/")))
        return cls(frozenset(methods.split("|")), re.compile(form))

    def ids(self, request: Request) -> dict[str, str] | None:
        """The numbers in the path; None for another request."""
        if not {"*", request.method} & self.methods:
            return None
        found = self.path.fullmatch(request.path.rstrip("/"))
        return None if found is None else found.groupdict()

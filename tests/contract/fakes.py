"""Clocks that do not wait, servers that misbehave, and the mock without its control API."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from contract_tests.address import parse_address
from contract_tests.document import Api, read_document
from contract_tests.ledger import Ledger
from contract_tests.pacing import Budget, Pace, Unpaced
from contract_tests.redaction import Key
from contract_tests.safety import Mode, Safety
from contract_tests.target import Target, Wire
from mock_server.config import openapi_directory
from mock_server.contract.operations import Contract
from mock_server.contract.publish import published

SECRET = "s3cret key/with+marks&more"
RUN = "ct-0123abcd"
EDITIONS = ("default", "live", "api-guide", "lead-guide", "connector", "help-center", "reference")


_CONTRACT = Contract(openapi_directory())


@cache
def api(edition: str) -> Api:
    """The document of an edition, without a process of its own for each."""
    return read_document(published(_CONTRACT, edition))


@dataclass
class FakeClock:
    """Time moves when it is slept."""

    time: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        """The moment."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move on."""
        assert seconds >= 0
        self.slept.append(seconds)
        self.time += seconds


Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class Net(httpx.BaseTransport):
    """In place of the network: a function from request to response; keeps what it was asked."""

    handler: Handler
    requests: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        request.read()
        self.requests.append(request)
        return self.handler(request)


def without_control(request: httpx.Request) -> httpx.Response | None:
    """What the real service says to the paths of a mock's control API."""
    return httpx.Response(404, json={"error": "Not Found"}) if request.url.path.startswith("/_mock") else None


class RealLike(httpx.BaseTransport):
    """A running mock that looks like the real service: no control API is there."""

    def __init__(self) -> None:
        self.inner = httpx.HTTPTransport()
        self.requests: list[httpx.Request] = []
        #: called before a request goes on; may raise
        self.before: Callable[[httpx.Request], None] = lambda _: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on."""
        self.requests.append(request)
        self.before(request)
        return without_control(request) or self.inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


def smartlead(request: httpx.Request) -> httpx.Response:
    """A service of one operation that knows the key."""
    given = request.url.params.get("api_key")
    if request.url.path.startswith("/_mock"):
        return httpx.Response(404, json={"error": "Not Found"})
    if given is None:
        return httpx.Response(401, json={"message": "API key is required."})
    if given != SECRET:
        return httpx.Response(401, json={"message": "Invalid API Key"})
    return httpx.Response(200, json=[])


def make_target(
    handler: Handler = smartlead, *, mode: Mode = "write", is_mock: bool = False, pace: Pace | None = None,
    budget: int | None = None, ledger: Ledger | None = None, edition: str = "default",
) -> tuple[Target, Net]:  # fmt: skip
    """A target in front of a function."""
    net = Net(handler)
    document = api(edition)
    ledger = ledger or Ledger(RUN)
    wire = Wire(parse_address("http://api.example"), FakeClock(), transport=net)
    safety = Safety(mode, is_mock, document, ledger)
    return Target(wire, Key(SECRET), edition, safety, pace or Unpaced(), ledger, Budget(budget), is_mock), net


@contextmanager
def raw_server(answer: Callable[[socket.socket], object], keep: Callable[[str], object] = str) -> Iterator[str]:
    """A server on a real socket that does this with every connection, once its request is kept; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopping = threading.Event()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                if stopping.is_set():
                    connection.close()
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    keep(_request(connection))
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stopping.set()
            with socket.create_connection(("127.0.0.1", port)):
                thread.join()


def _request(connection: socket.socket) -> str:
    """One whole request."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            return got.decode()
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"^content-length: (\d+)", head, re.M | re.I)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode()


def http(status: int, body: Any, length: int | None = None, *headers: str) -> bytes:
    """An answer on the wire; `length` says something else than the truth."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/json", *headers]
    lines.append(f"Content-Length: {len(content) if length is None else length}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + content

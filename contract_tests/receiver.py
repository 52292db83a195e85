"""A receiver of webhooks on this machine: takes what comes, keeps it, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request; header names in lower case. `json` is None when the body is none."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    json: Any


@dataclass(slots=True)
class Receiver:
    """What came, in the order of its arrival, and what is answered to whom."""

    port: int = 0
    #: path -> status; 200 where nothing is said
    answers: dict[str, int] = field(default_factory=dict)
    _came: list[Received] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        """An address of it."""
        return f"http://127.0.0.1:{self.port}{path}"

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a request; the status that is answered."""
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        with self._lock:
            self._came.append(Received(path, headers, body, content))
            return self.answers.get(path, 200)

    def collect(self, prefix: str) -> Sequence[Received]:
        """What came below a path since the last time; what came elsewhere is forgotten."""
        with self._lock:
            came, self._came = self._came, []
        return [one for one in came if one.path.startswith(prefix)]


@cache
def receiver() -> Receiver:
    """The receiver of this process; it ends with it."""
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(one.take(self.path, headers, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    one.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return one

"""A server in a thread of the test process, on a free port."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any

import uvicorn

from mock_server.app import create_app
from mock_server.config import Settings

_START_SECONDS = 30
_QUIET: dict[str, Any] = {
    "log_level": "warning", "access_log": False, "server_header": False, "proxy_headers": False,
    "timeout_graceful_shutdown": 1,
}  # fmt: skip


class MockServer:
    """`with MockServer() as server: server.url`. Settings are those of `mock_server.config.Settings`; no rate limit."""

    def __init__(self, **settings: Any) -> None:
        self._settings = Settings(**{"rate_limit": "off", **settings})
        self._socket = socket.socket()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def start(self) -> MockServer:
        """Answer requests from now on; RuntimeError when the server does not come up."""
        self._socket.bind((self._settings.host, 0))
        started = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                started.set()

        config = uvicorn.Config(create_app(self._settings).state.asgi, **_QUIET)
        self._server = Server(config)
        arguments = {"sockets": [self._socket]}
        self._thread = threading.Thread(target=self._server.run, kwargs=arguments, name="smartlead-mock", daemon=True)
        self._thread.start()
        if not started.wait(_START_SECONDS) or not self._server.started:
            self.stop()
            raise RuntimeError("the mock server did not start")
        self.url = f"http://{self._settings.host}:{self._socket.getsockname()[1]}"
        return self

    def stop(self) -> None:
        """Stop answering; the state is gone unless it is in a file."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_START_SECONDS)
        self._socket.close()

    def __enter__(self) -> MockServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

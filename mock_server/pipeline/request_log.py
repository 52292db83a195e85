"""One line per request on stderr, when `--log-format` asks for it; never the query, which carries the key."""

from __future__ import annotations

import logging
from collections.abc import Callable

import orjson

RequestLog = Callable[[str, str, int, int], None]
_log = logging.getLogger("smartlead_mock.requests")


def request_log(log_format: str) -> RequestLog | None:
    """A function that logs (method, path, status, nanoseconds), as `text` or `json`; None when nothing is logged."""
    if not log_format:
        return None

    def log(method: str, path: str, status: int, duration: int) -> None:
        milliseconds = duration / 1_000_000
        if log_format == "json":
            entry = {"method": method, "path": path, "status": status, "ms": round(milliseconds, 3)}
            _log.info(orjson.dumps(entry).decode())
        else:
            _log.info("%s %s %d %.1f ms", method, path, status, milliseconds)

    return log

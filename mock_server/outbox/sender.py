"""One attempt to make a delivery, over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import re
from asyncio import timeout
from dataclasses import dataclass
from typing import Literal

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
)
from yarl import URL

from mock_server.clock import monotonic_ms, wall_ms
from mock_server.outbox.targets import TargetConnector, TargetRefusedError, Targets

Verdict = Literal["success", "retry", "final"]
#: how much of an answer's body is read, and kept
_READ = 65_536
_KEPT = 1024
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one attempt."""

    at: int
    latency: int
    status: int | None
    error: str | None
    response: str | None
    verdict: Verdict


def signature(secret: str, body: bytes) -> str:
    """The value of X-Smartlead-Signature."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verdict_on(status: int) -> Verdict:
    """2xx is a success, 3xx and 4xx are failures for good; anything else may be better the next time."""
    if 200 <= status < 300:
        return "success"
    return "final" if 300 <= status < 500 else "retry"


class Sender:
    """Makes attempts; connections are kept and shared. Must be made where an event loop runs."""

    def __init__(self, targets: Targets, seconds: float) -> None:
        self._seconds = seconds
        self._session = ClientSession(
            connector=TargetConnector(targets), cookie_jar=DummyCookieJar(), timeout=ClientTimeout(),
            skip_auto_headers=("Accept-Encoding",), auto_decompress=False,
        )  # fmt: skip

    async def send(self, url: str, body: bytes, headers: dict[str, str]) -> Tried:
        """POST the body."""
        at, started = wall_ms(), monotonic_ms()
        status: int | None = None
        error: str | None = None
        verdict: Verdict = "retry"
        received = bytearray()
        try:
            async with (
                timeout(self._seconds),
                self._session.post(_target(url), data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
                await _read(answer, received)
            verdict = verdict_on(status)
            error = None if verdict == "success" else _refusal(status)
        except TimeoutError:
            error = f"{'no answer' if status is None else 'the answer did not end'} within {self._seconds:g} s"
        except ClientConnectorError as failure:
            is_refused = isinstance(failure.__cause__, TargetRefusedError)
            verdict, error = ("final", str(failure.__cause__)) if is_refused else ("retry", str(failure))
        except (ClientResponseError, ClientPayloadError) as failure:
            error = f"malformed answer: {failure.message if isinstance(failure, ClientResponseError) else failure}"
        except ValueError as failure:
            verdict, error = "final", f"not a usable URL: {failure}"
        except (ClientError, OSError) as failure:
            error = str(failure) or type(failure).__name__
        response = None if status is None else _text(received[:_KEPT])
        return Tried(at, monotonic_ms() - started, status, error and _line(error), response, verdict)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def _target(url: str) -> URL:
    """Where a request goes. What can be sent as it is written is sent so: receivers may look for it byte for byte."""
    target = URL(url, encoded=re.fullmatch("[!-~]*", url) is not None)
    if target.scheme not in ("http", "https") or not target.host:
        raise ValueError(f"{url[:80]!r} is not an address of http or https")
    return target


async def _read(answer: ClientResponse, received: bytearray) -> None:
    """Read the body up to the bound; a longer one costs the connection."""
    async for chunk in answer.content.iter_any():
        received += chunk
        if len(received) >= _READ:
            answer.close()
            return


def _refusal(status: int) -> str:
    return f"answered {status}" + ("; redirects are not followed" if 300 <= status < 400 else "")


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace").replace("\x00", "\ufffd")


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_ERROR]

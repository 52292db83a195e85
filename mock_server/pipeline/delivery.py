"""Send an answer over ASGI, whole or as an injected fault wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mock_server.pipeline.exchange import Answer
from mock_server.pipeline.faults import Fault

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HANG_SECONDS = 300
_SLOW_PARTS = 20
_SLOW_SECONDS = 0.1


async def deliver(
    send: Send,
    receive: Receive,
    answer: Answer,
    more: list[tuple[str, str]],
    fault: Fault | None,
    delay: float,
    *,
    head: bool,
) -> None:
    """Send the answer after `delay` milliseconds, with the fault's damage."""
    if delay:
        await asyncio.sleep(delay / 1000)
    kind = fault.kind if fault else None
    if kind == "hang":
        await _hang(receive)
    if kind in ("hang", "reset"):
        await _abort(send)
        return
    body = b"" if head else answer.body
    length = len(answer.body)
    if kind == "malformed":
        body = body[: len(body) // 2] or b"{"
        length = len(body)
    await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer, more, length)})
    if kind == "truncate":
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await _abort(send)
    elif kind == "slow":
        await _slowly(send, body)
    else:
        await send({"type": "http.response.body", "body": body})


async def _hang(receive: Receive) -> None:
    """Wait until the client gives up."""
    try:
        async with asyncio.timeout(_HANG_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass


async def _slowly(send: Send, body: bytes) -> None:
    size = max(1, -(-len(body) // _SLOW_PARTS))
    for start in range(0, len(body), size):
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        await asyncio.sleep(_SLOW_SECONDS)
    await send({"type": "http.response.body", "body": b""})


async def _abort(send: Send) -> None:
    """Drop the connection without a further byte. Only a server's own `send` knows its transport."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("injected fault: the connection is dropped")
    transport.abort()
    await asyncio.sleep(0.001)  # lets the server notice, or it reports that the answer is missing


def _headers(answer: Answer, more: list[tuple[str, str]], length: int) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-length", str(length).encode())]
    if answer.media:
        headers.append((b"content-type", answer.media.encode()))
    return headers + [(name.encode(), _printable(value)) for name, value in (*answer.headers, *more)]


def _printable(text: str) -> bytes:
    """Printable ASCII only: hints may quote what a client sent."""
    return text.encode("ascii", "replace").translate(None, bytes([*range(32), 127]))

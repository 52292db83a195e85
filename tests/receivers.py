"""Receivers of webhooks: small servers on real sockets that answer, or misbehave, as they are told."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HUGE = 20_000_000


@dataclass(frozen=True)
class Request:
    """What a receiver got, byte for byte; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def id(self) -> str:
        """Its X-Request-Id."""
        return self.headers["x-request-id"]


@dataclass
class Connection:
    """One connection, to answer on. `is_open` becomes False when the receiver is done with it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_open: bool = True

    async def write(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()


Answer = Callable[[Connection, Request], Awaitable[None]]


@dataclass
class Receiver:
    """A server that runs; `requests` in the order of their arrival."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    #: requests that were read and not answered completely
    open_requests: int = 0
    most_open: int = 0
    connections: int = 0
    ended: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        """An address of it."""
        return f"http://{host}:{self.port}{path}"

    @property
    def ids(self) -> list[str]:
        """X-Request-Ids in the order of arrival."""
        return [request.id for request in self.requests]

    async def got(self, count: int) -> None:
        """Wait until so many requests have arrived."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.requests) >= count), 20)

    async def left(self, count: int) -> None:
        """Wait until so many connections are gone."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: self.ended >= count), 20)

    async def end(self) -> None:
        """A connection is gone."""
        self.ended += 1
        async with self._changed:
            self._changed.notify_all()

    async def note(self, request: Request) -> None:
        """A request was read."""
        self.requests.append(request)
        self.open_requests += 1
        self.most_open = max(self.most_open, self.open_requests)
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def receiver(*answers: Answer, host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver that gives the answers in turn, the last one for ever; default: 200."""
    given = list(answers) or [status(200)]
    one = Receiver()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one.connections += 1
        connection, number = Connection(reader, writer), one.connections
        try:
            while connection.is_open and (request := await _read(reader, number)):
                answer = given[min(len(one.requests), len(given) - 1)]
                await one.note(request)
                try:
                    await answer(connection, request)
                finally:
                    one.open_requests -= 1
        except ConnectionError:
            pass
        finally:
            writer.close()
            await one.end()

    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, host, 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader, connection: int) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert len(headers) == len(lines), f"a header came twice: {lines}"
    method, target, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body, connection)


# ---------------------------------------------------------------------------------------------- answers


def status(code: int, body: bytes = b"ok", *headers: str) -> Answer:
    """A proper answer; the connection is kept."""
    lines = [f"HTTP/1.1 {code} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
    answer = "\r\n".join(lines).encode() + body

    async def give(connection: Connection, _: Request) -> None:
        await connection.write(answer)

    return give


def raw(data: bytes) -> Answer:
    """These bytes, then the end of the connection."""

    async def give(connection: Connection, _: Request) -> None:
        await connection.write(data)
        connection.is_open = False

    return give


async def leave(connection: Connection, _: Request) -> None:
    """A success, and a moment later the end of the connection, which the answer does not announce."""
    await connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    await asyncio.sleep(0.005)  # while the connection looks as if it were kept
    connection.is_open = False


async def reset(connection: Connection, _: Request) -> None:
    """A reset of the connection instead of an answer."""
    sock: socket.socket = connection.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.writer.transport.abort()
    connection.is_open = False


async def hang(connection: Connection, _: Request) -> None:
    """No answer for as long as the other side waits."""
    await connection.reader.read()
    connection.is_open = False


def until(event: asyncio.Event, then: Answer) -> Answer:
    """An answer that waits for an event."""

    async def give(connection: Connection, request: Request) -> None:
        await event.wait()
        await then(connection, request)

    return give


async def drip(connection: Connection, _: Request) -> None:
    """A success whose body comes byte by byte and does not end."""
    await connection.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await connection.write(b"1\r\n.\r\n")
        await asyncio.sleep(0.01)  # slow on purpose


@dataclass
class Huge:
    """A success with a body that nobody should read to its end; `written` bytes of it were taken."""

    written: int = 0

    async def __call__(self, connection: Connection, _: Request) -> None:
        """Write until the other side has had enough."""
        await connection.write(f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n".encode())
        while self.written < HUGE:
            await connection.write(b"x" * 100_000)
            self.written += 100_000


def in_turn(*codes: int) -> Sequence[Answer]:
    """Proper answers with these statuses."""
    return [status(code) for code in codes]

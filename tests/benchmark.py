"""`make bench`: our figures as ratios to a bare uvicorn app, measured by turns in one run. A benchmark, never a test.

Server and load run on different cores where the machine has two. Every figure is the median of its runs, with the
spread; a ratio is not printed when the bare runs differ by more than a fifth, because then the machine was not quiet.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmark_day import one_day
from tests.benchmark_figures import figures
from tests.benchmark_webhooks import deliveries

_BARE = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})
"""
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_CONNECTIONS = 8
CORES = sorted(os.sched_getaffinity(0))
KEY = "bench"


class Server:
    """A process under load."""

    def __init__(self, process: subprocess.Popen[str], port: int, started: float) -> None:
        self.process = process
        self.port = port
        self.started = started

    def memory(self) -> int:
        """Resident megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the API; the JSON of its answer."""
        [answer] = load(self.port, [request(method, f"/api/v1{path}", body)], connections=1)[1]
        return json.loads(answer)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control API; the JSON of its answer."""
        [answer] = load(self.port, [request(method, f"/_mock{path}", body)], connections=1)[1]
        return json.loads(answer)


@contextmanager
def running(command: list[str], ready: re.Pattern[str]) -> Iterator[Server]:
    """A server on the first core, from its ready line to the end of the block."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        pin(process.pid, 0)
        try:
            assert process.stdout is not None
            port = 0
            while not port:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"{command} did not start")
                port = int(match[1]) if (match := ready.search(line)) else 0
            yield Server(process, port, time.perf_counter() - began)
        finally:
            process.kill()


@contextmanager
def bare() -> Iterator[Server]:
    """uvicorn with an application that does nothing."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "bare.py").write_text(_BARE)
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "bare:app",
            "--app-dir",
            directory,
            "--port",
            "0",
            "--no-access-log",
        ]
        with running(command, re.compile(r"running on http://127.0.0.1:(\d+)")) as server:
            yield server


@contextmanager
def mock(*options: str) -> Iterator[Server]:
    """The mock, without a rate limit."""
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--rate-limit", "off", *options]
    with running(command, re.compile(r"ready on http://127.0.0.1:(\d+)")) as server:
        yield server


def pin(pid: int, core: int) -> None:
    """Keep a process on one core, where there are two."""
    if len(CORES) > 1:
        os.sched_setaffinity(pid, {CORES[core]})


def request(method: str, path: str, body: Any = None) -> bytes:
    """An HTTP/1.1 request, ready to be sent."""
    mark = "&" if "?" in path else "?"
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path}{mark}api_key={KEY} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


def load(port: int, requests: list[bytes], *, connections: int = _CONNECTIONS) -> tuple[float, list[bytes]]:
    """Send requests over some connections, one after the other on each; requests per second, and the last bodies."""
    waiting = iter(requests)
    bodies: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(min(connections, len(requests))):
            opened = socket.create_connection(("127.0.0.1", port))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.sendall(next(waiting))
            selector.register(opened, selectors.EVENT_READ, bytearray())
        open_links = min(connections, len(requests))
        while open_links:
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                link, buffer = key.fileobj, key.data
                buffer += link.recv(262_144)
                body = _body(buffer)
                if body is None:
                    continue
                bodies[:] = [*bodies[-7:], body]
                following = next(waiting, None)
                if following is None:
                    selector.unregister(link)
                    link.close()
                    open_links -= 1
                else:
                    buffer.clear()
                    link.sendall(following)
        return len(requests) / (time.perf_counter() - began), bodies


def _body(buffer: bytearray) -> bytes | None:
    """The body when the whole answer is there; RuntimeError unless it is a success."""
    end = buffer.find(b"\r\n\r\n")
    length = _LENGTH.search(buffer, 0, end) if end >= 0 else None
    if length is None or len(buffer) < end + 4 + int(length[1]):
        return None
    if not buffer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(bytes(buffer[:600]).decode())
    return bytes(buffer[end + 4 :])


def leads(start: int, count: int = 100) -> dict[str, Any]:
    """An import of new leads."""
    return {
        "lead_list": [
            {
                "email": f"lead{n}@company{n % 5000}.example", "first_name": "Ann", "last_name": f"Lee {n}",
                "company_name": f"Company {n % 5000}", "custom_fields": {"title": "CTO", "n": n},
            }
            for n in range(start, start + count)
        ]
    }  # fmt: skip


def rates(name: str, goal: float, make: Callable[[int], list[bytes]], ours: Server, other: Server, runs: int) -> None:
    """Compare the mock's rate with bare uvicorn's, by turns."""
    trivial = [request("GET", "/")] * 6000
    mine, theirs = [], []
    for run in range(runs):
        theirs.append(load(other.port, trivial)[0])
        mine.append(load(ours.port, make(run))[0])
    quiet = max(theirs) / min(theirs) <= 1.2
    ratio = (
        f"{statistics.median(mine) / statistics.median(theirs):.1%}"
        if quiet
        else "no ratio: the bare runs differ too much"
    )
    print(f"| {name} | {shown(mine)}/s | {shown(theirs)}/s | {ratio} | ≥ {goal:.0%} |", flush=True)


def shown(values: list[float]) -> str:
    """Median and spread."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"


def seconds(server: Server, path: str, runs: int) -> list[float]:
    """Milliseconds that a GET takes, over some runs."""
    one = request("GET", f"/api/v1{path}")
    load(server.port, [one] * 5, connections=1)
    return [1000 / load(server.port, [one] * 20, connections=1)[0] for _ in range(runs)]


def main() -> None:
    """Print the tables of docs/performance.md."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--leads", type=int, default=1_000_000)
    options.add_argument("--mailboxes", type=int, default=1000)
    options.add_argument("--mails", type=int, default=10_000)
    options.add_argument("--sent", type=int, default=1_000_000)
    options.add_argument("--only", choices=["requests", "big", "day", "webhooks", "figures"])
    arguments = options.parse_args()
    pin(0, 1)
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout
    print(f"{time.strftime('%Y-%m-%d')}, revision {revision.strip()}, Python {platform.python_version()}, "
          f"{len(CORES)} cores, {platform.machine()}; {arguments.runs} runs, median (spread)\n")  # fmt: skip
    if arguments.only in (None, "requests"):
        requests_and_start(arguments.runs)
    if arguments.only in (None, "big"):
        big_store(arguments.runs, arguments.leads)
    if arguments.only in (None, "day"):
        one_day(mock, arguments.mailboxes)
    if arguments.only in (None, "webhooks"):
        with bare() as receiver:
            pin(receiver.process.pid, 1)
            deliveries(mock, receiver, arguments.mails)
    if arguments.only in (None, "figures"):
        figures(mock, arguments.sent, arguments.runs)


def requests_and_start(runs: int) -> None:
    """Rates against bare uvicorn; start and memory."""
    print("| what | mock | bare uvicorn | ratio | goal |\n|---|---|---|---|---|")
    with bare() as other, mock() as ours:
        idle = ours.memory()
        campaign = ours.call("POST", "/campaigns/create", {"name": "Bench"})["id"]
        one = request("GET", f"/api/v1/campaigns/{campaign}")
        rates("GET one campaign", 0.5, lambda _: [one] * 6000, ours, other, runs)
        imports = f"/api/v1/campaigns/{campaign}/leads"
        rates(
            "import 100 leads", 0.07,
            lambda run: [request("POST", imports, leads((run * 200 + n) * 100)) for n in range(200)], ours, other, runs,
        )  # fmt: skip
        page = request("GET", f"{imports}?limit=100")
        rates("list 100 leads", 0.15, lambda _: [page] * 1000, ours, other, runs)
        loaded = ours.memory()
    starts = []
    for _ in range(runs):
        with mock() as ours:
            starts.append(ours.started * 1000)
    print("\n| what | figure | goal |\n|---|---|---|")
    print(f"| start to the ready line | {shown(starts)} ms | < 1,000 ms |")
    print(f"| memory idle / after this load | {idle} MB / {loaded} MB | < 100 MB / < 200 MB |\n", flush=True)


def big_store(runs: int, wanted: int) -> None:
    """A campaign of a million leads: import, deep pages, deep pages after deletions."""
    with tempfile.TemporaryDirectory() as directory, mock("--db", f"{directory}/bench.db") as ours:
        campaign = ours.call("POST", "/campaigns/create", {"name": "Big"})["id"]
        path = f"/api/v1/campaigns/{campaign}/leads"

        def fill(start: int, batches: int) -> float:
            return load(ours.port, [request("POST", path, leads(start + n * 400, 400)) for n in range(batches)])[0]

        part = max(1, wanted // 400 // 20)
        began = time.perf_counter()
        pace = [fill(n * part * 400, part) for n in range(20)]
        took = time.perf_counter() - began
        count = part * 400 * 20
        print("| what | figure | goal |\n|---|---|---|")
        print(f"| import of {count:,} leads, 400 a request | {took:.0f} s | < 60 s |")
        print(f"| its rate at the end against its rate at the start | {pace[-1] / pace[0]:.2f} | ≥ 0.7 |")
        print(f"| memory then | {ours.memory()} MB | < 200 MB |", flush=True)
        for name, query in (("all", ""), ("status=STARTED", "&status=STARTED")):
            pages(ours, campaign, f"page at {count * 9 // 10:,} against page 0, {name}", query, count * 9 // 10, runs)
        rows = ours.call("GET", f"/campaigns/{campaign}/leads?limit=1")["data"]
        first = rows[0]["lead"]["id"]
        gone = [first + n for n in range(0, count, 10)]
        removals = [request("DELETE", path, {"lead_ids": gone[n : n + 1000]}) for n in range(0, len(gone), 1000)]
        load(ours.port, removals, connections=1)
        pages(ours, campaign, "the same after deleting every tenth lead", "", count * 8 // 10, runs)


def pages(ours: Server, campaign: int, name: str, query: str, offset: int, runs: int) -> None:
    """One deep page against the first."""
    near = seconds(ours, f"/campaigns/{campaign}/leads?limit=100{query}", runs)
    deep = seconds(ours, f"/campaigns/{campaign}/leads?limit=100{query}&offset={offset}", runs)
    slow, fast = statistics.median(deep), statistics.median(near)
    print(f"| {name} | {slow / fast:.2f}× ({slow:.2f} ms against {fast:.2f} ms) | ≤ 2× |", flush=True)


if __name__ == "__main__":
    main()

"""The program as a user runs it: one clear line, an exit code, no traceback, no key."""

from __future__ import annotations

import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from typer.testing import CliRunner

from contract_tests.cli import app
from contract_tests.ledger import create_ledger, new_run
from contract_tests.redaction import Key
from tests.contract.fakes import EDITIONS, SECRET, http, raw_server
from tests.servers import Server, environment, server


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """A mock that knows one key."""
    with server("--keys", SECRET) as one:
        yield one


@dataclass(frozen=True)
class Done:
    """How the program ended."""

    returncode: int
    stdout: str
    stderr: str


def contract(*words: str, key: str | None = SECRET, directory: Path | None = None) -> Done:
    """The program's end, in this process: documents are printed once. Nothing it says holds the key."""
    options = ["--ledger-dir", str(directory)] if directory else []
    ended = CliRunner().invoke(app, [*words, *options], env={"SMARTLEAD_API_KEY": key})
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    check_output(ended.output)
    return Done(ended.exit_code, ended.stdout, ended.stderr)


def check_output(text: str) -> None:
    """No key in any notation."""
    assert not [form for form in (SECRET, quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET)) if form in text]


def one_line(done: Done, code: int, *words: str) -> None:
    """Exactly one line says it."""
    lines = (done.stdout + done.stderr).strip().splitlines()
    assert len(lines) == 1, lines
    assert done.returncode == code, lines
    assert all(word in lines[0] for word in words), lines


EXAMPLES = ("--tier", "smoke", "--phase", "examples")


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_mock_holds_in_every_edition(running: Server, tmp_path: Path, edition: str) -> None:
    """Every operation is called, nothing is left, and no report tells the key."""
    reports = ("--report", "json,junit,html", "--report-dir", str(tmp_path / "reports"))
    done = contract("run", "--base-url", running.url, "--edition", edition, *EXAMPLES, *reports, directory=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 operations not sent" in done.stdout
    written = sorted((tmp_path / "reports").iterdir())
    assert [file.name for file in written] == ["junit.xml", "report.html", "report.json"]
    for file in written:
        check_output(file.read_text("utf-8"))
    tables = httpx.get(f"{running.url}/_mock/state", params={"api_key": SECRET}).json()["tables"]
    assert not {name: count for name, count in tables.items() if count}


def test_what_a_user_has_in_the_workspace_is_not_emptied(running: Server, tmp_path: Path) -> None:
    """A mock that knows one key has one world, and it is the user's; what runs left there is nobody's."""
    workspace, key = f"{running.url}/api/v1/campaigns/create", {"api_key": SECRET}
    assert httpx.post(workspace, params=key, json={"name": "ct-0123abcd left"}).status_code == 200
    assert contract("run", "--base-url", running.url, *EXAMPLES, directory=tmp_path).returncode == 0
    assert httpx.post(workspace, params=key, json={"name": "mine"}).status_code == 200
    try:
        one_line(
            contract("run", "--base-url", running.url, *EXAMPLES, directory=tmp_path), 2, "holds 1 campaign", "reset"
        )
    finally:
        assert httpx.post(f"{running.url}/_mock/reset", params=key).status_code == 200


def test_a_mock_that_takes_any_key_gives_a_world_of_its_own(tmp_path: Path) -> None:
    """So nothing of the user's is in the way."""
    with server() as one:
        url, key = f"{one.url}/api/v1/campaigns/", {"api_key": SECRET}
        assert httpx.post(f"{url}create", params=key, json={"name": "mine"}).status_code == 200
        assert contract("run", "--base-url", one.url, *EXAMPLES, directory=tmp_path).returncode == 0
        assert [row["name"] for row in httpx.get(url, params=key).json()] == ["mine"]


@pytest.mark.parametrize(
    "words", [("--report", "pdf"), ("--phase", "nothing"), ("--report", "json", "--report-dir", "/dev/null/here")]
)
def test_wrong_options(running: Server, tmp_path: Path, words: tuple[str, ...]) -> None:
    """What cannot be done is said in one line."""
    done = contract("run", "--base-url", running.url, *EXAMPLES, *words, directory=tmp_path)
    assert done.returncode == 2
    assert words[-2] in done.stderr


def test_violations_are_told_with_a_reproduction(running: Server, tmp_path: Path) -> None:
    """The mock in one edition, held against another document: what differs is found, exit code 1."""
    document = tmp_path / "document.json"
    program = [sys.executable, "-m", "mock_server", "openapi", "--edition", "default"]
    text = subprocess.run(program, capture_output=True, text=True, env=environment(), check=True).stdout
    document.write_text(text.replace('"min_time_btwn_emails"', '"min_time_between_emails"'), "utf-8")
    reports = ("--report", "json", "--report-dir", str(tmp_path))
    done = contract("run", "--base-url", running.url, "--document", str(document), *EXAMPLES, *reports)
    assert done.returncode == 1
    assert "get_campaign: examples: schema" in done.stdout
    assert re.search(r"curl -sS -X GET .*'http\S+/campaigns/\d+\?api_key='\"\$SMARTLEAD_API_KEY\"", done.stdout)
    assert "violated: " in done.stdout.splitlines()[-1]
    check_output((tmp_path / "report.json").read_text("utf-8"))


@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_dry_run_sends_nothing(mode: str) -> None:
    """And needs no key. The server would count a connection."""
    asked: list[int] = []
    with raw_server(lambda _: asked.append(1)) as url:
        done = contract("run", "--base-url", url, "--mode", mode, *EXAMPLES, "--dry-run", key=None)
    assert done.returncode == 0
    assert asked == []
    lines = done.stdout.splitlines()
    assert sum(line.startswith(("send ", "refused ")) for line in lines) == 163
    assert any(line.startswith("refused ") for line in lines) == (mode == "read")


def test_the_plan_for_a_real_account_names_reads_only() -> None:
    """Read mode is the default away from this machine; write mode leaves out what goes outward."""
    done = contract("run", "--base-url", "https://api.invalid", *EXAMPLES, "--dry-run")
    sent = [line for line in done.stdout.splitlines() if line.startswith("send ")]
    assert sent
    assert all(
        re.match(
            r"send +\w+: (list|get|export|analytics)_\w+: (GET|POST /(master-inbox|email-accounts/tag-list))", line
        )
        for line in sent
    )
    write = contract("run", "--base-url", "https://api.invalid", *EXAMPLES, "--dry-run", "--mode", "write").stdout
    assert "send     examples: create_campaign" in write
    assert "send     examples: add_leads_to_campaign" in write
    assert "send     examples: create_lead_note" in write
    assert not re.search(
        r"^send +examples: (send_|reply_|forward_|save_email|save_oauth|update_campaign_status)", write, re.M
    )


def test_a_wrong_key(running: Server, tmp_path: Path) -> None:
    """And none."""
    wrong = f"{SECRET}-wrong"
    one_line(contract("run", "--base-url", running.url, key=wrong, directory=tmp_path), 2, "refuses the key", "401")
    one_line(contract("run", "--base-url", running.url, key=None), 2, "SMARTLEAD_API_KEY")
    one_line(contract("run", "--base-url", running.url, key=" "), 2, "key")
    assert not list(tmp_path.iterdir())


def test_unreachable() -> None:
    """Nobody listens, or nobody is there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    one_line(contract("run", "--base-url", f"http://127.0.0.1:{port}"), 2, "cannot be reached")
    one_line(contract("run", "--base-url", "http://no-such-host.invalid"), 2, "cannot be reached")
    one_line(contract("run", "--base-url", f"http://127.0.0.1:{port}/?api_key={quote(SECRET)}"), 2, "--base-url")
    one_line(contract("run", "--base-url", f"http://127.0.0.1:{port}", "--edition", "nope"), 2, "nope", "default")
    one_line(contract("run", "--base-url", f"http://127.0.0.1:{port}", "--document", "/no/such"), 2, "--document")
    one_line(contract("clean", "ct-00000000", directory=Path("/no/such")), 2, "no ledger")


NOT_SMARTLEAD = {
    "a page for everybody": http(200, b"<html>"),
    "JSON for everybody": http(200, []),
    "knows no path": http(404, {"error": "nope"}),
    "a denial that is no JSON": http(401, b"denied"),
    "sends elsewhere": http(302, {}, None, "Location: http://evil.example/"),
    "is ill": http(503, {}),
}


@pytest.mark.parametrize("answer", NOT_SMARTLEAD.values(), ids=NOT_SMARTLEAD.keys())
def test_a_server_that_is_not_smartlead(answer: bytes) -> None:
    """A 401 with JSON to a call without a key is what tells it."""
    with raw_server(lambda connection: connection.sendall(answer)) as url:
        one_line(contract("run", "--base-url", url, "--mode", "read"), 2, "is not Smartlead's API")


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\n.\r\n" * 1000)


BROKEN: dict[str, Callable[[socket.socket], object]] = {
    "hangs": lambda connection: connection.recv(1),
    "drips without end": _drip,
    "truncated": lambda connection: connection.sendall(http(401, {"message": "x"}, 500)),
    "dropped": lambda connection: None,
    "reset": _reset,
    "no HTTP": lambda connection: connection.sendall(b"220 mail.example ESMTP\r\n"),
    "broken encoding": lambda connection: connection.sendall(http(401, b"\x1f\x8bxx", None, "Content-Encoding: gzip")),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_a_server_that_breaks_off_violates(answer: Callable[[socket.socket], object]) -> None:
    """It took the request: that is an answer of a kind."""
    with raw_server(answer) as url:
        one_line(contract("run", "--base-url", url, "--mode", "read", "--timeout", "0.3"), 1, "violated", "GET http")


def test_an_outage_is_no_violation() -> None:
    """The service was there when the run began; then it has nothing but 500."""
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(b"")
        first = {1: (404, {}), 2: (401, {"message": "API key is required."}), 3: (200, [])}
        status, body = first.get(len(asked), (500, {"error": "x"}))
        connection.sendall(http(status, body, None, "x-ratelimit-limit: 100000"))

    with raw_server(answer) as url:
        done = contract("run", "--base-url", url, "--mode", "read")
    assert done.returncode == 2
    assert "5 answers in a row were 5xx" in done.stdout.splitlines()[-1]
    assert len(asked) == 8


def test_clean_keeps_to_its_account(running: Server, tmp_path: Path) -> None:
    """Ids mean something else under another key."""
    run = new_run()
    create_ledger(tmp_path, run, {"base_url": running.url, "key": Key(SECRET).mark(run)})
    one_line(contract("clean", run, key="their-own", directory=tmp_path), 2, "another key")
    one_line(contract("clean", run, directory=tmp_path), 0, "nothing", run)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_a_clean_account(running: Server, tmp_path: Path, number: int) -> None:
    """The proxy stops the run in the middle of its first making call, which nobody answers before the signal."""
    children: list[subprocess.Popen[str]] = []
    struck: list[str] = []

    def answer(connection: socket.socket) -> None:
        # `raw_server` has taken the request off the wire: ask for what the run asks in its place.
        request = requests.pop()
        if request.startswith("POST") and not struck:
            struck.append(request)
            children[0].send_signal(number)
        connection.sendall(forward(running.url, request))

    requests: list[str] = []
    with raw_server(answer, requests.append) as url:
        program = [sys.executable, "-m", "contract_tests", "run", "--base-url", url, "--ledger-dir", str(tmp_path)]
        with subprocess.Popen(
            program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**environment(), "SMARTLEAD_API_KEY": SECRET},
        ) as child:  # fmt: skip
            children.append(child)
            said, _ = child.communicate(timeout=60)
    check_output(said)
    assert "Traceback" not in said
    assert child.returncode == 2, said
    assert "interrupted" in said
    assert struck
    state = httpx.get(f"{running.url}/_mock/state", params={"api_key": SECRET}).json()["tables"]
    assert (state["campaign"], state["lead"], state["lead_list"], state["block_list_entry"]) == (0, 0, 0, 0)


def forward(url: str, request: str) -> bytes:
    """The mock's answer to a request that is text."""
    head, _, body = request.partition("\r\n\r\n")
    method, target, _ = head.split("\r\n")[0].split(" ")
    edition = re.search(r"^x-mock-edition: (\S+)", head, re.M | re.I)
    headers = {"Content-Type": "application/json"} if body else {}
    headers |= {"X-Mock-Edition": edition[1]} if edition else {}
    got = httpx.request(method, f"{url}{target}", content=body.encode() or None, headers=headers)
    return http(got.status_code, got.content).replace(b"application/json", got.headers["content-type"].encode(), 1)

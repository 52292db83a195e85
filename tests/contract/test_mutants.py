"""The catalogue of seeded bugs: each one is really there, and nothing else is."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

import contract_tests.mutants
from contract_tests.errors import CannotJudgeError
from contract_tests.mutants import CATALOGUE, SHELVES
from contract_tests.mutants.mutant import AREAS, Edit, Mutant
from contract_tests.mutants.process import mutant_server
from contract_tests.mutants.wrapping import Mutated, imported_with
from tests.contract import mutant_scenarios
from tests.contract.mutant_triggers import TRIGGERS
from tests.contract.mutant_world import KEY, World

Trace = list[tuple[str, object]]
SCENARIOS: dict[str, Callable[[World], None]] = {
    name: getattr(mutant_scenarios, name) for name in sorted({scenario for scenario, _ in TRIGGERS.values()})
}
WRAPPERS = [mutant for mutant in CATALOGUE.values() if mutant.edit is None]
EDITS = {mutant.id: mutant.edit for mutant in CATALOGUE.values() if mutant.edit is not None}
RECEIVED: list[tuple[str, str]] = []


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer with the status that the path names."""
        self.rfile.read(int(self.headers["content-length"]))
        RECEIVED.append((self.path, self.headers.get("x-request-id", "")))
        self.send_response(int(self.path[1:]))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Be silent."""


class _Switch:
    """The mock, with any mutant around it."""

    def __init__(self) -> None:
        self.app = _mock()
        self.inner = self.app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection."""
        await self.inner(scope, receive, send)


class Bench:
    """A server in this process, and what it answers without a mutant."""

    def __init__(self, switch: _Switch, client: TestClient, port: int) -> None:
        self._switch = switch
        self._client = client
        self._port = port
        self._plain: dict[str, Trace] = {}

    def plain(self, scenario: str) -> Trace:
        """A scenario's answers without a mutant."""
        if scenario not in self._plain:
            self._plain[scenario] = self.run(scenario)
        return self._plain[scenario]

    def run(self, scenario: str, client: TestClient | None = None) -> Trace:
        """A scenario's answers; a mutant may end it early."""
        world = World(client or self._client, self._port, RECEIVED)
        world.begin()
        try:
            SCENARIOS[scenario](world)
        except (KeyError, TypeError, IndexError, StopIteration) as ended:
            world.note("ended", type(ended).__name__)
        return world.trace

    def wrapped(self, mutant: Mutant, scenario: str) -> Trace:
        """The answers with a mutant around the server."""
        self._switch.inner = Mutated(self._switch.app, mutant)
        try:
            return self.run(scenario)
        finally:
            self._switch.inner = self._switch.app

    def first_difference(self, scenario: str, trace: Trace) -> str | None:
        """The call that was answered otherwise first."""
        pairs = zip(trace, self.plain(scenario), strict=False)  # a mutant may end a scenario early
        return next((name for (name, one), (_, other) in pairs if one != other), None)


def _mock() -> Any:
    module = resolve_name("mock_server.app")
    return module.create_app(module.Settings(rate_limit="off")).state.asgi


@contextmanager
def _imported_anew(edit: Edit) -> Iterator[Any]:
    """A second mock, all of whose modules are imported again."""
    kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "mock_server"}
    for name in kept:
        del sys.modules[name]
    try:
        with imported_with(edit):
            yield _mock()
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "mock_server"]:
            del sys.modules[name]
        sys.modules.update(kept)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """One server for all mutants."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as receiver, ExitStack() as stack:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(receiver.shutdown)
        switch = _Switch()
        client = stack.enter_context(TestClient(switch, raise_server_exceptions=False))
        yield Bench(switch, client, receiver.server_address[1])


def test_the_catalogue_is_complete() -> None:
    """Ids are unique and tell something, each area has its six, each mutant has a reason and a trigger."""
    mutants = [mutant for shelf in SHELVES for mutant in shelf]
    assert len(mutants) == len(CATALOGUE) >= 100
    assert len(EDITS) >= 18
    counts = Counter(mutant.area for mutant in mutants)
    assert set(counts) == set(AREAS)
    assert min(counts.values()) >= 6, counts
    assert CATALOGUE.keys() == TRIGGERS.keys()
    for mutant in mutants:
        assert mutant.wrong.endswith("."), mutant.id
        assert "\n" not in mutant.wrong, mutant.id
        assert mutant.why, mutant.id
        assert (mutant.edit is None) != (mutant.behaviour is None), mutant.id


def test_nothing_of_the_mock_is_imported_by_statement() -> None:
    """The mock is named by strings, so that the catalogue can be read without it."""
    for path in Path(contract_tests.mutants.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] == "mock_server"], path


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_without_a_mutant_nothing_changes(bench: Bench, scenario: str) -> None:
    """A scenario gives the same answers twice, also through a wrapper that concerns nothing."""
    assert bench.run(scenario) == bench.plain(scenario)
    untouched = Mutant("untouched", "shape", "Nothing.", "-", (), WRAPPERS[0].behaviour)
    assert bench.wrapped(untouched, scenario) == bench.plain(scenario)


@pytest.mark.parametrize("mutant", WRAPPERS[::3], ids=lambda mutant: str(mutant.id))
def test_a_wrapper_is_wrong_where_it_says(bench: Bench, mutant: Mutant) -> None:
    """The first answer that differs is that of the call that the trigger names; control calls are not disturbed.

    A third of them: one that did nothing would survive in `power`.
    """
    scenario, call = TRIGGERS[mutant.id]
    assert bench.first_difference(scenario, bench.wrapped(mutant, scenario)) == call


def test_every_edit_fits() -> None:
    """Its text is there exactly once, and what it makes of it is Python."""
    for name, edit in EDITS.items():
        ast.parse(edit.of(inspect.getsource(resolve_name(edit.module))), name)


@pytest.mark.parametrize("name", list({edit.module: name for name, edit in EDITS.items()}.values())[::4])
def test_an_edit_is_wrong_where_it_says(bench: Bench, name: str) -> None:
    """The same for changed lines; few of them, as the mock is imported anew for each."""
    scenario, call = TRIGGERS[name]
    with _imported_anew(EDITS[name]) as app, TestClient(app, raise_server_exceptions=False) as client:
        assert bench.first_difference(scenario, bench.run(scenario, client)) == call


def test_an_edit_that_does_not_fit_is_refused() -> None:
    """A text that is not there exactly once would make no mutant, or another one."""
    for old in ("no such text", "import"):
        with (
            pytest.raises(LookupError, match="not once"),
            _imported_anew(Edit("mock_server.families.leads.rules", old, "")),
        ):
            pass


def test_a_mutant_forgets_at_reset(bench: Bench) -> None:
    """Memories belong to a key and end with its reset."""
    mutant = CATALOGUE["deleted-campaign-listed"]
    assert bench.wrapped(mutant, "campaigns") == bench.wrapped(mutant, "campaigns")


def test_a_mutant_in_a_process_of_its_own() -> None:
    """The process says where it listens; settings reach it, the control API answers."""
    options = ("--rate-limit", "off", "--keys", KEY)
    with mutant_server("created-is-201", *options) as url, httpx2.Client(base_url=url) as client:
        answer = client.post("/api/v1/campaigns/create", params={"api_key": KEY}, json={"name": "A"})
        assert (answer.status_code, "x-ratelimit-limit" in answer.headers) == (201, False)
        assert client.get("/api/v1/campaigns/", params={"api_key": "unknown"}).status_code == 401
        assert client.get("/_mock/health").status_code == 200


def test_a_process_that_does_not_start() -> None:
    """One line that says why."""
    with pytest.raises(CannotJudgeError, match="no mutant no-such;"), mutant_server("no-such"):
        pass


def test_the_list() -> None:
    """Every mutant with its area and what is wrong."""
    command = [sys.executable, "-m", "contract_tests.mutants", "--list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[1] for line in listed] == list(CATALOGUE)

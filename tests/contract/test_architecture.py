"""The suite stands on its own: it shares the document with the mock and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import contract_tests

ROOT = Path(contract_tests.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
#: who may speak to a network: the transport, and the receiver of webhooks, which listens only
SPEAKERS = {"target.py", "receiver.py"}
NETWORK = {"httpx", "requests", "urllib", "urllib3", "socket", "http", "aiohttp", "asyncio", "httpx2"}
#: passes a transport for tests through, and parses addresses
NAMED_ONLY = {"session.py": {"httpx"}}


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_nothing_of_the_mock_is_imported_or_read() -> None:
    """An oracle that shares code with what it judges shares its mistakes."""
    for path in MODULES:
        text = path.read_text("utf-8")
        assert not {name for name in imports_of(path) if name.split(".")[0] in ("mock_server", "tests")}, path
        assert "editions.yaml" not in text, path
        assert "import_module" not in text, path
        assert "__import__" not in text, path


def test_nothing_bypasses_the_transport() -> None:
    """One module speaks to the network."""
    for path in MODULES:
        if path.name in SPEAKERS:
            continue
        found = {name for name in imports_of(path) if name.split(".")[0] in NETWORK} - {"urllib.parse"}
        assert found <= NAMED_ONLY.get(path.name, set()), path
    # `session.py` names a type of httpx and calls nothing of it.
    used = {
        node.attr
        for node in ast.walk(ast.parse((ROOT / "session.py").read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx"
    }
    assert used == {"BaseTransport"}


def test_processes_are_started_in_two_places() -> None:
    """For the document and for a mock: a child process could call anything."""
    assert [path.name for path in MODULES if "subprocess" in imports_of(path)] == ["document.py", "mock_process.py"]


def test_the_key_is_revealed_in_one_place() -> None:
    """Whoever asks for it could print it."""
    assert [path.name for path in MODULES if ".reveal()" in path.read_text("utf-8")] == ["target.py"]


def test_files_stay_readable() -> None:
    """No god files, no drawers."""
    assert max(len(path.read_text("utf-8").splitlines()) for path in MODULES) <= 400
    assert not {path.name for path in MODULES} & {"utils.py", "helpers.py", "common.py"}

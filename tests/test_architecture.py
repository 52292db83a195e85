"""The layers hold: who may import whom, where paths are typed, and what is never written down."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import mock_server

ROOT = Path(mock_server.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py"))

#: layer -> layers that it may import; `base` are the single modules at the top
BASE = {"clock", "config", "errors", "ids", "rng", "__init__"}
MAY_IMPORT = {
    "base": {"base"},
    "contract": {"base", "contract"},
    "state": {"base", "contract", "state"},
    "context": {"base", "contract", "state", "context"},
    "families": {"base", "contract", "state", "context", "families"},
    "simulation": {"base", "contract", "state", "context", "families", "simulation"},
    "outbox": {"base", "contract", "state", "context", "families", "outbox"},
    "pipeline": {"base", "contract", "state", "context", "pipeline"},
    "control": {"base", "contract", "state", "context", "families", "simulation", "outbox", "pipeline", "control"},
    "doctor": {"base", "state", "families"},
}
FREE = {"app", "cli", "testing"}


def layer_of(dotted: str) -> str:
    """The layer of a module such as `mock_server.state.paging`."""
    parts = dotted.split(".")
    name = parts[1] if len(parts) > 1 else "__init__"
    return "base" if name in BASE or name.startswith("__") else name


def imports_of(path: Path) -> set[str]:
    """The modules of this package that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mock_server"):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("mock_server")}
    return found


def dotted(path: Path) -> str:
    """`mock_server.state.paging`."""
    return ".".join(["mock_server", *path.relative_to(ROOT).with_suffix("").parts])


def test_layers_import_downwards_only() -> None:
    """contract, clock, ids, rng <- state <- families; pipeline knows no family; app knows all."""
    wrong = []
    for path in MODULES:
        layer = layer_of(dotted(path))
        if layer in FREE or path.name == "__main__.py":
            continue
        allowed = MAY_IMPORT[layer]
        wrong += [f"{dotted(path)} imports {name}" for name in imports_of(path) if layer_of(name) not in allowed]
    assert not wrong


def test_families_never_depend_on_each_others_operations() -> None:
    """They share rules, tables and records."""
    wrong = []
    for path in (ROOT / "families").rglob("*.py"):
        if path.parent.name == "families":
            continue
        wrong += [
            f"{dotted(path)} imports {name}" for name in imports_of(path) if re.search(r"\.\w*operations(\.|$)", name)
        ]
    assert not wrong


def test_no_path_of_the_api_is_typed_in_python() -> None:
    """The document is the router; the control API has a path of the same name."""
    pattern = re.compile(r"[\"'](/api/v1)?/(campaigns|leads|email-accounts)\b")
    modules = [path for path in MODULES if dotted(path) != "mock_server.control.mailbox_api"]
    found = [f"{dotted(path)}: {match[0]}" for path in modules if (match := pattern.search(path.read_text("utf-8")))]
    assert not found


def test_pipeline_knows_no_smartlead_noun() -> None:
    """A new family must not touch the pipeline."""
    pattern = re.compile(r"\b(campaign|lead|sequence|email_account|block_list|enrolment)\w*\b")
    for path in (ROOT / "pipeline").rglob("*.py"):
        found = pattern.search(path.read_text("utf-8"))
        assert not found, f"{dotted(path)}: {found}"


def test_sqlite_is_known_in_state_only() -> None:
    """A PostgreSQL store can follow without a rewrite."""
    allowed = {"state", "doctor"}
    found = [
        dotted(path)
        for path in MODULES
        if layer_of(dotted(path)) not in allowed
        and re.search(r"\bimport sqlite3\b|json_each|PRAGMA", path.read_text("utf-8"))
    ]
    assert not found


def test_files_stay_readable() -> None:
    """No god files, no drawers."""
    long = {dotted(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert max(long.values()) <= 400, {name: lines for name, lines in long.items() if lines > 400}
    assert not {path.name for path in MODULES} & {"utils.py", "helpers.py", "common.py"}

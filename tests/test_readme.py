"""The README's examples do what it says."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.config import openapi_directory
from mock_server.contract.operations import Contract
from tests.servers import server
from tests.worlds import OPERATIONS

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.fixture
def base() -> Iterator[str]:
    """A real server, started as the walk says."""
    with server("--clock", "2026-03-02T09:00:00Z") as running:
        yield running.url


def block(after: str, language: str) -> str:
    """The first code block of a language behind a text."""
    found = re.search(rf"```{language}\n(.*?)```", README[README.index(after) :], re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("mark", "shown"), [("<!-- walk", "json"), ("<!-- world", "text"), ("<!-- faults", "json"), ("<!-- agency", "json")]
)
def test_shell_examples_print_what_they_show(base: str, mark: str, shown: str) -> None:
    """Frozen clock and a fresh key: the answers are the printed ones, byte for byte."""
    command = ["bash", "-euo", "pipefail", "-c", block(mark, "sh")]
    environment = {**os.environ, "BASE": base}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == block(mark, shown)


@pytest.mark.parametrize("mark", ["<!-- figures", "<!-- inbox"])
def test_what_follows_from_the_world_is_as_shown(base: str, mark: str) -> None:
    """The walk goes on: what it prints behind the world is what the README shows."""
    script = f"{block('<!-- world', 'sh')}\necho ----\n{block(mark, 'sh')}"
    environment = {**os.environ, "BASE": base}
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.partition("----\n")[2] == block(mark, "text")


def test_pytest_example_passes(tmp_path: Path) -> None:
    """A project that has only the package and httpx runs the example, also over several processes."""
    (tmp_path / "test_example.py").write_text(block("<!-- pytest", "python"))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout


def test_the_receiver_hears_of_the_reply(base: str, tmp_path: Path) -> None:
    """The receiver of the README, in a process of its own, prints what the README shows."""
    (tmp_path / "receiver.py").write_text(block("<!-- receiver", "python"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(tmp_path / "receiver.py"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as receiver:
        try:
            hook = {"name": "CRM", "webhook_url": f"http://127.0.0.1:{port}/", "event_types": ["EMAIL_REPLY"],
                    "categories": ["Interested"]}  # fmt: skip
            telling = f"call POST api/v1/campaigns/1001/webhooks '{json.dumps(hook)}' > /dev/null\n"
            walk = block("<!-- world", "sh").replace(
                "call POST api/v1/campaigns/1001/status", telling + "call POST api/v1/campaigns/1001/status"
            )
            environment = {**os.environ, "BASE": base}
            subprocess.run(["bash", "-euo", "pipefail", "-c", walk], env=environment, capture_output=True, check=True)
            assert receiver.stdout is not None
            assert receiver.stdout.readline() == block("<!-- receiver", "text")
        finally:
            receiver.kill()


def test_make_serve_starts_the_mock() -> None:
    """The first command of the README, with the environment that these tests run in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "serve", f"VENV={sys.prefix}", "ARGS=--port 0"]
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = next((line for line in process.stdout if line.startswith("smartlead-mock ready on ")), None)
            assert ready, "no ready line"
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_the_number_of_operations_is_the_documents() -> None:
    """In the README, the page of limits and the changelog."""
    count = len(OPERATIONS)
    root = Path(__file__).parents[1]
    limits, changes = ((root / name).read_text("utf-8") for name in ("docs/limits.md", "CHANGELOG.md"))
    assert f"\n{count} operations." in README
    assert f"- {count} of the 224 documented operations are served" in limits
    assert f"document for {count} operations" in changes


def test_every_option_of_serve_is_listed() -> None:
    """The table and `--help` agree."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mock_server", "serve", "--help"]
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    options = set(re.findall(r"(--[a-z-]+)", text)) - {"--help"}
    rows = README[README.index("| option |") : README.index("`smartlead-mock openapi [")]
    assert options == set(re.findall(r"(--[a-z][a-z-]*)", rows))


def test_the_table_of_editions_is_true() -> None:
    """Each edition is in it, with as many operations and leads per import as its document has."""
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| (\d+) \| (\d+) \| [^|]+ \|$", README, re.MULTILINE)
    contract = Contract(openapi_directory())
    true = []
    for name in contract.specs:
        edition = contract.edition(name)
        body = edition.operations["add_leads_to_campaign"].body
        assert body is not None
        most = body.schema["properties"]["lead_list"]["maxItems"]
        true.append((name, str(len(edition.operations)), str(most)))
    assert rows == true

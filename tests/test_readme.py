"""The README's examples do what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import server

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


def test_the_walk_prints_what_it_shows(base: str) -> None:
    """Frozen clock and a fresh key: the answers are the printed ones, byte for byte."""
    script = block("<!-- walk", "sh")
    environment = {**os.environ, "BASE": base}
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == block("<!-- walk", "json")


def test_the_python_example_runs(base: str) -> None:
    """The test that the README shows passes."""
    script = block("## In a test", "python")
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "BASE": base}, check=True)


def test_every_option_of_serve_is_listed() -> None:
    """The table and `--help` agree."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mock_server", "serve", "--help"]
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    options = set(re.findall(r"(--[a-z-]+)", text)) - {"--help"}
    rows = README[README.index("| option |") : README.index("`smartlead-mock openapi [")]
    assert options == set(re.findall(r"(--[a-z][a-z-]*)", rows))

"""The suite as pytest runs it: in workers, against a mock of its own or one that is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.contract.fakes import SECRET
from tests.servers import environment, server

SUITE = ("-p", "contract_tests.suite.plugin", "--pyargs", "contract_tests.suite", "--smartlead-tier", "smoke")


def suite(directory: Path, *options: str, keys: str | None = None) -> subprocess.CompletedProcess[str]:
    """One run of pytest."""
    given = {} if keys is None else {"SMARTLEAD_API_KEY": keys}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *SUITE, "-k", "examples", *options], capture_output=True, text=True,
        cwd=directory, env={**environment(), **given}, check=False,
    )  # fmt: skip


def test_workers_of_a_mock_that_was_started_for_them(tmp_path: Path) -> None:
    """What they found is one report."""
    done = suite(tmp_path, "-n", "2", "--smartlead-report", "json,html", "--smartlead-report-dir", "told")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smartlead-contract: holds: " in done.stdout
    report = json.loads((tmp_path / "told" / "report.json").read_text("utf-8"))
    assert report["exit_code"] == 0
    assert len(report["answered"]) > 100


def test_a_named_mock_needs_its_key(tmp_path: Path) -> None:
    """Without one, or with a wrong one, there is nothing to do, and that is said in a line."""
    with server("--keys", SECRET) as running:
        url = ("--smartlead-url", running.url)
        without, wrong = suite(tmp_path, *url), suite(tmp_path, *url, keys="somebody")
    assert (without.returncode, "set SMARTLEAD_API_KEY" in without.stderr) == (4, True)
    assert (wrong.returncode, "refuses the key" in wrong.stdout, "Traceback" in wrong.stdout) == (1, True, False)
    assert "somebody" not in wrong.stdout

"""The image: its file passes the linter, and its own steps work in a clean environment where no engine runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
STEPS = re.sub(r"\\\n\s*", " ", DOCKERFILE)


def words(instruction: str) -> list[str]:
    """The JSON array of the last such instruction."""
    found: list[str] = json.loads(re.findall(rf"{instruction} (\[.*\])", STEPS)[-1])
    return found


def test_linter_has_nothing_to_say() -> None:
    """hadolint, with its default rules."""
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "hadolint comes with the test requirements"
    done = subprocess.run([linter, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_image_is_small_and_not_root() -> None:
    """Two stages, a pinned base, an unprivileged user, a health check."""
    stages = re.findall(r"^FROM (\S+)", STEPS, re.MULTILINE)
    assert len(stages) == 2
    assert all(re.search(r":\d+\.\d+\.\d+-", stage) for stage in stages)
    assert STEPS.rindex("USER 10001") > STEPS.rindex("RUN ")
    assert "HEALTHCHECK" in STEPS


def test_files_that_are_copied_are_not_ignored() -> None:
    """`.dockerignore` lets through what `COPY` needs."""
    let_through = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", STEPS, re.MULTILINE) for name in line.split()]
    assert sorted(copied) == sorted(let_through)


@pytest.mark.parametrize("name", ["compose.yaml", "docs/examples/github-service-container.yml"])
def test_examples_set_options_that_exist(name: str) -> None:
    """Every SMARTLEAD_MOCK_ variable in the examples is one of the program."""
    text = (ROOT / name).read_text("utf-8")
    assert yaml.safe_load(text)
    environment = {**os.environ, "COLUMNS": "300", "NO_COLOR": "1"}
    help_command = [sys.executable, "-m", "mock_server", "serve", "--help"]
    shown = subprocess.run(help_command, env=environment, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"SMARTLEAD_MOCK_\w+", text)) <= set(re.findall(r"SMARTLEAD_MOCK_\w+", shown))


def test_install_and_start_steps_work(tmp_path: Path) -> None:
    """The build stage's RUN, then ENTRYPOINT, CMD and HEALTHCHECK, in a virtual environment of their own."""
    source, prefix = tmp_path / "src", tmp_path / "venv"
    source.mkdir()
    for name in re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    run = re.findall(r"^RUN (.*)$", STEPS, re.MULTILINE)[0].replace("/opt/venv", str(prefix))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(run, shell=True, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(source)
    ours = ("SMARTLEAD_", "PYTHON", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= dict(re.findall(r"(SMARTLEAD_MOCK_\w+)=(\S+)", STEPS))
    environment |= {"PATH": f"{prefix / 'bin'}:{os.environ['PATH']}", "SMARTLEAD_MOCK_PORT": "0"}
    entry = [str(prefix / "bin" / words("ENTRYPOINT")[0]), *words(r"\nCMD")]
    with subprocess.Popen(entry, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = re.fullmatch(r"smartlead-mock ready on http://\S+:(\d+)\n", process.stdout.readline())
            assert ready
            check = words("HEALTHCHECK .*? CMD")
            environment["SMARTLEAD_MOCK_PORT"] = ready[1]
            subprocess.run(check, env=environment, check=True)
            with urllib.request.urlopen(f"http://127.0.0.1:{ready[1]}/docs", timeout=10) as answer:
                assert answer.status == 200
        finally:
            process.kill()

"""Real server processes, started and killed as a user would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import httpx2
from fastapi.testclient import TestClient

from tests.conftest import Api

_READY = re.compile(r"smartlead-mock ready on (http://\S+)\n")
_LONGEST_START_SECONDS = 60.0


class RemoteApi(Api):
    """`Api` for a server in another process: answers are taken as they come."""

    def request(self, method: str, path: str, *, edition: str | None = None, **more: Any) -> Any:
        """One call with this workspace's key."""
        headers = {**more.pop("headers", {}), **({"X-Mock-Edition": edition} if edition else {})}
        params = {"api_key": self.key, **more.pop("params", {})}
        return self.client.request(method, f"/api/v1{path}", params=params, headers=headers, **more)


@dataclass(frozen=True)
class Server:
    """A server that runs; `url` has no path."""

    url: str
    process: subprocess.Popen[str]
    errors: IO[str]

    def log(self) -> str:
        """What it wrote to stderr so far."""
        self.errors.seek(0)
        return self.errors.read()

    @contextmanager
    def api(self, key: str) -> Iterator[RemoteApi]:
        """A client of one workspace."""
        with httpx2.Client(base_url=self.url, timeout=60) as client:
            yield RemoteApi(cast("TestClient", client), key)

    def kill(self) -> None:
        """`kill -9`; returns when the process is gone."""
        self.process.kill()
        self.process.wait()


def command(*words: str) -> list[str]:
    """The program that belongs to this Python."""
    script = shutil.which("smartlead-mock", path=str(Path(sys.executable).parent))
    assert script, f"no smartlead-mock beside {sys.executable}; install the project there"
    return [script, *words]


def environment() -> dict[str, str]:
    """This process's environment without settings of the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SMARTLEAD_")}


@contextmanager
def server(*options: str) -> Iterator[Server]:
    """`smartlead-mock serve` on a free port, killed at the end."""
    arguments = command("serve", "--port", "0", "--rate-limit", "off", *options)
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True, env=environment()) as process,
    ):
        guard = threading.Timer(_LONGEST_START_SECONDS, process.kill)
        guard.start()
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            guard.cancel()
            ready = _READY.fullmatch(line)
            if ready is None:
                process.kill()
                process.wait()
                log.seek(0)
                raise AssertionError(f"{arguments} is not ready: {line!r}\n{log.read()}")
            yield Server(ready[1], process, log)
        finally:
            guard.cancel()
            process.kill()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """One command of the program, until it ends."""
    return subprocess.run(
        command(*words), capture_output=True, text=True, env=environment(), timeout=_LONGEST_START_SECONDS, check=False
    )

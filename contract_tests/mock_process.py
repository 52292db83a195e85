"""A mock in a process of its own, for those who have none running."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from contract_tests.errors import CannotJudgeError

LONGEST_START_SECONDS = 60.0
_READY = re.compile(r"smartlead-mock ready on (http://\S+)\n")


@contextmanager
def started(module: Sequence[str]) -> Iterator[str]:
    """The address of a server that `python -m …` starts; it is killed at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMARTLEAD_")}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, "-m", *module], stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8",
            env=kept,
        ) as process,
    ):  # fmt: skip
        guard = threading.Timer(LONGEST_START_SECONDS, process.kill)
        guard.start()
        try:
            assert process.stdout is not None
            ready = _READY.fullmatch(process.stdout.readline())
            guard.cancel()
            if ready is None:
                process.kill()
                process.wait()
                log.seek(0)
                said = log.read().strip().splitlines() or ["it said nothing"]
                raise CannotJudgeError(f"the mock did not start: {said[-1]}")
            yield ready[1]
        finally:
            guard.cancel()
            process.kill()


@contextmanager
def fresh_mock(edition: str, keys: Sequence[str]) -> Iterator[str]:
    """The mock, without a rate limit, that knows these keys only."""
    words = [
        "mock_server",
        "serve",
        "--port",
        "0",
        "--rate-limit",
        "off",
        "--edition",
        edition,
        "--keys",
        ",".join(keys),
    ]
    with started(words) as url:
        yield url

"""A mutated server in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contract_tests.mock_process import started


@contextmanager
def mutant_server(mutant: str | None, *options: str) -> Iterator[str]:
    """The address of a server with a mutant, or with none, on a free port; `options` are those of the mock's `serve`.

    CannotJudgeError when the server does not come up.
    """
    named = [] if mutant is None else [mutant]
    with started(["contract_tests.mutants", *named, *options, "--port", "0"]) as url:
        yield url

"""A mock that the modules of these tests share, one for each module, and the connections to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.shape_world import close_worlds
from tests.servers import Server, server


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """A mock that takes any key."""
    with server() as started:
        yield started


@pytest.fixture(scope="module")
def url(running: Server) -> str:
    """Where it is."""
    return running.url


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_worlds()

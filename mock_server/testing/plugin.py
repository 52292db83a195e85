"""The pytest plugin: the fixture `smartlead`. It imports the server only when a test asks for it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mock_server.testing.server import MockServer
    from mock_server.testing.workspace import Smartlead

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def smartlead_server() -> Iterator[MockServer]:
    """One mock server for the test process, without a rate limit."""
    from mock_server.testing.server import MockServer

    with MockServer() as server:
        yield server


@pytest.fixture
def smartlead(smartlead_server: MockServer) -> Smartlead:
    """A running Smartlead mock with a workspace of the test's own: `.base_url`, `.api_key`, `.clock`, `.requests`, …"""
    from mock_server.testing.workspace import Smartlead

    return Smartlead(smartlead_server.url, f"pytest-{os.getpid()}-{next(_numbers)}")

"""What a server is, is asked before anything else, and decides the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contract_tests.address import parse_address
from contract_tests.capabilities import NOTHING
from contract_tests.examples import Examples
from contract_tests.findings import Finding
from contract_tests.ledger import Ledger
from contract_tests.pacing import Paced, Unpaced
from contract_tests.phases import World
from contract_tests.redaction import Key
from contract_tests.runner import judge
from contract_tests.session import Session, Settings, connect
from tests.contract.fakes import RUN, SECRET, FakeClock, Net, api, smartlead

HEALTH = {"status": "ok", "version": "1", "edition": "default", "store": "memory"}
PATHS: dict[str, Any] = {"/clock": {}, "/reset": {}, "/settings": {}, "/webhooks/inbox": {}}


def mock(health: Any = HEALTH, paths: Any = PATHS, status: int = 200) -> Any:
    """A mock whose control API says this."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/_mock/health":
            return httpx.Response(status, json=health)
        if request.url.path == "/_mock/openapi.json":
            return httpx.Response(200, json={"paths": paths})
        return smartlead(request)

    return handler


def session(handler: Any, **more: Any) -> tuple[Session, Net]:
    """A connection to a function."""
    net = Net(handler)
    settings = Settings(parse_address("http://api.example"), more.pop("mode", "read"), **more)
    return connect(settings, Key(SECRET), api("default"), lambda _: Ledger(RUN), FakeClock(), net), net


def test_the_control_api_is_asked_for() -> None:
    """Without the key, and each capability by itself."""
    found, net = session(mock())
    assert all([found.capabilities.control, found.capabilities.clock, found.capabilities.webhook_inbox])
    assert isinstance(found.target.pace, Unpaced)
    assert all("api_key" not in request.url.params for request in net.requests if "_mock" in request.url.path)
    fewer, _ = session(mock(paths={"/reset": {}}))
    assert (fewer.capabilities.reset, fewer.capabilities.clock) == (True, False)


@pytest.mark.parametrize(
    "handler",
    [
        smartlead,
        mock(health={"status": "ok"}),
        mock(health=[]),
        mock(health={**HEALTH, "version": 1}),
        mock(status=404),
    ],
)
def test_whatever_is_not_the_mock_is_treated_as_real(handler: Any) -> None:
    """Paced, and under all rules of safety."""
    found, _ = session(handler)
    assert found.capabilities == NOTHING
    assert isinstance(found.target.pace, Paced)
    assert not found.target.safety.is_mock
    assert not found.target.has_control


@pytest.mark.parametrize("status", ["ACTIVE", "active", "START", "", None, "NEW_WORD"])
def test_an_account_at_rest_has_no_other_status(status: Any) -> None:
    """A word that nobody knows may mean that it sends."""

    def handler(request: httpx.Request) -> httpx.Response:
        answer = smartlead(request)
        rows = [{"id": 1, "status": "PAUSED"}, {"id": 2, "status": status}]
        return httpx.Response(200, json=rows) if answer.status_code == 200 else answer

    with pytest.raises(Exception, match="1 campaigns that are not at rest"):
        session(handler, mode="write", owns_account=True)
    assert session(smartlead, mode="write", owns_account=True)[0].target.safety.mode == "write"


def test_a_mock_that_lets_everybody_in_violates() -> None:
    """It is known to be one, so this is a finding and not a doubt."""

    def handler(request: httpx.Request) -> httpx.Response:
        answer: httpx.Response = mock()(request)
        return httpx.Response(200, json=[]) if answer.status_code == 401 else answer

    found, _ = session(handler)
    assert [finding.check for finding in found.findings] == ["authentication"]


def test_an_answer_that_a_phase_cannot_read_is_a_violation() -> None:
    """A phase that stumbles over what an answer lacks ends with a finding, and the run goes on."""

    class Stumbling(Examples):
        """Reads what is not there."""

        name = "stumbling"

        def run(self, world: World, part: str) -> Iterator[Finding]:
            """One call."""
            yield from world.judged(self.name, world.target.call("list_campaigns"))
            raise KeyError("id")

    found, _ = session(smartlead)
    outcome = judge(found, api("default"), lambda: api("default"), [Stumbling(), Stumbling()], 0)
    assert [(part.phase, [one.check for one in part.findings][-1:]) for part in outcome.parts] == [
        ("stumbling", ["form"])
    ] * 2
    assert outcome.exit_code == 1

"""The pytest plugin: a server in a thread, a workspace per test, handles for time, requests and faults."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mock_server.testing.workspace import Smartlead


def call(smartlead: Smartlead, method: str, path: str, body: Any = None) -> Any:
    """One call of the API with the fixture's key."""
    request = Request(f"{smartlead.base_url}{path}?api_key={smartlead.api_key}", method=method)
    request.add_header("Content-Type", "application/json")
    request.data = None if body is None else json.dumps(body).encode()
    with urlopen(request, timeout=30) as response:
        return json.load(response)


def test_each_test_has_a_workspace_of_its_own(smartlead: Smartlead) -> None:
    """Ids start at 1001 whatever other tests did."""
    assert call(smartlead, "POST", "/campaigns/create", {"name": "A"})["id"] == 1001
    assert smartlead.state()["campaign"] == 1


def test_a_second_one_too(smartlead: Smartlead) -> None:
    """The same again, so that order does not matter."""
    assert call(smartlead, "GET", "/campaigns") == []
    assert call(smartlead, "POST", "/campaigns/create", {"name": "B"})["id"] == 1001


def test_time_moves_when_it_is_told_to(smartlead: Smartlead) -> None:
    """Frozen, advanced, running."""
    smartlead.clock.freeze("2026-03-02T09:00:00Z")
    assert smartlead.clock.advance(days=1, hours=2)["now"] == smartlead.clock.now == "2026-03-03T11:00:00.000Z"
    assert call(smartlead, "POST", "/campaigns/create", {})["created_at"] == "2026-03-03T11:00:00.000Z"
    smartlead.clock.run()
    assert smartlead.clock.now >= "2026-03-03T11:00:00.000Z"


def test_requests_are_verified(smartlead: Smartlead) -> None:
    """A true claim passes, a false one is an AssertionError that says what is missing."""
    for name in ("A", "B"):
        call(smartlead, "POST", "/campaigns/create", {"name": name})
    smartlead.requests.verify("create_campaign", times=2, calls=[{"body": {"name": "A"}}, {"body": {"name": "B"}}])
    with pytest.raises(AssertionError, match="2 requests fit, expected exactly 3"):
        smartlead.requests.verify("create_campaign", times=3)
    assert [one["status"] for one in smartlead.requests.all(operation="create_campaign")] == [200, 200]
    smartlead.requests.clear()
    assert smartlead.requests.all() == []
    assert smartlead.requests.violations() == []


def test_faults_strike_and_go(smartlead: Smartlead) -> None:
    """A rule strikes as often as it says; what is cleared strikes no more."""
    smartlead.faults.add("create_campaign", status=429, times=1, retry_after=7)
    with pytest.raises(HTTPError) as refused:
        call(smartlead, "POST", "/campaigns/create", {})
    with refused.value as answer:
        assert (answer.code, answer.headers["Retry-After"]) == (429, "7")
    call(smartlead, "POST", "/campaigns/create", {})
    smartlead.faults.add(status=500)
    smartlead.faults.clear()
    assert len(call(smartlead, "GET", "/campaigns")) == 1


def test_settings_and_reset(smartlead: Smartlead) -> None:
    """There is no rate limit unless a test asks for one; a reset makes the workspace new."""
    assert smartlead.settings()["rate_limit"] == ""
    assert smartlead.settings(rate_limit="5/1", lead_credit=3)["lead_credit"] == 3
    call(smartlead, "POST", "/campaigns/create", {})
    smartlead.reset()
    assert smartlead.settings()["lead_credit"] is None
    assert call(smartlead, "GET", "/campaigns") == []


def test_journal_command_prints_the_requests(smartlead: Smartlead) -> None:
    """`smartlead-mock journal` shows a line per request, and what the document does not say."""
    call(smartlead, "POST", "/campaigns/create", {"name": "A"})
    with pytest.raises(HTTPError) as refused:
        call(smartlead, "POST", "/campaigns/create", {"nme": "A"})
    refused.value.close()
    command = [sys.executable, "-m", "mock_server", "journal", "--url", smartlead.url, "--key", smartlead.api_key]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split(" ", 1)[1] for line in lines[:2]] == [
        "200 POST /api/v1/campaigns/create create_campaign",
        "400 POST /api/v1/campaigns/create create_campaign",
    ]
    assert lines[2] == '    unknown_key: "nme" is not allowed'
    found = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=True).stdout
    assert json.loads(found)["counts"] == {"create_campaign": 2}


def test_journal_command_without_a_server() -> None:
    """A wrong address is told in a sentence."""
    command = [sys.executable, "-m", "mock_server", "journal", "--url", "http://127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("smartlead-mock: no server answers at http://127.0.0.1:9")

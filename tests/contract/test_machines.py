"""What every machine does, whatever its family: counts, ends stories, makes them short, tells what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from contract_tests.address import parse_address
from contract_tests.effort import TIERS
from contract_tests.errors import BrokenAnswerError
from contract_tests.findings import Finding
from contract_tests.ledger import Ledger
from contract_tests.machines.base import Machine, action, first_difference
from contract_tests.machines.running import MachinePhase
from contract_tests.phases import World
from contract_tests.redaction import Key
from contract_tests.runner import open_world
from contract_tests.session import Settings, connect
from tests.contract.fakes import RUN, SECRET, FakeClock, Net, api

#: the campaigns of the service; every story begins without any
NAMES: list[str] = []
Handler = Callable[[httpx.Request], httpx.Response]


class Shelf(Machine):
    """Campaigns that are made, listed and looked at."""

    family = "shelf"
    needs = ("create_campaign", "list_campaigns")

    def begin(self) -> None:
        """Nothing is there."""
        NAMES.clear()

    def view(self) -> Any:
        """The list."""
        return self.call("list_campaigns").json

    @action()
    def make(self) -> None:
        """One more."""
        self.call("create_campaign", body={"name": self.new_name()})

    @action(number=st.integers(0, 3))
    def count(self, number: int) -> None:
        """The list is as long as the model's."""
        if number == 3:
            self.reject()
        exchange = self.call("list_campaigns")
        self.hold(len(exchange.json) < 3, "three are too many", exchange)

    @action("get_campaign")
    def look_at_nothing(self) -> None:
        """There is no such campaign."""
        self.refused("get_campaign", path={"campaign_id": 7})

    @action("no_such_operation")
    def never(self) -> None:
        """The document does not have it."""
        raise AssertionError


def account(change: Handler | None = None) -> Handler:
    """A service that keeps campaigns by name; `change` answers first, once there are some."""
    NAMES.clear()
    row = json.loads(json.dumps(next(iter(api("default")["list_campaigns"].answers[200].examples.values()))[0]))

    def answer(request: httpx.Request) -> httpx.Response:
        changed = change(request) if change and NAMES else None
        if changed is not None and changed.status_code != 599:
            return changed
        path = request.url.path
        if request.url.params.get("api_key") is None:
            return httpx.Response(401, json={"message": "API key is required."})
        if path.endswith("/campaigns/create"):
            NAMES.append(json.loads(request.content)["name"])
            made = {"ok": True, "id": len(NAMES), "name": NAMES[-1], "created_at": "2026-03-02T08:00:00.000Z"}
            return httpx.Response(200, json=made)
        if path.endswith("/campaigns/"):
            return httpx.Response(200, json=[{**row, "id": n, "name": name} for n, name in enumerate(NAMES, 1)])
        return httpx.Response(404, json={"error": "Resource not found"})

    return answer


PASS = httpx.Response(599)


def told(change: Handler | None = None, shrink: float = 0.0) -> tuple[list[Finding], World]:
    """What the machine finds in a service."""
    net = Net(account(change))
    settings = Settings(parse_address("http://api.example"), "write", owns_account=True)
    clock = FakeClock()
    session = connect(settings, Key(SECRET), api("default"), lambda _: Ledger(RUN), clock, net)
    world, _ = open_world(session, api("default"), 1, replace(TIERS["pull-request"], shrink_seconds=shrink))
    return list(MachinePhase(Shelf).run(world, "1")), world


def test_a_story_is_short_and_can_be_told_again() -> None:
    """Three are made, then seen: nothing else is in the reproduction."""
    findings, world = told(shrink=1e9)
    assert [(finding.check, finding.operation) for finding in findings] == [("model", "list_campaigns")]
    calls = [(one.method, one.url.rpartition("/api/v1")[2]) for one in findings[0].calls]
    assert calls == [*[("POST", "/campaigns/create")] * 3, ("GET", "/campaigns/")]
    assert findings[0].script.count("httpx.request") == 4
    assert SECRET not in findings[0].script
    assert world.tally.rules["shelf.make"].ran > 0
    assert world.tally.rules["shelf.count"].rejected > 0
    assert "shelf.never" not in world.tally.rules


def test_without_time_it_is_told_as_it_was_found() -> None:
    """The first violation ends the phase."""
    (at_once, quick), (_, patient) = told(shrink=0), told(shrink=1e9)
    assert len(at_once) == 1
    calls = [sum(world.tally.judged.values()) for world in (quick, patient)]
    assert calls[0] < calls[1]


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (httpx.Response(200, json=[{}]), "schema"),
        (httpx.Response(418, json={}), "status"),
        (httpx.Response(404, json={"error": "Resource not found"}), "outcome"),
    ],
)
def test_wrong_answers(answer: httpx.Response, check: str) -> None:
    """Against the document, and against what the story is about."""
    findings, _ = told(lambda request: answer if request.url.path.endswith("/campaigns/") else PASS)
    assert [finding.check for finding in findings] in ([check], ["status"])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_says_nothing_ends_a_story_quietly(status: int) -> None:
    """The way to the service is not its subject."""
    told_off = httpx.Response(status, json={}, headers={"retry-after": "1"})
    calls = iter(range(10**9))
    findings, _ = told(lambda request: told_off if next(calls) % 20 == 0 else PASS)
    assert all(finding.message == "three are too many" for finding in findings)


def test_a_key_that_works_elsewhere_must_work() -> None:
    """401 is silence only when the key is refused by everything."""
    denied = httpx.Response(401, json={"message": "Invalid API Key"})
    findings, _ = told(lambda request: denied if request.url.path.endswith("/create") else PASS)
    assert [finding.check for finding in findings] == ["authentication"]
    findings, _ = told(lambda request: denied)
    assert findings == []


def test_a_refused_call_that_leaves_a_trace() -> None:
    """The list is longer behind it."""

    def change(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/7"):
            NAMES.clear()
        return PASS

    findings, _ = told(change, shrink=1e9)
    assert findings[0].message.startswith("after a refused call: it has 0 entries")
    assert [one.method for one in findings[0].calls] == ["POST", "GET"]


def test_a_server_that_breaks_off_ends_the_phase() -> None:
    """Hypothesis would try again and again."""

    def change(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    with pytest.raises(BrokenAnswerError):
        told(change)


def test_an_answer_that_cannot_be_read_is_a_violation() -> None:
    """Not a crash of the suite."""

    class Reader(Shelf):
        """Reads what is not there."""

        family = "reader"

        @action()
        def read(self) -> None:
            """A member that no answer has."""
            assert self.call("list_campaigns").json["rows"]

    net = Net(account())
    settings = Settings(parse_address("http://api.example"), "write", owns_account=True)
    session = connect(settings, Key(SECRET), api("default"), lambda _: Ledger(RUN), FakeClock(), net)
    world, _ = open_world(session, api("default"), 1, TIERS["smoke"])
    checks = {finding.check for finding in MachinePhase(Reader).run(world, "1")}
    assert checks <= {"form", "model"}
    assert checks


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        ({"a": 1}, {"a": 1}, ""),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "/a/1/b is 2, where 3 is right"),
        ({"a": 1}, {}, "has ['a'] too much"),
        ({}, {"a": 1}, "lacks ['a']"),
        ([1], [1, 2], "has 1 entries"),
        (True, 1, "it is true, where 1 is right"),
        ("1", 1, 'it is "1", where 1 is right'),
        (1.0, 1, ""),
    ],
)
def test_differences_in_words(actual: Any, expected: Any, words: str) -> None:
    """The first one, with its place."""
    found = first_difference(actual, expected)
    assert (words in found) if words else not found

"""The phase of shape: every operation succeeds once, what is wrong is refused, and nothing passes for want of data."""

from __future__ import annotations

import re
import socket
from dataclasses import replace

import httpx
import pytest

from contract_tests.errors import CannotJudgeError
from contract_tests.examples import Examples
from contract_tests.exchange import NO_BODY
from contract_tests.shape.generation import Generator
from contract_tests.shape.phase import Shape
from contract_tests.shape.validity import Validity
from tests.contract.fakes import EDITIONS, RUN, api
from tests.contract.shape_world import Changing, answering, effort, make_world
from tests.contract.tampering import Fault


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("seed", [0, 7])
def test_every_operation_succeeds(url: str, edition: str, seed: int) -> None:
    """Each finds what it needs, in any order of calls."""
    world = make_world(url, edition, seed=seed, key=f"every-{edition}")
    assert list(Examples().run(world, "")) == []
    assert world.tally.answered == set(world.api.operations)


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_false_alarm_without_generated_requests(url: str, edition: str) -> None:
    """Keys, paths, methods and deleted things, in every edition."""
    world = make_world(url, edition, key=f"smoke-{edition}")
    found = [finding for part in Shape().parts(world.api) for finding in Shape().run(world, part)]
    assert [finding.message for finding in found] == []
    assert world.tally.answered == set(world.api.operations)


@pytest.mark.parametrize("part", ["Block list", "CRM", "Sequences", "Statistics"])
def test_generated_requests(url: str, part: str) -> None:
    """What fits is taken, what does not is refused and leaves no trace."""
    world = make_world(url, amounts=effort("pull-request", 4), key="generated")
    assert [finding.message for finding in Shape().run(world, part)] == []
    assert sum(world.tally.judged.values()) > 50


def test_no_connection_is_opened_by_generating(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schemathesis makes requests; it sends none."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    document = api("connector")
    generator = Generator("connector", document, 3)
    cases = [case for operation in document for case in generator.cases(operation, 4)]
    again = Generator("connector", document, 3)
    assert cases == [case for operation in document for case in again.cases(operation, 4)]
    assert any(case.origin == "fuzzing" for case in cases)
    assert any(case.origin == "coverage" for case in cases)


def test_refusals_alone_do_not_pass() -> None:
    """A run in which everything is 401, or not found, is a finding or no judgement."""
    for status, body in ((401, {"message": "Invalid API Key"}), (404, {"error": "Not found"})):
        world = make_world("http://api.example", transport=answering(status, body))
        for part in Shape().parts(world.api):
            try:
                found = [finding.check for finding in Shape().run(world, part)]
            except CannotJudgeError:
                continue
            assert found == ["set-up"], (status, part)


def test_a_key_that_ends_is_no_violation(url: str) -> None:
    """Nothing can be judged any more."""
    ended = Changing(
        lambda request, answer: (
            httpx.Response(401, json={"message": "Invalid API Key"})
            if "malformed" in request.url.query.decode() or request.method == "GET"
            else answer
        )
    )
    world = make_world(url, transport=ended, amounts=effort("pull-request", 1), mode="read", key="ended")
    with pytest.raises(CannotJudgeError, match="key"):
        list(Shape().run(world, "Statistics"))


def test_reading_changes_nothing(url: str) -> None:
    """In read mode no operation is sent that is not one of reading."""
    seen: list[httpx.Request] = []
    passing = Changing(lambda request, _: seen.append(request))
    world = make_world(url, transport=passing, amounts=effort("pull-request", 1), mode="read", key="reading")
    found = [finding for part in Shape().parts(world.api) for finding in Shape().run(world, part)]
    assert [finding.message for finding in found] == []
    assert seen
    assert {request.method for request in seen} <= {"GET", "POST"}
    assert "create_campaign" in world.tally.refused


_FILTERED = "get_campaign_statistics"


@pytest.mark.parametrize(
    ("query", "fits", "wrong"),
    [
        ([], True, ""),
        ([("limit", "5")], True, ""),
        ([("limit", "abc")], False, "limit"),
        ([("limit", "0")], False, "limit"),
        ([("limit", "1"), ("limit", "2")], False, ""),
        ([("email_status", "opened")], True, ""),
        ([("email_status", "angry")], False, "email_status"),
        ([("nobody", "1")], False, "nobody"),
        ([("sent_time_start_date", "2026-01-01T00:00:00.000Z")], False, ""),
    ],
)
def test_what_is_surely_wrong(query: list[tuple[str, str]], fits: bool, wrong: str) -> None:
    """Only what the document settles is held against an answer."""
    document = api("default")
    verdict = Validity(document).of(document[_FILTERED], query, NO_BODY)
    assert (verdict.fits, verdict.member) == (fits, wrong)
    assert bool(verdict.wrong) == bool(wrong)


def test_of_two_wrong_arguments_either_may_be_blamed() -> None:
    """A service names the one that it comes upon first; one without a name cannot be named."""
    document = api("default")
    for query in ([("nobody", "1"), ("", "1")], [("limit", "abc"), ("nobody", "1")]):
        verdict = Validity(document).of(document[_FILTERED], query, NO_BODY)
        assert verdict.wrong
        assert not verdict.member


def test_two_spellings_are_open() -> None:
    """They may be refused for being two, so neither outcome is held against an answer."""
    document = api("default")
    body = {"parent_campaign_id": 1, "subsequence_name": "a", "name": "b"}
    verdict = Validity(document).of(document["create_subsequence"], [], body)
    assert not verdict.fits
    assert not verdict.wrong


def _accepts(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    if request.url.path.endswith("/settings") and answer.status_code == 400:
        return httpx.Response(200, json={"ok": True})
    return None


def _open_door(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    if answer.status_code == 401 and request.url.path.endswith("/schedule"):
        return httpx.Response(200, json={"ok": True})
    return None


def _crash(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    if b"\x00" in request.content and answer.status_code == 400:
        return httpx.Response(500, json={"error": "Internal server error"})
    return None


def _blames(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    if answer.status_code == 400 and b'"validation"' in answer.content:
        return httpx.Response(400, json={**answer.json(), "validation": {"source": "body", "keys": ["nobody"]}})
    return None


def _forgets(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    is_near = int((re.findall(r"/campaigns/([0-9]+)/sequences", request.url.path) or [0])[0]) in range(1, 5000)
    if request.method == "GET" and is_near and answer.status_code == 404:
        return httpx.Response(200, json=[])
    return None


@pytest.mark.parametrize(
    ("change", "part", "check"),
    [
        (_accepts, "Campaigns", "refusal"),
        (_open_door, "Campaigns", "authentication"),
        (_crash, "Campaigns", "status"),
        (_blames, "Campaigns", "culprit"),
        (_forgets, "gone", "deleted"),
    ],
)
def test_what_is_seen(url: str, change: object, part: str, check: str) -> None:
    """Bugs put between the mock and the suite."""
    world = make_world(url, transport=Changing(change), amounts=effort("pull-request", 4), key="seen")  # type: ignore[arg-type]
    assert check in {finding.check for finding in Shape().run(world, part)}


class Leaking(httpx.BaseTransport):
    """Calls of some path are taken for calls with another key."""

    def __init__(self, method: str, path: str, key: str) -> None:
        self.inner, self.fault, self.key = httpx.HTTPTransport(), Fault(method, path), key

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on."""
        if self.fault.fits(request):
            url = request.url.copy_merge_params({"api_key": self.key})
            request = httpx.Request(request.method, url, headers=request.headers, content=request.read())
        return self.inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


@pytest.mark.parametrize(
    ("method", "path", "check"),
    [
        ("", "", ""),
        ("GET", "/lead-list/$", "isolation"),
        ("POST", "/master-inbox/inbox-replies$", "isolation"),
        ("POST", "/campaigns/create$", "trace"),
        ("DELETE", r"/lead-list/\d+$", "isolation"),
    ],
)
def test_strangers(url: str, method: str, path: str, check: str) -> None:
    """Another key sees and does nothing; where one operation lets it, that is found."""
    world = make_world(url, amounts=effort("pull-request", 1), key=f"strangers{path}")
    transport = Leaking(method or "NONE", path, f"strangers{path}")
    other = make_world(url, transport=transport, key=f"{RUN}-strangers{path}-other")
    found = {finding.check for finding in Shape().run(replace(world, foreign=other.target), "strangers")}
    assert check in found if check else not found

"""Injected faults: what strikes when, what the client sees of it, and what the workspace keeps of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, cast

import httpx2
import pytest

from mock_server.config import openapi_directory
from mock_server.contract.document import operations_of, resolve
from mock_server.contract.operations import Contract
from tests.conftest import Api
from tests.servers import RemoteApi, Server, server
from tests.worlds import DOCUMENT, OPERATIONS, Described

CREATE = "/campaigns/create"
DROPPED = (httpx2.NetworkError, httpx2.RemoteProtocolError)
SLOW_DOWN = {"message": "Too many requests. Please slow down and retry later."}


@pytest.fixture(scope="module")
def remote() -> Iterator[Server]:
    """A server in a process of its own: faults of the connection need a connection."""
    with server() as running:
        yield running


@pytest.fixture
def far(remote: Server, request: pytest.FixtureRequest) -> Iterator[RemoteApi]:
    """A key of the test's own on that server."""
    with remote.api(request.node.name) as api:
        yield api


def send(api: Api, method: str, path: str, header: str | None = None, **more: Any) -> Any:
    """A call whose answer is not held against the document, with a fault of its own."""
    headers = {**more.pop("headers", {}), **({"X-Mock-Fault": header} if header else {})}
    params = {"api_key": api.key, **more.pop("params", {})}
    return api.client.request(method, f"/api/v1{path}", params=params, headers=headers, **more)


def create(api: Api, header: str | None = None) -> Any:
    """Make a campaign."""
    return send(api, "POST", CREATE, header, json={"name": "A"})


def opened(api: RemoteApi, header: str) -> AbstractContextManager[Any]:
    """Make a campaign; the answer is read part by part."""
    more: dict[str, Any] = {"params": {"api_key": api.key}, "headers": {"X-Mock-Fault": header}, "json": {"name": "A"}}
    return cast("AbstractContextManager[Any]", api.client.stream("POST", f"/api/v1{CREATE}", **more))


def rule(api: Api, **given: Any) -> dict[str, Any]:
    """Add a rule; as it is shown."""
    answer = api.control("POST", "/faults", given)
    assert answer.status_code == 200, answer.text
    return cast("dict[str, Any]", answer.json())


def rules(api: Api) -> list[dict[str, Any]]:
    """All rules."""
    return cast("list[dict[str, Any]]", api.control("GET", "/faults").json())


def campaigns(api: Api) -> int:
    """How many campaigns there are."""
    return int(api.control("GET", "/state").json()["tables"]["campaign"])


def marks(api: Api) -> list[tuple[int, bool]]:
    """Status and mark of what the journal has."""
    return [(one["status"], one["injected"]) for one in api.control("GET", "/requests").json()["requests"]]


def pattern(api: Api, times: int = 40) -> list[int]:
    """The statuses of so many reads."""
    return [send(api, "GET", "/campaigns").status_code for _ in range(times)]


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_documented_errors_come_in_the_vendors_envelope(api: Api, one: Described) -> None:
    """Each documented error can be injected into each operation; its body is one that the document has for it."""
    errors = {int(status): resolve(DOCUMENT, shape) or {} for status, shape in one.operation["responses"].items()}
    del errors[one.status]
    assert 429 in errors
    for status, described in errors.items():
        content = described.get("content", {}).values()
        bodies = [resolve(DOCUMENT, e)["value"] for media in content for e in media.get("examples", {}).values()]
        answer = send(api, one.method, re.sub(r"\{\w+\}", "1", one.path), str(status))
        assert answer.status_code == status
        assert answer.json() in (bodies or [{"message": HTTPStatus(status).phrase}])
        assert answer.json() == SLOW_DOWN or status != 429
        assert not re.search(r"\{\w+\}", answer.text), "a placeholder is left"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "Internal server error occurred"}), (422, {"error": "Invalid parameters provided"}),
        (502, {"message": "Bad Gateway"}), (503, {"message": "Service Unavailable"}),
        (504, {"message": "Gateway Timeout"}), (599, {"message": "Error"}),
    ],
)  # fmt: skip
def test_other_errors_come_in_a_general_envelope(api: Api, status: int, body: dict[str, str]) -> None:
    """An error that the operation's documentation does not know has the service's general form."""
    answer = send(api, "GET", "/campaigns", str(status))
    rule(api, status=status)
    for one in (answer, send(api, "GET", "/campaigns")):
        assert (one.status_code, one.json()) == (status, body)
        assert one.headers["x-mock-hint"] == "Injected fault."
        assert one.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("status", "given", "expected"),
    [(429, None, "30"), (503, None, "30"), (500, None, None), (429, 7, "7"), (503, 0, "0"), (500, 120, "120")],
)
def test_retry_after(api: Api, status: int, given: int | None, expected: str | None) -> None:
    """429 and 503 say when to come back, others if a rule says so."""
    rule(api, status=status, **({} if given is None else {"retry_after": given}))
    assert create(api).headers.get("retry-after") == expected


@pytest.mark.parametrize("text", ["nonsense", "99", "204", "delay=x"])
def test_headers_that_mean_nothing_are_refused(api: Api, text: str) -> None:
    """A per-request fault that cannot be understood is an error of the test, and nothing is done."""
    answer = create(api, text)
    assert (answer.status_code, answer.json()) == (400, {"message": "Unknown X-Mock-Fault"})
    assert "delay=MS" in answer.headers["x-mock-hint"]
    assert campaigns(api) == 0


def test_a_header_goes_before_the_rules(api: Api) -> None:
    """A request with a fault of its own gets that one; the rule still has its times."""
    rule(api, status=503, times=1)
    assert [create(api, "delay=0").status_code, create(api, "500").status_code] == [200, 500]
    assert [create(api).status_code, create(api).status_code] == [503, 200]


def test_a_rule_strikes_so_many_times(api: Api) -> None:
    """`times` 2 hits two requests, then all is well; the rule shows how often it struck. Without it there is no end."""
    rule(api, status=503, times=2)
    assert pattern(api, 5) == [503, 503, 200, 200, 200]
    assert [one["struck"] for one in rules(api)] == [2]
    rule(api, status=500)
    assert pattern(api, 20) == [500] * 20


def test_the_first_rule_that_strikes_decides(api: Api) -> None:
    """Rules are tried in the order in which they were made; one that is used up leaves the turn to the next."""
    ids = [rule(api, status=status, times=times)["id"] for status, times in ((500, 1), (502, 2), (503, 1))]
    assert pattern(api, 5) == [500, 502, 502, 503, 200]
    assert [one["id"] for one in rules(api)] == ids == [1, 2, 3]


def test_probability_follows_the_seed(api: Api, other: Api) -> None:
    """With a probability the same seed hits the same requests, another seed others, about as many as it says."""
    patterns = {}
    for one, seed in ((api, 1), (other, 1), (api, 2)):
        assert one.control("POST", "/reset").status_code == 200
        assert one.control("PUT", "/settings", {"seed": seed}).status_code == 200
        rule(one, status=500, probability=0.5)
        patterns[one.key, seed] = pattern(one)
    first, same, different = patterns.values()
    assert first == same != different
    assert all(10 <= one.count(500) <= 30 for one in (first, different))


def test_probability_and_times_go_together(api: Api) -> None:
    """A certain fault hits at once; an improbable one is counted when it hits, not when it misses."""
    rule(api, status=503, probability=1, times=2)
    rule(api, status=500, probability=0.2, times=3)
    found = pattern(api, 100)
    assert (found[:2], found.count(503), found.count(500)) == ([503, 503], 2, 3)
    assert found[2:5] != [500] * 3


def test_an_outage_ends_with_its_time(api: Api) -> None:
    """`seconds` run on the workspace's elapsed time: advancing the clock ends the outage, freezing it does not."""
    api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-01-05T09:00:00Z"})
    rule(api, status=503, seconds=3600)
    assert pattern(api, 2) == [503, 503]
    for seconds, status in ((3000, 503), (600, 200)):
        assert api.control("POST", "/clock/advance", {"seconds": seconds}).status_code == 200
        assert pattern(api, 1) == [status]


@pytest.mark.parametrize(
    ("given", "hits"),
    [
        ({"operation": "create_campaign"}, [CREATE]),
        ({"match": {"method": "GET"}}, ["/campaigns", "/campaigns?offset", "/leads"]),
        ({"match": {"path": "/api/v1/campaigns"}}, ["/campaigns", "/campaigns?offset"]),
        ({"match": {"query": {"offset": "10"}}}, ["/campaigns?offset"]),
        ({"match": {"query": {"offset": 10}}}, ["/campaigns?offset"]),
        ({"match": {"body": {"name": "A"}}}, [CREATE]), ({"match": {"body": {"name": "B"}}}, []),
        ({"match": {"body": {"lead_list": [{"email": "a@b.example"}]}}}, ["/leads!"]),
        ({"operation": "create_campaign", "match": {"method": "GET"}}, []),
        ({"match": {}}, ["/campaigns", "/campaigns?offset", "/leads", CREATE, "/leads!"]),
    ],
)  # fmt: skip
def test_a_rule_hits_what_it_matches(api: Api, given: dict[str, Any], hits: list[str]) -> None:
    """A rule may name the operation, the method, the path, and parts of the query and the body."""
    rule(api, status=503, **given)
    answers = {
        "/campaigns": send(api, "GET", "/campaigns"),
        "/campaigns?offset": send(api, "GET", "/campaigns", params={"offset": "10"}),
        "/leads": send(api, "GET", "/campaigns/1/leads"),
        CREATE: send(api, "POST", CREATE, json={"name": "A", "client_id": None}),
        "/leads!": send(api, "POST", "/campaigns/1/leads", json={"lead_list": [{"email": "a@b.example", "phone": 1}]}),
    }
    assert [name for name, answer in answers.items() if answer.status_code == 503] == hits


@pytest.mark.parametrize(
    "given",
    [
        {}, {"times": 3}, {"status": 500, "kind": "reset"}, {"status": 500, "knd": "reset"}, {"status": 200},
        {"status": 600}, {"status": "500"}, {"kind": "explode"}, {"status": 500, "match": {"header": "x"}},
        {"kind": "reset", "retry_after": 1}, {"delay": 5, "retry_after": 1}, {"status": 500, "retry_after": -1},
        {"delay": -1}, {"delay": {"ms": 5, "to": 1}}, {"delay": {"ms": 1, "to": 2, "spread": 1}}, {"delay": {"to": 2}},
        {"delay": 700_000}, {"delay": 1, "after": True}, {"status": 500, "times": 0},
        {"status": 500, "probability": 0}, {"status": 500, "probability": 1.5}, {"status": 500, "seconds": 0},
        {"status": 500, "operation": "create_campaing"}, {"status": 500, "operation": ""},
        {"status": 500, "match": {"path": 5}}, {"status": 500, "match": {"method": "FETCH"}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(api: Api, given: dict[str, Any]) -> None:
    """Unknown operations and keys, contradictory fields and impossible values are refused, and no rule is made."""
    assert api.control("POST", "/faults", given).status_code == 422
    assert rules(api) == []


def test_a_rule_for_an_operation_of_another_edition_is_refused(api: Api) -> None:
    """What the workspace's edition does not serve cannot fail."""
    live = Contract(openapi_directory()).document("live")
    missing = {one.id for one in OPERATIONS} - {one["operationId"] for _, _, one in operations_of(live)}
    assert missing
    assert api.control("PUT", "/settings", {"edition": "live"}).status_code == 200
    for operation in missing:
        answer = api.control("POST", "/faults", {"status": 500, "operation": operation})
        assert answer.status_code == 422
        assert operation in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {"status": 429, "operation": "create_campaign", "times": 2, "retry_after": 3, "match": {"body": {"name": "A"}}},
        {"kind": "timeout", "probability": 0.5}, {"delay": 5.0, "seconds": 60.0}, {"kind": "truncate", "after": True},
        {"delay": {"ms": 1.0, "to": 2.0, "spread": None}}, {"delay": {"ms": 1.0, "to": None, "spread": 2.0}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_rules_are_shown_as_they_were_given(api: Api, given: dict[str, Any]) -> None:
    """A rule is listed with all its fields, its id and how often it struck."""
    shown = rule(api, **given)
    assert {name: shown[name] for name in given} == given
    assert (rules(api), shown["id"], shown["struck"]) == ([shown], 1, 0)


def test_removal(api: Api) -> None:
    """One rule goes by its id, all without one; an unknown id is 404, and ids are not used again."""
    for status in (500, 502, 503):
        rule(api, status=status)
    assert [api.control("DELETE", "/faults?id=1").status_code for _ in range(2)] == [200, 404]
    assert pattern(api, 1) == [502]
    assert api.control("DELETE", "/faults").json() == {"removed": 2}
    assert pattern(api, 1) == [200]
    assert rule(api, status=500)["id"] == 4
    api.control("POST", "/reset")
    assert (rules(api), pattern(api, 1)) == ([], [200])


def test_rules_are_the_workspaces_own(api: Api, other: Api) -> None:
    """A rule hits the requests of its key only, to paths that are served; another key neither sees nor removes it."""
    rule(api, status=500)
    assert send(api, "GET", "/nothing/here", "500").status_code == 404
    assert api.client.get("/api/v1/campaigns", headers={"X-Mock-Fault": "500"}).status_code == 401
    assert (pattern(other, 2), rules(other)) == ([200, 200], [])
    assert other.control("DELETE", "/faults?id=1").status_code == 404
    assert other.control("DELETE", "/faults").json() == {"removed": 0}
    assert pattern(api, 1) == [500]


def test_injected_answers_are_not_charged(api: Api) -> None:
    """What a fault answers takes nothing from the window and shows none; after the work it is a request like others."""
    assert api.control("PUT", "/settings", {"rate_limit": "2/3600"}).status_code == 200
    rule(api, status=429, times=5)
    injected = [create(api) for _ in range(5)]
    assert {(one.status_code, "x-ratelimit-limit" in one.headers) for one in injected} == {(429, False)}
    assert [create(api, "after=500").status_code, create(api).status_code, create(api).status_code] == [500, 200, 429]
    assert campaigns(api) == 2


def test_the_journal_marks_what_was_injected(api: Api) -> None:
    """Injected answers are marked, genuine ones are not, also when they were only delayed."""
    for header in ("500", None, "delay=1", "malformed", "after=500"):
        create(api, header)
    send(api, "GET", "/campaigns/77", "after=500")
    *found, last = marks(api)
    assert found == [(500, True), (200, False), (200, False), (200, True), (500, True)]
    assert last in ((404, False), (500, True))


@pytest.mark.parametrize(("header", "done"), [("500", 0), ("503", 0), ("after=500", 1), ("after=429", 1)])
def test_after_the_work(api: Api, header: str, done: int) -> None:
    """A fault comes before the work; with `after=` the work is done and the client cannot know it."""
    assert create(api, header).status_code == int(header[-3:])
    assert campaigns(api) == done
    rule(api, status=int(header[-3:]), after=header.startswith("after"), operation="create_campaign")
    assert create(api).status_code == int(header[-3:])
    assert campaigns(api) == 2 * done


def test_malformed_and_slow_answers(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A malformed answer has its status and the right length, but is no JSON; a slow one is whole. The work is done."""
    monkeypatch.setattr("mock_server.pipeline.delivery._SLOW_SECONDS", 0)
    assert create(api, "slow").json()["id"] == 1001
    for answer in (create(api, "malformed"), send(api, "GET", "/campaigns", "malformed")):
        assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(answer.content))
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    assert campaigns(api) == 2


@pytest.mark.parametrize("delay", [20, {"ms": 20, "to": 25}, {"ms": 20, "spread": 0}], ids=json.dumps)
@pytest.mark.parametrize("given", [{}, {"status": 503}], ids=json.dumps)
def test_delays(api: Api, delay: Any, given: dict[str, int]) -> None:
    """An answer comes later, genuine or not; the delay is fixed, from a range, or around a mean."""
    rule(api, delay=delay, **given)
    begun = time.monotonic()
    assert create(api).status_code == given.get("status", 200)
    assert time.monotonic() - begun >= 0.02


@pytest.mark.parametrize(
    ("header", "error", "done"),
    [
        ("reset", DROPPED, 0), ("after=reset", DROPPED, 1), ("truncate", DROPPED, 1), ("hang", httpx2.ReadTimeout, 0),
        ("timeout", httpx2.ReadTimeout, 0), ("after=timeout", httpx2.ReadTimeout, 1),
        ("delay=60000", httpx2.ReadTimeout, 1),
    ],
)  # fmt: skip
def test_faults_of_the_connection(far: RemoteApi, header: str, error: Any, done: int) -> None:
    """A connection that is dropped or hangs: the work is done or not as said, and the next request is served."""
    with pytest.raises(error):
        send(far, "POST", CREATE, header, json={"name": "A"}, timeout=30 if error is DROPPED else 0.3)
    assert campaigns(far) == done
    assert create(far).status_code == 200
    assert [injected for _, injected in marks(far)] == ["delay" not in header, False]


@pytest.mark.parametrize(("given", "done"), [({"kind": "reset"}, 0), ({"kind": "reset", "after": True}, 1)])
def test_rules_for_the_connection(far: RemoteApi, given: dict[str, Any], done: int) -> None:
    """A rule drops connections as often as it says; reads that it does not match are served meanwhile."""
    rule(far, operation="create_campaign", times=2, **given)
    for _ in range(2):
        with pytest.raises(DROPPED):
            create(far)
        assert send(far, "GET", "/campaigns").status_code == 200
    assert (campaigns(far), create(far).status_code) == (2 * done, 200)


def test_a_truncated_answer_begins_well(far: RemoteApi) -> None:
    """Status, full length and the first half of the body arrive, then the connection is gone."""
    with opened(far, "truncate") as answer:
        parts = answer.iter_raw()
        seen = next(parts)
        assert (answer.status_code, len(seen)) == (200, int(answer.headers["content-length"]) // 2)
        assert seen.startswith(b'{"ok":true,"id":1001')
        with pytest.raises(DROPPED):
            next(parts)


def test_a_slow_answer_comes_in_small_parts(far: RemoteApi) -> None:
    """The first bytes are there at once, and they are few; who leaves then harms nobody."""
    with opened(far, "slow") as answer:
        assert 0 < len(next(answer.iter_raw())) < int(answer.headers["content-length"]) / 4
    assert campaigns(far) == 1


@pytest.mark.parametrize("kind", ["reset", "hang", "malformed", "slow"])
def test_a_head_request_fails_too(far: RemoteApi, kind: str) -> None:
    """An answer without a body can lose its connection like others; where there is no body, none is damaged."""
    if kind in ("reset", "hang"):
        with pytest.raises((*DROPPED, httpx2.ReadTimeout)):
            send(far, "HEAD", "/campaigns", kind, timeout=0.3)
    else:
        assert send(far, "HEAD", "/campaigns", kind).content == b""
    assert send(far, "GET", "/campaigns").json() == []

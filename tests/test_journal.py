"""The journal: what a workspace was asked, what of it the document does not say, and that it shows no secret."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.pipeline import journal as journal_module
from tests.conftest import Api

MAILBOX = {
    "from_name": "Ann", "from_email": "ann@sender.example", "user_name": "ann@sender.example", "password": "topsecret",
    "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example", "imap_port": 993,
    "imap_password": "topsecret2", "warmup_enabled": False,
}  # fmt: skip


def requests(api: Api, **filters: Any) -> list[dict[str, Any]]:
    """The requests that fit, oldest first."""
    answer = api.client.get("/_mock/requests", params={**filters, "api_key": api.key})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["requests"]
    return found


def verify(api: Api, **wanted: Any) -> tuple[bool, int, str]:
    """Whether it happened, how many requests fit, and what is missing; the status says the same."""
    answer = api.control("POST", "/requests/verify", wanted)
    found = answer.json()
    assert answer.status_code == (200 if found["verified"] else 409)
    return found["verified"], found["found"], found["problem"]


def freeze(api: Api, now: str) -> None:
    """Let the workspace's clock stand."""
    assert api.control("PUT", "/clock", {"mode": "frozen", "now": now}).status_code == 200


@pytest.fixture
def asked(api: Api) -> Api:
    """A key that has made five requests, an hour apart."""
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/campaigns/create", {"json": {"name": "A"}}),
        ("GET", "/campaigns/1001", {}),
        ("GET", "/campaigns/77", {}),
        ("POST", "/campaigns/create", {"json": {"nme": "B"}}),
        ("GET", "/campaigns/1001/leads", {"params": {"offset": 10}, "edition": "live"}),
    ]
    for hour, (method, path, more) in enumerate(calls, start=9):
        freeze(api, f"2026-01-05T{hour:02}:00:00Z")
        api.request(method, path, **more)
    return api


@pytest.fixture
def guarded() -> Iterator[TestClient]:
    """A server that knows one key only."""
    with TestClient(create_app(Settings(rate_limit="off", keys=frozenset({"known-key"})))) as client:
        yield client


def test_a_record_tells_what_was_asked_and_answered(asked: Api) -> None:
    """A request is there with its moment, operation, edition, bodies and violations."""
    first, *_, last = requests(asked)
    assert first == {
        "id": 1, "at": "2026-01-05T09:00:00.000Z", "method": "POST", "path": "/api/v1/campaigns/create", "query": {},
        "operation": "create_campaign", "edition": "default", "status": 200, "injected": False, "violations": [],
        "dropped": False,
        "request": {"name": "A"},
        "response": {"ok": True, "id": 1001, "name": "A", "created_at": "2026-01-05T09:00:00.000Z"},
    }  # fmt: skip
    assert (last["id"], last["query"], last["edition"], last["request"]) == (5, {"offset": "10"}, "live", None)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [1, 2, 3, 4, 5]), ({"operation": "get_campaign"}, [2, 3]), ({"method": "POST"}, [1, 4]),
        ({"path": "/api/v1/campaigns/77"}, [3]), ({"status": 404}, [3]), ({"status": 200}, [1, 2, 5]),
        ({"edition": "live"}, [5]), ({"since": "2026-01-05T12:00:00Z"}, [4, 5]),
        ({"until": "2026-01-05T10:00:00Z"}, [1, 2]),
        ({"since": "2026-01-05T10:00:00.001Z", "until": "2026-01-05T12:00:00+01:00"}, [3]),
        ({"violations": True}, [4]), ({"violations": False}, [1, 2, 3, 5]), ({"limit": 2}, [4, 5]), ({"limit": 0}, []),
        ({"operation": "create_campaign", "status": 400}, [4]), ({"operation": "create_campaign", "status": 404}, []),
        ({"method": "POST", "limit": 1}, [4]),
    ],
)  # fmt: skip
def test_filters_narrow(asked: Api, filters: dict[str, Any], ids: list[int]) -> None:
    """Requests are listed that fit all filters; of these the newest, in their order."""
    assert [one["id"] for one in requests(asked, **filters)] == ids


@pytest.mark.parametrize(
    "filters", [{"since": "soon"}, {"until": "2026-13-01"}, {"limit": -1}, {"limit": 10_001}, {"status": "x"},
                {"operatoin": "get_campaign"}],
)  # fmt: skip
def test_bad_filters_are_refused(asked: Api, filters: dict[str, Any]) -> None:
    """A filter that cannot be understood is refused, not ignored."""
    answer = asked.client.get("/_mock/requests", params=filters, headers={"X-Mock-Key": asked.key})
    assert answer.status_code == 422


def test_the_ring_drops_the_oldest_and_the_counts_stay_exact(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are more requests than places, the oldest go; counts by operation know of all."""
    monkeypatch.setattr(journal_module, "RING", 4)
    for _ in range(3):
        api.get("/campaigns")
    for _ in range(3):
        api.campaign(name="A")
    api.get("/nothing/here")
    answer = api.control("GET", "/requests").json()
    assert (answer["total"], answer["counts"]) == (7, {"list_campaigns": 3, "create_campaign": 3, "": 1})
    assert [one["id"] for one in answer["requests"]] == [4, 5, 6, 7]


def test_control_calls_and_preflights_are_no_requests(api: Api) -> None:
    """The journal has the calls of the vendor's API only; HEAD is among them."""
    api.control("GET", "/state")
    api.client.options("/api/v1/campaigns", params={"api_key": api.key})
    api.request("HEAD", "/campaigns")
    assert [one["operation"] for one in requests(api)] == ["list_campaigns"]


POSTS = {"operation": "create_campaign"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, (True, 5, "")),
        ({"match": POSTS}, (True, 2, "")),
        ({"match": POSTS, "times": 2}, (True, 2, "")),
        ({"match": POSTS, "times": 3}, (False, 2, "2 requests fit, expected exactly 3")),
        ({"match": POSTS, "times": 0}, (False, 2, "2 requests fit, expected exactly 0")),
        ({"match": {"operation": "delete_campaign"}, "times": 0}, (True, 0, "")),
        ({"match": {"operation": "delete_campaign"}}, (False, 0, "0 requests fit, expected at least 1")),
        ({"match": POSTS, "times": {"at_least": 1, "at_most": 2}}, (True, 2, "")),
        ({"match": POSTS, "times": {"at_least": 3}}, (False, 2, "2 requests fit, expected at least 3")),
        ({"match": POSTS, "times": {"at_most": 1}}, (False, 2, "2 requests fit, expected at least 0, at most 1")),
        ({"match": {"method": "GET", "status": 200}, "times": 2}, (True, 2, "")),
        ({"match": {"path": "/api/v1/campaigns/77"}, "times": 1}, (True, 1, "")),
        ({"match": {"edition": "live"}, "times": 1}, (True, 1, "")),
        ({"match": {"query": {"offset": "10"}}, "times": 1}, (True, 1, "")),
        ({"match": {"body": {"name": "A"}}, "times": 1}, (True, 1, "")),
        ({"match": {"body": {"name": "C"}}, "times": 0}, (True, 0, "")),
        ({"match": POSTS, "calls": [{"body": {"name": "A"}}, {"status": 400}]}, (True, 2, "")),
        ({"match": POSTS, "times": 2, "calls": [{}, {"body": {"nme": "B"}}]}, (True, 2, "")),
        ({"match": POSTS, "calls": [{}, {"body": {"name": "B"}}]},
         (False, 2, 'request 2 that fits (id 4) is not as expected: {"nme":"B"}')),
        ({"match": POSTS, "calls": [{}, {}, {}]}, (False, 2, "2 requests fit, expected at least 3")),
        ({"in_order": [POSTS, {"operation": "get_campaign"}, POSTS]}, (True, 5, "")),
        ({"in_order": [{"status": 404}, {"status": 400}]}, (True, 5, "")),
        ({"in_order": [{"status": 400}, {"status": 404}]},
         (False, 5, "step 2 of in_order did not come after the step before it")),
        ({"in_order": [POSTS, POSTS, POSTS]}, (False, 5, "step 3 of in_order did not come after the step before it")),
    ],
)  # fmt: skip
def test_verify(asked: Api, wanted: dict[str, Any], expected: tuple[bool, int, str]) -> None:
    """How often, with what, the n-th with what, in which order: what did not happen is said in a sentence."""
    assert verify(asked, **wanted) == expected


def test_more_calls_than_times_do_not_pass(asked: Api) -> None:
    """Who lists two calls and says that there was one is not told that all is well."""
    wanted = {"match": {"status": 400}, "times": 1, "calls": [{}, {"body": {"never": "sent"}}]}
    assert asked.control("POST", "/requests/verify", wanted).status_code in (409, 422)


@pytest.mark.parametrize(
    "wanted",
    [
        {"macth": {}}, {"match": {"operatoin": "x"}}, {"times": -1}, {"times": "2"}, {"times": {"atleast": 1}},
        {"within": -1}, {"within": 301}, {"calls": [{"x": 1}]}, {"in_order": {}},
        {"match": {"operation": "create_campaing"}, "times": 0}, {"times": {"at_least": 2, "at_most": 1}},
    ],
)  # fmt: skip
def test_claims_that_make_no_sense_are_refused(asked: Api, wanted: dict[str, Any]) -> None:
    """A typo in a claim is refused: it must not look like something that holds."""
    assert asked.control("POST", "/requests/verify", wanted).status_code == 422


def test_verify_waits_for_a_request(api: Api) -> None:
    """With `within`, a claim that does not hold yet is answered as soon as the request comes."""
    world = api.client.app.state.world  # type: ignore[attr-defined]
    api.get("/campaigns")
    journal = world.gates.of(api.key).journal
    with ThreadPoolExecutor(1) as pool:
        begun = time.monotonic()
        waiting = pool.submit(verify, api, match=POSTS, times=1, within=60)
        while not journal._waiting:
            assert time.monotonic() < begun + 30
        api.get("/campaigns")
        assert not waiting.done()
        api.campaign(name="A")
        assert waiting.result(30) == (True, 1, "")
    assert time.monotonic() < begun + 30


def test_waiting_ends_without_a_request(api: Api) -> None:
    """When the time is over the claim is answered as it stands."""
    assert verify(api, match=POSTS, within=0.02) == (False, 0, "0 requests fit, expected at least 1")


def test_clearing_forgets(asked: Api) -> None:
    """After a clear there are no requests and no counts, and what comes is numbered anew."""
    assert asked.control("DELETE", "/requests").json() == {"removed": 5}
    assert asked.control("GET", "/requests").json() == {"total": 0, "counts": {}, "requests": []}
    assert asked.control("GET", "/violations").json() == []
    asked.get("/campaigns")
    assert [one["id"] for one in requests(asked)] == [1]


def test_a_reset_forgets(asked: Api) -> None:
    """A workspace that is reset was asked nothing."""
    assert asked.control("POST", "/reset").status_code == 200
    assert asked.control("GET", "/requests").json() == {"total": 0, "counts": {}, "requests": []}


def test_journals_are_the_keys_own(asked: Api, other: Api) -> None:
    """Another key sees nothing of it, and its clearing clears nothing here."""
    assert requests(other) == []
    assert verify(other, times=0) == (True, 0, "")
    other.control("DELETE", "/requests")
    assert len(requests(asked)) == 5


def test_requests_without_a_known_key_are_the_servers(guarded: TestClient) -> None:
    """A server with `--keys` keeps requests of missing and unknown keys apart, without the keys."""
    begun = datetime.now(UTC).replace(microsecond=0)
    guarded.get("/api/v1/campaigns")
    guarded.get("/api/v1/campaigns", params={"api_key": "stranger-key"})
    guarded.post("/api/v1/campaigns/stranger-key/x", params={"api_key": "stranger-key"}, json={"a": "stranger-key"})
    assert guarded.get("/api/v1/campaigns", params={"api_key": "known-key"}).status_code == 200
    answer = guarded.get("/_mock/requests")
    assert [one["status"] for one in answer.json()["requests"]] == [401, 401, 404]
    assert datetime.fromisoformat(answer.json()["requests"][0]["at"]) >= begun
    assert "stranger-key" not in answer.text + guarded.get("/_mock/violations").text
    assert guarded.get("/_mock/requests", headers={"X-Mock-Key": "known-key"}).json()["total"] == 1
    assert guarded.delete("/_mock/requests").json() == {"removed": 3}


def test_the_control_api_knows_keys(guarded: TestClient) -> None:
    """The journal of an unknown key is refused; without any key there is nothing to verify and no rule to set."""
    assert guarded.get("/_mock/requests", params={"api_key": "stranger-key"}).status_code == 401
    for method, path in (("POST", "/requests/verify"), ("POST", "/faults"), ("GET", "/faults"), ("DELETE", "/faults")):
        assert guarded.request(method, f"/_mock{path}", json={}).status_code == 401


LEADS = "/campaigns/1001/leads"
WINDOW = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "09:00", "end_hour": "17:00"}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "violation"),
    [
        ("POST", "/campaigns/create", {"json": {"nme": "A"}}, 400, ("unknown_key", '"nme" is not allowed')),
        ("GET", "/campaigns", {"params": {"nme": "A"}}, 400, ("unknown_key", '"nme" is not allowed')),
        ("DELETE", "/campaigns/1001", {"json": {"nme": "A"}}, 400, ("unknown_key", '"nme" is not allowed')),
        ("POST", LEADS, {"json": {"lead_list": [{"email": "a@b.example", "x": 1}]}}, 400,
         ("unknown_key", '"lead_list[0].x" is not allowed')),
        ("POST", LEADS, {"json": {}}, 400, ("missing_key", '"lead_list" is required')),
        ("GET", "/leads/", {}, 400, ("missing_key", '"email" is required')),
        ("POST", "/campaigns/create", {"json": {"name": 5}}, 400, ("wrong_type", '"name" must be a string')),
        ("POST", "/campaigns/create", {"json": []}, 400, ("wrong_type", '"value" must be of type object')),
        ("GET", LEADS, {"params": {"offset": "x"}}, 400, ("wrong_type", '"offset" must be a number')),
        ("POST", "/campaigns/1001/status", {"json": {"status": "GO"}}, 400,
         ("unknown_word", '"status" must be one of')),
        ("POST", LEADS, {"json": {"lead_list": [{"email": f"a{n}@b.example"} for n in range(401)]}}, 400,
         ("too_many", '"lead_list" must contain less than or equal to 400 items')),
        ("POST", "/campaigns/create", {"content": b"{"}, 400, ("invalid", "Unexpected token in JSON")),
        ("POST", "/campaigns/1001/schedule", {"json": {"schedule": WINDOW}}, 200,
         ("spelling", 'the body comes wrapped in "schedule"')),
        ("POST", "/campaigns/1001/schedule", {"json": {**WINDOW, "min_time_btwn_emails": 5}}, 200,
         ("spelling", '"min_time_btwn_emails" is another spelling of "min_time_btw_emails"')),
        ("POST", "/campaigns/1001/status", {"json": {"status": "ACTIVE"}}, 400,
         ("spelling", '"ACTIVE" is another word for "START"')),
        ("GET", LEADS, {"params": {"status": "NOT_CONTACTED"}}, 200,
         ("spelling", '"NOT_CONTACTED" is another word for "STARTED"')),
        ("POST", "/campaigns/create", {"content": b'{"name": "A"}', "headers": {"content-type": "text/plain"}}, 200,
         ("content_type", "Send Content-Type: application/json")),
        ("GET", "/nothing/here", {}, 404, ("unknown_route", "GET /api/v1/nothing/here")),
        ("PUT", "/campaigns/create", {}, 404, ("unknown_route", "PUT /api/v1/campaigns/create")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)  # fmt: skip
def test_violations(
    api: Api, method: str, path: str, sent: dict[str, Any], status: int, violation: tuple[str, str]
) -> None:
    """What a request does that the document does not say is recorded, whether it was refused or let pass."""
    api.campaign(name="A")
    assert api.request(method, path, **sent).status_code == status
    (found,) = api.control("GET", "/violations").json()
    (one,) = found["violations"]
    assert (found["status"], one["kind"]) == (status, violation[0])
    assert one["message"].startswith(violation[1])


def test_a_refused_request_keeps_its_other_violations(api: Api) -> None:
    """Another spelling is noted also where something else in the request is refused."""
    campaign_id = api.campaign(name="A")
    api.post(f"/campaigns/{campaign_id}/schedule", {"schedule": {**WINDOW, "nme": 1}})
    (found,) = api.control("GET", "/violations").json()
    assert [one["kind"] for one in found["violations"]] == ["spelling", "unknown_key"]


def test_good_requests_have_no_violations(api: Api) -> None:
    """Unknown ids and refusals by a rule are none of the client's spelling."""
    campaign_id = api.campaign(name="A")
    api.account()
    api.add(campaign_id, "ann@first.example")
    api.get("/campaigns/77")
    api.post(f"/campaigns/{campaign_id}/status", {"status": "START"})
    assert {one["status"] for one in requests(api)} == {200, 400, 404}
    assert api.control("GET", "/violations").json() == []


def test_passwords_are_not_shown(api: Api) -> None:
    """Neither what was sent nor what was answered shows a password, in any form, and the rest is there."""
    account_id = api.account(password="topsecret", imap_password="topsecret2")
    read = [api.get("/email-accounts/"), api.get(f"/email-accounts/{account_id}/")]
    assert all(answer.status_code == 200 for answer in read)
    api.post("/email-accounts/save", {**MAILBOX, "password": ["topsecret"]})
    text = api.control("GET", "/requests").text + api.control("GET", "/violations").text
    assert "topsecret" not in text
    assert "dG9wc2VjcmV0" not in text
    saved = requests(api)[0]["request"]
    assert (saved["password"], saved["imap_password"], saved["smtp_port"]) == ("***", "***", 465)


@pytest.mark.parametrize("ending", ["", " key/1", "-ü", '"q'])
def test_the_key_is_not_shown(api: Api, ending: str) -> None:
    """Wherever a request carries its key, the journal shows it nowhere, in clear or in percent."""
    api.key += ending
    coded = quote(api.key, safe="")
    api.get(f"/campaigns/{coded}")
    api.get(f"/{coded}/here")
    api.get("/campaigns", params={"note": api.key})
    api.get("/campaigns", params={api.key: "x"})
    api.post("/campaigns/create", {"name": api.key})
    api.post("/campaigns/create", {api.key: 1})
    api.request("POST", "/campaigns/create", content=json.dumps({"name": api.key}).encode())
    assert len(requests(api)) == 7
    for path in ("/requests", "/violations"):
        shown = api.client.get(f"/_mock{path}", params={"api_key": api.key})
        assert shown.status_code == 200
        for form in {
            api.key,
            coded,
            coded.lower(),
            json.dumps(api.key)[1:-1],
            json.dumps(api.key, ensure_ascii=False)[1:-1],
        }:
            assert form not in shown.text


def test_long_bodies_are_cut(api: Api) -> None:
    """Of a body over 64 kB the beginning is shown, as text, without its secrets."""
    api.post("/email-accounts/save", {**MAILBOX, "signature": "x" * 70_000})
    (shown,) = requests(api)
    assert isinstance(shown["request"], str)
    assert shown["request"].startswith('{"from_name":"Ann"')
    assert 60_000 < len(shown["request"].encode()) <= 64 * 1024
    assert "topsecret" not in shown["request"]


def test_claims_are_held_against_what_was_really_sent(client: TestClient) -> None:
    """A key that is also a word of the traffic is blacked out for readers, but does not falsify a claim."""
    workspace = Api(client, "campaigns")
    workspace.campaign(name="campaigns")
    match = {"path": "/api/v1/campaigns/create", "body": {"name": "campaigns"}}
    assert workspace.control("POST", "/requests/verify", {"match": match, "times": 1}).status_code == 200
    assert "campaigns" not in workspace.control("GET", "/requests").text.replace("list_campaigns", "")

"""The forms of a request: slashes, methods, HEAD, OPTIONS, origins, and which route a path takes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.worlds import OPERATIONS, READS, Described, World, build, call, fresh, mailed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FROZEN = "2026-01-05T09:00:00Z"


def no_route(answer: Any, method: str, path: str) -> None:
    """The answer is the real service's 404 page."""
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<pre>Cannot {method} /api/v1{path}</pre>" in answer.text


@pytest.fixture(scope="module")
def held(client: TestClient) -> tuple[Api, World]:
    """A key with a world that nobody changes."""
    api = fresh(client, FROZEN)
    return api, mailed(api, build(api, "anna"))


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_a_slash_at_the_end_makes_no_difference(held: tuple[Api, World], one: Described) -> None:
    """Every operation answers the same with and without a slash at the end of its path."""
    answers = set()
    for form in (one.path.rstrip("/"), one.path.rstrip("/") + "/"):
        caller, world = held
        if one not in READS:
            caller = fresh(caller.client, FROZEN)
            world = mailed(caller, build(caller, "anna"))
        answer = call(caller, replace(one, path=form), world)
        user = caller.get("/campaigns/").json()[0]["user_id"]
        text = re.sub(r'"api_key":"[^"]+"', "", answer.text.replace(str(user), "USER"))
        answers.add((answer.status_code, text))
    assert len(answers) == 1
    assert answers.pop()[0] == one.status


@pytest.mark.parametrize("one", READS, ids=lambda one: one.id)
def test_head_is_get_without_a_body(held: tuple[Api, World], one: Described) -> None:
    """HEAD answers what GET answers, the length included, without the body."""
    api, world = held
    got, head = call(api, one, world), call(api, replace(one, method="HEAD"), world)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers == got.headers


def test_head_of_what_cannot_be_read_is_404(api: Api) -> None:
    """HEAD of a path that only takes POST is the 404 of GET, without a body."""
    answer = api.request("HEAD", "/leads/add-domain-block-list/x")
    assert (answer.status_code, answer.content) == (404, b"")


WRONG_METHODS = [
    ("POST", "/campaigns/", "GET"),
    ("POST", "/campaigns/1001", "GET, DELETE"),
    ("PATCH", "/campaigns/1001", "GET, DELETE"),
    ("PATCH", "/campaigns/1001/leads", "GET, POST, DELETE"),
    ("POST", "/campaigns/1001/leads-export", "GET"),
    ("PATCH", "/campaigns/1001/leads/1", "POST, DELETE"),
    ("DELETE", "/leads/1/campaigns", "GET"),
    ("POST", "/leads/fetch-categories", "GET, DELETE"),
]


@pytest.mark.parametrize(("method", "path", "known"), WRONG_METHODS)
def test_a_method_that_a_path_does_not_know_is_404(api: Api, method: str, path: str, known: str) -> None:
    """A known path answers 404, not 405, to a method it does not know; a hint names those it knows."""
    api.campaign()
    answer = api.request(method, path)
    no_route(answer, method, path)
    assert answer.headers["x-mock-hint"] == f"This path answers {known}."


#: these, and a path that one of them fits too
PUTS = {one.path for one in OPERATIONS if one.method == "PUT"} | {"/lead-list/assign-tags"}


@pytest.mark.parametrize("path", sorted({one.path for one in OPERATIONS} - PUTS))
def test_put_reaches_only_what_is_documented_with_it(api: Api, path: str) -> None:
    """No other operation is reached by PUT."""
    place = path.replace("{", "").replace("}", "")
    no_route(api.request("PUT", place, json={}), "PUT", place)


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/campaigns/1/2/3/4", "/Campaigns/", "/campaigns//create", "/lead-lists"]
)
def test_an_unknown_path_is_404_before_the_key_is_looked_at(api: Api, path: str) -> None:
    """What no document names is 404 with the service's page, with and without a key."""
    no_route(api.get(path), "GET", path)
    no_route(api.client.get(f"/api/v1{path}"), "GET", path)


def test_the_404_page_shows_a_path_as_text(api: Api) -> None:
    """What a path holds is shown as text, never as markup."""
    answer = api.client.get("/api/v1/<script>alert(1)</script>&x")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


STATIC = [
    ("/leads/all", "list_all_leads_v2", {"ok": True, "data": {"leads": []}}),
    ("/leads/global-leads", "list_all_leads", {"data": [], "skip": 0, "limit": 100, "hasMore": False}),
    ("/leads/get-domain-block-list", "list_global_block_list", []),
    ("/leads/nobody@x.example", "get_lead_by_email", {}),
    ("/leads/3000000001", "get_lead_by_id", {"data": []}),
]


@pytest.mark.parametrize(("path", "operation", "body"), STATIC)
def test_fixed_words_win_over_ids(api: Api, path: str, operation: str, body: Any) -> None:
    """A path's fixed word is taken before an id; behind `/leads/`, what has an @ is an address."""
    assert api.get(path).json() == body, operation


def test_a_fixed_word_of_another_method_is_an_id(api: Api) -> None:
    """`create` is only taken by POST; GET takes it for an id, which it is not."""
    answer = api.get("/campaigns/create")
    assert (answer.status_code, answer.json()["validation"]) == (400, {"source": "params", "keys": ["campaign_id"]})


def test_options_tells_the_methods(api: Api) -> None:
    """OPTIONS answers 204 with the methods, without a key, and changes nothing."""
    answer = api.client.options("/api/v1/campaigns/create")
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(METHODS) <= set(answer.headers["allow"].split(", "))


OWN_PAGES = ["http://localhost:3000", "http://127.0.0.1:8080", "https://localhost", "http://[::1]:5173"]
OTHER_PAGES = [
    "https://app.smartlead.ai", "http://localhost.evil.example", "http://evil.example/localhost", "null", "http://[bad",
    "http://127.0.0.1.evil.example", "http://localhost@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("origin", [*OWN_PAGES, *OTHER_PAGES])
def test_pages_of_this_machine_alone_may_call(api: Api, origin: str) -> None:
    """A page of localhost gets the headers that let a browser read answers, refusals too; another page gets none."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "x-mock-edition",
    }
    preflight = api.client.options("/api/v1/campaigns/create", headers=asked)
    answers = [
        preflight, api.get("/campaigns/", headers={"Origin": origin}), api.get("/nothing", headers={"Origin": origin}),
        api.client.get("/api/v1/campaigns/", headers={"Origin": origin}),
    ]  # fmt: skip
    for answer in answers:
        assert answer.headers.get("access-control-allow-origin") == (origin if origin in OWN_PAGES else None)
        assert "Origin" in answer.headers["vary"]
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-headers"] == "x-mock-edition"
    assert "access-control-allow-origin" not in api.get("/campaigns/").headers


def test_an_unknown_edition_is_refused(api: Api) -> None:
    """`X-Mock-Edition` must name an edition; the hint lists them."""
    answer = api.get("/campaigns/", edition="first")
    assert answer.status_code == 400
    assert "default" in answer.headers["x-mock-hint"]


def test_operations_that_rest_on_little_say_so(api: Api) -> None:
    """`X-Mock-Evidence: low` stands on just the operations whose evidence is low in the document."""
    world = build(api, "anna")
    low = {one.id for one in OPERATIONS if call(api, one, world).headers.get("x-mock-evidence") == "low"}
    assert low == {one.id for one in OPERATIONS if one.operation["x-evidence"] == "low"}
    assert low


@pytest.mark.parametrize(("other", "status"), [([0], 200), ([False], 400), ([1], 400), (["0"], 400)])
def test_two_spellings_must_say_the_same(api: Api, other: list[Any], status: int) -> None:
    """To Python `False` is `0`; to JSON it is not."""
    window = {"timezone": "UTC", "start_hour": "09:00", "end_hour": "17:00", "days_of_the_week": [0], "days": other}
    assert api.post(f"/campaigns/{api.campaign()}/schedule", {"schedule": window}).status_code == status

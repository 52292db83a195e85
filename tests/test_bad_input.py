"""What makes no sense is refused with a clear 4xx in the API's own form, and changes nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.servers import server
from tests.telling import everything_stored
from tests.worlds import OPERATIONS, READS, Described, World, body_for, build, fresh, path_of

LIMIT = 8 * 1024 * 1024
SETTINGS, SCHEDULE = "/campaigns/{campaign}/settings", "/campaigns/{campaign}/schedule"


@dataclass
class Standing:
    """A world in which nothing may change, and its rows."""

    api: Api
    world: World
    rows: dict[str, list[dict[str, Any]]]

    @classmethod
    def new(cls, client: TestClient) -> Standing:
        """Under a key of its own."""
        api = fresh(client)
        world = build(api, "anna")
        return cls(api, world, everything_stored(api))

    def refuses(self, method: str, path: str, source: str, key: str | None = None, **more: Any) -> None:
        """A call is refused, and all rows are as before. `{campaign}` and `{lead}` in the path are ids."""
        place = path.replace("{campaign}", str(self.world.campaign_id)).replace("{lead}", str(self.world.lead_ids[0]))
        answer = self.api.request(method, place, **more)
        before, self.rows = self.rows, everything_stored(self.api)
        check_refusal(answer, source, key)
        assert self.rows == before


@pytest.fixture(scope="module")
def standing(client: TestClient) -> Standing:
    """A world that all refused calls of this module aim at."""
    return Standing.new(client)


def check_refusal(answer: Any, source: str, key: str | None = None) -> None:
    """The answer is celebrate's: 400, a sentence, and where the fault lies."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert (body["statusCode"], body["error"]) == (400, "Bad Request")
    assert body["message"]
    assert body["validation"]["source"] == source
    if key is not None:
        assert body["validation"]["keys"] == ([key] if key else [])


def deep(depth: int, inside: str = "1") -> str:
    """A JSON array in an array in an array …"""
    return "[" * depth + inside + "]" * depth


UNREADABLE = {
    "cut off": b'{"name": "a"', "no value": b'{"name": }', "trailing comma": b'{"name": "a",}', "two": b"{} {}",
    "single quotes": b"{'name': 'a'}", "NaN": b'{"follow_up_percentage": NaN}', "blank": b"  ", "word": b"name=a",
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "overlong UTF-8": b'{"name": "\xc0\x80"}', "latin-1": b'{"name": "caf\xe9"}',
    "lone surrogate": b'{"name": "\\ud800"}', "raw NUL": b'{"name": "a\x00b"}', "NUL alone": b"\x00",
    "escaped NUL": b'{"name": "a\\u0000b"}', "escaped NUL in a key": b'{"na\\u0000me": "a"}',
    "infinite": b'{"client_id": 1' + b"0" * 400 + b"}", 
    "too deep": f'{{"name": {deep(100_000)}}}'.encode(), "unclosed": b'{"name":' + b"[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("path", ["/campaigns/create", SETTINGS, "/leads/{lead}/unsubscribe"])
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_json_is_refused(standing: Standing, content: bytes, path: str) -> None:
    """A body that cannot be read as JSON text is 400 in celebrate's form, on every kind of operation."""
    standing.refuses("POST", path, "body", content=content, headers={"Content-Type": "application/json"})


NOT_OBJECTS = [
    "null",
    "true",
    "false",
    "0",
    "12",
    "1.5",
    '""',
    '"text"',
    "[]",
    "[1]",
    '[{"name": "a"}]',
    "[[]]",
    deep(500),
]


@pytest.mark.parametrize("content", NOT_OBJECTS)
@pytest.mark.parametrize(
    "path", ["/campaigns/create", SETTINGS, "/campaigns/{campaign}/duplicate", "/leads/{lead}/unsubscribe"]
)
def test_a_body_that_is_no_object_is_refused(standing: Standing, content: str, path: str) -> None:
    """JSON that is no object is refused, also where every key is optional and where no body is taken."""
    standing.refuses("POST", path, "body", content=content.encode())


@pytest.mark.parametrize("depth", [100, 250, 260, 500, 900, 980, 1000, 1020, 1024, 1030])
@pytest.mark.parametrize("inside", ["1", "1.0", '"\\u0000"'])
@pytest.mark.parametrize("body", ['{{"name": {}}}', '{{"condition_events": [{{"x": {}}}], "parent_campaign_id": 1}}'])
def test_deep_json_never_breaks_the_server(api: Api, body: str, inside: str, depth: int) -> None:
    """JSON of any depth is refused, or taken where the document leaves the shape open; it is never a 5xx."""
    path = "/campaigns/create-subsequence" if "parent" in body else "/campaigns/create"
    answer = api.request("POST", path, content=body.format(deep(depth, inside)).encode())
    assert answer.status_code in (400, 404), answer.text


def test_deep_condition_events_are_refused_or_kept(api: Api) -> None:
    """Where the shape is open, a deep value is either refused or stored, never a 5xx."""
    parent = api.campaign()
    body = f'{{"condition_events": [{{"x": {deep(400)}}}], "parent_campaign_id": {parent}}}'
    answer = api.request("POST", "/campaigns/create-subsequence", content=body.encode())
    assert answer.status_code in (200, 400), answer.text
    assert len(api.get("/campaigns/").json()) == (2 if answer.status_code == 200 else 1)


WINDOW = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "09:00", "end_hour": "17:00"}
LEADS, BLOCK = "/campaigns/{campaign}/leads", "/leads/add-domain-block-list"
LEAD, CATEGORY = "/campaigns/{campaign}/leads/{lead}", "/campaigns/{campaign}/leads/{lead}/category"
REFUSED: list[tuple[str, Any, str]] = [
    ("/campaigns/create", {"name": 1}, "name"),
    ("/campaigns/create", {"name": None}, "name"),
    ("/campaigns/create", {"name": ["a"]}, "name"),
    ("/campaigns/create", {"name": "a" * 256}, "name"),
    ("/campaigns/create", {"colour": "red"}, "colour"),
    ("/campaigns/create", {"Name": "a"}, "Name"),
    ("/campaigns/create", {"": "a"}, ""),
    ("/campaigns/create", {"client_id": "22"}, "client_id"),
    ("/campaigns/create", {"client_id": 0}, "client_id"),
    ("/campaigns/create", {"client_id": 1.5}, "client_id"),
    ("/campaigns/create", {"client_id": True}, "client_id"),
    ("/campaigns/create", {"client_id": 2**53}, "client_id"),
    ("/campaigns/create", {"client_id": 2**63}, "client_id"),
    ("/campaigns/create", {"client_id": 2**64}, "client_id"),
    ("/campaigns/create", {"client_id": 10**300}, "client_id"),
    ("/campaigns/create", {"client_id": -(2**70)}, "client_id"),
    ("/campaigns/create", {"client_id": 1e300}, "client_id"),
    (SETTINGS, {"follow_up_percentage": 101}, "follow_up_percentage"),
    (SETTINGS, {"send_as_plain_text": "true"}, "send_as_plain_text"),
    (SETTINGS, {"send_as_plain_text": 1}, "send_as_plain_text"),
    (SETTINGS, {"out_of_office_detection_settings": {"x": 1}}, "out_of_office_detection_settings.x"),
    (SETTINGS, {"name": "new", "unknown": 1}, "unknown"),
    (SCHEDULE, {**WINDOW, "days_of_the_week": [1, 8]}, "days_of_the_week.1"),
    (SCHEDULE, {**WINDOW, "days_of_the_week": []}, "days_of_the_week"),
    (SCHEDULE, {**WINDOW, "days": [2]}, "days_of_the_week"),
    (SCHEDULE, {"timezone": "UTC"}, "days_of_the_week"),
    (SCHEDULE, {**WINDOW, "schedule_start_time": ""}, "schedule_start_time"),
    (SCHEDULE, {**WINDOW, "schedule_start_time": "soon"}, "schedule_start_time"),
    (SCHEDULE, {**WINDOW, "min_time_btw_emails": 10.5}, "min_time_btw_emails"),
    (LEADS, {"lead_list": []}, "lead_list"),
    (LEADS, {"lead_list": [{"email": "a@b.example"}] * 401}, "lead_list"),
    (LEADS, {"lead_list": {"email": "a@b.example"}}, "lead_list"),
    (LEADS, {"lead_list": [{"email": "a@b.example"}, {}]}, "lead_list.1.email"),
    (LEADS, {"lead_list": [{"email": "a@b.example"}, None]}, "lead_list.1"),
    (LEADS, {"lead_list": [{"email": None}]}, "lead_list.0.email"),
    (LEADS, {"lead_list": [{"email": "a@b.example", "custom_fields": {"x": {}}}]}, "lead_list.0.custom_fields.x"),
    (LEADS, {"lead_list": [{"email": "a@b.example"}], "settings": {"overwrite": True}}, "settings.overwrite"),
    (LEADS, {}, "lead_list"),
    (LEAD, {"first_name": "a"}, "email"),
    (CATEGORY, {}, "category_id"),
    (CATEGORY, {"category_id": "1"}, "category_id"),
    (CATEGORY, {"category_id": -1}, "category_id"),
    (BLOCK, {"domain_block_list": [None]}, "domain_block_list.0"),
    (BLOCK, {"domain_block_list": "a.example"}, "domain_block_list"),
]


@pytest.mark.parametrize(("path", "body", "key"), REFUSED, ids=lambda value: repr(value)[:60])
def test_a_body_that_does_not_fit_is_refused(standing: Standing, path: str, body: Any, key: str) -> None:
    """A wrong type, an unknown or missing key, a bound that is passed: 400 that names the key, and nothing changes."""
    standing.refuses("POST", path, "body", key, json=body)


@pytest.mark.parametrize("text", ["1.0", "1e0", "10E-1", "1"])
def test_a_number_without_fraction_is_an_integer(api: Api, text: str) -> None:
    """JSON numbers are JavaScript's: 1.0 is 1, and reads back so."""
    answer = api.request("POST", "/campaigns/create", content=f'{{"client_id": {text}}}'.encode())
    assert answer.status_code == 200, answer.text
    assert '"client_id":1,' in api.get(f"/campaigns/{answer.json()['id']}").text.replace("}", ",")


BAD_IDS = ["0", "-1", "abc", "1.5", "1e3", "0x10", "+1", "%2B1", "%201001", "1001%20", "null", "9" * 20, "9" * 5000,
           "²", "١", str(2**53), str(2**63), "1001;drop", "..%2f", "*"]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda one: one[:20])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/campaigns/{}"),
        ("DELETE", "/campaigns/{}"),
        ("POST", "/leads/{}/unsubscribe"),
        ("GET", "/email-accounts/{}"),
    ],
)
def test_an_id_that_is_no_id_is_refused(standing: Standing, method: str, path: str, bad: str) -> None:
    """An id that is not a safe positive integer is 400 on the path's parameter."""
    standing.refuses(method, path.format(bad), "params")


BAD_QUERIES = [
    ("/campaigns/{campaign}/leads", "limit=0", "limit"),
    ("/campaigns/{campaign}/leads", "limit=101", "limit"),
    ("/campaigns/{campaign}/leads", "limit=abc", "limit"),
    ("/campaigns/{campaign}/leads", "limit=", "limit"),
    ("/campaigns/{campaign}/leads", "limit=1.5", "limit"),
    ("/campaigns/{campaign}/leads", "limit=10&limit=20", "limit"),
    ("/campaigns/{campaign}/leads", "limit=10&limit=10", "limit"),
    ("/campaigns/{campaign}/leads", "limit[]=10", "limit[]"),
    ("/campaigns/{campaign}/leads", "offset=-1", "offset"),
    ("/campaigns/{campaign}/leads", f"offset={2**53}", "offset"),
    ("/campaigns/{campaign}/leads", f"offset={10**30}", "offset"),
    ("/campaigns/{campaign}/leads", "status=started", "status"),
    ("/campaigns/{campaign}/leads", "created_at_gt=yesterday", "created_at_gt"),
    ("/campaigns/{campaign}/leads", "emailStatus=is_opened&email_status=is_sent", "emailStatus"),
    ("/campaigns/{campaign}/leads", "colour=red", "colour"),
    ("/campaigns/", "include_tags=yes", "include_tags"),
    ("/campaigns/", "client_id=", "client_id"),
    ("/campaigns/", "=1", ""),
    ("/leads/", "", "email"),
    ("/leads/", "email=", "email"),
    ("/leads/", "email=a@b.example&email=c@d.example", "email"),
    ("/email-accounts/", "isInUse=1", "isInUse"),
    ("/leads/get-domain-block-list", "limit=1001", "limit"),
]


@pytest.mark.parametrize(("path", "query", "key"), BAD_QUERIES)
def test_a_query_that_does_not_fit_is_refused(api: Api, path: str, query: str, key: str) -> None:
    """A query parameter that is unknown, malformed, out of bounds or given twice is 400 and named."""
    place = path.format(campaign=api.campaign())
    answer = api.client.get(f"/api/v1{place}?api_key={api.key}&{query}")
    check_refusal(answer, "query", key)


@pytest.mark.parametrize("piece", ["%00", "a%00b", "%ff", "%c0%80", "%ed%a0%80"])
@pytest.mark.parametrize(
    "url", ["/leads/?email={}", "/leads/?{}=1", "/leads/{}", "/campaigns/{}/leads", "/leads/{}@x.example"]
)
def test_bytes_that_are_no_text_are_refused(api: Api, url: str, piece: str) -> None:
    """NUL characters and what is not UTF-8, in a path or a query, are 400."""
    place = url.format(piece)
    answer = api.client.get(f"/api/v1{place}{'&' if '?' in place else '?'}api_key={api.key}")
    check_refusal(answer, "query")


MISSING = "API key is required."
KEYLESS = [
    ("", MISSING),
    ("api_key=", MISSING),
    ("api_key=%20", "Invalid API Key"),
    ("api_key=one&api_key=two", "Invalid API Key"),
    (f"api_key={'k' * 513}", "Invalid API Key"),
]


@pytest.mark.parametrize(
    ("one", "query", "message"),
    [
        pytest.param(one, *case, id=f"{one.id}-{case[0][:20]}")
        for one in OPERATIONS
        for case in KEYLESS
        if one.needs_key or case[1] != MISSING
    ],
)
def test_a_call_without_one_key_is_401(api: Api, one: Described, query: str, message: str) -> None:
    """Without a key, or with two, nothing else is looked at: 401 with the vendor's text."""
    path = one.path.replace("{", "").replace("}", "")
    answer = api.client.request(one.method, f"/api/v1{path}?{query}", content=b"{")
    assert (answer.status_code, answer.json()) == (401, {"message": message})


def too_big() -> Iterator[bytes]:
    """A body that does not say how long it is."""
    yield b'{"name": "'
    for _ in range(LIMIT // 65536 + 1):
        yield b"a" * 65536
    yield b'"}'


def test_a_body_over_eight_megabytes_is_413(api: Api) -> None:
    """More than 8 MB is 413, whether or not the request tells its length; just 8 MB is read."""
    for content in (b"x" * (LIMIT + 1), too_big()):
        answer = api.request("POST", "/campaigns/create", content=content)
        assert (answer.status_code, answer.json()) == (413, {"message": "request entity too large"})
    padded = b'{"name": "a"' + b" " * (LIMIT - 13) + b"}"
    assert len(padded) == LIMIT
    assert api.request("POST", "/campaigns/create", content=padded).status_code == 200
    assert len(api.get("/campaigns/").json()) == 1


RAW = [
    b"GET /api/v1/campaigns/\x00?api_key=raw HTTP/1.1", b"GET /api/v1/campaigns/\xff?api_key=raw HTTP/1.1",
    b"GET /api/v1/leads/?api_key=raw&email=\xff HTTP/1.1", b"GET /api/v1/leads/?api_key=raw&email=\x00 HTTP/1.1",
    b"GET /api/v1/campaigns/%zz?api_key=raw HTTP/1.1", b"GET /api/v1/campaigns/%?api_key=raw HTTP/1.1",
    b"GET /api/v1/campaigns/create%ff%fe?api_key=raw HTTP/1.1", b"G\xffT /api/v1/campaigns/ HTTP/1.1", b"\x00\x01\x02",
    b"POST /api/v1/campaigns/create?api_key=raw HTTP/1.1\r\nContent-Length: -1",
    b"POST /api/v1/campaigns/create?api_key=raw HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6",
]  # fmt: skip


def test_raw_bytes_on_the_wire_never_break_the_server() -> None:
    """Bytes that no client library sends end in a 4xx, or in a closed connection, and the server goes on."""
    with server() as running, running.api("raw") as api:
        place = urlsplit(running.url)
        for line in RAW:
            with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
                connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
                status = connection.makefile("rb").readline()
            assert status == b"" or status.startswith(b"HTTP/1.1 4"), (line, status)
        assert api.get("/campaigns/").json() == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from(["2026-01-01", "a@b.example", "UTC", "09:00", "1", "", "\x00", 0, 1, -1, 2**53, 2**64, 1e300]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12,
)  # fmt: skip


@st.composite
def near(draw: st.DrawFn, valid: Any) -> Any:
    """A valid value in which some parts are replaced, left out or added."""
    if draw(st.integers(0, 3)) == 0:
        return draw(JSON)
    if isinstance(valid, dict):
        changed = {key: draw(near(value)) for key, value in valid.items() if draw(st.integers(0, 7))}
        return changed | draw(st.dictionaries(st.text(max_size=8), JSON, max_size=1))
    return [draw(near(item)) for item in valid] if isinstance(valid, list) else valid


@st.composite
def calls(draw: st.DrawFn, one: Described, body: Any) -> tuple[dict[str, Any], bytes]:
    """A query and a body for an operation."""
    names = st.sampled_from([*one.query_names(), "x"])
    values = st.text(max_size=8) | st.integers()
    some = st.dictionaries(names, values, max_size=2)
    query = draw(some if one.method == "GET" else st.one_of(st.just({}), st.just({}), some))
    return query, json.dumps(draw(near(body) | JSON)).encode()


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_no_input_breaks_an_operation(client: TestClient, one: Described) -> None:
    """Any JSON and any query, thrown at any operation, is never a 5xx, and a 4xx leaves everything as it was."""
    target = Standing.new(client)

    @settings(max_examples=2, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # the message tells the call
    @given(st.lists(calls(one, body_for(one, target.world)), min_size=8, max_size=12))
    def throw(thrown: list[tuple[dict[str, Any], bytes]]) -> None:
        nonlocal target
        for query, body in thrown:
            answer = target.api.request(one.method, path_of(one, target.world), params=query, content=body)
            assert answer.status_code < 500, f"{query} {body!r}: {answer.text}"
            if answer.status_code < 400 and one.method == "DELETE":
                target = Standing.new(client)
            elif answer.status_code < 400 and one not in READS:
                target.rows = everything_stored(target.api)
        assert everything_stored(target.api) == target.rows

    throw()

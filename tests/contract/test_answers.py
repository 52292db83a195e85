"""The document is read right, and answers are held against it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.answers import Judge
from contract_tests.document import Answer, Api, api_of, read_document
from contract_tests.errors import CannotJudgeError
from contract_tests.exchange import NOT_JSON, Exchange, parsed
from tests.contract.fakes import EDITIONS, api, make_target

DEFAULT = api("default")


def exchange(operation: str, status: int, body: Any, kind: str = "application/json; charset=utf-8") -> Exchange:
    """An answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Exchange(
        operation,
        "GET",
        "http://x",
        (),
        None,
        {},
        True,
        status,
        {"content-type": kind},
        text,
        parsed(text.encode()),
        0.1,
    )


@pytest.mark.parametrize("edition", EDITIONS)
def test_documented_answers_hold(edition: str) -> None:
    """Each example of each answer of each operation."""
    judge = Judge(api(edition))
    wrong = []
    for operation in api(edition):
        for status, answer in operation.answers.items():
            for name, value in answer.examples.items():
                found = list(judge.problems(exchange(operation.id, status, value)))
                if set(answer.content) == {"application/json"} and found:
                    wrong.append((operation.id, status, name, found))
    assert not wrong


GOOD = {"ok": True, "id": 1, "name": "a", "created_at": "2026-11-07T16:23:24.025Z"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "check"),
    [
        (200, GOOD, "application/json", ""),
        (201, GOOD, "application/json", "status"),
        (501, {}, "application/json", "status"),
        (200, GOOD, "text/html", "form"),
        (200, GOOD, "", "form"),
        (200, "{", "application/json", "form"),
        (200, '{"ok": NaN}', "application/json", "form"),
        (200, {**GOOD, "id": "1"}, "application/json", "schema"),
        (200, {**GOOD, "secret": 1}, "application/json", "schema"),
        (200, {**GOOD, "created_at": "yesterday"}, "application/json", "schema"),
        (200, {"ok": True}, "application/json", "schema"),
        (200, [GOOD], "application/json", "schema"),
        (429, "", "text/html", ""),
        (503, "", "text/html", ""),
    ],
)
def test_what_differs_is_found(status: int, body: Any, kind: str, check: str) -> None:
    """Status, form, schema, unknown fields, formats; a 429 and what stands before the service say nothing."""
    found = [one for one, _ in Judge(DEFAULT).problems(exchange("create_campaign", status, body, kind))]
    assert found == ([check] if check else [])


@pytest.mark.parametrize(("status", "found"), [(200, ["schema"]), (400, [])])
def test_a_success_shows_no_field_that_the_document_does_not_name(status: int, found: list[str]) -> None:
    """Also where its schema does not say that it is complete; a refusal may tell more."""
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    operation = replace(DEFAULT["get_campaign"], answers={status: Answer(status, {"application/json": schema}, {})})
    judge = Judge(Api("mine", {operation.id: operation}))
    assert not list(judge.problems(exchange(operation.id, status, {"id": 1})))
    assert [check for check, _ in judge.problems(exchange(operation.id, status, {"id": 1, "zz": 1}))] == found


def test_the_program_prints_the_document_that_is_read() -> None:
    """In a process of its own, once."""
    assert api_of("connector") == api("connector")
    assert api_of("connector") is api_of("connector")
    with pytest.raises(CannotJudgeError, match="known editions are default"):
        api_of("nope")


def test_no_reference_is_left() -> None:
    """Schemas can be given to others as they are."""
    for edition in EDITIONS:
        for operation in api(edition):
            parts = [operation.body, [one.schema for one in operation.parameters], [
                list(one.content.values()) for one in operation.answers.values()]]  # fmt: skip
            assert '"$ref"' not in json.dumps(parts)


def test_paths_find_their_operation() -> None:
    """A fixed word wins over a parameter; methods, aliases, patterns and slashes count."""

    def at(method: str, path: str) -> str:
        found = DEFAULT.at(method, path)
        return found.id if found else ""

    assert at("GET", "/leads/all") == "list_all_leads_v2"
    assert at("GET", "/leads/5/") == "get_lead_by_id"
    assert at("GET", "/leads/ann@x.example") == "get_lead_by_email"
    assert at("PATCH", "/campaigns/1/status") == at("post", "/campaigns/1/status") == "update_campaign_status"
    assert at("PUT", "/campaigns/1/status") == at("GET", "/campaigns/1/2") == ""


@pytest.mark.parametrize(
    "document",
    [{}, {"paths": {}}, {"paths": [], "info": {}}, {"info": {}, "paths": {}}, {"info": 1, "paths": {"/": {}}}],
)
def test_what_is_no_document_is_said(document: Any) -> None:
    """Not with a traceback."""
    with pytest.raises(CannotJudgeError):
        read_document(document)


def test_circular_references_are_said() -> None:
    """The bundled document has none."""
    schema = {"$ref": "#/components/schemas/A"}
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    whole = {
        "info": {}, "components": {"schemas": {"A": {"items": schema}}},
        "paths": {"/": {"get": {"operationId": "a", "responses": answer}}},
    }  # fmt: skip
    with pytest.raises(CannotJudgeError, match="circular"):
        read_document(whole)


def test_calls_go_where_the_document_says() -> None:
    """Path arguments in their place, booleans as JSON has them, aliases where one is wanted, the edition to a mock."""
    target, net = make_target(is_mock=True)
    target.call("get_campaign", path={"campaign_id": 5}, query={"include_tags": True})
    target.call("update_campaign_status", path={"campaign_id": 5}, body={"status": "START"}, route=1, edition="live")
    first, second = net.requests
    assert (first.method, first.url.path) == ("GET", "/api/v1/campaigns/5")
    assert first.url.params["include_tags"] == "true"
    assert first.headers["x-mock-edition"] == "default"
    assert (second.method, second.url.path) == ("PATCH", "/api/v1/campaigns/5/status")
    assert second.headers["x-mock-edition"] == "live"
    real, asked = make_target(mode="read")
    real.call("list_campaigns")
    assert "x-mock-edition" not in asked.requests[0].headers


def test_an_api_is_data() -> None:
    """It can be cut down."""
    small = replace(DEFAULT, operations={"get_campaign": DEFAULT["get_campaign"]})
    assert isinstance(small, Api)
    assert [one.id for one in small] == ["get_campaign"]
    assert "list_campaigns" not in small
    assert parsed(b"\xff") is NOT_JSON

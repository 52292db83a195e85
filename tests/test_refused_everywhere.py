"""What can happen to a call of any operation: no key, a wrong key, too many calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from tests.conftest import Api
from tests.worlds import OPERATIONS, Described


@pytest.fixture(scope="module")
def restricted() -> Iterator[TestClient]:
    """A server that knows one key only."""
    with TestClient(create_app(Settings(keys=frozenset({"known"})))) as client:
        yield client


def call(api: Api, one: Described, **key: str) -> tuple[int, object]:
    """Status and body of the operation on ids that need not exist."""
    response = api.request(one.method, re.sub(r"{\w+}", "1", one.path), params=key)
    return response.status_code, response.json() if "json" in response.headers["content-type"] else None


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_a_key_is_needed(api: Api, one: Described) -> None:
    """Without a key every operation answers 401, but for those that are documented to need none."""
    refused = 401, {"message": "API key is required."}
    assert call(api, one, api_key="") == (refused if one.needs_key else (one.status, None))


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_the_key_must_be_known(restricted: TestClient, one: Described) -> None:
    """With a key that the server does not know every operation answers 401."""
    assert call(Api(restricted, "wrong"), one) == (401, {"message": "Invalid API Key"})


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_the_limit_holds(api: Api, one: Described) -> None:
    """The call after the last one of a window is refused, whatever the operation."""
    assert api.control("PUT", "/settings", {"rate_limit": "1/3600"}).status_code == 200
    call(api, one)
    assert call(api, one) == (429, {"message": "Too many requests. Please slow down and retry later."})


@pytest.mark.parametrize("status", [401, 403])
def test_a_plan_without_the_api_has_no_operation(api: Api, status: int) -> None:
    """Every operation of every edition, those that describe no refusal of a key too (S2:29)."""
    assert api.control("PUT", "/settings", {"plan": f"no-api-{status}"}).status_code == 200
    contract = api.client.app.state.world.contract  # type: ignore[attr-defined]
    answers = set()
    for name in contract.specs if status == 401 else ["api-guide"]:  # no other document knows the 403
        for one in contract.edition(name).operations.values():
            answer = api.request(one.method, re.sub(r"{\w+}", "1", one.path), edition=name)
            answers.add((answer.status_code, answer.text))
    assert answers == {(status, '{"message":"Your plan does not include API access."}')}

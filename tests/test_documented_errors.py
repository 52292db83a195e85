"""Every documented refusal is real: a call is answered with exactly the documented status and body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings, openapi_directory
from mock_server.contract.document import operations_of, resolve
from mock_server.contract.operations import Contract
from tests.conftest import Api
from tests.provoking import AFTERWARDS, PROVOKED, Caller, Provoked
from tests.sending import freeze
from tests.telling import everything_stored
from tests.worlds import World, build, described, fresh

CONTRACT = Contract(openapi_directory())
#: what no call of these editions gets, or every call (tests/test_refused_everywhere.py): answers to a rate limit or to
#: a plan, and the validation text of another edition
NOT_RAISED = {"rate_limited", "rate_limited_guide", "invalid_parameters", "plan_without_api"}
LEAD_WORDS = ("{lead_id}", "{lead_map_id}", "'lead_ids'", "leadId", "leadMapIds", "leadList", "'email_lead_id'")


@dataclass(frozen=True)
class Refusal:
    """A documented error answer, and a code that it stands for: the first example of a code answers it."""

    edition: str
    operation_id: str
    status: int
    name: str
    code: str
    template: Any

    def __str__(self) -> str:
        return f"{self.edition}-{self.operation_id}-{self.status}-{self.name}-{self.code}"


def refusals(edition: str) -> Iterator[Refusal]:
    """The error answers that an edition's document promises for codes that its operations can raise."""
    document = CONTRACT.document(edition)
    for path, _, operation in operations_of(document):
        sent = path + str(operation.get("requestBody"))
        raisable = {
            "lead_not_found": any(word in sent + str(operation.get("parameters")) for word in LEAD_WORDS),
            "campaign_not_found": any(word in sent for word in ("campaign_id", "campaignId", "emailCampaignId")),
        }
        taken = set(NOT_RAISED)
        for status, name, example in _examples(document, operation):
            codes = example.get("x-codes", [name] if status >= 400 else [])
            for code in codes:
                if code not in taken and raisable.get(code, True):
                    template = example.get("x-template", example["value"])
                    yield Refusal(edition, operation["operationId"], status, name, code, template)
            taken.update(codes)


def _examples(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for status, response in operation["responses"].items():
        for media in resolve(document, response).get("content", {}).values():
            for name, example in media.get("examples", {}).items():
                yield int(status), name, resolve(document, example)


REFUSALS = [refusal for edition in ("default", "live") for refusal in refusals(edition)]


@pytest.fixture(scope="module")
def restricted() -> Iterator[TestClient]:
    """A server that knows one key only."""
    with TestClient(create_app(Settings(keys=frozenset({"known"})))) as client:
        yield client


def provocation(refusal: Refusal) -> Callable[[Caller], Provoked] | None:
    """The call that gets a refusal."""
    return PROVOKED.get((refusal.operation_id, refusal.code), PROVOKED.get(refusal.code))


def filled(template: Any, values: dict[str, object]) -> Any:
    """A documented body with the values of one call in it."""
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    whole = re.fullmatch(r"{(\w+)}", str(template))
    if whole:
        return values[whole[1]]
    return template if not isinstance(template, str) else re.sub(r"{(\w+)}", lambda one: str(values[one[1]]), template)


def test_every_documented_refusal_can_be_provoked() -> None:
    """No operation documents a refusal that no call gets, and no case here is about one that is not documented."""
    assert [str(refusal) for refusal in REFUSALS if provocation(refusal) is None] == []
    documented = {refusal.code for refusal in REFUSALS} | {(refusal.operation_id, refusal.code) for refusal in REFUSALS}
    assert PROVOKED.keys() - documented == set()


@pytest.fixture(scope="module")
def standing(client: TestClient) -> tuple[Api, World, dict[str, list[dict[str, Any]]]]:
    """A key with a world that no refusal changes, and its rows."""
    api = fresh(client)
    freeze(api)
    world = build(api, "alpha")
    return api, world, everything_stored(api)


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_the_refusal_is_answered_as_documented(
    api: Api, standing: tuple[Api, World, dict[str, list[dict[str, Any]]]], restricted: TestClient, refusal: Refusal
) -> None:
    """The call that a refusal is for gets its status and its body, and changes nothing."""
    provoke = provocation(refusal)
    assert provoke is not None
    key, world, rows = standing
    if refusal.code in AFTERWARDS:
        freeze(api)  # what runs sends when the case says so only
        caller = Caller(api, refusal.edition, described(refusal.operation_id), restricted)
    else:
        caller = Caller(key, refusal.edition, described(refusal.operation_id), restricted, world)
    response, values = provoke(caller)
    assert everything_stored(key) == rows
    expected = filled(refusal.template, values)
    if refusal.code == "invalid_request":
        expected |= values
    assert (response.status_code, response.json()) == (refusal.status, expected)

"""The document's section on what webhooks deliver: one entry per event, field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from contract_tests.answers import closed
from mock_server.config import openapi_directory
from mock_server.contract.document import dereferenced
from mock_server.contract.operations import Contract
from mock_server.contract.publish import published
from tests.webhooks import EVENTS
from tests.worlds import DOCUMENT

SHEET = Path(__file__).parents[2] / "shared" / "api-facts" / "platform.yaml"
CONTRACT = Contract(openapi_directory())
OF_S4 = ["EMAIL_SENT", "EMAIL_OPEN", "EMAIL_LINK_CLICK", "EMAIL_REPLY", "LEAD_UNSUBSCRIBED", "LEAD_CATEGORY_UPDATED"]
#: edition -> its words for the events it knows; the guide's are S2:119-130, the six S1:1752 and S4:1115
KNOWN = {
    "default": EVENTS, "live": EVENTS, "connector": [], "lead-guide": [], "help-center": OF_S4, "reference": OF_S4,
    "api-guide": ["EMAIL_SENT", "REPLY_RECEIVED", "EMAIL_BOUNCED", "LEAD_UNSUBSCRIBED", "LINK_CLICKED",
                  "SEQUENCE_COMPLETED"],
}  # fmt: skip


def media(document: Any, event: str) -> Any:
    """What is posted for an event: its schema and examples, without references."""
    content = document["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
    return dereferenced(document, content)


def problems(event: str, body: Any) -> list[str]:
    """Why a body is not what the document says of an event; an unknown field is a reason."""
    validator = jsonschema.Draft202012Validator(closed(media(DOCUMENT, event)["schema"]))
    return [error.message for error in validator.iter_errors(body)]


@pytest.mark.parametrize("edition", sorted(CONTRACT.specs))
def test_every_event_is_described(edition: str) -> None:
    """Each event has an entry with an example of its own that fits, and no key is asked for there."""
    document = published(CONTRACT, edition)
    assert list(document["webhooks"]) == KNOWN[edition]
    for event, item in document["webhooks"].items():
        described = media(document, event)
        assert described["schema"]["properties"]["event_type"] == {"const": event}
        bodies = [example["value"] for example in described["examples"].values()]
        assert [body["event_type"] for body in bodies] == [event]
        fits = jsonschema.Draft202012Validator(closed(described["schema"])).is_valid
        assert [fits(body) for body in bodies] == [True]
        assert item["post"]["security"] == []


@pytest.mark.parametrize("event", EVENTS)
def test_a_missing_odd_or_unknown_field_does_not_fit(event: str) -> None:
    """The schemas are real: without any of its required fields, with another type or with one more, nothing fits."""
    described = media(DOCUMENT, event)
    body = next(iter(described["examples"].values()))["value"]
    for name in described["schema"]["required"]:
        assert problems(event, {key: value for key, value in body.items() if key != name}), name
        assert problems(event, {**body, name: {"odd": 1}}), name
    assert problems(event, {**body, "unknown": 1})


def test_every_sample_of_the_fact_sheet_fits() -> None:
    """The payloads that were recorded are what the document says, and no field of theirs is missing from it."""
    if not SHEET.exists():
        pytest.skip("the fact sheets are not part of a user's clone")
    sheet = yaml.safe_load(SHEET.read_text("utf-8"))
    samples = {one["event_type"]: one for one in sheet["events"] if isinstance(one.get("fields"), dict)}
    assert samples.keys() == set(EVENTS) - {"FIRST_EMAIL_SENT"}
    for event, one in samples.items():
        assert problems(event, one["example"]) == []
        named = {*one["fields"].pop("common"), *one["fields"], "event_type"}
        assert media(DOCUMENT, event)["schema"]["properties"].keys() == named

"""The document: valid, complete, and the only source of routes and input types."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from mock_server import families
from mock_server.config import openapi_directory
from mock_server.contract import codegen, registry
from mock_server.contract.document import dereferenced, load, operations_of, resolve
from mock_server.contract.operations import Contract
from mock_server.contract.publish import published

ROOT = openapi_directory()
SHARED = Path(__file__).parents[2] / "shared"
CONTRACT = Contract(ROOT)
#: whose operations of the fact sheets are in the document
OWNERS = ("core", "webhooks", "messages", "accounts", "inbox-analytics")
EDITIONS = sorted(CONTRACT.specs)


def examples(document: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(place, schema, example) of every response and request of a document."""
    for path, method, operation in operations_of(document):
        parts = [(status, resolve(document, one)) for status, one in operation["responses"].items()]
        parts.append(("request", resolve(document, operation.get("requestBody")) or {}))
        for status, part in parts:
            for media in part.get("content", {}).values():
                place = f"{method.upper()} {path} {status}"
                for name, example in media.get("examples", {}).items():
                    yield f"{place} {name}", media["schema"], resolve(document, example)["value"]
                if "example" in media:
                    yield place, media["schema"], media["example"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_is_a_valid_document(edition: str) -> None:
    """An independent validator accepts the published document of each edition."""
    validate(published(CONTRACT, edition))


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_example_fits_its_schema(edition: str) -> None:
    """An example that its own schema refuses would mislead every reader."""
    document = published(CONTRACT, edition)
    for place, schema, example in examples(document):
        problem = next(jsonschema.Draft202012Validator(dereferenced(document, schema)).iter_errors(example), None)
        assert problem is None, f"{place}: {problem}"


def test_nothing_that_the_fact_sheets_say_is_forgotten(tmp_path: Path) -> None:
    """The fact sheets' own check finds nothing missing for the operations built so far."""
    if not SHARED.is_dir():
        pytest.skip("the fact sheets are not part of a user's clone")
    target = tmp_path / "openapi.json"
    target.write_text(json.dumps(published(CONTRACT, "default"), default=str))
    tool = [sys.executable, str(SHARED / "tools" / "facts.py"), "check", str(target)]
    tool += [word for owner in OWNERS for word in ("--owner", owner)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_command_prints_the_document_in_both_notations() -> None:
    """`smartlead-mock openapi` prints one document, the same in JSON and YAML."""
    command = [sys.executable, "-m", "mock_server", "openapi", "--edition", "live"]
    as_json = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    as_yaml = subprocess.run([*command, "--format", "yaml"], capture_output=True, text=True, check=True).stdout
    assert json.loads(as_json) == yaml.safe_load(as_yaml) == published(CONTRACT, "live")


def test_input_types_are_fresh() -> None:
    """`make openapi` was run after the last change of the document."""
    written = {file.name: file.read_text("utf-8") for file in codegen.TARGET.glob("*.py")}
    assert written == codegen.inputs_package(load(ROOT.resolve()))


def test_boot_refuses_an_operation_without_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """A described operation that nobody handles must not become a 500 at run time."""
    assert families.OPERATION_MODULES
    monkeypatch.delitem(registry.HANDLERS, "get_campaign")
    with pytest.raises(LookupError, match="get_campaign"):
        CONTRACT.check_handlers()


def test_every_operation_says_who_knows_it_and_how_surely() -> None:
    """`x-sources`, `x-evidence` and `x-host` are on every operation, and no response is a catch-all."""
    for _, _, operation in operations_of(CONTRACT.canonical):
        assert operation["x-sources"], operation["operationId"]
        assert operation["x-evidence"] in ("high", "medium", "low")
        assert operation["x-host"] == "core"
        assert "default" not in operation["responses"]
        assert {"401", "429"} <= operation["responses"].keys()


def test_accepted_spellings_are_written_out() -> None:
    """A tool that knows nothing of our `x-` words still sees each accepted key."""
    document = published(CONTRACT, "default")
    body = document["components"]["schemas"]["UpdateCampaignScheduleBody"]
    flat, wrapped = body["anyOf"]
    assert {"days_of_the_week", "days", "min_time_btw_emails", "min_time_btwn_emails"} <= flat["properties"].keys()
    assert wrapped["required"] == ["schedule"]
    validator = jsonschema.Draft202012Validator(dereferenced(document, body))
    hours = {"timezone": "UTC", "start_hour": "09:00", "end_hour": "17:00"}
    assert validator.is_valid({**hours, "days": [1]})
    assert validator.is_valid({"schedule": {**hours, "days_of_the_week": [1]}})
    assert not validator.is_valid(hours)


def test_every_error_that_code_raises_is_documented() -> None:
    """Each code of an ApiError in a family is an error example of the document."""
    documented = {code for one in CONTRACT.edition("default").operations.values() for code in one.errors}
    raised = set()
    for file in (Path(families.__file__).parent).rglob("*.py"):
        raised |= {part.split('"')[1] for part in file.read_text("utf-8").split("ApiError(")[1:] if '"' in part[:2]}
    assert raised
    assert raised <= documented

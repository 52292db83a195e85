"""`smartlead-mock explain`: who says what about an operation, and how the editions differ."""

from __future__ import annotations

from itertools import takewhile

import pytest
from typer.testing import CliRunner, Result

from mock_server.cli import app
from mock_server.config import openapi_directory
from mock_server.contract.disagreements import Editions
from mock_server.contract.document import operations_of
from mock_server.contract.explain import explain
from mock_server.contract.operations import Contract

CONTRACT = Contract(openapi_directory())
EDITIONS = Editions(CONTRACT)
OPERATIONS = [operation["operationId"] for _, _, operation in operations_of(CONTRACT.canonical)]
IMPORT = "add_leads_to_campaign"


def run(wanted: str) -> Result:
    """The command, as it is typed."""
    return CliRunner().invoke(app, ["explain", wanted])


def of_edition(text: str, edition: str) -> str:
    """What is told of one edition, in one line."""
    told = text.split(f"\n  {edition}:")[1].splitlines()
    return " ".join(line.strip() for line in takewhile(lambda line: line.startswith("    "), told[1:]))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_explained(operation: str) -> None:
    """Its route, every edition, and nothing wider than a terminal."""
    text = explain(EDITIONS, operation)
    reading = EDITIONS.readers["default"].read(operation)
    lines = text.splitlines()
    assert lines[0] == f"{operation}: {reading['summary']}"
    assert lines[1] == f"{reading['method']} {reading['path']}"
    for edition, reader in EDITIONS.readers.items():
        own = [line for line in lines if line.startswith(f"  {edition}:")]
        assert len(own) == 1
        assert own[0].endswith(": not served") == (operation not in reader.operations)
    assert [line for line in lines if len(line) > 100 and " " in line.strip()] == []


def test_the_import() -> None:
    """Limits, fields and flags of each edition, with who says so."""
    text = run(IMPORT).stdout
    for edition, limit in {"api-guide": 100, "connector": 100, "help-center": 100, "reference": 350}.items():
        assert f"body lead_list: at most {limit} items" in of_edition(text, edition)
    for edition in ("live", "lead-guide"):
        assert "body lead_list:" not in of_edition(text, edition)
    assert "answer without added_count, skipped_count, skipped_leads" in of_edition(text, "live")
    assert "answer with uploaded_count" in of_edition(text, "api-guide")
    assert "rule other_campaign_flag: allows instead of refuses" in of_edition(text, "lead-guide")
    assert "rule list_flags: drop-listed instead of skip-check" in of_edition(text, "connector")
    assert "rate limit help-center instead of reference" in of_edition(text, "help-center")
    assert "  settings.return_lead_ids: boolean, default false [R, R1, L4]" in text
    assert 'S1:1471 "max 100 leads"' in text


@pytest.mark.parametrize(
    ("wanted", "operation"),
    [
        ("POST /campaigns/{campaign_id}/leads", IMPORT),
        ("post /campaigns/12/leads/", IMPORT),
        ("POST /api/v1/campaigns/12/leads?api_key=x", IMPORT),
        ("PATCH /campaigns/12/status", "update_campaign_status"),
        ("GET /campaigns", "list_campaigns"),
        ("GET /leads/ana@example.com", "get_lead_by_email"),
        ("GET /leads/12", "get_lead_by_id"),
    ],
)
def test_an_operation_is_found_by_its_route(wanted: str, operation: str) -> None:
    """With or without values, base path and query; an alias counts."""
    assert run(wanted).stdout.startswith(f"{operation}: ")


@pytest.mark.parametrize("wanted", ["add_lead_to_campaigns", "POST /campaigns/12/lead", "POST", ""])
def test_an_unknown_operation(wanted: str) -> None:
    """Exit 2, with what may have been meant."""
    result = run(wanted)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"no operation {wanted!r}" in result.stderr
    assert not wanted.startswith("add") or IMPORT in result.stderr

"""The judge of what the tests have seen finds every gap, and every exception without one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from tests.contract_coverage import EXCEPTIONS, KINDS, Gap, fits, gaps, judge, read
from tests.fields import Shape, leaves, values
from tests.matters import matters, with_field

SHAPE = Shape(
    id="op", method="post", path="/op", query=("limit",),
    body={"properties": {"list": {"items": {"properties": {"name": {"type": "string"}}}}}},
    answer={"properties": {"ok": {"const": True}, "rows": {"items": {"properties": {"id": {"type": "integer"}}}}}},
    errors=((404, "not_found", {"error": "No {what} here"}),),
)  # fmt: skip
COMPLETE: dict[str, Any] = {
    "fields": {"op": {"ok": ["true"], "rows[].id": ["1", "2"]}},
    "errors": {"op": {"default": {"404": {'{"error": "No lead here"}': None}}, "live": {"409": {'"twice"': None}}}},
    "proofs": {"op": {"limit": None, "list[].name": None}},
    "sent": {}, "invalid": {},
}  # fmt: skip
SHEETS = {"op": [(409, "twice"), (404, None)]}


def found(directory: Path, *recordings: Any) -> list[Gap]:
    """The gaps that some recordings leave."""
    for number, recording in enumerate(recordings):
        (directory / f"{number}.json").write_text(json.dumps(recording), "utf-8")
    return list(gaps([SHAPE], read(directory), SHEETS))


def test_what_was_seen_leaves_no_gap(tmp_path: Path) -> None:
    """Two values of a field, one of a constant, a proof for each input, the error with some value in its place."""
    assert found(tmp_path, COMPLETE) == []


def test_nothing_seen_leaves_every_gap(tmp_path: Path) -> None:
    """Each field, parameter, error and error of a sheet is named."""
    assert found(tmp_path) == [
        ("op", "field", "ok"), ("op", "field", "rows[].id"), ("op", "parameter", "limit"),
        ("op", "parameter", "list[].name"), ("op", "error", "404 not_found"), ("op", "sheet", '409 "twice"'),
        ("op", "sheet", "404"),
    ]  # fmt: skip


def _one_value(recording: Any) -> None:
    recording["fields"]["op"]["rows[].id"] = ["1"]


def _other_text(recording: Any) -> None:
    recording["errors"]["op"]["default"]["404"] = {'{"error": "No"}': None}


def _other_edition(recording: Any) -> None:
    recording["errors"]["op"]["live"]["404"] = recording["errors"]["op"].pop("default")["404"]


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        (_one_value, ("op", "field", "rows[].id")),
        (_other_text, ("op", "error", "404 not_found")),
        (_other_edition, ("op", "error", "404 not_found")),
    ],
)
def test_less_is_a_gap(tmp_path: Path, change: Callable[[Any], None], gap: Gap) -> None:
    """A second value, the words of an error and the edition all count."""
    recording = json.loads(json.dumps(COMPLETE))
    change(recording)
    assert found(tmp_path, recording) == [gap]


def test_processes_are_read_together(tmp_path: Path) -> None:
    """Two processes that saw one value each saw two."""
    first, second = json.loads(json.dumps(COMPLETE)), json.loads(json.dumps(COMPLETE))
    first["fields"]["op"]["rows[].id"], second["fields"]["op"]["rows[].id"] = ["1"], ["2"]
    assert found(tmp_path, first, second) == []


GAP = ("op", "field", "rows[].id")


@pytest.mark.parametrize(
    ("missing", "exceptions", "lines"),
    [
        ([GAP], [], ["op: rows[].id: response field was not seen with two values"]),
        ([GAP], [{"operation": "op", "kind": "field", "name": "rows[].id"}], []),
        ([GAP], [{"operation": ["op"], "kind": "field", "name": ["rows[].id"]}], []),
        ([GAP], [{"operation": "*", "kind": "field", "name": "rows[].id"}], []),
        ([], [{"operation": "op", "kind": "field", "name": "x"}], ["op: the exception for field x is not needed"]),
        ([], [{"operation": "*", "kind": "field", "name": "x"}], ["*: the exception for field x is not needed"]),
        ([], [{"operation": "op", "kind": "sheet", "name": "404"}], []),
    ],
)
def test_exceptions_excuse_a_gap_and_nothing_else(missing: list[Gap], exceptions: list[Any], lines: list[str]) -> None:
    """A gap without an exception and an exception without a gap are complaints; kinds that were not judged are not."""
    assert list(judge(missing, exceptions, ["field", "parameter", "error"])) == lines


def test_every_exception_has_a_reason() -> None:
    """Operation, kind, name and a sentence, and nothing else."""
    for exception in yaml.safe_load(EXCEPTIONS.read_text("utf-8")):
        assert exception.keys() == {"operation", "kind", "name", "reason"}, exception
        assert exception["kind"] in KINDS, exception
        assert exception["reason"].endswith("."), exception


@pytest.mark.parametrize(
    ("template", "body", "fit"),
    [
        ({"error": "No {what} - {id}"}, {"error": "No lead - 7"}, True),
        ({"error": "No {what}"}, {"error": "Yes"}, False),
        ({"error": "No"}, {"error": "No", "more": 1}, False),
        ({"id": "{id}"}, {"id": None}, True),
        ({"id": 7999}, {"id": 1001}, True),
        ({"count": 1}, {"count": 2}, False),
        ({"statusCode": 400, "error": "Bad Request", "message": "a"}, {"statusCode": 400, "message": "b"}, True),
        ({}, {"error": "No"}, False),
    ],
)
def test_an_error_fits_its_words(template: Any, body: Any, fit: bool) -> None:
    """Placeholders and long numbers may differ, words and keys may not."""
    assert fits(template, body) is fit


def test_fields_are_named_by_their_path() -> None:
    """Lists, maps, alternatives and objects within objects."""
    text = {"type": "string"}
    schema = {
        "anyOf": [
            {"properties": {"map": {"additionalProperties": text}, "list": {"items": text}}},
            {"properties": {"in": {"properties": {"deep": text}}}},
        ]
    }
    assert [path for path, _ in leaves(schema)] == ["map{}", "list[]", "in.deep"]
    shown = {"map": {"a": "x"}, "list": ["y", "z"], "in": {"deep": "w"}, "other": 1}
    assert list(values(schema, shown)) == [("map{}", "x"), ("list[]", "y"), ("list[]", "z"), ("in.deep", "w")]


def test_one_field_is_set_in_a_copy() -> None:
    """Inside the first item of a list, as a whole list, and in an object that was not there."""
    body = {"steps": [{"n": 1}, {"n": 2}]}
    assert with_field(body, "steps[].n", 9) == {"steps": [{"n": 9}, {"n": 2}]}
    assert with_field(body, "days[]", [1]) == {**body, "days": [1]}
    assert with_field(body, "settings.flag", True) == {**body, "settings": {"flag": True}}
    assert body == {"steps": [{"n": 1}, {"n": 2}]}


def test_a_field_that_is_only_accepted_does_not_matter(client: TestClient) -> None:
    """Where both values show the same there is no proof."""
    with pytest.raises(AssertionError, match="show the same"):
        matters(client, "list_lead_categories", "client_id", 22, 23)


def test_a_field_that_is_not_documented_is_refused(client: TestClient) -> None:
    """A proof names a field of the document."""
    with pytest.raises(AssertionError, match="has no field"):
        matters(client, "list_lead_categories", "nothing", 1, 2)

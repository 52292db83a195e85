"""Whether an answer has what an example shows, and whether an example fits the document of its edition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from contract_tests.answers import closed
from mock_server.contract.document import dereferenced, operations_of, resolve
from mock_server.contract.operations import Contract, body_schema, parameters_of, success
from tests.seeds.examples import Example

#: objects whose keys are the user's own
FREE = {"custom_fields"}
#: fields that say the same in every answer of an operation; the example's text may be cut
CONSTANT = {"ok", "data", "message", "errorCode"}
_KINDS: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}


def misfits(shown: Any, answer: Any, place: str = "", *, exact: bool = False) -> Iterator[str]:
    """What of an example an answer has not, each with its place; `exact`: also what it has beyond the example.

    null in the example says nothing but that the field is there. Rows of lists are compared one by one from the first.
    """
    if shown is None:
        return
    if answer is None:
        yield f"{place}: null"
    elif _KINDS[type(shown)] != _KINDS[type(answer)]:
        yield f"{place}: {_KINDS[type(answer)]} in place of {_KINDS[type(shown)]}"
    elif isinstance(shown, list):
        if shown and not answer:
            yield f"{place}: no row"
        for number, (one, other) in enumerate(zip(shown, answer, strict=False)):
            yield from misfits(one, other, f"{place}[{number}]", exact=exact)
    elif isinstance(shown, dict):
        for name, inner in shown.items():
            here = f"{place}.{name}".lstrip(".")
            if name not in answer:
                yield f"{here}: not there"
            elif name not in FREE:
                yield from misfits(inner, answer[name], here, exact=exact)
        if exact:
            yield from (f"{place}.{name}: not in the example".lstrip(".") for name in answer.keys() - shown.keys())


def repeated(shown: Any, answer: Any, example_body: Any, body: Any) -> Iterator[str]:
    """What an answer tells in other words than the example, or does not repeat of the call as the example does."""
    if not isinstance(shown, dict):
        return
    for name in [name for name in shown if name in CONSTANT and isinstance(shown[name], (str, bool))]:
        told = answer[name]
        same = told.startswith(shown[name]) if isinstance(told, str) else told == shown[name]
        if not same:
            yield f"{name}: {told!r} in place of {shown[name]!r}"
    if isinstance(body, dict):
        for name in shown.keys() & body.keys():
            if shown[name] == example_body[name] and answer[name] != body[name]:
                yield f"{name}: {answer[name]!r} does not repeat {body[name]!r}"


def defects(contract: Contract, example: Example, *, whole: bool) -> list[str]:
    """Why what an example prints does not fit the document of its edition; nothing when it does.

    null says nothing of a value, so it fits everywhere. One that is not `whole` shows some fields only. Without a
    status, an error has to fit one of those documented.
    """
    document = contract.document(example.edition)
    found: list[str] = []
    for schema in _schemas(document, example):
        validator = jsonschema.Draft202012Validator(_read(closed(dereferenced(document, schema)), whole))
        found = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(example.response)]
        if not found:
            return []
    return found or ["no such answer is documented"]


def _schemas(document: Any, example: Example) -> Iterator[Any]:
    responses = _operation(document, example.operation)["responses"]
    for status, described in responses.items():
        if status == str(example.status) or (example.status == 0 and status >= "400"):
            content = resolve(document, described).get("content", {})
            yield from (media["schema"] for media in content.values())


def _operation(document: Any, operation_id: str) -> Any:
    found = [operation for _, _, operation in operations_of(document) if operation["operationId"] == operation_id]
    assert found, f"{operation_id} is not served"
    return found[0]


def _read(schema: Any, whole: bool) -> Any:
    """The schema with null allowed for every property, and with none required unless the example is whole."""
    if isinstance(schema, list):
        return [_read(one, whole) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _read(one, whole) for name, one in schema.items() if name != "properties"}
    if not whole and isinstance(inner.get("required"), list):
        del inner["required"]
    if "properties" in schema:
        inner["properties"] = {
            name: {"anyOf": [{"type": "null"}, _read(one, whole)]} for name, one in schema["properties"].items()
        }
    return inner


def words(contract: Contract, edition: str, operation_id: str, field: str, *, sent: bool) -> list[str]:
    """The words that a field or a parameter may have; those of the first field of that name."""
    document = contract.document(edition)
    operation = _operation(document, operation_id)
    if not sent:
        return next(_enums(success(document, operation)[2], field))
    for parameter in parameters_of(document, operation, "query"):
        if parameter["name"] == field:
            return list(dereferenced(document, parameter["schema"])["enum"])
    return next(_enums(body_schema(document, operation), field))


def _enums(schema: Any, field: str) -> Iterator[list[str]]:
    for name, one in schema.get("properties", {}).items():
        if name == field:
            yield one.get("enum") or one["items"]["enum"]
        yield from _enums(one, field)
    if isinstance(schema.get("items"), dict):
        yield from _enums(schema["items"], field)


def text_of(shown: Any, value: Any) -> re.Pattern[str]:
    """The text of an error with a value in place of its `{placeholder}`, or of the number in it."""
    return re.compile(re.sub(r"\\\{\w+\\\}|(?<=id\\ \\-\\ )\d+", lambda _: re.escape(str(value)), re.escape(shown)))

"""The fields that the document describes, by path: `data[].lead.email`, with `[]` for a list and `{}` for a map."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from mock_server.config import openapi_directory
from mock_server.contract.document import operations_of, resolve
from mock_server.contract.operations import Contract, body_schema, parameters_of, success
from mock_server.contract.publish import published

Json = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """One operation of the published document of `default`, with every accepted spelling."""

    id: str
    method: str
    path: str
    query: tuple[str, ...]
    body: Json
    answer: Json
    errors: tuple[tuple[int, str, Any], ...]

    @property
    def inputs(self) -> list[str]:
        """Its query parameters and the fields of its body."""
        return [*self.query, *dict(leaves(self.body))]


@cache
def shapes() -> dict[str, Shape]:
    """All operations by id."""
    document = published(Contract(openapi_directory()), "default")
    found = [_shape(document, path, method, one) for path, method, one in operations_of(document)]
    return {shape.id: shape for shape in found}


def _shape(document: Json, path: str, method: str, operation: Json) -> Shape:
    names = tuple(parameter["name"] for parameter in parameters_of(document, operation, "query"))
    body = body_schema(document, operation) or {}
    errors = tuple(_errors(document, operation))
    return Shape(operation["operationId"], method, path, names, body, _answer(document, operation), errors)


def _answer(document: Json, operation: Json) -> Json:
    """The schema of the success; that of CSV lists the columns of the documented example."""
    status, media, schema = success(document, operation)
    if media != "text/csv":
        return schema or {}
    content = resolve(document, operation["responses"][str(status)])["content"][media]
    header: str = next(iter(content["examples"].values()))["value"].splitlines()[0]
    columns: Json = {name: {"type": "string"} for name in header.split(",")}
    return {"type": "array", "items": {"type": "object", "properties": columns}}


def _errors(document: Json, operation: Json) -> Iterator[tuple[int, str, Any]]:
    """(status, name, body) of the errors that can be raised; `x-codes: []` marks those that no rule raises."""
    for status, response in operation["responses"].items():
        if status >= "400":
            content = resolve(document, response).get("content", {})
            for name, example in content.get("application/json", {}).get("examples", {}).items():
                shown = resolve(document, example)
                if shown.get("x-codes") != []:
                    yield int(status), name, shown.get("x-template", shown["value"])


def leaves(schema: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every field that holds no further documented fields, with its schema."""
    for branch in schema.get("anyOf", ()):
        yield from leaves(branch, path)
    if schema.get("properties"):
        for name, part in schema["properties"].items():
            yield from leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(schema.get("items"), dict):
        yield from leaves(schema["items"], f"{path}[]")
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from leaves(schema["additionalProperties"], f"{path}{{}}")
    elif path and "anyOf" not in schema:
        yield path, schema


def values(schema: Json, value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of every documented field that `value` has."""
    for branch in schema.get("anyOf", ()):
        yield from values(branch, value, path)
    if schema.get("properties"):
        for name, part in schema["properties"].items() if isinstance(value, dict) else ():
            if name in value:
                yield from values(part, value[name], f"{path}.{name}" if path else name)
    elif isinstance(schema.get("items"), dict):
        for item in value if isinstance(value, list) else ():
            yield from values(schema["items"], item, f"{path}[]")
    elif isinstance(schema.get("additionalProperties"), dict):
        for item in value.values() if isinstance(value, dict) else ():
            yield from values(schema["additionalProperties"], item, f"{path}{{}}")
    elif path and "anyOf" not in schema:
        yield path, value


def has_one_value(schema: Json) -> bool:
    """Whether the document allows a field a single value."""
    return "const" in schema or len(schema.get("enum", ())) == 1


def answered(response: Any) -> Any:
    """The content of an answer as data; the rows of CSV by column."""
    if "csv" in response.headers["content-type"]:
        return list(csv.DictReader(response.text.splitlines()))
    return response.json() if "json" in response.headers["content-type"] else None

"""The document as it is shown: accepted spellings written out, so that any OpenAPI tool knows them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import jsonschema_rs

from mock_server.contract.document import Json, dereferenced, operations_of, resolve


def published(document: Json) -> Json:
    """A copy of an edition's document in which `x-synonyms` and `x-unwrap` are spelled out as plain schemas."""
    shown = deepcopy(document)
    for item in shown["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "parameters" in operation:
                operation["parameters"] = [p for one in operation["parameters"] for p in _parameter(one)]
    _drop_foreign_examples(shown)
    shown["components"]["schemas"] = {name: _spelled(schema) for name, schema in shown["components"]["schemas"].items()}
    return shown


def _drop_foreign_examples(document: Json) -> None:
    """Success examples that an overlay has made untrue of this edition are not shown."""
    for _, _, operation in operations_of(document):
        for status, response in operation["responses"].items():
            media = resolve(document, response).get("content", {}).get("application/json", {})
            if status.startswith("2") and "examples" in media:
                validator = jsonschema_rs.Draft202012Validator(dereferenced(document, media["schema"]))
                fits = {name: one for name, one in media["examples"].items() if validator.is_valid(one["value"])}
                media["examples"] = fits


def _parameter(parameter: Json) -> list[Json]:
    others = parameter.get("x-synonyms", ())
    return [parameter, *({**parameter, "name": other, "required": False, "deprecated": True} for other in others)]


def _spelled(node: Any) -> Any:
    if isinstance(node, list):
        return [_spelled(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _spelled(value) for key, value in node.items()}
    if isinstance(schema.get("properties"), dict):
        schema = _with_synonyms(schema)
    if "x-unwrap" in schema:
        wrapper = schema.pop("x-unwrap")
        wrapped = {
            "type": "object",
            "additionalProperties": False,
            "required": [wrapper],
            "properties": {wrapper: schema},
        }
        return {"x-unwrap": wrapper, "anyOf": [schema, wrapped]}
    return schema


def _with_synonyms(schema: Json) -> Json:
    properties, either = dict(schema["properties"]), []
    for name, part in schema["properties"].items():
        others = part.get("x-synonyms", ()) if isinstance(part, dict) else ()
        for other in others:
            same = {key: value for key, value in part.items() if key != "x-synonyms"}
            properties[other] = {**same, "deprecated": True, "description": f"Another spelling of `{name}`."}
        if others and name in schema.get("required", ()):
            either.append({"anyOf": [{"required": [spelling]} for spelling in (name, *others)]})
    if properties == schema["properties"]:
        return schema
    spelled = {**schema, "properties": properties}
    if either:
        flexible = {name for name, part in schema["properties"].items() if part.get("x-synonyms")}
        spelled["required"] = [name for name in schema["required"] if name not in flexible]
        spelled["allOf"] = either
    return spelled

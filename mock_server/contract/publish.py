"""The document as it is shown: accepted spellings written out, so that any OpenAPI tool knows them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import jsonschema_rs

from mock_server.contract.document import Json, dereferenced, operations_of, resolve
from mock_server.contract.events import compile_events
from mock_server.contract.operations import Contract, body_in_query, success
from mock_server.contract.projection import compile_projection

_IN_QUERY = "A field of the body may stand in the query instead, as JSON or as a bare text."


def published(contract: Contract, edition: str) -> Json:
    """An edition's document with `x-synonyms`, `x-unwrap`, `x-wrap` and `x-in-query` written out as plain OpenAPI.

    Its examples of success are those that the canonical document shows, in the edition's shape. KeyError when there is
    no such edition.
    """
    shown = deepcopy(contract.document(edition))
    for _, _, operation in operations_of(shown):
        own = [p for one in operation.get("parameters", ()) for p in _parameter(one)]
        moved = body_in_query(shown, operation) or {}
        either = [
            {"name": name, "in": "query", "schema": part, "description": _IN_QUERY} for name, part in moved.items()
        ]
        if own or either:
            operation["parameters"] = [*own, *either]
    _fit_examples(shown, contract.canonical)
    _fit_payloads(shown, contract.canonical)
    shown["components"]["schemas"] = {name: _spelled(schema) for name, schema in shown["components"]["schemas"].items()}
    return shown


def _fit_examples(document: Json, canonical: Json) -> None:
    """Show the canonical examples of success as the edition answers them, without those that have no place in it."""
    complete = {op["operationId"]: op for _, _, op in operations_of(canonical)}
    for _, _, operation in operations_of(document):
        shape = success(document, operation)[2]
        project = compile_projection(success(canonical, complete[operation["operationId"]])[2], shape)
        for status, response in operation["responses"].items():
            media = resolve(document, response).get("content", {}).get("application/json", {})
            if status.startswith("2") and "examples" in media:
                fits = jsonschema_rs.Draft202012Validator(dereferenced(document, media["schema"])).is_valid
                for name, example in list(media["examples"].items()):
                    if not fits(example["value"]) and project is not None:
                        media["examples"][name] = example = {**example, "value": project(example["value"])}
                    if not fits(example["value"]):
                        del media["examples"][name]


def _fit_payloads(document: Json, canonical: Json) -> None:
    """Show the canonical examples of what webhooks deliver, as the edition delivers them."""
    events = compile_events(document, canonical)
    for name, item in document["webhooks"].items():
        kind, media = item["post"].get("x-event", name), item["post"]["requestBody"]["content"]["application/json"]
        project = events[kind]
        if project is not None and kind in canonical["webhooks"]:
            shown = canonical["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["examples"]
            media["examples"] = {key: {**one, "value": project(one["value"])} for key, one in shown.items()}


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
    if "x-wrap" in schema:
        return _with_bare_value(schema, schema.pop("x-wrap"))
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


def _with_bare_value(schema: Json, name: str) -> Json:
    """An object for which the value of one of its fields may stand."""
    outside: Json = {key: schema[key] for key in ("x-synonyms", "x-synonym-sources", "description") if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {**outside, "x-wrap": name, "anyOf": [inside, schema["properties"][name]]}


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

"""What an edition's document says about the members of bodies and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.document import Api, Schema


def members(schema: Schema) -> dict[str, Schema]:
    """The members of an object, in whichever part of the schema they are named."""
    if not isinstance(schema, Mapping):
        return {}
    found = dict(schema.get("properties", {}))
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, ()):
            found = {**members(part), **found}
    return found


def body_members(api: Api, operation_id: str, *below: str) -> dict[str, Schema]:
    """The members of a request body, or of an object below it; `items` steps into an array."""
    return members(_below(api[operation_id].body, below)) if operation_id in api else {}


def answer_members(api: Api, operation_id: str, *below: str) -> dict[str, Schema]:
    """The same of an answer of success."""
    if operation_id not in api:
        return {}
    content = api[operation_id].answers[200].content.get("application/json", {})
    return members(_below(content, below))


def body_member(api: Api, operation_id: str, *below: str) -> Schema:
    """The schema of one member."""
    return _below(api[operation_id].body, below)


def _below(schema: Schema, steps: tuple[str, ...]) -> Schema:
    for step in steps:
        schema = schema.get("items", {}) if step == "items" else members(schema).get(step, {})
    return schema


def query_names(api: Api, operation_id: str) -> set[str]:
    """The names of an operation's query parameters."""
    return {one.name for one in api[operation_id].parameters_in("query")} if operation_id in api else set()


def names(schema: Any, *place: str) -> frozenset[str]:
    """The names that a schema gives to the members of an object, some members down; lists are looked into."""
    found: set[str] = set()
    for one in _variants(schema):
        properties = one.get("properties", {})
        if not place:
            found |= set(properties)
        elif place[0] in properties:
            found |= names(properties[place[0]], *place[1:])
    return frozenset(found)


def _variants(schema: Any) -> list[Mapping[str, Any]]:
    """The objects that a schema may describe, behind lists and alternatives."""
    if not isinstance(schema, Mapping):
        return []
    found = [schema]
    for word in ("allOf", "anyOf", "oneOf"):
        found += [one for inner in schema.get(word, ()) for one in _variants(inner)]
    if "items" in schema:
        found += _variants(schema["items"])
    return found

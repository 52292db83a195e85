"""Project the canonical answer of a handler to the shape that an edition's document gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.contract.document import Json

Project = Callable[[Any], Any]
_PROSE = frozenset({"description", "title", "example", "examples", "x-sources", "default", "deprecated"})


def compile_projection(canonical: Json | None, wanted: Json | None) -> Project | None:
    """A function from the canonical answer to `wanted`; None when they are the same shape.

    Fields that `wanted` lacks are dropped; a `const` is sent as it is; `x-from: name` takes a field under another
    name, `x-from: .` looks for the fields of this object in the object around it.
    """
    if wanted is None:
        return None
    main = wanted["anyOf"][0] if "anyOf" in wanted else wanted
    return None if _bare(main) in (_bare(canonical), _bare(canonical or {}).get("anyOf", [None])[0]) else _compile(main)


def _bare(schema: Any) -> Any:
    """The schema without its prose."""
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in _PROSE or key == "properties"}
    return [_bare(item) for item in schema] if isinstance(schema, list) else schema


def _compile(schema: Json) -> Project:
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _compile(schema[choice][0])
    if "const" in schema:
        constant = schema["const"]
        return lambda value: constant
    if "properties" in schema:
        return _object(schema["properties"])
    if "items" in schema:
        each = _compile(schema["items"])
        return lambda value: [each(item) for item in value] if isinstance(value, list) else value
    return lambda value: value


def _object(properties: Json) -> Project:
    fields = [(name, part.get("x-from", name), "const" in part, _compile(part)) for name, part in properties.items()]

    def project(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        answer = {}
        for name, origin, constant, inner in fields:
            if constant:
                answer[name] = inner(None)
            elif origin == ".":
                answer[name] = inner(value)
            elif origin in value:
                answer[name] = inner(value[origin])
        return answer

    return project

"""Project the canonical answer of a handler to the shape that an edition's document gives it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from mock_server.contract.document import Json

Project = Callable[[Any], Any]
_PROSE = frozenset({"description", "title", "example", "examples", "x-sources", "default", "deprecated"})
#: where the canonical answer has no such field
_ABSENT = object()


def compile_projection(canonical: Json | None, wanted: Json | None) -> Project | None:
    """A function from the canonical answer to `wanted`; None when they are the same shape.

    Fields that `wanted` lacks are dropped; a `const` is sent as it is. `x-from: name` takes a field under another name,
    or by a dotted path; `x-from: .` takes the value itself, or looks for the fields of this object in the object around
    it. `x-shown` puts the edition's words in the place of others; `x-columns` are those that a CSV keeps. A text or an
    array where a number is wanted becomes the number that it says (`9%` too) or its length; an object where a text is
    wanted is written as JavaScript prints it.
    """
    if wanted is None or _bare(_main(wanted)) == _bare(_main(canonical or {})):
        return None
    return _compile(canonical or {}, wanted)


def _main(schema: Json) -> Json:
    """The first of several shapes."""
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _main(schema[choice][0])
    return schema


def _bare(schema: Any) -> Any:
    """The schema without its prose."""
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in _PROSE or key == "properties"}
    return [_bare(item) for item in schema] if isinstance(schema, list) else schema


def _compile(canonical: Json, wanted: Json) -> Project | None:
    """None where nothing is to be done."""
    canonical, wanted = _main(canonical), _main(wanted)
    if "const" in wanted:
        constant = wanted["const"]
        return lambda _: constant
    if "properties" in wanted:
        return _object(canonical, wanted["properties"])
    if "items" in wanted:
        return _each(_compile(canonical.get("items", {}), wanted["items"]))
    if "x-shown" in wanted:
        words: Json = wanted["x-shown"]
        return lambda value: words.get(value, value)
    if "x-columns" in wanted:
        return lambda text: _with_columns(text, wanted["x-columns"])
    return _converted(_types(canonical), _types(wanted))


def _each(inner: Project | None) -> Project | None:
    if inner is None:
        return None
    return lambda value: [inner(item) for item in value] if isinstance(value, list) else value


def _types(schema: Json) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def _converted(given: set[str], wanted: set[str]) -> Project | None:
    if "integer" in wanted and "string" in given - wanted:
        return lambda value: int(value) if isinstance(value, str) and value.isdecimal() else value
    if "number" in wanted and "string" in given - wanted:
        return lambda value: _number(value) if isinstance(value, str) else value
    if "integer" in wanted and "array" in given:
        return lambda value: len(value) if isinstance(value, list) else value
    if "string" in wanted and "object" in given:
        return lambda value: None if value is None else javascript(value)
    return None


def _number(text: str) -> int | float:
    """What `9%` or `12.50%` says."""
    value = float(text.removesuffix("%"))
    return int(value) if value.is_integer() else value


def _object(canonical: Json, properties: Json) -> Project:
    fields = [_field(canonical, name, part) for name, part in properties.items()]

    def project(value: Any) -> Any:
        answer = {}
        for name, take, inner in fields:
            found = take(value)
            if found is not _ABSENT:
                answer[name] = found if inner is None else inner(found)
        return answer

    whole = all("const" in part or part.get("x-from") == "." for part in properties.values())
    return lambda value: project(value) if isinstance(value, dict) or (whole and value is not None) else value


def _field(canonical: Json, name: str, part: Json) -> tuple[str, Project, Project | None]:
    """Name, how to take the field out of the canonical value, how to project what was taken."""
    origin = part.get("x-from", name)
    if "const" in part or origin == ".":
        return name, lambda value: value, _compile(canonical, part)
    path = origin.split(".")
    for step in path:
        canonical = _main(canonical).get("properties", {}).get(step, {})
    inner = _compile(canonical, part)
    if len(path) == 1:
        return name, lambda value: value.get(origin, _ABSENT) if isinstance(value, dict) else _ABSENT, inner
    return name, lambda value: _at(value, path), inner


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return _ABSENT
        value = value[step]
    return value


def _with_columns(text: str, columns: Sequence[str]) -> str:
    rows = csv.DictReader(io.StringIO(text))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def javascript(value: Any) -> str:
    """A value as Node.js prints it: `{ tz: 'UTC', days: [ 1, 2 ] }` (S1:214)."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {javascript(item)}" for key, item in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[ " + ", ".join(map(javascript, value)) + " ]" if value else "[]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return orjson.dumps(value).decode()

"""Turn the accepted spellings of a request into the canonical one (`x-unwrap`, `x-synonyms`, `x-words`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.contract.document import Json
from mock_server.contract.validation import InvalidRequestError, Source

#: (value, notes) -> the value in canonical spelling; each other spelling leaves a note
Respell = Callable[[Any, list[str]], Any]


def compile_respelling(schema: Json, source: Source) -> Respell | None:
    """A function that rewrites a value in canonical keys and words; None when there is only one spelling."""
    return _compile(schema, source)


def _compile(schema: Json, source: Source) -> Respell | None:
    steps: list[Respell] = []
    if "x-unwrap" in schema:
        steps.append(_unwrapper(schema["x-unwrap"], source))
    if schema.get("properties"):
        renames = {other: name for name, part in schema["properties"].items() for other in part.get("x-synonyms", ())}
        if renames:
            steps.append(_renamer(renames, source))
        inner = {name: step for name, part in schema["properties"].items() if (step := _compile(part, source))}
        if inner:
            steps.append(_walker(inner))
    if "items" in schema and (each := _compile(schema["items"], source)):
        steps.append(lambda value, notes: [each(item, notes) for item in value] if isinstance(value, list) else value)
    if "x-words" in schema:
        steps.append(_translator(schema["x-words"]))
    if len(steps) < 2:
        return steps[0] if steps else None

    def respell(value: Any, notes: list[str]) -> Any:
        for step in steps:
            value = step(value, notes)
        return value

    return respell


def _walker(inner: dict[str, Respell]) -> Respell:
    def walk(value: Any, notes: list[str]) -> Any:
        if isinstance(value, dict) and not inner.keys().isdisjoint(value):
            return {key: inner[key](item, notes) if key in inner else item for key, item in value.items()}
        return value

    return walk


def _renamer(renames: dict[str, str], source: Source) -> Respell:
    def rename(value: Any, notes: list[str]) -> Any:
        if not isinstance(value, dict) or renames.keys().isdisjoint(value):
            return value
        notes += [f'"{key}" is another spelling of "{renames[key]}"' for key in value if key in renames]
        return _joined([(renames.get(str(key), str(key)), item) for key, item in value.items()], source)

    return rename


def _unwrapper(wrapper: str, source: Source) -> Respell:
    def unwrap(value: Any, notes: list[str]) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get(wrapper), dict):
            return value
        notes.append(f'the body comes wrapped in "{wrapper}"')
        rest = [(key, item) for key, item in value.items() if key != wrapper]
        return _joined([*rest, *value[wrapper].items()], source)

    return unwrap


def _translator(words: Json) -> Respell:
    def translate(value: Any, notes: list[str]) -> Any:
        if not isinstance(value, str) or value not in words:
            return value
        notes.append(f'"{value}" is another word for "{words[value]}"')
        return words[value]

    return translate


def _joined(pairs: list[tuple[str, Any]], source: Source) -> Json:
    """One object of all pairs; a key that comes twice must have one value."""
    joined: Json = {}
    for key, item in pairs:
        if key in joined and (joined[key] != item or type(joined[key]) is not type(item)):
            raise InvalidRequestError(f'"{key}" is given twice, in two spellings, with different values', source, key)
        joined[key] = item
    return joined

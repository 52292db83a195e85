"""Turn the accepted spellings of a request into the canonical one.

Before the check what makes one shape of several (`x-unwrap`, `x-wrap`, `x-synonyms`, `x-rest`). After it what is the
edition's own, and is checked and refused as such: words (`x-words`), and names that stand for a canonical one (`x-as`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mock_server.contract.document import Json
from mock_server.contract.validation import InvalidRequestError, Source

#: (value, notes) -> the value in canonical spelling; each other spelling leaves a note
Respell = Callable[[Any, list[str]], Any]
_OwnSteps = Callable[[Json], list[Respell]]


def compile_respelling(schema: Json, source: Source) -> Respell | None:
    """A function that rewrites a value in canonical keys; None when there is only one spelling."""

    def own_steps(part: Json) -> list[Respell]:
        properties: Json = part.get("properties", {})
        renames = {other: name for name, inner in properties.items() for other in inner.get("x-synonyms", ())}
        steps = []
        if "x-unwrap" in part:
            steps.append(_unwrapper(part["x-unwrap"], source))
        if "x-wrap" in part:
            steps.append(_wrapper(part["x-wrap"]))
        if renames:
            steps.append(_renamer(renames, source))
        if "x-rest" in part:
            steps.append(_collector(part["x-rest"], frozenset(properties), source))
        return steps

    return _compile(schema, own_steps)


def compile_translation(schema: Json) -> Respell | None:
    """A function that puts canonical words and names in the place of others; None when the schema has no others."""

    def words(part: Json) -> list[Respell]:
        return [_translator(part["x-words"])] if part.get("x-words") else []

    def names(part: Json) -> list[Respell]:
        others = {name: inner["x-as"] for name, inner in part.get("properties", {}).items() if "x-as" in inner}
        return [lambda value, _: {others.get(key, key): item for key, item in value.items()}] if others else []

    return _compile(schema, words, names)


def _compile(schema: Json, own_steps: _OwnSteps, last_steps: _OwnSteps = lambda _: []) -> Respell | None:
    """Own steps of a schema come before those of its parts, last steps behind them."""
    steps = own_steps(schema)
    if schema.get("properties"):
        inner = {
            name: step for name, part in schema["properties"].items() if (step := _compile(part, own_steps, last_steps))
        }
        if inner:
            steps.append(_walker(inner))
    if "items" in schema and (each := _compile(schema["items"], own_steps, last_steps)):
        steps.append(lambda value, notes: [each(item, notes) for item in value] if isinstance(value, list) else value)
    steps += last_steps(schema)
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
        return joined([(renames.get(str(key), str(key)), item) for key, item in value.items()], source)

    return rename


def _unwrapper(wrapper: str, source: Source) -> Respell:
    def unwrap(value: Any, notes: list[str]) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get(wrapper), dict):
            return value
        notes.append(f'the body comes wrapped in "{wrapper}"')
        rest = [(key, item) for key, item in value.items() if key != wrapper]
        return joined([*rest, *value[wrapper].items()], source)

    return unwrap


def _wrapper(name: str) -> Respell:
    def wrap(value: Any, notes: list[str]) -> Any:
        if isinstance(value, dict):
            return value
        notes.append(f'a bare value stands for an object with "{name}"')
        return {name: value}

    return wrap


def _collector(place: str, known: frozenset[str], source: Source) -> Respell:
    def collect(value: Any, _: list[str]) -> Any:
        own = value.get(place) if isinstance(value, dict) else None
        if not isinstance(value, dict) or value.keys() <= known or not (own is None or isinstance(own, dict)):
            return value
        rest = [(key, item) for key, item in value.items() if key not in known]
        kept = {key: item for key, item in value.items() if key in known}
        return {**kept, place: joined([*(own or {}).items(), *rest], source)}

    return collect


def _translator(words: Json) -> Respell:
    def translate(value: Any, notes: list[str]) -> Any:
        if not isinstance(value, str) or value not in words:
            return value
        notes.append(f'"{value}" is another word for "{words[value]}"')
        return words[value]

    return translate


def joined(pairs: list[tuple[str, Any]], source: Source) -> Json:
    """One object of all pairs; raises `InvalidRequestError` when a key comes twice with different values."""
    answer: Json = {}
    for key, item in pairs:
        if key in answer and _as_text(answer[key]) != _as_text(item):
            raise InvalidRequestError(f'"{key}" is given twice, with different values', source, key)
        answer[key] = item
    return answer


def _as_text(value: Any) -> str:
    """What two values have in common when they are the same JSON: to Python `False` is `0`."""
    return json.dumps(value, sort_keys=True)

"""Who says what about an operation, and how the editions differ: the text of `smartlead-mock explain`."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from mock_server.contract.disagreements import Disagreement, Editions
from mock_server.contract.document import Json
from mock_server.contract.operations import Contract
from mock_server.contract.reading import Reader, bounds, described, fields, kind, routes, shown

_WIDTH = 100
_BASE = "default"
_PARTS = ("parameters", "body", "answer")


def explain(editions: Editions, wanted: str) -> str:
    """All that is known of an operation, named by its id or as `METHOD /path`; LookupError with what is close to it."""
    base = editions.readers[_BASE]
    name = _named(editions.contract, base, wanted)
    points = [point for point in editions.points if name in point.operations]
    general = [point for point in editions.points if not point.operations]
    lines = [
        *_described(base.read(name)),
        "", "Editions", *_differing(editions, name, [*points, *general]),
        "", "Where the documents disagree", *_disagreeing(editions, name, points),
        "", "And on every operation", *_disagreeing(editions, name, general),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _named(contract: Contract, reader: Reader, wanted: str) -> str:
    """The operationId of what is asked for."""
    if wanted in reader.operations:
        return wanted
    known = {route: name for name, one in reader.operations.items() for route in routes(*one)}
    method, _, path = wanted.partition(" ")
    path = re.sub("^https?://[^/]*", "", path.strip()).removeprefix("/api/v1").partition("?")[0].rstrip("/")
    for spelled in (f"{method.upper()} {path}", f"{method.upper()} {path}/"):
        if spelled in known:
            return known[spelled]
    found = contract.edition(_BASE).trie.find("core", method.upper(), path.strip("/").split("/")) if path else None
    if found:
        return found[0].operation.id
    close = get_close_matches(wanted, [*reader.operations, *known], n=5, cutoff=0.5)
    raise LookupError(f"no operation {wanted!r}" + (f"; did you mean {', '.join(close)}?" if close else ""))


def _wrapped(text: str, indent: int) -> list[str]:
    """The text in lines of at most 100 characters; what does not fit goes on further to the right."""
    return textwrap.wrap(
        text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _described(reading: Json) -> Iterator[str]:
    yield f"{reading['operation']}: {reading['summary']}"
    yield from reading["routes"]
    told = f"Named by {', '.join(reading['sources'])}; evidence {reading['evidence']}. What is marked, by those alone."
    yield from _wrapped(told, 0)
    for part, title in zip(_PARTS, ("Path and query", "Body", f"Answer ({reading['media']})"), strict=True):
        schema = _schema(reading, part)
        if schema is not None:
            yield from ("", f"{title}: {described(schema)}" if part != "parameters" else title)
            for name, field in fields(schema):
                yield from _wrapped(f"{name}: {_told(field)}{_sources(field, reading['sources'])}", 2)
    yield from ("", "Refusals")
    for status, code, body in _errors(reading):
        yield from _wrapped(f"{status} {code}: {body}", 2)


def _schema(reading: Json, part: str) -> Any:
    """A part of a reading as one schema; None when there is none."""
    if part != "parameters":
        return reading[part]
    required = [name for name, one in reading[part].items() if one.get("required")]
    return {"type": "object", "properties": reading[part], "required": required} if reading[part] else None


def _told(field: Json) -> str:
    return described(field) + (", required" if field.get("required") is True else "")


def _changed(before: Json, after: Json) -> str:
    """What is said of a field only after, and only before; nothing when they are alike."""
    said = [
        [kind(one), *bounds(one), "required" if one.get("required") is True else "optional"] for one in (before, after)
    ]
    if _told(before) == _told(after):
        return ""
    gone, new = ([one for one in said[i] if one not in said[1 - i]] for i in (0, 1))
    if not gone and not new:
        return f"{_told(after)} instead of {_told(before)}"
    return ", ".join(new) + (" instead of " if new else "not ") * bool(gone) + ", ".join(gone)


def _sources(field: Json, inherited: list[str]) -> str:
    """Who names a field, its words and its spellings, where not all do that name the operation."""
    own = field.get("x-sources", inherited)
    told = [] if own == inherited else [", ".join(own)]
    for key in ("x-word-sources", "x-synonym-sources"):
        inner = {**field.get("items", {}), **field} if isinstance(field.get("items"), dict) else field
        told += [f"{word}: {', '.join(who)}" for word, who in inner.get(key, {}).items()]
    return f" [{'; '.join(told)}]" if told else ""


def _errors(reading: Json) -> Iterator[tuple[str, str, str]]:
    for status, refusals in sorted(reading["errors"].items()):
        for code, body in refusals.items():
            yield status, code, json.dumps(body, ensure_ascii=False)


def _differing(editions: Editions, name: str, points: list[Disagreement]) -> Iterator[str]:
    base, specs = editions.readers[_BASE].read(name), editions.contract.specs
    yield f"  {_BASE}: as above; rate limit {specs[_BASE].rate_limit}"
    rules = list(dict.fromkeys(point.behaviour for point in points if point.behaviour))
    for edition, spec in specs.items():
        if edition == _BASE:
            continue
        if name not in editions.readers[edition].operations:
            yield f"  {edition}: not served"
            continue
        told = list(differences(base, editions.readers[edition].read(name)))
        for rule in rules:
            value, usual = getattr(spec.behaviour, rule), getattr(specs[_BASE].behaviour, rule)
            if value != usual:
                told.append(f"rule {rule}: {shown(value)} instead of {shown(usual)}")
        if spec.rate_limit != specs[_BASE].rate_limit:
            told.append(f"rate limit {spec.rate_limit} instead of {specs[_BASE].rate_limit}")
        yield f"  {edition}:" + ("" if told else " as default")
        for text in told:
            yield from _wrapped(f"- {text}", 4)


def differences(base: Json, own: Json) -> Iterator[str]:
    """How a reading of an operation differs from another one, a sentence each."""
    if own["routes"] != base["routes"]:
        yield f"reached by {', '.join(own['routes'])}"
    for part in _PARTS:
        yield from _schema_differences(part, _schema(base, part), _schema(own, part))
    if own["media"] != base["media"]:
        yield f"answer is {own['media']} instead of {base['media']}"
    before, after = ({code: (status, body) for status, code, body in _errors(one)} for one in (base, own))
    for code, (status, body) in after.items():
        if before.get(code) != (status, body):
            yield f"refusal {code}: {status} {body}"


def _schema_differences(part: str, base: Any, own: Any) -> Iterator[str]:
    if base is None or own is None:
        if base is not own:
            yield f"no {part}" if own is None else f"a {part}: {described(own)}"
        return
    wrapper = next((key for key, one in own.get("properties", {}).items() if one.get("x-from") == "."), None)
    if wrapper and base.get("type") == "array":
        yield f"{part} wrapped in {wrapper}"
        own = own["properties"][wrapper]
    if part != "parameters" and (changed := _changed({**base, "required": False}, {**own, "required": False})):
        yield f"{part}: {changed}"
    before, after = dict(fields(base)), dict(fields(own))
    gone = _topmost([name for name in before if name not in after])
    if gone:
        yield f"{part} without {', '.join(gone)}"
    new = _topmost([name for name in after if name not in before])
    yield from (f"{part} with {name}: {_told(after[name])}" for name in new)
    for name in after:
        if name in before and (changed := _changed(before[name], after[name])):
            yield f"{part} {name}: {changed}"


def _topmost(names: list[str]) -> list[str]:
    """The names that lie in no other one of them."""
    return [name for name in names if not any(name.startswith((f"{other}.", f"{other}[")) for other in names)]


def _disagreeing(editions: Editions, name: str, points: list[Disagreement]) -> Iterator[str]:
    if not points:
        yield "  not on this operation"
    for point in points:
        yield from _wrapped(f"{point.point} (evidence {point.evidence})", 2)
        for one in point.says:
            yield from _wrapped(f"{one.source}{f':{one.line}' if one.line else ''} {one.words}", 4)
        for words, names in editions.does(point, name).items():
            yield from _wrapped(f"= {', '.join(names)}: {words.replace('`', '')}", 4)
        if point.settled:
            yield from _wrapped(point.settled, 4)

"""Whether a request fits the document: surely, surely not, or open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import jsonschema_rs

from contract_tests.document import Api, Operation, Parameter
from contract_tests.exchange import NoBody

Place = Literal["body", "query"]
#: beyond these, JSON's numbers mean different things to different readers
_LARGEST = 2**53 - 1
_LONG = 200
#: members whose texts are looked at more closely than any schema says
_MANY_MEANINGS = re.compile(r"(^|_|[a-z])([Ee]mails?|[Dd]omains?|[Aa]ddress(es)?|username|list)$|^(to|cc|bcc)$")
_RANGES = (
    ("start_date", "end_date"), ("event_time_from", "event_time_to"), ("fromTime", "toTime"), ("from", "to"),
    ("sent_time_start_date", "sent_time_end_date"),
)  # fmt: skip
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wrong` = surely refused, for a member of `place` when only one can be meant; neither = nobody can tell."""

    fits: bool = False
    wrong: str = ""
    place: Place | None = None
    #: the top-level member that is wrong, where it is one alone
    member: str = ""


OPEN = Verdict()
FITS = Verdict(fits=True)


@dataclass(slots=True)
class Validity:
    """Judges requests of an edition; compiles each schema once."""

    api: Api
    _validators: dict[tuple[str, str], Any] = field(default_factory=dict)

    def of(self, operation: Operation, query: Sequence[tuple[str, str]], body: Any) -> Verdict:
        """What the document says about a request whose path is regular."""
        asked, held = self._query(operation, query), self._body(operation, body)
        if asked.wrong and held.wrong:
            return Verdict(wrong=asked.wrong)
        if asked.wrong or held.wrong:
            wrong, other = (asked, held) if asked.wrong else (held, asked)
            return wrong if other.fits else Verdict(wrong=wrong.wrong)
        if not (asked.fits and held.fits):
            return OPEN
        both = {**dict(query), **(body if isinstance(body, dict) else {})}
        if _either(operation) - set(both) == _either(operation) != set():
            return OPEN
        is_plain = not (_is_doubled(operation, both) or _is_halved(both) or _is_vague(both))
        return FITS if is_plain and len(both) == len(query) + (len(body) if isinstance(body, dict) else 0) else OPEN

    def _query(self, operation: Operation, query: Sequence[tuple[str, str]]) -> Verdict:
        known = {one.name: one for one in operation.parameters_in("query")}
        names = [name for name, _ in query]
        missing = [name for name, one in known.items() if one.required and name not in names]
        strangers = [name for name in names if name not in known]
        if len(set(names)) != len(names) or (strangers and self.api.edition != "default"):
            # One reading alone says what becomes of arguments that the operation does not have.
            return OPEN if not missing else Verdict(wrong=f"{missing[0]} is missing")
        verdicts = [self._argument(operation, known[name], value) for name, value in query if name in known]
        wrong = [one for one in verdicts if one.wrong]
        wrong += [Verdict(wrong=f"{name} is missing", place="query", member=name) for name in missing]
        wrong += [Verdict(wrong="an argument that it does not have", place="query", member=name) for name in strangers]
        is_alone = len(wrong) == 1 and all(one.fits or one.wrong for one in verdicts)
        if wrong:
            return wrong[0] if is_alone and not _is_doubled(operation, dict(query)) else Verdict(wrong=wrong[0].wrong)
        return FITS if all(one.fits for one in verdicts) else OPEN

    def _argument(self, operation: Operation, parameter: Parameter, text: str) -> Verdict:
        if not _is_plain(text) or text == "" or text != text.strip():
            return OPEN
        schema = parameter.schema if isinstance(parameter.schema, dict) else {}
        kinds = schema.get("type")
        kinds = set(kinds if isinstance(kinds, list) else [kinds])
        value: Any = text
        if kinds & {"integer", "number", "boolean", "array", "object"} and "string" not in kinds:
            read = _read(text, kinds)
            if read is _UNREADABLE:
                return Verdict(wrong=f"{parameter.name} is {text[:40]!r}", place="query", member=parameter.name)
            if read is _DOUBTFUL:
                return OPEN
            value = read
        verdict = self._against(operation.id, f"query {parameter.name}", schema, value)
        if verdict.wrong:
            return Verdict(wrong=f"{parameter.name} {verdict.wrong}", place="query", member=parameter.name)
        return verdict

    def _body(self, operation: Operation, body: Any) -> Verdict:
        if operation.body is None:
            return FITS if isinstance(body, NoBody) else OPEN
        if isinstance(body, NoBody):
            return OPEN if operation.body_required else FITS
        if isinstance(body, bytes) or not _is_sane(body):
            return OPEN
        verdict = self._against(operation.id, "body", operation.body, body)
        if not verdict.wrong:
            return verdict
        return Verdict(wrong=verdict.wrong, place="body", member=self._culprit(operation, body))

    def _against(self, operation: str, place: str, schema: Any, value: Any) -> Verdict:
        loose, strict = self._compiled(operation, place, schema)
        error = next(iter(loose.iter_errors(value)), None)
        if error is not None:
            return Verdict(wrong=error.message[:160])
        return FITS if strict.is_valid(value) else OPEN

    def _compiled(self, operation: str, place: str, schema: Any) -> tuple[Any, Any]:
        """A validator that leaves formats open, and one that takes only what surely has the format."""
        for kind, formats in (("loose", None), ("strict", _FORMATS)):
            key = (operation, f"{kind} {place}")
            if key not in self._validators:
                self._validators[key] = (
                    jsonschema_rs.Draft202012Validator(schema, validate_formats=False)
                    if formats is None
                    else jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=dict(formats))
                )
        return self._validators[operation, f"loose {place}"], self._validators[operation, f"strict {place}"]

    def _culprit(self, operation: Operation, body: Any) -> str:
        """The one top-level member that is wrong, when all others surely fit; else nothing."""
        schema = operation.body
        if not (isinstance(schema, dict) and isinstance(body, dict) and isinstance(schema.get("properties"), dict)):
            return ""
        if {"allOf", "anyOf", "oneOf", "if"} & set(schema):
            return ""
        known, required = schema["properties"], schema.get("required", [])
        wrong = {name for name in required if name not in body} | {name for name in body if name not in known}
        for name, value in body.items():
            if name not in known:
                continue
            verdict = self._against(operation.id, f"body {name}", known[name], value)
            if verdict.wrong:
                wrong.add(name)
            elif not verdict.fits:
                return ""
        is_clear = len(wrong) == 1 and not (_is_doubled(operation, body) or _is_vague(body))
        return wrong.pop() if is_clear else ""


def same_members(operation: Operation, member: str) -> set[str]:
    """All spellings of a member."""
    for family in _spellings(operation):
        if member in family:
            return family
    return {member}


def _either(operation: Operation) -> set[str]:
    """Arguments that may stand in the query or in the body: one of both may have to."""
    members = operation.body.get("properties", {}) if isinstance(operation.body, dict) else {}
    return {one.name for one in operation.parameters_in("query")} & set(members)


_KNOWN_SPELLINGS: dict[int, tuple[Operation, list[set[str]]]] = {}


def _spellings(operation: Operation) -> list[set[str]]:
    known = _KNOWN_SPELLINGS.get(id(operation))
    if known is None or known[0] is not operation:
        known = _KNOWN_SPELLINGS[id(operation)] = (operation, _all_spellings(operation))
    return known[1]


def _all_spellings(operation: Operation) -> list[set[str]]:
    families: dict[str, set[str]] = {}
    for canonical, others in _synonyms(operation.body):
        families.setdefault(canonical, {canonical}).update(others)
    names = {one.name for one in operation.parameters_in("query")}
    for name in names:
        families.setdefault(_folded(name), set()).add(name)
    return [family for family in families.values() if len(family) > 1]


def _synonyms(schema: Any) -> Iterator[tuple[str, list[str]]]:
    """(member, its other spellings), at any depth of a schema."""
    if isinstance(schema, list):
        for one in schema:
            yield from _synonyms(one)
    elif isinstance(schema, dict):
        for key, inner in schema.items():
            if isinstance(inner, dict) and isinstance(inner.get("x-synonyms"), list):
                yield key, inner["x-synonyms"]
            yield from _synonyms(inner)


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _is_doubled(operation: Operation, value: Any) -> bool:
    """Whether something is said in two spellings, which may be refused for being two."""
    if isinstance(value, list):
        return any(_is_doubled(operation, one) for one in value)
    if not isinstance(value, dict):
        return False
    names = set(value)
    is_here = len({_folded(name) for name in names}) < len(names) or any(
        len(family & names) > 1 for family in _spellings(operation)
    )
    return is_here or any(_is_doubled(operation, inner) for inner in value.values())


def _is_halved(value: Mapping[str, Any]) -> bool:
    """Whether one end of a range is given without the other."""
    return any((first in value) != (last in value) for first, last in _RANGES)


def _is_vague(value: Any, key: str = "") -> bool:
    """Whether it holds texts that may mean more than the schema says: addresses, and very long ones."""
    if isinstance(value, dict):
        return any(_is_vague(inner, name) for name, inner in value.items())
    if isinstance(value, list):
        return any(_is_vague(inner, key) for inner in value)
    return isinstance(value, str) and (len(value) > _LONG or _MANY_MEANINGS.search(key) is not None)


class _Mark:
    pass


_UNREADABLE, _DOUBTFUL = _Mark(), _Mark()


def _read(text: str, kinds: set[Any]) -> Any:
    """A query argument as JSON."""
    if kinds & {"array", "object"}:
        return _DOUBTFUL
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"integer", "number"}:
        pattern = _NUMBER if "number" in kinds else _INTEGER
        if pattern.fullmatch(text):
            value = json.loads(text)
            return value if abs(value) <= _LARGEST else _DOUBTFUL
        if re.search(r"[0-9]", text):
            return _DOUBTFUL
    return _DOUBTFUL if text.lower() in ("null", "true", "false", "yes", "no", "on", "off") else _UNREADABLE


def _is_plain(text: str) -> bool:
    return text.isprintable() and text.isascii()


def _is_sane(value: Any, depth: int = 0) -> bool:
    """Whether JSON means the same to everybody: no huge or half numbers, no broken text, not too deep."""
    if depth > 20:
        return False
    if isinstance(value, dict):
        return all(_is_sane(key) and _is_sane(inner, depth + 1) for key, inner in value.items())
    if isinstance(value, list):
        return all(_is_sane(inner, depth + 1) for inner in value)
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, float):
        return abs(value) <= _LARGEST and not value.is_integer()
    return not isinstance(value, int) or isinstance(value, bool) or abs(value) <= _LARGEST


_ZONES = {"UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata"}
_FORMATS: Mapping[str, Any] = {
    "timezone": lambda text: text in _ZONES,
    "hour": lambda text: re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text) is not None,
    "datetime-ish": lambda text: (
        re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.000Z", text) is not None
    ),
    "date-time": lambda text: (
        re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.000)?Z", text) is not None
    ),
    "date": lambda text: re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", text) is not None,
    "email": lambda text: re.fullmatch(r"[a-z0-9]+@[a-z0-9]+(\.[a-z]+)+", text) is not None,
}

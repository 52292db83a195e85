"""Compile an edition's document: a trie of operations with their validators, projections and error answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mock_server.contract import document as documents
from mock_server.contract.answers import ErrorAnswer, error_table
from mock_server.contract.document import Json, dereferenced, operations_of, resolve
from mock_server.contract.editions import Behaviour, EditionSpec, cut, load_specs
from mock_server.contract.events import Events, compile_events
from mock_server.contract.projection import Project, compile_projection
from mock_server.contract.rate_limits import load_profiles
from mock_server.contract.registry import HANDLERS, Handler
from mock_server.contract.spelling import Respell, compile_respelling, compile_translation, joined
from mock_server.contract.trie import Trie
from mock_server.contract.validation import Checker, InvalidRequestError, Source

_INTEGER = re.compile(r"-?[0-9]+")
_ID = re.compile(r"[1-9][0-9]{0,14}")
_JSON_MEDIA = "application/json"
#: what a query holds, by name
Texts = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one place (path or query) of an operation."""

    kinds: Mapping[str, str]
    defaults: Json
    respell: Respell | None
    checker: Checker
    translate: Respell | None
    only_ids: bool

    @classmethod
    def compile(cls, parameters: list[Json], source: Source, canonical: list[Json]) -> Parameters:
        """Compile the parameters of an operation that lie in `source`.

        Handlers find the defaults of all `canonical` ones, those that an edition does not know too.
        """
        properties = {p["name"]: {**p["schema"], "x-synonyms": p.get("x-synonyms", [])} for p in parameters}
        kinds = {p["name"]: p["schema"].get("type", "string") for p in parameters}
        for parameter in parameters:
            kinds.update(dict.fromkeys(parameter.get("x-synonyms", ()), kinds[parameter["name"]]))
        schema = {
            "type": "object", "additionalProperties": False, "properties": properties,
            "required": [p["name"] for p in parameters if p.get("required")],
        }  # fmt: skip
        defaults = {p["name"]: p["schema"]["default"] for p in [*canonical, *parameters] if "default" in p["schema"]}
        only_ids = all(p["schema"] == {"type": "integer", "minimum": 1} for p in parameters)
        respell, checker = compile_respelling(schema, source), Checker.compile(schema, source)
        return cls(kinds, defaults, respell, checker, compile_translation(schema), only_ids)

    def read(self, texts: Texts, notes: list[str]) -> Json:
        """The values of the parameters; raises `InvalidRequestError`."""
        values: Json = {name: _converted(self.kinds.get(name), text) for name, text in texts.items()}
        if self.respell:
            values = self.respell(values, notes)
        self.checker.check(values)
        if self.translate:
            values = self.translate(values, notes)
        return {**self.defaults, **values}


def _converted(kind: str | None, text: str | list[str]) -> Any:
    """A parameter's text as the type it is declared with; the text itself when it does not fit."""
    if isinstance(text, list) or kind == "string" or kind is None:
        return text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "integer":
        return int(text) if len(text) < 400 and _INTEGER.fullmatch(text) else text
    try:
        return float(text)
    except ValueError:
        return text


def _written(schema: Json, text: str | list[str]) -> Any:
    """A field of the body that stands in the query: JSON, or a bare text; `null` and nothing are null.

    Raises `InvalidRequestError` for what a body may not hold either.
    """
    if "\\u0000" in text:
        raise InvalidRequestError("NUL characters are not allowed", "query", "")
    if isinstance(text, list) or (text not in ("", "null") and _is_bare(schema, text)):
        return text
    try:
        return orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return text


def _is_bare(schema: Json, text: str) -> bool:
    return schema.get("type") == "string" and not text.startswith('"')


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an edition, ready to be served."""

    id: str
    method: str
    path: str
    evidence: str
    rate_class: str
    handler: Handler
    path_parameters: Parameters
    query: Parameters
    body: Checker | None
    respell_body: Respell | None
    translate_body: Respell | None
    body_in_query: Json | None
    status: int
    media: str
    project: Project | None
    errors: Mapping[str, ErrorAnswer]

    def read_parameters(self, path: Mapping[str, str], query: Texts, notes: list[str]) -> Json:
        """Path and query parameters in one; a path may carry what is else a query parameter. May refuse the request."""
        own = {name: text for name, text in path.items() if name in self.path_parameters.kinds}
        if self.path_parameters.only_ids and all(map(_ID.fullmatch, own.values())):
            values: Json = {name: int(text) for name, text in own.items()}
        else:
            values = self.path_parameters.read(own, notes)
        if len(own) < len(path):
            query = {**query, **{name: text for name, text in path.items() if name not in own}}
        if query or self.query.defaults or self.query.checker.schema["required"]:
            values.update(self.query.read(query, notes))
        return values

    def split(self, query: Texts) -> tuple[Texts, Json]:
        """The query without what it holds of the body (`x-in-query`), and this."""
        if self.body_in_query is None:
            return query, {}
        fields = self.body_in_query
        moved = {name: _written(fields[name], text) for name, text in query.items() if name in fields}
        return {name: text for name, text in query.items() if name not in moved}, moved

    def read_body(self, body: Any, moved: Json, notes: list[str]) -> Json:
        """The body, with what the query held of it, in canonical words; raises `InvalidRequestError`."""
        value = joined([*body.items(), *moved.items()], "query") if moved and isinstance(body, dict) else body
        if self.body is None:
            if self.method == "GET":
                return {}
            if not isinstance(value, dict):
                raise InvalidRequestError('"value" must be of type object', "body", "", kind="wrong_type")
            if value:
                key = next(iter(value))
                raise InvalidRequestError(f'"{key}" is not allowed', "body", key, kind="unknown_key")
            return {}
        if self.respell_body:
            value = self.respell_body(value, notes)
        self.body.check(value)
        checked: Json = self.translate_body(value, notes) if self.translate_body else value
        return checked


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition's document, compiled."""

    spec: EditionSpec
    document: Json
    trie: Trie
    operations: Mapping[str, Operation]
    events: Events

    @property
    def name(self) -> str:
        """As in `--edition` and `X-Mock-Edition`."""
        return self.spec.name

    @property
    def behaviour(self) -> Behaviour:
        """What its document cannot say."""
        return self.spec.behaviour


class Contract:
    """All editions of the document under `root`; each is compiled when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.canonical = documents.load(root)
        self.specs = load_specs(root)
        self.rate_limits = load_profiles(root)
        self._editions: dict[str, Edition] = {}

    def edition(self, name: str) -> Edition:
        """The edition of that name; KeyError when there is none."""
        if name not in self._editions:
            self._editions[name] = self._compile(self.specs[name])
        return self._editions[name]

    def document(self, name: str) -> Json:
        """The document of an edition, with its `x-` words; KeyError when there is none."""
        return cut(self.canonical, self.specs[name], self.root)

    def check_handlers(self) -> None:
        """LookupError unless the operations of the document and the handlers are the same, those without key too."""
        described = {op["operationId"] for _, _, op in operations_of(self.canonical)}
        missing, stray = sorted(described - HANDLERS.keys()), sorted(HANDLERS.keys() - described)
        if missing or stray:
            raise LookupError(f"operations without handler: {missing}; handlers without operation: {stray}")
        keyless = {op["operationId"] for _, _, op in operations_of(self.canonical) if not _needs_key(op)}
        for name in sorted(keyless ^ {name for name, one in HANDLERS.items() if one.workspace_of is not None}):
            raise LookupError(f"{name}: who needs no key must find its workspace in the path, and nobody else")

    def _compile(self, spec: EditionSpec) -> Edition:
        document = self.document(spec.name)
        complete = {op["operationId"]: (path, op) for path, _, op in operations_of(self.canonical)}
        trie, operations = Trie(), {}
        for path, method, described in operations_of(document):
            canonical = complete[described["operationId"]][1]
            operation = _operation(document, path, method, described, self.canonical, canonical)
            operations[operation.id] = operation
            host = described.get("x-host", "core")
            trie.add(host, method.upper(), path, operation, {})
            for alias in described.get("x-aliases", ()):
                trie.add(host, alias["method"], alias["path"], operation, alias.get("patterns", {}))
        return Edition(spec, document, trie, operations, compile_events(document, self.canonical))


def parameters_of(document: Json, operation: Json, place: str) -> list[Json]:
    """The parameters of an operation in `path` or `query`, without references."""
    parameters = (dereferenced(document, parameter) for parameter in operation.get("parameters", ()))
    return [parameter for parameter in parameters if parameter["in"] == place]


def body_schema(document: Json, operation: Json) -> Json | None:
    """The schema of an operation's JSON body, without references."""
    body = resolve(document, operation.get("requestBody"))
    schema: Json | None = dereferenced(document, body["content"][_JSON_MEDIA]["schema"]) if body else None
    return schema


def body_in_query(document: Json, operation: Json) -> Json | None:
    """The fields of the body that may stand in the query instead (`x-in-query`), with their schemas; None without."""
    schema = body_schema(document, operation)
    if schema is None or not resolve(document, operation["requestBody"]).get("x-in-query"):
        return None
    known = {parameter["name"] for parameter in parameters_of(document, operation, "query")}
    return {name: part for name, part in schema["properties"].items() if name not in known}


def _needs_key(operation: Json) -> bool:
    return {} not in operation.get("security", ())


def success(document: Json, operation: Json) -> tuple[int, str, Json | None]:
    """Status, media type and schema of an operation's success."""
    status = next(status for status in operation["responses"] if status.startswith("2"))
    content = resolve(document, operation["responses"][status])["content"]
    media = next(iter(content))
    return int(status), media, dereferenced(document, content[media].get("schema"))


def _general(document: Json) -> dict[str, ErrorAnswer]:
    """The refusals of a key, also for operations that describe none."""
    return error_table(document, {"responses": {"401": document["components"]["responses"]["Unauthorized"]}})


def _operation(document: Json, path: str, method: str, described: Json, complete: Json, canonical: Json) -> Operation:
    schema = body_schema(document, described)
    status, media, shape = success(document, described)

    def parameters(place: str, source: Source) -> Parameters:
        everything = parameters_of(complete, canonical, place)
        return Parameters.compile(parameters_of(document, described, place), source, everything)

    return Operation(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        evidence=described["x-evidence"],
        rate_class=described["x-rate-class"],
        handler=HANDLERS[described["operationId"]],
        path_parameters=parameters("path", "params"),
        query=parameters("query", "query"),
        body=Checker.compile(schema, "body") if schema else None,
        respell_body=compile_respelling(schema, "body") if schema else None,
        translate_body=compile_translation(schema) if schema else None,
        body_in_query=body_in_query(document, described),
        status=status,
        media=media,
        project=compile_projection(success(complete, canonical)[2], shape),
        errors={**_general(complete), **error_table(complete, canonical), **error_table(document, described)},
    )

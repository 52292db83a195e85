"""The document of an edition, as the suite reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from contract_tests.errors import CannotJudgeError

Schema = Any
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
#: keys beside a `$ref` that only tell; any other would change what the schema takes
_ANNOTATIONS = {"description", "summary", "default", "deprecated", "title", "example", "examples"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    place: Literal["path", "query", "header"]
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Answer:
    """A documented answer: media type -> schema; empty where the document says nothing about the body."""

    status: int
    content: Mapping[str, Schema]
    #: name -> value
    examples: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path with `{parameters}`; a parameter with a pattern takes only values that contain it."""

    method: str
    path: str
    patterns: Mapping[str, str] = field(default_factory=dict)

    def takes(self, method: str, words: Sequence[str]) -> bool:
        """Whether a concrete path is one of this route."""
        parts = self.parts
        return (
            self.method == method.upper()
            and len(parts) == len(words)
            and all(
                self.patterns.get(part[1:-1], "") in word if _is_parameter(part) else part == word
                for part, word in zip(parts, words, strict=True)
            )
        )

    @property
    def parts(self) -> Sequence[str]:
        """The words between the slashes; one at the end does not count."""
        return self.path.strip("/").split("/")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with all that the document says about it. References are resolved."""

    id: str
    route: Route
    aliases: Sequence[Route]
    parameters: Sequence[Parameter]
    #: None = it takes no body
    body: Schema | None
    body_required: bool
    #: examples of bodies
    body_examples: Sequence[Any]
    answers: Mapping[int, Answer]
    rate_class: str
    tags: Sequence[str]
    sources: Sequence[str]
    evidence: str

    @property
    def routes(self) -> Sequence[Route]:
        """Its own route, then the others that reach it."""
        return (self.route, *self.aliases)

    def parameters_in(self, place: str) -> Iterator[Parameter]:
        """Its parameters in one place."""
        return (parameter for parameter in self.parameters if parameter.place == place)


@dataclass(frozen=True, slots=True)
class Payload:
    """What a webhook is sent for one event: the schema of the body, and the names of documented headers."""

    schema: Schema
    headers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Api:
    """All operations of an edition."""

    edition: str
    operations: Mapping[str, Operation]
    #: event type -> what webhooks are sent
    webhooks: Mapping[str, Payload] = field(default_factory=dict)

    def __contains__(self, operation_id: object) -> bool:
        return operation_id in self.operations

    def __getitem__(self, operation_id: str) -> Operation:
        return self.operations[operation_id]

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations.values())

    def at(self, method: str, path: str) -> Operation | None:
        """The operation that a concrete path below the base reaches; a fixed word wins over a parameter."""
        words = path.strip("/").split("/")
        found = [
            (tuple(_is_parameter(part) for part in route.parts), operation)
            for operation in self
            for route in operation.routes
            if route.takes(method, words)
        ]
        return min(found, key=lambda one: one[0])[1] if found else None


def _is_parameter(part: str) -> bool:
    return part.startswith("{")


@dataclass(slots=True)
class _Reader:
    """Resolves references; one reference becomes one object, so that big documents stay small."""

    document: Mapping[str, Any]
    _known: dict[str, Any] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def resolved(self, node: Any) -> Any:
        """The node without any `$ref`."""
        if isinstance(node, list):
            return [self.resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return {key: self.resolved(value) for key, value in node.items()}
        target = self._target(reference)
        beside = {key: self.resolved(value) for key, value in node.items() if key != "$ref"}
        if not beside:
            return target
        if all(key in _ANNOTATIONS or key.startswith("x-") for key in beside):
            return {**target, **beside}
        return {"allOf": [target], **beside}

    def _target(self, reference: str) -> Any:
        if reference in self._known:
            return self._known[reference]
        if reference in self._open or not reference.startswith("#/"):
            raise CannotJudgeError(f"the document: {reference} is circular or outside the document")
        node: Any = self.document
        for step in reference[2:].split("/"):
            node = node[step.replace("~1", "/").replace("~0", "~")]
        self._open.add(reference)
        self._known[reference] = self.resolved(node)
        self._open.discard(reference)
        return self._known[reference]


def read_document(document: Mapping[str, Any]) -> Api:
    """The operations of an OpenAPI document."""
    reader = _Reader(document)
    try:
        operations = [
            _operation(path, method, reader.resolved(item.get("parameters", [])), reader.resolved(item[method]))
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ]
        edition = str(document["info"].get("x-edition", ""))
        webhooks = {
            name: _payload(reader.resolved(item["post"])) for name, item in document.get("webhooks", {}).items()
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CannotJudgeError(f"the document is not one that the suite can read ({error!r})") from None
    if not operations:
        raise CannotJudgeError("the document has no operations")
    return Api(edition, {operation.id: operation for operation in operations}, webhooks)


def _operation(path: str, method: str, shared: list[Any], node: Mapping[str, Any]) -> Operation:
    parameters = {(one["in"], one["name"]): one for one in [*shared, *node.get("parameters", [])]}
    body = node.get("requestBody") or {}
    media = body.get("content", {}).get("application/json")
    return Operation(
        id=node["operationId"],
        route=Route(method.upper(), path),
        aliases=tuple(
            Route(one["method"].upper(), one["path"], one.get("patterns", {})) for one in node.get("x-aliases", [])
        ),
        parameters=tuple(
            Parameter(one["name"], one["in"], bool(one.get("required")), one.get("schema", {}))
            for one in parameters.values()
        ),
        body=None if media is None else media.get("schema", {}),
        body_required=bool(body.get("required")),
        body_examples=() if media is None else tuple(_examples(media).values()),
        answers={int(status): _answer(int(status), one) for status, one in node["responses"].items()},
        rate_class=node.get("x-rate-class", ""),
        tags=tuple(node.get("tags", [])),
        sources=tuple(node.get("x-sources", [])),
        evidence=node.get("x-evidence", ""),
    )


def _payload(node: Mapping[str, Any]) -> Payload:
    headers = [one["name"].lower() for one in node.get("parameters", []) if one["in"] == "header"]
    return Payload(node["requestBody"]["content"]["application/json"]["schema"], tuple(headers))


def _answer(status: int, node: Mapping[str, Any]) -> Answer:
    content = node.get("content", {})
    return Answer(
        status,
        {media: one.get("schema", {}) for media, one in content.items()},
        {name: value for one in content.values() for name, value in _examples(one).items()},
    )


def _examples(media: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: one["value"] for name, one in media.get("examples", {}).items() if "value" in one}
    return {"example": media["example"], **named} if "example" in media else named


@cache
def api_of(edition: str) -> Api:
    """The bundled document of an edition, printed by the mock's program in a process of its own."""
    command = [sys.executable, "-m", "mock_server", "openapi", "--edition", edition, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise CannotJudgeError(said[-1] if said else f"--edition {edition}: its document cannot be printed")
    return read_document(json.loads(done.stdout))


def api_from_file(file: Path) -> Api:
    """The document in a file, as JSON."""
    try:
        return read_document(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError):
        raise CannotJudgeError(f"--document {file}: cannot be read, or is no JSON") from None

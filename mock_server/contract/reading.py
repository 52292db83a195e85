"""An operation as one edition reads it, as a plain tree that can be looked up, compared and printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mock_server.contract.answers import ErrorAnswer, error_table
from mock_server.contract.document import Json, dereferenced, operations_of
from mock_server.contract.operations import body_schema, success

#: What is said of a value beside its type, and how.
_BOUNDS = {
    "minimum": "at least {}", "maximum": "at most {}", "minLength": "at least {} characters",
    "maxLength": "at most {} characters", "minItems": "at least {} items", "maxItems": "at most {} items",
    "minProperties": "at least {} fields", "maxProperties": "at most {} fields", "pattern": "as {}",
    "default": "default {}", "x-from": "made from {}", "x-synonyms": "also spelled {}",
}  # fmt: skip


class Reader:
    """Reads operations of an edition's document.

    Where it is silent on a refusal, the canonical document tells it, as it does when the edition is served.
    """

    def __init__(self, document: Json, canonical: Json) -> None:
        self._document = document
        self._canonical = canonical
        self._complete = _by_id(canonical)
        self.operations = _by_id(document)
        self._readings: dict[str, Json] = {}

    @cached_property
    def _events(self) -> Json:
        return {name: body_schema(self._document, item["post"]) for name, item in self._document["webhooks"].items()}

    def read(self, name: str) -> Json:
        """Method, path, routes, sources, `parameters`, `body`, `answer` (a schema each) and `errors` of an operation.

        `events` holds the payloads of all webhooks of the document; it is the same for every operation.
        """
        if name not in self._readings:
            self._readings[name] = self._read(name)
        return self._readings[name]

    def _read(self, name: str) -> Json:
        path, method, operation = self.operations[name]
        parameters = [dereferenced(self._document, one) for one in operation.get("parameters", ())]
        _, media, answer = success(self._document, operation)
        refusals = error_table(self._canonical, self._complete[name][2]) | error_table(self._document, operation)
        return {
            "operation": name, "method": method.upper(), "path": path, "routes": routes(path, method, operation),
            "summary": operation["summary"], "sources": operation["x-sources"], "evidence": operation["x-evidence"],
            "parameters": {one["name"]: _parameter(one) for one in parameters},
            "body": body_schema(self._document, operation), "media": media, "answer": answer,
            "errors": _errors(refusals), "events": self._events,
        }  # fmt: skip


def _by_id(document: Json) -> dict[str, tuple[str, str, Json]]:
    return {one["operationId"]: (path, method, one) for path, method, one in operations_of(document)}


def routes(path: str, method: str, operation: Json) -> list[str]:
    """All ways to reach an operation, its own first: `PATCH /campaigns/{campaign_id}/status`."""
    return [f"{method.upper()} {path}", *(f"{one['method']} {one['path']}" for one in operation.get("x-aliases", ()))]


def _errors(table: Mapping[str, ErrorAnswer]) -> Json:
    """status -> code -> body."""
    errors: Json = {}
    for code, refusal in table.items():
        errors.setdefault(str(refusal.status), {})[code] = refusal.template
    return errors


def _parameter(parameter: Json) -> Json:
    beside = {key: value for key, value in parameter.items() if key.startswith("x-") or key == "required"}
    return {**parameter["schema"], **beside, "in": parameter["in"]}


def found(node: Any, steps: Sequence[str]) -> list[Any]:
    """What lies at `steps` under `node`: nothing, or the one value. A step also looks into the choices of `anyOf`."""
    if not steps:
        return [node]
    if not isinstance(node, Mapping):
        return []
    if steps[0] in node:
        return found(node[steps[0]], steps[1:])
    return next((hit for choice in node.get("anyOf", ()) if (hit := found(choice, steps))), [])


def kind(schema: Any) -> str:
    """The type of a value in a few words."""
    if not isinstance(schema, Mapping):
        return str(schema)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(choice) for choice in schema["anyOf"]))
    if "const" in schema:
        return shown(schema["const"])
    types = schema.get("type", "object" if "properties" in schema else "anything")
    return " or ".join(_one_kind(one, schema) for one in ([types] if isinstance(types, str) else types))


def _one_kind(name: str, schema: Mapping[str, Any]) -> str:
    if name == "array":
        return f"list of {kind(schema.get('items', {}))}"
    return name


def bounds(schema: Mapping[str, Any]) -> list[str]:
    """What else holds of a value: its words, bounds, default and other spellings."""
    schema = {**schema, **{key: bound for part in schema.get("allOf", ()) for key, bound in part.items()}}
    words = [f"one of {shown(schema['enum'])}"] if "enum" in schema else []
    if schema.get("x-words"):
        words.append("read as " + ", ".join(f"{word} = {meant}" for word, meant in schema["x-words"].items()))
    return words + [
        text.format(shown(schema[key])) for key, text in _BOUNDS.items() if schema.get(key) not in ([], None)
    ]


def described(schema: Mapping[str, Any]) -> str:
    """Type and bounds of a value in one."""
    if "anyOf" in schema:
        choices = [choice for choice in schema["anyOf"] if isinstance(choice, Mapping)]
        return ", ".join([" or ".join(dict.fromkeys(map(described, choices))), *bounds(schema)])
    return ", ".join([kind(schema), *bounds(schema)])


def shown(value: Any) -> str:
    """A value of the document in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return str(value)


def fields(schema: Any, name: str = "") -> Iterator[tuple[str, Json]]:
    """(dotted name, schema) of all fields in a schema, those in lists too: `data[].lead.email`.

    `required` tells of the field itself, not of those in it.
    """
    if not isinstance(schema, Mapping):
        return
    for choice in schema.get("anyOf", ()):
        yield from fields(choice, name)
    if "items" in schema:
        yield from fields(schema["items"], f"{name}[]")
    for key, part in schema.get("properties", {}).items():
        if isinstance(part, Mapping):
            path = f"{name}.{key}" if name else key
            yield path, {**part, "required": key in schema.get("required", ())}
            yield from fields(part, path)

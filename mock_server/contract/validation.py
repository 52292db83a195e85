"""Check a request part against its schema, and say what is wrong as the live validator (celebrate/Joi) would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jsonschema_rs

from mock_server.contract.document import Json
from mock_server.contract.formats import FORMATS

Source = Literal["body", "query", "params"]
SAFE_INTEGER = 2**53 - 1


class InvalidRequestError(Exception):
    """A request that the document refuses.

    `code` names the literal error text that the document has for this property (`x-error`, for a wrong type
    `x-type-error`), else it is empty; `limit` is the bound that is passed; `kind` sorts what is wrong for the journal.
    """

    def __init__(
        self, message: str, source: Source, key: str, *, code: str = "", value: object = None, limit: object = None,
        kind: str = "invalid",
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message = message
        self.source: Source = source
        self.key = key
        self.code = code
        self.value = value
        self.limit = limit
        self.kind = kind


def with_safe_integers(schema: Any) -> Any:
    """The schema with the bounds that JavaScript puts on every integer."""
    if isinstance(schema, list):
        return [with_safe_integers(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    bounded = {key: with_safe_integers(value) for key, value in schema.items()}
    kind = schema.get("type")
    if kind in ("integer", "number") or (isinstance(kind, list) and {"integer", "number"} & set(kind)):
        bounded.setdefault("maximum", SAFE_INTEGER)
        bounded.setdefault("minimum", -SAFE_INTEGER)
    return bounded


@dataclass(frozen=True, slots=True)
class Checker:
    """A compiled schema of one part of a request."""

    schema: Json
    source: Source
    is_valid: Callable[[Any], bool]
    errors: Callable[[Any], Any]

    @classmethod
    def compile(cls, schema: Json, source: Source) -> Checker:
        """Compile `schema`, which must hold no references."""
        schema = with_safe_integers(schema)
        validator = jsonschema_rs.Draft202012Validator(schema, formats=FORMATS, validate_formats=True)
        return cls(schema, source, validator.is_valid, validator.iter_errors)

    def check(self, value: Any) -> None:
        """Raise `InvalidRequestError` for the first thing that is wrong with `value`, in the order of the schema."""
        if not self.is_valid(value):
            raise self.explain(value)

    def explain(self, value: Any) -> InvalidRequestError:
        """What is wrong with `value`, which is not valid."""
        error = min(self.errors(value), key=self._rank)
        path, kind = list(error.instance_path), error.kind
        if kind.name == "required":
            path.append(kind.property)
        elif kind.name in ("additionalProperties", "unevaluatedProperties"):
            path.append(kind.unexpected[0])
        code = ""
        if kind.name not in ("required", "additionalProperties"):
            is_bad_type = kind.name == "type" and self.source != "params"  # a path is text: its type is its value
            code = self._literal_error(list(error.schema_path), "x-type-error" if is_bad_type else "x-error")
        message = f'"{_label(path)}" {_sentence(error)}'
        return InvalidRequestError(
            message,
            self.source,
            ".".join(map(str, path)),
            code=code,
            value=error.instance,
            limit=getattr(kind, "limit", None),
            kind=_KINDS.get(kind.name, "invalid"),
        )

    def _rank(self, error: Any) -> tuple[Any, ...]:
        """Unknown keys last, else the order in which the schema names its properties."""
        kind, node, order = error.kind, self.schema, []
        path = [*error.instance_path, *([kind.property] if kind.name == "required" else [])]
        for part in path:
            if isinstance(part, int):
                node = node.get("items", {})
                order.append(part)
            else:
                names = list(node.get("properties", {}))
                node = node.get("properties", {}).get(part, {})
                order.append(names.index(part) if part in names else len(names))
        return (kind.name == "additionalProperties", order, kind.name)

    def _literal_error(self, path: Sequence[Any], word: str) -> str:
        nodes: list[Any] = [self.schema]
        for part in path:
            nodes.append(nodes[-1][part])
        codes = (node[word] for node in reversed(nodes) if isinstance(node, dict) and word in node)
        return next(codes, "")


def _label(path: Sequence[str | int]) -> str:
    """`lead_list[2].email`, as Joi writes a path; `value` is the whole."""
    label = ""
    for part in path:
        label += f"[{part}]" if isinstance(part, int) else f".{part}" if label else str(part)
    return label or "value"


_KINDS = {"additionalProperties": "unknown_key", "required": "missing_key", "type": "wrong_type",
          "enum": "unknown_word", "maxItems": "too_many"}  # fmt: skip
_TYPES = {"integer": "a number", "number": "a number", "string": "a string", "boolean": "a boolean",
          "array": "an array", "object": "of type object"}  # fmt: skip
_COUNTED = {"maxItems": "must contain less than or equal to {} items", "minItems": "must contain at least {} items",
            "maxLength": "length must be less than or equal to {} characters long",
            "maxProperties": "must have less than or equal to {} keys",
            "minProperties": "must have at least {} keys"}  # fmt: skip
_ISO = "must be in ISO 8601 date format"
_FORMATS = {"email": "must be a valid email", "uri": "must be a valid uri", "date-time": _ISO, "date": _ISO,
            "datetime-ish": _ISO}  # fmt: skip


def _sentence(error: Any) -> str:
    """What Joi says of this error, after the quoted label."""
    kind = error.kind
    match kind.name:
        case "required":
            return "is required"
        case "additionalProperties" | "unevaluatedProperties" | "falseSchema":
            return "is not allowed"
        case "type":
            return _type_sentence(kind.types, error.instance)
        case "enum":
            return f"must be one of [{', '.join('null' if o is None else str(o) for o in kind.options)}]"
        case "const":
            return f"must be [{kind.expected_value}]"
        case "maximum" | "minimum":
            if abs(kind.limit) == SAFE_INTEGER:
                return "must be a safe number"
            relation = "less" if kind.name == "maximum" else "greater"
            return f"must be {relation} than or equal to {kind.limit}"
        case "minLength":
            return (
                "is not allowed to be empty"
                if kind.limit == 1
                else f"length must be at least {kind.limit} characters long"
            )
        case "format":
            return _FORMATS.get(kind.format, f"must be a valid {kind.format}")
        case "pattern":
            return f'with value "{error.instance}" fails to match the required pattern: /{kind.pattern}/'
        case name if name in _COUNTED:
            return _COUNTED[name].format(kind.limit)
    return "does not match any of the allowed types"


def _type_sentence(types: Any, value: object) -> str:
    wanted = [name for name in types if name != "null"]
    if wanted == ["integer"] and isinstance(value, float):
        return "must be an integer"
    names = [_TYPES[name] for name in wanted if name in _TYPES]
    return f"must be {names[0]}" if len(names) == 1 else f"must be one of [{', '.join(sorted(wanted))}]"

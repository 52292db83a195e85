"""An answer against the document: its status is documented, its form fits, its body fits the schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from contract_tests.document import Api
from contract_tests.exchange import NOT_JSON, Exchange

#: what stands between us and the service, or protects it, says nothing about the API
UNJUDGED = frozenset({429, 502, 503, 504})
_JSON = "application/json"


@dataclass(slots=True)
class Judge:
    """Holds answers against a document; compiles each schema once."""

    api: Api
    _validators: dict[tuple[str, int], Any] = field(default_factory=dict)

    def problems(self, exchange: Exchange) -> Iterator[tuple[str, str]]:
        """(check, what is wrong) of one answer to a call of an operation."""
        if exchange.status in UNJUDGED:
            return
        operation = self.api[exchange.operation]
        documented = operation.answers.get(exchange.status)
        if documented is None:
            known = ", ".join(str(status) for status in sorted(operation.answers))
            yield "status", f"answers {exchange.status}; the document knows {known}"
            return
        if not documented.content:
            return
        media = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in documented.content:
            wanted = " or ".join(documented.content)
            yield "form", f"answers {exchange.status} as {media or 'nothing named'}, not as {wanted}"
        elif media == _JSON:
            yield from self._body_problems(exchange, documented.content[_JSON])

    def _body_problems(self, exchange: Exchange, schema: Any) -> Iterator[tuple[str, str]]:
        if exchange.json is NOT_JSON:
            yield "form", f"answers {exchange.status} with a body that is no JSON"
            return
        place = (exchange.operation, exchange.status)
        if place not in self._validators:
            # Refusals carry details that few documents name; what a success shows is told completely.
            held = closed(schema) if exchange.status < 400 else schema
            self._validators[place] = jsonschema_rs.Draft202012Validator(held, validate_formats=True)
        error = next(iter(self._validators[place].iter_errors(exchange.json)), None)
        if error is not None:
            where = "/".join(str(step) for step in error.instance_path) or "the body"
            yield "schema", f"answers {exchange.status}, where {where} does not fit: {_short(error.message)}"


def closed(schema: Any) -> Any:
    """The schema with every object refusing fields that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        shut.setdefault("additionalProperties", False)
    return shut


def _short(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:300]}…"

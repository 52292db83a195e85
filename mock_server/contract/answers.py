"""The error table: an operation's error answers are the examples under its error responses in the document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mock_server.contract.document import Json, resolve

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """One documented refusal: its status and its body, with placeholders."""

    status: int
    template: Any

    def body(self, values: dict[str, object]) -> Any:
        """The body with `values` filled in."""
        return _fill(self.template, values)


def error_table(document: Json, operation: Json) -> dict[str, ErrorAnswer]:
    """Code -> answer. The first example that answers a code wins.

    An example's code is its name, and those in `x-codes`, which replace it when given. A success status counts only
    where `x-codes` says so (a live read of an unknown campaign is 200 `{}`).
    """
    table: dict[str, ErrorAnswer] = {}
    for status, response in operation["responses"].items():
        for media in resolve(document, response).get("content", {}).values():
            for name, example in media.get("examples", {}).items():
                example = resolve(document, example)
                own = [] if status.startswith("2") else [name]
                named = example.get("x-codes")
                answer = ErrorAnswer(int(status), example.get("x-template", example["value"]))
                for code in own if named is None else [*named, *(own if named else [])]:
                    table.setdefault(code, answer)
    return table


def _fill(template: Any, values: dict[str, object]) -> Any:
    if isinstance(template, dict):
        return {key: _fill(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill(value, values) for value in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    if whole:
        return values[whole[1]]
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), template)

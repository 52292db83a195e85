"""Sends regular requests, and what is no regular call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from contract_tests.document import Operation, Route
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import NO_BODY, Exchange, NoBody
from contract_tests.phases import World
from contract_tests.safety_table import ID_NAMES
from contract_tests.shape.requests import Request
from contract_tests.target import Target

_JSON = {"Content-Type": "application/json"}


def filled(route: Route, ids: Mapping[str, Any], odd: Mapping[str, str]) -> str | None:
    """A path with ids that are there, and with an odd value as it is; None = it would become another path."""
    words = []
    for part in route.parts:
        if not part.startswith("{"):
            words.append(part)
            continue
        name = part[1:-1]
        value = unquote(odd[name]) if name in odd else str(ids.get(name, ids.get(ID_NAMES.get(name, ""), 1)))
        if value.strip(".") == "" or "/" in value or "\\" in value:
            return None
        words.append(quote(value.encode("utf-8", "surrogatepass"), safe="@"))
    return "/" + "/".join(words) + ("/" if route.path.endswith("/") else "")


def sent(
    world: World, operation: Operation, path: str, query: Sequence[tuple[str, str]] = (), body: Any = NO_BODY,
    headers: Mapping[str, str] | None = None, with_key: bool = True,
) -> Exchange | None:  # fmt: skip
    """The answer to a request of an operation, however odd; None = its path belongs to another operation, or its body
    or query cannot be put on the wire.
    """
    if world.api.at(operation.route.method, unquote(path)) is not operation:
        return None
    content: bytes | None
    try:
        content = None if isinstance(body, NoBody) else body if isinstance(body, bytes) else json.dumps(body).encode()
        for name, value in query:
            (name + value).encode("utf-8")
    except (TypeError, ValueError):
        return None
    sent_headers = {**(_JSON if content is not None else {}), **(headers or {})}
    return world.target.raw(
        operation.route.method, path, query=query, content=content, headers=sent_headers, with_key=with_key
    )


def asked(
    world: World, target: Target, operation: Operation, request: Request, *, with_key: bool = True
) -> Exchange | None:
    """The answer to a regular request; None where it may not be sent."""
    try:
        return target.call(operation.id, path=request.path, query=request.query, body=request.body, with_key=with_key)
    except RefusedBySafetyError as refusal:
        world.tally.refused[operation.id] = refusal.reason
        return None

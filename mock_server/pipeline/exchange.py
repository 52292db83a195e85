"""One request on its way through the stages, and the answer it ends in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import orjson

from mock_server.context import Client
from mock_server.contract.operations import Edition, Operation
from mock_server.state.workspaces import Workspace

if TYPE_CHECKING:
    from mock_server.pipeline.faults import Fault
    from mock_server.pipeline.journal import Violation
    from mock_server.pipeline.limits import Charge

MAX_DEPTH = 64
JSON_MEDIA = "application/json; charset=utf-8"


@dataclass(slots=True)
class Answer:
    """What goes back: status, body, its media type and further headers."""

    status: int
    body: bytes
    media: str = JSON_MEDIA
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of_json(cls, status: int, payload: Any, hint: str = "") -> Answer:
        """An answer in JSON, with our advice in `X-Mock-Hint`."""
        answer = cls(status, orjson.dumps(payload))
        if hint:
            answer.headers.append(("x-mock-hint", hint))
        return answer


@dataclass(slots=True)
class Exchange:
    """A request, and what the stages have found out about it so far."""

    host: str
    method: str
    path: str
    raw_segments: tuple[str, ...]
    query_string: bytes
    headers: Mapping[str, str]
    body: bytes
    query: dict[str, str | list[str]] = field(default_factory=dict)
    segments: list[str] = field(default_factory=list)
    operation: Operation | None = None
    path_values: dict[str, str] = field(default_factory=dict)
    workspace: Workspace | None = None
    #: of whom the key is, when it is not the workspace's own
    client: Client | None = None
    edition: Edition | None = None
    params: Any = None
    input: Any = None
    charge: Charge | None = None
    fault: Fault | None = None
    delay: float = 0.0
    injected: bool = False
    #: called without a key, by somebody who is not the workspace's owner
    is_public: bool = False
    violations: list[Violation] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def decoded(text: str) -> str:
    """Undo percent-encoding; UnicodeDecodeError when it is not UTF-8."""
    return unquote_to_bytes(text).decode("utf-8") if "%" in text else text


def read_query(raw: bytes) -> dict[str, str | list[str]]:
    """Query parameters by name, those that come several times as a list; UnicodeDecodeError when they are not UTF-8."""
    query: dict[str, str | list[str]] = {}
    for part in raw.decode("utf-8").split("&"):
        if not part:
            continue
        name, _, value = part.partition("=")
        name, value = decoded(name.replace("+", " ")), decoded(value.replace("+", " "))
        known = query.get(name)
        query[name] = value if known is None else [*([known] if isinstance(known, str) else known), value]
    return query


def is_deep(value: Any) -> bool:
    """Whether JSON has more than `MAX_DEPTH` levels."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _items(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()

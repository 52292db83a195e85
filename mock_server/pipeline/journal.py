"""The journal: what a workspace was asked and what it answered, for tests to look at. It never shows a secret."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mock_server.pipeline.exchange import read_query

RING = 10_000
BODY_LIMIT = 64 * 1024
_SECRET_NAMES = "password|imap_password|api_key|access_token|refresh_token|id_token|secret_key"
_SECRET = re.compile(rf'("(?:{_SECRET_NAMES})"\s*:\s*)(?:"(?:\\.|[^"\\])*(?:"|$)|[^,\}}\]\s"]+)')


class Redacted:
    """Text that may hold secrets. Only `text` gives it out, with passwords, tokens and the key itself blacked out."""

    __slots__ = ("_key", "_raw")

    def __init__(self, raw: bytes, key: str) -> None:
        self._raw = raw[:BODY_LIMIT]
        self._key = key

    @property
    def text(self) -> str:
        """The text, fit for any eye."""
        shown = _SECRET.sub(r'\1"***"', self._raw.decode("utf-8", "replace"))
        return shown.replace(self._key, "***") if len(self._key) > 3 else shown

    @property
    def value(self) -> Any:
        """The text read as JSON; the text itself when it is none, None when it is empty."""
        if not self._raw:
            return None
        try:
            return orjson.loads(self.text)
        except orjson.JSONDecodeError:
            return self.text

    def __len__(self) -> int:
        return len(self._raw)

    def __repr__(self) -> str:
        return f"Redacted({self.text!r})"


@dataclass(frozen=True, slots=True)
class Violation:
    """What a request did that the document does not say, whether or not the edition let it pass."""

    kind: str
    message: str


@dataclass(slots=True)
class Record:
    """One request and its answer. `at` is on the workspace's clock; `operation` is empty when no route matched."""

    id: int
    at: int
    method: str
    path: Redacted
    query: Redacted
    operation: str
    edition: str
    status: int
    injected: bool
    request: Redacted | None
    response: Redacted | None
    violations: Sequence[Violation] = ()

    def __len__(self) -> int:
        return len(self.request or b"") + len(self.response or b"")


@dataclass(slots=True)
class Journal:
    """The last `RING` requests of one workspace, and exact counts of all since it was made or cleared."""

    records: deque[Record] = field(default_factory=lambda: deque(maxlen=RING))
    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0
    _waiting: list[asyncio.Event] = field(default_factory=list)

    def append(self, record: Record) -> None:
        """Add a record, and wake who waits for one."""
        self.records.append(record)
        self.counts[record.operation] += 1
        self.total += 1
        for event in self._waiting:
            event.set()

    def clear(self) -> None:
        """Forget everything."""
        self.records.clear()
        self.counts.clear()
        self.total = 0

    async def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether `condition` holds now, or comes to hold with a request within `seconds`."""
        event = asyncio.Event()
        self._waiting.append(event)
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    event.clear()
                    await event.wait()
        except TimeoutError:
            return condition()
        finally:
            self._waiting.remove(event)
        return True


def query_of(record: Record) -> dict[str, str | list[str]]:
    """The query parameters, without the key."""
    try:
        query = read_query(record.query.text.encode())
    except UnicodeDecodeError:
        return {}
    query.pop("api_key", None)
    return query


def pick(records: Sequence[Record] | deque[Record], wanted: Mapping[str, Any]) -> Iterator[Record]:
    """The records that fit all of `wanted`: plain fields, times, `violations`, and parts of `query` and `body`."""
    return (record for record in records if _fits(record, wanted))


def _fits(record: Record, wanted: Mapping[str, Any]) -> bool:
    plain = ("operation", "method", "status", "edition", "injected")
    if any(name in wanted and getattr(record, name) != wanted[name] for name in plain):
        return False
    if "path" in wanted and record.path.text != wanted["path"]:
        return False
    if record.at < wanted.get("since", record.at) or record.at > wanted.get("until", record.at):
        return False
    if "violations" in wanted and bool(record.violations) != wanted["violations"]:
        return False
    if "query" in wanted and not contains(query_of(record), wanted["query"]):
        return False
    return "body" not in wanted or contains(record.request.value if record.request else None, wanted["body"])


def contains(value: Any, wanted: Any) -> bool:
    """Whether `value` has all that `wanted` has: objects may have more keys, arrays are compared item by item."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and contains(value[key], part) for key, part in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(contains, value, wanted))
    return bool(value == wanted)

"""The journal: what a workspace was asked and what it answered, for tests to look at. It never shows a secret."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

from mock_server.pipeline.exchange import is_deep, read_query

RING = 10_000
BODY_LIMIT = 64 * 1024
_SECRETS = frozenset(
    {"password", "imap_password", "api_key", "access_token", "refresh_token", "id_token", "secret_key"}
)
#: a secret in text that is no JSON: cut off, form-encoded, or in somebody's own notation
_LOOSE = re.compile(
    rf"""(["']?\b(?:{"|".join(sorted(_SECRETS))})["']?\s*[:=]\s*)"""
    r"""("(?:\\.|[^"\\])*(?:"|\\?\Z)|'(?:\\.|[^'\\])*(?:'|\\?\Z)|[^&,;}\]\s]+)""",
    re.DOTALL,
)


class Redacted:
    """Text that may hold secrets. Only `text` gives it out, with passwords, tokens and the key itself blacked out."""

    __slots__ = ("_cut", "_key", "_raw")

    def __init__(self, raw: bytes, key: str) -> None:
        self._raw = raw[:BODY_LIMIT]
        self._cut = len(raw) > BODY_LIMIT
        self._key = key

    @property
    def text(self) -> str:
        """The text, fit for any eye; JSON is written anew."""
        value = self.value
        return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()

    @property
    def value(self) -> Any:
        """The text read as JSON; the text itself when it is none (or too deep), None when it is empty."""
        if not self._raw:
            return None
        try:
            value = orjson.loads(self._raw)
        except orjson.JSONDecodeError:
            return self._loose()
        return self._loose() if is_deep(value) else self._masked(value)

    def fits(self, wanted: Any) -> bool:
        """Whether the text, read as JSON if it is any, has all that `wanted` has; compared as it was sent."""
        try:
            value = orjson.loads(self._raw)
        except orjson.JSONDecodeError:
            value = self._raw.decode("utf-8", "replace") if self._raw else None
        return contains(value, wanted)

    def is_text(self, wanted: str) -> bool:
        """Whether the text is this one, compared as it was sent."""
        return self._raw == wanted.encode()

    def query_fits(self, wanted: Mapping[str, Any]) -> bool:
        """Whether the text, read as a query string, has these parameters, compared as they were sent."""
        try:
            return contains(read_query(self._raw), texts(wanted))
        except UnicodeDecodeError:
            return False

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(self._key, "***") if len(self._key) > 3 else value
        if isinstance(value, dict):
            return {self._masked(k): "***" if k in _SECRETS else self._masked(part) for k, part in value.items()}
        return [self._masked(part) for part in value] if isinstance(value, list) else value

    def _loose(self) -> str:
        shown = _LOOSE.sub(r'\1"***"', self._raw.decode("utf-8", "replace"))
        if len(self._key) <= 3:
            return shown
        written = orjson.dumps(self._key).decode()[1:-1]
        for form in (self._key, quote(self._key, safe=""), quote(self._key), quote_plus(self._key), written):
            shown = shown.replace(form, "***")
            if self._cut:
                size = next((size for size in range(len(form) - 1, 0, -1) if shown.endswith(form[:size])), 0)
                shown = shown[: len(shown) - size]
        return shown

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
    """One request and its answer. `at` is on the workspace's clock; `operation` is empty when no route matched.

    `dropped`: its bodies and its query had to make room for newer ones.
    """

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
    dropped: bool = False

    def __len__(self) -> int:
        return len(self.path) + len(self.query) + len(self.request or b"") + len(self.response or b"")


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
    if "path" in wanted and not record.path.is_text(wanted["path"]):
        return False
    if record.at < wanted.get("since", record.at) or record.at > wanted.get("until", record.at):
        return False
    if "violations" in wanted and bool(record.violations) != wanted["violations"]:
        return False
    if "query" in wanted and not record.query.query_fits(wanted["query"]):
        return False
    return "body" not in wanted or (record.request is not None and record.request.fits(wanted["body"]))


def contains(value: Any, wanted: Any) -> bool:
    """Whether `value` has all that `wanted` has: objects may have more keys, arrays are compared item by item."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and contains(value[key], part) for key, part in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(contains, value, wanted))
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def texts(query: Mapping[str, Any]) -> dict[str, Any]:
    """Wanted query parameters as a query string spells them: 10 is "10", true is "true"."""
    return {
        name: value if isinstance(value, str | list) else orjson.dumps(value).decode() for name, value in query.items()
    }

"""One call and its answer, as plain data."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode


class NotJson:
    """The answer's body is no JSON."""

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON: Final = NotJson()


class NoBody:
    """The request has no body, not even `null`."""

    def __repr__(self) -> str:
        return "NO_BODY"


NO_BODY: Final = NoBody()

_VARIABLE = "SMARTLEAD_API_KEY"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, without the key, and its answer. `operation` is empty for one that the document does not have."""

    operation: str
    method: str
    url: str
    query: Sequence[tuple[str, str]]
    #: the bytes that were sent; None = no body
    sent: bytes | None
    #: headers beside `Content-Type: application/json` of a JSON body
    request_headers: Mapping[str, str]
    with_key: bool
    status: int
    #: names in lower case
    headers: Mapping[str, str]
    text: str
    json: Any
    seconds: float

    def curl(self) -> str:
        """A command for a shell that does it again."""
        words = ["curl", "-sS", "-X", self.method]
        for name, value in self._headers_to_send().items():
            words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.sent is not None:
            words += ["--data-binary", shlex.quote(self._sent_text())]
        return " ".join([*words, self._url_for_shell()])

    def python(self) -> str:
        """Lines of Python that do it again."""
        parts = [repr(self.method), repr(self.url)]
        pairs = [repr(pair) for pair in self.query]
        if self.with_key:
            pairs.append(f'("api_key", os.environ["{_VARIABLE}"])')
        if pairs:
            parts.append(f"params=[{', '.join(pairs)}]")
        if self._headers_to_send():
            parts.append(f"headers={self._headers_to_send()!r}")
        if self.sent is not None:
            parts.append(f"content={self.sent!r}")
        imports = "import os\n\n" if self.with_key else ""
        call = f"answer = httpx.request({', '.join(parts)})"
        return f"{imports}import httpx\n\n{call}\nprint(answer.status_code, answer.text)\n"

    def _headers_to_send(self) -> dict[str, str]:
        given = {name.lower() for name in self.request_headers}
        json_type = {} if self.sent is None or "content-type" in given else {"Content-Type": "application/json"}
        return {**json_type, **self.request_headers}

    def _sent_text(self) -> str:
        return (self.sent or b"").decode("utf-8", "replace")

    def _url_for_shell(self) -> str:
        query = urlencode(self.query)
        if not self.with_key:
            return shlex.quote(f"{self.url}?{query}" if query else self.url)
        # In single quotes the variable would stay a word.
        return shlex.quote(f"{self.url}?{query}{'&' if query else ''}api_key=") + f'"${_VARIABLE}"'


def body_bytes(body: Any) -> bytes | None:
    """A body as it is sent."""
    return None if isinstance(body, NoBody) else json.dumps(body, ensure_ascii=False).encode()


def parsed(content: bytes) -> Any:
    """The JSON of an answer, or NOT_JSON; `NaN` and its like are no JSON."""
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NOT_JSON


def _refuse(word: str) -> Any:
    raise ValueError(word)


def rows_of(answer: Any) -> list[dict[str, Any]] | None:
    """The rows of a list's answer: the nearest array, whatever it is wrapped in; None = it has none."""
    level = [answer]
    for _ in range(4):
        arrays = [one for one in level if isinstance(one, list)]
        if arrays:
            return [row for row in arrays[0] if isinstance(row, dict)]
        level = [inner for one in level if isinstance(one, dict) for inner in one.values()]
    return None


def rows(exchange: Exchange) -> list[dict[str, Any]]:
    """The same of an exchange; no rows where there is no list."""
    return rows_of(exchange.json) or []

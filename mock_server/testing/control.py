"""A small client of the control API, on the standard library alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class ControlError(Exception):
    """The control API refused, or no server answers; the message says why."""


@dataclass(frozen=True, slots=True)
class Control:
    """Calls `/_mock` of the server at `url` for the workspace of `key`."""

    url: str
    key: str

    def call(self, method: str, path: str, body: Any = None, *, expect: tuple[int, ...] = (200,), **query: Any) -> Any:
        """The JSON of an answer; raises ControlError for a status that is not expected."""
        asked = urlencode({name: _text(value) for name, value in query.items() if value is not None})
        request = Request(f"{self.url}/_mock{path}" + (f"?{asked}" if asked else ""), method=method)
        request.add_header("X-Mock-Key", self.key)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urlopen(request, timeout=330) as response:
                return json.load(response)
        except HTTPError as error:
            with error:
                text = error.read().decode("utf-8", "replace")
            if error.code in expect:
                return json.loads(text)
            raise ControlError(f"{method} {path}: {error.code} {text}") from None
        except URLError as error:
            raise ControlError(f"no server answers at {self.url}: {error.reason}") from None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

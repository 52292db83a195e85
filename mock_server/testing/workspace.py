"""What a test holds in its hand: a workspace of its own, and handles for its clock, requests and faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mock_server.testing.control import Control


@dataclass(frozen=True, slots=True)
class ClockHandle:
    """The workspace's clock."""

    control: Control

    @property
    def now(self) -> str:
        """The moment that the workspace sees, ISO 8601 in UTC."""
        return str(self.control.call("GET", "/clock")["now"])

    def freeze(self, at: str | None = None) -> None:
        """Stand still, at a moment (ISO 8601) or where the clock is."""
        self.control.call("PUT", "/clock", {"mode": "frozen", **({"now": at} if at else {})})

    def run(self) -> None:
        """Go on from where the clock is."""
        self.control.call("PUT", "/clock", {"mode": "live"})

    def advance(self, **move: Any) -> dict[str, Any]:
        """Move forward: `days=1, hours=2`, or `to="2026-03-09T09:00:00Z"`; what happened on the way."""
        answer: dict[str, Any] = self.control.call("POST", "/clock/advance", move)
        return answer


@dataclass(frozen=True, slots=True)
class RequestsHandle:
    """What the workspace was asked."""

    control: Control

    def all(self, **filters: Any) -> list[dict[str, Any]]:
        """Requests that fit: operation, method, path, status, edition, since, until, violations."""
        answer: list[dict[str, Any]] = self.control.call("GET", "/requests", limit=10_000, **filters)["requests"]
        return answer

    def violations(self) -> list[dict[str, Any]]:
        """Requests that did what the document does not say."""
        answer: list[dict[str, Any]] = self.control.call("GET", "/violations")
        return answer

    def clear(self) -> None:
        """Forget the requests so far."""
        self.control.call("DELETE", "/requests")

    def verify(self, operation: str | None = None, *, times: int | dict[str, int] | None = None, **wanted: Any) -> None:
        """AssertionError unless it was asked so: `times`, `calls`, `in_order`, `match`, `within` seconds."""
        match = {**wanted.pop("match", {}), **({"operation": operation} if operation else {})}
        body = {"match": match, **({} if times is None else {"times": times}), **wanted}
        answer = self.control.call("POST", "/requests/verify", body, expect=(409,))
        if not answer["verified"]:
            raise AssertionError(f"{operation or match}: {answer['problem']}")


@dataclass(frozen=True, slots=True)
class FaultsHandle:
    """What goes wrong in the workspace."""

    control: Control

    def add(self, operation: str | None = None, **rule: Any) -> int:
        """Add a rule, for example `add("create_campaign", status=429, times=2, retry_after=1)`; its id."""
        given = {**rule, **({"operation": operation} if operation else {})}
        return int(self.control.call("POST", "/faults", given)["id"])

    def clear(self) -> None:
        """Remove all rules."""
        self.control.call("DELETE", "/faults")


@dataclass(frozen=True, slots=True)
class Smartlead:
    """A running mock and a fresh workspace in it. `base_url` ends in `/api/v1`; `url` is the server's root."""

    url: str
    api_key: str

    @property
    def base_url(self) -> str:
        """What a client takes in place of https://server.smartlead.ai/api/v1."""
        return f"{self.url}/api/v1"

    @property
    def control(self) -> Control:
        """The control API of this workspace."""
        return Control(self.url, self.api_key)

    @property
    def clock(self) -> ClockHandle:
        """Move time."""
        return ClockHandle(self.control)

    @property
    def requests(self) -> RequestsHandle:
        """Look at what was asked."""
        return RequestsHandle(self.control)

    @property
    def faults(self) -> FaultsHandle:
        """Make things go wrong."""
        return FaultsHandle(self.control)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings (edition, rate_limit, lead_credit, …); all of them."""
        answer: dict[str, Any] = self.control.call(
            *(("PUT", "/settings", changes) if changes else ("GET", "/settings"))
        )
        return answer

    def state(self) -> dict[str, int]:
        """Rows per table."""
        answer: dict[str, int] = self.control.call("GET", "/state")["tables"]
        return answer

    def reset(self) -> None:
        """As for a new key; the journal is empty, too."""
        self.control.call("POST", "/reset")

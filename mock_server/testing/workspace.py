"""What a test holds in its hand: a workspace of its own, and handles for its clock, requests and faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mock_server.clock import monotonic_ms
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
class EventsHandle:
    """What recipients do: `events.reply(campaign_id, "ana@example.com", body="Yes")`.

    Each acts on the mail of `step`, by default the last one sent, and tells which events followed.
    """

    control: Control

    def send(
        self, type: str, campaign_id: int | None = None, email: str | None = None, **details: Any
    ) -> dict[str, int]:
        """Any reaction by its word; `details` are the fields of `POST /_mock/events` (`sender` stands for `from`)."""
        given = {"type": type, "campaign_id": campaign_id, "email": email, **details}
        given["from"] = given.pop("sender", None)
        body = {name: value for name, value in given.items() if value is not None}
        events: dict[str, int] = self.control.call("POST", "/events", body)["events"]
        return events

    def open(self, campaign_id: int, email: str, **details: Any) -> dict[str, int]:
        """Open a mail."""
        return self.send("open", campaign_id, email, **details)

    def click(self, campaign_id: int, email: str, **details: Any) -> dict[str, int]:
        """Click a `link`, by default the first of the mail."""
        return self.send("click", campaign_id, email, **details)

    def reply(self, campaign_id: int, email: str, **details: Any) -> dict[str, int]:
        """Answer, with `subject`, `body`, `sender`, `category` (id or name), or `raw` MIME."""
        return self.send("reply", campaign_id, email, **details)

    def out_of_office(self, campaign_id: int, email: str, **details: Any) -> dict[str, int]:
        """Answer automatically."""
        return self.send("ooo", campaign_id, email, **details)

    def bounce(self, campaign_id: int, email: str, *, soft: bool = False, **details: Any) -> dict[str, int]:
        """Send a mail back."""
        return self.send("soft-bounce" if soft else "bounce", campaign_id, email, **details)

    def unsubscribe(self, campaign_id: int, email: str, **details: Any) -> dict[str, int]:
        """Use the unsubscribe link."""
        return self.send("unsubscribe", campaign_id, email, **details)

    def untracked(self, *, to: str, sender: str, **details: Any) -> dict[str, int]:
        """Write to the mailbox `to` without answering a mail."""
        return self.send("untracked", to=to, sender=sender, **details)

    def all(self, **filters: Any) -> list[dict[str, Any]]:
        """The ledger: campaign_id, type, after, limit (at most 1000)."""
        events: list[dict[str, Any]] = self.control.call("GET", "/events", **{"limit": 1000, **filters})
        return events


@dataclass(frozen=True, slots=True)
class WebhooksHandle:
    """Deliveries, and an inbox for who has no receiver: webhooks to `.url` are captured there."""

    control: Control
    url: str = "http://inbox.simulator.test/"

    def wait_for(
        self, event_type: str, *, within: float = 5, after: int = 0, **fields: Any
    ) -> dict[str, Any]:  # fmt: skip
        """The payload of the first captured event of a type whose `fields` are equal; AssertionError when none comes.

        `after`: the `id` of a captured request that must come before.
        """
        deadline = monotonic_ms() + within * 1000
        while True:
            left = max(0.0, deadline - monotonic_ms()) / 1000
            query: dict[str, Any] = {"event_type": event_type, "after": after, "within": left}
            for captured in self.control.call("GET", "/webhooks/inbox", **query):
                body: dict[str, Any] = captured["body"]
                if all(body.get(name) == value for name, value in fields.items()):
                    return body
                after = captured["id"]
            if not left:
                raise AssertionError(f"no {event_type} with {fields or 'anything'} came within {within} s")

    def inbox(self, **filters: Any) -> list[dict[str, Any]]:
        """What was captured: event_type, after, within."""
        captured: list[dict[str, Any]] = self.control.call("GET", "/webhooks/inbox", **filters)
        return captured

    def deliveries(self, **filters: Any) -> list[dict[str, Any]]:
        """Deliveries with their attempts: webhook_id, campaign_id, event_type, state, after, limit."""
        found: list[dict[str, Any]] = self.control.call("GET", "/webhooks/deliveries", **{"limit": 1000, **filters})
        return found

    def flush(self) -> dict[str, int]:
        """Try all that is due; how many attempts ended in which state."""
        outcomes: dict[str, int] = self.control.call("POST", "/webhooks/flush")["outcomes"]
        return outcomes

    def pause(self) -> None:
        """Let deliveries wait."""
        self.control.call("POST", "/webhooks/pause")

    def resume(self) -> None:
        """Make those that wait, and those to come."""
        self.control.call("POST", "/webhooks/resume")

    def disturb(self, kind: str | None, **how: Any) -> None:
        """`duplicate`, `reorder`, `delay` (with `delay` ms), `drop`, `bad_signature`, for some `times`; None = stop."""
        self.control.call("PUT", "/webhooks/disturbance", {"kind": kind, **how})


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

    @property
    def events(self) -> EventsHandle:
        """Let recipients react; read the ledger."""
        return EventsHandle(self.control)

    @property
    def webhooks(self) -> WebhooksHandle:
        """Wait for webhooks, look at deliveries, disturb them."""
        return WebhooksHandle(self.control)

    def messages(self, **filters: Any) -> list[dict[str, Any]]:
        """Mails that were sent and received: campaign_id, email, type (`SENT`, `REPLY`, …), after, limit."""
        found: list[dict[str, Any]] = self.control.call("GET", "/messages", **{"limit": 1000, **filters})
        return found

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

    def seed(self, scenario: str) -> dict[str, int]:
        """Fill the workspace, which must have no rows, with a scenario; what it made."""
        made: dict[str, int] = self.control.call("POST", "/seed", {"scenario": scenario})["made"]
        return made

    def reset(self) -> None:
        """As for a new key; the journal is empty, too."""
        self.control.call("POST", "/reset")

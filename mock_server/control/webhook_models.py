"""Bodies and answers of the control API about webhooks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mock_server.control.models import Model

State = Literal["queued", "successful", "scheduled_for_retry", "failed", "retroactively_failed"]


class AttemptShown(Model):
    """One attempt; `latency` in milliseconds, `status` null when there was no answer."""

    number: int
    at: str
    status: int | None
    latency: int
    error: str | None
    response: str | None


class DeliveryShown(Model):
    """One event on its way to one webhook; `request_id` is the X-Request-Id of every attempt.

    `retry_in`: seconds until the next attempt; moving the workspace's clock forward shortens them.
    """

    id: int
    event_type: str
    event_id: int
    webhook_id: int
    campaign_id: int | None
    at: str
    url: str
    level: str
    state: State
    request_id: str
    retry_in: float | None
    payload: dict[str, Any]
    attempts: list[AttemptShown]


class Flushed(Model):
    """What came of everything that was due: how many attempts ended in which state."""

    outcomes: dict[str, int]


class Paused(Model):
    """Whether deliveries wait."""

    paused: bool


class DisturbanceChange(Model):
    """What happens to the next attempts; `kind` null = nothing any more. `delay` in milliseconds."""

    kind: Literal["duplicate", "reorder", "delay", "drop", "bad_signature"] | None
    delay: int = Field(default=0, ge=0, le=600_000)
    times: int | None = Field(default=None, ge=1, le=1_000_000)
    event_type: str | None = None


class CapturedShown(Model):
    """A request to `inbox.simulator.test`, as a receiver would have got it."""

    id: int
    received_at: str
    delivery_id: int
    event_type: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any]

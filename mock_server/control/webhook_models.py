"""Bodies and answers of the control API about webhooks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mock_server.control.models import Model
from mock_server.outbox.disturbance import Kind

State = Literal["queued", "successful", "scheduled_for_retry", "failed", "retroactively_failed"]


class AttemptShown(Model):
    """One attempt, at a moment of the machine's clock; `latency` in milliseconds, `status` null without an answer.

    `url`: where it went; the webhook may have been pointed elsewhere since the event.
    """

    number: int
    at: str
    url: str
    status: int | None
    latency: int
    error: str | None
    response: str | None


class DeliveryShown(Model):
    """One event on its way to one webhook; `request_id` is the X-Request-Id of every attempt.

    `at`: when it happened, on the workspace's clock; `url`: that of the webhook then. `retry_in`: seconds until the
    next attempt, also of a queued delivery that a disturbance put off; they pass in real time, and moving the
    workspace's clock forward shortens them.
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
    """What happens to the next attempts, `times` of them or all, of one event or of any.

    `duplicate`: the request is sent twice in a row under one X-Request-Id; the first answer counts. `reorder`: a
    delivery waits until another one of its webhook was sent, unless a flush finds none. `delay`: it waits `delay`
    milliseconds as for a retry, also beyond the end of the disturbance. `drop`: nothing is sent, and it counts as
    successful; its attempt says so. `bad_signature`: it is signed with a wrong secret, also where there is none.
    `kind` null: nothing happens to attempts any more.
    """

    kind: Kind | None
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

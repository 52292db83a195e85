"""Bodies and answers of the control API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

UNKNOWN_KEY = (
    "Name a workspace: send its own key as ?api_key=… or in X-Mock-Key; not that of a client (cl_live_…), and with"
    " --keys one of these."
)


class Model(BaseModel):
    """Unknown keys are refused: a typo must not look like a setting."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Ok(Model):
    """Done."""

    ok: Literal[True] = True


class Health(Model):
    """The server is up."""

    status: Literal["ok"] = "ok"
    version: str
    edition: str
    store: Literal["memory", "file"]


class ClockState(Model):
    """A workspace's clock; `now` is ISO 8601 in UTC."""

    mode: Literal["live", "frozen"]
    now: str


class ClockChange(Model):
    """`frozen` stands at `now` (default: where it is); `live` goes on from there."""

    mode: Literal["live", "frozen"]
    now: str | None = None


class Advance(Model):
    """A forward move: a duration, the parts of which add up, or a moment."""

    days: float = Field(default=0, ge=0, le=36_500)
    hours: float = Field(default=0, ge=0, le=876_000)
    minutes: float = Field(default=0, ge=0, le=52_560_000)
    seconds: float = Field(default=0, ge=0, le=3_153_600_000)
    to: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Advance:
        duration = self.days or self.hours or self.minutes or self.seconds
        if (self.to is None) == (not duration):
            raise ValueError('send a duration such as {"days": 1}, or {"to": "2026-01-01T00:00:00Z"}')
        return self


class Advanced(Model):
    """Where the clock is now, what happened on the way (event type -> count), and when something is due next."""

    now: str
    events: dict[str, int]
    next_due: str | None


Rate = Annotated[float, Field(ge=0, le=1)]


class Rates(Model):
    """How likely a recipient reacts to a mail, from 0 to 1; every draw depends on seed, lead, campaign and step."""

    open: Rate = 0
    click: Rate = 0
    reply: Rate = 0
    bounce: Rate = 0
    unsubscribe: Rate = 0
    ooo: Rate = 0


Plan = Literal["api", "no-api-401", "no-api-403"]


class WorkspaceSettings(Model):
    """How a workspace behaves.

    `rate_limit`: a profile, N/SECONDS or off; empty = as the server or the edition says. `suspend_after`: refused
    requests in a row that suspend the key, null = never. `plan`: api, or one without the API, whose every call is
    refused with a 401 or a 403. `lead_credit`: leads that may still be added to campaigns,
    null = no limit. `community_bounce_list`: addresses that the import counts in `bounce_count`. `recipients`: how
    likely recipients who are no simulator addresses react to a mail. `webhook_signing_secret`: deliveries are signed
    with it, empty = they are not.
    """

    edition: str
    rate_limit: str
    suspend_after: int | None
    plan: Plan
    seed: int
    lead_credit: int | None
    community_bounce_list: list[str]
    recipients: Rates
    webhook_signing_secret: str


class SettingsChange(Model):
    """The settings to change; what is left out stays."""

    edition: str | None = None
    rate_limit: str | None = None
    suspend_after: int | None = Field(default=None, ge=1)
    plan: Plan | None = None
    seed: int | None = Field(default=None, ge=0, le=2**53 - 1)
    lead_credit: int | None = Field(default=None, ge=0, le=2**53 - 1)
    community_bounce_list: list[str] | None = None
    recipients: Rates | None = None
    webhook_signing_secret: str | None = Field(default=None, max_length=500)

    @model_validator(mode="after")
    def _null_means_something(self) -> SettingsChange:
        for name in ("edition", "plan", "seed", "community_bounce_list", "recipients", "webhook_signing_secret"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self


class State(Model):
    """Rows per table, deleted ones left out."""

    tables: dict[str, int]


class EditionInfo(Model):
    """One edition.

    `sources`: the documents that it reads, empty = all. `rules`: how it behaves where no schema can say it.
    """

    name: str
    summary: str
    operations: int
    sources: list[str]
    rate_limit: str
    rules: dict[str, Any]

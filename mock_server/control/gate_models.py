"""Bodies and answers of the control API about requests and faults."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mock_server.control.models import Model


class ViolationShown(Model):
    """What a request did that the document does not say."""

    kind: str
    message: str


class RequestShown(Model):
    """One request and its answer, without secrets. `at` is on the workspace's clock.

    `dropped`: its bodies and its query are no longer kept, because all journals together had grown too big.
    """

    id: int
    at: str
    method: str
    path: str
    query: dict[str, Any]
    operation: str
    edition: str
    status: int
    injected: bool
    request: Any
    response: Any
    dropped: bool
    violations: list[ViolationShown]


class Requests(Model):
    """Newest last. `total` and `counts` (by operation) are exact, also for requests that the ring has dropped."""

    total: int
    counts: dict[str, int]
    requests: list[RequestShown]


class Match(Model):
    """Which requests are meant; all that is given must fit. `query` and `body` may name a part of the whole."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    edition: str | None = None
    query: dict[str, Any] | None = None
    body: Any = None


class Times(Model):
    """A range of counts."""

    at_least: int = Field(default=0, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> Times:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("at_most is below at_least")
        return self


class Verify(Model):
    """What must have happened.

    `match` must fit `times` requests; the n-th of them must also fit the n-th of `calls`. `in_order` lists requests
    that must have come one after the other, others between them. `within` seconds are waited for it.
    """

    match: Match = Field(default_factory=Match)
    times: Annotated[int, Field(ge=0)] | Times | None = None
    calls: list[Match] = Field(default_factory=list)
    in_order: list[Match] = Field(default_factory=list)
    within: float = Field(default=0, ge=0, le=300)

    @model_validator(mode="after")
    def _enough(self) -> Verify:
        most = self.times.at_most if isinstance(self.times, Times) else self.times
        if most is not None and most < len(self.calls):
            raise ValueError("there are more calls than times")
        return self


class Verified(Model):
    """Whether it happened, how many requests fitted `match`, and what is missing when it did not."""

    verified: bool
    found: int
    problem: str = ""


class FixedDelay(Model):
    """Milliseconds: always `ms`; evenly between `ms` and `to`; or around `ms` by `spread`, normally."""

    ms: float = Field(ge=0, le=600_000)
    to: float | None = Field(default=None, ge=0, le=600_000)
    spread: float | None = Field(default=None, ge=0, le=600_000)

    @model_validator(mode="after")
    def _one_distribution(self) -> FixedDelay:
        if self.to is not None and (self.spread is not None or self.to < self.ms):
            raise ValueError("give `to` (not below `ms`) or `spread`, not both")
        return self


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class FaultRule(Model):
    """A fault for requests that fit `operation` (default: all) and `match`.

    `status` answers in the vendor's envelope, `kind` damages the answer or the connection, `delay` alone only waits.
    `after` lets the request do its work first. It strikes `times`, with `probability`, for `seconds`, or until removed.
    """

    operation: str | None = None
    match: dict[Literal["method", "path", "query", "body"], Any] = Field(default_factory=dict)
    status: int | None = Field(default=None, ge=400, le=599)
    kind: Literal["reset", "truncate", "malformed", "hang", "slow", "timeout"] | None = None
    after: bool = False
    retry_after: int | None = Field(default=None, ge=0, le=86_400)
    delay: Annotated[float, Field(ge=0, le=600_000)] | FixedDelay | None = None
    times: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, gt=0, le=1)
    seconds: float | None = Field(default=None, gt=0, le=31_536_000)

    @model_validator(mode="after")
    def _sensible(self) -> FaultRule:
        if self.status is not None and self.kind is not None:
            raise ValueError("give a status or a kind, not both")
        if self.status is None and self.kind is None and self.delay is None:
            raise ValueError("give a status, a kind or a delay")
        if self.after and self.status is None and self.kind is None:
            raise ValueError("a delay comes after the work anyway")
        if self.retry_after is not None and self.status is None:
            raise ValueError("retry_after goes with a status")
        if self.match.get("method", "GET") not in _METHODS:
            raise ValueError(f"match.method is one of {', '.join(_METHODS)}")
        if not isinstance(self.match.get("path", ""), str) or not isinstance(self.match.get("query", {}), dict):
            raise ValueError("match.path is text, match.query an object")
        return self


class FaultShown(FaultRule):
    """A rule, with its id and how often it has struck."""

    id: int
    struck: int


class Removed(Model):
    """How many went."""

    removed: int

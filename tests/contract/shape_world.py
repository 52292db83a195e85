"""Worlds for the phases of shape and laws, in front of a running mock or of a function."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import httpx

from contract_tests.address import parse_address
from contract_tests.answers import Judge
from contract_tests.capabilities import Capabilities
from contract_tests.clock import SystemClock
from contract_tests.effort import TIERS, Effort, Tier
from contract_tests.ledger import Ledger
from contract_tests.pacing import Budget, Unpaced
from contract_tests.phases import Tally, World
from contract_tests.redaction import Key
from contract_tests.safety import Mode, Safety
from contract_tests.target import Target, Wire
from tests.contract.fakes import RUN, Net, api

OWN = Capabilities(control=True, clock=True, reset=True, webhook_inbox=True, settings=True)

_OPEN: list[Wire] = []


def close_worlds() -> None:
    """Close the connections of all worlds."""
    while _OPEN:
        _OPEN.pop().close()


def effort(tier: Tier, shape_examples: int | None = None) -> Effort:
    """A tier's amounts, with fewer or more generated requests."""
    if shape_examples is None:
        return TIERS[tier]
    return dataclasses.replace(TIERS[tier], shape_examples=shape_examples)


def make_world(
    url: str, edition: str = "default", *, amounts: Effort | None = None, seed: int = 0, mode: Mode = "write",
    capabilities: Capabilities = OWN, transport: httpx.BaseTransport | None = None, key: str = "shape",
) -> World:  # fmt: skip
    """A world with a key of its own."""
    document, ledger = api(edition), Ledger(RUN)
    wire = Wire(parse_address(url), SystemClock(), transport=transport)
    _OPEN.append(wire)
    safety = Safety(mode, capabilities.control, document, ledger)
    target = Target(wire, Key(key), edition, safety, Unpaced(), ledger, Budget(None), capabilities.control)
    return World(document, target, capabilities, Judge(document), seed, Tally(), amounts or effort("smoke"))


class Changing(httpx.BaseTransport):
    """Passes on what a real server is asked and says, changed by a function on the way back."""

    def __init__(self, change: Callable[[httpx.Request, httpx.Response], httpx.Response | None]) -> None:
        """Take the function; None from it = unchanged."""
        self.inner, self.change = httpx.HTTPTransport(), change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on, and change what comes back."""
        answer = self.inner.handle_request(request)
        if request.url.path.startswith("/_mock"):
            return answer
        answer.read()
        return self.change(request, answer) or answer

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


def answering(status: int, body: object) -> Net:
    """A service that says one thing to everything but its control API, which takes all."""
    return Net(
        lambda request: (
            httpx.Response(200, json={"id": 1})
            if request.url.path.startswith("/_mock")
            else httpx.Response(status, json=body)
        )
    )

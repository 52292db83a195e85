"""Faults between a suite and a mock, and a run of one machine through them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from contract_tests.address import parse_address
from contract_tests.answers import Judge
from contract_tests.clock import SystemClock
from contract_tests.effort import TIERS
from contract_tests.findings import Finding
from contract_tests.ledger import Ledger
from contract_tests.machines.base import Machine
from contract_tests.machines.running import MachinePhase
from contract_tests.phases import Tally, World
from contract_tests.redaction import Key
from contract_tests.session import Settings, connect
from tests.contract.fakes import RUN, SECRET, api

Json = Any


@dataclass(frozen=True)
class Fault:
    """What goes wrong in calls of a method and a path: in the query, the body, the answer, or all of it."""

    method: str
    path: str
    query: Callable[[dict[str, str]], dict[str, str]] | None = None
    body: Callable[[Json], Json] | None = None
    answer: Callable[[Json], Json] | None = None
    #: the call is not passed on; this is answered
    instead: Json = None

    def fits(self, request: httpx.Request) -> bool:
        """Whether it happens to this request."""
        return request.method == self.method and re.search(self.path, request.url.path) is not None


class Tampered(httpx.BaseTransport):
    """The network with a fault in it."""

    def __init__(self, fault: Fault | None) -> None:
        self.inner = httpx.HTTPTransport()
        self.fault = fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on, more or less."""
        fault = self.fault
        if fault is None or not fault.fits(request):
            return self.inner.handle_request(request)
        if fault.instead is not None:
            return httpx.Response(200, json=fault.instead)
        url, content = request.url, request.read()
        if fault.query is not None:
            url = url.copy_with(params=fault.query(dict(url.params)))
        if fault.body is not None and content:
            content = json.dumps(fault.body(json.loads(content))).encode()
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
        answer = self.inner.handle_request(httpx.Request(request.method, url, headers=headers, content=content))
        answer.read()
        if fault.answer is None or answer.status_code != 200:
            return answer
        return httpx.Response(answer.status_code, json=fault.answer(answer.json()))

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


def without(*names: str) -> Callable[[Mapping[str, Json]], dict[str, Json]]:
    """A change for a body or a query: it loses members."""
    return lambda given: {name: value for name, value in given.items() if name not in names}


def stories(
    machine: type[Machine], url: str, *, edition: str = "default", fault: Fault | None = None, examples: int = 5,
    steps: int = 30, seed: int = 0,
) -> Iterator[Finding]:  # fmt: skip
    """What a machine finds in a few stories, as it is found."""
    effort = replace(TIERS["smoke"], machine_examples=examples, machine_steps=steps, shrink_seconds=0.0)
    document = api(edition)
    session = connect(
        Settings(parse_address(url), "write"), Key(SECRET), document, lambda _: Ledger(RUN), SystemClock(),
        Tampered(fault),
    )  # fmt: skip
    try:
        world = World(
            document, session.target, session.capabilities, Judge(document), seed, Tally(), effort, session.foreign
        )
        yield from MachinePhase(machine).run(world, "1")
    finally:
        session.close()

"""A run's connection: asks what the server is, then sets the rules that fit it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from contract_tests.address import Address
from contract_tests.capabilities import (
    Capabilities,
    check_service,
    probe_control,
    require_no_strangers,
    require_rest,
    takes_any_key,
)
from contract_tests.clock import Clock
from contract_tests.document import Api
from contract_tests.errors import CannotJudgeError
from contract_tests.findings import Finding
from contract_tests.ledger import Ledger
from contract_tests.pacing import Budget, Pace, Paced, Unpaced
from contract_tests.redaction import Key
from contract_tests.safety import Mode, Safety
from contract_tests.target import DEFAULT_TIMEOUT_SECONDS, Target, Wire


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user decided."""

    address: Address
    mode: Mode
    owns_account: bool = False
    budget: int | None = None
    timeout: float = DEFAULT_TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class Session:
    """A server that answers, and what is known of it."""

    target: Target
    capabilities: Capabilities
    findings: list[Finding]
    #: the same server with another key
    foreign: Target | None = None

    def close(self) -> None:
        """Close the connections."""
        self.target.wire.close()


def connect(
    settings: Settings, key: Key, api: Api, make_ledger: Callable[[Capabilities], Ledger], clock: Clock,
    transport: httpx.BaseTransport | None = None, other_key: Key | None = None,
) -> Session:  # fmt: skip
    """Ask the server what it is; CannotJudgeError where a run would say nothing or must not happen.

    A mock that takes any key gives the run worlds of its own. One that does not must have nothing in the world of
    `key` but what runs left there.
    """
    wire = Wire(settings.address, clock, settings.timeout, transport)
    try:
        target, capabilities = _target(wire, settings, key, api, clock)
        if settings.mode == "write" and not capabilities.control and not settings.owns_account:
            raise CannotJudgeError(
                f"--mode write: {settings.address} has no control API; say --i-own-this-account if it is yours, "
                "or use --mode read"
            )
        findings = check_service(target, api)
        if settings.mode == "write" and not capabilities.control:
            require_rest(target, api)
        ledger = make_ledger(capabilities)
        target.ledger = ledger
        target.safety = replace(target.safety, ledger=ledger)
        if capabilities.is_own_world and settings.mode == "write":
            if takes_any_key(target, api):
                target.key, other_key = Key(f"{ledger.run}-own"), Key(f"{ledger.run}-other")
            else:
                require_no_strangers(target)
        return Session(target, capabilities, findings, None if other_key is None else _with_key(target, other_key))
    except BaseException:
        wire.close()
        raise


def reconnect(
    settings: Settings, key: Key, api: Api, ledger: Ledger, clock: Clock, transport: httpx.BaseTransport | None = None
) -> Session:
    """As `connect`, to clean up behind a run that is over: the account may have been started meanwhile."""
    wire = Wire(settings.address, clock, settings.timeout, transport)
    try:
        target, capabilities = _target(wire, settings, key, api, clock)
        check_service(target, api)
        target.ledger = ledger
        target.safety = replace(target.safety, ledger=ledger)
        return Session(target, capabilities, [])
    except BaseException:
        wire.close()
        raise


def _with_key(target: Target, key: Key) -> Target:
    """The same server, as somebody else sees it: with nothing of its own."""
    ledger = Ledger(target.ledger.run)
    return replace(target, key=key, ledger=ledger, safety=replace(target.safety, ledger=ledger))


def _target(wire: Wire, settings: Settings, key: Key, api: Api, clock: Clock) -> tuple[Target, Capabilities]:
    """A target that keeps the rules of what the server turns out to be."""
    nothing_made = Ledger("ct-00000000")
    target = Target(
        wire, key, api.edition, Safety("read", False, api, nothing_made), Unpaced(), nothing_made,
        Budget(settings.budget),
    )  # fmt: skip
    capabilities = probe_control(target)
    target.has_control = capabilities.control
    target.safety = Safety(settings.mode, capabilities.control, api, nothing_made)
    pace: Pace = Unpaced() if capabilities.control else Paced(clock)
    target.pace = pace
    return target, capabilities

"""The connection of one worker of pytest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contract_tests.address import parse_address
from contract_tests.cli import WHOLE, default_mode, ledger_maker
from contract_tests.clock import SystemClock
from contract_tests.document import Api, api_of
from contract_tests.effort import TIERS, Tier
from contract_tests.errors import ContractError
from contract_tests.ledger import new_run
from contract_tests.phases import Phase, World
from contract_tests.redaction import hiding, read_keys
from contract_tests.runner import Listener, Outcome, PartDone, close_world, open_world, run_part
from contract_tests.safety import Mode
from contract_tests.session import Session, Settings, connect


@dataclass(frozen=True, slots=True)
class Order:
    """What all workers of a run are told."""

    url: str
    #: with commas between
    keys: str
    edition: str
    tier: Tier
    seed: int
    mode: Mode | None
    owns_account: bool

    @property
    def api(self) -> Api:
        """The document that is held up."""
        return api_of(self.edition)


class Worker:
    """Connected at its first part, with a key, and so a world, of its own, and another that stands for a stranger."""

    def __init__(self, order: Order, number: int) -> None:
        self.order = order
        self.number = number
        self.hide: Callable[[str], str] = hiding(read_keys(order.keys, None))
        self._open: tuple[Session, World, Outcome] | None = None

    def run(self, phase: Phase, part: str) -> PartDone:
        """Run a part; ContractError where nothing can be said."""
        if self._open is None:
            self._open = self._connected()
        _, world, outcome = self._open
        return run_part(world, phase, part, outcome, Listener())

    def close(self) -> Outcome | None:
        """Remove what was made, and tell what was found; None when there was nothing to do."""
        if self._open is None:
            return None
        session, world, outcome = self._open
        close_world(world, lambda: api_of(WHOLE), outcome)
        session.close()
        return outcome

    def _connected(self) -> tuple[Session, World, Outcome]:
        order, keys = self.order, read_keys(self.order.keys, None)
        address = parse_address(order.url)
        own = keys[2 * self.number :] or keys
        key = own[0]
        settings = Settings(address, order.mode or default_mode(address), order.owns_account)
        session = connect(
            settings, key, order.api, ledger_maker(settings, key, order.api, new_run(), None), SystemClock(),
            other_key=own[1] if len(own) > 1 else None,
        )  # fmt: skip
        is_shared = 2 * self.number >= len(keys) and session.target.key is key
        if is_shared or (self.number and not session.capabilities.control):
            session.close()
            raise ContractError("several workers need a mock, and two keys each: SMARTLEAD_API_KEY=one,two,three,four")
        world, outcome = open_world(session, order.api, order.seed, TIERS[order.tier])
        return session, world, outcome

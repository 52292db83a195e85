"""Running the worlds of a server: when the clock of a workspace is moved, and in the background while it is live."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary, proxy

from mock_server.clock import monotonic_ms
from mock_server.context import Context, Publish, tell_nobody
from mock_server.contract.operations import Contract
from mock_server.simulation import queries
from mock_server.simulation.engine import Engine
from mock_server.state.database import Database, Session
from mock_server.state.workspaces import Workspace, Workspaces

log = logging.getLogger("smartlead_mock")

#: a batch is committed after so many milliseconds, then requests are answered
_BATCH_MS = 6
#: turns of the event loop between two batches: a request needs a few to be read and answered
_TURNS = 3
#: how often live worlds are looked at
_TICK_SECONDS = 0.25

#: type in the ledger -> name in the answer of an advance
NAMES = {
    "EMAIL_SENT": "sent", "EMAIL_OPEN": "opened", "EMAIL_LINK_CLICK": "clicked", "EMAIL_REPLY": "replied",
    "EMAIL_BOUNCE": "bounced", "LEAD_UNSUBSCRIBED": "unsubscribed", "LEAD_CATEGORY_UPDATED": "categorised",
    "OUT_OF_OFFICE": "out_of_office", "UNTRACKED_REPLIES": "untracked", "LEAD_COMPLETED": "completed",
    "MAIL_SENT_BY_HAND": "sent_by_hand", "LEAD_STOPPED": "stopped", "LEAD_PAUSED": "paused",
    "LEAD_ENTERED_SUBSEQUENCE": "entered_subsequence",
    "CAMPAIGN_STATUS_CHANGED": "campaign_status_changed", "MANUAL_STEP_REACHED": "manual_step_reached",
}  # fmt: skip


class ResetMeanwhileError(Exception):
    """The workspace was emptied while its world was running."""


@dataclass(slots=True)
class Happened:
    """What an advance brought about: events by name, and when something is due next (None = nothing is)."""

    events: dict[str, int] = field(default_factory=dict)
    next_due: int | None = None

    def add(self, counts: dict[str, int]) -> None:
        """Count events by their types in the ledger."""
        for kind, count in counts.items():
            name = NAMES.get(kind, kind.lower())
            self.events[name] = self.events.get(name, 0) + count


class Simulation:
    """The engines of all workspaces. One thing runs at a time: an engine works in batches between requests."""

    def __init__(
        self, contract: Contract, database: Database, workspaces: Workspaces, publish: Publish = tell_nobody
    ) -> None:
        """`publish` is told what is appended to the ledger."""
        self._publish = publish
        self._contract = contract
        self._database = database
        self._workspaces = workspaces
        self._engines: WeakKeyDictionary[Workspace, Engine] = WeakKeyDictionary()
        self._locks: WeakKeyDictionary[Workspace, asyncio.Lock] = WeakKeyDictionary()

    def lock(self, workspace: Workspace) -> asyncio.Lock:
        """Held while the workspace's world is moved; a second move waits for it."""
        return self._locks.setdefault(workspace, asyncio.Lock())

    async def run_to(self, workspace: Workspace, moment: int) -> Happened:
        """Move the clock to a moment, and let everything happen on the way; raises ResetMeanwhileError."""
        async with self.lock(workspace):
            return await self.run_locked(workspace, moment)

    async def run_locked(self, workspace: Workspace, moment: int) -> Happened:
        """`run_to` for who holds the lock."""
        happened, stored = Happened(), workspace.id
        while stored and self._batch(workspace, moment, happened):
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if workspace.id != stored:
                raise ResetMeanwhileError
        self._set_clock(workspace, moment)
        happened.next_due = self.next_due(workspace)
        return happened

    def next_due(self, workspace: Workspace) -> int | None:
        """When something is due next, as the rows are now."""
        return self._engine(workspace).next_due() if workspace.id else None

    def _batch(self, workspace: Workspace, moment: int, happened: Happened) -> bool:
        """Let things happen for some milliseconds and commit them with the clock; whether there is more to do."""
        ends = monotonic_ms() + _BATCH_MS
        clock, simulated_to = workspace.clock, workspace.simulated_to
        try:
            with self._database.transaction():
                engine = self._engine(workspace)
                context = self._contexts(workspace)
                engine.happened.clear()
                while True:
                    due = engine.next_at()
                    if due is None or due > moment:
                        more = False
                        break
                    engine.step(context)
                    if monotonic_ms() >= ends:
                        more = True
                        break
                engine.flush()
                if engine.happened:
                    workspace.clock = clock.advanced_to(engine.now)
                    workspace.simulated_to = engine.now
                    self._workspaces.save(workspace)
        except BaseException:
            workspace.clock, workspace.simulated_to = clock, simulated_to
            self._engines.pop(workspace, None)
            raise
        happened.add(engine.happened)
        return more

    def _set_clock(self, workspace: Workspace, moment: int) -> None:
        was_stored, clock, simulated_to = workspace.id, workspace.clock, workspace.simulated_to
        workspace.clock, workspace.simulated_to = clock.advanced_to(moment), max(moment, simulated_to)
        try:
            with self._database.transaction():
                self._workspaces.save(workspace)
        except BaseException:
            workspace.clock, workspace.simulated_to = clock, simulated_to
            if not was_stored:
                self._workspaces.unsave(workspace)
            raise

    def _engine(self, workspace: Workspace) -> Engine:
        """The engine of a workspace; made anew when a request has written since."""
        engine = self._engines.get(workspace)
        if engine is None or engine.version != workspace.version:
            db = Session(self._database.writer, workspace.id)
            engine = Engine(
                db, workspace.seed, workspace.recipients, workspace.floor(), workspace.version,
                partial(self._publish, db, proxy(workspace)),  # an engine must not keep its workspace alive
            )  # fmt: skip
            self._engines[workspace] = engine
        return engine

    def _contexts(self, workspace: Workspace) -> Callable[[int], Context]:
        edition = self._contract.edition(workspace.edition)
        db = Session(self._database.writer, workspace.id)
        return lambda moment: Context(workspace, edition, db, moment, publish=self._publish)

    # ------------------------------------------------------------------------------------------ live worlds

    async def run(self) -> None:
        """Let live worlds happen as time passes, until cancelled."""
        for key in queries.live_keys(self._database):
            self._workspaces.get(key)
        while True:
            for workspace in self._workspaces.open():
                if workspace.id and workspace.clock.mode == "live" and not self.lock(workspace).locked():
                    await self._tick(workspace)
            await asyncio.sleep(_TICK_SECONDS)

    async def _tick(self, workspace: Workspace) -> None:
        async with self.lock(workspace):
            try:
                stored, now = workspace.id, workspace.clock.now()
                due = self._engine(workspace).next_at()
                if due is None or due > now:
                    return
                while self._batch(workspace, now, Happened()):
                    for _ in range(_TURNS):
                        await asyncio.sleep(0)
                    if workspace.id != stored:
                        return
            except Exception:  # one broken world must not stop the others
                log.exception("a live world failed")
                self._engines.pop(workspace, None)

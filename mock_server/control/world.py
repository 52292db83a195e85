"""What the control API does to a workspace, in units of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mock_server.clock import Clock
from mock_server.config import Settings
from mock_server.context import Context, Publish
from mock_server.contract.operations import Contract
from mock_server.families.leads.rules import normalised
from mock_server.families.leads.tables import bounce_list_entry
from mock_server.outbox.worker import Outbox
from mock_server.pipeline.gates import Gates
from mock_server.simulation.recipients import RATES
from mock_server.simulation.runner import Simulation
from mock_server.state.database import Database, Session
from mock_server.state.purge import Purger
from mock_server.state.schema import metadata
from mock_server.state.workspaces import Workspace, Workspaces, lead_credit, set_lead_credit

_INTERNAL = frozenset({"workspace", "id_counter", "purge_task", "retrigger"})


@dataclass(frozen=True, slots=True)
class World:
    """The parts of a server that control reaches for."""

    settings: Settings
    contract: Contract
    database: Database
    workspaces: Workspaces
    purger: Purger
    gates: Gates
    simulation: Simulation
    outbox: Outbox
    publish: Publish

    def session(self, workspace: Workspace) -> Session:
        """The rows of a workspace."""
        return Session(self.database.writer, workspace.id)

    def context(self, workspace: Workspace) -> Context:
        """What a handler would get, in the workspace's edition."""
        edition = self.contract.edition(workspace.edition)
        return Context(workspace, edition, self.session(workspace), workspace.clock.now(), publish=self.publish)

    @contextmanager
    def writing(self, workspace: Workspace) -> Iterator[Context]:
        """A unit of work, as for a handler; a workspace that has nothing yet is stored with it."""
        stored = workspace.id
        try:
            with self.database.transaction():
                if not stored:
                    self.workspaces.save(workspace)
                ctx = self.context(workspace)
                yield ctx
        except BaseException:
            if not stored:
                self.workspaces.unsave(workspace)
            raise
        self.written(ctx)

    def written(self, ctx: Context) -> None:
        """A unit of work was committed."""
        ctx.workspace.written(ctx.now)
        if ctx.wake_purger:
            self.purger.wake()
        if ctx.wake_outbox:
            self.outbox.wake(ctx.workspace)

    def reset(self, workspace: Workspace) -> None:
        """Make a workspace as for a new key."""
        with self.database.transaction():
            self.workspaces.reset(workspace)
        self.gates.reset(workspace.key)
        self.outbox.forget(workspace)
        self.purger.wake()

    def set_clock(self, workspace: Workspace, clock: Clock) -> None:
        """Store a clock."""

        def change() -> None:
            workspace.clock = clock
            workspace.simulated_to = clock.now()

        self._store(workspace, change)

    def change_settings(self, workspace: Workspace, given: dict[str, Any]) -> None:
        """Store the settings that are given, all or none."""

        def change() -> None:
            workspace.chosen_edition = given.get("edition", workspace.chosen_edition)
            workspace.rate_limit = given.get("rate_limit", workspace.rate_limit) or ""
            workspace.suspend_after = given.get("suspend_after", workspace.suspend_after)
            workspace.plan = given.get("plan", workspace.plan)
            workspace.seed = workspace.seed if given.get("seed") is None else given["seed"]
            workspace.recipients = {**workspace.recipients, **given.get("recipients", {})}
            workspace.signing_secret = given.get("webhook_signing_secret", workspace.signing_secret)

        def rows() -> None:
            session = self.session(workspace)
            if "lead_credit" in given:
                set_lead_credit(session, given["lead_credit"])
            if given.get("community_bounce_list") is not None:
                session.delete(bounce_list_entry)
                addresses = list(dict.fromkeys(map(normalised, given["community_bounce_list"])))
                if addresses:
                    first = session.next_ids("bounce_list_entry", len(addresses))
                    listed = [{"id": first + n, "email": address} for n, address in enumerate(addresses)]
                    session.insert_many(bounce_list_entry, listed)

        self._store(workspace, change, rows)

    def _store(self, workspace: Workspace, change: Callable[[], None], rows: Callable[[], None] | None = None) -> None:
        """Change the workspace and its rows; a failure leaves both as they were."""
        names = ("clock", "simulated_to", "chosen_edition", "rate_limit", "suspend_after", "plan", "seed",
                 "recipients", "signing_secret")  # fmt: skip
        stored, before = workspace.id, {name: getattr(workspace, name) for name in names}
        try:
            with self.database.transaction():
                change()
                self.workspaces.save(workspace)
                if rows:
                    rows()
        except BaseException:
            if not stored:
                self.workspaces.unsave(workspace)
            for name, value in before.items():
                setattr(workspace, name, value)
            raise
        workspace.written(workspace.simulated_to)

    def settings_of(self, workspace: Workspace) -> dict[str, Any]:
        """The settings as the control API shows them."""
        listed = self.database.writer.execute(
            "SELECT email FROM bounce_list_entry WHERE workspace_id = ? ORDER BY id", (workspace.id,)
        ).fetchall()
        return {
            "edition": workspace.edition, "rate_limit": workspace.rate_limit, "suspend_after": workspace.suspend_after,
            "plan": workspace.plan, "seed": workspace.seed, "lead_credit": lead_credit(self.session(workspace)),
            "community_bounce_list": [row["email"] for row in listed],
            "recipients": {**dict.fromkeys(RATES, 0.0), **workspace.recipients},
            "webhook_signing_secret": workspace.signing_secret,
        }  # fmt: skip

    def has_rows(self, workspace: Workspace) -> bool:
        """Whether anything was ever made in the workspace."""
        sql = "SELECT 1 FROM id_counter WHERE workspace_id = ? AND kind != 'bounce_list_entry' LIMIT 1"
        return self.database.writer.execute(sql, (workspace.id,)).fetchone() is not None

    def counts(self, workspace: Workspace) -> dict[str, int]:
        """Rows per table, without what belongs to deleted campaigns and lead lists."""
        found = {}
        for table in metadata.sorted_tables:
            if table.name in _INTERNAL:
                continue
            where = "workspace_id = :ws"
            if "deleted_at" in table.c:
                where += " AND deleted_at IS NULL"
            elif "campaign_id" in table.c and table.name != "event":
                live = "SELECT id FROM campaign WHERE workspace_id = :ws AND deleted_at IS NULL"
                where += f" AND (campaign_id = 0 OR campaign_id IN ({live}))"
            elif "lead_list_id" in table.c:
                where += " AND lead_list_id IN (SELECT id FROM lead_list WHERE workspace_id = :ws)"
            sql = f"SELECT count(*) FROM {table.name} WHERE {where}"
            found[table.name] = self.database.writer.execute(sql, {"ws": workspace.id}).fetchone()[0]
        return found

"""Workspaces: every API key is one. It is stored at its first write."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import Any

import orjson

from mock_server import rng
from mock_server.clock import Clock
from mock_server.config import Settings
from mock_server.state.database import Database, Session

MAX_KEY = 512
#: how keys of clients begin; none of them is a workspace's own, unless `--keys` names it
CLIENT_KEY = "cl_live_"


def is_key(text: str) -> bool:
    """Whether a text can name a workspace."""
    return bool(text.strip()) and len(text) <= MAX_KEY


class WorkspaceLimitError(Exception):
    """There are as many workspaces as `--max-workspaces` allows."""


class Workspace:
    """One key's world. `id` is 0 until it is stored: no row belongs to workspace 0.

    `chosen_edition` and `rate_limit` are empty until somebody chooses: then the server's hold. `simulated_to`: the
    world has run to this moment. `version` changes with every write that is not the world's own.
    """

    __slots__ = (
        "__weakref__", "_server_edition", "chosen_edition", "clock", "id", "key", "plan", "rate_limit", "recipients",
        "seed", "signing_secret", "simulated_to", "suspend_after", "version",
    )  # fmt: skip

    def __init__(self, key: str, seed: int, server_edition: str, clock: Clock) -> None:
        self.key = key
        self.id = 0
        self.seed = seed
        self._server_edition = server_edition
        self.chosen_edition = ""
        self.rate_limit = ""
        self.suspend_after: int | None = None
        self.plan = "api"
        self.clock = clock
        self.simulated_to = clock.now()
        self.recipients: dict[str, float] = {}
        self.signing_secret = ""
        self.version = 0

    @property
    def edition(self) -> str:
        """The edition that the workspace is served in, unless a request asks for another."""
        return self.chosen_edition or self._server_edition

    @property
    def user_id(self) -> int:
        """The account's user, the same in every process for one seed and key."""
        return _user_id(self.seed, self.key)

    def floor(self) -> int:
        """The first moment at which something new may happen in the world."""
        return max(self.simulated_to, self.clock.now()) if self.clock.mode == "frozen" else self.simulated_to

    def written(self, moment: int) -> None:
        """Somebody changed rows at this moment: nothing happens before it any more."""
        self.version += 1
        self.simulated_to = max(self.simulated_to, moment)

    def columns(self) -> dict[str, Any]:
        """As stored."""
        return {
            "key": self.key, "seed": self.seed, "edition": self.chosen_edition,
            "rate_limit": self.rate_limit, "suspend_after": self.suspend_after, "plan": self.plan,
            "clock_mode": self.clock.mode, "clock_offset": self.clock.offset,
            "clock_frozen_at": self.clock.frozen_at, "clock_moved": self.clock.moved,
            "simulated_to": self.simulated_to, "recipients": orjson.dumps(self.recipients).decode(),
            "signing_secret": self.signing_secret,
        }  # fmt: skip


@lru_cache(maxsize=10_000)
def _user_id(seed: int, key: str) -> int:
    return 1001 + rng.number(seed, key, "user") % 1_000_000


class Workspaces:
    """All workspaces of a server, by key."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._open: OrderedDict[str, Workspace] = OrderedDict()
        self._stored: int = database.writer.execute("SELECT count(*) FROM workspace").fetchone()[0]

    def get(self, key: str) -> Workspace | None:
        """The workspace of a key; None when the server knows the key not (`--keys`)."""
        workspace = self._open.get(key)
        if workspace is None:
            if not is_key(key):
                return None
            if key not in self._settings.keys if self._settings.keys else key.startswith(CLIENT_KEY):
                return None
            workspace = self._load(key) or self._new(key)
            self._open[key] = workspace
            if len(self._open) > self._settings.max_workspaces + self._stored:
                self._forget_an_empty_one()
        return workspace

    def by_id(self, workspace_id: int) -> Workspace:
        """The stored workspace of an id; an empty one, which no key has, when there is none that the server serves."""
        row = self._database.writer.execute("SELECT key FROM workspace WHERE id = ?", (workspace_id,)).fetchone()
        return (self.get(row["key"]) if row is not None else None) or self._new("")

    def _forget_an_empty_one(self) -> None:
        """The oldest that is not stored goes: nothing is lost with it. A stored one lives on, its clock may run."""
        key = next((key for key, workspace in self._open.items() if not workspace.id), None)
        if key is not None:
            del self._open[key]

    def open(self) -> list[Workspace]:
        """The workspaces in memory."""
        return list(self._open.values())

    def _new(self, key: str) -> Workspace:
        start = self._settings.clock
        clock = Clock() if start is None else Clock("frozen", 0, start)
        return Workspace(key, self._settings.seed, self._settings.edition, clock)

    def _load(self, key: str) -> Workspace | None:
        row = self._database.writer.execute("SELECT * FROM workspace WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        clock = Clock(row["clock_mode"], row["clock_offset"], row["clock_frozen_at"], row["clock_moved"])
        workspace = Workspace(key, row["seed"], self._settings.edition, clock)
        workspace.chosen_edition = row["edition"]
        workspace.id = row["id"]
        workspace.signing_secret = row["signing_secret"]
        workspace.simulated_to, workspace.recipients = row["simulated_to"], orjson.loads(row["recipients"])
        workspace.rate_limit, workspace.suspend_after = row["rate_limit"], row["suspend_after"]
        workspace.plan = row["plan"]
        return workspace

    def save(self, workspace: Workspace) -> None:
        """Store the workspace as it is now, inside a transaction; raises `WorkspaceLimitError`."""
        columns = workspace.columns()
        if workspace.id:
            assignments = ", ".join(f"{name} = :{name}" for name in columns)
            self._database.writer.execute(
                f"UPDATE workspace SET {assignments} WHERE id = :id", {**columns, "id": workspace.id}
            )
            return
        if self._stored >= self._settings.max_workspaces:
            raise WorkspaceLimitError
        names = ", ".join(columns)
        places = ", ".join(f":{name}" for name in columns)
        cursor = self._database.writer.execute(f"INSERT INTO workspace ({names}) VALUES ({places})", columns)
        workspace.id = cursor.lastrowid or 0
        self._stored += 1

    def unsave(self, workspace: Workspace) -> None:
        """The transaction of its first write was rolled back."""
        if workspace.id:
            workspace.id = 0
            self._stored -= 1

    def reset(self, workspace: Workspace) -> None:
        """Empty a workspace, inside a transaction; its rows are removed in the background."""
        if workspace.id:
            from mock_server.state.purge import purge_workspace

            purge_workspace(Session(self._database.writer, workspace.id))
            workspace.id = 0
            self._stored -= 1
        self._open.pop(workspace.key, None)


def lead_credit(session: Session) -> int | None:
    """How many leads may still be added to campaigns; None = no limit."""
    row = session.connection.execute("SELECT lead_credit FROM workspace WHERE id = ?", (session.ws,)).fetchone()
    credit: int | None = row["lead_credit"] if row else None
    return credit


def lead_credit_used(session: Session) -> int:
    """How many leads were added to campaigns at the cost of credit."""
    row = session.connection.execute("SELECT lead_credit_used FROM workspace WHERE id = ?", (session.ws,)).fetchone()
    return row["lead_credit_used"] if row else 0


def use_lead_credit(session: Session, leads: int) -> None:
    """Take `leads` off the credit, if it has a limit, and count them."""
    session.connection.execute(
        "UPDATE workspace SET lead_credit = lead_credit - :n, lead_credit_used = lead_credit_used + :n WHERE id = :ws",
        {"n": leads, "ws": session.ws},
    )


def set_lead_credit(session: Session, credit: int | None) -> None:
    """Set the credit; None = no limit."""
    session.connection.execute("UPDATE workspace SET lead_credit = ? WHERE id = ?", (credit, session.ws))

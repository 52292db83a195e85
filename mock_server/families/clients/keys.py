"""Keys of clients: what they look like, and whose they are."""

from __future__ import annotations

import orjson

from mock_server import rng
from mock_server.config import Settings
from mock_server.context import Client
from mock_server.state.database import Database
from mock_server.state.workspaces import CLIENT_KEY, Workspace

#: the permission that makes a client's key more than one for reading and replying
FULL_ACCESS = "full_access"
_OWNER = """
SELECT workspace.key, client.id, client.permission FROM client_api_key AS own
JOIN workspace ON workspace.id = own.workspace_id
JOIN client ON client.workspace_id = own.workspace_id AND client.id = own.client_id
WHERE own.api_key = ? AND own.deleted_at IS NULL
"""


def value(workspace: Workspace, key_id: int, resets: int) -> str:
    """The key of a record, the same on every server for one seed, workspace and number of resets."""
    parts = workspace.key, "client key", key_id, resets
    first, second = (rng.number(workspace.seed, *parts, half) for half in (1, 2))
    return f"{CLIENT_KEY}{first:016x}{second:016x}"


class ClientKeys:
    """Finds the client of a key, and the workspace that both belong to."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._own = frozenset(settings.keys)

    def find(self, key: str) -> tuple[str, Client] | None:
        """The key of the workspace, and the client; None for a key that is no client's, or no longer one's."""
        if not key.startswith(CLIENT_KEY) or key in self._own:
            return None
        row = self._database.writer.execute(_OWNER, (key,)).fetchone()
        if row is None:
            return None
        return row["key"], Client(row["id"], key, FULL_ACCESS in orjson.loads(row["permission"]))

"""The requests of an attempt: headers, signature, and where they go."""

from __future__ import annotations

from collections.abc import Callable

from mock_server import __version__
from mock_server.clock import wall_ms
from mock_server.outbox.disturbance import Kind
from mock_server.outbox.inbox import Inbox, is_captured
from mock_server.outbox.queue import Delivery
from mock_server.outbox.sender import Sender, Tried, signature
from mock_server.outbox.targets import Targets
from mock_server.state.workspaces import Workspace

_USER_AGENT = f"smartlead-mock/{__version__}"


class Requests:
    """Makes requests to webhooks, or to the inbox of their workspace."""

    def __init__(self, targets: Targets, seconds: float, secret_of: Callable[[Workspace], str]) -> None:
        self._targets = targets
        self._seconds = seconds
        self._secret_of = secret_of
        self._sender: Sender | None = None

    async def make(self, one: Delivery, kind: Kind | None, workspace: Workspace, inbox: Inbox) -> list[Tried]:
        """The requests of one attempt, as a disturbance may want them; the first one counts."""
        if not one.is_wanted:
            return [Tried(wall_ms(), 0, None, "its webhook was deleted: nothing was sent", None, "final")]
        if kind == "drop":
            return [Tried(wall_ms(), 0, None, "dropped by a disturbance: nothing was sent", None, "success")]
        body, secret = one.body.encode(), self._secret_of(workspace)
        headers = {
            "Content-Type": "application/json", "User-Agent": _USER_AGENT, "X-Request-Id": one.request_id,
            "X-Webhook-Level": one.level,
        }  # fmt: skip
        if kind == "bad_signature":
            headers["X-Smartlead-Signature"] = signature(f"not {secret}", body)
        elif secret:
            headers["X-Smartlead-Signature"] = signature(secret, body)
        tries = []
        for _ in range(2 if kind == "duplicate" else 1):
            if is_captured(one.url):
                inbox.add(workspace.clock.now(), one.id, one.event_type, one.url, headers, one.body)
                tries.append(Tried(wall_ms(), 0, 200, None, "", "success"))
            else:
                self._sender = self._sender or Sender(self._targets, self._seconds)
                tries.append(await self._sender.send(one.url, body, headers))
        return tries

    async def close(self) -> None:
        """Close all connections."""
        if self._sender:
            await self._sender.close()

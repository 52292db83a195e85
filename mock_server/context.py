"""What a handler gets beside its input: workspace, edition, rows, time, and a way to tell what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from mock_server.contract.operations import Edition
from mock_server.errors import ApiError
from mock_server.state.database import Session
from mock_server.state.ledger import event
from mock_server.state.workspaces import Workspace

#: takes rows of the ledger that were appended in the transaction that is under way
Publish = Callable[[Session, Workspace, Sequence[dict[str, Any]]], None]


def tell_nobody(_: Session, __: Workspace, ___: Sequence[dict[str, Any]]) -> None:
    """A ledger without listeners."""


@dataclass(frozen=True, slots=True)
class Client:
    """The client that a request's key is of: it sees what is the client's, and changes it if it has full access."""

    id: int
    key: str
    full_access: bool


@dataclass(slots=True)
class Context:
    """One request's view of its world. `now` is fixed for the whole request, in milliseconds UTC.

    `client` is None for the account's own key, and for all that the world does itself.

    `wake_purger` and `wake_outbox` tell whoever commits that there is work for these.
    """

    workspace: Workspace
    edition: Edition
    db: Session
    now: int
    wake_purger: bool = False
    wake_outbox: bool = False
    happened: dict[str, int] = field(default_factory=dict)
    publish: Publish = tell_nobody
    client: Client | None = None

    def may_see(self, client_id: int | None) -> bool:
        """Whether the key may see what is this client's: that of a client its own only."""
        return self.client is None or client_id == self.client.id

    def check_foreign(self, find: Callable[[Context], object | None], name: str) -> None:
        """Called where nothing was found: tell a client's key what another client has, where the edition does (S2).

        `find` looks again, with the account's own key. Raises ApiError `foreign_resource`.
        """
        if self.client is not None and self.edition.behaviour.foreign_client == "forbidden":
            of_account = replace(self, client=None, db=Session(self.db.connection, self.workspace.id))
            if find(of_account) is not None:
                raise ApiError(
                    "foreign_resource", hint=f"This key is of client {self.client.id}; {name} is not its own."
                )

    def emit(self, type_: str, rows: Iterable[dict[str, Any]]) -> None:
        """Append events of one type to the ledger, and count them in `happened`.

        A row may have campaign_id, enrolment_id, lead_id, message_id and data.
        """
        appended = [
            {
                "campaign_id": row.get("campaign_id"), "enrolment_id": row.get("enrolment_id"),
                "lead_id": row.get("lead_id"), "message_id": row.get("message_id"),
                "data": orjson.dumps(row.get("data", {})).decode(),
            }
            for row in rows
        ]  # fmt: skip
        if appended:
            self.happened[type_] = self.happened.get(type_, 0) + len(appended)
            first = self.db.next_ids("event", len(appended))
            events = [{"id": first + n, "at": self.now, "type": type_, **row} for n, row in enumerate(appended)]
            self.db.insert_many(event, events)
            self.publish(self.db, self.workspace, events)

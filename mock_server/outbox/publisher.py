"""From the ledger to the outbox: which webhooks are told about an event, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from mock_server import rng
from mock_server.contract.editions import Behaviour
from mock_server.contract.operations import Contract
from mock_server.contract.projection import Project
from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.messages.tables import message
from mock_server.families.webhooks import records
from mock_server.families.webhooks.tables import delivery
from mock_server.outbox.happenings import Happening
from mock_server.outbox.payloads import EVENTS, happening, payload
from mock_server.state.database import Database, Row, Session
from mock_server.state.statements import Statement, this_workspace
from mock_server.state.workspaces import Workspace, Workspaces

Event = dict[str, Any]
#: what the ledger calls otherwise, or tells under two names
_OTHER_NAMES = {"EMAIL_SENT": ("EMAIL_SENT", "FIRST_EMAIL_SENT"), "LEAD_COMPLETED": ("SEQUENCE_COMPLETED",)}
_CLIENT = Statement(select(campaign.c.client_id).where(this_workspace(campaign), campaign.c.id == bindparam("id")))
_MAILBOX = select(message.c.email_account_id).where(
    this_workspace(message), message.c.campaign_id == 0, message.c.id == bindparam("id")
)
_CLIENT_OF_MAILBOX = Statement(
    select(email_account.c.client_id).where(
        this_workspace(email_account), email_account.c.id == _MAILBOX.scalar_subquery()
    )
)


class Publisher:
    """Writes deliveries in the words of the workspace's edition.

    `wake` is called for a workspace after the commit of a change that made some.
    """

    def __init__(
        self, contract: Contract, database: Database, workspaces: Workspaces, wake: Callable[[Workspace], None]
    ) -> None:
        self._contract = contract
        self._database = database
        self._workspaces = workspaces
        self._wake = wake

    def publish(self, db: Session, workspace: Workspace, events: Sequence[Event]) -> None:
        """Write a delivery per event and webhook that wants it; `events` are rows of the ledger."""
        if not records.any_webhook(db):
            return
        hooks, edition = _Hooks(db), self._contract.edition(workspace.edition)
        rows = [
            {
                "webhook_id": hook["id"], "campaign_id": event["campaign_id"], "event_id": event["id"],
                "event_type": kind, "at": event["at"], "url": hook["url"], "level": hook["level"],
                "body": orjson.dumps(_projected(edition.events[kind], payload(told, hook))).decode(),
            }
            for event in events
            for kind in _types(event)
            if kind in edition.events
            for told, hook in _told(db, kind, event, hooks.of(event, kind), edition.behaviour)
        ]  # fmt: skip
        if rows:
            first = db.next_ids("delivery", len(rows))
            for number, row in enumerate(rows, first):
                row |= {"id": number, "request_id": rng.uuid(workspace.seed, workspace.key, "request", number)}
            db.insert_many(delivery, rows)
            self._database.after_commit(partial(self._wake_key, workspace.key))

    def _wake_key(self, key: str) -> None:
        workspace = self._workspaces.get(key)
        if workspace is not None:
            self._wake(workspace)


def _types(event: Event) -> tuple[str, ...]:
    """The types under which an event may be told."""
    kind = event["type"]
    return tuple(name for name in _OTHER_NAMES.get(kind, (kind,)) if name in EVENTS)


def _projected(project: Project | None, body: Event) -> Any:
    return body if project is None else project(body)


class _Hooks:
    """The webhooks for an event, looked up once per campaign and type."""

    def __init__(self, db: Session) -> None:
        self._db = db
        self._known: dict[tuple[int | None, int | None, str], list[Row]] = {}

    def of(self, event: Event, kind: str) -> list[Row]:
        """Those of the level that wins; what belongs to no campaign belongs to the client of its mailbox."""
        campaign_id = event["campaign_id"]
        mail_id = event["message_id"] if campaign_id is None else None
        found = self._known.get((campaign_id, mail_id, kind))
        if found is None:
            statement, owner = (_CLIENT_OF_MAILBOX, mail_id) if campaign_id is None else (_CLIENT, campaign_id)
            row = self._db.one(statement, id=owner)
            client_id = None if row is None else row["client_id"]
            found = self._known[campaign_id, mail_id, kind] = records.interested(self._db, campaign_id, client_id, kind)
        return found


def _told(
    db: Session, kind: str, event: Event, hooks: list[Row], behaviour: Behaviour
) -> Iterator[tuple[Happening, Row]]:
    told = happening(db, kind, event) if hooks else None
    if told is None or (told.data.get("bounce_type") == "soft" and behaviour.bounce_events == "hard"):
        return
    for hook in hooks:
        categories = orjson.loads(hook["category_ids"])
        if kind != "LEAD_CATEGORY_UPDATED" or not categories or told.data["new"] in categories:
            yield told, hook

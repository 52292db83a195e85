"""From the ledger to the outbox: which webhooks are told about an event, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from mock_server import rng
from mock_server.families.campaigns.tables import campaign
from mock_server.families.webhooks import records
from mock_server.families.webhooks.tables import delivery
from mock_server.outbox.payloads import Happening, payload
from mock_server.state.database import Database, Row, Session
from mock_server.state.statements import Statement, this_workspace
from mock_server.state.workspaces import Workspace, Workspaces

Event = dict[str, Any]
_CLIENT = Statement(select(campaign.c.client_id).where(this_workspace(campaign), campaign.c.id == bindparam("id")))


class Publisher:
    """Writes deliveries; `wake` is called for a workspace after the commit of a change that made some."""

    def __init__(self, database: Database, workspaces: Workspaces, wake: Callable[[Workspace], None]) -> None:
        self._database = database
        self._workspaces = workspaces
        self._wake = wake

    def publish(self, db: Session, workspace: Workspace, events: Sequence[Event]) -> None:
        """Write a delivery per event and webhook that wants it; `events` are rows of the ledger."""
        if not records.any_webhook(db):
            return
        hooks = _Hooks(db)
        rows = [
            {
                "webhook_id": hook["id"], "campaign_id": event["campaign_id"], "event_id": event["id"],
                "event_type": kind, "at": event["at"], "url": hook["url"], "level": hook["level"],
                "body": orjson.dumps(payload(db, happening, hook)).decode(),
            }
            for event in events
            for kind in _types(event)
            for happening, hook in _told(db, kind, event, hooks.of(event["campaign_id"], kind))
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


def _types(event: Event) -> Iterator[str]:
    """The types under which an event is told: a mail's first opening and a link's first click only."""
    kind = event["type"]
    if kind in ("EMAIL_OPEN", "EMAIL_LINK_CLICK"):
        if orjson.loads(event["data"])["first"]:
            yield kind
    elif kind == "LEAD_CATEGORY_UPDATED":
        if orjson.loads(event["data"])["new"] is not None:
            yield kind
    elif kind in _TOLD:
        yield kind
        if kind == "EMAIL_SENT":
            yield "FIRST_EMAIL_SENT"


_TOLD = frozenset({
    "EMAIL_SENT", "EMAIL_REPLY", "EMAIL_BOUNCE", "LEAD_UNSUBSCRIBED", "CAMPAIGN_STATUS_CHANGED", "UNTRACKED_REPLIES",
    "MANUAL_STEP_REACHED",
})  # fmt: skip


class _Hooks:
    """The webhooks for an event, looked up once per campaign and type."""

    def __init__(self, db: Session) -> None:
        self._db = db
        self._known: dict[tuple[int | None, str], list[Row]] = {}

    def of(self, campaign_id: int | None, kind: str) -> list[Row]:
        """Those of the level that wins."""
        found = self._known.get((campaign_id, kind))
        if found is None:
            row = None if campaign_id is None else self._db.one(_CLIENT, id=campaign_id)
            client_id = None if row is None else row["client_id"]
            found = self._known[campaign_id, kind] = records.interested(self._db, campaign_id, client_id, kind)
        return found


def _told(db: Session, kind: str, event: Event, hooks: list[Row]) -> Iterator[tuple[Happening, Row]]:
    if not hooks:
        return
    happening = Happening.of(db, kind, event)
    if kind == "FIRST_EMAIL_SENT" and happening.mail is not None and happening.mail["seq_number"] != 1:
        return
    for hook in hooks:
        categories = orjson.loads(hook["category_ids"])
        if kind != "LEAD_CATEGORY_UPDATED" or not categories or happening.data["new"] in categories:
            yield happening, hook

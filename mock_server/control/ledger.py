"""The ledger and the messages, as the control API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import orjson
from sqlalchemy import bindparam, select

from mock_server.clock import iso
from mock_server.control.event_models import LedgerEvent, MessageShown
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.compose import UNSUBSCRIBE_LINK
from mock_server.families.messages.tables import message
from mock_server.simulation.runner import NAMES
from mock_server.state.database import Row, Session
from mock_server.state.ledger import event
from mock_server.state.statements import Statement, this_workspace

_TYPES = {name: kind for kind, name in NAMES.items()}


def named(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by type of the ledger, under the names that an advance gives them."""
    return {NAMES.get(kind, kind.lower()): count for kind, count in counts.items()}


def events(db: Session, campaign_id: int | None, kind: str | None, after: int, limit: int) -> list[LedgerEvent]:
    """Events above an id, by id."""
    filters = {"campaign_id": campaign_id, "type": None if kind is None else _TYPES.get(kind, kind)}
    given = {name: value for name, value in filters.items() if value is not None}
    return [_event(row) for row in db.all(_events(frozenset(given)), **given, after=after, limit=limit)]


@cache
def _events(names: frozenset[str]) -> Statement:
    conditions = [event.c[name] == bindparam(name) for name in sorted(names)]
    query = select(event).where(this_workspace(event), event.c.id > bindparam("after"), *conditions)
    return Statement(query.order_by(event.c.id).limit(bindparam("limit")))


def _event(row: Row) -> LedgerEvent:
    return LedgerEvent(
        id=row["id"], at=iso(row["at"]), type=row["type"], campaign_id=row["campaign_id"],
        campaign_lead_map_id=row["enrolment_id"], lead_id=row["lead_id"], message=row["message_id"],
        data=orjson.loads(row["data"]),
    )  # fmt: skip


def messages(
    db: Session, campaign_id: int | None, lead_id: int | None, kind: str | None, after: int, limit: int
) -> list[MessageShown]:
    """Messages above an id, by id."""
    filters = {"campaign_id": campaign_id, "lead_id": lead_id, "type": kind}
    given = {name: value for name, value in filters.items() if value is not None}
    return [_message(row) for row in db.all(_messages(frozenset(given)), **given, after=after, limit=limit)]


@cache
def _messages(names: frozenset[str]) -> Statement:
    conditions = [message.c[name] == bindparam(name) for name in sorted(names - {"lead_id"})]
    if "lead_id" in names:
        rows = select(enrolment.c.id).where(this_workspace(enrolment), enrolment.c.lead_id == bindparam("lead_id"))
        conditions.append(message.c.enrolment_id.in_(rows))
    query = select(message).where(this_workspace(message), message.c.id > bindparam("after"), *conditions)
    return Statement(query.order_by(message.c.id).limit(bindparam("limit")))


def _message(row: Row) -> MessageShown:
    headers = {"List-Unsubscribe": f"<{UNSUBSCRIBE_LINK}{row['stats_id']}>"} if row["has_unsubscribe_header"] else {}
    if row["type"] in ("SENT", "TEST"):
        headers["Content-Type"] = "text/plain" if row["is_plain_text"] else "text/html"
    return MessageShown(
        id=row["id"], at=iso(row["at"]), type=row["type"], campaign_id=row["campaign_id"] or None,
        campaign_lead_map_id=row["enrolment_id"], lead_id=row["lead_id"], email_account_id=row["email_account_id"],
        from_email=row["from_email"], from_name=row["from_name"], to=row["to_email"], cc=orjson.loads(row["cc"]),
        bcc=orjson.loads(row["bcc"]), attachments=orjson.loads(row["attachments"]),
        subject=row["subject"], body=row["body"], headers=headers, message_id=row["message_id"],
        stats_id=row["stats_id"], thread=row["thread_id"], answers=row["answers"], step=row["seq_number"],
        step_id=row["step_id"], variant_id=row["variant_id"], open_count=row["open_count"],
        click_count=row["click_count"], clicked_links=orjson.loads(row["clicked_links"]),
        reply_count=row["reply_count"], bounce_type=row["bounce_type"], company=row["company"],
        category_id=row["category_id"],
    )  # fmt: skip

"""The lists of the master inbox: one way to page conversations, told apart by what they are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.inbox import filters, records, views
from mock_server.families.inbox.records import Base, Order
from mock_server.families.messages import records as messages
from mock_server.families.sequences import records as sequences
from mock_server.state.database import Row

_DEFAULT_LIMIT = 20
#: word of `sortBy` -> order
_ORDERS = {
    "REPLY_TIME_DESC": Order("reply"),
    "SENT_TIME_DESC": Order("sent"),
    "SCHEDULED_TIME_DESC": Order("waiting"),
    "SCHEDULED_TIME_ASC": Order("waiting", newest_first=False),
    "REMINDER_TIME_DESC": Order("waiting"),
    "REMINDER_TIME_ASC": Order("waiting", newest_first=False),
}


@dataclass(frozen=True, slots=True)
class List:
    """A list of conversations, and the order that it has when none is asked for."""

    of: Base
    order: str = "REPLY_TIME_DESC"


#: operation -> its list (S4, R); that what waits is listed with the next one first is inferred
_LISTS = {
    "list_inbox_replies": List("inbox"),
    "list_custom_view_emails": List("inbox"),
    "list_unread_replies": List("unread"),
    "list_snoozed_messages": List("snoozed"),
    "list_important_messages": List("important"),
    "list_archived_messages": List("archived"),
    "list_sent_messages": List("sent"),
    "list_assigned_to_me": List("mine"),
    "list_scheduled_messages": List("scheduled", "SCHEDULED_TIME_ASC"),
    "list_reminder_messages": List("reminders", "REMINDER_TIME_ASC"),
}


def _bind(operation_id: str, shown: List) -> None:
    def page(ctx: Context, params: Mapping[str, Any], body: Mapping[str, Any]) -> Reply:
        offset, limit = body.get("offset", 0), body.get("limit", _DEFAULT_LIMIT)
        order, wanted = _ORDERS[body.get("sortBy") or shown.order], filters.read(body.get("filters"))
        rows = records.page(ctx, shown.of, order, wanted, offset, limit)
        data = _shown(ctx, rows, with_history=params["fetch_message_history"])
        total = records.count(ctx, shown.of, wanted) if ctx.edition.behaviour.inbox_totals else None
        return Reply(
            {"ok": True, "data": data, "offset": offset, "limit": limit}, beside=lambda: {"total_count": total}
        )

    operation(operation_id, long=True)(page)


for _name, _list in _LISTS.items():
    _bind(_name, _list)


def _shown(ctx: Context, rows: Sequence[Row], *, with_history: bool) -> list[dict[str, Any]]:
    steps = sequences.steps_of_all(ctx, [row["campaign_id"] for row in rows])
    shown = [views.conversation(row, ctx.now, steps.get(row["campaign_id"], ())) for row in rows]
    if with_history:
        histories = messages.conversations(ctx, [row["id"] for row in rows])
        for row, one in zip(rows, shown, strict=True):
            one["email_history"] = [views.history_item(mail) for mail in histories[row["id"]]]
    return shown


@operation("get_inbox_lead_by_id")
def get_inbox_lead_by_id(ctx: Context, params: inputs.GetInboxLeadByIdParams) -> Reply:
    """One conversation in an array of one, without its history (R1); the object itself in R."""
    (shown,) = _shown(ctx, [records.conversation(ctx, params["lead_map_id"])], with_history=False)
    return Reply({"ok": True, "data": [shown]}, beside=lambda: shown)

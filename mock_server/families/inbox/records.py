"""Reading the conversations of the inbox, page by page and one by one, and finding the one to change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select, text

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.campaigns.tables import campaign
from mock_server.families.crm.tables import reminder
from mock_server.families.inbox import filters
from mock_server.families.inbox.filters import Filters
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import id_of
from mock_server.families.leads.tables import IS_MARKED, IS_UNREAD, enrolment, lead
from mock_server.families.messages.tables import planned
from mock_server.state.database import Row
from mock_server.state.statements import Statement, this_workspace

_e, _l, _c, _p, _r = enrolment.c, lead.c, campaign.c, planned.c, reminder.c
Base = Literal["inbox", "unread", "snoozed", "important", "archived", "sent", "mine", "scheduled", "reminders"]

_IS_SNOOZED = _e.snoozed_until > bindparam("now")
_AT_HAND = (_e.is_archived == 0, _e.snoozed_until.is_(None) | (_e.snoozed_until <= bindparam("now")))
#: which conversations a list is of; all of them got a mail
_BASES: dict[Base, tuple[ColumnElement[bool], ...]] = {
    "inbox": (_e.last_reply_at.is_not(None), *_AT_HAND),
    "unread": (IS_UNREAD, *_AT_HAND),
    "snoozed": (IS_MARKED, _IS_SNOOZED),
    "important": (IS_MARKED, _e.is_important == 1),
    "archived": (IS_MARKED, _e.is_archived == 1),
    "sent": (),
    "mine": (IS_MARKED, _e.team_member_id == bindparam("user_id")),
    "scheduled": (),
    "reminders": (),
}
_SCHEDULED = (
    select(_p.enrolment_id, func.min(_p.due_at).label("at"))
    .where(this_workspace(planned), text("word = 'scheduled'"))  # as its index has it
    .group_by(_p.enrolment_id)
    .subquery("waiting")
)
#: of several reminders the next one counts, else the last that has passed
_REMINDED = (
    select(
        _r.enrolment_id,
        func.coalesce(
            func.min(case((_r.remind_at >= bindparam("now"), _r.remind_at))), func.max(_r.remind_at)
        ).label("at"),
    )
    .where(this_workspace(reminder))
    .group_by(_r.enrolment_id)
    .subquery("waiting")
)  # fmt: skip
_WAITING = {"scheduled": _SCHEDULED, "reminders": _REMINDED}
_ROW = (
    select(
        enrolment, _l.first_name, _l.last_name, _l.email, _c.name.label("campaign_name"), _c.client_id,
        _c.parent_campaign_id, _c.timezone, _c.days, _c.start_hour, _c.end_hour,
    )
    .join(lead, (_l.workspace_id == _e.workspace_id) & (_l.id == _e.lead_id))
    .join(campaign, (_c.workspace_id == _e.workspace_id) & (_c.id == _e.campaign_id))
    .where(this_workspace(enrolment))
)  # fmt: skip
_ALL_CAMPAIGNS = select(_c.id).where(this_workspace(campaign))
_ONE = Statement(
    _ROW.where(
        _e.id == bindparam("id"), _e.campaign_id.in_(_ALL_CAMPAIGNS), filters.IN_VIEW, _e.last_sent_at.is_not(None)
    )
)


@dataclass(frozen=True, slots=True)
class Order:
    """What conversations are sorted by: `reply`, `sent`, or the moment that a list of what waits is about."""

    by: Literal["reply", "sent", "waiting"]
    newest_first: bool = True


def page(ctx: Context, base: Base, order: Order, wanted: Filters, offset: int, limit: int) -> list[Row]:
    """One page of a list, with what a row shows of lead and campaign."""
    statement = _page(base, order, frozenset(wanted.names), wanted.words)
    bound = {"now": ctx.now, "user_id": ctx.workspace.user_id, **wanted.values}
    return ctx.db.all(statement, **bound, offset=offset, limit=limit)


@lru_cache(maxsize=1000)
def _page(base: Base, order: Order, names: frozenset[str], words: frozenset[str]) -> Statement:
    """First the keys of the page, which an index has in order, then their rows."""
    keys = _keys(base, order, names, words).subquery("page")
    query = _ROW.join(keys, (keys.c.campaign_id == _e.campaign_id) & (keys.c.id == _e.id))
    return Statement(query.order_by(*_directed(keys.c.at, keys.c.id, order)))


def count(ctx: Context, base: Base, wanted: Filters) -> int:
    """How many conversations a list has."""
    statement = _count(base, frozenset(wanted.names), wanted.words)
    found: int = ctx.db.all(statement, now=ctx.now, user_id=ctx.workspace.user_id, **wanted.values)[0][0]
    return found


@lru_cache(maxsize=1000)
def _count(base: Base, names: frozenset[str], words: frozenset[str]) -> Statement:
    query, _ = _found(base, "sent", names, words)
    return Statement(select(func.count()).select_from(query.subquery("found")))


def _keys(base: Base, order: Order, names: frozenset[str], words: frozenset[str]) -> Select[Any]:
    query, at = _found(base, order.by, names, words)
    ordered = query.order_by(*_directed(at, _e.id, order))
    return ordered.limit(bindparam("limit")).offset(bindparam("offset"))


def _found(
    base: Base, by: str, names: frozenset[str], words: frozenset[str]
) -> tuple[Select[Any], ColumnElement[int]]:  # fmt: skip
    """Campaign, id and moment of the conversations of a list, in no order; and the moment."""
    # a sum keeps the planner from the index by the last mail where another one has fewer rows
    sent_at = _e.last_sent_at if base in ("inbox", "sent") else _e.last_sent_at + 0
    meets = [this_workspace(enrolment), sent_at.is_not(None), *_BASES[base]]
    meets += filters.conditions(names, words)
    if base in _WAITING:
        waiting = _WAITING[base]
        at: ColumnElement[int] = waiting.c.at
        query = select(_e.campaign_id, _e.id, at).join(waiting, waiting.c.enrolment_id == _e.id)
        meets.append(_e.campaign_id.in_(_ALL_CAMPAIGNS))
    else:
        at = _e.last_reply_at if by == "reply" else sent_at
        query = select(_e.campaign_id, _e.id, at.label("at"))
    return query.where(*meets), at


def _directed(at: ColumnElement[int], row_id: ColumnElement[int], order: Order) -> tuple[ColumnElement[Any], ...]:
    """Who has no such moment comes last; of equal ones the newest row first."""
    return (at.desc() if order.newest_first else at.asc(), row_id.desc())


def conversation(ctx: Context, map_id: int) -> Row:
    """One conversation; ApiError `inbox_item_not_found` when no row in view of this id got a mail."""
    row = ctx.db.one(_ONE, id=map_id)
    if row is None:
        hint = "A conversation begins with the first mail to a lead; the path takes the email_lead_map_id."
        raise ApiError("inbox_item_not_found", id=map_id, hint=hint)
    return row


def find(ctx: Context, map_id: int | str) -> Row:
    """The row that a change is for; ApiError `lead_mapping_not_found` when there is none."""
    return leads.find_by_map_id_alone(ctx, id_of(map_id), code="lead_mapping_not_found")

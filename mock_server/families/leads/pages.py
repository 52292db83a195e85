"""Pages of leads and enrolments, and all of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, select, text
from sqlalchemy.sql import ColumnElement

from mock_server.context import Context
from mock_server.families.leads.records import LEAD_COLUMNS, OF_LEAD
from mock_server.families.leads.sight import IS_SHOWN
from mock_server.families.leads.tables import enrolment, enrolment_pages, lead, lead_pages
from mock_server.families.leads.views import LISTED
from mock_server.families.messages.tables import Mark, message
from mock_server.families.sequences.tables import step
from mock_server.state import paging
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, this_workspace

_e, _l, _m = enrolment.c, lead.c, message.c
_OWN = ("id", "lead_id", "category_id", "status", "created_at", "flags")


def page_of_campaign(
    ctx: Context, campaign_id: int, conditions: Sequence[str], values: dict[str, Any], later_than: dict[str, int],
    step: int | None, offset: int, limit: int,
) -> tuple[int, list[Row]]:  # fmt: skip
    """Total and one page of a campaign's rows with their leads, by map id.

    `conditions` are SQL on the facets; `later_than` maps a time column to a moment, `step` is the last step sent:
    these two have no kept counts, so with them the total is counted.
    """
    times = tuple(sorted(later_than))
    bound = {"campaign_id": campaign_id, **values, **{f"after_{name}": later_than[name] for name in times}}
    plain = tuple(conditions)
    if times or step is not None:
        bound["step"] = step
        row = ctx.db.one(_count(plain, times, step is not None), **bound)
        total = row[0] if row else 0
        low, high, skip = 0, 2**62, offset
    else:
        scope = {"workspace_id": ctx.db.ws, "campaign_id": campaign_id}
        window = paging.window(ctx.db.connection, enrolment_pages, scope, plain, values, offset, limit)
        total, low, high, skip = window.total, window.low, window.high, window.skip
    if low >= high:
        return total, []
    query = _campaign_page(plain, times, step is not None)
    return total, ctx.db.all(query, **bound, low=low, high=high, limit=limit, skip=skip)


def _conditions(plain: tuple[str, ...], times: tuple[str, ...], with_step: bool) -> list[Any]:
    found: list[Any] = [this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id")]
    found += [text(condition.replace("flags", "enrolment.flags")) for condition in plain]
    found += [_e[name] > bindparam(f"after_{name}") for name in times]
    return [*found, _e.last_seq_number == bindparam("step")] if with_step else found


@cache
def _campaign_page(plain: tuple[str, ...], times: tuple[str, ...], with_step: bool) -> Statement:
    columns = [_e[name] if name in _OWN else _l[name] for name in LISTED]
    query = select(*columns).join(lead, OF_LEAD).where(*_conditions(plain, times, with_step))
    query = query.where(_e.id >= bindparam("low"), _e.id < bindparam("high")).order_by(_e.id)
    return Statement(query.limit(bindparam("limit")).offset(bindparam("skip")))


@cache
def _count(plain: tuple[str, ...], times: tuple[str, ...], with_step: bool) -> Statement:
    return Statement(select(func.count()).select_from(enrolment).where(*_conditions(plain, times, with_step)))


_activity = (
    select(
        _m.enrolment_id, func.max(_m.id).label("last_id"), func.sum(_m.open_count).label("open_count"),
        func.sum(_m.click_count).label("click_count"),
        func.sum(case((_m.marks.op("&")(int(Mark.REPLIED)) != 0, 1), else_=0)).label("reply_count"),
    )
    .where(
        this_workspace(message), _m.campaign_id == bindparam("campaign_id"), _m.type == "SENT",
        _m.step_id.in_(select(step.c.id).where(this_workspace(step), step.c.campaign_id == bindparam("campaign_id"))),
    )
    .group_by(_m.enrolment_id)
    .subquery()
)  # fmt: skip
_last, _last_step = message.alias(), step.alias()
_EXPORT = Statement(
    select(
        enrolment, *LEAD_COLUMNS, _last_step.c.seq_number.label("last_mail"),
        *(func.coalesce(_activity.c[name], 0).label(name) for name in ("open_count", "click_count", "reply_count")),
    )
    .join(lead, OF_LEAD)
    .outerjoin(_activity, _activity.c.enrolment_id == _e.id)
    .outerjoin(
        _last,
        (_last.c.workspace_id == _e.workspace_id) & (_last.c.campaign_id == _e.campaign_id)
        & (_last.c.id == _activity.c.last_id),
    )
    .outerjoin(
        _last_step, (_last_step.c.workspace_id == _e.workspace_id) & (_last_step.c.id == _last.c.step_id)
    )
    .where(this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"))
    .order_by(_e.id)
)  # fmt: skip


def all_of_campaign(ctx: Context, campaign_id: int) -> list[Row]:
    """All rows of a campaign with their leads and what became of the mails to them, by map id."""
    return ctx.db.all(_EXPORT, campaign_id=campaign_id)


def size_of_campaign(db: Session, campaign_id: int) -> int:
    """How many leads a campaign has."""
    return paging.count(db.connection, enrolment_pages, {"workspace_id": db.ws, "campaign_id": campaign_id})


_ALL_LEADS = Statement(
    select(lead)
    .where(this_workspace(lead), _l.id >= bindparam("low"), _l.id < bindparam("high"))
    .order_by(_l.id)
    .limit(bindparam("limit"))
    .offset(bindparam("skip"))
)


@cache
def _filtered_leads(names: frozenset[str]) -> Statement:
    filters: dict[str, ColumnElement[bool]] = {
        "created_after": _l.created_at > bindparam("created_after"),
        "address_key": _l.address_key == bindparam("address_key"),
    }
    query = select(lead).where(this_workspace(lead), IS_SHOWN, *(filters[name] for name in sorted(names)))
    return Statement(query.order_by(_l.id).limit(bindparam("limit")).offset(bindparam("offset")))


def page_of_account(ctx: Context, filters: dict[str, Any], offset: int, limit: int) -> tuple[list[Row], bool]:
    """One page of all leads by id, and whether there are more."""
    if filters or ctx.client is not None:
        rows = ctx.db.all(_filtered_leads(frozenset(filters)), **filters, offset=offset, limit=limit + 1)
        return rows[:limit], len(rows) > limit
    scope = {"workspace_id": ctx.db.ws}
    window = paging.window(ctx.db.connection, lead_pages, scope, (), {}, offset, limit)
    rows = ctx.db.all(_ALL_LEADS, low=window.low, high=window.high, limit=limit, skip=window.skip)
    return rows, offset + len(rows) < window.total

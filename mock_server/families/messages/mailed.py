"""Which leads got mails of the sequence that are still in some view: pages of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from mock_server.context import Context
from mock_server.families.campaigns.sight import IN_VIEW
from mock_server.families.campaigns.tables import campaign
from mock_server.families.leads.rules import Flag
from mock_server.families.leads.tables import enrolment, enrolment_pages, lead
from mock_server.families.messages.records import CONVERSATION, is_shown
from mock_server.families.messages.tables import message
from mock_server.families.sequences.tables import step
from mock_server.families.statistics.tables import step_day
from mock_server.state import paging
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

_e, _m, _l = enrolment.c, message.c, lead.c
_GOT_MAIL = (f"(flags & {int(Flag.SENT)}) != 0",)
_LIVE = Statement(select(campaign.c.id).where(*IN_VIEW).order_by(campaign.c.id))
_OF_DELETED_STEPS = Statement(
    select(step_day.c.step_id)
    .where(
        this_workspace(step_day), step_day.c.campaign_id == bindparam("campaign_id"),
        step_day.c.step_id.not_in(
            select(step.c.id).where(this_workspace(step), step.c.campaign_id == bindparam("campaign_id"))
        ),
    )
    .limit(1)
)  # fmt: skip


def _with_message(*conditions: ColumnElement[Any]) -> ColumnElement[bool]:
    """A lead with a message that is in some view."""
    own = this_workspace(message), _m.enrolment_id == _e.id, is_shown(), *conditions
    return select(_m.id).where(*own).correlate(enrolment).exists()


_SHOWN = _with_message(_m.type == "SENT")
_MAILED = (
    this_workspace(enrolment), *IN_VIEW, _e.flags.op("&")(int(Flag.SENT)) != 0,
)  # fmt: skip
_OWN = _e.campaign_id == bindparam("campaign_id")


def _page(*conditions: ColumnElement[Any]) -> Statement:
    named = campaign.c.name.label("campaign_name"), campaign.c.status.label("campaign_status"), _l.email
    query = (
        select(enrolment, *named)
        .join(campaign, and_(campaign.c.workspace_id == _e.workspace_id, campaign.c.id == _e.campaign_id))
        .join(lead, and_(_l.workspace_id == _e.workspace_id, _l.id == _e.lead_id))
        .where(*_MAILED, *conditions)
    )
    return Statement(query.order_by(_e.campaign_id, _e.id).limit(bindparam("limit")).offset(bindparam("skip")))


_BETWEEN_IDS = _page(_OWN, _e.id >= bindparam("low"), _e.id < bindparam("high"))
_SHOWN_OF_CAMPAIGN = _page(_OWN, _SHOWN)
_COUNT_SHOWN = Statement(
    select(func.count())
    .select_from(enrolment)
    .where(this_workspace(enrolment), _OWN, _e.flags.op("&")(int(Flag.SENT)) != 0, _SHOWN)
)
_ACTIVE_OF_CAMPAIGN = _page(
    _OWN, _e.last_event_at > bindparam("after"),
    _with_message(one_of(_m.type, "types"), _m.at > bindparam("after")), _SHOWN,
)  # fmt: skip
_IN_SPAN = _page(_with_message(_m.type == "SENT", _m.at >= bindparam("start"), _m.at <= bindparam("end")))


def _forgets_mails(ctx: Context, campaign_id: int) -> bool:
    """Whether steps that mails were sent of have been deleted: then kept counts say too much."""
    return ctx.db.one(_OF_DELETED_STEPS, campaign_id=campaign_id) is not None


def of_campaign(ctx: Context, campaign_id: int, offset: int, limit: int) -> Sequence[Row]:
    """Leads of a campaign that got mails, by map id."""
    if _forgets_mails(ctx, campaign_id):
        return ctx.db.all(_SHOWN_OF_CAMPAIGN, campaign_id=campaign_id, skip=offset, limit=limit)
    scope = {"workspace_id": ctx.db.ws, "campaign_id": campaign_id}
    window = paging.window(ctx.db.connection, enrolment_pages, scope, _GOT_MAIL, {}, offset, limit)
    bounds = {"low": window.low, "high": window.high, "skip": window.skip, "limit": limit}
    return ctx.db.all(_BETWEEN_IDS, campaign_id=campaign_id, **bounds)


def of_campaign_after(ctx: Context, campaign_id: int, after: int, offset: int, limit: int) -> Sequence[Row]:
    """The same, of those with messages after a moment."""
    values = {"campaign_id": campaign_id, "after": after, "types": CONVERSATION}
    return ctx.db.all(_ACTIVE_OF_CAMPAIGN, **values, skip=offset, limit=limit)


def of_account(ctx: Context, offset: int, limit: int) -> Sequence[Row]:
    """Leads of all campaigns that got mails, by campaign and map id."""
    rows: list[Row] = []
    for campaign_id, count in _counts(ctx):
        if len(rows) == limit:
            break
        if count > offset:
            rows += of_campaign(ctx, campaign_id, offset, limit - len(rows))
        offset = max(0, offset - count)
    return rows


def of_account_between(ctx: Context, start: int, end: int, offset: int, limit: int) -> Sequence[Row]:
    """The same, of those that got one between two moments, both included."""
    return ctx.db.all(_IN_SPAN, start=start, end=end, skip=offset, limit=limit)


def _counts(ctx: Context) -> Iterator[tuple[int, int]]:
    """How many leads of each campaign got mails, by campaign."""
    rows = paging.counts(
        ctx.db.connection, enrolment_pages, {"workspace_id": ctx.db.ws}, ("campaign_id",), _GOT_MAIL
    )  # fmt: skip
    kept = {row["campaign_id"]: row["n"] for row in rows}
    for row in ctx.db.all(_LIVE):
        campaign_id = row["id"]
        if campaign_id in kept and _forgets_mails(ctx, campaign_id):
            yield campaign_id, ctx.db.all(_COUNT_SHOWN, campaign_id=campaign_id)[0][0]
        elif campaign_id in kept:
            yield campaign_id, kept[campaign_id]

"""Which leads of the workspace got mails."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select

from mock_server.context import Context
from mock_server.families.campaigns.tables import campaign
from mock_server.families.leads.rules import Flag
from mock_server.families.leads.tables import enrolment, enrolment_pages
from mock_server.families.messages.records import is_shown
from mock_server.families.messages.tables import message
from mock_server.state import paging
from mock_server.state.database import Row
from mock_server.state.statements import Statement, this_workspace

_e, _m = enrolment.c, message.c
_GOT_MAIL = (f"(flags & {int(Flag.SENT)}) != 0",)
_LIVE = Statement(select(campaign.c.id).where(this_workspace(campaign), campaign.c.deleted_at.is_(None)))


def _page(*conditions: ColumnElement[Any]) -> Statement:
    query = (
        select(enrolment, campaign.c.name.label("campaign_name"), campaign.c.status.label("campaign_status"))
        .join(campaign, and_(campaign.c.workspace_id == _e.workspace_id, campaign.c.id == _e.campaign_id))
        .where(
            this_workspace(enrolment), campaign.c.deleted_at.is_(None), _e.flags.op("&")(int(Flag.SENT)) != 0,
            *conditions,
        )
    )  # fmt: skip
    return Statement(query.order_by(_e.campaign_id, _e.id).limit(bindparam("limit")).offset(bindparam("skip")))


_OF_CAMPAIGN = _page(_e.campaign_id == bindparam("campaign_id"), _e.id >= bindparam("low"), _e.id < bindparam("high"))
_IN_SPAN = _page(
    select(_m.id)
    .where(
        this_workspace(message), _m.enrolment_id == _e.id, _m.type == "SENT", _m.at >= bindparam("start"),
        _m.at <= bindparam("end"), is_shown(),
    )
    .correlate(enrolment)
    .exists()
)  # fmt: skip


def mailed_leads(ctx: Context, offset: int, limit: int) -> list[Row]:
    """Leads in campaigns that got mails of the sequence, by campaign and map id."""
    live = {row["id"] for row in ctx.db.all(_LIVE)}
    connection, scope = ctx.db.connection, {"workspace_id": ctx.db.ws}
    counts = paging.counts(connection, enrolment_pages, scope, ("campaign_id",), _GOT_MAIL)
    rows: list[Row] = []
    for campaign_id, count in sorted((row["campaign_id"], row["n"]) for row in counts if row["campaign_id"] in live):
        if len(rows) == limit:
            break
        if count > offset:
            within, left = {**scope, "campaign_id": campaign_id}, limit - len(rows)
            window = paging.window(connection, enrolment_pages, within, _GOT_MAIL, {}, offset, left)
            bounds = {"low": window.low, "high": window.high, "skip": window.skip, "limit": left}
            rows += ctx.db.all(_OF_CAMPAIGN, campaign_id=campaign_id, **bounds)
        offset = max(0, offset - count)
    return rows


def leads_mailed_between(ctx: Context, start: int, end: int, offset: int, limit: int) -> list[Row]:
    """The same, of those that got one between two moments, both included."""
    return ctx.db.all(_IN_SPAN, start=start, end=end, skip=offset, limit=limit)

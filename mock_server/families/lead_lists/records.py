"""Reading and writing lead lists; other families find theirs here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.campaigns.tables import campaign
from mock_server.families.lead_lists.tables import lead_list, lead_list_member, lead_list_pages
from mock_server.families.leads.tables import enrolment
from mock_server.families.tags import records as tags
from mock_server.families.tags.tables import tag_mapping
from mock_server.state import paging
from mock_server.state.database import Row
from mock_server.state.purge import purge_later
from mock_server.state.statements import Statement, containing, contains, one_of, this_workspace

_c, _m, _e = lead_list.c, lead_list_member.c, enrolment.c
_SOME = Statement(select(lead_list).where(this_workspace(lead_list), one_of(_c.id, "ids")))
_WINDOW = Statement(
    select(lead_list)
    .where(this_workspace(lead_list), _c.id >= bindparam("low"))
    .order_by(_c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("skip"))
)
_TAGGED = select(tag_mapping.c.holder_id).where(
    this_workspace(tag_mapping), tag_mapping.c.holder == "lead_list", one_of(tag_mapping.c.tag_id, "tag_ids")
)
_IN_ACTIVE_CAMPAIGN = (
    select(_e.id)
    .join(campaign, (campaign.c.workspace_id == _e.workspace_id) & (campaign.c.id == _e.campaign_id))
    .where(
        _e.workspace_id == _m.workspace_id, _e.lead_id == _m.lead_id, campaign.c.status == "ACTIVE",
        campaign.c.deleted_at.is_(None),
    )
    .correlate(lead_list_member)
    .exists()
)  # fmt: skip
_ACTIVE = Statement(
    select(_m.lead_list_id, func.count().label("n"))
    .where(this_workspace(lead_list_member), one_of(_m.lead_list_id, "ids"), _IN_ACTIVE_CAMPAIGN)
    .group_by(_m.lead_list_id)
)


def find(ctx: Context, list_id: int) -> Row:
    """The list; ApiError `lead_list_not_found` when the workspace has none of that id."""
    return find_all(ctx, [list_id])[0]


def find_all(ctx: Context, list_ids: Sequence[int]) -> list[Row]:
    """The lists; ApiError `lead_list_not_found` for the first id that the workspace does not have."""
    found = {row["id"]: row for row in ctx.db.all(_SOME, ids=list(list_ids))}
    for list_id in list_ids:
        if list_id not in found:
            raise ApiError("lead_list_not_found", hint=f"This workspace has no lead list {list_id}.")
    return [found[list_id] for list_id in list_ids]


def insert(ctx: Context, name: str) -> Row:
    """Make an empty list."""
    list_id = ctx.db.next_ids("lead_list")
    ctx.db.insert(lead_list, id=list_id, created_at=ctx.now, updated_at=ctx.now, name=name)
    return find(ctx, list_id)


def delete(ctx: Context, list_id: int) -> None:
    """Delete a list; that its leads are in it is removed in the background."""
    tags.forget(ctx, "lead_list", list_id)
    ctx.db.delete(lead_list, id=list_id)
    purge_later(ctx.db, lead_list_member, "lead_list_id", list_id)
    ctx.wake_purger = True


def active_counts(ctx: Context, list_ids: Sequence[int]) -> dict[int, int]:
    """List id -> how many of its leads are in a campaign that is ACTIVE; counted, so it takes long for long lists."""
    return {row["lead_list_id"]: row["n"] for row in ctx.db.all(_ACTIVE, ids=list(list_ids))}


@cache
def _filtered(names: frozenset[str], *, counted: bool) -> Statement:
    filters: dict[str, Any] = {"part": contains(_c.name, "part"), "tag_ids": _c.id.in_(_TAGGED)}
    query = select(func.count()) if counted else select(lead_list)
    query = query.select_from(lead_list).where(this_workspace(lead_list), *(filters[name] for name in sorted(names)))
    if counted:
        return Statement(query)
    return Statement(query.order_by(_c.id).limit(bindparam("limit")).offset(bindparam("skip")))


def page(
    ctx: Context, part: str | None, tag_ids: Sequence[int] | None, offset: int, limit: int
) -> tuple[int, list[Row]]:
    """Total and one page of the lists by id: with `part` in their name, and with one of the tags."""
    filters: dict[str, Any] = {} if part is None else {"part": containing(part)}
    filters |= {} if tag_ids is None else {"tag_ids": list(tag_ids)}
    if filters:
        row = ctx.db.one(_filtered(frozenset(filters), counted=True), **filters)
        query = _filtered(frozenset(filters), counted=False)
        return row[0] if row else 0, ctx.db.all(query, **filters, skip=offset, limit=limit)
    window = paging.window(ctx.db.connection, lead_list_pages, {"workspace_id": ctx.db.ws}, (), {}, offset, limit)
    if offset >= window.total:
        return window.total, []
    return window.total, ctx.db.all(_WINDOW, low=window.low, skip=window.skip, limit=limit)

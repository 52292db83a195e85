"""Reading and writing campaign rows; other families find their campaign here, the key of a client only its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.campaigns.sight import IN_VIEW
from mock_server.families.campaigns.tables import campaign
from mock_server.families.clients import records as clients
from mock_server.families.tags import records as tags
from mock_server.state.database import Row
from mock_server.state.purge import purge_later
from mock_server.state.schema import metadata
from mock_server.state.statements import Statement, one_of

_ONE = Statement(select(campaign).where(*IN_VIEW, campaign.c.id == bindparam("id")))
_ALL = Statement(select(campaign).where(*IN_VIEW).order_by(campaign.c.id.desc()))
_OF_CLIENT = Statement(
    select(campaign).where(*IN_VIEW, campaign.c.client_id == bindparam("client_id")).order_by(campaign.c.id.desc())
)
_SOME = Statement(select(campaign.c.id).where(*IN_VIEW, one_of(campaign.c.id, "ids")))
_NEWEST_OF_NAME = Statement(
    select(campaign).where(*IN_VIEW, campaign.c.name == bindparam("name")).order_by(campaign.c.id.desc()).limit(1)
)
_CHILDREN = Statement(
    select(campaign).where(*IN_VIEW, campaign.c.parent_campaign_id == bindparam("parent")).order_by(campaign.c.id)
)


#: tables of what happened, which outlives its campaign
_HISTORY = ("event", "delivery", "retrigger")


def find_or_none(ctx: Context, campaign_id: int) -> Row | None:
    """The campaign, if there is one of that id."""
    return ctx.db.one(_ONE, id=campaign_id)


def find(ctx: Context, campaign_id: int) -> Row:
    """The campaign; ApiError `campaign_not_found` (or `foreign_resource`) when the workspace has none of that id."""
    row = find_or_none(ctx, campaign_id)
    if row is None:
        ctx.check_foreign(lambda account: find_or_none(account, campaign_id), f"campaign {campaign_id}")
        whose = "This workspace" if ctx.client is None else f"Client {ctx.client.id}"
        raise ApiError("campaign_not_found", hint=f"{whose} has no campaign {campaign_id}.")
    return row


def check(ctx: Context, campaign_ids: Sequence[int]) -> None:
    """ApiError `campaign_not_found` for the first id that the workspace has no campaign of."""
    found = {row["id"] for row in ctx.db.all(_SOME, ids=list(campaign_ids))}
    for campaign_id in campaign_ids:
        if campaign_id not in found:
            raise ApiError("campaign_not_found", hint=f"This workspace has no campaign {campaign_id}.")


def newest_of_name(ctx: Context, name: str) -> Row | None:
    """The campaign of exactly this name that was made last, if there is one."""
    return ctx.db.one(_NEWEST_OF_NAME, name=name)


def insert(ctx: Context, **columns: Any) -> int:
    """Make a campaign in DRAFTED; its id. Raises ApiError `not_permitted` for a client that is not the key's."""
    columns["client_id"] = clients.owner(ctx, columns.get("client_id"))
    campaign_id = ctx.db.next_ids("campaign")
    ctx.db.insert(campaign, id=campaign_id, created_at=ctx.now, updated_at=ctx.now, **columns)
    return campaign_id


def all_newest_first(ctx: Context, client_id: int | None) -> list[Row]:
    """All campaigns, or those of one client."""
    return ctx.db.all(_ALL) if client_id is None else ctx.db.all(_OF_CLIENT, client_id=client_id)


def children(ctx: Context, campaign_id: int) -> list[Row]:
    """The sub-sequences of a campaign, oldest first."""
    return ctx.db.all(_CHILDREN, parent=campaign_id)


def change_status(ctx: Context, row: Row, status: str, *, cause: str) -> None:
    """Give a campaign another status; a start forgets which leads finished before it."""
    forget = {"check_completion": False} if status == "ACTIVE" else {}
    ctx.db.update(campaign, {"id": row["id"]}, status=status, updated_at=ctx.now, **forget)
    change = {"from": row["status"], "to": status, "cause": cause}
    ctx.emit("CAMPAIGN_STATUS_CHANGED", [{"campaign_id": row["id"], "data": change}])


def may_be_complete(ctx: Context, campaign_id: int) -> None:
    """A lead of the campaign has finished: the engine looks whether all have."""
    ctx.db.update(campaign, {"id": campaign_id}, check_completion=True)


def hide(ctx: Context, campaign_id: int) -> None:
    """Take a campaign out of every view; what belongs to it is removed in the background."""
    ctx.db.update(campaign, {"id": campaign_id}, deleted_at=ctx.now)
    tags.forget(ctx, "campaign", campaign_id)
    for table in metadata.sorted_tables:
        if "campaign_id" in table.c and table.name not in _HISTORY:
            purge_later(ctx.db, table, "campaign_id", campaign_id)
    ctx.wake_purger = True

"""Reading and writing team members. No operation of the API makes or lists them: the control API does."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.clients.rules import OWNER_NAME
from mock_server.families.team.tables import team_member
from mock_server.state.statements import Statement, this_workspace

_ALL = Statement(select(team_member).where(this_workspace(team_member)).order_by(team_member.c.id))


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team."""

    id: int
    name: str
    profile_pic_url: str | None


def members(ctx: Context) -> list[Member]:
    """All of the team by id: those that were added, and the user of the account."""
    added = [Member(row["id"], row["name"], row["profile_pic_url"]) for row in ctx.db.all(_ALL)]
    return sorted([Member(ctx.workspace.user_id, OWNER_NAME, None), *added], key=lambda one: one.id)


def check(ctx: Context, member_id: int) -> None:
    """ApiError `team_member_not_found` when nobody of the team has this id."""
    if all(one.id != member_id for one in members(ctx)):
        hint = "The user of the account is one; POST /_mock/team-members adds others."
        raise ApiError("team_member_not_found", id=member_id, hint=hint)


def add(ctx: Context, name: str, profile_pic_url: str | None) -> Member:
    """Add somebody to the team."""
    member_id = ctx.db.next_ids("team_member")
    if member_id == ctx.workspace.user_id:  # the user's id comes from the seed, not from the counter
        member_id = ctx.db.next_ids("team_member")
    ctx.db.insert(team_member, id=member_id, created_at=ctx.now, name=name, profile_pic_url=profile_pic_url)
    return Member(member_id, name, profile_pic_url)

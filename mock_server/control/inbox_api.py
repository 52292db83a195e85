"""The control API's routes about what no call of the API sets: states of conversations, and the team."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path

from mock_server.clock import iso, iso_or_none, parse_moment
from mock_server.control.inbox_models import ConversationChange, ConversationState, NewMember, TeamMember
from mock_server.control.world import World
from mock_server.errors import ApiError
from mock_server.families.inbox import records
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import FOR_EVER
from mock_server.families.team import records as team
from mock_server.state.workspaces import Workspace


def inbox_routes(world: World, workspace_of: Callable[..., Awaitable[Workspace]]) -> APIRouter:
    """Routes for the inbox and the team of a workspace; `workspace_of` finds it."""
    router = APIRouter()
    Chosen = Annotated[Workspace, Depends(workspace_of)]  # noqa: N806
    MapId = Annotated[int, Path(ge=1, le=2**53)]  # noqa: N806

    @router.put("/inbox/{map_id}")
    async def change(workspace: Chosen, map_id: MapId, wanted: ConversationChange) -> ConversationState:
        """Snooze a conversation, or mark it as important or archived; the id is its `email_lead_map_id`."""
        columns = _columns(wanted)
        with world.writing(workspace) as ctx:
            try:
                row = records.conversation(ctx, map_id)
                if wanted.is_snoozed and (columns["snoozed_until"] or 0) <= ctx.now:
                    raise HTTPException(422, f"snoozed_until: the clock stands at {iso(ctx.now)} already.")
                if columns:
                    leads.change(ctx, row, **columns)
                    row = records.conversation(ctx, map_id)
            except ApiError as error:
                raise HTTPException(404, f"There is no conversation {map_id}. {error.hint}") from None
        until = row["snoozed_until"]
        return ConversationState(
            email_lead_map_id=row["id"], is_snoozed=until is not None and until > ctx.now,
            snoozed_until=None if until == FOR_EVER else iso_or_none(until),
            is_important=bool(row["is_important"]), is_archived=bool(row["is_archived"]),
        )  # fmt: skip

    @router.get("/team-members")
    async def members(workspace: Chosen) -> list[TeamMember]:
        """The team by id, the user of the account included."""
        found = team.members(world.context(workspace))
        return [TeamMember(id=one.id, name=one.name, profile_pic_url=one.profile_pic_url) for one in found]

    @router.post("/team-members")
    async def add_member(workspace: Chosen, new: NewMember) -> TeamMember:
        """Add somebody to the team, so that leads can be assigned to them."""
        with world.writing(workspace) as ctx:
            one = team.add(ctx, new.name, new.profile_pic_url)
        return TeamMember(id=one.id, name=one.name, profile_pic_url=one.profile_pic_url)

    return router


def _columns(wanted: ConversationChange) -> dict[str, int | bool | None]:
    given = wanted.model_dump(exclude_none=True)
    columns: dict[str, int | bool | None] = {}
    columns |= {name: given[name] for name in ("is_important", "is_archived") if name in given}
    until = None
    if "snoozed_until" in given:
        try:
            until = parse_moment(given["snoozed_until"])
        except ValueError:
            raise HTTPException(422, f"snoozed_until: {given['snoozed_until']!r} is no moment in ISO 8601.") from None
    if given.get("is_snoozed") is False:
        if until is not None:
            raise HTTPException(422, "A conversation that is not snoozed has no `snoozed_until`.")
        columns["snoozed_until"] = None
    elif until is not None or "is_snoozed" in given:
        columns["snoozed_until"] = FOR_EVER if until is None else until
    return columns

"""The control API's routes about what recipients do, and about the ledger."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.control import event_models as models
from mock_server.control import ledger, received
from mock_server.control.world import World
from mock_server.families.campaigns import records as campaigns
from mock_server.families.email_accounts import records as accounts
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import normalised
from mock_server.families.messages import records as messages
from mock_server.simulation.recipients import Details, UnlikelyError, act, sent_mail
from mock_server.state.workspaces import Workspace


def event_routes(world: World, workspace_of: Callable[..., Awaitable[Workspace]]) -> APIRouter:
    """Routes for reactions, the ledger and the messages; `workspace_of` finds the workspace of a request."""
    router = APIRouter()
    Chosen = Annotated[Workspace, Depends(workspace_of)]  # noqa: N806
    After = Annotated[int, Query(ge=0, le=2**53)]  # noqa: N806
    Limit = Annotated[int, Query(ge=1, le=1000)]  # noqa: N806

    @router.post("/events")
    async def react(workspace: Chosen, reaction: models.Reaction) -> models.Reacted:
        """Let a recipient do something with a mail, now."""
        details = received.details(reaction, reaction.link)
        with world.writing(workspace) as ctx:
            if reaction.type == "untracked":
                account = accounts.by_address(ctx, reaction.to or "")
                if account is None:
                    raise HTTPException(404, f"There is no mailbox {reaction.to}.")
                received.untracked(ctx, account, details)
            else:
                _react(ctx, reaction, details)
        return models.Reacted(now=iso(ctx.now), events=ledger.named(ctx.happened))

    @router.get("/events")
    async def events(
        workspace: Chosen, campaign_id: int | None = None, type: str | None = None, after: After = 0, limit: Limit = 100
    ) -> list[models.LedgerEvent]:
        """The ledger above the id `after`, by id; `type` as in the ledger or as an advance names it."""
        return ledger.events(world.session(workspace), campaign_id, type, after, limit)

    @router.get("/messages")
    async def all_messages(
        workspace: Chosen, campaign_id: int | None = None, email: str | None = None, type: str | None = None,
        after: After = 0, limit: Limit = 100,
    ) -> list[models.MessageShown]:  # fmt: skip
        """Mails that were sent (`SENT`) and received above the id `after`, by id; `email`: the lead's address."""
        lead_id = None
        if email is not None:
            row = leads.lead_by_email(world.context(workspace), normalised(email))
            lead_id = 0 if row is None else row["id"]
        return ledger.messages(world.session(workspace), campaign_id, lead_id, type, after, limit)

    return router


def _react(ctx: Context, reaction: models.Reaction, details: Details) -> None:
    assert reaction.campaign_id is not None
    assert reaction.email is not None
    if campaigns.find_or_none(ctx, reaction.campaign_id) is None:
        raise HTTPException(404, f"There is no campaign {reaction.campaign_id}.")
    lead = leads.lead_by_email(ctx, normalised(reaction.email))
    rows = [] if lead is None else leads.enrolments_of(ctx, [lead["id"]])[lead["id"]]
    row = next((one for one in rows if one["campaign_id"] == reaction.campaign_id), None)
    if row is None:
        raise HTTPException(404, f"No lead of campaign {reaction.campaign_id} has the address {reaction.email}.")
    mail = messages.last_sent(ctx.db, row["id"], reaction.step)
    if mail is None:
        which = "no mail yet" if reaction.step is None else f"no mail of step {reaction.step} yet"
        raise HTTPException(409, f"{reaction.email} has got {which}; advance the clock until it is sent.")
    if reaction.to is not None and normalised(reaction.to) != normalised(mail["from_email"]):
        raise HTTPException(409, f"That mail came from {mail['from_email']}; a mail to {reaction.to} is untracked.")
    sent = sent_mail(ctx, reaction.campaign_id, row["id"], mail["id"], "control")
    assert sent is not None
    try:
        act(ctx, sent, reaction.type, details)
    except UnlikelyError as error:
        raise HTTPException(409, f"{error}.") from None

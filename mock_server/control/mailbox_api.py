"""The control API's routes about mailboxes: what happens to them from outside."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.control import event_models as models
from mock_server.control import received
from mock_server.control.world import World
from mock_server.families.email_accounts import reconnections
from mock_server.families.email_accounts import records as accounts
from mock_server.state.database import Row
from mock_server.state.workspaces import Workspace


def mailbox_routes(world: World, workspace_of: Callable[..., Awaitable[Workspace]]) -> APIRouter:
    """Routes for the mailboxes of a workspace; `workspace_of` finds it."""
    router = APIRouter(prefix="/email-accounts")
    Chosen = Annotated[Workspace, Depends(workspace_of)]  # noqa: N806
    AccountId = Annotated[int, Path(ge=1, le=2**53)]  # noqa: N806

    @router.post("/{account_id}/disconnect")
    async def disconnect(workspace: Chosen, account_id: AccountId) -> models.MailboxState:
        """Let the SMTP and IMAP logins of a mailbox fail, until it is reconnected or saved."""
        with world.writing(workspace) as ctx:
            reconnections.disconnect(ctx, _mailbox(ctx, account_id))
        return models.MailboxState(id=account_id, is_smtp_success=False, is_imap_success=False)

    @router.post("/{account_id}/messages")
    async def receive(workspace: Chosen, account_id: AccountId, mail: models.ReceivedMail) -> models.Received:
        """Let a mail that answers none come into a mailbox, now."""
        details = received.details(mail)
        with world.writing(workspace) as ctx:
            message_id = received.untracked(ctx, _mailbox(ctx, account_id), details)
        return models.Received(id=message_id, now=iso(ctx.now))

    return router


def _mailbox(ctx: Context, account_id: int) -> Row:
    account = accounts.by_ids(ctx, [account_id]).get(account_id)
    if account is None:
        raise HTTPException(404, f"There is no email account {account_id}.")
    return account

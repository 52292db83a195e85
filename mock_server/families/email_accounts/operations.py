"""What the API does with mailboxes."""

from __future__ import annotations

from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.clients import records as clients
from mock_server.families.email_accounts import membership, records, views, warmup
from mock_server.families.email_accounts.columns import kept
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.tags import records as tags
from mock_server.state.statements import containing


@operation("list_email_accounts")
def list_email_accounts(ctx: Context, params: inputs.ListEmailAccountsParams) -> Reply:
    """Mailboxes by id as a bare array; all filters must hold (S1, R)."""
    rows = records.page(ctx, _filters(params), params["offset"], params["limit"])
    ids = [row["id"] for row in rows]
    campaigns = membership.campaigns_of(ctx, ids) if params["fetch_campaigns"] == "true" else {}
    coding = ctx.edition.behaviour.listed_passwords
    tagged, warmed, user_id = tags.of(ctx, "email_account", ids), warmup.totals(ctx, ids), ctx.workspace.user_id
    return Reply([
        views.list_item(row, user_id, ctx.now, campaigns.get(row["id"]), tagged[row["id"]], warmed[row["id"]], coding)
        for row in rows
    ])  # fmt: skip


def _filters(params: inputs.ListEmailAccountsParams) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    if "isInUse" in params:
        filters["in_use" if params["isInUse"] == "true" else "not_in_use"] = None
    if "isSmtpSuccess" in params:
        filters["smtp_success" if params["isSmtpSuccess"] == "true" else "smtp_failed"] = None
    if "isWarmupBlocked" in params:
        filters["warmup_blocked" if params["isWarmupBlocked"] == "true" else "warmup_not_blocked"] = None
    if "emailWarmupStatus" in params:
        filters["warmup_status"] = params["emailWarmupStatus"]
    if "esp" in params:
        filters["type"] = params["esp"]
    if "username" in params:
        filters["username"] = containing(params["username"])
    if "client_id" in params:
        filters["client_id"] = params["client_id"]
    return filters


@operation("get_email_account")
def get_email_account(ctx: Context, params: inputs.GetEmailAccountParams) -> Reply:
    """One mailbox; its campaigns and tags only when they are asked for."""
    row = records.find(ctx, params["email_account_id"])
    campaigns = membership.campaigns_of(ctx, [row["id"]])[row["id"]] if params["fetch_campaigns"] else None
    tagged = tags.of(ctx, "email_account", [row["id"]])[row["id"]] if params["fetch_tags"] else None
    warmed = warmup.totals(ctx, [row["id"]])[row["id"]]
    return Reply(views.detail(row, ctx.workspace.user_id, ctx.now, campaigns, tagged, warmed))


@operation("update_email_account")
def update_email_account(
    ctx: Context, params: inputs.UpdateEmailAccountParams, body: inputs.UpdateEmailAccountBody
) -> Reply:
    """Change the settings that are given; credentials are changed by saving with the id (S1, R)."""
    row = records.find(ctx, params["email_account_id"])
    changes = kept(dict(body))
    if "client_id" in changes:
        changes["client_id"] = clients.owner(ctx, changes["client_id"])
    if changes:
        ctx.db.update(email_account, {"id": row["id"]}, updated_at=ctx.now, **changes)
        warmup.follow(ctx, row["id"])
    message = "Email account details updated successfully!"
    return Reply({"ok": True, "message": message, "emailAccountId": row["id"]})


@operation("delete_email_account")
def delete_email_account(ctx: Context, params: inputs.DeleteEmailAccountParams) -> Reply:
    """Delete a mailbox: it leaves the list and every campaign, and its warm-up ends (R)."""
    row = records.find(ctx, params["email_account_id"])
    membership.detach_everywhere(ctx, row["id"])
    tags.forget(ctx, "email_account", row["id"])
    warmup.forget(ctx, row["id"])
    reason = "Email account is deleted by user action"
    ctx.db.update(
        email_account, {"id": row["id"]}, deleted_at=ctx.now, warmup_status="INACTIVE", warmup_blocked_reason=reason
    )
    return Reply({"ok": True, "message": "Email account deleted successfully!", "emailAccountId": row["id"]})

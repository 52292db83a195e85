"""What the API does about whether mailboxes can send: suspension, warm-up, failed logins."""

from __future__ import annotations

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.email_accounts import reconnections, records, rules, views, warmup
from mock_server.families.email_accounts.columns import warmup_columns
from mock_server.families.email_accounts.tables import email_account


@operation("suspend_email_account")
def suspend_email_account(ctx: Context, params: inputs.SuspendEmailAccountParams) -> Reply:
    """Stop a mailbox, its warm-up included; it stays in its campaigns (R)."""
    return _set_suspended(ctx, params["email_account_id"], is_suspended=True)


@operation("unsuspend_email_account")
def unsuspend_email_account(ctx: Context, params: inputs.UnsuspendEmailAccountParams) -> Reply:
    """Let a mailbox send again; its warm-up goes on if it was on (R)."""
    return _set_suspended(ctx, params["email_account_id"], is_suspended=False)


def _set_suspended(ctx: Context, account_id: int, *, is_suspended: bool) -> Reply:
    row = records.find(ctx, account_id)
    if bool(row["is_suspended"]) != is_suspended:
        ctx.db.update(email_account, {"id": account_id}, is_suspended=is_suspended, updated_at=ctx.now)
        warmup.follow(ctx, account_id)
    return Reply(views.suspension(account_id, is_suspended=is_suspended))


@operation("update_email_account_warmup")
def update_email_account_warmup(
    ctx: Context, params: inputs.UpdateEmailAccountWarmupParams, body: inputs.UpdateEmailAccountWarmupBody
) -> Reply:
    """Switch the warm-up and change the settings that are given; today's mails have gone out already (S1, R)."""
    row = records.find(ctx, params["email_account_id"])
    ctx.db.update(email_account, {"id": row["id"]}, updated_at=ctx.now, **warmup_columns(dict(body)))
    warmup.follow(ctx, row["id"])
    message = "Email warmup details updated successfully!"
    return Reply({"ok": True, "message": message, "emailAccountId": row["id"]})


@operation("get_email_account_warmup_stats")
def get_email_account_warmup_stats(ctx: Context, params: inputs.GetEmailAccountWarmupStatsParams) -> Reply:
    """The warm-up of today and the seven days before, oldest first (S1)."""
    row = records.find(ctx, params["email_account_id"])
    days = warmup.last_days(ctx, row["id"])
    return Reply(views.warmup_stats(row["id"], days), beside=lambda: views.warmup_figures(days))


@operation("reconnect_failed_email_accounts")
def reconnect_failed_email_accounts(
    ctx: Context, params: inputs.ReconnectFailedEmailAccountsParams, body: inputs.ReconnectFailedEmailAccountsBody
) -> Reply:
    """Let all failed logins work again, at once; at most three times in 24 hours (S1)."""
    if reconnections.lately(ctx) >= rules.RECONNECTIONS_A_DAY:
        raise ApiError("reconnect_limit_reached", hint="The 24 hours count on the clock of the workspace.")
    failed = records.failed(ctx)
    if not failed:
        raise ApiError("no_failed_email_account", hint="POST /_mock/email-accounts/{id}/disconnect lets logins fail.")
    reconnections.note(ctx)
    for row in failed:
        reconnections.reconnect(ctx, row)
    message = "Email account(s) added to the queue to reconnect. We will send you an email once completed."
    return Reply({"ok": True, "message": message})

"""What the API does with mailboxes."""

from __future__ import annotations

from typing import Any

import orjson

from mock_server import rng
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.email_accounts import membership, records, rules, views
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.tags import records as tags
from mock_server.state.statements import containing

_LOGIN_FAILURE = "Invalid login: 535 Authentication failed"

#: written name -> column, where they differ
_COLUMNS = {
    "user_name": "username",
    "imap_user_name": "imap_username",
    "total_warmup_per_day": "warmup_per_day",
    "daily_rampup": "warmup_rampup",
    "reply_rate_percentage": "warmup_reply_rate",
}
#: fields in which null means "as it is", because the column always has a value
_KEEP_ON_NULL = ("max_email_per_day", "total_warmup_per_day", "reply_rate_percentage")


@operation("list_email_accounts")
def list_email_accounts(ctx: Context, params: inputs.ListEmailAccountsParams) -> Reply:
    """Mailboxes by id as a bare array; all filters must hold (S1, R)."""
    rows = records.page(ctx, _filters(params), params["offset"], params["limit"])
    ids = [row["id"] for row in rows]
    campaigns = membership.campaigns_of(ctx, ids) if params["fetch_campaigns"] == "true" else {}
    tagged, user_id = tags.of(ctx, "email_account", ids), ctx.workspace.user_id
    return Reply([views.list_item(row, user_id, ctx.now, campaigns.get(row["id"]), tagged[row["id"]]) for row in rows])


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
    return Reply(views.detail(row, ctx.workspace.user_id, ctx.now, campaigns, tagged))


@operation("save_email_account")
def save_email_account(ctx: Context, params: inputs.SaveEmailAccountParams, body: inputs.SaveEmailAccountBody) -> Reply:
    """Create a mailbox, or update the one whose id is given; refused when its mail servers refuse the login (S1)."""
    account_id = body.get("id")
    existing = None if account_id is None else records.find(ctx, account_id)
    _check_address(ctx, body["from_email"], account_id)
    if rules.login_fails(body["smtp_host"]) or rules.login_fails(body["imap_host"]):
        raise ApiError("account_verification_failed", id=account_id, reason=_LOGIN_FAILURE)
    columns = _saved_columns(dict(body), existing is not None)
    if existing is None:
        account_id = ctx.db.next_ids("email_account")
        warmup_key = rng.two_words(ctx.workspace.seed, "warmup", account_id)
        warmup = {"warmup_id": ctx.db.next_ids("warmup"), "warmup_key": warmup_key}
        ctx.db.insert(email_account, id=account_id, created_at=ctx.now, updated_at=ctx.now, **warmup, **columns)
    else:
        warmup_key = existing["warmup_key"]
        ctx.db.update(email_account, {"id": existing["id"]}, updated_at=ctx.now, **columns)
    message = "Email account added/updated successfully!"
    return Reply({"ok": True, "message": message, "emailAccountId": account_id, "warmupKey": warmup_key})


def _check_address(ctx: Context, address: str, account_id: int | None) -> None:
    if rules.belongs_to_other_user(address):
        raise ApiError("account_exists_other_user")
    owner = records.by_address(ctx, address)
    if owner is not None and owner["id"] != account_id:
        raise ApiError("account_exists", id=owner["id"], hint="Send the id of the existing account to update it.")


def _saved_columns(given: dict[str, Any], is_update: bool) -> dict[str, Any]:
    """The columns that a save writes; optional fields that are left out keep their value or take the default."""
    given = {
        name: value for name, value in given.items() if name != "id" and not (value is None and name in _KEEP_ON_NULL)
    }
    columns = {
        _COLUMNS.get(name, name): value for name, value in given.items() if name not in ("warmup_enabled", "token")
    }
    columns["address"] = given["from_email"].lower()
    columns["warmup_status"] = "ACTIVE" if given["warmup_enabled"] else "INACTIVE"
    columns |= {"smtp_failure": None, "imap_failure": None}
    if "token" in given:
        columns["oauth_token"] = orjson.dumps(given["token"]).decode()
    if not is_update:
        columns.setdefault("type", "SMTP")
    if not is_update or "imap_user_name" in given:
        columns.setdefault("imap_username", given["user_name"])
        columns.setdefault("imap_password", given["password"])
    return columns


@operation("update_email_account")
def update_email_account(
    ctx: Context, params: inputs.UpdateEmailAccountParams, body: inputs.UpdateEmailAccountBody
) -> Reply:
    """Change the settings that are given; credentials are changed by saving with the id (S1, R)."""
    row = records.find(ctx, params["email_account_id"])
    changes = {name: value for name, value in body.items() if not (value is None and name in _KEEP_ON_NULL)}
    if changes:
        ctx.db.update(email_account, {"id": row["id"]}, updated_at=ctx.now, **changes)
    message = "Email account details updated successfully!"
    return Reply({"ok": True, "message": message, "emailAccountId": row["id"]})


@operation("delete_email_account")
def delete_email_account(ctx: Context, params: inputs.DeleteEmailAccountParams) -> Reply:
    """Delete a mailbox: it leaves the list and every campaign, and its warm-up ends (R)."""
    row = records.find(ctx, params["email_account_id"])
    membership.detach_everywhere(ctx, row["id"])
    tags.forget(ctx, "email_account", row["id"])
    reason = "Email account is deleted by user action"
    ctx.db.update(
        email_account, {"id": row["id"]}, deleted_at=ctx.now, warmup_status="INACTIVE", warmup_blocked_reason=reason
    )
    return Reply({"ok": True, "message": "Email account deleted successfully!", "emailAccountId": row["id"]})

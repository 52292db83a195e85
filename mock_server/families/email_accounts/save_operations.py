"""Saving mailboxes: what a mailbox with logins and one with OAuth tokens have in common."""

from __future__ import annotations

from typing import Any

from mock_server import rng
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.clients import records as clients
from mock_server.families.email_accounts import records, rules, views, warmup
from mock_server.families.email_accounts.columns import saved_columns
from mock_server.families.email_accounts.tables import email_account
from mock_server.state.database import Row


@operation("save_email_account")
def save_email_account(ctx: Context, params: inputs.SaveEmailAccountParams, body: inputs.SaveEmailAccountBody) -> Reply:
    """Create a mailbox, or update the one whose id is given; refused when its mail servers refuse the login (S1)."""
    existing = _existing(ctx, body.get("id"), body["from_email"])
    if rules.login_fails(body["smtp_host"]) or rules.login_fails(body["imap_host"]):
        hint = f"Mail servers at or under {rules.FAILING_HOST} refuse every login."
        raise ApiError("account_verification_failed", id=body.get("id"), reason=rules.LOGIN_FAILURE, hint=hint)
    columns = saved_columns(dict(body))
    is_new = existing is None or existing["oauth_token"] is not None  # what a provider's mailbox was is over
    if is_new:
        columns = {"type": "SMTP", "oauth_token": None, **columns}
    if is_new or "imap_user_name" in body:
        columns.setdefault("imap_username", body["user_name"])
        columns.setdefault("imap_password", body["password"])
    account_id, warmup_key = _write(ctx, existing, columns)
    message = "Email account added/updated successfully!"
    answer = {"ok": True, "message": message, "emailAccountId": account_id, "warmupKey": warmup_key}
    return Reply(answer, beside=lambda: views.saved(records.find(ctx, account_id)))


@operation("save_oauth_email_account")
def save_oauth_email_account(
    ctx: Context, params: inputs.SaveOauthEmailAccountParams, body: inputs.SaveOauthEmailAccountBody
) -> Reply:
    """Create a mailbox of a provider, or update the one whose id is given; its servers are the provider's (R)."""
    existing, token = _existing(ctx, body.get("id"), body["from_email"]), body["token"]
    if not rules.token_is_valid(token["expiry_date"], token.get("refresh_token", ""), ctx.now):
        raise ApiError("invalid_oauth_token", hint="Send a refresh_token, or an expiry_date after the clock's now.")
    logins = {"imap_username": body["username"], "password": None, "imap_password": None}
    account_id, _ = _write(ctx, existing, {**saved_columns(dict(body)), **logins, **rules.SERVERS[body["type"]]})
    saved = {"id": account_id, "from_email": body["from_email"], "type": body["type"]}
    data = {**saved, "is_smtp_success": True, "is_imap_success": True}
    return Reply({"ok": True, "message": "OAuth account added successfully", "data": data})


def _existing(ctx: Context, account_id: int | None, address: str) -> Row | None:
    """The mailbox to update, if an id is given; ApiError when the address is not free for it."""
    existing = None if account_id is None else records.find(ctx, account_id)
    if rules.belongs_to_other_user(address):
        raise ApiError("account_exists_other_user", hint=f"Addresses at or under {rules.TAKEN_DOMAIN} are another's.")
    holder = records.holder_of(ctx, address)
    if holder is not None and not ctx.may_see(holder["client_id"]):
        raise ApiError("account_exists_other_user", hint="A mailbox that is not this client's has the address.")
    if holder is not None and holder["id"] != account_id:
        raise ApiError("account_exists", id=holder["id"], hint="Send the id of the existing account to update it.")
    return existing


def _write(ctx: Context, existing: Row | None, columns: dict[str, Any]) -> tuple[int, str]:
    """Insert or update a mailbox; its id and its warm-up key."""
    account_id: int
    if existing is None or "client_id" in columns:
        columns["client_id"] = clients.owner(ctx, columns.get("client_id"))
    if existing is None:
        account_id = ctx.db.next_ids("email_account")
        key = rng.two_words(ctx.workspace.seed, "warmup", account_id)
        own = {"id": account_id, "created_at": ctx.now, "warmup_id": ctx.db.next_ids("warmup"), "warmup_key": key}
        ctx.db.insert(email_account, updated_at=ctx.now, **own, **columns)
    else:
        account_id, key = existing["id"], existing["warmup_key"]
        ctx.db.update(email_account, {"id": account_id}, updated_at=ctx.now, **columns)
    warmup.follow(ctx, account_id)
    return account_id, key

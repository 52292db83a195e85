"""What the API does with clients and their keys, the user of a key and the credit."""

from __future__ import annotations

from typing import Any

import orjson

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.clients import keys, records, views
from mock_server.families.clients.tables import client
from mock_server.families.email_accounts.rules import belongs_to_other_user
from mock_server.state.statements import containing
from mock_server.state.workspaces import lead_credit, lead_credit_used

_PLAIN = (
    "name", "email", "uuid", "logo", "logo_url", "is_credit_assigned", "email_credits", "lead_credits",
)  # fmt: skip


@operation("save_client")
def save_client(ctx: Context, params: inputs.SaveClientParams, body: inputs.SaveClientBody) -> Reply:
    """Make a client, or change the one whose id is sent; absent fields stay, the password is not kept (S1, R)."""
    _refuse_clients(ctx)
    client_id = body.get("id")
    if client_id is not None:
        records.find(ctx, client_id)
    twin = records.by_address(ctx, body["email"])
    if belongs_to_other_user(body["email"]) or (twin is not None and twin["id"] != client_id):
        hint = "Send the id of the client to change it." if twin is not None else "A client of another account has it."
        raise ApiError("client_email_taken", value=body["email"], hint=hint)
    given: dict[str, Any] = dict(body)
    columns = {name: given[name] for name in _PLAIN if name in given} | {"address": body["email"].lower()}
    if "permission" in body:
        columns["permission"] = orjson.dumps(body["permission"]).decode()
    beside: dict[str, Any] = {}
    if client_id is None:
        client_id = records.insert(ctx, **columns)
        beside["created_at"] = iso(ctx.now)
        if ctx.edition.behaviour.new_client_key:
            beside["api_key"] = records.insert_key(ctx, client_id, body["name"])["api_key"]
    else:
        ctx.db.update(client, {"id": client_id}, updated_at=ctx.now, **columns)
    saved = {"ok": True, "clientId": client_id, "name": body["name"], "email": body["email"]}
    return Reply({**saved, "password": body.get("password")}, beside=lambda: beside)


@operation("list_clients")
def list_clients(ctx: Context, params: inputs.ListClientsParams) -> Reply:
    """The clients by id as a bare array; the key of a client sees that one only (S1)."""
    return Reply([views.client(row, ctx.workspace.user_id) for row in records.all_clients(ctx)])


@operation("create_client_api_key")
def create_client_api_key(
    ctx: Context, params: inputs.CreateClientApiKeyParams, body: inputs.CreateClientApiKeyBody
) -> Reply:
    """Make a key that opens what is the client's; a client may have several (R)."""
    _refuse_clients(ctx)
    of = records.find(ctx, body["clientId"])
    row = records.insert_key(ctx, of["id"], body["keyName"])
    may_change = keys.FULL_ACCESS in orjson.loads(of["permission"])
    hint = "" if may_change else "The key may read and reply only: the client has no permission full_access."
    return Reply({"ok": True, "data": views.api_key(row, ctx.workspace.user_id)}, hint=hint)


@operation("list_client_api_keys")
def list_client_api_keys(ctx: Context, params: inputs.ListClientApiKeysParams) -> Reply:
    """Keys by id, the deleted ones too; all filters must hold (R, C:vendor-cli)."""
    filters: dict[str, Any] = {}
    if "clientId" in params:
        filters["client_id"] = params["clientId"]
    if "status" in params:
        filters[params["status"]] = None
    if "keyName" in params:
        filters["part"] = containing(params["keyName"])
    rows = records.all_keys(ctx, filters)
    data = [views.api_key(row, ctx.workspace.user_id) for row in rows]
    return Reply({"message": "API keys fetched successfully", "data": data})


@operation("delete_client_api_key")
def delete_client_api_key(ctx: Context, params: inputs.DeleteClientApiKeyParams) -> Reply:
    """Have a key open nothing any more; its record stays, as inactive (R; the reply is inferred)."""
    _refuse_clients(ctx)
    records.change_key(ctx, records.find_key(ctx, params["api_key_id"])["id"], deleted_at=ctx.now)
    return Reply({"ok": True})


@operation("reset_client_api_key")
def reset_client_api_key(ctx: Context, params: inputs.ResetClientApiKeyParams) -> Reply:
    """Give a key a new value; the former one opens nothing any more (R; the reply is inferred)."""
    _refuse_clients(ctx)
    row = records.find_key(ctx, params["api_key_id"])
    resets = row["resets"] + 1
    records.change_key(ctx, row["id"], resets=resets, api_key=keys.value(ctx.workspace, row["id"], resets))
    return Reply({"ok": True, "data": views.api_key(records.find_key(ctx, row["id"]), ctx.workspace.user_id)})


def _refuse_clients(ctx: Context) -> None:
    """No client manages clients and keys, whatever it may do besides."""
    if ctx.client is not None:
        raise ApiError("not_permitted", hint="Clients and their keys are managed with the account's own key.")


@operation("get_user_by_api_key")
def get_user_by_api_key(ctx: Context, params: inputs.GetUserByApiKeyParams) -> Reply:
    """The user of the key of this call; the account is an agency once it has a client (OAS)."""
    of = None if ctx.client is None else records.find(ctx, ctx.client.id)
    return Reply(views.user(ctx, of, is_agency=records.any_client(ctx)))


@operation("get_credit_stats")
def get_credit_stats(ctx: Context, params: inputs.GetCreditStatsParams) -> Reply:
    """What imports have used of the account's credit of leads, and what is left (OAS)."""
    left = lead_credit(ctx.db)
    hint = "The credit has no limit; PUT /_mock/settings sets lead_credit." if left is None else ""
    return Reply(views.credit(lead_credit_used(ctx.db), left), hint=hint)

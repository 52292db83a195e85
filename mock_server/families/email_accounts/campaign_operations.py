"""What the API does with the mailboxes of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.email_accounts import membership, records, views, warmup
from mock_server.families.tags import records as tags
from mock_server.state.database import Row


@operation("list_campaign_email_accounts")
def list_campaign_email_accounts(ctx: Context, params: inputs.ListCampaignEmailAccountsParams) -> Reply:
    """The mailboxes of a campaign, whole; an empty array when it has none (S1, C:sim)."""
    row = campaigns.find(ctx, params["campaign_id"])
    accounts = [one for one in membership.accounts_of(ctx, row["id"]) if ctx.may_see(one["client_id"])]
    ids = [one["id"] for one in accounts]
    tagged = tags.of(ctx, "email_account", ids) if params["include_tags"] else {}
    warmed, user_id = warmup.totals(ctx, ids), ctx.workspace.user_id
    return Reply([
        views.campaign_item(one, user_id, ctx.now, tagged.get(one["id"]), warmed[one["id"]]) for one in accounts
    ])  # fmt: skip


@operation("add_campaign_email_accounts")
def add_campaign_email_accounts(
    ctx: Context, params: inputs.AddCampaignEmailAccountsParams, body: inputs.AddCampaignEmailAccountsBody
) -> Reply:
    """Attach mailboxes; one that is attached already is refreshed (S1; the upsert is our reading)."""
    row = campaigns.find(ctx, params["campaign_id"])
    for account in _allowed(ctx, body["email_account_ids"]):
        if not records.can_send(account):
            raise ApiError("email_account_unusable", id=account["id"], hint="Unsuspend it, or reconnect its logins.")
    return Reply({"ok": True, "result": _attached(ctx, row["id"], body["email_account_ids"])})


@operation("add_campaign_email_accounts_by_tag")
def add_campaign_email_accounts_by_tag(
    ctx: Context, params: inputs.AddCampaignEmailAccountsByTagParams, body: inputs.AddCampaignEmailAccountsByTagBody
) -> Reply:
    """Attach the mailboxes that have one of the tags and can send, by id (C:ironmark; inferred)."""
    row = campaigns.find(ctx, params["campaign_id"])
    tags.check(ctx, body["tag_ids"])
    found = records.by_ids(ctx, tags.holders(ctx, "email_account", body["tag_ids"]))
    usable = sorted(account_id for account_id, account in found.items() if records.can_send(account))
    return Reply({"ok": True, "result": _attached(ctx, row["id"], usable)})


def _attached(ctx: Context, campaign_id: int, account_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Attach mailboxes; the mappings as they are shown."""
    mappings = membership.attach(ctx, campaign_id, account_ids)
    return [
        {"id": one, "email_campaign_id": campaign_id, "email_account_id": account_id, "updated_at": iso(ctx.now)}
        for account_id, one in mappings.items()
    ]


@operation("remove_campaign_email_accounts")
def remove_campaign_email_accounts(
    ctx: Context, params: inputs.RemoveCampaignEmailAccountsParams, body: inputs.RemoveCampaignEmailAccountsBody
) -> Reply:
    """Detach mailboxes and tell how many were attached; an ACTIVE campaign keeps at least one (R)."""
    row = campaigns.find(ctx, params["campaign_id"])
    _allowed(ctx, body["email_account_ids"])
    removed = membership.detach(ctx, row["id"], body["email_account_ids"])
    if removed and row["status"] == "ACTIVE" and not membership.has_account(ctx, row["id"]):
        raise ApiError("last_email_account", hint="Pause the campaign, or add another email account first.")
    return Reply({"ok": True, "result": removed})


def _allowed(ctx: Context, account_ids: Sequence[int]) -> list[Row]:
    """The mailboxes; ApiError for the first id that the workspace does not have."""
    found = records.by_ids(ctx, account_ids)
    for account_id in account_ids:
        if account_id not in found:
            raise ApiError("email_account_not_allowed", id=account_id, hint="Save the email account first.")
    return [found[account_id] for account_id in account_ids]

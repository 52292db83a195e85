"""What the API does with the mailboxes of a campaign."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.email_accounts import membership, records, views
from mock_server.state.database import Row


@operation("list_campaign_email_accounts")
def list_campaign_email_accounts(ctx: Context, params: inputs.ListCampaignEmailAccountsParams) -> Reply:
    """The mailboxes of a campaign, whole; an empty array when it has none (S1, C:sim)."""
    row = campaigns.find(ctx, params["campaign_id"])
    with_tags = params["include_tags"]
    accounts = membership.accounts_of(ctx, row["id"])
    return Reply([views.campaign_item(one, ctx.workspace.user_id, ctx.now, with_tags=with_tags) for one in accounts])


@operation("add_campaign_email_accounts")
def add_campaign_email_accounts(
    ctx: Context, params: inputs.AddCampaignEmailAccountsParams, body: inputs.AddCampaignEmailAccountsBody
) -> Reply:
    """Attach mailboxes; one that is attached already is refreshed (S1; the upsert is our reading)."""
    row = campaigns.find(ctx, params["campaign_id"])
    for account in _allowed(ctx, body["email_account_ids"]):
        if account["is_suspended"] or account["smtp_failure"] or account["imap_failure"]:
            raise ApiError("email_account_unusable", id=account["id"])
    mappings = membership.attach(ctx, row["id"], body["email_account_ids"])
    result = [
        {"id": mapping_id, "email_campaign_id": row["id"], "email_account_id": account_id, "updated_at": iso(ctx.now)}
        for account_id, mapping_id in mappings.items()
    ]
    return Reply({"ok": True, "result": result})


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

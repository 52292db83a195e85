"""What the API does with tags, and with those of mailboxes and campaigns."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.email_accounts import records as email_accounts
from mock_server.families.tags import records, rules, views
from mock_server.families.tags.tables import tag


@operation("create_email_account_tag")
def create_email_account_tag(
    ctx: Context, params: inputs.CreateEmailAccountTagParams, body: inputs.CreateEmailAccountTagBody
) -> Reply:
    """Make a tag; the name may repeat, and a colour is chosen when none is given (R)."""
    columns = {"name": body["name"], "color": body.get("color", rules.DEFAULT_COLOR)}
    tag_id = ctx.db.next_ids("tag")
    ctx.db.insert(tag, id=tag_id, **columns)
    return Reply({"ok": True, "data": {"id": tag_id, **columns}})


@operation("list_email_account_tags")
def list_email_account_tags(ctx: Context, params: inputs.ListEmailAccountTagsParams) -> Reply:
    """All tags by id, as a bare array (R)."""
    return Reply([views.tag(row) for row in records.all_tags(ctx)])


@operation("update_email_account_tag")
def update_email_account_tag(
    ctx: Context, params: inputs.UpdateEmailAccountTagParams, body: inputs.UpdateEmailAccountTagBody
) -> Reply:
    """Give a tag another name and colour, wherever it is put (R)."""
    records.check(ctx, [body["id"]])
    ctx.db.update(tag, {"id": body["id"]}, name=body["name"], color=body["color"])
    return Reply({"ok": True, "data": {"id": body["id"], "name": body["name"], "color": body["color"]}})


@operation("assign_email_account_tags")
def assign_email_account_tags(
    ctx: Context, params: inputs.AssignEmailAccountTagsParams, body: inputs.AssignEmailAccountTagsBody
) -> Reply:
    """Put every tag on every mailbox; a success whatever becomes of a pair, its row tells (R1)."""
    accounts, tags = _known(ctx, body["email_account_ids"], body["tag_ids"])
    new = records.put(ctx, "email_account", _among(body["email_account_ids"], accounts), _among(body["tag_ids"], tags))
    outcomes = rules.outcomes(
        body["email_account_ids"], body["tag_ids"], accounts=accounts, tags=tags, done=set(new),
        action="added", else_="Mapping already exists",
    )  # fmt: skip
    return Reply(views.mapping_answer("Tag mapping operation completed", "added", outcomes, new))


@operation("remove_email_account_tags")
def remove_email_account_tags(
    ctx: Context, params: inputs.RemoveEmailAccountTagsParams, body: inputs.RemoveEmailAccountTagsBody
) -> Reply:
    """Take every tag off every mailbox; the tags stay (R1)."""
    accounts, tags = _known(ctx, body["email_account_ids"], body["tag_ids"])
    gone = records.take(ctx, "email_account", list(accounts), list(tags))
    outcomes = rules.outcomes(
        body["email_account_ids"], body["tag_ids"], accounts=accounts, tags=tags, done=gone,
        action="deleted", else_="Mapping does not exist",
    )  # fmt: skip
    return Reply(views.mapping_answer("Tag removal operation completed", "deleted", outcomes, {}))


def _known(ctx: Context, account_ids: Sequence[int], tag_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    return set(email_accounts.by_ids(ctx, account_ids)), records.known(ctx, tag_ids)


def _among(ids: Sequence[int], known: set[int]) -> list[int]:
    return [one for one in ids if one in known]


@operation("get_tags_by_email_addresses")
def get_tags_by_email_addresses(
    ctx: Context, params: inputs.GetTagsByEmailAddressesParams, body: inputs.GetTagsByEmailAddressesBody
) -> Reply:
    """The tags of mailboxes by address, in the order asked for; one unknown address fails the call (R1)."""
    found = email_accounts.by_addresses(ctx, body["email_ids"])
    unknown = [address for address in body["email_ids"] if address.lower() not in found]
    if unknown:
        raise ApiError("foreign_email_addresses", emails=unknown, hint="Nothing is answered unless all are known.")
    rows = [found[address] for address in dict.fromkeys(one.lower() for one in body["email_ids"])]
    tags = records.of(ctx, "email_account", [row["id"] for row in rows])
    data = [
        {"email_account_id": row["id"], "email_id": row["from_email"], "tags": views.named(tags[row["id"]])}
        for row in rows
    ]
    return Reply({"success": True, "data": data})


@operation("add_campaign_tags")
def add_campaign_tags(ctx: Context, params: inputs.AddCampaignTagsParams, body: inputs.AddCampaignTagsBody) -> Reply:
    """Put every tag on every campaign, all or none; what is there stays (C:ironmark; inferred)."""
    _check_campaign_tags(ctx, body["campaign_ids"], body["tag_ids"])
    records.put(ctx, "campaign", body["campaign_ids"], body["tag_ids"])
    return Reply({"ok": True})


@operation("remove_campaign_tags")
def remove_campaign_tags(
    ctx: Context, params: inputs.RemoveCampaignTagsParams, body: inputs.RemoveCampaignTagsBody
) -> Reply:
    """Take every tag off every campaign, all or none; what is not there is passed over (C:ironmark; inferred)."""
    _check_campaign_tags(ctx, body["campaign_ids"], body["tag_ids"])
    records.take(ctx, "campaign", body["campaign_ids"], body["tag_ids"])
    return Reply({"ok": True})


def _check_campaign_tags(ctx: Context, campaign_ids: Sequence[int], tag_ids: Sequence[int]) -> None:
    campaigns.check(ctx, campaign_ids)
    records.check(ctx, tag_ids)

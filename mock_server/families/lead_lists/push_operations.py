"""What the API does when leads are pushed: into campaigns and lists, staying where they were or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.lead_lists import membership, records
from mock_server.families.leads import imports, rules, selection
from mock_server.families.leads import records as leads
from mock_server.families.leads.selection import Choice
from mock_server.state.database import Row

_PUSHED_TO_LIST = {"ok": True, "message": "Leads moved to list"}


@operation("push_leads_to_campaign")
def push_leads_to_campaign(
    ctx: Context, params: inputs.PushLeadsToCampaignParams, body: inputs.PushLeadsToCampaignBody
) -> Reply:
    """Add leads of the account to a campaign under the checks of an import; `move` takes them out of their list (R)."""
    campaign = _target(ctx, body)
    named = body.get("leadList", {})
    chosen = selection.chosen(ctx, _choice(ctx, named.get("listId"), named.get("leadIds"), body.get("filters", {})))
    flag = body.get("csvSettings", {}).get("ignoreGlobalBlockList", False)
    settings = rules.import_settings({"ignore_global_block_list": flag}, ctx.edition.behaviour)
    result = imports.import_leads(ctx, campaign, [{"email": row["email"]} for row in chosen], settings)
    if body["action"] == "move":
        arrived = leads.enrolled(ctx, campaign["id"], [row["id"] for row in chosen])
        _leave(ctx, arrived, named.get("listId"))
    data = {"campaign_id": campaign["id"], "total_leads": result.count()["added"]}
    return Reply({"ok": True, "message": "Leads pushed to campaign", "data": data})


def _target(ctx: Context, body: inputs.PushLeadsToCampaignBody) -> Row:
    """The campaign of the id, else the newest of the name, else a new one of that name."""
    if "campaignId" in body:
        return campaigns.find(ctx, body["campaignId"])
    newest = campaigns.newest_of_name(ctx, body["campaignName"])
    return newest or campaigns.find(ctx, campaigns.insert(ctx, name=body["campaignName"]))


def _choice(ctx: Context, list_id: int | None, lead_ids: Sequence[int] | None, filters: Mapping[str, Any]) -> Choice:
    """All leads, or those of a list, or those named, or both; each filter narrows. Unknown ids are refused."""
    choice = Choice.by_rows(filters.get("status"), filters.get("emailStatus"))
    if "campaignId" in filters:
        choice.row_meets("campaign_ids", rules.ids_of(filters["campaignId"]))
    if "leadCategoryIds" in filters:
        choice.row_meets("category_ids", rules.ids_of(filters["leadCategoryIds"]))
    if list_id is not None:
        choice.lead_meets("list_id", records.find(ctx, list_id)["id"])
    if lead_ids is not None:
        leads.check(ctx, lead_ids)
        choice.lead_meets("ids", list(lead_ids))
    return choice


def _leave(ctx: Context, lead_ids: Sequence[int], list_id: int | None, *, keep: int = 0) -> None:
    """Leads that were moved leave the list they came from; without one, every list but `keep`."""
    if list_id is None:
        membership.remove_everywhere(ctx, lead_ids, keep=keep)
    elif list_id != keep:
        membership.remove(ctx, list_id, lead_ids)


@operation("push_leads_between_lists")
def push_leads_between_lists(
    ctx: Context, params: inputs.PushLeadsBetweenListsParams, body: inputs.PushLeadsBetweenListsBody
) -> Reply:
    """Put the leads of a list, or the ones named, into another list; the figure counts all that were pushed (R)."""
    source = body.get("fromListId")
    chosen = selection.chosen_ids(ctx, _choice(ctx, source, body.get("leadIds"), {}))
    target = records.find(ctx, body["toListId"])
    membership.add(ctx, target["id"], chosen)
    if body["action"] == "move":
        _leave(ctx, chosen, source, keep=target["id"])
    return Reply({"ok": True, "data": {"total_leads_moved": len(chosen)}})


@operation("push_leads_to_list")
def push_leads_to_list(ctx: Context, params: inputs.PushLeadsToListParams, body: inputs.PushLeadsToListBody) -> Reply:
    """Put leads into a list and take them out of all campaigns, unless they are copied; no lead is deleted (CLI)."""
    target = records.find(ctx, body["listId"])
    named = None if body.get("allLeads", False) else body["leadIds"]
    chosen = selection.chosen_ids(ctx, _choice(ctx, None, named, body.get("filters", {})))
    membership.add(ctx, target["id"], chosen)
    if body.get("action", "move") == "move":
        leads.take_out(ctx, [row for rows in leads.enrolments_of(ctx, chosen).values() for row in rows])
    return Reply(_PUSHED_TO_LIST)


@operation("push_campaign_leads_to_list")
def push_campaign_leads_to_list(
    ctx: Context, params: inputs.PushCampaignLeadsToListParams, body: inputs.PushCampaignLeadsToListBody
) -> Reply:
    """Take rows out of a campaign and put their leads into a list; their other campaigns keep them (CLI)."""
    campaign = campaigns.find(ctx, body["campaignId"])
    target = records.find(ctx, body["listId"])
    map_ids = None if body.get("allLeads", False) else body["leadMapIds"]
    rows = leads.rows_of_campaign(ctx, campaign["id"], map_ids)
    for missing in set(map_ids or ()) - {row["id"] for row in rows}:
        hint = f"Campaign {campaign['id']} has no campaign_lead_map_id {missing}."
        raise ApiError("lead_not_found", hint=hint)
    membership.add(ctx, target["id"], [row["lead_id"] for row in rows])
    leads.take_out(ctx, rows)
    return Reply(_PUSHED_TO_LIST)

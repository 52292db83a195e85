"""What the API does with lead lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.lead_lists import imports, records, views
from mock_server.families.lead_lists.tables import lead_list
from mock_server.families.leads.rules import ids_of
from mock_server.families.tags import records as tags
from mock_server.state.database import Row


@operation("list_lead_lists", long=True)
def list_lead_lists(ctx: Context, params: inputs.ListLeadListsParams) -> Reply:
    """One page of the lists by id; all filters must hold, and the total counts what matches them (C:sim)."""
    tag_ids = ids_of(params["tagIds"]) if "tagIds" in params else None
    total, rows = records.page(ctx, params.get("listName"), tag_ids, params["offset"], params["limit"])
    return Reply({"ok": True, "data": {"lists": _shown(ctx, rows), "totalCount": total}})


@operation("get_lead_list", long=True)
def get_lead_list(ctx: Context, params: inputs.GetLeadListParams) -> Reply:
    """One list, as in the page."""
    return Reply({"ok": True, "data": _shown(ctx, [records.find(ctx, params["lead_list_id"])])[0]})


def _shown(ctx: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    ids = [row["id"] for row in rows]
    active, tagged = records.active_counts(ctx, ids), tags.of(ctx, "lead_list", ids)
    user_id = ctx.workspace.user_id
    return [views.lead_list(row, user_id, active.get(row["id"], 0), tagged[row["id"]]) for row in rows]


@operation("create_lead_list")
def create_lead_list(ctx: Context, params: inputs.CreateLeadListParams, body: inputs.CreateLeadListBody) -> Reply:
    """Make an empty list; the name may repeat (C:sim)."""
    row = records.insert(ctx, body["listName"])
    times = {"created_at": iso(row["created_at"]), "updated_at": iso(row["updated_at"])}
    return Reply({"ok": True, "data": {"id": row["id"], "list_name": row["name"], **times}})


@operation("update_lead_list")
def update_lead_list(ctx: Context, params: inputs.UpdateLeadListParams, body: inputs.UpdateLeadListBody) -> Reply:
    """Rename a list (C:sim)."""
    row = records.find(ctx, params["lead_list_id"])
    ctx.db.update(lead_list, {"id": row["id"]}, name=body["listName"], updated_at=ctx.now)
    return Reply({"ok": True, "data": {"id": row["id"], "list_name": body["listName"], "updated_at": iso(ctx.now)}})


@operation("delete_lead_list")
def delete_lead_list(ctx: Context, params: inputs.DeleteLeadListParams) -> Reply:
    """Delete a list; its leads stay in the account and in their campaigns (R)."""
    records.delete(ctx, records.find(ctx, params["lead_list_id"])["id"])
    return Reply({"ok": True})


@operation("import_leads_to_list")
def import_leads_to_list(
    ctx: Context, params: inputs.ImportLeadsToListParams, body: inputs.ImportLeadsToListBody
) -> Reply:
    """Put leads into a list without a campaign; a badly formed address is in no figure but the total (R)."""
    row = records.find(ctx, params["lead_list_id"])
    leads: list[dict[str, Any]] = [dict(one) for one in body["leadList"]]
    ignore_block_list = body.get("csvSettings", {}).get("ignoreGlobalBlockList", False)
    counts = imports.import_leads(ctx, row["id"], leads, check_block_list=not ignore_block_list)
    figures = {
        "total_leads": len(leads),
        "imported": counts["added"],
        "duplicates": counts["repeated"] + counts["already_here"],
        "blocked": counts["blocked"],
    }
    return Reply({"ok": True, "data": figures})


@operation("assign_tags_to_lead_lists")
def assign_tags_to_lead_lists(
    ctx: Context, params: inputs.AssignTagsToLeadListsParams, body: inputs.AssignTagsToLeadListsBody
) -> Reply:
    """Put tags on lists, then take tags off them, all or none (R, OAS)."""
    records.find_all(ctx, body["listIds"])
    added, removed = body.get("tagIds", []), body.get("removeTagIds", [])
    tags.check(ctx, [*added, *removed])
    tags.put(ctx, "lead_list", body["listIds"], added)
    tags.take(ctx, "lead_list", body["listIds"], removed)
    return Reply({"ok": True})

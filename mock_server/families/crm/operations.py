"""What the API does with the notes, tasks and tags of leads."""

from __future__ import annotations

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.crm import records, views
from mock_server.families.leads import records as leads
from mock_server.families.tags import records as tags
from mock_server.families.tags.tables import tag_mapping


def _rows(ctx: Context, lead_id: int) -> list[int]:
    """The ids of a lead's rows in campaigns; ApiError `lead_not_found` when there is no such lead."""
    lead = leads.find_lead(ctx, lead_id)
    return [row["id"] for row in leads.enrolments_of(ctx, [lead["id"]])[lead["id"]]]


@operation("list_lead_notes")
def list_lead_notes(ctx: Context, params: inputs.ListLeadNotesParams) -> Reply:
    """The notes on any of the lead's rows, oldest first (R)."""
    rows = records.notes(ctx, _rows(ctx, params["lead_id"]))
    return Reply({"ok": True, "data": [views.note(row, ctx.workspace.user_id) for row in rows]})


@operation("list_lead_tasks")
def list_lead_tasks(ctx: Context, params: inputs.ListLeadTasksParams) -> Reply:
    """The tasks on any of the lead's rows, oldest first (R)."""
    rows = records.tasks(ctx, _rows(ctx, params["lead_id"]))
    return Reply({"ok": True, "data": [views.task(row) for row in rows]})


@operation("list_lead_tags")
def list_lead_tags(ctx: Context, params: inputs.ListLeadTagsParams) -> Reply:
    """The tags of one lead with the ids of their mappings; without a lead, all tags of the account (R)."""
    if "leadId" not in params:
        return Reply({"ok": True, "data": [views.tag(row) for row in tags.all_tags(ctx)]})
    lead = leads.find_lead(ctx, params["leadId"])
    rows = tags.of(ctx, "lead", [lead["id"]])[lead["id"]]
    return Reply({"ok": True, "data": [views.tag_of_lead(row) for row in rows]})


@operation("add_tags_to_lead")
def add_tags_to_lead(ctx: Context, params: inputs.AddTagsToLeadParams, body: inputs.AddTagsToLeadBody) -> Reply:
    """Put tags on a lead, all or none; the answer has the new mappings only (R)."""
    lead = leads.find_lead(ctx, body["leadId"])
    leads.check_own(ctx, lead["id"])
    tags.check(ctx, body["tagIds"])
    new = tags.put(ctx, "lead", [lead["id"]], body["tagIds"])
    data = [{"id": mapping_id, "tag_id": tag_id, "lead_id": lead_id} for (lead_id, tag_id), mapping_id in new.items()]
    return Reply({"ok": True, "data": data})


@operation("remove_tag_from_lead")
def remove_tag_from_lead(ctx: Context, params: inputs.RemoveTagFromLeadParams) -> Reply:
    """Take one tag off one lead by the id of the mapping; a mapping of anything but a lead is unknown here (R)."""
    lead_id = tags.holder_of(ctx, "lead", params["tag_mapping_id"])
    if lead_id is None or leads.lead_or_none(ctx, lead_id) is None:
        raise ApiError("tag_mapping_not_found", hint="The path takes the id of the mapping, not of the tag.")
    leads.check_own(ctx, lead_id)
    ctx.db.delete(tag_mapping, id=params["tag_mapping_id"])
    return Reply({"ok": True})

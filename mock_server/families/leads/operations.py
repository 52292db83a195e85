"""What the API does with leads: import, reading, changing, deleting."""

from __future__ import annotations

from typing import Any

import orjson

from mock_server.clock import parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.clients import records as clients
from mock_server.families.leads import imports, lifecycle, pages, records, rules, selection, views
from mock_server.families.leads.selection import Choice
from mock_server.families.leads.tables import lead

_TIME_FILTERS = {
    "created_at_gt": "created_at",
    "last_sent_time_gt": "last_sent_at",
    "event_time_gt": "last_event_at",
}


@operation("add_leads_to_campaign")
def add_leads_to_campaign(
    ctx: Context, params: inputs.AddLeadsToCampaignParams, body: inputs.AddLeadsToCampaignBody
) -> Reply:
    """Add leads; a success even when none passed the checks: only the counters tell (L1, S2)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    flags: dict[str, Any] = dict(body.get("settings") or {})
    leads: list[dict[str, Any]] = [dict(one) for one in body["lead_list"]]
    result = imports.import_leads(ctx, campaign, leads, rules.import_settings(flags, ctx.edition.behaviour))
    answer = _import_answer(result, with_ids=bool(flags.get("return_lead_ids", False)))
    if ctx.edition.behaviour.import_total == "campaign":
        answer["total_leads"] = pages.size_of_campaign(ctx.db, campaign["id"])
    return Reply(answer)


def _import_answer(result: imports.ImportResult, *, with_ids: bool) -> dict[str, Any]:
    """The live counters, which add up to `upload_count`, and the guide's three fields (S3)."""
    count = result.count()
    answer: dict[str, Any] = {
        "ok": True,
        "upload_count": len(result.outcomes),
        "total_leads": count["added"],
        "skipped_in_other_campaign_count": count["elsewhere"],
        "block_count": count["blocked"],
        "duplicate_count": count["repeated"],
        "invalid_email_count": count["invalid"],
        "invalid_emails": [sent for sent, _, outcome in result.outcomes if outcome == "invalid"],
        "already_added_to_campaign": count["already_here"],
        "unsubscribed_leads": result.addresses("unsubscribed"),
        "is_lead_limit_exhausted": count["over_limit"] > 0,
        "lead_import_stopped_count": count["over_limit"],
        "bounce_count": count["bounced"],
    }
    if with_ids:
        answer["emailToLeadIdMap"] = {
            "newlyAddedLeads": _ids(result, "added"),
            "existingLeads": _ids(result, "already_here"),
            "existingLeadsInOtherCampaigns": _ids(result, "elsewhere"),
        }
    skipped = [(sent, outcome) for sent, _, outcome in result.outcomes if outcome != "added"]
    answer["added_count"] = count["added"]
    answer["skipped_count"] = len(skipped)
    answer["skipped_leads"] = [{"email": sent, "reason": rules.SKIP_REASONS[outcome]} for sent, outcome in skipped]
    return answer


def _ids(result: imports.ImportResult, outcome: rules.Outcome) -> dict[str, str]:
    return {address: str(result.ids[address]) for address in result.addresses(outcome)}


@operation("list_leads_by_campaign")
def list_leads_by_campaign(ctx: Context, params: inputs.ListLeadsByCampaignParams) -> Reply:
    """One page of a campaign's leads by map id; all filters must hold; the total is a text (R)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    words = ctx.edition.behaviour.lead_status_words
    conditions, values = selection.facet_conditions(params.get("status"), params.get("emailStatus"), words)
    if "lead_category_id" in params:
        conditions.append("category_id = :category_id")
        values["category_id"] = params["lead_category_id"]
    given: dict[str, Any] = dict(params)
    later_than = {column: parse_moment(given[name]) for name, column in _TIME_FILTERS.items() if name in given}
    step = params.get("email_sequence_number")
    offset, limit = params["offset"], params["limit"]
    total, rows = pages.page_of_campaign(ctx, campaign["id"], conditions, values, later_than, step, offset, limit)
    data = [views.enrolment(row) for row in rows]
    word = lifecycle.WORD[words]
    if word is not None:
        for shown, row in zip(data, rows, strict=True):
            shown["status"] = word(row)
    return Reply({"total_leads": str(total), "offset": offset, "limit": limit, "data": data})


@operation("export_campaign_leads_csv", long=True)
def export_campaign_leads_csv(ctx: Context, params: inputs.ExportCampaignLeadsCsvParams) -> Reply:
    """Every lead of a campaign as CSV, without paging (S1, C:sim)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    return Reply(views.export(pages.all_of_campaign(ctx, campaign["id"])))


@operation("get_lead_by_email")
def get_lead_by_email(ctx: Context, params: inputs.GetLeadByEmailParams) -> Reply:
    """The lead of an address, with its campaigns; an empty object when there is none (R, C:sim)."""
    address = rules.normalised(params["email"])
    row = records.lead_by_email(ctx, address)
    if row is None:
        ctx.check_foreign(lambda account: records.lead_by_email(account, address), f"lead {address}")
        return Reply({}, hint="This workspace has no lead with that address; the real service answers 200 {} too.")
    enrolments = records.enrolments_of(ctx, [row["id"]])[row["id"]]
    emails = clients.emails(ctx, [one["campaign_client_id"] for one in enrolments])
    return Reply(views.lead_with_campaigns(row, enrolments, emails))


@operation("get_lead_by_id")
def get_lead_by_id(ctx: Context, params: inputs.GetLeadByIdParams) -> Reply:
    """The lead in an array of one; an empty array when there is none (C:sim)."""
    row = records.lead_or_none(ctx, params["lead_id"])
    return Reply({"data": [views.lead(row)] if row is not None else []})


@operation("list_all_leads")
def list_all_leads(ctx: Context, params: inputs.ListAllLeadsParams) -> Reply:
    """One page of all leads of the account with their campaigns, by id (R1)."""
    filters: dict[str, Any] = {}
    if "created_at_gt" in params:
        filters["created_after"] = parse_moment(params["created_at_gt"])
    if "email" in params:
        filters["address_key"] = rules.address_key(rules.normalised(params["email"]))
    rows, more = pages.page_of_account(ctx, filters, params["offset"], params["limit"])
    enrolments = records.enrolments_of(ctx, [row["id"] for row in rows])
    data = [views.global_lead(row, ctx.workspace.user_id, enrolments[row["id"]]) for row in rows]
    return Reply({"data": data, "skip": params["offset"], "limit": params["limit"], "hasMore": more})


@operation("list_all_leads_v2")
def list_all_leads_v2(ctx: Context, params: inputs.ListAllLeadsV2Params) -> Reply:
    """Leads above `lastSeenLeadId`, by id; conditions on a campaign row must hold for one row together (CLI)."""
    choice = Choice.by_rows(params.get("status"), params.get("emailStatus"))
    given: dict[str, Any] = dict(params)
    for name, condition in (("campaignId", "campaign_id"), ("clientId", "client_id")):
        if name in given:
            choice.row_meets(condition, given[name])
    if "listId" in params:
        choice.lead_meets("list_id", params["listId"])
    if "leadEmail" in params:
        choice.lead_meets("address_key", rules.address_key(rules.normalised(params["leadEmail"])))
    kind = params.get("leadType")
    if kind == "archived":
        return Reply({"ok": True, "data": {"leads": []}}, hint="No operation archives a lead, so nothing can match.")
    if kind == "active":
        choice.on_row.append("running")
    if kind in ("previously_active", "yet_to_use"):
        choice.on_lead += ["in_no_campaign", "enrolled" if kind == "previously_active" else "never_enrolled"]
    rows = selection.leads_after(ctx, choice, params.get("lastSeenLeadId", 0), params["limit"])
    return Reply({"ok": True, "data": {"leads": [views.account_lead(row) for row in rows]}})


@operation("list_campaigns_of_lead")
def list_campaigns_of_lead(ctx: Context, params: inputs.ListCampaignsOfLeadParams) -> Reply:
    """The campaigns of a lead, with the campaign's status (S1)."""
    row = records.find_lead(ctx, params["lead_id"])
    return Reply([views.campaign_of_lead(one) for one in records.enrolments_of(ctx, [row["id"]])[row["id"]]])


@operation("update_lead")
def update_lead(ctx: Context, params: inputs.UpdateLeadParams, body: inputs.UpdateLeadBody) -> Reply:
    """Change a lead in every campaign; custom fields are merged, absent fields keep their value (R)."""
    campaigns.find(ctx, params["campaign_id"])
    records.find_enrolment(ctx, params["campaign_id"], params["lead_id"])
    row = records.find_lead(ctx, params["lead_id"])
    records.check_own(ctx, row["id"])
    given: dict[str, Any] = dict(body)
    changes: dict[str, Any] = {name: text for name, text in imports.texts_of(given).items() if name in given}
    changes |= _changed_address(ctx, row["id"], row["email"], given["email"])
    if given.get("custom_fields"):
        merged = {**orjson.loads(row["custom_fields"]), **given["custom_fields"]}
        if len(merged) > rules.MAX_CUSTOM_FIELDS:
            raise ApiError("too_many_custom_fields")
        changes["custom_fields"] = orjson.dumps(merged).decode()
    ctx.db.update(lead, {"id": row["id"]}, updated_at=ctx.now, **changes)
    return Reply({"ok": True})


def _changed_address(ctx: Context, lead_id: int, old: str, sent: str) -> dict[str, str]:
    address = rules.normalised(sent)
    if address == old:
        return {}
    if not rules.is_address(address):
        raise ApiError("invalid_email", value=sent)
    other = records.holder_of(ctx, address)
    if other is not None and other["id"] != lead_id:
        raise ApiError("email_taken", value=sent, hint="Another lead has this address.")
    return {"email": address, "address_key": rules.address_key(address)}


@operation("delete_lead_from_campaign")
def delete_lead_from_campaign(ctx: Context, params: inputs.DeleteLeadFromCampaignParams) -> Reply:
    """Take a lead out of a campaign; a lead in no other campaign is deleted for good (R)."""
    campaigns.find(ctx, params["campaign_id"])
    records.withdraw(ctx, records.find_enrolment(ctx, params["campaign_id"], params["lead_id"]))
    return Reply({"ok": True, "message": "success"})


@operation("delete_leads_from_campaign_bulk")
def delete_leads_from_campaign_bulk(
    ctx: Context, params: inputs.DeleteLeadsFromCampaignBulkParams, body: inputs.DeleteLeadsFromCampaignBulkBody
) -> Reply:
    """Take several leads out of a campaign, all or none (S2 names the path, the rest is inferred)."""
    campaigns.find(ctx, params["campaign_id"])
    for lead_id in dict.fromkeys(map(rules.id_of, body["lead_ids"])):
        records.withdraw(ctx, records.find_enrolment(ctx, params["campaign_id"], lead_id))
    return Reply({"ok": True})


@operation("delete_lead_globally")
def delete_lead_globally(ctx: Context, params: inputs.DeleteLeadGloballyParams) -> Reply:
    """Delete a lead with all its rows (C:cli-js alone)."""
    row = records.find_lead(ctx, params["lead_id"])
    records.check_own(ctx, row["id"])
    records.delete_lead(ctx, row["id"])
    return Reply({"ok": True})


@operation("list_lead_categories")
def list_lead_categories(ctx: Context, params: inputs.ListLeadCategoriesParams) -> Reply:
    """The categories by id (S1, R)."""
    return Reply(views.categories())

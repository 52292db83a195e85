"""What the API does with campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.clock import iso, parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records, rules, views
from mock_server.families.campaigns.tables import campaign
from mock_server.families.clients import records as clients
from mock_server.families.email_accounts import membership
from mock_server.families.sequences import records as sequences
from mock_server.families.statistics.overview import overviews
from mock_server.families.tags import records as tags
from mock_server.state.database import Row

_NOT_COPIED = (
    "workspace_id", "id", "created_at", "updated_at", "deleted_at", "name", "status", "client_id", "new_leads_day",
    "new_leads_sent", "sent_count", "bounce_count", "check_completion", "team_member_id",
)  # fmt: skip
_COPIED = tuple(column.name for column in campaign.columns if column.name not in _NOT_COPIED)
_BOOLEANS = (
    "send_as_plain_text", "force_plain_text", "enable_ai_esp_matching", "auto_pause_domain_leads_on_reply",
    "ignore_ss_mailbox_sending_limit", "domain_level_rate_limit", "add_unsubscribe_tag",
)  # fmt: skip
_PLAIN = (
    "name", "stop_lead_settings", "stop_on_reply", "unsubscribe_text", "follow_up_percentage", "client_id",
    "bounce_autopause_threshold",
)  # fmt: skip
_JSON = ("track_settings", "out_of_office_detection_settings", "ai_categorisation_options")


@operation("list_campaigns")
def list_campaigns(ctx: Context, params: inputs.ListCampaignsParams) -> Reply:
    """All campaigns in one array, newest id first, sub-sequences included (R, C:sim)."""
    rows = records.all_newest_first(ctx, params.get("client_id"))
    shown = _shown(ctx, rows, params["include_tags"])
    if ctx.edition.behaviour.campaign_list_figures:
        found = overviews(ctx, [row["id"] for row in rows])
        shown = [{**one, **found[one["id"]]} for one in shown]
    return Reply(shown)


@operation("get_campaign")
def get_campaign(ctx: Context, params: inputs.GetCampaignParams) -> Reply:
    """One campaign, as in the list."""
    return Reply(_shown(ctx, [records.find(ctx, params["campaign_id"])], params["include_tags"])[0])


def _shown(ctx: Context, rows: Sequence[Row], with_tags: bool) -> list[dict[str, Any]]:
    tagged = tags.of(ctx, "campaign", [row["id"] for row in rows]) if with_tags else {}
    return [views.campaign(row, ctx.workspace.user_id, tagged.get(row["id"])) for row in rows]


@operation("create_campaign")
def create_campaign(ctx: Context, params: inputs.CreateCampaignParams, body: inputs.CreateCampaignBody) -> Reply:
    """Create a campaign in DRAFTED; the name may repeat, as on the real service (S1)."""
    name = body.get("name", "Untitled Campaign")
    campaign_id = records.insert(ctx, name=name, client_id=body.get("client_id"))
    return Reply({"ok": True, "id": campaign_id, "name": name, "created_at": iso(ctx.now)})


@operation("create_subsequence")
def create_subsequence(
    ctx: Context, params: inputs.CreateSubsequenceParams, body: inputs.CreateSubsequenceBody
) -> Reply:
    """Create a campaign under a parent; it starts DRAFTED and takes its own steps, schedule and status (R, R1)."""
    parent = records.find(ctx, body["parent_campaign_id"])
    name = body.get("subsequence_name", "Untitled Subsequence")
    campaign_id = records.insert(
        ctx,
        name=name,
        parent_campaign_id=parent["id"],
        client_id=body.get("client_id", parent["client_id"]),
        condition_events=orjson.dumps(body.get("condition_events", [])).decode(),
        delay_for_new_leads=body.get("delayForNewLeads", 0),
        stop_on_parent_reply=body.get("stopLeadOnParentCampaignReply", False),
    )
    created = {"ok": True, "id": campaign_id, "name": name, "created_at": iso(ctx.now)}
    return Reply({**created, "success": True, "subsequence_id": campaign_id})


@operation("delete_campaign")
def delete_campaign(ctx: Context, params: inputs.DeleteCampaignParams) -> Reply:
    """Delete a campaign for good; its leads and mailboxes stay in the account. Refused while ACTIVE (R)."""
    row = records.find(ctx, params["campaign_id"])
    if row["status"] == "ACTIVE":
        raise ApiError("campaign_active", hint="Set the status to PAUSED or STOPPED before deleting the campaign.")
    membership.detach_all(ctx, row["id"])
    records.hide(ctx, row["id"])
    return Reply({"ok": True})


@operation("duplicate_campaign")
def duplicate_campaign(
    ctx: Context, params: inputs.DuplicateCampaignParams, body: inputs.DuplicateCampaignBody
) -> Reply:
    """Copy settings, schedule, steps and mailboxes into a new DRAFTED campaign; not the leads (R, C:sim)."""
    row = records.find(ctx, params["campaign_id"])
    keep_client = body.get("duplicate_client_label", False)
    copy_id = _copy(ctx, row, row["parent_campaign_id"], keep_client)
    if body.get("duplicate_sub_sequence", False):
        for child in records.children(ctx, row["id"]):
            _copy(ctx, child, copy_id, keep_client)
    return Reply({"ok": True, "newCampaignId": copy_id})


def _copy(ctx: Context, row: Any, parent_id: int | None, keep_client: bool) -> int:
    columns = {name: row[name] for name in _COPIED}
    columns |= {"parent_campaign_id": parent_id, "client_id": row["client_id"] if keep_client else None}
    copy_id = records.insert(ctx, name=f"{row['name']} - copy", **columns)
    sequences.copy(ctx, row["id"], copy_id)
    membership.copy(ctx, row["id"], copy_id)
    return copy_id


@operation("update_campaign_schedule")
def update_campaign_schedule(
    ctx: Context, params: inputs.UpdateCampaignScheduleParams, body: inputs.UpdateCampaignScheduleBody
) -> Reply:
    """Replace the schedule as a whole; what is left out takes its default (S1, R)."""
    row = records.find(ctx, params["campaign_id"])
    if not rules.hours_in_order(body["start_hour"], body["end_hour"]):
        raise ApiError("start_after_end", hint="A window cannot pass midnight: use start_hour <= end_hour.")
    start_time = body.get("schedule_start_time")
    ctx.db.update(
        campaign,
        {"id": row["id"]},
        updated_at=ctx.now,
        timezone=body["timezone"],
        days=orjson.dumps(body["days_of_the_week"]).decode(),
        start_hour=body["start_hour"],
        end_hour=body["end_hour"],
        min_gap_minutes=body.get("min_time_btw_emails", 10),
        max_new_leads_per_day=body.get("max_new_leads_per_day", 100),
        schedule_start_time=None if start_time is None else parse_moment(start_time),
    )
    never = body["start_hour"] == body["end_hour"]
    hint = "The window has no length: nothing will be sent." if never else ""
    return Reply({"ok": True}, hint=hint, beside=lambda: views.schedule(records.find(ctx, row["id"])))


@operation("update_campaign_settings")
def update_campaign_settings(
    ctx: Context, params: inputs.UpdateCampaignSettingsParams, body: inputs.UpdateCampaignSettingsBody
) -> Reply:
    """Change some settings; what is left out stays as it is (S1, S2, R, R1)."""
    row = records.find(ctx, params["campaign_id"])
    if "bounce_autopause_threshold" in body and not rules.may_change_bounce_threshold(row["status"]):
        raise ApiError("bounce_threshold_locked", hint="Stop the campaign, or set the threshold before starting it.")
    if rules.ooo_settings_clash(dict(body.get("out_of_office_detection_settings", {}))):
        raise ApiError("ooo_settings_conflict")
    given: dict[str, Any] = dict(body)
    if "stop_lead_settings" in given:
        given.setdefault("stop_on_reply", None)
    if "track_opens" in given:
        before = given.get("track_settings", orjson.loads(row["track_settings"]))
        given["track_settings"] = rules.with_opens_tracked(before, given["track_opens"])
    if "client_id" in given:
        given["client_id"] = clients.owner(ctx, given["client_id"])
    changes = {name: given[name] for name in (*_PLAIN, *_BOOLEANS) if name in given}
    changes |= {name: orjson.dumps(given[name]).decode() for name in _JSON if name in given}
    if changes:
        ctx.db.update(campaign, {"id": row["id"]}, updated_at=ctx.now, **changes)
    if "client_id" in changes:  # whose a campaign is, its sub-sequences are
        for child in records.children(ctx, row["id"]):
            ctx.db.update(campaign, {"id": child["id"]}, updated_at=ctx.now, client_id=changes["client_id"])
    return Reply({"ok": True})


@operation("update_campaign_status")
def update_campaign_status(
    ctx: Context, params: inputs.UpdateCampaignStatusParams, body: inputs.UpdateCampaignStatusBody
) -> Reply:
    """START, pause or stop a campaign; asking for the status it has is a success without an event."""
    row = records.find(ctx, params["campaign_id"])
    word: Any = body["status"]
    status = rules.next_status(row["status"], word)
    if status is None:
        raise ApiError("status_change_refused", **{"from": row["status"], "to": rules.target_of(word)})
    if status != row["status"]:
        if status == "ACTIVE":
            _check_startable(ctx, row)
        records.change_status(ctx, row, status, cause="api")
    return Reply({"ok": True}, beside=lambda: {"id": row["id"], "status": status})


@operation("update_campaign_team_member")
def update_campaign_team_member(
    ctx: Context, params: inputs.UpdateCampaignTeamMemberParams, body: inputs.UpdateCampaignTeamMemberBody
) -> Reply:
    """Assign one member of the team to a campaign, or nobody; no operation knows the team, so any id will do (R)."""
    row = records.find(ctx, params["campaign_id"])
    ctx.db.update(campaign, {"id": row["id"]}, updated_at=ctx.now, team_member_id=body.get("teamMemberId"))
    return Reply({"success": True, "message": "Team member updated"})


def _check_startable(ctx: Context, row: Any) -> None:
    reason = rules.obstacle_to_start(
        has_step=sequences.has_step(ctx, row["id"]),
        has_account=membership.has_account(ctx, row["id"]),
        has_schedule=row["timezone"] is not None,
    )
    if reason:
        raise ApiError("cannot_start", reason=reason, hint="A start needs a schedule, a sequence and an email account.")

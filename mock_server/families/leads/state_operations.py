"""What the API does with the state of a lead in a campaign: pause, resume, unsubscribe, category, status."""

from __future__ import annotations

from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.leads import changes, records, rules
from mock_server.families.leads.lifecycle import OUTCOMES, outcome
from mock_server.families.leads.rules import Flag
from mock_server.families.sequences import records as sequences
from mock_server.state.database import Row

#: words of S3 that the category of a row hides
_PROGRESS = ("NOT_CONTACTED", "IN_PROGRESS", "COMPLETED")
_SUCCESS = {"ok": True, "data": "success"}


def _row(ctx: Context, campaign_id: int, lead_id: int) -> Row:
    campaigns.find(ctx, campaign_id)
    return records.find_enrolment(ctx, campaign_id, lead_id)


@operation("pause_lead_in_campaign")
def pause_lead_in_campaign(ctx: Context, params: inputs.PauseLeadInCampaignParams) -> Reply:
    """Pause a lead: it stays in the campaign and gets nothing until it is resumed (R, S4)."""
    row = _row(ctx, params["campaign_id"], params["lead_id"])
    if not rules.may_pause(row["status"]):
        raise ApiError("lead_not_pausable", status=row["status"])
    _pause(ctx, row)
    return Reply(_SUCCESS)


def _pause(ctx: Context, row: Row) -> None:
    records.change(ctx, row, status="PAUSED", next_at=None)


@operation("resume_lead_in_campaign")
def resume_lead_in_campaign(
    ctx: Context, params: inputs.ResumeLeadInCampaignParams, body: inputs.ResumeLeadInCampaignBody
) -> Reply:
    """Resume a paused lead, after a delay in days if one is given, else after the step's own (R)."""
    row = _row(ctx, params["campaign_id"], params["lead_id"])
    steps = sequences.steps_of(ctx, row["campaign_id"])
    status = changes.resume(ctx, row, steps, body.get("resume_lead_with_delay_days"))
    unsubscribed = ", unsubscribed" if row["flags"] & Flag.UNSUBSCRIBED else ""
    return Reply(_SUCCESS, hint=f"Nothing to resume: status {status}{unsubscribed}." if status == row["status"] else "")


@operation("unsubscribe_lead_from_campaign")
def unsubscribe_lead_from_campaign(ctx: Context, params: inputs.UnsubscribeLeadFromCampaignParams) -> Reply:
    """Unsubscribe a lead from one campaign, which pauses it there for good; its other campaigns go on (S1, OAS)."""
    records.unsubscribe(ctx, _row(ctx, params["campaign_id"], params["lead_id"]), cause="api")
    return Reply({"ok": True})


@operation("unsubscribe_lead_globally")
def unsubscribe_lead_globally(ctx: Context, params: inputs.UnsubscribeLeadGloballyParams) -> Reply:
    """Unsubscribe a lead from everything, for good; its rows keep their status but get no mail (S1, R)."""
    row = records.find_lead(ctx, params["lead_id"])
    records.unsubscribe_everywhere(ctx, row["id"], cause="api")
    return Reply({"ok": True})


@operation("update_lead_category_in_campaign")
def update_lead_category_in_campaign(
    ctx: Context, params: inputs.UpdateLeadCategoryInCampaignParams, body: inputs.UpdateLeadCategoryInCampaignBody
) -> Reply:
    """Set or remove the category of a lead in one campaign, and pause it if asked to (S1, R)."""
    row = _row(ctx, params["campaign_id"], params["lead_id"])
    changes.categorise(ctx, row, body["category_id"])
    if body.get("pause_lead", False) and rules.may_pause(row["status"]):
        _pause(ctx, row)
    return Reply({"ok": True})


@operation("patch_lead_status")
def patch_lead_status(ctx: Context, params: inputs.PatchLeadStatusParams, body: inputs.PatchLeadStatusBody) -> Reply:
    """Set a lead's status in the guide's words, some of which are categories (S3; the effects are inferred)."""
    row = _row(ctx, params["campaign_id"], params["lead_id"])
    word, hint = body["status"], ""
    if word in rules.CATEGORY_OF_WORD:
        changes.categorise(ctx, row, rules.CATEGORY_OF_WORD[word])
    elif word == "UNSUBSCRIBED":
        records.unsubscribe(ctx, row, cause="api")
    elif word == "BOUNCED":
        records.change(ctx, row, status="BLOCKED", flags=row["flags"] | Flag.BOUNCED, next_at=None)
    else:
        renamed: dict[str, rules.Status] = {"NOT_CONTACTED": "STARTED", "IN_PROGRESS": "INPROGRESS"}
        wanted: Any = renamed.get(word, word)
        hint = _set_status(ctx, row, wanted)
        if word in _PROGRESS and row["category_id"] in rules.CATEGORY_OF_WORD.values():
            changes.categorise(ctx, row, None)  # else the row would go on showing the category (S3:163-171)
    shown = outcome(_row(ctx, params["campaign_id"], params["lead_id"]))
    if word in OUTCOMES and word != shown:
        hint = hint or f"The lead stays {shown}."
    return Reply({"ok": True}, hint=hint)


def _set_status(ctx: Context, row: Row, wanted: rules.Status) -> str:
    """Set the status where the row allows it; a hint when it does not."""
    unsubscribed = bool(row["flags"] & Flag.UNSUBSCRIBED)
    status = rules.status_set_by_hand(row["status"], wanted, unsubscribed=unsubscribed)
    runs = status in ("STARTED", "INPROGRESS") and not unsubscribed
    next_at = (row["next_at"] or ctx.now) if runs else None
    records.change(ctx, row, status=status, next_at=next_at)
    return "" if status == wanted else f"The status stays {status}."


@operation("mark_lead_complete")
def mark_lead_complete(ctx: Context, params: inputs.MarkLeadCompleteParams) -> Reply:
    """End a lead's sequence by its map id; the answer tells which step would have come (R, C:sim)."""
    campaigns.find(ctx, params["campaign_id"])
    row = records.find_by_map_id(ctx, params["campaign_id"], params["lead_map_id"])
    sent = row["last_seq_number"] or 0
    later = [step for step in sequences.steps_of(ctx, row["campaign_id"]) if step["seq_number"] > sent]
    hint = _set_status(ctx, row, "COMPLETED")
    following = {"id": later[0]["id"], "delayInDays": later[0]["delay_in_days"]} if later else None
    return Reply({"ok": True, "status": {"isLastSequence": not later, "nextSequence": following}}, hint=hint)

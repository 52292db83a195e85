"""What the API does in the master inbox with one conversation, and with what is written on it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from mock_server.clock import iso, iso_or_none, parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.block_list import records as block_list
from mock_server.families.block_list.rules import entry_of, is_domain
from mock_server.families.campaigns import records as campaigns
from mock_server.families.clients import records as clients
from mock_server.families.crm.tables import lead_note, lead_task, reminder
from mock_server.families.inbox import filters, records, views
from mock_server.families.inbox.tables import saved_view
from mock_server.families.leads import changes, subsequences
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import id_of
from mock_server.families.messages import reactions
from mock_server.families.messages import records as messages
from mock_server.families.messages.reactions import Sent
from mock_server.families.sequences import records as sequences
from mock_server.families.team import records as team
from mock_server.state.database import Row

_DAY = 86_400_000
_UNITS = {"days": _DAY, "seconds": 1000}
_CHANGED = {"success": True, "updated": 1}


def _changed(message: str, **beside: Any) -> Reply:
    return Reply({"ok": True, "message": message, "data": _CHANGED}, beside=lambda: beside)


def _row_id(body: Mapping[str, Any]) -> dict[str, int]:
    return {"email_lead_map_id": int(body["email_lead_map_id"])}


def _set(ctx: Context, map_id: int | str, **columns: Any) -> None:
    leads.change(ctx, records.find(ctx, map_id), **columns)


@operation("change_read_status")
def change_read_status(ctx: Context, params: inputs.ChangeReadStatusParams, body: inputs.ChangeReadStatusBody) -> Reply:
    """Note that a conversation was read, or was not (R)."""
    _set(ctx, body["email_lead_map_id"], is_unread=not body["read_status"])
    message = f"Lead marked as {'read' if body['read_status'] else 'unread'} successfully"
    return _changed(message, **_row_id(body), is_read=body["read_status"], updated_at=iso(ctx.now))


@operation("mark_lead_unread")
def mark_lead_unread(ctx: Context, params: inputs.MarkLeadUnreadParams, body: inputs.MarkLeadUnreadBody) -> Reply:
    """The older way to note that a conversation was not read (R1)."""
    _set(ctx, body["email_lead_map_id"], is_unread=True)
    return _changed("Lead marked as unread successfully")


@operation("update_inbox_lead_category")
def update_inbox_lead_category(
    ctx: Context, params: inputs.UpdateInboxLeadCategoryParams, body: inputs.UpdateInboxLeadCategoryBody
) -> Reply:
    """Set or remove the category of the lead in the campaign (R)."""
    changes.categorise(ctx, records.find(ctx, body["email_lead_map_id"]), body["category_id"])
    return _changed("Lead category updated successfully")


@operation("update_inbox_lead_revenue")
def update_inbox_lead_revenue(
    ctx: Context, params: inputs.UpdateInboxLeadRevenueParams, body: inputs.UpdateInboxLeadRevenueBody
) -> Reply:
    """Note what the deal is worth, to two digits (R)."""
    hundredths = (Decimal(str(body["revenue"])) * 100).to_integral_value(ROUND_HALF_UP)
    _set(ctx, body["email_lead_map_id"], revenue=int(hundredths))
    shown = {"revenue": int(hundredths) / 100, "updated_at": iso(ctx.now)}
    return _changed("Lead revenue updated successfully", **_row_id(body), **shown)


@operation("assign_inbox_team_member")
def assign_inbox_team_member(
    ctx: Context, params: inputs.AssignInboxTeamMemberParams, body: inputs.AssignInboxTeamMemberBody
) -> Reply:
    """Assign a conversation to one of the team (R)."""
    row = records.find(ctx, body["email_lead_map_id"])
    team.check(ctx, body["team_member_id"])
    leads.change(ctx, row, team_member_id=body["team_member_id"])
    beside = {**_row_id(body), "team_member_id": body["team_member_id"], "assigned_at": iso(ctx.now)}
    return Reply({"ok": True, "message": "Lead team member updated successfully"}, beside=lambda: beside)


@operation("resume_inbox_lead")
def resume_inbox_lead(ctx: Context, params: inputs.ResumeInboxLeadParams, body: inputs.ResumeInboxLeadBody) -> Reply:
    """Let a paused lead go on, a day after its last mail unless another delay is given (R1; in R at once)."""
    campaign = campaigns.find(ctx, body["campaign_id"])
    row = leads.enrolment_or_none(ctx, campaign["id"], id_of(body["email_lead_map_id"]))
    if row is None:
        raise ApiError("lead_mapping_not_found", hint=f"This row is not in campaign {campaign['id']}.")
    last = row["last_seq_number"] or 0
    steps = sequences.steps_of(ctx, campaign["id"])
    later = [step for step in steps if step["seq_number"] > last]
    if not later:
        raise ApiError("lead_at_last_step", hint="The campaign has no step after the one that the lead got last.")
    delay = body.get("resume_delay_days")
    days = ctx.edition.behaviour.inbox_resume_days if delay is None else delay
    status = changes.resume(ctx, row, steps, days)
    hint = f"Nothing to resume: status {status}." if status == row["status"] else ""
    data = {"status": "success", "nextSeqId": later[0]["id"]}
    answer = {"ok": True, "message": "Lead resumed successfully", "data": data}

    def beside() -> dict[str, Any]:
        due_at = records.find(ctx, row["id"])["next_at"]
        at = None if due_at is None else iso(max(due_at, ctx.now))
        return {**_row_id(body), "campaign_id": campaign["id"], "resume_delay_days": days, "will_resume_at": at}

    return Reply(answer, hint=hint, beside=beside)


@operation("push_lead_to_subsequence")
def push_lead_to_subsequence(
    ctx: Context, params: inputs.PushLeadToSubsequenceParams, body: inputs.PushLeadToSubsequenceBody
) -> Reply:
    """Put a lead into a sub-sequence of its campaign; the delay is in days, as it is echoed (R1), or in seconds (R)."""
    row = leads.find_by_map_id_alone(ctx, id_of(body["email_lead_map_id"]))
    child = campaigns.find(ctx, body["sub_sequence_id"])
    if child["parent_campaign_id"] != row["campaign_id"]:
        raise ApiError("not_a_subsequence_of", hint=f"Campaign {row['campaign_id']} is the lead's campaign.")
    given, unit = body.get("sub_sequence_delay_time", 0), _UNITS[ctx.edition.behaviour.push_delay]
    stop = body.get("stop_lead_on_parent_campaign_reply", False)
    if subsequences.enter(ctx, row, child, given * unit, cause="push", stop_on_parent_reply=stop) is None:
        raise ApiError("already_in_subsequence", hint=f"The lead has a row in campaign {child['id']}.")
    data = {"success": True, "sub_sequence_id": child["id"], "delay_days": given}
    beside = {
        "parent_campaign_id": row["campaign_id"], "sub_sequence_id": child["id"],
        "will_start_at": iso(ctx.now + given * unit), "stop_on_parent_reply": stop,
    }  # fmt: skip
    hint = "" if child["status"] == "ACTIVE" else f"The sub-sequence is {child['status']}: START it to send."
    answer = {"ok": True, "message": "Lead pushed to subsequence successfully", "data": data}
    return Reply(answer, hint=hint, beside=lambda: {**_row_id(body), **beside})


def _of_row(ctx: Context, row: Row, kind: str) -> dict[str, int]:
    """The columns that everything written on a lead's row has."""
    own = {"id": ctx.db.next_ids(kind), "created_at": ctx.now}
    return {**own, "campaign_id": row["campaign_id"], "enrolment_id": row["id"]}


@operation("set_lead_reminder")
def set_lead_reminder(ctx: Context, params: inputs.SetLeadReminderParams, body: inputs.SetLeadReminderBody) -> Reply:
    """Note that somebody wants to be reminded of a mail; nothing is sent at that time (R)."""
    row = records.find(ctx, body["email_lead_map_id"])
    mail = messages.sent_by_stats_id(ctx, row["campaign_id"], body["email_stats_id"])
    if mail is None or mail["enrolment_id"] != row["id"]:
        hint = "The message history of the lead shows the stats_id of its mails."
        raise ApiError("stats_not_found", value=body["email_stats_id"], hint=hint)
    columns = _of_row(ctx, row, "reminder")
    remind_at = parse_moment(body["reminder_time"])
    ctx.db.insert(reminder, **columns, stats_id=mail["stats_id"], message=body["message"], remind_at=remind_at)
    data = {"success": True, "reminder": views.entry(columns["id"], ctx.now)}
    beside = {"reminder_id": columns["id"], "reminder_time": iso(remind_at), "text": body["message"]}
    answer = {"ok": True, "message": "Reminder set successfully", "data": data}
    return Reply(answer, beside=lambda: {**_row_id(body), **beside})


@operation("create_lead_note")
def create_lead_note(ctx: Context, params: inputs.CreateLeadNoteParams, body: inputs.CreateLeadNoteBody) -> Reply:
    """Write a note on a lead's row, which `/crm/leads/{id}/notes` lists (R)."""
    columns = _of_row(ctx, records.find(ctx, body["email_lead_map_id"]), "lead_note")
    ctx.db.insert(lead_note, **columns, note=body["note_message"])
    data = {"success": True, "note": [views.entry(columns["id"], ctx.now)]}
    beside = {"id": columns["id"], "note_message": body["note_message"], "created_at": iso(ctx.now)}
    answer = {"ok": True, "message": "Note created successfully", "data": data}
    return Reply(answer, beside=lambda: {**_row_id(body), **beside})


@operation("create_lead_task")
def create_lead_task(ctx: Context, params: inputs.CreateLeadTaskParams, body: inputs.CreateLeadTaskBody) -> Reply:
    """Make a task on a lead's row, which `/crm/leads/{id}/tasks` lists (R)."""
    columns = _of_row(ctx, records.find(ctx, body["email_lead_map_id"]), "lead_task")
    due = parse_moment(body["due_date"]) if "due_date" in body else None
    written = {"description": body.get("description"), "priority": body.get("priority", "MEDIUM"), "due_date": due}
    ctx.db.insert(lead_task, **columns, name=body["name"], **written)
    data = {"success": True, "task": [views.entry(columns["id"], ctx.now)]}
    beside = {
        "task_id": columns["id"], "name": body["name"], "priority": written["priority"], "due_date": iso_or_none(due),
    }  # fmt: skip
    answer = {"ok": True, "message": "Task created successfully", "data": data}
    return Reply(answer, beside=lambda: {**_row_id(body), **beside})


@operation("block_domains")
def block_domains(ctx: Context, params: inputs.BlockDomainsParams, body: inputs.BlockDomainsBody) -> Reply:
    """Block domains; leads there become BLOCKED. Those on the list already count too (R)."""
    entries = [entry_of(one) for one in body["domains"]]
    for sent, entry in zip(body["domains"], entries, strict=True):
        if not is_domain(entry):
            raise ApiError("invalid_block_list_entry", value=sent, hint="Entries are domains.")
    source = body.get("source", "manual")
    block_list.add(ctx, entries, clients.owner(ctx, None), source)
    domains = list(dict.fromkeys(entries))
    beside = {"blocked_domains": domains, "source": source, "blocked_at": iso(ctx.now)}
    data = {"blocked_domains": len(domains)}
    return Reply({"ok": True, "message": "Domains blocked successfully", "data": data}, beside=lambda: beside)


@operation("ignore_inbox_reply")
def ignore_inbox_reply(ctx: Context, params: inputs.IgnoreInboxReplyParams, body: inputs.IgnoreInboxReplyBody) -> Reply:
    """Have the answers to a mail count as none in all figures, or count again (R)."""
    mail = messages.answered_by_stats_id(ctx, body["id"])
    row = None if mail is None else leads.enrolment_or_none(ctx, mail["campaign_id"], mail["enrolment_id"])
    if mail is None or row is None:
        raise ApiError("email_stat_not_found", hint="Send the stats_id of a mail that was answered.")
    reactions.ignore(ctx, Sent(mail, row, campaigns.find(ctx, row["campaign_id"]), "api"), ignored=body["ignore_reply"])
    return _changed(f"Reply {'ignored' if body['ignore_reply'] else 'unignored'} successfully")


@operation("get_reply_status")
def get_reply_status(ctx: Context, params: inputs.GetReplyStatusParams) -> Reply:
    """What became of an answer by hand, by its Message-ID (R)."""
    mail = messages.written_by_hand(ctx, params["message_id"])
    if mail is None:
        raise ApiError("sent_reply_not_found", hint="Only answers by reply-email-thread have a status.")
    return Reply({"ok": True, "data": views.reply_status(mail)})


@operation("create_saved_inbox_view")
def create_saved_inbox_view(
    ctx: Context, params: inputs.CreateSavedInboxViewParams, body: inputs.CreateSavedInboxViewBody
) -> Reply:
    """Keep a set of filters under a name; no operation lists them (R)."""
    filters.read(body["filters"])  # refuses what no list would take
    view_id = ctx.db.next_ids("saved_view")
    client_id = None if ctx.client is None else ctx.client.id
    limited = body.get("limitedAccess", True)
    kept = {"name": body["name"], "filters": orjson.dumps(body["filters"]).decode(), "limited_access": limited}
    ctx.db.insert(saved_view, id=view_id, created_at=ctx.now, client_id=client_id, **kept)
    moment = iso(ctx.now)
    data = {
        "id": view_id, "name": body["name"], "filters": body["filters"], "limitedAccess": limited,
        "teamMemberId": None, "clientId": client_id, "createdAt": moment, "updatedAt": moment,
    }  # fmt: skip
    return Reply({"success": True, "data": data})

"""Conversations and what is written on them as `default` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.clock import iso, iso_or_none
from mock_server.families.campaigns.views import window
from mock_server.families.leads.rules import has_finished
from mock_server.families.messages.html import as_html, plain_text
from mock_server.families.messages.views import history_entry
from mock_server.state.database import Row


def conversation(row: Row, now: int, steps: Sequence[Row]) -> dict[str, Any]:
    """One row of the inbox; `steps` are those of its campaign (S4, R)."""
    last = row["last_seq_number"]
    following = None if has_finished(row["status"], row["flags"]) else _step_after(steps, last)
    return {
        "lead_category_id": row["category_id"],
        "last_sent_time": iso_or_none(row["last_sent_at"]),
        "last_reply_time": iso_or_none(row["last_reply_at"]),
        "has_new_unread_email": bool(row["is_unread"]),
        "email_account_id": row["email_account_id"],
        "revenue": f"{row['revenue'] // 100}.{row['revenue'] % 100:02d}",
        "is_pushed_to_sub_sequence": row["sub_sequence_id"] is not None,
        "lead_first_name": row["first_name"],
        "lead_last_name": row["last_name"],
        "lead_email": row["email"],
        "email_lead_id": str(row["lead_id"]),
        "email_lead_map_id": str(row["id"]),
        "lead_status": row["status"],
        "current_sequence_number": last,
        "sub_sequence_id": row["sub_sequence_id"],
        "old_replaced_lead_data": None,
        "lead_next_timestamp_to_send": iso_or_none(row["next_at"]),
        "email_campaign_seq_id": following,
        "is_important": bool(row["is_important"]),
        "is_archived": bool(row["is_archived"]),
        "is_snoozed": row["snoozed_until"] is not None and row["snoozed_until"] > now,
        "team_member_id": row["team_member_id"],
        "is_ooo_automated_push_lead": None,
        "email_campaign_id": row["campaign_id"],
        "email_campaign_name": row["campaign_name"],
        "client_id": row["client_id"],
        "belongs_to_sub_sequence": row["parent_campaign_id"] is not None,
        "campaign_sending_schedule": window(row),
        "sequence_count": len(steps),
    }


def _step_after(steps: Sequence[Row], number: int) -> int | None:
    return next((step["id"] for step in steps if step["seq_number"] > number), None)


def history_item(row: Row) -> dict[str, Any]:
    """A mail of a conversation: as in the message history, with both addresses; answers have a step number too (R)."""
    shown = {**history_entry(row, with_plain_text=False), "from": row["from_email"], "to": row["to_email"]}
    if row["step_number"] is not None:
        shown["email_seq_number"] = str(row["step_number"])
    return shown


def entry(entry_id: int, created_at: int) -> dict[str, str]:
    """A reminder, note or task that was made; the id is a text here (R1)."""
    return {"id": str(entry_id), "created_at": iso(created_at)}


def reply_status(mail: Row) -> dict[str, Any]:
    """What became of an answer by hand (R); the words for one that waits are ours."""
    waits = mail["type"] == "SCHEDULED"
    return {
        "message_id": mail["message_id"],
        "status": "SCHEDULED" if waits else "COMPLETED",
        "status_message": "Email scheduled" if waits else "Email sent successfully!",
        "event_time": iso(mail["written_at"] if waits else mail["at"]),
        "scheduled_time": iso_or_none(mail["due_at"]),
        "email_stats_id": mail["stats_id"],
    }


def untracked(row: Row, *, with_body: bool, with_attachments: bool) -> dict[str, Any]:
    """A mail that answers none; nobody reads it here, and it came without files (R)."""
    text = plain_text(row["body"])
    at = iso(row["at"])
    shown = {
        "id": row["stats_id"],
        "account_id": row["email_account_id"],
        "message_id": row["message_id"],
        "uid": str(row["id"]),
        "sender_detail": row["from_email"],
        "recipient_detail": row["to_email"],
        "cc": ", ".join(orjson.loads(row["cc"])),
        "bcc": ", ".join(orjson.loads(row["bcc"])),
        "subject": row["subject"],
        "visible_text": text,
        "reply_picked_time": at,
        "is_read": False,
        "has_attachment": row["attachments"] != "[]",
        "created_at": at,
        "updated_at": at,
    }
    if with_body:
        shown["body"] = {"text": text, "textAsHtml": as_html(row["body"])}
    if with_attachments:
        shown["attachments"] = orjson.loads(row["attachments"])
    return shown

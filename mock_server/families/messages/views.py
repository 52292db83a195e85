"""Messages as `default` shows them. The number of a step is a text in the history and a number elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mock_server.clock import iso, iso_or_none
from mock_server.families.leads.rules import has_finished
from mock_server.families.messages import rules
from mock_server.families.messages.html import plain_text
from mock_server.families.messages.records import TO_LEAD
from mock_server.state.database import Row


def history_entry(row: Row, *, with_plain_text: bool) -> dict[str, Any]:
    """A mail to the lead, by the sequence or by hand, or an answer to one (S1, R1)."""
    sent = row["type"] in TO_LEAD
    shown = {
        "type": "SENT" if sent else "REPLY",
        "message_id": row["message_id"],
        "stats_id": row["stats_id"],
        "time": iso(row["at"]),
        "email_body": row["body"],
    }
    if with_plain_text:
        shown["email_body_plain_text"] = plain_text(row["body"])
    if not sent:
        return {**shown, "cc": orjson.loads(row["cc"])}
    if row["step_number"] is not None:
        shown["email_seq_number"] = str(row["step_number"])
    return {**shown, "subject": row["subject"], **_counts(row)}


def message(row: Row) -> dict[str, Any]:
    """A mail of the history in few words (R)."""
    named = {"id": row["message_id"], "subject": row["subject"]}
    if row["type"] not in TO_LEAD:
        return {**named, "direction": "inbound", "received_at": iso(row["at"])}
    opened = {} if row["opened_at"] is None else {"opened_at": iso(row["opened_at"])}
    return {**named, "direction": "outbound", "sent_at": iso(row["at"]), **opened}


def _counts(mail: Row) -> dict[str, Any]:
    return {
        "open_count": mail["open_count"],
        "click_count": mail["click_count"],
        "click_details": dict.fromkeys(orjson.loads(mail["clicked_links"]), True),
    }


def lead_activities(row: Row, mails: Sequence[Row], answers: Mapping[int, Sequence[Row]]) -> dict[str, Any]:
    """A lead in one campaign with its mails; `answers` by the id of the mail (R)."""
    return {
        "lead_id": row["lead_id"],
        "email_lead_map_id": row["id"],
        "campaign_id": row["campaign_id"],
        "campaign_name": row["campaign_name"],
        "campaign_status": row["campaign_status"],
        "status": row["status"],
        "current_seq_num": row["last_seq_number"],
        "created_at": iso(row["created_at"]),
        "activities": [_mail_activity(mail, answers.get(mail["id"], ())) for mail in mails],
    }


def _mail_activity(mail: Row, answers: Sequence[Row]) -> dict[str, Any]:
    first, *later = map(_answer, answers) if answers else (None,)
    return {
        "stats_id": mail["stats_id"],
        "message_id": mail["message_id"],
        "subject": mail["subject"],
        "email_body": mail["body"],
        "sent_time": iso(mail["at"]),
        "from_email": mail["from_email"],
        "to_email": mail["to_email"],
        "email_seq_number": mail["step_number"],
        **_counts(mail),
        "reply_details": first,
        "thread_replies": later,
    }


def _answer(row: Row) -> dict[str, Any]:
    return {"time": iso(row["at"]), "reply_email_body": row["body"], "message_id": row["message_id"]}


def campaign_overview(row: Row, figures: Row | None) -> dict[str, Any]:
    """How a lead does in one campaign (inferred); `figures` are missing before its first mail."""
    names = ("sent_count", "open_count", "click_count", "reply_count")
    return {
        "campaign_id": row["campaign_id"],
        "campaign_name": row["campaign_name"],
        "campaign_lead_map_id": row["id"],
        "lead_status": row["status"],
        "current_sequence_number": row["last_seq_number"] or 0,
        **{name: 0 if figures is None else figures[name] for name in names},
    }


def sequence_details(row: Row, steps: Sequence[Row], sent_at: Mapping[int, int]) -> list[dict[str, Any]]:
    """Every step of a campaign for one lead (inferred); `sent_at`: step id -> moment of its mail."""
    finished, last = has_finished(row["status"], row["flags"]), row["last_seq_number"] or 0
    following = next((step["id"] for step in steps if step["seq_number"] > last), None)
    shown = []
    for step in steps:
        at = sent_at.get(step["id"])
        status = rules.step_status(mail_sent=at is not None, passed=step["seq_number"] <= last, finished=finished)
        due_at = row["next_at"] if status == "DRAFTED" and step["id"] == following else None
        shown.append({
            "email_seq_number": step["seq_number"],
            "email_campaign_seq_id": step["id"],
            "status": status,
            "sent_time": iso_or_none(at),
            "scheduled_time": iso_or_none(due_at),
        })  # fmt: skip
    return shown

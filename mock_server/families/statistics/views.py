"""Figures as `default` shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.clock import iso, iso_or_none
from mock_server.families.leads.rules import CATEGORY_NAMES
from mock_server.families.messages.records import TO_LEAD
from mock_server.families.messages.tables import Mark
from mock_server.families.statistics.figures import Figures, Leads
from mock_server.state.database import Row


def mail(row: Row) -> dict[str, Any]:
    """A mail with what became of it (S1, C:sim)."""
    marks = row["marks"]
    return {
        "lead_name": " ".join(name for name in (row["first_name"], row["last_name"]) if name),
        "lead_email": row["email"],
        "lead_category": CATEGORY_NAMES.get(row["lead_category_id"]),
        "sequence_number": row["step_number"],
        "email_campaign_seq_id": row["step_id"],
        "seq_variant_id": row["variant_id"],
        "email_subject": row["subject"],
        "email_message": row["body"],
        "sent_time": iso(row["at"]),
        "open_time": iso_or_none(row["opened_at"]),
        "click_time": iso_or_none(row["clicked_at"]),
        "reply_time": iso_or_none(row["replied_at"]),
        "open_count": row["open_count"],
        "click_count": row["click_count"],
        "is_opened": bool(marks & Mark.OPENED),
        "is_clicked": bool(marks & Mark.CLICKED),
        "is_replied": bool(marks & Mark.REPLIED),
        "is_unsubscribed": bool(marks & Mark.UNSUBSCRIBED),
        "is_bounced": bool(marks & Mark.BOUNCED),
    }


def lead(row: Row, history: Sequence[Row]) -> dict[str, Any]:
    """A lead with the messages to and from it, of which there are some (C:sim, C:supa)."""
    last = history[-1]
    return {
        "lead_id": row["lead_id"],
        "email_lead_map_id": row["id"],
        "from": last["from_email"] if last["type"] in TO_LEAD else last["to_email"],
        "to": row["email"],
        "status": row["status"],
        "created_at": iso(row["created_at"]),
        "history": [_entry(one) for one in history],
    }


def _entry(row: Row) -> dict[str, Any]:
    return {
        "stats_id": row["stats_id"],
        "type": "SENT" if row["type"] in TO_LEAD else "REPLY",
        "message_id": row["message_id"],
        "time": iso(row["at"]),
        "email_body": row["body"],
        "subject": row["subject"],
        "email_seq_number": str(row["step_number"] or 0),
        "open_count": row["open_count"],
        "click_count": row["click_count"],
    }


def counts(figures: Figures) -> dict[str, int]:
    """The counts that all views of figures have, under their names."""
    return {
        "sent_count": figures.sent,
        "open_count": figures.opens,
        "click_count": figures.clicks,
        "reply_count": figures.replied,
        "bounce_count": figures.bounced,
    }


def step(step_id: int, figures: Figures, positive: int) -> dict[str, Any]:
    """The figures of a step. Nothing is left out or fails here, and nothing goes to LinkedIn (R1)."""
    return {
        "email_campaign_seq_id": step_id,
        **counts(figures),
        "skipped_count": 0,
        "unsubscribed_count": figures.unsubscribed,
        "failed_count": 0,
        "stopped_count": figures.stopped,
        "ln_connection_req_pending_count": 0,
        "ln_connection_req_accepted_count": 0,
        "ln_connection_req_skipped_sent_msg_count": 0,
        "positive_reply_count": positive,
    }


def totals(row: Row, user_id: int, figures: Figures, leads: Leads, progress: Mapping[str, int]) -> dict[str, Any]:
    """A campaign with its counts, which are texts here (S1, R1)."""
    figured = {
        **counts(figures),
        "unsubscribed_count": figures.unsubscribed,
        "unique_sent_count": leads.sent,
        "unique_open_count": leads.opened,
        "unique_click_count": leads.clicked,
        **progress,
    }
    campaign = {
        "id": row["id"], "user_id": user_id, "created_at": iso(row["created_at"]), "status": row["status"],
        "name": row["name"],
    }  # fmt: skip
    return {**campaign, **{name: str(count) for name, count in figured.items()}}

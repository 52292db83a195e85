"""Mailboxes as `default` shows them. Read names differ from written ones (accounts.yaml, area notes)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Literal

from mock_server.clock import iso
from mock_server.families.email_accounts import rules
from mock_server.families.email_accounts.warmup import Totals
from mock_server.families.email_accounts.warmup_rules import MIN_PER_DAY, Day
from mock_server.families.tags import views as tags
from mock_server.state.database import Row


def _common(row: Row, user_id: int, now: int) -> dict[str, Any]:
    return {
        "id": row["id"],
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "user_id": user_id,
        "from_name": row["from_name"],
        "from_email": row["from_email"],
        "username": row["username"],
        "smtp_host": row["smtp_host"],
        "smtp_port": row["smtp_port"],
        "smtp_port_type": rules.smtp_port_type(row["smtp_port"]),
        "message_per_day": row["max_email_per_day"],
        "different_reply_to_address": row["different_reply_to_address"],
        "is_different_imap_account": row["imap_username"] != row["username"],
        "imap_username": row["imap_username"],
        "imap_host": row["imap_host"],
        "imap_port": row["imap_port"],
        "imap_port_type": rules.imap_port_type(row["imap_port"]),
        "signature": row["signature"],
        "custom_tracking_domain": row["custom_tracking_url"],
        "bcc_email": row["bcc"],
        "is_smtp_success": row["smtp_failure"] is None,
        "is_imap_success": row["imap_failure"] is None,
        "smtp_failure_error": row["smtp_failure"],
        "imap_failure_error": row["imap_failure"],
        "type": row["type"],
        "daily_sent_count": rules.sent_on(now, row["sent_day"], row["daily_sent_count"]),
        "client_id": row["client_id"],
        "is_suspended": bool(row["is_suspended"]),
    }


def _warmup_short(row: Row, warmed: Totals) -> dict[str, Any]:
    return {
        "id": row["warmup_id"],
        "status": rules.shown_warmup_status(row["warmup_status"], is_suspended=bool(row["is_suspended"])),
        "total_sent_count": warmed.sent,
        "total_spam_count": warmed.spam,
        "warmup_reputation": rules.reputation(warmed.sent, warmed.spam),
        "warmup_key_id": row["warmup_key"],
        "warmup_created_at": iso(row["created_at"]),
        "reply_rate": row["warmup_reply_rate"],
        "blocked_reason": row["warmup_blocked_reason"],
    }


def _warmup_long(row: Row, warmed: Totals) -> dict[str, Any]:
    shown = _warmup_short(row, warmed)
    shown["created_at"] = shown.pop("warmup_created_at")
    return {
        **shown,
        "warmup_max_count": row["warmup_per_day"],
        "warmup_min_count": MIN_PER_DAY,
        "is_warmup_blocked": row["warmup_blocked_reason"] is not None,
        "max_email_per_day": row["warmup_per_day"],
    }


def list_item(
    row: Row, user_id: int, now: int, campaign_ids: Sequence[int] | None, tag_rows: Sequence[Row], warmed: Totals,
    passwords: Literal["base64", "clear"],
) -> dict[str, Any]:  # fmt: skip
    """One row of the list; passwords in base64 (R, C:sim) or in clear text (S1:715)."""
    coded = _base64 if passwords == "base64" else lambda text: text
    shown = {
        **_common(row, user_id, now),
        "password": coded(row["password"]),
        "imap_password": coded(row["imap_password"]),
        "minTimeToWaitInMins": row["time_to_wait_in_mins"],
        "campaign_count": row["campaign_count"],
        "tags": tags.listed(tag_rows),
        "warmup_details": _warmup_short(row, warmed),
    }
    return shown if campaign_ids is None else {**shown, "campaign_ids": list(campaign_ids)}


def detail(
    row: Row, user_id: int, now: int, campaign_ids: Sequence[int] | None, tag_rows: Sequence[Row] | None,
    warmed: Totals,
) -> dict[str, Any]:  # fmt: skip
    """One mailbox on its own; passwords in clear text, campaigns and tags only when they are asked for (S1, R)."""
    shown = {
        **_common(row, user_id, now),
        "password": row["password"],
        "imap_password": row["imap_password"],
        "minTimeToWaitInMins": row["time_to_wait_in_mins"],
        "warmup_details": _warmup_long(row, warmed),
    }
    if campaign_ids is not None:
        shown["campaign_ids"] = list(campaign_ids)
    return shown if tag_rows is None else {**shown, "tags": tags.of_account(tag_rows)}


def campaign_item(row: Row, user_id: int, now: int, tag_rows: Sequence[Row] | None, warmed: Totals) -> dict[str, Any]:
    """One row of a campaign's mailboxes; a fake has no reason to show passwords here."""
    shown = {
        **_common(row, user_id, now),
        "password": None,
        "imap_password": None,
        "campaign_count": row["campaign_count"],
        "warmup_details": _warmup_short(row, warmed),
    }
    return shown if tag_rows is None else {**shown, "tags": tags.listed(tag_rows)}


def saved(row: Row) -> dict[str, Any]:
    """What the newer reference tells of a mailbox that is saved (R)."""
    status = rules.shown_warmup_status(row["warmup_status"], is_suspended=bool(row["is_suspended"]))
    return {
        "from_email": row["from_email"],
        "is_smtp_success": row["smtp_failure"] is None,
        "is_imap_success": row["imap_failure"] is None,
        "warmup_details": {"status": status, "total_warmup_per_day": row["warmup_per_day"]},
    }


def suspension(account_id: int, *, is_suspended: bool) -> dict[str, Any]:
    """What suspending and lifting it answer (R)."""
    done = "suspended" if is_suspended else "unsuspended"
    data = {"accountId": account_id, "isSuspended": is_suspended}
    return {"success": True, "message": f"Email account {done} successfully", "data": data}


def warmup_stats(account_id: int, days: Sequence[tuple[int, Day]]) -> dict[str, Any]:
    """The warm-up of some days: totals as text, figures of a day as numbers (S1)."""
    sent, spam = sum(one.sent for _, one in days), sum(one.spam for _, one in days)
    return {
        "id": account_id,
        "sent_count": str(sent),
        "spam_count": str(spam),
        "inbox_count": str(sent - spam),
        "warmup_email_received_count": str(sum(one.received for _, one in days)),
        "stats_by_date": [
            {
                "id": number,
                "date": iso(day * rules.DAY)[:10],
                "sent_count": one.sent,
                "reply_count": one.replied,
                "save_from_spam_count": one.saved,
            }
            for number, (day, one) in enumerate(days, 1)
        ],
    }


def warmup_figures(days: Sequence[tuple[int, Day]]) -> dict[str, Any]:
    """The same days as the newer reference counts them (R); that what arrives is opened is inferred."""
    sent, spam = sum(one.sent for _, one in days), sum(one.spam for _, one in days)
    return {
        "total_sent": sent,
        "total_spam": spam,
        "reputation_score": int(rules.reputation(sent, spam).rstrip("%")),
        "daily_stats": [
            {
                "date": iso(day * rules.DAY)[:10],
                "sent": one.sent,
                "spam": one.spam,
                "delivered": one.sent - one.spam,
                "opened": one.sent - one.spam,
                "replied": one.replied,
            }
            for day, one in days
        ],
    }


def _base64(text: str | None) -> str | None:
    return None if text is None else b64encode(text.encode()).decode()

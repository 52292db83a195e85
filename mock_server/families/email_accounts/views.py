"""Mailboxes as `default` shows them. Read names differ from written ones (accounts.yaml, area notes)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from mock_server.clock import iso
from mock_server.families.email_accounts import rules
from mock_server.families.tags import views as tags
from mock_server.state.database import Row

WARMUP_MIN_COUNT = 3


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


def _warmup_short(row: Row) -> dict[str, Any]:
    return {
        "id": row["warmup_id"],
        "status": row["warmup_status"],
        "total_sent_count": row["warmup_sent_count"],
        "total_spam_count": row["warmup_spam_count"],
        "warmup_reputation": rules.reputation(row["warmup_sent_count"], row["warmup_spam_count"]),
        "warmup_key_id": row["warmup_key"],
        "warmup_created_at": iso(row["created_at"]),
        "reply_rate": row["warmup_reply_rate"],
        "blocked_reason": row["warmup_blocked_reason"],
    }


def _warmup_long(row: Row) -> dict[str, Any]:
    shown = _warmup_short(row)
    shown["created_at"] = shown.pop("warmup_created_at")
    return {
        **shown,
        "warmup_max_count": row["warmup_per_day"],
        "warmup_min_count": WARMUP_MIN_COUNT,
        "is_warmup_blocked": row["warmup_blocked_reason"] is not None,
        "max_email_per_day": row["warmup_per_day"],
    }


def list_item(
    row: Row, user_id: int, now: int, campaign_ids: Sequence[int] | None, tag_rows: Sequence[Row]
) -> dict[str, Any]:
    """One row of the list; passwords in base64 (R, C:sim)."""
    shown = {
        **_common(row, user_id, now),
        "password": _base64(row["password"]),
        "imap_password": _base64(row["imap_password"]),
        "minTimeToWaitInMins": row["time_to_wait_in_mins"],
        "campaign_count": row["campaign_count"],
        "tags": tags.listed(tag_rows),
        "warmup_details": _warmup_short(row),
    }
    return shown if campaign_ids is None else {**shown, "campaign_ids": list(campaign_ids)}


def detail(
    row: Row, user_id: int, now: int, campaign_ids: Sequence[int] | None, tag_rows: Sequence[Row] | None
) -> dict[str, Any]:
    """One mailbox on its own; passwords in clear text, campaigns and tags only when they are asked for (S1, R)."""
    shown = {
        **_common(row, user_id, now),
        "password": row["password"],
        "imap_password": row["imap_password"],
        "minTimeToWaitInMins": row["time_to_wait_in_mins"],
        "warmup_details": _warmup_long(row),
    }
    if campaign_ids is not None:
        shown["campaign_ids"] = list(campaign_ids)
    return shown if tag_rows is None else {**shown, "tags": tags.of_account(tag_rows)}


def campaign_item(row: Row, user_id: int, now: int, tag_rows: Sequence[Row] | None) -> dict[str, Any]:
    """One row of a campaign's mailboxes; a fake has no reason to show passwords here."""
    shown = {
        **_common(row, user_id, now),
        "password": None,
        "imap_password": None,
        "campaign_count": row["campaign_count"],
        "warmup_details": _warmup_short(row),
    }
    return shown if tag_rows is None else {**shown, "tags": tags.listed(tag_rows)}


def _base64(text: str | None) -> str | None:
    return None if text is None else b64encode(text.encode()).decode()

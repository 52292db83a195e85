"""Campaign rows as `default` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.clock import iso, iso_or_none
from mock_server.families.campaigns.rules import TRACK_WORDS
from mock_server.families.tags import views as tags
from mock_server.state.database import Row


def campaign(row: Row, user_id: int, tag_rows: Sequence[Row] | None) -> dict[str, Any]:
    """One campaign, as in the list and on its own; tags only when they are asked for (S1, R)."""
    shown = {
        "id": row["id"],
        "user_id": user_id,
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "status": row["status"],
        "name": row["name"],
        "track_settings": [TRACK_WORDS[word] for word in orjson.loads(row["track_settings"])],
        "scheduler_cron_value": window(row),
        "min_time_btwn_emails": row["min_gap_minutes"],
        "max_leads_per_day": row["max_new_leads_per_day"],
        "stop_lead_settings": row["stop_lead_settings"],
        "schedule_start_time": iso_or_none(row["schedule_start_time"]),
        "enable_ai_esp_matching": bool(row["enable_ai_esp_matching"]),
        "send_as_plain_text": bool(row["send_as_plain_text"]),
        "follow_up_percentage": row["follow_up_percentage"],
        "unsubscribe_text": row["unsubscribe_text"],
        "parent_campaign_id": row["parent_campaign_id"],
        "client_id": row["client_id"],
    }
    return shown if tag_rows is None else {**shown, "tags": tags.listed(tag_rows)}


def schedule(row: Row) -> dict[str, Any]:
    """A schedule as the newer reference answers it when it is saved (R)."""
    return {
        "timezone": row["timezone"],
        "days_of_week": orjson.loads(row["days"]),
        "start_time": row["start_hour"],
        "end_time": row["end_hour"],
        "min_time_between_emails": row["min_gap_minutes"],
    }


def window(row: Row) -> dict[str, Any] | None:
    """When a campaign sends; None without a schedule."""
    if row["timezone"] is None:
        return None
    days = orjson.loads(row["days"])
    return {"tz": row["timezone"], "days": days, "endHour": row["end_hour"], "startHour": row["start_hour"]}

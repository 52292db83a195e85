"""Webhooks as `default` shows them: with lists of names, or with the maps that the service stores (C:sim)."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

import orjson

from mock_server.clock import iso
from mock_server.families.leads.rules import CATEGORY_NAMES
from mock_server.state.database import Row


def listed(row: Row, events: Container[str]) -> dict[str, Any]:
    """One row of a campaign's list (S1, C:sim); `events` are those that the edition knows."""
    return {
        "id": row["id"],
        "name": row["name"],
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "webhook_url": row["url"],
        "email_campaign_id": row["campaign_id"],
        **_lists(row, events),
    }


def saved(row: Row, events: Container[str]) -> dict[str, Any]:
    """What a save of a campaign's webhook answers (C:sim and S1)."""
    return {
        "ok": True,
        "id": row["id"],
        "name": row["name"],
        "webhook_url": row["url"],
        "email_campaign_id": row["campaign_id"],
        **_maps(row, events),
        **_lists(row, events),
    }


def webhook(row: Row, events: Container[str]) -> dict[str, Any]:
    """One webhook on its own; its level is not shown (R)."""
    return {
        "id": row["id"],
        "email_campaign_id": row["campaign_id"],
        "name": row["name"],
        "webhook_url": row["url"],
        **_maps(row, events),
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
    }


def account_webhook(row: Row, events: Container[str]) -> dict[str, Any]:
    """What `/webhooks` answers (an older R-guide)."""
    return {"id": row["id"], "webhook_url": row["url"], "event_types": _of(row, events), "is_active": True}


def _of(row: Row, events: Container[str]) -> list[str]:
    return [event for event in orjson.loads(row["event_types"]) if event in events]


def _lists(row: Row, events: Container[str]) -> dict[str, Any]:
    categories = [CATEGORY_NAMES[category] for category in orjson.loads(row["category_ids"])]
    return {"event_types": _of(row, events), "categories": categories}


def _maps(row: Row, events: Container[str]) -> dict[str, Any]:
    return {
        "event_type_map": dict.fromkeys(_of(row, events), True),
        "category_id_map": {str(category): True for category in orjson.loads(row["category_ids"])},
    }


def summary(rows: Sequence[Row], start: int, end: int) -> dict[str, Any]:
    """Counts per event type (S4, C:sim) and over all of them (R)."""
    total = sum(row["sent_count"] for row in rows)
    successful = sum(row["successful_count"] for row in rows)
    return {
        "data": {"summary": [dict(row) for row in rows], "timeRange": {"from": iso(start), "to": iso(end)}},
        "total_calls": total,
        "successful_calls": successful,
        "failed_calls": sum(row["failed_count"] + row["retroactively_failed_count"] for row in rows),
        "success_rate": round(100 * successful / total, 1) if total else 0.0,
    }

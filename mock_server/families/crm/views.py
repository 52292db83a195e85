"""Notes, tasks and tags of a lead as `default` shows them; all of it is inferred (leads.yaml)."""

from __future__ import annotations

from typing import Any

from mock_server.clock import iso, iso_or_none
from mock_server.state.database import Row


def note(row: Row, user_id: int) -> dict[str, Any]:
    """One note; the account's user made it."""
    return {
        "id": row["id"],
        "email_lead_map_id": row["enrolment_id"],
        "note": row["note"],
        "created_by": user_id,
        "created_at": iso(row["created_at"]),
    }


def task(row: Row) -> dict[str, Any]:
    """One task, with the fields that making it takes."""
    return {
        "id": row["id"],
        "email_lead_map_id": row["enrolment_id"],
        "name": row["name"],
        "description": row["description"],
        "priority": row["priority"],
        "due_date": iso_or_none(row["due_date"]),
        "status": row["status"],
        "created_at": iso(row["created_at"]),
    }


def tag_of_lead(row: Row) -> dict[str, Any]:
    """One tag of a lead, with the id that removing it asks for."""
    return {"id": row["mapping_id"], "tag_id": row["tag_id"], "name": row["name"], "color": row["color"]}


def tag(row: Row) -> dict[str, Any]:
    """One tag of the account."""
    return {"id": row["id"], "tag_id": row["id"], "name": row["name"], "color": row["color"]}

"""Lead lists as `default` shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mock_server.clock import iso
from mock_server.families.tags import views as tags
from mock_server.state.database import Row


def lead_list(row: Row, user_id: int, active: int, tag_rows: Iterable[Row]) -> dict[str, Any]:
    """One list, as in the page and on its own (C:sim; user and tags OAS)."""
    return {
        "id": row["id"],
        "list_name": row["name"],
        "leads_count": row["lead_count"],
        "active_leads_count": active,
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "user_id": user_id,
        "tags": tags.listed(tag_rows),
    }

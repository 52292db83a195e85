"""Tags as `default` shows them: three forms, by what they are shown with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mock_server.families.tags.rules import Action, Outcome
from mock_server.state.database import Row


def tag(row: Row) -> dict[str, Any]:
    """A tag on its own (R)."""
    return {"id": row["id"], "name": row["name"], "color": row["color"]}


def listed(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The tags of a row of a list of mailboxes, campaigns or lead lists (R, OAS)."""
    return [{"tag_id": row["tag_id"], "tag_name": row["name"], "tag_color": row["color"]} for row in rows]


def of_account(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The tags of a mailbox that is read alone (C:vendor-cli)."""
    return [{"id": row["tag_id"], "name": row["name"]} for row in rows]


def named(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The tags of a mailbox that is looked up by its address (R1)."""
    return [{"tag_id": row["tag_id"], "tag_name": row["name"]} for row in rows]


def mapping_answer(
    message: str, done: Action, outcomes: Sequence[Outcome], mapping_ids: Mapping[tuple[int, int], int]
) -> dict[str, Any]:
    """Every pair with what became of it, and how often each happened (R1)."""
    counts = Counter(one.action for one in outcomes)
    summary = {"total_processed": len(outcomes), done: counts[done]}
    summary |= {"skipped": counts["skipped"], "failed": counts["failed"]}
    results = [_result(one, mapping_ids) for one in outcomes]
    return {"success": True, "message": message, "data": {"results": results, "summary": summary}}


def _result(one: Outcome, mapping_ids: Mapping[tuple[int, int], int]) -> dict[str, Any]:
    shown: dict[str, Any] = {"email_account_id": one.email_account_id, "tag_id": one.tag_id, "action": one.action}
    if one.reason:
        return {**shown, "reason": one.reason}
    pair = one.email_account_id, one.tag_id
    return {**shown, "mapping_id": mapping_ids[pair]} if pair in mapping_ids else shown

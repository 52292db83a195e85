"""Changes of a lead's row that operations of several families make."""

from __future__ import annotations

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.leads import records, rules, subsequences
from mock_server.families.leads.rules import Flag
from mock_server.state.database import Row

_DAY = 86_400_000


def resume(ctx: Context, row: Row, steps: list[Row], delay_days: int | None) -> rules.Status:
    """Let a paused lead go on, after so many days or else after the step's own delay; the status that it has then.

    `steps` are those of its campaign.

    Raises ApiError `lead_at_last_step` when it has had the last step. Whoever is not paused, or is unsubscribed, stays.
    """
    sent = row["last_seq_number"]
    unsubscribed = bool(row["flags"] & Flag.UNSUBSCRIBED)
    if not unsubscribed and sent is not None and not any(step["seq_number"] > sent for step in steps):
        raise ApiError("lead_at_last_step", hint="The campaign has no step after the one that the lead got last.")
    status = rules.status_after_resume(
        row["status"], sent=sent is not None, unsubscribed=unsubscribed, behaviour=ctx.edition.behaviour
    )
    if status != row["status"]:
        records.change(ctx, row, status=status, next_at=_next_at(ctx, row, steps, delay_days))
    return status


def _next_at(ctx: Context, row: Row, steps: list[Row], delay_days: int | None) -> int:
    """The delay counts from the last mail; before the first mail, from now."""
    if row["last_sent_at"] is None:
        return ctx.now + (delay_days or 0) * _DAY
    if delay_days is None:
        delay_days = next(step["delay_in_days"] for step in steps if step["seq_number"] > row["last_seq_number"])
    due: int = row["last_sent_at"] + delay_days * _DAY
    return due


def categorise(ctx: Context, row: Row, category_id: int | None) -> None:
    """Set or remove a category by hand; a lead that replied enters the sub-sequences that are for the category.

    Raises ApiError `category_not_found`.
    """
    if category_id is not None and category_id not in rules.CATEGORY_NAMES:
        raise ApiError("category_not_found", value=category_id, hint="GET /leads/fetch-categories lists the ids.")
    records.categorise(ctx, row, category_id, cause="api")
    if category_id is not None and row["flags"] & Flag.REPLIED:
        subsequences.enter_on(ctx, row, "reply", category_id=category_id)

"""Reading and writing the steps of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from mock_server.context import Context
from mock_server.families.sequences.tables import step, variant
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

_STEPS = Statement(
    select(step).where(this_workspace(step), step.c.campaign_id == bindparam("campaign_id")).order_by(step.c.seq_number)
)
_STEPS_OF_ALL = Statement(
    select(step).where(this_workspace(step), one_of(step.c.campaign_id, "campaigns")).order_by(step.c.seq_number)
)
_VARIANTS = Statement(
    select(variant)
    .where(this_workspace(variant), variant.c.campaign_id == bindparam("campaign_id"))
    .order_by(variant.c.step_id, variant.c.position)
)
_ANY = Statement(select(step.c.id).where(this_workspace(step), step.c.campaign_id == bindparam("campaign_id")).limit(1))


_NOT_COPIED = frozenset({
    "workspace_id", "winner_variant_id", "sent_count", "open_count", "click_count", "reply_count",
})  # fmt: skip


def steps_of(ctx: Context, campaign_id: int) -> list[Row]:
    """The steps of a campaign by seq_number."""
    return ctx.db.all(_STEPS, campaign_id=campaign_id)


def steps_of_all(ctx: Context, campaign_ids: Sequence[int]) -> dict[int, list[Row]]:
    """Campaign id -> its steps by seq_number; without campaigns that have none."""
    by_campaign: dict[int, list[Row]] = {}
    for row in ctx.db.all(_STEPS_OF_ALL, campaigns=list(campaign_ids)):
        by_campaign.setdefault(row["campaign_id"], []).append(row)
    return by_campaign


def variants_of(ctx: Context, campaign_id: int) -> dict[int, list[Row]]:
    """The variants of a campaign by step id, in the order they were saved in."""
    by_step: dict[int, list[Row]] = {}
    for row in ctx.db.all(_VARIANTS, campaign_id=campaign_id):
        by_step.setdefault(row["step_id"], []).append(row)
    return by_step


def has_step(ctx: Context, campaign_id: int) -> bool:
    """Whether the campaign has any step."""
    return ctx.db.one(_ANY, campaign_id=campaign_id) is not None


def copy(ctx: Context, campaign_id: int, copy_id: int) -> None:
    """Copy all steps with their variants into another campaign, under new ids."""
    variants = variants_of(ctx, campaign_id)
    for row in steps_of(ctx, campaign_id):
        step_id = ctx.db.next_ids("step")
        ctx.db.insert(step, **_again(ctx, row, campaign_id=copy_id, id=step_id))
        for one in variants.get(row["id"], ()):
            copied = _again(ctx, one, campaign_id=copy_id, step_id=step_id, id=ctx.db.next_ids("variant"))
            ctx.db.insert(variant, **copied)


def _again(ctx: Context, row: Row, **changes: Any) -> dict[str, Any]:
    kept = {name: row[name] for name in row.keys() if name not in _NOT_COPIED}  # noqa: SIM118
    return {**kept, "created_at": ctx.now, "updated_at": ctx.now, **changes}

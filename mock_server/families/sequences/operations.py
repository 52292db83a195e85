"""What the API does with the steps of a campaign."""

from __future__ import annotations

from collections import Counter
from string import ascii_uppercase
from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.sequences import records, views
from mock_server.families.sequences.tables import step, variant

_STEP_COLUMNS = ("variant_distribution_type", "lead_distribution_percentage", "winning_metric_property")


@operation("get_campaign_sequences")
def get_campaign_sequences(ctx: Context, params: inputs.GetCampaignSequencesParams) -> Reply:
    """The steps by seq_number; an empty array when there are none (S1, R)."""
    row = campaigns.find(ctx, params["campaign_id"])
    variants = records.variants_of(ctx, row["id"])
    return Reply([views.step(one, variants.get(one["id"], ())) for one in records.steps_of(ctx, row["id"])])


@operation("save_campaign_sequences")
def save_campaign_sequences(
    ctx: Context, params: inputs.SaveCampaignSequencesParams, body: inputs.SaveCampaignSequencesBody
) -> Reply:
    """Replace all steps: a given id is updated, none creates, what is left out is removed; `[]` removes all (S4)."""
    row = campaigns.find(ctx, params["campaign_id"])
    if row["status"] == "ACTIVE":
        raise ApiError("campaign_is_active", hint="Set the status to PAUSED, save the sequences, then START again.")
    wanted: list[dict[str, Any]] = [dict(one) for one in body["sequences"]]
    known = {one["id"]: one for one in records.steps_of(ctx, row["id"])}
    variants = records.variants_of(ctx, row["id"])
    _check(wanted, set(known), {step_id: {one["id"] for one in rows} for step_id, rows in variants.items()})
    for step_id in known.keys() - {one.get("id") for one in wanted}:
        ctx.db.delete(variant, campaign_id=row["id"], step_id=step_id)
        ctx.db.delete(step, id=step_id)
    for one in wanted:
        step_id = _save_step(ctx, row["id"], one)
        _save_variants(
            ctx, row["id"], step_id, one.get("seq_variants", ()), {v["id"] for v in variants.get(step_id, ())}
        )
    rows = records.steps_of(ctx, row["id"])
    saved = [views.saved(one) for one in rows]
    return Reply({"ok": True, "data": "success", "sequences": saved}, beside=lambda: {"texts": views.texts(rows)})


def _check(wanted: list[dict[str, Any]], steps: set[int], variants: dict[int, set[int]]) -> None:
    """Ids must be this campaign's, numbers must differ: a request applies whole or not at all."""
    ids = Counter(one["id"] for one in wanted if one.get("id") is not None)
    for step_id, times in ids.items():
        if step_id not in steps or times > 1:
            raise ApiError(
                "sequence_not_found", id=step_id, hint="Leave the id out to create a step; give each id once."
            )
    for number, times in Counter(one["seq_number"] for one in wanted).items():
        if times > 1:
            raise ApiError("duplicate_seq_number", seq_number=number)
    for one in wanted:
        own = variants.get(one.get("id") or 0, set())
        given = Counter(v["id"] for v in one.get("seq_variants", ()) if v.get("id") is not None)
        for variant_id, times in given.items():
            if variant_id not in own or times > 1:
                raise ApiError("variant_not_found", id=variant_id, hint="Leave the id out to create a variant.")


def _save_step(ctx: Context, campaign_id: int, given: dict[str, Any]) -> int:
    columns = {
        "seq_number": given["seq_number"],
        "delay_in_days": given["seq_delay_details"]["delay_in_days"],
        "subject": given.get("subject") or "",
        "email_body": given.get("email_body") or "",
        "seq_type": given.get("seq_type", "EMAIL"),
        **{name: given.get(name) for name in _STEP_COLUMNS},
    }
    step_id: int | None = given.get("id")
    if step_id is None:
        step_id = ctx.db.next_ids("step")
        ctx.db.insert(step, id=step_id, campaign_id=campaign_id, created_at=ctx.now, updated_at=ctx.now, **columns)
    else:
        ctx.db.update(step, {"id": step_id}, updated_at=ctx.now, winner_variant_id=None, **columns)
    return step_id


def _label(position: int) -> str:
    """A, B, C and so on, for a variant that comes without a label (S0)."""
    turns, letter = divmod(position, 26)
    return ascii_uppercase[letter] * (turns + 1)


def _save_variants(ctx: Context, campaign_id: int, step_id: int, given: Any, known: set[int]) -> None:
    for variant_id in known - {one.get("id") for one in given}:
        ctx.db.delete(variant, id=variant_id)
    for position, one in enumerate(given):
        columns = {
            "position": position,
            "variant_label": one.get("variant_label") or _label(position),
            "subject": one["subject"],
            "email_body": one["email_body"],
            "optional_email_body_1": one.get("optional_email_body_1"),
            "variant_distribution_percentage": one.get("variant_distribution_percentage"),
        }
        if one.get("id") is None:
            owner = {"id": ctx.db.next_ids("variant"), "step_id": step_id, "campaign_id": campaign_id}
            ctx.db.insert(variant, **owner, created_at=ctx.now, updated_at=ctx.now, **columns)
        else:
            ctx.db.update(variant, {"id": one["id"]}, updated_at=ctx.now, **columns)

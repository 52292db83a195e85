"""Sub-sequences: campaigns under a parent, which a lead of the parent enters by an event or by a push."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from sqlalchemy import bindparam, select

from mock_server.context import Context
from mock_server.families.block_list import records as block_list
from mock_server.families.campaigns import records as campaigns
from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts import membership
from mock_server.families.leads import records
from mock_server.families.leads.rules import Flag, wants_no_mail
from mock_server.families.leads.tables import enrolment
from mock_server.state.database import Row
from mock_server.state.statements import Statement, this_workspace

Happening = Literal["reply", "open", "click", "bounce", "unsubscribe"]

_DAY = 86_400_000
#: part of an eventType word -> what it means; the words come from one client, so that their stems are looked for
_STEMS: dict[str, Happening] = {
    "REPL": "reply", "OPEN": "open", "CLICK": "click", "BOUNCE": "bounce", "UNSUBSCRIBE": "unsubscribe",
}  # fmt: skip
_e = enrolment.c
_ROWS_BELOW = Statement(
    select(enrolment, campaign.c.stop_on_parent_reply.label("campaign_stops"))
    .join(campaign, (campaign.c.workspace_id == _e.workspace_id) & (campaign.c.id == _e.campaign_id))
    .where(
        this_workspace(enrolment), _e.lead_id == bindparam("lead_id"), campaign.c.deleted_at.is_(None),
        campaign.c.parent_campaign_id == bindparam("campaign_id"),
    )
    .order_by(_e.id)
)  # fmt: skip


def rows_to_stop(ctx: Context, row: Row) -> list[Row]:
    """The lead's rows in sub-sequences that a reply in the parent stops."""
    below = ctx.db.all(_ROWS_BELOW, lead_id=row["lead_id"], campaign_id=row["campaign_id"])
    return [one for one in below if one["stop_on_parent_reply"] or one["campaign_stops"]]


def enter_on(
    ctx: Context, row: Row, happening: Happening, *, category_id: int | None = None, text: str = ""
) -> None:  # fmt: skip
    """Put a lead into every sub-sequence that waits for what has just happened to it (R, C:skills)."""
    for child in campaigns.children(ctx, row["campaign_id"]):
        conditions = orjson.loads(child["condition_events"])
        if any(_meets(condition, happening, category_id, text) for condition in conditions):
            enter(ctx, row, child, child["delay_for_new_leads"] * _DAY, cause=happening)


def _meets(condition: dict[str, Any], happening: Happening, category_id: int | None, text: str) -> bool:
    word = str(condition.get("eventType", "")).upper()
    if not any(stem in word and meaning == happening for stem, meaning in _STEMS.items()):
        return False
    wanted, part = condition.get("categoryId"), condition.get("text")
    return (wanted is None or wanted == category_id) and (not part or str(part).lower() in text.lower())


def enter(
    ctx: Context, row: Row, child: Row, delay: int, *, cause: str, stop_on_parent_reply: bool = False
) -> int | None:
    """Put a lead of the parent into a sub-sequence; its first mail is due after `delay` milliseconds.

    The id of its row there; None when it is there already. The parent's row keeps its status (R, S4). The lead stays
    with its mailbox where the sub-sequence has that one. Who is blocked or unsubscribed from everything gets no mail.
    """
    if records.enrolled(ctx, child["id"], [row["lead_id"]]):
        return None
    attached = membership.mapping_ids(ctx, child["id"])
    lead = records.find_lead(ctx, row["lead_id"])
    unsubscribed = wants_no_mail(lead, child["client_id"])
    blocked = bool(block_list.blocked(ctx, [lead["email"]], child["client_id"]))
    map_id = ctx.db.next_ids("enrolment")
    ctx.db.insert(
        enrolment, id=map_id, campaign_id=child["id"], lead_id=row["lead_id"], created_at=ctx.now, category_id=None,
        status="BLOCKED" if blocked else "STARTED", flags=int(Flag.UNSUBSCRIBED) if unsubscribed else 0,
        next_at=None if blocked or unsubscribed else ctx.now + delay,
        stop_on_parent_reply=stop_on_parent_reply,
        email_account_id=row["email_account_id"] if row["email_account_id"] in attached else None,
    )  # fmt: skip
    ctx.db.update(enrolment, {"campaign_id": row["campaign_id"], "id": row["id"]}, sub_sequence_id=child["id"])
    entered = {"campaign_id": child["id"], "enrolment_id": map_id, "lead_id": row["lead_id"]}
    ctx.emit("LEAD_ENTERED_SUBSEQUENCE", [{**entered, "data": {"from": row["id"], "cause": cause}}])
    return map_id

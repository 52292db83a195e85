"""Reading and writing messages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update

from mock_server.context import Context
from mock_server.families.campaigns.tables import campaign
from mock_server.families.messages.tables import message
from mock_server.families.sequences.tables import variant
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, this_workspace

_m = message.c
_ONE = Statement(
    select(message).where(this_workspace(message), _m.campaign_id == bindparam("campaign_id"), _m.id == bindparam("id"))
)
_OF_ENROLMENT = (this_workspace(message), _m.enrolment_id == bindparam("enrolment_id"), _m.type == "SENT")
_LAST_SENT = Statement(select(message).where(*_OF_ENROLMENT).order_by(_m.id.desc()).limit(1))
_LAST_OF_STEP = Statement(
    select(message).where(*_OF_ENROLMENT, _m.seq_number == bindparam("step")).order_by(_m.id.desc()).limit(1)
)
_COUNT_BOUNCE = Statement(
    update(campaign)
    .where(this_workspace(campaign), campaign.c.id == bindparam("campaign_id"))
    .values(bounce_count=campaign.c.bounce_count + 1)
)
_COUNT_VARIANT = {
    name: Statement(
        update(variant)
        .where(this_workspace(variant), variant.c.id == bindparam("variant_id"))
        .values(**{name: variant.c[name] + 1})
    )
    for name in ("open_count", "click_count", "reply_count")
}


def get(ctx: Context, campaign_id: int, message_id: int) -> Row | None:
    """A message, if it is still there."""
    return ctx.db.one(_ONE, campaign_id=campaign_id, id=message_id)


def last_sent(db: Session, enrolment_id: int, step: int | None = None) -> Row | None:
    """The last mail that a lead got in a campaign, or its mail of one step."""
    if step is None:
        return db.one(_LAST_SENT, enrolment_id=enrolment_id)
    return db.one(_LAST_OF_STEP, enrolment_id=enrolment_id, step=step)


def change(ctx: Context, mail: Row, **columns: Any) -> None:
    """Set columns of a message."""
    ctx.db.update(message, {"campaign_id": mail["campaign_id"], "id": mail["id"]}, **columns)


def count_bounce(ctx: Context, campaign_id: int) -> None:
    """One more mail of the campaign has bounced."""
    ctx.db.run(_COUNT_BOUNCE, campaign_id=campaign_id)


def count_for_variant(ctx: Context, mail: Row, column: str) -> None:
    """One more mail of the variant was opened, clicked or answered."""
    if mail["variant_id"] is not None:
        ctx.db.run(_COUNT_VARIANT[column], variant_id=mail["variant_id"])

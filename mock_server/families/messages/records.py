"""Reading and writing messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, text, tuple_, update

from mock_server.clock import FIRST_MOMENT
from mock_server.context import Context
from mock_server.families.campaigns.sight import IN_VIEW
from mock_server.families.campaigns.tables import campaign
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.tables import IS_ANSWER_BY_HAND, MARKED_BY, Mark, message
from mock_server.families.sequences.tables import step, variant
from mock_server.state.database import Row, Session
from mock_server.state.ledger import event
from mock_server.state.statements import Statement, one_of, this_workspace

#: what a lead got in a campaign, and what came back
TO_LEAD = ("SENT", "HAND")
CONVERSATION = (*TO_LEAD, "REPLY", "OUT_OF_OFFICE")

_m, _e, _ev = message.c, enrolment.c, event.c
_ONE = Statement(
    select(message).where(this_workspace(message), _m.campaign_id == bindparam("campaign_id"), _m.id == bindparam("id"))
)
_OF_ENROLMENT = (this_workspace(message), _m.enrolment_id == bindparam("enrolment_id"), _m.type == "SENT")
_ANY_ANSWERED = Statement(select(_m.id).where(*_OF_ENROLMENT, _m.marks.op("&")(int(Mark.REPLIED)) != 0).limit(1))
_LAST_SENT = Statement(select(message).where(*_OF_ENROLMENT).order_by(_m.id.desc()).limit(1))
_SENT_BEFORE = Statement(
    select(message).where(*_OF_ENROLMENT, _m.at <= bindparam("moment")).order_by(_m.at.desc(), _m.id.desc()).limit(1)
)
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
        .values(**{name: variant.c[name] + bindparam("n")})
    )
    for name in ("open_count", "click_count", "reply_count")
}


def is_shown() -> ColumnElement[bool]:
    """A mail of a step that was deleted since is in no view, nor is a reply to it."""
    own = select(step.c.id).where(this_workspace(step), step.c.id == _m.step_id)
    return or_(_m.step_id.is_(None), own.correlate(message).exists())


_OF_ENROLMENTS = Statement(
    select(message, step.c.seq_number.label("step_number"))
    .outerjoin(step, (step.c.workspace_id == _m.workspace_id) & (step.c.id == _m.step_id))
    .where(
        this_workspace(message),
        one_of(_m.enrolment_id, "ids"),
        one_of(_m.type, "types"),
        _m.step_id.is_(None) | step.c.id.is_not(None),
        _m.at > bindparam("after"),
    )
    .order_by(_m.at, _m.id)
)
_FIGURES = Statement(
    select(
        _m.enrolment_id, func.count().label("sent_count"), func.sum(_m.open_count).label("open_count"),
        func.sum(_m.click_count).label("click_count"), func.count(_m.replied_at).label("reply_count"),
    )
    .where(this_workspace(message), one_of(_m.enrolment_id, "ids"), _m.type == "SENT", is_shown())
    .group_by(_m.enrolment_id)
)  # fmt: skip
_BY_STATS_ID = (
    select(message)
    .where(
        this_workspace(message), _m.stats_id == bindparam("stats_id"), _m.campaign_id == bindparam("campaign_id"),
        one_of(_m.type, "types"), is_shown(), _m.marks.op("&")(int(Mark.HIDDEN)) == 0,
    )
    .order_by(_m.id)
)  # fmt: skip
_SENT_BY_STATS_ID = Statement(_BY_STATS_ID)
_BY_BOTH_IDS = Statement(_BY_STATS_ID.where(_m.message_id == bindparam("message_id")))


_IN_VIEW = _m.campaign_id.in_(select(campaign.c.id).where(*IN_VIEW))
_ANSWERED_BY_STATS_ID = Statement(
    select(message)
    .where(
        this_workspace(message), _m.stats_id == bindparam("stats_id"), _m.type == "SENT", is_shown(), _IN_VIEW,
        _m.marks.op("&")(int(Mark.HIDDEN)) == 0, or_(_m.replied_at.is_not(None), _m.ignored_at.is_not(None)),
    )
    .order_by(_m.id)
)  # fmt: skip
_BY_HAND = Statement(
    select(message)
    .where(
        this_workspace(message), _m.message_id == bindparam("message_id"), text(IS_ANSWER_BY_HAND), _IN_VIEW,
        _m.marks.op("&")(int(Mark.HIDDEN)) == 0,
    )
    .order_by(_m.id)
)  # fmt: skip


def _thread(*more: ColumnElement[bool]) -> Select[Any]:
    """Messages of an enrolment in a thread, newest first."""
    own = this_workspace(message), _m.enrolment_id == bindparam("enrolment_id"), one_of(_m.type, "types")
    return select(message).where(*own, *more).order_by(_m.at.desc(), _m.id.desc())


_IN_THREAD = _m.thread_id == bindparam("thread_id")
_LAST_OF_THREAD = Statement(_thread(_IN_THREAD).limit(1))
_BY_MESSAGE_ID = Statement(_thread(_m.message_id == bindparam("message_id")).limit(1))
_THREAD_UP_TO = Statement(_thread(_IN_THREAD, tuple_(_m.at, _m.id) <= tuple_(bindparam("at"), bindparam("id"))))
_EVENTS = Statement(
    select(_ev.type, _ev.at)
    .outerjoin(message, and_(
        _m.workspace_id == _ev.workspace_id, _m.campaign_id == _ev.campaign_id, _m.id == _ev.message_id,
    ))
    .where(
        this_workspace(event), _ev.campaign_id == bindparam("campaign_id"),
        _ev.enrolment_id == bindparam("enrolment_id"), one_of(_ev.type, "types"), is_shown(),
    )
    .order_by(_ev.at, _ev.id)
)  # fmt: skip


def get(ctx: Context, campaign_id: int, message_id: int) -> Row | None:
    """A message, if it is still there."""
    return ctx.db.one(_ONE, campaign_id=campaign_id, id=message_id)


def last_sent(db: Session, enrolment_id: int, step: int | None = None) -> Row | None:
    """The last mail that a lead got in a campaign, or its mail of one step."""
    if step is None:
        return db.one(_LAST_SENT, enrolment_id=enrolment_id)
    return db.one(_LAST_OF_STEP, enrolment_id=enrolment_id, step=step)


def change(ctx: Context, mail: Row, **columns: Any) -> None:
    """Set columns of a message that was read just now, and the marks that follow from them."""
    marks = sum(mark for name, mark in MARKED_BY.items() if columns.get(name) is not None)
    where = {"campaign_id": mail["campaign_id"], "id": mail["id"]}
    ctx.db.update(message, where, marks=mail["marks"] | marks, **columns)


def unmark(ctx: Context, mail: Row, name: str, **columns: Any) -> None:
    """Take back what became of a message that was read just now, and the mark for it."""
    where = {"campaign_id": mail["campaign_id"], "id": mail["id"]}
    ctx.db.update(message, where, marks=mail["marks"] & ~MARKED_BY[name], **{name: None}, **columns)


def is_answered(ctx: Context, enrolment_id: int) -> bool:
    """Whether any mail to a lead counts as answered."""
    return ctx.db.one(_ANY_ANSWERED, enrolment_id=enrolment_id) is not None


def count_bounce(ctx: Context, campaign_id: int) -> None:
    """One more mail of the campaign has bounced."""
    ctx.db.run(_COUNT_BOUNCE, campaign_id=campaign_id)


def count_for_variant(ctx: Context, mail: Row, column: str, n: int = 1) -> None:
    """One more mail of the variant was opened, clicked or answered; or one fewer."""
    if mail["variant_id"] is not None:
        ctx.db.run(_COUNT_VARIANT[column], variant_id=mail["variant_id"], n=n)


def conversations(ctx: Context, map_ids: Sequence[int], after: int | None = None) -> dict[int, list[Row]]:
    """Map id -> what the lead got and answered in the campaign, perhaps after a moment only; oldest first.

    `step_number` is the number that the step of a mail has now.
    """
    found: dict[int, list[Row]] = {map_id: [] for map_id in map_ids}
    since = FIRST_MOMENT - 1 if after is None else after
    for row in ctx.db.all(_OF_ENROLMENTS, ids=list(map_ids), types=CONVERSATION, after=since):
        found[row["enrolment_id"]].append(row)
    return found


def figures(ctx: Context, map_ids: Sequence[int]) -> dict[int, Row]:
    """Map id -> counts of the sequence's mails; without those that got none."""
    return {row["enrolment_id"]: row for row in ctx.db.all(_FIGURES, ids=list(map_ids))}


def sent_before(ctx: Context, enrolment_id: int, moment: int) -> Row | None:
    """The last mail that a lead had got at a moment."""
    return ctx.db.one(_SENT_BEFORE, enrolment_id=enrolment_id, moment=moment)


def sent_by_stats_id(ctx: Context, campaign_id: int, stats_id: str) -> Row | None:
    """The mail of the sequence that a stats_id names in a campaign."""
    return ctx.db.one(_SENT_BY_STATS_ID, campaign_id=campaign_id, stats_id=stats_id, types=["SENT"])


def single_by_stats_id(ctx: Context, stats_id: str) -> Row | None:
    """The mail outside campaigns that a stats_id names."""
    return ctx.db.one(_SENT_BY_STATS_ID, campaign_id=0, stats_id=stats_id, types=["SINGLE"])


def answered_by_stats_id(ctx: Context, stats_id: str) -> Row | None:
    """The answered mail of the sequence that a stats_id names, in whichever campaign."""
    return ctx.db.one(_ANSWERED_BY_STATS_ID, stats_id=stats_id)


def written_by_hand(ctx: Context, message_id: str) -> Row | None:
    """The answer by hand that has a Message-ID, whether it has gone out or not."""
    return ctx.db.one(_BY_HAND, message_id=message_id)


def in_conversation(ctx: Context, campaign_id: int, stats_id: str, message_id: str) -> Row | None:
    """The message of a conversation that both its ids name."""
    named = {"stats_id": stats_id, "message_id": message_id}
    return ctx.db.one(_BY_BOTH_IDS, campaign_id=campaign_id, types=CONVERSATION, **named)


def answered_by(ctx: Context, mail: Row, message_id: str | None) -> Row:
    """What a reply in the thread of `mail` goes on from: the message that is named, else the last of the thread."""
    own = {"enrolment_id": mail["enrolment_id"], "types": CONVERSATION}
    named = None if message_id is None else ctx.db.one(_BY_MESSAGE_ID, message_id=message_id, **own)
    return named or ctx.db.one(_LAST_OF_THREAD, thread_id=mail["thread_id"], **own) or mail


def thread_up_to(ctx: Context, last: Row) -> list[Row]:
    """A message and those before it in its thread, newest first."""
    place = {"thread_id": last["thread_id"], "at": last["at"], "id": last["id"]}
    return ctx.db.all(_THREAD_UP_TO, enrolment_id=last["enrolment_id"], types=CONVERSATION, **place)


def events_of(ctx: Context, row: Row, types: Sequence[str]) -> list[Row]:
    """Type and moment of what happened to a lead in a campaign, oldest first."""
    return ctx.db.all(_EVENTS, campaign_id=row["campaign_id"], enrolment_id=row["id"], types=list(types))

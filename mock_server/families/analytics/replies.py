"""Reading how long answers take: those of leads to mails, and those of the team to leads."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from mock_server.context import Context
from mock_server.families.analytics import figures
from mock_server.families.analytics.figures import ANSWERED, SENT_IN_SPAN, marked, of_lead
from mock_server.families.analytics.selection import Selection
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.tables import Mark, message
from mock_server.families.statistics.rules import Span
from mock_server.state.statements import Statement, one_of

#: messages that answer a mail

_m, _e = message.c, enrolment.c
_first, _hand, _answer = (message.alias(name).c for name in ("first", "hand", "answer"))
_REPLIED = (
    select(_m.enrolment_id, func.min(_m.replied_at).label("replied_at"))
    .where(*ANSWERED)
    .group_by(_m.enrolment_id)
    .subquery()
)
_FIRST_SENT = (
    select(func.min(_first.at))
    .where(
        _first.workspace_id == bindparam("ws"), _first.enrolment_id == _REPLIED.c.enrolment_id, _first.type == "SENT",
        one_of(_first.step_id, "steps"),
    )
    .correlate(_REPLIED)
    .scalar_subquery()
)  # fmt: skip
_TIMES = Statement(select(_FIRST_SENT.label("sent_at"), _REPLIED.c.replied_at))
_FIRST_REPLIES = Statement(
    select(_m.campaign_id, func.min(_m.replied_at).label("at")).where(*ANSWERED, *SENT_IN_SPAN).group_by(_m.campaign_id)
)
#: a reply of a lead that is somebody's, to a mail of the span, and the first mail by hand that answers it
_BY_HAND = Statement(
    select(_e.team_member_id, _answer.at.label("replied_at"), func.min(_hand.at).label("answered_at"))
    .where(
        _hand.workspace_id == bindparam("ws"), one_of(_hand.campaign_id, "campaigns"), _hand.type == "HAND",
        _answer.workspace_id == _hand.workspace_id, _answer.campaign_id == _hand.campaign_id,
        _answer.id == _hand.answers, _answer.is_reply == 1, _answer.at >= _m.replied_at,  # else it is ignored
        _m.workspace_id == _hand.workspace_id, _m.campaign_id == _hand.campaign_id, _m.id == _answer.answers,
        one_of(_m.step_id, "steps"), *marked(Mark.REPLIED), *SENT_IN_SPAN, of_lead(enrolment),
        _e.team_member_id.is_not(None),
    )
    .group_by(_answer.campaign_id, _answer.id)
)  # fmt: skip


def times_to_first(ctx: Context, of: Selection) -> list[int]:
    """From the first mail to the first answer of each lead who answered; the first mail was sent in the span."""
    rows = ctx.db.all(_TIMES, **of.values)
    return [row["replied_at"] - row["sent_at"] for row in rows if of.span.start <= row["sent_at"] < of.span.end]


def leads_until_first(ctx: Context, of: Selection) -> list[int]:
    """For each campaign with an answer to a mail of the span, the leads who had got one when the first one came."""
    return [
        figures.reached(ctx, of, row["campaign_id"], Span(of.span.start, min(row["at"] + 1, of.span.end)))
        for row in ctx.db.all(_FIRST_REPLIES, **of.values)
    ]


def times_by_hand(ctx: Context, of: Selection) -> dict[int, list[int]]:
    """Team member -> from each reply of its leads to the mail by hand that answers it."""
    found: dict[int, list[int]] = {}
    for row in ctx.db.all(_BY_HAND, **of.values):
        found.setdefault(row["team_member_id"], []).append(row["answered_at"] - row["replied_at"])
    return found

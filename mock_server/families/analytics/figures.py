"""Reading figures of several campaigns: raw counts from kept sums, leads and answers from indexes over the mails.

As in the statistics of one campaign, mails of steps that were deleted and of leads that were taken out are in none, and
a lead counts once in each campaign. The category of a lead is the one of now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Table, and_, bindparam, case, distinct, func, select

from mock_server.context import Context
from mock_server.families.analytics.rules import Totals, place
from mock_server.families.analytics.selection import Selection
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.rules import POSITIVE
from mock_server.families.messages.tables import MARKED_BY, Mark, message
from mock_server.families.statistics import figures
from mock_server.families.statistics.figures import SHOWN
from mock_server.families.statistics.rules import EVER, Span
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, packed, spans, this_workspace

_m, _e = message.c, enrolment.c
#: moments of what became of a mail
Moment = Literal["opened_at", "replied_at", "bounced_at", "unsubscribed_at"]
Holder = Literal["campaign_id", "email_account_id", "team_member_id"]
#: figures of mails -> what became of these
_MARKS = {
    "sent": Mark(0), "opened": Mark.OPENED, "replied": Mark.REPLIED, "bounced": Mark.BOUNCED,
    "unsubscribed": Mark.UNSUBSCRIBED,
}  # fmt: skip
_OF_STEPS = (this_workspace(message), one_of(_m.step_id, "steps"))
_OF_CAMPAIGNS = (*_OF_STEPS, one_of(_m.campaign_id, "campaigns"), *SHOWN)
SENT_IN_SPAN = (_m.at >= bindparam("start"), _m.at < bindparam("end"))


def marked(mark: Mark) -> tuple[ColumnElement[bool], ...]:
    """Mails of a sequence that have a mark and are not hidden."""
    return SHOWN[0], _m.marks.op("&")(int(mark | Mark.HIDDEN)) == int(mark)


def _mails(mark: Mark) -> ColumnElement[int]:
    """How many mails have this mark; 0 = whether they have any or none."""
    return func.coalesce(func.sum(_m.marks.op("&")(int(mark)) != 0), 0) if mark else func.count()


def _leads(what: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """How many leads have a mail of which this is so, or any."""
    return func.count(distinct(_m.enrolment_id if what is None else case((what, _m.enrolment_id))))


def of_lead(table: Table) -> ColumnElement[bool]:
    """A mail's row of its lead in its campaign."""
    c = table.c
    return and_(c.workspace_id == _m.workspace_id, c.campaign_id == _m.campaign_id, c.id == _m.enrolment_id)


_RAW = [_mails(mark).label(name) for name, mark in _MARKS.items()]
_PEOPLE = [_leads().label("leads"), _leads(_m.marks.op("&")(int(Mark.OPENED)) != 0).label("openers")]
#: mailbox by mailbox, which a lead stays with in a campaign: SQLite counts many small sets faster than a big one
_IN_CAMPAIGNS = (
    select(_m.campaign_id)
    .where(
        _m.email_account_id.in_(select(email_account.c.id).where(this_workspace(email_account))), *_OF_CAMPAIGNS,
        *SENT_IN_SPAN,
    )
    .group_by(_m.email_account_id, _m.campaign_id)
)  # fmt: skip
_PEOPLE_OF = Statement(_IN_CAMPAIGNS.add_columns(*_PEOPLE))
_LEADS_OF = Statement(_IN_CAMPAIGNS.add_columns(_PEOPLE[0]))
#: an answer comes after its mail; with bounds on both sides the planner knows that it should look at answers only
ANSWERED = (
    _m.replied_at >= bindparam("start"), _m.replied_at < EVER, *_OF_STEPS, *marked(Mark.REPLIED),
)  # fmt: skip
_HOLDERS = {
    "campaign_id": _m.campaign_id, "email_account_id": _m.email_account_id, "team_member_id": _e.team_member_id,
}  # fmt: skip
_ANSWERS = {
    name: Statement(
        select(column.label("holder"), _e.category_id, func.count().label("mails"), _leads().label("leads"))
        .join(enrolment, of_lead(enrolment))
        .where(*ANSWERED, *SENT_IN_SPAN)
        .group_by(column, _e.category_id)
    )
    for name, column in _HOLDERS.items()
}
_POSITIVE = {
    column.name: Statement(
        select(column.label("at"), _m.enrolment_id)
        .join(enrolment, of_lead(enrolment))
        .where(
            *ANSWERED, column >= bindparam("start"), column < bindparam("end"), one_of(_e.category_id, "positive")
        )
    )
    for column in (_m.at, _m.replied_at)
}  # fmt: skip
_FIRST = one_of(_m.step_id, "first")
_NEW_AND_FOLLOWED = Statement(_IN_CAMPAIGNS.add_columns(_leads(_FIRST).label("new"), _leads(~_FIRST).label("later")))
_BY_MAILBOX = {
    whole: Statement(
        select(_m.email_account_id, *_RAW, *(_PEOPLE if whole else ()))
        .where(one_of(_m.email_account_id, "mailboxes"), *_OF_CAMPAIGNS, *SENT_IN_SPAN)
        .group_by(_m.email_account_id)
    )
    for whole in (False, True)
}
_spans = spans("spans")


def _per_span(count: ColumnElement[Any], at: ColumnElement[int], *conditions: ColumnElement[bool]) -> Statement:
    """A count of mails for each of some spans, in their order."""
    inside = select(count).where(*conditions, at >= _spans.c.start, at < _spans.c.end).correlate(_spans)
    return Statement(select(inside.scalar_subquery()).select_from(_spans).order_by(_spans.c.place))


_SENT = _per_span(func.count(), _m.at, *_OF_CAMPAIGNS)
_REACHED = _per_span(_leads(), _m.at, *_OF_CAMPAIGNS)
_FIGURES = _per_span(packed(*_RAW, _leads()), _m.at, *_OF_CAMPAIGNS)
_HAPPENED = {
    name: _per_span(func.count(), _m[name], *_OF_STEPS, *marked(MARKED_BY[name]))
    for name in ("opened_at", "replied_at", "bounced_at", "unsubscribed_at")
}


def by_campaign(ctx: Context, of: Selection, *, whole: bool = True) -> dict[int, Totals]:
    """Id -> figures of the mails that were sent in the span, of each campaign; unless `whole` without its leads."""
    sums: dict[int, Counter[str]] = {campaign_id: Counter() for campaign_id in of.ids}
    for row in figures.by_step(ctx, of.ids, of.span):
        sums[row["campaign_id"]].update({name: row[name] for name in _MARKS})
    if whole:
        for row in ctx.db.all(_PEOPLE_OF, **of.values):
            sums[row["campaign_id"]].update(leads=row["leads"], openers=row["openers"])
        for holder, count in positive_leads(answers(ctx, of, "campaign_id")).items():
            sums[holder].update(positive=count)
    return {campaign_id: Totals(**found) for campaign_id, found in sums.items()}


def leads_of_campaigns(ctx: Context, of: Selection) -> Counter[int]:
    """Id -> how many leads got a mail in the span, of each campaign."""
    found: Counter[int] = Counter()
    for row in ctx.db.all(_LEADS_OF, **of.values):
        found[row["campaign_id"]] += row["leads"]
    return found


def new_and_followed(ctx: Context, of: Selection) -> tuple[int, int]:
    """How many leads got a mail of a first step in the span, and how many one of a later step."""
    first = [step_id for step_id, number in of.steps.items() if number == 1]
    rows = ctx.db.all(_NEW_AND_FOLLOWED, **of.values, first=first)
    return sum(row["new"] for row in rows), sum(row["later"] for row in rows)


def by_mailbox(ctx: Context, of: Selection, mailboxes: Sequence[int], *, whole: bool = True) -> dict[int, Totals]:
    """The same of each mailbox that sent some; a lead stays with its mailbox, so that leads add up over these."""
    rows = ctx.db.all(_BY_MAILBOX[whole], **of.values, mailboxes=list(mailboxes))
    found = {row["email_account_id"]: dict(zip(row.keys()[1:], tuple(row)[1:], strict=True)) for row in rows}
    positive = positive_leads(answers(ctx, of, "email_account_id") if whole else ())
    return {one: Totals(**sums, positive=positive[one]) for one, sums in found.items()}


def by_step(ctx: Context, of: Selection) -> list[Row]:
    """Sums of the mails that were sent in the span, per campaign and step."""
    return figures.by_step(ctx, of.ids, of.span)


def answers(ctx: Context, of: Selection, holder: Holder) -> list[Row]:
    """Mails sent in the span that were answered, and leads who did, per `holder` and category."""
    return ctx.db.all(_ANSWERS[holder], **of.values)


def positive_leads(answers: Iterable[Row]) -> Counter[int]:
    """Holder -> how many leads gave a positive answer."""
    found: Counter[int] = Counter()
    for row in answers:
        found[row["holder"]] += row["leads"] if row["category_id"] in POSITIVE else 0
    return found


def of_days(ctx: Context, of: Selection, days: Sequence[Span]) -> list[Totals]:
    """Figures of the mails that were sent on each day, and of the leads who got one on it."""
    found = [orjson.loads(row[0]) for row in ctx.db.all(_FIGURES, **of.values, spans=_pairs(days))]
    return [Totals(**dict(zip((*_MARKS, "leads"), one, strict=True))) for one in found]


def sent(ctx: Context, of: Selection, days: Sequence[Span]) -> list[int]:
    """How many mails were sent on each day."""
    return [row[0] for row in ctx.db.all(_SENT, **of.values, spans=_pairs(days))]


def reached(ctx: Context, of: Selection, campaign_id: int, span: Span) -> int:
    """How many leads got a mail of a campaign in a span."""
    values = {**of.values, "campaigns": [campaign_id], "spans": _pairs([span])}
    return int(ctx.db.all(_REACHED, **values)[0][0])


def happened(ctx: Context, of: Selection, moment: Moment, days: Sequence[Span]) -> list[int]:
    """Of how many mails, whenever they were sent, this became in each of some spans."""
    return [row[0] for row in ctx.db.all(_HAPPENED[moment], **of.values, spans=_pairs(days))]


def positive_of_days(
    ctx: Context, of: Selection, axis: Literal["at", "replied_at"], days: Sequence[Span]
) -> list[int]:  # fmt: skip
    """How many leads gave a positive answer, on each day by the moment of the answered mail or of the answer."""
    starts = [day.start for day in days]
    found: list[set[int]] = [set() for _ in days]
    for row in ctx.db.all(_POSITIVE[axis], **of.values, positive=sorted(POSITIVE)):
        found[place(starts, row["at"])].add(row["enrolment_id"])
    return [len(leads) for leads in found]


def _pairs(days: Sequence[Span]) -> list[tuple[int, int]]:
    return [(day.start, day.end) for day in days]

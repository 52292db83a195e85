"""Reading figures of a campaign: raw counts from kept sums, unique ones from an index over its mails.

Figures follow the mails: what became of a mail counts at the moment it was sent, whenever it happened. Mails of steps
that were deleted, and of leads that were taken out, are in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    distinct,
    func,
    literal,
    select,
    union_all,
)

from mock_server.context import Context
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.rules import POSITIVE
from mock_server.families.messages.tables import Mark, message
from mock_server.families.sequences.tables import step
from mock_server.families.statistics.rules import ALL_TIME, DAY, Parts, Span
from mock_server.families.statistics.tables import SUMS, mailbox_day, mailbox_total, step_day, step_quarter
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

_m = message.c
#: mails that figures know
SHOWN = (_m.type == "SENT", _m.marks.op("&")(int(Mark.HIDDEN)) == 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of mails: sent, and of these opened, clicked, answered, …; `opens` and `clicks` count every single one."""

    sent: int = 0
    opens: int = 0
    clicks: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    stopped: int = 0


@dataclass(frozen=True, slots=True)
class Leads:
    """Counts of distinct leads: who got a mail, opened one, clicked in one."""

    sent: int
    opened: int
    clicked: int


def added(rows: Iterable[Row]) -> Figures:
    """The sum of rows of sums."""
    rows = list(rows)
    return Figures(**{one.name: sum(row[one.name] for row in rows) for one in fields(Figures)})


#: the rows of a table that are of the campaigns and steps which a statement is about
_Scope = Callable[[Table], list[ColumnElement[bool]]]


def _of_campaign(table: Table) -> list[ColumnElement[bool]]:
    """Of one campaign and some steps of it."""
    return [table.c.campaign_id == bindparam("campaign_id"), one_of(table.c.step_id, "steps")]


def _of_campaigns(table: Table) -> list[ColumnElement[bool]]:
    """Of several campaigns and all steps that they have now, one after the other."""
    return [
        this_workspace(step), one_of(step.c.campaign_id, "campaigns"), table.c.campaign_id == step.c.campaign_id,
        table.c.step_id == step.c.id,
    ]  # fmt: skip


def _in_span(scope: _Scope, table: Table, at: ColumnElement[int], part: str) -> list[ColumnElement[bool]]:
    return [this_workspace(table), *scope(table), at >= bindparam(f"{part}_start"), at < bindparam(f"{part}_end")]


def _kept(scope: _Scope, table: Table, part: str, keys: Sequence[str], *more: ColumnElement[bool]) -> Select[Any]:
    """Kept sums whose time lies in a part of a span."""
    columns = [table.c[name] for name in (*keys, *SUMS)]
    return select(*columns).where(*_in_span(scope, table, table.c.start, part), *more)


def _mails(scope: _Scope, part: str, keys: Mapping[str, ColumnElement[Any]], *more: ColumnElement[bool]) -> Select[Any]:
    """The same from the mails of a part of a span."""

    def has(mark: Mark) -> ColumnElement[Any]:
        return (_m.marks.op("&")(int(mark)) != 0).label(_NAMES[mark])

    singly = literal(1).label("sent"), _m.open_count.label("opens"), _m.click_count.label("clicks")
    keyed = [column.label(name) for name, column in keys.items()]
    return select(*keyed, *singly, *map(has, _NAMES)).where(*_in_span(scope, message, _m.at, part), *SHOWN, *more)


_NAMES = {
    Mark.OPENED: "opened", Mark.CLICKED: "clicked", Mark.REPLIED: "replied", Mark.BOUNCED: "bounced",
    Mark.UNSUBSCRIBED: "unsubscribed", Mark.STOPPED: "stopped",
}  # fmt: skip


def _summed(parts: Any, keys: Iterable[str]) -> Statement:
    columns = [parts.c[key] for key in keys]
    sums = [func.sum(parts.c[name]).label(name) for name in SUMS]
    return Statement(select(*columns, *sums).group_by(*columns))


def _in_all_parts(scope: _Scope, keys: Mapping[str, ColumnElement[Any]]) -> Statement:
    """Sums over a span: over its days, the quarters of an hour around them, and the mails around these."""
    parts = [
        *(_kept(scope, table, part, list(keys))
          for table, part in ((step_day, "days"), (step_quarter, "before"), (step_quarter, "after"))),
        *(_mails(scope, part, keys) for part in ("first", "last")),
    ]  # fmt: skip
    return _summed(union_all(*parts).subquery(), keys)


_CONTENT = {"step_id": _m.step_id, "variant_id": func.coalesce(_m.variant_id, 0)}
_BY_CONTENT = _in_all_parts(_of_campaign, _CONTENT)
_STEP = {"campaign_id": _m.campaign_id, "step_id": _m.step_id}
_BY_STEP = _in_all_parts(_of_campaigns, _STEP)
_MAILBOX = {"email_account_id": _m.email_account_id}
_BY_MAILBOX = _summed(
    union_all(
        _kept(_of_campaign, mailbox_day, "days", list(_MAILBOX), one_of(mailbox_day.c.email_account_id, "mailboxes")),
        *(_mails(_of_campaign, part, _MAILBOX, one_of(_m.email_account_id, "mailboxes")) for part in ("first", "last")),
    ).subquery(),
    _MAILBOX,
)
_t = mailbox_total.c
_EVER_BY_MAILBOX = Statement(
    select(_t.email_account_id, *(func.sum(_t[name]).label(name) for name in SUMS))
    .where(
        this_workspace(mailbox_total), _t.campaign_id == bindparam("campaign_id"), one_of(_t.step_id, "steps"),
        one_of(_t.email_account_id, "mailboxes"),
    )
    .group_by(_t.email_account_id)
)  # fmt: skip
_VISIBLE = (
    this_workspace(message), _m.campaign_id == bindparam("campaign_id"), _m.at >= bindparam("start"),
    _m.at < bindparam("end"), one_of(_m.step_id, "steps"), *SHOWN,
)  # fmt: skip
_LEADS = {
    mark: Statement(
        select(func.count(distinct(_m.enrolment_id))).where(*_VISIBLE, _m.marks.op("&")(int(mark)) == int(mark))
    )
    for mark in (Mark(0), Mark.OPENED, Mark.CLICKED)
}
_POSITIVE = Statement(
    select(_m.enrolment_id, _m.step_id)
    .join(
        enrolment,
        (enrolment.c.workspace_id == _m.workspace_id) & (enrolment.c.campaign_id == _m.campaign_id)
        & (enrolment.c.id == _m.enrolment_id),
    )
    .where(
        *_VISIBLE, _m.marks.op("&")(int(Mark.REPLIED)) != 0, enrolment.c.workspace_id == bindparam("ws"),
        enrolment.c.campaign_id == bindparam("campaign_id"), one_of(enrolment.c.category_id, "positive"),
    )
    .distinct()
)  # fmt: skip


def by_content(ctx: Context, campaign_id: int, steps: Sequence[int], span: Span = ALL_TIME) -> list[Row]:
    """Sums per step and variant (0 = none) of the mails sent in a span, of these steps."""
    return ctx.db.all(_BY_CONTENT, campaign_id=campaign_id, steps=list(steps), **_all_parts(span))


def by_step(ctx: Context, campaigns: Sequence[int], span: Span) -> list[Row]:
    """Sums per campaign and step of the mails sent in a span, of the steps that these campaigns have now."""
    return ctx.db.all(_BY_STEP, campaigns=list(campaigns), **_all_parts(span))


def _all_parts(span: Span) -> dict[str, int]:
    parts = Parts.of(span)
    (before, after), (first, last) = parts.quarters, parts.moments
    return _bounds({"days": parts.days, "before": before, "after": after, "first": first, "last": last})


def by_mailbox(
    ctx: Context, campaign_id: int, steps: Sequence[int], mailboxes: Sequence[int], span: Span | None
) -> dict[int, Figures]:
    """Sums per mailbox, of these mailboxes, of the mails sent in a span or ever."""
    values: dict[str, Any] = {"campaign_id": campaign_id, "steps": list(steps), "mailboxes": list(mailboxes)}
    if span is None:
        rows = ctx.db.all(_EVER_BY_MAILBOX, **values)
    else:
        inner = span.rounded(DAY)
        bounds = {"days": inner, "first": Span(span.start, inner.start), "last": Span(inner.end, span.end)}
        rows = ctx.db.all(_BY_MAILBOX, **values, **_bounds(bounds))
    return {row["email_account_id"]: added([row]) for row in rows}


def _bounds(spans: Mapping[str, Span]) -> dict[str, int]:
    return {f"{name}_{end}": getattr(span, end) for name, span in spans.items() for end in ("start", "end")}


def leads(ctx: Context, campaign_id: int, steps: Sequence[int], span: Span = ALL_TIME) -> Leads:
    """How many leads got, opened and clicked in a mail that was sent in a span."""
    values = {"campaign_id": campaign_id, "steps": list(steps), "start": span.start, "end": span.end}
    sent, opened, clicked = (ctx.db.all(statement, **values)[0][0] for statement in _LEADS.values())
    return Leads(sent, opened, clicked)


def positive_leads(ctx: Context, campaign_id: int, steps: Sequence[int], span: Span) -> dict[int, set[int]]:
    """Step id -> leads of a positive category who answered its mail that was sent in a span."""
    values = {"campaign_id": campaign_id, "steps": list(steps), "start": span.start, "end": span.end}
    found: dict[int, set[int]] = {}
    for row in ctx.db.all(_POSITIVE, **values, positive=sorted(POSITIVE)):
        found.setdefault(row["step_id"], set()).add(row["enrolment_id"])
    return found

"""Reading pages of mails, leads and mailboxes with what figures know of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, select, text, union

from mock_server.context import Context
from mock_server.families.email_accounts.tables import campaign_email_account, email_account
from mock_server.families.leads.tables import enrolment, lead
from mock_server.families.messages.tables import Mark, message, message_pages
from mock_server.families.sequences.tables import step
from mock_server.families.statistics.figures import SHOWN
from mock_server.families.statistics.rules import Span
from mock_server.families.statistics.tables import mailbox_total
from mock_server.state import paging
from mock_server.state.database import Row
from mock_server.state.statements import Statement, in_list, of_client, one_of, this_workspace

_m, _e, _l, _a = message.c, enrolment.c, lead.c, email_account.c
_t, _c = mailbox_total.c, campaign_email_account.c
#: what a request may ask for -> the mark of the mails
_MARKS = {
    "opened": Mark.OPENED, "clicked": Mark.CLICKED, "replied": Mark.REPLIED, "unsubscribed": Mark.UNSUBSCRIBED,
    "bounced": Mark.BOUNCED,
}  # fmt: skip
_OF_STEPS = in_list("step_id", "steps")
_FIRST_FROM = Statement(
    select(_m.id)
    .where(
        this_workspace(message), _m.campaign_id == bindparam("campaign_id"), _m.at >= bindparam("at"), SHOWN[0]
    )
    .order_by(_m.at, _m.id)
    .limit(1)
)  # fmt: skip


def page_of_mails(
    ctx: Context, campaign_id: int, steps: Sequence[int], status: str | None, span: Span | None, offset: int, limit: int
) -> tuple[int, list[Row]]:
    """Total and one page of the mails of these steps with their leads, oldest first."""
    wanted = Mark(0) if status is None else _MARKS[status]
    conditions = ("type = 'SENT'", f"(marks & {int(wanted | Mark.HIDDEN)}) = {int(wanted)}", _OF_STEPS)
    values = {"steps": list(steps)}
    between = None
    if span is not None:
        between = _first_from(ctx, campaign_id, span.start), _first_from(ctx, campaign_id, span.end)
    scope = {"workspace_id": ctx.db.ws, "campaign_id": campaign_id}
    window = paging.window(ctx.db.connection, message_pages, scope, conditions, values, offset, limit, between=between)
    if window.low >= window.high:
        return window.total, []
    bounds = {"low": window.low, "high": window.high, "skip": window.skip, "limit": limit}
    return window.total, ctx.db.all(_mails(conditions[1]), campaign_id=campaign_id, **values, **bounds)


def _first_from(ctx: Context, campaign_id: int, moment: int) -> int:
    """The id of the first mail of a campaign that was not sent before a moment; ids follow the time."""
    row = ctx.db.one(_FIRST_FROM, campaign_id=campaign_id, at=moment)
    return 2**62 if row is None else row["id"]


@cache
def _mails(marked: str) -> Statement:
    query = (
        select(
            message, _l.email, _l.first_name, _l.last_name, _e.category_id.label("lead_category_id"),
            step.c.seq_number.label("step_number"),
        )
        .join(step, (step.c.workspace_id == _m.workspace_id) & (step.c.id == _m.step_id))
        .join(
            enrolment,
            (_e.workspace_id == _m.workspace_id) & (_e.campaign_id == _m.campaign_id) & (_e.id == _m.enrolment_id),
        )
        .join(lead, (_l.workspace_id == _e.workspace_id) & (_l.id == _e.lead_id))
        .where(
            this_workspace(message), _m.campaign_id == bindparam("campaign_id"), _m.id >= bindparam("low"),
            _m.id < bindparam("high"), _m.type == "SENT", one_of(_m.step_id, "steps"), text(marked),
        )
    )  # fmt: skip
    return Statement(query.order_by(_m.id).limit(bindparam("limit")).offset(bindparam("skip")))


_MAILBOXES = Statement(
    select(_a.id, _a.from_email)
    .where(
        this_workspace(email_account), of_client(_a.client_id),
        _a.id.in_(union(
            select(_c.email_account_id).where(
                this_workspace(campaign_email_account), _c.campaign_id == bindparam("campaign_id")
            ),
            select(_t.email_account_id).where(
                this_workspace(mailbox_total), _t.campaign_id == bindparam("campaign_id"), _t.sent > 0,
                one_of(_t.step_id, "steps"),
            ),
        )),
    )
    .order_by(_a.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)  # fmt: skip


def page_of_mailboxes(ctx: Context, campaign_id: int, steps: Sequence[int], offset: int, limit: int) -> list[Row]:
    """Mailboxes that are in a campaign or have sent mails of these steps, by id."""
    return ctx.db.all(_MAILBOXES, campaign_id=campaign_id, steps=list(steps), offset=offset, limit=limit)

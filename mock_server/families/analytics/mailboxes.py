"""Reading mailboxes: how many there are, and which sent mails, deleted ones included."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from mock_server.context import Context
from mock_server.families.analytics import figures
from mock_server.families.analytics.rules import Totals
from mock_server.families.analytics.selection import Selection
from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts.tables import campaign_email_account, email_account
from mock_server.state.database import Row
from mock_server.state.statements import Statement, of_client, one_of, this_workspace

_a, _p = email_account.c, campaign_email_account.c
_ALL = Statement(
    select(_a.id, _a.from_email, _a.address, _a.type)
    .where(this_workspace(email_account), of_client(_a.client_id))
    .order_by(_a.id)
)
_IN_ACTIVE_CAMPAIGN = (
    select(_p.id)
    .join(campaign, (campaign.c.workspace_id == _p.workspace_id) & (campaign.c.id == _p.campaign_id))
    .where(
        _p.workspace_id == _a.workspace_id, _p.email_account_id == _a.id, campaign.c.status == "ACTIVE",
        campaign.c.deleted_at.is_(None),
    )
    .exists()
)  # fmt: skip
_FAILS = or_(_a.smtp_failure.is_not(None), _a.imap_failure.is_not(None))
_COUNTED: dict[str, ColumnElement[bool]] = {
    "in_use": _IN_ACTIVE_CAMPAIGN,
    "disconnected": _FAILS,
    "enabled_without_warmup": and_(not_(_FAILS), _a.is_suspended == 0, _a.warmup_status != "ACTIVE"),
}
_COUNTS = select(
    func.count().label("total_connected"),
    *(func.coalesce(func.sum(is_so), 0).label(name) for name, is_so in _COUNTED.items()),
).where(this_workspace(email_account), _a.deleted_at.is_(None), of_client(_a.client_id))
_COUNTS_OF_ALL = Statement(_COUNTS)
_COUNTS_OF_SOME = Statement(_COUNTS.where(one_of(_a.client_id, "clients")))


def counts(ctx: Context, clients: Sequence[int] | None) -> dict[str, int]:
    """How many mailboxes there are now, and how many of them are in use, fail, or can send and do not warm up."""
    found = ctx.db.all(_COUNTS_OF_ALL) if clients is None else ctx.db.all(_COUNTS_OF_SOME, clients=list(clients))
    return dict(found[0])


def that_sent(ctx: Context, of: Selection, *, whole: bool = True) -> list[tuple[Row, Totals]]:
    """The mailboxes that the key may see and that sent a mail in the span, by id, with their figures."""
    rows = ctx.db.all(_ALL)
    found = figures.by_mailbox(ctx, of, [row["id"] for row in rows], whole=whole)
    return [(row, found[row["id"]]) for row in rows if row["id"] in found]

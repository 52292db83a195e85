"""Which mailboxes send for which campaign, and the kept `campaign_count` of each mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from mock_server.context import Context
from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts.tables import campaign_email_account, email_account
from mock_server.families.messages.tables import message
from mock_server.state.database import Row
from mock_server.state.statements import Statement, of_client, one_of, this_workspace

_m = campaign_email_account.c
_OF_CAMPAIGN = Statement(
    select(email_account)
    .join(
        campaign_email_account,
        (_m.workspace_id == email_account.c.workspace_id) & (_m.email_account_id == email_account.c.id),
    )
    .where(this_workspace(email_account), _m.campaign_id == bindparam("campaign_id"))
    .order_by(_m.id)
)
_PAIRS = Statement(
    select(_m.id, _m.email_account_id)
    .where(this_workspace(campaign_email_account), _m.campaign_id == bindparam("campaign_id"))
    .order_by(_m.id)
)
_ANY = Statement(
    select(_m.id).where(this_workspace(campaign_email_account), _m.campaign_id == bindparam("campaign_id")).limit(1)
)
_CAMPAIGNS_OF_CLIENT = select(campaign.c.id).where(this_workspace(campaign), of_client(campaign.c.client_id))
_OF_ACCOUNTS = Statement(
    select(_m.campaign_id, _m.email_account_id)
    .where(
        this_workspace(campaign_email_account), one_of(_m.email_account_id, "ids"),
        or_(bindparam("client").is_(None), _m.campaign_id.in_(_CAMPAIGNS_OF_CLIENT)),
    )
    .order_by(_m.campaign_id)
)  # fmt: skip
#: what a mailbox that comes back sent before: the gap between its mails outlives detaching it
_LAST_SENT = Statement(
    select(message.c.email_account_id, func.max(message.c.at).label("at"))
    .where(
        this_workspace(message), one_of(message.c.email_account_id, "ids"), message.c.type == "SENT",
        message.c.campaign_id == bindparam("campaign_id"),
    )
    .group_by(message.c.email_account_id)
)  # fmt: skip
_COUNT = Statement(
    update(email_account)
    .where(this_workspace(email_account), one_of(email_account.c.id, "ids"))
    .values(campaign_count=email_account.c.campaign_count + bindparam("change"))
)


def accounts_of(ctx: Context, campaign_id: int) -> list[Row]:
    """The mailboxes of a campaign, in the order they were attached in."""
    return ctx.db.all(_OF_CAMPAIGN, campaign_id=campaign_id)


def mapping_ids(ctx: Context, campaign_id: int) -> dict[int, int]:
    """Account id -> mapping id."""
    return {row["email_account_id"]: row["id"] for row in ctx.db.all(_PAIRS, campaign_id=campaign_id)}


def campaigns_of(ctx: Context, account_ids: Sequence[int]) -> dict[int, list[int]]:
    """Account id -> ids of its campaigns, as far as the key may see them."""
    found: dict[int, list[int]] = {account_id: [] for account_id in account_ids}
    for row in ctx.db.all(_OF_ACCOUNTS, ids=list(account_ids)):
        found[row["email_account_id"]].append(row["campaign_id"])
    return found


def has_account(ctx: Context, campaign_id: int) -> bool:
    """Whether the campaign has any mailbox."""
    return ctx.db.one(_ANY, campaign_id=campaign_id) is not None


def attach(ctx: Context, campaign_id: int, account_ids: Sequence[int]) -> dict[int, int]:
    """Attach mailboxes; those attached already are refreshed. Account id -> mapping id, in the order given."""
    known = mapping_ids(ctx, campaign_id)
    wanted = list(dict.fromkeys(account_ids))
    new = [account_id for account_id in wanted if account_id not in known]
    for account_id in wanted:
        if account_id in known:
            ctx.db.update(campaign_email_account, {"id": known[account_id]}, updated_at=ctx.now)
    if new:
        first = ctx.db.next_ids("campaign_email_account", len(new))
        sent = {row["email_account_id"]: row["at"] for row in ctx.db.all(_LAST_SENT, campaign_id=campaign_id, ids=new)}
        rows: list[dict[str, Any]] = [
            {
                "id": first + n, "campaign_id": campaign_id, "email_account_id": account_id, "updated_at": ctx.now,
                "last_sent_at": sent.get(account_id),
            }
            for n, account_id in enumerate(new)
        ]  # fmt: skip
        ctx.db.insert_many(campaign_email_account, rows)
        ctx.db.run(_COUNT, ids=new, change=1)
        known |= {row["email_account_id"]: row["id"] for row in rows}
    return {account_id: known[account_id] for account_id in wanted}


def detach(ctx: Context, campaign_id: int, account_ids: Sequence[int]) -> int:
    """Detach mailboxes; how many were attached."""
    known = mapping_ids(ctx, campaign_id)
    gone = [account_id for account_id in dict.fromkeys(account_ids) if account_id in known]
    for account_id in gone:
        ctx.db.delete(campaign_email_account, id=known[account_id])
    ctx.db.run(_COUNT, ids=gone, change=-1)
    return len(gone)


def detach_all(ctx: Context, campaign_id: int) -> None:
    """Detach every mailbox of a campaign."""
    detach(ctx, campaign_id, list(mapping_ids(ctx, campaign_id)))


def detach_everywhere(ctx: Context, account_id: int) -> None:
    """Take a mailbox out of all campaigns."""
    ctx.db.delete(campaign_email_account, email_account_id=account_id)
    ctx.db.update(email_account, {"id": account_id}, campaign_count=0)


def copy(ctx: Context, campaign_id: int, copy_id: int) -> None:
    """Attach the mailboxes of one campaign to another, those that the key may see."""
    shown = [account["id"] for account in accounts_of(ctx, campaign_id) if ctx.may_see(account["client_id"])]
    attach(ctx, copy_id, shown)

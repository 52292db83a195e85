"""Reading mailbox rows; other families find their mailbox here, the key of a client only its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select
from sqlalchemy.sql import ColumnElement

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.email_accounts.tables import email_account
from mock_server.state.database import Row
from mock_server.state.statements import Statement, contains, of_client, one_of, this_workspace

_c = email_account.c
_EVERYBODYS = (this_workspace(email_account), _c.deleted_at.is_(None))
_LIVE = (*_EVERYBODYS, of_client(_c.client_id))
_ONE = Statement(select(email_account).where(*_LIVE, _c.id == bindparam("id")))
_SENDER = Statement(select(email_account).where(*_EVERYBODYS, _c.id == bindparam("id")))
_OF_ADDRESS = Statement(select(email_account).where(*_EVERYBODYS, _c.address == bindparam("address")))
_SOME = Statement(select(email_account).where(*_LIVE, one_of(_c.id, "ids")))
_BY_ADDRESSES = Statement(select(email_account).where(*_LIVE, one_of(_c.address, "addresses")))
_FAILED = Statement(
    select(email_account).where(*_LIVE, or_(_c.smtp_failure.is_not(None), _c.imap_failure.is_not(None))).order_by(_c.id)
)
_BY_ADDRESS = Statement(select(email_account).where(*_LIVE, _c.address == bindparam("address")))

#: filter of the list -> condition on the row
_FILTERS: dict[str, ColumnElement[bool]] = {
    "in_use": _c.campaign_count > 0,
    "not_in_use": _c.campaign_count == 0,
    "smtp_success": _c.smtp_failure.is_(None),
    "smtp_failed": _c.smtp_failure.is_not(None),
    "warmup_blocked": _c.warmup_blocked_reason.is_not(None),
    "warmup_not_blocked": _c.warmup_blocked_reason.is_(None),
    "warmup_status": case((and_(_c.is_suspended != 0, _c.warmup_status == "ACTIVE"), "PAUSED"), else_=_c.warmup_status)
    == bindparam("warmup_status"),
    "type": _c.type == bindparam("type"),
    "client_id": _c.client_id == bindparam("client_id"),
    "username": contains(_c.username, "username"),
}


@cache
def _page(filters: frozenset[str]) -> Statement:
    conditions = [_FILTERS[name] for name in sorted(filters)]
    query = select(email_account).where(*_LIVE, *conditions).order_by(_c.id)
    return Statement(query.limit(bindparam("limit")).offset(bindparam("offset")))


def page(ctx: Context, filters: dict[str, Any], offset: int, limit: int) -> list[Row]:
    """Mailboxes that meet all filters, by id; a filter's value is bound where its condition takes one."""
    values = {name: value for name, value in filters.items() if value is not None}
    return ctx.db.all(_page(frozenset(filters)), **values, offset=offset, limit=limit)


def find(ctx: Context, account_id: int) -> Row:
    """The mailbox; ApiError `email_account_not_found` when the workspace has none of that id."""
    row = ctx.db.one(_ONE, id=account_id)
    if row is None:
        raise ApiError(
            "email_account_not_found", id=account_id, hint=f"This workspace has no email account {account_id}."
        )
    return row


def sender(ctx: Context, mail: Row) -> Row | None:
    """The mailbox that a mail was sent from or came to, whosever it is; None when it is deleted."""
    return ctx.db.one(_SENDER, id=mail["email_account_id"])


def holder_of(ctx: Context, address: str) -> Row | None:
    """The mailbox that has an address, in any case, whosever it is."""
    return ctx.db.one(_OF_ADDRESS, address=address.lower())


def by_ids(ctx: Context, ids: Sequence[int]) -> dict[int, Row]:
    """The mailboxes that exist among `ids`."""
    return {row["id"]: row for row in ctx.db.all(_SOME, ids=list(ids))}


def by_address(ctx: Context, address: str) -> Row | None:
    """The mailbox of an address, in any case."""
    return ctx.db.one(_BY_ADDRESS, address=address.lower())


def by_addresses(ctx: Context, addresses: Sequence[str]) -> dict[str, Row]:
    """The mailboxes that exist among addresses in any case; address in lower case -> row."""
    wanted = [address.lower() for address in addresses]
    return {row["address"]: row for row in ctx.db.all(_BY_ADDRESSES, addresses=wanted)}


def failed(ctx: Context) -> list[Row]:
    """The mailboxes with a login that fails, by id."""
    return ctx.db.all(_FAILED)


def can_send(account: Row) -> bool:
    """Whether a mailbox may be given mails to send."""
    return not (account["is_suspended"] or account["smtp_failure"] or account["imap_failure"])

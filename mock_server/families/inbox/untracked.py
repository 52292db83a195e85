"""Reading mails that came into a mailbox and answer none."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.messages.tables import message
from mock_server.state.database import Row
from mock_server.state.statements import Statement, contains, of_client, this_workspace

_m, _a = message.c, email_account.c
_FILTERS: dict[str, ColumnElement[bool]] = {
    "from_email": func.lower(_m.from_email) == bindparam("from_email"),
    "to_email": func.lower(_m.to_email) == bindparam("to_email"),
    "subject_line": contains(_m.subject, "subject_line"),
}


def _in_view(query: Select[Any]) -> Select[Any]:
    """Of mailboxes that are there and that the key may see."""
    return query.join(email_account, (_a.workspace_id == _m.workspace_id) & (_a.id == _m.email_account_id)).where(
        this_workspace(message), this_workspace(email_account), _m.campaign_id == 0, _m.type == "UNTRACKED",
        _a.deleted_at.is_(None), of_client(_a.client_id),
    )  # fmt: skip


_BY_ID = Statement(_in_view(select(message)).where(_m.stats_id == bindparam("stats_id")))


@cache
def _page(names: frozenset[str], *, counted: bool) -> Statement:
    conditions = [_FILTERS[name] for name in sorted(names)]
    if counted:
        return Statement(_in_view(select(func.count()).select_from(message)).where(*conditions))
    query = _in_view(select(message)).where(*conditions).order_by(_m.at.desc(), _m.id.desc())
    return Statement(query.limit(bindparam("limit")).offset(bindparam("offset")))


def page(ctx: Context, wanted: dict[str, str], offset: int, limit: int) -> tuple[int, list[Row]]:
    """How many meet all filters, and one page of them, newest first."""
    names = frozenset(wanted)
    total = ctx.db.all(_page(names, counted=True), **wanted)[0][0]
    return total, ctx.db.all(_page(names, counted=False), **wanted, offset=offset, limit=limit)


def find(ctx: Context, reply_id: str) -> Row:
    """The mail; ApiError `untracked_reply_not_found` when none has this id, or it is a lead's answer already."""
    row = ctx.db.one(_BY_ID, stats_id=reply_id)
    if row is None:
        raise ApiError("untracked_reply_not_found", hint="GET /master-inbox/untracked-replies lists the ids.")
    return row

"""Failing logins of mailboxes, and the calls that try them again."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, select

from mock_server.context import Context
from mock_server.families.email_accounts import rules, warmup
from mock_server.families.email_accounts.tables import email_account, reconnection
from mock_server.state.database import Row
from mock_server.state.statements import Statement, this_workspace

_COUNT = Statement(
    select(func.count()).select_from(reconnection).where(
        this_workspace(reconnection), reconnection.c.at > bindparam("after")
    )
)  # fmt: skip
_FORGET = Statement(delete(reconnection).where(this_workspace(reconnection), reconnection.c.at <= bindparam("until")))


def lately(ctx: Context) -> int:
    """How many calls of the last 24 hours reconnected mailboxes."""
    row = ctx.db.one(_COUNT, after=ctx.now - rules.DAY)
    return row[0] if row else 0


def note(ctx: Context) -> None:
    """A call reconnects mailboxes now; those that no longer count are forgotten."""
    ctx.db.run(_FORGET, until=ctx.now - rules.DAY)
    ctx.db.insert(reconnection, id=ctx.db.next_ids("reconnection"), at=ctx.now)


def reconnect(ctx: Context, account: Row) -> None:
    """Let both logins of a mailbox work again."""
    _set(ctx, account, None)


def disconnect(ctx: Context, account: Row) -> None:
    """Let both logins of a mailbox fail."""
    _set(ctx, account, rules.LOGIN_FAILURE)


def _set(ctx: Context, account: Row, failure: str | None) -> None:
    failures = {"smtp_failure": failure, "imap_failure": failure}
    ctx.db.update(email_account, {"id": account["id"]}, updated_at=ctx.now, **failures)
    warmup.follow(ctx, account["id"])

"""The warm-up of mailboxes, kept as phases; no row is written for a day that passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select

from mock_server.context import Context
from mock_server.families.email_accounts import records, rules
from mock_server.families.email_accounts.tables import warmup_phase
from mock_server.families.email_accounts.warmup_rules import Day, Phase, day_of, spam_until
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

#: today and the seven days before
SHOWN_DAYS = 8

_p, _later = warmup_phase.c, warmup_phase.alias()
_OF_ACCOUNT = Statement(
    select(warmup_phase)
    .where(this_workspace(warmup_phase), _p.email_account_id == bindparam("account_id"))
    .order_by(_p.day.desc())
)
_CURRENT = Statement(
    select(warmup_phase).where(
        this_workspace(warmup_phase),
        one_of(_p.email_account_id, "ids"),
        _p.day <= bindparam("today"),
        ~select(_later.c.day)
        .where(
            _later.c.workspace_id == _p.workspace_id, _later.c.email_account_id == _p.email_account_id,
            _later.c.day > _p.day, _later.c.day <= bindparam("today"),
        )
        .correlate(warmup_phase)
        .exists(),
    )
)  # fmt: skip
_FORGET = Statement(
    delete(warmup_phase).where(
        this_workspace(warmup_phase), _p.email_account_id == bindparam("account_id"), _p.day >= bindparam("day")
    )
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Warm-up mails that a mailbox sent in all, and those of them that landed in spam."""

    sent: int = 0
    spam: int = 0


def totals(ctx: Context, ids: Sequence[int]) -> dict[int, Totals]:
    """Account id -> its totals up to today, which counts as a whole from its first moment."""
    found = dict.fromkeys(ids, Totals())
    tomorrow = rules.day_of(ctx.now) + 1
    for row in ctx.db.all(_CURRENT, ids=list(ids), today=tomorrow - 1):
        sent = _phase(row).mails_until(tomorrow)
        account_id = row["email_account_id"]
        found[account_id] = Totals(sent, spam_until(ctx.workspace.seed, account_id, sent))
    return found


def last_days(ctx: Context, account_id: int) -> list[tuple[int, Day]]:
    """Today and the seven days before, oldest first, with their figures."""
    phases = [_phase(row) for row in ctx.db.all(_OF_ACCOUNT, account_id=account_id)]
    today = rules.day_of(ctx.now)
    days = []
    for day in range(today - SHOWN_DAYS + 1, today + 1):
        phase = next((one for one in phases if one.day <= day), None)
        days.append((day, Day() if phase is None else day_of(ctx.workspace.seed, account_id, phase, day)))
    return days


def follow(ctx: Context, account_id: int) -> None:
    """A mailbox has changed: it warms up as it is now, from today, or from tomorrow if today's mails went out."""
    account, today = records.find(ctx, account_id), rules.day_of(ctx.now)
    phases = [_phase(row) for row in ctx.db.all(_OF_ACCOUNT, account_id=account_id)]
    current = next((one for one in phases if one.day <= today), None)
    is_on = account["warmup_status"] == "ACTIVE" and records.can_send(account)
    if current is None and not is_on:
        return
    day = today + 1 if current is not None and current.is_on else today
    ctx.db.run(_FORGET, account_id=account_id, day=day)
    ctx.db.insert(
        warmup_phase, email_account_id=account_id, day=day, is_on=is_on, per_day=account["warmup_per_day"],
        rampup=(account["warmup_rampup"] or 0) if account["is_rampup_enabled"] else 0,
        reply_rate=account["warmup_reply_rate"], **_before(current, day),
    )  # fmt: skip


def _before(phase: Phase | None, day: int) -> dict[str, Any]:
    if phase is None:
        return {"days_before": 0, "mails_before": 0}
    return {"days_before": phase.days_until(day), "mails_before": phase.mails_until(day)}


def forget(ctx: Context, account_id: int) -> None:
    """A mailbox is deleted."""
    ctx.db.delete(warmup_phase, email_account_id=account_id)


def _phase(row: Row) -> Phase:
    return Phase(
        row["day"], bool(row["is_on"]), row["per_day"], row["rampup"], row["reply_rate"], row["days_before"],
        row["mails_before"],
    )  # fmt: skip

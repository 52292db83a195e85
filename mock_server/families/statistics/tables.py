"""Sums over the mails of campaigns: per step, variant and mailbox, by the day and the quarter of an hour of the send.

All days are those of UTC; every zone of today begins its days at a quarter of an hour.
"""

from __future__ import annotations

from sqlalchemy import Table

from mock_server.families.messages.tables import Mark, message
from mock_server.families.statistics.rules import DAY, QUARTER
from mock_server.state.rollups import rollup


def _with(mark: Mark) -> str:
    return f"(row.marks & {int(mark | Mark.HIDDEN)} = {int(mark)})"


_SHOWN = _with(Mark(0))
#: what is summed up: mails, openings and clicks, and mails of which something became
SUMS = {
    "sent": _SHOWN,
    "opens": f"row.open_count * {_SHOWN}",
    "clicks": f"row.click_count * {_SHOWN}",
    "opened": _with(Mark.OPENED),
    "clicked": _with(Mark.CLICKED),
    "replied": _with(Mark.REPLIED),
    "bounced": _with(Mark.BOUNCED),
    "unsubscribed": _with(Mark.UNSUBSCRIBED),
    "stopped": _with(Mark.STOPPED),
}
_OF_STEP = {
    "campaign_id": "row.campaign_id", "step_id": "row.step_id", "variant_id": "coalesce(row.variant_id, 0)",
}  # fmt: skip
_OF_MAILBOX = {
    "campaign_id": "row.campaign_id", "email_account_id": "row.email_account_id", "step_id": "row.step_id",
}  # fmt: skip


def _start(length: int) -> dict[str, str]:
    return {"start": f"row.at / {length} * {length}"}


def _rolled_up(name: str, keys: dict[str, str]) -> Table:
    return rollup(
        name, message, keys=keys, sums=SUMS, watched=("open_count", "click_count", "marks"), only="row.type = 'SENT'"
    )


step_day = _rolled_up("step_day", _OF_STEP | _start(DAY))
step_quarter = _rolled_up("step_quarter", _OF_STEP | _start(QUARTER))
mailbox_total = _rolled_up("mailbox_total", _OF_MAILBOX)
mailbox_day = _rolled_up("mailbox_day", _OF_MAILBOX | _start(DAY))

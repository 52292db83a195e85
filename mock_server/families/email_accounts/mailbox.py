"""Reading what is in a mailbox."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select

from mock_server.context import Context
from mock_server.families.campaigns.tables import campaign
from mock_server.families.messages.tables import message
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

#: first and last moment
Span = tuple[int, int]

RECEIVED = ("REPLY", "OUT_OF_OFFICE", "BOUNCE", "UNTRACKED")
#: folder -> types of the messages in it (inferred); what is to be sent later is in none
FOLDERS: dict[str, Sequence[str]] = {"INBOX": RECEIVED, "SENT": ("SENT", "HAND", "FORWARD", "TEST", "SINGLE")}

_m = message.c
#: messages of a deleted campaign go in the background, so they are gone at once
_LIVE = select(campaign.c.id).where(this_workspace(campaign), campaign.c.deleted_at.is_(None))
_IN_RANGE = (
    this_workspace(message),
    _m.email_account_id == bindparam("account_id"),
    or_(_m.campaign_id == 0, _m.campaign_id.in_(_LIVE)),
    one_of(_m.type, "types"),
    _m.at >= bindparam("first"),
    _m.at <= bindparam("last"),
)
_COUNTS = Statement(select(_m.type, func.count().label("n")).where(*_IN_RANGE).group_by(_m.type))
#: which ones, from the index alone: bodies are read of those only that are shown
_newest = (
    select(_m.workspace_id, _m.campaign_id, _m.id)
    .where(*_IN_RANGE)
    .order_by(_m.at.desc(), _m.id.desc())
    .limit(bindparam("limit"))
    .subquery()
)
_NEWEST = Statement(
    select(message)
    .join(
        _newest,
        (_newest.c.workspace_id == _m.workspace_id) & (_newest.c.campaign_id == _m.campaign_id)
        & (_newest.c.id == _m.id),
    )
    .order_by(_m.at.desc(), _m.id.desc())
)  # fmt: skip


def folder_of(kind: str) -> str:
    """The folder that messages of a type are in."""
    return next(name for name, kinds in FOLDERS.items() if kind in kinds)


def _types(folder: str | None) -> list[str]:
    """The types of messages in a folder, whose name may be in any case, or in all of them."""
    return [kind for name, kinds in FOLDERS.items() if folder is None or folder.upper() == name for kind in kinds]


def counts(ctx: Context, account_id: int, span: Span, folder: str | None) -> dict[str, int]:
    """Folder -> how many messages of a time range it has, without empty ones."""
    found = dict.fromkeys(FOLDERS, 0)
    first, last = span
    for row in ctx.db.all(_COUNTS, account_id=account_id, first=first, last=last, types=_types(folder)):
        found[folder_of(row["type"])] += row["n"]
    return {name: count for name, count in found.items() if count}


def newest(ctx: Context, account_id: int, span: Span, folder: str | None, limit: int) -> list[Row]:
    """Messages of a time range, newest first."""
    first, last = span
    return ctx.db.all(_NEWEST, account_id=account_id, first=first, last=last, types=_types(folder), limit=limit)

"""Which leads are in which lists, and the kept `lead_count` of each list."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, select, update

from mock_server.context import Context
from mock_server.families.lead_lists.tables import lead_list, lead_list_member
from mock_server.families.leads.tables import lead
from mock_server.state.statements import Statement, one_of, this_workspace

_m = lead_list_member.c
_HERE = (this_workspace(lead_list_member), _m.lead_list_id == bindparam("list_id"))
_ADD = Statement(
    insert(lead_list_member)
    .prefix_with("OR IGNORE")
    .from_select(
        ["workspace_id", "lead_list_id", "lead_id"],
        select(lead.c.workspace_id, bindparam("list_id"), lead.c.id).where(
            this_workspace(lead), one_of(lead.c.id, "ids")
        ),
    )
)
_AMONG = Statement(select(_m.lead_id).where(*_HERE, one_of(_m.lead_id, "ids")))
_REMOVE = Statement(delete(lead_list_member).where(*_HERE, one_of(_m.lead_id, "ids")))
_ELSEWHERE = (
    this_workspace(lead_list_member), one_of(_m.lead_id, "ids"), _m.lead_list_id != bindparam("keep"),
)  # fmt: skip
_COUNT_ELSEWHERE = Statement(
    select(_m.lead_list_id, func.count().label("n")).where(*_ELSEWHERE).group_by(_m.lead_list_id)
)
_REMOVE_ELSEWHERE = Statement(delete(lead_list_member).where(*_ELSEWHERE))
_COUNT = Statement(
    update(lead_list)
    .where(this_workspace(lead_list), lead_list.c.id == bindparam("list_id"))
    .values(lead_count=lead_list.c.lead_count + bindparam("change"))
)


def among(ctx: Context, list_id: int, lead_ids: Sequence[int]) -> set[int]:
    """Those of the leads that are in a list."""
    return {row["lead_id"] for row in ctx.db.all(_AMONG, list_id=list_id, ids=list(lead_ids))}


def add(ctx: Context, list_id: int, lead_ids: Sequence[int]) -> None:
    """Put leads into a list; those in it stay."""
    added = ctx.db.run(_ADD, list_id=list_id, ids=list(lead_ids))
    ctx.db.run(_COUNT, list_id=list_id, change=added)


def remove(ctx: Context, list_id: int, lead_ids: Sequence[int]) -> None:
    """Take leads out of a list."""
    gone = ctx.db.run(_REMOVE, list_id=list_id, ids=list(lead_ids))
    ctx.db.run(_COUNT, list_id=list_id, change=-gone)


def remove_everywhere(ctx: Context, lead_ids: Sequence[int], *, keep: int = 0) -> None:
    """Take leads out of every list but `keep`."""
    bound = {"ids": list(lead_ids), "keep": keep}
    changes = [{"list_id": row["lead_list_id"], "change": -row["n"]} for row in ctx.db.all(_COUNT_ELSEWHERE, **bound)]
    ctx.db.run(_REMOVE_ELSEWHERE, **bound)
    ctx.db.run_many(_COUNT, changes)

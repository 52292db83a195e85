"""Reading and writing tags; every family that has tags puts and reads them here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import bindparam, delete, select

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.tags.tables import tag, tag_mapping
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

Holder = Literal["email_account", "campaign", "lead", "lead_list"]

_m = tag_mapping.c
_ALL = Statement(select(tag).where(this_workspace(tag)).order_by(tag.c.id))
_KNOWN = Statement(select(tag.c.id).where(this_workspace(tag), one_of(tag.c.id, "ids")))
_OF_HOLDERS = Statement(
    select(_m.id.label("mapping_id"), _m.holder_id, _m.tag_id, tag.c.name, tag.c.color)
    .join(tag, (tag.c.workspace_id == _m.workspace_id) & (tag.c.id == _m.tag_id))
    .where(this_workspace(tag_mapping), _m.holder == bindparam("holder"), one_of(_m.holder_id, "ids"))
    .order_by(_m.holder_id, _m.id)
)
_PAIRS_AMONG = (
    this_workspace(tag_mapping), _m.holder == bindparam("holder"), one_of(_m.holder_id, "holder_ids"),
    one_of(_m.tag_id, "tag_ids"),
)  # fmt: skip
_PAIRS = Statement(select(_m.holder_id, _m.tag_id).where(*_PAIRS_AMONG))
_TAKE = Statement(delete(tag_mapping).where(*_PAIRS_AMONG))
_HOLDER = Statement(
    select(_m.holder_id).where(this_workspace(tag_mapping), _m.holder == bindparam("holder"), _m.id == bindparam("id"))
)
_HOLDERS = Statement(
    select(_m.holder_id)
    .where(this_workspace(tag_mapping), one_of(_m.tag_id, "tag_ids"), _m.holder == bindparam("holder"))
    .distinct()
    .order_by(_m.holder_id)
)


def all_tags(ctx: Context) -> list[Row]:
    """Every tag, by id."""
    return ctx.db.all(_ALL)


def known(ctx: Context, tag_ids: Sequence[int]) -> set[int]:
    """Those of the ids that a tag has."""
    return {row["id"] for row in ctx.db.all(_KNOWN, ids=list(tag_ids))}


def check(ctx: Context, tag_ids: Sequence[int]) -> None:
    """ApiError `tag_not_found` for the first id that no tag has."""
    found = known(ctx, tag_ids)
    for tag_id in tag_ids:
        if tag_id not in found:
            raise ApiError("tag_not_found", id=tag_id, hint=f"This workspace has no tag {tag_id}.")


def of(ctx: Context, holder: Holder, ids: Sequence[int]) -> dict[int, list[Row]]:
    """Id of a holder -> its tags with the ids of the mappings, in the order they were put on."""
    found: dict[int, list[Row]] = {one: [] for one in ids}
    for row in ctx.db.all(_OF_HOLDERS, holder=holder, ids=list(ids)):
        found[row["holder_id"]].append(row)
    return found


def holders(ctx: Context, holder: Holder, tag_ids: Sequence[int]) -> list[int]:
    """The ids of what has one of the tags."""
    return [row["holder_id"] for row in ctx.db.all(_HOLDERS, holder=holder, tag_ids=list(tag_ids))]


def holder_of(ctx: Context, holder: Holder, mapping_id: int) -> int | None:
    """The id of what a mapping puts a tag on, if it is a mapping of this kind."""
    row = ctx.db.one(_HOLDER, holder=holder, id=mapping_id)
    return None if row is None else row["holder_id"]


def put(ctx: Context, holder: Holder, holder_ids: Sequence[int], tag_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """Put every tag on every holder; what is there stays. (holder id, tag id) -> id of the new mapping."""
    present = _pairs(ctx, holder, holder_ids, tag_ids)
    wanted = dict.fromkeys((one, tag_id) for one in holder_ids for tag_id in tag_ids)
    new = [pair for pair in wanted if pair not in present]
    if not new:
        return {}
    first = ctx.db.next_ids("tag_mapping", len(new))
    rows = [
        {"id": first + n, "holder": holder, "holder_id": one, "tag_id": tag_id} for n, (one, tag_id) in enumerate(new)
    ]
    ctx.db.insert_many(tag_mapping, rows)
    return {pair: first + n for n, pair in enumerate(new)}


def take(ctx: Context, holder: Holder, holder_ids: Sequence[int], tag_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Take every tag off every holder; the pairs that there were."""
    present = _pairs(ctx, holder, holder_ids, tag_ids)
    ctx.db.run(_TAKE, holder=holder, holder_ids=list(holder_ids), tag_ids=list(tag_ids))
    return present


def _pairs(ctx: Context, holder: Holder, holder_ids: Sequence[int], tag_ids: Sequence[int]) -> set[tuple[int, int]]:
    rows = ctx.db.all(_PAIRS, holder=holder, holder_ids=list(holder_ids), tag_ids=list(tag_ids))
    return {(row["holder_id"], row["tag_id"]) for row in rows}


def forget(ctx: Context, holder: Holder, holder_id: int) -> None:
    """Take all tags off something that is deleted."""
    ctx.db.delete(tag_mapping, holder=holder, holder_id=holder_id)

"""Reading and writing block-list entries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, text, update

from mock_server.context import Context
from mock_server.families.block_list.tables import block_list_entry, block_list_pages
from mock_server.families.campaigns import records as campaigns
from mock_server.families.campaigns.tables import campaign
from mock_server.families.leads.rules import Flag, address_key, domain_and_parents, domain_key, domain_of
from mock_server.families.leads.tables import enrolment, lead
from mock_server.state import paging
from mock_server.state.database import Row
from mock_server.state.statements import Statement, containing, contains, one_of, this_workspace

_b = block_list_entry.c
_HITS = Statement(
    select(_b.value).where(
        this_workspace(block_list_entry), one_of(_b.value, "values"), one_of(_b.client_id, "clients")
    )
)
_ANY = Statement(select(_b.id).where(this_workspace(block_list_entry)).limit(1))


def blocked(ctx: Context, addresses: Sequence[str], client_id: int | None) -> set[str]:
    """Those of the normalised addresses that an entry of the account or of this client blocks.

    An address blocks itself, a domain every address at it and at its sub-domains.
    """
    if ctx.db.one(_ANY) is None:
        return set()
    triggers = {address: [address, *domain_and_parents(domain_of(address))] for address in addresses}
    values = list({value for candidates in triggers.values() for value in candidates})
    clients = [0] if client_id is None else [0, client_id]
    hits = {row["value"] for row in ctx.db.all(_HITS, values=values, clients=clients)}
    return {address for address, candidates in triggers.items() if not hits.isdisjoint(candidates)} if hits else set()


def add(ctx: Context, entries: Sequence[str], client_id: int | None, source: str) -> int:
    """Add entries; those that are listed stay as they are. How many are new. Present leads become BLOCKED (S1, S4)."""
    wanted = list(dict.fromkeys(entries))
    listed = {row["value"] for row in ctx.db.all(_HITS, values=wanted, clients=[client_id or 0])}
    new = [value for value in wanted if value not in listed]
    if new:
        first = ctx.db.next_ids("block_list_entry", len(new))
        rows = [
            {"id": first + n, "created_at": ctx.now, "value": value, "client_id": client_id or 0, "source": source}
            for n, value in enumerate(new)
        ]
        ctx.db.insert_many(block_list_entry, rows)
        for value in new:
            _block_present(ctx, value, client_id)
    return len(new)


def _present(by_address: bool, of_client: bool) -> list[Any]:
    """Conditions on rows of leads that an entry blocks."""
    if by_address:
        leads = select(lead.c.id).where(this_workspace(lead), lead.c.address_key == bindparam("key"))
    else:
        inside = lead.c.address_key >= bindparam("low"), lead.c.address_key < bindparam("high")
        leads = select(lead.c.id).where(this_workspace(lead), *inside)
    conditions = [this_workspace(enrolment), enrolment.c.lead_id.in_(leads), enrolment.c.status != "BLOCKED"]
    if of_client:
        own = select(campaign.c.id).where(
            this_workspace(campaign),
            campaign.c.id == enrolment.c.campaign_id,
            campaign.c.client_id == bindparam("client_id"),
        )
        conditions.append(own.correlate(enrolment).exists())
    return conditions


@cache
def _block(by_address: bool, of_client: bool) -> Statement:
    query = update(enrolment).where(*_present(by_address, of_client))
    return Statement(query.values(status="BLOCKED", next_at=None))


@cache
def _campaigns_touched(by_address: bool, of_client: bool) -> Statement:
    """The campaigns in which a lead finishes by being blocked."""
    running = text(f"enrolment.status IN ('STARTED', 'INPROGRESS', 'PAUSED') AND flags & {Flag.UNSUBSCRIBED:d} = 0")
    return Statement(select(enrolment.c.campaign_id).distinct().where(*_present(by_address, of_client), running))


def _block_present(ctx: Context, value: str, client_id: int | None) -> None:
    kind = "@" in value, client_id is not None
    bound: dict[str, Any] = {} if client_id is None else {"client_id": client_id}
    if "@" in value:
        bound["key"] = address_key(value)
    else:
        key = domain_key(value)
        bound |= {"low": key, "high": key[:-1] + "/"}  # "/" follows "." in ASCII: all keys that start with `key`
    touched = ctx.db.all(_campaigns_touched(*kind), **bound)
    ctx.db.run(_block(*kind), **bound)
    for row in touched:
        campaigns.may_be_complete(ctx, row["campaign_id"])


@cache
def _page(names: frozenset[str]) -> Statement:
    conditions: dict[str, Any] = {
        "client_id": _b.client_id == bindparam("client_id"),
        "part": contains(_b.value, "part"),
        "values": one_of(_b.value, "values"),
        "window": _b.id >= bindparam("low"),
    }
    query = select(block_list_entry).where(this_workspace(block_list_entry), *(conditions[n] for n in sorted(names)))
    return Statement(query.order_by(_b.id).limit(bindparam("limit")).offset(bindparam("offset")))


def page(ctx: Context, filters: dict[str, Any], offset: int, limit: int) -> list[Row]:
    """Entries that meet all filters, by id: `client_id`, `part` of the text, or one of `values`."""
    bound = {name: containing(value) if name == "part" else value for name, value in filters.items()}
    if filters.keys() <= {"client_id"}:
        conditions = [f"{name} = :{name}" for name in filters]
        scope = {"workspace_id": ctx.db.ws}
        window = paging.window(ctx.db.connection, block_list_pages, scope, conditions, filters, offset, limit)
        if offset >= window.total:
            return []
        bound["low"], offset = window.low, window.skip
        return ctx.db.all(_page(frozenset([*filters, "window"])), **bound, offset=offset, limit=limit)
    return ctx.db.all(_page(frozenset(filters)), **bound, offset=offset, limit=limit)


def delete(ctx: Context, entry_id: int) -> bool:
    """Delete an entry; leads that it blocked stay blocked. Whether there was one that the key may see."""
    own = {} if ctx.client is None else {"client_id": ctx.client.id}
    return ctx.db.delete(block_list_entry, id=entry_id, **own) > 0

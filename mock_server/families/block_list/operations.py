"""What the API does with the block list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.errors import ApiError
from mock_server.families.block_list import records, rules
from mock_server.families.clients import records as clients
from mock_server.families.leads.rules import domain_of, is_address
from mock_server.state.database import Row


@operation("add_to_global_block_list")
def add_to_global_block_list(
    ctx: Context, params: inputs.AddToGlobalBlockListParams, body: inputs.AddToGlobalBlockListBody
) -> Reply:
    """Block addresses and domains, for the account or for one client; leads that match become BLOCKED (S1, S4)."""
    entries = _entries(body["domain_block_list"])
    added = records.add(ctx, entries, clients.owner(ctx, body.get("client_id")), "manual")
    return Reply({"uploadCount": len(entries), "totalDomainAdded": added})


@operation("add_emails_to_block_list")
def add_emails_to_block_list(
    ctx: Context, params: inputs.AddEmailsToBlockListParams, body: inputs.AddEmailsToBlockListBody
) -> Reply:
    """The guide's form of the same list (S3)."""
    records.add(ctx, _entries(body["emails"]), clients.owner(ctx, None), "manual")
    return Reply({"ok": True})


def _entries(texts: Sequence[str]) -> list[str]:
    entries = [rules.entry_of(text) for text in texts]
    for text, entry in zip(texts, entries, strict=True):
        if not (is_address(entry) or rules.is_domain(entry)):
            raise ApiError("invalid_block_list_entry", value=text, hint="Entries are addresses or domains.")
    return entries


@operation("list_global_block_list")
def list_global_block_list(ctx: Context, params: inputs.ListGlobalBlockListParams) -> Reply:
    """Entries by id as a bare array; all filters must hold (R)."""
    filters: dict[str, Any] = {}
    if "filter_client_id" in params:
        filters["client_id"] = params["filter_client_id"]
    if ctx.client is not None and filters.setdefault("client_id", ctx.client.id) != ctx.client.id:
        return Reply([], hint="A client's key sees the client's own entries.")
    if "filter_email_or_domain" in params:
        filters["part"] = rules.entry_of(params["filter_email_or_domain"])
    if "filter_email_with_domain" in params:
        entry = rules.entry_of(params["filter_email_with_domain"])
        filters["values"] = [entry, domain_of(entry)]
    return Reply([_shown(row) for row in records.page(ctx, filters, params["offset"], params["limit"])])


def _shown(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "email_or_domain": row["value"],
        "created_at": iso(row["created_at"]),
        "source": row["source"],
        "client_id": row["client_id"] or None,
    }


@operation("delete_from_global_block_list")
def delete_from_global_block_list(ctx: Context, params: inputs.DeleteFromGlobalBlockListParams) -> Reply:
    """Take an entry off the list; only later imports profit (inferred)."""
    if not records.delete(ctx, params["id"]):
        raise ApiError("block_list_entry_not_found")
    return Reply({"ok": True})

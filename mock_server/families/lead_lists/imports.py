"""Putting leads into a list that need not be in any campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mock_server.context import Context
from mock_server.families.block_list import records as block_list
from mock_server.families.lead_lists import membership
from mock_server.families.leads import rules
from mock_server.families.leads.imports import new_leads, with_addresses

_NONE: frozenset[str] = frozenset()


def import_leads(
    ctx: Context, list_id: int, leads: Sequence[dict[str, Any]], *, check_block_list: bool
) -> Counter[rules.Outcome]:
    """Decide on each lead and put those that pass into the list; how often each outcome occurred.

    A known address keeps its lead and what is stored of it. No lead credit is used, and nothing but the account's
    block list is asked: the other checks are made when a lead comes into a campaign (inferred).
    """
    addresses = [rules.normalised(one["email"]) for one in leads]
    keys = {address: rules.address_key(address) for address in addresses if rules.is_address(address)}
    ids = {email: row["id"] for email, row in with_addresses(ctx, keys).items()}
    inside = membership.among(ctx, list_id, list(ids.values()))
    blocked = block_list.blocked(ctx, list(keys), None) if check_block_list else _NONE
    here = {email for email, lead_id in ids.items() if lead_id in inside}
    known = rules.Known(keys.keys(), here, _NONE, blocked, _NONE, _NONE, _NONE)
    counts: Counter[rules.Outcome] = Counter()
    seen: set[str] = set()
    added: list[tuple[str, dict[str, Any]]] = []
    for given, address in zip(leads, addresses, strict=True):
        outcome = rules.outcome(address, seen, known, rules.ImportSettings(), None)
        counts[outcome] += 1
        seen.add(address)
        if outcome == "added":
            added.append((address, given))
    ids |= new_leads(ctx, keys, [(address, given) for address, given in added if address not in ids], enrolled=False)
    membership.add(ctx, list_id, [ids[address] for address, _ in added])
    return counts

"""Putting leads into a campaign: the one import, whichever operation asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import bindparam, select, update

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.block_list import records as block_list
from mock_server.families.leads import rules
from mock_server.families.leads.records import enrolments_anywhere, unsubscribed_for_good
from mock_server.families.leads.tables import bounce_list_entry, enrolment, lead
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace
from mock_server.state.workspaces import lead_credit, use_lead_credit

_TEXTS = (
    "first_name",
    "last_name",
    "phone_number",
    "company_name",
    "website",
    "location",
    "linkedin_profile",
    "company_url",
)
_BY_ADDRESSES = Statement(
    select(lead.c.id, lead.c.email, lead.c.is_unsubscribed, lead.c.unsubscribed_client_ids).where(
        this_workspace(lead), one_of(lead.c.address_key, "keys")
    )
)
_BOUNCED = Statement(
    select(bounce_list_entry.c.email).where(
        this_workspace(bounce_list_entry), one_of(bounce_list_entry.c.email, "emails")
    )
)
_ENROLLED = Statement(
    update(lead)
    .where(this_workspace(lead), one_of(lead.c.id, "ids"), lead.c.enrolled_at.is_(None))
    .values(enrolled_at=bindparam("now"))
)


@dataclass(slots=True)
class ImportResult:
    """What an import did, lead by lead."""

    outcomes: list[tuple[str, str, rules.Outcome]] = field(default_factory=list)  # (as sent, normalised, outcome)
    ids: dict[str, int] = field(default_factory=dict)  # normalised address -> lead id

    def addresses(self, outcome: rules.Outcome) -> list[str]:
        """The normalised addresses with this outcome, in the order of the request."""
        return [address for _, address, one in self.outcomes if one == outcome]

    def count(self) -> Counter[rules.Outcome]:
        """How often each outcome occurred."""
        return Counter(one for _, _, one in self.outcomes)


def import_leads(
    ctx: Context, campaign: Row, leads: Sequence[dict[str, Any]], settings: rules.ImportSettings
) -> ImportResult:
    """Decide on each lead and add those that pass, in the order given.

    A known address keeps its lead and what is stored of it; only a new address makes a lead. Raises ApiError
    `lead_credit_exhausted` when the credit is used up and it alone keeps every lead out.
    """
    addresses = [rules.normalised(one["email"]) for one in leads]
    keys = {address: rules.address_key(address) for address in addresses if rules.is_address(address)}
    existing, known = _known(ctx, campaign, keys)
    credit = lead_credit(ctx.db)
    result = ImportResult(ids={email: row["id"] for email, row in existing.items()})
    seen: set[str] = set()
    added: list[tuple[str, dict[str, Any]]] = []
    for given, address in zip(leads, addresses, strict=True):
        outcome = rules.outcome(address, seen, known, settings, None if credit is None else credit - len(added))
        result.outcomes.append((given["email"], address, outcome))
        if outcome == "added":
            added.append((address, given))
        if outcome != "invalid":
            seen.add(address)
    counts = result.count()
    if counts["over_limit"] and not added and credit == 0:
        raise ApiError(
            "lead_credit_exhausted", count=counts["over_limit"], hint="PUT /_mock/settings sets lead_credit."
        )
    result.ids |= new_leads(
        ctx, keys, [(address, given) for address, given in added if address not in existing], enrolled=True
    )
    _enrol(ctx, campaign["id"], [result.ids[address] for address, _ in added])
    known_before = [existing[address]["id"] for address, _ in added if address in existing]
    if known_before:
        ctx.db.run(_ENROLLED, ids=known_before, now=ctx.now)
    if added:
        use_lead_credit(ctx.db, len(added))
    return result


def _known(ctx: Context, campaign: Row, keys: dict[str, str]) -> tuple[dict[str, Row], rules.Known]:
    """The leads that exist, and which addresses which check would hit; `keys`: well-formed address -> address key."""
    addresses, wanted = list(keys), list(keys.values())
    existing = with_addresses(ctx, keys)
    email_of = {row["id"]: email for email, row in existing.items()}
    here, elsewhere = _memberships(ctx, campaign["id"], email_of)
    client_id = campaign["client_id"]
    unsubscribed = {email for email, row in existing.items() if rules.wants_no_mail(row, client_id)}
    everywhere = {email for email, row in existing.items() if row["is_unsubscribed"]}
    address_of = {key: address for address, key in keys.items()}
    for key, from_everything in unsubscribed_for_good(ctx, wanted, client_id):
        (everywhere if from_everything else unsubscribed).add(address_of[key])
    return existing, rules.Known(
        valid=keys.keys(),
        here=here,
        elsewhere=elsewhere,
        blocked=block_list.blocked(ctx, addresses, client_id),
        unsubscribed=unsubscribed | everywhere,
        unsubscribed_everywhere=everywhere,
        bounced={row["email"] for row in ctx.db.all(_BOUNCED, emails=addresses)},
    )


def _memberships(ctx: Context, campaign_id: int, email_of: dict[int, str]) -> tuple[set[str], set[str]]:
    here: set[str] = set()
    elsewhere: set[str] = set()
    for lead_id, rows in enrolments_anywhere(ctx, list(email_of)).items():
        for row in rows:
            (here if row["campaign_id"] == campaign_id else elsewhere).add(email_of[lead_id])
    return here, elsewhere


def with_addresses(ctx: Context, keys: dict[str, str]) -> dict[str, Row]:
    """The leads that exist, by address; `keys`: address -> address key."""
    return {row["email"]: row for row in ctx.db.all(_BY_ADDRESSES, keys=list(keys.values()))}


def new_leads(
    ctx: Context, keys: dict[str, str], new: list[tuple[str, dict[str, Any]]], *, enrolled: bool
) -> dict[str, int]:
    """Insert leads, which come into a campaign with it or do not; address -> id."""
    if not new:
        return {}
    first = ctx.db.next_ids("lead", len(new))
    rows = [
        {
            "id": first + n, "created_at": ctx.now, "updated_at": ctx.now,
            "enrolled_at": ctx.now if enrolled else None, "email": address, "address_key": keys[address],
            **texts_of(given), "custom_fields": orjson.dumps(given.get("custom_fields") or {}).decode(),
        }
        for n, (address, given) in enumerate(new)
    ]  # fmt: skip
    ctx.db.insert_many(lead, rows)
    return {address: first + n for n, (address, _) in enumerate(new)}


def _enrol(ctx: Context, campaign_id: int, lead_ids: Sequence[int]) -> None:
    if not lead_ids:
        return
    first = ctx.db.next_ids("enrolment", len(lead_ids))
    rows = [
        {
            "id": first + n, "campaign_id": campaign_id, "lead_id": lead_id, "created_at": ctx.now, "next_at": ctx.now,
            "status": "STARTED", "category_id": None, "flags": 0,
        }
        for n, lead_id in enumerate(lead_ids)
    ]  # fmt: skip
    ctx.db.insert_many(enrolment, rows)


def texts_of(given: dict[str, Any]) -> dict[str, str | None]:
    """The plain fields of a lead; a phone number may come as a number and is kept as text."""
    texts = dict(zip(_TEXTS, map(given.get, _TEXTS), strict=True))
    if texts["phone_number"] is not None:
        texts["phone_number"] = str(texts["phone_number"])
    return texts

"""What an import may do with each lead of a batch, and what it answers then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from contract_tests.editions import Edition
from contract_tests.machines.lead_model import Account, Place, stored

Batch = Sequence[Mapping[str, Any]]
#: as many ways to read one import are looked at; no batch leaves more open
_MOST_READINGS = 4096

LIST_FLAGS = ("ignore_global_block_list", "ignore_unsubscribe_list", "ignore_community_bounce_list")
OTHER_CAMPAIGN = "ignore_duplicate_leads_in_other_campaign"

#: outcome of a lead -> the counter of the answer
_COUNTERS: Mapping[str, str] = {
    "elsewhere": "skipped_in_other_campaign_count", "blocked": "block_count", "repeated": "duplicate_count",
    "invalid": "invalid_email_count", "here": "already_added_to_campaign", "stopped": "lead_import_stopped_count",
    "bounced": "bounce_count",
}  # fmt: skip
#: the two reasons whose words S3 gives (S3:221-228)
_REASONS: Mapping[str, str] = {"here": "Already exists in this campaign", "blocked": "On global block list"}


def well_formed(address: str) -> bool:
    """One @ with something before it, and a domain with a dot and no empty label after it."""
    local, _, domain = address.partition("@")
    labels = domain.split(".")
    return bool(local) and not re.search(r"[\s@]", local + domain) and len(labels) > 1 and all(labels)


@dataclass(frozen=True, slots=True)
class Checks:
    """Which lists an import asks, once an edition's reading of the flags is applied."""

    block_list: bool
    unsubscribed: bool
    bounce_list: bool
    other_campaigns: bool

    @classmethod
    def of(cls, edition: Edition, flags: Mapping[str, bool]) -> Checks:
        """The checks that flags leave; absent is false."""

        def asked(flag: str) -> bool:
            return flags.get(flag, False) == (edition.list_flags == "drop-listed")

        other = flags.get(OTHER_CAMPAIGN, False)
        readings = {"refuses": other, "allows": not other, "ignored": False}
        return cls(
            asked("ignore_global_block_list"),
            edition.refuses_unsubscribed_always or asked("ignore_unsubscribe_list"),
            asked("ignore_community_bounce_list"),
            readings[edition.other_campaign_flag],
        )


def allowed(account: Account, place: Place, batch: Batch, checks: Checks) -> dict[str, set[str]]:
    """What may become of each address. No document says which check comes first: any that hits may count it."""
    found: dict[str, set[str]] = {}
    for lead in batch:
        email = stored(lead["email"])
        if email not in found:
            found[email] = _hits(account, place, email, checks) if well_formed(email) else {"invalid"}
    return found


def _hits(account: Account, place: Place, email: str, checks: Checks) -> set[str]:
    person = account.people.get(email)
    certain: set[str] = set()
    open_: set[str] = set()
    if email in place.rows:
        certain.add("here")
    if checks.other_campaigns and any(email in one.rows for one in account.places if one is not place):
        certain.add("elsewhere")
    if checks.block_list:
        for is_blocked in (blocked := account.blocks(email, place)):
            if is_blocked:
                (certain if len(blocked) == 1 else open_).add("blocked")
    if checks.unsubscribed:
        if email in account.left or (person is not None and person.unsubscribed):
            certain.add("unsubscribed")
        elif person is not None and (person.perhaps_refused or person.unsubscribed is None):
            open_.add("unsubscribed")
    if checks.bounce_list and email in account.bounced:
        certain.add("bounced")
    return certain | open_ if certain else {"added"} | open_


def readings(possible: Mapping[str, set[str]], batch: Batch, credit: int | None) -> Iterator[list[str]]:
    """Every way in which the leads of a batch may have ended, one by one. A repeated address counts as repeated; one
    that is refused anyway may count as refused each time.
    """
    emails = [stored(lead["email"]) for lead in batch]
    choices = islice(product(*(sorted(one) for one in possible.values())), _MOST_READINGS)
    for chosen, is_counted_once in product(choices, (True, False)):
        end_of, outcomes = dict(zip(possible, chosen, strict=True)), list[str]()
        added, seen = 0, set[str]()
        for email in emails:
            end = end_of[email]
            if email in seen and end != "invalid" and (is_counted_once or end == "added"):
                end = "repeated"
            elif end == "added":
                end = "stopped" if credit is not None and added >= credit else "added"
                added += 1
            seen.add(email)
            outcomes.append(end)
        yield outcomes


def answer(
    outcomes: Sequence[str], batch: Batch, size: int, edition: Edition, members: Mapping[str, Any]
) -> dict[str, Any]:
    """The members of an answer that an edition has; addresses sorted, reasons only where the document has their words.
    `size` is how many leads the campaign has afterwards.
    """
    ends = [(stored(lead["email"]), outcome) for lead, outcome in zip(batch, outcomes, strict=True)]
    added = outcomes.count("added")
    unsubscribed = sorted(email for email, outcome in ends if outcome == "unsubscribed")
    words = _REASONS if edition.import_reasons == "S3" else {}
    skipped = sorted((email, words.get(outcome, "")) for email, outcome in ends if outcome != "added")
    whole: dict[str, Any] = {
        "ok": True,
        "upload_count": len(batch),
        "total_leads": size if edition.import_total == "campaign" else added,
        **{counter: outcomes.count(outcome) for outcome, counter in _COUNTERS.items()},
        "invalid_emails": sorted(email for email, outcome in ends if outcome == "invalid"),
        "is_lead_limit_exhausted": "stopped" in outcomes,
        "unsubscribed_leads": unsubscribed,
        "added_count": added,
        "uploaded_count": added,
        "skipped_count": len(skipped),
        "skipped_leads": skipped,
        "errors": skipped,
    }
    if members.get("unsubscribed_leads", {}).get("type") == "integer":
        whole["unsubscribed_leads"] = len(unsubscribed)
    return {name: value for name, value in whole.items() if name in members}


def told(answered: Mapping[str, Any], edition: Edition) -> dict[str, Any]:
    """An answer in the form of `answer`; the map of ids is held against the leads elsewhere."""
    plain = {name: value for name, value in answered.items() if name != "emailToLeadIdMap"}
    words = _REASONS.values() if edition.import_reasons == "S3" else ()
    for name in ("invalid_emails", "unsubscribed_leads"):
        if isinstance(plain.get(name), list):
            plain[name] = sorted(stored(email) for email in plain[name])
    for name in ("skipped_leads", "errors"):
        if isinstance(plain.get(name), list):
            plain[name] = sorted(
                (stored(one["email"]), one["reason"] if one["reason"] in words else "") for one in plain[name]
            )
    return plain

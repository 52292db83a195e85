"""What an import of leads must do, as a model of its own: written from the fact sheet, not from the product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: keys of the answer that the guide alone has; `live` leaves them out
GUIDE_KEYS = ("added_count", "skipped_count", "skipped_leads")
REFUSED_COUNTERS = (
    "skipped_in_other_campaign_count", "block_count", "duplicate_count", "invalid_email_count",
    "already_added_to_campaign", "lead_import_stopped_count", "bounce_count",
)  # fmt: skip
_REASONS = {
    "invalid_email_count": "invalid email",
    "duplicate_count": "repeated in the request",
    "already_added_to_campaign": "Already exists in this campaign",
    "skipped_in_other_campaign_count": "exists in another campaign",
    "block_count": "On global block list",
    "unsubscribed_leads": "previously unsubscribed",
    "bounce_count": "on the bounce list",
    "lead_import_stopped_count": "lead limit reached",
}


def stored(address: str) -> str:
    """Addresses are compared and kept without surrounding blanks and in lower case."""
    return address.strip().lower()


def well_formed(address: str) -> bool:
    """One @ with something before it, and a domain with a dot and no empty label after it."""
    local, _, domain = address.partition("@")
    labels = domain.split(".")
    return bool(local) and not re.search(r"[\s@]", local + domain) and len(labels) > 1 and all(labels)


@dataclass
class Row:
    """A lead in a campaign."""

    email: str
    status: str = "STARTED"


@dataclass
class Campaign:
    """A campaign that is not deleted; its rows are in the order of the imports."""

    client: int | None
    rows: list[Row] = field(default_factory=list)

    def emails(self) -> list[str]:
        """The addresses in it."""
        return [row.email for row in self.rows]


@dataclass
class Lead:
    """An address that the account knows."""

    first_name: str | None
    unsubscribed: bool = False


@dataclass
class Account:
    """The state that imports depend on."""

    campaigns: dict[int, Campaign] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)
    entries: set[tuple[str, int | None]] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)
    credit: int | None = None

    def blocks(self, address: str, client: int | None) -> bool:
        """Whether the account's list or that of the client has the address, its domain or a domain above it."""
        return any(owner in (None, client) and _hits(entry, address) for entry, owner in self.entries)

    def block(self, entry: str, client: int | None) -> bool:
        """List an entry; rows that it hits become BLOCKED. Whether it is new."""
        entry = stored(entry)
        if (entry, client) in self.entries:
            return False
        self.entries.add((entry, client))
        for campaign in self.campaigns.values():
            for row in campaign.rows:
                if client in (None, campaign.client) and _hits(entry, row.email):
                    row.status = "BLOCKED"
        return True

    def withdraw(self, campaign_id: int, address: str) -> None:
        """Take a lead out of a campaign; one that is in no other campaign is forgotten."""
        campaign = self.campaigns[campaign_id]
        campaign.rows = [row for row in campaign.rows if row.email != address]
        if not self.elsewhere(campaign_id, address):
            del self.leads[address]

    def elsewhere(self, campaign_id: int, address: str) -> bool:
        """Whether a campaign other than this one has the lead."""
        return any(address in one.emails() for key, one in self.campaigns.items() if key != campaign_id)

    def upload(self, campaign_id: int, batch: Sequence[Mapping[str, Any]], flags: Mapping[str, bool]) -> dict[str, Any]:
        """Import a batch; the answer of `default`, with the addresses of the map where the server has lead ids."""
        campaign = self.campaigns[campaign_id]
        outcomes = self._outcomes(campaign_id, batch, flags)
        answer: dict[str, Any] = {"ok": True, "upload_count": len(batch), "total_leads": 0}
        answer |= dict.fromkeys(REFUSED_COUNTERS, 0) | {"invalid_emails": [], "unsubscribed_leads": []}
        for lead, outcome in zip(batch, outcomes, strict=True):
            if outcome == "unsubscribed_leads":
                answer[outcome].append(stored(lead["email"]))
            else:
                answer[outcome] += 1
            if outcome == "invalid_email_count":
                answer["invalid_emails"].append(lead["email"])
        stopped = answer["lead_import_stopped_count"]
        answer["is_lead_limit_exhausted"] = stopped > 0
        if stopped and self.credit == 0:
            text = "The lead credit limit has been reached, preventing any further lead imports."
            return {"ok": False, "is_lead_limit_exhausted": True, "lead_import_stopped_count": stopped, "error": text}
        if flags.get("return_lead_ids"):
            groups = {"newlyAddedLeads": "total_leads", "existingLeads": "already_added_to_campaign",
                      "existingLeadsInOtherCampaigns": "skipped_in_other_campaign_count"}  # fmt: skip
            sent = [(stored(lead["email"]), outcome) for lead, outcome in zip(batch, outcomes, strict=True)]
            answer["emailToLeadIdMap"] = {
                group: {email for email, one in sent if one == outcome} for group, outcome in groups.items()
            }
        skipped = [(lead["email"], one) for lead, one in zip(batch, outcomes, strict=True) if one != "total_leads"]
        answer["added_count"] = answer["total_leads"]
        answer["skipped_count"] = len(skipped)
        answer["skipped_leads"] = [{"email": email, "reason": _REASONS[one]} for email, one in skipped]
        for lead, outcome in zip(batch, outcomes, strict=True):
            if outcome == "total_leads":
                campaign.rows.append(Row(stored(lead["email"])))
                self.leads.setdefault(stored(lead["email"]), Lead(lead.get("first_name")))
        if self.credit is not None:
            self.credit -= answer["total_leads"]
        return answer

    def _outcomes(self, campaign_id: int, batch: Sequence[Mapping[str, Any]], flags: Mapping[str, bool]) -> list[str]:
        """The counter of each lead of a batch: the first check that hits takes it."""
        campaign = self.campaigns[campaign_id]
        outcomes: list[str] = []
        seen: set[str] = set()
        for lead in batch:
            email = stored(lead["email"])
            known = self.leads.get(email)
            checks = {
                "invalid_email_count": not well_formed(email),
                "duplicate_count": email in seen,
                "already_added_to_campaign": email in campaign.emails(),
                "skipped_in_other_campaign_count": flags.get("ignore_duplicate_leads_in_other_campaign", False)
                and self.elsewhere(campaign_id, email),
                "block_count": not flags.get("ignore_global_block_list") and self.blocks(email, campaign.client),
                "unsubscribed_leads": not flags.get("ignore_unsubscribe_list") and bool(known and known.unsubscribed),
                "bounce_count": not flags.get("ignore_community_bounce_list") and email in self.bounced,
                "lead_import_stopped_count": self.credit is not None and outcomes.count("total_leads") >= self.credit,
                "total_leads": True,
            }
            outcomes.append(next(counter for counter, hit in checks.items() if hit))
            if outcomes[-1] != "invalid_email_count":
                seen.add(email)
        return outcomes


def _hits(entry: str, address: str) -> bool:
    domain = address.rpartition("@")[2]
    return entry in (address, domain) or domain.endswith("." + entry)

"""Clients of one account: what belongs to whom, and which calls show or change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class ClientKey:
    """A key of a client; `id` is that of its record."""

    id: int
    name: str
    text: str
    is_alive: bool = True
    #: whether the record is gone
    is_deleted: bool = False


@dataclass(slots=True)
class Party:
    """The account itself, or one of its clients, with what it has. Its marker is in every text that is its own."""

    marker: str
    client_id: int | None
    permission: tuple[str, ...] = ()
    name: str = ""
    email: str = ""
    keys: list[ClientKey] = field(default_factory=list)
    #: id -> name
    campaigns: dict[int, str] = field(default_factory=dict)
    campaign: int = 0
    box: int = 0
    webhook: int = 0
    lead: str = ""
    lead_map: str = ""
    lead_email: str = ""

    @property
    def is_owner(self) -> bool:
        """Whether it is the account."""
        return self.client_id is None

    @property
    def may_write(self) -> bool:
        """Whether its keys may do more than read and reply (S1)."""
        return self.is_owner or "full_access" in self.permission

    @property
    def living(self) -> list[ClientKey]:
        """Its keys that work."""
        return [key for key in self.keys if key.is_alive]


@dataclass(frozen=True, slots=True)
class Look:
    """A read of one thing: the ids that it takes, and whether its answer holds a text of whom the thing belongs to."""

    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    shows_texts: bool = True


_OF_CAMPAIGN = {"campaign_id": "campaign"}
#: reads that name a thing; the values are members of `Party`
LOOKS: Sequence[Look] = (
    Look("get_campaign", _OF_CAMPAIGN),
    Look("get_campaign_sequences", _OF_CAMPAIGN),
    Look("list_campaign_email_accounts", _OF_CAMPAIGN),
    Look("list_leads_by_campaign", _OF_CAMPAIGN),
    Look("export_campaign_leads_csv", _OF_CAMPAIGN),
    Look("get_campaign_statistics", _OF_CAMPAIGN),
    Look("get_campaign_analytics", _OF_CAMPAIGN),
    Look("get_campaign_mailbox_statistics", _OF_CAMPAIGN),
    Look("get_campaign_leads_statistics", _OF_CAMPAIGN),
    Look("list_campaign_webhooks", _OF_CAMPAIGN),
    Look("get_email_account", {"email_account_id": "box"}),
    Look("get_webhook", {"webhook_id": "webhook"}),
    Look("get_lead_message_history", {"campaign_id": "campaign", "lead_id": "lead"}),
    Look("list_campaigns_of_lead", {"lead_id": "lead"}),
    Look("get_lead_by_email", {}, {"email": "lead_email"}),
    Look("get_lead_by_id", {"lead_id": "lead"}),
    Look("get_inbox_lead_by_id", {"lead_map_id": "lead_map"}),
)
#: lists of all that a key may see; a body where the call is a POST
LISTS: Mapping[str, Any] = {
    "list_campaigns": None, "list_email_accounts": None, "list_all_leads": None, "analytics_campaign_list": None,
    "list_inbox_replies": {}, "list_sent_messages": {}, "list_all_leads_activities": None, "list_unread_replies": {},
}  # fmt: skip

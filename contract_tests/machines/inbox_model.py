"""The master inbox, slowly: which list has which conversation, and what its row shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from contract_tests.machines.sending_parts import NEVER, Lead, text_of

Json = dict[str, Any]


@dataclass(eq=False, slots=True)
class Talk:
    """A conversation: a lead of a campaign that got a mail, and what a team notes about it."""

    lead: Lead
    is_archived: bool = False
    is_important: bool = False
    snoozed_until: int = 0
    member: int | None = None
    revenue: float = 0.0
    #: when mails by hand went out, or will
    by_hand: list[int] = field(default_factory=list)
    reminders: list[int] = field(default_factory=list)
    #: it went on to a sub-sequence
    is_pushed: bool = False
    notes: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The id of its row."""
        return self.lead.map_id

    @property
    def replied_at(self) -> int | None:
        """When the last reply came."""
        return max((at for mail in self.lead.mails for at in mail.replies), default=None)

    def sent_at(self, now: int) -> int:
        """When the last mail went out."""
        return max([mail.at for mail in self.lead.mails] + [at for at in self.by_hand if at <= now])

    def is_snoozed(self, now: int) -> bool:
        """Whether it is put aside now."""
        return self.snoozed_until > now

    def row(self, now: int) -> Json:
        """What every list shows of it."""
        lead, campaign = self.lead, self.lead.campaign
        return {
            "lead_category_id": lead.category,
            "last_sent_time": text_of(self.sent_at(now)),
            "last_reply_time": text_of(self.replied_at),
            "has_new_unread_email": lead.is_unread,
            "email_account_id": lead.box.id if lead.box else None,
            "revenue": f"{self.revenue:.2f}",
            "lead_first_name": lead.fields["first_name"],
            "lead_last_name": lead.fields["last_name"],
            "lead_email": lead.address,
            "email_lead_id": str(lead.id),
            "email_lead_map_id": str(lead.map_id),
            "lead_status": lead.status,
            "current_sequence_number": lead.step,
            "is_important": self.is_important,
            "is_archived": self.is_archived,
            "is_snoozed": self.is_snoozed(now),
            "team_member_id": self.member,
            "email_campaign_id": campaign.id,
            "email_campaign_name": campaign.name,
            "client_id": campaign.client,
            "belongs_to_sub_sequence": campaign.parent is not None,
            "is_pushed_to_sub_sequence": self.is_pushed,
            "sequence_count": len(campaign.plan.steps),
        }


Test = Callable[[Talk, int], bool]


def _aside(talk: Talk, now: int) -> bool:
    return talk.is_archived or talk.is_snoozed(now)


#: list -> (whether a conversation must be in it, whether it may be). No document says whether replies that were
#: archived or snoozed stay in the other lists.
LISTS: dict[str, tuple[Test, Test]] = {
    "list_inbox_replies": (
        lambda talk, now: talk.replied_at is not None and not _aside(talk, now),
        lambda talk, now: talk.replied_at is not None,
    ),
    "list_unread_replies": (
        lambda talk, now: talk.lead.is_unread and not _aside(talk, now), lambda talk, now: talk.lead.is_unread,
    ),
    "list_snoozed_messages": (lambda talk, now: talk.is_snoozed(now),) * 2,
    "list_important_messages": (lambda talk, now: talk.is_important,) * 2,
    "list_archived_messages": (lambda talk, now: talk.is_archived,) * 2,
    "list_sent_messages": (lambda talk, now: True,) * 2,
    "list_scheduled_messages": (lambda talk, now: any(at > now for at in talk.by_hand),) * 2,
    "list_reminder_messages": (lambda talk, now: bool(talk.reminders),) * 2,
}  # fmt: skip


def _words(talk: Talk) -> set[str]:
    mails = talk.lead.mails
    found = {
        "Opened": any(mail.opens for mail in mails), "Clicked": any(mail.clicks for mail in mails),
        "Replied": any(mail.replies for mail in mails), "Bounced": any(mail.bounced_at is not None for mail in mails),
        "Not Replied": not any(mail.replies for mail in mails),
    }  # fmt: skip
    return {word for word, is_so in found.items() if is_so}


def _name(talk: Talk) -> str:
    lead = talk.lead
    return f"{lead.address}\n{lead.fields['first_name']} {lead.fields['last_name']}".lower()


#: filter -> whether a conversation meets it
FILTERS: dict[str, Callable[[Talk, Any], bool]] = {
    "campaignId": lambda talk, value: talk.lead.campaign.id == value,
    "emailAccountId": lambda talk, value: talk.lead.box is not None and talk.lead.box.id == value,
    "campaignClientId": lambda talk, value: talk.lead.campaign.client == value,
    "emailStatus": lambda talk, value: value in _words(talk),
    "search": lambda talk, value: value.lower() in _name(talk),
    "leadCategories": lambda talk, value: (
        ("categoryIdsIn" not in value or talk.lead.category in value["categoryIdsIn"])
        and ("categoryIdsNotIn" not in value or talk.lead.category not in value["categoryIdsNotIn"])
        and ("unassigned" not in value or talk.lead.category is None)
        and ("isAssigned" not in value or talk.lead.category is not None)
    ),
}

FOR_EVER = NEVER

"""Webhooks and what they must be sent: who is told about an event, with what, and when it is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.machines.campaign_model import Open

Json = dict[str, Any]

LEVELS = ("user", "client", "campaign")
CATEGORY_EVENT = "LEAD_CATEGORY_UPDATED"


@dataclass(slots=True)
class Lead:
    """A lead of one campaign that was mailed."""

    id: str
    map_id: str
    email: str
    category: Json | None = None
    is_opened: bool = False
    clicked: set[str] = field(default_factory=set)
    #: bounced or unsubscribed
    is_out: bool = False


@dataclass(slots=True)
class Mailing:
    """A campaign that sends."""

    id: int
    name: str
    client_id: int | None
    mailbox: str
    status: str = "ACTIVE"
    leads: list[Lead] = field(default_factory=list)
    #: whether the summary says nothing any more, since a webhook of it was deleted
    is_untold: bool = False


@dataclass(slots=True)
class Hook:
    """A webhook. `owner` is the campaign or the client of its level."""

    id: int
    level: str
    owner: int | None
    name: str
    path: str
    events: set[str]
    #: ids of categories; empty = all
    categories: set[int]
    created_at: str
    updated_at: Any
    secret: Any = None
    answer: int = 200

    def wants(self, mailing: Mailing, event_type: str) -> bool:
        """Whether an event of a campaign is one for it, before the categories are looked at."""
        owners = {"user": None, "client": mailing.client_id, "campaign": mailing.id}
        is_above = self.level == "user" or (self.owner is not None and self.owner == owners[self.level])
        return is_above and event_type in self.events


@dataclass(slots=True)
class Delivery:
    """One event for one webhook. `facts` are what its payload must say; `due` is in minutes of the story."""

    hook: Hook
    mailing: Mailing
    event_type: str
    facts: Json
    happened: str
    state: str = "queued"
    due: float = 0.0
    #: attempts of this round
    attempts: int = 0
    tried_at: float = 0.0
    request_id: str | None = None
    body: bytes | None = None
    is_again: bool = False

    def is_due(self, minutes: float) -> bool:
        """Whether an attempt must be made."""
        return self.state == "queued" or (self.state == "scheduled_for_retry" and self.due <= minutes)

    def note(self, status: int, minutes: float, wall: float, retries: Sequence[int]) -> None:
        """An attempt was answered: any 2xx is a success, 4xx is final, all else is tried again (R, webhook guide)."""
        self.attempts += 1
        self.tried_at = wall
        if 200 <= status < 300:
            self.state = "successful"
        elif status < 500 or self.attempts > len(retries):
            self.state = "retroactively_failed" if self.is_again else "failed"
        else:
            self.state, self.due = "scheduled_for_retry", minutes + retries[self.attempts - 1]


def told(hooks: Iterable[Hook], mailing: Mailing, event_type: str, category: int | None) -> list[Hook]:
    """The webhooks that an event goes to: those of the highest level that has one for it (R), less those that do not
    want the category.
    """
    mine = [hook for hook in hooks if hook.wants(mailing, event_type)]
    level = next((one for one in LEVELS if any(hook.level == one for hook in mine)), None)
    return [
        hook
        for hook in mine
        if hook.level == level and (event_type != CATEGORY_EVENT or not hook.categories or category in hook.categories)
    ]


def payload(
    hook: Hook, mailing: Mailing, lead: Lead | None, event_type: str, url: str, more: Mapping[str, Any]
) -> Json:
    """What the payload of an event says, by the names of the documents."""
    facts: Json = {
        "event_type": Open(["FIRST_EMAIL_SENT", "EMAIL_SENT"]) if event_type == "FIRST_EMAIL_SENT" else event_type,
        "webhook_id": hook.id, "webhook_name": hook.name, "webhook_url": url, "campaign_id": mailing.id,
        "campaign_name": mailing.name, "campaign_status": mailing.status, "client_id": mailing.client_id,
    }  # fmt: skip
    if lead is not None:
        facts |= {
            "to_email": lead.email, "lead_email": lead.email, "from_email": mailing.mailbox, "sequence_number": 1,
            "sl_email_lead_id": lead.id, "sl_email_lead_map_id": int(lead.map_id), "sl_lead_email": lead.email,
            "lead_id": int(lead.id), "to": lead.email, "from": mailing.mailbox, "current_sequence": 1,
        }  # fmt: skip
    return {**facts, **more}

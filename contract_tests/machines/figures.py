"""The figures of a campaign, recounted from the model's mails.

What became of a mail counts when the mail was sent. `open_count` counts every open, `unique_*` each lead once,
`reply_count` mails that were answered (metric meanings of the sources).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from contract_tests.machines.expected import Between
from contract_tests.machines.sending_parts import OPEN, POSITIVE_CATEGORIES, RUNNING, Campaign, Mail, text_of, wall

Json = dict[str, Any]
Within = Callable[[int], bool]
CATEGORY_NAMES = {
    1: "Interested", 2: "Meeting Request", 3: "Not Interested", 4: "Do Not Contact", 5: "Information Request",
    6: "Out Of Office", 7: "Wrong Person",
}  # fmt: skip
#: what `email_status` asks for -> whether a mail answers it
STATUS_FILTERS: dict[str, Callable[[Mail], bool]] = {
    "opened": lambda mail: bool(mail.opens),
    "clicked": lambda mail: bool(mail.clicks),
    "replied": lambda mail: bool(mail.replies),
    "unsubscribed": lambda mail: mail.unsubscribed_at is not None,
    "bounced": lambda mail: mail.bounced_at is not None,
}
_LEAD_STATS = {
    "blocked": "BLOCKED", "stopped": "STOPPED", "completed": "COMPLETED", "inprogress": "INPROGRESS",
    "notStarted": "STARTED", "paused": "PAUSED",
}  # fmt: skip


def days(first: date, last: date, zone: str) -> Within:
    """The days from one to another on the wall of a zone."""
    return lambda minute: first <= wall(zone, minute).day <= last


def row(mail: Mail) -> Json:
    """A mail as /statistics shows it."""
    lead = mail.lead
    names = [lead.fields.get(name, "") for name in ("first_name", "last_name")]
    return {
        "lead_name": " ".join(name for name in names if name),
        "lead_email": lead.address,
        "lead_category": CATEGORY_NAMES.get(lead.category or 0),
        "sequence_number": mail.step,
        "email_campaign_seq_id": lead.campaign.step_ids[mail.step - 1],
        "seq_variant_id": lead.campaign.variant_ids.get((mail.step, mail.variant or "")),
        "email_subject": mail.subject,
        "email_message": mail.body,
        "sent_time": text_of(mail.at),
        "open_time": text_of(min(mail.opens, default=None)),
        "click_time": text_of(min(mail.clicks, default=None)),
        "reply_time": text_of(min(mail.replies, default=None)),
        "open_count": len(mail.opens),
        "click_count": len(mail.clicks),
        "is_opened": bool(mail.opens),
        "is_clicked": bool(mail.clicks),
        "is_replied": bool(mail.replies),
        "is_unsubscribed": mail.unsubscribed_at is not None,
        "is_bounced": mail.bounced_at is not None,
    }


def counts(mails: Iterable[Mail]) -> Json:
    """What all figures have."""
    mails = list(mails)
    return {
        "sent_count": len(mails),
        "open_count": sum(len(mail.opens) for mail in mails),
        "click_count": sum(len(mail.clicks) for mail in mails),
        "reply_count": sum(bool(mail.replies) for mail in mails),
        "bounce_count": sum(mail.bounced_at is not None for mail in mails),
    }


def unsubscribed(mails: Iterable[Mail]) -> int:
    """How many of them made somebody unsubscribe."""
    return sum(mail.unsubscribed_at is not None for mail in mails)


def positive(mails: Iterable[Mail]) -> int:
    """How many leads of a positive category answered one of them."""
    return len({mail.lead.map_id for mail in mails if mail.replies and mail.lead.category in POSITIVE_CATEGORIES})


def totals(campaign: Campaign, mails: Sequence[Mail]) -> Json:
    """What the analytics of a campaign have in common."""
    return {
        "id": campaign.id,
        "status": campaign.status,
        "name": campaign.name,
        "created_at": text_of(campaign.created_at),
        **counts(mails),
        "unsubscribed_count": unsubscribed(mails),
        "unique_sent_count": len({mail.lead.map_id for mail in mails}),
        "unique_open_count": len({mail.lead.map_id for mail in mails if mail.opens}),
        "unique_click_count": len({mail.lead.map_id for mail in mails if mail.clicks}),
    }


def analytics(campaign: Campaign) -> Json:
    """The top level figures. A paused lead's mails to come are drafts, or are no more (R says they become STOPPED)."""
    leads = campaign.leads
    blocked = [lead for lead in leads if lead.status == "BLOCKED"]
    bounced = [lead for lead in blocked if any(mail.bounced_at is not None for mail in lead.mails)]
    to_come = dict.fromkeys(OPEN, 0)
    for lead in leads:
        if lead.is_unfinished:
            to_come[lead.status] += len(campaign.plan.steps) - lead.step
    running = sum(to_come[status] for status in RUNNING)
    return {
        **totals(campaign, campaign.mails),
        "block_count": Between(len(blocked) - len(bounced), len(blocked)),
        "drafted_count": Between(running, running + to_come["PAUSED"]),
        "sequence_count": len(campaign.plan.steps),
        "client_id": campaign.client,
        "parent_campaign_id": None,
    }


def lead_stats(campaign: Campaign) -> Json:
    """The leads of a campaign by status."""
    statuses = [lead.status for lead in campaign.leads]
    return {
        "total": len(statuses),
        **{name: statuses.count(status) for name, status in _LEAD_STATS.items()},
        "interested": sum(lead.category == 1 for lead in campaign.leads),
        "revenue": 0,
    }


def of_steps(campaign: Campaign, within: Within) -> list[Json]:
    """The figures of each step."""
    rows = []
    for number, step_id in enumerate(campaign.step_ids, 1):
        mails = [mail for mail in campaign.mails if mail.step == number and within(mail.at)]
        rows.append({
            "email_campaign_seq_id": step_id,
            **counts(mails),
            "unsubscribed_count": unsubscribed(mails),
            "positive_reply_count": positive(mails),
            "skipped_count": 0,
            "failed_count": 0,
        })  # fmt: skip
    return rows


def of_boxes(campaign: Campaign, within: Within) -> list[Json]:
    """The figures of each mailbox that sent, by id."""
    found = {mail.box.id: mail.box for mail in campaign.mails if within(mail.at)}
    return [
        {
            "email_account_id": number,
            "from_email": box.address,
            **counts(mail for mail in campaign.mails if mail.box is box and within(mail.at)),
        }
        for number, box in sorted(found.items())
    ]


def of_variants(campaign: Campaign) -> list[Json]:
    """The figures of each variant."""
    return [
        {
            "email_campaign_seq_id": campaign.step_ids[step - 1],
            "seq_variant_id": variant_id,
            "variant_label": label,
            **counts(mail for mail in campaign.mails if (mail.step, mail.variant) == (step, label)),
        }
        for (step, label), variant_id in sorted(campaign.variant_ids.items())
    ]


def history(mails: Sequence[Mail], category_of_reply: str = "REPLY") -> list[Json]:
    """Mails and answers of one lead by time."""
    found: list[tuple[int, int, Json]] = []
    for mail in mails:
        sent = {
            "type": "SENT", "time": text_of(mail.at), "subject": mail.subject, "email_body": mail.body,
            "email_seq_number": str(mail.step), "open_count": len(mail.opens), "click_count": len(mail.clicks),
        }  # fmt: skip
        found.append((mail.at, 0, sent))
        found += [(one.at, 1, {"type": category_of_reply, "time": text_of(one.at)}) for one in mail.received]
    return [entry for _, _, entry in sorted(found, key=lambda one: one[:2])]

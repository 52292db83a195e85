"""The figures of a whole account, recounted from the model's mails.

A range holds the mails that were sent in it, whatever became of them and whenever; where a figure falls on the day of
its own event instead, it says so. `opened`, `replied` and `bounced` count mails, unique figures leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contract_tests.machines.figures import CATEGORY_NAMES
from contract_tests.machines.sending_model import Office
from contract_tests.machines.sending_parts import POSITIVE_CATEGORIES, Campaign, Mail, days_between, wall

Json = dict[str, Any]
_NEGATIVE = (3, 4, 7)


class Rate:
    """Equal to a share in percent, as a number or as a text with two decimals."""

    def __init__(self, part: int, whole: int) -> None:
        self.value = float(Fraction(100 * part, whole)) if whole else 0.0

    def __eq__(self, other: object) -> bool:
        try:
            return abs(float(str(other).rstrip("%")) - self.value) < 0.0051
        except ValueError:
            return False

    def __hash__(self) -> int:
        return hash(self.value)

    def __str__(self) -> str:
        return f"{self.value:.2f}%"


@dataclass(frozen=True, slots=True)
class Asked:
    """Days of a zone, and the campaigns and clients that are meant; None = all."""

    first: date
    last: date
    zone: str = "UTC"
    campaigns: frozenset[int] | None = None
    clients: frozenset[int] | None = None

    def takes(self, campaign: Campaign) -> bool:
        """Whether a campaign is meant."""
        return (self.campaigns is None or campaign.id in self.campaigns) and (
            self.clients is None or campaign.client in self.clients
        )

    def day(self, minute: int) -> date:
        """The day of a moment on the wall of the zone."""
        return wall(self.zone, minute).day

    def has(self, minute: int) -> bool:
        """Whether a moment is in the range."""
        return self.first <= self.day(minute) <= self.last


def _campaigns(office: Office, asked: Asked) -> list[Campaign]:
    return [campaign for campaign in office.campaigns if asked.takes(campaign)]


def _ever(office: Office, asked: Asked) -> list[Mail]:
    return [mail for campaign in _campaigns(office, asked) for mail in campaign.mails]


def _mails(office: Office, asked: Asked) -> list[Mail]:
    return [mail for mail in _ever(office, asked) if asked.has(mail.at)]


def _leads(mails: Iterable[Mail]) -> int:
    return len({mail.lead.map_id for mail in mails})


def _won(mails: Iterable[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.replies and mail.lead.category in POSITIVE_CATEGORIES]


def metrics(mails: Sequence[Mail]) -> Json:
    """What a table shows of some mails; rates by the page on metrics: opens by leads, replies by opens."""
    opened = [mail for mail in mails if mail.opens]
    replied = sum(bool(mail.replies) for mail in mails)
    bounced = sum(mail.bounced_at is not None for mail in mails)
    reached, looked, won = _leads(mails), _leads(opened), _leads(_won(mails))
    return {
        "sent": len(mails), "opened": len(opened), "replied": replied, "bounced": bounced,
        "unique_lead_count": reached, "unique_open_count": looked, "positive_replied": won,
        "open_rate": Rate(looked, reached), "reply_rate": Rate(replied, looked or reached),
        "positive_reply_rate": Rate(won, replied), "bounce_rate": Rate(bounced, reached),
    }  # fmt: skip


def overall(office: Office, asked: Asked) -> Json:
    """All campaigns together."""
    return metrics(_mails(office, asked))


def campaign_list(office: Office, asked: Asked) -> list[Json]:
    """All campaigns as they are now."""
    return [
        {"id": one.id, "name": one.name, "status": one.status, "client_id": one.client}
        for one in _campaigns(office, asked)
    ]


def campaigns(office: Office, asked: Asked) -> list[Json]:
    """Campaigns that sent."""
    rows = []
    for one in _campaigns(office, asked):
        own = [mail for mail in one.mails if asked.has(mail.at)]
        if own:
            rows.append({"id": one.id, "campaign_name": one.name, **metrics(own)})
    return rows


def responses(office: Office, asked: Asked) -> list[Json]:
    """The answered mails of each campaign by what their leads think."""
    rows = []
    for one in _campaigns(office, asked):
        own = [mail for mail in one.mails if asked.has(mail.at)]
        answered = [mail for mail in own if mail.replies]
        found = Counter(_sentiment(mail.lead.category) for mail in answered)
        rows.append({
            "email_campaign_id": one.id, "campaign_id": one.id, "email_campaign_name": one.name,
            "campaign_name": one.name, "leads_contacted": _leads(own), "total_response": len(answered),
            "total_unique_response": _leads(answered), "unrecognised_response": found[""],
            **{f"total_{word}_response": found[word] for word in ("positive", "negative", "neutral")},
            **{f"{word}_reply": found[word] for word in ("positive", "negative", "neutral")},
        })  # fmt: skip
    return rows


def _sentiment(category: int | None) -> str:
    if category is None:
        return ""
    return "positive" if category in POSITIVE_CATEGORIES else "negative" if category in _NEGATIVE else "neutral"


def statuses(office: Office, asked: Asked) -> Counter[str]:
    """How many campaigns are in each status."""
    return Counter(one.status for one in _campaigns(office, asked))


def follow_ups(office: Office, asked: Asked) -> Json:
    """Mails of steps behind the first one."""
    mails = [mail for mail in _mails(office, asked) if mail.step > 1]
    replied = sum(bool(mail.replies) for mail in mails)
    return {
        "total_followups": len(mails), "followup_replies": replied, "followup_reply_rate": Rate(replied, len(mails)),
    }  # fmt: skip


def days(office: Office, asked: Asked) -> list[Json]:
    """What happened on each day, for the first time to its mail, whenever that was sent."""
    found: dict[str, Counter[date]] = {name: Counter() for name in ("sent", "opened", "replied", "bounced")}
    found["unsubscribed"] = Counter()
    for mail in _ever(office, asked):
        moments = {
            "sent": mail.at, "opened": min(mail.opens, default=None), "replied": min(mail.replies, default=None),
            "bounced": mail.bounced_at, "unsubscribed": mail.unsubscribed_at,
        }  # fmt: skip
        for name, at in moments.items():
            if at is not None:
                found[name][asked.day(at)] += 1
    return [{name: found[name][day] for name in found} for day in days_between(asked.first, asked.last)]


def days_by_sent_time(office: Office, asked: Asked) -> list[Json]:
    """What became of the mails of each day."""
    mails, rows = _mails(office, asked), []
    for day in days_between(asked.first, asked.last):
        own = [mail for mail in mails if asked.day(mail.at) == day]
        shown = {name: count for name, count in metrics(own).items() if name in ("sent", "opened", "replied")}
        rows.append({
            **shown, "bounced": metrics(own)["bounced"], "positive_replied": _leads(_won(own)),
            "unsubscribed": sum(mail.unsubscribed_at is not None for mail in own), "unique_lead_reached": _leads(own),
        })  # fmt: skip
    return rows


def positive_days(office: Office, asked: Asked) -> list[Json]:
    """Leads by the days on which a mail of theirs was answered for the first time."""
    won = _won(_ever(office, asked))
    return [
        {"positive_replied": _leads(mail for mail in won if asked.day(min(mail.replies)) == day)}
        for day in days_between(asked.first, asked.last)
    ]


def positive_days_by_sent_time(office: Office, asked: Asked) -> list[Json]:
    """Leads by the days of the mails that they answered."""
    won = _won(_mails(office, asked))
    return [
        {"positive_replied": _leads(mail for mail in won if asked.day(mail.at) == day)}
        for day in days_between(asked.first, asked.last)
    ]


def leads_by_step(office: Office, asked: Asked) -> Json:
    """Leads that got a first mail, and those that got a later one."""
    mails = _mails(office, asked)
    new, later = _leads(mail for mail in mails if mail.step == 1), _leads(mail for mail in mails if mail.step > 1)
    return {"total": new + later, "new": new, "follow_up": later}


def categories(office: Office, asked: Asked) -> dict[str, int]:
    """The answered mails by the category of their leads."""
    found = Counter(
        CATEGORY_NAMES.get(mail.lead.category or 0, "Uncategorized") for mail in _mails(office, asked) if mail.replies
    )
    return dict(found)


def domains(office: Office, asked: Asked) -> list[Json]:
    """Mails by the domain of their sender."""
    return _by(_mails(office, asked), "domain", lambda mail: mail.box.address.partition("@")[2])


def addresses(office: Office, asked: Asked) -> list[Json]:
    """Mails by mailbox."""
    rows = _by(_mails(office, asked), "from_email", lambda mail: mail.box.address)
    return [{**row, "email_account": row["from_email"]} for row in rows]


def providers(office: Office, asked: Asked) -> list[Json]:
    """Mails by the kind of their mailbox."""
    return _by(_mails(office, asked), "email_provider", lambda mail: mail.box.kind)


def _by(mails: Sequence[Mail], name: str, key: Callable[[Mail], str]) -> list[Json]:
    return [
        {name: one, **metrics([mail for mail in mails if key(mail) == one])}
        for one in sorted({key(mail) for mail in mails})
    ]


def clients(office: Office, asked: Asked, known: Mapping[int, str]) -> list[Json]:
    """Each client, also without mails."""
    rows = []
    for number, name in sorted(known.items()):
        if asked.clients is not None and number not in asked.clients:
            continue
        own = [campaign for campaign in office.campaigns if campaign.client == number]
        mails = [mail for campaign in own for mail in campaign.mails if asked.has(mail.at)]
        stats = {name: value for name, value in metrics(mails).items() if not name.startswith("bounce")}
        rows.append({
            "client_id": number, "client_name": name, "total_campaigns_count": len(own), "campaign_stats": stats,
        })  # fmt: skip
    return rows


def member(office: Office, asked: Asked, held: set[int]) -> Json:
    """What a member of the team, who has some leads, has reached."""
    own = [lead for campaign in _campaigns(office, asked) for lead in campaign.leads if lead.map_id in held]
    mails = [mail for mail in _mails(office, asked) if mail.lead in own]
    replied = sum(bool(mail.replies) for mail in mails)
    return {
        "lead_count": len(own), "campaign_count": len({lead.campaign.id for lead in own}), "reply_count": replied,
        "positive_reply_count": _leads(_won(mails)), "unique_open_count": _leads(m for m in mails if m.opens),
        "reply_rate": Rate(replied, len(own)), "positive_reply_rate": Rate(_leads(_won(mails)), replied),
    }  # fmt: skip

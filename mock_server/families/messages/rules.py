"""Rules of messages. Pure: no rows, no HTTP."""

from __future__ import annotations

import re
from typing import Literal

from mock_server import rng
from mock_server.families.leads.rules import CATEGORIES, domain_of

Company = Literal["SameCompany", "DifferentCompany", "Unknown"]

POSITIVE = frozenset(category_id for category_id, _, sentiment, _ in CATEGORIES if sentiment == "positive")
_PREFIX = re.compile(r"(?:re:\s*)+", re.IGNORECASE)


def message_id(seed: int, address: str, *names: object) -> str:
    """A Message-ID at the sender's domain."""
    return f"<{rng.uuid(seed, 'message', *names)}@{domain_of(address)}>"


def stats_id(seed: int, *names: object) -> str:
    """The id of a sent mail in statistics (S1: email_stats_id)."""
    return rng.uuid(seed, "stats", *names)


def answer_subject(subject: str) -> str:
    """The subject of the next mail of a thread; nobody writes `RE: RE:`."""
    return f"RE: {_PREFIX.sub('', subject, count=1) if _PREFIX.match(subject) else subject}".rstrip()


def company_of(responder: str, lead_email: str) -> Company:
    """Whether an answer comes from the lead's company (platform.yaml, lead_correspondence)."""
    return "SameCompany" if domain_of(responder) == domain_of(lead_email) else "DifferentCompany"


def passes_threshold(bounced: int, sent: int, threshold: str | None) -> bool:
    """Whether the share of bounced mails is above `threshold`, a percentage written as text (R1)."""
    if not threshold or sent == 0:
        return False
    try:
        return bounced * 100 > float(threshold) * sent
    except ValueError:
        return False

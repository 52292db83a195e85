"""Rules of messages. Pure: no rows, no HTTP."""

from __future__ import annotations

import re
from typing import Literal

from mock_server import rng
from mock_server.families.leads.rules import CATEGORIES, domain_of, id_of, is_address, normalised

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


def address_list(text: str) -> list[str]:
    """The addresses of a list that is separated by commas; ValueError when one of them is none."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    wrong = next((one for one in found if not is_address(normalised(one))), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is no address")
    return found


def track_id(workspace_id: int, stats_id: str) -> str:
    """What the pixel of a mail outside campaigns carries: whoever loads it has no key, so it names the workspace."""
    return f"{workspace_id}-{stats_id}"


def workspace_of_track_id(text: str) -> int:
    """The workspace that a track id names; 0, which no workspace has, for what is none."""
    number = text.partition("-")[0]
    return id_of(number) if number.isascii() and number.isdigit() else 0


def step_status(*, mail_sent: bool, passed: bool, finished: bool) -> Literal["SENT", "DRAFTED", "STOPPED"]:
    """Where a step stands for a lead (inferred); a step that sends nothing, or came too late, is over once passed."""
    if mail_sent:
        return "SENT"
    return "STOPPED" if passed or finished else "DRAFTED"

"""A lead's status in the words of the guides, which follow from status, category and flags of its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from mock_server.families.leads.rules import CATEGORY_OF_WORD, Flag
from mock_server.state.database import Row

Words = Literal["canonical", "delivery", "outcome"]

#: the words of S3
OUTCOMES = (
    "NOT_CONTACTED", "IN_PROGRESS", "COMPLETED", "INTERESTED", "NOT_INTERESTED", "DO_NOT_CONTACT", "BOUNCED",
    "UNSUBSCRIBED",
)  # fmt: skip
_IN_PROGRESS = ("INPROGRESS", "PAUSED", "STOPPED")
_WORD_OF_CATEGORY = {category_id: word for word, category_id in CATEGORY_OF_WORD.items()}
_NO_OUTCOME = f"coalesce(category_id, 0) NOT IN ({', '.join(map(str, sorted(_WORD_OF_CATEGORY)))})"
_SUBSCRIBED = f"(flags & {Flag.UNSUBSCRIBED:d}) = 0"


def _delivery(row: Row) -> str:
    """What became of the mails (S2:109)."""
    if row["flags"] & Flag.UNSUBSCRIBED:
        return "unsubscribed"
    if row["status"] in ("BLOCKED", "STOPPED"):
        return "bounced" if row["status"] == "BLOCKED" else "replied"
    was_mailed = row["status"] in ("COMPLETED", "INPROGRESS") or (
        row["status"] == "PAUSED" and row["flags"] & Flag.SENT
    )
    return "sent" if was_mailed else "queued"


def outcome(row: Row) -> str:
    """What came out of it (S3:137-145)."""
    if row["flags"] & Flag.UNSUBSCRIBED:
        return "UNSUBSCRIBED"
    if row["status"] == "BLOCKED":
        return "BOUNCED"
    if row["category_id"] in _WORD_OF_CATEGORY:
        return _WORD_OF_CATEGORY[row["category_id"]]
    return {"STARTED": "NOT_CONTACTED", "COMPLETED": "COMPLETED"}.get(row["status"], "IN_PROGRESS")


#: how an edition's words are found; None = the status itself is the word
WORD: dict[Words, Callable[[Row], str] | None] = {"canonical": None, "delivery": _delivery, "outcome": outcome}


def outcome_conditions(word: str) -> list[str]:
    """SQL on the facets of an enrolment: exactly the rows that show this word of S3."""
    if word == "UNSUBSCRIBED":
        return [f"(flags & {Flag.UNSUBSCRIBED:d}) != 0"]
    if word == "BOUNCED":
        return ["status = 'BLOCKED'", _SUBSCRIBED]
    if word in CATEGORY_OF_WORD:
        return [f"category_id = {CATEGORY_OF_WORD[word]}", "status != 'BLOCKED'", _SUBSCRIBED]
    statuses = {"NOT_CONTACTED": ("STARTED",), "COMPLETED": ("COMPLETED",)}.get(word, _IN_PROGRESS)
    return [f"status IN ({', '.join(f'{status!r}' for status in statuses)})", _NO_OUTCOME, _SUBSCRIBED]

"""Rules of tags. Pure: no rows, no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: what a tag gets that is made without a colour
DEFAULT_COLOR = "#4CAF50"

Action = Literal["added", "deleted", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one pair of a mailbox and a tag; `reason` is empty for what was done."""

    email_account_id: int
    tag_id: int
    action: Action
    reason: str = ""


def outcomes(
    account_ids: Sequence[int], tag_ids: Sequence[int], *, accounts: set[int], tags: set[int],
    done: set[tuple[int, int]], action: Action, else_: str,
) -> list[Outcome]:  # fmt: skip
    """Every pair once, mailbox by mailbox: one that was not `done` is skipped, one without mailbox or tag fails."""
    found = []
    for account_id in dict.fromkeys(account_ids):
        for tag_id in dict.fromkeys(tag_ids):
            if account_id not in accounts:
                found.append(Outcome(account_id, tag_id, "failed", "Email account not found"))
            elif tag_id not in tags:
                found.append(Outcome(account_id, tag_id, "failed", "Tag not found"))
            elif (account_id, tag_id) in done:
                found.append(Outcome(account_id, tag_id, action))
            else:
                found.append(Outcome(account_id, tag_id, "skipped", else_))
    return found

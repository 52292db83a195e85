"""Rules of the block list. Pure: no rows, no HTTP."""

from __future__ import annotations

import re

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def entry_of(text: str) -> str:
    """The form in which an entry is stored: trimmed, lower case, without a leading @."""
    return text.strip().lower().removeprefix("@")


def is_domain(entry: str) -> bool:
    """Whether an entry is a domain name."""
    return len(entry) <= 253 and _DOMAIN.fullmatch(entry) is not None

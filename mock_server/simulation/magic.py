"""Simulator addresses: `<what>[+label]@simulator.test`, or at a subdomain of it, do their one thing for every mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

DOMAIN = "simulator.test"
_MINUTE = 60_000

#: word -> milliseconds after the mail
DELAYS = {
    "open": 10 * _MINUTE, "click": 12 * _MINUTE, "reply": 60 * _MINUTE, "reply-interested": 60 * _MINUTE,
    "reply-not-interested": 60 * _MINUTE, "colleague-reply": 60 * _MINUTE, "forward-reply": 60 * _MINUTE,
    "unknown-reply": 60 * _MINUTE, "ooo": 2 * _MINUTE, "bounce": 1 * _MINUTE, "soft-bounce": 1 * _MINUTE,
    "unsubscribe": 30 * _MINUTE,
}  # fmt: skip
#: does nothing
SILENT = "silent"
WORDS = (*DELAYS, SILENT)

_UNITS = {"s": 1000, "m": _MINUTE, "h": 60 * _MINUTE, "d": 24 * 60 * _MINUTE}
_AFTER = re.compile(r"after-([0-9]{1,6})([smhd])")


@dataclass(frozen=True, slots=True)
class Script:
    """What an address does, and how long after the mail."""

    word: str
    delay: int


def is_simulated(address: str) -> bool:
    """Whether nobody but the simulator reads what is sent to a normalised address."""
    domain = address.rpartition("@")[2]
    return domain == DOMAIN or domain.endswith("." + DOMAIN)


def script_of(address: str) -> Script | None:
    """What a simulator address does; None when it does nothing (`silent`, or a word that is not known).

    A label `after-2d`, `after-90m`, `after-3h` or `after-30s` replaces the delay; any other label only tells
    addresses apart.
    """
    word, _, label = address.partition("@")[0].partition("+")
    if word not in DELAYS:
        return None
    after = _AFTER.search(label)
    return Script(word, int(after[1]) * _UNITS[after[2]] if after else DELAYS[word])

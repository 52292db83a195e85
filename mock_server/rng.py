"""Randomness: the only module that draws.

A draw depends on the seed of the workspace and on the names of what it is for, never on the order of calls.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

_ADJECTIVES = ("amber", "brass", "calm", "coral", "dawn", "ember", "fern", "gold", "hazel", "ivory", "jade", "linen",
               "maple", "north", "ocean", "pearl", "quartz", "rustic", "silver", "topaz")  # fmt: skip
_NOUNS = ("anchor", "beacon", "cedar", "delta", "falcon", "garden", "harbor", "island", "lamp", "meadow", "needle",
          "orchid", "pebble", "river", "sparrow", "tower", "valley", "willow", "yard", "zephyr")  # fmt: skip


def number(seed: int, *parts: object) -> int:
    """64 random bits that depend on the seed and the parts alone."""
    return int.from_bytes(_digest(8, seed, parts), "big")


def _digest(size: int, seed: int, parts: tuple[object, ...]) -> bytes:
    text = "\x1f".join([str(seed), *map(str, parts)])
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


def share(seed: int, *parts: object) -> float:
    """A number from 0 to below 1."""
    return number(seed, *parts) / 2**64


def uuid(seed: int, *parts: object) -> str:
    """A random (version 4) UUID."""
    return str(UUID(bytes=_digest(16, seed, parts), version=4))


def two_words(seed: int, *parts: object) -> str:
    """A human-readable key such as `amber-lamp` (S1: warmupKey)."""
    draw = number(seed, *parts)
    return f"{_ADJECTIVES[draw % len(_ADJECTIVES)]}-{_NOUNS[draw // 97 % len(_NOUNS)]}"

"""Rules of webhooks. Pure: no rows, no HTTP."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

Level = Literal["user", "client", "campaign"]

MAX_URL = 2000
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"[\w.:-]+")

#: the highest first: for an event type that it gets, a level silences those below it (R, R-guide)
_PRECEDENCE: tuple[Level, ...] = ("user", "client", "campaign")
_LEVELS: dict[str | int, Level] = {**{level: level for level in _PRECEDENCE}, 1: "user", 2: "client", 3: "campaign"}


def level_of(association_type: str | int) -> Level:
    """The level that a body asks for, by its name (R) or its number (OAS, R-core)."""
    return _LEVELS[association_type]


def prevailing(levels: Collection[str]) -> Level | None:
    """The level whose webhooks get an event, of those that have a webhook for its type; None when none has."""
    return next((level for level in _PRECEDENCE if level in levels), None)


def is_webhook_url(text: str) -> bool:
    """Whether events can be posted to a URL: http or https with a host, of any network (inferred)."""
    if len(text) > MAX_URL or _UNPRINTABLE.search(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is no port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "") is not None


def events_of(given: Mapping[str, Any]) -> list[str] | None:
    """The events that a body asks for in all its fields together; None when it has no such field."""
    if given.keys().isdisjoint(("event_types", "event_type_map", "event_type")):
        return None
    wanted = [name for name, yes in given.get("event_type_map", {}).items() if yes]
    single = [given["event_type"]] if "event_type" in given else []
    return list(dict.fromkeys([*given.get("event_types", ()), *wanted, *single]))


def categories_of(given: Mapping[str, Any]) -> list[str | int] | None:
    """The categories that a body asks for, names or ids, as `events_of`; the keys of a map are ids."""
    if given.keys().isdisjoint(("categories", "category_id_map", "category_id")):
        return None
    wanted = [int(key) for key, yes in given.get("category_id_map", {}).items() if yes]
    single = [given["category_id"]] if "category_id" in given else []
    return [*given.get("categories", ()), *wanted, *single]


def category_id(named: str | int, names: Mapping[int, str]) -> int | None:
    """The id of a category that is named by its exact name, or by its id; None when there is none."""
    if isinstance(named, int):
        return named if named in names else None
    return next((category for category, name in names.items() if name == named), None)

"""The formats that the validators know beside the standard ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import available_timezones

from mock_server.clock import parse_moment

_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_ZONES = frozenset(available_timezones())


def is_hour(text: str) -> bool:
    """`HH:MM` of a day of 24 hours."""
    return _HOUR.fullmatch(text) is not None


def is_timezone(text: str) -> bool:
    """A name of the IANA database."""
    return text in _ZONES


def is_moment(text: str) -> bool:
    """Anything that we read as a date or a date-time."""
    try:
        parse_moment(text)
    except (ValueError, OverflowError):
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "hour": is_hour, "timezone": is_timezone, "datetime-ish": is_moment, "date-time": is_moment, "date": is_moment,
}  # fmt: skip

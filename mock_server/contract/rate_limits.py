"""Rate-limit profiles: which windows a request counts in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

_WINDOW = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,6})(?: ([a-z-]+))?")


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in `seconds`; windows of one `name` share their count."""

    name: str
    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A profile. `windows`: rate class of an operation -> windows; the class `any` is for all others."""

    name: str
    windows: Mapping[str, tuple[Window, ...]]

    def windows_of(self, rate_class: str) -> tuple[Window, ...]:
        """The windows that a request of this class counts in; none when it is not limited."""
        return self.windows.get(rate_class) or self.windows.get("any", ())


OFF = RateLimit("off", {})


def load_profiles(root: Path) -> dict[str, RateLimit]:
    """All profiles that the document's directory describes, and `off`."""
    content = yaml.safe_load((root / "rate_limits.yaml").read_text("utf-8"))
    profiles = {
        name: RateLimit(name, {group: _windows(group, texts) for group, texts in entry["windows"].items()})
        for name, entry in content.items()
    }
    return {**profiles, "off": OFF}


def rate_limit(text: str, profiles: Mapping[str, RateLimit]) -> RateLimit:
    """A profile by its name, or `N/SECONDS`; ValueError with what is possible when it is neither."""
    if text in profiles:
        return profiles[text]
    match = _WINDOW.fullmatch(text)
    if match is None or match[3]:
        raise ValueError(f"{text!r} is no rate limit; use N/SECONDS or one of: {', '.join(profiles)}")
    return RateLimit(text, {"any": _windows("any", [text])})


def _windows(group: str, texts: list[str]) -> tuple[Window, ...]:
    found = []
    for text in texts:
        match = _WINDOW.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no window; write LIMIT/SECONDS")
        found.append(Window(f"{match[3] or group}/{match[2]}", int(match[1]), int(match[2])))
    return tuple(found)

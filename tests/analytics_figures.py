"""Numbers of global analytics as texts, what a call asks for, and figures of mails; no code of the server is in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from statistics import median
from zoneinfo import ZoneInfo

from tests.figures import POSITIVE, Json, Story

_NEVER = "0d 0h 0m 0s"


def half_up(value: Fraction | int, places: int = 0) -> Fraction:
    """Rounded; halves go up."""
    return Fraction(math.floor(value * 10**places + Fraction(1, 2)), 10**places)


def percent(part: int, whole: int) -> str:
    """`12.34%`."""
    hundredths = int(half_up(Fraction(100 * part, whole), 2) * 100) if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def number(value: Fraction | int) -> int | float:
    """As JSON has it."""
    return int(value) if value == int(value) else float(value)


def share(part: int, whole: int) -> int | float:
    """Percent as a number with two decimals."""
    return number(half_up(Fraction(100 * part, whole), 2)) if whole else 0


def duration(times: Iterable[Fraction]) -> tuple[str, str]:
    """The mean and the median of some seconds, as texts."""
    found = sorted(times)
    if not found:
        return _NEVER, _NEVER
    return _text(sum(found, Fraction()) / len(found)), _text(median(found))


def _text(seconds: Fraction) -> str:
    whole = int(half_up(seconds))
    return f"{whole // 86400}d {whole // 3600 % 24}h {whole // 60 % 60}m {whole % 60}s"


def between(first: str, last: str) -> Fraction:
    """Seconds from one moment to another."""
    gone = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    return Fraction(gone // timedelta(milliseconds=1), 1000)


def zone_of(text: str) -> tzinfo:
    """A zone by its name, or an offset; one without a sign is east."""
    if ":" not in text:
        return ZoneInfo(text)
    hours, minutes = (int(part) for part in text.strip("+-").split(":"))
    return timezone((-1 if text.startswith("-") else 1) * timedelta(hours=hours, minutes=minutes))


@dataclass(frozen=True)
class Asked:
    """The query of a call; `client`: whose key it has, None for the account's."""

    query: Mapping[str, str]
    client: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether the figures behind the raw counts are wanted."""
        return self.query.get("full_data") == "true"

    def ids(self, name: str) -> set[int] | None:
        """Some ids, None for all."""
        return {int(one) for one in self.query[name].split(",")} if self.query.get(name) else None

    def of_client(self, row: Json) -> bool:
        """Whether something belongs to one of the clients."""
        return self.sees(row) and ((chosen := self.ids("client_ids")) is None or row["client_id"] in chosen)

    def sees(self, row: Json) -> bool:
        """Whether something may be shown with this key."""
        return self.client is None or row["client_id"] == self.client

    def of_campaign(self, row: Json) -> bool:
        """Whether a campaign is one of those, and of the clients."""
        return ((chosen := self.ids("campaign_ids")) is None or row["id"] in chosen) and self.of_client(row)

    def day(self, moment: str) -> date:
        """The day of a moment, on the wall of the zone."""
        return datetime.fromisoformat(moment).astimezone(zone_of(self.query.get("timezone", "UTC"))).date()

    def days(self) -> list[date]:
        """The days of the range."""
        first, last = (date.fromisoformat(self.query[name]) for name in ("start_date", "end_date"))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def has(self, moment: str) -> bool:
        """Whether a moment is in the range."""
        return self.query["start_date"] <= self.day(moment).isoformat() <= self.query["end_date"]

    def page(self, rows: Sequence[Json]) -> list[Json]:
        """The rows of the page; all of them when there is no limit."""
        first = int(self.query.get("offset", 0))
        return list(rows[first:])[: int(self.query.get("limit", len(rows)))]


# ------------------------------------------------------------------------------------------------ figures of mails


def raw(mails: Sequence[Story]) -> Json:
    """What adds up over days, campaigns and mailboxes."""
    return {
        "sent": len(mails),
        "opened": sum(bool(one.opens) for one in mails),
        "replied": sum(bool(one.replies) for one in mails),
        "bounced": sum(bool(one.bounces) for one in mails),
    }


def leads(mails: Iterable[Story]) -> set[int]:
    """To whom they went."""
    return {one.lead for one in mails}


def opened(mails: Iterable[Story]) -> set[int]:
    """Who opened one of them."""
    return leads(one for one in mails if one.opens)


def answered(mails: Iterable[Story]) -> list[Story]:
    """Those that were answered."""
    return [one for one in mails if one.replies]


def positive(mails: Iterable[Story]) -> set[int]:
    """Who answered one of them, and has a positive category."""
    return leads(one for one in answered(mails) if one.row["lead_category_id"] in POSITIVE)


def full(mails: Sequence[Story]) -> Json:
    """All figures of a table."""
    found = raw(mails)
    reached, looked, won = len(leads(mails)), len(opened(mails)), len(positive(mails))
    return {
        **found,
        "unique_lead_count": reached,
        "unique_open_count": looked,
        "positive_replied": won,
        "open_rate": percent(looked, reached),
        "reply_rate": percent(found["replied"], looked or reached),
        "positive_reply_rate": percent(won, found["replied"]),
        "bounce_rate": percent(found["bounced"], reached),
    }


def figures(mails: Sequence[Story], asked: Asked) -> Json:
    """Those that a call wants."""
    return full(mails) if asked.is_full else raw(mails)

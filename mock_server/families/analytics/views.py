"""Analytics as `default` shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from mock_server.clock import iso
from mock_server.contract.registry import Reply
from mock_server.families.analytics.rules import Totals, rate, short_day, short_duration, weekday
from mock_server.state.database import Row

_FIGURES: Mapping[str, Callable[[Totals], int | str]] = {
    "sent": lambda of: of.sent,
    "opened": lambda of: of.opened,
    "replied": lambda of: of.replied,
    "bounced": lambda of: of.bounced,
    "unsubscribed": lambda of: of.unsubscribed,
    "unique_lead_count": lambda of: of.leads,
    "unique_lead_reached": lambda of: of.leads,
    "unique_open_count": lambda of: of.openers,
    "positive_replied": lambda of: of.positive,
    "open_rate": lambda of: rate(of.openers, of.leads),
    "reply_rate": lambda of: rate(of.replied, of.openers or of.leads),
    "positive_reply_rate": lambda of: rate(of.positive, of.replied),
    "bounce_rate": lambda of: rate(of.bounced, of.leads),
    "client_health": lambda of: rate(of.positive, of.leads),
}
#: what always comes, and what comes with it on demand
MAILS = ("sent", "opened", "replied", "bounced")
WHOLE = (
    *MAILS, "unique_lead_count", "unique_open_count", "positive_replied", "open_rate", "reply_rate",
    "positive_reply_rate", "bounce_rate",
)  # fmt: skip
OF_CLIENT = MAILS[:3]
WHOLE_OF_CLIENT = (*OF_CLIENT, *(name for name in WHOLE[4:] if name != "bounce_rate"), "client_health")


def answer(message: str, beside: Callable[[], Mapping[str, Any]] | None = None, **data: Any) -> Reply:
    """What every operation answers (R1; `ok` of some clients is another edition's)."""
    return Reply({"success": True, "message": message, "data": data}, beside=beside)


def page(params: Mapping[str, Any], rows: Sequence[Any]) -> list[Any]:
    """The rows from the offset on, all of them without a limit."""
    offset = params["offset"]
    return list(rows[offset : offset + params["limit"]] if "limit" in params else rows[offset:])


def figures(of: Totals, names: Iterable[str]) -> dict[str, Any]:
    """Figures under their names."""
    return {name: _FIGURES[name](of) for name in names}


def counted_in_text(of: Totals) -> dict[str, str]:
    """All figures; counts are texts too (R1)."""
    return {name: str(value) for name, value in figures(of, WHOLE).items()}


def day(of: date, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """One day (R1)."""
    return {"date": short_day(of), "day_name": weekday(of), "email_engagement_metrics": dict(metrics)}


def member_in_text(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A member of the team with rates and time as texts (R)."""
    rates = {name: f"{shown[name]:g}%" for name in ("reply_rate", "positive_reply_rate")}
    return {**shown, **rates, "average_reply_time": short_duration(shown["average_reply_time"])}


def campaign(row: Row, user_id: int) -> dict[str, Any]:
    """A campaign in the list (R1)."""
    plain = {name: row[name] for name in ("id", "name", "status", "client_id")}
    return {**plain, "user_id": user_id, "created_at": iso(row["created_at"])}

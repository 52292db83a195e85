"""Columns of mailboxes, from the fields of requests."""

from __future__ import annotations

from typing import Any

import orjson

#: written name -> column, where they differ
_NAMES = {
    "user_name": "username",
    "imap_user_name": "imap_username",
    "total_warmup_per_day": "warmup_per_day",
    "daily_rampup": "warmup_rampup",
    "reply_rate_percentage": "warmup_reply_rate",
    "warmup_key_id": "warmup_key",
}
#: fields in which null means "as it is", because the column always has a value
_KEEP_ON_NULL = ("max_email_per_day", "total_warmup_per_day", "reply_rate_percentage")


def kept(given: dict[str, Any]) -> dict[str, Any]:
    """The fields without those whose null means that nothing changes."""
    return {name: value for name, value in given.items() if not (value is None and name in _KEEP_ON_NULL)}


def warmup_columns(given: dict[str, Any]) -> dict[str, Any]:
    """The columns of fields about warm-up; a figure for the ramp-up switches it on, unless its switch is given."""
    columns = {_NAMES.get(name, name): value for name, value in given.items() if name != "warmup_enabled"}
    columns["warmup_status"] = "ACTIVE" if given["warmup_enabled"] else "INACTIVE"
    if given.get("daily_rampup") is not None:
        columns.setdefault("is_rampup_enabled", True)
    return columns


def saved_columns(given: dict[str, Any]) -> dict[str, Any]:
    """The columns that a save writes; optional fields that are left out keep their value or take the default."""
    columns = warmup_columns(kept(given))
    columns.pop("id", None)
    columns["address"] = given["from_email"].lower()
    columns |= {"smtp_failure": None, "imap_failure": None}
    if "token" in given:
        columns["oauth_token"] = orjson.dumps(columns.pop("token")).decode()
    return columns

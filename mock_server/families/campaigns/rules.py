"""Rules of campaigns. Pure: no rows, no HTTP."""

from __future__ import annotations

from typing import Any, Literal

Status = Literal["DRAFTED", "ACTIVE", "PAUSED", "STOPPED", "COMPLETED"]
StatusWord = Literal["START", "PAUSED", "STOPPED"]

#: written word -> read word (campaigns.yaml, read_versus_write_vocabulary)
TRACK_WORDS = {
    "DONT_TRACK_EMAIL_OPEN": "DONT_EMAIL_OPEN",
    "DONT_TRACK_LINK_CLICK": "DONT_LINK_CLICK",
    "DONT_TRACK_REPLY_TO_AN_EMAIL": "DONT_REPLY_TO_AN_EMAIL",
}

_NO_OPENS = "DONT_TRACK_EMAIL_OPEN"

_TRANSITIONS: dict[tuple[Status, StatusWord], Status] = {
    ("DRAFTED", "START"): "ACTIVE",
    ("PAUSED", "START"): "ACTIVE",
    ("COMPLETED", "START"): "ACTIVE",
    ("ACTIVE", "PAUSED"): "PAUSED",
    ("ACTIVE", "STOPPED"): "STOPPED",
    ("PAUSED", "STOPPED"): "STOPPED",
}


def target_of(word: StatusWord) -> Status:
    """The status that a written word asks for."""
    return "ACTIVE" if word == "START" else word


def next_status(status: Status, word: StatusWord) -> Status | None:
    """The status after `word`; the same one when the campaign has it already; None when the change is refused.

    STOPPED is final, a draft can only be started (campaigns.yaml, life_cycle).
    """
    if target_of(word) == status:
        return status
    return _TRANSITIONS.get((status, word))


def obstacle_to_start(*, has_step: bool, has_account: bool, has_schedule: bool) -> str | None:
    """Why a campaign cannot be started, in the words of the refusal; None when it can. Leads are not required."""
    if not has_step:
        return "no sequence"
    if not has_account:
        return "no email account"
    return None if has_schedule else "no schedule"


def hours_in_order(start: str, end: str) -> bool:
    """Whether a window may start and end so; equal hours pass, which the documented text does not cover."""
    return start <= end


def stops_lead(event: str, stop_word: str, stop_on_reply: int | None) -> bool:
    """Whether an event, in the words of stop_lead_settings, ends the steps of a lead (S1, S2)."""
    if event == "REPLY_TO_AN_EMAIL" and stop_on_reply is not None:
        return bool(stop_on_reply)
    return event == stop_word


def with_opens_tracked(track_settings: list[str], tracked: bool) -> list[str]:
    """What is not tracked, after opens are or are not (S2)."""
    others = [word for word in track_settings if word != _NO_OPENS]
    return others if tracked else [_NO_OPENS, *others]


def ooo_settings_clash(settings: dict[str, Any]) -> bool:
    """Re-activating and categorising out-of-office answers exclude each other (R, R1)."""
    return bool(settings.get("autoReactivateOOO")) and bool(settings.get("autoCategorizeOOO"))


def may_change_bounce_threshold(status: Status) -> bool:
    """Not while the campaign is running or paused (R1)."""
    return status not in ("ACTIVE", "PAUSED")

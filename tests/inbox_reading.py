"""Which conversations filters ask for, decided in plain Python on what other operations and the control API show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.conftest import Api
from tests.sending import Json, mails, ok

#: type in the ledger -> word of `emailStatus`
_TOLD = {
    "EMAIL_OPEN": "Opened", "EMAIL_LINK_CLICK": "Clicked", "EMAIL_REPLY": "Replied", "EMAIL_BOUNCE": "Bounced",
    "LEAD_UNSUBSCRIBED": "Unsubscribed",
}  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What a test put on a campaign that no operation shows."""

    team_member_id: int | None = None
    tag_ids: frozenset[int] = frozenset()


@dataclass
class Conversation:
    """A lead that got a mail in a campaign."""

    map_id: int
    campaign: Json
    lead: Json
    setting: Setting
    category_id: int | None
    email_account_id: int
    sent_at: str
    reply_at: str | None
    words: set[str] = field(default_factory=set)
    pushed_to: int | None = None


def conversations(api: Api, settings: dict[int, Setting]) -> list[Conversation]:
    """All conversations, from the campaigns, their leads, the mails and the ledger."""
    found: dict[int, Conversation] = {}
    for campaign in ok(api.get("/campaigns/")):
        rows = api.rows(campaign["id"])
        told = mails(api, campaign["id"]), mails(api, campaign["id"], "HAND"), mails(api, campaign["id"], "REPLY")
        for row in rows:
            sent, by_hand, replies = (
                [one for one in some if one["campaign_lead_map_id"] == row["campaign_lead_map_id"]] for some in told
            )
            if sent:
                found[row["campaign_lead_map_id"]] = Conversation(
                    row["campaign_lead_map_id"], campaign, row["lead"], settings.get(campaign["id"], Setting()),
                    row["lead_category_id"], sent[-1]["email_account_id"], max(one["at"] for one in [*sent, *by_hand]),
                    max((one["at"] for one in replies), default=None), {"Accepted", "Not Replied"},
                )  # fmt: skip
    for event in ok(api.control("GET", "/events?limit=1000")):
        one = found.get(event["campaign_lead_map_id"])
        if one is not None and event["type"] in _TOLD:
            one.words.add(_TOLD[event["type"]])
        if event["type"] == "LEAD_ENTERED_SUBSEQUENCE":
            found[event["data"]["from"]].pushed_to = event["campaign_id"]
    for one in found.values():
        one.words -= {"Accepted"} if "Bounced" in one.words else set()
        one.words -= {"Not Replied"} if "Replied" in one.words else set()
    return list(found.values())


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _searched(one: Conversation, text: str) -> bool:
    first, last = one.lead["first_name"] or "", one.lead["last_name"] or ""
    return any(text.lower() in part.lower() for part in (one.lead["email"], first, last, f"{first} {last}"))


def _categorised(one: Conversation, wanted: Json) -> bool:
    plain = {"unassigned": one.category_id is None, "isAssigned": one.category_id is not None}
    asked = [state for name, state in plain.items() if wanted.get(name)]
    among, not_among = wanted.get("categoryIdsIn"), wanted.get("categoryIdsNotIn")
    return (
        (not asked or any(asked))
        and (not among or one.category_id in among)
        and (not not_among or one.category_id not in not_among)
    )


def _replied_between(one: Conversation, bounds: list[str]) -> bool:
    return one.reply_at is not None and _at(bounds[0]) <= _at(one.reply_at) <= _at(bounds[1])


def _below(one: Conversation, child_id: int) -> bool:
    is_child = one.campaign["parent_campaign_id"] is not None and one.campaign["id"] == child_id
    return is_child or one.pushed_to == child_id


#: filter -> whether a conversation meets it; null and empty lists are asked before
_MEETS: dict[str, Callable[[Conversation, Any], bool]] = {
    "search": _searched,
    "leadCategories": _categorised,
    "emailStatus": lambda one, words: bool(one.words & set(_several(words))),
    "campaignId": lambda one, ids: one.campaign["id"] in _several(ids),
    "emailAccountId": lambda one, ids: one.email_account_id in _several(ids),
    "campaignTeamMemberId": lambda one, ids: one.setting.team_member_id in _several(ids),
    "campaignTagId": lambda one, ids: bool(one.setting.tag_ids & set(_several(ids))),
    "campaignClientId": lambda one, ids: one.campaign["client_id"] in _several(ids),
    "replyTimeBetween": _replied_between,
    "subSequenceId": _below,
}


def meets(one: Conversation, filters: Json) -> bool:
    """All filters hold; null and an empty list ask for nothing."""
    return all(value is None or value == [] or _MEETS[name](one, value) for name, value in filters.items())


def in_order(some: list[Conversation], *, by_sent: bool) -> list[Conversation]:
    """Newest first, those without such a moment last, of one moment the newer row first."""
    return sorted(
        some, key=lambda one: (one.sent_at if by_sent else one.reply_at or "", one.map_id), reverse=True
    )  # fmt: skip

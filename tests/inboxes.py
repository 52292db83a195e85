"""Conversations of the master inbox, as tests look at them and change them."""

from __future__ import annotations

from typing import Any

from tests.conftest import Api
from tests.hand_mails import reply, stats_id
from tests.sending import ALWAYS, Json, address, freeze, launch, moment, ok, react, until

#: list -> its path
PATHS = {
    "inbox": "inbox-replies", "unread": "unread-replies", "snoozed": "snoozed", "important": "important",
    "archived": "archived", "sent": "sent", "mine": "assigned-me", "views": "views", "scheduled": "scheduled",
    "reminders": "reminders",
}  # fmt: skip
#: lists that are sorted by the last reply or the last mail
BY_TIME = tuple(name for name in PATHS if name not in ("scheduled", "reminders"))
#: no reaction stops a lead
GOES_ON: Json = {"settings": {"stop_lead_settings": "CLICK_ON_A_LINK"}, **ALWAYS}
FIRST, UNKNOWN = 3_000_000_001, 3_999_999_999
NOT_FOUND = {"error": "Lead mapping not found"}


def ask(api: Api, name: str, /, *, history: bool = False, **body: Any) -> Any:
    """The answer of a list; `body` as it is sent."""
    params = {"fetch_message_history": "true"} if history else {}
    return api.post(f"/master-inbox/{PATHS[name]}", body, params=params)


def listed(api: Api, name: str, /, *, history: bool = False, **body: Any) -> list[Json]:
    """The rows of a list."""
    rows: list[Json] = ok(ask(api, name, history=history, **body))["data"]
    return rows


def names(api: Api, name: str, /, **body: Any) -> list[str]:
    """Whose conversations a list has, in order; each as the first part of the lead's address."""
    return [row["lead_email"].partition("@")[0] for row in listed(api, name, **body)]


def found(api: Api, name: str = "inbox", /, **filters: Any) -> list[str]:
    """Whose conversations meet filters."""
    return names(api, name, filters=filters)


def everywhere(api: Api) -> dict[str, list[str]]:
    """The lists that have anything, with their leads in order."""
    shown = {name: names(api, name) for name in PATHS}
    return {name: leads for name, leads in shown.items() if leads}


def mailed(api: Api, *leads: str, now: str = "02 12:00", **how: Any) -> int:
    """A campaign that mails its leads on Monday morning at nine, ten minutes after each other; noon has come."""
    freeze(api)
    campaign_id = launch(api, *(leads or ("bob",)), **{**GOES_ON, **how})
    until(api, now)
    return campaign_id


def map_id(api: Api, campaign_id: int, lead: str = "bob") -> int:
    """The id of a lead's row in a campaign."""
    row_id: int = api.row(campaign_id, address(lead))["campaign_lead_map_id"]
    return row_id


def item(api: Api, row_id: int) -> Json:
    """One conversation by its id."""
    rows: list[Json] = ok(api.get(f"/master-inbox/{row_id}"))["data"]
    return rows[0]


def mark(api: Api, row_id: int, **states: Any) -> Json:
    """Snooze, archive or mark a conversation."""
    shown: Json = ok(api.control("PUT", f"/inbox/{row_id}", states))
    return shown


def patch(api: Api, action: str, row_id: Any, **body: Any) -> Any:
    """The answer of a change by PATCH."""
    return api.patch(f"/master-inbox/{action}", {"email_lead_map_id": row_id, **body})


def post(api: Api, action: str, row_id: Any, **body: Any) -> Any:
    """The answer of a change by POST."""
    return api.post(f"/master-inbox/{action}", {"email_lead_map_id": row_id, **body})


def read(api: Api, row_id: Any, status: bool = True) -> None:
    """Note that a conversation was read, or was not."""
    ok(patch(api, "change-read-status", row_id, read_status=status))


def remind(api: Api, campaign_id: int, lead: str, when: str) -> None:
    """Ask for a reminder of a lead's first mail."""
    body = {"email_stats_id": stats_id(api, campaign_id, lead), "message": "Call", "reminder_time": moment(when)}
    ok(post(api, "set-reminder", map_id(api, campaign_id, lead), **body))


def schedule(api: Api, campaign_id: int, lead: str, when: str) -> None:
    """Answer a lead's first mail later."""
    named = stats_id(api, campaign_id, lead)
    assert reply(api, campaign_id, email_stats_id=named, scheduled_time=moment(when)).status_code == 200


def assign(api: Api, row_id: int, member: int | None = None) -> int:
    """Assign a conversation, by default to the user of the account; whom."""
    chosen: int = ok(api.get("/users/get-by-api-key"))["id"] if member is None else member
    ok(post(api, "update-team-member", row_id, team_member_id=chosen))
    return chosen


def receive(api: Api, account_id: int, sender: str = "pat@other.example", **mail: Any) -> int:
    """A mail comes into a mailbox that answers none; its number."""
    number: int = ok(api.control("POST", f"/email-accounts/{account_id}/messages", {"from": sender, **mail}))["id"]
    return number


def untracked(api: Api, **query: Any) -> list[Json]:
    """The mails that answer none, newest first."""
    replies: list[Json] = ok(api.get("/master-inbox/untracked-replies", params=query))["data"]["replies"]
    return replies


def two_campaigns(api: Api) -> None:
    """Six conversations over two campaigns: b and d answered at one moment, then c; a, e and f never did."""
    freeze(api)
    first = launch(api, "a", "b", "c", **GOES_ON)
    second = launch(api, "d", "e", "f", **GOES_ON)
    until(api, "02 12:00")
    react(api, first, "b", "reply")
    react(api, second, "d", "reply")
    until(api, "02 13:00")
    react(api, first, "c", "reply")

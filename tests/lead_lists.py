"""Tags and lead lists, made and read as a client does."""

from __future__ import annotations

from typing import Any

from tests.conftest import Api
from tests.sending import ok

UNKNOWN = 3_999_999_999


def tag(api: Api, name: str = "VIP", **more: str) -> int:
    """A new tag's id."""
    tag_id: int = ok(api.post("/tags", {"name": name, **more}))["data"]["id"]
    return tag_id


def lead_list(api: Api, *emails: str, name: str = "Prospects") -> int:
    """A new list's id, with leads of these addresses in it."""
    list_id: int = ok(api.post("/lead-list/", {"listName": name}))["data"]["id"]
    if emails:
        fill(api, list_id, *emails)
    return list_id


def fill(api: Api, list_id: int, *emails: str, **settings: bool) -> dict[str, int]:
    """Import addresses into a list; the figures of the import."""
    body = {"leadList": [{"email": email} for email in emails], "fileName": "leads.csv", "csvSettings": settings}
    figures: dict[str, int] = ok(api.post(f"/lead-list/{list_id}/import", body))["data"]
    return figures


def members(api: Api, list_id: int) -> list[str]:
    """The addresses of a list's leads, by id of the lead; the list counts as many."""
    found = [row["email"] for row in ok(api.get("/leads/all", params={"listId": list_id}))["data"]["leads"]]
    assert ok(api.get(f"/lead-list/{list_id}"))["data"]["leads_count"] == len(found)
    return found


def emails(api: Api, campaign_id: int) -> list[str]:
    """The addresses of a campaign's leads."""
    return [row["lead"]["email"] for row in api.rows(campaign_id)]


def ids(api: Api, *addresses: str) -> list[int]:
    """The ids of leads."""
    return [api.lead_id(address) for address in addresses]


def push(api: Api, place: str, **body: Any) -> Any:
    """The answer of a push that succeeds; `place`: to-campaign, to-list, leads/push-between-lists …"""
    return ok(api.post(f"/leads/{place}", body))


def tags_of_lead(api: Api, lead_id: int) -> list[dict[str, Any]]:
    """The tags of a lead, with the ids of the mappings."""
    rows: list[dict[str, Any]] = ok(api.get("/crm/leads/tags", params={"leadId": lead_id}))["data"]
    return rows

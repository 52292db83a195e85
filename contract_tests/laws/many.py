"""Lists that are long: whatever has no pages shows all there is, and what has pages goes on behind the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading
from contract_tests.shape.director import Director

#: of each kind of thing; more than any page that somebody may have thought of as enough
_MANY = 26
#: above the usual page of 100 leads
_LEADS = 105


def many(reading: Reading) -> Iterator[Finding]:
    """Make many of each kind in a world of our own, and count them."""
    do = reading.director
    if do is None:
        return
    campaign = do.campaign(2)
    paths: Mapping[str, Mapping[str, Any]] = {name: {"campaign_id": campaign} for name in _OF_A_CAMPAIGN}
    lists = [name for name in (*_OF_ALL, *_OF_A_CAMPAIGN) if reading.has(name)]
    before = {name: len(reading.whole(name, paths.get(name))) for name in lists}
    boxes = _of_all(do)
    _of_a_campaign(do, campaign, boxes)
    after = Reading(reading.phase, reading.world)
    for name in lists:
        shown = len(after.whole(name, paths.get(name)))
        wanted = before[name] + {**_OF_ALL, **_OF_A_CAMPAIGN}[name]
        after.held("many", name)
        if shown != wanted:
            after.wrong("many", name, f"shows {shown} rows, there are {wanted}", after.ask(name, paths.get(name)))
    yield from after.taken()


#: list -> how many rows there are more of
_OF_ALL = {
    "list_campaigns": _MANY, "list_email_accounts": _MANY, "list_clients": _MANY, "list_lead_lists": _MANY,
    "list_email_account_tags": _MANY, "list_global_block_list": _MANY, "list_client_api_keys": _MANY,
}  # fmt: skip
_OF_A_CAMPAIGN = {
    "list_campaign_email_accounts": _MANY, "list_campaign_webhooks": _MANY, "list_leads_by_campaign": _LEADS,
}  # fmt: skip


def _of_all(do: Director) -> list[int]:
    """The ids of the mailboxes among them."""
    entries = [do.address("many").partition("@")[0] + f".{do.target.safety.domain}" for _ in range(_MANY)]
    do.call("add_to_global_block_list", {"domain_block_list": entries, "client_id": None})
    for number in range(_MANY):
        do.call("create_campaign", {"name": do.word("campaign")})
        do.call("create_lead_list", {"listName": do.word("list")})
        do.call("create_email_account_tag", {"name": do.word("tag"), "color": "#4CAF50"})
        client = do.client()
        do.call("create_client_api_key", {"clientId": client, "keyName": f"key {number}"})
    return [do.mailbox() for _ in range(_MANY)]


def _of_a_campaign(do: Director, campaign: int, boxes: list[int]) -> None:
    do.call("add_campaign_email_accounts", {"email_account_ids": boxes}, campaign_id=campaign)
    do.leads(campaign, [{"email": do.address("many"), "first_name": "Ana"} for _ in range(_LEADS)])
    for _ in range(_MANY):
        do.webhook(campaign, "EMAIL_SENT")

"""Mails that are sent by hand in a campaign whose leads got their first mail."""

from __future__ import annotations

from typing import Any

from tests.conftest import Api
from tests.sending import (
    ALWAYS,
    Json,
    address,
    freeze,
    launch,
    mails,
    of_lead,
    ok,
    until,
)

UNKNOWN = 3_999_999_999
QUEUED = "Email added to the queue, will be sent out soon!"
BODY: Json = {"email_body": "<p>Thanks</p>"}


def mailed(api: Api, *lead_names: str, **how: Any) -> int:
    """A campaign whose leads got their first mail on Monday morning; it is noon."""
    freeze(api)
    campaign_id = launch(api, *(lead_names or ("bob",)), **{**ALWAYS, "settings": {
        "stop_lead_settings": "CLICK_ON_A_LINK"}, **how})  # fmt: skip
    until(api, "02 12:00")
    return campaign_id


def stats_id(api: Api, campaign_id: int, lead: str = "bob", number: int = 1) -> str:
    """Of the mail of a step to a lead."""
    return next(str(one["stats_id"]) for one in mails(api, campaign_id, lead=lead) if one["step"] == number)


def reply(api: Api, campaign_id: int, **more: Any) -> Any:
    """The answer to a reply."""
    body = {**BODY, **more}
    if "email_stats_id" not in body:
        body["email_stats_id"] = stats_id(api, campaign_id)
    return api.post(f"/campaigns/{campaign_id}/reply-email-thread", body)


def by_hand(api: Api, kind: str = "HAND") -> Json:
    """The only mail of a kind."""
    (mail,) = mails(api, kind=kind)
    return mail


def ledger(api: Api, kind: str = "MAIL_SENT_BY_HAND") -> list[Json]:
    """The events of a type."""
    found: list[Json] = ok(api.control("GET", f"/events?type={kind}&limit=1000"))
    return found


def history(api: Api, campaign_id: int, lead: str = "bob") -> list[Json]:
    """The history of a lead."""
    found: list[Json] = ok(api.get(f"{of_lead(api, campaign_id, lead)}/message-history"))["history"]
    return found


def last_sent_at(api: Api, lead: str = "bob") -> str | None:
    """When a lead got its last mail, as the API shows it."""
    shown = ok(api.get("/leads/", params={"email": address(lead)}))
    found: str | None = shown["lead_campaign_data"][0]["last_sent_at"]
    return found


def ok_text(answer: Any) -> None:
    """The answer must be a success in text."""
    assert (answer.status_code, answer.text) == (200, QUEUED)


def delete_mailbox(api: Api, campaign_id: int) -> None:
    """Delete the mailbox of the mail."""
    ok(api.delete(f"/email-accounts/{mails(api, campaign_id)[0]['email_account_id']}"))

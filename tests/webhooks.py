"""Calls that make, change, read and delete webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conftest import Api
from tests.worlds import DOCUMENT

URL = "https://hooks.example.com/sl"
SAVE: dict[str, Any] = {"name": "CRM", "webhook_url": URL, "event_types": ["EMAIL_REPLY"]}
USERS: dict[str, Any] = {"webhook_url": URL, "association_type": "user"}
UNKNOWN = 3_999_999_999
EVENTS: list[str] = DOCUMENT["components"]["schemas"]["WebhookEvent"]["enum"]


def saved(api: Api, campaign_id: int, **body: Any) -> int:
    """The id of a webhook that was saved in a campaign."""
    answer = api.post(f"/campaigns/{campaign_id}/webhooks", {**SAVE, **body})
    assert answer.status_code == 200, answer.text
    webhook_id: int = answer.json()["id"]
    return webhook_id


def created(api: Api, **body: Any) -> int:
    """The id of a webhook that was created, of the user unless something else is asked for."""
    answer = api.post("/webhook/create", {**USERS, **body})
    assert answer.status_code == 200, answer.text
    webhook_id: int = answer.json()["id"]
    return webhook_id


def update(api: Api, webhook_id: int, **body: Any) -> Any:
    """The answer to an update."""
    return api.request("PUT", f"/webhook/update/{webhook_id}", json=body)


def read(api: Api, webhook_id: int) -> dict[str, Any]:
    """The webhook."""
    answer = api.get(f"/webhook/{webhook_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()["data"]
    return shown


def events(api: Api, webhook_id: int) -> list[str]:
    """The events of a webhook."""
    return list(read(api, webhook_id)["event_type_map"])


def celebrate(answer: Any, source: str, key: str) -> None:
    """The answer is the validator's, about one key."""
    assert answer.status_code == 400, answer.text
    assert answer.json()["validation"] == {"source": source, "keys": [key]}


#: every way to delete a webhook of a campaign, by id
DELETIONS: dict[str, Callable[[Api, int, int], Any]] = {
    "campaign, body": lambda api, campaign, one: api.delete(f"/campaigns/{campaign}/webhooks", {"id": one}),
    "campaign, query": lambda api, campaign, one: api.delete(f"/campaigns/{campaign}/webhooks", params={"id": one}),
    "campaign, path": lambda api, campaign, one: api.delete(f"/campaigns/{campaign}/webhooks/{one}"),
    "campaign, body and path": lambda api, campaign, one: api.delete(
        f"/campaigns/{campaign}/webhooks/{one}", {"id": one}
    ),
    "body": lambda api, campaign, one: api.delete("/webhook/delete", {"id": one}),
    "path": lambda api, campaign, one: api.delete(f"/webhook/delete/{one}"),
}  # fmt: skip

"""Asking for global analytics, and a small world whose figures can be counted on the fingers."""

from __future__ import annotations

from typing import Any

from tests.conftest import Api
from tests.sending import Json, box, equip, freeze, ok, react, steps, until

#: the days in which everything of these worlds happens
DAYS: Json = {"start_date": "2026-03-01", "end_date": "2026-03-31"}
FULL = {"full_data": "true"}


def ask(api: Api, path: str, **query: Any) -> Any:
    """What the only key of `data` holds; all of March unless other days are asked for."""
    (found,) = data(api, path, **query).values()
    return found


def data(api: Api, path: str, **query: Any) -> Any:
    """The data of an answer."""
    return answer(api, path, **query)["data"]


def answer(api: Api, path: str, **query: Any) -> Any:
    """A whole answer."""
    return ok(api.get(f"/analytics/{path}", params={**(DAYS if path not in UNDATED else {}), **query}))


UNDATED = {
    "campaign/list", "campaign/status-stats", "client/list", "client/month-wise-count", "mailbox/overall-stats",
}  # fmt: skip


def client_of(api: Api, name: str) -> int:
    """A new client's id."""
    client_id: int = ok(api.post("/client/save", {"name": name, "email": f"{name}@clients.example"}))["clientId"]
    return client_id


def key_of(api: Api, client_id: int) -> Api:
    """The eyes of a client."""
    made = ok(api.post("/client/api-key", {"clientId": client_id, "keyName": "key"}))["data"]
    return Api(api.client, made["api_key"])


def first_week(api: Api, client_id: int | None = None) -> int:
    """A campaign of two steps and four leads, who all react; its id. It is then Thursday, the 5th, 12:00.

    Monday at 09:00, 09:10, 09:20, 09:30: step 1 to ann, bob, cyd, dan. At 12:00 ann and bob open, ann is interested,
    cyd answers, and dan's mail comes back. Wednesday at 09:10: step 2 to bob, who refuses on Thursday at 12:00.
    """
    freeze(api)
    own = {} if client_id is None else {"client_id": client_id}
    campaign_id = campaign_of_week(api, **own)
    until(api, "02 12:00")
    react_of_monday(api, campaign_id)
    until(api, "05 12:00")
    react(api, campaign_id, "bob", "reply-not-interested")
    return campaign_id


def campaign_of_week(api: Api, *leads: str, **campaign: Any) -> int:
    """The campaign of `first_week`, started."""
    campaign_id = api.campaign(**campaign)
    return equip(
        api, campaign_id, *(leads or ("ann", "bob", "cyd", "dan")), sequence=steps(0, 2),
        boxes=[box(api, f"box{campaign_id}")],
    )  # fmt: skip


def react_of_monday(api: Api, campaign_id: int) -> None:
    """What the leads do on the first day."""
    for lead, words in {"ann": "open reply-interested", "bob": "open", "cyd": "reply", "dan": "bounce"}.items():
        for word in words.split():
            react(api, campaign_id, lead, word)

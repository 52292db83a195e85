"""Keys of clients, as tests call with them, and worlds that belong to a client."""

from __future__ import annotations

from typing import Any

from tests import worlds
from tests.conftest import Api
from tests.sending import ok
from tests.worlds import World

FULL_ACCESS = "full_access"
UNKNOWN = 3_999_999_999
MOMENT = {"mode": "frozen", "now": "2026-01-05T09:00:00Z"}


class ClientApi(Api):
    """Calls with the key of a client; the control API is asked with the account's own key."""

    def __init__(self, owner: Api, client_id: int, key: str) -> None:
        super().__init__(owner.client, key)
        self.owner = owner
        self.client_id = client_id

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """A call of the control API for the account."""
        return self.owner.control(method, path, json)

    def allow(self, *permission: str) -> None:
        """Give the client these permissions, in place of those that it has."""
        (row,) = ok(self.get("/client/"))
        same = {name: row[name] for name in ("id", "name", "email")}
        ok(self.owner.post("/client/save", {**same, "permission": list(permission)}))


class _Builder(ClientApi):
    """The same for `worlds.build`, which makes a world of an account: here all of it is this client's."""

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        """POST that names no other client; what only the account may do is done for this client."""
        if path == "/client/save":
            return self.owner.post(path, {**json, "id": self.client_id, "permission": [FULL_ACCESS]})
        if path == "/client/api-key":
            return self.owner.post(path, json)
        body = {k: v for k, v in json.items() if k != "client_id"} if isinstance(json, dict) else json
        return super().post(path, body, **more)

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """Of the mails that are asked for, those that are newer than the worlds before."""
        newer = f"&after={self._mail_before()}" if path.startswith("/messages") else ""
        return super().control(method, path + newer, json)

    def _mail_before(self) -> int:
        ids = [0, *(one["id"] for one in ok(self.owner.control("GET", "/messages?type=SINGLE")))]
        return int(ids[-2])


def client_of(api: Api, name: str = "one", *permission: str) -> ClientApi:
    """A new client with a key."""
    made = worlds.client_of(api, name, *permission)
    return ClientApi(api, made.id, made.key)


def make_key(api: Api, client_id: int, name: str = "Key") -> dict[str, Any]:
    """The record of a new key."""
    record: dict[str, Any] = ok(api.post("/client/api-key", {"clientId": client_id, "keyName": name}))["data"]
    return record


def world_of(client: ClientApi, marker: str) -> World:
    """A world in which everything is the client's, made with its own key; a lead has got a mail in it."""
    builder = _Builder(client.owner, client.client_id, client.key)
    return worlds.mailed(client.owner, worlds.build(builder, marker))


def two_clients(owner: Api) -> tuple[ClientApi, World, ClientApi, World]:
    """Anna and Boris: clients of one account who may do everything, each with a world; the clock is frozen."""
    ok(owner.control("PUT", "/clock", MOMENT))
    anna, boris = client_of(owner, "anna", FULL_ACCESS), client_of(owner, "boris", FULL_ACCESS)
    return anna, world_of(anna, "anna"), boris, world_of(boris, "boris")

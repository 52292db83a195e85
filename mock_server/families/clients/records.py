"""Reading and writing clients and their keys; other families ask here whose something new is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from mock_server import rng
from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.clients import keys
from mock_server.families.clients.tables import client, client_api_key
from mock_server.state.database import Row
from mock_server.state.statements import Statement, contains, of_client, one_of, this_workspace

_c, _k = client.c, client_api_key.c
_OWN_CLIENTS = (this_workspace(client), of_client(_c.id))
_ALL = Statement(select(client).where(*_OWN_CLIENTS).order_by(_c.id))
_ONE = Statement(select(client).where(*_OWN_CLIENTS, _c.id == bindparam("id")))
_SOME = Statement(select(client).where(*_OWN_CLIENTS, one_of(_c.id, "ids")))
_BY_ADDRESS = Statement(select(client).where(this_workspace(client), _c.address == bindparam("address")))
_ANY = Statement(select(_c.id).where(this_workspace(client)).limit(1))
_LIVE_KEY = Statement(
    select(client_api_key).where(this_workspace(client_api_key), _k.id == bindparam("id"), _k.deleted_at.is_(None))
)


def all_clients(ctx: Context) -> list[Row]:
    """Every client, by id."""
    return ctx.db.all(_ALL)


def any_client(ctx: Context) -> bool:
    """Whether the account has a client at all."""
    return ctx.db.one(_ANY) is not None


def find_or_none(ctx: Context, client_id: int | None) -> Row | None:
    """The client, if there is one of that id."""
    return None if client_id is None else ctx.db.one(_ONE, id=client_id)


def emails(ctx: Context, client_ids: Sequence[int]) -> dict[int, str]:
    """Id of a client -> its address, of those that exist."""
    return {row["id"]: row["email"] for row in ctx.db.all(_SOME, ids=list(client_ids))}


def find(ctx: Context, client_id: int) -> Row:
    """The client; ApiError `client_not_found` when the workspace has none of that id."""
    row = find_or_none(ctx, client_id)
    if row is None:
        raise ApiError(
            "client_not_found", hint=f"This workspace has no client {client_id}; POST /client/save makes one."
        )
    return row


def by_address(ctx: Context, address: str) -> Row | None:
    """The client of an address, in any case."""
    return ctx.db.one(_BY_ADDRESS, address=address.lower())


def insert(ctx: Context, **columns: Any) -> int:
    """Make a client; its id."""
    client_id = ctx.db.next_ids("client")
    uuid = rng.uuid(ctx.workspace.seed, "client", client_id)
    ctx.db.insert(client, **{"id": client_id, "created_at": ctx.now, "updated_at": ctx.now, **columns, "uuid": uuid})
    return client_id


def owner(ctx: Context, wanted: int | None) -> int | None:
    """Whose something is to be: a client's key makes its own things only.

    Raises ApiError `not_permitted` when a client's key names another client.
    """
    if ctx.client is None:
        return wanted
    if wanted not in (None, ctx.client.id):
        raise ApiError("not_permitted", hint=f"This key is of client {ctx.client.id}; it acts for no other one.")
    return ctx.client.id


def insert_key(ctx: Context, client_id: int, name: str) -> Row:
    """Make a key of a client."""
    key_id = ctx.db.next_ids("client_api_key")
    own = {"client_id": client_id, "key_name": name, "api_key": keys.value(ctx.workspace, key_id, 0)}
    ctx.db.insert(client_api_key, id=key_id, created_at=ctx.now, updated_at=ctx.now, **own)
    return find_key(ctx, key_id)


def find_key(ctx: Context, key_id: int) -> Row:
    """The record of a key that opens something; ApiError `client_api_key_not_found` when there is none."""
    row = ctx.db.one(_LIVE_KEY, id=key_id)
    if row is None:
        raise ApiError("client_api_key_not_found", hint="GET /client/api-key lists the ids of keys and their status.")
    return row


def change_key(ctx: Context, key_id: int, **columns: Any) -> None:
    """Set columns of a key's record."""
    ctx.db.update(client_api_key, {"id": key_id}, updated_at=ctx.now, **columns)


@cache
def _keys(filters: frozenset[str]) -> Statement:
    conditions: dict[str, Any] = {
        "client_id": _k.client_id == bindparam("client_id"),
        "active": _k.deleted_at.is_(None),
        "inactive": _k.deleted_at.is_not(None),
        "part": contains(_k.key_name, "part"),
    }
    query = select(client_api_key).where(this_workspace(client_api_key), of_client(_k.client_id))
    return Statement(query.where(*(conditions[name] for name in sorted(filters))).order_by(_k.id))


def all_keys(ctx: Context, filters: dict[str, Any]) -> list[Row]:
    """The keys that meet all filters, by id; a filter's value is bound where its condition takes one."""
    values = {name: value for name, value in filters.items() if value is not None}
    return ctx.db.all(_keys(frozenset(filters)), **values)

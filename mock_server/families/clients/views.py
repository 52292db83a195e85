"""Clients, their keys, the user and the credit as the API shows them."""

from __future__ import annotations

from typing import Any

import orjson

from mock_server.clock import iso, iso_or_none
from mock_server.context import Context
from mock_server.families.clients.rules import OWNER_EMAIL, OWNER_NAME
from mock_server.state.database import Row

#: when every account was made, since a workspace has no beginning
_ACCOUNT_SINCE = "2025-01-01T00:00:00.000Z"
#: the balance of an account whose credit has no limit
UNLIMITED = 1_000_000


def identity(row: Row, user_id: int) -> dict[str, Any]:
    """Who a client is (R1)."""
    plain = {name: row[name] for name in ("id", "name", "email", "uuid", "logo", "logo_url")}
    return {**plain, "created_at": iso(row["created_at"]), "user_id": user_id}


def client(row: Row, user_id: int) -> dict[str, Any]:
    """A client in the list, with what it may do (S1)."""
    permission = {"permission": orjson.loads(row["permission"]), "restricted_category": []}
    return {**identity(row, user_id), "client_permission": permission}


def api_key(row: Row, user_id: int) -> dict[str, Any]:
    """A key's record, the key itself in clear (R, C:sdk-py)."""
    return {
        **{name: row[name] for name in ("id", "client_id", "key_name", "api_key")},
        "status": "active" if row["deleted_at"] is None else "inactive",
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "user_id": user_id,
        "deleted_at": iso_or_none(row["deleted_at"]),
    }


def user(ctx: Context, of: Row | None, *, is_agency: bool) -> dict[str, Any]:
    """The user of the key; `of` is the client whose key it is (OAS)."""
    person = {"email": OWNER_EMAIL, "name": OWNER_NAME} if of is None else of
    return {
        "id": ctx.workspace.user_id,
        "email": person["email"],
        "name": person["name"],
        "company": "Example Company",
        "account_type": "PRO",
        "api_key": ctx.workspace.key if ctx.client is None else ctx.client.key,
        "created_at": _ACCOUNT_SINCE,
        "is_agency": is_agency,
        "client_id": None if of is None else of["id"],
        "subscription_status": "ACTIVE",
    }


def credit(used: int, left: int | None) -> dict[str, int]:
    """The balance of leads; without a limit, one that is never used up (OAS)."""
    remaining = UNLIMITED if left is None else left
    return {"total_credits": used + remaining, "used_credits": used, "remaining_credits": remaining}

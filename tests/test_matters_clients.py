"""Every parameter and field of the operations on clients, their keys and the team has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.clients import make_key
from tests.conftest import Api
from tests.matters import matters
from tests.sending import ok
from tests.worlds import client_of

ANN = {"name": "Ann Ltd", "email": "ann@client.example"}
CLIENTS, KEYS = "/client/", "/client/api-key"


def two(api: Api) -> None:
    """Two clients with a key each, and another key of the first that is deleted."""
    for name in ("one", "two"):
        client_of(api, name)
    ok(api.delete(f"/client/api-key/{make_key(api, 1001, 'old')['id']}"))


def team(api: Api) -> None:
    """A campaign, and two who can have it."""
    api.campaign()
    for name in ("Kim", "Lee"):
        ok(api.control("POST", "/team-members", {"name": name}))


@pytest.mark.parametrize(
    ("field", "a", "b", "body"),
    [
        ("id", 1001, 1002, ANN),
        ("name", "x", "y", ANN),
        ("email", "x@client.example", "y@client.example", ANN),
        ("password", "x", "y", ANN),
        ("permission[]", ["leads"], ["campaigns"], ANN),
        ("permission[]", ["leads"], [], {**ANN, "id": 1001}),
        ("logo", "x", "y", ANN),
        ("logo", "x", None, {**ANN, "id": 1001}),
        ("logo_url", "https://x.example", "https://y.example", ANN),
        ("uuid", "x", "y", {**ANN, "id": 1001}),
    ],
)
def test_a_client_is_read_as_saved(client: TestClient, field: str, a: Any, b: Any, body: Any) -> None:
    """Each field shows in the list, the password in the answer."""
    matters(client, "save_client", field, a, b, given=two, body=body, reads=[CLIENTS])


@pytest.mark.parametrize(("field", "a", "b"), [("clientId", 1001, 1002), ("keyName", "x", "y")])
def test_a_key_is_read_as_made(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Whose it is, and its name."""
    body = {"clientId": 1001, "keyName": "x"}
    matters(client, "create_client_api_key", field, a, b, given=two, body=body, reads=[KEYS])


@pytest.mark.parametrize(
    ("field", "a", "b"), [("clientId", 1001, 1002), ("status", "active", "inactive"), ("keyName", "one", "two")]
)
def test_which_keys_are_listed(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each filter narrows the list."""
    matters(client, "list_client_api_keys", field, a, b, given=two)


@pytest.mark.parametrize(("a", "b"), [(1001, 1002), (1001, None)])
def test_a_campaign_is_its_team_members(client: TestClient, a: int, b: int | None) -> None:
    """It counts for the member it was assigned to."""
    board = "/analytics/team-board/overall-stats?start_date=2026-01-01&end_date=2026-01-01"
    matters(client, "update_campaign_team_member", "teamMemberId", a, b, given=team, reads=[board])

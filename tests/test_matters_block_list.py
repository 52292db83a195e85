"""Every parameter and field of the block-list operations has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.matters import matters

ENTRIES = "/leads/get-domain-block-list"


def three_entries(api: Api) -> None:
    """A domain of the account, an address at it of client 22, and a domain of client 23."""
    for entry, client_id in (("rival.example", None), ("ann@rival.example", 22), ("foe.example", 23)):
        body = {"domain_block_list": [entry], "client_id": client_id}
        assert api.post("/leads/add-domain-block-list", body).status_code == 200


@pytest.mark.parametrize(
    ("operation", "field", "a", "b"),
    [
        ("list_global_block_list", "offset", 0, 1),
        ("list_global_block_list", "limit", 1, 2),
        ("list_global_block_list", "filter_client_id", 22, 23),
        ("list_global_block_list", "filter_email_or_domain", "rival", "foe"),
        ("list_global_block_list", "filter_email_with_domain", "ann@rival.example", "ann@foe.example"),
        ("delete_from_global_block_list", "id", 1001, 1002),
        ("add_to_global_block_list", "domain_block_list[]", ["one.example"], ["two.example"]),
        ("add_to_global_block_list", "client_id", 22, None),
        ("add_emails_to_block_list", "emails[]", ["one@one.example"], ["two@two.example"]),
    ],
)
def test_the_list_follows_what_is_sent(client: TestClient, operation: str, field: str, a: Any, b: Any) -> None:
    """Entries are found, added and deleted as asked."""
    body = {"domain_block_list": ["one.example"]} if field == "client_id" else None
    matters(client, operation, field, a, b, given=three_entries, body=body, reads=[ENTRIES])

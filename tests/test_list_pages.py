"""The bare lists, which have no total: their pages laid end to end are the whole, under every filter."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.worlds import fresh

FAR = 2**53 - 1


def listed(api: Api, path: str, filters: dict[str, Any], limit: int, name: str) -> list[Any]:
    """One field of every row of a bare list, page by page until a page is short."""
    found: list[Any] = []
    for number in itertools.count():
        page = api.get(path, params={**filters, "offset": number * limit, "limit": limit}).json()
        found += [row[name] for row in page]
        if len(page) < limit:
            assert api.get(path, params={**filters, "offset": len(found), "limit": limit}).json() == []
            assert api.get(path, params={**filters, "offset": FAR, "limit": limit}).json() == []
            return found
    raise AssertionError


@pytest.fixture(scope="module")
def block_list(client: TestClient) -> tuple[Api, list[tuple[str, int | None]]]:
    """2600 entries of the account and of two clients, by turns, some deleted again."""
    api = fresh(client)
    entries: list[tuple[str, int | None]] = []
    for batch in range(13):
        owner = (None, 22, 23)[batch % 3]
        values = [
            f"v{n}.example" if n % 2 else f"ann_{n}@v{n - 1}.example" for n in range(batch * 200, batch * 200 + 200)
        ]
        api.post("/leads/add-domain-block-list", {"domain_block_list": values, "client_id": owner})
        entries += [(value, owner) for value in values]
    ids = listed(api, "/leads/get-domain-block-list", {}, 1000, "id")
    doomed = set(random.Random(6).sample(range(len(entries)), 200)) | set(range(300, 700))
    for position in doomed:
        assert api.delete("/leads/delete-domain-block-list", params={"id": ids[position]}).status_code == 200
    return api, [entry for position, entry in enumerate(entries) if position not in doomed]


ENTRY_FILTERS: list[tuple[dict[str, Any], Callable[[str, int | None], bool]]] = [
    ({}, lambda value, owner: True),
    ({"filter_client_id": 22}, lambda value, owner: owner == 22),
    ({"filter_client_id": 99}, lambda value, owner: False),
    ({"filter_email_or_domain": "V12"}, lambda value, owner: "v12" in value),
    ({"filter_email_or_domain": "_1"}, lambda value, owner: "_1" in value),
    ({"filter_email_or_domain": "%"}, lambda value, owner: False),
    (
        {"filter_email_with_domain": "ann_2000@v1999.example"},
        lambda value, owner: value in ("ann_2000@v1999.example", "v1999.example"),
    ),
    ({"filter_client_id": 23, "filter_email_or_domain": "ann"}, lambda value, owner: owner == 23 and "ann" in value),
]


@pytest.mark.parametrize(
    ("filters", "test"), ENTRY_FILTERS, ids=lambda value: str(value) if isinstance(value, dict) else ""
)
@pytest.mark.parametrize("limit", [83, 1000])
def test_pages_of_the_block_list_are_the_whole(
    block_list: tuple[Api, list[tuple[str, int | None]]], filters: dict[str, Any], test: Any, limit: int
) -> None:
    """The block list pages by entry, under each filter, also past deleted entries."""
    api, entries = block_list
    expected = [value for value, owner in entries if test(value, owner)]
    assert listed(api, "/leads/get-domain-block-list", filters, limit, "email_or_domain") == expected


ACCOUNT_FILTERS: list[tuple[dict[str, Any], Callable[[int], bool]]] = [
    ({}, lambda n: True),
    ({"isInUse": "true"}, lambda n: n % 5 == 0),
    ({"isInUse": "false"}, lambda n: n % 5 != 0),
    ({"isSmtpSuccess": "true"}, lambda n: True),
    ({"isSmtpSuccess": "false"}, lambda n: False),
    ({"isWarmupBlocked": "true"}, lambda n: False),
    ({"isWarmupBlocked": "false"}, lambda n: True),
    ({"emailWarmupStatus": "ACTIVE"}, lambda n: n % 2 == 0),
    ({"emailWarmupStatus": "INACTIVE"}, lambda n: n % 2 == 1),
    ({"esp": "GMAIL"}, lambda n: n % 3 == 1),
    ({"esp": "SMTP"}, lambda n: n % 3 == 0),
    ({"username": "BOX1"}, lambda n: str(n).startswith("1")),
    ({"username": "_"}, lambda n: False),
    ({"client_id": 22}, lambda n: n % 4 == 0),
    ({"client_id": 22, "esp": "OUTLOOK", "isInUse": "true"}, lambda n: n % 60 == 20),
]


@pytest.fixture(scope="module")
def mailboxes(client: TestClient) -> tuple[Api, list[int]]:
    """120 mailboxes of several kinds, one in five in a campaign; every seventh is deleted again."""
    api = fresh(client)
    ids = [
        api.account(
            f"box{n}@sender.example", type=("SMTP", "GMAIL", "OUTLOOK")[n % 3], warmup_enabled=n % 2 == 0,
            client_id=22 if n % 4 == 0 else None,
        )
        for n in range(120)
    ]  # fmt: skip
    api.post(f"/campaigns/{api.campaign()}/email-accounts", {"email_account_ids": ids[::5]})
    for account_id in ids[::7]:
        assert api.delete(f"/email-accounts/{account_id}").status_code == 200
    return api, [n for n in range(120) if n % 7]


@pytest.mark.parametrize(
    ("filters", "test"), ACCOUNT_FILTERS, ids=lambda one: str(one) if isinstance(one, dict) else ""
)
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_of_mailboxes_are_the_whole(
    mailboxes: tuple[Api, list[int]], filters: dict[str, Any], test: Callable[[int], bool], limit: int
) -> None:
    """The mailboxes page by id, under each filter, without those that are deleted."""
    api, numbers = mailboxes
    expected = [f"box{n}@sender.example" for n in numbers if test(n)]
    assert listed(api, "/email-accounts/", filters, limit, "from_email") == expected

"""A key is a world: keys that hold the same ids never see or change each other's rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.telling import everything_stored
from tests.worlds import OPERATIONS, READS, Described, World, build, call, everything, fresh, mailed

MOMENT = {"mode": "frozen", "now": "2026-01-05T09:00:00Z"}


def frozen_world(api: Api, marker: str) -> World:
    """A world that is made at a fixed moment."""
    assert api.control("PUT", "/clock", MOMENT).status_code == 200
    return mailed(api, build(api, marker))


def without_marks(text: str, marker: str) -> str:
    """An answer without what may differ between keys: the marker, the user and keys."""
    text = re.sub(r'"user_id":\d+', '"user_id":0', text.replace(marker, "MARK"))
    text = re.sub(r'"team_member_id":\d+', '"team_member_id":0', text)
    text = re.sub(r'{"id":\d+,("email"|"name":"Account Owner")', r'{"id":0,\1', text)  # the user of a key
    return re.sub(r'"api_key":"[^"]+"', '"api_key":""', text)


@dataclass(frozen=True)
class Kept:
    """A key with a world that nobody changes, and its rows."""

    api: Api
    world: World
    rows: dict[str, list[dict[str, Any]]]

    def assert_untouched(self) -> None:
        """Every row is as it was."""
        assert everything_stored(self.api) == self.rows


def kept(client: TestClient, marker: str) -> Kept:
    """A world that is made once for all tests here."""
    api = fresh(client)
    return Kept(api, frozen_world(api, marker), everything_stored(api))


@pytest.fixture(scope="module")
def anna(client: TestClient) -> Kept:
    """Of whom another key must see and change nothing."""
    return kept(client, "anna")


@pytest.fixture(scope="module")
def boris(client: TestClient) -> Kept:
    """Another one."""
    return kept(client, "boris")


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_no_operation_of_another_key_reaches_the_rows(anna: Kept, other: Api, one: Described) -> None:
    """Whatever a key does with ids that another key has too, the other key's rows stay, and it reads none of them."""
    world = frozen_world(other, "boris")
    assert anna.world.ids == world.ids
    answer = call(other, one, world)
    assert answer.status_code == one.status, answer.text
    assert "anna" not in answer.text
    anna.assert_untouched()


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_a_key_without_rows_reaches_none(anna: Kept, other: Api, one: Described) -> None:
    """A key that has made nothing neither reads nor changes what another key made, even with its ids."""
    answer = call(other, one, anna.world)
    sent: list[str] = anna.world.fields["email_ids"]
    assert "anna" not in answer.text.replace(sent[0], "")  # a refusal may repeat what was asked for
    anna.assert_untouched()


@pytest.mark.parametrize("one", READS, ids=lambda one: one.id)
def test_two_keys_with_the_same_calls_read_the_same_but_their_own_texts(
    anna: Kept, boris: Kept, one: Described
) -> None:
    """After the same calls two keys read the same ids and shapes, each with its own texts."""
    mine, theirs = (call(of.api, one, of.world).text for of in (anna, boris))
    assert "boris" not in mine
    assert "anna" not in theirs
    assert without_marks(mine, "anna") == without_marks(theirs, "boris")


CONTROL: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/reset", None),
    ("PUT", "/clock", {"mode": "live"}),
    ("POST", "/clock/advance", {"days": 400}),
    ("PUT", "/settings", {"edition": "live", "lead_credit": 0, "community_bounce_list": ["lead1@anna.example"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), CONTROL, ids=lambda value: str(value)[:20])
def test_control_of_another_key_reaches_nothing(
    api: Api, other: Api, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """Resetting, moving the clock or changing the settings of a key leaves the other key's rows, clock and settings."""
    anna = frozen_world(api, "anna")
    frozen_world(other, "boris")
    before = everything(api, anna), api.control("GET", "/clock").text, api.control("GET", "/settings").text
    assert other.control(method, path, body).status_code == 200
    assert (everything(api, anna), api.control("GET", "/clock").text, api.control("GET", "/settings").text) == before


def test_lists_of_another_key_keep_no_lead_out(api: Api, other: Api) -> None:
    """An address that another key has blocked, unsubscribed, imported or saved as a mailbox is free here."""
    address, campaign_id = "ann@shared.example", other.campaign()
    other.add(campaign_id, address)
    other.post(f"/leads/{other.lead_id(address)}/unsubscribe")
    other.post("/leads/add-domain-block-list", {"domain_block_list": ["shared.example"]})
    other.account(address)
    mine = api.campaign()
    assert api.add(mine, address, ignore_duplicate_leads_in_other_campaign=True)["total_leads"] == 1
    assert api.row(mine, address)["status"] == "STARTED"
    assert api.row(mine, address)["lead"]["is_unsubscribed"] is False
    assert api.account(address) == 1001


FILTERS = [
    ("/campaigns/", "client_id", ["anna spring", "anna child"], ["anna autumn"]),
    ("/email-accounts/", "client_id", ["box@anna.example"], ["post@anna.example"]),
    ("/leads/get-domain-block-list", "filter_client_id", ["anna.foe.example"], ["anna.rival.example"]),
    ("/leads/all", "clientId", ["lead1@anna.example", "lead3@anna.example"], []),
]


@pytest.mark.parametrize(("path", "name", "shown", "hidden"), FILTERS, ids=lambda value: str(value))
def test_a_client_filter_shows_that_client_of_this_key_only(
    api: Api, other: Api, path: str, name: str, shown: list[str], hidden: list[str]
) -> None:
    """A list that is narrowed to a client shows neither another client's rows nor those of the client's twin."""
    build(api, "anna")
    build(other, "boris")
    text = api.get(path, params={name: 22}).text
    assert [word for word in shown if word not in text] == []
    assert [word for word in [*hidden, "boris"] if word in text] == []
    assert "anna" not in api.get(path, params={name: 24}).text


@pytest.mark.parametrize(
    "variant", [str.upper, lambda key: f"{key} ", lambda key: f" {key}", lambda key: f"{key}\u0301"]
)
def test_keys_are_compared_letter_by_letter(api: Api, variant: Any) -> None:
    """A key that differs in case, in a space or in an accent is another key."""
    build(api, "anna")
    alike = Api(api.client, variant(api.key))
    assert alike.get("/campaigns/").json() == []

"""What the key of a client may do: read and reply; with full access everything, but only with what is its own."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.contract.document import resolve
from tests.clients import FULL_ACCESS, UNKNOWN, ClientApi, client_of, make_key, world_of
from tests.conftest import Api
from tests.sending import ok
from tests.worlds import DOCUMENT, LISTS, OPERATIONS, Described, World, body_for, call, everything, fresh, path_of

NOT_PERMITTED = {"message": "You do not have permission to perform this action."}
#: what no client may do, whatever it is permitted
OWNERS_ONLY = {"save_client", "create_client_api_key", "delete_client_api_key", "reset_client_api_key"}
#: webhooks of the user, and mails that answer none, are the account's
USER_LEVEL = {"create_webhook_plural", "associate_untracked_reply"}
#: calls that are no GET and yet only read or reply
READ_OR_REPLY = {
    "fetch_email_account_messages", "bulk_fetch_email_account_messages", "get_tags_by_email_addresses",
    "reply_email_thread", *(one.id for one in LISTS),
}  # fmt: skip
WEBHOOK: dict[str, Any] = {"webhook_url": "https://inbox.simulator.test/x", "event_type_map": {"EMAIL_SENT": True}}


def refusal_of(one: Described) -> tuple[int, Any] | None:
    """Status and body of the refusal that an operation documents for a client, if it does."""
    for status, response in one.operation["responses"].items():
        for media in resolve(DOCUMENT, response).get("content", {}).values():
            for name, example in media.get("examples", {}).items():
                shown = resolve(DOCUMENT, example)
                if "not_permitted" in shown.get("x-codes", [name]):
                    return int(status), shown["value"]
    return None


def may_be_refused(one: Described) -> bool:
    """Whether the document has the refusal among an operation's answers."""
    return refusal_of(one) is not None


def refused(answer: Any, one: Described | None = None) -> bool:
    """Whether the key may not do that; a refusal says why."""
    expected = (403, NOT_PERMITTED) if one is None else refusal_of(one)
    if answer.status_code not in (401, 403) or (answer.status_code, answer.json()) != expected:
        return False
    assert answer.headers["x-mock-hint"]
    return True


@pytest.fixture(scope="module")
def held(client: TestClient) -> tuple[ClientApi, World, list[tuple[str, int, str]]]:
    """A client that made a world and lost its permissions then, its world and what it reads; nobody changes these."""
    anna = client_of(fresh(client, "2026-01-05T09:00:00Z"), "anna", FULL_ACCESS)
    world = world_of(anna, "anna")
    anna.allow("reply_master_inbox", "campaigns", "email_accounts", "leads")
    return anna, world, everything(anna, world)


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_the_document_has_the_refusal_where_something_is_changed(one: Described) -> None:
    """Whatever is more than reading and replying documents that it may be refused, and nothing else does."""
    assert may_be_refused(one) == (one.method != "GET" and one.id not in READ_OR_REPLY)


@pytest.mark.parametrize("one", [one for one in OPERATIONS if may_be_refused(one)], ids=lambda one: one.id)
def test_without_full_access_nothing_is_changed(
    held: tuple[ClientApi, World, list[tuple[str, int, str]]], one: Described
) -> None:
    """A client without the permission is refused each change of its own things, and reads what it read before."""
    anna, world, before = held
    assert refused(call(anna, one, world), one)
    assert anna.control("GET", "/state").text == before[-1][2]


def test_the_refusals_left_all_as_it_was(held: tuple[ClientApi, World, list[tuple[str, int, str]]]) -> None:
    """After every refused change in turn, the client reads in every place what it read before."""
    anna, world, before = held
    for one in OPERATIONS:
        if may_be_refused(one):
            assert refused(call(anna, one, world), one)
    assert everything(anna, world) == before


@pytest.mark.parametrize("one", [one for one in OPERATIONS if not may_be_refused(one)], ids=lambda one: one.id)
def test_without_full_access_one_reads_and_replies(
    client: TestClient, held: tuple[ClientApi, World, list[tuple[str, int, str]]], one: Described
) -> None:
    """What only reads, and the reply in a thread, succeed without any permission."""
    anna, world, _ = held
    if one.id == "reply_email_thread":
        anna = client_of(fresh(client, "2026-01-05T09:00:00Z"), "anna", FULL_ACCESS)
        world = world_of(anna, "anna")
        anna.allow()
    assert call(anna, one, world).status_code == one.status


@pytest.mark.parametrize("one", [one for one in OPERATIONS if may_be_refused(one)], ids=lambda one: one.id)
def test_with_full_access_ones_own_things_are_changed(client: TestClient, one: Described) -> None:
    """A client with the permission does everything with its own, but for what is the account's."""
    anna = client_of(fresh(client, "2026-01-05T09:00:00Z"), "anna", FULL_ACCESS)
    world = world_of(anna, "anna")
    if one.id == "update_email_account":  # the document's example names a client
        body = {**body_for(one, world), "client_id": anna.client_id}
        answer = anna.post(path_of(one, world), body)
    else:
        answer = call(anna, one, world)
    if one.id in OWNERS_ONLY | USER_LEVEL:
        assert refused(answer, one)
    else:
        assert answer.status_code == one.status, answer.text


def test_the_permission_holds_for_keys_that_there_are(api: Api) -> None:
    """Permissions are the client's: they are given to and taken from all its keys at once."""
    anna = client_of(api, "anna")
    second = ClientApi(api, anna.client_id, make_key(api, anna.client_id)["api_key"])
    for words, status in (([], 403), ([FULL_ACCESS], 200), (["Full_Access", "full"], 403), (["x", FULL_ACCESS], 200)):
        anna.allow(*words)
        assert [one.post("/campaigns/create", {}).status_code for one in (anna, second)] == [status, status]


def test_what_a_client_makes_is_the_clients(api: Api) -> None:
    """Campaigns, mailboxes and entries of the block list are the client's, named or not; another's name is refused."""
    anna, boris = client_of(api, "anna", FULL_ACCESS), client_of(api, "boris", FULL_ACCESS)
    parent = anna.campaign(name="parent")
    account = {
        "from_name": "Ann", "user_name": "x", "password": "x", "smtp_host": "smtp.sender.example", "smtp_port": 465,
        "imap_host": "imap.sender.example", "imap_port": 993, "warmup_enabled": False, "from_email": "x@sender.example",
    }  # fmt: skip
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("/campaigns/create", {"name": "{n}"}),
        ("/campaigns/create-subsequence", {"parent_campaign_id": parent, "subsequence_name": "{n}"}),
        ("/email-accounts/save", {**account, "from_email": "box{n}@sender.example"}),
        ("/leads/add-domain-block-list", {"domain_block_list": ["rival{n}.example"]}),
        (f"/campaigns/{parent}/settings", {}),
    ]
    for path, body in wanted:
        names: list[dict[str, Any]] = [{}, {"client_id": None}, {"client_id": anna.client_id}]
        for n, named in enumerate(names):
            own = {key: numbered(value, n) for key, value in body.items()}
            answer = anna.post(path, {**own, **named})
            assert answer.status_code in ((200, 400) if named == {"client_id": None} else (200,)), answer.text
        for foreign in (boris.client_id, UNKNOWN):
            before = api.control("GET", "/state").text
            assert refused(anna.post(path, {**{k: numbered(v, 9) for k, v in body.items()}, "client_id": foreign}))
            assert api.control("GET", "/state").text == before
    ok(anna.post("/leads/block-list", {"emails": ["ann@rival.example"]}))
    for read in ("/campaigns/", "/email-accounts/", "/leads/get-domain-block-list"):
        rows = ok(api.get(read))
        assert len(rows) >= 3
        assert {row["client_id"] for row in rows} == {anna.client_id}
        assert ok(boris.get(read)) == []


def numbered(value: Any, n: int) -> Any:
    """A value with a number in its texts."""
    if isinstance(value, list):
        return [numbered(one, n) for one in value]
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


def test_a_copy_of_a_clients_campaign_is_the_clients(api: Api) -> None:
    """Though a copy drops the client of the account's campaign, what a client copies stays its own."""
    anna = client_of(api, "anna", FULL_ACCESS)
    campaign_id = anna.campaign()
    for body in ({}, {"duplicate_client_label": False}, {"duplicate_client_label": True}):
        copy_id = ok(anna.post(f"/campaigns/{campaign_id}/duplicate", body))["newCampaignId"]
        assert ok(anna.get(f"/campaigns/{copy_id}"))["client_id"] == anna.client_id


def test_webhooks_of_a_client(api: Api) -> None:
    """A client makes webhooks of itself and of its campaigns, none of the user, of another client or campaign."""
    anna, boris = client_of(api, "anna", FULL_ACCESS), client_of(api, "boris", FULL_ACCESS)
    mine, theirs = anna.campaign(), boris.campaign()
    assert refused(anna.post("/webhook/create", {**WEBHOOK, "association_type": 1}))
    assert refused(anna.post("/webhook/create", {**WEBHOOK, "association_type": 2, "client_id": boris.client_id}))
    assert refused(anna.post("/webhooks", {"webhook_url": WEBHOOK["webhook_url"], "event_types": ["EMAIL_SENT"]}))
    foreign = {**WEBHOOK, "association_type": 3, "email_campaign_id": theirs}
    assert anna.post("/webhook/create", foreign).status_code == 404
    for own in (
        {"association_type": 2, "client_id": anna.client_id},
        {"association_type": 3, "email_campaign_id": mine},
    ):
        made = ok(anna.post("/webhook/create", {**WEBHOOK, **own}))["id"]
        assert ok(anna.get(f"/webhook/{made}"))["data"]["webhook_url"] == WEBHOOK["webhook_url"]
        assert boris.get(f"/webhook/{made}").status_code == 404


@pytest.fixture
def shared(api: Api) -> tuple[ClientApi, ClientApi, int, int]:
    """Two clients, each with a campaign that has the lead ann@one.example; the ids of the campaigns."""
    anna, boris = client_of(api, "anna", FULL_ACCESS), client_of(api, "boris", FULL_ACCESS)
    campaigns = anna.campaign(), boris.campaign()
    for key, campaign_id in zip((anna, boris), campaigns, strict=True):
        added = key.add(campaign_id, "ann@one.example", ignore_duplicate_leads_in_other_campaign=False)
        assert added["total_leads"] == 1, added
    return anna, boris, *campaigns


@pytest.mark.parametrize("other_is", ["a client", "the account"])
def test_a_shared_lead_keeps_its_record(api: Api, other_is: str, shared: tuple[ClientApi, ClientApi, int, int]) -> None:
    """A lead that others' campaigns have too is not changed, deleted or tagged by a client; alone with it, it is."""
    anna, _, hers, his = shared
    lead_id, tag_id = anna.lead_id("ann@one.example"), ok(api.post("/tags", {"name": "VIP"}))["data"]["id"]
    if other_is == "the account":
        ok(api.post(f"/campaigns/{his}/settings", {"client_id": None}))
    mapping = ok(api.post("/crm/leads/tags", {"leadId": lead_id, "tagIds": [tag_id]}))["data"][0]["id"]
    second = ok(api.post("/tags", {"name": "cold"}))["data"]["id"]
    changes: list[tuple[str, str, Any]] = [
        ("POST", f"/campaigns/{hers}/leads/{lead_id}", {"email": "ann@one.example", "first_name": "Ann"}),
        ("POST", "/crm/leads/tags", {"leadId": lead_id, "tagIds": [second]}),
        ("DELETE", f"/crm/leads/tags/{mapping}", None),
        ("DELETE", f"/leads/{lead_id}", None),
    ]
    before = api.get(f"/leads/{lead_id}").text, api.get("/crm/leads/tags", params={"leadId": lead_id}).text
    for method, path, body in changes:
        assert refused(anna.request(method, path, **({} if body is None else {"json": body}))), path
    assert (api.get(f"/leads/{lead_id}").text, api.get("/crm/leads/tags", params={"leadId": lead_id}).text) == before
    ok(api.delete(f"/campaigns/{his}/leads/{lead_id}"))
    for method, path, body in changes:
        ok(anna.request(method, path, **({} if body is None else {"json": body})))
    assert ok(api.get("/leads/", params={"email": "ann@one.example"})) == {}


def test_a_shared_lead_leaves_ones_own_campaign_alone(api: Api, shared: tuple[ClientApi, ClientApi, int, int]) -> None:
    """Taking it out, pausing it and giving it a category hold in the client's campaign; in the other it goes on."""
    anna, boris, hers, his = shared
    lead_id, before = anna.lead_id("ann@one.example"), boris.rows(his)
    ok(anna.post(f"/campaigns/{hers}/leads/{lead_id}/pause"))
    ok(anna.post(f"/campaigns/{hers}/leads/{lead_id}/category", {"category_id": 2}))
    ok(anna.delete(f"/campaigns/{hers}/leads/{lead_id}"))
    assert anna.rows(hers) == []
    assert ok(anna.get("/leads/", params={"email": "ann@one.example"})) == {}
    assert boris.rows(his) == before


def test_a_client_takes_its_own_lead_out_for_good(api: Api) -> None:
    """A lead that is in no other campaign is deleted with its client's key as with the account's."""
    anna = client_of(api, "anna", FULL_ACCESS)
    campaign_id = anna.campaign()
    anna.add(campaign_id, "ann@one.example", "ben@one.example")
    ann, ben = (anna.lead_id(f"{name}@one.example") for name in ("ann", "ben"))
    assert anna.delete(f"/campaigns/{campaign_id}/leads/{ann}").status_code == 200
    assert anna.delete(f"/campaigns/{campaign_id}/leads", {"lead_ids": [ben]}).status_code == 200
    assert ok(api.get("/leads/global-leads"))["data"] == []


def test_a_client_unsubscribes_from_the_clients_campaigns(
    api: Api, shared: tuple[ClientApi, ClientApi, int, int]
) -> None:
    """The lead is unsubscribed in all of the client's campaigns and kept out of its later ones; others go on."""
    anna, boris, hers, his = shared
    second, lead_id = anna.campaign(), anna.lead_id("ann@one.example")
    anna.add(second, "ann@one.example", ignore_duplicate_leads_in_other_campaign=False)
    ok(anna.post(f"/leads/{lead_id}/unsubscribe"))
    for campaign_id, unsubscribed in ((hers, 1), (second, 1), (his, 0)):
        assert len(api.rows(campaign_id, emailStatus="is_unsubscribed")) == unsubscribed
        lead = api.row(campaign_id, "ann@one.example")["lead"]
        assert lead["is_unsubscribed"] is False
        assert lead["unsubscribed_client_id_map"] == {str(anna.client_id): True}
    settings = {"ignore_duplicate_leads_in_other_campaign": False}
    assert anna.add(anna.campaign(), "ann@one.example", **settings)["unsubscribed_leads"] == ["ann@one.example"]
    assert api.add(api.campaign(client_id=anna.client_id), "ann@one.example", **settings)["total_leads"] == 0
    for owner in (boris, api):
        assert owner.add(owner.campaign(), "ann@one.example", **settings)["total_leads"] == 1


def test_who_unsubscribed_from_a_client_gets_nothing_in_its_sub_sequences(api: Api) -> None:
    """A lead that is pushed into a sub-sequence of the client after that is unsubscribed there."""
    anna = client_of(api, "anna", FULL_ACCESS)
    campaign_id = anna.campaign()
    child = ok(anna.post("/campaigns/create-subsequence", {"parent_campaign_id": campaign_id}))["id"]
    anna.add(campaign_id, "ann@one.example")
    ok(anna.post(f"/leads/{anna.lead_id('ann@one.example')}/unsubscribe"))
    map_id = anna.row(campaign_id, "ann@one.example")["campaign_lead_map_id"]
    ok(anna.post("/master-inbox/push-to-subsequence", {"email_lead_map_id": map_id, "sub_sequence_id": child}))
    assert len(anna.rows(child)) == len(anna.rows(child, emailStatus="is_unsubscribed")) == 1

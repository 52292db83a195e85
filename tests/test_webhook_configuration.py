"""Webhooks: three generations of routes act on the same records, each in the words of its documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import Api
from tests.store import rows
from tests.webhooks import DELETIONS, EVENTS, SAVE, URL, USERS, celebrate, created, events, read, saved, update
from tests.worlds import DOCUMENT

MAKERS: dict[str, Callable[[Api, int], int]] = {
    "save": saved,
    "create": lambda api, campaign_id: created(
        api, association_type="campaign", email_campaign_id=campaign_id, name="CRM", event_type="EMAIL_REPLY"
    ),
    "create by number": lambda api, campaign_id: created(
        api, association_type=3, email_campaign_id=campaign_id, name="CRM", event_type_map={"EMAIL_REPLY": True}
    ),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("delete", DELETIONS.values(), ids=DELETIONS)
def test_every_generation_sees_what_another_one_made(
    api: Api, make: Callable[[Api, int], int], delete: Callable[[Api, int, int], Any]
) -> None:
    """However a campaign's webhook is made, all routes read, change and delete it, and once gone it is gone for all."""
    campaign_id = api.campaign()
    kept, webhook_id = saved(api, campaign_id, webhook_url=f"{URL}/kept"), make(api, campaign_id)
    place = f"/campaigns/{campaign_id}/webhooks"
    shown = read(api, webhook_id)
    listed = api.get(place).json()
    assert [row["id"] for row in listed] == [kept, webhook_id]
    assert listed[1] == {
        **{name: shown[name] for name in ("id", "name", "webhook_url", "created_at", "updated_at")},
        "email_campaign_id": campaign_id, "event_types": ["EMAIL_REPLY"], "categories": [],
    }  # fmt: skip
    assert update(api, webhook_id, event_types=["EMAIL_SENT"], name="new").json() == {
        "ok": True, "id": webhook_id, "message": "Webhook saved successfully",
    }  # fmt: skip
    assert [(row["name"], row["event_types"]) for row in api.get(place).json()][1] == ("new", ["EMAIL_SENT"])
    answer = api.post(place, {**SAVE, "id": webhook_id, "categories": ["Wrong Person", "Interested"]}).json()
    assert (answer["id"], answer["categories"]) == (webhook_id, ["Wrong Person", "Interested"])
    assert read(api, webhook_id)["category_id_map"] == {"7": True, "1": True}
    answer = delete(api, campaign_id, webhook_id)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert [row["id"] for row in api.get(place).json()] == [kept]
    gone = [api.get(f"/webhook/{webhook_id}"), update(api, webhook_id), api.post(place, {**SAVE, "id": webhook_id})]
    for refused in (*gone, *(again(api, campaign_id, webhook_id) for again in DELETIONS.values())):
        assert (refused.status_code, refused.json()) == (404, {"error": "Resource not found"})


def test_a_save_answers_what_both_documents_show(api: Api) -> None:
    """Lists and maps, the id and the campaign; the live service leaves the lists out."""
    campaign_id = api.campaign()
    body = {**SAVE, "event_types": ["LEAD_CATEGORY_UPDATED", "EMAIL_SENT"], "categories": ["Interested"]}
    live = {
        "ok": True, "id": 1001, "name": "CRM", "webhook_url": URL, "email_campaign_id": campaign_id,
        "event_type_map": {"LEAD_CATEGORY_UPDATED": True, "EMAIL_SENT": True}, "category_id_map": {"1": True},
    }  # fmt: skip
    lists = {"event_types": ["LEAD_CATEGORY_UPDATED", "EMAIL_SENT"], "categories": ["Interested"]}
    assert api.post(f"/campaigns/{campaign_id}/webhooks", body).json() == {**live, **lists}
    assert api.post(f"/campaigns/{campaign_id}/webhooks", {**body, "id": 1001}, edition="live").json() == live


def test_categories_are_needed_live_only(api: Api) -> None:
    """The live service was seen to refuse a save without categories, which the reference's page has no word for."""
    path = f"/campaigns/{api.campaign()}/webhooks"
    celebrate(api.post(path, SAVE, edition="live"), "body", "categories")
    assert api.post(path, {**SAVE, "categories": ["Interested"]}, edition="live").status_code == 200
    celebrate(api.post(path, {**SAVE, "categories": []}), "body", "categories")
    assert api.post(path, SAVE).json()["categories"] == []


@pytest.mark.parametrize("level", ["user", "client", "campaign"])
def test_an_owner_that_is_null_is_none(api: Api, level: str) -> None:
    """As a webhook is read; who has to be named must not be null."""
    owners: dict[str, Any] = {"email_campaign_id": None, "client_id": None}
    needed = {"client": "client_id", "campaign": "email_campaign_id"}.get(level)
    if needed:
        celebrate(api.post("/webhook/create", {**USERS, "association_type": level, **owners}), "body", needed)
        owners[needed] = api.campaign()
    webhook_id = created(api, association_type=level, **owners)
    assert read(api, webhook_id)["email_campaign_id"] == owners["email_campaign_id"]


OWNERS = [{"association_type": "user"}, {"association_type": 1}, {"association_type": "client", "client_id": 22},
          {"association_type": 2, "client_id": 22}]  # fmt: skip


@pytest.mark.parametrize("owner", OWNERS, ids=str)
def test_webhooks_above_a_campaign_are_not_in_its_list(api: Api, owner: dict[str, Any]) -> None:
    """A webhook of the user or of a client has no campaign, even if one is sent, and no campaign's route reaches it."""
    campaign_id = api.campaign(client_id=22)
    webhook_id = created(api, **owner, email_campaign_id=campaign_id)
    assert read(api, webhook_id)["email_campaign_id"] is None
    assert api.get(f"/campaigns/{campaign_id}/webhooks").json() == []
    place = f"/campaigns/{campaign_id}/webhooks"
    assert api.post(place, {**SAVE, "id": webhook_id}).status_code == 404
    assert api.delete(place, {"id": webhook_id}).status_code == 404
    assert read(api, webhook_id)["name"] == ""
    assert api.delete(f"/webhook/delete/{webhook_id}").status_code == 200


def test_each_campaign_lists_its_own(api: Api) -> None:
    """The list names the campaign that was asked for."""
    for campaign_id in (api.campaign(), api.campaign()):
        created(api, association_type="campaign", email_campaign_id=campaign_id, webhook_type="any")
        [one] = api.get(f"/campaigns/{campaign_id}/webhooks").json()
        assert one["email_campaign_id"] == campaign_id


def test_a_webhook_of_another_campaign_is_out_of_reach(api: Api) -> None:
    """A campaign's routes change and delete its own webhooks only."""
    mine, theirs = api.campaign(), api.campaign()
    webhook_id = saved(api, theirs)
    before = read(api, webhook_id)
    assert api.post(f"/campaigns/{mine}/webhooks", {**SAVE, "id": webhook_id, "name": "x"}).status_code == 404
    assert api.delete(f"/campaigns/{mine}/webhooks/{webhook_id}").status_code == 404
    assert api.get(f"/campaigns/{mine}/webhooks").json() == []
    assert read(api, webhook_id) == before


def test_the_guides_route_makes_a_webhook_of_the_user(api: Api) -> None:
    """It is served with low evidence, and not at all live."""
    body = {"webhook_url": URL, "event_types": ["REPLY_RECEIVED", "LEAD_UNSUBSCRIBED"]}
    live = api.post("/webhooks", body, edition="live")
    assert (live.status_code, "Cannot POST /api/v1/webhooks" in live.text) == (404, True)
    answer = api.post("/webhooks", body)
    shown = {"id": 1001, "webhook_url": URL, "event_types": ["EMAIL_REPLY", "LEAD_UNSUBSCRIBED"], "is_active": True}
    assert (answer.json(), answer.headers["x-mock-evidence"]) == (shown, "low")
    assert read(api, 1001)["email_campaign_id"] is None
    assert [row["level"] for row in rows(api, "webhook")] == ["user"]


def test_webhooks_go_with_their_campaign(api: Api) -> None:
    """As soon as a campaign is deleted its webhooks are gone for every route; those of others stay."""
    campaign_id, other_id = api.campaign(), api.campaign()
    gone, kept, users = saved(api, campaign_id), saved(api, other_id), created(api)
    assert api.delete(f"/campaigns/{campaign_id}").status_code == 200
    assert api.get(f"/campaigns/{campaign_id}/webhooks").status_code == 404
    assert api.get(f"/webhook/{gone}").status_code == 404
    assert update(api, gone, name="x").status_code == 404
    assert api.delete("/webhook/delete", {"id": gone}).status_code == 404
    assert [read(api, one)["name"] for one in (kept, users)] == ["CRM", ""]


def test_a_secret_stays_with_its_webhook(api: Api) -> None:
    """Each webhook has a random UUID that no change touches, the same for the same seed and id."""
    first, second = created(api), created(api, webhook_url=f"{URL}/2")
    secrets = [row["secret_key"] for row in rows(api, "webhook")]
    assert len({UUID(secret) for secret in secrets}) == 2
    assert {UUID(secret).version for secret in secrets} == {4}
    for one in (first, second):
        assert update(api, one, webhook_url=f"{URL}/{one}", event_type="EMAIL_SENT").status_code == 200
    assert [row["secret_key"] for row in rows(api, "webhook")] == secrets


# ------------------------------------------------------------------------------------------ words

SCHEMAS = DOCUMENT["components"]["schemas"]
GENERATIONS: dict[str, Callable[[Api, str], int]] = {
    "CampaignWebhookEventWord": lambda api, word: saved(api, api.campaign(), event_types=[word]),
    "WebhookEventWord": lambda api, word: created(api, event_type=word),
    "AccountWebhookEventWord": lambda api, word: api.post(
        "/webhooks", {"webhook_url": URL, "event_types": [word]}
    ).json()["id"],
}
WORDS = [
    (name, word, SCHEMAS[name]["x-words"].get(word, word)) for name in GENERATIONS for word in SCHEMAS[name]["enum"]
]


@pytest.mark.parametrize(("generation", "word", "event"), WORDS)
def test_every_word_of_a_document_is_stored_as_one_of_the_delivered_ones(
    api: Api, generation: str, word: str, event: str
) -> None:
    """Each generation takes the words of its documents; what is read is always the word that is delivered."""
    assert event in EVENTS
    assert events(api, GENERATIONS[generation](api, word)) == [event]


def test_a_map_knows_the_words_that_a_list_knows() -> None:
    """The keys of the map are the words of the same generation, with the same meaning."""
    parts = SCHEMAS["WebhookEventMap"]["properties"]
    in_map = {name: event for event, part in parts.items() for name in (event, *part.get("x-synonyms", ()))}
    assert in_map == {word: event for name, word, event in WORDS if name == "WebhookEventWord"}


@pytest.mark.parametrize("word", ["EMAIL_OPENED", "REPLIED", "REPLY_RECEIVED", "email_sent", "", "EMAIL_FOO"])
def test_words_of_other_generations_are_refused(api: Api, word: str) -> None:
    """The campaign's route knows neither the words of other routes nor other spellings."""
    answer = api.post(f"/campaigns/{api.campaign()}/webhooks", {**SAVE, "event_types": ["EMAIL_SENT", word]})
    assert (answer.status_code, answer.json()) == (400, {"error": f"Invalid event_types - {word}"})


def test_an_event_counts_once(api: Api) -> None:
    """In however many spellings and fields it is given; the order is kept."""
    webhook_id = saved(api, api.campaign(), event_types=["LEAD_REPLIED", "EMAIL_SENT", "EMAIL_REPLY", "EMAIL_SENT"])
    assert events(api, webhook_id) == ["EMAIL_REPLY", "EMAIL_SENT"]
    both = {"event_type_map": {"OPENED": True, "EMAIL_SENT": True, "EMAIL_REPLY": False}, "event_type": "EMAIL_OPENED"}
    assert events(api, created(api, **both)) == ["EMAIL_OPEN", "EMAIL_SENT"]


def test_two_spellings_of_a_map_must_agree(api: Api) -> None:
    """Saying yes and no to one event is refused."""
    body = {**USERS, "event_type_map": {"EMAIL_OPEN": True, "OPENED": False}}
    assert api.post("/webhook/create", body).status_code == 400
    assert events(api, created(api, event_type_map={"EMAIL_OPEN": True, "OPENED": True})) == ["EMAIL_OPEN"]


def test_no_event_gets_nothing_and_says_so(api: Api) -> None:
    """A webhook without events is made; a hint tells what that means."""
    answer = api.post("/webhook/create", USERS)
    assert (answer.status_code, "no event" in answer.headers["x-mock-hint"]) == (200, True)
    assert events(api, 1001) == []


# ------------------------------------------------------------------------------------------ updates


def test_an_update_changes_what_is_given(api: Api) -> None:
    """Each field alone leaves all others; events replace the former ones, an empty list takes them away."""
    assert api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-01T09:00:00Z"}).status_code == 200
    campaign_id = api.campaign()
    webhook_id = saved(api, campaign_id, categories=["Interested"])
    before = expected = read(api, webhook_id)
    assert update(api, webhook_id).status_code == 200
    assert api.control("POST", "/clock/advance", {"hours": 1}).status_code == 200
    assert update(api, webhook_id).status_code == 200
    assert read(api, webhook_id) == before
    expected["updated_at"] = "2026-03-01T10:00:00.000Z"
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"name": "new"}, {"name": "new"}),
        ({"webhook_url": "http://127.0.0.1:9/x"}, {"webhook_url": "http://127.0.0.1:9/x"}),
        ({"event_types": ["EMAIL_OPENED"]}, {"event_type_map": {"EMAIL_OPEN": True}}),
        ({"event_type_map": {"SENT": True, "EMAIL_OPEN": False}}, {"event_type_map": {"EMAIL_SENT": True}}),
        ({"event_type": "EMAIL_BOUNCED"}, {"event_type_map": {"EMAIL_BOUNCE": True}}),
        ({"categories": [2, "Interested", 1]}, {"category_id_map": {"2": True, "1": True}}),
        ({"categories": []}, {"category_id_map": {}}),
        ({"event_types": []}, {"event_type_map": {}}),
    ]
    for body, change in changes:
        assert update(api, webhook_id, **body).status_code == 200
        expected = {**expected, **change}
        assert read(api, webhook_id) == expected


def test_a_save_keeps_the_categories_that_it_does_not_name(api: Api) -> None:
    """Everything else is required, so it is what was sent."""
    campaign_id = api.campaign()
    webhook_id = saved(api, campaign_id, categories=["Interested"])
    assert api.post(f"/campaigns/{campaign_id}/webhooks", {**SAVE, "id": webhook_id}).json()["categories"] == [
        "Interested"
    ]


# ------------------------------------------------------------------------------------------ similar webhooks


def test_a_similar_webhook_is_made_on_demand_only(api: Api) -> None:
    """Same level, owner and URL is refused unless forced, whatever route made the first; anything else is not alike."""
    first, second = api.campaign(client_id=22), api.campaign(client_id=22)
    saved(api, first)
    saved(api, first)  # the campaign's own route does not ask
    of_first = {"association_type": "campaign", "email_campaign_id": first}
    alike: list[dict[str, Any]] = [
        of_first, {}, {"association_type": 1}, {"association_type": "client", "client_id": 22},
        {"association_type": 2, "client_id": 22},
    ]  # fmt: skip
    fine: list[dict[str, Any]] = [
        {}, {"association_type": "client", "client_id": 22}, {"association_type": 2, "client_id": 23},
        {**of_first, "email_campaign_id": second}, {**of_first, "webhook_url": f"{URL}/"},
    ]  # fmt: skip
    for owner in fine:
        created(api, **owner)
    for owner in alike:
        count = len(rows(api, "webhook"))
        for body in ({**USERS, **owner}, {**USERS, **owner, "force_create": False}):
            answer = api.post("/webhook/create", body)
            assert (answer.status_code, answer.json()) == (400, {"error": f"Similar webhook already exists - {URL}"})
        assert len(rows(api, "webhook")) == count
        created(api, **owner, force_create=True)


def test_a_deleted_webhook_is_similar_to_none(api: Api) -> None:
    """Its URL is free again."""
    assert api.delete(f"/webhook/delete/{created(api)}").status_code == 200
    assert created(api) == 1002

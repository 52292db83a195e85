"""The edition `help-center` is the help centre's documentation (S1) where its samples do not say it all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients import FULL_ACCESS, client_of
from tests.conftest import Api
from tests.sending import WINDOW, address, equip, freeze, launch, ok, react, until

EDITION = "help-center"
OWN_WINDOW = {"min_time_btwn_emails" if name == "min_time_btw_emails" else name: v for name, v in WINDOW.items()}
INBOX = "http://inbox.simulator.test/hook"


def import_(api: Api, campaign_id: int, *names: str, **flags: bool) -> Any:
    """Import leads with flags; the answer."""
    body = {"lead_list": [{"email": address(name)} for name in names], "settings": flags}
    return api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION)


def test_the_window_is_a_text(api: Api) -> None:
    """As JavaScript prints the object (S1:214); null without a schedule, and an object elsewhere."""
    campaign_id = api.campaign()
    assert ok(api.get(f"/campaigns/{campaign_id}", edition=EDITION))["scheduler_cron_value"] is None
    ok(api.post(f"/campaigns/{campaign_id}/schedule", {**OWN_WINDOW, "timezone": "Australia/Sydney"}, edition=EDITION))
    text = "{ tz: 'Australia/Sydney', days: [ 1, 2, 3, 4, 5 ], endHour: '17:00', startHour: '09:00' }"
    assert ok(api.get(f"/campaigns/{campaign_id}", edition=EDITION))["scheduler_cron_value"] == text
    assert ok(api.get("/campaigns", edition=EDITION))[0]["scheduler_cron_value"] == text
    assert api.get(f"/campaigns/{campaign_id}").json()["scheduler_cron_value"]["days"] == [1, 2, 3, 4, 5]


def test_a_schedule_is_flat(api: Api) -> None:
    """S1:261-269; seven is no day, and the gap has one name, which is no other spelling of anything."""
    campaign_id = api.campaign()
    path = f"/campaigns/{campaign_id}/schedule"
    assert api.post(path, {"schedule": OWN_WINDOW}, edition=EDITION).status_code == 400
    assert api.post(path, {**OWN_WINDOW, "days_of_the_week": [7]}, edition=EDITION).status_code == 400
    assert api.post(path, WINDOW, edition=EDITION).status_code == 400
    days = {**OWN_WINDOW, "days_of_the_week": [0, 6], "min_time_btwn_emails": 17}
    assert api.post(path, days, edition=EDITION).status_code == 200
    assert api.get(f"/campaigns/{campaign_id}").json()["min_time_btwn_emails"] == 17
    noted = {one["kind"] for row in ok(api.control("GET", "/violations")) for one in row["violations"]}
    assert "spelling" not in noted


def test_what_is_not_tracked(api: Api) -> None:
    """Two of the words are those of the stop setting (S1:304); others are refused in the document's words (S1:327)."""
    campaign_id = api.campaign()
    path = f"/campaigns/{campaign_id}/settings"
    words = ["DONT_TRACK_EMAIL_OPEN", "CLICK_ON_A_LINK", "REPLY_TO_AN_EMAIL"]
    ok(api.post(path, {"track_settings": words}, edition=EDITION))
    read = api.get(f"/campaigns/{campaign_id}").json()["track_settings"]
    assert read == ["DONT_EMAIL_OPEN", "DONT_LINK_CLICK", "DONT_REPLY_TO_AN_EMAIL"]
    for word in ("DONT_TRACK_LINK_CLICK", "DONT_LINK_CLICK", "OPEN_AN_EMAIL"):
        refused = api.post(path, {"track_settings": [word]}, edition=EDITION)
        assert (refused.status_code, refused.json()) == (400, {"error": f"Invalid track_settings value - {word}"})
    refused = api.post(path, {"stop_lead_settings": "OPEN_AN_EMAIL"}, edition=EDITION)
    assert refused.json() == {"error": "Invalid stop_lead_settings value - OPEN_AN_EMAIL"}
    assert api.get(f"/campaigns/{campaign_id}").json()["track_settings"] == read


def test_untracked_links_bring_no_clicks(api: Api) -> None:
    """The word that is translated drives the engine."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann", start=False)
    words = {"track_settings": ["CLICK_ON_A_LINK"]}
    ok(api.post(f"/campaigns/{campaign_id}/settings", words, edition=EDITION))
    ok(api.post(f"/campaigns/{campaign_id}/status", {"status": "START"}, edition=EDITION))
    until(api, "02 12:00")
    body = {"campaign_id": campaign_id, "email": address("ann"), "type": "click"}
    assert api.control("POST", "/events", body).status_code == 409


QUERIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"event_types": '["EMAIL_REPLY"]', "categories": '["Interested"]', "id": "null"}, {}),
    ({"event_types": '["EMAIL_REPLY"]', "categories": '["Interested"]', "id": ""}, {}),
    ({"name": '"Ramesh"', "webhook_url": f'"{INBOX}"', "id": "null", "event_types": '["EMAIL_REPLY"]'}, {}),
    ({"categories": '["Interested"]'}, {"event_types": ["EMAIL_REPLY"]}),
    ({"event_types": '["EMAIL_REPLY"]'}, {"event_types": ["EMAIL_REPLY"], "categories": ["Interested"]}),
]


@pytest.mark.parametrize(("query", "body"), QUERIES)
def test_a_webhooks_arguments_may_stand_in_the_query(api: Api, query: dict[str, Any], body: dict[str, Any]) -> None:
    """As JSON or as bare texts, or in the body, or some here and some there (S1:1776)."""
    campaign_id = api.campaign()
    path = f"/campaigns/{campaign_id}/webhooks"
    given = {"name": "Ramesh", "webhook_url": INBOX, **query}
    assert ok(api.post(path, body or None, edition=EDITION, params=given))["email_campaign_id"] == campaign_id
    (stored,) = ok(api.get(path, edition=EDITION))
    assert (stored["name"], stored["webhook_url"], stored["event_types"]) == ("Ramesh", INBOX, ["EMAIL_REPLY"])
    changed = {"id": str(stored["id"]), "name": "Other", "webhook_url": INBOX, "event_types": '["EMAIL_OPEN"]'}
    ok(api.post(path, edition=EDITION, params=changed))
    (again,) = ok(api.get(path, edition=EDITION))
    assert (again["id"], again["name"], again["event_types"]) == (stored["id"], "Other", ["EMAIL_OPEN"])
    ok(api.delete(path, edition=EDITION, params={"id": stored["id"]}))
    assert ok(api.get(path, edition=EDITION)) == []


@pytest.mark.parametrize(
    ("query", "body", "says"),
    [
        ({"name": "a"}, {"name": "b", "webhook_url": INBOX, "event_types": ["EMAIL_REPLY"]}, "given twice"),
        ({"name": "a", "event_types": '["EMAIL_REPLY"]'}, None, '"webhook_url" is required'),
        ({"name": "a", "webhook_url": INBOX, "event_types": "EMAIL_REPLY"}, None, '"event_types" must be an array'),
        ({"name": "a", "webhook_url": INBOX, "event_types": '["EMAIL_REPLY"'}, None, '"event_types" must be an array'),
        ({"name": "a", "webhook_url": INBOX, "event_types": '["EMAIL_REPLY"]', "id": "x"}, None, '"id" must be'),
        ({"name": "a", "webhook_url": INBOX, "event_types": '["EMAIL_REPLY"]', "colour": "red"}, None, "not allowed"),
        ({"name": '"a\\u0000"', "webhook_url": INBOX, "event_types": '["EMAIL_REPLY"]'}, None, "NUL"),
    ],
)
def test_arguments_that_are_refused(api: Api, query: Any, body: Any, says: str) -> None:
    """With the validator's sentence; nothing is saved."""
    path = f"/campaigns/{api.campaign()}/webhooks"
    refused = api.post(path, body, edition=EDITION, params=query)
    assert refused.status_code == 400
    assert says in refused.json()["message"]
    assert ok(api.get(path, edition=EDITION)) == []


@pytest.mark.parametrize("word", ["EMAIL_BOUNCE", "FIRST_EMAIL_SENT", "CAMPAIGN_STATUS_CHANGED", "REPLY_RECEIVED"])
def test_six_events(api: Api, word: str) -> None:
    """No other word is taken (S1:1752-1757), in query or body; the text is the document's (S1:1790)."""
    path = f"/campaigns/{api.campaign()}/webhooks"
    body = {"name": "a", "webhook_url": INBOX, "event_types": [word]}
    refused = api.post(path, body, edition=EDITION)
    assert (refused.status_code, refused.json()) == (400, {"error": f"Invalid event_types - {word}"})


def test_payloads_are_whole(api: Api) -> None:
    """They are not described, so they are the canonical ones; events that are not named are not told."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann", start=False)
    body = {"name": "a", "webhook_url": INBOX, "event_types": ["EMAIL_SENT", "EMAIL_BOUNCE"]}
    ok(api.post(f"/campaigns/{campaign_id}/webhooks", body))
    ok(api.control("PUT", "/settings", {"edition": EDITION}))
    ok(api.post(f"/campaigns/{campaign_id}/status", {"status": "START"}))
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "bounce")
    ok(api.control("POST", "/webhooks/flush"))
    (told,) = ok(api.control("GET", "/webhooks/inbox"))
    assert told["body"]["event_type"] == "EMAIL_SENT"
    assert {"sl_email_lead_map_id", "sent_message_body", "secret_key", "webhook_url"} <= told["body"].keys()


def test_counts_of_an_import(api: Api) -> None:
    """The unsubscribed are a number (S1:1512); a hundred leads are the most (S1:1471)."""
    campaign_id = api.campaign()
    assert ok(import_(api, campaign_id, "ann", "ann", "no address")) == {
        "ok": True, "upload_count": 3, "total_leads": 1, "already_added_to_campaign": 0, "duplicate_count": 1,
        "invalid_email_count": 1, "unsubscribed_leads": 0,
    }  # fmt: skip
    page = ok(api.get(f"/campaigns/{campaign_id}/leads", edition=EDITION))
    assert (page["total_leads"], len(page["data"])) == (1, 1)
    names = [f"lead{n}" for n in range(101)]
    assert import_(api, campaign_id, *names).status_code == 400
    assert import_(api, campaign_id, *names[:100]).status_code == 200


@pytest.mark.parametrize("flag", [True, False])
def test_a_lead_that_unsubscribed_from_everything_never_comes_back(api: Api, flag: bool) -> None:
    """Whatever the flag says (S1:1595), deleted in between or not; of one that left one campaign the flag decides."""
    first, second = api.campaign(), api.campaign()
    api.add(first, *map(address, ("ann", "ben", "eve")))
    for name in ("ann", "ben"):
        ok(api.post(f"/leads/{api.lead_id(address(name))}/unsubscribe", edition=EDITION))
    ok(api.delete(f"/campaigns/{first}/leads/{api.lead_id(address('ben'))}"))
    ok(api.post(f"/campaigns/{first}/leads/{api.lead_id(address('eve'))}/unsubscribe", edition=EDITION))
    answer = ok(import_(api, second, "ann", "ben", "eve", ignore_unsubscribe_list=flag))
    assert (answer["total_leads"], answer["unsubscribed_leads"]) == (1, 2)
    assert [row["lead"]["email"] for row in api.rows(second)] == [address("eve")]


@pytest.mark.parametrize("flag", [True, False])
def test_a_lead_that_unsubscribed_from_a_client(api: Api, flag: bool) -> None:
    """That is not from everything: the flag, read literally, decides (S1:1494)."""
    client = client_of(api, "one", FULL_ACCESS)
    first, second = (api.campaign(client_id=client.client_id) for _ in range(2))
    api.add(first, address("ann"))
    ok(client.post(f"/leads/{api.lead_id(address('ann'))}/unsubscribe"))
    answer = ok(import_(api, second, "ann", ignore_unsubscribe_list=flag))
    assert (answer["total_leads"], answer["unsubscribed_leads"]) == ((0, 1) if flag else (1, 0))


@pytest.mark.parametrize("flag", [True, False])
def test_list_flags_are_literal(api: Api, flag: bool) -> None:
    """True drops those on the block list, and those of other campaigns (S1:1493-1495)."""
    first, second = api.campaign(), api.campaign()
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": [address("ann")]}, edition=EDITION))
    api.add(first, address("ben"))
    flags = {"ignore_global_block_list": flag, "ignore_duplicate_leads_in_other_campaign": flag}
    assert ok(import_(api, second, "ann", "ben", "eve", **flags))["total_leads"] == (1 if flag else 3)


def test_passwords_of_a_list(api: Api) -> None:
    """In clear text (S1:715), in base64 elsewhere; by id in clear text everywhere."""
    account_id = api.account()
    assert ok(api.get("/email-accounts/", edition=EDITION))[0]["password"] == "secret"
    assert ok(api.get("/email-accounts/"))[0]["password"] == "c2VjcmV0"
    assert ok(api.get(f"/email-accounts/{account_id}", edition=EDITION))["password"] == "secret"


def test_the_export_has_twenty_columns(api: Api) -> None:
    """Those of the document, in its order (S1:1179-1198), with the same content."""
    freeze(api)
    campaign_id = launch(api, "ann")
    until(api, "02 12:00")
    path = f"/campaigns/{campaign_id}/leads-export"
    own, every = (api.get(path, edition=edition).text.splitlines() for edition in (EDITION, "default"))
    names, whole = own[0].split(","), every[0].split(",")
    assert names == [
        "id", "campaign_lead_map_id", "status", "created_at", "first_name", "last_name", "email", "phone_number",
        "company_name", "website", "location", "custom_fields", "linkedin_profile", "company_url", "is_unsubscribed",
        "last_email_sequence_sent", "is_interested", "open_count", "click_count", "reply_count",
    ]  # fmt: skip
    row = dict(zip(whole, every[1].split(","), strict=True))
    assert own[1].split(",") == [row[name] for name in names]


def test_ten_calls_in_two_seconds(api: Api) -> None:
    """S1:40; the headers are on every answer."""
    ok(api.control("PUT", "/settings", {"edition": EDITION, "rate_limit": "help-center"}))
    answers = [api.get("/campaigns") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["10"] * 11
    ok(api.control("POST", "/clock/advance", {"seconds": 2}))
    assert api.get("/campaigns").status_code == 200


def test_one_step_of_the_statistics(api: Api) -> None:
    """A number, no list of them (S1:1295); four words of what happened (S1:1296)."""
    path = f"/campaigns/{api.campaign()}/statistics"
    for name, value, code in (
        ("email_sequence_number", "1", 200), ("email_sequence_number", "1,2", 400), ("email_status", "opened", 200),
        ("email_status", "unsubscribed", 200), ("email_status", "bounced", 400),
        ("sent_time_start_date", "2026-01-01", 400),
    ):  # fmt: skip
        assert api.get(path, edition=EDITION, params={name: value}).status_code == code, (name, value)

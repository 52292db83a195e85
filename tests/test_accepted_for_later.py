"""Fields that have no effect, or none that an operation shows, are taken all the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics import DAYS
from tests.conftest import Api
from tests.lead_lists import lead_list
from tests.machines import sequence
from tests.sending import freeze, ok
from tests.test_mailbox_health import TOKEN, save_oauth

SETTINGS: list[dict[str, Any]] = [
    {"force_plain_text": True},
    {"auto_pause_domain_leads_on_reply": True},
    {"ignore_ss_mailbox_sending_limit": True},
    {"bounce_autopause_threshold": "5.5"},
    {"domain_level_rate_limit": True},
    {"add_unsubscribe_tag": True},
    {"ai_categorisation_options": [1, 2]},
    {"out_of_office_detection_settings": {"ignoreOOOasReply": True, "autoReactivateOOO": True}},
    {"out_of_office_detection_settings": {"reactivateOOOwithDelay": 3, "autoCategorizeOOO": False}},
    {"out_of_office_detection_settings": {"reactivateOOOwithDelay": "3"}},
]


@pytest.mark.parametrize("body", SETTINGS, ids=str)
def test_settings_of_sending_are_taken(api: Api, body: dict[str, Any]) -> None:
    """Each is a success, and what the campaign shows stays as it was."""
    campaign_id = api.campaign()
    before = {**api.get(f"/campaigns/{campaign_id}").json(), "updated_at": None}
    answer = api.post(f"/campaigns/{campaign_id}/settings", body)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert {**api.get(f"/campaigns/{campaign_id}").json(), "updated_at": None} == before


@pytest.mark.parametrize("spelling", ["condition_events", "conditionEvents"])
def test_conditions_of_a_subsequence_are_taken(api: Api, spelling: str) -> None:
    """In both spellings, with delay and stop rule."""
    condition = {"eventType": "REPLY_AN_EMAIL", "eventSubType": None, "categoryId": 1, "text": "yes"}
    body = {
        "parent_campaign_id": api.campaign(), spelling: [condition],
        "delayForNewLeads": 2, "stopLeadOnParentCampaignReply": True,
    }  # fmt: skip
    assert api.post("/campaigns/create-subsequence", body).status_code == 200


def test_distribution_of_variants_is_taken(api: Api) -> None:
    """Sample share, deciding property and kind of step."""
    body = sequence(1)
    body["sequences"][0] |= {
        "variant_distribution_type": "AI_EQUAL", "lead_distribution_percentage": 40,
        "winning_metric_property": "REPLY_RATE", "seq_type": "MANUAL",
    }  # fmt: skip
    assert api.post(f"/campaigns/{api.campaign()}/sequences", body).status_code == 200


def test_a_mailbox_with_a_token_is_taken(api: Api) -> None:
    """The token, which no answer shows."""
    parts = {"access_token": "a", "refresh_token": "r", "id_token": "i"}
    account_id = api.account(token={"scope": "mail", "expiry_date": 1, **parts})
    assert "token" not in api.get(f"/email-accounts/{account_id}").json()


def test_categories_can_be_asked_for_by_client(api: Api) -> None:
    """No client has categories of its own yet, so all get the common ones."""
    assert api.get("/leads/fetch-categories", params={"client_id": 22}).json() == (
        api.get("/leads/fetch-categories").json()
    )  # fmt: skip


def test_the_rest_of_a_token_is_taken(api: Api) -> None:
    """What some providers send beside the documented three; no answer shows it."""
    token = {**TOKEN, "expiry": "2100-01-01T00:00:00Z", "expires_in": 3600, "ext_expires_in": 7200}
    account_id = ok(save_oauth(api, token=token))["data"]["id"]
    assert "token" not in ok(api.get(f"/email-accounts/{account_id}"))


@pytest.mark.parametrize("value", [True, False])
def test_the_adjustment_of_warm_up_is_taken(api: Api, value: bool) -> None:
    """The mailbox shows what it showed."""
    freeze(api)
    account_id = api.account()
    path = f"/email-accounts/{account_id}"
    ok(api.post(f"{path}/warmup", {"warmup_enabled": True}))
    before = ok(api.get(path))
    ok(api.post(f"{path}/warmup", {"warmup_enabled": True, "auto_adjust_warmup": value}))
    assert ok(api.get(path)) == before


@pytest.mark.parametrize("more", [{}, {"emailFieldsAdded": {"x": 1}, "customFields": {"y": 2}}, {"customFields": None}])
def test_notes_of_an_import_are_taken(api: Api, more: dict[str, Any]) -> None:
    """The lead comes into the list as it would without them."""
    body = {"leadList": [{"email": "ann@one.example"}], "fileName": "leads.csv", **more}
    assert ok(api.post(f"/lead-list/{lead_list(api)}/import", body))["data"]["imported"] == 1
    (lead,) = ok(api.get("/leads/all"))["data"]["leads"]
    assert lead["custom_fields"] == {}


def test_credits_of_a_client_are_taken(api: Api) -> None:
    """No operation shows them; those of the account stay."""
    before = ok(api.get("/subscription/credits-stats"))
    body = {"name": "Ann", "email": "ann@client.example", "is_credit_assigned": True}
    ok(api.post("/client/save", {**body, "email_credits": 10, "lead_credits": 20}))
    assert ok(api.get("/subscription/credits-stats")) == before


@pytest.mark.parametrize(("path", "name", "value"), [
    ("overall-stats-v2", "is_agency", "true"), ("client/overall-stats", "filter", "any"),
    *((path, "full_data", value) for value in ("true", "false") for path in (
        "campaign/response-stats", "mailbox/provider-wise-overall-performance", "team-board/overall-stats")),
])  # fmt: skip
def test_parameters_of_analytics_are_taken(api: Api, path: str, name: str, value: str) -> None:
    """The answer is the same without them."""
    api.campaign()
    with_it, without = (api.get(f"/analytics/{path}", params={**DAYS, **more}) for more in ({name: value}, {}))
    assert ok(with_it) == ok(without)

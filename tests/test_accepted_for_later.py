"""Fields that have no effect before mails are sent, or before clients exist, are taken all the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.machines import sequence

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

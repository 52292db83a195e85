"""Every parameter and field of the lead operations has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.lead_lists import lead_list
from tests.matters import matters
from tests.sending import ALWAYS, equip, steps

ANN, BEN = 3_000_000_001, 3_000_000_002
ROWS = "/campaigns/1001/leads"


def two_leads(api: Api) -> None:
    """Ann and Ben in a running campaign, Cleo in a draft.

    Ann had step 2 on the day on which Ben came and had step 1; she is interested, unsubscribed and so paused.
    """
    equip(api, api.campaign(client_id=22), "ann@one.example", sequence=steps(0, 1, 1), **ALWAYS)
    api.control("POST", "/clock/advance", {"days": 1})
    api.add(1001, "ben@two.example")
    api.control("POST", "/clock/advance", {"hours": 1})
    api.post(f"{ROWS}/{ANN}/category", {"category_id": 1})
    api.post(f"{ROWS}/{ANN}/unsubscribe")
    api.campaign(client_id=23)
    api.add(1002, "cleo@three.example")
    lead_list(api, "ann@one.example")


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("offset", 0, 1),
        ("limit", 1, 2),
        ("status", "PAUSED", "INPROGRESS"),
        ("lead_category_id", 1, 2),
        ("emailStatus", "is_unsubscribed", "is_opened"),
        ("email_status", "is_unsubscribed", "is_opened"),
        ("created_at_gt", "2026-01-01", "2025-12-31"),
        ("last_sent_time_gt", "2026-01-02", "2026-01-01"),
        ("email_sequence_number", 1, 2),
    ],
)
def test_the_leads_of_a_campaign_follow_the_filters(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each parameter moves or narrows the page."""
    matters(client, "list_leads_by_campaign", field, a, b, given=two_leads)


@pytest.mark.parametrize(
    ("operation", "field", "a", "b"),
    [
        ("list_all_leads", "offset", 0, 1),
        ("list_all_leads", "limit", 1, 2),
        ("list_all_leads", "created_at_gt", "2026-01-01", "2025-12-31"),
        ("list_all_leads", "email", "ann@one.example", "ben@two.example"),
        ("list_all_leads_v2", "limit", 1, 2),
        ("list_all_leads_v2", "lastSeenLeadId", 0, ANN),
        ("list_all_leads_v2", "campaignId", 1001, 1002),
        ("list_all_leads_v2", "status", "PAUSED", "INPROGRESS"),
        ("list_all_leads_v2", "emailStatus", "is_unsubscribed", "is_opened"),
        ("list_all_leads_v2", "leadType", "active", "yet_to_use"),
        ("list_all_leads_v2", "clientId", 22, 23),
        ("list_all_leads_v2", "listId", 1001, 1002),
        ("list_all_leads_v2", "leadEmail", "ann@one.example", "ben@two.example"),
        ("get_lead_by_email", "email", "ann@one.example", "ben@two.example"),
    ],
)
def test_the_leads_of_the_account_follow_the_filters(
    client: TestClient, operation: str, field: str, a: Any, b: Any
) -> None:
    """Each parameter moves or narrows the page."""
    matters(client, operation, field, a, b, given=two_leads)


TEXTS = ("first_name", "last_name", "company_name", "website", "location", "linkedin_profile", "company_url")
LEAD_FIELDS = [
    ("email", "one@one.example", "two@two.example"),
    *((name, "one", "two") for name in TEXTS),
    ("phone_number", "+1 555 01", 55502),
    ("custom_fields{}", {"Note": "one"}, {"Note": "two"}),
]


@pytest.mark.parametrize(("field", "a", "b"), LEAD_FIELDS)
def test_a_lead_is_read_as_imported(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field of a lead in an import shows in its row."""
    body = {"lead_list": [{"email": "ann@one.example"}]}
    field = f"lead_list[].{field}"
    matters(client, "add_leads_to_campaign", field, a, b, given=Api.campaign, body=body, reads=[ROWS])


@pytest.mark.parametrize(("field", "a", "b"), LEAD_FIELDS)
def test_a_lead_is_read_as_updated(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field of an update shows in the lead's row."""
    body = {"email": "ann@one.example"}
    matters(client, "update_lead", field, a, b, given=two_leads, body=body, reads=[ROWS])


def on_every_list(api: Api) -> None:
    """A campaign to import into, and four addresses that an import refuses for one reason each."""
    api.control("PUT", "/settings", {"community_bounce_list": ["bounced@one.example"]})
    api.campaign()
    api.add(api.campaign(), "elsewhere@one.example", "gone@one.example")
    api.post(f"/leads/{api.lead_id('gone@one.example')}/unsubscribe")
    api.post("/leads/add-domain-block-list", {"domain_block_list": ["blocked@one.example"]})


@pytest.mark.parametrize(
    "flag",
    [
        "ignore_global_block_list", "ignore_unsubscribe_list", "ignore_unsubscribe",
        "ignore_duplicate_leads_in_other_campaign", "ignore_community_bounce_list", "return_lead_ids",
    ],
)  # fmt: skip
def test_every_flag_of_an_import_changes_it(client: TestClient, flag: str) -> None:
    """Each flag lets some lead in, keeps it out, or adds to the answer."""
    emails = ("elsewhere@one.example", "gone@one.example", "blocked@one.example", "bounced@one.example")
    body = {"lead_list": [{"email": email} for email in emails], "settings": {}}
    matters(client, "add_leads_to_campaign", f"settings.{flag}", True, False, given=on_every_list, body=body)


@pytest.mark.parametrize(
    ("operation", "field", "a", "b", "body"),
    [
        ("delete_leads_from_campaign_bulk", "lead_ids[]", [ANN], [BEN], None),
        ("update_lead_category_in_campaign", "category_id", 2, None, None),
        ("update_lead_category_in_campaign", "pause_lead", True, False, {"category_id": 2}),
        ("patch_lead_status", "status", "COMPLETED", "STOPPED", None),
    ],
)
def test_what_is_done_to_a_lead_shows_in_its_row(
    client: TestClient, operation: str, field: str, a: Any, b: Any, body: Any
) -> None:
    """The named leads go; category and status become what was sent."""

    def fresh_leads(api: Api) -> None:
        api.add(api.campaign(), "ann@one.example", "ben@two.example")

    matters(client, operation, field, a, b, given=fresh_leads, body=body, reads=[ROWS])

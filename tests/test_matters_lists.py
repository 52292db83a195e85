"""Every parameter and field of the operations on tags, lead lists, pushes and leads' tags has an effect."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.lead_lists import fill, lead_list, tag, tags_of_lead
from tests.matters import Given, matters
from tests.sending import ok
from tests.test_matters_leads import LEAD_FIELDS

ANN, BEN, CLEO = 3_000_000_001, 3_000_000_002, 3_000_000_003
BOXES, TAGS, LISTS, LEADS = "/email-accounts/", "/email-accounts/tags", "/lead-list/", "/leads/all"
FIRST_LIST, SECOND_LIST = f"{LEADS}?listId=1001", f"{LEADS}?listId=1002"
FIRST, SECOND = "/campaigns/1001/leads", "/campaigns/1002/leads"
CAMPAIGNS = "/campaigns/?include_tags=true"


def tagged(api: Api) -> None:
    """Two tags; a mailbox, a campaign, a list and a lead with the first, one of each without."""
    one, _ = tag(api, "one"), tag(api, "two")
    accounts = [api.account("ann@x.example"), api.account("ben@x.example")]
    ok(api.post("/email-accounts/tag-mapping", {"email_account_ids": accounts[:1], "tag_ids": [one]}))
    campaigns = [api.campaign(), api.campaign()]
    ok(api.post("/campaigns/tags", {"campaign_ids": campaigns[:1], "tag_ids": [one]}))
    lists = [lead_list(api, name="alpha"), lead_list(api, name="beta")]
    ok(api.post("/lead-list/assign-tags", {"listIds": lists[:1], "tagIds": [one]}))
    api.add(campaigns[0], "ann@one.example", "ben@one.example")
    ok(api.post("/crm/leads/tags", {"leadId": ANN, "tagIds": [one]}))
    assert tags_of_lead(api, ANN)


PAIR = {"email_account_ids": [1001, 1002], "tag_ids": [1001, 1002]}
CAMPAIGN_PAIR = {"campaign_ids": [1001, 1002], "tag_ids": [1001, 1002]}
LIST_PAIR = {"listIds": [1001, 1002], "tagIds": [1002]}


@pytest.mark.parametrize(
    ("operation", "field", "a", "b", "body", "read"),
    [
        ("create_email_account_tag", "name", "x", "y", {}, TAGS),
        ("create_email_account_tag", "color", "#000000", "#ffffff", {"name": "x"}, TAGS),
        ("update_email_account_tag", "id", 1001, 1002, {"name": "x", "color": "#000000"}, TAGS),
        ("update_email_account_tag", "name", "x", "y", {"id": 1001, "color": "#000000"}, TAGS),
        ("update_email_account_tag", "color", "#000000", "#ffffff", {"id": 1001, "name": "x"}, TAGS),
        ("assign_email_account_tags", "email_account_ids[]", [1001], [1002], PAIR, BOXES),
        ("assign_email_account_tags", "tag_ids[]", [1001], [1002], PAIR, BOXES),
        ("remove_email_account_tags", "email_account_ids[]", [1001], [1002], PAIR, BOXES),
        ("remove_email_account_tags", "tag_ids[]", [1001], [1002], PAIR, BOXES),
        ("get_tags_by_email_addresses", "email_ids[]", ["ann@x.example"], ["ben@x.example"], {}, TAGS),
        ("add_campaign_tags", "campaign_ids[]", [1001], [1002], CAMPAIGN_PAIR, CAMPAIGNS),
        ("add_campaign_tags", "tag_ids[]", [1001], [1002], CAMPAIGN_PAIR, CAMPAIGNS),
        ("remove_campaign_tags", "campaign_ids[]", [1001], [1002], CAMPAIGN_PAIR, CAMPAIGNS),
        ("remove_campaign_tags", "tag_ids[]", [1001], [1002], CAMPAIGN_PAIR, CAMPAIGNS),
        ("add_campaign_email_accounts_by_tag", "tag_ids[]", [1001], [1002], {}, BOXES),
        ("assign_tags_to_lead_lists", "listIds[]", [1001], [1002], LIST_PAIR, LISTS),
        ("assign_tags_to_lead_lists", "tagIds[]", [1001], [1002], LIST_PAIR, LISTS),
        ("assign_tags_to_lead_lists", "removeTagIds[]", [1001], [1002], {"listIds": [1001, 1002]}, LISTS),
        ("add_tags_to_lead", "leadId", ANN, BEN, {"tagIds": [1001]}, "/crm/leads/tags?leadId=3000000001"),
        ("add_tags_to_lead", "tagIds[]", [1001], [1002], {"leadId": ANN}, "/crm/leads/tags?leadId=3000000001"),
        ("create_lead_list", "listName", "x", "y", {}, LISTS),
        ("update_lead_list", "listName", "x", "y", {}, LISTS),
    ],
)  # fmt: skip
def test_tags_and_lists_are_read_as_written(
    client: TestClient, operation: str, field: str, a: Any, b: Any, body: Any, read: str
) -> None:
    """Each field shows in what is read afterwards, or in the answer."""
    matters(client, operation, field, a, b, given=tagged, body=body, reads=[read])


@pytest.mark.parametrize(
    ("operation", "field", "a", "b"),
    [
        ("list_lead_lists", "listName", "alph", "bet"),
        ("list_lead_lists", "tagIds", "1001", "1002"),
        ("list_lead_lists", "limit", 1, 2),
        ("list_lead_lists", "offset", 0, 1),
        ("list_lead_tags", "leadId", ANN, BEN),
    ],
)
def test_lists_follow_the_filters(client: TestClient, operation: str, field: str, a: Any, b: Any) -> None:
    """Each parameter moves or narrows what is shown."""
    matters(client, operation, field, a, b, given=tagged)


@pytest.mark.parametrize(("field", "a", "b"), [*LEAD_FIELDS, ("company", "one", "two")])
def test_a_lead_is_read_as_imported_into_a_list(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field of a lead in an import shows in the lead."""
    body = {"leadList": [{"email": "ann@one.example"}], "fileName": "f"}
    matters(client, "import_leads_to_list", f"leadList[].{field}", a, b, given=lead_list, body=body, reads=[FIRST_LIST])


def blocked(api: Api) -> None:
    """A list with a lead that is on the block list since, and an empty campaign."""
    lead_list(api, "ann@one.example")
    api.campaign()
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": ["one.example"]}))


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("import_leads_to_list", {"leadList": [{"email": "ben@one.example"}], "fileName": "f"}),
        ("push_leads_to_campaign", {"campaignId": 1001, "action": "copy", "leadList": {"listId": 1001}}),
    ],
)
def test_the_block_list_can_be_ignored(client: TestClient, operation: str, body: Any) -> None:
    """The flag lets the blocked lead in."""
    field = "csvSettings.ignoreGlobalBlockList"
    matters(client, operation, field, True, False, given=blocked, body=body, reads=[FIRST_LIST, FIRST])


def spread(api: Api) -> None:
    """Ann and Ben in the first campaign and the first list, Cleo in the second of both; all differ in their rows."""
    api.add(api.campaign(name="one"), "ann@one.example", "ben@one.example")
    api.add(api.campaign(name="two"), "cleo@one.example")
    fill(api, lead_list(api), "ann@one.example", "ben@one.example")
    lead_list(api, "cleo@one.example")
    ok(api.post(f"{FIRST}/{ANN}/category", {"category_id": 1}))
    ok(api.post(f"{FIRST}/{BEN}/category", {"category_id": 2}))
    ok(api.post(f"{FIRST}/{BEN}/unsubscribe"))
    api.campaign(name="three")


COPY: dict[str, Any] = {"action": "copy"}
TO_THIRD: dict[str, Any] = {**COPY, "campaignId": 1003}
FILTERS: list[tuple[str, Any, Any]] = [
    ("filters.campaignId", "1001", "1002"), ("filters.status", "STARTED", "PAUSED"),
    ("filters.leadCategoryIds", "1", "2"), ("filters.emailStatus", "is_unsubscribed", "is_replied"),
]  # fmt: skip
PLACES = [FIRST, SECOND, "/campaigns/1003/leads", FIRST_LIST, SECOND_LIST]


@pytest.mark.parametrize(
    ("operation", "field", "a", "b", "body"),
    [
        ("push_leads_to_campaign", "campaignId", 1002, 1003, {**COPY, "leadList": {"listId": 1001}}),
        ("push_leads_to_campaign", "campaignName", "two", "new", {**COPY, "leadList": {"listId": 1001}}),
        ("push_leads_to_campaign", "action", "copy", "move", {"campaignId": 1003, "leadList": {"listId": 1001}}),
        ("push_leads_to_campaign", "leadList.listId", 1001, 1002, TO_THIRD),
        ("push_leads_to_campaign", "leadList.leadIds[]", [ANN], [BEN, CLEO], TO_THIRD),
        *(("push_leads_to_campaign", *one, {**TO_THIRD, "leadList": {"leadIds": [ANN, BEN, CLEO]}}) for one in FILTERS),
        ("push_leads_between_lists", "action", "copy", "move", {"fromListId": 1001, "toListId": 1002}),
        ("push_leads_between_lists", "fromListId", 1001, 1002, {**COPY, "toListId": 1002}),
        ("push_leads_between_lists", "toListId", 1001, 1002, {**COPY, "fromListId": 1001}),
        ("push_leads_between_lists", "leadIds[]", [ANN], [BEN], {**COPY, "toListId": 1002}),
        ("push_leads_to_list", "listId", 1001, 1002, {"leadIds": [CLEO]}),
        ("push_leads_to_list", "leadIds[]", [ANN], [BEN], {"listId": 1002}),
        ("push_leads_to_list", "action", "copy", "move", {"listId": 1002, "leadIds": [ANN]}),
        ("push_leads_to_list", "allLeads", True, False, {"listId": 1002, "leadIds": [ANN]}),
        *(("push_leads_to_list", *one, {"listId": 1002, "allLeads": True}) for one in FILTERS),
        ("push_campaign_leads_to_list", "campaignId", 1001, 1002, {"listId": 1002, "allLeads": True}),
        ("push_campaign_leads_to_list", "listId", 1001, 1002, {"campaignId": 1002, "allLeads": True}),
        ("push_campaign_leads_to_list", "leadMapIds[]", [ANN], [BEN], {"campaignId": 1001, "listId": 1002}),
        (
            "push_campaign_leads_to_list", "allLeads", True, False,
            {"campaignId": 1001, "listId": 1002, "leadMapIds": [ANN]},
        ),
    ],
)  # fmt: skip
def test_a_push_goes_where_it_is_told(
    client: TestClient, operation: str, field: str, a: Any, b: Any, body: Any
) -> None:
    """Each field decides which leads are pushed, where to, or what they leave."""
    given: Given = spread
    matters(client, operation, field, a, b, given=given, body=body, reads=PLACES)

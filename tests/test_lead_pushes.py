"""Pushing leads between campaigns and lists: a copy leaves everything where it was, a move leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.lead_lists import UNKNOWN, emails, ids, lead_list, members, push
from tests.sending import ok
from tests.store import defects, note, rows

ANN, BEN, CLEO, DAN = (f"{name}@one.example" for name in ("ann", "ben", "cleo", "dan"))
TO_CAMPAIGN, BETWEEN, TO_LIST, FROM_CAMPAIGN = (
    "push-to-campaign", "leads/push-between-lists", "push-to-list", "campaign/push-to-list",
)  # fmt: skip


def to_campaign(api: Api, campaign_id: int, action: str = "copy", **body: Any) -> int:
    """Push to a campaign; how many leads are new in it."""
    answer = push(api, TO_CAMPAIGN, campaignId=campaign_id, action=action, **body)
    assert answer == {"ok": True, "message": "Leads pushed to campaign", "data": answer["data"]}
    assert answer["data"]["campaign_id"] == campaign_id
    added: int = answer["data"]["total_leads"]
    return added


def account_of(api: Api) -> list[str]:
    """The addresses of all leads."""
    return [row["email"] for row in ok(api.get("/leads/all"))["data"]["leads"]]


def refused(api: Api, place: str, status: int = 404, **body: Any) -> dict[str, Any]:
    """A push is refused and changes no row; the body of the answer."""
    names = ("lead", "enrolment", "lead_list", "campaign", "event")
    before = [[tuple(row) for row in rows(api, name)] for name in names]
    answer = api.post(f"/leads/{place}", body)
    assert answer.status_code == status, answer.text
    assert [[tuple(row) for row in rows(api, name)] for name in names] == before
    found: dict[str, Any] = answer.json()
    return found


def test_leads_are_chosen_by_list_by_id_both_or_all(api: Api) -> None:
    """A list, leads by id, those of them that are in the list, or all leads of the account."""
    list_id = lead_list(api, ANN, BEN)
    lead_list(api, CLEO, DAN)
    ben_cleo = ids(api, BEN, CLEO)
    for chosen, expected in (
        ({"listId": list_id}, [ANN, BEN]), ({"leadIds": ben_cleo}, [BEN, CLEO]),
        ({"listId": list_id, "leadIds": ben_cleo}, [BEN]), ({"allLeads": True}, [ANN, BEN, CLEO, DAN]),
        ({"listId": list_id, "allLeads": False}, [ANN, BEN]),
    ):  # fmt: skip
        campaign_id = api.campaign()
        assert to_campaign(api, campaign_id, leadList=chosen) == len(expected)
        assert emails(api, campaign_id) == expected
        assert to_campaign(api, campaign_id, leadList=chosen) == 0
    assert members(api, list_id) == [ANN, BEN]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"campaignId": "1001"}, [ANN, BEN, CLEO]),
        ({"campaignId": "1002"}, [DAN]),
        ({"campaignId": "3999999999"}, []),
        ({"campaignId": "9" * 5000}, []),
        ({"status": "PAUSED"}, [BEN, DAN]),
        ({"campaignId": "1001", "status": "PAUSED"}, [BEN]),
        ({"leadCategoryIds": "1,3"}, [ANN, CLEO]),
        ({"leadCategoryIds": "3", "status": "PAUSED"}, []),
        ({"leadCategoryIds": "2"}, [DAN]),
        ({"emailStatus": "is_unsubscribed"}, [DAN]),
        ({"status": "INTERESTED"}, [ANN]),
        ({}, [ANN, BEN, CLEO, DAN, "eve@one.example"]),
    ],
)
def test_filters_choose_leads_by_their_rows(api: Api, filters: dict[str, str], expected: list[str]) -> None:
    """All filters must hold for one row together; alone they choose from all leads, else they narrow what is named."""
    first, second = api.campaign(), api.campaign()
    api.add(first, ANN, BEN, CLEO)
    api.add(second, DAN)
    list_id = lead_list(api, BEN, DAN, "eve@one.example")
    for email, category in ((ANN, 1), (CLEO, 3)):
        ok(api.post(f"/campaigns/{first}/leads/{api.lead_id(email)}/category", {"category_id": category}))
    ok(api.post(f"/campaigns/{second}/leads/{api.lead_id(DAN)}/category", {"category_id": 2}))
    ok(api.post(f"/campaigns/{first}/leads/{api.lead_id(BEN)}/pause"))
    ok(api.post(f"/campaigns/{second}/leads/{api.lead_id(DAN)}/unsubscribe"))
    assert (first, second) == (1001, 1002)
    target = lead_list(api)
    push(api, TO_LIST, listId=target, allLeads=True, filters=filters, action="copy")
    assert members(api, target) == expected
    narrowed = lead_list(api)
    push(api, TO_LIST, listId=narrowed, leadIds=ids(api, BEN, DAN), filters=filters, action="copy")
    assert members(api, narrowed) == [one for one in expected if one in (BEN, DAN)]
    third, fourth = api.campaign(), api.campaign()
    assert to_campaign(api, third, filters=filters) == len(expected)  # an unsubscription holds in its campaign only
    assert emails(api, third) == expected
    to_campaign(api, fourth, filters=filters, leadList={"listId": list_id})
    assert emails(api, fourth) == [one for one in expected if one in (BEN, DAN, "eve@one.example")]


def test_a_campaign_is_found_by_its_name_or_made(api: Api) -> None:
    """The newest of exactly that name; a new draft when there is none; an id beside it counts alone."""
    list_id = lead_list(api, ANN)
    _, newest, gone = (api.campaign(name="Spring") for _ in range(3))
    ok(api.delete(f"/campaigns/{gone}"))

    def by_name(name: str, **more: int) -> int:
        found: int = push(
            api, TO_CAMPAIGN, campaignName=name, action="copy", leadList={"listId": list_id}, **more
        )["data"]["campaign_id"]  # fmt: skip
        return found

    assert by_name("Spring") == newest
    made = by_name("spring")
    assert made > gone
    assert {name: ok(api.get(f"/campaigns/{made}"))[name] for name in ("name", "status", "client_id")} == {
        "name": "spring", "status": "DRAFTED", "client_id": None,
    }  # fmt: skip
    assert emails(api, made) == [ANN]
    assert by_name("spring") == made
    assert by_name("spring", campaignId=newest) == newest
    assert refused(api, TO_CAMPAIGN, campaignName="new", action="copy", leadList={"listId": UNKNOWN})


def test_the_checks_of_an_import_hold_for_a_push(api: Api) -> None:
    """Blocked, unsubscribed and bounced leads stay out, and stay where they are when the others move."""
    ok(api.control("PUT", "/settings", {"community_bounce_list": ["bounced@one.example"]}))
    list_id = lead_list(api, ANN, "gone@one.example", "bounced@one.example", "blocked@bad.example")
    ok(api.post(f"/leads/{api.lead_id('gone@one.example')}/unsubscribe"))
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": ["bad.example"]}))
    campaign_id, chosen = api.campaign(), {"listId": list_id}
    assert to_campaign(api, campaign_id, "move", leadList=chosen) == 1
    assert emails(api, campaign_id) == [ANN]
    assert members(api, list_id) == ["gone@one.example", "bounced@one.example", "blocked@bad.example"]
    settings = {"ignoreGlobalBlockList": True}
    assert to_campaign(api, campaign_id, "move", leadList=chosen, csvSettings=settings) == 1
    assert members(api, list_id) == ["gone@one.example", "bounced@one.example"]


def test_a_push_uses_lead_credit(api: Api) -> None:
    """As an import does: what is over the credit stays out; without any left the push is refused as a whole."""
    list_id = lead_list(api, ANN, BEN, CLEO)
    ok(api.control("PUT", "/settings", {"lead_credit": 2}))
    campaign_id = api.campaign()
    assert to_campaign(api, campaign_id, "move", leadList={"listId": list_id}) == 2
    assert (emails(api, campaign_id), members(api, list_id)) == ([ANN, BEN], [CLEO])
    answer = refused(api, TO_CAMPAIGN, 400, campaignName="new", action="move", leadList={"listId": list_id})
    assert (answer["is_lead_limit_exhausted"], answer["lead_import_stopped_count"]) == (True, 1)
    assert to_campaign(api, campaign_id, leadList={"leadIds": ids(api, ANN)}) == 0


def test_a_move_to_a_campaign_leaves_the_list_or_every_list(api: Api) -> None:
    """With a list only that one is left; without, all of them; what was in the campaign before leaves too."""
    first, second = lead_list(api, ANN, BEN, CLEO), lead_list(api, ANN, BEN, CLEO)
    campaign_id = api.campaign()
    api.add(campaign_id, BEN)
    assert to_campaign(api, campaign_id, "move", leadList={"listId": first, "leadIds": ids(api, ANN, BEN)}) == 1
    assert (members(api, first), members(api, second)) == ([CLEO], [ANN, BEN, CLEO])
    assert to_campaign(api, campaign_id, "move", leadList={"leadIds": ids(api, ANN, CLEO)}) == 1
    assert (members(api, first), members(api, second)) == ([], [BEN])
    assert to_campaign(api, campaign_id, "move", filters={"campaignId": str(campaign_id)}) == 0
    assert members(api, second) == []
    assert sorted(emails(api, campaign_id)) == [ANN, BEN, CLEO]


@pytest.mark.parametrize("action", ["copy", "move"])
def test_pushing_between_lists(api: Api, action: str) -> None:
    """The figure counts all that were pushed, also those in the target; a copy leaves the source as it was."""
    source, target, third = lead_list(api, ANN, BEN), lead_list(api, BEN, CLEO), lead_list(api, ANN, CLEO)
    pushed = push(api, BETWEEN, action=action, fromListId=source, toListId=target)
    assert pushed == {"ok": True, "data": {"total_leads_moved": 2}}
    assert members(api, target) == [ANN, BEN, CLEO]
    assert members(api, source) == ([] if action == "move" else [ANN, BEN])
    assert members(api, third) == [ANN, CLEO]
    cleo = ids(api, CLEO)
    assert push(api, BETWEEN, action=action, leadIds=[*cleo, *cleo], toListId=source)["data"] == {
        "total_leads_moved": 1
    }
    assert members(api, source) == ([CLEO] if action == "move" else [ANN, BEN, CLEO])
    assert members(api, target) == ([ANN, BEN] if action == "move" else [ANN, BEN, CLEO])
    assert members(api, third) == ([ANN] if action == "move" else [ANN, CLEO])


@pytest.mark.parametrize("action", ["copy", "move"])
def test_a_list_pushed_onto_itself_does_not_change(api: Api, action: str) -> None:
    """Neither does a lead that is moved to the one list it is in."""
    list_id = lead_list(api, ANN, BEN)
    assert push(api, BETWEEN, action=action, fromListId=list_id, toListId=list_id)["data"]["total_leads_moved"] == 2
    push(api, BETWEEN, action=action, leadIds=ids(api, ANN), toListId=list_id)
    assert members(api, list_id) == [ANN, BEN]


@pytest.mark.parametrize("body", [{}, {"action": "move"}, {"action": "copy"}])
def test_leads_pushed_to_a_list_leave_their_campaigns(api: Api, body: dict[str, str]) -> None:
    """Unless they are copied; a lead whose last row goes stays in the account, in its lists and with its tags."""
    moved = body.get("action") != "copy"
    first, second, list_id = api.campaign(), api.campaign(), lead_list(api, CLEO)
    api.add(first, ANN, BEN)
    api.add(second, ANN)
    tag_id = ok(api.post("/tags", {"name": "VIP"}))["data"]["id"]
    ok(api.post("/crm/leads/tags", {"leadId": api.lead_id(ANN), "tagIds": [tag_id]}))
    answer = push(api, TO_LIST, listId=list_id, leadIds=ids(api, ANN), **body)
    assert answer == {"ok": True, "message": "Leads moved to list"}
    assert members(api, list_id) == [CLEO, ANN]
    assert (emails(api, first), emails(api, second)) == (([BEN], []) if moved else ([ANN, BEN], [ANN]))
    assert account_of(api) == [CLEO, ANN, BEN]
    assert len(rows(api, "tag_mapping")) == 1
    kind = ok(api.get("/leads/all", params={"leadType": "previously_active"}))["data"]["leads"]
    assert [row["email"] for row in kind] == ([ANN] if moved else [])
    events = [row["type"] for row in rows(api, "event")]
    assert events.count("LEAD_WITHDRAWN") == (2 if moved else 0)
    assert "LEAD_DELETED" not in events


def test_all_leads_of_the_account_go_to_a_list(api: Api) -> None:
    """Whatever leads are named beside it."""
    campaign_id, list_id = api.campaign(), lead_list(api, CLEO)
    api.add(campaign_id, ANN, BEN)
    push(api, TO_LIST, listId=list_id, allLeads=True, leadIds=ids(api, ANN))
    assert (members(api, list_id), emails(api, campaign_id)) == ([CLEO, ANN, BEN], [])


def test_rows_of_a_campaign_go_to_a_list(api: Api) -> None:
    """They leave that campaign only; a lead that was nowhere else stays in the account."""
    first, second, list_id = api.campaign(), api.campaign(), lead_list(api)
    api.add(first, ANN, BEN, CLEO)
    api.add(second, ANN)
    map_id = api.row(first, ANN)["campaign_lead_map_id"]
    push(api, FROM_CAMPAIGN, campaignId=first, listId=list_id, leadMapIds=[map_id, map_id])
    assert (members(api, list_id), emails(api, first), emails(api, second)) == ([ANN], [BEN, CLEO], [ANN])
    push(api, FROM_CAMPAIGN, campaignId=first, listId=list_id, allLeads=True)
    assert (members(api, list_id), emails(api, first), emails(api, second)) == ([ANN, BEN, CLEO], [], [ANN])
    push(api, FROM_CAMPAIGN, campaignId=first, listId=list_id, allLeads=True)
    assert account_of(api) == [ANN, BEN, CLEO]


def test_a_campaign_whose_last_leads_are_pushed_away_completes(api: Api) -> None:
    """As it does when they are deleted from it: those that are left have finished."""
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-05T00:00:00Z"}))  # no day of its schedule
    campaign_id, list_id = api.campaign(), lead_list(api)
    api.add(campaign_id, ANN, BEN)
    api.start(campaign_id)
    map_id = api.row(campaign_id, ANN)["campaign_lead_map_id"]
    ok(api.post(f"/campaigns/{campaign_id}/leads/{map_id}/manual-complete"))
    push(api, TO_LIST, listId=list_id, leadIds=ids(api, BEN))
    ok(api.control("POST", "/clock/advance", {"hours": 1}))
    assert ok(api.get(f"/campaigns/{campaign_id}"))["status"] == "COMPLETED"


def test_notes_go_with_the_row_they_were_made_on(api: Api) -> None:
    """Those on other rows of the lead stay."""
    first, second, list_id = api.campaign(), api.campaign(), lead_list(api)
    for campaign_id in (first, second):
        api.add(campaign_id, ANN)
        note(
            api, campaign_id, api.row(campaign_id, ANN)["campaign_lead_map_id"], f"in {campaign_id}", 1_770_000_000_000
        )
    push(api, FROM_CAMPAIGN, campaignId=first, listId=list_id, allLeads=True)
    notes = ok(api.get(f"/crm/leads/notes/{api.lead_id(ANN)}"))["data"]
    assert [one["note"] for one in notes] == [f"in {second}"]
    assert defects(api) == []


def test_an_unknown_place_or_lead_refuses_the_whole_push(api: Api) -> None:
    """404 with the record that is missing, and nothing is pushed."""
    list_id, campaign_id, foreign = lead_list(api, ANN, BEN), api.campaign(), api.campaign()
    api.add(campaign_id, ANN)
    api.add(foreign, BEN)
    some = [*ids(api, ANN), UNKNOWN]
    mine, theirs = (api.rows(one)[0]["campaign_lead_map_id"] for one in (campaign_id, foreign))
    copy: dict[str, Any] = {"action": "copy"}
    no_campaign, no_list, no_lead = (
        "Campaign not found - Invalid campaign_id.", "Resource not found", "Lead not found - Invalid lead_id.",
    )  # fmt: skip
    for place, body, error in (
        (TO_CAMPAIGN, {**copy, "campaignId": UNKNOWN, "leadList": {"listId": list_id}}, no_campaign),
        (TO_CAMPAIGN, {**copy, "campaignId": campaign_id, "leadList": {"listId": UNKNOWN}}, no_list),
        (TO_CAMPAIGN, {**copy, "campaignId": campaign_id, "leadList": {"leadIds": some}}, no_lead),
        (TO_CAMPAIGN, {**copy, "campaignName": "new", "leadList": {"leadIds": some, "listId": list_id}}, no_lead),
        (BETWEEN, {**copy, "fromListId": UNKNOWN, "toListId": list_id}, no_list),
        (BETWEEN, {**copy, "fromListId": list_id, "toListId": UNKNOWN}, no_list),
        (BETWEEN, {**copy, "leadIds": some, "toListId": list_id}, no_lead),
        (TO_LIST, {"listId": UNKNOWN, "allLeads": True}, no_list),
        (TO_LIST, {"listId": list_id, "leadIds": some}, no_lead),
        (FROM_CAMPAIGN, {"campaignId": UNKNOWN, "listId": list_id, "allLeads": True}, no_campaign),
        (FROM_CAMPAIGN, {"campaignId": campaign_id, "listId": UNKNOWN, "allLeads": True}, no_list),
        (FROM_CAMPAIGN, {"campaignId": campaign_id, "listId": list_id, "leadMapIds": [mine, theirs]}, no_lead),
    ):
        assert refused(api, place, **body) == {"error": error}
        assert members(api, list_id) == [ANN, BEN]


COPY: dict[str, Any] = {"action": "copy"}


@pytest.mark.parametrize(
    ("place", "body"),
    [
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001}),
        (TO_CAMPAIGN, {**COPY, "leadList": {"allLeads": True}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "leadList": {}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "leadList": {"allLeads": False}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "leadList": {"allLeads": True, "listId": 1001}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "leadList": {"leadIds": []}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "leadList": {"leadIds": list(range(1, 10_002))}}),
        (TO_CAMPAIGN, {**COPY, "campaignName": "", "leadList": {"allLeads": True}}),
        (TO_CAMPAIGN, {"campaignId": 1001, "leadList": {"allLeads": True}}),
        (TO_CAMPAIGN, {"action": "deactivate", "campaignId": 1001, "leadList": {"allLeads": True}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "filters": {"listId": "1"}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "filters": {"campaignId": 1001}}),
        (TO_CAMPAIGN, {**COPY, "campaignId": 1001, "filters": {"leadCategoryIds": "1,"}}),
        (BETWEEN, {**COPY, "toListId": 1001}),
        (BETWEEN, {**COPY, "fromListId": 1001}),
        (BETWEEN, {**COPY, "fromListId": 1001, "leadIds": [1], "toListId": 1001}),
        (BETWEEN, {"fromListId": 1001, "toListId": 1001}),
        (TO_LIST, {"listId": 1001}),
        (TO_LIST, {"listId": 1001, "allLeads": False}),
        (TO_LIST, {"leadIds": [1]}),
        (TO_LIST, {"listId": 1001, "allLeads": True, "action": "push"}),
        (FROM_CAMPAIGN, {"campaignId": 1001, "listId": 1001}),
        (FROM_CAMPAIGN, {"campaignId": 1001, "listId": 1001, "leadMapIds": []}),
        (FROM_CAMPAIGN, {"campaignId": 1001, "allLeads": True}),
        (FROM_CAMPAIGN, {"listId": 1001, "allLeads": True}),
    ],
)
def test_a_push_that_does_not_say_what_or_where_is_refused(api: Api, place: str, body: dict[str, Any]) -> None:
    """400 in the validator's form, and nothing is pushed."""
    lead_list(api, ANN)
    api.campaign()
    assert refused(api, place, 400, **body)["validation"]["source"] == "body"

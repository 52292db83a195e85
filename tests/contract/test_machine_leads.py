"""The machine of leads: it holds on the mock, and does not hold on one with a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.machines.leads import LeadStories
from tests.contract.fakes import EDITIONS
from tests.contract.tampering import Fault, Json, stories, without
from tests.servers import Server

IMPORT, LIST, LEAD = r"/campaigns/\d+/leads$", r"/campaigns/\d+/leads$", r"/campaigns/\d+/leads/\d+"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In every edition."""
    assert [found.message for found in stories(LeadStories, running.url, edition=edition, examples=2, steps=15)] == []


def settings(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """The flags of an import arrive as others."""
    return lambda body: {**body, "settings": change(body.get("settings", {}))}


def leads(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """The leads of an import arrive as others."""
    return lambda body: {**body, "lead_list": [change(one) for one in body.get("lead_list", [])]}


def count(name: str) -> Callable[[Json], Json]:
    """A count is one too high when it is not zero."""
    return lambda answer: {**answer, name: answer[name] + 1} if answer.get(name) else answer


def rows(change: Callable[[list[Json]], list[Json]]) -> Callable[[Json], Json]:
    """The rows of a page are others."""
    return lambda answer: {**answer, "data": change(answer["data"])}


def each(**changes: Callable[[Json], Any]) -> Callable[[Json], Json]:
    """Members of each row are others."""
    return rows(lambda found: [{**row, **{name: change(row) for name, change in changes.items()}} for row in found])


def emptied(row: Json) -> Json:
    """A lead without its custom fields."""
    return {**row["lead"], "custom_fields": {}}


OK, DONE = {"ok": True}, {"ok": True, "data": "success"}
FAULTS = {
    "the block list is not asked": Fault("POST", IMPORT, body=settings(
        lambda s: {**s, "ignore_global_block_list": True}
    )),
    "the block list is always asked": Fault("POST", IMPORT, body=settings(without("ignore_global_block_list"))),
    "those who left are let in": Fault("POST", IMPORT, body=settings(
        lambda s: {**without("ignore_unsubscribe")(s), "ignore_unsubscribe_list": True}
    )),
    "bounces are let in": Fault("POST", IMPORT, body=settings(lambda s: {**s, "ignore_community_bounce_list": True})),
    "other campaigns do not count": Fault("POST", IMPORT, body=settings(
        without("ignore_duplicate_leads_in_other_campaign")
    )),
    "the flag of other campaigns is turned": Fault("POST", IMPORT, body=settings(lambda s: {
        **s, "ignore_duplicate_leads_in_other_campaign": not s.get("ignore_duplicate_leads_in_other_campaign", False)
    })),
    "ids are not told": Fault("POST", IMPORT, answer=without("emailToLeadIdMap")),
    "ids of others are told": Fault("POST", IMPORT, answer=lambda a: {**a, "emailToLeadIdMap": {
        group: {email: str(int(one) + 1) for email, one in found.items()}
        for group, found in a["emailToLeadIdMap"].items()
    }} if "emailToLeadIdMap" in a else a),
    "the case of an address counts": Fault("GET", LIST, answer=each(
        lead=lambda row: {**row["lead"], "email": row["lead"]["email"].title()}
    )),
    "repeats are not counted": Fault("POST", IMPORT, answer=lambda a: {**a, "duplicate_count": 0}),
    "one too many is known": Fault("POST", IMPORT, answer=count("already_added_to_campaign")),
    "one too many is added": Fault("POST", IMPORT, answer=count("added_count")),
    "who is blocked is not named": Fault("POST", IMPORT, answer=lambda a: {
        **a, "skipped_leads": a["skipped_leads"][1:]
    }),
    "a badly formed address is lost": Fault("POST", IMPORT, answer=lambda a: {**a, "invalid_emails": []}),
    "the last lead of a batch is lost": Fault("POST", IMPORT, body=lambda b: {
        **b, "lead_list": b["lead_list"][:-1] or b["lead_list"]
    }),
    "custom fields of an import are lost": Fault("POST", IMPORT, body=leads(without("custom_fields"))),
    "a phone number is lost": Fault("POST", IMPORT, body=leads(without("phone_number"))),
    "custom fields are not merged": Fault("POST", LEAD + "$", body=without("custom_fields")),
    "an update is lost": Fault("POST", LEAD + "$", instead=OK),
    "a pause is lost": Fault("POST", "/pause$", instead=DONE),
    "a resume is lost": Fault("POST", "/resume$", instead=DONE),
    "to unsubscribe here is lost": Fault("POST", LEAD + "/unsubscribe$", instead=OK),
    "to unsubscribe everywhere is lost": Fault("POST", r"/v1/leads/\d+/unsubscribe$", instead=OK),
    "the category is another": Fault("POST", "/category$", body=lambda b: {**b, "category_id": 5}),
    "a category pauses": Fault("POST", "/category$", body=lambda b: {**b, "pause_lead": True}),
    "a status word is lost": Fault("PATCH", "/status$", instead=OK),
    "a deleted row comes back": Fault("DELETE", LEAD + "$", instead={"ok": True, "message": "success"}),
    "one of several is not deleted": Fault("DELETE", IMPORT, body=lambda b: {
        "lead_ids": b["lead_ids"][:-1] or b["lead_ids"]
    }),
    "a lead is deleted nowhere": Fault("DELETE", r"/v1/leads/\d+$", instead=OK),
    "an entry is for everybody": Fault("POST", "/add-domain-block-list$", body=lambda b: {**b, "client_id": None}),
    "an entry is lost": Fault("POST", "/leads/block-list$", instead=OK),
    "an entry that is deleted stays": Fault("DELETE", "/delete-domain-block-list$", instead=OK),
    "new entries are counted wrongly": Fault("POST", "/add-domain-block-list$", answer=lambda a: {
        **a, "totalDomainAdded": a["uploadCount"]
    }),
    "the filter of the block list is dropped": Fault("GET", "/get-domain-block-list$", query=without(
        "filter_email_or_domain"
    )),
    "the page starts one late": Fault("GET", LIST, query=lambda q: q | (
        {"offset": str(int(q["offset"]) + 1)} if q.get("offset", "0") != "0" else {}
    )),
    "the filter of the status is dropped": Fault("GET", LIST, query=without("status")),
    "the filter of the category is dropped": Fault("GET", LIST, query=without("lead_category_id")),
    "the filter of the time is dropped": Fault("GET", LIST, query=without("created_at_gt")),
    "the total counts the page": Fault("GET", LIST, answer=lambda a: {**a, "total_leads": str(len(a["data"]))}),
    "custom fields are not shown": Fault("GET", LIST, answer=each(lead=emptied)),
    "a row shows another time": Fault("GET", LIST, answer=each(created_at=lambda row: "2026-03-02T08:00:01.000Z")),
    "the wrong campaign has the lead": Fault("GET", "/leads/$", answer=lambda a: {**a, "lead_campaign_data": [
        {**one, "campaign_id": one["campaign_id"] + 1} for one in a["lead_campaign_data"]
    ]} if a else a),
    "all leads lack one": Fault("GET", "/global-leads$", answer=rows(lambda found: found[1:])),
    "there is more than there is": Fault("GET", "/global-leads$", answer=lambda a: {**a, "hasMore": True}),
    "the cursor is passed over": Fault("GET", "/leads/all$", query=without("lastSeenLeadId")),
    "the figures count one too many": Fault("GET", "/analytics$", answer=lambda a: {
        **a, "campaign_lead_stats": count("paused")(a["campaign_lead_stats"])
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, name: str) -> None:
    """Each in a few stories."""
    assert next(stories(LeadStories, running.url, fault=FAULTS[name], examples=40), None) is not None

"""The machine of lead lists: it holds on the mock, and does not hold on one with a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.machines.lead_lists import LeadListStories
from tests.contract.tampering import Fault, Json, stories, without
from tests.servers import Server

LIST, ONE, TO_CAMPAIGN = "/lead-list/$", r"/lead-list/\d+$", "/push-to-campaign$"


@pytest.mark.parametrize("edition", ["default", "live"])
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In every edition that has lists."""
    found = stories(LeadListStories, running.url, edition=edition, examples=3, steps=20)
    assert [one.message for one in found] == []


def data(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """What an answer tells is something else."""
    return lambda answer: {**answer, "data": change(answer["data"])}


def lists(**changes: Callable[[Json], Any]) -> Callable[[Json], Json]:
    """Members of each list are others."""
    return data(lambda found: {**found, "lists": [
        {**one, **{name: change(one) for name, change in changes.items()}} for one in found["lists"]
    ]})  # fmt: skip


def copied(body: Json) -> Json:
    """What should be moved is copied."""
    return {**body, "action": "copy"}


OK = {"ok": True}
FAULTS = {
    "a list counts one too many": Fault("GET", LIST, answer=lists(leads_count=lambda one: one["leads_count"] + 1)),
    "a single list counts none": Fault("GET", ONE, answer=data(lambda one: {**one, "leads_count": 0})),
    "a new name is lost": Fault("PUT", ONE, instead={"ok": True, "data": {}}),
    "a deleted list stays": Fault("DELETE", ONE, instead=OK),
    "the filter of names is dropped": Fault("GET", LIST, query=without("listName")),
    "the filter of tags is dropped": Fault("GET", LIST, query=without("tagIds")),
    "the page starts one late": Fault("GET", LIST, query=lambda q: q | (
        {"offset": str(int(q["offset"]) + 1)} if q.get("offset", "0") != "0" else {}
    )),
    "the total counts the page": Fault("GET", LIST, answer=data(lambda one: {**one, "totalCount": len(one["lists"])})),
    "the block list is not asked": Fault("POST", r"/lead-list/\d+/import$", body=lambda b: {
        **b, "csvSettings": {"ignoreGlobalBlockList": True}
    }),
    "the flag is not read": Fault("POST", r"/lead-list/\d+/import$", body=without("csvSettings")),
    "the flag of a push is not read": Fault("POST", TO_CAMPAIGN, body=without("csvSettings")),
    "repeats are new": Fault("POST", r"/lead-list/\d+/import$", answer=data(lambda one: {
        **one, "imported": one["imported"] + one["duplicates"], "duplicates": 0
    })),
    "moved to a campaign and still in the list": Fault("POST", TO_CAMPAIGN, body=copied),
    "moved to a list and still in the other": Fault("POST", "/push-between-lists$", body=copied),
    "moved to a list and still in campaigns": Fault("POST", "/leads/push-to-list$", body=copied),
    "copied and no longer there": Fault("POST", "/push-between-lists$", body=lambda b: {**b, "action": "move"}),
    "the last of those named is left": Fault("POST", "/push-between-lists$", body=lambda b: {
        **b, **({"leadIds": b["leadIds"][:-1] or b["leadIds"]} if "leadIds" in b else {})
    }),
    "all of the campaign leave": Fault("POST", "/campaign/push-to-list$", body=lambda b: {
        **without("leadMapIds")(b), "allLeads": True
    }),
    "more are pushed than said": Fault("POST", TO_CAMPAIGN, answer=data(lambda one: {
        **one, "total_leads": one["total_leads"] + 1
    })),
    "a list filters nothing": Fault("GET", "/leads/all$", query=without("listId")),
    "tags are not taken off": Fault("POST", "/assign-tags$", body=lambda b: without("removeTagIds")(b) | (
        {} if "tagIds" in b else {"tagIds": b.get("removeTagIds", [])}
    )),
    "a tag of a lead is lost": Fault("POST", "/crm/leads/tags$", body=lambda b: {
        **b, "tagIds": b["tagIds"][:-1] or b["tagIds"]
    }),
    "a tag comes back": Fault("DELETE", r"/crm/leads/tags/\d+$", instead=OK),
    "a deleted lead stays in lists": Fault("DELETE", r"/v1/leads/\d+$", instead=OK),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, name: str) -> None:
    """Each in a few stories."""
    assert next(stories(LeadListStories, running.url, fault=FAULTS[name], examples=40), None) is not None

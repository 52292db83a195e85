"""The machine of campaigns: it holds on the mock, and does not hold on one with a fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract_tests.machines.campaigns import CampaignMachine
from tests.contract.tampering import Fault, Json, stories, without
from tests.servers import Server


@pytest.mark.parametrize("edition", ["default", "reference", "connector"])
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In every edition that has campaigns."""
    assert [
        found.message for found in stories(CampaignMachine, running.url, edition=edition, examples=2, steps=10)
    ] == []


def each(change: Callable[[Json], Json]) -> Callable[[list[Json]], list[Json]]:
    """Something wrong with every row."""
    return lambda found: [change(one) for one in found]


OK = {"ok": True}
ONE = r"/campaigns/\d+"
FAULTS = {
    "oldest first": Fault("GET", "/campaigns/$", answer=lambda found: found[::-1]),
    "client filter is lost": Fault("GET", "/campaigns/$", query=without("client_id")),
    "tags are always shown": Fault("GET", "/campaigns/$", query=lambda given: {**given, "include_tags": "true"}),
    "the newest is missing": Fault("GET", "/campaigns/$", answer=lambda found: found[1:]),
    "deletion is lost": Fault("DELETE", f"{ONE}$", instead=OK),
    "settings are lost": Fault("POST", f"{ONE}/settings$", instead=OK),
    "settings reset the stop word": Fault(
        "POST", f"{ONE}/settings$", body=lambda b: {"stop_lead_settings": "CLICK_ON_A_LINK", **b}
    ),
    "follow-ups are rounded": Fault(
        "POST", f"{ONE}/settings$",
        body=lambda b: b | ({"follow_up_percentage": 100} if b.get("follow_up_percentage") == 99 else {}),
    ),
    "the gap is lost": Fault("POST", f"{ONE}/schedule$", body=without("min_time_btw_emails")),
    "days are sorted": Fault(
        "POST", f"{ONE}/schedule$",
        body=lambda b: b | ({"days_of_the_week": sorted(b["days_of_the_week"])} if "days_of_the_week" in b else {}),
    ),
    "a stop is a pause": Fault(
        "POST", f"{ONE}/status$", body=lambda b: {"status": "PAUSED"} if b["status"] == "STOPPED" else b
    ),
    "ids of steps are lost": Fault(
        "POST", f"{ONE}/sequences$",
        body=lambda b: {"sequences": [without("id")(one) if isinstance(one, dict) else one for one in b["sequences"]]},
    ),
    "the last step is lost": Fault("POST", f"{ONE}/sequences$", body=lambda b: {"sequences": b["sequences"][:2]}),
    "shares are lost": Fault("GET", f"{ONE}/sequences$", answer=each(lambda step: step | {
        "sequence_variants": step["sequence_variants"] and [
            one | {"variant_distribution_percentage": None} for one in step["sequence_variants"]
        ]
    })),
    "mailboxes stay": Fault("DELETE", f"{ONE}/email-accounts$", instead={"ok": True, "result": 1}),
    "one mailbox of several": Fault(
        "POST", f"{ONE}/email-accounts$",
        body=lambda b: {"email_account_ids": b["email_account_ids"] and b["email_account_ids"][:1]},
    ),
    "copies keep the client": Fault(
        "POST", f"{ONE}/duplicate$", body=lambda b: {**(b or {}), "duplicate_client_label": True}
    ),
    "one campaign too many is counted": Fault(
        "GET", "/email-accounts/$", answer=each(lambda row: row | {"campaign_count": row["campaign_count"] + 1})
    ),
    "only one campaign is tagged": Fault(
        "POST", "/campaigns/tags$", body=lambda b: {**b, "campaign_ids": b["campaign_ids"][:1]}
    ),
    "names are cut": Fault("POST", "/campaigns/create$", body=lambda b: b | {"name": str(b["name"])[:60]}),
    "made in another time": Fault(
        "GET", f"{ONE}$", answer=lambda row: {**row, "created_at": "2026-03-02T07:59:59.000Z"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS.values())[::3], ids=list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, fault: Fault) -> None:
    """None of these passes."""
    assert next(stories(CampaignMachine, running.url, fault=fault, examples=12, steps=30), None)

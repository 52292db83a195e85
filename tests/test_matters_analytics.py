"""Every parameter of the global analytics has an effect."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.fields import shapes
from tests.lead_lists import tag
from tests.matters import shows
from tests.sending import (
    ALWAYS,
    Json,
    address,
    equip,
    freeze,
    ok,
    react,
    set_status,
    steps,
    until,
)
from tests.worlds import client_of, fresh

#: taken and not used, as the document says
UNUSED = {
    ("analytics_overall_stats_v2", "is_agency"), ("analytics_client_overall_stats", "filter"),
    *((f"analytics_{name}", "full_data") for name in (
        "campaign_response_stats", "mailbox_provider_wise_performance", "team_board_overall_stats")),
}  # fmt: skip
PARAMETERS = [
    (one.id, field)
    for one in shapes().values()
    for field in one.inputs
    if one.path.startswith("/analytics/") and (one.id, field) not in UNUSED
]
WEEK = {"start_date": "2026-03-02", "end_date": "2026-03-08", "timezone": "UTC"}
#: the day on which the third leads get step 1 and the first ones step 2
FOURTH = {"start_date": "2026-03-04", "end_date": "2026-03-04"}
VALUES: dict[str, tuple[Any, Any]] = {
    "start_date": ("2026-03-02", "2026-03-06"), "end_date": ("2026-03-08", "2026-03-03"),
    "timezone": ("UTC", "Pacific/Honolulu"), "client_ids": ("1001", "1002"), "campaign_ids": ("1001", "1002"),
    "limit": (1, 2), "offset": (0, 1), "full_data": ("true", "false"), "is_bounced": ("true", "false"),
}  # fmt: skip
#: the leads differ by campaign in when they answer for the first time, and in what they answer
REACTIONS = (
    ("02 09:30", 1001, "ann", "open reply-interested"), ("03 12:00", 1002, "bea", "bounce"),
    ("04 09:30", 1001, "amy", "open reply-interested"), ("04 09:30", 1001, "ann", "open reply"),
    ("04 12:00", 1002, "bob", "reply-interested"), ("04 12:00", 1002, "ben", "open reply"),
    ("06 12:00", 1001, "amy", "reply"), ("06 12:00", 1002, "ben", "reply"),
)  # fmt: skip


@pytest.fixture(scope="module")
def analysed(client: TestClient) -> Api:
    """Two campaigns of two clients, each with a mailbox, a tag and a member of the team, on the ninth of March.

    Each mails a new lead at nine on the second, third and fourth, and each lead again two days later; a third step is
    to come. The second campaign is paused.
    """
    api = fresh(client)
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-02-20T09:00:00Z"}))
    for name in ("one", "two"):
        client_of(api, name)
        freeze(api)  # the second client is of March
        ok(api.control("POST", "/team-members", {"name": name, "profile_pic_url": f"https://{name}.example/me"}))
    campaign(api, 1001, "ann", "ada", "amy", type="SMTP")
    campaign(api, 1002, "bob", "bea", "ben", type="GMAIL", warmup_enabled=True)
    for at, campaign_id, lead, words in REACTIONS:
        until(api, at)
        for word in words.split():
            react(api, campaign_id, lead, word)
    set_status(api, 1002, "PAUSED")
    until(api, "09 00:00")
    return api


def campaign(api: Api, campaign_id: int, *leads: str, **mailbox: Any) -> int:
    """A campaign of the client of the same id that mails one new lead a day; the tag and the member have its id too."""
    domain = f"{campaign_id}.example"
    account = api.account(f"box@{domain}", client_id=campaign_id, **mailbox)
    ok(api.post("/email-accounts/tag-mapping", {"email_account_ids": [account], "tag_ids": [tag(api, domain)]}))
    made = api.campaign(client_id=campaign_id)
    how: Json = {**ALWAYS, "start_hour": "09:00", "settings": {"stop_lead_settings": "CLICK_ON_A_LINK"}}
    equip(api, made, *leads, boxes=[account], sequence=steps(0, 2, 9), max_new_leads_per_day=1, **how)
    ok(api.post(f"/campaigns/{made}/team-member", {"teamMemberId": campaign_id}))
    for lead in leads:
        row_id = api.row(made, address(lead))["campaign_lead_map_id"]
        ok(api.post("/master-inbox/update-team-member", {"email_lead_map_id": row_id, "team_member_id": campaign_id}))
    assert made == account == campaign_id, "the table of values has these ids"
    return made


@pytest.mark.parametrize(("operation", "field"), PARAMETERS)
def test_what_is_counted(analysed: Api, operation: str, field: str) -> None:
    """Days, their zone, clients, campaigns, pages and what is shown: nine o'clock UTC is the day before in Honolulu."""
    days = {**WEEK, **FOURTH} if field == "timezone" else WEEK
    query = {name: value for name, value in days.items() if name in shapes()[operation].query}
    shows(analysed, operation, field, *VALUES[field], query=query)

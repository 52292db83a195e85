"""Every field that an answer has follows what was written, wherever it is read."""

from __future__ import annotations

import csv
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Api
from tests.sending import freeze, launch, steps, until

BARE = {"email": "bare@one.example"}
TEXTS = ("first_name", "last_name", "phone_number", "company_name", "website", "location", "linkedin_profile",
         "company_url")  # fmt: skip
FULL: dict[str, Any] = {
    "email": "full@one.example",
    "custom_fields": {"Note": "x"},
    **{name: f"the {name}" for name in TEXTS},
}


def _leads(answer: Any) -> dict[str, Any]:
    return {lead["email"]: lead for lead in answer}


#: operation -> how it shows the two leads of a campaign, by address
LEAD_READERS: dict[str, Callable[[Api, int], dict[str, Any]]] = {
    "list_leads_by_campaign": lambda api, one: _leads(row["lead"] for row in api.rows(one)),
    "get_lead_by_email": lambda api, one: _leads(
        api.get("/leads/", params={"email": lead["email"]}).json() for lead in (BARE, FULL)
    ),
    "get_lead_by_id": lambda api, one: _leads(
        api.get(f"/leads/{row['lead']['id']}").json()["data"][0] for row in api.rows(one)
    ),
    "list_all_leads": lambda api, one: _leads(api.get("/leads/global-leads").json()["data"]),
    "list_all_leads_v2": lambda api, one: _leads(api.get("/leads/all").json()["data"]["leads"]),
    "export_campaign_leads_csv": lambda api, one: _leads(
        csv.DictReader(api.get(f"/campaigns/{one}/leads-export").text.splitlines())
    ),
}


@pytest.mark.parametrize("reader", LEAD_READERS)
def test_a_lead_is_shown_as_imported(api: Api, reader: str) -> None:
    """Every operation that shows leads shows their texts, and nothing where nothing was sent."""
    campaign_id = api.campaign()
    assert api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [BARE, FULL]}).status_code == 200
    shown = LEAD_READERS[reader](api, campaign_id)
    empty = "" if reader.startswith("export") else None
    assert {name: shown[FULL["email"]][name] for name in TEXTS} == {name: FULL[name] for name in TEXTS}
    assert {name: shown[BARE["email"]][name] for name in TEXTS} == dict.fromkeys(TEXTS, empty)


def test_the_last_step_shows_in_the_export(api: Api) -> None:
    """The column is empty before the first mail and has the step's number after each."""
    freeze(api, "02 08:00")
    campaign_id = launch(api, "ann", "ben", sequence=steps(0, 1, 1), max_new_leads_per_day=1)
    seen = []
    for to in ("02 08:00", "02 09:00", "03 09:00", "03 12:00"):
        until(api, to)
        rows = csv.DictReader(api.get(f"/campaigns/{campaign_id}/leads-export").text.splitlines())
        seen.append([row["last_email_sequence_sent"] for row in rows])
    assert seen == [["", ""], ["1", ""], ["2", ""], ["2", "1"]]


#: read name -> what a bare mailbox and a full one show
MAILBOX = {
    "from_name": ("Ann", "Ben"),
    "username": ("bare@sender.example", "ben"),
    "smtp_host": ("smtp.sender.example", "smtp.two.example"),
    "smtp_port": (465, 587),
    "smtp_port_type": ("SSL", "TLS"),
    "imap_host": ("imap.sender.example", "imap.two.example"),
    "imap_port": (993, 143),
    "imap_port_type": ("SSL", "TLS"),
    "imap_username": ("bare@sender.example", "reader"),
    "is_different_imap_account": (False, True),
    "different_reply_to_address": (None, "reply@two.example"),
    "message_per_day": (50, 7),
    "signature": (None, "Bye"),
    "custom_tracking_domain": (None, "https://two.example"),
    "bcc_email": (None, "archive@two.example"),
    "type": ("SMTP", "GMAIL"),
    "client_id": (None, 22),
    "is_suspended": (False, True),
}
WRITTEN = {
    "from_name": "Ben", "user_name": "ben", "password": "two", "smtp_host": "smtp.two.example", "smtp_port": 587,
    "imap_host": "imap.two.example", "imap_port": 143, "imap_user_name": "reader", "imap_password": "three",
    "different_reply_to_address": "reply@two.example", "max_email_per_day": 7, "signature": "Bye",
    "custom_tracking_url": "https://two.example", "bcc": "archive@two.example", "type": "GMAIL", "client_id": 22,
    "reply_rate_percentage": 45, "total_warmup_per_day": 9, "time_to_wait_in_mins": 4,
}  # fmt: skip


@pytest.fixture
def mailboxes(api: Api) -> tuple[int, int]:
    """A bare mailbox and a full one; both are in one campaign, the full one in another one too."""
    bare, full = api.account("bare@sender.example"), api.account("full@sender.example", **WRITTEN)
    for ids in ([bare, full], [full]):
        path = f"/campaigns/{api.campaign()}/email-accounts"
        assert api.post(path, {"email_account_ids": ids}).status_code == 200
    assert api.post(f"/email-accounts/{full}", {"is_suspended": True}).status_code == 200
    return bare, full


#: operation -> how it shows two mailboxes
MAILBOX_READERS: dict[str, Callable[[Api, tuple[int, int]], list[dict[str, Any]]]] = {
    "list_email_accounts": lambda api, ids: api.get("/email-accounts/").json(),
    "get_email_account": lambda api, ids: [api.get(f"/email-accounts/{one}").json() for one in ids],
    "list_campaign_email_accounts": lambda api, ids: api.get("/campaigns/1001/email-accounts").json(),
}


@pytest.mark.parametrize("reader", MAILBOX_READERS)
def test_a_mailbox_is_shown_as_saved(api: Api, mailboxes: tuple[int, int], reader: str) -> None:
    """Every operation that shows mailboxes shows the same settings, under their read names."""
    bare, full = MAILBOX_READERS[reader](api, mailboxes)
    assert {name: (bare[name], full[name]) for name in MAILBOX} == MAILBOX
    assert (bare["warmup_details"]["reply_rate"], full["warmup_details"]["reply_rate"]) == (20, 45)


def test_passwords_are_shown_in_two_forms(api: Api, mailboxes: tuple[int, int]) -> None:
    """In base64 in the list, in clear text alone."""
    names = ("password", "imap_password")
    listed = [[b64decode(row[name]).decode() for name in names] for row in api.get("/email-accounts/").json()]
    alone = [[api.get(f"/email-accounts/{one}").json()[name] for name in names] for one in mailboxes]
    assert listed == alone == [["secret", "secret"], ["two", "three"]]


def test_the_campaigns_of_a_mailbox_are_shown_when_asked_for(api: Api, mailboxes: tuple[int, int]) -> None:
    """As ids, in the list and alone."""
    query = {"fetch_campaigns": "true"}
    listed = [row["campaign_ids"] for row in api.get("/email-accounts/", params=query).json()]
    alone = [api.get(f"/email-accounts/{one}", params=query).json()["campaign_ids"] for one in mailboxes]
    assert listed == alone == [[1001], [1001, 1002]]


def test_a_change_answers_the_mailbox_it_changed(api: Api, mailboxes: tuple[int, int]) -> None:
    """Its id comes back from an update and from a deletion."""
    for one in mailboxes:
        assert api.post(f"/email-accounts/{one}", {"from_name": "New"}).json()["emailAccountId"] == one
        assert api.delete(f"/email-accounts/{one}").json()["emailAccountId"] == one


def test_lists_show_the_settings_of_each_campaign(api: Api) -> None:
    """The list shows schedule, gap and stop rule as the campaign alone does."""
    plain, set_up = api.campaign(name="plain"), api.campaign(name="set up")
    hours = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "08:30", "end_hour": "18:30"}
    for campaign_id, change in ((plain, {"start_hour": "09:00", "end_hour": "17:00"}), (set_up, {})):
        body = {**hours, **change, "min_time_btw_emails": 5 * campaign_id}
        assert api.post(f"/campaigns/{campaign_id}/schedule", body).status_code == 200
    assert api.post(f"/campaigns/{set_up}/settings", {"stop_lead_settings": "OPEN_AN_EMAIL"}).status_code == 200
    listed = {row["id"]: row for row in api.get("/campaigns/").json()}
    assert listed == {one: api.get(f"/campaigns/{one}").json() for one in (plain, set_up)}
    assert [listed[one]["scheduler_cron_value"]["startHour"] for one in (plain, set_up)] == ["09:00", "08:30"]
    assert [listed[one]["stop_lead_settings"] for one in (plain, set_up)] == ["REPLY_TO_AN_EMAIL", "OPEN_AN_EMAIL"]
    assert [listed[one]["min_time_btwn_emails"] for one in (plain, set_up)] == [5 * plain, 5 * set_up]


def test_an_import_names_the_leads_of_other_campaigns(api: Api) -> None:
    """Each address that is refused because of another campaign comes with the lead's id."""
    first, second = api.campaign(), api.campaign()
    api.add(first, "ann@one.example", "ben@one.example")
    flags = {"return_lead_ids": True, "ignore_duplicate_leads_in_other_campaign": True}
    refused = api.add(second, "ann@one.example", "ben@one.example", **flags)["emailToLeadIdMap"]
    expected = {address: str(api.lead_id(address)) for address in ("ann@one.example", "ben@one.example")}
    assert refused["existingLeadsInOtherCampaigns"] == expected

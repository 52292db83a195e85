"""Every field that an answer has follows what was written, wherever it is read."""

from __future__ import annotations

import csv
import json
from base64 import b64decode
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from tests.clients import FULL_ACCESS, client_of, make_key
from tests.conftest import Api
from tests.inboxes import GOES_ON, item, listed, map_id, patch, untracked
from tests.lead_lists import lead_list, tag
from tests.sending import equip, freeze, launch, ok, step, steps, until

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


@pytest.mark.parametrize("reader", [name for name in LEAD_READERS if name != "list_all_leads"])
def test_a_lead_shows_the_clients_that_it_unsubscribed_from(api: Api, reader: str) -> None:
    """Once the key of a client has unsubscribed it from all that is the client's; other leads show none."""
    one = client_of(api, "one", FULL_ACCESS)
    campaign_id = one.campaign()
    one.add(campaign_id, BARE["email"], FULL["email"])
    ok(one.post(f"/leads/{one.lead_id(FULL['email'])}/unsubscribe"))
    shown = LEAD_READERS[reader](api, campaign_id)
    found = {email: lead["unsubscribed_client_id_map"] for email, lead in shown.items()}
    if reader.startswith("export"):
        found = {email: json.loads(text or "null") for email, text in found.items()}
    assert (found[BARE["email"]] or {}, found[FULL["email"]]) == ({}, {str(one.client_id): True})


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


# ------------------------------------------------------------------------------------------------ clients and tags


def test_a_campaign_shows_its_client_and_its_tags_in_its_figures(api: Api) -> None:
    """Each its own, and one without a client none."""
    api.campaign()
    for name in ("one", "two"):
        campaign_id = api.campaign(client_id=client_of(api, name).client_id)
        body = {"campaign_ids": [campaign_id], "tag_ids": [tag(api, name, color=f"#{name[-1].encode().hex() * 3}")]}
        ok(api.post("/campaigns/tags", body))
    none, one, two = (ok(api.get(f"/campaigns/{campaign_id}/analytics")) for campaign_id in (1001, 1002, 1003))
    names = ("client_name", "client_email", "client_company_name")
    assert [none["tags"], *(none[name] for name in names)] == [[], None, None, None]
    assert [one[name] for name in names] == ["one client", "client@one.example", "one brand"]
    assert [two[name] for name in names] == ["two client", "client@two.example", "two brand"]
    assert one["tags"] == [{"id": 1001, "name": "one", "color": "#656565"}]
    assert two["tags"] == [{"id": 1002, "name": "two", "color": "#6f6f6f"}]


def test_the_revenue_of_leads_shows_in_the_figures(api: Api) -> None:
    """The sum of a campaign, as a number."""
    freeze(api)
    campaign_id = launch(api, "ann", "ben")
    until(api, "02 12:00")
    for lead, revenue in (("ann", 500.5), ("ben", 1)):
        ok(patch(api, "update-revenue", map_id(api, campaign_id, lead), revenue=revenue))
    assert ok(api.get(f"/campaigns/{campaign_id}/analytics"))["campaign_lead_stats"]["revenue"] == 501.5


def test_clients_are_the_same_in_analytics(api: Api) -> None:
    """But for what they may do, which only the list of clients shows."""
    for name, more in (("one", {}), ("two", {"logo": "Two", "logo_url": "https://two.example/logo"})):
        ok(api.post("/client/save", {"name": name, "email": f"{name}@client.example", **more}))
    clients = [{k: v for k, v in row.items() if k != "client_permission"} for row in ok(api.get("/client/"))]
    assert ok(api.get("/analytics/client/list"))["data"]["client_list"] == clients
    assert [row["logo_url"] for row in clients] == [None, "https://two.example/logo"]


def test_a_change_answers_the_key_and_the_list_it_changed(api: Api) -> None:
    """Their ids come back."""
    for name in ("one", "two"):
        key = make_key(api, client_of(api, name).client_id)
        reset = ok(api.request("PUT", f"/client/api-key/reset/{key['id']}"))["data"]
        assert (reset["id"], reset["client_id"]) == (key["id"], key["client_id"])
        list_id = lead_list(api)
        assert ok(api.request("PUT", f"/lead-list/{list_id}", json={"listName": name}))["data"]["id"] == list_id


def test_mailboxes_that_come_by_tag_show_their_campaign(api: Api) -> None:
    """Each campaign gets rows of its own."""
    body = {"email_account_ids": [api.account()], "tag_ids": [tag(api, "one")]}
    ok(api.post("/email-accounts/tag-mapping", body))
    for campaign_id in (api.campaign(), api.campaign()):
        added = ok(api.post(f"/campaigns/{campaign_id}/email-accounts/by-tag", {"tag_ids": body["tag_ids"]}))
        assert [row["email_campaign_id"] for row in added["result"]] == [campaign_id]


# ------------------------------------------------------------------------------------------------ the master inbox


def test_a_conversation_alone_is_shown_as_in_lists(api: Api) -> None:
    """In a campaign, pushed to a sub-sequence, and in the sub-sequence."""
    freeze(api)
    boxes = [api.account()]
    parent = launch(api, "ann", "ben", boxes=boxes, **GOES_ON)
    body = {"parent_campaign_id": parent, "subsequence_name": "child", "condition_events": []}
    child = ok(api.post("/campaigns/create-subsequence", body))["id"]
    equip(api, child, boxes=boxes, sequence=[step()], **GOES_ON)
    until(api, "02 12:00")
    body = {"email_lead_map_id": map_id(api, parent, "ann"), "sub_sequence_id": child}
    ok(api.post("/master-inbox/push-to-subsequence", body))
    until(api, "03 12:00")
    rows = {(row["email_campaign_id"], row["lead_email"][:3]): row for row in listed(api, "sent")}
    assert {place: (row["sub_sequence_id"], row["belongs_to_sub_sequence"]) for place, row in rows.items()} == {
        (parent, "ann"): (child, False), (parent, "ben"): (None, False), (child, "ann"): (None, True),
    }  # fmt: skip
    for row in rows.values():
        assert item(api, int(row["email_lead_map_id"])) == row


def test_files_of_a_mail_came_with_it(api: Api) -> None:
    """Each has the moment at which its mail came."""
    freeze(api)
    account_id = api.account()
    for hour in (9, 10):
        until(api, f"02 {hour:02}:00")
        mail = EmailMessage()
        mail["From"], mail["Subject"] = "pat@other.example", "Hi"
        mail.add_attachment(b"12345", maintype="application", subtype="pdf", filename="offer.pdf")
        ok(api.control("POST", f"/email-accounts/{account_id}/messages", {"raw": mail.as_string()}))
    shown = untracked(api, fetchAttachments="true")
    assert [row["attachments"][0]["created_at"] for row in shown] == [row["created_at"] for row in shown] == [
        f"2026-03-02T{hour}:00:00.000Z" for hour in ("10", "09")
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(("path", "body", "status", "refusal"), [
    ("/email-accounts/tag-list", {"email_ids": ["x@other.example.com"]}, 406, {
        "success": False, "message": "One or more email accounts do not belong to this user",
        "invalid_emails": ["x@other.example.com"]}),
    ("/master-inbox/update-team-member", {"email_lead_map_id": 3_000_000_001, "team_member_id": 61}, 404,
     {"error": "Team member not found with ID 61"}),
])  # fmt: skip
def test_a_refusal_names_what_was_sent(api: Api, path: str, body: Any, status: int, refusal: Any) -> None:
    """As in the documented examples."""
    freeze(api)
    launch(api, "ann")
    until(api, "02 12:00")
    answer = api.post(path, body)
    assert (answer.status_code, answer.json()) == (status, refusal)

"""Every parameter and field of the operations on messages and activities has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests import store
from tests.conftest import Api
from tests.matters import FIRST, matters
from tests.sending import equip, matters_later, ok, step, steps
from tests.worlds import MESSAGE_ID, STATS_ID

OTHER_STATS_ID = "3a1c9a2e-0000-4000-8000-000000000002"
NEW_YEAR = 1_767_225_600_000
HOUR = 3_600_000
LEAD, OTHER_LEAD = FIRST["lead_id"], FIRST["lead_id"] + 1
OF_LEAD = f"/campaigns/1001/leads/{LEAD}"


def got(api: Api, lead: int, at: int, stats_id: str, message_id: str) -> None:
    """A lead of the first campaign, by its number, got a mail."""
    row = api.rows(1001)[lead]
    store.mail(
        api, 1001, row["campaign_lead_map_id"], lead_id=row["lead"]["id"], email_account_id=1001, at=at,
        from_email="one@sender.example", to_email=row["lead"]["email"], stats_id=stats_id, message_id=message_id,
        seq_number=1, subject="Hi", body="<p>Hi</p>", step_id=ok(api.get("/campaigns/1001/sequences"))[0]["id"],
    )  # fmt: skip


def mailed(api: Api) -> None:
    """Two leads, of which each has got a mail: the first an hour before the new year, the other at its beginning."""
    boxes = [api.account("one@sender.example", signature="Ann"), api.account("two@sender.example")]
    sequence = [step(subject="{{email}}"), step(2, 1)]
    equip(api, api.campaign(), "ann", "bob", boxes=boxes, sequence=sequence, start=False)
    got(api, 0, NEW_YEAR - HOUR, STATS_ID, MESSAGE_ID)
    got(api, 1, NEW_YEAR, OTHER_STATS_ID, "<r2@example.com>")


def waiting(api: Api) -> None:
    """Two leads of a campaign with two mailboxes, a third mailbox, and a second campaign with the same leads."""
    boxes = [api.account(f"{name}@sender.example") for name in ("one", "two", "three")]
    for _ in range(2):
        equip(api, api.campaign(), "ann", "bob", boxes=boxes[:2], sequence=steps(0, 1), start=False)


def nothing_more(api: Api) -> None:
    """The call was all."""


def two_days(api: Api) -> None:
    """Two days pass."""
    ok(api.control("POST", "/clock/advance", {"days": 2}))


def start(api: Api) -> None:
    """The campaigns run for four days."""
    for campaign_id in (1001, 1002):
        ok(api.post(f"/campaigns/{campaign_id}/status", {"status": "START"}))
    ok(api.control("POST", "/clock/advance", {"days": 4}))


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [("event_time_gt", "2025-12-31T22:59:59Z", "2025-12-31T23:00:00Z"), ("show_plain_text_response", "true", "false")],
)
def test_what_the_history_shows(client: TestClient, field: str, a: str, b: str) -> None:
    """A mail an hour before the new year."""
    matters(client, "get_lead_message_history", field, a, b, given=mailed)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("offset", 0, 1),
        ("limit", 1, 2),
        ("event_time_from", "2025-12-31", "2026-01-01"),
        ("event_time_to", "2025-12-31T23:00:00Z", "2026-01-01"),
    ],
)
def test_which_leads_are_listed(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Two leads that got a mail each, an hour apart."""
    query = {"event_time_from": "2000-01-01"}
    matters(client, "list_all_leads_activities", field, a, b, given=mailed, query=query)


def test_the_campaign_of_a_row_is_checked(api: Api) -> None:
    """The steps of a row are there in its own campaign only."""
    waiting(api)
    path = f"/leads/{FIRST['lead_map_id']}/sequence-details"
    assert [api.get(path, params={"campaignId": one}).status_code for one in (1001, 1002)] == [200, 404]


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("email_stats_id", STATS_ID, OTHER_STATS_ID),
        ("email_body", "one", "two"),
        ("to_email", "a@x.example", "b@x.example"),
        ("scheduled_time", "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"),
        ("cc", "a@x.example", "b@x.example"),
        ("bcc", "a@x.example", "b@x.example"),
        ("add_signature", True, False),
        ("attachments[].file_name", "a", "b"),
        ("attachments[].file_url", "https://a.example", "https://b.example"),
        ("attachments[].file_type", "text/plain", "text/html"),
    ],
)
def test_a_reply_is_sent_as_it_is_asked_for(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the mail."""
    body: dict[str, Any] = {"email_stats_id": STATS_ID, "email_body": "<p>Thanks</p>"}
    if field.startswith("attachments"):
        body["attachments"] = [{"file_url": "https://files.example/a"}]
    matters_later(client, "reply_email_thread", field, a, b, given=mailed, then=two_days, body=body)


def answered(api: Api) -> None:
    """The first lead got a second mail by hand, so that an answer may go on from either."""
    mailed(api)
    body = {"email_stats_id": STATS_ID, "email_body": "<p>Thanks</p>"}
    assert api.post("/campaigns/1001/reply-email-thread", body).status_code == 200


def test_a_reply_goes_on_from_the_named_message(client: TestClient) -> None:
    """The message shows in the mail."""
    body = {"email_stats_id": STATS_ID, "email_body": "<p>Thanks</p>"}
    matters_later(
        client, "reply_email_thread", "reply_message_id", MESSAGE_ID, "<none>", given=answered, then=nothing_more,
        body=body,
    )  # fmt: skip


def twins(api: Api) -> None:
    """Mails that have one of their two ids in common with another."""
    mailed(api)
    got(api, 1, NEW_YEAR, STATS_ID, "<r3@example.com>")
    got(api, 1, NEW_YEAR, OTHER_STATS_ID, MESSAGE_ID)


FORWARD = {"message_id": MESSAGE_ID, "stats_id": STATS_ID, "to_emails": "x@x.example"}


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("message_id", MESSAGE_ID, "<r3@example.com>"),
        ("stats_id", STATS_ID, OTHER_STATS_ID),
        ("to_emails", "a@x.example", "a@x.example,b@x.example"),
        ("forward_email_body", "one", "two"),
        ("forward_email_subject", "one", "two"),
    ],
)
def test_a_forward_is_sent_as_it_is_asked_for(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the mail."""
    matters_later(client, "forward_email", field, a, b, given=twins, then=nothing_more, body=FORWARD)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("leadId", LEAD, OTHER_LEAD),
        ("sequenceNumber", 1, 2),
        ("selectedEmailAccountId", 1001, 1002),
        ("customEmailAddress", "a@x.example", "b@x.example"),
    ],
)
def test_a_test_mail_is_sent_as_it_is_asked_for(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the mail."""
    body = {"leadId": LEAD, "sequenceNumber": 1}
    matters_later(client, "send_test_email", field, a, b, given=mailed, then=nothing_more, body=body)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("email_account_id", 1001, 1002),
        ("email_campaign_id", 1001, 1002),
        ("email_lead_id", LEAD, OTHER_LEAD),
    ],
)
def test_the_choice_of_a_mailbox_shows_in_the_mails(client: TestClient, field: str, a: Any, b: Any) -> None:
    """The first mails come from the chosen mailbox."""
    body = {"email_account_id": 1002, "email_campaign_id": 1001, "email_lead_id": LEAD}
    matters_later(client, "update_lead_email_account", field, a, b, given=waiting, then=start, body=body)


def chosen(api: Api) -> None:
    """The first lead has its mailbox."""
    waiting(api)
    body = {"email_account_id": 1002, "email_campaign_id": 1001, "email_lead_id": LEAD}
    ok(api.post("/campaigns/update-lead-email-account", body))


def test_a_choice_is_overridden_only_if_asked_to(client: TestClient) -> None:
    """Else the lead stays with its mailbox."""
    body = {"email_account_id": 1001, "email_campaign_id": 1001, "email_lead_id": LEAD}
    field = "override_lead_email_account"
    matters_later(client, "update_lead_email_account", field, True, False, given=chosen, then=start, body=body)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("to", "a@x.example", "b@x.example"),
        ("subject", "one", "two"),
        ("body", "one", "two"),
        ("fromEmail", "one@sender.example", "two@sender.example"),
        ("fromEmailId", 1001, 1002),
        ("attachments[].filename", "a", "b"),
        ("attachments[].content", "AAAA", "AAAAAAAA"),
        ("attachments[].mimeType", "text/plain", "text/html"),
    ],
)
def test_a_single_mail_is_sent_as_it_is_asked_for(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the mail, which is a plain text: a pixel names its workspace, new with every reset."""
    body: dict[str, Any] = {"to": "a@x.example", "subject": "Hi", "body": "Hi", "attachments": [{"content": ""}]}
    if field != "fromEmail":
        body["fromEmailId"] = 1001
    matters_later(client, "send_single_email", field, a, b, given=waiting, then=nothing_more, body=body)

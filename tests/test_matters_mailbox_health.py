"""Every field of the operations about warm-up, OAuth mailboxes and their messages has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.matters import matters
from tests.sending import ok
from tests.test_mailbox_health import OAUTH

READS = ["/email-accounts/", "/email-accounts/1001", "/email-accounts/1001/warmup-stats"]


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("from_name", "Ann", "Ben"),
        ("from_email", "one@sender.example", "two@sender.example"),
        ("username", "one", "two"),
        ("type", "GMAIL", "OUTLOOK"),
        ("warmup_enabled", True, False),
        ("max_email_per_day", 10, 20),
        ("custom_tracking_url", "https://one.example", "https://two.example"),
        ("bcc", "one@sender.example", "two@sender.example"),
        ("time_to_wait_in_mins", 3, 7),
        ("signature", "one", "two"),
        ("total_warmup_per_day", 10, 20),
        ("reply_rate_percentage", 10, 20),
        ("client_id", 22, 23),
    ],
)
def test_an_oauth_mailbox_is_read_as_saved(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows, under its read name."""
    matters(client, "save_oauth_email_account", field, a, b, body=OAUTH, reads=READS)


def test_the_id_of_an_oauth_save_chooses_the_mailbox(client: TestClient) -> None:
    """With an id that mailbox is changed, without one a second is made."""
    matters(client, "save_oauth_email_account", "id", 1001, None, given=Api.account, body=OAUTH, reads=READS)


def paused(api: Api) -> None:
    """A mailbox that warmed up for two days, and did not on the third: what is set now holds at once."""
    account_id = api.account(warmup_enabled=True)
    ok(api.control("POST", "/clock/advance", {"days": 1}))
    ok(api.post(f"/email-accounts/{account_id}/warmup", {"warmup_enabled": False, "daily_rampup": 4}))
    ok(api.control("POST", "/clock/advance", {"days": 1}))


@pytest.mark.parametrize(
    ("operation", "field", "a", "b"),
    [
        ("update_email_account_warmup", "warmup_enabled", True, False),
        ("update_email_account_warmup", "total_warmup_per_day", 4, 5),
        ("update_email_account_warmup", "daily_rampup", 5, 6),
        ("update_email_account_warmup", "reply_rate_percentage", 20, 100),
        ("update_email_account_warmup", "warmup_key_id", "one", "two"),
        ("update_email_account_warmup", "is_rampup_enabled", True, False),
        ("save_oauth_email_account", "daily_rampup", 5, 6),
    ],
)
def test_a_warm_up_goes_as_it_is_set(client: TestClient, operation: str, field: str, a: Any, b: Any) -> None:
    """Each setting shows in the mailbox or in the day's figures."""
    body = {"warmup_enabled": True} if operation.startswith("update") else {**OAUTH, "id": 1001}
    matters(client, operation, field, a, b, given=paused, body=body, reads=READS)


def messages(api: Api) -> None:
    """Two mailboxes; the first got a mail a day ago and sent and got one now."""
    account_id = api.account()
    api.account("ben@sender.example")
    mail = {"from": "lee@lead.example", "body": "Text"}
    ok(api.control("POST", f"/email-accounts/{account_id}/messages", {**mail, "subject": "first"}))
    ok(api.control("POST", "/clock/advance", {"days": 1}))
    single = {"to": "x@y.example", "subject": "Single", "body": "Text", "fromEmailId": account_id}
    ok(api.post("/send-email/initiate", single))
    ok(api.control("POST", f"/email-accounts/{account_id}/messages", {**mail, "subject": "second"}))


CHOICES = [
    ("limit", 1, 2),
    ("folder", "INBOX", "SENT"),
    ("includeBody", True, False),
    ("from", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
    ("to", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"),
]


@pytest.mark.parametrize(("field", "a", "b"), CHOICES)
def test_what_is_asked_for_decides_which_messages_are_shown(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Of one mailbox as of several."""
    matters(client, "fetch_email_account_messages", field, a, b, given=messages)
    entry = [{"account_id": 1001}]
    matters(client, "bulk_fetch_email_account_messages", f"[].{field}", a, b, given=messages, body=entry)


def test_the_id_of_an_entry_chooses_the_mailbox(client: TestClient) -> None:
    """Each entry has its own."""
    matters(client, "bulk_fetch_email_account_messages", "[].account_id", 1001, 1002, given=messages, body=[{}])

"""Every parameter and field of the mailbox operations has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.matters import matters

BODY = {
    "from_name": "Ann", "from_email": "new@sender.example", "user_name": "new@sender.example", "password": "secret",
    "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example", "imap_port": 993,
    "warmup_enabled": False,
}  # fmt: skip
READS = ["/email-accounts/", "/email-accounts/1001"]


def three_kinds(api: Api) -> None:
    """A warm Gmail mailbox of client 22 in a campaign, a cold Outlook one of client 23, and one more."""
    api.account("ann@sender.example", client_id=22, type="GMAIL", warmup_enabled=True)
    api.account("ben@sender.example", client_id=23, type="OUTLOOK")
    api.account("cleo@sender.example")
    campaign_id = api.campaign()
    api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [1001]})


@pytest.mark.parametrize(
    ("operation", "field", "a", "b"),
    [
        ("list_email_accounts", "offset", 0, 1),
        ("list_email_accounts", "limit", 1, 2),
        ("list_email_accounts", "isInUse", "true", "false"),
        ("list_email_accounts", "emailWarmupStatus", "ACTIVE", "INACTIVE"),
        ("list_email_accounts", "isSmtpSuccess", "true", "false"),
        ("list_email_accounts", "isWarmupBlocked", "true", "false"),
        ("list_email_accounts", "esp", "GMAIL", "OUTLOOK"),
        ("list_email_accounts", "username", "ann", "ben"),
        ("list_email_accounts", "client_id", 22, 23),
        ("list_email_accounts", "fetch_campaigns", "true", "false"),
        ("get_email_account", "fetch_campaigns", "true", "false"),
        ("get_email_account", "fetch_tags", "true", "false"),
        ("list_campaign_email_accounts", "include_tags", "true", "false"),
    ],
)
def test_what_is_asked_for_decides_what_is_shown(
    client: TestClient, operation: str, field: str, a: Any, b: Any
) -> None:
    """Every query parameter narrows, moves or widens what is read."""
    matters(client, operation, field, a, b, given=three_kinds)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("from_name", "Ann", "Ben"),
        ("from_email", "one@sender.example", "two@sender.example"),
        ("user_name", "one", "two"),
        ("password", "one", "two"),
        ("smtp_host", "one.example", "two.example"),
        ("smtp_port", 465, 587),
        ("imap_host", "one.example", "two.example"),
        ("imap_port", 993, 143),
        ("warmup_enabled", True, False),
        ("type", "GMAIL", "OUTLOOK"),
        ("different_reply_to_address", "one@sender.example", None),
        ("imap_user_name", "one", "two"),
        ("imap_password", "one", "two"),
        ("max_email_per_day", 10, 20),
        ("custom_tracking_url", "https://one.example", "https://two.example"),
        ("bcc", "one@sender.example", "two@sender.example"),
        ("time_to_wait_in_mins", 3, 7),
        ("signature", "one", "two"),
        ("total_warmup_per_day", 10, 20),
        ("reply_rate_percentage", 10, 20),
        ("client_id", 22, 23),
        ("is_suspended", True, False),
    ],
)
def test_a_mailbox_is_read_as_saved(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field of a save shows in the list or in the mailbox, under its read name."""
    matters(client, "save_email_account", field, a, b, body=BODY, reads=READS)


def test_the_ramp_up_of_a_save_decides_how_a_warm_up_begins(client: TestClient) -> None:
    """With a figure it begins low."""
    body, reads = {**BODY, "warmup_enabled": True}, ["/email-accounts/1001/warmup-stats"]
    matters(client, "save_email_account", "daily_rampup", 5, None, body=body, reads=reads)


def test_the_id_of_a_save_chooses_the_mailbox(client: TestClient) -> None:
    """With an id that mailbox is changed, without one a second is made."""
    matters(client, "save_email_account", "id", 1001, None, given=Api.account, body=BODY, reads=READS)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("max_email_per_day", 10, 20),
        ("from_name", "Ann", "Ben"),
        ("custom_tracking_url", "https://one.example", None),
        ("bcc", "one@sender.example", None),
        ("signature", "one", None),
        ("client_id", 22, None),
        ("time_to_wait_in_mins", 3, 7),
        ("is_suspended", True, False),
    ],
)
def test_a_mailbox_is_read_as_updated(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each setting that is sent shows."""
    matters(client, "update_email_account", field, a, b, given=Api.account, reads=READS)


@pytest.mark.parametrize("operation", ["add_campaign_email_accounts", "remove_campaign_email_accounts"])
def test_the_ids_choose_the_mailboxes_of_a_campaign(client: TestClient, operation: str) -> None:
    """Those and no others are attached or detached."""

    def two_mailboxes(api: Api) -> None:
        campaign_id = api.campaign()
        ids = [api.account("ann@sender.example"), api.account("ben@sender.example")]
        if operation.startswith("remove"):
            api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": ids})

    reads = ["/campaigns/1001/email-accounts"]
    matters(client, operation, "email_account_ids[]", [1001], [1002], given=two_mailboxes, reads=reads)

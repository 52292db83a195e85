"""Whether mailboxes can send: OAuth logins, suspension, logins that fail and are tried again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.families.email_accounts import rules
from tests.conftest import Api
from tests.sending import ALWAYS, box, freeze, launch, mails, ok, set_status, timeline, until

TOKEN: dict[str, Any] = {
    "scope": "mail", "token_type": "Bearer", "expiry_date": 4_102_444_800_000, "access_token": "hidden-access",
    "refresh_token": "hidden-refresh", "id_token": "hidden-id",
}  # fmt: skip
OAUTH: dict[str, Any] = {
    "from_name": "Pat", "from_email": "Pat@mail.example.com", "username": "pat@mail.example.com", "type": "GMAIL",
    "token": TOKEN, "warmup_enabled": True, "use_whitelabel_credentials": False,
}  # fmt: skip
RECONNECT = "/email-accounts/reconnect-failed-email-accounts"
UNKNOWN = 999


def save_oauth(api: Api, **changes: Any) -> Any:
    """The answer to saving a mailbox with a token."""
    return api.post("/email-accounts/save-oauth", {**OAUTH, **changes})


def detail(api: Api, account_id: int) -> Any:
    """One mailbox."""
    return ok(api.get(f"/email-accounts/{account_id}"))


def suspend(api: Api, account_id: int, *, lift: bool = False) -> Any:
    """The answer to suspending a mailbox, or to lifting that."""
    method, word = ("DELETE", "unsuspend") if lift else ("PUT", "suspend")
    return api.request(method, f"/email-accounts/{word}/{account_id}")


def disconnect(api: Api, account_id: int) -> None:
    """Let the logins of a mailbox fail."""
    ok(api.control("POST", f"/email-accounts/{account_id}/disconnect"))


# ------------------------------------------------------------------------------------------- OAuth


@pytest.mark.parametrize(
    ("word", "kind", "hosts"),
    [
        ("GMAIL", "GMAIL", ("smtp.gmail.com", 465, "imap.gmail.com", 993)),
        ("gmail", "GMAIL", ("smtp.gmail.com", 465, "imap.gmail.com", 993)),
        ("OUTLOOK", "OUTLOOK", ("smtp.office365.com", 587, "outlook.office365.com", 993)),
        ("microsoft", "OUTLOOK", ("smtp.office365.com", 587, "outlook.office365.com", 993)),
    ],
)
def test_an_oauth_mailbox_has_the_servers_of_its_provider(api: Api, word: str, kind: str, hosts: Any) -> None:
    """No passwords, and a warm-up as any other mailbox."""
    data = ok(save_oauth(api, type=word))["data"]
    assert data == {
        "id": data["id"], "from_email": "Pat@mail.example.com", "type": kind, "is_smtp_success": True,
        "is_imap_success": True,
    }  # fmt: skip
    shown = detail(api, data["id"])
    assert tuple(shown[name] for name in ("smtp_host", "smtp_port", "imap_host", "imap_port")) == hosts
    assert [shown[name] for name in ("type", "password", "imap_password")] == [kind, None, None]
    assert shown["is_different_imap_account"] is False
    assert shown["warmup_details"]["status"] == "ACTIVE"
    assert [row["password"] for row in ok(api.get("/email-accounts/"))] == [None]


def test_a_mailbox_may_change_its_login(api: Api) -> None:
    """Saved with its id it takes the token in place of the password, and the other way round; failures are over."""
    account_id = box(api, signature="Ann")
    disconnect(api, account_id)
    ok(save_oauth(api, id=account_id, from_email="ann@sender.example"))
    shown = detail(api, account_id)
    names = ("type", "smtp_host", "password", "signature", "is_smtp_success")
    assert [shown[name] for name in names] == ["GMAIL", "smtp.gmail.com", None, "Ann", True]
    assert box(api, id=account_id, type="SMTP") == account_id
    shown = detail(api, account_id)
    assert [shown[name] for name in names] == ["SMTP", "smtp.sender.example", "secret", "Ann", True]


@given(expiry=st.integers(-10, 10), refresh_token=st.sampled_from(["", "token"]))
def test_a_token_that_has_run_out_must_be_renewable(expiry: int, refresh_token: str) -> None:
    """At its last moment it is out."""
    assert rules.token_is_valid(expiry, refresh_token, 0) is (refresh_token == "token" or expiry > 0)


def test_a_token_that_cannot_be_renewed_is_refused(api: Api) -> None:
    """On the workspace's clock; nothing is saved."""
    freeze(api)
    now, token = 1_772_442_000_000, {"scope": "mail", "token_type": "Bearer"}  # 2026-03-02 09:00
    answer = save_oauth(api, token={**token, "expiry_date": now})
    assert (answer.status_code, answer.json()) == (400, {"ok": False, "message": "Invalid or expired OAuth token"})
    assert ok(api.get("/email-accounts/")) == []
    ok(save_oauth(api, token={**token, "expiry_date": now + 1}))


def test_no_token_shows_in_the_journal(api: Api) -> None:
    """Nor in any answer."""
    account_id = ok(save_oauth(api))["data"]["id"]
    assert detail(api, account_id)["id"] == account_id
    journal = api.control("GET", "/requests").text
    assert "Pat@mail.example.com" in journal
    assert "hidden" not in journal


# -------------------------------------------------------------------------------------- suspension


def test_a_suspended_mailbox_sends_nothing_and_stays_in_its_campaigns(api: Api) -> None:
    """Its follow-ups wait until that is lifted; a second time changes nothing."""
    freeze(api)
    account_id = box(api)
    campaign_id = launch(api, "ana", "ben", boxes=[account_id], min_time_btw_emails=60)
    until(api, "02 09:30")
    for _ in range(2):
        answer = ok(suspend(api, account_id))
        assert answer["data"] == {"accountId": account_id, "isSuspended": True}
    assert [row["id"] for row in ok(api.get(f"/campaigns/{campaign_id}/email-accounts"))] == [account_id]
    until(api, "02 16:00")
    assert len(mails(api)) == 1
    for _ in range(2):
        answer = ok(suspend(api, account_id, lift=True))
        assert answer["data"] == {"accountId": account_id, "isSuspended": False}
    until(api, "02 17:00")
    assert timeline(api) == ["02 09:00 ana", "02 16:00 ben"]


def test_one_mailbox_is_suspended_and_no_other(api: Api) -> None:
    """The answers name it."""
    ids = [box(api, name) for name in ("ann", "ben")]
    for account_id in ids:
        assert ok(suspend(api, account_id))["data"]["accountId"] == account_id
        assert [row["id"] for row in ok(api.get("/email-accounts/")) if row["is_suspended"]] == [account_id]
        assert ok(suspend(api, account_id, lift=True))["data"]["accountId"] == account_id


@pytest.mark.parametrize(("is_on", "shown"), [(True, "PAUSED"), (False, "INACTIVE")])
def test_a_suspension_interrupts_the_warm_up(api: Api, is_on: bool, shown: str) -> None:
    """It is PAUSED where it was on, in every view and in the filter, and goes on afterwards."""
    account_id, before = box(api, warmup_enabled=is_on), "ACTIVE" if is_on else "INACTIVE"
    ok(suspend(api, account_id))
    statuses = [detail(api, account_id), *ok(api.get("/email-accounts/"))]
    assert [one["warmup_details"]["status"] for one in statuses] == [shown, shown]
    active = ok(api.get("/email-accounts/", params={"emailWarmupStatus": "ACTIVE"}))
    assert active == []
    ok(suspend(api, account_id, lift=True))
    assert detail(api, account_id)["warmup_details"]["status"] == before
    assert len(ok(api.get("/email-accounts/", params={"emailWarmupStatus": before}))) == 1


@pytest.mark.parametrize("lift", [False, True])
def test_what_is_no_mailbox_cannot_be_suspended(api: Api, lift: bool) -> None:
    """A number that no mailbox has, and what is no number."""
    words = ["Email account not found or does not belong to you", "Valid account ID is required"]
    for account_id, message in zip(("999", "first"), words, strict=True):
        answer = suspend(api, account_id, lift=lift)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()) == (400, {"success": False, "message": message})


# -------------------------------------------------------------------------------- logins that fail


def test_a_disconnected_mailbox_fails_everywhere_and_sends_nothing(api: Api) -> None:
    """Until it is reconnected; then it sends what has waited."""
    freeze(api)
    account_id, other_id = box(api), box(api, "ben")
    campaign_id = launch(api, "ana", boxes=[account_id], start=False, **ALWAYS)
    logins = ("is_smtp_success", "is_imap_success", "smtp_failure_error", "imap_failure_error")

    def views() -> list[Any]:
        listed = ok(api.get("/email-accounts/"))[0], ok(api.get(f"/campaigns/{campaign_id}/email-accounts"))[0]
        return [[shown[name] for name in logins] for shown in (detail(api, account_id), *listed)]

    works, failure = [True, True, None, None], "Invalid login: 535 Authentication failed"
    assert views() == [works, works, works]
    set_status(api, campaign_id, "START")
    disconnect(api, account_id)
    assert views() == [[False, False, failure, failure]] * 3
    for word, expected in (("false", [account_id]), ("true", [other_id])):
        found = ok(api.get("/email-accounts/", params={"isSmtpSuccess": word}))
        assert [row["id"] for row in found] == expected
    attach = api.post(f"/campaigns/{api.campaign()}/email-accounts", {"email_account_ids": [account_id]})
    assert attach.status_code == 400
    until(api, "03 09:00")
    assert mails(api) == []
    message = "Email account(s) added to the queue to reconnect. We will send you an email once completed."
    assert ok(api.post(RECONNECT, {})) == {"ok": True, "message": message}
    until(api, "03 09:01")
    assert views() == [works, works, works]
    assert timeline(api) == ["03 09:00 ana"]


def test_mailboxes_are_reconnected_three_times_in_24_hours(api: Api) -> None:
    """Calls that are refused do not count; the first of the three counts no more when 24 hours have passed."""
    freeze(api)
    account_id = box(api)

    def reconnect(moment: str, *, fails: bool = True) -> tuple[int, Any]:
        until(api, moment)
        if fails:
            disconnect(api, account_id)
        answer = api.post(RECONNECT)
        return answer.status_code, answer.json()

    nothing = (404, {"ok": True, "message": "No failed email account found!"})
    refused = (406, {"ok": True, "message": "Bulk reconnect API cannot be consumed more than 3 times a day"})
    assert reconnect("02 09:00", fails=False) == nothing
    assert [reconnect(f"02 1{hour}:00")[0] for hour in range(3)] == [200, 200, 200]
    assert reconnect("02 13:00", fails=True) == refused
    assert reconnect("03 09:59", fails=True) == refused
    assert detail(api, account_id)["is_smtp_success"] is False
    assert reconnect("03 10:00")[0] == 200
    assert reconnect("03 10:00", fails=False) == refused
    assert reconnect("03 11:00", fails=False) == nothing
    assert api.control("GET", "/state").json()["tables"]["reconnection"] == 3


def test_what_is_no_mailbox_cannot_be_disconnected(api: Api, other: Api) -> None:
    """Nor can that of another key."""
    account_id = box(api)
    assert api.control("POST", f"/email-accounts/{UNKNOWN}/disconnect").status_code == 404
    assert api.control("POST", "/email-accounts/first/disconnect").status_code == 422
    assert other.control("POST", f"/email-accounts/{account_id}/disconnect").status_code == 404
    assert detail(api, account_id)["is_smtp_success"] is True

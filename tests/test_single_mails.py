"""Mails outside campaigns, and their tracking pixel, which needs no key."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from tests.conftest import Api
from tests.hand_mails import UNKNOWN, by_hand, ledger
from tests.sending import (
    Json,
    box,
    freeze,
    mails,
    ok,
)
from tests.webhooks import celebrate

# ------------------------------------------------------------------------------------------ mails outside campaigns

SINGLE: Json = {"to": "ann@x.example", "subject": "Hello", "body": "<p>Hi Ann</p>"}


def send_single(api: Api, **more: Any) -> Any:
    """The answer to a mail outside campaigns."""
    return api.post("/send-email/initiate", {**SINGLE, **more})


@pytest.mark.parametrize("named", ["fromEmail", "fromEmailId"])
def test_a_single_mail_is_of_no_campaign(api: Api, named: str) -> None:
    """The mailbox is named by its id, or by its address in any case."""
    freeze(api)
    account_id = box(api)
    sender = {"fromEmail": "ANN@sender.example", "fromEmailId": account_id}[named]
    content = b64encode(b"12345").decode()
    files = [{"filename": "a.txt", "content": content, "mimeType": "text/plain"}]
    sent = ok(send_single(api, **{named: sender}, attachments=files))
    mail = by_hand(api, "SINGLE")
    assert sent["data"] == {"message": "Email sent successfully", "message_id": mail["message_id"]}
    assert (mail["from"], mail["to"], mail["subject"]) == ("ann@sender.example", "ann@x.example", "Hello")
    assert (mail["campaign_id"], mail["lead_id"], mail["email_account_id"]) == (None, None, account_id)
    assert mail["attachments"] == [{"filename": "a.txt", "mimeType": "text/plain", "size": 5}]
    assert [(one["message"], one["data"]) for one in ledger(api)] == [(mail["id"], {"kind": "single"})]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, "fromEmailId"),
        ({"fromEmailId": 1, "fromEmail": "a@x.example"}, "fromEmailId"),
        ({"fromEmailId": 1001, "attachments": [{"content": "AA=="}, {"content": "A"}]}, "attachments.1.content"),
        ({"fromEmailId": 1001, "attachments": [{"content": "ä"}]}, "attachments.0.content"),
        ({"fromEmailId": 1001, "to": "nobody"}, "to"),
    ],
    ids=str,
)
def test_a_single_mail_that_cannot_be_sent(api: Api, changes: Json, key: str) -> None:
    """Exactly one sender; files in base64; an address as receiver."""
    box(api)
    celebrate(send_single(api, **changes), "body", key)
    assert mails(api, kind="SINGLE") == []


@pytest.mark.parametrize("sender", [{"fromEmail": "nobody@x.example"}, {"fromEmailId": UNKNOWN}], ids=str)
def test_a_single_mail_needs_a_mailbox(api: Api, sender: Json) -> None:
    """One of this account."""
    answer = send_single(api, **sender)
    assert (answer.status_code, answer.json()) == (404, {"error": "Resource not found"})


def pixel_of(api: Api) -> str:
    """Where the pixel of the last single mail is."""
    found = re.search(r'<img src="([^"]+)" width="1" height="1" alt="">$', mails(api, kind="SINGLE")[-1]["body"])
    assert found is not None
    return found[1]


def test_the_pixel_counts_openings_without_a_key(api: Api, other: Api) -> None:
    """Every loading counts, in the workspace of the mail, whose journal shows it; another's mails are untouched."""
    freeze(api)
    for one in (api, other):
        ok(send_single(one, fromEmailId=box(one)))
    for _ in range(2):
        answer = api.client.get(pixel_of(api))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert [by_hand(one, "SINGLE")["open_count"] for one in (api, other)] == [2, 0]
    opened = ledger(api, "SINGLE_EMAIL_OPEN")
    assert [(one["at"], one["data"]) for one in opened] == [
        ("2026-03-02T09:00:00.000Z", {"first": True}), ("2026-03-02T09:00:00.000Z", {"first": False}),
    ]  # fmt: skip
    seen = ok(api.control("GET", "/requests?operation=track_single_email_open"))
    assert len(seen["requests"] if isinstance(seen, dict) else seen) == 2


def test_a_plain_text_has_no_pixel(api: Api) -> None:
    """Only HTML can hold a picture."""
    ok(send_single(api, fromEmailId=box(api), body="Hi Ann"))
    assert by_hand(api, "SINGLE")["body"] == "Hi Ann"


def test_an_unknown_pixel_comes_and_counts_nothing(api: Api, other: Api) -> None:
    """Ids that name nothing, that are none, and another workspace's id under a key of one's own."""
    ok(send_single(api, fromEmailId=box(api)))
    pixel = pixel_of(api)
    ids = ["0-x", "999999-x", "x", "-", "1", "9" * 30, "²-x", pixel.rpartition("/")[2] + "x"]
    for name in ids:
        assert api.client.get(f"/api/v1/send-email/track-email/{name}").content.startswith(b"\x89PNG")
    assert api.client.get(pixel, params={"api_key": other.key}).status_code == 200
    assert by_hand(api, "SINGLE")["open_count"] == 0
    assert api.client.get(pixel, params={"api_key": api.key}).status_code == 200
    assert by_hand(api, "SINGLE")["open_count"] == 1


@pytest.mark.parametrize("keyless", [True, False])
def test_a_key_that_is_sent_must_be_known(keyless: bool) -> None:
    """On a server with keys the pixel works without one, and not with a wrong one."""
    with TestClient(create_app(Settings(keys=frozenset({"known"})))) as client:
        api = Api(client, "known")
        ok(send_single(api, fromEmailId=box(api)))
        answer = client.get(pixel_of(api), params={} if keyless else {"api_key": "wrong"})
        assert answer.status_code == (200 if keyless else 401)
        assert by_hand(api, "SINGLE")["open_count"] == int(keyless)


def test_strangers_use_up_nothing_and_know_no_edition() -> None:
    """The pixel is not charged to the key, no fault of the key's strikes it, and it comes in every edition."""
    with TestClient(create_app(Settings(edition="live"))) as client:
        api = Api(client, "owner")
        ok(api.control("PUT", "/settings", {"edition": "default", "rate_limit": "2/60"}))
        ok(send_single(api, fromEmailId=box(api)))
        ok(api.control("POST", "/faults", {"operation": "track_single_email_open", "status": 500}))
        for _ in range(3):
            assert client.get(pixel_of(api)).content.startswith(b"\x89PNG")
        assert by_hand(api, "SINGLE")["open_count"] == 3
    with TestClient(create_app(Settings(edition="live"))) as client:
        assert client.get("/api/v1/send-email/track-email/1-x", params={"api_key": "k"}).status_code == 404


def test_the_ids_of_single_mails_cannot_be_guessed_from_another_key(api: Api, other: Api) -> None:
    """The same first mail in two workspaces of one seed."""
    for one in (api, other):
        ok(send_single(one, fromEmailId=box(one)))
    assert by_hand(api, "SINGLE")["stats_id"] != by_hand(other, "SINGLE")["stats_id"]


def test_an_unknown_pixel_makes_no_workspace() -> None:
    """Not even where every new workspace begins with a story."""
    with TestClient(create_app(Settings(scenario="midflight"))) as client:
        assert client.get("/api/v1/send-email/track-email/1-x").status_code == 200
        world = client.app.state.world  # type: ignore[attr-defined]
        assert world.database.writer.execute("SELECT count(*) FROM workspace").fetchone()[0] == 0


def test_headers_that_no_view_shows_are_taken(api: Api) -> None:
    """They are no reason to refuse a mail."""
    freeze(api)
    assert ok(send_single(api, fromEmailId=box(api), fromName="Ann", replyTo="ann@x.example"))["success"] is True

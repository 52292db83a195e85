"""Reading mailboxes: what they sent and got, campaign or not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.sending import box, freeze, launch, moment, ok, react, until

SEVERAL = "/email-accounts/multi/fetch-messages"


def fetch(api: Api, account_id: int, **wanted: Any) -> Any:
    """What is in a mailbox."""
    answer = ok(api.post(f"/email-accounts/{account_id}/fetch-messages", wanted))
    assert (answer["success"], answer["accountId"]) == (True, str(account_id))
    return answer["data"]


def subjects(api: Api, account_id: int, **wanted: Any) -> list[str]:
    """The subjects in a mailbox, with the folder."""
    return [f"{one['folders'][0]['name']} {one['subject']}" for one in fetch(api, account_id, **wanted)["messages"]]


def receive(api: Api, account_id: int, sender: str = "lee@lead.example", **mail: Any) -> Any:
    """Let a mail come in."""
    return ok(api.control("POST", f"/email-accounts/{account_id}/messages", {"from": sender, **mail}))


@pytest.fixture
def account_id(api: Api) -> int:
    """A mailbox whose campaign sent two mails, of which one was answered and one bounced, and that got a mail."""
    freeze(api)
    one = box(api)
    campaign_id = launch(api, "ana", "ben", boxes=[one], min_time_btw_emails=60)
    until(api, "02 10:00")
    react(api, campaign_id, "ana", "reply", subject="Re: Hi", body="<p>Thank <b>you</b></p>")
    until(api, "02 11:00")
    react(api, campaign_id, "ben", "bounce", subject="Undelivered")
    until(api, "02 12:00")
    receive(api, one, "Lee Lead <lee@lead.example>", subject="Hello", body="Who are you?")
    return one


def test_a_mailbox_has_what_it_sent_and_got_newest_first(api: Api, account_id: int) -> None:
    """In two folders, counted over the whole range."""
    found = fetch(api, account_id)
    assert [f"{one['folders'][0]['name']} {one['subject']}" for one in found["messages"]] == [
        "INBOX Hello", "INBOX Undelivered", "INBOX Re: Hi", "SENT Hi", "SENT Hi",
    ]  # fmt: skip
    assert (found["totalCount"], found["processedCount"]) == (5, 5)
    assert found["folders"] == [{"name": "INBOX", "count": 3}, {"name": "SENT", "count": 2}]
    few = fetch(api, account_id, limit=2)
    assert few["messages"] == found["messages"][:2]
    assert (few["totalCount"], few["processedCount"], few["folders"]) == (5, 2, found["folders"])


def test_a_message_is_shown_whole_and_its_body_when_asked_for(api: Api, account_id: int) -> None:
    """Ids of a thread are shared; the beginning of the text is the snippet."""
    *_, reply, ben, ana = fetch(api, account_id, includeBody=True)["messages"]
    assert reply["body"] == {"text": "Thank you", "html": "<p>Thank <b>you</b></p>"}
    expected = {
        "subject": "Re: Hi", "from": "ana@leads.example", "to": "ann@sender.example", "snippet": "Thank you",
        "timestamp": "2026-03-02T10:00:00.000Z", "date": "Mon, 02 Mar 2026 10:00:00 +0000", "labelIds": ["INBOX"],
    }  # fmt: skip
    assert {name: reply[name] for name in expected} == expected
    assert ana["from"] == "Ann <ann@sender.example>"
    assert reply["threadId"] == ana["threadId"] == ana["gmailMessageId"] != ben["threadId"]
    assert len({one["gmailMessageId"] for one in (reply, ben, ana)}) == 3
    [newest] = fetch(api, account_id, limit=1)["messages"]
    assert "body" not in newest
    assert (newest["from"], newest["snippet"]) == ("Lee Lead <lee@lead.example>", "Who are you?")


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({"folder": "SENT"}, ["SENT Hi", "SENT Hi"]),
        ({"folder": "sent", "limit": 1}, ["SENT Hi"]),
        ({"folder": "Drafts"}, []),
        ({"from": moment("02 12:00")}, ["INBOX Hello"]),
        ({"to": moment("02 09:00")}, ["SENT Hi"]),
        ({"from": moment("02 11:00"), "to": moment("02 11:00")}, ["INBOX Undelivered"]),
        ({"from": moment("02 12:01")}, []),
    ],
    ids=str,
)
def test_folder_and_range_choose(api: Api, account_id: int, wanted: dict[str, Any], shown: list[str]) -> None:
    """Both ends of a range belong to it."""
    assert subjects(api, account_id, **wanted) == shown
    assert fetch(api, account_id, **{**wanted, "limit": 500})["totalCount"] == (2 if "limit" in wanted else len(shown))


def test_without_a_range_it_is_the_last_24_hours(api: Api, account_id: int) -> None:
    """On the workspace's clock."""
    until(api, "03 10:30")
    assert subjects(api, account_id) == ["INBOX Hello", "INBOX Undelivered"]
    until(api, "05 09:00")
    assert subjects(api, account_id) == []
    assert len(subjects(api, account_id, **{"from": moment("01 00:00")})) == 5


def test_a_mailbox_shows_its_own_mails_without_those_of_deleted_campaigns(api: Api, account_id: int) -> None:
    """Nor what is to be sent later; single mails are among those it sent."""
    other_id = box(api, "ben")
    single = {"to": "x@y.example", "subject": "Single", "body": "<p>Text</p>", "fromEmailId": other_id}
    ok(api.post("/send-email/initiate", single))
    assert subjects(api, other_id) == ["SENT Single"]
    campaign_id = ok(api.get("/campaigns/"))[0]["id"]
    ok(api.delete(f"/campaigns/{campaign_id}"))
    assert subjects(api, account_id) == ["INBOX Hello"]


def test_several_mailboxes_are_read_each_with_its_own_range(api: Api, account_id: int) -> None:
    """In the order of the request; one that does not exist fails alone."""
    other_id = box(api, "ben")
    limited = {"account_id": account_id, "limit": 3, "includeBody": True}
    entries = [{"account_id": 999}, limited, {"account_id": other_id}]
    answer = ok(api.post(SEVERAL, entries))
    newest = fetch(api, account_id, limit=3, includeBody=True)["messages"]
    assert answer == {
        "results": [
            {"account_id": 999, "status": "error", "error": "Account not found"},
            {"account_id": account_id, "status": "success", "data": {"messages": newest}},
            {"account_id": other_id, "status": "success", "data": {"messages": []}},
        ],
        "summary": {"total": 3, "success": 2, "error": 1},
    }


def test_a_range_that_is_reversed_is_refused(api: Api, account_id: int) -> None:
    """For several mailboxes the whole call."""
    span = {"from": moment("02 10:00"), "to": moment("02 09:59")}
    answer = api.post(f"/email-accounts/{account_id}/fetch-messages", span)
    assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, ["to"])
    answer = api.post(SEVERAL, [{"account_id": account_id}, {"account_id": account_id, **span}])
    assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, ["1.to"])


def test_a_mail_that_a_test_lets_in_is_an_untracked_reply(api: Api) -> None:
    """As one that `POST /_mock/events` makes: in the ledger, and also in MIME."""
    account_id = box(api)
    raw = "From: Pat <pat@else.example>\r\nSubject: Raw\r\nMessage-ID: <1@else.example>\r\n\r\nText"
    message_id = ok(api.control("POST", f"/email-accounts/{account_id}/messages", {"raw": raw}))["id"]
    [mail] = ok(api.control("GET", "/messages?type=UNTRACKED"))
    assert (mail["id"], mail["from_name"], mail["subject"]) == (message_id, "Pat", "Raw")
    [event] = ok(api.control("GET", "/events"))
    assert (event["type"], event["message"]) == ("UNTRACKED_REPLIES", message_id)
    assert [one["messageId"] for one in fetch(api, account_id)["messages"]] == ["<1@else.example>"]


@pytest.mark.parametrize(
    ("status", "account", "mail"),
    [
        (404, 999, {"from": "lee@lead.example"}),
        (422, 1001, {"subject": "Hello"}),
        (422, 1001, {"from": "nobody"}),
        (422, 1001, {"from": "lee@lead.example", "category": "Nope"}),
        (422, 1001, {"from": "lee@lead.example", "type": "untracked"}),
    ],
    ids=str,
)
def test_a_mail_that_cannot_come_in_is_refused(api: Api, status: int, account: int, mail: dict[str, Any]) -> None:
    """Nothing is stored."""
    assert box(api) == 1001
    assert api.control("POST", f"/email-accounts/{account}/messages", mail).status_code == status
    assert ok(api.control("GET", "/messages")) == []

"""Mails that came into a mailbox and answer none: the list of them, and making one the answer of a lead."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from tests.conftest import Api
from tests.hand_mails import UNKNOWN, history, ledger, ok_text, reply, stats_id
from tests.inboxes import everywhere, item, listed, mailed, map_id, names, receive, untracked
from tests.sending import Json, box, equip, freeze, launch, mails, of_lead, ok, react, status, steps, until
from tests.webhooks import celebrate
from tests.worlds import client_of

LIST = "/master-inbox/untracked-replies"
ASSOCIATE = f"{LIST}/associate-to-lead"


def mailbox(api: Api) -> int:
    """A mailbox, at noon."""
    freeze(api, "02 12:00")
    return box(api)


def test_a_mail_that_answers_none_is_listed(api: Api) -> None:
    """Field by field; body and attachments only when they are asked for."""
    account_id = mailbox(api)
    number = receive(api, account_id, "Pat <Pat@Other.example>", subject="Hello", body="<p>Hi<br>there</p>")
    (shown,) = untracked(api)
    mail = mails(api, kind="UNTRACKED")[0]
    at = "2026-03-02T12:00:00.000Z"
    assert shown == {
        "id": shown["id"], "account_id": account_id, "message_id": mail["message_id"], "uid": str(number),
        "sender_detail": "pat@other.example", "recipient_detail": "ann@sender.example", "cc": "", "bcc": "",
        "subject": "Hello", "visible_text": "Hi\nthere", "reply_picked_time": at, "is_read": False,
        "has_attachment": False, "created_at": at, "updated_at": at,
    }  # fmt: skip
    body = {"text": "Hi\nthere", "textAsHtml": "<p>Hi<br>there</p>"}
    assert untracked(api, fetchBody="true") == [{**shown, "body": body}]
    assert untracked(api, fetchAttachments="true") == [{**shown, "attachments": []}]
    assert untracked(api, fetchBody="false", fetchAttachments="false") == [shown]


def test_a_whole_mail_with_attachments(api: Api) -> None:
    """Name, type, size and charset of each file, with a place and an id of its own."""
    account_id = mailbox(api)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Pat <pat@other.example>", "Grüße"
    mail["Cc"], mail["Message-ID"] = "Eve <eve@x.example>, kim@x.example", "<one@other.example>"
    mail.set_content("A < B\nsecond line")
    mail.add_attachment(b"12345", maintype="application", subtype="pdf", filename="offer.pdf")
    mail.add_attachment("some text\n", filename="note.txt")
    assert ok(api.control("POST", f"/email-accounts/{account_id}/messages", {"raw": mail.as_string()}))["id"]
    (shown,) = untracked(api, fetchBody="true", fetchAttachments="true")
    assert (shown["message_id"], shown["cc"], shown["subject"]) == (
        "<one@other.example>", "eve@x.example, kim@x.example", "Grüße",
    )  # fmt: skip
    assert shown["has_attachment"] is True
    assert shown["body"]["text"] == shown["visible_text"] == "A < B\nsecond line"
    assert "A &lt; B" in shown["body"]["textAsHtml"]
    files = shown["attachments"]
    assert [{key: one[key] for key in ("file_name", "file_type", "file_size", "charset")} for one in files] == [
        {"file_name": "offer.pdf", "file_type": "application/pdf", "file_size": 5, "charset": None},
        {"file_name": "note.txt", "file_type": "text/plain", "file_size": 10, "charset": "utf-8"},
    ]  # fmt: skip
    assert len({one["id"] for one in files}) == len({one["file_url"] for one in files}) == 2
    assert {one["created_at"] for one in files} == {"2026-03-02T12:00:00.000Z"}
    assert untracked(api, fetchAttachments="true")[0]["attachments"] == files


def three(api: Api) -> tuple[int, int]:
    """Two mailboxes; three mails came, the last two at one moment."""
    first, second = mailbox(api), box(api, "ben")
    receive(api, first, "pat@other.example", subject="100% off_er")
    until(api, "02 13:00")
    receive(api, second, "kim@other.example", subject="Re: it's \\ done")
    receive(api, first, "Pat@OTHER.example", subject="")
    return first, second


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [3, 2, 1]),
        ({"from_email": "pat@other.example"}, [3, 1]),
        ({"from_email": " PAT@Other.Example "}, [3, 1]),
        ({"from_email": "pat"}, []),
        ({"from_email": "%@other.example"}, []),
        ({"to_email": "BEN@sender.example"}, [2]),
        ({"to_email": "ann@sender.example", "from_email": "kim@other.example"}, []),
        ({"subject_line": "OFF"}, [1]),
        ({"subject_line": "%"}, [1]),
        ({"subject_line": "_"}, [1]),
        ({"subject_line": "\\"}, [2]),
        ({"subject_line": "it's"}, [2]),
        ({"subject_line": "zzz"}, []),
        ({"subject_line": "re: IT", "from_email": "kim@other.example", "to_email": "ben@sender.example"}, [2]),
    ],
)  # fmt: skip
def test_filters_of_the_list(api: Api, query: Json, found: list[int]) -> None:
    """Whole addresses and parts of the subject, in any case; all must hold, and the count is of those that do."""
    three(api)
    data = ok(api.get(LIST, params=query))["data"]
    numbers = [mail["id"] for mail in mails(api, kind="UNTRACKED")]
    assert [numbers.index(int(one["uid"])) + 1 for one in data["replies"]] == found
    assert data["totalCount"] == data["pagination"]["totalCount"] == len(found)


def test_pages_of_the_list(api: Api) -> None:
    """Newest first, of one moment the later one; the last page says so."""
    three(api)
    whole = untracked(api)
    pages = [ok(api.get(LIST, params={"offset": at, "limit": 2})) for at in (0, 1, 2, 3, 2**31)]
    assert [one["data"]["replies"] for one in pages] == [whole[:2], whole[1:], whole[2:], [], []]
    assert [one["data"]["pagination"] for one in pages] == [
        {"limit": 2, "offset": at, "totalCount": 3, "hasMore": at == 0} for at in (0, 1, 2, 3, 2**31)
    ]  # fmt: skip
    first = {**pages[0], "data": None}
    message = "Successfully retrieved master inbox untracked replies"
    assert first == {"success": True, "message": message, "data": None}
    assert ok(api.get(LIST))["data"]["pagination"]["limit"] == 20


@pytest.mark.parametrize(
    ("key", "value"),
    [("limit", 0), ("limit", 101), ("limit", "x"), ("offset", -1), ("fetchBody", "maybe"), ("fetchAttachments", "2"),
     ("unknown", 1)],
)  # fmt: skip
def test_what_is_no_page_is_refused(api: Api, key: str, value: Any) -> None:
    """Bounds, types and names."""
    celebrate(api.get(LIST, params={key: value}), "query", key)


def test_copies_are_addresses(api: Api) -> None:
    """What is no address in the header of a whole mail, such as an empty group, is left out."""
    raw = "From: pat@other.example\nCc: undisclosed:;, Eve <eve@x.example>\n\nHi"
    assert ok(api.control("POST", f"/email-accounts/{mailbox(api)}/messages", {"raw": raw}))["id"]
    assert untracked(api)[0]["cc"] == "eve@x.example"


def test_mails_of_a_deleted_mailbox_are_not_listed(api: Api, other: Api) -> None:
    """Nor are those of another account."""
    first, _ = three(api)
    assert untracked(other) == []
    ok(api.delete(f"/email-accounts/{first}"))
    assert [one["sender_detail"] for one in untracked(api)] == ["kim@other.example"]
    assert ok(api.get(LIST))["data"]["totalCount"] == 1
    assert api.control("POST", f"/email-accounts/{first}/messages", {"from": "a@x.example"}).status_code == 404


# ------------------------------------------------------------------------------------------ association


def associate(api: Api, campaign_id: int, row_id: Any, reply_id: Any, **more: Any) -> Any:
    """The answer of making a mail the answer of a lead."""
    return api.post(ASSOCIATE, {
        "emailCampaignId": campaign_id, "leadMapId": row_id, "untrackedReplyId": reply_id, **more,
    })  # fmt: skip


def came(api: Api, campaign_id: int, **mail: Any) -> str:
    """A mail came into the campaign's mailbox that answers none; its id."""
    receive(api, mails(api, campaign_id)[0]["email_account_id"], "bob@private.example", **mail)
    reply_id: str = untracked(api)[0]["id"]
    return reply_id


def test_an_associated_mail_is_the_leads_answer(api: Api) -> None:
    """It leaves the list and is in the conversation, with the time when it came; the rest follows now."""
    campaign_id = mailed(api, "bob", "eve", sequence=steps(0, 9))
    raw = "From: bob@private.example\nCc: eve@x.example\nMessage-ID: <one@private.example>\n\nYes"
    reply_id = came(api, campaign_id, raw=raw, subject="Hi back")
    until(api, "02 15:00")
    row_id = map_id(api, campaign_id)
    answer = ok(associate(api, campaign_id, str(row_id), reply_id))
    data = {"leadMapId": row_id, "swMessageId": "<one@private.example>"}
    message = "Untracked reply associated to lead successfully"
    assert answer == {"sucess": True, "message": message, "data": data}
    assert untracked(api) == mails(api, kind="UNTRACKED") == []
    told = history(api, campaign_id)
    assert told[1] == {
        "type": "REPLY", "message_id": "<one@private.example>", "stats_id": stats_id(api, campaign_id),
        "time": "2026-03-02T12:00:00.000Z", "email_body": "Yes", "cc": ["eve@x.example"],
    }  # fmt: skip
    assert listed(api, "inbox", history=True)[0]["email_history"][1]["from"] == "bob@private.example"
    shown = item(api, row_id)
    assert (shown["last_reply_time"], shown["has_new_unread_email"]) == ("2026-03-02T12:00:00.000Z", True)
    assert names(api, "unread") == names(api, "inbox") == ["bob"]
    (event,) = ledger(api, "EMAIL_REPLY")
    assert (event["data"]["cause"], event["at"]) == ("associated", "2026-03-02T15:00:00.000Z")
    assert ok(api.get(f"/campaigns/{campaign_id}/analytics"))["reply_count"] == "1"
    statistics = ok(api.get(f"/campaigns/{campaign_id}/statistics", params={"email_status": "replied"}))["data"]
    assert [one["reply_time"] for one in statistics] == ["2026-03-02T12:00:00.000Z"]
    again = associate(api, campaign_id, row_id, reply_id)
    assert again.status_code == 404
    assert ok(api.get(f"/campaigns/{campaign_id}/analytics"))["reply_count"] == "1"


@pytest.mark.parametrize(("rule", "state"), [("REPLY_TO_AN_EMAIL", "STOPPED"), ("CLICK_ON_A_LINK", "INPROGRESS")])
def test_an_associated_mail_stops_its_lead_by_the_campaigns_rule(api: Api, rule: str, state: str) -> None:
    """As any answer does."""
    campaign_id = mailed(api, sequence=steps(0, 9), settings={"stop_lead_settings": rule})
    ok(associate(api, campaign_id, map_id(api, campaign_id), came(api, campaign_id)))
    assert status(api, campaign_id, "bob") == state


def test_an_associated_mail_leads_into_a_sub_sequence(api: Api) -> None:
    """One that waits for a reply with such a text."""
    campaign_id = mailed(api, sequence=steps(0, 9))
    condition = {"eventType": "EMAIL_REPLY", "text": "price"}
    body = {"parent_campaign_id": campaign_id, "condition_events": [condition]}
    child = equip(api, ok(api.post("/campaigns/create-subsequence", body))["id"])
    ok(associate(api, campaign_id, map_id(api, campaign_id), came(api, campaign_id, body="What PRICE?")))
    assert len(api.rows(child)) == 1


def test_an_older_mail_moves_no_reply_time_back(api: Api) -> None:
    """The last reply stays the last one; the first one is when the mail was first answered."""
    campaign_id = mailed(api, sequence=steps(0, 9))
    reply_id = came(api, campaign_id)
    until(api, "02 14:00")
    react(api, campaign_id, "bob", "reply")
    ok(associate(api, campaign_id, map_id(api, campaign_id), reply_id))
    assert item(api, map_id(api, campaign_id))["last_reply_time"] == "2026-03-02T14:00:00.000Z"
    (row,) = ok(api.get(f"/campaigns/{campaign_id}/statistics"))["data"]
    assert row["reply_time"] == "2026-03-02T12:00:00.000Z"
    assert [one["time"][11:16] for one in history(api, campaign_id)] == ["09:00", "12:00", "14:00"]


def test_an_associated_mail_answers_the_last_mail_of_the_sequence(api: Api) -> None:
    """Not an answer by hand."""
    campaign_id = mailed(api, sequence=steps(0, 1))
    until(api, "03 12:00")
    ok_text(reply(api, campaign_id))
    ok(associate(api, campaign_id, map_id(api, campaign_id), came(api, campaign_id)))
    assert history(api, campaign_id)[-1]["stats_id"] == stats_id(api, campaign_id, number=2)
    assert [row["email_history"][-1]["email_seq_number"] for row in listed(api, "inbox", history=True)] == ["2"]


def test_an_associated_mail_can_be_ignored_and_answered(api: Api) -> None:
    """It is an answer like others."""
    campaign_id = mailed(api)
    ok(associate(api, campaign_id, map_id(api, campaign_id), came(api, campaign_id)))
    stats = stats_id(api, campaign_id)
    ok(api.patch("/master-inbox/ignore-reply", {"id": stats, "ignore_reply": True}))
    assert ok(api.get(f"/campaigns/{campaign_id}/analytics"))["reply_count"] == "0"
    ok_text(reply(api, campaign_id))
    received = mails(api, campaign_id, "REPLY")[0]
    assert mails(api, kind="HAND")[0]["answers"] == received["id"]


def test_an_association_needs_all_it_names(api: Api, other: Api) -> None:
    """Campaign, row in it, mail, and a mail that was sent, in this order; nothing has changed."""
    campaign_id, waiting = mailed(api), launch(api, "eve", start=False)
    reply_id, row_id = came(api, campaign_id), map_id(api, campaign_id)
    before = everywhere(api)
    for where, who, what, status_code in (
        (UNKNOWN, UNKNOWN, "x", 404), (campaign_id, UNKNOWN, "x", 404), (waiting, row_id, "x", 404),
        (campaign_id, row_id, "x", 404), (waiting, map_id(api, waiting, "eve"), reply_id, 400),
    ):  # fmt: skip
        answer = associate(api, where, who, what)
        assert answer.status_code == status_code, answer.text
    assert associate(other, campaign_id, row_id, reply_id).status_code == 404
    for key, value in (("emailCampaignId", 0), ("leadMapId", "x"), ("untrackedReplyId", ""), ("more", 1)):
        celebrate(associate(api, campaign_id, row_id, reply_id, **{key: value}), "body", key)
    assert (everywhere(api), len(untracked(api))) == (before, 1)


def test_no_client_may_associate(api: Api) -> None:
    """401 for any key of a client; one sees the mails of its own mailboxes only."""
    campaign_id = mailed(api)
    reply_id = came(api, campaign_id)
    for permissions in ((), ("full_access",)):
        client = client_of(api, f"c{len(permissions)}", *permissions)
        with_key = Api(api.client, client.key)
        assert associate(with_key, campaign_id, map_id(api, campaign_id), reply_id).status_code == 401
        assert untracked(with_key) == []
        own = api.account(f"own{client.id}@sender.example", client_id=client.id)
        receive(api, own)
        assert [one["account_id"] for one in untracked(with_key)] == [own]


def test_a_mail_of_a_lead_that_left_is_gone_with_it(api: Api) -> None:
    """An associated mail is part of the conversation; it does not come back to the list."""
    campaign_id = mailed(api)
    ok(associate(api, campaign_id, map_id(api, campaign_id), came(api, campaign_id)))
    ok(api.delete(of_lead(api, campaign_id, "bob")))
    assert untracked(api) == []

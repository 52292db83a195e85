"""Mails that are sent by hand: answers, at once or later, forwards, tests and mails outside campaigns."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from tests.conftest import Api
from tests.sending import (
    ALWAYS,
    Json,
    address,
    box,
    freeze,
    launch,
    mails,
    moment,
    of_lead,
    ok,
    react,
    set_status,
    step,
    steps,
    timeline,
    until,
    variants,
)
from tests.webhooks import celebrate
from tests.worlds import fresh

UNKNOWN = 3_999_999_999
QUEUED = "Email added to the queue, will be sent out soon!"
BODY: Json = {"email_body": "<p>Thanks</p>"}


def mailed(api: Api, *lead_names: str, **how: Any) -> int:
    """A campaign whose leads got their first mail on Monday morning; it is noon."""
    freeze(api)
    campaign_id = launch(api, *(lead_names or ("bob",)), **{**ALWAYS, "settings": {
        "stop_lead_settings": "CLICK_ON_A_LINK"}, **how})  # fmt: skip
    until(api, "02 12:00")
    return campaign_id


def stats_id(api: Api, campaign_id: int, lead: str = "bob", number: int = 1) -> str:
    """Of the mail of a step to a lead."""
    return next(str(one["stats_id"]) for one in mails(api, campaign_id, lead=lead) if one["step"] == number)


def reply(api: Api, campaign_id: int, **more: Any) -> Any:
    """The answer to a reply."""
    body = {**BODY, **more}
    if "email_stats_id" not in body:
        body["email_stats_id"] = stats_id(api, campaign_id)
    return api.post(f"/campaigns/{campaign_id}/reply-email-thread", body)


def by_hand(api: Api, kind: str = "HAND") -> Json:
    """The only mail of a kind."""
    (mail,) = mails(api, kind=kind)
    return mail


def ledger(api: Api, kind: str = "MAIL_SENT_BY_HAND") -> list[Json]:
    """The events of a type."""
    found: list[Json] = ok(api.control("GET", f"/events?type={kind}&limit=1000"))
    return found


def history(api: Api, campaign_id: int, lead: str = "bob") -> list[Json]:
    """The history of a lead."""
    found: list[Json] = ok(api.get(f"{of_lead(api, campaign_id, lead)}/message-history"))["history"]
    return found


def last_sent_at(api: Api, lead: str = "bob") -> str | None:
    """When a lead got its last mail, as the API shows it."""
    shown = ok(api.get("/leads/", params={"email": address(lead)}))
    found: str | None = shown["lead_campaign_data"][0]["last_sent_at"]
    return found


# ------------------------------------------------------------------------------------------ answers


def test_an_answer_goes_out_at_once_in_the_thread(api: Api) -> None:
    """From the mail's mailbox to the lead; it shows as SENT and is not a mail of the sequence."""
    campaign_id = mailed(api)
    answer = reply(api, campaign_id)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200, QUEUED, "text/html; charset=utf-8",
    )  # fmt: skip
    (first,), mail = mails(api, campaign_id), by_hand(api)
    assert (mail["at"], mail["from"], mail["to"]) == ("2026-03-02T12:00:00.000Z", first["from"], "bob@leads.example")
    assert (mail["subject"], mail["body"], mail["cc"], mail["bcc"]) == ("RE: Hi", "<p>Thanks</p>", [], [])
    assert (mail["thread"], mail["answers"], mail["stats_id"]) == (first["id"], first["id"], first["stats_id"])
    assert [(one["type"], one.get("email_seq_number")) for one in history(api, campaign_id)] == [
        ("SENT", "1"), ("SENT", None),
    ]  # fmt: skip
    assert history(api, campaign_id)[1]["stats_id"] == first["stats_id"]
    assert last_sent_at(api) == "2026-03-02T12:00:00.000Z"
    assert [(one["message"], one["data"]) for one in ledger(api)] == [(mail["id"], {"kind": "reply"})]
    assert len(ledger(api, "EMAIL_SENT")) == 1


def test_an_answer_moves_no_step(api: Api) -> None:
    """The next step comes when it would have come, and goes on from the sequence's mail."""
    campaign_id = mailed(api, sequence=steps(0, 2))
    ok_text(reply(api, campaign_id))
    until(api, "05 00:00")
    assert timeline(api, campaign_id) == ["02 09:00 bob", "04 09:00 bob#2"]


def ok_text(answer: Any) -> None:
    """The answer must be a success in text."""
    assert (answer.status_code, answer.text) == (200, QUEUED)


def test_what_an_answer_goes_on_from(api: Api) -> None:
    """The message that is named if it is the lead's; else the last of the thread."""
    campaign_id = mailed(api, "bob", "eve")
    react(api, campaign_id, "bob", "reply")
    (received,) = mails(api, campaign_id, "REPLY")
    first = mails(api, campaign_id, lead="bob")[0]
    foreign = mails(api, campaign_id, lead="eve")[0]
    for named in ({}, {"reply_message_id": first["message_id"]}, {"reply_message_id": foreign["message_id"]}):
        ok_text(reply(api, campaign_id, **named))
    sent = mails(api, kind="HAND")
    assert [one["answers"] for one in sent] == [received["id"], first["id"], sent[1]["id"]]


def test_an_answers_copies_attachments_and_signature(api: Api) -> None:
    """Lists of addresses are cut at commas; the size of a file is not kept; the signature stands at the end."""
    campaign_id = mailed(api, boxes=(), sequence=[step()])
    account_id = mails(api, campaign_id)[0]["email_account_id"]
    ok(api.post(f"/email-accounts/{account_id}", {"signature": "<b>Ann</b>"}))
    file = {"file_name": "a.pdf", "file_url": "https://files.example/a.pdf", "file_type": "application/pdf"}
    answer = reply(
        api, campaign_id, cc=" a@x.example, ,B@y.example ", bcc="c@z.example", to_email="boss@leads.example",
        add_signature=True, attachments=[{**file, "file_size": 12}],
    )  # fmt: skip
    ok_text(answer)
    mail = by_hand(api)
    assert (mail["to"], mail["cc"], mail["bcc"]) == (
        "boss@leads.example",
        ["a@x.example", "B@y.example"],
        ["c@z.example"],
    )
    assert mail["body"] == "<p>Thanks</p><br><br><b>Ann</b>"
    assert mail["attachments"] == [file]


@pytest.mark.parametrize("key", ["cc", "bcc"])
def test_a_copy_goes_to_an_address(api: Api, key: str) -> None:
    """One wrong entry refuses the whole answer."""
    campaign_id = mailed(api)
    celebrate(reply(api, campaign_id, **{key: "a@x.example, nobody"}), "body", key)
    assert mails(api, kind="HAND") == []


def test_an_answer_needs_a_mail_of_the_campaign(api: Api) -> None:
    """An unknown id, one of another campaign, and one of a lead that was taken out."""
    campaign_id = mailed(api)
    other, known = api.campaign(), stats_id(api, campaign_id)
    celebrate(reply(api, campaign_id, lead_id=1), "body", "lead_id")
    for campaign, named in ((campaign_id, "nothing"), (other, known)):
        answer = reply(api, campaign, email_stats_id=named)
        assert (answer.status_code, answer.json()) == (400, {"error": f"Invalid email_stats_id - {named}"})
    withdraw(api, campaign_id)
    assert reply(api, campaign_id, email_stats_id=known).status_code == 400
    assert mails(api, kind="HAND") == []


def test_nothing_goes_out_of_a_deleted_mailbox(api: Api) -> None:
    """The answer is queued as ever, and a hint says that it stays there."""
    campaign_id = mailed(api)
    account_id = mails(api, campaign_id)[0]["email_account_id"]
    ok(api.delete(f"/email-accounts/{account_id}"))
    answer = reply(api, campaign_id)
    ok_text(answer)
    assert "deleted" in answer.headers["x-mock-hint"]
    assert mails(api, kind="HAND") == []


# ------------------------------------------------------------------------------------------ answers for later


def due(api: Api) -> str | None:
    """When something happens next."""
    found: str | None = ok(api.control("POST", "/clock/advance", {"minutes": 1}))["next_due"]
    return found


def test_a_scheduled_answer_goes_out_when_its_moment_comes(api: Api) -> None:
    """Until then it is in no history; it then has that moment's time."""
    campaign_id = mailed(api)
    ok_text(reply(api, campaign_id, scheduled_time=moment("04 10:30")))
    waiting = by_hand(api, "SCHEDULED")
    assert (waiting["at"], len(history(api, campaign_id)), ledger(api)) == ("2026-03-04T10:30:00.000Z", 1, [])
    assert last_sent_at(api) == "2026-03-02T09:00:00.000Z"
    assert due(api) == "2026-03-04T10:30:00.000Z"
    assert until(api, "04 10:29") == {}
    assert until(api, "05 00:00") == {"sent_by_hand": 1}
    assert by_hand(api) == {**waiting, "type": "HAND"}
    assert [one["time"] for one in history(api, campaign_id)][1:] == ["2026-03-04T10:30:00.000Z"]
    assert last_sent_at(api) == "2026-03-04T10:30:00.000Z"
    assert [(one["at"], one["message"]) for one in ledger(api)] == [("2026-03-04T10:30:00.000Z", waiting["id"])]
    assert due(api) is None


@pytest.mark.parametrize("when", ["02 11:59", "02 12:00"])
def test_a_moment_that_is_past_is_now(api: Api, when: str) -> None:
    """What is scheduled for now or before goes out at once, with the present time."""
    ok_text(reply(api, mailed(api), scheduled_time=moment(when)))
    assert by_hand(api)["at"] == "2026-03-02T12:00:00.000Z"


def withdraw(api: Api, campaign_id: int) -> None:
    """Take the lead out of the campaign."""
    ok(api.delete(of_lead(api, campaign_id, "bob")))


def delete_campaign(api: Api, campaign_id: int) -> None:
    """Delete the campaign."""
    ok(api.delete(f"/campaigns/{campaign_id}"))


def delete_mailbox(api: Api, campaign_id: int) -> None:
    """Delete the mailbox of the mail."""
    ok(api.delete(f"/email-accounts/{mails(api, campaign_id)[0]['email_account_id']}"))


@pytest.mark.parametrize("gone", [withdraw, delete_campaign, delete_mailbox])
def test_a_scheduled_answer_without_its_lead_campaign_or_mailbox_is_dropped(
    api: Api, gone: Callable[[Api, int], None]
) -> None:
    """Nothing goes out, and nothing waits any more."""
    campaign_id = mailed(api)
    ok_text(reply(api, campaign_id, scheduled_time=moment("04 10:30")))
    gone(api, campaign_id)
    assert until(api, "06 00:00") == {}
    assert [mails(api, kind=kind) for kind in ("HAND", "SCHEDULED")] == [[], []]
    assert due(api) is None


@pytest.mark.parametrize("word", ["PAUSED", "STOPPED"])
def test_a_campaign_that_rests_lets_a_scheduled_answer_go(api: Api, word: str) -> None:
    """An answer by hand is no step of the sequence."""
    campaign_id = mailed(api, sequence=steps(0, 9))
    ok_text(reply(api, campaign_id, scheduled_time=moment("04 10:30")))
    set_status(api, campaign_id, word)
    assert until(api, "06 00:00") == {"sent_by_hand": 1}


@pytest.mark.parametrize("days", [True, False], ids=["day by day", "minutes"])
def test_how_the_clock_is_moved_changes_nothing(client: TestClient, days: bool) -> None:
    """Scheduled answers among follow-ups and reactions: one big advance shows what many small ones show."""

    def world(stops: list[str]) -> list[Any]:
        api = fresh(client)
        ok(api.control("PUT", "/settings", {"seed": 7, "recipients": {"open": 0.5, "reply": 0.3}}))
        campaign_id = mailed(api, "a", "b", "c", sequence=steps(0, 1, 1, 1))
        for lead, when in (("a", "03 09:00"), ("b", "03 09:10"), ("b", "03 09:10"), ("c", "05 00:00")):
            ok_text(
                reply(api, campaign_id, email_stats_id=stats_id(api, campaign_id, lead), scheduled_time=moment(when))
            )
        for stop in stops:
            until(api, stop)
        return [ok(api.control("GET", path)) for path in ("/messages?limit=1000", "/events?limit=1000")]

    fine = [f"{day:02} 00:00" for day in range(3, 9)] if days else ["03 08:59", "03 09:00", "03 09:05", "03 09:10"]
    whole, parts = world(["09 00:00"]), world([*fine, "09 00:00"])
    assert whole == parts
    assert len([one for one in whole[0] if one["type"] == "HAND"]) == 4


# ------------------------------------------------------------------------------------------ forwards


def forward(api: Api, campaign_id: int, message: Json, **more: Any) -> Any:
    """The answer to a forward."""
    ids = {"message_id": message["message_id"], "stats_id": message["stats_id"], "to_emails": "x@other.example"}
    return api.post(f"/campaigns/{campaign_id}/forward-email", {**ids, **more})


@pytest.mark.parametrize("gone", ["lead", "step"])
def test_what_is_in_no_view_cannot_be_forwarded_or_answered(api: Api, gone: str) -> None:
    """The mail of a lead that was taken out, or of a step that was deleted."""
    campaign_id = mailed(api, sequence=steps(0, 9))
    [mail] = mails(api, campaign_id)
    set_status(api, campaign_id, "PAUSED")
    if gone == "lead":
        ok(api.delete(of_lead(api, campaign_id, "bob")))
    else:
        kept = ok(api.get(f"/campaigns/{campaign_id}/sequences"))[1]["id"]
        ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [{"id": kept, **step(2, 9)}]}))
    assert forward(api, campaign_id, mail).status_code == 404
    assert reply(api, campaign_id, email_stats_id=mail["stats_id"]).status_code == 400


def test_a_forward_holds_the_thread_up_to_the_message(api: Api) -> None:
    """Newest first, without what came after; one mail for all receivers, which no history shows."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply", body="Is 3 < 4?")
    (first,), (answer,) = mails(api, campaign_id), mails(api, campaign_id, "REPLY")
    ok_text(reply(api, campaign_id))
    forwarded = ok(forward(api, campaign_id, answer, to_emails="x@other.example, y@other.example"))
    mail = by_hand(api, "FORWARD")
    assert forwarded == {"ok": True, "messageId": mail["message_id"], "status": "success"}
    assert (mail["from"], mail["to"]) == (first["from"], "x@other.example,y@other.example")
    assert mail["subject"] == "Fwd: Hi"
    assert re.findall(r"From: (\S+?)<br>Date: (\S+?)<br>Subject: (.*?)</p>", mail["body"]) == [
        ("bob@leads.example", "2026-03-02T12:00:00.000Z", "RE: Hi"),
        (first["from"], "2026-03-02T09:00:00.000Z", "Hi"),
    ]
    assert "Is 3 &lt; 4?" in mail["body"]
    assert "Thanks" not in mail["body"]
    assert len(history(api, campaign_id)) == 3
    assert [one["data"] for one in ledger(api)] == [{"kind": "reply"}, {"kind": "forward"}]
    assert last_sent_at(api) == "2026-03-02T12:00:00.000Z"  # of the reply


def test_a_forwards_own_words(api: Api) -> None:
    """Its body stands above the thread, its subject in place of the thread's."""
    campaign_id = mailed(api)
    (first,) = mails(api, campaign_id)
    ok(forward(api, campaign_id, first, forward_email_body="<p>See below</p>", forward_email_subject="Look"))
    mail = by_hand(api, "FORWARD")
    assert mail["subject"] == "Look"
    assert mail["body"].startswith("<p>See below</p><blockquote>")


def test_a_forward_names_a_message_by_both_ids(api: Api) -> None:
    """Ids that do not belong together name none, as in another campaign, and so does a deleted mailbox."""
    campaign_id = mailed(api, "bob", "eve")
    bob, eve = mails(api, campaign_id, lead="bob")[0], mails(api, campaign_id, lead="eve")[0]
    refused = {"ok": False, "error": "Email account not found!", "status": "error"}
    for answer in (
        forward(api, campaign_id, bob, stats_id=eve["stats_id"]), forward(api, campaign_id, bob, message_id="<x@y>"),
        forward(api, api.campaign(), bob),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()) == (404, refused)
    delete_mailbox(api, campaign_id)
    gone = mails(api, campaign_id)[0]
    assert (forward(api, campaign_id, gone).status_code, mails(api, kind="FORWARD")) == (404, [])


@pytest.mark.parametrize("receivers", ["", " , ", "nobody", "a@x.example,b@"])
def test_a_forward_needs_receivers(api: Api, receivers: str) -> None:
    """At least one, and each an address."""
    campaign_id = mailed(api)
    celebrate(forward(api, campaign_id, mails(api, campaign_id)[0], to_emails=receivers), "body", "to_emails")


# ------------------------------------------------------------------------------------------ tests


def test_a_test_mail_is_what_the_lead_would_get(client: TestClient) -> None:
    """Subject, body and the choices of spintax are those of the real mail; only its receiver may be another."""
    api = fresh(client)
    freeze(api)
    sequence = [step(subject="{a|b|c|d} {{first_name}}", email_body="<p>{1|2|3|4|5|6} {{email}}</p>")]
    campaign_id = launch(
        api, "bob", "eve", sequence=sequence, start=False, settings={"unsubscribe_text": "No more"}, **ALWAYS
    )
    for lead in ("bob", "eve"):
        body = {"leadId": api.lead_id(address(lead)), "sequenceNumber": 1}
        assert ok(api.post(f"/campaigns/{campaign_id}/send-test-email", body)) == {
            "success": True, "message": "Test email sent successfully",
        }  # fmt: skip
    tests = mails(api, kind="TEST")
    assert [api.row(campaign_id, address(lead))["status"] for lead in ("bob", "eve")] == ["STARTED", "STARTED"]
    assert ok(api.get(f"{of_lead(api, campaign_id, 'bob')}/message-history"))["history"] == []
    assert [one["data"] for one in ledger(api)] == [{"kind": "test"}] * 2
    set_status(api, campaign_id, "START")
    until(api, "02 12:00")
    shown = ("from", "to", "subject", "body", "headers")
    assert [[one[name] for name in shown] for one in tests] == [
        [one[name] for name in shown] for one in mails(api, campaign_id)
    ]
    assert (tests[0]["stats_id"], tests[0]["campaign_lead_map_id"]) == (None, None)
    assert tests[0]["lead_id"] == api.lead_id(address("bob"))


def test_sender_receiver_and_variant_of_a_test_mail(api: Api) -> None:
    """The chosen mailbox need not be attached; the first variant is sent."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=[step(seq_variants=variants(None, None))], start=False)
    body = {
        "leadId": str(api.lead_id(address("bob"))), "sequenceNumber": 1, "customEmailAddress": "me@my.example",
        "selectedEmailAccountId": box(api, "extra"),
    }  # fmt: skip
    ok(api.post(f"/campaigns/{campaign_id}/send-test-email", body))
    mail = by_hand(api, "TEST")
    assert (mail["from"], mail["to"], mail["subject"], mail["body"]) == (
        "extra@sender.example", "me@my.example", "A", "A",
    )  # fmt: skip


def test_a_test_mail_of_a_step_in_the_thread(api: Api) -> None:
    """A step without a subject goes on in the thread of the lead's last mail; before one it has no subject."""
    campaign_id = mailed(api, "bob", sequence=steps(0, 9))
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [{"email": "new@leads.example"}]}))
    for lead in ("bob", "new"):
        body = {"leadId": api.lead_id(address(lead)), "sequenceNumber": 2}
        ok(api.post(f"/campaigns/{campaign_id}/send-test-email", body))
    assert [one["subject"] for one in mails(api, kind="TEST")] == ["RE: Hi", ""]


@pytest.mark.parametrize(
    "change",
    [{"leadId": UNKNOWN}, {"leadId": "9" * 400}, {"sequenceNumber": 2}, {"selectedEmailAccountId": UNKNOWN}],
    ids=str,
)
def test_a_test_mail_needs_lead_step_and_mailbox(api: Api, change: Json) -> None:
    """Each of them must exist, and the lead be in the campaign."""
    freeze(api)
    campaign_id = launch(api, "bob", start=False)
    body = {"leadId": api.lead_id(address("bob")), "sequenceNumber": 1, **change}
    answer = api.post(f"/campaigns/{campaign_id}/send-test-email", body)
    assert (answer.status_code, answer.json()) == (404, {"error": "Resource not found"})
    other = api.campaign()
    assert api.post(f"/campaigns/{other}/send-test-email", {**body, "sequenceNumber": 1}).status_code == 404
    assert mails(api, kind="TEST") == []


def test_a_campaign_without_mailbox_sends_no_test(api: Api) -> None:
    """Unless a mailbox is named."""
    campaign_id = api.campaign()
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [step()]}))
    api.add(campaign_id, "bob@leads.example")
    body = {"leadId": api.lead_id("bob@leads.example"), "sequenceNumber": 1}
    assert api.post(f"/campaigns/{campaign_id}/send-test-email", body).status_code == 404
    ok(api.post(f"/campaigns/{campaign_id}/send-test-email", {**body, "selectedEmailAccountId": box(api)}))


# ------------------------------------------------------------------------------------------ the mailbox of a lead


def choose(api: Api, campaign_id: int, account_id: int, lead: str = "bob", **more: Any) -> Any:
    """The answer to the choice of a mailbox."""
    ids = {
        "email_account_id": account_id,
        "email_campaign_id": campaign_id,
        "email_lead_id": api.lead_id(address(lead)),
    }
    return api.post("/campaigns/update-lead-email-account", {**ids, **more})


def test_the_chosen_mailbox_sends_all_mails(api: Api) -> None:
    """The first mail and the follow-ups; who is not chosen for gets the mailboxes in turn."""
    freeze(api)
    one, two, three = (box(api, name) for name in ("one", "two", "three"))
    campaign_id = launch(api, "a", "b", boxes=[one, two, three], sequence=steps(0, 1), start=False, **ALWAYS)
    ok(choose(api, campaign_id, three, "a"))
    set_status(api, campaign_id, "START")
    until(api, "04 00:00")
    assert timeline(api, campaign_id, boxes=True) == [
        "02 09:00 a three", "02 09:00 b one", "03 09:00 a#2 three", "03 09:00 b#2 one",
    ]  # fmt: skip


def test_a_fixed_mailbox_stays_unless_it_is_overridden(api: Api) -> None:
    """A lead that was mailed is fixed; a follow-up waits for the mailbox that was chosen."""
    freeze(api)
    one, two, away = (box(api, name) for name in ("one", "two", "away"))
    campaign_id = launch(api, "bob", boxes=[one, two], sequence=steps(0, 1, 1, 1), **ALWAYS)
    until(api, "02 12:00")
    answer = choose(api, campaign_id, two)
    assert ok(answer) == {"success": True, "message": "Lead email account updated"}
    assert "override" in answer.headers["x-mock-hint"]
    until(api, "03 12:00")
    ok(choose(api, campaign_id, two, override_lead_email_account=True))
    until(api, "04 12:00")
    ok(choose(api, campaign_id, away, override_lead_email_account=True))
    until(api, "08 00:00")
    assert timeline(api, campaign_id, boxes=True) == ["02 09:00 bob one", "03 09:00 bob#2 one", "04 09:00 bob#3 two"]


@pytest.mark.parametrize("name", ["email_account_id", "email_campaign_id", "email_lead_id"])
def test_mailbox_campaign_and_lead_must_exist(api: Api, name: str) -> None:
    """An unknown id of any kind is the same refusal."""
    freeze(api)
    campaign_id = launch(api, "bob", start=False)
    unknown: Json = {name: UNKNOWN}
    answer = choose(api, campaign_id, box(api), **unknown)
    assert (answer.status_code, answer.json()) == (404, {"error": "Resource not found"})


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


def test_what_no_document_explains_is_taken(api: Api) -> None:
    """Names, conditions and headers that no view shows are no reason to refuse a mail."""
    campaign_id = mailed(api)
    more = {"to_first_name": "Bob", "to_last_name": "Lee", "schedule_condition": "any", "seq_type": "EMAIL"}
    assert reply(api, campaign_id, **more).text == QUEUED
    single = {"to": "pat@x.example", "subject": "Hi", "body": "Hello", "fromName": "Ann", "replyTo": "ann@x.example"}
    assert ok(api.post("/send-email/initiate", {**single, "fromEmailId": 1001}))["success"] is True

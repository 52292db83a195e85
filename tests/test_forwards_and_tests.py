"""Forwards, test mails, and the mailbox that a lead is given by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.hand_mails import UNKNOWN, by_hand, delete_mailbox, history, last_sent_at, ledger, mailed, ok_text, reply
from tests.sending import (
    ALWAYS,
    Json,
    address,
    box,
    freeze,
    launch,
    mails,
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

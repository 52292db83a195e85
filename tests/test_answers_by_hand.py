"""Answers that are sent by hand, at once or later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.hand_mails import (
    QUEUED,
    by_hand,
    delete_mailbox,
    history,
    last_sent_at,
    ledger,
    mailed,
    ok_text,
    reply,
    stats_id,
)
from tests.sending import (
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
)
from tests.webhooks import celebrate
from tests.worlds import fresh

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


def test_what_no_document_explains_is_taken(api: Api) -> None:
    """Names, conditions and headers that no view shows are no reason to refuse a mail."""
    campaign_id = mailed(api)
    more = {"to_first_name": "Bob", "to_last_name": "Lee", "schedule_condition": "any", "seq_type": "EMAIL"}
    assert reply(api, campaign_id, **more).text == QUEUED

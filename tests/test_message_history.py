"""The history of a lead: what it got and answered in a campaign, oldest first, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.sending import (
    ALWAYS,
    address,
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
    until,
)

UNKNOWN = 3_999_999_999


def history(api: Api, campaign_id: int, lead: str, **query: Any) -> dict[str, Any]:
    """The whole answer."""
    answer: dict[str, Any] = ok(api.get(f"{of_lead(api, campaign_id, lead)}/message-history", params=query))
    return answer


def conversation(api: Api, *sequence: dict[str, Any]) -> int:
    """A campaign whose lead Bob got a mail on Monday at nine and answered it a day later."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=sequence or [step(email_body="<p>Hi<br>Bob</p>")], **ALWAYS)
    until(api, "03 09:00")
    react(api, campaign_id, "bob", "open")
    react(api, campaign_id, "bob", "click", link="https://example.com/a")
    react(api, campaign_id, "bob", "click", link="https://example.com/a")
    react(api, campaign_id, "bob", "reply", body="<div>Yes<br>please</div>")
    return campaign_id


def test_a_mail_and_its_answer(api: Api) -> None:
    """A mail has its step as a text and its figures; an answer has the stats_id of the mail."""
    campaign_id = conversation(api)
    (sent,), (reply,) = mails(api, campaign_id), mails(api, campaign_id, "REPLY")
    assert history(api, campaign_id, "bob") == {
        "history": [
            {
                "type": "SENT", "message_id": sent["message_id"], "stats_id": sent["stats_id"],
                "time": "2026-03-02T09:00:00.000Z", "email_body": "<p>Hi<br>Bob</p>", "subject": "Hi",
                "email_seq_number": "1", "open_count": 1, "click_count": 2,
                "click_details": {"https://example.com/a": True},
            },
            {
                "type": "REPLY", "message_id": reply["message_id"], "stats_id": sent["stats_id"],
                "time": "2026-03-03T09:00:00.000Z", "email_body": "<div>Yes<br>please</div>", "cc": [],
            },
        ],
        "from": sent["from"],
        "to": "bob@leads.example",
    }  # fmt: skip


def test_an_answer_shows_who_else_got_it(api: Api) -> None:
    """The copies of a mail that comes in whole."""
    campaign_id = conversation(api)
    react(
        api,
        campaign_id,
        "bob",
        "reply",
        raw="From: bob@leads.example\nCc: Eve <eve@leads.example>, pat@leads.example\n\nMore",
    )
    shown = history(api, campaign_id, "bob")["history"]
    assert [one.get("cc") for one in shown] == [None, [], ["eve@leads.example", "pat@leads.example"]]


def test_bodies_as_plain_text_when_they_are_asked_for(api: Api) -> None:
    """The plain text stands beside the HTML."""
    campaign_id = conversation(api)
    shown = history(api, campaign_id, "bob", show_plain_text_response="true")["history"]
    assert [one["email_body_plain_text"] for one in shown] == ["Hi\nBob", "Yes\nplease"]
    assert all("email_body_plain_text" not in one for one in history(api, campaign_id, "bob")["history"])


@pytest.mark.parametrize(
    ("after", "types"),
    [("02 08:59", ["SENT", "REPLY"]), ("02 09:00", ["REPLY"]), ("03 08:59", ["REPLY"]), ("03 09:00", [])],
)
def test_only_what_came_after_a_moment(api: Api, after: str, types: list[str]) -> None:
    """The moment itself is not after it; the sender is told all the same."""
    campaign_id = conversation(api)
    shown = history(api, campaign_id, "bob", event_time_gt=moment(after))
    assert [one["type"] for one in shown["history"]] == types
    assert shown["from"] is not None


def test_nothing_before_the_first_mail(api: Api) -> None:
    """Who got no mail has an empty history without a sender."""
    freeze(api)
    campaign_id = launch(api, "bob", start=False)
    assert history(api, campaign_id, "bob") == {"history": [], "from": None, "to": "bob@leads.example"}


def test_an_out_of_office_note_is_an_answer_and_a_bounce_is_none(api: Api) -> None:
    """Automatic answers are shown as REPLY; what mail servers send back is not shown."""
    freeze(api)
    campaign_id = launch(api, "a", "b", **ALWAYS)
    until(api, "02 10:00")
    react(api, campaign_id, "a", "ooo")
    react(api, campaign_id, "b", "bounce")
    assert [one["type"] for one in history(api, campaign_id, "a")["history"]] == ["SENT", "REPLY"]
    assert [one["type"] for one in history(api, campaign_id, "b")["history"]] == ["SENT"]


def test_mails_of_a_deleted_step_are_in_no_view(api: Api) -> None:
    """With its step a mail goes, and the answers to it; another step's mails stay."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=steps(0, 1), settings={"stop_lead_settings": "CLICK_ON_A_LINK"}, **ALWAYS)
    until(api, "02 12:00")
    react(api, campaign_id, "bob", "reply")
    until(api, "04 12:00")
    set_status(api, campaign_id, "START")
    set_status(api, campaign_id, "PAUSED")
    second = api.get(f"/campaigns/{campaign_id}/sequences").json()[1]
    kept = {"id": second["id"], **step(2, 1)}
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [kept]}))
    shown = history(api, campaign_id, "bob")["history"]
    assert [(one["type"], one["email_seq_number"]) for one in shown] == [("SENT", "2")]
    path = of_lead(api, campaign_id, "bob")
    events = [one["type"] for one in ok(api.get(f"{path}/activity"))["events"]]
    assert events == ["EMAIL_SENT"]
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": []}))
    assert history(api, campaign_id, "bob")["history"] == []
    assert history(api, campaign_id, "bob")["from"] is None


def test_of_this_campaign_only(api: Api) -> None:
    """A lead in two campaigns has two histories."""
    first = conversation(api)
    second = launch(api, "bob", **ALWAYS)
    assert history(api, second, "bob")["history"] == []
    assert len(history(api, first, "bob")["history"]) == 2


def test_the_path_takes_the_id_of_a_lead_in_the_campaign(api: Api) -> None:
    """An unknown campaign, an unknown lead, and a lead of another campaign."""
    campaign_id, other = conversation(api), api.campaign()
    lead_id = api.lead_id(address("bob"))
    for path in (f"/campaigns/{UNKNOWN}/leads/{lead_id}", f"/campaigns/{campaign_id}/leads/{UNKNOWN}",
                 f"/campaigns/{other}/leads/{lead_id}"):  # fmt: skip
        assert api.get(f"{path}/message-history").status_code == 404
        assert api.get(f"{path}/activity").status_code == 404


def test_a_moment_must_be_one(api: Api) -> None:
    """event_time_gt is a date or a date-time."""
    campaign_id = conversation(api)
    answer = api.get(f"{of_lead(api, campaign_id, 'bob')}/message-history", params={"event_time_gt": "soon"})
    assert answer.json()["validation"] == {"source": "query", "keys": ["event_time_gt"]}

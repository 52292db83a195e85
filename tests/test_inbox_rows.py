"""A conversation of the master inbox, field by field, and the mails that it is of."""

from __future__ import annotations

import pytest

from tests.conftest import Api
from tests.hand_mails import history, ok_text, reply
from tests.inboxes import (
    GOES_ON,
    PATHS,
    assign,
    item,
    listed,
    mailed,
    map_id,
    mark,
    patch,
    remind,
    schedule,
    two_campaigns,
)
from tests.sending import ALWAYS, equip, freeze, mails, of_lead, ok, react, set_status, step, steps, until
from tests.worlds import client_of


def test_a_conversation_field_by_field(api: Api) -> None:
    """Every field of the row, the same in each list and by id."""
    freeze(api)
    client_id = client_of(api, "acme").id
    campaign_id = api.campaign(name="Spring", client_id=client_id)
    equip(api, campaign_id, sequence=steps(0, 3, 4), **{**GOES_ON, "timezone": "Europe/Paris"})
    lead = {"email": "bob@leads.example", "first_name": "Bob", "last_name": "Lee"}
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [lead]}))
    until(api, "02 12:00")
    react(api, campaign_id, "bob", "reply-interested")
    row_id = map_id(api, campaign_id)
    ok(patch(api, "update-revenue", row_id, revenue=500.5))
    user_id = assign(api, row_id)
    mark(api, row_id, is_important=True)
    schedule(api, campaign_id, "bob", "09 09:00")
    remind(api, campaign_id, "bob", "09 09:00")
    step_ids = [one["id"] for one in ok(api.get(f"/campaigns/{campaign_id}/sequences"))]
    expected = {
        "lead_category_id": 1, "last_sent_time": "2026-03-02T09:00:00.000Z",
        "last_reply_time": "2026-03-02T12:00:00.000Z", "has_new_unread_email": True,
        "email_account_id": mails(api, campaign_id)[0]["email_account_id"], "revenue": "500.50",
        "is_pushed_to_sub_sequence": False, "lead_first_name": "Bob", "lead_last_name": "Lee",
        "lead_email": "bob@leads.example", "email_lead_id": str(api.lead_id("bob@leads.example")),
        "email_lead_map_id": str(row_id), "lead_status": "INPROGRESS", "current_sequence_number": 1,
        "sub_sequence_id": None, "old_replaced_lead_data": None,
        "lead_next_timestamp_to_send": "2026-03-05T09:00:00.000Z", "email_campaign_seq_id": step_ids[1],
        "is_important": True, "is_archived": False, "is_snoozed": False, "team_member_id": user_id,
        "is_ooo_automated_push_lead": None, "email_campaign_id": campaign_id, "email_campaign_name": "Spring",
        "client_id": client_id, "belongs_to_sub_sequence": False, "sequence_count": 3,
        "campaign_sending_schedule": {
            "tz": "Europe/Paris", "days": [0, 1, 2, 3, 4, 5, 6], "startHour": "00:00", "endHour": "23:59",
        },
    }  # fmt: skip
    assert item(api, row_id) == expected
    assert {name: listed(api, name) for name in PATHS} == {
        name: [expected] if name not in ("archived", "snoozed") else [] for name in PATHS
    }  # fmt: skip


@pytest.mark.parametrize(
    ("to", "number", "next_at", "status"),
    [
        ("02 12:00", 1, "2026-03-05T09:00:00.000Z", "INPROGRESS"),
        ("05 12:00", 2, "2026-03-09T09:00:00.000Z", "INPROGRESS"),
        ("09 12:00", 3, None, "COMPLETED"),
    ],
)
def test_which_step_is_in_turn(api: Api, to: str, number: int, next_at: str | None, status: str) -> None:
    """The id of the step after the last mail's, and when it is due; none after the last step."""
    campaign_id = mailed(api, sequence=steps(0, 3, 4))
    until(api, to)
    shown = item(api, map_id(api, campaign_id))
    ids = [*(one["id"] for one in ok(api.get(f"/campaigns/{campaign_id}/sequences"))), None]
    assert (shown["current_sequence_number"], shown["email_campaign_seq_id"]) == (number, ids[number])
    assert (shown["lead_next_timestamp_to_send"], shown["lead_status"]) == (next_at, status)


def test_no_step_is_in_turn_for_who_is_stopped(api: Api) -> None:
    """Stopped, bounced or unsubscribed leads get nothing more; a paused one may go on."""
    campaign_id = mailed(api, "a", "b", "c", "d", sequence=steps(0, 3), settings={})
    for lead, word in (("a", "reply"), ("b", "bounce"), ("c", "unsubscribe")):
        react(api, campaign_id, lead, word)
    ok(api.post(f"{of_lead(api, campaign_id, 'd')}/pause"))
    second = ok(api.get(f"/campaigns/{campaign_id}/sequences"))[1]["id"]
    shown = [item(api, map_id(api, campaign_id, one)) for one in "abcd"]
    assert [one["email_campaign_seq_id"] for one in shown] == [None, None, None, second]
    assert {one["lead_next_timestamp_to_send"] for one in shown} == {None}


def test_the_history_comes_when_it_is_asked_for(api: Api) -> None:
    """As the message history, with both addresses, and with the step's number also on answers; never by id."""
    campaign_id = mailed(api, sequence=steps(0, 1))
    react(api, campaign_id, "bob", "open")
    raw = "From: Eve <eve@leads.example>\nCc: pat@leads.example\nSubject: Re\n\nYes"
    react(api, campaign_id, "bob", "reply", raw=raw)
    until(api, "02 13:00")
    ok_text(reply(api, campaign_id))
    until(api, "03 12:00")
    react(api, campaign_id, "bob", "ooo")
    react(api, campaign_id, "bob", "click", step=1, link="https://example.com/a")
    (row,) = listed(api, "inbox", history=True)
    told = row.pop("email_history")
    box = mails(api, campaign_id)[0]["from"]
    bob, eve = "bob@leads.example", "eve@leads.example"
    assert [(one["type"], one.get("email_seq_number"), one["from"], one["to"]) for one in told] == [
        ("SENT", "1", box, bob), ("REPLY", "1", eve, box), ("SENT", None, box, bob), ("SENT", "2", box, bob),
        ("REPLY", "2", bob, box),
    ]  # fmt: skip
    assert ["subject" in one for one in told] == ["cc" not in one for one in told] == [True, False, True, True, False]
    for one in told:
        for key in ("from", "to") if one["type"] == "SENT" else ("from", "to", "email_seq_number"):
            del one[key]
    assert told == history(api, campaign_id)
    assert row == item(api, map_id(api, campaign_id)) == listed(api, "inbox")[0]
    flagged = api.post("/master-inbox/inbox-replies", {}, params={"fetch_message_history": "false"})
    assert ok(flagged)["data"] == [row]
    for name in ("sent", "views", "unread"):
        assert len(listed(api, name, history=True)[0]["email_history"]) == 5


def test_each_conversation_has_its_own_history(api: Api) -> None:
    """Of its lead in its campaign."""
    two_campaigns(api)
    for row in listed(api, "sent", history=True):
        lead = row["lead_email"]
        told = history(api, row["email_campaign_id"], lead)
        assert [one["message_id"] for one in row["email_history"]] == [one["message_id"] for one in told]
        assert len(told) == 1 + (lead[0] in "bcd")


def test_deleted_and_mailed_steps_in_a_row(api: Api) -> None:
    """The number is that of the last mail, the next step the first behind it that there is."""
    campaign_id = mailed(api, sequence=steps(0, 3, 4))
    set_status(api, campaign_id, "PAUSED")
    kept = ok(api.get(f"/campaigns/{campaign_id}/sequences"))[2]["id"]
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [{"id": kept, **step(3, 4)}]}))
    row = listed(api, "sent", history=True)[0]
    shown = [row[name] for name in ("current_sequence_number", "email_campaign_seq_id", "sequence_count")]
    assert (shown, row["email_history"]) == ([1, kept, 1], [])


def test_a_sub_sequence_has_conversations_of_its_own(api: Api) -> None:
    """The parent's row tells where its lead went; the child's that it belongs to a sub-sequence."""
    campaign_id = mailed(api)
    child = ok(api.post("/campaigns/create-subsequence", {"parent_campaign_id": campaign_id, "name": "Below"}))["id"]
    equip(api, child, sequence=steps(0, 5), **ALWAYS)
    body = {"email_lead_map_id": str(map_id(api, campaign_id)), "sub_sequence_id": child}
    ok(api.post("/master-inbox/push-to-subsequence", body))
    assert [row["email_campaign_id"] for row in listed(api, "sent")] == [campaign_id]
    until(api, "03 12:00")
    below, above = listed(api, "sent", sortBy="SENT_TIME_DESC")
    keys = ("email_campaign_id", "is_pushed_to_sub_sequence", "sub_sequence_id", "belongs_to_sub_sequence")
    assert [tuple(one[key] for key in keys) for one in (above, below)] == [
        (campaign_id, True, child, False), (child, False, None, True),
    ]  # fmt: skip
    react(api, child, "bob", "reply")
    assert [row["email_campaign_id"] for row in listed(api, "inbox")] == [child]
    react(api, campaign_id, "bob", "reply")
    ids = {campaign_id, child}
    assert {row["email_campaign_id"] for row in listed(api, "views", filters={"subSequenceId": child})} == ids
    for no_sub_sequence in (campaign_id, 9999):
        assert listed(api, "views", filters={"subSequenceId": no_sub_sequence}) == []
    ok(api.post(f"/campaigns/{child}/status", {"status": "STOPPED"}))
    ok(api.delete(f"/campaigns/{child}"))
    assert [row["email_campaign_id"] for row in listed(api, "inbox")] == [campaign_id]

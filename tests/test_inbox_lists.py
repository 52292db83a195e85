"""The ten lists of the master inbox: which conversations they show as the world moves, in which order, and how."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.conftest import Api
from tests.hand_mails import UNKNOWN, delete_mailbox, history
from tests.inboxes import (
    BY_TIME,
    PATHS,
    assign,
    everywhere,
    found,
    item,
    listed,
    mailed,
    map_id,
    mark,
    names,
    read,
    remind,
    schedule,
)
from tests.sending import (
    ALWAYS,
    freeze,
    launch,
    mails,
    moment,
    of_lead,
    ok,
    react,
    set_status,
    steps,
    until,
)

SENT_ONLY = {"sent": ["bob"]}
ANSWERED = {**SENT_ONLY, "inbox": ["bob"], "views": ["bob"], "unread": ["bob"]}
OOO = {"stop_lead_settings": "CLICK_ON_A_LINK", "out_of_office_detection_settings": {"ignoreOOOasReply": True}}


# ------------------------------------------------------------------------------------------ which conversations


def test_a_conversation_begins_with_the_first_mail(api: Api) -> None:
    """Who got no mail is in no list and has no conversation."""
    campaign_id = launch_later(api)
    assert everywhere(api) == {}
    row_id = map_id(api, campaign_id)
    answer = api.get(f"/master-inbox/{row_id}")
    assert answer.status_code == 404
    until(api, "02 09:00")
    assert everywhere(api) == SENT_ONLY
    assert item(api, row_id)["lead_email"] == "bob@leads.example"


def launch_later(api: Api) -> int:
    """A campaign that will mail Bob at nine."""
    freeze(api, "02 08:00")
    return launch(api, "bob", **{**ALWAYS, "start_hour": "09:00"})


@pytest.mark.parametrize(
    "word", ["reply", "reply-interested", "colleague-reply", "forward-reply", "unknown-reply", "ooo"]
)
def test_an_answer_comes_unread_into_the_inbox(api: Api, word: str) -> None:
    """Whoever answers, and also a machine unless the campaign says otherwise."""
    react(api, mailed(api), "bob", word)
    assert everywhere(api) == ANSWERED


@pytest.mark.parametrize("word", ["open", "click", "bounce", "soft-bounce", "unsubscribe"])
def test_no_other_reaction_does(api: Api, word: str) -> None:
    """The conversation is among those that were sent to, and nowhere else."""
    react(api, mailed(api), "bob", word)
    assert everywhere(api) == SENT_ONLY


def test_an_automatic_answer_may_be_none(api: Api) -> None:
    """With ignoreOOOasReply nothing came; a later answer of a person is one."""
    campaign_id = mailed(api, settings=OOO)
    react(api, campaign_id, "bob", "ooo")
    assert everywhere(api) == SENT_ONLY
    assert item(api, map_id(api, campaign_id))["last_reply_time"] is None
    assert found(api, "sent", emailStatus="Replied") == []
    react(api, campaign_id, "bob", "reply")
    assert everywhere(api) == ANSWERED


def test_a_mail_that_answers_none_is_in_no_conversation(api: Api) -> None:
    """Also when it is from the lead."""
    campaign_id = mailed(api)
    sent = mails(api, campaign_id)[0]
    body = {"type": "untracked", "to": sent["from"], "from": "bob@leads.example"}
    ok(api.control("POST", "/events", body))
    assert everywhere(api) == SENT_ONLY


def test_reading_takes_a_conversation_off_the_unread(api: Api) -> None:
    """Until another answer comes, or somebody marks it."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    read(api, map_id(api, campaign_id))
    assert everywhere(api) == {**SENT_ONLY, "inbox": ["bob"], "views": ["bob"]}
    react(api, campaign_id, "bob", "reply")
    assert everywhere(api) == ANSWERED


def test_looking_is_not_reading(api: Api) -> None:
    """No read marks anything as read."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    row_id = map_id(api, campaign_id)
    item(api, row_id)
    history(api, campaign_id)
    listed(api, "inbox", history=True)
    assert item(api, row_id)["has_new_unread_email"] is True
    assert everywhere(api) == ANSWERED


def test_a_conversation_marked_unread_needs_no_answer(api: Api) -> None:
    """It is among the unread and not among the replies."""
    campaign_id = mailed(api)
    read(api, map_id(api, campaign_id), status=False)
    assert everywhere(api) == {**SENT_ONLY, "unread": ["bob"]}


def test_a_snooze_ends_when_its_moment_comes(api: Api) -> None:
    """Till then the conversation is in the lists of those snoozed and sent; its marks stay, also with a new answer."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    row_id = map_id(api, campaign_id)
    assert mark(api, row_id, snoozed_until=moment("03 10:00")) == {
        "email_lead_map_id": row_id, "is_snoozed": True, "snoozed_until": "2026-03-03T10:00:00.000Z",
        "is_important": False, "is_archived": False,
    }  # fmt: skip
    hidden = {**SENT_ONLY, "snoozed": ["bob"]}
    assert everywhere(api) == hidden
    react(api, campaign_id, "bob", "reply")
    until(api, "03 09:59")
    assert (everywhere(api), item(api, row_id)["is_snoozed"]) == (hidden, True)
    until(api, "03 10:00")
    assert (everywhere(api), item(api, row_id)["is_snoozed"]) == (ANSWERED, False)


def test_a_snooze_without_end_stays(api: Api) -> None:
    """Till somebody takes it back."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    row_id = map_id(api, campaign_id)
    shown = mark(api, row_id, is_snoozed=True)
    assert (shown["is_snoozed"], shown["snoozed_until"]) == (True, None)
    ok(api.control("POST", "/clock/advance", {"days": 3650}))
    assert everywhere(api) == {**SENT_ONLY, "snoozed": ["bob"]}
    mark(api, row_id, is_snoozed=False)
    assert everywhere(api) == ANSWERED


@pytest.mark.parametrize(("state", "rest"), [("is_archived", {"archived": ["bob"]}), ("is_important", None)])
def test_archived_conversations_leave_the_inbox_and_important_ones_do_not(
    api: Api, state: str, rest: dict[str, list[str]] | None
) -> None:
    """A new answer takes back neither."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    row_id = map_id(api, campaign_id)
    mark(api, row_id, **{state: True})
    expected = {**ANSWERED, "important": ["bob"]} if rest is None else {**SENT_ONLY, **rest}
    assert everywhere(api) == expected
    react(api, campaign_id, "bob", "reply")
    assert (everywhere(api), item(api, row_id)[state]) == (expected, True)
    mark(api, row_id, **{state: False})
    assert everywhere(api) == ANSWERED


@pytest.mark.parametrize("states", list(itertools.product((False, True), repeat=3)))
def test_lists_by_a_mark_show_it_whatever_else_there_is(api: Api, states: tuple[bool, bool, bool]) -> None:
    """Snoozed, important, archived and assigned conversations, also without an answer; sent has all."""
    row_id = map_id(api, mailed(api))
    given = dict(zip(("is_snoozed", "is_important", "is_archived"), states, strict=True))
    mark(api, row_id, **given)
    assign(api, row_id)
    wanted = {word.removeprefix("is_"): ["bob"] for word, state in given.items() if state}
    assert everywhere(api) == {**SENT_ONLY, "mine": ["bob"], **wanted}


def test_mine_are_those_of_the_user_of_the_account(api: Api) -> None:
    """Not those of others in the team."""
    campaign_id = mailed(api, "a", "b", "c")
    other = ok(api.control("POST", "/team-members", {"name": "Pat"}))["id"]
    user = assign(api, map_id(api, campaign_id, "a"))
    assign(api, map_id(api, campaign_id, "b"), other)
    assert names(api, "mine") == ["a"]
    assert [item(api, map_id(api, campaign_id, one))["team_member_id"] for one in "abc"] == [user, other, None]
    assign(api, map_id(api, campaign_id, "a"), other)
    assert names(api, "mine") == []


def test_scheduled_conversations_are_listed_until_the_last_answer_has_gone(api: Api) -> None:
    """The next one first; of several answers the nearest counts."""
    campaign_id = mailed(api, "a", "b", "c")
    for lead, when in (("a", "06 09:00"), ("b", "04 09:00"), ("b", "07 09:00"), ("c", "05 09:00")):
        schedule(api, campaign_id, lead, when)
    assert [names(api, "scheduled", sortBy=word) for word in (None, "SCHEDULED_TIME_ASC", "SCHEDULED_TIME_DESC")] == [
        ["b", "c", "a"], ["b", "c", "a"], ["a", "c", "b"],
    ]  # fmt: skip
    for to, waiting, gone in (
        ("04 08:59", ["b", "c", "a"], ["c", "b", "a"]), ("04 09:00", ["c", "a", "b"], ["b", "c", "a"]),
        ("06 09:00", ["b"], ["a", "c", "b"]), ("07 09:00", [], ["b", "a", "c"]),
    ):  # fmt: skip
        until(api, to)
        assert (names(api, "scheduled"), names(api, "sent", sortBy="SENT_TIME_DESC")) == (waiting, gone)


def test_reminders_stay_when_they_have_passed(api: Api) -> None:
    """Of several the next one counts, else the last one that passed; overdue ones come first."""
    campaign_id = mailed(api, "a", "b", "c")
    for lead, when in (("a", "03 09:00"), ("a", "09 09:00"), ("b", "04 09:00"), ("c", "02 11:00"), ("c", "02 10:00")):
        remind(api, campaign_id, lead, when)
    assert [names(api, "reminders", sortBy=word) for word in (None, "REMINDER_TIME_ASC", "REMINDER_TIME_DESC")] == [
        ["c", "a", "b"], ["c", "a", "b"], ["b", "a", "c"],
    ]  # fmt: skip
    until(api, "03 09:01")
    assert names(api, "reminders") == ["c", "b", "a"]
    until(api, "20 09:00")
    assert names(api, "reminders") == ["c", "b", "a"]


def test_what_waits_is_listed_also_when_it_is_archived_or_snoozed(api: Api) -> None:
    """Answers that go out and reminders concern whoever asked for them."""
    campaign_id = mailed(api)
    schedule(api, campaign_id, "bob", "05 09:00")
    remind(api, campaign_id, "bob", "05 09:00")
    mark(api, map_id(api, campaign_id), is_archived=True, is_snoozed=True)
    waiting = {"scheduled": ["bob"], "reminders": ["bob"]}
    assert everywhere(api) == {**SENT_ONLY, **waiting, "archived": ["bob"], "snoozed": ["bob"]}


# ------------------------------------------------------------------------------------------ what is gone


def all_of_it(api: Api) -> int:
    """A campaign whose only conversation is in every list but that of archived and snoozed ones."""
    campaign_id = mailed(api, sequence=steps(0, 30))
    react(api, campaign_id, "bob", "reply")
    mark(api, map_id(api, campaign_id), is_important=True)
    assign(api, map_id(api, campaign_id))
    schedule(api, campaign_id, "bob", "09 09:00")
    remind(api, campaign_id, "bob", "09 09:00")
    return campaign_id


ALL_BUT_HIDDEN = {name: ["bob"] for name in PATHS if name not in ("archived", "snoozed")}


def without_lead(api: Api, campaign_id: int) -> None:
    """The lead is taken out of the campaign."""
    ok(api.delete(of_lead(api, campaign_id, "bob")))


def without_campaign(api: Api, campaign_id: int) -> None:
    """The campaign is stopped and deleted."""
    set_status(api, campaign_id, "STOPPED")
    ok(api.delete(f"/campaigns/{campaign_id}"))


@pytest.mark.parametrize("gone", [without_lead, without_campaign])
def test_with_its_lead_or_campaign_a_conversation_goes(api: Api, gone: Callable[[Api, int], None]) -> None:
    """It is in no list, and its id is unknown."""
    campaign_id = all_of_it(api)
    row_id = map_id(api, campaign_id)
    assert everywhere(api) == ALL_BUT_HIDDEN
    gone(api, campaign_id)
    assert everywhere(api) == {}
    answer = api.get(f"/master-inbox/{row_id}")
    assert (answer.status_code, found(api, "inbox", campaignId=campaign_id)) == (404, [])
    assert api.control("PUT", f"/inbox/{row_id}", {"is_archived": True}).status_code == 404


def test_who_comes_back_begins_anew(api: Api) -> None:
    """A lead that is added again has a new row, without anything of the old one."""
    campaign_id = all_of_it(api)
    without_lead(api, campaign_id)
    api.add(campaign_id, "bob@leads.example")
    assert everywhere(api) == {}
    until(api, "03 12:00")
    assert everywhere(api) == SENT_ONLY
    assert item(api, map_id(api, campaign_id))["revenue"] == "0.00"


@pytest.mark.parametrize("how", ["STOPPED", "PAUSED", "mailbox"])
def test_a_campaign_at_rest_and_a_deleted_mailbox_keep_their_conversations(api: Api, how: str) -> None:
    """Only an answer that waits for the mailbox is dropped, when its moment comes."""
    campaign_id = all_of_it(api)
    if how == "mailbox":
        delete_mailbox(api, campaign_id)
    else:
        set_status(api, campaign_id, how)
    assert everywhere(api) == ALL_BUT_HIDDEN
    until(api, "10 09:00")
    assert everywhere(api) == {name: leads for name, leads in ALL_BUT_HIDDEN.items() if name != "scheduled"}
    assert len(history(api, campaign_id)) == (2 if how == "mailbox" else 3)


def test_without_its_steps_a_conversation_has_no_history(api: Api) -> None:
    """It stays in the lists, and no step is in turn."""
    campaign_id = all_of_it(api)
    set_status(api, campaign_id, "PAUSED")
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": []}))
    row = listed(api, "inbox", history=True)[0]
    shown = {name: row[name] for name in ("email_history", "sequence_count", "email_campaign_seq_id")}
    assert shown == {"email_history": [], "sequence_count": 0, "email_campaign_seq_id": None}


@pytest.mark.parametrize("name", BY_TIME)
def test_another_workspace_sees_nothing(api: Api, other: Api, name: str) -> None:
    """Lists are of one account."""
    all_of_it(api)
    assert names(other, name) == []
    assert other.get("/master-inbox/3000000001").status_code == 404
    assert api.get(f"/master-inbox/{UNKNOWN}").status_code == 404

"""Every parameter and field of the master inbox has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.fields import shapes
from tests.hand_mails import stats_id
from tests.inboxes import (
    GOES_ON,
    assign,
    map_id,
    mark,
    patch,
    receive,
    remind,
    schedule,
    untracked,
)
from tests.lead_lists import tag
from tests.matters import matters, shows
from tests.sending import (
    Json,
    equip,
    freeze,
    launch,
    mails,
    moment,
    of_lead,
    ok,
    react,
    step,
    steps,
    until,
)
from tests.worlds import LISTS, client_of, fresh

ROW, OTHER = 3_000_000_001, 3_000_000_002
FIRST_ROW = f"/master-inbox/{ROW}"
#: the two leads of each campaign, of which the second one's conversation has every mark
LEADS = {1001: ("ann@one.example", "ada@one.example"), 1002: ("bob@two.example", "bea@two.example")}


@pytest.fixture(scope="module")
def inbox(client: TestClient) -> Api:
    """Conversations that differ by campaign in all that filters ask for; two mails that answer none.

    The first campaign mails at ten, and its leads open and answer at noon; the second mails at nine, and its leads
    click and answer at one o'clock. The leads of the first get another mail the next day. Each campaign has a client, a
    tag, a team member, a mailbox and a sub-sequence.
    """
    api = fresh(client)
    freeze(api)
    for campaign_id, hour, name in ((1001, "10:00", "one"), (1002, "09:00", "two")):
        client_id, tag_id = client_of(api, name).id, tag(api, name)
        member = ok(api.control("POST", "/team-members", {"name": name}))["id"]
        assert api.campaign(name=name, client_id=client_id) == campaign_id
        ok(api.post(f"/campaigns/{campaign_id}/team-member", {"teamMemberId": member}))
        ok(api.post("/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": [tag_id]}))
        sequence = [step(), *([step(2, 1, subject="Again")] if campaign_id == 1001 else [])]
        zone = {1001: "UTC", 1002: "Europe/London"}[campaign_id]
        equip(api, campaign_id, *LEADS[campaign_id], sequence=sequence, **{
            **GOES_ON, "start_hour": hour, "timezone": zone})  # fmt: skip
        assert client_id == tag_id == member == campaign_id, "the table of values has these ids"
    for campaign_id, at, word in ((1001, "02 12:00", "open"), (1002, "02 13:00", "click")):
        until(api, at)
        for lead in LEADS[campaign_id]:
            react(api, campaign_id, lead, word)
            react(api, campaign_id, lead, "reply")
        body = {"parent_campaign_id": campaign_id, "subsequence_name": "child", "condition_events": []}
        child = ok(api.post("/campaigns/create-subsequence", body))["id"]
        pushed = {"email_lead_map_id": map_id(api, campaign_id, LEADS[campaign_id][0]), "sub_sequence_id": child}
        ok(api.post("/master-inbox/push-to-subsequence", pushed))
        put_away(api, campaign_id, LEADS[campaign_id][1], f"0{campaign_id - 997} 09:00")
    for lead in LEADS[1001]:
        ok(api.post(f"{of_lead(api, 1001, lead)}/category", {"category_id": 1}))
        ok(patch(api, "update-revenue", map_id(api, 1001, lead), revenue=500.5))
    until(api, "03 12:00")
    receive(api, 1001, "pat@other.example", subject="one", body="Hi")
    receive(api, 1002, "kim@other.example", subject="two", body="Hi")
    return api


def put_away(api: Api, campaign_id: int, lead: str, when: str) -> None:
    """Snooze, mark and assign a conversation, with an answer that waits and a reminder."""
    row_id = map_id(api, campaign_id, lead)
    mark(api, row_id, is_snoozed=True, is_important=True, is_archived=True)
    assign(api, row_id)
    schedule(api, campaign_id, lead, when)
    remind(api, campaign_id, lead, when)


#: field of a filter -> two values; fields that take several get lists of them
FILTERS: dict[str, tuple[Any, Any]] = {
    "search": ("@one", "@two"),
    "leadCategories.unassigned": (True, False),
    "leadCategories.isAssigned": (True, False),
    "leadCategories.categoryIdsNotIn[]": ([1], [2]),
    "leadCategories.categoryIdsIn[]": ([1], [2]),
    "emailStatus": ("Opened", "Clicked"),
    "campaignId": (1001, 1002),
    "emailAccountId": (1001, 1002),
    "campaignTeamMemberId": (1001, 1002),
    "campaignTagId": (1001, 1002),
    "campaignClientId": (1001, 1002),
    "replyTimeBetween[]": ([moment("02 11:00"), moment("02 12:00")], [moment("02 12:01"), moment("02 13:00")]),
    "subSequenceId": (1003, 1004),
}
#: list -> words of its order, where they are its own
ORDERS = {
    "list_scheduled_messages": ("SCHEDULED_TIME_DESC", "SCHEDULED_TIME_ASC"),
    "list_reminder_messages": ("REMINDER_TIME_DESC", "REMINDER_TIME_ASC"),
}
PAGES: dict[str, tuple[Any, Any]] = {"offset": (0, 1), "limit": (1, 2), "fetch_message_history": ("true", "false")}


def two_values(operation: str, field: str) -> tuple[Any, Any]:
    """Values of a field that must not show the same."""
    if field == "sortBy":
        return ORDERS.get(operation, ("REPLY_TIME_DESC", "SENT_TIME_DESC"))
    if field in PAGES:
        return PAGES[field]
    name = field.removeprefix("filters.")
    if name in FILTERS:
        return FILTERS[name]
    a, b = FILTERS[name.removesuffix("[]")]
    return [a], [b]


@pytest.mark.parametrize(
    ("operation", "field"), [(one.id, field) for one in LISTS for field in dict.fromkeys(shapes()[one.id].inputs)]
)
def test_which_conversations_are_listed(inbox: Api, operation: str, field: str) -> None:
    """Pages, every filter and the order of every list."""
    shows(inbox, operation, field, *two_values(operation, field), body={}, rows="data")


@pytest.mark.parametrize(("field", "a", "b"), [
    ("limit", 1, 2), ("offset", 0, 1), ("fetchAttachments", "true", "false"), ("fetchBody", "true", "false"),
    ("from_email", "pat@other.example", "kim@other.example"),
    ("to_email", "box1001@sender.example", "box1002@sender.example"), ("subject_line", "one", "two"),
])  # fmt: skip
def test_which_mails_that_answer_none_are_listed(inbox: Api, field: str, a: Any, b: Any) -> None:
    """Pages, filters, and what is shown of each."""
    shows(inbox, "list_untracked_replies", field, a, b, rows="data.replies")


VIEW_FIELDS = [one for one in shapes()["create_saved_inbox_view"].inputs if one.startswith("filters.")]


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [("name", "x", "y"), ("limitedAccess", True, False),
     *((field, *two_values("create_saved_inbox_view", field)) for field in VIEW_FIELDS)],
)  # fmt: skip
def test_a_view_is_answered_as_saved(client: TestClient, field: str, a: Any, b: Any) -> None:
    """No operation reads it again."""
    matters(client, "create_saved_inbox_view", field, a, b, body={"name": "x", "filters": {}})


# ------------------------------------------------------------------------------------------------ changes


def mailed(api: Api) -> None:
    """Two leads of campaign 1001 that got a mail, and are to get another."""
    freeze(api)
    launch(api, "ann", "bob", sequence=steps(0, 20, 1), **GOES_ON)
    until(api, "02 12:00")


def paused(api: Api) -> None:
    """Both are paused."""
    mailed(api)
    for lead in ("ann", "bob"):
        ok(api.post(f"{of_lead(api, 1001, lead)}/pause"))


def answered(api: Api) -> None:
    """Both have answered."""
    mailed(api)
    for lead in ("ann", "bob"):
        react(api, 1001, lead, "reply")


def reminded(api: Api) -> None:
    """Of the second lead there is a reminder at the fifth."""
    mailed(api)
    remind(api, 1001, "bob", "05 09:00")


def strayed(api: Api) -> None:
    """Two mails came that answer none."""
    mailed(api)
    for name in ("pat", "kim"):
        receive(api, 1001, f"{name}@other.example", subject=name)


def team(api: Api) -> None:
    """Two who can have a conversation."""
    mailed(api)
    for name in ("Kim", "Lee"):
        ok(api.control("POST", "/team-members", {"name": name}))


OF_ROW: Json = {"email_lead_map_id": ROW}
LEAD_NOTES, LEAD_TASKS = f"/crm/leads/notes/{ROW}", f"/crm/leads/tasks/{ROW}"
BLOCKED, MAILS = "/leads/get-domain-block-list", "/campaigns/1001/statistics"
UNREAD, NOTE, TASK = {**OF_ROW, "read_status": False}, {**OF_ROW, "note_message": "Hi"}, {**OF_ROW, "name": "Call"}
CATEGORY, REVENUE, MEMBER = {**OF_ROW, "category_id": 1}, {**OF_ROW, "revenue": 1}, {**OF_ROW, "team_member_id": 1001}
DUE = (moment("03 09:00"), moment("04 09:00"))


@pytest.mark.parametrize(
    ("operation", "field", "a", "b", "given", "body", "read"),
    [
        ("change_read_status", "email_lead_map_id", ROW, str(OTHER), mailed, UNREAD, FIRST_ROW),
        ("change_read_status", "read_status", True, False, mailed, UNREAD, FIRST_ROW),
        ("mark_lead_unread", "email_lead_map_id", ROW, OTHER, mailed, {}, FIRST_ROW),
        ("update_inbox_lead_category", "email_lead_map_id", ROW, OTHER, mailed, CATEGORY, FIRST_ROW),
        ("update_inbox_lead_category", "category_id", 1, None, mailed, CATEGORY, FIRST_ROW),
        ("update_inbox_lead_revenue", "email_lead_map_id", ROW, OTHER, mailed, REVENUE, FIRST_ROW),
        ("update_inbox_lead_revenue", "revenue", 1, 1.01, mailed, REVENUE, FIRST_ROW),
        ("assign_inbox_team_member", "email_lead_map_id", ROW, OTHER, team, MEMBER, FIRST_ROW),
        ("assign_inbox_team_member", "team_member_id", 1001, 1002, team, MEMBER, FIRST_ROW),
        ("resume_inbox_lead", "email_lead_map_id", ROW, OTHER, paused, {"campaign_id": 1001}, FIRST_ROW),
        ("resume_inbox_lead", "resume_delay_days", 2, 3, paused, {**OF_ROW, "campaign_id": 1001}, FIRST_ROW),
        ("create_lead_note", "email_lead_map_id", ROW, OTHER, mailed, NOTE, LEAD_NOTES),
        ("create_lead_note", "note_message", "x", "y", mailed, NOTE, LEAD_NOTES),
        ("create_lead_task", "email_lead_map_id", ROW, OTHER, mailed, TASK, LEAD_TASKS),
        ("create_lead_task", "name", "x", "y", mailed, TASK, LEAD_TASKS),
        ("create_lead_task", "description", "x", "y", mailed, TASK, LEAD_TASKS),
        ("create_lead_task", "priority", "LOW", "HIGH", mailed, TASK, LEAD_TASKS),
        ("create_lead_task", "due_date", *DUE, mailed, TASK, LEAD_TASKS),
        ("block_domains", "domains[]", ["x.example"], ["y.example"], mailed, {}, BLOCKED),
        ("block_domains", "source", "bounce", "complaint", mailed, {"domains": ["x.example"]}, BLOCKED),
    ],
)  # fmt: skip
def test_what_is_done_to_a_conversation_can_be_read(
    client: TestClient, operation: str, field: str, a: Any, b: Any, given: Any, body: Any, read: str
) -> None:
    """In its row, or where notes, tasks and blocked domains are read."""
    matters(client, operation, field, a, b, given=given, body=body, reads=[read])


def test_a_reminder_has_its_moment(client: TestClient) -> None:
    """It is listed before or after another one."""

    def of_ann(api: Api) -> Json:
        return {**OF_ROW, "email_stats_id": stats_id(api, 1001, "ann"), "message": "Call"}

    matters(
        client, "set_lead_reminder", "reminder_time", moment("04 09:00"), moment("06 09:00"), given=reminded,
        body=of_ann, reads=["POST /master-inbox/reminders"],
    )  # fmt: skip


@pytest.mark.parametrize(("field", "a", "b"), [
    ("id", lambda api: stats_id(api, 1001, "ann"), lambda api: stats_id(api, 1001, "bob")),
    ("ignore_reply", True, False),
])  # fmt: skip
def test_an_ignored_reply_counts_no_more(client: TestClient, field: str, a: Any, b: Any) -> None:
    """The mail is not answered."""

    def of_ann(api: Api) -> Json:
        return {"id": stats_id(api, 1001, "ann"), "ignore_reply": True}

    matters(client, "ignore_inbox_reply", field, a, b, given=answered, body=of_ann, reads=[MAILS])


@pytest.mark.parametrize(("field", "a", "b"), [
    ("leadMapId", ROW, str(OTHER)),
    ("untrackedReplyId", lambda api: untracked(api)[0]["id"], lambda api: untracked(api)[1]["id"]),
])  # fmt: skip
def test_which_mail_becomes_whose_answer(client: TestClient, field: str, a: Any, b: Any) -> None:
    """It leaves the list, and its lead has answered."""

    def body(api: Api) -> Json:
        return {"emailCampaignId": 1001, "leadMapId": ROW, "untrackedReplyId": untracked(api)[0]["id"]}

    reads = ["/master-inbox/untracked-replies", FIRST_ROW]
    matters(client, "associate_untracked_reply", field, a, b, given=strayed, body=body, reads=reads)


def by_hand(api: Api) -> None:
    """One answer went out by hand, another waits."""
    mailed(api)
    schedule(api, 1001, "ann", "04 09:00")
    body = {"email_stats_id": stats_id(api, 1001, "ann"), "email_body": "<p>Thanks</p>"}
    assert api.post("/campaigns/1001/reply-email-thread", body).status_code == 200


def test_which_answer_is_told_of(client: TestClient) -> None:
    """One that was sent and one that waits."""

    def found(kind: str) -> Any:
        return lambda api: mails(api, kind=kind)[0]["message_id"]

    matters(client, "get_reply_status", "message_id", found("HAND"), found("SCHEDULED"), given=by_hand)

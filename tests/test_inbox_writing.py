"""What is written on conversations and kept beside them: notes, tasks, reminders, blocked domains, views, answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.hand_mails import ok_text, reply, stats_id
from tests.inboxes import GOES_ON, PATHS, everywhere, item, listed, mailed, map_id, patch, post, remind, schedule
from tests.sending import Json, equip, launch, mails, of_lead, ok, react, status, steps, until
from tests.webhooks import celebrate
from tests.worlds import client_of

STATUS = "/master-inbox/reply-status"
VIEWS = "/master-inbox/saved-views"
NOON = "2026-03-02T12:00:00.000Z"


def crm(api: Api, kind: str, lead: str = "bob") -> list[Json]:
    """The notes or tasks of a lead."""
    lead_id = api.lead_id(f"{lead}@leads.example")
    found: list[Json] = ok(api.get(f"/crm/leads/{kind}/{lead_id}"))["data"]
    return found


# ------------------------------------------------------------------------------------------ notes, tasks, reminders


def test_notes_are_read_at_the_lead(api: Api) -> None:
    """The id is a text where a note is made and a number where it is read; the text is kept as it is."""
    campaign_id = mailed(api, "bob", "eve")
    row_id = map_id(api, campaign_id)
    user = ok(api.get("/users/get-by-api-key"))["id"]
    texts = ["  Call <b>him</b> ", "Zwölf 🎉"]
    ids = []
    for text in texts:
        answer = ok(post(api, "create-note", str(row_id), note_message=text))
        (made,) = answer["data"].pop("note")
        assert answer == {"ok": True, "message": "Note created successfully", "data": {"success": True}}
        assert made == {"id": made["id"], "created_at": NOON}
        ids.append(int(made["id"]))
    assert crm(api, "notes") == [
        {"id": one, "email_lead_map_id": row_id, "note": text, "created_by": user, "created_at": NOON}
        for one, text in zip(ids, texts, strict=True)
    ]
    assert crm(api, "notes", "eve") == []
    for wrong in ("", None, 5):
        celebrate(post(api, "create-note", row_id, note_message=wrong), "body", "note_message")


def test_tasks_are_read_at_the_lead(api: Api) -> None:
    """Priority MEDIUM and nothing else unless it is given; a new task is PENDING."""
    campaign_id = mailed(api)
    row_id = map_id(api, campaign_id)
    more: Json = {"description": "about the offer", "priority": "HIGH", "due_date": "2026-03-05T10:00:00+01:00"}
    for body in ({"name": "Call"}, {"name": "Write", **more}):
        answer = ok(post(api, "create-task", row_id, **body))
        (made,) = answer["data"].pop("task")
        assert answer == {"ok": True, "message": "Task created successfully", "data": {"success": True}}
        assert crm(api, "tasks")[-1]["id"] == int(made["id"])
    keys = ("name", "description", "priority", "due_date", "status", "email_lead_map_id")
    assert [tuple(one[key] for key in keys) for one in crm(api, "tasks")] == [
        ("Call", None, "MEDIUM", None, "PENDING", row_id),
        ("Write", "about the offer", "HIGH", "2026-03-05T09:00:00.000Z", "PENDING", row_id),
    ]
    for key, value in (("name", ""), ("priority", "URGENT"), ("due_date", "soon"), ("due_date", None)):
        celebrate(post(api, "create-task", row_id, **{"name": "x", key: value}), "body", key)
    assert len(crm(api, "tasks")) == 2


@pytest.mark.parametrize("kind", ["note", "task"])
def test_what_is_written_goes_with_the_row(api: Api, kind: str) -> None:
    """Of a lead in two campaigns, what is written on the other row stays."""
    campaign_id, second = mailed(api), launch(api, "bob")
    body = {"note_message": "Hi"} if kind == "note" else {"name": "Hi"}
    for one in (campaign_id, second):
        ok(post(api, f"create-{kind}", map_id(api, one), **body))
    ok(api.delete(of_lead(api, campaign_id, "bob")))
    assert [one["email_lead_map_id"] for one in crm(api, f"{kind}s")] == [map_id(api, second)]


def test_a_reminder_is_about_a_mail_of_the_conversation(api: Api) -> None:
    """Another's mail, a mail in another campaign and an unknown one are refused."""
    campaign_id = mailed(api, "bob", "eve")
    second = launch(api, "bob", **GOES_ON)
    until(api, "02 13:00")
    row_id = map_id(api, campaign_id)
    body = {"message": "Call", "reminder_time": "2026-03-05T10:00:00Z"}
    answer = ok(post(api, "set-reminder", row_id, email_stats_id=stats_id(api, campaign_id), **body))
    made = answer["data"].pop("reminder")
    assert answer == {"ok": True, "message": "Reminder set successfully", "data": {"success": True}}
    assert made == {"id": made["id"], "created_at": "2026-03-02T13:00:00.000Z"}
    foreign = [stats_id(api, campaign_id, "eve"), stats_id(api, second), "nothing", ""]
    for stats in foreign:
        answer = post(api, "set-reminder", row_id, email_stats_id=stats, **body)
        assert (answer.status_code, answer.json()) == (400, {"error": f"Invalid email_stats_id - {stats}"})
    for key, value in (("message", ""), ("reminder_time", "soon"), ("reminder_time", None), ("email_stats_id", None)):
        given = {"email_stats_id": stats_id(api, campaign_id), **body, key: value}
        celebrate(post(api, "set-reminder", row_id, **given), "body", key)
    assert everywhere(api)["reminders"] == ["bob"]


def test_at_the_time_of_a_reminder_nothing_happens(api: Api) -> None:
    """It is for whoever looks."""
    campaign_id = mailed(api)
    remind(api, campaign_id, "bob", "04 10:00")
    before = item(api, map_id(api, campaign_id))
    assert until(api, "10 00:00") == {}
    assert item(api, map_id(api, campaign_id)) == before


# ------------------------------------------------------------------------------------------ domains


def entries(api: Api) -> list[tuple[str, str, int | None]]:
    """The block list, by entry: what, where it comes from, whose."""
    rows = ok(api.get("/leads/get-domain-block-list"))
    return sorted((one["email_or_domain"], one["source"], one["client_id"]) for one in rows)


def test_blocked_domains_block_their_leads(api: Api) -> None:
    """Those there and those of hosts below; a domain that is listed already is no error and counts."""
    addresses = ("bob@one.example", "eve@mail.one.example", "kim@two.example")
    campaign_id = mailed(api, *addresses, sequence=steps(0, 9))
    answer = ok(api.post("/master-inbox/block-domains", {"domains": ["One.example", "one.example"]}))
    assert answer == {"ok": True, "message": "Domains blocked successfully", "data": {"blocked_domains": 1}}
    body = {"domains": ["one.example", "three.example"], "source": "bounce"}
    assert ok(api.post("/master-inbox/block-domains", body))["data"] == {"blocked_domains": 2}
    assert [status(api, campaign_id, one) for one in addresses] == ["BLOCKED", "BLOCKED", "INPROGRESS"]
    assert entries(api) == [("one.example", "manual", None), ("three.example", "bounce", None)]
    assert len(listed(api, "sent")) == 3


@pytest.mark.parametrize("wrong", ["bob@one.example", "nothing", "", "a b.example", "-"])
def test_what_is_no_domain_is_not_blocked(api: Api, wrong: str) -> None:
    """One wrong entry refuses the call, as it is written."""
    answer = api.post("/master-inbox/block-domains", {"domains": ["one.example", wrong]})
    assert answer.status_code == 400, answer.text
    assert entries(api) == []
    for domains in ([], None, "one.example", [5]):
        assert api.post("/master-inbox/block-domains", {"domains": domains}).status_code == 400


# ------------------------------------------------------------------------------------------ status of an answer


def reply_status(api: Api, message_id: str) -> Json:
    """What became of an answer."""
    answer = ok(api.get(STATUS, params={"message_id": message_id}))
    found: Json = answer["data"]
    assert answer == {"ok": True, "data": found}
    return found


def test_an_answer_at_once_is_completed(api: Api) -> None:
    """It was never scheduled."""
    campaign_id = mailed(api)
    ok_text(reply(api, campaign_id))
    (mail,) = mails(api, kind="HAND")
    assert reply_status(api, mail["message_id"]) == {
        "message_id": mail["message_id"], "status": "COMPLETED", "status_message": "Email sent successfully!",
        "event_time": NOON, "scheduled_time": None, "email_stats_id": stats_id(api, campaign_id),
    }  # fmt: skip


def test_the_life_of_an_answer_for_later(api: Api) -> None:
    """It waits, goes out, and keeps the moment that it was to go out."""
    campaign_id = mailed(api)
    schedule(api, campaign_id, "bob", "04 10:30")
    until(api, "03 00:00")
    (mail,) = mails(api, kind="SCHEDULED")
    at = "2026-03-04T10:30:00.000Z"
    waiting = {
        "message_id": mail["message_id"], "status": "SCHEDULED", "status_message": "Email scheduled",
        "event_time": NOON, "scheduled_time": at, "email_stats_id": stats_id(api, campaign_id),
    }  # fmt: skip
    assert reply_status(api, mail["message_id"]) == waiting
    until(api, "09 00:00")
    sent = {**waiting, "status": "COMPLETED", "status_message": "Email sent successfully!", "event_time": at}
    assert reply_status(api, mail["message_id"]) == sent


def test_only_answers_by_hand_have_a_status(api: Api, other: Api) -> None:
    """No mail of the sequence, no reply, no forward, no test; none of a lead or campaign that is gone."""
    campaign_id = mailed(api, "bob", "eve", sequence=steps(0, 9))
    react(api, campaign_id, "bob", "reply")
    for lead in ("bob", "eve"):
        ok_text(reply(api, campaign_id, email_stats_id=stats_id(api, campaign_id, lead)))
    sent, received = mails(api, campaign_id)[0], mails(api, campaign_id, "REPLY")[0]
    forwarded = {"message_id": sent["message_id"], "stats_id": sent["stats_id"], "to_emails": "x@x.example"}
    assert api.post(f"/campaigns/{campaign_id}/forward-email", forwarded).status_code == 200
    (forward,) = mails(api, kind="FORWARD")
    first, second = mails(api, kind="HAND")

    def unknown(key: Api, message_id: str) -> None:
        answer = key.get(STATUS, params={"message_id": message_id})
        assert (answer.status_code, answer.json()["ok"]) == (404, False)

    for one in (sent, received, forward):
        unknown(api, one["message_id"])
    for message_id in ("<x@x>", "%", first["message_id"].strip("<>")):
        unknown(api, message_id)
    unknown(other, first["message_id"])
    ok(api.delete(of_lead(api, campaign_id, "bob")))
    unknown(api, first["message_id"])
    ok(api.post(f"/campaigns/{campaign_id}/status", {"status": "STOPPED"}))
    assert reply_status(api, second["message_id"])["status"] == "COMPLETED"
    ok(api.delete(f"/campaigns/{campaign_id}"))
    unknown(api, second["message_id"])
    answer = api.get(STATUS)
    celebrate(answer, "query", "message_id")
    assert answer.json()["message"] == '"message_id" is required'


# ------------------------------------------------------------------------------------------ saved views


def test_a_view_is_kept_as_it_was_sent(api: Api) -> None:
    """201 with a new id each time; the name may repeat."""
    mailed(api)
    filters: Json = {"search": "x", "emailStatus": None, "leadCategories": {"categoryIdsIn": [1]}, "subSequenceId": 5}
    ids = []
    for more, limited in (({}, True), ({"limitedAccess": False}, False)):
        answer = api.post(VIEWS, {"name": "Mine", "filters": filters, **more})
        assert answer.status_code == 201, answer.text
        data = answer.json()["data"]
        ids.append(data["id"])
        assert answer.json() == {"success": True, "data": {
            "id": ids[-1], "name": "Mine", "filters": filters, "limitedAccess": limited, "teamMemberId": None,
            "clientId": None, "createdAt": NOON, "updatedAt": NOON,
        }}  # fmt: skip
    assert ids[0] < ids[1]
    assert api.post(VIEWS, {"name": "x" * 255, "filters": {}}).status_code == 201


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 256}, "name"), ({"name": None}, "name"), ({"filters": None}, "filters"),
        ({"filters": {"foo": 1}}, "filters.foo"), ({"filters": {"campaignId": [1]}}, "filters.campaignId"),
        (
            {"filters": {"replyTimeBetween": ["2026-03-03T00:00:00Z", "2026-03-02T00:00:00Z"]}},
            "filters.replyTimeBetween.1",
        ),
        ({"limitedAccess": "x"}, "limitedAccess"), ({"more": 1}, "more"),
    ],
)  # fmt: skip
def test_what_is_no_view_is_refused(api: Api, change: Json, key: str) -> None:
    """Name, filters as those of views, and no other field."""
    celebrate(api.post(VIEWS, {"name": "x", "filters": {}, **change}), "body", key)


# ------------------------------------------------------------------------------------------ clients

#: change -> how it is made on a row
WRITES: dict[str, Any] = {
    "change-read-status": lambda key, row: patch(key, "change-read-status", row, read_status=True),
    "mark-unread": lambda key, row: patch(key, "mark-unread", row),
    "update-category": lambda key, row: patch(key, "update-category", row, category_id=1),
    "update-revenue": lambda key, row: patch(key, "update-revenue", row, revenue=1),
    "create-note": lambda key, row: post(key, "create-note", row, note_message="x"),
    "create-task": lambda key, row: post(key, "create-task", row, name="x"),
    "resume-lead": lambda key, row: patch(key, "resume-lead", row, campaign_id=1002),
    "set-reminder": lambda key, row: post(
        key, "set-reminder", row, email_stats_id="x", message="x", reminder_time="2026-03-05T10:00:00Z"
    ),
    "update-team-member": lambda key, row: post(key, "update-team-member", row, team_member_id=1),
}


def two_owners(api: Api, *permissions: str) -> tuple[Api, int, int]:
    """A client's key, and the rows of Bob in a campaign of the account (1001) and one of the client (1002)."""
    first = mailed(api, sequence=steps(0, 9))
    client = client_of(api, "acme", *permissions)
    second = equip(api, api.campaign(client_id=client.id), "bob", sequence=steps(0, 9), **GOES_ON)
    until(api, "02 13:00")
    for one in (first, second):
        react(api, one, "bob", "reply")
        schedule(api, one, "bob", "09 09:00")
        remind(api, one, "bob", "09 09:00")
    return Api(api.client, client.key), map_id(api, first), map_id(api, second)


@pytest.mark.parametrize("permissions", [(), ("full_access",)])
def test_a_client_sees_its_campaigns_only(api: Api, permissions: tuple[str, ...]) -> None:
    """In every list, by id, and by its status; without full access too."""
    key, foreign, own = two_owners(api, *permissions)
    shown = {name: [row["email_lead_map_id"] for row in listed(key, name)] for name in PATHS}
    assert shown == {
        name: [str(own)] if name in ("inbox", "unread", "sent", "views", "scheduled", "reminders") else []
        for name in PATHS
    }
    assert item(key, own) == item(api, own)
    assert key.get(f"/master-inbox/{foreign}").status_code == 404
    for name in PATHS:
        assert listed(key, name, filters={"campaignId": 1001}) == []
    statuses = [key.get(STATUS, params={"message_id": one["message_id"]}).status_code for one in scheduled(api)]
    assert statuses == [404, 200]


def scheduled(api: Api) -> list[Json]:
    """The answers that wait, the account's first."""
    return sorted(mails(api, kind="SCHEDULED"), key=lambda one: int(one["campaign_id"]))


@pytest.mark.parametrize("name", WRITES)
def test_a_client_changes_its_own_rows_with_full_access(api: Api, name: str) -> None:
    """Without it nothing; with it another's row is not found."""
    key, foreign, own = two_owners(api, "full_access")
    answer = WRITES[name](key, foreign)
    assert (answer.status_code, answer.json()) == (404, {"error": "Lead mapping not found"})
    if name not in ("set-reminder", "update-team-member"):
        ok(WRITES[name](key, own))


@pytest.mark.parametrize("name", [*WRITES, "block-domains", "ignore-reply", "saved-views"])
def test_a_client_without_full_access_only_reads(api: Api, name: str) -> None:
    """403 for every change, also of its own rows."""
    key, _, own = two_owners(api)
    before = everywhere(api)
    if name in WRITES:
        answer = WRITES[name](key, own)
    elif name == "ignore-reply":
        answer = key.patch("/master-inbox/ignore-reply", {"id": stats_id(api, 1002), "ignore_reply": True})
    else:
        body = {"domains": ["a.example"]} if name == "block-domains" else {"name": "x", "filters": {}}
        answer = key.post(f"/master-inbox/{name}", body)
    assert answer.status_code == 403, answer.text
    assert (everywhere(api), entries(api)) == (before, [])


def test_what_a_client_makes_is_its_own(api: Api) -> None:
    """Entries of the block list and views; replies of another's campaign it cannot ignore."""
    key, _, _ = two_owners(api, "full_access")
    client_id = item(api, map_id(api, 1002))["client_id"]
    assert ok(key.post("/master-inbox/block-domains", {"domains": ["a.example"]}))["data"]["blocked_domains"] == 1
    assert entries(api) == [("a.example", "manual", client_id)]
    view = key.post(VIEWS, {"name": "x", "filters": {}})
    assert (view.status_code, view.json()["data"]["clientId"]) == (201, client_id)
    answers = [
        key.patch("/master-inbox/ignore-reply", {"id": stats_id(api, one), "ignore_reply": True}).status_code
        for one in (1001, 1002)
    ]
    assert answers == [400, 200]

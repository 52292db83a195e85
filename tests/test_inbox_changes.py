"""What the API does with one conversation: each change shows where it is read, and what is none is refused."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.state.workspaces import _user_id
from tests.conftest import Api
from tests.hand_mails import UNKNOWN, ledger, stats_id
from tests.inboxes import NOT_FOUND, assign, item, mailed, map_id, mark, names, patch, post, remind
from tests.sending import Json, equip, freeze, launch, of_lead, ok, react, set_status, status, steps, timeline, until
from tests.webhooks import celebrate

#: change -> whether it is made by PATCH, and what it takes beside the row
CHANGES: dict[str, tuple[bool, Json]] = {
    "change-read-status": (True, {"read_status": True}),
    "mark-unread": (True, {}),
    "update-category": (True, {"category_id": 1}),
    "update-revenue": (True, {"revenue": 1}),
    "update-team-member": (False, {}),
    "set-reminder": (False, {"message": "Call", "reminder_time": "2026-03-04T09:00:00Z"}),
    "create-note": (False, {"note_message": "Hi"}),
    "create-task": (False, {"name": "Call"}),
}


def change(api: Api, name: str, row_id: Any, **more: Any) -> Any:
    """The answer of a change that would succeed on Bob's row, the first of its campaign 1001."""
    by_patch, body = CHANGES[name]
    needed: Json = dict(body)
    if name == "update-team-member":
        needed["team_member_id"] = ok(api.get("/users/get-by-api-key"))["id"]
    if name == "set-reminder":
        needed["email_stats_id"] = stats_id(api, 1001)
    return (patch if by_patch else post)(api, name, row_id, **{**needed, **more})


def changed(answer: Any, message: str) -> None:
    """The answer says that one row was changed."""
    assert ok(answer) == {"ok": True, "message": message, "data": {"success": True, "updated": 1}}


# ------------------------------------------------------------------------------------------ which row


@pytest.mark.parametrize("name", CHANGES)
def test_a_row_is_named_by_a_number_or_by_its_digits(api: Api, name: str) -> None:
    """Rows show it as a string; what is neither is refused."""
    row_id = map_id(api, mailed(api))
    for form in (row_id, str(row_id)):
        ok(change(api, name, form))
    for wrong in (None, "x", "", 1.5, True, [row_id], "-1", f" {row_id}"):
        celebrate(change(api, name, wrong), "body", "email_lead_map_id")


@pytest.mark.parametrize("name", CHANGES)
def test_a_row_that_is_not_there_is_not_found(api: Api, other: Api, name: str) -> None:
    """Unknown, of another account, taken out of its campaign, or with a deleted campaign."""
    campaign_id = mailed(api, "bob", "eve", sequence=steps(0, 9))
    row_id, eve = map_id(api, campaign_id), map_id(api, campaign_id, "eve")
    mailed(other)

    def missing(key: Api, form: Any) -> None:
        answer = change(key, name, form)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)

    missing(api, UNKNOWN)
    missing(api, str(UNKNOWN))
    missing(other, eve)
    ok(api.delete(of_lead(api, campaign_id, "eve")))
    missing(api, eve)
    if name == "set-reminder":
        return
    set_status(api, campaign_id, "STOPPED")
    ok(api.delete(f"/campaigns/{campaign_id}"))
    missing(api, row_id)


@pytest.mark.parametrize("name", CHANGES)
def test_bodies_are_checked(api: Api, name: str) -> None:
    """Every required field, and no other."""
    row_id = map_id(api, mailed(api))
    required = {"email_lead_map_id", *CHANGES[name][1]} - {"description", "priority", "due_date"}
    celebrate(change(api, name, row_id, more=1), "body", "more")
    by_patch = CHANGES[name][0]
    for key in sorted(required):
        body = {"email_lead_map_id": row_id, **CHANGES[name][1]}
        del body[key]
        method = api.patch if by_patch else api.post
        assert method(f"/master-inbox/{name}", body).status_code == 400


# ------------------------------------------------------------------------------------------ read, category, revenue


def test_reading_and_unreading(api: Api) -> None:
    """Repeating changes nothing more; no event is told."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    row_id = map_id(api, campaign_id)
    before = len(ok(api.control("GET", "/events?limit=1000")))
    for state, word in ((True, "read"), (True, "read"), (False, "unread"), (False, "unread"), (True, "read")):
        answer = patch(api, "change-read-status", row_id, read_status=state)
        changed(answer, f"Lead marked as {word} successfully")
        assert item(api, row_id)["has_new_unread_email"] is not state
    changed(patch(api, "mark-unread", row_id), "Lead marked as unread successfully")
    assert item(api, row_id)["has_new_unread_email"] is True
    assert len(ok(api.control("GET", "/events?limit=1000"))) == before
    for wrong in (None, "true", 1):
        answer = patch(api, "change-read-status", row_id, read_status=wrong)
        celebrate(answer, "body", "read_status")
        assert answer.json()["message"] == '"read_status" must be a boolean'


def test_the_category_is_that_of_the_row(api: Api) -> None:
    """Null removes it; setting the same again tells nobody; the lead goes on."""
    campaign_id = mailed(api, sequence=steps(0, 9))
    row_id = map_id(api, campaign_id)
    for category in (1, 1, 3, None, None):
        changed(patch(api, "update-category", row_id, category_id=category), "Lead category updated successfully")
        assert item(api, row_id)["lead_category_id"] == category
        assert api.row(campaign_id, "bob@leads.example")["lead_category_id"] == category
    assert [(one["data"]["old"], one["data"]["new"]) for one in ledger(api, "LEAD_CATEGORY_UPDATED")] == [
        (None, 1), (1, 3), (3, None),
    ]  # fmt: skip
    assert status(api, campaign_id, "bob") == "INPROGRESS"


@pytest.mark.parametrize("category", [0, -1, 8, 999, 2**40])
def test_unknown_categories_are_refused(api: Api, category: int) -> None:
    """The category stays."""
    row_id = map_id(api, mailed(api))
    ok(patch(api, "update-category", row_id, category_id=2))
    answer = patch(api, "update-category", row_id, category_id=category)
    assert (answer.status_code, answer.json()) == (400, {"error": f"Invalid category_id - {category}"})
    assert item(api, row_id)["lead_category_id"] == 2


def test_a_category_may_lead_into_a_sub_sequence(api: Api) -> None:
    """Of a lead that replied; as by the campaign's own call."""
    campaign_id = mailed(api, "bob", "eve")
    condition = {"eventType": "EMAIL_REPLY", "categoryId": 1}
    body = {"parent_campaign_id": campaign_id, "condition_events": [condition]}
    child = ok(api.post("/campaigns/create-subsequence", body))["id"]
    equip(api, child, sequence=steps(0, 5))
    react(api, campaign_id, "bob", "reply")
    for lead in ("bob", "eve"):
        ok(patch(api, "update-category", map_id(api, campaign_id, lead), category_id=1))
    assert [one["lead"]["email"] for one in api.rows(child)] == ["bob@leads.example"]


@pytest.mark.parametrize(
    ("revenue", "shown"),
    [
        (0, "0.00"), (500.5, "500.50"), (0.005, "0.01"), (1.005, "1.01"), (0.004, "0.00"), (2.675, "2.68"),
        (1e3, "1000.00"), (1234567.89, "1234567.89"), (90_071_992_547_409, "90071992547409.00"), (0.1 + 0.2, "0.30"),
    ],
)  # fmt: skip
def test_revenue_has_two_digits(api: Api, revenue: float, shown: str) -> None:
    """Halves go up, as they are written; the campaign has it as a number."""
    campaign_id = mailed(api)
    row_id = map_id(api, campaign_id)
    changed(patch(api, "update-revenue", row_id, revenue=revenue), "Lead revenue updated successfully")
    assert item(api, row_id)["revenue"] == shown
    assert lead_stats(api, campaign_id)["revenue"] == float(shown)


def lead_stats(api: Api, campaign_id: int) -> Json:
    """The leads of a campaign in figures."""
    found: Json = ok(api.get(f"/campaigns/{campaign_id}/analytics"))["campaign_lead_stats"]
    return found


def test_a_campaigns_revenue_is_the_sum_of_its_rows(api: Api) -> None:
    """A new value replaces the former one; who is taken out takes it along; another campaign has its own."""
    campaign_id = mailed(api, "a", "b", "c")
    second = launch(api, "a")
    for lead, revenue in (("a", 10.1), ("b", 20.2), ("c", 7), ("c", 0.03)):
        ok(patch(api, "update-revenue", map_id(api, campaign_id, lead), revenue=revenue))
    ok(patch(api, "update-revenue", map_id(api, second, "a"), revenue=5))
    assert [lead_stats(api, one)["revenue"] for one in (campaign_id, second)] == [30.33, 5]
    ok(api.delete(of_lead(api, campaign_id, "b")))
    assert lead_stats(api, campaign_id)["revenue"] == 10.13


def test_however_much_a_campaign_earns(api: Api) -> None:
    """A sum of the largest revenues is a number too."""
    leads = [f"l{n}" for n in range(12)]
    campaign_id, most = mailed(api, *leads, min_time_btw_emails=3), 2**53 - 1
    for lead in leads:
        ok(patch(api, "update-revenue", map_id(api, campaign_id, lead), revenue=most))
    assert lead_stats(api, campaign_id)["revenue"] == pytest.approx(12 * most)


@pytest.mark.parametrize("revenue", [-0.01, -1, None, "5", True, 1e300, 2**53 + 1.0])
def test_what_is_no_revenue_is_refused(api: Api, revenue: Any) -> None:
    """No text, nothing negative, and nothing that cannot be kept."""
    row_id = map_id(api, mailed(api))
    answer = patch(api, "update-revenue", row_id, revenue=revenue)
    celebrate(answer, "body", "revenue")
    if isinstance(revenue, float | int) and revenue < 0:
        assert answer.json()["message"] == '"revenue" must be greater than or equal to 0'
    assert item(api, row_id)["revenue"] == "0.00"


# ------------------------------------------------------------------------------------------ team, resuming


def test_conversations_are_assigned_to_the_team(api: Api, other: Api) -> None:
    """The user of the account and whom the control API added; a member of another account is nobody here."""
    row_id = map_id(api, mailed(api))
    user = assign(api, row_id)
    members = [ok(api.control("POST", "/team-members", {"name": name}))["id"] for name in ("Pat", "Kim")]
    assert [one["id"] for one in ok(api.control("GET", "/team-members"))] == sorted([user, *members])
    other.campaign()
    foreign = [ok(other.control("POST", "/team-members", {"name": "x"}))["id"] for _ in range(3)][-1]
    for member in members:
        answer = ok(post(api, "update-team-member", row_id, team_member_id=member))
        assert answer == {"ok": True, "message": "Lead team member updated successfully"}
        assert item(api, row_id)["team_member_id"] == member
    for unknown in (foreign, 0, -1, 2**40):
        answer = post(api, "update-team-member", row_id, team_member_id=unknown)
        assert (answer.status_code, answer.json()) == (404, {"error": f"Team member not found with ID {unknown}"})
    for wrong in (None, str(user), 1.5):
        celebrate(post(api, "update-team-member", row_id, team_member_id=wrong), "body", "team_member_id")
    assert item(api, row_id)["team_member_id"] == members[-1]


def resume(api: Api, campaign_id: int, row_id: Any, **more: Any) -> Any:
    """The answer of resuming a lead."""
    return patch(api, "resume-lead", row_id, campaign_id=campaign_id, **more)


def paused(api: Api, *delays: int) -> tuple[int, int]:
    """A campaign whose lead got the first mail on Monday at nine and is paused, and the lead's row."""
    campaign_id = mailed(api, sequence=steps(*(delays or (0, 5))))
    ok(api.post(f"{of_lead(api, campaign_id, 'bob')}/pause"))
    return campaign_id, map_id(api, campaign_id)


@pytest.mark.parametrize(
    ("more", "mailed_at"),
    [({}, "03 12:00"), ({"resume_delay_days": None}, "03 12:00"), ({"resume_delay_days": 1}, "03 12:00"),
     ({"resume_delay_days": 0}, "03 12:00"), ({"resume_delay_days": 3}, "05 09:00")],
)  # fmt: skip
def test_a_resumed_lead_goes_on_after_the_delay(api: Api, more: Json, mailed_at: str) -> None:
    """Days from its last mail, one unless another number is given; what was due is due now."""
    campaign_id, row_id = paused(api)
    second = ok(api.get(f"/campaigns/{campaign_id}/sequences"))[1]["id"]
    until(api, "03 12:00")
    answer = ok(resume(api, campaign_id, str(row_id), **more))
    data = {"status": "success", "nextSeqId": second}
    assert answer == {"ok": True, "message": "Lead resumed successfully", "data": data}
    assert status(api, campaign_id, "bob") == "INPROGRESS"
    until(api, "20 09:00")
    line = timeline(api, campaign_id)[1]
    assert line == f"{mailed_at} bob#2"


def test_before_the_first_mail_the_delay_counts_from_now(api: Api) -> None:
    """The first step is next."""
    freeze(api)
    campaign_id = launch(api, "bob", days_of_the_week=[1, 2, 3, 4, 5])
    ok(api.post(f"{of_lead(api, campaign_id, 'bob')}/pause"))
    until(api, "02 12:00")
    first = ok(api.get(f"/campaigns/{campaign_id}/sequences"))[0]["id"]
    answer = ok(resume(api, campaign_id, map_id(api, campaign_id), resume_delay_days=2))
    assert answer["data"]["nextSeqId"] == first
    until(api, "10 00:00")
    assert timeline(api, campaign_id) == ["04 12:00 bob"]


@pytest.mark.parametrize("how", ["runs", "unsubscribed", "stopped"])
def test_who_is_not_paused_is_not_resumed(api: Api, how: str) -> None:
    """It is a success without effect."""
    campaign_id = mailed(api, sequence=steps(0, 5), settings={})
    row_id = map_id(api, campaign_id)
    if how == "unsubscribed":
        ok(api.post(f"{of_lead(api, campaign_id, 'bob')}/unsubscribe"))
    if how == "stopped":
        react(api, campaign_id, "bob", "reply")
    before = item(api, row_id)
    assert ok(resume(api, campaign_id, row_id, resume_delay_days=0))["data"]["status"] == "success"
    assert item(api, row_id) == before


def test_nobody_is_resumed_after_the_last_step(api: Api) -> None:
    """Also when the steps have gone."""
    campaign_id, row_id = paused(api, 0, 1)
    set_status(api, campaign_id, "PAUSED")
    for sequence in ([{"id": ok(api.get(f"/campaigns/{campaign_id}/sequences"))[0]["id"], **steps(0)[0]}], []):
        ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": sequence}))
        answer = resume(api, campaign_id, row_id)
        refusal = {"ok": False, "message": "This is the last sequence. You cannot resume this lead."}
        assert (answer.status_code, answer.json()) == (400, refusal)
    assert status(api, campaign_id, "bob") == "PAUSED"


def test_a_lead_is_resumed_in_its_own_campaign(api: Api) -> None:
    """An unknown campaign is told first; a row of another one is not found."""
    campaign_id, row_id = paused(api)
    other = launch(api, "eve")
    unknown = {"error": "Campaign not found - Invalid campaign_id."}
    for campaign, row, refusal in (
        (UNKNOWN, UNKNOWN, unknown), (other, row_id, NOT_FOUND), (campaign_id, UNKNOWN, NOT_FOUND),
        (campaign_id, map_id(api, other, "eve"), NOT_FOUND),
    ):  # fmt: skip
        answer = resume(api, campaign, row)
        assert (answer.status_code, answer.json()) == (404, refusal)
    for days in (-1, 3651, 1.5, "1"):
        celebrate(resume(api, campaign_id, row_id, resume_delay_days=days), "body", "resume_delay_days")
    assert item(api, row_id)["lead_status"] == "PAUSED"


# ------------------------------------------------------------------------------------------ the control API


@pytest.mark.parametrize(
    ("body", "status_code"),
    [
        ({"snoozed_until": "soon"}, 422), ({"is_snoozed": False, "snoozed_until": "2026-03-03T10:00:00Z"}, 422),
        ({"is_snoozed": True, "snoozed_until": "2026-03-01T10:00:00Z"}, 422), ({"is_important": "yes"}, 422),
        ({"unknown": True}, 422), ({"snoozed_until": 5}, 422), ([], 422), ({}, 200), ({"is_important": None}, 200),
    ],
)  # fmt: skip
def test_states_are_checked(api: Api, body: Any, status_code: int) -> None:
    """Moments in ISO 8601 and booleans; nothing at all changes nothing."""
    row_id = map_id(api, mailed(api))
    before = mark(api, row_id, is_important=True, is_archived=True, snoozed_until="2026-03-03T10:00:00Z")
    answer = api.control("PUT", f"/inbox/{row_id}", body)
    assert answer.status_code == status_code, answer.text
    assert mark(api, row_id) == before


def test_states_are_of_conversations(api: Api, other: Api) -> None:
    """No row, a row that got no mail, and a row of another account are 404; a snooze in the past is none."""
    campaign_id = mailed(api)
    row_id = map_id(api, campaign_id)
    waiting = api.campaign()
    api.add(waiting, "eve@leads.example")
    for key, wrong in ((api, UNKNOWN), (api, map_id(api, waiting, "eve")), (other, row_id)):
        assert key.control("PUT", f"/inbox/{wrong}", {"is_important": True}).status_code == 404
    assert [api.control("PUT", f"/inbox/{one}", {}).status_code for one in (0, -1, "x", 2**60)] == [422] * 4
    shown = mark(api, row_id, snoozed_until="2026-03-02T11:00:00+00:00")
    assert (shown["is_snoozed"], names(api, "snoozed")) == (False, [])


def test_the_team_is_checked(api: Api) -> None:
    """A member has a name; a picture is a choice."""
    api.campaign()
    some: list[Any] = [{}, {"name": ""}, {"name": None}, {"name": "x" * 201}, {"name": "x", "more": 1}, []]
    for wrong in some:
        assert api.control("POST", "/team-members", wrong).status_code == 422
    made = ok(api.control("POST", "/team-members", {"name": "Pat", "profile_pic_url": "https://a.example/p.png"}))
    assert made == {"id": made["id"], "name": "Pat", "profile_pic_url": "https://a.example/p.png"}
    assert made in ok(api.control("GET", "/team-members"))


def test_a_reminder_of_each_conversation(api: Api) -> None:
    """A mail of its own; reminders go with the row."""
    campaign_id = mailed(api, "bob", "eve")
    remind(api, campaign_id, "bob", "04 09:00")
    assert names(api, "reminders") == ["bob"]
    ok(api.delete(of_lead(api, campaign_id, "bob")))
    api.add(campaign_id, "bob@leads.example")
    until(api, "03 12:00")
    assert names(api, "reminders") == []


def test_a_team_may_be_the_first_thing_of_a_key() -> None:
    """Whoever is added before anything else is made stays in this account's team, and in no other's.

    The server is the test's own: rows of nobody would be found by all keys that have made nothing yet.
    """
    with TestClient(create_app(Settings(rate_limit="off"))) as client:
        one, another = Api(client, "one"), Api(client, "another")
        made = ok(one.control("POST", "/team-members", {"name": "Pat"}))
        assert made in ok(one.control("GET", "/team-members"))
        assert len(ok(another.control("GET", "/team-members"))) == 1
        freeze(another)
        one.campaign()
        assert made in ok(one.control("GET", "/team-members"))


def test_no_two_of_a_team_have_one_id(client: TestClient) -> None:
    """The id of the account's user comes from the seed, those of others from a counter: they must not meet."""
    keys = (f"team-{n}" for n in itertools.count())
    api = Api(client, next(key for key in keys if _user_id(1, key) <= 1010))
    assert api.control("PUT", "/settings", {"seed": 1}).status_code == 200
    for n in range(12):
        assert api.control("POST", "/team-members", {"name": f"member {n}"}).status_code == 200
    ids = [one["id"] for one in api.control("GET", "/team-members").json()]
    assert len(set(ids)) == len(ids) == 13

"""The master inbox in the edition `reference`: S4's rows in R's pages, and what is changed there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.hand_mails import stats_id
from tests.inboxes import mailed, map_id
from tests.sending import ALWAYS, Json, address, equip, mails, moment, of_lead, ok, react, steps, until

EDITION = "reference"


def ask(api: Api, method: str, path: str, body: Any = None) -> Any:
    """One call in the edition."""
    more = {} if body is None else {"json": body}
    return api.request(method, path, edition=EDITION, **more)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"limit": 50}, {"error": "limit must be between 1 and 20", "field": "limit", "provided_value": 50}),
        ({"limit": 0}, {"error": "limit must be between 1 and 20", "field": "limit", "provided_value": 0}),
        ({"filters": {"campaignId": list(range(10))}},
         {"error": "campaignId array cannot exceed 5 items", "field": "filters.campaignId", "provided_count": 10,
          "max_allowed": 5}),
        ({"filters": {"campaignTagId": list(range(11))}},
         {"error": "campaignTagId array cannot exceed 10 items", "field": "filters.campaignTagId",
          "provided_count": 11, "max_allowed": 10}),
    ],
)  # fmt: skip
def test_bounds_of_the_inbox(api: Api, body: Json, shown: Json) -> None:
    """With what was sent and what may be (R)."""
    answer = ask(api, "POST", "/master-inbox/inbox-replies", body)
    assert (answer.status_code, answer.json()) == (422, shown)


def test_a_page_has_its_total(api: Api) -> None:
    """Of all that meet the filters; state is the same in `default`."""
    campaign_id = mailed(api, "ann", "ben", "eve")
    for name in ("ann", "ben", "eve"):
        react(api, campaign_id, name, "reply")
    page = ok(ask(api, "POST", "/master-inbox/inbox-replies", {"limit": 2, "offset": 1}))
    assert (page["total_count"], page["offset"], page["limit"], len(page["messages"])) == (3, 1, 2, 2)
    assert page["messages"] == ok(api.post("/master-inbox/inbox-replies", {"limit": 2, "offset": 1}))["data"]
    found = ok(ask(api, "POST", "/master-inbox/inbox-replies", {"filters": {"search": "ann@"}}))
    assert (found["total_count"], [one["lead_email"] for one in found["messages"]]) == (1, [address("ann")])
    assert ok(ask(api, "POST", "/master-inbox/reminders", {}))["total_count"] == 0


def test_what_is_changed_reads_back(api: Api) -> None:
    """The answers tell the new state, and `default` has it."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    row_id = map_id(api, campaign_id)
    named = {"email_lead_map_id": row_id}
    now = "2026-03-02T12:00:00.000Z"
    read = ok(ask(api, "PATCH", "/master-inbox/change-read-status", {**named, "read_status": True}))
    assert read["data"] == {**named, "is_read": True, "updated_at": now}
    worth = ok(ask(api, "PATCH", "/master-inbox/update-revenue", {**named, "revenue": 500.5}))
    assert worth["data"] == {**named, "revenue": 500.5, "updated_at": now}
    ok(ask(api, "PATCH", "/master-inbox/update-category", {**named, "category_id": 2}))
    (row,) = ok(api.post("/master-inbox/inbox-replies", {}))["data"]
    assert (row["has_new_unread_email"], row["revenue"], row["lead_category_id"]) == (False, "500.50", 2)
    assert ok(ask(api, "GET", f"/master-inbox/{row_id}")) == row
    note = ok(ask(api, "POST", "/master-inbox/create-note", {**named, "note_message": "Call"}))["data"]
    assert note == {**named, "id": note["id"], "note_message": "Call", "created_at": now}
    task = ok(ask(api, "POST", "/master-inbox/create-task", {**named, "name": "Call"}))["data"]
    assert task == {**named, "task_id": task["task_id"], "name": "Call", "priority": "MEDIUM", "due_date": None}
    what = {"message": "Call", "reminder_time": "2026-03-10T09:00:00.000Z"}
    body = {**named, **what, "email_stats_id": stats_id(api, campaign_id)}
    reminder = ok(ask(api, "POST", "/master-inbox/set-reminder", body))["data"]
    assert reminder == {**named, **what, "reminder_id": reminder["reminder_id"]}
    blocked = ok(ask(api, "POST", "/master-inbox/block-domains", {"domains": ["A.example", "a.example"]}))["data"]
    assert blocked == {"blocked_domains": ["a.example"], "source": "manual", "blocked_at": now}
    assert "a.example" in [one["email_or_domain"] for one in ok(api.get("/leads/get-domain-block-list"))]


@pytest.mark.parametrize(("edition", "goes_on"), [(EDITION, "02 12:00"), ("default", "03 09:00")])
def test_resuming_from_the_inbox(api: Api, edition: str, goes_on: str) -> None:
    """At once without a delay (R), a day after the last mail elsewhere (R1)."""
    campaign_id = mailed(api, sequence=steps(0, 5))
    ok(api.post(f"{of_lead(api, campaign_id, 'bob')}/pause"))
    body = {"campaign_id": campaign_id, "email_lead_map_id": map_id(api, campaign_id)}
    shown = ok(api.patch("/master-inbox/resume-lead", body, edition=edition))
    until(api, "05 12:00")
    sent = [one["at"] for one in mails(api, campaign_id)]
    assert len(sent) == 2
    assert sent[1][:13] == moment(goes_on)[:13]
    if edition == EDITION:
        assert shown["data"]["resume_delay_days"] == 0
        assert shown["data"]["will_resume_at"] == "2026-03-02T12:00:00.000Z"


@pytest.mark.parametrize(("edition", "status"), [(EDITION, "INPROGRESS"), ("default", "STARTED")])
def test_resuming_before_the_first_mail(api: Api, edition: str, status: str) -> None:
    """By R's wording the lead is on its way."""
    campaign_id = api.campaign()
    api.add(campaign_id, address("ann"))
    path = of_lead(api, campaign_id, "ann")
    ok(api.post(f"{path}/pause", edition=edition))
    ok(api.post(f"{path}/resume", edition=edition))
    assert api.rows(campaign_id)[0]["status"] == status


@pytest.mark.parametrize(("edition", "delay"), [(EDITION, 172_800), ("default", 2)])
def test_a_push_counts_seconds(api: Api, edition: str, delay: int) -> None:
    """Two days either way."""
    campaign_id = mailed(api)
    child = {"parent_campaign_id": campaign_id, "subsequence_name": "Child", "condition_events": []}
    child_id = ok(api.post("/campaigns/create-subsequence", child))["id"]
    equip(api, child_id, boxes=[api.account("child@sender.example")], **ALWAYS)
    row_id = map_id(api, campaign_id)
    body = {"email_lead_map_id": row_id, "sub_sequence_id": child_id, "sub_sequence_delay_time": delay}
    shown = ok(api.post("/master-inbox/push-to-subsequence", body, edition=edition))
    if edition == EDITION:
        assert shown["data"] == {
            "email_lead_map_id": row_id, "parent_campaign_id": campaign_id, "sub_sequence_id": child_id,
            "will_start_at": "2026-03-04T12:00:00.000Z", "stop_on_parent_reply": False,
        }  # fmt: skip
    until(api, "05 12:00")
    assert [one["at"][:16] for one in mails(api, child_id)] == ["2026-03-04T12:00"]

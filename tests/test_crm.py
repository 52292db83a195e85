"""Notes, tasks and tags of a lead."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.lead_lists import UNKNOWN, lead_list, tag, tags_of_lead
from tests.sending import ok
from tests.store import note, noted, rows, task

ANN, BEN = "ann@one.example", "ben@one.example"
NOON = 1_770_292_800_000  # 2026-02-05T12:00Z


def two_rows(api: Api) -> tuple[int, list[tuple[int, int]]]:
    """The id of a lead that is in two campaigns, and (campaign id, map id) of its rows; Ben is in the first too."""
    campaigns = [api.campaign(), api.campaign()]
    for campaign_id in campaigns:
        api.add(campaign_id, ANN, BEN)
    return api.lead_id(ANN), [(one, api.row(one, ANN)["campaign_lead_map_id"]) for one in campaigns]


def read(api: Api, kind: str, lead_id: int) -> list[dict[str, Any]]:
    """The notes or tasks of a lead."""
    found: list[dict[str, Any]] = ok(api.get(f"/crm/leads/{kind}/{lead_id}"))["data"]
    return found


def test_notes_of_all_rows_come_oldest_first(api: Api) -> None:
    """With the row they were made on and the account's user; those of other leads do not."""
    lead_id, ((first, map_id), (second, other_map_id)) = two_rows(api)
    assert read(api, "notes", lead_id) == []
    late = note(api, first, map_id, "late", NOON + 1)
    early = note(api, second, other_map_id, "early", NOON)
    same = note(api, second, other_map_id, "same moment", NOON + 1)
    note(api, first, api.row(first, BEN)["campaign_lead_map_id"], "of ben", NOON)
    user = ok(api.get("/campaigns/"))[0]["user_id"]
    assert read(api, "notes", lead_id) == [
        {"id": n, "email_lead_map_id": m, "note": text, "created_by": user,
         "created_at": f"2026-02-05T12:00:00.00{ms}Z"}
        for n, m, text, ms in (
            (early, other_map_id, "early", 0), (late, map_id, "late", 1), (same, other_map_id, "same moment", 1)
        )
    ]  # fmt: skip


def test_tasks_of_all_rows_come_oldest_first(api: Api) -> None:
    """What is left out when a task is made has its default."""
    lead_id, ((first, map_id), (second, other_map_id)) = two_rows(api)
    whole = {"description": "now", "priority": "HIGH", "due_date": NOON + 1, "status": "COMPLETED"}
    full = task(api, first, map_id, "call", NOON + 2, **whole)
    bare = task(api, second, other_map_id, "write", NOON)
    assert read(api, "tasks", lead_id) == [
        {
            "id": bare, "email_lead_map_id": other_map_id, "name": "write", "description": None, "priority": "MEDIUM",
            "due_date": None, "status": "PENDING", "created_at": "2026-02-05T12:00:00.000Z",
        },
        {
            "id": full, "email_lead_map_id": map_id, "name": "call", "description": "now", "priority": "HIGH",
            "due_date": "2026-02-05T12:00:00.001Z", "status": "COMPLETED", "created_at": "2026-02-05T12:00:00.002Z",
        },
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["notes", "tasks"])
def test_notes_and_tasks_go_with_their_row(api: Api, kind: str) -> None:
    """Taken out of the campaign, with the campaign, or with the lead: they are gone, those of other rows are not."""
    lead_id, ((first, map_id), (second, other_map_id)) = two_rows(api)
    ben = api.lead_id(BEN)
    for campaign_id, row in ((first, map_id), (second, other_map_id)):
        noted(api, kind, campaign_id, row, f"in {campaign_id}", NOON)
    noted(api, kind, second, api.row(second, BEN)["campaign_lead_map_id"], "of ben", NOON)
    ok(api.delete(f"/campaigns/{first}/leads/{lead_id}"))
    assert [one["email_lead_map_id"] for one in read(api, kind, lead_id)] == [other_map_id]
    ok(api.delete(f"/leads/{ben}"))
    assert len(rows(api, {"notes": "lead_note", "tasks": "lead_task"}[kind])) == 1
    ok(api.delete(f"/campaigns/{second}"))
    assert read(api, kind, lead_id) == []


def test_tags_are_put_on_a_lead_and_taken_off(api: Api) -> None:
    """The answer has the new mappings only; removing takes the id of the mapping."""
    api.add(api.campaign(), ANN, BEN)
    ann, ben = api.lead_id(ANN), api.lead_id(BEN)
    one, two = tag(api, "one", color="#FF0000"), tag(api, "two")
    assert tags_of_lead(api, ann) == []
    first = ok(api.post("/crm/leads/tags", {"leadId": ann, "tagIds": [two, two]}))["data"]
    assert first == [{"id": first[0]["id"], "tag_id": two, "lead_id": ann}]
    second = ok(api.post("/crm/leads/tags", {"leadId": ann, "tagIds": [one, two]}))["data"]
    assert second == [{"id": first[0]["id"] + 1, "tag_id": one, "lead_id": ann}]
    ok(api.post("/crm/leads/tags", {"leadId": ben, "tagIds": [one]}))
    assert [(row["id"], row["tag_id"], row["name"]) for row in tags_of_lead(api, ann)] == [
        (first[0]["id"], two, "two"), (second[0]["id"], one, "one"),
    ]  # fmt: skip
    assert ok(api.delete(f"/crm/leads/tags/{second[0]['id']}")) == {"ok": True}
    assert [row["tag_id"] for row in tags_of_lead(api, ann)] == [two]
    assert [row["tag_id"] for row in tags_of_lead(api, ben)] == [one]
    again = ok(api.post("/crm/leads/tags", {"leadId": ann, "tagIds": [one]}))["data"]
    assert again[0]["id"] == second[0]["id"] + 2


def test_without_a_lead_all_tags_are_listed(api: Api) -> None:
    """With the id of the tag in both places."""
    one, two = tag(api, "one"), tag(api, "two", color="#00FF00")
    listed = ok(api.get("/crm/leads/tags"))["data"]
    assert [(row["id"], row["tag_id"], row["name"]) for row in listed] == [(one, one, "one"), (two, two, "two")]
    assert [row["color"] for row in listed] == ["#4CAF50", "#00FF00"]


def test_unknown_leads_tags_and_mappings_are_not_found(api: Api) -> None:
    """404, all or nothing; a mapping of a list is none of a lead."""
    api.add(api.campaign(), ANN)
    ann, one, list_id = api.lead_id(ANN), tag(api), lead_list(api)
    ok(api.post("/lead-list/assign-tags", {"listIds": [list_id], "tagIds": [one]}))
    mapping = rows(api, "tag_mapping")[0]["id"]
    lead, gone = {"error": "Lead not found - Invalid lead_id."}, {"error": f"Tag not found - {UNKNOWN}"}
    for answer, body in (
        (api.get(f"/crm/leads/notes/{UNKNOWN}"), lead), (api.get(f"/crm/leads/tasks/{UNKNOWN}"), lead),
        (api.get("/crm/leads/tags", params={"leadId": UNKNOWN}), lead),
        (api.post("/crm/leads/tags", {"leadId": UNKNOWN, "tagIds": [one]}), lead),
        (api.post("/crm/leads/tags", {"leadId": ann, "tagIds": [one, UNKNOWN]}), gone),
        (api.delete(f"/crm/leads/tags/{mapping}"), {"error": "Tag mapping not found - Invalid tagMappingId."}),
        (api.delete(f"/crm/leads/tags/{UNKNOWN}"), {"error": "Tag mapping not found - Invalid tagMappingId."}),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()) == (404, body)
    assert [row["id"] for row in rows(api, "tag_mapping")] == [mapping]


@pytest.mark.parametrize(
    "body",
    [{}, {"leadId": 1}, {"tagIds": [1]}, {"leadId": 1, "tagIds": []}, {"leadId": "1", "tagIds": [1]},
     {"leadId": 1, "tagIds": [0]}, {"leadId": 1, "tagIds": [1], "name": "x"}],
)  # fmt: skip
def test_tags_need_a_lead_and_ids(api: Api, body: dict[str, Any]) -> None:
    """Anything else is refused in the validator's form."""
    answer = api.post("/crm/leads/tags", body)
    assert (answer.status_code, answer.json()["validation"]["source"]) == (400, "body")

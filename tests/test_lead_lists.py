"""Lead lists: holders of leads beside the campaigns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.lead_lists import UNKNOWN, fill, ids, lead_list, members, push, tag
from tests.sending import ok
from tests.store import defects, lead_lists, rows

LISTS = "/lead-list/"


def page(api: Api, **query: object) -> tuple[list[int], int]:
    """The ids of a page of lists, and the total."""
    data = ok(api.get(LISTS, params=query))["data"]
    return [row["id"] for row in data["lists"]], data["totalCount"]


def freeze(api: Api, now: str) -> None:
    """Stop the clock at a moment of January 2026."""
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": f"2026-01-{now}Z"}))


def test_a_list_is_made_read_renamed_and_deleted(api: Api) -> None:
    """The name is written as listName, read as list_name and may repeat; renaming moves updated_at alone."""
    freeze(api, "01T10:00:00")
    made = ok(api.post(LISTS, {"listName": "Prospects"}))["data"]
    moment = "2026-01-01T10:00:00.000Z"
    assert made == {"id": made["id"], "list_name": "Prospects", "created_at": moment, "updated_at": moment}
    assert ok(api.post(LISTS, {"listName": "Prospects"}))["data"]["id"] == made["id"] + 1
    whole = ok(api.get(f"{LISTS}{made['id']}"))["data"]
    assert whole.pop("user_id") > 0
    assert whole == {**made, "leads_count": 0, "active_leads_count": 0, "tags": []}
    freeze(api, "02T10:00:00")
    renamed = ok(api.request("PUT", f"{LISTS}{made['id']}", json={"listName": "Old"}))["data"]
    assert renamed == {"id": made["id"], "list_name": "Old", "updated_at": "2026-01-02T10:00:00.000Z"}
    assert ok(api.get(f"{LISTS}{made['id']}"))["data"] | {"user_id": 0} == {**whole, **renamed, "user_id": 0}
    assert ok(api.delete(f"{LISTS}{made['id']}")) == {"ok": True}
    assert page(api) == ([made["id"] + 1], 1)
    assert lead_list(api) == made["id"] + 2


def test_the_path_works_without_its_last_slash(api: Api) -> None:
    """Clients leave it out."""
    lead_list(api)
    assert ok(api.get("/lead-list"))["data"]["totalCount"] == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_list_is_not_found(api: Api, other: Api, method: str) -> None:
    """Neither one that never was, nor a deleted one, nor another key's."""
    gone, theirs = lead_list(api), [lead_list(other), lead_list(other)][1]
    ok(api.delete(f"{LISTS}{gone}"))
    body: dict[str, Any] = {"json": {"listName": "x"}} if method == "PUT" else {}
    for list_id in (UNKNOWN, gone, theirs):
        answer = api.request(method, f"{LISTS}{list_id}", **body)
        assert (answer.status_code, answer.json()) == (404, {"error": "Resource not found"})


@pytest.mark.parametrize("body", [{}, {"listName": ""}, {"listName": None}, {"list_name": "x"}, {"listName": 1}])
def test_a_list_needs_a_name(api: Api, body: Any) -> None:
    """Making and renaming are refused without one, and change nothing."""
    list_id = lead_list(api)
    for answer in (api.post(LISTS, body), api.request("PUT", f"{LISTS}{list_id}", json=body)):
        assert answer.status_code == 400
    assert [row["name"] for row in rows(api, "lead_list")] == ["Prospects"]


def test_pages_follow_the_filters(api: Api) -> None:
    """Part of the name in any case, any of the tags, both; the total counts what matches."""
    one, two, three = tag(api), tag(api), tag(api)
    names = ("Alpha", "beta 50%", "ALPHABET", "gamma", "alpine")
    lists = [lead_list(api, name=name) for name in names]
    for tag_id, tagged in ((one, lists[:2]), (two, lists[1:4])):
        ok(api.post("/lead-list/assign-tags", {"listIds": tagged, "tagIds": [tag_id]}))
    assert page(api) == (lists, 5)
    assert page(api, limit=2, offset=3) == (lists[3:], 5)
    assert page(api, offset=9) == page(api, offset=2**53 - 1) == ([], 5)
    assert page(api, listName="alpha") == ([lists[0], lists[2]], 2)
    assert page(api, listName="0%") == ([lists[1]], 1)
    assert page(api, listName="_") == page(api, tagIds=three) == page(api, tagIds="9" * 5000) == ([], 0)
    assert page(api, listName="") == (lists, 5)
    assert page(api, tagIds=one) == (lists[:2], 2)
    assert page(api, tagIds=f"{two},{one},{three}", limit=3, offset=1) == (lists[1:4], 4)
    assert page(api, tagIds=two, listName="ALPHA") == ([lists[2]], 1)


def test_a_page_has_ten_lists_unless_more_are_asked_for(api: Api) -> None:
    """Ten by default, 1000 at most; the pages of all lists laid end to end are the whole, deleted ones left out."""
    lists = [lead_list(api) for _ in range(23)]
    for gone in (lists.pop(20), lists.pop(3)):
        ok(api.delete(f"{LISTS}{gone}"))
    assert page(api) == (lists[:10], 21)
    assert [one for offset in range(0, 21, 4) for one in page(api, limit=4, offset=offset)[0]] == lists
    assert page(api, limit=1000)[0] == lists
    for query in ({"limit": 1001}, {"limit": 0}, {"offset": -1}, {"tagIds": "1,"}, {"tagIds": "x"}, {"tagIds": ""}):
        assert api.get(LISTS, params=query).status_code == 400


def test_pages_of_many_lists_are_the_whole(api: Api) -> None:
    """Deep pages start where they should, past deleted lists too, with and without a filter."""
    first = lead_list(api)
    lead_lists(api, 5000)
    lists = list(range(first, first + 5001))
    for gone in (*range(2040, 2060), 4096, 5001):
        ok(api.delete(f"{LISTS}{first + gone - 1}"))
        lists.remove(first + gone - 1)
    for offset in (0, 1, 2000, 2035, 2047, 2048, 2049, 4070, 4095, 4975, 4979, 4980):
        assert page(api, limit=7, offset=offset) == (lists[offset : offset + 7], len(lists))
    assert page(api, limit=1000, offset=4000) == (lists[4000:], len(lists))
    assert page(api, limit=3, offset=4000, listName="list") == (lists[4001:4004], len(lists) - 1)
    assert defects(api) == []


def test_an_import_tells_what_became_of_each_lead(api: Api) -> None:
    """Badly formed addresses count nowhere; then repeated and present ones, then blocked ones, then the new ones."""
    list_id = lead_list(api, "here@one.example", "here@bad.example")
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": ["bad.example"]}))
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": ["theirs.example"], "client_id": 22}))
    sent = (
        "nonsense", " New@One.example", "new@one.example", "HERE@one.example", "here@bad.example", "b@bad.example",
        "b@bad.example", "c@sub.bad.example", "a@theirs.example", "",
    )  # fmt: skip
    assert fill(api, list_id, *sent) == {"total_leads": 10, "imported": 2, "duplicates": 4, "blocked": 2}
    there = ["here@one.example", "here@bad.example", "new@one.example", "a@theirs.example"]
    assert members(api, list_id) == there
    figures = fill(api, list_id, *sent, ignoreGlobalBlockList=True)
    assert figures == {"total_leads": 10, "imported": 2, "duplicates": 6, "blocked": 0}
    assert members(api, list_id) == [*there, "b@bad.example", "c@sub.bad.example"]
    assert fill(api, list_id) == {"total_leads": 0, "imported": 0, "duplicates": 0, "blocked": 0}


def test_a_known_address_keeps_its_record(api: Api) -> None:
    """It is put into the list as it is; a new one is stored as sent, under either word for the company."""
    campaign_id, list_id = api.campaign(), lead_list(api)
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [{"email": "ann@one.example", "first_name": "Ann"}]}))
    new = {"email": "ben@one.example", "company": "Ben & Co", "phone_number": 55, "custom_fields": {"Size": 3}}
    body = {"leadList": [{"email": "ANN@one.example", "first_name": "Other"}, new], "fileName": "x"}
    assert ok(api.post(f"{LISTS}{list_id}/import", body))["data"]["imported"] == 2
    ann, ben = (ok(api.get("/leads/", params={"email": f"{name}@one.example"})) for name in ("ann", "ben"))
    assert (ann["first_name"], ben["company_name"], ben["phone_number"]) == ("Ann", "Ben & Co", "55")
    assert (ben["custom_fields"], ben["lead_campaign_data"]) == ({"Size": 3}, [])


def test_an_import_into_a_list_asks_for_no_credit_and_no_campaign(api: Api) -> None:
    """Unsubscribed and bounced addresses come in too; the leads were never in a campaign until they are pushed."""
    ok(api.control("PUT", "/settings", {"lead_credit": 0, "community_bounce_list": ["bounced@one.example"]}))
    list_id = lead_list(api, "gone@one.example")
    ok(api.post(f"/leads/{api.lead_id('gone@one.example')}/unsubscribe"))
    ok(api.delete(f"/leads/{api.lead_id('gone@one.example')}"))
    assert fill(api, list_id, "gone@one.example", "bounced@one.example")["imported"] == 2
    assert ok(api.control("GET", "/settings"))["lead_credit"] == 0

    def of_type(kind: str) -> list[str]:
        found = ok(api.get("/leads/all", params={"leadType": kind, "listId": list_id}))["data"]["leads"]
        return [row["email"] for row in found]

    assert (of_type("yet_to_use"), of_type("previously_active")) == (["gone@one.example", "bounced@one.example"], [])
    ok(api.control("PUT", "/settings", {"lead_credit": None, "community_bounce_list": []}))
    campaign_id = api.campaign()
    pushed = push(api, "push-to-campaign", campaignId=campaign_id, action="copy", leadList={"listId": list_id})
    assert pushed["data"] == {"campaign_id": campaign_id, "total_leads": 1}
    assert (of_type("yet_to_use"), of_type("active")) == (["gone@one.example"], [])


def test_active_leads_are_those_in_a_running_campaign(api: Api) -> None:
    """A lead counts once however many campaigns run, and not while they are paused."""
    list_id = lead_list(api, "ann@one.example", "ben@one.example", "cleo@one.example")
    first, second = api.campaign(), api.campaign()
    for campaign_id in (first, second):
        api.add(campaign_id, "ann@one.example", "zoe@one.example")
    api.add(second, "ben@one.example", ignore_duplicate_leads_in_other_campaign=False)

    def active() -> tuple[int, int]:
        one, listed = ok(api.get(f"{LISTS}{list_id}"))["data"], ok(api.get(LISTS))["data"]["lists"][0]
        assert one == listed
        return one["leads_count"], one["active_leads_count"]

    assert active() == (3, 0)
    api.start(first)
    assert active() == (3, 1)
    api.start(second)
    assert active() == (3, 2)
    for campaign_id, left in ((second, 1), (first, 0)):
        ok(api.post(f"/campaigns/{campaign_id}/status", {"status": "PAUSED"}))
        assert active() == (3, left)


def test_a_lead_that_is_deleted_leaves_all_lists(api: Api) -> None:
    """Deleted at once, or with its last campaign; the lists count what is left."""
    lists = [lead_list(api, "ann@one.example", "ben@one.example", "cleo@one.example") for _ in range(2)]
    campaign_id = api.campaign()
    api.add(campaign_id, "ben@one.example")
    ann, ben = ids(api, "ann@one.example", "ben@one.example")
    ok(api.delete(f"/leads/{ann}"))
    ok(api.delete(f"/campaigns/{campaign_id}/leads/{ben}"))
    assert [members(api, one) for one in lists] == [["cleo@one.example"]] * 2
    api.add(campaign_id, "ann@one.example")
    assert [members(api, one) for one in lists] == [["cleo@one.example"]] * 2
    assert defects(api) == []


def test_the_leads_of_a_deleted_list_stay(api: Api) -> None:
    """In the account, in other lists and in their campaigns; the list itself finds none."""
    list_id, second = lead_list(api, "ann@one.example", "ben@one.example"), lead_list(api, "ben@one.example")
    campaign_id = api.campaign()
    api.add(campaign_id, "ann@one.example")
    ok(api.delete(f"{LISTS}{list_id}"))
    assert api.control("GET", "/state").json()["tables"]["lead_list_member"] == 1
    assert ok(api.get("/leads/all", params={"listId": list_id}))["data"]["leads"] == []
    assert members(api, second) == ["ben@one.example"]
    assert [row["email"] for row in ok(api.get("/leads/all"))["data"]["leads"]] == [
        "ann@one.example",
        "ben@one.example",
    ]
    assert api.row(campaign_id, "ann@one.example")["status"] == "STARTED"
    assert defects(api) == []


def test_leads_of_a_list_are_found_page_by_page(api: Api) -> None:
    """The cursor moves through the list by the leads' ids; other filters narrow it; an unknown list is empty."""
    addresses = [f"lead{n}@one.example" for n in range(7)]
    lead_list(api, *addresses)
    list_id = lead_list(api, *addresses[::2])
    seen: list[str] = []
    last = 0
    while rows_ := ok(
        api.get("/leads/all", params={"listId": list_id, "limit": 2, "lastSeenLeadId": last})
    )["data"]["leads"]:  # fmt: skip
        seen += [row["email"] for row in rows_]
        last = int(rows_[-1]["id"])
    assert seen == addresses[::2]
    found = ok(api.get("/leads/all", params={"listId": list_id, "leadEmail": addresses[2]}))["data"]["leads"]
    assert [row["email"] for row in found] == addresses[2:3]
    assert ok(api.get("/leads/all", params={"listId": UNKNOWN}))["data"]["leads"] == []


def test_tags_are_added_to_lists_and_then_removed(api: Api) -> None:
    """In one call, all or none; a tag in both arrays is gone at the end."""
    one, two, three = tag(api), tag(api), tag(api)
    lists = [lead_list(api), lead_list(api)]

    def shown() -> list[list[int]]:
        return [[row["tag_id"] for row in one["tags"]] for one in ok(api.get(LISTS))["data"]["lists"]]

    def assign(status: int = 200, **body: list[int]) -> None:
        assert api.post("/lead-list/assign-tags", body).status_code == status

    assign(listIds=lists, tagIds=[one, two])
    assert shown() == [[one, two], [one, two]]
    assign(listIds=lists[:1], tagIds=[one, three], removeTagIds=[two, three])
    assert shown() == [[one], [one, two]]
    assign(listIds=lists, removeTagIds=[one])
    assert shown() == [[], [two]]
    assign(404, listIds=[*lists, UNKNOWN], tagIds=[three])
    assign(404, listIds=lists, tagIds=[three], removeTagIds=[UNKNOWN])
    assign(400, listIds=lists)
    assign(400, listIds=lists, tagIds=[])
    for name in ("listIds", "tagIds", "removeTagIds"):
        assign(400, **{"listIds": lists, "tagIds": [three], name: list(range(1, 12))})
    assert shown() == [[], [two]]


def test_a_miscount_would_be_noticed(api: Api) -> None:
    """The doctor recounts the leads of every list."""
    list_id = lead_list(api, "ann@one.example")
    database = api.client.app.state.world.database  # type: ignore[attr-defined]
    ws = rows(api, "lead_list")[0]["workspace_id"]

    def set_count(count: int) -> None:
        sql = "UPDATE lead_list SET lead_count = ? WHERE workspace_id = ? AND id = ?"
        database.writer.execute(sql, (count, ws, list_id))

    assert api.client.portal is not None
    api.client.portal.call(set_count, 2)
    assert defects(api) == ["lead_list.lead_count: 1 kept counts differ from the members"]
    api.client.portal.call(set_count, 1)
    assert defects(api) == []

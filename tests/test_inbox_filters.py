"""The filters of the inbox: alone and together, held against plain Python; and what is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.hand_mails import ok_text, reply, stats_id
from tests.inbox_reading import Conversation, Setting, conversations, in_order, meets
from tests.inboxes import GOES_ON, PATHS, ask, assign, found, listed, mark, patch, read, remind, schedule
from tests.sending import Json, box, equip, freeze, mails, moment, of_lead, ok, react, steps, until
from tests.webhooks import celebrate
from tests.worlds import client_of

WORDS = ("Opened", "Clicked", "Replied", "Unsubscribed", "Bounced", "Accepted", "Not Replied")
#: what no campaign, mailbox, … has
NOBODY = 987_654_321
#: name of a lead -> first and last name
PEOPLE: dict[str, tuple[str | None, str | None]] = {
    "ann": ("Ann", "Lee"), "ben_x": ("Ben", None), "benzx": (None, "O'Neil"), "cy": ("Cy", "100%"), "dot": (None, None),
    "eve": ('"Eve"', "back\\slash"), "flo": ("Änne", "Straße"), "gus": ("Gus", "Lee"), "hal": ("Hal", "Hal"),
}  # fmt: skip
#: lists whose filters are single values
SINGLE = ("mine", "views")


@dataclass
class Prepared:
    """A world with something for every filter."""

    api: Api
    all: list[Conversation]
    ids: dict[str, list[int]]


def prepare(api: Api) -> Prepared:
    """Three campaigns and a sub-sequence, clients, tags, members, mailboxes, and leads that did all kinds of things."""
    freeze(api)
    clients = [client_of(api, name).id for name in ("acme", "bolt")]
    tags = [ok(api.post("/tags", {"name": name}))["data"]["id"] for name in ("red", "blue")]
    members = [ok(api.control("POST", "/team-members", {"name": name}))["id"] for name in ("Pat", "Kim")]
    boxes = [box(api, name) for name in ("one", "two", "three")]
    campaigns = [api.campaign(name=f"c{n}", **({"client_id": clients[n]} if n < 2 else {})) for n in range(3)]
    people = list(PEOPLE)
    for n, campaign_id in enumerate(campaigns):
        equip(api, campaign_id, boxes=boxes[n:], sequence=steps(0, 20), **GOES_ON)
        leads = [
            {"email": f"{name}@{'Big' if name > 'd' else 'small'}.example", "first_name": first, "last_name": last}
            for name, (first, last) in PEOPLE.items()
            if (people.index(name) + n) % 3 or n == 0
        ]
        ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": leads}))
        if n:
            ok(api.post(f"/campaigns/{campaign_id}/team-member", {"teamMemberId": members[n - 1]}))
    ok(api.post("/campaigns/tags", {"campaign_ids": campaigns[:2], "tag_ids": tags[:1]}))
    ok(api.post("/campaigns/tags", {"campaign_ids": campaigns[1:2], "tag_ids": tags[1:]}))
    child = ok(api.post("/campaigns/create-subsequence", {"parent_campaign_id": campaigns[0]}))["id"]
    equip(api, child, boxes=boxes[:1], **GOES_ON)
    until(api, "02 14:00")
    happen(api, campaigns, child)
    given_to = {
        campaigns[0]: Setting(None, frozenset(tags[:1])), campaigns[1]: Setting(members[0], frozenset(tags)),
        campaigns[2]: Setting(members[1]),
    }  # fmt: skip
    ids = {
        "campaignId": [*campaigns, child], "emailAccountId": boxes, "campaignTeamMemberId": members,
        "campaignTagId": tags, "campaignClientId": clients, "subSequenceId": [child],
    }  # fmt: skip
    return Prepared(api, conversations(api, given_to), ids)


def happen(api: Api, campaigns: list[int], child: int) -> None:
    """Leads react, hour by hour; some get a category, an answer or a sub-sequence."""
    words = [
        "open",
        "click",
        "reply-interested",
        "reply",
        "bounce",
        "unsubscribe",
        "reply-not-interested",
        "soft-bounce",
    ]
    rows = [(one, row) for one in campaigns for row in api.rows(one)]
    for number, (campaign_id, row) in enumerate(rows):
        lead = row["lead"]["email"]
        for word in {words[number % 8], words[(number * 3 + 1) % 8]} - {"bounce"} or {"bounce"}:
            react(api, campaign_id, lead, word)
        if number % 4 == 0:
            until(api, f"02 {15 + number // 4:02}:00")
        if number % 7 == 0:
            ok_text(reply(api, campaign_id, email_stats_id=stats_id(api, campaign_id, lead)))
    for number, (campaign_id, row) in enumerate(rows):
        if number % 8 == 4:
            react(api, campaign_id, row["lead"]["email"], "bounce")
        if number % 6 == 1:
            ok(patch(api, "update-category", row["campaign_lead_map_id"], category_id=1 + number % 5))
        if campaign_id == campaigns[0] and number % 3 == 0:
            body = {"email_lead_map_id": row["campaign_lead_map_id"], "sub_sequence_id": child}
            ok(api.post("/master-inbox/push-to-subsequence", body))
    until(api, "03 12:00")
    for row in api.rows(child)[:2]:
        react(api, child, row["lead"]["email"], "reply")


def ids_of(world: Prepared, name: str, *, one: bool, most: int = 5) -> st.SearchStrategy[Any]:
    """One id, and where they are allowed several or none; also of nobody."""
    some = st.sampled_from([*world.ids[name], NOBODY])
    return st.none() | some if one else st.none() | some | st.lists(some, max_size=most)


def filters_of(world: Prepared, name: str) -> st.SearchStrategy[Json]:
    """Filters that a list takes."""
    one = name in SINGLE
    moments = sorted({c.reply_at for c in world.all if c.reply_at} | {moment("02 00:00"), moment("09 00:00")})
    categories = st.none() | st.lists(st.integers(0, 8), max_size=4)
    words = st.sampled_from(WORDS)
    offered: dict[str, st.SearchStrategy[Any]] = {
        "search": st.none() | st.sampled_from(["e", "N", "lee", "small", "@BIG", "ann lee", "%", "_", "\\", "'", '"',
                                               "nne", "hal hal", "l h", "nobody", ""]),
        "leadCategories": st.none() | st.fixed_dictionaries({}, optional={
            "unassigned": st.sampled_from([None, True, False]), "isAssigned": st.sampled_from([None, True, False]),
            "categoryIdsIn": categories, "categoryIdsNotIn": categories,
        }),
        "emailStatus": st.none() | words | (st.nothing() if one else st.lists(words, max_size=3)),
        "replyTimeBetween": st.none() | st.lists(st.sampled_from(moments), min_size=2, max_size=2).map(sorted),
        **{key: ids_of(world, key, one=one) for key in world.ids if key != "subSequenceId"},
    }  # fmt: skip
    if name == "views":
        offered["subSequenceId"] = ids_of(world, "subSequenceId", one=True)
    return st.fixed_dictionaries({}, optional=offered).map(lambda some: dict(list(some.items())[:4]))


def shown(api: Api, name: str, **body: Any) -> list[int]:
    """The rows of a list, all its pages."""
    rows: list[Json] = []
    while not rows or len(rows) % 20 == 0:
        page = listed(api, name, offset=len(rows), **body)
        rows += page
        if not page:
            break
    return [int(row["email_lead_map_id"]) for row in rows]


@pytest.mark.parametrize("name", ["sent", "inbox", "views"])
def test_filters_find_what_plain_python_finds(api: Api, name: str) -> None:
    """Any combination of filters in either order: the same conversations, in the same order."""
    world = prepare(api)
    base = [one for one in world.all if name == "sent" or one.reply_at]
    assert len(base) > 8

    @settings(max_examples=120)
    @given(filters=filters_of(world, name), by_sent=st.booleans())
    def agree(filters: Json, by_sent: bool) -> None:
        expected = in_order([one for one in base if meets(one, filters)], by_sent=by_sent)
        order = "SENT_TIME_DESC" if by_sent else "REPLY_TIME_DESC"
        assert shown(api, name, filters=filters, sortBy=order) == [one.map_id for one in expected]

    agree()


def test_every_value_of_every_filter_narrows(api: Api) -> None:
    """Each alone, over all who got a mail; and none of these checks passes because nothing or all is found."""
    world = prepare(api)
    alone: list[Json] = [{"emailStatus": word} for word in WORDS]
    alone += [{key: one} for key, ids in world.ids.items() for one in ids if key != "subSequenceId"]
    alone += [{"leadCategories": {key: True}} for key in ("unassigned", "isAssigned")]
    alone += [{"leadCategories": {"categoryIdsIn": [1]}}, {"leadCategories": {"categoryIdsNotIn": [1]}}]
    alone += [{"search": text} for text in ("ann", "Lee", "%", "_", "\\", "'", '"', "Ä", "ANN LEE", "@big")]
    alone += [{"replyTimeBetween": [moment("02 14:00"), moment("02 16:00")]}]
    for filters in alone:
        expected = [one.map_id for one in in_order([c for c in world.all if meets(c, filters)], by_sent=False)]
        assert shown(api, "sent", filters=filters) == expected, filters
        assert 0 < len(expected) < len(world.all), filters
    (child,) = world.ids["subSequenceId"]
    replied = in_order([one for one in world.all if one.reply_at], by_sent=False)
    below = [one.map_id for one in replied if meets(one, {"subSequenceId": child})]
    assert shown(api, "views", filters={"subSequenceId": child}) == below
    assert below


@pytest.mark.parametrize("name", ["unread", "snoozed", "important", "archived", "mine", "scheduled", "reminders"])
def test_the_other_lists_filter_alike(api: Api, name: str) -> None:
    """Every conversation is put into the list, whose order is then that of the filtered ones."""
    world = prepare(api)
    for one in world.all:
        lead, row_id = one.lead["email"], one.map_id
        if name == "unread":
            read(api, row_id, status=False)
        elif name == "mine":
            assign(api, row_id)
        elif name == "scheduled":
            schedule(api, one.campaign["id"], lead, "20 09:00")
        elif name == "reminders":
            remind(api, one.campaign["id"], lead, "20 09:00")
        else:
            mark(api, row_id, **{f"is_{name}": True})
    whole = shown(api, name)
    assert sorted(whole) == sorted(one.map_id for one in world.all)
    by_id = {one.map_id: one for one in world.all}

    @settings(max_examples=40)
    @given(filters=filters_of(world, name))
    def agree(filters: Json) -> None:
        assert shown(api, name, filters=filters) == [one for one in whole if meets(by_id[one], filters)]

    agree()


# ------------------------------------------------------------------------------------------ what is no filter

MANY = {"inbox": (5, 20), "sent": (15, 100)}


@pytest.mark.parametrize("name", [name for name in PATHS if name not in SINGLE])
def test_how_many_ids_a_filter_takes(api: Api, name: str) -> None:
    """As many as documented are taken, and one more is refused, naming the filter."""
    campaigns, boxes = MANY.get(name, (5, 10))
    most = {"campaignId": campaigns, "emailAccountId": boxes}
    most |= dict.fromkeys(("campaignTeamMemberId", "campaignTagId", "campaignClientId"), 100 if name == "sent" else 10)
    for key, count in most.items():
        ok(ask(api, name, filters={key: list(range(1, count + 1))}))
        if count < 100:
            answer = ask(api, name, filters={key: list(range(1, count + 2))})
            celebrate(answer, "body", f"filters.{key}")
    for key in ("categoryIdsIn", "categoryIdsNotIn"):
        ok(ask(api, name, filters={"leadCategories": {key: list(range(10))}}))
        celebrate(ask(api, name, filters={"leadCategories": {key: list(range(11))}}), "body",
                  f"filters.leadCategories.{key}")  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_some_lists_take_single_values(api: Api, name: str) -> None:
    """An array is refused for every filter but the categories."""
    keys = ["campaignId", "emailAccountId", "campaignTeamMemberId", "campaignTagId", "campaignClientId"]
    for key in [*keys, *(["subSequenceId"] if name == "views" else [])]:
        ok(ask(api, name, filters={key: 1}))
        celebrate(ask(api, name, filters={key: [1]}), "body", f"filters.{key}")
    celebrate(ask(api, name, filters={"emailStatus": ["Opened"]}), "body", "filters.emailStatus")
    ok(ask(api, name, filters={"leadCategories": {"categoryIdsIn": [1, 2]}}))


TOO_LONG = '"filters.search" length must be less than or equal to 30 characters long'
WRONG: list[tuple[Json, str, str | None]] = [
    ({"foo": 1}, "filters.foo", '"filters.foo" is not allowed'),
    ({"search": "x" * 31}, "filters.search", TOO_LONG),
    ({"search": 5}, "filters.search", '"filters.search" must be a string'),
    ({"emailStatus": "opened"}, "filters.emailStatus", None),
    ({"emailStatus": "Not replied"}, "filters.emailStatus", None),
    ({"campaignId": "1"}, "filters.campaignId", None),
    ({"campaignId": 1.5}, "filters.campaignId", None),
    ({"leadCategories": {"foo": 1}}, "filters.leadCategories.foo", '"filters.leadCategories.foo" is not allowed'),
    ({"leadCategories": {"unassigned": "yes"}}, "filters.leadCategories.unassigned", None),
    ({"leadCategories": []}, "filters.leadCategories", None),
    ({"replyTimeBetween": ["2026-03-02T00:00:00Z"]}, "filters.replyTimeBetween", None),
    ({"replyTimeBetween": ["2026-03-02T00:00:00Z"] * 3}, "filters.replyTimeBetween", None),
    ({"replyTimeBetween": []}, "filters.replyTimeBetween", None),
    ({"replyTimeBetween": ["soon", "2026-03-02T00:00:00Z"]}, "filters.replyTimeBetween.0", None),
    (
        {"replyTimeBetween": ["2026-03-02T00:00:00.001Z", "2026-03-02T00:00:00Z"]}, "filters.replyTimeBetween.1",
        '"filters.replyTimeBetween[1]" must be greater than or equal to "ref:filters.replyTimeBetween[0]"',
    ),
]  # fmt: skip


@pytest.mark.parametrize("name", PATHS)
def test_what_is_no_filter_is_refused(api: Api, name: str) -> None:
    """Unknown names and words, wrong types, too long texts, ranges that are none or end before they begin."""
    for filters, key, text in WRONG:
        answer = ask(api, name, filters=filters)
        celebrate(answer, "body", key)
        assert text is None or answer.json()["message"] == text
    if name != "views":
        celebrate(ask(api, name, filters={"subSequenceId": 1}), "body", "filters.subSequenceId")
    for wrong in ("x", 5, True):
        celebrate(ask(api, name, filters=wrong), "body", "filters")


@pytest.mark.parametrize("name", PATHS)
def test_null_is_no_filter(api: Api, name: str) -> None:
    """Nor is an empty object; a range of one moment is one."""
    keys = ["search", "leadCategories", "emailStatus", "campaignId", "emailAccountId", "campaignTeamMemberId",
            "campaignTagId", "campaignClientId", "replyTimeBetween"]  # fmt: skip
    nothing = {"unassigned": None, "isAssigned": None, "categoryIdsIn": None, "categoryIdsNotIn": None}
    some: list[Json | None] = [
        None, {}, dict.fromkeys(keys), {"leadCategories": {}}, {"leadCategories": nothing}, {"search": ""},
        {"search": "x" * 30}, {"replyTimeBetween": ["2026-03-02T00:00:00Z"] * 2},
    ]  # fmt: skip
    for filters in some:
        ok(ask(api, name, filters=filters))


def test_a_range_may_be_in_any_zone(api: Api) -> None:
    """Both bounds are included, to the millisecond."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "bob", **GOES_ON)
    until(api, "02 12:00")
    react(api, campaign_id, "bob", "reply")
    at, before, after = "2026-03-02T13:00:00+01:00", "2026-03-02T11:59:59.999Z", "2026-03-02T12:00:00.001Z"
    ranges = [(at, at), (before, at), (at, after), (after, "2026-03-03T00:00:00Z"), ("2026-03-01T00:00:00Z", before)]
    assert [found(api, replyTimeBetween=list(one)) for one in ranges] == [["bob"]] * 3 + [[]] * 2


def test_the_marks_of_filters_follow_the_world(api: Api) -> None:
    """Accepted: got a mail and did not bounce; unsubscribed also by hand; tags and members as they are now."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "a", "b", "c", sequence=steps(0, 9), **GOES_ON)
    until(api, "02 12:00")
    assert len(mails(api, campaign_id)) == 3
    react(api, campaign_id, "a", "bounce")
    ok(api.post(f"{of_lead(api, campaign_id, 'b')}/unsubscribe"))
    assert found(api, "sent", emailStatus="Accepted") == ["c", "b"]
    assert found(api, "sent", emailStatus="Bounced") == ["a"]
    assert found(api, "sent", emailStatus="Unsubscribed") == ["b"]
    assert found(api, "sent", emailStatus=["Bounced", "Unsubscribed"]) == ["b", "a"]
    assert found(api, "sent", emailStatus=[]) == ["c", "b", "a"]
    tag = ok(api.post("/tags", {"name": "red"}))["data"]["id"]
    member = ok(api.control("POST", "/team-members", {"name": "Pat"}))["id"]
    asked: list[Json] = [{"campaignTagId": tag}, {"campaignTeamMemberId": member}]
    assert [found(api, "sent", **one) for one in asked] == [[], []]
    ok(api.post("/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": [tag]}))
    ok(api.post(f"/campaigns/{campaign_id}/team-member", {"teamMemberId": member}))
    assert [len(found(api, "sent", **one)) for one in asked] == [3, 3]
    ok(api.post(f"/campaigns/{campaign_id}/team-member", {"teamMemberId": None}))
    assert [len(found(api, "sent", **one)) for one in asked] == [3, 0]


@pytest.mark.parametrize("text", ["änne", "ÄNNE", "Änne", "STRAßE", "änne straße", "éva", "ÉVA", "жук"])
def test_a_search_is_in_any_case(api: Api, text: str) -> None:
    """In every language, not only in letters from A to Z."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), **GOES_ON)
    leads = [{"email": f"l{n}@one.example", "first_name": first, "last_name": last}
             for n, (first, last) in enumerate([("Änne", "Straße"), ("Éva", "ЖУК")])]  # fmt: skip
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": leads}))
    until(api, "02 12:00")
    assert len(found(api, "sent", search=text)) == 1

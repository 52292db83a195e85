"""Pages laid end to end are the whole list, whatever the limit, the filter, and what is deleted in between."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.worlds import fresh

MOMENTS = [f"2026-01-{5 + day:02d}T09:00:00.000Z" for day in range(14)]
FAR = 2**53 - 1


@dataclass
class Row:
    """A lead in a campaign, as the test knows it."""

    email: str
    campaign_id: int
    created: str
    status: str = "STARTED"
    category: int | None = None
    marks: set[str] = field(default_factory=set)


#: what is done to the leads whose number ends so: (path below the lead, body), and the row that it leaves
CHANGES: dict[int, tuple[str, str, Any, dict[str, Any]]] = {
    1: ("POST", "pause", None, {"status": "PAUSED"}),
    2: ("POST", "unsubscribe", None, {"status": "PAUSED", "marks": {"is_unsubscribed"}}),
    3: ("PATCH", "status", {"status": "BOUNCED"}, {"status": "BLOCKED", "marks": {"is_bounced"}}),
    4: ("PATCH", "status", {"status": "COMPLETED"}, {"status": "COMPLETED"}),
    5: ("PATCH", "status", {"status": "STOPPED"}, {"status": "STOPPED"}),
    6: ("PATCH", "status", {"status": "IN_PROGRESS"}, {"status": "INPROGRESS"}),
    7: ("POST", "category", {"category_id": 1}, {"category": 1}),
    8: ("POST", "category", {"category_id": 3, "pause_lead": True}, {"category": 3, "status": "PAUSED"}),
    9: ("PATCH", "status", {"status": "DO_NOT_CONTACT"}, {"category": 4}),
}


@dataclass
class Big:
    """A key with some 5000 rows in three campaigns, entered by turns, many of them deleted again."""

    api: Api
    campaigns: list[int]
    rows: list[Row]
    leads: list[str]

    def of(self, campaign_id: int) -> list[Row]:
        """The rows of a campaign, in order."""
        return [row for row in self.rows if row.campaign_id == campaign_id]


@pytest.fixture(scope="module")
def big(client: TestClient) -> Big:
    """Thirteen imports of 400 leads, one a day; single leads and a long run of them are deleted."""
    api = fresh(client, MOMENTS[0])
    campaigns = [api.campaign(name=f"number {n}", client_id=20 + n) for n in range(3)]
    rows: list[Row] = []
    ids: dict[str, int] = {}
    for batch in range(13):
        api.control("POST", "/clock/advance", {"to": MOMENTS[batch]})
        emails = [f"p{number}@d{number % 20}.example" for number in range(batch * 360, batch * 360 + 400)]
        campaign_id = campaigns[batch % 3]
        answer = api.add(campaign_id, *emails, return_lead_ids=True)
        assert answer["total_leads"] == 400
        rows += [Row(email, campaign_id, MOMENTS[batch]) for email in emails]
        ids |= {email: int(one) for email, one in answer["emailToLeadIdMap"]["newlyAddedLeads"].items()}
    for number in range(0, 4700, 50):
        for offset, (method, path, body, left) in CHANGES.items():
            row = next(row for row in rows if row.email.startswith(f"p{number + offset}@"))
            done = api.request(method, f"/campaigns/{row.campaign_id}/leads/{ids[row.email]}/{path}", json=body)
            assert done.status_code == 200, done.text
            vars(row).update(left)
    api.post("/leads/add-domain-block-list", {"domain_block_list": ["d15.example"]})
    for row in rows:
        row.status = "BLOCKED" if row.email.endswith("@d15.example") else row.status
    chance = random.Random(5)
    gone = {row.email for row in rows if chance.random() < 0.1} | {row.email for row in rows[1700:2500]}
    for campaign_id in campaigns:
        mine = [ids[row.email] for row in rows if row.campaign_id == campaign_id and row.email in gone]
        assert api.delete(f"/campaigns/{campaign_id}/leads", {"lead_ids": mine}).status_code == 200
    left_over = [row for row in rows if row.email not in gone]
    return Big(api, campaigns, left_over, list(dict.fromkeys(row.email for row in left_over)))


def status_filter(word: str) -> Callable[[Row], bool]:
    """What a word of the status filter means."""
    category = {"INTERESTED": 1, "NOT_INTERESTED": 3, "DO_NOT_CONTACT": 4}.get(word)
    renamed = {"NOT_CONTACTED": "STARTED", "IN_PROGRESS": "INPROGRESS", "BOUNCED": "BLOCKED"}.get(word, word)
    if category is not None:
        return lambda row: row.category == category
    if word == "UNSUBSCRIBED":
        return lambda row: "is_unsubscribed" in row.marks
    if word == "ACTIVE":
        return lambda row: row.status in ("STARTED", "INPROGRESS")
    return lambda row: row.status == renamed


WORDS = (
    "STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED", "NOT_CONTACTED", "IN_PROGRESS", "INTERESTED",
    "NOT_INTERESTED", "DO_NOT_CONTACT", "BOUNCED", "UNSUBSCRIBED", "ACTIVE",
)  # fmt: skip
EMAIL_WORDS = ("is_unsubscribed", "is_bounced", "is_opened", "is_replied", "not_replied", "is_sent", "Clicked")
MEANING: dict[str, Callable[[Any], Callable[[Row], bool]]] = {
    "status": status_filter,
    "lead_category_id": lambda category: lambda row: row.category == category,
    "emailStatus": lambda word: lambda row: word in row.marks,
    "created_at_gt": lambda moment: lambda row: row.created > moment,
    "last_sent_time_gt": lambda _: lambda _: False,
    "event_time_gt": lambda _: lambda _: False,
    "email_sequence_number": lambda _: lambda _: False,
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(WORDS),
    "lead_category_id": st.sampled_from([1, 2, 3, 4, 99]),
    "emailStatus": st.sampled_from(EMAIL_WORDS),
    "created_at_gt": st.sampled_from([*MOMENTS, "2026-01-04", "2030-01-01T00:00:00Z"]),
}
SILENT = [{"last_sent_time_gt": MOMENTS[0]}, {"event_time_gt": "2020-01-01"}, {"email_sequence_number": 1}]
FILTERS = st.one_of(st.fixed_dictionaries({}, optional=VALUES), st.sampled_from(SILENT))


def matching(rows: list[Row], filters: dict[str, Any]) -> list[str]:
    """The addresses of the rows that meet all filters."""
    tests = [MEANING[name](value) for name, value in filters.items()]
    return [row.email for row in rows if all(test(row) for test in tests)]


def check_page(api: Api, campaign_id: int, rows: list[Row], filters: dict[str, Any], offset: int, limit: int) -> None:
    """The page is that slice of the matching rows, and its total is their number."""
    expected = matching(rows, filters)
    params = {**filters, "offset": offset, "limit": limit}
    page = api.get(f"/campaigns/{campaign_id}/leads", params=params).json()
    shown = [row["lead"]["email"] for row in page["data"]]
    assert (shown, page["total_leads"]) == (expected[offset : offset + limit], str(len(expected)))
    assert (page["offset"], page["limit"]) == (offset, limit)


def from_the_end(offset: int, whole: list[str]) -> int:
    """An offset; a negative one counts back from the end."""
    return offset if offset >= 0 else max(0, len(whole) + offset)


@given(filters=FILTERS, nth=st.integers(0, 2), offset=st.integers(-100, 2000) | st.just(FAR), limit=st.integers(1, 100))
@settings(max_examples=250)
def test_a_page_of_a_campaign_is_that_slice_of_the_whole(
    big: Big, filters: dict[str, Any], nth: int, offset: int, limit: int
) -> None:
    """Any page under any filters holds just the rows of that stretch; the total counts all that match."""
    campaign_id = big.campaigns[nth]
    rows = big.of(campaign_id)
    check_page(big.api, campaign_id, rows, filters, from_the_end(offset, matching(rows, filters)), limit)


@pytest.mark.parametrize("word", WORDS)
def test_every_status_word_finds_rows(big: Big, word: str) -> None:
    """Each word of the status filter finds the rows it speaks of, in every campaign, page by page."""
    for campaign_id in big.campaigns:
        rows = big.of(campaign_id)
        expected = matching(rows, {"status": word})
        assert 0 < len(expected) < len(rows)
        params = {"status": word, "limit": 100}
        pages = [big.api.rows(campaign_id, offset=offset, **params) for offset in range(0, len(expected) + 100, 100)]
        assert [row["lead"]["email"] for page in pages for row in page] == expected


@given(
    limit=st.integers(1, 100), offset=st.integers(-100, 6000) | st.just(FAR), moment=st.sampled_from([None, *MOMENTS])
)
@example(limit=40, offset=-40, moment=None)
@example(limit=40, offset=-41, moment=None)
@example(limit=40, offset=-40, moment=MOMENTS[5])
@example(limit=40, offset=-41, moment=MOMENTS[5])
@settings(max_examples=150)
def test_a_page_of_all_leads_is_that_slice_of_the_whole(big: Big, limit: int, offset: int, moment: str | None) -> None:
    """The list of the account, also from a day on, pages by lead id; `hasMore` tells whether a lead follows."""
    created: dict[str, str] = {}
    for row in big.rows:
        created.setdefault(row.email, row.created)
    filters = {} if moment is None else {"created_at_gt": moment[:10]}
    whole = [email for email in big.leads if moment is None or created[email] > moment[:10]]
    offset = from_the_end(offset, whole)
    page = big.api.get("/leads/global-leads", params={**filters, "offset": offset, "limit": limit}).json()
    assert [lead["email"] for lead in page["data"]] == whole[offset : offset + limit]
    assert page["hasMore"] is (offset + limit < len(whole))


CURSOR_VALUES = {
    "status": st.sampled_from(WORDS[:6]), "emailStatus": st.sampled_from(EMAIL_WORDS), "clientId": st.integers(19, 23),
}  # fmt: skip


@given(
    nth=st.sampled_from([None, 0, 1, 2]),
    filters=st.fixed_dictionaries({}, optional=CURSOR_VALUES),
    limit=st.integers(90, 1000),
)
@settings(max_examples=25)
def test_a_walk_by_cursor_meets_every_lead_once(big: Big, nth: int | None, filters: dict[str, Any], limit: int) -> None:
    """A cursor walk meets each lead one of whose rows meets all conditions together, once and in order."""
    named = {**filters} if nth is None else {**filters, "campaignId": big.campaigns[nth]}
    tests = [MEANING[name](value) for name, value in filters.items() if name != "clientId"]
    if nth is not None:
        tests.append(lambda row: row.campaign_id == big.campaigns[nth])
    if "clientId" in filters:
        tests.append(lambda row: big.campaigns.index(row.campaign_id) + 20 == filters["clientId"])
    hits = {row.email for row in big.rows if all(test(row) for test in tests)}
    walked = [lead["email"] for page in cursor_pages(big.api, named, limit) for lead in page]
    assert walked == [email for email in big.leads if email in hits]


def cursor_pages(api: Api, filters: dict[str, Any], limit: int) -> Iterator[list[dict[str, Any]]]:
    """The pages of the cursor list, up to the first short one."""
    last = 0
    while True:
        params = {**filters, "lastSeenLeadId": last, "limit": limit}
        page = api.get("/leads/all", params=params).json()["data"]["leads"]
        yield page
        if len(page) < limit:
            return
        last = page[-1]["id"]


@given(
    size=st.integers(0, 60), limits=st.lists(st.integers(1, 25), min_size=1, max_size=8),
    deletions=st.lists(st.integers(0, 59), max_size=20), word=st.sampled_from([None, "STARTED", "PAUSED"]),
)  # fmt: skip
@settings(max_examples=30)
def test_pages_stay_slices_while_leads_are_deleted(
    client: TestClient, size: int, limits: list[int], deletions: list[int], word: str | None
) -> None:
    """While leads are deleted between the pages, each page is a slice of what is there at that moment."""
    api = fresh(client, MOMENTS[0])
    campaign_id = api.campaign()
    rows = [Row(f"p{n}@x.example", campaign_id, MOMENTS[0]) for n in range(size)]
    ids: dict[str, int] = {}
    if rows:
        ids = {row["lead"]["email"]: row["lead"]["id"] for row in import_all(api, campaign_id, rows)}
    for row in rows[::3]:
        api.post(f"/campaigns/{campaign_id}/leads/{ids[row.email]}/pause")
        row.status = "PAUSED"
    filters = {} if word is None else {"status": word}
    offset, waiting = 0, list(deletions)
    for limit in itertools.islice(itertools.cycle(limits), 25):
        check_page(api, campaign_id, rows, filters, offset, limit)
        offset = offset + limit if offset < len(rows) else 0
        if waiting and rows:
            doomed = rows.pop(waiting.pop() % len(rows))
            assert api.delete(f"/campaigns/{campaign_id}/leads/{ids[doomed.email]}").status_code == 200


def import_all(api: Api, campaign_id: int, rows: list[Row]) -> list[dict[str, Any]]:
    """Import the rows; what the campaign lists then."""
    api.add(campaign_id, *(row.email for row in rows))
    return api.rows(campaign_id)


@given(size=st.integers(1, 40), limit=st.integers(1, 15), deletions=st.lists(st.integers(0, 39), max_size=15))
@settings(max_examples=25)
def test_a_cursor_skips_and_repeats_no_lead_that_stays(
    client: TestClient, size: int, limit: int, deletions: list[int]
) -> None:
    """Deleting leads between two pages of a cursor walk neither skips nor repeats a lead that stays."""
    api = fresh(client, MOMENTS[0])
    campaign_id = api.campaign()
    emails = [f"p{n}@x.example" for n in range(size)]
    api.add(campaign_id, *emails)
    walked: list[str] = []
    gone: set[str] = set()
    for page in cursor_pages(api, {}, limit):
        walked += [lead["email"] for lead in page]
        for number in deletions[len(gone) : len(gone) + 2]:
            doomed = emails[number % size]
            if doomed not in gone:
                assert api.delete(f"/leads/{api.lead_id(doomed)}").status_code == 200
                gone.add(doomed)
    assert len(walked) == len(set(walked))
    assert [email for email in walked if email not in gone] == [email for email in emails if email not in gone]


@pytest.mark.parametrize(
    ("lead_type", "expected"),
    [("active", ["now@x.example"]), ("previously_active", ["then@x.example"]), ("yet_to_use", []), ("archived", [])],
)
def test_the_lead_type_tells_where_a_lead_has_been(api: Api, lead_type: str, expected: list[str]) -> None:
    """`active` leads are in a running campaign, `previously_active` ones in none any more."""
    running, drafted, deleted = api.campaign(), api.campaign(), api.campaign()
    api.add(running, "now@x.example")
    api.add(drafted, "waits@x.example")
    api.add(deleted, "then@x.example")
    api.start(running)
    assert api.delete(f"/campaigns/{deleted}").status_code == 200
    pages = cursor_pages(api, {"leadType": lead_type}, 1)
    assert [lead["email"] for page in pages for lead in page] == expected

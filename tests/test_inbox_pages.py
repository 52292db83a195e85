"""Order and pages of the lists of the master inbox."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.hand_mails import ok_text, reply, stats_id
from tests.inboxes import PATHS, ask, assign, mailed, mark, names, remind, schedule, two_campaigns
from tests.sending import ok, react
from tests.webhooks import celebrate


def test_the_latest_answer_comes_first(api: Api) -> None:
    """Ties by the newer row, those without any at the end; this is also the order when none is asked for."""
    two_campaigns(api)
    for word in ({}, {"sortBy": None}, {"sortBy": "REPLY_TIME_DESC"}):
        assert names(api, "sent", **word) == ["c", "d", "b", "f", "e", "a"]
        assert names(api, "inbox", **word) == ["c", "d", "b"]


def test_the_latest_mail_comes_first(api: Api) -> None:
    """The mails of both campaigns went out pairwise at one moment; the newer row comes first. Mails by hand count."""
    two_campaigns(api)
    assert names(api, "sent", sortBy="SENT_TIME_DESC") == ["f", "c", "e", "b", "d", "a"]
    assert names(api, "inbox", sortBy="SENT_TIME_DESC") == ["c", "b", "d"]
    ok_text(reply(api, 1002, email_stats_id=stats_id(api, 1002, "d")))
    assert names(api, "sent", sortBy="SENT_TIME_DESC") == ["d", "f", "c", "e", "b", "a"]


@pytest.mark.parametrize("name", PATHS)
def test_unknown_sort_words_are_refused(api: Api, name: str) -> None:
    """Each list has its own words."""
    foreign = "SCHEDULED_TIME_ASC" if name != "scheduled" else "REMINDER_TIME_ASC"
    for word in (foreign, "REPLY_TIME_ASC", "", 1):
        celebrate(ask(api, name, sortBy=word), "body", "sortBy")


@pytest.mark.parametrize("name", PATHS)
def test_pages_cut_a_list(api: Api, name: str) -> None:
    """Whatever the size, pages show each conversation once and in order; behind the end there is nothing."""
    two_campaigns(api)
    for number in range(6):
        row_id, campaign_id, lead = 3_000_000_001 + number, 1001 + number // 3, "abcdef"[number]
        mark(api, row_id, is_important=True, is_archived=name == "archived", is_snoozed=name == "snoozed")
        if name in ("inbox", "views", "unread"):
            react(api, campaign_id, lead, "reply")
        assign(api, row_id)
        schedule(api, campaign_id, lead, f"0{4 + number // 2} 09:00")
        remind(api, campaign_id, lead, f"0{4 + number // 2} 09:00")
    whole = names(api, name)
    assert sorted(whole) == ["a", "b", "c", "d", "e", "f"]
    for size in (1, 2, 4, 20):
        assert [one for at in range(0, 6, size) for one in names(api, name, offset=at, limit=size)] == whole
    answer = ok(ask(api, name, offset=2**31, limit=3))
    assert answer == {"ok": True, "data": [], "offset": 2**31, "limit": 3}
    assert {**ok(ask(api, name)), "data": None} == {"ok": True, "data": None, "offset": 0, "limit": 20}


BOUNDS: list[tuple[str, Any, str]] = [
    ("limit", 0, '"limit" must be greater than or equal to 1'),
    ("limit", 21, '"limit" must be less than or equal to 20'),
    ("limit", None, '"limit" must be a number'),
    ("limit", 1.5, '"limit" must be an integer'),
    ("offset", -1, '"offset" must be greater than or equal to 0'),
    ("offset", None, '"offset" must be a number'),
    ("campaign_id", 1, '"campaign_id" is not allowed'),
]


@pytest.mark.parametrize("name", PATHS)
def test_what_is_no_page_is_refused(api: Api, name: str) -> None:
    """Bounds, types and names; the flag for the history is a boolean."""
    for key, value, text in BOUNDS:
        answer = ask(api, name, **{key: value})
        celebrate(answer, "body", key)
        assert answer.json()["message"] == text
    path = f"/master-inbox/{PATHS[name]}"
    celebrate(api.post(path, {}, params={"fetch_message_history": "maybe"}), "query", "fetch_message_history")
    assert ok(api.post(path))["data"] == []


def test_a_page_is_twenty_conversations(api: Api) -> None:
    """More are on the next one; a deep offset reaches the last."""
    mailed(api, *(f"l{n:02}" for n in range(45)), min_time_btw_emails=3)
    every = [f"l{n:02}" for n in reversed(range(45))]
    pages = [names(api, "sent", offset=at) for at in (0, 20, 40, 44, 45)]
    assert pages == [every[:20], every[20:40], every[40:], every[44:], []]

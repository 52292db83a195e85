"""Figures agree with each other and with those of each campaign; filters, and what is refused."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.analytics import DAYS, FULL, UNDATED, ask, client_of, first_week
from tests.conftest import Api
from tests.sending import box, equip, ok, react, steps, until

RAW = ("sent", "opened", "replied", "bounced")
DATED = (
    "campaign/overall-stats", "campaign/response-stats", "campaign/follow-up-reply-rate",
    "campaign/lead-to-reply-time", "campaign/leads-take-for-first-reply", "day-wise-overall-stats",
    "day-wise-overall-stats-by-sent-time", "day-wise-positive-reply-stats",
    "day-wise-positive-reply-stats-by-sent-time", "client/overall-stats", "team-board/overall-stats",
    "mailbox/domain-wise-health-metrics", "mailbox/name-wise-health-metrics",
    "mailbox/provider-wise-overall-performance", "overall-stats-v2", "lead/overall-stats",
    "lead/category-wise-response",
)  # fmt: skip


def query_of(path: str, **query: Any) -> dict[str, Any]:
    zone = {"timezone": "UTC"} if path.endswith("by-sent-time") else {}
    return {**({} if path in UNDATED else {**DAYS, **zone}), **query}


@pytest.fixture
def office(api: Api) -> dict[str, int]:
    """Campaigns of two clients and one of nobody, whose leads react."""
    one = first_week(api)
    clients = [client_of(api, name) for name in ("first", "second")]
    shared = box(api, "shared")
    made = [
        equip(
            api, api.campaign(client_id=client_id), *(f"{name}{n}" for n in range(4)), sequence=steps(0, 1, 1),
            boxes=[shared, box(api, name)],
        )
        for client_id, name in zip(clients, ("eve", "fay"), strict=True)
    ]  # fmt: skip
    until(api, "06 15:00")
    for number, (campaign_id, name) in enumerate(zip(made, ("eve", "fay"), strict=True)):
        for n, word in enumerate(("reply-interested", "bounce", "open", "reply")[number:]):
            react(api, campaign_id, f"{name}{n}", word)
    until(api, "12 00:00")
    react(api, made[0], "eve2", "ooo")
    return {"nobody": one, "one": made[0], "two": made[1], "first": clients[0], "second": clients[1]}


def summed(rows: list[dict[str, Any]], names: tuple[str, ...] = RAW) -> dict[str, int]:
    return {name: sum(int(row[name]) for row in rows) for name in names}


def test_campaigns_clients_and_mailboxes_add_up_to_the_account(api: Api, office: dict[str, int]) -> None:
    """Raw counts; and leads, which are of one campaign and one mailbox each."""
    whole = ask(api, "overall-stats-v2", **FULL)
    names = (*RAW, "unique_lead_count", "unique_open_count", "positive_replied")
    assert min(whole[name] for name in names) > 0
    account = {name: whole[name] for name in names}
    rows = ask(api, "campaign/overall-stats", **FULL)
    assert summed(rows, names) == account
    for path in ("mailbox/domain-wise-health-metrics", "mailbox/name-wise-health-metrics"):
        assert summed(ask(api, path, **FULL), names) == account
    providers = ask(api, "mailbox/provider-wise-overall-performance")["overall"]
    assert summed(providers, names) == account
    of_clients = [row["campaign_stats"] for row in ask(api, "client/overall-stats", **FULL)]
    nobodys = ask(api, "overall-stats-v2", campaign_ids=office["nobody"], **FULL)
    others = tuple(name for name in names if name != "bounced")
    assert summed([*of_clients, nobodys], others) == {name: account[name] for name in others}
    categories = ask(api, "lead/category-wise-response")["leadResponseGrouping"]
    assert sum(row["total_response"] for row in categories) == whole["replied"]
    assert sum(row["total_response"] for row in ask(api, "campaign/response-stats")) == whole["replied"]


def test_raw_counts_add_up_over_a_range(api: Api, office: dict[str, int]) -> None:
    """On the axis of the mails over any partition; by day they are the same."""
    whole = ask(api, "overall-stats-v2")
    parts = [("2026-03-01", "2026-03-02"), ("2026-03-03", "2026-03-05"), ("2026-03-06", "2026-03-31")]
    for zone in ("UTC", "Asia/Kathmandu", "America/Los_Angeles"):
        found = [ask(api, "overall-stats-v2", start_date=a, end_date=b, timezone=zone) for a, b in parts]
        assert summed(found) == whole
        rows = ask(api, "day-wise-overall-stats-by-sent-time", timezone=zone)
        assert summed([row["email_engagement_metrics"] for row in rows]) == whole
        rows = ask(api, "day-wise-overall-stats", timezone=zone)
        assert summed([row["email_engagement_metrics"] for row in rows]) == whole, "over the whole life"


def test_a_campaign_has_the_figures_of_its_own_page(api: Api, office: dict[str, int]) -> None:
    """`/campaigns/{id}/analytics` and its figures by date say the same."""
    for row in ask(api, "campaign/overall-stats", **FULL):
        own = ok(api.get(f"/campaigns/{row['id']}/analytics"))
        opened = ok(api.get(f"/campaigns/{row['id']}/statistics", params={"email_status": "opened"}))["total_stats"]
        top = ok(api.get(f"/campaigns/{row['id']}/top-level-analytics-by-date", params=DAYS))
        names = {
            "sent": own["sent_count"], "replied": own["reply_count"], "bounced": own["bounce_count"],
            "unique_lead_count": own["unique_sent_count"], "unique_open_count": own["unique_open_count"],
            "opened": opened, "positive_replied": top["positive_reply_count"],
        }  # fmt: skip
        assert {name: str(row[name]) for name in names} == names


def test_filters_must_all_hold(api: Api, office: dict[str, int]) -> None:
    """Ids of campaigns and of clients narrow; repeated ones count once, unknown ones find nothing."""
    for ids in (office["one"], f"{office['one']},{office['one']}", f"{office['one']},999999999999999,0"):
        [row] = ask(api, "campaign/overall-stats", campaign_ids=ids)
        assert row["id"] == office["one"]
    rows = ask(api, "campaign/overall-stats", client_ids=f"{office['first']},{office['second']}")
    assert [row["id"] for row in rows] == [office["two"], office["one"]]
    assert ask(api, "campaign/overall-stats", client_ids=office["first"], campaign_ids=office["two"]) == []
    assert ask(api, "campaign/overall-stats", client_ids="", campaign_ids="") == ask(api, "campaign/overall-stats")
    for path in DATED:
        both = {"client_ids": 0} if path == "client/overall-stats" else {"client_ids": 0, "campaign_ids": 999}
        assert api.get(f"/analytics/{path}", params=query_of(path, **both)).status_code == 200
    assert ask(api, "client/list", client_ids="0") == []
    counted = Counter(row["total_count"] for row in ask(api, "campaign/status-stats", client_ids="5"))
    assert counted == {0: 6}


@pytest.mark.parametrize("path", [*DATED, *sorted(UNDATED)])
def test_refusals(api: Api, path: str) -> None:
    """What does not fit is refused in the celebrate form, naming the parameter; nothing fails inside."""
    by_sent_time = path.endswith("by-sent-time")
    wrong: list[tuple[dict[str, Any], str]] = [({"foo": "1"}, "foo"), ({"client_ids": "1,a"}, "client_ids")]
    wrong += [({"client_ids": text}, "client_ids") for text in ("1,", "-1", "1" * 16, ",".join(["1"] * 51))]
    if path in DATED:
        wrong.append(({"start_date": "2026-03-10", "end_date": "2026-03-09"}, "end_date"))
        wrong += [({"timezone": zone}, "timezone") for zone in ("Mars/Base", "", "5:31", "15:00")]
    for more, key in wrong:
        answer = api.get(f"/analytics/{path}", params=query_of(path, **more))
        assert answer.status_code == 400, (path, more, answer.text)
        assert answer.json()["validation"] == {"source": "query", "keys": [key]}
    if path in DATED:
        for text in ("2026-3-1", "01.03.2026", "2026-02-30", "2026-03-01T00:00:00Z", ""):
            answer = api.get(f"/analytics/{path}", params=query_of(path, start_date=text))
            assert answer.status_code == 400, (path, text, answer.text)
            if by_sent_time:
                message = "Invalid date format. Please use YYYY-MM-DD format."
                assert answer.json() == {"success": False, "message": message}
            else:
                assert answer.json()["validation"]["keys"] == ["start_date"]
        for name in ("start_date", "end_date", *(["timezone"] if by_sent_time else [])):
            left = {key: value for key, value in query_of(path).items() if key != name}
            answer = api.get(f"/analytics/{path}", params=left)
            assert answer.json()["validation"] == {"source": "query", "keys": [name]}
        if not by_sent_time:
            assert api.get(f"/analytics/{path}", params=query_of(path, timezone="5:30")).status_code == 400

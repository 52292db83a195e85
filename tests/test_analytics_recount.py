"""Every answer of global analytics is what a slow recount finds, in worlds in which anything may happen."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics import UNDATED, ask, client_of, key_of
from tests.analytics_figures import Asked
from tests.analytics_recount import OPERATIONS, Account
from tests.analytics_worlds import Office, OfficePlan, live, offices
from tests.conftest import Api
from tests.figure_worlds import ZONES
from tests.figures import Json
from tests.hand_mails import mailed, ok_text, reply, stats_id
from tests.inboxes import assign, map_id, receive, untracked
from tests.running_worlds import done, now
from tests.sending import box, freeze, launch, ok, react, until
from tests.test_figures import same
from tests.worlds import fresh

FULL_DATA = {
    "campaign/overall-stats", "campaign/response-stats", "mailbox/domain-wise-health-metrics",
    "mailbox/name-wise-health-metrics", "mailbox/provider-wise-overall-performance", "overall-stats-v2",
    "client/overall-stats", "team-board/overall-stats",
}  # fmt: skip
PAGED = {
    "campaign/overall-stats", "mailbox/domain-wise-health-metrics", "mailbox/name-wise-health-metrics",
    "client/overall-stats",
}  # fmt: skip
OFFSETS = ("5:30", "+05:30", "-3:30", "+14:00", "-0:15", "0:00")
RAW = ("sent", "opened", "replied", "bounced")
EVENTS = (*RAW, "unsubscribed")
UNIQUE = ("unique_lead_count", "unique_open_count", "positive_replied")


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """The days, counted from the first one of a world, and everything else that a call may ask for."""
    first, last = sorted(draw(st.tuples(st.integers(-2, 14), st.integers(-2, 30))))
    few = st.lists(st.integers(0, 9), max_size=3).map(tuple)
    return {
        "first": first, "last": last, "zone": draw(st.sampled_from((None, *ZONES))),
        "offset_zone": draw(st.none() | st.sampled_from(OFFSETS)),
        "clients": draw(st.just(()) | few), "campaigns": draw(st.just(()) | few),
        "full_data": draw(st.sampled_from((None, "true", "true", "false"))),
        "limit": draw(st.none() | st.integers(1, 3)), "offset": draw(st.none() | st.integers(0, 2)),
        "is_bounced": draw(st.sampled_from((None, "true", "false"))),
    }  # fmt: skip


def query_of(path: str, office: Office, wanted: dict[str, Any]) -> dict[str, str]:
    """The query of a call: of what is wanted, what the operation takes."""

    def ids(known: Sequence[int], picks: Sequence[int]) -> str | None:
        return ",".join(str([*known, 999_999, 0][one % (len(known) + 2)]) for one in picks) or None

    found: dict[str, Any] = {"client_ids": ids(office.clients, wanted["clients"])}
    if path not in UNDATED:
        start = office.start.date()
        for name, number in (("start_date", wanted["first"]), ("end_date", wanted["last"])):
            found[name] = (start + timedelta(days=number)).isoformat()
        found["timezone"] = wanted["zone"]
        if path.endswith("by-sent-time"):
            found["timezone"] = wanted["offset_zone"] or wanted["zone"] or "UTC"
        if path != "client/overall-stats":
            found["campaign_ids"] = ids([*office.campaigns, *office.lost], wanted["campaigns"])
    if path in FULL_DATA:
        found["full_data"] = wanted["full_data"]
    if path in PAGED:
        found |= {"limit": wanted["limit"], "offset": wanted["offset"]}
    if path == "mailbox/name-wise-health-metrics":
        found["is_bounced"] = wanted["is_bounced"]
    if path == "overall-stats-v2" and wanted["full_data"] == "true":
        found["is_agency"] = "true"
    if path == "client/overall-stats":
        found["filter"] = "any"
    return {name: str(value) for name, value in found.items() if value is not None}


def expected(account: Account, path: str, asked: Asked) -> Json:
    """The whole answer."""
    message, count = OPERATIONS[path]
    return {"success": True, "message": message, "data": count(account, asked)}


def compare(api: Api, account: Account, path: str, query: dict[str, str], client_id: int | None = None) -> None:
    """To the last digit; keys that are missing differ, as do numbers and texts. Perhaps with the key of a client."""
    found = done(api.get(f"/analytics/{path}", params=query))
    wanted = expected(account, path, Asked(query, client_id))
    if found != wanted or repr(types_of(found)) != repr(types_of(wanted)):
        same({"query": query, path: found}, {"query": query, path: wanted})
        raise AssertionError((path, query, found, wanted))


def types_of(value: Any) -> Any:
    """A value with its types in place of its leaves; 1 and 1.0 are the same number, True is none."""
    if isinstance(value, dict):
        return {name: types_of(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [types_of(one) for one in value]
    return "number" if type(value) in (int, float) else type(value).__name__


# ------------------------------------------------------------------------------------------------ laws


def whole_life(api: Api, office: Office) -> Json:
    """Days that hold everything in any zone."""
    last = now(api).date() + timedelta(days=2)
    return {"start_date": (office.start.date() - timedelta(days=2)).isoformat(), "end_date": last.isoformat()}


def summed(rows: Sequence[Json], names: Sequence[str] = RAW) -> Counter[str]:
    """Figures that add up."""
    return Counter({name: sum(int(row[name]) for row in rows) for name in names})


def compare_partition(api: Api, zone: str, cuts: Sequence[date]) -> None:
    """The raw counts of parts of a range add up to those of the whole; unique ones do not exceed their sum."""
    spans = [(one, other - timedelta(days=1)) for one, other in itertools.pairwise(cuts)]
    first, last = spans[0][0], spans[-1][1]

    def served(start: date, end: date) -> Json:
        days = {"start_date": start.isoformat(), "end_date": end.isoformat(), "timezone": zone}
        found: Json = ask(api, "overall-stats-v2", **days, full_data="true")
        rows = [row["email_engagement_metrics"] for row in ask(api, "day-wise-overall-stats-by-sent-time", **days)]
        assert summed(rows) == summed([found])
        return found

    whole, parts = served(first, last), [served(*span) for span in spans]
    assert summed([whole]) == summed(parts)
    for name in UNIQUE:
        assert max(part[name] for part in parts) <= whole[name] <= sum(part[name] for part in parts), name


def compare_axes(api: Api, office: Office, zone: str) -> None:
    """Over the whole life, what is dated by events is what is dated by mails."""
    life = {**whole_life(api, office), "timezone": zone}
    by_event, by_mail = (
        summed([row["email_engagement_metrics"] for row in ask(api, path, **life)], EVENTS)
        for path in ("day-wise-overall-stats", "day-wise-overall-stats-by-sent-time")
    )
    assert by_event == by_mail
    assert by_event - Counter(unsubscribed=by_event["unsubscribed"]) == +summed([ask(api, "overall-stats-v2", **life)])


def compare_parts(api: Api, office: Office) -> None:
    """Clients and campaigns without one, campaigns, and mailboxes, have together what the account has."""
    life = whole_life(api, office)
    whole = ask(api, "overall-stats-v2", **life, full_data="true")
    names = (*RAW, *UNIQUE)
    assert summed(ask(api, "campaign/overall-stats", **life, full_data="true"), names) == summed([whole], names)
    for path in ("mailbox/domain-wise-health-metrics", "mailbox/name-wise-health-metrics"):
        assert summed(ask(api, path, **life)) == summed([whole])
    assert summed(ask(api, "mailbox/provider-wise-overall-performance", **life)["overall"]) == summed([whole])
    nobodys = [str(one["id"]) for one in ask(api, "campaign/list") if one["client_id"] is None]
    rows = [row["campaign_stats"] for row in ask(api, "client/overall-stats", **life, full_data="true")]
    if nobodys:
        rows.append(ask(api, "overall-stats-v2", **life, full_data="true", campaign_ids=",".join(nobodys)))
    others = [name for name in names if name != "bounced"]
    assert summed(rows, others) == summed([whole], others)


def compare_campaigns(api: Api, office: Office) -> None:
    """A campaign has the figures of its own page."""
    rows = {row["id"]: row for row in ask(api, "campaign/overall-stats", **whole_life(api, office), full_data="true")}
    for one in ask(api, "campaign/list"):
        own = done(api.get(f"/campaigns/{one['id']}/analytics"))
        names = {
            "sent": "sent_count", "replied": "reply_count", "bounced": "bounce_count",
            "unique_lead_count": "unique_sent_count", "unique_open_count": "unique_open_count",
        }  # fmt: skip
        row = rows.get(one["id"], dict.fromkeys(names, 0))
        assert {name: str(row[name]) for name in names} == {name: own[theirs] for name, theirs in names.items()}


def test_all_analytics_of_random_worlds(client: TestClient) -> None:
    """In random ranges, zones, filters and pages; and parts have together what the whole has."""

    @settings(max_examples=10)
    @given(
        plan=offices(), asked=st.lists(questions(), min_size=3, max_size=3), zone=st.sampled_from(ZONES),
        cuts=st.sets(st.integers(-1, 20), min_size=2, max_size=4),
    )  # fmt: skip
    def check(plan: OfficePlan, asked: list[dict[str, Any]], zone: str, cuts: set[int]) -> None:
        api = fresh(client)
        office = live(api, plan)
        account = office.account()
        client_id = office.clients[len(cuts) % 2]
        with_key = key_of(api, client_id)
        for path in OPERATIONS:
            for wanted in asked:
                compare(api, account, path, query_of(path, office, wanted))
            if path not in UNDATED:
                life = {**whole_life(api, office), "timezone": plan.zone}
                compare(api, account, path, {**life, **({"full_data": "true"} if path in FULL_DATA else {})})
                compare(with_key, account, path, life, client_id)
            compare(with_key, account, path, query_of(path, office, asked[0]), client_id)
        compare_partition(api, zone, [plan.start.date() + timedelta(days=one) for one in sorted(cuts)])
        compare_axes(api, office, zone)
        compare_parts(api, office)
        compare_campaigns(api, office)

    check()


# ------------------------------------------------------------------------------------------------ single cases


def team_of(api: Api) -> list[int | float]:
    """Seconds that each member takes to answer."""
    return [row["average_reply_time"] for row in ask(api, "team-board/overall-stats")]


def test_an_ignored_answer_has_no_time_either(api: Api) -> None:
    """Its mail counts as answered by a later answer only, to which nobody has written back."""
    campaign_id = mailed(api)
    react(api, campaign_id, "bob", "reply")
    assign(api, map_id(api, campaign_id))
    until(api, "02 13:00")
    ok_text(reply(api, campaign_id))
    assert team_of(api) == [3600]
    ok(api.patch("/master-inbox/ignore-reply", {"id": stats_id(api, campaign_id), "ignore_reply": True}))
    until(api, "02 14:00")
    react(api, campaign_id, "bob", "reply")
    assert team_of(api) == [0]


def test_an_automatic_answer_that_is_no_reply_has_no_time(api: Api) -> None:
    """Nor when its mail is answered later on."""
    no_reply = {"stop_lead_settings": "CLICK_ON_A_LINK", "out_of_office_detection_settings": {"ignoreOOOasReply": True}}
    campaign_id = mailed(api, settings=no_reply)
    react(api, campaign_id, "bob", "ooo")
    assign(api, map_id(api, campaign_id))
    until(api, "02 13:00")
    ok_text(reply(api, campaign_id))
    assert team_of(api) == [0]
    until(api, "02 14:00")
    react(api, campaign_id, "bob", "reply")
    assert team_of(api) == [0]


def test_no_time_until_a_reply_is_negative(api: Api) -> None:
    """A mail that came before the lead's first one does not become the answer to it."""
    freeze(api)
    account_id = box(api)
    receive(api, account_id, "bob@private.example")
    until(api, "02 10:00")
    campaign_id = launch(api, "bob", boxes=[account_id])
    until(api, "02 12:00")
    body = {
        "emailCampaignId": campaign_id, "leadMapId": map_id(api, campaign_id),
        "untrackedReplyId": untracked(api)[0]["id"],
    }  # fmt: skip
    assert api.post("/master-inbox/untracked-replies/associate-to-lead", body).status_code == 400
    assert set(ask(api, "campaign/lead-to-reply-time").values()) == {"0d 0h 0m 0s"}


def test_months_of_two_years_are_not_one(api: Api) -> None:
    """The same name comes twice, the newer year first."""
    freeze(api)
    client_of(api, "ann")
    for day in ("2027-03-01", "2027-03-31", "2027-04-01"):
        ok(api.control("PUT", "/clock", {"mode": "frozen", "now": f"{day}T00:00:00Z"}))
        client_of(api, day)
    months = [("April", "1"), ("March", "2"), ("March", "1")]
    assert [(row["month"], row["count"]) for row in ask(api, "client/month-wise-count")] == months

"""Figures of campaigns, clients, the account and its leads: each by its definition, in worlds one can count."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics import FULL, answer, ask, client_of, data, first_week, key_of
from tests.conftest import Api
from tests.sending import box, equip, freeze, launch, mails, of_lead, ok, react, step, steps, until

COUNTS = {"sent": 5, "opened": 2, "replied": 3, "bounced": 1}
WHOLE = {
    **COUNTS, "unique_lead_count": 4, "unique_open_count": 2, "positive_replied": 1, "open_rate": "50.00%",
    "reply_rate": "150.00%", "positive_reply_rate": "33.33%", "bounce_rate": "25.00%",
}  # fmt: skip
NOTHING = {name: "0.00%" if name.endswith("_rate") else 0 for name in WHOLE}


def categorise(api: Api, campaign_id: int, lead: str, category_id: int | None) -> None:
    ok(api.post(f"{of_lead(api, campaign_id, lead)}/category", {"category_id": category_id}))


def answer_by_hand(api: Api, campaign_id: int, lead: str) -> None:
    """Answer what the lead wrote last, now."""
    mail = mails(api, campaign_id, "REPLY", lead)[-1]
    named = {"email_stats_id": mail["stats_id"], "reply_message_id": mail["message_id"], "email_body": "<p>Hi</p>"}
    assert api.post(f"/campaigns/{campaign_id}/reply-email-thread", named).status_code == 200


def test_figures_of_campaigns(api: Api) -> None:
    """Raw counts by default, all with full_data; a campaign that sent nothing in the range has no row."""
    campaign_id = first_week(api)
    api.campaign(name="Idle")
    head = {"id": campaign_id, "campaign_name": "Untitled Campaign"}
    name = ok(api.get(f"/campaigns/{campaign_id}"))["name"]
    head["campaign_name"] = name
    assert ask(api, "campaign/overall-stats") == [{**head, **COUNTS}]
    assert ask(api, "campaign/overall-stats", full_data="false") == [{**head, **COUNTS}]
    assert ask(api, "campaign/overall-stats", **FULL) == [{**head, **WHOLE}]
    assert ask(api, "campaign/overall-stats", start_date="2026-03-06") == []


def test_figures_of_the_account(api: Api) -> None:
    """The same as of its only campaign; zeros and 0.00% without a mail."""
    assert ask(api, "overall-stats-v2", **FULL) == NOTHING
    first_week(api)
    assert ask(api, "overall-stats-v2") == COUNTS
    assert ask(api, "overall-stats-v2", is_agency="true", **FULL) == WHOLE
    assert ask(api, "overall-stats-v2", start_date="2026-03-06", **FULL) == NOTHING


def test_what_became_of_a_mail_counts_on_its_day(api: Api) -> None:
    """Bob's refusal of Thursday is of Wednesday's mail; a lead is counted once in any range that has a mail to it."""
    first_week(api)
    monday = ask(api, "overall-stats-v2", start_date="2026-03-02", end_date="2026-03-02", **FULL)
    wednesday = ask(api, "overall-stats-v2", start_date="2026-03-04", end_date="2026-03-04", **FULL)
    assert [monday[name] for name in ("sent", "replied", "unique_lead_count", "unique_open_count")] == [4, 2, 4, 2]
    assert [wednesday[name] for name in ("sent", "replied", "unique_lead_count", "unique_open_count")] == [1, 1, 1, 0]
    assert wednesday["reply_rate"] == "100.00%", "without an open, of the leads"


def test_only_mails_of_a_sequence_count(api: Api) -> None:
    """Answers by hand, deleted steps and leads that were taken out are in no figure."""
    campaign_id = first_week(api)
    answer_by_hand(api, campaign_id, "ann")
    assert ask(api, "overall-stats-v2", **FULL) == WHOLE
    assert api.delete(of_lead(api, campaign_id, "ann")).status_code == 200
    left = ask(api, "overall-stats-v2", **FULL)
    assert [left[name] for name in ("sent", "opened", "replied", "positive_replied")] == [4, 1, 2, 0]
    saved = ok(api.get(f"/campaigns/{campaign_id}/sequences"))[0]
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [{**step(), "id": saved["id"]}]}))
    assert ask(api, "overall-stats-v2")["sent"] == 3
    ok(api.delete(f"/campaigns/{campaign_id}"))
    assert ask(api, "overall-stats-v2", **FULL) == NOTHING


def test_halves_are_rounded_up(api: Api) -> None:
    """1 of 8 is 12.50%, 1 of 16 is 6.25%, 3 of 7 is 42.86%, 1 of 32 would need three decimals: 3.13%."""
    freeze(api)
    leads = [f"lead{n}" for n in range(32)]
    campaign_id = launch(api, *leads, min_time_btw_emails=3)
    until(api, "03 00:00")
    react(api, campaign_id, "lead0", "open")
    found = ask(api, "overall-stats-v2", **FULL)
    assert (found["sent"], found["open_rate"]) == (32, "3.13%")


def test_responses_by_sentiment(api: Api) -> None:
    """Answered mails by the category that the lead has now; a campaign without any has a row of zeros."""
    campaign_id, idle = first_week(api), api.campaign()
    rows = {row["email_campaign_id"]: row for row in ask(api, "campaign/response-stats")}
    assert list(rows) == [idle, campaign_id]
    assert set(rows[idle].values()) == {idle, rows[idle]["email_campaign_name"], 0}
    counts = {
        "leads_contacted": 4, "not_replied": 1, "total_response": 3, "total_unique_response": 3,
        "unrecognised_response": 1, "total_positive_response": 1, "total_negative_response": 1,
        "total_neutral_response": 0,
    }  # fmt: skip
    assert {name: rows[campaign_id][name] for name in counts} == counts
    categorise(api, campaign_id, "ann", 6)
    categorise(api, campaign_id, "cyd", 7)
    [row] = ask(api, "campaign/response-stats", campaign_ids=campaign_id)
    now = [row[f"total_{sentiment}_response"] for sentiment in ("positive", "negative", "neutral")]
    assert (now, row["unrecognised_response"]) == ([0, 2, 1], 0)


def test_every_answered_mail_is_a_response(api: Api) -> None:
    """A lead that answers two mails gives two responses, and is one lead."""
    freeze(api)
    campaign_id = launch(api, "ann", sequence=steps(0, 1), settings={"stop_lead_settings": "CLICK_ON_A_LINK"})
    until(api, "03 12:00")
    for number in (1, 2):
        react(api, campaign_id, "ann", "reply-interested", step=number)
    [row] = ask(api, "campaign/response-stats")
    named = ("leads_contacted", "not_replied", "total_response", "total_unique_response", "total_positive_response")
    assert [row[name] for name in named] == [1, 0, 2, 1, 2]
    assert ask(api, "overall-stats-v2", **FULL)["positive_replied"] == 1


def test_campaigns_by_status(api: Api) -> None:
    """A text for a status that campaigns have, the number 0 for one that none has, in the documented order."""
    first_week(api)
    api.campaign(), api.campaign()
    rows = ask(api, "campaign/status-stats")
    assert [(row["status"], row["total_count"]) for row in rows] == [
        ("Active", 0), ("Paused", 0), ("Drafted", "2"), ("Completed", "1"), ("Stopped", 0),
        ("Campaigns with Smart Servers", 0),
    ]  # fmt: skip


def test_list_of_campaigns(api: Api) -> None:
    """All campaigns, newest first, whatever they have sent."""
    freeze(api)
    client_id = client_of(api, "one")
    old, new = api.campaign(name="Old"), api.campaign(name="New", client_id=client_id)
    user = ok(api.get("/campaigns/"))[0]["user_id"]
    plain = {"user_id": user, "created_at": "2026-03-02T09:00:00.000Z", "status": "DRAFTED"}
    assert ask(api, "campaign/list") == [
        {"id": new, "name": "New", "client_id": client_id, **plain},
        {"id": old, "name": "Old", "client_id": None, **plain},
    ]
    assert [row["id"] for row in ask(api, "campaign/list", client_ids=client_id)] == [new]


def test_follow_ups(api: Api) -> None:
    """Mails that are not of a first step; the average is over campaigns that sent one."""
    found = data(api, "campaign/follow-up-reply-rate")
    assert found["followup_stats"]["avg_followups_per_campaign"] == 0
    first_week(api)
    other = equip(api, api.campaign(), "eve", "fay", "gil", sequence=steps(0, 0))
    until(api, "06 16:00")
    react(api, other, "eve", "reply", step=1)
    found = data(api, "campaign/follow-up-reply-rate")
    assert found == {
        "followup_reply_rate": "25.00%",
        "followup_stats": {
            "total_followups": 4, "followup_replies": 1, "followup_reply_rate": "25.00%",
            "avg_followups_per_campaign": 2,
        },
    }  # fmt: skip


def test_time_to_the_first_reply(api: Api) -> None:
    """From a lead's first mail to its first answer; of an even number of leads the mean of the middle two."""
    assert set(ask(api, "campaign/lead-to-reply-time").values()) == {"0d 0h 0m 0s"}
    first_week(api)
    # ann 3 h, cyd 2 h 40 min, bob from Monday 09:10 to Thursday 12:00: 3 d 2 h 50 min
    assert ask(api, "campaign/lead-to-reply-time") == {
        "average_time_diff": "1d 2h 50m 0s", "median_time_diff": "0d 3h 0m 0s",
    }  # fmt: skip
    later = ask(api, "campaign/lead-to-reply-time", start_date="2026-03-04")
    assert set(later.values()) == {"0d 0h 0m 0s"}, "bob's first mail is of Monday"


def test_leads_until_the_first_reply(api: Api) -> None:
    """Leads mailed up to the moment of the first answer, on average over campaigns with one, rounded up."""
    assert ask(api, "campaign/leads-take-for-first-reply") == 0
    freeze(api)
    one = launch(api, "ann", "bob", "cyd")
    two = launch(api, "dan", "eve")
    until(api, "02 09:10")
    react(api, one, "ann", "reply")
    until(api, "02 12:00")
    assert ask(api, "campaign/leads-take-for-first-reply") == 2
    react(api, two, "eve", "reply")
    react(api, one, "cyd", "reply")
    assert ask(api, "campaign/leads-take-for-first-reply", campaign_ids=two) == 2
    three = launch(api, "fay", "gil", "hal")
    until(api, "02 16:00")
    react(api, three, "hal", "reply")
    assert ask(api, "campaign/leads-take-for-first-reply") == 3, "(2 + 2 + 3) / 3 is more than 2"


def test_new_and_followed_leads(api: Api) -> None:
    """A lead that got both kinds of mails is in both counts; shares are whole percent."""
    nothing = {"count": {"total": 0, "new": 0, "follow_up": 0}, "percentage": {"new": "0%", "follow_up": "0%"}}
    assert ask(api, "lead/overall-stats") == nothing
    first_week(api)
    assert ask(api, "lead/overall-stats") == {
        "count": {"total": 5, "new": 4, "follow_up": 1}, "percentage": {"new": "80%", "follow_up": "20%"},
    }  # fmt: skip
    later = ask(api, "lead/overall-stats", start_date="2026-03-03")
    assert later["count"] == {"total": 1, "new": 0, "follow_up": 1}


def test_responses_by_category(api: Api) -> None:
    """Those without a category first and without a sentiment, then the most frequent; none is shown with 0."""
    filters = [{"sentiment_type": one} for one in ("positive", "neutral", "negative")]
    empty = ask(api, "lead/category-wise-response")
    assert empty == {"filter": filters, "leadResponseGrouping": []}
    campaign_id = first_week(api)
    categorise(api, campaign_id, "ann", 3)
    rows = ask(api, "lead/category-wise-response")["leadResponseGrouping"]
    assert rows == [
        {"total_response": 1, "name": "Uncategorized", "percentage": "33.33%"},
        {"total_response": 2, "name": "Not Interested", "sentiment_type": "negative", "percentage": "66.67%"},
    ]
    categorise(api, campaign_id, "cyd", 3)
    [row] = ask(api, "lead/category-wise-response")["leadResponseGrouping"]
    assert row["percentage"] == "100%"
    categorise(api, campaign_id, "cyd", 6)
    categorise(api, campaign_id, "bob", 1)
    rows = ask(api, "lead/category-wise-response")["leadResponseGrouping"]
    assert [row["name"] for row in rows] == ["Interested", "Not Interested", "Out Of Office"], "ties by id"


def test_figures_of_clients(api: Api) -> None:
    """Every client has a row, with the count of all its campaigns; there are no bounces in it."""
    freeze(api)
    idle, busy = client_of(api, "idle"), client_of(api, "busy")
    first_week(api, busy)
    api.campaign(client_id=busy)
    rows = ask(api, "client/overall-stats", **FULL)
    named = [name for name in WHOLE if not name.startswith("bounce")]
    assert rows == [
        {"client_id": idle, "client_name": "idle", "total_campaigns_count": "0",
         "campaign_stats": {**{name: NOTHING[name] for name in named}, "client_health": "0.00%"}},
        {"client_id": busy, "client_name": "busy", "total_campaigns_count": "2",
         "campaign_stats": {**{name: WHOLE[name] for name in named}, "client_health": "25.00%"}},
    ]  # fmt: skip
    assert ask(api, "client/overall-stats", filter="any")[1]["campaign_stats"] == {"sent": 5, "opened": 2, "replied": 3}
    assert [row["client_id"] for row in ask(api, "client/overall-stats", limit=1, offset=1)] == [busy]


def test_clients_and_their_months(api: Api) -> None:
    """Clients by id; those of a month of UTC, newest first, a month without any left out, years never mixed."""
    assert ask(api, "client/month-wise-count") == []
    freeze(api)
    first = client_of(api, "one")
    until(api, "31 23:59")
    client_of(api, "two")
    ok(api.control("POST", "/clock/advance", {"to": "2026-05-01T00:00:00Z"}))
    client_of(api, "three")
    ok(api.control("POST", "/clock/advance", {"to": "2027-03-01T00:00:00Z"}))
    client_of(api, "four")
    months = [(row["month"], row["count"]) for row in ask(api, "client/month-wise-count")]
    assert months == [("March", "1"), ("May", "1"), ("March", "2")]
    [row] = ask(api, "client/list", client_ids=first)
    [known] = [one for one in ok(api.get("/client/")) if one["id"] == first]
    assert row == {name: value for name, value in known.items() if name != "client_permission"}
    assert [one["name"] for one in ask(api, "client/list")] == ["one", "two", "three", "four"]


@pytest.mark.parametrize("path", ["campaign/overall-stats", "client/overall-stats", "mailbox/name-wise-health-metrics"])
def test_pages_follow_on_each_other(api: Api, path: str) -> None:
    """All rows without a limit; pages of one are the list."""
    freeze(api)
    for n in range(3):
        equip(api, api.campaign(client_id=client_of(api, f"client{n}")), f"lead{n}", boxes=[box(api, f"box{n}")])
    until(api, "03 00:00")
    whole: list[Any] = ask(api, path)
    assert len(whole) == 3
    assert [ask(api, path, limit=1, offset=n)[0] for n in range(3)] == whole
    assert ask(api, path, offset=2) == whole[2:]
    assert ask(api, path, limit=9, offset=3) == []


def test_messages(api: Api) -> None:
    """The texts of the documents, whether or not there is something to tell."""
    texts = {
        "campaign/list": "Campaign list fetched successfully!",
        "overall-stats-v2": "Overall Stats fetched successfully!",
        "campaign/response-stats": "Campaign wise response stats",
        "mailbox/overall-stats": "Overall mailbox stats fetched successfully!",
        "team-board/overall-stats": "Team board overall stats fetched successfully",
    }
    for path, text in texts.items():
        found = answer(api, path)
        assert (found["success"], found["message"]) == (True, text)


def test_the_team(api: Api) -> None:
    """Leads and campaigns of a member now; rates are numbers; the time is that from a reply to the answer by hand."""
    campaign_id = first_week(api)
    [owner] = ask(api, "team-board/overall-stats")
    assert {name: value for name, value in owner.items() if value} == {"id": owner["id"], "name": "Account Owner"}
    for lead in ("ann", "bob", "cyd"):
        map_id = api.row(campaign_id, f"{lead}@leads.example")["campaign_lead_map_id"]
        ok(api.post("/master-inbox/update-team-member", {"email_lead_map_id": map_id, "team_member_id": owner["id"]}))
    until(api, "05 12:30")
    answer_by_hand(api, campaign_id, "bob")
    [row] = ask(api, "team-board/overall-stats")
    assert row == {
        "id": owner["id"], "name": "Account Owner", "profile_pic_url": None, "lead_count": 3, "campaign_count": 1,
        "reply_count": 3, "positive_reply_count": 1, "reply_rate": 100, "positive_reply_rate": 33.33,
        "average_reply_time": 1800, "unique_open_count": 2,
    }  # fmt: skip
    until(api, "05 13:30")
    answer_by_hand(api, campaign_id, "bob")
    assert ask(api, "team-board/overall-stats")[0]["average_reply_time"] == 1800, "a reply is answered once"
    [row] = ask(api, "team-board/overall-stats", start_date="2026-03-06")
    assert [row[name] for name in ("lead_count", "reply_count", "average_reply_time")] == [3, 0, 0]


def test_a_key_sees_its_client_only(api: Api) -> None:
    """Everything is narrowed to what is the client's, filters or not."""
    freeze(api)
    own, other = client_of(api, "own"), client_of(api, "other")
    mine = first_week(api, own)
    theirs = equip(api, api.campaign(client_id=other), "zoe", boxes=[box(api, "zoe", client_id=other)])
    until(api, "06 12:00")
    key = key_of(api, own)
    assert [row["id"] for row in ask(key, "campaign/list")] == [mine]
    assert ask(key, "overall-stats-v2", **FULL) == WHOLE
    assert ask(key, "overall-stats-v2", campaign_ids=theirs)["sent"] == 0
    assert ask(key, "overall-stats-v2", client_ids=other)["sent"] == 0
    assert [row["id"] for row in ask(key, "client/list")] == [own]
    assert [row["client_id"] for row in ask(key, "client/overall-stats")] == [own]
    assert ask(key, "client/list", client_ids=other) == []
    (account,) = api.get(f"/campaigns/{mine}/email-accounts").json()
    assert ask(key, "mailbox/name-wise-health-metrics") == []  # the mailbox is the account's
    assert ask(key, "mailbox/overall-stats")["total_connected"] == 0
    ok(api.post(f"/email-accounts/{account['id']}", {"client_id": own}))
    assert [row["from_email"] for row in ask(key, "mailbox/name-wise-health-metrics")] == [account["from_email"]]
    assert ask(key, "mailbox/overall-stats")["total_connected"] == 1

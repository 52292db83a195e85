"""Figures that do not follow from what happened."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("statistics")
_ANALYTICS = "GET /campaigns/{campaign}/analytics"


@SHELF.answers(_ANALYTICS, why="S1:1418: sent_count is the number of mails that were sent")
def sent_counts_replies(call: Call) -> None:
    """The number of mails sent has the answers in it."""
    call.json["sent_count"] = str(int(call.json["sent_count"]) + int(call.json["reply_count"]))


@SHELF.calls("GET /analytics/campaign/overall-stats", why="opened is the number of mails that were (analytics.yaml)")
async def every_open_counts(call: Call) -> Answer:
    """In the figures of all campaigns a mail that was opened three times counts three times."""
    answer = await call.go()
    data = answer.json.get("data", {}) if isinstance(answer.json, dict) else {}
    for row in data.get("campaign_wise_performance", []):
        found = await call.read(f"/campaigns/{row['id']}/statistics")
        if row["opened"] and isinstance(found, dict) and "data" in found:
            row["opened"] = max(row["opened"], sum(mail["open_count"] for mail in found["data"]))
    return answer.sealed()


@SHELF.answers(_ANALYTICS, why="unique_open_count is the number of leads that opened (S1:1418)")
def unique_opens_are_opens(call: Call) -> None:
    """The number of leads that opened is the number of times that mails were opened."""
    call.json["unique_open_count"] = call.json["open_count"]


@SHELF.answers(_ANALYTICS, why="unique_sent_count is the number of leads that got a mail (S1:1418)")
def leads_counted_by_mail(call: Call) -> None:
    """The number of leads that got mails is the number of mails."""
    call.json["unique_sent_count"] = call.json["sent_count"]


@SHELF.calls(
    "GET /campaigns/{campaign}/leads", "DELETE /campaigns/{campaign}/leads/{lead}",
    why="total_leads counts the rows that are there (S1:1333)",
)  # fmt: skip
async def total_counts_deleted_leads(call: Call) -> Answer:
    """The number of leads of a campaign does not fall when one is deleted."""
    deleted = call.memory.setdefault("deleted", {})
    campaign = call.request.ids["campaign"]
    answer = await call.go()
    if call.request.method == "DELETE":
        deleted[campaign] = deleted.get(campaign, 0) + (answer.status == 200)
    elif answer.status == 200 and "status" not in {name for name, _ in call.request.query}:
        answer.json["total_leads"] = str(int(answer.json["total_leads"]) + deleted.get(campaign, 0))
    return answer.sealed()


@SHELF.answers("GET /campaigns/{campaign}/sequence-analytics", why="figures belong to their step (R1)")
def steps_change_places(call: Call) -> None:
    """The first two steps of a campaign have each other's answers."""
    first, second = call.rows[:2]
    first["reply_count"], second["reply_count"] = second["reply_count"], first["reply_count"]


@SHELF.answers(_ANALYTICS, why="S0:167: a lead is counted under its status")
def paused_leads_not_counted(call: Call) -> None:
    """Paused leads are counted as in progress."""
    stats = call.json["campaign_lead_stats"]
    stats["inprogress"] += stats["paused"]
    stats["paused"] = 0


@SHELF.asks(
    "GET /analytics/overall-stats-v2", "GET /analytics/campaign/overall-stats", why="campaign_ids filters (analytics)"
)
def campaign_filter_of_analytics_ignored(request: Request) -> None:
    """Figures of some campaigns are those of all."""
    request.drop("campaign_ids")


@SHELF.answers("GET /analytics/campaign/status-stats", why="each status has its own number (analytics.yaml)")
def stopped_counted_as_paused(call: Call) -> None:
    """Stopped campaigns are counted as paused."""
    rows = {row["status"]: row for row in call.json["data"]["campaign_status_stats"]}
    rows["Paused"]["total_count"], rows["Stopped"]["total_count"] = (
        str(int(rows["Paused"]["total_count"]) + int(rows["Stopped"]["total_count"])), 0,
    )  # fmt: skip


@SHELF.answers("GET /campaigns/{campaign}/mailbox-statistics", why="figures are the mailbox's own (R)")
def second_mailbox_gets_all_bounces(call: Call) -> None:
    """A campaign's bounces are all counted for its last mailbox."""
    bounces = sum(row["bounce_count"] for row in call.rows)
    for row in call.rows:
        row["bounce_count"] = bounces if row is call.rows[-1] else 0


@SHELF.answers("GET /campaigns/{campaign}/mailbox-statistics", why="reply_count is the number of answered mails (R)")
def reply_counted_twice(call: Call) -> None:
    """A mailbox's answers are counted twice."""
    for row in call.rows:
        row["reply_count"] *= 2


@SHELF.answers("GET /campaigns/{campaign}/leads-export", why="S1:1176: open_count is what the statistics say")
def export_swaps_opens_and_clicks(call: Call) -> None:
    """The exported file has opens under clicks, and clicks under opens."""
    head, _, rest = call.answer.text.partition("\n")
    call.answer.text = head.replace("open_count,click_count", "click_count,open_count") + "\n" + rest


@SHELF.answers("GET /analytics/lead/overall-stats", why="new and follow-up mails are told apart (analytics.yaml)")
def follow_ups_counted_as_new(call: Call) -> None:
    """Follow-ups are counted as mails to new leads."""
    count = call.json["data"]["lead_stats"]["count"]
    count["new"], count["follow_up"] = count["total"], 0

"""What the API tells of all campaigns: their list, their figures, their replies, and how long these take."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.analytics import figures, replies, rules, selection, views
from mock_server.families.leads.rules import CATEGORIES
from mock_server.families.statistics.rules import number

_STATUSES = {
    "Active": "ACTIVE", "Paused": "PAUSED", "Drafted": "DRAFTED", "Completed": "COMPLETED", "Stopped": "STOPPED",
}  # fmt: skip
#: sentiment of the category of a lead; None without one
_RESPONSES = {
    "unrecognised_response": None, "total_positive_response": "positive", "total_negative_response": "negative",
    "total_neutral_response": "neutral",
}  # fmt: skip
_SENTIMENTS = {category_id: sentiment for category_id, _, sentiment, _ in CATEGORIES}


@operation("analytics_campaign_list", long=True)
def analytics_campaign_list(ctx: Context, params: inputs.AnalyticsCampaignListParams) -> Reply:
    """The campaigns, newest first (R1)."""
    shown = [views.campaign(row, ctx.workspace.user_id) for row in selection.campaigns(ctx, params)]
    return views.answer("Campaign list fetched successfully!", campaign_list=shown)


@operation("analytics_campaign_overall_stats", long=True)
def analytics_campaign_overall_stats(ctx: Context, params: inputs.AnalyticsCampaignOverallStatsParams) -> Reply:
    """The figures of each campaign that sent a mail in the range (R1; full_data: C:stats-scripts)."""
    of, whole = selection.selected(ctx, params), params["full_data"] == "true"
    found = figures.by_campaign(ctx, of, whole=whole)
    shown = [
        {"id": row["id"], "campaign_name": row["name"]}
        | views.figures(found[row["id"]], views.WHOLE if whole else views.MAILS)
        for row in of.campaigns
        if found[row["id"]].sent
    ]
    message = "Campaign wise performance fetched successfully!"
    return views.answer(message, campaign_wise_performance=views.page(params, shown))


@operation("analytics_campaign_response_stats", long=True)
def analytics_campaign_response_stats(ctx: Context, params: inputs.AnalyticsCampaignResponseStatsParams) -> Reply:
    """The answers to the mails of each campaign, by the sentiment of the lead's category (R1)."""
    of = selection.selected(ctx, params)
    leads = figures.leads_of_campaigns(ctx, of)
    mails: dict[int, Counter[str | None]] = {campaign_id: Counter() for campaign_id in of.ids}
    people: Counter[int] = Counter()
    for row in figures.answers(ctx, of, "campaign_id"):
        mails[row["holder"]][_SENTIMENTS.get(row["category_id"])] += row["mails"]
        people[row["holder"]] += row["leads"]
    shown: list[dict[str, Any]] = []
    for row in of.campaigns:
        found, contacted = mails[row["id"]], leads[row["id"]]
        shown.append({
            "email_campaign_id": row["id"], "email_campaign_name": row["name"], "leads_contacted": contacted,
            "not_replied": max(0, contacted - found.total()), "total_response": found.total(),
            "total_unique_response": people[row["id"]],
            **{name: found[sentiment] for name, sentiment in _RESPONSES.items()},
        })  # fmt: skip
    return views.answer("Campaign wise response stats", campaign_wise_response_stats=shown)


@operation("analytics_campaign_status_stats", long=True)
def analytics_campaign_status_stats(ctx: Context, params: inputs.AnalyticsCampaignStatusStatsParams) -> Reply:
    """How many campaigns have each status: a text unless it is 0; nobody has Smart Servers (R1)."""
    found = Counter(row["status"] for row in selection.campaigns(ctx, params))
    counts: dict[str, str | int] = {name: str(found[word]) if found[word] else 0 for name, word in _STATUSES.items()}
    counts["Campaigns with Smart Servers"] = 0
    shown = [{"status": name, "total_count": count} for name, count in counts.items()]

    def plain() -> dict[str, Any]:
        return {"statuses": [{"status": word, "count": found[word]} for word in _STATUSES.values()]}

    return views.answer("Campaign status stats", plain, campaign_status_stats=shown)


@operation("analytics_campaign_follow_up_reply_rate", long=True)
def analytics_campaign_follow_up_reply_rate(
    ctx: Context, params: inputs.AnalyticsCampaignFollowUpReplyRateParams
) -> Reply:
    """The mails that are not of a first step, and those of them that were answered (R1)."""
    of = selection.selected(ctx, params)
    later = [row for row in figures.by_step(ctx, of) if of.steps[row["step_id"]] > 1 and row["sent"]]
    sent, replied = (sum(row[name] for row in later) for name in ("sent", "replied"))
    rate = rules.rate(replied, sent)
    stats = {
        "total_followups": sent,
        "followup_replies": replied,
        "followup_reply_rate": rate,
        "avg_followups_per_campaign": number(sent, len({row["campaign_id"] for row in later})),
    }
    message = "Follow-up reply rate stats fetched successfully!"
    return views.answer(message, followup_reply_rate=rate, followup_stats=stats)


@operation("analytics_campaign_lead_to_reply_time", long=True)
def analytics_campaign_lead_to_reply_time(ctx: Context, params: inputs.AnalyticsCampaignLeadToReplyTimeParams) -> Reply:
    """How long leads whose first mail is of the range take from it to their first answer (S4, R1)."""
    took = replies.times_to_first(ctx, selection.selected(ctx, params))
    times = {
        "average_time_diff": rules.duration(rules.mean(took)),
        "median_time_diff": rules.duration(rules.median(took)),
    }
    return views.answer("Lead to reply time stats fetched successfully!", lead_to_reply_time=times)


@operation("analytics_campaign_leads_take_for_first_reply", long=True)
def analytics_campaign_leads_take_for_first_reply(
    ctx: Context, params: inputs.AnalyticsCampaignLeadsTakeForFirstReplyParams
) -> Reply:
    """How many leads a campaign has mailed when its first answer comes, on average (R1)."""
    counts = replies.leads_until_first(ctx, selection.selected(ctx, params))
    needed = rules.rounded_up(sum(counts), len(counts))
    return views.answer("First reply stats fetched successfully!", leads_take_for_first_reply=needed)

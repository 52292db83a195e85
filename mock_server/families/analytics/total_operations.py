"""What the API tells of the account as a whole: its mails, and its leads by step and by category."""

from __future__ import annotations

from collections import Counter

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.analytics import figures, rules, selection, views
from mock_server.families.leads.rules import CATEGORIES

_SENTIMENTS = ("positive", "neutral", "negative")


@operation("analytics_overall_stats_v2", long=True)
def analytics_overall_stats_v2(ctx: Context, params: inputs.AnalyticsOverallStatsV2Params) -> Reply:
    """The figures of all campaigns together (R1; full_data inferred)."""
    of, whole = selection.selected(ctx, params), params["full_data"] == "true"
    together = rules.total(figures.by_campaign(ctx, of, whole=whole).values())
    shown = views.figures(together, views.WHOLE if whole else views.MAILS)
    return views.answer("Overall Stats fetched successfully!", overall_stats=shown)


@operation("analytics_lead_overall_stats", long=True)
def analytics_lead_overall_stats(ctx: Context, params: inputs.AnalyticsLeadOverallStatsParams) -> Reply:
    """Leads that got a first mail in the range, and leads that got a later one; many got both (R1)."""
    new, later = figures.new_and_followed(ctx, selection.selected(ctx, params))
    both = new + later
    stats = {
        "count": {"total": both, "new": new, "follow_up": later},
        "percentage": {"new": rules.whole_rate(new, both), "follow_up": rules.whole_rate(later, both)},
    }
    return views.answer("Lead stats fetched successfully", lead_stats=stats)


@operation("analytics_lead_category_wise_response", long=True)
def analytics_lead_category_wise_response(
    ctx: Context, params: inputs.AnalyticsLeadCategoryWiseResponseParams
) -> Reply:
    """The answered mails of the range by the category of their leads; those without one come first (R1)."""
    mails: Counter[int | None] = Counter()
    for row in figures.answers(ctx, selection.selected(ctx, params), "campaign_id"):
        mails[row["category_id"]] += row["mails"]
    together = mails.total()
    known = [(mails[one], {"name": name, "sentiment_type": sentiment}) for one, name, sentiment, _ in CATEGORIES]
    ordered = [(mails[None], {"name": "Uncategorized"}), *sorted(known, key=lambda one: -one[0])]
    rows = [
        {"total_response": count, **named, "percentage": rules.trimmed_rate(count, together)}
        for count, named in ordered
        if count
    ]
    grouped = {"filter": [{"sentiment_type": one} for one in _SENTIMENTS], "leadResponseGrouping": rows}
    return views.answer("Category-wise responses fetched successfully!", lead_responses_by_category=grouped)

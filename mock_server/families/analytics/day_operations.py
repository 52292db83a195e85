"""What the API tells of the account day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.analytics import figures, selection, views
from mock_server.families.analytics.selection import Selection
from mock_server.families.statistics.rules import Span

_MOMENTS: Mapping[str, figures.Moment] = {
    "opened": "opened_at", "replied": "replied_at", "bounced": "bounced_at", "unsubscribed": "unsubscribed_at",
}  # fmt: skip
_OF_DAY = (*views.MAILS, "unsubscribed", "positive_replied", "unique_lead_reached")
#: metric -> its figure on each of some days
_Metrics = Mapping[str, Sequence[int]]


def _day_wise(
    ctx: Context, params: Mapping[str, Any], message: str, metrics: Callable[[Selection, Sequence[Span]], _Metrics]
) -> Reply:
    of = selection.selected(ctx, params)
    days = selection.days_of(params)
    found = metrics(of, [span for _, span in days])
    of_days = [
        (date, dict(zip(found, values, strict=True)))
        for (date, _), values in zip(days, zip(*found.values(), strict=True), strict=True)
    ]
    shown = [views.day(date, figures) for date, figures in of_days]

    def flat() -> dict[str, Any]:
        return {"days": [{"date": date.isoformat(), **figures} for date, figures in of_days]}

    return views.answer(message, flat, day_wise_stats=shown)


@operation("analytics_day_wise_overall_stats", long=True)
def analytics_day_wise_overall_stats(ctx: Context, params: inputs.AnalyticsDayWiseOverallStatsParams) -> Reply:
    """Each figure on the day of its own event (DESIGN §7; R1)."""

    def metrics(of: Selection, days: Sequence[Span]) -> _Metrics:
        happened = {name: figures.happened(ctx, of, moment, days) for name, moment in _MOMENTS.items()}
        return {"sent": figures.sent(ctx, of, days), **happened}

    return _day_wise(ctx, params, "Email engagement stats fetched successfully!", metrics)


@operation("analytics_day_wise_overall_stats_by_sent_time", long=True)
def analytics_day_wise_overall_stats_by_sent_time(
    ctx: Context, params: inputs.AnalyticsDayWiseOverallStatsBySentTimeParams
) -> Reply:
    """Each figure on the day of the mail (R1)."""

    def metrics(of: Selection, days: Sequence[Span]) -> _Metrics:
        found = figures.of_days(ctx, of, days)
        positive = figures.positive_of_days(ctx, of, "at", days)
        shown = [
            views.figures(replace(one, positive=count), _OF_DAY) for one, count in zip(found, positive, strict=True)
        ]
        return {name: [one[name] for one in shown] for name in _OF_DAY}

    return _day_wise(ctx, params, "Day-wise overall stats by sent time fetched successfully!", metrics)


@operation("analytics_day_wise_positive_reply_stats", long=True)
def analytics_day_wise_positive_reply_stats(
    ctx: Context, params: inputs.AnalyticsDayWisePositiveReplyStatsParams
) -> Reply:
    """Leads who gave a positive answer, on the day of the answer (R1)."""

    def metrics(of: Selection, days: Sequence[Span]) -> _Metrics:
        return {"positive_replied": figures.positive_of_days(ctx, of, "replied_at", days)}

    return _day_wise(ctx, params, "Email engagement stats fetched successfully!", metrics)


@operation("analytics_day_wise_positive_reply_stats_by_sent_time", long=True)
def analytics_day_wise_positive_reply_stats_by_sent_time(
    ctx: Context, params: inputs.AnalyticsDayWisePositiveReplyStatsBySentTimeParams
) -> Reply:
    """Leads who gave a positive answer, on the day of the mail that they answered (R1)."""

    def metrics(of: Selection, days: Sequence[Span]) -> _Metrics:
        return {"positive_replied": figures.positive_of_days(ctx, of, "at", days)}

    return _day_wise(ctx, params, "Day-wise positive reply stats by sent time fetched successfully!", metrics)

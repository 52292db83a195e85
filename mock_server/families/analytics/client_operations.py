"""What the API tells of the clients and the team of the account in figures."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.families.analytics import figures, replies, rules, selection, team, views
from mock_server.families.clients import views as clients
from mock_server.families.team.records import members


@operation("analytics_client_list", long=True)
def analytics_client_list(ctx: Context, params: inputs.AnalyticsClientListParams) -> Reply:
    """The clients, by id (R1)."""
    shown = [clients.identity(row, ctx.workspace.user_id) for row in selection.clients_of(ctx, params)]
    return views.answer("Clients fetched successfully", client_list=shown)


@operation("analytics_client_month_wise_count", long=True)
def analytics_client_month_wise_count(ctx: Context, params: inputs.AnalyticsClientMonthWiseCountParams) -> Reply:
    """How many clients were made in each month of UTC that has some, newest first and without its year (R1)."""
    made = (datetime.fromtimestamp(row["created_at"] / 1000, UTC) for row in selection.clients_of(ctx, params))
    found = Counter(day.date().replace(day=1) for day in made)
    months = sorted(found, reverse=True)
    shown = [{"month": rules.month_name(month), "count": str(found[month])} for month in months]

    def dated() -> dict[str, Any]:
        return {"months": [{"month": month.isoformat()[:7], "count": found[month]} for month in months]}

    return views.answer("Monthly stats for clients fetched successfully", dated, monthly_stats=shown)


@operation("analytics_client_overall_stats", long=True)
def analytics_client_overall_stats(ctx: Context, params: inputs.AnalyticsClientOverallStatsParams) -> Reply:
    """The figures of the campaigns of each client, by id (R1; full_data inferred)."""
    of, whole = selection.selected(ctx, params), params["full_data"] == "true"
    found = figures.by_campaign(ctx, of, whole=whole)
    own: dict[int, list[rules.Totals]] = {}
    for row in of.campaigns:
        own.setdefault(row["client_id"], []).append(found[row["id"]])
    names = views.WHOLE_OF_CLIENT if whole else views.OF_CLIENT
    shown = [
        {
            "client_id": row["id"],
            "client_name": row["name"],
            "total_campaigns_count": str(len(own.get(row["id"], ()))),
            "campaign_stats": views.figures(rules.total(own.get(row["id"], ())), names),
        }
        for row in selection.clients_of(ctx, params)
    ]
    message = "Client wise performance fetched successfully!"
    return views.answer(message, client_wise_performance=views.page(params, shown))


@operation("analytics_team_board_overall_stats", long=True)
def analytics_team_board_overall_stats(ctx: Context, params: inputs.AnalyticsTeamBoardOverallStatsParams) -> Reply:
    """The figures of each member of the team, by id: of the leads that are assigned to it now (R1; inferred)."""
    of = selection.selected(ctx, params)
    assigned, took = team.assigned(ctx, of), replies.times_by_hand(ctx, of)
    answers = figures.answers(ctx, of, "team_member_id")
    positive = figures.positive_leads(answers)
    replied: Counter[int] = Counter()
    for row in answers:
        replied[row["holder"]] += row["mails"]
    shown = [
        {
            "id": one.id,
            "name": one.name,
            "profile_pic_url": one.profile_pic_url,
            "lead_count": own.leads,
            "campaign_count": len(own.campaigns),
            "reply_count": replied[one.id],
            "positive_reply_count": positive[one.id],
            "reply_rate": rules.percent(replied[one.id], own.leads),
            "positive_reply_rate": rules.percent(positive[one.id], replied[one.id]),
            "average_reply_time": rules.mean(took.get(one.id, ())),
            "unique_open_count": own.openers,
        }
        for one in members(ctx)
        for own in (assigned.get(one.id, team.Assigned()),)
    ]
    message = "Team board overall stats fetched successfully"

    def in_text() -> dict[str, Any]:
        return {"members": [views.member_in_text(one) for one in shown]}

    return views.answer(message, in_text, team_board_stats=shown)

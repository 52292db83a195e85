"""What the API tells of leads and their mails: activities, and their way through campaigns."""

from __future__ import annotations

from mock_server.clock import FIRST_MOMENT, LAST_MOMENT, iso, parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.contract.validation import InvalidRequestError
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.leads import records as leads
from mock_server.families.messages import mailed, records, views
from mock_server.families.sequences import records as sequences
from mock_server.state.database import Row

#: types of the ledger that are told, under the names that webhooks give them
_TOLD = ("EMAIL_SENT", "EMAIL_OPEN", "EMAIL_LINK_CLICK", "EMAIL_REPLY", "EMAIL_BOUNCE", "LEAD_UNSUBSCRIBED",
         "LEAD_CATEGORY_UPDATED")  # fmt: skip


@operation("list_all_leads_activities", long=True)
def list_all_leads_activities(ctx: Context, params: inputs.ListAllLeadsActivitiesParams) -> Reply:
    """The leads of all campaigns that got mails, with these mails; a time range is about when they were sent (R)."""
    start, end = _span(params)
    offset, limit = params["offset"], params["limit"]
    if "event_time_from" in params:
        rows = mailed.of_account_between(ctx, start, end, offset, limit + 1)
    else:
        rows = mailed.of_account(ctx, offset, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    conversations = records.conversations(ctx, [row["id"] for row in rows])
    return Reply({
        "data": [_lead(row, conversations[row["id"]], start, end) for row in rows],
        "hasMore": more,
        "pagination": {"has_more": more, "offset": offset, "limit": limit},
    })  # fmt: skip


def _span(params: inputs.ListAllLeadsActivitiesParams) -> tuple[int, int]:
    if "event_time_to" in params and "event_time_from" not in params:
        message = '"event_time_to" missing required peer "event_time_from"'
        raise InvalidRequestError(message, "query", "event_time_to", kind="missing_key")
    start = parse_moment(params["event_time_from"]) if "event_time_from" in params else FIRST_MOMENT
    return start, parse_moment(params["event_time_to"]) if "event_time_to" in params else LAST_MOMENT


def _lead(row: Row, conversation: list[Row], start: int, end: int) -> dict[str, object]:
    mails = [one for one in conversation if one["type"] == "SENT" and start <= one["at"] <= end]
    answers: dict[int, list[Row]] = {mail["id"]: [] for mail in mails}
    for one in conversation:
        if one["type"] not in records.TO_LEAD and one["answers"] in answers:
            answers[one["answers"]].append(one)
    return views.lead_activities(row, mails, answers)


@operation("get_lead_activity", long=True)
def get_lead_activity(ctx: Context, params: inputs.GetLeadActivityParams) -> Reply:
    """What a lead got in a campaign and did with it, oldest first (S3; the words are inferred)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    row = leads.find_enrolment(ctx, campaign["id"], params["lead_id"])
    events = records.events_of(ctx, row, _TOLD)
    return Reply({"events": [{"type": one["type"], "timestamp": iso(one["at"])} for one in events]})


@operation("get_lead_campaign_overview")
def get_lead_campaign_overview(ctx: Context, params: inputs.GetLeadCampaignOverviewParams) -> Reply:
    """How a lead does in each of its campaigns (CLI; inferred)."""
    lead = leads.find_lead(ctx, params["lead_id"])
    rows = leads.enrolments_of(ctx, [lead["id"]])[lead["id"]]
    figures = records.figures(ctx, [row["id"] for row in rows])
    return Reply({"ok": True, "data": [views.campaign_overview(row, figures.get(row["id"])) for row in rows]})


@operation("get_lead_sequence_details")
def get_lead_sequence_details(ctx: Context, params: inputs.GetLeadSequenceDetailsParams) -> Reply:
    """When a lead got each step of its campaign, and when it gets the next (CLI; inferred)."""
    row = leads.find_by_map_id_alone(ctx, params["lead_map_id"])
    if params.get("campaignId", row["campaign_id"]) != row["campaign_id"]:
        raise ApiError("lead_not_found", hint=f"This row is in campaign {row['campaign_id']}.")
    conversation = records.conversations(ctx, [row["id"]])[row["id"]]
    sent_at = {one["step_id"]: one["at"] for one in conversation if one["type"] == "SENT"}
    steps = sequences.steps_of(ctx, row["campaign_id"])
    return Reply({"ok": True, "data": views.sequence_details(row, steps, sent_at)})

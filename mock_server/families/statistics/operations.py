"""What the API tells of the mails of a campaign: one by one, and in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.clock import parse_moment
from mock_server.context import Context
from mock_server.contract import inputs
from mock_server.contract.registry import Reply, operation
from mock_server.contract.validation import InvalidRequestError
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.clients import records as clients
from mock_server.families.messages import mailed
from mock_server.families.messages import records as messages
from mock_server.families.sequences import records as sequences
from mock_server.families.statistics import figures, records, rules, views
from mock_server.families.statistics.progress import Progress
from mock_server.families.tags import records as tags
from mock_server.state.database import Row

_MOST_DAYS = 30


@operation("get_campaign_statistics", long=True)
def get_campaign_statistics(ctx: Context, params: inputs.GetCampaignStatisticsParams) -> Reply:
    """One page of the mails of a campaign, oldest first; all filters must hold; the total is a text (S1)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    steps = sequences.steps_of(ctx, campaign["id"])
    if "email_sequence_number" in params:
        wanted = set(map(int, params["email_sequence_number"].split(",")))
        steps = [step for step in steps if step["seq_number"] in wanted]
    offset, limit = params["offset"], params["limit"]
    total, rows = records.page_of_mails(
        ctx, campaign["id"], _ids(steps), params.get("email_status"), _sent_between(params), offset, limit
    )
    return Reply({"total_stats": str(total), "data": list(map(views.mail, rows)), "offset": offset, "limit": limit})


def _sent_between(params: inputs.GetCampaignStatisticsParams) -> rules.Span | None:
    """The moments from which and to which mails count, both included."""
    first, last = params.get("sent_time_start_date"), params.get("sent_time_end_date")
    if first is None and last is None:
        return None
    start = -rules.EVER if first is None else parse_moment(first)
    end = rules.EVER if last is None else parse_moment(last) + 1
    if start >= end:
        _refuse_order("sent_time_end_date", "sent_time_start_date")
    return rules.Span(start, end)


@operation("get_campaign_leads_statistics", long=True)
def get_campaign_leads_statistics(ctx: Context, params: inputs.GetCampaignLeadsStatisticsParams) -> Reply:
    """One page of the leads that got mails, with all messages to and from them (C:sim, C:supa)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    after = parse_moment(params["event_time_gt"]) if "event_time_gt" in params else None
    offset, limit = params["offset"], params["limit"]
    if after is None:
        found = mailed.of_campaign(ctx, campaign["id"], offset, limit + 1)
    else:
        found = mailed.of_campaign_after(ctx, campaign["id"], after, offset, limit + 1)
    rows = found[:limit]
    histories = messages.conversations(ctx, [row["id"] for row in rows], after)
    shown = [views.lead(row, histories[row["id"]]) for row in rows]
    return Reply({"hasMore": len(found) > limit, "data": shown, "skip": offset, "limit": limit})


@operation("get_campaign_mailbox_statistics", long=True)
def get_campaign_mailbox_statistics(ctx: Context, params: inputs.GetCampaignMailboxStatisticsParams) -> Reply:
    """One page of the mailboxes of a campaign with their figures, of all time or of some days (R)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    span = None
    if "start_date" in params or "end_date" in params:
        span = _days(dict(params), params["time_zone"])
    if params.get("client_id", campaign["client_id"]) != campaign["client_id"]:
        return Reply({"ok": True, "data": []}, hint="The campaign belongs to another client.")
    steps = _ids(sequences.steps_of(ctx, campaign["id"]))
    mailboxes = records.page_of_mailboxes(ctx, campaign["id"], steps, params["offset"], params["limit"])
    found = figures.by_mailbox(ctx, campaign["id"], steps, [row["id"] for row in mailboxes], span)
    shown = [
        {"email_account_id": row["id"], "from_email": row["from_email"]}
        | views.counts(found.get(row["id"], figures.Figures()))
        for row in mailboxes
    ]
    return Reply({"ok": True, "data": shown})


@operation("get_campaign_variant_statistics", long=True)
def get_campaign_variant_statistics(ctx: Context, params: inputs.GetCampaignVariantStatisticsParams) -> Reply:
    """The figures of the variants of all steps (C:sdk-py)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    steps = _ids(sequences.steps_of(ctx, campaign["id"]))
    variants = sequences.variants_of(ctx, campaign["id"])
    found = {row["variant_id"]: row for row in figures.by_content(ctx, campaign["id"], steps)}
    shown = [
        {"email_campaign_seq_id": step_id, "seq_variant_id": one["id"], "variant_label": one["variant_label"]}
        | views.counts(figures.added([found[one["id"]]] if one["id"] in found else []))
        for step_id in steps
        for one in variants.get(step_id, ())
    ]
    return Reply({"ok": True, "data": shown})


@operation("get_campaign_sequence_analytics", long=True)
def get_campaign_sequence_analytics(ctx: Context, params: inputs.GetCampaignSequenceAnalyticsParams) -> Reply:
    """The figures of every step, of the mails sent between two moments or days (R1)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    if rules.is_reversed(params["start_date"], params["end_date"]):
        _refuse_order("end_date", "start_date")
    span = rules.moments(params["start_date"], params["end_date"], params["time_zone"])
    steps = _ids(sequences.steps_of(ctx, campaign["id"]))
    rows = figures.by_content(ctx, campaign["id"], steps, span)
    positive = figures.positive_leads(ctx, campaign["id"], steps, span)
    shown = [
        views.step(one, figures.added(row for row in rows if row["step_id"] == one), len(positive.get(one, ())))
        for one in steps
    ]
    return Reply({"ok": True, "data": shown})


@operation("get_campaign_analytics", long=True)
def get_campaign_analytics(ctx: Context, params: inputs.GetCampaignAnalyticsParams) -> Reply:
    """The figures of a campaign's whole life (S1)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    if params.get("client_id", campaign["client_id"]) != campaign["client_id"]:
        raise ApiError("campaign_not_found", hint="The campaign belongs to another client.")
    steps = sequences.steps_of(ctx, campaign["id"])
    progress = Progress(ctx, campaign["id"], steps)
    shown, _ = _totals(ctx, campaign, steps, progress, rules.ALL_TIME)
    tagged = tags.of(ctx, "campaign", [campaign["id"]])[campaign["id"]]
    client = clients.find_or_none(ctx, campaign["client_id"])
    return Reply(
        {
            **shown,
            "sequence_count": str(len(steps)),
            "tags": [{"id": one["tag_id"], "name": one["name"], "color": one["color"]} for one in tagged],
            "client_id": campaign["client_id"],
            "parent_campaign_id": campaign["parent_campaign_id"],
            "campaign_lead_stats": progress.lead_stats(),
            "send_as_plain_text": bool(campaign["send_as_plain_text"]),
            "client_name": client["name"] if client else None,
            "client_email": client["email"] if client else None,
            "client_company_name": client["logo"] if client else None,
        }
    )


@operation("get_campaign_analytics_by_date", long=True)
def get_campaign_analytics_by_date(ctx: Context, params: inputs.GetCampaignAnalyticsByDateParams) -> Reply:
    """The figures of the mails sent in at most 30 days after the first one (S0, S1)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    if not 0 <= rules.days_between(params["start_date"], params["end_date"]) <= _MOST_DAYS:
        raise ApiError("invalid_date_range", hint="end_date must be 0 to 30 days after start_date.")
    shown, _ = _of_days(ctx, campaign, dict(params), _days(dict(params), params["time_zone"]))
    return Reply(shown)


@operation("get_campaign_top_level_analytics_by_date", long=True)
def get_campaign_top_level_analytics_by_date(
    ctx: Context, params: inputs.GetCampaignTopLevelAnalyticsByDateParams
) -> Reply:
    """The figures of the mails sent on some days of UTC, however many (R1, C:sim)."""
    campaign = campaigns.find(ctx, params["campaign_id"])
    span = _days(dict(params), "UTC")
    shown, counted = _of_days(ctx, campaign, dict(params), span)
    found = figures.positive_leads(ctx, campaign["id"], _ids(sequences.steps_of(ctx, campaign["id"])), span)
    more = {
        "skipped_count": 0,
        "positive_reply_count": len(set().union(*found.values())),
        "failed_count": 0,
        "stopped_count": counted.stopped,
    }
    return Reply({**shown, **{name: str(count) for name, count in more.items()}})


def _of_days(
    ctx: Context, campaign: Row, given: Mapping[str, Any], span: rules.Span
) -> tuple[dict[str, Any], figures.Figures]:
    """The answer about some days, and what was counted in them."""
    steps = sequences.steps_of(ctx, campaign["id"])
    shown, counted = _totals(ctx, campaign, steps, Progress(ctx, campaign["id"], steps), span)
    return {**shown, "start_date": given["start_date"], "end_date": given["end_date"]}, counted


def _totals(
    ctx: Context, campaign: Row, steps: list[Row], progress: Progress, span: rules.Span
) -> tuple[dict[str, Any], figures.Figures]:
    """The counts of a span; what is blocked, to come, and in all does not depend on it (S1). And the mails' own."""
    ids = _ids(steps)
    ever = figures.added(figures.by_content(ctx, campaign["id"], ids))
    counted = ever if span == rules.ALL_TIME else figures.added(figures.by_content(ctx, campaign["id"], ids, span))
    drafted = progress.drafted()
    whole = {
        "block_count": progress.blocked(), "drafted_count": drafted, "total_count": ever.sent + drafted,
    }  # fmt: skip
    leads = figures.leads(ctx, campaign["id"], ids, span)
    return views.totals(campaign, ctx.workspace.user_id, counted, leads, whole), counted


def _days(given: Mapping[str, Any], zone: str) -> rules.Span:
    """The days that two dates ask for; both must be there, in order."""
    for one, other in (("start_date", "end_date"), ("end_date", "start_date")):
        if one not in given:
            message = f'"value" contains [{other}] without its required peers [{one}]'
            raise InvalidRequestError(message, "query", one, kind="missing_key")
    if rules.days_between(given["start_date"], given["end_date"]) < 0:
        _refuse_order("end_date", "start_date")
    return rules.days(given["start_date"], given["end_date"], zone)


def _refuse_order(last: str, first: str) -> None:
    raise InvalidRequestError(f'"{last}" must be greater than or equal to "ref:{first}"', "query", last)


def _ids(steps: list[Row]) -> list[int]:
    return [row["id"] for row in steps]

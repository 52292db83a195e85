"""The figures of several campaigns at once, for a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.context import Context
from mock_server.families.leads.tables import enrolment_pages
from mock_server.families.statistics import figures
from mock_server.families.statistics.progress import STATUSES
from mock_server.families.statistics.rules import ALL_TIME
from mock_server.state import paging


def overviews(ctx: Context, campaign_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Campaign id -> lead counts and basic metrics (S2:82), under the names of a campaign's analytics."""
    mails: dict[int, list[Any]] = {campaign_id: [] for campaign_id in campaign_ids}
    for row in figures.by_step(ctx, campaign_ids, ALL_TIME):
        mails[row["campaign_id"]].append(row)
    leads = _leads_by_status(ctx)
    return {
        campaign_id: {
            "campaign_lead_stats": _lead_stats(leads.get(campaign_id, {})),
            **_metrics(figures.added(mails[campaign_id])),
        }
        for campaign_id in campaign_ids
    }


def _leads_by_status(ctx: Context) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in paging.counts(
        ctx.db.connection, enrolment_pages, {"workspace_id": ctx.db.ws}, ("campaign_id", "status")
    ):
        found.setdefault(row["campaign_id"], {})[row["status"]] = row["n"]
    return found


def _lead_stats(by_status: dict[str, int]) -> dict[str, int]:
    named = {name: by_status.get(status, 0) for name, status in STATUSES.items()}
    return {"total": sum(named.values()), **named}


def _metrics(sums: figures.Figures) -> dict[str, str]:
    return {
        "sent_count": str(sums.sent),
        "open_count": str(sums.opens),
        "click_count": str(sums.clicks),
        "reply_count": str(sums.replied),
        "bounce_count": str(sums.bounced),
        "unsubscribed_count": str(sums.unsubscribed),
    }

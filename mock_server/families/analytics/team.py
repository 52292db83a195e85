"""Reading whom leads and campaigns are assigned to."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from mock_server.context import Context
from mock_server.families.analytics.figures import SENT_IN_SPAN, leads_with, marked, of_lead
from mock_server.families.analytics.selection import Selection
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.tables import Mark, message
from mock_server.state.statements import Statement, one_of, this_workspace

_m, _e = message.c, enrolment.c
_ASSIGNED = (this_workspace(enrolment), one_of(_e.campaign_id, "campaigns"), _e.team_member_id.is_not(None))
_LEADS = Statement(
    select(_e.team_member_id, _e.campaign_id, func.count().label("n"))
    .where(*_ASSIGNED)
    .group_by(_e.campaign_id, _e.team_member_id)
)
_OPENERS = Statement(
    select(_e.team_member_id, leads_with().label("n"))
    .join(message, of_lead(enrolment))
    .where(*_ASSIGNED, *marked(Mark.OPENED), *SENT_IN_SPAN, one_of(_m.step_id, "steps"))
    .group_by(_e.team_member_id)
)


def leads(ctx: Context, of: Selection) -> tuple[Counter[int], dict[int, set[int]]]:
    """Member -> how many leads are its own, and the campaigns that are, or have such a lead."""
    counts: Counter[int] = Counter()
    campaigns: dict[int, set[int]] = {}
    for row in ctx.db.all(_LEADS, campaigns=of.ids):
        counts[row["team_member_id"]] += row["n"]
        campaigns.setdefault(row["team_member_id"], set()).add(row["campaign_id"])
    for row in of.campaigns:
        if row["team_member_id"] is not None:
            campaigns.setdefault(row["team_member_id"], set()).add(row["id"])
    return counts, campaigns


def openers(ctx: Context, of: Selection) -> dict[int, int]:
    """Member -> how many leads of its own opened a mail that was sent in the span."""
    return {row["team_member_id"]: row["n"] for row in ctx.db.all(_OPENERS, **of.values)}

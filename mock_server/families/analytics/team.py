"""Reading whom leads and campaigns are assigned to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import func, select

from mock_server.context import Context
from mock_server.families.analytics.figures import SENT_IN_SPAN, marked
from mock_server.families.analytics.selection import Selection
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.tables import Mark, message
from mock_server.state.statements import Statement, one_of, this_workspace

_m, _e = message.c, enrolment.c
_HAS_OPENED = (
    select(_m.id)
    .where(
        this_workspace(message), _m.enrolment_id == _e.id, *marked(Mark.OPENED), *SENT_IN_SPAN,
        one_of(_m.step_id, "steps"),
    )
    .exists()
)  # fmt: skip
_LEADS = Statement(
    select(_e.team_member_id, _e.campaign_id, func.count().label("leads"), func.sum(_HAS_OPENED).label("openers"))
    .where(this_workspace(enrolment), one_of(_e.campaign_id, "campaigns"), _e.team_member_id.is_not(None))
    .group_by(_e.campaign_id, _e.team_member_id)
)


@dataclass(slots=True)
class Assigned:
    """What is assigned to a member: leads, of whom some opened a mail of the span, and campaigns that have these."""

    leads: int = 0
    openers: int = 0
    campaigns: set[int] = field(default_factory=set)


def assigned(ctx: Context, of: Selection) -> dict[int, Assigned]:
    """Member -> what is its own; a campaign is if it, or a lead in it, is assigned to the member."""
    found: defaultdict[int, Assigned] = defaultdict(Assigned)
    for row in ctx.db.all(_LEADS, **of.values):
        own = found[row["team_member_id"]]
        own.leads += row["leads"]
        own.openers += row["openers"]
        own.campaigns.add(row["campaign_id"])
    for row in of.campaigns:
        if row["team_member_id"] is not None:
            found[row["team_member_id"]].campaigns.add(row["id"])
    return found

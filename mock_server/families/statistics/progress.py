"""How far the leads of a campaign are: by status, and the mails that are still to come."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.context import Context
from mock_server.families.leads import records as leads
from mock_server.families.leads.rules import Flag
from mock_server.families.leads.tables import enrolment_pages
from mock_server.families.statistics.rules import number
from mock_server.state import paging
from mock_server.state.database import Row

_FACETS = ("status", "category_id", "flags", "last_seq_number")
_INTERESTED = 1
#: of `campaign_lead_stats` -> status
STATUSES = {
    "blocked": "BLOCKED", "stopped": "STOPPED", "completed": "COMPLETED", "inprogress": "INPROGRESS",
    "notStarted": "STARTED", "paused": "PAUSED",
}  # fmt: skip


class Progress:
    """The rows of a campaign, counted by what matters here."""

    def __init__(self, ctx: Context, campaign_id: int, steps: Sequence[Row]) -> None:
        """`steps` are those of the campaign."""
        scope = {"workspace_id": ctx.db.ws, "campaign_id": campaign_id}
        self._groups = paging.counts(ctx.db.connection, enrolment_pages, scope, _FACETS)
        self._revenue = leads.revenue_of(ctx, campaign_id)
        self._numbers = [row["seq_number"] for row in steps if row["seq_type"] != "MANUAL"]

    def lead_stats(self) -> dict[str, float]:
        """Leads by status (S1, C:sim)."""
        groups = self._groups
        by_status = {
            name: sum(group["n"] for group in groups if group["status"] == status)
            for name, status in STATUSES.items()
        }  # fmt: skip
        interested = sum(group["n"] for group in groups if group["category_id"] == _INTERESTED)
        total = sum(group["n"] for group in groups)
        return {"total": total, **by_status, "interested": interested, "revenue": number(self._revenue, 100)}

    def drafted(self) -> int:
        """Mails that are still to be sent to leads who run, or may run again."""
        return sum(
            group["n"] * sum(number > max(group["last_seq_number"], 0) for number in self._numbers)
            for group in self._groups
            if group["status"] in ("STARTED", "INPROGRESS", "PAUSED") and not group["flags"] & Flag.UNSUBSCRIBED
        )

    def blocked(self) -> int:
        """Leads that a list keeps from being mailed: blocked, though no mail of theirs came back."""
        return sum(
            group["n"] for group in self._groups if group["status"] == "BLOCKED" and not group["flags"] & Flag.BOUNCED
        )

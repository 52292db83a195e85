"""What a call is about: the campaigns that its filters and its key leave, and its days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import select

from mock_server.context import Context
from mock_server.contract.validation import InvalidRequestError
from mock_server.families.analytics.rules import MOST_DAYS, wanted_ids
from mock_server.families.campaigns.sight import IN_VIEW
from mock_server.families.campaigns.tables import campaign
from mock_server.families.clients import records as clients
from mock_server.families.sequences.tables import step
from mock_server.families.statistics.rules import Span, days, days_between, each_day
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

_c, _s = campaign.c, step.c
_FILTERS = {"client_ids": one_of(_c.client_id, "client_ids"), "campaign_ids": one_of(_c.id, "campaign_ids")}
_STEPS = Statement(
    select(_s.id, _s.campaign_id, _s.seq_number).where(this_workspace(step), one_of(_s.campaign_id, "campaigns"))
)


@cache
def _campaigns(filters: frozenset[str]) -> Statement:
    query = select(_c.id, _c.name, _c.status, _c.client_id, _c.created_at, _c.team_member_id)
    return Statement(query.where(*IN_VIEW, *(_FILTERS[name] for name in sorted(filters))).order_by(_c.id.desc()))


def given_ids(params: Mapping[str, Any]) -> dict[str, list[int]]:
    """The filters of a call that are not empty, as lists of ids."""
    found = {name: wanted_ids(params.get(name, "")) for name in _FILTERS}
    return {name: ids for name, ids in found.items() if ids is not None}


def campaigns(ctx: Context, params: Mapping[str, Any]) -> list[Row]:
    """The campaigns that meet all filters, newest first; ids that are unknown, or another client's, find none."""
    given = given_ids(params)
    return ctx.db.all(_campaigns(frozenset(given)), **given)


def clients_of(ctx: Context, params: Mapping[str, Any]) -> list[Row]:
    """The clients that are asked for, by id."""
    given = wanted_ids(params["client_ids"])
    return [row for row in clients.all_clients(ctx) if given is None or row["id"] in given]


@dataclass(frozen=True, slots=True)
class Selection:
    """Campaigns, their steps of now (id -> number), and the span of the days that a call asks for."""

    campaigns: list[Row]
    steps: dict[int, int]
    span: Span

    @property
    def ids(self) -> list[int]:
        """The ids of the campaigns."""
        return [row["id"] for row in self.campaigns]

    @property
    def values(self) -> dict[str, Any]:
        """What statements about the mails that were sent in the span bind."""
        return {
            "campaigns": self.ids, "steps": list(self.steps), "start": self.span.start, "end": self.span.end,
        }  # fmt: skip


def selected(ctx: Context, params: Mapping[str, Any]) -> Selection:
    """What a call with days is about; a last day before the first one is refused."""
    first, last = params["start_date"], params["end_date"]
    if days_between(first, last) < 0:
        raise InvalidRequestError('"end_date" must be greater than or equal to "ref:start_date"', "query", "end_date")
    found = campaigns(ctx, params)
    steps = ctx.db.all(_STEPS, campaigns=[row["id"] for row in found])
    numbers = {row["id"]: row["seq_number"] for row in steps}
    return Selection(found, numbers, days(first, last, params["timezone"]))


def days_of(params: Mapping[str, Any]) -> list[tuple[date, Span]]:
    """Each day that a call asks for; too many are refused."""
    first, last = params["start_date"], params["end_date"]
    if days_between(first, last) >= MOST_DAYS:
        message = f'"end_date" must be at most {MOST_DAYS - 1} days after "ref:start_date"'
        raise InvalidRequestError(message, "query", "end_date")
    return each_day(first, last, params["timezone"])

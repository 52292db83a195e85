"""Choosing leads of the account by what is known of them and of their rows in campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, text

from mock_server.context import Context
from mock_server.families.campaigns.tables import campaign
from mock_server.families.lead_lists.tables import lead_list_member
from mock_server.families.leads import rules
from mock_server.families.leads.lifecycle import Words, outcome_conditions
from mock_server.families.leads.records import OF_LEAD, with_campaign
from mock_server.families.leads.sight import IS_SHOWN
from mock_server.families.leads.tables import enrolment, lead
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace

_e, _l, _m = enrolment.c, lead.c, lead_list_member.c
_IN_LIST = (_m.workspace_id == _l.workspace_id) & (_m.lead_id == _l.id) & (_m.lead_list_id == bindparam("list_id"))


@dataclass(slots=True)
class Choice:
    """Conditions on a lead, conditions that one of its rows must meet together, and the values they compare with."""

    on_lead: list[str] = field(default_factory=list)
    on_row: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def by_rows(cls, status: str | None, email_status: str | None) -> Choice:
        """The leads with a row that the two filter words let pass."""
        conditions, values = facet_conditions(status, email_status)
        return cls(on_row=conditions, values=values)

    def lead_meets(self, condition: str, value: Any) -> None:
        """Narrow by the lead."""
        self.on_lead.append(condition)
        self.values[condition] = value

    def row_meets(self, condition: str, value: Any) -> None:
        """Narrow by the row."""
        self.on_row.append(condition)
        self.values[condition] = value


def facet_conditions(
    status: str | None, email_status: str | None, words: Words = "canonical"
) -> tuple[list[str], dict[str, Any]]:
    """The filter words of a list as conditions on the facets of enrolments; `words` tells whose the status is."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if status is not None and words == "outcome":
        conditions += outcome_conditions(status)
    elif status is not None:
        conditions.append(rules.status_condition(status))
        if ":status" in conditions[0]:
            values["status"] = status
    if email_status is not None:
        conditions.append(rules.email_status_condition(email_status))
    return conditions, values


def _query(columns: Sequence[Any], on_row: frozenset[str], on_lead: frozenset[str]) -> Select[Any]:
    rows = with_campaign().where(OF_LEAD)
    of_row: dict[str, Any] = {
        "campaign_id": _e.campaign_id == bindparam("campaign_id"),
        "campaign_ids": one_of(_e.campaign_id, "campaign_ids"),
        "category_ids": one_of(_e.category_id, "category_ids"),
        "client_id": campaign.c.client_id == bindparam("client_id"),
        "running": campaign.c.status == "ACTIVE",
    }
    of_lead: dict[str, Any] = {
        "ids": one_of(_l.id, "ids"),
        "enrolled": _l.enrolled_at.is_not(None),
        "never_enrolled": _l.enrolled_at.is_(None),
        "in_no_campaign": ~rows.correlate(lead).exists(),
        "address_key": _l.address_key == bindparam("address_key"),
    }
    query = select(*columns).where(
        this_workspace(lead), IS_SHOWN, *(of_lead[name] for name in sorted(on_lead - {"list_id"}))
    )
    if "list_id" in on_lead:
        query = query.join(lead_list_member, _IN_LIST)
    if on_row:
        known = [of_row[name] for name in sorted(on_row & of_row.keys())]
        facets = [text(_of_enrolment(name)) for name in sorted(on_row - of_row.keys())]
        query = query.where(rows.where(*known, *facets).correlate(lead).exists())
    return query.order_by(_m.lead_id if "list_id" in on_lead else _l.id)


def _of_enrolment(condition: str) -> str:
    """A condition on facets with the table in it, because campaigns have a status too."""
    return f"enrolment.{condition}" if condition.startswith("status") else condition.replace("flags", "enrolment.flags")


@cache
def _after(on_row: frozenset[str], on_lead: frozenset[str]) -> Statement:
    query = _query([lead], on_row, on_lead).where(_l.id > bindparam("after"))
    return Statement(query.limit(bindparam("limit")))


@cache
def _ids(on_row: frozenset[str], on_lead: frozenset[str]) -> Statement:
    return Statement(_query([_l.id], on_row, on_lead))


@cache
def _addresses(on_row: frozenset[str], on_lead: frozenset[str]) -> Statement:
    return Statement(_query([_l.id, _l.email], on_row, on_lead))


def leads_after(ctx: Context, choice: Choice, after: int, limit: int) -> list[Row]:
    """Leads with ids above `after`, by id."""
    statement = _after(frozenset(choice.on_row), frozenset(choice.on_lead))
    return ctx.db.all(statement, after=after, limit=limit, **choice.values)


def chosen(ctx: Context, choice: Choice) -> list[Row]:
    """Id and address of all leads that are meant, by id."""
    return ctx.db.all(_addresses(frozenset(choice.on_row), frozenset(choice.on_lead)), **choice.values)


def chosen_ids(ctx: Context, choice: Choice) -> list[int]:
    """The ids of all leads that are meant, in order."""
    rows = ctx.db.all(_ids(frozenset(choice.on_row), frozenset(choice.on_lead)), **choice.values)
    return [row["id"] for row in rows]

"""The filters of the inbox: what a request asks for, as conditions on conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from mock_server.clock import parse_moment
from mock_server.contract.validation import InvalidRequestError
from mock_server.families.campaigns import sight as campaigns
from mock_server.families.campaigns.tables import campaign
from mock_server.families.leads.rules import Flag
from mock_server.families.leads.tables import enrolment, lead
from mock_server.families.tags.tables import tag_mapping
from mock_server.state.statements import containing, contains, one_of, this_workspace

_e, _l, _c, _t = enrolment.c, lead.c, campaign.c, tag_mapping.c


def _has(flag: Flag) -> ColumnElement[bool]:
    return _e.flags.op("&")(int(flag)) != 0


#: what became of the mails to a lead (R); a mail was accepted when it did not bounce (inferred)
_STATUS: dict[str, ColumnElement[bool]] = {
    "Opened": _has(Flag.OPENED),
    "Clicked": _has(Flag.CLICKED),
    "Replied": _has(Flag.REPLIED),
    "Unsubscribed": _has(Flag.UNSUBSCRIBED),
    "Bounced": _has(Flag.BOUNCED),
    "Accepted": ~_has(Flag.BOUNCED),
    "Not Replied": ~_has(Flag.REPLIED),
}
_NAMES = _l.email, _l.first_name, _l.last_name, func.coalesce(_l.first_name, "") + " " + func.coalesce(_l.last_name, "")
_NAMED = (
    select(_l.id)
    .where(_l.workspace_id == _e.workspace_id, _l.id == _e.lead_id, or_(*(contains(n, "search") for n in _NAMES)))
    .correlate(enrolment)
    .exists()
)
_TAGGED = select(_t.holder_id).where(
    this_workspace(tag_mapping), _t.holder == "campaign", one_of(_t.tag_id, "campaignTagId")
)


def _in_campaigns(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Conversations of such campaigns. The sum keeps the planner from searching campaign by campaign, out of order."""
    return (_e.campaign_id + 0).in_(select(_c.id).where(*campaigns.IN_VIEW, *conditions))


#: those of campaigns that are there and that the key may see
IN_VIEW = _in_campaigns()
#: name -> condition; one on the campaign implies that it is in view
CONDITIONS: dict[str, ColumnElement[bool]] = {
    "search": _NAMED,
    "unassigned": _e.category_id.is_(None),
    "isAssigned": _e.category_id.is_not(None),
    "categoryIdsIn": one_of(_e.category_id, "categoryIdsIn"),
    "categoryIdsNotIn": or_(_e.category_id.is_(None), ~one_of(_e.category_id, "categoryIdsNotIn")),
    "campaignId": _in_campaigns(one_of(_c.id, "campaignId")),
    "emailAccountId": one_of(_e.email_account_id, "emailAccountId"),
    "campaignTeamMemberId": _in_campaigns(one_of(_c.team_member_id, "campaignTeamMemberId")),
    "campaignTagId": _in_campaigns(_c.id.in_(_TAGGED)),
    "campaignClientId": _in_campaigns(one_of(_c.client_id, "campaignClientId")),
    "replyTimeBetween": _e.last_reply_at.between(bindparam("replied_from"), bindparam("replied_to")),
    "subSequenceId": or_(
        _e.sub_sequence_id == bindparam("subSequenceId"),
        _in_campaigns(_c.id == bindparam("subSequenceId"), _c.parent_campaign_id.is_not(None)),
    ),
}  # fmt: skip
_IDS = ("campaignId", "emailAccountId", "campaignTeamMemberId", "campaignTagId", "campaignClientId")


@dataclass(slots=True)
class Filters:
    """Names of `CONDITIONS` that must hold, words of which one must, and the values that are compared with."""

    names: set[str] = field(default_factory=set)
    words: frozenset[str] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, **values: Any) -> None:
        """One more condition."""
        self.names.add(name)
        self.values |= values


def read(given: Mapping[str, Any] | None) -> Filters:
    """The filters of a request; null and an empty list narrow nothing.

    Raises InvalidRequestError for a range that ends before it begins.
    """
    wanted = {name: value for name, value in (given or {}).items() if value not in (None, [])}
    found = Filters()
    if "search" in wanted:
        found.add("search", search=containing(wanted["search"]))
    for name in _IDS:
        if name in wanted:
            found.add(name, **{name: wanted[name] if isinstance(wanted[name], list) else [wanted[name]]})
    if "subSequenceId" in wanted:
        found.add("subSequenceId", subSequenceId=wanted["subSequenceId"])
    if "emailStatus" in wanted:
        words = wanted["emailStatus"]
        found.words = frozenset(words if isinstance(words, list) else [words])
    if "replyTimeBetween" in wanted:
        found.add("replyTimeBetween", **_between(*wanted["replyTimeBetween"]))
    _read_categories(found, wanted.get("leadCategories", {}))
    return found


def _read_categories(found: Filters, wanted: Mapping[str, Any]) -> None:
    """With both `unassigned` and `isAssigned` either is meant, so that neither narrows."""
    asked = [name for name in ("unassigned", "isAssigned") if wanted.get(name)]
    if len(asked) == 1:
        found.add(asked[0])
    for name in ("categoryIdsIn", "categoryIdsNotIn"):
        if wanted.get(name):
            found.add(name, **{name: wanted[name]})


def _between(first: str, last: str) -> dict[str, int]:
    start, end = parse_moment(first), parse_moment(last)
    if start > end:
        message = '"filters.replyTimeBetween[1]" must be greater than or equal to "ref:filters.replyTimeBetween[0]"'
        raise InvalidRequestError(message, "body", "filters.replyTimeBetween.1")
    return {"replied_from": start, "replied_to": end}


def conditions(names: frozenset[str], words: frozenset[str]) -> list[ColumnElement[bool]]:
    """What `Filters` ask for, in view of the key."""
    found = [CONDITIONS[name] for name in sorted(names)]
    return [IN_VIEW, *found, *([or_(*(_STATUS[word] for word in sorted(words)))] if words else [])]

"""Reading and writing leads and enrolments; other families find theirs here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Select, bindparam, delete, func, select, text, update

from mock_server.context import Context
from mock_server.errors import ApiError
from mock_server.families.campaigns import records as campaigns
from mock_server.families.campaigns.tables import campaign
from mock_server.families.crm import records as notes
from mock_server.families.lead_lists import membership as lists
from mock_server.families.leads.rules import Flag, address_key, domain_key, has_finished, status_after_unsubscribe
from mock_server.families.leads.sight import IS_SHOWN
from mock_server.families.leads.tables import enrolment, lead, unsubscribed_address
from mock_server.families.messages.tables import MARKED_BY, Mark, message, planned
from mock_server.families.tags import records as tags
from mock_server.state.database import Row
from mock_server.state.statements import Statement, delete_statement, of_client, one_of, this_workspace

_e, _l = enrolment.c, lead.c
OF_LEAD = (_l.workspace_id == _e.workspace_id) & (_l.id == _e.lead_id)
_OF_CAMPAIGN = (campaign.c.workspace_id == _e.workspace_id) & (campaign.c.id == _e.campaign_id)
_UNSEEN = ("workspace_id", "id", "created_at", "updated_at", "enrolled_at", "address_key")
LEAD_COLUMNS = [column for column in _l if column.name not in _UNSEEN]

_LEAD = Statement(select(lead).where(this_workspace(lead), IS_SHOWN, _l.id == bindparam("id")))
_LEAD_BY_ADDRESS = Statement(select(lead).where(this_workspace(lead), IS_SHOWN, _l.address_key == bindparam("key")))
_ANYBODYS = Statement(select(lead).where(this_workspace(lead), _l.id == bindparam("id")))
_HOLDER = Statement(select(lead).where(this_workspace(lead), _l.address_key == bindparam("key")))
_UNSUBSCRIBED = Statement(
    select(unsubscribed_address.c.address_key, unsubscribed_address.c.client_id).where(
        this_workspace(unsubscribed_address),
        one_of(unsubscribed_address.c.address_key, "keys"),
        one_of(unsubscribed_address.c.client_id, "clients"),
    )
)
_PAIR = Statement(
    select(enrolment).where(
        this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), _e.lead_id == bindparam("lead_id")
    )
)
_BY_MAP = Statement(
    select(enrolment).where(
        this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), _e.id == bindparam("id")
    )
)


_ROWS_OF_CAMPAIGN = Statement(
    select(enrolment).where(this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id")).order_by(_e.id)
)
_PART = 2**32
_REVENUE = Statement(
    select(*(func.coalesce(func.sum(part), 0) for part in (_e.revenue.op("/")(_PART), _e.revenue % _PART))).where(
        this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), text("revenue > 0")
    )
)
_BY_MAPS = Statement(
    select(enrolment)
    .where(this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), one_of(_e.id, "ids"))
    .order_by(_e.id)
)
_ENROLLED = Statement(
    select(_e.lead_id).where(
        this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), one_of(_e.lead_id, "lead_ids")
    )
)
_EXISTING = Statement(select(_l.id).where(this_workspace(lead), IS_SHOWN, one_of(_l.id, "ids")))
_TAKE_OUT = delete_statement(enrolment, ("campaign_id", "id"))
_RUNNING_OF_DOMAIN = Statement(
    select(enrolment)
    .join(lead, OF_LEAD)
    .where(
        this_workspace(enrolment), this_workspace(lead), _e.campaign_id == bindparam("campaign_id"),
        _e.next_at.is_not(None), _l.address_key >= bindparam("low"),
        _l.address_key < bindparam("high"),
    )
    .order_by(_e.id)
)  # fmt: skip


def with_campaign() -> Select[Any]:
    """Enrolments in campaigns that are not deleted and that the key may see, with what views show of the campaign."""
    return of_everybody().where(of_client(campaign.c.client_id))


def of_everybody() -> Select[Any]:
    """As `with_campaign`, whosever the campaign is: for rules that look at all of them."""
    columns = campaign.c.name.label("campaign_name"), campaign.c.status.label("campaign_status")
    return (
        select(enrolment, *columns, campaign.c.client_id.label("campaign_client_id"))
        .join(campaign, _OF_CAMPAIGN)
        .where(this_workspace(enrolment), campaign.c.deleted_at.is_(None))
    )


_BY_MAP_ALONE = Statement(
    with_campaign().where(
        _e.id == bindparam("id"), _e.campaign_id.in_(select(campaign.c.id).where(this_workspace(campaign)))
    )
)
_OF_LEADS = Statement(with_campaign().where(one_of(_e.lead_id, "ids")).order_by(_e.lead_id, _e.id))
_OF_LEADS_ANYWHERE = Statement(of_everybody().where(one_of(_e.lead_id, "ids")).order_by(_e.lead_id, _e.id))


_m = message.c
_LAST_MAIL = (
    select(func.max(_m.id))
    .where(_m.workspace_id == bindparam("ws"), _m.enrolment_id == bindparam("map_id"), _m.type == "SENT")
    .scalar_subquery()
)
#: column of a mail -> sets it in a mail, or in the last one that a lead got in a campaign
_MARK = {
    name: Statement(
        update(message)
        .where(
            this_workspace(message),
            _m.campaign_id == bindparam("of_campaign"),
            _m.id == func.coalesce(bindparam("mail_id"), _LAST_MAIL),
        )
        .values({name: bindparam("now"), "marks": _m.marks.op("|")(int(MARKED_BY[name]))})
    )
    for name in ("unsubscribed_at", "stopped_at")
}
_DROP_WAITING = Statement(
    delete(message).where(
        this_workspace(message),
        _m.campaign_id == bindparam("campaign_id"),
        _m.enrolment_id == bindparam("map_id"),
        _m.type == "SCHEDULED",
    )
)
_DROP_PLANS = Statement(
    delete(planned).where(
        this_workspace(planned),
        planned.c.campaign_id == bindparam("campaign_id"),
        planned.c.enrolment_id == bindparam("map_id"),
    )
)
_HIDE = Statement(
    update(message)
    .where(this_workspace(message), _m.enrolment_id == bindparam("map_id"))
    .values(hidden_at=bindparam("now"), marks=_m.marks.op("|")(int(Mark.HIDDEN)))
)


def unsubscribed_for_good(ctx: Context, address_keys: Sequence[str], client_id: int | None) -> list[tuple[str, bool]]:
    """Address keys whose lead, now deleted, unsubscribed from everything (True) or from all of this client."""
    clients = [0] if client_id is None else [0, client_id]
    rows = ctx.db.all(_UNSUBSCRIBED, keys=list(address_keys), clients=clients)
    return [(row["address_key"], row["client_id"] == 0) for row in rows]


def find_lead(ctx: Context, lead_id: int) -> Row:
    """The lead; ApiError `lead_not_found` when the workspace has none of that id."""
    row = ctx.db.one(_LEAD, id=lead_id)
    if row is None:
        raise ApiError("lead_not_found", hint=f"This workspace has no lead {lead_id}.")
    return row


def check(ctx: Context, lead_ids: Sequence[int]) -> None:
    """ApiError `lead_not_found` for the first id that the workspace has no lead of."""
    found = {row["id"] for row in ctx.db.all(_EXISTING, ids=list(lead_ids))}
    for lead_id in lead_ids:
        if lead_id not in found:
            raise ApiError("lead_not_found", hint=f"This workspace has no lead {lead_id}.")


def lead_or_none(ctx: Context, lead_id: int) -> Row | None:
    """The lead, if there is one of that id."""
    return ctx.db.one(_LEAD, id=lead_id)


def lead_by_email(ctx: Context, email: str) -> Row | None:
    """The lead of a normalised address."""
    return ctx.db.one(_LEAD_BY_ADDRESS, key=address_key(email))


def holder_of(ctx: Context, email: str) -> Row | None:
    """The lead that has a normalised address, whoever may see it."""
    return ctx.db.one(_HOLDER, key=address_key(email))


def check_own(ctx: Context, lead_id: int) -> None:
    """ApiError `not_permitted` when a client's key would change what others see: a lead of their campaigns too."""
    own, anywhere = enrolments_of(ctx, [lead_id]), enrolments_anywhere(ctx, [lead_id])
    if len(own[lead_id]) < len(anywhere[lead_id]):
        hint = f"Lead {lead_id} is in campaigns of others too; a client's key changes only what is the client's alone."
        raise ApiError("not_permitted", hint=hint)


def find_enrolment(ctx: Context, campaign_id: int, lead_id: int) -> Row:
    """The row of a lead in a campaign; ApiError `lead_not_found` (or `foreign_resource`) when it is not in it."""
    row = ctx.db.one(_PAIR, campaign_id=campaign_id, lead_id=lead_id)
    if row is None:
        if lead_or_none(ctx, lead_id) is None:
            ctx.check_foreign(lambda account: lead_or_none(account, lead_id), f"lead {lead_id}")
        raise ApiError(
            "lead_not_found", hint=f"Lead {lead_id} is not in campaign {campaign_id}; the path takes the lead's id."
        )
    return row


def find_by_map_id(ctx: Context, campaign_id: int, map_id: int) -> Row:
    """The row of a map id in a campaign; ApiError `lead_not_found` when there is none."""
    row = ctx.db.one(_BY_MAP, campaign_id=campaign_id, id=map_id)
    if row is None:
        hint = f"Campaign {campaign_id} has no campaign_lead_map_id {map_id}; this path takes no lead id."
        raise ApiError("lead_not_found", hint=hint)
    return row


def find_by_map_id_alone(ctx: Context, map_id: int, *, code: str = "lead_not_found") -> Row:
    """The row of a map id in any campaign; ApiError with this code when there is none."""
    row = ctx.db.one(_BY_MAP_ALONE, id=map_id)
    if row is None:
        raise ApiError(code, hint=f"No campaign has the campaign_lead_map_id {map_id}.")
    return row


def enrolments_of(ctx: Context, lead_ids: Sequence[int]) -> dict[int, list[Row]]:
    """Lead id -> its rows in campaigns that are not deleted and that the key may see."""
    return _by_lead(ctx, _OF_LEADS, lead_ids)


def enrolments_anywhere(ctx: Context, lead_ids: Sequence[int]) -> dict[int, list[Row]]:
    """As `enrolments_of`, whosever the campaigns are: for rules that look at all of them."""
    return _by_lead(ctx, _OF_LEADS_ANYWHERE, lead_ids)


def _by_lead(ctx: Context, statement: Statement, lead_ids: Sequence[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {lead_id: [] for lead_id in lead_ids}
    for row in ctx.db.all(statement, ids=list(lead_ids)):
        found[row["lead_id"]].append(row)
    return found


def revenue_of(ctx: Context, campaign_id: int) -> int:
    """What the leads of a campaign are worth, in hundredths; in two parts, since the sum may pass 64 bits."""
    high, low = ctx.db.all(_REVENUE, campaign_id=campaign_id)[0]
    return int(high * _PART + low)


def rows_of_campaign(ctx: Context, campaign_id: int, map_ids: Sequence[int] | None) -> list[Row]:
    """The rows of a campaign by map id, or those of these map ids."""
    if map_ids is None:
        return ctx.db.all(_ROWS_OF_CAMPAIGN, campaign_id=campaign_id)
    return ctx.db.all(_BY_MAPS, campaign_id=campaign_id, ids=list(map_ids))


def enrolled(ctx: Context, campaign_id: int, lead_ids: Sequence[int]) -> list[int]:
    """Those of the leads that are in a campaign."""
    return [row["lead_id"] for row in ctx.db.all(_ENROLLED, campaign_id=campaign_id, lead_ids=list(lead_ids))]


def enrolment_or_none(ctx: Context, campaign_id: int, map_id: int) -> Row | None:
    """The row of a map id in a campaign, if there is one."""
    return ctx.db.one(_BY_MAP, campaign_id=campaign_id, id=map_id)


def running_of_domain(ctx: Context, campaign_id: int, domain: str) -> list[Row]:
    """Rows of a campaign that still get mails, of leads whose address is at exactly this domain; by map id."""
    low = f"{domain_key(domain)}@"
    return ctx.db.all(_RUNNING_OF_DOMAIN, campaign_id=campaign_id, low=low, high=low[:-1] + "A")


def change(ctx: Context, row: Row, **columns: Any) -> None:
    """Set columns of an enrolment."""
    ctx.db.update(enrolment, {"campaign_id": row["campaign_id"], "id": row["id"]}, **columns)
    if has_finished(columns.get("status", row["status"]), columns.get("flags", row["flags"])):
        _if_it_ran(ctx, row)


def _if_it_ran(ctx: Context, row: Row) -> None:
    """A row is finished or gone: its campaign may be complete if it was not finished before."""
    if not has_finished(row["status"], row["flags"]):
        campaigns.may_be_complete(ctx, row["campaign_id"])


def categorise(ctx: Context, row: Row, category_id: int | None, *, cause: str) -> None:
    """Set or remove the category of a lead in a campaign."""
    if category_id != row["category_id"]:
        change(ctx, row, category_id=category_id)
        changed = event_of(row, old=row["category_id"], new=category_id, cause=cause)
        ctx.emit("LEAD_CATEGORY_UPDATED", [changed])


def mark_mail(ctx: Context, row: Row, column: str, mail_id: int | None = None) -> None:
    """Note on a mail what came of it, since figures follow the mails; on the lead's last one unless it is known."""
    ctx.db.run(_MARK[column], of_campaign=row["campaign_id"], map_id=row["id"], mail_id=mail_id, now=ctx.now)


def unsubscribe(ctx: Context, row: Row, *, cause: str, mail_id: int | None = None) -> None:
    """Unsubscribe a lead from one campaign, which pauses it there for good (S1); perhaps by the link of a mail."""
    status = status_after_unsubscribe(row["status"])
    change(ctx, row, status=status, flags=row["flags"] | Flag.UNSUBSCRIBED, next_at=None)
    if not row["flags"] & Flag.UNSUBSCRIBED:
        mark_mail(ctx, row, "unsubscribed_at", mail_id)
        ctx.emit("LEAD_UNSUBSCRIBED", [event_of(row, cause=cause)])


def unsubscribe_everywhere(ctx: Context, lead_id: int, *, cause: str) -> None:
    """Unsubscribe a lead from everything, for good; its rows keep their status but get no mail (S1, R).

    A client's key unsubscribes it from everything of the client (inferred from `unsubscribed_client_id_map`).
    """
    ctx.db.update(lead, {"id": lead_id}, updated_at=ctx.now, **_unsubscribed(ctx, find_lead(ctx, lead_id)))
    rows = [row for row in enrolments_of(ctx, [lead_id])[lead_id] if not row["flags"] & Flag.UNSUBSCRIBED]
    ctx.emit("LEAD_UNSUBSCRIBED", [event_of(row, cause=cause) for row in rows])
    for row in rows:
        change(ctx, row, flags=row["flags"] | Flag.UNSUBSCRIBED, next_at=None)
        mark_mail(ctx, row, "unsubscribed_at")


def _unsubscribed(ctx: Context, row: Row) -> dict[str, Any]:
    if ctx.client is None:
        return {"is_unsubscribed": True}
    clients = {**orjson.loads(row["unsubscribed_client_ids"] or "{}"), str(ctx.client.id): True}
    return {"unsubscribed_client_ids": orjson.dumps(clients).decode()}


def withdraw(ctx: Context, row: Row) -> None:
    """Take a lead out of a campaign; a lead that is in no other campaign is deleted for good (R)."""
    take_out(ctx, [row])
    if not enrolments_anywhere(ctx, [row["lead_id"]])[row["lead_id"]]:
        delete_lead(ctx, row["lead_id"])


def take_out(ctx: Context, rows: Sequence[Row]) -> None:
    """Take leads out of campaigns; they stay in the account, what was noted on their rows goes (inferred)."""
    ctx.db.run_many(_TAKE_OUT, [{"where_campaign_id": row["campaign_id"], "where_id": row["id"]} for row in rows])
    _hide_mails(ctx, rows)
    notes.drop(ctx, [row["id"] for row in rows])
    for campaign_id in sorted({one["campaign_id"] for one in rows if not has_finished(one["status"], one["flags"])}):
        campaigns.may_be_complete(ctx, campaign_id)
    ctx.emit("LEAD_WITHDRAWN", [event_of(row) for row in rows])


def _hide_mails(ctx: Context, rows: Sequence[Row]) -> None:
    """And let nothing happen to them any more: no reaction, no answer that waits."""
    of_rows = [{"campaign_id": row["campaign_id"], "map_id": row["id"]} for row in rows]
    for drop in (_DROP_PLANS, _DROP_WAITING):
        ctx.db.run_many(drop, of_rows)
    ctx.db.run_many(_HIDE, [{"map_id": row["id"], "now": ctx.now} for row in rows])


def delete_lead(ctx: Context, lead_id: int) -> None:
    """Delete a lead: it leaves campaigns, lists and tags; that it unsubscribed from everything outlives it."""
    row = ctx.db.one(_ANYBODYS, id=lead_id)
    assert row is not None
    _keep_unsubscribed(ctx, row)
    rows = enrolments_anywhere(ctx, [lead_id])[lead_id]
    _hide_mails(ctx, rows)
    for one in rows:
        _if_it_ran(ctx, one)
    notes.drop(ctx, [one["id"] for one in rows])
    ctx.db.delete(enrolment, lead_id=lead_id)
    lists.remove_everywhere(ctx, [lead_id])
    tags.forget(ctx, "lead", lead_id)
    ctx.db.delete(lead, id=lead_id)
    ctx.emit("LEAD_DELETED", [{"lead_id": lead_id}])


def _keep_unsubscribed(ctx: Context, row: Row) -> None:
    """For the account, and for each client that the lead wants no mail of."""
    clients = [0] if row["is_unsubscribed"] else []
    clients += map(int, orjson.loads(row["unsubscribed_client_ids"] or "{}"))
    for client_id in clients:
        if ctx.db.one(_UNSUBSCRIBED, keys=[row["address_key"]], clients=[client_id]) is None:
            kept = {"address_key": row["address_key"], "client_id": client_id}
            ctx.db.insert(unsubscribed_address, id=ctx.db.next_ids("unsubscribed_address"), **kept)


def event_of(row: Row, **data: Any) -> dict[str, Any]:
    """What the ledger keeps of an enrolment."""
    return {"campaign_id": row["campaign_id"], "enrolment_id": row["id"], "lead_id": row["lead_id"], "data": data}

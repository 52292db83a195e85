"""What the engine asks the store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, or_, select, update

from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts.tables import campaign_email_account, email_account
from mock_server.families.leads.rules import Flag
from mock_server.families.leads.tables import enrolment, enrolment_pages, lead
from mock_server.families.messages.rules import POSITIVE
from mock_server.families.messages.tables import message, planned
from mock_server.families.sequences.tables import step, variant
from mock_server.simulation.plan import Campaign, Lane, Mailbox, Step
from mock_server.simulation.variants import Variant
from mock_server.state import paging
from mock_server.state.database import Database, Row, Session
from mock_server.state.schema import workspace
from mock_server.state.statements import Statement, one_of, this_workspace

_e, _l, _c, _a = enrolment.c, lead.c, campaign.c, email_account.c
_m = campaign_email_account.c

_ACTIVE = Statement(
    select(campaign).where(this_workspace(campaign), _c.status == "ACTIVE", _c.deleted_at.is_(None)).order_by(_c.id)
)
_STEPS = Statement(
    select(step).where(this_workspace(step), one_of(step.c.campaign_id, "ids")).order_by(step.c.seq_number)
)
_VARIANTS = Statement(
    select(variant).where(this_workspace(variant), one_of(variant.c.campaign_id, "ids")).order_by(variant.c.position)
)
_LANES = Statement(
    select(
        email_account, _m.id.label("membership_id"), _m.campaign_id, _m.last_sent_at.label("lane_sent_at")
    )
    .join(campaign_email_account, (_m.workspace_id == _a.workspace_id) & (_m.email_account_id == _a.id))
    .where(
        this_workspace(campaign_email_account), one_of(_m.campaign_id, "ids"), _a.deleted_at.is_(None),
        _a.is_suspended == 0, _a.smtp_failure.is_(None), _a.imap_failure.is_(None),
    )
    .order_by(_m.campaign_id, _m.id)
)  # fmt: skip
_LEAD_COLUMNS = [_l[name] for name in (
    "email", "first_name", "last_name", "phone_number", "company_name", "website", "location", "linkedin_profile",
    "company_url", "custom_fields",
)]  # fmt: skip


def _due() -> Select[Any]:
    """Rows of a campaign for which a mail is due at some moment, with their leads, in the order of their turn."""
    return (
        select(enrolment, *_LEAD_COLUMNS)
        .join(lead, (_l.workspace_id == _e.workspace_id) & (_l.id == _e.lead_id))
        .where(this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), _e.next_at.is_not(None))
        .order_by(_e.next_at, _e.id)
        .limit(bindparam("limit"))
    )


_WAITING = Statement(_due().where(_e.last_seq_number.is_(None)))
_FOLLOWING = Statement(
    _due().where(_e.last_seq_number.is_not(None), _e.email_account_id == bindparam("email_account_id"))
)
_FOLLOWING_AT = Statement(
    select(_e.next_at)
    .where(
        this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), _e.next_at.is_not(None),
        _e.last_seq_number.is_not(None), _e.email_account_id == bindparam("email_account_id"),
    )
    .order_by(_e.next_at)
    .limit(1)
)  # fmt: skip
_NEXT_PLANNED = Statement(
    select(planned).where(this_workspace(planned)).order_by(planned.c.due_at, planned.c.id).limit(1)
)
_TO_CHECK = Statement(select(_c.id).where(this_workspace(campaign), _c.id == bindparam("id"), _c.check_completion == 1))
_PARENT_ROW = Statement(
    select(_e.id).where(
        this_workspace(enrolment), _e.campaign_id == bindparam("campaign_id"), _e.lead_id == bindparam("lead_id")
    )
)
_POSITIVE_REPLIES = Statement(
    select(message.c.variant_id)
    .distinct()
    .add_columns(message.c.id)
    .join(enrolment, (_e.workspace_id == message.c.workspace_id) & (_e.id == message.c.enrolment_id))
    .where(
        this_workspace(message), this_workspace(enrolment), message.c.campaign_id == bindparam("campaign_id"),
        _e.campaign_id == bindparam("campaign_id"), one_of(_e.category_id, "positive"),
        message.c.type == "SENT", message.c.step_id == bindparam("step_id"), message.c.replied_at.is_not(None),
    )
)  # fmt: skip
_RUNNING = ("status IN ('STARTED', 'INPROGRESS', 'PAUSED')", f"(flags & {Flag.UNSUBSCRIBED:d}) = 0")

SENT_TO_LEAD = Statement(
    update(enrolment)
    .where(this_workspace(enrolment), _e.campaign_id == bindparam("of_campaign"), _e.id == bindparam("map_id"))
    .values({name: bindparam(name) for name in (
        "status", "flags", "last_seq_number", "last_sent_at", "last_event_at", "next_at", "email_account_id",
    )})
)  # fmt: skip
SENT_BY_MAILBOX = Statement(
    update(email_account)
    .where(this_workspace(email_account), _a.id == bindparam("mailbox_id"))
    .values({name: bindparam(name) for name in (
        "sent_day", "daily_sent_count", "daily_follow_up_count", "last_sent_at",
    )})
)  # fmt: skip
SENT_BY_LANE = Statement(
    update(campaign_email_account)
    .where(this_workspace(campaign_email_account), _m.id == bindparam("membership_id"))
    .values(last_sent_at=bindparam("last_sent_at"))
)
SENT_BY_CAMPAIGN = Statement(
    update(campaign)
    .where(this_workspace(campaign), _c.id == bindparam("of_campaign"))
    .values({name: bindparam(name) for name in ("new_leads_day", "new_leads_sent", "sent_count")})
)
SENT_OF_STEP = Statement(
    update(step)
    .where(this_workspace(step), step.c.id == bindparam("of_step"))
    .values(sent_count=bindparam("sent_count"), winner_variant_id=bindparam("winner_variant_id"))
)
SENT_OF_VARIANT = Statement(
    update(variant)
    .where(this_workspace(variant), variant.c.id == bindparam("of_variant"))
    .values(sent_count=bindparam("sent_count"))
)


_LIVE_KEYS = (
    select(workspace.c.key)
    .where(workspace.c.clock_mode == "live", or_(
        select(_c.id).where(
            _c.workspace_id == workspace.c.id, _c.status == "ACTIVE", _c.deleted_at.is_(None)
        ).exists(),
        select(planned.c.id).where(planned.c.workspace_id == workspace.c.id).exists(),
    ))
)  # fmt: skip


def live_keys(database: Database) -> list[str]:
    """Keys of stored workspaces whose clock runs and in which something is to happen."""
    return [row["key"] for row in Session(database.writer, 0).all(Statement(_LIVE_KEYS))]


def active_campaigns(db: Session) -> list[Row]:
    """The campaigns that run, by id."""
    return db.all(_ACTIVE)


def campaigns_of(db: Session, rows: list[Row]) -> dict[int, Campaign]:
    """Running campaigns with their steps, by id."""
    ids = [row["id"] for row in rows]
    variants: dict[int, list[Variant]] = {}
    for row in db.all(_VARIANTS, ids=ids):
        one = Variant(
            row["id"], row["subject"], row["email_body"], row["variant_distribution_percentage"], row["sent_count"]
        )
        variants.setdefault(row["step_id"], []).append(one)
    steps: dict[int, list[Step]] = {}
    for row in db.all(_STEPS, ids=ids):
        steps.setdefault(row["campaign_id"], []).append(_step(row, variants.get(row["id"], [])))
    return {row["id"]: Campaign.of(row, steps.get(row["id"], [])) for row in rows}


def _step(row: Row, variants: list[Variant]) -> Step:
    return Step(
        id=row["id"], number=row["seq_number"], delay=row["delay_in_days"] * 86_400_000, subject=row["subject"],
        body=row["email_body"], is_manual=row["seq_type"] == "MANUAL", distribution=row["variant_distribution_type"],
        sample=row["lead_distribution_percentage"], metric=row["winning_metric_property"], sent=row["sent_count"],
        winner_id=row["winner_variant_id"], variants=variants,
    )  # fmt: skip


def lanes_of(db: Session, campaigns: dict[int, Campaign]) -> list[Lane]:
    """The mailboxes of campaigns that may send, in the order they were attached in; they are added to the campaigns."""
    mailboxes: dict[int, Mailbox] = {}
    lanes: list[Lane] = []
    for row in db.all(_LANES, ids=list(campaigns)):
        mailbox = mailboxes.get(row["id"])
        if mailbox is None:
            mailbox = mailboxes[row["id"]] = Mailbox.of(row)
        owner = campaigns[row["campaign_id"]]
        lane = Lane(len(lanes), owner, mailbox, row["membership_id"], row["lane_sent_at"])
        owner.lanes.append(lane)
        lanes.append(lane)
    return lanes


def waiting(db: Session, campaign_id: int, limit: int) -> list[Row]:
    """Leads that wait for their first mail, in the order of their turn."""
    return db.all(_WAITING, campaign_id=campaign_id, limit=limit)


def first_follow_up(db: Session, campaign_id: int, email_account_id: int) -> Row | None:
    """The lead of a mailbox whose follow-up is due first."""
    return db.one(_FOLLOWING, campaign_id=campaign_id, email_account_id=email_account_id, limit=1)


def first_follow_up_at(db: Session, campaign_id: int, email_account_id: int) -> int | None:
    """When that one is due."""
    row = db.one(_FOLLOWING_AT, campaign_id=campaign_id, email_account_id=email_account_id)
    return None if row is None else row["next_at"]


def next_planned(db: Session) -> Row | None:
    """What recipients do next."""
    return db.one(_NEXT_PLANNED)


def has_finished_lead(db: Session, campaign_id: int) -> bool:
    """Whether a lead of the campaign has finished since its START, other than by its last mail."""
    return db.one(_TO_CHECK, id=campaign_id) is not None


def parent_row(db: Session, campaign_id: int, lead_id: int) -> int | None:
    """The row of a lead in the campaign above a sub-sequence."""
    row = db.one(_PARENT_ROW, campaign_id=campaign_id, lead_id=lead_id)
    return None if row is None else row["id"]


def unfinished(db: Session, campaign_id: int) -> int:
    """How many leads of a campaign may still get mails, now or after a pause."""
    scope = {"workspace_id": db.ws, "campaign_id": campaign_id}
    return paging.count(db.connection, enrolment_pages, scope, _RUNNING)


def hits(db: Session, campaign_id: int, of: Step) -> dict[int, int]:
    """Variant id -> mails that count for the metric of AI_EQUAL."""
    if of.metric == "POSITIVE_REPLY_RATE":
        found: dict[int, int] = {}
        for row in db.all(_POSITIVE_REPLIES, campaign_id=campaign_id, step_id=of.id, positive=sorted(POSITIVE)):
            found[row["variant_id"]] = found.get(row["variant_id"], 0) + 1
        return found
    column = {"CLICK_RATE": "click_count", "REPLY_RATE": "reply_count"}.get(of.metric or "", "open_count")
    return {row["id"]: row[column] for row in db.all(_VARIANTS, ids=[campaign_id]) if row["step_id"] == of.id}

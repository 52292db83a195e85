"""Mails that somebody sends by hand: answers, forwards, tests and mails outside campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Literal
from urllib.parse import urlsplit

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.families.campaigns import records as campaigns
from mock_server.families.email_accounts import records as accounts
from mock_server.families.leads import records as leads
from mock_server.families.messages import records, rules
from mock_server.families.messages.html import as_html, is_html
from mock_server.families.messages.tables import message, planned
from mock_server.state.database import Row

Kind = Literal["HAND", "SCHEDULED", "FORWARD", "TEST", "SINGLE"]

_KIND_IN_LEDGER = {"HAND": "reply", "FORWARD": "forward", "TEST": "test", "SINGLE": "single"}
_TRACKING = "track_single_email_open"


def store(ctx: Context, kind: Kind, account: Row, *, campaign_id: int = 0, **columns: Any) -> str:
    """Store a mail from a mailbox, and tell the ledger when it has gone out; its Message-ID.

    It begins a thread, goes out now and is of no campaign, unless `columns` say otherwise.
    """
    number = ctx.db.next_ids("message")
    name = rules.message_id(ctx.workspace.seed, account["from_email"], "by hand", number)
    ctx.db.insert(
        message, id=number, campaign_id=campaign_id, type=kind, message_id=name, email_account_id=account["id"],
        from_email=account["from_email"], written_at=ctx.now,
        due_at=columns["at"] if kind == "SCHEDULED" else None, **{"thread_id": number, "at": ctx.now, **columns},
    )  # fmt: skip
    if kind == "SCHEDULED":
        ctx.db.insert(
            planned, id=ctx.db.next_ids("planned"), due_at=columns["at"], campaign_id=campaign_id,
            enrolment_id=columns["enrolment_id"], message_id=number, word="scheduled", cause="hand",
        )  # fmt: skip
    else:
        row = {"lead_id": columns.get("lead_id"), "enrolment_id": columns.get("enrolment_id")}
        _tell(ctx, kind, message_id=number, campaign_id=campaign_id or None, **row)
    return name


def _tell(ctx: Context, kind: str, **ids: int | None) -> None:
    ctx.emit("MAIL_SENT_BY_HAND", [{**ids, "data": {"kind": _KIND_IN_LEDGER[kind]}}])


def reply(ctx: Context, row: Row, account: Row, at: int, **columns: Any) -> None:
    """Answer a lead, now or later."""
    kind: Kind = "HAND" if at <= ctx.now else "SCHEDULED"
    own = {"enrolment_id": row["id"], "lead_id": row["lead_id"], "at": max(at, ctx.now)}
    store(ctx, kind, account, campaign_id=row["campaign_id"], **own, **columns)
    if kind == "HAND":
        leads.change(ctx, row, last_sent_at=ctx.now, last_event_at=ctx.now)


def send_scheduled(ctx: Context, plan: Row) -> None:
    """Let an answer go out that waited for its moment.

    It is dropped when the lead is no longer in the campaign, or when the campaign or the mailbox is gone.
    """
    mail = records.get(ctx, plan["campaign_id"], plan["message_id"])
    if mail is None:
        return
    row = leads.enrolment_or_none(ctx, plan["campaign_id"], plan["enrolment_id"])
    has_campaign = campaigns.find_or_none(ctx, plan["campaign_id"]) is not None
    if row is None or not has_campaign or accounts.sender(ctx, mail) is None:
        ctx.db.delete(message, campaign_id=mail["campaign_id"], id=mail["id"])
        return
    records.change(ctx, mail, type="HAND", at=ctx.now)
    leads.change(ctx, row, last_sent_at=ctx.now, last_event_at=ctx.now)
    _tell(ctx, "HAND", message_id=mail["id"], **{n: mail[n] for n in ("campaign_id", "lead_id", "enrolment_id")})


def quoted(chain: Sequence[Row]) -> str:
    """Messages, newest first, each in a quotation under its sender, its moment and its subject."""
    return "".join(
        f"<blockquote><p>From: {escape(one['from_email'])}<br>Date: {iso(one['at'])}<br>"
        f"Subject: {escape(one['subject'])}</p>{as_html(one['body'])}"
        "</blockquote>"
        for one in chain
    )


def with_pixel(ctx: Context, body: str, stats_id: str) -> str:
    """The body with a tracking pixel at its end; a plain text, and an edition that tracks none, has no pixel.

    Its address has no host, so that whoever shows the mail asks this server, not the real service.
    """
    tracking = ctx.edition.operations.get(_TRACKING)
    if tracking is None or not is_html(body):
        return body
    base = urlsplit(ctx.edition.document["servers"][0]["url"]).path
    path = tracking.path.format(trackId=rules.track_id(ctx.workspace.id, stats_id))
    return f'{body}<img src="{base}{path}" width="1" height="1" alt="">'

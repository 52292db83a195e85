"""What a recipient does with a mail, and what follows from it: figures, the state of the lead, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mock_server import rng
from mock_server.clock import iso
from mock_server.context import Context
from mock_server.families.campaigns import records as campaigns
from mock_server.families.campaigns.rules import stops_lead
from mock_server.families.leads import records as leads
from mock_server.families.leads import subsequences
from mock_server.families.leads.rules import Flag, domain_of, status_after_stop
from mock_server.families.messages import records, rules
from mock_server.families.messages.tables import message
from mock_server.state.database import Row

_DAY = 86_400_000
_OOO_CATEGORY = 6
#: what an answer has of the mail that it answers
_OF_THREAD = (
    "campaign_id", "enrolment_id", "lead_id", "email_account_id", "thread_id", "stats_id", "seq_number", "step_id",
    "variant_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in. `category_id`: how it is read; `certain`: whoever sent it says so, no guess of the AI.

    `files`: name, type, size and charset of what came with it.
    """

    from_email: str
    subject: str
    body: str
    from_name: str | None = None
    message_id: str = ""
    cc: Sequence[str] = ()
    company: rules.Company = "SameCompany"
    category_id: int | None = None
    certain: bool = False
    files: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was sent, with its lead's row and its campaign as they are now."""

    mail: Row
    row: Row
    campaign: Row
    cause: str

    def event(self, **data: Any) -> dict[str, Any]:
        """What the ledger keeps."""
        facts = leads.event_of(self.row, cause=self.cause, **data)
        return {**facts, "message_id": self.mail["id"]}


def opened(ctx: Context, sent: Sent) -> None:
    """The pixel of a mail was loaded: every time counts, the first one sets the time."""
    mail, first = sent.mail, sent.mail["opened_at"] is None
    records.change(ctx, mail, open_count=mail["open_count"] + 1, opened_at=mail["opened_at"] or ctx.now)
    if first:
        records.count_for_variant(ctx, mail, "open_count")
    _note(ctx, sent, Flag.OPENED)
    ctx.emit("EMAIL_OPEN", [sent.event(first=first)])
    _stop(ctx, sent, "OPEN_AN_EMAIL")
    if first:
        subsequences.enter_on(ctx, sent.row, "open")


def clicked(ctx: Context, sent: Sent, link: str) -> None:
    """A tracked link was clicked."""
    mail, links = sent.mail, orjson.loads(sent.mail["clicked_links"])
    first = link not in links
    known = orjson.dumps([*links, link] if first else links).decode()
    records.change(
        ctx, mail, click_count=mail["click_count"] + 1, clicked_at=mail["clicked_at"] or ctx.now, clicked_links=known
    )
    if not links:
        records.count_for_variant(ctx, mail, "click_count")
    _note(ctx, sent, Flag.CLICKED)
    ctx.emit("EMAIL_LINK_CLICK", [sent.event(first=first, link=link)])
    _stop(ctx, sent, "CLICK_ON_A_LINK")
    if first:
        subsequences.enter_on(ctx, sent.row, "click", text=link)


def replied(ctx: Context, sent: Sent, incoming: Incoming) -> None:
    """An answer came in: category, stop rule, other leads of the domain and sub-sequences follow, in this order."""
    category_id = _accepted_category(sent, incoming)
    answer = _receive(ctx, sent, "REPLY", incoming, category_id)
    _take_in(ctx, sent, answer, ctx.now, category_id, incoming.body)


def associated(ctx: Context, sent: Sent, untracked: Row) -> None:
    """A mail that had answered none is the answer to this one; it came when it came, the rest follows now."""
    answer = untracked["id"]
    ctx.db.delete(message, campaign_id=untracked["campaign_id"], id=answer)
    of_thread = {name: sent.mail[name] for name in _OF_THREAD}
    own = {name: untracked[name] for name in untracked.keys() if name not in ("workspace_id", "marks")}  # noqa: SIM118
    kept = {"type": "REPLY", "answers": sent.mail["id"], "email_account_id": untracked["email_account_id"]}
    ctx.db.insert(message, **{**own, **of_thread, **kept})
    _take_in(ctx, sent, answer, untracked["at"], untracked["category_id"], untracked["body"])


def _take_in(ctx: Context, sent: Sent, answer: int, at: int, category_id: int | None, text: str) -> None:
    _count_reply(ctx, sent, answer, at)
    row = _current(ctx, sent)
    if category_id is not None:
        leads.categorise(ctx, row, category_id, cause=sent.cause)
    _stop(ctx, sent, "REPLY_TO_AN_EMAIL")
    _after_reply(ctx, sent, category_id or row["category_id"], text)


def out_of_office(ctx: Context, sent: Sent, incoming: Incoming) -> None:
    """An automatic answer came in: a reply like others unless the campaign's settings say otherwise (R, R1)."""
    settings = orjson.loads(sent.campaign["out_of_office_detection_settings"])
    category_id = None
    if settings.get("autoCategorizeOOO"):
        as_ooo = Incoming(incoming.from_email, incoming.subject, incoming.body, category_id=_OOO_CATEGORY)
        category_id = _accepted_category(sent, as_ooo)
    answer = _receive(ctx, sent, "OUT_OF_OFFICE", incoming, category_id)
    leads.change(ctx, sent.row, last_event_at=ctx.now)
    ctx.emit("OUT_OF_OFFICE", [{**sent.event(), "message_id": answer}])
    counts = not settings.get("ignoreOOOasReply")
    if counts:
        _count_reply(ctx, sent, answer, ctx.now)
    row = _current(ctx, sent)
    if category_id is not None:
        leads.categorise(ctx, row, category_id, cause=sent.cause)
    delay = settings.get("reactivateOOOwithDelay")
    if settings.get("autoReactivateOOO") or delay is not None:
        if row["next_at"] is not None:
            leads.change(ctx, row, next_at=max(row["next_at"], ctx.now + round(float(delay or 0) * _DAY)))
        return
    if counts:
        _stop(ctx, sent, "REPLY_TO_AN_EMAIL")
        _after_reply(ctx, sent, category_id or row["category_id"], incoming.body)


def bounced(ctx: Context, sent: Sent, incoming: Incoming, *, hard: bool) -> None:
    """A mail came back. A hard bounce blocks the lead in this campaign (S1, S4); after a soft one it goes on."""
    notice = _receive(ctx, sent, "BOUNCE", incoming, None)
    kind = "hard" if hard else "soft"
    first = sent.mail["bounced_at"] is None
    records.change(ctx, sent.mail, bounced_at=sent.mail["bounced_at"] or ctx.now, bounce_type=kind)
    if first:
        records.count_bounce(ctx, sent.row["campaign_id"])
    blocked = {"status": "BLOCKED", "next_at": None} if hard else {}
    _note(ctx, sent, Flag.BOUNCED, **blocked)
    ctx.emit("EMAIL_BOUNCE", [sent.event(bounce_type=kind, notice=notice)])
    subsequences.enter_on(ctx, sent.row, "bounce")
    bounces = sent.campaign["bounce_count"] + first
    if sent.campaign["status"] == "ACTIVE" and rules.passes_threshold(
        bounces, sent.campaign["sent_count"], sent.campaign["bounce_autopause_threshold"]
    ):
        campaigns.change_status(ctx, sent.campaign, "PAUSED", cause="bounce_autopause_threshold")


def unsubscribed(ctx: Context, sent: Sent) -> None:
    """The unsubscribe link of a mail was used: no more mails of this campaign (S1)."""
    leads.unsubscribe(ctx, sent.row, cause=sent.cause, mail_id=sent.mail["id"])
    leads.change(ctx, sent.row, last_event_at=ctx.now)
    subsequences.enter_on(ctx, sent.row, "unsubscribe")


def untracked(ctx: Context, account: Row, incoming: Incoming, *, cause: str) -> int:
    """A mail came into a mailbox that answers none that was sent; its id."""
    message_row = ctx.db.next_ids("message")
    ctx.db.insert(
        message, id=message_row, campaign_id=0, email_account_id=account["id"], type="UNTRACKED", at=ctx.now,
        thread_id=message_row, to_email=account["from_email"],
        stats_id=rng.uuid(ctx.workspace.seed, "untracked", message_row), category_id=incoming.category_id,
        attachments=orjson.dumps(_files(ctx, incoming, message_row)).decode(),
        **_as_received(ctx, incoming, message_row),
    )  # fmt: skip
    ctx.emit("UNTRACKED_REPLIES", [{"message_id": message_row, "data": {"cause": cause, "from": incoming.from_email}}])
    return message_row


def _as_received(ctx: Context, incoming: Incoming, number: int) -> dict[str, Any]:
    fallback = rules.message_id(ctx.workspace.seed, incoming.from_email, "received", number)
    return {
        "message_id": incoming.message_id or fallback, "from_email": incoming.from_email,
        "from_name": incoming.from_name, "cc": orjson.dumps(list(incoming.cc)).decode(),
        "subject": incoming.subject, "body": incoming.body, "company": incoming.company,
    }  # fmt: skip


def _files(ctx: Context, incoming: Incoming, number: int) -> list[dict[str, Any]]:
    """What came with a mail; the files themselves are kept nowhere."""
    found = []
    for n, one in enumerate(incoming.files):
        file_id = rng.uuid(ctx.workspace.seed, "file", number, n)
        place = {"id": file_id, "file_url": f"https://files.simulator.test/{file_id}", "created_at": iso(ctx.now)}
        found.append({**one, **place, "is_download_skipped": False})
    return found


def _receive(ctx: Context, sent: Sent, kind: str, incoming: Incoming, category_id: int | None) -> int:
    """Store a mail that came in; its id."""
    mail, number = sent.mail, ctx.db.next_ids("message")
    ctx.db.insert(
        message, id=number, type=kind, at=ctx.now, answers=mail["id"], category_id=category_id,
        to_email=mail["from_email"],
        **{name: mail[name] for name in _OF_THREAD},
        **_as_received(ctx, incoming, number),
    )  # fmt: skip
    return number


def _count_reply(ctx: Context, sent: Sent, answer: int, at: int) -> None:
    mail, row = sent.mail, sent.row
    first = min(at, mail["replied_at"] or at)
    records.change(ctx, mail, reply_count=mail["reply_count"] + 1, replied_at=first)
    if mail["replied_at"] is None:
        records.count_for_variant(ctx, mail, "reply_count")
    ctx.db.update(message, {"campaign_id": mail["campaign_id"], "id": answer}, is_reply=True)
    _note(ctx, sent, Flag.REPLIED, last_reply_at=max(at, row["last_reply_at"] or at), is_unread=True)
    ctx.emit("EMAIL_REPLY", [sent.event(answer=answer)])


def ignore(ctx: Context, sent: Sent, *, ignored: bool) -> None:
    """Have the answers to a mail count as none in every figure, or count again; which mail is answered stays (R)."""
    mail = sent.mail
    counts, is_ignored = mail["replied_at"] is not None, mail["ignored_at"] is not None
    if not (counts if ignored else is_ignored):
        return
    first = min(at for at in (mail["replied_at"], mail["ignored_at"]) if at is not None)
    if ignored:
        records.unmark(ctx, mail, "replied_at", ignored_at=first)
    else:
        records.change(ctx, mail, replied_at=first, ignored_at=None)
    if ignored or not counts:  # else a later answer counts already
        records.count_for_variant(ctx, mail, "reply_count", -1 if ignored else 1)
    others = records.is_answered(ctx, mail["enrolment_id"])
    flags = sent.row["flags"]
    leads.change(ctx, sent.row, flags=flags | Flag.REPLIED if others else flags & ~Flag.REPLIED)
    ctx.emit("REPLY_IGNORED", [sent.event(ignored=ignored)])


def _accepted_category(sent: Sent, incoming: Incoming) -> int | None:
    """A guess must be among the categories that the campaign lets the AI choose from; none listed = all (R1)."""
    allowed = orjson.loads(sent.campaign["ai_categorisation_options"])
    guessed_wrong = allowed and not incoming.certain and incoming.category_id not in allowed
    return None if guessed_wrong else incoming.category_id


def _note(ctx: Context, sent: Sent, flag: Flag, **columns: Any) -> None:
    leads.change(ctx, sent.row, flags=sent.row["flags"] | flag, last_event_at=ctx.now, **columns)


def _current(ctx: Context, sent: Sent) -> Row:
    row = leads.enrolment_or_none(ctx, sent.row["campaign_id"], sent.row["id"])
    assert row is not None
    return row


def _stop(ctx: Context, sent: Sent, rule: str) -> None:
    """End the lead's steps if the campaign's stop rule is this one."""
    if stops_lead(rule, sent.campaign["stop_lead_settings"], sent.campaign["stop_on_reply"]):
        stop(ctx, _current(ctx, sent), cause=rule)


def stop(ctx: Context, row: Row, *, cause: str) -> None:
    """End a lead's steps in a campaign, if it has any to come."""
    status = status_after_stop(row["status"], unsubscribed=bool(row["flags"] & Flag.UNSUBSCRIBED))
    if status != row["status"]:
        leads.change(ctx, row, status=status, next_at=None)
        leads.mark_mail(ctx, row, "stopped_at")
        ctx.emit("LEAD_STOPPED", [leads.event_of(row, cause=cause)])


def _after_reply(ctx: Context, sent: Sent, category_id: int | None, text: str) -> None:
    for below in subsequences.rows_to_stop(ctx, sent.row):
        stop(ctx, below, cause="reply in the parent campaign")
    if sent.campaign["auto_pause_domain_leads_on_reply"]:
        lead = leads.lead_or_none(ctx, sent.row["lead_id"])
        assert lead is not None
        for row in leads.running_of_domain(ctx, sent.row["campaign_id"], domain_of(lead["email"])):
            if row["id"] != sent.row["id"]:
                leads.change(ctx, row, status="PAUSED", next_at=None)
                ctx.emit("LEAD_PAUSED", [leads.event_of(row, cause="reply of the domain")])
    subsequences.enter_on(ctx, sent.row, "reply", category_id=category_id, text=text)

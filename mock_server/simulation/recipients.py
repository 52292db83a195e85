"""Recipients: what they are going to do with a mail, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from mock_server import rng
from mock_server.context import Context
from mock_server.families.campaigns import records as campaigns
from mock_server.families.leads import records as leads
from mock_server.families.messages import by_hand, reactions, records
from mock_server.families.messages.compose import UNSUBSCRIBE_PARAGRAPH, Style
from mock_server.families.messages.html import links_of
from mock_server.families.messages.reactions import Incoming, Sent
from mock_server.families.messages.rules import answer_subject, company_of
from mock_server.families.messages.tables import planned
from mock_server.simulation import magic
from mock_server.state.database import Row

#: the rates of a workspace, in the order in which they are drawn
RATES = ("bounce", "open", "click", "reply", "unsubscribe", "ooo")
#: clicked in a mail that has no link of its own
FALLBACK_LINK = "https://link.simulator.test/"

_CATEGORIES = {"reply-interested": 1, "reply-not-interested": 3}
_TEXTS = {
    "reply": "Thank you for your mail.",
    "reply-interested": "That sounds interesting. Tell me more.",
    "reply-not-interested": "Thank you, but we are not interested.",
    "colleague-reply": "I answer for my colleague.",
    "forward-reply": "This was forwarded to me.",
    "unknown-reply": "Somebody answers.",
    "ooo": "I am out of the office and will read your mail when I am back.",
    "bounce": "550 5.1.1 The email account that you tried to reach does not exist.",
    "soft-bounce": "452 4.2.2 The recipient's inbox is full.",
}
_COLLEAGUE = "colleague"
_ELSEWHERE = "partner@other-company.test"


@dataclass(frozen=True, slots=True)
class Details:
    """What a test says about a reaction; what is left out is made up."""

    link: str | None = None
    subject: str | None = None
    body: str | None = None
    from_email: str | None = None
    from_name: str | None = None
    message_id: str = ""
    cc: Sequence[str] = ()
    category_id: int | None = None
    files: Sequence[dict[str, Any]] = ()


class UnlikelyError(Exception):
    """A recipient cannot do that; the message says why."""


def intentions(
    address: str, rates: Mapping[str, float], seed: int, names: tuple[object, ...], style: Style
) -> list[tuple[int, str, str]]:
    """What the recipient of a mail will do: (milliseconds after it, word, cause).

    A simulator address does its one thing; anybody else acts by the rates, each draw depending only on the seed and
    on `names`. A mail that bounces is not read. What nobody would notice is not planned.
    """
    if magic.is_simulated(address):
        script = magic.script_of(address)
        return [(script.delay, script.word, "simulator")] if script and style.tracks(script.word) else []
    found = []
    for word in RATES:
        rate = rates.get(word, 0)
        if rate and style.tracks(word) and rng.share(seed, word, *names) < rate:
            found.append((magic.DELAYS[word], word, "rate"))
            if word == "bounce":
                break
    return found


def act(ctx: Context, sent: Sent, word: str, details: Details) -> None:
    """Let the recipient do something now; raises UnlikelyError when nobody could."""
    mail = sent.mail
    if mail["bounce_type"] == "hard" and word != magic.SILENT:
        raise UnlikelyError("this mail bounced, so nobody has it")
    if word == "open":
        if not mail["tracks_opens"]:
            raise UnlikelyError("opens of this mail are not tracked: plain text, or DONT_TRACK_EMAIL_OPEN")
        reactions.opened(ctx, sent)
    elif word == "click":
        if not mail["tracks_clicks"]:
            raise UnlikelyError("clicks in this mail are not tracked: plain text, or DONT_TRACK_LINK_CLICK")
        written = mail["body"].partition(UNSUBSCRIBE_PARAGRAPH)[0]
        reactions.clicked(ctx, sent, details.link or next(iter(links_of(written)), FALLBACK_LINK))
    elif word == "unsubscribe":
        reactions.unsubscribed(ctx, sent)
    elif word in ("bounce", "soft-bounce"):
        reactions.bounced(ctx, sent, _incoming(sent, word, details), hard=word == "bounce")
    elif word != magic.SILENT:
        if "DONT_TRACK_REPLY_TO_AN_EMAIL" in orjson.loads(sent.campaign["track_settings"]):
            raise UnlikelyError("replies are not tracked in this campaign: DONT_TRACK_REPLY_TO_AN_EMAIL")
        incoming = _incoming(sent, word, details)
        (reactions.out_of_office if word == "ooo" else reactions.replied)(ctx, sent, incoming)


def act_as_planned(ctx: Context, plan: Row) -> Sent | None:
    """Do what was planned, unless the mail, its lead or its campaign is gone, or nobody would notice; to which mail.

    None too for an answer by hand that goes out: it moves no lead, so that the engine's view of the rows still holds.
    """
    ctx.db.delete(planned, due_at=plan["due_at"], id=plan["id"])
    if plan["word"] == "scheduled":
        by_hand.send_scheduled(ctx, plan)
        return None
    sent = sent_mail(ctx, plan["campaign_id"], plan["enrolment_id"], plan["message_id"], plan["cause"])
    if sent is not None:
        with suppress(UnlikelyError):
            act(ctx, sent, plan["word"], Details())
    return sent


def sent_mail(ctx: Context, campaign_id: int, map_id: int, message_id: int, cause: str) -> Sent | None:
    """A mail with its lead's row and its campaign; None when one of them is gone."""
    campaign = campaigns.find_or_none(ctx, campaign_id)
    row = leads.enrolment_or_none(ctx, campaign_id, map_id)
    mail = records.get(ctx, campaign_id, message_id)
    return Sent(mail, row, campaign, cause) if mail and row and campaign else None


def _incoming(sent: Sent, word: str, details: Details) -> Incoming:
    mail = sent.mail
    lead_email = mail["to_email"]
    responder = details.from_email or {
        "colleague-reply": f"{_COLLEAGUE}@{lead_email.rpartition('@')[2]}",
        "forward-reply": _ELSEWHERE,
        "bounce": f"mailer-daemon@{lead_email.rpartition('@')[2]}",
        "soft-bounce": f"mailer-daemon@{lead_email.rpartition('@')[2]}",
    }.get(word, lead_email)
    bounce = word in ("bounce", "soft-bounce")
    subject = f"Undeliverable: {mail['subject']}" if bounce else answer_subject(mail["subject"])
    return Incoming(
        from_email=responder,
        from_name=details.from_name,
        subject=subject if details.subject is None else details.subject,
        body=f"<div>{_TEXTS[word]}</div>" if details.body is None else details.body,
        message_id=details.message_id,
        cc=details.cc,
        company="Unknown" if word == "unknown-reply" else company_of(responder, lead_email),
        category_id=_CATEGORIES.get(word) if details.category_id is None else details.category_id,
        certain=details.category_id is not None,
    )

"""What a webhook is told about an event, in the rich form of real deliveries (platform.yaml, events)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from mock_server.clock import iso, iso_millis_offset
from mock_server.families.leads.rules import CATEGORIES, CATEGORY_NAMES
from mock_server.families.messages.html import plain_text
from mock_server.families.messages.records import TO_LEAD
from mock_server.outbox.happenings import Happening, Json
from mock_server.state.database import Row, Session

APP = "https://app.smartlead.ai/app"
_SENTIMENTS = {category_id: sentiment for category_id, _, sentiment, _ in CATEGORIES}


def happening(db: Session, kind: str, event: Json) -> Happening | None:
    """An event of the ledger with what its payload needs; None when webhooks are not told about it.

    They are told about a mail's first opening, the first click of a link, and a category that is given.
    """
    found = Happening.of(db, kind, event, with_history=_KINDS[kind].needs_history)
    return found if _KINDS[kind].is_told(found) else None


def payload(event: Happening, hook: Row) -> Json:
    """The whole body for one webhook."""
    return {
        **_KINDS[event.type].of(event),
        "secret_key": hook["secret_key"],
        "metadata": {"webhook_created_at": iso(hook["created_at"])},
        "webhook_url": hook["url"],
        "webhook_id": hook["id"],
        "webhook_name": hook["name"],
        "event_type": event.type,
    }


def _campaign(event: Happening) -> Json:
    row = event.campaign
    assert row is not None
    return {
        "campaign_status": row["status"],
        "campaign_name": row["name"],
        "campaign_id": row["id"],
        "client_id": row["client_id"],
    }


def _name(row: Row) -> str | None:
    return " ".join(part for part in (row["first_name"], row["last_name"]) if part) or None


def _text(event: Happening, words: str) -> str:
    """`{lead}`, `{step}` and `{campaign}` filled in."""
    assert event.campaign is not None
    address = "" if event.lead is None else event.lead["email"]
    step = "" if event.mail is None else event.mail["seq_number"]
    return words.replace("{lead}", address).replace("{step}", str(step)).replace("{campaign}", event.campaign["name"])


def _link(event: Happening) -> Json:
    assert event.enrolment is not None
    url = f"{APP}/master-inbox?leadMap={event.enrolment['id']}"
    return {"app_url": url, "ui_master_inbox_link": url}


def _shown(mail: Row, moment: Callable[[int], str] = iso_millis_offset) -> Json:
    """A mail as `sent_message`, `reply_message` and `bounce_message` show it."""
    return {
        "message_id": mail["message_id"],
        "html": mail["body"],
        "text": plain_text(mail["body"]),
        "time": moment(mail["at"]),
    }


def _of_mail(event: Happening, description: str) -> Json:
    """What every event about a sent mail has."""
    mail, person, row = event.mail, event.lead, event.enrolment
    assert mail is not None
    assert person is not None
    assert row is not None
    return {
        **_campaign(event),
        "stats_id": mail["stats_id"],
        "sl_email_lead_id": str(person["id"]),
        "sl_email_lead_map_id": row["id"],
        "from_email": mail["from_email"],
        "to_email": mail["to_email"],
        "to_name": _name(person),
        "subject": mail["subject"],
        "sequence_number": mail["seq_number"],
        "event_timestamp": iso_millis_offset(event.at),
        "sent_message": _shown(mail),
        "sent_message_body": mail["body"],
        **_link(event),
        "description": _text(event, description),
    }


def _sent(event: Happening) -> Json:
    mail = event.mail
    assert mail is not None
    return {
        **_of_mail(event, "Email {step} sent to {lead} for campaign - {campaign}"),
        "time_sent": iso_millis_offset(event.at),
        "custom_subject": mail["subject"],
        "custom_email_message": mail["body"],
        "message_id": mail["message_id"],
    }


def _opened(event: Happening) -> Json:
    told = _of_mail(event, "{lead} opened Email {step} for campaign - {campaign}")
    return {**told, "time_opened": iso_millis_offset(event.at)}


def _clicked(event: Happening) -> Json:
    told = _of_mail(event, "{lead} clicked a link in Email {step} for campaign - {campaign}")
    links = [event.data["link"]]
    return {**told, "time_clicked": iso_millis_offset(event.at), "link_clicked": links, "link_details": links}


def _replied(event: Happening) -> Json:
    """The sending mailbox is `from_email` here, too, and the lead `to_email` (S4)."""
    answer = event.answer
    assert answer is not None
    assert event.lead is not None
    told = _of_mail(event, "{lead} replied to Email {step} for campaign - {campaign} ")
    return {
        **told,
        "sl_lead_email": event.lead["email"],
        "cc_emails": orjson.loads(answer["cc"]),
        "time_replied": iso_millis_offset(event.at),
        "reply_message": _shown(answer),
        "reply_body": answer["body"],
        "message_id": answer["message_id"],
        "preview_text": plain_text(answer["body"])[:200] + "\n",
        "reply_category": answer["category_id"],
        "promptType": None,
        "leadCorrespondence": {
            "targetLeadEmail": told["to_email"],
            "replyReceivedFrom": answer["from_email"],
            "repliedCompanyDomain": answer["company"],
        },
    }


def _bounced(event: Happening) -> Json:
    mail, notice = event.mail, event.answer
    assert mail is not None
    assert notice is not None
    return {
        **_of_mail(event, "Email {step} sent to {lead} got bounced for campaign - {campaign}"),
        "time_sent": iso_millis_offset(mail["at"]),
        "custom_subject": mail["subject"],
        "custom_email_message": mail["body"],
        "message_id": mail["message_id"],
        "is_bounced": True,
        "is_sender_originated_bounce": False,
        "bounce_reply_message_id": notice["message_id"],
        "bounce_reply_email": notice["body"],
        "bounce_reply_email_preview": plain_text(notice["body"])[:200],
        "bounce_message": _shown(notice),
    }


def _unsubscribed(event: Happening) -> Json:
    person = event.lead
    assert person is not None
    last = next((mail for mail in reversed(event.history) if mail["type"] == "SENT"), None)
    of_mail = (
        {}
        if last is None
        else {
            "from_email": last["from_email"], "subject": last["subject"], "sequence_number": last["seq_number"],
            "sent_message": _shown(last),
        }
    )  # fmt: skip
    return {
        **_campaign(event),
        **of_mail,
        "to_email": person["email"],
        "to_name": _name(person),
        "lead_email": person["email"],
        "lead_name": _name(person),
        "event_timestamp": iso(event.at),
        "unsubscribed_client_id_map": orjson.loads(person["unsubscribed_client_ids"] or "{}"),
        **_link(event),
        "description": _text(event, "{lead} unsubscribed from campaign - {campaign}"),
    }


def _item(mail: Row) -> Json:
    """One message of the conversation; only what was sent has a subject here (R's example)."""
    sent = mail["type"] in TO_LEAD
    return {
        "stats_id": mail["stats_id"],
        "type": "SENT" if sent else "REPLY",
        "message_id": mail["message_id"],
        "time": iso(mail["at"]),
        "email_body": mail["body"],
        **({"subject": mail["subject"]} if sent else {}),
        "cc_emails": orjson.loads(mail["cc"]),
    }


def _categorised(event: Happening) -> Json:
    person, row = event.lead, event.enrolment
    assert person is not None
    assert row is not None
    old, new = event.data["old"], event.data["new"]
    history = [_item(mail) for mail in event.history]
    last_reply = next((one for one in reversed(history) if one["type"] == "REPLY"), None)
    first = next((mail for mail in event.history if mail["type"] == "SENT"), None)
    sender = None if first is None else first["from_email"]
    name = CATEGORY_NAMES[new]
    category = {"name": name, "sentiment_type": _SENTIMENTS[new]}
    fields = (
        "email", "first_name", "last_name", "phone_number", "company_name", "website", "location", "linkedin_profile",
        "company_url",
    )  # fmt: skip
    return {
        **_campaign(event),
        "lead_id": person["id"],
        "lead_email": person["email"],
        "lead_name": person["first_name"],
        "lead_data": {
            **{field: person[field] for field in fields},
            "custom_fields": orjson.loads(person["custom_fields"]),
            "category": category,
        },
        "category": name,
        "lead_category_id": new,
        "lead_category": {
            "old_id": old, "old_name": CATEGORY_NAMES.get(old), "new_id": new, "new_name": name,
        },
        "current_sequence": row["last_seq_number"] or 0,
        "event_timestamp": iso(event.at),
        "from": sender,
        "from_email": sender,
        "to": person["email"],
        "to_email": person["email"],
        "to_name": _name(person),
        "history": history,
        "lastReply": last_reply,
        "last_reply": last_reply,
        **_link(event),
        "description": _text(event, f"Lead category updated to {name} for {{lead}} for campaign - {{campaign}}"),
    }  # fmt: skip


def _status_changed(event: Happening) -> Json:
    told = _campaign(event)
    before, after = event.data["from"], event.data["to"]
    return {
        **told,
        "campaign_status": after,
        "previous_status": before,
        "current_status": after,
        "app_url": f"{APP}/email-campaign/{told['campaign_id']}/analytics",
        "description": f"Email Campaign status changed {before} to {after} for campaign - {told['campaign_name']}",
    }


def _named(name: str | None, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _untracked(event: Happening) -> Json:
    mail, mailbox = event.mail, event.mailbox
    assert mail is not None
    assert mailbox is not None
    return {
        "event_timestamp": iso(event.at),
        "reply_message": _shown(mail, iso),
        "description": "",
        "sender_detail": _named(mail["from_name"], mail["from_email"]),
        "recipient_detail": _named(mailbox["from_name"], mailbox["from_email"]),
        "cc": ", ".join(orjson.loads(mail["cc"])),
        "bcc": "",
        "subject": mail["subject"],
        "visible_text": plain_text(mail["body"]),
        "has_attachment": False,
    }


def _manual_step(event: Happening) -> Json:
    person = event.lead
    assert person is not None
    told = _campaign(event)
    name = told["campaign_name"]
    return {
        **told,
        "lead_name": _name(person),
        "lead_id": str(person["id"]),
        "lead_email": person["email"],
        "sent_message_ids": [mail["message_id"] for mail in event.history if mail["type"] == "SENT"],
        "current_sequence_number": event.data["step"],
        "app_url": f"{APP}/email-campaign/{told['campaign_id']}/lead-list",
        "description": f"Manual step reached for Campaign - {name} and lead email - {person['email']}",
    }


def _completed(event: Happening) -> Json:
    """The lead has had its last step: after that one's mail or later, if steps were deleted (S2)."""
    person, row = event.lead, event.enrolment
    assert person is not None
    assert row is not None
    return {
        **_campaign(event),
        "to_email": person["email"],
        "sequence_number": row["last_seq_number"],
        "event_timestamp": iso(event.at),
        **_link(event),
        "description": _text(event, "{lead} has completed the sequence of campaign - {campaign}"),
    }


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one type of event is told: `of` makes the fields of its own, `is_told` says of which events."""

    of: Callable[[Happening], Json]
    needs_history: bool = False
    is_told: Callable[[Happening], bool] = lambda _: True


_KINDS = {
    "EMAIL_SENT": _Kind(_sent),
    "FIRST_EMAIL_SENT": _Kind(_sent, is_told=lambda event: event.mail is not None and event.mail["seq_number"] == 1),
    "EMAIL_OPEN": _Kind(_opened, is_told=lambda event: bool(event.data["first"])),
    "EMAIL_LINK_CLICK": _Kind(_clicked, is_told=lambda event: bool(event.data["first"])),
    "EMAIL_REPLY": _Kind(_replied),
    "EMAIL_BOUNCE": _Kind(_bounced),
    "LEAD_UNSUBSCRIBED": _Kind(_unsubscribed, needs_history=True),
    "LEAD_CATEGORY_UPDATED": _Kind(_categorised, True, lambda event: event.data["new"] is not None),
    "CAMPAIGN_STATUS_CHANGED": _Kind(_status_changed),
    "UNTRACKED_REPLIES": _Kind(_untracked),
    "SEQUENCE_COMPLETED": _Kind(
        _completed, is_told=lambda event: bool(event.enrolment and event.enrolment["last_seq_number"])
    ),
    "MANUAL_STEP_REACHED": _Kind(_manual_step, needs_history=True),
}
#: the types that webhooks can be told about
EVENTS = tuple(_KINDS)

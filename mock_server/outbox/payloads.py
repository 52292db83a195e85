"""What a webhook is told about an event, in the rich form of real deliveries (platform.yaml, events)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from mock_server.clock import iso, iso_millis_offset
from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.leads.rules import CATEGORIES, CATEGORY_NAMES
from mock_server.families.leads.tables import enrolment, lead
from mock_server.families.messages.html import plain_text
from mock_server.families.messages.tables import message
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, this_workspace

Json = dict[str, Any]

APP = "https://app.smartlead.ai/app"
_SENTIMENTS = {category_id: sentiment for category_id, _, sentiment, _ in CATEGORIES}
_CAMPAIGN = Statement(select(campaign).where(this_workspace(campaign), campaign.c.id == bindparam("id")))
_LEAD = Statement(select(lead).where(this_workspace(lead), lead.c.id == bindparam("id")))
_ENROLMENT = Statement(
    select(enrolment).where(
        this_workspace(enrolment),
        enrolment.c.campaign_id == bindparam("campaign_id"),
        enrolment.c.id == bindparam("id"),
    )
)
_MESSAGE = Statement(
    select(message).where(
        this_workspace(message), message.c.campaign_id == bindparam("campaign_id"), message.c.id == bindparam("id")
    )
)
_HISTORY = Statement(
    select(message)
    .where(
        this_workspace(message), message.c.enrolment_id == bindparam("enrolment_id"),
        message.c.type != "BOUNCE",
    )
    .order_by(message.c.id)
)  # fmt: skip
_MAILBOX = Statement(select(email_account).where(this_workspace(email_account), email_account.c.id == bindparam("id")))


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the ledger with the rows it is about, as they are now; `data` is the event's own."""

    type: str
    at: int
    data: Json
    campaign: Row | None
    lead: Row | None
    enrolment: Row | None
    mail: Row | None
    history: tuple[Row, ...]
    mailbox: Row | None

    @classmethod
    def of(cls, db: Session, kind: str, event: Json) -> Happening:
        """Read what the payload of an event of the ledger needs."""
        campaign_id, lead_id, map_id = event["campaign_id"], event["lead_id"], event["enrolment_id"]
        mail = (
            None
            if event["message_id"] is None
            else db.one(_MESSAGE, campaign_id=campaign_id or 0, id=event["message_id"])
        )
        history: tuple[Row, ...] = ()
        if map_id is not None and kind in _WITH_HISTORY:
            history = tuple(db.all(_HISTORY, enrolment_id=map_id))
        return cls(
            type=kind,
            at=event["at"],
            data=orjson.loads(event["data"]),
            campaign=None if campaign_id is None else db.one(_CAMPAIGN, id=campaign_id),
            lead=None if lead_id is None else db.one(_LEAD, id=lead_id),
            enrolment=None if map_id is None else db.one(_ENROLMENT, campaign_id=campaign_id, id=map_id),
            mail=mail,
            history=history,
            mailbox=None if mail is None else db.one(_MAILBOX, id=mail["email_account_id"]),
        )


def payload(db: Session, event: Happening, hook: Row) -> Json:
    """The whole body for one webhook."""
    return {
        **_OF_TYPE[event.type](db, event),
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


def _sent(db: Session, event: Happening) -> Json:
    mail = event.mail
    assert mail is not None
    return {
        **_of_mail(event, "Email {step} sent to {lead} for campaign - {campaign}"),
        "time_sent": iso_millis_offset(event.at),
        "custom_subject": mail["subject"],
        "custom_email_message": mail["body"],
        "message_id": mail["message_id"],
    }


def _opened(db: Session, event: Happening) -> Json:
    told = _of_mail(event, "{lead} opened Email {step} for campaign - {campaign}")
    return {**told, "time_opened": iso_millis_offset(event.at)}


def _clicked(db: Session, event: Happening) -> Json:
    told = _of_mail(event, "{lead} clicked a link in Email {step} for campaign - {campaign}")
    links = [event.data["link"]]
    return {**told, "time_clicked": iso_millis_offset(event.at), "link_clicked": links, "link_details": links}


def _replied(db: Session, event: Happening) -> Json:
    """The sending mailbox is `from_email` here, too, and the lead `to_email` (S4)."""
    answer = db.one(_MESSAGE, campaign_id=event.mail["campaign_id"], id=event.data["answer"]) if event.mail else None
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


def _bounced(db: Session, event: Happening) -> Json:
    mail = event.mail
    assert mail is not None
    notice = db.one(_MESSAGE, campaign_id=mail["campaign_id"], id=event.data["notice"])
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


def _unsubscribed(db: Session, event: Happening) -> Json:
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
    sent = mail["type"] == "SENT"
    return {
        "stats_id": mail["stats_id"],
        "type": "SENT" if sent else "REPLY",
        "message_id": mail["message_id"],
        "time": iso(mail["at"]),
        "email_body": mail["body"],
        **({"subject": mail["subject"]} if sent else {}),
        "cc_emails": orjson.loads(mail["cc"]),
    }


def _categorised(db: Session, event: Happening) -> Json:
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


def _status_changed(db: Session, event: Happening) -> Json:
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


def _untracked(db: Session, event: Happening) -> Json:
    mail, mailbox = event.mail, event.mailbox
    assert mail is not None
    assert mailbox is not None
    return {
        "event_timestamp": iso(event.at),
        "reply_message": _shown(mail, iso),
        "description": "",
        "sender_detail": mail["from_email"],
        "recipient_detail": f"{mailbox['from_name']} <{mailbox['from_email']}>",
        "cc": ", ".join(orjson.loads(mail["cc"])),
        "bcc": "",
        "subject": mail["subject"],
        "visible_text": plain_text(mail["body"]),
        "has_attachment": False,
    }


def _manual_step(db: Session, event: Happening) -> Json:
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


_OF_TYPE: dict[str, Callable[[Session, Happening], Json]] = {
    "EMAIL_SENT": _sent, "FIRST_EMAIL_SENT": _sent, "EMAIL_OPEN": _opened, "EMAIL_LINK_CLICK": _clicked,
    "EMAIL_REPLY": _replied, "EMAIL_BOUNCE": _bounced, "LEAD_UNSUBSCRIBED": _unsubscribed,
    "LEAD_CATEGORY_UPDATED": _categorised, "CAMPAIGN_STATUS_CHANGED": _status_changed,
    "UNTRACKED_REPLIES": _untracked, "MANUAL_STEP_REACHED": _manual_step,
}  # fmt: skip
_WITH_HISTORY = frozenset({"LEAD_UNSUBSCRIBED", "LEAD_CATEGORY_UPDATED", "MANUAL_STEP_REACHED"})

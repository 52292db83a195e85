"""An event with the rows that it is about, read when it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from mock_server.families.campaigns.tables import campaign
from mock_server.families.email_accounts.tables import email_account
from mock_server.families.leads.tables import enrolment, lead
from mock_server.families.messages.records import CONVERSATION
from mock_server.families.messages.tables import message
from mock_server.state.database import Row, Session
from mock_server.state.statements import Statement, one_of, this_workspace

Json = dict[str, Any]

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
        one_of(message.c.type, "types"),
    )
    .order_by(message.c.id)
)  # fmt: skip
_MAILBOX = Statement(select(email_account).where(this_workspace(email_account), email_account.c.id == bindparam("id")))


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the ledger with the rows it is about, as they are now; `data` is the event's own.

    `mail` was sent or is untracked, `answer` came in for it; `history`: the mails of the lead in the campaign.
    """

    type: str
    at: int
    data: Json
    campaign: Row | None
    lead: Row | None
    enrolment: Row | None
    mail: Row | None
    answer: Row | None
    history: tuple[Row, ...]
    mailbox: Row | None

    @classmethod
    def of(cls, db: Session, kind: str, event: Json, *, with_history: bool) -> Happening:
        """Read what the payload of an event of the ledger needs."""
        campaign_id, lead_id, map_id = event["campaign_id"], event["lead_id"], event["enrolment_id"]
        data = orjson.loads(event["data"])

        def read(mail_id: int | None) -> Row | None:
            return None if mail_id is None else db.one(_MESSAGE, campaign_id=campaign_id or 0, id=mail_id)

        mail = read(event["message_id"])
        history = (
            db.all(_HISTORY, enrolment_id=map_id, types=CONVERSATION) if with_history and map_id is not None else ()
        )
        return cls(
            type=kind,
            at=event["at"],
            data=data,
            campaign=None if campaign_id is None else db.one(_CAMPAIGN, id=campaign_id),
            lead=None if lead_id is None else db.one(_LEAD, id=lead_id),
            enrolment=None if map_id is None else db.one(_ENROLMENT, campaign_id=campaign_id, id=map_id),
            mail=mail,
            answer=read(data.get("answer", data.get("notice"))),
            history=tuple(history),
            mailbox=None if mail is None else db.one(_MAILBOX, id=mail["email_account_id"]),
        )

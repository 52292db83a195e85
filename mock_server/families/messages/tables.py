"""Rows of messages, and of what recipients are going to do."""

from __future__ import annotations

from enum import IntFlag

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text

from mock_server.state.paging import counted
from mock_server.state.schema import table


class Mark(IntFlag):
    """What became of a mail, as bits of `message.marks`. HIDDEN: its lead is no longer in the campaign."""

    OPENED = 1
    CLICKED = 2
    REPLIED = 4
    BOUNCED = 8
    UNSUBSCRIBED = 16
    STOPPED = 32
    HIDDEN = 64


#: column whose value sets a mark
MARKED_BY = {
    "opened_at": Mark.OPENED, "clicked_at": Mark.CLICKED, "replied_at": Mark.REPLIED, "bounced_at": Mark.BOUNCED,
    "unsubscribed_at": Mark.UNSUBSCRIBED, "stopped_at": Mark.STOPPED, "hidden_at": Mark.HIDDEN,
}  # fmt: skip

#: condition on answers that somebody wrote, as the index of them has it
IS_ANSWER_BY_HAND = "type IN ('HAND', 'SCHEDULED')"

#: moment of what became of a mail, that figures by its day read -> what else they read in its index
_MOMENTS: dict[str, tuple[str, ...]] = {
    "opened_at": (), "replied_at": ("campaign_id", "enrolment_id", "at", "email_account_id"), "bounced_at": (),
    "unsubscribed_at": (),
}  # fmt: skip

message = table(
    "message",
    Column("campaign_id", BigInteger, nullable=False, comment="0 = of no campaign: an untracked reply"),
    Column("enrolment_id", BigInteger),
    Column("lead_id", BigInteger),
    Column("email_account_id", BigInteger, nullable=False),
    Column(
        "type",
        Text,
        nullable=False,
        comment="SENT: of a step; REPLY, OUT_OF_OFFICE, BOUNCE, UNTRACKED: received; HAND, FORWARD, TEST,"
        " SINGLE: sent by hand; SCHEDULED: to be sent by hand",
    ),
    Column("at", BigInteger, nullable=False),
    Column("message_id", Text, nullable=False, comment="the Message-ID header, in angle brackets"),
    Column("thread_id", BigInteger, nullable=False, comment="id of the first mail of the thread"),
    Column("answers", BigInteger, comment="id of the mail that this one answers, or that bounced"),
    Column("stats_id", Text, comment="UUID of the sent mail; a reply has that of the mail it answers"),
    Column("from_email", Text, nullable=False),
    Column("to_email", Text, nullable=False),
    Column("cc", Text, nullable=False, server_default="[]", comment="JSON list"),
    Column("bcc", Text, nullable=False, server_default="[]", comment="JSON list"),
    Column("attachments", Text, nullable=False, server_default="[]", comment="JSON list of what was attached"),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    # of a mail that was sent
    Column("step_id", BigInteger),
    Column("seq_number", Integer),
    Column("variant_id", BigInteger),
    Column("is_plain_text", Integer, nullable=False, server_default="0"),
    Column("has_unsubscribe_header", Integer, nullable=False, server_default="0"),
    Column("tracks_opens", Integer, nullable=False, server_default="0"),
    Column("tracks_clicks", Integer, nullable=False, server_default="0"),
    Column("open_count", Integer, nullable=False, server_default="0"),
    Column("opened_at", BigInteger, comment="first time"),
    Column("click_count", Integer, nullable=False, server_default="0"),
    Column("clicked_at", BigInteger, comment="first time"),
    Column("clicked_links", Text, nullable=False, server_default="[]", comment="JSON list, distinct"),
    Column("reply_count", Integer, nullable=False, server_default="0"),
    Column("replied_at", BigInteger, comment="first time"),
    Column("bounced_at", BigInteger),
    Column("bounce_type", Text, comment="hard or soft"),
    Column("unsubscribed_at", BigInteger, comment="of the mail after which its lead unsubscribed"),
    Column("stopped_at", BigInteger, comment="of the last mail before its lead was stopped"),
    Column("ignored_at", BigInteger, comment="when it was first answered, of a mail whose answer is ignored"),
    Column("hidden_at", BigInteger, comment="when its lead was taken out of the campaign"),
    Column("marks", Integer, nullable=False, server_default="0", comment="bits of Mark: which of these are set"),
    # of a mail by hand
    Column("written_at", BigInteger, comment="when it was asked for"),
    Column("due_at", BigInteger, comment="when it was to go out; NULL = at once"),
    # of a reply
    Column("from_name", Text, comment="beside the address, if it had one"),
    Column("company", Text, comment="SameCompany, DifferentCompany or Unknown: who answered, seen from the lead"),
    Column("category_id", BigInteger, comment="that the reply was given when it came"),
    Column("is_reply", Integer, nullable=False, server_default="0", comment="counts as one; automatic ones may not"),
    # those that figures read have all that figures need, so that the mails themselves are not read
    Index("message_of_enrolment", "workspace_id", "enrolment_id", "id", "type", "at", "step_id", "marks"),
    Index(
        "message_of_mailbox",
        "workspace_id",
        "email_account_id",
        "campaign_id",
        "type",
        "at",
        "step_id",
        "marks",
        "open_count",
        "click_count",
        "enrolment_id",
    ),
    Index("message_by_stats_id", "workspace_id", "stats_id"),
    Index(
        "message_of_campaign",
        "workspace_id",
        "campaign_id",
        "type",
        "at",
        "id",
        "enrolment_id",
        "step_id",
        "variant_id",
        "marks",
        "open_count",
        "click_count",
    ),
    Index("message_by_hand", "workspace_id", "message_id", sqlite_where=text(IS_ANSWER_BY_HAND)),
    *(
        Index(
            f"message_by_{name}",
            "workspace_id",
            name,
            "type",
            "step_id",
            "marks",
            *more,
            sqlite_where=text(f"{name} IS NOT NULL"),
        )
        for name, more in _MOMENTS.items()
    ),
    key=("campaign_id", "id"),
)
message_pages = counted(
    message, scope=("campaign_id",), facets=("type", "step_id", "marks"), at_insert={"marks": 0, "step_id": None}
)

#: what recipients are going to do, unless something comes in between, and replies by hand that are to go out
planned = table(
    "planned",
    Column("due_at", BigInteger, nullable=False),
    Column("campaign_id", BigInteger, nullable=False),
    Column("enrolment_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("word", Text, nullable=False, comment="open, click, reply, …: the simulator's words; or scheduled"),
    Column("cause", Text, nullable=False, comment="simulator, rate or hand"),
    Index("planned_of_campaign", "workspace_id", "campaign_id"),
    Index("planned_answer", "workspace_id", "enrolment_id", "due_at", sqlite_where=text("word = 'scheduled'")),
    key=("due_at", "id"),
)

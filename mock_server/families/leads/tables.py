"""Rows of leads and of enrolments (a lead in a campaign; on the wire `campaign_lead_map_id`)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, Text, literal_column, text

from mock_server.state.paging import counted
from mock_server.state.schema import table

lead = table(
    "lead",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("enrolled_at", BigInteger, comment="first put into a campaign; NULL = never"),
    Column("email", Text, nullable=False, comment="trimmed, lower case"),
    Column("address_key", Text, nullable=False, comment="the address from its end: com.example.mail.@ann"),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("phone_number", Text),
    Column("company_name", Text),
    Column("website", Text),
    Column("location", Text),
    Column("linkedin_profile", Text),
    Column("company_url", Text),
    Column("custom_fields", Text, nullable=False, server_default="{}", comment="JSON"),
    Column("is_unsubscribed", Integer, nullable=False, server_default="0", comment="from everything, for good"),
    Column("unsubscribed_client_ids", Text, comment="JSON map client id -> true"),
    Index("lead_by_address", "workspace_id", "address_key", unique=True),
)
lead_pages = counted(lead)

_WAS_MAILED = text("last_sent_at IS NOT NULL")
#: conditions on conversations, as the partial indexes have them
IS_UNREAD: ColumnElement[bool] = literal_column("is_unread = 1")
IS_MARKED: ColumnElement[bool] = literal_column(
    "(is_important = 1 OR is_archived = 1 OR snoozed_until IS NOT NULL OR team_member_id IS NOT NULL)"
)
_FILTERED = (
    "campaign_id", "lead_id", "email_account_id", "category_id", "flags", "is_unread", "is_important", "is_archived",
    "snoozed_until", "team_member_id", "sub_sequence_id",
)  # fmt: skip
_BY_REPLY = "workspace_id", "last_reply_at", "id", "last_sent_at", *_FILTERED

enrolment = table(
    "enrolment",
    Column("campaign_id", BigInteger, nullable=False),
    Column("lead_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False, server_default="STARTED"),
    Column("category_id", BigInteger),
    Column("flags", Integer, nullable=False, server_default="0", comment="bits of rules.Flag"),
    Column("last_seq_number", Integer, comment="step of the last mail; NULL before the first"),
    Column("last_sent_at", BigInteger),
    Column("last_reply_at", BigInteger),
    Column("last_event_at", BigInteger),
    Column("next_at", BigInteger, comment="when the next mail is due; NULL = none is"),
    Column("email_account_id", BigInteger, comment="the mailbox that the lead stays with; NULL before the first mail"),
    Column("sub_sequence_id", BigInteger, comment="campaign that it was pushed to"),
    Column("stop_on_parent_reply", Integer, nullable=False, server_default="0", comment="asked for by the push"),
    # in the inbox
    Column("is_unread", Integer, nullable=False, server_default="0", comment="a reply came that nobody has read"),
    Column("is_important", Integer, nullable=False, server_default="0"),
    Column("is_archived", Integer, nullable=False, server_default="0"),
    Column("snoozed_until", BigInteger, comment="NULL = not snoozed"),
    Column("team_member_id", BigInteger, comment="whom the lead is assigned to"),
    Column("revenue", BigInteger, nullable=False, server_default="0", comment="in hundredths"),
    Index("enrolment_of_lead", "workspace_id", "lead_id"),
    Index("enrolment_pair", "workspace_id", "campaign_id", "lead_id", unique=True),
    Index("enrolment_by_status", "workspace_id", "campaign_id", "status", "id"),
    Index(
        "enrolment_by_category", "workspace_id", "campaign_id", "category_id", "id",
        sqlite_where=text("category_id IS NOT NULL"),
    ),
    Index(
        "enrolment_waiting", "workspace_id", "campaign_id", "next_at", "id",
        sqlite_where=text("next_at IS NOT NULL AND last_seq_number IS NULL"),
    ),
    Index(
        "enrolment_following", "workspace_id", "campaign_id", "email_account_id", "next_at", "id",
        sqlite_where=text("next_at IS NOT NULL AND last_seq_number IS NOT NULL"),
    ),
    Index(
        "enrolment_with_revenue", "workspace_id", "campaign_id", "revenue", sqlite_where=text("revenue > 0"),
    ),
    # pages of the inbox, newest first; what filters look at is in them, so that only the rows of the page are read
    Index("enrolment_by_reply", *_BY_REPLY, sqlite_where=_WAS_MAILED),
    Index(
        "enrolment_by_sent", "workspace_id", "last_sent_at", "id", "last_reply_at", *_FILTERED,
        sqlite_where=_WAS_MAILED,
    ),
    Index("enrolment_unread", *_BY_REPLY, sqlite_where=IS_UNREAD),
    Index("enrolment_marked", *_BY_REPLY, sqlite_where=IS_MARKED),
    key=("campaign_id", "id"),
)  # fmt: skip
enrolment_pages = counted(
    enrolment, scope=("campaign_id",), facets=("status", "category_id", "flags", "last_seq_number"),
    at_insert={"last_seq_number": None},
)  # fmt: skip

#: addresses that unsubscribed from everything, and whose lead was deleted since: that cannot be undone (R, S1)
unsubscribed_address = table(
    "unsubscribed_address",
    Column("address_key", Text, nullable=False),
    Column("client_id", BigInteger, nullable=False, comment="from all of this client; 0 = from everything"),
    Index("unsubscribed_by_address", "workspace_id", "address_key", "client_id", unique=True),
)

#: addresses that bounced for others; no operation reads or changes it (leads.yaml, community_bounce_list)
bounce_list_entry = table(
    "bounce_list_entry",
    Column("email", Text, nullable=False, comment="trimmed, lower case"),
    Index("bounce_list_by_email", "workspace_id", "email", unique=True),
)

"""Rows of campaigns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from mock_server.state.schema import table

campaign = table(
    "campaign",
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger, comment="hidden at once; its rows are removed in the background"),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="DRAFTED"),
    Column("client_id", BigInteger),
    Column("team_member_id", BigInteger, comment="no operation shows it"),
    # schedule
    Column("timezone", Text, comment="NULL until a schedule is saved"),
    Column("days", Text, comment="JSON list, as sent: 0-6 or 1-7"),
    Column("start_hour", Text),
    Column("end_hour", Text),
    Column("min_gap_minutes", Integer, nullable=False, server_default="10"),
    Column("max_new_leads_per_day", Integer, nullable=False, server_default="100"),
    Column("schedule_start_time", BigInteger),
    # settings
    Column("track_settings", Text, nullable=False, server_default="[]", comment="JSON list of write words"),
    Column("stop_lead_settings", Text, nullable=False, server_default="REPLY_TO_AN_EMAIL"),
    Column("stop_on_reply", Integer, comment="NULL = stop_lead_settings decides"),
    Column("unsubscribe_text", Text),
    Column("add_unsubscribe_tag", Integer, nullable=False, server_default="0"),
    Column("send_as_plain_text", Integer, nullable=False, server_default="0"),
    Column("force_plain_text", Integer, nullable=False, server_default="0"),
    Column("follow_up_percentage", Integer, nullable=False, server_default="100"),
    Column("enable_ai_esp_matching", Integer, nullable=False, server_default="0"),
    Column("auto_pause_domain_leads_on_reply", Integer, nullable=False, server_default="0"),
    Column("ignore_ss_mailbox_sending_limit", Integer, nullable=False, server_default="0"),
    Column("domain_level_rate_limit", Integer, nullable=False, server_default="0"),
    Column("bounce_autopause_threshold", Text),
    Column("out_of_office_detection_settings", Text, nullable=False, server_default="{}", comment="JSON"),
    Column("ai_categorisation_options", Text, nullable=False, server_default="[]", comment="JSON list of category ids"),
    # what the sending engine keeps
    Column("new_leads_day", Integer, comment="local day (ordinal) that new_leads_sent counts"),
    Column("new_leads_sent", Integer, nullable=False, server_default="0"),
    Column("sent_count", Integer, nullable=False, server_default="0", comment="kept: mails of its sequence"),
    Column("bounce_count", Integer, nullable=False, server_default="0", comment="kept: those that bounced"),
    Column("check_completion", Integer, nullable=False, server_default="0", comment="a lead finished since START"),
    # sub-sequence
    Column("parent_campaign_id", BigInteger),
    Column("condition_events", Text, nullable=False, server_default="[]", comment="JSON"),
    Column("delay_for_new_leads", Integer, nullable=False, server_default="0", comment="days"),
    Column("stop_on_parent_reply", Integer, nullable=False, server_default="0"),
    Index("campaign_of_parent", "workspace_id", "parent_campaign_id"),
)

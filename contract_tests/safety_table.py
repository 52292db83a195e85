"""What every operation does to the world outside a test.

`read` changes nothing. `write` changes or removes what the run itself made, and nothing else. `outward` mails people,
connects or drives mailboxes, hands out keys, or leaves behind what no call removes: it is sent to a mock only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from contract_tests.ledger import Kind

Class = Literal["read", "write", "outward"]


@dataclass(frozen=True, slots=True)
class Rule:
    """The class of an operation, why, and what its requests must hold to be sent to a real account."""

    kind: Class
    reason: str
    #: what it makes
    creates: Kind | None = None
    #: where the answer says the new id; the first that is there counts
    made: Sequence[str] = ()
    #: the request must name at least one of the run's own of each of these
    needs: Sequence[str] = ()
    #: what a parameter or member that is called just `id` names
    id_names: str = ""
    #: one of these members must be there and carry the run's prefix
    name_in: Sequence[str] = ()
    #: makes something only when the request names no `id`; with one it changes that
    upsert: bool = False
    #: members that may hold these words only
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)


_READS: Mapping[str, Sequence[str]] = {
    "a GET that lists or shows": (
        "list_campaigns", "get_campaign", "get_campaign_sequences", "list_email_accounts", "get_email_account",
        "list_campaign_email_accounts", "get_email_account_warmup_stats", "list_email_account_tags", "list_clients",
        "list_client_api_keys",
        "get_user_by_api_key", "get_credit_stats", "list_leads_by_campaign", "export_campaign_leads_csv",
        "get_lead_by_email", "get_lead_by_id", "list_campaigns_of_lead", "list_all_leads", "list_all_leads_v2",
        "list_lead_lists", "get_lead_list", "list_lead_notes", "list_lead_tasks", "list_lead_tags",
        "list_lead_categories", "get_lead_message_history", "list_all_leads_activities", "get_lead_activity",
        "get_lead_campaign_overview", "get_lead_sequence_details", "list_untracked_replies", "get_inbox_lead_by_id",
        "get_reply_status", "list_global_block_list", "list_campaign_webhooks", "get_campaign_webhook_summary",
        "get_webhook",
    ),
    "a GET of figures": (
        "get_campaign_statistics", "get_campaign_leads_statistics", "get_campaign_mailbox_statistics",
        "get_campaign_variant_statistics", "get_campaign_analytics", "get_campaign_analytics_by_date",
        "get_campaign_top_level_analytics_by_date", "get_campaign_sequence_analytics", "analytics_campaign_list",
        "analytics_campaign_overall_stats", "analytics_campaign_response_stats", "analytics_campaign_status_stats",
        "analytics_campaign_follow_up_reply_rate", "analytics_campaign_lead_to_reply_time",
        "analytics_campaign_leads_take_for_first_reply", "analytics_day_wise_overall_stats",
        "analytics_day_wise_overall_stats_by_sent_time", "analytics_day_wise_positive_reply_stats",
        "analytics_day_wise_positive_reply_stats_by_sent_time", "analytics_client_list",
        "analytics_client_month_wise_count", "analytics_client_overall_stats", "analytics_team_board_overall_stats",
        "analytics_mailbox_overall_stats", "analytics_mailbox_domain_wise_health",
        "analytics_mailbox_name_wise_health", "analytics_mailbox_provider_wise_performance",
        "analytics_overall_stats_v2", "analytics_lead_overall_stats", "analytics_lead_category_wise_response",
    ),
    "a POST that only lists: its body is a filter": (
        "list_inbox_replies", "list_unread_replies", "list_snoozed_messages", "list_important_messages",
        "list_scheduled_messages", "list_reminder_messages", "list_archived_messages", "list_sent_messages",
        "list_assigned_to_me", "list_custom_view_emails", "get_tags_by_email_addresses",
    ),
}  # fmt: skip

_OUTWARD: Mapping[str, Sequence[str]] = {
    "it mails people": ("reply_email_thread", "forward_email", "send_test_email", "send_single_email"),
    "it counts an open of a mail": ("track_single_email_open",),
    "it connects a mailbox": ("save_email_account", "save_oauth_email_account", "reconnect_failed_email_accounts"),
    "it makes a mailbox send, or stop": (
        "update_email_account_warmup", "suspend_email_account", "unsuspend_email_account",
    ),
    "it logs in at a mailbox's provider": ("fetch_email_account_messages", "bulk_fetch_email_account_messages"),
    "no call removes a client, and the client may be mailed": ("save_client",),
    "it hands out or ends keys": ("create_client_api_key", "delete_client_api_key", "reset_client_api_key"),
    "no call removes a tag": ("create_email_account_tag", "update_email_account_tag"),
    "no call removes a saved view": ("create_saved_inbox_view",),
    "the address stays unsubscribed for good": ("unsubscribe_lead_globally",),
    "it sends what happens in the whole account to an address": ("create_webhook_plural",),
    "it posts events to receivers again": ("retrigger_failed_webhook_events",),
}  # fmt: skip

_CAMPAIGN, _LEAD = ("campaign",), ("campaign", "lead")
#: campaigns of a run are never started; these are the words that stop them
_STOPPING = {"status": ("PAUSED", "STOPPED", "PAUSE", "STOP")}
#: any other association takes in campaigns of the account
_FOR_A_CAMPAIGN = {"association_type": ("campaign",)}
_OF_ITS_CAMPAIGN = "it changes a campaign of the run"
_OF_ITS_LEAD = "it changes a lead of the run"
_OF_ITS_ROW = "it changes the inbox row of a lead of the run"

_WRITES: Mapping[str, Rule] = {
    "create_campaign": Rule(
        "write", "it makes a DRAFTED campaign", creates="campaign", made=("id", "campaign_id", "data.id"),
        name_in=("name",),
    ),
    "create_subsequence": Rule(
        "write", "it makes a subsequence of a campaign of the run", creates="campaign", needs=_CAMPAIGN,
        made=("id", "subsequence_id"), name_in=("subsequence_name", "name"),
    ),
    "duplicate_campaign": Rule(
        "write", "it makes a copy, named after a campaign of the run", creates="campaign", needs=_CAMPAIGN,
        made=("newCampaignId", "id"),
    ),
    "add_leads_to_campaign": Rule(
        "write", "it imports leads into a campaign of the run", creates="lead", needs=_CAMPAIGN
    ),
    "import_leads_to_list": Rule(
        "write", "it imports leads into a list of the run", creates="lead", needs=("lead_list",)
    ),
    "create_lead_list": Rule(
        "write", "it makes a lead list", creates="lead_list", made=("data.id", "id"), name_in=("listName",)
    ),
    "save_campaign_webhook": Rule(
        "write", "it makes or changes a webhook of a campaign of the run", creates="webhook", needs=_CAMPAIGN,
        made=("id", "data.id"), id_names="webhook", name_in=("name",), upsert=True,
    ),
    "create_webhook": Rule(
        "write", "it makes a webhook of a campaign of the run", creates="webhook", needs=_CAMPAIGN,
        made=("data.id", "id", "webhook_id"), name_in=("name",), only=_FOR_A_CAMPAIGN,
    ),
    "add_to_global_block_list": Rule("write", "it blocks addresses of the run", creates="block_entry"),
    "add_emails_to_block_list": Rule("write", "it blocks addresses of the run", creates="block_entry"),
    "block_domains": Rule("write", "it blocks domains of the run", creates="block_entry"),
    "delete_from_global_block_list": Rule(
        "write", "it removes an entry of the run", needs=("block_entry",), id_names="block_entry"
    ),
    "update_campaign_status": Rule("write", "it stops a campaign of the run", needs=_CAMPAIGN, only=_STOPPING),
    "update_lead_list": Rule("write", "it changes a list of the run", needs=("lead_list",)),
    "delete_lead_list": Rule("write", "it removes a list of the run", needs=("lead_list",)),
    "assign_tags_to_lead_lists": Rule("write", "it tags a list of the run", needs=("lead_list",)),
    "push_leads_to_campaign": Rule("write", "it moves leads of the run to a campaign of the run", needs=_LEAD),
    "push_leads_between_lists": Rule("write", "it moves leads between lists of the run", needs=("lead_list",)),
    "push_leads_to_list": Rule("write", "it moves leads of the run to a list of the run", needs=("lead_list", "lead")),
    "push_campaign_leads_to_list": Rule(
        "write", "it moves leads of the run to a list of the run", needs=("campaign", "lead_list", "lead_map")
    ),
    "delete_campaign_webhook": Rule(
        "write", "it removes a webhook of the run", needs=("campaign", "webhook"), id_names="webhook"
    ),
    "update_webhook": Rule("write", "it changes a webhook of the run", needs=("webhook",), only=_FOR_A_CAMPAIGN),
    "delete_webhook": Rule("write", "it removes a webhook of the run", needs=("webhook",), id_names="webhook"),
    "update_email_account": Rule("write", "it changes a mailbox, and runs have none", needs=("email_account",)),
    "delete_email_account": Rule("write", "it removes a mailbox, and runs have none", needs=("email_account",)),
    "assign_email_account_tags": Rule("write", "it tags mailboxes, and runs have none", needs=("email_account",)),
    "remove_email_account_tags": Rule("write", "it tags mailboxes, and runs have none", needs=("email_account",)),
    "associate_untracked_reply": Rule("write", "it changes a received mail, and runs have none", needs=("message",)),
    "ignore_inbox_reply": Rule(
        "write", "it changes a received mail, and runs have none", needs=("message",), id_names="message"
    ),
    "remove_tag_from_lead": Rule("write", "it removes a tag, and runs have none", needs=("tag",)),
    "update_lead_email_account": Rule(
        "write", "it gives a lead of the run a mailbox, and runs have none", needs=("campaign", "lead", "email_account")
    ),
    "delete_lead_globally": Rule("write", "it removes a lead of the run", needs=("lead",)),
    "add_tags_to_lead": Rule("write", _OF_ITS_LEAD, needs=("lead",)),
    "delete_leads_from_campaign_bulk": Rule("write", "it removes leads of the run", needs=_LEAD),
    "mark_lead_complete": Rule("write", _OF_ITS_LEAD, needs=("campaign", "lead_map")),
    **dict.fromkeys(
        (
            "delete_campaign", "update_campaign_schedule", "update_campaign_settings", "save_campaign_sequences",
            "add_campaign_email_accounts", "remove_campaign_email_accounts",
            "add_campaign_email_accounts_by_tag", "add_campaign_tags", "remove_campaign_tags",
            "update_campaign_team_member",
        ),
        Rule("write", _OF_ITS_CAMPAIGN, needs=_CAMPAIGN),
    ),
    **dict.fromkeys(
        (
            "update_lead", "delete_lead_from_campaign", "pause_lead_in_campaign", "resume_lead_in_campaign",
            "unsubscribe_lead_from_campaign", "update_lead_category_in_campaign", "patch_lead_status",
        ),
        Rule("write", _OF_ITS_LEAD, needs=_LEAD),
    ),
    **dict.fromkeys(
        (
            "change_read_status", "mark_lead_unread", "update_inbox_lead_category", "update_inbox_lead_revenue",
            "assign_inbox_team_member", "resume_inbox_lead", "push_lead_to_subsequence", "set_lead_reminder",
            "create_lead_note", "create_lead_task",
        ),
        Rule("write", _OF_ITS_ROW, needs=("lead_map",)),
    ),
}  # fmt: skip

RULES: Mapping[str, Rule] = {
    **{operation: Rule("read", reason) for reason, operations in _READS.items() for operation in operations},
    **{operation: Rule("outward", reason) for reason, operations in _OUTWARD.items() for operation in operations},
    **_WRITES,
}

#: parameters and members that name objects -> what they name
ID_NAMES: Mapping[str, str] = {
    name: kind
    for kind, names in {
        "campaign": (
            "campaign_id", "campaignId", "campaign_ids", "parent_campaign_id", "email_campaign_id", "emailCampaignId",
            "sub_sequence_id", "subSequenceId",
        ),
        "lead": ("lead_id", "leadId", "lead_ids", "leadIds", "email_lead_id"),
        "lead_map": ("lead_map_id", "leadMapId", "leadMapIds", "email_lead_map_id"),
        "lead_list": ("lead_list_id", "listId", "listIds", "fromListId", "toListId"),
        "webhook": ("webhook_id",),
        "email_account": (
            "email_account_id", "email_account_ids", "account_id", "fromEmailId", "selectedEmailAccountId",
        ),
        "client": ("client_id", "clientId", "campaignClientId"),
        "tag": ("tag_ids", "tagIds", "removeTagIds", "tag_mapping_id", "campaignTagId"),
        "team_member": ("team_member_id", "teamMemberId", "campaignTeamMemberId"),
        "message": ("email_stats_id", "stats_id", "message_id", "reply_message_id", "untrackedReplyId"),
        "api_key": ("api_key_id",),
        "warmup_key": ("warmup_key_id",),
    }.items()
    for name in names
}  # fmt: skip

#: names of words, not of objects: the categories are the same for a whole account and nothing changes them
VOCABULARY = frozenset({"category_id", "categoryId", "leadCategoryIds", "category_id_map"})

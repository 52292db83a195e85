"""What answers of the edition `reference` hold: the newer reference's form (R) wherever the index (S4) names none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.worlds import World, build, call, described, fresh, mailed, path_of

EDITION = "reference"
ROW = {
    "lead_category_id", "last_sent_time", "last_reply_time", "has_new_unread_email", "email_account_id", "revenue",
    "is_pushed_to_sub_sequence", "lead_first_name", "lead_last_name", "lead_email", "email_lead_id",
    "email_lead_map_id", "lead_status", "current_sequence_number", "sub_sequence_id", "old_replaced_lead_data",
    "lead_next_timestamp_to_send", "email_campaign_seq_id", "is_important", "is_archived", "is_snoozed",
    "team_member_id", "is_ooo_automated_push_lead", "email_campaign_id", "email_campaign_name", "client_id",
    "belongs_to_sub_sequence", "campaign_sending_schedule", "sequence_count",
}  # fmt: skip
MAILS = {"sent", "opened", "replied", "bounced"}
#: what a step of a campaign and its variants have
STEP = {
    "id", "created_at", "updated_at", "email_campaign_id", "seq_number", "seq_delay_details", "subject", "email_body",
    "sequence_variants",
}  # fmt: skip
VARIANT = {
    "id", "created_at", "updated_at", "is_deleted", "subject", "email_body", "email_campaign_seq_id", "variant_name",
    "optional_email_body_1", "variant_distribution_percentage",
}  # fmt: skip
MEMBER = {
    "id", "name", "profile_pic_url", "lead_count", "campaign_count", "reply_count", "positive_reply_count",
    "reply_rate", "positive_reply_rate", "average_reply_time", "unique_open_count",
}  # fmt: skip
#: operation -> places in its answer -> the keys there; a place of a list is its first row
Forms = dict[str, dict[str, set[str]]]
ANALYTICS: Forms = {
    "analytics_campaign_list": {"data": {"campaign_list"}, "data.campaign_list": {"id", "name"}},
    "analytics_campaign_overall_stats": {"data.campaign_wise_performance": {"id", "campaign_name", *MAILS}},
    "analytics_campaign_response_stats": {
        "data.campaign_wise_response_stats": {
            "campaign_id", "campaign_name", "positive_reply", "neutral_reply", "negative_reply",
        }
    },
    "analytics_campaign_status_stats": {"data.campaign_status_stats": {"status", "count"}},
    "analytics_campaign_follow_up_reply_rate": {"data": {"followup_reply_rate"}},
    "analytics_campaign_lead_to_reply_time": {"data.lead_to_reply_time": {"average_time_diff", "median_time_diff"}},
    "analytics_campaign_leads_take_for_first_reply": {"data": {"leads_take_for_first_reply"}},
    "analytics_day_wise_overall_stats": {"data.day_wise_stats": {"date", *MAILS}},
    "analytics_day_wise_overall_stats_by_sent_time": {"data.day_wise_stats": {"date", "sent", "opened"}},
    "analytics_day_wise_positive_reply_stats": {"data.day_wise_stats": {"date", "positive_replied"}},
    "analytics_day_wise_positive_reply_stats_by_sent_time": {"data.day_wise_stats": {"date", "positive_replied"}},
    "analytics_client_list": {"data.client_list": {"id", "name"}},
    "analytics_client_month_wise_count": {"data.monthly_stats": {"month", "count"}},
    "analytics_client_overall_stats": {
        "data.client_wise_performance": {"client_id", "client_name", "total_campaigns_count", "campaign_stats"},
        "data.client_wise_performance.campaign_stats": {"sent", "opened", "replied"},
    },
    "analytics_team_board_overall_stats": {"data.team_board_stats": MEMBER},
    "analytics_mailbox_overall_stats": {
        "data.overall_mailbox_stats": {"total_connected", "in_use", "disconnected", "enabled_without_warmup"}
    },
    "analytics_mailbox_domain_wise_health": {"data.domain_health_metrics": {"domain", *MAILS}},
    "analytics_mailbox_name_wise_health": {"data.email_health_metrics": {"email_account", *MAILS}},
    "analytics_mailbox_provider_wise_performance": {
        "data.email_providers_performance_overview.overall": {"provider", "sent", "opened", "replied"},
        "data.email_providers_performance_overview.tag_wise": {"tag", "provider", "sent", "opened"},
    },
    "analytics_overall_stats_v2": {"data.overall_stats": MAILS},
    "analytics_lead_overall_stats": {
        "data.lead_stats.count": {"total", "new", "follow_up"}, "data.lead_stats.percentage": {"new", "follow_up"},
    },
    "analytics_lead_category_wise_response": {
        "data.lead_responses_by_category": {"category", "total_response", "percentage"}
    },
}  # fmt: skip
PAGE = {"": {"messages", "total_count", "offset", "limit"}, "messages": ROW}
INBOX: Forms = {
    "list_inbox_replies": PAGE,
    "list_unread_replies": PAGE,
    "list_snoozed_messages": PAGE,
    "list_important_messages": PAGE,
    "list_archived_messages": PAGE,
    "list_scheduled_messages": PAGE,
    "list_reminder_messages": PAGE,
    "get_inbox_lead_by_id": {"": ROW},
    "list_untracked_replies": {
        "": {"untracked_replies", "total_count"},
        "untracked_replies": {"id", "from_email", "to_email", "subject", "received_at", "has_attachments"},
    },
    "change_read_status": {"": {"success", "message", "data"}, "data": {"email_lead_map_id", "is_read", "updated_at"}},
    "update_inbox_lead_category": {"": {"success", "message"}},
    "update_inbox_lead_revenue": {
        "": {"success", "message", "data"}, "data": {"email_lead_map_id", "revenue", "updated_at"},
    },
    "assign_inbox_team_member": {
        "": {"success", "message", "data"}, "data": {"email_lead_map_id", "team_member_id", "assigned_at"},
    },
    "resume_inbox_lead": {
        "": {"success", "message", "data"},
        "data": {"campaign_id", "email_lead_map_id", "resume_delay_days", "will_resume_at"},
    },
    "push_lead_to_subsequence": {
        "": {"success", "message", "data"},
        "data": {
            "email_lead_map_id", "parent_campaign_id", "sub_sequence_id", "will_start_at", "stop_on_parent_reply",
        },
    },
    "set_lead_reminder": {
        "": {"success", "message", "data"}, "data": {"reminder_id", "email_lead_map_id", "reminder_time", "message"},
    },
    "create_lead_note": {"": {"success", "data"}, "data": {"id", "email_lead_map_id", "note_message", "created_at"}},
    "create_lead_task": {
        "": {"success", "message", "data"}, "data": {"task_id", "email_lead_map_id", "name", "priority", "due_date"},
    },
    "block_domains": {"": {"success", "message", "data"}, "data": {"blocked_domains", "source", "blocked_at"}},
}  # fmt: skip
CAMPAIGNS: Forms = {
    "update_campaign_schedule": {
        "": {"success", "data"}, "data": {"message", "schedule"},
        "data.schedule": {"timezone", "days_of_week", "start_time", "end_time", "min_time_between_emails"},
    },
    "update_campaign_settings": {"": {"success", "data"}, "data": {"message"}},
    "update_campaign_status": {"": {"success", "message", "campaign"}, "campaign": {"id", "status"}},
    "delete_campaign": {"": {"success", "message"}},
    "get_campaign_sequences": {"": {"success", "data"}, "data": STEP},
    "save_campaign_sequences": {"": {"ok", "data"}, "data": {"id", "seq_number", "subject", "email_body"}},
    "create_subsequence": {"": {"success", "subsequence_id"}},
    "add_leads_to_campaign": {"": {"added_count", "skipped_count", "skipped_leads"}},
    "delete_lead_from_campaign": {"": {"ok", "message"}},
    "unsubscribe_lead_from_campaign": {"": {"success", "message"}},
    "get_lead_message_history": {"": {"messages"}, "messages": {"id", "subject", "direction", "sent_at"}},
    "reply_email_thread": {"": {"success", "message"}},
    "list_campaign_webhooks": {
        "": {"success", "data"}, "data": {"id", "name", "webhook_url", "event_types", "is_active"},
    },
    "save_campaign_webhook": {"": {"success", "data"}, "data": {"id", "name", "webhook_url", "event_types"}},
    "delete_campaign_webhook": {"": {"success", "message"}},
    "retrigger_failed_webhook_events": {"": {"success", "retriggered_count"}},
}  # fmt: skip
ACCOUNTS: Forms = {
    "save_email_account": {
        "": {"ok", "message", "data"},
        "data": {"id", "from_email", "is_smtp_success", "is_imap_success", "warmup_details"},
        "data.warmup_details": {"status", "total_warmup_per_day"},
    },
    "update_email_account": {"": {"ok", "message"}},
    "update_email_account_warmup": {"": {"ok", "message"}},
    "get_email_account_warmup_stats": {
        "": {"total_sent", "spam_count", "reputation_score", "daily_stats"},
        "daily_stats": {"date", "sent", "spam", "delivered", "opened", "replied"},
    },
    "add_campaign_email_accounts": {"": {"ok"}},
    "remove_campaign_email_accounts": {"": {"ok"}},
    "assign_email_account_tags": {"": {"ok", "message"}},
    "remove_email_account_tags": {"": {"ok", "message"}},
    "save_client": {"": {"ok", "data"}, "data": {"id", "name", "email", "api_key", "created_at"}},
}  # fmt: skip
#: bodies that are not those of the document's examples
OWN: dict[str, dict[str, Any]] = {
    "save_campaign_webhook": {
        "name": "A", "webhook_url": "https://inbox.simulator.test/a", "event_types": ["EMAIL_REPLY"],
    },
    "add_leads_to_campaign": {"lead_list": [{"email": "new@leads.example"}, {"email": "lead1@mark.example"}]},
}  # fmt: skip
#: what is done with the campaign that nothing has begun in
OF_OTHER = ("save_campaign_sequences", "delete_campaign")


@pytest.fixture
def world(client: TestClient) -> tuple[Api, World]:
    """A workspace of the edition with one of everything; it is an afternoon of January."""
    api = fresh(client, "2026-01-09T15:00:00Z")
    made = mailed(api, build(api, "mark"))
    api.control("PUT", "/settings", {"edition": EDITION})
    return api, made


def at(answer: Any, place: str) -> Any:
    """What stands at a place of an answer."""
    for name in place.split(".") if place else ():
        answer = answer[name]
        if isinstance(answer, list):
            answer = answer[0]
    return answer


def check(answer: Any, forms: dict[str, set[str]]) -> None:
    """AssertionError unless each place has exactly its keys."""
    assert answer.status_code == 200, answer.text
    for place, keys in forms.items():
        assert at(answer.json(), place).keys() == keys, place or "the answer"


@pytest.mark.parametrize("operation", ANALYTICS)
def test_analytics(world: tuple[Api, World], operation: str) -> None:
    """`ok` and `data`, and inside R's rows."""
    check(call(world[0], described(operation), world[1]), {"": {"ok", "data"}, **ANALYTICS[operation]})


@pytest.mark.parametrize("operation", [*INBOX, *ACCOUNTS])
def test_the_inbox_and_mailboxes(world: tuple[Api, World], operation: str) -> None:
    """Rows of the inbox are S4's, all else is R's."""
    api, of = world
    if operation == "resume_inbox_lead":
        lead = f"/campaigns/{of.campaign_id}/leads/{of.lead_ids[0]}"
        assert api.post(f"{lead}/pause").status_code == 200
    forms: Forms = {**INBOX, **ACCOUNTS}
    check(call(api, described(operation), of), forms[operation])


@pytest.mark.parametrize("operation", CAMPAIGNS)
def test_campaigns_and_leads(world: tuple[Api, World], operation: str) -> None:
    """As R prints them."""
    api, of = world
    if operation in OF_OTHER:
        of = replace(of, campaign_id=of.other_campaign_id)
    one = described(operation)
    answer = api.post(path_of(one, of), OWN[operation]) if operation in OWN else call(api, one, of)
    check(answer, CAMPAIGNS[operation])


def test_variants_have_names(world: tuple[Api, World]) -> None:
    """And no labels, where they are read (R)."""
    api, of = world
    path = f"/campaigns/{of.campaign_id}/sequences"
    (variant,) = api.get(path).json()["data"][1]["sequence_variants"]
    assert variant.keys() == VARIANT
    (before,) = api.get(path, edition="default").json()[1]["sequence_variants"]
    assert variant["variant_name"] == before["variant_label"] == "A"

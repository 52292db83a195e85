"""S4, the index of the older reference: every page once in the list of contents, and its text twice below.

Where a page has a text, it is told without its fields but for the inbox, the payload of a reply, and lists of words.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tests.seeds.examples import Block, Example, Patch, read, seed

#: a page of the core host -> our operation
OPERATIONS = {
    "Create Campaign": "create_campaign",
    "Add Client To System (Whitelabel or not)": "save_client",
    "Add Email Account to a Campaign": "add_campaign_email_accounts",
    "Add Lead/Domain to Global Block List": "add_to_global_block_list",
    "Add leads to a campaign by ID": "add_leads_to_campaign",
    "Add / Update Campaign Webhook": "save_campaign_webhook",
    "Add/Update Warmup To Email Account": "update_email_account_warmup",
    "Block Domains": "block_domains",
    "Change Read Status": "change_read_status",
    "Create an Email Account": "save_email_account",
    "Create Lead Note": "create_lead_note",
    "Create Lead Task": "create_lead_task",
    "Create Subsequence": "create_subsequence",
    "Delete Campaign": "delete_campaign",
    "Delete Campaign Webhook": "delete_campaign_webhook",
    "Delete Lead By Campaign ID": "delete_lead_from_campaign",
    "Remove Tags from Email Accounts": "remove_email_account_tags",
    "Export data from a campaign": "export_campaign_leads_csv",
    "Fetch all Campaigns Using Lead ID": "list_campaigns_of_lead",
    "Fetch all email accounts associated to a user": "list_email_accounts",
    "[DEPRECATED] Fetch Campaign Analytics by Date range": "get_campaign_analytics_by_date",
    "Fetch Campaign Mailbox Statistics": "get_campaign_mailbox_statistics",
    "List all Campaigns": "list_campaigns",
    "Fetch Campaign Statistics By Campaign ID": "get_campaign_statistics",
    "Fetch campaign top level analytics": "get_campaign_analytics",
    "Fetch Email Account By ID": "get_email_account",
    "Fetch Important Marked Messages": "list_important_messages",
    "Fetch Inbox Replies": "list_inbox_replies",
    "Fetch Lead by email address": "get_lead_by_email",
    "Fetch Lead Categories": "list_lead_categories",
    "Fetch Lead Message History Based on Campaign": "get_lead_message_history",
    "Fetch Leads From Global Block List": "list_global_block_list",
    "Fetch Master Inbox Lead by ID": "get_inbox_lead_by_id",
    "Fetch Messages with Reminders": "list_reminder_messages",
    "Fetch Scheduled Messages": "list_scheduled_messages",
    "Fetch Snoozed Messages": "list_snoozed_messages",
    "Fetch Unread Replies": "list_unread_replies",
    "Fetch Untracked Replies": "list_untracked_replies",
    "Fetch Warmup Stats By Email Account ID": "get_email_account_warmup_stats",
    "Fetch Webhooks By Campaign ID": "list_campaign_webhooks",
    "Fetched Archived Messages": "list_archived_messages",
    "Get Campaign By Id": "get_campaign",
    "Get Campaign Sequence Analytics": "get_campaign_sequence_analytics",
    "Get Webhooks Publish Summary": "get_campaign_webhook_summary",
    "Get Follow-up Reply Rate": "analytics_campaign_follow_up_reply_rate",
    "Get Lead to Reply Time": "analytics_campaign_lead_to_reply_time",
    "Get Leads Take for First Reply": "analytics_campaign_leads_take_for_first_reply",
    "Get Campaign List": "analytics_campaign_list",
    "Get Campaign Overall Stats": "analytics_campaign_overall_stats",
    "Get Campaign Response Stats": "analytics_campaign_response_stats",
    "Get Campaign Status Stats": "analytics_campaign_status_stats",
    "Get Client List": "analytics_client_list",
    "Get Month-wise Client Count": "analytics_client_month_wise_count",
    "Get Client Overall Stats": "analytics_client_overall_stats",
    "Get Day-wise Overall Stats": "analytics_day_wise_overall_stats",
    "Get Day-wise Overall Stats by Sent Time": "analytics_day_wise_overall_stats_by_sent_time",
    "Get Day-wise Positive Reply Stats": "analytics_day_wise_positive_reply_stats",
    "Get Day-wise Positive Reply Stats by Sent Time": "analytics_day_wise_positive_reply_stats_by_sent_time",
    "Get Lead Category-wise Response": "analytics_lead_category_wise_response",
    "Get Lead Overall Stats": "analytics_lead_overall_stats",
    "Get Domain-wise Health Metrics": "analytics_mailbox_domain_wise_health",
    "Get Email-Id-wise Health Metrics": "analytics_mailbox_name_wise_health",
    "Get Mailbox Overall Stats": "analytics_mailbox_overall_stats",
    "Get Provider-wise Overall Performance": "analytics_mailbox_provider_wise_performance",
    "Get Overall Stats": "analytics_overall_stats_v2",
    "Get Team Board Overall Stats": "analytics_team_board_overall_stats",
    "Fetch All Leads From Entire Account": "list_all_leads",
    "Fetch Campaign Sequence By Campaign ID": "get_campaign_sequences",
    "List all leads by Campaign ID": "list_leads_by_campaign",
    "Patch campaign status": "update_campaign_status",
    "Pause Lead By Campaign ID": "pause_lead_in_campaign",
    "Fetch Messages for Email Account": "fetch_email_account_messages",
    "Bulk Fetch Messages for Multiple Email Accounts": "bulk_fetch_email_account_messages",
    "Add Tags to Email Accounts": "assign_email_account_tags",
    "Push Lead To Subsequence": "push_lead_to_subsequence",
    "Reconnect failed email accounts": "reconnect_failed_email_accounts",
    "Remove Email Account from a Campaign": "remove_campaign_email_accounts",
    "Reply To Lead From Master Inbox via API": "reply_email_thread",
    "Resume Lead": "resume_inbox_lead",
    "Resume Lead By Campaign ID": "resume_lead_in_campaign",
    "Retrigger Failed Events": "retrigger_failed_webhook_events",
    "Save Campaign Sequence": "save_campaign_sequences",
    "Set Reminder": "set_lead_reminder",
    "Unsubscribe Lead From All Campaigns": "unsubscribe_lead_globally",
    "Unsubscribe/Pause Lead From Campaign": "unsubscribe_lead_from_campaign",
    "Update a lead’s category based on their campaign": "update_lead_category_in_campaign",
    "Update Campaign General Settings": "update_campaign_settings",
    "Update Campaign Schedule": "update_campaign_schedule",
    "Update Email Account": "update_email_account",
    "Update Lead Category": "update_inbox_lead_category",
    "Update Lead Revenue": "update_inbox_lead_revenue",
    "Update lead using the Lead ID": "update_lead",
    "Update Team Member To Lead": "assign_inbox_team_member",
}
#: pages of the other hosts, placement tests and bought mailboxes
OTHER_HOSTS = {
    "Auto-generate-mailboxes", "Blacklists", "Create Folders", "Create a Manual Placement Test",
    "Create an Automated Placement Test", "DKIM Details", "Domain Blacklist", "Email reply headers", "Geo wise report",
    "Get All Folders", "Get Domain List", "Get Vendors", "Get folder by ID", "IP details", "List all Tests",
    "Mailbox Count API", "Mailbox Summary", "Place order for mailboxes", "Provider wise report",
    "Region wise Provider IDs", "SPF Details", "Schedule history for Automated Tests", "Search Domain",
    "Sender Account List", "Sender Account wise report", "Spam Test Details", "Spam Test Email Content",
    "Spam filter report", "Spam test IP Blacklist Count", "Stop an Automated Smart Delivery Test", "rDNS report",
}  # fmt: skip
#: pages that describe no call
TEXTS = {"Capturing Email Replies"}
#: lists that say of their parameters "exactly the same as Inbox Replies"
SAME_AS_INBOX = "All params, queries, and body objects are exactly the same as Inbox Replies"
_ADDRESS = "[emailÂ\N{NO-BREAK SPACE}protected]"


class Page(NamedTuple):
    """A page of the index."""

    line: int
    title: str
    text: Block


def pages() -> list[Page]:
    """The pages behind the introduction; their titles are printed twice in one line."""
    index = seed("S4")
    starts = [number for number, line in enumerate(index.lines, 1) if line.startswith("###### ")]
    found = []
    for start, after in zip(starts, [*starts[1:], index.last + 1], strict=True):
        title = _mended(index.lines[start - 1].removeprefix("###### "))
        assert title[: len(title) // 2] * 2 == title, f"S4:{start} {title}"
        found.append(Page(start, title[: len(title) // 2], index.between(start + 1, after - 1)))
    return found


def page(title: str) -> Block:
    """The text of one page."""
    return next(one.text for one in pages() if one.title == title)


def _mended(text: str) -> str:
    """A text whose UTF-8 was read as Windows-1252."""
    return text.encode("cp1252").decode("utf-8")


def examples() -> list[Example]:
    """The payload of a reply, as often as it is printed; what is delivered is called by its event."""
    text = page("Capturing Email Replies")
    starts = [number for number, line in enumerate(text.lines, text.first) if line == "{"]
    return [_payload(text.between(start, text.heading("}", start))) for start in starts]


def _payload(block: Block) -> Example:
    patches = [
        Patch(number, _ADDRESS, "someone@example.com", "address that the page hides read as someone@example.com")
        for number, line in enumerate(block.lines, block.first)
        if _ADDRESS in line
    ]
    patches.append(Patch(block.line('"secret_key"'), "-93g6-", "-93a6-", "g in a UUID read as a"))
    value, fixes = read(block, patches)
    return Example("S4", block.first, value["event_type"], None, value, fixes)


def table(title: str, heading: str) -> list[dict[str, str]]:
    """The tables of a page under a heading, once for each time they are printed: name -> description."""
    text = page(title)
    starts = [number for number, line in enumerate(text.lines, text.first) if line.strip() == f"### {heading}"]
    return [_rows(text.between(start + 1, text.last)) for start in starts]


def _rows(block: Block) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in block.lines[1:]:
        cells = [cell.strip().replace("\\_", "_") for cell in line.split(" | ")]
        if len(cells) != 2:
            break
        name, text = cells[0].removeprefix("| ").strip("`"), cells[1].removesuffix("|").strip()
        if not name.startswith(("Field Name", "---", "Property")):
            found[name] = text
    return found


def correspondence() -> dict[str, str]:
    """The properties of `leadCorrespondence`."""
    text = page("Capturing Email Replies")
    return _rows(text.between(text.heading("| Property | Description |") - 1, text.last))


def domain_words() -> list[str]:
    """The words of `repliedCompanyDomain`."""
    return re.findall(r'"(\w+)"', correspondence()["repliedCompanyDomain"])


def sort_words(title: str) -> list[list[str]]:
    """What `sortBy` of a list takes, for each time it is printed."""
    lines = [line for line in page(title).lines if line.startswith("Use the following for your sorting")]
    return [re.findall(r"[A-Z]+(?:_[A-Z]+)+", line.replace("\\_", "_")) for line in lines]


def event_words() -> list[list[str]]:
    """The events of a campaign's webhooks, for each time they are printed."""
    lines = [line for line in page("Fetch Webhooks By Campaign ID").lines if line.startswith("`WEBHOOK_EVENT_TYPE")]
    return [re.findall(r"(\w+): '\1'", line) for line in lines]


def variant_rules() -> dict[str, Any]:
    """The ways to distribute variants, what may win, the least share of leads, and how many variants count."""
    text = page("Save Campaign Sequence").text.replace("\\_", "_")
    least, most = re.search(r"atleast (\d+)%", text), re.search(r"select the first (\d+) that add up to 100%", text)
    winning = re.search(r"you can choose from ([A-Z_, ]+)", text)
    assert least
    assert most
    assert winning
    return {
        "types": list(dict.fromkeys(re.findall(r"variant_distribution_type = ([A-Z_]+)", text))),
        "winning": [word.strip() for word in winning[1].split(",")],
        "least": int(least[1]),
        "most": int(most[1]),
    }


def lead_statuses() -> list[str]:
    """The words of a lead's status."""
    text = seed("S4").section("#### ReferencesReferences", "##### Rate LimitsRate Limits").text
    return list(dict.fromkeys(re.findall(r"^`([A-Z]+):?`", text, re.MULTILINE)))


def limits() -> dict[str, Any]:
    """Requests and seconds of the window, the headers that tell of it, and the leads that one upload takes."""
    text = seed("S4").section("##### Rate LimitsRate Limits", "###### Create CampaignCreate Campaign").text
    window, leads = re.search(r"(\d+) requests Per (\d+) seconds", text), re.search(r"upto \*\*(\d+) leads", text)
    assert window
    assert leads
    return {
        "window": (int(window[1]), int(window[2])),
        "headers": list(dict.fromkeys(re.findall(r"^- (x-ratelimit-\w+)", text, re.MULTILINE))),
        "leads": int(leads[1]),
    }

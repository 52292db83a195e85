"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class GetLeadMessageHistoryParams(TypedDict):
    campaign_id: int
    lead_id: int
    event_time_gt: NotRequired[str]
    show_plain_text_response: bool


class ReplyEmailThreadParams(TypedDict):
    campaign_id: int


class ReplyEmailThreadBodyAttachment(TypedDict):
    file_name: NotRequired[str]
    file_url: str
    file_type: NotRequired[str]
    file_size: NotRequired[float]


class ReplyEmailThreadBody(TypedDict):
    email_stats_id: str
    email_body: str
    to_email: NotRequired[str]
    to_first_name: NotRequired[str]
    to_last_name: NotRequired[str]
    scheduled_time: NotRequired[str]
    reply_message_id: NotRequired[str]
    reply_email_body: NotRequired[str]
    reply_email_time: NotRequired[str]
    cc: NotRequired[str]
    bcc: NotRequired[str]
    schedule_condition: NotRequired[str]
    add_signature: NotRequired[bool]
    seq_type: NotRequired[str]
    attachments: NotRequired[list[ReplyEmailThreadBodyAttachment]]

ForwardEmailParams = ReplyEmailThreadParams


class ForwardEmailBody(TypedDict):
    message_id: str
    stats_id: str
    to_emails: str
    forward_email_body: NotRequired[str]
    forward_email_subject: NotRequired[str]

SendTestEmailParams = ReplyEmailThreadParams


class SendTestEmailBody(TypedDict):
    leadId: int | str
    sequenceNumber: int
    selectedEmailAccountId: NotRequired[int]
    customEmailAddress: NotRequired[str]


class UpdateLeadEmailAccountParams(TypedDict):
    pass


class UpdateLeadEmailAccountBody(TypedDict):
    email_account_id: int
    email_campaign_id: int
    email_lead_id: int | str
    override_lead_email_account: NotRequired[bool]

SendSingleEmailParams = UpdateLeadEmailAccountParams


class SendSingleEmailBodyAttachment(TypedDict):
    filename: NotRequired[str]
    content: NotRequired[str]
    mimeType: NotRequired[str]


class SendSingleEmailBody(TypedDict):
    to: str
    subject: str
    body: str
    fromEmail: NotRequired[str]
    fromEmailId: NotRequired[int]
    fromName: NotRequired[str]
    replyTo: NotRequired[str]
    attachments: NotRequired[list[SendSingleEmailBodyAttachment]]


class TrackSingleEmailOpenParams(TypedDict):
    trackId: str


class ListAllLeadsActivitiesParams(TypedDict):
    offset: int
    limit: int
    event_time_from: NotRequired[str]
    event_time_to: NotRequired[str]


class GetLeadActivityParams(TypedDict):
    campaign_id: int
    lead_id: int


class GetLeadCampaignOverviewParams(TypedDict):
    lead_id: int


class GetLeadSequenceDetailsParams(TypedDict):
    lead_map_id: int
    campaignId: NotRequired[int]

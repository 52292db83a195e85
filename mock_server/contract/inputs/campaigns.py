"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class ListCampaignsParams(TypedDict):
    client_id: NotRequired[int]
    include_tags: bool


class CreateCampaignParams(TypedDict):
    pass


class CreateCampaignBody(TypedDict):
    name: NotRequired[str]
    client_id: NotRequired[int | None]

CreateSubsequenceParams = CreateCampaignParams


class CreateSubsequenceBodyConditionEvent(TypedDict):
    eventType: NotRequired[str]
    eventSubType: NotRequired[str | None]
    categoryId: NotRequired[int | None]
    text: NotRequired[str | None]


class CreateSubsequenceBody(TypedDict):
    parent_campaign_id: int
    subsequence_name: NotRequired[str]
    condition_events: NotRequired[list[CreateSubsequenceBodyConditionEvent]]
    delayForNewLeads: NotRequired[int]
    stopLeadOnParentCampaignReply: NotRequired[bool]
    client_id: NotRequired[int | None]


class GetCampaignParams(TypedDict):
    campaign_id: int
    include_tags: bool


class DeleteCampaignParams(TypedDict):
    campaign_id: int

DuplicateCampaignParams = DeleteCampaignParams


class DuplicateCampaignBody(TypedDict):
    duplicate_sub_sequence: NotRequired[bool]
    duplicate_client_label: NotRequired[bool]

UpdateCampaignScheduleParams = DeleteCampaignParams


class UpdateCampaignScheduleBody(TypedDict):
    timezone: str
    days_of_the_week: list[int]
    start_hour: str
    end_hour: str
    min_time_btw_emails: NotRequired[int]
    max_new_leads_per_day: NotRequired[int]
    schedule_start_time: NotRequired[str | None]

UpdateCampaignSettingsParams = DeleteCampaignParams


class UpdateCampaignSettingsBodyOutOfOfficeDetectionSettings(TypedDict):
    ignoreOOOasReply: NotRequired[bool]
    autoReactivateOOO: NotRequired[bool]
    reactivateOOOwithDelay: NotRequired[float | str | None]
    autoCategorizeOOO: NotRequired[bool]


class UpdateCampaignSettingsBody(TypedDict):
    name: NotRequired[str]
    track_settings: NotRequired[list[str]]
    stop_lead_settings: NotRequired[str]
    stop_on_reply: NotRequired[bool]
    track_opens: NotRequired[bool]
    unsubscribe_text: NotRequired[str]
    send_as_plain_text: NotRequired[bool]
    force_plain_text: NotRequired[bool]
    follow_up_percentage: NotRequired[int]
    client_id: NotRequired[int | None]
    enable_ai_esp_matching: NotRequired[bool]
    auto_pause_domain_leads_on_reply: NotRequired[bool]
    ignore_ss_mailbox_sending_limit: NotRequired[bool]
    bounce_autopause_threshold: NotRequired[str]
    domain_level_rate_limit: NotRequired[bool]
    add_unsubscribe_tag: NotRequired[bool]
    out_of_office_detection_settings: NotRequired[UpdateCampaignSettingsBodyOutOfOfficeDetectionSettings]
    ai_categorisation_options: NotRequired[list[int]]

UpdateCampaignStatusParams = DeleteCampaignParams


class UpdateCampaignStatusBody(TypedDict):
    status: str

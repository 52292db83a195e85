"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class ListLeadsByCampaignParams(TypedDict):
    campaign_id: int
    offset: int
    limit: int
    status: NotRequired[str]
    lead_category_id: NotRequired[int]
    emailStatus: NotRequired[str]
    created_at_gt: NotRequired[str]
    last_sent_time_gt: NotRequired[str]
    event_time_gt: NotRequired[str]
    email_sequence_number: NotRequired[int]


class AddLeadsToCampaignParams(TypedDict):
    campaign_id: int


class AddLeadsToCampaignBodyLeadList(TypedDict):
    email: str
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    phone_number: NotRequired[str | float | None]
    company_name: NotRequired[str | None]
    website: NotRequired[str | None]
    location: NotRequired[str | None]
    linkedin_profile: NotRequired[str | None]
    company_url: NotRequired[str | None]
    custom_fields: NotRequired[dict[str, Any] | None]


class AddLeadsToCampaignBodySettings(TypedDict):
    ignore_global_block_list: NotRequired[bool]
    ignore_unsubscribe_list: NotRequired[bool]
    ignore_duplicate_leads_in_other_campaign: NotRequired[bool]
    ignore_community_bounce_list: NotRequired[bool]
    return_lead_ids: NotRequired[bool]


class AddLeadsToCampaignBody(TypedDict):
    lead_list: list[AddLeadsToCampaignBodyLeadList]
    settings: NotRequired[AddLeadsToCampaignBodySettings]

DeleteLeadsFromCampaignBulkParams = AddLeadsToCampaignParams


class DeleteLeadsFromCampaignBulkBody(TypedDict):
    lead_ids: list[int | str]


class UpdateLeadParams(TypedDict):
    campaign_id: int
    lead_id: int

UpdateLeadBody = AddLeadsToCampaignBodyLeadList

DeleteLeadFromCampaignParams = UpdateLeadParams

ExportCampaignLeadsCsvParams = AddLeadsToCampaignParams


class GetLeadByEmailParams(TypedDict):
    email: str


class GetLeadByIdParams(TypedDict):
    lead_id: int

DeleteLeadGloballyParams = GetLeadByIdParams

ListCampaignsOfLeadParams = GetLeadByIdParams


class ListAllLeadsParams(TypedDict):
    offset: int
    limit: int
    created_at_gt: NotRequired[str]
    email: NotRequired[str]


class ListAllLeadsV2Params(TypedDict):
    limit: int
    lastSeenLeadId: NotRequired[int]
    campaignId: NotRequired[int]
    status: NotRequired[str]
    emailStatus: NotRequired[str]
    leadType: NotRequired[str]
    listId: NotRequired[int]
    clientId: NotRequired[int]
    leadEmail: NotRequired[str]

PauseLeadInCampaignParams = UpdateLeadParams

ResumeLeadInCampaignParams = UpdateLeadParams


class ResumeLeadInCampaignBody(TypedDict):
    resume_lead_with_delay_days: NotRequired[int | None]

UnsubscribeLeadFromCampaignParams = UpdateLeadParams

UpdateLeadCategoryInCampaignParams = UpdateLeadParams


class UpdateLeadCategoryInCampaignBody(TypedDict):
    category_id: int | None
    pause_lead: NotRequired[bool]

PatchLeadStatusParams = UpdateLeadParams


class PatchLeadStatusBody(TypedDict):
    status: str


class MarkLeadCompleteParams(TypedDict):
    campaign_id: int
    lead_map_id: int

UnsubscribeLeadGloballyParams = GetLeadByIdParams


class ListLeadCategoriesParams(TypedDict):
    client_id: NotRequired[int]

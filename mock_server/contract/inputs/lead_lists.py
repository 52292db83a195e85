"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class ListLeadListsParams(TypedDict):
    listName: NotRequired[str]
    tagIds: NotRequired[str]
    limit: int
    offset: int


class CreateLeadListParams(TypedDict):
    pass


class CreateLeadListBody(TypedDict):
    listName: str


class GetLeadListParams(TypedDict):
    lead_list_id: int

UpdateLeadListParams = GetLeadListParams

UpdateLeadListBody = CreateLeadListBody

DeleteLeadListParams = GetLeadListParams

ImportLeadsToListParams = GetLeadListParams


class ImportLeadsToListBodyLeadList(TypedDict):
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


class ImportLeadsToListBodyCsvSettings(TypedDict):
    ignoreGlobalBlockList: NotRequired[bool]


class ImportLeadsToListBody(TypedDict):
    leadList: list[ImportLeadsToListBodyLeadList]
    fileName: str
    emailFieldsAdded: NotRequired[dict[str, Any]]
    customFields: NotRequired[dict[str, Any] | None]
    csvSettings: NotRequired[ImportLeadsToListBodyCsvSettings]

AssignTagsToLeadListsParams = CreateLeadListParams


class AssignTagsToLeadListsBody(TypedDict):
    listIds: list[int]
    tagIds: NotRequired[list[int]]
    removeTagIds: NotRequired[list[int]]

PushLeadsToCampaignParams = CreateLeadListParams


class PushLeadsToCampaignBodyLeadList(TypedDict):
    listId: NotRequired[int]
    leadIds: NotRequired[list[int]]
    allLeads: NotRequired[bool]


class PushLeadsToCampaignBodyFilters(TypedDict):
    campaignId: NotRequired[str]
    status: NotRequired[str]
    leadCategoryIds: NotRequired[str]
    emailStatus: NotRequired[str]


class PushLeadsToCampaignBody(TypedDict):
    campaignId: NotRequired[int]
    campaignName: NotRequired[str]
    action: str
    leadList: NotRequired[PushLeadsToCampaignBodyLeadList]
    csvSettings: NotRequired[ImportLeadsToListBodyCsvSettings]
    filters: NotRequired[PushLeadsToCampaignBodyFilters]

PushLeadsBetweenListsParams = CreateLeadListParams


class PushLeadsBetweenListsBody(TypedDict):
    action: str
    leadIds: NotRequired[list[int]]
    fromListId: NotRequired[int]
    toListId: int

PushLeadsToListParams = CreateLeadListParams


class PushLeadsToListBody(TypedDict):
    listId: int
    leadIds: NotRequired[list[int]]
    allLeads: NotRequired[bool]
    filters: NotRequired[PushLeadsToCampaignBodyFilters]
    action: NotRequired[str]

PushCampaignLeadsToListParams = CreateLeadListParams


class PushCampaignLeadsToListBody(TypedDict):
    campaignId: int
    listId: int
    leadMapIds: NotRequired[list[int]]
    allLeads: NotRequired[bool]

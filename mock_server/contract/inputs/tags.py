"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class CreateEmailAccountTagParams(TypedDict):
    pass


class CreateEmailAccountTagBody(TypedDict):
    name: str
    color: NotRequired[str]

ListEmailAccountTagsParams = CreateEmailAccountTagParams

UpdateEmailAccountTagParams = CreateEmailAccountTagParams


class UpdateEmailAccountTagBody(TypedDict):
    id: int
    name: str
    color: str

AssignEmailAccountTagsParams = CreateEmailAccountTagParams


class AssignEmailAccountTagsBody(TypedDict):
    email_account_ids: list[int]
    tag_ids: list[int]

RemoveEmailAccountTagsParams = CreateEmailAccountTagParams

RemoveEmailAccountTagsBody = AssignEmailAccountTagsBody

GetTagsByEmailAddressesParams = CreateEmailAccountTagParams


class GetTagsByEmailAddressesBody(TypedDict):
    email_ids: list[str]

AddCampaignTagsParams = CreateEmailAccountTagParams


class AddCampaignTagsBody(TypedDict):
    campaign_ids: list[int]
    tag_ids: list[int]

RemoveCampaignTagsParams = CreateEmailAccountTagParams

RemoveCampaignTagsBody = AddCampaignTagsBody


class AddCampaignEmailAccountsByTagParams(TypedDict):
    campaign_id: int


class AddCampaignEmailAccountsByTagBody(TypedDict):
    tag_ids: list[int]

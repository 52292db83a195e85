"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class SaveClientParams(TypedDict):
    pass


class SaveClientBody(TypedDict):
    id: NotRequired[int]
    name: str
    email: str
    password: NotRequired[str]
    permission: NotRequired[list[str]]
    logo: NotRequired[str | None]
    logo_url: NotRequired[str | None]
    uuid: NotRequired[str]
    is_credit_assigned: NotRequired[bool]
    email_credits: NotRequired[int]
    lead_credits: NotRequired[int]

ListClientsParams = SaveClientParams


class ListClientApiKeysParams(TypedDict):
    clientId: NotRequired[int]
    status: NotRequired[str]
    keyName: NotRequired[str]

CreateClientApiKeyParams = SaveClientParams


class CreateClientApiKeyBody(TypedDict):
    clientId: int
    keyName: str


class DeleteClientApiKeyParams(TypedDict):
    api_key_id: int

ResetClientApiKeyParams = DeleteClientApiKeyParams


class UpdateCampaignTeamMemberParams(TypedDict):
    campaign_id: int


class UpdateCampaignTeamMemberBody(TypedDict):
    teamMemberId: NotRequired[int | None]

GetUserByApiKeyParams = SaveClientParams

GetCreditStatsParams = SaveClientParams

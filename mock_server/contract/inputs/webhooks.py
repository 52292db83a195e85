"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class ListCampaignWebhooksParams(TypedDict):
    campaign_id: int

SaveCampaignWebhookParams = ListCampaignWebhooksParams


class SaveCampaignWebhookBody(TypedDict):
    id: NotRequired[int | None]
    name: str
    webhook_url: str
    event_types: list[str]
    categories: NotRequired[list[str]]


class DeleteCampaignWebhookParams(TypedDict):
    campaign_id: int
    id: NotRequired[int]


class DeleteCampaignWebhookBody(TypedDict):
    id: NotRequired[int]


class GetCampaignWebhookSummaryParams(TypedDict):
    campaign_id: int
    fromTime: str
    toTime: str

RetriggerFailedWebhookEventsParams = ListCampaignWebhooksParams


class RetriggerFailedWebhookEventsBody(TypedDict):
    fromTime: str
    toTime: str


class CreateWebhookParams(TypedDict):
    pass


class CreateWebhookBodyEventTypeMap(TypedDict):
    EMAIL_SENT: NotRequired[bool]
    FIRST_EMAIL_SENT: NotRequired[bool]
    EMAIL_OPEN: NotRequired[bool]
    EMAIL_LINK_CLICK: NotRequired[bool]
    EMAIL_REPLY: NotRequired[bool]
    EMAIL_BOUNCE: NotRequired[bool]
    LEAD_UNSUBSCRIBED: NotRequired[bool]
    LEAD_CATEGORY_UPDATED: NotRequired[bool]
    CAMPAIGN_STATUS_CHANGED: NotRequired[bool]
    UNTRACKED_REPLIES: NotRequired[bool]
    MANUAL_STEP_REACHED: NotRequired[bool]


class CreateWebhookBody(TypedDict):
    webhook_url: str
    association_type: str | int
    email_campaign_id: NotRequired[int | None]
    client_id: NotRequired[int | None]
    name: NotRequired[str]
    event_type_map: NotRequired[CreateWebhookBodyEventTypeMap]
    category_id_map: NotRequired[dict[str, Any]]
    event_type: NotRequired[str]
    category_id: NotRequired[int]
    webhook_type: NotRequired[str]
    force_create: NotRequired[bool]


class GetWebhookParams(TypedDict):
    webhook_id: int

UpdateWebhookParams = GetWebhookParams


class UpdateWebhookBody(TypedDict):
    name: NotRequired[str]
    webhook_url: NotRequired[str]
    event_types: NotRequired[list[str]]
    categories: NotRequired[list[str | int]]
    event_type_map: NotRequired[CreateWebhookBodyEventTypeMap]
    event_type: NotRequired[str]

DeleteWebhookParams = DeleteCampaignWebhookBody

DeleteWebhookBody = DeleteCampaignWebhookBody

CreateWebhookPluralParams = CreateWebhookParams


class CreateWebhookPluralBody(TypedDict):
    webhook_url: str
    event_types: list[str]
    name: NotRequired[str]

"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class GetCampaignStatisticsParams(TypedDict):
    campaign_id: int
    offset: int
    limit: int
    email_sequence_number: NotRequired[str]
    email_status: NotRequired[str]
    sent_time_start_date: NotRequired[str]
    sent_time_end_date: NotRequired[str]


class GetCampaignLeadsStatisticsParams(TypedDict):
    campaign_id: int
    offset: int
    limit: int
    event_time_gt: NotRequired[str]


class GetCampaignMailboxStatisticsParams(TypedDict):
    campaign_id: int
    client_id: NotRequired[int]
    offset: int
    limit: int
    start_date: NotRequired[str]
    end_date: NotRequired[str]
    time_zone: str
    private_api_key: NotRequired[str]


class GetCampaignVariantStatisticsParams(TypedDict):
    campaign_id: int


class GetCampaignAnalyticsParams(TypedDict):
    campaign_id: int
    client_id: NotRequired[int]


class GetCampaignAnalyticsByDateParams(TypedDict):
    campaign_id: int
    start_date: str
    end_date: str
    time_zone: str


class GetCampaignTopLevelAnalyticsByDateParams(TypedDict):
    campaign_id: int
    start_date: str
    end_date: str

GetCampaignSequenceAnalyticsParams = GetCampaignAnalyticsByDateParams

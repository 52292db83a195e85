"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class AnalyticsCampaignListParams(TypedDict):
    client_ids: str


class AnalyticsCampaignOverallStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    limit: NotRequired[int]
    offset: int
    full_data: str


class AnalyticsCampaignResponseStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    full_data: str

AnalyticsCampaignStatusStatsParams = AnalyticsCampaignListParams


class AnalyticsCampaignFollowUpReplyRateParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str

AnalyticsCampaignLeadToReplyTimeParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsCampaignLeadsTakeForFirstReplyParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsDayWiseOverallStatsParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsDayWiseOverallStatsBySentTimeParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsDayWisePositiveReplyStatsParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsDayWisePositiveReplyStatsBySentTimeParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsClientListParams = AnalyticsCampaignListParams

AnalyticsClientMonthWiseCountParams = AnalyticsCampaignListParams


class AnalyticsClientOverallStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    filter: NotRequired[str]
    full_data: str
    limit: NotRequired[int]
    offset: int

AnalyticsTeamBoardOverallStatsParams = AnalyticsCampaignResponseStatsParams

AnalyticsMailboxOverallStatsParams = AnalyticsCampaignListParams


class AnalyticsMailboxDomainWiseHealthParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    full_data: str
    limit: NotRequired[int]
    offset: int


class AnalyticsMailboxNameWiseHealthParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    full_data: str
    limit: NotRequired[int]
    offset: int
    is_bounced: NotRequired[str]

AnalyticsMailboxProviderWisePerformanceParams = AnalyticsCampaignResponseStatsParams


class AnalyticsOverallStatsV2Params(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    is_agency: NotRequired[str]
    full_data: str

AnalyticsLeadOverallStatsParams = AnalyticsCampaignFollowUpReplyRateParams

AnalyticsLeadCategoryWiseResponseParams = AnalyticsCampaignFollowUpReplyRateParams

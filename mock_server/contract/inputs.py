"""What handlers take, by operation. Generated from the document by `make openapi`; do not edit."""

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


class CreateSubsequenceParams(TypedDict):
    pass


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


class DuplicateCampaignParams(TypedDict):
    campaign_id: int


class DuplicateCampaignBody(TypedDict):
    duplicate_sub_sequence: NotRequired[bool]
    duplicate_client_label: NotRequired[bool]


class UpdateCampaignScheduleParams(TypedDict):
    campaign_id: int


class UpdateCampaignScheduleBody(TypedDict):
    timezone: str
    days_of_the_week: list[int]
    start_hour: str
    end_hour: str
    min_time_btw_emails: NotRequired[int]
    max_new_leads_per_day: NotRequired[int]
    schedule_start_time: NotRequired[str | None]


class UpdateCampaignSettingsParams(TypedDict):
    campaign_id: int


class UpdateCampaignSettingsBodyOutOfOfficeDetectionSettings(TypedDict):
    ignoreOOOasReply: NotRequired[bool]
    autoReactivateOOO: NotRequired[bool]
    reactivateOOOwithDelay: NotRequired[float | str | None]
    autoCategorizeOOO: NotRequired[bool]


class UpdateCampaignSettingsBody(TypedDict):
    name: NotRequired[str]
    track_settings: NotRequired[list[str]]
    stop_lead_settings: NotRequired[str]
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


class UpdateCampaignStatusParams(TypedDict):
    campaign_id: int


class UpdateCampaignStatusBody(TypedDict):
    status: str


class GetCampaignSequencesParams(TypedDict):
    campaign_id: int


class SaveCampaignSequencesParams(TypedDict):
    campaign_id: int


class SaveCampaignSequencesBodySequenceSeqDelayDetails(TypedDict):
    delay_in_days: int


class SaveCampaignSequencesBodySequenceSeqVariant(TypedDict):
    id: NotRequired[int | None]
    subject: str
    email_body: str
    variant_label: str
    variant_distribution_percentage: NotRequired[int]
    optional_email_body_1: NotRequired[str | None]


class SaveCampaignSequencesBodySequence(TypedDict):
    id: NotRequired[int | None]
    seq_number: int
    seq_delay_details: SaveCampaignSequencesBodySequenceSeqDelayDetails
    subject: NotRequired[str]
    email_body: NotRequired[str]
    variant_distribution_type: NotRequired[str]
    lead_distribution_percentage: NotRequired[int]
    winning_metric_property: NotRequired[str]
    seq_variants: NotRequired[list[SaveCampaignSequencesBodySequenceSeqVariant]]
    seq_type: NotRequired[str]


class SaveCampaignSequencesBody(TypedDict):
    sequences: list[SaveCampaignSequencesBodySequence]


class ListEmailAccountsParams(TypedDict):
    offset: int
    limit: int
    isInUse: NotRequired[str]
    emailWarmupStatus: NotRequired[str]
    isSmtpSuccess: NotRequired[str]
    isWarmupBlocked: NotRequired[str]
    esp: NotRequired[str]
    username: NotRequired[str]
    client_id: NotRequired[int]
    fetch_campaigns: str


class SaveEmailAccountParams(TypedDict):
    pass


class SaveEmailAccountBodyToken(TypedDict):
    scope: str
    expiry_date: float
    access_token: NotRequired[str]
    refresh_token: NotRequired[str]
    id_token: NotRequired[str]


class SaveEmailAccountBody(TypedDict):
    id: NotRequired[int | None]
    from_name: str
    from_email: str
    user_name: str
    password: str
    smtp_host: str
    smtp_port: int
    imap_host: str
    imap_port: int
    warmup_enabled: bool
    type: NotRequired[str]
    token: NotRequired[SaveEmailAccountBodyToken]
    different_reply_to_address: NotRequired[str | None]
    imap_user_name: NotRequired[str]
    imap_password: NotRequired[str]
    max_email_per_day: NotRequired[int | None]
    custom_tracking_url: NotRequired[str | None]
    bcc: NotRequired[str | None]
    time_to_wait_in_mins: NotRequired[int]
    signature: NotRequired[str | None]
    total_warmup_per_day: NotRequired[int | None]
    daily_rampup: NotRequired[int | None]
    reply_rate_percentage: NotRequired[int | None]
    client_id: NotRequired[int | None]
    is_suspended: NotRequired[bool]


class GetEmailAccountParams(TypedDict):
    email_account_id: int
    fetch_campaigns: bool
    fetch_tags: bool


class UpdateEmailAccountParams(TypedDict):
    email_account_id: int


class UpdateEmailAccountBody(TypedDict):
    max_email_per_day: NotRequired[int]
    from_name: NotRequired[str]
    custom_tracking_url: NotRequired[str | None]
    bcc: NotRequired[str | None]
    signature: NotRequired[str | None]
    client_id: NotRequired[int | None]
    time_to_wait_in_mins: NotRequired[int]
    is_suspended: NotRequired[bool]


class DeleteEmailAccountParams(TypedDict):
    email_account_id: int


class ListCampaignEmailAccountsParams(TypedDict):
    campaign_id: int
    include_tags: bool


class AddCampaignEmailAccountsParams(TypedDict):
    campaign_id: int


class AddCampaignEmailAccountsBody(TypedDict):
    email_account_ids: list[int]


class RemoveCampaignEmailAccountsParams(TypedDict):
    campaign_id: int


class RemoveCampaignEmailAccountsBody(TypedDict):
    email_account_ids: list[int]


class SaveOauthEmailAccountParams(TypedDict):
    pass


class SaveOauthEmailAccountBodyToken(TypedDict):
    scope: str
    token_type: str
    expiry_date: float
    access_token: NotRequired[str]
    refresh_token: NotRequired[str]
    id_token: NotRequired[str]
    expiry: NotRequired[str]
    expires_in: NotRequired[float]
    ext_expires_in: NotRequired[float]


class SaveOauthEmailAccountBody(TypedDict):
    id: NotRequired[int | None]
    from_name: str
    from_email: str
    username: str
    type: str
    token: SaveOauthEmailAccountBodyToken
    warmup_enabled: bool
    use_whitelabel_credentials: bool
    max_email_per_day: NotRequired[int]
    custom_tracking_url: NotRequired[str]
    bcc: NotRequired[str]
    time_to_wait_in_mins: NotRequired[int]
    signature: NotRequired[str]
    total_warmup_per_day: NotRequired[int]
    daily_rampup: NotRequired[int]
    reply_rate_percentage: NotRequired[int]
    client_id: NotRequired[int]


class SuspendEmailAccountParams(TypedDict):
    email_account_id: int


class UnsuspendEmailAccountParams(TypedDict):
    email_account_id: int


class UpdateEmailAccountWarmupParams(TypedDict):
    email_account_id: int


class UpdateEmailAccountWarmupBody(TypedDict):
    warmup_enabled: bool
    total_warmup_per_day: NotRequired[int]
    daily_rampup: NotRequired[int]
    reply_rate_percentage: NotRequired[int]
    warmup_key_id: NotRequired[str]
    auto_adjust_warmup: NotRequired[bool]
    is_rampup_enabled: NotRequired[bool]


class GetEmailAccountWarmupStatsParams(TypedDict):
    email_account_id: int


class ReconnectFailedEmailAccountsParams(TypedDict):
    pass


class ReconnectFailedEmailAccountsBody(TypedDict):
    pass


class FetchEmailAccountMessagesParams(TypedDict):
    email_account_id: int


FetchEmailAccountMessagesBody = TypedDict("FetchEmailAccountMessagesBody", {
    "limit": NotRequired[int],
    "folder": NotRequired[str],
    "includeBody": NotRequired[bool],
    "from": NotRequired[str],
    "to": NotRequired[str],
})


class BulkFetchEmailAccountMessagesParams(TypedDict):
    pass


BulkFetchEmailAccountMessagesBodyItem = TypedDict("BulkFetchEmailAccountMessagesBodyItem", {
    "account_id": int,
    "limit": NotRequired[int],
    "folder": NotRequired[str],
    "includeBody": NotRequired[bool],
    "from": NotRequired[str],
    "to": NotRequired[str],
})


BulkFetchEmailAccountMessagesBody = list[BulkFetchEmailAccountMessagesBodyItem]


class CreateEmailAccountTagParams(TypedDict):
    pass


class CreateEmailAccountTagBody(TypedDict):
    name: str
    color: NotRequired[str]


class ListEmailAccountTagsParams(TypedDict):
    pass


class UpdateEmailAccountTagParams(TypedDict):
    pass


class UpdateEmailAccountTagBody(TypedDict):
    id: int
    name: str
    color: str


class AssignEmailAccountTagsParams(TypedDict):
    pass


class AssignEmailAccountTagsBody(TypedDict):
    email_account_ids: list[int]
    tag_ids: list[int]


class RemoveEmailAccountTagsParams(TypedDict):
    pass


class RemoveEmailAccountTagsBody(TypedDict):
    email_account_ids: list[int]
    tag_ids: list[int]


class GetTagsByEmailAddressesParams(TypedDict):
    pass


class GetTagsByEmailAddressesBody(TypedDict):
    email_ids: list[str]


class AddCampaignTagsParams(TypedDict):
    pass


class AddCampaignTagsBody(TypedDict):
    campaign_ids: list[int]
    tag_ids: list[int]


class RemoveCampaignTagsParams(TypedDict):
    pass


class RemoveCampaignTagsBody(TypedDict):
    campaign_ids: list[int]
    tag_ids: list[int]


class AddCampaignEmailAccountsByTagParams(TypedDict):
    campaign_id: int


class AddCampaignEmailAccountsByTagBody(TypedDict):
    tag_ids: list[int]


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


class ListClientsParams(TypedDict):
    pass


class ListClientApiKeysParams(TypedDict):
    clientId: NotRequired[int]
    status: NotRequired[str]
    keyName: NotRequired[str]


class CreateClientApiKeyParams(TypedDict):
    pass


class CreateClientApiKeyBody(TypedDict):
    clientId: int
    keyName: str


class DeleteClientApiKeyParams(TypedDict):
    api_key_id: int


class ResetClientApiKeyParams(TypedDict):
    api_key_id: int


class UpdateCampaignTeamMemberParams(TypedDict):
    campaign_id: int


class UpdateCampaignTeamMemberBody(TypedDict):
    teamMemberId: NotRequired[int | None]


class GetUserByApiKeyParams(TypedDict):
    pass


class GetCreditStatsParams(TypedDict):
    pass


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


class DeleteLeadsFromCampaignBulkParams(TypedDict):
    campaign_id: int


class DeleteLeadsFromCampaignBulkBody(TypedDict):
    lead_ids: list[int | str]


class UpdateLeadParams(TypedDict):
    campaign_id: int
    lead_id: int


class UpdateLeadBody(TypedDict):
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


class DeleteLeadFromCampaignParams(TypedDict):
    campaign_id: int
    lead_id: int


class ExportCampaignLeadsCsvParams(TypedDict):
    campaign_id: int


class GetLeadByEmailParams(TypedDict):
    email: str


class GetLeadByIdParams(TypedDict):
    lead_id: int


class DeleteLeadGloballyParams(TypedDict):
    lead_id: int


class ListCampaignsOfLeadParams(TypedDict):
    lead_id: int


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


class UpdateLeadListParams(TypedDict):
    lead_list_id: int


class UpdateLeadListBody(TypedDict):
    listName: str


class DeleteLeadListParams(TypedDict):
    lead_list_id: int


class ImportLeadsToListParams(TypedDict):
    lead_list_id: int


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


class AssignTagsToLeadListsParams(TypedDict):
    pass


class AssignTagsToLeadListsBody(TypedDict):
    listIds: list[int]
    tagIds: NotRequired[list[int]]
    removeTagIds: NotRequired[list[int]]


class PushLeadsToCampaignParams(TypedDict):
    pass


class PushLeadsToCampaignBodyLeadList(TypedDict):
    listId: NotRequired[int]
    leadIds: NotRequired[list[int]]
    allLeads: NotRequired[bool]


class PushLeadsToCampaignBodyCsvSettings(TypedDict):
    ignoreGlobalBlockList: NotRequired[bool]


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
    csvSettings: NotRequired[PushLeadsToCampaignBodyCsvSettings]
    filters: NotRequired[PushLeadsToCampaignBodyFilters]


class PushLeadsBetweenListsParams(TypedDict):
    pass


class PushLeadsBetweenListsBody(TypedDict):
    action: str
    leadIds: NotRequired[list[int]]
    fromListId: NotRequired[int]
    toListId: int


class PushLeadsToListParams(TypedDict):
    pass


class PushLeadsToListBodyFilters(TypedDict):
    campaignId: NotRequired[str]
    status: NotRequired[str]
    leadCategoryIds: NotRequired[str]
    emailStatus: NotRequired[str]


class PushLeadsToListBody(TypedDict):
    listId: int
    leadIds: NotRequired[list[int]]
    allLeads: NotRequired[bool]
    filters: NotRequired[PushLeadsToListBodyFilters]
    action: NotRequired[str]


class PushCampaignLeadsToListParams(TypedDict):
    pass


class PushCampaignLeadsToListBody(TypedDict):
    campaignId: int
    listId: int
    leadMapIds: NotRequired[list[int]]
    allLeads: NotRequired[bool]


class ListLeadNotesParams(TypedDict):
    lead_id: int


class ListLeadTasksParams(TypedDict):
    lead_id: int


class ListLeadTagsParams(TypedDict):
    leadId: NotRequired[int]


class AddTagsToLeadParams(TypedDict):
    pass


class AddTagsToLeadBody(TypedDict):
    leadId: int
    tagIds: list[int]


class RemoveTagFromLeadParams(TypedDict):
    tag_mapping_id: int


class PauseLeadInCampaignParams(TypedDict):
    campaign_id: int
    lead_id: int


class ResumeLeadInCampaignParams(TypedDict):
    campaign_id: int
    lead_id: int


class ResumeLeadInCampaignBody(TypedDict):
    resume_lead_with_delay_days: NotRequired[int | None]


class UnsubscribeLeadFromCampaignParams(TypedDict):
    campaign_id: int
    lead_id: int


class UpdateLeadCategoryInCampaignParams(TypedDict):
    campaign_id: int
    lead_id: int


class UpdateLeadCategoryInCampaignBody(TypedDict):
    category_id: int | None
    pause_lead: NotRequired[bool]


class PatchLeadStatusParams(TypedDict):
    campaign_id: int
    lead_id: int


class PatchLeadStatusBody(TypedDict):
    status: str


class MarkLeadCompleteParams(TypedDict):
    campaign_id: int
    lead_map_id: int


class UnsubscribeLeadGloballyParams(TypedDict):
    lead_id: int


class ListLeadCategoriesParams(TypedDict):
    client_id: NotRequired[int]


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


class ForwardEmailParams(TypedDict):
    campaign_id: int


class ForwardEmailBody(TypedDict):
    message_id: str
    stats_id: str
    to_emails: str
    forward_email_body: NotRequired[str]
    forward_email_subject: NotRequired[str]


class SendTestEmailParams(TypedDict):
    campaign_id: int


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


class SendSingleEmailParams(TypedDict):
    pass


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


class GetCampaignSequenceAnalyticsParams(TypedDict):
    campaign_id: int
    start_date: str
    end_date: str
    time_zone: str


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


class AnalyticsCampaignStatusStatsParams(TypedDict):
    client_ids: str


class AnalyticsCampaignFollowUpReplyRateParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsCampaignLeadToReplyTimeParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsCampaignLeadsTakeForFirstReplyParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsDayWiseOverallStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsDayWiseOverallStatsBySentTimeParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsDayWisePositiveReplyStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsDayWisePositiveReplyStatsBySentTimeParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsClientListParams(TypedDict):
    client_ids: str


class AnalyticsClientMonthWiseCountParams(TypedDict):
    client_ids: str


class AnalyticsClientOverallStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    filter: NotRequired[str]
    full_data: str
    limit: NotRequired[int]
    offset: int


class AnalyticsTeamBoardOverallStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    full_data: str


class AnalyticsMailboxOverallStatsParams(TypedDict):
    client_ids: str


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


class AnalyticsMailboxProviderWisePerformanceParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    full_data: str


class AnalyticsOverallStatsV2Params(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str
    is_agency: NotRequired[str]
    full_data: str


class AnalyticsLeadOverallStatsParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class AnalyticsLeadCategoryWiseResponseParams(TypedDict):
    start_date: str
    end_date: str
    timezone: str
    client_ids: str
    campaign_ids: str


class ListInboxRepliesParams(TypedDict):
    fetch_message_history: bool


class ListInboxRepliesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListInboxRepliesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListInboxRepliesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListInboxRepliesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListInboxRepliesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListUnreadRepliesParams(TypedDict):
    fetch_message_history: bool


class ListUnreadRepliesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListUnreadRepliesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListUnreadRepliesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListUnreadRepliesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListUnreadRepliesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListSnoozedMessagesParams(TypedDict):
    fetch_message_history: bool


class ListSnoozedMessagesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListSnoozedMessagesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListSnoozedMessagesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListSnoozedMessagesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListSnoozedMessagesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListImportantMessagesParams(TypedDict):
    fetch_message_history: bool


class ListImportantMessagesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListImportantMessagesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListImportantMessagesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListImportantMessagesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListImportantMessagesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListScheduledMessagesParams(TypedDict):
    fetch_message_history: bool


class ListScheduledMessagesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListScheduledMessagesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListScheduledMessagesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListScheduledMessagesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListScheduledMessagesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListReminderMessagesParams(TypedDict):
    fetch_message_history: bool


class ListReminderMessagesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListReminderMessagesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListReminderMessagesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListReminderMessagesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListReminderMessagesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListArchivedMessagesParams(TypedDict):
    fetch_message_history: bool


class ListArchivedMessagesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListArchivedMessagesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListArchivedMessagesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListArchivedMessagesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListArchivedMessagesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListSentMessagesParams(TypedDict):
    fetch_message_history: bool


class ListSentMessagesBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListSentMessagesBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListSentMessagesBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | list[str] | None]
    campaignId: NotRequired[int | list[int] | None]
    emailAccountId: NotRequired[int | list[int] | None]
    campaignTeamMemberId: NotRequired[int | list[int] | None]
    campaignTagId: NotRequired[int | list[int] | None]
    campaignClientId: NotRequired[int | list[int] | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListSentMessagesBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListSentMessagesBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListAssignedToMeParams(TypedDict):
    fetch_message_history: bool


class ListAssignedToMeBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListAssignedToMeBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListAssignedToMeBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | None]
    campaignId: NotRequired[int | None]
    emailAccountId: NotRequired[int | None]
    campaignTeamMemberId: NotRequired[int | None]
    campaignTagId: NotRequired[int | None]
    campaignClientId: NotRequired[int | None]
    replyTimeBetween: NotRequired[list[str] | None]


class ListAssignedToMeBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListAssignedToMeBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListCustomViewEmailsParams(TypedDict):
    fetch_message_history: bool


class ListCustomViewEmailsBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class ListCustomViewEmailsBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListCustomViewEmailsBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | None]
    campaignId: NotRequired[int | None]
    emailAccountId: NotRequired[int | None]
    campaignTeamMemberId: NotRequired[int | None]
    campaignTagId: NotRequired[int | None]
    campaignClientId: NotRequired[int | None]
    replyTimeBetween: NotRequired[list[str] | None]
    subSequenceId: NotRequired[int | None]


class ListCustomViewEmailsBody(TypedDict):
    offset: NotRequired[int]
    limit: NotRequired[int]
    filters: NotRequired[ListCustomViewEmailsBodyFilters | None]
    sortBy: NotRequired[str | None]


class ListUntrackedRepliesParams(TypedDict):
    limit: int
    offset: int
    fetchAttachments: bool
    fetchBody: bool
    from_email: NotRequired[str]
    to_email: NotRequired[str]
    subject_line: NotRequired[str]


class AssociateUntrackedReplyParams(TypedDict):
    pass


class AssociateUntrackedReplyBody(TypedDict):
    emailCampaignId: int
    leadMapId: int | str
    untrackedReplyId: str


class GetInboxLeadByIdParams(TypedDict):
    lead_map_id: int


class GetReplyStatusParams(TypedDict):
    message_id: str


class ChangeReadStatusParams(TypedDict):
    pass


class ChangeReadStatusBody(TypedDict):
    email_lead_map_id: int | str
    read_status: bool


class MarkLeadUnreadParams(TypedDict):
    pass


class MarkLeadUnreadBody(TypedDict):
    email_lead_map_id: int | str


class UpdateInboxLeadCategoryParams(TypedDict):
    pass


class UpdateInboxLeadCategoryBody(TypedDict):
    email_lead_map_id: int | str
    category_id: int | None


class UpdateInboxLeadRevenueParams(TypedDict):
    pass


class UpdateInboxLeadRevenueBody(TypedDict):
    email_lead_map_id: int | str
    revenue: float


class AssignInboxTeamMemberParams(TypedDict):
    pass


class AssignInboxTeamMemberBody(TypedDict):
    email_lead_map_id: int | str
    team_member_id: int


class ResumeInboxLeadParams(TypedDict):
    pass


class ResumeInboxLeadBody(TypedDict):
    campaign_id: int
    email_lead_map_id: int | str
    resume_delay_days: NotRequired[int | None]


class PushLeadToSubsequenceParams(TypedDict):
    pass


class PushLeadToSubsequenceBody(TypedDict):
    email_lead_map_id: int | str
    sub_sequence_id: int
    sub_sequence_delay_time: NotRequired[int]
    stop_lead_on_parent_campaign_reply: NotRequired[bool]


class SetLeadReminderParams(TypedDict):
    pass


class SetLeadReminderBody(TypedDict):
    email_lead_map_id: int | str
    email_stats_id: str
    message: str
    reminder_time: str


class CreateLeadNoteParams(TypedDict):
    pass


class CreateLeadNoteBody(TypedDict):
    email_lead_map_id: int | str
    note_message: str


class CreateLeadTaskParams(TypedDict):
    pass


class CreateLeadTaskBody(TypedDict):
    email_lead_map_id: int | str
    name: str
    description: NotRequired[str]
    priority: NotRequired[str]
    due_date: NotRequired[str]


class BlockDomainsParams(TypedDict):
    pass


class BlockDomainsBody(TypedDict):
    domains: list[str]
    source: NotRequired[str]


class IgnoreInboxReplyParams(TypedDict):
    pass


class IgnoreInboxReplyBody(TypedDict):
    id: str
    ignore_reply: bool


class CreateSavedInboxViewParams(TypedDict):
    pass


class CreateSavedInboxViewBodyFiltersLeadCategories(TypedDict):
    unassigned: NotRequired[bool | None]
    isAssigned: NotRequired[bool | None]
    categoryIdsNotIn: NotRequired[list[int] | None]
    categoryIdsIn: NotRequired[list[int] | None]


class CreateSavedInboxViewBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[CreateSavedInboxViewBodyFiltersLeadCategories | None]
    emailStatus: NotRequired[str | None]
    campaignId: NotRequired[int | None]
    emailAccountId: NotRequired[int | None]
    campaignTeamMemberId: NotRequired[int | None]
    campaignTagId: NotRequired[int | None]
    campaignClientId: NotRequired[int | None]
    replyTimeBetween: NotRequired[list[str] | None]
    subSequenceId: NotRequired[int | None]


class CreateSavedInboxViewBody(TypedDict):
    name: str
    filters: CreateSavedInboxViewBodyFilters
    limitedAccess: NotRequired[bool]


class AddToGlobalBlockListParams(TypedDict):
    pass


class AddToGlobalBlockListBody(TypedDict):
    domain_block_list: list[str]
    client_id: NotRequired[int | None]


class ListGlobalBlockListParams(TypedDict):
    offset: int
    limit: int
    filter_client_id: NotRequired[int]
    filter_email_or_domain: NotRequired[str]
    filter_email_with_domain: NotRequired[str]


class DeleteFromGlobalBlockListParams(TypedDict):
    id: int


class AddEmailsToBlockListParams(TypedDict):
    pass


class AddEmailsToBlockListBody(TypedDict):
    emails: list[str]


class ListCampaignWebhooksParams(TypedDict):
    campaign_id: int


class SaveCampaignWebhookParams(TypedDict):
    campaign_id: int


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


class RetriggerFailedWebhookEventsParams(TypedDict):
    campaign_id: int


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


class UpdateWebhookParams(TypedDict):
    webhook_id: int


class UpdateWebhookBodyEventTypeMap(TypedDict):
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


class UpdateWebhookBody(TypedDict):
    name: NotRequired[str]
    webhook_url: NotRequired[str]
    event_types: NotRequired[list[str]]
    categories: NotRequired[list[str | int]]
    event_type_map: NotRequired[UpdateWebhookBodyEventTypeMap]
    event_type: NotRequired[str]


class DeleteWebhookParams(TypedDict):
    id: NotRequired[int]


class DeleteWebhookBody(TypedDict):
    id: NotRequired[int]


class CreateWebhookPluralParams(TypedDict):
    pass


class CreateWebhookPluralBody(TypedDict):
    webhook_url: str
    event_types: list[str]
    name: NotRequired[str]

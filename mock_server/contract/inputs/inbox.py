"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


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

ListUnreadRepliesParams = ListInboxRepliesParams

ListUnreadRepliesBody = ListInboxRepliesBody

ListSnoozedMessagesParams = ListInboxRepliesParams

ListSnoozedMessagesBody = ListInboxRepliesBody

ListImportantMessagesParams = ListInboxRepliesParams

ListImportantMessagesBody = ListInboxRepliesBody

ListScheduledMessagesParams = ListInboxRepliesParams

ListScheduledMessagesBody = ListInboxRepliesBody

ListReminderMessagesParams = ListInboxRepliesParams

ListReminderMessagesBody = ListInboxRepliesBody

ListArchivedMessagesParams = ListInboxRepliesParams

ListArchivedMessagesBody = ListInboxRepliesBody

ListSentMessagesParams = ListInboxRepliesParams

ListSentMessagesBody = ListInboxRepliesBody

ListAssignedToMeParams = ListInboxRepliesParams


class ListAssignedToMeBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListInboxRepliesBodyFiltersLeadCategories | None]
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

ListCustomViewEmailsParams = ListInboxRepliesParams


class ListCustomViewEmailsBodyFilters(TypedDict):
    search: NotRequired[str | None]
    leadCategories: NotRequired[ListInboxRepliesBodyFiltersLeadCategories | None]
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

ChangeReadStatusParams = AssociateUntrackedReplyParams


class ChangeReadStatusBody(TypedDict):
    email_lead_map_id: int | str
    read_status: bool

MarkLeadUnreadParams = AssociateUntrackedReplyParams


class MarkLeadUnreadBody(TypedDict):
    email_lead_map_id: int | str

UpdateInboxLeadCategoryParams = AssociateUntrackedReplyParams


class UpdateInboxLeadCategoryBody(TypedDict):
    email_lead_map_id: int | str
    category_id: int | None

UpdateInboxLeadRevenueParams = AssociateUntrackedReplyParams


class UpdateInboxLeadRevenueBody(TypedDict):
    email_lead_map_id: int | str
    revenue: float

AssignInboxTeamMemberParams = AssociateUntrackedReplyParams


class AssignInboxTeamMemberBody(TypedDict):
    email_lead_map_id: int | str
    team_member_id: int

ResumeInboxLeadParams = AssociateUntrackedReplyParams


class ResumeInboxLeadBody(TypedDict):
    campaign_id: int
    email_lead_map_id: int | str
    resume_delay_days: NotRequired[int | None]

PushLeadToSubsequenceParams = AssociateUntrackedReplyParams


class PushLeadToSubsequenceBody(TypedDict):
    email_lead_map_id: int | str
    sub_sequence_id: int
    sub_sequence_delay_time: NotRequired[int]
    stop_lead_on_parent_campaign_reply: NotRequired[bool]

SetLeadReminderParams = AssociateUntrackedReplyParams


class SetLeadReminderBody(TypedDict):
    email_lead_map_id: int | str
    email_stats_id: str
    message: str
    reminder_time: str

CreateLeadNoteParams = AssociateUntrackedReplyParams


class CreateLeadNoteBody(TypedDict):
    email_lead_map_id: int | str
    note_message: str

CreateLeadTaskParams = AssociateUntrackedReplyParams


class CreateLeadTaskBody(TypedDict):
    email_lead_map_id: int | str
    name: str
    description: NotRequired[str]
    priority: NotRequired[str]
    due_date: NotRequired[str]

BlockDomainsParams = AssociateUntrackedReplyParams


class BlockDomainsBody(TypedDict):
    domains: list[str]
    source: NotRequired[str]

IgnoreInboxReplyParams = AssociateUntrackedReplyParams


class IgnoreInboxReplyBody(TypedDict):
    id: str
    ignore_reply: bool

CreateSavedInboxViewParams = AssociateUntrackedReplyParams


class CreateSavedInboxViewBody(TypedDict):
    name: str
    filters: ListCustomViewEmailsBodyFilters
    limitedAccess: NotRequired[bool]

"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


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

DeleteEmailAccountParams = UpdateEmailAccountParams


class ListCampaignEmailAccountsParams(TypedDict):
    campaign_id: int
    include_tags: bool


class AddCampaignEmailAccountsParams(TypedDict):
    campaign_id: int


class AddCampaignEmailAccountsBody(TypedDict):
    email_account_ids: list[int]

RemoveCampaignEmailAccountsParams = AddCampaignEmailAccountsParams

RemoveCampaignEmailAccountsBody = AddCampaignEmailAccountsBody

SaveOauthEmailAccountParams = SaveEmailAccountParams


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

SuspendEmailAccountParams = UpdateEmailAccountParams

UnsuspendEmailAccountParams = UpdateEmailAccountParams

UpdateEmailAccountWarmupParams = UpdateEmailAccountParams


class UpdateEmailAccountWarmupBody(TypedDict):
    warmup_enabled: bool
    total_warmup_per_day: NotRequired[int]
    daily_rampup: NotRequired[int]
    reply_rate_percentage: NotRequired[int]
    warmup_key_id: NotRequired[str]
    auto_adjust_warmup: NotRequired[bool]
    is_rampup_enabled: NotRequired[bool]

GetEmailAccountWarmupStatsParams = UpdateEmailAccountParams

ReconnectFailedEmailAccountsParams = SaveEmailAccountParams

ReconnectFailedEmailAccountsBody = SaveEmailAccountParams

FetchEmailAccountMessagesParams = UpdateEmailAccountParams


FetchEmailAccountMessagesBody = TypedDict("FetchEmailAccountMessagesBody", {
    "limit": NotRequired[int],
    "folder": NotRequired[str],
    "includeBody": NotRequired[bool],
    "from": NotRequired[str],
    "to": NotRequired[str],
})

BulkFetchEmailAccountMessagesParams = SaveEmailAccountParams


BulkFetchEmailAccountMessagesBodyItem = TypedDict("BulkFetchEmailAccountMessagesBodyItem", {
    "account_id": int,
    "limit": NotRequired[int],
    "folder": NotRequired[str],
    "includeBody": NotRequired[bool],
    "from": NotRequired[str],
    "to": NotRequired[str],
})


BulkFetchEmailAccountMessagesBody = list[BulkFetchEmailAccountMessagesBodyItem]

"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


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

AddEmailsToBlockListParams = AddToGlobalBlockListParams


class AddEmailsToBlockListBody(TypedDict):
    emails: list[str]

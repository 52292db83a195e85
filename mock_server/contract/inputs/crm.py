"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class ListLeadNotesParams(TypedDict):
    lead_id: int

ListLeadTasksParams = ListLeadNotesParams


class ListLeadTagsParams(TypedDict):
    leadId: NotRequired[int]


class AddTagsToLeadParams(TypedDict):
    pass


class AddTagsToLeadBody(TypedDict):
    leadId: int
    tagIds: list[int]


class RemoveTagFromLeadParams(TypedDict):
    tag_mapping_id: int

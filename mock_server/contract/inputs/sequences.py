"""What handlers take. Generated from the document by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class GetCampaignSequencesParams(TypedDict):
    campaign_id: int

SaveCampaignSequencesParams = GetCampaignSequencesParams


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

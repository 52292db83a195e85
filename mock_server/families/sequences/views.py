"""Steps as `default` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.clock import iso
from mock_server.state.database import Row


def step(row: Row, variants: Sequence[Row]) -> dict[str, Any]:
    """One step with its variants; read names differ from written ones (R, C:sim)."""
    return {
        "id": row["id"],
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "email_campaign_id": row["campaign_id"],
        "seq_number": row["seq_number"],
        "seq_delay_details": {"delayInDays": row["delay_in_days"]},
        "subject": row["subject"],
        "email_body": row["email_body"],
        "sequence_variants": [_variant(one) for one in variants] or None,
    }


def saved(row: Row) -> dict[str, Any]:
    """One step in the answer to saving (S0)."""
    return {
        "id": row["id"],
        "seq_number": row["seq_number"],
        "seq_delay_details": {"delay_in_days": row["delay_in_days"]},
    }


def texts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The steps in the newer reference's answer to saving; one without subject shows that of its thread (R)."""
    shown, subject = [], ""
    for row in rows:
        own = row["subject"] or (f"Re: {subject}" if subject else "")
        subject = row["subject"] or subject
        shown.append(
            {"id": row["id"], "seq_number": row["seq_number"], "subject": own, "email_body": row["email_body"]}
        )
    return shown


def _variant(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
        "is_deleted": False,
        "subject": row["subject"],
        "email_body": row["email_body"],
        "email_campaign_seq_id": row["step_id"],
        "variant_label": row["variant_label"],
        "optional_email_body_1": row["optional_email_body_1"],
        "variant_distribution_percentage": row["variant_distribution_percentage"],
    }

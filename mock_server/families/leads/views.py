"""Leads and enrolments as `default` shows them. The JSON type of an id differs by operation (leads.yaml, id_types)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from mock_server.clock import iso, iso_offset, iso_or_none
from mock_server.families.leads.rules import CATEGORIES, CATEGORY_NAMES
from mock_server.state.database import Row

_PLAIN = ("phone_number", "company_name", "website", "location")


#: what `enrolment` unpacks, in order; by position, because finding 17 columns by name takes half of a page's time
LISTED = (
    "id", "category_id", "status", "created_at", "lead_id", "first_name", "last_name", "email", "phone_number",
    "company_name", "website", "location", "linkedin_profile", "company_url", "custom_fields", "is_unsubscribed",
    "unsubscribed_client_ids", "flags",
)  # fmt: skip


def enrolment(row: Row) -> dict[str, Any]:
    """One row of a campaign's list of leads (S1, R); the id of the lead inside is a number here (R)."""
    (
        map_id, category_id, status, created_at, lead_id, first_name, last_name, email, phone_number, company_name,
        website, location, linkedin_profile, company_url, custom_fields, is_unsubscribed, client_ids, _flags,
    ) = row  # fmt: skip
    return {
        "campaign_lead_map_id": map_id,
        "lead_category_id": category_id,
        "status": status,
        "created_at": iso(created_at),
        "lead": {
            "id": lead_id,
            "first_name": first_name,
            "last_name": last_name,
            "email": email,
            "phone_number": phone_number,
            "company_name": company_name,
            "website": website,
            "location": location,
            "linkedin_profile": linkedin_profile,
            "company_url": company_url,
            "custom_fields": orjson.Fragment(custom_fields),
            "is_unsubscribed": bool(is_unsubscribed),
            "unsubscribed_client_id_map": None if client_ids is None else orjson.Fragment(client_ids),
        },
    }


def lead(row: Row) -> dict[str, Any]:
    """A lead on its own; its id is a text here (S1, C:sim)."""
    return {
        "id": str(row["id"]),
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "email": row["email"],
        "created_at": iso(row["created_at"]),
        **{name: row[name] for name in _PLAIN},
        "custom_fields": orjson.Fragment(row["custom_fields"]),
        "linkedin_profile": row["linkedin_profile"],
        "company_url": row["company_url"],
        "is_unsubscribed": bool(row["is_unsubscribed"]),
        "unsubscribed_client_id_map": _client_map(row),
    }


def lead_with_campaigns(row: Row, enrolments: Iterable[Row], clients: Mapping[int, str]) -> dict[str, Any]:
    """A lead with its campaigns, as looked up by address (R, C:sim); `clients`: id -> address."""
    campaigns = [
        {
            "campaign_lead_map_id": one["id"],
            "campaign_id": one["campaign_id"],
            "campaign_name": one["campaign_name"],
            "client_id": one["campaign_client_id"],
            "client_email": clients.get(one["campaign_client_id"]),
            "lead_category_id": one["category_id"],
            "last_sent_at": iso_or_none(one["last_sent_at"]),
            "last_reply_at": iso_or_none(one["last_reply_at"]),
            "last_activity_at": iso_or_none(one["last_event_at"]),
        }
        for one in enrolments
    ]
    return {**lead(row), "lead_campaign_data": campaigns}


def global_lead(row: Row, user_id: int, enrolments: Iterable[Row]) -> dict[str, Any]:
    """One row of the account-wide list (R1)."""
    campaigns = [
        {
            "campaign_id": one["campaign_id"],
            "lead_status": one["status"],
            "campaign_name": one["campaign_name"],
            "lead_added_at": iso_offset(one["created_at"]),
            "campaign_status": one["campaign_status"],
            "email_lead_map_id": one["id"],
            "lead_last_seq_number": one["last_seq_number"],
            "latest_sent_time": iso_or_none(one["last_sent_at"]),
        }
        for one in enrolments
    ]
    return {
        "id": str(row["id"]),
        "email": row["email"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "company_name": row["company_name"],
        "website": row["website"],
        "company_url": row["company_url"],
        "phone_number": row["phone_number"],
        "location": row["location"],
        "custom_fields": orjson.Fragment(row["custom_fields"]),
        "linkedin_profile": row["linkedin_profile"],
        "created_at": iso(row["created_at"]),
        "user_id": user_id,
        "campaigns": campaigns,
    }


def account_lead(row: Row) -> dict[str, Any]:
    """One row of the cursor list (CLI)."""
    shown = lead(row)
    return {name: value for name, value in shown.items() if name != "created_at"}


def campaign_of_lead(row: Row) -> dict[str, Any]:
    """One campaign of a lead; the status is the campaign's (S1)."""
    return {"id": row["campaign_id"], "status": row["campaign_status"], "name": row["campaign_name"]}


def categories() -> list[dict[str, Any]]:
    """The categories by id (S1, R)."""
    return [
        {"id": category_id, "created_at": iso(made), "name": name, "sentiment_type": sentiment}
        for category_id, name, sentiment, made in CATEGORIES
    ]


CSV_COLUMNS = (
    "id", "campaign_lead_map_id", "status", "category", "is_interested", "created_at", "first_name", "last_name",
    "email", "phone_number", "company_name", "website", "location", "custom_fields", "linkedin_profile",
    "company_url", "is_unsubscribed", "unsubscribed_client_id_map", "last_email_sequence_sent", "open_count",
    "click_count", "reply_count",
)  # fmt: skip


def export(rows: Sequence[Row]) -> str:
    """All rows of a campaign as CSV: 22 columns in the order of C:sim."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(_csv_row(row) for row in rows)
    return text.getvalue()


def _csv_row(row: Row) -> list[object]:
    return [
        row["lead_id"], row["id"], row["status"], CATEGORY_NAMES.get(row["category_id"], ""),
        _truth(row["category_id"] == 1), iso(row["created_at"]), row["first_name"], row["last_name"], row["email"],
        row["phone_number"], row["company_name"], row["website"], row["location"], row["custom_fields"],
        row["linkedin_profile"], row["company_url"], _truth(row["is_unsubscribed"]), row["unsubscribed_client_ids"],
        row["last_mail"], row["open_count"], row["click_count"], row["reply_count"],
    ]  # fmt: skip


def _truth(value: object) -> str:
    return "true" if value else "false"


def _client_map(row: Row) -> Any:
    text = row["unsubscribed_client_ids"]
    return None if text is None else orjson.loads(text)

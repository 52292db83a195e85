"""Every parameter and field of the campaign and sequence operations has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.matters import matters

CAMPAIGN, SECOND, THIRD = (f"/campaigns/{campaign_id}" for campaign_id in (1001, 1002, 1003))


def two_clients(api: Api) -> None:
    """A campaign of client 22 and one of client 23."""
    api.campaign(name="one", client_id=22)
    api.campaign(name="two", client_id=23)


def with_child(api: Api) -> None:
    """A campaign of client 22 with a sub-sequence."""
    api.campaign(name="parent", client_id=22)
    api.post("/campaigns/create-subsequence", {"parent_campaign_id": 1001, "subsequence_name": "child"})


def running(api: Api) -> None:
    """A campaign that has been started."""
    api.start(api.campaign())


@pytest.mark.parametrize(
    ("operation", "field", "a", "b", "reads"),
    [
        ("list_campaigns", "client_id", 22, 23, ()),
        ("list_campaigns", "include_tags", "true", "false", ()),
        ("get_campaign", "include_tags", "true", "false", ()),
        ("create_campaign", "name", "spring", "autumn", (THIRD,)),
        ("create_campaign", "client_id", 22, 23, (THIRD,)),
        ("create_subsequence", "parent_campaign_id", 1001, 1002, (THIRD,)),
        ("create_subsequence", "subsequence_name", "first", "second", (THIRD,)),
        ("create_subsequence", "name", "first", "second", (THIRD,)),
        ("create_subsequence", "client_id", 22, 23, (THIRD,)),
    ],
)
def test_what_makes_and_finds_campaigns(
    client: TestClient, operation: str, field: str, a: Any, b: Any, reads: tuple[str, ...]
) -> None:
    """Lists follow their filters, and a new campaign is what was asked for."""
    body = {"parent_campaign_id": 1001} if operation == "create_subsequence" else None
    matters(client, operation, field, a, b, given=two_clients, body=body, reads=reads)


@pytest.mark.parametrize("field", ["duplicate_sub_sequence", "duplicate_client_label"])
def test_what_a_copy_takes_along(client: TestClient, field: str) -> None:
    """Each flag adds something to the copy."""
    matters(client, "duplicate_campaign", field, True, False, given=with_child, reads=["/campaigns/"])


WINDOW = {"timezone": "UTC", "days_of_the_week": [1, 2], "start_hour": "09:00", "end_hour": "17:00"}
WINDOW_FIELDS = [
    ("timezone", "UTC", "Europe/Berlin"),
    ("days_of_the_week[]", [1, 2], [3]),
    ("days[]", [1, 2], [3]),
    ("start_hour", "08:00", "09:30"),
    ("end_hour", "17:00", "18:15"),
    ("min_time_btw_emails", 5, 15),
    ("min_time_btwn_emails", 5, 15),
    ("max_new_leads_per_day", 20, 40),
    ("schedule_start_time", "2026-02-01T09:00:00Z", "2026-03-01T09:00:00Z"),
]


@pytest.mark.parametrize("wrapper", ["", "schedule."])
@pytest.mark.parametrize(("field", "a", "b"), WINDOW_FIELDS)
def test_the_schedule_is_read_as_written(client: TestClient, wrapper: str, field: str, a: Any, b: Any) -> None:
    """Each field shows in the campaign, whether the body is flat or nested, in either spelling."""
    window = {name: value for name, value in WINDOW.items() if field != "days[]" or name != "days_of_the_week"}
    body = {"schedule": window} if wrapper else window
    given = Api.campaign
    matters(client, "update_campaign_schedule", wrapper + field, a, b, given=given, body=body, reads=[CAMPAIGN])


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("name", "one", "two"),
        ("track_settings[]", ["DONT_TRACK_EMAIL_OPEN"], ["DONT_TRACK_LINK_CLICK"]),
        ("stop_lead_settings", "CLICK_ON_A_LINK", "OPEN_AN_EMAIL"),
        ("track_opens", True, False),
        ("unsubscribe_text", "no more", "stop"),
        ("send_as_plain_text", True, False),
        ("follow_up_percentage", 40, 60),
        ("client_id", 22, 23),
        ("enable_ai_esp_matching", True, False),
    ],
)
def test_the_settings_are_read_as_written(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each setting that a campaign shows is what was sent."""
    matters(client, "update_campaign_settings", field, a, b, given=Api.campaign, reads=[CAMPAIGN])


def test_the_status_follows_the_word(client: TestClient) -> None:
    """A running campaign is paused or stopped."""
    matters(client, "update_campaign_status", "status", "PAUSED", "STOPPED", given=running, reads=[CAMPAIGN])


VARIANT = {"subject": "s", "email_body": "b", "variant_label": "A"}
STEPS = {
    "sequences": [
        {
            "seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "s", "email_body": "b",
            "seq_variants": [VARIANT],
        }
    ]
}  # fmt: skip


def with_steps(api: Api) -> None:
    """A campaign with one step that has one variant."""
    campaign_id = api.campaign()
    assert api.post(f"/campaigns/{campaign_id}/sequences", STEPS).status_code == 200


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("sequences[].id", 1001, None),
        ("sequences[].seq_number", 1, 2),
        ("sequences[].seq_delay_details.delay_in_days", 1, 2),
        ("sequences[].subject", "one", "two"),
        ("sequences[].email_body", "one", "two"),
        ("sequences[].seq_variants[].subject", "one", "two"),
        ("sequences[].seq_variants[].email_body", "one", "two"),
        ("sequences[].seq_variants[].variant_label", "A", "B"),
        ("sequences[].seq_variants[].variant_distribution_percentage", 40, 60),
        ("sequences[].seq_variants[].optional_email_body_1", "one", None),
    ],
)
def test_the_steps_are_read_as_written(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field of a step and of its variants shows; an id keeps the step that has it."""
    reads = [f"{CAMPAIGN}/sequences"]
    matters(client, "save_campaign_sequences", field, a, b, given=with_steps, body=STEPS, reads=reads)


def test_the_id_of_a_variant_keeps_it(client: TestClient) -> None:
    """A variant with its id is changed, one without is made anew."""
    body = {"sequences": [{**STEPS["sequences"][0], "id": 1001}]}
    field, reads = "sequences[].seq_variants[].id", [f"{CAMPAIGN}/sequences"]
    matters(client, "save_campaign_sequences", field, 1001, None, given=with_steps, body=body, reads=reads)

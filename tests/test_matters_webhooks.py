"""Every parameter and field of the webhook operations has an effect that can be read."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.fields import shapes
from tests.matters import matters
from tests.store import deliver
from tests.worlds import EVER

HOOKS, ONE, SUMMARY = "/campaigns/1001/webhooks", "/webhook/1001", "/campaigns/1001/webhooks/summary"
URL = "https://hooks.example.com/sl"
SAVE = {"name": "CRM", "webhook_url": URL, "event_types": ["EMAIL_REPLY"]}
USERS = {"webhook_url": URL, "association_type": "user"}
JANUARY, FEBRUARY = 1_767_225_600_000, 1_769_904_000_000


def two_hooks(api: Api) -> None:
    """Two webhooks of one campaign, and a campaign without any."""
    api.campaign()
    api.campaign()
    for name in ("one", "two"):
        assert api.post(HOOKS, {**SAVE, "name": name}).status_code == 200


def failed_deliveries(api: Api) -> None:
    """Two failed deliveries of a campaign's events, a month apart."""
    two_hooks(api)
    for at in (JANUARY, FEBRUARY):
        deliver(api, 1001, 1001, "EMAIL_REPLY", "failed", at)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("id", 1001, None),
        ("name", "one", "two"),
        ("webhook_url", URL, "http://localhost:8000/hook"),
        ("event_types[]", ["EMAIL_SENT"], ["LEAD_OPENED"]),
        ("categories[]", ["Interested"], ["Wrong Person"]),
    ],
)
def test_a_campaigns_webhook_is_read_as_saved(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the list; an id keeps the webhook that has it."""
    matters(client, "save_campaign_webhook", field, a, b, given=two_hooks, body=SAVE, reads=[HOOKS])


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("webhook_url", URL, "http://localhost:8000/hook"),
        ("association_type", "user", 3),
        ("association_type", "campaign", 1),
        ("name", "one", "two"),
        ("category_id_map", {"1": True, "2": True}, {"1": True, "2": False}),
        ("event_type", "SENT", "OPENED"),
        ("category_id", 1, 2),
    ],
)
def test_a_webhook_is_read_as_created(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the webhook; the level shows in whether it has a campaign."""
    body = {**USERS, "email_campaign_id": 1001}
    matters(client, "create_webhook", field, a, b, given=Api.campaign, body=body, reads=[ONE])


def test_a_webhook_is_the_named_campaigns(client: TestClient) -> None:
    """The id of the campaign decides whose it is."""
    body = {"webhook_url": "https://other.example.com/", "association_type": "campaign"}
    reads = ["/webhook/1003"]
    matters(client, "create_webhook", "email_campaign_id", 1001, 1002, given=two_hooks, body=body, reads=reads)


MAPPED = [
    (operation, field)
    for operation in ("create_webhook", "update_webhook")
    for field in shapes()[operation].inputs
    if field.startswith("event_type_map.")
]


@pytest.mark.parametrize(("operation", "field"), MAPPED)
def test_every_word_of_a_map_counts(client: TestClient, operation: str, field: str) -> None:
    """True in any spelling makes the event one of the webhook's, false does not."""
    created = operation == "create_webhook"
    given, body, reads = (Api.campaign, USERS, [ONE]) if created else (two_hooks, None, [ONE])
    matters(client, operation, field, True, False, given=given, body=body, reads=reads)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("name", "new", "newer"),
        ("webhook_url", URL, "http://localhost:8000/hook"),
        ("event_types[]", ["EMAIL_OPENED"], ["EMAIL_CLICKED"]),
        ("categories[]", ["Interested"], [2]),
        ("event_type", "EMAIL_BOUNCED", "EMAIL_UNSUBSCRIBED"),
    ],
)
def test_a_webhook_is_read_as_updated(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field of an update shows in the webhook."""
    matters(client, "update_webhook", field, a, b, given=two_hooks, reads=[ONE])


@pytest.mark.parametrize("operation", ["delete_campaign_webhook", "delete_webhook"])
def test_the_named_webhook_goes(client: TestClient, operation: str) -> None:
    """The id decides which one is deleted."""
    matters(client, operation, "id", 1001, 1002, given=two_hooks, reads=[HOOKS])


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("webhook_url", URL, "http://localhost:8000/hook"),
        ("event_types[]", ["REPLY_RECEIVED"], ["LINK_CLICKED"]),
        ("name", "one", "two"),
    ],
)
def test_the_guides_webhook_is_read_as_created(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Each field shows in the webhook."""
    body = {"webhook_url": URL, "event_types": ["EMAIL_BOUNCED"]}
    matters(client, "create_webhook_plural", field, a, b, body=body, reads=[ONE])


@pytest.mark.parametrize(
    ("field", "a", "b"), [("fromTime", "2026-01-01", "2026-01-02"), ("toTime", "2026-01-01", "2026-02-01")]
)
def test_the_time_range_decides_what_counts(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Both ends narrow the summary, and what is sent again."""
    given, times = failed_deliveries, {"fromTime": "2026-01-01", "toTime": "2026-12-31"}
    matters(client, "get_campaign_webhook_summary", field, a, b, given=given, query=times)
    matters(client, "retrigger_failed_webhook_events", field, a, b, given=given, body=times)


def test_the_summary_shows_what_a_retrigger_took(api: Api) -> None:
    """What is sent again no longer counts as failed."""
    failed_deliveries(api)
    times = {"fromTime": "2026-01-01", "toTime": "2026-01-31"}
    assert api.post("/campaigns/1001/webhooks/retrigger-failed-events", times).json()["retriggered_count"] == 1
    row = api.get(SUMMARY, params=EVER).json()["data"]["summary"][0]
    assert (row["sent_count"], row["failed_count"]) == (2, 1)

"""The machine of webhooks: it holds on the mock, and does not hold on one with a fault, nor with wrong deliveries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract_tests.machines.webhooks import WebhookMachine
from contract_tests.receiver import Receiver
from tests.contract.tampering import Fault, stories, without
from tests.servers import Server


@pytest.mark.parametrize("edition", ["default", "reference", "help-center"])
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In editions with webhooks of campaigns."""
    assert [found.message for found in stories(WebhookMachine, running.url, edition=edition, examples=2, steps=8)] == []


OF_CAMPAIGN = r"/campaigns/\d+/webhooks"
FAULTS = {
    "deletion is lost": Fault("DELETE", "/webhook", instead={"ok": True}),
    "categories are lost": Fault("POST", f"{OF_CAMPAIGN}$", body=without("categories")),
    "events are cut": Fault(
        "POST", f"{OF_CAMPAIGN}$", body=lambda b: b | {"event_types": b["event_types"] and b["event_types"][:1]}
    ),
    "updates are lost": Fault(
        "PUT", "/webhook/update/", body=lambda b: b | ({"name": "other"} if "name" in b else {})
    ),
    "a change makes a new one": Fault("POST", f"{OF_CAMPAIGN}$", body=without("id")),
    "the list is short": Fault("GET", f"{OF_CAMPAIGN}$", answer=lambda found: found[1:]),
    "levels are mixed": Fault(
        "POST", "/webhook/create$",
        body=lambda b: b | ({"association_type": "user"} if b["association_type"] == "client" else {}),
    ),
    "all events are on": Fault(
        "POST", "/webhook/create$",
        body=lambda b: {**b, "event_type_map": dict.fromkeys(b["event_type_map"], True)},
    ),
    "the summary counts one too many": Fault("GET", f"{OF_CAMPAIGN}/summary$", answer=lambda found: found | {
        "data": {**found["data"], "summary": [
            row | {"successful_count": row["successful_count"] + 1} for row in found["data"]["summary"]
        ]}
    }),
    "nothing is sent again": Fault("POST", "/retrigger-failed-events$", body=lambda b: {
        "fromTime": "2025-01-01T00:00:00Z", "toTime": "2025-01-02T00:00:00Z"
    }),
    "retries are early": Fault(
        "POST", "/_mock/clock/advance$", body=lambda b: {"seconds": b["seconds"] + 30} if "seconds" in b else b
    ),
    "nothing happens": Fault("POST", "/_mock/webhooks/flush$", instead={"outcomes": {}}),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS.values())[::3], ids=list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, fault: Fault) -> None:
    """None of these passes."""
    assert next(stories(WebhookMachine, running.url, fault=fault, examples=10, steps=25), None)


_take = Receiver.take


def changed(**more: Any) -> Callable[[Receiver, str, Mapping[str, str], bytes], int]:
    """Payloads say something else."""
    return lambda self, path, headers, body: _take(
        self, path, headers, json.dumps({**json.loads(body), **more}).encode()
    )


def twice(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """Everything comes twice."""
    _take(self, path, headers, body)
    return _take(self, path, headers, body)


def lost(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """Replies do not come."""
    return 200 if b'"EMAIL_REPLY"' in body else _take(self, path, headers, body)


def elsewhere(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """Everything comes to another webhook."""
    return _take(self, f"{path}0", headers, body)


def renamed(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """Every attempt has an id of its own."""
    return _take(self, path, {**headers, "x-request-id": str(id(body))}, body)


def without_id(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """No attempt has an id."""
    return _take(self, path, without("x-request-id")(dict(headers)), body)


def patient(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """What is refused for good is not: it is tried again."""
    status = _take(self, path, headers, body)
    return 500 if 400 <= status < 500 else status


def impatient(self: Receiver, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """What should be tried again is not."""
    status = _take(self, path, headers, body)
    return 404 if status >= 500 else status


DELIVERIES = {
    "twice": twice, "lost": lost, "elsewhere": elsewhere, "renamed": renamed, "without an id": without_id,
    "patient": patient, "impatient": impatient, "other campaign": changed(campaign_id=1),
    "other time": changed(event_timestamp="2026-03-02T08:00:00.000Z"), "other lead": changed(to_email="x@y.example"),
    "more": changed(secret="x"), "other status": changed(campaign_status="DRAFTED"),
    "no secret": changed(secret_key=None),
}  # fmt: skip


@pytest.mark.parametrize("take", list(DELIVERIES.values())[::3], ids=list(DELIVERIES)[::3])
def test_a_wrong_delivery_is_found(running: Server, take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request must come once, to its webhook, with its payload."""
    monkeypatch.setattr(Receiver, "take", take)
    assert next(stories(WebhookMachine, running.url, examples=10, steps=25), None)

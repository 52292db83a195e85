"""What brings about the errors that S1 prints: the page shows the answers only."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.seeds.examples import Example, Request
from tests.seeds.world import SeedWorld
from tests.sending import ok

UNKNOWN = 999_999_999
_NO_CAMPAIGN = {"campaign_id": UNKNOWN}
#: the text of an error -> the fields of the printed call that are changed; the first one's value is in the text
CHANGES: dict[str, dict[str, Any]] = {
    "Invalid timezone - {timezone}": {"timezone": "Mars/Base"},
    "Invalid start_hour - {startHour}": {"start_hour": "25:00"},
    "Invalid end_hour - {endHour}": {"end_hour": "25:00"},
    "startHour cannot be greater than endHour": {"start_hour": "18:00", "end_hour": "09:00"},
    "Invalid track_settings value - {trackSettings}": {"track_settings": ["NONSENSE"]},
    "Invalid stop_lead_settings value - {stopLeadSettings}": {"stop_lead_settings": "NONSENSE"},
    "Campaign not found - Invalid campaign_id.": _NO_CAMPAIGN,
    "Invalid campaign id": _NO_CAMPAIGN,
    "Lead not found - Invalid lead_id.": {"lead_id": UNKNOWN},
    "Email account id - 297 not allowed. Permission Error.": {"email_account_ids": [UNKNOWN]},
    "Invalid start_date & end_date range. Date difference should be max of 30days.": {"end_date": "2023-03-01"},
    "Invalid webhook_url - {webhookUrl}": {"webhook_url": "nonsense"},
    "Invalid event_types - {eachEventType}": {"event_types": ["NONSENSE"]},
    "Invalid category - {eachCategory}": {"categories": ["Nonsense"]},
    "Email account already added by other user.": {"id": None, "from_email": "x@taken.simulator.test"},
    "Email account already exist. Please pass id to update it": {"id": None, "from_email": "ann@sender.example"},
    "Email account not found!": {"id": UNKNOWN},
    "Email account verification failed. Please verify account details.": {"smtp_host": "fail.simulator.test"},
    "Bulk reconnect API cannot be consumed more than 3 times a day": {},
    "No failed email account found!": {},
}


def text(example: Example) -> str:
    """The sentence of an error."""
    return str(example.response.get("error") if "ok" not in example.response else example.response["message"])


def value(example: Example) -> Any:
    """What was wrong, as the sentence repeats it; a list is told item by item."""
    changed = next(iter(CHANGES[text(example)].values()), None)
    return changed[0] if isinstance(changed, list) else changed


def provoking(world: SeedWorld, example: Example) -> Request:
    """The call that brings the error about, in a world that has been made ready for it."""
    if (ready := READY.get(text(example))) is not None:
        ready(world)
    changes = CHANGES[text(example)]
    assert example.request
    path = example.request.path
    for name in ("campaign_id", "lead_id"):
        if name in changes:
            path = path.replace("3745", "{campaign_id}").replace(f"{{{name}}}", str(UNKNOWN))
    request = world.request(replace(example, request=replace(example.request, path=path)))
    path = path if str(UNKNOWN) in path else request.path
    if request.body is None:
        texts = {name: one if isinstance(one, str) else json.dumps(one) for name, one in changes.items()}
        return replace(request, path=path, query={**request.query, **_known(texts, request.query)})
    return replace(request, path=path, body={**request.body, **_known(changes, request.body)})


def _known(changes: dict[str, Any], given: Any) -> dict[str, Any]:
    return {name: one for name, one in changes.items() if name in given}


def _reconnect(world: SeedWorld, times: int) -> None:
    """All mailboxes work again; one that fails is reconnected several times on the same day."""
    for _ in range(times):
        ok(world.api.control("POST", f"/email-accounts/{world.ids['failed_account_id']}/disconnect"))
        ok(world.api.post("/email-accounts/reconnect-failed-email-accounts", {}))


READY: dict[str, Callable[[SeedWorld], None]] = {
    "Bulk reconnect API cannot be consumed more than 3 times a day": lambda world: _reconnect(world, 3),
    "No failed email account found!": lambda world: _reconnect(world, 1),
}

"""What webhooks are sent: every event is followed to the receiver, and every request that comes to its event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from contract_tests.document import Payload
from contract_tests.exchange import Exchange
from contract_tests.machines.campaign_making import CampaignMaking
from contract_tests.machines.campaign_model import settled
from contract_tests.machines.webhook_model import Delivery, Hook, Lead, Mailing, payload, told
from contract_tests.receiver import Received, receiver

Json = dict[str, Any]
_REQUEST_ID, _LEVEL = "x-request-id", "x-webhook-level"
#: ids come as numbers or as strings of digits; which one, the schemas say
_IDS = ("webhook_id", "campaign_id", "sl_email_lead_id", "sl_email_lead_map_id", "lead_id", "sequence_number",
        "current_sequence", "lead_category_id", "client_id")  # fmt: skip
_stories = iter(range(1, 1 << 60))


class WebhookPosts(CampaignMaking):
    """Keeps account of what is due to whom. Deliveries are made when it asks for them, and at no other time."""

    hooks: dict[int, Hook]
    deliveries: list[Delivery]
    minutes: float

    def open_receiver(self) -> None:
        """Begin to listen; what comes for other stories is not ours."""
        self.prefix = f"/{self.run}/{next(_stories)}/"
        self.hooks, self.deliveries, self.minutes = {}, [], 0.0
        self.control("POST", "/webhooks/pause")

    def happen(
        self, mailing: Mailing, event_type: str, lead: Lead | None, facts: Json, category: int | None = None
    ) -> None:
        """An event has happened: whoever wants it must be told."""
        for hook in told(self.hooks.values(), mailing, event_type, category):
            says = payload(hook, mailing, lead, event_type, receiver().url(hook.path), facts)
            self.deliveries.append(Delivery(hook, mailing, event_type, says, self.now))

    def flush(self) -> None:
        """All that is due is delivered now, and nothing else is."""
        if self.is_over:
            return
        receiver().answers = {hook.path: hook.answer for hook in self.hooks.values()}
        exchange = self.control("POST", "/webhooks/flush")
        wall = self.world.target.wire.clock.now()
        came = list(receiver().collect(self.prefix))
        due = [one for one in self.deliveries if one.is_due(self.minutes)]
        # What only the real seconds of this run have made due says nothing.
        slow = [one for one in self.deliveries if self._is_doubtful(one, wall)]
        if slow:
            self.is_over = True
            return
        for one in came:
            delivery = self._find(one, due, exchange)
            due.remove(delivery)
            self._check(one, delivery, exchange)
            delivery.note(delivery.hook.answer, self.minutes, wall, self.edition.retry_minutes)
        lost = [f"{one.event_type} for {one.hook.path} ({one.state})" for one in due]
        self.hold(not due, f"not delivered: {'; '.join(lost)}", exchange)

    def forget(self, hook: Hook) -> None:
        """A webhook is gone, and with it all that was still to be delivered to it."""
        del self.hooks[hook.id]
        for one in self.deliveries:
            if one.hook is hook:
                one.mailing.is_untold = True
        self.deliveries = [one for one in self.deliveries if one.hook is not hook]

    def _is_doubtful(self, one: Delivery, wall: float) -> bool:
        if one.state != "scheduled_for_retry" or one.due <= self.minutes:
            return False
        return one.due - self.minutes <= (wall - one.tried_at) / 60

    def _find(self, one: Received, due: list[Delivery], exchange: Exchange) -> Delivery:
        """The delivery that a request belongs to."""
        at_path = [delivery for delivery in due if delivery.hook.path == one.path]
        again = [delivery for delivery in at_path if delivery.body == one.body]
        if again:
            return again[0]
        fresh = [delivery for delivery in at_path if delivery.state == "queued"]
        fitting = [delivery for delivery in fresh if not self._difference(one, delivery)]
        if fitting:
            return fitting[0]
        kind = one.json.get("event_type") if isinstance(one.json, Mapping) else "no JSON object"
        why = self._difference(one, fresh[0]) if fresh else "nothing was due to it"
        self.fail("webhook", f"{one.path} got {kind}: {why}", exchange)
        raise AssertionError

    def _difference(self, one: Received, delivery: Delivery) -> str:
        if not isinstance(one.json, Mapping):
            return "the body is no JSON object"
        shown = {name: str(value) if name in _IDS else value for name, value in one.json.items()}
        facts = {
            name: str(value) if name in _IDS else value for name, value in delivery.facts.items()
        }  # fmt: skip
        return settled(facts, shown, delivery.event_type)

    def _check(self, one: Received, delivery: Delivery, exchange: Exchange) -> None:
        where = f"the {delivery.event_type} that {one.path} got"
        document = self.world.api.webhooks.get(delivery.event_type)
        if document is None:
            self.fail("webhook", f"{where} is not in the document", exchange)
            return
        media = one.headers.get("content-type", "").partition(";")[0]
        self.hold(media == "application/json", f"{where} has content-type {media or 'none'}", exchange)
        problem = _problem(self.world.api.edition, delivery.event_type, document, one.json)
        self.hold(not problem, f"{where} does not fit the document: {problem}", exchange)
        self._check_headers(one, delivery, document, where, exchange)
        if "secret_key" in one.json:
            secret = delivery.hook.secret or one.json["secret_key"]
            self.same(one.json["secret_key"], secret, f"secret_key of {where}", exchange)
            delivery.hook.secret = secret
        if delivery.body is not None:
            self.hold(one.body == delivery.body, f"{where} differs from the first attempt", exchange)
        delivery.body = one.body

    def _check_headers(
        self, one: Received, delivery: Delivery, document: Payload, where: str, exchange: Exchange
    ) -> None:
        if _REQUEST_ID in document.headers:
            given = one.headers.get(_REQUEST_ID)
            self.hold(given, f"{where} has no {_REQUEST_ID}", exchange)
            others = {other.request_id for other in self.deliveries if other is not delivery}
            self.hold(given not in others, f"{where} has the {_REQUEST_ID} of another delivery", exchange)
            known = delivery.request_id or given
            self.same(given, known, f"{_REQUEST_ID} of a later attempt of {where}", exchange)
            delivery.request_id = given
        if _LEVEL in document.headers:
            self.same(one.headers.get(_LEVEL), delivery.hook.level, f"{_LEVEL} of {where}", exchange)


@cache
def _validator(edition: str, event_type: str) -> dict[str, Any]:
    return {}


def _problem(edition: str, event_type: str, document: Payload, body: Any) -> str:
    """What a payload has against its schema; empty = it fits. It has no field that the document does not name."""
    kept = _validator(edition, event_type)
    if "one" not in kept:
        kept["one"] = jsonschema_rs.Draft202012Validator(document.schema, validate_formats=True)
    error = next(iter(kept["one"].iter_errors(body)), None)
    if error is not None:
        where = "/".join(str(step) for step in error.instance_path) or "the body"
        return f"{where}: {error.message[:200]}"
    named = document.schema.get("properties", {})
    extra = sorted(set(body) - set(named)) if named else []
    return f"it has {extra}" if extra else ""

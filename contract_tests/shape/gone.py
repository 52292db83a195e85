"""What is deleted is as if it had never been: every operation that names it answers as to an id that nobody has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.document import Operation
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.safety_table import RULES
from contract_tests.shape.requests import Request, Writer
from contract_tests.shape.stage import Stage

#: far above every id that a small world gives out
_FAR = 7_000_000
#: they read through the provider, make things whatever the id, or answer to what was, not to what is
_OPEN = frozenset({"track_single_email_open"})


@dataclass(frozen=True, slots=True)
class _Deletion:
    """A kind of thing, how one is made, and what removes it."""

    kind: str
    make: Callable[[Stage], int]
    by: str
    path: str | None = None
    query: str | None = None


_DELETIONS = (
    _Deletion("campaign", lambda stage: int(stage.idle_campaign()["campaign"]), "delete_campaign", "campaign_id"),
    _Deletion("lead", lambda stage: int(stage.fresh_lead()["lead"]), "delete_lead_globally", "lead_id"),
    _Deletion("lead_list", lambda stage: stage.new_list(), "delete_lead_list", "lead_list_id"),
    _Deletion("webhook", lambda stage: int(stage.own_webhook()["webhook"]), "delete_webhook", None, "id"),
    _Deletion("email_account", lambda stage: stage.director.mailbox(), "delete_email_account", "email_account_id"),
    _Deletion("api_key", lambda stage: stage.new_api_key(), "delete_client_api_key", "api_key_id"),
)


def gone(phase: str, world: World, stage: Stage) -> Iterator[Finding]:
    """Delete one of each kind and look for it everywhere."""
    for deletion in _DELETIONS:
        made = deletion.make(stage)
        director = stage.director
        query = {deletion.query: made} if deletion.query else None
        director.call(deletion.by, query=query, **({deletion.path: made} if deletion.path else {}))
        for operation in world.api:
            if operation.id in RULES and operation.id not in _OPEN:
                yield from _compared(phase, world, operation, deletion.kind, made, stage.ids)


def _compared(
    phase: str, world: World, operation: Operation, kind: str, made: int, ids: Mapping[str, Any]
) -> Iterator[Finding]:
    dead, never = (
        Writer(world.target.ledger.run, world.target.safety.domain, {**ids, kind: one}).request(operation)
        for one in (made, made + _FAR)
    )
    if dead == never:
        return
    after, unknown = _call(world, operation, dead), _call(world, operation, never)
    if after is None or unknown is None or 429 in (after.status, unknown.status):
        return
    yield from world.judged(phase, after)
    if after.status != unknown.status:
        message = (
            f"answers {after.status} for a {kind.replace('_', ' ')} that was deleted, "
            f"{unknown.status} for one that never was: {after.text[:160]}"
        )
        yield Finding(phase, operation.id, "deleted", message, after)
    elif after.text.replace(str(made), "#") != unknown.text.replace(str(made + _FAR), "#") and after.status < 400:
        message = f"shows something of a {kind.replace('_', ' ')} that was deleted: {after.text[:200]}"
        yield Finding(phase, operation.id, "deleted", message, after)


def _call(world: World, operation: Operation, request: Request) -> Exchange | None:
    try:
        return world.target.call(operation.id, path=request.path, query=request.query, body=request.body)
    except RefusedBySafetyError as refusal:
        world.tally.refused[operation.id] = refusal.reason
        return None

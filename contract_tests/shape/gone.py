"""What is deleted is as if it had never been: every operation that names it answers as to an id that nobody has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.safety_table import RULES
from contract_tests.shape.absent import Absence
from contract_tests.shape.stage import Stage

#: what answers to anybody and to any id: the pixel of a mail
OPEN = frozenset({"track_single_email_open"})


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
        what = f"a {deletion.kind.replace('_', ' ')} that was deleted"
        absence = Absence("deleted", what, {deletion.kind: made}, stage.ids)
        for operation in world.api:
            if operation.id in RULES and operation.id not in OPEN:
                yield from absence.problems(phase, world, world.target, operation)

"""Generated requests and what must come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.answers import UNJUDGED
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.shape.generation import Case
from contract_tests.shape.sending import filled, sent
from contract_tests.shape.validity import Validity, Verdict, same_members

#: how a request that does not fit is refused
REFUSALS = frozenset({400, 406, 413, 415, 422})


def judged_case(
    phase: str, world: World, case: Case, ids: Mapping[str, Any], validity: Validity
) -> Iterator[tuple[Exchange, list[Finding]]]:
    """The answer to a case, and what speaks against it beside the document's forms; nothing when it cannot be sent."""
    path = filled(case.operation.route, ids, case.path)
    exchange = None if path is None else sent(world, case.operation, path, case.query, case.body)
    if exchange is None:
        return
    findings: list[Finding] = []
    if exchange.status not in UNJUDGED and not case.path:
        verdict = validity.of(case.operation, case.query, case.body)
        for check, message in verdict_problems(case, exchange, verdict):
            findings.append(Finding(phase, case.operation.id, check, f"{message} ({case.about})", exchange))
            world.tally.note_check(check, case.operation.id)
    yield exchange, findings


def verdict_problems(case: Case, exchange: Exchange, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What an answer has against what the document says of the request."""
    validation = exchange.json.get("validation") if isinstance(exchange.json, dict) else None
    if verdict.wrong and exchange.status < 500 and exchange.status not in REFUSALS:
        word = "takes" if exchange.status < 400 else f"answers {exchange.status} to"
        yield "refusal", f"{word} a request that does not fit: {verdict.wrong}"
    elif verdict.member and isinstance(validation, dict):
        keys = validation.get("keys")
        told = [str(key) for key in keys] if isinstance(keys, list) else []
        named = {*told, *(key.split(".")[0].split("[")[0] for key in told)}
        if not named & same_members(case.operation, verdict.member) or validation.get("source") != verdict.place:
            yield "culprit", f"blames {validation}, where {verdict.member} in the {verdict.place} is wrong"
    elif verdict.fits and (isinstance(validation, dict) or exchange.status == 422):
        yield "fitting", f"refuses a request that fits: {exchange.text[:200]}"

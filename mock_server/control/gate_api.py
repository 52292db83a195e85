"""The control API's routes about requests and faults."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Response

from mock_server.clock import iso, parse_moment
from mock_server.contract.registry import HANDLERS
from mock_server.control import gate_models as models
from mock_server.control.models import UNKNOWN_KEY
from mock_server.control.world import World
from mock_server.pipeline.faults import Delay, Fault, Rule
from mock_server.pipeline.gates import Gate
from mock_server.pipeline.journal import Journal, Record, pick, query_of, texts


def gate_routes(world: World) -> APIRouter:
    """Routes for the journal and the faults of a workspace."""
    router = APIRouter()

    async def key_of(
        api_key: Annotated[str | None, Query()] = None, x_mock_key: Annotated[str | None, Header()] = None
    ) -> str:
        """The key; empty for the journal of requests that named no known key."""
        key = x_mock_key or api_key or ""
        if key and world.workspaces.get(key) is None:
            raise HTTPException(401, UNKNOWN_KEY)
        return key

    async def named_key(key: Annotated[str, Depends(key_of)]) -> str:
        if not key:
            raise HTTPException(401, UNKNOWN_KEY)
        return key

    AnyKey = Annotated[str, Depends(key_of)]  # noqa: N806
    Key = Annotated[str, Depends(named_key)]  # noqa: N806

    def gate(key: str) -> Gate:
        return world.gates.of(key)

    @router.get("/requests")
    async def requests(
        key: AnyKey,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        edition: str | None = None,
        since: str | None = None,
        until: str | None = None,
        violations: bool | None = None,
        limit: Annotated[int, Query(ge=0, le=10_000)] = 100,
    ) -> models.Requests:
        """The last requests that fit all filters; without a key, those that named no known one."""
        _check_operations([operation])
        wanted: dict[str, Any] = {
            "operation": operation, "method": method, "path": path, "status": status, "edition": edition,
            "since": _moment(since), "until": _moment(until), "violations": violations,
        }  # fmt: skip
        journal = gate(key).journal
        found = list(pick(journal.records, {name: value for name, value in wanted.items() if value is not None}))
        shown = [_shown(record) for record in found[len(found) - min(limit, len(found)) :]]
        return models.Requests(total=journal.total, counts=dict(journal.counts), requests=shown)

    @router.delete("/requests")
    async def clear_requests(key: AnyKey) -> models.Removed:
        """Forget the requests so far."""
        journal = gate(key).journal
        removed = journal.total
        journal.clear()
        return models.Removed(removed=removed)

    @router.post("/requests/verify", responses={409: {"model": models.Verified}})
    async def verify(key: Key, wanted: models.Verify, response: Response) -> models.Verified:
        """Whether something was asked, how often, with what, in which order; 409 when it was not."""
        _check_operations(match.operation for match in (wanted.match, *wanted.calls, *wanted.in_order))
        journal = gate(key).journal
        await journal.wait_for(lambda: not _problem(journal, wanted), wanted.within)
        problem = _problem(journal, wanted)
        if problem:
            response.status_code = 409
        found = len(list(pick(journal.records, _wanted(wanted.match))))
        return models.Verified(verified=not problem, found=found, problem=problem)

    @router.get("/violations")
    async def violations_of(key: AnyKey) -> list[models.RequestShown]:
        """The requests that did what the document does not say, also where the edition let it pass."""
        return [_shown(record) for record in pick(gate(key).journal.records, {"violations": True})]

    @router.get("/faults")
    async def faults(key: Key) -> list[models.FaultShown]:
        """The rules, in the order in which they are tried."""
        return [_rule_shown(rule) for rule in gate(key).rules.rules]

    @router.post("/faults")
    async def add_fault(key: Key, given: models.FaultRule) -> models.FaultShown:
        """Add a rule."""
        workspace = world.workspaces.get(key)
        assert workspace is not None
        served = world.contract.edition(workspace.edition).operations
        if given.operation is not None and given.operation not in served:
            raise HTTPException(422, f"Edition {workspace.edition} serves no operation {given.operation!r}; see /docs.")
        until = None if given.seconds is None else workspace.clock.elapsed() + round(given.seconds * 1000)
        rule = Rule(
            0,
            given.operation or "",
            {str(part): texts(value) if part == "query" else value for part, value in given.match.items()},
            _fault(given),
            given.times,
            given.probability,
            until,
        )
        rule.source = given.model_dump()
        return _rule_shown(gate(key).rules.add(rule))

    @router.delete("/faults")
    async def remove_faults(key: Key, id: int | None = None) -> models.Removed:
        """Remove one rule, or all."""
        removed = gate(key).rules.remove(id)
        if id is not None and not removed:
            raise HTTPException(404, f"There is no rule {id}.")
        return models.Removed(removed=removed)

    return router


def _check_operations(names: Iterable[str | None]) -> None:
    unknown = sorted({name for name in names if name and name not in HANDLERS})
    if unknown:
        raise HTTPException(422, f"There is no operation {', '.join(unknown)}; see /docs.")


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_moment(text)
    except (ValueError, OverflowError):
        raise HTTPException(422, f"{text!r} is no moment; use ISO 8601 such as 2026-01-01T09:00:00Z.") from None


def _shown(record: Record) -> models.RequestShown:
    return models.RequestShown(
        id=record.id, at=iso(record.at), method=record.method, path=record.path.text, query=query_of(record),
        operation=record.operation, edition=record.edition, status=record.status, injected=record.injected,
        request=record.request.value if record.request else None,
        response=record.response.value if record.response else None,
        dropped=record.dropped,
        violations=[models.ViolationShown(kind=one.kind, message=one.message) for one in record.violations],
    )  # fmt: skip


def _wanted(match: models.Match) -> dict[str, Any]:
    return match.model_dump(exclude_unset=True, exclude_none=True)


def _problem(journal: Journal, wanted: models.Verify) -> str:
    """What is missing; empty when all holds."""
    problem = _missing(journal, wanted)
    dropped = sum(record.dropped for record in journal.records) if problem else 0
    return f"{problem}; the bodies of {dropped} requests are no longer kept" if dropped else problem


def _missing(journal: Journal, wanted: models.Verify) -> str:
    found = list(pick(journal.records, _wanted(wanted.match)))
    least, most = _range(wanted)
    if len(found) < least or (most is not None and len(found) > most):
        limits = (
            f"exactly {least}" if least == most else f"at least {least}" + ("" if most is None else f", at most {most}")
        )
        return f"{len(found)} requests fit, expected {limits}"
    for place, (record, call) in enumerate(zip(found, wanted.calls, strict=False), start=1):
        if not list(pick([record], _wanted(call))):
            sent = record.request.text if record.request else ""
            return f"request {place} that fits (id {record.id}) is not as expected: {sent}"
    rest = iter(journal.records)
    for place, step in enumerate(wanted.in_order, start=1):
        if not any(list(pick([record], _wanted(step))) for record in rest):
            return f"step {place} of in_order did not come after the step before it"
    return ""


def _range(wanted: models.Verify) -> tuple[int, int | None]:
    if isinstance(wanted.times, models.Times):
        return max(wanted.times.at_least, len(wanted.calls)), wanted.times.at_most
    if wanted.times is not None:
        return wanted.times, wanted.times
    return (len(wanted.calls) or (0 if wanted.in_order else 1)), None


def _fault(given: models.FaultRule) -> Fault:
    kind: Any = "hang" if given.kind == "timeout" else given.kind
    delay = given.delay
    drawn = None
    if isinstance(delay, models.FixedDelay):
        drawn = Delay(delay.ms, delay.to, delay.spread)
    elif delay is not None:
        drawn = Delay(delay)
    return Fault(given.status, kind, given.retry_after, drawn, given.after)


def _rule_shown(rule: Rule) -> models.FaultShown:
    return models.FaultShown(**{**rule.source, "id": rule.id, "struck": rule.struck})

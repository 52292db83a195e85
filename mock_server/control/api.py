"""The control API's routes. They run in the event loop, like short handlers, so that no request runs beside them.

But for the one that reads nothing of the world.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline

from mock_server import __version__
from mock_server.clock import LAST_MOMENT, Clock, iso, iso_or_none, parse_moment
from mock_server.contract.publish import published
from mock_server.contract.rate_limits import rate_limit
from mock_server.control import models
from mock_server.control.event_api import event_routes
from mock_server.control.gate_api import gate_routes
from mock_server.control.inbox_api import inbox_routes
from mock_server.control.mailbox_api import mailbox_routes
from mock_server.control.opening import Opening
from mock_server.control.story_api import story_routes
from mock_server.control.webhook_api import webhook_routes
from mock_server.control.world import World
from mock_server.simulation.runner import Happened, ResetMeanwhileError
from mock_server.state.workspaces import Workspace, WorkspaceLimitError


def control_api(world: World, opening: Opening) -> FastAPI:
    """The FastAPI app that is mounted at `/_mock`."""
    app = FastAPIOffline(
        title="smartlead-mock control API", version=__version__, docs_url="/docs", redoc_url=None,
        openapi_url="/openapi.json",
        dependencies=[Depends(refuse_stray_parameters)],
        description="Choose the workspace with `?api_key=` or the header `X-Mock-Key`.",
    )  # fmt: skip

    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        """What is wrong, without what was sent: not every value that JSON readers take can be written (NaN)."""
        detail = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
        return JSONResponse({"detail": detail}, 422)

    async def workspace_of(
        api_key: Annotated[str | None, Query()] = None, x_mock_key: Annotated[str | None, Header()] = None
    ) -> Workspace:
        key = x_mock_key or api_key
        workspace = world.workspaces.get(key) if key else None
        if workspace is None:
            raise HTTPException(401, models.UNKNOWN_KEY)
        return workspace

    async def opened(workspace: Annotated[Workspace, Depends(workspace_of)]) -> Workspace:
        await opening.prepare(workspace)
        return workspace

    Chosen = Annotated[Workspace, Depends(opened)]  # noqa: N806

    @app.get("/health")
    async def health() -> models.Health:
        """Whether the server answers, and what it serves."""
        in_memory = world.settings.db == ":memory:"
        return models.Health(
            version=__version__, edition=world.settings.edition, store="memory" if in_memory else "file"
        )

    @app.post("/reset")
    async def reset(workspace: Annotated[Workspace, Depends(workspace_of)]) -> models.Ok:
        """Empty a workspace: rows, ids, clock and settings are as for a new key."""
        world.reset(workspace)
        return models.Ok()

    @app.get("/clock")
    async def clock(workspace: Chosen) -> models.ClockState:
        """The workspace's clock."""
        return models.ClockState(mode=workspace.clock.mode, now=iso(workspace.clock.now()))

    @app.put("/clock")
    async def set_clock(workspace: Chosen, change: models.ClockChange) -> models.ClockState:
        """Freeze the clock, let it run, or set it; with rows in the workspace it only moves forward."""
        wanted = None if change.now is None else _moment(change.now)
        async with world.simulation.lock(workspace):
            now = workspace.clock.now()
            moment = now if wanted is None else wanted
            _check_calendar(moment)
            if moment < now and world.has_rows(workspace):
                raise HTTPException(
                    409, f"The workspace has rows, so its clock ({iso(now)}) only moves forward; reset it first."
                )
            _check_current(world, workspace)
            if moment >= now and workspace.id:
                await _run(world, workspace, moment)
                moment = max(moment, workspace.clock.now())
            _save(world, workspace, workspace.clock.set_to(change.mode, moment))
            world.outbox.wake(workspace)
        return models.ClockState(mode=workspace.clock.mode, now=iso(workspace.clock.now()))

    @app.post("/clock/advance")
    async def advance(workspace: Chosen, move: models.Advance) -> models.Advanced:
        """Move the clock forward, and let everything happen that is due on the way.

        It is done in batches, each of which moves the clock; requests are answered in between. A second advance waits.
        """
        seconds = move.days * 86_400 + move.hours * 3600 + move.minutes * 60 + move.seconds
        async with world.simulation.lock(workspace):
            now = workspace.clock.now()
            target = now + round(seconds * 1000) if move.to is None else _moment(move.to)
            if target < now:
                raise HTTPException(409, f"The clock stands at {iso(now)} and only moves forward.")
            _check_calendar(target)
            _check_current(world, workspace)
            happened = await _run(world, workspace, target)
            world.outbox.wake(workspace)
        next_due = iso_or_none(happened.next_due)
        return models.Advanced(now=iso(workspace.clock.now()), events=happened.events, next_due=next_due)

    @app.get("/settings")
    async def settings(workspace: Chosen) -> models.WorkspaceSettings:
        """The workspace's settings."""
        return models.WorkspaceSettings(**world.settings_of(workspace))

    @app.put("/settings")
    async def change_settings(workspace: Chosen, change: models.SettingsChange) -> models.WorkspaceSettings:
        """Change the settings that are given; `lead_credit: null` takes the limit away."""
        given = change.model_dump(exclude_unset=True)
        try:
            rate_limit(change.rate_limit or "off", world.contract.rate_limits)
        except ValueError as error:
            raise HTTPException(422, f"{error}.") from None
        if change.edition is not None and change.edition not in world.contract.specs:
            raise HTTPException(422, f"Unknown edition {change.edition!r}; known: {', '.join(world.contract.specs)}.")
        if change.seed is not None and change.seed != workspace.seed and world.has_rows(workspace):
            raise HTTPException(409, "The workspace has rows, which its seed has shaped; reset it first.")
        try:
            world.change_settings(workspace, given)
        except WorkspaceLimitError:
            raise _too_many() from None
        return models.WorkspaceSettings(**world.settings_of(workspace))

    @app.get("/state")
    async def state(workspace: Chosen) -> models.State:
        """How many rows of each kind the workspace has."""
        return models.State(tables=world.counts(workspace))

    @app.get("/editions")
    async def editions() -> list[models.EditionInfo]:
        """The editions that this server knows."""
        return [
            models.EditionInfo(
                name=name, summary=spec.summary, operations=len(world.contract.edition(name).operations),
                sources=sorted(spec.sources or ()), rate_limit=spec.rate_limit, rules=spec.rules,
            )
            for name, spec in world.contract.specs.items()
        ]  # fmt: skip

    @app.get("/editions/{name}/openapi.json")
    def document(name: str) -> dict[str, Any]:
        """The OpenAPI document of an edition."""
        if name not in world.contract.specs:
            raise HTTPException(404, f"No such edition; there are {', '.join(world.contract.specs)}.")
        return published(world.contract, name)

    app.include_router(gate_routes(world))
    app.include_router(event_routes(world, opened))
    app.include_router(mailbox_routes(world, opened))
    app.include_router(inbox_routes(world, opened))
    app.include_router(webhook_routes(world, opened))
    app.include_router(story_routes(world, workspace_of))
    return app


async def refuse_stray_parameters(request: Request) -> None:
    """A typo in a query parameter must not look like a filter, or delete more than was meant."""
    known = {field.alias for field in get_flat_params(request.scope["route"].dependant)} | {"api_key"}
    stray = sorted(request.query_params.keys() - known)
    if stray:
        raise HTTPException(422, f"Unknown parameters: {', '.join(stray)}; known: {', '.join(sorted(known))}.")


def _check_current(world: World, workspace: Workspace) -> None:
    """Whoever waited for another move must not move a workspace that is gone."""
    if world.workspaces.get(workspace.key) is not workspace:
        raise _reset_meanwhile()


async def _run(world: World, workspace: Workspace, moment: int) -> Happened:
    try:
        return await world.simulation.run_locked(workspace, moment)
    except ResetMeanwhileError:
        raise _reset_meanwhile() from None
    except WorkspaceLimitError:
        raise _too_many() from None


def _save(world: World, workspace: Workspace, clock: Clock) -> None:
    try:
        world.set_clock(workspace, clock)
    except WorkspaceLimitError:
        raise _too_many() from None


def _reset_meanwhile() -> HTTPException:
    return HTTPException(409, "The workspace was reset while its clock was moved.")


def _too_many() -> HTTPException:
    return HTTPException(403, "There are as many workspaces as --max-workspaces allows.")


def _moment(text: str) -> int:
    try:
        return parse_moment(text)
    except (ValueError, OverflowError):
        raise HTTPException(422, f"{text!r} is no moment; use ISO 8601 such as 2026-01-01T09:00:00Z.") from None


def _check_calendar(moment: int) -> None:
    if not 0 <= moment <= LAST_MOMENT:
        raise HTTPException(422, "The clock shows moments from 1970 to 9998.")

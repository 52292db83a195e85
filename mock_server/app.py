"""The composition root: all parts of one server, and the order of the pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from mock_server import __version__, families
from mock_server.config import Settings, openapi_directory
from mock_server.contract.operations import Contract
from mock_server.contract.publish import published
from mock_server.contract.rate_limits import rate_limit
from mock_server.control.api import control_api
from mock_server.control.opening import Opening
from mock_server.control.world import World
from mock_server.families.clients.keys import ClientKeys
from mock_server.outbox.publisher import Publisher
from mock_server.outbox.worker import Outbox
from mock_server.pipeline.dispatcher import Dispatcher
from mock_server.pipeline.gates import Gates
from mock_server.pipeline.handling import Handling
from mock_server.pipeline.request_log import request_log
from mock_server.pipeline.stages import Stages
from mock_server.simulation.runner import Simulation
from mock_server.state.database import Database
from mock_server.state.purge import Purger
from mock_server.state.workspaces import Workspace, Workspaces


def create_app(settings: Settings | None = None) -> FastAPI:
    """One server: a FastAPI app whose outermost layer serves the vendor's paths from the document.

    `app.state.asgi` is the same, with that layer around FastAPI instead of inside: for servers, which save FastAPI's
    own work on every request of the API.

    Raises LookupError when an operation has no handler, or for an unknown scenario, KeyError for an unknown edition,
    ValueError for an unknown rate limit, StoreError for a bad store.
    """
    settings = settings or Settings()
    assert families.OPERATION_MODULES  # importing them binds the handlers
    contract = Contract(openapi_directory())
    contract.check_handlers()
    contract.edition(settings.edition)
    if settings.rate_limit:
        rate_limit(settings.rate_limit, contract.rate_limits)
    database = Database(settings.db)
    workspaces = Workspaces(database, settings)
    purger = Purger(database)
    gates = Gates(settings.max_workspaces)

    def retry_delays(workspace: Workspace) -> list[int]:
        return [minutes * 60_000 for minutes in contract.edition(workspace.edition).behaviour.webhook_retry_minutes]

    outbox = Outbox(
        database, workspaces, settings.webhook_targets, delays_of=retry_delays, secret_of=lambda one: one.signing_secret
    )
    publish = Publisher(contract, database, workspaces, outbox.wake).publish
    simulation = Simulation(contract, database, workspaces, publish)
    world = World(settings, contract, database, workspaces, purger, gates, simulation, outbox, publish)

    opening = Opening(world)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(one.run()) for one in (purger, simulation, outbox)]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await outbox.close()
        database.close()

    app = FastAPIOffline(
        title="smartlead-mock", version=__version__, docs_url="/docs", redoc_url=None, lifespan=lifespan
    )
    app.mount("/_mock", control_api(world, opening))
    app.openapi = lambda: _shown(contract, settings.edition)  # type: ignore[method-assign]
    app.state.world = world
    stages = Stages(contract, workspaces, ClientKeys(database, settings).find, gates, settings)
    pipeline = (
        stages.receive,
        stages.identify,
        stages.match,
        stages.authorise,
        stages.faults,
        stages.limits,
        stages.validate,
    )
    handling = Handling(database, workspaces, opening.prepare, publish, world.written)
    log = request_log(settings.log_format)
    app.middleware_stack = Dispatcher(app.build_middleware_stack(), pipeline, handling, gates, log)
    app.state.asgi = Dispatcher(app, pipeline, handling, gates, log)
    return app


def _shown(contract: Contract, edition: str) -> dict[str, Any]:
    """The document for `/docs`, with this server first."""
    document = published(contract, edition)
    return {**document, "servers": [{"url": "/api/v1", "description": "this mock"}, *document["servers"]]}

"""The control API's route that tells a scenario."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException

from mock_server.config import fixtures_directory
from mock_server.control.models import Model
from mock_server.control.stories import StoryBrokenError, StoryRefusedError, load_story, tell
from mock_server.control.world import World
from mock_server.state.workspaces import Workspace, WorkspaceLimitError

log = logging.getLogger("smartlead_mock")


class Seed(Model):
    """Which story of `fixtures/` to tell."""

    scenario: str


class Seeded(Model):
    """What the story made: campaigns, leads in campaigns, mailboxes, and events of each type."""

    scenario: str
    made: dict[str, int]


def story_routes(world: World, workspace_of: Callable[..., Awaitable[Workspace]]) -> APIRouter:
    """The route; `workspace_of` finds the workspace of a request."""
    router = APIRouter()
    Chosen = Annotated[Workspace, Depends(workspace_of)]  # noqa: N806

    @router.post("/seed")
    async def seed(workspace: Chosen, wanted: Seed) -> Seeded:
        """Fill a workspace without rows with a scenario; other requests are answered meanwhile."""
        try:
            story = await asyncio.to_thread(load_story, fixtures_directory(), wanted.scenario)
        except LookupError as error:
            raise HTTPException(422, str(error)) from None
        try:
            made = await tell(world, workspace, story)
        except StoryRefusedError as error:
            raise HTTPException(409, str(error)) from None
        except WorkspaceLimitError:
            raise HTTPException(403, "There are as many workspaces as --max-workspaces allows.") from None
        except StoryBrokenError as error:
            log.exception("scenario %s is broken", wanted.scenario)
            raise HTTPException(500, f"A defect of smartlead-mock: {error}. The workspace is as new.") from None
        return Seeded(scenario=wanted.scenario, made=made)

    return router

"""`--scenario`: every new workspace begins with a story."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from mock_server.config import fixtures_directory
from mock_server.control.stories import load_story, tell
from mock_server.control.world import World
from mock_server.state.workspaces import Workspace


class Opening:
    """Tells a workspace its story before the first of its requests is answered."""

    def __init__(self, world: World) -> None:
        """LookupError when there is no such scenario."""
        name = world.settings.scenario
        self._story = load_story(fixtures_directory(), name) if name else None
        self._world = world
        self._told: WeakKeyDictionary[Workspace, asyncio.Task[dict[str, int]]] = WeakKeyDictionary()

    async def prepare(self, workspace: Workspace) -> None:
        """Return when the workspace has its story; at once when it was stored before this server started."""
        if self._story is None:
            return
        task = self._told.get(workspace)
        if task is None:
            if workspace.id:
                return
            task = self._told[workspace] = asyncio.ensure_future(tell(self._world, workspace, self._story))
        if not task.done():
            await asyncio.shield(task)

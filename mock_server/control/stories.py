"""Stories: what `fixtures/*.yaml` tell, and telling one to an empty workspace, by calls of the API.

Every call passes the document and the handler, so that a story can bring about nothing that a client could not.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, model_validator

from mock_server.clock import iso
from mock_server.context import Context
from mock_server.contract.validation import InvalidRequestError
from mock_server.control.models import Model, Rates
from mock_server.control.story_people import People, people_of
from mock_server.control.world import World
from mock_server.errors import ApiError
from mock_server.families.leads.records import lead_by_email
from mock_server.families.leads.rules import normalised
from mock_server.simulation.runner import NAMES, ResetMeanwhileError
from mock_server.state.workspaces import Workspace, lead_credit

T = TypeVar("T")
_RESET = "The workspace was reset while it was told a scenario."
#: how much fits into one short transaction
_LEADS_AT_ONCE = 150
_MAILBOXES_AT_ONCE = 40
#: turns of the event loop after each: a request needs a few to be read and answered
_TURNS = 3
#: the edition in whose words stories are written
_EDITION = "default"


class Duration(Model):
    """Some time; the parts add up."""

    days: int = Field(default=0, ge=0)
    hours: int = Field(default=0, ge=0)
    minutes: int = Field(default=0, ge=0)

    @property
    def milliseconds(self) -> int:
        """The whole."""
        return ((self.days * 24 + self.hours) * 60 + self.minutes) * 60_000


class Passing(Model):
    """Time goes by."""

    after: Duration


class Recipients(Model):
    """How recipients react from now on, as `PUT /_mock/settings` takes it."""

    recipients: Rates


class Mailboxes(Model):
    """A group of mailboxes, which campaigns name; `id` is that of the first.

    `save` is the body of each; what it leaves out of the required is made up.
    """

    mailboxes: str
    number: int = Field(ge=1)
    domain: str
    id: int | None = None
    save: dict[str, Any] = Field(default_factory=dict)


class Leads(Model):
    """Leads that are added together: those that are `given`, then made-up `people`; `id` is that of the first.

    `reacts`: what the addresses of the people make the simulator do.
    """

    given: list[dict[str, Any]] = Field(default_factory=list)
    people: int = Field(default=0, ge=0)
    reacts: str = ""
    id: int | None = None


class Campaign(Model):
    """A campaign is made (with `create`) or changed, by the calls whose bodies are given, in this order."""

    campaign: str
    id: int | None = None
    create: dict[str, Any] | None = None
    schedule: dict[str, Any] | None = None
    settings: dict[str, Any] | None = None
    sequences: list[dict[str, Any]] | None = None
    mailboxes: list[str] = Field(default_factory=list)
    leads: list[Leads] = Field(default_factory=list)
    status: list[Literal["START", "PAUSED", "STOPPED"]] = Field(default_factory=list)


class Call(Model):
    """Any other call; a campaign of the story and the address of a lead become ids of its path."""

    call: str
    campaign: str | None = None
    lead: str | None = None
    body: dict[str, Any] = Field(default_factory=dict)


Scene = Passing | Recipients | Mailboxes | Campaign | Call


class Story(Model):
    """One file. The story begins so long before the workspace's clock, and ends at it."""

    summary: str
    begins: Duration = Field(default_factory=Duration)
    scenes: list[Scene]

    @model_validator(mode="after")
    def _ends_in_time(self) -> Story:
        passing = sum(scene.after.milliseconds for scene in self.scenes if isinstance(scene, Passing))
        if passing > self.begins.milliseconds:
            raise ValueError("more time passes in it than lies between its beginning and the clock")
        return self

    @property
    def leads(self) -> int:
        """How many leads it adds to campaigns."""
        groups = chain.from_iterable(scene.leads for scene in self.scenes if isinstance(scene, Campaign))
        return sum(len(group.given) + group.people for group in groups)


class StoryRefusedError(Exception):
    """The workspace cannot be told a story, or not to its end; the message says why."""


class StoryBrokenError(Exception):
    """A defect of the story: the API refuses one of its calls."""


def story_names(directory: Path) -> list[str]:
    """The stories in a directory, sorted."""
    return sorted(path.stem for path in directory.glob("*.yaml"))


def load_story(directory: Path, name: str) -> Story:
    """The story of a name; LookupError with the known names when there is none."""
    known = story_names(directory)
    if name not in known:
        raise LookupError(f"There is no scenario {name!r}; known: {', '.join(known)}.")
    return Story.model_validate(yaml.safe_load((directory / f"{name}.yaml").read_text("utf-8")))


async def tell(world: World, workspace: Workspace, story: Story) -> dict[str, int]:
    """Tell a story to a workspace without rows; how many campaigns, leads, mailboxes and events of each type it made.

    A second story, and whoever wants to move the clock, waits for its end. Raises StoryRefusedError, StoryBrokenError,
    WorkspaceLimitError. Whatever stops it, nothing half told remains: the workspace is reset.
    """
    async with world.simulation.lock(workspace):
        if world.has_rows(workspace):
            raise StoryRefusedError("The workspace has rows; reset it first.")
        if not story.scenes:
            return {}
        teller = _Teller(world, workspace, story)
        try:
            return await teller.tell()
        except BaseException:
            stored = world.workspaces.get(workspace.key)
            if stored is not None and stored.id == workspace.id != 0:
                world.reset(stored)
            raise


class _Teller:
    """Tells one story to one workspace, whose clock stands still meanwhile but for the story's own moves."""

    def __init__(self, world: World, workspace: Workspace, story: Story) -> None:
        """StoryRefusedError when it cannot be told at this moment, or not with this lead credit."""
        self._world = world
        self._workspace = workspace
        self._story = story
        self._clock = workspace.clock
        self._now = self._clock.now() - story.begins.milliseconds
        self._mailboxes: dict[str, list[int]] = {}
        self._campaigns: dict[str, int] = {}
        self._persons = 0
        self._made = Counter(campaigns=0, leads=0, email_accounts=0)
        if self._now < 0:
            raise StoryRefusedError(
                f"It would begin before 1970, because the clock stands at {iso(self._clock.now())}."
            )
        credit = lead_credit(world.session(workspace))
        if credit is not None and credit < story.leads:
            raise StoryRefusedError(f"It adds {story.leads} leads, but the workspace's lead_credit is {credit}.")

    async def tell(self) -> dict[str, int]:
        """From the beginning to the moment, and the mode, in which the clock was found."""
        self._world.set_clock(self._workspace, self._clock.set_to("frozen", self._now))
        people = await asyncio.to_thread(people_of, self._workspace.seed)
        for scene in self._story.scenes:
            await self._play(scene, people)
        if self._story.begins.milliseconds:
            await self._pass_to(self._clock.now())
        self._check_still_there()
        self._world.set_clock(self._workspace, replace(self._clock, moved=self._workspace.clock.moved))
        return {**self._made, **self._events()}

    def _events(self) -> dict[str, int]:
        sql = "SELECT type, count(*) FROM event WHERE workspace_id = ? GROUP BY type ORDER BY type"
        found = self._world.database.writer.execute(sql, (self._workspace.id,)).fetchall()
        return {NAMES.get(kind, kind.lower()): count for kind, count in found}

    async def _play(self, scene: Scene, people: People) -> None:
        match scene:
            case Passing():
                await self._pass_to(self._now + scene.after.milliseconds)
            case Recipients():
                self._check_still_there()
                self._world.change_settings(
                    self._workspace, {"recipients": scene.recipients.model_dump(exclude_unset=True)}
                )
            case Mailboxes():
                await self._save_mailboxes(scene, people)
            case Campaign():
                await self._play_campaign(scene, people)
            case Call():
                async with self._transaction() as ctx:
                    self._call(ctx, scene.call, scene.body, **self._ids(ctx, scene))

    async def _pass_to(self, moment: int) -> None:
        self._check_still_there()
        try:
            await self._world.simulation.run_locked(self._workspace, moment)
        except ResetMeanwhileError:
            raise StoryRefusedError(_RESET) from None
        self._now = moment

    async def _save_mailboxes(self, scene: Mailboxes, people: People) -> None:
        ids = self._mailboxes.setdefault(scene.mailboxes, [])
        for part in _parts(range(scene.number), _MAILBOXES_AT_ONCE):
            async with self._transaction() as ctx:
                for number in part:
                    body = {**people.mailbox(self._made["email_accounts"], scene.domain), **scene.save}
                    with _naming(ctx, "email_account", scene.id, number):
                        ids.append(self._call(ctx, "save_email_account", body)["emailAccountId"])
                    self._made["email_accounts"] += 1

    async def _play_campaign(self, scene: Campaign, people: People) -> None:
        if scene.create is not None:
            async with self._transaction() as ctx:
                with _naming(ctx, "campaign", scene.id):
                    self._campaigns[scene.campaign] = self._call(ctx, "create_campaign", scene.create)["id"]
            self._made["campaigns"] += 1
        own = self._campaigns[scene.campaign]
        for operation_id, body in self._settings_of(scene):
            async with self._transaction() as ctx:
                self._call(ctx, operation_id, body, campaign_id=own)
        for group in scene.leads:
            await self._add_leads(group, people, own)
        for word in scene.status:
            async with self._transaction() as ctx:
                self._call(ctx, "update_campaign_status", {"status": word}, campaign_id=own)

    def _settings_of(self, scene: Campaign) -> Iterator[tuple[str, dict[str, Any]]]:
        if scene.schedule is not None:
            yield "update_campaign_schedule", scene.schedule
        if scene.settings is not None:
            yield "update_campaign_settings", scene.settings
        if scene.sequences is not None:
            yield "save_campaign_sequences", {"sequences": scene.sequences}
        if scene.mailboxes:
            ids = [account_id for group in scene.mailboxes for account_id in self._mailboxes[group]]
            yield "add_campaign_email_accounts", {"email_account_ids": ids}

    async def _add_leads(self, group: Leads, people: People, campaign_id: int) -> None:
        first = self._persons
        self._persons += group.people
        made_up = (people.lead(number, group.reacts) for number in range(first, self._persons))
        for number, part in enumerate(_parts(chain(group.given, made_up), _LEADS_AT_ONCE)):
            async with self._transaction() as ctx:
                with _naming(ctx, "lead", group.id, number * _LEADS_AT_ONCE):
                    answer = self._call(ctx, "add_leads_to_campaign", {"lead_list": part}, campaign_id=campaign_id)
            self._made["leads"] += answer["added_count"]

    def _ids(self, ctx: Context, scene: Call) -> dict[str, int]:
        ids = {}
        if scene.campaign is not None:
            ids["campaign_id"] = self._campaigns[scene.campaign]
        if scene.lead is not None:
            row = lead_by_email(ctx, normalised(scene.lead))
            if row is None:
                raise StoryBrokenError(f"{scene.call}: there is no lead {scene.lead}")
            ids["lead_id"] = row["id"]
        return ids

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Context]:
        """A unit of work, after which other requests have their turn."""
        self._check_still_there()
        world, workspace = self._world, self._workspace
        ctx = Context(
            workspace, world.contract.edition(_EDITION), world.session(workspace), self._now, publish=world.publish
        )  # fmt: skip
        with world.database.transaction():
            yield ctx
        world.written(ctx)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def _check_still_there(self) -> None:
        if self._world.workspaces.get(self._workspace.key) is not self._workspace:
            raise StoryRefusedError(_RESET)

    @staticmethod
    def _call(ctx: Context, operation_id: str, body: dict[str, Any], **ids: int) -> Any:
        """What the API answers to a body."""
        operation = ctx.edition.operations[operation_id]
        handler = operation.handler
        try:
            params = operation.read_parameters({name: str(value) for name, value in ids.items()}, {}, [])
            given = operation.read_body(body, {}, [])
            reply = handler.function(ctx, params, given) if handler.takes_body else handler.function(ctx, params)
        except (ApiError, InvalidRequestError) as error:
            raise StoryBrokenError(f"{operation_id}: {error}") from error
        return reply.payload


def _naming(ctx: Context, kind: str, first: int | None, number: int = 0) -> AbstractContextManager[None]:
    """Inside, the next id is the `number`-th from `first` on, if ids are named at all."""
    return nullcontext() if first is None else ctx.db.naming(kind, first + number)


def _parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part

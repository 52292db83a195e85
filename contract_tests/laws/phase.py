"""Laws between answers. On a mock they are tried on a story of the phase's own, elsewhere on what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from contract_tests.document import Api
from contract_tests.findings import Finding
from contract_tests.laws.bounces import bounces
from contract_tests.laws.conversations import conversations
from contract_tests.laws.figures import figures
from contract_tests.laws.filters import filters
from contract_tests.laws.limits import limits
from contract_tests.laws.mailboxes import mailboxes
from contract_tests.laws.mails import mails
from contract_tests.laws.many import many
from contract_tests.laws.paging import paging
from contract_tests.laws.protocol import protocol
from contract_tests.laws.reading import Reading
from contract_tests.laws.story import Story
from contract_tests.laws.views import views
from contract_tests.phases import Planned, World
from contract_tests.safety import Safety
from contract_tests.safety_table import RULES
from contract_tests.shape.director import Director, noted

#: part -> its laws; those of one part share a story, so what changes it stands apart from what only reads
_PARTS: Mapping[str, Sequence[Callable[[Reading], Iterator[Finding]]]] = {
    "reading": (paging, filters, views, conversations, mails, figures, protocol),
    "changing": (many, mailboxes, bounces),
    "limits": (limits,),
}


class Laws:
    """Calls that read, and what their answers must have to do with each other."""

    name = "laws"

    def parts(self, api: Api) -> Sequence[str]:
        """Kinds of laws."""
        return tuple(_PARTS)

    def plan(self, api: Api, safety: Safety, seed: int) -> Iterator[Planned]:
        """One line for each operation that reads."""
        for operation in api:
            if operation.id in RULES and RULES[operation.id].kind == "read":
                call = f"{operation.route.method} {operation.route.path} with pages and filters"
                yield Planned(operation.id, call, safety.class_refusal(operation.id))

    def run(self, world: World, part: str) -> Iterator[Finding]:
        """Tell the story where the world is the run's own, then look."""
        world.fresh()
        refused: list[Finding] = []
        reading = Reading(self.name, world)
        with noted(refused):
            if world.can_be_emptied:
                reading.director = Director.of(self.name, world)
                story = Story(reading.director)
                story.tell()
                reading.made = list(story.campaigns.values())
            for law in _PARTS[part]:
                yield from law(reading)
                yield from reading.taken()
        yield from refused

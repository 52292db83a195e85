"""Reads an account for the laws: answers are judged as they come, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.document import Operation
from contract_tests.errors import CannotJudgeError, RefusedBySafetyError
from contract_tests.exchange import NO_BODY, Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.shape.director import Director

#: answers that say that there is nothing to say
_SILENT = frozenset({401, 429, 502, 503, 504})
#: the most calls that fill one list
MOST_PAGES = 200
#: days that take in all that a story does
DAYS = {"start_date": "2026-02-23", "end_date": "2026-03-20"}
_DOCUMENTED_MOST = 100


@dataclass(slots=True)
class Reading:
    """Calls that only read, in the edition of the run."""

    phase: str
    world: World
    #: campaigns that are there, for editions that do not list them
    made: Sequence[int] = ()
    #: who told the story that is read, and may go on; None = the world is not ours
    director: Director | None = None
    #: what was found so far; the phase takes it out
    found: list[Finding] = field(default_factory=list)
    _kept: dict[str, Exchange | None] = field(default_factory=dict)

    def has(self, *operations: str) -> bool:
        """Whether the edition has them all."""
        return all(one in self.world.api for one in operations)

    def ask(
        self,
        name: str,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = NO_BODY,
    ) -> Exchange | None:
        """An answer that succeeded, once for each question; None = it did not, or may not be asked."""
        if name not in self.world.api:
            return None
        question = f"{name} {path} {query} {body}"
        if question not in self._kept:
            self._kept[question] = self._asked(name, path, query, body)
        return self._kept[question]

    def again(
        self,
        name: str,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = NO_BODY,
    ) -> Exchange | None:
        """As `ask`, without looking at what is kept; any status."""
        try:
            exchange = self.world.target.call(name, path=path, query=query, body=body)
        except RefusedBySafetyError as refusal:
            self.world.tally.refused[name] = refusal.reason
            return None
        if exchange.status in _SILENT:
            self.world.tally.unjudged[name] = self.world.tally.unjudged.get(name, 0) + 1
            if exchange.status == 401:
                raise CannotJudgeError("the key does not work any more")
            return None
        self.found += self.world.judged(self.phase, exchange)
        return exchange

    def _asked(self, name: str, path: Any, query: Any, body: Any) -> Exchange | None:
        exchange = self.again(name, path, query, body)
        return exchange if exchange is not None and exchange.status < 300 else None

    def json(self, name: str, path: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a success; None = there is none."""
        exchange = self.ask(name, path, query)
        return None if exchange is None else exchange.json

    def wrong(self, check: str, name: str, message: str, *exchanges: Exchange | None) -> None:
        """A law is broken."""
        story = tuple(one for one in exchanges if one is not None)
        self.found.append(Finding(self.phase, name, check, message, story[-1] if story else None, story))

    def held(self, check: str, name: str) -> None:
        """A law was looked at."""
        self.world.tally.note_check(check, name)

    def taken(self) -> Iterator[Finding]:
        """What was found since the last time."""
        found, self.found = self.found, []
        yield from found

    def operation(self, name: str) -> Operation:
        """An operation of the edition."""
        return self.world.api[name]

    # things that are there

    def campaigns(self) -> list[dict[str, Any]]:
        """The campaigns that lists show."""
        if not self.has("list_campaigns"):
            return [{"id": one} for one in self.made]
        return rows_of(self.json("list_campaigns")) or []

    def leads(self, campaign: Any) -> list[dict[str, Any]]:
        """All leads of a campaign, in one page where they fit."""
        return self.whole("list_leads_by_campaign", {"campaign_id": campaign})

    def statistics(self, campaign: Any) -> list[dict[str, Any]]:
        """All mails of a campaign."""
        return self.whole("get_campaign_statistics", {"campaign_id": campaign})

    def whole(
        self, name: str, path: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """All rows of a list with offset and limit in its query, in pages that are as big as may be."""
        if name not in self.world.api:
            return []
        names = {one.name: one for one in self.operation(name).parameters_in("query")}
        if not {"offset", "limit"} <= set(names):
            return rows_of(self.json(name, path, query)) or []
        schema = names["limit"].schema if isinstance(names["limit"].schema, dict) else {}
        size = int(schema.get("maximum") or schema.get("default") or _DOCUMENTED_MOST)
        rows: list[dict[str, Any]] = []
        for number in range(MOST_PAGES):
            page = rows_of(self.json(name, path, {**(query or {}), "offset": number * size, "limit": size}))
            rows += page or []
            if not page or len(page) < size:
                break
        return rows


def number(value: Any) -> int | None:
    """A count, whether it is written as a number or as text; None = it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None

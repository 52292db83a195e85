"""Lists of leads, the tags of lists and leads, and what is noted of leads, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contract_tests.machines.import_model import well_formed
from contract_tests.machines.lead_model import Person, stored


@dataclass(slots=True, eq=False)
class LeadList:
    """A list with its leads, in no order."""

    id: int
    name: str
    made_at: datetime
    members: set[Person] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the account, which mailboxes, leads and lists share."""

    id: int
    name: str
    color: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A note or a task on a lead's row in a campaign."""

    id: int
    person: Person
    map_id: int
    shown: Mapping[str, Any]


@dataclass(slots=True)
class ListImport:
    """What an import into a list may answer: a blocked address that is in the list, or repeats, counts either way."""

    total: int
    added: list[Mapping[str, Any]]
    refused: int
    least_blocked: int
    most_blocked: int

    @classmethod
    def of(cls, batch: Sequence[Mapping[str, Any]], members: set[str], blocked: set[str]) -> ListImport:
        """The figures for a batch; `members` and `blocked` are addresses."""
        found = cls(len(batch), [], 0, 0, 0)
        seen: set[str] = set()
        for lead in batch:
            email = stored(lead["email"])
            if not well_formed(email):
                continue
            is_double = email in seen or email in members
            seen.add(email)
            found.refused += is_double or email in blocked
            found.least_blocked += email in blocked and not is_double
            found.most_blocked += email in blocked
            if not is_double and email not in blocked:
                found.added.append(lead)
        return found

    def difference(self, figures: Mapping[str, int]) -> str:
        """Why an answer is none of those; empty = it is one."""
        if figures["total_leads"] != self.total or figures["imported"] != len(self.added):
            return f"{self.total} leads of which {len(self.added)} are new became {dict(figures)}"
        if figures["duplicates"] + figures["blocked"] != self.refused:
            return f"{self.refused} leads that are left out became {dict(figures)}"
        is_right = self.least_blocked <= figures["blocked"] <= self.most_blocked
        return "" if is_right else f"{self.least_blocked} to {self.most_blocked} blocked ones became {dict(figures)}"

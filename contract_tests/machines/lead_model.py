"""What an account holds of leads, in plain Python: people, their rows in campaigns, and the block list.

Where the documents leave open what a call does to a row, the row holds every state that they allow until a view shows
which one it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STATUSES = ("STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED")
RUNNING = frozenset({"STARTED", "INPROGRESS"})
#: the plain members of a lead beside its address
TEXTS = (
    "first_name", "last_name", "phone_number", "company_name", "website", "location", "linkedin_profile", "company_url",
)  # fmt: skip
#: the account's own categories (S1)
CATEGORIES: Mapping[int, str] = {
    1: "Interested", 2: "Meeting Request", 3: "Not Interested", 4: "Do Not Contact", 5: "Information Request",
    6: "Out Of Office", 7: "Wrong Person",
}  # fmt: skip
#: words of S3 that are a category
WORD_OF_CATEGORY: Mapping[int | None, str] = {1: "INTERESTED", 3: "NOT_INTERESTED", 4: "DO_NOT_CONTACT"}
#: the words of S3:137-145
OUTCOMES = (
    "NOT_CONTACTED", "IN_PROGRESS", "COMPLETED", *WORD_OF_CATEGORY.values(), "BOUNCED", "UNSUBSCRIBED",
)  # fmt: skip


def stored(address: str) -> str:
    """Addresses are compared and kept without blanks around them and in lower case."""
    return address.strip().lower()


@dataclass(slots=True, eq=False)
class Person:
    """A lead of the account, which all campaigns share."""

    email: str
    made_at: datetime
    texts: dict[str, str | None]
    custom: dict[str, Any]
    #: None = open, until a view shows it
    unsubscribed: bool | None = False
    #: an import may refuse it, says one page of R
    perhaps_refused: bool = False
    id: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any], now: datetime) -> Person:
        """The lead that an import makes; a phone number is kept as text."""
        texts = {name: given.get(name) for name in TEXTS}
        if texts["phone_number"] is not None:
            texts["phone_number"] = str(texts["phone_number"])
        return cls(stored(given["email"]), now, texts, dict(given.get("custom_fields") or {}))

    def shown(self) -> dict[str, Any]:
        """Its members in any view."""
        known = {} if self.unsubscribed is None else {"is_unsubscribed": self.unsubscribed}
        texts = {"email": self.email, **self.texts, "custom_fields": self.custom}
        return {**texts, **known, "unsubscribed_client_id_map": None}


@dataclass(slots=True, eq=False)
class Row:
    """A lead in a campaign."""

    person: Person
    added_at: datetime
    status: frozenset[str] = frozenset({"STARTED"})
    category: frozenset[int | None] = frozenset({None})
    #: from this campaign, or from everything while it was here; None = open
    unsubscribed: bool | None = False
    map_id: int | None = None

    def is_surely(self, *statuses: str) -> bool:
        """Whether its status is one of these."""
        return self.status <= frozenset(statuses)

    def may_become(self, status: str) -> None:
        """Either stays as it is, or gets this status."""
        self.status |= {status}

    def becomes(self, status: str) -> None:
        """Has this status from now on."""
        self.status = frozenset({status})

    def pause(self) -> None:
        """Who still gets mails is paused; what it does to others, no document says."""
        if self.is_surely("STARTED", "INPROGRESS", "PAUSED"):
            self.becomes("PAUSED")
        else:
            self.may_become("PAUSED")

    def block(self) -> None:
        """An entry of the block list hits it (S1, S4); whether it hits those who get no more mails, is open."""
        if self.is_surely("STARTED", "INPROGRESS", "PAUSED", "BLOCKED"):
            self.becomes("BLOCKED")
        else:
            self.may_become("BLOCKED")

    def outcomes(self) -> set[str]:
        """The words of S3 that it may show (S3:137-145)."""
        marks = {True, False} if self.unsubscribed is None else {self.unsubscribed}
        return {_outcome(status, one, mark) for status in self.status for one in self.category for mark in marks}

    def deliveries(self) -> set[str]:
        """The words of S2 that it may show when nothing was mailed (S2:109)."""
        if self.unsubscribed is not False:
            return {"unsubscribed", "queued", "bounced", "replied", "sent"}
        words = {"BLOCKED": "bounced", "STOPPED": "replied", "INPROGRESS": "sent", "COMPLETED": "sent"}
        return {words.get(status, "queued") for status in self.status}


def _outcome(status: str, category: int | None, unsubscribed: bool) -> str:
    if unsubscribed:
        return "UNSUBSCRIBED"
    if status == "BLOCKED":
        return "BOUNCED"
    if category in WORD_OF_CATEGORY:
        return WORD_OF_CATEGORY[category]
    return {"STARTED": "NOT_CONTACTED", "COMPLETED": "COMPLETED"}.get(status, "IN_PROGRESS")


@dataclass(slots=True, eq=False)
class Place:
    """A campaign with its rows, by address."""

    id: int
    name: str
    client: int | None = None
    client_email: str | None = None
    first_step: int | None = None
    rows: dict[str, Row] = field(default_factory=dict)

    def in_order(self) -> list[Row]:
        """Its rows by map id."""
        return sorted(self.rows.values(), key=lambda row: row.map_id or 0)


@dataclass(slots=True, eq=False)
class Entry:
    """An address or a domain of the block list, of the account or of one client."""

    value: str
    client: int | None
    source: str
    made_at: datetime
    id: int | None = None

    def binds(self, place: Place) -> bool:
        """Whether it is for a campaign."""
        return self.client in (None, place.client)

    def hits(self, email: str, *, subdomains: bool) -> bool:
        """Whether it is the address, its domain, or where those count a domain above it; whole labels only."""
        domain = email.rpartition("@")[2]
        return self.value in (email, domain) or (subdomains and domain.endswith(f".{self.value}"))


@dataclass(slots=True)
class Account:
    """All that imports and the block list work on."""

    places: list[Place] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    #: addresses whose lead unsubscribed from everything and is deleted (S1:1595)
    left: set[str] = field(default_factory=set)
    #: the bounce list that all accounts share
    bounced: frozenset[str] = frozenset()
    #: whether a domain's entry hits the addresses of its subdomains; None = not seen yet
    subdomains: bool | None = None

    def rows(self) -> Iterator[tuple[Place, Row]]:
        """All rows."""
        for place in self.places:
            for row in place.rows.values():
                yield place, row

    def rows_of(self, person: Person) -> list[tuple[Place, Row]]:
        """The rows of one lead."""
        return [(place, row) for place, row in self.rows() if row.person is person]

    def blocks(self, email: str, place: Place) -> set[bool]:
        """Whether an entry keeps an address out of a campaign; both where the documents leave it open."""
        readings = [True, False] if self.subdomains is None else [self.subdomains]
        mine = [entry for entry in self.entries if entry.binds(place)]
        return {any(entry.hits(email, subdomains=one) for entry in mine) for one in readings}

    def list_entry(self, entry: Entry, *, is_new: bool) -> None:
        """Rows that an entry hits are BLOCKED from now on. One that is listed already may hit or not."""
        if is_new:
            self.entries.append(entry)
        for place, row in self.rows():
            if entry.binds(place):
                if is_new and entry.hits(row.person.email, subdomains=self.subdomains is True):
                    row.block()
                elif entry.hits(row.person.email, subdomains=self.subdomains is not False):
                    row.may_become("BLOCKED")

    def forget(self, person: Person) -> None:
        """The lead is gone with all its rows; that it unsubscribed from everything outlives it."""
        for place in self.places:
            place.rows.pop(person.email, None)
        self.people.pop(person.email, None)
        if person.unsubscribed is not False:
            self.left.add(person.email)

    def rename(self, person: Person, email: str) -> None:
        """The lead has another address, in all its campaigns."""
        for place, row in self.rows_of(person):
            place.rows = {(email if one is row else key): one for key, one in place.rows.items()}
        del self.people[person.email]
        person.email = email
        self.people[email] = person

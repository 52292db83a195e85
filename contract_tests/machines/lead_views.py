"""How the API shows leads: every view is read and held against the model, and so against every other view."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis.stateful import invariant

from contract_tests.exchange import NO_BODY, Exchange
from contract_tests.machines.base import SUCCESS, Machine
from contract_tests.machines.lead_model import CATEGORIES, Account, Person, Place, Row
from contract_tests.phases import MOMENT

#: an id that nothing has
UNKNOWN = 2_999_999_999
PAGE = 100
#: the columns of S1:1179-1198; the newer documents have more, in another order
_S1_COLUMNS = (
    "id", "campaign_lead_map_id", "status", "created_at", "first_name", "last_name", "email", "phone_number",
    "company_name", "website", "location", "custom_fields", "linkedin_profile", "company_url", "is_unsubscribed",
    "last_email_sequence_sent", "is_interested", "open_count", "click_count", "reply_count",
)  # fmt: skip
_STATS: Mapping[str, str] = {
    "notStarted": "STARTED", "inprogress": "INPROGRESS", "completed": "COMPLETED", "paused": "PAUSED",
    "stopped": "STOPPED", "blocked": "BLOCKED",
}  # fmt: skip
_MOMENTS = ("created_at", "updated_at", "lead_added_at", "due_date")


def moment(text: Any) -> Any:
    """A time stamp as a moment; anything else as it is."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return text
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class LeadViews(Machine):
    """A machine that knows how leads are shown."""

    def begin(self) -> None:
        """An empty account."""
        self.account = Account()
        self.now: datetime = moment(MOMENT)
        self.turns = 0
        #: kind and id of what is gone
        self.spent: set[tuple[str, int | None]] = set()
        self.gone: list[Person] = []

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        """After every step: the rows of all campaigns, and one of the other views."""
        if self.is_over:
            return
        with self._ending():
            self.check()
            self.turns += 1

    def check(self) -> None:
        """All rows, then one view more, by turns."""
        for place in self.account.places:
            self.check_rows(place)
        if self.edition.lead_status_words != "canonical":
            self.check_rows(self.place_of_turn(), edition="default")
        views = (
            self.check_by_email, self.check_account_list, self.check_export, self.check_by_id,
            self.check_block_list, self.check_figures, self.check_cursor_list, self.check_campaigns,
        )  # fmt: skip
        views[self.turns % len(views)]()

    def look(self, operation_id: str, *, ok: Any = SUCCESS, **arguments: Any) -> Exchange:
        """A read; where the edition has no such view, as the mock shows it in `default`."""
        return self.call(operation_id, ok=ok, edition=None if self.has(operation_id) else "default", **arguments)

    def set_up(self, operation_id: str, body: Any = NO_BODY, **arguments: Any) -> Exchange:
        """A call that prepares a story, in the edition where it can say so."""
        edition = None if self.has(operation_id) else "default"
        return self.call(operation_id, body=body, edition=edition, **arguments)

    def view(self) -> Any:
        """All leads with their campaigns, and the block list; the rows are held against the model in any case."""
        return [self.look("list_all_leads").json, self.look("list_global_block_list").json]

    # ------------------------------------------------------------------------------------------ rows of a campaign

    def listed(
        self, place: Place, edition: str | None = None, **query: Any
    ) -> tuple[list[dict[str, Any]], Exchange]:  # fmt: skip
        """One page of a campaign's rows, flat, with its frame held against the query."""
        name, path = "list_leads_by_campaign", {"campaign_id": place.id}
        exchange = (
            self.call(name, path=path, query=query, edition=edition)
            if edition
            else self.look(name, path=path, query=query)
        )
        page = exchange.json
        if "leads" in page:
            return [_flat(row) for row in page["leads"]], exchange
        frame = {"offset": query.get("offset", 0), "limit": query.get("limit", PAGE)}
        self.same({name: page[name] for name in frame}, frame, "the frame of the page", exchange)
        rows = [_flat(row) for row in page["data"]]
        total = int(page["total_leads"])
        self.hold(len(rows) <= min(frame["limit"], total), f"{len(rows)} rows of {total}", exchange)
        return rows, exchange

    def check_rows(self, place: Place, edition: str | None = None) -> None:
        """The list of a campaign shows exactly the rows of the model, by map id."""
        shown, exchange = self.listed(place, edition)
        words = "canonical" if edition or not self.has("list_leads_by_campaign") else self.edition.lead_status_words
        self.same(sorted(row["email"] for row in shown), sorted(place.rows), f"leads of {place.name}", exchange)
        for one in shown:
            self._hold_row(place.rows[one["email"]], one, words, exchange)
        maps = [one["campaign_lead_map_id"] for one in shown if "campaign_lead_map_id" in one]
        self.same(maps, sorted(set(maps)), "the order of the rows", exchange)
        if "total_leads" in exchange.json:
            self.same(int(exchange.json["total_leads"]), len(place.rows), "total_leads", exchange)

    def _hold_row(self, row: Row, shown: Mapping[str, Any], words: str, exchange: Exchange) -> None:
        """A row is what the model has of it; what the model left open is closed."""
        person = row.person
        person.id = self._id("lead", person.id, shown["id"], exchange)
        if "campaign_lead_map_id" in shown:
            row.map_id = self._id("row", row.map_id, shown["campaign_lead_map_id"], exchange)
        may = {"canonical": set(row.status), "outcome": row.outcomes(), "delivery": row.deliveries()}[words]
        self.hold(shown["status"] in may, f"{person.email} is {shown['status']}, not {_words(may)}", exchange)
        if words == "canonical":
            row.status = frozenset({shown["status"]})
        if "lead_category_id" in shown:
            found = shown["lead_category_id"]
            self.hold(
                found in row.category, f"{person.email} has category {found}, not {_words(row.category)}", exchange
            )
            row.category = frozenset({found})
        if person.unsubscribed is None and "is_unsubscribed" in shown:
            person.unsubscribed = shown["is_unsubscribed"]
        self.alike(shown, {**person.shown(), "created_at": row.added_at}, f"row of {person.email}", exchange)

    def _id(self, kind: str, known: int | None, shown: Any, exchange: Exchange) -> int:
        """An id stays what it is, and a new one was never another's."""
        found = int(shown)
        if known is None:
            self.hold((kind, found) not in self.spent, f"id {found} belonged to a deleted {kind}", exchange)
        else:
            self.same(found, known, f"the id of the {kind}", exchange)
        return found

    def alike(self, shown: Mapping[str, Any], expected: Mapping[str, Any], what: str, exchange: Exchange) -> None:
        """The members that both have are equal; ids are compared by value, time stamps as moments."""
        known = {name: value for name, value in expected.items() if name in shown}
        self.same({name: _comparable(name, shown[name]) for name in known}, known, what, exchange)

    # ------------------------------------------------------------------------------------------- leads of the account

    def turn(self) -> Person | None:
        """The person whose turn it is."""
        people = list(self.account.people.values())
        return people[self.turns // 8 % len(people)] if people else None

    def check_by_email(self) -> None:
        """A lead by its address, with its campaigns; nothing for an address that nobody has any more."""
        person = self.turn()
        if person is not None:
            exchange = self.look("get_lead_by_email", query={"email": person.email})
            self.hold(isinstance(exchange.json, dict) and exchange.json, f"{person.email} is not found", exchange)
            self._hold_person(person, exchange.json, exchange)
            rows = {place.id: (place, row) for place, row in self.account.rows_of(person)}
            shown = exchange.json.get("lead_campaign_data")
            if shown is not None:
                self.same(sorted(one["campaign_id"] for one in shown), sorted(rows), "its campaigns", exchange)
                for one in shown:
                    self._hold_campaign_of_lead(*rows[one["campaign_id"]], one, exchange)
        if self.gone:
            self.check_gone(self.gone[self.turns // 8 % len(self.gone)])

    def _hold_campaign_of_lead(self, place: Place, row: Row, shown: Mapping[str, Any], exchange: Exchange) -> None:
        map_id = shown.get("campaign_lead_map_id", shown.get("email_lead_map_id"))
        row.map_id = self._id("row", row.map_id, map_id, exchange)
        never = dict.fromkeys(("last_sent_at", "last_reply_at", "last_activity_at", "latest_sent_time"))
        expected = {
            "campaign_name": place.name, "client_id": place.client, "client_email": place.client_email,
            "campaign_status": "DRAFTED", "lead_added_at": row.added_at, "lead_last_seq_number": None, **never,
            **_closed(row),
        }  # fmt: skip
        self.alike(shown, expected, f"{row.person.email} in {place.name}", exchange)

    def _hold_person(self, person: Person, shown: Mapping[str, Any], exchange: Exchange) -> None:
        person.id = self._id("lead", person.id, shown["id"], exchange)
        self.alike(shown, {**person.shown(), "created_at": person.made_at}, person.email, exchange)

    def check_gone(self, person: Person) -> None:
        """Nobody finds a lead that was deleted by the address that it had, unless somebody else has it."""
        if person.email not in self.account.people:
            exchange = self.look("get_lead_by_email", query={"email": person.email}, ok=(200, 404))
            self.hold(exchange.json == {} or exchange.status == 404, f"{person.email} is still there", exchange)
        if person.id is not None and self.has("get_lead_by_id"):
            exchange = self.look("get_lead_by_id", path={"lead_id": person.id}, ok=(200, 404))
            self.hold(exchange.status == 404 or not exchange.json["data"], f"lead {person.id} is still there", exchange)

    def check_by_id(self) -> None:
        """A lead by its id."""
        person = self.turn()
        if person is not None and person.id is not None:
            exchange = self.look("get_lead_by_id", path={"lead_id": person.id})
            self.same(len(exchange.json["data"]), 1, "leads with the id", exchange)
            self._hold_person(person, exchange.json["data"][0], exchange)

    def check_account_list(self) -> None:
        """All leads of the account, each with all its campaigns."""
        exchange = self.look("list_all_leads", query={"limit": PAGE})
        page = exchange.json
        self.same((page["skip"], page["limit"], page["hasMore"]), (0, PAGE, False), "the frame", exchange)
        self.hold_people(page["data"], exchange)
        for one in page["data"]:
            rows = {place.id: (place, row) for place, row in self.account.rows_of(self.account.people[one["email"]])}
            self.same(sorted(part["campaign_id"] for part in one["campaigns"]), sorted(rows), "campaigns", exchange)
            for part in one["campaigns"]:
                self._hold_campaign_of_lead(*rows[part["campaign_id"]], part, exchange)

    def hold_people(self, shown: list[dict[str, Any]], exchange: Exchange) -> None:
        """These are all leads, each once."""
        self.same(sorted(one["email"] for one in shown), sorted(self.account.people), "leads", exchange)
        for one in shown:
            self._hold_person(self.account.people[one["email"]], one, exchange)

    def check_cursor_list(self) -> None:
        """All leads of the account, by id."""
        exchange = self.look("list_all_leads_v2", query={"limit": 1000})
        shown = exchange.json["data"]["leads"]
        self.hold_people(shown, exchange)
        ids = [int(one["id"]) for one in shown]
        self.same(ids, sorted(ids), "the order of the ids", exchange)

    def check_campaigns(self) -> None:
        """The campaigns of a lead, in both forms."""
        person = self.turn()
        if person is None or person.id is None:
            return
        rows = {place.id: (place, row) for place, row in self.account.rows_of(person)}
        exchange = self.look("list_campaigns_of_lead", path={"lead_id": person.id})
        expected = [{"id": key, "name": place.name, "status": "DRAFTED"} for key, (place, _) in sorted(rows.items())]
        self.same(sorted(exchange.json, key=lambda one: one["id"]), expected, "campaigns of the lead", exchange)
        exchange = self.look("get_lead_campaign_overview", path={"lead_id": person.id})
        shown = exchange.json["data"]
        self.same(sorted(one["campaign_id"] for one in shown), sorted(rows), "campaigns of the lead", exchange)
        nothing = dict.fromkeys(
            ("current_sequence_number", "sent_count", "open_count", "click_count", "reply_count"), 0
        )
        for one in shown:
            self._hold_campaign_of_lead(*rows[one["campaign_id"]], one, exchange)
            self.alike(one, nothing, "figures of a lead that nobody mailed", exchange)

    # ------------------------------------------------------------------------------------------- export and figures

    def place_of_turn(self) -> Place:
        """The campaign whose turn it is."""
        return self.account.places[self.turns // 8 % len(self.account.places)]

    def check_export(self) -> None:
        """The export has every row once, with all columns."""
        place = self.place_of_turn()
        exchange = self.look("export_campaign_leads_csv", path={"campaign_id": place.id})
        table = list(csv.reader(io.StringIO(exchange.text)))
        self.hold(table, "there is no header", exchange)
        columns = table[0]
        if self.edition.name == "help-center":
            self.same(columns, list(_S1_COLUMNS), "the columns", exchange)
        missing = sorted(set(_S1_COLUMNS) - set(columns))
        self.hold(not missing, f"there is no column {missing}", exchange)
        self.hold(all(len(line) == len(columns) for line in table), "a line has other columns", exchange)
        shown = [dict(zip(columns, line, strict=True)) for line in table[1:]]
        self.same(sorted(one["email"] for one in shown), sorted(place.rows), f"leads of {place.name}", exchange)
        for one in shown:
            self.alike(_typed(one), _exported(place.rows[one["email"]]), f"line of {one['email']}", exchange)

    def check_figures(self) -> None:
        """The figures of a campaign count its rows by status."""
        place = self.place_of_turn()
        exchange = self.look("get_campaign_analytics", path={"campaign_id": place.id})
        self.hold_stats(place, exchange.json.get("campaign_lead_stats"), exchange)
        if self.edition.name == "api-guide":
            exchange = self.look("list_campaigns")
            for one in exchange.json:
                for place in (place for place in self.account.places if place.id == one["id"]):
                    self.hold_stats(place, one["campaign_lead_stats"], exchange)

    def hold_stats(self, place: Place, stats: Mapping[str, Any] | None, exchange: Exchange) -> None:
        """The counts of a campaign's leads, as far as the states of all rows are known."""
        rows = list(place.rows.values())
        if stats is None or any(len(row.status) > 1 or len(row.category) > 1 for row in rows):
            return
        expected = {name: sum(row.is_surely(word) for row in rows) for name, word in _STATS.items()}
        interested = sum(1 in row.category for row in rows)
        self.alike(stats, {"total": len(rows), "interested": interested, **expected}, "lead counts", exchange)

    # ------------------------------------------------------------------------------------------------- block list

    def check_block_list(self) -> None:
        """The block list has the model's entries, each once."""
        exchange = self.look("list_global_block_list", query={"limit": 1000})
        self.hold_entries(exchange.json, self.account.entries, exchange)

    def hold_entries(self, shown: list[dict[str, Any]], expected: list[Any], exchange: Exchange) -> None:
        """These are the entries, in whatever order."""
        known = {(entry.value, entry.client): entry for entry in expected}
        keys = [(one["email_or_domain"], one["client_id"]) for one in shown]
        self.same(sorted(keys, key=str), sorted(known, key=str), "entries", exchange)
        for one in shown:
            entry = known[one["email_or_domain"], one["client_id"]]
            entry.id = self._id("entry", entry.id, one["id"], exchange)
            self.alike(one, {"created_at": entry.made_at, "source": entry.source}, entry.value, exchange)


def _closed(row: Row) -> dict[str, Any]:
    """Status and category, where they are known."""
    status, category = tuple(row.status), tuple(row.category)
    known: dict[str, Any] = {"lead_status": status[0]} if len(status) == 1 else {}
    return known | ({"lead_category_id": category[0]} if len(category) == 1 else {})


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the members of its lead beside its own."""
    return {**{name: value for name, value in row.items() if name != "lead"}, **row.get("lead", {})}


def _comparable(name: str, value: Any) -> Any:
    return moment(value) if name in _MOMENTS else value


def _words(values: Any) -> str:
    return " or ".join(sorted(map(str, values)))


def _typed(line: Mapping[str, str]) -> dict[str, Any]:
    """The texts of an exported line as values; custom fields are JSON (S1:1190)."""
    try:
        custom = json.loads(line["custom_fields"] or "{}")
    except ValueError:
        custom = line["custom_fields"]
    return {**line, "custom_fields": custom}


def _exported(row: Row) -> dict[str, Any]:
    """A row as the export shows it."""
    person, closed = row.person, _closed(row)
    texts = {name: value or "" for name, value in {"email": person.email, **person.texts}.items()}
    nothing = {"open_count": "0", "click_count": "0", "reply_count": "0", "last_email_sequence_sent": ""}
    expected: dict[str, Any] = {
        **texts, **nothing, "id": str(person.id), "custom_fields": person.custom, "created_at": row.added_at,
        "unsubscribed_client_id_map": "",
    }  # fmt: skip
    if row.map_id is not None:
        expected["campaign_lead_map_id"] = str(row.map_id)
    if person.unsubscribed is not None:
        expected["is_unsubscribed"] = str(person.unsubscribed).lower()
    if "lead_status" in closed:
        expected["status"] = closed["lead_status"]
    category = closed.get("lead_category_id", "open")
    if category != "open":
        expected["category"] = CATEGORIES.get(category, "")
    if category in (None, 1):
        expected["is_interested"] = str(category == 1).lower()
    return expected

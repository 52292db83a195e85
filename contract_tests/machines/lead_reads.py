"""Stories of reading leads: pages, filters, and what must stay out of reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from contract_tests.errors import RefusedBySafetyError
from contract_tests.invariants import unseen
from contract_tests.machines.base import REFUSALS, action
from contract_tests.machines.documented import query_names
from contract_tests.machines.lead_imports import PLACE, ImportStories
from contract_tests.machines.lead_model import OUTCOMES, STATUSES, Entry, Person, Place, Row
from contract_tests.machines.lead_views import PAGE, UNKNOWN

NUMBER = st.integers(0, 11)
_OFFSET, _LIMIT = st.sampled_from((0, 0, 1, 2, 50)), st.sampled_from((100, 1, 2, 3))
#: operations on a lead in a campaign -> a body that they take
_ON_ROWS: Mapping[str, Any] = {
    "pause_lead_in_campaign": None, "resume_lead_in_campaign": {}, "unsubscribe_lead_from_campaign": None,
    "update_lead_category_in_campaign": {"category_id": 1}, "delete_lead_from_campaign": None,
    "patch_lead_status": {"status": "COMPLETED"}, "mark_lead_complete": None, "update_lead": {"first_name": "Nobody"},
}  # fmt: skip
_READS = (
    "list_leads_by_campaign", "list_all_leads", "get_lead_by_email", "list_global_block_list", "list_all_leads_v2",
    "export_campaign_leads_csv", "get_campaign_analytics", "list_campaigns",
)  # fmt: skip
#: filters on a campaign's rows -> whether a row passes; None = open
_Test = Callable[[Row], "bool | None"]
_Value = TypeVar("_Value", str, int)


class ReadStories(ImportStories):
    """Reading as clients do, and reaching where they must not."""

    def begin(self) -> None:
        """Nobody else has done anything yet."""
        super().begin()
        self.foreign_campaign: int | None = None
        self.has_acted_elsewhere = False

    def row(self, number: int) -> tuple[Place, Row]:
        """One of the rows."""
        rows = list(self.account.rows())
        return rows[number % len(rows)]

    def path(self, place: Place, row: Row) -> dict[str, Any]:
        """The ids of a row's lead in its campaign."""
        return {"campaign_id": place.id, "lead_id": row.person.id}

    def has_rows(self) -> bool:
        """Whether anybody is in a campaign."""
        return any(True for _ in self.account.rows())

    @action(
        "list_leads_by_campaign", where=PLACE, offset=_OFFSET, limit=_LIMIT, number=NUMBER, is_combined=st.booleans()
    )
    def read_page(self, where: int, offset: int, limit: int, number: int, is_combined: bool) -> None:
        """A page is its part of the whole list; filters combine, and the total counts what passes them (R)."""
        place = self.account.places[where]
        filters = self._filters(place, number)
        names = sorted(filters)
        self._read_page(place, {}, offset, limit)
        if is_combined and len(names) > 1:
            first = names[number % len(names)]
            second = names[(number + 1 + number % 3) % len(names)]
            self._read_page(place, {name: filters[name] for name in (first, second)}, offset, limit)
        else:
            for name in names:
                self._read_page(place, {name: filters[name]}, 0, PAGE)

    def _read_page(self, place: Place, filters: Mapping[str, tuple[Any, _Test]], offset: int, limit: int) -> None:
        """One page under filters, as far as it is known what passes them."""
        has_ids = all(row.map_id for row in place.rows.values())
        rows = place.in_order() if has_ids else self._as_listed(place)
        passed = [_all(test(row) for _, test in filters.values()) for row in rows]
        if None in passed:
            return
        query = {name: value for name, (value, _) in filters.items()}
        found = [row.person.email for row, is_in in zip(rows, passed, strict=True) if is_in]
        shown, exchange = self.listed(place, offset=offset, limit=limit, **query)
        self.same([one["email"] for one in shown], found[offset : offset + limit], f"the page under {query}", exchange)
        if "total_leads" in exchange.json:
            self.same(int(exchange.json["total_leads"]), len(found), f"total_leads under {query}", exchange)

    def _as_listed(self, place: Place) -> list[Row]:
        """The rows in the order of a list that shows no ids of rows."""
        return [place.rows[one["email"]] for one in self.listed(place)[0]]

    def _filters(self, place: Place, number: int) -> dict[str, tuple[Any, _Test]]:
        """The filters that the edition has, with a value and what passes."""
        rows = place.in_order()
        after = rows[number % len(rows)].added_at if rows else self.now
        category = _telling([min(row.category, key=str) or 0 for row in rows], (1, 2, 3, 4), number)
        if self.edition.lead_status_words == "outcome":
            word = _telling([min(row.outcomes()) for row in rows], OUTCOMES, number)
            status: tuple[Any, _Test] = word, lambda row: _is(row.outcomes(), word)
        else:
            canonical = _telling([min(row.status) for row in rows], STATUSES, number)
            status = canonical, lambda row: _is(row.status, canonical)
        filters: dict[str, tuple[Any, _Test]] = {
            "status": status,
            "lead_category_id": (category, lambda row: _is(row.category, category)),
            "emailStatus": (
                ("is_unsubscribed", lambda row: row.unsubscribed)
                if number % 3
                else (("is_opened", "is_replied", "is_clicked", "not_replied")[number // 3 % 4], lambda row: False)
            ),
            "created_at_gt": (_iso(after), lambda row: row.added_at > after),
            "last_sent_time_gt": (_iso(after - timedelta(days=9)), lambda row: False),
            "event_time_gt": (_iso(after - timedelta(days=9)), lambda row: False),
        }
        known = query_names(self.world.api, "list_leads_by_campaign")
        return {name: value for name, value in filters.items() if name in known}

    @action("list_all_leads", "list_global_block_list", when=has_rows, number=NUMBER, offset=_OFFSET, limit=_LIMIT)
    def read_account(self, number: int, offset: int, limit: int) -> None:
        """Pages of all leads and of the block list fit together; a filter finds its leads and no others."""
        people = list(self.account.people.values())
        person = people[number % len(people)]
        whole = self.call("list_all_leads", query={"limit": PAGE}).json["data"]
        exchange = self.call("list_all_leads", query={"limit": limit, "offset": offset})
        page = exchange.json
        ids = [one["id"] for one in whole]
        self.same([one["id"] for one in page["data"]], ids[offset : offset + limit], "the page", exchange)
        frame = (offset, limit, len(ids) > offset + limit)
        self.same((page["skip"], page["limit"], page["hasMore"]), frame, "the frame", exchange)
        exchange = self.call("list_all_leads", query={"email": person.email})
        self.same([one["email"] for one in exchange.json["data"]], [person.email], "leads", exchange)
        day = self.now - timedelta(days=number % 4)
        self._read_created_after(datetime.combine(day.date(), time(), day.tzinfo))
        if self.has("list_all_leads_v2"):
            for one in range(7):
                self._read_by_cursor(people, number, one, limit if one == number % 7 else PAGE)
        self._read_block_list(number, offset, limit)

    def _read_created_after(self, day: datetime) -> None:
        """Whether leads of the day itself are after it, no document says."""
        exchange = self.call("list_all_leads", query={"created_at_gt": day.date().isoformat(), "limit": PAGE})
        shown = {one["email"] for one in exchange.json["data"]}
        people = self.account.people.values()
        later = {one.email for one in people if one.made_at >= day + timedelta(days=1)}
        same_day = {one.email for one in people if day <= one.made_at < day + timedelta(days=1)}
        self.hold(shown in (later, later | same_day), f"leads after {day:%F} are {sorted(shown)}", exchange)

    def _read_by_cursor(self, people: Sequence[Person], number: int, kind: int, limit: int) -> None:
        """Leads above an id, by id; conditions on a row hold for one row together."""
        place = self.account.places[number % 3]
        status = _telling([min(row.status) for row in place.rows.values()], STATUSES, number)
        known = [one for one in people if one.id is not None]
        if len(known) < len(people):
            return
        after = sorted(one.id or 0 for one in known)[number % len(known)]
        rows = self.account.rows_of
        queries: list[tuple[dict[str, Any], Callable[[Person], bool | None]]] = [
            ({"lastSeenLeadId": after}, lambda one: (one.id or 0) > after),
            ({"campaignId": place.id}, lambda one: one.email in place.rows),
            ({"status": status}, lambda one: _any(_is(row.status, status) for _, row in rows(one))),
            (
                {"campaignId": place.id, "status": status},
                lambda one: _any(_is(row.status, status) for at, row in rows(one) if at is place),
            ),
            ({"leadEmail": known[number % len(known)].email}, lambda one: one is known[number % len(known)]),
            ({"clientId": place.client or UNKNOWN}, lambda one: any(at.client == place.client for at, _ in rows(one))),
            ({"leadType": "active"}, lambda one: False),
        ]  # fmt: skip
        query, test = queries[kind]
        if "clientId" in query and place.client is None:
            return
        passed = {one.id: test(one) for one in known}
        if None in passed.values():
            return
        exchange = self.call("list_all_leads_v2", query={**query, "limit": limit})
        shown = [int(one["id"]) for one in exchange.json["data"]["leads"]]
        expected = sorted(one or 0 for one, is_in in passed.items() if is_in)
        self.same(shown, expected[:limit], f"leads under {query}", exchange)

    def _read_block_list(self, number: int, offset: int, limit: int) -> None:
        """Pages of the entries fit together; filters find an owner's entries, a part of a text, an address."""
        entries = self.account.entries
        if not entries:
            return
        entry = entries[number % len(entries)]
        whole = self.call("list_global_block_list", query={"limit": 1000}).json
        exchange = self.call("list_global_block_list", query={"limit": limit, "offset": offset})
        self.same(exchange.json, whole[offset : offset + limit], "the page", exchange)
        if entry.client is not None:
            self._read_entries({"filter_client_id": entry.client}, lambda one: one.client == entry.client)
        part = entry.value[1:5]
        self._read_entries({"filter_email_or_domain": part}, lambda one: part in one.value)
        if "@" in entry.value:
            pair = {entry.value, entry.value.partition("@")[2]}
            self._read_entries({"filter_email_with_domain": entry.value}, lambda one: one.value in pair)

    def _read_entries(self, query: Mapping[str, Any], test: Callable[[Entry], bool]) -> None:
        exchange = self.call("list_global_block_list", query=query)
        self.hold_entries(exchange.json, [one for one in self.account.entries if test(one)], exchange)

    # ------------------------------------------------------------------------------------------------- borders

    @action("add_leads_to_campaign", when=has_rows, number=NUMBER, which=st.integers(0, 7), how=st.integers(0, 3))
    def reach_past(self, number: int, which: int, how: int) -> None:
        """A lead is reached through its own campaigns only, and by its own id."""
        place, row = self.row(number)
        names = [one for one in _ON_ROWS if self.has(one)]
        if not names:
            return
        name = names[which % len(names)]
        others = [one for one in self.account.places if row.person.email not in one.rows]
        path: dict[str, Any] = {**self.path(place, row), "lead_map_id": row.map_id}
        if how == 0 and others:
            path["campaign_id"] = others[0].id
        elif how == 1 and self.gone:
            path |= {"lead_id": self.gone[-1].id, "lead_map_id": UNKNOWN}
        else:
            path |= {"lead_id": UNKNOWN if how < 3 else 0, "lead_map_id": UNKNOWN}
        key = "lead_map_id" if name == "mark_lead_complete" else "lead_id"
        body = _ON_ROWS[name]
        if name == "update_lead":
            body = {"email": row.person.email, **body}
        self.refused(
            name, path={"campaign_id": path["campaign_id"], key: path[key]}, **({} if body is None else {"body": body}),
            ok=(*REFUSALS, 500) if name == "resume_lead_in_campaign" else REFUSALS,
        )  # fmt: skip

    @action("add_leads_to_campaign", when=has_rows, number=NUMBER, which=st.integers(0, 15))
    def come_with_another_key(self, number: int, which: int) -> None:
        """Another key neither sees nor changes anything, and what it does in its own world changes nothing here."""
        foreign = self.world.foreign
        if foreign is None:
            return
        place, row = self.row(number)
        if which >= 12 or self.has_acted_elsewhere:
            self._act_elsewhere(place, row)
            return
        names = [one for one in _READS if self.has(one)]
        name = names[which % len(names)]
        if name == "get_lead_by_email":
            found = self.call(name, query={"email": row.person.email}, by=foreign, ok=(200, 404))
            self.hold(found.status == 404 or found.json == {}, "another key finds the lead", found)
        else:
            parameters = {one.name for one in self.world.api[name].parameters_in("path")}
            unseen(self, name, path={"campaign_id": place.id} if parameters else None)

    def _act_elsewhere(self, place: Place, row: Row) -> None:
        """Another key has the same addresses in a campaign of its own, and blocks one of them."""
        foreign, users = self.world.foreign, [{"email": email} for email in self.users()[:2]]
        self.has_acted_elsewhere = True
        try:
            if self.foreign_campaign is None:
                edition = None if self.has("create_campaign") else "default"
                made = self.call("create_campaign", body={"name": "foreign"}, by=foreign, edition=edition)
                self.foreign_campaign = made.json["id"]
            if self.foreign_campaign != place.id:
                path = {"campaign_id": place.id}
                self.call("add_leads_to_campaign", path=path, body={"lead_list": users}, by=foreign, ok=REFUSALS)
            path = {"campaign_id": self.foreign_campaign}
            self.call("add_leads_to_campaign", path=path, body={"lead_list": users}, by=foreign)
            body = {"domain_block_list": [row.person.email], "client_id": None}
            self.call("add_to_global_block_list", body=body, by=foreign, edition="default")
        except RefusedBySafetyError:
            return


def _telling(own: Sequence[_Value], all_values: Sequence[_Value], number: int) -> _Value:
    """A value that not all rows have, so that a filter which is dropped shows."""
    several = sorted(set(own) & set(all_values), key=str)
    choice = several if several and len(set(own)) > 1 else [one for one in all_values if one not in own]
    return choice[number % len(choice)]


def _is(states: Any, wanted: Any) -> bool | None:
    """Whether the state is the one; None = it may be."""
    return None if wanted in states and len(states) > 1 else wanted in states


def _all(answers: Any) -> bool | None:
    """Whether all tests pass; None = that is open."""
    found = list(answers)
    return False if False in found else None if None in found else True


def _any(answers: Any) -> bool | None:
    """Whether one row passes; None = that is open."""
    found = list(answers)
    return True if True in found else None if None in found else False


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")

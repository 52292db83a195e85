"""How the API shows lead lists, their leads and tags, and what is noted of leads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.machines.lead_list_model import LeadList, Remark, Tag
from contract_tests.machines.lead_model import Entry, Person, Place, Row, stored
from contract_tests.machines.lead_views import LeadViews, moment

_USERS = ("ann", "ben+label", "cleo", "dan", "eve", "fay", "gus")
#: whom the block list names from the beginning
_BLOCKED = ("ivy", "ian")
_COLORS = ("#FF0000", "#00FF7f", "#0000ff")


class LeadListViews(LeadViews):
    """A machine that knows how lists are shown."""

    def begin(self) -> None:
        """Three lists, two campaigns, three tags, and two addresses that are blocked."""
        super().begin()
        self.lists: list[LeadList] = []
        self.tagged: dict[Person, dict[int, int | None]] = {}
        self.remarks: dict[str, list[Remark]] = {"note": [], "task": []}
        #: who was in a campaign once
        self.enrolled: set[Person] = set()
        self.tags = [self._new_tag(color) for color in _COLORS]
        for _ in range(3):
            self.make_list("")
        for _ in range(2):
            name = self.new_name("campaign")
            made = self.set_up("create_campaign", {"name": name})
            self.account.places.append(Place(made.json["id"], name))
        blocked = [self.address(user, "one") for user in _BLOCKED]
        self.set_up("add_to_global_block_list", {"domain_block_list": blocked})
        self.account.entries += [Entry(email, None, "manual", self.now) for email in blocked]

    def _new_tag(self, color: str) -> Tag:
        name = self.new_name("tag")
        return Tag(
            self.set_up("create_email_account_tag", {"name": name, "color": color}).json["data"]["id"], name, color
        )

    def make_list(self, ending: str) -> None:
        """A new list, which is empty."""
        name = self.new_name("list") + ending
        exchange = self.call("create_lead_list", body={"listName": name})
        data = exchange.json["data"]
        made = LeadList(self._id("list", None, data["id"], exchange), name, self.now)
        expected = {"list_name": name, "created_at": self.now, "updated_at": self.now}
        self.alike(data, expected, "the new list", exchange)
        self.lists.append(made)

    # --------------------------------------------------------------------------------------------------- people

    def users(self) -> list[str]:
        """The addresses that come and go."""
        return [self.address(user, "one") for user in (*_USERS, *_BLOCKED)]

    def list_at(self, number: int) -> LeadList:
        """One of the lists."""
        return self.lists[number % len(self.lists)]

    def people_at(self, number: int) -> Person:
        """One of the leads."""
        people = list(self.account.people.values())
        return people[number % len(people)]

    def known(self, who: list[int]) -> list[Person]:
        """Those of the users whom the account knows."""
        emails = [self.users()[one] for one in dict.fromkeys(who)]
        return [self.account.people[email] for email in emails if email in self.account.people]

    def everybody(self) -> set[Person]:
        """All leads."""
        return set(self.account.people.values())

    def has_people(self) -> bool:
        """Whether the account has any lead."""
        return bool(self.account.people)

    def has_rows(self) -> bool:
        """Whether anybody is in a campaign."""
        return any(True for _ in self.account.rows())

    def is_blocked(self, email: str) -> bool:
        """Whether the block list names an address."""
        return any(entry.value == email for entry in self.account.entries)

    def person_of(self, lead: Mapping[str, Any]) -> Person:
        """The lead of an address; one that the account knows keeps its record."""
        return self.account.people.setdefault(stored(lead["email"]), Person.of(lead, self.now))

    def enrol(self, place: Place, person: Person) -> None:
        """A lead comes into a campaign."""
        place.rows[person.email] = Row(person, self.now)
        self.enrolled.add(person)

    def withdraw(self, place: Place, leads: set[Person]) -> None:
        """Rows leave a campaign."""
        for person in leads:
            row = place.rows.pop(person.email, None)
            if row is not None:
                self.spent.add(("row", row.map_id))

    def forget(self, person: Person) -> None:
        """A lead is deleted."""
        for place in self.account.places:
            self.withdraw(place, {person})
        for one in self.lists:
            one.members.discard(person)
        self.tagged.pop(person, None)
        self.account.forget(person)
        self.spent.add(("lead", person.id))
        self.gone.append(person)

    def pass_time(self, hours: int) -> None:
        """The clock moves on."""
        self.control("POST", "/clock/advance", {"hours": hours})
        self.now += timedelta(hours=hours)

    def remember(self, row: Row, exchange: Exchange, kind: str, shown: Mapping[str, Any]) -> None:
        """A note or a task was made."""
        (made,) = exchange.json["data"][kind]
        self.same(moment(made["created_at"]), self.now, "created_at", exchange)
        expected = {**shown, "created_at": self.now, "email_lead_map_id": row.map_id}
        if "due_date" in expected:
            expected["due_date"] = moment(expected["due_date"])
        self.remarks[kind].append(Remark(int(made["id"]), row.person, row.map_id or 0, expected))

    # ---------------------------------------------------------------------------------------------------- views

    def view(self) -> Any:
        """Leads with their campaigns, and all lists."""
        return [super().view(), self.call("list_lead_lists", query={"limit": 1000}).json]

    def check(self) -> None:
        """All lists with their counts, the members of one, and whatever is due of the other views."""
        self.check_all_people()
        super().check()
        self.hold_lists(
            self.call("list_lead_lists", query={"limit": 1000}),
            sorted(self.lists, key=lambda one: one.id),
            len(self.lists),
        )
        chosen = self.list_at(self.turns)
        self.check_members(chosen)
        views = (self.check_single, self.check_tags, self.check_remarks)
        views[self.turns % len(views)](chosen)

    def check_all_people(self) -> None:
        """The ids of new leads, some of which are in lists alone."""
        if any(person.id is None for person in self.account.people.values()):
            self.check_cursor_list()

    def hold_lists(self, exchange: Exchange, expected: list[LeadList], total: int) -> None:
        """A page of lists, by id, with counts that fit the members."""
        data = exchange.json["data"]
        self.same(data["totalCount"], total, "totalCount", exchange)
        self.same([one["id"] for one in data["lists"]], [one.id for one in expected], "lists", exchange)
        for shown, one in zip(data["lists"], expected, strict=True):
            self._hold_list(one, shown, exchange)

    def _hold_list(self, one: LeadList, shown: Mapping[str, Any], exchange: Exchange) -> None:
        expected = {
            "id": one.id, "list_name": one.name, "leads_count": len(one.members), "active_leads_count": 0,
            "created_at": one.made_at,
        }  # fmt: skip
        self.alike(shown, expected, one.name, exchange)
        changed = moment(shown["updated_at"])
        self.hold(one.made_at <= changed <= self.now, f"{one.name} changed at {changed}", exchange)
        if "tags" in shown:
            tags = [{"tag_id": tag.id, "tag_name": tag.name, "tag_color": tag.color} for tag in self.tags]
            mine = [tag for tag in tags if tag["tag_id"] in one.tags]
            found = sorted(shown["tags"], key=lambda tag: int(tag["tag_id"]))
            self.same(found, mine, f"tags of {one.name}", exchange)

    def check_members(self, one: LeadList) -> None:
        """The leads of a list, as the account-wide list filters them."""
        exchange = self.look("list_all_leads_v2", query={"listId": one.id, "limit": 1000})
        shown = exchange.json["data"]["leads"]
        emails = sorted(person.email for person in one.members)
        self.same(sorted(lead["email"] for lead in shown), emails, f"leads of {one.name}", exchange)
        for lead in shown:
            self._hold_person(self.account.people[lead["email"]], lead, exchange)

    def check_kinds(self) -> None:
        """Leads that were in a campaign, and leads that never were."""
        for kind in ("yet_to_use", "previously_active", "active"):
            exchange = self.look("list_all_leads_v2", query={"leadType": kind, "limit": 1000})
            free = [one for one in self.everybody() if not self.account.rows_of(one)]
            right = {"yet_to_use": False, "previously_active": True}.get(kind)
            expected = sorted(one.email for one in free if (one in self.enrolled) is right)
            shown = sorted(one["email"] for one in exchange.json["data"]["leads"])
            self.same(shown, expected if right is not None else [], f"leads that are {kind}", exchange)

    def check_single(self, one: LeadList) -> None:
        """A list alone is what it is in the page."""
        exchange = self.call("get_lead_list", path={"lead_list_id": one.id})
        self.hold(exchange.json.get("data"), f"{one.name} is not found", exchange)
        self._hold_list(one, exchange.json["data"], exchange)

    def check_tags(self, _: LeadList) -> None:
        """The tags of one lead, and all tags."""
        if self.has("list_lead_tags"):
            exchange = self.call("list_lead_tags")
            shown = {(one["tag_id"], one["name"], one["color"].lower()) for one in exchange.json["data"]}
            expected = {(tag.id, tag.name, tag.color.lower()) for tag in self.tags}
            self.hold(shown == expected, f"the account's tags are {sorted(shown)}", exchange)
            if person := self.turn():
                self.check_tags_of(person)

    def check_tags_of(self, person: Person) -> None:
        """A lead's tags, each with the id of its mapping."""
        if person.id is None:
            return
        exchange = self.look("list_lead_tags", query={"leadId": person.id})
        mine = self.tagged.setdefault(person, {})
        self.same(sorted(one["tag_id"] for one in exchange.json["data"]), sorted(mine), "tags of the lead", exchange)
        for one in exchange.json["data"]:
            tag = next(tag for tag in self.tags if tag.id == one["tag_id"])
            self.same((one["name"], one["color"].lower()), (tag.name, tag.color.lower()), "the tag", exchange)
            mine[tag.id] = self._id("mapping", mine[tag.id], one["id"], exchange)

    def check_remarks(self, _: LeadList) -> None:
        """The notes and tasks of one lead after the other."""
        self.check_remarks_of(self.turn())

    def check_remarks_of(self, person: Person | None) -> None:
        """Those of a row that is gone may be gone."""
        if person is None or person.id is None or not self.has("list_lead_notes", "list_lead_tasks"):
            return
        maps = {row.map_id for _, row in self.account.rows_of(person)}
        for kind, operation in (("note", "list_lead_notes"), ("task", "list_lead_tasks")):
            exchange = self.call(operation, path={"lead_id": person.id})
            known = {one.id: one for one in self.remarks[kind] if one.person is person}
            shown = {one["id"]: one for one in exchange.json["data"]}
            sure = {one.id for one in known.values() if one.map_id in maps}
            self.hold(sure <= set(shown) <= set(known), f"the {kind}s are {sorted(shown)}", exchange)
            for key, one in shown.items():
                self.alike(one, known[key].shown, f"the {kind}", exchange)

"""Stories of lead lists: leads come and go between lists and campaigns, and every count fits its members."""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st

from contract_tests.exchange import Exchange
from contract_tests.invariants import gone
from contract_tests.machines.base import REFUSALS, action
from contract_tests.machines.lead_imports import FIELDS, SPELLINGS
from contract_tests.machines.lead_list_model import LeadList, ListImport
from contract_tests.machines.lead_list_views import LeadListViews
from contract_tests.machines.lead_model import Person, Place, stored
from contract_tests.machines.lead_views import UNKNOWN

_WHO = st.lists(st.integers(0, 8), min_size=1, max_size=4)
_LEAD = st.tuples(st.integers(0, 9), st.integers(0, len(SPELLINGS) - 1), st.just({}) | FIELDS)
_LIST, _PLACE = st.integers(0, 5), st.integers(0, 1)
_ACTION = st.sampled_from(("copy", "move"))
_TAGS = st.lists(st.integers(0, 2), max_size=2, unique=True)
_NAMES = st.sampled_from(("", " Zoë's 🦊", ' "quoted", and so on', "%_"))


class LeadListStories(LeadListViews):
    """A few lists and two campaigns between which people are copied and moved."""

    family = "lead_lists"
    needs: ClassVar = ("create_lead_list", "list_lead_lists", "get_lead_list", "import_leads_to_list")
    needs_mock = True

    def begin(self) -> None:
        """Some are in a list, one of them in spite of the block list; some in a campaign, one in both."""
        super().begin()
        self._put_into(self.lists[0], [{"email": self.users()[-1]}], True)
        self._put_into(self.lists[0], [{"email": email} for email in self.users()[:3]], None)
        self._put_into_campaign(self.account.places[0], self.users()[2:4])

    @action(
        "import_leads_to_list", which=_LIST, drawn=st.lists(_LEAD, min_size=1, max_size=5),
        flag=st.none() | st.booleans(), with_blocked=st.booleans(),
    )  # fmt: skip
    def import_to_list(
        self, which: int, drawn: list[tuple[int, int, dict[str, Any]]], flag: bool | None, with_blocked: bool
    ) -> None:  # fmt: skip
        """Leads come into a list without a campaign; a known address keeps its record."""
        users = self.users()
        batch = [
            {"email": SPELLINGS[spelling](users[who]) if who < len(users) else "no address", **fields}
            for who, spelling, fields in drawn
        ]
        more = [{"email": email} for email in users[-2:]] if with_blocked else []
        self._put_into(self.list_at(which), [*batch, *more], flag)

    def _put_into(self, target: LeadList, batch: list[dict[str, Any]], flag: bool | None) -> None:
        """The figures count what is new, what is there already, and what the block list keeps out."""
        emails = {stored(lead["email"]) for lead in batch}
        blocked = set() if flag else {email for email in emails if self.is_blocked(email)}
        members = {one.email for one in target.members}
        expected = ListImport.of(batch, members, blocked)
        body: dict[str, Any] = {"leadList": batch, "fileName": "leads.csv"}
        if flag is not None:
            body["csvSettings"] = {"ignoreGlobalBlockList": flag}
        exchange = self.call("import_leads_to_list", path={"lead_list_id": target.id}, body=body)
        difference = expected.difference(exchange.json["data"])
        self.hold(not difference, difference, exchange)
        for lead in expected.added:
            target.members.add(self.person_of(lead))
        self.check_members(target)

    @action("add_leads_to_campaign", where=_PLACE, who=_WHO)
    def import_to_campaign(self, where: int, who: list[int]) -> None:
        """Leads come into a campaign, and are in no list by that."""
        self._put_into_campaign(self.account.places[where], [self.users()[one] for one in dict.fromkeys(who)])

    def _put_into_campaign(self, place: Place, emails: list[str]) -> None:
        """The import adds who is not there yet."""
        body = {"lead_list": [{"email": email} for email in emails]}
        exchange = self.call("add_leads_to_campaign", path={"campaign_id": place.id}, body=body)
        new = [email for email in emails if email not in place.rows and not self.is_blocked(email)]
        self.same(exchange.json["total_leads"], len(new), "total_leads", exchange)
        for email in new:
            self.enrol(place, self.person_of({"email": email}))

    # --------------------------------------------------------------------------------------------------- pushes

    @action(
        "push_leads_to_campaign", where=_PLACE, source=st.none() | _LIST, who=st.none() | _WHO, how=_ACTION,
        flag=st.none() | st.booleans(),
    )  # fmt: skip
    def push_to_campaign(
        self, where: int, source: int | None, who: list[int] | None, how: str, flag: bool | None
    ) -> None:  # fmt: skip
        """Under the checks of an import; `move` takes those that are in the campaign then out of their list (R)."""
        place, origin = self.account.places[where], None if source is None else self.list_at(source)
        named = self.known(who or [])
        chosen: dict[str, Any] = {} if origin is None else {"listId": origin.id}
        chosen |= {"leadIds": [person.id for person in named]} if named else {}
        leads = set(named or self.account.people.values()) & (origin.members if origin else self.everybody())
        body: dict[str, Any] = {"campaignId": place.id, "action": how, "leadList": chosen or {"allLeads": True}}
        if flag is not None:
            body["csvSettings"] = {"ignoreGlobalBlockList": flag}
        exchange = self.call("push_leads_to_campaign", body=body)
        new = [one for one in leads if one.email not in place.rows and (flag or not self.is_blocked(one.email))]
        data = {"campaign_id": place.id, "total_leads": len(new)}
        self.same(exchange.json["data"], data, "what was pushed", exchange)
        for person in new:
            self.enrol(place, person)
        if how == "move":
            arrived = {one for one in leads if one.email in place.rows}
            self.leave([origin] if origin else self.lists, arrived)

    @action("push_leads_between_lists", source=_LIST, who=st.none() | _WHO, onto=_LIST, how=_ACTION)
    def push_between(self, source: int, who: list[int] | None, onto: int, how: str) -> None:
        """All leads of a list, or those that are named, which then leave every other list (R)."""
        origin, target = self.list_at(source), self.list_at(onto)
        named = self.known(who or [])
        if not named and origin is target:
            target = next(one for one in self.lists if one is not origin)
        leads = set(named) if named else set(origin.members)
        which = {"leadIds": [person.id for person in named]} if named else {"fromListId": origin.id}
        body = {"action": how, "toListId": target.id, **which}
        exchange = self.call("push_leads_between_lists", body=body)
        self.same(exchange.json["data"], {"total_leads_moved": len(leads)}, "what was pushed", exchange)
        if how == "move":
            self.leave([one for one in self.lists if one is not target] if named else [origin], leads)
        target.members |= leads

    def leave(self, lists: list[LeadList], leads: set[Person]) -> None:
        """Leads are in these lists no more."""
        for one in lists:
            one.members -= leads

    @action("push_leads_to_list", onto=_LIST, who=st.none() | _WHO, how=st.none() | _ACTION)
    def push_to_list(self, onto: int, who: list[int] | None, how: str | None) -> None:
        """Unless they are copied, the leads leave all their campaigns, and the account keeps them (CLI)."""
        target, named = self.list_at(onto), self.known(who or [])
        leads = set(named) if named else self.everybody()
        which = {"leadIds": [person.id for person in named]} if named else {"allLeads": True}
        body = {"listId": target.id, **which, **({} if how is None else {"action": how})}
        self.call("push_leads_to_list", body=body)
        target.members |= leads
        if how != "copy":
            for place in self.account.places:
                self.withdraw(place, leads)

    @action("push_campaign_leads_to_list", where=_PLACE, onto=_LIST, who=st.none() | _WHO)
    def push_from_campaign(self, where: int, onto: int, who: list[int] | None) -> None:
        """Rows leave a campaign; other campaigns keep theirs (CLI)."""
        place, target = self.account.places[where], self.list_at(onto)
        rows = [place.rows[one.email] for one in self.known(who or []) if one.email in place.rows]
        if who is not None and not rows:
            rows = place.in_order()[:1]
        named: dict[str, Any] = {"leadMapIds": [row.map_id for row in rows]} if rows else {"allLeads": True}
        leads = {row.person for row in rows or place.rows.values()}
        self.call("push_campaign_leads_to_list", body={"campaignId": place.id, "listId": target.id, **named})
        target.members |= leads
        self.withdraw(place, leads)

    @action("push_leads_to_campaign", which=_LIST, how=st.integers(0, 9))
    def push_refused(self, which: int, how: int) -> None:
        """A push that says too little, too much, or names what is not there, moves nobody."""
        there, place = self.list_at(which), self.account.places[0]
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("push_leads_to_campaign", {"action": "copy", "leadList": {"listId": there.id}}),
            ("push_leads_to_campaign", {"campaignId": UNKNOWN, "action": "move", "leadList": {"listId": there.id}}),
            ("push_leads_to_campaign", {"campaignId": place.id, "action": "steal", "leadList": {"listId": there.id}}),
            ("push_leads_to_campaign", {"campaignId": place.id, "action": "move", "leadList": {"listId": UNKNOWN}}),
            ("push_leads_between_lists", {"action": "move", "toListId": there.id}),
            ("push_leads_between_lists", {"action": "move", "fromListId": there.id, "toListId": UNKNOWN}),
            ("push_leads_between_lists", {"action": "move", "fromListId": UNKNOWN, "toListId": there.id}),
            ("push_leads_between_lists", {"action": "move", "leadIds": [], "toListId": there.id}),
            ("push_leads_to_list", {"listId": UNKNOWN, "allLeads": True}),
            ("push_campaign_leads_to_list", {"campaignId": place.id, "listId": UNKNOWN, "allLeads": True}),
        ]
        known = [one for one in wrong if self.has(one[0])]
        operation, body = known[how % len(known)]
        self.refused(operation, body=body, ok=REFUSALS)

    # -------------------------------------------------------------------------------------------- ends of leads

    @action("delete_lead_from_campaign", when=lambda self: self.has_people(), number=_LIST, is_everywhere=st.booleans())
    def delete_lead(self, number: int, is_everywhere: bool) -> None:
        """A deleted lead is in no list and in no campaign, and has neither tags nor notes."""
        person = self.people_at(number)
        rows = self.account.rows_of(person)
        if is_everywhere and self.has("delete_lead_globally"):
            self.call("delete_lead_globally", path={"lead_id": person.id})
            self.forget(person)
            gone(self, "lead", person.id or 0, {})
        elif rows:
            place, _ = rows[0]
            self.call("delete_lead_from_campaign", path={"campaign_id": place.id, "lead_id": person.id})
            self.withdraw(place, {person})
            if len(rows) == 1:
                self.end(person)

    def end(self, person: Person) -> None:
        """Whether a lead that leaves its last campaign goes although a list has it, no document says."""
        found = self.look("get_lead_by_email", query={"email": person.email}, ok=(200, 404))
        if found.status == 404 or found.json == {}:
            self.forget(person)

    # ------------------------------------------------------------------------------------------- tags and notes

    @action("assign_tags_to_lead_lists", which=_LIST, other=_LIST, put=_TAGS, take=_TAGS)
    def tag_lists(self, which: int, other: int, put: list[int], take: list[int]) -> None:
        """Adds and removes in one call."""
        lists = [self.list_at(which), self.list_at(other)]
        new = [self.tags[one].id for one in put]
        old = [self.tags[one].id for one in take if one not in put]
        body = {"listIds": sorted({one.id for one in lists}), "tagIds": new, "removeTagIds": old}
        body = {name: ids for name, ids in body.items() if ids}
        if not new and not old:
            self.refused("assign_tags_to_lead_lists", body=body)
            return
        self.call("assign_tags_to_lead_lists", body=body)
        for one in lists:
            one.tags = (one.tags | set(new)) - set(old)

    @action("add_tags_to_lead", "remove_tag_from_lead", "list_lead_tags", when=lambda self: self.has_people(),
            number=_LIST, put=_TAGS, is_off=st.booleans())  # fmt: skip
    def tag_lead(self, number: int, put: list[int], is_off: bool) -> None:
        """Tags are put on a lead by their id, and taken off it by the id of the mapping (R)."""
        tagged = [one for one, mine in self.tagged.items() if mine]
        if is_off and tagged:
            self._take_tag(tagged[number % len(tagged)])
        else:
            self._put_tags(self.people_at(number), {self.tags[one].id for one in put or [number % 3]})

    def _put_tags(self, person: Person, ids: set[int]) -> None:
        mine = self.tagged.setdefault(person, {})
        exchange = self.call("add_tags_to_lead", body={"leadId": person.id, "tagIds": sorted(ids)})
        shown = {one["tag_id"] for one in exchange.json["data"]}
        self.hold(ids - set(mine) <= shown <= ids, f"the new tags are {sorted(shown)}", exchange)
        self.hold(all(one["lead_id"] == person.id for one in exchange.json["data"]), "another lead's", exchange)
        mine |= {tag_id: mine.get(tag_id) for tag_id in ids}
        self.check_tags_of(person)

    def _take_tag(self, person: Person) -> None:
        self.check_tags_of(person)
        mine = self.tagged[person]
        mapping = mine.pop(min(mine))
        self.call("remove_tag_from_lead", path={"tag_mapping_id": mapping})
        self.spent.add(("mapping", mapping))
        self.check_tags_of(person)
        self.refused("remove_tag_from_lead", path={"tag_mapping_id": mapping})

    @action("create_lead_note", "create_lead_task", when=lambda self: self.has_rows(), number=_LIST,
            text=st.sampled_from(("Call", "Zoë 🦊", "two\nlines")), priority=st.sampled_from((None, "LOW", "HIGH")),
            is_task=st.booleans())  # fmt: skip
    def note(self, number: int, text: str, priority: str | None, is_task: bool) -> None:
        """A note or a task on a lead's row in a campaign."""
        rows = list(self.account.rows())
        _, row = rows[number % len(rows)]
        if is_task:
            body = {"name": text, "description": "d", "due_date": "2026-04-01T09:00:00.000Z"}
            body |= {"priority": priority} if priority else {}
            exchange = self.call("create_lead_task", body={"email_lead_map_id": row.map_id, **body})
            self.remember(row, exchange, "task", {**body, "priority": priority or "MEDIUM"})
        else:
            exchange = self.call("create_lead_note", body={"email_lead_map_id": row.map_id, "note_message": text})
            self.remember(row, exchange, "note", {"note": text})
        self.check_remarks_of(row.person)

    @action(
        "update_lead_list", "delete_lead_list", which=_LIST, ending=_NAMES,
        how=st.sampled_from(("new", "name", "delete")),
    )  # fmt: skip
    def change_list(self, which: int, ending: str, how: str) -> None:
        """A list is made, renamed or deleted; its leads stay where they else are (OAS)."""
        chosen = self.list_at(which)
        path = {"lead_list_id": chosen.id}
        if how == "delete" and len(self.lists) > 2:
            self.call("delete_lead_list", path=path)
            self.lists.remove(chosen)
            self.spent.add(("list", chosen.id))
            gone(self, "lead_list", chosen.id, {})
            self.refused("update_lead_list", path=path, body={"listName": self.new_name("back again")})
            self.refused("delete_lead_list", path=path)
        elif how == "new" and len(self.lists) < 6:
            self.make_list(ending)
        else:
            chosen.name = self.new_name("list") + ending
            exchange = self.call("update_lead_list", path=path, body={"listName": chosen.name})
            expected = {"id": chosen.id, "list_name": chosen.name, "updated_at": self.now}
            self.alike(exchange.json["data"], expected, "the list", exchange)

    # --------------------------------------------------------------------------------------------------- reading

    @action(
        number=_LIST, offset=st.integers(0, 3), limit=st.sampled_from((1, 2, 1000)), hours=st.sampled_from((0, 0, 5)),
    )  # fmt: skip
    def read_lists(self, number: int, offset: int, limit: int, hours: int) -> None:
        """Pages by id; filters by a part of the name and by tags; the total counts what passes."""
        if hours:
            self.pass_time(hours)
        part = self.list_at(number).name[-4:]
        picked = {self.tags[number % 3].id, self.tags[0].id}
        named, tagged = {"listName": part}, {"tagIds": ",".join(map(str, sorted(picked)))}
        for query in ({}, named, tagged, named | tagged):
            passed = [
                one
                for one in self.lists
                if ("listName" not in query or part in one.name) and ("tagIds" not in query or one.tags & picked)
            ]
            page = sorted(passed, key=lambda one: one.id)[offset : offset + limit]
            exchange = self.call("list_lead_lists", query={**query, "offset": offset, "limit": limit})
            self.hold_lists(exchange, page, len(passed))
        self.check_kinds()

    @action("get_lead_list", which=_LIST, how=st.integers(0, 3))
    def reach_past(self, which: int, how: int) -> None:
        """What is not there is not changed; another key sees nothing."""
        body = {"leadList": [{"email": self.users()[0]}], "fileName": "f"}
        if how == 0:
            self.refused("import_leads_to_list", path={"lead_list_id": UNKNOWN}, body=body)
        elif how == 1:
            self.refused("import_leads_to_list", path={"lead_list_id": self.list_at(which).id}, body={"leadList": []})
        elif how == 2:
            self.refused("create_lead_list", body={"listName": ""})
        elif self.world.foreign is not None:
            path = {"lead_list_id": self.list_at(which).id}
            self._come_with_another_key(path)

    def _come_with_another_key(self, path: dict[str, Any]) -> None:
        foreign = self.world.foreign
        shown: Exchange = self.call("list_lead_lists", by=foreign)
        self.same(shown.json["data"]["lists"], [], "lists of another key", shown)
        self.refused("update_lead_list", path=path, body={"listName": self.new_name("theirs")}, by=foreign)
        self.refused("delete_lead_list", path=path, by=foreign)

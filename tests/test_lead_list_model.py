"""Lists, campaigns and tags are sets: random calls, held against the simplest model of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.conftest import Api
from tests.machines import Machine, run
from tests.store import defects

EMAILS = tuple(f"{name}@one.example" for name in ("ann", "ben", "cleo", "dan"))
Holder = tuple[str, int]

some = st.lists(st.sampled_from(EMAILS), min_size=1, max_size=4)
number = st.integers(0, 2)
action = st.sampled_from(("copy", "move"))


class Lists(Machine):
    """Three lists, two campaigns and a mailbox, in which four people come and go and three tags are put."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.ids: dict[str, int] = {}
        self.lists: dict[int, set[str]] = {}
        self.campaigns: dict[int, set[str]] = {api.campaign(): set() for _ in range(2)}
        self.account = api.account()
        self.tags = [self.call("POST", "/tags", {"name": f"tag {n}"})["data"]["id"] for n in range(3)]
        self.tagged: dict[Holder, set[int]] = defaultdict(set)

    @initialize()
    def three_lists(self) -> None:
        for _ in range(3):
            self.add_list()

    def add_list(self) -> None:
        self.lists[self.call("POST", "/lead-list/", {"listName": "l"})["data"]["id"]] = set()

    def list_at(self, position: int) -> int:
        return sorted(self.lists)[position]

    def campaign_at(self, position: int) -> int:
        return sorted(self.campaigns)[position % 2]

    def known(self, emails: list[str]) -> list[str]:
        return [email for email in dict.fromkeys(emails) if email in self.ids]

    def learn(self, emails: list[str]) -> None:
        self.ids |= {email: self.api.lead_id(email) for email in emails if email not in self.ids}

    def forget(self, email: str) -> None:
        self.tagged.pop(("lead", self.ids.pop(email)), None)
        for members in (*self.lists.values(), *self.campaigns.values()):
            members.discard(email)

    def holder(self, kind: str, position: int) -> Holder | None:
        """Something that exists, of one kind."""
        if kind == "lead":
            leads = sorted(self.ids.values())
            return ("lead", leads[position % len(leads)]) if leads else None
        places = {"campaign": self.campaign_at(position), "list": self.list_at(position), "account": self.account}
        return kind, places[kind]

    @rule(place=number, emails=some)
    def import_to_list(self, place: int, emails: list[str]) -> None:
        list_id = self.list_at(place)
        body = {"leadList": [{"email": email} for email in emails], "fileName": "f"}
        new = set(emails) - self.lists[list_id]
        figures = {"total_leads": len(emails), "imported": len(new), "duplicates": len(emails) - len(new), "blocked": 0}
        assert self.call("POST", f"/lead-list/{list_id}/import", body)["data"] == figures
        self.lists[list_id] |= new
        self.learn(emails)

    @rule(place=number, emails=some)
    def add_to_campaign(self, place: int, emails: list[str]) -> None:
        campaign_id = self.campaign_at(place)
        body = {"lead_list": [{"email": email} for email in emails]}
        new = set(emails) - self.campaigns[campaign_id]
        assert self.call("POST", f"/campaigns/{campaign_id}/leads", body)["total_leads"] == len(new)
        self.campaigns[campaign_id] |= new
        self.learn(emails)

    @rule(place=number, source=st.none() | number, emails=st.none() | some, action=action)
    def push_to_campaign(self, place: int, source: int | None, emails: list[str] | None, action: str) -> None:
        campaign_id, named = self.campaign_at(place), self.known(emails or [])
        chosen: dict[str, Any] = {} if source is None else {"listId": self.list_at(source)}
        chosen |= {"leadIds": [self.ids[email] for email in named]} if named else {}
        chosen = chosen or {"allLeads": True}
        leads = set(named or self.ids)
        if source is not None:
            leads &= self.lists[self.list_at(source)]
        body = {"campaignId": campaign_id, "action": action, "leadList": chosen}
        new = leads - self.campaigns[campaign_id]
        assert self.call("POST", "/leads/push-to-campaign", body)["data"]["total_leads"] == len(new)
        self.campaigns[campaign_id] |= new
        if action == "move":
            for list_id, members in self.lists.items():
                if source is None or list_id == self.list_at(source):
                    members -= leads

    @rule(source=number, onto=number, action=action)
    def push_list_to_list(self, source: int, onto: int, action: str) -> None:
        mine, theirs = self.list_at(source), self.list_at(onto)
        leads = set(self.lists[mine])
        body = {"action": action, "fromListId": mine, "toListId": theirs}
        assert self.call("POST", "/leads/leads/push-between-lists", body)["data"]["total_leads_moved"] == len(leads)
        self.lists[theirs] |= leads
        if action == "move" and mine != theirs:
            self.lists[mine] = set()

    @rule(onto=number, emails=some, action=action)
    def push_leads_to_other_list(self, onto: int, emails: list[str], action: str) -> None:
        if not (leads := self.known(emails)):
            return
        place = self.list_at(onto)
        body = {"action": action, "leadIds": [self.ids[email] for email in leads], "toListId": place}
        assert self.call("POST", "/leads/leads/push-between-lists", body)["data"]["total_leads_moved"] == len(leads)
        if action == "move":
            for members in self.lists.values():
                members -= set(leads)
        self.lists[place] |= set(leads)

    @rule(onto=number, emails=some, action=action, everyone=st.booleans())
    def push_to_list(self, onto: int, emails: list[str], action: str, everyone: bool) -> None:
        leads = list(self.ids) if everyone else self.known(emails)
        if not leads and not everyone:
            return
        named = {"allLeads": True} if everyone else {"leadIds": [self.ids[email] for email in leads]}
        self.call("POST", "/leads/push-to-list", {"listId": self.list_at(onto), "action": action, **named})
        self.lists[self.list_at(onto)] |= set(leads)
        if action == "move":
            for members in self.campaigns.values():
                members -= set(leads)

    @rule(place=number, onto=number, emails=st.none() | some)
    def push_from_campaign(self, place: int, onto: int, emails: list[str] | None) -> None:
        campaign_id, list_id = self.campaign_at(place), self.list_at(onto)
        inside = self.campaigns[campaign_id]
        leads = inside & set(inside if emails is None else emails)
        named: dict[str, Any] = {"allLeads": True}
        if emails is not None:
            if not leads:
                return
            named = {"leadMapIds": [self.api.row(campaign_id, email)["campaign_lead_map_id"] for email in leads]}
        self.call("POST", "/leads/campaign/push-to-list", {"campaignId": campaign_id, "listId": list_id, **named})
        self.lists[list_id] |= leads
        self.campaigns[campaign_id] = inside - leads

    @precondition(lambda self: self.ids)
    @rule(email=st.sampled_from(EMAILS))
    def delete_lead(self, email: str) -> None:
        if email in self.ids:
            self.call("DELETE", f"/leads/{self.ids[email]}")
            self.forget(email)

    @rule(place=number, email=st.sampled_from(EMAILS))
    def withdraw(self, place: int, email: str) -> None:
        """A lead that leaves its last campaign this way is deleted."""
        campaign_id = self.campaign_at(place)
        if email not in self.campaigns[campaign_id]:
            return
        self.call("DELETE", f"/campaigns/{campaign_id}/leads/{self.ids[email]}")
        self.campaigns[campaign_id].discard(email)
        if not any(email in members for members in self.campaigns.values()):
            self.forget(email)

    @rule(place=number)
    def replace_list(self, place: int) -> None:
        gone = self.list_at(place)
        self.call("DELETE", f"/lead-list/{gone}")
        del self.lists[gone]
        self.tagged.pop(("list", gone), None)
        self.add_list()

    @rule(kind=st.sampled_from(("lead", "campaign", "list", "account")), place=number, put=st.booleans(),
          picked=st.lists(number, min_size=1, max_size=3))  # fmt: skip
    def change_tags(self, kind: str, place: int, put: bool, picked: list[int]) -> None:
        holder, tag_ids = self.holder(kind, place), [self.tags[n] for n in picked]
        if holder is None:
            return
        if kind == "lead":
            self.change_tags_of_lead(holder[1], tag_ids, put)
        elif kind == "list":
            name = "tagIds" if put else "removeTagIds"
            self.call("POST", "/lead-list/assign-tags", {"listIds": [holder[1]], name: tag_ids})
        else:
            path, name = {
                "campaign": ("/campaigns/tags", "campaign_ids"),
                "account": ("/email-accounts/tag-mapping", "email_account_ids"),
            }[kind]
            self.call("POST" if put else "DELETE", path, {name: [holder[1]], "tag_ids": tag_ids})
        self.tagged[holder] = self.tagged[holder] | set(tag_ids) if put else self.tagged[holder] - set(tag_ids)

    def change_tags_of_lead(self, lead_id: int, tag_ids: list[int], put: bool) -> None:
        if put:
            added = self.call("POST", "/crm/leads/tags", {"leadId": lead_id, "tagIds": tag_ids})["data"]
            assert {row["tag_id"] for row in added} == set(tag_ids) - self.tagged["lead", lead_id]
            return
        for row in self.api.get("/crm/leads/tags", params={"leadId": lead_id}).json()["data"]:
            if row["tag_id"] in tag_ids:
                self.call("DELETE", f"/crm/leads/tags/{row['id']}")

    @rule(onto=number, emails=some)
    def push_the_unknown(self, onto: int, emails: list[str]) -> None:
        """One unknown lead refuses the push as a whole."""
        named = [*(self.ids[email] for email in self.known(emails)), 3_999_999_999]
        self.call("POST", "/leads/push-to-list", {"listId": self.list_at(onto), "leadIds": named}, 404)

    def reads(self) -> Any:
        lists = self.api.get("/lead-list/").json()["data"]["lists"]
        members = {
            row["id"]: [
                one["email"] for one in self.api.get("/leads/all", params={"listId": row["id"]}).json()["data"]["leads"]
            ]
            for row in lists
        }
        inside = {one: [row["lead"]["email"] for row in self.api.rows(one)] for one in self.campaigns}
        campaigns = self.api.get("/campaigns/", params={"include_tags": "true"}).json()
        accounts = self.api.get("/email-accounts/").json()
        leads = {email: self.api.get("/crm/leads/tags", params={"leadId": one}) for email, one in self.ids.items()}
        tags = {("account", row["id"]): row["tags"] for row in accounts}
        tags |= {("campaign", row["id"]): row["tags"] for row in campaigns}
        tags |= {("list", row["id"]): row["tags"] for row in lists}
        tags |= {("lead", self.ids[email]): answer.json()["data"] for email, answer in leads.items()}
        account = self.api.get("/leads/all").json()["data"]["leads"]
        return lists, members, inside, tags, {row["email"]: int(row["id"]) for row in account}

    @invariant()
    def the_reads_are_the_models(self) -> None:
        lists, members, inside, tags, account = self.view()
        assert account == self.ids
        for shown, model in ((members, self.lists), (inside, self.campaigns)):
            assert {place: sorted(emails) for place, emails in shown.items()} == {
                place: sorted(emails) for place, emails in model.items()
            }
        assert {row["id"]: row["leads_count"] for row in lists} == {one: len(them) for one, them in self.lists.items()}
        shown_tags = {holder: sorted(row["tag_id"] for row in rows) for holder, rows in tags.items() if rows}
        assert shown_tags == {holder: sorted(ids) for holder, ids in self.tagged.items() if ids}

    def teardown(self) -> None:
        assert defects(self.api) == []


def test_lists_campaigns_and_tags_are_sets(api: Api) -> None:
    """A move leaves nothing behind, a copy changes nothing else, lists count their leads, whatever the calls."""
    run(Lists, api, "default", examples=10, steps=15)

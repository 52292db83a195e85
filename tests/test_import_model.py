"""The import of leads, held against `tests.reference` in random worlds, and against the fact sheet's worked cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import Api
from tests.reference import GUIDE_KEYS, REFUSED_COUNTERS, Account, Campaign

SHEET = Path(__file__).parents[2] / "shared" / "api-facts" / "leads.yaml"
LIVE_KEYS = [
    "ok", "upload_count", "total_leads", "skipped_in_other_campaign_count", "block_count", "duplicate_count",
    "invalid_email_count", "invalid_emails", "already_added_to_campaign", "unsubscribed_leads",
    "is_lead_limit_exhausted", "lead_import_stopped_count", "bounce_count",
]  # fmt: skip
FLAGS = (
    "ignore_global_block_list", "ignore_unsubscribe_list", "ignore_duplicate_leads_in_other_campaign",
    "ignore_community_bounce_list", "return_lead_ids",
)  # fmt: skip

ADDRESSES = (
    "ana@example.com", "ben@example.com", "cleo@mail.example.com", "dan@deep.mail.example.com", "eve+tag@example.org",
    "fay@sample.com",
)  # fmt: skip
BAD = (
    "not-an-address", "", "  ", "@example.com", "ana@", "ana@localhost", "a@b@example.com", "ana@example..com",
    "a b@x.example",
)  # fmt: skip
ENTRIES = (*ADDRESSES[:2], "example.com", "Mail.Example.com ", "ample.com", "sample.com", "unrelated.example")
SPELLINGS: tuple[Callable[[str], str], ...] = (str, str.upper, str.title, " {}".format, "{}\t \n".format)

address = st.sampled_from(ADDRESSES)
spelled = st.builds(lambda email, spell: spell(email), address, st.sampled_from(SPELLINGS))
lead = st.fixed_dictionaries(
    {"email": st.one_of(spelled, spelled, spelled, st.sampled_from(BAD))},
    optional={"first_name": st.sampled_from(("Ana", "Ben"))},
)
some = st.lists(address, unique=True)
batch = st.lists(lead, min_size=1, max_size=12)
flags = st.fixed_dictionaries({}, optional={name: st.booleans() for name in FLAGS})
place = st.integers(0, 2)
entry = st.sampled_from(ENTRIES)
client = st.sampled_from((None, 7, 7, 8))
edition = st.sampled_from(("default", "live"))
upload = st.tuples(place, st.lists(lead, min_size=5, max_size=15), flags, edition)
credit = st.sampled_from((None, None, 0, 1, 3))

#: bodies that the document refuses, made from a list of good leads
REFUSED: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "no leads": lambda leads: {"lead_list": []},
    "no lead_list": lambda leads: {},
    "an array": lambda leads: leads,
    "a lead without email": lambda leads: {"lead_list": [*leads, {"first_name": "Ana"}]},
    "an address that is a number": lambda leads: {"lead_list": [*leads, {"email": 7}]},
    "an unknown key in a lead": lambda leads: {"lead_list": [*leads, {"email": "zoe@example.net", "nickname": "z"}]},
    "a flag beside settings": lambda leads: {"lead_list": leads, "return_lead_ids": True},
    "an unknown flag": lambda leads: {"lead_list": leads, "settings": {"allow_duplicate": True}},
    "a flag that is a text": lambda leads: {"lead_list": leads, "settings": {"return_lead_ids": "true"}},
    "401 leads": lambda leads: {
        "lead_list": [*leads, *({"email": f"n{n}@example.net"} for n in range(401 - len(leads)))]
    },
    "201 custom fields": lambda leads: {
        "lead_list": [*leads, {"email": "zoe@example.net", "custom_fields": {f"f{n}": n for n in range(201)}}]
    },
    "a custom field with parts": lambda leads: {
        "lead_list": [*leads, {"email": "zoe@example.net", "custom_fields": {"a": ["b"]}}]
    },
}  # fmt: skip


class Imports(RuleBasedStateMachine):
    """One account, changed in every way that an import depends on."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self.api = api
        self.account = Account()
        self.ids: dict[str, int] = {}
        self.highest = 0
        self.last: tuple[list[dict[str, Any]], dict[str, bool]] | None = None
        assert api.control("POST", "/reset").status_code == 200

    @initialize(
        members=st.tuples(some, some, some), unsubscribed=some, bounced=some, credit=credit,
        entries=st.lists(st.tuples(entry, client), max_size=4, unique=True), delete_last=st.booleans(),
        uploads=st.lists(upload, min_size=3, max_size=3),
    )  # fmt: skip
    def crowded_account(
        self, members: tuple[list[str], ...], unsubscribed: list[str], bounced: list[str], credit: int | None,
        entries: list[tuple[str, int | None]], delete_last: bool,
        uploads: list[tuple[int, list[dict[str, Any]], dict[str, bool], str]],
    ) -> None:  # fmt: skip
        for number, (owner, emails) in enumerate(zip((None, 7, 7), members, strict=True)):
            self.new_campaign(owner)
            if emails:
                self.upload(number, [{"email": email} for email in emails], {}, "default")
        self.the_leads_are_the_models()
        for email in unsubscribed:
            self.unsubscribe(email)
        for one, owner in entries:
            self.block(one, owner)
        self.list_bounces(bounced, str)
        self.set_credit(credit)
        if delete_last:
            self.delete_campaign(2)
        for number, leads, flags, edition in uploads:
            self.upload(number, leads, flags, edition)

    def at(self, number: int) -> int:
        """One of the campaigns."""
        ids = sorted(self.account.campaigns)
        return ids[number % len(ids)]

    def set(self, **change: Any) -> None:
        """Change the workspace's settings."""
        assert self.api.control("PUT", "/settings", change).status_code == 200

    @precondition(lambda self: len(self.account.campaigns) < 3)
    @rule(client=client)
    def new_campaign(self, client: int | None) -> None:
        self.account.campaigns[self.api.campaign(name="c", client_id=client)] = Campaign(client)

    @precondition(lambda self: len(self.account.campaigns) > 1)
    @rule(number=place)
    def delete_campaign(self, number: int) -> None:
        campaign_id = self.at(number)
        assert self.api.delete(f"/campaigns/{campaign_id}").status_code == 200
        del self.account.campaigns[campaign_id]
        answer = self.api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [{"email": "zoe@example.net"}]})
        assert (answer.status_code, answer.json()) == (404, {"error": "Campaign not found - Invalid campaign_id."})

    @rule(entry=entry, client=client)
    def block(self, entry: str, client: int | None) -> None:
        answer = self.api.post("/leads/add-domain-block-list", {"domain_block_list": [entry], "client_id": client})
        assert answer.json() == {"uploadCount": 1, "totalDomainAdded": int(self.account.block(entry, client))}

    @precondition(lambda self: self.account.entries)
    @rule(number=st.integers(0, 9))
    def unblock(self, number: int) -> None:
        listed = self.api.get("/leads/get-domain-block-list").json()
        assert {(one["email_or_domain"], one["client_id"]) for one in listed} == self.account.entries
        gone = listed[number % len(listed)]
        assert self.api.delete("/leads/delete-domain-block-list", params={"id": gone["id"]}).status_code == 200
        self.account.entries.remove((gone["email_or_domain"], gone["client_id"]))

    @rule(addresses=some, spell=st.sampled_from(SPELLINGS))
    def list_bounces(self, addresses: list[str], spell: Callable[[str], str]) -> None:
        self.set(community_bounce_list=[spell(one) for one in addresses])
        self.account.bounced = set(addresses)

    @rule(credit=credit)
    def set_credit(self, credit: int | None) -> None:
        self.set(lead_credit=credit)
        self.account.credit = credit

    @rule(email=address)
    def unsubscribe(self, email: str) -> None:
        if email in self.account.leads:
            assert self.api.post(f"/leads/{self.ids[email]}/unsubscribe").status_code == 200
            self.account.leads[email].unsubscribed = True

    @rule(email=address, number=place)
    def unsubscribe_here(self, email: str, number: int) -> None:
        campaign_id = self.at(number)
        for row in self.account.campaigns[campaign_id].rows:
            if row.email == email and not self.account.leads[email].unsubscribed:
                path = f"/campaigns/{campaign_id}/leads/{self.ids[email]}/unsubscribe"
                assert self.api.post(path).status_code == 200
                row.status = "BLOCKED" if row.status == "BLOCKED" else "PAUSED"

    @rule(email=address, number=place)
    def withdraw(self, email: str, number: int) -> None:
        campaign_id = self.at(number)
        known = self.account.leads.get(email)
        if known and not known.unsubscribed and email in self.account.campaigns[campaign_id].emails():
            assert self.api.delete(f"/campaigns/{campaign_id}/leads/{self.ids[email]}").status_code == 200
            self.account.withdraw(campaign_id, email)

    @rule(number=place, leads=batch, flags=flags, edition=edition)
    def upload(self, number: int, leads: list[dict[str, Any]], flags: dict[str, bool], edition: str) -> None:
        campaign_id = self.at(number)
        expected = self.account.upload(campaign_id, leads, flags)
        body = {"lead_list": leads, **({"settings": flags} if flags else {})}
        response = self.api.post(f"/campaigns/{campaign_id}/leads", body, edition=edition)
        answer = response.json()
        if not expected["ok"]:
            assert (response.status_code, answer) == (400, expected)
            return
        self.last = leads, flags
        assert response.status_code == 200
        assert list(answer)[: len(LIVE_KEYS)] == LIVE_KEYS
        check_sum(answer)
        if "emailToLeadIdMap" in answer:
            ids = {group: found.copy() for group, found in answer["emailToLeadIdMap"].items()}
            for found in ids.values():
                assert found == {email: str(self.api.lead_id(email)) for email in found}
            answer["emailToLeadIdMap"] = {group: set(found) for group, found in ids.items()}
        assert answer == {key: value for key, value in expected.items() if edition != "live" or key not in GUIDE_KEYS}

    @precondition(lambda self: self.last)
    @rule(number=place)
    def upload_again(self, number: int) -> None:
        assert self.last is not None
        self.upload(number, *self.last, edition="default")

    @rule(number=place, leads=st.lists(address, min_size=1, max_size=2), why=st.sampled_from(sorted(REFUSED)))
    def refuse(self, number: int, leads: list[str], why: str) -> None:
        body = REFUSED[why]([{"email": email} for email in leads])
        answer = self.api.post(f"/campaigns/{self.at(number)}/leads", body)
        assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request"), why

    @invariant()
    def the_rows_are_the_models(self) -> None:
        for campaign_id, campaign in self.account.campaigns.items():
            page = self.api.get(f"/campaigns/{campaign_id}/leads").json()
            assert page["total_leads"] == str(len(campaign.rows))
            assert [
                (row["lead"]["email"], row["status"], row["lead"]["first_name"], row["lead"]["is_unsubscribed"])
                for row in page["data"]
            ] == [(row.email, row.status, *self._of_lead(row.email)) for row in campaign.rows]
            maps = [row["campaign_lead_map_id"] for row in page["data"]]
            assert maps == sorted(set(maps))

    def _of_lead(self, email: str) -> tuple[str | None, bool]:
        return self.account.leads[email].first_name, self.account.leads[email].unsubscribed

    @invariant()
    def the_leads_are_the_models(self) -> None:
        found = self.api.get("/leads/global-leads").json()["data"]
        assert {one["email"]: one["first_name"] for one in found} == {
            email: one.first_name for email, one in self.account.leads.items()
        }
        ids = {one["email"]: int(one["id"]) for one in found}
        for email, lead_id in ids.items():
            assert lead_id == self.ids.get(email, lead_id), "a lead keeps its id"
            assert email in self.ids or lead_id > self.highest, "an id is never used again"
        self.ids = ids
        self.highest = max([self.highest, *ids.values()])

    @invariant()
    def the_credit_is_the_models(self) -> None:
        assert self.api.control("GET", "/settings").json()["lead_credit"] == self.account.credit


def check_sum(answer: dict[str, Any]) -> None:
    """Every lead of the request is counted exactly once."""
    counted = answer["total_leads"] + len(answer["unsubscribed_leads"]) + sum(answer[name] for name in REFUSED_COUNTERS)
    assert counted == answer["upload_count"]


def test_imports_do_what_the_fact_sheet_says(api: Api) -> None:
    """Whatever the account holds, an import's answer and all later reads are those of the reference model."""
    run_state_machine_as_test(
        cast(type[Imports], lambda: Imports(api)), settings=settings(max_examples=15, stateful_step_count=6)
    )


def test_a_batch_may_have_400_leads(api: Api) -> None:
    """The largest batch is 400 leads, all of which are added."""
    answer = api.add(api.campaign(name="big"), *(f"n{n}@example.com" for n in range(400)))
    assert (answer["upload_count"], answer["total_leads"]) == (400, 400)


@pytest.mark.parametrize(
    ("entry", "hits"),
    [("ana@mail.example.com", True), ("mail.example.com", True), ("example.com", True), ("le.com", False),
     ("ana@example.com", False), ("deep.mail.example.com", False), (" EXAMPLE.com", True)],
)  # fmt: skip
def test_what_an_entry_blocks(api: Api, entry: str, hits: bool) -> None:
    """An address blocks itself; a domain blocks all addresses at it and below it, at whole labels only."""
    first, second = api.campaign(name="1"), api.campaign(name="2")
    api.add(first, "ana@mail.example.com")
    assert api.post("/leads/add-domain-block-list", {"domain_block_list": [entry]}).status_code == 200
    assert api.rows(first)[0]["status"] == ("BLOCKED" if hits else "STARTED")
    assert api.add(second, "ana@mail.example.com")["block_count"] == int(hits)


#: the checks in their order -> what makes ana@example.com, who is in campaign 2, fail each
CHECKS: dict[str, Callable[[Api, int], object]] = {
    "already_added_to_campaign": lambda api, first: api.add(first, "ana@example.com"),
    "skipped_in_other_campaign_count": lambda api, first: None,
    "block_count": lambda api, first: api.post("/leads/block-list", {"emails": ["ana@example.com"]}),
    "unsubscribed_leads": lambda api, first: api.post(f"/leads/{api.lead_id('ana@example.com')}/unsubscribe"),
    "bounce_count": lambda api, first: api.control("PUT", "/settings", {"community_bounce_list": ["ana@example.com"]}),
    "lead_import_stopped_count": lambda api, first: api.control("PUT", "/settings", {"lead_credit": 0}),
}


@pytest.mark.parametrize("first_check", CHECKS)
def test_the_first_check_that_hits_counts(api: Api, first_check: str) -> None:
    """A lead that fails a check and all later ones is counted by the first; sent again in one request, as repeated."""
    first, second = api.campaign(name="1"), api.campaign(name="2")
    api.add(second, "ana@example.com")
    failing = list(CHECKS)[list(CHECKS).index(first_check) :]
    for check in failing:
        CHECKS[check](api, first)
    flags = {"ignore_duplicate_leads_in_other_campaign": "skipped_in_other_campaign_count" in failing}
    answer = api.add(first, "ana@example.com", "ANA@example.com", "ana@", **flags)
    if first_check == "lead_import_stopped_count":
        assert answer["lead_import_stopped_count"] == 1
        return
    check_sum(answer)
    hit = ["ana@example.com"] if first_check == "unsubscribed_leads" else 1
    assert [answer[name] for name in ("duplicate_count", "invalid_email_count", first_check)] == [1, 1, hit]


def _cases() -> list[dict[str, Any]]:
    """The sheet's worked cases; none where the sheet does not lie beside the checkout."""
    if not SHEET.exists():
        return []
    operations = yaml.safe_load(SHEET.read_text("utf-8"))["operations"]
    cases: list[dict[str, Any]] = next(
        one["worked_cases"] for one in operations if one["id"] == "add_leads_to_campaign"
    )
    return cases


def _unsubscribed(api: Api, first: int, second: int) -> None:
    api.add(second, "ana@example.com")
    assert api.post(f"/leads/{api.lead_id('ana@example.com')}/unsubscribe").status_code == 200


#: the sheet's words for a state -> how to make it
GIVEN: dict[str, Callable[[Api, int, int], object]] = {
    "nothing": lambda api, first, second: None,
    "ana is in campaign 1": lambda api, first, second: api.add(first, "ana@example.com"),
    "ana is in campaign 2": lambda api, first, second: api.add(second, "ana@example.com"),
    "domain blocked.example is on the block list": lambda api, first, second: api.post(
        "/leads/add-domain-block-list", {"domain_block_list": ["blocked.example"]}
    ),
    "ana unsubscribed globally": _unsubscribed,
    "ana is on the bounce list": lambda api, first, second: api.control(
        "PUT", "/settings", {"community_bounce_list": ["ana@example.com"]}
    ),
    "lead credit left is 1": lambda api, first, second: api.control("PUT", "/settings", {"lead_credit": 1}),
}


@pytest.mark.parametrize("edition", ["default", "live"])
@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['given']}, {case.get('settings', '')}"[:60])
def test_the_sheets_worked_case(api: Api, case: dict[str, Any], edition: str) -> None:
    """A case that the fact sheet works out answers as the sheet says; a refused one leaves nothing behind."""
    first, second = api.campaign(name="1"), api.campaign(name="2")
    GIVEN[case["given"]](api, first, second)
    before = api.control("GET", "/state").json()
    sent = [f"n{n}@example.com" for n in range(401)] if case.get("send") == "401 leads" else case.get("send", [])
    body = case.get("send_body") or {"lead_list": [{"email": email} for email in sent]}
    if "settings" in case:
        body["settings"] = case["settings"]
    response = api.post(f"/campaigns/{first}/leads", body, edition=edition)
    assert response.status_code == case.get("expect_status", 200)
    if response.status_code != 200:
        assert api.control("GET", "/state").json() == before
        return
    answer = response.json()
    expected = _with_ids(api, case["expect"])
    assert {key: answer[key] for key in expected} == expected
    check_sum(answer)
    assert len(api.rows(first)) == answer["total_leads"] + answer["already_added_to_campaign"]


def _with_ids(api: Api, expected: Any) -> Any:
    """`{address: "<lead id>"}` with the real id."""
    if not isinstance(expected, dict):
        return expected
    return {
        key: str(api.lead_id(key)) if value == "<lead id>" else _with_ids(api, value) for key, value in expected.items()
    }

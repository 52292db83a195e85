"""Stories of imports: what is taken in, what is left out, and what the answer counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from contract_tests.document import Schema
from contract_tests.exchange import Exchange
from contract_tests.machines.base import REFUSALS, action, first_difference
from contract_tests.machines.documented import answer_members, body_member, body_members
from contract_tests.machines.import_model import LIST_FLAGS, OTHER_CAMPAIGN, Checks, allowed, answer, readings, told
from contract_tests.machines.lead_model import Person, Place, Row, stored
from contract_tests.machines.lead_views import UNKNOWN, LeadViews

#: user and subdomain of the addresses: two in one domain, one below it, one whose domain only ends like it, labels
USERS = (
    ("ana", "one"), ("ben", "one"), ("cleo", "mail.one"), ("dan", "none"), ("eve+tag", "two"), ("eve", "two"),
    ("fay", "deep.mail.one"), ("o'neil", "free"), ("gus", "free"),
)  # fmt: skip
#: what is no address, at the domain in braces
BAD = ("not-an-address", "", "   ", "@{}", "ana@", "a@b@{}", "ana@two..{}", "a b@{}", "ana@localhost")
SPELLINGS: tuple[Callable[[str], str], ...] = (str, str, str.upper, str.title, " {}".format, "{}\t ".format)

_TEXTS = st.sampled_from(("Ana", "Zoë 🦊", 'O"Neil, Jr.', "two\nlines", " edge "))
CUSTOM = st.dictionaries(
    st.sampled_from(("job title", "Job Title", "größe", "n")), st.sampled_from(("CTO", "", 7, 1.5, True)), max_size=3
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "first_name": _TEXTS, "last_name": _TEXTS, "company_name": _TEXTS, "website": _TEXTS, "location": _TEXTS,
        "linkedin_profile": _TEXTS, "company_url": _TEXTS, "custom_fields": CUSTOM,
        "phone_number": st.sampled_from(("+351 1", 4915112345678)),
    },
)  # fmt: skip
_LEAD = st.tuples(st.integers(0, len(USERS) + 1), st.integers(0, len(SPELLINGS) - 1), st.just({}) | FIELDS)
BATCH = st.lists(_LEAD, min_size=1, max_size=6)
FLAGS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys((*LIST_FLAGS, OTHER_CAMPAIGN, "return_lead_ids", "ignore_unsubscribe"), st.booleans()),
)
PLACE = st.integers(0, 2)
#: in editions whose imports name no such members
_DEFAULTS = {"minItems": 1, "maxItems": 400, "maxProperties": 200}

Drawn = list[tuple[int, int, dict[str, Any]]]


class ImportStories(LeadViews):
    """Imports into campaigns of the account and of its clients."""

    last: list[dict[str, Any]] | None = None

    def users(self) -> list[str]:
        """The addresses that come and go."""
        return [self.address(user, domain) for user, domain in USERS]

    def new_user(self) -> str:
        """The part of an address before the @ that nobody has yet."""
        self._counter += 1
        return f"new{self._counter}"

    def batch(self, drawn: Drawn) -> list[dict[str, Any]]:
        """Leads as the edition's imports take them; a few addresses are none."""
        users, made = self.users(), []
        for who, spelling, fields in drawn:
            bad = BAD[(who + spelling) % len(BAD)].format(self.address("x").partition("@")[2])
            email = SPELLINGS[spelling](users[who]) if who < len(users) else bad
            made.append({"email": email, **self.fitting(fields)})
        return made

    def fitting(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The members of a lead that the edition names."""
        known = body_members(self.world.api, "add_leads_to_campaign", "lead_list", "items")
        return {name: _fitting(value, known[name]) for name, value in fields.items() if name in known}

    def import_leads(
        self, place: Place, batch: list[dict[str, Any]], flags: Mapping[str, bool], credit: int | None = None
    ) -> None:
        """One import, whose answer and rows are those of the model."""
        settings = body_members(self.world.api, "add_leads_to_campaign", "settings")
        flags = {name: value for name, value in flags.items() if name in settings}
        if "ignore_unsubscribe" in flags:
            flags.pop("ignore_unsubscribe_list", None)
        read = {{"ignore_unsubscribe": "ignore_unsubscribe_list"}.get(name, name): one for name, one in flags.items()}
        possible = allowed(self.account, place, batch, Checks.of(self.edition, read))
        body = {"lead_list": batch, **({"settings": flags} if flags else {})}
        path = {"campaign_id": place.id}
        # A credit that is used up may be an error as a whole (R1 names no status).
        ok = (200,) if credit != 0 else (200, 400)
        exchange = self.call("add_leads_to_campaign", path=path, body=body, ok=ok)
        if exchange.status == 400:
            self.hold({"added"} in possible.values(), "refuses a batch that needs no credit", exchange)
            return
        outcomes = self._read(place, batch, possible, credit, exchange)
        before = {email: {one.id for one in self.account.places if email in one.rows} for email in possible}
        for lead, outcome in zip(batch, outcomes, strict=True):
            if outcome == "added":
                self.take_in(place, lead)
        self._learn(place, batch, outcomes)
        if flags.get("return_lead_ids"):
            added = {stored(one["email"]) for one, end in zip(batch, outcomes, strict=True) if end == "added"}
            self._hold_ids(place, possible, added, before, exchange)
        elif "emailToLeadIdMap" in exchange.json:
            self.fail("model", "there are lead ids that nobody asked for", exchange)

    def take_in(self, place: Place, lead: Mapping[str, Any]) -> None:
        """A lead comes into a campaign; one that the account knows keeps what is stored of it."""
        email = stored(lead["email"])
        person = self.account.people.setdefault(email, Person.of(lead, self.now))
        if email in self.account.left and not self.account.rows_of(person):
            person.unsubscribed = None
        elif person.perhaps_refused:
            person.perhaps_refused = False
        # Whether the row of somebody who unsubscribed before counts as unsubscribed, no document says.
        place.rows[email] = Row(person, self.now, unsubscribed=False if person.unsubscribed is False else None)

    def _read(
        self, place: Place, batch: list[dict[str, Any]], possible: Mapping[str, set[str]], credit: int | None,
        exchange: Exchange,
    ) -> list[str]:  # fmt: skip
        """The one reading of the import that its answer and the campaign's list have in common."""
        members = answer_members(self.world.api, "add_leads_to_campaign")
        actual, differences = told(exchange.json, self.edition), []
        is_open = any(len(one) > 1 for one in possible.values())
        inside = {row["email"] for row in self.listed(place)[0]} if is_open else set()
        for outcomes in readings(possible, batch, credit):
            added = {stored(one["email"]) for one, end in zip(batch, outcomes, strict=True) if end == "added"}
            size = len(place.rows) + len(added)
            difference = first_difference(actual, answer(outcomes, batch, size, self.edition, members))
            if not difference and is_open and inside != {*place.rows} | added:
                difference = "the answer counts other leads as added than the campaign has"
            if not difference:
                return outcomes
            differences.append(difference)
        self.fail("model", f"the import: {differences[0]}", exchange)
        raise AssertionError

    def _learn(self, place: Place, batch: list[dict[str, Any]], outcomes: list[str]) -> None:
        """What an import shows of that which the documents leave open stays so."""
        account = self.account
        if account.subdomains is None:
            for lead, outcome in zip(batch, outcomes, strict=True):
                email = stored(lead["email"])
                if outcome == "blocked" and not any(
                    entry.hits(email, subdomains=False) for entry in account.entries if entry.binds(place)
                ):
                    account.subdomains = True

    def _hold_ids(
        self, place: Place, possible: Mapping[str, set[str]], added: set[str], before: Mapping[str, set[int]],
        exchange: Exchange,
    ) -> None:  # fmt: skip
        """The map names every lead that is in the campaign or kept out by another one, with its id, in its group.

        Those that come from another campaign into this one may stand in either group (L4).
        """
        if "emailToLeadIdMap" not in answer_members(self.world.api, "add_leads_to_campaign"):
            return
        self.hold("emailToLeadIdMap" in exchange.json, "there are no lead ids", exchange)
        self.check_rows(place)
        groups = {name: {stored(one) for one in found} for name, found in exchange.json["emailToLeadIdMap"].items()}
        here, other = groups["existingLeads"], groups["existingLeadsInOtherCampaigns"]
        surely = {end: {email for email, ends in possible.items() if ends == {end}} for end in ("here", "elsewhere")}
        are_here = {email for email, places in before.items() if place.id in places}
        are_elsewhere = {email for email, places in before.items() if places - {place.id}}
        self.hold(surely["here"] <= here <= are_here, f"existing leads are {sorted(here)}", exchange)
        self.hold(surely["elsewhere"] <= other <= are_elsewhere, f"leads elsewhere are {sorted(other)}", exchange)
        new = groups["newlyAddedLeads"]
        self.hold(new <= added <= new | other, f"newly added leads are {sorted(new)}", exchange)
        for group in exchange.json["emailToLeadIdMap"].values():
            for email, found in group.items():
                known = self.account.people[stored(email)].id
                self.same(int(found), int(found) if known is None else known, f"the id of {email}", exchange)

    # ------------------------------------------------------------------------------------------------------- rules

    @action(
        "add_leads_to_campaign", where=PLACE, drawn=BATCH, flags=FLAGS, is_again=st.integers(0, 3),
        hours=st.sampled_from((0, 0, 1, 49)),
    )  # fmt: skip
    def import_batch(self, where: int, drawn: Drawn, flags: dict[str, bool], is_again: int, hours: int) -> None:
        """Leads of all kinds, under any flags; or the batch before again, of which nothing is added twice."""
        if hours:
            self.control("POST", "/clock/advance", {"hours": hours})
            self.now += timedelta(hours=hours)
        if not self.last or is_again:
            self.last = self.batch(drawn)
        self.import_leads(self.account.places[where], self.last, flags)

    @action("add_leads_to_campaign", where=PLACE, who=st.integers(0, len(USERS) - 1), flags=FLAGS)
    def import_one(self, where: int, who: int, flags: dict[str, bool]) -> None:
        """One lead, so that one check alone decides."""
        self.import_leads(self.account.places[where], self.batch([(who, 0, {})]), flags)

    @action(
        "add_leads_to_campaign", where=PLACE, who=st.integers(0, 8), flags=FLAGS,
        edge=st.sampled_from(("batch", "custom", "bounced", "bounced", 0, 1, 2)),
    )  # fmt: skip
    def import_at_the_limit(self, where: int, edge: str | int, who: int, flags: dict[str, bool]) -> None:
        """As many leads, or custom fields, as one request may have; more leads than the lead credit pays; or leads of
        the bounce list.
        """
        place, email = self.account.places[where], self.users()[who]
        if isinstance(edge, int):
            self._import_on_credit(place, edge, who % 3 + 1)
        elif edge == "bounced" and self.knows_bounces():
            self._import_bounced(place, [email, self.users()[(who + 3) % len(USERS)]], flags)
        elif edge in ("batch", "bounced"):
            self.import_leads(place, [{"email": email}] * self.limit("maxItems", "lead_list"), {})
        else:
            limit = self.limit("maxProperties", "lead_list", "items", "custom_fields")
            fields = self.fitting({"custom_fields": {f"field {n}": n for n in range(limit)}})
            self.import_leads(place, [{"email": email, **fields}], {})

    def _import_on_credit(self, place: Place, credit: int, count: int) -> None:
        """Addresses that nobody has yet: whether known leads cost credit, no document says."""
        if not self.world.capabilities.settings:
            self.reject()
        batch = [{"email": self.address(self.new_user(), "free")} for _ in range(count)]
        self.control("PUT", "/settings", {"lead_credit": credit})
        self.import_leads(place, batch, {}, credit)
        self.control("PUT", "/settings", {"lead_credit": None})

    def limit(self, word: str, *below: str) -> int:
        """A limit that the document sets on imports."""
        found = body_member(self.world.api, "add_leads_to_campaign", *below)
        return int(found.get(word, _DEFAULTS[word]))

    def _import_bounced(self, place: Place, emails: list[str], flags: Mapping[str, bool]) -> None:
        """The bounce list that all accounts share has other addresses now, and these are imported."""
        self.control("PUT", "/settings", {"community_bounce_list": [f" {email.upper()}" for email in emails]})
        self.account.bounced = frozenset(emails)
        self.import_leads(place, [{"email": email} for email in emails], flags)

    def knows_bounces(self) -> bool:
        """Whether imports ask a bounce list that a story can fill."""
        known = body_members(self.world.api, "add_leads_to_campaign", "settings")
        return "ignore_community_bounce_list" in known and self.world.capabilities.settings

    @action(
        "add_leads_to_campaign",
        where=PLACE,
        why=st.sampled_from(("none", "many", "no email", "fields", "no list", "parts", "no campaign", "zero")),
    )
    def import_refused(self, where: int, why: str) -> None:
        """A request that breaks a limit is refused as a whole."""
        place, good = self.account.places[where], {"email": self.address("never", "free")}
        limit = self.limit("maxProperties", "lead_list", "items", "custom_fields")
        many = self.limit("maxItems", "lead_list") + 1
        bodies: dict[str, Any] = {
            "none": {"lead_list": []}, "many": {"lead_list": [good] * many}, "no list": {},
            "no email": {"lead_list": [good, {"first_name": "Ana"}]},
            "fields": {"lead_list": [{**good, "custom_fields": {f"f{n}": n for n in range(limit + 1)}}]},
            "parts": {"lead_list": [{**good, "custom_fields": {"a": ["b"]}}]},
        }  # fmt: skip
        campaign_id = {"no campaign": UNKNOWN, "zero": 0}.get(why, place.id)
        body = bodies.get(why, {"lead_list": [good]})
        self.refused("add_leads_to_campaign", path={"campaign_id": campaign_id}, body=body, ok=REFUSALS)


def _fitting(value: Any, schema: Schema) -> Any:
    """A number where the edition takes numbers, else its text."""
    types = schema.get("type", []) if isinstance(schema, Mapping) else []
    return str(value) if isinstance(value, int) and "number" not in types else value

"""Stories of leads: their states, their records, their end, and the block list that keeps them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st

from contract_tests.exchange import Exchange
from contract_tests.invariants import gone
from contract_tests.machines.base import REFUSALS, action
from contract_tests.machines.documented import body_members
from contract_tests.machines.lead_imports import FIELDS, PLACE, SPELLINGS
from contract_tests.machines.lead_model import OUTCOMES, RUNNING, WORD_OF_CATEGORY, Entry, Person, Place, Row, stored
from contract_tests.machines.lead_reads import NUMBER, ReadStories
from contract_tests.machines.lead_views import moment

#: words of the status PATCH -> the status that they set (S3:163-171; the last three are a client's)
_PATCHED: Mapping[str, str] = {
    "NOT_CONTACTED": "STARTED", "IN_PROGRESS": "INPROGRESS", "COMPLETED": "COMPLETED", "BOUNCED": "BLOCKED",
    "PAUSED": "PAUSED", "STOPPED": "STOPPED", "INPROGRESS": "INPROGRESS",
}  # fmt: skip
_CATEGORY_OF_WORD = {word: category for category, word in WORD_OF_CATEGORY.items()}
#: users that the block list names; domains of USERS, one above nothing, and one that only looks like the end of others
_ENTRIES = ("ana@one", "eve@two", "one", "mail.one", "two", "ne", "o'neil@free", "cleo@mail.one")
#: what puts something on the block list
_TO_BLOCK = ("add_to_global_block_list", "add_emails_to_block_list", "block_domains")


class LeadStories(ReadStories):
    """Three campaigns, one of the account and two of clients, in which the same people come and go."""

    family = "leads"
    needs: ClassVar = ("add_leads_to_campaign",)
    needs_mock = True

    def begin(self) -> None:
        """Campaigns with two steps, and leads in two of them."""
        super().begin()
        clients: list[tuple[int | None, str | None]] = [(None, None)]
        for number in (1, 2):
            address = self.address(f"client{number}", "free")
            made = self.set_up("save_client", {"name": self.new_name("client"), "email": address})
            clients.append((made.json.get("clientId") or made.json["data"]["id"], address))
        for client, email in clients:
            self.account.places.append(self.new_place(client, email))
        fields = {"first_name": "Ana", "location": "Porto", "custom_fields": {"n": 1, "job title": "CTO"}}
        for number, users in enumerate(((0, 1, 2), (0, 3))):
            self.import_leads(self.account.places[number], self.batch([(who, 0, fields) for who in users]), {})

    def new_place(self, client: int | None, client_email: str | None) -> Place:
        """A campaign that was just made."""
        name = self.new_name("campaign")
        body = {"name": name, **({} if client is None else {"client_id": client})}
        place = Place(self.set_up("create_campaign", body).json["id"], name, client, client_email)
        steps = [
            {"seq_number": n, "subject": "Hi", "email_body": "<p>Hi</p>", "seq_delay_details": {"delay_in_days": 2}}
            for n in (1, 2)
        ]
        path = {"campaign_id": place.id}
        self.call("save_campaign_sequences", path=path, body={"sequences": steps}, edition="default")
        shown = self.call("get_campaign_sequences", path=path, edition="default").json
        place.first_step = min(shown, key=lambda one: one["seq_number"])["id"]
        return place

    # ------------------------------------------------------------------------------------------- states of a row

    @action("pause_lead_in_campaign", "resume_lead_in_campaign", when=ReadStories.has_rows, number=NUMBER,
            word=st.sampled_from(("pause", "complete", None, 0, 3)))  # fmt: skip
    def pause_or_resume(self, number: int, word: str | int | None) -> None:
        """A pause stops mails of one campaign until the lead is resumed, after so many days or the step's own (R); who
        is complete gets no more.
        """
        place, row = self.row(number)
        if word == "complete" and self.has("mark_lead_complete"):
            self._complete(place, row)
        elif word in ("pause", "complete"):
            self._pause(place, row)
        else:
            self._resume(place, row, {} if word is None else {"resume_lead_with_delay_days": word})

    def _pause(self, place: Place, row: Row) -> None:
        """Of a lead that gets no more mails it may be refused."""
        runs = row.is_surely("STARTED", "INPROGRESS", "PAUSED")
        ok = (200,) if runs else (200, *REFUSALS)
        if self.call("pause_lead_in_campaign", path=self.path(place, row), ok=ok).status == 200:
            row.pause()

    def _complete(self, place: Place, row: Row) -> None:
        """By the id of the row, not of the lead (C:sim)."""
        path = {"campaign_id": place.id, "lead_map_id": row.map_id}
        exchange = self.call("mark_lead_complete", path=path)
        status = exchange.json["status"]
        self.same(status["isLastSequence"], False, "isLastSequence", exchange)
        self.same(status["nextSequence"]["id"], place.first_step, "the next step", exchange)
        row.may_become("COMPLETED") if "BLOCKED" in row.status else row.becomes("COMPLETED")

    def _resume(self, place: Place, row: Row, body: Mapping[str, Any]) -> None:
        """A lead that is not paused stays what it is, and so does one that has unsubscribed (S1:1575, inferred)."""
        surely = row.is_surely("PAUSED") and row.unsubscribed is False
        ok = (200,) if surely else (200, 500, *REFUSALS)
        exchange = self.call("resume_lead_in_campaign", path=self.path(place, row), body=body, ok=ok)
        if exchange.status != 200 or "PAUSED" not in row.status or row.unsubscribed:
            return
        after = self.edition.resumed_before_first_mail
        row.becomes(after) if surely else row.may_become(after)

    @action(
        "unsubscribe_lead_from_campaign",
        "unsubscribe_lead_globally",
        when=ReadStories.has_rows,
        number=NUMBER,
        how=st.integers(0, 2),
    )
    def unsubscribe(self, number: int, how: int) -> None:
        """From one campaign, or from everything."""
        place, row = self.row(number)
        if how == 0:
            self._unsubscribe_everywhere(row.person)
        else:
            self._unsubscribe_here(place, row)
        if how == 2 and self.has("resume_lead_in_campaign"):
            self._resume(place, row, {})

    def _unsubscribe_here(self, place: Place, row: Row) -> None:
        """Like a pause (S1:1575), for good; other campaigns go on."""
        self.call("unsubscribe_lead_from_campaign", path=self.path(place, row))
        row.pause()
        row.unsubscribed = True
        if self.edition.name == "reference" and row.person.unsubscribed is False:
            # One page of R leaves the lead out of future campaigns, the other says that they stay open.
            row.person.unsubscribed, row.person.perhaps_refused = None, True

    def _unsubscribe_everywhere(self, person: Person) -> None:
        """The lead stays in its campaigns, gets no mail, and comes into no other one (S1:1595, R)."""
        self.call("unsubscribe_lead_globally", path={"lead_id": person.id})
        person.unsubscribed = True
        for _, one in self.account.rows_of(person):
            one.unsubscribed = True
            if self.edition.name == "help-center":
                one.may_become("PAUSED")
        others = [place for place in self.account.places if person.email not in place.rows]
        if others:
            self.import_leads(others[0], [{"email": person.email.upper()}], {})

    @action(
        "update_lead_category_in_campaign", when=ReadStories.has_rows, number=NUMBER,
        category=st.sampled_from((None, 1, 2, 3, 7, 99)), pause=st.sampled_from((None, False, True)),
    )  # fmt: skip
    def categorise(self, number: int, category: int | None, pause: bool | None) -> None:
        """The category is the row's, not the lead's (R); null takes it away, and there is no 99."""
        place, row = self.row(number)
        body = {"category_id": category, **({} if pause is None else {"pause_lead": pause})}
        if category == 99:
            self.refused("update_lead_category_in_campaign", path=self.path(place, row), body=body)
            return
        self.call("update_lead_category_in_campaign", path=self.path(place, row), body=body)
        row.category = frozenset({category})
        if pause:
            row.pause()

    @action("patch_lead_status", when=ReadStories.has_rows, number=NUMBER, word=st.sampled_from((*_PATCHED, *OUTCOMES)))
    def patch_status(self, number: int, word: str) -> None:
        """A status that is set is read back (S3:163-171); a bounce or an unsubscribe may be for good."""
        place, row = self.row(number)
        known = body_members(self.world.api, "patch_lead_status")["status"].get("enum", OUTCOMES)
        if word not in known:
            word = OUTCOMES[number % len(OUTCOMES)]
        before = row.outcomes()
        self.call("patch_lead_status", path=self.path(place, row), body={"status": word})
        self._patch(row, word)
        if self.edition.lead_status_words == "outcome":
            shown, exchange = self.listed(place)
            found = next(one["status"] for one in shown if one["email"] == row.person.email)
            stays = before & {"BOUNCED", "UNSUBSCRIBED"}
            self.hold(found in {word, *stays}, f"{word} was set, {found} is shown", exchange)

    def _patch(self, row: Row, word: str) -> None:
        if word in _CATEGORY_OF_WORD:
            row.category = frozenset({_CATEGORY_OF_WORD[word]})
        elif word == "UNSUBSCRIBED":
            row.pause()
            row.unsubscribed = True
        else:
            status = _PATCHED[word]
            is_open = "BLOCKED" in row.status or (row.unsubscribed is not False and status in RUNNING)
            row.may_become(status) if is_open else row.becomes(status)
            if word not in ("BOUNCED", "PAUSED", "STOPPED"):
                # A category would hide the word that was set.
                row.category |= {None} if row.category & set(WORD_OF_CATEGORY) else set()

    # ----------------------------------------------------------------------------------------- records of leads

    @action(
        "update_lead", when=ReadStories.has_rows, number=NUMBER, other=st.none() | st.none() | NUMBER,
        spelling=st.integers(0, 5), fields=FIELDS,
    )  # fmt: skip
    def update(self, number: int, other: int | None, spelling: int, fields: dict[str, Any]) -> None:
        """The record is the account's: custom fields are merged, what is absent stays (R)."""
        place, row = self.row(number)
        person = row.person
        if other is not None:
            self._change_address(place, row, self.row(other)[1].person)
            return
        known = body_members(self.world.api, "update_lead")
        given = {name: value for name, value in fields.items() if name in known}
        email = SPELLINGS[spelling](person.email).strip()
        self.call("update_lead", path=self.path(place, row), body={"email": email, **given})
        person.custom = {**person.custom, **given.pop("custom_fields", {})}
        person.texts |= {name: str(value) for name, value in given.items()}

    def _change_address(self, place: Place, row: Row, second: Person) -> None:
        """A new address must not belong to another lead."""
        path, person = self.path(place, row), row.person
        if second is not person:
            self.refused("update_lead", path=path, body={"email": second.email.upper(), "first_name": "Taken"})
        elif person.unsubscribed is False:
            email = self.address(f"moved{self._next()}", "free")
            self.call("update_lead", path=path, body={"email": email})
            self.account.rename(person, email)
        else:
            self.refused("update_lead", path=path, body={"email": "no address", "first_name": "Nobody"})

    def _next(self) -> int:
        self._counter += 1
        return self._counter

    @action("delete_lead_from_campaign", when=ReadStories.has_rows, number=NUMBER, how=st.integers(0, 2))
    def delete(self, number: int, how: int) -> None:
        """From one campaign, or from the account."""
        place, row = self.row(number)
        if how == 0 and self.has("delete_lead_globally"):
            self._delete_everywhere(row.person)
        else:
            self._delete_here(place, row)

    def _delete_here(self, place: Place, row: Row) -> None:
        """The row goes; a lead without any row goes with it (R)."""
        exchange = self.call("delete_lead_from_campaign", path=self.path(place, row))
        self.take_out(place, [row], exchange)
        self.refused("delete_lead_from_campaign", path=self.path(place, row))

    @action(
        "delete_leads_from_campaign_bulk",
        when=ReadStories.has_rows,
        number=NUMBER,
        count=st.integers(1, 3),
        as_text=st.booleans(),
    )
    def delete_several(self, number: int, count: int, as_text: bool) -> None:
        """Several at once, each as alone; those of other campaigns stay."""
        place, _ = self.row(number)
        rows = place.in_order()[:count]
        ids = [str(row.person.id) if as_text else row.person.id for row in rows]
        exchange = self.call("delete_leads_from_campaign_bulk", path={"campaign_id": place.id}, body={"lead_ids": ids})
        self.take_out(place, rows, exchange)

    def take_out(self, place: Place, rows: list[Row], exchange: Exchange) -> None:
        """Rows leave a campaign, and leads without a row leave the account, where the documents agree on that."""
        for row in rows:
            del place.rows[row.person.email]
            self.spent.add(("row", row.map_id))
            if not self.account.rows_of(row.person):
                self.end(row.person, exchange)

    def end(self, person: Person, exchange: Exchange) -> None:
        """A lead that is in no campaign any more is deleted (R); OAS says that it stays, others say nothing."""
        found = self.look("get_lead_by_email", query={"email": person.email}, ok=(200, 404))
        is_there = found.status == 200 and found.json != {}
        agreed = self.edition.name in ("default", "live", "reference")
        self.hold(not (is_there and agreed), f"{person.email} is in no campaign and still there", found)
        if not is_there:
            self.forget(person)

    def forget(self, person: Person) -> None:
        """A lead is deleted."""
        for _, row in self.account.rows_of(person):
            self.spent.add(("row", row.map_id))
        self.account.forget(person)
        self.spent.add(("lead", person.id))
        self.gone.append(person)

    def _delete_everywhere(self, person: Person) -> None:
        """The lead and all its rows are gone, from every view."""
        places = [place.id for place, _ in self.account.rows_of(person)]
        self.call("delete_lead_globally", path={"lead_id": person.id})
        self.forget(person)
        gone(self, "lead", person.id or 0, {"campaign": places[0]} if places else {})
        self.refused("delete_lead_globally", path={"lead_id": person.id})

    @action("delete_campaign", where=PLACE)
    def replace_campaign(self, where: int) -> None:
        """A deleted campaign takes its rows with it; whether leads without a row stay, no document says."""
        place = self.account.places[where]
        exchange = self.call("delete_campaign", path={"campaign_id": place.id})
        self.account.places[where] = self.new_place(place.client, place.client_email)
        for row in place.rows.values():
            self.spent.add(("row", row.map_id))
            if not self.account.rows_of(row.person):
                found = self.look("get_lead_by_email", query={"email": row.person.email}, ok=(200, 404))
                if found.json == {} or found.status == 404:
                    self.forget(row.person)
        self.refused(
            "add_leads_to_campaign", path={"campaign_id": place.id}, body={"lead_list": self.batch([(0, 0, {})])}
        )
        gone(self, "campaign", place.id, {})
        self.hold(exchange.status == 200, "is not deleted", exchange)

    # -------------------------------------------------------------------------------------------------- block list

    @action(
        one_of=_TO_BLOCK, names=st.lists(st.integers(0, len(_ENTRIES) - 1), min_size=1, max_size=2),
        spelling=st.integers(0, 5), form=st.integers(0, 5), owner=st.integers(0, 2),
    )  # fmt: skip
    def block_or_unblock(self, names: list[int], spelling: int, form: int, owner: int) -> None:
        """Leads that an entry hits are BLOCKED, in the campaigns that it is for (S1, S4)."""
        if form == 0 and self.account.entries and self.has("delete_from_global_block_list"):
            self._unblock(names[0])
            return
        forms = self.forms()
        form_of = forms[max(form - 3, 0) % len(forms)]
        texts = [_entry(_ENTRIES[one], self.address) for one in names]
        if form_of == "block_domains":
            texts = [text for text in texts if "@" not in text]
            texts.append(self.address("x", self.new_user()).partition("@")[2])
        client = self.account.places[owner].client if form_of == "add_to_global_block_list" else None
        if form == 1 and form_of == "add_to_global_block_list" and self.account.entries:
            again = self.account.entries[names[0] % len(self.account.entries)]
            texts, client = [again.value], again.client
        values = list(dict.fromkeys(map(stored, texts)))
        listed = {(entry.value, entry.client) for entry in self.account.entries}
        added = [value for value in values if (value, client) not in listed]
        exchange = self._send_entries(form_of, [SPELLINGS[spelling](text) for text in texts], client)
        for value in values:
            self.account.list_entry(Entry(value, client, "manual", self.now), is_new=value in added)
        if form_of == "add_to_global_block_list":
            self.same(exchange.json["totalDomainAdded"], len(added), "totalDomainAdded", exchange)
            submitted = {len(texts), len(values), len(added)}
            self.hold(exchange.json["uploadCount"] in submitted, "uploadCount is none of the counts", exchange)
        elif form_of == "block_domains":
            self._hold_blocked(exchange, values)
        self.check_block_list()

    def forms(self) -> list[str]:
        """The operations that put something on the block list."""
        return [one for one in _TO_BLOCK if self.has(one)]

    def _send_entries(self, form: str, texts: list[str], client: int | None) -> Exchange:
        if form == "add_to_global_block_list":
            return self.call(form, body={"domain_block_list": texts, "client_id": client})
        return self.call(form, body={"domains" if form == "block_domains" else "emails": texts})

    def _hold_blocked(self, exchange: Exchange, values: list[str]) -> None:
        data = exchange.json["data"]
        blocked = data["blocked_domains"]
        shown = sorted(set(map(stored, blocked))) if isinstance(blocked, list) else blocked
        self.same(shown, sorted(values) if isinstance(blocked, list) else len(values), "blocked_domains", exchange)
        if "blocked_at" in data:
            self.same((moment(data["blocked_at"]), data["source"]), (self.now, "manual"), "the entry", exchange)

    def _unblock(self, number: int) -> None:
        """Leads that are BLOCKED stay so, and the next import takes whom the entry kept out."""
        self.check_block_list()
        entry = self.account.entries[number % len(self.account.entries)]
        self.call("delete_from_global_block_list", query={"id": entry.id})
        self.account.entries.remove(entry)
        self.spent.add(("entry", entry.id))
        self.refused("delete_from_global_block_list", query={"id": entry.id})
        email = entry.value if "@" in entry.value else f"{self.new_user()}@{entry.value}"
        for place in self.account.places:
            if entry.binds(place) and email not in place.rows:
                self.import_leads(place, [{"email": email}], {})
                return


def _entry(text: str, address: Callable[..., str]) -> str:
    """An address or a domain below the run's."""
    user, at, domain = text.rpartition("@")
    whole = address(user or "x", domain)
    return whole if at else whole.partition("@")[2]

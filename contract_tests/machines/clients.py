"""Stories about clients: whose key sees and changes what, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import strategies as st

from contract_tests.exchange import NO_BODY, Exchange, rows
from contract_tests.invariants import shows_nothing, unseen
from contract_tests.machines.base import REFUSALS, SUCCESS, action
from contract_tests.machines.campaign_making import NOBODY, CampaignMaking
from contract_tests.machines.client_model import LISTS, LOOKS, ClientKey, Look, Party
from contract_tests.phases import MOMENT
from contract_tests.redaction import Key
from contract_tests.target import Target

Json = dict[str, Any]
index = st.integers(0, 11)
_DENIED = (401,)
_FORBIDDEN = (403,)
#: how many calls of one kind follow each other
_AT_ONCE = 4


class ClientMachine(CampaignMaking):
    """An account with things of its own, two clients that may do everything, and one that may read and reply."""

    family: ClassVar[str] = "clients"
    needs: ClassVar[Sequence[str]] = ("save_client", "list_campaigns", "update_campaign_settings")
    needs_mock: ClassVar[bool] = True

    def begin(self) -> None:
        """Everybody has a campaign that has sent and was answered, a mailbox, leads and a webhook."""
        self.now, self.campaigns = MOMENT, {}
        self.parties = [
            Party("ownz", None), Party("annz", 0, ("full_access",)), Party("borz", 0, ("full_access",)),
            Party("clez", 0, ("reply_master_inbox",)),
        ]  # fmt: skip
        for party in self.parties:
            self._furnish(party)
        self.control("POST", "/clock/advance", {"minutes": 40})
        for party in self.parties:
            event = {"campaign_id": party.campaign, "email": party.lead_email, "type": "reply", "body": party.marker}
            self.control("POST", "/events", event)

    # ------------------------------------------------------------------------------------- reading

    @action(reader=index, whose=index, what=st.integers(0, len(LOOKS) - 1))
    def look(self, reader: int, whose: int, what: int) -> None:
        """Everybody reads what is theirs as the account reads it, and nothing of others."""
        looks = [one for one in LOOKS if one.operation in self.world.api]
        for place in range(what, what + _AT_ONCE):
            self._look(self._pick(reader), self._pick(whose), looks[place % len(looks)])

    @action(reader=index, what=st.integers(0, len(LISTS) - 1))
    def list_all(self, reader: int, what: int) -> None:
        """A list holds what is the reader's, and nothing of others; the account sees everything."""
        there = [one for one in LISTS if one in self.world.api]
        operation, party = there[what % len(there)], self._pick(reader)
        body = LISTS[operation]
        exchange = self._by(party, operation, body=NO_BODY if body is None else body)
        for other in self.parties:
            is_seen = other is party or party.is_owner
            if not is_seen:
                self._hold_unseen(other, exchange)
            elif operation not in ("list_unread_replies", "list_all_leads_activities"):
                self.hold(other.marker in exchange.text, f"nothing of {other.marker} is in the list", exchange)
        self._check_ids(party, operation, exchange)

    @action(reader=index, whose=index)
    def compare(self, reader: int, whose: int) -> None:
        """A list that is asked for one client holds that client's, and only for those who may see it."""
        party, other = self._pick(reader), self.parties[1 + whose % 3]
        asked = {one.name for one in self.world.api["list_campaigns"].parameters}
        if "client_id" not in asked:
            self.check_ids()
            return
        exchange = self._by(party, "list_campaigns", query={"client_id": other.client_id}, ok=(200, *REFUSALS))
        if party.is_owner or party is other:
            self.same(sorted(row["id"] for row in rows(exchange)), sorted(other.campaigns), "the campaigns", exchange)
        else:
            self._hold_unseen(other, exchange)

    @action(what=index, whose=index)
    def be_a_stranger(self, what: int, whose: int) -> None:
        """The key of another account sees nothing at all."""
        party = self._pick(whose)
        looks = [one for one in LOOKS if one.operation in self.world.api]
        for place in range(what, what + _AT_ONCE):
            look = looks[place % len(looks)]
            if look.query:
                unseen(self, "list_campaigns")
            else:
                unseen(self, look.operation, path={name: getattr(party, one) for name, one in look.path.items()})

    # ------------------------------------------------------------------------------------- changing

    @action(writer=index, whose=index)
    def rename(self, writer: int, whose: int) -> None:
        """A campaign is changed by whom it belongs to, if they may, and by the account."""
        party, other = self._pick(writer), self._pick(whose)
        name = self.new_name(f"renamed {other.marker}")
        may = self._may(party, other)
        setting: Json = {"name": name}
        if "name" not in self.members("update_campaign_settings"):
            setting = {"follow_up_percentage": 40}
        self._by(party, "update_campaign_settings", path={"campaign_id": other.campaign}, body=setting,
                 ok=SUCCESS if may else self._refusals(party, other))  # fmt: skip
        if may and "name" in setting:
            other.campaigns[other.campaign] = name
        self.check_ids()

    @action(writer=index, whose=index, what=index)
    def write(self, writer: int, whose: int, what: int) -> None:
        """What others have is not changed, nor one's own without the permission."""
        party, other = self._pick(writer), self._pick(whose)
        if self._may(party, other):
            other = self.parties[(self.parties.index(other) + 1) % 4]
        if self._may(party, other):
            other, party = self.parties[0], self.parties[1]
        path = {"campaign_id": other.campaign}
        calls: list[tuple[str, Json]] = [
            ("delete_campaign", {"path": path}),
            ("update_campaign_status", {"path": path, "body": {"status": "PAUSED"}}),
            ("save_campaign_sequences", {"path": path, "body": {"sequences": []}}),
            ("add_leads_to_campaign", {"path": path, "body": {"lead_list": [{"email": self.address("new")}]}}),
            ("remove_campaign_email_accounts", {"path": path, "body": {"email_account_ids": [other.box]}}),
            ("unsubscribe_lead_from_campaign", {"path": {**path, "lead_id": other.lead}}),
            ("delete_lead_from_campaign", {"path": {**path, "lead_id": other.lead}}),
            ("update_lead_category_in_campaign", {"path": {**path, "lead_id": other.lead}, "body": {"category_id": 1}}),
            ("delete_webhook", {"body": {"id": other.webhook}}),
            ("delete_email_account", {"path": {"email_account_id": other.box}}),
            ("duplicate_campaign", {"path": path, "body": {}}),
        ]  # fmt: skip
        there = [(name, one) for name, one in calls if name in self.world.api]
        seen = [look for look in LOOKS if look.operation in ("list_leads_by_campaign", "list_campaign_email_accounts")]
        before = [self._read(self.parties[0], other, look) for look in seen]
        for place in range(what, what + _AT_ONCE):
            name, arguments = there[place % len(there)]
            refusals = (*self._refusals(party, other), *((500,) if name == "duplicate_campaign" else ()))
            exchange = self._by(party, name, ok=refusals, **arguments)
            if not party.may_write:
                self.same(exchange.status, 403, "the refusal of a key that may not write", exchange)
        after = [self._read(self.parties[0], other, look) for look in seen]
        for old, new in zip(before, after, strict=True):
            self.same(new.json, old.json, f"after calls of {party.marker} that were refused", exchange)
        self.check_ids()

    @action(writer=index, whose=index, named=st.booleans())
    def make(self, writer: int, whose: int, named: bool) -> None:
        """What a client makes is the client's; it makes nothing for another."""
        party, other = self._pick(writer), self._pick(whose)
        is_named = named and not other.is_owner
        foreign = not party.is_owner and is_named and other is not party
        owner = other if party.is_owner and is_named else party
        body: Json = {"name": self.new_name(f"made {owner.marker}")}
        if is_named:
            body["client_id"] = other.client_id
        if foreign or not party.may_write:
            self._by(party, "create_campaign", body=body, ok=REFUSALS)
        else:
            made = self._by(party, "create_campaign", body=body).json["id"]
            owner.campaigns[made] = body["name"]
            row = self.ask("get_campaign", path={"campaign_id": made}).json
            self.same(row["client_id"], owner.client_id, "the client of a new campaign", self.telling.story[-1])
        self.check_ids()

    @action(whose=index, mail=st.booleans())
    def meddle(self, whose: int, mail: bool) -> None:
        """Only the account makes clients and keys."""
        party = self.parties[1 + whose % 3]
        if mail or not self.has("create_client_api_key"):
            name = self.new_name("meddler")
            body: Json = {"name": name, "email": self.address(name.replace(" ", "."))}
            self._by(party, "save_client", body=body, ok=REFUSALS)
        else:
            self._by(party, "create_client_api_key", body={"clientId": party.client_id, "keyName": "More"}, ok=REFUSALS)
        self._check_clients()

    # ------------------------------------------------------------------------------------- clients and keys

    @action(whose=index, permission=st.sampled_from(((), ("full_access",), ("reply_master_inbox", "full_access"))))
    def permit(self, whose: int, permission: tuple[str, ...]) -> None:
        """Permissions are the client's: all its keys have them at once."""
        party = self.parties[1 + whose % 3]
        if "id" not in self.members("save_client"):
            self._check_clients()
            return
        party.name = self.new_name(f"client {party.marker}")
        body = {"id": party.client_id, "name": party.name, "email": party.email, "permission": list(permission)}
        self.call("save_client", body=body)
        party.permission = permission
        self._check_clients()

    @action(whose=index)
    def add_key(self, whose: int) -> None:
        """A client has several keys, and each of them works (R)."""
        party = self.parties[1 + whose % 3]
        if len(party.keys) > 4:
            party = min(self.parties[1:], key=lambda one: len(one.keys))
        self._new_key(party)
        self._check_keys()
        self._by(party, "list_campaigns", key=party.keys[-1])

    @action("reset_client_api_key", whose=index, which=index)
    def reset_key(self, whose: int, which: int) -> None:
        """The old value is refused at once, the new one works, and others' keys go on."""
        party = self.parties[1 + whose % 3]
        there = [key for key in party.keys if not key.is_deleted]
        if not there:
            return
        key = there[which % len(there)]
        exchange = self.call("reset_client_api_key", path={"api_key_id": key.id})
        self.same(exchange.json["data"]["id"], key.id, "the record of the key", exchange)
        old, key.text = key.text, exchange.json["data"]["api_key"]
        self.hold(old != key.text, "the value of the key is the old one", exchange)
        self._dead_key(old)
        self._by(party, "list_campaigns", key=key)
        self._check_keys()

    @action("delete_client_api_key", whose=index, which=index)
    def delete_key(self, whose: int, which: int) -> None:
        """A key that is deleted is refused everywhere; the other keys go on."""
        party = self.parties[1 + whose % 3]
        there = party.living
        if len(there) < 2:
            self._new_key(party)
            there = party.living
        key = there[which % len(there)]
        self.call("delete_client_api_key", path={"api_key_id": key.id})
        key.is_alive, key.is_deleted = False, True
        self._dead_key(key.text)
        self.call("delete_client_api_key", path={"api_key_id": NOBODY}, ok=REFUSALS)
        self._check_keys()

    # ------------------------------------------------------------------------------------- helpers

    def _pick(self, which: int) -> Party:
        return self.parties[which % 4]

    def _may(self, party: Party, other: Party) -> bool:
        return party.is_owner or (party is other and party.may_write)

    def _refusals(self, party: Party, other: Party) -> tuple[int, ...]:
        """How a call is refused: without the permission with 403, a thing of others as if it were not there, or with
        403 (S2).
        """
        if not party.may_write and party is other:
            return _FORBIDDEN
        return (403, 404)

    def _target(self, key: ClientKey | str) -> Target:
        text = key if isinstance(key, str) else key.text
        return replace(self.world.target, key=Key(text))

    def _by(self, party: Party, operation_id: str, *, key: ClientKey | None = None, **arguments: Any) -> Exchange:
        """A call with a key of that party: the newest one, unless another is named."""
        if party.is_owner:
            return self.call(operation_id, **arguments)
        chosen = key or party.living[-1]
        return self.call(operation_id, by=self._target(chosen), **arguments)

    def _read(self, reader: Party, party: Party, look: Look) -> Exchange:
        path = {name: getattr(party, one) for name, one in look.path.items()}
        query = {name: getattr(party, one) for name, one in look.query.items()}
        if look.operation not in self.world.api:
            return self.ask(look.operation, path=path, query=query)
        return self._by(reader, look.operation, path=path, query=query, ok=(200, *REFUSALS))

    def _look(self, reader: Party, party: Party, look: Look) -> None:
        exchange = self._read(reader, party, look)
        if reader.is_owner or reader is party:
            self.same(exchange.status, 200, f"what {reader.marker} gets of {party.marker}", exchange)
            self.hold(party.marker in exchange.text, f"nothing of {party.marker} is shown", exchange)
            if not reader.is_owner:
                right = self._read(self.parties[0], party, look)
                self.same(exchange.json, right.json, "what a client's key reads, and the account's", exchange)
            return
        self._hold_unseen(party, exchange)
        allowed = (*self.edition.foreign_client, 404)
        fine = exchange.status in allowed or (exchange.status == 200 and shows_nothing(exchange))
        self.hold(fine, f"{reader.marker} gets {exchange.status} for a thing of {party.marker}", exchange)

    def _hold_unseen(self, party: Party, exchange: Exchange) -> None:
        self.hold(party.marker not in exchange.text, f"shows what belongs to {party.marker}", exchange)

    def _check_ids(self, party: Party, operation: str, exchange: Exchange) -> None:
        """Lists of campaigns and mailboxes are exact."""
        mine = self.parties if party.is_owner else [party]
        if operation == "list_campaigns":
            right = {one: name for other in mine for one, name in other.campaigns.items()}
            self.same({row["id"]: row["name"] for row in rows(exchange)}, right, "the campaigns", exchange)
        elif operation == "list_email_accounts":
            self.same(
                sorted(row["id"] for row in rows(exchange)), sorted(one.box for one in mine), "the mailboxes", exchange
            )

    def check_ids(self) -> None:
        """The campaigns of the account are as they should be."""
        self._check_ids(self.parties[0], "list_campaigns", self.call("list_campaigns"))

    def _check_clients(self) -> None:
        exchange = self.ask("list_clients")
        shown = {
            row["id"]: (row["name"], row["email"], row["client_permission"]["permission"]) for row in rows(exchange)
        }
        right = {one.client_id: (one.name, one.email, list(one.permission)) for one in self.parties[1:]}
        self.same(shown, right, "the clients", exchange)
        party = self.parties[1 + len(self.telling.story) % 3]
        if self.has("list_clients"):
            own = self._by(party, "list_clients", ok=(200, *REFUSALS))
            for other in self.parties[1:]:
                if other is not party:
                    self._hold_unseen(other, own)

    def _check_keys(self) -> None:
        exchange = self.ask("list_client_api_keys")
        shown = {
            row["id"]: (row["client_id"], row["key_name"])
            for row in rows(exchange)
            if row["status"] == "active" and not row.get("deleted_at")
        }
        right = {key.id: (one.client_id, key.name) for one in self.parties for key in one.living}
        self.same(shown, right, "the keys of the clients", exchange)

    def _dead_key(self, text: str) -> None:
        """A key that is no more is refused, wherever it is used."""
        party = self.parties[len(self.telling.story) % 4]
        self.call("list_campaigns", by=self._target(text), ok=_DENIED)
        path, body = {"campaign_id": party.campaign}, {"follow_up_percentage": 50}
        self.call("update_campaign_settings", by=self._target(text), path=path, body=body, ok=_DENIED)

    def _new_key(self, party: Party) -> None:
        name = f"Key {len(party.keys) + 1}"
        made = self.ask("create_client_api_key", body={"clientId": party.client_id, "keyName": name}).json["data"]
        known = {key.text for one in self.parties for key in one.keys}
        self.hold(made["api_key"] not in known, "two keys have one value", self.telling.story[-1])
        party.keys.append(ClientKey(made["id"], name, made["api_key"]))

    def _adopt_key(self, party: Party, text: str | None) -> bool:
        """Take over the key that a client got with its making, where that is so (R)."""
        for row in rows(self.ask("list_client_api_keys")) if text else []:
            if row["client_id"] == party.client_id:
                party.keys.append(ClientKey(row["id"], row["key_name"], str(text)))
                return True
        return False

    def _furnish(self, party: Party) -> None:
        """Give a party its things; the account makes them all."""
        owner: Json = {}
        if not party.is_owner:
            party.name, party.email = self.new_name(f"client {party.marker}"), self.address("client", party.marker)
            body = {"name": party.name, "email": party.email, "permission": list(party.permission)}
            made = self.call("save_client", body=body).json
            party.client_id = made["data"]["id"] if "data" in made else made["clientId"]
            if not self._adopt_key(party, made.get("data", {}).get("api_key")):
                self._new_key(party)
            owner = {"client_id": party.client_id}
        name = self.new_name(f"campaign {party.marker}")
        party.campaign = self.call("create_campaign", body={"name": name, **owner}, edition="default").json["id"]
        party.campaigns[party.campaign] = name
        address = self.address("box", party.marker)
        box = {
            "from_name": party.marker, "from_email": address, "user_name": address, "password": "of-nobody",
            "smtp_host": "smtp.example.com", "smtp_port": 465, "imap_host": "imap.example.com", "imap_port": 993,
            "warmup_enabled": False, "max_email_per_day": 50, **owner,
        }  # fmt: skip
        party.box = self.call("save_email_account", body=box, edition="default").json["emailAccountId"]
        path, party.lead_email = {"campaign_id": party.campaign}, self.address("lead", party.marker)
        window = {"timezone": "UTC", "days_of_the_week": [0, 1, 2, 3, 4, 5, 6], "start_hour": "00:00",
                  "end_hour": "23:59", "min_time_btw_emails": 3, "max_new_leads_per_day": 500}  # fmt: skip
        steps = [
            {"seq_number": number, "seq_delay_details": {"delay_in_days": delay}, "subject": party.marker,
             "email_body": party.marker}
            for number, delay in ((1, 0), (2, 300))
        ]  # fmt: skip
        leads = [{"email": party.lead_email}, {"email": self.address("second", party.marker)}]
        for operation, content in (
            ("update_campaign_schedule", window), ("save_campaign_sequences", {"sequences": steps}),
            ("add_campaign_email_accounts", {"email_account_ids": [party.box]}),
            ("add_leads_to_campaign", {"lead_list": leads}), ("update_campaign_status", {"status": "START"}),
        ):  # fmt: skip
            self.call(operation, path=path, body=content, edition="default")
        hook = {"name": party.marker, "webhook_url": f"http://{party.marker}.example/x", "event_types": ["EMAIL_SENT"]}
        party.webhook = self.call("save_campaign_webhook", path=path, body=hook, edition="default").json["id"]
        found = rows(self.call("list_leads_by_campaign", path=path, edition="default"))
        row = next(one for one in found if one["lead"]["email"] == party.lead_email)
        party.lead, party.lead_map = str(row["lead"]["id"]), str(row["campaign_lead_map_id"])

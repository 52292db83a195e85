"""One machine over many families: what is made is listed, what is removed is gone, and nothing else moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from contract_tests.exchange import rows
from contract_tests.invariants import gone, not_under, unseen
from contract_tests.machines.base import REFUSALS, Machine, action

_USERS = ("ann", "ben", "eve", "joe")
_RECEIVER_PATH = "hook"
#: what a mailbox needs beside its address
_HOSTS: Mapping[str, Any] = {
    "smtp_port": 465,
    "imap_port": 993,
    "password": "secret",
    "max_email_per_day": 50,
    "warmup_enabled": False,
}
place = st.integers(0, 5)
users = st.lists(st.sampled_from(_USERS), min_size=1, max_size=3, unique=True)


@dataclass
class Campaign:
    """What belongs to a campaign."""

    name: str
    leads: set[str] = field(default_factory=set)
    boxes: set[int] = field(default_factory=set)
    webhooks: dict[int, str] = field(default_factory=dict)


@dataclass
class LeadList:
    """A list and who is on it."""

    name: str
    leads: set[str] = field(default_factory=set)


class World(Machine):
    """Campaigns, leads, lists, mailboxes and webhooks of one account, and somebody who has another."""

    family = "world"
    needs = (
        "create_campaign", "list_campaigns", "get_campaign", "delete_campaign", "add_leads_to_campaign",
        "list_leads_by_campaign", "get_lead_by_email",
    )  # fmt: skip

    def begin(self) -> None:
        """Two of each, so that what happens to the one can be seen not to happen to the other."""
        self.campaigns: dict[int, Campaign] = {}
        self.lists: dict[int, LeadList] = {}
        self.boxes: dict[int, str] = {}
        self.leads: dict[str, int] = {}
        #: kind, id, and ids of other kinds beside it
        self.removed: list[tuple[str, int, dict[str, int | str]]] = []
        self.step = 0
        for number, wanted in enumerate((["ann", "ben"], ["ann"])):
            self._create_campaign()
            self._import(number, wanted)
            if self.has("save_email_account", "list_email_accounts", "add_campaign_email_accounts"):
                self._connect_mailbox()
                self._attach(number, number)
            if self.has("save_campaign_webhook"):
                self._add_webhook(number)
            if self.has("create_lead_list", "import_leads_to_list"):
                self._create_list()
                self._import_to_list(number, wanted)

    # What the API shows.

    @invariant()
    def the_views_are_the_models(self) -> None:
        """After every step: the campaigns, and one other view in turn."""
        if self.is_over:
            return
        with self._ending():
            self.step += 1
            views = list(self._views())
            self._see_campaigns()
            views[self.step % len(views)]()

    def view(self) -> Any:
        """All that a refused call could have changed."""
        if self.is_over:
            return None
        for see in (self._see_campaigns, *self._views()):
            see()
        return None

    def _views(self) -> Iterator[Any]:
        for campaign_id in self.campaigns:
            yield lambda one=campaign_id: self._see_campaign(one)
        if self.has("list_lead_lists"):
            yield self._see_lists
        if self.has("list_email_accounts"):
            yield self._see_boxes
        yield self._see_leads

    def _see_campaigns(self) -> None:
        exchange = self.call("list_campaigns")
        shown = {row["id"]: row["name"] for row in rows(exchange) if "id" in row}
        if shown or not rows(exchange):
            self.same(shown, {one: campaign.name for one, campaign in self.campaigns.items()}, "campaigns", exchange)

    def _see_campaign(self, campaign_id: int) -> None:
        campaign, path = self.campaigns[campaign_id], {"campaign_id": campaign_id}
        exchange = self.call("list_leads_by_campaign", path=path, query={"limit": 100})
        shown = sorted(lead_of(row)["email"] for row in rows(exchange))
        self.same(shown, sorted(campaign.leads), f"leads of campaign {campaign_id}", exchange)
        if self.has("list_campaign_email_accounts"):
            exchange = self.call("list_campaign_email_accounts", path=path)
            shown = sorted(row["id"] for row in rows(exchange))
            self.same(shown, sorted(campaign.boxes), f"mailboxes of campaign {campaign_id}", exchange)
        if self.has("list_campaign_webhooks"):
            exchange = self.call("list_campaign_webhooks", path=path)
            webhooks = {row["id"]: row["name"] for row in rows(exchange)}
            self.same(webhooks, campaign.webhooks, f"webhooks of campaign {campaign_id}", exchange)

    def _see_lists(self) -> None:
        exchange = self.call("list_lead_lists", query={"limit": 100})
        shown = {row["id"]: (row["list_name"], int(row["leads_count"])) for row in rows(exchange)}
        self.same(shown, {one: (it.name, len(it.leads)) for one, it in self.lists.items()}, "lead lists", exchange)

    def _see_boxes(self) -> None:
        exchange = self.call("list_email_accounts", query={"limit": 100})
        shown = {row["id"]: row["from_email"] for row in rows(exchange)}
        self.same(shown, self.boxes, "mailboxes", exchange)

    def _see_leads(self) -> None:
        for user in _USERS[: 1 + self.step % len(_USERS)]:
            address = self.address(user)
            exchange = self.call("get_lead_by_email", query={"email": address}, ok=(200, 404))
            lead = exchange.json if isinstance(exchange.json, dict) and exchange.status == 200 else {}
            of = sorted(one for one, campaign in self.campaigns.items() if address in campaign.leads)
            if of:
                self.hold(lead.get("email") == address, f"{address} is in {len(of)} campaigns and not found", exchange)
            if "lead_campaign_data" in lead:
                shown = sorted(row["campaign_id"] for row in lead["lead_campaign_data"])
                self.same(shown, of, f"campaigns of {address}", exchange)

    # What the account's owner does.

    @action(when=lambda self: len(self.campaigns) < 4)
    def create_campaign(self) -> None:
        """One more."""
        self._create_campaign()

    def _create_campaign(self) -> None:
        name = self.new_name("campaign")
        exchange = self.call("create_campaign", body={"name": name})
        self.campaigns[exchange.json["id"]] = Campaign(name)

    @action(number=place, wanted=users, when=lambda self: self.campaigns)
    def import_leads(self, number: int, wanted: list[str]) -> None:
        """Leads of other campaigns are taken as well."""
        self._import(number, wanted)

    def _import(self, number: int, wanted: list[str]) -> None:
        campaign_id, addresses = self._campaign(number), [self.address(user) for user in wanted]
        body: dict[str, Any] = {"lead_list": [{"email": address, "first_name": "A"} for address in addresses]}
        allowed = {"refuses": False, "allows": True}.get(self.edition.other_campaign_flag)
        if allowed is not None:
            body["settings"] = {"ignore_duplicate_leads_in_other_campaign": allowed}
        self.call("add_leads_to_campaign", path={"campaign_id": campaign_id}, body=body)
        self.campaigns[campaign_id].leads |= set(addresses)

    @action("delete_lead_from_campaign", number=place, which=place, when=lambda self: self._shared())
    def remove_lead(self, number: int, which: int) -> None:
        """It stays in other campaigns and on lists. What a lead's last campaign takes with it is told differently."""
        campaign_id, address, lead_id = self._some_lead(self._shared(), number, which)
        self.call("delete_lead_from_campaign", path={"campaign_id": campaign_id, "lead_id": lead_id})
        self.campaigns[campaign_id].leads.discard(address)

    @action("delete_lead_globally", number=place, which=place, when=lambda self: self._mapped())
    def remove_lead_everywhere(self, number: int, which: int) -> None:
        """It is gone from campaigns and lists."""
        campaign_id, address, lead_id = self._some_lead(self._mapped(), number, which)
        self.call("delete_lead_globally", path={"lead_id": lead_id})
        for campaign in self.campaigns.values():
            campaign.leads.discard(address)
        for one in self.lists.values():
            one.leads.discard(address)
        self.removed.append(("lead", lead_id, {"campaign": campaign_id}))
        # Most stories need somebody who is in two campaigns.
        for number in range(2):
            self._import(number, ["joe"])

    @action("save_email_account", "list_email_accounts", when=lambda self: len(self.boxes) < 4)
    def connect_mailbox(self) -> None:
        """One more."""
        self._connect_mailbox()

    def _connect_mailbox(self) -> None:
        self._counter += 1
        address = self.address(f"box{self._counter}")
        host = f"mail.{self.world.target.safety.domain}"
        body = {
            **_HOSTS, "id": None, "from_name": "Ann", "from_email": address, "user_name": address, "smtp_host": host,
            "imap_host": host,
        }  # fmt: skip
        self.call("save_email_account", body=body)
        exchange = self.call("list_email_accounts", query={"limit": 100})
        self.boxes[{row["from_email"]: row["id"] for row in rows(exchange)}[address]] = address

    @action(
        "save_email_account", "add_campaign_email_accounts", number=place, which=place,
        when=lambda self: self.campaigns and self.boxes,
    )  # fmt: skip
    def attach(self, number: int, which: int) -> None:
        """To one campaign."""
        self._attach(number, which)

    def _attach(self, number: int, which: int) -> None:
        campaign_id, box = self._campaign(number), sorted(self.boxes)[which % len(self.boxes)]
        self.call(
            "add_campaign_email_accounts", path={"campaign_id": campaign_id}, body={"email_account_ids": [box]}
        )  # fmt: skip
        self.campaigns[campaign_id].boxes.add(box)

    @action("save_email_account", "delete_email_account", which=place, when=lambda self: self.boxes)
    def remove_mailbox(self, which: int) -> None:
        """It leaves every campaign."""
        box = sorted(self.boxes)[which % len(self.boxes)]
        self.call("delete_email_account", path={"email_account_id": box})
        del self.boxes[box]
        for campaign in self.campaigns.values():
            campaign.boxes.discard(box)
        self.removed.append(("email_account", box, {}))

    @action("save_campaign_webhook", number=place, when=lambda self: self.campaigns)
    def add_webhook(self, number: int) -> None:
        """Of one campaign."""
        self._add_webhook(number)

    def _add_webhook(self, number: int) -> None:
        campaign_id, name = self._campaign(number), self.new_name("webhook")
        body = {
            "id": None, "name": name, "webhook_url": f"http://{self.world.target.safety.domain}/{_RECEIVER_PATH}",
            "event_types": ["EMAIL_REPLY"], "categories": ["Interested"],
        }  # fmt: skip
        self.call("save_campaign_webhook", path={"campaign_id": campaign_id}, body=body)
        exchange = self.call("list_campaign_webhooks", path={"campaign_id": campaign_id})
        of = {row["name"]: row["id"] for row in rows(exchange)}
        self.campaigns[campaign_id].webhooks[of[name]] = name

    @action(
        "save_campaign_webhook", "delete_campaign_webhook", number=place,
        when=lambda self: any(one.webhooks for one in self.campaigns.values()),
    )  # fmt: skip
    def remove_webhook(self, number: int) -> None:
        """Through another campaign it stays, through its own it goes."""
        owners = sorted(one for one, campaign in self.campaigns.items() if campaign.webhooks)
        owner = owners[number % len(owners)]
        webhook = min(self.campaigns[owner].webhooks)
        for other in sorted(set(self.campaigns) - {owner})[:1]:
            not_under(self, "delete_campaign_webhook", {"campaign_id": other}, body={"id": webhook})
        self.call("delete_campaign_webhook", path={"campaign_id": owner}, body={"id": webhook})
        del self.campaigns[owner].webhooks[webhook]

    @action("create_lead_list", when=lambda self: len(self.lists) < 4)
    def create_list(self) -> None:
        """One more."""
        self._create_list()

    def _create_list(self) -> None:
        name = self.new_name("list")
        exchange = self.call("create_lead_list", body={"listName": name})
        self.lists[int(exchange.json["data"]["id"])] = LeadList(name)

    @action("create_lead_list", "import_leads_to_list", number=place, wanted=users, when=lambda self: self.lists)
    def import_to_list(self, number: int, wanted: list[str]) -> None:
        """They are in no campaign for that."""
        self._import_to_list(number, wanted)

    def _import_to_list(self, number: int, wanted: list[str]) -> None:
        list_id, addresses = sorted(self.lists)[number % len(self.lists)], [self.address(user) for user in wanted]
        body = {"leadList": [{"email": address} for address in addresses], "fileName": "leads.csv"}
        self.call("import_leads_to_list", path={"lead_list_id": list_id}, body=body)
        self.lists[list_id].leads |= set(addresses)

    @action("create_lead_list", "delete_lead_list", number=place, when=lambda self: self.lists)
    def remove_list(self, number: int) -> None:
        """The leads stay in their campaigns."""
        list_id = sorted(self.lists)[number % len(self.lists)]
        self.call("delete_lead_list", path={"lead_list_id": list_id})
        del self.lists[list_id]
        self.removed.append(("lead_list", list_id, {}))

    @action(number=place, when=lambda self: len(self.campaigns) > 1)
    def remove_campaign(self, number: int) -> None:
        """With all that belongs to it; leads and mailboxes stay elsewhere."""
        campaign_id = self._campaign(number)
        self.call("delete_campaign", path={"campaign_id": campaign_id})
        lost = self.campaigns.pop(campaign_id)
        leads = {address: self.leads[address] for address in lost.leads if address in self.leads}
        self.removed.append(("campaign", campaign_id, {"lead": next(iter(leads.values()), 1)}))

    # What must not work.

    @action(number=place, when=lambda self: self.removed)
    def use_what_is_gone(self, number: int) -> None:
        """Nothing shows it any more, and it cannot be removed a second time."""
        kind, one, others = self.removed[-1 - number % len(self.removed)]
        gone(self, kind, one, others)
        operation, name = _REMOVERS[kind]
        self.refused(operation, path={name: one})

    @action("delete_lead_from_campaign", number=place, which=place, when=lambda self: self._strangers())
    def remove_lead_from_where_it_is_not(self, number: int, which: int) -> None:
        """A lead of another campaign only."""
        pairs = self._strangers()
        campaign_id, address = pairs[number % len(pairs)]
        lead_id = self._lead_id(address)
        not_under(self, "delete_lead_from_campaign", {"campaign_id": campaign_id, "lead_id": lead_id})

    @action(number=place, when=lambda self: self.world.foreign is not None and self.campaigns)
    def somebody_else_looks(self, number: int) -> None:
        """Another key sees nothing, and changes nothing."""
        path = {"campaign_id": self._campaign(number)}
        unseen(self, "list_campaigns")
        for operation in ("get_campaign", "list_leads_by_campaign", "get_campaign_sequences"):
            if self.has(operation):
                unseen(self, operation, path=path)
        if self.has("list_email_accounts"):
            unseen(self, "list_email_accounts")
        self.call("delete_campaign", path=path, by=self.world.foreign, ok=REFUSALS)
        self.view()

    def _campaign(self, number: int) -> int:
        return sorted(self.campaigns)[number % len(self.campaigns)]

    def _mapped(self) -> list[tuple[int, str]]:
        """Campaigns and their leads."""
        return [(one, address) for one, it in sorted(self.campaigns.items()) for address in sorted(it.leads)]

    def _shared(self) -> list[tuple[int, str]]:
        """Those whose lead is in another campaign as well."""
        addresses = [address for _, address in self._mapped()]
        return [(one, address) for one, address in self._mapped() if addresses.count(address) > 1]

    def _some_lead(self, pairs: list[tuple[int, str]], number: int, which: int) -> tuple[int, str, int]:
        """A campaign, the address of one of its leads, and its id."""
        campaign_id, address = pairs[(number * 6 + which) % len(pairs)]
        return campaign_id, address, self._lead_id(address)

    def _lead_id(self, address: str) -> int:
        exchange = self.call("get_lead_by_email", query={"email": address})
        self.hold("id" in exchange.json, f"{address} is not found", exchange)
        self.leads[address] = int(exchange.json["id"])
        return self.leads[address]

    def _strangers(self) -> list[tuple[int, str]]:
        """Campaigns, and leads that are in others only."""
        return [
            (one, address)
            for one, campaign in sorted(self.campaigns.items())
            for other in self.campaigns.values()
            for address in sorted(other.leads - campaign.leads)
        ]


_REMOVERS = {
    "campaign": ("delete_campaign", "campaign_id"), "lead": ("delete_lead_globally", "lead_id"),
    "lead_list": ("delete_lead_list", "lead_list_id"), "email_account": ("delete_email_account", "email_account_id"),
}  # fmt: skip


def lead_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The person of a row."""
    lead = row.get("lead")
    return lead if isinstance(lead, dict) else row

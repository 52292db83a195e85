"""Campaigns as the API shows them, in every view, against the model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.exchange import NO_BODY, Exchange, rows
from contract_tests.invariants import unseen
from contract_tests.machines.base import Machine
from contract_tests.machines.campaign_model import Campaign, Open, Step, settled
from contract_tests.machines.documented import members

Json = dict[str, Any]
#: editions whose document says in which order campaigns are listed (R)
_ORDERED = ("default", "live", "reference")


class CampaignViews(Machine):
    """Reads everything that campaigns show, and knows what it should be."""

    campaigns: dict[int, Campaign]
    #: campaigns that may be there or not: nothing says what becomes of sub-sequences whose parent is deleted
    doubtful: set[int]
    clients: list[int]
    boxes: list[int]
    tags: list[int]
    #: the name and colour of a tag
    tag_rows: dict[int, Json]
    now: str
    _turn: int = 0

    def ask(self, operation_id: str, **arguments: Any) -> Exchange:
        """A call as the edition writes it; one that it lacks is written as `default` does, which a mock understands."""
        edition = None if operation_id in self.world.api else "default"
        return self.call(operation_id, edition=edition, **arguments)

    def check(self, *touched: Campaign) -> None:
        """Every campaign is as the model has it: all of them in the list, those that a call touched in every view, and
        one of the others in one view after the other.
        """
        self._turn += 1
        self._check_list()
        for campaign in touched:
            if campaign.id in self.campaigns:
                for view in (self._check_single, self._check_steps, self._check_boxes):
                    view(campaign)
        others = [one for one in self.campaigns.values() if one not in touched]
        if others:
            views = (self._check_steps, self._check_boxes, self._check_single)
            views[self._turn % 3](others[self._turn // 3 % len(others)])
        if self._turn % 4 == 0:
            self.check_filters()
        if self._turn % 4 == 2:
            self._check_accounts()
        if self._turn % 7 == 0:
            unseen(self, "list_campaigns")

    def view(self) -> Any:
        """The list."""
        return self.ask("list_campaigns").json

    def _check_list(self) -> None:
        exchange = self.ask("list_campaigns")
        shown = rows(exchange)
        ids = [row.get("id") for row in shown]
        for one in self.doubtful - set(ids):
            self.campaigns.pop(one, None)
        self.doubtful.clear()
        self.same(sorted(ids), sorted(self.campaigns), "the campaigns that are listed", exchange)
        if self.world.api.edition in _ORDERED:
            self.same(ids, sorted(ids, reverse=True), "the order of the list, newest first", exchange)
        for row in shown:
            self.settle(self.campaigns[row["id"]].fields, row, f"campaign {row['id']} in the list", exchange)
            self.hold("tags" not in row, "tags are shown that nobody asked for", exchange)

    def _check_single(self, campaign: Campaign) -> None:
        exchange = self.ask("get_campaign", path={"campaign_id": campaign.id})
        self.settle(campaign.fields, exchange.json, f"campaign {campaign.id}", exchange)

    def _check_steps(self, campaign: Campaign) -> None:
        exchange = self.ask("get_campaign_sequences", path={"campaign_id": campaign.id})
        shown = rows(exchange)
        self.same([row["seq_number"] for row in shown], [one.fields["seq_number"] for one in campaign.steps],
                  f"steps of campaign {campaign.id}", exchange)  # fmt: skip
        for row, step in zip(shown, campaign.steps, strict=True):
            where = f"step {row['seq_number']} of campaign {campaign.id}"
            delay = row.get("seq_delay_details")
            flat = row if delay is None else {**row, "delay": delay["delayInDays"]}
            self.settle({**step.fields, "email_campaign_id": campaign.id}, flat, where, exchange)
            self.settle(step.fields, flat, where, exchange)
            self._check_variants(step, row.get("sequence_variants") or [], where, exchange)
        every = [step.fields["id"] for one in self.campaigns.values() for step in one.steps]
        known = [one for one in every if not isinstance(one, Open)]
        self.hold(len(known) == len(set(known)), f"two steps have one id among {sorted(known)}", exchange)

    def _check_variants(self, step: Step, shown: Sequence[Json], where: str, exchange: Exchange) -> None:
        living = [{"variant_label": one.get("variant_name"), **one} for one in shown if not one["is_deleted"]]
        expected = step.variants or []
        self.same(len(living), len(expected), f"the number of variants of {where}", exchange)
        for one, variant in zip(living, expected, strict=True):
            self.settle(variant, one, f"{where}, variant {one['variant_label']}", exchange)
            self.same(one["email_campaign_seq_id"], step.fields["id"], f"the step of a variant of {where}", exchange)

    def _check_boxes(self, campaign: Campaign) -> None:
        exchange = self.ask("list_campaign_email_accounts", path={"campaign_id": campaign.id})
        ids = sorted(row["id"] for row in rows(exchange))
        self.same(ids, sorted(campaign.boxes), f"mailboxes of campaign {campaign.id}", exchange)

    def check_filters(self) -> None:
        """Lists by client hold those of the client, and tags are shown when asked for."""
        api = self.world.api
        asked = {one.name for one in api["list_campaigns"].parameters}
        client = self.clients[self._turn // 4 % len(self.clients)]
        if "client_id" in asked:
            exchange = self.call("list_campaigns", query={"client_id": client})
            mine = [one.id for one in self.campaigns.values() if one.fields["client_id"] == client]
            shown = sorted(row["id"] for row in rows(exchange))
            self.same(shown, sorted(mine), f"the campaigns of client {client}", exchange)
        if "include_tags" not in asked:
            return
        exchange = self.call("list_campaigns", query={"include_tags": True})
        for row in rows(exchange):
            campaign = self.campaigns[row["id"]]
            self.settle(campaign.fields, row, f"campaign {row['id']} with its tags", exchange)
            shown_tags = sorted(row.get("tags", []), key=lambda tag: int(tag["tag_id"]))
            if campaign.tags is None:
                campaign.tags = {tag["tag_id"] for tag in shown_tags}
            wanted = [self.tag_rows[one] for one in sorted(campaign.tags)]
            self.same(shown_tags, wanted, f"tags of campaign {row['id']}", exchange)

    def _check_accounts(self) -> None:
        """Mailboxes count and name the campaigns that they send for."""
        if "list_email_accounts" not in self.world.api:
            return
        asked = {one.name for one in self.world.api["list_email_accounts"].parameters}
        query = {"fetch_campaigns": "true"} if "fetch_campaigns" in asked else {}
        exchange = self.call("list_email_accounts", query=query)
        shown = {row["id"]: row for row in exchange.json}
        self.same(sorted(shown), sorted(self.boxes), "the mailboxes", exchange)
        for box, row in shown.items():
            users = sorted(one.id for one in self.campaigns.values() if box in one.boxes)
            if "campaign_count" in row:
                self.same(row["campaign_count"], len(users), f"campaign_count of mailbox {box}", exchange)
            if query:
                self.same(sorted(row.get("campaign_ids", [])), users, f"the campaigns of mailbox {box}", exchange)

    def settle(self, expected: Json, shown: Any, where: str, exchange: Exchange) -> None:
        """What is shown is what is expected; what was open is settled by it."""
        self.hold(isinstance(shown, Mapping), f"{where} is no object", exchange)
        difference = settled(expected, _read(shown), where)
        if difference:
            self.fail("model", difference, exchange)

    def members(self, operation_id: str) -> set[str]:
        """The members that the body of an operation knows in this edition."""
        return set(members(self.world.api[operation_id].body)) if operation_id in self.world.api else set()

    def deny(self, operation_id: str, *touched: Campaign, **arguments: Any) -> Exchange:
        """A call that must be refused, and that changes nothing."""
        exchange = self.ask_in_vain(operation_id, **arguments)
        self.check(*touched)
        return exchange

    def ask_in_vain(self, operation_id: str, text: str = "", **arguments: Any) -> Exchange:
        """A call that must be refused, for the documented reason where there is one."""
        body = arguments.pop("body", NO_BODY)
        exchange = self.call(operation_id, ok=(400, 403, 404, 409, 422, 500), body=body, **arguments)
        if exchange.status == 500:
            self.hold(operation_id == "duplicate_campaign", "a wrong request is answered with 500", exchange)
        if text and self.world.api.edition in ("default", "live") and isinstance(exchange.json, Mapping):
            self.same(exchange.json.get("error"), text, "the reason of the refusal", exchange)
        return exchange


def _read(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row whose window is an object: in `help-center` it is printed as JavaScript prints one (S1:117)."""
    window = row.get("scheduler_cron_value")
    if not isinstance(window, str):
        return row
    text = re.sub(r"(\w+): ", r'"\1": ', window).replace("'", '"')
    try:
        return {**row, "scheduler_cron_value": json.loads(text)}
    except ValueError:
        return row

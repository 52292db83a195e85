"""Ids of what is there: what the answers of an account tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.safety_table import RULES
from contract_tests.shape.requests import Writer

#: answers that tell ids: operation -> (kind, members on the way to it; rows of arrays: the first)
TELLS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "list_campaigns": (("campaign", "id"),),
    "list_email_accounts": (("email_account", "id"),),
    "save_email_account": (("email_account", "emailAccountId"),),
    "list_clients": (("client", "id"),),
    "save_client": (("client", "clientId"),),
    "create_client_api_key": (("api_key", "data.id"),),
    "create_email_account_tag": (("tag", "id"),),
    "list_email_account_tags": (("tag", "id"),),
    "list_lead_lists": (("lead_list", "data.lists.id"),),
    "list_leads_by_campaign": (("lead", "data.lead.id"), ("lead_map", "data.campaign_lead_map_id")),
    "list_campaign_webhooks": (("webhook", "id"),),
    "list_global_block_list": (("block_entry", "id"),),
}


@dataclass(slots=True)
class Learned:
    """What answers told; what the run made itself wins over what was there."""

    writer: Writer
    #: kinds whose id is one that the run made; the first one stays, so that later calls meet what earlier ones filled
    own: set[str] = field(default_factory=set)

    def learn(self, exchange: Exchange) -> None:
        """Take over ids that an answer tells."""
        if not 200 <= exchange.status < 300:
            return
        rule = RULES[exchange.operation]
        if rule.creates is not None:
            for place in rule.made:
                self._note(rule.creates, exchange.json, place, is_own=True)
        for kind, place in TELLS.get(exchange.operation, ()):
            self._note(kind, exchange.json, place, is_own=rule.kind != "read")

    def _note(self, kind: str, answer: Any, place: str, *, is_own: bool) -> None:
        for step in place.split("."):
            answer = answer[0] if isinstance(answer, list) and answer else answer
            answer = answer.get(step) if isinstance(answer, dict) else None
        if isinstance(answer, (int, str)):
            self.take(kind, answer, is_own=is_own)

    def take(self, kind: str, one: int | str, *, is_own: bool) -> None:
        """Use an id from now on, unless there is a better one."""
        if kind not in self.own and (is_own or kind not in self.writer.ids):
            self.writer.ids[kind] = one
            self.own |= {kind} if is_own else set()

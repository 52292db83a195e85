"""What must be the same after refused calls as before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.document import Operation
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.shape.director import Director

_OF_ALL = (
    "list_campaigns", "list_email_accounts", "list_clients", "list_lead_lists", "list_global_block_list",
    "list_email_account_tags", "list_client_api_keys", "list_inbox_replies",
)  # fmt: skip
_OF_A_CAMPAIGN = (
    "get_campaign", "get_campaign_sequences", "list_campaign_email_accounts", "list_campaign_webhooks",
    "list_leads_by_campaign", "get_campaign_statistics", "get_campaign_analytics",
)  # fmt: skip


@dataclass(slots=True)
class Witness:
    """Looks at a world from many sides. The clock stands still, so nothing may change by itself."""

    director: Director
    ids: Mapping[str, Any]
    _last: dict[str, Exchange] = field(default_factory=dict)

    def seen(self) -> dict[str, str]:
        """Operation -> what it answers."""
        for operation in (*_OF_ALL, *_OF_A_CAMPAIGN):
            path = {"campaign_id": self.ids["campaign"]} if operation in _OF_A_CAMPAIGN else {}
            self.director.call(operation, **path)
            self._last[operation] = self.director.story[-1]
        return {operation: exchange.text for operation, exchange in self._last.items()}

    def changes(self, phase: str, operation: Operation, before: Mapping[str, str]) -> Iterator[Finding]:
        """What is not as it was, though every call was refused."""
        for view, text in self.seen().items():
            if text != before[view]:
                message = f"{view} answers otherwise after refused calls: {_difference(before[view], text)}"
                yield Finding(phase, operation.id, "trace", message, self._last[view])


def _difference(before: str, after: str) -> str:
    start = next((i for i, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), 0)
    first = max(0, start - 40)
    return f"…{before[first : start + 60]}… became …{after[first : start + 60]}…"

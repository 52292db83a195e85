"""Removes what a run made: newest first, also what nobody knows the id of. Doing it twice is harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.errors import BrokenAnswerError
from contract_tests.exchange import NO_BODY, Exchange, rows_of
from contract_tests.ledger import Entry, Kind, Ledger
from contract_tests.target import Target

_GONE = {404}
_REFUSED = 400
_PAGE = 100


class _NotListedError(Exception):
    """The things of a kind cannot be listed, so nobody can say what is left."""


@dataclass(slots=True)
class Cleaner:
    """Cleans up behind one run. `target` must be under the rules of write mode and knows the whole document."""

    target: Target

    @property
    def ledger(self) -> Ledger:
        """What is to be removed."""
        return self.target.ledger

    def clean(self) -> list[str]:
        """Remove everything; what is left is told, one line each."""
        left = []
        for entry in self.ledger.left:
            try:
                problem = self._remove(entry)
            except (BrokenAnswerError, _NotListedError) as error:
                problem = str(error)
            if problem is None:
                self.ledger.finish(entry, "removed")
            else:
                left.append(f"{entry.kind.replace('_', ' ')} {', '.join(entry.names) or entry.ids}: {problem}")
        return left

    def _remove(self, entry: Entry) -> str | None:
        for one in self._found(entry):
            self.ledger.adopt(entry.kind, one)
            answer = self._delete(entry, one)
            if answer.status == _REFUSED and entry.kind == "campaign":
                # A mock lets a run start campaigns, and an active one is not removed.
                self.target.call("update_campaign_status", path={"campaign_id": one}, body={"status": "STOPPED"})
                answer = self._delete(entry, one)
            if not (200 <= answer.status < 300 or answer.status in _GONE):
                return f"removing {one} was answered with {answer.status}"
        still = list(self._found(entry))
        return f"{', '.join(still)} is still there after it was removed" if still else None

    def _found(self, entry: Entry) -> Iterator[str]:
        """The ids of what an entry may have made and that is there now."""
        if entry.kind == "lead":
            for address in entry.names:
                yield from self._leads_at(address)
            return
        for row in self._listing[entry.kind](entry):
            name = str(row.get(_NAME_OF_ROW[entry.kind], ""))
            one = str(row.get("id"))
            # The prefix finds copies and entries whose call was never answered.
            if one in entry.ids or (self.ledger.run in name and (not entry.ids or entry.kind == "campaign")):
                yield one

    @property
    def _listing(self) -> Mapping[Kind, Callable[[Entry], list[dict[str, Any]]]]:
        return {
            "campaign": lambda _: self._rows("list_campaigns"),
            "lead_list": lambda _: self._rows("list_lead_lists", query={"listName": self.ledger.run, "limit": _PAGE}),
            "webhook": lambda entry: self._rows("list_campaign_webhooks", path={"campaign_id": entry.parent}),
            "block_entry": lambda entry: [row for name in entry.names for row in self._blocked(name)],
        }

    def _blocked(self, name: str) -> list[dict[str, Any]]:
        return self._rows("list_global_block_list", query={"filter_email_or_domain": name})

    def _leads_at(self, address: str) -> Iterator[str]:
        answer = self.target.call("get_lead_by_email", query={"email": address})
        if answer.status in _GONE:
            return
        if answer.status != 200 or not isinstance(answer.json, dict):
            raise _NotListedError(f"looking for {address} was answered with {answer.status}")
        if "id" in answer.json:
            yield str(answer.json["id"])

    def _delete(self, entry: Entry, one: str) -> Exchange:
        path: dict[str, Any] = {}
        query: dict[str, Any] = {}
        body: Any = NO_BODY
        operation, name = _REMOVERS[entry.kind]
        if entry.kind == "webhook":
            path, body = {"campaign_id": entry.parent}, {"id": int(one)}
        elif entry.kind == "block_entry":
            query = {name: one}
        else:
            path = {name: one}
        return self.target.call(operation, path=path, query=query, body=body)

    def _rows(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        answer = self.target.call(operation, **arguments)
        if answer.status in _GONE:
            return []
        rows = rows_of(answer.json)
        if answer.status != 200 or rows is None:
            raise _NotListedError(f"{operation} was answered with {answer.status}")
        return [row for row in rows if isinstance(row, dict)]


_NAME_OF_ROW: Mapping[Kind, str] = {
    "campaign": "name", "lead_list": "list_name", "webhook": "name", "block_entry": "email_or_domain",
}  # fmt: skip
_REMOVERS: Mapping[Kind, tuple[str, str]] = {
    "campaign": ("delete_campaign", "campaign_id"),
    "lead": ("delete_lead_globally", "lead_id"),
    "lead_list": ("delete_lead_list", "lead_list_id"),
    "webhook": ("delete_campaign_webhook", "id"),
    "block_entry": ("delete_from_global_block_list", "id"),
}

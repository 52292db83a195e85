"""Requests of documented examples: ids become ones that are there, names get the run's prefix, addresses its domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.document import Operation, Parameter
from contract_tests.exchange import NO_BODY
from contract_tests.safety_table import ID_NAMES, RULES, Rule

#: an id that is told by nobody: the answer must then be a documented refusal
NOBODY = 1
_ADDRESS_MEMBERS = {"domains", "domain_block_list", "emails", "email", "email_ids"}
_NAME_MEMBERS = {"name", "listName", "subsequence_name"}
#: arguments that the schema does not tell enough about
_ARGUMENTS: Mapping[str, Any] = {
    "start_date": "2026-02-20", "end_date": "2026-03-20", "timezone": "UTC", "time_zone": "UTC",
    "fromTime": "2026-02-20T00:00:00.000Z", "toTime": "2026-03-20T23:59:59.999Z",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of a call."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any


@dataclass(slots=True)
class Writer:
    """Makes requests of examples. `ids` holds what there is: the name of a parameter or a kind of thing -> its id."""

    run: str
    domain: str
    ids: dict[str, Any] = field(default_factory=dict)
    #: what the request is for
    operation: str = ""

    def request(self, operation: Operation) -> Request:
        """The example of an operation."""
        rule = RULES[operation.id]
        self.operation = operation.id
        required = {one.name: one for one in operation.parameters if one.required}
        query = {name: self._argument(one, rule) for name, one in required.items() if one.place == "query"}
        body = self._rewritten(operation.body_examples[0], "", rule) if operation.body_examples else NO_BODY
        if operation.body is None and rule.name_in:
            # In some editions the arguments of a writing call are in the query.
            query |= {one.name: self._argument(one, rule) for one in operation.parameters_in("query")}
        if operation.body is None and rule.id_names in self.ids:
            query |= {one.name: self.ids[rule.id_names] for one in operation.parameters_in("query") if one.name == "id"}
        path = {one.name: self._argument(one, rule) for one in operation.parameters_in("path")}
        return Request(path, {name: self._rewritten(value, name, rule) for name, value in query.items()}, body)

    def _known(self, name: str, rule: Rule) -> Any:
        """The id that a name stands for; None = nobody told it, or it is no id."""
        if name in self.ids and (name in ID_NAMES or name == "id"):
            return self.ids[name]
        return self.ids.get(ID_NAMES.get(name, rule.id_names if name == "id" else ""))

    def _argument(self, parameter: Parameter, rule: Rule) -> Any:
        if parameter.name in ID_NAMES or (parameter.name == "id" and rule.id_names):
            known = self._known(parameter.name, rule)
            return NOBODY if known is None else known
        if parameter.name in _ARGUMENTS:
            return _ARGUMENTS[parameter.name]
        schema = parameter.schema if isinstance(parameter.schema, dict) else {}
        if schema.get("enum"):
            return schema["enum"][0]
        if schema.get("type") in ("integer", "number"):
            return NOBODY
        return self.ids.get("lead_email", f"example@{self.domain}") if parameter.name == "email" else "example"

    def _rewritten(self, value: Any, key: str, rule: Rule) -> Any:
        if isinstance(value, dict):
            return {name: self._rewritten(inner, name, rule) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._rewritten(inner, key, rule) for inner in value]
        if value is not None and (key in ID_NAMES or (key == "id" and (rule.id_names or "id" in self.ids))):
            known = self._known(key, rule)
            return value if known is None else known
        if not isinstance(value, str):
            return value
        if key == "email_ids" and "mailbox_address" in self.ids:
            return self.ids["mailbox_address"]
        if key in _NAME_MEMBERS:
            return f"{self.run} {value}"
        if key == "webhook_url":
            # Two webhooks with one target are one too many.
            return f"http://{self.domain}/hook/{self.operation}"
        if key in _ADDRESS_MEMBERS and "@" not in value:
            return f"{value.partition('.')[0]}.{self.domain}" if "." in value else f"{value}@{self.domain}"
        if key == "email" and "lead_email" in self.ids and rule.needs == ("campaign", "lead"):
            return self.ids["lead_email"]
        if "@" in value and " " not in value and "<" not in value:
            return ",".join(f"{one.partition('@')[0]}@{self.domain}" for one in value.split(","))
        return value

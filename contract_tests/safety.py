"""What may be sent to whom. The transport asks before every call; a refusal means that nothing went out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from contract_tests.document import Api, Operation
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import NoBody
from contract_tests.ledger import Kind, Ledger
from contract_tests.safety_table import ID_NAMES, RULES, VOCABULARY, Rule

Mode = Literal["read", "write"]

_LIKE_AN_ID = re.compile(r"(^|_)ids?$|[a-z]I[Dd]s?$")
_LIKE_AN_ADDRESS = re.compile(r"[^\s<>,;\"']+@[^\s<>,;\"']+")
#: members that take in more than the ids beside them, or make something that no ledger knows
_TOO_WIDE = frozenset({"allLeads", "filters", "campaignName"})
_NAMES = frozenset({"name", "listName", "subsequence_name"})
_ADDRESSES = frozenset({"email", "emails", "domains", "domain_block_list", "domainBlockList"})
_URLS = frozenset({"webhook_url"})

#: what removes a kind of thing, and what finds it again when only its name is known
REMOVED_BY: Mapping[Kind, tuple[str, str]] = {
    "campaign": ("delete_campaign", "list_campaigns"),
    "lead": ("delete_lead_globally", "get_lead_by_email"),
    "lead_list": ("delete_lead_list", "list_lead_lists"),
    "webhook": ("delete_campaign_webhook", "list_campaign_webhooks"),
    "block_entry": ("delete_from_global_block_list", "list_global_block_list"),
}


@dataclass(frozen=True, slots=True)
class Safety:
    """The rules of one run. A world with a control API is a mock's: there the mode alone counts."""

    mode: Mode
    is_mock: bool
    api: Api
    ledger: Ledger

    @property
    def domain(self) -> str:
        """The domain of all addresses of the run; nobody can have it (RFC 2606)."""
        return f"{self.ledger.run}.invalid"

    def class_refusal(self, operation_id: str) -> str | None:
        """Why no request to an operation may be sent, whatever it holds; None = some may."""
        rule = RULES.get(operation_id)
        if rule is None:
            return "nobody has said yet what it does"
        if self.mode == "read":
            return None if rule.kind == "read" else f"read mode, and {rule.reason}"
        if self.is_mock or rule.kind == "read":
            return None
        if rule.kind == "outward":
            return rule.reason
        if rule.creates is not None:
            missing = [one for one in REMOVED_BY[rule.creates] if one not in self.api]
            if missing:
                return f"what it makes could not be removed: this edition has no {' and no '.join(missing)}"
        return None

    def check(self, operation: Operation, path: Mapping[str, Any], query: Mapping[str, Any], body: Any) -> None:
        """RefusedBySafetyError unless the request may be sent."""
        refusal = self.class_refusal(operation.id)
        if refusal is None and not self.is_mock and RULES[operation.id].kind == "write":
            refusal = _undocumented(operation, path, query, body)
            refusal = refusal or self._content_refusal(RULES[operation.id], path, query, body)
        if refusal is not None:
            raise RefusedBySafetyError(operation.id, refusal)

    def check_raw(self, method: str, path: str) -> None:
        """A request that is no regular call: real accounts get those that cannot change anything."""
        operation = self.api.at(method, path)
        if operation is not None:
            refusal = self.class_refusal(operation.id)
            if refusal is None and not self.is_mock and RULES[operation.id].kind != "read":
                refusal = "a malformed request that changes something cannot be looked through"
        elif method.upper() in ("GET", "HEAD", "OPTIONS") or (self.is_mock and self.mode == "write"):
            refusal = None
        else:
            refusal = "nobody knows what it does"
        if refusal is not None:
            raise RefusedBySafetyError(operation.id if operation else f"{method} {path}", refusal)

    def is_own(self, address: str) -> bool:
        """Whether a domain, or one single address, belongs to this run."""
        user, at, domain = address.strip().lower().rpartition("@")
        if "@" in user or re.search(r"[\s,;<>]", address.strip()) or (at and not user):
            return False
        return domain == self.domain or domain.endswith(f".{self.domain}")

    def _content_refusal(self, rule: Rule, path: Mapping[str, Any], query: Mapping[str, Any], body: Any) -> str | None:
        leaves = [*_leaves(path), *_leaves(query), *([] if isinstance(body, NoBody) else _leaves(body))]
        named: set[str] = set()
        for keys, value in leaves:
            refusal = self._id_refusal(rule, keys, value, named) or self._word_refusal(rule, keys, value)
            if refusal is not None:
                return refusal
        missing = [kind for kind in rule.needs if kind not in named]
        if missing:
            return f"{rule.reason}, but the request names no {missing[0].replace('_', ' ')} that the run made"
        if rule.name_in and not (rule.upsert and rule.id_names in named) and not self._is_named(rule, query, body):
            return f"it makes something without the run's prefix {self.ledger.run} in {' or '.join(rule.name_in)}"
        return None

    def _id_refusal(self, rule: Rule, keys: Sequence[str], value: Any, named: set[str]) -> str | None:
        """What is wrong with a value as an id; notes what kind of thing it names. `keys` are the members above it."""
        key = keys[-1] if keys else ""
        if any(one in ID_NAMES for one in keys[:-1]):
            return f"{keys[0]} names something in a way that the run does not know"
        kind = ID_NAMES.get(key, rule.id_names if key == "id" else "")
        if value is None or isinstance(value, bool) or key in VOCABULARY:
            return None
        if not kind:
            return f"{key} names something that the run cannot know to be its own" if _LIKE_AN_ID.search(key) else None
        if not self.ledger.owns(kind, str(value)):
            return f"the run did not make {key} {value}"
        named.add(kind)
        return None

    def _word_refusal(self, rule: Rule, keys: Sequence[str], value: Any) -> str | None:
        """What is wrong with a value as a name, an address, or a word that widens the call."""
        key = keys[-1] if keys else ""
        wide = _TOO_WIDE.intersection(keys)
        if wide and not (wide == {"allLeads"} and value is False):
            return f"{min(wide)} reaches beyond what the run made"
        if key in rule.only and value not in rule.only[key]:
            return f"{key} may only be {' or '.join(rule.only[key])}, not {value}"
        if not isinstance(value, str):
            return None
        if key in _NAMES:
            return None if value.startswith(self.ledger.run) else f"{key} lacks the run's prefix {self.ledger.run}"
        if key in _URLS and not self.is_own(urlsplit(value).hostname or ""):
            return f"{key} must lead to {self.domain}"
        addresses = [value] if key in _ADDRESSES else _LIKE_AN_ADDRESS.findall(value)
        if not all(self.is_own(address) for address in addresses):
            return f"{key} holds an address outside {self.domain}"
        return None

    def _is_named(self, rule: Rule, query: Mapping[str, Any], body: Any) -> bool:
        given = {**query, **(body if isinstance(body, Mapping) else {})}
        return any(str(given.get(name, "")).startswith(self.ledger.run) for name in rule.name_in)


def _undocumented(operation: Operation, path: Mapping[str, Any], query: Mapping[str, Any], body: Any) -> str | None:
    """Arguments that the operation does not have: the service may ignore them and what they bind the call to."""
    known = {place: {one.name for one in operation.parameters_in(place)} for place in ("path", "query")}
    members = operation.body.get("properties") if isinstance(operation.body, Mapping) else {}
    given = body if isinstance(body, Mapping) else {}
    extra = sorted({*path} - known["path"] | {*query} - known["query"])
    if members is not None:
        extra += sorted({*given} - {*members})
    return f"it has no argument {extra[0]}" if extra else None


def _leaves(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every plain value with the members that it lies under; what lies in an array lies under the array's member.
    Members themselves are looked at as well: an empty object under a name says something too.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, str(key)))
        if not value and keys:
            yield keys, value
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner, keys)
    else:
        yield keys, value

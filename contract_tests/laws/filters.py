"""Filters: what they leave is what fits, all of it and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from contract_tests.exchange import Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading

Row = dict[str, Any]
_MOST_VALUES = 6


def _at(*steps: str) -> Callable[[Row], Any]:
    def found(row: Row) -> Any:
        value: Any = row
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    return found


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list and the field that its rows show."""

    operation: str
    name: str
    field: Callable[[Row], Any]
    #: values that the rows do not show, and that the document has
    values: Sequence[Any] = ()
    fits: Callable[[Any, Any], bool] = lambda shown, asked: shown == asked


def _contains(shown: Any, asked: Any) -> bool:
    return isinstance(shown, str) and str(asked).lower() in shown.lower()


def _later(shown: Any, asked: Any) -> bool:
    return isinstance(shown, str) and shown > str(asked)


_FILTERS: Sequence[Filter] = (
    Filter("list_campaigns", "client_id", _at("client_id")),
    Filter("list_email_accounts", "client_id", _at("client_id")),
    Filter("list_email_accounts", "username", _at("username"), fits=_contains),
    Filter("list_email_accounts", "esp", _at("type"), ("GMAIL", "OUTLOOK", "SMTP")),
    Filter("list_email_accounts", "emailWarmupStatus", _at("warmup_details", "status"), ("ACTIVE", "INACTIVE")),
    Filter("list_email_accounts", "isInUse", _at("campaign_count"), ("true", "false"),
           lambda shown, asked: (int(shown) > 0) is (asked == "true")),
    Filter("list_email_accounts", "isSmtpSuccess", _at("is_smtp_success"), ("true", "false"),
           lambda shown, asked: shown is (asked == "true")),
    Filter("list_leads_by_campaign", "status", _at("status"), ("COMPLETED", "STOPPED", "PAUSED", "BLOCKED")),
    Filter("list_leads_by_campaign", "lead_category_id", _at("lead_category_id"), (1, 2, 3)),
    Filter("list_leads_by_campaign", "created_at_gt", _at("created_at"),
           ("2026-01-01T00:00:00.000Z", "2026-03-02T08:00:00.500Z", "2027-01-01T00:00:00.000Z"), _later),
    Filter("list_lead_lists", "listName", _at("list_name"), fits=_contains),
    Filter("list_global_block_list", "filter_client_id", _at("client_id")),
    Filter("list_global_block_list", "filter_email_or_domain", _at("email_or_domain"), fits=_contains),
    Filter("list_untracked_replies", "from_email", _at("sender_detail"), fits=_contains),
    Filter("list_untracked_replies", "to_email", _at("recipient_detail"), fits=_contains),
    Filter("list_untracked_replies", "subject_line", _at("subject"), fits=_contains),
    Filter("list_client_api_keys", "clientId", _at("client_id")),
    *(
        Filter("get_campaign_statistics", "email_status", _at(field), (word,), lambda shown, _: shown is True)
        for word, field in (
            ("opened", "is_opened"), ("clicked", "is_clicked"), ("replied", "is_replied"), ("bounced", "is_bounced"),
            ("unsubscribed", "is_unsubscribed"),
        )
    ),
    Filter("get_campaign_statistics", "email_sequence_number", _at("sequence_number"), ("1", "2", "3", "20"),
           lambda shown, asked: str(shown) == asked),
    Filter("get_campaign_statistics", "sent_time_start_date", _at("sent_time"),
           ("2026-03-03T00:00:00.000Z", "2026-03-04T00:00:00.000Z"), _later),
    Filter("get_campaign_statistics", "sent_time_end_date", _at("sent_time"),
           ("2026-03-02T23:59:59.999Z", "2026-03-03T23:59:59.999Z"), lambda shown, asked: not _later(shown, asked)),
)  # fmt: skip

#: filters in the body of the lists of the inbox
_INBOX = (
    "list_inbox_replies", "list_unread_replies", "list_important_messages", "list_archived_messages",
    "list_sent_messages", "list_assigned_to_me", "list_custom_view_emails", "list_snoozed_messages",
)  # fmt: skip
_INBOX_FILTERS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Row], Any]]] = {
    "campaignId": (lambda value: {"campaignId": value}, _at("email_campaign_id")),
    "emailAccountId": (lambda value: {"emailAccountId": value}, _at("email_account_id")),
    "campaignClientId": (lambda value: {"campaignClientId": value}, _at("client_id")),
    "categoryIdsIn": (lambda value: {"leadCategories": {"categoryIdsIn": [value]}}, _at("lead_category_id")),
}

#: word of the leads' filter emailStatus -> whether it finds a lead to whom these mails went
_BY_MAILS: Mapping[str, Callable[[list[Row]], bool]] = {
    "is_sent": bool,
    "is_opened": lambda mails: any(mail["is_opened"] for mail in mails),
    "is_clicked": lambda mails: any(mail["is_clicked"] for mail in mails),
    "is_replied": lambda mails: any(mail["is_replied"] for mail in mails),
    "is_bounced": lambda mails: any(mail["is_bounced"] for mail in mails),
    "not_replied": lambda mails: (
        any(mail["is_opened"] for mail in mails) and not any(mail["is_replied"] for mail in mails)
    ),
}
_FACTS = ("is_opened", "is_clicked", "is_replied", "is_bounced")

#: filters of one list that are asked for at a time
_MOST_PAIRS = 12


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter with a value, and the rows that it must leave."""

    name: str
    about: str
    arguments: Mapping[str, Any]
    wanted: list[Row]


def filters(reading: Reading) -> Iterator[Finding]:
    """All filters, alone and two at a time."""
    for name in dict.fromkeys(one.operation for one in _FILTERS):
        if reading.has(name):
            known = {parameter.name for parameter in reading.operation(name).parameters_in("query")}
            ours = [one for one in _FILTERS if one.operation == name and one.name in known]
            for path in _places(reading, name):
                _of_query(reading, name, ours, path)
            yield from reading.taken()
    for campaign in reading.campaigns()[:6]:
        _leads_by_mails(reading, campaign.get("id"))
        yield from reading.taken()
    for name in _INBOX:
        if reading.has(name):
            _inbox(reading, name)
            yield from reading.taken()


def _pairs(asked: Sequence[_Asked]) -> list[tuple[_Asked, _Asked, list[Row]]]:
    """Two filters and what both leave; first pairs of which neither filter could be dropped unseen."""
    found = [
        (one, other, [row for row in one.wanted if row in other.wanted])
        for one, other in combinations(asked, 2)
        if one.name != other.name
    ]
    return sorted(found, key=lambda pair: (pair[2] == pair[0].wanted) + (pair[2] == pair[1].wanted))[:_MOST_PAIRS]


def _places(reading: Reading, name: str) -> list[Mapping[str, Any]]:
    places = [one.name for one in reading.operation(name).parameters_in("path")]
    if not places:
        return [{}]
    return [{"campaign_id": row.get("id")} for row in reading.campaigns()[:6]] if places == ["campaign_id"] else []


def _of_query(reading: Reading, name: str, ours: Sequence[Filter], path: Mapping[str, Any]) -> None:
    whole = reading.whole(name, path)
    asked: list[_Asked] = []
    for one in ours:
        shown = {repr(one.field(row)): one.field(row) for row in whole if one.field(row) is not None}
        values = [*one.values, *([] if one.values else list(shown.values())[:_MOST_VALUES])] if shown else []
        for value in values:
            wanted = [row for row in whole if one.fits(one.field(row), value)]
            made = _Asked(one.name, f"{one.name}={value}", {one.name: value}, wanted)
            exchange = reading.again(name, path, _limited(reading, name, made.arguments))
            if exchange is not None and exchange.status < 400:
                _compare(reading, name, made.about, exchange, wanted, whole)
                asked.append(made)
            elif exchange is not None:
                _refused(reading, name, one.name, value, exchange)
    for one_asked, other, both in _pairs(asked):
        arguments = {**one_asked.arguments, **other.arguments}
        exchange = reading.again(name, path, _limited(reading, name, arguments))
        if exchange is not None and exchange.status < 400:
            _compare(reading, name, f"{one_asked.about} and {other.about}", exchange, both, whole)


def _leads_by_mails(reading: Reading, campaign: Any) -> None:
    """Leads are found by what happened to their mails."""
    name, path = "list_leads_by_campaign", {"campaign_id": campaign}
    if not reading.has(name, "get_campaign_statistics"):
        return
    words = next(
        (one.schema for one in reading.operation(name).parameters_in("query") if one.name == "emailStatus"), None
    )
    mails, whole = reading.statistics(campaign), reading.leads(campaign)
    if not isinstance(words, dict) or not mails or not all(fact in mail for mail in mails for fact in _FACTS):
        return
    of_lead = {
        address: [mail for mail in mails if mail["lead_email"] == address]
        for address in map(_at("lead", "email"), whole)
    }
    for word, fits in _BY_MAILS.items():
        if word in words.get("enum", ()):
            wanted = [row for row in whole if fits(of_lead[row["lead"]["email"]])]
            exchange = reading.again(name, path, _limited(reading, name, {"emailStatus": word}))
            if exchange is not None and exchange.status < 400:
                _compare(reading, name, f"emailStatus={word}", exchange, wanted, whole)
            elif exchange is not None:
                _refused(reading, name, "emailStatus", word, exchange)


def _limited(reading: Reading, name: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """With the biggest page, where there are pages."""
    for parameter in reading.operation(name).parameters_in("query"):
        if parameter.name == "limit" and isinstance(parameter.schema, dict) and "maximum" in parameter.schema:
            return {**query, "limit": parameter.schema["maximum"]}
    return dict(query)


def _refused(reading: Reading, name: str, filtered: str, value: Any, exchange: Exchange) -> None:
    """A value that the rows show is no reason to refuse; a word of the document may be one of another edition."""
    schemas = [one.schema for one in reading.operation(name).parameters_in("query") if one.name == filtered]
    words = schemas[0].get("enum") if schemas and isinstance(schemas[0], dict) else None
    if words is None or value in words:
        reading.wrong("filter", name, f"refuses {filtered}={value} with {exchange.status}", exchange)


def _compare(reading: Reading, name: str, about: str, exchange: Exchange, wanted: list[Row], whole: list[Row]) -> None:
    reading.held("filter", name)
    rows = rows_of(exchange.json)
    if rows is None or len(whole) > 100:
        return
    if rows != wanted:
        extra = sum(1 for row in rows if row not in wanted)
        missing = sum(1 for row in wanted if row not in rows)
        what = f"{extra} rows too many, {missing} too few" if extra or missing else "in another order"
        message = f"{about} shows {len(rows)} of {len(whole)} rows, {len(wanted)} fit: {what}"
        reading.wrong("filter", name, message, exchange)


def _inbox(reading: Reading, name: str) -> None:
    """The filters of an inbox list, from what its rows show."""
    most = 20
    first = reading.ask(name, body={"limit": most})
    whole = rows_of(first.json) if first is not None else None
    if not whole or len(whole) >= most:
        return
    known = _inbox_filters(reading, name)
    asked: list[_Asked] = []
    for label, (made, shown) in _INBOX_FILTERS.items():
        if label not in known:
            continue
        values = list({shown(row): None for row in whole if shown(row) is not None})[:_MOST_VALUES]
        asked += [
            _Asked(label, f"{label}={one}", made(one), [row for row in whole if shown(row) == one]) for one in values
        ]
        if len(values) > 1 and _takes_several(known[label]):
            two = values[:2]
            asked.append(_Asked(label, f"{label}={two}", {label: two}, [row for row in whole if shown(row) in two]))
    if "search" in known:
        for row in whole[:3]:
            address = str(row.get("lead_email", ""))
            if 0 < len(address) <= 30:
                wanted = [one for one in whole if address in str(one.get("lead_email", ""))]
                asked.append(_Asked("search", f"search={address}", {"search": address}, wanted))
    for first_asked, other, both in _pairs(asked):
        about = f"{first_asked.about} and {other.about}"
        _ask_inbox(reading, name, about, {**first_asked.arguments, **other.arguments}, both, whole)
    for alone in asked:
        _ask_inbox(reading, name, alone.about, alone.arguments, alone.wanted, whole)


def _ask_inbox(
    reading: Reading, name: str, about: str, made: Mapping[str, Any], wanted: list[Row], whole: list[Row]
) -> None:
    exchange = reading.again(name, body={"limit": 20, "filters": dict(made)})
    if exchange is not None and exchange.status < 300:
        _compare(reading, name, about, exchange, wanted, whole)
    elif exchange is not None and exchange.status >= 400:
        reading.wrong("filter", name, f"refuses {about} with {exchange.status}: {exchange.text[:120]}", exchange)


def _inbox_filters(reading: Reading, name: str) -> Mapping[str, Any]:
    """The filters of a list of the inbox, by their names, with their schemas."""
    body = reading.operation(name).body
    schema = body.get("properties", {}).get("filters", {}) if isinstance(body, dict) else {}
    members = schema.get("properties", {}) if isinstance(schema, dict) else {}
    inner = members.get("leadCategories", {}) if isinstance(members, dict) else {}
    return {**members, **(inner.get("properties", {}) if isinstance(inner, dict) else {})}


def _takes_several(schema: Any) -> bool:
    return isinstance(schema, dict) and "array" in (schema.get("type") or ()) and "integer" in schema["type"]

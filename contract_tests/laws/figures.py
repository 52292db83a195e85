"""Figures: the same mails, counted in different ways, make the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contract_tests.exchange import Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import DAYS, Reading, number
from contract_tests.safety_table import RULES

Row = dict[str, Any]
Counts = dict[str, int]
#: names of counts in answers -> what they count
_NAMES: Mapping[str, str] = {
    "sent": "sent", "sent_count": "sent", "replied": "replied", "reply_count": "replied", "bounced": "bounced",
    "bounce_count": "bounced", "unsubscribed": "unsubscribed", "unsubscribed_count": "unsubscribed",
    "opened": "opened",
}  # fmt: skip
_STATUSES: Mapping[str, str] = {
    "blocked": "BLOCKED", "stopped": "STOPPED", "completed": "COMPLETED", "inprogress": "INPROGRESS",
    "notStarted": "STARTED", "paused": "PAUSED",
}  # fmt: skip
_ZONED = {**DAYS, "timezone": "UTC"}
_COUNT = re.compile(r"(^|_)(count|sent|opened|replied|bounced|clicked|total|unsubscribed)$|Count$|^total")
_RATE = re.compile(r"-?[0-9]+([.][0-9]+)?%?")


def figures(reading: Reading) -> Iterator[Finding]:
    """Mails against figures of a campaign, campaigns against the account, days against the whole."""
    for campaign in reading.campaigns():
        _campaign(reading, campaign.get("id"))
        yield from reading.taken()
    _account(reading)
    yield from reading.taken()
    for look in (_clients, _statuses, _narrowed, _never_negative, _spans, _reversed, _credits):
        look(reading)
        yield from reading.taken()


def _counts(row: Any) -> Counts:
    """What a row of figures says, in one set of names; `open_count` counts opens, not mails, and is left out."""
    found = {}
    for name, value in row.items() if isinstance(row, dict) else ():
        if name in _NAMES and (count := number(value)) is not None:
            found[_NAMES[name]] = count
    return found


def _agree(reading: Reading, name: str, about: str, told: Counts, real: Counts, *exchanges: Exchange | None) -> None:
    reading.held("figures", name)
    for what in sorted(set(told) & set(real)):
        if told[what] != real[what]:
            reading.wrong("figures", name, f"{about}: {what} is {told[what]}, {real[what]} by the others", *exchanges)


def _added(rows: Sequence[Counts]) -> Counts:
    names = set.intersection(*(set(row) for row in rows)) if rows else set()
    return {name: sum(row[name] for row in rows) for name in names}


def _campaign(reading: Reading, campaign: Any) -> None:
    path = {"campaign_id": campaign}
    mails = reading.statistics(campaign) if reading.has("get_campaign_statistics") else []
    first = reading.ask("get_campaign_statistics", path, {"offset": 0, "limit": 1}) if mails else None
    real: Counts = {}
    if reading.has("get_campaign_statistics"):
        real["sent"] = len(mails)
        for what in ("replied", "bounced"):
            if all(isinstance(row.get(f"is_{what}"), bool) for row in mails):
                real[what] = sum(1 for row in mails if row[f"is_{what}"])
    for name in (
        "get_campaign_analytics",
        "get_campaign_analytics_by_date",
        "get_campaign_top_level_analytics_by_date",
    ):
        answer = reading.ask(name, path, None if name == "get_campaign_analytics" else DAYS)
        if answer is not None and isinstance(answer.json, dict):
            _agree(reading, name, f"campaign {campaign}", _counts(answer.json), real, first, answer)
            for what, field in (("open_count", "open_count"), ("click_count", "click_count")):
                told = number(answer.json.get(what))
                if told is not None and mails and all(isinstance(row.get(field), int) for row in mails):
                    total = sum(row[field] for row in mails)
                    _agree(reading, name, f"campaign {campaign}", {what: told}, {what: total}, first, answer)
            _leads_of(reading, name, campaign, answer)
    _steps(reading, campaign, mails, first)
    boxes = reading.whole("get_campaign_mailbox_statistics", path)
    if boxes:
        answer = reading.ask("get_campaign_mailbox_statistics", path)
        of_boxes = {name: count for name, count in _added([_counts(row) for row in boxes]).items() if name == "sent"}
        _agree(reading, "get_campaign_mailbox_statistics", f"campaign {campaign}", of_boxes, real, first, answer)


def _leads_of(reading: Reading, name: str, campaign: Any, answer: Exchange) -> None:
    """The counts of leads by status are those of the list."""
    told = answer.json.get("campaign_lead_stats")
    leads = reading.leads(campaign)
    if not isinstance(told, dict) or not reading.has("list_leads_by_campaign"):
        return
    statuses = [row.get("status") for row in leads]
    real = {field: statuses.count(word) for field, word in _STATUSES.items()} | {"total": len(leads)}
    _agree(
        reading,
        name,
        f"leads of campaign {campaign}",
        {k: v for k, v in told.items() if isinstance(v, int)},
        real,
        answer,
    )


def _steps(reading: Reading, campaign: Any, mails: list[Row], first: Exchange | None) -> None:
    name = "get_campaign_sequence_analytics"
    answer = reading.ask(name, {"campaign_id": campaign}, DAYS)
    rows = rows_of(answer.json) if answer is not None else None
    if rows is None or not reading.has("get_campaign_statistics"):
        return
    for row in rows:
        own = [mail for mail in mails if mail.get("email_campaign_seq_id") == row.get("email_campaign_seq_id")]
        if mails and "email_campaign_seq_id" not in mails[0]:
            return
        real = {"sent": len(own)}
        for what in ("replied", "bounced"):
            if all(isinstance(mail.get(f"is_{what}"), bool) for mail in own):
                real[what] = sum(1 for mail in own if mail[f"is_{what}"])
        step = f"step {row.get('email_campaign_seq_id')} of campaign {campaign}"
        _agree(reading, name, step, _counts(row), real, first, answer)


def _account(reading: Reading) -> None:
    """One figure for the account, one for each campaign, day, mailbox and domain: they add up."""
    whole = reading.ask("analytics_overall_stats_v2", query=_ZONED)
    total = _counts(_data(whole, "overall_stats"))
    if not total or whole is None:
        return
    raw = {name: count for name, count in total.items() if name in ("sent", "opened", "replied", "bounced")}
    for name in (
        "analytics_campaign_overall_stats", "analytics_mailbox_name_wise_health",
        "analytics_mailbox_domain_wise_health", "analytics_day_wise_overall_stats_by_sent_time",
    ):  # fmt: skip
        if not reading.has(name):
            continue
        known = {one.name for one in reading.operation(name).parameters_in("query")}
        query = {**_ZONED, "full_data": "true"}
        answer = reading.ask(name, query={key: value for key, value in query.items() if key in known})
        rows = rows_of(answer.json) if answer is not None else None
        if rows is not None:
            added = _added([_counts(row.get("email_engagement_metrics", row)) for row in rows])
            _agree(reading, name, "all rows", added, raw, whole, answer)
    days = reading.ask("analytics_day_wise_overall_stats", query=_ZONED)
    rows = rows_of(days.json) if days is not None else None
    if rows is not None:
        added = _added([_counts(row.get("email_engagement_metrics")) for row in rows])
        _agree(reading, "analytics_day_wise_overall_stats", "all days", added, {"sent": raw["sent"]}, whole, days)


def _narrowed(reading: Reading) -> None:
    """The account's figures, asked campaign by campaign, add up to all of it; an unknown campaign has none."""
    name = "analytics_overall_stats_v2"
    whole = reading.ask(name, query=_ZONED)
    total = _counts(_data(whole, "overall_stats"))
    campaigns = [row.get("id") for row in reading.campaigns()]
    if whole is None or not campaigns or len(campaigns) > 20:
        return
    parts, answer = [], None
    for campaign in campaigns:
        answer = reading.ask(name, query={**_ZONED, "campaign_ids": campaign})
        if answer is None:
            return
        parts.append(_counts(_data(answer, "overall_stats")))
    _agree(reading, name, "campaign by campaign", _added(parts), total, whole, answer)
    nobody = reading.again(name, query={**_ZONED, "campaign_ids": 999_999_999})
    if nobody is not None and nobody.status < 300:
        told = _counts(_data(nobody, "overall_stats"))
        _agree(reading, name, "a campaign that is not there", told, dict.fromkeys(told, 0), nobody)


def _clients(reading: Reading) -> None:
    """A client's figures are those of its campaigns."""
    answer = reading.ask("analytics_client_overall_stats", query=_ZONED)
    by_campaign = reading.ask("analytics_campaign_overall_stats", query={**_ZONED, "full_data": "true"})
    rows = rows_of(answer.json) if answer is not None else None
    told = {row.get("id"): _counts(row) for row in rows_of(by_campaign.json) or []} if by_campaign is not None else {}
    owned = [row for row in reading.campaigns() if row.get("client_id") is not None]
    if rows is None or not told:
        return
    for row in rows:
        own = [campaign.get("id") for campaign in owned if campaign.get("client_id") == row.get("client_id")]
        figures_of_own = [told[one] for one in own if one in told]
        if figures_of_own:
            _agree(reading, "analytics_client_overall_stats", f"client {row.get('client_id')}",
                   _counts(row.get("campaign_stats")), _added(figures_of_own), by_campaign, answer)  # fmt: skip
        count = number(row.get("total_campaigns_count"))
        if count is not None:
            _agree(reading, "analytics_client_overall_stats", f"client {row.get('client_id')}", {"campaigns": count},
                   {"campaigns": len(own)}, answer)  # fmt: skip


def _statuses(reading: Reading) -> None:
    """How many campaigns have which status."""
    answer = reading.ask("analytics_campaign_status_stats")
    rows = rows_of(answer.json) if answer is not None else None
    if rows is None or not reading.has("list_campaigns"):
        return
    words = [str(row.get("status", "")).lower() for row in reading.campaigns() if row.get("parent_campaign_id") is None]
    for row in rows:
        word, count = str(row.get("status", "")).lower(), number(row.get("total_count"))
        if word in ("active", "paused", "drafted", "completed", "stopped") and count is not None:
            _agree(reading, "analytics_campaign_status_stats", word, {word: count}, {word: words.count(word)}, answer)


def _never_negative(reading: Reading) -> None:
    """No count is below zero and no rate is no number, in any answer that needs no arguments but days."""
    for operation in reading.world.api:
        known = {one.name for one in operation.parameters_in("query")}
        needed = {one.name for one in operation.parameters if one.required}
        if RULES[operation.id].kind != "read" or operation.route.method != "GET" or not needed <= {*_ZONED}:
            continue
        answer = reading.ask(operation.id, query={key: value for key, value in _ZONED.items() if key in known & needed})
        for name, value in _leaves(answer.json if answer is not None else None):
            reading.held("bounds", operation.id)
            below = isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
            if (_COUNT.search(name) and (below or (isinstance(value, str) and value.startswith("-")))) or (
                name.endswith("rate") and isinstance(value, str) and value and not _RATE.fullmatch(value)
            ):
                reading.wrong("bounds", operation.id, f"{name} is {value!r}", answer)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


def _data(answer: Exchange | None, name: str) -> Any:
    data = answer.json.get("data") if answer is not None and isinstance(answer.json, dict) else None
    return data.get(name) if isinstance(data, dict) else None


def _spans(reading: Reading) -> None:
    """The figures of days of one campaign reach over 30 days at most, and forwards (S1:1377; S0's sample has 30)."""
    name = "get_campaign_analytics_by_date"
    campaign = next((row.get("id") for row in reading.campaigns()), None)
    if campaign is None or not reading.has(name):
        return
    for end, is_right in (("2026-03-31", True), ("2026-04-01", False), ("2026-05-01", False), ("2026-02-28", False)):
        answer = reading.again(name, {"campaign_id": campaign}, {"start_date": "2026-03-01", "end_date": end})
        reading.held("spans", name)
        if answer is not None and answer.status < 500 and (answer.status < 300) != is_right:
            right = "is right" if is_right else "must be refused"
            reading.wrong("spans", name, f"answers {answer.status} to 2026-03-01 … {end}, which {right}", answer)


def _reversed(reading: Reading) -> None:
    """Days of the account that end before they begin are refused (document: end_date is not before the first day)."""
    for operation in reading.world.api:
        known = {one.name for one in operation.parameters_in("query")}
        if not operation.id.startswith("analytics_") or not {"start_date", "end_date"} <= known:
            continue
        days = {**_ZONED, "start_date": "2026-03-03", "end_date": "2026-03-02"}
        answer = reading.again(operation.id, query={name: value for name, value in days.items() if name in known})
        reading.held("spans", operation.id)
        if answer is not None and answer.status < 300:
            reading.wrong("spans", operation.id, "takes days that end before they begin", answer)


def _credits(reading: Reading) -> None:
    """What is left of the credits is what was not used."""
    answer = reading.ask("get_credit_stats")
    told = answer.json if answer is not None and isinstance(answer.json, dict) else {}
    counts = {word: number(told.get(f"{word}_credits")) for word in ("total", "used", "remaining")}
    total, used, left = counts.values()
    if total is not None and used is not None and left is not None:
        _agree(reading, "get_credit_stats", "credits", {"remaining": left}, {"remaining": total - used}, answer)

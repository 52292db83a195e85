"""The same thing seen from different sides is the same thing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.exchange import Exchange, rows_of
from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading

Row = dict[str, Any]
_MOST = 8
#: written in one way by a list and in another by the thing alone
_OTHERWISE = {"password", "imap_password", "warmup_key_id", "warmup_reputation"}
_LEAD_FIELDS = ("email", "first_name", "last_name", "company_name", "phone_number", "website", "location")


def views(reading: Reading) -> Iterator[Finding]:
    """Campaigns, leads, mailboxes, webhooks, lists, clients."""
    for look in (_campaigns, _mailboxes, _leads, _exports, _webhooks, _lead_lists, _clients):
        look(reading)
        yield from reading.taken()


def same(reading: Reading, check: str, name: str, one: Row, other: Row, *exchanges: Exchange | None) -> None:
    """Fields that both have must be alike, whether numbers are written as numbers or as text."""
    reading.held(check, name)
    for field in sorted(set(one) & set(other) - _OTHERWISE):
        if not _fit(one[field], other[field]):
            message = f"{field} is {other[field]!r}, elsewhere {one[field]!r}"
            reading.wrong(check, name, message[:300], *exchanges)
            return


def _fit(one: Any, other: Any) -> bool:
    """Whether two views of something agree where both say something."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_fit(one[name], other[name]) for name in set(one) & set(other) - _OTHERWISE)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_fit, one, other))
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _campaigns(reading: Reading) -> None:
    listed = reading.ask("list_campaigns")
    for row in reading.campaigns():
        alone = reading.ask("get_campaign", {"campaign_id": row.get("id")})
        if alone is not None and isinstance(alone.json, dict):
            same(reading, "view", "get_campaign", row, alone.json, listed, alone)
        figures = reading.ask("get_campaign_analytics", {"campaign_id": row.get("id")})
        if figures is not None and isinstance(figures.json, dict):
            head = {name: figures.json[name] for name in ("id", "status", "name", "client_id") if name in figures.json}
            same(reading, "view", "get_campaign_analytics", row, head, listed, figures)
    for other in ("analytics_campaign_list",):
        answer = reading.ask(other)
        rows = rows_of(answer.json) if answer is not None else None
        if rows is not None and listed is not None:
            known = {row.get("id"): row for row in reading.campaigns() if row.get("parent_campaign_id") is None}
            for row in rows:
                if row.get("id") in known:
                    same(reading, "view", other, known[row["id"]], row, listed, answer)
            missing = set(known) - {row.get("id") for row in rows}
            if missing:
                reading.wrong("view", other, f"lacks the campaigns {sorted(map(str, missing))}", listed, answer)


def _mailboxes(reading: Reading) -> None:
    listed = reading.ask("list_email_accounts", query={"limit": 100} if reading.has("list_email_accounts") else None)
    rows = (rows_of(listed.json) or []) if listed is not None else []
    for row in rows[:_MOST]:
        alone = reading.ask("get_email_account", {"email_account_id": row.get("id")})
        if alone is not None and isinstance(alone.json, dict):
            same(reading, "view", "get_email_account", row, alone.json, listed, alone)
    used: dict[Any, int] = {}
    campaigns = reading.campaigns()
    for campaign in campaigns:
        answer = reading.ask("list_campaign_email_accounts", {"campaign_id": campaign.get("id")})
        for row in (rows_of(answer.json) or []) if answer is not None else []:
            used[row.get("id")] = used.get(row.get("id"), 0) + 1
            known = next((one for one in rows if one.get("id") == row.get("id")), None)
            if known is not None:
                shown: Row = {name: row[name] for name in ("id", "from_email", "from_name", "type") if name in row}
                same(reading, "view", "list_campaign_email_accounts", known, shown, listed, answer)
    if reading.has("list_campaign_email_accounts", "list_campaigns"):
        for row in rows:
            count = row.get("campaign_count")
            if isinstance(count, int) and count != used.get(row.get("id"), 0):
                message = f"campaign_count is {count}, and {used.get(row.get('id'), 0)} campaigns have the mailbox"
                reading.wrong("count", "list_email_accounts", message, listed)


def _leads(reading: Reading) -> None:
    """A lead of a campaign, by its address, by its id, and in the list of all."""
    everywhere: dict[str, set[str]] = {}
    details: dict[str, Row] = {}
    for campaign in reading.campaigns():
        for row in reading.leads(campaign.get("id")):
            lead = row.get("lead")
            if isinstance(lead, dict):
                everywhere.setdefault(str(lead.get("id")), set()).add(str(campaign.get("id")))
                details[str(lead.get("id"))] = lead
    for number, (lead_id, lead) in enumerate(details.items()):
        if number >= 2 * _MOST:
            break
        by_email = reading.ask("get_lead_by_email", query={"email": lead.get("email")})
        if by_email is not None and not by_email.json:
            reading.wrong("view", "get_lead_by_email", f"does not know lead {lead_id} of a campaign", by_email)
        if by_email is not None and isinstance(by_email.json, dict) and by_email.json:
            same(reading, "view", "get_lead_by_email", lead, by_email.json, by_email)
            in_capitals = reading.ask("get_lead_by_email", query={"email": str(lead.get("email")).upper()})
            if in_capitals is None or in_capitals.json != by_email.json:
                message = "does not know the address in capitals, or knows it as another lead"
                reading.wrong("view", "get_lead_by_email", message, by_email, in_capitals)
            told = by_email.json.get("lead_campaign_data")
            if isinstance(told, list):
                seen = {str(one.get("campaign_id")) for one in told if isinstance(one, dict)}
                _places(reading, "get_lead_by_email", seen, everywhere[lead_id], by_email)
        by_id = reading.ask("get_lead_by_id", {"lead_id": lead_id})
        found = rows_of(by_id.json) if by_id is not None else None
        if found is not None:
            if not found:
                reading.wrong("view", "get_lead_by_id", f"does not know lead {lead_id} of a campaign", by_id)
            else:
                same(reading, "view", "get_lead_by_id", lead, found[0], by_id)
        of_lead = reading.ask("list_campaigns_of_lead", {"lead_id": lead_id})
        rows = rows_of(of_lead.json) if of_lead is not None else None
        if rows is not None:
            _places(
                reading, "list_campaigns_of_lead", {str(one.get("id")) for one in rows}, everywhere[lead_id], of_lead
            )
    all_leads = reading.whole("list_all_leads")
    answer = reading.ask("list_all_leads", query={"offset": 0, "limit": 100}) if all_leads else None
    known = {str(row.get("id")): row for row in all_leads}
    for lead_id, lead in details.items() if all_leads else ():
        if lead_id not in known:
            reading.wrong("view", "list_all_leads", f"lacks lead {lead_id} of a campaign", answer)
            continue
        shown = {name: known[lead_id][name] for name in _LEAD_FIELDS if name in known[lead_id]}
        same(reading, "view", "list_all_leads", lead, shown, answer)
        told = known[lead_id].get("campaigns")
        if isinstance(told, list):
            seen = {str(one.get("campaign_id")) for one in told if isinstance(one, dict)}
            _places(reading, "list_all_leads", seen, everywhere[lead_id], answer)


def _places(reading: Reading, name: str, seen: set[str], real: set[str], exchange: Exchange | None) -> None:
    reading.held("view", name)
    if reading.has("list_campaigns", "list_leads_by_campaign") and seen != real:
        message = f"knows the lead in campaigns {sorted(seen)}, it is in {sorted(real)}"
        reading.wrong("view", name, message, exchange)


def _exports(reading: Reading) -> None:
    """The table of a campaign's leads has a line for each of them, with what the list shows."""
    name = "export_campaign_leads_csv"
    for campaign in reading.campaigns():
        answer = reading.ask(name, {"campaign_id": campaign.get("id")})
        leads = reading.leads(campaign.get("id"))
        if answer is None or not reading.has("list_leads_by_campaign"):
            continue
        reading.held("view", name)
        lines = {row.get("email"): row for row in csv.DictReader(io.StringIO(answer.text))}
        people = {row["lead"].get("email"): row for row in leads if isinstance(row.get("lead"), dict)}
        if set(lines) != set(people):
            message = f"has {len(lines)} leads, the campaign {len(people)}, or other ones"
            reading.wrong("view", name, message, answer)
            continue
        for email, row in people.items():
            line = lines[email]
            for field, shown in {**row["lead"], "status": row.get("status"), **_ids(row)}.items():
                is_plain = isinstance(shown, (str, int)) and not isinstance(shown, bool)
                if field in line and is_plain and line[field] != str(shown):
                    reading.wrong("view", name, f"{field} of {email} is {line[field]!r}, not {shown!r}", answer)
                    return
        _export_counts(reading, campaign.get("id"), lines, answer)


def _ids(row: Row) -> Row:
    return {name: row[name] for name in ("campaign_lead_map_id",) if name in row}


def _export_counts(reading: Reading, campaign: Any, lines: Mapping[Any, Mapping[str, str]], answer: Exchange) -> None:
    """Opens, clicks and replies of a line are those of the lead's mails."""
    mails = reading.statistics(campaign)
    if not mails:
        return
    for email, line in lines.items():
        own = [row for row in mails if row.get("lead_email") == email]
        for column, field in (("open_count", "open_count"), ("click_count", "click_count")):
            if column in line and all(isinstance(row.get(field), int) for row in own):
                total = sum(row[field] for row in own)
                if line[column] != str(total):
                    message = f"{column} of {email} is {line[column]}, its mails have {total}"
                    reading.wrong("view", "export_campaign_leads_csv", message, answer)
                    return


def _webhooks(reading: Reading) -> None:
    for campaign in reading.campaigns():
        listed = reading.ask("list_campaign_webhooks", {"campaign_id": campaign.get("id")})
        for row in (rows_of(listed.json) or []) if listed is not None else []:
            if row.get("email_campaign_id") not in (None, campaign.get("id")):
                message = f"shows a webhook of campaign {row.get('email_campaign_id')}"
                reading.wrong("view", "list_campaign_webhooks", message, listed)
            alone = reading.ask("get_webhook", {"webhook_id": row.get("id")})
            data = alone.json.get("data", alone.json) if alone is not None and isinstance(alone.json, dict) else None
            if isinstance(data, dict):
                same(reading, "view", "get_webhook", row, data, listed, alone)
                events = data.get("event_type_map")
                if isinstance(events, dict) and isinstance(row.get("event_types"), list):
                    chosen = {word for word, is_on in events.items() if is_on}
                    if chosen != set(row["event_types"]):
                        reading.wrong(
                            "view", "get_webhook", f"has {sorted(chosen)}, the list {row['event_types']}", alone
                        )


def _lead_lists(reading: Reading) -> None:
    listed = reading.ask("list_lead_lists", query={"limit": 100})
    for row in ((rows_of(listed.json) or []) if listed is not None else [])[:_MOST]:
        alone = reading.ask("get_lead_list", {"lead_list_id": row.get("id")})
        data = alone.json.get("data", alone.json) if alone is not None and isinstance(alone.json, dict) else None
        if isinstance(data, dict):
            same(reading, "view", "get_lead_list", row, data, listed, alone)
        members = reading.ask("list_all_leads_v2", query={"listId": row.get("id"), "limit": 1000})
        rows = rows_of(members.json) if members is not None else None
        if rows is not None and isinstance(row.get("leads_count"), int) and len(rows) != row["leads_count"]:
            message = f"leads_count is {row['leads_count']}, and {len(rows)} leads are in the list"
            reading.wrong("count", "list_lead_lists", message, listed, members)


def _clients(reading: Reading) -> None:
    listed, figures = reading.ask("list_clients"), reading.ask("analytics_client_list")
    if listed is None or figures is None:
        return
    known = {row.get("id"): row for row in rows_of(listed.json) or []}
    seen = {row.get("id"): row for row in rows_of(figures.json) or []}
    if set(known) != set(seen):
        reading.wrong(
            "view",
            "analytics_client_list",
            f"has clients {sorted(map(str, seen))}, not {sorted(map(str, known))}",
            listed,
            figures,
        )
    for number, row in known.items():
        if number in seen:
            same(reading, "view", "analytics_client_list", row, seen[number], listed, figures)

"""Mails: statistics, the history of a lead and the lead itself tell the same moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading

#: leads of each campaign that are looked at
_MOST = 5


def mails(reading: Reading) -> Iterator[Finding]:
    """Lead by lead, in campaigns that have sent."""
    if not reading.has("get_campaign_statistics", "list_leads_by_campaign"):
        return
    for campaign in [row.get("id") for row in reading.campaigns()][:6]:
        sent = reading.statistics(campaign)
        leads = [row["lead"] for row in reading.leads(campaign) if isinstance(row.get("lead"), dict)]
        mailed = [lead for lead in leads if any(mail.get("lead_email") == lead.get("email") for mail in sent)]
        # Those with several mails say most.
        mailed.sort(key=lambda lead: -sum(1 for mail in sent if mail.get("lead_email") == lead.get("email")))
        for lead in mailed[:_MOST]:
            own = [mail.get("sent_time") for mail in sent if mail.get("lead_email") == lead.get("email")]
            times = sorted(map(_moment, own))
            _history(reading, {"campaign_id": campaign, "lead_id": lead.get("id")}, times)
            _last(reading, lead, campaign, times)
        yield from reading.taken()


def _history(reading: Reading, path: Mapping[str, Any], times: Sequence[str]) -> None:
    name = "get_lead_message_history"
    answer = reading.ask(name, path)
    found = answer.json.get("history") if answer is not None and isinstance(answer.json, dict) else None
    if isinstance(found, list):
        told = [_moment(mail.get("time")) for mail in found if isinstance(mail, dict) and mail.get("type") == "SENT"]
        # What was written by hand is in the history only.
        missing = sorted({*times} - {*told})
        _tell(reading, name, f"has no mail of {missing[0]}, statistics have" if missing else "", answer)


def _last(reading: Reading, lead: Mapping[str, Any], campaign: Any, times: Sequence[str]) -> None:
    name = "get_lead_by_email"
    answer = reading.ask(name, query={"email": lead.get("email")})
    rows = answer.json.get("lead_campaign_data") if answer is not None and isinstance(answer.json, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if row.get("campaign_id") == campaign and "last_sent_at" in row:
            told = _moment(row["last_sent_at"])
            is_wrong = told < times[-1]
            _tell(reading, name, f"last_sent_at is {told}, statistics have {times[-1]}" if is_wrong else "", answer)


def _tell(reading: Reading, name: str, message: str, answer: Exchange | None) -> None:
    reading.held("mails", name)
    if message:
        reading.wrong("mails", name, message, answer)


def _moment(text: Any) -> str:
    """In one writing; what is no moment stays as it is."""
    try:
        return datetime.fromisoformat(str(text)).isoformat()
    except ValueError:
        return str(text)

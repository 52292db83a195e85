"""One thing to do, and how each edition writes it: requests that mean the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.conftest import Api

Json = dict[str, Any]
INBOX = "http://inbox.simulator.test/hook"
_CAMEL = {"first_name": "firstName", "custom_fields": "customFields"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request: method, path below /api/v1, body, query."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] | None = None


#: edition -> the call in its words; `default` is always among them
Dialects = dict[str, Call]


def send(api: Api, dialects: Dialects, edition: str) -> bool:
    """Send the call as one edition writes it; whether it was a success."""
    call = dialects[edition]
    more = {} if call.body is None else {"json": call.body}
    answer = api.request(call.method, call.path, edition=edition, params=dict(call.query or {}), **more)
    assert answer.status_code < 500, answer.text
    return bool(answer.status_code < 300)


def _same(method: str, path: str, body: Any = None, *editions: str) -> Dialects:
    return {edition: Call(method, path, body) for edition in ("default", *editions)}


def schedule(campaign_id: int, window: Json) -> Dialects:
    """Wrapped, flat, or with the other spelling of the gap (S0:267, S1:261-266)."""
    path = f"/campaigns/{campaign_id}/schedule"
    gap = {"min_time_btwn_emails" if name == "min_time_btw_emails" else name: value for name, value in window.items()}
    return {
        **_same("POST", path, window, "live"),
        "connector": Call("POST", path, {"schedule": window}),
        "help-center": Call("POST", path, gap),
    }


def sequence(campaign_id: int, steps: Sequence[tuple[int, Sequence[str]]]) -> Dialects:
    """Steps of a delay in days and subjects of variants (S0:212-216)."""
    path = f"/campaigns/{campaign_id}/sequences"
    whole = [
        {
            "seq_number": number, "seq_delay_details": {"delay_in_days": delay},
            "seq_variants": [
                {"subject": subject, "email_body": subject, "variant_label": chr(ord("A") + n)}
                for n, subject in enumerate(subjects)
            ],
        }
        for number, (delay, subjects) in enumerate(steps, 1)
    ]  # fmt: skip
    short = [
        {
            "seqNumber": number,
            "seqDelayDays": delay,
            "variants": [{"subject": subject, "email_body": subject} for subject in subjects],
        }
        for number, (delay, subjects) in enumerate(steps, 1)
    ]
    return {
        **_same("POST", path, {"sequences": whole}, "live", "help-center", "api-guide"),
        "connector": Call("POST", path, {"sequences": short}),
    }


def start(campaign_id: int) -> Dialects:
    """ACTIVE or START, POST or PATCH (S0:302, S2:84)."""
    path = f"/campaigns/{campaign_id}/status"
    return {
        **_same("POST", path, {"status": "START"}, "live", "help-center"),
        "connector": Call("POST", path, {"status": "ACTIVE"}),
        "api-guide": Call("PATCH", path, {"status": "START"}),
    }


def pause(campaign_id: int) -> Dialects:
    """The same word everywhere."""
    path = f"/campaigns/{campaign_id}/status"
    return {
        **_same("POST", path, {"status": "PAUSED"}, "live", "help-center", "connector"),
        "api-guide": Call("PATCH", path, {"status": "PAUSED"}),
    }


def settings(campaign_id: int, stop: bool, opens: bool) -> Dialects:
    """Whether a reply stops, whether opens are tracked (S2:90-91)."""
    path, body = f"/campaigns/{campaign_id}/settings", {"stop_on_reply": stop, "track_opens": opens}
    return {
        "default": Call("POST", path, body),
        "live": Call("POST", path, body),
        "api-guide": Call("PATCH", path, body),
    }


def untracked(campaign_id: int, clicks: bool) -> Dialects:
    """Clicks are not tracked, or everything is; the words differ (S1:304)."""
    path = f"/campaigns/{campaign_id}/settings"
    words = {"track_settings": ["DONT_TRACK_LINK_CLICK"] if clicks else []}
    return {
        **_same("POST", path, words, "live", "reference"),
        "help-center": Call("POST", path, {"track_settings": ["CLICK_ON_A_LINK"] if clicks else []}),
    }


def imports(campaign_id: int, names: Sequence[str], *, check: bool, refuse: bool) -> Dialects:
    """Add leads; `check` the lists, `refuse` those of other campaigns: the flags have both polarities (DESIGN §7)."""
    path = f"/campaigns/{campaign_id}/leads"
    leads = [{"email": f"{name}@leads.example", "first_name": name, "custom_fields": {"x": name}} for name in names]

    def body(list_flags: bool, other: bool, leads: list[Json] = leads) -> Json:
        lists = {"ignore_global_block_list": list_flags, "ignore_unsubscribe_list": list_flags}
        return {"lead_list": leads, "settings": {**lists, "ignore_duplicate_leads_in_other_campaign": other}}

    camel = [{_CAMEL.get(name, name): value for name, value in lead.items()} for lead in leads]
    flags = {
        "ignoreGlobalBlockList": check,
        "ignoreUnsubscribeList": check,
        "ignoreDuplicateLeadsInOtherCampaign": refuse,
    }
    found = {
        **_same("POST", path, body(not check, refuse), "live"),
        "lead-guide": Call("POST", path, body(not check, not refuse)),
        "reference": Call("POST", path, body(not check, not refuse)),
        "connector": Call("POST", path, {"leadList": camel, "settings": flags}),
    }
    if check:  # in this one nothing lets those in who unsubscribed from everything (S1:1595)
        found["help-center"] = Call("POST", path, body(check, refuse))
    if check and not refuse:  # it has no flags (S2:231)
        free = [{"email": lead["email"], "first_name": lead["first_name"], "x": lead["first_name"]} for lead in leads]
        found["api-guide"] = Call("POST", path, {"lead_list": free})
    return found


def block(name: str) -> Dialects:
    """Put an address on the account's block list."""
    path, entry = "/leads/add-domain-block-list", [f"{name}@leads.example"]
    return {
        **_same("POST", path, {"domain_block_list": entry}, "live", "help-center"),
        "connector": Call("POST", path, {"domainBlockList": entry}),
    }


def webhook(campaign_id: int) -> Dialects:
    """A webhook of a campaign, in body or query (S1:1776)."""
    path = f"/campaigns/{campaign_id}/webhooks"
    events, categories = ["EMAIL_SENT", "EMAIL_REPLY"], ["Interested"]
    body: Json = {"name": "CRM", "webhook_url": INBOX, "event_types": events, "categories": categories}
    query = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    return {
        **_same("POST", path, {**body, "id": None}, "live"),  # `reference` knows no categories
        "help-center": Call("POST", path, None, {**query, "id": "null"}),
    }


def account_webhook() -> Dialects:
    """A webhook of the account, in the guide's words (S2:126-130)."""
    words = {"default": ["EMAIL_REPLY", "EMAIL_BOUNCE"], "api-guide": ["REPLY_RECEIVED", "EMAIL_BOUNCED"]}
    return {
        edition: Call("POST", "/webhooks", {"webhook_url": INBOX, "event_types": events})
        for edition, events in words.items()
    }


def lead_status(campaign_id: int, lead_id: int, word: str) -> Dialects:
    """Set a status in the lead guide's words (S3:163)."""
    return _same("PATCH", f"/campaigns/{campaign_id}/leads/{lead_id}/status", {"status": word}, "lead-guide")


def unsubscribe(lead_id: int) -> Dialects:
    """From everything."""
    return _same("POST", f"/leads/{lead_id}/unsubscribe", None, "live", "help-center", "reference")


def category(campaign_id: int, lead_id: int, category_id: int) -> Dialects:
    """Set a lead's category."""
    path = f"/campaigns/{campaign_id}/leads/{lead_id}/category"
    return _same("POST", path, {"category_id": category_id}, "live", "help-center", "reference")


def remove(campaign_id: int, lead_id: int) -> Dialects:
    """Take a lead out of a campaign (S2:111)."""
    return _same("DELETE", f"/campaigns/{campaign_id}/leads", {"lead_ids": [lead_id]}, "api-guide")


#: reads that each edition serves; they change nothing
READS: dict[str, Callable[[int], str]] = {
    "default": lambda campaign_id: f"/campaigns/{campaign_id}/statistics",
    "live": lambda campaign_id: f"/campaigns/{campaign_id}/sequences",
    "connector": lambda campaign_id: f"/campaigns/{campaign_id}/analytics",
    "help-center": lambda campaign_id: f"/campaigns/{campaign_id}/leads-export",
    "api-guide": lambda _: "/campaigns/",
    "lead-guide": lambda campaign_id: f"/campaigns/{campaign_id}/leads?status=IN_PROGRESS",
    "reference": lambda campaign_id: f"/campaigns/{campaign_id}/leads",
}


def read(campaign_id: int) -> Dialects:
    """Look at something."""
    return {edition: Call("GET", path(campaign_id)) for edition, path in READS.items()}

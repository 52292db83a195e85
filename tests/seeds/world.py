"""The workspace on which the examples are replayed: one of everything, built over HTTP, its mails sent by the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.seeds.examples import Example, Request
from tests.sending import ALWAYS, Json, mails, ok, react, until
from tests.worlds import described, fresh

#: the lead that the examples are about, two that have ended in other ways, one that is paused, one on its way
LEAD, BOUNCED, GONE, PAUSED, LATE = (
    "cristiano@mufc.com", "bounced@leads.example", "gone@leads.example", "paused@leads.example", "late@leads.example",
)  # fmt: skip
EVENTS = ["EMAIL_SENT", "EMAIL_OPEN", "EMAIL_LINK_CLICK", "EMAIL_REPLY", "LEAD_UNSUBSCRIBED", "LEAD_CATEGORY_UPDATED"]
_BODY = '<p>Hi {{first_name}}, see <a href="https://five2one.example/offer">this</a></p>'
#: operations that are about other leads
_LEADS = {"resume_lead_in_campaign": PAUSED, "pause_lead_in_campaign": LATE}
#: operations that a running campaign refuses, and one that has nothing to do there
_OF_DRAFT = {"save_campaign_sequences", "delete_campaign", "update_campaign_status ACTIVE"}


@dataclass(frozen=True)
class SeedWorld:
    """The workspace, and its ids by the names that paths and bodies give them."""

    api: Api
    ids: Json
    draft_id: int
    spare_account_id: int
    steps: tuple[Json, ...]

    def request(self, example: Example) -> Request:
        """The call of an example with the ids of this world in place of its own."""
        assert example.request
        asked = example.request
        own = self._own(example)
        body = _steps_of(_with(asked.body, own), self.steps)
        return replace(asked, path=_path(example, own), query=_with(asked.query, own), body=body)

    def _own(self, example: Example) -> Json:
        own = dict(self.ids)
        assert example.request
        body = example.request.body if isinstance(example.request.body, dict) else {}
        if {example.operation, f"{example.operation} {body.get('status')}"} & _OF_DRAFT:
            own["campaign_id"] = self.draft_id
        if example.operation == "add_campaign_email_accounts":
            own["email_account_ids"] = [self.spare_account_id]
        if example.operation in _LEADS:
            own["lead_id"] = _lead(self.api, _LEADS[example.operation])
        if example.operation == "save_email_account" and body["id"]:
            own["id"] = self.ids["email_account_id"]
        if example.operation in ("delete_campaign_webhook", "delete_webhook"):
            own["id"] = self.ids["webhook_id"]
        if example.request.method != "GET":  # an address that is written is the example's own
            del own["email"]
        return own


def _with(value: Any, own: Json) -> Any:
    """A body or query with values by name; what it leaves null stays null."""
    if isinstance(value, list):
        return [_with(item, own) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: own[name] if name in own and inner is not None else _with(inner, own) for name, inner in value.items()
    }


def _steps_of(body: Any, steps: tuple[Json, ...]) -> Any:
    """A body in which the ids of steps and variants are those of the steps of the draft."""
    if not isinstance(body, dict) or "sequences" not in body:
        return body
    renamed = []
    for step, known in zip(body["sequences"], steps, strict=True):
        step = {**step, **({"id": known["id"]} if "id" in step else {})}
        if any("id" in variant for variant in step.get("seq_variants", ())):
            pairs = zip(step["seq_variants"], known["sequence_variants"], strict=True)
            step["seq_variants"] = [{**variant, "id": one["id"]} for variant, one in pairs]
        renamed.append(step)
    return {**body, "sequences": renamed}


def _path(example: Example, own: Json) -> str:
    """The path as the seed writes it, with ids where it has ids or `{placeholders}`."""
    assert example.request
    parts, template = example.request.path.split("/"), described(example.operation).path.split("/")
    for number, part in enumerate(parts):
        if re.fullmatch(r"\{\w+\}|\d+", part):
            named = template[number].strip("{}") if number < len(template) else ""
            parts[number] = str(own[named or part.strip("{}")])
    return "/".join(parts)


def build(client: TestClient, edition: str = "default") -> SeedWorld:
    """Two weeks of a campaign of a client; `edition` is the workspace's, which its webhooks speak."""
    api = fresh(client, "2026-03-02T08:00:00Z")
    ok(api.control("PUT", "/settings", {"edition": edition}))
    client_id = _client(api)
    # the first row of a list is a mailbox that fails, as it alone has errors to show
    down, box, _, spare = boxes = [_mailbox(api, name, client_id) for name in ("down", "ann", "ben", "spare")]
    campaign_id, draft_id = (_campaign(api, name, client_id, boxes[:3]) for name in ("Spring", "Draft"))
    child = {"parent_campaign_id": campaign_id, "subsequence_name": "Child", "condition_events": []}
    child_id = ok(_default(api, "POST", "/campaigns/create-subsequence", child))["id"]
    _equip(api, child_id, client_id, boxes[:3])
    ok(api.control("POST", f"/email-accounts/{down}/disconnect"))
    _tag(api, campaign_id, boxes)
    leads = {"lead_list": [_person(email) for email in (LEAD, BOUNCED, GONE, PAUSED)]}
    for one in (campaign_id, draft_id):
        ok(_default(api, "POST", f"/campaigns/{one}/leads", leads))
    hook = {"name": "CRM", "webhook_url": "https://inbox.simulator.test/crm", "categories": ["Interested"]}
    hook_id = ok(_default(api, "POST", f"/campaigns/{campaign_id}/webhooks", {**hook, "event_types": EVENTS}))["id"]
    ids: Json = {
        "campaign_id": campaign_id, "client_id": client_id, "clientId": client_id,
        "email_account_id": box, "email_account_ids": [box], "webhook_id": hook_id,
        "category_id": 1, "email": LEAD,
        "failed_account_id": down,
    }  # fmt: skip
    ids |= _two_weeks(api, campaign_id)
    steps = tuple(ok(_default(api, "GET", f"/campaigns/{draft_id}/sequences")))
    return SeedWorld(api, ids, draft_id, spare, steps)


def _default(api: Api, method: str, path: str, body: Any = None) -> Any:
    """A call in the widest edition, whatever that of the workspace is."""
    return api.request(method, path, edition="default", json=body)


def _client(api: Api) -> int:
    person = {"name": "Alex James", "email": "alex@carrot.com", "permission": ["full_access"], "logo": "Carrot"}
    client_id: int = ok(
        _default(api, "POST", "/client/save", {**person, "logo_url": "https://carrot.example/logo.png"})
    )["clientId"]
    return client_id


def _mailbox(api: Api, name: str, client_id: int) -> int:
    address = f"{name}@sender.example"
    account = {
        "from_name": name.title(), "from_email": address, "user_name": address, "password": "secret",
        "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example", "imap_port": 993,
        "imap_user_name": address, "imap_password": "secret", "max_email_per_day": 100, "bcc": "bcc@sender.example",
        "custom_tracking_url": "https://track.sender.example", "different_reply_to_address": "re@sender.example",
        "signature": "Thanks", "warmup_enabled": True, "total_warmup_per_day": 20, "daily_rampup": 2,
        "reply_rate_percentage": 30, "client_id": client_id,
    }  # fmt: skip
    account_id: int = ok(_default(api, "POST", "/email-accounts/save", account))["emailAccountId"]
    return account_id


def _campaign(api: Api, name: str, client_id: int, boxes: list[int]) -> int:
    """A campaign of a client that could start."""
    campaign_id: int = ok(_default(api, "POST", "/campaigns/create", {"name": name, "client_id": client_id}))["id"]
    _equip(api, campaign_id, client_id, boxes)
    return campaign_id


def _equip(api: Api, campaign_id: int, client_id: int, boxes: list[int]) -> None:
    """Settings, a schedule, two steps, the first in three variants, and mailboxes."""
    variants = [{"subject": f"Offer {label}", "email_body": _BODY, "variant_label": label} for label in "ABC"]
    steps = [
        {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "seq_variants": variants},
        {"seq_number": 2, "seq_delay_details": {"delay_in_days": 1}, "subject": "", "email_body": _BODY},
    ]
    settings = {
        "track_settings": [], "stop_lead_settings": "REPLY_TO_AN_EMAIL", "unsubscribe_text": "Don't contact me",
        "follow_up_percentage": 40, "enable_ai_esp_matching": True, "send_as_plain_text": False,
        "client_id": client_id,
    }  # fmt: skip
    window = {
        "timezone": "Australia/Sydney", **ALWAYS, "min_time_btw_emails": 10, "max_new_leads_per_day": 100,
        "schedule_start_time": "2026-03-02T08:00:00Z",
    }  # fmt: skip
    for what, body in (
        ("settings", settings), ("schedule", window), ("sequences", {"sequences": steps}),
        ("email-accounts", {"email_account_ids": boxes}),
    ):  # fmt: skip
        ok(_default(api, "POST", f"/campaigns/{campaign_id}/{what}", body))


def _tag(api: Api, campaign_id: int, boxes: list[int]) -> None:
    """A tag that is on the campaign and on the mailboxes."""
    tag_id: int = ok(_default(api, "POST", "/tags", {"name": "spring", "color": "#F0C080"}))["data"]["id"]
    ok(_default(api, "POST", "/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": [tag_id]}))
    ok(_default(api, "POST", "/email-accounts/tag-mapping", {"email_account_ids": boxes, "tag_ids": [tag_id]}))


def _person(email: str) -> Json:
    return {
        "email": email, "first_name": "Cristiano", "last_name": "Ronaldo", "phone_number": "0239392029",
        "company_name": "Manchester United", "website": "mufc.com", "location": "London",
        "custom_fields": {"Title": "Regional Manager", "First_Line": "Loved you"}, "company_url": "mufc.com",
        "linkedin_profile": "http://www.linkedin.com/in/cristianoronaldo",
    }  # fmt: skip


def _two_weeks(api: Api, campaign_id: int) -> Json:
    """The campaign runs: both steps, then every reaction; the ids of what came of it."""
    ok(_default(api, "POST", f"/campaigns/{campaign_id}/status", {"status": "START"}))
    until(api, "02 14:00")
    ok(_default(api, "POST", f"/campaigns/{campaign_id}/leads/{_lead(api, PAUSED)}/pause"))
    for lead, word in ((LEAD, "open"), (LEAD, "click"), (BOUNCED, "bounce"), (GONE, "open"), (GONE, "unsubscribe")):
        react(api, campaign_id, lead, word)
    until(api, "04 14:00")
    for word in ("open", "click"):
        react(api, campaign_id, LEAD, word)
    react(api, campaign_id, LEAD, "reply", body="<p>Yes, I was upset but I am fine</p>", category="Interested")
    (reply,) = mails(api, campaign_id, "REPLY", LEAD)
    sent = mails(api, campaign_id, "SENT", LEAD)[-1]
    until(api, "13 09:00")
    ok(_default(api, "POST", f"/campaigns/{campaign_id}/leads", {"lead_list": [_person(LATE)]}))
    until(api, "14 08:00")
    return {
        "lead_id": _lead(api, LEAD), "email_stats_id": sent["stats_id"], "reply_message_id": reply["message_id"],
    }  # fmt: skip


def _lead(api: Api, email: str) -> int:
    query = {"email": email}
    return int(ok(api.request("GET", "/leads/", edition="default", params=query))["id"])

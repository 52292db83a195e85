"""A world with one of everything, and calls that are made from the document."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from fastapi.testclient import TestClient

from mock_server.config import openapi_directory
from mock_server.contract.document import dereferenced, operations_of, resolve
from mock_server.contract.operations import Contract, parameters_of, success
from mock_server.contract.registry import HANDLERS
from tests import store
from tests.conftest import Api

DOCUMENT = Contract(openapi_directory()).document("default")
#: the ids of the mail that the examples answer and forward, and when it was sent
STATS_ID, MESSAGE_ID, MAILED_AT = "3a1c9a2e-0000-4000-8000-000000000001", "<r1@example.com>", 1_767_600_000_000
#: a time range that holds everything
DAYS = {"start_date": "2026-01-01", "end_date": "2026-01-31"}
EVER = {"fromTime": "2000-01-01T00:00:00Z", "toTime": "2999-01-01T00:00:00Z"}


_numbers = itertools.count(1)


def fresh(client: TestClient, now: str | None = None) -> Api:
    """A key that nobody has used, for tests that need several; its clock is frozen at `now`."""
    api = Api(client, f"fresh-{os.getpid()}-{next(_numbers)}")
    if now is not None:
        assert api.control("PUT", "/clock", {"mode": "frozen", "now": now}).status_code == 200
    return api


@dataclass(frozen=True)
class Described:
    """One operation of the document."""

    id: str
    method: str
    path: str
    operation: dict[str, Any]

    @property
    def status(self) -> int:
        """The status of its success."""
        return success(DOCUMENT, self.operation)[0]

    @property
    def needs_key(self) -> bool:
        """Whether a call without a key is refused."""
        return {} not in self.operation.get("security", ())

    @property
    def example(self) -> Any:
        """The documented example of its body, None when it takes none."""
        body = resolve(DOCUMENT, self.operation.get("requestBody"))
        return dereferenced(DOCUMENT, body["content"]["application/json"].get("example")) if body else None

    def query_names(self) -> list[str]:
        """The names of its query parameters."""
        return [parameter["name"] for parameter in parameters_of(DOCUMENT, self.operation, "query")]


OPERATIONS = [
    Described(operation["operationId"], method.upper(), path, operation)
    for path, method, operation in operations_of(DOCUMENT)
]
READS = [one for one in OPERATIONS if one.method == "GET" and not HANDLERS[one.id].writes]
#: reading operations that take a body
LISTS = [
    one for one in OPERATIONS if one.method == "POST" and one.path.startswith("/master-inbox") and HANDLERS[one.id].long
]
_LIST_IDS = {one.id for one in LISTS}
_BY_ID = {one.id: one for one in OPERATIONS}


def described(operation_id: str) -> Described:
    """The operation of an id."""
    return _BY_ID[operation_id]


@dataclass(frozen=True)
class World:
    """The ids of a world that `build` made. Every text in it holds the marker."""

    marker: str
    campaign_id: int
    other_campaign_id: int
    child_id: int
    email_account_id: int
    other_account_id: int
    failed_account_id: int
    lead_ids: tuple[int, ...]
    lead_map_id: int
    entry_id: int
    webhook_id: int
    tag_id: int
    lead_list_id: int
    other_list_id: int
    tag_mapping_id: int
    client_id: int
    api_key_id: int
    user_id: int
    track_id: str
    #: of what `mailed` adds: the conversation that is answered, an answer by hand to it, a mail that answers none
    answer_id: str = ""
    untracked_id: str = ""

    @property
    def ids(self) -> tuple[object, ...]:
        """All of them."""
        return (
            self.campaign_id, self.other_campaign_id, self.child_id, self.email_account_id, self.other_account_id,
            self.failed_account_id, self.lead_ids, self.lead_map_id, self.entry_id, self.webhook_id, self.tag_id,
            self.lead_list_id, self.other_list_id, self.tag_mapping_id, self.client_id, self.api_key_id,
        )  # fmt: skip

    @property
    def places(self) -> dict[str, int | str]:
        """What stands in the paths of operations."""
        return {
            "campaign_id": self.campaign_id, "lead_id": self.lead_ids[0], "lead_map_id": self.lead_map_id,
            "email_account_id": self.email_account_id, "webhook_id": self.webhook_id,
            "lead_list_id": self.lead_list_id, "tag_mapping_id": self.tag_mapping_id, "trackId": self.track_id,
            "api_key_id": self.api_key_id,
        }  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """What stands in the bodies of operations."""
        return {
            "parent_campaign_id": self.campaign_id, "email_account_ids": [self.email_account_id],
            "lead_ids": list(self.lead_ids[:2]), "email_campaign_id": self.campaign_id,
            "email_lead_map_id": self.lead_map_id, "sub_sequence_id": self.child_id, "tag_ids": [self.tag_id],
            "campaign_ids": [self.campaign_id], "email_ids": [f"box@{self.marker}.example"], "tagIds": [self.tag_id],
            "listIds": [self.lead_list_id], "listId": self.lead_list_id, "fromListId": self.lead_list_id,
            "toListId": self.other_list_id, "leadId": self.lead_ids[1], "leadIds": list(self.lead_ids[:2]),
            "leadMapIds": [self.lead_map_id], "campaignId": self.campaign_id,
            "email_account_id": self.email_account_id, "fromEmailId": self.email_account_id,
            "email_lead_id": self.lead_ids[0], "clientId": self.client_id, "team_member_id": self.user_id,
            "emailCampaignId": self.campaign_id, "leadMapId": self.lead_map_id, "campaign_id": self.campaign_id,
            "untrackedReplyId": self.untracked_id or "none",
        }  # fmt: skip

    @property
    def email(self) -> str:
        """The address of the first lead."""
        return f"lead1@{self.marker}.example"


def build(api: Api, marker: str) -> World:
    """Two campaigns of two clients, a sub-sequence, steps, mailboxes, leads in several states, a block list, a hook.

    The second mailbox warms up, the third is in no campaign, and its logins fail. One tag is on the
    first of everything that has tags; two leads are in a list, one of them in no campaign.
    """
    campaign_id = api.campaign(name=f"{marker} spring", client_id=22)
    other_id = api.campaign(name=f"{marker} autumn", client_id=23)
    child = {"parent_campaign_id": campaign_id, "subsequence_name": f"{marker} child", "condition_events": []}
    child_id: int = _done(api.post("/campaigns/create-subsequence", child))["id"]
    account_id = api.account(f"box@{marker}.example", from_name=f"{marker} box", client_id=22)
    second_id = api.account(f"post@{marker}.example", from_name=f"{marker} post", client_id=23, warmup_enabled=True)
    failed_id = api.account(f"down@{marker}.example", from_name=f"{marker} down")
    _done(api.control("POST", f"/email-accounts/{failed_id}/disconnect"))
    variant = {"subject": f"{marker} variant", "email_body": f"{marker} text", "variant_label": "A"}
    steps: list[dict[str, Any]] = [
        {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": f"{marker} subject",
         "email_body": f"{marker} body"},
        {"seq_number": 2, "seq_delay_details": {"delay_in_days": 3}, "subject": "", "seq_variants": [variant]},
    ]  # fmt: skip
    window = {"timezone": "UTC", "days_of_the_week": [1, 2], "start_hour": "09:00", "end_hour": "17:00"}
    for one in (campaign_id, other_id):
        _done(api.post(f"/campaigns/{one}/settings", {"unsubscribe_text": f"{marker} unsubscribe"}))
        _done(api.post(f"/campaigns/{one}/schedule", window))
        _done(api.post(f"/campaigns/{one}/sequences", {"sequences": steps}))
    _done(api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id, second_id]}))
    leads = [
        {"email": f"lead{n}@{marker}.example", "first_name": marker, "custom_fields": {"note": marker}}
        for n in range(1, 5)
    ]
    _done(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": leads}))
    _done(api.post(f"/campaigns/{other_id}/leads", {"lead_list": leads[:2]}))
    rows = api.rows(campaign_id)
    lead_ids = tuple(row["lead"]["id"] for row in rows)
    _done(api.post(f"/campaigns/{campaign_id}/leads/{lead_ids[1]}/pause"))
    _done(api.post(f"/campaigns/{campaign_id}/leads/{lead_ids[2]}/category", {"category_id": 2}))
    _done(api.post(f"/campaigns/{campaign_id}/leads/{lead_ids[3]}/unsubscribe"))
    _done(api.post("/leads/add-domain-block-list", {"domain_block_list": [f"{marker}.rival.example"]}))
    _done(api.post("/leads/add-domain-block-list", {"domain_block_list": [f"{marker}.foe.example"], "client_id": 22}))
    entry_id: int = _done(api.get("/leads/get-domain-block-list"))[0]["id"]
    map_id: int = rows[0]["campaign_lead_map_id"]
    hook = {
        "name": f"{marker} hook", "webhook_url": f"https://inbox.simulator.test/{marker}", "categories": ["Interested"],
        "event_types": ["EMAIL_SENT", "EMAIL_REPLY"],
    }  # fmt: skip
    webhook_id: int = _done(api.post(f"/campaigns/{campaign_id}/webhooks", hook))["id"]
    tag_id: int = _done(api.post("/tags", {"name": f"{marker} tag"}))["data"]["id"]
    lists: list[int] = [
        _done(api.post("/lead-list/", {"listName": f"{marker} {name}"}))["data"]["id"] for name in ("first", "second")
    ]
    listed = {"leadList": [leads[0], {"email": f"listed@{marker}.example"}], "fileName": "leads.csv"}
    _done(api.post(f"/lead-list/{lists[0]}/import", listed))
    tagged = {"email_account_ids": [account_id], "tag_ids": [tag_id]}
    _done(api.post("/email-accounts/tag-mapping", tagged))
    _done(api.post("/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": [tag_id]}))
    _done(api.post("/lead-list/assign-tags", {"listIds": lists[:1], "tagIds": [tag_id]}))
    mapping = _done(api.post("/crm/leads/tags", {"leadId": lead_ids[0], "tagIds": [tag_id]}))["data"][0]
    client = client_of(api, marker)
    single = {"to": f"x@{marker}.example", "subject": marker, "body": f"<p>{marker}</p>", "fromEmailId": account_id}
    _done(api.post("/send-email/initiate", single))
    (pixel,) = api.control("GET", "/messages?type=SINGLE").json()
    track_id = re.findall(r'/([^/"]+)" width', pixel["body"])[0]
    return World(
        marker, campaign_id, other_id, child_id, account_id, second_id, failed_id, lead_ids, map_id, entry_id,
        webhook_id, tag_id, lists[0], lists[1], mapping["id"], client.id, client.key_id,
        _done(api.get("/users/get-by-api-key"))["id"], track_id,
    )  # fmt: skip


@dataclass(frozen=True)
class Client:
    """A client of the account, and a key of it."""

    id: int
    key_id: int
    key: str


def client_of(api: Api, marker: str, *permission: str) -> Client:
    """A client that is made, with a key."""
    person = {"name": f"{marker} client", "email": f"client@{marker}.example", "permission": list(permission)}
    client_id = _done(api.post("/client/save", {**person, "logo": f"{marker} brand"}))["clientId"]
    key = _done(api.post("/client/api-key", {"clientId": client_id, "keyName": f"{marker} key"}))["data"]
    return Client(client_id, key["id"], key["api_key"])


def mailed(api: Api, world: World) -> World:
    """The world, in which two leads of the campaign got a mail.

    The first one's has the ids of the document's examples, is answered and answered in turn, and waits for another
    answer and a reminder; the last one's conversation is snoozed, important and archived. A mail came in that answers
    none.
    """
    step_id = api.get(f"/campaigns/{world.campaign_id}/sequences").json()[0]["id"]
    rows = api.rows(world.campaign_id)
    for row, names in ((rows[0], (STATS_ID, MESSAGE_ID)), (rows[-1], (f"{world.marker}-2", f"<2@{world.marker}>"))):
        store.mail(
            api, world.campaign_id, row["campaign_lead_map_id"], lead_id=row["lead"]["id"], at=MAILED_AT, seq_number=1,
            email_account_id=world.email_account_id, stats_id=names[0], message_id=names[1],
            from_email=f"box@{world.marker}.example", to_email=row["lead"]["email"], subject=f"{world.marker} subject",
            body=f"{world.marker} body", step_id=step_id,
        )  # fmt: skip
    states = {"is_snoozed": True, "is_important": True, "is_archived": True}
    _done(api.control("PUT", f"/inbox/{rows[-1]['campaign_lead_map_id']}", states))
    answer = {"campaign_id": world.campaign_id, "email": world.email, "type": "reply", "category": "Interested"}
    _done(api.control("POST", "/events", answer))
    status = f"/campaigns/{world.campaign_id}/leads/{world.lead_ids[0]}/status"
    _done(api.patch(status, {"status": "IN_PROGRESS"}, edition="default"))  # the answer has stopped it
    thread = {"email_stats_id": STATS_ID, "email_body": f"{world.marker} answer"}
    for more in ({}, {"scheduled_time": "2999-01-01T00:00:00Z"}):
        assert api.post(f"/campaigns/{world.campaign_id}/reply-email-thread", {**thread, **more}).status_code == 200
    (by_hand,) = api.control("GET", f"/messages?type=HAND&campaign_id={world.campaign_id}").json()
    reminder = {"email_lead_map_id": world.lead_map_id, "email_stats_id": STATS_ID, "message": world.marker}
    _done(api.post("/master-inbox/set-reminder", {**reminder, "reminder_time": "2026-03-10T09:00:00Z"}))
    mine = {"email_lead_map_id": world.lead_map_id, "team_member_id": world.user_id}
    _done(api.post("/master-inbox/update-team-member", mine))
    stray = {"from": f"x@{world.marker}.example", "subject": world.marker, "body": world.marker}
    _done(api.control("POST", f"/email-accounts/{world.email_account_id}/messages", stray))
    here = {"from_email": stray["from"]}
    replies = _done(api.get("/master-inbox/untracked-replies", params=here))["data"]["replies"]
    return replace(world, answer_id=by_hand["message_id"], untracked_id=replies[0]["id"])


def _done(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def call(api: Api, one: Described, world: World) -> Any:
    """The operation on what `world` has, with the document's example as its body; it ought to succeed."""
    values = {
        "email": world.email, "id": world.entry_id, "message_id": world.answer_id, "timezone": "UTC", **EVER, **DAYS,
    }  # fmt: skip
    parameters = parameters_of(DOCUMENT, one.operation, "query")
    query = {parameter["name"]: values[parameter["name"]] for parameter in parameters if parameter.get("required")}
    body = body_for(one, world)
    return api.request(one.method, path_of(one, world), params=query, **({} if body is None else {"json": body}))


def path_of(one: Described, world: World) -> str:
    """The operation's path with the ids of `world`."""
    return one.path.format(**world.places)


def body_for(one: Described, world: World) -> Any:
    """The document's example with the ids of `world` in it."""
    if one.id == "bulk_fetch_email_account_messages":
        return [{**one.example[0], "account_id": world.email_account_id}, *one.example[1:]]
    if not isinstance(one.example, dict):
        return one.example
    own = {**world.fields, "domain_block_list": [f"{world.marker}.example"], "emails": [world.email]}
    body: dict[str, Any] = with_own(one.example, own)
    if one.id in ("delete_campaign_webhook", "delete_webhook"):
        body["id"] = world.webhook_id
    if one.id in _LIST_IDS:
        body.pop("filters", None)
    if one.id == "ignore_inbox_reply":
        body["id"] = STATS_ID
    if one.id == "update_email_account_tag":
        body["id"] = world.tag_id
    if "sequences" in body:
        body["sequences"] = [{k: v for k, v in step.items() if k != "id"} for step in body["sequences"]]
    return body


def with_own(body: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A body with the values of `own` in place of its own, in its objects too."""
    body = {name: own.get(name, value) for name, value in body.items()}
    if isinstance(body.get("leadList"), dict):
        body["leadList"] = with_own(body["leadList"], own)
    return body


def everything(api: Api, world: World) -> list[tuple[str, int, str]]:
    """What the key reads: the answer of every reading operation for every id, and the counts of rows."""
    return [*_reads(api, world), ("state", 200, api.control("GET", "/state").text)]


#: operations that are for some days
_DATED = (
    "get_campaign_analytics_by_date", "get_campaign_top_level_analytics_by_date", "get_campaign_sequence_analytics",
)  # fmt: skip
#: filters that show what no field of a row does
_MARKED = [{"emailStatus": "is_unsubscribed"}, {"emailStatus": "is_bounced"}]


def glance(api: Api, world: World) -> list[tuple[str, int, str]]:
    """As `everything`, for the first id of each kind only."""
    return [*_reads(api, world, 1), ("state", 200, api.control("GET", "/state").text)]


def _reads(api: Api, world: World, most: int = 9) -> Iterator[tuple[str, int, str]]:
    queries: dict[str, list[dict[str, str]]] = {
        "get_lead_by_email": [{"email": world.email}], "list_leads_by_campaign": [{}, *_MARKED],
        "get_campaign_webhook_summary": [EVER], "list_campaigns": [{"include_tags": "true"}],
        "list_campaign_email_accounts": [{"include_tags": "true"}], "get_email_account": [{"fetch_tags": "true"}],
        "list_all_leads_v2": [{}, {"listId": str(world.lead_list_id)}],
        "list_lead_tags": [{}, {"leadId": str(world.lead_ids[0])}],
        **{name: [{**DAYS}] for name in _DATED},
    }  # fmt: skip
    for one in LISTS:
        answer = api.request("POST", one.path, params={"fetch_message_history": "true"}, json={})
        yield one.id, answer.status_code, answer.text
    for one in READS:
        for values in _places(one, world)[:most]:
            for query in queries.get(one.id, [{}]):
                answer = api.request("GET", one.path.format(**values), params=query)
                yield f"{one.id} {values} {query}", answer.status_code, answer.text


def _places(one: Described, world: World) -> list[dict[str, int]]:
    if "{campaign_id}" in one.path:
        ids = (world.campaign_id, world.other_campaign_id, world.child_id)
        return [{"campaign_id": campaign_id, "lead_id": world.lead_ids[-1]} for campaign_id in ids]
    if "{lead_id}" in one.path:
        return [{"lead_id": lead_id} for lead_id in world.lead_ids]
    if "{lead_map_id}" in one.path:
        return [{"lead_map_id": world.lead_map_id}]
    if "{email_account_id}" in one.path:
        accounts = (world.email_account_id, world.other_account_id, world.failed_account_id)
        return [{"email_account_id": account_id} for account_id in accounts]
    if "{webhook_id}" in one.path:
        return [{"webhook_id": world.webhook_id}]
    if "{lead_list_id}" in one.path:
        return [{"lead_list_id": list_id} for list_id in (world.lead_list_id, world.other_list_id)]
    return [{}]

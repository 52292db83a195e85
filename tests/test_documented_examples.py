"""Every documented example is real: requests are accepted, answers have the keys that are shown."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mock_server.contract.document import dereferenced, resolve
from mock_server.contract.operations import success
from tests import store, worlds
from tests.conftest import Api
from tests.worlds import DOCUMENT, OPERATIONS, Described, World, described

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def world(api: Api) -> World:
    """A workspace with one of everything."""
    return worlds.mailed(api, worlds.build(api, "alpha"))


def _sheets() -> Iterator[tuple[dict[str, Any], list[tuple[str, Any]]]]:
    """Operations of the sheets with the 2xx examples that `default` answers; none where the sheets are not there."""
    tool = SHARED / "tools" / "facts.py"
    if not tool.exists():
        return
    spec = importlib.util.spec_from_file_location("facts", tool)
    assert spec is not None
    assert spec.loader is not None
    facts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(facts)
    choices = yaml.safe_load((SHARED / "api-plan" / "canonical.yaml").read_text("utf-8"))
    served = {one.id for one in OPERATIONS}
    for op in facts.operations():
        if op["id"] in served:
            yield op, facts.examples(op, choices)


SHEETS = list(_sheets())

# ------------------------------------------------------------------------------------------ requests


def _ids_of(api: Api, world: World, body: Any) -> Any:
    """A sample with the ids of this world in place of the sample's own."""
    if not isinstance(body, dict):
        return body
    body = worlds.with_own(body, world.fields)
    if any("id" in step for step in body.get("sequences", ())):
        saved = api.get(f"/campaigns/{world.campaign_id}/sequences").json()
        body["sequences"] = [_step_ids(step, known) for step, known in zip(body["sequences"], saved, strict=True)]
    return body


def _step_ids(step: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    variants = [variant["id"] for variant in known["sequence_variants"] or ()]
    step = {**step, "id": known["id"]}
    if "seq_variants" in step:
        step["seq_variants"] = [
            {**{k: v for k, v in variant.items() if k != "id"}, **({"id": one} if one else {})}
            for variant, one in zip(step["seq_variants"], [*variants, *[None] * 9], strict=False)
        ]
    return step


def send(api: Api, one: Described, world: World, body: Any) -> Any:
    """The operation on what the world has, with a body."""
    return api.request(one.method, worlds.path_of(one, world), json=_ids_of(api, world, body))


def _sheet_bodies() -> list[Any]:
    return [pytest.param(op["id"], op["body_example"], id=op["id"]) for op, _ in SHEETS if "body_example" in op]


WINDOW = {"timezone": "America/Los_Angeles", "days_of_the_week": [1], "start_hour": "01:11", "end_hour": "02:22"}
ACCOUNT = {
    "id": None, "from_name": "Ramesh", "from_email": "ramesh@five2zone.com.au", "user_name": "ramesh@five2zone.com.au",
    "password": "gjfsvtyrqpemuqzf", "smtp_host": "smtp.gmail.com", "smtp_port": 465, "imap_host": "imap.gmail.com",
    "imap_port": 993, "max_email_per_day": 100, "custom_tracking_url": "", "bcc": "", "signature": "",
    "warmup_enabled": False, "total_warmup_per_day": None, "daily_rampup": None, "reply_rate_percentage": None,
    "client_id": None,
}  # fmt: skip
PERSON = {
    "first_name": "Cristiano", "last_name": "Ronaldo", "email": "cristiano@mufc.com", "phone_number": 239392029,
    "company_name": "Manchester United", "website": "mufc.com", "location": "London",
    "custom_fields": {"Title": "Regional Manager", "First_Line": "Loved your recent post"},
    "linkedin_profile": "http://www.linkedin.com/in/cristianoronaldo", "company_url": "mufc.com",
}  # fmt: skip
ALEX = {
    "email": "alex@acmecorp.com", "first_name": "Alex", "last_name": "Chen", "company_name": "Acme Corp",
    "location": "San Francisco, CA",
    "custom_fields": {"job_title": "VP of Sales", "industry": "B2B SaaS", "company_size": "50-200"},
}  # fmt: skip
VARIANTS = [
    {"subject": "Subject", "email_body": "<p>Hi<br><br>How are you?</p>", "variant_label": "A", "id": 2535},
    {"subject": "Ema a", "email_body": "<p>This is a new game a</p>", "variant_label": "B", "id": 2536},
]
STEPS = [
    {"id": 8494, "seq_number": 1, "seq_delay_details": {"delay_in_days": 1}, "seq_variants": VARIANTS},
    {
        "id": 8495,
        "seq_number": 2,
        "seq_delay_details": {"delay_in_days": 1},
        "subject": "",
        "email_body": "<p>Bump</p>",
    },
]
NO_FLAG = dict.fromkeys(
    ("ignore_global_block_list", "ignore_unsubscribe_list", "ignore_duplicate_leads_in_other_campaign"), False
)
#: samples of the documents, with their line: print damage mended, ids replaced by those of the world
SEEDS: list[tuple[str, str, Any]] = [
    ("S0:283", "update_campaign_schedule", {"schedule": {
        "timezone": "America/New_York", "days_of_the_week": [1, 2, 3, 4, 5], "start_hour": "09:00", "end_hour": "17:00",
        "min_time_btw_emails": 5, "max_new_leads_per_day": 50}}),
    ("S0:312", "update_campaign_status", {"status": "ACTIVE"}),
    ("S1:238", "create_campaign", {"name": "Test email campaign", "client_id": 22}),
    ("S1:261", "update_campaign_schedule", {
        **WINDOW, "min_time_btwn_emails": 10, "max_new_leads_per_day": 20,
        "schedule_start_time": "2023-04-25T07:29:25.978Z"}),
    ("S1:303", "update_campaign_settings", {
        "track_settings": ["DONT_TRACK_EMAIL_OPEN"], "stop_lead_settings": "REPLY_TO_AN_EMAIL", "unsubscribe_text": "",
        "send_as_plain_text": False, "follow_up_percentage": 100, "client_id": 33, "enable_ai_esp_matching": True}),
    ("S1:403", "save_campaign_sequences", {"sequences": STEPS}),
    ("S1:586", "add_campaign_email_accounts", {"email_account_ids": [2907]}),
    ("S1:627", "remove_campaign_email_accounts", {"email_account_ids": [2907]}),
    ("S1:756", "save_email_account", ACCOUNT),
    ("S1:847", "update_email_account", {
        "max_email_per_day": 100, "custom_tracking_url": "", "bcc": "ramesh@five2one.com.au",
        "signature": "Thanks,</br>Ramesh Kumar M", "client_id": 22, "time_to_wait_in_mins": 3}),
    ("S1:938", "update_email_account_warmup", {
        "warmup_enabled": True, "total_warmup_per_day": 35, "daily_rampup": 2, "reply_rate_percentage": 38,
        "warmup_key_id": "apple-juice"}),
    ("S1:1478", "add_leads_to_campaign", {"lead_list": [PERSON], "settings": {
        "ignore_global_block_list": True, "ignore_unsubscribe_list": True,
        "ignore_duplicate_leads_in_other_campaign": False}}),
    ("S1:1524", "resume_lead_in_campaign", {"resume_lead_with_delay_days": 10}),
    ("S1:1524 null", "resume_lead_in_campaign", {"resume_lead_with_delay_days": None}),
    ("S1:1620", "add_to_global_block_list", {
        "domain_block_list": ["ramesh+1001@fiveZone.com.au", "apple.com"], "client_id": None}),
    ("S1:1648", "update_lead", PERSON),
    ("S1:1680", "update_lead_category_in_campaign", {"category_id": 3, "pause_lead": True}),
    ("S1:1704", "update_campaign_status", {"status": "START"}),
    ("S1:1704", "update_campaign_status", {"status": "PAUSED"}),
    ("S1:1776", "save_campaign_webhook", {
        "id": None, "name": "Ramesh testing 1", "event_types": ["LEAD_CATEGORY_UPDATED"], "categories": ["Interested"],
        "webhook_url": "https://webhook.site/8222f684-0cf6-43ac-9360-28227fc36d32"}),
    ("S2:68", "create_campaign", {"name": "Q1 VP Sales - Series A SaaS", "client_id": None}),
    ("S3:18", "add_leads_to_campaign", {"lead_list": [ALEX, {"email": "maria@techstartup.io"}], "settings": NO_FLAG}),
    ("S3:171", "patch_lead_status", {"status": "INTERESTED"}),
    ("S3:200", "add_emails_to_block_list", {"emails": ["donotcontact@company.com", "optedout@example.com"]}),
]  # fmt: skip


@pytest.mark.parametrize("one", [one for one in OPERATIONS if one.example is not None], ids=lambda one: one.id)
def test_the_documents_request_example_is_accepted(api: Api, world: World, one: Described) -> None:
    """The example body of an operation, with ids that exist, is a success."""
    answer = worlds.call(api, one, world)
    assert answer.status_code == one.status, answer.text


@pytest.mark.parametrize(("operation_id", "body"), _sheet_bodies())
def test_the_sheets_request_example_is_accepted(api: Api, world: World, operation_id: str, body: Any) -> None:
    """The example body of a fact sheet, with ids that exist, is a success."""
    answer = send(api, described(operation_id), world, body)
    assert answer.status_code == described(operation_id).status, answer.text


@pytest.mark.parametrize(
    ("operation_id", "body"), [pytest.param(*sample, id=f"{place} {sample[0]}") for place, *sample in SEEDS]
)
def test_the_documents_sample_request_is_accepted(api: Api, world: World, operation_id: str, body: Any) -> None:
    """What a client copies out of a document, with ids that exist, is a success."""
    if body == {"status": "PAUSED"}:
        assert api.post(f"/campaigns/{world.campaign_id}/status", {"status": "START"}).status_code == 200
    answer = send(api, described(operation_id), world, body)
    assert answer.status_code == 200, answer.text


# ------------------------------------------------------------------------------------------ answers

MISSING = 3_999_999_999


def _summary(api: Api, world: World) -> Any:
    """The summary of a campaign with a delivery."""
    store.deliver(api, world.campaign_id, world.webhook_id, "EMAIL_REPLY", "successful", 1_772_323_200_000)
    return api.get(f"/campaigns/{world.campaign_id}/webhooks/summary", params=worlds.EVER)


def _noted(kind: str) -> Callable[[Api, World], Any]:
    """The notes or tasks of a lead that has one."""

    def read(api: Api, world: World) -> Any:
        store.noted(api, kind, world.campaign_id, world.lead_map_id, "Call on Friday", 1_772_323_200_000)
        return api.get(f"/crm/leads/{kind}/{world.lead_ids[0]}")

    return read


def _of_mailed_lead(what: str) -> Callable[[Api, World], Any]:
    """What the campaign tells of the lead that got a mail."""
    return lambda api, world: api.get(f"/campaigns/{world.campaign_id}/leads/{world.lead_ids[-1]}/{what}")


def _fetched(api: Api, world: World) -> Any:
    """The messages of a mailbox that got one."""
    path = f"/email-accounts/{world.email_account_id}"
    mail = {"from": "Lee Lead <lee@lead.example.com>", "subject": "Re: hello", "body": "Thanks"}
    assert api.control("POST", f"{path}/messages", mail).status_code == 200
    return api.post(f"{path}/fetch-messages", {"folder": "INBOX"})


#: (operation, example) -> the call that is answered so, where the operation on the world as it is answers another one
CALLS: dict[tuple[str, str], Callable[[Api, World], Any]] = {
    ("add_leads_to_campaign", "counts_only"): lambda api, world: api.post(
        f"/campaigns/{world.campaign_id}/leads",
        {"lead_list": [{"email": email} for email in ("a@x.example", "b@x.example", "c@alpha.rival.example")]},
    ),
    ("get_campaign_webhook_summary", "summary"): _summary,
    ("get_campaign_webhook_summary", ""): _summary,
    ("fetch_email_account_messages", "messages"): _fetched,
    ("fetch_email_account_messages", ""): _fetched,
    ("list_all_leads", "page"): lambda api, _: api.get("/leads/global-leads", params={"limit": 1}),
    ("list_all_leads", ""): lambda api, _: api.get("/leads/global-leads", params={"limit": 1}),
    ("list_lead_notes", "notes"): _noted("notes"),
    ("list_lead_notes", ""): _noted("notes"),
    ("list_lead_tasks", "tasks"): _noted("tasks"),
    ("list_lead_tasks", ""): _noted("tasks"),
    ("get_lead_message_history", "conversation"): _of_mailed_lead("message-history"),
    ("get_lead_message_history", ""): _of_mailed_lead("message-history"),
    ("get_lead_activity", "opened"): _of_mailed_lead("activity"),
    ("get_lead_activity", ""): _of_mailed_lead("activity"),
    ("list_leads_by_campaign", "empty"): lambda api, world: api.get(f"/campaigns/{world.child_id}/leads"),
    ("get_lead_by_email", "not_found"): lambda api, world: api.get("/leads/", params={"email": "nobody@example.com"}),
    ("get_lead_by_id", "not_found"): lambda api, world: api.get(f"/leads/{MISSING}"),
    ("mark_lead_complete", "last_step"): lambda api, world: [
        api.post(f"/campaigns/{world.campaign_id}/sequences", {"sequences": []}),
        api.post(f"/campaigns/{world.campaign_id}/leads/{world.lead_map_id}/manual-complete"),
    ][-1],
}


def differences(schema: Any, shown: Any, answered: Any, place: str = "$") -> Iterator[str]:
    """Where an answer has other keys or types than an example, apart from keys that the schema calls optional."""
    parts = schema.get("anyOf", [schema])
    schema = next((one for one in parts if jsonschema.Draft202012Validator(one).is_valid(shown)), parts[0])
    if shown is None or answered is None:
        return
    if isinstance(shown, dict) and isinstance(answered, dict):
        if "properties" in schema:
            optional = schema["properties"].keys() - set(schema.get("required", ()))
            odd = (shown.keys() ^ answered.keys()) - optional
            if odd:
                yield f"{place}: {sorted(odd)} in one of them only"
            for key in shown.keys() & answered.keys():
                yield from differences(schema["properties"][key], shown[key], answered[key], f"{place}.{key}")
    elif isinstance(shown, list) and isinstance(answered, list):
        if shown and not answered and "properties" in schema["items"] and not place.endswith(".tags"):
            yield f"{place}: nothing to compare with"
        for item in answered if shown else ():
            yield from differences(schema["items"], shown[0], item, f"{place}[]")
    elif type(shown) is not type(answered) and not isinstance(schema.get("type"), list):
        yield f"{place}: {shown!r} is shown, {answered!r} answered"


def _documented() -> Iterator[Any]:
    """(operation, name, example) of every success that the document shows as JSON."""
    for one in OPERATIONS:
        status, media, _ = success(DOCUMENT, one.operation)
        content = resolve(DOCUMENT, one.operation["responses"][str(status)])["content"][media]
        for name, example in content.get("examples", {}).items():
            if media == "application/json":
                yield pytest.param(one, name, resolve(DOCUMENT, example)["value"], id=f"{one.id} {name}")


def _of_sheets() -> Iterator[Any]:
    for op, examples in SHEETS:
        for number, (status, example) in enumerate(examples):
            name = "not_found" if example in ({}, {"data": []}) else ""
            yield pytest.param(described(op["id"]), name, example, id=f"{op['id']} {status} {number}")


@pytest.mark.parametrize(("one", "name", "example"), [*_documented(), *_of_sheets()])
def test_a_success_has_the_keys_that_are_documented(
    api: Api, world: World, one: Described, name: str, example: Any
) -> None:
    """An example fits the schema of the answer, and the real answer has the same keys and types."""
    schema = dereferenced(DOCUMENT, success(DOCUMENT, one.operation)[2])
    problem = next(jsonschema.Draft202012Validator(schema).iter_errors(example), None)
    assert problem is None, problem
    provoke = CALLS.get((one.id, name))
    response = worlds.call(api, one, world) if provoke is None else provoke(api, world)
    assert response.status_code == one.status, response.text
    assert not list(differences(schema, example, response.json()))


def test_the_export_shows_the_documented_columns(api: Api, world: World) -> None:
    """The CSV begins with the line that the document shows."""
    content = described("export_campaign_leads_csv").operation["responses"]["200"]["content"]["text/csv"]
    example: str = content["examples"]["one_lead"]["value"]
    answer = api.get(f"/campaigns/{world.campaign_id}/leads-export").text
    assert answer.splitlines()[0] == example.splitlines()[0]
    assert len(answer.splitlines()) == 1 + len(world.lead_ids)


def test_a_missing_key_would_be_noticed() -> None:
    """The comparison sees a key too many, one too few and another type, at any depth."""
    schema: Any = {
        "properties": {"a": {"items": {"properties": {"b": {"type": "integer"}}, "required": ["b"]}}, "c": {}}
    }
    shown = {"a": [{"b": 1}]}
    wrongs: tuple[Any, ...] = ({"a": [{}]}, {"a": [{"b": "1"}]}, {"a": [{"b": 1, "x": 2}]}, {"a": []})
    assert all(list(differences(schema, shown, wrong)) for wrong in wrongs)
    assert not list(differences(schema, shown, {"a": [{"b": 2}], "c": 1}))

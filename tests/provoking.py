"""Calls that get each documented refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi.testclient import TestClient

from mock_server.contract.operations import parameters_of
from tests import worlds
from tests.conftest import Api
from tests.sending import until
from tests.worlds import Described, World

UNKNOWN = 3_999_999_999
#: required query parameter -> some value
SOME: dict[str, object] = {
    "email": "ann@x.example", "id": 1, "message_id": "<some>", "timezone": "UTC", **worlds.EVER, **worlds.DAYS,
}  # fmt: skip
Provoked = tuple[Any, dict[str, object]]


@dataclass
class Caller:
    """Calls one operation in one edition."""

    api: Api
    edition: str
    one: Described
    restricted: TestClient
    made: World | None = None

    @cached_property
    def world(self) -> World:
        """A workspace with one of everything, made when it is first asked for."""
        return self.made or worlds.build(self.api, "alpha")

    def own(self, body: Any = None, query: dict[str, object] | None = None, **ids: int | str) -> Any:
        """The operation on what the world has, apart from `ids`; a required query parameter has some value."""
        if set(re.findall(r"{(\w+)}", self.one.path)) - ids.keys():
            world = self.world
            ids = {**world.places, **ids}
        needed = parameters_of(worlds.DOCUMENT, self.one.operation, "query")
        params = {one["name"]: SOME[one["name"]] for one in needed if one.get("required")} | (query or {})
        more = {} if body is None else {"json": body}
        return self.api.request(
            self.one.method, self.one.path.format(**ids), edition=self.edition, params=params, **more
        )

    def start(self) -> Caller:
        """Start the world's campaign."""
        path = f"/campaigns/{self.world.campaign_id}/status"
        assert self.api.post(path, {"status": "START"}).status_code == 200
        return self

    def complete(self) -> Caller:
        """End the sequence of the world's first lead by hand."""
        path = f"/campaigns/{self.world.campaign_id}/leads/{self.world.lead_map_id}/manual-complete"
        assert self.api.post(path).status_code == 200
        return self

    def with_key(self, client: TestClient, **key: str) -> Any:
        """The operation on a server, with the key that is given."""
        path = re.sub(r"{\w+}", "1", self.one.path)
        return client.request(self.one.method, f"/api/v1{path}", params=key, headers={"X-Mock-Edition": self.edition})


WINDOW = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "09:00", "end_hour": "17:00"}
STEP = {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "s", "email_body": "b"}
VARIANT = {"id": UNKNOWN, "subject": "s", "email_body": "b", "variant_label": "A"}


def _account(call: Caller, **changes: object) -> Any:
    return call.own({**call.one.example, **changes})


def _suspended(call: Caller) -> Provoked:
    account_id = call.world.email_account_id
    assert call.api.post(f"/email-accounts/{account_id}", {"is_suspended": True}).status_code == 200
    return call.own({"email_account_ids": [account_id]}), {"id": account_id}


def _last_mailbox(call: Caller) -> Provoked:
    ids = [call.start().world.email_account_id, call.world.other_account_id]
    return call.own({"email_account_ids": ids}), {}


def _without_credit(call: Caller) -> Provoked:
    leads = [{"email": "new@x.example"}, {"email": "newer@x.example"}, {"email": call.world.email}]
    assert call.api.control("PUT", "/settings", {"lead_credit": 0}).status_code == 200
    return call.own({"lead_list": leads}), {"count": 2}


def _last_step(call: Caller) -> Provoked:
    until(call.start().api, "09 09:00")  # step 2 is due three days after Monday, and goes out on the next one
    return call.own({}), {}


def _foreign_child(call: Caller) -> Provoked:
    return call.own({"email_lead_map_id": call.world.lead_map_id, "sub_sequence_id": call.world.other_campaign_id}), {}


def _pushed_twice(call: Caller) -> Provoked:
    body = {"email_lead_map_id": call.world.lead_map_id, "sub_sequence_id": call.world.child_id}
    assert call.own(body).status_code == 200
    return call.own(body), {}


def _full_of_fields(call: Caller) -> Provoked:
    return call.own({"email": call.world.email, "custom_fields": {f"f{n}": n for n in range(200)}}), {}


def _replaced(call: Caller, **values: object) -> Any:
    """The operation with those of the values that its body has a place for."""
    body = worlds.body_for(call.one, call.world)
    return call.own({**body, **{name: value for name, value in values.items() if name in body}})


def _no_campaign(call: Caller) -> Provoked:
    example = call.one.example
    if {"campaign_ids", "campaignId"} & (example or {}).keys():
        return _replaced(call, campaign_ids=[call.world.campaign_id, UNKNOWN], campaignId=UNKNOWN), {}
    if "parent_campaign_id" in (example or {}):
        return call.own({**example, "parent_campaign_id": UNKNOWN}), {}
    if "email_campaign_id" in (example or {}):
        return call.own({**example, "email_campaign_id": UNKNOWN}), {}
    return call.own(example, campaign_id=UNKNOWN, lead_id=UNKNOWN, lead_map_id=UNKNOWN), {}


def _no_lead(call: Caller) -> Provoked:
    example = call.one.example
    if call.one.id == "list_lead_tags":
        return call.own(query={"leadId": UNKNOWN}), {}
    if call.one.id == "push_leads_between_lists":
        return call.own({"action": "move", "leadIds": [UNKNOWN], "toListId": call.world.lead_list_id}), {}
    if {"leadId", "leadIds", "leadMapIds", "leadList"} & (example or {}).keys():
        some = [call.world.lead_ids[0], UNKNOWN]
        return _replaced(call, leadId=UNKNOWN, leadIds=some, leadMapIds=some, leadList={"leadIds": some}), {}
    if "lead_ids" in (example or {}):
        return call.own({"lead_ids": [call.world.lead_ids[0], UNKNOWN]}), {}
    return call.own(example, lead_id=UNKNOWN, lead_map_id=UNKNOWN), {}


def _no_list(call: Caller) -> Provoked:
    if call.one.path.startswith("/lead-list/{"):
        return call.own(call.one.example, lead_list_id=UNKNOWN), {}
    lists = [call.world.lead_list_id, UNKNOWN]
    return _replaced(call, listIds=lists, listId=UNKNOWN, toListId=UNKNOWN, leadList={"listId": UNKNOWN}), {}


def _no_tag(call: Caller) -> Provoked:
    tags = [call.world.tag_id, UNKNOWN]
    return _replaced(call, tag_ids=tags, tagIds=tags, id=UNKNOWN), {"id": UNKNOWN}


def _pushed_without_credit(call: Caller) -> Provoked:
    assert call.world.lead_list_id
    assert call.api.control("PUT", "/settings", {"lead_credit": 0}).status_code == 200
    return _replaced(call), {"count": 1}  # the other lead of the list is in the campaign


def _reconnected(call: Caller, times: int) -> Caller:
    """The world's mailbox that fails was reconnected so often."""
    for _ in range(times):
        path = f"/email-accounts/{call.world.failed_account_id}/disconnect"
        assert call.api.control("POST", path).status_code == 200
        assert call.own({}).status_code == 200
    return call


def _no_webhook(call: Caller) -> Provoked:
    example = call.one.example
    body = {**example, "id": UNKNOWN} if "id" in (example or {}) else example
    return call.own(body, webhook_id=UNKNOWN), {}


def _webhook(call: Caller, **changes: object) -> Any:
    body = {**call.one.example, **changes}
    return call.own({**body, "email_campaign_id": call.world.campaign_id} if "email_campaign_id" in body else body)


def _similar_webhook(call: Caller) -> Provoked:
    assert _webhook(call).status_code == 200
    return _webhook(call), {"value": call.one.example["webhook_url"]}


def _with_ids(call: Caller, **changes: object) -> Any:
    """The example with ids of the world, apart from what is changed."""
    return call.own({**worlds.body_for(call.one, call.world), **changes})


def _no_mapping(call: Caller) -> Provoked:
    return _replaced(call, email_lead_map_id=UNKNOWN, leadMapId=UNKNOWN), {}


def _no_mail(call: Caller) -> Provoked:
    """The world's leads were mailed by nobody; a mail came in."""
    stray = {"from": "x@other.example", "subject": "Hi", "body": "Hi"}
    path = f"/email-accounts/{call.world.email_account_id}/messages"
    assert call.api.control("POST", path, stray).status_code == 200
    (reply,) = call.api.get("/master-inbox/untracked-replies").json()["data"]["replies"]
    return _replaced(call, untrackedReplyId=reply["id"]), {}


def _of_a_client(call: Caller) -> Provoked:
    client = worlds.client_of(call.api, "reader")
    return call.with_key(call.api.client, api_key=client.key), {}


def _taken_client(call: Caller) -> Provoked:
    address = f"CLIENT@{call.world.marker}.example"
    return call.own({**call.one.example, "email": address}), {"value": address}


def _unknown_word(call: Caller) -> Provoked:
    ids = dict.fromkeys(re.findall(r"{(\w+)}", call.one.path), 1)
    answer = call.own(query={"unknown": 1}, **ids)
    validation = {"source": "query", "keys": ["unknown"]}
    return answer, {"message": '"unknown" is not allowed', "validation": validation}


#: refusals that come after something was done, so that each needs a world of its own
AFTERWARDS = {
    "not_permitted",
    "campaign_active",
    "campaign_is_active",
    "bounce_threshold_locked",
    "no_failed_email_account",
    "reconnect_limit_reached",
    "email_account_unusable",
    "last_email_account",
    "lead_credit_exhausted",
    "lead_not_pausable",
    "lead_at_last_step",
    "already_in_subsequence",
    "similar_webhook_exists",
    "no_sent_email",
}
#: code, or (operation, code) -> the call that is refused so, and what its answer has for the placeholders
PROVOKED: dict[str | tuple[str, str], Callable[[Caller], Provoked]] = {
    "missing_api_key": lambda call: (call.with_key(call.api.client), {}),
    "invalid_api_key": lambda call: (call.with_key(call.restricted, api_key="wrong"), {}),
    "invalid_request": _unknown_word,
    "not_permitted": _of_a_client,
    "client_email_taken": _taken_client,
    "client_not_found": lambda call: (call.own({**call.one.example, "id": UNKNOWN}), {}),
    ("create_client_api_key", "client_not_found"): lambda call: (_replaced(call, clientId=UNKNOWN), {}),
    "client_api_key_not_found": lambda call: (call.own(api_key_id=UNKNOWN), {}),
    "campaign_not_found": _no_campaign,
    "lead_not_found": _no_lead,
    "email_account_not_found": lambda call: (call.own(call.one.example, email_account_id=UNKNOWN), {"id": UNKNOWN}),
    "email_account_not_allowed": lambda call: (call.own({"email_account_ids": [UNKNOWN]}), {"id": UNKNOWN}),
    "campaign_active": lambda call: (call.start().own(), {}),
    "invalid_timezone": lambda call: (call.own({**WINDOW, "timezone": "Mars/Base"}), {"value": "Mars/Base"}),
    "invalid_start_hour": lambda call: (call.own({**WINDOW, "start_hour": "9am"}), {"value": "9am"}),
    "invalid_end_hour": lambda call: (call.own({**WINDOW, "end_hour": "24:00"}), {"value": "24:00"}),
    "start_after_end": lambda call: (call.own({**WINDOW, "start_hour": "17:01"}), {}),
    "invalid_track_settings": lambda call: (
        call.own({"track_settings": ["DONT_EMAIL_OPEN"]}), {"value": "DONT_EMAIL_OPEN"},
    ),
    "invalid_stop_lead_settings": lambda call: (call.own({"stop_lead_settings": "NEVER"}), {"value": "NEVER"}),
    "bounce_threshold_locked": lambda call: (call.start().own({"bounce_autopause_threshold": "5"}), {}),
    "ooo_settings_conflict": lambda call: (
        call.own({"out_of_office_detection_settings": {"autoReactivateOOO": True, "autoCategorizeOOO": True}}), {},
    ),
    "cannot_start": lambda call: (
        call.own({"status": "START"}, campaign_id=call.world.child_id), {"reason": "no sequence"},
    ),
    "status_change_refused": lambda call: (call.own({"status": "STOPPED"}), {"from": "DRAFTED", "to": "STOPPED"}),
    "campaign_is_active": lambda call: (call.start().own({"sequences": [STEP]}), {}),
    "sequence_not_found": lambda call: (call.own({"sequences": [{**STEP, "id": UNKNOWN}]}), {"id": UNKNOWN}),
    "variant_not_found": lambda call: (call.own({"sequences": [{**STEP, "seq_variants": [VARIANT]}]}), {"id": UNKNOWN}),
    "duplicate_seq_number": lambda call: (call.own({"sequences": [STEP, STEP]}), {"seq_number": 1}),
    "account_exists_other_user": lambda call: (_account(call, from_email="ann@taken.simulator.test"), {}),
    "account_exists": lambda call: (
        _account(call, from_email=f"box@{call.world.marker}.example"), {"id": call.world.email_account_id},
    ),
    "account_verification_failed": lambda call: (
        _account(call, smtp_host="fail.simulator.test"),
        {"id": None, "reason": "Invalid login: 535 Authentication failed"},
    ),
    ("save_email_account", "email_account_not_found"): lambda call: (_account(call, id=UNKNOWN), {"id": UNKNOWN}),
    ("save_oauth_email_account", "email_account_not_found"): lambda call: (_account(call, id=UNKNOWN), {"id": UNKNOWN}),
    "invalid_oauth_token": lambda call: (
        _account(call, token={"scope": "mail", "token_type": "Bearer", "expiry_date": 1}), {},
    ),
    "invalid_account_id": lambda call: (call.own(email_account_id="first"), {}),
    "no_failed_email_account": lambda call: (_reconnected(call, 1).own({}), {}),
    "reconnect_limit_reached": lambda call: (_reconnected(call, 3).own({}), {}),
    "email_account_unusable": _suspended,
    "last_email_account": _last_mailbox,
    "lead_credit_exhausted": _without_credit,
    "invalid_email": lambda call: (call.own({"email": "not-an-address"}), {"value": "not-an-address"}),
    "email_taken": lambda call: (call.own({"email": "lead2@alpha.example"}), {"value": "lead2@alpha.example"}),
    "too_many_custom_fields": _full_of_fields,
    "lead_not_pausable": lambda call: (call.complete().own(), {"status": "COMPLETED"}),
    "lead_at_last_step": _last_step,
    "not_a_subsequence_of": _foreign_child,
    "already_in_subsequence": _pushed_twice,
    "category_not_found": lambda call: (call.own({"category_id": 999}), {"value": 999}),
    ("add_to_global_block_list", "invalid_block_list_entry"): lambda call: (
        call.own({"domain_block_list": ["ok.example", "no domain"]}), {"value": "no domain"},
    ),
    ("add_emails_to_block_list", "invalid_block_list_entry"): lambda call: (
        call.own({"emails": ["ok@x.example", "ann@"]}), {"value": "ann@"},
    ),
    ("push_leads_to_campaign", "lead_credit_exhausted"): _pushed_without_credit,
    "tag_not_found": _no_tag,
    "tag_mapping_not_found": lambda call: (call.own(tag_mapping_id=UNKNOWN), {}),
    "email_account_ids_empty": lambda call: (call.own({"email_account_ids": [], "tag_ids": [1]}), {}),
    "tag_ids_empty": lambda call: (call.own({"email_account_ids": [1], "tag_ids": []}), {}),
    "foreign_email_addresses": lambda call: (
        call.own({"email_ids": [f"BOX@{call.world.marker}.example", "x@other.example"]}),
        {"emails": ["x@other.example"]},
    ),
    "lead_list_not_found": _no_list,
    "webhook_not_found": _no_webhook,
    "invalid_webhook_url": lambda call: (_webhook(call, webhook_url="notaurl"), {"value": "notaurl"}),
    "invalid_event_types": lambda call: (_webhook(call, event_types=["EMAIL_FOO"]), {"value": "EMAIL_FOO"}),
    ("create_webhook", "invalid_event_types"): lambda call: (
        _webhook(call, event_type="EMAIL_FOO"), {"value": "EMAIL_FOO"},
    ),
    "invalid_category": lambda call: (_webhook(call, categories=["Nope"]), {"value": "Nope"}),
    ("create_webhook", "invalid_category"): lambda call: (_webhook(call, category_id=999), {"value": 999}),
    "similar_webhook_exists": _similar_webhook,
    "stats_not_found": lambda call: (_with_ids(call, email_stats_id="unknown"), {"value": "unknown"}),
    ("forward_email", "email_account_not_found"): lambda call: (_with_ids(call, message_id="<unknown>"), {}),
    ("send_test_email", "sequence_not_found"): lambda call: (_with_ids(call, sequenceNumber=9), {}),
    ("send_test_email", "lead_not_found"): lambda call: (_with_ids(call, leadId=UNKNOWN), {}),
    ("send_test_email", "email_account_not_found"): lambda call: (
        _with_ids(call, selectedEmailAccountId=UNKNOWN), {},
    ),
    ("update_lead_email_account", "campaign_not_found"): lambda call: (_with_ids(call, email_campaign_id=UNKNOWN), {}),
    ("update_lead_email_account", "lead_not_found"): lambda call: (_with_ids(call, email_lead_id=UNKNOWN), {}),
    ("update_lead_email_account", "email_account_not_found"): lambda call: (
        _with_ids(call, email_account_id=UNKNOWN), {},
    ),
    "invalid_date_range": lambda call: (call.own(query={"start_date": "2026-03-01", "end_date": "2026-04-01"}), {}),
    "invalid_event_time_from": lambda call: (call.own(query={"event_time_from": "yesterday"}), {}),
    "invalid_event_time_to": lambda call: (
        call.own(query={"event_time_from": "2026-01-01", "event_time_to": "yesterday"}), {},
    ),
    "lead_mapping_not_found": _no_mapping,
    "team_member_not_found": lambda call: (_replaced(call, team_member_id=UNKNOWN), {"id": UNKNOWN}),
    "inbox_item_not_found": lambda call: (call.own(lead_map_id=UNKNOWN), {"id": UNKNOWN}),
    "sent_reply_not_found": lambda call: (call.own(query={"message_id": "<unknown>"}), {}),
    "email_stat_not_found": lambda call: (_replaced(call, id="unknown"), {}),
    "untracked_reply_not_found": lambda call: (_replaced(call, untrackedReplyId="unknown"), {}),
    "no_sent_email": _no_mail,
    "invalid_date_format": lambda call: (call.own(query={"start_date": "1.6.2026"}), {}),
    ("block_domains", "invalid_block_list_entry"): lambda call: (
        call.own({"domains": ["ok.example", "ann@x.example"]}), {"value": "ann@x.example"},
    ),
    ("update_inbox_lead_category", "category_not_found"): lambda call: (
        _replaced(call, category_id=999), {"value": 999},
    ),
    ("resume_inbox_lead", "lead_at_last_step"): lambda call: (
        until(call.start().api, "09 09:00"), _replaced(call), {},
    )[1:],
    ("resume_inbox_lead", "campaign_not_found"): lambda call: (_replaced(call, campaign_id=UNKNOWN), {}),
    ("associate_untracked_reply", "campaign_not_found"): lambda call: (_replaced(call, emailCampaignId=UNKNOWN), {}),
    "block_list_entry_not_found": lambda call: (call.own(query={"id": UNKNOWN}), {}),
}  # fmt: skip

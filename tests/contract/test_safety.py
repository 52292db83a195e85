"""What must never reach a real account is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.document import Operation
from contract_tests.errors import RefusedBySafetyError
from contract_tests.exchange import NO_BODY
from contract_tests.ledger import Ledger
from contract_tests.safety import REMOVED_BY, Safety
from contract_tests.safety_table import ID_NAMES, RULES, VOCABULARY
from tests.contract.fakes import EDITIONS, RUN, api, make_target

OPERATIONS = {operation.id: operation for edition in EDITIONS for operation in api(edition)}
OUTWARD = sorted(name for name, rule in RULES.items() if rule.kind == "outward")
WRITES = sorted(name for name, rule in RULES.items() if rule.kind == "write")
#: what the issue names, and what nobody could take back
MUST_BE_OUTWARD = {
    "reply_email_thread", "forward_email", "send_test_email", "send_single_email", "save_email_account",
    "save_oauth_email_account", "reconnect_failed_email_accounts", "update_email_account_warmup", "save_client",
    "create_client_api_key", "reset_client_api_key", "create_webhook_plural", "track_single_email_open",
}  # fmt: skip


def owning() -> Ledger:
    """A ledger that owns number 7 of everything that runs can make."""
    ledger = Ledger(RUN)
    for kind in ("campaign", "lead", "lead_map", "lead_list", "webhook", "block_entry"):
        ledger.adopt(kind, "7")
    return ledger


def refused(operation: str, path: Any = None, query: Any = None, body: Any = NO_BODY, **more: Any) -> str:
    """The reason why a call is refused; empty when it is sent."""
    target, net = make_target(ledger=owning(), **more)
    try:
        target.call(operation, path=path or {}, query=query or {}, body=body)
    except RefusedBySafetyError as refusal:
        assert not net.requests
        assert not target.ledger.entries
        return refusal.reason
    assert len(net.requests) == 1
    return ""


def test_every_operation_of_every_edition_is_classed() -> None:
    """None by default, and the table names nothing that is not there."""
    assert set(RULES) == set(OPERATIONS)


def test_reads_are_gets_or_lists_of_the_inbox() -> None:
    """A POST that reads has a filter as body and answers rows."""
    for name, rule in RULES.items():
        operation = OPERATIONS[name]
        if rule.kind == "read" and operation.route.method != "GET":
            assert name.startswith(("list_", "get_")), name
            assert operation.route.method == "POST", name
        if rule.kind != "read":
            assert operation.route.method != "GET" or name == "track_single_email_open", name


def test_what_mails_connects_or_hands_out_is_outward() -> None:
    """Told apart from what only changes things of the run."""
    assert set(OUTWARD) >= MUST_BE_OUTWARD
    for name, operation in OPERATIONS.items():
        if RULES[name].kind == "write":
            assert not {"send-email", "warmup", "save-oauth"} & set(operation.route.parts), name


def arguments_of(operation: Operation, value: Any) -> dict[str, Any]:
    """Path arguments."""
    return {one.name: value for one in operation.parameters_in("path")}


@pytest.mark.parametrize("name", OUTWARD)
def test_outward_is_refused_in_write_mode_whatever_it_holds(name: str) -> None:
    """Without a control API."""
    bodies: list[Any] = [*OPERATIONS[name].body_examples, NO_BODY, {}]
    for filled in bodies:
        assert refused(name, arguments_of(OPERATIONS[name], 7), body=filled)


@pytest.mark.parametrize("name", [*OUTWARD, *WRITES])
def test_read_mode_sends_reads_only(name: str) -> None:
    """Also to a mock."""
    assert refused(name, arguments_of(OPERATIONS[name], 7), mode="read")
    assert refused(name, arguments_of(OPERATIONS[name], 7), mode="read", is_mock=True)


@pytest.mark.parametrize("name", WRITES)
def test_what_the_run_did_not_make_is_not_changed(name: str) -> None:
    """Documented examples name things of others; the same calls with ids of lists are refused as well."""
    operation = OPERATIONS[name]
    rule = RULES[name]
    assert rule.needs or rule.name_in or rule.creates == "block_entry", name
    body = next(iter(operation.body_examples), NO_BODY)
    assert refused(name, arguments_of(operation, 8), body=body)


@pytest.mark.parametrize("name", WRITES)
def test_a_wrong_class_of_id_does_not_help(name: str) -> None:
    """An operation that needs something gets through only when it names that."""
    if RULES[name].needs:
        assert refused(name, arguments_of(OPERATIONS[name], ""), body={}) or not arguments_of(OPERATIONS[name], "")
        assert refused(name, {}, body={"name": RUN})


def test_every_name_of_an_object_is_known() -> None:
    """A member that looks like an id and is in no table would be refused: the tables are complete."""
    unknown = set()

    def look(schema: Any, name: str) -> None:
        if isinstance(schema, dict):
            for key, inner in (
                schema.get("properties", {}).items() if isinstance(schema.get("properties"), dict) else ()
            ):
                if key.lower().endswith(("_id", "_ids")) or key.endswith(("Id", "Ids")):
                    unknown.add(key)
                look(inner, name)
            for key in ("items", "anyOf", "oneOf", "allOf", "then", "else"):
                look(schema.get(key), name)
        elif isinstance(schema, list):
            for inner in schema:
                look(inner, name)

    for name, rule in RULES.items():
        if rule.kind == "write":
            look(OPERATIONS[name].body, name)
            unknown |= {one.name for one in OPERATIONS[name].parameters if one.name.endswith(("_id", "Id"))}
    assert unknown - set(ID_NAMES) - VOCABULARY <= {"return_lead_ids"}  # a flag


@pytest.mark.parametrize("status", ["START", "ACTIVE", "start", "Active", "RESUME", "", None, True])
def test_campaigns_are_not_started(status: Any) -> None:
    """Whatever word a document uses."""
    assert refused("update_campaign_status", {"campaign_id": 7}, body={"status": status})
    assert not refused("update_campaign_status", {"campaign_id": 7}, body={"status": "PAUSED"})


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.com", "ana", f"ana@{RUN}.invalid.example.com", f"ana@x{RUN}.invalid", f"a@b.com,x@{RUN}.invalid",
        f"a@b.com@{RUN}.invalid", f"a@b.com x@{RUN}.invalid", f"@{RUN}.invalid", "", f"x@{RUN}.invalid, a@b.com",
    ],
)  # fmt: skip
def test_only_addresses_of_the_run_are_imported(address: str) -> None:
    """Nobody can have them."""
    path = {"campaign_id": 7}
    own = {"email": f"ana@{RUN}.invalid"}
    assert not refused("add_leads_to_campaign", path, body={"lead_list": [own], "settings": {"return_lead_ids": True}})
    assert refused("add_leads_to_campaign", path, body={"lead_list": [own, {"email": address}]})
    assert refused("update_lead", {"campaign_id": 7, "lead_id": 7}, body={"email": address})
    assert refused("add_emails_to_block_list", body={"emails": [f"b@{RUN}.invalid", address]})
    assert refused("block_domains", body={"domains": [address]})


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("push_leads_between_lists", {"action": "move", "fromListId": 7, "toListId": 7, "filters": {"status": ""}}),
        ("push_leads_between_lists", {"action": "move", "fromListId": 8, "toListId": 7}),
        ("push_leads_to_list", {"listId": 7, "allLeads": True}),
        ("push_leads_to_list", {"listId": 7, "leadIds": [7, 8]}),
        ("push_leads_to_list", {"listId": 7, "leadIds": [7], "allLeads": 1}),
        ("push_leads_to_campaign", {"action": "copy", "campaignName": RUN, "leadList": {"leadIds": [7]}}),
        ("push_leads_to_campaign", {"action": "copy", "campaignId": 7, "leadList": {"allLeads": True}}),
        ("delete_leads_from_campaign_bulk", {"lead_ids": {"$gt": 0}}),
        ("push_leads_to_list", {"listId": 7, "leadIds": [7], "filters": {"status": False}}),
        ("push_leads_to_list", {"listId": 7, "leadIds": [7], "filters": {}}),
        ("create_campaign", {"name": RUN, "client_id": {"$gt": 0}}),
        ("delete_leads_from_campaign_bulk", {}),
        ("create_campaign", {"name": "Spring"}),
        ("create_campaign", {}),
        ("create_campaign", [RUN]),
        ("create_campaign", {"name": RUN, "client_id": 7}),
        ("create_lead_list", {"listName": f"my {RUN}"}),
        ("create_webhook", {"name": RUN, "webhook_url": f"http://{RUN}.invalid/", "association_type": "campaign"}),
        (
            "create_webhook",
            {"name": RUN, "webhook_url": f"http://{RUN}.invalid/", "association_type": "user", "email_campaign_id": 7},
        ),
        ("create_webhook", {"name": RUN, "webhook_url": "http://hooks.example.com/", "email_campaign_id": 7}),
        ("delete_webhook", {"id": 8}),
        ("delete_webhook", {"webhookID": 8}),
        ("change_read_status", {"email_lead_map_id": 8, "read_status": True}),
    ],
)  # fmt: skip
def test_bodies_are_looked_through(operation: str, body: Any) -> None:
    """Ids within them, flags that widen a call, names without the prefix, foreign receivers."""
    assert refused(operation, arguments_of(OPERATIONS[operation], 7), body=body)


def test_arguments_that_an_operation_does_not_have_bind_nothing() -> None:
    """The service would ignore them, and the webhook would be one of the whole account."""
    body = {"name": RUN, "webhook_url": f"http://{RUN}.invalid/", "association_type": "campaign"}
    assert not refused("create_webhook", body={**body, "email_campaign_id": 7})
    assert refused("create_webhook", {"email_campaign_id": 7}, body=body)
    assert refused("create_webhook", query={"email_campaign_id": 7}, body=body)
    assert refused("create_webhook", body={**body, "campaign_id": 7})


def test_what_cannot_be_removed_is_not_made() -> None:
    """An edition without the removing call makes nothing on a real account."""
    body = {"name": RUN}
    assert not refused("create_campaign", body=body)
    assert not refused("create_campaign", body=body, edition="reference")
    assert "delete_campaign" in refused("create_campaign", body=body, edition="connector")
    assert not refused("create_campaign", body=body, edition="connector", is_mock=True)
    assert {rule.creates for rule in RULES.values() if rule.creates} == set(REMOVED_BY)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_path_argument_stays_one_segment(value: str) -> None:
    """And cannot make another call of it."""
    assert refused("get_campaign", {"campaign_id": value}, mode="read")
    target, net = make_target(mode="read")
    target.call("get_campaign", path={"campaign_id": "1/../2?x=1#y"})
    assert net.requests[0].url.raw_path.startswith(b"/api/v1/campaigns/1%2F..%2F2%3Fx%3D1%23y?")


def test_malformed_requests_go_through_the_same_rules() -> None:
    """A raw request that could change something is sent to a mock only."""
    for method, path in [
        ("POST", "/campaigns/1/status"), ("PATCH", "/campaigns/1/status/"), ("POST", "/new/thing"), ("POST", "/"),
        ("DELETE", "/campaigns/7"), ("GET", "/send-email/track-email/x"), ("post", "/send-email/initiate"),
    ]:  # fmt: skip
        for mode in ("read", "write"):
            target, net = make_target(mode=mode, ledger=owning())
            with pytest.raises(RefusedBySafetyError):
                target.raw(method, path, content=b"{")
            assert not net.requests
        make_target(mode="write", is_mock=True)[0].raw(method, path, content=b"{")
    target, net = make_target(mode="read")
    for path in ("/campaigns/abc", "/no/such/path", "//campaigns/"):
        target.raw("GET", path, query=[("limit", "x")])
    assert len(net.requests) == 3
    for path in ("campaigns", "/campaigns?x=1", "/a#b"):
        with pytest.raises(RefusedBySafetyError):
            target.raw("GET", path)


def test_the_control_api_is_for_mocks() -> None:
    """Nothing below /_mock is asked of a server that has none."""
    target, net = make_target(is_mock=False)
    with pytest.raises(RefusedBySafetyError):
        target.control("POST", "/reset")
    assert not net.requests


def test_an_operation_that_nobody_classed_is_refused() -> None:
    """Also in a document of the user's own."""
    safety = Safety("write", True, api("default"), Ledger(RUN))
    assert safety.class_refusal("brand_new_operation")

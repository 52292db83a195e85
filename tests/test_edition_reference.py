"""What the edition `reference` takes and does; its forms are in `test_edition_reference_forms`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients import FULL_ACCESS, client_of
from tests.conftest import Api
from tests.inboxes import mailed as conversations
from tests.sending import (
    ALWAYS,
    Json,
    address,
    equip,
    freeze,
    launch,
    of_lead,
    ok,
    react,
    set_status,
    step,
    steps,
    until,
)

EDITION = "reference"
HOOK = "http://inbox.simulator.test/hook"


def ask(api: Api, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """One call in the edition."""
    more = {} if body is None else {"json": body}
    return api.request(method, path, edition=EDITION, params=params, **more)


def refused(answer: Any) -> Any:
    """The body of a request that does not fit."""
    assert answer.status_code == 422, answer.text
    return answer.json()


# ------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("POST", "/campaigns/create", {"name": 7}, "Invalid campaign name format"),
        ("POST", "/campaigns/create", {"colour": "red"}, "colour is not allowed"),
        ("POST", "/email-accounts/save", {"from_email": "a@b.example"}, "from_name is required"),
        ("POST", "/email-accounts/tag-mapping", {"email_account_ids": [], "tag_ids": [1]},
         "email_account_ids must contain at least 1 items"),
        ("DELETE", "/email-accounts/tag-mapping", {"email_account_ids": [1], "tag_ids": []},
         "tag_ids must contain at least 1 items"),
        ("PATCH", "/master-inbox/change-read-status", {"email_lead_map_id": 1, "read_status": "yes"},
         "read_status must be a boolean value"),
        ("PATCH", "/master-inbox/update-category", {"email_lead_map_id": 1, "category_id": "x"},
         "category_id must be a valid number or null"),
        ("POST", "/master-inbox/update-team-member", {"email_lead_map_id": "a", "team_member_id": 1},
         "email_lead_map_id must be a valid number"),
        ("POST", "/master-inbox/block-domains", {"domains": []}, "domains array must contain at least 1 domain"),
    ],
)  # fmt: skip
def test_refusals(api: Api, method: str, path: str, body: Json, error: str) -> None:
    """422 and a sentence: R's where it prints one; elsewhere it is 400 in celebrate's form."""
    assert refused(ask(api, method, path, body)) == {"error": error}
    assert api.request(method, path, json=body).status_code == 400


def test_bounds_elsewhere(api: Api) -> None:
    """R's texts quote no name; a value has its own record."""
    account_id = api.account()
    warmup = {"warmup_enabled": True, "total_warmup_per_day": 51}
    shown = refused(ask(api, "POST", f"/email-accounts/{account_id}/warmup", warmup))
    assert shown == {"error": "total_warmup_per_day must be less than or equal to 50"}
    shown = refused(ask(api, "GET", "/email-accounts/", limit=101))
    assert shown == {"error": "limit must be less than or equal to 100"}
    revenue = {"email_lead_map_id": 1, "revenue": -5}
    shown = refused(ask(api, "PATCH", "/master-inbox/update-revenue", revenue))
    assert shown == {"error": "revenue must be non-negative", "field": "revenue", "provided_value": -5}


def test_a_login_that_fails(api: Api) -> None:
    """400 in R's words, and nothing is saved."""
    body = {
        "from_name": "Ann", "from_email": "a@b.example", "user_name": "a", "password": "p", "smtp_port": 465,
        "smtp_host": "fail.simulator.test", "imap_host": "imap.b.example", "imap_port": 993, "warmup_enabled": False,
    }  # fmt: skip
    answer = ask(api, "POST", "/email-accounts/save", body)
    shown = {"ok": False, "message": "SMTP connection failed", "error": "Invalid credentials"}
    assert (answer.status_code, answer.json()) == (400, shown)
    assert ok(api.get("/email-accounts/")) == []


def test_dates_by_sent_time(api: Api) -> None:
    """No date is a failed validation as any other."""
    query = {"start_date": "1 Jan", "end_date": "2026-01-02", "timezone": "UTC"}
    path = "/analytics/day-wise-overall-stats-by-sent-time"
    assert "start_date" in refused(ask(api, "GET", path, **query))["error"]
    assert api.get(path, params=query).status_code == 400


def test_one_step_of_the_statistics(api: Api) -> None:
    """A number from 1 to 20 (R)."""
    path = f"/campaigns/{api.campaign()}/statistics"
    codes = {text: ask(api, "GET", path, email_sequence_number=text).status_code for text in ("1", "20", "21", "1,2")}
    assert codes == {"1": 200, "20": 200, "21": 422, "1,2": 422}
    assert api.get(path, params={"email_sequence_number": "1,2"}).status_code == 200


# ------------------------------------------------------------------------------------------ imports


def test_an_import(api: Api) -> None:
    """What was added and what was skipped, and why; 350 at most (S4:272)."""
    campaign_id = api.campaign()
    path = f"/campaigns/{campaign_id}/leads"
    leads = [{"email": one} for one in ("ann@leads.example", "ann@leads.example", "no address")]
    shown = ok(ask(api, "POST", path, {"lead_list": leads, "settings": {"return_lead_ids": True}}))
    assert (shown["added_count"], shown["skipped_count"]) == (1, 2)
    assert [one["email"] for one in shown["skipped_leads"]] == ["ann@leads.example", "no address"]
    assert shown["emailToLeadIdMap"]["newlyAddedLeads"] == {"ann@leads.example": str(api.lead_id("ann@leads.example"))}
    assert len(api.rows(campaign_id)) == 1
    many = {"lead_list": [{"email": f"{n}@leads.example"} for n in range(351)]}
    refused(ask(api, "POST", path, many))
    assert api.post(path, many).status_code == 200


@pytest.mark.parametrize("flag", [True, False])
def test_flags_loosen(api: Api, flag: bool) -> None:
    """True adds what stands on the block list, and what another campaign has (R1)."""
    first, second = api.campaign(), api.campaign()
    ok(ask(api, "POST", "/leads/add-domain-block-list", {"domain_block_list": [address("ann")]}))
    api.add(first, address("ben"))
    flags = {"ignore_global_block_list": flag, "ignore_duplicate_leads_in_other_campaign": flag}
    leads = [{"email": address(name)} for name in ("ann", "ben", "eve")]
    shown = ok(ask(api, "POST", f"/campaigns/{second}/leads", {"lead_list": leads, "settings": flags}))
    assert shown["added_count"] == (3 if flag else 1)
    assert len(api.rows(second)) == shown["added_count"]


# ------------------------------------------------------------------------------------------ campaigns


def test_a_schedule_and_a_status(api: Api) -> None:
    """The answers tell what is stored, as `default` reads it; flat or below `schedule`."""
    campaign_id = equip(api, api.campaign(), "ann", start=False)
    path = f"/campaigns/{campaign_id}"
    hours = {"timezone": "Europe/London", "start_hour": "08:00", "end_hour": "16:00", "min_time_btw_emails": 20}
    for body in ({"schedule": {**hours, "days": [1, 2]}}, {**hours, "days_of_the_week": [1, 2]}):
        shown = ok(ask(api, "POST", f"{path}/schedule", body))["data"]["schedule"]
        assert shown == {
            "timezone": "Europe/London", "days_of_week": [1, 2], "start_time": "08:00", "end_time": "16:00",
            "min_time_between_emails": 20,
        }  # fmt: skip
    assert ok(api.get(path))["scheduler_cron_value"]["tz"] == "Europe/London"
    shown = ok(ask(api, "POST", f"{path}/status", {"status": "START"}))["campaign"]
    assert shown == {"id": campaign_id, "status": "ACTIVE"}
    assert ok(api.get(path))["status"] == "ACTIVE"


def test_saved_steps(api: Api) -> None:
    """A follow-up without subject shows that of its thread (R), and is stored without."""
    path = f"/campaigns/{api.campaign()}/sequences"
    shown = ok(ask(api, "POST", path, {"sequences": [step(), step(2, 3), step(3, 3, subject="New"), step(4, 1)]}))
    assert [one["subject"] for one in shown["data"]] == ["Hi", "Re: Hi", "New", "Re: New"]
    stored = ok(api.get(path))
    assert [(one["id"], one["seq_number"], one["email_body"]) for one in shown["data"]] == [
        (one["id"], one["seq_number"], one["email_body"]) for one in stored
    ]
    assert [one["subject"] for one in stored] == ["Hi", "", "New", ""]
    assert ok(ask(api, "GET", path))["data"] == stored


def test_a_history(api: Api) -> None:
    """Mails and answers in few words, of the same mails as in `default`."""
    campaign_id = conversations(api)
    for word in ("open", "reply"):
        react(api, campaign_id, "bob", word)
    path = f"{of_lead(api, campaign_id, 'bob')}/message-history"
    sent, answer = ok(ask(api, "GET", path))["messages"]
    assert sent.keys() == {"id", "subject", "direction", "sent_at", "opened_at"}
    assert answer.keys() == {"id", "subject", "direction", "received_at"}
    assert (sent["direction"], answer["direction"]) == ("outbound", "inbound")
    before = ok(api.get(path))["history"]
    assert [sent["id"], answer["id"]] == [one["message_id"] for one in before]
    assert [sent["sent_at"], answer["received_at"]] == [one["time"] for one in before]


def test_six_events(api: Api) -> None:
    """No other word is taken (S4:1115); what is saved is listed."""
    path = f"/campaigns/{api.campaign()}/webhooks"
    words = [
        "EMAIL_SENT",
        "EMAIL_OPEN",
        "EMAIL_LINK_CLICK",
        "EMAIL_REPLY",
        "LEAD_UNSUBSCRIBED",
        "LEAD_CATEGORY_UPDATED",
    ]
    body = {"name": "A", "webhook_url": HOOK, "event_types": words}
    saved = ok(ask(api, "POST", path, body))["data"]
    assert {**body, "id": saved["id"]} == saved
    assert ok(ask(api, "GET", path))["data"] == [{**saved, "is_active": True}]
    for word in ("EMAIL_BOUNCE", "LEAD_REPLIED", "CAMPAIGN_STATUS_CHANGED"):
        assert ask(api, "POST", path, {**body, "event_types": [word]}).status_code == 400
    ok(ask(api, "DELETE", path, {"id": saved["id"]}))
    assert ok(api.get(path)) == []


# ------------------------------------------------------------------------------------------ mailboxes, clients


def test_a_mailbox_by_id(api: Api) -> None:
    """Key and reputation of the warm-up are numbers (R); in the list the reputation is a text."""
    freeze(api)
    account_id = api.account(warmup_enabled=True)
    until(api, "05 12:00")
    of, before = (
        ok(api.get(f"/email-accounts/{account_id}", edition=one))["warmup_details"] for one in (EDITION, None)
    )
    assert (of["warmup_key_id"], f"{of['warmup_reputation']}%") == (before["id"], before["warmup_reputation"])
    (listed,) = ok(ask(api, "GET", "/email-accounts/"))
    assert listed["warmup_details"]["warmup_reputation"] == before["warmup_reputation"]
    assert listed["warmup_details"]["warmup_key_id"] == before["id"]
    stats, whole = (ok(api.get(f"/email-accounts/{account_id}/warmup-stats", edition=one)) for one in (EDITION, None))
    assert stats["total_sent"] == sum(one["sent"] for one in stats["daily_stats"]) == int(whole["sent_count"]) > 0
    assert stats["spam_count"] == int(whole["spam_count"])
    assert all(one["delivered"] == one["sent"] - one["spam"] for one in stats["daily_stats"])


def test_a_new_client_has_a_key(api: Api) -> None:
    """It opens what is the client's; saving it again shows none (R)."""
    person = {"name": "One", "email": "one@client.example", "permission": ["full_access"]}
    saved = ok(ask(api, "POST", "/client/save", person))["data"]
    owned = api.campaign(client_id=saved["id"])
    api.campaign()
    key = Api(api.client, saved["api_key"])
    assert [one["id"] for one in ok(key.get("/campaigns", edition="default"))] == [owned]
    again = ok(ask(api, "POST", "/client/save", {**person, "id": saved["id"]}))["data"]
    assert again == {"id": saved["id"], "name": "One", "email": "one@client.example"}
    elsewhere = client_of(api, "two", FULL_ACCESS)
    keys = ok(api.get("/client/api-key", params={"clientId": elsewhere.client_id}))["data"]
    assert len(keys) == 1


def test_headers_on_reads_only(api: Api) -> None:
    """S4:266."""
    ok(api.control("PUT", "/settings", {"edition": EDITION, "rate_limit": "reference"}))
    written, read = api.post("/campaigns/create", {"name": "A"}), api.get("/campaigns")
    assert not [name for name in written.headers if name.startswith("x-ratelimit")]
    assert read.headers["x-ratelimit-limit"] == "60"


# ------------------------------------------------------------------------------------------ analytics


def test_figures_are_those_of_default(api: Api) -> None:
    """Other names and types, the same numbers."""
    freeze(api)
    campaign_id = launch(api, "ann", "ben", sequence=steps(0, 1), **ALWAYS)
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "reply", category="Interested")
    until(api, "04 12:00")
    query = {"start_date": "2026-03-01", "end_date": "2026-03-05"}

    def both(path: str, **more: str) -> tuple[Any, Any]:
        own, before = (api.get(f"/analytics/{path}", params={**query, **more}, edition=e) for e in (EDITION, "default"))
        return ok(own)["data"], ok(before)["data"]

    own, before = both("day-wise-overall-stats")
    assert [day["date"] for day in own["day_wise_stats"]] == [f"2026-03-0{n}" for n in range(1, 6)]
    metrics = [day["email_engagement_metrics"] for day in before["day_wise_stats"]]
    assert [day["sent"] for day in own["day_wise_stats"]] == [day["sent"] for day in metrics]
    own, before = both("campaign/response-stats")
    (mine,), (rows,) = own["campaign_wise_response_stats"], before["campaign_wise_response_stats"]
    assert (mine["campaign_id"], mine["positive_reply"]) == (campaign_id, rows["total_positive_response"]) != (0, 0)
    own, before = both("campaign/follow-up-reply-rate")
    assert f"{own['followup_reply_rate']:.2f}%" == before["followup_reply_rate"]
    own, before = both("lead/overall-stats")
    assert f"{own['lead_stats']['percentage']['new']}%" == before["lead_stats"]["percentage"]["new"]
    own, before = both("lead/category-wise-response")
    named = [one["name"] for one in before["lead_responses_by_category"]["leadResponseGrouping"]]
    assert [one["category"] for one in own["lead_responses_by_category"]] == named == ["Interested"]
    own, before = both("mailbox/provider-wise-overall-performance")
    (mine,) = own["email_providers_performance_overview"]["overall"]
    (rows,) = before["email_providers_performance_overview"]["overall"]
    assert (mine["provider"], str(mine["sent"])) == (rows["email_provider"], rows["sent"])
    own, before = both("mailbox/name-wise-health-metrics", full_data="true")
    (mine,), (rows,) = own["email_health_metrics"], before["email_health_metrics"]
    assert mine.pop("email_account") == rows.pop("from_email")
    assert mine == rows


def test_states_of_campaigns(api: Api) -> None:
    """Numbers by R's words, in which what is on is STARTED."""
    set_status(api, equip(api, api.campaign(), start=False), "START")
    api.campaign()
    rows = ok(ask(api, "GET", "/analytics/campaign/status-stats"))["data"]["campaign_status_stats"]
    assert {one["status"]: one["count"] for one in rows} == {
        "STARTED": 1, "PAUSED": 0, "DRAFTED": 1, "COMPLETED": 0, "STOPPED": 0,
    }  # fmt: skip

"""S2, row by row: the tables of the third-party guide, and the words and numbers in its prose, hold in its edition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_server.config import openapi_directory
from mock_server.contract.operations import Contract
from tests.answers import operation_of
from tests.conftest import Api
from tests.seeds import s2, s3
from tests.seeds.examples import SEEDS, Example
from tests.sending import ALWAYS, Json, address, equip, freeze, launch, ok, react, steps, until
from tests.worlds import client_of

if not SEEDS.is_dir():
    pytest.skip("the seeds are not part of a user's clone", allow_module_level=True)

CONTRACT = Contract(openapi_directory())
GUIDE, LEADS = "api-guide", "lead-guide"
HOOK = "http://inbox.simulator.test/hook"
#: category of the table -> class of the operations that are counted in it
CLASSES = {
    "Campaign reads (GET)": "campaign-read", "Campaign writes (POST/PATCH)": "campaign-write",
    "Lead management": "lead", "Analytics/reporting": "analytics", "Webhook configuration": "webhook",
}  # fmt: skip
#: a call of each category that the guide names; it names none for analytics
CALLS: dict[str, Callable[[Api], Any]] = {
    "Campaign reads (GET)": lambda api: api.get("/campaigns", edition=GUIDE),
    "Campaign writes (POST/PATCH)": lambda api: api.post("/campaigns/create", {"name": "A"}, edition=GUIDE),
    "Lead management": lambda api: api.get("/leads/ann@first.example", edition=GUIDE),
    "Webhook configuration": lambda api: subscribe(api, "EMAIL_SENT"),
}


def subscribe(api: Api, *words: str) -> Any:
    """A webhook of the guide, for these events."""
    return api.post("/webhooks", {"webhook_url": HOOK, "event_types": list(words)}, edition=GUIDE)


def named(examples: list[Example], edition: str) -> list[tuple[str, str | None]]:
    """What a guide calls its operations, beside what its edition makes of the calls."""
    compiled = CONTRACT.edition(edition)
    found = []
    for one in examples:
        if one.request is not None:
            path = one.request.path.replace("{campaign_id}", "1").replace("{email}", "ann@first.example")
            operation = operation_of(compiled, one.request.method, f"/api/v1{path}")
            found.append((one.operation, operation.id if operation else None))
    return found


@pytest.mark.parametrize(("examples", "edition"), [(s2.examples, GUIDE), (s3.examples, LEADS)], ids=[GUIDE, LEADS])
def test_every_call_is_served_and_no_other(examples: Callable[[], list[Example]], edition: str) -> None:
    """Each method and path that the text names reaches its operation, and the edition has no further ones."""
    calls = named(examples(), edition)
    assert [expected for expected, _ in calls] == [reached for _, reached in calls]
    assert {expected for expected, _ in calls} == CONTRACT.edition(edition).operations.keys()


# ------------------------------------------------------------------------------------------ S2: limits and errors


@pytest.mark.parametrize("row", s2.limits(), ids=lambda row: row.category)
def test_a_category_has_its_limits(api: Api, row: s2.Limit, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many a minute pass on the pro plan, then one is refused with `Retry-After`; the custom plan has more."""
    for profile, most in (("api-guide-pro", row.pro), ("api-guide-custom", row.custom)):
        windows = CONTRACT.rate_limits[profile].windows_of(CLASSES[row.category])
        assert [(one.limit, one.seconds) for one in windows] == [(most, 60)]
    if row.category not in CALLS:
        return
    freeze(api)
    monkeypatch.setattr("mock_server.clock.monotonic_ms", lambda: 1_000_000)
    call = CALLS[row.category]
    ok(api.control("PUT", "/settings", {"rate_limit": "api-guide-custom", "edition": GUIDE}))
    assert call(api).headers["x-ratelimit-limit"] == str(row.custom)
    ok(api.control("PUT", "/settings", {"rate_limit": "api-guide-pro"}))
    ok(api.control("POST", "/clock/advance", {"seconds": 60}))
    statuses = [call(api).status_code for _ in range(row.pro)]
    assert 429 not in statuses
    refused = call(api)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")


def test_creating_and_uploading_have_lower_limits() -> None:
    """The prose gives them 30 a minute, also where the table gives their category more."""
    operations = CONTRACT.edition(GUIDE).operations
    for name in ("create_campaign", "add_leads_to_campaign"):
        windows = CONTRACT.rate_limits["api-guide-pro"].windows_of(operations[name].rate_class)
        assert min(one.limit for one in windows) == s2.prose_limit() == 30


def _malformed(api: Api, campaign_id: int) -> list[Any]:
    path = f"/campaigns/{campaign_id}/leads"
    headers = {"content-type": "application/json"}
    return [
        api.request("POST", path, content=b'{"lead_list": [', headers=headers, edition=GUIDE),
        api.post(path, {"lead_list": [{"first_name": "Ann"}]}, edition=GUIDE),
    ]


def _keyless(api: Api, campaign_id: int) -> list[Any]:
    return [api.client.get(f"/api/v1/campaigns/{campaign_id}/leads", headers={"X-Mock-Edition": GUIDE})]


def _foreign(api: Api, campaign_id: int) -> list[Any]:
    key = Api(api.client, client_of(api, "acme", "full_access").key)
    leads = {"lead_list": [{"email": "x@y.example"}]}
    return [
        key.get(f"/campaigns/{campaign_id}/leads", edition=GUIDE),
        key.post(f"/campaigns/{campaign_id}/leads", leads, edition=GUIDE),
        key.patch(f"/campaigns/{campaign_id}/status", {"status": "PAUSED"}, edition=GUIDE),
    ]


def _unknown(api: Api, campaign_id: int) -> list[Any]:
    return [
        api.delete(f"/campaigns/{campaign_id}/leads", {"lead_ids": [3_999_999_999]}, edition=GUIDE),
        api.get("/campaigns/9999/leads", edition=GUIDE),
        api.patch("/campaigns/9999/status", {"status": "PAUSED"}, edition=GUIDE),
    ]


def _hasty(api: Api, _: int) -> list[Any]:
    ok(api.control("PUT", "/settings", {"rate_limit": "1/3600"}))
    return [CALLS["Campaign reads (GET)"](api) for _ in range(2)][1:]


def _broken(api: Api, _: int) -> list[Any]:
    headers = {"X-Mock-Edition": GUIDE, "X-Mock-Fault": "500"}
    return [api.client.get("/api/v1/campaigns", params={"api_key": api.key}, headers=headers)]


CAUSES = {"400": _malformed, "401": _keyless, "403": _foreign, "404": _unknown, "429": _hasty, "500": _broken}


@pytest.mark.parametrize("row", s2.error_codes(), ids=lambda row: row.word)
def test_a_status_code_has_its_cause(api: Api, row: s2.Row) -> None:
    """What the table gives as the cause of a status leads to it."""
    campaign_id = api.campaign(client_id=client_of(api, "other").id)
    answers = CAUSES[row.word](api, campaign_id)
    assert [answer.status_code for answer in answers] == [int(row.word)] * len(answers)
    if "Retry-After" in row.text:
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)


@pytest.mark.parametrize("status", [401, 403])
def test_a_plan_without_the_api_is_refused(api: Api, status: int) -> None:
    """Every call, with one of the two statuses that the guide gives (S2:29, S2:184)."""
    ok(api.control("PUT", "/settings", {"plan": f"no-api-{status}"}))
    assert [call(api).status_code for call in CALLS.values()] == [status] * len(CALLS)
    ok(api.control("PUT", "/settings", {"plan": "api"}))
    assert CALLS["Campaign reads (GET)"](api).status_code == 200


# ------------------------------------------------------------------------------------------ S2: leads and settings


def test_a_lead_has_the_named_fields_and_any_others(api: Api) -> None:
    """What is no field of the four is a custom field, and read back as one; a lead without address is refused."""
    fields = s2.lead_fields()
    assert fields == ["email", "first_name", "last_name", "company_name"]
    campaign_id = api.campaign()
    lead = {**dict.fromkeys(fields, "Ann"), "email": "ann@first.example", "tech_stack": "Python", "funding": 3}
    path = f"/campaigns/{campaign_id}/leads"
    ok(api.post(path, {"lead_list": [lead]}, edition=GUIDE))
    shown = ok(api.get("/leads/ann@first.example", edition=GUIDE))
    assert {name: shown[name] for name in fields} == {name: lead[name] for name in fields}
    assert shown["custom_fields"].keys() == {"tech_stack", "funding"}
    assert api.post(path, {"lead_list": [{"tech_stack": "Python"}]}, edition=GUIDE).status_code == 400


def test_an_upload_is_counted_and_its_errors_are_told(api: Api) -> None:
    """95 of 100 come in when 5 addresses are malformed; a duplicate is a 200 that adds nothing (S2:194-195, S2:199)."""
    path = f"/campaigns/{api.campaign()}/leads"
    most = s2.batch()
    leads = [{"email": f"a{n}@many.example" if n % 20 else f"a{n}"} for n in range(most)]
    answer = ok(api.post(path, {"lead_list": leads}, edition=GUIDE))
    assert (most, answer[s2.upload_count()], len(answer["errors"])) == (100, 95, 5)
    again = ok(api.post(path, {"lead_list": [{"email": "a1@many.example"}]}, edition=GUIDE))
    assert again[s2.upload_count()] == 0
    assert api.post(path, {"lead_list": [*leads, {"email": "b@c.example"}]}, edition=GUIDE).status_code == 400


def test_a_lead_has_one_of_five_statuses(api: Api) -> None:
    """Before its first mail, after it, answered, come back, unsubscribed."""
    freeze(api)
    campaign_id = launch(api, "sent", "replied", "bounced", "unsubscribed", "queued", sequence=steps(0, 3))
    until(api, "02 09:35")
    for lead, word in (("replied", "reply"), ("bounced", "bounce"), ("unsubscribed", "unsubscribe")):
        react(api, campaign_id, lead, word)
    rows = ok(api.get(f"/campaigns/{campaign_id}/leads", edition=GUIDE))["data"]
    found = {row["lead"]["email"]: row["status"] for row in rows}
    assert found == {address(word): word for word in s2.lead_statuses()}


def test_the_list_of_campaigns_has_counts_and_metrics(api: Api) -> None:
    """Status, leads and what became of the mails (S2:82), whatever they are called."""
    freeze(api)
    campaign_id = launch(api, "a", "b", "c", sequence=steps(0, 3))
    until(api, "02 09:15")
    react(api, campaign_id, "a", "reply")
    (row,) = ok(api.get("/campaigns", edition=GUIDE))
    counts = {name: one for name, one in row["campaign_lead_stats"].items() if one}
    assert (row["status"], counts) == ("ACTIVE", {"total": 3, "notStarted": 1, "inprogress": 1, "stopped": 1})
    metrics = {name: row[name] for name in row if name.endswith("_count")}
    none = dict.fromkeys(("open_count", "click_count", "bounce_count", "unsubscribed_count"), "0")
    assert metrics == {"sent_count": "2", "reply_count": "1", **none}


def test_leads_are_removed_from_a_campaign(api: Api) -> None:
    """`DELETE /campaigns/{campaign_id}/leads` (S2:111): the lead is gone from it, the others stay."""
    campaign_id = api.campaign()
    api.add(campaign_id, "ann@first.example", "bob@first.example")
    path = f"/campaigns/{campaign_id}/leads"
    ok(api.delete(path, {"lead_ids": [api.lead_id("ann@first.example")]}, edition=GUIDE))
    assert [row["lead"]["email"] for row in ok(api.get(path, edition=GUIDE))["data"]] == ["bob@first.example"]


def test_the_named_settings_are_the_settings(api: Api) -> None:
    """Each may be set alone, by PATCH; what other documents call a setting is none here."""
    path = f"/campaigns/{api.campaign()}/settings"
    assert s2.setting_names() == ["stop_on_reply", "track_opens"]
    for name in s2.setting_names():
        for value in (True, False):
            assert ok(api.patch(path, {name: value}, edition=GUIDE)) == {"ok": True}
        assert api.patch(path, {name: "yes"}, edition=GUIDE).status_code == 400
    assert api.patch(path, {"track_settings": []}, edition=GUIDE).status_code == 400
    assert api.post(path, {"track_opens": True}, edition=GUIDE).status_code == 404


@pytest.mark.parametrize("value", [True, False])
def test_stop_on_reply_decides_who_goes_on(api: Api, value: bool) -> None:
    """When enabled, a lead who replies gets no further mail (S2:90)."""
    freeze(api)
    campaign_id = launch(api, "ann", sequence=steps(0, 1), **ALWAYS)
    ok(api.patch(f"/campaigns/{campaign_id}/settings", {"stop_on_reply": value}, edition=GUIDE))
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "reply")
    assert until(api, "05 00:00").get("sent", 0) == (0 if value else 1)


@pytest.mark.parametrize("value", [True, False])
def test_track_opens_decides_what_is_seen(api: Api, value: bool) -> None:
    """Opens are seen by the pixel, so without it there are none (S2:91)."""
    freeze(api)
    campaign_id = launch(api, "open@simulator.test", **ALWAYS)
    ok(api.patch(f"/campaigns/{campaign_id}/settings", {"track_opens": value}, edition=GUIDE))
    until(api, "02 12:00")
    (shown,) = ok(api.get("/campaigns", edition=GUIDE))
    assert shown["open_count"] == ("1" if value else "0")


# ------------------------------------------------------------------------------------------ S2: webhooks

#: event -> what a lead does, and the part of the payload that is this event's own
REACTIONS = {
    "REPLY_RECEIVED": ("reply", {"reply_text"}), "EMAIL_BOUNCED": ("bounce", {"bounce_reason"}),
    "LEAD_UNSUBSCRIBED": ("unsubscribe", set()), "EMAIL_SENT": (None, set()),
    "LINK_CLICKED": ("click", {"link_clicked"}), "SEQUENCE_COMPLETED": (None, set()),
}  # fmt: skip


def told(api: Api, *words: str, reaction: str | None) -> list[Json]:
    """What a webhook of these events is told when a lead gets its only mail and reacts."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann", start=False, **ALWAYS)
    ok(api.control("PUT", "/settings", {"edition": GUIDE}))
    assert ok(subscribe(api, *words))["event_types"] == list(words)
    ok(api.patch(f"/campaigns/{campaign_id}/status", {"status": "START"}))
    until(api, "02 12:00")
    if reaction:
        react(api, campaign_id, "ann", reaction)
    ok(api.control("POST", "/webhooks/flush"))
    return [one["body"] for one in ok(api.control("GET", "/webhooks/inbox"))]


@pytest.mark.parametrize("word", [row.word for row in s2.events()])
def test_an_event_fires_with_a_thin_payload(api: Api, word: str) -> None:
    """Address, campaign, step and what is the event's own (S2:134): `bounce_reason` and `reply_text` have a text."""
    parts = s2.payload_parts()
    assert len(parts) == 4
    reaction, own = REACTIONS[word]
    (body,) = told(api, word, reaction=reaction)
    assert body.keys() == {"event_type", "lead_email", "campaign_id", "sequence_number", *own}
    assert (body["event_type"], body["lead_email"], body["sequence_number"]) == (word, address("ann"), 1)
    assert all(body[name] for name in own)


def test_a_complete_sequence_fires(api: Api) -> None:
    """The introduction names it (S2:119), the table has no row of it."""
    assert s2.webhook_occasions()[-1] == "campaign sequences complete"
    (body,) = told(api, "SEQUENCE_COMPLETED", reaction=None)
    assert (body["event_type"], body["lead_email"]) == ("SEQUENCE_COMPLETED", address("ann"))


def test_a_soft_bounce_does_not_fire(api: Api) -> None:
    """`EMAIL_BOUNCED` is for hard bounces (S2:127)."""
    assert told(api, "EMAIL_BOUNCED", reaction="soft-bounce") == []


@pytest.mark.parametrize("word", ["EMAIL_REPLY", "EMAIL_BOUNCE", "EMAIL_LINK_CLICK", "EMAIL_OPEN", "reply_received"])
def test_events_of_other_documents_are_refused(api: Api, word: str) -> None:
    """The guide knows its five words and the one of complete sequences."""
    assert subscribe(api, word).status_code == 400
    assert ok(subscribe(api, "REPLY_RECEIVED"))["event_types"] == ["REPLY_RECEIVED"]


def test_deliveries_are_tried_three_times_more() -> None:
    """With increasing delays, then the event is lost: nothing can deliver it again (S2:140, S2:235)."""
    spec = CONTRACT.specs[GUIDE]
    waits = list(spec.behaviour.webhook_retry_minutes)
    assert (len(waits), waits) == (3, sorted(set(waits)))
    assert "retrigger_failed_webhook_events" not in CONTRACT.edition(GUIDE).operations

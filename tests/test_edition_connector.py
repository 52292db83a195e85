"""The edition `connector` is the connector's page (S0) word for word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.sending import WINDOW, address, box, equip, freeze, ok, react, status, until

EDITION = "connector"
STEP: dict[str, Any] = {"seqNumber": 1, "seqDelayDays": 0, "variants": [{"subject": "Hi", "email_body": "Hello"}]}


def import_(api: Api, campaign_id: int, *names: str, settings: Any = None, **more: Any) -> Any:
    """Import leads; the answer."""
    leads = [{"email": address(name), **more} for name in names]
    return api.post(f"/campaigns/{campaign_id}/leads", {"leadList": leads, "settings": settings}, edition=EDITION)


def test_the_campaigns_are_in_an_object(api: Api) -> None:
    """An array named campaigns (S0:30), newest first; a client's with clientId, for a new one too (S0:187)."""
    client_id = ok(api.post("/client/save", {"name": "A", "email": "a@client.example", "password": "x"}))["clientId"]
    one = ok(api.post("/campaigns/create", {"name": "One", "clientId": client_id}, edition=EDITION))["id"]
    two = ok(api.post("/campaigns/create", {"name": "Two"}, edition=EDITION))["id"]
    answer = ok(api.get("/campaigns", edition=EDITION))
    assert [row["id"] for row in answer["campaigns"]] == [two, one]
    assert [row["client_id"] for row in answer["campaigns"]] == [None, client_id]


@pytest.mark.parametrize("body", [{}, {"name": 5}, {"name": "x", "clientid": 1}])
def test_a_campaign_needs_a_name(api: Api, body: Any) -> None:
    """S0:186."""
    assert api.post("/campaigns/create", body, edition=EDITION).status_code == 400
    assert ok(api.get("/campaigns", edition=EDITION)) == {"campaigns": []}


def test_steps_in_camel_case(api: Api) -> None:
    """Number, delay in days and variants (S0:212-216), labelled by position; every edition reads what is saved."""
    campaign_id = api.campaign()
    variants = [{"subject": name, "email_body": f"<p>{name}</p>"} for name in ("one", "two", "three")]
    sequences = [{**STEP, "variants": variants}, {"seqNumber": 2, "seqDelayDays": 3, "variants": variants[:1]}]
    saved = ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": sequences}, edition=EDITION))
    assert saved.keys() == {"sequences"}
    stored = api.get(f"/campaigns/{campaign_id}/sequences").json()
    assert [one["id"] for one in saved["sequences"]] == [one["id"] for one in stored]
    assert [one["seq_delay_details"] for one in stored] == [{"delayInDays": 0}, {"delayInDays": 3}]
    labels = [[one["variant_label"] for one in step["sequence_variants"]] for step in stored]
    assert labels == [["A", "B", "C"], ["A"]]
    assert [one["subject"] for one in stored[0]["sequence_variants"]] == ["one", "two", "three"]


@pytest.mark.parametrize(
    "step",
    [
        {**STEP, "variants": []}, {**STEP, "variants": STEP["variants"] * 4}, {"seqNumber": 1, "seqDelayDays": 0},
        {**STEP, "seqDelayDays": "soon"}, {**STEP, "seqDelayDays": None}, {**STEP, "subject": "Hi"}, {**STEP, "id": 5},
        {**STEP, "variants": [{"subject": "Hi"}]},
        {**STEP, "seqDelayDays": 1, "seq_delay_details": {"delay_in_days": 2}},
    ],
)  # fmt: skip
def test_steps_that_are_refused(api: Api, step: Any) -> None:
    """One to three variants with subject and body, a number of days, and nothing else (S0:212-216)."""
    campaign_id = api.campaign()
    refused = api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [step]}, edition=EDITION)
    assert refused.status_code == 400
    assert api.get(f"/campaigns/{campaign_id}/sequences").json() == []


def test_a_schedule(api: Api) -> None:
    """Wrapped or flat, with all six fields (S0:267-273), days from 0 to 6 (S0:269)."""
    campaign_id = api.campaign()
    path = f"/campaigns/{campaign_id}/schedule"
    for body in ({"schedule": WINDOW}, WINDOW):
        ok(api.post(path, body, edition=EDITION))
    for name in WINDOW:
        rest = {key: value for key, value in WINDOW.items() if key != name}
        assert api.post(path, rest, edition=EDITION).status_code == 400, name
    assert api.post(path, {**WINDOW, "days_of_the_week": [7]}, edition=EDITION).status_code == 400


def kinds(api: Api) -> set[str]:
    """What requests are noted for."""
    return {one["kind"] for row in ok(api.control("GET", "/violations")) for one in row["violations"]}


def test_its_own_spellings_are_no_violations(api: Api) -> None:
    """They are what the page says; in `default` each is another spelling."""
    campaign_id = api.campaign()
    ok(import_(api, campaign_id, "ann", firstName="Ann"))
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [STEP]}, edition=EDITION))
    ok(api.post(f"/campaigns/{campaign_id}/schedule", {"schedule": WINDOW}, edition=EDITION))
    assert kinds(api) == set()
    ok(api.post(f"/campaigns/{campaign_id}/schedule", {"schedule": WINDOW}))
    assert kinds(api) == {"spelling"}


def test_active_starts(api: Api) -> None:
    """ACTIVE, PAUSED, STOPPED; START is another document's word (S0:302)."""
    campaign_id = equip(api, api.campaign(), start=False)
    path = f"/campaigns/{campaign_id}/status"
    refused = api.post(path, {"status": "START"}, edition=EDITION)
    assert refused.status_code == 400
    assert refused.json()["message"] == '"status" must be one of [PAUSED, STOPPED, ACTIVE]'
    assert status(api, campaign_id) == "DRAFTED"
    assert kinds(api) == {"unknown_word"}
    for word in ("ACTIVE", "PAUSED", "ACTIVE", "STOPPED"):
        ok(api.post(path, {"status": word}, edition=EDITION))
        assert status(api, campaign_id) == word


def test_total_leads_is_the_size_of_the_campaign(api: Api) -> None:
    """After the call (S0:348); what came in is upload_count's part (S0:347)."""
    campaign_id = api.campaign()
    assert ok(import_(api, campaign_id, "ann", "ben"))["total_leads"] == 2
    second = ok(import_(api, campaign_id, "ben", "eve", "eve", "no address"))
    assert second == {
        "ok": True, "upload_count": 4, "total_leads": 3, "duplicate_count": 1, "invalid_email_count": 1,
        "already_added_to_campaign": 1, "unsubscribed_leads": [], "is_lead_limit_exhausted": False,
        "lead_import_stopped_count": 0,
    }  # fmt: skip
    api.add(api.campaign(), "other@example.com")
    assert ok(import_(api, campaign_id, "ann"))["total_leads"] == 3


def test_a_lead_in_camel_case(api: Api) -> None:
    """Every field has its name in camel case beside its own (S0:328-338); one in both must have one value."""
    campaign_id = api.campaign()
    lead = {
        "firstName": "Ann", "lastName": "Roe", "phoneNumber": "1", "companyName": "Co", "website": "w.example",
        "location": "L", "linkedinProfile": "in/ann", "companyUrl": "c.example", "customFields": {"a": "b"},
    }  # fmt: skip
    ok(import_(api, campaign_id, "ann", **lead))
    stored = api.row(campaign_id, address("ann"))["lead"]
    assert [stored[name] for name in ("first_name", "last_name", "phone_number", "company_name")] == [
        "Ann",
        "Roe",
        "1",
        "Co",
    ]
    assert [stored[name] for name in ("linkedin_profile", "company_url")] == ["in/ann", "c.example"]
    assert stored["custom_fields"] == {"a": "b"}
    assert import_(api, campaign_id, "ben", firstName="Ben", first_name="Ben").status_code == 200
    assert import_(api, campaign_id, "eve", firstName="Eve", first_name="Eva").status_code == 400
    assert import_(api, campaign_id, "eve", phoneNumber=5).status_code == 400
    twenty = {f"k{n}": "v" for n in range(20)}
    assert import_(api, campaign_id, "eve", customFields={**twenty, "more": "v"}).status_code == 400
    assert import_(api, campaign_id, "eve", customFields=twenty).status_code == 200
    assert import_(api, campaign_id, *(f"lead{n}" for n in range(101))).status_code == 400


@pytest.mark.parametrize("settings", [None, {}, {"ignoreGlobalBlockList": None, "ignoreUnsubscribeList": False}])
def test_flags_that_are_not_set_check_nothing(api: Api, settings: Any) -> None:
    """They are read literally: true leaves listed leads out (S0:340-342); null is "not given"."""
    campaign_id = api.campaign()
    listed = api.campaign()
    ok(api.post("/leads/add-domain-block-list", {"domainBlockList": [address("ann")]}, edition=EDITION))
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": ["far.example"]}, edition=EDITION))
    api.add(listed, address("ben"))
    ok(api.post(f"/leads/{api.lead_id(address('ben'))}/unsubscribe"))
    assert ok(import_(api, campaign_id, "ann", "ben", settings=settings))["total_leads"] == 2


def test_flags_that_are_set_drop_what_is_listed(api: Api) -> None:
    """The block list, those who unsubscribed, those in other campaigns (S0:340-342)."""
    campaign_id, other = api.campaign(), api.campaign()
    ok(api.post("/leads/add-domain-block-list", {"domainBlockList": [address("ann")]}, edition=EDITION))
    api.add(other, address("ben"), address("eve"))
    ok(api.post(f"/leads/{api.lead_id(address('ben'))}/unsubscribe"))
    settings = {"ignoreGlobalBlockList": True, "ignoreUnsubscribeList": True}
    answer = ok(import_(api, campaign_id, "ann", "ben", "joe", settings=settings))
    assert (answer["total_leads"], answer["unsubscribed_leads"]) == (1, [address("ben")])
    strict = {"ignoreDuplicateLeadsInOtherCampaign": True}
    assert ok(import_(api, campaign_id, "eve", settings=strict))["total_leads"] == 1
    assert ok(import_(api, campaign_id, "eve"))["total_leads"] == 2


def test_statistics_and_days_are_asked_for_in_camel_case(api: Api) -> None:
    """One step, one status (S0:58-59); 30 days at most (S0:94)."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann", "ben", boxes=[box(api, "a"), box(api, "b")])
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "reply")
    path = f"/campaigns/{campaign_id}/statistics"
    replied = ok(api.get(path, edition=EDITION, params={"emailSequenceNumber": "1", "emailStatus": "replied"}))
    assert [row["lead_email"] for row in replied["data"]] == [address("ann")]
    assert api.get(path, edition=EDITION, params={"emailSequenceNumber": "1,2"}).status_code == 400
    days = f"/campaigns/{campaign_id}/analytics-by-date"
    for last, code in (("2026-03-31", 200), ("2026-04-01", 400)):
        params = {"startDate": "2026-03-01", "endDate": last}
        assert api.get(days, edition=EDITION, params=params).status_code == code


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/campaigns/{}"), ("GET", "/campaigns/{}/leads"), ("DELETE", "/campaigns/{}"), ("GET", "/email-accounts"),
     ("POST", "/campaigns/{}/settings"), ("GET", "/campaigns/{}/webhooks"), ("PATCH", "/campaigns/{}/status")],
)  # fmt: skip
def test_what_the_page_does_not_name_is_not_there(api: Api, method: str, path: str) -> None:
    """Eleven operations, and no other."""
    missing = api.request(method, path.format(api.campaign()), edition=EDITION)
    assert missing.status_code == 404
    assert "Cannot " in missing.text
    hint = missing.headers["x-mock-hint"]
    own = "Edition connector has update_campaign_status as POST /campaigns/{campaign_id}/status."
    assert hint == own if method == "PATCH" else "smartlead-mock explain" in hint

"""Editions: `default` and `live` read the same documents differently, and one handler serves both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api

UNKNOWN_READS = ["", "/sequences", "/email-accounts", "/leads", "/leads-export"]
S3_KEYS = {"added_count", "skipped_count", "skipped_leads"}


@pytest.mark.parametrize("path", UNKNOWN_READS)
def test_reading_an_unknown_campaign(api: Api, path: str) -> None:
    """A 404 with a text by the documents; 200 `{}` as the live service was seen to answer."""
    assert api.get(f"/campaigns/99{path}").status_code == 404
    live = api.get(f"/campaigns/99{path}", edition="live")
    assert (live.status_code, live.json()) == (200, {})


def test_import_reply(api: Api) -> None:
    """`default` adds the guide's three keys to the thirteen that the live service sends."""
    campaign = api.campaign()
    body = {"lead_list": [{"email": "ana@example.com"}]}
    default = api.post(f"/campaigns/{campaign}/leads", body).json()
    live = api.post(f"/campaigns/{campaign}/leads", body, edition="live").json()
    assert default.keys() - live.keys() == S3_KEYS
    assert len(live) == 13


def test_saving_sequences(api: Api) -> None:
    """The documents answer the bare word, the live service names the saved steps."""
    campaign = api.campaign()
    step = {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "Hi", "email_body": "Hello"}
    path, body = f"/campaigns/{campaign}/sequences", {"sequences": [step]}
    assert api.post(path, body).json() == {"ok": True, "data": "success"}
    live = api.post(path, body, edition="live").json()
    saved = api.get(path).json()
    assert live == {"ok": True, "data": {"sequences": [{"id": saved[0]["id"], "seqNumber": 1}]}}


def test_deleting_a_lead(api: Api) -> None:
    """An object by the documents, the bare word live."""
    campaign = api.campaign()
    ids = [api.add(campaign, email, return_lead_ids=True)["emailToLeadIdMap"]["newlyAddedLeads"][email]
           for email in ("ana@example.com", "ben@example.com")]  # fmt: skip
    assert api.delete(f"/campaigns/{campaign}/leads/{ids[0]}").json() == {"ok": True, "message": "success"}
    live = api.delete(f"/campaigns/{campaign}/leads/{ids[1]}", edition="live")
    assert live.text == "success"
    assert live.headers["content-type"].startswith("text/plain")


def test_duplicating_an_unknown_campaign(api: Api) -> None:
    """R documents a 500 with a text; `default` gives the text a client's status."""
    default = api.post("/campaigns/99/duplicate", {})
    live = api.post("/campaigns/99/duplicate", {}, edition="live")
    assert default.json() == live.json() == {"message": "Invalid campaign Id!"}
    assert (default.status_code, live.status_code) == (404, 500)


def test_resuming_before_the_first_mail(api: Api) -> None:
    """R's wording makes the lead INPROGRESS, S1's definition STARTED."""
    found = {}
    for edition in ("default", "live"):
        campaign = api.campaign()
        api.add(campaign, "ana@example.com")
        lead = api.lead_id("ana@example.com")
        api.post(f"/campaigns/{campaign}/leads/{lead}/pause")
        assert api.post(f"/campaigns/{campaign}/leads/{lead}/resume", edition=edition).status_code == 200
        found[edition] = api.row(campaign, "ana@example.com")["status"]
    assert found == {"default": "STARTED", "live": "INPROGRESS"}


LOW_EVIDENCE: list[tuple[str, str, Any]] = [
    ("DELETE", "/campaigns/{campaign}/leads", {"lead_ids": [1]}),
    ("DELETE", "/leads/{lead}", None),
    ("PATCH", "/campaigns/{campaign}/leads/{lead}/status", {"status": "INTERESTED"}),
    ("POST", "/leads/block-list", {"emails": ["ana@example.com"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), LOW_EVIDENCE)
def test_operations_of_low_evidence(api: Api, method: str, path: str, body: Any) -> None:
    """`default` serves them and says so in a header; `live` does not know them."""
    campaign = api.campaign()
    api.add(campaign, "ana@example.com")
    path = path.format(campaign=campaign, lead=api.lead_id("ana@example.com"))
    live = api.request(method, path, json=body, edition="live")
    assert live.status_code == 404
    assert f"Cannot {method} /api/v1{path}" in live.text
    default = api.request(method, path, json=body)
    assert default.status_code != 404 or "Lead not found" in default.text
    assert default.headers["x-mock-evidence"] == "low"


def test_live_has_no_status_words(api: Api) -> None:
    """Nobody has seen the guide's call on the running service: `live` does not know it."""
    campaign_id = api.campaign(name="one")
    api.add(campaign_id, "ana@example.com")
    path = f"/campaigns/{campaign_id}/leads/{api.lead_id('ana@example.com')}/status"
    assert api.patch(path, {"status": "COMPLETED"}, edition="live").status_code == 404
    assert api.rows(campaign_id)[0]["status"] == "STARTED"


def test_edition_of_a_workspace(api: Api, other: Api) -> None:
    """The control API sets a workspace's edition; a header overrides it for one request; neighbours keep theirs."""
    assert api.control("PUT", "/settings", {"edition": "live"}).json()["edition"] == "live"
    assert api.get("/campaigns/99").json() == {}
    assert api.get("/campaigns/99", edition="default").status_code == 404
    assert other.get("/campaigns/99").status_code == 404


def test_unknown_edition_is_refused(api: Api) -> None:
    """A typo in the header must not silently serve another edition."""
    answer = api.get("/campaigns", edition="lvie")
    assert answer.status_code == 400
    assert "default, live" in answer.headers["x-mock-hint"]


def test_two_spellings_with_different_values_are_refused(api: Api) -> None:
    """Each accepted spelling works; both with one value work; with two values nothing is written."""
    campaign = api.campaign()
    body: dict[str, Any] = {"timezone": "UTC", "days": [1], "start_hour": "09:00", "end_hour": "17:00"}
    path = f"/campaigns/{campaign}/schedule"
    assert api.post(path, {**body, "min_time_btw_emails": 7, "min_time_btwn_emails": 8}).status_code == 400
    assert api.get(f"/campaigns/{campaign}").json()["scheduler_cron_value"] is None
    assert api.post(path, {**body, "min_time_btw_emails": 7, "min_time_btwn_emails": 7}).status_code == 200
    assert api.post(path, {"schedule": {**body, "min_time_btwn_emails": 9}}).status_code == 200
    assert api.get(f"/campaigns/{campaign}").json()["min_time_btwn_emails"] == 9

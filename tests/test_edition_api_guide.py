"""The edition `api-guide` is the third-party guide (S2) word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import FULL_ACCESS, client_of
from tests.conftest import Api
from tests.sending import address, box, equip, freeze, import_leads, ok, react, short, steps, timeline, until

EDITION = "api-guide"
UNKNOWN = 3_999_999_999
NOBODY, INBOX = "http://127.0.0.1:9/hook", "http://inbox.simulator.test/hook"
EVENTS = ["EMAIL_SENT", "REPLY_RECEIVED", "EMAIL_BOUNCED", "LEAD_UNSUBSCRIBED", "LINK_CLICKED", "SEQUENCE_COMPLETED"]


def statuses(api: Api, campaign_id: int) -> dict[str, str]:
    """Lead -> status in the guide's words."""
    page = ok(api.get(f"/campaigns/{campaign_id}/leads", edition=EDITION))
    return {row["lead"]["email"].partition("@")[0]: row["status"] for row in page["data"]}


def told(api: Api) -> list[dict[str, Any]]:
    """What webhooks were told, in order."""
    ok(api.control("POST", "/webhooks/flush"))
    return [row["body"] for row in ok(api.control("GET", "/webhooks/inbox"))]


def test_creating_a_campaign(api: Api) -> None:
    """The answer names the campaign twice (S2:70)."""
    created = ok(api.post("/campaigns/create", {"name": "Q1"}, edition=EDITION))
    assert created["campaign_id"] == created["id"]
    assert api.get(f"/campaigns/{created['id']}").json()["name"] == "Q1"


def test_the_list_has_lead_counts_and_metrics(api: Api) -> None:
    """Status, lead counts and basic metrics, which are those of the campaign's analytics (S2:82)."""
    freeze(api)
    boxes = [box(api, f"box{n}") for n in range(3)]
    one = equip(api, api.campaign(), "ann", "ben", "eve", "bob", boxes=boxes, sequence=steps(0, 2))
    other = equip(api, api.campaign(name="Two"), "ann", boxes=boxes)
    empty = api.campaign()
    until(api, "02 12:00")
    react(api, one, "ann", "reply")
    react(api, one, "ben", "bounce")
    react(api, one, "eve", "open")
    react(api, one, "eve", "click")
    react(api, one, "eve", "unsubscribe")
    listed = {row["id"]: row for row in ok(api.get("/campaigns", edition=EDITION))}
    assert list(listed) == [empty, other, one]
    for campaign_id, row in listed.items():
        assert not row.keys() & {"track_settings", "max_leads_per_day", "user_id"}
        figures = ok(api.get(f"/campaigns/{campaign_id}/analytics"))
        stats = figures["campaign_lead_stats"]
        assert row["campaign_lead_stats"] == {name: stats[name] for name in row["campaign_lead_stats"]}
        for name in ("sent_count", "open_count", "click_count", "reply_count", "bounce_count", "unsubscribed_count"):
            assert row[name] == figures[name], name
    assert listed[one]["campaign_lead_stats"]["total"] == 4
    assert [listed[one][f"{name}_count"] for name in ("sent", "reply", "bounce", "unsubscribed")] == [
        "4",
        "1",
        "1",
        "1",
    ]
    assert listed[empty]["sent_count"] == "0"


def test_status_is_patched(api: Api) -> None:
    """PATCH, and no POST (S2:84)."""
    campaign_id = equip(api, api.campaign(), start=False)
    path = f"/campaigns/{campaign_id}/status"
    assert api.post(path, {"status": "START"}, edition=EDITION).status_code == 404
    for word, status in (("START", "ACTIVE"), ("PAUSED", "PAUSED"), ("STOPPED", "STOPPED")):
        ok(api.patch(path, {"status": word}, edition=EDITION))
        assert api.get(f"/campaigns/{campaign_id}").json()["status"] == status
    refused = api.patch(path, {"status": "START"}, edition=EDITION)
    assert refused.status_code == 400


@pytest.mark.parametrize("rule", ["REPLY_TO_AN_EMAIL", "OPEN_AN_EMAIL"])
@pytest.mark.parametrize("stops", [True, False])
def test_stop_on_reply_decides_whether_a_reply_stops(api: Api, stops: bool, rule: str) -> None:
    """Whatever the stop word of the other documents says (S2:90); saving that one decides anew."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann", "ben", sequence=steps(0, 1), settings={"stop_lead_settings": rule})
    ok(api.patch(f"/campaigns/{campaign_id}/settings", {"stop_on_reply": stops}, edition=EDITION))
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "reply")
    assert statuses(api, campaign_id)["ann"] == ("replied" if stops else "sent")
    ok(api.post(f"/campaigns/{campaign_id}/settings", {"stop_lead_settings": rule}))
    react(api, campaign_id, "ben", "reply")
    until(api, "10 00:00")
    second = [line[9:] for line in timeline(api, campaign_id) if line.endswith("#2")]
    stopped = {*(["ann"] if stops else []), *(["ben"] if rule == "REPLY_TO_AN_EMAIL" else [])}
    assert sorted(second) == sorted(f"{lead}#2" for lead in {"ann", "ben"} - stopped)


def test_track_opens_takes_the_pixel_out(api: Api) -> None:
    """Untracked opens are not seen, clicks are; what else is not tracked stays so (S2:91)."""
    freeze(api)
    settings = {"track_settings": ["DONT_TRACK_REPLY_TO_AN_EMAIL"]}
    campaign_id = equip(api, api.campaign(), "ann", "ben", start=False, settings=settings)
    path = f"/campaigns/{campaign_id}/settings"
    seen = []
    for tracked in (False, False, True):
        ok(api.patch(path, {"track_opens": tracked}, edition=EDITION))
        seen.append(api.get(f"/campaigns/{campaign_id}").json()["track_settings"])
    assert seen[0] == seen[1] == ["DONT_EMAIL_OPEN", "DONT_REPLY_TO_AN_EMAIL"]
    assert seen[2] == ["DONT_REPLY_TO_AN_EMAIL"]
    ok(api.patch(path, {"track_opens": False}, edition=EDITION))
    ok(api.patch(f"/campaigns/{campaign_id}/status", {"status": "START"}, edition=EDITION))
    until(api, "02 12:00")
    body = {"campaign_id": campaign_id, "email": address("ann"), "type": "open"}
    assert api.control("POST", "/events", body).status_code == 409
    for name, value in (("stop_lead_settings", "CLICK_ON_A_LINK"), ("max_leads_per_day", 5), ("stop_on_reply", "yes")):
        assert api.patch(path, {name: value}, edition=EDITION).status_code == 400, name


def test_uploading_leads(api: Api) -> None:
    """Any further key is a custom field; the answer counts the new leads and lists the others (S2:103, S2:194-199)."""
    campaign_id, second = api.campaign(), api.campaign()
    path = f"/campaigns/{campaign_id}/leads"
    lead = {"email": "ana@example.com", "first_name": "Ana", "company_name": "Example Co", "tech_stack": "Python"}
    more = {"email": "ben@example.com", "custom_fields": {"a": "1"}, "b": "2", "phone_number": "5"}
    sent = [lead, more, {"email": "no-address"}, {"email": "ANA@example.com"}]
    assert ok(api.post(path, {"lead_list": sent}, edition=EDITION)) == {
        "uploaded_count": 2,
        "errors": [
            {"email": "no-address", "reason": "invalid email"},
            {"email": "ANA@example.com", "reason": "repeated in the request"},
        ],
    }
    again = ok(api.post(path, {"lead_list": [lead]}, edition=EDITION))
    assert again["uploaded_count"] == 0
    assert again["errors"][0]["email"] == "ana@example.com"
    elsewhere = ok(api.post(f"/campaigns/{second}/leads", {"lead_list": [lead]}, edition=EDITION))
    assert elsewhere == {"uploaded_count": 1, "errors": []}  # no check over campaigns (S2:231)
    own = ok(api.get("/leads/ben@example.com", edition=EDITION))
    assert own["custom_fields"] == {"a": "1", "b": "2", "phone_number": "5"}
    assert "phone_number" not in own
    stored = {row["lead"]["email"]: row["lead"] for row in api.rows(campaign_id)}
    assert stored["ana@example.com"]["custom_fields"] == {"tech_stack": "Python"}
    assert stored["ana@example.com"]["company_name"] == "Example Co"
    assert stored["ben@example.com"]["custom_fields"] == {"a": "1", "b": "2", "phone_number": "5"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"lead_list": [{"email": f"a{n}@example.com"} for n in range(101)]}, "100 items"),
        ({"lead_list": [{"first_name": "Ana"}]}, '"lead_list[0].email" is required'),
        ({"lead_list": [{"email": "a@b.example", "tech": ["no"]}]}, "custom_fields"),
        (
            {"lead_list": [{"email": "a@b.example", "custom_fields": {"tech": "1"}, "tech": "2"}]},
            '"tech" is given twice',
        ),
        ({"lead_list": [{"email": "a@b.example"}], "settings": {}}, '"settings" is not allowed'),
        (
            {"lead_list": [{"email": "a@b.example", "tech": "1", "custom_fields": []}]},
            '"lead_list[0].custom_fields" must',
        ),
        (
            {"lead_list": [{"email": "a@b.example", "tech": "1", "custom_fields": ""}]},
            '"lead_list[0].custom_fields" must',
        ),
    ],
)
def test_uploads_that_are_refused(api: Api, body: Any, says: str) -> None:
    """A hundred leads, each with an address (S2:103), one value for a key, no settings. Nothing is stored."""
    campaign_id = api.campaign()
    refused = api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION)
    assert refused.status_code == 400
    assert says in refused.json()["message"]
    assert api.rows(campaign_id) == []


def test_the_status_words(api: Api) -> None:
    """queued, sent, replied, bounced, unsubscribed (S2:109)."""
    freeze(api)
    boxes = [box(api, f"box{n}") for n in range(8)]
    names = ["sent", "replied", "bounced", "softly", "unsubscribed", "paused", "complete"]
    campaign_id = equip(api, api.campaign(), *names, boxes=boxes, sequence=steps(0, 5))
    assert set(statuses(api, campaign_id).values()) == {"queued"}
    until(api, "02 12:00")
    for lead, word in (("replied", "reply"), ("bounced", "bounce"), ("softly", "soft-bounce")):
        react(api, campaign_id, lead, word)
    react(api, campaign_id, "unsubscribed", "unsubscribe")
    ok(api.post(f"/campaigns/{campaign_id}/leads/{api.lead_id(address('paused'))}/pause"))
    rows = {row["lead"]["email"].partition("@")[0]: row["campaign_lead_map_id"] for row in api.rows(campaign_id)}
    ok(api.post(f"/campaigns/{campaign_id}/leads/{rows['complete']}/manual-complete"))
    import_leads(api, campaign_id, "late", "waits")
    ok(api.post(f"/campaigns/{campaign_id}/leads/{api.lead_id(address('waits'))}/pause"))
    mailed = {"sent": "sent", "softly": "sent", "paused": "sent", "complete": "sent"}
    ended = {name: name for name in ("replied", "bounced", "unsubscribed")}
    assert statuses(api, campaign_id) == {**mailed, **ended, "late": "queued", "waits": "queued"}


def test_leads_are_removed_and_found(api: Api) -> None:
    """DELETE takes leads out of a campaign (S2:111); a search by address goes over all campaigns (S2:115, S2:134)."""
    one, two = api.campaign(), api.campaign()
    api.add(one, "ana@example.com", "ben@example.com")
    api.add(two, "ana@example.com")
    lead_id = api.lead_id("ana@example.com")
    for answer in (
        api.get("/leads", params={"email": "ana@example.com"}, edition=EDITION),
        api.get("/leads/ana@example.com", edition=EDITION),
    ):
        assert [row["campaign_id"] for row in ok(answer)["lead_campaign_data"]] == [one, two]
    ok(api.delete(f"/campaigns/{one}/leads", {"lead_ids": [lead_id]}, edition=EDITION))
    assert [row["lead"]["email"] for row in api.rows(one)] == ["ben@example.com"]
    assert api.delete(f"/campaigns/{one}/leads", {"lead_ids": [lead_id]}, edition=EDITION).status_code == 404


def subscribe(api: Api, *events: str, url: str = INBOX) -> int:
    """Make a webhook by POST /webhooks; its id."""
    created = ok(api.post("/webhooks", {"webhook_url": url, "event_types": list(events)}, edition=EDITION))
    assert created["event_types"] == list(events)
    webhook_id: int = created["id"]
    return webhook_id


def test_payloads_are_thin(api: Api) -> None:
    """Address, campaign, step and what the event brings (S2:134); only hard bounces are told (S2:127)."""
    freeze(api)
    boxes = [box(api, f"box{n}") for n in range(6)]
    campaign_id = equip(
        api, api.campaign(), "ann", "ben", "eve", "bob", "joe", boxes=boxes, sequence=steps(0, 1), start=False
    )
    subscribe(api, *EVENTS)
    ok(api.control("PUT", "/settings", {"edition": EDITION}))
    ok(api.patch(f"/campaigns/{campaign_id}/status", {"status": "START"}))
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "reply", body="<p>Call <b>me</b></p>")
    react(api, campaign_id, "ben", "bounce")
    react(api, campaign_id, "eve", "soft-bounce")
    react(api, campaign_id, "bob", "click", link="https://a.example/x")
    react(api, campaign_id, "bob", "unsubscribe")
    until(api, "04 00:00")
    every = told(api)
    common = {"campaign_id": campaign_id, "sequence_number": 1}
    others = [body for body in every if body["event_type"] not in ("EMAIL_SENT", "SEQUENCE_COMPLETED")]
    assert others[0] == {
        **common, "event_type": "REPLY_RECEIVED", "lead_email": address("ann"), "reply_text": "Call me",
    }  # fmt: skip
    assert others[1].pop("bounce_reason")
    assert others[1] == {**common, "event_type": "EMAIL_BOUNCED", "lead_email": address("ben")}
    assert others[2] == {
        **common, "event_type": "LINK_CLICKED", "lead_email": address("bob"), "link_clicked": ["https://a.example/x"],
    }  # fmt: skip
    assert others[3:] == [{**common, "event_type": "LEAD_UNSUBSCRIBED", "lead_email": address("bob")}]
    sent = [body for body in every if body["event_type"] == "EMAIL_SENT"]
    assert len(sent) == len(timeline(api, campaign_id))
    assert all(body.keys() == {*common, "event_type", "lead_email"} for body in sent)
    completed = [body for body in every if body["event_type"] == "SEQUENCE_COMPLETED"]
    finished = {**common, "event_type": "SEQUENCE_COMPLETED", "sequence_number": 2}
    assert sorted(body["lead_email"] for body in completed) == sorted(map(address, ("eve", "joe")))
    assert all(body == {**finished, "lead_email": body["lead_email"]} for body in completed)


def test_only_the_guides_words_are_taken(api: Api) -> None:
    """Its five words and the completed sequence (S2:119-130), none of the other documents'."""
    for word in ("EMAIL_REPLY", "EMAIL_OPEN", "LEAD_CATEGORY_UPDATED", "REPLIED"):
        refused = api.post("/webhooks", {"webhook_url": INBOX, "event_types": [word]}, edition=EDITION)
        assert refused.status_code == 400
        assert refused.json() == {"error": f"Invalid event_types - {word}"}


def test_each_edition_shows_the_events_that_it_knows(api: Api) -> None:
    """A webhook is one in all editions; what another document cannot name is not in its answers."""
    webhook_id = subscribe(api, *EVENTS)
    shown = ok(api.get(f"/webhook/{webhook_id}"))["data"]["event_type_map"]
    assert sorted(shown) == ["EMAIL_BOUNCE", "EMAIL_LINK_CLICK", "EMAIL_REPLY", "EMAIL_SENT", "LEAD_UNSUBSCRIBED"]
    campaign_id = api.campaign()
    body = {
        "name": "a",
        "webhook_url": INBOX,
        "event_types": ["EMAIL_BOUNCE", "EMAIL_SENT"],
        "categories": ["Interested"],
    }
    ok(api.post(f"/campaigns/{campaign_id}/webhooks", body))
    (own,) = ok(api.get(f"/campaigns/{campaign_id}/webhooks", edition="help-center"))
    assert own["event_types"] == ["EMAIL_SENT"]


def test_three_retries_and_no_replay(api: Api) -> None:
    """A delivery is tried four times, at growing distances, and then dropped (S2:140, S2:235)."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann", start=False)
    subscribe(api, "EMAIL_SENT", url=NOBODY)
    ok(api.control("PUT", "/settings", {"edition": EDITION}))
    ok(api.patch(f"/campaigns/{campaign_id}/status", {"status": "START"}))
    until(api, "02 09:30")
    for _ in range(8):
        ok(api.control("POST", "/webhooks/flush"))
        ok(api.control("POST", "/clock/advance", {"minutes": 31}))
    (row,) = ok(api.control("GET", "/webhooks/deliveries"))
    assert (row["state"], len(row["attempts"])) == ("failed", 4)
    path = f"/campaigns/{campaign_id}/webhooks/retrigger-failed-events"
    assert api.post(path, {"fromTime": "2026-03-01", "toTime": "2026-03-09"}).status_code == 404


def test_a_clients_key_on_what_is_another_clients(api: Api) -> None:
    """403 (S2:185), where the other editions say 404; what nobody has is a 404 here, too."""
    as_client, theirs = client_of(api, "ours", FULL_ACCESS), client_of(api, "theirs", FULL_ACCESS)
    own, foreign = api.campaign(client_id=as_client.client_id), api.campaign(client_id=theirs.client_id)
    api.add(own, "own@example.com")
    api.add(foreign, "foreign@example.com")
    lead_id = api.lead_id("foreign@example.com")
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/campaigns/{}/leads", None),
        ("POST", "/campaigns/{}/leads", {"lead_list": [{"email": "a@b.example"}]}),
        ("DELETE", "/campaigns/{}/leads", {"lead_ids": [lead_id]}),
        ("PATCH", "/campaigns/{}/status", {"status": "PAUSED"}), ("PATCH", "/campaigns/{}/settings", {}),
        ("POST", "/campaigns/{}/sequences", {"sequences": steps(0)}),
    ]  # fmt: skip
    for method, path, body in calls:
        forbidden = as_client.request(method, path.format(foreign), json=body, edition=EDITION)
        assert (forbidden.status_code, forbidden.json()) == (
            403,
            {"message": "You do not have access to this resource."},
        )
        assert as_client.request(method, path.format(UNKNOWN), json=body, edition=EDITION).status_code == 404
        assert as_client.request(method, path.format(foreign), json=body).status_code == 404
    assert as_client.get("/leads/foreign@example.com", edition=EDITION).status_code == 403
    assert as_client.get("/leads/nobody@example.com", edition=EDITION).json() == {}
    taken = as_client.delete(f"/campaigns/{own}/leads", {"lead_ids": [lead_id]}, edition=EDITION)
    assert taken.status_code == 403
    assert [row["id"] for row in ok(as_client.get("/campaigns", edition=EDITION))] == [own]
    assert len(api.rows(foreign)) == 1


def test_a_key_that_may_only_read(api: Api) -> None:
    """It reads what is its own, and changes nothing (S2:185)."""
    as_client = client_of(api, "ours", "reply_master_inbox")
    campaign_id = api.campaign(client_id=as_client.client_id)
    assert ok(as_client.get(f"/campaigns/{campaign_id}/leads", edition=EDITION))["data"] == []
    assert as_client.patch(f"/campaigns/{campaign_id}/settings", {}, edition=EDITION).status_code == 403


@pytest.mark.parametrize("status", [401, 403])
def test_a_plan_without_the_api(api: Api, status: int) -> None:
    """Every call is refused, with the one status or the other (S2:29); nothing is charged or changed."""
    campaign_id = api.campaign()
    ok(api.control("PUT", "/settings", {"plan": f"no-api-{status}", "edition": EDITION}))
    for answer in (
        api.get("/campaigns"), api.get(f"/campaigns/{campaign_id}/leads"), api.post("/campaigns/create", {"name": "x"}),
        api.get("/leads/ana@example.com"), api.patch(f"/campaigns/{campaign_id}/settings", {"track_opens": True}),
    ):  # fmt: skip
        assert answer.status_code == status
        assert answer.json() == {"message": "Your plan does not include API access."}
        assert "plan" in answer.headers["x-mock-hint"]
    ok(api.control("PUT", "/settings", {"plan": "api"}))
    assert [row["id"] for row in ok(api.get("/campaigns"))] == [campaign_id]


def test_limits_by_category(api: Api) -> None:
    """30 writes of campaigns, 60 calls for leads, 30 of them uploads, 20 for webhooks a minute (S2:43-53)."""
    campaign_id = api.campaign()
    ok(api.control("PUT", "/settings", {"edition": EDITION, "rate_limit": "api-guide-pro"}))
    ok(api.control("PUT", "/clock", {"mode": "frozen"}))
    leads = f"/campaigns/{campaign_id}/leads"
    calls: dict[int, Callable[[], Any]] = {
        30: lambda: api.patch(f"/campaigns/{campaign_id}/settings", {}),
        20: lambda: api.post("/webhooks", {"webhook_url": INBOX, "event_types": ["EMAIL_SENT"]}),
        60: lambda: api.get(leads),
        100: lambda: api.get("/campaigns"),
    }
    for most, call in calls.items():
        assert [call().status_code for _ in range(most)] == [200] * most
        assert call().status_code == 429
    ok(api.control("POST", "/clock/advance", {"minutes": 1}))
    sent = [api.post(leads, {"lead_list": [{"email": f"a{n}@example.com"}]}).status_code for n in range(31)]
    assert sent == [200] * 30 + [429]
    assert short(ok(api.control("GET", "/clock"))["now"])

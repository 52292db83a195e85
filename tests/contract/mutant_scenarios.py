"""Scenarios that show what is wrong with mutants: each is a list of calls whose answers are kept.

Every scenario begins in an empty account on a Monday at 08:00 UTC, with the clock frozen.
"""

from __future__ import annotations

import json
from typing import Any

from tests.contract.mutant_world import OTHER, SCHEDULE, World

_CAPTURED = "http://inbox.simulator.test/"


def campaigns(w: World) -> None:
    """Campaigns and what belongs to them."""
    w.call("GET", "/campaigns/")
    one, two = w.campaign(), w.campaign("B")
    for path in ("sequences", "leads", "webhooks"):
        w.call("GET", f"/campaigns/{one}/{path}")
    w.advance(hours=1)
    first = {
        "stop_lead_settings": "CLICK_ON_A_LINK",
        "track_settings": ["DONT_TRACK_EMAIL_OPEN", "DONT_TRACK_LINK_CLICK"],
    }
    for body in (first, {"name": "C"}, {"name": "D", "follow_up_percentage": 101}):
        w.call("POST", f"/campaigns/{one}/settings", body)
        w.call("GET", f"/campaigns/{one}")
    w.call("GET", "/campaigns/")
    zone = {"timezone": "America/New_York"}
    for change in (zone, {"days_of_the_week": [0, 6]}, {"start_hour": "18:00"}, {"timezone": "Mars/Base"}):
        w.call("POST", f"/campaigns/{one}/schedule", {**SCHEDULE, **zone, **change})
        w.call("GET", f"/campaigns/{one}")
    step = {"seq_delay_details": {"delay_in_days": 1}, "subject": "Hi", "email_body": "Hello"}
    for count in (1, 2):
        w.call(
            "POST", f"/campaigns/{one}/sequences", {"sequences": [{**step, "seq_number": n + 1} for n in range(count)]}
        )
        w.call("GET", f"/campaigns/{one}/sequences")
    for word in ("paused", "START"):
        w.call("PATCH", f"/campaigns/{one}/status", {"status": word})
    w.call("POST", f"/campaigns/{one}/status", {"status": "START"})
    w.call("POST", "/campaigns/create", {"name": "E", "colour": "red"})
    for _ in range(2):
        w.call("DELETE", f"/campaigns/{one}")
    w.call("GET", f"/campaigns/{one}")
    w.call("GET", f"/campaigns/{one}/sequences")
    for n in range(10):
        w.campaign(f"F{n}")
    w.call("GET", f"/campaigns/{two}")
    w.call("GET", "/campaigns/")


def starting(w: World) -> None:
    """What a start needs, what a stop ends."""
    for boxes in (("ann",), ()):
        campaign = w.ready("silent@simulator.test", boxes=boxes)
        for word in ("PAUSED", "STOPPED", "START"):
            w.call("POST", f"/campaigns/{campaign}/status", {"status": word})
            w.call("GET", f"/campaigns/{campaign}")
    campaign = w.ready("silent@simulator.test", name="P")
    w.call("POST", f"/campaigns/{campaign}/status", {"status": "PAUSED"})
    w.advance(days=1)


def mailboxes(w: World) -> None:
    """Mailboxes, alone and in a campaign."""
    w.call("GET", "/email-accounts/")
    ids = [w.mailbox(f"box{n}") for n in range(5)]
    w.call("GET", f"/email-accounts/{ids[0]}")
    w.call("GET", "/email-accounts/999")
    for limit, offset in ((2, 0), (2, 2), (101, 0)):
        w.call("GET", "/email-accounts/", limit=limit, offset=offset)
    campaign = w.campaign()
    w.call("POST", f"/campaigns/{campaign}/email-accounts", {"email_account_ids": ids})
    w.call("DELETE", f"/campaigns/{campaign}/email-accounts", {"email_account_ids": ids[:2]})
    w.call("GET", f"/campaigns/{campaign}/email-accounts")


def imports(w: World) -> None:
    """Imports and block lists."""
    one, two = w.campaign(), w.campaign("B")
    entries = {"domain_block_list": ["Evil.example", "bad@fine.example"], "client_id": None}
    for _ in range(2):
        w.call("POST", "/leads/add-domain-block-list", entries)
    w.call("POST", "/leads/add-domain-block-list", {"domain_block_list": ["other.example"], "client_id": None})
    w.call("GET", "/leads/get-domain-block-list", filter_email_or_domain="other.example")
    emails = [f"lead{n}@fine.example" for n in range(9)]
    listed = ("a@evil.example", "a@mail.evil.example", "a@devil.example", "bad@fine.example")
    w.add(one, *emails, "LEAD1@fine.example", "Lead1@fine.example", "bad", "worse", *listed)
    w.add(one, *emails[:2])
    w.add(two, emails[0])
    w.add(two, emails[1], ignore_duplicate_leads_in_other_campaign=True)
    w.add(one, *(f"m{n}@fine.example" for n in range(101)))
    w.call("GET", "/leads/", email="LEAD2@fine.example")
    lead = w.lead(emails[0])
    w.call("POST", f"/leads/{lead}/unsubscribe")
    three = w.campaign("C")
    w.add(three, emails[0], emails[3])
    for campaign in (one, two, three):
        w.rows(campaign)
    for entry in w.call("GET", "/leads/get-domain-block-list"):
        w.call("DELETE", "/leads/delete-domain-block-list", id=entry["id"])
    w.call("GET", "/leads/get-domain-block-list")
    w.add(three, *listed)
    w.control("PUT", "/settings", {"lead_credit": 1})
    w.add(three, "x@fine.example", "y@fine.example", "z@fine.example")


def leads(w: World) -> None:
    """Leads: looking, changing, deleting."""
    one, two = w.campaign(), w.campaign("B")
    w.add(one, *(f"lead{n}@fine.example" for n in range(6)))
    w.add(two, "lead0@fine.example", "lead1@fine.example", "lead5@fine.example")
    w.call("GET", "/leads/", email="nobody@fine.example")
    body = {"email": "lead0@fine.example", "first_name": "Zoë", "company_name": "Co", "custom_fields": {"a": "1"}}
    ids = [w.lead(f"lead{n}@fine.example") for n in range(6)]
    w.call("POST", f"/campaigns/{one}/leads/{ids[0]}", body)
    w.call("POST", f"/campaigns/{one}/leads/{ids[0]}", {"email": "lead0@fine.example", "first_name": "Zoë"})
    w.call("GET", f"/leads/{ids[0]}")
    w.call("POST", f"/campaigns/{one}/leads/{ids[1]}/category", {"category_id": 3, "pause_lead": True})
    w.call("POST", f"/campaigns/{two}/leads/{ids[0]}/unsubscribe")
    w.call("POST", f"/campaigns/{two}/leads/{ids[0]}/resume", {"resume_lead_with_delay_days": 0})
    queries: tuple[dict[str, Any], ...] = (
        {}, {"limit": 100}, {"limit": 1}, {"limit": 2, "offset": 2}, {"offset": 99}, {"offset": -1}, {"colour": "red"},
        {"status": "PAUSED"}, {"lead_category_id": 3, "status": "STARTED"},
    )  # fmt: skip
    for query in queries:
        w.rows(one, **query)
    w.rows(two)
    w.call("GET", f"/campaigns/{two}/leads/{ids[3]}/message-history")
    w.call("GET", "/leads/global-leads", limit=6)
    w.call("GET", "/leads/all", limit=2, lastSeenLeadId=ids[1])
    w.call("GET", f"/campaigns/{one}/leads-export")
    w.call("DELETE", f"/campaigns/{one}/leads/{ids[0]}")
    w.call("DELETE", f"/campaigns/{one}/leads/{ids[2]}")
    w.rows(one)
    w.rows(two)
    w.call("POST", f"/leads/{ids[5]}/unsubscribe")
    for campaign in (one, two):
        w.call("GET", f"/campaigns/{campaign}/leads/{ids[5]}/activity")
    w.lead("lead5@fine.example")
    w.call("DELETE", f"/leads/{ids[4]}")
    w.call("GET", "/leads/", email="lead4@fine.example")


def lists(w: World) -> None:
    """Lists of leads."""
    one, two = w.campaign(), w.call("POST", "/lead-list/", {"listName": "L"})["data"]["id"]
    w.add(one, "a@fine.example", "b@fine.example")
    ids = [row["lead"]["id"] for row in w.rows(one)]
    w.call("POST", "/leads/push-to-list", {"listId": two, "leadIds": ids, "action": "copy"})
    w.rows(one)
    w.call("GET", "/lead-list/")


def keys(w: World) -> None:
    """Keys of clients and of other accounts."""
    w.call("GET", "/campaigns/", key=None)
    client = {"name": "C", "email": "c@client.example", "permission": ["full_access"], "password": "pw"}
    client_id = w.call("POST", "/client/save", client)["clientId"]
    w.call("GET", "/client/")
    key = w.call("POST", "/client/api-key", {"clientId": client_id, "keyName": "K"})["data"]
    own, foreign = w.campaign(client_id=client_id), w.campaign("B")
    w.add(own, "own@fine.example")
    w.add(foreign, "foreign@fine.example")
    w.call("GET", "/campaigns/", client_id=client_id)
    for path in ("/campaigns/", f"/campaigns/{own}", f"/campaigns/{foreign}", f"/campaigns/{foreign}/leads"):
        w.call("GET", path, key=key["api_key"])
    w.call("GET", "/leads/", email="foreign@fine.example", key=key["api_key"])
    w.call("GET", f"/campaigns/{foreign}")
    w.campaign("O", key=OTHER)
    w.call("GET", f"/campaigns/{foreign}", key=OTHER)
    w.call("GET", "/leads/", email="own@fine.example", key=OTHER)
    w.call("DELETE", f"/client/api-key/{key['id']}")
    w.call("GET", "/campaigns/", key=key["api_key"])


def limits(w: World) -> None:
    """A limit of four calls."""
    w.control("PUT", "/settings", {"rate_limit": "4/2"})
    for n in range(5):
        w.call(*(("GET", "/campaigns/") if n % 2 else ("POST", "/campaigns/create", {"name": "A"})))
    w.control("PUT", "/settings", {"rate_limit": "1/2"})
    w.advance(minutes=1)
    w.campaign()
    w.call("GET", "/campaigns/")


def running(w: World) -> None:
    """A campaign that runs for two weeks, with answers and figures."""
    words = ("open", "click", "reply-interested", "reply", "ooo", "bounce", "soft-bounce", "unsubscribe", "silent")
    one = w.ready(*(f"{word}@simulator.test" for word in words), boxes=("ann", "ben"))
    w.advance(hours=3)
    ids = {word: w.lead(f"{word}@simulator.test") for word in words}
    for word in ("silent", "bounce"):
        w.call("POST", f"/campaigns/{one}/leads/{ids[word]}/pause")
    w.call("PATCH", f"/campaigns/{one}/leads/{ids['bounce']}/status", {"status": "IN_PROGRESS"})
    w.call("GET", f"/campaigns/{one}/analytics")
    w.advance(days=14)
    w.call("POST", f"/campaigns/{one}/leads/{ids['open']}/pause")
    for word in ("reply", "ooo"):
        w.call("POST", f"/campaigns/{one}/leads/{ids[word]}/category", {"category_id": 6})
    for word in ("not_replied", "is_bounced", "is_clicked", "is_opened"):
        w.rows(one, emailStatus=word)
    w.control("POST", "/events", {"campaign_id": one, "email": "open@simulator.test", "type": "open"})
    w.rows(one)
    span = {"start_date": "2026-03-02", "end_date": "2026-03-04"}
    for path in ("analytics", "leads-export", "variant-statistics", "mailbox-statistics"):
        w.call("GET", f"/campaigns/{one}/{path}")
    w.call("GET", f"/campaigns/{one}/analytics-by-date", start_date="2026-03-01", end_date="2026-05-01")
    zone = {**span, "time_zone": "Pacific/Pago_Pago", "start_date": "2026-03-01", "end_date": "2026-03-01"}
    for path, query in (
        ("analytics-by-date", span), ("analytics-by-date", zone),
        ("sequence-analytics", {**span, "time_zone": "UTC"}),
    ):  # fmt: skip
        w.call("GET", f"/campaigns/{one}/{path}", **query)
    pages: tuple[dict[str, Any], ...] = (
        {"limit": 3}, {"limit": 3, "offset": 3}, {"email_status": "clicked"},
        {"sent_time_start_date": "2026-03-02T10:00:00Z"},
    )  # fmt: skip
    for page in pages:
        w.call("GET", f"/campaigns/{one}/statistics", **page)
    w.call("GET", f"/campaigns/{one}/leads-statistics", limit=9)
    two = w.ready("silent+2@simulator.test", name="B")
    w.call("POST", f"/campaigns/{two}/status", {"status": "STOPPED"})
    for path in ("overall-stats-v2", "campaign/overall-stats"):
        w.call("GET", f"/analytics/{path}", campaign_ids=str(two), **span)
    for path in ("lead/overall-stats", "lead/category-wise-response", "campaign/lead-to-reply-time"):
        w.call("GET", f"/analytics/{path}", **span)
    for path in ("day-wise-positive-reply-stats", "campaign/overall-stats"):
        w.call("GET", f"/analytics/{path}", **span)
    w.call("GET", "/analytics/mailbox/name-wise-health-metrics", full_data="true", **span)
    w.call("GET", "/analytics/campaign/status-stats")
    w.call("GET", "/email-accounts/")


def sending(w: World) -> None:
    """When mails go out: zones, windows, gaps, caps, delays, stop rules."""
    silent = [f"silent+{n}@simulator.test" for n in range(4)]
    zoned = w.ready(silent[0], steps=(0, 1, 1), timezone="America/New_York")
    late = w.ready(*silent, name="L", start_hour="09:00", end_hour="09:10")
    friday = w.ready(silent[0], name="F", steps=(0, 6), days_of_the_week=[1, 2, 3, 4, 5, 6])
    start = w.ready(silent[0], name="S", schedule_start_time="2026-03-03T10:00:00Z")
    few = w.ready(*silent, name="Q", max_new_leads_per_day=2)
    stop = w.ready("open@simulator.test", name="O", settings={"stop_lead_settings": "OPEN_AN_EMAIL"})
    domain = w.ready("reply@simulator.test", *silent[:2], name="D", settings={"auto_pause_domain_leads_on_reply": True})
    bounces = w.ready(
        "bounce+after-15m@simulator.test", silent[0], name="B", settings={"bounce_autopause_threshold": "50"}
    )
    capped = w.ready(*silent, name="C", boxes=())
    box = w.mailbox("capped", max_email_per_day=1)
    w.call("POST", f"/campaigns/{capped}/email-accounts", {"email_account_ids": [box]})
    w.call("POST", f"/campaigns/{capped}/status", {"status": "START"})
    for _ in range(8):
        w.advance(days=1)
        w.call("GET", f"/email-accounts/{box}")
    for campaign in (zoned, late, friday, start, few, stop, domain, bounces, capped):
        w.call("GET", f"/campaigns/{campaign}/statistics")
        w.call("GET", f"/campaigns/{campaign}")
        w.rows(campaign)
    w.call("GET", f"/campaigns/{zoned}/leads/{w.lead(silent[0])}/message-history")


def inbox(w: World) -> None:
    """Answers, and what is done with them."""
    emails = [f"{word}@simulator.test" for word in ("reply", "reply-interested", "reply-not-interested", "silent")]
    one = w.ready(*emails)
    w.advance(hours=4)
    w.control("POST", "/events", {"campaign_id": one, "email": emails[0], "type": "reply"})
    w.advance(hours=1)
    row = next(row for row in w.rows(one) if row["lead"]["email"] == emails[0])
    conversation = row["campaign_lead_map_id"]
    for path in ("inbox-replies", "unread-replies", "sent"):
        w.call("POST", f"/master-inbox/{path}", {"offset": 0, "limit": 20})
    for body in (
        {"offset": 0, "limit": 1}, {"offset": 1, "limit": 1}, {"sortBy": "SENT_TIME_DESC"},
        {"filters": {"leadCategories": {"categoryIdsIn": [1]}}},
    ):  # fmt: skip
        w.call("POST", "/master-inbox/inbox-replies", body)
    w.call("GET", f"/campaigns/{one}/leads/{row['lead']['id']}/message-history")
    mine = {"email_lead_map_id": conversation}
    w.call("PATCH", "/master-inbox/change-read-status", {**mine, "read_status": True})
    w.call("POST", "/master-inbox/unread-replies", {"offset": 0, "limit": 20})
    w.control("POST", "/events", {"campaign_id": one, "email": emails[0], "type": "reply"})
    w.call("POST", "/master-inbox/unread-replies", {"offset": 0, "limit": 20})
    w.call("PATCH", "/master-inbox/update-revenue", {**mine, "revenue": 12.5})
    w.call("GET", f"/master-inbox/{conversation}")
    w.call("PATCH", "/master-inbox/update-category", {**mine, "category_id": 2})
    w.rows(one)
    for text in ("One", "Two"):
        w.call("POST", "/master-inbox/create-note", {**mine, "note_message": text})
    w.call("GET", f"/crm/leads/notes/{row['lead']['id']}")
    w.call("POST", "/master-inbox/block-domains", {"domains": ["one.example", "two.example"]})
    w.call("GET", "/leads/get-domain-block-list")


def _told(w: World) -> None:
    """What was captured, with headers and bodies."""
    w.control("POST", "/webhooks/flush")
    told = [(one["headers"], one["body"]) for one in w.control("GET", "/webhooks/inbox")]
    w.note("inbox", sorted(told, key=json.dumps))


def webhooks(w: World) -> None:
    """Webhooks: saving them, and what they are told."""
    spare = w.campaign("Spare")
    w.add(spare, "open@simulator.test")
    one = w.ready("open@simulator.test", "reply-interested@simulator.test", "colleague-reply@simulator.test")
    url = f"{_CAPTURED}Path"
    events = ["EMAIL_SENT", "EMAIL_OPEN", "EMAIL_REPLY"]
    hook = {"name": "w", "webhook_url": url, "event_types": events}
    w.call("POST", f"/campaigns/{one}/webhooks", {"id": None, **hook})
    w.call(
        "POST", f"/campaigns/{one}/webhooks",
        {"name": "c", "webhook_url": _CAPTURED, "event_types": ["LEAD_CATEGORY_UPDATED"], "categories": ["Interested"]},
    )  # fmt: skip
    shown = w.call("GET", f"/campaigns/{one}/webhooks")
    w.call("POST", f"/campaigns/{one}/webhooks", {"id": shown[0]["id"], **hook, "name": "again"})
    w.call("GET", f"/campaigns/{one}/webhooks")
    w.advance(hours=4)
    _told(w)
    for lead in w.rows(one):
        w.call("POST", f"/campaigns/{one}/leads/{lead['lead']['id']}/category", {"category_id": 3})
    w.call("DELETE", f"/campaigns/{one}/webhooks", {"id": shown[0]["id"]})
    w.call("GET", f"/campaigns/{one}/webhooks")
    w.advance(days=3)
    _told(w)
    below = w.ready("open+2@simulator.test", name="B")
    w.call("POST", f"/campaigns/{below}/webhooks", {"id": None, **hook})
    wanted = {"EMAIL_SENT": True, "EMAIL_OPEN": False}
    w.call(
        "POST", "/webhook/create",
        {"name": "u", "webhook_url": f"{_CAPTURED}u", "association_type": "user", "event_type_map": wanted},
    )  # fmt: skip
    w.advance(hours=30)
    _told(w)


def attempts(w: World) -> None:
    """Deliveries to a receiver that answers 200, 204, 404 or 500."""
    one = w.ready("silent@simulator.test")
    for n, path in enumerate(("200", "204", "404", "500")):
        url = f"http://127.0.0.1:{w.port}/{path}"
        body = {"id": None, "name": f"w{n}", "webhook_url": url, "event_types": ["EMAIL_SENT"]}
        w.call("POST", f"/campaigns/{one}/webhooks", body)
    w.advance(hours=2)
    for _ in range(4):
        w.control("POST", "/webhooks/flush")
        w.control("POST", "/clock/advance", {"hours": 1})
    deliveries = w.control("GET", "/webhooks/deliveries")
    w.note("attempts", [(one["state"], [tried["status"] for tried in one["attempts"]]) for one in deliveries])
    w.note("request ids", sorted(set(w.received)))

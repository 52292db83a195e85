"""What happened to leads: their mails over all campaigns, their events, and their way through a campaign."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.sending import (
    ALWAYS,
    Json,
    address,
    equip,
    freeze,
    launch,
    mails,
    moment,
    of_lead,
    ok,
    react,
    set_status,
    short,
    step,
    steps,
    until,
)
from tests.webhooks import celebrate

UNKNOWN = 3_999_999_999
GOES_ON: Json = {"stop_lead_settings": "CLICK_ON_A_LINK"}


def activities(api: Api, **query: Any) -> Json:
    """A page of the leads that got mails."""
    page: Json = ok(api.get("/campaigns/all-leads-activities", params=query))
    return page


def listed(page: Json) -> list[tuple[int, str]]:
    """Campaign and moments of each row's mails."""
    return [
        (row["campaign_id"], ", ".join(short(one["sent_time"]) for one in row["activities"])) for row in page["data"]
    ]


def events(api: Api, campaign_id: int, lead: str) -> list[tuple[str, str]]:
    """Type and moment of what happened to a lead."""
    found = ok(api.get(f"{of_lead(api, campaign_id, lead)}/activity"))["events"]
    return [(one["type"], short(one["timestamp"])) for one in found]


def overview(api: Api, lead: str) -> list[Json]:
    """A lead in each of its campaigns."""
    found: list[Json] = ok(api.get(f"/leads/{api.lead_id(address(lead))}/campaign-overview"))["data"]
    return found


def details(api: Api, campaign_id: int, lead: str, **query: Any) -> list[tuple[int, str, str | None, str | None]]:
    """Each step of a lead: number, status, when it was sent, when it will be."""
    map_id = api.row(campaign_id, address(lead))["campaign_lead_map_id"]
    found = ok(api.get(f"/leads/{map_id}/sequence-details", params=query))["data"]

    def when(text: str | None) -> str | None:
        return None if text is None else short(text)

    return [
        (one["email_seq_number"], one["status"], when(one["sent_time"]), when(one["scheduled_time"])) for one in found
    ]


# ------------------------------------------------------------------------------------------ all leads


def test_a_lead_is_listed_with_its_mails_and_what_became_of_them(api: Api) -> None:
    """The first answer to a mail stands on its own; later ones, automatic ones too, follow it."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=steps(0, 1), settings=GOES_ON, **ALWAYS)
    until(api, "02 12:00")
    react(api, campaign_id, "bob", "open")
    react(api, campaign_id, "bob", "reply", body="<p>One</p>")
    until(api, "02 13:00")
    react(api, campaign_id, "bob", "ooo", body="<p>Two</p>")
    until(api, "03 12:00")
    first, second = mails(api, campaign_id)
    (one,), (two,) = mails(api, campaign_id, "REPLY"), mails(api, campaign_id, "OUT_OF_OFFICE")
    body = {"email_stats_id": first["stats_id"], "email_body": "by hand"}
    assert api.post(f"/campaigns/{campaign_id}/reply-email-thread", body).status_code == 200
    row = api.row(campaign_id, address("bob"))
    page = activities(api)
    assert (page["hasMore"], page["pagination"]) == (False, {"has_more": False, "offset": 0, "limit": 100})
    (shown,) = page["data"]
    sent = shown.pop("activities")
    assert shown == {
        "lead_id": row["lead"]["id"], "email_lead_map_id": row["campaign_lead_map_id"], "campaign_id": campaign_id,
        "campaign_name": api.get(f"/campaigns/{campaign_id}").json()["name"], "campaign_status": "COMPLETED",
        "status": "COMPLETED", "current_seq_num": 2, "created_at": row["created_at"],
    }  # fmt: skip
    assert sent[0] == {
        "stats_id": first["stats_id"], "message_id": first["message_id"], "subject": "Hi", "email_body": "Text 1",
        "sent_time": "2026-03-02T09:00:00.000Z", "from_email": first["from"], "to_email": "bob@leads.example",
        "email_seq_number": 1, "open_count": 1, "click_count": 0, "click_details": {},
        "reply_details": {"time": one["at"], "reply_email_body": "<p>One</p>", "message_id": one["message_id"]},
        "thread_replies": [
            {"time": two["at"], "reply_email_body": "<p>Two</p>", "message_id": two["message_id"]},
        ],
    }  # fmt: skip
    assert [(one["message_id"], one["reply_details"], one["thread_replies"]) for one in sent[1:]] == [
        (second["message_id"], None, [])
    ]


def three_campaigns(api: Api) -> tuple[int, int]:
    """Two campaigns that mailed two leads each, a day apart, and one that mailed nobody."""
    freeze(api)
    first = launch(api, "a", "b", sequence=steps(0, 2), **ALWAYS)
    launch(api, "a", start=False)
    until(api, "03 09:00")
    second = launch(api, "b", "a", **ALWAYS)
    until(api, "05 00:00")
    return first, second


def test_leads_by_campaign_then_row(api: Api) -> None:
    """Who got no mail is not listed."""
    first, second = three_campaigns(api)
    assert listed(activities(api)) == [
        (first, "02 09:00, 04 09:00"), (first, "02 09:10, 04 09:10"), (second, "03 09:00"), (second, "03 09:10"),
    ]  # fmt: skip


@pytest.mark.parametrize(("offset", "limit", "more"), [(0, 3, True), (1, 3, False), (0, 4, False), (4, 1, False)])
def test_a_page_says_whether_there_is_more(api: Api, offset: int, limit: int, more: bool) -> None:
    """In both documented ways."""
    three_campaigns(api)
    page, whole = activities(api, offset=offset, limit=limit), activities(api)["data"]
    assert page["data"] == whole[offset : offset + limit]
    assert (page["hasMore"], page["pagination"]) == (more, {"has_more": more, "offset": offset, "limit": limit})


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ({"event_time_from": "03 09:00"}, ["04 09:00", "04 09:10", "03 09:00", "03 09:10"]),
        ({"event_time_from": "03 09:01"}, ["04 09:00", "04 09:10", "03 09:10"]),
        ({"event_time_from": "01 00:00", "event_time_to": "02 09:10"}, ["02 09:00", "02 09:10"]),
        ({"event_time_from": "01 00:00", "event_time_to": "02 09:09"}, ["02 09:00"]),
        ({"event_time_from": "04 10:00"}, []),
        ({"event_time_from": "04 09:00", "event_time_to": "03 09:00"}, []),
    ],
    ids=str,
)
def test_a_time_range_is_about_when_mails_were_sent(api: Api, span: dict[str, str], expected: list[str]) -> None:
    """Both ends count; other mails of a lead are not shown."""
    three_campaigns(api)
    page = activities(api, **{name: moment(text) for name, text in span.items()})
    assert [mails for _, mails in listed(page)] == expected


def test_times_are_dates_or_moments(api: Api) -> None:
    """Each has its own refusal; the end needs the beginning."""
    three_campaigns(api)
    assert len(activities(api, event_time_from="2026-03-04")["data"]) == 2
    for name in ("event_time_from", "event_time_to"):
        query = {"event_time_from": "2026-03-01", name: "yesterday"}
        answer = api.get("/campaigns/all-leads-activities", params=query)
        refused = {"error": f"Invalid {name} format. Use YYYY-MM-DD or ISO 8601 format.", "status": "error"}
        assert (answer.status_code, answer.json()) == (400, refused)
    answer = api.get("/campaigns/all-leads-activities", params={"event_time_to": "2026-03-04"})
    celebrate(answer, "query", "event_time_to")


def test_rows_and_answers_are_told_apart(api: Api) -> None:
    """Two campaigns, each with a lead that clicks and answers twice, at other times and in other words."""
    freeze(api)
    for name, hours in (("spring", 12), ("autumn", 14)):
        how = {"settings": {"stop_lead_settings": "OPEN_AN_EMAIL"}, "sequence": steps(0, 9), **ALWAYS}
        campaign_id = equip(api, api.campaign(name=name), name, **how)
        until(api, f"02 {hours}:00")
        for number, word in enumerate(("click", "reply", "reply")):
            react(api, campaign_id, name, word, **({"link": f"https://{name}.example/"} if word == "click" else {}))
            until(api, f"02 {hours}:{10 + number}")
        if name == "spring":
            set_status(api, campaign_id, "PAUSED")
            ok(api.post(f"{of_lead(api, campaign_id, name)}/pause"))
    one, two = activities(api)["data"]
    assert [(row["campaign_name"], row["campaign_status"], row["status"]) for row in (one, two)] == [
        ("spring", "PAUSED", "PAUSED"), ("autumn", "ACTIVE", "INPROGRESS"),
    ]  # fmt: skip
    for row, name in ((one, "spring"), (two, "autumn")):
        [mail] = row["activities"]
        assert mail["click_details"] == {f"https://{name}.example/": True}
        assert (mail["click_count"], len(mail["thread_replies"])) == (1, 1)
        assert mail["reply_details"]["time"] < mail["thread_replies"][0]["time"]


def test_what_is_gone_is_not_listed(api: Api) -> None:
    """Mails of deleted steps, leads that were taken out, deleted campaigns."""
    first, second = three_campaigns(api)
    ok(api.delete(of_lead(api, first, "a")))
    assert [campaign_id for campaign_id, _ in listed(activities(api))] == [first, second, second]
    ok(api.delete(f"/campaigns/{second}"))
    assert listed(activities(api)) == [(first, "02 09:10, 04 09:10")]
    kept = api.get(f"/campaigns/{first}/sequences").json()[1]["id"]
    ok(api.post(f"/campaigns/{first}/sequences", {"sequences": [{"id": kept, **step(2, 2)}]}))
    assert listed(activities(api)) == [(first, "04 09:10")]
    ok(api.post(f"/campaigns/{first}/sequences", {"sequences": []}))
    assert activities(api)["data"] == []


# ------------------------------------------------------------------------------------------ one lead


def test_the_events_of_a_lead_in_their_order(api: Api) -> None:
    """Every opening and click; what is no event of a webhook is not told."""
    freeze(api)
    campaign_id = launch(api, "bob", "eve", sequence=steps(0, 1), settings=GOES_ON, **ALWAYS)
    until(api, "02 12:00")
    for word in ("open", "open", "reply-interested"):
        react(api, campaign_id, "bob", word)
    until(api, "03 12:00")
    react(api, campaign_id, "bob", "unsubscribe")
    react(api, campaign_id, "eve", "bounce")
    assert events(api, campaign_id, "bob") == [
        ("EMAIL_SENT", "02 09:00"), ("EMAIL_OPEN", "02 12:00"), ("EMAIL_OPEN", "02 12:00"),
        ("EMAIL_REPLY", "02 12:00"), ("LEAD_CATEGORY_UPDATED", "02 12:00"), ("EMAIL_SENT", "03 09:00"),
        ("LEAD_UNSUBSCRIBED", "03 12:00"),
    ]  # fmt: skip
    assert [kind for kind, _ in events(api, campaign_id, "eve")] == ["EMAIL_SENT", "EMAIL_SENT", "EMAIL_BOUNCE"]


def test_mails_by_hand_are_no_events(api: Api) -> None:
    """No document names an event for them."""
    freeze(api)
    campaign_id = launch(api, "bob", **ALWAYS)
    until(api, "02 12:00")
    body = {"email_stats_id": mails(api, campaign_id)[0]["stats_id"], "email_body": "by hand"}
    assert api.post(f"/campaigns/{campaign_id}/reply-email-thread", body).status_code == 200
    assert events(api, campaign_id, "bob") == [("EMAIL_SENT", "02 09:00")]


def test_the_overview_counts_a_leads_mails_in_each_campaign(api: Api) -> None:
    """Every opening and click counts, an answered mail once; a campaign without a mail is listed too."""
    freeze(api)
    first = launch(api, "bob", "eve", sequence=steps(0, 1), settings={"stop_lead_settings": "OPEN_AN_EMAIL"}, **ALWAYS)
    until(api, "03 12:00")
    for word, number in (("click", 1), ("click", 1), ("click", 2), ("reply", 1), ("reply", 1), ("open", 2)):
        react(api, first, "bob", word, step=number)
    react(api, first, "eve", "open")
    second = launch(api, "bob", start=False)
    rows = {one["campaign_id"]: one for one in overview(api, "bob")}
    assert rows[first] == {
        "campaign_id": first, "campaign_name": api.get(f"/campaigns/{first}").json()["name"],
        "campaign_lead_map_id": api.row(first, address("bob"))["campaign_lead_map_id"], "lead_status": "COMPLETED",
        "current_sequence_number": 2, "sent_count": 2, "open_count": 1, "click_count": 3, "reply_count": 1,
    }  # fmt: skip
    counts = ("current_sequence_number", "sent_count", "open_count", "click_count", "reply_count")
    assert (rows[second]["lead_status"], [rows[second][name] for name in counts]) == ("STARTED", [0] * 5)
    ok(api.post(f"/campaigns/{first}/sequences", {"sequences": []}))
    assert [overview(api, "bob")[0][name] for name in counts] == [2, 0, 0, 0, 0]
    ok(api.delete(f"/campaigns/{first}"))
    assert [one["campaign_id"] for one in overview(api, "bob")] == [second]


def test_the_steps_of_a_lead_as_it_goes_on(api: Api) -> None:
    """Sent ones with their moment, the next with its own, later ones without."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=steps(0, 1, 2), start=False, **ALWAYS)
    imported = short(api.row(campaign_id, address("bob"))["created_at"])
    assert details(api, campaign_id, "bob") == [
        (1, "DRAFTED", None, imported), (2, "DRAFTED", None, None), (3, "DRAFTED", None, None),
    ]  # fmt: skip
    set_status(api, campaign_id, "START")
    until(api, "02 12:00")
    assert details(api, campaign_id, "bob") == [
        (1, "SENT", "02 09:00", None), (2, "DRAFTED", None, "03 09:00"), (3, "DRAFTED", None, None),
    ]  # fmt: skip
    until(api, "06 00:00")
    assert details(api, campaign_id, "bob", campaignId=campaign_id) == [
        (1, "SENT", "02 09:00", None), (2, "SENT", "03 09:00", None), (3, "SENT", "05 09:00", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (lambda api, path: api.post(f"{path}/unsubscribe"), "STOPPED"),
        (lambda api, path: api.patch(f"{path}/status", {"status": "STOPPED"}), "STOPPED"),
        (lambda api, path: api.patch(f"{path}/status", {"status": "BOUNCED"}), "STOPPED"),
        (lambda api, path: api.patch(f"{path}/status", {"status": "COMPLETED"}), "STOPPED"),
        (lambda api, path: api.post(f"{path}/pause"), "DRAFTED"),
    ],
    ids=["unsubscribed", "stopped", "blocked", "completed", "paused"],
)
def test_steps_that_will_not_come(api: Api, ends: Any, status: str) -> None:
    """The steps of a lead that has finished are stopped; a pause leaves them as drafts without a moment."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=steps(0, 1, 1), **ALWAYS)
    until(api, "02 12:00")
    assert ends(api, of_lead(api, campaign_id, "bob")).status_code == 200
    assert details(api, campaign_id, "bob") == [
        (1, "SENT", "02 09:00", None), (2, status, None, None), (3, status, None, None),
    ]  # fmt: skip


def test_a_manual_step_that_was_passed_sends_nothing_any_more(api: Api) -> None:
    """It is over without a mail."""
    freeze(api)
    campaign_id = launch(api, "bob", sequence=[step(), step(2, 1, seq_type="MANUAL"), step(3, 1)], **ALWAYS)
    until(api, "03 12:00")
    assert details(api, campaign_id, "bob") == [
        (1, "SENT", "02 09:00", None), (2, "STOPPED", None, None), (3, "DRAFTED", None, "04 09:00"),
    ]  # fmt: skip


def test_leads_and_rows_must_exist(api: Api) -> None:
    """The overview takes the id of a lead; the steps that of a row, in the campaign that is named if one is."""
    freeze(api)
    campaign_id, other = launch(api, "bob", start=False), api.campaign()
    map_id = api.row(campaign_id, address("bob"))["campaign_lead_map_id"]
    for path, query in (
        (f"/leads/{UNKNOWN}/campaign-overview", {}), (f"/leads/{UNKNOWN}/sequence-details", {}),
        (f"/leads/{map_id}/sequence-details", {"campaignId": other}),
        (f"/leads/{map_id}/sequence-details", {"campaignId": UNKNOWN}),
    ):  # fmt: skip
        assert api.get(path, params=query).status_code == 404

"""Recipients: simulator addresses and their delays, rates, and what a test makes them do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api

BEGIN = "2026-03-02T09:00:00Z"
BODY = '<p>Hi, see <a href="https://a.example/1">one</a> and <a href="https://a.example/2">two</a></p>'
EVENTS = ("opened", "clicked", "replied", "bounced", "unsubscribed", "out_of_office", "categorised")
#: word -> (minutes after the mail, what happens then, status of a lead with a step to come)
WORDS: dict[str, tuple[int, dict[str, int], str]] = {
    "open": (10, {"opened": 1}, "INPROGRESS"),
    "click": (12, {"clicked": 1}, "INPROGRESS"),
    "reply": (60, {"replied": 1, "stopped": 1}, "STOPPED"),
    "reply-interested": (60, {"replied": 1, "categorised": 1, "stopped": 1}, "STOPPED"),
    "reply-not-interested": (60, {"replied": 1, "categorised": 1, "stopped": 1}, "STOPPED"),
    "colleague-reply": (60, {"replied": 1, "stopped": 1}, "STOPPED"),
    "forward-reply": (60, {"replied": 1, "stopped": 1}, "STOPPED"),
    "unknown-reply": (60, {"replied": 1, "stopped": 1}, "STOPPED"),
    "ooo": (2, {"out_of_office": 1, "replied": 1, "stopped": 1}, "STOPPED"),
    "bounce": (1, {"bounced": 1}, "BLOCKED"),
    "soft-bounce": (1, {"bounced": 1}, "INPROGRESS"),
    "unsubscribe": (30, {"unsubscribed": 1}, "PAUSED"),
}


def world(api: Api, *leads: str, **settings: Any) -> int:
    """A running campaign with two steps, three days apart; one mail every three minutes from 09:00 UTC."""
    api.control("PUT", "/clock", {"mode": "frozen", "now": BEGIN})
    campaign_id = api.campaign()
    schedule = {"timezone": "UTC", "days_of_the_week": list(range(7)), "start_hour": "09:00", "end_hour": "17:00"}
    steps = [
        {
            "seq_number": number,
            "seq_delay_details": {"delay_in_days": delay},
            "subject": f"S{number}",
            "email_body": BODY,
        }
        for number, delay in ((1, 0), (2, 3))
    ]
    for path, body in (
        ("schedule", {**schedule, "min_time_btw_emails": 3}), ("sequences", {"sequences": steps}),
        ("settings", settings), ("email-accounts", {"email_account_ids": [api.account()]}),
    ):  # fmt: skip
        assert api.post(f"/campaigns/{campaign_id}/{path}", body).status_code == 200
    assert not leads or api.add(campaign_id, *leads)["total_leads"] == len(leads)
    assert api.post(f"/campaigns/{campaign_id}/status", {"status": "START"}).status_code == 200
    return campaign_id


def advance(api: Api, **move: Any) -> dict[str, int]:
    """Move the clock; what happened."""
    answer = api.control("POST", "/clock/advance", move)
    assert answer.status_code == 200, answer.text
    events: dict[str, int] = answer.json()["events"]
    return events


def react(api: Api, campaign_id: int | None, email: str | None, kind: str, **details: Any) -> Any:
    """`POST /_mock/events`."""
    given = {"type": kind, "campaign_id": campaign_id, "email": email, **details}
    return api.control("POST", "/events", {name: value for name, value in given.items() if value is not None})


def messages(api: Api, **filters: Any) -> list[dict[str, Any]]:
    """`GET /_mock/messages`."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    found: list[dict[str, Any]] = api.control("GET", f"/messages?{query}").json()
    return found


def events(api: Api, **filters: Any) -> list[dict[str, Any]]:
    """`GET /_mock/events`."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    found: list[dict[str, Any]] = api.control("GET", f"/events?{query}").json()
    return found


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("domain", ["simulator.test", "mail.simulator.test"])
def test_a_simulator_address_does_its_one_thing_when_it_is_time(api: Api, word: str, domain: str) -> None:
    """Nothing a second before, its one thing at the moment, and nothing else that day; the same for the next mail."""
    email = f"{word}+label@{domain}"
    campaign_id = world(api, email)
    minutes, expected, status = WORDS[word]
    assert advance(api, seconds=minutes * 60 - 1) == {"sent": 1}
    finished = {} if status == "INPROGRESS" else {"campaign_status_changed": 1}
    assert advance(api, seconds=1) == {**expected, **finished}
    assert advance(api, hours=20) == {}
    assert api.row(campaign_id, email)["status"] == status
    again = {"sent": 1, "completed": 1, "campaign_status_changed": 1, **expected} if status == "INPROGRESS" else {}
    assert advance(api, days=3) == again


@pytest.mark.parametrize(
    ("label", "minutes"), [("after-2d", 2880), ("after-90m", 90), ("x.after-3h", 180), ("after-0m", 0)]
)
def test_a_label_replaces_the_delay(api: Api, label: str, minutes: int) -> None:
    """`reply+after-2d@simulator.test` answers after two days."""
    world(api, f"reply+{label}@simulator.test")
    advance(api, days=3)
    [sent], [reply] = messages(api, type="SENT"), messages(api, type="REPLY")
    assert sent["at"] == "2026-03-02T09:00:00.000Z"
    hours, rest = divmod(9 * 60 + minutes, 60)
    assert reply["at"] == f"2026-03-0{2 + hours // 24}T{hours % 24:02d}:{rest:02d}:00.000Z"


@pytest.mark.parametrize(
    "email", ["silent@simulator.test", "dance@simulator.test", "reply@example.com", "reply@notsimulator.test"]
)
def test_nobody_else_does_anything(api: Api, email: str) -> None:
    """`silent`, an unknown word, and an address at another domain: only the two mails go out."""
    world(api, email)
    assert advance(api, days=10) == {"sent": 2, "completed": 1, "campaign_status_changed": 1}


def test_who_answers(api: Api) -> None:
    """The lead itself, a colleague, somebody elsewhere, and somebody who cannot be told (S4: leadCorrespondence)."""
    words = ("reply", "colleague-reply", "forward-reply", "unknown-reply")
    world(api, *(f"{word}@simulator.test" for word in words))
    advance(api, days=1)
    answers = {mail["answers"]: mail for mail in messages(api, type="REPLY")}
    told = [(answers[mail["id"]]["from"], answers[mail["id"]]["company"]) for mail in messages(api, type="SENT")]
    assert told == [
        ("reply@simulator.test", "SameCompany"), ("colleague@simulator.test", "SameCompany"),
        ("partner@other-company.test", "DifferentCompany"), ("unknown-reply@simulator.test", "Unknown"),
    ]  # fmt: skip
    assert {mail["to"] for mail in answers.values()} == {"ann@sender.example"}


def test_a_category_comes_after_the_reply_at_the_same_moment(api: Api) -> None:
    """EMAIL_REPLY, then LEAD_CATEGORY_UPDATED, then the stop."""
    campaign_id = world(api, "reply-interested@simulator.test", "reply-not-interested@simulator.test")
    advance(api, days=1)
    ledger = [(one["type"], one["at"][11:16]) for one in events(api) if one["at"] >= "2026-03-02T10"]
    each = ("EMAIL_REPLY", "LEAD_CATEGORY_UPDATED", "LEAD_STOPPED")
    expected = [(kind, at) for at in ("10:00", "10:03") for kind in each]
    assert ledger == [*expected, ("CAMPAIGN_STATUS_CHANGED", "10:03")]
    assert [row["lead_category_id"] for row in api.rows(campaign_id)] == [1, 3]


def test_rates_draw_for_each_mail_by_seed_and_name_alone(api: Api, other: Api) -> None:
    """Two workspaces with one seed see the same; the shares are near the rates; nobody who bounces reads."""
    leads = [f"lead{n}@example.com" for n in range(300)]
    rates = {"open": 0.5, "click": 0.25, "reply": 0.2, "bounce": 0.1, "unsubscribe": 0.1, "ooo": 0.1}
    told = []
    for one in (api, other):
        world(one)
        one.control("PUT", "/settings", {"recipients": rates})
        schedule = {"timezone": "UTC", "days_of_the_week": [1, 2, 3], "start_hour": "00:00", "end_hour": "23:59"}
        one.post("/campaigns/1001/schedule", {**schedule, "min_time_btw_emails": 3, "max_new_leads_per_day": 1000})
        one.post("/email-accounts/1001", {"max_email_per_day": 1000})
        one.add(1001, *leads)
        advance(one, days=1)
        told.append([(event["type"], event["lead_id"], event["at"]) for event in events(one, limit=1000)])
    assert told[0] == told[1]
    sent = [mail for mail in messages(api, type="SENT", limit=1000) if mail["step"] == 1]
    assert len(sent) == 300
    read = [mail for mail in sent if mail["bounce_type"] is None]
    assert 15 <= 300 - len(read) <= 50
    assert all(
        not (mail["open_count"] or mail["click_count"] or mail["reply_count"]) for mail in sent if mail["bounce_type"]
    )
    assert 0.4 <= sum(mail["open_count"] for mail in read) / len(read) <= 0.6
    assert 0.15 <= sum(mail["click_count"] for mail in read) / len(read) <= 0.35


def test_settings_of_recipients_change_one_by_one(api: Api) -> None:
    """What is left out stays; a rate is between 0 and 1."""
    assert api.control("PUT", "/settings", {"recipients": {"open": 0.5}}).json()["recipients"]["open"] == 0.5
    changed = api.control("PUT", "/settings", {"recipients": {"reply": 1}}).json()["recipients"]
    assert changed == {"open": 0.5, "click": 0, "reply": 1, "bounce": 0, "unsubscribe": 0, "ooo": 0}
    for wrong in ({"open": 1.1}, {"open": -0.1}, {"sleep": 1}, {"open": None}, None):
        assert api.control("PUT", "/settings", {"recipients": wrong}).status_code == 422
    assert api.control("GET", "/settings").json()["recipients"] == changed


def test_a_test_makes_recipients_react(api: Api) -> None:
    """Each reaction is on the mail of a step, at once, and has the effects that a simulated one has."""
    email = "ana@example.com"
    campaign_id = world(api, email, stop_lead_settings="CLICK_ON_A_LINK")
    advance(api, days=4)
    assert react(api, campaign_id, email, "open").json()["events"] == {"opened": 1}
    assert react(api, campaign_id, " Ana@Example.com ", "open", step=1).json()["events"] == {"opened": 1}
    assert react(api, campaign_id, email, "open", step=1).json()["events"] == {"opened": 1}
    first, second = messages(api, type="SENT")
    assert (first["open_count"], second["open_count"]) == (2, 1)
    assert [one["data"]["first"] for one in events(api, type="opened")] == [True, True, False]
    for link in (None, "https://a.example/2", "https://a.example/2"):
        react(api, campaign_id, email, "click", step=1, link=link)
    first = messages(api, type="SENT")[0]
    assert (first["click_count"], first["clicked_links"]) == (3, ["https://a.example/1", "https://a.example/2"])
    answer = react(api, campaign_id, email, "reply", subject="Re: yes", body="<p>Yes</p>", category="meeting request")
    assert answer.json()["events"] == {"replied": 1, "categorised": 1}
    [reply] = messages(api, type="REPLY")
    expected = {"from": email, "subject": "Re: yes", "body": "<p>Yes</p>", "category_id": 2, "answers": second["id"]}
    assert expected.items() <= reply.items()
    assert reply["stats_id"] == second["stats_id"] != first["stats_id"]
    assert react(api, campaign_id, email, "unsubscribe").json()["events"] == {"unsubscribed": 1}
    assert react(api, campaign_id, email, "silent").json()["events"] == {}
    assert react(api, campaign_id, email, "bounce", step=1).json()["events"] == {"bounced": 1}
    assert api.row(campaign_id, email)["status"] == "BLOCKED"
    assert messages(api, type="BOUNCE")[0]["answers"] == first["id"]


@pytest.mark.parametrize(("body", "link"), [
    ("See https://a.example/plain", "https://a.example/plain"), (BODY, "https://a.example/1"),
    ("<p>No link</p>", "https://link.simulator.test/"),
])  # fmt: skip
def test_a_click_takes_the_first_link_of_the_text(api: Api, body: str, link: str) -> None:
    """Not the unsubscribe link that the campaign adds; one of the simulator's where the mail has none."""
    campaign_id = world(api, unsubscribe_text="No more mails")
    api.post(f"/campaigns/{campaign_id}/status", {"status": "PAUSED"})
    step = {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "S", "email_body": body}
    api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": [step]})
    api.add(campaign_id, "click@simulator.test")
    api.post(f"/campaigns/{campaign_id}/status", {"status": "START"})
    advance(api, hours=1)
    [mail] = messages(api)
    assert mail["clicked_links"] == [link]
    assert mail["body"].endswith(
        f'<p><a href="https://unsubscribe.simulator.test/{mail["stats_id"]}">No more mails</a></p>'
    )


def test_a_reply_can_be_raw_mime(api: Api) -> None:
    """Headers and body are read; a field of the request wins."""
    campaign_id = world(api, "ana@example.com")
    advance(api, hours=1)
    raw = (
        "From: Bob Stone <Bob@Partner.Example>\r\nTo: ann@sender.example\r\n"
        "Cc: Cy <cy@partner.example>, di@x.example\r\n"
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <q1@partner.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n'
        "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>html</p>\r\n--b--\r\n"
    )
    assert react(api, campaign_id, "ana@example.com", "reply", raw=raw).status_code == 200
    [reply] = messages(api, type="REPLY")
    assert (reply["from"], reply["cc"]) == ("bob@partner.example", ["cy@partner.example", "di@x.example"])
    assert (reply["subject"], reply["body"], reply["message_id"]) == ("Grüße", "<p>html</p>", "<q1@partner.example>")
    assert reply["company"] == "DifferentCompany"
    react(api, campaign_id, "ana@example.com", "reply", raw=raw, subject="mine", **{"from": "ana@example.com"})
    assert (messages(api, type="REPLY")[1]["subject"], messages(api, type="REPLY")[1]["company"]) == (
        "mine",
        "SameCompany",
    )


def test_an_untracked_reply_belongs_to_no_mail(api: Api) -> None:
    """It lies in the mailbox and in the ledger, and changes no lead."""
    campaign_id = world(api, "ana@example.com")
    advance(api, hours=1)
    before = api.rows(campaign_id)
    sent = {"to": "ANN@sender.example", "from": "stranger@else.example", "subject": "Hello", "body": "Who are you?"}
    assert react(api, None, None, "untracked", **sent).json()["events"] == {"untracked": 1}
    [mail] = messages(api, type="UNTRACKED")
    expected = {"from": "stranger@else.example", "to": "ann@sender.example", "campaign_id": None, "subject": "Hello"}
    assert expected.items() <= mail.items()
    assert api.rows(campaign_id) == before
    assert api.control("GET", "/state").json()["tables"]["message"] == 2


BAD: list[tuple[int, dict[str, Any]]] = [
    (404, {"campaign_id": 999}),
    (404, {"email": "nobody@example.com"}),
    (409, {"step": 2}),
    (409, {"email": "late@example.com"}),
    (409, {"type": "reply", "to": "other@sender.example"}),
    (422, {"type": "dance"}),
    (422, {"type": "untracked"}),
    (422, {"type": "untracked", "campaign_id": None, "email": None, "to": "ann@sender.example"}),
    (404, {"type": "untracked", "campaign_id": None, "email": None, "to": "x@y.example", "from": "a@b.example"}),
    (422, {"campaign_id": None}),
    (422, {"email": None}),
    (422, {"campaign_id": "1001"}),
    (422, {"campaign_id": 0}),
    (422, {"step": 0}),
    (422, {"body": "an open brings no mail"}),
    (422, {"type": "reply", "link": "https://a.example"}),
    (422, {"type": "reply", "from": "no address"}),
    (422, {"type": "reply", "category": 99}),
    (422, {"type": "reply", "category": "Bored"}),
    (422, {"type": "reply", "raw": "Content-Type: text/plain; charset=klingon\n\n\xff"}),
    (422, {"colour": "blue"}),
]


@pytest.mark.parametrize(("status", "change"), BAD, ids=lambda value: str(value)[:60])
def test_what_cannot_happen_is_refused_with_the_reason(api: Api, status: int, change: dict[str, Any]) -> None:
    """Unknown campaigns, leads, types, an unsent step, fields that do not belong: 4xx, and nothing has changed."""
    campaign_id = world(api, "ana@example.com", "late@example.com")
    advance(api, minutes=1)
    before = messages(api), events(api), api.rows(campaign_id)
    body = {"campaign_id": campaign_id, "email": "ana@example.com", "type": "open", **change}
    answer = api.control("POST", "/events", {name: value for name, value in body.items() if value is not None})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    assert (messages(api), events(api), api.rows(campaign_id)) == before


def test_nobody_has_a_mail_that_bounced_hard(api: Api) -> None:
    """Neither opens nor replies."""
    campaign_id = world(api, "bounce@simulator.test")
    advance(api, hours=1)
    for kind in ("open", "click", "reply", "unsubscribe", "bounce"):
        assert react(api, campaign_id, "bounce@simulator.test", kind).status_code == 409


@pytest.mark.parametrize(("setting", "kind"), [
    ({"track_settings": ["DONT_TRACK_EMAIL_OPEN"]}, "open"), ({"send_as_plain_text": True}, "open"),
    ({"track_settings": ["DONT_TRACK_LINK_CLICK"]}, "click"), ({"force_plain_text": True}, "click"),
    ({"track_settings": ["DONT_TRACK_REPLY_TO_AN_EMAIL"]}, "reply"),
])  # fmt: skip
def test_what_is_not_tracked_does_not_happen(api: Api, setting: dict[str, Any], kind: str) -> None:
    """No simulator address does it, and a test is told why it cannot."""
    campaign_id = world(api, f"{kind}@simulator.test", **setting)
    assert advance(api, days=1) == {"sent": 1}
    answer = react(api, campaign_id, f"{kind}@simulator.test", kind)
    assert (answer.status_code, "track" in answer.json()["detail"]) == (409, True)


def test_workspaces_do_not_see_each_others_mails(api: Api, other: Api) -> None:
    """The ledger, the messages and reactions are the workspace's own."""
    campaign_id = world(api, "ana@example.com")
    advance(api, hours=1)
    world(other)
    assert messages(other) == []
    assert [one["type"] for one in events(other)] == ["CAMPAIGN_STATUS_CHANGED"]
    assert react(other, campaign_id, "ana@example.com", "open").status_code == 404
    assert messages(api)[0]["open_count"] == 0


def test_ledger_and_messages_are_paged_and_filtered(api: Api) -> None:
    """By id above `after`, at most `limit`; by campaign, type and the lead's address."""
    campaign_id = world(api, *(f"open+{n}@simulator.test" for n in range(5)))
    advance(api, days=1)
    ids = [mail["id"] for mail in messages(api)]
    assert ids == sorted(ids)
    assert len(ids) == 5
    assert [mail["id"] for mail in messages(api, after=ids[1], limit=2)] == ids[2:4]
    assert [mail["to"] for mail in messages(api, email="open%2B3@simulator.test")] == ["open+3@simulator.test"]
    assert messages(api, campaign_id=campaign_id + 1) == []
    assert len(events(api, type="opened")) == len(events(api, type="EMAIL_OPEN")) == 5
    assert len(events(api, campaign_id=campaign_id, limit=3)) == 3
    assert events(api, after=events(api)[-1]["id"]) == []
    for wrong in ("limit=0", "limit=1001", "after=-1", "campaign=1", "after=x"):
        assert api.control("GET", f"/messages?{wrong}").status_code == 422

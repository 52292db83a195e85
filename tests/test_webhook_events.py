"""What the world tells its webhooks: every cause, the payload as the document has it, and the control of deliveries."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mock_server.control import webhook_api
from mock_server.control.webhook_models import AttemptShown
from mock_server.state.database import Session
from tests.conftest import Api
from tests.sending import equip, freeze, launch, ok, react, set_status, step, steps, until
from tests.servers import run, server
from tests.test_webhook_document import problems
from tests.webhooks import EVENTS

INBOX = "http://inbox.simulator.test/hook"
FIRST = 3_000_000_001


class Receiver:
    """Takes everything; it lives longer than a server that is killed."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.bodies: list[dict[str, Any]] = []
        self.came = threading.Condition()

    def take(self, body: bytes) -> None:
        """Keep a body."""
        with self.came:
            self.bodies.append(json.loads(body))
            self.came.notify_all()

    def wait_for(self, count: int) -> None:
        """Until so many have come."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.bodies) >= count, timeout=60)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver in threads of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            receiver.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        receiver = Receiver(listening.server_port)
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield receiver
        listening.shutdown()


def hook(api: Api, *event_types: str, url: str = INBOX, **more: Any) -> int:
    """A webhook of the whole account."""
    body = {"webhook_url": url, "association_type": "user", "name": "all", **more}
    event_map = dict.fromkeys(event_types or EVENTS, True)
    webhook_id: int = ok(api.post("/webhook/create", {**body, "event_type_map": event_map, "force_create": True}))["id"]
    return webhook_id


def told(api: Api, **filters: Any) -> list[dict[str, Any]]:
    """The payloads in the inbox, once all that is due was delivered."""
    ok(api.control("POST", "/webhooks/flush"))
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return [one["body"] for one in ok(api.control("GET", f"/webhooks/inbox?{query}"))]


def everything_happens(api: Api) -> int:
    """A campaign in which each kind of event occurs."""
    freeze(api)
    hook(api)
    words = ("reply-interested", "bounce", "soft-bounce", "open", "click", "unsubscribe", "ooo", "colleague-reply")
    sequence = [*steps(0, 2), step(3, 1, seq_type="MANUAL")]
    campaign_id = launch(api, *(f"{word}@simulator.test" for word in words), sequence=sequence)
    until(api, "06 00:00")
    stray = {"from": "pat@other.example", "to": f"box{campaign_id}@sender.example", "subject": "Hi", "body": "Who?"}
    ok(api.control("POST", "/events", {"type": "untracked", **stray}))
    return campaign_id


def test_every_event_is_told_as_the_document_says(api: Api) -> None:
    """As many as the ledger has, field by field; opens and clicks once per mail and link."""
    everything_happens(api)
    bodies = told(api)
    assert {body["event_type"] for body in bodies} == set(EVENTS)
    assert [problems(body["event_type"], body) for body in bodies] == [[]] * len(bodies)
    ledger = Counter(one["type"] for one in ok(api.control("GET", "/events?limit=1000")))
    counts = Counter(body["event_type"] for body in bodies)
    assert counts["FIRST_EMAIL_SENT"] == 8
    assert all(counts[kind] == ledger[kind] for kind in set(EVENTS) - {"FIRST_EMAIL_SENT"})


def test_a_reply_is_told_field_by_field(api: Api) -> None:
    """The mailbox is the sender, also of a reply (S4); the mail it answers, the answer, and who answered."""
    freeze(api)
    webhook_id = hook(api, "EMAIL_REPLY")
    campaign_id = launch(api, "a", sequence=[step(1, subject="Hello {{email}}", email_body="<p>Hi</p>")])
    until(api, "02 10:00")
    react(api, campaign_id, "a", "reply", subject="Re: yes", body="<p>Tell me more</p>", **{"from": "bob@else.example"})
    [body] = told(api)
    [sent, reply] = ok(api.control("GET", "/messages"))
    expected = {
        "event_type": "EMAIL_REPLY", "webhook_id": webhook_id, "webhook_name": "all", "webhook_url": INBOX,
        "campaign_id": campaign_id, "campaign_status": "COMPLETED", "client_id": None, "sequence_number": 1,
        "stats_id": sent["stats_id"], "sl_email_lead_id": str(FIRST), "sl_email_lead_map_id": FIRST,
        "from_email": sent["from"], "to_email": sent["to"], "sl_lead_email": sent["to"], "subject": sent["subject"],
        "event_timestamp": "2026-03-02T10:00:00.000+00:00", "time_replied": "2026-03-02T10:00:00.000+00:00",
        "reply_body": "<p>Tell me more</p>", "preview_text": "Tell me more\n", "message_id": reply["message_id"],
        "reply_category": None, "cc_emails": [], "sent_message_body": "<p>Hi</p>",
        "app_url": f"https://app.smartlead.ai/app/master-inbox?leadMap={FIRST}",
    }  # fmt: skip
    assert expected.items() <= body.items()
    assert body["leadCorrespondence"] == {
        "targetLeadEmail": sent["to"], "replyReceivedFrom": "bob@else.example",
        "repliedCompanyDomain": "DifferentCompany",
    }  # fmt: skip
    assert (body["sent_message"]["text"], body["sent_message"]["time"]) == ("Hi", "2026-03-02T09:00:00.000+00:00")
    assert body["reply_message"]["html"] == "<p>Tell me more</p>"


def test_a_request_that_is_refused_tells_nothing(api: Api) -> None:
    """A delivery is part of the change: rolled back together, also for a batch of which one is refused."""
    freeze(api)
    campaign_id = launch(api, "a", "b")
    hook(api)
    until(api, "02 12:00")
    told(api)
    before = len(ok(api.control("GET", "/webhooks/deliveries")))
    path = f"/campaigns/{campaign_id}/leads"
    assert api.post(f"{path}/{FIRST}/category", {"category_id": 99}).status_code == 400
    assert api.post(f"/campaigns/{campaign_id}/status", {"status": "STOPPED"}).status_code == 400
    assert len(ok(api.control("GET", "/webhooks/deliveries"))) == before
    ok(api.post(f"{path}/{FIRST}/category", {"category_id": 1}))
    assert told(api, event_type="LEAD_CATEGORY_UPDATED")[-1]["lead_category"]["new_name"] == "Interested"


def test_categories_filter_and_lower_levels_are_silenced(api: Api) -> None:
    """A campaign's webhook hears of its categories; a user-level one for the same event silences it."""
    freeze(api)
    campaign_id = launch(api, "a", "b")
    until(api, "02 12:00")
    own = {"name": "own", "webhook_url": "http://inbox.simulator.test/own", "categories": ["Interested"],
           "event_types": ["LEAD_CATEGORY_UPDATED"]}  # fmt: skip
    ok(api.post(f"/campaigns/{campaign_id}/webhooks", own))
    for category_id in (3, 1):
        ok(api.post(f"/campaigns/{campaign_id}/leads/{FIRST}/category", {"category_id": category_id}))
    assert [body["category"] for body in told(api)] == ["Interested"]
    hook(api, "LEAD_CATEGORY_UPDATED")
    ok(api.post(f"/campaigns/{campaign_id}/leads/{FIRST + 1}/category", {"category_id": 1}))
    assert [body["webhook_name"] for body in told(api)] == ["own", "all"]


def test_a_filter_does_not_let_lower_levels_through(api: Api) -> None:
    """The level is chosen per event type (R), so a category that the user's webhook does not take is told to nobody."""
    freeze(api)
    campaign_id = launch(api, "a")
    until(api, "02 12:00")
    hook(api, "LEAD_CATEGORY_UPDATED", association_type="campaign", email_campaign_id=campaign_id)
    hook(api, "LEAD_CATEGORY_UPDATED", category_id=1)
    for category_id in (3, 1):
        ok(api.post(f"/campaigns/{campaign_id}/leads/{FIRST}/category", {"category_id": category_id}))
    assert [body["category"] for body in told(api)] == ["Interested"]


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ({"from": "Pat Person <Pat@other.example>"}, "Pat Person <pat@other.example>"),
        ({"from": "pat@other.example"}, "pat@other.example"),
        ({"from": '"Person, Pat" <pat@other.example>'}, "Person, Pat <pat@other.example>"),
        ({"raw": "From: =?utf-8?q?P=C3=A4t?= <pat@other.example>\nSubject: Hi\n\nWho?"}, "Pät <pat@other.example>"),
        ({"raw": "From: Pat <p@other.example>\n\nWho?", "from": "Ann <ann@other.example>"}, "Ann <ann@other.example>"),
    ],
)  # fmt: skip
def test_an_untracked_reply_shows_who_wrote(api: Api, sender: dict[str, str], shown: str) -> None:
    """Name and address, as far as the mail has them; the address alone is what counts elsewhere."""
    hook(api, "UNTRACKED_REPLIES")
    api.account("ann@sender.example")
    ok(api.control("POST", "/events", {"type": "untracked", "to": "ann@sender.example", **sender}))
    (body,) = told(api)
    assert (body["sender_detail"], body["recipient_detail"]) == (shown, "Ann <ann@sender.example>")
    (mail,) = ok(api.control("GET", "/messages"))
    assert f"{mail['from_name']} <{mail['from']}>" in (shown, f"None <{shown}>")


@pytest.mark.parametrize("sender", ["Pat <pat>", "<>", "Pat <>", "pat@other.example <", "Pat"])
def test_who_has_no_address_writes_nothing(api: Api, sender: str) -> None:
    """A name alone is none."""
    api.account("ann@sender.example")
    given = {"type": "untracked", "to": "ann@sender.example", "from": sender}
    assert api.control("POST", "/events", given).status_code == 422
    assert ok(api.control("GET", "/messages")) == []


def test_an_untracked_reply_is_told_to_the_client_of_the_mailbox(api: Api) -> None:
    """It belongs to no campaign, so the mailbox says whose it is; other clients hear nothing."""
    ours, theirs = (
        hook(api, "UNTRACKED_REPLIES", association_type="client", client_id=client_id) for client_id in (22, 23)
    )
    for name, client_id in (("ours", 22), ("theirs", 23), ("nobody", None)):
        api.account(f"{name}@sender.example", **({} if client_id is None else {"client_id": client_id}))
        given = {"type": "untracked", "to": f"{name}@sender.example", "from": "pat@other.example"}
        ok(api.control("POST", "/events", given))
    ok(api.control("POST", "/webhooks/flush"))
    captured = {one["body"]["webhook_id"]: one["body"] for one in ok(api.control("GET", "/webhooks/inbox"))}
    assert {one: body["recipient_detail"] for one, body in captured.items()} == {
        ours: "Ann <ours@sender.example>", theirs: "Ann <theirs@sender.example>",
    }  # fmt: skip


def test_deliveries_are_looked_for_beside_requests(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that no row fits reads them all, so that this must not be done where requests are answered."""
    threads: list[int] = []
    attempts = webhook_api._attempts

    def noted(db: Session, ids: list[int]) -> dict[int, list[AttemptShown]]:
        threads.append(threading.get_ident())
        return attempts(db, ids)

    monkeypatch.setattr(webhook_api, "_attempts", noted)
    api.campaign()
    assert ok(api.control("GET", "/webhooks/deliveries?state=queued")) == []
    assert api.client.portal is not None
    assert len(threads) == 1
    assert threads != [api.client.portal.call(threading.get_ident)]


def test_whoever_resets_a_workspace_ends_its_deliveries(api: Api) -> None:
    """Also a scenario that cannot be told to its end: a pause and an inbox do not outlive the rows."""
    hook(api, "CAMPAIGN_STATUS_CHANGED")
    launch(api, "a")
    assert told(api)
    ok(api.control("POST", "/webhooks/pause"))
    world = api.client.app.state.world  # type: ignore[attr-defined]
    assert api.client.portal is not None
    api.client.portal.call(lambda: world.reset(world.workspaces.get(api.key)))
    assert ok(api.control("GET", "/webhooks/inbox")) == []
    hook(api, "CAMPAIGN_STATUS_CHANGED")
    launch(api, "a")
    assert ok(api.control("GET", "/webhooks/inbox?within=20"))


def test_the_api_tells_of_its_changes(api: Api) -> None:
    """Unsubscribes, statuses and categories that are set through the API fire their events (DESIGN §7)."""
    freeze(api)
    hook(api)
    campaign_id = launch(api, "a", "b", sequence=steps(0, 9))
    until(api, "02 12:00")
    ok(api.post(f"/campaigns/{campaign_id}/leads/{FIRST}/unsubscribe"))
    ok(api.post(f"/leads/{FIRST + 1}/unsubscribe"))
    set_status(api, campaign_id, "PAUSED")
    counts = Counter(body["event_type"] for body in told(api))
    assert (counts["LEAD_UNSUBSCRIBED"], counts["CAMPAIGN_STATUS_CHANGED"]) == (2, 2)


def test_deliveries_wait_while_paused_and_can_be_disturbed(api: Api) -> None:
    """Pause, resume, flush; a duplicate comes twice under one id; nothing that is no disturbance is taken."""
    freeze(api)
    hook(api, "EMAIL_SENT")
    assert ok(api.control("POST", "/webhooks/pause")) == {"paused": True}
    equip(api, api.campaign(), "a", "b")
    until(api, "02 12:00")
    assert ok(api.control("GET", "/webhooks/inbox")) == []
    queued = ok(api.control("GET", "/webhooks/deliveries?state=queued"))
    assert [one["attempts"] for one in queued] == [[], []]
    ok(api.control("PUT", "/webhooks/disturbance", {"kind": "duplicate", "times": 1}))
    assert ok(api.control("POST", "/webhooks/flush"))["outcomes"]["successful"] == 2
    ids = [one["headers"]["X-Request-Id"] for one in ok(api.control("GET", "/webhooks/inbox"))]
    assert sorted(Counter(ids).values()) == [1, 2]
    assert ok(api.control("POST", "/webhooks/resume")) == {"paused": False}
    for wrong in ({"kind": "delay"}, {"kind": "teleport"}, {}, {"kind": "drop", "times": 0},
                  {"kind": "drop", "event_type": "EMAIL_OPENED"}):  # fmt: skip
        assert api.control("PUT", "/webhooks/disturbance", wrong).status_code == 422
    assert ok(api.control("PUT", "/webhooks/disturbance", {"kind": None}))["kind"] is None


def test_what_waits_for_a_deleted_webhook_is_never_sent(api: Api) -> None:
    """Neither what is queued nor what waits for its next attempt: it ends as failed, and says why."""
    freeze(api)
    deaf, quiet = hook(api, "EMAIL_SENT", url="http://127.0.0.1:9/"), hook(api, "LEAD_UNSUBSCRIBED")
    campaign_id = launch(api, "a")
    until(api, "02 12:00")
    ok(api.control("POST", "/webhooks/flush"))
    ok(api.control("POST", "/webhooks/pause"))
    ok(api.post(f"/campaigns/{campaign_id}/leads/{FIRST}/unsubscribe"))
    states = [one["state"] for one in ok(api.control("GET", "/webhooks/deliveries"))]
    assert states == ["scheduled_for_retry", "queued"]
    for webhook_id in (deaf, quiet):
        ok(api.delete("/webhook/delete", {"id": webhook_id}))
    ok(api.control("POST", "/clock/advance", {"minutes": 1}))
    ok(api.control("POST", "/webhooks/flush"))
    for one in ok(api.control("GET", "/webhooks/deliveries")):
        assert one["state"] == "failed"
        assert one["attempts"][-1]["error"] == "its webhook was deleted: nothing was sent"
    assert ok(api.control("GET", "/webhooks/inbox")) == []


def test_a_deleted_campaign_ends_its_own_webhooks_only(api: Api) -> None:
    """What was queued for them is not sent any more; the account's webhooks are still told what had happened."""
    freeze(api)
    ok(api.control("POST", "/webhooks/pause"))
    campaign_id = api.campaign()
    hook(api, "EMAIL_SENT", association_type="campaign", email_campaign_id=campaign_id)
    hook(api, "LEAD_UNSUBSCRIBED")
    equip(api, campaign_id, "a")
    until(api, "02 12:00")
    ok(api.post(f"/campaigns/{campaign_id}/leads/{FIRST}/unsubscribe"))
    ok(api.delete(f"/campaigns/{campaign_id}"))
    assert [one["event_type"] for one in told(api)] == ["LEAD_UNSUBSCRIBED"]
    states = [(one["event_type"], one["state"]) for one in ok(api.control("GET", "/webhooks/deliveries"))]
    assert states == [("EMAIL_SENT", "failed"), ("LEAD_UNSUBSCRIBED", "successful")]


@pytest.mark.parametrize("query", ["within=301", "after=-1", "kind=x"])
def test_a_typo_is_no_filter_of_the_inbox(api: Api, query: str) -> None:
    """Unknown or impossible parameters are refused."""
    assert api.control("GET", f"/webhooks/inbox?{query}").status_code == 422


def test_queued_deliveries_survive_kill_9(tmp_path: Path) -> None:
    """1 000 deliveries are queued, some are made, the server is killed: after a restart each arrives at least once."""
    store = str(tmp_path / "hooks.db")
    with receiving() as receiver:
        with server("--db", store) as running, running.api("any") as api:
            freeze(api)
            hook(api, "EMAIL_SENT", url=receiver.url)
            ok(api.control("POST", "/webhooks/pause"))
            always: dict[str, Any] = {
                "days_of_the_week": [0, 1, 2, 3, 4, 5, 6],
                "start_hour": "00:00",
                "end_hour": "23:59",
            }
            boxes = [api.account(f"box{n}@sender.example", max_email_per_day=1000) for n in range(10)]
            names = [f"lead{n}" for n in range(1000)]
            for part in range(0, 1000, 250):
                own = api.campaign()
                limits: dict[str, Any] = {"max_new_leads_per_day": 1000, "min_time_btw_emails": 3}
                equip(api, own, *names[part : part + 250], boxes=boxes, **always, **limits)
            until(api, "04 00:00")
            wanted = {one["id"] for one in ok(api.control("GET", "/webhooks/deliveries?limit=1000"))}
            assert len(wanted) == 1000
            ok(api.control("POST", "/webhooks/resume"))
            receiver.wait_for(100)
            running.kill()
        with server("--db", store) as running, running.api("any") as api:
            ok(api.control("POST", "/webhooks/flush"))
            states = Counter(one["state"] for one in ok(api.control("GET", "/webhooks/deliveries?limit=1000")))
            assert states == {"successful": 1000}
            running.kill()
        assert len({body["message_id"] for body in receiver.bodies}) == 1000
    assert run("doctor", "--db", store).returncode == 0

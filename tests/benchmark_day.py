"""The benchmark of a day in which 100 000 mails are really sent; run by `make bench`."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Running(Protocol):
    """The server, as tests.benchmark runs it."""

    port: int

    def memory(self) -> int:
        """Resident megabytes."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the API."""

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control API."""


def one_day(mock: Callable[..., AbstractContextManager[Running]], mailboxes: int) -> None:
    """Mailboxes that send 100 mails each in one day, 5 % answered and 2 % bounced; and another workspace meanwhile.

    A webhook is to be told about the replies: its deliveries are queued.
    """
    with tempfile.TemporaryDirectory() as directory, mock("--db", f"{directory}/bench.db") as ours:
        wanted = mailboxes * 100
        prepare(ours, mailboxes, wanted)
        hook = {"name": "Replies", "webhook_url": "https://inbox.simulator.test/", "association_type": 1}
        ours.call("POST", "/webhook/create", {**hook, "event_type_map": {"EMAIL_REPLY": True}})
        ours.control("POST", "/webhooks/pause")
        before, waits, ended = ours.memory(), list[float](), threading.Event()
        watcher = threading.Thread(target=_watch, args=(ours.port, waits, ended))
        watcher.start()
        began = time.perf_counter()
        happened = ours.control("POST", "/clock/advance", {"days": 1})["events"]
        took = time.perf_counter() - began
        ended.set()
        watcher.join()
        slow = statistics.quantiles(waits, n=100)[98]
        print("\n| what | figure | goal |\n|---|---|---|")
        sent, replied, bounced = (happened[name] for name in ("sent", "replied", "bounced"))
        print(f"| a day of {sent:,} mails, {replied:,} replies, {bounced:,} bounces | {took:.0f} s | < 60 s |")
        print(f"| memory before / after | {before} MB / {ours.memory()} MB | flat |")
        print(f"| GET of another workspace meanwhile, p50 / p99 of {len(waits):,} "
              f"| {statistics.median(waits):.0f} ms / {slow:.0f} ms | ≤ 50 ms |", flush=True)  # fmt: skip
        assert sent == wanted


def prepare(ours: Running, mailboxes: int, leads: int, weekdays: Sequence[int] = (1,)) -> None:
    """A campaign of two steps that sends 100 mails a day from each mailbox, from Monday 2026-03-02 on."""
    ours.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-02T00:00:00Z"})
    ours.control("PUT", "/settings", {"recipients": {"reply": 0.05, "bounce": 0.02}})
    campaign = ours.call("POST", "/campaigns/create", {"name": "Day"})["id"]
    schedule = {"timezone": "UTC", "days_of_the_week": list(weekdays), "start_hour": "00:00", "end_hour": "23:59"}
    limits = {"min_time_btw_emails": 10, "max_new_leads_per_day": leads}
    ours.call("POST", f"/campaigns/{campaign}/schedule", {**schedule, **limits})
    body = "<p>{Hello|Hi} {{first_name}},</p><p>who looks after {{title}} at {{company_name}}?</p><p>Best, Ann</p>"
    steps = [
        {"seq_number": number, "seq_delay_details": {"delay_in_days": delay}, "subject": subject, "email_body": body}
        for number, delay, subject in ((1, 0, "For {{company_name}}"), (2, 3, ""))
    ]
    ours.call("POST", f"/campaigns/{campaign}/sequences", {"sequences": steps})
    accounts = [ours.call("POST", "/email-accounts/save", _account(n))["emailAccountId"] for n in range(mailboxes)]
    ours.call("POST", f"/campaigns/{campaign}/email-accounts", {"email_account_ids": accounts})
    for start in range(0, leads, 400):
        batch = [_lead(n) for n in range(start, min(leads, start + 400))]
        ours.call("POST", f"/campaigns/{campaign}/leads", {"lead_list": batch})
    ours.call("POST", f"/campaigns/{campaign}/status", {"status": "START"})


def _account(number: int) -> dict[str, Any]:
    address = f"ann{number}@sender{number % 50}.example"
    return {
        "from_name": "Ann", "from_email": address, "user_name": address, "password": "secret", "warmup_enabled": False,
        "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example", "imap_port": 993,
        "max_email_per_day": 100,
    }  # fmt: skip


def _lead(number: int) -> dict[str, Any]:
    company = f"Company {number % 5000}"
    return {
        "email": f"lead{number}@company{number % 5000}.example", "first_name": "Ann", "company_name": company,
        "custom_fields": {"title": "buying", "n": number},
    }  # fmt: skip


def _watch(port: int, waits: list[float], ended: threading.Event) -> None:
    """Milliseconds that each GET of another workspace takes, one after the other."""
    link = http.client.HTTPConnection("127.0.0.1", port)
    while not ended.is_set():
        began = time.perf_counter()
        link.request("GET", "/api/v1/campaigns/?api_key=other")
        link.getresponse().read()
        waits.append((time.perf_counter() - began) * 1000)
        ended.wait(0.01)

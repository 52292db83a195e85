"""The benchmark of webhook deliveries; run by `make bench`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.benchmark_day import Running, prepare

_WEBHOOKS = 10


def deliveries(mock: Callable[..., AbstractContextManager[Running]], receiver: Running, mails: int) -> None:
    """Ten webhooks of one receiver are told about every mail: all are queued first, then delivered."""
    with tempfile.TemporaryDirectory() as directory, mock("--db", f"{directory}/bench.db") as ours:
        prepare(ours, mails // 100, mails)
        for number in range(_WEBHOOKS):
            hook = {"name": f"Hook {number}", "webhook_url": f"http://127.0.0.1:{receiver.port}/{number}"}
            ours.call(
                "POST", "/webhook/create", {**hook, "association_type": 1, "event_type_map": {"EMAIL_SENT": True}}
            )
        ours.control("POST", "/webhooks/pause")
        before = ours.memory()
        ours.control("POST", "/clock/advance", {"days": 1})
        queued = ours.memory()
        began = time.perf_counter()
        outcomes = ours.control("POST", "/webhooks/flush")["outcomes"]
        took = time.perf_counter() - began
        wanted = mails * _WEBHOOKS
        assert outcomes["successful"] == wanted, outcomes
        print("\n| what | figure | goal |\n|---|---|---|")
        print(f"| {wanted:,} deliveries of {_WEBHOOKS} webhooks to one receiver | {wanted / took:,.0f}/s | ≥ 1,000/s |")
        print(f"| memory before / with all queued / after | {before} MB / {queued} MB / {ours.memory()} MB | flat |")

"""Real servers during an advance: who reads meanwhile, other keys, and `kill -9` (DESIGN §6)."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.running_worlds import (
    DAY,
    END,
    HOUR,
    START,
    add,
    advance,
    campaign,
    done,
    events,
    first_difference,
    freeze,
    iso,
    messages,
    now,
    rich_world,
    set_status,
    step,
    told,
)
from tests.servers import Server, run, server
from tests.worlds import fresh


def big_world(api: Api) -> None:
    """Sixty mailboxes that send 6 000 mails in five hours, and nothing else."""
    freeze(api, START)
    boxes = [api.account(f"box{n}@sender.example", max_email_per_day=1000) for n in range(60)]
    campaign_id = campaign(api, [step(1), step(2, 30)], boxes)
    add(api, campaign_id, [f"lead{n}@x.example" for n in range(6000)])
    set_status(api, campaign_id, "START")


@contextmanager
def moving(api: Api, until: datetime) -> Iterator[list[dict[str, Any]]]:
    """An advance in a thread; its answer is there at the end."""
    answers: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(advance(api, until)))
    thread.start()
    try:
        yield answers
    finally:
        thread.join()


def test_readers_see_consistent_moments_and_others_are_answered() -> None:
    """During an advance the clock only moves forward, and each answer shows one moment; other keys need not wait."""
    until = START + 5 * HOUR
    with server() as running, running.api("big") as mover, running.api("big") as api, running.api("other") as other:
        big_world(api)
        before = events(api)
        others = [other.campaign(name="of another key")]
        clocks, seen, others_answered = [START], list(before), 0
        with moving(mover, until) as answers:
            while clocks[-1] < until:
                counts = done(api.control("GET", "/state"))["tables"]
                assert counts["message"] == counts["event"] - len(before)
                seen += done(api.control("GET", f"/events?limit=100&after={seen[-1]['id']}"))
                assert [row["id"] for row in done(other.get("/campaigns/"))] == others
                clocks.append(now(api))
                assert seen[-1]["at"] <= iso(clocks[-1])
                others_answered += clocks[-1] < until
        assert clocks == sorted(clocks)
        assert min(len(set(clocks)), others_answered) >= 4
        assert [answer["events"] for answer in answers] == [{"sent": 6000}]
        ledger = events(api)
        assert ledger[: len(seen)] == seen
        assert [one["at"] for one in ledger] == sorted(one["at"] for one in ledger)
        assert len(ledger) - len(before) == len(messages(api)) == 6000
        assert sum(row["daily_sent_count"] for row in done(api.get("/email-accounts/"))) == 6000


def test_first_calls_of_a_key_may_come_together() -> None:
    """A key that nobody has used is one workspace, whoever asks first."""
    change = {"lead_credit": 5}

    def call(client: httpx2.Client, key: str) -> int:
        return client.put("/_mock/settings", json=change, headers={"X-Mock-Key": key}).status_code

    with server() as running, ThreadPoolExecutor(16) as threads, ExitStack() as stack:
        clients = [stack.enter_context(httpx2.Client(base_url=running.url, timeout=60)) for _ in range(16)]
        for number in range(20):
            assert set(threads.map(call, clients, [f"key{number}"] * 16)) == {200}


def killed_in_the_middle(running: Server, key: str, moment: datetime) -> datetime:
    """Advance to END, and `kill -9` when the clock is past a moment; what the clock showed last."""
    with running.api(key) as mover, running.api(key) as api:

        def move() -> None:
            with pytest.raises(httpx2.TransportError):
                advance(mover, END)

        thread = threading.Thread(target=move)
        thread.start()
        while (seen := now(api)) <= moment:
            assert thread.is_alive()
        running.kill()
        thread.join()
        return seen


def test_a_killed_advance_leaves_an_earlier_moment(client: TestClient, tmp_path: Path) -> None:
    """The store is sound, nothing that was seen is lost, and going on leads to the same world."""
    undisturbed = fresh(client, iso(START))
    expected = rich_world(undisturbed)
    advance(undisturbed, END)
    file, chance, seen = str(tmp_path / "mock.db"), random.Random(4), START
    for number in range(4):
        with server("--db", file) as running:
            with running.api("mine") as api:
                if not number:
                    freeze(api, START)
                    world = rich_world(api)
                stood = now(api)
                ledger = events(api)
                assert seen <= stood < END
                assert all(one["at"] <= iso(stood) for one in ledger)
                sent = [one["message"] for one in ledger if one["type"] == "EMAIL_SENT"]
                assert sent == [mail["id"] for mail in messages(api, "&type=SENT")]
                if number == 3:
                    advance(api, END)
                    assert first_difference(told(api, world), told(undisturbed, expected)) is None
                    return
            seen = killed_in_the_middle(running, "mine", stood + chance.random() * DAY)
        doctor = run("doctor", "--db", file)
        assert (doctor.returncode, doctor.stdout) == (0, "sound\n"), doctor.stdout + doctor.stderr

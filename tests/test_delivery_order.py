"""Many deliveries: their order, how many are made at once, how they are found in the store, and whose turn it is."""

from __future__ import annotations

import asyncio

import pytest

from mock_server.outbox import queue
from mock_server.state.database import Database, Session
from mock_server.state.statements import Statement
from tests.office import INBOX, Office, count_reads, in_loop, office
from tests.receivers import in_turn, receiver, status, until
from tests.test_stores import plan


@in_loop
async def test_attempts_of_a_webhook_start_in_the_order_of_their_ids() -> None:
    """One at a time, receivers get them in order, whatever happens in other webhooks."""
    async with office(per_webhook=1) as one, receiver() as first, receiver() as second:
        expected: dict[int, list[str]] = {1: [], 2: []}
        for _ in range(20):
            expected[1] += one.queue(first.url(), 2)
            expected[2] += one.queue(second.url(), webhook_id=2)
        await one.flush()
        assert first.ids == expected[1]
        assert second.ids == expected[2]


@in_loop
async def test_a_hanging_receiver_delays_only_itself() -> None:
    """It gets its first four at once and the others when it answers; other webhooks get theirs meanwhile."""
    answers = asyncio.Event()
    async with office() as one, receiver(until(answers, status(200))) as hanging, receiver() as quick:
        ids = one.queue(hanging.url(), 50)
        other = one.queue(quick.url(), 50, webhook_id=2)
        await quick.got(50)
        await hanging.got(4)
        assert sorted(quick.ids) == sorted(other)
        assert sorted(hanging.ids) == sorted(ids[:4])
        answers.set()
        assert (await one.flush())["successful"] >= 46
        assert sorted(hanging.ids) == sorted(ids)
        assert hanging.most_open == 4


@in_loop
async def test_attempts_are_bounded_overall() -> None:
    """However many webhooks hang, no more attempts are made at once than allowed; then all are made."""
    answers = asyncio.Event()
    async with office(overall=5) as one, receiver(until(answers, status(200))) as hook:
        for webhook_id in range(1, 10):
            one.queue(hook.url(), 3, webhook_id=webhook_id)
        await hook.got(5)
        answers.set()
        await one.flush()
        assert set(one.states()) == {"successful"}
        assert hook.most_open == 5
        assert len(hook.requests) == 27


@in_loop
async def test_a_workspace_has_its_share_of_attempts() -> None:
    """However many receivers of one key hang, those of others are reached; then all are made."""
    answers = asyncio.Event()
    async with office() as one, receiver(until(answers, status(200))) as hanging, receiver() as quick:
        for webhook_id in range(1, 101):
            one.queue(hanging.url(), 4, webhook_id=webhook_id)
        await hanging.got(50)
        one.queue(quick.url(), 20, workspace=one.another())
        await quick.got(20)
        assert len(hanging.requests) == 50
        answers.set()
        assert sum((await one.flush()).values()) >= 350
        assert set(one.states()) == {"successful"}
        assert hanging.most_open == 50


@in_loop
async def test_a_retry_that_waits_holds_nothing_back() -> None:
    """The first delivery fails, the later ones arrive."""
    async with office(per_webhook=1) as one, receiver(*in_turn(500, 200)) as hook:
        one.queue(hook.url(), 10)
        assert await one.flush() == {"scheduled_for_retry": 1, "successful": 9}
        assert one.states()[0] == "scheduled_for_retry"


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (queue._WEBHOOKS, "delivery_queued"), (queue._NEXT_IDS, "delivery_queued"), (queue._DUE, "delivery_to_retry"),
        (queue._NEXT_RETRY, "delivery_to_retry"), (queue._ROWS, "PRIMARY KEY"), (queue._STORE, "PRIMARY KEY"),
        (queue._QUEUE_AGAIN, "PRIMARY KEY"),
    ],
)  # fmt: skip
def test_what_waits_is_found_by_its_index(statement: Statement, index: str) -> None:
    """No query of the worker reads deliveries that are done with."""
    database = Database(":memory:")
    try:
        steps = [step for step in plan(database, statement).split(" | ") if "delivery" in step]
        assert steps
        assert all(step.startswith("SEARCH delivery") and index in step for step in steps)
    finally:
        database.close()


@in_loop
async def test_no_more_rows_are_read_than_are_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the queue is, bodies are read for attempts that start."""
    read = count_reads(monkeypatch)
    async with office() as one, receiver() as hook:
        one.queue(hook.url(), 1_500)
        assert await one.flush() == {"successful": 1_500}
        assert sum(read) == 1_500
        assert max(read) <= 4


@in_loop
async def test_every_webhook_has_its_turn() -> None:
    """Hundreds of webhooks, woken all the time, get theirs."""
    async with office() as one, receiver() as hook:
        for webhook_id in range(1, 301):
            one.queue(hook.url(), webhook_id=webhook_id)
        waking = asyncio.create_task(keep_waking(one))
        await hook.got(300)
        waking.cancel()
        assert await one.outbox.flush(one.workspace)
        assert set(one.states()) == {"successful"}


@in_loop
async def test_who_comes_while_others_are_looked_for_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks are looked for a few at a time; one below those is not missed."""
    find = queue.webhooks
    late: list[str] = []

    def interrupted(db: Session, up_to: int, after: int, limit: int) -> list[int]:
        found = find(db, up_to, after, limit)
        if after and not late:
            late.extend(one.queue(INBOX, webhook_id=1))
        return found

    async with office() as one:
        one.outbox.pause(one.workspace)
        for webhook_id in range(1_001, 1_131):
            one.queue(INBOX, webhook_id=webhook_id)
        monkeypatch.setattr(queue, "webhooks", interrupted)
        one.outbox.resume(one.workspace)
        assert await one.outbox.wait_for(one.workspace, lambda kept: kept.headers["X-Request-Id"] in late, 20_000)


async def keep_waking(one: Office) -> None:
    """Wake the worker whenever anything happens."""
    while True:
        one.outbox.wake(one.workspace)
        await asyncio.sleep(0)

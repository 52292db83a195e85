"""What comes between: crashes, stops and starts, resets, deletions, and a store that fails for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mock_server.config import Settings
from mock_server.outbox import queue
from mock_server.outbox.disturbance import Disturbance
from mock_server.outbox.queue import Result
from mock_server.state.database import Session
from mock_server.state.workspaces import Workspace
from tests.office import INBOX, RETRY_DELAYS, in_loop, office
from tests.receivers import hang, receiver, status, until


@in_loop
async def test_what_a_crash_interrupts_is_made_again(tmp_path: Path) -> None:
    """An outbox that is gone without a word left its attempts queued; the next one makes them, and the rest."""
    store = tmp_path / "mock.db"
    async with receiver(hang, hang, status(200)) as hook:
        async with office(store, per_webhook=2) as crashed:
            ids = crashed.queue(hook.url(), 5)
            await hook.got(2)
            crashed.running.cancel()
            async with office(store, per_webhook=2) as next_one:
                await hook.got(7)
                await next_one.flush()
                assert next_one.states() == ["successful"] * 5
                assert [row["attempt_count"] for row in next_one.rows()] == [1] * 5
        assert sorted(hook.ids) == sorted([*ids[:2], *ids])


@in_loop
async def test_a_stop_leaves_attempts_queued_and_results_stored(tmp_path: Path) -> None:
    """What was answered is stored, what was not is made again; a retry keeps its time."""
    store = tmp_path / "mock.db"
    async with receiver(status(500), hang, status(200)) as hook:
        async with office(store, per_webhook=1) as one:
            one.queue(hook.url(), 2)
            await hook.got(2)
        async with office(store) as one:
            await hook.got(3)
            await one.flush()
            assert one.states() == ["scheduled_for_retry", "successful"]
            one.advance(RETRY_DELAYS[0])
            assert await one.flush() == {"successful": 1}
        assert len(one_id := set(hook.ids)) == 2, one_id


@in_loop
async def test_a_start_finds_retries_that_fell_due_meanwhile(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody has to wake the worker; keys that the server does not serve any more are left alone."""
    store = tmp_path / "mock.db"
    async with receiver() as hook:
        async with office(store) as one:
            for workspace in (one.workspace, one.another()):
                one.outbox.pause(workspace)
                due: dict[str, Any] = {"state": "scheduled_for_retry", "attempt_count": 1, "retry_at": 1}
                one.queue(hook.url(), workspace=workspace, **due)
        async with office(store, Settings(keys=frozenset({"key"}))) as one:
            await hook.got(1)
            await one.flush()
            assert one.states() == ["successful"]
    assert len(hook.requests) == 1
    assert not caplog.records


@in_loop
async def test_a_reset_forgets_everything() -> None:
    """Attempts under way are cut off and leave nothing; pause, disturbance and inbox are gone; other keys go on."""
    answers = asyncio.Event()
    async with office() as one, receiver(hang) as hook, receiver(until(answers, status(200))) as elsewhere:
        one.queue(elsewhere.url(), workspace=one.another())
        one.queue(hook.url(), 3)
        one.queue(INBOX, webhook_id=2)
        await hook.got(3)
        await elsewhere.got(1)
        one.outbox.pause(one.workspace)
        one.outbox.set_disturbance(one.workspace, Disturbance("drop"))
        flushing = asyncio.create_task(one.outbox.flush(one.workspace))
        await asyncio.sleep(0)
        old = one.workspace.id
        one.start_again()
        assert sum((await flushing).values()) <= 1  # the inbox may have been stored before
        assert one.outbox.inbox(one.workspace) == []
        await hook.left(3)
        async with receiver() as fresh:
            one.queue(fresh.url(), 5)
            await one.flush()
            assert len(fresh.requests) == 5
        assert {row["state"] for row in one.rows(ws=old)[:3]} == {"queued"}
        assert {kept["delivery_id"] for kept in one.rows("attempt", ws=old)} <= {one.rows(ws=old)[3]["id"]}
        answers.set()
        assert (await one.outbox.flush(one.another()))["successful"] == 1


@in_loop
async def test_a_reset_makes_room_for_others() -> None:
    """All attempts that may be made at once were those of a workspace that is reset: another one's start."""
    async with office(overall=4) as one, receiver(hang) as hook, receiver() as elsewhere:
        one.queue(hook.url(), 4)
        await hook.got(4)
        one.queue(elsewhere.url(), workspace=one.another())
        await asyncio.sleep(0.02)
        assert elsewhere.requests == []
        one.start_again()
        await elsewhere.got(1)


@in_loop
async def test_a_reset_makes_room_that_results_took(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that are not stored yet are dropped with their workspace, and hold nobody back any more."""
    monkeypatch.setattr("mock_server.outbox.worker._SAVE_AFTER", 60.0)
    async with office(overall=4) as one:
        one.queue(INBOX, 4)
        assert await one.outbox.wait_for(one.workspace, lambda kept: kept.id == 4, 20_000)
        other = one.another()
        one.queue(INBOX, workspace=other)
        await asyncio.sleep(0.02)
        assert one.outbox.inbox(other) == []
        one.start_again()
        assert await one.outbox.wait_for(other, lambda kept: kept.id == 1, 20_000)


@in_loop
async def test_a_wait_for_the_inbox_ends_with_a_reset() -> None:
    """Nothing will come any more into an inbox that is gone."""
    async with office() as one:
        waiting = asyncio.create_task(one.outbox.wait_for(one.workspace, lambda _: True, 50_000))
        await asyncio.sleep(0)
        one.start_again()
        assert await asyncio.wait_for(waiting, 1) is None


@in_loop
async def test_a_workspace_that_was_reset_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in a flush that was putting retries back, nor when it was to be looked at again after a failure."""
    monkeypatch.setattr("mock_server.outbox.worker._AGAIN", 0.01)
    looks: list[int] = []

    def broken(db: Session) -> int | None:
        looks.append(db.ws)
        raise OSError("locked")

    async with office() as one:
        due: dict[str, Any] = {"state": "scheduled_for_retry", "attempt_count": 1, "retry_at": 1}
        one.outbox.pause(one.workspace)
        one.queue(INBOX, 100, **due)
        flushing = asyncio.create_task(one.outbox.flush(one.workspace))
        await asyncio.sleep(0)
        one.start_again()
        assert sum((await flushing).values()) == 0
        one.queue(INBOX, 2, state="successful")
        monkeypatch.setattr(queue, "next_retry", broken)
        one.outbox.wake(one.workspace)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert looks == [one.workspace.id]
        one.start_again()
        await asyncio.sleep(0.05)
        assert len(looks) == 1
        assert one.outbox._worlds == {}


@in_loop
async def test_a_result_of_before_a_reset_is_not_taken_for_one_of_after() -> None:
    """The same ids are given again; a result that was not stored yet must not meet them."""
    async with office() as one:
        one.queue(INBOX, 3)
        assert await one.outbox.wait_for(one.workspace, lambda kept: kept.id == 3, 20_000)
        one.start_again()
        one.outbox.pause(one.workspace)
        one.queue(INBOX, 4)
        other = one.another()
        one.queue(INBOX, workspace=other)
        await one.outbox.flush(other)
        assert one.states() == ["queued"] * 4
        assert one.rows("attempt") == []


@in_loop
async def test_a_deleted_delivery_leaves_no_attempt() -> None:
    """What was deleted while its request was under way stays deleted."""
    answers = asyncio.Event()
    async with office() as one, receiver(until(answers, status(200))) as hook:
        one.queue(hook.url())
        await hook.got(1)
        one.database.writer.execute("DELETE FROM delivery")
        one.queue(hook.url(), webhook_id=2)
        answers.set()
        await one.flush()
        assert [row["webhook_id"] for row in one.rows()] == [2]
        assert {kept["delivery_id"] for kept in one.rows("attempt")} == {one.rows()[0]["id"]}


@in_loop
async def test_a_store_that_is_locked_for_a_moment_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that cannot be written are written later, and do not pile up; no delivery is made twice."""
    monkeypatch.setattr("mock_server.outbox.worker._AGAIN", 0.01)
    store, unstored = queue.store, []

    def flaky(db: Session, results: Sequence[Result]) -> None:
        unstored.append(len(one.outbox.inbox(one.workspace)))
        if len(unstored) <= 5:
            raise OSError("locked")
        store(db, results)

    monkeypatch.setattr(queue, "store", flaky)
    async with office(overall=7) as one:
        one.queue(INBOX, 30)
        await one.flush()
        assert one.states() == ["successful"] * 30
        assert len(one.outbox.inbox(one.workspace)) == len(one.rows("attempt")) == 30
        assert max(unstored[:6]) == 7


@in_loop
async def test_a_workspace_that_fails_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the store while deliveries are looked for, or of what is asked while one is made, stops nothing."""
    monkeypatch.setattr("mock_server.outbox.worker._AGAIN", 0.01)
    look, failures = queue.next_retry, [OSError("locked")]
    no_secret = [LookupError("no secret")]

    def next_retry(db: Session) -> int | None:
        if failures:
            raise failures.pop()
        return look(db)

    def secret_of(_: Workspace) -> str:
        if no_secret:
            raise no_secret.pop()
        return "secret"

    monkeypatch.setattr(queue, "next_retry", next_retry)
    async with office(secret_of=secret_of) as one, receiver() as hook:
        one.queue(hook.url(), 2)
        assert await one.flush() == {"scheduled_for_retry": 1, "successful": 1}

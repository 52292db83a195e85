"""What a user holds of deliveries: pause and resume, flush, and the inbox that captures them."""

from __future__ import annotations

import asyncio

import pytest

from mock_server.outbox.disturbance import Disturbance
from tests.office import INBOX, in_loop, office
from tests.receivers import receiver, status, until

# ---------------------------------------------------------------------------------------------- pause and flush


@in_loop
async def test_a_paused_workspace_sends_on_flush_only() -> None:
    """A flush tries what is due, not what is queued meanwhile; other workspaces go on; resume sends the rest."""
    answers = asyncio.Event()
    async with office() as one, receiver(until(answers, status(200))) as hook, receiver() as elsewhere:
        one.outbox.pause(one.workspace)
        one.queue(hook.url(), 5)
        one.queue(elsewhere.url(), workspace=one.another())
        await elsewhere.got(1)
        assert hook.requests == []
        flushing = asyncio.create_task(one.outbox.flush(one.workspace))
        await hook.got(4)
        late = one.queue(hook.url(), 2)
        one.queue(hook.url(), webhook_id=2)
        answers.set()
        assert (await flushing)["successful"] == 5
        assert one.states() == ["successful"] * 5 + ["queued"] * 3
        one.outbox.resume(one.workspace)
        await hook.got(8)
        assert set(late) < set(hook.ids)


@in_loop
async def test_a_flush_counts_by_outcome_and_waits_for_what_is_under_way() -> None:
    """Each state that deliveries came to, with how many did."""
    async with office() as one, receiver() as good, receiver(status(500)) as bad, receiver(status(404)) as gone:
        one.outbox.pause(one.workspace)
        one.queue(good.url(), 3)
        one.queue(bad.url(), 2, webhook_id=2)
        one.queue(gone.url(), webhook_id=3)
        one.queue(gone.url(), webhook_id=4, retrigger_count=1)
        assert await one.outbox.flush(one.workspace) == {
            "successful": 3, "scheduled_for_retry": 2, "failed": 1, "retroactively_failed": 1,
        }  # fmt: skip
        assert await one.flush() == {}


@in_loop
async def test_a_flush_does_not_count_what_came_later() -> None:
    """What is queued after it began may be sent before it ends."""
    answers = asyncio.Event()
    async with office() as one, receiver(until(answers, status(410))) as hook:
        one.queue(hook.url())
        flushing = asyncio.create_task(one.flush())
        await hook.got(1)
        (late,) = one.queue(INBOX, webhook_id=2)
        await one.stored(late)
        answers.set()
        assert await flushing == {"failed": 1}


# ---------------------------------------------------------------------------------------------- inbox


@in_loop
async def test_the_inbox_captures_instead_of_sending() -> None:
    """Its host is never looked up; what would have been sent is kept, oldest first, the last thousand of them."""
    async with office(secret_of=lambda _: "s") as one:
        ids = one.queue(INBOX, 1_005)
        assert await one.flush() == {"successful": 1_005}
        captured = one.outbox.inbox(one.workspace)
        assert [kept.headers["X-Request-Id"] for kept in captured] == ids[5:]
        assert [kept.id for kept in captured] == list(range(6, 1_006))
        last = captured[-1]
        assert (last.url, last.event_type, last.body) == (INBOX, "EMAIL_REPLY", one.rows()[-1]["body"])
        assert last.delivery_id == one.rows()[-1]["id"]
        assert last.headers["X-Smartlead-Signature"].startswith("sha256=")
        assert {kept["status"] for kept in one.rows("attempt")} == {200}
        assert one.outbox.inbox(one.another()) == []


@in_loop
async def test_who_only_looks_leaves_nothing() -> None:
    """Reading, waiting, flushing, and what was set and unset; what was delivered elsewhere, too."""
    async with office() as one, receiver() as hook:
        one.queue(hook.url(), 10)
        await hook.got(10)
        await one.flush()
        assert one.outbox.inbox(one.another("a")) == []
        assert await one.outbox.wait_for(one.another("b"), lambda _: True, 1) is None
        await one.outbox.flush(one.another("c"))
        one.outbox.pause(one.another("d"))
        one.outbox.resume(one.another("d"))
        one.outbox.set_disturbance(one.another("e"), Disturbance("drop"))
        one.outbox.set_disturbance(one.another("e"), None)
        await one.outbox.flush(one.workspace)
        await asyncio.sleep(0)
        assert one.outbox._worlds == {}


@in_loop
async def test_inboxes_share_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest requests of all make room, whosever they are; ids go on."""
    monkeypatch.setattr("mock_server.outbox.inbox.BUDGET", 50_000)
    async with office() as one:
        other = one.another()
        one.queue(INBOX, 5, workspace=other)
        await one.outbox.flush(other)
        for _ in range(3):
            one.queue(INBOX, 5, body='"' + "x" * 5_000 + '"')
            await one.flush()
        captured = one.outbox.inbox(one.workspace)
        assert [kept.id for kept in captured] == list(range(16 - len(captured), 16))
        assert 25_000 < sum(len(kept.body) for kept in captured) <= 50_000
        assert one.outbox.inbox(other) == []
        one.queue(INBOX, workspace=other)
        await one.outbox.flush(other)
        assert [kept.id for kept in one.outbox.inbox(other)] == [6]


@in_loop
async def test_waiting_for_the_inbox() -> None:
    """What is there is given at once, what comes is given when it comes, what does not come is None."""
    async with office() as one:
        one.queue(INBOX, event_type="EMAIL_OPEN")
        await one.flush()
        wait = one.outbox.wait_for
        found = await wait(one.workspace, lambda kept: kept.event_type == "EMAIL_OPEN", 0)
        assert found
        waiting = asyncio.create_task(wait(one.workspace, lambda kept: kept.event_type == "EMAIL_BOUNCE", 20_000))
        broken = asyncio.create_task(wait(one.workspace, lambda kept: kept.id // (2 - kept.id) < 0, 20_000))
        await asyncio.sleep(0)
        one.queue(INBOX, event_type="EMAIL_REPLY")
        with pytest.raises(ZeroDivisionError):
            await broken
        one.queue(INBOX, event_type="EMAIL_BOUNCE")
        came = await waiting
        assert came
        assert came.event_type == "EMAIL_BOUNCE"
        assert await wait(one.workspace, lambda kept: kept.event_type == "EMAIL_SENT", 1) is None

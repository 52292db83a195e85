"""What failed is sent again: at once, in batches beside all other work, and in a new round of retries."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.families.webhooks import records
from mock_server.state.database import Database
from tests.conftest import Api
from tests.office import INBOX, MINUTE, Office, in_loop, office
from tests.receivers import in_turn, receiver, status
from tests.sending import ok
from tests.store import deliver
from tests.test_stores import plan
from tests.test_webhook_events import receiving
from tests.test_webhook_summary import MARCH
from tests.webhooks import saved
from tests.worlds import EVER


def retrigger(one: Office, start: int = 0, end: int = 10**15, campaign_id: int = 1) -> int:
    """Ask for failed deliveries to be sent again; how many that are."""
    with one.database.transaction():
        count = records.retrigger(one.session(), campaign_id, start, end)[1]
    one.outbox.wake(one.workspace)
    return count


def test_a_retrigger_sends_at_once(api: Api) -> None:
    """Nobody has to wake the worker, and the delivery goes out as it was."""
    with receiving() as hook:
        campaign_id = api.campaign()
        deliver(api, campaign_id, saved(api, campaign_id, webhook_url=hook.url), "EMAIL_SENT", "failed", MARCH)
        path = f"/campaigns/{campaign_id}/webhooks/retrigger-failed-events"
        assert ok(api.post(path, EVER))["retriggered_count"] == 1
        hook.wait_for(1)
        ok(api.control("POST", "/webhooks/flush"))
        (shown,) = ok(api.control("GET", "/webhooks/deliveries"))
        assert shown["state"] == "successful"


@in_loop
async def test_a_large_one_is_worked_off_in_batches() -> None:
    """The number is known at once, the rows change a few at a time, and nothing is left of it."""
    async with office() as one:
        one.queue(INBOX, 3_000, state="failed")
        assert retrigger(one) == 3_000
        assert one.states() == ["failed"] * 3_000
        most = before = 0
        while before < 3_000:
            await asyncio.sleep(0)
            now = sum(row["retrigger_count"] for row in one.rows())
            most, before = max(most, now - before), now
        assert most <= 1_000
        await one.flush()
        assert one.states() == ["successful"] * 3_000
        assert one.rows("retrigger") == []


@in_loop
async def test_others_are_served_while_it_is_worked_off() -> None:
    """A delivery of another workspace does not wait for its end."""
    async with office() as one:
        one.queue(INBOX, 5_000, state="failed")
        other = one.another()
        retrigger(one)
        one.queue(INBOX, workspace=other)
        assert await one.outbox.wait_for(other, lambda _: True, 20_000)
        assert "failed" in one.states()


@in_loop
async def test_a_flush_waits_for_it() -> None:
    """Also while deliveries are paused, when nothing else moves it."""
    async with office() as one:
        one.outbox.pause(one.workspace)
        one.queue(INBOX, 130, state="failed")
        retrigger(one)
        await asyncio.sleep(0.02)
        assert one.states() == ["failed"] * 130
        assert await one.flush() == {"successful": 130}


@in_loop
async def test_a_crash_does_not_end_it(tmp_path: Path) -> None:
    """What is left is worked off after the next start, without a word."""
    store = tmp_path / "mock.db"
    async with office(store) as one:
        one.outbox.pause(one.workspace)
        one.queue(INBOX, 130, state="failed")
        retrigger(one)
    async with office(store) as one:
        while "failed" in one.states():
            await asyncio.sleep(0)
        await one.flush()
        assert one.states() == ["successful"] * 130


@in_loop
async def test_what_fails_later_is_not_part_of_it() -> None:
    """Neither what it sent again, which fails once more, nor what was under way when it was asked for."""
    async with office() as one, receiver(status(410)) as hook:
        one.queue(hook.url(), 120, state="failed", retrigger_count=1, attempt_count=1)
        one.outbox.pause(one.workspace)
        one.queue(hook.url(), 20)
        assert retrigger(one) == 120
        await one.flush()
        await one.flush()
        assert Counter(one.states()) == {"retroactively_failed": 120, "failed": 20}
        assert [row["attempt_count"] for row in one.rows()] == [2] * 120 + [1] * 20
        assert retrigger(one) == 140


_AT = st.integers(0, 5)
_ASKED = st.lists(st.tuples(_AT, _AT), min_size=1, max_size=4)


@settings(max_examples=25)
@given(st.lists(st.tuples(_AT, st.sampled_from([1, 2, 3])), max_size=150), _ASKED)
def test_every_failure_is_sent_again_once_and_counted_once(
    failed: list[tuple[int, int]], asked: list[list[int]]
) -> None:
    """Ranges may overlap while they are worked off; what belongs to a webhook that is gone is left alone."""

    @in_loop
    async def check() -> None:
        async with office() as one:
            one.outbox.pause(one.workspace)
            for at, webhook_id in failed:
                one.queue(INBOX, at=at, webhook_id=webhook_id, state="failed")
            one.database.writer.execute("DELETE FROM webhook WHERE id = 3")
            counted = sum(retrigger(one, min(times), max(times)) for times in asked)
            wanted = {at for times in asked for at in range(min(times), max(times) + 1)}
            await one.flush()
            again = [at in wanted and webhook_id != 3 for at, webhook_id in failed]
            assert [row["retrigger_count"] for row in one.rows()] == again
            assert [row["state"] == "successful" for row in one.rows()] == again
            assert counted == sum(again)

    check()


@in_loop
async def test_a_retriggered_delivery_has_a_new_round_of_retries() -> None:
    """As many as the first one, after the same delays; attempts are numbered on."""
    async with office() as one, receiver(*in_turn(*[500] * 6, 200)) as hook:
        one.queue(hook.url())
        await one.flush()
        for minutes in (1, 5, 30):
            one.advance(minutes * MINUTE)
            await one.flush()
        assert one.states() == ["failed"]
        retrigger(one)
        assert await one.flush() == {"scheduled_for_retry": 1}
        for minutes, state in ((1, "scheduled_for_retry"), (5, "successful")):
            one.advance(minutes * MINUTE)
            assert await one.flush() == {state: 1}
        assert [kept["number"] for kept in one.rows("attempt")] == list(range(1, 8))
        assert len(set(hook.ids)) == 1


def test_failures_are_counted_and_found_by_their_index() -> None:
    """No delivery that did not fail is read."""
    database = Database(":memory:")
    try:
        for statement in (records._COUNT_FAILED, records._NEXT_FAILED):
            assert "SEARCH delivery USING COVERING INDEX delivery_failed" in plan(database, statement)
    finally:
        database.close()

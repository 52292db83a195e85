"""Deliveries of webhooks: what receivers get, what becomes of it in the store, and what nobody may be reached at."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, ParamSpec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server import __version__
from mock_server.config import Settings
from mock_server.families.webhooks.tables import delivery
from mock_server.outbox import queue
from mock_server.outbox.disturbance import Disturbance
from mock_server.outbox.queue import Delivery, Result, state_after
from mock_server.outbox.sender import verdict_on
from mock_server.outbox.targets import REFUSED, Targets, is_local
from mock_server.outbox.worker import RETRY_DELAYS, Outbox
from mock_server.state.database import Database, Session
from mock_server.state.statements import Statement
from mock_server.state.workspaces import Workspace, Workspaces
from tests.receivers import HUGE, Answer, Huge, drip, hang, in_turn, leave, raw, receiver, reset, status, until
from tests.test_stores import plan

P = ParamSpec("P")
INBOX = "https://inbox.simulator.test/any/path"
MINUTE = 60_000


def in_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """A test that is a coroutine; it must end by itself."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(60):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


@dataclass
class Office:
    """An outbox at work on a workspace of its own."""

    database: Database
    workspaces: Workspaces
    outbox: Outbox
    workspace: Workspace
    running: asyncio.Task[None]

    def queue(self, url: str, count: int = 1, *, workspace: Workspace | None = None, **columns: Any) -> list[str]:
        """Queue deliveries and wake the worker; their X-Request-Ids."""
        owner = workspace or self.workspace
        session = Session(self.database.writer, owner.id)
        with self.database.transaction():
            first = session.next_ids("delivery", count)
            rows = [
                {
                    "id": n, "webhook_id": 1, "campaign_id": 1, "event_id": n, "event_type": "EMAIL_REPLY", "at": 0,
                    "url": url, "level": "campaign", "request_id": f"request-{owner.key}-{n}", "body": f'{{"n":{n}}}',
                    **columns,
                }
                for n in range(first, first + count)
            ]  # fmt: skip
            session.insert_many(delivery, rows)
        self.outbox.wake(owner)
        return [row["request_id"] for row in rows]

    def rows(self, table: str = "delivery", ws: int | None = None) -> list[dict[str, Any]]:
        """The rows of a table, by id."""
        sql = f"SELECT * FROM {table} WHERE workspace_id = ? ORDER BY id"
        return [dict(row) for row in self.database.writer.execute(sql, (ws or self.workspace.id,))]

    def states(self) -> list[str]:
        """The states of all deliveries."""
        return [row["state"] for row in self.rows()]

    async def flush(self) -> dict[str, int]:
        """Flush; the outcomes that were not zero."""
        return {state: count for state, count in (await self.outbox.flush(self.workspace)).items() if count}

    async def stored(self, request_id: str) -> None:
        """Wait until the result of an attempt is in the store."""
        while any(row["request_id"] == request_id and row["state"] == "queued" for row in self.rows()):
            await asyncio.sleep(0)

    def advance(self, milliseconds: int) -> None:
        """Move the clock of the workspace."""
        clock = self.workspace.clock
        self.workspace.clock = clock.advanced_to(clock.now() + milliseconds)

    def another(self, key: str = "other") -> Workspace:
        """A second workspace."""
        workspace = self.workspaces.get(key)
        assert workspace
        with self.database.transaction():
            self.workspaces.save(workspace)
        return workspace

    def start_again(self) -> None:
        """Reset the workspace; its rows are left to a purger, which comes later."""
        with self.database.transaction():
            self.workspaces.reset(self.workspace)
        self.outbox.forget(self.workspace)
        self.workspace = self.another("key")


@asynccontextmanager
async def office(
    store: Path | None = None, settings: Settings | None = None, targets: Targets = "local", **options: Any
) -> AsyncIterator[Office]:
    """An outbox that runs; on the file of a store, one that finds what an earlier one left."""
    database = Database(str(store or ":memory:"))
    workspaces = Workspaces(database, settings or Settings())
    workspace = workspaces.get("key")
    assert workspace
    with database.transaction():
        workspaces.save(workspace)
    outbox = Outbox(database, workspaces, targets, **options)
    running = asyncio.create_task(outbox.run())
    await asyncio.sleep(0)
    try:
        yield Office(database, workspaces, outbox, workspace, running)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await outbox.close()
        database.close()


# ---------------------------------------------------------------------------------------------- one request


@in_loop
async def test_a_request_is_the_stored_body_with_the_documented_headers() -> None:
    """The receiver gets the body byte for byte; nothing is signed without a secret; the attempt is kept."""
    body = '{"subject":"Grüße 🙂","a":[1, 2]}'
    async with office() as one, receiver(status(200, b"thanks\x00")) as hook:
        (request_id,) = one.queue(hook.url("/hook?token=a%2Fb"), body=body, level="client")
        assert await one.flush() == {"successful": 1}
        (request,) = hook.requests
        assert (request.method, request.target, request.body) == ("POST", "/hook?token=a%2Fb", body.encode())
        expected = {
            "content-type": "application/json", "x-request-id": request_id, "x-webhook-level": "client",
            "user-agent": f"smartlead-mock/{__version__}", "host": f"127.0.0.1:{hook.port}",
        }  # fmt: skip
        assert expected.items() <= request.headers.items()
        assert "x-smartlead-signature" not in request.headers
        (row,), (attempt,) = one.rows(), one.rows("attempt")
        assert (row["state"], row["attempt_count"], row["retry_at"]) == ("successful", 1, None)
        assert (attempt["delivery_id"], attempt["number"], attempt["status"]) == (row["id"], 1, 200)
        assert (attempt["error"], attempt["response"]) == (None, "thanks\ufffd")
        assert attempt["at"] > 0
        assert attempt["latency"] >= 0


@in_loop
async def test_a_secret_signs_the_raw_body() -> None:
    """X-Smartlead-Signature is the HMAC-SHA256 of the bytes that were sent, under the workspace's secret."""
    async with office(secret_of=lambda workspace: f"secret of {workspace.key}") as one, receiver() as hook:
        one.queue(hook.url(), body='{"name":"Zoë"}')
        await one.flush()
        (request,) = hook.requests
        digest = hmac.new(b"secret of key", request.body, hashlib.sha256).hexdigest()
        assert request.headers["x-smartlead-signature"] == f"sha256={digest}"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (200, "successful"), (201, "successful"), (204, "successful"), (299, "successful"),
        (301, "failed"), (304, "failed"), (307, "failed"), (400, "failed"), (404, "failed"), (410, "failed"),
        (429, "failed"), (500, "scheduled_for_retry"), (503, "scheduled_for_retry"), (599, "scheduled_for_retry"),
    ],
)  # fmt: skip
@in_loop
async def test_the_status_decides(code: int, state: str) -> None:
    """2xx is a success, 3xx and 4xx fail for good, 5xx is tried again; a redirect is not followed."""
    body = b"" if code in (204, 304) else b"said so"
    async with office() as one, receiver(status(code, body, "Location: /elsewhere")) as hook:
        one.queue(hook.url())
        assert await one.flush() == {state: 1}
        (attempt,) = one.rows("attempt")
        assert (attempt["status"], attempt["response"]) == (code, body.decode())
        assert (attempt["error"] is None) == (state == "successful")
        assert [request.target for request in hook.requests] == ["/hook"]


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (reset, None), (raw(b""), None), (raw(b"\x00\xffgarbage\r\n\r\n"), None), (hang, None),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), 200),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), None),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"), None), (drip, 200),
    ],
    ids=["reset", "closed", "garbage", "hanging", "cut", "bad length", "huge header", "slow bytes"],
)  # fmt: skip
@in_loop
async def test_no_proper_answer_is_tried_again(answer: Answer, seen: int | None) -> None:
    """Resets, time-outs and answers that are not HTTP lead to a retry; the attempt says what happened."""
    async with office(seconds=0.2) as one, receiver(answer) as hook:
        one.queue(hook.url())
        assert await one.flush() == {"scheduled_for_retry": 1}
        (attempt,) = one.rows("attempt")
        assert attempt["status"] == seen
        assert attempt["error"]
        assert "\n" not in attempt["error"]
        assert len(hook.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-name.invalid"])
@in_loop
async def test_who_cannot_be_reached_is_tried_again(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection and an unknown name may be better later."""

    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://{host}:{free.getsockname()[1]}/"
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        async with office() as one:
            one.queue(url)
            assert await one.flush() == {"scheduled_for_retry": 1}
            (attempt,) = one.rows("attempt")
            assert attempt["status"] is None
            assert host in attempt["error"]


@in_loop
async def test_a_huge_answer_is_read_in_part() -> None:
    """The status counts; the body is cut off, and its first kilobyte kept."""
    answer = Huge()
    async with office() as one, receiver(answer) as hook:
        one.queue(hook.url())
        assert await one.flush() == {"successful": 1}
        (attempt,) = one.rows("attempt")
        assert attempt["response"] == "x" * 1024
    assert answer.written < HUGE


@in_loop
async def test_nothing_of_the_environment_or_of_other_answers_is_sent_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment are not used, and cookies not returned."""
    async with office() as one, receiver(status(200, b"", "Set-Cookie: a=b")) as hook, receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        one.queue(hook.url(host="localhost"), 6)
        assert await one.flush() == {"successful": 6}
        assert not proxy.requests
        assert not any("cookie" in request.headers for request in hook.requests)


@in_loop
async def test_connections_are_kept_for_bursts() -> None:
    """A burst does not open a connection per delivery."""
    async with office() as one, receiver() as hook:
        one.queue(hook.url(), 600)
        assert await one.flush() == {"successful": 600}
        assert hook.connections < 300


@in_loop
async def test_a_receiver_that_closes_unannounced_costs_no_attempt() -> None:
    """A connection that the receiver closes after its answer is not used again."""
    async with office() as one, receiver(leave) as hook:
        one.queue(hook.url(), 100)
        assert await one.flush() == {"successful": 100}
        assert hook.connections == len(hook.requests) == len(one.rows("attempt")) == 100


@in_loop
async def test_the_name_of_the_host_is_asked_for_in_tls() -> None:
    """The connection goes to the address that was looked up, the certificate is asked for under the name."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _, name, __: asked.append(name)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
    async with office() as one, server:
        one.queue(f"https://localhost:{server.sockets[0].getsockname()[1]}/")
        assert await one.flush() == {"scheduled_for_retry": 1}  # it has no certificate
        assert set(asked) == {"localhost"}


# ---------------------------------------------------------------------------------------------- retries


@in_loop
async def test_a_failure_is_tried_again_under_the_same_request_id() -> None:
    """500, then 200: two attempts of one delivery; the second one comes when the clock is moved, by itself."""
    async with office() as one, receiver(*in_turn(500, 200)) as hook:
        (request_id,) = one.queue(hook.url())
        assert await one.flush() == {"scheduled_for_retry": 1}
        assert await one.flush() == {}
        one.advance(RETRY_DELAYS[0])
        one.outbox.wake(one.workspace)
        await hook.got(2)
        await one.flush()
        assert hook.ids == [request_id, request_id]
        (row,) = one.rows()
        assert (row["state"], row["attempt_count"], row["retry_at"]) == ("successful", 2, None)
        assert [(kept["number"], kept["status"]) for kept in one.rows("attempt")] == [(1, 500), (2, 200)]


@pytest.mark.parametrize(("retriggered", "end"), [(0, "failed"), (2, "retroactively_failed")])
@in_loop
async def test_retries_come_after_1_5_and_30_minutes_and_end(retriggered: int, end: str) -> None:
    """Not before their time; after the last one the delivery has failed."""
    async with office() as one, receiver(status(500)) as hook:
        one.queue(hook.url(), retrigger_count=retriggered)
        await one.flush()
        for number, minutes in enumerate((1, 5, 30), 2):
            assert one.states() == ["scheduled_for_retry"]
            one.advance(minutes * MINUTE - MINUTE // 2)
            assert await one.flush() == {}
            one.advance(MINUTE // 2)
            assert sum((await one.flush()).values()) == 1
            assert len(hook.requests) == number
        assert one.states() == [end]
        one.advance(1_000 * MINUTE)
        assert await one.flush() == {}


@in_loop
async def test_a_final_failure_of_a_retriggered_delivery() -> None:
    """What fails again after it was sent again by hand has retroactively failed."""
    async with office() as one, receiver(status(410)) as hook:
        one.queue(hook.url(), retrigger_count=1, attempt_count=1)
        assert await one.flush() == {"retroactively_failed": 1}
        assert [kept["number"] for kept in one.rows("attempt")] == [2]


@in_loop
async def test_the_schedule_is_the_workspaces() -> None:
    """Another workspace may have other delays, or none; a delay that is short runs on real time."""
    async with office(delays_of=lambda workspace: [] if workspace.key == "key" else [1, 1]) as one:
        other = one.another()
        async with receiver(status(500)) as never, receiver(*in_turn(500, 500, 200)) as thrice:
            one.queue(never.url())
            one.queue(thrice.url(), workspace=other)
            assert await one.flush() == {"failed": 1}
            await thrice.got(3)
            await one.outbox.flush(other)
            assert [row["state"] for row in one.rows(ws=other.id)] == ["successful"]


@given(
    st.sampled_from(range(100, 600)), st.integers(0, 6), st.integers(0, 2), st.lists(st.integers(0, 10**9), max_size=5)
)
def test_every_attempt_leads_to_one_state(code: int, made: int, retriggered: int, delays: list[int]) -> None:
    """Only a retry has a delay, the one of its number; what is not tried again has succeeded or failed."""
    one = Delivery(1, "EMAIL_REPLY", "", "user", "", "", made, retriggered)
    state, delay = state_after(verdict_on(code), one, delays)
    assert (state == "successful") == (code // 100 == 2)
    assert (state == "scheduled_for_retry") == (delay is not None) == (code // 100 in (1, 5) and made < len(delays))
    if delay is not None:
        assert delay == delays[made]
    assert (state in ("failed", "retroactively_failed")) == (state not in ("successful", "scheduled_for_retry"))
    assert state != "failed" or not retriggered


# ---------------------------------------------------------------------------------------------- order and bounds


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
async def test_a_retry_that_waits_holds_nothing_back() -> None:
    """The first delivery fails, the later ones arrive."""
    async with office(per_webhook=1) as one, receiver(*in_turn(500, 200)) as hook:
        one.queue(hook.url(), 10)
        assert await one.flush() == {"scheduled_for_retry": 1, "successful": 9}
        assert one.states()[0] == "scheduled_for_retry"


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many deliveries are read with their bodies, read by read."""
    read: list[int] = []
    rows = queue.deliveries

    def counted(db: Session, ids: list[int]) -> list[Delivery]:
        found = rows(db, ids)
        read.append(len(found))
        return found

    monkeypatch.setattr(queue, "deliveries", counted)
    return read


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


# ---------------------------------------------------------------------------------------------- crashes and ends


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


# ---------------------------------------------------------------------------------------------- disturbances


@in_loop
async def test_duplicate() -> None:
    """The request comes twice under one id; it is one attempt, kept twice."""
    async with office(per_webhook=1) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("duplicate", times=1))
        first, second = one.queue(hook.url(), 2)
        assert await one.flush() == {"successful": 2}
        assert hook.ids == [first, first, second]
        assert hook.requests[0].body == hook.requests[1].body
        assert [row["attempt_count"] for row in one.rows()] == [1, 1]
        assert [kept["number"] for kept in one.rows("attempt")] == [1, 1, 1]
    async with office() as one, receiver(*in_turn(500, 200)) as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("duplicate"))
        one.queue(hook.url())
        assert await one.flush() == {"scheduled_for_retry": 1}  # the first answer counts
        assert [kept["status"] for kept in one.rows("attempt")] == [500, 200]


@in_loop
async def test_reorder() -> None:
    """A delivery lets the next one of its webhook go first; alone, it waits for a flush or the end of it."""
    async with office(per_webhook=1) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("reorder", times=2))
        first = one.queue(hook.url(), 4)
        await hook.got(4)
        assert hook.ids == [first[1], first[0], first[3], first[2]]
        last = one.queue(hook.url())
        await hook.got(5)
        assert hook.ids[4:] == last
        await one.flush()
        one.outbox.set_disturbance(one.workspace, Disturbance("reorder"))
        alone = one.queue(hook.url())
        assert await one.flush() == {"successful": 1}
        assert hook.ids[5:] == alone
        held = one.queue(hook.url())
        one.queue(hook.url(), event_type="EMAIL_OPEN", webhook_id=2)
        one.outbox.set_disturbance(one.workspace, None)
        await hook.got(8)
        assert held[0] in hook.ids


@in_loop
async def test_delay() -> None:
    """Deliveries of the event come later, others overtake them; the end of the disturbance lets them go."""
    async with office(per_webhook=1) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=3_600_000, event_type="EMAIL_OPEN"))
        late = one.queue(hook.url(), 3, event_type="EMAIL_OPEN")
        quick = one.queue(hook.url(), 3)
        await hook.got(3)
        assert hook.ids == quick
        one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=1))
        await hook.got(6)
        assert hook.ids[3:] == late
        await one.flush()
        one.queue(hook.url())
        assert await one.flush() == {"successful": 1}


@in_loop
async def test_few_are_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many deliveries are delayed, most of them wait in the store."""
    read = count_reads(monkeypatch)
    async with office() as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=3_600_000, event_type="EMAIL_OPEN"))
        one.queue(hook.url(), 300, event_type="EMAIL_OPEN")
        one.queue(hook.url(), webhook_id=2)
        await hook.got(1)
        assert 100 <= sum(read) <= 110
        one.outbox.set_disturbance(one.workspace, None)
        assert (await one.flush())["successful"] >= 300


@in_loop
async def test_what_is_done_away_with_while_it_is_held_is_not_sent() -> None:
    """Deleted, or no longer queued: the end of the disturbance does not bring it back; nothing is remembered."""
    async with office() as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("delay", delay=3_600_000, event_type="EMAIL_OPEN"))
        one.queue(hook.url(), 3, event_type="EMAIL_OPEN")
        (other,) = one.queue(hook.url())
        await hook.got(1)
        await one.stored(other)
        one.database.writer.execute("DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery)")
        one.database.writer.execute("UPDATE delivery SET state = 'failed' WHERE event_type = 'EMAIL_OPEN'")
        one.outbox.set_disturbance(one.workspace, None)
        (last,) = one.queue(hook.url())
        assert await one.flush() == {"successful": 1}
        assert hook.ids == [other, last]
        assert not one.outbox._worlds["key"].lanes


@in_loop
async def test_drop() -> None:
    """Nothing is sent, and the delivery counts as a success; its attempt tells the truth."""
    async with office() as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("drop", times=2))
        ids = one.queue(hook.url(), 3)
        assert await one.flush() == {"successful": 3}
        assert hook.ids == ids[2:]
        dropped = one.rows("attempt")[:2]
        assert [kept["status"] for kept in one.rows("attempt")] == [None, None, 200]
        assert all("nothing was sent" in kept["error"] for kept in dropped)


@pytest.mark.parametrize("secret", ["", "secret"])
@in_loop
async def test_bad_signature(secret: str) -> None:
    """The signature has the right form and is wrong."""
    async with office(secret_of=lambda _: secret) as one, receiver() as hook:
        one.outbox.set_disturbance(one.workspace, Disturbance("bad_signature", times=1))
        one.queue(hook.url())
        await one.flush()
        (request,) = hook.requests
        kind, _, digest = request.headers["x-smartlead-signature"].partition("=")
        assert (kind, len(digest)) == ("sha256", 64)
        assert digest != hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()


# ---------------------------------------------------------------------------------------------- targets

LOCAL = (
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "0.0.0.0",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "fd12:3456::1", "fc00::1",
)  # fmt: skip
NOT_LOCAL = (
    "8.8.8.8", "172.15.255.255", "172.32.0.0", "192.169.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
    "0.0.0.1", "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "203.0.113.1", "240.0.0.1", "2001:db8::1",
    "2606:4700::1", "fe80::1", "fe80::1%lo", "ff02::1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::8.8.8.8",
    "::127.0.0.1", "64:ff9b::808:808", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "fd00:ec2::254", "fd20:ce::254",
    "fec0::1",
)  # fmt: skip


def test_local_addresses_are_loopback_and_private_ones() -> None:
    """Not link-local ones, not multicast, not tunnels, and not where clouds hand out credentials."""
    assert [address for address in LOCAL if not is_local(address)] == []
    assert [address for address in NOT_LOCAL if is_local(address)] == []


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_inside_ipv6(address: IPv4Address) -> None:
    """Mapping changes nothing."""
    assert is_local(f"::ffff:{address}") == is_local(str(address))


def watch_connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The addresses that sockets of this process try to reach."""
    tried: list[Any] = []
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def watched(sock: socket.socket, address: Any) -> None:
        tried.append(address[0])
        await connect(sock, address)

    monkeypatch.setattr(loop, "sock_connect", watched)
    return tried


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("8.8.8.8", REFUSED), ("169.254.169.254", REFUSED), ("[::ffff:8.8.8.8]", REFUSED), ("[fe80::1]", REFUSED),
        ("[::ffff:a9fe:a9fe]", REFUSED), ("224.0.0.1", REFUSED), ("255.255.255.255", REFUSED),
        ("[64:ff9b::808:808]", REFUSED), ("[::ffff:0:8.8.8.8]", REFUSED), ("0x08080808", REFUSED),
        ("0x8.0x8.0x8.0x8", REFUSED), ("0xa9fea9fe", REFUSED), ("0xA9.254.0251.254", REFUSED),
        ("134744072", "not a usable URL"), ("8.8.2056", "not a usable URL"), ("010.010.010.010", "not a usable URL"),
        ("2852039166", "not a usable URL"), ("８.８.８.８", REFUSED), ("8。8。8。8", REFUSED),
        ("user@8.8.8.8", REFUSED), ("127.0.0.1@8.8.8.8", REFUSED),
    ],
)  # fmt: skip
@in_loop
async def test_public_addresses_are_refused_in_every_notation(
    host: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt fails at once, for good, and says why; no socket is connected to another machine."""
    tried = watch_connects(monkeypatch)
    async with office() as one:
        one.queue(f"http://{host}/")
        assert await one.flush() == {"failed": 1}
        (attempt,) = one.rows("attempt")
        assert reason in attempt["error"]
        assert attempt["status"] is None
        assert tried == []


@pytest.mark.parametrize(
    "url",
    [
        "", "hook", "//127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://[::1/",
        "http://127.0.0.1:99999/", "http://" + "a" * 300 + "/", "http://..../", "javascript:alert(1)",
        "tcp://127.0.0.1:1/", "http:/127.0.0.1",
    ],
)  # fmt: skip
@in_loop
async def test_what_is_no_url_fails_for_good(url: str) -> None:
    """It will never work; the attempt says so, and the worker goes on."""
    async with office() as one, receiver() as hook:
        one.queue(url)
        one.queue(hook.url())
        assert await one.flush() == {"failed": 1, "successful": 1}
        assert one.rows("attempt")[0]["error"]


def name_server(monkeypatch: pytest.MonkeyPatch, *answers: Sequence[str]) -> list[str]:
    """Make `hook.example` resolve to these addresses, lookup by lookup; the names that were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host != "hook.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@in_loop
async def test_a_name_is_only_reached_at_its_local_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public addresses of a name are left out; a name that has no others is refused."""
    tried = watch_connects(monkeypatch)
    name_server(monkeypatch, ["8.8.8.8", "2606:4700::1", "127.0.0.1"], ["8.8.8.8", "fe80::1"])
    async with office() as one, receiver() as hook:
        one.queue(hook.url(host="hook.example"))
        assert await one.flush() == {"successful": 1}
        one.queue("http://hook.example:1/")
        assert await one.flush() == {"failed": 1}
        assert one.rows("attempt")[1]["error"] == REFUSED
        assert hook.requests[0].headers["host"] == f"hook.example:{hook.port}"
        assert set(tried) == {"127.0.0.1"}


@pytest.mark.parametrize("addresses", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]])
@in_loop
async def test_a_name_with_a_local_address_may_be_tried_again(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its public address is as if it were not there."""
    name_server(monkeypatch, addresses)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        async with office() as one:
            one.queue(f"http://hook.example:{free.getsockname()[1]}/")
            assert await one.flush() == {"scheduled_for_retry": 1}


@in_loop
async def test_a_name_is_looked_up_once_per_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means another machine the second time it is asked leads nowhere else."""
    tried = watch_connects(monkeypatch)
    asked = name_server(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    async with office() as one, receiver(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as hook:
        one.queue(hook.url(host="hook.example"))
        assert await one.flush() == {"successful": 1}
        assert len(asked) == 1
        assert tried == ["127.0.0.1"]


@in_loop
async def test_any_target_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--webhook-targets any` a public address is tried like others."""
    tried: list[Any] = []

    async def unreachable(_: socket.socket, address: Any) -> None:
        tried.append(address[0])
        raise OSError("unreachable")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", unreachable)
    async with office(targets="any") as one:
        one.queue("http://8.8.8.8/")
        assert await one.flush() == {"scheduled_for_retry": 1}
        assert set(tried) == {"8.8.8.8"}

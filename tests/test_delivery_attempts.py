"""One delivery: the request that is made, what its answer leads to, and when it is tried again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import ssl
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server import __version__
from mock_server.families.webhooks.tables import webhook
from mock_server.outbox.queue import Delivery, state_after
from mock_server.outbox.sender import verdict_on
from tests.office import MINUTE, RETRY_DELAYS, in_loop, office
from tests.receivers import HUGE, Answer, Huge, drip, hang, in_turn, leave, raw, receiver, reset, status

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


@in_loop
async def test_every_attempt_goes_where_the_webhook_points() -> None:
    """A retry and a retriggered delivery follow a changed URL; body and headers stay, the attempts tell where."""
    async with office() as one, receiver(status(500)) as old, receiver() as new:
        one.queue(old.url("/old"))
        assert await one.flush() == {"scheduled_for_retry": 1}
        one.session().update(webhook, {"id": 1}, url=new.url("/new"))
        one.advance(RETRY_DELAYS[0])
        assert await one.flush() == {"successful": 1}
        assert [(got.target, got.id, got.body) for got in new.requests] == [
            ("/new", old.requests[0].id, old.requests[0].body)
        ]
        assert one.rows()[0]["url"] == old.url("/old")
        assert [kept["url"] for kept in one.rows("attempt")] == [old.url("/old"), new.url("/new")]


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
    st.sampled_from(range(100, 600)), st.integers(0, 6), st.integers(0, 6), st.integers(0, 2),
    st.lists(st.integers(0, 10**9), max_size=5),
)  # fmt: skip
def test_every_attempt_leads_to_one_state(
    code: int, earlier: int, made: int, retriggered: int, delays: list[int]
) -> None:
    """Only a retry has a delay, that of its number in the round; what is not tried again has succeeded or failed."""
    one = Delivery(1, "EMAIL_REPLY", "", "user", "", "", earlier + made, earlier, 0, retriggered, is_wanted=True)
    state, delay = state_after(verdict_on(code), one, delays)
    assert (state == "successful") == (code // 100 == 2)
    assert (state == "scheduled_for_retry") == (delay is not None) == (code // 100 in (1, 5) and made < len(delays))
    if delay is not None:
        assert delay == delays[made]
    assert (state in ("failed", "retroactively_failed")) == (state not in ("successful", "scheduled_for_retry"))
    assert state != "failed" or not retriggered

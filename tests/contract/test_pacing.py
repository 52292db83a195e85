"""A real service is called at half its limit, waited for, and left alone when it is ill. Nothing here sleeps."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.errors import CannotJudgeError, OutageError
from contract_tests.pacing import WINDOW_SECONDS, Paced
from contract_tests.target import Target
from tests.contract.fakes import SECRET, FakeClock, Net, make_target


@given(st.integers(1, 500), st.lists(st.floats(0, 100), max_size=200))
def test_no_window_sees_more_than_half_the_limit(limit: int, pauses: list[float]) -> None:
    """Whatever the suite does between its calls."""
    clock = FakeClock()
    pace = Paced(clock, limit)
    moments = []
    for pause in [*pauses, *[0.0] * limit]:
        clock.time += pause
        pace.before()
        moments.append(clock.now())
    for index, start in enumerate(moments):
        inside = [moment for moment in moments[index:] if moment < start + WINDOW_SECONDS - 1e-6]
        assert len(inside) <= max(1, -(-limit // 2))


def test_the_limit_that_the_service_tells_is_believed() -> None:
    """And nonsense is not."""
    clock = FakeClock()
    pace = Paced(clock)
    assert pace.limit == 60
    pace.after(200, {"x-ratelimit-limit": "120"}, 0)
    for nonsense in ("0", "-5", "many", "", "1e9"):
        pace.after(200, {"x-ratelimit-limit": nonsense}, 0)
    pace.before()
    pace.before()
    assert clock.slept == [1.0]


def paced(*given: httpx.Response, budget: int | None = None) -> tuple[Target, FakeClock, Net]:
    """A paced target that gets these answers."""
    clock = FakeClock()
    left = list(given)

    def handler(request: httpx.Request) -> httpx.Response:
        one = left.pop(0) if len(left) > 1 else left[0]
        return httpx.Response(one.status_code, headers=one.headers, json=[])

    target, net = make_target(handler, mode="read", pace=Paced(clock), budget=budget)
    return target, clock, net


def limited(**headers: str) -> httpx.Response:
    """A 429."""
    return httpx.Response(429, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_429_is_waited_out_with_a_growing_back_off() -> None:
    """Retry-After is the least that is waited; the same call is made again."""
    target, clock, net = paced(limited(retry_after="7"), limited(), limited(retry_after="junk"), httpx.Response(200))
    assert target.call("list_campaigns").status == 200
    assert [wait for wait in clock.slept if wait >= 1] == [7.0, 2.0, 4.0]
    assert len(net.requests) == 4


@pytest.mark.parametrize("answer", [limited(), limited(retry_after="100000")])
def test_a_429_without_end_stops_the_run(answer: httpx.Response) -> None:
    """It is no violation."""
    target, clock, _ = paced(answer)
    with pytest.raises(CannotJudgeError, match="429"):
        target.call("list_campaigns")
    assert sum(clock.slept) < 600


def test_five_5xx_in_a_row_stop_the_run() -> None:
    """Four and a success do not."""
    ill = [httpx.Response(status) for status in (500, 502, 503, 500)]
    target, _, net = paced(*ill, httpx.Response(200), *ill, httpx.Response(504))
    for _ in range(9):
        target.call("list_campaigns")
    with pytest.raises(OutageError, match="5 answers in a row"):
        target.call("list_campaigns")
    assert len(net.requests) == 10


def test_the_budget_counts_every_request() -> None:
    """Also those that were made again."""
    target, _, net = paced(limited(), httpx.Response(200), budget=3)
    target.call("list_campaigns")
    target.call("list_campaigns")
    with pytest.raises(CannotJudgeError, match="budget of 3"):
        target.call("list_campaigns")
    assert len(net.requests) == 3
    assert all(request.url.params["api_key"] == SECRET for request in net.requests)

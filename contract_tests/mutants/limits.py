"""Rate limits that are told or counted wrong."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call

SHELF = Shelf("limits")
_WAIT = "S2:187: a 429 has a Retry-After header"
_TOLD = "x-ratelimit-* tell the limit, what is left, and when it starts anew (R, document)"
_LEFT = "x-ratelimit-remaining"


@SHELF.calls("* *", why=_WAIT)
async def refusal_without_retry_after(call: Call) -> Answer:
    """A 429 does not say how long to wait."""
    answer = await call.go()
    answer.put("retry-after", None)
    return answer


@SHELF.calls("* *", why="S2:45: Retry-After in seconds")
async def retry_after_in_milliseconds(call: Call) -> Answer:
    """The time to wait is told in milliseconds."""
    answer = await call.go()
    answer.put("retry-after", f"{answer.header('retry-after')}000")
    return answer


@SHELF.calls("* *", why=_TOLD)
async def remaining_never_falls(call: Call) -> Answer:
    """The number of calls that are left stays what it was at first."""
    answer = await call.go()
    if left := answer.header(_LEFT):
        answer.put(_LEFT, call.memory.setdefault("left", left))
    return answer


@SHELF.calls("* *", why=_TOLD)
async def remaining_below_zero(call: Call) -> Answer:
    """The number of calls that are left is -1 when none is."""
    answer = await call.go()
    if answer.header(_LEFT) == "0":
        answer.put(_LEFT, "-1")
    return answer


@SHELF.calls("* *", why=_TOLD)
async def no_remaining_on_writes(call: Call) -> Answer:
    """Answers to writing calls do not say how many calls are left."""
    answer = await call.go()
    if call.request.method != "GET":
        answer.put(_LEFT, None)
    return answer


@SHELF.calls("* *", why=_TOLD)
async def reset_in_milliseconds(call: Call) -> Answer:
    """The end of the window is told in milliseconds."""
    answer = await call.go()
    answer.put("x-ratelimit-reset", f"{answer.header('x-ratelimit-reset')}000")
    return answer


@SHELF.calls("POST /campaigns/create", why="a call that is refused with 429 changes nothing (DESIGN 2)")
async def refused_after_the_work(call: Call) -> Answer:
    """The last call of a window does its work and is answered with 429."""
    answer = await call.go()
    if answer.status == 200 and answer.header(_LEFT) == "0":
        answer.status, answer.json = 429, {"message": "Too many requests. Please slow down and retry later."}
        answer.headers.append(("retry-after", "2"))
    return answer.sealed()


@SHELF.calls("* *", why="S2:187: 429 when the limit is reached")
async def limit_is_503(call: Call) -> Answer:
    """Too many calls are refused with 503."""
    answer = await call.go()
    if answer.status == 429:
        answer.status = 503
    return answer


@SHELF.calls("POST *", why="S1:40: requests are counted, each once")
async def writes_count_twice(call: Call) -> Answer:
    """A writing call is charged twice."""
    answer = await call.go()
    again = await call.go(call.request.but("GET", "/leads/fetch-categories"))
    answer.put(_LEFT, again.header(_LEFT) or answer.header(_LEFT))
    return answer

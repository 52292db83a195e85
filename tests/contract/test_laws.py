"""The phase of laws: nothing to say of the mock in any edition, and much of a server that miscounts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from contract_tests.exchange import rows_of
from contract_tests.laws.phase import Laws
from contract_tests.laws.reading import number
from contract_tests.phases import World
from tests.contract.fakes import EDITIONS
from tests.contract.shape_world import Changing, make_world

Change = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


def _all(world: World) -> Iterator[tuple[str, str]]:
    for part in Laws().parts(world.api):
        for finding in Laws().run(world, part):
            yield finding.check, finding.message


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_false_alarm(url: str, edition: str) -> None:
    """The mock keeps all laws, in every edition."""
    assert list(_all(make_world(url, edition, key=f"laws-{edition}"))) == []


def test_the_laws_say_something(url: str) -> None:
    """Each kind was tried often enough on the story."""
    world = make_world(url, key="laws-enough")
    assert list(_all(world)) == []
    made = {check: sum(operations.values()) for check, operations in world.tally.checks.items()}
    least = {"paging": 30, "filter": 120, "view": 120, "figures": 40, "protocol": 50, "rate headers": 50}
    assert {check: made.get(check, 0) for check, count in least.items() if made.get(check, 0) < count} == {}


def test_reading_writes_nothing(url: str) -> None:
    """In read mode what is there is looked at, and nothing else is sent."""
    seen: list[str] = []

    def note(request: httpx.Request, _: httpx.Response) -> None:
        seen.append(f"{request.method} {request.url.path}")

    assert list(_all(make_world(url, mode="read", transport=Changing(note), key="laws-read"))) == []
    assert seen
    assert not [one for one in seen if not re.match(r"GET |POST .*/(master-inbox|tag-list)", one)]


@pytest.mark.parametrize(
    ("answer", "rows"),
    [([{"a": 1}], [{"a": 1}]), ({"data": {"rows": [{"b": 2}]}, "x": 1}, [{"b": 2}]), ({"a": {"b": 1}}, None), ([], [])],
)
def test_rows(answer: Any, rows: Any) -> None:
    """The nearest array is the list."""
    assert rows_of(answer) == rows


def test_counts() -> None:
    """Counts are numbers, or text that is one."""
    assert [number(one) for one in (3, "3", True, "3.5", "-1", None, "")] == [3, 3, None, None, None, None, None]


def _json(path: str, method: str, change: Callable[[Any], Any]) -> Change:
    def changed(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        if request.method != method or not re.search(path, request.url.path) or answer.status_code != 200:
            return None
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        body = json.dumps(change(answer.json()), ensure_ascii=False).encode()
        return httpx.Response(200, headers=headers, content=body)

    return changed


def _put(*steps: str, by: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def change(answer: Any) -> Any:
        inner = answer
        for step in steps[:-1]:
            inner = inner.get(step, {})
        if steps[-1] in inner:
            inner[steps[-1]] = by(inner[steps[-1]])
        return answer

    return change


def _more(count: int) -> int:
    return count + 1


def _garbled(rows: Any) -> Any:
    return json.loads(json.dumps(rows).replace("\\u", "u"))


def _without(name: str) -> Change:
    def changed(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        headers = {key: value for key, value in answer.headers.items() if key != name}
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    return changed


def _refusing(method: str, path: str, query: str = "") -> Change:
    def changed(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        is_meant = request.method == method and re.search(path, request.url.path)
        if not is_meant or query not in request.url.query.decode() or answer.status_code != 200:
            return None
        return httpx.Response(400, headers=_limits_of(answer), json={"error": "Bad Request"})

    return changed


def _limits_of(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("x-")}


def _taking(path: str, query: str) -> Change:
    def changed(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
        is_meant = re.search(path, request.url.path) and query in request.url.query.decode()
        return httpx.Response(200, headers=_limits_of(answer), json={}) if is_meant else None

    return changed


def _last_call_refused(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    if request.method != "POST" or answer.headers.get("x-ratelimit-remaining") != "0":
        return None
    return httpx.Response(429, headers=_limits_of(answer) | {"retry-after": "2"}, json={})


@pytest.mark.parametrize(
    ("part", "check", "change"),
    [
        ("changing", "many", _json(r"/campaigns/$", "GET", lambda rows: rows[:10])),
        ("changing", "many", _json(r"/client/$", "GET", lambda rows: rows[:20])),
        ("changing", "many", _json(r"/webhooks$", "GET", lambda rows: rows[:25])),
        ("reading", "filter", _refusing("GET", r"/campaigns/[0-9]+/leads$", "emailStatus=is_opened")),
        ("reading", "view", _refusing("GET", r"/leads/$", "email=SILENT")),
        ("reading", "spans", _taking("/analytics-by-date$", "end_date=2026-05-01")),
        ("reading", "spans", _refusing("GET", "/analytics-by-date$", "end_date=2026-03-31")),
        ("reading", "limit", _taking("/statistics$", "limit=1001")),
        ("changing", "mailboxes", _json(r"/email-accounts/[0-9]+$", "GET", _put("signature", by=lambda _: "S"))),
        ("limits", "rate limit", _last_call_refused),
        ("changing", "bounces", _json(r"/campaigns/[0-9]+$", "GET", _put("status", by=lambda _: "ACTIVE"))),
        ("changing", "bounces", _json(r"/campaigns/[0-9]+$", "GET", _put("status", by=lambda _: "PAUSED"))),
        ("reading", "total", _json(r"/leads$", "GET", _put("total_leads", by=lambda n: str(int(n) + 1)))),
        ("reading", "paging", _json(r"/statistics$", "GET", _put("data", by=lambda rows: rows[::-1]))),
        ("reading", "hasMore", _json(r"/leads-statistics$", "GET", _put("hasMore", by=lambda _: True))),
        ("reading", "filter", _json(r"/inbox-replies$", "POST", _put("data", by=lambda rows: rows[:4]))),
        ("reading", "view", _json(r"/leads/$", "GET", _put("company_name", by=lambda _: None))),
        ("reading", "view", _json(r"/leads/[0-9]+/campaigns$", "GET", lambda rows: rows[1:])),
        ("reading", "order", _json(r"/inbox-replies$", "POST", _put("data", by=lambda rows: rows[::-1]))),
        ("reading", "figures", _json(r"[0-9]/analytics$", "GET", _put("sent_count", by=lambda n: str(int(n) + 1)))),
        ("reading", "figures", _json(r"/overall-stats-v2$", "GET", _put("data", "overall_stats", "sent", by=_more))),
        ("reading", "protocol", _json(r"/campaigns/$", "GET", _garbled)),
        ("limits", "rate limit", _without("retry-after")),
        ("limits", "rate headers", _without("x-ratelimit-reset")),
    ],
)  # fmt: skip
def test_what_is_seen(url: str, part: str, check: str, change: Change) -> None:
    """Bugs put between the mock and the suite."""
    world = make_world(url, transport=Changing(change), key="laws-seen")
    assert check in {finding.check for finding in Laws().run(world, part)}

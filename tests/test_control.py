"""The control API: what a test asks of the mock. One key's control never reaches another key (see test_isolation)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server import __version__
from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.contract.publish import published
from tests.conftest import Api
from tests.worlds import build

MOMENT = "2026-01-05T09:00:00.000Z"
LATER = "2026-01-05T09:00:00.001Z"
EARLIER = "2026-01-05T08:59:59.999Z"
NOBODY_REACTS = dict.fromkeys(("bounce", "open", "click", "reply", "unsubscribe", "ooo"), 0.0)
DEFAULTS: dict[str, Any] = {
    "edition": "default", "rate_limit": "", "suspend_after": None, "plan": "api", "seed": 0, "lead_credit": None,
    "community_bounce_list": [], "recipients": NOBODY_REACTS, "webhook_signing_secret": "",
}  # fmt: skip


@contextmanager
def started(**options: Any) -> Iterator[TestClient]:
    """A server of its own with these settings."""
    settings = Settings(rate_limit="off", **options)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def freeze(api: Api, now: str = MOMENT) -> Any:
    """Freeze the clock; the answer."""
    return api.control("PUT", "/clock", {"mode": "frozen", "now": now})


def seen(api: Api) -> str:
    """The moment that a new campaign is made at."""
    moment: str = api.post("/campaigns/create", {}).json()["created_at"]
    return moment


def test_health_needs_no_key(client: TestClient) -> None:
    """`health` tells the version, the edition and the kind of store to anybody."""
    expected = {"status": "ok", "version": __version__, "edition": "default", "store": "memory"}
    assert client.get("/_mock/health").json() == expected


@pytest.mark.parametrize(
    "call", ["POST reset", "GET clock", "PUT clock", "POST clock/advance", "GET settings", "GET state"]
)
@pytest.mark.parametrize("query", ["", "?api_key=", "?api_key=%20"])
def test_control_of_a_key_needs_a_key(client: TestClient, call: str, query: str) -> None:
    """Without a key, control answers 401 and says how to name one."""
    method, path = call.split()
    answer = client.request(method, f"/_mock/{path}{query}", json={"mode": "live"})
    assert answer.status_code == 401
    assert "X-Mock-Key" in answer.json()["detail"]


def test_a_key_may_come_in_the_query_or_in_a_header(api: Api) -> None:
    """`?api_key=` and `X-Mock-Key` name the same workspace."""
    freeze(api)
    by_query = api.client.get("/_mock/clock", params={"api_key": api.key})
    assert by_query.json() == api.control("GET", "/clock").json() == {"mode": "frozen", "now": MOMENT}


def test_a_reset_makes_a_key_new(api: Api, other: Api) -> None:
    """After a reset rows, ids, clock and settings are those of a key that nobody has used, and can be made again."""
    fresh = [other.control("GET", path).json() for path in ("/state", "/settings")]
    for _ in range(2):
        freeze(api)
        api.control("PUT", "/settings", {"seed": 5, "lead_credit": 100, "community_bounce_list": ["a@b.example"]})
        world = build(api, "anna")
        assert (world.campaign_id, world.lead_ids[0]) == (1001, 3_000_000_001)
        assert api.control("POST", "/reset").json() == {"ok": True}
        assert [api.control("GET", path).json() for path in ("/state", "/settings")] == fresh
        assert api.control("GET", "/clock").json()["mode"] == "live"
        assert api.get("/campaigns/").json() == []
        assert api.get("/leads/global-leads").json()["data"] == []


def test_the_clock_runs_with_the_machine_unless_it_is_told_otherwise(api: Api) -> None:
    """A new key's clock is live and shows the time of the machine."""
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    state = api.control("GET", "/clock").json()
    assert state["mode"] == "live"
    assert before <= datetime.fromisoformat(state["now"]) <= datetime.now(UTC)


def test_a_frozen_clock_stands(api: Api) -> None:
    """While the clock is frozen, everything happens at that moment."""
    assert freeze(api).json() == {"mode": "frozen", "now": MOMENT}
    assert [seen(api), seen(api)] == [MOMENT, MOMENT]


def test_freezing_without_a_moment_keeps_the_moment(api: Api) -> None:
    """`frozen` without `now` stands where the clock is."""
    freeze(api)
    assert api.control("PUT", "/clock", {"mode": "live"}).status_code == 200
    stood = api.control("PUT", "/clock", {"mode": "frozen"}).json()["now"]
    assert MOMENT <= stood < "2026-01-05T09:10"
    assert seen(api) == stood


def test_a_live_clock_goes_on_from_the_frozen_moment(api: Api) -> None:
    """From frozen to live, time goes on from the frozen moment, not from the machine's."""
    freeze(api)
    seen(api)
    assert api.control("PUT", "/clock", {"mode": "live"}).json()["mode"] == "live"
    assert MOMENT <= seen(api) < "2026-01-05T09:10"


DURATIONS = [
    ({"days": 1}, "2026-01-06T09:00:00.000Z"),
    ({"hours": 25, "minutes": 1, "seconds": 1.5}, "2026-01-06T10:01:01.500Z"),
    ({"days": 0.5}, "2026-01-05T21:00:00.000Z"),
    ({"seconds": 0.001}, LATER),
    ({"to": "2026-02-01"}, "2026-02-01T00:00:00.000Z"),
    ({"to": "2026-01-05T11:00:00+01:00"}, "2026-01-05T10:00:00.000Z"),
    ({"to": MOMENT}, MOMENT),
    ({"days": 36_500}, "2125-12-12T09:00:00.000Z"),
]


@pytest.mark.parametrize(("move", "expected"), DURATIONS, ids=str)
def test_the_clock_advances(api: Api, move: dict[str, Any], expected: str) -> None:
    """`advance` moves a frozen clock by a duration, the parts of which add up, or to a moment."""
    freeze(api)
    seen(api)
    assert api.control("POST", "/clock/advance", move).json() == {"now": expected, "events": {}, "next_due": None}
    assert api.control("GET", "/clock").json() == {"mode": "frozen", "now": expected}
    assert seen(api) == expected


def test_a_live_clock_advances_and_runs_on(api: Api) -> None:
    """`advance` moves a live clock too, which then runs on from there."""
    api.control("PUT", "/clock", {"mode": "live", "now": MOMENT})
    assert api.control("POST", "/clock/advance", {"days": 2}).status_code == 200
    state = api.control("GET", "/clock").json()
    assert state["mode"] == "live"
    assert "2026-01-07T09:00" <= state["now"] < "2026-01-07T09:10"


BACKWARD = [
    ("PUT", "/clock", {"mode": "frozen", "now": EARLIER}), ("PUT", "/clock", {"mode": "live", "now": EARLIER}),
    ("POST", "/clock/advance", {"to": EARLIER}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), BACKWARD, ids=str)
def test_with_rows_the_clock_only_moves_forward(api: Api, method: str, path: str, body: dict[str, str]) -> None:
    """Once something was made, even if it is deleted again, the clock is not set back: 409."""
    freeze(api)
    api.delete(f"/campaigns/{api.campaign()}")
    assert api.control(method, path, body).status_code == 409
    assert api.control("GET", "/clock").json() == {"mode": "frozen", "now": MOMENT}
    assert freeze(api, LATER).json()["now"] == LATER


def test_without_rows_the_clock_may_be_set_back(api: Api) -> None:
    """Before anything is made the clock may be set to any moment, backward too; refused calls make nothing."""
    freeze(api)
    assert api.post("/campaigns/create", {"name": 1}).status_code == 400
    assert freeze(api, EARLIER).json()["now"] == EARLIER
    assert freeze(api, "1970-01-01T00:00:00Z").json()["now"] == "1970-01-01T00:00:00.000Z"


BAD: dict[str, list[Any]] = {
    "PUT /clock": [
        {}, {"mode": "stopped"}, {"mode": "frozen", "now": "soon"}, {"mode": "frozen", "now": 0},
        {"mode": "frozen", "at": MOMENT},
        {"mode": "frozen", "now": "1969-12-31T23:59:59Z"}, {"mode": "frozen", "now": "9999-01-01T00:00:00Z"},
        {"mode": "live", "now": "0001-01-01"}, {"mode": "frozen", "now": "2026-02-30"}, {"mode": "frozen", "now": ""},
        {"mode": "frozen", "now": "\x00"}, {"mode": "frozen", "now": "\ud800"}, [], None, "frozen",
    ],
    "POST /clock/advance": [
        {}, {"days": -1}, {"days": "1"}, {"days": 0}, {"days": 1, "to": LATER}, {"weeks": 1}, {"to": "later"},
        {"to": 1},
        {"days": 1e300}, {"seconds": float("nan")}, {"seconds": float("inf")}, {"to": "9999-12-31T23:59:59-12:00"}, [1],
    ],
    "PUT /settings": [
        {"edition": "first"}, {"edition": 1}, {"edition": "\ud800"}, {"seed": -1}, {"seed": 2**53}, {"seed": 1.5},
        {"seed": "1"},
        {"lead_credit": -1}, {"lead_credit": True}, {"lead_credit": 2**64}, {"rate_limit": "fast"}, {"plan": "pro"},
        {"community_bounce_list": "a@b.example"}, {"community_bounce_list": [1]},
        {"edition": "live", "lead_credit": "x"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("call", "body"), [(call, body) for call, bodies in BAD.items() for body in bodies], ids=lambda one: ascii(one)[:60]
)
def test_control_refuses_what_makes_no_sense(api: Api, call: str, body: Any) -> None:
    """A bad moment, an unknown key or a wrong type is 422, and clock and settings stay."""
    freeze(api)
    before = api.control("GET", "/settings").json()
    headers = {"X-Mock-Key": api.key, "Content-Type": "application/json"}
    method, path = call.split()
    content = json.dumps(body).encode()
    assert api.client.request(method, f"/_mock{path}", content=content, headers=headers).status_code == 422
    assert api.control("GET", "/clock").json() == {"mode": "frozen", "now": MOMENT}
    assert api.control("GET", "/settings").json() == before


@pytest.mark.parametrize("content", [b"{", b"", b'{"mode": "frozen"}}', b'{"mode": "\xff"}'])
def test_control_refuses_what_is_no_json(api: Api, content: bytes) -> None:
    """A body that cannot be read is a 4xx."""
    headers = {"X-Mock-Key": api.key, "Content-Type": "application/json"}
    assert api.client.put("/_mock/clock", content=content, headers=headers).status_code in (400, 422)


CHANGES: list[dict[str, Any]] = [
    {"edition": "live"}, {"seed": 2**53 - 1}, {"lead_credit": 0}, {"rate_limit": "5/10"}, {"suspend_after": 3},
    {"plan": "no-api-403"},
    {"community_bounce_list": ["a@b.example", "c@d.example"]}, {"recipients": {**NOBODY_REACTS, "open": 0.5}},
    {"webhook_signing_secret": "s"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_setting_changes_alone(api: Api, change: dict[str, Any]) -> None:
    """Settings that are left out stay; the answer and the next read show all of them."""
    assert api.control("GET", "/settings").json() == DEFAULTS
    assert api.control("PUT", "/settings", change).json() == {**DEFAULTS, **change}
    assert api.control("GET", "/settings").json() == {**DEFAULTS, **change}
    assert api.control("PUT", "/settings", {}).json() == {**DEFAULTS, **change}


def test_settings_have_effect_and_can_be_taken_back(api: Api) -> None:
    """Credit, bounce list and edition decide on the next call; null and an empty list take them back."""
    campaign_id = api.campaign()
    api.control("PUT", "/settings", {"lead_credit": 1, "community_bounce_list": [" Bad@X.example ", "bad@x.example"]})
    assert api.control("GET", "/settings").json()["community_bounce_list"] == ["bad@x.example"]
    first = api.add(campaign_id, "bad@x.example", "one@x.example", "two@x.example")
    assert (first["bounce_count"], first["total_leads"], first["lead_import_stopped_count"]) == (1, 1, 1)
    assert api.control("GET", "/settings").json()["lead_credit"] == 0
    api.control("PUT", "/settings", {"lead_credit": None, "community_bounce_list": [], "edition": "live"})
    second = api.add(campaign_id, "bad@x.example", "two@x.example")
    assert second["total_leads"] == 2
    assert "added_count" not in second


def test_the_seed_is_fixed_once_something_is_made(api: Api) -> None:
    """Another seed is refused with 409 when rows exist; the same one is fine."""
    api.control("PUT", "/settings", {"seed": 3})
    api.campaign()
    assert api.control("PUT", "/settings", {"seed": 4, "lead_credit": 9}).status_code == 409
    assert api.control("PUT", "/settings", {"seed": 3}).json() == {**DEFAULTS, "seed": 3}


def test_state_counts_the_rows(api: Api) -> None:
    """`state` counts the rows of each kind, without deleted ones and without what belonged to a deleted campaign."""
    assert set(api.control("GET", "/state").json()["tables"].values()) == {0}
    world = build(api, "anna")
    expected = {
        "campaign": 3,
        "lead": 5,
        "enrolment": 6,
        "step": 4,
        "variant": 2,
        "email_account": 3,
        "block_list_entry": 2,
    }
    tables = api.control("GET", "/state").json()["tables"]
    assert {name: tables[name] for name in expected} == expected
    api.delete(f"/campaigns/{world.campaign_id}")
    api.delete(f"/email-accounts/{world.email_account_id}")
    tables = api.control("GET", "/state").json()["tables"]
    left = {
        "campaign": 2,
        "lead": 5,
        "enrolment": 2,
        "step": 2,
        "variant": 1,
        "email_account": 2,
        "block_list_entry": 2,
    }
    assert {name: tables[name] for name in left} == left
    assert tables["campaign_email_account"] == 0


def test_editions_are_listed(client: TestClient) -> None:
    """`editions` lists what `--edition` and `X-Mock-Edition` take, what each reads, serves, and how it behaves."""
    listed = {one["name"]: one for one in client.get("/_mock/editions").json()}
    assert list(listed) == ["default", "live", "api-guide", "lead-guide", "connector", "help-center", "reference"]
    assert all(one["summary"] and one["operations"] > 0 for one in listed.values())
    assert listed["live"]["operations"] < listed["default"]["operations"]
    assert (listed["help-center"]["sources"], listed["help-center"]["rate_limit"]) == (["S1"], "help-center")
    assert listed["default"]["sources"] == []
    assert listed["connector"]["rules"]["list_flags"] == "drop-listed"
    assert listed["default"]["rules"]["webhook_retry_minutes"] == [1, 5, 30]
    contract = client.app.state.world.contract  # type: ignore[attr-defined]
    for name in listed:
        assert client.get(f"/_mock/editions/{name}/openapi.json").json() == published(contract, name)
    unknown = client.get("/_mock/editions/conector/openapi.json")
    assert unknown.status_code == 404
    assert "connector" in unknown.json()["detail"]


def test_listed_keys_alone_are_known() -> None:
    """With `--keys` a key that is not listed is 401 everywhere, in the API and in control."""
    with started(keys=frozenset({"one", "two"})) as client:
        assert Api(client, "one").campaign() == Api(client, "two").campaign() == 1001
        for stranger in ("three", "ONE", "one ", "one,two"):
            answer = Api(client, stranger).get("/campaigns/")
            assert (answer.status_code, answer.json()) == (401, {"message": "Invalid API Key"})
            assert Api(client, stranger).control("GET", "/state").status_code == 401


def test_no_more_workspaces_than_allowed_are_stored() -> None:
    """At `--max-workspaces` a new key's first write is 403; a refused write takes no place, a reset frees one."""
    with started(max_workspaces=2) as client:
        one, two, three = (Api(client, key) for key in ("one", "two", "three"))
        assert one.campaign() == 1001
        assert three.get("/campaigns/9/leads").status_code == 404
        assert three.post("/campaigns/9/leads", {"lead_list": [{"email": "a@b.example"}]}).status_code == 404
        assert freeze(two).status_code == 200
        refused = client.post("/api/v1/campaigns/create", params={"api_key": "three"}, json={})
        assert (refused.status_code, refused.json()) == (403, {"message": "Too many workspaces"})
        assert freeze(three).status_code == three.control("PUT", "/settings", {"lead_credit": 1}).status_code == 403
        assert three.control("GET", "/settings").json() == DEFAULTS
        assert three.get("/campaigns/").json() == []
        assert one.campaign() == 1002
        assert two.control("POST", "/reset").status_code == 200
        assert three.campaign() == 1001


def test_a_server_may_start_frozen_with_its_own_edition_and_seed() -> None:
    """`--clock`, `--edition` and `--seed` are what new keys start with, and start with again after a reset."""
    start = int(datetime(2026, 1, 5, 9, tzinfo=UTC).timestamp() * 1000)
    with started(clock=start, edition="live", seed=7) as client:
        api = Api(client, "any")
        for _ in range(2):
            assert api.control("GET", "/clock").json() == {"mode": "frozen", "now": MOMENT}
            assert api.control("GET", "/settings").json() == {**DEFAULTS, "edition": "live", "seed": 7}
            api.control("POST", "/clock/advance", {"days": 1})
            api.control("POST", "/reset")
        assert client.get("/_mock/health").json()["edition"] == "live"

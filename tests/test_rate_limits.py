"""Rate limits: what a profile allows, what the headers tell, and that a refusal changes nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings, openapi_directory
from mock_server.contract.editions import Behaviour
from mock_server.contract.operations import Contract
from tests.conftest import Api
from tests.servers import Server, run, server
from tests.worlds import OPERATIONS, build, everything

CONTRACT = Contract(openapi_directory())
REFUSED = {"message": "Too many requests. Please slow down and retry later."}
NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
PRO = {
    "campaign-read": ["100/60"], "campaign-write": ["30/60"], "lead": ["60/60"], "lead-upload": ["60/60", "30/60"],
    "analytics": ["50/60"], "webhook": ["20/60"], "other": ["100/60"],
}  # fmt: skip
CUSTOM = {
    "campaign-read": ["300/60"], "campaign-write": ["100/60"], "lead": ["200/60"], "lead-upload": ["200/60"],
    "analytics": ["150/60"], "webhook": ["50/60"], "other": ["300/60"],
}  # fmt: skip
FOR_ALL = {
    "reference": ["60/60"], "help-center": ["10/2"], "guide-standard": ["10/1", "60/60", "1000/3600"],
    "guide-pro": ["20/1", "120/60", "3000/3600"], "off": [],
}  # fmt: skip
PROFILES = {
    **{name: dict.fromkeys(PRO, windows) for name, windows in FOR_ALL.items()},
    "api-guide-pro": PRO,
    "api-guide-custom": CUSTOM,
}
CLASSES = {
    "list_campaigns": "campaign-read", "get_campaign": "campaign-read", "get_campaign_sequences": "campaign-read",
    "list_campaign_email_accounts": "campaign-read", "create_campaign": "campaign-write",
    "delete_campaign": "campaign-write", "save_campaign_sequences": "campaign-write",
    "update_campaign_status": "campaign-write", "add_campaign_email_accounts": "campaign-write",
    "add_leads_to_campaign": "lead-upload", "list_leads_by_campaign": "lead", "update_lead": "lead",
    "pause_lead_in_campaign": "lead", "add_to_global_block_list": "lead", "list_email_accounts": "other",
}  # fmt: skip

Call = Callable[[Api], Any]


def read(api: Api) -> Any:
    """A call that changes nothing."""
    return api.get("/campaigns")


def write(api: Api) -> Any:
    """A call that makes a campaign."""
    return api.post("/campaigns/create", {"name": "A"})


def upload(api: Api) -> Any:
    """An import; it is charged whether or not there is such a campaign."""
    return api.post("/campaigns/1/leads", {"lead_list": [{"email": "ann@first.example"}]})


def lead(api: Api) -> Any:
    """A call about a lead that is no upload."""
    return api.get("/leads/1")


def accounts(api: Api) -> Any:
    """A call about mailboxes."""
    return api.get("/email-accounts/")


def limit(api: Api, text: str | None, **more: Any) -> None:
    """Choose the workspace's rate limit."""
    answer = api.control("PUT", "/settings", {"rate_limit": text, **more})
    assert answer.status_code == 200, answer.text


def advance(api: Api, seconds: float) -> None:
    """Move the workspace's clock forward."""
    assert api.control("POST", "/clock/advance", {"seconds": seconds}).status_code == 200


def statuses(api: Api, call: Call, times: int) -> list[int]:
    """What so many calls in a row answer: 429 or, as 0, anything else."""
    return [status if (status := call(api).status_code) == 429 else 0 for _ in range(times)]


def shown(answer: Any) -> tuple[str, ...]:
    """Limit and remaining of an answer, as far as it shows them."""
    return tuple(answer.headers[name] for name in NAMES[:2] if name in answer.headers)


@pytest.fixture
def standing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real time stands still: windows end only when the clock is advanced."""
    assert api.control("PUT", "/clock", {"mode": "frozen"}).status_code == 200
    monkeypatch.setattr("mock_server.clock.monotonic_ms", lambda: 1_000_000)


@pytest.fixture(scope="module")
def remote() -> Iterator[Server]:
    """A server in a process of its own."""
    with server() as running:
        yield running


def test_profiles_have_the_documents_numbers() -> None:
    """Each profile allows each class of operations what its source says, and there are no other profiles."""
    found = {
        name: {group: [f"{one.limit}/{one.seconds}" for one in profile.windows_of(group)] for group in PRO}
        for name, profile in CONTRACT.rate_limits.items()
    }
    assert found == PROFILES


def test_operations_have_the_class_of_their_kind() -> None:
    """Reading campaigns, writing them, leads, uploads and the rest are counted apart; none is forgotten (S2)."""
    found = {one.id: one.operation["x-rate-class"] for one in OPERATIONS}
    assert {name: found[name] for name in CLASSES} == CLASSES
    assert set(found.values()) <= set(PRO)


def test_editions_have_their_profiles() -> None:
    """Unless one is chosen, the help centre's and the third-party guide's limits hold in their editions."""
    own = {"help-center": "help-center", "api-guide": "api-guide-pro"}
    for name, spec in CONTRACT.specs.items():
        assert spec.rate_limit == own.get(name, "reference"), name


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize(
    ("profile", "call", "most", "seconds"),
    [
        ("reference", read, 60, 60), ("help-center", write, 10, 2), ("help-center", upload, 10, 2),
        ("guide-standard", read, 10, 1), ("guide-pro", lead, 20, 1), ("api-guide-pro", write, 30, 60),
        ("7/3", read, 7, 3), ("1/1000000", upload, 1, 1_000_000),
    ],
)  # fmt: skip
def test_a_window_takes_exactly_what_the_profile_says(
    api: Api, profile: str, call: Call, most: int, seconds: int
) -> None:
    """So many calls pass, the next are refused until the window has ended, then the first passes again."""
    limit(api, profile)
    assert shown(call(api)) == (str(most), str(most - 1))
    assert statuses(api, call, most + 1) == [0] * (most - 1) + [429] * 2
    advance(api, seconds - 0.001)
    assert statuses(api, call, 1) == [429]
    advance(api, 0.001)
    assert shown(call(api)) == (str(most), str(most - 1))


@pytest.mark.usefixtures("standing")
def test_bursts_and_minutes_add_up(api: Api) -> None:
    """In the guide's standard plan 10 pass each second until 60 have passed in the minute."""
    limit(api, "guide-standard")
    for _ in range(6):
        assert statuses(api, read, 11) == [0] * 10 + [429]
        advance(api, 1)
    refused = read(api)
    assert (refused.status_code, refused.headers["retry-after"], shown(refused)) == (429, "54", ("60", "0"))
    advance(api, 54)
    assert shown(read(api)) == ("10", "9")


@pytest.mark.usefixtures("standing")
def test_uploads_count_as_lead_calls_too(api: Api) -> None:
    """After 30 uploads the pro plan takes 30 more lead calls; a refused upload takes nothing from them (S2)."""
    limit(api, "api-guide-pro")
    assert statuses(api, upload, 33) == [0] * 30 + [429] * 3
    assert statuses(api, lead, 31) == [0] * 30 + [429]
    advance(api, 60)
    assert statuses(api, lead, 60) == [0] * 60
    assert statuses(api, upload, 1) == [429]


@pytest.mark.usefixtures("standing")
def test_categories_are_independent(api: Api) -> None:
    """What writes campaigns too often may go on reading them, and leads, each within its own number."""
    limit(api, "api-guide-pro")
    assert statuses(api, write, 31)[-1] == 429
    assert [shown(call(api))[0] for call in (read, lead, accounts, upload)] == ["100", "60", "100", "30"]
    limit(api, "api-guide-custom")
    assert [shown(call(api))[0] for call in (read, write, lead, accounts)] == ["300", "100", "200", "300"]


def test_off_has_no_limit_and_no_headers(api: Api) -> None:
    """Without a limit nothing is refused, and no header tells of one."""
    limit(api, "off")
    answers = [read(api) for _ in range(70)]
    assert {(answer.status_code, shown(answer)) for answer in answers} == {(200, ())}


@pytest.mark.parametrize("text", ["fast", "0/2", "10/0", "10", "10/2 lead", "-1/2", "1e3/2", "10/2/3", "Reference"])
def test_unknown_limits_are_refused(api: Api, text: str) -> None:
    """What is neither a profile nor N/SECONDS is refused with what is possible, and changes nothing."""
    limit(api, "5/60")
    answer = api.control("PUT", "/settings", {"rate_limit": text, "lead_credit": 3})
    assert answer.status_code == 422
    assert all(word in answer.text for word in ("N/SECONDS", *PROFILES))
    settings = api.control("GET", "/settings").json()
    assert (settings["rate_limit"], settings["lead_credit"]) == ("5/60", None)


def test_a_server_does_not_start_with_an_unknown_limit() -> None:
    """`serve --rate-limit fast` ends with exit code 2 and a sentence."""
    done = run("serve", "--port", "0", "--rate-limit", "fast")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("smartlead-mock: --rate-limit: 'fast' is no rate limit; use N/SECONDS or one of: ")


def test_the_servers_limit_holds_unless_the_workspace_has_its_own() -> None:
    """`--rate-limit` is the default of all workspaces; a workspace's own goes before it until it is taken away."""
    with TestClient(create_app(Settings(rate_limit="3/60"))) as client:
        api = Api(client, "some-key")
        assert shown(read(api)) == ("3", "2")
        for chosen, expected in (("api-guide-pro", "100"), ("off", None), ("4/60", "4"), (None, "3")):
            limit(api, chosen)
            assert read(api).headers.get("x-ratelimit-limit") == expected
        assert read(Api(client, "other-key")).headers["x-ratelimit-limit"] == "3"


def test_unset_it_follows_the_workspaces_edition() -> None:
    """With no limit chosen anywhere the workspace's edition decides; `X-Mock-Edition` changes nothing about it."""
    app = create_app(Settings())
    specs = app.state.world.contract.specs
    specs["live"] = replace(specs["live"], rate_limit="help-center")
    with TestClient(app) as client:
        api = Api(client, "some-key")
        assert shown(read(api)) == ("60", "59")
        assert shown(api.get("/campaigns", edition="live")) == ("60", "58")
        assert api.control("PUT", "/settings", {"edition": "live"}).status_code == 200
        assert read(api).headers["x-ratelimit-limit"] == "10"
        assert api.get("/campaigns", edition="default").headers["x-ratelimit-limit"] == "10"


def test_headers_may_be_on_reads_only() -> None:
    """In an edition that shows headers on GETs, writes have none, but their 429 has."""
    app = create_app(Settings(rate_limit="3/3600"))
    specs = app.state.world.contract.specs
    specs["live"] = replace(specs["live"], behaviour=Behaviour(rate_headers="on-get"))
    with TestClient(app) as client:
        api = Api(client, "some-key")
        assert api.control("PUT", "/settings", {"edition": "live"}).status_code == 200
        assert [shown(call(api)) for call in (write, read, write, write)] == [(), ("3", "1"), (), ("3", "0")]


def test_every_answer_tells_the_window(api: Api) -> None:
    """Successes, refused bodies, unknown ids and HEAD carry limit, remaining and the real moment of the reset."""
    limit(api, "5/3600")
    begun = time.time()
    answers = [
        read(api), write(api), api.post("/campaigns/create", {"nme": "A"}), api.get("/campaigns/77"),
        api.request("HEAD", "/campaigns"),
    ]  # fmt: skip
    ended = time.time()
    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 200]
    assert [shown(answer) for answer in answers] == [("5", str(left)) for left in (4, 3, 2, 1, 0)]
    for answer in answers:
        assert math.floor(begun) + 3600 <= int(answer.headers[NAMES[2]]) <= math.ceil(ended) + 3600
        assert "retry-after" not in answer.headers


def test_a_refusal_says_when_to_come_back(api: Api) -> None:
    """429 has the documented body, the headers of the full window, and the seconds to wait."""
    limit(api, "1/3600")
    api.control("PUT", "/clock", {"mode": "frozen", "now": "2030-01-01T00:00:00Z"})
    assert read(api).status_code == 200
    advance(api, 600)
    refused = write(api)
    assert (refused.status_code, refused.json(), shown(refused)) == (429, REFUSED, ("1", "0"))
    assert 2990 <= int(refused.headers["retry-after"]) <= 3000
    assert abs(int(refused.headers[NAMES[2]]) - (time.time() + int(refused.headers["retry-after"]))) <= 5


def test_setting_the_clock_forward_opens_and_backward_does_not(api: Api) -> None:
    """A clock that is set forward moves past the window, one that is set back closes nothing and opens nothing."""
    limit(api, "1/3600")
    for moment, status in (("2030-01-01T00:00:00Z", 200), ("2029-01-01T00:00:00Z", 429), ("2029-01-01T01:00:00Z", 200)):
        assert api.control("PUT", "/clock", {"mode": "frozen", "now": moment}).status_code == 200
        assert read(api).status_code == status, moment


def test_refused_writes_change_nothing(api: Api) -> None:
    """After refused writes of all kinds everything reads as before."""
    assert api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-01-05T09:00:00Z"}).status_code == 200
    world = build(api, "anna")
    before = everything(api, world)
    limit(api, "1/3600")
    assert read(api).status_code == 200
    campaign = f"/campaigns/{world.campaign_id}"
    refused = [
        write(api), api.post("/email-accounts/save", {"from_name": "Ann"}),
        api.delete(campaign), api.post(f"{campaign}/leads", {"lead_list": [{"email": "new@anna.example"}]}),
        api.post(f"{campaign}/status", {"status": "PAUSED"}), api.delete(f"{campaign}/leads/{world.lead_ids[0]}"),
        api.post("/leads/add-domain-block-list", {"domain_block_list": ["new.example"]}),
    ]  # fmt: skip
    assert [(answer.status_code, answer.json()) for answer in refused] == [(429, REFUSED)] * len(refused)
    limit(api, "off")
    assert everything(api, world) == before


def test_two_keys_have_windows_of_their_own(api: Api, other: Api) -> None:
    """What one key uses up, or how far its clock moves, is nothing to another."""
    for one in (api, other):
        limit(one, "2/3600")
    assert statuses(api, read, 3) == [0, 0, 429]
    assert shown(read(other)) == ("2", "1")
    advance(api, 3600)
    assert (statuses(api, read, 1), statuses(other, read, 2)) == ([0], [0, 429])


def test_what_is_not_charged(api: Api, client: TestClient) -> None:
    """Unknown paths, missing keys, control calls, preflights and injected answers take nothing from the window."""
    limit(api, "2/3600")
    assert shown(read(api)) == ("2", "1")
    key = {"api_key": api.key}
    for status, answer in (
        (404, api.get("/nothing/here")),
        (401, client.get("/api/v1/campaigns")),
        (200, api.control("GET", "/state")),
        (204, client.options("/api/v1/campaigns", params=key)),
        (500, client.get("/api/v1/campaigns", params=key, headers={"X-Mock-Fault": "500"})),
        (429, client.get("/api/v1/campaigns", params=key, headers={"X-Mock-Fault": "429"})),
        (400, client.get("/api/v1/campaigns", params=key, headers={"X-Mock-Fault": "nonsense"})),
        (400, client.get("/api/v1/campaigns", params=key, headers={"X-Mock-Edition": "nonsense"})),
    ):
        assert (answer.status_code, shown(answer)) == (status, ())
    assert shown(read(api)) == ("2", "0")


def test_a_reset_opens_the_window(api: Api) -> None:
    """A workspace that is reset has used nothing."""
    for _ in range(2):
        limit(api, "1/3600")
        assert statuses(api, read, 2) == [0, 429]
        assert api.control("POST", "/reset").status_code == 200


@pytest.mark.usefixtures("standing")
def test_a_key_that_hammers_on_is_suspended(api: Api) -> None:
    """With `suspend_after` 3, the third refusal in a row suspends the key for 15 minutes, open windows or not (S2)."""
    limit(api, "2/60", suspend_after=3)
    assert statuses(api, read, 4) == [0, 0, 429, 429]
    advance(api, 60)
    assert statuses(api, read, 2) == [0, 0]
    assert [read(api).headers["retry-after"] for _ in range(3)] == ["60", "60", "900"]
    advance(api, 61)
    refused = read(api)
    assert (refused.status_code, refused.headers["retry-after"], refused.json()) == (429, "839", REFUSED)
    assert "suspended" in refused.headers["x-mock-hint"]
    advance(api, 839)
    assert statuses(api, read, 3) == [0, 0, 429]


@pytest.mark.usefixtures("standing")
def test_without_the_option_nobody_is_suspended(api: Api) -> None:
    """However often a key is refused, the next window is open to it; `suspend_after` null says so."""
    limit(api, "1/60", suspend_after=2)
    limit(api, "1/60", suspend_after=None)
    assert statuses(api, read, 50) == [0] + [429] * 49
    advance(api, 60)
    assert statuses(api, read, 1) == [0]


@pytest.mark.parametrize("value", [0, -1, "3", 1.5])
def test_bad_suspensions_are_refused(api: Api, value: object) -> None:
    """`suspend_after` is a whole number from 1, or null."""
    assert api.control("PUT", "/settings", {"suspend_after": value}).status_code == 422
    assert api.control("GET", "/settings").json()["suspend_after"] is None


def test_parallel_calls_are_counted_exactly(remote: Server) -> None:
    """Of 50 writes at once exactly the allowed 20 pass, each with its own remainder, and exactly they are done."""
    with remote.api("parallel") as api, ThreadPoolExecutor(50) as pool:
        limit(api, "20/3600")
        answers = list(pool.map(lambda _: write(api), range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] * 20 + [429] * 30
        passed = [answer for answer in answers if answer.status_code == 200]
        assert sorted(int(answer.headers[NAMES[1]]) for answer in passed) == list(range(20))
        assert api.control("GET", "/state").json()["tables"]["campaign"] == 20
        limit(api, "off")
        ids = sorted(campaign["id"] for campaign in read(api).json())
        assert ids == sorted(answer.json()["id"] for answer in passed) == list(range(1001, 1021))


def test_parallel_keys_do_not_share(remote: Server) -> None:
    """Two keys that call at once have each their full window."""
    with remote.api("left") as left, remote.api("right") as right, ThreadPoolExecutor(20) as pool:
        for one in (left, right):
            limit(one, "10/3600")
        answers = list(pool.map(lambda number: read((left, right)[number % 2]).status_code, range(40)))
        assert [sorted(answers[side::2]) for side in (0, 1)] == [[200] * 10 + [429] * 10] * 2

"""One world however it is advanced: what happens follows from the rows and the moment alone."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.simulation import runner
from tests.conftest import Api
from tests.running_worlds import (
    DAY,
    END,
    MINUTE,
    START,
    Move,
    add,
    advance,
    campaign,
    done,
    events,
    first_difference,
    freeze,
    in_batches_of,
    iso,
    live_through,
    messages,
    rich_world,
    set_status,
    simulation,
    step,
)  # fmt: skip
from tests.servers import server
from tests.worlds import fresh


def at_once(*apis: Api) -> Move:
    """One advance each."""

    def move(_: datetime, until: datetime) -> None:
        for api in apis:
            advance(api, until)

    return move


def stops(since: datetime, until: datetime, stride: timedelta) -> list[datetime]:
    """The ends of the strides between two moments, the last one perhaps shorter."""
    return [since + n * stride for n in range(1, -((since - until) // stride))] + [until]


async def run(client: TestClient, api: Api, moments: Sequence[datetime]) -> None:
    """Advances without HTTP."""
    workspace = client.app.state.world.workspaces.get(api.key)  # type: ignore[attr-defined]
    for moment in moments:
        await simulation(client).run_to(workspace, round(moment.timestamp() * 1000))


@pytest.fixture(scope="module")
def ten_days(client: TestClient) -> list[str]:
    """All that happens when each stretch between two writes is one advance."""
    api = fresh(client)
    return live_through(at_once(api), api)[0]


def test_the_world_has_everything_in_it(client: TestClient) -> None:
    """Else these tests would compare little: every kind of event, caps that are reached, mails around clock changes."""
    api = fresh(client, iso(START))
    world = rich_world(api)
    advance(api, END)
    mails = messages(api, "&type=SENT")
    by_others = {"UNTRACKED_REPLIES", "MAIL_SENT_BY_HAND"}  # strangers and the user: nothing of the world itself
    assert {one["type"] for one in events(api)} == runner.NAMES.keys() - by_others
    per_day = Counter((mail["email_account_id"], mail["at"][:10]) for mail in mails)
    most = {box: max(count for (one, _), count in per_day.items() if one == box) for box in world.mailboxes}
    assert [most[box] for box in world.mailboxes[:2]] == [9, 10]
    boxes = {one: {mail["email_account_id"] for mail in mails if mail["campaign_id"] == one} for one in world.campaigns}
    assert len(boxes[world.berlin] & boxes[world.new_york]) == 2
    first = [mail for mail in mails if mail["step"] == 1]
    used = {one: {mail["variant_id"] for mail in first if mail["campaign_id"] == one} for one in world.campaigns}
    assert [len(used[one]) for one in (world.berlin, world.new_york, world.kathmandu)] == [3, 3, 2]
    assert {mail["subject"].split()[0] for mail in mails} >= {"One", "Two", "RE:", "Again,", "Once"}
    for campaign_id, zone in ((world.berlin, "Europe/Berlin"), (world.new_york, "America/New_York")):
        times = [datetime.fromisoformat(mail["at"]) for mail in mails if mail["campaign_id"] == campaign_id]
        assert len({moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in times}) == 2
    statuses = {one["id"]: one["status"] for one in done(api.get("/campaigns/"))}
    assert {"PAUSED", "ACTIVE"} <= set(statuses.values())
    assert statuses[world.bouncing] == "PAUSED"


@pytest.mark.parametrize("stride", [DAY, timedelta(hours=7, minutes=13)], ids=["days", "odd hours"])
def test_ten_days_pass_in_any_stride(client: TestClient, ten_days: list[str], stride: timedelta) -> None:
    """Ten advances of a day, or of some hours, tell what three long ones tell."""
    api = fresh(client)

    def move(since: datetime, until: datetime) -> None:
        for stop in stops(since, until, stride):
            advance(api, stop)

    assert first_difference(live_through(move, api)[0], ten_days) is None


def test_ten_days_pass_minute_by_minute(client: TestClient, ten_days: list[str]) -> None:
    """14 400 advances of a minute."""
    api, moves = fresh(client), []

    def move(since: datetime, until: datetime) -> None:
        minutes = stops(since, until, MINUTE)
        moves.extend(minutes)
        assert client.portal is not None
        client.portal.call(run, client, api, minutes)

    assert first_difference(live_through(move, api)[0], ten_days) is None
    assert len(moves) == 14_400


@settings(max_examples=8)
@given(cuts=st.lists(st.timedeltas(MINUTE / 1000, END - START), min_size=1, max_size=12))
def test_ten_days_pass_in_random_strides(client: TestClient, ten_days: list[str], cuts: list[timedelta]) -> None:
    """Any partition of the ten days into advances."""
    api = fresh(client)
    moments = sorted(START + cut // MINUTE.resolution // 1000 * timedelta(milliseconds=1) for cut in cuts)

    def move(since: datetime, until: datetime) -> None:
        for stop in [*(one for one in moments if since < one < until), until]:
            advance(api, stop)

    assert first_difference(live_through(move, api)[0], ten_days) is None


def test_another_process_tells_the_same(ten_days: list[str]) -> None:
    """A server of its own, under another key."""
    with server() as running, running.api("somebody-else") as api:
        assert first_difference(live_through(at_once(api), api)[0], ten_days) is None


def test_worlds_that_take_turns_do_not_disturb_each_other(client: TestClient, ten_days: list[str]) -> None:
    """Three workspaces, each advanced a bit in turn, in strides of its own."""
    apis = [fresh(client) for _ in range(3)]
    strides = (timedelta(hours=5), timedelta(hours=11), timedelta(minutes=97))

    def move(since: datetime, until: datetime) -> None:
        for turn in itertools.zip_longest(*(stops(since, until, stride) for stride in strides)):
            for api, stop in zip(apis, turn, strict=True):
                if stop is not None:
                    advance(api, stop)

    for one in live_through(move, *apis):
        assert first_difference(one, ten_days) is None


def test_worlds_may_move_at_the_same_time(
    client: TestClient, ten_days: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three advances at once, whose batches take turns."""
    in_batches_of(monkeypatch, 4)
    apis = [fresh(client) for _ in range(3)]

    async def together(until: datetime) -> None:
        await asyncio.gather(*(run(client, api, [until]) for api in apis))

    def move(_: datetime, until: datetime) -> None:
        assert client.portal is not None
        client.portal.call(together, until)

    for one in live_through(move, *apis):
        assert first_difference(one, ten_days) is None


@pytest.mark.parametrize("things", [1, 2, 10**9], ids=["one thing", "two things", "everything"])
def test_a_batch_may_have_any_size(
    client: TestClient, ten_days: list[str], monkeypatch: pytest.MonkeyPatch, things: int
) -> None:
    """It does not matter where a batch ends; a machine that is too slow for two things in a batch gets on, too."""
    in_batches_of(monkeypatch, things)
    api = fresh(client)
    assert first_difference(live_through(at_once(api), api)[0], ten_days) is None


class Forgetful(dict[Any, Any]):
    """Engines that nobody finds again."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Nothing."""
        return default


def forget(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every batch knows only what is stored, as after `kill -9`, or after a request that wrote."""
    monkeypatch.setattr(simulation(client), "_engines", Forgetful())


@pytest.mark.parametrize("things", [1, 7, 8, 11])
def test_a_plan_may_be_thrown_away_at_any_time(
    client: TestClient, ten_days: list[str], monkeypatch: pytest.MonkeyPatch, things: int
) -> None:
    """What happens next follows from the store alone, also in the middle of a moment."""
    in_batches_of(monkeypatch, things)
    forget(client, monkeypatch)
    api = fresh(client)
    assert first_difference(live_through(at_once(api), api)[0], ten_days) is None


def test_a_sub_sequence_ends_with_its_last_lead(api: Api) -> None:
    """One that enters while another has finished and a third has not gets all its mails, too."""
    freeze(api, START)
    boxes = [api.account(max_email_per_day=1000)]
    parent = campaign(api, [step(1), step(2, 20)], boxes)
    below = {"parent_campaign_id": parent, "condition_events": [{"eventType": "EMAIL_OPENED"}]}
    child = campaign(api, [step(1), step(2, 1)], boxes, parent=below)
    leads = [f"open+{when}@simulator.test" for when in ("after-1h", "after-12h", "after-30h")]
    add(api, parent, leads)
    for campaign_id in (parent, child):
        set_status(api, campaign_id, "START")
    advance(api, END)
    mails = Counter(mail["to"] for mail in messages(api, f"&type=SENT&campaign_id={child}"))
    assert mails == dict.fromkeys(leads, 2)
    ledger = events(api, f"&campaign_id={child}")
    kinds = [one["type"] for one in ledger if one["type"] in ("LEAD_COMPLETED", "CAMPAIGN_STATUS_CHANGED")]
    assert kinds == ["CAMPAIGN_STATUS_CHANGED", *["LEAD_COMPLETED"] * 3, "CAMPAIGN_STATUS_CHANGED"]


#: the campaigns mail on Thursdays, as at START, and on Saturdays: what is due on Friday comes in one moment
_THURSDAY_AND_SATURDAY = {"hours": ("07:00", "08:00"), "days": (4, 6)}
_SATURDAY = START.replace(hour=7, minute=0) + 2 * DAY


def crowded_saturday(api: Api, **settings: Any) -> list[tuple[str, str]]:
    """(type, address) of what happens on Saturday at 07:00 in two campaigns: a lead that is at its second step, a step
    of type MANUAL that a mail follows at once, new leads for other mailboxes.
    """
    freeze(api, START)
    boxes = [api.account(f"box{n}@sender.example") for n in range(3)]
    steps = [step(1), step(2, 1, seq_type="MANUAL"), step(3)]
    one = campaign(api, steps, boxes[:1], **_THURSDAY_AND_SATURDAY, **settings)  # type: ignore[arg-type]
    two = campaign(api, [step(1)], boxes[2:], **_THURSDAY_AND_SATURDAY)  # type: ignore[arg-type]
    add(api, one, ["old@x.example"])
    for campaign_id in (one, two):
        set_status(api, campaign_id, "START")
    advance(api, START + DAY)
    done(api.post(f"/campaigns/{one}/email-accounts", {"email_account_ids": boxes[1:2]}))
    add(api, one, ["new@x.example"])
    add(api, two, ["other@x.example"])
    advance(api, _SATURDAY)
    addresses = {row["lead"]["id"]: row["lead"]["email"] for n in (one, two) for row in api.rows(n)}
    happened = [event for event in events(api) if event["at"] == iso(_SATURDAY)]
    mails = ("EMAIL_SENT", "MANUAL_STEP_REACHED")
    return [(event["type"], addresses[event["lead_id"]]) for event in happened if event["type"] in mails]


def test_follow_ups_go_before_new_leads(api: Api) -> None:
    """Also one that is due only since the lead passed, at this moment, a step of type MANUAL."""
    assert crowded_saturday(api) == [
        ("MANUAL_STEP_REACHED", "old@x.example"), ("EMAIL_SENT", "old@x.example"), ("EMAIL_SENT", "new@x.example"),
        ("EMAIL_SENT", "other@x.example"),
    ]  # fmt: skip


@pytest.mark.parametrize("percentage", [0, 100])
def test_a_crowded_moment_may_be_interrupted(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, percentage: int
) -> None:
    """Whether follow-ups are held back or not, the order within a moment survives a plan that is thrown away."""
    undisturbed = crowded_saturday(fresh(client), follow_up_percentage=percentage)
    assert len(undisturbed) == 4
    in_batches_of(monkeypatch, 1)
    forget(client, monkeypatch)
    assert crowded_saturday(fresh(client), follow_up_percentage=percentage) == undisturbed

"""Every served figure is what a slow recount of mails and ledger finds, in worlds in which anything may happen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.app import create_app
from mock_server.config import Settings
from mock_server.doctor import problems
from tests import running_worlds
from tests.conftest import Api
from tests.figures import ASKED, Json, Recount, Within, days, exported, moments
from tests.running_worlds import RATES, add, advance, campaign, done, freeze, messages, step, variants
from tests.worlds import fresh

#: a zone, and a moment soon before its clocks change (or do not); most of them begin their days at no hour of UTC
PLACES = (
    ("UTC", "2026-02-26T20:10"), ("Asia/Kolkata", "2026-03-02T09:00"), ("America/New_York", "2026-03-06T13:30"),
    ("America/New_York", "2026-10-30T06:30"), ("Asia/Kathmandu", "2026-12-30T10:00"),
    ("Europe/Berlin", "2026-03-27T20:10"), ("Australia/Lord_Howe", "2026-10-02T11:00"),
    ("America/Havana", "2026-03-06T21:00"), ("Pacific/Apia", "2026-05-01T00:00"),
)  # fmt: skip
ZONES = sorted({zone for zone, _ in PLACES} | {"Pacific/Chatham", "America/St_Johns", "Africa/Cairo"})
WORDS = (
    "silent", "open", "open+after-1d", "click", "click+after-90m", "reply", "reply+after-2d", "reply-interested",
    "reply-interested+after-0m", "reply-not-interested", "colleague-reply+after-3h", "ooo", "ooo+after-3h",
    "bounce+after-1d", "soft-bounce", "soft-bounce+after-2d", "unsubscribe", "unsubscribe+after-26h",
)  # fmt: skip
ADDRESSES = (*(f"{word}@simulator.test" for word in WORDS), *(f"lead{n}@people.example" for n in range(12)))
STOPS = ("REPLY_TO_AN_EMAIL", "CLICK_ON_A_LINK", "OPEN_AN_EMAIL")
REACTIONS = (
    "open", "open", "click", "click", "reply", "reply-interested", "ooo", "bounce", "soft-bounce", "unsubscribe",
    "silent",
)  # fmt: skip
RAW = ("sent", "open", "click", "reply", "bounce", "unsubscribed", "stopped")
UNIQUE = {"unique_sent": "sent", "unique_open": "open", "unique_click": "click", "positive_reply": "reply"}

pick = st.integers(0, 29)
hours = st.sampled_from((0, 1, 1, 5, 24, 24, 31, 49, 72))


@dataclass(frozen=True)
class Plan:
    """A campaign to be made. `sent`: percentages of variants of each step, None for one of type MANUAL."""

    zone: str
    sent: tuple[tuple[int, ...] | None, ...]
    delays: tuple[int, ...]
    boxes: tuple[int, ...]
    leads: tuple[str, ...]
    stop_on: str
    ooo_is_reply: bool
    plain: bool


contents = st.sampled_from(((), (), (50, 50), (40, 40, 20)))
sequences = st.one_of(
    st.tuples(contents), st.tuples(contents, contents), st.tuples(contents, contents | st.none(), contents),
    st.tuples(contents, contents, st.none()),
)  # fmt: skip


@st.composite
def plans(draw: st.DrawFn, zone: str, boxes: int) -> Plan:
    """A campaign in a zone, or in UTC, that has some of the mailboxes."""
    return Plan(
        zone=draw(st.sampled_from((zone, "UTC"))),
        sent=draw(sequences),
        delays=(0, *draw(st.tuples(*[st.integers(0, 2)] * 2))),
        boxes=tuple(draw(st.lists(st.integers(0, boxes - 1), min_size=1, unique=True))),
        leads=tuple(draw(st.lists(st.sampled_from(ADDRESSES), min_size=6, max_size=14, unique=True))),
        stop_on=draw(st.sampled_from(STOPS)),
        ooo_is_reply=draw(st.booleans()),
        plain=draw(st.sampled_from((False,) * 7 + (True,))),
    )


@dataclass
class World:
    """Some campaigns, and what nothing that is served tells of them."""

    api: Api
    start: datetime
    boxes: list[int] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    manual: dict[int, frozenset[int]] = field(default_factory=dict)
    links: dict[int, int] = field(default_factory=dict)

    def make(self, plan: Plan) -> None:
        """A campaign that sends."""
        steps = [self._step(n, one, plan.delays[n - 1]) for n, one in enumerate(plan.sent, 1)]
        more: Json = {"send_as_plain_text": True} if plan.plain else {}
        boxes = [self.boxes[n] for n in plan.boxes]
        ooo = {"ignoreOOOasReply": not plan.ooo_is_reply, "autoCategorizeOOO": plan.ooo_is_reply}
        campaign_id = campaign(
            self.api, steps, boxes, zone=plan.zone, stop_lead_settings=plan.stop_on,
            out_of_office_detection_settings=ooo, **more,
        )  # fmt: skip
        self.campaigns.append(campaign_id)
        self.manual[campaign_id] = frozenset(n for n, one in enumerate(plan.sent, 1) if one is None)
        add(self.api, campaign_id, plan.leads)
        self.set_status(campaign_id, "START")

    @staticmethod
    def _step(number: int, shares: tuple[int, ...] | None, delay: int) -> Json:
        if shares is None:
            return step(number, delay, seq_type="MANUAL")
        if not shares:
            return step(number, delay)
        return step(number, delay, variant_distribution_type="MANUAL_PERCENTAGE", seq_variants=variants(*shares))

    def set_status(self, campaign_id: int, word: str) -> int:
        """The status of the answer: not every change is allowed."""
        status: int = self.api.post(f"/campaigns/{campaign_id}/status", {"status": word}).status_code
        return status

    def act(self, what: str, number: int, other: int) -> None:
        """Let somebody do something with the campaign and the lead of some numbers."""
        if not self.campaigns:
            return
        campaign_id = self.campaigns[number % len(self.campaigns)]
        rows = self.api.rows(campaign_id)
        if what in ("drop step", "renew step", "detach", "delete campaign", "import"):
            getattr(self, f"_{what.replace(' ', '_')}")(campaign_id, other)
        elif rows:
            self._to_lead(what, campaign_id, rows[other % len(rows)], number)

    def _to_lead(self, what: str, campaign_id: int, row: Json, number: int) -> None:
        lead_id, map_id, email = row["lead"]["id"], row["campaign_lead_map_id"], row["lead"]["email"]
        path = f"/campaigns/{campaign_id}/leads/{lead_id}"
        if what == "unsubscribe":
            done(self.api.post(f"{path}/unsubscribe"))
        elif what == "unsubscribe everywhere":
            done(self.api.post(f"/leads/{lead_id}/unsubscribe"))
        elif what == "categorise":
            self.categorise(path, number % 8, pause=number > 20)
        elif what == "pause":
            self.api.post(f"{path}/pause")
        elif what == "resume":
            self.api.post(f"{path}/resume", {"resume_lead_with_delay_days": number % 3})
        elif what == "take out":
            assert self.api.delete(path).status_code == 200
        elif what == "delete":
            done(self.api.delete(f"/leads/{lead_id}"))
        elif what == "block":
            done(self.api.post("/leads/add-domain-block-list", {"domain_block_list": [email]}))
        elif what == "answer":
            self._answer(campaign_id, map_id)
        else:
            self._react(what, campaign_id, map_id, email, number)

    def categorise(self, path: str, category_id: int, *, pause: bool = False) -> None:
        """Give a lead a category, or take it away (0)."""
        done(self.api.post(f"{path}/category", {"category_id": category_id or None, "pause_lead": pause}))

    def _react(self, word: str, campaign_id: int, map_id: int, email: str, number: int) -> None:
        wanted = {"step": number % 2 + 1} if number % 3 == 0 else {}
        sent = [mail for mail in self._sent(campaign_id, map_id) if mail["step"] == wanted.get("step", mail["step"])]
        body = {"campaign_id": campaign_id, "email": email, "type": word, **wanted}
        answer = self.api.control("POST", "/events", body)
        assert answer.status_code in (200, 409), answer.text
        assert sent or answer.status_code == 409
        if word == "unsubscribe" and answer.json().get("events"):
            self.links[map_id] = sent[-1]["id"]

    def _sent(self, campaign_id: int, map_id: int) -> list[Json]:
        mails = messages(self.api, f"&type=SENT&campaign_id={campaign_id}")
        return [mail for mail in mails if mail["campaign_lead_map_id"] == map_id]

    def _answer(self, campaign_id: int, map_id: int) -> None:
        if sent := self._sent(campaign_id, map_id):
            body = {"email_stats_id": sent[-1]["stats_id"], "email_body": "<p>By hand</p>"}
            assert self.api.post(f"/campaigns/{campaign_id}/reply-email-thread", body).status_code in (200, 400, 404)

    def _saved(self, campaign_id: int) -> list[Json]:
        """The steps, as they can be saved again."""
        return [
            {
                "id": one["id"], "seq_number": one["seq_number"], "subject": one["subject"],
                "email_body": one["email_body"],
                "seq_delay_details": {"delay_in_days": one["seq_delay_details"]["delayInDays"]},
                **({"seq_type": "MANUAL"} if one["seq_number"] in self.manual[campaign_id] else {}),
                **({"seq_variants": one["sequence_variants"]} if one["sequence_variants"] else {}),
            }
            for one in done(self.api.get(f"/campaigns/{campaign_id}/sequences"))
        ]  # fmt: skip

    def _save(self, campaign_id: int, steps: list[Json]) -> None:
        for one in steps:
            one["seq_variants"] = [
                {name: value for name, value in variant.items() if name in _OF_VARIANT and value is not None}
                for variant in one.get("seq_variants", ())
            ]
        self.set_status(campaign_id, "PAUSED")
        done(self.api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": steps}))
        self.set_status(campaign_id, "START")

    def _drop_step(self, campaign_id: int, other: int) -> None:
        steps = self._saved(campaign_id)
        if len(steps) > 1:
            del steps[other % len(steps)]
            self._save(campaign_id, steps)

    def _renew_step(self, campaign_id: int, other: int) -> None:
        """The same step with a new id, and without variants."""
        steps = self._saved(campaign_id)
        old = steps[other % len(steps)]
        kept = ("seq_number", "seq_delay_details", "seq_type")
        steps[other % len(steps)] = {
            **{name: old[name] for name in kept if name in old}, "subject": "New", "email_body": "<p>New</p>",
        }  # fmt: skip
        self._save(campaign_id, steps)

    def _detach(self, campaign_id: int, other: int) -> None:
        attached = [one["id"] for one in done(self.api.get(f"/campaigns/{campaign_id}/email-accounts"))]
        box = self.boxes[other % len(self.boxes)]
        method = "DELETE" if box in attached else "POST"
        answer = self.api.request(method, f"/campaigns/{campaign_id}/email-accounts", json={"email_account_ids": [box]})
        assert answer.status_code in (200, 400), answer.text

    def _import(self, campaign_id: int, other: int) -> None:
        settings = {"ignore_duplicate_leads_in_other_campaign": False, "ignore_unsubscribe_list": other % 2 == 0}
        lead = {"email": ADDRESSES[other % len(ADDRESSES)], "first_name": "Lee", "last_name": "Roe"}
        done(self.api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [lead], "settings": settings}))

    def _delete_campaign(self, campaign_id: int, other: int) -> None:
        if other < 10:
            self.set_status(campaign_id, "PAUSED")
            if self.api.delete(f"/campaigns/{campaign_id}").status_code == 200:
                self.campaigns.remove(campaign_id)
                by_date = {"start_date": "2026-03-01", "end_date": "2026-03-02"}
                answer = self.api.get(f"/campaigns/{campaign_id}/analytics-by-date", params=by_date)
                assert (answer.status_code, answer.json()) == (400, {"error": "Invalid campaign id"})

    def recount(self, campaign_id: int) -> Recount:
        """What its figures must be."""
        return Recount(self.api, campaign_id, self.manual[campaign_id], self.links)


_OF_VARIANT = ("id", "subject", "email_body", "variant_label", "variant_distribution_percentage")
ACTIONS = (
    *REACTIONS, *REACTIONS, "unsubscribe", "unsubscribe everywhere", "categorise", "categorise", "pause", "resume",
    "resume", "take out", "delete", "block", "answer", "drop step", "renew step", "detach", "import", "import",
    "delete campaign",
)  # fmt: skip
actions = st.lists(st.tuples(st.sampled_from(ACTIONS), pick, pick, hours), min_size=14, max_size=28)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, datetime, list[Plan], int, list[tuple[str, int, int, int]]]:
    """A place, a moment, campaigns, how many mailboxes they share, and what is done."""
    zone, start = draw(st.sampled_from(PLACES))
    boxes = draw(st.integers(1, 3))
    found = draw(st.lists(plans(zone, boxes), min_size=1, max_size=2))
    late = timedelta(milliseconds=draw(st.sampled_from((0, 0, 500, 17_345))))
    return zone, datetime.fromisoformat(start).replace(tzinfo=UTC) + late, found, boxes, draw(actions)


def live(
    api: Api, start: datetime, found: Sequence[Plan], boxes: int, acts: Sequence[tuple[str, int, int, int]]
) -> World:
    """Make a world, and let time pass between what is done."""
    freeze(api, start)
    done(api.control("PUT", "/settings", {"recipients": {**RATES, "open": 0.7, "unsubscribe": 0.1}}))
    world = World(api, start)
    world.boxes = [api.account(f"box{n}@sender.example", max_email_per_day=20 + n) for n in range(boxes)]
    for plan in found:
        world.make(plan)
    advance(api, start + timedelta(hours=2))
    for what, number, other, passed in acts:
        world.act(what, number, other)
        if passed:
            done(api.control("POST", "/clock/advance", {"hours": passed}))
    for campaign_id in world.campaigns:
        for number, row in enumerate(api.rows(campaign_id)):
            if number % 2:
                world.categorise(
                    f"/campaigns/{campaign_id}/leads/{row['lead']['id']}", (5, 2, 4, 0, 1)[number // 2 % 5]
                )
    return world


# ------------------------------------------------------------------------------------------------ comparing


def rows(api: Api, path: str, limit: int, **query: Any) -> list[Json]:
    """All rows of a paged operation, page by page; the pages follow on each other."""
    found: list[Json] = []
    while True:
        answer = done(api.get(path, params={**query, "offset": len(found), "limit": limit}))
        assert len(answer["data"]) <= limit
        found += answer["data"]
        if not answer["data"] or not answer.get("hasMore", True):
            return found


def differences(found: Any, expected: Any, place: str = "") -> Iterator[str]:
    """Where two values part, leaf by leaf; what is missing is None."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in {**expected, **found}:
            yield from differences(found.get(name), expected.get(name), f"{place}.{name}")
    elif isinstance(found, list) and isinstance(expected, list):
        for n, (one, other) in enumerate(itertools.zip_longest(found, expected)):
            yield from differences(one, other, f"{place}[{n}]")
    elif found != expected:
        yield f"{place}: {found!r} is served, not {expected!r}"


def same(found: Any, expected: Any) -> None:
    """AssertionError with all differences."""
    assert list(differences(found, expected)) == []


def between(first: str | None, last: str | None) -> Within:
    """From one moment to another, both included; a day is its first moment in UTC."""

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)

    return lambda at: (first is None or instant(first) <= at) and (last is None or at <= instant(last))


def compare_mails(api: Api, recount: Recount, first: str, last: str) -> None:
    """The mails one by one, by every filter and several at once."""
    path = f"{recount.path}/statistics"
    mails, times = recount.mails(), {}
    if mails:
        times = {"sent_time_start_date": mails[len(mails) // 3].mail["at"], "sent_time_end_date": mails[-1].mail["at"]}
    queries: list[Json] = [{}, *({"email_status": word} for word in ASKED)]
    queries += [{"email_sequence_number": "2"}, {"email_sequence_number": "1,3", "email_status": "opened"}, times]
    queries += [{"sent_time_start_date": first, "sent_time_end_date": last, "email_status": "replied"}]
    queries += [{"sent_time_end_date": times["sent_time_start_date"]}] if times else []
    for query in queries:
        expected = recount.statistics(
            between(query.get("sent_time_start_date"), query.get("sent_time_end_date")),
            {int(number) for number in query.get("email_sequence_number", "").split(",") if number},
            query.get("email_status", ""),
        )
        answer = done(api.get(path, params=query))
        same(answer, {"total_stats": str(len(expected)), "data": expected, "offset": 0, "limit": 100})
        same(rows(api, path, 7, **query), expected)


def compare_leads(api: Api, recount: Recount, day: str) -> None:
    """The leads one by one, and the export."""
    path, expected = f"{recount.path}/leads-statistics", recount.leads()
    whole = {"hasMore": False, "data": expected, "skip": 0, "limit": 100}
    same(done(api.get(path)), whole)
    same(rows(api, path, 2), expected)
    later = recount.leads(f"{day}T00:00:00.000Z")
    same(done(api.get(path, params={"event_time_gt": day}))["data"], later)
    same(rows(api, path, 3, event_time_gt=day), later)
    export = api.get(f"{recount.path}/leads-export")
    same(exported(export.text), recount.export())


def compare_figures(api: Api, recount: Recount, first: str, last: str, zone: str) -> None:
    """Everything that is counted, of some days in a zone."""
    path = recount.path
    dates = {"start_date": first, "end_date": last}
    within = days(first, last, zone)
    same(done(api.get(f"{path}/analytics")), recount.analytics())
    same(done(api.get(f"{path}/variant-statistics")), {"ok": True, "data": recount.variants()})
    same(done(api.get(f"{path}/top-level-analytics-by-date", params=dates)), recount.top_level(first, last))
    in_zone = {**dates, "time_zone": zone}
    if date.fromisoformat(last) - date.fromisoformat(first) <= timedelta(days=30):
        same(done(api.get(f"{path}/analytics-by-date", params=in_zone)), recount.by_date(first, last, zone))
    same(done(api.get(f"{path}/sequence-analytics", params=in_zone))["data"], recount.of_steps(within))
    same(done(api.get(f"{path}/mailbox-statistics"))["data"], recount.mailboxes())
    same(done(api.get(f"{path}/mailbox-statistics", params=in_zone))["data"], recount.mailboxes(within))
    same(rows(api, f"{path}/mailbox-statistics", 1, **in_zone), recount.mailboxes(within))
    in_utc = recount.mailboxes(days(first, last, "UTC"))
    same(done(api.get(f"{path}/mailbox-statistics", params=dates))["data"], in_utc)


def days_of(recount: Recount, zone: str) -> list[tuple[str, str]]:
    """From the day of a mail to that of another one: of the first, of one in the middle, of the last."""
    shown = [one.at.astimezone(ZoneInfo(zone)).date().isoformat() for one in recount.mails()]
    places = ((0, 0), (0, len(shown) // 2), (len(shown) // 2, -1), (-1, -1))
    return [(shown[first], shown[last]) for first, last in places] if shown else []


def compare_seconds(api: Api, recount: Recount, zone: str) -> None:
    """The figures between the seconds in which mails were sent, both included."""
    shown = [f"{one.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}" for one in recount.mails()]
    for first, last in ((0, 0), (len(shown) // 3, -1), (1, len(shown) // 2)):
        if first < len(shown) and shown[first] <= shown[last]:
            compare_moments(api, recount, shown[first], shown[last], zone)


def compare_moments(api: Api, recount: Recount, first: str, last: str, zone: str) -> None:
    """The figures of the steps, between seconds on the clocks of a zone."""
    query = {"start_date": first, "end_date": last, "time_zone": zone}
    answer = done(api.get(f"{recount.path}/sequence-analytics", params=query))
    same(answer, {"ok": True, "data": recount.of_steps(moments(first, last, zone))})


def compare_partition(api: Api, path: str, cuts: Sequence[date]) -> None:
    """Raw counts of parts add up to the whole; unique and positive ones do not exceed the sum, or the raw ones."""

    def served(first: date, behind: date) -> dict[str, int]:
        query = {"start_date": first.isoformat(), "end_date": (behind - timedelta(days=1)).isoformat()}
        answer = done(api.get(f"{path}/top-level-analytics-by-date", params=query))
        return {name.removesuffix("_count"): int(n) for name, n in answer.items() if name.endswith("_count")}

    whole = served(cuts[0], cuts[-1])
    parts = [served(one, other) for one, other in itertools.pairwise(cuts)]
    for name in RAW:
        assert whole[name] == sum(part[name] for part in parts), name
    for name, raw in UNIQUE.items():
        assert max(part[name] for part in parts) <= whole[name] <= sum(part[name] for part in parts), name
        assert all(part[name] <= part[raw] for part in (whole, *parts)), name


def compare_sums(api: Api, path: str, first: str, last: str) -> None:
    """The steps, and the mailboxes, have together what the campaign has."""
    query = {"start_date": first, "end_date": last}
    whole = done(api.get(f"{path}/top-level-analytics-by-date", params=query))
    for parts, names in (("sequence-analytics", RAW), ("mailbox-statistics", RAW[:5])):
        found = done(api.get(f"{path}/{parts}", params=query))["data"]
        for name in names:
            assert int(whole[f"{name}_count"]) == sum(one[f"{name}_count"] for one in found), (parts, name)


# ------------------------------------------------------------------------------------------------ random worlds


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An app with a store in a file, which is sound when all tests of this module are done."""
    path: Path = tmp_path_factory.mktemp("figures") / "store.db"
    with TestClient(create_app(Settings(rate_limit="off", db=str(path)))) as client:
        yield client


def defects(client: TestClient) -> list[str]:
    """What the doctor finds."""
    database = client.app.state.world.database  # type: ignore[attr-defined]
    assert client.portal is not None
    return client.portal.call(lambda: list(problems(database)))


#: days, and seconds of a day, from the beginning of a world on
day_numbers = st.integers(-1, 12)
seconds = st.sampled_from(("00:00:00", "09:00:00", "12:15:00", "20:13:00", "23:59:59"))


def test_all_figures_of_random_worlds(stored: TestClient) -> None:
    """To the last count, in random ranges of random zones; and the doctor finds nothing afterwards."""

    @settings(max_examples=20)
    @given(
        made=worlds(), zone=st.sampled_from(ZONES), one=day_numbers, other=day_numbers, cut=day_numbers,
        times=st.tuples(seconds, seconds),
    )  # fmt: skip
    def check(
        made: tuple[str, datetime, list[Plan], int, list[tuple[str, int, int, int]]], zone: str, one: int, other: int,
        cut: int, times: tuple[str, str],
    ) -> None:  # fmt: skip
        own_zone, start, found, boxes, acts = made
        api = fresh(stored)
        world = live(api, start, found, boxes, acts)
        first, middle, last = (start.date() + timedelta(days=n) for n in sorted((one, other, cut)))
        since, until = first.isoformat(), last.isoformat()
        for campaign_id in world.campaigns:
            recount = world.recount(campaign_id)
            compare_mails(api, recount, since, until)
            compare_leads(api, recount, since)
            for chosen in (zone, own_zone):
                compare_seconds(api, recount, chosen)
                for one_day, other_day in {(since, until), *days_of(recount, chosen)}:
                    compare_figures(api, recount, one_day, other_day, chosen)
                    compare_sums(api, recount.path, one_day, other_day)
                    if one_day < other_day:
                        compare_moments(api, recount, f"{one_day} {times[0]}", f"{other_day} {times[1]}", chosen)
            behind = last + timedelta(days=1)
            compare_partition(api, recount.path, sorted({first, middle, last, behind}))

    check()
    assert defects(stored) == []


def test_all_figures_of_the_rich_world(stored: TestClient) -> None:
    """Five campaigns with a sub-sequence, rates and every kind of recipient, after ten days."""
    api = fresh(stored)
    freeze(api, running_worlds.START)
    world = running_worlds.rich_world(api)
    advance(api, running_worlds.END)
    for campaign_id in world.campaigns:
        recount = Recount(api, campaign_id, {3} if campaign_id == world.berlin else set(), {})
        compare_mails(api, recount, "2026-10-23", "2026-10-26")
        compare_leads(api, recount, "2026-10-24")
        for first, last, zone in (
            ("2026-10-22", "2026-11-01", "UTC"), ("2026-10-25", "2026-10-25", "Europe/Berlin"),
            ("2026-10-24", "2026-10-31", "America/New_York"), ("2026-10-26", "2026-10-27", "Asia/Kathmandu"),
        ):  # fmt: skip
            compare_figures(api, recount, first, last, zone)
            compare_sums(api, recount.path, first, last)
            compare_moments(api, recount, f"{first} 02:00:00", f"{last} 23:17:00", zone)
        compare_partition(api, recount.path, [date(2026, 10, day) for day in range(22, 32)])
    assert defects(stored) == []

"""Random worlds for the figures: campaigns that send, and people who do anything with them and with their leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.conftest import Api
from tests.figures import Json, Recount
from tests.running_worlds import RATES, add, advance, campaign, done, freeze, messages, step, variants

Act = tuple[str, int, int, int]
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
def worlds(draw: st.DrawFn) -> tuple[str, datetime, list[Plan], int, list[Act]]:
    """A place, a moment, campaigns, how many mailboxes they share, and what is done."""
    zone, start = draw(st.sampled_from(PLACES))
    boxes = draw(st.integers(1, 3))
    found = draw(st.lists(plans(zone, boxes), min_size=1, max_size=2))
    late = timedelta(milliseconds=draw(st.sampled_from((0, 0, 500, 17_345))))
    return zone, datetime.fromisoformat(start).replace(tzinfo=UTC) + late, found, boxes, draw(actions)


def live(api: Api, start: datetime, found: Sequence[Plan], boxes: int, acts: Sequence[Act]) -> World:
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

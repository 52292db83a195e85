"""Worlds that send: made over the API, moved, and told to the last mail."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.simulation import runner
from mock_server.simulation.runner import Simulation
from tests.conftest import Api

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: a Thursday. Both boundaries of days and the end lie in windows; Berlin's summer time ends on day 3, New York's on 10
START = datetime(2026, 10, 22, 7, 17, tzinfo=UTC)
END = START + 10 * DAY
#: when the campaign of New York is paused, and started again
PAUSED, STARTED = START + 3 * DAY, START + 5 * DAY
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
RATES = {"open": 0.5, "click": 0.3, "reply": 0.12, "bounce": 0.04, "unsubscribe": 0.04, "ooo": 0.06}
WORDS = (
    "open", "click", "reply", "reply-interested", "reply-not-interested", "colleague-reply", "forward-reply",
    "unknown-reply", "ooo", "bounce", "soft-bounce", "unsubscribe", "silent",
)  # fmt: skip
_MOST_TICKS = 30_000
Move = Callable[[datetime, datetime], None]


def iso(moment: datetime) -> str:
    """As the control API writes moments."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def done(answer: Any) -> Any:
    """The JSON of a success."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(api: Api, mode: str, moment: datetime | None = None) -> Any:
    """Set the clock; the answer."""
    return api.control("PUT", "/clock", {"mode": mode, **({} if moment is None else {"now": iso(moment)})})


def freeze(api: Api, moment: datetime) -> None:
    """Stop the clock at a moment."""
    done(put(api, "frozen", moment))


def now(api: Api) -> datetime:
    """What the workspace's clock shows."""
    return datetime.fromisoformat(done(api.control("GET", "/clock"))["now"])


def advance(api: Api, until: datetime) -> dict[str, Any]:
    """Move the clock to a moment; what the control API answers."""
    answer: dict[str, Any] = done(api.control("POST", "/clock/advance", {"to": iso(until)}))
    return answer


def set_status(api: Api, campaign_id: int, word: str) -> None:
    """START, PAUSED or STOPPED."""
    done(api.post(f"/campaigns/{campaign_id}/status", {"status": word}))


def step(number: int, delay: int = 0, subject: str = "Hi {{first_name}}", **more: Any) -> dict[str, Any]:
    """A step of a sequence, due so many days after the one before."""
    body = {} if "seq_variants" in more else {"subject": subject, "email_body": "<p>{Hi|Hello}, {{first_name}}!</p>"}
    return {"seq_number": number, "seq_delay_details": {"delay_in_days": delay}, **body, **more}


def variants(*shares: int | None) -> list[dict[str, Any]]:
    """One variant per share (None = without one)."""
    return [
        {
            "subject": f"{{One|Two}} {label}", "email_body": f'<p>{label}: <a href="https://{label}.example/">see</a></p>',
            "variant_label": label, **({} if share is None else {"variant_distribution_percentage": share}),
        }
        for label, share in zip("ABC", shares, strict=False)
    ]  # fmt: skip


def campaign(
    api: Api, steps: list[dict[str, Any]], mailboxes: Sequence[int], *, zone: str = "UTC",
    hours: tuple[str, str] = ("00:00", "23:59"), days: Sequence[int] = EVERY_DAY, gap: int = 3, new_leads: int = 10_000,
    parent: dict[str, Any] | None = None, **settings: Any,
) -> int:  # fmt: skip
    """A campaign that only needs START and leads; its id. `parent` makes it a sub-sequence."""
    made = done(api.post("/campaigns/create-subsequence", parent)) if parent else {"id": api.campaign(name=zone)}
    campaign_id: int = made["id"]
    schedule = {
        "timezone": zone, "days_of_the_week": list(days), "start_hour": hours[0], "end_hour": hours[1],
        "min_time_btw_emails": gap, "max_new_leads_per_day": new_leads,
    }  # fmt: skip
    for path, body in (
        ("settings", settings), ("schedule", schedule), ("sequences", {"sequences": steps}),
        ("email-accounts", {"email_account_ids": list(mailboxes)}),
    ):  # fmt: skip
        done(api.post(f"/campaigns/{campaign_id}/{path}", body))
    return campaign_id


def add(api: Api, campaign_id: int, emails: Sequence[str]) -> None:
    """Import addresses, whatever other campaigns have them, as many at once as one call takes."""
    for first in range(0, len(emails), 400):
        leads = [{"email": one, "first_name": one.partition("@")[0].title()} for one in emails[first : first + 400]]
        body = {"lead_list": leads, "settings": {"ignore_duplicate_leads_in_other_campaign": False}}
        answer = done(api.post(f"/campaigns/{campaign_id}/leads", body))
        assert answer["total_leads"] == len(leads), answer


def sending(api: Api, leads: int = 10, *steps: dict[str, Any]) -> int:
    """A campaign that sends one mail every three minutes from now on; its id."""
    campaign_id = campaign(api, list(steps) or [step(1)], [api.account(max_email_per_day=1000)])
    add(api, campaign_id, [f"lead{n}@x.example" for n in range(leads)])
    set_status(api, campaign_id, "START")
    return campaign_id


@dataclass(frozen=True)
class RichWorld:
    """The campaigns of a world in which everything happens."""

    berlin: int
    new_york: int
    kathmandu: int
    child: int
    bouncing: int
    mailboxes: tuple[int, ...]

    @property
    def campaigns(self) -> tuple[int, ...]:
        """All of them."""
        return self.berlin, self.new_york, self.kathmandu, self.child, self.bouncing


def rich_world(api: Api) -> RichWorld:
    """Five campaigns that share mailboxes at their caps, in zones that change their clocks; every kind of recipient.

    The clock must stand at START, where the campaigns are started.
    """
    done(api.control("PUT", "/settings", {"recipients": RATES}))
    boxes = tuple(
        api.account(address, max_email_per_day=cap, time_to_wait_in_mins=wait, smtp_host=f"smtp.{domain}")
        for address, domain, cap, wait in (
            ("ann@sender.example", "sender.example", 9, 0), ("bob@sender.example", "sender.example", 10, 5),
            ("cat@gmail.com", "gmail.com", 25, 2), ("dan@outlook.com", "outlook.com", 25, 0),
        )
    )  # fmt: skip
    berlin = campaign(
        api,
        [
            step(1, variant_distribution_type="MANUAL_EQUAL", seq_variants=variants(None, None, None)),
            step(2, 2, subject=""), step(3, 1, seq_type="MANUAL"), step(4, 1),
        ],
        boxes[:3], zone="Europe/Berlin", hours=("01:00", "04:30"), gap=50, new_leads=9,
        auto_pause_domain_leads_on_reply=True, unsubscribe_text="No more", add_unsubscribe_tag=True,
    )  # fmt: skip
    new_york = campaign(
        api,
        [
            step(1, variant_distribution_type="MANUAL_PERCENTAGE", seq_variants=variants(60, 30, 10)),
            step(2, 1), step(3, 2),
        ],
        boxes[1:3], zone="America/New_York", hours=("00:30", "04:00"), days=(1, 2, 3, 4, 5, 6, 7), gap=45, new_leads=9,
        follow_up_percentage=30,
    )  # fmt: skip
    learning: dict[str, Any] = {"lead_distribution_percentage": 30, "winning_metric_property": "OPEN_RATE"}
    kathmandu = campaign(
        api,
        [
            step(1, variant_distribution_type="AI_EQUAL", seq_variants=variants(None, None), **learning),
            step(2, 1, subject="{Again|Once more}, {{first_name}}"),
        ],
        (boxes[0], boxes[2], boxes[3]), zone="Asia/Kathmandu", hours=("11:00", "15:00"), days=(1, 2, 3, 4, 5), gap=5,
        new_leads=9, enable_ai_esp_matching=True,
    )  # fmt: skip
    interested = {"eventType": "REPLY_AN_EMAIL", "categoryId": 1}
    child = campaign(
        api, [step(1, subject=""), step(2, 1, subject="Still there?")], boxes[:2], zone="Australia/Lord_Howe",
        parent={
            "parent_campaign_id": berlin, "subsequence_name": "interested", "delayForNewLeads": 1,
            "condition_events": [interested, {"eventType": "EMAIL_OPENED"}], "stopLeadOnParentCampaignReply": True,
        },
    )  # fmt: skip
    bouncing = campaign(
        api, [step(1), step(2, 1)], boxes[3:], zone="UTC", new_leads=8, bounce_autopause_threshold="30",
        out_of_office_detection_settings={"ignoreOOOasReply": True, "autoCategorizeOOO": True},
    )  # fmt: skip
    simulated = [f"{word}@{word}-{n}.simulator.test" for n in range(2) for word in WORDS]
    late = ["reply+after-3d@late.simulator.test", "open+after-0s@soon.simulator.test", "click+after-90m@simulator.test"]
    domain = [f"{word}@pair.simulator.test" for word in ("reply+after-1d", "silent", "silent+1", "silent+2")]
    add(api, berlin, [*domain, *simulated, *late, *(f"lead@b{n}.example" for n in range(24))])
    add(api, new_york, [f"n{n}@new-york.example" for n in range(60)])
    providers = ("gmail.com", "outlook.com", "kathmandu.example")
    add(api, kathmandu, [f"k{n}@{providers[n % 3]}" for n in range(55)])
    add(api, bouncing, [f"o{n}@bouncing.example" for n in range(6)])
    add(api, bouncing, [f"bounce+x{n}@simulator.test" for n in range(9)])
    world = RichWorld(berlin, new_york, kathmandu, child, bouncing, boxes)
    for one in world.campaigns:
        set_status(api, one, "START")
    return world


def live_through(move: Move, *apis: Api) -> list[list[str]]:
    """Make the rich world at START and live through ten days, in which one campaign is paused for two; what is told.

    `move` moves the clocks of all workspaces from a moment to a later one, in steps of its own.
    """
    worlds = []
    for api in apis:
        freeze(api, START)
        worlds.append(rich_world(api))
    for since, until, word in ((START, PAUSED, "PAUSED"), (PAUSED, STARTED, "START"), (STARTED, END, "")):
        move(since, until)
        for api, world in zip(apis, worlds, strict=True):
            if word:
                set_status(api, world.new_york, word)
    return [told(api, world) for api, world in zip(apis, worlds, strict=True)]


def pages(api: Api, path: str, query: str, after: int) -> Iterator[dict[str, Any]]:
    """All rows above an id of a list of the control API."""
    while rows := done(api.control("GET", f"{path}?limit=1000&after={after}{query}")):
        yield from rows
        after = rows[-1]["id"]


def events(api: Api, query: str = "", after: int = 0) -> list[dict[str, Any]]:
    """The ledger."""
    return list(pages(api, "/events", query, after))


def messages(api: Api, query: str = "", after: int = 0) -> list[dict[str, Any]]:
    """The mails."""
    return list(pages(api, "/messages", query, after))


def sent_at(api: Api, campaign_id: int | None = None) -> list[datetime]:
    """When mails went out."""
    query = "" if campaign_id is None else f"&campaign_id={campaign_id}"
    return [datetime.fromisoformat(mail["at"]) for mail in messages(api, f"&type=SENT{query}")]


def every(gap: timedelta, count: int, first: datetime = START) -> list[datetime]:
    """`count` moments from `first` on."""
    return [first + number * gap for number in range(count)]


def told(api: Api, world: RichWorld) -> list[str]:
    """All that users can see of what happened, in order: mails, ledger, leads, campaigns, mailboxes; one line each.

    At the end, what is due next.
    """
    leads = [row for one in world.campaigns for row in api.rows(one, limit=100)]
    campaigns = [(one["id"], one["status"], one["updated_at"]) for one in done(api.get("/campaigns/"))]
    boxes = [(one["id"], one["daily_sent_count"]) for one in done(api.get("/email-accounts/"))]
    due = advance(api, now(api))
    return [json.dumps(one, sort_keys=True) for one in (*messages(api), *events(api), *leads, *campaigns, *boxes, due)]


def first_difference(one: list[str], two: list[str]) -> tuple[int, str, str] | None:
    """Where two tellings part; None when they are the same."""
    for number, (left, right) in enumerate(zip(one, two, strict=False)):
        if left != right:
            return number, left, right
    if len(one) != len(two):
        shorter, longer = sorted((one, two), key=len)
        return len(shorter), "(the end)", longer[len(shorter)]
    return None


def simulation(client: TestClient) -> Simulation:
    """The engines of the app behind a client."""
    found: Simulation = client.app.state.world.simulation  # type: ignore[attr-defined]
    return found


def in_batches_of(monkeypatch: pytest.MonkeyPatch, things: int) -> None:
    """Let a batch end after so many things have happened, instead of after some time."""
    ticks = itertools.count()

    def tick() -> int:
        found = next(ticks)
        assert found < _MOST_TICKS, "the world does not get on"
        return found

    monkeypatch.setattr(runner, "monotonic_ms", tick)
    monkeypatch.setattr(runner, "_BATCH_MS", 1 + things)

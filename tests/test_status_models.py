"""The life of a campaign, held against a model written from the fact sheet (`life_cycle`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.conftest import Api
from tests.machines import Machine, run, sequence
from tests.sending import freeze, ok

STATUSES = ("DRAFTED", "ACTIVE", "PAUSED", "STOPPED", "COMPLETED")
WORDS = ("START", "ACTIVE", "PAUSED", "STOPPED")
#: a campaign may go from the one status to the other; STOPPED is final
MOVES = {
    ("DRAFTED", "ACTIVE"), ("PAUSED", "ACTIVE"), ("COMPLETED", "ACTIVE"), ("ACTIVE", "PAUSED"), ("ACTIVE", "STOPPED"),
    ("PAUSED", "STOPPED"),
}  # fmt: skip
#: on Mondays; the calls are made on a Thursday at night
SCHEDULE = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "09:00", "end_hour": "17:00"}
number = st.integers(0, 2)


@dataclass(frozen=True)
class Campaign:
    """What decides about the status of a campaign."""

    name: str
    status: str = "DRAFTED"
    scheduled: bool = False
    steps: int = 0
    boxes: tuple[int, ...] = ()
    leads: int = 0
    unmailed: int = 0

    @property
    def will_complete(self) -> bool:
        """Whether it is completed by the mails to its leads; leads that finished before its start count for nothing."""
        return self.status == "ACTIVE" and self.unmailed > 0 and self.boxes != ()

    def lacks(self) -> list[str]:
        """What keeps it from starting."""
        parts = {"no sequence": self.steps, "no email account": self.boxes, "no schedule": self.scheduled}
        return [reason for reason, there in parts.items() if not there]


def bring_to(api: Api, campaign_id: int, status: str) -> None:
    """Bring a campaign that can start to a status."""
    if status != "DRAFTED":
        assert api.post(f"/campaigns/{campaign_id}/status", {"status": "START"}).status_code == 200
    if status in ("PAUSED", "STOPPED"):
        assert api.post(f"/campaigns/{campaign_id}/status", {"status": status}).status_code == 200
    if status == "COMPLETED":
        assert api.add(campaign_id, "lead0@example.com")["total_leads"] == 1
        assert two_weeks(api)["campaign_status_changed"] == 1


def two_weeks(api: Api) -> dict[str, int]:
    """Let a Monday pass for each of two steps; what happened, by name."""
    events: dict[str, int] = ok(api.control("POST", "/clock/advance", {"days": 14}))["events"]
    return events


class Campaigns(Machine):
    """Campaigns and mailboxes of one account."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__(api, edition)
        self.campaigns: dict[int, Campaign] = {}
        self.deleted: list[int] = []
        self.boxes = [api.account(f"box{n}@sender.example") for n in range(2)]

    @initialize(statuses=st.lists(st.sampled_from(STATUSES), min_size=2, max_size=2))
    def begin(self, statuses: list[str]) -> None:
        for place, status in enumerate(statuses):
            self.create("spring")
            self.schedule(place)
            self.save_steps(place, 1)
            self.attach(place, 0)
            bring_to(self.api, self.pick(place), status)
            self.change(place, status=status, leads=int(status == "COMPLETED"))

    def pick(self, number: int) -> int:
        """One of the campaigns."""
        ids = sorted(self.campaigns)
        return ids[number % len(ids)]

    def change(self, number: int, **changes: Any) -> None:
        """Change the model of a campaign."""
        self.seen = None
        self.campaigns[self.pick(number)] = replace(self.campaigns[self.pick(number)], **changes)

    def reads(self) -> Any:
        """The list, and steps, mailboxes and leads of each campaign."""
        places = [
            [f"/campaigns/{one}/{part}" for part in ("sequences", "email-accounts", "leads")] for one in self.campaigns
        ]
        parts = [[self.api.get(path).json() for path in paths] for paths in places]
        return self.api.get("/campaigns/").json(), parts, self.api.control("GET", "/state").json()

    @precondition(lambda self: len(self.campaigns) < 2)
    @rule(name=st.sampled_from(("spring", "autumn")))
    def create(self, name: str) -> None:
        self.campaigns[self.call("POST", "/campaigns/create", {"name": name})["id"]] = Campaign(name)

    @precondition(lambda self: 0 < len(self.campaigns) < 3)
    @rule(number=number)
    def duplicate(self, number: int) -> None:
        original = self.campaigns[self.pick(number)]
        copy = self.call("POST", f"/campaigns/{self.pick(number)}/duplicate", {})["newCampaignId"]
        self.campaigns[copy] = replace(original, name=f"{original.name} - copy", status="DRAFTED", leads=0, unmailed=0)

    @precondition(lambda self: self.campaigns)
    @rule(number=number)
    def schedule(self, number: int) -> None:
        self.call("POST", f"/campaigns/{self.pick(number)}/schedule", SCHEDULE)
        self.change(number, scheduled=True)

    @precondition(lambda self: self.campaigns)
    @rule(number=number, count=st.integers(0, 2))
    def save_steps(self, number: int, count: int) -> None:
        running = self.campaigns[self.pick(number)].status == "ACTIVE"
        self.call("POST", f"/campaigns/{self.pick(number)}/sequences", sequence(count), 400 if running else 200)
        if not running:
            self.change(number, steps=count)

    @precondition(lambda self: self.campaigns)
    @rule(number=number, box=st.integers(0, 1))
    def attach(self, number: int, box: int) -> None:
        body = {"email_account_ids": [self.boxes[box]]}
        self.call("POST", f"/campaigns/{self.pick(number)}/email-accounts", body)
        attached = self.campaigns[self.pick(number)].boxes
        self.change(number, boxes=tuple(sorted({*attached, self.boxes[box]})))

    @precondition(lambda self: self.campaigns)
    @rule(number=number, box=st.integers(0, 1))
    def detach(self, number: int, box: int) -> None:
        path, body = f"/campaigns/{self.pick(number)}/email-accounts", {"email_account_ids": [self.boxes[box]]}
        campaign = self.campaigns[self.pick(number)]
        if campaign.status == "ACTIVE" and campaign.boxes == (self.boxes[box],):
            self.call("DELETE", path, body, 400)
        else:
            assert self.call("DELETE", path, body) == {"ok": True, "result": campaign.boxes.count(self.boxes[box])}
            self.change(number, boxes=tuple(one for one in campaign.boxes if one != self.boxes[box]))

    @rule(box=st.integers(0, 1))
    def replace_mailbox(self, box: int) -> None:
        """A deleted mailbox leaves every campaign, running ones too."""
        gone = self.boxes[box]
        self.call("DELETE", f"/email-accounts/{gone}")
        self.boxes[box] = self.api.account(f"after{gone}@sender.example")
        for place in range(len(self.campaigns)):
            attached = self.campaigns[self.pick(place)].boxes
            self.change(place, boxes=tuple(one for one in attached if one != gone))

    @precondition(lambda self: self.campaigns)
    @rule(number=number)
    def add_lead(self, number: int) -> None:
        campaign = self.campaigns[self.pick(number)]
        body = {"lead_list": [{"email": f"lead{campaign.leads}@example.com"}]}
        assert self.call("POST", f"/campaigns/{self.pick(number)}/leads", body)["total_leads"] == 1
        self.change(number, leads=campaign.leads + 1, unmailed=campaign.unmailed + 1)

    @precondition(lambda self: self.campaigns)
    @rule(number=number, word=st.sampled_from(WORDS), method=st.sampled_from(("POST", "PATCH")))
    def set_status(self, number: int, word: str, method: str) -> None:
        path, body = f"/campaigns/{self.pick(number)}/status", {"status": word}
        campaign, wanted = self.campaigns[self.pick(number)], "ACTIVE" if word == "START" else word
        events = self.events()
        if wanted == campaign.status:
            assert self.call(method, path, body) == {"ok": True}
        elif (campaign.status, wanted) not in MOVES:
            text = f"Campaign status cannot be changed from {campaign.status} to {wanted}."
            assert self.call(method, path, body, 400) == {"error": text}
        elif wanted == "ACTIVE" and campaign.lacks():
            texts = [f"Campaign cannot be started - {reason}." for reason in campaign.lacks()]
            assert self.call(method, path, body, 400)["error"] in texts
        else:
            assert self.call(method, path, body) == {"ok": True}
            self.change(number, status=wanted)
        assert self.events() - events == (self.campaigns[self.pick(number)] != campaign)

    @precondition(lambda self: any(one.status == "ACTIVE" for one in self.campaigns.values()))
    @rule()
    def complete(self) -> None:
        """ACTIVE campaigns complete by themselves when every lead is done."""
        completed = [one for one in self.campaigns.values() if one.will_complete]
        happened = {
            "sent": sum(one.unmailed * one.steps for one in completed),
            "completed": sum(one.unmailed for one in completed),
            "campaign_status_changed": len(completed),
        }
        assert two_weeks(self.api) == {name: count for name, count in happened.items() if count}
        self.seen = None
        for place in range(len(self.campaigns)):
            if self.campaigns[self.pick(place)].will_complete:
                self.change(place, status="COMPLETED", unmailed=0)

    @precondition(lambda self: self.campaigns)
    @rule(number=number)
    def delete(self, number: int) -> None:
        campaign_id = self.pick(number)
        if self.campaigns[campaign_id].status == "ACTIVE":
            problem = {"code": "CAMPAIGN_ACTIVE", "message": "Cannot delete active campaign. Please stop it first."}
            assert self.call("DELETE", f"/campaigns/{campaign_id}", None, 400) == {"success": False, "error": problem}
        else:
            assert self.call("DELETE", f"/campaigns/{campaign_id}") == {"ok": True}
            del self.campaigns[campaign_id]
            self.deleted.append(campaign_id)

    @precondition(lambda self: self.deleted)
    @rule()
    def use_deleted(self) -> None:
        path = f"/campaigns/{self.deleted[-1]}"
        read = self.api.get(path)
        missing = (200, {}) if self.edition == "live" else (404, {"error": "Resource not found"})
        assert (read.status_code, read.json()) == missing
        unknown = {"error": "Campaign not found - Invalid campaign_id."}
        assert self.call("DELETE", path, None, 404) == unknown
        assert self.call("POST", f"{path}/status", {"status": "START"}, 404) == unknown

    @invariant()
    def the_reads_are_the_models(self) -> None:
        listed, parts, _ = self.view()
        assert {row["id"]: (row["name"], row["status"], row["scheduler_cron_value"] is not None) for row in listed} == {
            campaign_id: (one.name, one.status, one.scheduled) for campaign_id, one in self.campaigns.items()
        }
        assert [row["id"] for row in listed] == sorted(self.campaigns, reverse=True)
        for (steps, accounts, page), one in zip(parts, self.campaigns.values(), strict=True):
            assert [step["seq_number"] for step in steps] == list(range(1, one.steps + 1))
            assert sorted(account["id"] for account in accounts) == list(one.boxes)
            assert page["total_leads"] == str(one.leads)


@pytest.mark.parametrize("edition", ["default", "live"])
def test_campaigns_live_as_the_fact_sheet_says(api: Api, edition: str) -> None:
    """Status changes, their guards and what a status forbids follow the life cycle, whatever the order of the calls."""
    run(Campaigns, api, edition, examples=5, steps=15)


@pytest.fixture(autouse=True)
def _thursday(api: Api) -> None:
    """Nothing is sent unless a test lets time pass."""
    freeze(api, "05 00:00")


def _ready(api: Api, without: str = "") -> int:
    """A campaign in DRAFTED with all that a start needs, apart from one part."""
    campaign_id = api.campaign(name="ready")
    parts = {
        "schedule": SCHEDULE,
        "sequences": sequence(1),
        "email-accounts": {"email_account_ids": [api.account(f"box{campaign_id}@sender.example")]},
    }
    for part, body in parts.items():
        if part != without:
            assert api.post(f"/campaigns/{campaign_id}/{part}", body).status_code == 200
    return campaign_id


def _status(api: Api, campaign_id: int) -> str:
    status: str = api.get(f"/campaigns/{campaign_id}").json()["status"]
    return status


@pytest.mark.parametrize("status", STATUSES)
def test_every_word_in_every_status(api: Api, status: str) -> None:
    """A word does what the life cycle allows, repeats are a success, all else is 400 and changes nothing."""
    for word in WORDS:
        campaign_id = _ready(api)
        bring_to(api, campaign_id, status)
        wanted = "ACTIVE" if word == "START" else word
        may = wanted == status or (status, wanted) in MOVES
        answer = api.post(f"/campaigns/{campaign_id}/status", {"status": word})
        assert (answer.status_code, _status(api, campaign_id)) == ((200, wanted) if may else (400, status)), word


@pytest.mark.parametrize(
    ("part", "reason"),
    [("sequences", "no sequence"), ("email-accounts", "no email account"), ("schedule", "no schedule")],
)
def test_a_start_needs_all_parts(api: Api, part: str, reason: str) -> None:
    """A draft without steps, mailbox or schedule is refused with the reason."""
    campaign_id = _ready(api, without=part)
    answer = api.post(f"/campaigns/{campaign_id}/status", {"status": "START"})
    assert (answer.status_code, answer.json()) == (400, {"error": f"Campaign cannot be started - {reason}."})
    assert _status(api, campaign_id) == "DRAFTED"


@pytest.mark.parametrize("status", ["PAUSED", "COMPLETED"])
@pytest.mark.parametrize("part", ["sequences", "email-accounts"])
def test_a_restart_needs_all_parts_too(api: Api, status: str, part: str) -> None:
    """A campaign that has lost its steps or its mailboxes since does not start again."""
    campaign_id = _ready(api)
    bring_to(api, campaign_id, status)
    if part == "sequences":
        assert api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": []}).status_code == 200
    else:
        ids = [one["id"] for one in api.get(f"/campaigns/{campaign_id}/email-accounts").json()]
        assert api.delete(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": ids}).status_code == 200
    assert api.post(f"/campaigns/{campaign_id}/status", {"status": "ACTIVE"}).status_code == 400
    assert _status(api, campaign_id) == status


@pytest.mark.parametrize("word", ["DRAFTED", "COMPLETED", "ARCHIVED", "PAUSE", "start", "", None, 1])
def test_other_words_are_refused(api: Api, word: object) -> None:
    """Only START, ACTIVE, PAUSED and STOPPED can be written; the words that are only read cannot."""
    campaign_id = _ready(api)
    answer = api.post(f"/campaigns/{campaign_id}/status", {"status": word})
    assert (answer.status_code, answer.json()["validation"]) == (400, {"source": "body", "keys": ["status"]})
    assert _status(api, campaign_id) == "DRAFTED"


@pytest.mark.parametrize(
    ("status", "expected"), [(one, 400 if one in ("ACTIVE", "PAUSED") else 200) for one in STATUSES]
)
def test_the_bounce_threshold_is_fixed_while_a_campaign_runs(api: Api, status: str, expected: int) -> None:
    """The threshold can be set before the start and after the end only."""
    campaign_id = _ready(api)
    bring_to(api, campaign_id, status)
    body = {"bounce_autopause_threshold": "5", "name": "renamed"}
    assert api.post(f"/campaigns/{campaign_id}/settings", body).status_code == expected
    assert api.get(f"/campaigns/{campaign_id}").json()["name"] == ("renamed" if expected == 200 else "ready")

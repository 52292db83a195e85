"""Scenarios: each story of `fixtures/` loads, keeps its promises, and comes out the same for the same seed."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from mock_server.clock import iso, parse_moment
from mock_server.config import fixtures_directory, openapi_directory
from mock_server.contract.operations import Contract
from mock_server.control.stories import Call, Campaign, Mailboxes, Story, load_story, story_names
from mock_server.control.story_people import People, people_of
from tests.conftest import Api
from tests.telling import NAMES, NOW, campaigns, everything_stored, in_server, rows, seed, total, world_of
from tests.worlds import build, everything, fresh

SMALL = [name for name in NAMES if name != "hundred-thousand"]
RESERVED = re.compile(r"[.](test|example[.](com|net|org))$")
STATUSES = ["STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED"]


# ------------------------------------------------------------------------------------------ the files


def test_the_stories_are_known() -> None:
    """Those of the design, and the lead guide's."""
    assert story_names(fixtures_directory()) == NAMES


def bodies(story: Story) -> Iterator[tuple[str, Any]]:
    """The bodies that a story writes down, with their operations."""
    person = people_of(0).mailbox(0, "box.example.com")
    for scene in story.scenes:
        match scene:
            case Mailboxes():
                yield "save_email_account", {**person, **scene.save}
            case Call():
                yield scene.call, scene.body
            case Campaign():
                found = {
                    "create_campaign": scene.create, "update_campaign_schedule": scene.schedule,
                    "update_campaign_settings": scene.settings,
                    "save_campaign_sequences": scene.sequences and {"sequences": scene.sequences},
                }  # fmt: skip
                yield from ((operation, body) for operation, body in found.items() if body is not None)
                yield from (
                    ("add_leads_to_campaign", {"lead_list": one.given}) for one in scene.leads if one.given
                )  # fmt: skip
                yield from (("update_campaign_status", {"status": word}) for word in scene.status)


@pytest.mark.parametrize("name", NAMES)
def test_every_body_is_one_that_the_document_allows(name: str) -> None:
    """In the words of `default`, none of which is only a synonym or past its day."""
    operations = Contract(openapi_directory()).edition("default").operations
    for operation, body in bodies(load_story(fixtures_directory(), name)):
        notes: list[str] = []
        assert operations[operation].read_body(body, {}, notes) == body, operation
        assert not notes


def test_a_scene_that_is_misspelt_is_refused(tmp_path: Path) -> None:
    """A typo does not become a scene that does nothing."""
    (tmp_path / "odd.yaml").write_text("summary: Odd\nscenes:\n  - {campaign: a, craete: {name: A}}\n")
    with pytest.raises(ValueError, match="craete"):
        load_story(tmp_path, "odd")


def test_a_story_cannot_last_longer_than_it_has_time(tmp_path: Path) -> None:
    """Its scenes lie between its beginning and the clock."""
    (tmp_path / "long.yaml").write_text("summary: Long\nbegins: {days: 1}\nscenes:\n  - after: {hours: 25}\n")
    with pytest.raises(ValueError, match="more time passes"):
        load_story(tmp_path, "long")


@pytest.mark.parametrize("name", ["../team", "team.yaml", "", "nobody"])
def test_only_files_of_the_directory_are_stories(name: str) -> None:
    """A name is no path."""
    with pytest.raises(LookupError, match="known: agency, empty, hundred-thousand, lead-guide, midflight, team"):
        load_story(fixtures_directory(), name)


# ------------------------------------------------------------------------------------------ people

_WORDS = st.lists(st.text("abcxyz", min_size=1, max_size=3), min_size=1, max_size=4, unique=True).map(tuple)


@given(seed=st.integers(0, 2**53 - 1), firsts=_WORDS, lasts=_WORDS, companies=_WORDS)
def test_no_two_people_have_one_address(
    seed: int, firsts: tuple[str, ...], lasts: tuple[str, ...], companies: tuple[str, ...]
) -> None:
    """As many people as the pools have combinations are all different, simulated ones and mailboxes too."""
    people = People(seed, firsts, lasts, companies, ("Here",), ("CTO",))
    names = len(firsts) * len(lasts)
    for reacts in ("", "reply"):
        leads = {people.lead(number, reacts)["email"] for number in range(names * len(companies))}
        assert len(leads) == names * len(companies)
    assert len({people.mailbox(number, "a.test")["from_email"] for number in range(names)}) == names


def test_pools_hold_enough_people_for_every_story() -> None:
    """Faker repeats itself; what is left is enough for a million leads."""
    people = people_of(0)
    assert len(people.first_names) * len(people.last_names) * len(people.companies) > 1_000_000
    assert max(map(len, (people.first_names, people.last_names))) < 7919


def test_nobody_pays_for_faker_before_a_story_is_told() -> None:
    """Starting the program imports no Faker."""
    code = "import sys, mock_server.cli; mock_server.cli.create_app(); sys.exit('faker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", SMALL)
def test_nobody_lives_at_a_real_address(api: Api, name: str) -> None:
    """Addresses are on reserved domains, but for the one that the lead guide itself shows."""
    seed(api, name)
    found = [row["email"] for row in rows(api, "SELECT email FROM lead WHERE workspace_id = :ws")]
    found += [row["address"] for row in rows(api, "SELECT address FROM email_account WHERE workspace_id = :ws")]
    shown = {"duplicate@company.com"} if name == "lead-guide" else set()
    assert {address for address in found if not RESERVED.search(address)} == shown


# ------------------------------------------------------------------------------------------ what they promise


def test_empty_is_empty(api: Api) -> None:
    """Nothing is made, so that another story can still be told."""
    assert seed(api, "empty") == {}
    assert not any(api.control("GET", "/state").json()["tables"].values())
    assert seed(api, "team")["campaigns"] == 4


def test_team_has_campaigns_in_several_states(api: Api) -> None:
    """A few mailboxes, sixty leads, nothing sent."""
    made = seed(api, "team")
    assert (made["campaigns"], made["leads"], made["email_accounts"]) == (4, 60, 3)
    assert "sent" not in made
    found = {(one["status"], total(api, one["id"])) for one in campaigns(api).values()}
    assert found == {("ACTIVE", 25), ("PAUSED", 15), ("STOPPED", 10), ("DRAFTED", 10)}
    assert len(api.get("/email-accounts/").json()) == 3
    assert all(one["created_at"] == NOW for one in campaigns(api).values())


def test_agency_has_two_clients(api: Api) -> None:
    """Both have campaigns, leads and mailboxes of their own."""
    seed(api, "agency")
    for client in (1001, 1002):
        own = api.get("/campaigns", params={"client_id": client}).json()
        assert len(own) == 2
        assert sum(total(api, one["id"]) for one in own) == 60
        boxes = {one["id"] for one in api.get("/email-accounts/", params={"client_id": client}).json()}
        active = next(one["id"] for one in own if one["status"] == "ACTIVE")
        assert {one["id"] for one in api.get(f"/campaigns/{active}/email-accounts").json()} == boxes != set()
    assert len(campaigns(api)) == 4


@pytest.mark.parametrize("now", [f"2026-03-{day:02}T{hour}:00Z" for day, hour in enumerate(
    ("00:30", "05:30", "07:10", "10:00", "16:50", "19:20", "23:59"), start=2)])  # fmt: skip
def test_midflight_is_in_the_middle_on_every_day(api: Api, now: str) -> None:
    """On whatever day the clock stands, weekends included, everything that a campaign can meet has happened."""
    made = seed(api, "midflight", now)
    found = campaigns(api)
    assert {name: one["status"] for name, one in found.items()} == {
        "Spring outreach": "ACTIVE", "Invitation to the webinar": "COMPLETED", "Partner programme": "PAUSED",
        "Autumn draft": "DRAFTED",
    }  # fmt: skip
    assert (made["campaigns"], made["leads"], made["email_accounts"]) == (4, 300, 6)
    spring = found["Spring outreach"]["id"]
    assert sum(total(api, one["id"]) for one in found.values()) == 300
    assert all(total(api, spring, status=status) for status in STATUSES)
    for facet in ("is_opened", "is_clicked", "is_replied", "is_bounced", "is_unsubscribed"):
        assert total(api, spring, emailStatus=facet), facet
    assert all(total(api, spring, lead_category_id=category) for category in (1, 2, 3, 4, 5, 6))
    assert total(api, found["Autumn draft"]["id"], status="STARTED") == 20
    assert made["out_of_office"]


def test_midflight_is_what_its_events_say(api: Api) -> None:
    """Nothing is older than its beginning or newer than the clock, and figures follow from the ledger."""
    made = seed(api, "midflight")
    began = parse_moment(NOW) - 10 * 86_400_000
    [[first, last]] = [
        [*row.values()] for row in rows(api, "SELECT min(at), max(at) FROM event WHERE workspace_id = :ws")
    ]
    assert began <= first <= last <= parse_moment(NOW)
    assert {one["created_at"] for one in campaigns(api).values()} == {iso(began)}
    sent = rows(api, "SELECT count(*) AS n FROM message WHERE workspace_id = :ws AND type = 'SENT'")[0]["n"]
    assert sent == made["sent"] > 300
    accounts = rows(api, "SELECT sum(sent_count) AS n FROM campaign WHERE workspace_id = :ws")[0]["n"]
    assert accounts == sent
    share = rows(api, "SELECT variant_label AS label, sent_count AS n FROM variant WHERE workspace_id = :ws AND n > 0")
    assert {one["label"] for one in share} == {"A", "B"}
    paused = campaigns(api)["Partner programme"]["id"]
    sql = "SELECT max(at) AS at FROM message WHERE workspace_id = :ws AND campaign_id = :id AND type = 'SENT'"
    late = rows(api, sql, id=paused)
    assert late[0]["at"] <= began + 5 * 86_400_000


def test_midflight_goes_on(api: Api) -> None:
    """The clock moves on from where it stood, and the waiting leads get their mails."""
    seed(api, "midflight")
    moved = api.control("POST", "/clock/advance", {"days": 5}).json()
    assert moved["now"] == "2026-03-09T10:00:00.000Z"
    assert moved["events"]["sent"] > 20
    assert api.control("GET", "/settings").json()["recipients"]["open"] == 0.45


GUIDE = "/campaigns/12345/leads"


def test_lead_guide_has_the_ids_that_it_shows(api: Api) -> None:
    """Campaign 12345, lead 67890; the counters go on above what is named and above what is usual."""
    seed(api, "lead-guide")
    assert api.get("/campaigns/12345").json()["status"] == "ACTIVE"
    assert api.get("/leads/67890").json()["data"][0]["custom_fields"]["funding_round"] == "Series B"
    assert api.campaign(name="Next") == 12346
    api.add(12346, "new@example.com")
    assert api.lead_id("new@example.com") > 3_000_000_001
    [mail] = rows(
        api, "SELECT subject, body FROM message WHERE workspace_id = :ws AND lead_id = 67890 AND seq_number = 1"
    )
    assert mail["subject"] == "Congratulations, TechCo"
    for text in ("Hi Jordan", "Series B", "CTO", "manual outreach processes", "Sarah from YC suggested"):
        assert text in mail["body"]


def test_the_calls_of_the_lead_guide_work(api: Api) -> None:
    """Import, status filter, status change, block list, and the skipped leads that it prints (S3)."""
    seed(api, "lead-guide")
    settings = dict.fromkeys(
        ("ignore_global_block_list", "ignore_unsubscribe_list", "ignore_duplicate_leads_in_other_campaign"), False
    )
    leads = [
        {"email": "alex@acmecorp.com", "first_name": "Alex", "location": "San Francisco, CA",
         "custom_fields": {"job_title": "VP of Sales", "company_size": "50-200"}},
        {"email": "maria@techstartup.io", "first_name": "Maria", "company_name": "TechStartup"},
    ]  # fmt: skip
    result = api.post(GUIDE, {"lead_list": leads, "settings": settings}).json()
    assert (result["added_count"], result["skipped_count"]) == (2, 0)
    known = [{"email": "duplicate@company.com"}, {"email": "blocked@company.com"}]
    assert api.post(GUIDE, {"lead_list": known, "settings": settings}).json()["skipped_leads"] == [
        {"email": "duplicate@company.com", "reason": "Already exists in this campaign"},
        {"email": "blocked@company.com", "reason": "On global block list"},
    ]
    assert api.patch(f"{GUIDE}/67890/status", {"status": "INTERESTED"}).status_code == 200
    assert 67890 in [row["lead"]["id"] for row in api.rows(12345, status="INTERESTED")]
    body = {"emails": ["donotcontact@company.com", "optedout@example.com"]}
    assert api.post("/leads/block-list", body).status_code == 200


def test_lead_guide_has_a_lead_in_every_status(api: Api) -> None:
    """The statuses of its table, as they are asked for, some of which are states and some categories or flags."""
    seed(api, "lead-guide")
    asked: list[dict[str, str]] = [
        {"status": "STARTED"}, {"status": "INPROGRESS"}, {"status": "COMPLETED"}, {"status": "INTERESTED"},
        {"status": "NOT_INTERESTED"}, {"status": "DO_NOT_CONTACT"}, {"emailStatus": "is_bounced"},
        {"status": "UNSUBSCRIBED"},
    ]  # fmt: skip
    assert [filters for filters in asked if not total(api, 12345, **filters)] == []


def test_a_big_story_is_told_between_the_requests_of_others(api: Api, other: Api) -> None:
    """100 000 leads are there at the end; another workspace was answered while they were still coming in."""
    app, world, seen = api.client.app, world_of(api), Counter[int]()
    sql = "SELECT last FROM id_counter WHERE workspace_id = ? AND kind = 'lead'"

    async def both() -> dict[str, Any]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://mock") as client:
            body, headers = {"scenario": "hundred-thousand"}, {"X-Mock-Key": api.key}
            seeding = asyncio.create_task(client.post("/_mock/seed", json=body, headers=headers, timeout=None))
            while not seeding.done():
                answer = await client.get("/api/v1/campaigns", params={"api_key": other.key})
                assert (answer.status_code, answer.json()) == (200, [])
                last = world.database.writer.execute(sql, (world.workspaces.get(api.key).id,)).fetchone()
                seen[last[0] if last else 0] += 1
                await asyncio.sleep(0)  # in one process nothing else makes a request wait
            made: dict[str, Any] = seeding.result().json()["made"]
            return made

    made = in_server(api, both)
    assert made == {"campaigns": 4, "leads": 100_000, "email_accounts": 1000, "campaign_status_changed": 4}
    assert len(seen) > 100, "the other workspace was answered at no more than this many stages of the story"
    found = campaigns(api).values()
    assert [(one["status"], total(api, one["id"])) for one in found] == [("ACTIVE", 25_000)] * 4
    for one in found:
        boxes = api.get(f"/campaigns/{one['id']}/email-accounts").json()
        assert [box["message_per_day"] for box in boxes] == [100] * 250
        assert one["max_leads_per_day"] == 25_000
    [people] = rows(api, "SELECT count(DISTINCT email) AS n FROM lead WHERE workspace_id = :ws")
    assert people["n"] == 100_000


# ------------------------------------------------------------------------------------------ the same for the same


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_tells_the_same(client: TestClient, name: str) -> None:
    """Two workspaces with one seed and one frozen moment hold the same rows; so does one that was reset."""
    first, second = fresh(client), fresh(client)
    assert seed(first, name) == seed(second, name)
    stored = everything_stored(first)
    assert everything_stored(second) == stored
    first.control("POST", "/reset")
    seed(first, name)
    assert everything_stored(first) == stored


def test_another_seed_tells_of_other_people(client: TestClient) -> None:
    """The seed draws the people, not the story."""
    first, second = fresh(client), fresh(client)
    assert second.control("PUT", "/settings", {"seed": 5}).status_code == 200
    seed(first, "team")
    seed(second, "team")
    told, other = everything_stored(first), everything_stored(second)
    assert {name: len(rows) for name, rows in told.items()} == {name: len(rows) for name, rows in other.items()}
    emails = [{row["email"] for row in stored["lead"]} for stored in (told, other)]
    assert len(emails[0] & emails[1]) < 5
    assert "ana@acme.example.com" in emails[0] & emails[1]


@pytest.mark.parametrize("name", ["team", "midflight"])
def test_a_live_clock_goes_on_with_the_same_offset(api: Api, name: str) -> None:
    """The story ends at the clock, however long it takes to tell."""
    api.control("PUT", "/clock", {"mode": "live", "now": NOW})
    workspace = world_of(api).workspaces.get(api.key)
    offset = workspace.clock.offset
    seed(api, name, now=None)
    assert world_of(api).workspaces.get(api.key) is workspace
    assert (workspace.clock.mode, workspace.clock.offset) == ("live", offset)
    [row] = rows(api, "SELECT max(at) AS at FROM event WHERE workspace_id = :ws")
    assert row["at"] <= workspace.clock.now()


def test_other_workspaces_are_not_touched(api: Api, other: Api) -> None:
    """A story happens in one workspace."""
    mine = build(other, "mine")
    before = everything(other, mine)
    seed(api, "midflight")
    assert everything(other, mine) == before

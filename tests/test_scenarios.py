"""Scenarios: each story of `fixtures/` loads, keeps its promises, and comes out the same for the same seed."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from mock_server.app import create_app
from mock_server.clock import iso, parse_moment
from mock_server.config import Settings, fixtures_directory, openapi_directory
from mock_server.contract.operations import Contract
from mock_server.control import stories
from mock_server.control.stories import Call, Campaign, Mailboxes, Story, load_story, story_names
from mock_server.control.story_people import People, people_of
from mock_server.state.schema import metadata
from mock_server.testing.workspace import Smartlead
from tests.conftest import Api
from tests.servers import run, server
from tests.worlds import build, everything, fresh

T = TypeVar("T")
NOW = "2026-03-04T10:00:00.000Z"
NAMES = ["agency", "empty", "hundred-thousand", "lead-guide", "midflight", "team"]
SMALL = [name for name in NAMES if name != "hundred-thousand"]
RESERVED = re.compile(r"\.(test|example\.(com|net|org))$")
STATUSES = ["STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED"]


def seed(api: Api, name: str, now: str | None = NOW) -> dict[str, int]:
    """Tell a story to a workspace that is frozen at a moment; what it made."""
    if now is not None:
        assert api.control("PUT", "/clock", {"mode": "frozen", "now": now}).status_code == 200
    answer = api.control("POST", "/seed", {"scenario": name})
    assert answer.status_code == 200, answer.text
    assert answer.json()["scenario"] == name
    made: dict[str, int] = answer.json()["made"]
    return made


def world_of(api: Api) -> Any:
    """The parts of the server."""
    return api.client.app.state.world  # type: ignore[attr-defined]


def in_server(api: Api, function: Callable[[], Awaitable[T]]) -> T:
    """Await something in the event loop of the server."""
    assert api.client.portal is not None
    return api.client.portal.call(function)


def rows(api: Api, sql: str = "", **values: Any) -> list[dict[str, Any]]:
    """Rows of the workspace, read behind the API's back."""

    async def read() -> list[dict[str, Any]]:
        world = world_of(api)
        values["ws"] = world.workspaces.get(api.key).id
        return [dict(row) for row in world.database.writer.execute(sql, values).fetchall()]

    return in_server(api, read)


def everything_stored(api: Api) -> dict[str, list[dict[str, Any]]]:
    """All rows of the workspace, without what tells it from others."""
    found = {}
    for table in metadata.sorted_tables:
        if "workspace_id" in table.c:
            read = rows(api, f"SELECT * FROM {table.name} WHERE workspace_id = :ws")
            found[table.name] = [{name: row[name] for name in row if name != "workspace_id"} for row in read]
    [own] = rows(api, "SELECT * FROM workspace WHERE id = :ws") or [{}]
    return {**found, "workspace": [{name: own[name] for name in own if name not in ("id", "key")}]}


def campaigns(api: Api) -> dict[str, dict[str, Any]]:
    """The campaigns of the workspace by name."""
    return {one["name"]: one for one in api.get("/campaigns").json()}


def total(api: Api, campaign_id: int, **filters: Any) -> int:
    """How many rows of a campaign fit."""
    return int(api.get(f"/campaigns/{campaign_id}/leads", params={"limit": 1, **filters}).json()["total_leads"])


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
        assert operations[operation].read_body(body, notes) == body, operation
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


def test_the_edition_changes_no_story(client: TestClient) -> None:
    """Stories are told in the words of `default`, whatever the workspace is served in."""
    first, second = fresh(client), fresh(client)
    assert second.control("PUT", "/settings", {"edition": "live"}).status_code == 200
    for api in (first, second):
        seed(api, "agency")
    stored, other = everything_stored(first), everything_stored(second)
    assert {name: rows for name, rows in other.items() if name != "workspace"} == {
        name: rows for name, rows in stored.items() if name != "workspace"
    }


def test_other_workspaces_are_not_touched(api: Api, other: Api) -> None:
    """A story happens in one workspace."""
    mine = build(other, "mine")
    before = everything(other, mine)
    seed(api, "midflight")
    assert everything(other, mine) == before


# ------------------------------------------------------------------------------------------ refusals


def refused(api: Api, body: Any) -> tuple[int, str]:
    """Status and text of a refused seeding."""
    answer = api.control("POST", "/seed", body)
    return answer.status_code, json.dumps(answer.json()["detail"])


def test_a_workspace_with_rows_is_refused(api: Api) -> None:
    """And stays as it is."""
    api.campaign(name="Mine")
    before = everything_stored(api)
    assert refused(api, {"scenario": "team"}) == (409, '"The workspace has rows; reset it first."')
    assert everything_stored(api) == before


def test_an_unknown_name_is_refused(api: Api) -> None:
    """With the names that there are."""
    status, text = refused(api, {"scenario": "teem"})
    assert status == 422
    assert all(name in text for name in NAMES)
    assert refused(api, {"scenario": "team", "speed": 2})[0] == 422
    assert refused(api, {})[0] == 422


def test_a_key_must_be_named(client: TestClient) -> None:
    """As everywhere in the control API."""
    assert client.post("/_mock/seed", json={"scenario": "team"}).status_code == 401


def test_a_story_needs_its_lead_credit(api: Api) -> None:
    """It is not told in part; with enough credit it is, and uses it up like any import."""
    api.control("PUT", "/settings", {"lead_credit": 59})
    status, text = refused(api, {"scenario": "team"})
    assert (status, "lead_credit is 59" in text) == (409, True)
    assert not any(api.control("GET", "/state").json()["tables"].values())
    api.control("PUT", "/settings", {"lead_credit": 61})
    seed(api, "team")
    assert api.control("GET", "/settings").json()["lead_credit"] == 1


def test_a_story_does_not_begin_before_1970(api: Api) -> None:
    """A clock that stands too early is told so."""
    api.control("PUT", "/clock", {"mode": "frozen", "now": "1970-01-05T00:00:00Z"})
    assert refused(api, {"scenario": "midflight"})[0] == 409
    assert api.control("GET", "/clock").json()["now"] == "1970-01-05T00:00:00.000Z"


def test_no_more_workspaces_than_allowed() -> None:
    """A story counts like any other first write."""
    with TestClient(create_app(Settings(rate_limit="off", max_workspaces=1))) as client:
        seed(Api(client, "first"), "team")
        before = everything_stored(Api(client, "first"))
        assert refused(Api(client, "second"), {"scenario": "team"})[0] == 403
        assert everything_stored(Api(client, "first")) == before


def together(api: Api, *calls: tuple[str, Any]) -> list[Any]:
    """Control calls that are made at once; their answers."""
    app = api.client.app

    async def run_all() -> list[Any]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://mock/_mock") as client:
            headers = {"X-Mock-Key": api.key}
            posts = (client.post(path, json=body, headers=headers, timeout=None) for path, body in calls)
            return await asyncio.gather(*posts)

    return in_server(api, run_all)


def test_two_stories_at_once_do_not_mix(client: TestClient) -> None:
    """One is told, the other finds rows."""
    api, alone = fresh(client, NOW), fresh(client, NOW)
    answers = together(api, ("/seed", {"scenario": "team"}), ("/seed", {"scenario": "agency"}))
    assert sorted(one.status_code for one in answers) == [200, 409]
    told = next(one.json()["scenario"] for one in answers if one.status_code == 200)
    seed(alone, told)
    assert everything_stored(api) == everything_stored(alone)


def test_the_clock_waits_for_the_end_of_a_story(client: TestClient) -> None:
    """An advance during a seeding moves the clock after it: the same as one after the other."""
    api, alone = fresh(client, NOW), fresh(client, NOW)
    answers = together(api, ("/seed", {"scenario": "midflight"}), ("/clock/advance", {"days": 1}))
    assert [one.status_code for one in answers] == [200, 200]
    seed(alone, "midflight")
    alone.control("POST", "/clock/advance", {"days": 1})
    assert everything_stored(api) == everything_stored(alone)


def interrupted(api: Api, story: Story) -> BaseException | None:
    """Tell a story, and reset the workspace as soon as it has rows; what the story ended with."""

    async def tell_and_reset() -> BaseException | None:
        world = world_of(api)
        workspace = world.workspaces.get(api.key)
        telling = asyncio.create_task(stories.tell(world, workspace, story))
        while not world.has_rows(workspace):
            await asyncio.sleep(0)
        world.reset(workspace)
        await asyncio.wait([telling])
        return telling.exception()

    return in_server(api, tell_and_reset)


@pytest.mark.parametrize("name", ["team", "midflight"])
def test_a_reset_ends_a_story(api: Api, name: str) -> None:
    """The workspace is empty, nothing is left in the store, and it can be told a story again."""
    error = interrupted(api, load_story(fixtures_directory(), name))
    assert isinstance(error, stories.StoryRefusedError)
    assert "was reset" in str(error)
    assert not any(api.control("GET", "/state").json()["tables"].values())
    owned = [table.name for table in metadata.sorted_tables if "workspace_id" in table.c]

    async def purged() -> list[str]:
        world = world_of(api)
        while world.database.writer.execute("SELECT 1 FROM purge_task").fetchone():
            await asyncio.sleep(0)
        orphan = "SELECT 1 FROM {} WHERE workspace_id NOT IN (SELECT id FROM workspace)"
        return [name for name in owned if world.database.writer.execute(orphan.format(name)).fetchone()]

    assert in_server(api, purged) == []
    assert seed(api, "team")["leads"] == 60


def test_the_answer_to_an_interrupted_seeding_is_409(api: Api) -> None:
    """The client learns why."""
    answers = together(
        api, ("/seed", {"scenario": "hundred-thousand"}), ("/requests/verify", {"times": 0}), ("/reset", None)
    )
    assert [one.status_code for one in answers][::2] == [409, 200]
    assert answers[0].json()["detail"] == "The workspace was reset while it was told a scenario."


BROKEN: list[list[dict[str, Any]]] = [
    [{"campaign": "a", "create": {"name": "A", "colour": "red"}}],
    [{"campaign": "a", "create": {"name": "A"}, "leads": [{"people": 5}], "status": ["START"]}],
    [
        {"campaign": "a", "create": {"name": "A"}},
        {"call": "pause_lead_in_campaign", "campaign": "a", "lead": "a@b.test"},
    ],
    [{"campaign": "a", "create": {"name": "A"}, "mailboxes": ["nobody's"]}],
    [{"campaign": "a", "create": {"name": "A"}}, {"call": "no_such_operation"}],
]


@pytest.mark.parametrize("scenes", BROKEN)
def test_a_broken_story_leaves_nothing(api: Api, scenes: list[dict[str, Any]]) -> None:
    """Every call passes the document and the rules; one that is refused ends the story and resets the workspace."""
    story = Story.model_validate({"summary": "Broken", "scenes": [*BROKEN_BEFORE, *scenes]})
    world, key = world_of(api), api.key
    with pytest.raises((stories.StoryBrokenError, KeyError)):
        in_server(api, lambda: stories.tell(world, world.workspaces.get(key), story))
    assert not any(api.control("GET", "/state").json()["tables"].values())
    assert seed(api, "team")["leads"] == 60


BROKEN_BEFORE: list[dict[str, Any]] = [
    {"mailboxes": "box", "number": 2, "domain": "box.example.com"},
    {"campaign": "whole", "create": {"name": "Whole"}, "mailboxes": ["box"], "leads": [{"people": 3}]},
]


def test_a_defect_is_told_without_the_key(api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """500 with what went wrong; the key is in neither answer nor log."""
    (tmp_path / "odd.yaml").write_text("summary: Odd\nscenes:\n  - {campaign: a, create: {colour: red}}\n")
    monkeypatch.setattr("mock_server.control.story_api.fixtures_directory", lambda: tmp_path)
    answer = api.control("POST", "/seed", {"scenario": "odd"})
    assert answer.status_code == 500
    assert "create_campaign" in answer.json()["detail"]
    assert api.key not in answer.text


# ------------------------------------------------------------------------------------------ ids


def test_named_ids_are_given_and_counted_on(api: Api) -> None:
    """Mailboxes, campaigns and leads may be named; what follows is above."""
    scenes = [
        {"mailboxes": "box", "number": 90, "domain": "box.example.com", "id": 5000},
        {"campaign": "a", "id": 2000, "create": {"name": "A"}, "leads": [{"people": 400, "id": 100}, {"people": 1}]},
        {"campaign": "b", "create": {"name": "B"}},
        {"campaign": "c", "id": 7, "create": {"name": "C"}},
        {"campaign": "d", "create": {"name": "D"}},
    ]
    story = Story.model_validate({"summary": "Ids", "scenes": scenes})
    world, key = world_of(api), api.key
    in_server(api, lambda: stories.tell(world, world.workspaces.get(key), story))
    assert {name: one["id"] for name, one in campaigns(api).items()} == {"A": 2000, "B": 2001, "C": 7, "D": 2002}
    boxes = [row["id"] for row in rows(api, "SELECT id FROM email_account WHERE workspace_id = :ws ORDER BY id")]
    assert boxes == list(range(5000, 5090))
    leads = [row["id"] for row in rows(api, "SELECT id FROM lead WHERE workspace_id = :ws ORDER BY id")]
    assert leads == [*range(100, 500), 3_000_000_001]


# ------------------------------------------------------------------------------------------ by hand


def test_seed_by_the_plugin(smartlead: Smartlead) -> None:
    """`smartlead.seed("team")` fills the test's workspace."""
    assert smartlead.seed("team")["leads"] == smartlead.state()["lead"] == 60


def test_seed_by_the_command() -> None:
    """It prints what was made; a refusal is exit code 2; the key is never printed."""
    key = "very-secret-key"
    with server() as running:
        done = run("seed", "team", "--key", key, "--url", running.url)
        assert done.returncode == 0, done.stderr
        assert [line.split() for line in done.stdout.splitlines()][:3] == [
            ["4", "campaigns"], ["60", "leads"], ["3", "email_accounts"],
        ]  # fmt: skip
        with running.api(key) as api:
            assert len(campaigns(api)) == 4
        again = run("seed", "team", "--key", key, "--url", running.url)
        assert (again.returncode, "reset it first" in again.stderr) == (2, True)
        unknown = run("seed", "teem", "--key", key, "--url", running.url)
        assert (unknown.returncode, "midflight" in unknown.stderr) == (2, True)
        printed = "".join(one.stdout + one.stderr for one in (done, again, unknown)) + running.log()
        assert key not in printed


def test_an_unknown_scenario_is_refused_at_the_start() -> None:
    """With the names that there are."""
    done = run("serve", "--scenario", "teem")
    assert done.returncode == 2
    assert "--scenario" in done.stderr
    assert all(name in done.stderr for name in NAMES)

"""An unmodified client from PyPI, smartlead-cli, takes a campaign through its whole life."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Api
from tests.servers import server

CLIENT = "smartlead-cli==0.1.4"
KEY = "cli-key"
WINDOW = {
    "timezone": "Europe/Berlin", "days_of_the_week": [1, 2, 3, 4, 5], "start_hour": "08:00", "end_hour": "18:00",
    "min_time_btw_emails": 12, "max_new_leads_per_day": 30,
}  # fmt: skip
STEPS = [
    {
        "seq_number": 1,
        "seq_delay_details": {"delay_in_days": 0},
        "subject": "Hello {{first_name}}",
        "email_body": "One",
    },
    {"seq_number": 2, "seq_delay_details": {"delay_in_days": 3}, "subject": "", "email_body": "Two"},
]
MAILBOX = {
    "from_name": "Ann", "from_email": "ann@sender.example", "user_name": "ann@sender.example", "password": "secret",
    "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example", "imap_port": 993,
    "warmup_enabled": True,
}  # fmt: skip
LEADS = [
    {"email": "ben@first.example", "first_name": "Ben", "phone_number": 49301234, "custom_fields": {"title": "CTO"}},
    {"email": "Cleo@Second.example ", "first_name": "Cleo", "company_name": "Second"},
    {"email": "BEN@first.example", "first_name": "Benjamin"},
    {"email": "not-an-address"},
]


@dataclass(frozen=True)
class Cli:
    """The installed client, and the server it talks to."""

    script: Path
    home: Path
    url: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "SMARTLEAD_API_KEY": KEY,
            "SMARTLEAD_BASE_URL": f"{self.url}/api/v1",
        }  # fmt: skip
        return subprocess.run(
            [str(self.script), *words], capture_output=True, text=True, env=environment, timeout=60, check=False
        )

    def __call__(self, *words: str, body: Any = None) -> Any:
        """What a command prints, which must succeed."""
        done = self.run(*words, *([] if body is None else ["--body-json", json.dumps(body)]))
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return json.loads(done.stdout)

    def raw(self, method: str, path: str, body: Any = None) -> Any:
        """A call that the client has no command for."""
        return self("raw", "request", "--method", method, "--path", path, body=body)

    def refused(self, *words: str) -> dict[str, Any]:
        """The error that a command ends with."""
        done = self.run(*words)
        assert done.returncode == 1, done.stdout
        error: dict[str, Any] = json.loads(done.stderr)["error"]
        return error


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, installed from the registry into an environment of its own."""
    place = tmp_path_factory.mktemp("client") / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", CLIENT]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"cannot install {CLIENT}: {done.stderr}"
    return scripts / "smartlead"


@pytest.fixture
def both(script: Path, tmp_path: Path) -> Iterator[tuple[Cli, Api]]:
    """The client, and direct reads of what it has done."""
    with server() as running, running.api(KEY) as api:
        yield Cli(script, tmp_path, running.url), api


def test_a_client_takes_a_campaign_through_its_life(both: tuple[Cli, Api]) -> None:
    """Each command of the client does what it says, as separate reads tell, from creation to deletion."""
    cli, api = both
    campaign_id = create(cli, api)
    settle(cli, api, campaign_id)
    write_steps_and_attach_a_mailbox(cli, api, campaign_id)
    ben, cleo = import_leads(cli, api, campaign_id)
    change_a_lead(cli, api, campaign_id, ben)
    start_and_pause(cli, api, campaign_id)
    move_leads(cli, api, campaign_id, ben, cleo)
    export(cli, campaign_id)
    delete(cli, api, campaign_id, ben, cleo)


def create(cli: Cli, api: Api) -> int:
    """`campaigns create`, `get` and `list`; the list's path has no slash at its end."""
    made = cli("campaigns", "create", "--name", "Spring", "--client-id", "22")
    campaign_id: int = made["id"]
    read = api.get(f"/campaigns/{campaign_id}").json()
    assert (read["name"], read["client_id"], read["status"]) == ("Spring", 22, "DRAFTED")
    assert cli("campaigns", "get", str(campaign_id)) == read
    assert cli("campaigns", "list") == [read]
    return campaign_id


def settle(cli: Cli, api: Api, campaign_id: int) -> None:
    """`campaigns update` posts to settings; `campaigns schedule` posts where no document knows a route."""
    flags = ("--follow-up-percentage", "40", "--send-as-plain-text", "--track-setting", "DONT_TRACK_EMAIL_OPEN")
    assert cli("campaigns", "update", str(campaign_id), *flags, "--name", "Summer") == {"ok": True}
    read = api.get(f"/campaigns/{campaign_id}").json()
    assert (read["name"], read["follow_up_percentage"], read["send_as_plain_text"]) == ("Summer", 40, True)
    assert read["track_settings"] == ["DONT_EMAIL_OPEN"]
    error = cli.refused("campaigns", "schedule", str(campaign_id), "--timezone", "UTC", "--day", "1")
    assert error["status_code"] == 404
    assert f"Cannot POST /api/v1/campaigns/{campaign_id}" in error["detail"]
    assert api.get(f"/campaigns/{campaign_id}").json() == read
    assert cli.raw("POST", f"/campaigns/{campaign_id}/schedule", WINDOW) == {"ok": True}
    read = api.get(f"/campaigns/{campaign_id}").json()
    window = {"tz": "Europe/Berlin", "days": [1, 2, 3, 4, 5], "startHour": "08:00", "endHour": "18:00"}
    assert (read["scheduler_cron_value"], read["min_time_btwn_emails"], read["max_leads_per_day"]) == (window, 12, 30)


def write_steps_and_attach_a_mailbox(cli: Cli, api: Api, campaign_id: int) -> None:
    """By `raw`: a campaign cannot start before it has steps and a mailbox."""
    error = cli.refused("campaigns", "status", str(campaign_id), "--status", "START")
    assert (error["status_code"], error["type"]) == (400, "validation_error")
    cli.raw("POST", f"/campaigns/{campaign_id}/sequences", {"sequences": STEPS})
    steps = api.get(f"/campaigns/{campaign_id}/sequences").json()
    assert [(step["seq_number"], step["email_body"]) for step in steps] == [(1, "One"), (2, "Two")]
    account_id = cli.raw("POST", "/email-accounts/save", MAILBOX)["emailAccountId"]
    assert api.get(f"/email-accounts/{account_id}").json()["warmup_details"]["status"] == "ACTIVE"
    cli.raw("POST", f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id]})
    attached = api.get(f"/campaigns/{campaign_id}/email-accounts").json()
    assert [account["id"] for account in attached] == [account_id]


def import_leads(cli: Cli, api: Api, campaign_id: int) -> tuple[int, int]:
    """`campaigns leads add` twice, with a duplicate and a bad address; `list`, `get` and `get-by-email`."""
    first = cli("campaigns", "leads", "add", str(campaign_id), body={"lead_list": LEADS})
    assert (first["upload_count"], first["total_leads"]) == (4, 2)
    assert (first["duplicate_count"], first["invalid_emails"]) == (1, ["not-an-address"])
    again = cli("campaigns", "leads", "add", str(campaign_id), body={"lead_list": LEADS[:2]})
    assert (again["total_leads"], again["already_added_to_campaign"]) == (0, 2)
    page = api.get(f"/campaigns/{campaign_id}/leads").json()
    assert page["total_leads"] == "2"
    assert [row["lead"]["email"] for row in page["data"]] == ["ben@first.example", "cleo@second.example"]
    ben, cleo = (row["lead"]["id"] for row in page["data"])
    assert cli("campaigns", "leads", "list", str(campaign_id), "--offset", "1")["data"] == page["data"][1:]
    assert cli("campaigns", "leads", "get", str(campaign_id), str(cleo), "--page-size", "1") == page["data"][1]
    found = cli("leads", "get-by-email", "--email", "Ben@First.example")
    assert (found["id"], found["phone_number"], found["custom_fields"]) == (str(ben), "49301234", {"title": "CTO"})
    return ben, cleo


def change_a_lead(cli: Cli, api: Api, campaign_id: int, lead_id: int) -> None:
    """`patch` reads the lead and sends every field back, nulls included; only what was asked for changes."""
    before = api.row(campaign_id, "ben@first.example")["lead"]
    assert before["website"] is None
    changes = ("--company-name", "First", "--custom-fields-json", '{"city": "Lisbon"}')
    assert cli("campaigns", "leads", "patch", str(campaign_id), str(lead_id), *changes) == {"ok": True}
    fields = {"title": "CTO", "city": "Lisbon"}
    expected = {**before, "company_name": "First", "custom_fields": fields}
    assert api.row(campaign_id, "ben@first.example")["lead"] == expected
    update = {"email": "ben@first.example", "last_name": "Beck"}
    assert cli("campaigns", "leads", "update", str(campaign_id), str(lead_id), body=update) == {"ok": True}
    assert api.row(campaign_id, "ben@first.example")["lead"] == {**expected, "last_name": "Beck"}


def start_and_pause(cli: Cli, api: Api, campaign_id: int) -> None:
    """`campaigns status` takes START, which reads back as ACTIVE, and PAUSED; an ACTIVE campaign is not deleted."""
    for word, status in (("START", "ACTIVE"), ("PAUSED", "PAUSED"), ("START", "ACTIVE")):
        assert cli("campaigns", "status", str(campaign_id), "--status", word) == {"ok": True}
        assert api.get(f"/campaigns/{campaign_id}").json()["status"] == status
    error = cli.refused("campaigns", "delete", str(campaign_id), "--yes")
    assert error["detail"]["error"]["code"] == "CAMPAIGN_ACTIVE"
    assert api.get(f"/campaigns/{campaign_id}").status_code == 200


def move_leads(cli: Cli, api: Api, campaign_id: int, ben: int, cleo: int) -> None:
    """`pause`, `resume`, `unsubscribe`, `unsubscribe-all`, and a category by `raw`."""

    def state(email: str) -> tuple[Any, Any]:
        row = api.row(campaign_id, email)
        return row["status"], row["lead_category_id"]

    path = f"/campaigns/{campaign_id}/leads/{ben}"
    cli("campaigns", "leads", "pause", str(campaign_id), str(ben))
    assert state("ben@first.example") == ("PAUSED", None)
    cli("campaigns", "leads", "resume", str(campaign_id), str(ben), "--delay-days", "2")
    assert state("ben@first.example") == ("STARTED", None)
    cli.raw("POST", f"{path}/category", {"category_id": 1, "pause_lead": False})
    assert state("ben@first.example") == ("STARTED", 1)
    cli("campaigns", "leads", "unsubscribe", str(campaign_id), str(cleo))
    assert state("cleo@second.example") == ("PAUSED", None)
    assert [row["lead"]["id"] for row in api.rows(campaign_id, emailStatus="is_unsubscribed")] == [cleo]
    cli("leads", "unsubscribe-all", str(cleo))
    assert api.row(campaign_id, "cleo@second.example")["lead"]["is_unsubscribed"] is True
    assert api.row(campaign_id, "ben@first.example")["lead"]["is_unsubscribed"] is False


def export(cli: Cli, campaign_id: int) -> None:
    """The export by `raw`: text, which the client wraps."""
    text = cli.raw("GET", f"/campaigns/{campaign_id}/leads-export")["text"]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["email"], row["status"], row["category"]) for row in rows] == [
        ("ben@first.example", "STARTED", "Interested"), ("cleo@second.example", "PAUSED", ""),
    ]  # fmt: skip
    assert json.loads(rows[0]["custom_fields"]) == {"title": "CTO", "city": "Lisbon"}


def delete(cli: Cli, api: Api, campaign_id: int, ben: int, cleo: int) -> None:
    """`campaigns leads delete`, then `campaigns delete`; a command on what is gone ends with `not_found`."""
    assert cli("campaigns", "leads", "delete", str(campaign_id), str(cleo), "--yes")["ok"] is True
    assert [row["lead"]["id"] for row in api.rows(campaign_id)] == [ben]
    assert api.get("/leads/", params={"email": "cleo@second.example"}).json() == {}
    assert cli.refused("campaigns", "leads", "pause", str(campaign_id), str(cleo))["type"] == "not_found"
    cli("campaigns", "status", str(campaign_id), "--status", "PAUSED")
    assert cli("campaigns", "delete", str(campaign_id), "--yes") == {"ok": True}
    assert api.get(f"/campaigns/{campaign_id}").status_code == 404
    assert api.lead_id("ben@first.example") == ben
    assert cli.refused("campaigns", "get", str(campaign_id))["type"] == "not_found"
    assert cli("campaigns", "list") == []

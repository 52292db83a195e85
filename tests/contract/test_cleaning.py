"""What a run makes is written down before it is made, and removed whatever happens: against a running mock that looks
like the real service, because it hides its control API.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.address import parse_address
from contract_tests.cleaning import Cleaner
from contract_tests.errors import BrokenAnswerError, CannotJudgeError, RefusedBySafetyError
from contract_tests.examples import Examples
from contract_tests.ledger import Entry, Ledger, create_ledger, new_run, open_ledger
from contract_tests.redaction import Key
from contract_tests.runner import Outcome, for_cleaning, judge
from contract_tests.session import Session, Settings, connect
from tests.contract.fakes import FakeClock, RealLike, api
from tests.servers import RemoteApi, Server

_numbers = itertools.count(1)


class Account:
    """A key of the mock, a run on it, and a look behind the run's back."""

    def __init__(self, running: Server, directory: Path) -> None:
        self.key = f"account-{next(_numbers)}"
        self.url = running.url
        self.directory = directory
        self.net = RealLike()
        self.clock = FakeClock()

    def connect(self, *, budget: int | None = None, owns: bool = True) -> Session:
        """A session in write mode, without a control API."""
        settings = Settings(parse_address(self.url), "write", owns, budget)

        def make(_: object) -> Ledger:
            return create_ledger(self.directory, new_run(), {"base_url": self.url})

        return connect(settings, Key(self.key), api("default"), make, self.clock, self.net)

    def run(self, session: Session) -> Outcome:
        """The phase of examples, cleaned up behind."""
        return judge(session, api("default"), lambda: api("default"), [Examples()], 0)

    def tables(self) -> dict[str, int]:
        """Rows that are there."""
        answer = httpx.get(f"{self.url}/_mock/state", params={"api_key": self.key}).json()
        kept = ("campaign", "lead", "lead_list", "webhook", "block_list_entry", "unsubscribed_address", "client", "tag")
        return {name: answer["tables"][name] for name in kept}

    def api(self, running: Server) -> Any:
        """The user at work."""
        return running.api(self.key)


@pytest.fixture
def account(running: Server, tmp_path: Path) -> Iterator[Account]:
    """A key of its own for each test."""
    one = Account(running, tmp_path)
    yield one
    one.net.close()


def own_things(user: RemoteApi) -> dict[str, Any]:
    """Things of the user, and how they look."""
    campaign = user.campaign(name="Mine")
    user.add(campaign, "ana@example.com")
    user.post("/lead-list/", {"listName": "Mine"})
    user.post("/leads/add-domain-block-list", {"domain_block_list": ["foe.example"]})
    return look(user)


def look(user: RemoteApi) -> dict[str, Any]:
    """All that a run could have touched."""
    paths = ("/campaigns/", "/leads/global-leads", "/lead-list/", "/leads/get-domain-block-list")
    return {path: user.get(path).json() for path in paths}


def test_a_run_leaves_the_account_as_it_was(account: Account, running: Server) -> None:
    """All examples that safety lets through, and nothing of the user is touched."""
    with account.api(running) as user:
        before = own_things(user)
        session = account.connect()
        outcome = account.run(session)
        assert not outcome.findings
        assert (outcome.exit_code, outcome.left) == (0, [])
        assert look(user) == before
    assert outcome.tally.judged.keys() >= {"create_campaign", "add_leads_to_campaign", "delete_campaign", "update_lead"}
    assert outcome.tally.refused.keys() >= {"send_single_email", "save_email_account", "update_campaign_status"}
    assert not any("/_mock" in request.url.path for request in account.net.requests[2:])
    assert len({entry.kind for entry in session.target.ledger.entries}) == 5
    assert all(entry.done for entry in session.target.ledger.entries)


@pytest.mark.parametrize("calls", [3, 5, 8, 12, 40])
def test_whatever_stops_a_run_it_is_cleaned_up(account: Account, calls: int) -> None:
    """Ctrl-C, and a spent budget: cleaning has a budget of its own."""
    before = account.tables()
    seen = itertools.count(1)

    def interrupt(_: httpx.Request) -> None:
        if next(seen) == calls:
            raise KeyboardInterrupt

    account.net.before = interrupt
    if calls <= 4:  # while it connects: nothing was made yet
        with pytest.raises(KeyboardInterrupt):
            account.run(account.connect())
    else:
        assert account.run(account.connect()).stopped == "interrupted"
    assert account.tables() == before
    account.net.before = lambda _: None
    outcome = account.run(account.connect(budget=calls + 3))
    assert outcome.exit_code == 2
    assert "budget" in outcome.summary
    assert account.tables() == before


@pytest.mark.parametrize("operation", ["create_campaign", "create_lead_list", "add_leads_to_campaign", "block_domains"])
def test_what_was_made_without_an_answer_is_found_by_its_name(account: Account, operation: str) -> None:
    """The connection breaks after the call did its work: nobody knows the id. `clean` finds it, twice as well."""
    before = account.tables()
    session = account.connect()
    target, run = session.target, session.target.ledger.run
    path = {}
    if operation == "add_leads_to_campaign":
        campaign = target.call("create_campaign", body={"name": f"{run} one"}).json["id"]
        path = {"campaign_id": campaign}
    body = {
        "create_campaign": {"name": f"{run} lost"}, "create_lead_list": {"listName": f"{run} lost"},
        "add_leads_to_campaign": {"lead_list": [{"email": f"lost@{run}.invalid"}]},
        "block_domains": {"domains": [f"lost.{run}.invalid"], "source": "manual"},
    }[operation]  # fmt: skip

    def lose(request: httpx.Request) -> None:
        request.read()
        account.net.inner.handle_request(request).read()
        raise httpx.ReadError("gone")

    account.net.before = lose
    with pytest.raises(BrokenAnswerError):
        target.call(operation, path=path, body=body)
    account.net.before = lambda _: None
    assert account.tables() != before
    again = open_ledger(account.directory, run)
    assert again.left[0].ids == []
    target.ledger = again
    target.safety = type(target.safety)("write", False, api("default"), again)
    assert Cleaner(for_cleaning(target, api("default"))).clean() == []
    assert account.tables() == before
    asked = len(account.net.requests)
    assert Cleaner(for_cleaning(target, api("default"))).clean() == []
    assert len(account.net.requests) == asked
    assert open_ledger(account.directory, run).left == []


def test_the_disk_knows_before_the_server(account: Account) -> None:
    """The entry is in the file when the request goes out."""
    session = account.connect()
    file = session.target.ledger.file
    assert file is not None
    seen = []

    def look_at_file(request: httpx.Request) -> None:
        if request.method == "POST":
            seen.append(json.loads(file.read_text("utf-8").splitlines()[-1]))

    account.net.before = look_at_file
    name = f"{session.target.ledger.run} first"
    session.target.call("create_campaign", body={"name": name})
    assert [(line["begun"], line["names"]) for line in seen] == [("campaign", [name])]
    assert account.run(session).left == []


def test_ids_of_lists_are_read_only(account: Account, running: Server) -> None:
    """Also the leads of the user that are in a list beside those of the run."""
    with account.api(running) as user:
        mine = user.campaign(name="Mine")
        session = account.connect()
        target = session.target
        listed = target.call("list_campaigns").json
        assert [row["id"] for row in listed] == [mine]
        for operation in ("delete_campaign", "duplicate_campaign"):
            with pytest.raises(RefusedBySafetyError):
                target.call(operation, path={"campaign_id": mine})
        assert len(user.get("/campaigns/").json()) == 1


def test_write_mode_needs_an_owner_and_an_account_at_rest(account: Account, running: Server) -> None:
    """It is refused before anything is written."""
    with pytest.raises(CannotJudgeError, match="--i-own-this-account"):
        account.connect(owns=False)
    with account.api(running) as user:
        user.start(user.campaign(name="Live"))
        with pytest.raises(CannotJudgeError, match="1 campaigns that are not at rest"):
            account.connect()
    assert all(request.method == "GET" for request in account.net.requests)
    assert not list(account.directory.iterdir())


def test_what_cannot_be_removed_is_told(account: Account) -> None:
    """And the run does not say that it holds."""
    session = account.connect()
    session.target.call("create_campaign", body={"name": f"{session.target.ledger.run} one"})
    account.net.before = lambda request: _refuse_deletes(request)
    left = Cleaner(session.target).clean()
    assert len(left) == 1
    assert session.target.ledger.left
    outcome = Outcome(left=left)
    outcome.tally.judged["x"] = 1
    assert outcome.exit_code == 2


def _refuse_deletes(request: httpx.Request) -> None:
    if request.method == "DELETE":
        raise httpx.ReadError("gone")


def test_a_cut_line_is_an_entry_that_did_not_happen(tmp_path: Path) -> None:
    """The machine stopped while the entry was written: its call was never sent."""
    run = new_run()
    ledger = create_ledger(tmp_path, run, {"base_url": "http://x"})
    entry = ledger.begin("campaign", [f"{run} a"])
    ledger.made(entry, ["5"])
    ledger.begin("campaign", [f"{run} b"])
    file = tmp_path / f"{run}.jsonl"
    file.write_text(file.read_text("utf-8")[:-20], "utf-8")
    again = open_ledger(tmp_path, run)
    assert again.entries == [Entry(1, "campaign", [f"{run} a"], "", ["5"])]
    assert again.owns("campaign", "5")
    assert not again.owns("lead", "5")
    again.finish(again.entries[0], "removed")
    assert open_ledger(tmp_path, run).left == []


@pytest.mark.parametrize("name", ["", "x", "../secret", "ct-0123abcd", "ct-0123ABCD", "ct-0123abcd/.."])
def test_unknown_runs_are_one_line(tmp_path: Path, name: str) -> None:
    """And lead to no other file."""
    with pytest.raises(CannotJudgeError):
        open_ledger(tmp_path, name)


def test_runs_differ() -> None:
    """Whatever the seed."""
    assert len({new_run() for _ in range(100)}) == 100

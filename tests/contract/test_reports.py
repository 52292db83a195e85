"""The reports of a run: what each form tells, and that nothing in an answer can break it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from contract_tests.errors import CannotJudgeError
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.mutants import CATALOGUE
from contract_tests.phases import RuleCount, Tally
from contract_tests.power import Plan as PowerPlan
from contract_tests.power import Trial, mutants_of, weaknesses
from contract_tests.reports import FORMS, About
from contract_tests.reports.kills import MARKS, as_json, as_matrix, as_table, read_trials, with_tables
from contract_tests.runner import Outcome, PartDone
from tests.contract.fakes import api

ROOT = Path(__file__).parents[2]

ABOUT = About("http://api.example/api/v1", api("default"), 7, "smoke", "2026-11-22T00:00:00Z")
NASTY = "<script>alert(1)</script> ]]> \x00\x1b \ud800 & \"'"
ANSWER = Exchange(
    operation="get_campaign", method="GET", url="http://api.example/api/v1/campaigns/7", query=[("a", "b")], sent=None,
    request_headers={}, with_key=True, status=404, headers={}, text=NASTY.replace("\ud800", ""), json=None, seconds=0.1,
)  # fmt: skip
MADE = replace(ANSWER, operation="create_campaign", method="POST", sent=b'{"name": "x"}', status=200)
FINDING = Finding("shelf", "get_campaign", "model", NASTY.replace("\ud800", ""), ANSWER, [MADE, ANSWER, ANSWER])


def outcome() -> Outcome:
    """One part that found something, one that did not."""
    tally = Tally(judged={"get_campaign": 3}, answered={"create_campaign"}, refused={"reply_email_thread": "it mails"})
    tally.note_check("shelf", "get_campaign", 3)
    tally.rules["shelf.make"] = RuleCount(12, 3)
    parts = [PartDone("shelf", "1", 1.5, [FINDING]), PartDone("laws", "", 0.5, [])]
    return Outcome(parts=parts, tally=tally)


def test_junit_is_xml_that_a_ci_reads() -> None:
    """A case for each part, a failure for each violation, characters that XML has."""
    suite = ElementTree.fromstring(FORMS["junit"][1](outcome(), ABOUT))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "curl -sS -X POST" in failure.text
    assert failure.text.count("curl") == 2, "reads on the way are left out"


def test_a_run_that_cannot_judge_is_an_error_of_junit() -> None:
    """And not a green suite."""
    suite = ElementTree.fromstring(FORMS["junit"][1](Outcome(stopped="the budget is spent"), ABOUT))
    error = suite.find("testcase/error")
    assert error is not None
    assert "the budget is spent" in str(error.get("message"))


def test_json_tells_everything() -> None:
    """Violations with their story, rules, coverage."""
    told = json.loads(FORMS["json"][1](outcome(), ABOUT))
    assert (told["exit_code"], told["edition"], told["seed"], told["tier"]) == (1, "default", 7, "smoke")
    assert told["violations"][0]["check"] == "model"
    assert len(told["violations"][0]["story"]) == 3
    assert told["rules"]["shelf.make"] == {"ran": 12, "rejected": 3}
    assert told["answered"] == ["create_campaign"]
    assert told["not_sent"] == {"reply_email_thread": "it mails"}


def test_the_page_is_one_file_and_holds_no_markup_of_others() -> None:
    """It loads nothing, and what an answer says is text."""
    page = FORMS["html"][1](outcome(), ABOUT)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not [word for word in ("src=", "href=", "@import", "url(") if word in page]
    assert page.count("<code>get_campaign</code>") == 1
    assert all(f"<code>{operation.id}</code>" in page for operation in api("default"))
    assert "Violated" in page


def test_outcomes_of_workers_add_up() -> None:
    """As if one had done it all."""
    both = outcome()
    both.add(outcome())
    assert (len(both.parts), both.tally.judged["get_campaign"], both.tally.rules["shelf.make"].ran) == (4, 6, 24)
    assert both.tally.checks == {"shelf": {"get_campaign": 6}}
    assert both.exit_code == 1
    assert "2 violations" in both.summary


@pytest.mark.parametrize(
    ("count", "weak"),
    [
        (RuleCount(20, 8), ""),
        (RuleCount(19, 0), "fewer than 20"),
        (RuleCount(20, 9), "rejected 31%"),
        (RuleCount(), "0"),
    ],
)
def test_rules_that_say_too_little(count: RuleCount, weak: str) -> None:
    """Seldom run, or rejected too often."""
    assert weak in count.weakness if weak else not count.weakness


TRIALS = [
    Trial("dropped-row", "paging", {"laws": 1.25}, "list_campaigns: laws: a gap", 3.0),
    Trial("ghost", "state", {}, "", 60.0),
]


def test_the_tables_of_kills() -> None:
    """Areas by phases, and mutants by phases; a page gets those that it has marks for."""
    assert as_table(TRIALS).splitlines() == [
        "| area | killed | laws |",
        "| --- | --- | --- |",
        "| paging | 1 of 1 | 1 (1.2 s) |",
        "| state | 0 of 1 |  |",
        "| **all** | **1 of 2** | 1 (1.2 s) |",
    ]
    assert as_matrix(TRIALS).splitlines()[2:] == [
        "| `dropped-row` | paging | 1.2 |",
        "| `ghost` | state, **survived** |  |",
    ]
    assert read_trials(as_json(TRIALS, PowerPlan("smoke", 0, (), False))) == TRIALS
    for mark, make in MARKS.items():
        page = f"a\n{mark}\nold\n<!-- /power -->\nb"
        assert with_tables(page, TRIALS) == f"a\n{mark}\n{make(TRIALS)}<!-- /power -->\nb"
        assert with_tables(with_tables(page, TRIALS), TRIALS) == with_tables(page, TRIALS)
    with pytest.raises(CannotJudgeError):
        with_tables("nothing", TRIALS)


def test_what_too_few_kills_are() -> None:
    """Survivors of the hard areas are named, and the share counts."""
    assert weaknesses(TRIALS) == ["ghost (state) survived", "50.0% were killed, 95% are wanted"]
    assert weaknesses(TRIALS[:1]) == []


@pytest.mark.parametrize("page", ["README.md", "docs/power.md"])
def test_pages_show_the_trials(page: str) -> None:
    """All mutants of the catalogue were tried, enough were killed, and the pages have the figures."""
    trials = read_trials((ROOT / "docs" / "power.json").read_text("utf-8"))
    text = (ROOT / page).read_text("utf-8")
    assert [trial.mutant for trial in trials] == list(CATALOGUE)
    assert with_tables(text, trials) == text
    assert weaknesses(trials) == []


def test_mutants_are_chosen_by_name_area_or_sample() -> None:
    """A name that is not there is told."""
    every = mutants_of([], [], is_sample=False)
    sample = mutants_of([], [], is_sample=True)
    assert sorted(CATALOGUE[one].area for one in sample) == sorted({one.area for one in CATALOGUE.values()})
    assert mutants_of(every[:1], [], is_sample=False) == every[:1]
    assert 0 < len(mutants_of([], ["paging"], is_sample=False)) < len(every)
    with pytest.raises(CannotJudgeError, match="nobody"):
        mutants_of(["nobody"], [], is_sample=False)

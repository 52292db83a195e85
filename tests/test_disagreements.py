"""Where the documents disagree: each point is true to its sources, has an effect, and stands in the page."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from mock_server.config import openapi_directory
from mock_server.contract.disagreements import TARGET, Disagreement, Editions, at, page
from mock_server.contract.editions import Behaviour
from mock_server.contract.operations import Contract
from tests.seeds.examples import SEEDS

ROOT = openapi_directory()
EDITIONS = Editions(Contract(ROOT))
POINTS = EDITIONS.points
SPECS = EDITIONS.contract.specs
PAGES = {"S0", "S1", "S2", "S3", "S4"}


def test_the_page_is_fresh() -> None:
    """`make openapi` writes it."""
    assert TARGET.read_text("utf-8") == page(ROOT)


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not part of a user's clone")
def test_each_source_says_so() -> None:
    """The line is there, and has the words in quotes; what is no page has no line."""
    seeds = {f"S{file.name[2]}": file.read_text("utf-8").split("\n") for file in SEEDS.glob("*.txt")}
    assert seeds.keys() == PAGES
    for point in POINTS:
        for one in point.says:
            if one.source not in PAGES:
                assert one.line is None, (point.point, one)
                continue
            assert one.line is not None, (point.point, one)
            line = seeds[one.source][one.line - 1]
            for words in re.findall(r'"([^"]+)"', one.words):
                assert words in line, (point.point, one, line)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.point)
def test_a_point_is_about_something(point: Disagreement) -> None:
    """Its operations exist, and what decides it is found in an edition."""
    default = EDITIONS.readers["default"]
    assert set(point.operations) <= default.operations.keys()
    assert point.says
    assert all(isinstance(one.words, str) for one in point.says)
    assert point.at or point.behaviour or point.rate_limit or point.editions
    assert (point.editions or {}).keys() <= SPECS.keys()
    for place in point.at:
        readings = [
            reader.read(name)
            for reader in EDITIONS.readers.values()
            for name in point.operations
            if name in reader.operations
        ]
        assert any(not at(one, place).startswith("no ") for one in readings), place


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.point)
def test_a_point_has_an_effect(point: Disagreement) -> None:
    """Editions differ, or it is told why they do not."""
    assert len(EDITIONS.does(point)) > 1 or point.settled


def test_every_difference_of_rules_is_a_point() -> None:
    """A rule that is not the same in all editions comes from documents that disagree."""
    differing = {
        rule.name for rule in fields(Behaviour)
        if len({repr(getattr(spec.behaviour, rule.name)) for spec in SPECS.values()}) > 1
    }  # fmt: skip
    assert differing <= {point.behaviour for point in POINTS}


def test_what_editions_do_is_computed() -> None:
    """The most leads of an import, as each edition's schema has it."""
    point = next(point for point in POINTS if point.point == "The most leads of one request")
    assert EDITIONS.does(point) == {
        "most items: 400": ["default", "live", "lead-guide"],
        "most items: 100": ["api-guide", "connector", "help-center"],
        "most items: 350": ["reference"],
    }

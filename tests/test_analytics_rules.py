"""The rules of analytics: rates, texts and times are exact."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.families.analytics import rules
from mock_server.families.statistics.rules import days, each_day

counts = st.integers(0, 10**7)


@given(counts, counts)
def test_rates_are_exact(part: int, whole: int) -> None:
    """Two decimals, halves up, as decimal arithmetic has them; nothing is divided by nothing."""
    exact = Decimal(part * 100) / Decimal(whole) if whole else Decimal(0)
    assert rules.rate(part, whole) == f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"
    assert rules.whole_rate(part, whole) == f"{exact.quantize(Decimal(1), ROUND_HALF_UP)}%"
    assert rules.percent(part, whole) == float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(9, 100, "9%"), (2, 1000, "0.2%"), (87, 99, "87.88%"), (1, 1, "100%"), (0, 5, "0%"), (1, 2000, "0.05%")],
)
def test_trimmed_rates(part: int, whole: int, text: str) -> None:
    """At most two decimals, and none that says nothing."""
    assert rules.trimmed_rate(part, whole) == text


@given(counts, counts)
def test_trimmed_rates_say_the_same(part: int, whole: int) -> None:
    """As the full text, in the form of the document."""
    text = rules.trimmed_rate(part, whole)
    assert re.fullmatch("[0-9]+([.][0-9]?[1-9])?%", text)
    assert Decimal(text[:-1]) == Decimal(rules.rate(part, whole)[:-1])


@given(st.integers(0, 10**9))
def test_durations(seconds: int) -> None:
    """All four parts, none beyond what its unit has."""
    found = re.fullmatch(r"(\d+)d (\d+)h (\d+)m (\d+)s", rules.duration(seconds))
    assert found is not None
    day, hour, minute, second = map(int, found.groups())
    assert timedelta(days=day, hours=hour, minutes=minute, seconds=second) == timedelta(seconds=seconds)
    assert hour < 24
    assert max(minute, second) < 60


@given(st.lists(st.integers(0, 10**10), min_size=1))
def test_means_and_medians(times: list[int]) -> None:
    """In seconds, halves up."""
    ordered = sorted(times)
    middle = Fraction(ordered[(len(times) - 1) // 2] + ordered[len(times) // 2], 2)
    for found, exact in ((rules.mean(times), Fraction(sum(times), len(times))), (rules.median(times), middle)):
        assert found == (exact / 1000 + Fraction(1, 2)).__floor__()


def test_of_nothing() -> None:
    """No times have no mean."""
    assert (rules.mean([]), rules.median([]), rules.rounded_up(0, 0), rules.total([])) == (0, 0, 0, rules.Totals())


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 500), st.sampled_from((
    "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "5:30", "-9:45",
)))  # fmt: skip
def test_days_follow_on_each_other(first: date, count: int, zone: str) -> None:
    """Each begins where the one before ends; together they are the range, also where a day was left out."""
    last = first + timedelta(days=count)
    found = each_day(str(first), str(last), zone)
    assert [day for day, _ in found] == [first + timedelta(days=n) for n in range(count + 1)]
    spans = [span for _, span in found]
    assert all(one.end == other.start for one, other in pairwise(spans))
    whole = days(str(first), str(last), zone)
    assert (spans[0].start, spans[-1].end) == (whole.start, whole.end)
    assert all(span.start <= span.end for span in spans)

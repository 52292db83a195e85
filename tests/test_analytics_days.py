"""Figures day by day: on the day of the mail, or of what became of it; in whatever zone the days are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics import ask, first_week
from tests.conftest import Api
from tests.sending import freeze, launch, ok, react, until

OVERALL = "day-wise-overall-stats"
BY_MAIL = "day-wise-overall-stats-by-sent-time"
POSITIVE = "day-wise-positive-reply-stats"
POSITIVE_BY_MAIL = "day-wise-positive-reply-stats-by-sent-time"
WEEK = {"start_date": "2026-03-01", "end_date": "2026-03-06"}


def days(api: Api, path: str, **query: Any) -> dict[str, tuple[int, ...]]:
    """Date -> metrics, of the days that have some."""
    zone = {"timezone": "UTC"} if path.endswith("sent-time") else {}
    rows = ask(api, path, **{**WEEK, **zone, **query})
    found = {row["date"]: tuple(row["email_engagement_metrics"].values()) for row in rows}
    assert len(found) == len(rows)
    return {date: metrics for date, metrics in found.items() if any(metrics)}


def test_each_day_has_a_row(api: Api) -> None:
    """Without gaps and in order, over a leap day and the end of a year too."""
    rows = ask(api, OVERALL, start_date="2024-02-28", end_date="2024-03-01")
    assert [(row["date"], row["day_name"]) for row in rows] == [
        ("28 Feb", "Wednesday"), ("29 Feb", "Thursday"), ("1 Mar", "Friday"),
    ]  # fmt: skip
    nothing = dict.fromkeys(("sent", "opened", "replied", "bounced", "unsubscribed"), 0)
    assert [row["email_engagement_metrics"] for row in rows] == [nothing] * 3
    rows = ask(api, POSITIVE, start_date="2025-12-31", end_date="2026-01-01")
    assert [row["date"] for row in rows] == ["31 Dec", "1 Jan"]
    [row] = ask(api, OVERALL, start_date="2026-03-02", end_date="2026-03-02")
    assert (row["date"], row["day_name"]) == ("2 Mar", "Monday")


def test_on_the_day_of_the_event(api: Api) -> None:
    """Bob's answer of Thursday counts on Thursday; each mail counts once per figure, however often it is opened."""
    campaign_id = first_week(api)
    until(api, "05 13:00")
    react(api, campaign_id, "ann", "open")
    react(api, campaign_id, "bob", "unsubscribe", step=1)
    assert days(api, OVERALL) == {"2 Mar": (4, 2, 2, 1, 0), "4 Mar": (1, 0, 0, 0, 0), "5 Mar": (0, 0, 1, 0, 1)}
    assert days(api, POSITIVE) == {"2 Mar": (1,)}
    ok(api.post(f"/campaigns/{campaign_id}/leads/{api.lead_id('bob@leads.example')}/category", {"category_id": 1}))
    assert days(api, POSITIVE) == {"2 Mar": (1,), "5 Mar": (1,)}, "the category of now counts"
    assert days(api, OVERALL, start_date="2026-03-05") == {"5 Mar": (0, 0, 1, 0, 1)}, "the mail is older"


def test_on_the_day_of_the_mail(api: Api) -> None:
    """What became of a mail counts on its day; the leads of each day are those who got a mail on it."""
    campaign_id = first_week(api)
    react(api, campaign_id, "bob", "unsubscribe", step=1)
    assert days(api, BY_MAIL) == {"2 Mar": (4, 2, 2, 1, 1, 1, 4), "4 Mar": (1, 0, 1, 0, 0, 0, 1)}
    assert days(api, POSITIVE_BY_MAIL) == {"2 Mar": (1,)}
    ok(api.post(f"/campaigns/{campaign_id}/leads/{api.lead_id('bob@leads.example')}/category", {"category_id": 2}))
    assert days(api, POSITIVE_BY_MAIL) == {"2 Mar": (1,), "4 Mar": (1,)}
    assert days(api, BY_MAIL)["4 Mar"] == (1, 0, 1, 0, 0, 1, 1)


@pytest.mark.parametrize(
    ("zone", "sent"),
    [
        ("UTC", {"1 Mar": 1, "2 Mar": 2}), ("Asia/Kolkata", {"2 Mar": 3}), ("5:30", {"2 Mar": 3}),
        ("+5:30", {"2 Mar": 3}), ("-05:00", {"1 Mar": 3}), ("-0:15", {"1 Mar": 2, "2 Mar": 1}),
        ("0:15", {"1 Mar": 1, "2 Mar": 2}), ("America/New_York", {"1 Mar": 3}), ("14:00", {"2 Mar": 3}),
    ],
)  # fmt: skip
def test_days_of_a_zone(api: Api, zone: str, sent: dict[str, int]) -> None:
    """Mails of Sunday 23:40 and Monday 00:00 and 00:20 of UTC lie on the days of the zone, by name or by distance."""
    freeze(api, "01 23:40")
    launch(
        api, "ann", "bob", "cyd", days_of_the_week=[0, 1], start_hour="00:00", end_hour="23:59", min_time_btw_emails=20
    )
    until(api, "02 12:00")
    found = days(api, BY_MAIL, timezone=zone)
    assert {date: metrics[0] for date, metrics in found.items()} == sent
    if "/" in zone:
        assert {date: metrics[0] for date, metrics in days(api, OVERALL, timezone=zone).items()} == sent


def test_days_end_where_the_next_begin(api: Api) -> None:
    """The last millisecond of a day is its own; in a zone whose clocks change nothing is lost or counted twice."""
    freeze(api, "28 22:00")
    campaign_id = launch(
        api, *(f"lead{n}" for n in range(12)), days_of_the_week=[0, 6], start_hour="00:00", end_hour="23:59",
        min_time_btw_emails=30,
    )  # fmt: skip
    until(api, "30 01:00")
    for n in range(12):
        react(api, campaign_id, f"lead{n}", "open")
    span = {"start_date": "2026-03-27", "end_date": "2026-03-31", "timezone": "Europe/Berlin"}
    sent = {date: metrics[0] for date, metrics in days(api, OVERALL, **span).items()}
    assert sent == {"28 Mar": 2, "29 Mar": 10, "30 Mar": 0}
    by_mail = {date: metrics[0] for date, metrics in days(api, BY_MAIL, **span).items()}
    assert by_mail == {"28 Mar": 2, "29 Mar": 10}
    assert sum(metrics[1] for metrics in days(api, OVERALL, **span).values()) == 12


def test_the_longest_range(api: Api) -> None:
    """3660 days, both ends counted, have their rows; one more is refused. Sums have no such bound."""
    longest = {"start_date": "2020-01-01", "end_date": "2030-01-07", "timezone": "UTC"}
    for path in (OVERALL, BY_MAIL, POSITIVE, POSITIVE_BY_MAIL):
        assert len(ask(api, path, **longest)) == 3660
        answer = api.get(f"/analytics/{path}", params={**longest, "end_date": "2030-01-08"})
        assert answer.status_code == 400
        assert answer.json()["validation"] == {"source": "query", "keys": ["end_date"]}
    assert ask(api, "overall-stats-v2", start_date="1001-01-01", end_date="9998-12-30")["sent"] == 0

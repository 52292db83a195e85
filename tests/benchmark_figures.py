"""The benchmark of figures and of the inbox over very many mails; run by `make bench`."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.benchmark_day import Running, prepare

_DAYS = "start_date=2026-03-03&end_date=2026-03-07"
_ZONED = f"{_DAYS}&timezone=Asia/Kolkata&full_data=true"


@dataclass(frozen=True)
class Asked:
    """A question, and its goal: at most so many times as slow as with 1,000 mails, or (None) at most `most` ms."""

    path: str
    goal: float | None = None
    most: int = 1000
    body: dict[str, Any] | None = None

    @property
    def shown(self) -> str:
        """For the table."""
        said = self.path.split("&")[0] if len(self.path) > 60 else self.path
        return said if not self.body else f"{said} {', '.join(self.body.get('filters', self.body))}"


def _of_campaign(path: str, goal: float | None = None) -> Asked:
    return Asked(f"/campaigns/1001/{path}", goal)


def _inbox(path: str, goal: float | None = 2, **body: Any) -> Asked:
    return Asked(f"/master-inbox/{path}", goal, 300, body)


_REPLIED = ["2026-03-03T00:00:00Z", "2026-03-07T00:00:00Z"]
_ASKED = [
    _of_campaign("statistics?limit=100", 2),
    _of_campaign("statistics?limit=100&offset={deep}", 2),
    _of_campaign("statistics?limit=100&email_status=replied", 2),
    _of_campaign("statistics?limit=100&email_sequence_number=2&offset={half}", 2),
    _of_campaign("statistics?limit=100&sent_time_start_date=2026-03-04 10:00:00", 2),
    _of_campaign("leads-statistics?limit=100&offset={half}", 2),
    _of_campaign("mailbox-statistics?limit=20", 2),
    _of_campaign(f"mailbox-statistics?limit=20&{_DAYS}&time_zone=Asia/Kolkata", 2),
    _of_campaign("variant-statistics", 2),
    _of_campaign(f"sequence-analytics?{_DAYS}&time_zone=Asia/Kathmandu"),
    _of_campaign("analytics"),
    _of_campaign(f"analytics-by-date?{_DAYS}&time_zone=America/New_York"),
    _of_campaign("top-level-analytics-by-date?start_date=2026-03-01&end_date=2026-06-01"),
    _inbox("inbox-replies"),
    _inbox("inbox-replies", sortBy="SENT_TIME_DESC"),
    _inbox("inbox-replies", filters={"campaignId": 1001}),
    _inbox("inbox-replies", filters={"emailAccountId": 1003}),
    _inbox("inbox-replies", filters={"leadCategories": {"unassigned": True}}),
    _inbox("inbox-replies", filters={"emailStatus": "Bounced"}),
    _inbox("inbox-replies", filters={"replyTimeBetween": _REPLIED}),
    _inbox("inbox-replies", filters={"search": "lead77@"}),
    _inbox("unread-replies"),
    _inbox("important"),
    _inbox("snoozed"),
    _inbox("sent"),
    _inbox("sent", sortBy="SENT_TIME_DESC"),
    _inbox("sent", filters={"search": "lead77@"}),
    _inbox("scheduled"),
    _inbox("reminders"),
    _inbox("sent", None, filters={"search": "nobody", "emailStatus": ["Replied"], "campaignId": 1001, "leadCategories":
           {"unassigned": True}}),
    Asked(f"/analytics/overall-stats-v2?{_ZONED}"),
    Asked(f"/analytics/campaign/overall-stats?{_ZONED}"),
    Asked(f"/analytics/campaign/response-stats?{_DAYS}"),
    Asked(f"/analytics/campaign/lead-to-reply-time?{_DAYS}"),
    Asked(f"/analytics/campaign/leads-take-for-first-reply?{_DAYS}"),
    Asked(f"/analytics/campaign/follow-up-reply-rate?{_DAYS}"),
    Asked("/analytics/day-wise-overall-stats?start_date=2026-03-01&end_date=2026-06-01&timezone=Asia/Kolkata"),
    Asked("/analytics/day-wise-overall-stats-by-sent-time?start_date=2026-03-01&end_date=2026-06-01&timezone=5:30"),
    Asked("/analytics/day-wise-positive-reply-stats?start_date=2026-03-01&end_date=2026-06-01"),
    Asked(f"/analytics/lead/overall-stats?{_DAYS}"),
    Asked(f"/analytics/lead/category-wise-response?{_DAYS}"),
    Asked(f"/analytics/mailbox/domain-wise-health-metrics?{_ZONED}"),
    Asked(f"/analytics/mailbox/name-wise-health-metrics?{_ZONED}&limit=100"),
    Asked(f"/analytics/mailbox/provider-wise-overall-performance?{_ZONED}"),
    Asked(f"/analytics/client/overall-stats?{_ZONED}"),
    Asked(f"/analytics/team-board/overall-stats?{_ZONED}"),
]  # fmt: skip


def figures(mock: Callable[..., AbstractContextManager[Running]], mails: int, runs: int) -> None:
    """What pages and figures take with very many mails, against the same with 1,000."""
    with _sent(mock, 1000) as few, _sent(mock, mails) as many:
        print(f"\n| with 1,000 and with {mails:,} mails | figure | goal |\n|---|---|---|")
        for asked in _ASKED:
            small, big = _took(few, asked, 1000, runs), _took(many, asked, mails, runs)
            shown = f"{big / small:.1f}× ({small:.1f} ms, {big:.1f} ms)"
            goal = f"≤ {asked.most:,} ms" if asked.goal is None else f"≤ {asked.goal}×"
            print(f"| `{asked.shown}` | {shown} | {goal} |", flush=True)


@contextmanager
def _sent(mock: Callable[..., AbstractContextManager[Running]], mails: int) -> Iterator[Running]:
    """A server with one campaign of two steps whose mails have all been sent."""
    with tempfile.TemporaryDirectory() as directory, mock("--db", f"{directory}/bench.db") as ours:
        prepare(ours, max(10, mails // 1000), mails // 2, weekdays=range(7))
        sent = ours.control("POST", "/clock/advance", {"days": 30})["events"]["sent"]
        assert sent > mails * 0.95, sent
        yield ours


def _took(ours: Running, asked: Asked, mails: int, runs: int) -> float:
    """Milliseconds, the median of some runs."""
    path = quote(asked.path.format(deep=mails * 8 // 10, half=mails // 4), safe="/?&=:")
    method = "GET" if asked.body is None else "POST"
    ours.call(method, path, asked.body)
    times = []
    for _ in range(4 * runs):
        began = time.perf_counter()
        ours.call(method, path, asked.body)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)

"""The benchmark of campaign figures over very many mails; run by `make bench`."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import quote

from tests.benchmark_day import Running, prepare

_DAYS = "start_date=2026-03-03&end_date=2026-03-07"
#: what is asked of a campaign -> at most so many times as slow as with 1,000 mails, or (None) a second
_ASKED: dict[str, float | None] = {
    "statistics?limit=100": 2,
    "statistics?limit=100&offset={deep}": 2,
    "statistics?limit=100&email_status=replied": 2,
    "statistics?limit=100&email_sequence_number=2&offset={half}": 2,
    "statistics?limit=100&sent_time_start_date=2026-03-04 10:00:00": 2,
    "leads-statistics?limit=100&offset={half}": 2,
    "mailbox-statistics?limit=20": 2,
    f"mailbox-statistics?limit=20&{_DAYS}&time_zone=Asia/Kolkata": 2,
    "variant-statistics": 2,
    f"sequence-analytics?{_DAYS}&time_zone=Asia/Kathmandu": None,
    "analytics": None,
    f"analytics-by-date?{_DAYS}&time_zone=America/New_York": None,
    "top-level-analytics-by-date?start_date=2026-03-01&end_date=2026-06-01": None,
}


def figures(mock: Callable[..., AbstractContextManager[Running]], mails: int, runs: int) -> None:
    """What pages and figures take with very many mails, against the same with 1,000."""
    with _sent(mock, 1000) as few, _sent(mock, mails) as many:
        print(f"\n| GET /campaigns/1001/… with 1,000 and with {mails:,} mails | figure | goal |\n|---|---|---|")
        for asked, goal in _ASKED.items():
            small, big = _took(few, asked, 1000, runs), _took(many, asked, mails, runs)
            shown = f"{big / small:.1f}× ({small:.1f} ms, {big:.1f} ms)"
            print(f"| `{asked.split('&')[0] if len(asked) > 60 else asked}` | {shown} "
                  f"| {'≤ 1,000 ms' if goal is None else f'≤ {goal}×'} |", flush=True)  # fmt: skip


@contextmanager
def _sent(mock: Callable[..., AbstractContextManager[Running]], mails: int) -> Iterator[Running]:
    """A server with one campaign of two steps whose mails have all been sent."""
    with tempfile.TemporaryDirectory() as directory, mock("--db", f"{directory}/bench.db") as ours:
        prepare(ours, max(10, mails // 1000), mails // 2, weekdays=range(7))
        sent = ours.control("POST", "/clock/advance", {"days": 30})["events"]["sent"]
        assert sent > mails * 0.95, sent
        yield ours


def _took(ours: Running, asked: str, mails: int, runs: int) -> float:
    """Milliseconds, the median of some runs."""
    path = quote(f"/campaigns/1001/{asked.format(deep=mails * 8 // 10, half=mails // 4)}", safe="/?&=:")
    ours.call("GET", path)
    times = []
    for _ in range(4 * runs):
        began = time.perf_counter()
        ours.call("GET", path)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)

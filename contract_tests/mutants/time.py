"""Moments that are told wrong. What is sent at the wrong moment needs a change of code."""

from __future__ import annotations

from datetime import datetime, timedelta

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Call, Request

SHELF = Shelf("time")
_STATISTICS = "GET /campaigns/{campaign}/statistics"


@SHELF.answers(_STATISTICS, why="moments are in UTC and say so (S1:1329, DESIGN 4)")
def sent_times_in_local_zone(call: Call) -> None:
    """The time of sending is told on the clocks of another zone, under the mark of UTC."""
    for row in call.rows:
        moment = datetime.fromisoformat(row["sent_time"]) - timedelta(hours=8)
        row["sent_time"] = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


@SHELF.answers("GET /campaigns/{campaign}", why="S1:262: the zone that was saved")
def zone_shown_as_utc(call: Call) -> None:
    """The schedule of a campaign shows the zone UTC whatever was saved."""
    call.json["scheduler_cron_value"]["tz"] = "UTC"


@SHELF.answers("GET /campaigns", "GET /campaigns/{campaign}", why="created_at is when it was made (S1:211)")
def created_when_updated(call: Call) -> None:
    """A campaign was created when it was last changed."""
    for row in call.rows or [call.json]:
        row["created_at"] = row["updated_at"]


@SHELF.answers(_STATISTICS, why="reply_time is when the answer came (S1:1329)")
def replied_when_sent(call: Call) -> None:
    """A mail that was answered shows the time of sending as that of the answer."""
    for row in call.rows:
        row["reply_time"] = row["reply_time"] and row["sent_time"]


@SHELF.asks(_STATISTICS, why="sent_time_start_date is a moment (document)")
def start_of_span_is_its_day(request: Request) -> None:
    """Mails that were sent earlier on the day of the first moment count, too."""
    if start := request.get("sent_time_start_date"):
        request.put("sent_time_start_date", start[:10])


@SHELF.asks("GET /campaigns/{campaign}/analytics-by-date", why="S1:1369: the last day belongs to the span")
def last_day_left_out(request: Request) -> None:
    """Figures by date leave out the last day when there are several."""
    first, last = request.get("start_date"), request.get("end_date")
    if first < last:
        day = datetime.fromisoformat(last) - timedelta(days=1)
        request.put("end_date", f"{day:%Y-%m-%d}")

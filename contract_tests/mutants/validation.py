"""Wrong requests that pass, and right ones that do not."""

from __future__ import annotations

from datetime import date, timedelta

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("validation")
_OF_LEAD_LIST = {
    "api_key", "offset", "limit", "status", "lead_category_id", "emailStatus", "email_status", "created_at_gt",
    "last_sent_time_gt", "event_time_gt", "email_sequence_number",
}  # fmt: skip


@SHELF.asks("GET /campaigns/{campaign}/leads", why="an argument that the document does not list is refused (DESIGN 3)")
def unknown_argument_ignored(request: Request) -> None:
    """The list of a campaign's leads ignores arguments that it does not know."""
    request.query = [pair for pair in request.query if pair[0] in _OF_LEAD_LIST]


@SHELF.asks("POST /campaigns/{campaign}/leads", why="S1:1471: at most 100 leads in one import")
def leads_beyond_hundred_cut(request: Request) -> None:
    """An import of more than 100 leads takes the first 100 without a word."""
    body = request.json
    if len(body.get("lead_list", [])) > 100:
        request.json = {**body, "lead_list": body["lead_list"][:100]}


@SHELF.asks("GET /campaigns/{campaign}/leads", why="offset is 0 or more (document)")
def negative_offset_is_zero(request: Request) -> None:
    """An offset below zero is taken for zero."""
    if request.get("offset").startswith("-"):
        request.put("offset", 0)


@SHELF.asks("GET /email-accounts", why="S1:696 gives the largest limit; more is refused (document)")
def large_limit_is_cut(request: Request) -> None:
    """A page of mailboxes larger than allowed is cut to the allowed size."""
    if request.number("limit", 0) > 100:
        request.put("limit", 100)


@SHELF.calls("GET /campaigns/{campaign}/leads", why="100 is the largest limit, and allowed (document)")
async def largest_limit_refused(call: Call) -> Answer:
    """The largest allowed page size is refused, as if the bound were exclusive."""
    if call.request.get("limit") == "100":
        call.request.put("limit", 101)
    return await call.go()


@SHELF.calls("POST|PATCH /campaigns/{campaign}/schedule", why="S1:289: Invalid timezone is an error")
async def unknown_zone_is_utc(call: Call) -> Answer:
    """A time zone that does not exist is taken for UTC."""
    answer = await call.go()
    if answer.status // 100 == 4 and "timezone" in answer.text:
        call.request.json = {**call.request.json, "timezone": "UTC"}
        return await call.go()
    return answer


@SHELF.asks("POST|PATCH /campaigns/{campaign}/schedule", why="an end before the start is refused (campaigns.yaml)")
def reversed_hours_swapped(request: Request) -> None:
    """Hours that end before they begin are swapped."""
    body = request.json
    start, end = body.get("start_hour"), body.get("end_hour")
    if isinstance(start, str) and isinstance(end, str) and start > end:
        request.json = {**body, "start_hour": end, "end_hour": start}


@SHELF.asks("POST|PATCH /campaigns/{campaign}/settings", why="S1:308: max allowed 100, min allowed 0")
def percentage_clipped(request: Request) -> None:
    """A share of follow-ups above 100 is taken for 100."""
    body = request.json
    if isinstance(share := body.get("follow_up_percentage"), int) and share > 100:
        request.json = {**body, "follow_up_percentage": 100}


@SHELF.asks("POST|PATCH /campaigns/{campaign}/status", why="S1:1704: the words are PAUSED, STOPPED, START")
def status_in_any_case(request: Request) -> None:
    """A status in small letters is accepted."""
    body = request.json
    if isinstance(word := body.get("status"), str):
        request.json = {**body, "status": word.upper()}


@SHELF.asks("POST /campaigns/create", why="a key of the body that is not documented is refused (DESIGN 3)")
def unknown_key_ignored(request: Request) -> None:
    """A new campaign's body may have any other keys."""
    if known := {name: value for name, value in request.json.items() if name in ("name", "client_id")}:
        request.json = known


@SHELF.asks("GET /campaigns/{campaign}/analytics-by-date", why="S1:1377: at most 30 days between the dates")
def long_span_cut(request: Request) -> None:
    """Figures of more than 30 days are those of the first 30."""
    first, last = request.get("start_date")[:10], request.get("end_date")[:10]
    most = date.fromisoformat(first) + timedelta(days=30)
    if date.fromisoformat(last) > most:
        request.put("end_date", most.isoformat())


@SHELF.calls("POST /campaigns/{campaign}/leads", why="S1:1510: bad addresses are counted, the others imported")
async def bad_address_refuses_all(call: Call) -> Answer:
    """An import with one malformed address is refused as a whole."""
    leads = call.request.json.get("lead_list", [])
    if any("@" not in str(one.get("email", "")) for one in leads if isinstance(one, dict)):
        call.request.json = {**call.request.json, "lead_list": []}
    return await call.go()


@SHELF.calls("* *", why="the form of refusals names the field (celebrate, DESIGN 3)")
async def refusal_names_no_field(call: Call) -> Answer:
    """A refused body does not tell which field was wrong."""
    answer = await call.go()
    if answer.status == 400 and isinstance(answer.json, dict) and "validation" in answer.json:
        answer.json["validation"]["keys"] = []
    return answer.sealed()

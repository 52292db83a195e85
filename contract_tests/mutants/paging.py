"""Pages that lose, repeat or mix rows, and filters that do not filter."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("paging")
_LEADS = "GET /campaigns/{campaign}/leads"


@SHELF.answers(_LEADS, why="S1:1055: offset counts the rows before the page")
def second_page_loses_its_first_row(call: Call) -> None:
    """A page after the first one begins one row too late."""
    if call.request.number("offset", 0) > 0:
        del call.rows[:1]


@SHELF.answers("GET /email-accounts", why="S1:691: a page has as many rows as its limit while there are more")
def last_row_of_a_full_page_lost(call: Call) -> None:
    """A full page of mailboxes lacks its last row."""
    if len(call.rows) == call.request.number("limit", 100):
        del call.rows[-1:]


@SHELF.asks("GET /email-accounts", why="S1:691: offset is a number of rows")
def offset_counts_pages(request: Request) -> None:
    """The offset of mailboxes counts pages."""
    if offset := request.number("offset", 0):
        request.put("offset", offset * request.number("limit", 100))


@SHELF.asks(_LEADS, why="limit is the number of rows of a page (S0:56)")
def limit_of_one_is_two(request: Request) -> None:
    """A page of one row has two."""
    if request.get("limit") == "1":
        request.put("limit", 2)


@SHELF.answers(_LEADS, why="total_leads counts all rows that the filters let pass (S1:1333)")
def total_is_of_the_page(call: Call) -> None:
    """On later pages the total is the number of rows of the page."""
    if call.request.number("offset", 0) > 0:
        call.json["total_leads"] = str(len(call.rows))


@SHELF.asks(_LEADS, why="S4:213: status filters by the lead's status")
def filter_ignores_paused(request: Request) -> None:
    """The filter for paused leads shows every lead."""
    if request.get("status") == "PAUSED":
        request.drop("status")


@SHELF.asks(_LEADS, "GET /campaigns/{campaign}/statistics", why="S0:59 and S1:1296: clicked is not opened")
def clicked_filter_is_opened(request: Request) -> None:
    """The filter for clicks gives what was opened."""
    for name in ("emailStatus", "email_status"):
        if (word := request.get(name)).lower().endswith("clicked"):
            request.put(name, word.replace("clicked", "opened").replace("Clicked", "Opened"))


@SHELF.answers("GET /campaigns/{campaign}/leads-statistics", "GET /leads/global-leads", why="hasMore: rows follow")
def more_after_a_full_page(call: Call) -> None:
    """A full page always says that there are more."""
    call.json["hasMore"] = len(call.rows) == call.request.number("limit", 100)


@SHELF.asks("GET /leads/all", why="lastSeenLeadId: leads after that one (document)")
def cursor_repeats_its_row(request: Request) -> None:
    """The page after a lead begins with that lead."""
    if seen := request.number("lastSeenLeadId", 0):
        request.put("lastSeenLeadId", seen - 1)


@SHELF.asks(_LEADS, why="all filters must hold (document)")
def filters_do_not_combine(request: Request) -> None:
    """With a category the status does not filter."""
    if request.get("lead_category_id"):
        request.drop("status")


@SHELF.answers(_LEADS, why="S0:86: the answer repeats the offset")
def offset_shown_as_zero(call: Call) -> None:
    """The answer says offset 0 on every page."""
    call.json["offset"] = 0


@SHELF.answers("GET /campaigns/{campaign}/statistics", why="pages continue one order (document)")
def later_pages_reversed(call: Call) -> None:
    """Pages of mails after the first one come in reverse order."""
    if call.request.number("offset", 0) > 0:
        call.rows.reverse()


@SHELF.calls(_LEADS, why="a page beyond the end is empty (document)")
async def beyond_the_end_is_the_first_page(call: Call) -> Answer:
    """A page beyond the end is the first page."""
    answer = await call.go()
    if answer.status == 200 and isinstance(answer.json, dict) and answer.json.get("data") == []:
        call.request.put("offset", 0)
        return await call.go()
    return answer


@SHELF.asks("GET /leads/get-domain-block-list", why="filter_email_or_domain narrows the list (document)")
def block_list_filter_ignored(request: Request) -> None:
    """The filter of the block list does nothing."""
    request.drop("filter_email_or_domain")


@SHELF.answers("GET /campaigns", why="S1:496: every campaign is listed")
def eleventh_campaign_not_listed(call: Call) -> None:
    """The list of campaigns ends after ten."""
    del call.rows[10:]


@SHELF.asks("GET /campaigns", why="client_id filters the campaigns (document)")
def client_filter_of_campaigns_ignored(request: Request) -> None:
    """Campaigns of all clients are listed whatever client was asked for."""
    request.drop("client_id")


@SHELF.answers("GET /campaigns/{campaign}/statistics", why="S1:1333: the total does not depend on the page")
def statistics_total_less_the_offset(call: Call) -> None:
    """The total of mails counts those from the page on."""
    call.json["total_stats"] = str(int(call.json["total_stats"]) - call.request.number("offset", 0))

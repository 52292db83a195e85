"""An inbox that shows the wrong mails or forgets what was done with them."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("inbox")
_REPLIES = "POST /master-inbox/inbox-replies"
_UNREAD = "POST /master-inbox/unread-replies"


@SHELF.calls("PATCH /master-inbox/change-read-status", why="read_status decides (inbox.yaml)")
async def reading_is_forgotten(call: Call) -> Answer:
    """Marking a conversation as read answers well and leaves it unread."""
    if call.request.json.get("read_status") is True:
        call.request.json = {**call.request.json, "read_status": False}
    return await call.go()


@SHELF.calls(_UNREAD, why="only what is unread is listed (inbox.yaml)")
async def unread_lists_everything(call: Call) -> Answer:
    """The list of unread answers has those that were read."""
    call.request.path = "/master-inbox/inbox-replies"
    return await call.go()


@SHELF.asks(_REPLIES, why="sortBy orders the list (inbox.yaml)")
def order_of_inbox_ignored(request: Request) -> None:
    """The inbox is always in its default order."""
    request.json = {name: value for name, value in request.json.items() if name != "sortBy"}


@SHELF.asks(_REPLIES, why="filters narrow the list (inbox.yaml)")
def category_filter_of_inbox_ignored(request: Request) -> None:
    """The inbox cannot be filtered by category."""
    body = request.json
    if isinstance(body.get("filters"), dict):
        filters = {name: value for name, value in body["filters"].items() if name != "leadCategories"}
        request.json = {**body, "filters": filters} if filters else {k: v for k, v in body.items() if k != "filters"}


@SHELF.answers(_REPLIES, why="offset counts the rows before the page (inbox.yaml)")
def later_inbox_page_repeats(call: Call) -> None:
    """Pages of the inbox after the first one begin with the last row of the page before."""
    if call.request.json.get("offset", 0) > 0:
        call.rows[:] = [*call.memory.get("last", []), *call.rows][: call.request.json.get("limit", 20)]
    call.memory["last"] = call.rows[-1:]


@SHELF.asks("PATCH /master-inbox/update-revenue", why="revenue has two decimals (inbox.yaml)")
def revenue_is_rounded(request: Request) -> None:
    """Revenue loses its cents."""
    if isinstance(amount := request.json.get("revenue"), float):
        request.json = {**request.json, "revenue": int(amount)}


@SHELF.calls("PATCH /master-inbox/update-category", "GET /campaigns/{campaign}/leads", why="one lead, one category")
async def category_not_shown_in_campaign(call: Call) -> Answer:
    """A category that was set in the inbox does not show in the campaign's list of leads."""
    known = call.memory.setdefault("categories", {})
    if call.request.method == "PATCH":
        for row in [await call.read(f"/master-inbox/{call.request.json.get('email_lead_map_id')}")]:
            data = row.get("data", row) if isinstance(row, dict) else {}
            before = data.get("lead_category_id") if isinstance(data, dict) else None
            known[str(call.request.json.get("email_lead_map_id"))] = before
        return await call.go()
    answer = await call.go()
    for row in answer.json["data"] if answer.status == 200 else []:
        row["lead_category_id"] = known.get(str(row["campaign_lead_map_id"]), row["lead_category_id"])
    return answer.sealed()


@SHELF.answers("GET /campaigns/{campaign}/leads/{lead}/message-history", why="the answers of the lead belong to it")
def history_without_answers(call: Call) -> None:
    """The messages of a lead lack its answers after the first one."""
    replies = [one for one in call.json["history"] if one["type"] == "REPLY"]
    call.json["history"] = [one for one in call.json["history"] if one not in replies[1:]]


@SHELF.calls("POST /master-inbox/block-domains", why="blocked domains are on the block list (inbox.yaml)")
async def only_first_domain_blocked(call: Call) -> Answer:
    """Of several domains that are blocked in the inbox only the first one is."""
    body = call.request.json
    if isinstance(body.get("domains"), list):
        call.request.json = {**body, "domains": body["domains"][:1]}
    return await call.go()


@SHELF.answers(_REPLIES, why="the inbox has who answered (inbox.yaml)")
def newest_answer_missing(call: Call) -> None:
    """The inbox lacks the conversation that is first in it when there are two or more."""
    if len(call.rows) > 1:
        del call.rows[0]


@SHELF.answers("POST /master-inbox/sent", why="sent lists who was mailed, whether or not they answered (inbox.yaml)")
def sent_lists_twice(call: Call) -> None:
    """Somebody who answered is twice among those who were mailed."""
    call.rows.extend([row for row in call.rows if row["last_reply_time"]])


@SHELF.answers("GET /crm/leads/notes/{lead}", why="all notes of the lead (platform.yaml)")
def only_newest_note(call: Call) -> None:
    """Only one note of a lead is kept."""
    rows = call.rows or call.json["data"]["notes"]
    del rows[1:]

"""Changes that are lost, half made, or made elsewhere too."""

from __future__ import annotations

from typing import Any

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("state")


@SHELF.asks("POST|PATCH /campaigns/{campaign}/settings", why="fields that are not named stay as they are (S1:306)")
def settings_forget_what_is_not_named(request: Request) -> None:
    """Saving settings without a stop rule sets the default one."""
    request.json = {"stop_lead_settings": "REPLY_TO_AN_EMAIL", **request.json}


@SHELF.asks("POST /campaigns/{campaign}/leads/{lead}", why="an update changes the fields that it names (S1:1160)")
def update_clears_company(request: Request) -> None:
    """Updating a lead without a company clears its company."""
    request.json = {"company_name": "", **request.json}


@SHELF.calls("POST|PATCH /campaigns/{campaign}/schedule", why="S1:263: the days that are sent are those that count")
async def schedule_keeps_first_days(call: Call) -> Answer:
    """The second schedule of a campaign keeps the days of the first one."""
    body, days = call.request.json, call.memory.setdefault("days", {})
    known = days.get(call.request.ids["campaign"])
    if known is not None and "days_of_the_week" in body:
        call.request.json = {**body, "days_of_the_week": known}
    answer = await call.go()
    if answer.status == 200:
        days.setdefault(call.request.ids["campaign"], body.get("days_of_the_week"))
    return answer


def _as_paused(row: Any, paused: set[str]) -> None:
    if isinstance(row, dict) and str(row.get("id")) in paused and row.get("status") == "ACTIVE":
        row["status"] = "PAUSED"


@SHELF.calls(
    "POST|PATCH /campaigns/{campaign}/status", "GET /campaigns/{campaign}", "GET /campaigns",
    why="S0:295: PAUSED stops sending for a while",
)  # fmt: skip
async def pause_does_not_stop(call: Call) -> Answer:
    """A paused campaign shows as paused and goes on sending."""
    paused, campaign = call.memory.setdefault("paused", set()), call.request.ids.get("campaign", "")
    if call.request.method == "GET":
        answer = await call.go()
        for row in answer.json if isinstance(answer.json, list) else [answer.json]:
            _as_paused(row, paused)
        return answer.sealed()
    before = await call.read(f"/campaigns/{campaign}")
    if call.request.json.get("status") == "PAUSED" and isinstance(before, dict) and before.get("status") == "ACTIVE":
        paused.add(campaign)
        return Answer.of(200, {"ok": True})
    paused.discard(campaign)
    return await call.go()


@SHELF.calls("POST /campaigns/{campaign}/leads/{lead}/pause", why="S1:1537: the lead is paused")
async def lead_pause_is_lost(call: Call) -> Answer:
    """Pausing a lead answers well and does nothing when the lead has had a mail."""
    campaign, lead = call.request.ids["campaign"], call.request.ids["lead"]
    rows = await call.read(f"/campaigns/{campaign}/leads", status="INPROGRESS")
    if any(str(row["lead"]["id"]) == lead for row in rows["data"]):
        return Answer.of(200, {"ok": True, "data": "success"})
    return await call.go()


@SHELF.calls("DELETE /campaigns/{campaign}", "GET /campaigns", why="what is deleted is listed nowhere (document)")
async def deleted_campaign_listed(call: Call) -> Answer:
    """A deleted campaign stays in the list."""
    deleted = call.memory.setdefault("deleted", [])
    if call.request.method == "DELETE":
        row = await call.read(call.request.path)
        answer = await call.go()
        if answer.status == 200:
            deleted.append(row)
        return answer
    answer = await call.go()
    if answer.status == 200:
        answer.json = [*answer.json, *deleted]
    return answer.sealed()


@SHELF.calls(
    "DELETE /campaigns/{campaign}", "GET /campaigns/{campaign}/sequences", why="a deleted campaign has no parts"
)
async def deleted_campaign_keeps_steps(call: Call) -> Answer:
    """The steps of a deleted campaign can still be read."""
    kept, campaign = call.memory.setdefault("steps", {}), call.request.ids["campaign"]
    if call.request.method == "DELETE":
        if isinstance(steps := await call.read(f"/campaigns/{campaign}/sequences"), list):
            kept[campaign] = steps
        return await call.go()
    answer = await call.go()
    return Answer.of(200, kept[campaign]) if answer.status == 404 and campaign in kept else answer


@SHELF.calls("DELETE /leads/{lead}", "GET /leads", why="a lead that was deleted is not found any more (document)")
async def deleted_lead_found_by_address(call: Call) -> Answer:
    """The look-up by address still shows a lead that was deleted."""
    kept = call.memory.setdefault("leads", {})
    if call.request.method == "DELETE":
        for row in (await call.read(call.request.path) or {}).get("data", []):
            kept[row["email"]] = row
        return await call.go()
    answer = await call.go()
    found = kept.get(call.request.get("email"))
    missing = answer.status == 404 or answer.json == {}
    return Answer.of(200, {**found, "lead_campaign_data": []}) if missing and found else answer


@SHELF.calls("DELETE /campaigns/{campaign}/leads/{lead}", why="only the named lead goes (document)")
async def delete_takes_the_neighbour(call: Call) -> Answer:
    """Deleting a lead from a campaign deletes the lead after it, too."""
    campaign, lead = call.request.ids["campaign"], int(call.request.ids["lead"])
    answer = await call.go()
    if answer.status == 200:
        await call.go(call.request.but("DELETE", f"/campaigns/{campaign}/leads/{lead + 1}"))
    return answer


@SHELF.calls("DELETE /campaigns/{campaign}/leads/{lead}", why="the lead leaves this campaign only (document)")
async def delete_takes_all_campaigns(call: Call) -> Answer:
    """Deleting a lead from one campaign takes it out of the others."""
    lead = call.request.ids["lead"]
    rows = await call.read(f"/leads/{lead}/campaigns")
    answer = await call.go()
    for row in rows if answer.status == 200 and isinstance(rows, list) else []:
        await call.go(call.request.but("DELETE", f"/campaigns/{row['id']}/leads/{lead}"))
    return answer


@SHELF.calls("GET|POST /campaigns/{campaign}/sequences", why="what was saved is what is read (S1:409)")
async def steps_are_cached(call: Call) -> Answer:
    """Steps that were read once are shown as they were then, until the campaign is read a third time."""
    if call.request.method == "POST":
        return await call.go()
    seen = call.memory.setdefault("seen", {})
    answer = await call.go()
    count, first = seen.get(call.request.ids["campaign"], (0, answer))
    seen[call.request.ids["campaign"]] = (count + 1, first)
    return first if count == 1 else answer


@SHELF.asks("DELETE /campaigns/{campaign}/email-accounts", why="all named mailboxes are taken out (document)")
def only_first_mailbox_removed(request: Request) -> None:
    """Of several mailboxes that are taken out of a campaign, only the first one goes."""
    body = request.json
    for name in ("email_account_ids", "email_accounts"):
        if isinstance(body.get(name), list):
            request.json = {**body, name: body[name][:1]}


@SHELF.asks("POST /campaigns/{campaign}/leads/{lead}/category", why="S1:1682: pause_lead pauses the lead")
def category_does_not_pause(request: Request) -> None:
    """A new category never pauses the lead, also when it was asked for."""
    request.json = {name: value for name, value in request.json.items() if name != "pause_lead"}


@SHELF.calls("POST|PATCH /campaigns/{campaign}/settings", why="a refused call changes nothing")
async def refused_settings_leave_a_name(call: Call) -> Answer:
    """Settings that are refused change the name nevertheless."""
    answer = await call.go()
    if answer.status == 400 and isinstance(name := call.request.json.get("name"), str):
        await call.go(call.request.but("POST", call.request.path, {"name": name}))
    return answer


@SHELF.asks("POST /leads/push-to-list", why="copy leaves the leads where they are (document)")
def copy_to_list_moves(request: Request) -> None:
    """Copying leads to a list takes them out of theirs."""
    if request.json.get("action") == "copy":
        request.json = {**request.json, "action": "move"}


@SHELF.calls("POST /leads/{lead}/unsubscribe", why="S1:1595: from all campaigns that the lead belongs to")
async def unsubscribed_from_one_campaign(call: Call) -> Answer:
    """Unsubscribing a lead everywhere takes it out of its first campaign only."""
    lead = call.request.ids["lead"]
    rows = await call.read(f"/leads/{lead}/campaigns")
    if isinstance(rows, list) and len(rows) > 1:
        await call.go(call.request.but("POST", f"/campaigns/{rows[0]['id']}/leads/{lead}/unsubscribe"))
        return Answer.of(200, {"ok": True})
    return await call.go()

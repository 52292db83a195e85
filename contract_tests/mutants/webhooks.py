"""Webhooks that are kept otherwise than they were saved."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("webhooks")
_SAVE = "POST /campaigns/{campaign}/webhooks"


@SHELF.asks(_SAVE, why="S1:1756: every event of event_types is told")
def only_first_event_saved(request: Request) -> None:
    """A webhook for several events is saved for the first one."""
    body = request.json
    if len(body.get("event_types", [])) > 1:
        request.json = {**body, "event_types": body["event_types"][:1]}


@SHELF.asks(_SAVE, why="an id updates that webhook (document)")
def saving_again_makes_another(request: Request) -> None:
    """Saving a webhook under its id makes a second one."""
    if request.json.get("id"):
        request.json = {**request.json, "id": None}


@SHELF.asks(_SAVE, why="the categories narrow LEAD_CATEGORY_UPDATED (document)")
def categories_not_saved(request: Request) -> None:
    """A webhook for one category is told of every category."""
    request.json = {name: value for name, value in request.json.items() if name not in ("categories", "category_ids")}


@SHELF.calls("DELETE /campaigns/{campaign}/webhooks", "GET /campaigns/{campaign}/webhooks", why="deleted is gone")
async def deleted_webhook_still_told(call: Call) -> Answer:
    """A deleted webhook is not listed any more and is told on."""
    hidden = call.memory.setdefault("hidden", set())
    if call.request.method == "GET":
        answer = await call.go()
        if isinstance(answer.json, list):
            answer.json = [row for row in answer.json if row["id"] not in hidden]
        return answer.sealed()
    wanted = call.request.json.get("id") or call.request.number("id", 0)
    rows = await call.read(call.request.path)
    if not isinstance(rows, list) or wanted not in {row["id"] for row in rows} - hidden:
        return await call.go()
    hidden.add(wanted)
    return Answer.of(200, {"ok": True})


@SHELF.asks(_SAVE, "POST /webhook/create", why="events go to the URL as it was saved (document)")
def address_in_small_letters(request: Request) -> None:
    """The address of a webhook is kept in small letters, path and all."""
    body = request.json
    if isinstance(url := body.get("webhook_url"), str):
        request.json = {**body, "webhook_url": url.lower()}


@SHELF.answers("GET /campaigns/{campaign}/webhooks", why="a webhook is shown with its name (document)")
def list_shows_first_name(call: Call) -> None:
    """Every webhook of a campaign is shown under the name of the first one."""
    for row in call.rows:
        row["name"] = call.rows[0]["name"]

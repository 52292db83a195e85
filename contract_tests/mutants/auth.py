"""Keys that see too much, work too long, or are refused in the wrong words."""

from __future__ import annotations

from typing import Any

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call, Request

SHELF = Shelf("auth")
_KEYS = "POST /client/api-key"


def _learn(call: Call, answer: Answer) -> None:
    """Remember whose key a new client key is."""
    data: Any = answer.json.get("data") if answer.status == 200 and isinstance(answer.json, dict) else None
    if call.request.method == "POST" and isinstance(data, dict):
        call.shared[str(data.get("api_key"))] = call.request.get("api_key")


def _as_owner(call: Call) -> Request | None:
    """The same request by the account of a client's key."""
    owner = call.shared.get(call.request.get("api_key"))
    if owner is None:
        return None
    asked = call.request.again()
    asked.put("api_key", owner)
    return asked


@SHELF.calls("* *", why="401 says Invalid API Key (S2:184, DESIGN 4)")
async def unknown_key_in_other_words(call: Call) -> Answer:
    """A key that is not known is refused with an `error` instead of a `message`."""
    answer = await call.go()
    if answer.status == 401 and call.request.get("api_key"):
        answer.json = {"error": "Unauthorized"}
    return answer.sealed()


@SHELF.calls("* *", why="S2:184: 401 without a key")
async def missing_key_is_403(call: Call) -> Answer:
    """A request without a key is forbidden instead of unauthorised."""
    answer = await call.go()
    if answer.status == 401 and not call.request.get("api_key"):
        answer.status = 403
    return answer


@SHELF.calls("GET /campaigns", _KEYS, why="a client's key sees the client's campaigns only (R, DESIGN 4)")
async def client_key_lists_all_campaigns(call: Call) -> Answer:
    """A client's key lists the campaigns of the whole account."""
    answer = await call.go(_as_owner(call))
    _learn(call, answer)
    return answer


@SHELF.calls("GET /campaigns/{campaign}", _KEYS, why="a client's key sees the client's campaigns only (R, DESIGN 4)")
async def client_key_opens_any_campaign(call: Call) -> Answer:
    """A client's key that names another client's campaign gets it."""
    answer = await call.go()
    _learn(call, answer)
    owner = _as_owner(call)
    return await call.go(owner) if answer.status == 404 and owner else answer


@SHELF.calls(
    "GET /campaigns/{campaign}/leads", _KEYS, why="a client's key sees the client's campaigns only (R, DESIGN 4)"
)
async def client_key_reads_leads_of_any_campaign(call: Call) -> Answer:
    """A client's key gets the leads of another client's campaign, though not the campaign."""
    answer = await call.go()
    _learn(call, answer)
    owner = _as_owner(call)
    return await call.go(owner) if answer.status == 404 and owner else answer


@SHELF.calls("* *", why="a deleted or reset key is refused (platform.yaml)")
async def deleted_client_key_still_reads(call: Call) -> Answer:
    """A client's key that was deleted or replaced still reads."""
    answer = await call.go()
    if call.request.path.rstrip("/") == "/client/api-key":
        _learn(call, answer)
    owner = _as_owner(call)
    return await call.go(owner) if answer.status == 401 and call.request.method == "GET" and owner else answer


@SHELF.calls("GET /campaigns/{campaign}/leads/{lead}/message-history", why="a lead is read through its own campaigns")
async def history_through_another_campaign(call: Call) -> Answer:
    """The messages of a lead are shown for a campaign that the lead is not in."""
    answer = await call.go()
    if answer.status // 100 == 2 or not isinstance(await call.read(f"/campaigns/{call.request.ids['campaign']}"), dict):
        return answer
    rows = await call.read(f"/leads/{call.request.ids['lead']}/campaigns")
    if not isinstance(rows, list) or not rows:
        return answer
    other = call.request.again()
    other.path = f"/campaigns/{rows[0]['id']}/leads/{call.request.ids['lead']}/message-history"
    return await call.go(other)


@SHELF.calls("GET /campaigns/{campaign}/leads/{lead}/message-history", why="the mails of this campaign (S1, document)")
async def history_of_all_campaigns(call: Call) -> Answer:
    """The messages of a lead in a campaign have those of its other campaigns among them."""
    answer = await call.go()
    own, lead = call.request.ids["campaign"], call.request.ids["lead"]
    rows = await call.read(f"/leads/{lead}/campaigns") if answer.status == 200 else []
    for row in rows if isinstance(rows, list) else []:
        if str(row["id"]) != own:
            other = await call.read(f"/campaigns/{row['id']}/leads/{lead}/message-history")
            answer.json["history"] += other["history"]
    return answer.sealed()


@SHELF.answers("GET /campaigns/{campaign}/leads", why="rows are those of the campaign, with its status (S1:1055)")
def paused_in_every_campaign(call: Call) -> None:
    """A lead that was paused in one campaign shows as paused in every other one."""
    known = call.memory.setdefault("paused", {})
    for row in call.rows:
        if row["status"] == "PAUSED":
            known[row["lead"]["email"]] = row["status"]
        row["status"] = known.get(row["lead"]["email"], row["status"])


@SHELF.calls("GET /leads", why="every key is an account of its own (DESIGN 4)")
async def look_up_sees_other_accounts(call: Call) -> Answer:
    """An address that this account does not know is looked up in the others."""
    keys = call.shared.setdefault("keys", {})
    answer = await call.go()
    if answer.status == 401:
        return answer
    keys[call.request.get("api_key")] = None
    for key in keys if answer.json in ({}, None) or answer.status == 404 else ():
        asked = call.request.again()
        asked.put("api_key", key)
        found = await call.go(asked)
        if isinstance(found.json, dict) and found.json.get("id"):
            return found
    return answer


@SHELF.calls("GET /campaigns/{campaign}", why="every key is an account of its own (DESIGN 4)")
async def campaign_of_another_account(call: Call) -> Answer:
    """A campaign's id that this account does not have is looked for in the others."""
    keys = call.shared.setdefault("keys", {})
    answer = await call.go()
    if answer.status == 200:
        keys[call.request.get("api_key")] = None
    for key in keys if answer.status == 404 else ():
        asked = call.request.again()
        asked.put("api_key", key)
        found = await call.go(asked)
        if found.status == 200 and isinstance(found.json, dict) and found.json.get("id"):
            return found
    return answer


@SHELF.calls("GET /client", "POST /client/save", why="a list of clients has no passwords (S1:909, document)")
async def client_list_shows_passwords(call: Call) -> Answer:
    """The list of clients shows their passwords."""
    known = call.memory.setdefault("passwords", {})
    answer = await call.go()
    if call.request.method == "POST":
        known[call.request.json.get("email")] = call.request.json.get("password")
    elif isinstance(answer.json, list):
        for row in answer.json:
            row["password"] = known.get(row["email"])
    return answer.sealed()

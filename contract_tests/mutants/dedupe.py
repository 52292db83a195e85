"""Imports that count wrong, and block lists that do not hold."""

from __future__ import annotations

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Answer, Call

SHELF = Shelf("dedupe")
_IMPORT = "POST /campaigns/{campaign}/leads"


def _addresses(call: Call) -> list[str]:
    return [str(one.get("email", "")).strip().lower() for one in call.request.json.get("lead_list", [])]


@SHELF.answers(_IMPORT, why="S1:1510: duplicate_count is the number of duplicate emails")
def twice_in_one_import_not_counted(call: Call) -> None:
    """An address that is twice in one import is no duplicate."""
    addresses = _addresses(call)
    call.json["duplicate_count"] -= min(1, len(addresses) - len(set(addresses)), call.json["duplicate_count"])


@SHELF.answers(_IMPORT, why="S1:1510: leads that are there already are not added again")
def known_leads_count_as_added(call: Call) -> None:
    """Leads that the campaign has already are counted among those that were added."""
    call.json["total_leads"] += call.json["already_added_to_campaign"]


@SHELF.answers(_IMPORT, why="S1:1510: invalid_emails lists them all")
def only_first_bad_address_listed(call: Call) -> None:
    """Of several malformed addresses the import lists one."""
    call.json["invalid_emails"] = call.json["invalid_emails"][:1]


@SHELF.answers(_IMPORT, why="S1:1510: upload_count is what was sent in")
def upload_count_is_what_was_added(call: Call) -> None:
    """The number of uploaded leads leaves out those that were not added."""
    call.json["upload_count"] = call.json["total_leads"]


@SHELF.answers(_IMPORT, why="S1:1512 and S0:352: unsubscribed_leads names who unsubscribed before")
def unsubscribed_not_named(call: Call) -> None:
    """Leads that unsubscribed before are left out without being named."""
    call.json["unsubscribed_leads"] = []


@SHELF.answers(_IMPORT, why="S3:220: each skipped lead has its reason")
def wrong_reason_for_known(call: Call) -> None:
    """A lead that the campaign has already is said to be malformed."""
    for one in call.json["skipped_leads"]:
        one["reason"] = one["reason"].replace("Already exists in this campaign", "invalid email")


@SHELF.calls(_IMPORT, why="every well-formed new lead is added (S1:1471)")
async def last_lead_of_many_lost(call: Call) -> Answer:
    """The last lead of an import of ten or more is counted and lost."""
    leads = call.request.json.get("lead_list", [])
    if len(leads) < 10:
        return await call.go()
    call.request.json = {**call.request.json, "lead_list": leads[:-1]}
    answer = await call.go()
    if answer.status == 200:
        answer.json |= {name: answer.json[name] + 1 for name in ("upload_count", "total_leads")}
    return answer.sealed()


@SHELF.answers("POST /leads/add-domain-block-list", why="totalDomainAdded counts what is new (leads.yaml)")
def known_entries_count_as_added(call: Call) -> None:
    """Entries that the block list has already are counted as added."""
    call.json["totalDomainAdded"] = call.json["uploadCount"]


@SHELF.calls(
    "DELETE /leads/delete-domain-block-list", "GET /leads/get-domain-block-list",
    why="an entry that was deleted blocks nobody (document)",
)  # fmt: skip
async def deleted_entry_goes_on_blocking(call: Call) -> Answer:
    """An entry that was taken off the block list is not shown any more and blocks on."""
    hidden = call.memory.setdefault("hidden", set())
    if call.request.method == "GET":
        answer = await call.go()
        if isinstance(answer.json, list):
            answer.json = [row for row in answer.json if str(row["id"]) not in hidden]
        return answer.sealed()
    rows = await call.read("/leads/get-domain-block-list")
    wanted = call.request.get("id")
    if wanted in {str(row["id"]) for row in rows} - hidden:
        answer = await call.go(call.request.again())
        row = next(row for row in rows if str(row["id"]) == wanted)
        await call.go(
            call.request.but(
                "POST", "/leads/add-domain-block-list",
                {"domain_block_list": [row["email_or_domain"]], "client_id": row["client_id"]},
            )
        )  # fmt: skip
        after = await call.read("/leads/get-domain-block-list")
        hidden.update(str(one["id"]) for one in after if one["email_or_domain"] == row["email_or_domain"])
        return answer
    return await call.go()


@SHELF.calls("GET /leads", why="addresses are compared without regard to case (leads.yaml)")
async def case_of_look_up_matters(call: Call) -> Answer:
    """The look-up by address finds nothing when the address has capitals."""
    address = call.request.get("email")
    if address != address.lower():
        call.request.put("email", f"no.{address}")
    return await call.go()


@SHELF.answers("POST /campaigns/{campaign}/leads", why="S1:1493: leads on the block list are counted as such")
def blocked_counted_as_duplicates(call: Call) -> None:
    """Leads on the block list are counted as duplicates."""
    call.json["duplicate_count"] += call.json["block_count"]
    call.json["block_count"] = 0

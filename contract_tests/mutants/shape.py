"""Answers of the wrong form."""

from __future__ import annotations

import json

from contract_tests.mutants.mutant import Shelf
from contract_tests.mutants.tools import Call

SHELF = Shelf("shape")


@SHELF.answers("GET /campaigns/{campaign}/leads", why="S1:1055 shows the ids of a row as numbers")
def ids_of_rows_are_text(call: Call) -> None:
    """The list of a campaign's leads gives ids as text."""
    for row in call.rows:
        row["campaign_lead_map_id"] = str(row["campaign_lead_map_id"])


@SHELF.answers("GET /campaigns/{campaign}/analytics", why="S0:119 and S1:1418 give every count as a string")
def figures_are_numbers(call: Call) -> None:
    """Counts of a campaign's analytics are numbers."""
    call.json |= {name: int(value) for name, value in call.json.items() if name in ("open_count", "unique_open_count")}


@SHELF.answers(
    "GET /campaigns", "GET /campaigns/{campaign}/sequences", "GET /email-accounts", "GET /client",
    why="list operations answer an array, an empty one when there is nothing (document)",
)  # fmt: skip
def empty_lists_are_null(call: Call) -> None:
    """A list without rows is null."""
    if call.json == []:
        call.json = None


@SHELF.answers("GET /campaigns/{campaign}", why="S1:211: a campaign shows min_time_btwn_emails")
def gap_under_its_written_name(call: Call) -> None:
    """A single campaign shows the gap between mails under the name by which it is written, not read."""
    call.json["min_time_btw_emails"] = call.json.pop("min_time_btwn_emails")


@SHELF.answers("GET /campaigns", why="track_settings is an array of words (S1:211)")
def track_settings_are_joined(call: Call) -> None:
    """The list of campaigns joins the track settings with commas when there are two or more."""
    for row in call.rows:
        if len(row["track_settings"]) > 1:
            row["track_settings"] = ",".join(row["track_settings"])


@SHELF.answers("GET /campaigns/{campaign}/sequences", why="the document declares an array of steps (S1:447)")
def one_step_is_no_list(call: Call) -> None:
    """The only step of a campaign comes bare, not in a list."""
    if len(call.json) == 1:
        call.json = call.json[0]


@SHELF.answers("GET /leads", "GET /leads/{lead}", why="custom_fields is an object (S1:1071)")
def custom_fields_are_json_text(call: Call) -> None:
    """A lead that is looked up alone has its custom fields as JSON text when there are some."""
    for lead in call.rows or [call.json]:
        if lead.get("custom_fields"):
            lead["custom_fields"] = json.dumps(lead["custom_fields"])


@SHELF.answers("GET /email-accounts/{account}", why="the document names these fields for a mailbox (S1:736)")
def warmup_details_lost(call: Call) -> None:
    """One mailbox alone comes without its warm-up details."""
    del call.json["warmup_details"]


@SHELF.answers("POST /campaigns/{campaign}/leads", why="S1:1510: counts of an import are numbers")
def import_count_is_text(call: Call) -> None:
    """The number of duplicates of an import is a text when it is not zero."""
    if call.json["duplicate_count"]:
        call.json["duplicate_count"] = str(call.json["duplicate_count"])


@SHELF.answers("GET /campaigns/{campaign}/statistics", why="S1:1329: is_unsubscribed and its like are booleans")
def flags_are_numbers(call: Call) -> None:
    """Flags of mails in statistics are 0 and 1."""
    for row in call.rows:
        row |= {name: int(value) for name, value in row.items() if isinstance(value, bool)}


@SHELF.answers("GET /campaigns/{campaign}", why="client_id is a number or null (S0:41)")
def no_client_is_zero(call: Call) -> None:
    """A campaign that belongs to no client has client 0."""
    call.json["client_id"] = call.json["client_id"] or 0

"""Recount what a store keeps counted, and look for rows that hang in the air."""

from __future__ import annotations

from collections.abc import Iterator

from mock_server.families.leads.rules import Flag
from mock_server.families.messages.tables import MARKED_BY
from mock_server.state.database import Database
from mock_server.state.paging import counted_tables
from mock_server.state.rollups import rollups
from mock_server.state.schema import metadata

#: (table, column, table it refers to)
_REFERENCES = (
    ("enrolment", "lead_id", "lead"),
    ("enrolment", "campaign_id", "campaign"),
    ("step", "campaign_id", "campaign"),
    ("variant", "step_id", "step"),
    ("campaign_email_account", "campaign_id", "campaign"),
    ("campaign_email_account", "email_account_id", "email_account"),
    ("warmup_phase", "email_account_id", "email_account"),
    ("lead_note", "enrolment_id", "enrolment"),
    ("lead_task", "enrolment_id", "enrolment"),
    ("lead_list_member", "lead_list_id", "lead_list"),
    ("lead_list_member", "lead_id", "lead"),
    ("tag_mapping", "tag_id", "tag"),
)
#: (holder, its table without what is deleted)
_TAGGED = (
    ("email_account", "deleted_at IS NULL"), ("campaign", "deleted_at IS NULL"), ("lead", "1"), ("lead_list", "1"),
)  # fmt: skip
#: workspaces that were reset, and campaigns that were deleted: their rows wait for their removal
_RESET = "SELECT workspace_id FROM purge_task WHERE column_name = ''"
_DELETED = "SELECT id FROM campaign AS c WHERE c.workspace_id = r.workspace_id AND c.deleted_at IS NOT NULL"
_DELETED_LIST = (
    "SELECT value FROM purge_task AS p WHERE p.workspace_id = r.workspace_id AND p.table_name = 'lead_list_member'"
)
_MEMBERSHIPS = (
    "SELECT count(*) FROM email_account AS a WHERE deleted_at IS NULL AND campaign_count != (SELECT count(*)"
    " FROM campaign_email_account AS m WHERE m.workspace_id = a.workspace_id AND m.email_account_id = a.id)"
)
_LISTED = (
    "SELECT count(*) FROM lead_list AS r WHERE lead_count != (SELECT count(*)"
    " FROM lead_list_member AS m WHERE m.workspace_id = r.workspace_id AND m.lead_list_id = r.id)"
    f" AND r.workspace_id NOT IN ({_RESET})"
)
_OF = "FROM message AS m WHERE m.workspace_id = r.workspace_id AND m.campaign_id = {campaign} AND m.type = 'SENT'"
_OF_CAMPAIGN = _OF.format(campaign="r.id") + " AND m.step_id IS NOT NULL"
_OF_STEP = _OF.format(campaign="r.campaign_id") + " AND m.step_id = r.id"
_OF_VARIANT = _OF.format(campaign="r.campaign_id") + " AND m.variant_id = r.id"
#: (table, kept figure, what it counts)
_FIGURES = (
    ("campaign", "sent_count", f"SELECT count(*) {_OF_CAMPAIGN}"),
    ("campaign", "bounce_count", f"SELECT count(m.bounced_at) {_OF_CAMPAIGN}"),
    ("step", "sent_count", f"SELECT count(*) {_OF_STEP}"),
    ("variant", "sent_count", f"SELECT count(*) {_OF_VARIANT}"),
    ("variant", "open_count", f"SELECT count(m.opened_at) {_OF_VARIANT}"),
    ("variant", "click_count", f"SELECT count(m.clicked_at) {_OF_VARIANT}"),
    ("variant", "reply_count", f"SELECT count(m.replied_at) {_OF_VARIANT}"),
)
_MARKS = "SELECT count(*) FROM message WHERE marks != " + " + ".join(
    f"(CASE WHEN {name} IS NULL THEN 0 ELSE {int(mark)} END)" for name, mark in MARKED_BY.items()
)
_DUE_FOR_NOTHING = (
    "SELECT count(*) FROM enrolment WHERE next_at IS NOT NULL"
    f" AND (status NOT IN ('STARTED', 'INPROGRESS') OR flags & {Flag.UNSUBSCRIBED:d} != 0)"
)


def problems(database: Database) -> Iterator[str]:
    """One sentence per defect; a sound store gives none."""
    connection = database.writer
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"SQLite: {row[0]}"
    for counted in counted_tables():
        if wrong := counted.miscounts(connection):
            yield f"{counted.name}: {wrong} kept counts differ from the rows of {counted.table.name}"
    for rolled in rollups():
        if wrong := rolled.miscounts(connection):
            yield f"{rolled.table.name}: {wrong} kept sums differ from the rows of {rolled.source.name}"
    if wrong := connection.execute(_MEMBERSHIPS).fetchone()[0]:
        yield f"email_account.campaign_count: {wrong} kept counts differ from the memberships"
    if wrong := connection.execute(_LISTED).fetchone()[0]:
        yield f"lead_list.lead_count: {wrong} kept counts differ from the members"
    yield from _miscounted(database)
    if wrong := connection.execute(_DUE_FOR_NOTHING).fetchone()[0]:
        yield f"enrolment.next_at: {wrong} leads are due for a mail that they must not get"
    if wrong := connection.execute(_MARKS).fetchone()[0]:
        yield f"message.marks: {wrong} do not follow from what became of the mail"
    yield from _hanging(database)
    yield from _overtaken(database)


def _miscounted(database: Database) -> Iterator[str]:
    for name, figure, counted in _FIGURES:
        campaign = "id" if name == "campaign" else "campaign_id"
        sql = (
            f"SELECT count(*) FROM {name} AS r WHERE r.workspace_id NOT IN ({_RESET})"
            f" AND r.{campaign} NOT IN ({_DELETED}) AND r.{figure} != ({counted})"
        )
        if wrong := database.writer.execute(sql).fetchone()[0]:
            yield f"{name}.{figure}: {wrong} kept counts differ from the messages"


def _hanging(database: Database) -> Iterator[str]:
    for name, column, other in _REFERENCES:
        waiting = [f"campaign_id NOT IN ({_DELETED})"] if "campaign_id" in metadata.tables[name].c else []
        waiting += [f"lead_list_id NOT IN ({_DELETED_LIST})"] if "lead_list_id" in metadata.tables[name].c else []
        target = f"SELECT 1 FROM {other} AS o WHERE o.workspace_id = r.workspace_id AND o.id = r.{column}"
        sql = (
            f"SELECT count(*) FROM {name} AS r WHERE r.workspace_id NOT IN ({_RESET})"
            f"{''.join(f' AND r.{one}' for one in waiting)} AND NOT EXISTS ({target})"
        )
        if wrong := database.writer.execute(sql).fetchone()[0]:
            yield f"{name}.{column}: {wrong} rows refer to a {other} that does not exist"
    for holder, live in _TAGGED:
        target = f"SELECT 1 FROM {holder} AS o WHERE o.workspace_id = r.workspace_id AND o.id = r.holder_id AND {live}"
        sql = (
            f"SELECT count(*) FROM tag_mapping AS r WHERE r.workspace_id NOT IN ({_RESET})"
            f" AND r.holder = '{holder}' AND NOT EXISTS ({target})"
        )
        if wrong := database.writer.execute(sql).fetchone()[0]:
            yield f"tag_mapping.holder_id: {wrong} rows refer to a {holder} that does not exist"


def _overtaken(database: Database) -> Iterator[str]:
    for table in metadata.sorted_tables:
        if {"workspace_id", "id"} <= set(table.c.keys()) and table.name != "purge_task":
            highest = f"SELECT workspace_id, max(id) AS id FROM {table.name} GROUP BY workspace_id"
            sql = (
                f"SELECT count(*) FROM ({highest}) AS top LEFT JOIN id_counter AS c"
                f" ON c.workspace_id = top.workspace_id AND c.kind = ?"
                f" WHERE top.workspace_id NOT IN ({_RESET}) AND coalesce(c.last, 0) < top.id"
            )
            if wrong := database.writer.execute(sql, (table.name,)).fetchone()[0]:
                yield f"{table.name}: in {wrong} workspaces an id lies above its counter"

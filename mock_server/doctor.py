"""Recount what a store keeps counted, and look for rows that hang in the air."""

from __future__ import annotations

from collections.abc import Iterator

from mock_server.state.database import Database
from mock_server.state.paging import counted_tables
from mock_server.state.schema import metadata

#: (table, column, table it refers to); what belongs to a deleted campaign waits for its removal
_REFERENCES = (
    ("enrolment", "lead_id", "lead"),
    ("enrolment", "campaign_id", "campaign"),
    ("step", "campaign_id", "campaign"),
    ("variant", "step_id", "step"),
    ("campaign_email_account", "campaign_id", "campaign"),
    ("campaign_email_account", "email_account_id", "email_account"),
)


def problems(database: Database) -> Iterator[str]:
    """One sentence per defect; a sound store gives none."""
    connection = database.writer
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"SQLite: {row[0]}"
    for table in counted_tables():
        wrong = table.miscounts(connection)
        if wrong:
            yield f"{table.name}: {wrong} kept counts differ from the rows of {table.table.name}"
    kept = (
        "SELECT count(*) FROM email_account AS a WHERE deleted_at IS NULL AND campaign_count != (SELECT count(*)"
        " FROM campaign_email_account AS m WHERE m.workspace_id = a.workspace_id AND m.email_account_id = a.id)"
    )
    if wrong := connection.execute(kept).fetchone()[0]:
        yield f"email_account.campaign_count: {wrong} kept counts differ from the memberships"
    purging = "SELECT workspace_id FROM purge_task WHERE column_name = ''"
    for name, column, other in _REFERENCES:
        sql = (
            f"SELECT count(*) FROM {name} AS r WHERE workspace_id NOT IN ({purging}) AND NOT EXISTS"
            f" (SELECT 1 FROM {other} AS o WHERE o.workspace_id = r.workspace_id AND o.id = r.{column})"
        )
        if name != "enrolment" or other != "lead":
            sql += " AND r.campaign_id NOT IN (SELECT id FROM campaign AS c WHERE c.workspace_id = r.workspace_id AND deleted_at IS NOT NULL)"
        if wrong := connection.execute(sql).fetchone()[0]:
            yield f"{name}.{column}: {wrong} rows refer to a {other} that does not exist"
    for table in metadata.sorted_tables:
        if "workspace_id" in table.c and "id" in table.c and table.name not in ("purge_task",):
            sql = (
                f"SELECT count(*) FROM (SELECT workspace_id, max(id) AS top FROM {table.name} GROUP BY workspace_id) AS t"
                " LEFT JOIN id_counter AS c ON c.workspace_id = t.workspace_id AND c.kind = ?"
                f" WHERE t.workspace_id NOT IN ({purging}) AND coalesce(c.last, 0) < t.top"
            )
            if wrong := connection.execute(sql, (table.name,)).fetchone()[0]:
                yield f"{table.name}: in {wrong} workspaces an id lies above the counter"

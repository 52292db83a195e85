"""Reading notes and tasks, and dropping them and reminders with the rows that they were made on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, delete, select

from mock_server.context import Context
from mock_server.families.crm.tables import lead_note, lead_task, reminder
from mock_server.state.database import Row
from mock_server.state.statements import Statement, one_of, this_workspace


def _of(table: Table) -> Statement:
    query = select(table).where(this_workspace(table), one_of(table.c.enrolment_id, "ids"))
    return Statement(query.order_by(table.c.created_at, table.c.id))


def _drop(table: Table) -> Statement:
    return Statement(delete(table).where(this_workspace(table), one_of(table.c.enrolment_id, "ids")))


_NOTES, _TASKS = _of(lead_note), _of(lead_task)
_DROPS = _drop(lead_note), _drop(lead_task), _drop(reminder)


def notes(ctx: Context, enrolment_ids: Sequence[int]) -> list[Row]:
    """The notes on these rows, oldest first."""
    return ctx.db.all(_NOTES, ids=list(enrolment_ids))


def tasks(ctx: Context, enrolment_ids: Sequence[int]) -> list[Row]:
    """The tasks on these rows, oldest first."""
    return ctx.db.all(_TASKS, ids=list(enrolment_ids))


def drop(ctx: Context, enrolment_ids: Sequence[int]) -> None:
    """Delete the notes, tasks and reminders on rows that are deleted."""
    for statement in _DROPS:
        ctx.db.run(statement, ids=list(enrolment_ids))

"""Rows of notes, tasks and reminders, which are made on a lead's row in a campaign."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

from mock_server.state.schema import table

lead_note = table(
    "lead_note",
    Column("campaign_id", BigInteger, nullable=False),
    Column("enrolment_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Index("lead_note_of_enrolment", "workspace_id", "enrolment_id"),
)

lead_task = table(
    "lead_task",
    Column("campaign_id", BigInteger, nullable=False),
    Column("enrolment_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("priority", Text, nullable=False, server_default="MEDIUM"),
    Column("due_date", BigInteger),
    Column("status", Text, nullable=False, server_default="PENDING"),
    Index("lead_task_of_enrolment", "workspace_id", "enrolment_id"),
)

reminder = table(
    "reminder",
    Column("campaign_id", BigInteger, nullable=False),
    Column("enrolment_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("stats_id", Text, nullable=False, comment="of the mail that it is about"),
    Column("message", Text, nullable=False),
    Column("remind_at", BigInteger, nullable=False),
    Index("reminder_of_enrolment", "workspace_id", "enrolment_id"),
)

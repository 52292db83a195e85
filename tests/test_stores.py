"""Stores: what is opened, what is refused untouched, what a later start changes, and that no query scans."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from mock_server.families.analytics import figures as analytics
from mock_server.families.analytics import replies, team
from mock_server.families.block_list import records as block_list
from mock_server.families.crm import records as crm
from mock_server.families.lead_lists import membership
from mock_server.families.lead_lists import records as lead_lists
from mock_server.families.leads import imports, pages, records, selection
from mock_server.families.messages import mailed
from mock_server.families.messages import records as messages
from mock_server.families.messages.tables import Mark
from mock_server.families.statistics import figures
from mock_server.families.statistics import records as statistics
from mock_server.families.tags import records as tags
from mock_server.state.database import Database, StoreError
from mock_server.state.statements import Statement
from tests.servers import run, server

NONE: frozenset[str] = frozenset()


def plan(database: Database, statement: Statement) -> str:
    """How SQLite goes about a statement."""
    sql = statement.sql
    values = statement.values({name: [1] for name in re.findall(r":(\w+)", sql)})
    return " | ".join(row[3] for row in database.writer.execute(f"EXPLAIN QUERY PLAN {sql}", values))


def test_foreign_files_are_refused_untouched(tmp_path: Path) -> None:
    """Another program's database keeps its bytes; an empty file gets no tables from the doctor."""
    foreign, empty = tmp_path / "foreign.db", tmp_path / "empty.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE mine (x)")
        connection.execute("PRAGMA user_version=1")
    connection.close()
    empty.touch()
    before = foreign.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Database(str(foreign))
    assert run("doctor", "--db", str(foreign)).returncode == 2
    assert foreign.read_bytes() == before
    assert run("doctor", "--db", str(empty)).returncode == 2
    assert run("doctor", "--db", str(tmp_path / "none.db")).returncode == 2
    assert empty.stat().st_size == 0


def test_a_workspace_follows_the_server_until_it_chooses(tmp_path: Path) -> None:
    """A later start in another edition holds for workspaces that chose none; a choice stays."""
    store = str(tmp_path / "mock.db")
    with server("--db", store) as running, running.api("follows") as follows, running.api("chose") as chose:
        follows.campaign()
        chose.campaign()
        chose.control("PUT", "/settings", {"edition": "default"})
    with (
        server("--db", store, "--edition", "live") as running,
        running.api("follows") as follows,
        running.api("chose") as chose,
    ):
        assert follows.get("/campaigns/99").json() == {}
        assert chose.get("/campaigns/99").status_code == 404


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (imports._BY_ADDRESSES, "lead_by_address"),
        (pages._campaign_page(("status = :status",), (), False), "enrolment_by_status"),
        (pages._campaign_page(("category_id = :category_id",), (), False), "enrolment_by_category"),
        (records._OF_LEADS, "enrolment_of_lead"),
        (selection._after(NONE, frozenset({"list_id"})), "lead_list_member USING PRIMARY KEY"),
        (selection._ids(NONE, frozenset({"ids"})), "lead USING PRIMARY KEY (workspace_id=? AND id=?)"),
        (membership._REMOVE_ELSEWHERE, "lead_list_of_lead"),
        (lead_lists._ACTIVE, "enrolment_of_lead"),
        (lead_lists._filtered(frozenset({"tag_ids"}), counted=True), "tag_mapping_of_tag"),
        (tags._OF_HOLDERS, "tag_mapping_of_holder"),
        (tags._HOLDERS, "tag_mapping_of_tag"),
        (crm._NOTES, "lead_note_of_enrolment"),
        (block_list._HITS, "block_list_by_value"),
        (block_list._block(False, True), "enrolment_of_lead"),
        (statistics._mails("(marks & 64) = 0"), "message USING PRIMARY KEY (workspace_id=? AND campaign_id=? AND id>?"),
        (figures._LEADS[Mark.OPENED], "COVERING INDEX message_of_campaign"),
        (figures._BY_MAILBOX, "COVERING INDEX message_of_mailbox"),
        (mailed._BETWEEN_IDS, "enrolment USING PRIMARY KEY (workspace_id=? AND campaign_id=? AND id>?"),
        (figures._BY_STEP, "step_quarter USING PRIMARY KEY (workspace_id=? AND campaign_id=?"),
        (
            analytics._PEOPLE_OF,
            "COVERING INDEX message_of_mailbox (workspace_id=? AND email_account_id=? AND campaign_id=?",
        ),
        (
            analytics._LEADS_OF,
            "COVERING INDEX message_of_mailbox (workspace_id=? AND email_account_id=? AND campaign_id=?",
        ),
        (analytics._NEW_AND_FOLLOWED, "COVERING INDEX message_of_mailbox (workspace_id=? AND email_account_id=?"),
        (analytics._FIGURES, "COVERING INDEX message_of_campaign (workspace_id=? AND campaign_id=? AND type=?"),
        (analytics._BY_MAILBOX[True], "COVERING INDEX message_of_mailbox (workspace_id=? AND email_account_id=?"),
        (analytics._ANSWERS["campaign_id"], "COVERING INDEX message_by_replied_at (workspace_id=? AND replied_at>?"),
        (analytics._ANSWERS["email_account_id"], "COVERING INDEX message_by_replied_at (workspace_id=?"),
        (analytics._POSITIVE["at"], "COVERING INDEX message_by_replied_at (workspace_id=? AND replied_at>?"),
        (analytics._HAPPENED["opened_at"], "COVERING INDEX message_by_opened_at (workspace_id=? AND opened_at>?"),
        (analytics._HAPPENED["unsubscribed_at"], "COVERING INDEX message_by_unsubscribed_at (workspace_id=?"),
        (replies._TIMES, "COVERING INDEX message_of_enrolment (workspace_id=? AND enrolment_id=?"),
        (replies._BY_HAND, "message_of_campaign (workspace_id=? AND campaign_id=? AND type=?"),
        (team._LEADS, "COVERING INDEX message_of_enrolment (workspace_id=? AND enrolment_id=?"),
        (messages._EVENTS, "event_of_enrolment"),
        (messages._SENT_BY_STATS_ID, "message_by_stats_id"),
    ],
)
def test_lookups_use_their_index(statement: Statement, index: str) -> None:
    """The planner takes the index that was made for the query, whatever the store holds."""
    database = Database(":memory:")
    try:
        assert index in plan(database, statement)
    finally:
        database.close()

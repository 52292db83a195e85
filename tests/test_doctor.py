"""The doctor finds what is not right in a store, figure by figure."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from mock_server.doctor import problems
from mock_server.state.database import Database
from tests.servers import run, server

#: what goes wrong -> how the sentence about it begins
DEFECTS = {
    "UPDATE step_day SET sent = sent + 1": "step_day: ",
    "UPDATE step_quarter SET opens = opens + 1": "step_quarter: ",
    "UPDATE mailbox_total SET replied = replied + 1": "mailbox_total: ",
    "DELETE FROM mailbox_day": "mailbox_day: ",
    "UPDATE message SET marks = marks | 64 WHERE type = 'SENT'": "message.marks: ",
    "UPDATE message_page SET n = n + 1": "message_page: ",
    "UPDATE enrolment_page SET n = n + 1": "enrolment_page: ",
    "UPDATE campaign SET sent_count = sent_count + 1": "campaign.sent_count: ",
    "UPDATE step SET sent_count = sent_count + 1": "step.sent_count: ",
    "UPDATE email_account SET campaign_count = campaign_count + 1": "email_account.campaign_count: ",
    "DELETE FROM lead": "enrolment.lead_id: ",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a story in it."""
    store = tmp_path_factory.mktemp("doctor") / "told.db"
    with server("--db", str(store)) as running:
        assert run("seed", "midflight", "--key", "k", "--url", running.url).returncode == 0
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return store


def found(store: Path) -> list[str]:
    """What the doctor says of a store."""
    database = Database(str(store))
    try:
        return list(problems(database))
    finally:
        database.close()


def test_a_sound_store_has_nothing(told: Path) -> None:
    """A story leaves no defect."""
    assert found(told) == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_named(told: Path, tmp_path: Path, defect: str) -> None:
    """One wrong figure gives the sentence about it."""
    store = tmp_path / "wrong.db"
    shutil.copy(told, store)
    with sqlite3.connect(store) as connection:
        assert connection.execute(defect).rowcount > 0
    connection.close()
    assert [line for line in found(store) if line.startswith(DEFECTS[defect])] != []

"""Rows of a test's workspace, read and written as the server does."""

from __future__ import annotations

from sqlalchemy import Table

from mock_server.doctor import problems
from mock_server.families.crm.tables import lead_note, lead_task
from mock_server.families.lead_lists.tables import lead_list
from mock_server.families.leads.rules import Flag
from mock_server.families.leads.tables import enrolment
from mock_server.families.messages.tables import message
from mock_server.families.webhooks.tables import delivery
from mock_server.state.database import Row, Session
from tests.conftest import Api


def session(api: Api) -> Session:
    """The workspace's rows; to be used in the thread that serves requests."""
    world = api.client.app.state.world  # type: ignore[attr-defined]
    workspace_id = world.workspaces.get(api.key).id
    assert workspace_id, "the key has made nothing yet"
    return Session(world.database.writer, workspace_id)


def deliver(api: Api, campaign_id: int | None, webhook_id: int, event_type: str, state: str, at: int) -> int:
    """An event that happened at some moment was delivered to a webhook, or was not; the id of the delivery."""

    def write() -> int:
        db = session(api)
        delivery_id = db.next_ids("delivery")
        db.insert(
            delivery, id=delivery_id, campaign_id=campaign_id, webhook_id=webhook_id, event_id=delivery_id, at=at,
            event_type=event_type, url="https://inbox.simulator.test/", level="campaign", request_id=str(delivery_id),
            body="{}", state=state,
        )  # fmt: skip
        return delivery_id

    assert api.client.portal is not None
    return api.client.portal.call(write)


def mail(api: Api, campaign_id: int, map_id: int, **columns: object) -> None:
    """A lead got its first mail at some moment, without anything else having happened."""

    def write() -> None:
        db = session(api)
        number = db.next_ids("message")
        own: dict[str, object] = {"email_account_id": columns["email_account_id"], "last_sent_at": columns["at"]}
        row = {"campaign_id": campaign_id, "enrolment_id": map_id, "type": "SENT", "thread_id": number, **columns}
        db.insert(message, id=number, **row)
        for table, one in (("campaign", campaign_id), ("step", columns.get("step_id"))):
            count = f"UPDATE {table} SET sent_count = sent_count + 1 WHERE workspace_id = ? AND id = ?"
            db.connection.execute(count, (db.ws, one))
        db.update(enrolment, {"campaign_id": campaign_id, "id": map_id}, last_seq_number=1, flags=int(Flag.SENT), **own)

    assert api.client.portal is not None
    api.client.portal.call(write)


def rows(api: Api, table: str) -> list[Row]:
    """The workspace's rows of a table, by id."""

    def read() -> list[Row]:
        db = session(api)
        sql = f"SELECT * FROM {table} WHERE workspace_id = ? ORDER BY id"
        return db.connection.execute(sql, (db.ws,)).fetchall()

    assert api.client.portal is not None
    return api.client.portal.call(read)


def note(api: Api, campaign_id: int, map_id: int, text: str, at: int) -> int:
    """A note on a lead's row in a campaign; its id."""
    return _on_row(api, lead_note, campaign_id, map_id, at, note=text)


def task(api: Api, campaign_id: int, map_id: int, name: str, at: int, **columns: object) -> int:
    """A task on a lead's row in a campaign; its id."""
    return _on_row(api, lead_task, campaign_id, map_id, at, name=name, **columns)


def noted(api: Api, kind: str, campaign_id: int, map_id: int, text: str, at: int) -> int:
    """A note or a task, for `notes` and `tasks`."""
    return (note if kind == "notes" else task)(api, campaign_id, map_id, text, at)


def _on_row(api: Api, table: Table, campaign_id: int, map_id: int, at: int, **columns: object) -> int:
    def write() -> int:
        db = session(api)
        row_id = db.next_ids(table.name)
        db.insert(table, id=row_id, campaign_id=campaign_id, enrolment_id=map_id, created_at=at, **columns)
        return row_id

    assert api.client.portal is not None
    return api.client.portal.call(write)


def defects(api: Api) -> list[str]:
    """What the doctor finds in the server's store."""

    def look() -> list[str]:
        return list(problems(api.client.app.state.world.database))  # type: ignore[attr-defined]

    assert api.client.portal is not None
    return api.client.portal.call(look)


def lead_lists(api: Api, count: int) -> None:
    """So many empty lists at once; the workspace must be stored."""

    def write() -> None:
        db = session(api)
        first = db.next_ids("lead_list", count)
        made = {"created_at": 0, "updated_at": 0}
        db.insert_many(lead_list, [{"id": first + n, "name": f"list {n}", **made} for n in range(count)])

    assert api.client.portal is not None
    api.client.portal.call(write)

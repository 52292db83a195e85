"""What no operation of the API can bring about: the effects of sending, written into the store."""

from __future__ import annotations

from typing import Any

from mock_server.families.webhooks.tables import delivery
from mock_server.state.database import Row, Session
from tests.conftest import Api


def _write(api: Api, sql: str, **values: Any) -> None:
    """Run a statement on the workspace's rows, in the thread that serves requests."""
    world = api.client.app.state.world  # type: ignore[attr-defined]
    values["ws"] = world.workspaces.get(api.key).id
    assert api.client.portal is not None
    cursor = api.client.portal.call(lambda: world.database.writer.execute(sql, values))
    assert cursor.rowcount == 1


def complete_campaign(api: Api, campaign_id: int) -> None:
    """Every lead of the campaign has finished."""
    _write(api, "UPDATE campaign SET status = 'COMPLETED' WHERE workspace_id = :ws AND id = :id", id=campaign_id)


def mail_lead(api: Api, campaign_id: int, lead_id: int, step: int, status: str) -> None:
    """A lead got the mail of a step, which left it in `status`."""
    sql = (
        "UPDATE enrolment SET last_seq_number = :step, last_sent_at = created_at, status = :status"
        " WHERE workspace_id = :ws AND campaign_id = :campaign_id AND lead_id = :lead_id"
    )
    _write(api, sql, campaign_id=campaign_id, lead_id=lead_id, step=step, status=status)


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


def rows(api: Api, table: str) -> list[Row]:
    """The workspace's rows of a table, by id."""

    def read() -> list[Row]:
        db = session(api)
        sql = f"SELECT * FROM {table} WHERE workspace_id = ? ORDER BY id"
        return db.connection.execute(sql, (db.ws,)).fetchall()

    assert api.client.portal is not None
    return api.client.portal.call(read)

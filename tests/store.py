"""What no operation of the API can bring about: the effects of sending, written into the store."""

from __future__ import annotations

from typing import Any

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

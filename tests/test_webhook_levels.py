"""Which webhooks are told about an event: those of the highest level that has one for it."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.families.webhooks import records
from tests.conftest import Api
from tests.store import session
from tests.webhooks import EVENTS, created, saved
from tests.worlds import fresh

_LEVELS = st.sampled_from([("user", None, None), ("client", None, 22), ("client", None, 23), ("campaign", 0, None),
                           ("campaign", 1, None)])  # fmt: skip
_SUBSCRIPTIONS = st.lists(st.tuples(_LEVELS, st.sets(st.sampled_from(EVENTS[:3]))), max_size=7)


@settings(max_examples=40)
@given(_SUBSCRIPTIONS)
def test_the_highest_level_that_has_a_webhook_for_an_event_gets_it(client: TestClient, hooks: list[Any]) -> None:
    """User before client before campaign, event by event; all webhooks of that level, and only of the right owner."""
    api = fresh(client)
    campaigns = [api.campaign(client_id=22), api.campaign()]
    made = []
    for (level, campaign, client_id), wanted in hooks:
        owner = {"association_type": level, "force_create": True, "event_type_map": dict.fromkeys(wanted, True)}
        owner |= {} if campaign is None else {"email_campaign_id": campaigns[campaign]}
        owner |= {} if client_id is None else {"client_id": client_id}
        made.append(
            (created(api, **owner), level, None if campaign is None else campaigns[campaign], client_id, wanted)
        )

    def expected(campaign_id: int | None, client_id: int | None, event: str) -> list[int]:
        mine = [
            (level, one)
            for one, level, campaign, owner, wanted in made
            if event in wanted and (level == "user" or (level == "client" and owner == client_id is not None)
                                    or (level == "campaign" and campaign == campaign_id is not None))
        ]  # fmt: skip
        found = {level for level, _ in mine}
        best = next((level for level in ("user", "client", "campaign") if level in found), "")
        return [one for level, one in mine if level == best]

    def ask() -> None:
        db = session(api)
        assert records.any_webhook(db) == bool(made)
        for campaign_id, client_id in ((campaigns[0], 22), (campaigns[1], None), (None, 23), (None, None)):
            for event in EVENTS[:4]:
                told = [row["id"] for row in records.interested(db, campaign_id, client_id, event)]
                assert told == expected(campaign_id, client_id, event)

    assert client.portal is not None
    client.portal.call(ask)


def test_asking_who_is_told_reads_few_rows(api: Api) -> None:
    """However many campaigns have webhooks, only those of the campaign and those above it are looked at."""
    saved(api, api.campaign())

    def plan() -> str:
        db, statement = session(api), records._REACHED
        values = statement.values({"ws": db.ws, "campaign_id": 1, "client_id": 1})
        return " ".join(row["detail"] for row in db.connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", values))

    assert api.client.portal is not None
    found = api.client.portal.call(plan)
    assert found.count("webhook_of_campaign (workspace_id=? AND campaign_id=?)") == 2, found
    assert "SCAN" not in found

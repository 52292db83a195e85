"""Figures of mailboxes: as they are now, and by domain, address, provider and tag."""

from __future__ import annotations

import pytest

from tests.analytics import FULL, ask, client_of
from tests.conftest import Api
from tests.lead_lists import tag
from tests.sending import box, equip, freeze, launch, ok, react, set_status, steps, until

NAMES = "mailbox/name-wise-health-metrics"
DOMAINS = "mailbox/domain-wise-health-metrics"
PROVIDERS = "mailbox/provider-wise-overall-performance"


def test_mailboxes_of_now(api: Api) -> None:
    """In use: in an active campaign; without warm-up: only those that can send."""
    nothing = {"total_connected": 0, "in_use": 0, "disconnected": 0, "enabled_without_warmup": 0}
    assert ask(api, "mailbox/overall-stats") == nothing
    freeze(api)
    client_id = client_of(api, "one")
    ids = [box(api, "plain"), box(api, "own", client_id=client_id), box(api, "warm", warmup_enabled=True)]
    broken = box(api, "broken")
    running = equip(api, api.campaign(), "ann", boxes=[ids[0], ids[1]])
    equip(api, api.campaign(), "bob", boxes=[ids[0], broken], start=False)
    assert api.control("POST", f"/email-accounts/{broken}/disconnect").status_code == 200
    assert ask(api, "mailbox/overall-stats") == {
        "total_connected": 4, "in_use": 2, "disconnected": 1, "enabled_without_warmup": 2,
    }  # fmt: skip
    set_status(api, running, "PAUSED")
    assert ask(api, "mailbox/overall-stats")["in_use"] == 0
    assert ask(api, "mailbox/overall-stats", client_ids=client_id) == {
        "total_connected": 1, "in_use": 0, "disconnected": 0, "enabled_without_warmup": 1,
    }  # fmt: skip
    ok(api.delete(f"/email-accounts/{ids[1]}"))
    assert ask(api, "mailbox/overall-stats", client_ids=client_id) == nothing


@pytest.fixture
def world(api: Api) -> dict[str, int]:
    """Three mailboxes at two domains that send a mail each to ann, bob and cyd; another to bob a day later."""
    freeze(api)
    ids = {
        name: api.account(address, type=kind) if kind else api.account(address)
        for name, address, kind in (
            ("one", "one@b.example", None), ("two", "Two@A.example", "GMAIL"), ("three", "three@a.example", "GMAIL"),
            ("idle", "idle@a.example", None),
        )
    }  # fmt: skip
    for name, lead in (("one", "ann"), ("two", "bob"), ("three", "cyd")):
        ids[lead] = launch(api, lead, boxes=[ids[name]], sequence=steps(0, 1))
    until(api, "02 12:00")
    react(api, ids["ann"], "ann", "bounce")
    react(api, ids["bob"], "bob", "open")
    react(api, ids["cyd"], "cyd", "reply-interested")
    until(api, "04 00:00")
    return ids


def test_by_address(api: Api, world: dict[str, int]) -> None:
    """One row per mailbox that sent, by id; a deleted one keeps its row."""
    counts = [(row["from_email"], *list(row.values())[1:]) for row in ask(api, NAMES)]
    assert counts == [("one@b.example", 1, 0, 0, 1), ("Two@A.example", 2, 1, 0, 0), ("three@a.example", 1, 0, 1, 0)]
    [two] = [row for row in ask(api, NAMES, **FULL) if row["from_email"] == "Two@A.example"]
    assert two == {
        "from_email": "Two@A.example", "sent": 2, "opened": 1, "replied": 0, "bounced": 0, "unique_lead_count": 1,
        "unique_open_count": 1, "positive_replied": 0, "open_rate": "100.00%", "reply_rate": "0.00%",
        "positive_reply_rate": "0.00%", "bounce_rate": "0.00%",
    }  # fmt: skip
    ok(api.delete(f"/email-accounts/{world['two']}"))
    assert len(ask(api, NAMES)) == 3
    assert [row["from_email"] for row in ask(api, NAMES, is_bounced="true")] == ["one@b.example"]
    assert len(ask(api, NAMES, is_bounced="false")) == 2
    assert ask(api, NAMES, is_bounced="false", limit=1, offset=1)[0]["from_email"] == "three@a.example"
    [row] = ask(api, NAMES, start_date="2026-03-03")
    assert (row["from_email"], row["sent"]) == ("Two@A.example", 1)


def test_by_domain(api: Api, world: dict[str, int]) -> None:
    """Domains by name, in lower case; leads of its mailboxes together."""
    first, second = ask(api, DOMAINS, **FULL)
    assert {name: first[name] for name in ("domain", "sent", "unique_lead_count", "positive_replied", "open_rate")} == {
        "domain": "a.example", "sent": 3, "unique_lead_count": 2, "positive_replied": 1, "open_rate": "50.00%",
    }  # fmt: skip
    assert (second["domain"], second["bounce_rate"]) == ("b.example", "100.00%")
    assert ask(api, DOMAINS, limit=1, offset=1) == [
        {"domain": "b.example", "sent": 1, "opened": 0, "replied": 0, "bounced": 1}
    ]
    [row] = ask(api, DOMAINS, campaign_ids=world["cyd"])
    assert (row["domain"], row["sent"], row["replied"]) == ("a.example", 1, 1)


def test_by_provider_and_tag(api: Api, world: dict[str, int]) -> None:
    """Counts are texts; a mailbox counts in each of its tags, one without tags in none."""
    hot, cold = tag(api, "hot", color="#A1B2C3"), tag(api, "cold")
    for tag_id, names in ((hot, ("one", "two", "idle")), (cold, ("two",))):
        body = {"email_account_ids": [world[name] for name in names], "tag_ids": [tag_id]}
        ok(api.post("/email-accounts/tag-mapping", body))
    found = ask(api, PROVIDERS)
    assert [(row["email_provider"], row["sent"], row["unique_lead_count"]) for row in found["overall"]] == [
        ("SMTP", "1", "1"), ("GMAIL", "3", "2"),
    ]  # fmt: skip
    named = ("email_provider", "tag_id", "tag_name", "sent", "bounced", "open_rate")
    assert [tuple(row[name] for name in named) for row in found["tag_wise"]] == [
        ("SMTP", hot, "hot", "1", "1", "0.00%"), ("GMAIL", hot, "hot", "2", "0", "100.00%"),
        ("GMAIL", cold, "cold", "2", "0", "100.00%"),
    ]  # fmt: skip
    assert found["tag_wise"][0]["tag_color"] == "#A1B2C3"
    assert ask(api, PROVIDERS, start_date="2026-03-10") == {"overall": [], "tag_wise": []}

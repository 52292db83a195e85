"""What is done to leads and campaigns: nothing is sent after their end or while they are paused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.sending import (
    address,
    freeze,
    import_leads,
    launch,
    matters_later,
    of_lead,
    ok,
    rest,
    set_status,
    status,
    steps,
    timeline,
    until,
)


@pytest.fixture(autouse=True)
def _monday(api: Api) -> None:
    """Every test begins on Monday 2026-03-02 at 09:00 UTC."""
    freeze(api)


def _post(path: str, body: Any = None) -> Callable[[Api, int, str], Any]:
    return lambda api, campaign_id, lead: api.post(f"{of_lead(api, campaign_id, lead)}/{path}", body)


def _patch(word: str) -> Callable[[Api, int, str], Any]:
    return lambda api, campaign_id, lead: api.patch(f"{of_lead(api, campaign_id, lead)}/status", {"status": word})


def _block(entry: str) -> Callable[[Api, int, str], Any]:
    return lambda api, campaign_id, lead: api.post("/leads/add-domain-block-list", {"domain_block_list": [entry]})


def _complete(api: Api, campaign_id: int, lead: str) -> Any:
    map_id = api.row(campaign_id, lead)["campaign_lead_map_id"]
    return api.post(f"/campaigns/{campaign_id}/leads/{map_id}/manual-complete")


def _withdraw_many(api: Api, campaign_id: int, lead: str) -> Any:
    return api.delete(f"/campaigns/{campaign_id}/leads", {"lead_ids": [api.lead_id(lead)]})


#: what ends the mails of a lead for good
ENDS: dict[str, Callable[[Api, int, str], Any]] = {
    "unsubscribe": _post("unsubscribe"),
    "unsubscribe everywhere": lambda api, _, lead: api.post(f"/leads/{api.lead_id(lead)}/unsubscribe"),
    "block address": _block("a@mail.one.example"), "block domain": _block("mail.one.example"),
    "block domain above": _block("one.example"),
    "mark complete": _complete, "patch COMPLETED": _patch("COMPLETED"), "patch STOPPED": _patch("STOPPED"),
    "patch UNSUBSCRIBED": _patch("UNSUBSCRIBED"), "patch BOUNCED": _patch("BOUNCED"),
    "withdraw": lambda api, campaign_id, lead: api.delete(of_lead(api, campaign_id, lead)),
    "withdraw many": _withdraw_many,
    "delete": lambda api, _, lead: api.delete(f"/leads/{api.lead_id(lead)}"),
}  # fmt: skip
#: what only holds them back
PAUSES = {
    "pause": _post("pause"), "patch PAUSED": _patch("PAUSED"),
    "category with pause": _post("category", {"category_id": 3, "pause_lead": True}),
}  # fmt: skip


@pytest.mark.parametrize("mailed", [False, True])
@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_sent_to_a_lead_that_has_ended(api: Api, end: str, mailed: bool) -> None:
    """Neither the first mail nor the next, also after a resume; the others go on."""
    lead = "a@mail.one.example"
    campaign_id = launch(api, lead, "b@two.example", sequence=steps(0, 1))
    path = of_lead(api, campaign_id, lead)
    if mailed:
        until(api, "02 12:00")
    ok(ENDS[end](api, campaign_id, lead))
    api.post(f"{path}/resume", {})
    assert rest(api, campaign_id) == ["03 09:10 b#2" if mailed else "03 09:00 b#2"]
    assert len(timeline(api)) == 2 + mailed


@pytest.mark.parametrize("end", ["unsubscribe", "withdraw", "mark complete", "patch STOPPED"])
def test_other_campaigns_go_on(api: Api, end: str) -> None:
    """What ends a lead in one campaign."""
    campaign_id, other_id = (launch(api, "a", sequence=steps(0, 1)) for _ in range(2))
    until(api, "02 12:00")
    ok(ENDS[end](api, campaign_id, address("a")))
    assert (rest(api, campaign_id), rest(api, other_id)) == ([], ["03 09:00 a#2"])


def test_an_unsubscribe_link_ends_one_campaign(api: Api) -> None:
    """As the operation does (S1)."""
    lead = "unsubscribe@simulator.test"
    campaign_id, other_id = launch(api, lead, sequence=steps(0, 1)), launch(api, lead, start=False)
    assert until(api, "02 09:30") == {"sent": 1, "unsubscribed": 1, "campaign_status_changed": 1}
    assert [status(api, one, lead) for one in (campaign_id, other_id)] == ["PAUSED", "STARTED"]
    assert rest(api, campaign_id) == []


def test_nobody_reacts_to_the_mails_of_a_lead_that_was_withdrawn(api: Api) -> None:
    """Added again, it begins anew, with reactions to the new mail only."""
    lead = "reply+after-2d@simulator.test"
    campaign_id = launch(api, lead, "b", sequence=steps(0, 9))
    until(api, "03 12:00")
    ok(ENDS["withdraw"](api, campaign_id, lead))
    import_leads(api, campaign_id, lead)
    assert until(api, "05 11:59") == {"sent": 1}
    assert until(api, "05 12:00") == {"replied": 1, "stopped": 1}


@pytest.mark.parametrize("pause", PAUSES)
def test_a_paused_lead_gets_nothing_until_it_is_resumed(api: Api, pause: str) -> None:
    """Then what is overdue goes out at once."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1))
    until(api, "02 12:00")
    ok(PAUSES[pause](api, campaign_id, address("a")))
    assert rest(api, campaign_id, "06 12:00") == ["03 09:10 b#2"]
    ok(api.post(f"{of_lead(api, campaign_id, 'a')}/resume"))
    assert rest(api, campaign_id) == ["03 09:10 b#2", "06 12:00 a#2"]


@pytest.mark.parametrize(("mailed", "delay", "found"), [
    (True, None, "05 09:00 a#2"), (True, 0, "02 15:00 a#2"), (True, 1, "03 09:00 a#2"), (True, 4, "06 09:00 a#2"),
    (False, None, "02 15:00 a"), (False, 0, "02 15:00 a"), (False, 1, "03 15:00 a"),
])  # fmt: skip
def test_a_resumed_lead_waits_for_the_delay(api: Api, mailed: bool, delay: int | None, found: str) -> None:
    """resume_lead_with_delay_days, else the step's own: from the last mail, before the first one from now (R)."""
    campaign_id = launch(api, "a", sequence=steps(0, 3))
    if mailed:
        until(api, "02 12:00")
    ok(api.post(f"{of_lead(api, campaign_id, 'a')}/pause"))
    until(api, "02 15:00")
    ok(api.post(f"{of_lead(api, campaign_id, 'a')}/resume", {"resume_lead_with_delay_days": delay}))
    until(api, "20 00:00")
    assert timeline(api)[mailed] == found


def test_a_lead_that_was_imported_in_spite_of_a_list_is_mailed(api: Api) -> None:
    """Until an entry is made after the import; taking an entry off the list revives nobody."""
    for entry in ("one.example", "b@two.example"):
        ok(_block(entry)(api, 0, ""))
    campaign_id = launch(api, "c@three.example", sequence=steps(0, 1))
    import_leads(api, campaign_id, "a@one.example", "b@two.example", ignore_global_block_list=True)
    until(api, "02 12:00")
    assert timeline(api) == ["02 09:00 c", "02 09:10 a", "02 09:20 b"]
    ok(_block("a@one.example")(api, 0, ""))
    for entry in ok(api.get("/leads/get-domain-block-list")):
        ok(api.delete("/leads/delete-domain-block-list", params={"id": entry["id"]}))
    assert rest(api, campaign_id) == ["03 09:00 c#2", "03 09:20 b#2"]


def test_an_entry_of_a_client_holds_in_its_campaigns(api: Api) -> None:
    """Those of others go on."""
    own, other_id = (launch(api, "a", "b", sequence=steps(0, 1), settings={"client_id": n}) for n in (22, 23))
    until(api, "02 12:00")
    ok(api.post("/leads/add-domain-block-list", {"domain_block_list": [address("a")], "client_id": 22}))
    assert (rest(api, own), rest(api, other_id)) == (["03 09:10 b#2"], ["03 09:00 a#2", "03 09:10 b#2"])


def test_an_unsubscribed_lead_that_was_imported_in_spite_of_it_is_mailed(api: Api) -> None:
    """ignore_unsubscribe_list."""
    launch(api, "a")
    ok(ENDS["unsubscribe everywhere"](api, 0, address("a")))
    campaign_id = launch(api, "b")
    import_leads(api, campaign_id, "a", ignore_unsubscribe_list=True)
    until(api, "03 00:00")
    assert timeline(api, campaign_id) == ["02 09:00 b", "02 09:10 a"]


def test_the_delay_of_a_resume_shows_in_its_mails(client: TestClient) -> None:
    """resume_lead_with_delay_days."""

    def given(api: Api) -> None:
        freeze(api)
        launch(api, "a", sequence=steps(0, 1))
        until(api, "02 12:00")
        ok(api.post(f"{of_lead(api, 1001, 'a')}/pause"))

    matters_later(
        client, "resume_lead_in_campaign", "resume_lead_with_delay_days", 1, 3, given=given,
        then=lambda api: until(api, "12 00:00"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ the campaign


def test_a_paused_campaign_sends_nothing_and_goes_on_after_start(api: Api) -> None:
    """What fell due meanwhile goes out at once, in order; recipients react all the same."""
    late = "open+after-1d@simulator.test"
    campaign_id = launch(api, late, "b", sequence=steps(0, 1))
    until(api, "02 12:00")
    set_status(api, campaign_id, "PAUSED")
    assert until(api, "05 12:00") == {"opened": 1}
    set_status(api, campaign_id, "START")
    until(api, "05 13:00")
    assert timeline(api)[2:] == ["05 12:00 open+after-1d#2", "05 12:10 b#2"]


def test_a_stopped_campaign_never_sends_again(api: Api) -> None:
    """Whatever is due."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1))
    until(api, "02 09:05")
    set_status(api, campaign_id, "STOPPED")
    assert until(api, "20 00:00") == {}


def test_what_was_planned_of_a_deleted_campaign_does_not_happen(api: Api) -> None:
    """Nobody reacts to its mails, and no follow-up goes out; a second campaign is not touched."""
    lead = "reply+after-2d@simulator.test"
    campaign_id, other_id = launch(api, lead, sequence=steps(0, 1)), launch(api, lead, sequence=steps(0, 3))
    until(api, "02 12:00")
    set_status(api, campaign_id, "PAUSED")
    ok(api.delete(f"/campaigns/{campaign_id}"))
    assert until(api, "20 00:00") == {"replied": 1, "stopped": 1, "campaign_status_changed": 1}
    assert status(api, other_id) == "COMPLETED"


# ------------------------------------------------------------------------------------------ the end


def test_a_lead_and_its_campaign_end_with_the_last_mail(api: Api) -> None:
    """STARTED, INPROGRESS, COMPLETED; the campaign with its last lead."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1))
    seen = []
    for to in ("02 09:00", "02 09:10", "03 09:00", "03 09:09", "03 09:10"):
        seen.append([status(api, campaign_id, lead) for lead in (None, "a", "b")])
        until(api, to)
    assert seen == [
        ["ACTIVE", "STARTED", "STARTED"], ["ACTIVE", "INPROGRESS", "STARTED"], ["ACTIVE", "INPROGRESS", "INPROGRESS"],
        *[["ACTIVE", "COMPLETED", "INPROGRESS"]] * 2,
    ]  # fmt: skip
    assert [status(api, campaign_id, lead) for lead in (None, "b")] == ["COMPLETED", "COMPLETED"]


@pytest.mark.parametrize("end", ENDS)
def test_a_campaign_ends_when_its_last_lead_is_ended_by_hand(api: Api, end: str) -> None:
    """Every other one has finished before."""
    lead = "a@mail.one.example"
    campaign_id = launch(api, "b@two.example", lead, sequence=steps(0, 1), max_new_leads_per_day=1)
    until(api, "03 12:00")
    assert (status(api, campaign_id), status(api, campaign_id, lead)) == ("ACTIVE", "INPROGRESS")
    ok(ENDS[end](api, campaign_id, lead))
    assert until(api, "03 12:01") == {"campaign_status_changed": 1}
    assert status(api, campaign_id) == "COMPLETED"


@pytest.mark.parametrize("word", ["bounce", "reply", "unsubscribe"])
def test_a_campaign_ends_when_its_last_lead_ends_by_itself(api: Api, word: str) -> None:
    """Blocked, stopped or unsubscribed."""
    campaign_id = launch(api, f"{word}@simulator.test", sequence=steps(0, 9))
    assert until(api, "03 00:00")["campaign_status_changed"] == 1
    assert status(api, campaign_id) == "COMPLETED"


@pytest.mark.parametrize("pause", PAUSES)
def test_a_paused_lead_keeps_the_campaign_active(api: Api, pause: str) -> None:
    """It may be resumed."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1))
    until(api, "02 12:00")
    ok(PAUSES[pause](api, campaign_id, address("a")))
    assert until(api, "20 00:00") == {"sent": 1, "completed": 1}
    assert status(api, campaign_id) == "ACTIVE"


def test_a_campaign_without_leads_stays_active(api: Api) -> None:
    """It waits for them."""
    campaign_id = launch(api)
    assert until(api, "20 00:00") == {}
    assert status(api, campaign_id) == "ACTIVE"


def test_a_completed_campaign_goes_on_after_start(api: Api) -> None:
    """Leads that were added meanwhile wait for it; without any it stays ACTIVE."""
    campaign_id = launch(api, "a")
    until(api, "02 12:00")
    import_leads(api, campaign_id, "b")
    assert until(api, "03 12:00") == {}
    assert (status(api, campaign_id), status(api, campaign_id, "b")) == ("COMPLETED", "STARTED")
    set_status(api, campaign_id, "START")
    assert until(api, "04 00:00") == {"sent": 1, "completed": 1, "campaign_status_changed": 1}
    set_status(api, campaign_id, "START")
    assert until(api, "20 00:00") == {}
    assert status(api, campaign_id) == "ACTIVE"

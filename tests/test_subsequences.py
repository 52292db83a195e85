"""Sub-sequences: who enters them, and what they send (R, C:skills)."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.sending import (
    address,
    box,
    equip,
    freeze,
    import_leads,
    launch,
    mails,
    matters_later,
    moment,
    of_lead,
    ok,
    react,
    set_status,
    status,
    step,
    steps,
    timeline,
    until,
)

REPLY, OPEN, CLICK = ({"eventType": word} for word in ("REPLY_AN_EMAIL", "OPEN_AN_EMAIL", "CLICK_ON_A_LINK"))
INTERESTED = {**REPLY, "categoryId": 1}


@pytest.fixture(autouse=True)
def _monday(api: Api) -> None:
    """Every test begins on Monday 2026-03-02 at 09:00 UTC."""
    freeze(api)


def child(api: Api, parent_id: int, *conditions: dict[str, Any], settings: Any = None, **how: Any) -> int:
    """A sub-sequence that runs; `settings` are those of its making, the others as for `equip`."""
    body = {"parent_campaign_id": parent_id, "condition_events": list(conditions), **(settings or {})}
    child_id: int = ok(api.post("/campaigns/create-subsequence", body))["id"]
    return equip(api, child_id, **how)


def entered(api: Api, child_id: int) -> list[str]:
    """The leads of a sub-sequence."""
    return [row["lead"]["email"].partition("@")[0] for row in api.rows(child_id)]


# ------------------------------------------------------------------------------------------ who enters


@pytest.mark.parametrize(("condition", "word", "more", "enters"), [
    (REPLY, "reply", {}, True), (REPLY, "reply-not-interested", {}, True), (REPLY, "open", {}, False),
    (REPLY, "ooo", {}, True), (REPLY, "colleague-reply", {}, True),
    (INTERESTED, "reply-interested", {}, True), (INTERESTED, "reply-not-interested", {}, False),
    (INTERESTED, "reply", {}, False), (INTERESTED, "reply", {"category": "Interested"}, True),
    ({**REPLY, "categoryId": None}, "reply", {}, True),
    ({**REPLY, "text": "price"}, "reply", {"body": "<p>What is the PRICE?</p>"}, True),
    ({**REPLY, "text": "price"}, "reply", {"body": "No."}, False),
    ({**INTERESTED, "text": "price"}, "reply", {"body": "The price?", "category": 3}, False),
    ({**INTERESTED, "text": "price"}, "reply", {"body": "The price?", "category": 1}, True),
    (OPEN, "open", {}, True), (OPEN, "click", {}, False),
    (CLICK, "click", {}, True), (CLICK, "reply", {}, False),
    ({**CLICK, "text": "/price"}, "click", {"link": "https://one.example/prices"}, True),
    ({**CLICK, "text": "/price"}, "click", {"link": "https://one.example/"}, False),
])  # fmt: skip
def test_a_lead_enters_by_a_condition(
    api: Api, condition: dict[str, Any], word: str, more: dict[str, Any], enters: bool
) -> None:
    """The event must be the one named, and category and part of the text where they are given; nobody else enters."""
    parent_id = launch(api, "a", "b", sequence=steps(0, 9))
    child_id = child(api, parent_id, condition)
    until(api, "02 12:00")
    assert react(api, parent_id, "a", word, **more).get("entered_subsequence", 0) == enters
    assert entered(api, child_id) == ["a"] * enters
    until(api, "03 00:00")
    assert timeline(api, child_id) == ["02 12:00 a"] * enters


def test_one_condition_of_several_is_enough(api: Api) -> None:
    """And without any nobody enters."""
    parent_id = launch(api, "a", "b", sequence=steps(0, 9))
    some, none = child(api, parent_id, CLICK, OPEN), child(api, parent_id)
    until(api, "02 12:00")
    for lead, word in (("a", "open"), ("b", "click")):
        react(api, parent_id, lead, word)
    assert (entered(api, some), entered(api, none)) == (["a", "b"], [])


def test_what_a_simulated_lead_does_counts_as_well(api: Api) -> None:
    """It goes on doing so in the sub-sequence, which it does not enter twice."""
    parent_id = launch(api, "open@simulator.test", sequence=steps(0, 1))
    child_id = child(api, parent_id, OPEN, sequence=steps(0, 9))
    assert until(api, "02 16:00") == {"sent": 2, "opened": 2, "entered_subsequence": 1}
    assert timeline(api, child_id) == ["02 09:10 open"]


def test_a_category_that_is_set_later_lets_a_lead_in(api: Api) -> None:
    """One who has replied: the condition is a reply of that category."""
    parent_id = launch(api, "a", "b", sequence=steps(0, 9))
    child_id = child(api, parent_id, INTERESTED)
    until(api, "02 12:00")
    react(api, parent_id, "a", "reply")
    for lead in ("a", "b"):
        ok(api.post(f"{of_lead(api, parent_id, lead)}/category", {"category_id": 2}))
    assert entered(api, child_id) == []
    for lead in ("a", "b"):
        ok(api.post(f"{of_lead(api, parent_id, lead)}/category", {"category_id": 1}))
    assert entered(api, child_id) == ["a"]


def test_nobody_enters_twice(api: Api) -> None:
    """However often the condition is met, and also after the sub-sequence has finished."""
    parent_id = launch(api, "a", "b", sequence=steps(0, 9))
    child_id = child(api, parent_id, REPLY)
    until(api, "02 12:00")
    assert react(api, parent_id, "a", "reply")["entered_subsequence"] == 1
    assert "entered_subsequence" not in react(api, parent_id, "a", "reply")
    until(api, "03 00:00")
    assert status(api, child_id, "a") == "COMPLETED"
    assert "entered_subsequence" not in react(api, parent_id, "a", "reply")
    assert timeline(api, child_id) == ["02 12:00 a"]


def test_a_reply_in_the_sub_sequence_is_none_in_the_parent(api: Api) -> None:
    """Each campaign has its own stop rule, and conditions are about the parent."""
    parent_id = launch(api, "a", sequence=steps(0, 9))
    child_id = child(api, parent_id, OPEN, sequence=steps(0, 1))
    second_id = child(api, parent_id, REPLY)
    until(api, "02 12:00")
    react(api, parent_id, "a", "open")
    until(api, "02 13:00")
    react(api, child_id, "a", "reply")
    assert (status(api, child_id, "a"), status(api, parent_id, "a")) == ("STOPPED", "INPROGRESS")
    assert entered(api, second_id) == []


@pytest.mark.parametrize("way", ["everywhere", "address", "domain"])
def test_who_must_not_be_mailed_gets_nothing_of_a_sub_sequence(api: Api, way: str) -> None:
    """A lead that unsubscribed from everything, or that is on the block list, may still answer the mail it has."""
    parent_id = launch(api, "a", "b", sequence=steps(0, 9))
    child_id = child(api, parent_id, REPLY, OPEN)
    until(api, "02 12:00")
    if way == "everywhere":
        ok(api.post(f"/leads/{api.lead_id(address('a'))}/unsubscribe"))
    else:
        entry = address("a") if way == "address" else "leads.example"
        ok(api.post("/leads/add-domain-block-list", {"domain_block_list": [entry]}))
    for word in ("open", "reply"):
        react(api, parent_id, "a", word)
    until(api, "10 00:00")
    assert timeline(api, child_id) == []


def test_a_deleted_sub_sequence_takes_nobody(api: Api) -> None:
    """The parent goes on."""
    parent_id = launch(api, "a", sequence=steps(0, 1), settings={"stop_lead_settings": "CLICK_ON_A_LINK"})
    child_id = child(api, parent_id, REPLY, start=False)
    ok(api.delete(f"/campaigns/{child_id}"))
    until(api, "02 12:00")
    assert react(api, parent_id, "a", "reply") == {"replied": 1}
    assert until(api, "04 00:00")["sent"] == 1


# ------------------------------------------------------------------------------------------ what it sends


def test_the_row_of_the_parent_keeps_its_status(api: Api) -> None:
    """The lead gets the steps of both campaigns."""
    parent_id = launch(api, "a", sequence=steps(0, 1))
    child_id = child(api, parent_id, OPEN, sequence=steps(0, 2))
    until(api, "02 12:00")
    react(api, parent_id, "a", "open")
    assert (status(api, parent_id, "a"), status(api, child_id, "a")) == ("INPROGRESS", "STARTED")
    until(api, "06 00:00")
    assert timeline(api) == ["02 09:00 a", "02 12:00 a", "03 09:00 a#2", "04 12:00 a#2"]
    assert [status(api, one) for one in (parent_id, child_id)] == ["COMPLETED", "COMPLETED"]


@pytest.mark.parametrize(("delay", "found"), [(0, "02 12:00 a"), (1, "03 12:00 a"), (5, "09 09:00 a")])
def test_the_first_mail_waits_for_the_delay(api: Api, delay: int, found: str) -> None:
    """delayForNewLeads: days from the event, then the window of the sub-sequence."""
    parent_id = launch(api, "a", sequence=steps(0, 9))
    child_id = child(api, parent_id, REPLY, settings={"delayForNewLeads": delay})
    until(api, "02 12:00")
    react(api, parent_id, "a", "reply")
    until(api, "10 00:00")
    assert timeline(api, child_id) == [found]


def test_it_has_its_own_window_and_counts(api: Api) -> None:
    """Days, hours and the number of new leads are those of the sub-sequence."""
    parent_id = launch(api, "a", "b", sequence=steps(0, 20))
    window = {"days_of_the_week": [3, 4], "start_hour": "11:00", "max_new_leads_per_day": 1}
    child_id = child(api, parent_id, REPLY, **window)
    until(api, "02 12:00")
    for lead in ("a", "b"):
        react(api, parent_id, lead, "reply")
    until(api, "10 00:00")
    assert timeline(api, child_id) == ["04 11:00 a", "05 11:00 b"]


@pytest.mark.parametrize("stops", [True, False])
def test_a_reply_in_the_parent_stops_the_lead_below_if_asked_to(api: Api, stops: bool) -> None:
    """stopLeadOnParentCampaignReply."""
    parent_id = launch(api, "a", sequence=steps(0, 9))
    settings = {"stopLeadOnParentCampaignReply": stops}
    child_id = child(api, parent_id, OPEN, sequence=steps(0, 1), settings=settings)
    until(api, "02 12:00")
    react(api, parent_id, "a", "open")
    until(api, "02 13:00")
    react(api, parent_id, "a", "reply")
    until(api, "05 00:00")
    assert timeline(api, child_id) == ["02 12:00 a"] + ["03 12:00 a#2"] * (not stops)
    assert status(api, child_id, "a") == ("STOPPED" if stops else "COMPLETED")


def test_it_is_complete_when_a_reply_in_the_parent_stops_its_last_lead(api: Api) -> None:
    """The lead replies to every mail, which stops it nowhere else."""
    keep = {"stop_lead_settings": "CLICK_ON_A_LINK"}
    parent_id = launch(api, "reply@simulator.test", sequence=steps(0, 1, 9), settings=keep)
    child_id = child(api, parent_id, REPLY, sequence=steps(0, 9), settings={"stopLeadOnParentCampaignReply": True})
    ok(api.post(f"/campaigns/{child_id}/settings", keep))
    assert until(api, "03 09:59") == {"sent": 3, "replied": 2, "entered_subsequence": 1}
    assert until(api, "03 10:00") == {"replied": 1, "stopped": 1, "campaign_status_changed": 1}
    assert [status(api, one) for one in (parent_id, child_id)] == ["ACTIVE", "COMPLETED"]


def test_the_reply_that_lets_a_lead_in_does_not_stop_it(api: Api) -> None:
    """Only a later one does."""
    parent_id = launch(api, "a", sequence=steps(0, 9))
    child_id = child(api, parent_id, REPLY, sequence=steps(0, 1), settings={"stopLeadOnParentCampaignReply": True})
    until(api, "02 12:00")
    react(api, parent_id, "a", "reply")
    until(api, "05 00:00")
    assert timeline(api, child_id) == ["02 12:00 a", "03 12:00 a#2"]


@pytest.mark.parametrize("subject", ["", "News"])
def test_it_goes_on_in_the_thread_of_the_parent(api: Api, subject: str) -> None:
    """Where its first step has no subject of its own."""
    parent_id = launch(api, "a", sequence=[step(subject="Offer"), step(2, 9)])
    child_id = child(api, parent_id, OPEN, sequence=[step(subject=subject), step(2)])
    until(api, "02 12:00")
    react(api, parent_id, "a", "open")
    until(api, "03 00:00")
    (above,), (first, second) = mails(api, parent_id), mails(api, child_id)
    assert (first["subject"], second["subject"]) == (subject or "RE: Offer", f"RE: {subject or 'Offer'}")
    assert (first["thread"], first["answers"]) == ((first["id"], None) if subject else (above["id"], above["id"]))
    assert (second["thread"], second["answers"]) == (first["thread"], first["id"])


@pytest.mark.parametrize("shared", [True, False])
def test_it_prefers_the_mailbox_of_the_parent(api: Api, shared: bool) -> None:
    """Where it has that one; else it takes the next of its own."""
    ann, bea, cay = (box(api, name) for name in ("ann", "bea", "cay"))
    parent_id = launch(api, "a", "b", boxes=[ann, bea], sequence=steps(0, 9))
    child_id = child(api, parent_id, OPEN, boxes=[cay, bea] if shared else [cay], sequence=steps(0, 1))
    until(api, "02 12:00")
    react(api, parent_id, "b", "open")
    until(api, "04 00:00")
    name = "bea" if shared else "cay"
    assert timeline(api, child_id, boxes=True) == [f"02 12:00 b {name}", f"03 12:00 b#2 {name}"]


def test_a_lead_waits_until_the_sub_sequence_runs(api: Api) -> None:
    """Entered while it is DRAFTED or PAUSED, the first mail goes out after START."""
    parent_id = launch(api, "a", "b", "c", sequence=steps(0, 20))
    child_id = child(api, parent_id, REPLY, start=False)
    until(api, "02 12:00")
    react(api, parent_id, "a", "reply")
    assert until(api, "04 10:00") == {}
    set_status(api, child_id, "START")
    until(api, "04 11:00")
    assert timeline(api, child_id) == ["04 10:00 a"]
    child_id = child(api, parent_id, REPLY)
    set_status(api, child_id, "PAUSED")
    react(api, parent_id, "b", "reply")
    assert until(api, "05 10:00") == {}
    set_status(api, child_id, "START")
    until(api, "05 11:00")
    assert timeline(api, child_id) == ["05 10:00 b"]


def test_it_stays_active_without_leads(api: Api) -> None:
    """As any campaign, also when leads of the parent finish without entering it."""
    parent_id = launch(api, "reply@simulator.test", "a", sequence=steps(0, 9))
    child_id = child(api, parent_id, INTERESTED)
    assert until(api, "02 12:00") == {"sent": 2, "replied": 1, "stopped": 1}
    assert [status(api, one) for one in (parent_id, child_id)] == ["ACTIVE", "ACTIVE"]
    react(api, parent_id, "a", "reply-interested")
    until(api, "03 00:00")
    assert timeline(api, child_id) == ["02 12:00 a"]


@pytest.mark.parametrize("word", ["PAUSED", "STOPPED"])
def test_it_sends_whatever_the_status_of_the_parent_is(api: Api, word: str) -> None:
    """They are two campaigns."""
    parent_id = launch(api, "a", sequence=steps(0, 1))
    child_id = child(api, parent_id, OPEN, settings={"delayForNewLeads": 1})
    until(api, "02 12:00")
    react(api, parent_id, "a", "open")
    set_status(api, parent_id, word)
    until(api, "05 00:00")
    assert timeline(api) == ["02 09:00 a", "03 12:00 a"]
    assert (status(api, parent_id), status(api, child_id)) == (word, "COMPLETED")


def test_who_is_put_in_by_an_import_is_mailed_too(api: Api) -> None:
    """A sub-sequence takes leads as any campaign; such a lead does not enter again."""
    parent_id = launch(api, "a", sequence=steps(0, 9))
    child_id = child(api, parent_id, REPLY)
    until(api, "02 12:00")
    import_leads(api, child_id, "a")
    assert "entered_subsequence" not in react(api, parent_id, "a", "reply")
    until(api, "03 00:00")
    assert timeline(api, child_id) == ["02 12:00 a"]


def test_the_entry_is_an_event_of_the_sub_sequence(api: Api) -> None:
    """With the row that the lead had in the parent, and what it did."""
    parent_id = launch(api, "a", sequence=steps(0, 9))
    child_id = child(api, parent_id, CLICK)
    until(api, "02 12:00")
    react(api, parent_id, "a", "click")
    (event,) = ok(api.control("GET", "/events?type=LEAD_ENTERED_SUBSEQUENCE"))
    above, below = api.row(parent_id, address("a")), api.row(child_id, address("a"))
    assert (event["campaign_id"], event["campaign_lead_map_id"]) == (child_id, below["campaign_lead_map_id"])
    assert event["data"] == {"from": above["campaign_lead_map_id"], "cause": "click"}
    assert below["created_at"] == moment("02 12:00").replace("Z", ".000Z")


# ------------------------------------------------------------------------------------------ each field matters


@pytest.mark.parametrize(("field", "a", "b"), [
    *((f"{name}[].{key}", a, b) for name in ("condition_events", "conditionEvents") for key, a, b in (
        ("eventType", "REPLY_AN_EMAIL", "OPEN_AN_EMAIL"), ("categoryId", 1, 3), ("text", "price", "product"),
    )),
    ("delayForNewLeads", 0, 1), ("stopLeadOnParentCampaignReply", True, False),
])  # fmt: skip
def test_what_a_sub_sequence_is_made_with_shows_in_its_mails(
    client: TestClient, field: str, a: str | int, b: str | int
) -> None:
    """Each field that no operation shows."""

    def given(api: Api) -> None:
        freeze(api)
        launch(api, "a", sequence=steps(0, 9))

    def then(api: Api) -> None:
        equip(api, 1002, sequence=steps(0, 1))
        until(api, "02 12:00")
        react(api, 1001, "a", "reply-interested", body="The price?")
        until(api, "02 13:00")
        react(api, 1001, "a", "reply-interested", body="The price?")
        until(api, "05 00:00")

    conditions = {field.partition("[")[0] if "[" in field else "condition_events": [REPLY]}
    body = {"parent_campaign_id": 1001, **conditions}
    matters_later(client, "create_subsequence", field, a, b, given=given, then=then, body=body)

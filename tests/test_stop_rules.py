"""What the recipient does, and what the campaign's settings make of it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.sending import (
    address,
    freeze,
    launch,
    matters_later,
    of_lead,
    ok,
    react,
    rest,
    set_status,
    status,
    steps,
    timeline,
    until,
)

RULES = {"REPLY_TO_AN_EMAIL": "reply", "CLICK_ON_A_LINK": "click", "OPEN_AN_EMAIL": "open"}
OOO = "out_of_office_detection_settings"


@pytest.fixture(autouse=True)
def _monday(api: Api) -> None:
    """Every test begins on Monday 2026-03-02 at 09:00 UTC."""
    freeze(api)


# ------------------------------------------------------------------------------------------ what the lead does


@pytest.mark.parametrize("word", RULES.values())
@pytest.mark.parametrize("rule", RULES)
def test_the_stop_rule_stops_and_nothing_else_does(api: Api, rule: str, word: str) -> None:
    """stop_lead_settings: a reply, a click or an open, of that lead alone."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1), settings={"stop_lead_settings": rule})
    until(api, "02 12:00")
    stops = RULES[rule] == word
    assert react(api, campaign_id, "a", word).get("stopped", 0) == stops
    assert status(api, campaign_id, "a") == ("STOPPED" if stops else "INPROGRESS")
    assert rest(api, campaign_id) == ["03 09:00 a#2"] * (not stops) + ["03 09:10 b#2"]


@pytest.mark.parametrize("word", ["reply-interested", "reply-not-interested", "colleague-reply", "forward-reply",
                                  "unknown-reply", "ooo"])  # fmt: skip
def test_every_kind_of_reply_stops(api: Api, word: str) -> None:
    """A new campaign stops on replies, whoever writes them; an out-of-office answer is one."""
    campaign_id = launch(api, f"{word}@simulator.test", "b", sequence=steps(0, 1))
    until(api, "02 12:00")
    assert status(api, campaign_id, f"{word}@simulator.test") == "STOPPED"
    assert rest(api, campaign_id) == ["03 09:10 b#2"]


def test_a_reply_after_the_last_step_leaves_the_lead_completed(api: Api) -> None:
    """There is nothing to stop."""
    campaign_id = launch(api, "a", "b", sequence=steps(0))
    until(api, "02 12:00")
    assert react(api, campaign_id, "a", "reply") == {"replied": 1}
    assert status(api, campaign_id, "a") == "COMPLETED"


def test_a_reply_stops_a_paused_lead(api: Api) -> None:
    """So that it cannot be resumed; one that has unsubscribed stays PAUSED."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1))
    until(api, "02 12:00")
    for lead, action in (("a", "pause"), ("b", "unsubscribe")):
        ok(api.post(f"{of_lead(api, campaign_id, lead)}/{action}"))
        react(api, campaign_id, lead, "reply")
        ok(api.post(f"{of_lead(api, campaign_id, lead)}/resume", {}))
    assert [status(api, campaign_id, lead) for lead in "ab"] == ["STOPPED", "PAUSED"]
    assert rest(api, campaign_id) == []


def test_a_reply_pauses_the_domain_if_asked_to(api: Api) -> None:
    """Leads at exactly that domain, in this campaign only; who has finished stays as it is."""
    settings = {"auto_pause_domain_leads_on_reply": True}
    same = [f"{name}@one.example" for name in "abde"]
    leads = [*same[:2], "c@sub.one.example", *same[2:], "f@one.example.org"]
    campaign_id = launch(api, *leads, sequence=steps(0, 1), settings=settings, max_new_leads_per_day=4)
    other_id = launch(api, *leads[:2], sequence=steps(0, 1))
    until(api, "02 12:00")
    ok(api.patch(f"{of_lead(api, campaign_id, leads[3])}/status", {"status": "COMPLETED"}))
    assert react(api, campaign_id, leads[0], "reply") == {"replied": 1, "stopped": 1, "paused": 2}
    found = [status(api, campaign_id, lead) for lead in leads]
    assert found == ["STOPPED", "PAUSED", "INPROGRESS", "COMPLETED", "PAUSED", "STARTED"]
    assert rest(api, campaign_id) == ["03 09:00 f", "03 09:20 c#2", "04 09:00 f#2"]
    assert len(timeline(api, other_id)) == 4


def test_who_replies_is_not_paused_with_the_domain(api: Api) -> None:
    """Where the stop rule lets it go on, it does."""
    settings = {"auto_pause_domain_leads_on_reply": True, "stop_lead_settings": "CLICK_ON_A_LINK"}
    campaign_id = launch(api, "a@one.example", "b@one.example", sequence=steps(0, 1), settings=settings)
    until(api, "02 12:00")
    assert react(api, campaign_id, "a@one.example", "reply") == {"replied": 1, "paused": 1}
    assert rest(api, campaign_id) == ["03 09:00 a#2"]


def test_a_reply_pauses_the_domain_from_that_moment_on(api: Api) -> None:
    """Within one move of the clock: neither the follow-up nor the first mail that would come next is sent."""
    leads = ["reply@simulator.test", "silent@simulator.test", "silent+late@simulator.test"]
    settings = {"auto_pause_domain_leads_on_reply": True}
    campaign_id = launch(api, *leads, sequence=steps(0, 1), settings=settings, min_time_btw_emails=30)
    assert until(api, "05 00:00") == {"sent": 2, "replied": 1, "stopped": 1, "paused": 2}
    assert [status(api, campaign_id, lead) for lead in leads] == ["STOPPED", "PAUSED", "PAUSED"]


def test_a_reply_leaves_the_domain_alone_unless_asked_to(api: Api) -> None:
    """auto_pause_domain_leads_on_reply is off on a new campaign."""
    campaign_id = launch(api, "a@one.example", "b@one.example", sequence=steps(0, 1))
    until(api, "02 12:00")
    assert react(api, campaign_id, "a@one.example", "reply") == {"replied": 1, "stopped": 1}
    assert rest(api, campaign_id) == ["03 09:10 b#2"]


@pytest.mark.parametrize(("settings", "events", "mail", "category"), [
    ({}, {"replied", "stopped"}, None, None),
    ({"ignoreOOOasReply": True}, set(), "03 09:00 a#2", None),
    ({"autoReactivateOOO": True}, {"replied"}, "03 09:00 a#2", None),
    ({"autoReactivateOOO": True, "reactivateOOOwithDelay": 3}, {"replied"}, "05 12:00 a#2", None),
    ({"autoReactivateOOO": True, "reactivateOOOwithDelay": "7", "ignoreOOOasReply": True}, set(), "09 12:00 a#2", None),
    ({"autoCategorizeOOO": True}, {"replied", "categorised", "stopped"}, None, 6),
    ({"autoCategorizeOOO": True, "ignoreOOOasReply": True}, {"categorised"}, "03 09:00 a#2", 6),
])  # fmt: skip
def test_out_of_office_answers_follow_their_settings(
    api: Api, settings: dict[str, Any], events: set[str], mail: str | None, category: int | None
) -> None:
    """A reply like others, none, one after which the lead goes on (after a delay from then), or one with a category."""
    campaign_id = launch(api, "a", sequence=steps(0, 1), settings={OOO: settings})
    until(api, "02 12:00")
    assert react(api, campaign_id, "a", "ooo") == dict.fromkeys({"out_of_office", *events}, 1)
    assert api.row(campaign_id, address("a"))["lead_category_id"] == category
    assert rest(api, campaign_id) == ([] if mail is None else [mail])


@pytest.mark.parametrize(("allowed", "found"), [([], 1), ([1, 2], 1), ([3], None)])
def test_the_ai_chooses_among_the_categories_that_it_may(api: Api, allowed: list[int], found: int | None) -> None:
    """ai_categorisation_options; none listed = all. What a test says itself is no guess."""
    settings = {"ai_categorisation_options": allowed, OOO: {"autoCategorizeOOO": True}}
    campaign_id = launch(api, "a", "b", "c", sequence=steps(0, 1), settings=settings)
    until(api, "02 12:00")
    react(api, campaign_id, "a", "reply-interested")
    react(api, campaign_id, "b", "reply-interested", category="Wrong Person")
    react(api, campaign_id, "c", "ooo")
    categories = [api.row(campaign_id, address(lead))["lead_category_id"] for lead in "abc"]
    assert categories == [found, 7, None if allowed else 6]


@pytest.mark.parametrize(("word", "setting"), [
    ("open", "DONT_TRACK_EMAIL_OPEN"), ("click", "DONT_TRACK_LINK_CLICK"), ("reply", "DONT_TRACK_REPLY_TO_AN_EMAIL"),
])  # fmt: skip
def test_what_is_not_tracked_does_not_happen(api: Api, word: str, setting: str) -> None:
    """It stops nobody either; what the other words name is tracked."""
    rule = next(rule for rule, of in RULES.items() if of == word)
    leads = [f"{one}@simulator.test" for one in RULES.values()]
    settings = {"track_settings": [setting], "stop_lead_settings": rule}
    campaign_id = launch(api, *leads, sequence=steps(0, 9), settings=settings)
    events = until(api, "03 00:00")
    expected = {"open": "opened", "click": "clicked", "reply": "replied"}
    assert events == {"sent": 3, **{name: 1 for one, name in expected.items() if one != word}}
    body = {"campaign_id": campaign_id, "email": leads[0], "type": word}
    assert api.control("POST", "/events", body).status_code == 409


def test_a_soft_bounce_goes_on_and_a_hard_one_blocks(api: Api) -> None:
    """S1, S4; in this campaign only."""
    leads = ["soft-bounce@simulator.test", "bounce@simulator.test"]
    campaign_id = launch(api, *leads, sequence=steps(0, 1))
    other_id = launch(api, leads[1], start=False)
    assert until(api, "02 12:00") == {"sent": 2, "bounced": 2}
    assert [status(api, campaign_id, lead) for lead in leads] == ["INPROGRESS", "BLOCKED"]
    assert rest(api, campaign_id) == ["03 09:00 soft-bounce#2"]
    assert status(api, other_id, leads[1]) == "STARTED"


@pytest.mark.parametrize(("threshold", "count", "found"), [
    ("24.9", 4, "PAUSED"), ("25", 6, "PAUSED"), ("37.4", 8, "PAUSED"), ("37.5", 9, "ACTIVE"), (None, 9, "ACTIVE"),
])  # fmt: skip
def test_a_campaign_pauses_when_its_bounces_pass_the_threshold(
    api: Api, threshold: str | None, count: int, found: str
) -> None:
    """More than so many percent of its mails: here the bounces are 1 of 4, 2 of 6 and 3 of 8."""
    words = ["silent"] * 3 + ["bounce", "silent"] * 3
    leads = [f"{word}+{n}@simulator.test" for n, word in enumerate(words)]
    settings = {} if threshold is None else {"bounce_autopause_threshold": threshold}
    campaign_id = launch(api, *leads, sequence=steps(0, 1), settings=settings)
    until(api, "02 16:00")
    assert (len(timeline(api)), status(api, campaign_id)) == (count, found)


# ------------------------------------------------------------------------------------------ each setting matters


@pytest.mark.parametrize(("field", "a", "b"), [
    ("auto_pause_domain_leads_on_reply", True, False), ("bounce_autopause_threshold", "10", "90"),
    (f"{OOO}.ignoreOOOasReply", True, False), (f"{OOO}.autoReactivateOOO", True, False),
    (f"{OOO}.reactivateOOOwithDelay", 3, 5), (f"{OOO}.autoCategorizeOOO", True, False),
    ("ai_categorisation_options[]", [1], [3]), ("stop_on_reply", True, False),
])  # fmt: skip
def test_what_a_setting_says_shows_in_what_happens(client: TestClient, field: str, a: object, b: object) -> None:
    """Each setting that no operation shows."""
    leads = [f"{word}@simulator.test" for word in ("reply-interested", "silent", "ooo", "bounce")]

    def given(api: Api) -> None:
        freeze(api)
        launch(api, *leads, sequence=steps(0, 1), start=False)

    def then(api: Api) -> None:
        set_status(api, 1001, "START")
        until(api, "12 00:00")

    matters_later(client, "update_campaign_settings", field, a, b, given=given, then=then)

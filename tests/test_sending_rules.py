"""When which mail goes out, and from which mailbox: one test per rule (DESIGN §4 "Sending")."""

from __future__ import annotations

import pytest

from tests.conftest import Api
from tests.sending import (
    ALWAYS,
    WINDOW,
    box,
    equip,
    freeze,
    import_leads,
    launch,
    moment,
    ok,
    react,
    set_status,
    status,
    step,
    steps,
    timeline,
    until,
)


@pytest.fixture(autouse=True)
def _monday(api: Api) -> None:
    """Every test begins on Monday 2026-03-02 at 09:00 UTC, unless it sets another moment first."""
    freeze(api)


# ------------------------------------------------------------------------------------------ the window


def test_nothing_is_sent_before_the_hour_or_at_its_end(api: Api) -> None:
    """The window is [start_hour, end_hour)."""
    freeze(api, "02 07:00")
    launch(api, "a", "b", "c", "d", end_hour="09:30")
    until(api, "04 00:00")
    assert timeline(api) == ["02 09:00 a", "02 09:10 b", "02 09:20 c", "03 09:00 d"]


@pytest.mark.parametrize(("days", "found"), [
    ([3, 5], ["04 09:00 a", "06 09:00 b", "11 09:00 c"]), ([0], ["08 09:00 a", "15 09:00 b"]),
    ([7], ["08 09:00 a", "15 09:00 b"]), ([1], ["02 09:00 a", "09 09:00 b", "16 09:00 c"]),
])  # fmt: skip
def test_only_the_listed_days_are_used(api: Api, days: list[int], found: list[str]) -> None:
    """1 to 6 are Monday to Saturday, 0 and 7 both Sunday."""
    launch(api, "a", "b", "c", days_of_the_week=days, max_new_leads_per_day=1)
    until(api, "17 00:00")
    assert timeline(api) == found


def test_hours_and_days_are_those_of_the_zone(api: Api) -> None:
    """Nine in New York is 14:00 UTC, and 13:00 after the clock change of 8 March; its Sunday begins at 05:00 UTC."""
    launch(api, "a", "b", timezone="America/New_York", days_of_the_week=[1], max_new_leads_per_day=1)
    launch(api, "c", timezone="America/New_York", **{**ALWAYS, "days_of_the_week": [0]})
    until(api, "10 00:00")
    assert timeline(api) == ["02 14:00 a", "08 05:00 c", "09 13:00 b"]


@pytest.mark.parametrize(("start", "found"), [("04 10:30", "04 10:30 a"), ("06 17:00", "09 09:00 a")])
def test_nothing_is_sent_before_the_schedule_start_time(api: Api, start: str, found: str) -> None:
    """From then on the window counts as ever."""
    launch(api, "a", schedule_start_time=moment(start))
    until(api, "10 00:00")
    assert timeline(api) == [found]


# ------------------------------------------------------------------------------------------ gaps and caps


def test_the_gap_is_between_two_mails_of_a_mailbox_in_a_campaign(api: Api) -> None:
    """Two mailboxes send side by side, and so does one mailbox in two campaigns."""
    ann, bea = box(api, "ann"), box(api, "bea")
    launch(api, "a", "b", "c", "d", boxes=[ann, bea], min_time_btw_emails=25)
    launch(api, "e", "f", boxes=[ann])
    until(api, "03 00:00")
    assert timeline(api, boxes=True) == [
        "02 09:00 a ann", "02 09:00 b bea", "02 09:00 e ann", "02 09:10 f ann", "02 09:25 c ann", "02 09:25 d bea",
    ]  # fmt: skip


def test_the_mailbox_waits_between_any_two_of_its_mails(api: Api) -> None:
    """time_to_wait_in_mins holds across campaigns, where the longer of both waits counts."""
    ann = box(api, "ann", time_to_wait_in_mins=7)
    launch(api, "a", "b", boxes=[ann])
    launch(api, "c", "d", boxes=[ann], min_time_btw_emails=3)
    until(api, "03 00:00")
    assert timeline(api) == ["02 09:00 a", "02 09:07 c", "02 09:14 b", "02 09:21 d"]


def test_a_mailbox_sends_at_most_its_cap_a_day(api: Api) -> None:
    """max_email_per_day counts new leads and follow-ups together."""
    launch(api, "a", "b", "c", boxes=[box(api, max_email_per_day=2)], sequence=steps(0, 1))
    until(api, "07 00:00")
    assert timeline(api) == ["02 09:00 a", "02 09:10 b", "03 09:00 a#2", "03 09:10 b#2", "04 09:00 c", "05 09:00 c#2"]


def test_campaigns_share_the_cap_of_a_mailbox(api: Api) -> None:
    """What one has sent is gone for the other."""
    ann = box(api, "ann", max_email_per_day=3)
    launch(api, "a", "b", boxes=[ann])
    launch(api, "c", "d", boxes=[ann])
    until(api, "04 00:00")
    assert timeline(api) == ["02 09:00 a", "02 09:00 c", "02 09:10 b", "03 09:00 d"]


def test_the_cap_is_free_again_at_midnight_utc(api: Api) -> None:
    """Not at midnight of the campaign: 15:50 to 17:00 in Los Angeles is 23:50 to 01:00 UTC."""
    launch(
        api, "a", "b", "c", "d", boxes=[box(api, max_email_per_day=1)], timezone="America/Los_Angeles",
        start_hour="15:50", min_time_btw_emails=3,
    )  # fmt: skip
    until(api, "05 00:00")
    assert timeline(api) == ["02 23:50 a", "03 00:00 b", "04 00:00 c", "05 00:00 d"]


def test_the_number_of_new_leads_is_for_a_local_day(api: Api) -> None:
    """In Auckland the day begins at 11:00 UTC."""
    launch(api, "a", "b", "c", timezone="Pacific/Auckland", max_new_leads_per_day=1, **ALWAYS)
    until(api, "04 00:00")
    assert timeline(api) == ["02 09:00 a", "02 11:00 b", "03 11:00 c"]


def test_follow_ups_are_no_new_leads(api: Api) -> None:
    """max_new_leads_per_day holds first mails back only, over all mailboxes of the campaign together."""
    boxes = [box(api, "ann"), box(api, "bea")]
    launch(api, "a", "b", "c", boxes=boxes, sequence=steps(0, 1), max_new_leads_per_day=1)
    until(api, "06 00:00")
    assert timeline(api) == [
        "02 09:00 a", "03 09:00 a#2", "03 09:00 b", "04 09:00 b#2", "04 09:00 c", "05 09:00 c#2",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------ which mailbox


def test_new_leads_rotate_over_the_mailboxes(api: Api) -> None:
    """The one that has not sent in this campaign for longest is next; at first, the one that was attached first."""
    boxes = [box(api, name) for name in ("cay", "ann", "bea")]
    launch(api, "a", "b", "c", "d", boxes=boxes, max_new_leads_per_day=1)
    until(api, "06 00:00")
    assert timeline(api, boxes=True) == ["02 09:00 a cay", "03 09:00 b ann", "04 09:00 c bea", "05 09:00 d cay"]


def test_a_lead_stays_with_its_mailbox(api: Api) -> None:
    """Also while that one is used up for the day and another is free."""
    ann, bea = box(api, "ann", max_email_per_day=1), box(api, "bea")
    launch(api, "a", "b", "c", boxes=[ann, bea], sequence=steps(0, 0))
    until(api, "04 00:00")
    assert timeline(api, boxes=True) == [
        "02 09:00 a ann", "02 09:00 b bea", "02 09:10 b#2 bea",
        "02 09:20 c bea", "02 09:30 c#2 bea", "03 09:00 a#2 ann",
    ]  # fmt: skip


def test_provider_matching_is_a_preference(api: Api) -> None:
    """A free mailbox of the lead's provider goes first; when there is none, any other does."""
    boxes = [box(api, "smtp"), box(api, "gmail", type="GMAIL")]
    launch(
        api, "a@gmail.com", "b@gmail.com", "c@one.example", boxes=boxes, settings={"enable_ai_esp_matching": True}
    )  # fmt: skip
    launch(api, "d@gmail.com", "e@outlook.com", boxes=boxes)
    until(api, "03 00:00")
    assert timeline(api, boxes=True) == [
        "02 09:00 a gmail", "02 09:00 b smtp", "02 09:00 d smtp", "02 09:00 e gmail", "02 09:10 c smtp",
    ]  # fmt: skip


@pytest.mark.parametrize(("lead", "mailbox"), [
    ("a@hotmail.com", {"type": "OUTLOOK"}), ("a@outlook.com", {"smtp_host": "smtp.office365.com"}),
    ("a@zoho.com", {"smtp_host": "smtp.zoho.com"}), ("a@googlemail.com", {"smtp_host": "smtp.gmail.com"}),
])  # fmt: skip
def test_every_provider_is_matched(api: Api, lead: str, mailbox: dict[str, str]) -> None:
    """By the type of the mailbox, else by its mail server."""
    boxes = [box(api, "other"), box(api, "fit", **mailbox)]
    launch(api, lead, boxes=boxes, settings={"enable_ai_esp_matching": True})
    until(api, "03 00:00")
    assert timeline(api, boxes=True) == ["02 09:00 a fit"]


# ------------------------------------------------------------------------------------------ what goes first


def test_follow_ups_go_before_new_leads(api: Api) -> None:
    """They use up the cap first."""
    launch(api, "a", "b", "c", boxes=[box(api, max_email_per_day=1)], sequence=steps(0, 1))
    until(api, "08 00:00")
    assert timeline(api) == ["02 09:00 a", "03 09:00 a#2", "04 09:00 b", "05 09:00 b#2", "06 09:00 c"]


@pytest.mark.parametrize(("percentage", "third", "fourth", "fifth"), [
    (0, ["c", "d"], ["e", "f"], ["a#2", "b#2"]), (49, ["c", "d"], ["e", "f"], ["a#2", "b#2"]),
    (50, ["a#2", "c"], ["b#2", "d"], ["c#2", "e"]), (100, ["a#2", "b#2"], ["c", "d"], ["c#2", "d#2"]),
])  # fmt: skip
def test_follow_ups_take_at_most_their_share_while_new_leads_wait(
    api: Api, percentage: int, third: list[str], fourth: list[str], fifth: list[str]
) -> None:
    """floor(cap × follow_up_percentage / 100) of a mailbox a day; afterwards there is no limit."""
    settings = {"follow_up_percentage": percentage}
    ann = box(api, max_email_per_day=2)
    launch(api, "a", "b", "c", "d", "e", "f", boxes=[ann], sequence=steps(0, 1), settings=settings)
    until(api, "14 00:00")
    found = timeline(api)
    assert [line[9:] for line in found if line[:2] in ("03", "04", "05")] == third + fourth + fifth
    assert len(found) == 12


def test_follow_ups_are_free_when_no_new_lead_can_be_mailed_today(api: Api) -> None:
    """Once the day has had its new leads, follow-ups go out whatever their share."""
    settings = {"follow_up_percentage": 0}
    launch(api, "a", "b", "c", sequence=steps(0, 1), settings=settings, max_new_leads_per_day=1)
    until(api, "05 00:00")
    assert timeline(api) == ["02 09:00 a", "03 09:00 b", "03 09:10 a#2", "04 09:00 c", "04 09:10 b#2"]


def test_only_follow_ups_count_for_their_share(api: Api) -> None:
    """New leads that the mailbox has mailed on the same day do not."""
    freeze(api, "02 12:00")
    ann, settings = box(api, max_email_per_day=4), {"follow_up_percentage": 50}
    campaign_id = launch(api, "a", boxes=[ann], sequence=steps(0, 1), settings=settings, min_time_btw_emails=60)
    until(api, "03 00:00")
    import_leads(api, campaign_id, "b", "c", "d", "e")
    until(api, "04 00:00")
    assert timeline(api)[1:] == ["03 09:00 b", "03 10:00 c", "03 11:00 d", "03 12:00 a#2"]


def test_at_one_moment_the_order_is_due_time_then_campaign_then_row(api: Api) -> None:
    """The lead that came first, then the older campaign, then the smaller map id."""
    freeze(api, "02 07:00")
    ann = box(api, time_to_wait_in_mins=5)
    older, newer = launch(api, boxes=[ann]), launch(api, "first", boxes=[ann])
    until(api, "02 08:00")
    import_leads(api, newer, "b")
    import_leads(api, older, "z", "a")
    until(api, "03 00:00")
    assert timeline(api) == ["02 09:00 first", "02 09:05 z", "02 09:10 b", "02 09:15 a"]


def test_follow_ups_of_one_moment_have_the_same_order(api: Api) -> None:
    """Mailed on a Friday, all are overdue on Monday; the mailbox can send one at a time only."""
    freeze(api, "06 09:00")
    ann = box(api)
    older = launch(api, boxes=[ann], sequence=steps(0, 1))
    newer = launch(api, "b", boxes=[ann], sequence=steps(0, 1))
    for campaign_id, lead, to in ((older, "a", "06 09:05"), (newer, "c", "06 09:20"), (older, "d", "06 12:00")):
        import_leads(api, campaign_id, lead)
        until(api, to)
    assert timeline(api) == ["06 09:00 a", "06 09:00 b", "06 09:10 c", "06 09:20 d"]
    ok(api.post(f"/email-accounts/{ann}", {"time_to_wait_in_mins": 20}))
    until(api, "10 00:00")
    assert timeline(api)[4:] == ["09 09:00 a#2", "09 09:20 b#2", "09 09:40 c#2", "09 10:00 d#2"]


def test_reactions_go_before_mails(api: Api) -> None:
    """A reply at the very moment of the follow-up stops it."""
    campaign_id = launch(api, "reply+after-1d@simulator.test", "silent@simulator.test", sequence=steps(0, 1))
    until(api, "04 00:00")
    assert timeline(api) == ["02 09:00 reply+after-1d", "02 09:10 silent", "03 09:10 silent#2"]
    assert status(api, campaign_id, "reply+after-1d@simulator.test") == "STOPPED"


# ------------------------------------------------------------------------------------------ the delay of steps


def test_the_delay_counts_whole_days_from_the_mail_before(api: Api) -> None:
    """24 hours each; outside the window the next opening is used, and 0 means as soon as the gap allows."""
    freeze(api, "05 15:00")
    launch(api, "a", sequence=steps(0, 2, 0, 1))
    until(api, "12 00:00")
    assert timeline(api) == ["05 15:00 a", "09 09:00 a#2", "09 09:10 a#3", "10 09:10 a#4"]


def test_the_delay_of_the_first_step_does_not_count(api: Api) -> None:
    """It is days after the step before, and there is none."""
    launch(api, "a", sequence=[step(1, 3), step(2, 1)])
    until(api, "04 00:00")
    assert timeline(api) == ["02 09:00 a", "03 09:00 a#2"]


def test_step_numbers_may_have_holes(api: Api) -> None:
    """The next higher number follows."""
    launch(api, "a", sequence=[step(7, 1), step(2), step(4, 1)])
    until(api, "06 00:00")
    assert timeline(api) == ["02 09:00 a#2", "03 09:00 a#4", "04 09:00 a#7"]


def test_steps_that_are_added_reach_leads_on_their_way(api: Api) -> None:
    """Saved while the campaign is paused; a lead that has finished stays so."""
    campaign_id = launch(api, "a", "b", sequence=steps(0, 1), max_new_leads_per_day=1)
    until(api, "03 12:00")
    set_status(api, campaign_id, "PAUSED")
    ok(api.post(f"/campaigns/{campaign_id}/sequences", {"sequences": steps(0, 1, 1)}))
    set_status(api, campaign_id, "START")
    until(api, "12 00:00")
    assert timeline(api)[2:] == ["03 09:10 b", "04 09:10 b#2", "05 09:10 b#3"]


def test_changes_of_a_running_campaign_take_effect_at_once(api: Api) -> None:
    """Its schedule, its settings, and the cap of its mailbox."""
    ann = box(api, max_email_per_day=1)
    settings = {"follow_up_percentage": 0}
    campaign_id = launch(api, "a", "b", "c", "d", boxes=[ann], sequence=steps(0, 1), settings=settings)
    until(api, "03 12:00")
    ok(api.post(f"/email-accounts/{ann}", {"max_email_per_day": 3}))
    until(api, "03 12:05")
    ok(api.post(f"/campaigns/{campaign_id}/settings", {"follow_up_percentage": 100}))
    ok(api.post(f"/campaigns/{campaign_id}/schedule", {**WINDOW, "start_hour": "11:00"}))
    until(api, "05 00:00")
    assert timeline(api)[1:4] == ["03 09:00 b", "03 12:00 c", "03 12:10 a#2"]
    assert timeline(api)[4:] == ["04 11:00 b#2", "04 11:10 d", "04 12:00 c#2"]


def test_a_campaign_that_is_started_first_of_all_waits_for_leads(api: Api) -> None:
    """A lead is due from the moment of its import."""
    campaign_id = equip(api, api.campaign())
    assert until(api, "04 10:15") == {}
    import_leads(api, campaign_id, "a")
    until(api, "05 00:00")
    assert timeline(api) == ["04 10:15 a"]
    assert react(api, campaign_id, "a", "reply")["replied"] == 1


# ------------------------------------------------------------------------------------------ mailboxes that are gone


def suspend(api: Api, campaign_id: int, account_id: int) -> None:
    """Suspend a mailbox."""
    ok(api.post(f"/email-accounts/{account_id}", {"is_suspended": True}))


def detach(api: Api, campaign_id: int, account_id: int) -> None:
    """Take a mailbox out of a campaign."""
    ok(api.delete(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id]}))


def delete(api: Api, campaign_id: int, account_id: int) -> None:
    """Delete a mailbox."""
    ok(api.delete(f"/email-accounts/{account_id}"))


@pytest.mark.parametrize("end", [suspend, detach, delete])
def test_a_mailbox_that_is_gone_sends_nothing(api: Api, end: object) -> None:
    """New leads go to the others; a follow-up waits for its own mailbox."""
    ann, bea = box(api, "ann"), box(api, "bea")
    campaign_id = launch(api, "a", "b", boxes=[ann, bea], sequence=steps(0, 1))
    until(api, "02 12:00")
    assert callable(end)
    end(api, campaign_id, ann)
    import_leads(api, campaign_id, "c")
    until(api, "20 00:00")
    assert timeline(api, boxes=True)[2:] == ["02 12:00 c bea", "03 09:00 b#2 bea", "03 12:00 c#2 bea"]
    assert status(api, campaign_id, "a") == "INPROGRESS"
    assert status(api, campaign_id) == "ACTIVE"


def test_a_mailbox_that_comes_back_goes_on(api: Api) -> None:
    """Its follow-ups, which are overdue by then, go out at once; a suspension that ends does the same."""
    ann, bea = box(api, "ann"), box(api, "bea")
    campaign_id = launch(api, "a", "b", boxes=[ann, bea], sequence=steps(0, 1))
    until(api, "02 12:00")
    detach(api, campaign_id, ann)
    suspend(api, campaign_id, bea)
    until(api, "05 10:00")
    ok(api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [ann]}))
    until(api, "05 11:00")
    ok(api.post(f"/email-accounts/{bea}", {"is_suspended": False}))
    until(api, "06 00:00")
    assert timeline(api, boxes=True)[2:] == ["05 10:00 a#2 ann", "05 11:00 b#2 bea"]


def test_the_gap_outlives_detaching(api: Api) -> None:
    """min_time_btw_emails is between two mails of a mailbox in a campaign, whatever happened in between."""
    ann, bea = box(api, "ann"), box(api, "bea")
    campaign_id = launch(api, "a", "b", boxes=[ann, bea], sequence=steps(0, 9), min_time_btw_emails=60)
    until(api, "02 09:10")
    detach(api, campaign_id, ann)
    ok(api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [ann]}))
    import_leads(api, campaign_id, "c")
    until(api, "03 00:00")
    assert timeline(api)[2:] == ["02 10:00 c"]

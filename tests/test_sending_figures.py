"""What lists, exports and look-ups show of the mails and of what recipients did."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.matters import matters
from tests.sending import address, box, freeze, launch, moment, of_lead, ok, react, steps, timeline, until

#: one lead for each thing that a recipient does, and one who is never mailed
LEADS = ["opened", "clicked", "replied", "bounced", "gone", "silent", "waiting"]
WORDS = {"opened": "open", "clicked": "click", "replied": "reply", "bounced": "bounce", "gone": "unsubscribe"}


@pytest.fixture(autouse=True)
def _monday(api: Api) -> None:
    """Every test begins on Monday 2026-03-02 at 09:00 UTC."""
    freeze(api)


def eventful(api: Api) -> int:
    """Six of seven leads have had step 1 on Monday at 09:00, 09:10, …; at 12:00, 13:00, … five of them react."""
    campaign_id = launch(api, *LEADS, sequence=steps(0, 1, 9), max_new_leads_per_day=6)
    until(api, "02 12:00")
    for hour, (lead, word) in enumerate(WORDS.items(), 12):
        until(api, f"02 {hour}:00")
        react(api, campaign_id, lead, word)
    react(api, campaign_id, "replied", "open")
    return campaign_id


def found(api: Api, campaign_id: int, **filters: Any) -> list[str]:
    """The leads that a filter finds."""
    return [row["lead"]["email"].partition("@")[0] for row in api.rows(campaign_id, **filters)]


@pytest.mark.parametrize(("word", "leads"), [
    ("is_sent", LEADS[:6]), ("is_opened", ["opened", "replied"]), ("is_clicked", ["clicked"]),
    ("is_replied", ["replied"]), ("is_bounced", ["bounced"]), ("is_unsubscribed", ["gone"]),
    ("not_replied", ["opened"]), ("is_spam", []), ("Opened", ["opened", "replied"]),
    ("is_accepted", [name for name in LEADS[:6] if name != "bounced"]),
])  # fmt: skip
def test_leads_are_found_by_what_happened(api: Api, word: str, leads: list[str]) -> None:
    """emailStatus, in the list of a campaign and in that of the account; not_replied = opened without an answer."""
    campaign_id = eventful(api)
    assert found(api, campaign_id, emailStatus=word) == leads
    page = ok(api.get("/leads/all", params={"emailStatus": word, "campaignId": campaign_id}))
    assert [row["email"] for row in page["data"]["leads"]] == list(map(address, leads))


@pytest.mark.parametrize(("name", "after", "leads"), [
    ("last_sent_time_gt", "02 09:20", LEADS[3:6]), ("last_sent_time_gt", "02 09:50", []),
    ("last_sent_time_gt", "01 00:00", LEADS[:6]),
    ("event_time_gt", "02 09:50", LEADS[:5]), ("event_time_gt", "02 14:00", ["replied", "bounced", "gone"]),
    ("event_time_gt", "02 15:00", ["replied", "gone"]), ("event_time_gt", "02 16:00", []),
])  # fmt: skip
def test_leads_are_found_by_time(api: Api, name: str, after: str, leads: list[str]) -> None:
    """Of the last mail, and of the last thing that happened, a mail or a reaction: later than the moment given."""
    assert found(api, eventful(api), **{name: moment(after)}) == leads


@pytest.mark.parametrize(("number", "leads"), [
    (1, ["replied", "bounced", "gone", "waiting"]), (2, ["opened", "clicked", "silent"]), (3, []),
])  # fmt: skip
def test_leads_are_found_by_their_last_step(api: Api, number: int, leads: list[str]) -> None:
    """email_sequence_number."""
    campaign_id = eventful(api)
    until(api, "04 00:00")
    assert found(api, campaign_id, email_sequence_number=number) == leads


def test_filters_hold_together(api: Api) -> None:
    """All that are given."""
    campaign_id = eventful(api)
    assert found(api, campaign_id, emailStatus="is_opened", status="STOPPED") == ["replied"]
    assert found(api, campaign_id, emailStatus="is_opened", last_sent_time_gt=moment("02 09:10")) == ["replied"]
    assert found(api, campaign_id, emailStatus="is_sent", event_time_gt=moment("02 14:00"), status="PAUSED") == ["gone"]


def test_the_export_counts_what_recipients_did(api: Api) -> None:
    """Every open, click and reply, and the last step sent."""
    campaign_id = eventful(api)
    for word in ("open", "open", "click", "reply"):
        react(api, campaign_id, "opened", word)
    rows = list(csv.DictReader(api.get(f"/campaigns/{campaign_id}/leads-export").text.splitlines()))
    names = ("open_count", "click_count", "reply_count", "last_email_sequence_sent", "status")
    shown = {row["email"].partition("@")[0]: " ".join(row[name] or "-" for name in names) for row in rows}
    assert shown == {
        "opened": "3 1 1 1 STOPPED", "clicked": "0 1 0 1 INPROGRESS", "replied": "1 0 1 1 STOPPED",
        "bounced": "0 0 0 1 BLOCKED", "gone": "0 0 0 1 PAUSED", "silent": "0 0 0 1 INPROGRESS",
        "waiting": "0 0 0 - STARTED",
    }  # fmt: skip


def test_a_lead_shows_when_it_was_mailed_answered_and_last_did_something(api: Api) -> None:
    """In the look-up by address, for each of its campaigns."""
    campaign_id = eventful(api)
    launch(api, "replied", start=False)

    def times(lead: str) -> list[list[str | None]]:
        shown = ok(api.get("/leads/", params={"email": address(lead)}))["lead_campaign_data"]
        return [[one[f"last_{name}_at"] for name in ("sent", "reply", "activity")] for one in shown]

    def at(*texts: str | None) -> list[str | None]:
        return [text and moment(text).replace("Z", ".000Z") for text in texts]

    assert times("silent") == [at("02 09:50", None, "02 09:50")]
    assert times("opened") == [at("02 09:00", None, "02 12:00")]
    assert times("replied") == [at("02 09:20", "02 14:00", "02 16:00"), at(None, None, None)]
    assert times("waiting") == [at(None, None, None)]
    until(api, "03 12:00")
    react(api, campaign_id, "opened", "reply")
    assert times("opened") == [at("03 09:00", "03 12:00", "03 12:00")]


def test_the_list_of_all_leads_shows_the_last_mail(api: Api) -> None:
    """Number and time of the last step that was sent."""
    campaign_id = eventful(api)
    until(api, "04 00:00")
    shown = {row["email"]: row["campaigns"][0] for row in ok(api.get("/leads/global-leads"))["data"]}
    for lead, step, at in (("opened", 2, "03 09:00"), ("gone", 1, "02 09:40")):
        row = shown[address(lead)]
        assert (row["campaign_id"], row["lead_last_seq_number"]) == (campaign_id, step)
        assert row["latest_sent_time"] == moment(at).replace("Z", ".000Z")


def test_figures_end_with_the_row(api: Api) -> None:
    """A lead that is withdrawn and added again has had no mail."""
    campaign_id = eventful(api)
    ok(api.delete(of_lead(api, campaign_id, "opened")))
    api.add(campaign_id, address("opened"))
    assert found(api, campaign_id, emailStatus="is_opened") == ["replied"]
    until(api, "03 12:00")
    assert [line for line in timeline(api, campaign_id) if "opened" in line] == ["02 09:00 opened", "03 09:20 opened"]


def test_daily_sent_count_follows_the_mails_and_begins_anew_at_midnight_utc(api: Api) -> None:
    """In the list, in the mailbox and in the campaign."""
    ann = box(api, "ann")
    campaign_id = launch(api, "a", "b", "c", boxes=[ann], max_new_leads_per_day=2)

    def counts() -> list[int]:
        paths = ("/email-accounts/", f"/campaigns/{campaign_id}/email-accounts")
        rows = [*(api.get(path).json()[0] for path in paths), api.get(f"/email-accounts/{ann}").json()]
        return [row["daily_sent_count"] for row in rows]

    seen = [counts()]
    for to in ("02 09:05", "02 23:59", "03 00:00", "03 10:00"):
        until(api, to)
        seen.append(counts())
    assert seen == [[0] * 3, [1] * 3, [2] * 3, [0] * 3, [1] * 3]


@pytest.mark.parametrize(("field", "a", "b"), [
    ("event_time_gt", moment("02 12:00"), moment("02 15:00")), ("emailStatus", "is_opened", "is_replied"),
    ("last_sent_time_gt", moment("02 09:10"), moment("02 09:40")),
])  # fmt: skip
def test_each_filter_matters(client: TestClient, field: str, a: str, b: str) -> None:
    """Two values find different leads."""

    def given(api: Api) -> None:
        freeze(api)
        eventful(api)

    matters(client, "list_leads_by_campaign", field, a, b, given=given)

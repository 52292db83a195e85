"""Every parameter of the figures has an effect, and every event shows in the fields that tell of it and in no other."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Api
from tests.fields import shapes
from tests.matters import matters
from tests.sending import (
    ALWAYS,
    Json,
    address,
    box,
    equip,
    freeze,
    mails,
    moment,
    of_lead,
    ok,
    react,
    step,
    steps,
    until,
    variants,
)

CAMPAIGN = "/campaigns/1001"
DAYS = {"start_date": "2026-03-02", "end_date": "2026-03-03"}


def mailed(api: Api, *sequence: Json) -> None:
    """Campaign 1001 of client 22 in UTC: three leads got step 1 on Monday at 09:00 to 09:20, and step 2 a day later.

    The first one opened its mails at 12:00; the second one's mail bounced softly. There are two mailboxes.
    """
    freeze(api)
    boxes = [box(api, "ann"), box(api, "bob")]
    how = {**ALWAYS, "settings": {"stop_lead_settings": "CLICK_ON_A_LINK"}}
    equip(api, api.campaign(client_id=22), "ada", "bea", "cid", boxes=boxes, sequence=sequence or steps(0, 1), **how)
    until(api, "02 12:00")
    react(api, 1001, "ada", "open")
    react(api, 1001, "bea", "soft-bounce")
    until(api, "03 12:00")
    react(api, 1001, "ada", "open")


@pytest.mark.parametrize(("field", "a", "b"), [
    ("offset", 0, 1), ("limit", 1, 2), ("email_sequence_number", "1", "2"), ("email_sequence_number", "1", "1,2"),
    ("email_status", "opened", "clicked"), ("email_status", "opened", "bounced"),
    ("sent_time_start_date", moment("02 09:10"), moment("02 09:11")),
    ("sent_time_start_date", "2026-03-02", "2026-03-03"),
    ("sent_time_end_date", moment("02 09:10"), moment("02 09:09")),
    ("sent_time_end_date", "2026-03-02", "2026-03-04"),
])  # fmt: skip
def test_which_mails_are_shown(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Pages and filters."""
    matters(client, "get_campaign_statistics", field, a, b, given=mailed)


@pytest.mark.parametrize(("field", "a", "b"), [
    ("offset", 0, 1), ("limit", 1, 2), ("event_time_gt", "2026-03-02", "2026-03-03"),
    ("event_time_gt", "2026-03-03", "2026-03-04"),
])  # fmt: skip
def test_which_leads_are_shown(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Pages, and how late the messages are."""
    matters(client, "get_campaign_leads_statistics", field, a, b, given=mailed)


@pytest.mark.parametrize(("field", "a", "b"), [
    ("client_id", 22, 23), ("offset", 0, 1), ("limit", 1, 2), ("start_date", "2026-03-02", "2026-03-03"),
    ("end_date", "2026-03-02", "2026-03-03"), ("time_zone", "UTC", "Pacific/Honolulu"),
])  # fmt: skip
def test_which_mailboxes_are_shown(client: TestClient, field: str, a: Any, b: Any) -> None:
    """Pages, the client, and days in a zone: at 09:00 UTC it is still the day before in Honolulu."""
    query = DAYS if field in ("start_date", "end_date", "time_zone") else {}
    matters(client, "get_campaign_mailbox_statistics", field, a, b, given=mailed, query=query)


@pytest.mark.parametrize(
    "operation",
    ["get_campaign_analytics_by_date", "get_campaign_top_level_analytics_by_date", "get_campaign_sequence_analytics"],
)
@pytest.mark.parametrize(("field", "a", "b"), [
    ("start_date", "2026-03-02", "2026-03-03"), ("end_date", "2026-03-02", "2026-03-03"),
    ("time_zone", "UTC", "Pacific/Honolulu"),
])  # fmt: skip
def test_which_days_count(client: TestClient, operation: str, field: str, a: str, b: str) -> None:
    """Both ends, and the zone where there is one: at 09:00 UTC it is still Sunday in Honolulu."""
    if field in shapes()[operation].inputs:
        matters(client, operation, field, a, b, given=mailed, query=DAYS)
    else:
        assert (operation, field) == ("get_campaign_top_level_analytics_by_date", "time_zone")


@pytest.mark.parametrize(("field", "a", "b"), [
    ("start_date", "2026-03-02 09:10:00", "2026-03-02 09:10:01"),
    ("end_date", "2026-03-02 09:10:00", "2026-03-02 09:09:59"),
])  # fmt: skip
def test_which_seconds_count(client: TestClient, field: str, a: str, b: str) -> None:
    """A mail was sent at 09:10:00."""
    query = {"start_date": "2026-03-02 09:00:00", "end_date": "2026-03-02 10:00:00"}
    matters(client, "get_campaign_sequence_analytics", field, a, b, given=mailed, query=query)


def test_the_client_of_a_campaign(api: Api) -> None:
    """What is another client's is not found."""
    mailed(api)
    assert [api.get(f"{CAMPAIGN}/analytics", params={"client_id": one}).status_code for one in (22, 23)] == [200, 404]


# ------------------------------------------------------------------------------------------------ events and fields


def served(api: Api) -> Json:
    """All figures of the campaign, by name."""
    found: Json = {
        name: ok(api.get(f"{CAMPAIGN}/{name}", params=DAYS if "date" in name or name == "sequence-analytics" else {}))
        for name in (
            "analytics", "analytics-by-date", "top-level-analytics-by-date", "sequence-analytics", "mailbox-statistics",
            "variant-statistics", "statistics", "leads-statistics",
        )
    }  # fmt: skip
    export = csv.DictReader(api.get(f"{CAMPAIGN}/leads-export").text.splitlines())
    return {**found, "leads-export": list(export)}


def leaves(value: Any, place: str = "") -> dict[str, Any]:
    """Every value that is no container, by where it stands."""
    if isinstance(value, dict):
        return {at: one for name in value for at, one in leaves(value[name], f"{place} {name}").items()}
    if isinstance(value, list):
        return {at: one for n, entry in enumerate(value) for at, one in leaves(entry, f"{place} {n}").items()}
    return {place.strip(): value}


def changed(api: Api, happen: Callable[[], object]) -> dict[str, tuple[Any, Any]]:
    """What something changes in the figures."""
    before = leaves(served(api))
    happen()
    after = leaves(served(api))
    return {at: (before.get(at), after.get(at)) for at in {**before, **after} if before.get(at) != after.get(at)}


#: of the second lead, which has got step 1 and step 2, from the second mailbox: what a reaction to step 1 changes
PLACES = (
    "analytics", "analytics-by-date", "top-level-analytics-by-date", "sequence-analytics data 0",
    "mailbox-statistics data 1", "variant-statistics data 1", "leads-export 1",
)  # fmt: skip
MAIL = "statistics data 1"
NOON = moment("03 12:00").replace("Z", ".000Z")


def world_of_variants(api: Api) -> None:
    """As `mailed`, with two variants of step 1."""
    mailed(api, step(1, variant_distribution_type="MANUAL_EQUAL", seq_variants=variants(None, None)), step(2, 1))


def counted(name: str, count: int, of_step: int = 0) -> dict[str, tuple[Any, Any]]:
    """A count that every view has goes up by one: from `count`, that of the step from `of_step`, others from 0."""
    texts = ("analytics", "analytics-by-date", "top-level-analytics-by-date")
    found: dict[str, tuple[Any, Any]] = {f"{place} {name}": (str(count), str(count + 1)) for place in texts}
    found |= {f"{PLACES[3]} {name}": (of_step, of_step + 1), f"{PLACES[6]} {name}": ("0", "1")}
    return found | {f"{place} {name}": (0, 1) for place in PLACES[4:6]}


def unique(name: str, count: int) -> dict[str, tuple[Any, Any]]:
    """A count of leads goes up by one."""
    return {f"{place} {name}": (str(count), str(count + 1)) for place in PLACES[:3]}


@pytest.mark.parametrize(("word", "expected"), [
    ("open", counted("open_count", 2, 1) | unique("unique_open_count", 1)
     | {f"{MAIL} open_time": (None, NOON), f"{MAIL} open_count": (0, 1), f"{MAIL} is_opened": (False, True),
        "leads-statistics data 1 history 0 open_count": (0, 1)}),
    ("click", counted("click_count", 0) | unique("unique_click_count", 0)
     | {f"{MAIL} click_time": (None, NOON), f"{MAIL} click_count": (0, 1), f"{MAIL} is_clicked": (False, True),
        "leads-statistics data 1 history 0 click_count": (0, 1)}),
])  # fmt: skip
def test_an_open_and_a_click_show_in_their_fields_alone(
    api: Api, word: str, expected: dict[str, tuple[Any, Any]]
) -> None:
    """Of the mail of step 1, though the lead has had step 2: everywhere where this mail counts, and nowhere else."""
    world_of_variants(api)
    assert changed(api, lambda: react(api, 1001, "bea", word, step=1)) == expected


def test_a_second_open_counts_but_changes_no_time(api: Api) -> None:
    """No lead more has opened a mail."""
    world_of_variants(api)
    react(api, 1001, "bea", "open", step=1)
    until(api, "03 13:00")
    found = changed(api, lambda: react(api, 1001, "bea", "open", step=1))
    assert {place.rpartition(" ")[2] for place in found} == {"open_count"}
    assert found[f"{MAIL} open_count"] == (1, 2)


def test_a_reply_and_a_positive_one(api: Api) -> None:
    """The first answer of a mail counts, later ones only show in the history; the category counts when it is given."""
    world_of_variants(api)
    found = changed(api, lambda: react(api, 1001, "bea", "reply", step=1))
    history = {at: change for at, change in found.items() if at.startswith("leads-statistics")}
    assert {at: change for at, change in found.items() if at not in history} == counted("reply_count", 0) | {
        f"{MAIL} reply_time": (None, NOON), f"{MAIL} is_replied": (False, True),
    }  # fmt: skip
    assert history["leads-statistics data 1 history 2 type"] == (None, "REPLY")
    again = changed(api, lambda: react(api, 1001, "bea", "reply", step=1))
    assert {at.rpartition(" ")[0] for at in again} == {"leads-statistics data 1 history 3"}
    body = {"category_id": 2}
    found = changed(api, lambda: ok(api.post(f"{of_lead(api, 1001, 'bea')}/category", body)))
    assert found == {
        "top-level-analytics-by-date positive_reply_count": ("0", "1"),
        "sequence-analytics data 0 positive_reply_count": (0, 1), "leads-export 1 category": ("", "Meeting Request"),
        f"{MAIL} lead_category": (None, "Meeting Request"),
        "statistics data 4 lead_category": (None, "Meeting Request"),
    }  # fmt: skip
    found = changed(api, lambda: ok(api.post(f"{of_lead(api, 1001, 'bea')}/category", {"category_id": 1})))
    assert set(found) == {
        "analytics campaign_lead_stats interested", "leads-export 1 category", "leads-export 1 is_interested",
        f"{MAIL} lead_category", "statistics data 4 lead_category",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("category_id", "positive"), [(1, 1), (2, 1), (3, 0), (4, 0), (5, 1), (6, 0), (7, 0), (None, 0)]
)
def test_which_categories_are_positive(api: Api, category_id: int | None, positive: int) -> None:
    """Interested, Meeting Request and Information Request; of a lead that answered."""
    mailed(api)
    react(api, 1001, "bea", "reply")
    for lead in ("bea", "cid"):
        ok(api.post(f"{of_lead(api, 1001, lead)}/category", {"category_id": category_id}))
    found = ok(api.get(f"{CAMPAIGN}/top-level-analytics-by-date", params=DAYS))
    assert found["positive_reply_count"] == str(positive)


def test_an_unsubscribe_counts_at_the_mail_whose_link_was_used(api: Api) -> None:
    """Or at the last one if none is known; that of a lead without mails counts nowhere."""
    world_of_variants(api)
    found = changed(api, lambda: react(api, 1001, "bea", "unsubscribe", step=1))
    assert found["sequence-analytics data 0 unsubscribed_count"] == (0, 1)
    found = changed(api, lambda: ok(api.post(f"{of_lead(api, 1001, 'cid')}/unsubscribe")))
    assert found["sequence-analytics data 1 unsubscribed_count"] == (0, 1)
    assert found["analytics unsubscribed_count"] == ("1", "2")
    ok(api.post(f"{CAMPAIGN}/leads", {"lead_list": [{"email": address("dan")}]}))
    found = changed(api, lambda: ok(api.post(f"{of_lead(api, 1001, 'dan')}/unsubscribe")))
    assert not any("unsubscribed_count" in place for place in found)


def test_a_stop_counts_at_the_last_mail(api: Api) -> None:
    """A lead that was stopped by its click in step 1, before step 3 and after step 2."""
    mailed(api, *steps(0, 1, 5))
    found = changed(api, lambda: react(api, 1001, "bea", "click", step=1))
    assert {at: change for at, change in found.items() if "stopped" in at} == {
        "analytics campaign_lead_stats stopped": (0, 1), "top-level-analytics-by-date stopped_count": ("0", "1"),
        "sequence-analytics data 1 stopped_count": (0, 1),
    }  # fmt: skip
    assert found["analytics drafted_count"] == ("3", "2")


def test_what_is_blocked_is_told_from_what_bounced(api: Api) -> None:
    """A lead of a block list counts as blocked; one whose mail came back does not, though its status is the same."""
    mailed(api, *steps(0, 1, 5))
    found = changed(api, lambda: react(api, 1001, "cid", "bounce"))
    assert found["analytics campaign_lead_stats blocked"] == (0, 1)
    assert found["analytics bounce_count"] == ("1", "2")
    assert "analytics block_count" not in found
    block = {"domain_block_list": [address("ada")]}
    found = changed(api, lambda: ok(api.post("/leads/add-domain-block-list", block)))
    assert found["analytics campaign_lead_stats blocked"] == (1, 2)
    assert found["analytics block_count"] == ("0", "1")
    assert not any("bounce" in place for place in found)


def test_what_is_taken_out_is_in_no_figure(api: Api) -> None:
    """A lead, and then a step; the mails stay in the control API."""
    world_of_variants(api)
    found = changed(api, lambda: ok(api.delete(of_lead(api, 1001, "ada"))))
    assert found["analytics sent_count"] == ("6", "4")
    assert found["analytics open_count"] == ("2", "0")
    assert found["statistics total_stats"] == ("6", "4")
    kept = ok(api.get(f"{CAMPAIGN}/sequences"))[0]
    found = changed(api, lambda: ok(api.post(f"{CAMPAIGN}/sequences", {"sequences": [step(1, id=kept["id"])]})))
    assert found["analytics sent_count"] == ("4", "2")
    assert found["analytics sequence_count"] == ("2", "1")
    assert found["sequence-analytics data 1 sent_count"] == (2, None)
    assert found["leads-statistics data 0 history 1 type"] == ("SENT", None)
    assert len(mails(api)) == 6


def test_the_number_of_a_mail_is_the_one_that_finds_it(api: Api) -> None:
    """Also when its step has been given another number since."""
    mailed(api)
    first, second = ok(api.get(f"{CAMPAIGN}/sequences"))
    body = [step(1, id=second["id"]), step(3, id=first["id"])]
    ok(api.post(f"{CAMPAIGN}/sequences", {"sequences": body}))
    found = []
    for number in range(1, 5):
        page = ok(api.get(f"{CAMPAIGN}/statistics", params={"email_sequence_number": str(number)}))
        assert {row["sequence_number"] for row in page["data"]} <= {number}
        found += page["data"]
    assert len(found) == 6


def test_a_lead_without_mails_that_count_is_not_among_those_that_got_one(api: Api) -> None:
    """Once its only step was deleted."""
    mailed(api)
    ok(api.post(f"{CAMPAIGN}/sequences", {"sequences": [step(1)]}))
    assert ok(api.get(f"{CAMPAIGN}/leads-statistics"))["data"] == []


@pytest.mark.parametrize("what", ["an ignored automatic answer", "an answer by hand"])
def test_what_a_history_shows_is_an_event(api: Api, what: str) -> None:
    """A lead whose history has something later is found by that."""
    freeze(api)
    ooo = {"out_of_office_detection_settings": {"ignoreOOOasReply": True}}
    equip(api, api.campaign(), "ada", settings=ooo, **ALWAYS)
    until(api, "03 12:00")
    if "automatic" in what:
        react(api, 1001, "ada", "ooo")
    else:
        body = {"email_stats_id": mails(api)[0]["stats_id"], "email_body": "<p>Thanks</p>"}
        assert api.post(f"{CAMPAIGN}/reply-email-thread", body).status_code == 200
    (lead,) = ok(api.get(f"{CAMPAIGN}/leads-statistics", params={"event_time_gt": "2026-03-03"}))["data"]
    assert [entry["time"] for entry in lead["history"]] == [NOON]

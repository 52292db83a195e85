"""The edition `lead-guide` is the guide to leads of the newer documentation (S3) word for word."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.sending import address, box, equip, freeze, ok, react, steps, until
from tests.worlds import fresh

EDITION = "lead-guide"
#: S3:137-145
WORDS = [
    "NOT_CONTACTED", "IN_PROGRESS", "COMPLETED", "INTERESTED", "NOT_INTERESTED", "DO_NOT_CONTACT", "BOUNCED",
    "UNSUBSCRIBED",
]  # fmt: skip
CATEGORIES = {"INTERESTED": 1, "NOT_INTERESTED": 3, "DO_NOT_CONTACT": 4}
FIELDS = {"id", "email", "first_name", "last_name", "company_name", "location", "custom_fields", "status"}


def listed(api: Api, campaign_id: int, **params: Any) -> dict[str, str]:
    """Lead -> status, as the guide lists them."""
    page = ok(api.get(f"/campaigns/{campaign_id}/leads", edition=EDITION, params=params))
    assert page.keys() == {"leads"}
    return {row["email"].partition("@")[0]: row["status"] for row in page["leads"]}


def test_a_row_is_flat(api: Api) -> None:
    """One key above the rows, and the lead's own fields in them (S3:150-161)."""
    campaign_id = api.campaign()
    lead = {
        "email": "ana@example.com", "first_name": "Ana", "last_name": "Roe", "company_name": "Example Co",
        "location": "Lisbon", "custom_fields": {"job_title": "CTO"},
    }  # fmt: skip
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [lead]}, edition=EDITION))
    (row,) = ok(api.get(f"/campaigns/{campaign_id}/leads", edition=EDITION))["leads"]
    assert row == {**lead, "id": api.lead_id("ana@example.com"), "status": "NOT_CONTACTED"}
    assert row.keys() == FIELDS


def set_by_hand(api: Api, campaign_id: int, lead: str, word: str) -> str:
    """Give a lead of the campaign a status; the hint."""
    path = f"/campaigns/{campaign_id}/leads/{api.lead_id(address(lead))}/status"
    answer = api.patch(path, {"status": word}, edition=EDITION)
    assert answer.status_code == 200
    return str(answer.headers.get("x-mock-hint", ""))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("before", WORDS)
def test_a_status_that_is_set_is_read_back(api: Api, before: str, word: str) -> None:
    """Whatever it was (S3:163-171); but a bounce and an unsubscribe are for good."""
    campaign_id = api.campaign()
    api.add(campaign_id, address("ann"))
    set_by_hand(api, campaign_id, "ann", before)
    assert listed(api, campaign_id) == {"ann": before}
    hint = set_by_hand(api, campaign_id, "ann", word)
    stays = before in ("BOUNCED", "UNSUBSCRIBED") and word != "UNSUBSCRIBED"
    assert listed(api, campaign_id) == {"ann": before if stays else word}
    assert ("stays" in hint) == (stays and before != word)


@pytest.mark.parametrize("word", ["STARTED", "INPROGRESS", "PAUSED", "BLOCKED", "ACTIVE", "interested"])
def test_words_of_other_documents_are_refused(api: Api, word: str) -> None:
    """In the filter and where a status is set."""
    campaign_id = api.campaign()
    api.add(campaign_id, address("ann"))
    path = f"/campaigns/{campaign_id}/leads"
    assert api.get(path, edition=EDITION, params={"status": word}).status_code == 400
    body = {"status": word}
    assert api.patch(f"{path}/{api.lead_id(address('ann'))}/status", body, edition=EDITION).status_code == 400


def test_the_status_follows_what_happens(api: Api) -> None:
    """Not contacted before the first mail, and so on (S3:137-145); a category decides over the progress."""
    freeze(api)
    boxes = [box(api, f"box{n}") for n in range(9)]
    names = ["runs", "done", "keen", "cold", "never", "bounced", "soft", "gone", "paused", "stopped"]
    campaign_id = equip(api, api.campaign(), *names, boxes=boxes, sequence=steps(0, 9))
    assert set(listed(api, campaign_id).values()) == {"NOT_CONTACTED"}
    until(api, "02 12:00")
    assert set(listed(api, campaign_id).values()) == {"IN_PROGRESS"}
    for lead, word, more in (
        ("keen", "reply", {"category": 1}), ("cold", "reply", {"category": 3}), ("never", "reply", {"category": 4}),
        ("stopped", "reply", {"category": 2}), ("bounced", "bounce", {}), ("soft", "soft-bounce", {}),
        ("gone", "unsubscribe", {}),
    ):  # fmt: skip
        react(api, campaign_id, lead, word, **more)
    rows = {row["lead"]["email"].partition("@")[0]: row for row in api.rows(campaign_id)}
    ok(api.post(f"/campaigns/{campaign_id}/leads/{rows['done']['campaign_lead_map_id']}/manual-complete"))
    ok(api.post(f"/campaigns/{campaign_id}/leads/{rows['paused']['lead']['id']}/pause"))
    assert listed(api, campaign_id) == {
        "runs": "IN_PROGRESS", "done": "COMPLETED", "keen": "INTERESTED", "cold": "NOT_INTERESTED",
        "never": "DO_NOT_CONTACT", "bounced": "BOUNCED", "soft": "IN_PROGRESS", "gone": "UNSUBSCRIBED",
        "paused": "IN_PROGRESS", "stopped": "IN_PROGRESS",
    }  # fmt: skip


HAPPENINGS = ["reply", "bounce", "soft-bounce", "unsubscribe", "pause", "complete", *WORDS]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(HAPPENINGS), st.integers(1, 7)), max_size=12))
def test_the_filter_finds_exactly_the_rows_that_show_the_word(
    client: TestClient, happenings: list[tuple[int, str, int]]
) -> None:
    """The eight words part the leads of a campaign, whatever has happened to them (S3:155)."""
    api = fresh(client)
    freeze(api)
    names = [f"lead{n}" for n in range(6)]
    campaign_id = equip(api, api.campaign(), *names[:5], boxes=[box(api, n) for n in names], sequence=steps(0, 1, 1))
    until(api, "02 12:00")
    api.add(campaign_id, address(names[5]))
    rows = {row["lead"]["email"]: row for row in api.rows(campaign_id)}
    for which, what, category_id in happenings:
        row = rows[address(names[which])]
        path = f"/campaigns/{campaign_id}/leads"
        if what in WORDS:
            set_by_hand(api, campaign_id, names[which], what)
        elif what == "pause":
            api.post(f"{path}/{row['lead']['id']}/pause")
        elif what == "complete":
            api.post(f"{path}/{row['campaign_lead_map_id']}/manual-complete")
        else:
            event = {"campaign_id": campaign_id, "email": address(names[which]), "type": what}
            api.control("POST", "/events", {**event, "category": category_id} if what == "reply" else event)
    everyone = listed(api, campaign_id)
    found = {word: listed(api, campaign_id, status=word) for word in WORDS}
    assert found == {word: {lead: own for lead, own in everyone.items() if own == word} for word in WORDS}
    assert len(everyone) == 6


def test_the_reply_to_an_import(api: Api) -> None:
    """Two counts, and why each lead was left out (S3:215-228)."""
    campaign_id = api.campaign()
    api.add(campaign_id, "here@example.com")
    ok(api.post("/leads/block-list", {"emails": ["blocked@example.com"]}, edition=EDITION))
    leads = [{"email": f"{name}@example.com"} for name in ("new", "here", "blocked")]
    settings_ = {"ignore_global_block_list": False}
    body = {"lead_list": leads, "settings": settings_}
    assert ok(api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION)) == {
        "added_count": 1,
        "skipped_count": 2,
        "skipped_leads": [
            {"email": "here@example.com", "reason": "Already exists in this campaign"},
            {"email": "blocked@example.com", "reason": "On global block list"},
        ],
    }


@pytest.mark.parametrize("flag", [True, False, None])
def test_the_flag_for_other_campaigns_loosens(api: Api, flag: bool | None) -> None:
    """True lets leads of other campaigns in; false or nothing keeps them out (S3:68, S3:211, S3:232)."""
    first, second = api.campaign(), api.campaign()
    api.add(first, "ana@example.com")
    given_ = {} if flag is None else {"settings": {"ignore_duplicate_leads_in_other_campaign": flag}}
    body = {"lead_list": [{"email": "ana@example.com"}], **given_}
    answer = ok(api.post(f"/campaigns/{second}/leads", body, edition=EDITION))
    assert answer["added_count"] == (1 if flag else 0)
    assert len(api.rows(second)) == answer["added_count"]


def test_the_list_flags_skip_the_check(api: Api) -> None:
    """True adds what is listed (S3:66-67)."""
    campaign_id = api.campaign()
    ok(api.post("/leads/block-list", {"emails": ["ana@example.com"]}, edition=EDITION))
    body = {"lead_list": [{"email": "ana@example.com"}], "settings": {"ignore_global_block_list": True}}
    assert ok(api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION))["added_count"] == 1


def test_a_batch_has_400_leads(api: Api) -> None:
    """And fields that the guide does not name are refused (S3:9-68)."""
    campaign_id = api.campaign()
    path = f"/campaigns/{campaign_id}/leads"
    leads = [{"email": f"a{n}@example.com"} for n in range(401)]
    assert api.post(path, {"lead_list": leads}, edition=EDITION).status_code == 400
    assert ok(api.post(path, {"lead_list": leads[:400]}, edition=EDITION))["added_count"] == 400
    for more in ({"phone_number": "1"}, {"website": "x"}, {"linkedin_profile": "x"}):
        assert api.post(path, {"lead_list": [{"email": "b@example.com", **more}]}, edition=EDITION).status_code == 400
    settings_ = {"return_lead_ids": True}
    assert api.post(path, {"lead_list": leads[:1], "settings": settings_}, edition=EDITION).status_code == 400


def test_the_activity_of_a_lead(api: Api) -> None:
    """What happened, with its type and time (S3:176-190)."""
    freeze(api)
    campaign_id = equip(api, api.campaign(), "ann")
    until(api, "02 12:00")
    react(api, campaign_id, "ann", "reply")
    path = f"/campaigns/{campaign_id}/leads/{api.lead_id(address('ann'))}/activity"
    shown = ok(api.get(path, edition=EDITION))
    assert [one["type"] for one in shown["events"]] == ["EMAIL_SENT", "EMAIL_REPLY"]
    assert shown == api.get(path).json()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/campaigns"), ("POST", "/campaigns/create"), ("POST", "/campaigns/{}/leads/1/pause"), ("GET", "/leads/"),
     ("GET", "/campaigns/{}/webhooks"), ("DELETE", "/campaigns/{}/leads/1")],
)  # fmt: skip
def test_what_the_guide_does_not_name_is_not_there(api: Api, method: str, path: str) -> None:
    """Five operations, and no other."""
    missing = api.request(method, path.format(api.campaign()), edition=EDITION)
    assert missing.status_code == 404
    assert "Cannot " in missing.text

"""S3, row by row: the status words and flags of the lead guide, and what it says in numbers and reasons."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.seeds import s3
from tests.seeds.examples import SEEDS
from tests.sending import ALWAYS, Json, address, freeze, launch, ok, react, steps, until

if not SEEDS.is_dir():
    pytest.skip("the seeds are not part of a user's clone", allow_module_level=True)

EDITION = "lead-guide"
FLAGS = s3.flags()
STATUSES = s3.statuses()
#: status -> what happened to the lead, in the control API's words; the category decides where one is named
CAUSES: dict[str, tuple[str, ...]] = {
    "NOT_CONTACTED": (), "IN_PROGRESS": (), "COMPLETED": (), "INTERESTED": ("reply-interested",),
    "NOT_INTERESTED": ("reply-not-interested",), "DO_NOT_CONTACT": ("reply", "Do Not Contact"), "BOUNCED": ("bounce",),
    "UNSUBSCRIBED": ("unsubscribe",),
}  # fmt: skip


def listed(api: Api, campaign_id: int, **query: str) -> list[Json]:
    """The leads of a campaign as the guide reads them."""
    rows: list[Json] = ok(api.get(f"/campaigns/{campaign_id}/leads", params=query, edition=EDITION))["leads"]
    return rows


def _lead(status: str) -> str:
    return address(status.lower())


def lifecycle(api: Api) -> int:
    """A campaign with a lead of each status, called by it."""
    freeze(api)
    mailed = [name.lower() for name in CAUSES if name not in ("NOT_CONTACTED", "COMPLETED")]
    campaign_id = launch(api, *mailed, sequence=steps(0, 3), **ALWAYS)
    until(api, "02 12:00")
    for name, (word, *category) in ((name, cause) for name, cause in CAUSES.items() if cause):
        react(api, campaign_id, name.lower(), word, **({"category": category[0]} if category else {}))
    for name in ("NOT_CONTACTED", "COMPLETED"):
        api.add(campaign_id, _lead(name))
    lead_id = api.lead_id(_lead("COMPLETED"))
    ok(api.patch(f"/campaigns/{campaign_id}/leads/{lead_id}/status", {"status": "COMPLETED"}, edition=EDITION))
    return campaign_id


def test_every_status_is_reached_and_filtered_by(api: Api) -> None:
    """A lead shows the word of the table that tells what happened to it; the filter finds it by that word alone."""
    campaign_id = lifecycle(api)
    words = [row.word for row in STATUSES]
    assert {row["email"]: row["status"] for row in listed(api, campaign_id)} == {_lead(word): word for word in words}
    for word in words:
        assert [row["email"] for row in listed(api, campaign_id, status=word)] == [_lead(word)], word


@pytest.mark.parametrize("row", STATUSES, ids=lambda row: row.word)
def test_a_status_can_be_set_and_is_read_back(api: Api, row: s3.Word) -> None:
    """`PATCH …/status` takes the words of the table; what was set is what the list shows."""
    campaign_id = api.campaign()
    api.add(campaign_id, "ann@first.example", "bob@first.example")
    path = f"/campaigns/{campaign_id}/leads/{api.lead_id('ann@first.example')}/status"
    ok(api.patch(path, {"status": row.word}, edition=EDITION))
    shown = {one["email"]: one["status"] for one in listed(api, campaign_id)}
    assert shown == {"ann@first.example": row.word, "bob@first.example": "NOT_CONTACTED"}


@pytest.mark.parametrize("word", ["STARTED", "INPROGRESS", "BLOCKED", "PAUSED", "STOPPED", "interested"])
def test_words_of_other_documents_are_refused(api: Api, word: str) -> None:
    """Neither the status of a lead nor the filter knows them."""
    campaign_id = api.campaign()
    api.add(campaign_id, "ann@first.example")
    path = f"/campaigns/{campaign_id}/leads"
    lead = f"{path}/{api.lead_id('ann@first.example')}/status"
    assert api.patch(lead, {"status": word}, edition=EDITION).status_code == 400
    assert api.get(path, params={"status": word}, edition=EDITION).status_code == 400


# ------------------------------------------------------------------------------------------ imports


def _blocked(api: Api, lead: str) -> None:
    ok(api.post("/leads/block-list", {"emails": [lead]}, edition=EDITION))


def _unsubscribed(api: Api, lead: str) -> None:
    campaign_id = api.campaign()
    api.add(campaign_id, lead)
    lead_id = api.lead_id(lead)
    ok(api.post(f"/leads/{lead_id}/unsubscribe"))
    assert api.delete(f"/campaigns/{campaign_id}/leads/{lead_id}").status_code == 200


def _elsewhere(api: Api, lead: str) -> None:
    api.add(api.campaign(), lead)


#: what a flag looks past
OBSTACLES = {
    "ignore_global_block_list": _blocked, "ignore_unsubscribe_list": _unsubscribed,
    "ignore_duplicate_leads_in_other_campaign": _elsewhere,
}  # fmt: skip


def imported(api: Api, campaign_id: int, *leads: str, **settings: bool) -> Json:
    """The guide's answer to an import."""
    body = {"lead_list": [{"email": lead} for lead in leads], "settings": settings}
    answer: Json = ok(api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION))
    return answer


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: flag.name)
def test_a_flag_looks_past_one_list(api: Api, flag: s3.Flag) -> None:
    """By default and when false a lead is skipped for it, and told with a reason; when true it is added."""
    OBSTACLES[flag.name](api, "ann@first.example")
    campaign_id = api.campaign()
    assert flag.default is False
    for settings in ({}, {flag.name: False}, {one.name: one.name != flag.name for one in FLAGS}):
        answer = imported(api, campaign_id, "ann@first.example", **settings)
        assert (answer["added_count"], answer["skipped_count"]) == (0, 1), settings
        (skipped,) = answer["skipped_leads"]
        assert skipped["email"] == "ann@first.example"
        assert skipped["reason"]
    answer = imported(api, campaign_id, "ann@first.example", **{flag.name: True})
    assert answer == {"added_count": 1, "skipped_count": 0, "skipped_leads": []}


def test_a_lead_is_read_as_it_was_imported(api: Api) -> None:
    """The list shows each field of the guide's own leads; custom fields keep their names (S3:233)."""
    bodies = [one.request.body for one in s3.examples() if one.request and one.operation == "add_leads_to_campaign"]
    leads = {lead["email"]: lead for body in bodies for lead in body["lead_list"]}
    assert len(leads) == 3
    campaign_id = api.campaign()
    body = {"lead_list": list(leads.values())}
    assert ok(api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION))["added_count"] == len(leads)
    shown = {row["email"]: {name: row[name] for name in leads[row["email"]]} for row in listed(api, campaign_id)}
    assert shown == leads


def test_the_printed_reply_is_what_such_leads_get(api: Api) -> None:
    """A lead of this campaign and one of the block list, with the reasons that are printed (S3:218-227)."""
    (printed,) = [one.response for one in s3.examples() if one.request is None]
    duplicate, blocked = (one["email"] for one in printed["skipped_leads"])
    campaign_id = api.campaign()
    api.add(campaign_id, duplicate)
    _blocked(api, blocked)
    answer = imported(api, campaign_id, duplicate, blocked, "new@company.com")
    assert answer.keys() == printed.keys()
    assert answer == {"added_count": 1, "skipped_count": 2, "skipped_leads": printed["skipped_leads"]}


def test_so_many_leads_fit_into_one_request(api: Api) -> None:
    """400, and not one more."""
    most = s3.batch()
    assert most == 400
    campaign_id = api.campaign()
    leads = [f"a{n}@many.example" for n in range(most + 1)]
    body: dict[str, Any] = {"lead_list": [{"email": lead} for lead in leads]}
    assert api.post(f"/campaigns/{campaign_id}/leads", body, edition=EDITION).status_code == 400
    assert imported(api, campaign_id, *leads[:most])["added_count"] == most

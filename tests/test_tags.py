"""Tags: one pool, put on mailboxes, campaigns, leads and lead lists as sets, and shown wherever they are put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.families.tags import rules
from tests.conftest import Api
from tests.lead_lists import UNKNOWN, emails, lead_list, tag, tags_of_lead
from tests.sending import ok
from tests.store import rows

MAPPING = "/email-accounts/tag-mapping"
RED, BLUE = "#FF0000", "#0000ff"


def put(api: Api, accounts: list[int], tags: list[int]) -> Any:
    """The answer's data of putting tags on mailboxes."""
    return ok(api.post(MAPPING, {"email_account_ids": accounts, "tag_ids": tags}))["data"]


def take(api: Api, accounts: list[int], tags: list[int]) -> Any:
    """The answer's data of taking tags off mailboxes."""
    return ok(api.delete(MAPPING, {"email_account_ids": accounts, "tag_ids": tags}))["data"]


def test_a_tag_is_made_with_a_colour_or_gets_one(api: Api) -> None:
    """The name may repeat; the list has all of them by id."""
    first = ok(api.post("/tags", {"name": "VIP"}))["data"]
    second = ok(api.post("/tags", {"name": "VIP", "color": BLUE}))["data"]
    assert first == {"id": first["id"], "name": "VIP", "color": rules.DEFAULT_COLOR}
    assert second == {"id": first["id"] + 1, "name": "VIP", "color": BLUE}
    assert ok(api.get("/email-accounts/tags")) == [first, second]


def everywhere(api: Api, tags: list[int]) -> dict[str, Callable[[], list[dict[str, Any]]]]:
    """One of everything that has tags, with these on it; where they are shown -> reading them there."""
    campaign_id, account_id = api.campaign(), api.account()
    api.add(campaign_id, "ann@one.example")
    ok(api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id]}))
    list_id, lead_id = lead_list(api), api.lead_id("ann@one.example")
    put(api, [account_id], tags)
    ok(api.post("/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": tags}))
    ok(api.post("/lead-list/assign-tags", {"listIds": [list_id], "tagIds": tags}))
    ok(api.post("/crm/leads/tags", {"leadId": lead_id, "tagIds": tags}))
    with_tags = {"include_tags": "true"}
    return {
        "mailboxes": lambda: ok(api.get("/email-accounts/"))[0]["tags"],
        "mailbox": lambda: ok(api.get(f"/email-accounts/{account_id}", params={"fetch_tags": "true"}))["tags"],
        "by address": lambda: ok(api.post("/email-accounts/tag-list", {"email_ids": ["ann@sender.example"]}))["data"][
            0
        ]["tags"],
        "campaigns": lambda: ok(api.get("/campaigns/", params=with_tags))[0]["tags"],
        "campaign": lambda: ok(api.get(f"/campaigns/{campaign_id}", params=with_tags))["tags"],
        "mailboxes of the campaign": lambda: ok(api.get(f"/campaigns/{campaign_id}/email-accounts", params=with_tags))[
            0
        ]["tags"],
        "lists": lambda: ok(api.get("/lead-list/"))["data"]["lists"][0]["tags"],
        "list": lambda: ok(api.get(f"/lead-list/{list_id}"))["data"]["tags"],
        "lead": lambda: tags_of_lead(api, lead_id),
    }


def test_tags_are_shown_wherever_they_are_put_and_renamed_everywhere(api: Api) -> None:
    """Each place has its form; a new name and colour hold in all of them at once; ids of mappings share one counter."""
    one, two = tag(api, "one", color=RED), tag(api, "two", color=BLUE)
    shown = everywhere(api, [two, one])
    renamed = {"id": one, "name": "new", "color": "#00FF00"}
    listed = [
        {"tag_id": two, "tag_name": "two", "tag_color": BLUE},
        {"tag_id": one, "tag_name": "one", "tag_color": RED},
    ]
    expected: dict[str, Any] = dict.fromkeys(shown, listed)
    expected["mailbox"] = [{"id": two, "name": "two"}, {"id": one, "name": "one"}]
    expected["by address"] = [{"tag_id": two, "tag_name": "two"}, {"tag_id": one, "tag_name": "one"}]
    mappings = [row["id"] for row in rows(api, "tag_mapping")]
    assert mappings == list(range(mappings[0], mappings[0] + 8))
    expected["lead"] = [
        {"id": mappings[6], "tag_id": two, "name": "two", "color": BLUE},
        {"id": mappings[7], "tag_id": one, "name": "one", "color": RED},
    ]
    assert {place: read() for place, read in shown.items()} == expected
    assert ok(api.post("/email-accounts/tag-manager", renamed)) == {"ok": True, "data": renamed}
    for place, read in shown.items():
        text = str(read())
        assert "'new'" in text, place
        assert "'one'" not in text, place
        assert ("#00FF00" in text) == ("#0000ff" in text), place


def test_tags_are_shown_only_when_they_are_asked_for(api: Api) -> None:
    """Without the parameter a campaign and a mailbox have no key for them."""
    campaign_id, account_id = api.campaign(), api.account()
    ok(api.post(f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account_id]}))
    assert "tags" not in ok(api.get(f"/campaigns/{campaign_id}"))
    assert "tags" not in ok(api.get("/campaigns/"))[0]
    assert "tags" not in ok(api.get(f"/email-accounts/{account_id}"))
    assert "tags" not in ok(api.get(f"/campaigns/{campaign_id}/email-accounts"))[0]


def test_every_mailbox_gets_every_tag_once(api: Api) -> None:
    """Pairs come mailbox by mailbox, repeated ids count once, what exists is skipped, what is unknown fails."""
    ann, ben = api.account("ann@x.example"), api.account("ben@x.example")
    one, two = tag(api), tag(api)
    put(api, [ben], [two])
    done = put(api, [ben, ann, ben, UNKNOWN], [two, one, two, UNKNOWN])
    assert [(row["email_account_id"], row["tag_id"], row["action"]) for row in done["results"]] == [
        (ben, two, "skipped"), (ben, one, "added"), (ben, UNKNOWN, "failed"), (ann, two, "added"), (ann, one, "added"),
        (ann, UNKNOWN, "failed"), (UNKNOWN, two, "failed"), (UNKNOWN, one, "failed"), (UNKNOWN, UNKNOWN, "failed"),
    ]  # fmt: skip
    assert done["summary"] == {"total_processed": 9, "added": 3, "skipped": 1, "failed": 5}
    reasons = [row.get("reason") for row in done["results"]]
    missing, unknown = "Tag not found", "Email account not found"
    assert reasons == ["Mapping already exists", None, missing, None, None, missing, unknown, unknown, unknown]
    gone = take(api, [ben, ann, UNKNOWN], [two, two])
    assert gone["summary"] == {"total_processed": 3, "deleted": 2, "skipped": 0, "failed": 1}
    again = take(api, [ann], [two, one])["results"]
    assert again == [
        {"email_account_id": ann, "tag_id": two, "action": "skipped", "reason": "Mapping does not exist"},
        {"email_account_id": ann, "tag_id": one, "action": "deleted"},
    ]


@given(
    st.lists(st.integers(1, 5), max_size=6), st.lists(st.integers(1, 5), max_size=6), st.sets(st.integers(1, 5)),
    st.sets(st.integers(1, 5)), st.sets(st.tuples(st.integers(1, 5), st.integers(1, 5))),
)  # fmt: skip
def test_every_pair_has_one_outcome(
    accounts: list[int], tags: list[int], known: set[int], known_tags: set[int], done: set[tuple[int, int]]
) -> None:
    """Whatever is sent: every pair occurs once, only known ones were done, and every other says why not."""
    found = rules.outcomes(accounts, tags, accounts=known, tags=known_tags, done=done, action="added", else_="because")
    assert [(one.email_account_id, one.tag_id) for one in found] == [
        (account, tag_id) for account in dict.fromkeys(accounts) for tag_id in dict.fromkeys(tags)
    ]
    for one in found:
        exists = one.email_account_id in known and one.tag_id in known_tags
        assert (one.action == "failed") == (not exists)
        assert (one.action == "added") == (exists and (one.email_account_id, one.tag_id) in done)
        assert (one.reason == "") == (one.action == "added")


def test_no_more_than_25_mailboxes_at_once(api: Api) -> None:
    """25 are taken, 26 are refused in the validator's words."""
    body = {"email_account_ids": list(range(1, 26)), "tag_ids": [1]}
    assert ok(api.post(MAPPING, body))["data"]["summary"]["failed"] == 25
    for send in (api.post, api.delete):
        answer = send(MAPPING, {**body, "email_account_ids": list(range(1, 27))})
        assert (answer.status_code, answer.json()["validation"]) == (
            400, {"source": "body", "keys": ["email_account_ids"]},
        )  # fmt: skip


@pytest.mark.parametrize("color", ["#12345", "#1234567", "123456", "#12345g", "red", "", "#12345\n", None, 123456])
def test_a_colour_is_six_hexadecimal_digits(api: Api, color: object) -> None:
    """Any other is refused, and no tag is made."""
    assert api.post("/tags", {"name": "VIP", "color": color}).status_code == 400
    assert ok(api.get("/email-accounts/tags")) == []


def test_mailboxes_are_looked_up_by_address_in_any_case(api: Api) -> None:
    """The order is that of the request, a repeated address counts once, one unknown address fails the call."""
    ann, ben = api.account("Ann@x.example"), api.account("ben@x.example")
    one = tag(api)
    put(api, [ben], [one])
    asked = {"email_ids": ["BEN@x.example", "ann@X.example", "ben@x.example"]}
    assert ok(api.post("/email-accounts/tag-list", asked))["data"] == [
        {"email_account_id": ben, "email_id": "ben@x.example", "tags": [{"tag_id": one, "tag_name": "VIP"}]},
        {"email_account_id": ann, "email_id": "Ann@x.example", "tags": []},
    ]
    asked["email_ids"] += ["Nobody@x.example", "x", "Nobody@x.example"]
    answer = api.post("/email-accounts/tag-list", asked)
    assert answer.status_code == 406
    assert answer.json()["invalid_emails"] == ["Nobody@x.example", "x", "Nobody@x.example"]


def test_tags_of_campaigns_are_changed_all_or_none(api: Api) -> None:
    """One unknown campaign or tag refuses the call; what is there or is not is passed over."""
    first, second, one, two = api.campaign(), api.campaign(), tag(api), tag(api)

    def shown() -> list[list[int]]:
        found = ok(api.get("/campaigns/", params={"include_tags": "true"}))
        return [[row["tag_id"] for row in campaign["tags"]] for campaign in reversed(found)]

    body = {"campaign_ids": [first, second, first], "tag_ids": [one, one]}
    assert ok(api.post("/campaigns/tags", body)) == ok(api.post("/campaigns/tags", body)) == {"ok": True}
    assert shown() == [[one], [one]]
    for send in (api.post, api.delete):
        for wrong in ({"campaign_ids": [first, UNKNOWN]}, {"tag_ids": [one, two, UNKNOWN]}):
            assert send("/campaigns/tags", {**body, **wrong}).status_code == 404
            assert shown() == [[one], [one]]
    for _ in range(2):
        assert ok(api.delete("/campaigns/tags", {"campaign_ids": [second], "tag_ids": [one, two]})) == {"ok": True}
        assert shown() == [[one], []]


def test_mailboxes_with_a_tag_are_attached(api: Api) -> None:
    """Those with any of the tags, by id, each once; a suspended one stays out; an attached one keeps its mapping."""
    campaign_id, one, two, three = api.campaign(), tag(api), tag(api), tag(api)
    accounts = [api.account(f"box{n}@x.example") for n in range(4)]
    put(api, accounts[:3], [one])
    put(api, accounts[1:], [two])
    ok(api.post(f"/email-accounts/{accounts[0]}", {"is_suspended": True}))
    path = f"/campaigns/{campaign_id}/email-accounts"
    before = ok(api.post(path, {"email_account_ids": accounts[2:3]}))["result"][0]
    result = ok(api.post(f"{path}/by-tag", {"tag_ids": [two, one]}))["result"]
    assert [(row["email_account_id"], row["email_campaign_id"]) for row in result] == [
        (account_id, campaign_id) for account_id in accounts[1:]
    ]
    assert result[1]["id"] == before["id"]
    assert {row["id"] for row in ok(api.get(path))} == set(accounts[1:])
    assert ok(api.get(f"/email-accounts/{accounts[1]}", params={"fetch_campaigns": "true"}))["campaign_ids"] == [
        campaign_id
    ]
    assert ok(api.post(f"{path}/by-tag", {"tag_ids": [three]})) == {"ok": True, "result": []}
    assert api.post(f"{path}/by-tag", {"tag_ids": [one, UNKNOWN]}).status_code == 404


def test_what_is_deleted_has_no_tags_any_more(api: Api) -> None:
    """The mappings of a mailbox, a campaign, a lead and a list go with it; the tag and its other mappings stay."""
    one = tag(api)
    keep, list_id = api.account("keep@x.example"), lead_list(api)
    account_id, campaign_id = api.account(), api.campaign()
    api.add(campaign_id, "ann@one.example", "ben@one.example")
    leads = [row["lead"]["id"] for row in api.rows(campaign_id)]
    put(api, [keep, account_id], [one])
    ok(api.post("/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": [one]}))
    ok(api.post("/lead-list/assign-tags", {"listIds": [list_id], "tagIds": [one]}))
    for lead_id in leads:
        ok(api.post("/crm/leads/tags", {"leadId": lead_id, "tagIds": [one]}))
    assert emails(api, campaign_id) == ["ann@one.example", "ben@one.example"]
    for path in (
        f"/email-accounts/{account_id}", f"/campaigns/{campaign_id}/leads/{leads[0]}", f"/leads/{leads[1]}",
        f"/campaigns/{campaign_id}", f"/lead-list/{list_id}",
    ):  # fmt: skip
        before = len(rows(api, "tag_mapping"))
        ok(api.delete(path))
        assert len(rows(api, "tag_mapping")) == before - 1, path
    assert [row["holder_id"] for row in rows(api, "tag_mapping")] == [keep]
    assert [row["id"] for row in ok(api.get("/email-accounts/tags"))] == [one]

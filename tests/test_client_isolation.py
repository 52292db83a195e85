"""Clients of one account: whatever ids a client's key names, it neither reads nor changes what another client has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from mock_server.state.purge import Purger
from tests.clients import UNKNOWN, ClientApi, two_clients
from tests.conftest import Api
from tests.lead_lists import lead_list
from tests.sending import ok
from tests.worlds import (
    OPERATIONS,
    READS,
    Described,
    World,
    body_for,
    call,
    described,
    everything,
    fresh,
    glance,
    path_of,
)

Reading = list[tuple[str, int, str]]

#: operations that change what is the account's and not a client's: tags, lead lists and who is in them, the credit
ON_THE_ACCOUNT = frozenset({
    "create_email_account_tag", "update_email_account_tag", "create_lead_list", "update_lead_list", "delete_lead_list",
    "import_leads_to_list", "assign_tags_to_lead_lists", "push_leads_to_campaign", "push_leads_between_lists",
    "push_leads_to_list", "push_campaign_leads_to_list", "add_leads_to_campaign",
    "update_campaign_status",  # lists count who is in an active campaign
})  # fmt: skip
#: what only tells of these: names and counts of lists, all tags, the leads of a list, the credit
_OF_THE_ACCOUNT = (
    "list_lead_lists ", "get_lead_list ", "list_email_account_tags ", "list_lead_tags {} {}", "get_credit_stats ",
    "list_all_leads_v2 {} {'listId'",
)  # fmt: skip


def account_texts(marker: str) -> set[str]:
    """The four texts of a world that are the account's: names of a tag and of lists, a lead that nobody's campaign has.

    Such a lead in a list is in a pool that every client may take from.
    """
    return {f"{marker} tag", f"{marker} first", f"{marker} second", f"listed@{marker}.example"}


def texts_of(answer: Any, marker: str, sent: str = "") -> list[str]:
    """The words of an answer, hints included, that hold a client's marker, but for what is the account's or was sent.

    Words are compared whole: that `anna.example` was sent excuses no `lead1@anna.example`.
    """
    text = f"{answer.headers.get('x-mock-hint', '')} {answer.text}"
    for allowed in account_texts(marker):
        text = text.replace(f'"{allowed}"', "")
    return sorted({word for word in _words(text) if marker in word} - set(_words(sent)))


def _words(text: str) -> list[str]:
    return [word.strip(".") for word in re.split(r"[^\w@.-]+", text)]


def reads(client: ClientApi, world: World, *, first_only: bool = False) -> Reading:
    """What a client reads; without the counts of rows, which the control API shows of the account."""
    return (glance if first_only else everything)(client, world)[:-1]


def private(reading: Reading, world: World) -> Reading:
    """The same without what is the account's: tags without name and colour, leads without those of the pool."""
    return [
        (name, status, json.dumps(_private(json.loads(text), world.marker)) if text.startswith(("{", "[")) else text)
        for name, status, text in reading
        if not name.startswith(_OF_THE_ACCOUNT)
    ]


def _private(value: Any, marker: str) -> Any:
    if isinstance(value, list):
        return [_private(one, marker) for one in value if not (isinstance(one, dict) and _is_in_the_pool(one, marker))]
    if isinstance(value, dict):
        tags = [value] if "tag_id" in value else value.get("tags") or []
        for tag in tags:
            for name in ("name", "color", "tag_name", "tag_color"):
                tag.pop(name, None)
        return {key: _private(part, marker) for key, part in value.items()}
    return value


def _is_in_the_pool(row: dict[str, Any], marker: str) -> bool:
    """Whether a row is a lead, but none that a campaign of this world has."""
    return {"email", "linkedin_profile"} <= row.keys() and not re.fullmatch(rf"lead\d@{marker}.example", row["email"])


@dataclass
class Account:
    """An account with two clients; `is_clean`: it is as it was made."""

    anna: ClientApi
    hers: World
    boris: ClientApi
    his: World
    before: Reading
    is_clean: bool = False


_clean: list[Account] = []


@pytest.fixture
def account(client: TestClient) -> Iterator[Account]:
    """An account that no test has changed."""
    if _clean:
        here = _clean.pop()
    else:
        anna, hers, boris, his = two_clients(fresh(client))
        here = Account(anna, hers, boris, his, reads(anna, hers, first_only=True))
    here.is_clean = False
    yield here
    if here.is_clean:
        _clean.append(here)


def nobodys(world: World) -> World:
    """Ids that nothing has, but for the tag and the lists, which are the account's."""
    shared = ("tag_id", "lead_list_id", "other_list_id", "client_id", "api_key_id")
    ids: dict[str, Any] = {
        f.name: UNKNOWN for f in fields(world) if isinstance(getattr(world, f.name), int) and f.name not in shared
    }
    texts: dict[str, Any] = {"track_id": "1-nobody", "answer_id": "<nobody>", "untracked_id": "nobody"}
    return replace(world, marker="nobody", lead_ids=tuple(UNKNOWN + n for n in range(4)), **texts, **ids)


def _request(one: Described, world: World) -> str:
    return f"{path_of(one, world)} {json.dumps(body_for(one, world))}"


def _blurred(answer: Any) -> tuple[int, str]:
    return answer.status_code, re.sub(r"\d+", "0", re.sub("anna|nobody", "MARK", answer.text))


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.id)
def test_ids_of_another_client_are_as_unknown_ones(account: Account, one: Described) -> None:
    """A call with another client's ids is answered as one with ids that nothing has; no row of hers is shown or moved.

    Where the account's own things are changed, what is hers alone is compared.
    """
    nobody = nobodys(account.hers)
    answer = call(account.boris, one, account.hers)
    assert texts_of(answer, "anna", f"{_request(one, account.hers)} {account.hers.email}") == []
    answers = [answer]
    if _request(one, account.hers) != _request(one, nobody):
        answers.append(call(account.boris, one, nobody))
        assert _blurred(answers[0]) == _blurred(answers[1])
    after = reads(account.anna, account.hers, first_only=True)
    if one.id in ON_THE_ACCOUNT:
        assert private(after, account.hers) == private(account.before, account.hers)
    else:
        assert after == account.before
        account.is_clean = one in READS or all(one.status_code >= 400 for one in answers)


@pytest.fixture(scope="module")
def seen(client: TestClient) -> dict[str, Reading]:
    """What each of two clients reads."""
    anna, hers, boris, his = two_clients(fresh(client))
    return {"anna": reads(anna, hers), "boris": reads(boris, his)}


@pytest.mark.parametrize("one", READS, ids=lambda one: one.id)
def test_no_reading_shows_another_client(seen: dict[str, Reading], one: Described) -> None:
    """With its own ids, and in lists of everything, a client reads its own texts and the account's only."""
    for who, other in (("anna", "boris"), ("boris", "anna")):
        for name, _, text in seen[who]:
            if name.startswith(f"{one.id} "):
                assert texts_of(_Text(text), other) == [], name


@dataclass
class _Text:
    text: str

    @property
    def headers(self) -> dict[str, str]:
        """None were kept."""
        return {}


FILTERS = [
    ("/campaigns/", {"client_id": "client_id"}), ("/email-accounts/", {"client_id": "client_id"}),
    ("/leads/get-domain-block-list", {"filter_client_id": "client_id"}), ("/leads/all", {"clientId": "client_id"}),
    ("/leads/all", {"campaignId": "campaign_id"}), ("/leads/all", {"leadEmail": "email"}),
    ("/leads/all", {"listId": "lead_list_id"}), ("/leads/global-leads", {"email": "email"}),
    ("/leads/", {"email": "email"}), ("/client/api-key", {"clientId": "client_id"}),
    ("/leads/get-domain-block-list", {"filter_email_or_domain": "marker"}),
    ("/email-accounts/", {"username": "marker"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "names"), FILTERS, ids=lambda value: str(value))
def test_a_filter_finds_nothing_of_another_client(account: Account, path: str, names: dict[str, str]) -> None:
    """A filter by what another client has finds it with her key, and with his only what is the account's."""
    params = {name: str(getattr(account.hers, of)) for name, of in names.items()}
    assert texts_of(account.anna.get(path, params=params), "anna")
    assert texts_of(account.boris.get(path, params=params), "anna", params.get("email", "")) == []
    account.is_clean = True


PAGES = ["/leads/global-leads", "/leads/get-domain-block-list", "/email-accounts/", "/campaigns/all-leads-activities"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_count_what_is_the_clients(account: Account, path: str) -> None:
    """Pages of one row follow each other as in the whole list: rows of others take no place in them."""

    def page(**params: int) -> Any:
        found = ok(account.boris.get(path, params=params))
        return (found["data"], found["hasMore"]) if isinstance(found, dict) else (found, None)

    whole, more = page(limit=100)
    assert whole
    assert more in (False, None)
    for n, row in enumerate(whole):
        assert page(offset=n, limit=1) == ([row], None if more is None else n + 1 < len(whole))
    assert page(offset=len(whole), limit=1) == ([], more)
    account.is_clean = True


def test_a_webhook_of_another_client_is_unknown(account: Account) -> None:
    """Webhooks of the user and of another client are found, changed and deleted by neither key but the owner's."""
    owner, hook = account.anna.owner, {"webhook_url": "https://inbox.simulator.test/", "event_type_map": {}}
    levels = [
        {"association_type": 1}, {"association_type": 2, "client_id": account.hers.client_id},
        {"association_type": 3, "email_campaign_id": account.hers.campaign_id},
    ]  # fmt: skip
    for n, level in enumerate(levels):
        made = ok(owner.post("/webhook/create", {**hook, **level, "name": "anna hook", "force_create": True}))["id"]
        before = owner.get(f"/webhook/{made}").text
        for answer in (
            account.boris.get(f"/webhook/{made}"),
            account.boris.request("PUT", f"/webhook/update/{made}", json={"name": "boris"}),
            account.boris.delete("/webhook/delete", {"id": made}),
        ):
            assert answer.status_code == 404
        assert owner.get(f"/webhook/{made}").text == before
        assert account.anna.get(f"/webhook/{made}").status_code == (200 if n else 404)


def test_a_mailbox_of_another_client_in_ones_campaign_stays_hers(account: Account) -> None:
    """Where the account has put her mailbox into his campaign, he neither sees it there nor copies nor detaches it."""
    owner, campaign_id = account.anna.owner, account.his.campaign_id
    path, hers = f"/campaigns/{campaign_id}/email-accounts", {"email_account_ids": [account.hers.email_account_id]}
    ok(owner.post(path, hers))
    assert texts_of(account.boris.get(path), "anna") == []
    assert texts_of(account.boris.get(f"/campaigns/{campaign_id}/mailbox-statistics"), "anna") == []
    assert (
        account.boris.delete(path, hers).status_code
        == account.boris.delete(path, {"email_account_ids": [UNKNOWN]}).status_code
    )
    copied = ok(account.boris.post(f"/campaigns/{campaign_id}/duplicate", {}))["newCampaignId"]
    assert "anna" not in owner.get(f"/campaigns/{copied}/email-accounts").text
    assert "anna" in owner.get(path).text


def test_leads_of_a_list_are_pushed_by_who_sees_them(account: Account) -> None:
    """All leads of the account's list and all leads there are: he pushes the pool's and his own, none that is hers."""
    owner, boris = account.anna.owner, account.boris
    pushes: list[dict[str, Any]] = [{"leadList": {"listId": account.hers.lead_list_id}}, {"leadList": {}}, {}]
    for n, body in enumerate(pushes):
        campaign_id = boris.campaign(name=f"target {n}")
        boris.post("/leads/push-to-campaign", {"action": "copy", "campaignId": campaign_id, **body})
        assert not [row for row in owner.rows(campaign_id) if row["lead"]["email"].startswith("lead") and
                    "anna" in row["lead"]["email"]]  # fmt: skip
    for n, push in enumerate(
        [{"fromListId": account.hers.lead_list_id, "action": "copy"}, {"allLeads": True, "action": "copy"}]
    ):
        list_id = lead_list(owner)
        place, target = ("leads/push-between-lists", "toListId") if n == 0 else ("push-to-list", "listId")
        boris.post(f"/leads/{place}", {**push, target: list_id})
        listed = ok(owner.get("/leads/all", params={"listId": list_id}))["data"]["leads"]
        assert {row["email"] for row in listed if "anna" in row["email"]} <= {"listed@anna.example"}


def test_leads_of_a_deleted_list_leave_the_pool_at_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lead that is in no list any more is no client's, whether or not the rows of the list are removed already."""
    monkeypatch.setattr(Purger, "wake", lambda _: None)
    owner, listed = account.anna.owner, "listed@anna.example"
    assert account.boris.lead_id(listed)
    ok(owner.delete(f"/lead-list/{account.hers.lead_list_id}"))
    for client in (account.anna, account.boris):
        assert ok(client.get("/leads/", params={"email": listed})) == {}
    assert owner.lead_id(listed)


#: the fields of a world, and four times which lead
_IDS = [*(one.name for one in fields(World) if one.name != "lead_ids"), *range(4)]
#: for each of them whose it is: his own, hers or nobody's
_whose = st.lists(st.sampled_from("hhssn"), min_size=len(_IDS), max_size=len(_IDS)).map("".join)


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink takes minutes; the calls are noted instead
)  # fmt: skip
@given(st.lists(st.tuples(st.sampled_from([one.id for one in OPERATIONS]), _whose), min_size=5, max_size=15))
def test_nothing_a_client_does_reaches_another_one(api: Api, calls: list[tuple[str, str]]) -> None:
    """Random calls with ids of hers, of his and of nobody, mixed, show none of her texts and leave all that she reads.

    The account is made anew for each example, with the same ids and moments, so that she reads the same before.
    """
    ok(api.control("POST", "/reset"))
    anna, hers, boris, his = two_clients(api)
    before, worlds = _before(anna, hers), {"h": his, "s": hers, "n": nobodys(hers)}
    sent = "listed@anna.example"  # of the account's list and in nobody's campaign, so that he may push it into his
    for operation_id, whose in calls:
        one, mixed = described(operation_id), _mixed([worlds[letter] for letter in whose])
        sent += f" {_request(one, mixed)} {mixed.email}"
        answer = call(boris, one, mixed)
        note(f"{answer.status_code} {one.method} {_request(one, mixed)}")
        assert texts_of(answer, "anna", sent) == [], one.id
        assert answer.status_code < 500, one.id
    after = reads(anna, hers)
    if ON_THE_ACCOUNT.isdisjoint(operation_id for operation_id, _ in calls):
        assert after == before
    else:
        assert private(after, hers) == private(before, hers)
    for name, _, text in reads(boris, his, first_only=True):
        assert texts_of(_Text(text), "anna", sent) == [], name


def _mixed(worlds: list[World]) -> World:
    values: dict[Any, Any] = {name: getattr(of, str(name)) for name, of in zip(_IDS[:-4], worlds, strict=False)}
    return World(**values, lead_ids=tuple(of.lead_ids[n] for n, of in enumerate(worlds[-4:])))


_known: dict[str, Reading] = {}


def _before(anna: ClientApi, hers: World) -> Reading:
    """What she reads in a new account, read once for each account's key."""
    key = anna.owner.key
    if key not in _known:
        _known[key] = reads(anna, hers)
    return _known[key]

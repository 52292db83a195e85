"""Clients of an account: saving and listing them, their keys, whose key a call has, and the account's credit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from tests.clients import FULL_ACCESS, UNKNOWN, ClientApi, client_of, make_key
from tests.conftest import Api
from tests.sending import ok
from tests.servers import server
from tests.store import rows

ANN = {"name": "Ann Ltd", "email": "Ann@client.example"}
KEY = re.compile(r"cl_live_[0-9a-f]{32}")


def save(api: Api, **body: Any) -> dict[str, Any]:
    """The answer of saving a client."""
    answer: dict[str, Any] = ok(api.post("/client/save", body))
    return answer


def keys(api: Api, **filters: Any) -> list[dict[str, Any]]:
    """The records of keys that meet the filters."""
    answer = ok(api.get("/client/api-key", params=filters))
    assert answer.keys() == {"message", "data"}
    found: list[dict[str, Any]] = answer["data"]
    return found


def user(api: Api) -> Any:
    """The answer that tells whose the key of the call is."""
    return api.get("/users/get-by-api-key")


def assert_refused(api: Api) -> None:
    """The key opens nothing any more: 401 with a hint, for reading and for writing."""
    for answer in (user(api), api.post("/campaigns/create", {"name": "x"})):
        assert answer.status_code == 401
        assert "No client has this key" in answer.headers["x-mock-hint"]


def test_a_client_is_saved_and_listed(api: Api) -> None:
    """The answer repeats the password; the list has everything else, by id, and shows the account's user."""
    assert ok(api.get("/client/")) == []
    saved = save(api, **ANN, password="topsecret", permission=["reply_master_inbox"], logo="Ann", logo_url="http://l")
    assert saved == {"ok": True, "clientId": saved["clientId"], **ANN, "password": "topsecret"}
    second = save(api, name="Ben", email="ben@client.example")
    assert second["password"] is None
    first_row, second_row = ok(api.get("/client/"))
    assert first_row == {
        "id": saved["clientId"], **ANN, "uuid": first_row["uuid"], "created_at": first_row["created_at"],
        "user_id": ok(user(api))["id"], "logo": "Ann", "logo_url": "http://l",
        "client_permission": {"permission": ["reply_master_inbox"], "restricted_category": []},
    }  # fmt: skip
    assert (second_row["id"], second_row["logo"]) == (second["clientId"], None)
    assert second_row["client_permission"]["permission"] == []
    assert second_row["uuid"] != first_row["uuid"]


@pytest.mark.parametrize(
    "change",
    [{"name": "New"}, {"email": "new@client.example"}, {"email": "ANN@CLIENT.example"}, {"permission": ["full_access"]},
     {"permission": []}, {"logo": None}, {"logo": "New"}, {"logo_url": "http://new"}, {}],
    ids=str,
)  # fmt: skip
def test_what_is_not_sent_stays(api: Api, change: dict[str, Any]) -> None:
    """A save with the id changes what is sent alone; the uuid and the moment of making never."""
    client_id = save(api, **ANN, permission=["leads"], logo="Ann", logo_url="http://l", uuid="own")["clientId"]
    (before,) = ok(api.get("/client/"))
    assert save(api, id=client_id, **{**ANN, **change})["clientId"] == client_id
    permission = {"client_permission": {"permission": change.pop("permission"), "restricted_category": []}
                  } if "permission" in change else {}  # fmt: skip
    assert ok(api.get("/client/")) == [{**before, **change, **permission}]


def test_a_change_needs_the_client_its_name_and_its_address(api: Api) -> None:
    """An unknown id, a missing name and a missing address are refused, and nothing changes."""
    client_id = save(api, **ANN)["clientId"]
    before = api.get("/client/").text
    assert api.post("/client/save", {**ANN, "id": UNKNOWN}).status_code == 404
    for name in ANN:
        for body in ({**ANN, "id": client_id}, dict(ANN)):
            del body[name]
            answer = api.post("/client/save", body)
            assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, [name])
    assert api.get("/client/").text == before


@pytest.mark.parametrize("address", ["ann@client.example", "ANN@client.EXAMPLE", "any@taken.simulator.test"])
def test_an_address_has_one_client(api: Api, address: str) -> None:
    """Another client's address is refused in any case, as is one that another account has; one's own is not."""
    save(api, **ANN)
    second = save(api, name="Ben", email="ben@client.example")["clientId"]
    before = api.get("/client/").text
    for body in ({"name": "x", "email": address}, {"id": second, "name": "x", "email": address}):
        answer = api.post("/client/save", body)
        assert (answer.status_code, answer.json()) == (400, {"error": f"Client email already exists - {address}"})
    assert api.get("/client/").text == before
    save(api, id=second, name="Ben", email="BEN@client.example")


def test_another_account_may_have_the_same_client(api: Api, other: Api) -> None:
    """Workspaces are worlds of their own: the address is free in each."""
    assert save(api, **ANN)["clientId"] == save(other, **ANN)["clientId"]


def test_a_key_is_made_and_opens_the_account_for_its_client(api: Api) -> None:
    """The record shows the key, which is an account's and a client's; one client may have several."""
    client_id = save(api, **ANN)["clientId"]
    first, second = make_key(api, client_id, "Main"), make_key(api, client_id, "Main")
    assert KEY.fullmatch(first["api_key"])
    assert first == {
        "id": first["id"], "client_id": client_id, "key_name": "Main", "api_key": first["api_key"], "status": "active",
        "created_at": first["created_at"], "updated_at": first["created_at"], "user_id": ok(user(api))["id"],
        "deleted_at": None,
    }  # fmt: skip
    assert (second["id"], second["api_key"] != first["api_key"]) == (first["id"] + 1, True)
    assert keys(api) == [first, second]
    for key in (first, second):
        assert ok(user(ClientApi(api, client_id, key["api_key"])))["client_id"] == client_id


def test_keys_are_listed_by_all_filters(api: Api) -> None:
    """Client, status and a part of the name narrow the list, each and together; it is by id."""
    ann, ben = (save(api, name=name, email=f"{name}@client.example")["clientId"] for name in ("ann", "ben"))
    ids = [
        make_key(api, of, name)["id"] for of, name in ((ann, "Main key"), (ben, "main"), (ann, "test_key"), (ann, "x"))
    ]
    ok(api.delete(f"/client/api-key/{ids[2]}"))
    for filters, expected in (
        ({}, [0, 1, 2, 3]), ({"clientId": ann}, [0, 2, 3]), ({"clientId": UNKNOWN}, []),
        ({"status": "active"}, [0, 1, 3]), ({"status": "inactive"}, [2]), ({"keyName": "MAIN"}, [0, 1]),
        ({"keyName": "_"}, [2]), ({"keyName": "key"}, [0, 2]),
        ({"clientId": ann, "keyName": "key"}, [0, 2]), ({"clientId": ann, "keyName": "key", "status": "active"}, [0]),
        ({"clientId": ben, "status": "inactive"}, []),
    ):  # fmt: skip
        assert [row["id"] for row in keys(api, **filters)] == [ids[n] for n in expected], filters


def test_a_deleted_key_opens_nothing_and_stays_in_the_list(api: Api) -> None:
    """The next call with it is refused; its record is inactive with the moment; another key of the client goes on."""
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-02T09:00:00Z"}))
    one = client_of(api)
    before = keys(api)[0]
    second = ClientApi(api, one.client_id, make_key(api, one.client_id)["api_key"])
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-02T10:00:00Z"}))
    assert ok(api.delete(f"/client/api-key/{before['id']}")) == {"ok": True}
    assert_refused(one)
    now = "2026-03-02T10:00:00.000Z"
    assert keys(api)[0] == {**before, "status": "inactive", "updated_at": now, "deleted_at": now}
    assert ok(user(second))["client_id"] == one.client_id
    for answer in (
        api.delete(f"/client/api-key/{before['id']}"),
        api.request("PUT", f"/client/api-key/reset/{before['id']}"),
    ):
        assert answer.status_code == 404


def test_a_reset_key_has_a_new_value(api: Api) -> None:
    """The record stays, the former value is refused at once, and no value comes back."""
    one = client_of(api)
    (record,) = keys(api)
    values = [record["api_key"]]
    for _ in range(3):
        answer = ok(api.request("PUT", f"/client/api-key/reset/{record['id']}"))
        assert answer["data"] == keys(api)[0] == {**record, **{n: answer["data"][n] for n in ("api_key", "updated_at")}}
        for value in values:
            assert_refused(ClientApi(api, one.client_id, value))
        values.append(answer["data"]["api_key"])
        assert ok(user(ClientApi(api, one.client_id, values[-1])))["client_id"] == one.client_id
    assert len(set(values)) == 4


def test_what_is_unknown_is_not_found(api: Api, other: Api) -> None:
    """A key for an unknown client, and an unknown key, also one of another account; a bad name is refused."""
    of_other = make_key(other, save(other, **ANN)["clientId"])
    assert api.post("/client/api-key", {"clientId": of_other["client_id"], "keyName": "x"}).status_code == 404
    for method, path in (("DELETE", "/client/api-key"), ("PUT", "/client/api-key/reset")):
        for key_id in (of_other["id"], UNKNOWN):
            assert api.request(method, f"{path}/{key_id}").status_code == 404
    client_id = save(api, **ANN)["clientId"]
    for name in ("", "a.b", "ä", "a/b"):
        assert api.post("/client/api-key", {"clientId": client_id, "keyName": name}).status_code == 400
    assert keys(api) == []
    assert keys(other) == [of_other]


def test_keys_are_the_same_on_every_server_for_one_seed() -> None:
    """Two servers give one key the same values, reset or not; another account and another seed give others."""

    def values(key: str, seed: int = 0) -> list[str]:
        with TestClient(create_app(Settings(rate_limit="off", seed=seed))) as client:
            api = Api(client, key)
            client_id = save(api, **ANN)["clientId"]
            made = [make_key(api, client_id) for _ in range(2)]
            reset = ok(api.request("PUT", f"/client/api-key/reset/{made[0]['id']}"))["data"]
            return [one["api_key"] for one in (*made, reset)]

    first, again, elsewhere, seeded = values("one"), values("one"), values("two"), values("one", seed=1)
    assert first == again
    assert len({*first, *elsewhere, *seeded}) == 9


def test_the_user_of_a_key(api: Api) -> None:
    """An account's key tells the account, a client's its client, each the key of the call; a client makes an agency."""
    before = ok(user(api))
    assert (before["is_agency"], before["client_id"], before["api_key"]) == (False, None, api.key)
    one = client_of(api, "ann")
    mine, theirs = ok(user(api)), ok(user(one))
    assert mine == {**before, "is_agency": True}
    client = {"name": "ann client", "email": "client@ann.example", "client_id": one.client_id, "api_key": one.key}
    assert theirs == {**mine, **client}


def test_credits_count_the_leads_that_were_added(api: Api) -> None:
    """Used grows by the leads that came into campaigns, with a limit and without; used and left are the total."""

    def credit() -> tuple[int, int]:
        stats = ok(api.get("/subscription/credits-stats"))
        assert stats["total_credits"] == stats["used_credits"] + stats["remaining_credits"]
        return stats["used_credits"], stats["remaining_credits"]

    unlimited = credit()[1]
    assert credit() == (0, unlimited)
    campaign_id, second = api.campaign(), api.campaign()
    api.add(campaign_id, "a@x.example", "b@x.example", "b@x.example", "bad")
    assert credit() == (2, unlimited)
    assert "lead_credit" in api.get("/subscription/credits-stats").headers["x-mock-hint"]
    ok(api.control("PUT", "/settings", {"lead_credit": 3}))
    assert credit() == (2, 3)
    api.add(second, "a@x.example", "c@x.example")
    assert credit() == (4, 1)
    ok(api.delete(f"/campaigns/{second}"))
    api.add(campaign_id, "d@x.example", "e@x.example")
    assert credit() == (5, 0)
    one = client_of(api, "ann", FULL_ACCESS)
    assert ok(one.get("/subscription/credits-stats")) == ok(api.get("/subscription/credits-stats"))
    ok(api.control("PUT", "/settings", {"lead_credit": None}))
    one.add(one.campaign(), "f@x.example")
    assert credit() == (6, unlimited)


@pytest.mark.parametrize(("body", "kept"), [({"teamMemberId": 55}, 55), ({"teamMemberId": None}, None), ({}, None),
                                            (None, None), ({"teamMemberId": UNKNOWN}, UNKNOWN)], ids=str)  # fmt: skip
def test_a_team_member_takes_the_place_of_the_former_one(api: Api, body: Any, kept: int | None) -> None:
    """Any id will do; null, none and no body at all assign nobody. A copy of the campaign has nobody."""
    campaign_id, path = api.campaign(), "/campaigns/{}/team-member"
    ok(api.post(path.format(campaign_id), {"teamMemberId": 7}))
    more = {} if body is None else {"json": body}
    answer = ok(api.request("POST", path.format(campaign_id), **more))
    assert answer == {"success": True, "message": "Team member updated"}
    ok(api.post(f"/campaigns/{campaign_id}/duplicate", {}))
    assert [row["team_member_id"] for row in rows(api, "campaign")] == [kept, None]
    assert api.post(path.format(UNKNOWN), {"teamMemberId": 7}).status_code == 404
    for bad in ("x", 0, -1, 1.5):
        assert api.post(path.format(campaign_id), {"teamMemberId": bad}).status_code == 400


def test_the_journal_is_the_accounts_and_shows_no_key(api: Api) -> None:
    """Calls of a client are in its account's journal; no key and no password is, in whatever place it was sent."""
    client_id = save(api, **ANN, password="topsecret", permission=[FULL_ACCESS])["clientId"]
    record = make_key(api, client_id)
    one = ClientApi(api, client_id, record["api_key"])
    keys(api), keys(one), ok(user(one)), one.campaign(name=f"of {one.key}")
    one.get(f"/campaigns/{one.key}")
    one.post("/campaigns/create", {one.key: one.key})
    fresh = ok(api.request("PUT", f"/client/api-key/reset/{record['id']}"))["data"]["api_key"]
    assert_refused(one)
    told = api.client.get("/_mock/requests", params={"api_key": api.key}).json()["requests"]
    assert [one["operation"] for one in told][:6] == [
        "save_client", "create_client_api_key", "list_client_api_keys", "list_client_api_keys", "get_user_by_api_key",
        "create_campaign",
    ]  # fmt: skip
    for secret in (one.key, fresh, "topsecret"):
        assert secret not in str(told)
    for row in rows(api, "client"):
        assert "topsecret" not in str(tuple(row))


def test_the_control_api_takes_no_key_of_a_client(api: Api) -> None:
    """Neither in the header nor in the query: worlds are moved with the account's key alone."""
    key = client_of(api, "ann", FULL_ACCESS).key
    for path in ("/state", "/clock", "/settings", "/requests", "/messages", "/events"):
        assert api.client.get(f"/_mock{path}", headers={"X-Mock-Key": key}).status_code == 401
        assert api.client.get(f"/_mock{path}", params={"api_key": key}).status_code == 401
    assert api.client.post("/_mock/reset", headers={"X-Mock-Key": key}).status_code == 401


@pytest.mark.parametrize("key", ["cl_live_", "cl_live_x", f"cl_live_{'0' * 32}"])
def test_an_unknown_key_of_a_client_is_no_account(api: Api, key: str) -> None:
    """What begins as a client's key and is none is refused, and makes no workspace."""
    assert_refused(Api(api.client, key))
    assert api.client.get("/_mock/state", headers={"X-Mock-Key": key}).status_code == 401


def test_a_reset_of_the_account_ends_its_clients(api: Api, other: Api) -> None:
    """After it their keys are refused; those of another account go on."""
    one, two = client_of(api), client_of(other)
    ok(api.control("POST", "/reset"))
    assert_refused(one)
    assert ok(api.get("/client/")) == []
    assert ok(user(two))["client_id"] == two.client_id


def test_windows_are_the_keys_and_new_after_a_reset(api: Api) -> None:
    """Account, client and second client have windows of their own; an account that is reset begins with new ones."""
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-02T09:00:00Z"}))
    ok(api.control("PUT", "/settings", {"rate_limit": "8/60"}))
    first, second = client_of(api, "ann"), client_of(api, "ben")
    for one, left in ((first, 8), (second, 8), (api, 4)):
        assert [user(one).status_code for _ in range(left + 1)] == [200] * left + [429]
    ok(api.control("POST", "/reset"))
    ok(api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-03-02T09:00:00Z"}))
    ok(api.control("PUT", "/settings", {"rate_limit": "8/60"}))
    again = client_of(api, "ann")
    assert again.key == first.key
    assert user(again).status_code == 200


def test_a_key_outlives_its_server(tmp_path: Path) -> None:
    """With a store in a file the key opens the same after a restart; the log of neither server has a secret."""
    file = ("--db", str(tmp_path / "mock.db"), "--log-format", "json")
    with server(*file) as running, running.api("owner") as api:
        client_id = save(api, **ANN, password="topsecret", permission=[FULL_ACCESS])["clientId"]
        one = ClientApi(api, client_id, make_key(api, client_id)["api_key"])
        gone = make_key(api, client_id)
        ok(api.delete(f"/client/api-key/{gone['id']}"))
        log = _said(running, api, one.key)
    with server(*file) as running, running.api(one.key) as api:
        assert ok(user(api))["client_id"] == client_id
        ok(api.post("/campaigns/create", {"name": "x"}))
        log += _said(running, api, gone["api_key"])
    with server(*file, "--keys", "other") as running, running.api(one.key) as api:
        assert user(api).status_code == 401
        log += _said(running, api, "owner")
    assert [secret for secret in (one.key, gone["api_key"], "topsecret", "owner") if secret in log] == []


def _said(running: Any, api: Api, key: str) -> str:
    """What a server logs, of a call with some key too."""
    api.client.get("/api/v1/users/get-by-api-key", params={"api_key": key})
    text: str = running.log()
    assert "get-by-api-key" in text
    return text


def test_a_server_with_keys_knows_clients_of_its_accounts() -> None:
    """The clients of the accounts of `--keys` have keys; one that is named there is an account, however it begins."""
    named = "cl_live_named"
    with TestClient(create_app(Settings(rate_limit="off", keys=frozenset({"known", named})))) as client:
        known, second = Api(client, "known"), Api(client, named)
        one = client_of(known, "ann", FULL_ACCESS)
        assert ok(user(one))["client_id"] == one.client_id
        assert_refused(Api(client, "cl_live_other"))
        assert user(Api(client, "stranger")).status_code == 401
        mine = ok(user(second))
        assert (mine["client_id"], mine["api_key"]) == (None, named)
        assert save(second, **ANN)["ok"]
        assert second.control("GET", "/state").status_code == 200

"""What cannot be the configuration of a webhook is refused on every route, and stored nowhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.families.webhooks import rules
from tests.conftest import Api
from tests.store import rows
from tests.webhooks import DELETIONS, SAVE, UNKNOWN, URL, USERS, celebrate, created, read, saved, update

BAD_URLS = [
    "notaurl", "", " ", "http://", "https:///x", "ftp://hooks.example.com/", "mailto:ann@one.example",
    "//hooks.example.com/",
    "hooks.example.com/sl", "http://:80/", "http://?", "http://user:secret@/", "http://h:99999/", "http://h:port/",
    "http://[::1/", "http://a b/", "http://a/b c", "http://a/\n", "http://a/\u0001", "http://a/\u0085", "http://a/\u007f",
    " http://a/", "javascript:alert(1)", "http://a<b>/", "http://%41/", f"http://a/{'x' * 2000}", "http:/a/", "http:a",
]  # fmt: skip
GOOD_URLS = [
    URL, "http://localhost", "HTTP://LOCALHOST:8000/Hook?x=1&y=2#z", "http://127.0.0.1:9", "http://[::1]:8000/sl",
    "https://user:secret@hooks.example.com/", "https://under_score.example/", "https://exämple.example/ü?ü=%20",
    "https://h/{id}|x", f"http://a/{'x' * 1991}",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD_URLS, ids=lambda url: url[:30])
def test_a_url_is_taken_as_it_is(api: Api, url: str) -> None:
    """http and https, any host and port, with or without credentials, up to 2000 characters."""
    assert read(api, created(api, webhook_url=url))["webhook_url"] == url


@pytest.mark.parametrize("url", BAD_URLS, ids=lambda url: repr(url)[:30])
def test_a_url_that_cannot_be_called_is_refused_everywhere(api: Api, url: str) -> None:
    """On all four routes, with the offending value, and nothing is stored."""
    campaign_id = api.campaign()
    webhook_id = saved(api, campaign_id)
    before = rows(api, "webhook")
    guides = {"webhook_url": url, "event_types": ["EMAIL_SENT"]}
    for answer in (
        api.post(f"/campaigns/{campaign_id}/webhooks", {**SAVE, "webhook_url": url}),
        api.post(f"/campaigns/{campaign_id}/webhooks", {**SAVE, "webhook_url": url, "id": webhook_id}),
        api.post("/webhook/create", {**USERS, "webhook_url": url}),
        update(api, webhook_id, webhook_url=url, name="new"), api.post("/webhooks", guides),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()) == (400, {"error": f"Invalid webhook_url - {url}"})
    assert rows(api, "webhook") == before


_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(
    st.sampled_from(["http", "https", "HTTPS"]), st.lists(_LABEL, min_size=1, max_size=4),
    st.none() | st.integers(1, 65535), st.text(max_size=20), st.text(max_size=20),
)  # fmt: skip
def test_any_host_port_and_path_make_a_url(
    scheme: str, labels: list[str], port: int | None, path: str, query: str
) -> None:
    """Whatever is escaped behind the host does not matter."""
    host = ".".join(labels) + ("" if port is None else f":{port}")
    assert rules.is_webhook_url(f"{scheme}://{host}/{quote(path)}?{quote(query)}")


@given(
    st.text(max_size=30),
    st.sampled_from([chr(code) for code in (*range(33), 127, 133, 160, 0x2028)]),
    st.text(max_size=9),
)
def test_no_control_character_and_no_blank_is_in_a_url(before: str, bad: str, after: str) -> None:
    """Wherever it stands."""
    assert not rules.is_webhook_url(f"https://hooks.example.com/{before}{bad}{after}")


SAVES, UPDATES = "/campaigns/{campaign}/webhooks", "/webhook/update/{webhook}"
REFUSED: list[tuple[str, str, Any, str]] = [
    ("POST", SAVES, {"name": "CRM", "webhook_url": URL}, "event_types"),
    ("POST", SAVES, {**SAVE, "event_types": []}, "event_types"),
    ("POST", SAVES, {**SAVE, "event_types": "EMAIL_SENT"}, "event_types"),
    ("POST", SAVES, {"webhook_url": URL, "event_types": ["EMAIL_SENT"]}, "name"),
    ("POST", SAVES, {"name": "CRM", "event_types": ["EMAIL_SENT"]}, "webhook_url"),
    ("POST", SAVES, {**SAVE, "webhook_url": None}, "webhook_url"),
    ("POST", SAVES, {**SAVE, "id": "1001"}, "id"),
    ("POST", SAVES, {**SAVE, "id": 0}, "id"),
    ("POST", SAVES, {**SAVE, "categories": [1]}, "categories.0"),
    ("POST", SAVES, {**SAVE, "event_type_map": {}}, "event_type_map"),
    ("POST", "/webhook/create", {"association_type": "user"}, "webhook_url"),
    ("POST", "/webhook/create", {"webhook_url": URL}, "association_type"),
    ("POST", "/webhook/create", {**USERS, "association_type": "User"}, "association_type"),
    ("POST", "/webhook/create", {**USERS, "association_type": 4}, "association_type"),
    ("POST", "/webhook/create", {**USERS, "association_type": "1"}, "association_type"),
    ("POST", "/webhook/create", {**USERS, "association_type": True}, "association_type"),
    ("POST", "/webhook/create", {**USERS, "association_type": "campaign"}, "email_campaign_id"),
    ("POST", "/webhook/create", {**USERS, "association_type": 3, "client_id": 22}, "email_campaign_id"),
    ("POST", "/webhook/create", {**USERS, "association_type": "client"}, "client_id"),
    ("POST", "/webhook/create", {**USERS, "association_type": 2, "email_campaign_id": 1001}, "client_id"),
    ("POST", "/webhook/create", {**USERS, "event_type_map": {"EMAIL_FOO": True}}, "event_type_map.EMAIL_FOO"),
    ("POST", "/webhook/create", {**USERS, "event_type_map": {"EMAIL_SENT": 1}}, "event_type_map.EMAIL_SENT"),
    ("POST", "/webhook/create", {**USERS, "category_id_map": {"Interested": True}}, "category_id_map.Interested"),
    ("POST", "/webhook/create", {**USERS, "category_id_map": {"1": "yes"}}, "category_id_map.1"),
    ("POST", "/webhook/create", {**USERS, "event_types": ["EMAIL_SENT"]}, "event_types"),
    ("PUT", UPDATES, {"association_type": "user"}, "association_type"),
    ("PUT", UPDATES, {"categories": [None]}, "categories.0"),
    ("POST", "/webhooks", {"webhook_url": URL}, "event_types"),
    ("DELETE", "/webhook/delete", {}, "id"),
    ("DELETE", "/webhook/delete/{webhook}", {"id": UNKNOWN}, "id"),
    ("DELETE", "/campaigns/{campaign}/webhooks", {}, "id"),
    ("DELETE", "/campaigns/{campaign}/webhooks/{webhook}", {"id": UNKNOWN}, "id"),
]
LITERAL: list[tuple[str, str, Any, int, str]] = [
    ("POST", SAVES, {**SAVE, "categories": ["Interested", "Nope"]}, 400, "Invalid category - Nope"),
    ("POST", SAVES, {**SAVE, "categories": ["interested"]}, 400, "Invalid category - interested"),
    ("POST", "/webhook/create", {**USERS, "category_id_map": {"1": True, "8": True}}, 400, "Invalid category - 8"),
    ("POST", "/webhook/create", {**USERS, "category_id": 8}, 400, "Invalid category - 8"),
    ("POST", "/webhook/create", {**USERS, "event_type": "EMAIL_FOO"}, 400, "Invalid event_types - EMAIL_FOO"),
    ("PUT", UPDATES, {"name": "x", "categories": ["1"]}, 400, "Invalid category - 1"),
    ("PUT", UPDATES, {"name": "x", "event_types": ["LEAD_SENT"]}, 400, "Invalid event_types - LEAD_SENT"),
    ("PUT", UPDATES, {"name": "x", "event_type": "LEAD_REPLIED"}, 400, "Invalid event_types - LEAD_REPLIED"),
    ("POST", "/webhooks", {"webhook_url": URL, "event_types": ["SENT"]}, 400, "Invalid event_types - SENT"),
    ("POST", "/campaigns/999/webhooks", SAVE, 404, "Campaign not found - Invalid campaign_id."),
    ("POST", "/webhook/create", {**USERS, "association_type": 3, "email_campaign_id": 999}, 404,
     "Campaign not found - Invalid campaign_id."),
]  # fmt: skip


def refused(api: Api, method: str, path: str, body: Any) -> Any:
    """The answer to a call that stores nothing."""
    campaign_id = api.campaign()
    place = path.format(campaign=campaign_id, webhook=saved(api, campaign_id))
    before = rows(api, "webhook")
    answer = api.request(method, place, json=body)
    assert rows(api, "webhook") == before
    return answer


@pytest.mark.parametrize(("method", "path", "body", "key"), REFUSED, ids=str)
def test_a_request_that_does_not_fit_is_refused(api: Api, method: str, path: str, body: Any, key: str) -> None:
    """Missing, unknown and odd values are 400 in the validator's form, and nothing is stored."""
    celebrate(refused(api, method, path, body), "body", key)


@pytest.mark.parametrize(("method", "path", "body", "status", "text"), LITERAL, ids=str)
def test_the_refusal_names_the_offending_value(
    api: Api, method: str, path: str, body: Any, status: int, text: str
) -> None:
    """A word that does not exist is told back in the help centre's words, and nothing is stored."""
    answer = refused(api, method, path, body)
    assert (answer.status_code, answer.json()) == (status, {"error": text})


def test_a_foreign_campaign_is_unknown(api: Api, other: Api) -> None:
    """Another key's campaign and webhook are 404 on every route."""
    api.campaign(), other.campaign()
    campaign_id = other.campaign()
    webhook_id = saved(other, campaign_id)
    of_theirs = {**USERS, "association_type": "campaign", "email_campaign_id": campaign_id}
    for answer in (
        api.get(f"/campaigns/{campaign_id}/webhooks"), api.post(f"/campaigns/{campaign_id}/webhooks", SAVE),
        api.post("/webhook/create", of_theirs), api.get(f"/webhook/{webhook_id}"), update(api, webhook_id, name="x"),
        *(delete(api, campaign_id, webhook_id) for delete in DELETIONS.values()),
    ):  # fmt: skip
        assert answer.status_code == 404, answer.text
    assert read(other, webhook_id)["name"] == "CRM"

"""S4, the older reference's index: its pages, tables and lists of words hold in the edition `reference`."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.config import openapi_directory
from mock_server.contract.operations import Contract, success
from tests.conftest import Api
from tests.hand_mails import reply, stats_id
from tests.inboxes import mailed, map_id
from tests.seeds import s4
from tests.seeds.examples import SEEDS
from tests.sending import ALWAYS, Json, equip, freeze, ok, react, steps, until
from tests.worlds import DOCUMENT, described

if not SEEDS.is_dir():
    pytest.skip("the seeds are not part of a user's clone", allow_module_level=True)

EDITION = "reference"
CONTRACT = Contract(openapi_directory())
HOOK = {"id": None, "name": "user", "webhook_url": "http://inbox.simulator.test/hook"}
FIELDS, HISTORY = "Response Object Fields Explained", "Email History Response Object Explanations"
#: lists of conversations, by page; those that sort otherwise have words of their own
LISTS = {
    title: operation for title, operation in s4.OPERATIONS.items()
    if operation == "list_inbox_replies" or s4.SAME_AS_INBOX in s4.page(title).text
}  # fmt: skip
SORTED = {"Fetch Messages with Reminders": "REMINDER_TIME", "Fetch Scheduled Messages": "SCHEDULED_TIME"}


def ask(api: Api, operation: str, body: Any = None, **params: str) -> Any:
    """The answer of a list of conversations."""
    return api.post(described(operation).path, body or {}, params=params, edition=EDITION)


# ------------------------------------------------------------------------------------------ pages


def test_every_page_of_the_core_host_is_served() -> None:
    """Each title is an operation of the edition, a page of another host, or a text; and the edition has no others."""
    titles = [page.title for page in s4.pages()]
    assert len(titles) == len(set(titles)) == 125
    assert set(titles) == s4.OPERATIONS.keys() | s4.OTHER_HOSTS | s4.TEXTS
    assert (len(s4.OPERATIONS), len(s4.OTHER_HOSTS)) == (93, 31)
    assert set(s4.OPERATIONS.values()) == CONTRACT.edition(EDITION).operations.keys()


def test_what_is_printed_twice_is_the_same() -> None:
    """Each text stands twice in the index, and both times says the same."""
    first, second = (one.response for one in s4.examples())
    assert first == second
    printings: list[list[Any]] = [
        s4.table("Fetch Inbox Replies", FIELDS), s4.table("Fetch Inbox Replies", HISTORY), s4.event_words(),
        s4.table("Fetch Master Inbox Lead by ID", FIELDS), *(s4.sort_words(title) for title in SORTED),
    ]  # fmt: skip
    for printed in printings:
        assert len(printed) == 2
        assert printed[0]
        assert printed[0] == printed[1]


def test_a_lead_has_one_of_six_statuses() -> None:
    """Those of the references (S4:209-214), and no other."""
    document: Any = CONTRACT.document(EDITION)
    operation = document["paths"]["/campaigns/{campaign_id}/leads"]["get"]
    page = success(document, operation)[2]
    assert page is not None
    status = page["properties"]["data"]["items"]["properties"]["status"]
    assert sorted(status["enum"]) == sorted(s4.lead_statuses())


# ------------------------------------------------------------------------------------------ limits


def test_one_limit_shown_on_reads(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """60 requests in 60 seconds; three headers of GETs tell what is left (S4:262-270)."""
    limits = s4.limits()
    most, seconds = limits["window"]
    profile = CONTRACT.specs[EDITION].rate_limit
    assert [(one.limit, one.seconds) for one in CONTRACT.rate_limits[profile].windows_of("lead")] == [(most, seconds)]
    freeze(api)
    monkeypatch.setattr("mock_server.clock.monotonic_ms", lambda: 1_000_000)
    ok(api.control("PUT", "/settings", {"rate_limit": profile, "edition": EDITION}))
    written = api.post("/campaigns/create", {"name": "A"})
    assert not [name for name in written.headers if name.startswith("x-ratelimit")]
    read = api.get("/campaigns")
    assert sorted(name for name in read.headers if name.startswith("x-ratelimit")) == sorted(limits["headers"])
    shown = [read.headers[name] for name in ("x-ratelimit-limit", "x-ratelimit-remaining")]
    assert shown == [str(most), str(most - 2)]
    statuses = [api.get("/campaigns").status_code for _ in range(most - 1)]
    assert statuses == [200] * (most - 2) + [429]


def test_so_many_leads_fit_into_one_upload(api: Api) -> None:
    """350, and not one more (S4:272)."""
    limits = s4.limits()
    path, most = f"/campaigns/{api.campaign()}/leads", limits["leads"]
    leads = [{"email": f"a{n}@many.example"} for n in range(most + 1)]
    assert (most, api.post(path, {"lead_list": leads}, edition=EDITION).status_code) == (350, 422)
    assert ok(api.post(path, {"lead_list": leads[:most]}, edition=EDITION))["added_count"] == most


# ------------------------------------------------------------------------------------------ inbox


def everywhere(api: Api) -> int:
    """A conversation that is in every list: answered, unread, answered later, reminded of, snoozed, marked; its id."""
    campaign_id = mailed(api, sequence=steps(0, 3))
    react(
        api, campaign_id, "bob", "reply", raw="From: Eve <eve@leads.example>\nCc: pat@leads.example\nSubject: Re\n\nYes"
    )
    row_id = map_id(api, campaign_id)
    mail = stats_id(api, campaign_id)
    reminder = {"email_lead_map_id": row_id, "email_stats_id": mail, "message": "Call"}
    ok(api.post("/master-inbox/set-reminder", {**reminder, "reminder_time": "2026-03-10T09:00:00Z"}, edition=EDITION))
    later = reply(api, campaign_id, email_stats_id=mail, scheduled_time="2026-03-09T09:00:00Z")
    assert later.status_code == 200
    states = {"is_snoozed": True, "is_important": True, "is_archived": True}
    ok(api.control("PUT", f"/inbox/{row_id}", states))
    return row_id


@pytest.mark.parametrize("title", LISTS)
def test_a_conversation_has_exactly_the_fields_of_the_table(api: Api, title: str) -> None:
    """In each list that is "exactly the same as Inbox Replies"; the history comes when it is asked for."""
    row_id = everywhere(api)
    listed = set(s4.table("Fetch Inbox Replies", FIELDS)[0])
    assert len(listed) == 29
    hidden = {"is_archived": title == "Fetched Archived Messages", "is_snoozed": title == "Fetch Snoozed Messages"}
    ok(api.control("PUT", f"/inbox/{row_id}", hidden))
    (row,) = ok(ask(api, LISTS[title]))["messages"]
    assert row.keys() == listed
    (row,) = ok(ask(api, LISTS[title], fetch_message_history="true"))["messages"]
    assert row.keys() == {*listed, "email_history"}


def test_a_conversation_by_id_has_the_fields_of_its_table(api: Api) -> None:
    """The table is printed there again."""
    row_id = everywhere(api)
    fields = s4.table("Fetch Master Inbox Lead by ID", FIELDS)[0]
    assert fields == s4.table("Fetch Inbox Replies", FIELDS)[0]
    row = ok(api.get(f"/master-inbox/{row_id}", edition=EDITION))
    assert row.keys() == fields.keys()


def test_a_history_has_exactly_the_fields_of_the_table(api: Api) -> None:
    """Those "for sent emails" on what was sent only, those "for replies" on replies only; `type` has the two words."""
    row_id = everywhere(api)
    ok(api.control("PUT", f"/inbox/{row_id}", {"is_snoozed": False, "is_archived": False}))
    table = s4.table("Fetch Inbox Replies", HISTORY)[0]
    assert len(table) == 13
    sent_only = {name for name, text in table.items() if "(for sent emails)" in text}
    reply_only = {name for name, text in table.items() if "(for replies)" in text}
    (row,) = ok(ask(api, "list_inbox_replies", fetch_message_history="true"))["messages"]
    sent, answer = row["email_history"]
    assert f"{sent['type']} or {answer['type']}" in table["type"]
    assert sent.keys() == table.keys() - reply_only
    assert answer.keys() == table.keys() - sent_only


@pytest.mark.parametrize("title", LISTS)
def test_lists_sort_by_the_words_of_their_page(api: Api, title: str) -> None:
    """Reminders and scheduled messages by their own time, and by no word of another list."""
    everywhere(api)
    own = s4.sort_words(title)[0] if title in SORTED else []
    assert own == ([f"{SORTED[title]}_DESC", f"{SORTED[title]}_ASC"] if title in SORTED else [])
    for word in own:
        assert len(ok(ask(api, LISTS[title], {"sortBy": word}))["messages"]) == 1
    foreign = [word for other in SORTED if other != title for word in s4.sort_words(other)[0]]
    for word in (*foreign, *(f"{word}'" for word in own)):
        assert ask(api, LISTS[title], {"sortBy": word}).status_code == 422, word


# ------------------------------------------------------------------------------------------ webhooks


def test_webhooks_take_the_six_events(api: Api) -> None:
    """Each alone; what else there is elsewhere is refused."""
    path, words = f"/campaigns/{api.campaign()}/webhooks", s4.event_words()[0]
    assert words == list(CONTRACT.document(EDITION)["webhooks"])
    for word in words:
        saved = ok(api.post(path, {**HOOK, "event_types": [word]}, edition=EDITION))["data"]
        hooks = {one["id"]: one for one in ok(api.get(path, edition=EDITION))["data"]}
        assert hooks[saved["id"]]["event_types"] == [word]
    others = set(DOCUMENT["components"]["schemas"]["CampaignWebhookEventWord"]["enum"]) - set(words)
    for word in (*sorted(others), "email_reply"):
        assert api.post(path, {**HOOK, "event_types": [word]}, edition=EDITION).status_code == 400, word


def told(api: Api, reaction: str) -> Json:
    """What a webhook of replies is told when a lead, or someone else, answers its mail."""
    freeze(api)
    campaign_id = api.campaign(name="email sent")
    lead = {"email": f"{reaction}@simulator.test", "first_name": "James", "last_name": "Parker"}
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [lead]}))
    equip(api, campaign_id, **ALWAYS)
    ok(api.control("PUT", "/settings", {"edition": EDITION}))
    ok(api.post(f"/campaigns/{campaign_id}/webhooks", {**HOOK, "event_types": ["EMAIL_REPLY"]}))
    until(api, "02 18:00")
    ok(api.control("POST", "/webhooks/flush"))
    (one,) = ok(api.control("GET", "/webhooks/inbox"))
    body: Json = one["body"]
    return body


def same_types(printed: Any, found: Any, place: str = "") -> None:
    """AssertionError unless two values have the same keys and JSON types."""
    assert type(found) is type(printed), f"{place}: {found!r}"
    if isinstance(printed, dict):
        assert found.keys() == printed.keys(), place
        for name in printed:
            same_types(printed[name], found[name], f"{place}.{name}")


@pytest.mark.parametrize(
    ("reaction", "word"),
    [("reply", "SameCompany"), ("colleague-reply", "SameCompany"), ("forward-reply", "DifferentCompany"),
     ("unknown-reply", "Unknown")],
)  # fmt: skip
def test_a_reply_is_told_as_it_is_printed(api: Api, reaction: str, word: str) -> None:
    """Exactly the 27 keys of the sample, of its types; the domain has the word of the scenario."""
    printed = s4.examples()[0].response
    body = told(api, reaction)
    assert len(printed) == 27
    same_types(printed, body)
    assert set(s4.correspondence()) == set(body["leadCorrespondence"])
    assert word in s4.domain_words()
    assert body["leadCorrespondence"]["repliedCompanyDomain"] == word
    constant = {name: printed[name] for name in ("event_type", "sequence_number", "campaign_name", "webhook_name")}
    assert {name: body[name] for name in constant} == constant
    for name in ("time_replied", "event_timestamp"):
        assert body[name].endswith(printed[name][-6:]), name
    for name in ("app_url", "ui_master_inbox_link"):
        assert body[name] == printed[name].replace("1438627", str(body["sl_email_lead_map_id"]))


# ------------------------------------------------------------------------------------------ A/B tests


def saved(api: Api, percentages: tuple[int | None, ...] = (None, None), **step: Any) -> Any:
    """The answer to saving one step with variants."""
    variants = [
        {"subject": "S", "email_body": "B", "variant_label": chr(ord("A") + number)}
        | ({} if share is None else {"variant_distribution_percentage": share})
        for number, share in enumerate(percentages)
    ]
    one = {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "seq_variants": variants, **step}
    return api.post(f"/campaigns/{api.campaign()}/sequences", {"sequences": [one]}, edition=EDITION)


def test_variants_are_distributed_by_the_rules_of_the_page(api: Api) -> None:
    """Three types; AI_EQUAL needs what wins and a share (20 is advised), MANUAL_PERCENTAGE one per variant."""
    rules = s4.variant_rules()
    equal, chosen, shares = rules["types"]
    winning, least = rules["winning"], rules["least"]
    assert (equal, chosen, shares, least) == ("MANUAL_EQUAL", "AI_EQUAL", "MANUAL_PERCENTAGE", 20)
    ok(saved(api, variant_distribution_type=equal))
    for word in winning:
        more = {"winning_metric_property": word, "lead_distribution_percentage": least}
        ok(saved(api, variant_distribution_type=chosen, **more))
    some = {"winning_metric_property": winning[0], "lead_distribution_percentage": least}
    ok(saved(api, (60, 40), variant_distribution_type=shares))
    ok(saved(api, (10,) * (rules["most"] + 1), variant_distribution_type=shares))
    for bad in (
        {"variant_distribution_type": "EQUAL"}, {"variant_distribution_type": chosen},
        {"variant_distribution_type": chosen, **some, "winning_metric_property": "SENT_RATE"},
    ):  # fmt: skip
        assert saved(api, **bad).status_code == 422, bad

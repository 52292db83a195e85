"""S0, usage by usage: the parameters that the connector's page lists are taken, its *Returns* are what is answered."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mock_server.config import openapi_directory
from mock_server.contract.operations import Contract
from tests.conftest import Api
from tests.seeds import s0
from tests.seeds.examples import SEEDS, Request
from tests.seeds.s0 import Field, Usage
from tests.sending import ALWAYS, equip, freeze, ok, react, steps, until
from tests.worlds import client_of

if not SEEDS.is_dir():
    pytest.skip("the seeds are not part of a user's clone", allow_module_level=True)

USAGES = s0.usages()
BY_OPERATION = {usage.example.operation: usage for usage in USAGES}
EDITION = "connector"
CONTRACT = Contract(openapi_directory())
#: JSON types of the page's kinds
KINDS: dict[str, tuple[type, ...]] = {
    "number": (int, float), "string": (str,), "enum": (str,), "boolean": (bool,), "object": (dict,),
}  # fmt: skip
#: nullable fields that have no value in this world: of campaigns without a parent
NULL = {"get_campaign_analytics": ["parent_campaign_id"], "list_campaigns": ["campaigns.parent_campaign_id"]}

each_usage = pytest.mark.parametrize("usage", USAGES, ids=lambda usage: usage.title)
with_parameters = pytest.mark.parametrize(
    "usage", [usage for usage in USAGES if usage.parameters], ids=lambda usage: usage.title
)


@dataclass(frozen=True)
class Connected:
    """A workspace as the page's examples need it: their campaign, client and leads."""

    api: Api
    campaign_id: int
    client_id: int

    def send(self, request: Request) -> Any:
        """The page's request with the ids of this world, in the edition of the page."""
        ids = {"clientId": self.client_id, "client_id": self.client_id}
        body = request.body
        if isinstance(body, dict):
            body = {name: ids.get(name, value) if value is not None else None for name, value in body.items()}
        path = request.path.replace("/12345", f"/{self.campaign_id}")
        more = {} if request.body is None else {"json": body}
        return self.api.request(request.method, path, params=dict(request.query), edition=EDITION, **more)


@pytest.fixture
def connected(api: Api) -> Connected:
    """A tagged campaign of a client; the page's first lead was mailed, opened, clicked and replied, its second not."""
    freeze(api)
    client_id = client_of(api, "acme").id
    campaign_id = api.campaign(name="Spring", client_id=client_id)
    names = ("first_name", "last_name", "phone_number", "company_name", "website", "location")
    address = "john.doe@example.com"
    john = {**dict.fromkeys((*names, "linkedin_profile", "company_url"), "x"), "custom_fields": {"f": "g"}}
    ok(api.post(f"/campaigns/{campaign_id}/leads", {"lead_list": [{**john, "email": address}]}))
    equip(api, campaign_id, sequence=steps(0), **ALWAYS)
    tag_id = ok(api.post("/tags", {"name": "north"}))["data"]["id"]
    ok(api.post("/campaigns/tags", {"campaign_ids": [campaign_id], "tag_ids": [tag_id]}))
    until(api, "02 12:00")
    for word in ("open", "click", "reply-interested"):
        react(api, campaign_id, address, word)
    return Connected(api, campaign_id, client_id)


def fields(answer: Any, listed: tuple[Field, ...] | list[Field], place: str = "") -> Iterator[str]:
    """Names of the nullable fields that are null; AssertionError unless the fields are exactly the listed ones."""
    assert isinstance(answer, dict), place
    assert sorted(answer) == sorted(one.name for one in listed), place
    for one in listed:
        here = f"{place}{one.name}"
        value = answer[one.name]
        if value is None:
            assert one.note == "nullable", here
            yield here
            continue
        if not one.kind.startswith("array"):
            assert isinstance(value, KINDS[one.kind]), f"{here}: {value!r}"
            assert isinstance(value, bool) == (one.kind == "boolean"), f"{here}: {value!r}"
            if one.fields:
                yield from fields(value, one.fields, f"{here}.")
            continue
        assert isinstance(value, list), f"{here}: {value!r}"
        for item in value:
            if one.fields:
                yield from fields(item, one.fields, f"{here}.")
            else:
                assert isinstance(item, str), f"{here}: {item!r}"


def test_the_page_has_eleven_usages() -> None:
    """Each is an operation that its edition serves, and there is no other; what it calls a query is a GET."""
    assert len(USAGES) == 11
    assert CONTRACT.edition(EDITION).operations.keys() == BY_OPERATION.keys()
    types = {"GET": "Query (Read)", "POST": "Mutation (Write)"}
    assert [types[_request(usage).method] for usage in USAGES] == [usage.operation_type for usage in USAGES]


@each_usage
def test_an_answer_has_exactly_what_the_usage_returns(connected: Connected, usage: Usage) -> None:
    """No field more, none less, each of its type; lists have rows, and what may be null has a value here."""
    answer = ok(connected.send(_request(usage)))
    nulls = sorted(set(fields(answer, usage.returns)))
    assert nulls == NULL.get(usage.example.operation, [])
    for one in usage.returns:
        assert one.kind != "array of objects" or answer[one.name], one.name


@with_parameters
def test_every_parameter_is_in_the_example_or_may_be_left_out(usage: Usage) -> None:
    """The example shows each required parameter, and nothing that the list does not have."""
    given = {"campaignId": 1, **_request(usage).query, **(_request(usage).body or {})}
    for listed, value in _objects(usage.parameters, given):
        names = {one.name for one in listed}
        required = {one.name for one in listed if one.note == "required"}
        assert required <= value.keys() | {"campaignId"}
        assert value.keys() - {"campaignId"} <= names


@with_parameters
def test_required_parameters_are_required_and_others_are_not(connected: Connected, usage: Usage) -> None:
    """Without one the call is refused for that; what is nullable may be null in a body, and left out anywhere."""
    for path in _places(usage.parameters):
        if path == ("campaignId",):
            continue
        one = _field(usage.parameters, path)
        without = connected.send(_changed(usage, path, ...))
        assert without.status_code == (400 if one.note == "required" else 200), (path, without.text)
        if one.note == "nullable" and _request(usage).method == "POST":
            assert connected.send(_changed(usage, path, None)).status_code == 200, path


@with_parameters
def test_names_may_be_in_snake_case(connected: Connected, usage: Usage) -> None:
    """`leadList` is `lead_list`, `startDate` is `start_date`: the same answer either way."""
    given = _request(usage)
    other = Request(given.method, given.path, _snake(dict(given.query)), _snake(given.body))
    answer = ok(connected.send(other))
    list(fields(answer, usage.returns))


@pytest.mark.parametrize(
    ("operation", "path"), [("get_campaign_statistics", ("emailStatus",)), ("update_campaign_status", ("status",))]
)
def test_words_are_the_words(connected: Connected, operation: str, path: tuple[str, ...]) -> None:
    """Each word that the parameter lists is taken, and no other."""
    usage = BY_OPERATION[operation]
    words = _field(usage.parameters, path).words
    assert len(words) in (3, 5)
    for word in words:
        assert connected.send(_changed(usage, path, word)).status_code == 200, word
    for word in ("START", "RESUMED", words[0].swapcase()):
        assert connected.send(_changed(usage, path, word)).status_code == 400, word


def test_campaigns_show_the_words_of_the_list(connected: Connected) -> None:
    """`status` of a campaign has five words (S0:35), and the document of the edition no other."""
    usage = BY_OPERATION["list_campaigns"]
    document = CONTRACT.document(EDITION)
    words = document["components"]["schemas"]["CampaignStatus"]["enum"]
    assert sorted(words) == sorted(_field(usage.returns, ("campaigns", "status")).words)
    (row,) = ok(connected.send(_request(usage)))["campaigns"]
    assert row["status"] in words


def _limit(pattern: str, operation: str) -> int:
    """A number that the page says of an operation."""
    usage = BY_OPERATION[operation]
    found = {int(number) for number in re.findall(pattern, usage.text)}
    assert len(found) == 1, found
    return found.pop()


def test_numbers_are_the_limits(connected: Connected) -> None:
    """Days of a range, leads of a request, custom fields of a lead, variants of a step: so many, and not one more."""
    campaign = f"/campaigns/{connected.campaign_id}"
    leads = _limit(r"max (\d+) leads", "add_leads_to_campaign")
    values = _limit(r"max (\d+) fields", "add_leads_to_campaign")
    variants = _limit(r"provide 1-(\d+) variants", "save_campaign_sequences")
    days = _limit(r"max (\d+) days", "get_campaign_analytics_by_date")
    assert (leads, values, variants, days) == (100, 20, 3, 30)

    def upload(count: int, size: int) -> Any:
        named = {f"f{n}": "x" for n in range(size)}
        return Request("POST", f"{campaign}/leads", body={
            "leadList": [{"email": f"a{n}@many.example", "customFields": named} for n in range(count)]
        })  # fmt: skip

    def step(count: int) -> Any:
        variant = {"subject": "A", "email_body": "B"}
        body = {"sequences": [{"seqNumber": 1, "seqDelayDays": 0, "variants": [variant] * count}]}
        return Request("POST", f"{campaign}/sequences", body=body)

    def span(last: int) -> Any:
        return Request(
            "GET", f"{campaign}/analytics-by-date", {"startDate": "2026-01-01", "endDate": f"2026-01-{last}"}
        )

    for make, most in (
        (lambda n: upload(n, 1), leads), (lambda n: upload(1, n), values), (step, variants),
        (lambda n: span(n + 1), days),
    ):  # fmt: skip
        assert connected.send(make(most)).status_code == 200, most
        assert connected.send(make(most + 1)).status_code == 400, most
    assert connected.send(step(0)).status_code == 400


def test_days_count_from_sunday(connected: Connected) -> None:
    """0 to 6 (S0:269): 7 is no second Sunday."""
    usage = BY_OPERATION["update_campaign_schedule"]
    path = ("schedule", "days_of_the_week")
    assert "0=Sunday through 6=Saturday" in _field(usage.parameters, path).text
    for days, status in (([0, 6], 200), ([1, 7], 400), ([-1], 400)):
        assert connected.send(_changed(usage, path, days)).status_code == status, days


def test_total_leads_is_the_size_of_the_campaign(connected: Connected) -> None:
    """After the call, the leads that were there before included."""
    usage = BY_OPERATION["add_leads_to_campaign"]
    assert _field(usage.returns, ("total_leads",)).text == "Total number of leads in the campaign"
    answer = ok(connected.send(_request(usage)))
    shown = {name: answer[name] for name in ("upload_count", "already_added_to_campaign", "total_leads")}
    assert shown == {"upload_count": 2, "already_added_to_campaign": 1, "total_leads": 2}


def test_unsubscribed_leads_are_addresses(connected: Connected) -> None:
    """Who has unsubscribed is left out, and told by address, when the flag says so."""
    usage = BY_OPERATION["add_leads_to_campaign"]
    jane = "jane.smith@example.com"
    second = connected.api.campaign()
    connected.api.add(second, jane)
    lead_id = connected.api.lead_id(jane)
    ok(connected.api.post(f"/leads/{lead_id}/unsubscribe"))
    assert connected.api.delete(f"/campaigns/{second}/leads/{lead_id}").status_code == 200
    answer = ok(connected.send(_changed(usage, ("settings", "ignoreUnsubscribeList"), True)))
    assert answer["unsubscribed_leads"] == [jane]
    list(fields(answer, usage.returns))


def _request(usage: Usage) -> Request:
    assert usage.example.request is not None
    return usage.example.request


def _objects(listed: Any, value: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each object of a value beside the fields that are listed for it."""
    if not listed:
        return
    for item in value if isinstance(value, list) else [value]:
        yield listed, item
        for one in listed:
            if one.name in item:
                yield from _objects(one.fields, item[one.name])


def _places(listed: Any) -> Iterator[tuple[str, ...]]:
    for one in listed:
        yield (one.name,)
        yield from ((one.name, *rest) for rest in _places(one.fields))


def _field(listed: Any, path: tuple[str, ...]) -> Field:
    one: Field = next(one for one in listed if one.name == path[0])
    return one if len(path) == 1 else _field(one.fields, path[1:])


def _changed(usage: Usage, path: tuple[str, ...], value: Any) -> Request:
    """The example with another value in one place, in the first item of a list; `...` takes the key away."""
    given = _request(usage)
    query, body = dict(given.query), copy.deepcopy(given.body)
    inside: Any = body if given.method == "POST" else query
    for name in path[:-1]:
        inside = inside[name][0] if isinstance(inside[name], list) else inside[name]
    if value is ...:
        inside.pop(path[-1], None)
    else:
        inside[path[-1]] = value
    return Request(given.method, given.path, query, body)


def _snake(value: Any) -> Any:
    if isinstance(value, list):
        return [_snake(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", name): _snake(item) for name, item in value.items()}

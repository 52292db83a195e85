"""What the seeds print, replayed: each edition takes the calls of its document and answers what is shown there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from mock_server.config import openapi_directory
from mock_server.contract.operations import Contract
from tests.seeds import normalisations, s1, s1_errors, world
from tests.seeds.examples import NOTHING, SEEDS, Block, Example, Patch, read, seed
from tests.seeds.fits import defects, misfits, repeated, text_of, words
from tests.seeds.world import SeedWorld
from tests.sending import ok

if not SEEDS.is_dir():
    pytest.skip("the seeds are not part of a user's clone", allow_module_level=True)

CONTRACT = Contract(openapi_directory())
EXAMPLES = normalisations.examples()
REPLAYED = [one for one in EXAMPLES if not one.defect]
CALLS = [one for one in REPLAYED if one.request and one.status == 200]
ERRORS = [one for one in REPLAYED if one.status != 200]
PAYLOADS = [one for one in REPLAYED if one.operation.isupper()]
_ANSWERS = [one for one in EXAMPLES if one.response is not NOTHING and one.status == 200]
#: the line of S1 with another value for the call above it
_VARIATION = 1836
_DEFECTS = [one for one in EXAMPLES if one.defect]


def _each(examples: list[Example]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", examples, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def read_only(client: TestClient) -> SeedWorld:
    """A world that nobody changes."""
    return world.build(client)


def _world(request: pytest.FixtureRequest, client: TestClient, example: Example) -> SeedWorld:
    """For a call that changes something a world of its own."""
    assert example.request
    if example.request.method == "GET":
        shared: SeedWorld = request.getfixturevalue("read_only")
        return shared
    return world.build(client)


# ---------------------------------------------------------------------------------------- extraction


def test_every_example_is_found() -> None:
    """Calls that are replayed, answers that are printed, errors, and examples that are not replayed, by seed."""
    found = {
        seed: tuple(sum(one.seed == seed for one in kind) for kind in (CALLS, _ANSWERS, ERRORS, _DEFECTS))
        for seed in ("S0", "S1", "S2", "S3", "S4")
    }
    assert found == {
        "S0": (11, 0, 0, 0), "S1": (45, 43, 24, 0), "S2": (5, 1, 0, 7), "S3": (7, 5, 0, 1), "S4": (0, 2, 0, 0),
    }  # fmt: skip


def test_no_call_of_s1_is_passed_over() -> None:
    """Each line with a call, each with an answer below it."""
    lines = dict(enumerate(seed("S1").lines, 1))
    calls = {number for number, line in lines.items() if line.startswith(("curl <", "GET <"))}
    assert calls == {one.line for one in CALLS if one.seed == "S1"} - {_VARIATION}
    answers = [line for line in lines.values() if re.match("Response(?! Failure)", line)]
    assert len(answers) == sum(one.seed == "S1" for one in _ANSWERS)


def test_every_normalisation_is_listed() -> None:
    """The checked-in list is what the extraction finds."""
    assert normalisations.LIST.read_text(encoding="utf-8") == normalisations.written()


@pytest.mark.parametrize(
    ("text", "value", "fixes"),
    [
        ('{"a": 1, "b": [true, null, "x\\"y"]}', {"a": 1, "b": [True, None, 'x"y']}, []),
        ('{"a": 1 // one, ", two\n "b": 2}', {"a": 1, "b": 2}, ["line 7: comment removed", "line 8: missing comma"]),
        ('{"a": "cut\n "b": 2}', {"a": "cut", "b": 2},
         ["line 7: text that is cut at the end of its line", "line 8: missing comma"]),
        ("{a: 'x', b: ok.go,}", {"a": "x", "b": None},
         ["line 7: unquoted key", "line 7: single quotes", "line 7: name of a variable read as null",
          "line 7: trailing comma"]),
        ('[..., 007, "<https://a.example>", ...]', ["007", "https://a.example"],
         ["line 7: elided rows left out", "line 7: number with a leading zero read as a text",
          "line 7: angle brackets of a link removed", "line 7: trailing comma"]),
        ('{&quot;a&quot;: "b"&quot;}', {"a": "b"}, ["line 7: &quot; read as a quote"]),
        ("{\N{NO-BREAK SPACE}}", {}, ["line 7: no-break space read as a space"]),
    ],
)  # fmt: skip
def test_damaged_text_is_read(text: str, value: Any, fixes: list[str]) -> None:
    """What is mended is told, line by line; sound JSON is read as it is."""
    assert read(Block("S9", 7, tuple(text.split("\n")))) == (value, tuple(fixes))


@pytest.mark.parametrize(
    ("text", "patch"),
    [
        ('{"a": 1, "a": 2}', Patch(9, "", "", "of another block")), ('{"a" 1}', Patch(9, "", "", "of another block")),
        ("[1, 2", Patch(9, "", "", "of another block")), ("{} {}", Patch(9, "", "", "of another block")),
        ("[1]", Patch(7, "[2]", "[1]", "something else stands there")),
    ],
)  # fmt: skip
def test_what_no_rule_mends_is_not_guessed(text: str, patch: Patch) -> None:
    """A key twice, no colon, brackets that stay open, two values for one, a patch that finds another text."""
    with pytest.raises(AssertionError, match="S9:7"):
        read(Block("S9", 7, (text,)), [patch])


@_each([one for one in REPLAYED if one.response is not NOTHING and one not in PAYLOADS])
def test_what_is_printed_fits_the_document(example: Example) -> None:
    """Names, words and types of the example are those of its edition's document."""
    assert defects(CONTRACT, example, whole=example.seed == "S1") == []


def test_the_words_of_s1_are_those_of_its_edition() -> None:
    """Every list of words, in blocks and in comments; the page has no word for a lead that waits or was stopped."""
    listed = s1.words()
    assert [one.line for one in listed] == [131, 1751, 1751, 211, 304, 305, 496, 571, 734, 1296, 1704]
    for one in listed:
        found = set(words(CONTRACT, "help-center", one.operation, one.field, sent=one.sent))
        beyond = {"PAUSED", "STOPPED"} if one.operation == "list_leads_by_campaign" else set()
        assert found == set(one.words) | beyond, one


def test_the_limits_of_s1_hold_in_its_edition(client: TestClient) -> None:
    """Leads of a batch, mailboxes of a page, the share of follow-ups, and the rate: taken up to it, not beyond."""
    text, here = seed("S1").text, world.build(client)
    stated = (
        r"rate limited to (\d+) requests every (\d+) seconds.*// max allowed (\d+) min allowed (\d+).*"
        r"// max value\s+// limit = (\d+).*\*\(max (\d+) leads\)"
    )
    found = re.search(stated, text, re.DOTALL)
    assert found
    calls, seconds, highest, lowest, page, batch = map(int, found.groups())
    leads = [{"email": f"lead{number}@batch.example"} for number in range(batch + 1)]
    of_campaign = f"/campaigns/{here.ids['campaign_id']}"

    def status(method: str, path: str, **more: Any) -> int:
        answer: int = here.api.request(method, path, edition="help-center", **more).status_code
        return answer

    assert [status("POST", f"{of_campaign}/leads", json={"lead_list": some}) for some in (leads[1:], leads)] == [
        200,
        400,
    ]
    assert [status("GET", "/email-accounts/", params={"limit": limit}) for limit in (page, page + 1)] == [200, 400]
    shares = (lowest - 1, lowest, highest, highest + 1)
    settings = [status("POST", f"{of_campaign}/settings", json={"follow_up_percentage": share}) for share in shares]
    assert settings == [400, 200, 200, 400]
    (window,) = CONTRACT.rate_limits[CONTRACT.specs["help-center"].rate_limit].windows_of("other")
    assert (window.limit, window.seconds) == (calls, seconds)


# ------------------------------------------------------------------------------------------ replay


def _send(of: SeedWorld, example: Example, call: Any) -> Any:
    more = {} if call.body is None else {"json": call.body}
    return of.api.request(call.method, call.path, edition=example.edition, params=dict(call.query), **more)


@_each(CALLS)
def test_a_printed_call_is_answered_as_printed(
    request: pytest.FixtureRequest, client: TestClient, example: Example
) -> None:
    """The call is taken, and the answer has every field that is shown, with values of the types that are shown."""
    here = _world(request, client, example)
    call = here.request(example)
    answer = _send(here, example, call)
    assert answer.status_code == 200, answer.text
    if example.response is NOTHING:
        return
    if not answer.headers["content-type"].startswith("application/json"):
        assert answer.text.partition("\n")[0] == example.response
        return
    assert list(misfits(example.response, answer.json(), exact=example.seed == "S1")) == []
    if example.seed == "S1":
        assert example.request
        assert list(repeated(example.response, answer.json(), example.request.body, call.body)) == []


@_each(ERRORS)
def test_a_printed_error_is_answered_as_printed(client: TestClient, example: Example) -> None:
    """What is wrong is told in the printed words, with the value that was sent, under the printed status."""
    here = world.build(client)
    answer = _send(here, example, s1_errors.provoking(here, example))
    assert answer.status_code == example.status or (example.status == 0 and answer.status_code >= 400), answer.text
    body = answer.json()
    assert list(misfits(example.response, body, exact=True)) == []
    assert list(repeated(example.response, body, None, None)) == []
    told = body["message" if "ok" in body else "error"]
    assert text_of(s1_errors.text(example), s1_errors.value(example)).fullmatch(told), told


@_each(PAYLOADS)
def test_a_printed_payload_is_sent_as_printed(client: TestClient, example: Example) -> None:
    """A webhook of a workspace of the edition gets exactly the fields that are shown."""
    here = world.build(client, example.edition)
    (sent,) = ok(here.api.control("GET", f"/webhooks/deliveries?event_type={example.operation}"))
    assert list(misfits(example.response, sent["payload"], exact=True)) == []

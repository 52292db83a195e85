"""The parts behind the gate, alone: windows, drawn delays, what a record shows, what the records may weigh."""

from __future__ import annotations

import asyncio
import itertools
import statistics
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.config import openapi_directory
from mock_server.contract.rate_limits import RateLimit, Window, load_profiles, rate_limit
from mock_server.pipeline import gates as gates_module
from mock_server.pipeline.faults import KINDS, Delay, FaultError, read_header
from mock_server.pipeline.gates import Gates
from mock_server.pipeline.journal import BODY_LIMIT, RING, Journal, Record, Redacted, contains
from mock_server.pipeline.limits import Meter

PROFILES = load_profiles(openapi_directory())
KEY = "a1b2c3d4-the-key-of-a-workspace"


def record(number: int = 1, *, body: bytes = b"", query: bytes = b"", key: str = KEY) -> Record:
    """A request to an operation."""
    return Record(
        number, 0, "GET", Redacted(b"/api/v1/campaigns", key), Redacted(query, key), "list_campaigns", "default", 200,
        False, Redacted(body, key) if body else None, None,
    )  # fmt: skip


@dataclass
class Ledger:
    """A meter that keeps every charge and counts them anew each time."""

    starts: dict[str, int] = field(default_factory=dict)
    charged: list[tuple[str, int]] = field(default_factory=list)

    def passes(self, windows: tuple[Window, ...], now: int) -> bool:
        """Whether no window is full; then the request is charged in all."""
        for window in windows:
            if now >= self.starts.get(window.name, -(10**12)) + window.seconds * 1000:
                self.starts[window.name] = now
        used = {
            window.name: sum(name == window.name and at >= self.starts[name] for name, at in self.charged)
            for window in windows
        }
        if any(used[window.name] >= window.limit for window in windows):
            return False
        self.charged += [(window.name, now) for window in windows]
        return True


@settings(max_examples=40)
@given(
    profile=st.sampled_from([*PROFILES.values(), rate_limit("3/2", PROFILES)]),
    steps=st.lists(
        st.tuples(st.sampled_from(["lead", "lead-upload", "campaign-write"]), st.integers(0, 2500)), max_size=150
    ),
)
def test_a_meter_counts_as_a_ledger_would(profile: RateLimit, steps: list[tuple[str, int]]) -> None:
    """Whatever is asked when, a request passes if and only if none of its windows is full; the headers agree."""
    meter, ledger, now = Meter(), Ledger(), 0
    for group, pause in steps:
        now += pause
        windows = profile.windows_of(group)
        if windows:
            charge = meter.charge(windows, now, None)
            assert (charge.retry_after is None) == ledger.passes(windows, now)
            assert 0 <= charge.remaining < charge.limit


@pytest.mark.parametrize("name", ["guide-standard", "guide-pro"])
def test_the_hour_is_counted_too(name: str) -> None:
    """At the pace that seconds and minutes allow, the hour's limit is what stops a client in the end."""
    windows, meter = PROFILES[name].windows_of("lead"), Meter()
    charges = [meter.charge(windows, second * 1000, None) for second in range(3600) for _ in range(2)]
    passed = [charge for charge in charges if charge.retry_after is None]
    assert len(passed) == windows[-1].limit
    assert (charges[-1].limit, charges[-1].retry_after) == (windows[-1].limit, 1)
    assert meter.charge(windows, 3_600_000, None).retry_after is None


def test_a_window_ends_to_the_millisecond() -> None:
    """The window of a first request at 500 ends at 2500, and Retry-After is never 0."""
    windows, meter = rate_limit("1/2", PROFILES).windows_of("lead"), Meter()
    waits = [meter.charge(windows, now, None).retry_after for now in (500, 500, 1499, 1500, 1501, 2499, 2500, 2501)]
    assert waits == [None, 2, 2, 1, 1, 1, None, 2]


@pytest.mark.parametrize("delay", [Delay(5), Delay(5, 5), Delay(5, None, 0)])
def test_fixed_delays(delay: Delay) -> None:
    """A delay without width is what it says."""
    assert {delay.draw(seed, "x") for seed in range(20)} == {5}


def test_even_delays() -> None:
    """Drawn delays lie evenly in their range."""
    drawn = [Delay(10, 30).draw(1, n) for n in range(4000)]
    assert 10 <= min(drawn) < 10.1
    assert 29.9 < max(drawn) <= 30
    assert [round(quartile) for quartile in statistics.quantiles(drawn)] == [15, 20, 25]


def test_normal_delays() -> None:
    """Drawn delays have the mean and the spread that are given, and none is negative."""
    drawn = [Delay(100, None, 10).draw(1, n) for n in range(4000)]
    assert (round(statistics.mean(drawn)), round(statistics.stdev(drawn))) == (100, 10)
    within = sum(90 <= one <= 110 for one in drawn) / len(drawn)
    assert 0.66 < within < 0.70
    assert min(Delay(1, None, 10).draw(1, n) for n in range(200)) == 0


def test_delays_are_drawn_from_the_seed() -> None:
    """Equal seeds and names draw the same, others do not."""
    for delay in (Delay(0, 1000), Delay(1000, None, 100)):
        assert delay.draw(1, "a", 2) == delay.draw(1, "a", 2)
        assert len({delay.draw(seed, "a", n) for seed in (1, 2) for n in (1, 2)}) == 4


@pytest.mark.parametrize("text", ["429", "timeout", "delay=250", *KINDS, "after=500", "after=reset", " reset "])
def test_fault_headers_that_are_understood(text: str) -> None:
    """A status, a delay or a kind, each also after the work."""
    fault = read_header(text)
    assert fault.after == text.startswith("after=")
    assert [fault.status, fault.kind, fault.delay].count(None) == 2


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "42", "600", "100", "204", "200", "304", "delay=", "delay=-1", "delay=1s", "429,500", "after=",
     "after=after=500", "RESET", "reset=1", "after"],
)  # fmt: skip
def test_fault_headers_that_are_not(text: str) -> None:
    """All else is refused with what is possible: a fault is an error status, a kind or a delay."""
    with pytest.raises(FaultError, match=r"must be .*timeout.*malformed"):
        read_header(text)


@pytest.mark.parametrize(
    "body",
    [
        '{"password": "topsecret"}', '{"imap_password":"topsecret","a":1}', '{"a": [{"password" : "topsecret"}]}',
        '{"access_token":"topsecret"}', '{"refresh_token":"topsecret"}', '{"id_token":"topsecret"}',
        '{"secret_key":"topsecret"}', '{"api_key":"topsecret"}', r'{"password": "top\"topsecret"}',
        '{"password":["topsecret"]}', '{"password":{"now":"topsecret"}}', r'{"p\u0061ssword":"topsecret"}',
        '{"password": "topsecret', '{"password":"topsecret\\', '{"password":"topsecret\\\n"}',
        "password=topsecret&a=1", "{'password': 'topsecret'}",
    ],
)  # fmt: skip
def test_passwords_and_tokens_are_never_shown(body: str) -> None:
    """However a body spells a password or a token, whole or cut off, no reading of the record shows it."""
    redacted = Redacted(body.encode(), KEY)
    for shown in (redacted.text, str(redacted.value), repr(redacted), str(redacted), f"{redacted}"):
        assert "topsecret" not in shown


def test_what_is_no_secret_stays() -> None:
    """Redaction leaves the rest of a body as it was sent."""
    redacted = Redacted(b'{"name":"A","password":"x","smtp_port":465,"text":"my \\"password\\": old"}', KEY)
    assert redacted.value == {"name": "A", "password": "***", "smtp_port": 465, "text": 'my "password": old'}


@pytest.mark.parametrize("key", [KEY, "my key/1", 'quo"te', "schlüssel"])
@pytest.mark.parametrize("form", ['{{"name": {}}}', "{}", "[[{}, 1]]"])
def test_the_key_is_never_shown(key: str, form: str) -> None:
    """A key is blacked out in every body, also where JSON writes it with escapes."""
    for text in (Redacted(form.format(quoted).encode(), key) for quoted in json_forms(key)):
        assert key not in text.text
        assert key not in str(text.value)
        assert repr(key)[1:-1] not in repr(text)


def json_forms(text: str) -> list[str]:
    """The ways in which JSON may write a text."""
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in text)
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{plain}"', f'"{escaped}"']


@pytest.mark.parametrize("seen", [7, 8, len(KEY) - 1, len(KEY)])
def test_a_cut_never_leaves_most_of_the_key(seen: int) -> None:
    """Where a body is cut off in the middle of the key, no more of it than a few letters is left to see."""
    text = Redacted(b"x" * (BODY_LIMIT - seen) + KEY.encode() + b"more", KEY).text
    assert KEY[:8] not in text


def test_bodies_are_cut() -> None:
    """Of a body the first 64 kB are kept; what is cut is shown as text, whatever its bytes are."""
    redacted = Redacted(b'{"a":"' + "ü".encode() * BODY_LIMIT, KEY)
    assert len(redacted) == BODY_LIMIT
    assert redacted.value == redacted.text
    assert len(redacted.text.encode()) <= BODY_LIMIT + 3


def test_a_records_repr_shows_no_key() -> None:
    """A record that a log or a debugger prints has no key in it, known or not."""
    for one in (record(query=f"api_key={KEY}&offset=1".encode()), record(query=b"api_key=topsecret", key="")):
        assert KEY not in repr(one)
        assert "topsecret" not in repr(one)


def test_a_journal_keeps_a_ring_and_counts_all() -> None:
    """After 12 345 requests the last 10 000 are there, and the counts know of all."""
    journal = Journal()
    for number in range(1, 12_346):
        journal.append(record(number))
    assert (RING, len(journal.records), journal.records[0].id, journal.records[-1].id) == (10_000, 10_000, 2346, 12_345)
    assert (journal.total, journal.counts) == (12_345, {"list_campaigns": 12_345})


def test_waiting_ends_with_the_request_that_was_waited_for() -> None:
    """Who waits is woken by requests and goes on waiting until the right one comes, or the time is over."""

    async def play() -> tuple[bool, bool, bool]:
        journal = Journal()
        waiting = asyncio.create_task(journal.wait_for(lambda: journal.total >= 2, 30))
        impatient = asyncio.create_task(journal.wait_for(lambda: journal.total >= 3, 0.01))
        for number in (1, 2):
            await asyncio.sleep(0)
            assert not waiting.done()
            journal.append(record(number))
        return await waiting, await impatient, await journal.wait_for(lambda: journal.total == 2, 0)

    assert asyncio.run(play()) == (True, False, True)


def test_records_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """When all journals together weigh too much, the oldest records lose their bodies, and only those."""
    weight = len(record(100, body=b"x" * 4300)) + gates_module.RECORD_SIZE
    monkeypatch.setattr(gates_module, "BUDGET", 20 * weight)
    gates = Gates(10)
    for number, key in zip(range(1, 101), itertools.cycle("ab"), strict=False):
        gates.record(key, record(number, body=b"x" * 4300))
    kept = [one for key in "ab" for one in gates.of(key).journal.records]
    assert (len(kept), sorted(one.id for one in kept if one.request)) == (100, list(range(81, 101)))
    assert [gates.of(key).journal.total for key in "ab"] == [50, 50]


def test_long_paths_and_queries_weigh_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a record keeps of its path and query is part of the budget."""
    monkeypatch.setattr(gates_module, "BUDGET", 100_000)
    gates = Gates(10)
    for number in range(1, 101):
        gates.record("a", record(number, query=b"x" * 50_000))
    assert sum(len(one.query) for one in gates.of("a").journal.records) <= 100_000


def test_gates_of_idle_keys_go_first() -> None:
    """With room for two keys beside the unknown ones, the one that was not used for longest is forgotten."""
    gates = Gates(2)
    for key in ("a", "b", "", "a", "c"):
        gates.record(key, record())
    assert [gates.of(key).journal.total for key in ("a", "", "c")] == [2, 1, 1]
    assert gates.of("b").journal.total == 0


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True), ({"a": 1}, {"a": 1, "b": 2}, False), ({}, {}, True),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ([1, 2], [1, 2], True), ([1, 2], [1], False), ([{"a": 1, "b": 2}], [{"a": 1}], True), ([1, 2], [2, 1], False),
        ({"a": None}, {"a": None}, True), ({}, {"a": None}, False), ("x", {"a": 1}, False), (None, {}, False),
        (1, 1.0, True), ("1", 1, False), (True, 1, False), (0, False, False),
    ],
)  # fmt: skip
def test_parts_of_bodies(value: object, wanted: object, expected: bool) -> None:
    """Objects may have more than is wanted, arrays not; true is not 1."""
    assert contains(value, wanted) is expected


def test_deep_bodies_are_shown_as_text() -> None:
    """A body that was refused for its depth must not break those who look at it."""
    deep = Redacted(b'[{"password": "secret"}, ' + b"[" * 1000 + b"]" * 1000 + b"]", "")
    assert deep.value == deep.text
    assert "secret" not in deep.text

"""Same seed, same key, same requests, same frozen moment: the same answers, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.conftest import Api
from tests.servers import server
from tests.worlds import OPERATIONS, World, build, call, everything

OPTIONS = ("--clock", "2026-03-29T00:59:59.999Z", "--seed")
KEY = "the-same-key"
#: fields that are drawn from the seed
DRAWN = {
    "warmupKey", "warmup_key_id", "user_id", "message_id", "messageId", "api_key", "uuid",
    "warmup_email_received_count", "save_from_spam_count", "reply_count",  # of warm-up
    "id", "created_by",  # of the user
}  # fmt: skip
#: operations after which others find nothing, so that they come last
LAST = ("delete_lead_globally", "delete_email_account", "delete_campaign", "delete_from_global_block_list")


def story(api: Api) -> list[tuple[str, int, bytes]]:
    """Every operation of the document on one world, refusals among them."""
    world = build(api, "anna")
    ordered = sorted(OPERATIONS, key=lambda one: (one.method == "DELETE", one.id in LAST, one.id))
    told = _read(api, world)
    for _ in range(2):  # the second time most of it is gone
        for one in ordered:
            answer = call(api, one, world)
            told.append((one.id, answer.status_code, answer.content))
        told += _read(api, world)
    bad = api.post("/campaigns/create", {"name": 1, "colour": "red"})
    return [*told, ("refused", bad.status_code, bad.content)]


def _read(api: Api, world: World) -> list[tuple[str, int, bytes]]:
    return [(name, status, text.encode()) for name, status, text in everything(api, world)]


def told_by_a_server(seed: int) -> list[tuple[str, int, bytes]]:
    """The story, as a new server process tells it."""
    with server(*OPTIONS, str(seed)) as running, running.api(KEY) as api:
        return story(api)


def test_two_processes_answer_the_same_bytes() -> None:
    """Two servers with one seed and one frozen moment give one key the same status and body bytes for every call."""
    first, second = told_by_a_server(7), told_by_a_server(7)
    assert {status for _, status, _ in first} >= {200, 400, 404}
    assert first == second


def test_another_seed_changes_only_what_is_drawn() -> None:
    """The seed shapes the user, keys, warm-up and the ids of mails and clients, nothing else."""
    first, second = told_by_a_server(7), told_by_a_server(8)
    assert [(name, status) for name, status, _ in first] == [(name, status) for name, status, _ in second]
    changed = {name for (_, _, one), (_, _, two) in zip(first, second, strict=True) for name in differing(one, two)}
    assert changed ^ DRAWN == set()


def test_a_reset_key_tells_the_same_story_again(api: Api) -> None:
    """After a reset the ids start again, so that the same calls give the same bytes as for a new key."""
    frozen = {"mode": "frozen", "now": "2026-03-29T01:00:00Z"}
    api.control("PUT", "/clock", frozen)
    first = story(api)
    assert api.control("POST", "/reset").status_code == 200
    api.control("PUT", "/clock", frozen)
    assert story(api) == first


def differing(one: bytes, two: bytes) -> Iterator[str]:
    """The names of the fields in which two answers differ; `the whole` when they are not both JSON of one shape."""
    if one != two:
        yield from _differing(_parsed(one), _parsed(two), "the whole")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _differing(one: Any, two: Any, name: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for key in one:
            yield from _differing(one[key], two[key], key)
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for left, right in zip(one, two, strict=True):
            yield from _differing(left, right, name)
    elif one != two:
        yield name

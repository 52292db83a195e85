"""Prove that a query parameter or a body field is not merely accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any
from urllib.parse import parse_qsl

from fastapi.testclient import TestClient

from mock_server.contract.registry import HANDLERS
from tests.conftest import Api
from tests.fields import shapes
from tests.recording import RECORDER
from tests.worlds import described, fresh

NOW = "2026-01-01T00:00:00Z"
#: ids that a fresh workspace gives to the first of each kind
FIRST = {
    "campaign_id": 1001, "email_account_id": 1001, "lead_id": 3_000_000_001, "lead_map_id": 3_000_000_001,
    "webhook_id": 1001, "lead_list_id": 1001, "tag_mapping_id": 1001,
}  # fmt: skip

Given = Callable[[Api], object]


def nothing(api: Api) -> None:
    """An empty workspace."""


def matters(
    client: TestClient, operation_id: str, field: str, a: Any, b: Any, *,
    given: Given = nothing, body: Any = None, reads: Sequence[str] = (), query: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """AssertionError unless the value of one field changes the answer, or what is read afterwards.

    The same calls are made three times from an empty workspace with one seed and a clock that stands still: with `a`,
    with `b`, and with `a` again, which must show what the first run showed. `given` prepares the workspace, the call
    takes `body` or `query` with the field set and must succeed, then the paths of `reads` are read, those of lists that
    take a body as "POST /master-inbox/sent". `a`, `b` and `body` may be functions that find them in the workspace.
    """
    api = fresh(client)

    def seen(value: Any) -> list[Any]:
        _start_over(api)
        given(api)
        answer = _call(api, operation_id, field, _found(api, value), _found(api, body), query)
        assert answer.status_code == described(operation_id).status, answer.text
        return [answer.text, *(_read(api, path) for path in reads)]

    _prove(operation_id, field, a, b, seen)


def shows(
    api: Api, operation_id: str, field: str, a: Any, b: Any, *,
    body: Any = None, query: Mapping[str, Any] | None = None, rows: str = "",
) -> None:  # fmt: skip
    """As `matters`, for an operation that only reads: in a world that has been made, which stays as it is.

    `rows`: where the rows are in an answer that repeats its parameters, which are not looked at, as "data.replies".
    """
    assert not HANDLERS[operation_id].writes

    def seen(value: Any) -> Any:
        answer = _call(api, operation_id, field, value, body, query)
        assert answer.status_code == 200, answer.text
        return reduce(getitem, rows.split(".") if rows else (), answer.json())

    _prove(operation_id, field, a, b, seen)


def _prove(operation_id: str, field: str, a: Any, b: Any, seen: Callable[[Any], object]) -> None:
    assert field in shapes()[operation_id].inputs, f"{operation_id} has no field {field}"
    first, second, again = seen(a), seen(b), seen(a)
    assert first == again, "the same calls do not show the same"
    assert first != second, f"{operation_id} takes {field}, but {a!r} and {b!r} show the same"
    if RECORDER is not None:
        RECORDER.proof(operation_id, field)


def _found(api: Api, value: Any) -> Any:
    return value(api) if callable(value) else value


def _start_over(api: Api) -> None:
    for method, path, body in (
        ("POST", "/reset", None), ("PUT", "/settings", {"seed": 1}), ("PUT", "/clock", {"mode": "frozen", "now": NOW}),
    ):  # fmt: skip
        assert api.control(method, path, body).status_code == 200


def _call(
    api: Api, operation_id: str, field: str, value: Any, body: Any, query: Mapping[str, Any] | None = None
) -> Any:
    shape = shapes()[operation_id]
    path = shape.path.format(**FIRST)
    if field in shape.query:
        return api.request(shape.method.upper(), path, params={**(query or {}), field: value})
    return api.request(shape.method.upper(), path, json=with_field(body or {}, field, value))


def with_field(body: Any, field: str, value: Any) -> Any:
    """A copy of `body` with the field set; on the way to it, the first item of each list is taken."""
    changed = deepcopy(body)
    *parents, name = field.split(".")
    place = changed
    for parent in parents:
        if parent == "[]":
            place = place[0]
            continue
        place = place[parent.removesuffix("[]")][0] if parent.endswith("[]") else place.setdefault(parent, {})
    place[name.removesuffix("[]").removesuffix("{}")] = value
    return changed


def _read(api: Api, path: str) -> tuple[int, str]:
    method, _, rest = path.rpartition(" ")
    place, _, query = rest.partition("?")
    answer = api.request(method or "GET", place, params=dict(parse_qsl(query)))
    return answer.status_code, answer.text

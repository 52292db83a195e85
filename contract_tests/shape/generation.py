"""Requests that Schemathesis makes of a document. It makes them and nothing else: it never opens a connection."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.errors import SchemathesisError
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from contract_tests.document import Operation
from contract_tests.exchange import NO_BODY

Origin = Literal["coverage", "fuzzing"]

#: made here in a form of its own: methods, headers and bodies that are no JSON
_ELSEWHERE = {
    "unspecified_http_method", "malformed_content_type", "unsupported_content_type", "missing_parameter",
}  # fmt: skip
_MOMENTS = st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + ".000Z")
_FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "timezone": st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata"]),
    "hour": st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59)),
    "datetime-ish": _MOMENTS,
}
for _name, _strategy in _FORMATS.items():
    schemathesis.openapi.format(_name, _strategy)


@dataclass(frozen=True, slots=True)
class Case:
    """A generated request. What its path holds is set by who sends it, unless it is the path that is odd."""

    operation: Operation
    #: name -> odd value; empty = the path is regular
    path: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    #: NO_BODY, JSON, or bytes that may be none
    body: Any
    origin: Origin
    #: what is tried, for people
    about: str


class Generator:
    """Cases for the operations of a document, the same ones for the same seed."""

    def __init__(self, edition: str, operations: Iterable[Operation], run_seed: int) -> None:
        """Load that part of the document."""
        schema = schemathesis.openapi.from_dict(_document(edition, operations))
        self._seed = run_seed
        self._schema = schema
        found = (one.ok() for one in schema.get_all_operations() if isinstance(one, Ok))
        self._operations: dict[str, APIOperation[Any, Any, Any, Any]] = {
            str(one.definition.raw["operationId"]): one for one in found
        }

    def cases(self, operation: Operation, amount: int) -> Iterator[Case]:
        """First what the schema's limits suggest, one of each kind and `amount` more; then as many drawn ones."""
        for is_valid in (False, True):
            seen: set[str] = set()
            for case in [*self._coverage(operation, is_valid, amount), *self._fuzzing(operation, is_valid, amount)]:
                mark = repr((case.path, case.query, case.body))
                if mark not in seen:
                    seen.add(mark)
                    yield case

    def _coverage(self, operation: Operation, is_valid: bool, amount: int) -> list[Case]:
        source = self._operations[operation.id]
        cases = self._schema.iter_coverage_cases(
            source,
            generation_modes=[GenerationMode.POSITIVE if is_valid else GenerationMode.NEGATIVE],
            generation_config=self._schema.config.generation_for(operation=source),
        )
        made = [case for case in cases if _scenario(case) not in _ELSEWHERE]
        drawn = sorted(range(len(made)), key=lambda one: self._number(operation, is_valid, one))
        # One of each kind, so that no limit of no member is left out; then more of all.
        firsts = {_kind_of(made[one]): one for one in reversed(drawn)}
        chosen = {*firsts.values(), *drawn[:amount]} if amount else set()
        return [_case(operation, made[one], "coverage") for one in sorted(chosen)]

    def _number(self, operation: Operation, is_valid: bool, one: int) -> int:
        """A number that looks drawn and is the same for the same seed."""
        text = f"{self._seed} {operation.id} {is_valid} {one}"
        return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)

    def _fuzzing(self, operation: Operation, is_valid: bool, amount: int) -> list[Case]:
        source = self._operations[operation.id]
        mode = GenerationMode.POSITIVE if is_valid else GenerationMode.NEGATIVE
        found: list[Case] = []

        @seed(self._number(operation, is_valid, 0))
        @settings(
            max_examples=max(1, amount // 2), database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(source.as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            found.append(_case(operation, case, "fuzzing"))

        try:
            collect()
        except (HypothesisException, SchemathesisError):
            # An operation without arguments has nothing that could be wrong.
            return found
        return found


def _document(edition: str, operations: Iterable[Operation]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        node: dict[str, Any] = {
            "operationId": operation.id,
            "parameters": [
                {"name": one.name, "in": one.place, "required": one.required, "schema": one.schema}
                for one in operation.parameters
            ],
            "responses": {"200": {"description": "success"}},
        }
        if operation.body is not None:
            node["requestBody"] = {
                "required": operation.body_required, "content": {"application/json": {"schema": operation.body}},
            }  # fmt: skip
        paths.setdefault(operation.route.path, {})[operation.route.method.lower()] = node
    return {"openapi": "3.1.0", "info": {"title": edition, "version": "1"}, "paths": paths}


def _kind_of(case: Any) -> tuple[str, ...]:
    """Which member of which place is tried in which way."""
    data = getattr(getattr(case.meta, "phase", None), "data", None)
    names = ("parameter_location", "parameter", "description")
    return (_scenario(case), *(str(getattr(data, name, "")) for name in names))


def _scenario(case: Any) -> str:
    data = getattr(getattr(case.meta, "phase", None), "data", None)
    return str(getattr(getattr(data, "scenario", None), "value", ""))


def _case(operation: Operation, case: Any, origin: Origin) -> Case:
    data = getattr(getattr(case.meta, "phase", None), "data", None)
    place = str(getattr(getattr(data, "parameter_location", None), "value", ""))
    odd = str(getattr(data, "parameter", ""))
    path = {odd: str(case.path_parameters[odd])} if place == "path" and odd in (case.path_parameters or {}) else {}
    body = NO_BODY if isinstance(case.body, NotSet) else case.body
    return Case(operation, path, _pairs(case.query or {}), body, origin, str(getattr(data, "description", origin)))


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (str(name), _word(one))
        for name, value in query.items()
        for one in (value if isinstance(value, (list, tuple)) else [value])
    ]


def _word(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)

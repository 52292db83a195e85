"""Judge what the tests have seen: `python -m tests.contract_coverage DIRECTORY` reads the recordings of one run.

Fails, a line each, when of the document of `default` a response field was never seen with two different values, a query
parameter or a body field was never shown to matter or never sent with success, an error (of the document, or of the
fact sheets where they lie beside the checkout) was never raised, or when an answer did not fit the document.
`contract_coverage_exceptions.yaml` lists what is not so yet, with reasons; an exception that is no longer needed fails.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.fields import Shape, has_one_value, leaves, shapes

EXCEPTIONS = Path(__file__).with_name("contract_coverage_exceptions.yaml")
SHEETS = Path(__file__).parents[2] / "shared" / "api-facts"
KINDS = {
    "field": "response field was not seen with two values",
    "parameter": "was not shown to matter",
    "error": "documented error was not raised",
    "sheet": "error of the fact sheet was not raised",
}
_PLACEHOLDER = re.compile(r"\{[^}]*\}|<[^>]*>|\d{3,}")

#: (operation, kind, name)
Gap = tuple[str, str, str]


@dataclass
class Sightings:
    """What all test processes have recorded together, by operation."""

    fields: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    errors: dict[str, dict[str, dict[int, list[Any]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    )
    sent: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    proofs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    invalid: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, recording: Mapping[str, Any]) -> None:
        """Join what one process has recorded."""
        for operation, paths in recording["fields"].items():
            for path, values in paths.items():
                self.fields[operation][path].update(values)
        for operation, editions in recording["errors"].items():
            for edition, statuses in editions.items():
                for status, bodies in statuses.items():
                    self.errors[operation][edition][int(status)] += map(json.loads, bodies)
        for kind in ("sent", "proofs", "invalid"):
            for operation, names in recording[kind].items():
                getattr(self, kind)[operation].update(names)


def read(directory: Path) -> Sightings:
    """The recordings of a directory."""
    sightings = Sightings()
    for file in sorted(directory.glob("*.json")):
        sightings.add(json.loads(file.read_text("utf-8")))
    return sightings


def fits(template: Any, body: Any) -> bool:
    """Whether a body is the documented one; placeholders and numbers of three digits and more may differ."""
    if isinstance(template, dict):
        if template.get("error") == "Bad Request":  # the validator's words differ with each request
            return isinstance(body, dict) and body.get("statusCode") == template.get("statusCode")
        return isinstance(body, dict) and template.keys() == body.keys() and all(
            fits(part, body[key]) for key, part in template.items()
        )  # fmt: skip
    if isinstance(template, str):
        if re.fullmatch(r"\{\w+\}", template):
            return True
        pattern = ".*".join(map(re.escape, _PLACEHOLDER.split(template)))
        return isinstance(body, str) and re.fullmatch(pattern, body, re.DOTALL) is not None
    if isinstance(template, int) and template >= 100:
        return isinstance(body, int)
    return bool(template == body)


def gaps(documented: Iterable[Shape], seen: Sightings, sheets: Mapping[str, Any]) -> Iterator[Gap]:
    """What ought to have been seen and was not."""
    for shape in documented:
        own = shape.id
        for path, schema in dict(leaves(shape.answer)).items():
            if len(seen.fields[own][path]) < (1 if has_one_value(schema) else 2):
                yield own, "field", path
        for name in dict.fromkeys(shape.inputs):
            if name not in seen.proofs[own]:
                yield own, "parameter", name
        for status, name, template in shape.errors:
            if not any(fits(template, body) for body in seen.errors[own]["default"][status]):
                yield own, "error", f"{status} {name}"
        for status, template in sheets.get(own, ()):
            raised = [body for edition in seen.errors[own].values() for body in edition.get(status, ())]
            if not (any(fits(template, body) for body in raised) if template is not None else raised):
                yield own, "sheet", str(status) if template is None else f"{status} {json.dumps(template)}"


def sheet_errors(directory: Path) -> dict[str, list[tuple[int, Any]]]:
    """(status, body or None) of the errors that the fact sheets quote, by operation; what is inferred is left out."""
    found: dict[str, list[tuple[int, Any]]] = {}
    for file in sorted(directory.glob("*.yaml")):
        for operation in yaml.safe_load(file.read_text("utf-8"))["operations"]:
            errors = [(str(one.get("status")), one) for one in operation.get("errors") or ()]
            found[operation["id"]] = [
                (int(status), one.get("body"))
                for status, one in errors
                if re.fullmatch(r"[45]\d\d", status) and not one.get("inferred")
            ]
    return found


def judge(found: Iterable[Gap], exceptions: Iterable[Mapping[str, Any]], judged: Iterable[str]) -> Iterator[str]:
    """A line for each gap without an exception and for each exception without a gap, of the kinds that were judged.

    An exception's `operation` and `name` are one text or a list; `*` stands for every operation that has the gap.
    """
    left = dict.fromkeys(found)
    missing = set(left)
    for exception in exceptions:
        kind = exception["kind"]
        if kind not in judged:
            continue
        for operation in _listed(exception["operation"]):
            for name in _listed(exception["name"]):
                hit = {gap for gap in missing if gap[1:] == (kind, name) and operation in ("*", gap[0])}
                if not hit:
                    yield f"{operation}: the exception for {kind} {name} is not needed"
                for gap in hit:
                    left.pop(gap, None)
    for operation, kind, name in left:
        yield f"{operation}: {name}: {KINDS[kind]}"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def main(arguments: list[str]) -> int:
    """Print what is missing; 0 when nothing is."""
    seen = read(Path(arguments[0]))
    with_sheets = SHEETS.is_dir()
    documented = shapes().values()
    exceptions = yaml.safe_load(EXCEPTIONS.read_text("utf-8")) or []
    found = list(gaps(documented, seen, sheet_errors(SHEETS) if with_sheets else {}))
    lines = list(judge(found, exceptions, [kind for kind in KINDS if with_sheets or kind != "sheet"]))
    lines += [f"{operation}: {text}" for operation, texts in seen.invalid.items() for text in sorted(texts)]
    lines += [
        f"{one.id}: {name}: was never sent with success"
        for one in documented
        for name in dict.fromkeys(one.inputs)
        if name not in seen.sent[one.id]
    ]
    print(*lines, sep="\n", end="\n" if lines else "")
    excused = Counter(kind for _, kind, _ in set(found))
    fields = sum(len(dict(leaves(one.answer))) for one in documented)
    inputs = sum(len(set(one.inputs)) for one in documented)
    errors = sum(len(one.errors) for one in documented)
    print(
        f"{len(documented)} operations, {fields} response fields, {inputs} parameters, {errors} errors; "
        f"not so yet: {', '.join(f'{excused[kind]} {kind}s' for kind in KINDS)}; {len(lines)} complaints"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

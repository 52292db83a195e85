"""Editions: one consistent reading of the documents each (DESIGN §3).

Membership follows from `x-sources`, contradictions from overlays, behaviour from `editions.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jsonpath_rfc9535
import yaml

from mock_server.contract.document import METHODS, Json


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What no schema can say: how the rules of an edition differ.

    `validation`: envelope of a refused request. `list_flags` and `other_campaign_flag`: what `true` means in the
    import settings. `unsubscribed_always_refused`: no flag lets a globally unsubscribed lead in (S1).
    `resume_before_first_mail`: status of a lead that is resumed before any mail. `rate_headers`: which answers carry
    `x-ratelimit-*`. `webhook_retry_minutes`: how long to wait before each further attempt of a delivery (R-guide).
    """

    validation: Literal["celebrate", "error-422"] = "celebrate"
    list_flags: Literal["skip-check", "drop-listed"] = "skip-check"
    other_campaign_flag: Literal["refuses", "allows", "ignored"] = "refuses"
    unsubscribed_always_refused: bool = False
    resume_before_first_mail: Literal["STARTED", "INPROGRESS"] = "STARTED"
    rate_headers: Literal["always", "on-get"] = "always"
    webhook_retry_minutes: Sequence[int] = (1, 5, 30)


@dataclass(frozen=True, slots=True)
class EditionSpec:
    """One entry of `editions.yaml`. `sources` None = every source."""

    name: str
    summary: str
    sources: frozenset[str] | None
    without_evidence: frozenset[str]
    overlays: tuple[str, ...]
    rate_limit: str
    behaviour: Behaviour


def load_specs(root: Path) -> dict[str, EditionSpec]:
    """All editions that `root` describes, by name."""
    content = yaml.safe_load((root / "editions.yaml").read_text("utf-8"))
    return {
        name: EditionSpec(
            name=name,
            summary=entry["summary"],
            sources=None if entry["sources"] == "all" else frozenset(entry["sources"]),
            without_evidence=frozenset(entry.get("without_evidence", ())),
            overlays=tuple(entry.get("overlays", ())),
            rate_limit=entry["rate_limit"],
            behaviour=Behaviour(**entry.get("behaviour", {})),
        )
        for name, entry in content.items()
    }


def cut(canonical: Json, spec: EditionSpec, root: Path) -> Json:
    """The canonical document as `spec` reads it: its members only, with its contradictions laid over."""
    document = deepcopy(canonical)
    if spec.sources is not None or spec.without_evidence:
        _select(document, spec)
    for name in spec.overlays:
        overlay = yaml.safe_load((root / "editions" / f"{name}.overlay.yaml").read_text("utf-8"))
        apply_overlay(document, overlay)
    document["info"]["x-edition"] = spec.name
    return document


def apply_overlay(document: Json, overlay: Json) -> None:
    """Apply an OpenAPI Overlay in place; ValueError when an action's target is not in the document."""
    for action in overlay["actions"]:
        nodes = jsonpath_rfc9535.find(action["target"], document)
        if not nodes:
            raise ValueError(f"overlay {overlay['info']['title']!r}: nothing at {action['target']}")
        for location in reversed([node.location for node in nodes]):  # so that list positions stay right
            parent: Any = document
            for part in location[:-1]:
                parent = parent[part]
            if action.get("remove"):
                del parent[location[-1]]
            else:
                parent[location[-1]] = _merged(parent[location[-1]], action["update"])


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, list):
        return [*old, *(new if isinstance(new, list) else [new])]
    return new


def _select(document: Json, spec: EditionSpec) -> None:
    """Drop operations, aliases, parameters, properties, words and examples that the edition does not know."""

    def known(node: Any) -> bool:
        sources = node.get("x-sources", node.get("sources")) if isinstance(node, dict) else None
        return spec.sources is None or sources is None or bool(spec.sources & set(sources))

    for path, item in list(document["paths"].items()):
        for method in [m for m in METHODS if m in item]:
            operation = item[method]
            if not known(operation) or operation["x-evidence"] in spec.without_evidence:
                del item[method]
            elif "x-aliases" in operation:
                operation["x-aliases"] = [alias for alias in operation["x-aliases"] if known(alias)]
        if not any(method in item for method in METHODS):
            del document["paths"][path]
    if spec.sources is not None:
        _drop_unknown(document["paths"], known, spec.sources)
        _drop_unknown(document["components"], known, spec.sources)


def _drop_unknown(node: Any, known: Callable[[Any], bool], sources: frozenset[str]) -> None:
    if isinstance(node, list):
        node[:] = [item for item in node if known(item)]
        for item in node:
            _drop_unknown(item, known, sources)
    elif isinstance(node, dict):
        for key in ("properties", "examples"):
            part = node.get(key)
            if isinstance(part, dict):
                gone = [name for name, value in part.items() if not known(value)]
                for name in gone:
                    del part[name]
                if key == "properties" and "required" in node:
                    node["required"] = [name for name in node["required"] if name not in gone]
        if "enum" in node and "x-word-sources" in node:
            named = node["x-word-sources"]
            node["enum"] = [word for word in node["enum"] if word not in named or sources & set(named[word])]
        for value in node.values():
            _drop_unknown(value, known, sources)

"""Editions: one consistent reading of the documents each (DESIGN §3).

Membership follows from `x-sources`, contradictions from overlays, behaviour from `editions.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import jsonpath_rfc9535
import yaml

from mock_server.contract.document import Json
from mock_server.contract.membership import Membership, Sources, drop_unreached, reached_from


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What no schema can say: how the rules of an edition differ.

    `validation`: envelope of a refused request. `list_flags` and `other_campaign_flag`: what `true` means in the
    import settings. `unsubscribed_always_refused`: no flag lets a globally unsubscribed lead in (S1).
    `resume_before_first_mail`: status of a lead that is resumed before any mail. `rate_headers`: which answers carry
    `x-ratelimit-*`. `webhook_retry_minutes`: how long to wait before each further attempt of a delivery (R-guide).
    `import_total`: what `total_leads` of an import counts, leads that were added or leads of the campaign (S0).
    `listed_passwords`: how a list shows the passwords of mailboxes. `lead_status_words`: in which words a lead's
    status is shown and asked for (S2, S3). `campaign_list_figures`: the campaigns' list has their figures (S2).
    `foreign_client`: what a client's key gets for a thing of another client, a 404 or a 403 (S2).
    `bounce_events`: which bounces webhooks are told about (S2). `inbox_totals`: the lists of the inbox tell how many
    conversations they have (R). `inbox_resume_days`: the delay of resuming from the inbox when none is given (R1).
    `push_delay`: the unit in which a push into a sub-sequence names its delay. `new_client_key`: a client has a key
    from the first (R).
    """

    validation: Literal["celebrate", "error-422"] = "celebrate"
    list_flags: Literal["skip-check", "drop-listed"] = "skip-check"
    other_campaign_flag: Literal["refuses", "allows", "ignored"] = "refuses"
    unsubscribed_always_refused: bool = False
    resume_before_first_mail: Literal["STARTED", "INPROGRESS"] = "STARTED"
    rate_headers: Literal["always", "on-get"] = "always"
    webhook_retry_minutes: Sequence[int] = (1, 5, 30)
    import_total: Literal["added", "campaign"] = "added"
    listed_passwords: Literal["base64", "clear"] = "base64"
    lead_status_words: Literal["canonical", "delivery", "outcome"] = "canonical"
    campaign_list_figures: bool = False
    foreign_client: Literal["hidden", "forbidden"] = "hidden"
    bounce_events: Literal["all", "hard"] = "all"
    inbox_totals: bool = False
    inbox_resume_days: int = 1
    push_delay: Literal["days", "seconds"] = "days"
    new_client_key: bool = False


@dataclass(frozen=True, slots=True)
class EditionSpec:
    """One entry of `editions.yaml`.

    `operation_sources` name what an operation needs, `sources` what its parts need (None = every source).
    `whole_payloads`: its documents do not describe what webhooks deliver, so nothing is cut from it.
    """

    name: str
    summary: str
    sources: Sources
    operation_sources: Sources
    whole_payloads: bool
    without_evidence: frozenset[str]
    overlays: tuple[str, ...]
    rate_limit: str
    behaviour: Behaviour

    @property
    def rules(self) -> dict[str, Any]:
        """The behaviour as plain data."""
        return asdict(self.behaviour)


def load_specs(root: Path) -> dict[str, EditionSpec]:
    """All editions that `root` describes, by name."""
    content = yaml.safe_load((root / "editions.yaml").read_text("utf-8"))
    return {
        name: EditionSpec(
            name=name,
            summary=entry["summary"],
            sources=_sources(entry["sources"]),
            operation_sources=_sources(entry.get("operation_sources", entry["sources"])),
            whole_payloads=entry.get("whole_payloads", False),
            without_evidence=frozenset(entry.get("without_evidence", ())),
            overlays=tuple(entry.get("overlays", ())),
            rate_limit=entry["rate_limit"],
            behaviour=Behaviour(**entry.get("behaviour", {})),
        )
        for name, entry in content.items()
    }


def _sources(named: Literal["all"] | list[str]) -> Sources:
    return None if named == "all" else frozenset(named)


def cut(canonical: Json, spec: EditionSpec, root: Path) -> Json:
    """The canonical document as `spec` reads it: its members only, with its contradictions laid over."""
    document = deepcopy(canonical)
    _select(document, canonical, spec)
    for name in spec.overlays:
        overlay = yaml.safe_load((root / "editions" / f"{name}.overlay.yaml").read_text("utf-8"))
        apply_overlay(document, overlay)
    drop_unreached(document)
    document["info"]["x-edition"] = spec.name
    return document


def _select(document: Json, canonical: Json, spec: EditionSpec) -> None:
    members = Membership(canonical, spec.sources)
    Membership(canonical, spec.operation_sources).drop_operations(document["paths"], spec.without_evidence)
    members.drop_operations(document["webhooks"])
    if spec.sources is not None:
        spared: frozenset[str] = frozenset()
        if spec.whole_payloads:
            payloads = reached_from(canonical, "webhooks") - reached_from(canonical, "paths")
            spared = frozenset(name for kind, name in payloads if kind == "schemas")
        members.drop_parts(document["paths"])
        members.drop_parts(document["webhooks"])
        members.drop_parts(document["components"], spared)


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

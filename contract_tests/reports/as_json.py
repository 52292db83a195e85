"""The JSON report."""

from __future__ import annotations

import json

from contract_tests.reports.about import About
from contract_tests.runner import Outcome


def as_json(outcome: Outcome, about: About) -> str:
    """Everything that a run knows; calls are without their key."""
    tally = outcome.tally
    data = {
        "base_url": about.base_url, "edition": about.api.edition, "seed": about.seed, "tier": about.tier,
        "at": about.at, "exit_code": outcome.exit_code, "summary": outcome.summary,
        "violations": [finding.as_data() for finding in outcome.findings],
        "parts": [
            {
                "phase": part.phase, "part": part.part, "seconds": round(part.seconds, 3),
                "violations": len(part.findings),
            }
            for part in outcome.parts
        ],
        "judged": tally.judged, "unjudged": tally.unjudged, "not_sent": tally.not_sent,
        "answered": sorted(tally.answered), "checks": tally.checks,
        "rules": {name: {"ran": one.ran, "rejected": one.rejected} for name, one in sorted(tally.rules.items())},
        "shortcomings": outcome.shortcomings, "stopped": outcome.stopped, "left": outcome.left,
    }  # fmt: skip
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

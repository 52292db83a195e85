"""The HTML report: one file that needs nothing else."""

from __future__ import annotations

from functools import cache

import jinja2

from contract_tests.reports.about import About
from contract_tests.runner import Outcome


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("contract_tests.reports", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("report.html")


def as_page(outcome: Outcome, about: About) -> str:
    """Operations by checks, rules of machines, and how to see each violation again."""
    tally = outcome.tally
    failed: dict[tuple[str, str], int] = {}
    for finding in outcome.findings:
        place = (finding.operation, finding.phase)
        failed[place] = failed.get(place, 0) + 1
    checks = sorted({*tally.checks, *(finding.phase for finding in outcome.findings if finding.operation)})
    return _template().render(
        outcome=outcome, about=about, tally=tally, checks=checks, failed=failed, findings=outcome.findings,
        operations=sorted(about.api, key=lambda one: (one.tags[:1], one.id)),
        verdict=("holds", "violated", "cannot judge")[outcome.exit_code],
        seconds=sum(part.seconds for part in outcome.parts),
    )  # fmt: skip

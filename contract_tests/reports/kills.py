"""What the trials of mutants say, as JSON and as tables for pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from contract_tests.catalogue import PHASES
from contract_tests.errors import CannotJudgeError
from contract_tests.power import Plan, Trial

_END = "<!-- /power -->"


def as_json(trials: Sequence[Trial], plan: Plan) -> str:
    """For programs, and for the tables."""
    data = {"tier": plan.tier, "seed": plan.seed, "trials": [asdict(trial) for trial in trials]}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def read_trials(text: str) -> list[Trial]:
    """What `as_json` wrote."""
    trials: list[dict[str, Any]] = json.loads(text)["trials"]
    return [Trial(**trial) for trial in trials]


def as_table(trials: Sequence[Trial]) -> str:
    """Areas by phases: how many mutants each phase finds, with the median of its seconds."""
    phases = _phases(trials)
    rows = []
    for area in dict.fromkeys(trial.area for trial in trials):
        here = [trial for trial in trials if trial.area == area]
        rows.append([area, f"{_killed(here)} of {len(here)}", *(_cell(here, name) for name in phases)])
    rows.append(["**all**", f"**{_killed(trials)} of {len(trials)}**", *(_cell(trials, name) for name in phases)])
    return _table(["area", "killed", *phases], rows)


def as_matrix(trials: Sequence[Trial]) -> str:
    """Mutants by phases: the seconds after which a phase finds one."""
    phases = _phases(trials)
    rows = [
        [
            f"`{trial.mutant}`",
            trial.area if trial.killed_by else f"{trial.area}, **survived**",
            *(f"{trial.killed_by[name]:.1f}" if name in trial.killed_by else "" for name in phases),
        ]
        for trial in trials
    ]
    return _table(["mutant", "area", *phases], rows)


#: where a page has a table, and which
MARKS: Mapping[str, Callable[[Sequence[Trial]], str]] = {
    "<!-- power: areas by phases; made by smartlead-contract power --page -->": as_table,
    "<!-- power: mutants by phases; made by smartlead-contract power --page -->": as_matrix,
}


def with_tables(text: str, trials: Sequence[Trial]) -> str:
    """A page with the tables between their marks; CannotJudgeError when it has no marks."""
    is_there = False
    for begin, make in MARKS.items():
        before, mark, rest = text.partition(begin)
        _, end, after = rest.partition(_END)
        if mark and end:
            is_there, text = True, f"{before}{mark}\n{make(trials)}{end}{after}"
    if not is_there:
        raise CannotJudgeError(f"the page has no place for a table: {' or '.join(MARKS)} … {_END}")
    return text


def _phases(trials: Sequence[Trial]) -> list[str]:
    """Those that found something, in the order of a run."""
    names = [*dict.fromkeys(name for trial in trials for name in trial.killed_by)]
    known = [phase.name for phase in PHASES if phase.name in names]
    return known + [name for name in names if name not in known]


def _killed(trials: Sequence[Trial]) -> int:
    return sum(1 for trial in trials if trial.killed_by)


def _cell(trials: Sequence[Trial], phase: str) -> str:
    seconds = [trial.killed_by[phase] for trial in trials if phase in trial.killed_by]
    return f"{len(seconds)} ({median(seconds):.1f} s)" if seconds else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, ["---"] * len(head), *rows])

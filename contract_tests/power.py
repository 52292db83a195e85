"""The teeth of the suite: each seeded bug is served, and the phases are run until one finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace

from contract_tests.address import parse_address
from contract_tests.catalogue import chosen, parts_of
from contract_tests.clock import SystemClock
from contract_tests.document import api_of
from contract_tests.effort import TIERS, Effort, Tier
from contract_tests.errors import BrokenAnswerError, CannotJudgeError
from contract_tests.ledger import Ledger, new_run
from contract_tests.mutants import CATALOGUE, SAMPLE
from contract_tests.mutants.process import mutant_server
from contract_tests.phases import Phase, World
from contract_tests.redaction import Key
from contract_tests.runner import found_by, open_world
from contract_tests.session import Settings, connect

#: areas in which no mutant may survive, and the share of all that must be killed
ALWAYS_KILLED = ("state", "dedupe", "auth")
SMALLEST_SHARE = 0.95

#: with how much effort every phase is asked at first
_FIRST: Tier = "smoke"
_KEYS = ("contract-own", "contract-other")


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one mutant. Without a phase nothing found it; `problem` tells why it could not be tried."""

    mutant: str
    area: str
    #: phase -> seconds of its work until it found something; only the first one, unless the plan is full
    killed_by: Mapping[str, float]
    #: what the first one found
    found: str
    seconds: float
    problem: str = ""

    @property
    def told(self) -> str:
        """One line."""
        if not self.killed_by:
            return f"SURVIVED {self.mutant} ({self.area}) {self.seconds:.1f} s {self.problem}".rstrip()
        by = ", ".join(f"{phase} ({seconds:.1f} s)" for phase, seconds in self.killed_by.items())
        return f"killed   {self.mutant} ({self.area}) by {by}: {self.found[:140]}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How mutants are tried."""

    tier: Tier
    seed: int
    phases: Sequence[str]
    #: ask every phase with little effort, also after the first kill
    is_full: bool


def try_mutant(mutant: str | None, plan: Plan) -> Trial:
    """Serve a mutant, or the mock as it is, and run the phases."""
    area = CATALOGUE[mutant].area if mutant else ""
    clock = SystemClock()
    began = clock.now()
    killed: dict[str, float] = {}
    spent: dict[str, float] = {}
    found = problem = ""
    try:
        with mutant_server(mutant, "--rate-limit", "off", "--keys", ",".join(_KEYS)) as url, _world(url, plan) as world:
            for phase, part, effort in _turns(plan, world):
                if killed and not (plan.is_full and effort.name == _FIRST):
                    break
                if phase.name in killed:
                    continue
                at = clock.now()
                at_once = replace(world, effort=replace(effort, shrink_seconds=0.0))
                finding = next(found_by(phase, at_once, part), None)
                spent[phase.name] = spent.get(phase.name, 0.0) + clock.now() - at
                if finding is not None:
                    killed[phase.name] = round(spent[phase.name], 2)
                    found = found or f"{finding.subject}: {finding.check}: {finding.message}"[:300]
    except BrokenAnswerError as error:
        killed["connect"], found = 0.0, str(error)
    except CannotJudgeError as error:
        problem = "" if killed else str(error)
    return Trial(mutant or "", area, killed, found, round(clock.now() - began, 1), problem)


def _turns(plan: Plan, world: World) -> Iterator[tuple[Phase, str, Effort]]:
    """A little of everything first, as most bugs need no more; then the tier."""
    for tier in dict.fromkeys((_FIRST, plan.tier)):
        for phase, part in parts_of(chosen(plan.phases), world.api):
            yield phase, part, TIERS[tier]


@contextmanager
def _world(url: str, plan: Plan) -> Iterator[World]:
    api = api_of("default")
    settings = Settings(parse_address(url), "write")
    run = new_run()
    session = connect(settings, Key(_KEYS[0]), api, lambda _: Ledger(run), SystemClock(), other_key=Key(_KEYS[1]))
    try:
        if session.findings:
            raise BrokenAnswerError("connect", session.findings[0].message)
        yield open_world(session, api, plan.seed, TIERS[plan.tier])[0]
    finally:
        session.close()


def try_all(mutants: Sequence[str], plan: Plan, workers: int, tell: Callable[[Trial], None]) -> list[Trial]:
    """Try them, `workers` at a time, and the mock as it is; CannotJudgeError when the suite finds something in that."""
    trials = []
    with ProcessPoolExecutor(workers) as pool:
        try:
            healthy = pool.submit(try_mutant, None, replace(plan, is_full=False))
            for done in as_completed([healthy, *(pool.submit(try_mutant, mutant, plan) for mutant in mutants)]):
                trial = done.result()
                if done is not healthy:
                    trials.append(trial)
                    tell(trial)
                elif trial.killed_by or trial.problem:
                    raise CannotJudgeError(f"the mock without a mutant does not hold: {trial.found or trial.problem}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    order = list(CATALOGUE)
    return sorted(trials, key=lambda trial: order.index(trial.mutant))


def mutants_of(ids: Sequence[str], areas: Sequence[str], *, is_sample: bool) -> list[str]:
    """The mutants that are meant, all of them when nothing is named; CannotJudgeError for one that is not there."""
    known_areas = list(dict.fromkeys(mutant.area for mutant in CATALOGUE.values()))
    for word, known in [*((one, list(CATALOGUE)) for one in ids), *((one, known_areas) for one in areas)]:
        if word not in known:
            raise CannotJudgeError(f"there is no {word}; python -m contract_tests.mutants --list shows all")
    if is_sample:
        return list(SAMPLE)
    return [one.id for one in CATALOGUE.values() if not (ids or areas) or one.id in ids or one.area in areas]


def weaknesses(trials: Sequence[Trial]) -> list[str]:
    """What the trials fall short of; empty = nothing."""
    survivors = [trial for trial in trials if not trial.killed_by]
    missed = [f"{one.mutant} ({one.area}) survived" for one in survivors if one.area in ALWAYS_KILLED]
    share = 1 - len(survivors) / len(trials) if trials else 0.0
    return missed + ([f"{share:.1%} were killed, {SMALLEST_SHARE:.0%} are wanted"] if share < SMALLEST_SHARE else [])

"""One run from the first question to the last line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from contract_tests.answers import Judge
from contract_tests.cleaning import Cleaner
from contract_tests.document import Api
from contract_tests.effort import TIERS, Effort
from contract_tests.errors import UNREADABLE, BrokenAnswerError, CannotJudgeError, ContractError, OutageError
from contract_tests.findings import Finding
from contract_tests.pacing import MOST_FAILURES_IN_A_ROW, Budget
from contract_tests.phases import Phase, Tally, World
from contract_tests.session import Session
from contract_tests.target import Target

HOLDS, VIOLATED, CANNOT_JUDGE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class PartDone:
    """A part of a phase that was run."""

    phase: str
    part: str
    seconds: float
    findings: Sequence[Finding]

    @property
    def name(self) -> str:
        """As reports call it."""
        return f"{self.phase} {self.part}".strip()


@dataclass(slots=True)
class Outcome:
    """What a run says; what several workers say is added up."""

    #: what was found before the first phase
    beforehand: list[Finding] = field(default_factory=list)
    parts: list[PartDone] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    #: why the run says less than it should; empty = it went to its end
    stopped: str = ""
    #: what could not be removed
    left: list[str] = field(default_factory=list)
    #: what a tier demands of a run, and this one did not reach
    shortcomings: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Take in what another worker found."""
        self.beforehand += [
            one for one in other.beforehand if one.message not in {it.message for it in self.beforehand}
        ]
        self.parts += other.parts
        self.tally.add(other.tally)
        self.stopped = self.stopped or other.stopped
        self.left += other.left

    @property
    def findings(self) -> list[Finding]:
        """All that was found."""
        return [*self.beforehand, *(finding for part in self.parts for finding in part.findings)]

    @property
    def silent(self) -> list[str]:
        """Operations that were called and of which no answer could be judged."""
        return sorted(set(self.tally.unjudged) - set(self.tally.judged))

    @property
    def exit_code(self) -> int:
        """0 it holds, 1 violations, 2 could not judge."""
        if self.findings:
            return VIOLATED
        is_whole = self.tally.judged and not (self.stopped or self.left or self.silent or self.shortcomings)
        return HOLDS if is_whole else CANNOT_JUDGE

    @property
    def summary(self) -> str:
        """One line."""
        calls, operations = sum(self.tally.judged.values()), len(self.tally.judged)
        counted = f"{calls} answers of {operations} operations judged, {len(self.tally.not_sent)} operations not sent"
        word = ("holds", "violated", "cannot judge")[self.exit_code]
        found = f"{len(self.findings)} violation{'' if len(self.findings) == 1 else 's'}; " if self.findings else ""
        whys = [self.stopped] if self.stopped else []
        if self.left:
            whys.append(f"{len(self.left)} things could not be removed")
        if self.silent:
            whys.append(f"{len(self.silent)} operations answered with 429, 502, 503 or 504 only")
        if self.shortcomings:
            whys.append(f"{len(self.shortcomings)} shortcomings of the run")
        if not self.tally.judged and not whys:
            whys.append("no answer could be judged")
        return f"{word}: {found}{counted}" + "".join(f"; {why}" for why in whys)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of a run while it goes on."""

    found: Callable[[Finding], None] = lambda finding: None
    begun: Callable[[str, str], None] = lambda phase, part: None
    done: Callable[[PartDone], None] = lambda part: None


def judge(
    session: Session, api: Api, whole: Callable[[], Api], phases: Sequence[Phase], seed: int,
    listener: Listener | None = None, effort: Effort = TIERS["pull-request"], *, is_whole_run: bool = True,
) -> Outcome:  # fmt: skip
    """Run the phases, then remove what they made, whatever happened. `whole` gives the document to clean up with;
    without all phases a run is not held to what its tier demands.
    """
    listener = listener or Listener()
    world, outcome = open_world(session, api, seed, effort)
    try:
        for finding in outcome.beforehand:
            listener.found(finding)
        for phase in phases:
            for part in phase.parts(api):
                run_part(world, phase, part, outcome, listener)
    except CannotJudgeError as error:
        outcome.stopped = str(error)
    except KeyboardInterrupt:
        outcome.stopped = "interrupted"
    close_world(world, whole, outcome)
    if is_whole_run and not outcome.stopped:
        outcome.shortcomings = shortcomings(outcome.tally, api, effort, is_own_world=world.can_be_emptied)
    return outcome


def open_world(session: Session, api: Api, seed: int, effort: Effort) -> tuple[World, Outcome]:
    """What the phases of a run, or of one of its workers, work with."""
    outcome = Outcome(beforehand=list(session.findings))
    judge_of_api = Judge(api)
    return World(
        api, session.target, session.capabilities, judge_of_api, seed, outcome.tally, effort, session.foreign
    ), outcome  # fmt: skip


def close_world(world: World, whole: Callable[[], Api], outcome: Outcome) -> None:
    """Remove what was made."""
    if world.can_be_emptied:
        # Nobody misses what stays in a world of our own.
        with suppress(ContractError, KeyboardInterrupt):
            world.fresh()
    else:
        _clean_behind(world.target, whole, outcome)


def run_part(world: World, phase: Phase, part: str, outcome: Outcome, listener: Listener) -> PartDone:
    """Run a part and tell what it finds.

    When the run stops because of an outage, the 5xx answers that it consists of are no violations.
    """
    findings: list[Finding] = []
    held: list[Finding] = []
    clock = world.target.wire.clock
    started = clock.now()
    listener.begun(phase.name, part)

    def note(finding: Finding) -> None:
        findings.append(finding)
        listener.found(finding)

    try:
        for finding in found_by(phase, world, part):
            if finding.exchange is not None and finding.exchange.status >= 500:
                held.append(finding)
            else:
                note(finding)
    except OutageError:
        del held[-MOST_FAILURES_IN_A_ROW:]
        raise
    finally:
        for finding in held:
            note(finding)
        done = PartDone(phase.name, part, clock.now() - started, findings)
        outcome.parts.append(done)
        listener.done(done)
    return done


def found_by(phase: Phase, world: World, part: str) -> Iterator[Finding]:
    """What a part finds. An answer that never comes, or that cannot be read as the document shows it, ends the part and
    is a violation.
    """
    try:
        yield from phase.run(world, part)
    except BrokenAnswerError as error:
        yield Finding(phase.name, "", "answer", str(error))
    except UNREADABLE as error:
        yield Finding(phase.name, "", "form", f"an answer cannot be read as the document shows it ({error!r})")


def shortcomings(tally: Tally, api: Api, effort: Effort, *, is_own_world: bool) -> list[str]:
    """Why a run without violations says too little for its tier; a world that is not ours cannot be held to it."""
    if not (effort.is_held_to_coverage and is_own_world):
        return []
    rules = [f"the rule {name} {count.weakness}" for name, count in sorted(tally.rules.items()) if count.weakness]
    never = [
        f"{operation.id} never succeeded"
        for operation in api
        if operation.id not in tally.answered and operation.id not in tally.not_sent
    ]
    return [*rules, *never]


def _clean_behind(target: Target, whole: Callable[[], Api], outcome: Outcome) -> None:
    if not target.ledger.left:
        return
    try:
        outcome.left = Cleaner(for_cleaning(target, whole())).clean()
    except CannotJudgeError as error:
        outcome.left = [f"{len(target.ledger.left)} entries of the ledger: {error}"]
    except KeyboardInterrupt:
        outcome.left = [f"{len(target.ledger.left)} entries of the ledger: interrupted"]


def for_cleaning(target: Target, whole: Api) -> Target:
    """The same target with the document that knows every removing call, and a budget of its own: a run that has spent
    its calls must still clean up.
    """
    safety = replace(target.safety, api=whole, mode="write")
    return replace(target, safety=safety, edition=whole.edition, budget=Budget())

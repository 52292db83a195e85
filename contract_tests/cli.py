"""The command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from contract_tests.address import Address, parse_address
from contract_tests.capabilities import Capabilities
from contract_tests.catalogue import PHASES, chosen
from contract_tests.cleaning import Cleaner
from contract_tests.clock import SystemClock, wall_time
from contract_tests.document import Api, api_from_file, api_of
from contract_tests.effort import TIERS, Effort, Tier
from contract_tests.errors import BrokenAnswerError, CannotJudgeError, ContractError
from contract_tests.interruption import Interruption
from contract_tests.ledger import Ledger, create_ledger, default_directory, new_run, open_ledger
from contract_tests.phases import Phase
from contract_tests.power import Plan, mutants_of, try_all, weaknesses
from contract_tests.redaction import Key, hiding, read_keys
from contract_tests.reports import FORMS, About, Form
from contract_tests.reports.kills import as_json, as_table, with_tables
from contract_tests.runner import CANNOT_JUDGE, HOLDS, VIOLATED, Outcome, for_cleaning, judge
from contract_tests.safety import Mode, Safety
from contract_tests.session import Settings, connect, reconnect
from contract_tests.target import DEFAULT_TIMEOUT_SECONDS
from contract_tests.voice import Voice

#: the edition whose document knows every call that removes something
WHOLE = "default"
KEYS = "SMARTLEAD_API_KEY"

app = typer.Typer(
    help="Hold a Smartlead API, the mock or the real service, against its document.", no_args_is_help=True,
    add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip

_KeyFile = Annotated[Path | None, typer.Option(help=f"File with the API keys, one a line; without it, {KEYS}.")]
_LedgerDirectory = Annotated[Path | None, typer.Option("--ledger-dir", help="Where what a run makes is written down.")]
_Timeout = Annotated[float, typer.Option(help="Seconds for one answer.", min=0.1, max=600)]


@app.callback()
def main() -> None:
    """Hold a Smartlead API, the mock or the real service, against its document."""


@app.command()
def run(
    base_url: Annotated[str, typer.Option(help="The API, like https://server.smartlead.ai/api/v1.")],
    edition: Annotated[str, typer.Option(help="Which reading of the documents it is held against.")] = "default",
    document: Annotated[Path | None, typer.Option(help="An OpenAPI document in place of the bundled one.")] = None,
    tier: Annotated[Tier, typer.Option(help="How much is done.")] = "pull-request",
    phase: Annotated[list[str] | None, typer.Option(help="Only this phase; may be given again.")] = None,
    seed: Annotated[int, typer.Option(help="Draws what is random.", min=0)] = 0,
    mode: Annotated[
        Literal["read", "write"] | None,
        typer.Option(help="read: calls without side effects. Default: write on this machine, read elsewhere."),
    ] = None,
    i_own_this_account: Annotated[
        bool, typer.Option("--i-own-this-account", help="For --mode write on an API that is no mock.")
    ] = False,
    budget: Annotated[int | None, typer.Option(help="The most calls; cleaning up is not counted.", min=1)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent; send nothing.")] = False,
    report: Annotated[str, typer.Option(help="Reports to write: junit, html, json, with commas between.")] = "",
    report_dir: Annotated[Path, typer.Option(help="Where reports are written.")] = Path("contract-report"),
    key_file: _KeyFile = None,
    ledger_dir: _LedgerDirectory = None,
    timeout: _Timeout = DEFAULT_TIMEOUT_SECONDS,
) -> None:
    """Run all phases. Exit code 0: it holds; 1: violations; 2: could not judge."""
    voice = Voice()
    with _ended_with_one_line(voice) as interruption:
        address = parse_address(base_url)
        forms, phases = forms_of(report), chosen(phase or ())
        api = replace(api_from_file(document), edition=edition) if document else api_of(edition)
        mode_here: Mode = mode or default_mode(address)
        if dry_run:
            _plan(voice, address, mode_here, api, phases, seed)
            return
        keys = read_keys(os.environ.get(KEYS), key_file)
        voice.hide = hiding(keys)
        settings = Settings(address, mode_here, i_own_this_account, budget, timeout)
        outcome = _run(voice, settings, keys, api, phases, seed, TIERS[tier], ledger_dir, interruption)
        voice.write(report_dir, forms, outcome, About(str(address), api, seed, tier, wall_time())) if forms else None
        voice.say(f"smartlead-contract: {outcome.summary} (edition {api.edition}, {tier}, seed {seed})")
        raise typer.Exit(outcome.exit_code)


@app.command()
def clean(
    run: Annotated[str, typer.Argument(help="The run, like ct-0123abcd.")],
    key_file: _KeyFile = None,
    ledger_dir: _LedgerDirectory = None,
    timeout: _Timeout = DEFAULT_TIMEOUT_SECONDS,
) -> None:
    """Remove what a run left behind. Exit code 0: nothing is left; 1: something is; 2: could not look."""
    voice = Voice()
    with _ended_with_one_line(voice):
        keys = read_keys(os.environ.get(KEYS), key_file)
        voice.hide = hiding(keys)
        ledger = open_ledger(ledger_dir or default_directory(), run)
        if ledger.about.get("key") != keys[0].mark(run):
            raise ContractError(f"{run} was made with another key")
        api = api_of(WHOLE)
        settings = Settings(parse_address(str(ledger.about.get("base_url", ""))), "write", True, None, timeout)
        session = reconnect(settings, keys[0], api, ledger, SystemClock())
        try:
            left = Cleaner(for_cleaning(session.target, api)).clean()
        finally:
            session.close()
        for line in left:
            voice.say(f"left: {line}", wrong=True)
        voice.say(f"smartlead-contract: {len(left)} things of {run} are left" if left else f"nothing of {run} is left")
        raise typer.Exit(VIOLATED if left else HOLDS)


@app.command()
def power(
    mutant: Annotated[list[str] | None, typer.Option(help="Only this mutant; may be given again.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="Only mutants of this area; may be given again.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="One mutant of each area.")] = False,
    tier: Annotated[Tier, typer.Option(help="How much is done.")] = "pull-request",
    phase: Annotated[list[str] | None, typer.Option(help="Only this phase; may be given again.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Ask every phase, not only until one finds the mutant.")] = False,
    seed: Annotated[int, typer.Option(help="Draws what is random.", min=0)] = 0,
    workers: Annotated[int, typer.Option(help="How many mutants are tried at a time.", min=1)] = 2,
    out: Annotated[Path | None, typer.Option(help="File for the trials, as JSON.")] = None,
    page: Annotated[
        list[Path] | None, typer.Option(help="File with marks between which tables are put; may be given again.")
    ] = None,
) -> None:
    """Measure the suite: serve seeded bugs, one by one, and see which phase finds each.

    Exit code 0: enough are killed; 1: too many survive; 2: could not judge.
    """
    voice = Voice()
    with _ended_with_one_line(voice):
        plan = Plan(tier, seed, tuple(one.name for one in chosen(phase or ())), full)
        mutants = mutants_of(mutant or (), area or (), is_sample=sample)
        for file in page or ():
            with_tables(voice.read_file(file), [])
        trials = try_all(mutants, plan, workers, lambda trial: voice.say(trial.told))
        if out is not None:
            voice.write_file(out, as_json(trials, plan))
        for file in page or ():
            voice.write_file(file, with_tables(voice.read_file(file), trials))
        voice.say(as_table(trials))
        weak = weaknesses(trials)
        for line in weak:
            voice.say(f"weak: {line}", wrong=True)
        survivors = [trial.mutant for trial in trials if not trial.killed_by]
        voice.say(f"smartlead-contract: {len(trials) - len(survivors)} of {len(trials)} mutants killed")
        raise typer.Exit(VIOLATED if weak else HOLDS)


def forms_of(text: str) -> list[Form]:
    """The reports that a text with commas names."""
    words = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [word for word in words if word not in FORMS]
    if unknown:
        raise CannotJudgeError(f"--report {unknown[0]}: there are {', '.join(FORMS)}")
    return [form for form in FORMS if form in words]


def default_mode(address: Address) -> Mode:
    """Writing is for this machine; elsewhere it must be said."""
    return "write" if address.is_loopback else "read"


def ledger_maker(
    settings: Settings, key: Key, api: Api, name: str, directory: Path | None
) -> Callable[[Capabilities], Ledger]:
    """A file for what an account would keep; a world of our own is emptied, and needs none."""

    def make(capabilities: Capabilities) -> Ledger:
        if settings.mode == "read" or capabilities.is_own_world:
            return Ledger(name)
        about = {
            "base_url": str(settings.address), "edition": api.edition, "mock": capabilities.control,
            "key": key.mark(name), "at": wall_time(),
        }  # fmt: skip
        return create_ledger(directory or default_directory(), name, about)

    return make


def _run(
    voice: Voice, settings: Settings, keys: Sequence[Key], api: Api, phases: Sequence[Phase], seed: int,
    effort: Effort, ledger_directory: Path | None, interruption: Interruption,
) -> Outcome:  # fmt: skip
    name = new_run()
    make_ledger = ledger_maker(settings, keys[0], api, name, ledger_directory)
    session = connect(settings, keys[0], api, make_ledger, SystemClock(), other_key=keys[-1] if len(keys) > 1 else None)
    session.target.shield = interruption.shield
    kind = f"mock {session.capabilities.version}" if session.capabilities.control else "no control API"
    voice.say(f"{settings.address}: {kind}, mode {settings.mode}, run {name}")
    try:
        outcome = judge(
            session, api, lambda: api_of(WHOLE), phases, seed, voice.listener(), effort,
            is_whole_run=len(phases) == len(PHASES),
        )  # fmt: skip
    finally:
        session.close()
    for line in outcome.shortcomings:
        voice.say(f"shortcoming: {line}", wrong=True)
    for line in outcome.left:
        voice.say(f"left: {line}", wrong=True)
    if outcome.left:
        voice.say(f"To remove it: smartlead-contract clean {name}", wrong=True)
    return outcome


def _plan(voice: Voice, address: Address, mode: Mode, api: Api, phases: Sequence[Phase], seed: int) -> None:
    """Nothing is asked, so what the server is must be assumed: a mock on this machine, the real service elsewhere."""
    assumed = "a mock" if address.is_loopback else "the real service"
    voice.say(f"{address}, taken for {assumed}; mode {mode}, edition {api.edition}; nothing is sent")
    safety = Safety(mode, address.is_loopback, api, Ledger(new_run()))
    planned = [(phase.name, one) for phase in phases for one in phase.plan(api, safety, seed)]
    for name, one in planned:
        voice.say(
            f"refused  {name}: {one.operation}: {one.refusal}"
            if one.refusal
            else f"send     {name}: {one.operation}: {one.call}"
        )
    refused = sum(1 for _, one in planned if one.refusal)
    voice.say(f"smartlead-contract: {len(planned) - refused} calls would be sent, {refused} refused")


@contextmanager
def _ended_with_one_line(voice: Voice) -> Iterator[Interruption]:
    """What a user or a server does wrong is one line and an exit code, never a traceback. SIGTERM is as Ctrl-C."""
    interruption = Interruption()
    try:
        with interruption.installed():
            yield interruption
    except BrokenAnswerError as error:
        voice.say(f"smartlead-contract: violated: {error}", wrong=True)
        raise typer.Exit(VIOLATED) from None
    except ContractError as error:
        voice.say(f"smartlead-contract: cannot judge: {error}", wrong=True)
        raise typer.Exit(CANNOT_JUDGE) from None
    except KeyboardInterrupt:
        voice.say("smartlead-contract: cannot judge: interrupted", wrong=True)
        raise typer.Exit(CANNOT_JUDGE) from None

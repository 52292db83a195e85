"""Options, and the dealing out of parts. Without `--smartlead-url` a fresh mock is started for the run."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contract_tests.catalogue import PHASES, parts_of
from contract_tests.cli import KEYS, forms_of
from contract_tests.clock import wall_time
from contract_tests.effort import TIERS
from contract_tests.errors import CannotJudgeError, ContractError
from contract_tests.mock_process import fresh_mock
from contract_tests.reports import About
from contract_tests.runner import Outcome, shortcomings
from contract_tests.suite.workers import Order, Worker
from contract_tests.voice import Voice

_MOST_WORKERS = 64


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `smartlead-contract run`, where they make sense here."""
    group = parser.getgroup("smartlead-contract", "holding a Smartlead API against its document and a model")
    group.addoption("--smartlead-url", metavar="URL", help="The API; without it a mock is started.")
    group.addoption("--smartlead-edition", metavar="EDITION", default="default", help="Which reading of the documents.")
    group.addoption("--smartlead-tier", choices=tuple(TIERS), default="pull-request", help="How much is done.")
    group.addoption("--smartlead-seed", metavar="N", type=int, default=0, help="Draws what is random.")
    group.addoption("--smartlead-mode", choices=("read", "write"), help="As --mode of smartlead-contract.")
    group.addoption("--i-own-this-account", action="store_true", help="As that of smartlead-contract.")
    group.addoption("--smartlead-report", metavar="FORMS", default="", help="junit, html, json, with commas between.")
    group.addoption("--smartlead-report-dir", metavar="DIR", default="contract-report", help="Where they are written.")


@dataclass
class _Run:
    """What one process of a run has: an order, and its worker unless it only deals out."""

    order: Order
    worker: Worker
    stack: ExitStack = field(default_factory=ExitStack)
    outcome: Outcome = field(default_factory=Outcome)
    is_whole: bool = False


_RUN = pytest.StashKey[_Run]()


def pytest_configure(config: pytest.Config) -> None:
    """Find out what to work on. A worker is told, the process that starts it decides."""
    given = getattr(config, "workerinput", None)
    stack = ExitStack()
    if given is not None:
        order, number = pickle.loads(given["smartlead"]), int(given["workerid"].removeprefix("gw"))
    else:
        order, number = _order(config, stack), 0
    config.stash[_RUN] = _Run(order, Worker(order, number), stack)


def _order(config: pytest.Config, stack: ExitStack) -> Order:
    options = config.option
    url, keys = options.smartlead_url, os.environ.get(KEYS, "")
    try:
        forms_of(options.smartlead_report)
        if url is None:
            own = [f"{name}-{number}" for number in range(_MOST_WORKERS) for name in ("contract", "stranger")]
            url, keys = stack.enter_context(fresh_mock(options.smartlead_edition, own)), ",".join(own)
        elif not keys:
            raise CannotJudgeError(f"no API key: set {KEYS}")
    except ContractError as error:
        raise pytest.UsageError(str(error)) from None
    return Order(
        url, keys, options.smartlead_edition, options.smartlead_tier, options.smartlead_seed, options.smartlead_mode,
        options.i_own_this_account,
    )  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist."""
    node.workerinput["smartlead"] = pickle.dumps(node.config.stash[_RUN].order)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Hear what a worker found."""
    told = getattr(node, "workeroutput", {}).get("smartlead")
    if told is not None:
        run = node.config.stash[_RUN]
        outcome, run.is_whole = pickle.loads(told)
        run.outcome.add(outcome)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each part."""
    if {"phase", "part"} <= set(metafunc.fixturenames):
        parts = parts_of(PHASES, metafunc.config.stash[_RUN].order.api)
        ids = [f"{phase.name}-{part}" if part else phase.name for phase, part in parts]
        metafunc.parametrize(("phase", "part"), parts, ids=ids)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run of fewer parts is held to less."""
    run = config.stash[_RUN]
    ours = [item for item in items if item.path.parent == Path(__file__).parent]
    run.is_whole = len(ours) == len(parts_of(PHASES, run.order.api))


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """This process's connection."""
    run = request.config.stash[_RUN]
    yield run.worker
    outcome = run.worker.close()
    if outcome is not None:
        run.outcome.add(outcome)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker passes on what it knows; the others judge the whole."""
    run = session.config.stash[_RUN]
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["smartlead"] = pickle.dumps((run.outcome, run.is_whole))
        return
    if run.is_whole and run.outcome.parts:
        effort = TIERS[run.order.tier]
        is_own = run.order.mode != "read"
        run.outcome.shortcomings = shortcomings(run.outcome.tally, run.order.api, effort, is_own_world=is_own)
        if run.outcome.exit_code and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What the run says as a whole, and its reports."""
    run = config.stash[_RUN]
    if not run.outcome.parts:
        return
    for line in run.outcome.shortcomings:
        terminalreporter.write_line(f"shortcoming: {line}")
    order, voice = run.order, Voice()
    voice.hide = run.worker.hide
    forms = forms_of(config.option.smartlead_report)
    if forms:
        about = About(order.url, order.api, order.seed, order.tier, wall_time())
        voice.write(Path(config.option.smartlead_report_dir), forms, run.outcome, about)
    terminalreporter.write_line(
        voice.hide(
            f"smartlead-contract: {run.outcome.summary} (edition {order.edition}, {order.tier}, seed {order.seed})"
        )
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the mock that was started."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.stack.close()

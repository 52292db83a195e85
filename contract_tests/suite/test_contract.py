"""Every part of every phase is a test."""

from __future__ import annotations

import pytest

from contract_tests.errors import ContractError
from contract_tests.phases import Phase
from contract_tests.suite.workers import Worker
from contract_tests.voice import told


def test_it_holds(worker: Worker, phase: Phase, part: str) -> None:
    """The API does what the document and the model say."""
    try:
        done = worker.run(phase, part)
    except ContractError as error:
        pytest.fail(worker.hide(f"cannot judge: {error}"), pytrace=False)
    if done.findings:
        pytest.fail(worker.hide("\n\n".join(told(one) for one in done.findings)), pytrace=False)

"""Ctrl-C waits for the answer to a making call, once."""

from __future__ import annotations

import signal

import pytest

from contract_tests.interruption import Interruption


def strike() -> None:
    """The user presses Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def shielded(interruption: Interruption, times: int, done: list[int]) -> None:
    """Something that must come to its end, struck so many times."""
    with interruption.shield():
        for _ in range(times):
            strike()
        done.append(times)


def test_it_strikes_at_once_and_under_the_shield_at_its_end() -> None:
    """What the block does is done."""
    done: list[int] = []
    interruption = Interruption()
    with interruption.installed():
        with pytest.raises(KeyboardInterrupt):
            strike()
        with pytest.raises(KeyboardInterrupt):
            shielded(interruption, 1, done)
        shielded(interruption, 0, done)
    assert done == [1, 0]


def test_the_second_one_does_not_wait() -> None:
    """A server that hangs must not hold the user."""
    done: list[int] = []
    interruption = Interruption()
    before = signal.getsignal(signal.SIGTERM)
    with interruption.installed(), pytest.raises(KeyboardInterrupt):
        shielded(interruption, 2, done)
    assert done == []
    assert signal.getsignal(signal.SIGTERM) is before

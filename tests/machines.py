"""What the state machines of the tests have in common."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.conftest import Api


class Machine(RuleBasedStateMachine):
    """An empty workspace in one edition, with a clock that stands still."""

    def __init__(self, api: Api, edition: str) -> None:
        super().__init__()
        self.api = api
        self.edition = edition
        self.seen: Any = None
        assert api.control("POST", "/reset").status_code == 200
        assert api.control("PUT", "/settings", {"edition": edition}).status_code == 200
        assert api.control("PUT", "/clock", {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}).status_code == 200

    def call(self, method: str, path: str, body: Any = None, expected: int = 200) -> Any:
        """The body of an answer with the expected status; time passes before it. A refused call changes nothing."""
        before = self.view() if expected != 200 else None
        assert self.api.control("POST", "/clock/advance", {"minutes": 1}).status_code == 200
        answer = self.api.request(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code == expected, answer.text
        self.seen = None
        assert before is None or self.view() == before
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    def events(self) -> int:
        """How many entries the ledger has."""
        count: int = self.api.control("GET", "/state").json()["tables"]["event"]
        return count

    def view(self) -> Any:
        """What the API shows, read once after each call."""
        self.seen = self.seen or self.reads()
        return self.seen

    def reads(self) -> Any:
        """All that the API shows of what the machine is about."""
        raise NotImplementedError


def run(machine: type[Machine], api: Api, edition: str, *, examples: int, steps: int) -> None:
    """Run a machine in one edition."""
    chosen = settings(max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(cast(type[RuleBasedStateMachine], lambda: machine(api, edition)), settings=chosen)


def sequence(steps: int) -> dict[str, Any]:
    """The body that saves so many steps, the first at once and the others after two days each."""
    return {
        "sequences": [
            {"seq_number": n, "seq_delay_details": {"delay_in_days": 2 * (n > 1)}, "subject": "s", "email_body": "b"}
            for n in range(1, steps + 1)
        ]
    }

"""What ends a call or a run."""

from __future__ import annotations

#: what a reader meets when an answer lacks what it must have
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)


class ContractError(Exception):
    """Its text is one line for the user."""


class CannotJudgeError(ContractError):
    """Nothing can be said about the API: exit code 2."""


class OutageError(CannotJudgeError):
    """The server answers nothing but 5xx."""


class BrokenAnswerError(ContractError):
    """The server took a request and gave no whole answer: a violation, exit code 1."""

    def __init__(self, call: str, problem: str) -> None:
        super().__init__(f"{call}: {problem}")
        self.call = call
        self.problem = problem


class RefusedBySafetyError(ContractError):
    """The transport does not send this; nothing was sent."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(f"{operation} is not sent: {reason}")
        self.operation = operation
        self.reason = reason

"""What a run says while it goes on, and what it writes when it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from contract_tests.errors import CannotJudgeError
from contract_tests.findings import Finding
from contract_tests.redaction import redact_members
from contract_tests.reports import FORMS, About, Form
from contract_tests.runner import Listener, Outcome, PartDone


class Voice:
    """Everything that is printed or written passes here; before a key is known there is none to show."""

    def __init__(self) -> None:
        self.hide: Callable[[str], str] = redact_members

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Print."""
        typer.echo(self.hide(text), err=wrong)

    def listener(self) -> Listener:
        """Prints what happens."""
        return Listener(found=lambda finding: self.say(told(finding)), done=self._tell_part)

    def _tell_part(self, part: PartDone) -> None:
        word = f"{len(part.findings)} found" if part.findings else "holds"
        self.say(f"{part.name:24} {part.seconds:7.1f} s   {word}")

    @staticmethod
    def read_file(file: Path) -> str:
        """Read one file; CannotJudgeError where that is impossible."""
        try:
            return file.read_text("utf-8")
        except OSError as error:
            raise CannotJudgeError(f"{file}: {error.strerror}") from None

    def write_file(self, file: Path, text: str) -> None:
        """Write one file; CannotJudgeError where that is impossible."""
        try:
            file.write_text(self.hide(text), "utf-8")
        except OSError as error:
            raise CannotJudgeError(f"{file}: {error.strerror}") from None

    def write(self, directory: Path, forms: Sequence[Form], outcome: Outcome, about: About) -> None:
        """Write the reports; CannotJudgeError where that is impossible."""
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for form in forms:
                name, make = FORMS[form]
                self.write_file(directory / name, make(outcome, about))
                self.say(f"report: {directory / name}")
        except OSError as error:
            raise CannotJudgeError(f"--report-dir {directory}: {error.strerror}") from None


def told(finding: Finding) -> str:
    """A finding in lines: what is wrong, and the calls that show it."""
    shown = [f"    {one.curl()}   # {one.status}" for one in finding.calls]
    return "\n".join([f"{finding.subject}: {finding.phase}: {finding.check}: {finding.message}", *shown])

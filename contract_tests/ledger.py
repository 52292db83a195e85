"""What a run made: written down before it is made, so that it can be removed whatever happens."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs

from contract_tests.clock import wall_time
from contract_tests.errors import CannotJudgeError

Kind = Literal["campaign", "lead", "lead_map", "lead_list", "webhook", "block_entry"]
RUN = re.compile(r"ct-[0-9a-f]{8}")


def new_run() -> str:
    """The id of a run, and the prefix of every name that it makes. Never drawn from a seed: two runs must differ."""
    return f"ct-{secrets.token_hex(4)}"


def default_directory() -> Path:
    """Where ledgers are kept on this platform."""
    return Path(platformdirs.user_state_dir("smartlead-contract", appauthor=False))


@dataclass(slots=True)
class Entry:
    """Something that a call was about to make. `ids` is empty as long as nobody knows what became of it."""

    number: int
    kind: Kind
    #: its name, or the addresses of leads and block-list entries
    names: Sequence[str]
    #: what it belongs to: the campaign of a webhook
    parent: str
    ids: list[str] = field(default_factory=list)
    done: bool = False


@dataclass(slots=True)
class Ledger:
    """An append-only file of JSON lines; without a file it is kept in memory, for a world that ends with the run."""

    run: str
    file: Path | None = None
    entries: list[Entry] = field(default_factory=list)
    about: Mapping[str, Any] = field(default_factory=dict)
    _owned: set[tuple[str, str]] = field(default_factory=set)

    def begin(self, kind: Kind, names: Sequence[str], parent: str = "") -> Entry:
        """Something is about to be made. When this returns, the disk knows."""
        entry = Entry(len(self.entries) + 1, kind, list(names), parent)
        self._write({"entry": entry.number, "begun": kind, "names": entry.names, "parent": parent, "at": wall_time()})
        self.entries.append(entry)
        return entry

    def made(self, entry: Entry, ids: Iterable[str]) -> None:
        """It was made."""
        entry.ids = list(ids)
        self._write({"entry": entry.number, "made": entry.ids})
        self._owned |= {(entry.kind, one) for one in entry.ids}

    def finish(self, entry: Entry, how: Literal["removed", "not made"]) -> None:
        """Nothing of it is left. Its ids stay the run's own: they are never used again."""
        entry.done = True
        self._write({"entry": entry.number, "finished": how})

    def adopt(self, kind: Kind, one: str) -> None:
        """An id that was found under an address that only this run can have made."""
        self._owned.add((kind, one))

    def forget(self) -> None:
        """Everything is gone: the world was emptied. A file would still know; worlds like that need none."""
        self.entries = [entry for entry in self.entries if entry.done]
        self._owned.clear()

    def owns(self, kind: str, one: str) -> bool:
        """Whether this run made it."""
        return (kind, one) in self._owned

    def ids(self, kind: Kind) -> list[str]:
        """What of a kind is there, oldest first."""
        return [one for entry in self.entries if entry.kind == kind and not entry.done for one in entry.ids]

    @property
    def left(self) -> list[Entry]:
        """What may still be there, newest first."""
        return [entry for entry in reversed(self.entries) if not entry.done]

    def _write(self, line: Mapping[str, Any]) -> None:
        if self.file is None:
            return
        try:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CannotJudgeError(f"the ledger {self.file} cannot be written: {error.strerror}") from None


def create_ledger(directory: Path, run: str, about: Mapping[str, Any]) -> Ledger:
    """The ledger of a new run; its first line says where the run was."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotJudgeError(f"--ledger-dir {directory}: {error.strerror}") from None
    ledger = Ledger(run, directory / f"{run}.jsonl", about=about)
    ledger._write({"run": run, **about})
    return ledger


def open_ledger(directory: Path, run: str) -> Ledger:
    """The ledger of a run that ended, or was ended. A last line that was cut off is an entry that did not happen:
    the call it stands for was never sent.
    """
    if not RUN.fullmatch(run):
        raise CannotJudgeError("a run is named like ct-0123abcd")
    file = directory / f"{run}.jsonl"
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError:
        raise CannotJudgeError(f"there is no ledger of {run} in {directory}") from None
    lines = list(_lines(text))
    if not lines or lines[0].get("run") != run:
        raise CannotJudgeError(f"{file} is no ledger of {run}")
    if not text.endswith("\n"):
        with file.open("a", encoding="utf-8") as end:
            end.write("\n")
    ledger = Ledger(run, file, about={key: value for key, value in lines[0].items() if key != "run"})
    for line in lines[1:]:
        _replay(ledger, line)
    return ledger


def _lines(text: str) -> Iterator[dict[str, Any]]:
    """The lines that are whole. Earlier cleanings may have closed a cut line with a line break."""
    for line in text.split("\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _replay(ledger: Ledger, line: Mapping[str, Any]) -> None:
    if "begun" in line:
        ledger.entries.append(Entry(line["entry"], line["begun"], line["names"], line["parent"]))
        return
    entry = next((one for one in ledger.entries if one.number == line.get("entry")), None)
    if entry is None:
        return
    if "made" in line:
        entry.ids = line["made"]
        ledger._owned |= {(entry.kind, one) for one in entry.ids}
    if "finished" in line:
        entry.done = True

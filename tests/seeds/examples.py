"""An example of a source text, and how blocks are cut out of the text and read although they are damaged.

Nothing is retyped: an example is read from the lines of its seed, and every normalisation names its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final, NamedTuple

#: the texts lie beside the checkout
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
EDITIONS = {"S0": "connector", "S1": "help-center", "S2": "api-guide", "S3": "lead-guide", "S4": "reference"}


class _Nothing(Enum):
    NOTHING = "nothing"


#: the response of an example for which the seed prints none
NOTHING: Final = _Nothing.NOTHING


@dataclass(frozen=True)
class Request:
    """A call as the seed writes it, with the seed's ids or `{placeholders}`; the path is below `/api/v1`."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class Example:
    """One call or answer that a seed prints; `defect` says why it is not replayed, with its line."""

    seed: str
    line: int
    operation: str
    request: Request | None = None
    response: Any = NOTHING
    fixes: tuple[str, ...] = ()
    defect: str = ""
    status: int = 200

    @property
    def name(self) -> str:
        """`S1:237 create_campaign`."""
        return f"{self.seed}:{self.line} {self.operation}"

    @property
    def edition(self) -> str:
        """The edition that must honour it."""
        return EDITIONS[self.seed]


@dataclass(frozen=True)
class Block:
    """Some lines of a seed; `first` is the number of the first one."""

    seed: str
    first: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.first + len(self.lines) - 1

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    def line(self, marker: str, after: int = 0) -> int:
        """The number of the first line behind `after` that holds a text."""
        for number, line in enumerate(self.lines, self.first):
            if number > after and marker in line:
                return number
        raise LookupError(f"{self.seed} has no {marker!r} after line {after}")

    def heading(self, text: str, after: int = 0) -> int:
        """The number of the first line behind `after` that is a text and nothing else."""
        for number, line in enumerate(self.lines, self.first):
            if number > after and line.strip() == text:
                return number
        raise LookupError(f"{self.seed} has no line {text!r} after line {after}")

    def between(self, first: int, last: int) -> Block:
        """The lines from one to another, both included."""
        assert self.first <= first <= last + 1 <= self.last + 1, (first, last)
        return Block(self.seed, first, self.lines[first - self.first : last - self.first + 1])

    def section(self, start: str, end: str | None = None, after: int = 0) -> Block:
        """The lines below one heading, before another one (or to the end)."""
        first = self.heading(start, after) + 1
        return self.between(first, self.last if end is None else self.heading(end, first) - 1)

    def fenced(self) -> list[Block]:
        """The contents of its ``` blocks."""
        marks = [number for number, line in enumerate(self.lines, self.first) if line.strip() == "```"]
        return [self.between(start + 1, end - 1) for start, end in zip(marks[::2], marks[1::2], strict=True)]


def seed(name: str) -> Block:
    """The whole text of `S0` … `S4`; FileNotFoundError where the texts are missing."""
    found = sorted(SEEDS.glob(f"00{name[1]}_*.txt"))
    if not found:
        raise FileNotFoundError(SEEDS)
    return Block(name, 1, tuple(found[0].read_text(encoding="utf-8").splitlines()))


class Patch(NamedTuple):
    """What is read in a line instead of what stands there, where no general rule can mend it."""

    line: int
    stands: str
    read: str
    reason: str


def patched(block: Block, patches: Sequence[Patch]) -> tuple[Block, list[str]]:
    """The block with the patches of its lines, and what they were; AssertionError if something else stands there."""
    lines, fixes = list(block.lines), []
    for number, stands, instead, reason in patches:
        if block.first <= number <= block.last:
            here = lines[number - block.first]
            assert here.count(stands) == 1, f"{block.seed}:{number} does not hold {stands!r} once: {here!r}"
            lines[number - block.first] = here.replace(stands, instead)
            fixes.append(f"line {number}: {reason}")
    for number, line in enumerate(lines, block.first):
        if "&quot;" in line:
            # one that stands beside a quote is the same quote, printed twice
            lines[number - block.first] = re.sub('"?&quot;', '"', line)
            fixes.append(f"line {number}: &quot; read as a quote")
    return Block(block.seed, block.first, tuple(lines)), fixes


def read(block: Block, patches: Sequence[Patch] = ()) -> tuple[Any, tuple[str, ...]]:
    """The one JSON value of a block, and every normalisation that was needed to read it."""
    values, fixes = read_all(block, patches)
    assert len(values) == 1, f"{block.seed}:{block.first} holds {len(values)} values"
    return values[0], fixes


def read_all(block: Block, patches: Sequence[Patch] = ()) -> tuple[list[Any], tuple[str, ...]]:
    """The JSON values that stand one behind the other in a block, and every normalisation."""
    values, fixes = read_each(block, patches)
    return [value for _, value in values], fixes


def read_each(block: Block, patches: Sequence[Patch] = ()) -> tuple[list[tuple[int, Any]], tuple[str, ...]]:
    """As `read_all`, each value with the line on which it begins."""
    mended, fixes = patched(block, patches)
    reader = _Reader(mended)
    values = list(reader.values())
    return values, in_order(*fixes, *reader.fixes)


def in_order(*fixes: str) -> tuple[str, ...]:
    """Normalisations by line, each once."""
    return tuple(sorted(dict.fromkeys(fixes), key=line_of))


def line_of(fix: str) -> int:
    """The line that a normalisation names."""
    return int(re.findall(r"\d+", fix)[0])


class _Reader:
    """A JSON reader that takes damaged text and says what it mended."""

    def __init__(self, block: Block) -> None:
        self.text, self.at, self.first, self.seed = block.text, 0, block.first, block.seed
        self.fixes: list[str] = []

    def values(self) -> Iterator[tuple[int, Any]]:
        """The values at the top with their lines; there may be commas between them."""
        while self._peek():
            if self._peek() == ",":
                self.at += 1
                continue
            yield self._line(), self._value()

    def _line(self) -> int:
        return self.first + self.text.count("\n", 0, self.at)

    def _fix(self, what: str) -> None:
        self.fixes.append(f"line {self._line()}: {what}")

    def _fail(self, what: str) -> AssertionError:
        return AssertionError(f"{self.seed}:{self._line()}: {what} at {self.text[self.at : self.at + 40]!r}")

    def _peek(self) -> str:
        """The next character that means something; empty at the end."""
        while self.at < len(self.text):
            if self.text[self.at] == "\N{NO-BREAK SPACE}":
                self._fix("no-break space read as a space")
                self.at += 1
            elif self.text[self.at].isspace():
                self.at += 1
            elif self.text.startswith("//", self.at):
                self._fix("comment removed")
                self.at = self._end_of_line()
            elif self.text.startswith("...", self.at):
                self._fix("elided rows left out")
                self.at += 4 if self.text.startswith("...,", self.at) else 3
            else:
                return self.text[self.at]
        return ""

    def _end_of_line(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _value(self) -> Any:
        start = self._peek()
        if start == "{":
            return self._object()
        if start == "[":
            return self._array()
        if start and start in "\"'":
            return self._string()
        return self._bare()

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in self._items("}"):
            key = self._string() if self._peek() in ('"', "'") else self._key()
            if self._peek() != ":":
                raise self._fail("no colon")
            self.at += 1
            if key in found:
                raise self._fail(f"{key} a second time")
            found[key] = self._value()
        return found

    def _array(self) -> list[Any]:
        return [self._value() for _ in self._items("]")]

    def _items(self, end: str) -> Iterator[None]:
        """Stops at each item of an object or an array, and behind its last one."""
        self.at += 1
        comma = True
        while (here := self._peek()) != end:
            if not here:
                raise self._fail(f"no {end}")
            if here == ",":
                if comma:
                    self._fix("comma too many")
                comma, self.at = True, self.at + 1
                continue
            if not comma:
                self._fix("missing comma")
            yield
            comma = False
            behind = self.at
            if self._peek() == ",":
                self.at += 1
                comma = True
                if self._peek() == end:
                    self.at, at = behind, self.at
                    self._fix("trailing comma")
                    self.at = at
        self.at += 1

    def _key(self) -> str:
        match = re.compile(r"\w+").match(self.text, self.at)
        if not match:
            raise self._fail("no key")
        self._fix("unquoted key")
        self.at = match.end()
        return match[0]

    def _string(self) -> str:
        """A quoted text; one that its line cuts off ends with the line."""
        quote, start, line_end = self.text[self.at], self.at + 1, self._end_of_line()
        if quote == "'":
            self._fix("single quotes")
        match = re.compile(rf"(?:[^{quote}\\\n]|\\.)*").match(self.text, start)
        assert match
        content, behind = match[0], match.end()
        if behind < line_end:
            self.at = behind + 1
        else:
            self._fix("text that is cut at the end of its line")
            content, self.at = content.rstrip(), line_end
        if content.startswith("<http"):
            self._fix("angle brackets of a link removed")
            content = content.removeprefix("<").removesuffix(">")
        return _ESCAPE.sub(_unescaped, content)

    def _bare(self) -> Any:
        """A number, a word, or a text that has lost its quotes."""
        match = re.compile(r"\$\{\w+\}|[^\s,{}\[\]]+").match(self.text, self.at)
        if not match:
            raise self._fail("no value")
        word = match[0]
        if re.fullmatch(r"0\d+", word):
            self._fix("number with a leading zero read as a text")
            value: Any = word
        elif re.fullmatch(r"-?\d+(\.\d+)?", word):
            value = float(word) if "." in word else int(word)
        elif word in _WORDS:
            value = _WORDS[word]
        elif re.fullmatch(r"\$\{\w+\}|[A-Za-z_.]+", word):
            self._fix("name of a variable read as null")
            value = None
        else:
            self._fix("unquoted value")
            value = word
        self.at = match.end()
        return value


_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r"\\(.)")


def _unescaped(match: re.Match[str]) -> str:
    return {"n": "\n", "r": "\r", "t": "\t"}.get(match[1], match[1])

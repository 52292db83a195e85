"""Templates: the subject and body of a sequence step become the mail of one lead. Pure: no rows, no HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

#: fields of a lead that a template may name (the API's words, S1; exact case, S3)
LEAD_FIELDS = ("first_name", "last_name", "email", "phone_number", "company_name", "website", "location",
               "linkedin_profile", "company_url")  # fmt: skip

#: every character of a text is in exactly one token
_TOKEN = re.compile(r"\{\{[^{}]*+\}\}|[{}|]|[^{}|]++")


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    name: str
    otherwise: str


@dataclass(slots=True, eq=False)
class _Choice:
    number: int
    starts: list[int]
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _OptionEnd:
    choice: _Choice


_Step = str | _Field | _Choice | _OptionEnd


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A compiled text; `fields` are the names of its merge fields in order of their first occurrence."""

    fields: tuple[str, ...]
    _steps: tuple[_Step, ...] = field(repr=False)

    def render(self, values: Mapping[str, str], choose: Callable[[int, int], int]) -> str:
        """The text with every merge field replaced by its value, as it is, and every choice by one of its options.

        `choose(n, count)` names the option of the n-th choice. Choices are numbered in the order in which they open,
        those inside an option that is not taken too, so a number means the same choice in every mail.
        """
        parts: list[str] = []
        at = 0
        while at < len(self._steps):
            step = self._steps[at]
            at += 1
            if isinstance(step, str):
                parts.append(step)
            elif isinstance(step, _Field):
                value = values.get(step.name)
                parts.append(step.otherwise if value is None else value)
            elif isinstance(step, _Choice):
                at = step.starts[choose(step.number, len(step.starts))]
            else:
                at = step.choice.end
        return "".join(parts)


@lru_cache(maxsize=1024)
def compiled(text: str) -> Template:
    """`{{name}}` is a merge field, blank without a value (DESIGN §4); `{a|b}` is a choice, at any depth.

    Braces pair from the inside: `{{{name}}}` is the value between single braces, and braces without a bar of their own
    (CSS, JSON), without a partner, or without a name (`{{}}`) are plain text. No source knows `{{a|b}}`: it is the
    field of that name, but stays as written, not blank, when the lead has none, so that the mistake shows in the mail.
    """
    tokens = _TOKEN.findall(text)
    of_choices = _tokens_of_choices(tokens)
    numbers = count()
    steps: list[_Step] = []
    literal: list[str] = []
    opened: list[_Choice] = []
    for index, token in enumerate(tokens):
        name = token[2:-2].strip() if token.startswith("{{") else ""
        if not name and index not in of_choices:
            literal.append(token)
            continue
        if literal:
            steps.append("".join(literal))
            literal.clear()
        if name:
            steps.append(_Field(name, token if "|" in name else ""))
        elif token == "{":
            opened.append(_Choice(next(numbers), starts=[len(steps) + 1]))
            steps.append(opened[-1])
        elif token == "|":
            steps.append(_OptionEnd(opened[-1]))
            opened[-1].starts.append(len(steps))
        else:
            opened.pop().end = len(steps)
    steps.append("".join(literal))
    names = dict.fromkeys(step.name for step in steps if isinstance(step, _Field))
    return Template(tuple(names), tuple(steps))


def _tokens_of_choices(tokens: list[str]) -> set[int]:
    """Where the braces and bars stand that make choices: a loop and a stack, as texts may nest without end."""
    found: set[int] = set()
    opened: list[list[int]] = []
    for index, token in enumerate(tokens):
        if token == "{":
            opened.append([index])
        elif token == "|" and opened:
            opened[-1].append(index)
        elif token == "}" and opened:
            group = opened.pop()
            if len(group) > 1:
                found.update(group, [index])
    return found


def field_values(lead: Mapping[str, Any], custom_fields: Mapping[str, Any]) -> dict[str, str]:
    """What the merge fields of a lead's mail stand for: the lead's own fields and its custom ones, by their exact key.

    A custom field of the same name counts only where the lead's own field is null or empty (inferred).
    """
    values = {name: _value_text(value) for name, value in custom_fields.items() if value is not None}
    values.update({name: _value_text(lead[name]) for name in LEAD_FIELDS if lead.get(name) not in (None, "")})
    return values


def _value_text(value: object) -> str:
    """`3.0` is written `3` and true `true`, as the vendor's JavaScript does, whose numbers are plain up to 10²¹."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)

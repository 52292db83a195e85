"""Templates: the subject and body of a sequence step become the mail of one lead. Pure: no rows, no HTTP."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator, Mapping
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


# HTML. Not html.parser: that of Python 3.11.7 needs half a minute for 60 kB of `<a `, raises on `<![` and reads the
# `&currency=` of an address as a sign. Here each alternative stops at the next `<` or takes what it has passed, and
# repetition is possessive, so that the time is linear.
_MARKUP = re.compile(
    r"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(?P<raw>script|style|title)(?=[\s/>])[^<>]*+>.*?(?:</(?P=raw)(?=[\s/>])[^<>]*+>|\Z)
    | <(?P<tag>/?[a-z][a-z0-9_-]*+(?::[a-z0-9_-]++)?)(?=[\s/>])(?P<attributes>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>
    | <[!?/][^<>]*+>
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]*+)))?""")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LINK = re.compile(r"""https?://[\w\[][^\s<>"']*""", re.IGNORECASE)
_CELLS = {"td", "th"}
_BLOCKS = {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
           "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav",
           "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}  # fmt: skip


def plain_text(html: str) -> str:
    """The text of an HTML body as a mail's plain part shows it; a text without a tag comes back as it is.

    A block begins a new line and `<br>` ends one (`</br>` too: S1:851); a link shows its address behind its text when
    they differ; scripts, styles, titles and comments go; malformed tags stay as text.
    """
    if not _MARKUP.search(html):
        return html
    # in `parts`, \n is a line end and \f the edge of a block, which ends a line only if something stands on it
    parts: list[str] = []
    link, label_from = "", 0
    for text, tag, attributes in _pieces(html):
        if text:
            parts.append(_SPACE.sub(" ", text))
        name = tag.removeprefix("/")
        if name == "a":
            label = " ".join("".join(parts[label_from:]).split())
            if link and label != link:
                parts.append(f" ({link})" if label else link)
            link, label_from = _href(attributes), len(parts)
        elif name == "br":
            parts.append("\n")
        elif name in _BLOCKS:
            parts.append("\f")
        elif name in _CELLS:
            parts.append(" ")
    text = re.sub(r" ?([\n\f]) ?", r"\1", re.sub(r" +", " ", "".join(parts)))
    text = re.sub(r"[\n\f]+", lambda run: "\n" * (run[0].count("\n") + run[0].startswith("\f")), text)
    return text.strip(" \n")


def links_of(body: str) -> list[str]:
    """The distinct http(s) links of a body in order: what its `<a>` point to, or bare addresses in one without tags.

    Of a bare address, punctuation at its end is the sentence's, and so is a closing bracket that it did not open.
    """
    if _MARKUP.search(body):
        links = [_href(attributes) for _, tag, attributes in _pieces(body) if tag == "a"]
    else:
        links = [link.rstrip(".,;:!?" if "(" in link else ".,;:!?)") for link in _LINK.findall(body)]
    return [link for link in dict.fromkeys(links) if link]


def _pieces(html: str) -> Iterator[tuple[str, str, str]]:
    """Each text with the tag behind it (`p`, `/p`; none behind the last) and that tag's attributes."""
    at = 0
    for match in _MARKUP.finditer(html):
        yield _decoded(html[at : match.start()]), (match["tag"] or "").lower(), match["attributes"] or ""
        at = match.end()
    yield _decoded(html[at:]), "", ""


def _href(attributes: str) -> str:
    """Where a link leads; nothing unless to http or https."""
    for name, *quoted_or_bare in _ATTRIBUTE.findall(attributes):
        if name.lower() == "href":
            address = " ".join(_decoded("".join(quoted_or_bare)).split())
            return address if _LINK.match(address) else ""
    return ""


def _decoded(text: str) -> str:
    """Entities as the signs that they mean; without their semicolon they are none, as `&copy=` in an address."""
    return _ENTITY.sub(lambda match: entities.unescape(match[0]), text) if "&" in text else text

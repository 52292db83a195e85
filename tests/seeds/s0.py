"""S0, the page of a connector: eleven usages, each with its parameters and what it returns.

The page describes an integration and prints no path; methods and paths are those of S1, its parameter `campaignId` is
the one in the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.seeds.examples import Block, Example, Request, read, seed

#: heading of a usage -> our operation, method and path
CALLS = {
    "List All Campaigns": ("list_campaigns", "GET", "/campaigns/"),
    "Get Campaign Statistics": ("get_campaign_statistics", "GET", "/campaigns/{campaignId}/statistics"),
    "Get Campaign Analytics by Date Range": (
        "get_campaign_analytics_by_date", "GET", "/campaigns/{campaignId}/analytics-by-date",
    ),
    "Get Campaign Top-Level Analytics": ("get_campaign_analytics", "GET", "/campaigns/{campaignId}/analytics"),
    "Create Campaign": ("create_campaign", "POST", "/campaigns/create"),
    "Add Sequence to Campaign": ("save_campaign_sequences", "POST", "/campaigns/{campaignId}/sequences"),
    "Update Campaign Schedule": ("update_campaign_schedule", "POST", "/campaigns/{campaignId}/schedule"),
    "Update Campaign Status": ("update_campaign_status", "POST", "/campaigns/{campaignId}/status"),
    "Add Leads to Campaign": ("add_leads_to_campaign", "POST", "/campaigns/{campaignId}/leads"),
    "Get Lead by Email": ("get_lead_by_email", "GET", "/leads/"),
    "Add to Global Block List": ("add_to_global_block_list", "POST", "/leads/add-domain-block-list"),
}  # fmt: skip
_FIELD = re.compile(r"^( *)• (\w+) ([a-z ]+?)(?: \((required|nullable)\))?(?:: (.*))?$")


@dataclass
class Field:
    """One line of a list of parameters or of *Returns*, with the lines that are indented below it."""

    line: int
    name: str
    kind: str
    note: str
    text: str
    fields: list[Field] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The words that its text lists: `(DRAFTED, ACTIVE)`, `(opened | clicked)` or `Options: "ACTIVE", "PAUSED"`."""
        if listed := re.search(r"\(([A-Z]+(?:, [A-Z]+)+)\)|\((\w+(?: \| \w+)+)\)", self.text):
            return re.findall(r"\w+", listed[0])
        return re.findall(r'"([A-Z]+)"', self.text.partition("Options:")[2])


@dataclass(frozen=True)
class Usage:
    """One operation of the page, and its whole text; `operation_type` is `Query (Read)` or `Mutation (Write)`."""

    title: str
    line: int
    text: str
    operation_type: str
    parameters: tuple[Field, ...]
    returns: tuple[Field, ...]
    example: Example


def usages() -> list[Usage]:
    """What the page tells of each operation, in its order."""
    page = seed("S0")
    starts = sorted(page.heading(title) for title in _titles(page))
    ends = [*(start - 1 for start in starts[1:]), page.heading("Common Use Cases") - 1]
    return [_usage(page.between(start, end)) for start, end in zip(starts, ends, strict=True)]


def examples() -> list[Example]:
    """The eleven example usages."""
    return [usage.example for usage in usages()]


def _titles(page: Block) -> Iterator[str]:
    """Headings with an *Operation Type* four lines below: a title, a line of description, and empty lines between."""
    for number, line in enumerate(page.lines):
        if line.startswith("Operation Type:"):
            yield page.lines[number - 4].strip()


def _usage(block: Block) -> Usage:
    title = block.lines[0].strip()
    operation, method, path = CALLS[title]
    # the next group's heading and description follow the last usage of a group
    example = block.section("Example Usage:")
    depth, last = 0, example.first
    for number, line in enumerate(example.lines, example.first):
        depth += line.count("{") + line.count("[") - line.count("}") - line.count("]")
        if line.strip() and depth == 0:
            last = number
            break
    given, fixes = read(example.between(example.first, last))
    body = {name: value for name, value in given.items() if name != "campaignId"}
    path = path.format(**given)
    request = Request(method, path, query=body) if method == "GET" else Request(method, path, body=body)
    return Usage(
        title=title,
        line=block.first,
        text=block.text,
        operation_type=block.lines[4].partition(": ")[2],
        parameters=tuple(_fields(block.section("Parameters:", "Returns:"))),
        returns=tuple(_fields(block.section("Returns:", "Example Usage:"))),
        example=Example("S0", example.first + 1, operation, request, fixes=fixes),
    )


def _fields(block: Block) -> list[Field]:
    """The list as a tree by its indentation; a line that is neither empty nor an entry would be an error."""
    top: list[Field] = []
    open_at: list[tuple[int, list[Field]]] = [(-1, top)]
    for number, line in enumerate(block.lines, block.first):
        if not line.strip() or line.strip() == "• None":
            continue
        match = _FIELD.match(line)
        assert match, f"S0:{number} is no field: {line!r}"
        indent, name, kind, note, text = match.groups()
        while len(indent) <= open_at[-1][0]:
            open_at.pop()
        one = Field(number, name, kind, note or "", text or "")
        open_at[-1][1].append(one)
        open_at.append((len(indent), one.fields))
    return top

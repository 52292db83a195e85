"""S3, the lead guide: calls in Python, the fields of replies that the code reads, one printed reply, two glued tables.

The code is read with `ast` and never run: an argument of a call is what the assignments before it say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.seeds.examples import NOTHING, Block, Example, Request, read, seed

#: a call with the guide's ids -> our operation
OPERATIONS = {
    "POST /campaigns/12345/leads": "add_leads_to_campaign",
    "GET /campaigns/12345/leads": "list_leads_by_campaign",
    "PATCH /campaigns/12345/leads/67890/status": "patch_lead_status",
    "GET /campaigns/12345/leads/67890/activity": "get_lead_activity",
    "POST /leads/block-list": "add_emails_to_block_list",
}
Names = dict[str, ast.expr]


class Word(NamedTuple):
    """A row of the table of statuses."""

    line: int
    word: str
    text: str


class Flag(NamedTuple):
    """A row of the table of import settings."""

    line: int
    name: str
    default: bool
    text: str


def statuses() -> list[Word]:
    """The status words with what they say of a lead."""
    rows = _rows("StatusDescription", r"([A-Z_]+[A-Z])([A-Z][a-z].*)")
    return [Word(line, word, text) for line, (word, text) in rows]


def flags() -> list[Flag]:
    """The import settings with their defaults."""
    rows = _rows("SettingDefaultDescription", r"([a-z_]+?)(true|false)([A-Z].*)")
    return [Flag(line, name, default == "true", text) for line, (name, default, text) in rows]


def batch() -> int:
    """Leads that one request takes; the guide says it four times."""
    said = re.findall(r"(?:up to |larger than |batch_size = |exceed )(\d+)", seed("S3").text)
    assert len(said) == 4
    (most,) = set(said)
    return int(most)


def _rows(heading: str, pattern: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines of the table under a heading, as long as they have its form."""
    guide = seed("S3")
    for number in range(guide.heading(heading) + 1, guide.last):
        match = re.fullmatch(pattern, guide.lines[number - 1])
        if not match:
            return
        yield number, match.groups()


def examples() -> list[Example]:
    """Every call of the code, the lead that is shown alone, and the reply that is printed, by line."""
    names: Names = {}
    found = [_reply()]
    for block in blocks():
        tree = ast.parse(block.text)
        names |= {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        calls = [node for node in ast.walk(tree) if _is_request(node)]
        found += [_call(block, tree, node, names) for node in calls] or [_lead_alone(block, names)]
    return sorted(found, key=lambda one: one.line)


def blocks() -> list[Block]:
    """The stretches of the guide that are Python; the first one has no heading of its own."""
    guide = seed("S3")
    starts = [guide.heading("import requests"), *(n + 1 for n, line in enumerate(guide.lines, 1) if line == "Python")]
    return [_code(guide, start) for start in starts]


def _code(guide: Block, start: int) -> Block:
    """The longest stretch from a line on that is Python; prose is not."""
    for end in range(guide.last, start, -1):
        block = guide.between(start, end)
        try:
            ast.parse(block.text)
        except SyntaxError:
            continue
        return block
    raise AssertionError(f"S3:{start} is no Python")


def _is_request(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("requests.")


def _call(block: Block, tree: ast.Module, node: Any, names: Names) -> Example:
    """One `requests.<method>(url, params=…, json=…)`."""
    fixes: list[str] = []
    url = _value(node.args[0], names, block, fixes)
    given = {one.arg: one.value for one in node.keywords}
    query = {
        key.value: _value(value, names, block, fixes)
        for key, value in zip(given["params"].keys, given["params"].values, strict=True)
        if key.value != "api_key"
    }
    body = _value(given["json"], names, block, fixes) if "json" in given else None
    path = url.removeprefix(_value(names["BASE_URL"], names, block, fixes))
    request = Request(node.func.attr.upper(), path, query, body)
    operation = OPERATIONS[f"{request.method} {request.path}"]
    return Example("S3", block.first + node.lineno - 1, operation, request, _read(tree) or NOTHING, tuple(fixes))


def _value(node: ast.expr, names: Names, block: Block, fixes: list[str]) -> Any:
    """What an expression stands for."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _value(names[node.id], names, block, fixes)
        case ast.JoinedStr():
            return "".join(str(_value(part, names, block, fixes)) for part in node.values)
        case ast.FormattedValue() | ast.Subscript(slice=ast.Slice()):  # a slice: the first batch, all there is
            return _value(node.value, names, block, fixes)
        case ast.List(elts=[ast.Constant(value=value)]) if value is ...:
            fixes.append(f"line {block.line('[...]')}: the list that is left out read as lead_list of leads_payload")
            return _value(names["leads_payload"], names, block, fixes)["lead_list"]
        case ast.List():
            return [_value(one, names, block, fixes) for one in node.elts]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return {_value(key, names, block, fixes): _value(value, names, block, fixes) for key, value in pairs if key}
    raise AssertionError(f"S3:{block.first + node.lineno - 1}: {ast.unparse(node)}")


def _read(tree: ast.Module) -> dict[str, Any]:
    """The fields of the answer that the code reads, of unknown content but for a list that it goes through."""
    answers = {
        ast.unparse(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "response.json()"
    }
    found: dict[str, Any] = {name: None for answer in answers for name in _fields_of(tree, answer)}
    for node in ast.walk(tree):
        match node:
            case ast.For(
                target=ast.Name(id=item),
                iter=ast.Call(func=ast.Attribute(ast.Name(answer), "get"), args=[ast.Constant(name), _]),
            ) if answer in answers:
                found[str(name)] = [dict.fromkeys(_fields_of(tree, item))]
    return found


def _fields_of(tree: ast.Module, name: str) -> list[str]:
    """`a` and `b` of `name['a']` and `name['b']`."""
    return [
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
        and ast.unparse(node.value) == name
    ]


def _lead_alone(block: Block, names: Names) -> Example:
    """`lead = {…}`, which is to be imported with its custom fields."""
    lead = _value(names["lead"], names, block, [])
    path = f"/campaigns/{_value(names['campaign_id'], names, block, [])}/leads"
    request = Request("POST", path, body={"lead_list": [lead]})
    fix = f"line {block.first}: a lead that is shown alone put into lead_list"
    return Example("S3", block.first, OPERATIONS[f"{request.method} {request.path}"], request, NOTHING, (fix,))


def _reply() -> Example:
    """The reply of an import, printed behind the list of what is skipped."""
    guide = seed("S3")
    first = guide.line("The import response tells you exactly") + 1
    block = guide.between(first, guide.lines.index("}", first) + 1)
    value, fixes = read(block)
    count = block.line('"skipped_count"')
    defect = f"line {count}: {value['skipped_count']} skipped, of which {len(value['skipped_leads'])} are told"
    return Example("S3", first, "add_leads_to_campaign", None, value, fixes, defect)

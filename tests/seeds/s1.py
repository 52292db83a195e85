"""S1, the help centre's documentation: every call, every answer and every error that it prints.

The page prints blocks between ``` marks. Which is what follows from the line above a block; a block without such a line
goes on with the one before it, as the page broke some in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tests.seeds.examples import NOTHING, Block, Example, Request, in_order, line_of, patched, read, read_each, seed
from tests.seeds.s1_patches import PATCHES
from tests.worlds import described

#: heading -> our operation, in the order of the page
OPERATIONS = {
    "Get Campaign By Id": "get_campaign",
    "Create Campaign": "create_campaign",
    "Update Campaign Schedule": "update_campaign_schedule",
    "Update Campaign General Settings": "update_campaign_settings",
    "Fetch Campaign Sequence By Campaign ID": "get_campaign_sequences",
    "Save Campaign Sequence": "save_campaign_sequences",
    "List all Campaigns": "list_campaigns",
    "Delete Campaign": "delete_campaign",
    "List all email accounts per campaign": "list_campaign_email_accounts",
    "Add Email Account To A Campaign": "add_campaign_email_accounts",
    "Remove Email Account From A Campaign": "remove_campaign_email_accounts",
    "Fetch all Campaigns using Lead ID": "list_campaigns_of_lead",
    "Fetch all email accounts associated to a user": "list_email_accounts",
    "Create an Email Account": "save_email_account",
    "Update Email Account": "update_email_account",
    "Fetch Email Account By ID": "get_email_account",
    "Add/Update Warmup To Email Account": "update_email_account_warmup",
    "Fetch Warmup Stats By Email Account ID": "get_email_account_warmup_stats",
    "List all leads by campaign id": "list_leads_by_campaign",
    "Fetch lead categories": "list_lead_categories",
    "Fetch lead by email address": "get_lead_by_email",
    "Export data from a campaign": "export_campaign_leads_csv",
    "Fetch Lead Message History Based On Campaign": "get_lead_message_history",
    "Reply To Lead From Master Inbox via API": "reply_email_thread",
    "Fetch Campaign Statistics By Campaign Id": "get_campaign_statistics",
    "Fetch Campaign Statistics By Campaign Id And Date Range": "get_campaign_analytics_by_date",
    "Fetch campaign top level analytics": "get_campaign_analytics",
    "Add leads to a campaign by ID": "add_leads_to_campaign",
    "Resume Lead By Campaign ID": "resume_lead_in_campaign",
    "Pause Lead By Campaign ID": "pause_lead_in_campaign",
    "Delete Lead By Campaign ID": "delete_lead_from_campaign",
    "Unsubscribe/Pause Lead From Campaign": "unsubscribe_lead_from_campaign",
    "Unsubscribe Lead From All Campaigns": "unsubscribe_lead_globally",
    "Add Lead/Domain to Global Block List": "add_to_global_block_list",
    "Update lead using the Lead ID": "update_lead",
    "Update a lead's category based on their campaign": "update_lead_category_in_campaign",
    "Patch campaign status": "update_campaign_status",
    "Fetch Webhooks By Campaign ID": "list_campaign_webhooks",
    "Add / Update Campaign Webhook": "save_campaign_webhook",
    "Delete Campaign Webhook": "delete_campaign_webhook",
    "Add Client To System (Whitelabel or not)": "save_client",
    "Fetch all clients": "list_clients",
    "Reconnect failed email accounts": "reconnect_failed_email_accounts",
}
_CALL = re.compile(r"(?:curl|GET) <https://server\.smartlead\.ai/api/v1(?P<address>.*)")
_DATA = re.compile(r"-- ?(?:data|body)")
_KEY = re.compile(r"[$]?[{<]?(API_KEY|api_key)[}>]*")
#: what an address is cut to before the key's name is whole
_KEY_NAMES = {"api_key"[:length] for length in range(8)}
#: words in the comment behind a field or a parameter; a list that its line cuts has no bracket at its end
_LISTED = re.compile(r'(?:"(\w+)":|^(\w+)=).*// (?:ENUM \(([^)]*)\)|(?:allowed|possible) values (?:are )?-> (.*))')
_STATUS_LINE = re.compile(r"^(\d{3}) [A-Z ]+?:? (?=\{|[A-Z][a-z])(.*)$")


class Words(NamedTuple):
    """Words that the page lists for one field or parameter of an operation, which is sent or answered."""

    line: int
    operation: str
    sent: bool
    field: str
    words: tuple[str, ...]


@dataclass
class _Part:
    """One thing that is printed: blocks that belong together, and the line above them."""

    label: str
    block: Block
    joined: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What it is: a call, the body of one, an answer, an error, or a list of words."""
        if _CALL.match(self.block.lines[0].strip() or self.block.lines[1]):
            return "call"
        if self.label.startswith(("Error", "Response Failure")):
            return "error"
        if self.label.startswith("Response"):
            return "answer"
        return "body" if self.label.startswith(("In the above", "Note**")) else "words"


def examples() -> list[Example]:
    """Every call with the answer that follows it, and every error, in the order of the page."""
    return [example for operation, section in _sections() for example in _section(section, operation)]


def words() -> list[Words]:
    """Lists of words: two in blocks of their own, the others in comments behind a field; cut ones are left out."""
    page = seed("S1")
    statuses, events = page.line("STARTED: The lead"), page.line("WEBHOOK_EVENT_TYPE: {")
    named = tuple(line.partition(":")[0] for line in page.between(statuses, statuses + 3).lines)
    body, _ = read(Block("S1", events, ("{", *page.between(events + 1, page.line("}", events)).lines)))
    listed = [
        Words(statuses, "list_leads_by_campaign", False, "status", named),
        Words(events, "list_campaign_webhooks", False, "event_types", tuple(body)),
        Words(events, "save_campaign_webhook", True, "event_types", tuple(body)),
    ]
    for operation, section in _sections():
        for part in _parts(section):
            for number, line in enumerate(part.block.lines, part.block.first):
                if match := _LISTED.search(line):
                    several = tuple(word for word in re.findall(r"\w+", match[3] or match[4]) if word != "or")
                    listed.append(Words(number, operation, part.kind == "call", match[1] or match[2], several))
    return listed


def _sections() -> Iterator[tuple[str, Block]]:
    """Operations with what the page tells of them; what stands before the first one shows a call in passing."""
    page = seed("S1")
    starts = [_start(page, heading) for heading in OPERATIONS]
    yield "list_campaigns", page.between(1, starts[0] - 1)
    for operation, first, end in zip(OPERATIONS.values(), starts, [*starts[1:], page.last + 1], strict=True):
        yield operation, page.between(first, end - 1)


def _start(page: Block, heading: str) -> int:
    """The heading with a description two lines below; the lists of contents have none."""
    at = page.heading(heading)
    while not page.lines[at + 1].startswith("This endpoint"):
        at = page.heading(heading, at)
    return at


def _section(section: Block, operation: str) -> Iterator[Example]:
    """The calls of a section; answers belong to the last call, bodies too."""
    calls: list[Example] = []
    errors: list[Example] = []
    for part in _parts(section):
        if part.kind == "call":
            calls.append(_call(part, operation))
        elif part.kind == "error":
            errors += _errors(part, operation, calls[0].request)
        elif part.kind == "answer":
            calls[0], more = _answer(part, calls[0])
            errors += more
        elif part.kind == "body":
            calls = _with_body(part, calls)
    yield from sorted([*calls, *errors], key=lambda one: one.line)


def _errors(part: _Part, operation: str, request: Request | None) -> list[Example]:
    """The errors of a block, each with the normalisations up to the next one."""
    values, fixes = read_each(part.block, PATCHES)
    ends = [*(line for line, _ in values[1:]), part.block.last + 1]
    return [
        Example(
            "S1", line, operation, request, value, status=_status(part.label),
            fixes=tuple(fix for fix in (*part.joined, *fixes) if line <= line_of(fix) < max(end, line + 1)),
        )
        for (line, value), end in zip(values, ends, strict=True)
    ]  # fmt: skip


def _status(label: str) -> int:
    """The status that stands in a label; 0 where none does."""
    found = re.search(r"\d{3}", label)
    return int(found[0]) if found else 0


def _parts(section: Block) -> Iterator[_Part]:
    """The blocks with their labels, joined where the page broke them; and an answer that stands in no block."""
    found: list[_Part] = []
    for block in section.fenced():
        above = [line.strip() for line in section.between(section.first, block.first - 2).lines if line.strip()]
        if above[-1] == "```":
            before = found[-1].block
            blank = ("",) * (block.first - before.last - 1)
            joined = f"line {block.first}: joined with the block above"
            found[-1].block = Block("S1", before.first, (*before.lines, *blank, *block.lines))
            found[-1].joined = (*found[-1].joined, joined)
        else:
            found.append(_Part(above[-1], block))
    yield from found
    for number, line in enumerate(section.lines, section.first):
        if re.match(r"200 OK: ", line):
            yield _Part("Response", section.between(number, number))


def _call(part: _Part, operation: str) -> Example:
    """A call: its address, and the JSON behind `--data`."""
    block, fixes = patched(part.block, PATCHES)
    while not block.lines[0].strip():
        block = block.between(block.first + 1, block.last)
    match = _CALL.match(block.lines[0])
    assert match
    mended = _Address(block.first, match["address"], described(operation).path)
    body, more = _body(block)
    lines = [f"line {block.first}: angle brackets of a link removed", *mended.fixes, *more]
    query = {**mended.query, **_optional(block, fixes)}
    request = Request(described(operation).method, mended.path, query, body)
    return Example("S1", block.first, operation, request, fixes=in_order(*part.joined, *fixes, *lines))


class _Address:
    """Path and query of an address that may be cut at the end of its line."""

    def __init__(self, line: int, text: str, template: str) -> None:
        self.line, self.fixes = line, list[str]()
        text, stray, _ = text.partition("&--data")
        if stray:
            self._fix('"&" before --data removed')
        text, comment, _ = text.partition(" //")
        if comment:
            self._fix("comment removed")
        path, _, query = _DATA.split(text)[0].strip().partition("?")
        self.path = self._path(path, template)
        self.query = self._query(query)

    def _fix(self, what: str) -> None:
        self.fixes.append(f"line {self.line}: {what}")

    def _path(self, text: str, template: str) -> str:
        text = re.sub(r"\$?\{<?([\w-]+)>?\}|<([\w-]+)>", lambda m: f"{{{(m[1] or m[2]).replace('-', '_')}}}", text)
        path = text.replace(">", "")
        shape, wanted = re.sub(r"\{\w+\}|\b\d+\b", "{}", path).rstrip("/"), re.sub(r"\{\w+\}", "{}", template)
        assert wanted.startswith(shape), f"S1:{self.line} {path} is not {template}"
        if shape != wanted.rstrip("/"):
            self._fix("address that is cut at the end of its line completed")
            return template
        return path

    def _query(self, text: str) -> dict[str, str]:
        found = {}
        for pair in text.split("&"):
            name, _, value = pair.partition("=")
            if name in _KEY_NAMES:
                if name != "api_key" or not _KEY.fullmatch(value.replace("><", "<")):
                    self._fix("key that is cut in the address left out")
            elif not value:
                self._fix(f"parameter that is cut to {name!r} left out")
            else:
                found[name] = re.sub(r'"<(.*)>"', r'"\1"', re.sub(r"\$\{(\w+)\}>?", r"{\1}", value))
        return found


def _optional(block: Block, fixes: list[str]) -> dict[str, str]:
    """Parameters on lines of their own: `name={type} // first value, …`."""
    found = {}
    for number, line in enumerate(block.lines, block.first):
        if match := re.match(r"(\w+)=\{\w+\} // \D*?'?(\d+|(?<=')\w+)", line):
            found[match[1]] = match[2]
            fixes.append(f"line {number}: first value of the comment taken")
    return found


def _body(block: Block) -> tuple[Any, list[str]]:
    """What stands behind `--data`, None if nothing does or it only names a kind of object."""
    for number, line in enumerate(block.lines, block.first):
        if match := _DATA.search(line):
            rest = line[match.end() :].strip()
            fixes = []
            if rest.startswith("'"):
                rest = rest[1:].replace("'", "", 1)
                fixes.append(f"line {number}: quotes around the body removed")
            lines = (rest, *block.lines[number - block.first + 1 :])
            if re.search(r"<lead.input>", rest):
                return None, [f"line {number}: body that is only named left out, it is printed below"]
            if not "".join(lines).strip():
                return None, []
            value, more = read(Block("S1", number, lines))
            return value, [*fixes, *more]
    return None, []


def _with_body(part: _Part, calls: list[Example]) -> list[Example]:
    """The body that is printed behind its call; behind a call that has one, other values of it are a call more."""
    value, fixes = read(part.block, PATCHES)
    before = calls[-1]
    assert before.request
    request = Request(before.request.method, before.request.path, before.request.query, value)
    if before.request.body is None:
        return [*calls[:-1], replace(before, request=request, fixes=in_order(*before.fixes, *fixes))]
    request = replace(request, body={**before.request.body, **value})
    return [*calls, Example("S1", part.block.first, before.operation, request, fixes=fixes)]


def _answer(part: _Part, call: Example) -> tuple[Example, list[Example]]:
    """The call with its answer; a block of `200 OK {…}` and `404 NOT FOUND {…}` holds errors as well."""
    value: Any = NOTHING
    fixes: tuple[str, ...] = ()
    errors = []
    if _STATUS_LINE.match(part.block.lines[0].strip()):
        for number, line in enumerate(part.block.lines, part.block.first):
            match = _STATUS_LINE.match(line.strip())
            assert match, line
            named = f"line {number}: status before the answer left out"
            content = read(Block("S1", number, (match[2],)))[0] if match[2].startswith("{") else match[2]
            if match[1] == "200":
                value, fixes = content, (named,)
            else:
                errors.append(replace(call, line=number, response=content, fixes=(named,), status=int(match[1])))
    elif "csv with columns" in part.label:
        value = ",".join(line.partition(" - ")[0] for line in part.block.lines)
        fixes = (f"line {part.block.first}: list of columns read as the first line of the file",)
    else:
        value, fixes = read(part.block, PATCHES)
    call = replace(call, response=value, fixes=in_order(*call.fixes, *part.joined, *fixes))
    return _with_dates(call), errors


def _with_dates(call: Example) -> Example:
    """The call with the dates that its cut address has lost, as its answer repeats them."""
    dates = ("start_date", "end_date")
    if not isinstance(call.response, dict) or not call.request or dates[0] not in call.response:
        return call
    request = replace(call.request, query={name: call.response[name] for name in dates})
    fix = f"line {call.line}: dates that are cut in the address taken from the answer"
    return replace(call, request=request, fixes=in_order(fix, *call.fixes))

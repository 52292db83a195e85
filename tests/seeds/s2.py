"""S2, the third-party guide: prose with calls named in it, one minimal payload, and tables whose cells are glued."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.seeds.examples import Block, Example, Request, read, seed

_CALL = re.compile(r"\b(GET|POST|PATCH|DELETE) (/api/v1/[\w/{}?=&]+)")
#: a call as the guide writes it -> our operation
OPERATIONS = {
    "POST /campaigns/create": "create_campaign",
    "POST /campaigns/{campaign_id}/sequences": "save_campaign_sequences",
    "GET /campaigns": "list_campaigns",
    "PATCH /campaigns/{campaign_id}/status": "update_campaign_status",
    "PATCH /campaigns/{campaign_id}/settings": "update_campaign_settings",
    "POST /campaigns/{campaign_id}/leads": "add_leads_to_campaign",
    "GET /campaigns/{campaign_id}/leads": "list_leads_by_campaign",
    "DELETE /campaigns/{campaign_id}/leads": "delete_leads_from_campaign_bulk",
    "GET /leads": "get_lead_by_email",
    "GET /leads/{email}": "get_lead_by_email",
    "POST /webhooks": "create_webhook_plural",
}
_NO_ADDRESS = "the call is named without the address that it says to query by"
_NO_BODY = "the call is named in prose, its body is not printed"


class Limit(NamedTuple):
    """A row of the table of limits: requests a minute on the two plans."""

    line: int
    category: str
    pro: int
    custom: int
    backoff: str


class Row(NamedTuple):
    """A row of a table of words: what it is, and what the guide says of it."""

    line: int
    word: str
    text: str


def examples() -> list[Example]:
    """The minimal payload, and every other call that the guide names, once each, in its order."""
    guide = seed("S2")
    found: dict[str, Example] = {}
    for number, line in enumerate(guide.lines, 1):
        for method, url in _CALL.findall(line):
            path, _, query = url.removeprefix("/api/v1").partition("?")
            pairs = dict(pair.split("=") for pair in query.split("&") if pair and not pair.startswith("api_key"))
            call = f"{method} {path}"
            name = f"{call}?{query}" if pairs else call
            if name not in found:
                request = Request(method, path, query=pairs)
                found[name] = Example("S2", number, OPERATIONS[call], request, defect=_defect(number, request))
    minimal = _minimal(guide)
    return [minimal if one.operation == minimal.operation else one for one in found.values()]


def _defect(line: int, request: Request) -> str:
    if request.method in ("POST", "PATCH", "DELETE"):
        return f"line {line}: {_NO_BODY}"
    return f"line {line}: {_NO_ADDRESS}" if request.path == "/leads" and not request.query else ""


def _minimal(guide: Block) -> Example:
    """The one call that is printed whole: `Body: {…}`."""
    first = guide.heading("Minimal Campaign Creation Payload")
    call, body = guide.line("POST ", first), guide.line("Body: ", first)
    match = _CALL.search(guide.lines[call - 1])
    returned = re.search(r"The response includes the (\w+)", guide.text)
    assert match
    assert returned
    value, fixes = read(Block("S2", body, (guide.lines[body - 1].removeprefix("Body: "),)))
    path = match[2].removeprefix("/api/v1").partition("?")[0]
    request = Request(match[1], path, body=value)
    fixes = (f'line {body}: "Body:" before the JSON left out', *fixes)
    return Example("S2", call, OPERATIONS[f"{match[1]} {path}"], request, {returned[1]: None}, fixes)


def limits() -> list[Limit]:
    """Requests a minute by category on the pro and the custom plan."""
    found = []
    for line, text in _rows("Endpoint Category", r"~\d+/min"):
        match = re.fullmatch(r"(.+?)~(\d+)/min~(\d+)/min(.+)", text)
        assert match, text
        found.append(Limit(line, match[1], int(match[2]), int(match[3]), match[4]))
    return found


def prose_limit() -> int:
    """What the prose says of creating campaigns and of uploading leads, a minute."""
    return _number(r"Campaign creation and lead upload endpoints have lower limits, roughly (\d+) requests per minute")


def events() -> list[Row]:
    """Event types with what makes them fire."""
    return [_word(line, text, r"([A-Z_]+[A-Z])([A-Z][a-z]?.*)") for line, text in _rows("Event Type", r"[A-Z]+_[A-Z]+")]


def error_codes() -> list[Row]:
    """Status codes with what they mean."""
    return [_word(line, text, r"(\d{3})(.*)") for line, text in _rows("Status Code", r"\d{3}[A-Z]")]


def _rows(heading: str, start: str) -> list[tuple[int, str]]:
    """The lines of the table under a heading, as long as `start` is found in them."""
    guide = seed("S2")
    first = guide.line(heading)
    found = []
    for number in range(first + 1, guide.last):
        line = guide.lines[number - 1]
        if not re.search(start, line):
            break
        found.append((number, line))
    return found


def _word(line: int, text: str, pattern: str) -> Row:
    match = re.fullmatch(pattern, text)
    assert match, f"S2:{line}: {text}"
    return Row(line, match[1], match[2])


def lead_statuses() -> list[str]:
    """The words of a lead's status within a campaign."""
    return _list(r"returns lead status within a campaign: (.+?)\.")


def lead_fields() -> list[str]:
    """The fields of a lead that are named; `email` is the required one, every other key is a custom field."""
    named = _list(r"Each lead object supports: (.+?), and any number of custom fields")
    assert "email (required)" in named
    return [name.partition(" ")[0] for name in named]


def setting_names() -> list[str]:
    """The settings of a campaign that get a name."""
    block = seed("S2").section("Campaign Settings", "Lead Management Endpoints")
    return re.findall(r"^  • (\w+):", block.text, re.MULTILINE)


def payload_parts() -> list[str]:
    """What a webhook's payload includes, in the guide's words."""
    return _list(r"payloads include (.+?) \(reply text for replies")


def webhook_occasions() -> list[str]:
    """When webhooks fire, as the introduction lists it."""
    return _list(r"fire when specific events occur: (.+?)\.")


def batch() -> int:
    """Leads that one upload takes."""
    return _number(r"Batch size is limited to (\d+) leads per request")


def upload_count() -> str:
    """The field of an upload's answer that is to be compared with the size of the batch."""
    (name,) = re.findall(r"compare the (\w+) in the response against your batch size", seed("S2").text)
    return str(name)


def _number(pattern: str) -> int:
    match = re.search(pattern, seed("S2").text)
    assert match, pattern
    return int(match[1])


def _list(pattern: str) -> list[str]:
    match = re.search(pattern, seed("S2").text)
    assert match, pattern
    return [re.sub(r"^(or|and) ", "", part.strip()) for part in match[1].split(",")]

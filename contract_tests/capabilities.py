"""What a server can do: asked, not assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract_tests.document import Api, Operation, Parameter
from contract_tests.errors import BrokenAnswerError, CannotJudgeError
from contract_tests.exchange import NOT_JSON, Exchange
from contract_tests.findings import Finding
from contract_tests.ledger import RUN
from contract_tests.redaction import Key
from contract_tests.safety_table import RULES
from contract_tests.target import Target

#: statuses in which a campaign mails nobody; any other word counts as active
_RESTING = {"DRAFTED", "PAUSED", "STOPPED", "COMPLETED", "ARCHIVED"}
_DENIED = 401
_UNKNOWN_ID = 1


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the control API of a server offers; all False for the real service."""

    control: bool = False
    clock: bool = False
    reset: bool = False
    webhook_inbox: bool = False
    settings: bool = False
    #: what the mock says of itself
    version: str = ""

    @property
    def is_own_world(self) -> bool:
        """Whether a run can have the world to itself, and time with it."""
        return self.clock and self.reset


NOTHING = Capabilities()

#: capability -> the path below `/_mock` that must be there; asked of its own description
_CONTROL_PATHS: Mapping[str, str] = {
    "clock": "/clock", "reset": "/reset", "webhook_inbox": "/webhooks/inbox",
    "settings": "/settings",
}  # fmt: skip


def probe_control(target: Target) -> Capabilities:
    """What the control API offers. It is there when `/_mock/health` answers in the mock's shape; a server that answers
    anything to everybody is not the mock.
    """
    health = _ask_control(target, "/health")
    answer = None if health is None else health.json
    if not (
        health is not None and health.status == 200 and isinstance(answer, dict) and answer.get("status") == "ok"
        and all(isinstance(answer.get(name), str) for name in ("version", "edition", "store"))
    ):  # fmt: skip
        return NOTHING
    described = _ask_control(target, "/openapi.json")
    paths = described.json.get("paths", {}) if described is not None and isinstance(described.json, dict) else {}
    offered = {name: path in paths for name, path in _CONTROL_PATHS.items()}
    return Capabilities(control=True, version=answer["version"], **offered)


def _ask_control(target: Target, path: str) -> Exchange | None:
    """An answer to a question without a key; a server that breaks off here has no control API."""
    try:
        return target.ask(path)
    except BrokenAnswerError:
        return None


def check_service(target: Target, api: Api) -> list[Finding]:
    """That the server is Smartlead's API and takes the key; what does not hold but does not hinder is a finding."""
    operation, arguments = harmless(api)
    findings = []
    denied = target.call(operation.id, **arguments, with_key=False)
    if not (denied.status == _DENIED and isinstance(denied.json, dict)):
        problem = f"without a key it answers {denied.status}{_kind(denied)}, where the document says 401 with JSON"
        if not target.has_control:
            raise CannotJudgeError(f"{target.wire.address} is not Smartlead's API: {problem}")
        findings.append(Finding("connect", operation.id, "authentication", problem, denied))
    answer = target.call(operation.id, **arguments)
    if answer.status in (_DENIED, 403):
        said = answer.json.get("message", "") if isinstance(answer.json, dict) else ""
        raise CannotJudgeError(
            f"{target.wire.address} refuses the key ({answer.status} {target.key.redact(str(said))})"
        )
    if answer.status >= 500 or answer.json is NOT_JSON:
        raise CannotJudgeError(f"{target.wire.address} answers {answer.status}{_kind(answer)} to {operation.id}")
    return findings


def require_rest(target: Target, api: Api) -> None:
    """CannotJudgeError unless the account provably has no active campaign."""
    if "list_campaigns" not in api:
        raise CannotJudgeError(f"--mode write: edition {api.edition} cannot tell whether campaigns are active")
    answer = target.call("list_campaigns")
    rows = answer.json if isinstance(answer.json, list) else None
    if answer.status != 200 or rows is None:
        raise CannotJudgeError(f"--mode write: the campaigns cannot be listed ({answer.status})")
    active = sum(1 for row in rows if not (isinstance(row, dict) and row.get("status") in _RESTING))
    if active:
        raise CannotJudgeError(f"--mode write: the account has {active} campaigns that are not at rest")


def takes_any_key(target: Target, api: Api) -> bool:
    """Whether the server knows every key; the workspace of a new one is empty."""
    operation, arguments = harmless(api)
    stranger = replace(target, key=Key(f"{target.ledger.run}-own"))
    return stranger.call(operation.id, **arguments).status not in (_DENIED, 403, 429)


def require_no_strangers(target: Target) -> None:
    """CannotJudgeError when a mock's workspace, which a run empties, holds something that no run left behind."""
    rows = target.call("list_campaigns", edition="default").json
    names = [str(row.get("name")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    strangers = [name for name in names if not RUN.match(name)]
    state = target.control("GET", "/state").json
    tables = state.get("tables", {}) if isinstance(state, dict) else {}
    if strangers or (not names and any(tables.get(kind) for kind in ("email_account", "client", "lead"))):
        raise CannotJudgeError(
            f"the workspace of this key holds {len(strangers)} campaigns of yours, or other things, and a run empties "
            "it: use another key, or POST /_mock/reset"
        )


def harmless(api: Api) -> tuple[Operation, dict[str, Any]]:
    """A reading call with few arguments, and these."""
    reads = [one for one in api if one.id in RULES and RULES[one.id].kind == "read" and one.route.method == "GET"]
    if not reads:
        raise CannotJudgeError("the document has no operation that only reads")
    chosen = min(reads, key=lambda one: (len(_required(one)), one.id != "list_campaigns"))
    needed = _required(chosen)
    path = {one.name: _UNKNOWN_ID for one in needed if one.place == "path"}
    query = {one.name: _UNKNOWN_ID for one in needed if one.place == "query"}
    return chosen, {"path": path, "query": query}


def _kind(exchange: Exchange) -> str:
    return " without JSON" if exchange.json is NOT_JSON else ""


def _required(operation: Operation) -> list[Parameter]:
    return [parameter for parameter in operation.parameters if parameter.required]

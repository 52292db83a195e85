"""The machine of clients: it holds on the mock, and does not hold on one with a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from contract_tests.machines.clients import ClientMachine
from tests.contract import tampering
from tests.contract.fakes import SECRET
from tests.contract.tampering import Fault, Tampered, stories
from tests.servers import Server


@pytest.mark.parametrize("edition", ["default", "live", "reference", "help-center"])
def test_the_mock_holds(running: Server, edition: str) -> None:
    """In editions with clients."""
    found = stories(ClientMachine, running.url, edition=edition, examples=2, steps=12)
    assert [one.message for one in found] == []


KEYS = "/client/api-key"
FAULTS = {
    "a key lives on": Fault("DELETE", f"{KEYS}/", instead={"ok": True}),
    "a key is not reset": Fault("PUT", f"{KEYS}/reset/", answer=lambda given: {
        "ok": True, "data": {**given["data"], "api_key": given["data"]["api_key"][:-1]}
    }),
    "permissions are lost": Fault("POST", "/client/save$", body=lambda b: {
        name: value for name, value in b.items() if name != "permission"
    }),
    "permissions are added": Fault("POST", "/client/save$", body=lambda b: {
        **b, "permission": [*b.get("permission", []), "full_access"]
    }),
    "a client's campaign is the account's": Fault("GET", r"/campaigns/\d+$", answer=lambda row: {
        **row, "client_id": None
    }),
    "keys are for all": Fault("GET", f"{KEYS}$", answer=lambda found: {**found, "data": found["data"][1:]}),
    "a list is short": Fault("GET", "/campaigns/$", answer=lambda found: found[1:]),
    "the client filter is lost": Fault("GET", "/campaigns/$", query=lambda given: {
        name: value for name, value in given.items() if name != "client_id"
    }),
    "settings are lost": Fault(
        "POST", "/settings$", body=lambda b: {"follow_up_percentage": 100} if "name" in b else b
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS.values())[::3], ids=list(FAULTS)[::3])
def test_a_fault_is_found(running: Server, fault: Fault) -> None:
    """None of these passes."""
    assert next(stories(ClientMachine, running.url, fault=fault, examples=8, steps=30), None)


@dataclass
class Confused(httpx.BaseTransport):
    """The network in front of a service that takes some calls of clients for those of the account."""

    method: str
    path: str
    inner: Tampered = field(default_factory=lambda: Tampered(None))
    #: the key of the account, once it was seen
    own: str = SECRET

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on, with another key."""
        key = request.url.params.get("api_key", "")
        if not key.startswith("cl_") and "-other" not in key:
            self.own = key or self.own
        elif Fault(self.method, self.path).fits(request):
            url = request.url.copy_merge_params({"api_key": self.own})
            request = httpx.Request(request.method, url, headers=request.headers, content=request.read())
        return self.inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


LEAKS = {
    "list of campaigns": ("GET", "/campaigns/$"), "one campaign": ("GET", r"/campaigns/\d+$"),
    "leads": ("GET", "/leads$"), "export": ("GET", "/leads-export$"), "mailboxes": ("GET", "/email-accounts/$"),
    "inbox": ("POST", "/master-inbox/inbox-replies$"), "webhooks": ("GET", "/webhooks$"),
    "clients": ("GET", "/client/$"),
    "analytics": ("GET", "/analytics$"), "steps": ("GET", "/sequences$"), "settings": ("POST", "/settings$"),
    "deletion": ("DELETE", r"/campaigns/\d+$"), "creation": ("POST", "/campaigns/create$"),
    "status": ("POST", "/status$"),
    "new clients": ("POST", "/client/save$"), "messages": ("GET", "/message-history$"),
}  # fmt: skip


@pytest.mark.parametrize("leak", list(LEAKS.values())[::3], ids=list(LEAKS)[::3])
def test_a_leak_is_found(running: Server, leak: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No call of a client may be answered as one of the account."""
    make: Callable[[Fault | None], httpx.BaseTransport] = lambda _: Confused(*leak)  # noqa: E731
    monkeypatch.setattr(tampering, "Tampered", make)
    assert next(stories(ClientMachine, running.url, examples=10, steps=30), None)

"""Fixtures: one app per test process, a fresh workspace per test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from fastapi.testclient import TestClient

from mock_server.app import create_app
from mock_server.config import Settings
from tests.answers import check_answer, operation_of
from tests.recording import DIRECTORY, RECORDER

hypothesis.settings.register_profile("default", deadline=None, print_blob=True)
hypothesis.settings.load_profile("default")

_keys = itertools.count(1)


def _note(world: Any, key: str, edition: str, response: Any, sent: tuple[dict[str, Any], Any]) -> None:
    """Hold an answer against the document, and record it where recording is on; injected answers are no evidence."""
    if RECORDER is None:
        check_answer(world.contract, edition, response)
        return
    path = response.request.url.raw_path.decode().partition("?")[0]
    operation = operation_of(world.contract.edition(edition), response.request.method, path)
    records = world.gates.of(key if world.workspaces.get(key) else "").journal.records
    if operation is not None and not (records and records[-1].injected):
        RECORDER.request(operation.id, edition, *sent, response)
    try:
        check_answer(world.contract, edition, response)
    except AssertionError as misfit:
        RECORDER.misfit(operation.id if operation else path, str(misfit))
        raise


def pytest_sessionfinish() -> None:
    """Leave what was recorded to `tests.contract_coverage`."""
    if RECORDER is not None and DIRECTORY is not None:
        RECORDER.write(DIRECTORY)


class Api:
    """A client of one workspace: `api.get("/campaigns/1001")`; paths are below `/api/v1`.

    Every answer is held against the document on its way.
    """

    def __init__(self, client: TestClient, key: str) -> None:
        self.client = client
        self.key = key

    def request(self, method: str, path: str, *, edition: str | None = None, **more: Any) -> Any:
        """One call with this workspace's key; `edition` sets `X-Mock-Edition`."""
        headers = dict(more.pop("headers", {}))
        if edition:
            headers["X-Mock-Edition"] = edition
        params = {"api_key": self.key, **more.pop("params", {})}
        response = self.client.request(method, f"/api/v1{path}", params=params, headers=headers, **more)
        world = self.client.app.state.world  # type: ignore[attr-defined]
        if edition is None:
            workspace = world.workspaces.get(self.key)
            edition = workspace.edition if workspace else world.settings.edition
        if edition in world.contract.specs:
            _note(world, self.key, edition, response, (params, more.get("json")))
        return response

    def get(self, path: str, **more: Any) -> Any:
        """GET."""
        return self.request("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        """POST with a JSON body."""
        return self.request("POST", path, json=json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> Any:
        """PATCH with a JSON body."""
        return self.request("PATCH", path, json=json, **more)

    def delete(self, path: str, json: Any = None, **more: Any) -> Any:
        """DELETE, with a JSON body if one is given."""
        return self.request("DELETE", path, **({} if json is None else {"json": json}), **more)

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """A call of the control API for this workspace."""
        return self.client.request(method, f"/_mock{path}", json=json, headers={"X-Mock-Key": self.key})

    def campaign(self, **body: Any) -> int:
        """A new campaign's id."""
        campaign_id: int = self.post("/campaigns/create", body).json()["id"]
        return campaign_id

    def account(self, address: str = "ann@sender.example", **body: Any) -> int:
        """A new mailbox's id."""
        account = {
            "from_name": "Ann", "from_email": address, "user_name": address, "password": "secret",
            "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example", "imap_port": 993,
            "warmup_enabled": False,
        }  # fmt: skip
        account_id: int = self.post("/email-accounts/save", {**account, **body}).json()["emailAccountId"]
        return account_id

    def add(self, campaign_id: int, *emails: str, **settings: bool) -> dict[str, Any]:
        """Import addresses; the import's answer."""
        body = {"lead_list": [{"email": email} for email in emails], "settings": settings}
        answer: dict[str, Any] = self.post(f"/campaigns/{campaign_id}/leads", body).json()
        return answer

    def lead_id(self, email: str) -> int:
        """The id of the lead with an address."""
        return int(self.get("/leads/", params={"email": email}).json()["id"])

    def rows(self, campaign_id: int, **params: Any) -> list[dict[str, Any]]:
        """One page of a campaign's leads."""
        rows: list[dict[str, Any]] = self.get(f"/campaigns/{campaign_id}/leads", params=params).json()["data"]
        return rows

    def row(self, campaign_id: int, email: str) -> dict[str, Any]:
        """A lead's row in a campaign."""
        return next(row for row in self.rows(campaign_id) if row["lead"]["email"] == email)

    def start(self, campaign_id: int) -> None:
        """Give a campaign all it needs and START it."""
        schedule = {"timezone": "UTC", "days_of_the_week": [1, 2, 3], "start_hour": "09:00", "end_hour": "17:00"}
        step = {"seq_number": 1, "seq_delay_details": {"delay_in_days": 0}, "subject": "Hi", "email_body": "Hello"}
        accounts = {"email_account_ids": [self.account(f"box{campaign_id}@sender.example")]}
        for path, body in (
            ("schedule", schedule), ("sequences", {"sequences": [step]}), ("email-accounts", accounts),
            ("status", {"status": "START"}),
        ):  # fmt: skip
            answer = self.post(f"/campaigns/{campaign_id}/{path}", body)
            assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """A client of one app that lives as long as the test process."""
    with TestClient(create_app(Settings(rate_limit="off")), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def api(client: TestClient) -> Api:
    """A workspace of its own for each test."""
    return Api(client, f"key-{os.getpid()}-{next(_keys)}")


@pytest.fixture
def other(client: TestClient) -> Api:
    """A second workspace."""
    return Api(client, f"key-{os.getpid()}-{next(_keys)}-other")

"""An account that scenarios of mutants work in; what it is answered is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient

KEY, OTHER = "mutants", "mutants-other"
SCHEDULE = {
    "timezone": "UTC", "days_of_the_week": [1, 2, 3, 4, 5], "start_hour": "09:00", "end_hour": "17:00",
    "min_time_btw_emails": 10, "max_new_leads_per_day": 100,
}  # fmt: skip
_HEADERS = ("content-type", "x-ratelimit-limit", "x-ratelimit-remaining", "retry-after")


@dataclass
class World:
    """An account on a server, and what its server answered."""

    client: TestClient
    #: the port of a receiver of webhooks that answers /204 with 204, and so on
    port: int
    #: path and request id of what the receiver got
    received: list[tuple[str, str]]
    trace: list[tuple[str, object]] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = KEY, **query: Any) -> Any:
        """One call; its answer's data, or its text."""
        given = {} if body is None else {"json": body}
        params = {**({} if key is None else {"api_key": key}), **query}
        answer = self.client.request(method, f"/api/v1{path}", params=params, **given)
        shown = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        shown["reset"] = str(len(answer.headers.get("x-ratelimit-reset", "")))
        self.trace.append((f"{method} {path}", (answer.status_code, shown, answer.content)))
        try:
            return json.loads(answer.content)
        except ValueError:
            return answer.text

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control API, which no mutant may disturb."""
        answer = self.client.request(method, f"/_mock{path}", json=body, headers={"X-Mock-Key": KEY})
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def note(self, name: str, value: object) -> None:
        """Keep what was seen elsewhere."""
        self.trace.append((name, json.dumps(value)))

    def advance(self, **move: Any) -> None:
        """Move the clock."""
        self.note("advance", self.control("POST", "/clock/advance", move)["events"])

    def begin(self) -> None:
        """Empty both accounts."""
        self.received.clear()
        for key in (KEY, OTHER):
            self.client.post("/_mock/reset", headers={"X-Mock-Key": key})
            frozen = {"mode": "frozen", "now": "2026-03-02T08:00:00Z"}
            self.client.put("/_mock/clock", json=frozen, headers={"X-Mock-Key": key})

    def campaign(self, name: str = "A", *, key: str = KEY, **body: int) -> int:
        """A new campaign."""
        return int(self.call("POST", "/campaigns/create", {"name": name, **body}, key=key)["id"])

    def mailbox(self, name: str = "ann", **body: Any) -> int:
        """A new mailbox."""
        address = f"{name}@sender.example"
        account = {
            "from_name": name, "from_email": address, "user_name": address, "password": "secret",
            "smtp_host": "smtp.sender.example", "smtp_port": 465, "imap_host": "imap.sender.example",
            "imap_port": 993, "warmup_enabled": False,
        }  # fmt: skip
        return int(self.call("POST", "/email-accounts/save", {**account, **body})["emailAccountId"])

    def add(self, campaign: int, *emails: str, key: str = KEY, **settings: bool) -> Any:
        """Import addresses."""
        leads = [{"email": email} for email in emails]
        return self.call("POST", f"/campaigns/{campaign}/leads", {"lead_list": leads, "settings": settings}, key=key)

    def lead(self, email: str) -> str:
        """The id of a lead."""
        return str(self.call("GET", "/leads/", email=email)["id"])

    def rows(self, campaign: int, **query: Any) -> list[Any]:
        """A page of a campaign's leads."""
        found = self.call("GET", f"/campaigns/{campaign}/leads", **query)
        return list(found["data"]) if isinstance(found, dict) and "data" in found else []

    def ready(
        self, *emails: str, steps: Sequence[int] = (0, 2), boxes: Sequence[str] = ("ann",), name: str = "A",
        settings: Any = None, **schedule: Any,
    ) -> int:  # fmt: skip
        """A campaign that has all it needs, and is started; steps are their delays in days."""
        campaign = self.campaign(name)
        ids = [self.mailbox(f"{box}{campaign}") for box in boxes]
        sequence = [
            {
                "seq_number": n,
                "seq_delay_details": {"delay_in_days": days},
                "subject": "" if n > 1 else "Hi",
                "email_body": "Hello",
            }
            for n, days in enumerate(steps, 1)
        ]
        for path, body in (
            ("schedule", {**SCHEDULE, **schedule}), ("sequences", {"sequences": sequence}),
            ("email-accounts", {"email_account_ids": ids}), ("settings", settings or {"name": name}),
        ):  # fmt: skip
            self.call("POST", f"/campaigns/{campaign}/{path}", body)
        self.add(campaign, *emails)
        self.call("POST", f"/campaigns/{campaign}/status", {"status": "START"})
        return campaign

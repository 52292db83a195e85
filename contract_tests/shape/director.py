"""Sets a scene on a mock: regular calls that must succeed, and the control API for what no call makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.document import api_of
from contract_tests.errors import CannotJudgeError
from contract_tests.exchange import NO_BODY, Exchange
from contract_tests.findings import Finding
from contract_tests.phases import World
from contract_tests.target import Target

#: the edition that knows every operation
_WHOLE = "default"
#: every day, all day: what is due goes out
ALWAYS = {
    "timezone": "UTC", "days_of_the_week": [0, 1, 2, 3, 4, 5, 6], "start_hour": "00:00", "end_hour": "23:59",
    "min_time_btw_emails": 3, "max_new_leads_per_day": 500,
}  # fmt: skip


class SetUpRefusedError(Exception):
    """A regular call did not succeed."""

    def __init__(self, finding: Finding) -> None:
        """Keep what was found."""
        super().__init__(finding.message)
        self.finding = finding


@contextmanager
def noted(findings: list[Finding]) -> Iterator[None]:
    """A set-up that is refused ends here, as a finding."""
    try:
        yield
    except SetUpRefusedError as refused:
        findings.append(refused.finding)


@dataclass(slots=True)
class Director:
    """Fills a mock's workspace in the edition that knows every operation; each of its calls must succeed."""

    phase: str
    target: Target
    #: answers of its calls, in order
    story: list[Exchange] = field(default_factory=list)
    _counted: int = 0

    @classmethod
    def of(cls, phase: str, world: World) -> Director:
        """A director for a world, which is a mock's."""
        whole = world.api if world.api.edition == _WHOLE else api_of(_WHOLE)
        return cls(phase, replace(world.target, edition=_WHOLE, safety=replace(world.target.safety, api=whole)))

    def call(self, operation: str, body: Any = NO_BODY, query: Mapping[str, Any] | None = None, **path: Any) -> Any:
        """The JSON of a success."""
        exchange = self.target.call(operation, path=path, query=query, body=body)
        self.story.append(exchange)
        if not 200 <= exchange.status < 300:
            message = f"a regular call is refused with {exchange.status}: {exchange.text[:200]}"
            raise SetUpRefusedError(Finding(self.phase, operation, "set-up", message, exchange))
        return exchange.json

    def tell(self, operation: str, answer: Any, *steps: str | int) -> Any:
        """What an answer says in a place; it is a finding when it does not."""
        found = answer
        for step in steps:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                where = ".".join(str(one) for one in steps)
                message = f"the answer to a regular call has no {where}: {self.story[-1].text[:200]}"
                raise SetUpRefusedError(Finding(self.phase, operation, "set-up", message, self.story[-1])) from None
        return found

    def control(self, method: str, path: str, body: Any = NO_BODY) -> Any:
        """The JSON of the control API's answer."""
        answer = self.target.control(method, path, body)
        if answer.status != 200:
            raise CannotJudgeError(f"the control API answers {answer.status} to {method} {path}: {answer.text[:200]}")
        return answer.json

    def advance(self, **much: float) -> None:
        """Move the mock's clock."""
        self.control("POST", "/clock/advance", much)

    def happens(self, campaign: int, email: str, what: str, **more: Any) -> None:
        """A recipient reacts to the last mail."""
        self.control("POST", "/events", {"campaign_id": campaign, "email": email, "type": what, **more})

    def word(self, stem: str) -> str:
        """A name that nothing else has."""
        self._counted += 1
        return f"{self.target.ledger.run} {stem} {self._counted}"

    def address(self, stem: str) -> str:
        """An address of the run that nothing else has."""
        self._counted += 1
        return f"{stem}{self._counted}@{self.target.safety.domain}"

    # what scenes are made of

    def client(self, *permissions: str) -> int:
        """A client of the account."""
        body = {
            "name": self.word("client"), "email": self.address("client"), "password": "secret-words-1",
            "permission": list(permissions) or ["reply_master_inbox"],
        }  # fmt: skip
        return int(self.tell("save_client", self.call("save_client", body), "clientId"))

    def mailbox(self, **more: Any) -> int:
        """A mailbox; its user and hosts are of the run."""
        address = self.address("box")
        body = {
            "id": None, "from_name": "Sam Sender", "from_email": address, "user_name": address, "password": "secret",
            "smtp_host": f"smtp.{self.target.safety.domain}", "smtp_port": 465,
            "imap_host": f"imap.{self.target.safety.domain}", "imap_port": 993, "max_email_per_day": 200,
            "warmup_enabled": False, **more,
        }  # fmt: skip
        return int(self.tell("save_email_account", self.call("save_email_account", body), "emailAccountId"))

    def campaign(self, steps: int = 2, mailboxes: Sequence[int] = (), client: int | None = None) -> int:
        """A campaign with so many steps, a schedule and mailboxes; it is not started."""
        answer = self.call("create_campaign", {"name": self.word("campaign"), "client_id": client})
        campaign = int(self.tell("create_campaign", answer, "id"))
        link = f"https://link.{self.target.safety.domain}/a"
        if steps:
            sequences = [
                {
                    "seq_number": number, "seq_delay_details": {"delay_in_days": min(number - 1, 1)},
                    "subject": "A question" if number == 1 else "",
                    "email_body": f'<p>Hi {{{{first_name}}}}, step {number}: <a href="{link}">see</a></p>',
                }
                for number in range(1, steps + 1)
            ]  # fmt: skip
            self.call("save_campaign_sequences", {"sequences": sequences}, campaign_id=campaign)
        self.call("update_campaign_schedule", ALWAYS, campaign_id=campaign)
        if mailboxes:
            body = {"email_account_ids": list(mailboxes)}
            self.call("add_campaign_email_accounts", body, campaign_id=campaign)
        return campaign

    def leads(self, campaign: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Leads of a campaign."""
        self.call("add_leads_to_campaign", {"lead_list": [dict(row) for row in rows]}, campaign_id=campaign)

    def webhook(self, campaign: int, *events: str) -> int:
        """A webhook of a campaign, with a target of its own that the mock itself receives."""
        body = {
            "id": None, "name": self.word("webhook"), "webhook_url": f"http://inbox.simulator.test/{len(self.story)}",
            "event_types": list(events), "categories": ["Interested"],
        }  # fmt: skip
        answer = self.call("save_campaign_webhook", body, campaign_id=campaign)
        return int(self.tell("save_campaign_webhook", answer, "id"))

    def start(self, campaign: int) -> None:
        """Let a campaign send."""
        self.call("update_campaign_status", {"status": "START"}, campaign_id=campaign)

    def lead_rows(self, campaign: int) -> dict[str, tuple[int, int]]:
        """Address -> (lead id, map id) of a campaign's leads."""
        answer = self.call("list_leads_by_campaign", query={"limit": 100}, campaign_id=campaign)
        rows = self.tell("list_leads_by_campaign", answer, "data")
        return {
            str(self.tell("list_leads_by_campaign", row, "lead", "email")): (
                int(self.tell("list_leads_by_campaign", row, "lead", "id")),
                int(self.tell("list_leads_by_campaign", row, "campaign_lead_map_id")),
            )
            for row in rows
        }

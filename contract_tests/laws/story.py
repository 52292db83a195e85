"""A world that is rich enough for the laws to say something: an agency with two clients, in the middle of its work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contract_tests.shape.director import Director

#: what simulated recipients do, by their address
_PEOPLE = (
    "open", "click", "reply", "reply-interested", "reply-not-interested", "ooo", "bounce", "soft-bounce", "unsubscribe",
    "silent", "silent+b", "silent+c", "silent+d", "open+b", "reply+b",
)  # fmt: skip


@dataclass(slots=True)
class Story:
    """Tells it, once."""

    director: Director
    campaigns: dict[str, int] = field(default_factory=dict)
    clients: list[int] = field(default_factory=list)
    boxes: list[int] = field(default_factory=list)

    def tell(self) -> None:
        """Fill an empty workspace; the clock ends on Thursday of the first week."""
        do = self.director
        self.clients = [do.client("full_access"), do.client()]
        self.boxes = [
            do.mailbox(), do.mailbox(warmup_enabled=True, total_warmup_per_day=20),
            do.mailbox(client_id=self.clients[0]), do.mailbox(),
        ]  # fmt: skip
        self._tags()
        self._campaigns()
        self._lists()
        self._blocked()
        do.advance(hours=26)
        self._reactions()
        do.advance(days=2)
        self._inbox()

    def _tags(self) -> None:
        do = self.director
        for number in range(3):
            do.call("create_email_account_tag", {"name": do.word("tag"), "color": f"#4CAF5{number}"})
        tags = [int(row["id"]) for row in do.call("list_email_account_tags")]
        do.call("assign_email_account_tags", {"email_account_ids": self.boxes[:2], "tag_ids": tags[:2]})

    def _campaigns(self) -> None:
        do = self.director
        busy = do.campaign(3, self.boxes[:2])
        paused = do.campaign(4, self.boxes[2:3], client=self.clients[0])
        draft = do.campaign(1, client=self.clients[1])
        short = do.campaign(1, self.boxes[3:])
        empty = do.campaign(0)
        self.campaigns = {"busy": busy, "paused": paused, "draft": draft, "short": short, "empty": empty}
        do.leads(busy, [_lead(f"{who}@simulator.test", number) for number, who in enumerate(_PEOPLE)])
        do.leads(paused, [_lead(f"{who}@p.simulator.test", number) for number, who in enumerate(_PEOPLE[:9])])
        do.leads(draft, [_lead(f"{who}@simulator.test", number) for number, who in enumerate(_PEOPLE[9:12])])
        do.leads(draft, [_lead(do.address("draft"), number) for number in range(4)])
        do.leads(short, [_lead(f"{who}@s.simulator.test", number) for number, who in enumerate(_PEOPLE[8:13])])
        do.webhook(busy, "EMAIL_SENT", "EMAIL_REPLY")
        do.webhook(busy, "EMAIL_OPEN")
        do.webhook(paused, "EMAIL_REPLY")
        for name in ("busy", "paused", "short"):
            do.start(self.campaigns[name])

    def _lists(self) -> None:
        do = self.director
        for size in (0, 3, 5):
            made = do.call("create_lead_list", {"listName": do.word("list")})
            number = int(do.tell("create_lead_list", made, "data", "id"))
            if size:
                rows = [_lead(do.address("listed"), one) for one in range(size)]
                body = {"leadList": rows, "fileName": "people.csv"}
                do.call("import_leads_to_list", body, lead_list_id=number)

    def _blocked(self) -> None:
        do = self.director
        for client, entries in (
            (None, ["rival.invalid", do.address("blocked")]), (self.clients[0], ["foe.invalid", do.address("blocked")]),
            (None, ["third.invalid", "fourth.invalid", do.address("blocked")]),
        ):  # fmt: skip
            do.call("add_to_global_block_list", {"domain_block_list": entries, "client_id": client})

    def _reactions(self) -> None:
        do, busy = self.director, self.campaigns["busy"]
        do.call("update_campaign_status", {"status": "PAUSED"}, campaign_id=self.campaigns["paused"])
        for who, what, more in (
            ("silent+b", "open", {}), ("silent+b", "click", {}), ("silent+c", "reply", {"body": "Tell me more"}),
            ("silent+d", "open", {}), ("silent+d", "open", {}),
        ):  # fmt: skip
            do.happens(busy, f"{who}@simulator.test", what, **more)
        do.happens(self.campaigns["short"], "silent@s.simulator.test", "reply", category=1, body="Yes please")
        received = {"from": do.address("stranger"), "subject": "Who are you", "body": "We have not met"}
        for number in range(3):
            do.control(
                "POST", f"/email-accounts/{self.boxes[number]}/messages", {**received, "subject": f"Hm {number}"}
            )

    def _inbox(self) -> None:
        do, rows = self.director, self.director.lead_rows(self.campaigns["busy"])
        who = [rows[f"{one}@simulator.test"] for one in ("reply", "reply-interested", "silent+c", "reply+b")]
        for (_, lead_map), state in zip(
            who, ({"is_important": True}, {"is_archived": True}, {"is_important": True}, {}), strict=True
        ):
            if state:
                do.control("PUT", f"/inbox/{lead_map}", state)
        do.call("change_read_status", {"email_lead_map_id": who[0][1], "read_status": True})
        do.call("create_lead_note", {"email_lead_map_id": who[0][1], "note_message": "Call on Friday"})
        do.call("create_lead_task", {"email_lead_map_id": who[0][1], "name": "Send proposal", "priority": "HIGH"})
        member = do.control("POST", "/team-members", {"name": "Ann Member"})["id"]
        do.call("assign_inbox_team_member", {"email_lead_map_id": who[0][1], "team_member_id": member})
        do.call("update_inbox_lead_revenue", {"email_lead_map_id": who[1][1], "revenue": 500.5})
        lead = who[1][0]
        category = {"category_id": 2, "pause_lead": False}
        do.call("update_lead_category_in_campaign", category, campaign_id=self.campaigns["busy"], lead_id=lead)


def _lead(address: str, number: int) -> dict[str, Any]:
    return {
        "email": address, "first_name": f"Ana{number}", "last_name": f"Roe{number % 3}",
        "company_name": f"Company {number % 4}", "custom_fields": {"job_title": f"Title {number}"},
    }  # fmt: skip

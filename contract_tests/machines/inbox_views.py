"""What an inbox story looks at: conversations, lists of them, their histories."""

from __future__ import annotations

from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.machines.account_figures import AccountFigures
from contract_tests.machines.base import REFUSALS
from contract_tests.machines.expected import number
from contract_tests.machines.inbox_model import FILTERS, LISTS, Talk
from contract_tests.machines.sending_parts import Lead, text_of


class InboxViews(AccountFigures):
    """The reading half of the machine of the inbox."""

    #: conversations by the id of their row
    talks: dict[int, Talk]

    def talk(self, count: int) -> Talk:
        """One of the conversations."""
        return list(self.talks.values())[count % len(self.talks)]

    def meet(self) -> None:
        """Who has got a first mail has a conversation."""
        for lead in self.office.leads:
            if lead.mails and lead.map_id not in self.talks:
                self.talks[lead.map_id] = Talk(lead)

    def check(self, talk: Talk, minutes: int = 0) -> None:
        """Let time pass, perhaps; then look at a conversation, at another one, and at one list."""
        if minutes:
            self.pass_time(minutes)
        self.meet()
        campaign = talk.lead.campaign
        if any(mail.or_unsubscribed_at is not None or lead.or_status for lead in campaign.leads for mail in lead.mails):
            self.compare_mails(campaign, *self.mail_rows(campaign))
        self.compare_states(campaign)
        self.turn += 1
        for one in {talk.id: talk, self.turn: self.talk(self.turn)}.values():
            self.compare_talk(one)
        names = [name for name in LISTS if self.has(name)]
        self.compare_list(names[self.turn % len(names)], {})

    def compare_talk(self, talk: Talk) -> None:
        """A conversation by its id."""
        if talk.id not in self.talks:
            self.call("get_inbox_lead_by_id", path={"lead_map_id": talk.id}, ok=(200, *REFUSALS))
            return
        exchange = self.call("get_inbox_lead_by_id", path={"lead_map_id": talk.id})
        names = self.named("get_inbox_lead_by_id", "data") or self.named("get_inbox_lead_by_id")
        found = exchange.json.get("data", exchange.json)
        row = found[0] if isinstance(found, list) and found else found
        self.agree(row, talk.row(self.office.now), names, f"conversation {talk.id}", exchange)

    def listed(self, operation: str, body: dict[str, Any]) -> tuple[list[Any], Exchange]:
        """The rows of a list."""
        exchange = self.call(operation, body=body)
        rows = exchange.json.get("data", exchange.json.get("messages"))
        self.hold(isinstance(rows, list), "the answer has no rows", exchange)
        return rows, exchange

    def compare_list(self, operation: str, wanted: dict[str, Any]) -> list[int]:
        """A list with some filters has whom it must have and nobody else, in its order; the ids of its rows."""
        now = self.office.now
        must, may = LISTS[operation]
        rows, exchange = self.listed(operation, {"filters": wanted} if wanted else {})
        fits = [
            talk for talk in self.talks.values() if all(FILTERS[name](talk, value) for name, value in wanted.items())
        ]
        shown = [number(row["email_lead_map_id"]) for row in rows]
        what = f"{operation} {wanted or ''}".strip()
        self.hold(len(set(shown)) == len(shown), f"{what}: a conversation is there twice", exchange)
        allowed = {talk.id for talk in fits if may(talk, now)}
        needed = {talk.id for talk in fits if must(talk, now)}
        self.hold(set(shown) <= allowed, f"{what}: {sorted(set(shown) - allowed)} must not be there", exchange)
        self.hold(needed <= set(shown), f"{what}: {sorted(needed - set(shown))} must be there", exchange)
        names = self.named(operation, "data") or self.named(operation, "messages")
        for row in rows:
            talk = self.talks[number(row["email_lead_map_id"])]
            self.agree(row, talk.row(now), names, f"{what}, conversation {talk.id}", exchange)
        if operation in ("list_inbox_replies", "list_unread_replies"):
            times = [row["last_reply_time"] or "" for row in rows]
            self.same(times, sorted(times, reverse=True), f"{what}: order by the last reply", exchange)
        if "total_count" in self.named(operation):
            self.same(exchange.json["total_count"], len(rows), f"{what}: total_count", exchange)
        return shown

    def view(self) -> Any:
        """Rows of all conversations."""
        return self.listed("list_inbox_replies", {})[0]

    def mail_of(self, talk: Talk) -> dict[str, Any]:
        """The first mail of a conversation in its history."""
        exchange = self.make("get_lead_message_history", path=of_lead(talk.lead))
        sent = [one for one in exchange.json["history"] if one["type"] == "SENT"]
        self.hold(sent, "the history has no mail", exchange)
        found: dict[str, Any] = min(sent, key=lambda one: one["time"])
        return found

    def compare_history(self, talk: Talk) -> None:
        """Mails of steps, mails by hand, and answers: each once."""
        if talk.id not in self.talks:
            return
        exchange = self.make("get_lead_message_history", path=of_lead(talk.lead))
        now, mails = self.office.now, talk.lead.mails
        sent = sorted([mail.at for mail in mails] + [at for at in talk.by_hand if at <= now])
        wrote = sorted(one.at for mail in mails for one in mail.received)
        for kind, times in (("SENT", sent), ("REPLY", wrote)):
            shown = sorted(one["time"] for one in exchange.json["history"] if one["type"] == kind)
            self.same(shown, [text_of(at) for at in times], f"{kind} of conversation {talk.id}", exchange)

    def held_by(self, member: int) -> set[int]:
        return {talk.id for talk in self.talks.values() if talk.member == member}


def of_lead(lead: Lead) -> dict[str, int]:
    """The path of a lead in its campaign."""
    return {"campaign_id": lead.campaign.id, "lead_id": lead.id}

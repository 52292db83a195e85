"""Webhooks as the API shows them, against the model; and the campaigns whose events they are told of."""

from __future__ import annotations

from typing import Any

from contract_tests.exchange import rows
from contract_tests.machines.base import REFUSALS
from contract_tests.machines.campaign_model import Open, settled
from contract_tests.machines.webhook_model import Hook, Lead, Mailing
from contract_tests.machines.webhook_posts import WebhookPosts
from contract_tests.receiver import receiver

Json = dict[str, Any]
#: the links of every mail
LINKS = ("https://one.example/a", "https://two.example/b")
_BODY = f"<p>Hi <a href='{LINKS[0]}'>one</a> <a href='{LINKS[1]}'>two</a></p>"


class WebhookViews(WebhookPosts):
    """Reads what is shown of webhooks, and makes campaigns that send."""

    mailings: list[Mailing]
    #: the categories that are used, as the account has them
    words: list[Json]
    #: ids of webhooks that were deleted
    gone_hooks: list[int]

    def check_hooks(self) -> None:
        """Lists and single reads show every webhook as it is, and none that is gone."""
        names = {int(word["id"]): word["name"] for word in self.words}
        for mailing in self.mailings:
            exchange = self.ask("list_campaign_webhooks", path={"campaign_id": mailing.id})
            mine = {
                hook.id: hook for hook in self.hooks.values() if hook.level == "campaign" and hook.owner == mailing.id
            }
            above = {hook.id for hook in self.hooks.values() if hook.level != "campaign"}
            shown = {row["id"]: row for row in rows(exchange) if row["id"] not in above}
            self.same(sorted(shown), sorted(mine), f"the webhooks of campaign {mailing.id}", exchange)
            for one, row in shown.items():
                hook = mine[one]
                where = f"webhook {one} in the list"
                expected = self.expected(hook) | {"email_campaign_id": mailing.id}
                self.hold(not (found := settled(expected, row, where)), found, exchange)
                self.same(sorted(row["event_types"]), sorted(hook.events), f"event_types of {where}", exchange)
                if "categories" in row:
                    wanted = sorted(names[each] for each in hook.categories)
                    self.same(sorted(row["categories"]), wanted, f"categories of {where}", exchange)
        if self.has("get_webhook"):
            for hook in self.hooks.values():
                self.check_hook(hook)
            for one in self.gone_hooks[-1:]:
                self.call("get_webhook", path={"webhook_id": one}, ok=REFUSALS)

    def check_hook(self, hook: Hook) -> None:
        """A webhook alone is what the list shows of it, and more."""
        exchange = self.call("get_webhook", path={"webhook_id": hook.id})
        row, where = exchange.json["data"], f"webhook {hook.id}"
        expected = self.expected(hook) | {"email_campaign_id": hook.owner if hook.level == "campaign" else None}
        self.hold(not (found := settled(expected, row, where)), found, exchange)
        on = sorted(name for name, is_on in row["event_type_map"].items() if is_on)
        self.same(on, sorted(hook.events), f"event_type_map of {where}", exchange)
        chosen = sorted(int(one) for one, is_on in row["category_id_map"].items() if is_on)
        self.same(chosen, sorted(hook.categories), f"category_id_map of {where}", exchange)

    def expected(self, hook: Hook) -> Json:
        """What rows of a webhook show."""
        return {
            "id": hook.id, "name": hook.name, "webhook_url": receiver().url(hook.path), "created_at": hook.created_at,
            "updated_at": Open() if isinstance(hook.updated_at, Open) else Open([hook.updated_at, self.now]),
        }  # fmt: skip

    def id_in_path(self) -> bool:
        """Whether the document wants the id of a webhook that is deleted in the path."""
        operation = self.world.api["delete_campaign_webhook"]
        return operation.body is None and not any(one.name == "id" for one in operation.parameters_in("query"))

    def naming(self, operation_id: str, one: int) -> Json:
        """Where the document wants the id: in the body, or in the query."""
        in_body = "id" in self.members(operation_id)
        return {"body": {"id": one}} if in_body else {"query": {"id": one}}

    def set_ids_apart(self) -> None:
        """A lead of two campaigns, so that from here on its own id is not that of its row."""
        for _ in range(2):
            made = self.ask("create_campaign", body={"name": self.new_name()}).json
            body = {"lead_list": [{"email": self.address("everywhere")}]}
            self.call("add_leads_to_campaign", path={"campaign_id": made["id"]}, body=body, edition="default")

    def mailing(self, client_id: int | None) -> Mailing:
        """A campaign that is started, with a mailbox of its own and three leads."""
        name = self.new_name()
        body = {"name": name} | ({} if client_id is None else {"client_id": client_id})
        campaign_id = self.ask("create_campaign", body=body).json["id"]
        path, box = {"campaign_id": campaign_id}, self.new_box()
        window = {"timezone": "UTC", "days_of_the_week": [0, 1, 2, 3, 4, 5, 6], "start_hour": "00:00",
                  "end_hour": "23:59", "min_time_btw_emails": 3, "max_new_leads_per_day": 500}  # fmt: skip
        steps = [
            {"seq_number": number, "seq_delay_details": {"delay_in_days": delay}, "subject": f"Step {number}",
             "email_body": _BODY}
            for number, delay in ((1, 0), (2, 300))
        ]  # fmt: skip
        leads = [{"email": self.address(f"p{number}.c{campaign_id}"), "first_name": "Lee"} for number in range(3)]
        for operation, content in (
            ("update_campaign_schedule", window), ("save_campaign_sequences", {"sequences": steps}),
            ("add_campaign_email_accounts", {"email_account_ids": [box]}),
            ("add_leads_to_campaign", {"lead_list": leads}),
            ("update_campaign_status", {"status": "START"}),
        ):  # fmt: skip
            self.call(operation, path=path, body=content, edition="default")
        mailbox = self.call("get_email_account", path={"email_account_id": box}, edition="default").json["from_email"]
        return Mailing(campaign_id, name, client_id, mailbox)

    def learn_leads(self, mailing: Mailing, address: str | None = None) -> Lead | None:
        """Take over the ids of leads; the one with this address."""
        exchange = self.call("list_leads_by_campaign", path={"campaign_id": mailing.id}, edition="default")
        known = {lead.email for lead in mailing.leads}
        for row in sorted(rows(exchange), key=lambda one: int(one["campaign_lead_map_id"])):
            lead = row["lead"]
            if lead["email"] not in known:
                mailing.leads.append(Lead(str(lead["id"]), str(row["campaign_lead_map_id"]), lead["email"]))
        return next((lead for lead in mailing.leads if lead.email == address), None)

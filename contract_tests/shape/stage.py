"""A small world in which every operation can succeed, and what each needs besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.document import Operation
from contract_tests.shape.director import Director

Given = Mapping[str, Any]


@dataclass(slots=True)
class Stage:
    """What is there: kind of thing -> an id of it. `campaign` is running and has mailed its leads."""

    director: Director
    ids: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def build(cls, director: Director) -> Stage:
        """Fill an empty workspace."""
        stage = cls(director)
        stage._set()
        return stage

    def _set(self) -> None:
        do = self.director
        client = do.client("full_access")
        first, second, spare = do.mailbox(), do.mailbox(), do.mailbox()
        tag = self._tag()
        do.call("assign_email_account_tags", {"email_account_ids": [first], "tag_ids": [tag]})
        campaign = do.campaign(2, (first, second))
        self.ids |= {
            "client": client, "email_account": first, "spare_account": spare, "tag": tag, "campaign": campaign,
            "team_member": do.control("POST", "/team-members", {"name": "Ann Member"})["id"],
        }  # fmt: skip
        people = ("reply-interested", "reply", "open", "silent", "silent+b", "silent+c")
        do.leads(campaign, [{"email": f"{who}@simulator.test", "first_name": "Ana"} for who in people])
        self.ids["webhook"] = do.webhook(campaign, "EMAIL_SENT", "EMAIL_REPLY")
        do.start(campaign)
        do.advance(hours=4)
        rows = do.lead_rows(campaign)
        lead, lead_map = rows["reply-interested@simulator.test"]
        self.ids |= {"lead": lead, "lead_map": lead_map, "lead_email": "reply-interested@simulator.test"}
        account = do.call("get_email_account", email_account_id=first)
        self.ids["mailbox_address"] = do.tell("get_email_account", account, "from_email")
        self.ids["lead_list"] = self.new_list()
        self.ids |= self._mail(lead)
        self.ids["api_key"] = self.new_api_key()

    def _mail(self, lead: int) -> Given:
        """The ids of a mail and of its answer."""
        do = self.director
        history = do.tell(
            "get_lead_message_history",
            do.call("get_lead_message_history", campaign_id=self.ids["campaign"], lead_id=lead), "history",
        )  # fmt: skip
        empty: dict[str, Any] = {}
        answer = next((row for row in history if row.get("type") == "REPLY"), empty)
        sent = next((row for row in history if row.get("type") == "SENT"), empty)
        given = {"stats_id": sent.get("stats_id"), "message_id": answer.get("message_id")}
        return {**given, "email_stats_id": given["stats_id"], "reply_message_id": given["message_id"]}

    def _tag(self) -> int:
        """Making a tag does not tell its id."""
        do = self.director
        body = {"name": do.word("tag"), "color": "#4CAF50"}
        do.call("create_email_account_tag", body)
        found = [tag for tag in do.call("list_email_account_tags") if tag.get("name") == body["name"]]
        return int(do.tell("list_email_account_tags", found, 0, "id"))

    def new_list(self) -> int:
        do = self.director
        answer = do.call("create_lead_list", {"listName": do.word("list")})
        made = int(do.tell("create_lead_list", answer, "data", "id"))
        rows = [{"email": do.address("listed"), "first_name": "Lee"} for _ in range(2)]
        do.call("import_leads_to_list", {"leadList": rows, "fileName": "people.csv"}, lead_list_id=made)
        return made

    def new_api_key(self) -> int:
        do = self.director
        body = {"clientId": self.ids["client"], "keyName": do.word("key")}
        return int(do.tell("create_client_api_key", do.call("create_client_api_key", body), "data", "id"))

    def fresh_lead(self) -> Given:
        """A lead that is under way and that nothing else uses."""
        do = self.director
        address = do.address("fresh")
        do.leads(self.ids["campaign"], [{"email": address, "first_name": "Fred"}])
        lead, lead_map = do.lead_rows(self.ids["campaign"])[address]
        return {"lead": lead, "lead_map": lead_map, "lead_email": address}

    def idle_campaign(self) -> Given:
        """A campaign that may be started and is not."""
        do = self.director
        made = do.campaign(2, (self.ids["email_account"],))
        do.leads(made, [{"email": do.address("idle")}])
        return {"campaign": made}

    def _subsequence(self) -> Given:
        do = self.director
        body = {
            "parent_campaign_id": self.ids["campaign"], "subsequence_name": do.word("follow-up"),
            "condition_events": [],
        }  # fmt: skip
        made = do.tell("create_subsequence", do.call("create_subsequence", body), "id")
        step = {
            "seq_number": 1,
            "seq_delay_details": {"delay_in_days": 1},
            "subject": "Again",
            "email_body": "<p>x</p>",
        }
        do.call("save_campaign_sequences", {"sequences": [step]}, campaign_id=made)
        return {"sub_sequence_id": made}

    def _untracked(self) -> Given:
        do = self.director
        account = self.ids["email_account"]
        body = {"from": do.address("stranger"), "subject": "Who are you", "body": "We have not met"}
        do.control("POST", f"/email-accounts/{account}/messages", body)
        answer = do.call("list_untracked_replies")
        return {"untrackedReplyId": do.tell("list_untracked_replies", answer, "data", "replies", 0, "id")}

    def _tag_mapping(self) -> Given:
        do = self.director
        do.call("add_tags_to_lead", {"leadId": self.ids["lead"], "tagIds": [self.ids["tag"]]})
        answer = do.call("list_lead_tags", query={"leadId": self.ids["lead"]})
        rows = answer if isinstance(answer, list) else do.tell("list_lead_tags", answer, "data")
        return {"tag_mapping_id": do.tell("list_lead_tags", rows, 0, "id")}

    def _suspended(self) -> Given:
        account = self.director.mailbox()
        self.director.call("suspend_email_account", email_account_id=account)
        return {"email_account": account}

    def _broken_mailbox(self) -> Given:
        self.director.control("POST", f"/email-accounts/{self.director.mailbox()}/disconnect", {})
        return {}

    def _answered(self) -> Given:
        """A mail that a hand wrote, whose status can be asked."""
        do = self.director
        body = {"email_stats_id": self.ids["stats_id"], "email_body": "<p>Thanks</p>"}
        do.call("reply_email_thread", body, campaign_id=self.ids["campaign"])
        path = {"campaign_id": self.ids["campaign"], "lead_id": self.ids["lead"]}
        history = do.tell("get_lead_message_history", do.call("get_lead_message_history", **path), "history")
        sent = [row for row in history if row.get("type") == "SENT"]
        return {"message_id": do.tell("get_lead_message_history", sent, -1, "message_id")}

    def _paused(self) -> Given:
        lead = self.fresh_lead()
        self.director.call("pause_lead_in_campaign", campaign_id=self.ids["campaign"], lead_id=lead["lead"])
        return lead

    def _block_entry(self) -> Given:
        do = self.director
        do.call("add_to_global_block_list", {"domain_block_list": [do.address("blocked")]})
        return {"id": do.tell("list_global_block_list", do.call("list_global_block_list"), 0, "id")}

    def own_webhook(self) -> Given:
        made = self.director.webhook(self.ids["campaign"], "EMAIL_SENT", "EMAIL_REPLY")
        return {"webhook": made, "id": made}

    def given(self, operation: Operation) -> dict[str, Any]:
        """The ids that a call of an operation shall use: what it spends or changes is made for it alone."""
        prepared = dict(_PREPARED[operation.id](self)) if operation.id in _PREPARED else {}
        example = next(iter(operation.body_examples), None)
        is_stop = isinstance(example, dict) and example.get("status") not in ("START", "ACTIVE")
        if operation.id == "update_campaign_status" and is_stop:
            self.director.start(prepared["campaign"])
        return {**self.ids, **prepared}


_PREPARED: Mapping[str, Callable[[Stage], Given]] = {
    **dict.fromkeys(
        (
            "update_lead", "delete_lead_from_campaign", "delete_lead_globally", "delete_leads_from_campaign_bulk",
            "pause_lead_in_campaign", "unsubscribe_lead_from_campaign", "unsubscribe_lead_globally",
            "mark_lead_complete", "patch_lead_status", "update_lead_category_in_campaign", "push_leads_to_list",
            "push_campaign_leads_to_list", "send_test_email", "update_lead_email_account",
        ),
        Stage.fresh_lead,
    ),
    **dict.fromkeys(
        (
            "delete_campaign", "update_campaign_status", "update_campaign_schedule", "update_campaign_settings",
            "save_campaign_sequences", "remove_campaign_email_accounts", "update_campaign_team_member",
        ),
        Stage.idle_campaign,
    ),
    **dict.fromkeys(("resume_lead_in_campaign", "resume_inbox_lead"), Stage._paused),
    **dict.fromkeys(("delete_webhook", "delete_campaign_webhook", "update_webhook"), Stage.own_webhook),
    **dict.fromkeys(
        ("delete_lead_list", "update_lead_list", "push_leads_to_campaign"),
        lambda stage: {"lead_list": stage.new_list()},
    ),
    **dict.fromkeys(
        ("delete_client_api_key", "reset_client_api_key"), lambda stage: {"api_key": stage.new_api_key()}
    ),
    "push_leads_between_lists": lambda stage: {"fromListId": stage.new_list(), "toListId": stage.new_list()},
    "push_lead_to_subsequence": Stage._subsequence,
    "associate_untracked_reply": Stage._untracked,
    "ignore_inbox_reply": lambda stage: {"id": stage.ids["stats_id"]},
    "update_email_account_tag": lambda stage: {"id": stage.ids["tag"]},
    "remove_tag_from_lead": Stage._tag_mapping,
    "unsuspend_email_account": Stage._suspended,
    **dict.fromkeys(
        ("delete_email_account", "suspend_email_account", "update_email_account", "update_email_account_warmup"),
        lambda stage: {"email_account": stage.director.mailbox()},
    ),
    "reconnect_failed_email_accounts": Stage._broken_mailbox,
    "get_reply_status": Stage._answered,
    "delete_from_global_block_list": Stage._block_entry,
}  # fmt: skip

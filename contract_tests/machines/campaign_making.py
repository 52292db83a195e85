"""How stories about campaigns make things and write them down in an edition's own form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contract_tests.exchange import rows
from contract_tests.machines import campaign_words as words
from contract_tests.machines.campaign_model import Campaign, Open
from contract_tests.machines.campaign_views import CampaignViews
from contract_tests.machines.documented import members

Json = dict[str, Any]
#: an id that nothing has
NOBODY = 999_999_999_999


class CampaignMaking(CampaignViews):
    """Makes clients, mailboxes and campaigns; takes out of requests what an edition's document lacks."""

    deleted: list[int]
    #: what a new campaign shows beside what it was made with
    fresh_fields: Json | None

    def pick(self, which: int) -> Campaign:
        """One of the campaigns."""
        ids = sorted(self.campaigns)
        return self.campaigns[ids[which % len(ids)]]

    def new_client(self) -> int:
        """Make a client; its id."""
        name = self.new_name("client")
        body = {"name": name, "email": self.address(name.replace(" ", "."))}
        made = self.ask("save_client", body=body).json
        return int(made["data"]["id"] if "data" in made else made["clientId"])

    def new_box(self) -> int:
        """Connect a mailbox; its id."""
        address = self.address(self.new_name("box").replace(" ", "."))
        body = {
            "from_name": "Ann", "from_email": address, "user_name": address, "password": "secret-of-nobody",
            "smtp_host": "smtp.example.com", "smtp_port": 465, "imap_host": "imap.example.com", "imap_port": 993,
            "warmup_enabled": False, "max_email_per_day": 50,
        }  # fmt: skip
        made = self.ask("save_email_account", body=body).json
        return int(made["data"]["id"] if "data" in made else made["emailAccountId"])

    def new_campaign(self, body: Json) -> Campaign:
        """Make a campaign."""
        exchange = self.call("create_campaign", body=body)
        self.same(exchange.json["name"], body["name"], "the name of a new campaign", exchange)
        known = {*self.campaigns, *self.deleted}
        self.hold(exchange.json["id"] not in known, "the id of a new campaign is not new", exchange)
        fields = {"name": body["name"], "client_id": body.get("client_id"), "parent_campaign_id": None}
        return self.adopt(exchange.json["id"], fields)

    def adopt(self, campaign_id: int, fields: Json) -> Campaign:
        """A campaign that is new: what the documents do not say of it is as with the first one."""
        if self.fresh_fields is None:
            row = self.ask("get_campaign", path={"campaign_id": campaign_id}).json
            self.fresh_fields = {name: value for name, value in row.items() if name not in ("tags",)}
            self.fresh_fields |= {
                "stop_lead_settings": "REPLY_TO_AN_EMAIL", "send_as_plain_text": False, "follow_up_percentage": 100,
                "enable_ai_esp_matching": False, "scheduler_cron_value": None, "schedule_start_time": None,
            }  # fmt: skip
        times = {"created_at": self.now, "updated_at": self.now}
        campaign = Campaign({**self.fresh_fields, "status": "DRAFTED", "id": campaign_id, **times, **fields})
        self.campaigns[campaign_id] = campaign
        return campaign

    def find_copies(self, children: Sequence[Campaign], parent: Campaign, *, keeps_client: bool) -> None:
        """Take over the copies of sub-sequences, which no answer names."""
        exchange = self.ask("list_campaigns")
        new = [row for row in rows(exchange) if row["id"] not in self.campaigns]
        self.same(len(new), len(children), "the number of copied sub-sequences", exchange)
        for row, child in zip(sorted(new, key=lambda one: int(one["id"])), children, strict=True):
            copy = child.copied(row["id"], self.now, keeps_client=keeps_client)
            names = [child.fields["name"], f"{child.fields['name']} - copy"]
            copy.fields |= {"parent_campaign_id": parent.id, "name": Open(names), "client_id": Open()}
            self.campaigns[row["id"]] = copy

    def prepare(self, campaign: Campaign, lacking: str = "") -> None:
        """Give a campaign what a start needs, but for one of its obstacles."""
        path = {"campaign_id": campaign.id}
        campaign.touch(self.now)
        if not campaign.fields["scheduler_cron_value"] and lacking != "no schedule":
            window: Json = {
                "timezone": "UTC",
                "days_of_the_week": [1, 2, 3],
                "start_hour": "09:00",
                "end_hour": "17:00",
            }
            window |= {"min_time_btw_emails": 3, "max_new_leads_per_day": 50}
            campaign.take_schedule(window)
            self.call("update_campaign_schedule", path=path, body=window, edition="default")
        if not campaign.steps and campaign.status != "ACTIVE" and lacking != "no sequence":
            self.call("save_campaign_sequences", path=path, body={"sequences": words.ONE_STEP}, edition="default")
            campaign.take_steps(words.ONE_STEP, self.now)
        if not campaign.boxes and lacking != "no email account":
            body = {"email_account_ids": self.boxes[:1]}
            self.call("add_campaign_email_accounts", path=path, body=body, edition="default")
            campaign.boxes = {self.boxes[0]}

    def send(self, operation_id: str, campaign: Campaign, body: Json, *, patch: bool) -> None:
        """By its own method, or by the other one where the document has it."""
        others = [place for place, route in enumerate(self.world.api[operation_id].routes) if route.method == "PATCH"]
        path = {"campaign_id": campaign.id}
        self.call(operation_id, path=path, body=body, route=others[0] if patch and others else 0)

    def window(self, window: Json) -> Json:
        """A schedule with what the document knows and needs."""
        if self.world.api.edition == "connector":
            window = {"min_time_btw_emails": 5, "max_new_leads_per_day": 10, **window}
        known = self.members("update_campaign_schedule") | {"min_time_btw_emails"}
        days = window["days_of_the_week"]
        if self.world.api.edition in ("connector", "help-center"):
            days = [day for day in days if day != 7] or [0]
        kept = {name: value for name, value in window.items() if name in known}
        return {**kept, "days_of_the_week": days}

    def spelled(self, body: Json, spelling: str) -> Json:
        """A schedule in one of its spellings, where the document has them."""
        if self.world.api.edition not in ("default", "live", "reference"):
            return body
        names = {"days": {"days_of_the_week": "days"}, "gap": {"min_time_btw_emails": "min_time_btwn_emails"}}
        known = self.members("update_campaign_schedule")
        chosen = {old: new for old, new in names.get(spelling, {}).items() if new in known}
        renamed = {chosen.get(name, name): value for name, value in body.items()}
        return {"schedule": renamed} if spelling == "nested" else renamed

    def step_members(self) -> set[str]:
        """The members of a step that the document knows."""
        listed = self.world.api["save_campaign_sequences"].body or {}
        return set(members(listed["properties"]["sequences"]["items"]))

    def in_form(self, steps: list[Json], campaign: Campaign, keep: str) -> list[Json]:
        """Steps with what the document knows of them, and with ids of steps and variants that are there."""
        items = (self.world.api["save_campaign_sequences"].body or {})["properties"]["sequences"]["items"]
        known = set(members(items))
        variants = set(members(items["properties"].get("seq_variants", {}).get("items", {})))
        for place, step in enumerate(steps):
            for name in {*step} - known - {"subject", "email_body"}:
                del step[name]
            if "seq_variants" in step:
                step["seq_variants"] = [
                    {name: value for name, value in one.items() if name in variants} for one in step["seq_variants"]
                ]
            if keep and "id" in known and place < len(campaign.steps):
                old = campaign.steps[place]
                step["id"] = old.fields["id"]
                if keep == "both" and "id" in variants:
                    for one, kept in zip(step.get("seq_variants", ()), old.variants or (), strict=False):
                        one["id"] = kept["id"]
        if self.world.api.edition == "connector":
            for step in steps:
                step |= {"subject": step.get("subject", "s"), "email_body": step.get("email_body", "b")}
        return steps

    def as_stored(self, steps: list[Json]) -> list[Json]:
        """In `connector` every step has variants, and nothing beside them (S0)."""
        if self.world.api.edition != "connector":
            return steps
        return [
            {
                "seq_number": one["seq_number"], "seq_delay_details": one["seq_delay_details"],
                "seq_variants": one.get("seq_variants") or [
                    {"subject": one["subject"], "email_body": one["email_body"]}
                ],
            }
            for one in steps
        ]  # fmt: skip

    def requests_for(self, campaign_id: Any) -> Iterator[tuple[str, Json]]:
        """Requests that are right, but for the campaign."""
        window = self.window({"timezone": "UTC", "days_of_the_week": [1], "start_hour": "09:00", "end_hour": "17:00"})
        bodies: Json = {
            "update_campaign_status": {"status": "START"}, "update_campaign_schedule": window,
            "save_campaign_sequences": {"sequences": words.ONE_STEP}, "duplicate_campaign": {},
            "add_campaign_email_accounts": {"email_account_ids": self.boxes[:1]}, "update_campaign_settings": {},
        }  # fmt: skip
        for operation, body in bodies.items():
            if operation in self.world.api:
                yield operation, {"path": {"campaign_id": campaign_id}, "body": body}

    def wrong_requests(
        self, campaign: Campaign, second: Campaign, wrong: int, flag: bool
    ) -> Iterator[tuple[str, Json]]:
        """Requests for a campaign that must be refused, one for each operation that there is."""
        path = {"campaign_id": campaign.id}
        window = {"timezone": "UTC", "days_of_the_week": [1], "start_hour": "08:00", "end_hour": "18:00"}
        bad, text = words.BAD_WINDOWS[wrong % len(words.BAD_WINDOWS)]
        bad_setting, bad_text = words.BAD_SETTINGS[wrong % len(words.BAD_SETTINGS)]
        word = words.BAD_STATUS_WORDS[wrong % len(words.BAD_STATUS_WORDS)]
        boxes = words.BAD_BOXES[wrong % len(words.BAD_BOXES)]
        beside = self.boxes[:2] if flag and boxes else []
        steps = self._bad_steps(second, campaign, wrong)
        requests: list[tuple[str, Json]] = [
            ("create_campaign", {"body": words.BAD_CAMPAIGNS[wrong % len(words.BAD_CAMPAIGNS)]}),
            ("update_campaign_status", {"path": path, "body": {"status": word}}),
            ("update_campaign_schedule", {"path": path, "body": {**self.window(window), **bad}, "text": text}),
            ("save_campaign_sequences", {"path": path, "body": {"sequences": steps}}),
            (
                f"{'add' if flag else 'remove'}_campaign_email_accounts",
                {"path": path, "body": {"email_account_ids": boxes and [*beside, *boxes]},
                 "text": f"Email account id - {NOBODY} not allowed. Permission Error." if boxes == [NOBODY] else ""},
            ),
            ("update_campaign_settings", {"path": path, "body": {"name": "x", **bad_setting}, "text": bad_text}),
        ]  # fmt: skip
        if self.tags:
            tagging = {"campaign_ids": [campaign.id], "tag_ids": [self.tags[0]]}
            tagging["tag_ids" if wrong % 2 else "campaign_ids"].append(NOBODY)
            requests.append((f"{'add' if flag else 'remove'}_campaign_tags", {"body": tagging}))
        for operation, arguments in requests:
            if operation in self.world.api:
                yield operation, arguments

    def _bad_steps(self, second: Campaign, campaign: Campaign, wrong: int) -> list[Json]:
        """Two steps of one number, a step of another campaign, or a step that is wrong in itself."""
        step = words.ONE_STEP[0]
        foreign = [] if second is campaign else [one.fields["id"] for one in second.steps]
        kind = wrong % (len(words.BAD_STEPS) + 4)
        if kind == 0:
            return [step, step]
        if "id" not in self.step_members():
            return [{**step, "seq_number": 0}]
        if foreign and kind < 4:
            return [{**step, "id": foreign[0]}]
        return [{**step, **words.BAD_STEPS[kind % len(words.BAD_STEPS)]}]

"""A machine whose campaigns really send: it makes them, lets time pass, and holds what it sees against the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.machines import figures
from contract_tests.machines.base import Machine
from contract_tests.machines.documented import names
from contract_tests.machines.expected import number
from contract_tests.machines.sending_model import NotAllowedError, Office, Seen
from contract_tests.machines.sending_parts import (
    Box,
    Campaign,
    Lead,
    Mail,
    Plan,
    Step,
    minute_of,
    text_of,
)
from contract_tests.phases import MOMENT

Json = dict[str, Any]
TRACKS = {"open": "DONT_TRACK_EMAIL_OPEN", "click": "DONT_TRACK_LINK_CLICK"}


class Mailing(Machine):
    """Campaigns, mailboxes and leads in the API and in the model."""

    needs_mock = True
    office: Office

    def begin(self) -> None:
        self.office = Office(minute_of(MOMENT))
        self.turn = 0

    # -------------------------------------------------------------------------------------------- asking

    def ask(self, operation_id: str, **arguments: Any) -> Exchange:
        """A call in the edition's own writing, or in the widest one where the edition lacks the operation."""
        own = operation_id in self.world.api
        return self.call(operation_id, edition=None if own else "default", **arguments)

    def make(self, operation_id: str, **arguments: Any) -> Exchange:
        """A call that sets something up; always in the widest writing, so that every edition sees the same world."""
        return self.call(operation_id, edition="default", **arguments)

    def named(self, operation_id: str, *place: str) -> frozenset[str]:
        """The members that the document gives to an answer, some members down."""
        operation = self.world.api.operations.get(operation_id)
        if operation is None:
            return frozenset()
        return names(operation.answers[200].content.get("application/json", {}), *place)

    def takes(self, operation_id: str, parameter: str) -> bool:
        """Whether an operation has a query parameter in this edition."""
        return operation_id in self.world.api and any(
            one.name == parameter for one in self.world.api[operation_id].parameters_in("query")
        )

    def words(self, operation_id: str, parameter: str) -> Sequence[str]:
        """The words that a query parameter takes in this edition."""
        found = [one.schema for one in self.world.api[operation_id].parameters if one.name == parameter]
        inner = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())] if (schema := found and found[0]) else []
        return [word for one in inner for word in one.get("enum", ())]

    def agree(self, actual: Any, expected: Json, names: frozenset[str], what: str, exchange: Exchange) -> None:
        """A shown object has what the model knows, as far as the document names it."""
        known = {name: value for name, value in expected.items() if name in names}
        shown = {name: number(actual[name]) for name in known if name in actual} if isinstance(actual, Mapping) else {}
        self.same(shown, {name: number(value) for name, value in known.items()}, what, exchange)

    def agree_rows(
        self, actual: Any, expected: Sequence[Json], names: frozenset[str], what: str, exchange: Exchange
    ) -> None:
        """As `agree`, row by row."""
        self.hold(isinstance(actual, list), f"{what}: there is no list of rows", exchange)
        self.same(len(actual), len(expected), f"{what}: rows", exchange)
        for count, (one, other) in enumerate(zip(actual, expected, strict=True), 1):
            self.agree(one, other, names, f"{what}, row {count}", exchange)

    # -------------------------------------------------------------------------------------------- making

    def set_clock(self, moment: str) -> None:
        """Where a story begins; before it has made anything."""
        answer = self.control("PUT", "/clock", {"mode": "frozen", "now": moment})
        self.hold(answer.status == 200, "the clock of an empty world cannot be set", answer)
        self.office.now = minute_of(moment)

    def make_box(self, cap: int, wait: int = 0, domain: str = "sender.example", client: int | None = None) -> Box:
        """A mailbox."""
        address = f"box{len(self.office.boxes)}@{domain}"
        body: Json = {
            "id": None, "from_name": "Ann", "from_email": address, "user_name": address, "password": "secret",
            "smtp_host": f"smtp.{domain}", "smtp_port": 465, "imap_host": f"imap.{domain}", "imap_port": 993,
            "max_email_per_day": cap, "warmup_enabled": False, "type": "SMTP",
            **({} if client is None else {"client_id": client}),
        }  # fmt: skip
        made = self.make("save_email_account", body=body)
        box = Box(made.json["emailAccountId"], address, cap, wait, client=client)
        if wait:
            self.make("update_email_account", path={"email_account_id": box.id}, body={"time_to_wait_in_mins": wait})
        self.office.boxes.append(box)
        return box

    def make_campaign(
        self, plan: Plan, boxes: Sequence[Box], client: int | None = None, start: bool = True,
        parent: Campaign | None = None,
    ) -> Campaign:  # fmt: skip
        """A campaign with everything that it needs, started; or a sub-sequence of another one."""
        now, name = self.office.now, self.new_name("campaign")
        if parent is None:
            body = {"name": name, **({} if client is None else {"client_id": client})}
            made = self.make("create_campaign", body=body)
        else:
            body = {"parent_campaign_id": parent.id, "subsequence_name": name}
            made, client = self.make("create_subsequence", body=body), parent.client
        start_at = now + plan.start_in if plan.start_in else 0
        campaign = Campaign(
            made.json["id"], name, plan, list(boxes), now, start_at, client=client, parent=parent
        )  # fmt: skip
        path = {"campaign_id": campaign.id}
        self.make("update_campaign_schedule", path=path, body=schedule(plan, start_at))
        self.make("update_campaign_settings", path=path, body={
            "track_settings": sorted(TRACKS[word] for word in plan.untracked), "stop_lead_settings": plan.stop_on,
            "follow_up_percentage": plan.follow_ups, "auto_pause_domain_leads_on_reply": plan.pauses_domain,
            "out_of_office_detection_settings": {"ignoreOOOasReply": not plan.ooo_is_reply},
        })  # fmt: skip
        self.make("save_campaign_sequences", path=path, body={"sequences": sequences(plan.steps)})
        self.make("add_campaign_email_accounts", path=path, body={"email_account_ids": [box.id for box in boxes]})
        saved = self.make("get_campaign_sequences", path=path)
        self.same(len(saved.json), len(plan.steps), "the steps of the new campaign", saved)
        campaign.step_ids = [step["id"] for step in saved.json]
        campaign.variant_ids = {
            (step["seq_number"], one["variant_label"]): one["id"]
            for step in saved.json for one in step["sequence_variants"] or ()
        }  # fmt: skip
        self.office.campaigns.append(campaign)
        if start:
            self.set_campaign_status(campaign, "START")
        return campaign

    def set_campaign_status(self, campaign: Campaign, word: str) -> None:
        """START, PAUSED or STOPPED, where that is possible."""
        self.make("update_campaign_status", path={"campaign_id": campaign.id}, body={"status": word})
        if word == "START" and campaign.status != "ACTIVE":
            campaign.is_ending = False
        campaign.status = "ACTIVE" if word == "START" else word

    def add_leads(self, campaign: Campaign, addresses: Sequence[str], names: Sequence[str] = ()) -> Sequence[Lead]:
        """Import leads; those that are taken. Each has a name, a company and a field of its own."""
        refused = self.office.refuses(campaign, addresses)
        taken = [one for one in addresses if one not in refused]
        given = {one: _fields(count, names) for count, one in enumerate(addresses)}
        rows = [
            {"email": one, **{name: given[one][name] for name in _OWN}, "custom_fields": {"City": given[one]["City"]}}
            for one in addresses
        ]
        made = self.make("add_leads_to_campaign", path={"campaign_id": campaign.id}, body={"lead_list": rows})
        self.same(made.json["total_leads"], len(taken), "leads that were taken", made)
        rows_now, exchange = self.rows(campaign)
        new = {row["lead"]["email"]: row for row in rows_now if row["lead"]["email"] in taken}
        self.same(sorted(new), sorted(taken), "leads that are there", exchange)
        found = []
        for address in taken:
            row, now = new[address], self.office.now
            # A lead is one record for all campaigns: its fields are those of its first import, or of this one.
            shown = row["lead"]
            city = (shown["custom_fields"] or {}).get("City", "")
            fields = {name: shown[name] or "" for name in _OWN} | {"City": city}
            lead = Lead(row["campaign_lead_map_id"], shown["id"], campaign, address, fields, now, now)
            campaign.leads.append(lead)
            found.append(lead)
        return found

    def rows(self, campaign: Campaign) -> tuple[list[Json], Exchange]:
        """The leads of a campaign as the widest edition lists them."""
        exchange = self.make("list_leads_by_campaign", path={"campaign_id": campaign.id}, query={"limit": 100})
        self.hold(isinstance(exchange.json, dict) and isinstance(exchange.json.get("data"), list), "no rows", exchange)
        return exchange.json["data"], exchange

    # -------------------------------------------------------------------------------------------- time

    def pass_time(self, minutes: int) -> None:
        """Let the world run, and the model; then compare."""
        now, known = self.office.now + minutes, len(self._mails())
        answer = self.control("POST", "/clock/advance", {"to": text_of(now)})
        self.hold(answer.status == 200, f"the clock cannot be moved: {answer.text[:200]}", answer)
        shown = {campaign.id: self.mail_rows(campaign) for campaign in self.office.campaigns}
        seen: dict[tuple[int, str, int], Seen] = {}
        for campaign in self.office.campaigns:
            rows, exchange = shown[campaign.id]
            have = {(mail.lead.address, mail.step) for mail in campaign.mails}
            if not {(row["lead_email"], row["sequence_number"]) for row in rows} <= have:
                seen |= self._decisions(campaign, rows, exchange)
        try:
            self.office.advance(now, lambda lead, step: seen.get((lead.campaign.id, lead.address, step)))
        except NotAllowedError as error:
            moment = text_of(self.office.now)
            self.fail("model", f"at {moment}: {error}", answer)
        for campaign in self.office.campaigns:
            self.compare_mails(campaign, *shown[campaign.id])
        self.same(minute_of(answer.json["now"]), now, "the clock", answer)
        self.same(answer.json["events"].get("sent", 0), len(self._mails()) - known, "mails that were sent", answer)

    def _mails(self) -> list[Mail]:
        return [mail for box in self.office.boxes for mail in box.sent]

    def _decisions(
        self, campaign: Campaign, rows: Sequence[Json], exchange: Exchange
    ) -> dict[tuple[int, str, int], Seen]:
        """Which mailbox and variant was used for each mail, where the API may decide."""
        leads = self.ask("get_campaign_leads_statistics", path={"campaign_id": campaign.id})
        boxes = {box.address: box.id for box in self.office.boxes}
        senders = {one["to"]: boxes.get(one["from"], 0) for one in leads.json["data"]}
        found = {}
        for row in rows:
            address, step = row["lead_email"], row["sequence_number"]
            self.hold(address in senders, f"{address} got a mail and is not among the statistics of leads", leads)
            self.hold(0 < step <= len(campaign.plan.steps), f"there is no step {step}", exchange)
            labels = [one.label for one in campaign.plan.steps[step - 1].variants]
            label = next((one for one in labels if row["email_message"].endswith(one)), None)
            found[campaign.id, address, step] = Seen(senders[address], label)
        return found

    def mail_rows(self, campaign: Campaign) -> tuple[list[Json], Exchange]:
        """All mails of a campaign, as the edition shows them."""
        exchange = self.ask("get_campaign_statistics", path={"campaign_id": campaign.id})
        self.hold(number(exchange.json["total_stats"]) <= 100, "more mails than a story can have", exchange)
        return sorted(exchange.json["data"], key=_place), exchange

    def compare_mails(self, campaign: Campaign, rows: Sequence[Json], exchange: Exchange) -> None:
        """The mails that are shown are those of the model, no more and no less."""
        names = self.named("get_campaign_statistics", "data")
        for mail in campaign.mails:
            if mail.or_unsubscribed_at is not None:
                marked = [row for row in rows if row["lead_email"] == mail.lead.address and row["is_unsubscribed"]]
                is_marked = any(row["sequence_number"] == mail.step for row in marked)
                mail.unsubscribed_at, mail.or_unsubscribed_at = (mail.or_unsubscribed_at if is_marked else None), None
        expected = sorted((figures.row(mail) for mail in campaign.mails), key=_place)
        self.agree_rows(rows, expected, names, f"mails of campaign {campaign.id}", exchange)
        self.same(number(exchange.json["total_stats"]), len(expected), "total_stats", exchange)

    # -------------------------------------------------------------------------------------------- states

    def compare_states(self, of: Campaign | None = None) -> None:
        """Campaigns and leads are in the states of the model; where that leaves a choice, it follows. With `of` the
        leads of the others are looked at only where there is a choice.
        """
        listed = self.ask("list_campaigns")
        campaigns = listed.json if isinstance(listed.json, list) else listed.json.get("campaigns", [])
        shown = {one["id"]: one for one in campaigns}
        self.same(sorted(shown), sorted(one.id for one in self.office.campaigns), "campaigns", listed)
        for campaign in self.office.campaigns:
            # Leads first: whether the last one has come to its end may be theirs to say.
            if of in (None, campaign) or any(lead.or_status for lead in campaign.leads):
                self.compare_leads(campaign)
            status = shown[campaign.id]["status"]
            may_complete = campaign.status == "ACTIVE" and not campaign.has_unfinished
            if not (may_complete and status == "COMPLETED"):
                self.same(status, campaign.status, f"status of campaign {campaign.id}", listed)
            campaign.status = status

    def compare_leads(self, campaign: Campaign) -> None:
        """The rows of a campaign."""
        rows, exchange = self.rows(campaign)
        found = {row["campaign_lead_map_id"]: row for row in rows}
        self.same(sorted(found), sorted(lead.map_id for lead in campaign.leads), "rows of the campaign", exchange)
        for lead in campaign.leads:
            row = found[lead.map_id]
            if row["status"] in lead.or_status:
                lead.status = row["status"]
            lead.or_status = ()
            self.same(
                {
                    "status": row["status"], "category": row["lead_category_id"], "created_at": row["created_at"],
                    "email": row["lead"]["email"], "first_name": row["lead"]["first_name"] or "",
                    "is_unsubscribed": row["lead"]["is_unsubscribed"],
                },
                {
                    "status": lead.status, "category": lead.category, "created_at": text_of(lead.added_at),
                    "email": lead.address, "first_name": lead.fields["first_name"],
                    "is_unsubscribed": lead.address in self.office.silent,
                },
                f"lead {lead.address} of campaign {campaign.id}", exchange,
            )  # fmt: skip


_OWN = ("first_name", "last_name", "company_name")


def _fields(count: int, names: Sequence[str]) -> dict[str, str]:
    name = names[count % len(names)] if names else f"Ada{count}"
    return {"first_name": name, "last_name": f"Bell{count}", "company_name": f"Co{count}", "City": f"Town{count}"}


def _place(row: Json) -> tuple[str, str, int]:
    return row["sent_time"], row["lead_email"], row["sequence_number"]


def schedule(plan: Plan, start_at: int) -> Json:
    """The body that sets a window."""
    return {
        "timezone": plan.zone, "days_of_the_week": list(plan.days), "start_hour": plan.hours[0],
        "end_hour": plan.hours[1], "min_time_btw_emails": plan.gap, "max_new_leads_per_day": plan.new_leads,
        "schedule_start_time": text_of(start_at) if start_at else None,
    }  # fmt: skip


def sequences(steps: Sequence[Step]) -> list[Json]:
    """The body that saves steps; a variant is told by its label at the end of its texts."""
    found: list[Json] = []
    for count, step in enumerate(steps, 1):
        one: Json = {"seq_number": count, "seq_delay_details": {"delay_in_days": step.delay}}
        if step.variants:
            one["variant_distribution_type"] = "MANUAL_PERCENTAGE"
            one["seq_variants"] = [
                {
                    "subject": step.subject and step.subject + variant.label, "email_body": step.body + variant.label,
                    "variant_label": variant.label, "variant_distribution_percentage": variant.share,
                }
                for variant in step.variants
            ]  # fmt: skip
        else:
            one |= {"subject": step.subject, "email_body": step.body}
        found.append(one)
    return found

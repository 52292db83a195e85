"""What a sending story reads: every figure of a campaign, held against a recount."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from typing import Any

from contract_tests.exchange import Exchange
from contract_tests.machines import figures
from contract_tests.machines.expected import number
from contract_tests.machines.mailing import Mailing
from contract_tests.machines.sending_parts import Campaign, Lead, Mail

Json = dict[str, Any]


class Figures(Mailing):
    """The reading half of a machine that sends."""

    def views(self) -> list[tuple[str, Callable[[Campaign, Exchange], None]]]:
        """The views of a campaign's whole life that the edition has."""
        return [
            (name, view) for name, view in (
                ("get_campaign_analytics", self._analytics),
                ("get_campaign_mailbox_statistics", self._boxes),
                ("get_campaign_leads_statistics", self._leads),
                ("get_campaign_variant_statistics", self._variants),
                ("get_campaign", self._campaign),
            ) if self.has(name)
        ]  # fmt: skip

    def compare_figures(self, campaign: Campaign, turn: int) -> None:
        """One of the views, in turn."""
        views = self.views()
        name, view = views[turn % len(views)]
        view(campaign, self.call(name, path={"campaign_id": campaign.id}))

    def _analytics(self, campaign: Campaign, exchange: Exchange) -> None:
        names, expected = self.named("get_campaign_analytics"), figures.analytics(campaign)
        what = f"analytics of campaign {campaign.id}"
        self.agree(exchange.json, expected, names, what, exchange)
        if "campaign_lead_stats" in names:
            stats = self.named("get_campaign_analytics", "campaign_lead_stats")
            self.agree(exchange.json["campaign_lead_stats"], figures.lead_stats(campaign), stats, what, exchange)
        sent, drafted = (number(exchange.json.get(name)) for name in ("sent_count", "drafted_count"))
        if {"total_count", "drafted_count"} <= names:
            total = number(exchange.json["total_count"])
            right = (sent + drafted, sent, len(campaign.leads))
            self.hold(total in right, f"{what}: total_count {total} is none of {right}", exchange)

    def _boxes(self, campaign: Campaign, exchange: Exchange) -> None:
        rows = sorted(exchange.json["data"], key=lambda row: row["email_account_id"])
        expected = figures.of_boxes(campaign, lambda _: True)
        idle = {box.id for box in campaign.boxes} - {row["email_account_id"] for row in expected}
        for row in rows:
            if row["email_account_id"] in idle:
                counts = [number(value) for name, value in row.items() if name.endswith("_count")]
                self.hold(not any(counts), "a mailbox that sent nothing has figures", exchange)
        rows = [row for row in rows if row["email_account_id"] not in idle]
        names = self.named("get_campaign_mailbox_statistics", "data")
        self.agree_rows(rows, expected, names, f"mailboxes of campaign {campaign.id}", exchange)

    def _variants(self, campaign: Campaign, exchange: Exchange) -> None:
        names = self.named("get_campaign_variant_statistics", "data")
        rows = sorted(exchange.json["data"], key=lambda row: row["seq_variant_id"])
        expected = sorted(figures.of_variants(campaign), key=lambda row: row["seq_variant_id"])
        self.agree_rows(rows, expected, names, f"variants of campaign {campaign.id}", exchange)
        self._shares(campaign, exchange)

    def _shares(self, campaign: Campaign, exchange: Exchange) -> None:
        """Variants go out by their shares; chance may play a part, but not any."""
        for count, step in enumerate(campaign.plan.steps, 1):
            mails = [mail for mail in campaign.mails if mail.step == count]
            for variant in step.variants:
                part = variant.share / 100
                sent = sum(mail.variant == variant.label for mail in mails)
                allowed = max(2.0, 3 * (len(mails) * part * (1 - part)) ** 0.5)
                message = f"variant {variant.label} of {variant.share} % went out {sent} times of {len(mails)}"
                self.hold(abs(sent - part * len(mails)) <= allowed, message, exchange)

    def _campaign(self, campaign: Campaign, exchange: Exchange) -> None:
        self.same(exchange.json["status"], campaign.status, f"status of campaign {campaign.id}", exchange)

    def _leads(self, campaign: Campaign, exchange: Exchange) -> None:
        names = self.named("get_campaign_leads_statistics", "data")
        inside = self.named("get_campaign_leads_statistics", "data", "history")
        rows = sorted(exchange.json["data"], key=lambda row: row["email_lead_map_id"])
        mailed = sorted((lead for lead in campaign.leads if lead.mails), key=lambda lead: lead.map_id)
        what = f"statistics of the leads of campaign {campaign.id}"
        self.agree_rows(rows, [_lead_row(lead) for lead in mailed], names, what, exchange)
        for row, lead in zip(rows, mailed, strict=True):
            self._history(row["history"], lead, inside, exchange)

    def _history(self, entries: Any, lead: Lead, names: frozenset[str], exchange: Exchange) -> None:
        expected = figures.history(lead.mails)
        what = f"history of {lead.address}"
        shown = sorted(entries, key=lambda one: (one["time"], one["type"] != "SENT"))
        self.agree_rows(shown, expected, names, what, exchange)
        ids = [one["message_id"] for one in entries]
        self.same(len(set(ids)), len(ids), f"{what}: message ids that are unlike", exchange)

    def compare_lead(self, lead: Lead) -> None:
        """The history of one lead, and its place in other views."""
        path = {"campaign_id": lead.campaign.id, "lead_id": lead.id}
        names = self.named("get_lead_message_history", "history")
        if names:
            exchange = self.call("get_lead_message_history", path=path)
            self._history(exchange.json["history"], lead, names, exchange)
            self.same(exchange.json["to"], lead.address, "to whom the history is", exchange)
            if lead.box is not None:
                self.same(exchange.json["from"], lead.box.address, "who wrote", exchange)
        elif "messages" in self.named("get_lead_message_history"):
            exchange = self.call("get_lead_message_history", path=path)
            sent = [one["sent_at"] for one in exchange.json["messages"] if one["direction"] == "outbound"]
            wrote = [one["received_at"] for one in exchange.json["messages"] if one["direction"] == "inbound"]
            entries = figures.history(lead.mails)
            self.same(sorted(sent), [one["time"] for one in entries if one["type"] == "SENT"], "sent", exchange)
            self.same(sorted(wrote), [one["time"] for one in entries if one["type"] == "REPLY"], "answers", exchange)
        if self.has("export_campaign_leads_csv"):
            exchange = self.call("export_campaign_leads_csv", path={"campaign_id": lead.campaign.id})
            self.same(*_exported(exchange.text, lead), "the line of the lead in the export", exchange)

    def compare_days(self, campaign: Campaign, first: date, last: date, zone: str) -> None:
        """The figures of some days of a zone."""
        query = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        by_date = "get_campaign_analytics_by_date"
        zoned = {**query, "time_zone": zone} if self.takes(by_date, "time_zone") else query
        # A call that names no zone may mean that of the campaign.
        zones = (zone,) if "time_zone" in zoned else ("UTC", campaign.plan.zone)
        exchange = self.call(by_date, path={"campaign_id": campaign.id}, query=zoned)
        self._of_days(by_date, campaign, first, last, zones, exchange)
        top = "get_campaign_top_level_analytics_by_date"
        if self.has(top):
            exchange = self.call(top, path={"campaign_id": campaign.id}, query=query)
            self._of_days(top, campaign, first, last, ("UTC", campaign.plan.zone), exchange)
        within = figures.days(first, last, zone)
        steps, boxes = "get_campaign_sequence_analytics", "get_campaign_mailbox_statistics"
        zoned = {**query, "time_zone": zone}
        if self.has(steps) and self.takes(steps, "time_zone"):
            exchange = self.call(steps, path={"campaign_id": campaign.id}, query=zoned)
            rows = sorted(exchange.json["data"], key=lambda row: campaign.step_ids.index(row["email_campaign_seq_id"]))
            names = self.named(steps, "data")
            self.agree_rows(rows, figures.of_steps(campaign, within), names, "figures of the steps", exchange)
            stopped = sum(number(row.get("stopped_count", 0)) for row in rows)
            self.hold(stopped <= sum(number(row["sent_count"]) for row in rows), "more stops than mails", exchange)
        if self.has(boxes) and self.takes(boxes, "time_zone"):
            exchange = self.call(boxes, path={"campaign_id": campaign.id}, query=zoned)
            rows = [row for row in exchange.json["data"] if number(row["sent_count"])]
            rows = sorted(rows, key=lambda row: row["email_account_id"])
            names = self.named(boxes, "data")
            self.agree_rows(rows, figures.of_boxes(campaign, within), names, "mailboxes on some days", exchange)

    def _of_days(
        self, operation: str, campaign: Campaign, first: date, last: date, zones: tuple[str, ...], exchange: Exchange
    ) -> None:  # fmt: skip
        names = self.named(operation)

        def expected(zone: str) -> Json:
            within = figures.days(first, last, zone)
            mails: list[Mail] = [mail for mail in campaign.mails if within(mail.at)]
            return {**figures.totals(campaign, mails), "positive_reply_count": figures.positive(mails)}

        alternatives = [expected(zone) for zone in zones]
        shown = {name: number(value) for name, value in exchange.json.items()}
        for one in alternatives[1:]:
            if all(shown.get(name) == number(value) for name, value in one.items() if name in names):
                return
        self.agree(exchange.json, alternatives[0], names, f"figures of {first} to {last}", exchange)


def _lead_row(lead: Lead) -> Json:
    return {
        "lead_id": lead.id, "email_lead_map_id": lead.map_id, "to": lead.address, "status": lead.status,
        "from": lead.box.address if lead.box is not None else None,
    }  # fmt: skip


def _exported(text: str, lead: Lead) -> tuple[Json, Json]:
    """The counts that a CSV shows for a lead, and those of the model."""
    own = figures.counts(lead.mails)
    expected = {
        "email": lead.address, "status": lead.status, "last_email_sequence_sent": str(lead.step or ""),
        **{name: str(own[name]) for name in ("open_count", "click_count", "reply_count")},
    }  # fmt: skip
    rows = [row for row in csv.DictReader(text.splitlines()) if row.get("campaign_lead_map_id") == str(lead.map_id)]
    if len(rows) != 1:
        return {"lines": len(rows)}, {"lines": 1}
    return {name: rows[0][name] for name in expected if name in rows[0]}, {
        name: value for name, value in expected.items() if name in rows[0]
    }

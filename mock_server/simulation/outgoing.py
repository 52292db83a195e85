"""Sending: one mail to one lead, written to the store together with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.families.leads import pages
from mock_server.families.leads.rules import Flag
from mock_server.families.messages import records as messages
from mock_server.families.messages import rules
from mock_server.families.messages.compose import compose, in_thread
from mock_server.families.messages.tables import message, planned
from mock_server.simulation import queries, variants
from mock_server.simulation.plan import Campaign, Lane, Step
from mock_server.simulation.recipients import intentions
from mock_server.simulation.variants import Variant
from mock_server.state.database import Row, Session
from mock_server.state.ledger import event

_CAUSE = '{"cause":"sequence"}'


class Outgoing:
    """Mails on their way into the store: `send` decides and remembers, `flush` writes.

    Whoever reads rows that a send changes must flush before.
    """

    def __init__(
        self, db: Session, seed: int, rates: Mapping[str, float], happened: dict[str, int],
        publish: Callable[[list[dict[str, Any]]], None],
    ) -> None:  # fmt: skip
        self._db = db
        self._publish = publish
        self._seed = seed
        self._rates = rates
        self._happened = happened
        self._mails: list[dict[str, Any]] = []
        self._intentions: list[list[tuple[int, str, str]]] = []
        self._leads: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._lanes: set[Lane] = set()
        self._steps: set[Step] = set()
        #: when the first of the reactions that were planned since this was last set to None is due
        self.soonest: int | None = None

    def send(self, lane: Lane, row: Row, now: int) -> int | None:
        """Give a lead its next step; when its next mail is due, None when it has finished.

        The lane is used up only by a mail: a step of type MANUAL and a lead without a step left take no turn.
        """
        campaign = lane.campaign
        step = campaign.step_after(row["last_seq_number"])
        if step is None:
            self._finish(row, now)
            return None
        following = campaign.step_after(step.number)
        next_at = None if following is None else now + following.delay
        state: dict[str, Any] = {
            "of_campaign": campaign.id, "map_id": row["id"], "status": "COMPLETED" if next_at is None else "INPROGRESS",
            "last_seq_number": step.number, "last_event_at": now, "next_at": next_at,
        }  # fmt: skip
        mailbox_id = row["email_account_id"] if row["last_seq_number"] is not None else lane.mailbox.id
        if step.is_manual:
            flags, last_sent_at = row["flags"], row["last_sent_at"]
            self._note("MANUAL_STEP_REACHED", row, now, data=f'{{"step":{step.number}}}')
        else:
            flags, last_sent_at = row["flags"] | int(Flag.SENT), now
            self._mail(lane, step, row, now)
        self._leads.append({**state, "flags": flags, "last_sent_at": last_sent_at, "email_account_id": mailbox_id})
        if next_at is None:
            self._note("LEAD_COMPLETED", row, now)
        return next_at

    def _mail(self, lane: Lane, step: Step, row: Row, now: int) -> None:
        campaign, mailbox, seed = lane.campaign, lane.mailbox, self._seed
        names = (campaign.id, row["id"], step.number)
        variant = self._variant(campaign, step)
        template = step if variant is None else variant
        stats_id, style = rules.stats_id(seed, *names), campaign.style
        mail = compose(template.subject, template.body, row, style, seed, names, stats_id)
        before = None if mail.subject else self._before(campaign, row)
        self._mails.append({
            "campaign_id": campaign.id, "enrolment_id": row["id"], "lead_id": row["lead_id"],
            "email_account_id": mailbox.id, "type": "SENT", "at": now,
            "message_id": rules.message_id(seed, mailbox.from_email, *names),
            "thread_id": None if before is None else before["thread_id"],
            "answers": None if before is None else before["id"],
            "stats_id": stats_id, "from_email": mailbox.from_email, "to_email": row["email"],
            "subject": mail.subject if before is None else in_thread(before["subject"]), "body": mail.body,
            "step_id": step.id, "seq_number": step.number, "variant_id": None if variant is None else variant.id,
            "is_plain_text": style.plain, "has_unsubscribe_header": style.unsubscribe_header,
            "tracks_opens": style.track_opens, "tracks_clicks": style.track_clicks,
        })  # fmt: skip
        draws = (row["lead_id"], campaign.id, step.number)
        wishes = intentions(row["email"], self._rates, seed, draws, style)
        self._intentions.append(wishes)
        for delay, _, _ in wishes:
            self.soonest = now + delay if self.soonest is None else min(self.soonest, now + delay)
        self._note("EMAIL_SENT", row, now, mail=len(self._mails) - 1)
        is_new = row["last_seq_number"] is None
        mailbox.count(now, follow_up=not is_new)
        lane.last_sent_at = now
        if is_new:
            campaign.count_new(now)
        campaign.sent_count += 1
        step.sent += 1
        if variant is not None:
            variant.sent += 1
        self._lanes.add(lane)
        self._steps.add(step)

    def _before(self, campaign: Campaign, row: Row) -> Row | None:
        """The mail that one without a subject goes on from; for the first of a sub-sequence, the parent's last."""
        if row["last_seq_number"] is not None:
            return messages.last_sent(self._db, row["id"])
        if campaign.parent_id is None:
            return None
        self.flush()  # the parent may have mailed the lead just now
        above = queries.parent_row(self._db, campaign.parent_id, row["lead_id"])
        return None if above is None else messages.last_sent(self._db, above)

    def _variant(self, campaign: Campaign, step: Step) -> Variant | None:
        if not step.variants:
            return None
        if step.distribution == "MANUAL_PERCENTAGE":
            return variants.by_percentage(step.variants)
        if step.distribution == "AI_EQUAL":
            sample = variants.sample_size(pages.size_of_campaign(self._db, campaign.id), step.sample)
            if step.winner_id is None and step.sent >= sample:
                self.flush()
                hits = queries.hits(self._db, campaign.id, step)
                step.winner_id = variants.winner(step.variants, hits).id
            chosen = next((one for one in step.variants if one.id == step.winner_id), None)
            if chosen is not None:
                return chosen
        return variants.evenly(step.variants)

    def _finish(self, row: Row, now: int) -> None:
        kept = {name: row[name] for name in ("flags", "last_seq_number", "last_sent_at", "email_account_id")}
        self._leads.append({
            "of_campaign": row["campaign_id"], "map_id": row["id"], "status": "COMPLETED", "last_event_at": now,
            "next_at": None, **kept,
        })  # fmt: skip
        self._note("LEAD_COMPLETED", row, now)

    def _note(self, kind: str, row: Row, now: int, *, mail: int | None = None, data: str = _CAUSE) -> None:
        """`mail`: which of the mails on their way."""
        self._happened[kind] = self._happened.get(kind, 0) + 1
        self._events.append({
            "at": now, "type": kind, "campaign_id": row["campaign_id"], "enrolment_id": row["id"],
            "lead_id": row["lead_id"], "message_id": mail, "data": data,
        })  # fmt: skip

    def flush(self) -> None:
        """Write what is on its way."""
        if not self._events:
            return
        db = self._db
        first = db.next_ids("message", len(self._mails)) if self._mails else 0
        for n, mail in enumerate(self._mails):
            mail["id"] = first + n
            mail["thread_id"] = mail["thread_id"] or first + n
        db.insert_many(message, self._mails)
        self._plan_reactions()
        first_event = db.next_ids("event", len(self._events))
        for n, one in enumerate(self._events):
            one["id"] = first_event + n
            one["message_id"] = None if one["message_id"] is None else first + one["message_id"]
        db.insert_many(event, self._events)
        db.run_many(queries.SENT_TO_LEAD, self._leads)
        self._write_counts()
        self._publish(self._events)
        self._mails, self._intentions, self._leads, self._events = [], [], [], []
        self._lanes.clear()
        self._steps.clear()

    def _plan_reactions(self) -> None:
        rows = [
            {
                "due_at": mail["at"] + delay, "campaign_id": mail["campaign_id"], "enrolment_id": mail["enrolment_id"],
                "message_id": mail["id"], "word": word, "cause": cause,
            }
            for mail, wishes in zip(self._mails, self._intentions, strict=True)
            for delay, word, cause in wishes
        ]  # fmt: skip
        if rows:
            first = self._db.next_ids("planned", len(rows))
            for n, row in enumerate(rows):
                row["id"] = first + n
            self._db.insert_many(planned, rows)

    def _write_counts(self) -> None:
        db = self._db
        db.run_many(
            queries.SENT_BY_LANE,
            [{"membership_id": lane.membership_id, "last_sent_at": lane.last_sent_at} for lane in self._lanes],
        )
        db.run_many(queries.SENT_BY_MAILBOX, [
            {
                "mailbox_id": one.id, "sent_day": one.day, "daily_sent_count": one.sent,
                "daily_follow_up_count": one.follow_ups, "last_sent_at": one.last_sent_at,
            }
            for one in {lane.mailbox for lane in self._lanes}
        ])  # fmt: skip
        db.run_many(queries.SENT_BY_CAMPAIGN, [
            {
                "of_campaign": one.id, "new_leads_day": one.new_leads_day, "new_leads_sent": one.new_leads_sent,
                "sent_count": one.sent_count,
            }
            for one in {lane.campaign for lane in self._lanes}
        ])  # fmt: skip
        steps = [{"of_step": one.id, "sent_count": one.sent, "winner_variant_id": one.winner_id} for one in self._steps]
        db.run_many(queries.SENT_OF_STEP, steps)
        db.run_many(queries.SENT_OF_VARIANT, [
            {"of_variant": one.id, "sent_count": one.sent} for step in self._steps for one in step.variants
        ])  # fmt: skip

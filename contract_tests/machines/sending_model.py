"""What sends when: the rules of campaigns, slowly.

A window is [start, end) of the campaign's zone on its days, from `schedule_start_time` on; `min_time_btw_emails` is
between two mails of a mailbox in a campaign; follow-ups go before new leads; of several that are due, who was due first
goes first, then the older campaign, then the older row. Which free mailbox a new lead gets and which variant, the
documents leave open: the model takes over what is seen, and holds it to what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import NamedTuple

from contract_tests.machines.sending_parts import (
    DAY,
    NEVER,
    OPEN,
    RUNNING,
    Answer,
    Box,
    Campaign,
    Lead,
    Mail,
    filled,
)

#: what simulator addresses do -> minutes after the mail
DELAYS: Mapping[str, int] = {
    "open": 10, "click": 12, "reply": 60, "reply-interested": 60, "reply-not-interested": 60, "colleague-reply": 60,
    "forward-reply": 60, "unknown-reply": 60, "ooo": 2, "bounce": 1, "soft-bounce": 1, "unsubscribe": 30,
}  # fmt: skip
#: replies that come with a category
CATEGORIES: Mapping[str, int] = {"reply-interested": 1, "reply-not-interested": 3}
_STOPS = {"open": "OPEN_AN_EMAIL", "click": "CLICK_ON_A_LINK"}
_LABEL = re.compile(r"after-(\d+)([mhd])$")
_UNITS = {"m": 1, "h": 60, "d": DAY}


class Seen(NamedTuple):
    """What the API decided where it may decide: the mailbox of a mail, and its variant."""

    box: int
    variant: str | None


class NotAllowedError(Exception):
    """What is seen is not among what is allowed."""


class Intention(NamedTuple):
    """What a simulator address will do."""

    at: int
    mail: Mail
    word: str


class Office:
    """Mailboxes, campaigns, leads; and time."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.boxes: list[Box] = []
        self.campaigns: list[Campaign] = []
        self.intentions: list[Intention] = []
        self.blocked: set[str] = set()
        #: addresses that unsubscribed from everything
        self.silent: set[str] = set()
        self._numbers = count(1)

    @property
    def leads(self) -> list[Lead]:
        """All rows of all campaigns."""
        return [lead for campaign in self.campaigns for lead in campaign.leads]

    # -------------------------------------------------------------------------------------------- time

    def advance(self, to: int, seen: Callable[[Lead, int], Seen | None]) -> None:
        """Let everything happen up to a moment, that one included."""
        while True:
            while self._completes() or self._reacts() or self._sends(seen):
                pass
            if self.now >= to:
                return
            self.now = min(to, self._next())

    def _next(self) -> int:
        """A moment before which nothing can happen."""
        times = [intention.at for intention in self.intentions]
        #: midnights of all zones are quarters of an hour, and with them the caps of days are renewed
        quarter = (self.now // 15 + 1) * 15
        for campaign in self.campaigns:
            for lead in campaign.leads:
                if not lead.is_mailed:
                    continue
                boxes = campaign.boxes if lead.box is None else [lead.box]
                ready = min((box.ready(campaign, max(self.now, lead.due)) for box in boxes), default=NEVER)
                if ready != NEVER:
                    waits = quarter if ready <= self.now and campaign.is_open(self.now) else self.now + 1
                    times.append(campaign.next_open(max(ready, waits)))
        return min(times, default=NEVER)

    def _completes(self) -> bool:
        for campaign in self.campaigns:
            if campaign.status == "ACTIVE" and campaign.is_ending and not campaign.has_unfinished:
                campaign.status = "COMPLETED"
                return True
        return False

    def _reacts(self) -> bool:
        due = [intention for intention in self.intentions if intention.at <= self.now]
        if not due:
            return False
        first = min(due, key=lambda intention: (intention.at, intention.mail.number))
        self.intentions.remove(first)
        if first.mail.lead in first.mail.lead.campaign.leads and not first.mail.is_hard_bounce:
            self.act(first.mail, first.word)
        return True

    def _sends(self, seen: Callable[[Lead, int], Seen | None]) -> bool:
        for lead in self._due(begun=True):
            campaign, box = lead.campaign, lead.box
            assert box is not None
            if box.ready(campaign, self.now) <= self.now and not self._is_held_back(campaign, box):
                self._send(lead, [box], seen)
                return True
        for lead in self._due(begun=False):
            free = [box for box in lead.campaign.boxes if box.ready(lead.campaign, self.now) <= self.now]
            if free and lead.campaign.takes_new_leads(self.now):
                self._send(lead, free, seen)
                return True
        return False

    def _due(self, *, begun: bool) -> list[Lead]:
        """Leads for which a mail is due, in the order of their turn."""
        open_now = [one for one in self.campaigns if one.status == "ACTIVE" and one.is_open(self.now)]
        due = [
            lead for one in open_now for lead in one.leads
            if lead.due <= self.now and (lead.step > 0) == begun and lead.is_mailed
        ]  # fmt: skip
        return sorted(due, key=lambda lead: (lead.due, lead.campaign.id, lead.map_id))

    def _is_held_back(self, campaign: Campaign, box: Box) -> bool:
        """Whether the mailbox has sent its share of follow-ups while a new lead waits and could be mailed."""
        share = campaign.plan.follow_ups
        if share == 100 or box.follow_ups(self.now) < box.cap * share // 100:
            return False
        waits = any(lead.campaign is campaign for lead in self._due(begun=False))
        return waits and campaign.takes_new_leads(self.now)

    def _send(self, lead: Lead, free: list[Box], seen: Callable[[Lead, int], Seen | None]) -> None:
        steps, number = lead.campaign.plan.steps, lead.step + 1
        found = seen(lead, number)
        if found is None:
            raise NotAllowedError(f"step {number} has not been mailed to {lead.address}, though it was its turn")
        box = next((one for one in free if one.id == found.box), None)
        if box is None:
            allowed = [one.id for one in free]
            raise NotAllowedError(f"step {number} went to {lead.address} from mailbox {found.box}, not from {allowed}")
        step = steps[number - 1]
        labels = [variant.label for variant in step.variants if variant.share > 0]
        if (found.variant or "") not in (labels or [""]):
            raise NotAllowedError(f"step {number} went to {lead.address} as variant {found.variant}, not {labels}")
        lead.step, lead.box = number, box
        label = found.variant or ""
        subject = filled(step.subject, lead) + label if step.subject else f"RE: {lead.mails[0].subject}"
        body = filled(step.body, lead) + label
        mail = Mail(next(self._numbers), self.now, lead, number, box, found.variant, subject, body)
        lead.mails.append(mail)
        lead.campaign.firsts += [self.now] if number == 1 else []
        box.sent.append(mail)
        self._intend(mail)
        if number < len(steps):
            lead.status, lead.due = "INPROGRESS", self.now + steps[number].delay * DAY
        else:
            self._end(lead, "COMPLETED")

    def _intend(self, mail: Mail) -> None:
        user, _, domain = mail.lead.address.partition("@")
        word, _, label = user.partition("+")
        if domain.endswith("simulator.test") and word in DELAYS and word not in mail.lead.campaign.plan.untracked:
            after = _LABEL.match(label)
            delay = int(after[1]) * _UNITS[after[2]] if after else DELAYS[word]
            self.intentions.append(Intention(self.now + delay, mail, word))

    # -------------------------------------------------------------------------------------------- recipients

    def act(self, mail: Mail, word: str) -> None:
        """A recipient does something with a mail, now."""
        lead = mail.lead
        if word in _STOPS:
            (mail.opens if word == "open" else mail.clicks).append(self.now)
            self._stop_on(_STOPS[word], lead)
        elif word == "unsubscribe":
            if not lead.is_silent:
                mail.unsubscribed_at = self.now
            self.silence(lead)
        elif word in ("bounce", "soft-bounce"):
            mail.bounced_at = mail.bounced_at or self.now
            mail.is_hard_bounce = word == "bounce"
            if mail.is_hard_bounce:
                self._end(lead, "BLOCKED")
        elif word != "silent":
            mail.received.append(Answer(self.now, word))
            if word != "ooo" or lead.campaign.plan.ooo_is_reply:
                self._reply(mail, CATEGORIES.get(word))

    def _reply(self, mail: Mail, category: int | None) -> None:
        lead = mail.lead
        mail.replies.append(self.now)
        lead.is_unread = True
        lead.category = category or lead.category
        self._stop_on("REPLY_TO_AN_EMAIL", lead)
        for other in lead.campaign.leads if lead.campaign.plan.pauses_domain else ():
            if other is lead or other.domain != lead.domain or other.status not in RUNNING:
                continue
            if other.is_silent:
                other.or_status = (*other.or_status, "PAUSED")
            else:
                other.status = "PAUSED"

    def _stop_on(self, what: str, lead: Lead) -> None:
        """One that is paused or has unsubscribed may be stopped or not: no document says it."""
        if lead.campaign.plan.stop_on != what or lead.status not in OPEN:
            return
        if lead.status in RUNNING and not lead.is_silent:
            self._end(lead, "STOPPED")
        else:
            lead.or_status = (*lead.or_status, "STOPPED")

    def _end(self, lead: Lead, status: str) -> None:
        lead.campaign.is_ending = lead.campaign.is_ending or lead.is_unfinished
        lead.status, lead.or_status = status, ()

    # -------------------------------------------------------------------------------------------- calls

    def silence(self, lead: Lead) -> None:
        """No more mails of this campaign; what else its status shows, no document says."""
        lead.campaign.is_ending = lead.campaign.is_ending or lead.is_unfinished
        lead.is_unsubscribed = True
        lead.or_status = ("PAUSED", "STOPPED", lead.status) if lead.status != "BLOCKED" else ()

    def silence_everywhere(self, address: str) -> None:
        """No more mails at all."""
        self.silent.add(address)
        for lead in self.leads:
            if lead.address == address:
                lead.campaign.is_ending = lead.campaign.is_ending or lead.is_unfinished
                lead.is_unsubscribed_everywhere = True

    def block(self, entry: str) -> None:
        """An address or a domain comes on the block list."""
        if entry not in self.blocked:
            for lead in self.leads:
                if entry in (lead.address, lead.domain):
                    self._end(lead, "BLOCKED")
        self.blocked.add(entry)

    def complete(self, lead: Lead) -> None:
        """Marked as complete by hand."""
        if lead.status != "BLOCKED":
            self._end(lead, "COMPLETED")

    def resume(self, lead: Lead, days: int | None, before_first: str) -> None:
        """A pause ends: the delay counts from the last mail; before the first one it is due at once (R)."""
        if lead.status != "PAUSED" or lead.is_silent:
            return
        delay = lead.campaign.plan.steps[lead.step].delay if lead.mails else 0
        start = lead.mails[-1].at if lead.mails else self.now
        lead.due = start + (delay if days is None else days) * DAY
        lead.status, lead.or_status = "INPROGRESS" if lead.mails else before_first, ()

    def delete(self, lead: Lead) -> None:
        """It leaves its campaign, and takes its mails out of all figures."""
        lead.campaign.is_ending = lead.campaign.is_ending or lead.is_unfinished
        lead.campaign.leads.remove(lead)

    def can_pause(self, lead: Lead) -> bool:
        """Whether it is in a state from which it can be paused."""
        return lead.status in OPEN

    def refuses(self, campaign: Campaign, addresses: Iterable[str]) -> set[str]:
        """Addresses that are not taken: blocked, unsubscribed from everything, or there already."""
        here = {lead.address for lead in campaign.leads}
        return {
            one for one in addresses
            if one in self.silent | here | self.blocked or one.partition("@")[2] in self.blocked
        }  # fmt: skip

"""The sending world, slowly: the oracle of `test_sending_model`, written from DESIGN §4 and §7.

It shares no code with the server. Time goes minute by minute, and every rule is asked of the history: which mails went
out, what the clock on the wall shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from tests.sending_parts import DAY, RUNNING, Campaign, Enrolment, Entry, Mail, Mailbox

#: the words of simulator addresses -> minutes after the mail
DELAYS = {
    "open": 10, "click": 12, "reply": 60, "reply-interested": 60, "reply-not-interested": 60, "colleague-reply": 60,
    "forward-reply": 60, "unknown-reply": 60, "ooo": 2, "bounce": 1, "soft-bounce": 1, "unsubscribe": 30,
}  # fmt: skip
_UNITS = {"m": 1, "h": 60, "d": DAY}
_CATEGORIES = {"reply-interested": 1, "reply-not-interested": 3}


@dataclass(eq=False)
class World:
    """Everything; `ledger` and `messages` are what must have been told."""

    now: int
    mailboxes: list[Mailbox]
    campaigns: list[Campaign]
    enrolments: list[Enrolment] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    messages: list[Entry] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    intentions: list[tuple[int, Mail, str]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    unsubscribed: set[str] = field(default_factory=set)
    numbers: count[int] = field(default_factory=count)

    # ---------------------------------------------------------------------------------------- time

    def advance(self, to: int) -> None:
        """Let everything happen up to a moment, that one included."""
        while True:
            while self._completes() or self._reacts() or self._follows_up() or self._begins():
                pass
            if self.now == to:
                return
            self.now += 1

    def _completes(self) -> bool:
        for campaign in self.campaigns:
            unfinished = any(one.is_unfinished for one in self.leads_of(campaign))
            if campaign.look and campaign.status == "ACTIVE" and not unfinished:
                self._set_status(campaign, "COMPLETED")
                return True
        return False

    def _reacts(self) -> bool:
        due = [intention for intention in self.intentions if intention[0] <= self.now]
        if not due:
            return False
        first = min(due, key=lambda intention: intention[0])  # of several the one whose mail went out first
        self.intentions.remove(first)
        _, mail, word = first
        if mail.enrolment in self.enrolments and mail.bounce != "hard":
            self._act(mail, word)
        return True

    def _follows_up(self) -> bool:
        for one in self._due(begun=True):
            assert one.mailbox is not None
            if self._may_send(one.campaign, one.mailbox) and not self._is_held_back(one.campaign, one.mailbox):
                self._reach_next_step(one, one.mailbox)
                return True
        return False

    def _begins(self) -> bool:
        for one in self._due(begun=False):
            free = [mailbox for mailbox in one.campaign.mailboxes if self._may_send(one.campaign, mailbox)]
            if free and self._takes_new_leads(one.campaign):
                self._reach_next_step(one, min(free, key=lambda mailbox: self._last_sent(mailbox, one.campaign)))
                return True
        return False

    # ---------------------------------------------------------------------------------------- who may send

    def _due(self, *, begun: bool) -> list[Enrolment]:
        """Leads for which a mail is due, begun or not, in the order of their turn."""
        due = [one for one in self.enrolments if one.due <= self.now and (one.step > 0) == begun and one.is_mailed]
        return sorted((one for one in due if one.campaign.is_open(self.now)), key=lambda one: one.turn)

    def _may_send(self, campaign: Campaign, mailbox: Mailbox) -> bool:
        return (
            mailbox in campaign.mailboxes
            and not mailbox.suspended
            and self.now >= self._last_sent(mailbox, campaign) + campaign.settings.gap
            and self.now >= self._last_sent(mailbox) + mailbox.wait
            and len(self._sent_today(mailbox)) < mailbox.cap
        )

    def _last_sent(self, mailbox: Mailbox, campaign: Campaign | None = None) -> int:
        sent = (m.at for m in self.mails if m.mailbox is mailbox and campaign in (None, m.enrolment.campaign))
        return max(sent, default=0)

    def _sent_today(self, mailbox: Mailbox) -> list[Mail]:
        return [mail for mail in self.mails if mail.mailbox is mailbox and mail.at // DAY == self.now // DAY]

    def _takes_new_leads(self, campaign: Campaign) -> bool:
        firsts = (mail.at for mail in self.mails if mail.enrolment.campaign is campaign and mail.step == 1)
        return sum(campaign.day(at) == campaign.day(self.now) for at in firsts) < campaign.settings.new_leads

    def _is_held_back(self, campaign: Campaign, mailbox: Mailbox) -> bool:
        """Whether the mailbox has sent its share of follow-ups of the day while a new lead could be mailed."""
        share = campaign.settings.follow_ups
        follow_ups = sum(mail.step > 1 for mail in self._sent_today(mailbox))
        if share == 100 or follow_ups < mailbox.cap * share // 100:
            return False
        waits = any(one.campaign is campaign for one in self._due(begun=False))
        return waits and self._takes_new_leads(campaign)

    # ---------------------------------------------------------------------------------------- mails

    def _reach_next_step(self, one: Enrolment, mailbox: Mailbox) -> None:
        steps = one.campaign.settings.steps
        one.step, one.mailbox = one.step + 1, mailbox
        if steps[one.step - 1].manual:
            self._note("MANUAL_STEP_REACHED", one)
        else:
            self._send(one, mailbox)
        if one.step < len(steps):
            one.status, one.due = "INPROGRESS", self.now + steps[one.step].delay * DAY
        else:
            self._change(one, "COMPLETED")
            self._note("LEAD_COMPLETED", one)

    def _send(self, one: Enrolment, mailbox: Mailbox) -> None:
        mail = Mail(self.now, one, one.step, mailbox, self._variant(one.campaign, one.step))
        self.mails.append(mail)
        self._receive("SENT", mail)
        self._note("EMAIL_SENT", one, mail)
        word, _, label = one.address.partition("@")[0].partition("+")
        if word in DELAYS and word not in one.campaign.settings.untracked:
            after = re.match(r"after-(\d+)([mhd])$", label)
            delay = int(after[1]) * _UNITS[after[2]] if after else DELAYS[word]
            self.intentions.append((self.now + delay, mail, word))

    def _variant(self, campaign: Campaign, step: int) -> int | None:
        """The one that lags furthest behind its share, the first of several."""
        shares = campaign.settings.steps[step - 1].shares
        sent = [m.variant for m in self.mails if m.enrolment.campaign is campaign and m.step == step]
        lags = [share * (len(sent) + 1) - 100 * sent.count(n) for n, share in enumerate(shares)]
        return lags.index(max(lags)) if lags else None

    # ---------------------------------------------------------------------------------------- recipients

    def react(self, one: Enrolment, word: str, step: int | None) -> int:
        """Let a recipient do something now."""
        mails = [mail for mail in self.mails if mail.enrolment is one and step in (None, mail.step)]
        if not mails or word in one.campaign.settings.untracked or (mails[-1].bounce == "hard" and word != "silent"):
            return 409
        self._act(mails[-1], word)
        return 200

    def _act(self, mail: Mail, word: str) -> None:
        one = mail.enrolment
        if word == "open":
            mail.opens += 1
            self._note("EMAIL_OPEN", one, mail)
            self._stop_on("OPEN_AN_EMAIL", one)
        elif word == "click":
            mail.clicks += 1
            self._note("EMAIL_LINK_CLICK", one, mail)
            self._stop_on("CLICK_ON_A_LINK", one)
        elif word == "unsubscribe":
            self.unsubscribe_here(one)
        elif word in ("bounce", "soft-bounce"):
            self._bounce(mail, "hard" if word == "bounce" else "soft")
        elif word == "ooo":
            self._receive("OUT_OF_OFFICE", mail)
            self._note("OUT_OF_OFFICE", one, mail)
            if one.campaign.settings.ooo_is_reply:
                self._reply(mail, None)
        elif word != "silent":
            self._receive("REPLY", mail)
            self._reply(mail, _CATEGORIES.get(word))

    def _reply(self, mail: Mail, category: int | None) -> None:
        one = mail.enrolment
        mail.replies += 1
        self._note("EMAIL_REPLY", one, mail)
        if category is not None:
            self._categorise(one, category)
        self._stop_on("REPLY_TO_AN_EMAIL", one)
        for other in self.leads_of(one.campaign) if one.campaign.settings.pauses_domain else ():
            same = other.address.partition("@")[2] == one.address.partition("@")[2]
            if same and other is not one and other.status in RUNNING and not other.unsubscribed:
                self._change(other, "PAUSED")
                self._note("LEAD_PAUSED", other)

    def _bounce(self, mail: Mail, kind: str) -> None:
        campaign, share = mail.enrolment.campaign, mail.enrolment.campaign.settings.bounces
        mail.bounce = kind
        self._receive("BOUNCE", mail)
        if kind == "hard":
            self._change(mail.enrolment, "BLOCKED")
        self._note("EMAIL_BOUNCE", mail.enrolment, mail)
        sent = [other for other in self.mails if other.enrolment.campaign is campaign]
        bounced = sum(other.bounce is not None for other in sent)
        if share is not None and campaign.status == "ACTIVE" and bounced * 100 > share * len(sent):
            self._set_status(campaign, "PAUSED")

    def _stop_on(self, what: str, one: Enrolment) -> None:
        is_stopped = one.status in RUNNING or (one.status == "PAUSED" and not one.unsubscribed)
        if one.campaign.settings.stop_on == what and is_stopped:
            self._change(one, "STOPPED")
            self._note("LEAD_STOPPED", one)

    # ---------------------------------------------------------------------------------------- calls of the API

    def set_status(self, campaign: Campaign, word: str) -> int:
        """START, pause or stop a campaign."""
        to = "ACTIVE" if word == "START" else word
        if to == campaign.status:
            return 200
        before = {"ACTIVE": ("DRAFTED", "PAUSED", "COMPLETED"), "PAUSED": ("ACTIVE",), "STOPPED": ("ACTIVE", "PAUSED")}
        if campaign.status not in before[to] or (to == "ACTIVE" and not campaign.mailboxes):
            return 400
        campaign.look = campaign.look and to != "ACTIVE"
        self._set_status(campaign, to)
        return 200

    def add(self, campaign: Campaign, addresses: Iterable[str], *, ignores_lists: bool) -> int:
        """Import leads; how many were added."""
        added = 0
        for address in addresses:
            entries = {address, address.partition("@")[2]}
            listed = self.blocked & entries or address in self.unsubscribed
            here = any(one.address == address for one in self.leads_of(campaign))
            if not here and (ignores_lists or not listed):
                self.enrolments.append(Enrolment(next(self.numbers), campaign, address, self.now))
                added += 1
        return added

    def pause(self, one: Enrolment) -> int:
        """Pause a lead."""
        if one.status not in (*RUNNING, "PAUSED"):
            return 400
        self._change(one, "PAUSED")
        return 200

    def resume(self, one: Enrolment, days: int | None) -> int:
        """Resume a lead: the delay counts from its last mail, or from now when there was none."""
        steps = one.campaign.settings.steps
        if one.step == len(steps) and not one.unsubscribed:
            return 400
        if one.status == "PAUSED" and not one.unsubscribed:
            sent = [mail.at for mail in self.mails if mail.enrolment is one]
            delay = days if days is not None else steps[one.step].delay if sent else 0
            one.due = max(sent, default=self.now) + delay * DAY
            one.status = "INPROGRESS" if one.step else "STARTED"
        return 200

    def complete(self, one: Enrolment) -> None:
        """Mark a lead as complete; a blocked one stays so."""
        self._change(one, "BLOCKED" if one.status == "BLOCKED" else "COMPLETED")

    def categorise(self, one: Enrolment, category: int | None, *, pause: bool) -> None:
        """Set the category of a lead, and pause it if asked to."""
        self._categorise(one, category)
        if pause:
            self.pause(one)

    def unsubscribe_here(self, one: Enrolment) -> None:
        """No more mails of this campaign."""
        if not one.unsubscribed:
            self._note("LEAD_UNSUBSCRIBED", one)
        self._change(one, "BLOCKED" if one.status == "BLOCKED" else "PAUSED", unsubscribed=True)

    def unsubscribe_everywhere(self, address: str) -> None:
        """No more mails at all; the status stays."""
        self.unsubscribed.add(address)
        for one in self.enrolments:
            if one.address == address and not one.unsubscribed:
                self._note("LEAD_UNSUBSCRIBED", one)
                self._change(one, one.status, unsubscribed=True)

    def block(self, entry: str) -> list[Enrolment]:
        """Put an address or a domain on the block list; the leads that a new entry blocks."""
        hit = [one for one in self.enrolments if entry in (one.address, one.address.partition("@")[2])]
        blocked = [] if entry in self.blocked else hit
        for one in blocked:
            self._change(one, "BLOCKED")
        self.blocked.add(entry)
        return blocked

    def delete(self, one: Enrolment) -> None:
        """Take a lead out of its campaign."""
        one.campaign.look = one.campaign.look or one.is_unfinished
        self.enrolments.remove(one)
        self._note("LEAD_WITHDRAWN", one)
        if not any(other.address == one.address for other in self.enrolments):
            self.ledger.append(Entry(self.now, "LEAD_DELETED"))

    def attach(self, campaign: Campaign, mailbox: Mailbox) -> int:
        """Attach a mailbox, as the last one."""
        if mailbox.suspended:
            return 400
        campaign.mailboxes.append(mailbox)
        return 200

    def detach(self, campaign: Campaign, mailbox: Mailbox) -> int:
        """Detach a mailbox, but not the last one of a running campaign."""
        if campaign.status == "ACTIVE" and campaign.mailboxes == [mailbox]:
            return 400
        campaign.mailboxes = [one for one in campaign.mailboxes if one is not mailbox]
        return 200

    # ---------------------------------------------------------------------------------------- bookkeeping

    def leads_of(self, campaign: Campaign) -> list[Enrolment]:
        """The leads of a campaign."""
        return [one for one in self.enrolments if one.campaign is campaign]

    def _change(self, one: Enrolment, status: str, *, unsubscribed: bool = False) -> None:
        was_unfinished = one.is_unfinished
        one.status, one.unsubscribed = status, one.unsubscribed or unsubscribed
        if was_unfinished and not one.is_unfinished:
            one.campaign.look = True

    def _categorise(self, one: Enrolment, category: int | None) -> None:
        if one.category != category:
            one.category = category
            self._note("LEAD_CATEGORY_UPDATED", one)

    def _set_status(self, campaign: Campaign, status: str) -> None:
        campaign.status = status
        self.ledger.append(Entry(self.now, "CAMPAIGN_STATUS_CHANGED", campaign.id))

    def _receive(self, kind: str, mail: Mail) -> None:
        place = mail.enrolment.campaign.id, mail.enrolment.number, mail.step
        self.messages.append(Entry(self.now, kind, *place, mail.mailbox.id, mail.variant))

    def _note(self, kind: str, one: Enrolment, mail: Mail | None = None) -> None:
        about = () if mail is None else (mail.step, mail.mailbox.id, mail.variant)
        self.ledger.append(Entry(self.now, kind, one.campaign.id, one.number, *about))

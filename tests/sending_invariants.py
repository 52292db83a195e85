"""What holds of every ledger of sent mails, whatever the model says; for `test_sending_model`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.sending_parts import Campaign, Mailbox

Shown = dict[str, Any]
#: events after which a lead gets nothing more; a pause may end
_SILENCING = ("LEAD_STOPPED", "LEAD_COMPLETED", "LEAD_UNSUBSCRIBED", "LEAD_WITHDRAWN")
_NEED_A_MAIL = ("EMAIL_OPEN", "EMAIL_LINK_CLICK", "EMAIL_REPLY", "EMAIL_BOUNCE")


def moment(text: str) -> datetime:
    """A moment of the API."""
    return datetime.fromisoformat(text)


class LedgerCheck:
    """Reads the ledger as it grows, and is told what users did that the ledger does not say."""

    def __init__(self) -> None:
        self.sent: dict[int, Shown] = {}
        self.silent: dict[int, str] = {}  # map id -> why it gets nothing
        self.active: set[int] = set()

    def silence(self, map_id: int, why: str) -> None:
        """A lead gets nothing more; a pause does not replace what lasts longer."""
        if why != "paused" or map_id not in self.silent:
            self.silent[map_id] = why

    def resume(self, map_id: int) -> None:
        """A pause has ended, if that is what kept the lead silent."""
        if self.silent.get(map_id) == "paused":
            del self.silent[map_id]

    def read(
        self, mails: list[Shown], events: list[Shown], campaigns: list[Campaign], mailboxes: list[Mailbox]
    ) -> None:  # fmt: skip
        """Check what is new; `campaigns` and `mailboxes` are as they were while it happened."""
        new = {mail["id"]: mail for mail in mails if mail["type"] == "SENT"}
        assert [one["message"] for one in events if one["type"] == "EMAIL_SENT"] == list(new)
        for event in events:
            kind, map_id = event["type"], event["campaign_lead_map_id"]
            if kind == "EMAIL_SENT":
                mail = new[event["message"]]
                assert (mail["at"], mail["campaign_lead_map_id"]) == (event["at"], map_id)
                campaign = next(one for one in campaigns if one.id == mail["campaign_id"])
                self._check(mail, campaign, next(one for one in mailboxes if one.id == mail["email_account_id"]))
                self.sent[mail["id"]] = mail
            elif kind in _NEED_A_MAIL:
                mail = self.sent[event["message"]]
                assert mail["campaign_lead_map_id"] == map_id
                assert mail["at"] <= event["at"]
                if event["data"].get("bounce_type") == "hard":
                    self.silence(map_id, kind)
            elif kind in _SILENCING:
                self.silence(map_id, kind)
            elif kind == "LEAD_PAUSED":
                self.silence(map_id, "paused")
            elif kind == "CAMPAIGN_STATUS_CHANGED":
                self.active = self.active - {event["campaign_id"]}
                self.active |= {event["campaign_id"]} if event["data"]["to"] == "ACTIVE" else set()

    def _check(self, mail: Shown, campaign: Campaign, mailbox: Mailbox) -> None:
        """A mail that goes out, against all that went out before."""
        at, map_id, settings = moment(mail["at"]), mail["campaign_lead_map_id"], campaign.settings
        assert map_id not in self.silent
        assert campaign.id in self.active
        assert mailbox in campaign.mailboxes
        assert not mailbox.suspended
        self._check_hours(at, campaign)
        of_mailbox = [one for one in self.sent.values() if one["email_account_id"] == mailbox.id]
        of_campaign = [one for one in self.sent.values() if one["campaign_id"] == campaign.id]
        assert sum(moment(one["at"]).date() == at.date() for one in of_mailbox) < mailbox.cap
        for one in of_mailbox:
            gap = settings.gap if one["campaign_id"] == campaign.id else 0
            assert at - moment(one["at"]) >= timedelta(minutes=max(gap, mailbox.wait))
        of_lead = [one for one in of_campaign if one["campaign_lead_map_id"] == map_id]
        assert mail["step"] not in [one["step"] for one in of_lead]
        assert {one["email_account_id"] for one in of_lead} <= {mailbox.id}
        if not of_lead:
            firsts = {one["campaign_lead_map_id"]: one for one in reversed(of_campaign)}.values()
            days = [moment(one["at"]).astimezone(ZoneInfo(settings.zone)).date() for one in firsts]
            assert days.count(at.astimezone(ZoneInfo(settings.zone)).date()) < settings.new_leads

    @staticmethod
    def _check_hours(at: datetime, campaign: Campaign) -> None:
        settings, wall = campaign.settings, at.astimezone(ZoneInfo(campaign.settings.zone))
        start, end = (datetime.strptime(hour, "%H:%M").time() for hour in settings.hours)
        assert start <= wall.time() < end
        assert wall.weekday() in [(day - 1) % 7 for day in settings.days]
        assert at >= datetime.fromtimestamp(settings.start_at * 60, UTC)

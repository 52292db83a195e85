"""A campaign in figures, slowly: recounted from the mails and the ledger that the control API serves.

It shares no code with the server. What became of a mail counts at the moment the mail was sent. A mail counts while its
step is among the campaign's and the row of its lead is in the campaign.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.conftest import Api
from tests.running_worlds import done, events, messages
from tests.sending_model import DELAYS

Json = dict[str, Any]
Within = Callable[[datetime], bool]
CATEGORIES = {
    1: "Interested", 2: "Meeting Request", 3: "Not Interested", 4: "Do Not Contact", 5: "Information Request",
    6: "Out Of Office", 7: "Wrong Person",
}  # fmt: skip
POSITIVE = (1, 2, 5)
#: what `email_status` asks for -> the field of a row that answers it
ASKED = {word: f"is_{word}" for word in ("opened", "clicked", "replied", "unsubscribed", "bounced")}
_LEAD_STATS = {
    "blocked": "BLOCKED", "stopped": "STOPPED", "completed": "COMPLETED", "inprogress": "INPROGRESS",
    "notStarted": "STARTED", "paused": "PAUSED",
}  # fmt: skip
_TOLD = {"SENT": "SENT", "HAND": "SENT", "REPLY": "REPLY", "OUT_OF_OFFICE": "REPLY"}
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def ever(at: datetime) -> bool:
    """Any time."""
    return True


def days(first: str, last: str, zone: str) -> Within:
    """The days from one to another, as a calendar on the wall of a zone shows them."""
    return lambda at: first[:10] <= at.astimezone(ZoneInfo(zone)).date().isoformat() <= last[:10]


def moments(first: str, last: str, zone: str) -> Within:
    """As `days`; a bound may also be a second, on the zone's clocks."""
    wall = ZoneInfo(zone)

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=wall).astimezone(UTC)

    def within(at: datetime) -> bool:
        day = at.astimezone(wall).date().isoformat()
        begun = first <= day if len(first) == 10 else instant(first) <= at
        return begun and (day <= last if len(last) == 10 else at < instant(last) + timedelta(seconds=1))

    return within


@dataclass(eq=False)
class Story:
    """A mail that figures know, and what became of it."""

    mail: Json
    row: Json
    opens: list[str] = field(default_factory=list)
    clicks: list[str] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    bounces: list[str] = field(default_factory=list)
    unsubscribed_at: str = ""
    stopped_at: str = ""
    #: how many of the answers, from the first one on, count as none
    ignored: int = 0

    @property
    def at(self) -> datetime:
        """When it was sent."""
        return datetime.fromisoformat(self.mail["at"])

    @property
    def lead(self) -> int:
        """The row of its lead."""
        map_id: int = self.mail["campaign_lead_map_id"]
        return map_id

    @property
    def replies(self) -> list[str]:
        """When the answers that count came."""
        return [one["at"] for one in self.answers[self.ignored :]]


def counts(stories: Iterable[Story]) -> dict[str, int]:
    """The counts that all figures have."""
    stories = list(stories)
    return {
        "sent_count": len(stories),
        "open_count": sum(len(one.opens) for one in stories),
        "click_count": sum(len(one.clicks) for one in stories),
        "reply_count": sum(bool(one.replies) for one in stories),
        "bounce_count": sum(bool(one.bounces) for one in stories),
    }


def positive(stories: Iterable[Story]) -> int:
    """How many leads of a positive category answered one of these mails."""
    return len({one.lead for one in stories if one.replies and one.row["lead_category_id"] in POSITIVE})


class Recount:
    """What a campaign's figures must be now.

    Two things are told by nothing that is served: which steps are MANUAL, and the mail whose link was used when a test
    let a lead unsubscribe by POST /_mock/events (`links`: map id -> id of the mail).
    """

    def __init__(self, api: Api, campaign_id: int, manual: AbstractSet[int], links: Mapping[int, int]) -> None:
        """Read everything once; `manual` are numbers of steps."""
        self.path = f"/campaigns/{campaign_id}"
        self.campaign: Json = done(api.get(self.path))
        self.steps: list[Json] = done(api.get(f"{self.path}/sequences"))
        self.manual = manual
        self.accounts: list[Json] = done(api.get(f"{self.path}/email-accounts"))
        self.rows = {row["campaign_lead_map_id"]: row for row in _all_rows(api, campaign_id)}
        self.messages = messages(api, f"&campaign_id={campaign_id}")
        self.ledger = events(api, f"&campaign_id={campaign_id}")
        steps = {step["id"] for step in self.steps}
        self.told = [
            one for one in self.messages
            if one["campaign_lead_map_id"] in self.rows and (one["step_id"] is None or one["step_id"] in steps)
        ]  # fmt: skip
        stories = [Story(one, self.rows[one["campaign_lead_map_id"]]) for one in self.told if one["type"] == "SENT"]
        self.stories = {one.mail["id"]: one for one in stories}
        self.got: dict[int, list[Json]] = {}
        self.passed: dict[int, int] = dict.fromkeys(self.rows, 0)
        self.bounced: set[int] = set()
        self.unsubscribed: set[int] = set()
        by_id = {one["id"]: one for one in self.messages}
        for event in self.ledger:
            if event["campaign_lead_map_id"] in self.rows:
                mail = by_id.get(event["message"])
                self._happened(event, mail, links)
                if mail is not None and mail["id"] in self.stories:
                    self._became(self.stories[mail["id"]], event, by_id)

    def _happened(self, event: Json, mail: Json | None, links: Mapping[int, int]) -> None:
        kind, map_id = event["type"], event["campaign_lead_map_id"]
        if kind == "EMAIL_SENT":
            assert mail is not None
            self.got.setdefault(map_id, []).append(mail)
            self.passed[map_id] = mail["step"]
        elif kind == "MANUAL_STEP_REACHED":
            self.passed[map_id] = event["data"]["step"]
        elif kind == "LEAD_UNSUBSCRIBED":
            self.unsubscribed.add(map_id)
            self._last(map_id, self._link(event, links), "unsubscribed_at", event["at"])
        elif kind == "LEAD_STOPPED":
            self._last(map_id, None, "stopped_at", event["at"])
        elif kind == "EMAIL_BOUNCE":
            self.bounced.add(map_id)

    @staticmethod
    def _became(story: Story, event: Json, by_id: Mapping[int, Json]) -> None:
        """Note on a mail what somebody did with it."""
        kind = event["type"]
        if kind == "EMAIL_REPLY":
            story.answers.append(by_id[event["data"]["answer"]])
        elif kind == "REPLY_IGNORED":
            story.ignored = len(story.answers) if event["data"]["ignored"] else 0
        else:
            seen = {"EMAIL_OPEN": story.opens, "EMAIL_LINK_CLICK": story.clicks, "EMAIL_BOUNCE": story.bounces}
            seen.get(kind, []).append(event["at"])

    def _last(self, map_id: int, mail_id: int | None, what: str, at: str) -> None:
        """Note on a mail, by default the last one that the lead had got by then, what came of it."""
        mails = self.got.get(map_id, [])
        mail_id = mails[-1]["id"] if mail_id is None and mails else mail_id
        if mail_id in self.stories:
            setattr(self.stories[mail_id], what, getattr(self.stories[mail_id], what) or at)

    def _link(self, event: Json, links: Mapping[int, int]) -> int | None:
        """The mail whose link was used: recipients use it a known time after the mail."""
        map_id, cause = event["campaign_lead_map_id"], event["data"]["cause"]
        if cause == "control":
            return links[map_id]
        if cause not in ("simulator", "rate"):
            return None
        label = self.rows[map_id]["lead"]["email"].partition("@")[0].partition("after-")[2]
        delay = timedelta(minutes=DELAYS["unsubscribe"])
        if cause == "simulator" and label:
            delay = int(label[:-1]) * _UNITS[label[-1]]
        at = datetime.fromisoformat(event["at"]) - delay
        (mail,) = [one for one in self.got[map_id] if datetime.fromisoformat(one["at"]) == at]
        number: int = mail["id"]
        return number

    # -------------------------------------------------------------------------------------------- mails and leads

    def mails(self, within: Within = ever) -> list[Story]:
        """The mails that were sent in some time, oldest first."""
        return [one for _, one in sorted(self.stories.items()) if within(one.at)]

    def statistics(self, within: Within = ever, steps: AbstractSet[int] = frozenset(), status: str = "") -> list[Json]:
        """The rows of /statistics; without steps, those of all."""
        rows = [self._row(one) for one in self.mails(within) if not steps or one.mail["step"] in steps]
        return [row for row in rows if not status or row[ASKED[status]]]

    def _row(self, one: Story) -> Json:
        lead, mail = one.row["lead"], one.mail
        first = {name: min(times, default=None) for name, times in (
            ("open_time", one.opens), ("click_time", one.clicks), ("reply_time", one.replies)
        )}  # fmt: skip
        return {
            "lead_name": " ".join(name for name in (lead["first_name"], lead["last_name"]) if name),
            "lead_email": lead["email"],
            "lead_category": CATEGORIES.get(one.row["lead_category_id"]),
            "sequence_number": mail["step"],
            "email_campaign_seq_id": mail["step_id"],
            "seq_variant_id": mail["variant_id"],
            "email_subject": mail["subject"],
            "email_message": mail["body"],
            "sent_time": mail["at"],
            **first,
            "open_count": len(one.opens),
            "click_count": len(one.clicks),
            "is_opened": bool(one.opens),
            "is_clicked": bool(one.clicks),
            "is_replied": bool(one.replies),
            "is_unsubscribed": bool(one.unsubscribed_at),
            "is_bounced": bool(one.bounces),
        }

    def leads(self, after: str = "") -> list[Json]:
        """The rows of /leads-statistics: leads that got a mail, perhaps with something later than a moment."""
        rows = []
        for map_id in sorted({one.lead for one in self.stories.values()}):
            history = [
                self._entry(one) for one in sorted(self.told, key=lambda one: (one["at"], one["id"]))
                if one["campaign_lead_map_id"] == map_id and one["type"] in _TOLD and one["at"] > after
            ]  # fmt: skip
            if history:
                rows.append(self._lead(map_id, history))
        return rows

    def _lead(self, map_id: int, history: list[Json]) -> Json:
        row = self.rows[map_id]
        return {
            "lead_id": row["lead"]["id"],
            "email_lead_map_id": map_id,
            "from": self.got[map_id][-1]["from"],
            "to": row["lead"]["email"],
            "status": row["status"],
            "created_at": row["created_at"],
            "history": history,
        }

    def _entry(self, one: Json) -> Json:
        story = self.stories.get(one["id"])
        return {
            "stats_id": one["stats_id"],
            "type": _TOLD[one["type"]],
            "message_id": one["message_id"],
            "time": one["at"],
            "email_body": one["body"],
            "subject": one["subject"],
            "email_seq_number": str(one["step"] or 0),  # an answer by hand is of no step
            "open_count": len(story.opens) if story else 0,
            "click_count": len(story.clicks) if story else 0,
        }

    def export(self) -> dict[str, Json]:
        """Map id -> the columns of the CSV export that follow from mails."""
        found = {}
        for map_id in self.rows:
            own = [one for one in self.mails() if one.lead == map_id]
            figures = counts(own)
            found[str(map_id)] = {
                "last_email_sequence_sent": str(own[-1].mail["step"]) if own else "",
                **{name: str(figures[name]) for name in ("open_count", "click_count", "reply_count")},
            }
        return found

    # -------------------------------------------------------------------------------------------- counts

    def drafted(self) -> int:
        """Mails to come: of steps behind the last one that a lead has had."""
        waiting = [
            map_id for map_id, row in self.rows.items()
            if row["status"] in ("STARTED", "INPROGRESS", "PAUSED") and map_id not in self.unsubscribed
        ]  # fmt: skip
        numbers = [step["seq_number"] for step in self.steps if step["seq_number"] not in self.manual]
        return sum(number > self.passed[map_id] for map_id in waiting for number in numbers)

    def totals(self, within: Within = ever) -> Json:
        """What the three analytics have in common."""
        mails = self.mails(within)
        blocked = [one for one, row in self.rows.items() if row["status"] == "BLOCKED" and one not in self.bounced]
        figures = {
            **counts(mails),
            "unsubscribed_count": sum(bool(one.unsubscribed_at) for one in mails),
            "unique_sent_count": len({one.lead for one in mails}),
            "unique_open_count": len({one.lead for one in mails if one.opens}),
            "unique_click_count": len({one.lead for one in mails if one.clicks}),
            "block_count": len(blocked),
            "drafted_count": self.drafted(),
            "total_count": len(self.stories) + self.drafted(),
        }
        own = {name: self.campaign[name] for name in ("id", "user_id", "created_at", "status", "name")}
        return own | _texts(figures)

    def analytics(self) -> Json:
        """The answer of /analytics."""
        rows = self.rows.values()
        by_status = {name: sum(row["status"] == word for row in rows) for name, word in _LEAD_STATS.items()}
        own = {name: self.campaign[name] for name in ("client_id", "parent_campaign_id", "send_as_plain_text")}
        return self.totals() | own | {
            "sequence_count": str(len(self.steps)),
            "tags": [],
            "campaign_lead_stats": {
                "total": len(rows), **by_status, "interested": sum(row["lead_category_id"] == 1 for row in rows),
                "revenue": 0,
            },
            "client_name": None,
            "client_email": None,
            "client_company_name": None,
        }  # fmt: skip

    def by_date(self, first: str, last: str, zone: str) -> Json:
        """The answer of /analytics-by-date."""
        return {**self.totals(days(first, last, zone)), "start_date": first, "end_date": last}

    def top_level(self, first: str, last: str) -> Json:
        """The answer of /top-level-analytics-by-date."""
        mails = self.mails(days(first, last, "UTC"))
        more = {
            "skipped_count": 0, "failed_count": 0, "positive_reply_count": positive(mails),
            "stopped_count": sum(bool(one.stopped_at) for one in mails),
        }  # fmt: skip
        return self.by_date(first, last, "UTC") | _texts(more)

    def of_steps(self, within: Within) -> list[Json]:
        """The rows of /sequence-analytics."""
        return [self._of_step(step["id"], self.mails(within)) for step in self.steps]

    def _of_step(self, step_id: int, mails: list[Story]) -> Json:
        own = [one for one in mails if one.mail["step_id"] == step_id]
        nothing = (
            "skipped_count", "failed_count", "ln_connection_req_pending_count", "ln_connection_req_accepted_count",
            "ln_connection_req_skipped_sent_msg_count",
        )  # fmt: skip
        return {
            "email_campaign_seq_id": step_id,
            **counts(own),
            "unsubscribed_count": sum(bool(one.unsubscribed_at) for one in own),
            "stopped_count": sum(bool(one.stopped_at) for one in own),
            "positive_reply_count": positive(own),
            **dict.fromkeys(nothing, 0),
        }

    def mailboxes(self, within: Within = ever) -> list[Json]:
        """The rows of /mailbox-statistics: mailboxes of the campaign, and those that sent its mails."""
        addresses = {one.mail["email_account_id"]: one.mail["from"] for one in self.stories.values()}
        addresses |= {one["id"]: one["from_email"] for one in self.accounts}
        return [
            {"email_account_id": box, "from_email": addresses[box]}
            | counts(one for one in self.mails(within) if one.mail["email_account_id"] == box)
            for box in sorted(addresses)
        ]

    def variants(self) -> list[Json]:
        """The rows of /variant-statistics."""
        return [
            {"email_campaign_seq_id": step["id"], "seq_variant_id": one["id"], "variant_label": one["variant_label"]}
            | counts(story for story in self.stories.values() if story.mail["variant_id"] == one["id"])
            for step in self.steps
            for one in step["sequence_variants"] or ()
        ]


def exported(text: str) -> dict[str, Json]:
    """Map id -> the columns of a CSV export that follow from mails."""
    names = ("last_email_sequence_sent", "open_count", "click_count", "reply_count")
    return {
        row["campaign_lead_map_id"]: {name: row[name] for name in names} for row in csv.DictReader(text.splitlines())
    }


def _texts(figures: Mapping[str, int]) -> dict[str, str]:
    return {name: str(count) for name, count in figures.items()}


def _all_rows(api: Api, campaign_id: int) -> list[Json]:
    rows: list[Json] = []
    while page := api.rows(campaign_id, offset=len(rows), limit=100):
        rows += page
    return rows

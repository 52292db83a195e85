"""Global analytics, slowly: every answer recounted from mails, ledger and plain lists.

It shares no code with the server. A range holds the mails that were sent in it, whatever became of them and whenever;
where a figure falls on the days of its own events instead, it says so. A lead counts once in each campaign.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from tests.analytics_figures import (
    Asked,
    answered,
    between,
    duration,
    figures,
    full,
    half_up,
    leads,
    number,
    opened,
    percent,
    positive,
    raw,
    share,
)
from tests.conftest import Api
from tests.figures import CATEGORIES, POSITIVE, Json, Recount, Story
from tests.running_worlds import done

_NEGATIVE = (3, 4, 7)
_SENTIMENTS = {
    one: "positive" if one in POSITIVE else "negative" if one in _NEGATIVE else "neutral" for one in CATEGORIES
}
_STATUSES = ("ACTIVE", "PAUSED", "DRAFTED", "COMPLETED", "STOPPED")
_PROVIDERS = ("SMTP", "GMAIL", "OUTLOOK", "ZOHO")


class Account:
    """All that the plain lists of an account hold, and the stories of its mails.

    Nothing that is served tells who of the team has a lead or a campaign (`members`: map id -> member, `teams`:
    campaign -> member), and what a deleted mailbox was (`gone`: its last row).
    """

    def __init__(
        self, api: Api, recount: Callable[[int], Recount], members: Mapping[int, int] | None = None,
        teams: Mapping[int, int] | None = None, gone: Mapping[int, Json] | None = None,
    ) -> None:  # fmt: skip
        self.campaigns: list[Json] = done(api.get("/campaigns/"))
        self.clients: list[Json] = done(api.get("/client/"))
        self.boxes: list[Json] = done(api.get("/email-accounts/", params={"limit": 100}))
        self.team: list[Json] = done(api.control("GET", "/team-members"))
        self.counted = {one["id"]: recount(one["id"]) for one in self.campaigns}
        self.members, self.teams = members or {}, teams or {}
        self.any_box = {**(gone or {}), **{box["id"]: box for box in self.boxes}}

    def chosen(self, asked: Asked) -> list[Json]:
        """The campaigns of the filters, newest first."""
        return [one for one in self.campaigns if asked.of_campaign(one)]

    def ever(self, asked: Asked) -> list[Story]:
        """All mails of the campaigns of the filters."""
        return [mail for one in self.chosen(asked) for mail in self.counted[one["id"]].mails()]

    def mails(self, asked: Asked) -> list[Story]:
        """Those that were sent in the range."""
        return [one for one in self.ever(asked) if asked.has(one.mail["at"])]

    def by_campaign(self, asked: Asked) -> list[tuple[Json, list[Story]]]:
        """The campaigns of the filters with their mails of the range."""
        found = self.mails(asked)
        return [(one, [mail for mail in found if mail.mail["campaign_id"] == one["id"]]) for one in self.chosen(asked)]

    def step_number(self, mail: Story) -> int:
        """The number that the step of a mail has now."""
        steps = self.counted[mail.mail["campaign_id"]].steps
        (found,) = [step["seq_number"] for step in steps if step["id"] == mail.mail["step_id"]]
        return int(found)

    # -------------------------------------------------------------------------------------------- campaigns

    def campaign_list(self, asked: Asked) -> Json:
        """All, as they are now."""
        names = ("id", "name", "status", "user_id", "client_id", "created_at")
        return {"campaign_list": [{name: one[name] for name in names} for one in self.chosen(asked)]}

    def campaign_overall(self, asked: Asked) -> Json:
        """Those that sent."""
        rows = [
            {"id": one["id"], "campaign_name": one["name"], **figures(mails, asked)}
            for one, mails in self.by_campaign(asked) if mails
        ]  # fmt: skip
        return {"campaign_wise_performance": asked.page(rows)}

    def responses(self, asked: Asked) -> Json:
        """The answered mails of each campaign by the sentiment of their leads."""
        rows = []
        for one, mails in self.by_campaign(asked):
            found = Counter(_SENTIMENTS.get(mail.row["lead_category_id"]) for mail in answered(mails))
            rows.append({
                "email_campaign_id": one["id"],
                "email_campaign_name": one["name"],
                "leads_contacted": len(leads(mails)),
                "not_replied": max(0, len(leads(mails)) - found.total()),
                "total_response": found.total(),
                "total_unique_response": len(leads(answered(mails))),
                "unrecognised_response": found[None],
                **{f"total_{word}_response": found[word] for word in ("positive", "negative", "neutral")},
            })  # fmt: skip
        return {"campaign_wise_response_stats": rows}

    def statuses(self, asked: Asked) -> Json:
        """How many campaigns are in each, as texts, but 0 as a number."""
        found = Counter(one["status"] for one in self.chosen(asked))
        rows = [{"status": one.capitalize(), "total_count": str(found[one]) if found[one] else 0} for one in _STATUSES]
        return {"campaign_status_stats": [*rows, {"status": "Campaigns with Smart Servers", "total_count": 0}]}

    def follow_ups(self, asked: Asked) -> Json:
        """Mails of a step that is now behind the first one."""
        mails = [one for one in self.mails(asked) if self.step_number(one) > 1]
        campaigns = {one.mail["campaign_id"] for one in mails}
        rate = percent(len(answered(mails)), len(mails))
        stats = {
            "total_followups": len(mails),
            "followup_replies": len(answered(mails)),
            "followup_reply_rate": rate,
            "avg_followups_per_campaign": (
                number(half_up(Fraction(len(mails), len(campaigns)), 2)) if campaigns else 0
            ),
        }  # fmt: skip
        return {"followup_reply_rate": rate, "followup_stats": stats}

    def reply_times(self, asked: Asked) -> Json:
        """From the first mail of a lead, which the range holds, to the lead's first answer."""
        times = []
        everything = self.ever(asked)
        for lead in leads(everything):
            own = [one for one in everything if one.lead == lead]
            first, replies = min(one.mail["at"] for one in own), [at for one in own for at in one.replies]
            if replies and asked.has(first):
                times.append(between(first, min(replies)))
        mean, middle = duration(times)
        return {"lead_to_reply_time": {"average_time_diff": mean, "median_time_diff": middle}}

    def first_replies(self, asked: Asked) -> Json:
        """How many leads a campaign had mailed when the first of them answered."""
        found = []
        for _, mails in self.by_campaign(asked):
            if replies := [at for one in mails for at in one.replies]:
                found.append(len(leads(one for one in mails if one.mail["at"] <= min(replies))))
        return {"leads_take_for_first_reply": math.ceil(Fraction(sum(found), len(found))) if found else 0}

    # -------------------------------------------------------------------------------------------- days

    def _days(self, asked: Asked, metrics: Callable[[date], Json]) -> Json:
        rows = [
            {"date": f"{day.day} {day:%b}", "day_name": f"{day:%A}", "email_engagement_metrics": metrics(day)}
            for day in asked.days()
        ]
        return {"day_wise_stats": rows}

    def days(self, asked: Asked) -> Json:
        """What happened on each day, for the first time to its mail, whenever that was sent."""
        happened: dict[str, Counter[date]] = {}
        for one in self.ever(asked):
            times = {
                "sent": [one.mail["at"]], "opened": one.opens, "replied": one.replies, "bounced": one.bounces,
                "unsubscribed": [one.unsubscribed_at] if one.unsubscribed_at else [],
            }  # fmt: skip
            for name, moments in times.items():
                happened.setdefault(name, Counter()).update(asked.day(min(moments)) for _ in moments[:1])
        names = ("sent", "opened", "replied", "bounced", "unsubscribed")
        return self._days(asked, lambda day: {name: happened.get(name, Counter())[day] for name in names})

    def days_by_sent_time(self, asked: Asked) -> Json:
        """What became of the mails of each day."""

        def metrics(day: date) -> Json:
            mails = [one for one in everything if asked.day(one.mail["at"]) == day]
            return {
                **raw(mails),
                "unsubscribed": sum(bool(one.unsubscribed_at) for one in mails),
                "positive_replied": len(positive(mails)),
                "unique_lead_reached": len(leads(mails)),
            }

        everything = self.mails(asked)
        return self._days(asked, metrics)

    def positive_days(self, asked: Asked) -> Json:
        """Leads by the days on which a mail of theirs was answered for the first time."""
        won = [one for one in self.ever(asked) if one.replies and one.row["lead_category_id"] in POSITIVE]
        return self._days(asked, lambda day: {
            "positive_replied": len(leads(one for one in won if asked.day(min(one.replies)) == day)),
        })  # fmt: skip

    def positive_days_by_sent_time(self, asked: Asked) -> Json:
        """Leads by the days of the mails that they answered."""
        won = [one for one in self.mails(asked) if one.replies and one.row["lead_category_id"] in POSITIVE]
        return self._days(asked, lambda day: {
            "positive_replied": len(leads(one for one in won if asked.day(one.mail["at"]) == day)),
        })  # fmt: skip

    # -------------------------------------------------------------------------------------------- the account

    def overall(self, asked: Asked) -> Json:
        """All campaigns together."""
        return {"overall_stats": figures(self.mails(asked), asked)}

    def leads_by_step(self, asked: Asked) -> Json:
        """Leads that got a first mail, and those that got a later one."""
        mails = self.mails(asked)
        new = len(leads(one for one in mails if self.step_number(one) == 1))
        later = len(leads(one for one in mails if self.step_number(one) > 1))
        total = new + later
        percentage = {
            name: f"{int(half_up(Fraction(100 * count, total))) if total else 0}%"
            for name, count in (("new", new), ("follow_up", later))
        }
        return {"lead_stats": {"count": {"total": total, "new": new, "follow_up": later}, "percentage": percentage}}

    def categories(self, asked: Asked) -> Json:
        """The answered mails by the category of their leads: those without one first, then the most frequent."""
        found = Counter(one.row["lead_category_id"] for one in answered(self.mails(asked)))
        rows = []
        for category in sorted(found, key=lambda one: (one is not None, -found[one], one)):
            part = percent(found[category], found.total()).rstrip("%").rstrip("0").rstrip(".")
            named = {"name": "Uncategorized"}
            if category is not None:
                named = {"name": CATEGORIES[category], "sentiment_type": _SENTIMENTS[category]}
            rows.append({"total_response": found[category], **named, "percentage": f"{part}%"})
        words = [{"sentiment_type": word} for word in ("positive", "neutral", "negative")]
        return {"lead_responses_by_category": {"filter": words, "leadResponseGrouping": rows}}

    # -------------------------------------------------------------------------------------------- mailboxes

    def boxes_now(self, asked: Asked) -> Json:
        """The mailboxes as they are now."""
        own = [one for one in self.boxes if asked.of_client(one)]
        active = [self.counted[one["id"]].accounts for one in self.campaigns if one["status"] == "ACTIVE"]
        used = {one["id"] for one in itertools.chain(*active)}
        sound = [one for one in own if one["is_smtp_success"] and one["is_imap_success"]]
        usable = [one for one in sound if not one["is_suspended"]]
        return {"overall_mailbox_stats": {
            "total_connected": len(own),
            "in_use": sum(one["id"] in used for one in own),
            "disconnected": len(own) - len(sound),
            "enabled_without_warmup": sum(one["warmup_details"]["status"] != "ACTIVE" for one in usable),
        }}  # fmt: skip

    def _of_seen_boxes(self, asked: Asked) -> list[Story]:
        """The mails of the range; with the key of a client, those of its own mailboxes."""
        return [one for one in self.mails(asked) if asked.sees(self.any_box[one.mail["email_account_id"]])]

    def domains(self, asked: Asked) -> Json:
        """Mails by the domain of their sender."""
        mails = self._of_seen_boxes(asked)
        found = {one: [mail for mail in mails if mail.mail["from"].partition("@")[2] == one] for one in {
            mail.mail["from"].partition("@")[2] for mail in mails
        }}  # fmt: skip
        rows = [{"domain": one, **figures(own, asked)} for one, own in sorted(found.items())]
        return {"domain_health_metrics": asked.page(rows)}

    def addresses(self, asked: Asked) -> Json:
        """Mails by mailbox, by the id of the mailbox; that may be gone."""
        mails = self._of_seen_boxes(asked)
        rows = []
        for box in sorted({one.mail["email_account_id"] for one in mails}):
            own = [one for one in mails if one.mail["email_account_id"] == box]
            rows.append({"from_email": own[0].mail["from"], **figures(own, asked)})
        wanted = asked.query.get("is_bounced")
        kept = [row for row in rows if wanted is None or (row["bounced"] > 0) == (wanted == "true")]
        return {"email_health_metrics": asked.page(kept)}

    def providers(self, asked: Asked) -> Json:
        """Mails by the type of their mailbox, and by type and tag; every count is a text."""
        mails = self._of_seen_boxes(asked)
        tags = {tag["tag_id"]: tag for box in self.boxes for tag in box["tags"]}
        overall, by_tag = [], []
        for provider in _PROVIDERS:
            own = [one for one in mails if self.any_box[one.mail["email_account_id"]]["type"] == provider]
            overall += [{"email_provider": provider, **_texts(own)}] if own else []
            for _, tag in sorted(tags.items()):
                tagged = {box["id"] for box in self.boxes if tag in box["tags"]}
                if some := [one for one in own if one.mail["email_account_id"] in tagged]:
                    by_tag.append({"email_provider": provider, **tag, **_texts(some)})
        return {"email_providers_performance_overview": {"overall": overall, "tag_wise": by_tag}}

    # -------------------------------------------------------------------------------------------- clients, team

    def client_list(self, asked: Asked) -> Json:
        """All, as they are now."""
        names = ("id", "name", "email", "uuid", "created_at", "user_id", "logo", "logo_url")
        own = [one for one in self.clients if asked.of_client({"client_id": one["id"]})]
        return {"client_list": [{name: one[name] for name in names} for one in own]}

    def client_months(self, asked: Asked) -> Json:
        """How many were made in each month, newest first."""
        own = [one for one in self.clients if asked.of_client({"client_id": one["id"]})]
        found = Counter(one["created_at"][:7] for one in own)
        return {"monthly_stats": [
            {"month": f"{date.fromisoformat(f'{month}-01'):%B}", "count": str(found[month])}
            for month in sorted(found, reverse=True)
        ]}  # fmt: skip

    def client_overall(self, asked: Asked) -> Json:
        """Each client, also without mails."""
        rows = []
        for client in self.clients:
            campaigns = [one for one in self.campaigns if one["client_id"] == client["id"]]
            own = [mail for one in campaigns for mail in self.counted[one["id"]].mails() if asked.has(mail.mail["at"])]
            stats = figures(own, asked)
            del stats["bounced"]
            if asked.is_full:
                del stats["bounce_rate"]
                stats["client_health"] = percent(stats["positive_replied"], stats["unique_lead_count"])
            if asked.of_client({"client_id": client["id"]}):
                rows.append({
                    "client_id": client["id"], "client_name": client["name"],
                    "total_campaigns_count": str(len(campaigns)), "campaign_stats": stats,
                })  # fmt: skip
        return {"client_wise_performance": asked.page(rows)}

    def team_board(self, asked: Asked) -> Json:
        """Each member, by the leads that the member has now."""
        return {"team_board_stats": [{**one, **self._of_member(one["id"], asked)} for one in self.team]}

    def _of_member(self, member: int, asked: Asked) -> Json:
        campaigns = [one["id"] for one in self.chosen(asked)]
        own = {one: {lead for lead in self.counted[one].rows if self.members.get(lead) == member} for one in campaigns}
        held = set[int]().union(*own.values())
        mails = [one for one in self.mails(asked) if one.lead in held]
        replies, won = len(answered(mails)), len(positive(mails))
        times = [time for one in answered(mails) for time in self._times_to_answer(one)]
        return {
            "lead_count": len(held),
            "campaign_count": sum(bool(own[one]) or self.teams.get(one) == member for one in campaigns),
            "reply_count": replies,
            "positive_reply_count": won,
            "reply_rate": share(replies, len(held)),
            "positive_reply_rate": share(won, replies),
            "average_reply_time": int(half_up(sum(times, Fraction()) / len(times))) if times else 0,
            "unique_open_count": len(opened(mails)),
        }

    def _times_to_answer(self, mail: Story) -> list[Fraction]:
        """From each answer of the lead to the first mail by hand that goes on from it."""
        messages = self.counted[mail.mail["campaign_id"]].messages
        times = []
        for reply in mail.answers[mail.ignored :]:
            by_hand = [one["at"] for one in messages if one["type"] == "HAND" and one["answers"] == reply["id"]]
            times += [between(reply["at"], min(by_hand))] if by_hand else []
        return times


def _texts(mails: Sequence[Story]) -> Json:
    return {name: str(value) for name, value in full(mails).items()}


#: path below /analytics -> the message of the answer, and what counts
OPERATIONS: dict[str, tuple[str, Callable[[Account, Asked], Json]]] = {
    "campaign/list": ("Campaign list fetched successfully!", Account.campaign_list),
    "campaign/overall-stats": ("Campaign wise performance fetched successfully!", Account.campaign_overall),
    "campaign/response-stats": ("Campaign wise response stats", Account.responses),
    "campaign/status-stats": ("Campaign status stats", Account.statuses),
    "campaign/follow-up-reply-rate": ("Follow-up reply rate stats fetched successfully!", Account.follow_ups),
    "campaign/lead-to-reply-time": ("Lead to reply time stats fetched successfully!", Account.reply_times),
    "campaign/leads-take-for-first-reply": ("First reply stats fetched successfully!", Account.first_replies),
    "day-wise-overall-stats": ("Email engagement stats fetched successfully!", Account.days),
    "day-wise-overall-stats-by-sent-time": (
        "Day-wise overall stats by sent time fetched successfully!", Account.days_by_sent_time,
    ),
    "day-wise-positive-reply-stats": ("Email engagement stats fetched successfully!", Account.positive_days),
    "day-wise-positive-reply-stats-by-sent-time": (
        "Day-wise positive reply stats by sent time fetched successfully!", Account.positive_days_by_sent_time,
    ),
    "overall-stats-v2": ("Overall Stats fetched successfully!", Account.overall),
    "lead/overall-stats": ("Lead stats fetched successfully", Account.leads_by_step),
    "lead/category-wise-response": ("Category-wise responses fetched successfully!", Account.categories),
    "mailbox/overall-stats": ("Overall mailbox stats fetched successfully!", Account.boxes_now),
    "mailbox/domain-wise-health-metrics": ("Domain health metrics fetched successfully", Account.domains),
    "mailbox/name-wise-health-metrics": ("Email health metrics fetched successfully", Account.addresses),
    "mailbox/provider-wise-overall-performance": (
        "Email providers performance overview fetched successfully", Account.providers,
    ),
    "client/list": ("Clients fetched successfully", Account.client_list),
    "client/month-wise-count": ("Monthly stats for clients fetched successfully", Account.client_months),
    "client/overall-stats": ("Client wise performance fetched successfully!", Account.client_overall),
    "team-board/overall-stats": ("Team board overall stats fetched successfully", Account.team_board),
}  # fmt: skip

"""What a campaign is after the calls that were made: fields, steps, mailboxes and tags, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contract_tests.machines.base import first_difference

Json = dict[str, Any]

#: a campaign may go from the one status to the other; STOPPED is final (R, S1)
MOVES = {
    ("DRAFTED", "ACTIVE"), ("PAUSED", "ACTIVE"), ("COMPLETED", "ACTIVE"), ("ACTIVE", "PAUSED"), ("ACTIVE", "STOPPED"),
    ("PAUSED", "STOPPED"),
}  # fmt: skip
#: moves about which no document says anything
UNTOLD_MOVES = {("COMPLETED", "PAUSED"), ("COMPLETED", "STOPPED")}
#: what is not tracked, as it is written -> as it is read (S1, R)
TRACK_WORDS = {
    "DONT_TRACK_EMAIL_OPEN": "DONT_EMAIL_OPEN",
    "DONT_TRACK_LINK_CLICK": "DONT_LINK_CLICK",
    "DONT_TRACK_REPLY_TO_AN_EMAIL": "DONT_REPLY_TO_AN_EMAIL",
}
#: schedule, as it is written -> as it is read (S1)
_WINDOW = {"timezone": "tz", "days_of_the_week": "days", "start_hour": "startHour", "end_hour": "endHour"}
#: settings that no read shows
UNSEEN_SETTINGS = frozenset(
    (
        "auto_pause_domain_leads_on_reply", "ignore_ss_mailbox_sending_limit", "bounce_autopause_threshold",
        "domain_level_rate_limit", "add_unsubscribe_tag", "out_of_office_detection_settings",
        "ai_categorisation_options", "force_plain_text",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Open:
    """A value that the documents leave open: one of these, or anything. The first read settles it."""

    values: Sequence[Any] | None = None


def is_among(actual: Any, values: Sequence[Any]) -> bool:
    """Whether a value equals one of these."""
    return any(first_difference(actual, one) == "" for one in values)


def settled(expected: Json, actual: Mapping[str, Any], where: str) -> str:
    """The first shown field that is not as expected, in words; open fields are settled by what is shown."""
    for name, wanted in expected.items():
        if name not in actual:
            continue
        shown = plain(name, actual[name])
        if isinstance(wanted, Open):
            if wanted.values is not None and not is_among(shown, [plain(name, one) for one in wanted.values]):
                return f"{where}/{name} is {shown!r}, where one of {list(wanted.values)} is right"
            expected[name] = shown
            continue
        difference = first_difference(shown, plain(name, wanted), f"{where}/{name}")
        if difference:
            return difference
    return ""


def plain(name: str, value: Any) -> Any:
    """A value in a form that can be compared: moments as moments, sets in one order."""
    is_moment = name.endswith(("_at", "_timestamp", "_start_time")) or name.startswith("time_")
    if isinstance(value, str) and is_moment:
        try:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
        except ValueError:
            return value
    return sorted(value) if name == "track_settings" and isinstance(value, list) else value


@dataclass(slots=True)
class Step:
    """A step of a sequence; `fields` are those of the answer, `variants` None where it has none."""

    fields: Json
    variants: list[Json] | None = None


@dataclass(slots=True)
class Campaign:
    """What the API must show of a campaign; `fields` are those of the answer."""

    fields: Json
    steps: list[Step] = field(default_factory=list)
    boxes: set[int] = field(default_factory=set)
    tags: set[int] | None = field(default_factory=set)
    leads: int = 0

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.fields["id"])

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.fields["status"])

    @property
    def parent(self) -> Any:
        """The id of the campaign that it is a sub-sequence of."""
        return self.fields["parent_campaign_id"]

    def obstacles(self) -> list[str]:
        """What keeps it from starting (R)."""
        parts = {
            "no sequence": self.steps, "no email account": self.boxes,
            "no schedule": self.fields["scheduler_cron_value"],
        }  # fmt: skip
        return [reason for reason, there in parts.items() if not there]

    def touch(self, now: str) -> None:
        """A call changed it, and may have moved the time of its last change."""
        before = self.fields["updated_at"]
        known = before.values if isinstance(before, Open) else [before]
        self.fields["updated_at"] = Open(None if known is None else [*known, now])

    def take_schedule(self, body: Json) -> None:
        """It got a schedule; of what the body leaves out, nothing says whether it stays (S1)."""
        self.fields["scheduler_cron_value"] = {read: body[written] for written, read in _WINDOW.items()}
        for written, read in (
            ("min_time_btw_emails", "min_time_btwn_emails"),
            ("max_new_leads_per_day", "max_leads_per_day"),
            ("schedule_start_time", "schedule_start_time"),
        ):
            self.fields[read] = body.get(written, Open())

    def take_settings(self, body: Json) -> None:
        """It got settings: what the body names, and nothing else (S1, R)."""
        for name, value in body.items():
            if name == "track_settings":
                self.fields[name] = [TRACK_WORDS[word] for word in value]
            elif name == "track_opens":
                others = [word for word in self.fields["track_settings"] if word != "DONT_EMAIL_OPEN"]
                self.fields["track_settings"] = others if value else [*others, "DONT_EMAIL_OPEN"]
            elif name == "unsubscribe_text":
                self.fields[name] = value if value else Open([value, None])
            elif name == "stop_on_reply":
                self.fields["stop_lead_settings"] = Open()
            elif name not in UNSEEN_SETTINGS:
                self.fields[name] = value

    def take_steps(self, written: Sequence[Json], now: str) -> None:
        """Its steps are those of the body and no others; an id keeps the step that has it (S1, S4)."""
        known = {step.fields["id"]: step for step in self.steps}
        variants = {one["id"]: one for step in self.steps for one in step.variants or ()}
        steps = [_step(one, known.get(one.get("id")), variants, now) for one in written]
        self.steps = sorted(steps, key=lambda step: int(step.fields["seq_number"]))

    def copied(self, new_id: int, now: str, *, keeps_client: bool) -> Campaign:
        """A copy of it: settings, schedule, steps and mailboxes, but no leads (R)."""
        return Campaign(
            {
                **self.fields, "id": new_id, "status": "DRAFTED", "name": f"{self.fields['name']} - copy",
                "created_at": now, "updated_at": now, "client_id": self.fields["client_id"] if keeps_client else None,
            },
            [_step_copy(step, now) for step in self.steps], set(self.boxes), None,
        )  # fmt: skip


def _step(written: Json, old: Step | None, old_variants: Mapping[int, Json], now: str) -> Step:
    given = written.get("seq_variants")
    times = _times(None if old is None else old.fields, now)
    # A step with variants sends them, and not what stands beside them.
    silent = Open() if given else Open(["", None])
    fields = {
        "id": Open() if old is None else old.fields["id"], **times, "seq_number": written["seq_number"],
        "delay": written["seq_delay_details"]["delay_in_days"],
        "subject": written.get("subject", silent), "email_body": written.get("email_body", silent),
    }  # fmt: skip
    if not given:
        return Step(fields)
    return Step(fields, [_variant(one, old_variants.get(one.get("id", 0)), now) for one in given])


def _variant(written: Json, old: Json | None, now: str) -> Json:
    return {
        "id": Open() if old is None else old["id"], **_times(old, now), "is_deleted": False,
        "subject": written["subject"], "email_body": written["email_body"],
        "variant_label": written.get("variant_label", Open()),
        "optional_email_body_1": written.get("optional_email_body_1"),
        "variant_distribution_percentage": written.get("variant_distribution_percentage", Open()),
    }  # fmt: skip


def _times(old: Json | None, now: str) -> Json:
    if old is None:
        return {"created_at": now, "updated_at": now}
    return {"created_at": old["created_at"], "updated_at": Open([old["updated_at"], now])}


def _step_copy(step: Step, now: str) -> Step:
    new = {"id": Open(), "created_at": Open(), "updated_at": Open()}
    variants = None if step.variants is None else [{**one, **new} for one in step.variants]
    return Step({**step.fields, **new}, variants)

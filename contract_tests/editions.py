"""What the document of an edition cannot say: what its flags mean, what its rules do, how it writes a request.

Stated here from the original documents (S0 … S4) and the references (R), line by line where they have lines; the suite
reads nothing of a mock's own settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contract_tests.exchange import NO_BODY

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edition:
    """One reading of the documents."""

    name: str
    #: what `true` means for `ignore_global_block_list` and its like: the list is not asked (S3:110, S4, R), or its
    #: members are dropped (S0 and S1:1580, read literally)
    list_flags: Literal["skip-check", "drop-listed"] = "skip-check"
    #: what `ignore_duplicate_leads_in_other_campaign: true` does to leads that another campaign has: they are refused
    #: (S0, S1), taken (S3, R), or the flag says nothing (S2)
    other_campaign_flag: Literal["refuses", "allows", "ignored"] = "refuses"
    #: nothing lets those in who unsubscribed from everything (S1:1595)
    refuses_unsubscribed_always: bool = False
    #: the status of a lead that is resumed before any mail went out
    resumed_before_first_mail: Literal["STARTED", "INPROGRESS"] = "STARTED"
    #: how a malformed request is refused
    malformed: int = 400
    #: where `x-ratelimit-*` stand
    rate_headers: Literal["always", "on-get"] = "always"
    #: what `total_leads` of an import counts: leads that were added, or leads that the campaign has then (S0)
    import_total: Literal["added", "campaign"] = "added"
    #: whether an import says why it left a lead out in the words that S3 gives (S3:221-228)
    import_reasons: Literal["S3", "free"] = "free"
    #: which bounces webhooks are told about (S2:139)
    bounce_events: Literal["all", "hard"] = "all"
    #: minutes before the second, third and fourth attempt of a delivery (R, webhook guide)
    retry_minutes: tuple[int, ...] = (1, 5, 30)
    #: what a client's key gets for a thing of another client (S2)
    foreign_client: tuple[int, ...] = (404,)
    #: in which words leads have a status
    lead_status_words: Literal["canonical", "delivery", "outcome"] = "canonical"
    #: an unknown campaign may be answered with 200 and `{}` where it is read (observed)
    unknown_is_empty: bool = False
    #: the days after which a lead is resumed from the inbox when the call does not say
    inbox_resume_days: int = 1
    #: how long one unit of `sub_sequence_delay_time` is: a day (R1), or a second (R)
    push_delay_unit: Literal["days", "seconds"] = "days"

    @classmethod
    def of(cls, name: str) -> Edition:
        """The edition of that name; an unknown one is read as `default`."""
        return _EDITIONS.get(name, Edition(name))


_EDITIONS: Mapping[str, Edition] = {
    edition.name: edition
    for edition in (
        Edition("default", import_reasons="S3"),
        Edition("live", unknown_is_empty=True, resumed_before_first_mail="INPROGRESS"),
        Edition("connector", list_flags="drop-listed", import_total="campaign"),
        Edition("help-center", list_flags="drop-listed", refuses_unsubscribed_always=True),
        Edition(
            "api-guide", other_campaign_flag="ignored", bounce_events="hard", foreign_client=(403,),
            lead_status_words="delivery",
        ),
        Edition("lead-guide", other_campaign_flag="allows", lead_status_words="outcome", import_reasons="S3"),
        Edition(
            "reference", other_campaign_flag="allows", resumed_before_first_mail="INPROGRESS", malformed=422,
            rate_headers="on-get", inbox_resume_days=0, push_delay_unit="seconds",
        ),
    )
}  # fmt: skip


def written(edition: Edition, operation_id: str, query: Mapping[str, Any], body: Any) -> tuple[Mapping[str, Any], Any]:
    """Query and body of a call, told canonically, as an edition writes them."""
    write = _WRITTEN.get((edition.name, operation_id))
    return write(query, body) if write is not None and isinstance(body, dict) else (query, body)


_Writer = Callable[[Mapping[str, Any], Json], tuple[Mapping[str, Any], Any]]


def _wrapped_schedule(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S0:267."""
    return query, {"schedule": body}


def _other_gap(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S1:261."""
    names = {"min_time_btw_emails": "min_time_btwn_emails"}
    return query, {names.get(name, name): value for name, value in body.items()}


def _short_steps(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S0:212."""

    def variants(step: Json) -> list[Json]:
        given = step.get("seq_variants") or [step]
        return [{name: one[name] for name in ("subject", "email_body") if name in one} for one in given]

    steps = [
        {
            "seqNumber": step["seq_number"],
            "seqDelayDays": step["seq_delay_details"]["delay_in_days"],
            "variants": variants(step),
        }
        for step in body["sequences"]
    ]
    return query, {**body, "sequences": steps}


def _active(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S0:302."""
    return query, {**body, "status": {"START": "ACTIVE"}.get(body["status"], body["status"])}


def _click_word(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S1:304."""
    words = {"DONT_TRACK_LINK_CLICK": "CLICK_ON_A_LINK", "DONT_TRACK_REPLY_TO_AN_EMAIL": "REPLY_TO_AN_EMAIL"}
    if "track_settings" not in body:
        return query, body
    return query, {**body, "track_settings": [words.get(one, one) for one in body["track_settings"]]}


def _in_query(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S1:1776."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    return {**query, **texts}, NO_BODY


def _with_categories(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """Observed: the service wants the array, be it empty."""
    return query, {"categories": [], **body}


def _without_categories(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S4 knows no categories of webhooks."""
    return query, {name: value for name, value in body.items() if name != "categories"}


def _guide_events(query: Mapping[str, Any], body: Json) -> tuple[Mapping[str, Any], Any]:
    """S2:126."""
    return query, {**body, "event_types": [GUIDE_EVENTS.get(one, one) for one in body["event_types"]]}


#: the events of a webhook in the words of S2
GUIDE_EVENTS: Mapping[str, str] = {
    "EMAIL_LINK_CLICK": "LINK_CLICKED", "EMAIL_REPLY": "REPLY_RECEIVED", "EMAIL_BOUNCE": "EMAIL_BOUNCED",
}  # fmt: skip

_WRITTEN: Mapping[tuple[str, str], _Writer] = {
    ("connector", "update_campaign_schedule"): _wrapped_schedule,
    ("connector", "save_campaign_sequences"): _short_steps,
    ("connector", "update_campaign_status"): _active,
    ("help-center", "update_campaign_schedule"): _other_gap,
    ("help-center", "update_campaign_settings"): _click_word,
    ("help-center", "save_campaign_webhook"): _in_query,
    ("live", "save_campaign_webhook"): _with_categories,
    ("reference", "save_campaign_webhook"): _without_categories,
    ("api-guide", "create_webhook_plural"): _guide_events,
}

"""Rules of leads. Pure: no rows, no HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from typing import Literal

import orjson

from mock_server.contract.editions import Behaviour
from mock_server.state.database import Row

Status = Literal["STARTED", "INPROGRESS", "COMPLETED", "PAUSED", "STOPPED", "BLOCKED"]

MAX_CUSTOM_FIELDS = 200
#: when a conversation comes back that was snoozed without an end
FOR_EVER = 2**62
_ADDRESS = re.compile(
    r"[^@\s\x00-\x20\x7f,;:<>()\[\]\\\"]{1,64}@(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)


class Flag(IntFlag):
    """What has happened to an enrolment; the bits are stored."""

    OPENED = 1
    CLICKED = 2
    REPLIED = 4
    BOUNCED = 8
    UNSUBSCRIBED = 16
    SPAM = 32
    SENDER_BOUNCED = 128
    SENT = 256


#: the account's categories (S1; sentiments R, partly inferred); the last is when they were made
CATEGORIES = (
    (1, "Interested", "positive", 1661862768645),
    (2, "Meeting Request", "positive", 1661862775159),
    (3, "Not Interested", "negative", 1661862782286),
    (4, "Do Not Contact", "negative", 1661862789895),
    (5, "Information Request", "positive", 1661862796204),
    (6, "Out Of Office", "neutral", 1661862802323),
    (7, "Wrong Person", "negative", 1661862808519),
)
CATEGORY_NAMES = {category_id: name for category_id, name, _, _ in CATEGORIES}

#: words of S3 for which the category of the row decides
CATEGORY_OF_WORD = {"INTERESTED": 1, "NOT_INTERESTED": 3, "DO_NOT_CONTACT": 4}
_EMAIL_STATUS = {
    "is_opened": Flag.OPENED, "is_clicked": Flag.CLICKED, "is_replied": Flag.REPLIED, "is_bounced": Flag.BOUNCED,
    "is_unsubscribed": Flag.UNSUBSCRIBED, "is_spam": Flag.SPAM,
    "is_sender_bounced": Flag.SENDER_BOUNCED, "is_sent": Flag.SENT,
}  # fmt: skip


def id_of(value: int | str) -> int:
    """An id that may come as text; 0, which nothing has, for more digits than an id can have."""
    return int(value) if len(str(value)) <= 15 else 0


def normalised(address: str) -> str:
    """The form in which addresses are stored and compared: trimmed, lower case (inferred)."""
    return address.strip().lower()


def is_address(address: str) -> bool:
    """Whether a normalised address is well formed: one @, and a dot in the domain (inferred)."""
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


def ids_of(text: str) -> list[int]:
    """The numbers between commas; one that is too long to be an id is left out."""
    return [int(part) for part in text.split(",") if len(part) < 16]


def domain_of(address: str) -> str:
    """What stands behind the @."""
    return address.rpartition("@")[2]


@lru_cache(maxsize=4096)
def domain_key(domain: str) -> str:
    """The domain's labels in reverse, each ended by a dot, so that a domain's sub-domains share its prefix."""
    return ".".join(reversed(domain.split("."))) + "."


def address_key(address: str) -> str:
    """`com.example.mail.@ann`: one index finds an address, and all addresses of a domain."""
    local, _, domain = address.rpartition("@")
    return f"{domain_key(domain)}@{local}"


def domain_and_parents(domain: str) -> list[str]:
    """`mail.example.com`, `example.com`, `com`."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(len(labels))]


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """Which checks an import makes, once an edition's reading of the flags is applied."""

    check_block_list: bool = True
    check_unsubscribed: bool = True
    check_unsubscribed_everywhere: bool = True
    check_bounce_list: bool = True
    refuse_in_other_campaign: bool = False


def import_settings(flags: Mapping[str, object], behaviour: Behaviour) -> ImportSettings:
    """Read the import flags as the edition does (DESIGN §7: the sources contradict each other on every one)."""

    def checks(flag: str) -> bool:
        given = bool(flags.get(flag, False))
        return given if behaviour.list_flags == "drop-listed" else not given

    other = bool(flags.get("ignore_duplicate_leads_in_other_campaign", False))
    return ImportSettings(
        check_block_list=checks("ignore_global_block_list"),
        check_unsubscribed=checks("ignore_unsubscribe_list"),
        check_unsubscribed_everywhere=behaviour.unsubscribed_always_refused or checks("ignore_unsubscribe_list"),
        check_bounce_list=checks("ignore_community_bounce_list"),
        refuse_in_other_campaign={"refuses": other, "allows": not other, "ignored": False}[
            behaviour.other_campaign_flag
        ],
    )


Outcome = Literal[
    "added", "invalid", "repeated", "already_here", "elsewhere", "blocked", "unsubscribed", "bounced", "over_limit"
]

#: why a lead was not added, in the words of S3 (two literal, the others ours)
SKIP_REASONS: dict[Outcome, str] = {
    "invalid": "invalid email",
    "repeated": "repeated in the request",
    "already_here": "Already exists in this campaign",
    "elsewhere": "exists in another campaign",
    "blocked": "On global block list",
    "unsubscribed": "previously unsubscribed",
    "bounced": "on the bounce list",
    "over_limit": "lead limit reached",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the addresses of one import before it starts."""

    valid: Set[str]
    here: Set[str]
    elsewhere: Set[str]
    blocked: Set[str]
    unsubscribed: Set[str]
    unsubscribed_everywhere: Set[str]
    bounced: Set[str]


def outcome(address: str, seen: Set[str], known: Known, settings: ImportSettings, credit: int | None) -> Outcome:
    """What becomes of one lead: the first check that hits decides (leads.yaml, check_order)."""
    if address not in known.valid:
        return "invalid"
    if address in seen:
        return "repeated"
    if address in known.here:
        return "already_here"
    if settings.refuse_in_other_campaign and address in known.elsewhere:
        return "elsewhere"
    if settings.check_block_list and address in known.blocked:
        return "blocked"
    refused = known.unsubscribed if settings.check_unsubscribed else known.unsubscribed_everywhere
    if settings.check_unsubscribed_everywhere and address in refused:
        return "unsubscribed"
    if settings.check_bounce_list and address in known.bounced:
        return "bounced"
    return "over_limit" if credit is not None and credit <= 0 else "added"


def wants_no_mail(lead: Row, client_id: int | None) -> bool:
    """Whether a lead has unsubscribed from everything, or from all of a client."""
    return bool(lead["is_unsubscribed"]) or str(client_id) in orjson.loads(lead["unsubscribed_client_ids"] or "{}")


def may_pause(status: Status) -> bool:
    """A lead that still gets mails can be paused; pausing a paused one is no change."""
    return status in ("STARTED", "INPROGRESS", "PAUSED")


def status_after_unsubscribe(status: Status) -> Status:
    """Unsubscribing from a campaign is a pause (S1); a blocked row stays blocked."""
    return "BLOCKED" if status == "BLOCKED" else "PAUSED"


def status_after_stop(status: Status, *, unsubscribed: bool) -> Status:
    """What the campaign's stop rule makes of a lead; one that finished, or that is paused for good, stays as it is."""
    stops = status in ("STARTED", "INPROGRESS") or (status == "PAUSED" and not unsubscribed)
    return "STOPPED" if stops else status


def has_finished(status: Status, flags: int) -> bool:
    """Whether no mail will come any more unless somebody changes the row."""
    return status in ("COMPLETED", "STOPPED", "BLOCKED") or bool(flags & Flag.UNSUBSCRIBED)


def status_after_resume(status: Status, *, sent: bool, unsubscribed: bool, behaviour: Behaviour) -> Status:
    """Only a paused row that is not unsubscribed goes on."""
    if status != "PAUSED" or unsubscribed:
        return status
    return "INPROGRESS" if sent else behaviour.resume_before_first_mail


def status_set_by_hand(status: Status, wanted: Status, *, unsubscribed: bool) -> Status:
    """A blocked row stays so until the lead is added again; an unsubscribed one is not set running (DESIGN §7)."""
    runs_again = unsubscribed and wanted in ("STARTED", "INPROGRESS")
    return status if status == "BLOCKED" or runs_again else wanted


def status_condition(word: str) -> str:
    """SQL on the facets of an enrolment for a word of the status filter, in any document's vocabulary."""
    if word in CATEGORY_OF_WORD:
        return f"category_id = {CATEGORY_OF_WORD[word]}"
    if word == "UNSUBSCRIBED":
        return f"(flags & {Flag.UNSUBSCRIBED:d}) != 0"
    if word == "ACTIVE":
        return "status IN ('STARTED', 'INPROGRESS')"
    return "status = :status"


def email_status_condition(word: str) -> str:
    """SQL on the facets of an enrolment for a word of the emailStatus filter; accepted is what was sent and did not
    bounce, as in the inbox.
    """
    if word == "is_accepted":
        return f"(flags & {Flag.SENT | Flag.BOUNCED:d}) = {Flag.SENT:d}"
    if word == "not_replied":
        return f"(flags & {Flag.OPENED | Flag.REPLIED:d}) = {Flag.OPENED:d}"
    return f"(flags & {_EMAIL_STATUS[word]:d}) != 0"

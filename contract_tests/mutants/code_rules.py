"""Changed lines in modules of rules: bugs that a wrapper cannot make."""

from __future__ import annotations

from contract_tests.mutants.mutant import Edit, Shelf

_STATE, _DEDUPE, _PAGING, _STATISTICS = Shelf("state"), Shelf("dedupe"), Shelf("paging"), Shelf("statistics")
_WEBHOOKS, _LIMITS, _TIME, _INBOX = Shelf("webhooks"), Shelf("limits"), Shelf("time"), Shelf("inbox")
SHELVES = (_STATE, _DEDUPE, _PAGING, _STATISTICS, _WEBHOOKS, _LIMITS, _TIME, _INBOX)

_FAMILIES = "mock_server.families"
_LEADS, _CAMPAIGNS = f"{_FAMILIES}.leads.rules", f"{_FAMILIES}.campaigns.rules"
_MESSAGES, _FIGURES = f"{_FAMILIES}.messages.rules", f"{_FAMILIES}.statistics.rules"
_ANALYTICS, _HOOKS = f"{_FAMILIES}.analytics.rules", f"{_FAMILIES}.webhooks.rules"

# ---------------------------------------------------------------------------------------------- dedupe

_DEDUPE.code(
    "domain-block-hits-names-that-end-alike",
    Edit(
        _LEADS, 'return [".".join(labels[n:]) for n in range(len(labels))]',
        'return [".".join(labels)[n:] for n in range(len(domain))]',
    ),
    wrong="A blocked domain also blocks domains whose names only end like it.",
    why="S1:1612: an entry is an address or a domain; apple.com is not pineapple.com",
)  # fmt: skip
_DEDUPE.code(
    "case-of-addresses-matters",
    Edit(_LEADS, "return address.strip().lower()", "return address.strip()"),
    wrong="An address with capitals is another lead than the same without.",
    why="addresses are compared without regard to case (leads.yaml); S3:210: duplicates are always skipped",
)
_DEDUPE.code(
    "case-of-block-entries-matters",
    Edit(
        f"{_FAMILIES}.block_list.rules", 'return text.strip().lower().removeprefix("@")',
        'return text.strip().removeprefix("@")',
    ),
    wrong="An entry of the block list with capitals blocks nobody, or is refused.",
    why="entries are compared without regard to case (leads.yaml)",
)  # fmt: skip
_DEDUPE.code(
    "lead-of-another-campaign-refused",
    Edit(_LEADS, "if settings.refuse_in_other_campaign and address", "if address"),
    wrong="A lead of another campaign is refused also when the import allows it.",
    why="S1:1495: false allows leads to be added that exist in another campaign",
)
_DEDUPE.code(
    "unsubscribed-from-all-imported-again",
    Edit(
        _LEADS, "if settings.check_unsubscribed_everywhere and address in refused:",
        "if settings.check_unsubscribed_everywhere and address in refused - known.unsubscribed_everywhere:",
    ),
    wrong="A lead that has unsubscribed from everything can be imported into another campaign.",
    why="S1:1595: it prevents the lead from being added to any future campaigns",
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- state

_STATE.code(
    "stopped-campaign-starts-again",
    Edit(
        _CAMPAIGNS, '("PAUSED", "STOPPED"): "STOPPED",',
        '("PAUSED", "STOPPED"): "STOPPED", ("STOPPED", "START"): "ACTIVE",',
    ),
    wrong="A stopped campaign can be started again.",
    why="S0:295: STOPPED ends the campaign (campaigns.yaml, life_cycle)",
)  # fmt: skip
_STATE.code(
    "start-without-mailbox",
    Edit(_CAMPAIGNS, "if not has_account:", "if not (has_account or has_schedule):"),
    wrong="A campaign without a mailbox can be started.",
    why="a start needs steps, a mailbox and a schedule (campaigns.yaml)",
)
_STATE.code(
    "resume-of-unsubscribed-lead",
    Edit(_LEADS, 'if status != "PAUSED" or unsubscribed:', 'if status != "PAUSED":'),
    wrong="A lead that has unsubscribed can be resumed, and gets mails again.",
    why="S1:126: no more mails after unsubscribing",
)
_STATE.code(
    "completed-lead-can-be-paused",
    Edit(
        _LEADS, 'return status in ("STARTED", "INPROGRESS", "PAUSED")',
        'return status in ("STARTED", "INPROGRESS", "PAUSED", "COMPLETED")',
    ),
    wrong="A lead that has completed its sequence can be paused.",
    why="only a lead that still gets mails can be paused (leads.yaml)",
)  # fmt: skip
_STATE.code(
    "blocked-lead-set-running",
    Edit(
        _LEADS, 'return status if status == "BLOCKED" or runs_again else wanted',
        "return status if runs_again else wanted",
    ),
    wrong="The status of a blocked lead can be set by hand.",
    why="a blocked lead stays so until it is added again (leads.yaml)",
)  # fmt: skip
_STATE.code(
    "stop-on-open-ignored",
    Edit(_CAMPAIGNS, "return event == stop_word", 'return event == stop_word and event != "OPEN_AN_EMAIL"'),
    wrong="A campaign that stops leads who open does not stop them.",
    why="S1:306: stop_lead_settings OPEN_AN_EMAIL",
)
_STATE.code(
    "unsubscribed-lead-not-paused",
    Edit(_LEADS, 'return "BLOCKED" if status == "BLOCKED" else "PAUSED"', "return status"),
    wrong="A lead that unsubscribes from a campaign keeps its status.",
    why="S1:1575: think of this as a pause",
)
_STATE.code(
    "bounce-threshold-reached-is-passed",
    Edit(_MESSAGES, "bounced * 100 > float(threshold) * sent", "bounced * 100 >= float(threshold) * sent"),
    wrong="A campaign is paused when its bounces reach the threshold, not when they pass it.",
    why="bounce_autopause_threshold: above the threshold (R1, campaigns.yaml)",
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- paging

_PAGING.code(
    "bounced-filter-finds-sender-bounces",
    Edit(_LEADS, '"is_bounced": Flag.BOUNCED', '"is_bounced": Flag.SENDER_BOUNCED'),
    wrong="The filter for bounced leads finds nobody.",
    why="S0:59: bounced filters by what has bounced",
)
_PAGING.code(
    "not-replied-filter-has-unopened",
    Edit(_LEADS, "{Flag.OPENED | Flag.REPLIED:d}) = {Flag.OPENED:d}", "{Flag.REPLIED:d}) = 0"),
    wrong="The filter for leads who opened without answering has those who did not open.",
    why="not_replied: opened and not answered (leads.yaml)",
)

# ---------------------------------------------------------------------------------------------- statistics

_STATISTICS.code(
    "zone-of-figures-ignored",
    Edit(_FIGURES, "datetime.combine(day, time(), _zone(zone))", 'datetime.combine(day, time(), _zone("UTC"))'),
    wrong="Days of figures are days of UTC, whatever zone was asked for.",
    why="time_zone: the zone of the dates (S1:1369, R)",
)
_STATISTICS.code(
    "percentages-rounded-down",
    Edit(_ANALYTICS, "return (2 * part + whole) // (2 * whole) if whole", "return part // whole if whole"),
    wrong="Percentages and means are rounded down.",
    why="halves are rounded up (analytics.yaml)",
)  # fmt: skip
_STATISTICS.code(
    "neutral-answers-are-positive",
    Edit(_MESSAGES, 'if sentiment == "positive"', 'if sentiment != "negative"'),
    wrong="Out-of-office answers are counted as positive ones.",
    why="the category Out Of Office is neutral (S1, R: sentiment_type)",
)

# ---------------------------------------------------------------------------------------------- others

_WEBHOOKS.code(
    "lower-level-wins",
    Edit(_HOOKS, '= ("user", "client", "campaign")', '= ("campaign", "client", "user")'),
    wrong="A webhook of a campaign silences the one of the user.",
    why="the highest level gets the event (R-guide, webhooks)",
)
_WEBHOOKS.code(
    "unwanted-events-saved",
    Edit(
        _HOOKS, 'given.get("event_type_map", {}).items() if yes]', 'given.get("event_type_map", {}).items()]'
    ),
    wrong="Events that a webhook says it does not want are told.",
    why="event_type_map: true = wanted (OAS)",
)  # fmt: skip
_WEBHOOKS.code(
    "answer-of-colleague-from-other-company",
    Edit(
        _MESSAGES, 'return "SameCompany" if domain_of(responder) == domain_of(lead_email) else "DifferentCompany"',
        'return "SameCompany" if responder == lead_email else "DifferentCompany"',
    ),
    wrong="An answer from another address of the lead's company is told as another company's.",
    why="S4:590: the responder's company is compared by domain",
)  # fmt: skip
_LIMITS.code(
    "one-lead-above-credit",
    Edit(_LEADS, "credit is not None and credit <= 0", "credit is not None and credit < 0"),
    wrong="One lead more than the account's credit can be imported.",
    why="S1:1510: is_lead_limit_exhausted; leads above the limit are not added",
)
_TIME.code(
    "daily-count-not-reset",
    Edit(f"{_FAMILIES}.email_accounts.rules", "return count if day == day_of(now) else 0", "return count"),
    wrong="A mailbox shows yesterday's number of mails as today's.",
    why="daily_sent_count is the number of today (S1:736, accounts.yaml)",
)
_INBOX.code(
    "subject-of-answer-repeats-prefix",
    Edit(_MESSAGES, "_PREFIX.sub('', subject, count=1) if _PREFIX.match(subject) else subject", "subject"),
    wrong="Answers in a thread pile up RE: RE:.",
    why="a thread keeps one RE: (platform.yaml)",
)

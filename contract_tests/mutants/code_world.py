"""Changed lines in what sends mails and webhooks, and in what a key may see."""

from __future__ import annotations

from contract_tests.mutants.mutant import Edit, Shelf

_STATE, _AUTH, _LIMITS, _TIME = Shelf("state"), Shelf("auth"), Shelf("limits"), Shelf("time")
_WEBHOOKS, _INBOX = Shelf("webhooks"), Shelf("inbox")
SHELVES = (_STATE, _AUTH, _LIMITS, _TIME, _WEBHOOKS, _INBOX)

_CALENDAR, _PLAN = "mock_server.simulation.calendar", "mock_server.simulation.plan"
_OUTGOING, _REACTIONS = "mock_server.simulation.outgoing", "mock_server.families.messages.reactions"
_REQUESTS, _QUEUE = "mock_server.outbox.requests", "mock_server.outbox.queue"
_SENDER, _PAYLOADS = "mock_server.outbox.sender", "mock_server.outbox.payloads"
_RETRIES = "S2:140: failed deliveries are retried; 2xx is a success, 4xx is final (R-guide)"

# ---------------------------------------------------------------------------------------------- sending

_TIME.code(
    "sends-on-sundays",
    Edit(_CALENDAR, "day += self._days_ahead[day % 7]", "day += self._days_ahead[day % 7] if day % 7 else 0"),
    wrong="Mails go out on Sundays, too.",
    why="S1:263: mails go out on the listed days of the week",
)
_TIME.code(
    "sends-at-the-end-hour",
    Edit(_CALENDAR, "if time >= self._end:", "if time > self._end:"),
    wrong="A mail can go out at the very minute at which the window ends.",
    why="S1:263: mails go out between start_hour and end_hour",
)
_TIME.code(
    "window-in-utc",
    Edit(_CALENDAR, "self._zone = ZoneInfo(timezone)", 'self._zone = ZoneInfo("UTC")'),
    wrong="The hours of sending are hours of UTC.",
    why="S1:262: the hours are those of the campaign's zone",
)
_TIME.code(
    "follow-ups-too-early",
    Edit(_OUTGOING, "else now + following.delay", "else now + following.delay // 2"),
    wrong="Follow-ups go out after half of their delay.",
    why="S1:409: delay_in_days after the mail before",
)
_TIME.code(
    "gap-between-mails-halved",
    Edit(_PLAN, "self.last_sent_at + campaign.gap", "self.last_sent_at + campaign.gap // 2"),
    wrong="Mails of a mailbox follow each other after half of the gap.",
    why="S1:263: min_time_btw_emails in minutes",
)
_TIME.code(
    "sends-before-the-start-time",
    Edit(_PLAN, "found = max(moment, campaign.start_at)", "found = moment"),
    wrong="A campaign sends before its schedule_start_time.",
    why="S1:263: schedule_start_time is when sending begins",
)
_LIMITS.code(
    "mailbox-sends-one-too-many",
    Edit(_PLAN, "return self.sent < self.cap if", "return self.sent <= self.cap if"),
    wrong="A mailbox sends one mail a day more than it may.",
    why="S1:774: max_email_per_day",
)
_LIMITS.code(
    "one-new-lead-too-many",
    Edit(_PLAN, "self.new_leads_sent >= self.new_leads_per_day", "self.new_leads_sent > self.new_leads_per_day"),
    wrong="A campaign writes to one new lead a day more than it may.",
    why="S1:267: max_new_leads_per_day",
)
_STATE.code(
    "soft-bounce-blocks",
    Edit(_REACTIONS, '"next_at": None} if hard else {}', '"next_at": None}'),
    wrong="A soft bounce blocks the lead.",
    why="S4:211: only a hard bounce blocks",
)
_STATE.code(
    "domain-goes-on-after-answer",
    Edit(_REACTIONS, 'if sent.campaign["auto_pause_domain_leads_on_reply"]:', "if False:"),
    wrong="Leads of a company go on getting mails after one of them has answered, in spite of the setting.",
    why="auto_pause_domain_leads_on_reply (R, campaigns.yaml)",
)
_INBOX.code(
    "second-answer-not-unread",
    Edit(_REACTIONS, "is_unread=True", 'is_unread=mail["replied_at"] is None'),
    wrong="Only the first answer of a lead makes the conversation unread.",
    why="a new answer is unread (inbox.yaml)",
)
_AUTH.code(
    "client-key-sees-leads-of-all-campaigns",
    Edit(
        "mock_server.families.leads.sight", '_IN_CAMPAIGN.where(campaign.c.client_id == bindparam("client")).exists()',
        "_IN_CAMPAIGN.exists()",
    ),
    wrong="A client's key finds leads of other clients' campaigns by address.",
    why="a client's key sees the client's resources only (R, DESIGN 4)",
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- webhooks

_WEBHOOKS.code(
    "every-event-told-twice",
    Edit(_REQUESTS, 'range(2 if kind == "duplicate" else 1)', "range(2)"),
    wrong="Every event is sent twice.",
    why="one event, one delivery; a delivery that succeeded is not sent again (R-guide)",
)
_WEBHOOKS.code(
    "category-events-never-told",
    Edit(
        "mock_server.outbox.publisher", "if kind in edition.events\n",
        'if kind in edition.events and kind != "LEAD_CATEGORY_UPDATED"\n',
    ),
    wrong="Changes of category are told to nobody.",
    why="S1:1756: LEAD_CATEGORY_UPDATED",
)  # fmt: skip
_WEBHOOKS.code(
    "told-under-another-name",
    Edit(_PAYLOADS, '"event_type": event.type,', '"event_type": event.type.replace("EMAIL_OPEN", "EMAIL_OPENED"),'),
    wrong="Openings are told under a name that is not documented.",
    why="S1:1756: EMAIL_OPEN",
)
_WEBHOOKS.code(
    "told-under-another-webhook",
    Edit(_PAYLOADS, '"webhook_id": hook["id"],', '"webhook_id": hook["id"] + 1,'),
    wrong="Events name the id of another webhook.",
    why="webhook_id is the id of the webhook (S4, document)",
)
_WEBHOOKS.code(
    "map-id-in-place-of-lead-id",
    Edit(_PAYLOADS, '"sl_email_lead_id": str(person["id"]),', '"sl_email_lead_id": str(row["id"]),'),
    wrong="Events about mails give the id of the lead's row for the id of the lead.",
    why="sl_email_lead_id and sl_email_lead_map_id are two ids (S4)",
)
_WEBHOOKS.code(
    "no-request-id",
    Edit(_REQUESTS, ', "X-Request-Id": one.request_id,', ","),
    wrong="Events come without the header X-Request-Id.",
    why="every delivery has its X-Request-Id (R-guide)",
)
_WEBHOOKS.code(
    "another-request-id-per-attempt",
    Edit(_REQUESTS, '"X-Request-Id": one.request_id', '"X-Request-Id": one.request_id[one.attempt_count :]'),
    wrong="A delivery that is tried again has another X-Request-Id.",
    why="the id is the delivery's, so that receivers can tell repetitions (R-guide)",
)  # fmt: skip
_WEBHOOKS.code(
    "success-tried-again",
    Edit(
        _QUEUE, 'return "successful", None',
        'return ("successful", None) if one.attempt_count else ("scheduled_for_retry", 1)',
    ),
    wrong="A delivery that was answered with 200 is made once more.",
    why=_RETRIES,
)  # fmt: skip
_WEBHOOKS.code(
    "only-200-is-success",
    Edit(_SENDER, "if 200 <= status < 300:", "if status == 200:"),
    wrong="A delivery that was answered with 204 is tried again.",
    why=_RETRIES,
)
_WEBHOOKS.code(
    "refusals-tried-again",
    Edit(_SENDER, 'return "final" if 300 <= status < 500 else "retry"', 'return "final" if status < 400 else "retry"'),
    wrong="A delivery that was refused with 4xx is tried again.",
    why=_RETRIES,
)
_WEBHOOKS.code(
    "one-retry-only",
    Edit(_QUEUE, 'if verdict == "retry" and made < len(delays):', 'if verdict == "retry" and made < 1:'),
    wrong="A failed delivery is tried again once.",
    why="S2:140: up to three times with increasing delays",
)

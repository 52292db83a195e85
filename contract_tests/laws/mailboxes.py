"""Mailboxes: a change changes what it names, and neither the rest of the mailbox nor its neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading, number

_CHANGING, _SHOWING = "update_email_account", "get_email_account"
#: what every change may move
_MOVING = frozenset({"updated_at"})
#: mailboxes of which the messages are fetched at once; ten are the most (R)
_MANY = 10


def mailboxes(reading: Reading) -> Iterator[Finding]:
    """The sums of the warm-up; then, in a mailbox of our own, one change after the other."""
    for row in reading.whole("list_email_accounts"):
        _warmed(reading, row.get("id"))
    yield from reading.taken()
    do = reading.director
    if do is None:
        return
    client, texts = do.client(), {"signature": "<p>Sam</p>", "bcc": do.address("copy")}
    box, other = (do.mailbox(**texts, time_to_wait_in_mins=5) for _ in range(2))
    before, beside = (do.call(_SHOWING, email_account_id=one) for one in (box, other))
    for sent, shown, value in (
        ("from_name", "from_name", "Zoë Sender"), ("max_email_per_day", "message_per_day", 77),
        ("signature", "signature", "<p>Zoë</p>"), ("bcc", "bcc_email", do.address("copy")),
        ("time_to_wait_in_mins", "minTimeToWaitInMins", 9), ("client_id", "client_id", client),
        ("signature", "signature", None),
    ):  # fmt: skip
        do.call(_CHANGING, {sent: value}, email_account_id=box)
        changed = do.story[-1]
        reading.held("mailboxes", _CHANGING)
        after = do.call(_SHOWING, email_account_id=box)
        difference = _difference({**before, shown: value}, after)
        if difference:
            reading.wrong("mailboxes", _CHANGING, f"after a change of {sent} {difference}", changed, do.story[-1])
        if after.get(shown) == value:
            before = after
        difference = _difference(beside, do.call(_SHOWING, email_account_id=other))
        if difference:
            reading.wrong("mailboxes", _CHANGING, f"in another mailbox {difference}", changed, do.story[-1])
    many, name = [do.mailbox() for _ in range(_MANY)], "bulk_fetch_email_account_messages"
    fetched = do.tell(name, do.call(name, [{"account_id": one} for one in many]), "results")
    reading.held("mailboxes", name)
    if [row.get("account_id") for row in fetched] != many:
        reading.wrong("mailboxes", name, f"answers for {len(fetched)} of {_MANY} mailboxes, or others", do.story[-1])
    yield from reading.taken()


def _warmed(reading: Reading, box: Any) -> None:
    """The totals of the warm-up are the sums of its days."""
    name = "get_email_account_warmup_stats"
    answer = reading.ask(name, {"email_account_id": box})
    told = answer.json if answer is not None and isinstance(answer.json, dict) else {}
    days = told.get("stats_by_date")
    if isinstance(days, list) and "sent_count" in told:
        added = sum(number(day.get("sent_count")) or 0 for day in days)
        reading.held("mailboxes", name)
        if number(told["sent_count"]) != added:
            reading.wrong("mailboxes", name, f"sent_count is {told['sent_count']}, its days have {added}", answer)


def _difference(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    for name in sorted({*wanted, *shown} - _MOVING):
        if wanted.get(name) != shown.get(name):
            return f"{name} is {shown.get(name)!r}, where {wanted.get(name)!r} is right"
    return ""

"""Mailboxes: a change changes what it names, and neither the rest of the mailbox nor its neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.findings import Finding
from contract_tests.laws.reading import Reading

_CHANGING, _SHOWING = "update_email_account", "get_email_account"
#: what every change may move
_MOVING = frozenset({"updated_at"})


def mailboxes(reading: Reading) -> Iterator[Finding]:
    """Change one thing after the other in a mailbox of our own."""
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
    yield from reading.taken()


def _difference(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    for name in sorted({*wanted, *shown} - _MOVING):
        if wanted.get(name) != shown.get(name):
            return f"{name} is {shown.get(name)!r}, where {wanted.get(name)!r} is right"
    return ""
